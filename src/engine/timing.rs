//! Timing for the caller: what is left of the segment and the cue, where the show will end, and how
//! far from the plan.

use std::time::Duration;

use jiff::SignedDuration;

use super::{Phase, RunNs, State};
use crate::show::{CueIx, IndexVec, SegmentIx};
use crate::time::{signed, unsigned};

/// Something that counts down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Countdown {
    /// Elapsed time.
    pub elapsed: Duration,
    /// Planned length.
    pub of: Duration,
}

impl Countdown {
    /// Remaining time; negative if it lasts longer than it should.
    pub fn left(&self) -> SignedDuration {
        signed(self.of).saturating_sub(signed(self.elapsed))
    }

    /// From this length on, bars move in whole seconds.
    pub const LONG: Duration = Duration::from_secs(30);

    /// The part that is done as a bar shows it, 0 to 1: of what lasts long, in whole seconds,
    /// together with its figures.
    pub fn done_shown(&self) -> f64 {
        let is_long = self.of >= Self::LONG;
        let seconds = Duration::from_secs(self.elapsed.as_secs());
        let elapsed = if is_long { seconds } else { self.elapsed };
        Countdown { elapsed, ..*self }.done()
    }

    /// The part that is done, 0 to 1.
    pub fn done(&self) -> f64 {
        if self.of.is_zero() { 1.0 } else { self.elapsed.div_duration_f64(self.of).min(1.0) }
    }
}

/// The show's timing compared with its plan; its instants may lie before the beginning of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Actual or projected start of each segment.
    pub start_ns: IndexVec<SegmentIx, RunNs>,
    /// Projected end of the last one.
    pub end_ns: RunNs,
    /// Planned end of the last one.
    pub planned_end_ns: RunNs,
    /// Difference between the projected and the planned end; negative if the show is ahead of its
    /// plan.
    pub over: SignedDuration,
    /// Difference between the show and its plan right now; negative if it is ahead:
    /// the projected end of the running segment against its planned end, whatever a later hard
    /// start will absorb. Before the show begins, the projected start against the planned one;
    /// while it waits for a hard start, and in a show without a plan tied to the clock before its
    /// first GO, 0; after the end, [`Timing::over`].
    pub now_over: SignedDuration,
}

impl State {
    /// Difference between the run's instants `from_ns` and `to_ns` as clocks show them, from whole
    /// second to whole second; negative if `to_ns` is earlier. Every view for people
    /// takes its differences here, so that they add up with the times beside them and with each
    /// other.
    pub fn shown_late(&self, from_ns: RunNs, to_ns: RunNs) -> SignedDuration {
        let second = |ns: RunNs| self.wall(ns).as_second();
        SignedDuration::from_secs(second(to_ns) - second(from_ns))
    }

    /// Countdown of the running segment.
    pub fn segment_countdown(&self, now: RunNs) -> Option<Countdown> {
        let (segment, started_ns) = self.segment?;
        let now = self.segment(segment).ended_ns.unwrap_or(now);
        let elapsed = self.show_ns(now).since(started_ns);
        let left = self.time_up_run_ns(now)?.until(now);
        Some(Countdown { elapsed, of: unsigned(signed(elapsed).saturating_add(left)) })
    }

    /// Countdown of a running cue that has a duration, or a clip whose length is known.
    pub fn cue_countdown(&self, cue: CueIx, now: RunNs) -> Option<Countdown> {
        let of = self.cue_length(cue)?;
        let started_ns = self.cue(cue).fired_show_ns?;
        let since = self.show_ns(now).since(started_ns);
        Some(Countdown { elapsed: since.saturating_sub(self.clip_paused(cue, now)), of })
    }

    /// The show's timecode: the time since the show began without holds, and `true` if it runs.
    pub fn timecode(&self, now: RunNs) -> (Duration, bool) {
        let Some(begun_ns) = self.begun_show_ns else { return (Duration::ZERO, false) };
        let runs = self.held_since_ns.is_none() && self.ended_ns.is_none();
        (self.show_ns(self.ended_ns.unwrap_or(now)).since(begun_ns), runs)
    }

