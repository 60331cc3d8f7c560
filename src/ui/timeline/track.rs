//! Each segment over time: its planned and its actual or projected run, and what stands out.
//!
//! Holds no cells. All instants are nanoseconds of the run's clock.

use crate::engine::{RunNs, State};
use crate::show::SegmentIx;
use crate::show::duration::SECOND_NS;
use crate::time::{nanoseconds, signed_nanoseconds};
use crate::ui::scene::Scene;

/// Minimum length of a gap or an overlap: people do not call to the millisecond.
const LEAST_NS: i64 = SECOND_NS as i64;

/// Position of a segment in the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Stand {
    /// It is over.
    Past,
    /// The run went by it.
    PassedOver,
    /// It runs.
    Running,
    /// It is still to come.
    ToCome,
}

/// A segment over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) struct Track {
    pub segment: SegmentIx,
    pub stand: Stand,
    /// Its planned time.
    pub planned_ns: (i64, i64),
    /// Its actual or projected time.
    pub actual_ns: (i64, i64),
    /// The part of it after which it lasts longer than planned.
    pub over_from_ns: i64,
    /// `true` if it waits for the clock.
    pub is_hard: bool,
    /// Since when nothing ran before its hard start, where that is so.
    pub gap_from_ns: Option<i64>,
    /// The hard start of the next segment, where this one runs into it.
    pub overlap_from_ns: Option<i64>,
}

impl Track {
    /// Difference between its start and the plan, nanoseconds; negative if it is early.
    pub(crate) fn late_ns(&self) -> i64 {
        self.actual_ns.0 - self.planned_ns.0
    }

    /// Difference between its actual or projected length and the plan, nanoseconds; negative if it
    /// is shorter.
    pub(crate) fn over_ns(&self) -> i64 {
        self.actual_ns.1 - self.over_from_ns
    }

    /// The first and the last instant that a picture of it needs.
    pub(crate) fn span_ns(&self) -> (i64, i64) {
        let from =
            self.planned_ns.0.min(self.actual_ns.0).min(self.gap_from_ns.unwrap_or(i64::MAX));
        (from, self.planned_ns.1.max(self.actual_ns.1))
    }
}

/// The tracks of all segments of the show.
pub(in crate::ui) fn tracks(scene: &Scene) -> Vec<Track> {
    let mut tracks: Vec<Track> =
        scene.show.segment_indices().map(|segment| track(scene, segment)).collect();
    let plan = scene.state.plan();
    for at in 1..tracks.len() {
        let Some(hard_ns) = plan.hard_start_ns.get(SegmentIx(at as u32)).copied().flatten() else {
            continue;
        };
        let hard_ns = hard_ns.ns();
        let (before, this) = (tracks[at - 1], tracks[at]);
        let (end_ns, start_ns) = (before.actual_ns.1, this.actual_ns.0);
        tracks[at].gap_from_ns = (start_ns - end_ns >= LEAST_NS).then_some(end_ns);
        let is_there = before.stand != Stand::PassedOver && this.stand != Stand::PassedOver;
        tracks[at - 1].overlap_from_ns =
            (is_there && end_ns - hard_ns >= LEAST_NS).then(|| hard_ns.max(before.actual_ns.0));
    }
    tracks
}

fn track(scene: &Scene, segment: SegmentIx) -> Track {
    let state = scene.state;
    let length_ns = nanoseconds(state.plan().length[segment]) as i64;
    let planned_ns = state.planned_start_ns(segment, scene.shown_now_ns).ns();
    let start_ns =
        scene.expected.start_ns.get(segment).map_or(planned_ns, |start_ns| start_ns.ns());
    let stand = stand(state, segment);
    let over_from_ns = state.projected_end_ns(segment, RunNs::new(start_ns)).ns();
    let end_ns = match (stand, state.segment(segment).ended_ns) {
        (Stand::Past | Stand::Running, Some(ended_ns)) => ended_ns.ns(),
        (Stand::Past, None) => {
            let next_ns = scene.expected.start_ns.get(segment.next());
            next_ns.map_or(over_from_ns, |next_ns| next_ns.ns())
        }
        (Stand::Running, None) => running_end_ns(scene).unwrap_or(over_from_ns),
        (Stand::PassedOver, _) => start_ns,
        (Stand::ToCome, _) => over_from_ns,
    };
    Track {
        segment,
        stand,
        planned_ns: (planned_ns, planned_ns + length_ns),
        actual_ns: (start_ns, end_ns.max(start_ns)),
        over_from_ns,
        is_hard: state.plan().hard_start_ns.get(segment).copied().flatten().is_some(),
        gap_from_ns: None,
        overlap_from_ns: None,
    }
}

/// Projected end of the running segment; one after which the show waits for a hard start is over
/// already.
fn running_end_ns(scene: &Scene) -> Option<i64> {
    let left = scene.state.segment_countdown(scene.shown_now_ns)?.left();
    let left_ns = signed_nanoseconds(left);
    let waits = scene.state.gap(scene.shown_now_ns).is_some();
    Some(scene.shown_now_ns.ns() + if waits { left_ns.min(0) } else { left_ns.max(0) })
}

fn stand(state: &State, segment: SegmentIx) -> Stand {
    let has_started = state.segment(segment).started_ns.is_some();
    match state.current_segment() {
        Some(running) if running == segment => {
            if state.segment(segment).ended_ns.is_some() {
                Stand::Past
            } else {
                Stand::Running
            }
        }
        Some(running) if segment < running && has_started => Stand::Past,
        Some(running) if segment < running => Stand::PassedOver,
        _ => Stand::ToCome,
    }
}
