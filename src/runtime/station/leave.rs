//! Letting go: of the terminal when it is lost, of the processor when the shell wants it, of the
//! run when the caller leaves. None of it waits longer than [`GOODBYE`] for anybody, or
//! than [`ANSWER`] for what the terminal still has to answer.

use std::time::Duration;

use rustix::process::Signal;
use signal_hook::consts::SIGTERM;

use super::editor::Editing;
use super::typed::ANSWER;
use super::{FAULTS, Station};
use crate::app::Tone;
use crate::app::flag::Role;
use crate::app::log::Log;
use crate::conductor::ConductorInput;
use crate::engine::CALLER_QUIT;
use crate::output::Outputs;
use crate::runtime::clock::machine_ns;
use crate::runtime::editor::Owed;
use crate::runtime::screen::{self, Screen};
use crate::runtime::{End, GOODBYE, fault, keyboard, signals, terminal};

/// Maximum wait for a terminal that has not answered yet, and perhaps never does, from the question
/// on.
const MAY_ANSWER: Duration = Duration::from_secs(1);

impl Station {
    /// The show runs on; another terminal may take it over.
    pub(super) fn terminal_lost(&mut self) {
        if let Some(screen) = self.screen.take() {
            if self.has_editor() {
                screen.forget();
            }
            terminal::give_back();
            if let Some(journal) = &self.journal {
                let _ = journal.set_terminal(false);
            }
            self.drive(ConductorInput::TerminalLost);
            self.lost_terminal();
        }
    }

    /// The same where the terminal may still be there: it is left as it was found, with a line on
    /// how to go on. Cues do not wait for it.
    pub(super) fn give_terminal_up(&mut self, signal: i32) {
        self.flush();
        if let Some(screen) = &self.screen {
            let (name, pid) = (signals::name(signal), std::process::id());
            let (run, id) = match &self.id {
                Some(id) => (format!("run {id}"), format!(" {id}")),
                None => ("this run".to_owned(), String::new()),
            };
            let option = &self.app.state_option;
            let resume = self.to_resume().unwrap_or(format!("handover --resume{id}{option}"));
            let words = format!(
                "handover: {name}: {run} goes on without a terminal, as process {pid}. In another terminal \
                 `{resume}` takes it up, and `handover stop{id}{option}` ends it; then this one is free again."
            );
            match &self.editor {
                Some(Editing::Open { process }) => process.end(Signal::HUP, Some(words)),
                Some(Editing::Sought { .. }) | None => screen.leave_without_waiting(words),
            }
        }
        self.terminal_lost();
    }

    /// Draws with a new screen, for the old one has fallen over a fault of its own.
    pub(super) fn restart_screen(&mut self) {
        if self.screen.is_none() {
            // The terminal has gone meanwhile.
            return;
        }
        self.faults += 1;
        self.app.say(fault::WORDS, Tone::Alarm, machine_ns());
        // The state that the new one starts from has the news already; others have still to hear of
        // it.
        self.publish();
        let (state, clock, app) =
            (self.conductor.state().clone(), self.conductor.clock(), self.app.clone());
        let start = screen::ScreenStart {
            state,
            log: Log::default(),
            app,
            clock,
            capabilities: self.capabilities,
            keys: self.keys,
        };
        match Screen::start(&mut self.feed, start, self.post.clone()) {
            Ok(screen) if self.faults <= FAULTS => {
                self.screen = Some(screen);
                self.has_asked();
            }
            _ => self.terminal_lost(),
        }
    }

    /// Stops the whole program, as the shell's job control wants it, and comes back with `fg`.
    pub(super) fn suspend(&mut self) {
        self.flush();
        let asks = self.keyboard.tells_held();
        let Some(screen) = &self.screen else { return };
        if screen.suspend(asks, GOODBYE) {
            self.settle(asks);
        }
        if terminal::step_aside().is_err() {
            return self.terminal_lost();
        }
        self.keyboard.discard();
        if let Some(screen) = &self.screen {
            screen.come_back(GOODBYE);
            screen.resized();
        }
        self.has_asked();
    }

    /// Waits for the answers that the terminal still owes, and one more if it was asked on leaving
    /// (`asks`): they are no text for the shell.
    fn settle(&mut self, asks: bool) {
        if let Some(Owed { answers, until_ns }) = self.owed(asks) {
            self.keyboard.settle(until_ns, answers);
        }
    }

    /// The answers that the terminal still owes, with one more if it is asked on leaving (`asks`);
    /// they count as given from here on.
    pub(super) fn owed(&mut self, asks: bool) -> Option<Owed> {
        let now_ns = machine_ns();
        let owed = std::mem::take(&mut self.questions);
        let owed = if now_ns.since(self.asked_ns) < ANSWER { owed } else { 0 };
        let until_ns = if asks { now_ns + ANSWER } else { self.asked_ns + MAY_ANSWER };
        let answers = owed + usize::from(asks);
        (answers > 0).then_some(Owed { answers, until_ns })
    }