    /// Time until the planned call of `cue`, if its segment has started or is next; negative if
    /// the call is late. `None` for one that was missed: its time is over.
    pub fn call_left(&self, cue: CueIx, timing: &Timing, now: RunNs) -> Option<SignedDuration> {
        if self.only_edited || self.cue(cue).phase == Phase::Missed {
            return None;
        }
        let segment = self.show.segment_of(cue);
        let offset = self.plan.offset[self.show.main_of(cue)];
        match self.segment {
            Some((running, started_ns)) if running == segment => {
                Some((started_ns + offset).until(self.show_ns(now)))
            }
            Some((running, _)) if running > segment => None,
            Some(_) | None => {
                let start_ns = timing.start_ns[segment];
                Some((start_ns.min(self.unpushed_start_ns(segment, now)) + offset).until(now))
            }
        }
    }

    /// Start of `segment` as it was meant: before what it waits for was late. The projection moves
    /// it along with `now` then, so that its calls would always seem to be due this moment.
    fn unpushed_start_ns(&self, segment: SegmentIx, now: RunNs) -> RunNs {
        let hard_ns = self.plan.hard_start_ns[segment].unwrap_or(RunNs::ZERO);
        match self.segment {
            Some((running, _)) if running.next() == segment => {
                let ended_ns = self.segments[running].ended_ns;
                let end_ns = ended_ns.or(self.time_up_run_ns(now)).unwrap_or(now);
                end_ns.max(hard_ns)
            }
            None if self.plan.anchored && segment == self.begins_in().0 => {
                self.plan.segment_start_ns[segment].in_run()
            }
            Some(_) | None => RunNs::MAX,
        }
    }

    /// Origin of the plan: the beginning of the run for a plan tied to the clock, otherwise the
    /// show's beginning.
    pub fn plan_origin_ns(&self, now: RunNs) -> RunNs {
        match (self.plan.anchored, self.begun_ns) {
            (true, _) => RunNs::ZERO,
            (false, Some(begun_ns)) => begun_ns,
            (false, None) => now.shifted(-self.planned_begin_ns().from_origin()),
        }
    }

    /// Planned start of a segment.
    pub fn planned_start_ns(&self, segment: SegmentIx, now: RunNs) -> RunNs {
        self.plan_origin_ns(now).shifted(self.plan.segment_start_ns[segment].from_origin())
    }

    /// Projects the rest of the show: overruns move what follows, and a hard start absorbs slack.
    pub fn projection(&self, now: RunNs) -> Timing {
        // What is only edited is never late.
        let is_plan = self.only_edited && self.plan.anchored;
        let now = if is_plan { self.planned_begin_ns().in_run() } else { now };
        let running = self.segment.map(|(segment, _)| segment);
        let mut start_ns = Vec::with_capacity(self.segments.len());
        let (first, into) = self.begins_in();
        let begins_ns = match self.plan.anchored {
            true => self.plan.segment_start_ns[first].in_run().max(now - into),
            false => now - into,
        };
        let mut next_ns = RunNs::ZERO;
        for at in self.show.segment_indices() {
            let state = &self.segments[at];
            let passed = at < running.unwrap_or(first);
            let begins = running.is_none() && at == first;
            next_ns = if begins { begins_ns } else { next_ns };
            let started_ns = match (state.started_ns, running == Some(at), passed) {
                (Some(started_ns), _, true) | (Some(started_ns), true, _) => started_ns,
                (None, _, true) => self.planned_start_ns(at, now),
                _ => self.plan.hard_start_ns[at].map_or(next_ns, |ns| next_ns.max(ns)),
            };
            start_ns.push(started_ns);
            next_ns = match self.time_up_run_ns(now).filter(|_| running == Some(at)) {
                Some(up_ns) => state.ended_ns.unwrap_or(up_ns.max(now)),
                None => self.projected_end_ns(at, started_ns),
            };
        }
        let planned_end_ns = self.plan_origin_ns(now).shifted(self.plan.end_ns.from_origin());
        let over = next_ns.until(planned_end_ns);
        let now_over = self.now_over(&start_ns, over, now);
        let start_ns = start_ns.into();
        Timing { start_ns, end_ns: next_ns, planned_end_ns, over, now_over }
    }

    fn now_over(&self, start_ns: &[RunNs], over: SignedDuration, now: RunNs) -> SignedDuration {
        let Some((running, _)) = self.segment else {
            let (first, _) = self.begins_in();
            let starts_ns = start_ns.get(first.0 as usize).copied().unwrap_or_default();
            return starts_ns.until(self.planned_start_ns(first, now));
        };
        if self.has_ended() {
            return over;
        }
        if self.gap(now).is_some() {
            return SignedDuration::ZERO;
        }
        let end_ns = self.time_up_run_ns(now).unwrap_or(now).max(now);
        end_ns.until(self.planned_start_ns(running, now) + self.plan.length[running])
    }
}
