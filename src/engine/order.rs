//! The running order: which cue the next GO fires, and which come before and after it.
//!
//! The order is that of the file. Backups have no place of their own in it: they take that of their
//! cue when swapped in.

use super::{Phase, State};
use crate::show::{CueIx, CueNumber, Trigger};

impl State {
    /// `by` has the place of `cue` from here on.
    pub(super) fn cue_swapped(&mut self, cue: &CueNumber, by: &CueNumber) {
        let (Some(cue), Some(by)) = (self.show.find(cue), self.show.find(by)) else { return };
        let main = self.show.main_of(cue);
        self.disarm(cue);
        self.cues[main].replaced_by = (by != main).then_some(by);
    }

    /// The cue that stands at the place of `main`: itself, or the backup that has its place.
    pub fn at_place_of(&self, main: CueIx) -> CueIx {
        self.cue(main).replaced_by.unwrap_or(main)
    }

    /// The cue that a swap puts in the place of `cue`: it and its backups come round in turn, but for
    /// those that the caller has taken out of the run.
    pub fn swaps_to(&self, cue: CueIx) -> Option<CueIx> {
        let main = self.show.main_of(cue);
        let places = || [main].into_iter().chain(self.show.backups(main).iter().copied());
        let before = places().take_while(|&place| place != cue);
        let mut turn = places().skip_while(|&place| place != cue).skip(1).chain(before);
        turn.find(|&place| !self.cue(place).skipped)
    }

    /// Returns `true` if `cue` is in the order: not skipped, and neither it nor the cue at the head
    /// of its chain is out of the order, as a backup that waits does, or a cue whose backup is
    /// swapped in. (What follows a jump that was called off must not be offered to the caller in
    /// the dark. What follows a skipped cue is: it waits for GO.)
    pub fn is_in_order(&self, cue: CueIx) -> bool {
        self.has_place(cue) && !self.cue(cue).skipped
    }

    /// Returns `true` if `cue` is in the show, and neither it nor the cue at the head of its chain is
    /// out of the order.
    pub(super) fn has_place(&self, cue: CueIx) -> bool {
        let has_place = |cue| self.at_place_of(self.show.main_of(cue)) == cue;
        self.show.has(cue) && has_place(cue) && has_place(self.show.root(cue))
    }

    /// Returns `true` if the playhead stops at `cue` when it moves by itself: the caller has to
    /// call it, or it can't come alone.
    pub(super) fn stops(&self, cue: CueIx) -> bool {
        let comes_alone = match self.show.cue(cue).trigger {
            Trigger::Go => false,
            Trigger::With { cue: cause, .. } | Trigger::After { cue: cause, .. } => {
                self.cue(cue).firings > 0
                    || self.cue(cue).due_ns.is_some()
                    // A chain that was fired aside ends where its station fell silent.
                    || (self.is_in_order(cause) && !self.cue(cause).is_aside)
            }
            Trigger::At { .. } => {
                let is_due = || self.timers.by_wall.iter().any(|(_, turn)| turn.cue == cue);
                self.cue(cue).firings > 0 || is_due() || self.lies_before_start(cue)
            }
            Trigger::Into { .. } => true,
        };
        let is_awaited = self.is_in_order(cue) && !self.cue(cue).is_aside;
        is_awaited && (!comes_alone || self.cue(cue).phase == Phase::Missed)
    }

    /// Returns `true` if the run's clock began where somebody wanted it to, and not by the
    /// machine's.
    pub(super) fn begins_anywhere(&self) -> bool {
        self.rehearsal || self.shift_ns.is_some()
    }

    /// Returns `true` if the clock would have brought `cue` before the run began, in a rehearsal
    /// that begins in the middle: it is passed over, not missed.
    pub(super) fn lies_before_start(&self, cue: CueIx) -> bool {
        let mut by_clock = self.plan.by_clock.iter();
        by_clock.any(|&(other, at_ns)| other == cue && self.is_before_start(at_ns))
    }

    /// The first cue after `cue` (or in the show) at which the playhead stops.
    pub(super) fn next_stop(&self, cue: Option<CueIx>) -> Option<CueIx> {
        self.places_after(cue).find(|&cue| self.stops(cue))
    }

