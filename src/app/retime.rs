//! "This is happening now": the question before a live show leaves cues behind.

use super::{App, Question, Task};
use crate::engine::{Command, Here, State};
use crate::show::CueIx;
use crate::time::MachineNs;

/// Maximum number of cues that the question names.
const NAMED_MAX: usize = 6;

impl App {
    /// The selected cue, or its segment, is happening now. A live show is asked first where cues
    /// that are still to come by themselves would not come any more.
    pub(super) fn retime(
        &mut self,
        is_segment: bool,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let Some(cue) = self.selected(state) else { return self.nothing_selected(now_ns) };
        let here = here(cue, is_segment, state);
        let left = state.left_behind(here);
        if left.is_empty() || state.is_rehearsal() {
            return vec![Task::Command(Command::Retime(here))];
        }
        let number = |cue: &CueIx| state.show().cue(*cue).number.to_string();
        let named: Vec<_> = left.iter().take(NAMED_MAX).map(number).collect();
        let more = match left.len() - named.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let why = format!("{}{more} would not come", named.join(", "));
        self.ask_about(Question::Retime { cue, is_segment }, " the time", &why, now_ns)
    }
}

/// Where the show is, if it is at `cue` or at the beginning of its segment.
pub(super) fn here(cue: CueIx, is_segment: bool, state: &State) -> Here {
    match is_segment {
        true => Here::Segment(state.show().segment_of(cue)),
        false => Here::Cue(cue),
    }
}
