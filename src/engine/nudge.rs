//! The length of the running segment: what the show says, and by how much the caller has nudged it.
//!
//! A nudge moves the end of the segment that runs, and with it what waits for that end. It moves no
//! cue of the segment, and no plan: the show is over by it, unless a hard start takes it up.

use jiff::SignedDuration;
use jiff::civil::Time;

use super::{Event, Rejection, RunNs, ShowNs, State};
use crate::show::SegmentIx;
use crate::show::duration::HOUR_NS;
use crate::show::plan;
use crate::time::{signed, signed_nanoseconds, unsigned};

/// The most by which the nudges of a segment make it longer or shorter than the show says.
const NUDGED_MAX: SignedDuration = SignedDuration::from_nanos(24 * HOUR_NS as i64);

/// A change of the running segment's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nudge {
    /// So much longer; shorter, where it is negative.
    By(SignedDuration),
    /// As long as it takes to end when the show's clock next reads this.
    Until(Time),
}

impl State {
    /// By how much the caller has nudged `segment` since its last start; negative if it became
    /// shorter.
    pub fn nudged(&self, segment: SegmentIx) -> SignedDuration {
        self.segments.get(segment).map(|state| state.nudged).unwrap_or_default()
    }

    /// Instant of the show's clock at which the time of the running segment is up, while no hold
    /// goes on.
    pub(super) fn time_up_ns(&self) -> Option<ShowNs> {
        let (segment, started_ns) = self.segment?;
        let nudged = self.nudged(segment);
        Some(match self.plan.hard_end_ns[segment] {
            Some(end_ns) => self.show_before_hold(end_ns.shifted(nudged)).max(started_ns),
            None => {
                let planned = signed(self.show.segment(segment).duration);
                started_ns + unsigned(planned.saturating_add(nudged))
            }
        })
    }

    /// The same by the run's clock, if a hold ends now. A fixed end does not wait for a hold.
    pub(super) fn time_up_run_ns(&self, now: RunNs) -> Option<RunNs> {
        let (segment, started_ns) = self.segment?;
        match self.plan.hard_end_ns[segment] {
            Some(end_ns) => {
                let end_ns = end_ns.shifted(self.nudged(segment));
                Some(end_ns.max(self.run_ns(started_ns, now)))
            }
            None => self.time_up_ns().map(|up_ns| self.run_ns(up_ns, now)),
        }
    }

    /// Projected end of `segment`, which has still to run, if it starts at `start_ns`.
    pub fn projected_end_ns(&self, segment: SegmentIx, start_ns: RunNs) -> RunNs {
        match self.plan.hard_end_ns[segment] {
            Some(end_ns) => end_ns.max(start_ns),
            None => start_ns + self.show.segment(segment).duration,
        }
    }

    pub(super) fn nudge(&self, nudge: Nudge, now: RunNs) -> Result<Vec<Event>, Rejection> {
        if self.has_ended() {
            return Err(Rejection::Ended);
        }
        let (segment, left) = self
            .current_segment()
            .zip(self.segment_countdown(now).map(|countdown| countdown.left()))
            .ok_or(Rejection::NoSegment)?;
        let by = match nudge {
            Nudge::By(by) => by,
            Nudge::Until(time) => {
                let until_ns = plan::nearest_in_run(&self.show, self.clock, time, now);
                if until_ns <= now {
                    return Err(Rejection::TimePast(time));
                }
                until_ns.until(now).saturating_sub(left)
            }
        };
        if by.is_zero() {
            return Err(Rejection::NoNudge);
        }
        // What has passed has passed: it can end now, and not earlier.
        let time_up = by <= -left;
        if time_up && !left.is_positive() {
            return Err(Rejection::TimeIsUp(self.show.segment(segment).title.clone()));
        }
        let by = by.max(-left);
        if self.nudged(segment).saturating_add(by).abs() > NUDGED_MAX {
            return Err(Rejection::NudgeTooLong);
        }
        let by_ns = signed_nanoseconds(by);
        Ok(vec![Event::SegmentNudged { segment: segment.0 + 1, by_ns, time_up }])
    }

    pub(super) fn segment_nudged(&mut self, segment: u32, by_ns: i64) {
        if let Some(state) = self.segments.get_mut(SegmentIx(segment.saturating_sub(1))) {
            let nudged = state.nudged.saturating_add(SignedDuration::from_nanos(by_ns));
            state.nudged = nudged.clamp(-NUDGED_MAX, NUDGED_MAX);
        }
    }
}
