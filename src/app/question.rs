//! Questions to the caller: what would stop a live show is asked before it is done.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::keys::Act;
use super::{App, EditWish, Task, Tone, retime};
use crate::edit::form::CueOrSegment;
use crate::engine::{Command, State};
use crate::show::CueIx;
use crate::time::MachineNs;

/// A question that stands on the message line until a key answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Leave an unfinished live run?
    Quit,
    /// End a live run of which all cues are called, but whose last segment is not over?
    End,
    /// Give the terminal back in the middle of a live run?
    Suspend,
    /// Take the version of the show file into the run?
    TakeVersion,
    /// Open the caller's editor in the middle of a live run?
    Editor,
    /// Set the times to a cue or its segment, though cues are left behind by it?
    Retime {
        /// The cue.
        cue: CueIx,
        /// Its segment begins now, whichever of its cues it is.
        is_segment: bool,
    },
    /// Take a cue out of the show file, or its segment?
    Remove {
        /// The cue.
        cue: CueIx,
        /// Its segment, with all cues of it.
        is_segment: bool,
    },
}

impl Question {
    /// Effect of `y`, in one word.
    pub fn verb(self) -> &'static str {
        match self {
            Question::Quit => "leave",
            Question::End => "end",
            Question::Suspend => "suspend",
            Question::TakeVersion => "take",
            Question::Editor => "open",
            Question::Retime { .. } => "set",
            Question::Remove { .. } => "remove",
        }
    }

    /// Tasks after a yes.
    pub(super) fn tasks(self, state: &State) -> Vec<Task> {
        match self {
            Question::Quit => vec![Task::Quit],
            Question::End => vec![Task::Command(Command::End), Task::Quit],
            Question::Suspend => vec![Task::Suspend],
            Question::TakeVersion => vec![Task::TakeVersion],
            Question::Editor => vec![Task::Editor],
            Question::Retime { cue, is_segment } => {
                let here = retime::here(cue, is_segment, state);
                vec![Task::Command(Command::Retime(here))]
            }
            Question::Remove { cue, is_segment } => {
                let number = state.show().cue(cue).number.clone();
                let which = if is_segment { CueOrSegment::SegmentOf } else { CueOrSegment::Cue };
                vec![Task::Edit(EditWish::Remove(which(number)))]
            }
        }
    }

    /// Returns `true` if `key` says yes: only y does, pressed after the question. Ctrl-C twice by
    /// habit must not leave a live show.
    pub(super) fn is_yes(key: &KeyEvent) -> bool {
        // With Ctrl or Alt it may be the key of GO.
        key.kind == KeyEventKind::Press
            && (key.modifiers - KeyModifiers::SHIFT).is_empty()
            && matches!(key.code, KeyCode::Char('y' | 'Y'))
    }
}

impl App {
    /// Asks, with the keys that answer before the reason: a narrow window cuts the end off.
    pub(super) fn ask(&mut self, question: Question, why: &str, now_ns: MachineNs) -> Vec<Task> {
        self.ask_about(question, "", why, now_ns)
    }

    /// Asks, and says first what it is about, where that is not what is on the screen anyway.
    pub(super) fn ask_about(
        &mut self,
        question: Question,
        what: &str,
        why: &str,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        self.question = Some(question);
        let verb = question.verb();
        let go = match self.may_call() {
            true => format!(", {} is GO", self.keymap.way(Act::Go)),
            false => String::new(),
        };
        self.put_message(
            format!("y {verb}s{what}, any other key stays{go}: {why}"),
            Tone::Alarm,
            now_ns,
        );
        vec![]
    }
}
