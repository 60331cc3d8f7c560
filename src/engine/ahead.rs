//! The run's future: which cue fires next by itself, when later cues will come, and what the
//! playhead has passed over.
//!
//! Questions for screens and displays. They change nothing and decide nothing; what they say of the
//! future holds as long as nobody presses a key.

use std::time::Duration;

use super::timer::TimerKind;
use super::{Phase, RunNs, ShowNs, State, Timing};
use crate::show::{CueIx, SegmentIx, Trigger};

/// From so long before its hard start on, a segment begins as early as callers mean it to.
const EARLY: Duration = Duration::from_secs(60);

/// A cue that fires by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// The cue.
    pub cue: CueIx,
    /// Instant by the run's clock. In a hold, what counts from the show comes later by the rest of
    /// the hold: the difference from now stands still.
    pub at_ns: RunNs,
}

/// Position of a segment in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentPhase {
    /// It has not started.
    ToCome,
    /// It runs.
    Running,
    /// It has started, and is over.
    Done,
    /// A later segment was started before it ever was: nothing of it was played by its time.
    PassedOver,
}

impl State {
    /// Returns the phase of `segment`: one that was jumped over is not one that was played.
    pub fn segment_phase(&self, segment: SegmentIx) -> SegmentPhase {
        let state = self.segment(segment);
        let current = self.current_segment();
        let is_current = current == Some(segment);
        match (
            state.started_ns.is_some(),
            current.is_some_and(|current| segment < current) || self.has_ended(),
        ) {
            (true, false) if is_current && state.ended_ns.is_none() => SegmentPhase::Running,
            (false, false) => SegmentPhase::ToCome,
            (false, true) => SegmentPhase::PassedOver,
            // The caller has gone back: what was played of it before does not count, it will be
            // played again.
            (true, false) if current.is_some_and(|current| segment > current) => {
                SegmentPhase::ToCome
            }
            (true, _) => SegmentPhase::Done,
        }
    }

    /// Returns `true` if `cue` has not fired, stands before the playhead, and nothing will bring it
    /// unless the caller goes back to it. A cue that is skipped, missed or replaced by its backup
    /// is not passed over: it has a sign of its own.
    pub fn is_passed_over(&self, cue: CueIx) -> bool {
        let state = self.cue(cue);
        let was_before = self.was_before_start(cue);
        if self.only_edited
            || state.firings > 0
            || state.is_aside
            || state.phase != Phase::Waiting
            || !(self.has_begun() || was_before)
            || !self.is_in_order(cue)
        {
            return false;
        }
        let is_before = self.is_before_playhead(cue) || self.was_passed_in_segment(cue);
        was_before || (is_before && !self.comes_by_itself(cue))
    }

    /// Returns `true` if the clock would have brought what begins the chain of `cue` before the run
    /// began, and the caller has called nothing of it since and is not about to.
    fn was_before_start(&self, cue: CueIx) -> bool {
        let is_called = |cue: CueIx| self.playhead == Some(cue) || self.cue(cue).firings > 0;
        let mut chain = std::iter::successors(Some(cue), |&cue| self.show.cue(cue).trigger.cause());
        self.lies_before_start(self.show.root(cue)) && !chain.any(is_called)
    }

    /// Returns `true` if `cue` comes so long into the segment that runs, and does not any more: the
    /// caller has set the segment's clock past it.
    fn was_passed_in_segment(&self, cue: CueIx) -> bool {
        let runs = self.current_segment() == Some(self.show.segment_of(cue));
        let is_into = matches!(self.show.cue(cue).trigger, Trigger::Into { .. });
        runs && is_into && self.playhead != Some(cue) && !self.is_due(cue)
    }

    fn is_before_playhead(&self, cue: CueIx) -> bool {
        self.playhead.is_none_or(|playhead| {
            let place = |cue| self.show.place(self.show.main_of(cue));
            place(cue) < place(playhead)
        })
    }

    /// Returns `true` if `cue` is due, or its chain leads up to something that runs, is due or is
    /// still to be called.
    fn comes_by_itself(&self, cue: CueIx) -> bool {
        let mut at = cue;
        // A chain has no circle, so this ends at its head.
        loop {
            if self.is_due(at) {
                return true;
            }
            let (cause, is_after) = match self.show.cue(at).trigger {
                Trigger::Go => return !self.is_before_playhead(at),
                Trigger::At { .. } => return false,
                Trigger::Into { .. } => return self.is_segment_ahead(at),
                Trigger::With { cue: cause, .. } => (cause, false),
                Trigger::After { cue: cause, .. } => (cause, true),
            };
            if self.on_air.contains(&cause) {
                return is_after && self.follows(at);
            }
            at = cause;
        }
    }

    fn is_segment_ahead(&self, cue: CueIx) -> bool {
        !self.has_ended()
            && self.current_segment().is_none_or(|running| self.show.segment_of(cue) > running)
    }

    /// Returns `true` if a timer will fire `cue`.
    pub(super) fn is_due(&self, cue: CueIx) -> bool {
        let by_delay = self.cue(cue).due_ns.is_some() && !self.cue(cue).skipped;
        by_delay || self.is_due_by_clock(cue)
    }

