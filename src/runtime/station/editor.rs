//! The caller's editor in the terminal, while the show runs on.
//!
//! The keyboard is not read from the key that opens the editor until it has ended: no key that is
//! meant for it may reach the show. Nothing here waits for the editor, the terminal or the disk.

use std::time::Duration;

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGTERM};

use super::Station;
use crate::app::Tone;
use crate::app::log::LogWord;
use crate::runtime::clock::machine_ns;
use crate::runtime::editor::{self, EditorNews, EditorProcess, FoundEditor};
use crate::runtime::terminal;
use crate::time::MachineNs;

/// Time that looking for the editor may take; after it the keys are the show's again.
const SOUGHT: Duration = Duration::from_secs(1);

/// The caller's editor.
#[derive(Debug)]
pub(super) enum Editing {
    /// It is looked for.
    Sought {
        /// Until when, by the machine's clock.
        until_ns: MachineNs,
    },
    /// The terminal is its own, or is being handed over.
    Open { process: EditorProcess },
}

impl Station {
    /// Returns `true` if what is typed is meant for the show.
    pub(super) fn reads_keys(&self) -> bool {
        self.screen.is_some() && self.editor.is_none()
    }

    /// Returns `true` if the terminal is the editor's.
    pub(super) fn has_editor(&self) -> bool {
        matches!(self.editor, Some(Editing::Open { .. }))
    }

    /// Opens the caller's editor at the selected cue.
    pub(super) fn open_editor(&mut self) {
        let now_ns = machine_ns();
        // Where there is none, the key has said so.
        let Some(file) = &self.file else { return };
        if let Err(why) = self.may_edit() {
            return self.app.refuse(why, now_ns);
        }
        let state = self.conductor.state();
        let cue = self.app.selected(state).map(|cue| state.show().cue(cue).number.clone());
        match editor::find(file.path().to_owned(), cue, self.post.clone()) {
            Ok(()) => self.editor = Some(Editing::Sought { until_ns: now_ns + SOUGHT }),
            Err(error) => self.app.refuse(format!("no editor: {error}"), now_ns),
        }
    }

    /// Gives the keys back to the show where the editor is not found in time.
    pub(super) fn expect_editor(&mut self) {
        if let Some(Editing::Sought { until_ns }) = &self.editor
            && machine_ns() >= *until_ns
        {
            self.stay("the editor is not found in time: the disk takes long to answer");
        }
    }

    /// The editor is not opened: the keys are the show's again, but for those typed since.
    fn stay(&mut self, why: &str) {
        self.editor = None;
        self.keyboard.discard();
        self.app.refuse(why, machine_ns());
    }

    pub(super) fn editor_news(&mut self, news: EditorNews) {
        match (news, &self.editor) {
            (EditorNews::Found(found), Some(Editing::Sought { .. })) => self.hand_over(*found),
            (EditorNews::Failed(why), Some(Editing::Sought { .. })) => self.stay(&why),
            (EditorNews::Failed(why), Some(Editing::Open { .. })) => {
                self.app.refuse(why, machine_ns());
                self.come_back();
            }
            (EditorNews::Closed { fault, before }, _) => {
                if let Some(fault) = &fault {
                    self.app.refuse(fault, machine_ns());
                }
                self.come_back();
                if let Some(file) = &self.file {
                    file.edited(before, fault);
                }
            }
            // It was found too late.
            (EditorNews::Found(_), Some(Editing::Open { .. }) | None)
            | (EditorNews::Failed(_), None) => {}
        }
    }

    /// Hands the terminal over to the editor.
    fn hand_over(&mut self, found: FoundEditor) {
        self.editor = None;
        let asks = self.keyboard.tells_held();
        let owed = self.owed(asks);
        let Some(screen) = &self.screen else { return };
        let name = &found.command.name;
        let line = format!("handover: the show runs on; its screen comes back when {name} ends");
        let left = screen.hand_over(asks, Some(line).filter(|_| found.command.is_window));
        self.words.push(LogWord::program(format!("{name} is open"), Tone::Calm, self.run_ns()));
        self.keyboard.forget();
        (self.held_keys_due_ns, self.asks_keys) = (None, false);
        let process = EditorProcess::default();
        match editor::start(found, left, owed, process.clone(), self.post.clone()) {
            Ok(()) => self.editor = Some(Editing::Open { process }),
            Err(error) => {
                self.app.refuse(format!("no editor: {error}"), machine_ns());
                self.come_back();
            }
        }
    }

    /// Takes the terminal again and draws.
    fn come_back(&mut self) {
        self.editor = None;
        let Some(screen) = &self.screen else { return };
        // What the editor has started may still have the terminal, and then taking it would stop this
        // program.
        if !terminal::is_ours() || terminal::take().is_err() {
            return self.terminal_lost();
        }
        drop(screen.take_back());
        screen.resized();
        self.keyboard.discard();
        self.has_asked();
    }

    /// Passes a signal on to the editor that ends this program or its hold on the terminal.
    pub(super) fn tell_editor(&self, signal: i32) {
        let Some(Editing::Open { process }) = &self.editor else { return };
        match signal {
            SIGHUP => process.end(Signal::HUP, None),
            SIGTERM => process.end(Signal::TERM, None),
            _ => {}
        }
    }
}
