//! The flag of a shared run: which station has it, and how it came there.
//!
//! Folded from the records like everything else. Which station "this one" is, is no matter of the
//! state: all stations have the same.

use std::time::Duration;

use jiff::SignedDuration;

use super::alarm::{late_ns, said_ns};
use super::{Event, MissedWhy, Origin, RUN_NS_MAX, Record, Rejection, RunNs, State, Timing};
use crate::show::{CueIx, CueNumber, StationName};

/// Time before its planned call from which on a pass is due.
const PASS_NEAR: SignedDuration = SignedDuration::from_secs(30);

/// The flag as the records have it. A run that is not shared has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagState {
    /// The station that has it.
    pub holder: StationName,
    /// Its term, from 1.
    pub term: u64,
    /// The offer that stands.
    pub offer: Option<Offer>,
    /// Reason why the last offer has ended without a pass; `None` while one stands, and once the
    /// flag has moved.
    pub withdrawn: Option<String>,
    /// `true` if the holder's program has let go of the run, and nobody has taken it up since.
    pub holder_left: bool,
    /// Every change of the flag, the first one when the run began.
    pub changes: Vec<FlagChange>,
    /// The cues that a station fired after somebody had taken the flag from it.
    pub aside: Vec<Aside>,
    /// Instants at which a station said that something is wrong, in the order in which that came.
    pub warnings: Vec<(RunNs, StationName)>,
}

/// An offer of the flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The station that it is offered to.
    pub to: StationName,
    /// Instant of the offer.
    pub at_ns: RunNs,
    /// Instant at which it was accepted.
    pub accepted_ns: Option<RunNs>,
}

/// One change of the flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagChange {
    /// Instant of the change; of a pass, the instant from which the new holder fires.
    pub at_ns: RunNs,
    /// The new holder.
    pub holder: StationName,
    /// Its term.
    pub term: u64,
    /// How it came there.
    pub how: FlagWay,
}

/// How the flag came to a station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagWay {
    /// It began the run.
    Began,
    /// It was passed by this station.
    Passed(StationName),
    /// It was taken from this station.
    Taken {
        /// The holder before.
        from: StationName,
        /// The caller's reason.
        reason: String,
        /// Time for which the holder had been silent.
        silent_ns: u64,
    },
}

/// A cue that a station fired while the others could not know of it, and from which the flag was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The cue.
    pub cue: CueNumber,
    /// The station that fired it.
    pub fired_by: StationName,
    /// The run's clock there.
    pub fired_ns: RunNs,
}

impl FlagState {
    /// The flag where a run begins, by its first record; `None` if the run is not shared.
    pub fn begun(first: &Record) -> Option<Self> {
        let origin = first.origin.as_deref()?;
        let holder = StationName::new(&origin.station).ok()?;
        let change = FlagChange {
            at_ns: first.run_ns,
            holder: holder.clone(),
            term: origin.term,
            how: FlagWay::Began,
        };
        Some(FlagState {
            holder,
            term: origin.term,
            offer: None,
            withdrawn: None,
            holder_left: false,
            changes: vec![change],
            aside: vec![],
            warnings: vec![],
        })
    }

    /// Returns `true` if a record of this origin may follow: it is the holder's, or takes the flag
    /// from it. Whatever else stands in the log is void.
    pub fn admits(&self, record: &Record) -> bool {
        let Some(Origin { station, term, .. }) = record.origin.as_deref() else { return false };
        let is_holders = *station == self.holder.as_str() && *term == self.term;
        if let Event::FlagTaken { from, .. } = &record.event {
            let is_next = self.term.checked_add(1) == Some(*term);
            return is_next && *from == self.holder && StationName::new(station).is_ok();
        }
        if let Event::FlagPassed { next_term, .. } = &record.event {
            return is_holders && self.term.checked_add(1) == Some(*next_term);
        }
        is_holders
    }