    pub(super) fn is_due_by_clock(&self, cue: CueIx) -> bool {
        let has_time = matches!(self.show.cue(cue).trigger, Trigger::At { .. });
        has_time && self.timers.by_wall.iter().any(|(_, waiting)| waiting.cue == cue)
    }

    /// The cue that fires next by itself, in whatever segment, and when; `None` where nothing comes
    /// until the caller calls, or nobody knows when, and after a panic, which keeps everything from
    /// coming by itself. A cue whose departments are not ready by then will be missed.
    pub fn next_by_itself(&self, now: RunNs) -> Option<Upcoming> {
        if self.panicked {
            return None;
        }
        let timers = self.timers.by_show.iter().filter(|(_, kind, _)| *kind == TimerKind::Fire);
        let by_show = timers.map(|&(due_ns, _, turn)| (due_ns, turn.cue)).next();
        let by_show = by_show.into_iter().chain(self.next_follow()).chain(self.next_in_segment());
        // A clip may run longer than its player said.
        let by_show =
            by_show.map(|(due_ns, cue)| Upcoming { cue, at_ns: self.run_ns(due_ns, now).max(now) });
        let by_wall = self.timers.by_wall.first();
        let by_wall =
            by_wall.map(|&(at_ns, turn)| Upcoming { cue: turn.cue, at_ns: at_ns.max(RunNs::ZERO) });
        by_show
            .chain(by_wall)
            .min_by_key(|upcoming| (upcoming.at_ns, self.show.place(upcoming.cue)))
    }

