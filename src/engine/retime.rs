//! "This is happening now": the caller says where the show is, and nothing fires.
//!
//! The playhead goes there, and the segment's clock is set so that the cue (or the segment) is
//! planned for this moment. What stands before it in the rundown is passed over, and of its segment
//! also what that clock has passed: none of it fires, and none of it is missed. What stands after it
//! and has not fired comes as if the show had got there by itself. So the same command takes it
//! back, as far as nothing has been fired.

use std::sync::Arc;
use std::time::Duration;

use super::timer::NEAR;
use super::{Event, Phase, Rejection, RunNs, State};
use crate::show::{CueIx, CueNumber, SegmentIx, Trigger};
use crate::time::{nanoseconds, unsigned};

/// Where the show is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// At the call of this cue.
    Cue(CueIx),
    /// At the beginning of this segment.
    Segment(SegmentIx),
}

/// What is known of it: the segment, how far into it, and the place from which on the show is still
/// to come.
#[derive(Clone, Copy)]
struct RetimePoint {
    segment: SegmentIx,
    into: Duration,
    place: usize,
}

impl State {
    fn point_of(&self, here: Here) -> RetimePoint {
        match here {
            Here::Segment(segment) => {
                let place = self.show.segment(segment).cues.start as usize;
                RetimePoint { segment, into: Duration::ZERO, place }
            }
            Here::Cue(cue) => {
                let segment = self.show.segment_of(cue);
                let starts_ns = self.plan.segment_start_ns[segment];
                let into = unsigned(self.plan.cue_start_ns[cue].since(starts_ns));
                // A plan that nothing ties to the clock knows no place for a cue by the clock.
                let is_by_clock = matches!(self.show.cue(cue).trigger, Trigger::At { .. });
                let most = if is_by_clock { self.plan.length[segment] } else { Duration::MAX };
                RetimePoint { segment, into: into.min(most), place: self.place_of(cue) }
            }
        }
    }

    /// The cues that are still to come by themselves, and would not any more if the show were
    /// `here`, in running order.
    pub fn left_behind(&self, here: Here) -> Vec<CueIx> {
        let point = self.point_of(here);
        let order = self.show.order.iter().copied();
        order.filter(|&cue| self.is_in_order(cue) && self.is_left_behind(cue, point)).collect()
    }

    /// Returns `true` if `cue` comes by itself, by a chain of which a link is passed over at `point`.
    fn is_left_behind(&self, cue: CueIx, point: RetimePoint) -> bool {
        let mut at = cue;
        let mut is_passed = false;
        // A chain has no circle, so this ends at its head.
        loop {
            is_passed |= self.is_passed_at(at, point);
            if self.is_due(at) {
                return is_passed;
            }
            let Some(cause) = self.show.cue(at).trigger.cause() else { return false };
            if self.on_air.contains(&cause) {
                let is_after = matches!(self.show.cue(at).trigger, Trigger::After { .. });
                return is_passed && is_after && self.follows(at);
            }
            at = cause;
        }
    }

    /// Returns `true` if `cue` does not come by itself where the show is at `point`.
    fn is_passed_at(&self, cue: CueIx, point: RetimePoint) -> bool {
        let segment = self.show.segment_of(cue);
        self.place_of(cue) < point.place
            || match self.show.cue(cue).trigger {
                Trigger::Into { offset } if segment == point.segment => offset <= point.into + NEAR,
                // A segment that does not run any more brings nothing.
                Trigger::Into { .. } => self.current_segment() == Some(segment),
                Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::At { .. } => {
                    false
                }
            }
    }

    pub(super) fn retime(&self, here: Here, now: RunNs) -> Result<Vec<Event>, Rejection> {
        if self.has_ended() {
            return Err(Rejection::Ended);
        }
        let RetimePoint { segment, into, place } = self.point_of(here);
        let (cue, playhead) = match here {
            Here::Cue(cue) => {
                self.may_stand_by(cue)?;
                (Some(cue), Some(cue))
            }
            Here::Segment(_) => (None, self.stop_from(place)),
        };
        let mut events = vec![];
        if self.current_segment() != Some(segment) {
            events.extend(self.ends_running(now));
            let title = self.show.segment(segment).title.clone();
            let segment = segment.0 + 1;
            events.push(Event::SegmentStarted { segment, title, due_ns: now, retimed: true });
        }
        events.push(Event::Retimed {
            segment: segment.0 + 1,
            cue: cue.map(|cue| self.number(cue)),
            into_ns: nanoseconds(into),
            begins: !self.has_begun(),
            due_ns: now,
        });
        if self.playhead != playhead {
            events.extend(self.playhead_to(playhead));
        }
        Ok(events)
    }

    /// The segment's clock reads `into` at `due_ns`; at its cue `number`, or at its beginning. With
    /// `begins` the show begins with it: what is planned before it counts as done.
    pub(super) fn retimed(
        &mut self,
        (segment, number): (u32, Option<&CueNumber>),
        into: Duration,
        begins: bool,
        due_ns: RunNs,
    ) {
        let segment = SegmentIx(segment.saturating_sub(1));
        if self.segments.get(segment).is_none() {
            return;
        }
        let show_ns = self.show_ns(due_ns);
        let starts_ns = show_ns.earlier(into);
        self.segment = Some((segment, starts_ns));
        if begins && !self.plan.anchored {
            let planned = self.plan.segment_start_ns[segment].from_origin();
            self.begun_ns = Some((due_ns - into).shifted(-planned));
        }
        self.touched_ns = self.touched_ns.max(show_ns);
        let place = match number.and_then(|number| self.show.find(number)) {
            Some(cue) => self.place_of(cue),
            None => self.show.segment(segment).cues.start as usize,
        };
        let point = RetimePoint { segment, into, place };
        let show = Arc::clone(&self.show);
        for &cue in &show.order {
            if self.is_passed_at(cue, point) {
                let chain = self.pending_chain(cue);
                self.disarm(cue);
                let state = &mut self.cues[cue];
                state.came_by = chain.or(state.came_by);
                continue;
            }
            match show.cue(cue).trigger {
                Trigger::Into { offset } if show.segment_of(cue) == segment => {
                    if self.is_to_come(cue) || self.cue(cue).due_ns.is_some() {
                        self.arm(cue, starts_ns + offset);
                    }
                }
                Trigger::Go
                | Trigger::With { .. }
                | Trigger::After { .. }
                | Trigger::At { .. }
                | Trigger::Into { .. } => {}
            }
        }
        self.wait_for_clock(point, due_ns);
    }

    fn is_to_come(&self, cue: CueIx) -> bool {
        let state = self.cue(cue);
        state.firings == 0 && !state.is_aside
    }

    /// Cues by the clock that are not passed over at `point` wait for their times, where those are
    /// still to come after `now`.
    fn wait_for_clock(&mut self, point: RetimePoint, now: RunNs) {
        let waits = |&&(cue, at_ns): &&(CueIx, RunNs)| {
            at_ns > now + NEAR
                && !self.is_before_start(at_ns)
                && !self.is_passed_at(cue, point)
                && self.is_to_come(cue)
                && self.cue(cue).phase == Phase::Waiting
                && self.is_in_order(cue)
        };
        let waiting = self.plan.by_clock.iter().filter(waits);
        let waiting: Vec<_> = waiting.map(|&(cue, at_ns)| (at_ns, self.turn(cue))).collect();
        self.timers.by_wall.extend(waiting);
    }
}
