//! Cues that a station fired while the others could not know of it, and from which the flag was
//! taken: the audience has had them, and the run has not. They are not awaited any more, and nothing
//! brings them by itself.

use super::state::Leaves;
use super::{Aside, FlagChange, FlagWay, Phase, RunNs, State};
use crate::show::{CueIx, CueNumber, Output, StationName};

impl State {
    /// The last firing of `cue` by a station from which the flag had been taken; `None` where the
    /// run has fired the cue itself since the take.
    pub fn fired_aside(&self, cue: CueIx) -> Option<&Aside> {
        let flag = self.flag.as_ref().filter(|_| self.cue(cue).is_aside)?;
        let number = &self.show.cue(cue).number;
        flag.aside.iter().rfind(|aside| aside.cue == *number)
    }

    /// The ids of the outputs that got nothing of the cue of this number when `by` fired it aside: those
    /// that another station sends, which did not know of it. None where nobody took the flag from `by`:
    /// it called a copy of the run alone, and sent all outputs.
    pub fn unsent_aside(&self, number: &CueNumber, by: &StationName) -> Vec<&str> {
        if self.last_take_from(by).is_none() {
            return vec![];
        }
        let actions = self.show.find(number).map(|cue| self.show.cue(cue).actions.as_slice());
        let outputs = actions.into_iter().flatten().map(|action| self.show.output(action.output));
        let is_anothers =
            |output: &&Output| output.station.as_ref().is_some_and(|station| station != by);
        let mut ids: Vec<&str> = vec![];
        for output in outputs.filter(is_anothers) {
            if !ids.contains(&output.id.as_str()) {
                ids.push(&output.id);
            }
        }
        ids
    }

    /// The last take of the flag from `station`: others may have taken it from each other since.
    fn last_take_from(&self, station: &StationName) -> Option<&FlagChange> {
        let is_from = |how: &FlagWay| matches!(how, FlagWay::Taken { from, .. } if from == station);
        self.flag.as_ref()?.changes.iter().rfind(|change| is_from(&change.how))
    }

    /// The end of a sentence about such a cue: `; la-desk got nothing`, or nothing.
    pub fn unsent_words(&self, number: &CueNumber, by: &StationName) -> String {
        match self.unsent_aside(number, by).as_slice() {
            [] => String::new(),
            outputs => format!("; {} got nothing", outputs.join(", ")),
        }
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
        // A station may also have gone on alone with a copy of the run, and nobody took anything.
        let taken_ns = self.last_take_from(by).map_or(fired_ns, |change| change.at_ns);
        let is_since = |cue: CueIx| self.cue(cue).fired_ns.is_some_and(|ns| ns >= taken_ns);
        if is_since(cue) {
            return;
        }
        // What the caller has called since the take brings its own chain, link by link.
        if !self.bringer(cue).is_some_and(is_since) {
            self.take_links(cue, (cue, self.cue(cue).firings));
            self.disarm(cue);
        }
        let was_missed = self.missed.remove(&self.turn(cue)).is_some();
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::FlagState;
    use crate::show::file;

    #[test]
    fn the_outputs_of_other_stations_got_nothing_of_a_cue_that_was_fired_aside() {
        let text = "title = \"T\"\n[output.desk]\nosc = \"udp://127.0.0.1:1\"\n\
             [output.la-desk]\nosc = \"udp://127.0.0.1:2\"\nstation = \"la\"\n\
             [output.paris-desk]\nosc = \"udp://127.0.0.1:3\"\nstation = \"paris\"\n\
             [[segment]]\ntitle = \"S\"\nduration = \"1m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"C\"\n\
             do = [{ output = \"desk\", osc = \"/1\" }, { output = \"la-desk\", osc = \"/1\" }, \
             { output = \"paris-desk\", osc = \"/1\" }, { output = \"la-desk\", osc = \"/2\" }]\n";
        let mut state = State::new(Arc::new(file::parse(text, "UTC").unwrap()));
        let number = CueNumber::new("1").unwrap();
        let station = |name| StationName::new(name).unwrap();
        let change = |from, holder, term| {
            let how = FlagWay::Taken { from: station(from), reason: "gone".into(), silent_ns: 9 };
            FlagChange { at_ns: RunNs::new(1), holder: station(holder), term, how }
        };
        state.flag = Some(FlagState {
            holder: station("la"),
            term: 3,
            offer: None,
            withdrawn: None,
            holder_left: false,
            changes: vec![change("paris", "oslo", 2), change("oslo", "la", 3)],
            aside: vec![],
            warnings: vec![],
        });
        let words = |by| state.unsent_words(&number, &station(by));
        assert_eq!(words("paris"), "; la-desk got nothing");
        assert_eq!(words("oslo"), "; la-desk, paris-desk got nothing");
        assert_eq!(words("la"), "", "it called a copy of the run, and sent all outputs");
        assert_eq!(state.unsent_words(&CueNumber::new("9").unwrap(), &station("paris")), "");
    }
}