    /// The instants at which cues that wait for the clock are due, in their order.
    pub fn due_by_clock(&self) -> impl Iterator<Item = RunNs> + use<'_> {
        self.timers.by_wall.iter().map(|&(at_ns, _)| at_ns)
    }

    /// Instant of the show's clock at which the running `cue` will be complete by itself; for a
    /// clip, only if its length is known.
    fn completes_ns(&self, cue: CueIx) -> Option<ShowNs> {
        let state = self.cue(cue);
        let complete_ns = state.complete_ns.filter(|_| !state.unplayed);
        complete_ns.or_else(|| self.clip_ends_ns(cue).filter(|_| state.awaits_clip))
    }

    /// The first cue that follows one that runs, by the show's clock.
    fn next_follow(&self) -> Option<(ShowNs, CueIx)> {
        let ends = self.on_air.iter().filter_map(|&cue| Some((cue, self.completes_ns(cue)?)));
        let follows = ends
            .flat_map(|(cue, end_ns)| self.show.after(cue).iter().map(move |&next| (end_ns, next)));
        let follows = follows.filter(|&(_, next)| self.is_in_order(next) && self.follows(next));
        follows
            .filter_map(|(end_ns, next)| Some((end_ns + self.delay(next)?, next)))
            .min_by_key(|&(due_ns, cue)| (due_ns, self.show.place(cue)))
    }

    /// The cue at the playhead, the segment that a GO would begin with it, and how long before the
    /// hard start of that segment: `None` from a minute before on. Nobody goes by hard
    /// starts in a run whose last one was not kept, as in a rehearsal at another time of day.
    pub fn begins_early(&self, now: RunNs) -> Option<(CueIx, SegmentIx, Duration)> {
        let (running, cue) = (self.current_segment()?, self.playhead?);
        let segment = self.show.segment_of(cue);
        let starts_ns = self.plan.hard_start_ns[segment].filter(|_| segment > running)?;
        let early = starts_ns.since(now);
        let began = |segment: SegmentIx, planned_ns: RunNs| {
            let started_ns = self.segment(segment).started_ns?;
            Some(started_ns >= planned_ns - EARLY)
        };
        let played = self.show.segment_indices().filter(|segment| *segment <= running).rev();
        let last_hard = played.filter_map(|at| began(at, self.plan.hard_start_ns[at]?)).next();
        let keeps_time = last_hard
            .or_else(|| began(running, self.plan.segment_start_ns[running].in_run()))
            .unwrap_or_default();
        (keeps_time && early > EARLY).then_some((cue, segment, early))
    }

    /// The first cue of the next segment that comes so long into it, where that segment opens by
    /// itself.
    fn next_in_segment(&self) -> Option<(ShowNs, CueIx)> {
        let next = self.current_segment().map_or(SegmentIx(0), |running| SegmentIx(running.0 + 1));
        let opens = self.ended_ns.is_none()
            && (next.0 as usize) < self.segments.len()
            && self.plan.opens_by_itself(&self.show, next);
        let starts_ns = opens.then(|| self.opens_ns(next)).flatten()?;
        let cues = self.show.cues_of(next).filter(|&cue| self.is_in_order(cue));
        let into = cues.filter_map(|cue| match self.show.cue(cue).trigger {
            Trigger::Into { offset } => Some((starts_ns + offset, cue)),
            Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::At { .. } => None,
        });
        into.min_by_key(|&(due_ns, cue)| (due_ns, self.show.place(cue)))
    }

    /// Instant of the show's clock at which `next`, the segment after the running one, will open by
    /// itself. `None` while something is left to call before it, or if the end of what runs is
    /// unknown.
    fn opens_ns(&self, next: SegmentIx) -> Option<ShowNs> {
        let hard_ns = self.hard_start_ns(next);
        let Some(((running, _), time_up_ns)) = self.segment.zip(self.time_up_ns()) else {
            return hard_ns.filter(|_| {
                self.plan.hard_start_ns[next].is_some_and(|at_ns| at_ns >= RunNs::ZERO)
            });
        };
        if self.playhead.is_some_and(|cue| self.show.segment_of(cue) <= running) {
            return None;
        }
        let is_left = |cue: CueIx| self.show.segment_of(cue) == running;
        let mut over_ns = time_up_ns.max(self.touched_ns);
        for &cue in self.on_air.iter().filter(|&&cue| is_left(cue) && !self.is_endless(cue)) {
            over_ns = over_ns.max(self.completes_ns(cue)?);
        }
        let by_show = self
            .timers
            .by_show
            .iter()
            .filter(|(_, kind, turn)| *kind == TimerKind::Fire && is_left(turn.cue));
        let by_wall = self.timers.by_wall.iter().filter(|(_, turn)| is_left(turn.cue));
        let by_wall = by_wall.map(|&(at_ns, _)| self.show_before_hold(at_ns));
        over_ns = by_show.map(|&(due_ns, ..)| due_ns).chain(by_wall).fold(over_ns, ShowNs::max);
        Some(over_ns.max(hard_ns.unwrap_or_default()))
    }

    /// The delay after its cause, for a cue that has one.
    fn delay(&self, cue: CueIx) -> Option<Duration> {
        match self.show.cue(cue).trigger {
            Trigger::With { delay, .. } | Trigger::After { delay, .. } => Some(delay),
            Trigger::Go | Trigger::At { .. } | Trigger::Into { .. } => None,
        }
    }

    /// Projected instant of `cue` by the run's clock (maybe before the run began): its due time,
    /// or its planned time in a segment that starts as `timing` says, and never before now. For a
    /// cue that has fired it is the last firing. `None` for a cue that will not come as things
    /// stand: it is skipped, out of the order, was missed or passed over, or its segment is over.
    ///
    /// It goes up the cue's chain of follows, and costs as much as that is long.
    pub fn projected_cue_ns(&self, cue: CueIx, timing: &Timing, now: RunNs) -> Option<RunNs> {
        if self.only_edited {
            return None;
        }
        let mut delays = Duration::ZERO;
        let mut at = cue;
        loop {
            let (plan, state) = (self.show.cue(at), self.cue(at));
            let is_asked = at == cue;
            if let Some(fired_ns) = state.fired_ns.filter(|_| is_asked) {
                return Some(fired_ns);
            }
            if !self.is_in_order(at) || (is_asked && state.phase != Phase::Waiting) {
                return None;
            }
            let in_run = |show_ns: ShowNs| self.run_ns(show_ns, now).max(now);
            let own_ns = match (state.due_ns, plan.trigger) {
                (Some(due_ns), _) => Some(in_run(due_ns)),
                (None, Trigger::With { cue: cause, delay }) => {
                    if self.on_air.contains(&cause) {
                        return None;
                    }
                    (at, delays) = (cause, delays.saturating_add(delay));
                    continue;
                }
                (None, Trigger::After { cue: cause, delay }) => {
                    if self.on_air.contains(&cause) {
                        let ends_ns = self.completes_ns(cause).filter(|_| self.follows(at));
                        ends_ns.map(|ends_ns| in_run(ends_ns + delay))
                    } else {
                        let lasts = self.show.cue(cause).lasts().unwrap_or_default();
                        (at, delays) = (cause, delays.saturating_add(delay).saturating_add(lasts));
                        continue;
                    }
                }
                (None, Trigger::At { .. }) => self.wall_due_ns(at),
                (None, Trigger::Into { offset }) => self
                    .is_segment_ahead(at)
                    .then(|| timing.start_ns[self.show.segment_of(at)] + offset),
                (None, Trigger::Go) => self.call_ns(at, timing, now),
            };
            return own_ns.map(|own_ns| own_ns + delays);
        }
    }

    fn wall_due_ns(&self, cue: CueIx) -> Option<RunNs> {
        self.timers.by_wall.iter().find(|(_, waiting)| waiting.cue == cue).map(|&(at_ns, _)| at_ns)
    }

    /// Instant at which the caller will call `cue`: as planned, or at once if that has passed.
    fn call_ns(&self, cue: CueIx, timing: &Timing, now: RunNs) -> Option<RunNs> {
        if (self.is_before_playhead(cue) && self.has_begun()) || self.has_ended() {
            return None;
        }
        let (segment, offset) =
            (self.show.segment_of(cue), self.plan.offset[self.show.main_of(cue)]);
        let planned_ns = match self.segment {
            Some((running, started_ns)) if running == segment => {
                self.run_ns(started_ns + offset, now)
            }
            Some((running, _)) if running > segment => now,
            _ => timing.start_ns[segment] + offset,
        };
        Some(planned_ns.max(now))
    }
}
