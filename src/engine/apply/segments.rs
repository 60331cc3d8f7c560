//! The fold of a segment's start and end.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::state::SegmentState;
use crate::engine::{RunNs, State};
use crate::show::{SegmentIx, Trigger};
use crate::time::unsigned;

impl State {
    /// `retimed` where the next record says how far into it the show is, and arms its cues.
    pub(super) fn start_segment(&mut self, segment: u32, due_ns: RunNs, retimed: bool) {
        let segment = SegmentIx(segment.saturating_sub(1));
        let Some(state) = self.segments.get_mut(segment) else { return };
        *state = SegmentState { started_ns: Some(due_ns), ..SegmentState::default() };
        let show_ns = self.show_ns(due_ns);
        let (first, into) = self.begins_in();
        let before = if first == segment && !self.has_begun() { into } else { Duration::ZERO };
        // Without a hard start the plan counts from here, and what lies before counts as done.
        let is_tied = self.plan.anchored || first != segment;
        let planned = match is_tied {
            true => Duration::ZERO,
            false => unsigned(self.plan.segment_start_ns[segment].from_origin()),
        };
        self.begun_ns.get_or_insert(due_ns - planned);
        self.begun_show_ns.get_or_insert(show_ns + before);
        self.segment = Some((segment, show_ns));
        if retimed {
            return;
        }
        self.panicked = false;
        let show = Arc::clone(&self.show);
        for cue in show.cues_of(segment) {
            if let Trigger::Into { offset } = show.cue(cue).trigger
                && offset >= before
                && !self.cue(cue).is_aside
            {
                self.arm(cue, show_ns + offset);
            }
        }
    }

    pub(super) fn end_segment(&mut self, segment: u32, due_ns: RunNs) {
        if let Some(state) = self.segments.get_mut(SegmentIx(segment.saturating_sub(1))) {
            state.ended_ns = Some(due_ns);
            let show = Arc::clone(&self.show);
            for cue in show.cues_of(SegmentIx(segment.saturating_sub(1))) {
                if matches!(show.cue(cue).trigger, Trigger::Into { .. }) {
                    self.disarm(cue);
                }
            }
        }
    }
}