    /// Lets go of everything, none of it for longer than [`GOODBYE`]; the text is for the shell's
    /// screen.
    pub(super) fn leave(mut self) -> (Option<String>, End) {
        self.flush();
        if let Some(remote) = &self.remote {
            remote.ear.close();
        }
        let reason = self.leaving.take().unwrap_or_else(|| "too many internal errors".into());
        let was_quit = reason == CALLER_QUIT;
        let signal = match self.end {
            End::Signal(signal) if reason == signals::name(signal) => Some(reason.clone()),
            End::Signal(_) | End::Left | End::Lost => None,
        };
        let was_given_up = self.screen.is_none();
        let shared = self.shared_words();
        self.tell_editor(SIGTERM);
        // The terminal is the editor's: it is not asked for anything.
        let asks = self.keyboard.tells_held() && !self.has_editor();
        let answered = self.screen.take().is_none_or(|screen| {
            let has_left = screen.leave(asks, GOODBYE);
            if has_left {
                self.settle(asks);
            }
            has_left
        });
        terminal::give_back();
        let nothing = Outputs::rehearsal(self.conductor.state().show().clone());
        let unsent = std::mem::replace(&mut self.outputs, nothing).close(machine_ns() + GOODBYE);
        self.drive(ConductorInput::Leave { reason, unsent });
        self.leave_shared();
        let state = self.conductor.state();
        let fault = match self.journal.take() {
            Some(journal) => {
                journal.close(GOODBYE).err().map(|error| (error.after_the_end(), error.to_string()))
            }
            None => self
                .app
                .journal_alarm
                .take()
                .map(|why| (Some(format!("it has no journal: {why}")), why)),
        };
        if let Some(Editing::Open { process }) = &self.editor {
            // A shell that has the terminal before it keeps the editor's modes for its own.
            process.await_end(GOODBYE);
        }
        let run = self.id.as_ref().map_or("This run".to_owned(), |id| format!("Run {id}"));
        // A rehearsal that was left on purpose is not what a bare `--resume` takes.
        let is_live = !state.is_rehearsal() && state.shift_ns().is_none();
        let named = match &self.id {
            Some(id) if was_quit && !is_live => format!(" {id}"),
            _ => String::new(),
        };
        let option = &self.app.state_option;
        let mut words = vec![];
        words.extend(signal.map(|signal| format!("Ended by {signal}.")));
        match &fault {
            Some((Some(lost), _)) => {
                words.push(format!("{run} was not recorded completely: {lost}."))
            }
            Some((None, _)) | None if state.is_only_edited() => {}
            Some((None, _)) | None if !state.is_kept() => {
                words
                    .push("`handover` opens this show; `handover new FILE` writes one.".to_owned());
            }
            Some((None, _)) | None if state.has_ended() => {
                words.push(format!("{run} is finished: `handover report{option}` shows it."));
            }
            Some((None, _)) | None if was_given_up => {
                words.push(format!("{run} was taken up or stopped by another program."));
            }
            Some((None, _)) | None if let Some(shared) = shared => words.push(shared),
            Some((None, _)) | None => {
                words.push(format!(
                    "{run} is unfinished: `handover --resume{named}{option}` resumes it."
                ));
            }
        }
        let end = match &fault {
            Some((Some(_), _)) if self.end == End::Left => End::Lost,
            _ => self.end,
        };
        if let Some((None, fault)) = fault {
            words.push(format!("The journal: {fault}."));
        }
        // A terminal that nobody reads gets no farewell: writing one could hang.
        ((answered && !words.is_empty() && keyboard::is_alive()).then(|| words.join("\n")), end)
    }

    /// The command that takes the run up again as a shared one, if it is one.
    fn to_resume(&self) -> Option<String> {
        let share = &self.shared.as_ref()?.share;
        Some(share.to_resume(self.id.as_ref()?, &self.app.state_option))
    }

    /// The state in which a shared run is left, and the commands that go on with it; `None` if it is
    /// not shared.
    fn shared_words(&self) -> Option<String> {
        let (share, id) = (&self.shared.as_ref()?.share, self.id.as_ref()?);
        let (link, option) = (self.app.link.as_ref()?, &self.app.state_option);
        let heard = link.others().any(|station| !station.away) && link.log.trouble.is_none();
        let again = match id.station() {
            // The server on this machine ends soon after the last station: then there is nothing to join.
            Some(_) if heard => share.to_join(id, option),
            Some(_) | None => share.to_resume(id, option),
        };
        let goes_on = match &link.role {
            Role::Follows { holder } if link.hears(holder) => format!("goes on at {holder}"),
            Role::Follows { holder } => {
                format!("is left: {holder} had its flag and is not heard now")
            }
            Role::OnItsWay { to } => format!("is left, with its flag on its way to {to}"),
            Role::Holds | Role::Alone { .. } | Role::Mute { .. } => {
                "is unfinished, and has its flag here".to_owned()
            }
            Role::Nobody => "is left: nobody is known to have its flag".to_owned(),
        };
        Some(format!(
            "Run {id} {goes_on}. `{again}` takes part in it again. \
             Not shared, `handover --resume {id}{option}` would call this station's copy alone."
        ))
    }
}
