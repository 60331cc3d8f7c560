//! Cues that may have been sent although the journal does not say so: a disk that was full lost its
//! end, or the flag was taken from a station that may have fired them.

use std::collections::BTreeSet;

use super::timer::TimerKind;
use super::{MissedWhy, RunNs, ShowNs, State};
use crate::show::{CueIx, CueNumber, Trigger};

/// The end of a journal that was lost, until the caller answers the alarm about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LostEnd {
    /// The first cue in the running order that may have been sent; `None` where none was left to come.
    pub from: Option<CueNumber>,
    /// Instant of the resume.
    at_ns: RunNs,
}

impl State {
    /// Returns `true` if nobody knows whether `cue` was sent: it fell due at a station from which the
    /// flag was taken, or the journal has lost its end before the last resume, the caller has not
    /// answered the alarm about it, and the cue has not fired since.
    pub fn may_have_been_sent(&self, cue: CueIx) -> bool {
        if self.missed.get(&self.turn(cue)) == Some(&MissedWhy::FlagTaken) {
            return true;
        }
        let Some(LostEnd { from: Some(from), at_ns }) = self.alarms.lost_end() else {
            return false;
        };
        // An edit may have taken the first one out of the show.
        let from = self.show.find(from);
        let is_later = from.is_none_or(|from| self.place_of(cue) >= self.place_of(from));
        is_later && self.cue(cue).fired_ns.is_none_or(|fired_ns| fired_ns < *at_ns)
    }

    /// The end that a journal lost before the resume at `run_ns`. Where `earlier` stands from a resume
    /// before that, the first cue of both counts.
    pub(super) fn lost_end(&self, earlier: Option<&LostEnd>, run_ns: RunNs) -> LostEnd {
        let before = earlier.and_then(|lost| self.show.find(lost.from.as_ref()?));
        let both = before.into_iter().chain(self.may_have_come(run_ns));
        let first = both.min_by_key(|&cue| self.place_of(cue));
        LostEnd { from: first.map(|cue| self.number(cue)), at_ns: run_ns }
    }

    /// The cues that may have fired between the last record and `run_ns`: the one that was next to
    /// call, what was due by then, and everything that follows these by itself.
    fn may_have_come(&self, run_ns: RunNs) -> BTreeSet<CueIx> {
        // A hold may have ended in what was lost.
        let is_past = |due_ns: ShowNs| self.unheld(due_ns) <= run_ns;
        let mut found: Vec<CueIx> = self.comes_to_playhead().into_iter().collect();
        let timers = self.timers.by_show.iter();
        let due = timers.filter(|(at_ns, kind, _)| *kind == TimerKind::Fire && is_past(*at_ns));
        found.extend(due.map(|(_, _, turn)| turn.cue));
        let by_wall = self.timers.by_wall.iter().filter(|(at_ns, _)| *at_ns <= run_ns);
        found.extend(by_wall.map(|(_, turn)| turn.cue));
        for &cue in &self.on_air {
            // One whose end the caller or a player has may have come to it.
            let ends_ns = self.cue(cue).complete_ns;
            let comes = |link: &CueIx| match self.show.cue(*link).trigger {
                Trigger::After { delay, .. } => ends_ns.is_none_or(|ns| is_past(ns + delay)),
                Trigger::Go | Trigger::With { .. } | Trigger::At { .. } | Trigger::Into { .. } => {
                    false
                }
            };
            let links = self.show.after(cue).iter().copied();
            found.extend(links.filter(|&link| self.follows(link)).filter(comes));
        }
        if let Some((_, Some(segment))) = self.next_change().filter(|(at_ns, _)| is_past(*at_ns)) {
            let is_into = |cue: &CueIx| matches!(self.show.cue(*cue).trigger, Trigger::Into { .. });
            found.extend(self.show.cues_of(segment).filter(is_into));
        }
        let mut all = BTreeSet::new();
        while let Some(cue) = found.pop() {
            if self.is_in_order(cue) && all.insert(cue) {
                found.extend(self.show.with(cue).iter().chain(self.show.after(cue)));
            }
        }
        all
    }
}