    /// The first cue from this place in the order on at which the playhead stops.
    pub(super) fn stop_from(&self, place: usize) -> Option<CueIx> {
        let mains = self.show.order.iter().skip(place).copied();
        let mains = mains.filter(|&cue| self.show.cue(cue).backup_for.is_none());
        mains.map(|cue| self.at_place_of(cue)).find(|&cue| self.stops(cue))
    }

    /// The first cue that only the caller can fire.
    pub(super) fn first_called(&self) -> Option<CueIx> {
        self.places_after(None)
            .find(|&cue| self.is_in_order(cue) && self.show.cue(cue).trigger == Trigger::Go)
    }

    /// The playhead, and the cues after it at which it will stop, in order.
    pub fn calls_ahead(&self) -> impl Iterator<Item = CueIx> {
        let later = self.playhead.into_iter().flat_map(|cue| self.places_after(Some(cue)));
        self.playhead.into_iter().chain(later.filter(|&cue| self.stops(cue)))
    }

    /// Next place of the playhead when a missed cue at it has fired, or is skipped: the other
    /// missed ones up to the place where the caller was, and then that place, so that catching up
    /// fires nothing twice and passes over no call.
    pub(super) fn next_stop_after_missed(&self, cue: CueIx) -> Option<CueIx> {
        let furthest = self.frontier.filter(|&f| self.is_before(cue, f)).unwrap_or(cue);
        let mut behind =
            self.places_after(Some(cue)).take_while(|&place| !self.is_before(furthest, place));
        let missed = behind.find(|&c| self.cue(c).phase == Phase::Missed && self.stops(c));
        missed.or_else(|| self.next_stop(Some(furthest)))
    }

    /// The cue after the playhead, whatever fires it.
    pub(super) fn next_in_order(&self) -> Option<CueIx> {
        // After the last cue there is no next one: the top of the show is reached by going there,
        // not by going on.
        let is_after_all = self.playhead.is_none() && self.has_begun();
        self.places_after(self.playhead)
            .find(|&cue| self.is_in_order(cue))
            .filter(|_| !is_after_all)
    }

    /// The cue in front of the playhead, whatever fires it.
    pub(super) fn previous_in_order(&self) -> Option<CueIx> {
        let order = self.show.order.as_slice();
        let end = self.playhead.map_or(order.len(), |cue| self.place_of(cue));
        let before = order.iter().take(end).rev().copied();
        let mains = before.filter(|&cue| self.show.cue(cue).backup_for.is_none());
        mains.map(|cue| self.at_place_of(cue)).find(|&cue| self.is_in_order(cue))
    }

    /// New place of the playhead after a resume, if it has to move: back to the first missed cue, and
    /// never on to one. What was missed further on is taken up when the caller comes to it; going
    /// there would pass over calls that nobody has given.
    pub(super) fn stop_after_resume(&self) -> Option<Option<CueIx>> {
        let is_behind = |&cue: &CueIx| self.playhead.is_none_or(|next| self.is_before(cue, next));
        if let Some(missed) = self.missed().find(is_behind) {
            return Some(Some(missed));
        }
        let cue = self.playhead.filter(|&cue| !self.is_in_order(cue))?;
        let swapped_in = self.at_place_of(self.show.main_of(cue));
        let stands_in = swapped_in != cue && self.is_in_order(swapped_in);
        Some(if stands_in { Some(swapped_in) } else { self.next_stop_after_missed(cue) })
    }

    fn is_before(&self, cue: CueIx, other: CueIx) -> bool {
        self.place_of(cue) < self.place_of(other)
    }

    /// The place that `cue` has in the order, from 0: that of the cue which it backs up, if any.
    pub(super) fn place_of(&self, cue: CueIx) -> usize {
        self.show.place(self.show.main_of(cue)) as usize
    }

    pub(super) fn places_after(&self, cue: Option<CueIx>) -> impl Iterator<Item = CueIx> {
        let from = cue.map_or(0, |cue| self.place_of(cue).saturating_add(1));
        let mains = self.show.order.iter().skip(from).copied();
        mains
            .filter(|&cue| self.show.cue(cue).backup_for.is_none())
            .map(|cue| self.at_place_of(cue))
    }
}