    /// Folds a record that [`Self::admits`].
    pub fn fold(&mut self, record: &Record) {
        let run_ns = record.run_ns;
        match &record.event {
            Event::FlagOffered { to } => {
                let (to, at_ns) = (to.clone(), run_ns);
                self.offer = Some(Offer { to, at_ns, accepted_ns: None });
                self.withdrawn = None;
            }
            Event::FlagAccepted { by } => {
                if let Some(offer) = self.offer.as_mut().filter(|offer| offer.to == *by) {
                    offer.accepted_ns.get_or_insert(run_ns);
                }
            }
            Event::FlagWithdrawn { why } => {
                (self.offer, self.withdrawn) = (None, Some(why.clone()))
            }
            Event::RunResumed { .. } => (self.offer, self.holder_left) = (None, false),
            Event::RunLeft { .. } => self.holder_left = true,
            Event::FlagPassed { to, next_term, from_ns } => {
                let before = std::mem::replace(&mut self.holder, to.clone());
                self.changed(*from_ns, *next_term, FlagWay::Passed(before));
            }
            Event::FlagTaken { from, reason, silent_ns } => {
                let Some(Origin { station, term, .. }) = record.origin.as_deref() else { return };
                let Ok(holder) = StationName::new(station) else { return };
                let (from, reason, silent_ns) = (from.clone(), reason.clone(), *silent_ns);
                self.holder = holder;
                self.changed(run_ns, *term, FlagWay::Taken { from, reason, silent_ns });
            }
            Event::CueFiredAside { cue, fired_by, fired_ns } => self.aside.push(Aside {
                cue: cue.clone(),
                fired_by: fired_by.clone(),
                fired_ns: *fired_ns,
            }),
            Event::StationWarned { by, late_ns } => {
                self.warnings.push((said_ns(run_ns, *late_ns), by.clone()));
            }
            Event::RunStarted { .. }
            | Event::TerminalLost { .. }
            | Event::RunEnded { .. }
            | Event::SegmentStarted { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Retimed { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::DepartmentWarned { .. }
            | Event::InterlockOverridden { .. }
            | Event::CueFired { .. }
            | Event::CueCompleted { .. }
            | Event::CueStopped { .. }
            | Event::ClipStarted { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
            | Event::ClipLost { .. }
            | Event::CueMissed { .. }
            | Event::CueSkipped { .. }
            | Event::CueUnskipped { .. }
            | Event::CueSwapped { .. }
            | Event::StepDone { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::Panicked { .. }
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::NoteTaken { .. }
            | Event::PersonSpotted { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::ActionSent { .. }
            | Event::ActionRehearsed { .. }
            | Event::ActionFailed { .. }
            | Event::ActionUnknown { .. }
            | Event::SideFailed { .. }
            | Event::AutoBegun { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => {}
        }
    }

    fn changed(&mut self, at_ns: RunNs, term: u64, how: FlagWay) {
        (self.term, self.offer, self.withdrawn) = (term, None, None);
        self.holder_left = false;
        self.changes.push(FlagChange { at_ns, holder: self.holder.clone(), term, how });
    }
}

impl State {
    /// The flag; `None` in a run that is not shared.
    pub fn flag(&self) -> Option<&FlagState> {
        self.flag.as_ref()
    }

    /// The station that the flag is to be passed to now by the rundown: from when a cue with `pass`
    /// is next, until a later one is called or that station has had the flag since.
    pub fn planned_pass(&self) -> Option<&StationName> {
        self.passes_at().map(|(_, to)| to)
    }

    /// Returns `true` if that pass is due at `now`: its cue was called, or is to be called within
    /// 30 s.
    /// `timing` is the projection at that instant.
    pub fn is_pass_due(&self, timing: &Timing, now: RunNs) -> bool {
        let Some((cue, _)) = self.passes_at() else { return false };
        let left = || self.call_left(cue, timing, now);
        self.cue(cue).firings > 0 || left().is_none_or(|left| left <= PASS_NEAR)
    }

    fn passes_at(&self) -> Option<(CueIx, &StationName)> {
        let flag = self.flag.as_ref()?;
        let is_now = |cue: &CueIx| {
            let is_next = self.playhead == Some(*cue);
            let is_last =
                self.frontier.is_none_or(|last| self.show.place(last) <= self.show.place(*cue));
            is_next || (self.cue(*cue).firings > 0 && is_last)
        };
        let cue = self.show.passes().iter().rev().copied().find(is_now)?;
        let to = self.show.cue(cue).pass.as_ref()?;
        let had_it = self.cue(cue).fired_ns.is_some_and(|fired_ns| {
            let before = flag.changes.partition_point(|change| change.at_ns < fired_ns);
            let since = flag.changes.get(before.saturating_sub(1)..).unwrap_or_default();
            since.iter().any(|change| change.holder == *to)
        });
        (flag.holder != *to && !had_it).then_some((cue, to))
    }

    fn shared(&self) -> Result<&FlagState, Rejection> {
        self.flag.as_ref().ok_or(Rejection::NotShared)
    }

    pub(super) fn offer_flag(&self, to: &StationName) -> Result<Vec<Event>, Rejection> {
        let flag = self.shared()?;
        if flag.holder == *to {
            return Err(Rejection::HasFlag(to.clone()));
        }
        match &flag.offer {
            Some(offer) if offer.to == *to => Ok(vec![]),
            Some(offer) => Err(Rejection::Offered(offer.to.clone())),
            None => Ok(vec![Event::FlagOffered { to: to.clone() }]),
        }
    }

    pub(super) fn accept_flag(
        &self,
        by: &StationName,
        offered_ns: Option<RunNs>,
    ) -> Result<Vec<Event>, Rejection> {
        let flag = self.shared()?;
        // Who accepts an earlier offer has not seen the briefing of this one.
        let is_meant = |at_ns| offered_ns.is_none_or(|offered_ns| offered_ns == at_ns);
        match flag.offer.as_ref().filter(|offer| offer.to == *by && is_meant(offer.at_ns)) {
            Some(offer) if offer.accepted_ns.is_some() => Ok(vec![]),
            Some(_) => Ok(vec![Event::FlagAccepted { by: by.clone() }]),
            None => Err(Rejection::NotOffered(by.clone())),
        }
    }

    pub(super) fn withdraw_flag(&self, why: &str) -> Result<Vec<Event>, Rejection> {
        let offered = self.shared()?.offer.is_some();
        offered
            .then(|| vec![Event::FlagWithdrawn { why: why.to_owned() }])
            .ok_or(Rejection::NoOffer)
    }

    pub(super) fn pass_flag(
        &self,
        to: &StationName,
        from_ns: RunNs,
    ) -> Result<Vec<Event>, Rejection> {
        let flag = self.shared()?;
        let offer = flag.offer.as_ref().filter(|offer| offer.to == *to);
        let accepted = offer.is_some_and(|offer| offer.accepted_ns.is_some());
        let next_term = flag.term.checked_add(1).filter(|_| accepted);
        let next_term = next_term.ok_or_else(|| Rejection::NotAccepted(to.clone()))?;
        Ok(vec![Event::FlagPassed { to: to.clone(), next_term, from_ns }])
    }

    /// Keeps the firings that are not known yet. What no journal takes is left out; where nothing
    /// else is there, it is refused.
    pub(super) fn keep_aside(&self, aside: &[Aside]) -> Result<Vec<Event>, Rejection> {
        // The letter that says so is sent until somebody has taken it in.
        let known = &self.shared()?.aside;
        let (mut events, mut refused) = (vec![], None);
        for Aside { cue, fired_by, fired_ns } in aside.iter().filter(|new| !known.contains(new)) {
            // Both come from another station: no line of a journal takes just any number.
            if self.show.find(cue).is_none() {
                refused = Some(Rejection::NoSuchCue(cue.clone()));
            } else if *fired_ns > RUN_NS_MAX {
                refused = Some(Rejection::TooFar);
            } else {
                let (cue, fired_by, fired_ns) = (cue.clone(), fired_by.clone(), *fired_ns);
                events.push(Event::CueFiredAside { cue, fired_by, fired_ns });
            }
        }
        refused.filter(|_| events.is_empty()).map_or(Ok(events), Err)
    }

    pub(super) fn warned(
        &self,
        by: &StationName,
        said_ns: Option<RunNs>,
        now: RunNs,
    ) -> Result<Vec<Event>, Rejection> {
        let event = Event::StationWarned { by: by.clone(), late_ns: late_ns(said_ns, now) };
        self.shared().map(|_| vec![event])
    }

    /// Keeps whose the flag is, and what a take has left open: what fell due while nobody is known
    /// to have called is missed, and the pictures of the old holder are out of sight.
    pub(super) fn fold_flag(&mut self, record: &Record) {
        match (&mut self.flag, &record.event) {
            (flag, Event::RunStarted { .. }) => *flag = FlagState::begun(record),
            (Some(flag), _) => flag.fold(record),
            (None, _) => {}
        }
        if let Event::FlagTaken { from, silent_ns, .. } = &record.event {
            (self.up_since_ns, self.down_why) = (record.run_ns, MissedWhy::FlagTaken);
            self.stops.lose_track();
            self.lose_ongoing_at(from, record.run_ns);
            let known = record.run_ns - Duration::from_nanos(*silent_ns);
            for cue in self.on_air.clone() {
                if self.was_at(cue, from) {
                    self.estimate_end(cue, known, record.run_ns);
                }
            }
        }
    }

    /// Returns `true` if the clip of `cue` played at `station`, which had the flag: at one of its
    /// own outputs, or at one that is sent by the holder.
    fn was_at(&self, cue: CueIx, station: &StationName) -> bool {
        let outputs =
            self.show.cue(cue).actions.iter().map(|action| self.show.output(action.output));
        outputs.clone().count() == 0
            || outputs
                .map(|output| output.station.as_ref())
                .any(|place| place.is_none_or(|place| place == station))
    }
}
