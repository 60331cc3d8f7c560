//! Leaving: quit and suspend, and the questions before.

use super::{App, Question, Task, ongoing};
use crate::engine::State;
use crate::time::MachineNs;

impl App {
    /// Leaves the run; asks where something would be lost by it.
    pub(super) fn quit(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if self.is_editor {
            return vec![Task::Quit];
        }
        if self.follows() {
            let is_live = !state.is_rehearsal() && state.has_begun() && !state.has_ended();
            let loses = self.sent_from_here(state).filter(|_| is_live);
            return match loses {
                Some(loses) => self.ask(Question::Quit, &loses, now_ns),
                None => vec![Task::Quit],
            };
        }
        let is_done = state.is_over() && state.uncalled().next().is_none();
        if is_done && !state.has_ended() {
            // The run ends by itself when its last segment is over: to end it sooner is a decision.
            let segment = state
                .current_segment()
                .map_or(String::new(), |segment| format!(" {}", segment.0 + 1));
            let why = format!("all cues are called, but segment{segment} is not over");
            return match state.is_rehearsal() {
                true => Question::End.tasks(state),
                false => self.ask(Question::End, &why, now_ns),
            };
        }
        let is_followed =
            self.link.as_ref().is_some_and(|link| link.others().any(|station| !station.away));
        if state.has_ended() || (state.is_rehearsal() && !is_followed) {
            return vec![Task::Quit];
        }
        let left =
            if state.is_over() { "some cues were not called" } else { "the run is unfinished" };
        let after = if self.journal_alarm.is_some() {
            "its journal is incomplete"
        } else {
            "it can be resumed"
        };
        let flag = self.flag_left().map_or(String::new(), |words| format!("{words}; "));
        let (clips, ramps) = (self.clips_stop(), self.staying(state));
        self.ask(Question::Quit, &format!("{flag}{clips}{ramps}{left}, {after}"), now_ns)
    }

    /// Suspends the program, as a shell's job.
    pub(super) fn suspend(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if state.is_rehearsal() || state.has_ended() || self.follows() {
            return vec![Task::Suspend];
        }
        let ramps = self.staying(state);
        let why = format!("{ramps}nothing fires by itself until fg");
        self.ask(Question::Suspend, &why, now_ns)
    }

    /// Outputs that go down for all when this station leaves: those that it alone sends, where it is
    /// heard. `None` where there is nothing.
    fn sent_from_here(&self, state: &State) -> Option<String> {
        let link = self.link.as_ref().filter(|link| link.looks_on.is_none())?;
        let outputs = state.show().outputs.iter();
        let own = outputs.filter(|output| output.station.as_ref() == Some(&link.me));
        let ids: Vec<&str> = own.map(|output| output.id.as_str()).collect();
        let goes = if ids.len() == 1 { "goes" } else { "go" };
        (!ids.is_empty()).then(|| format!("{} {goes} down for all stations", ids.join(", ")))
    }

    /// The clips that leaving would stop, before other words.
    fn clips_stop(&self) -> String {
        match self.outputs.iter().map(|output| output.clips.len()).sum::<usize>() {
            0 => String::new(),
            1 => "1 clip stops; ".to_owned(),
            count => format!("{count} clips stop; "),
        }
    }

    /// The ramps that leaving would end, before other words.
    fn staying(&self, state: &State) -> String {
        let ramps = ongoing::staying(state, self.run_ns, |_| true);
        ramps.map_or(String::new(), |ramps| format!("{ramps}; "))
    }
}
