//! Cues that a station fired after somebody had taken the flag from it: the audience has had them,
//! and the run has not. They are not awaited any more, and nothing brings them by itself.

use super::state::Leaves;
use super::{Aside, FlagWay, Phase, RunNs, State};
use crate::show::{CueIx, CueNumber, StationName};

impl State {
    /// The last firing of `cue` by a station from which the flag had been taken; `None` where the
    /// run has fired the cue itself since the take.
    pub fn fired_aside(&self, cue: CueIx) -> Option<&Aside> {
        let flag = self.flag.as_ref().filter(|_| self.cue(cue).is_aside)?;
        let number = &self.show.cue(cue).number;
        flag.aside.iter().rfind(|aside| aside.cue == *number)
    }

    /// The station `by` says at `run_ns` that it has fired this cue at `fired_ns`, without the flag.
    pub(super) fn was_fired_aside(
        &mut self,
        number: &CueNumber,
        by: &StationName,
        fired_ns: RunNs,
        run_ns: RunNs,
    ) {
        let Some(cue) = self.show.find(number) else { return };
        let takes = self.flag.iter().flat_map(|flag| flag.changes.iter().rev());
        // Others may have taken it from each other since.
        let is_from_it = |how: &FlagWay| matches!(how, FlagWay::Taken { from, .. } if from == by);
        let mut taken = takes.filter(|change| is_from_it(&change.how));
        // A station may also have gone on alone with a copy of the run, and nobody took anything.
        let taken_ns = taken.next().map_or(fired_ns, |change| change.at_ns);
        let is_since = |cue: CueIx| self.cue(cue).fired_ns.is_some_and(|ns| ns >= taken_ns);
        if is_since(cue) {
            return;
        }
        // What the caller has called since the take brings its own chain.
        let comes = self.show.cue(cue).trigger.cause().is_some_and(is_since);
        if !comes {
            self.take_links(cue, (cue, self.cue(cue).firings));
            self.disarm(cue);
        }
        let was_missed = self.missed.remove(&self.turn(cue));
        let is_on_air = self.on_air.contains(&cue);
        let state = &mut self.cues[cue];
        state.is_aside = true;
        if was_missed {
            state.phase = if is_on_air { Phase::Running } else { Phase::Waiting };
        }
        if self.playhead == Some(cue) {
            self.leaves = Some(if was_missed { Leaves::Missed } else { Leaves::Called });
            self.frontier = if was_missed { self.frontier } else { Some(cue) };
        }
        self.touched_ns = self.touched_ns.max(self.show_ns(run_ns));
    }
}
