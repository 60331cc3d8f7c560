//! Acts over time: planned beside actual or projected.

use std::time::Duration;

use jiff::SignedDuration;

use super::{RunNs, State, Timing};
use crate::show::SegmentIx;
use crate::show::acts::ActSpan;

/// An act over time, on the run's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActTiming {
    /// Its planned length.
    pub planned: Duration,
    /// Its actual or projected start.
    pub starts_ns: RunNs,
    /// Its actual or projected end; at the earliest now while it runs.
    pub ends_ns: RunNs,
    /// Difference between its end and the plan, as clocks show it; negative if it is early.
    pub over: SignedDuration,
}

impl State {
    /// The act that runs, where it has a name.
    pub fn running_act(&self) -> Option<ActSpan<'_>> {
        let running = self.current_segment().filter(|_| !self.has_ended())?;
        self.show().act_of(running).filter(|act| act.name.is_some())
    }

    /// Times of an act; `timing` is the projection of `now`.
    pub fn act_timing(&self, act: &ActSpan<'_>, timing: &Timing, now: RunNs) -> ActTiming {
        let last = act.last();
        let ends_ns = self.segment_ends_ns(last, timing, now);
        let planned_end_ns = self.planned_start_ns(last, now) + self.plan.length[last];
        ActTiming {
            planned: act.planned(&self.plan),
            starts_ns: timing.start_ns[act.first()],
            ends_ns,
            over: self.shown_late(planned_end_ns, ends_ns),
        }
    }

    /// Actual or projected end of `segment`; at the earliest now while it runs.
    fn segment_ends_ns(&self, segment: SegmentIx, timing: &Timing, now: RunNs) -> RunNs {
        if let Some(ended_ns) = self.segment(segment).ended_ns {
            return ended_ns;
        }
        let up_ns = self.time_up_run_ns(now);
        match up_ns.filter(|_| self.current_segment() == Some(segment)) {
            Some(up_ns) => up_ns.max(now),
            None => self.projected_end_ns(segment, timing.start_ns[segment]),
        }
    }
}
