//! The rows of the table that change the times of the run.

use super::{Act, Binding, Group, row};

/// A change of the times that a key or the palette makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says what each does")]
pub enum TimeAct {
    Longer,
    Shorter,
    NudgeBy,
    CueNow,
    SegmentNow,
}

/// Those of the times.
pub(super) const TIMES: &[Binding] = &[
    row(
        Act::Time(TimeAct::Longer),
        "+",
        "nudge longer",
        "30 s more for the running segment",
        Group::Call,
        None,
    ),
    row(
        Act::Time(TimeAct::Shorter),
        "-",
        "nudge shorter",
        "30 s less for the running segment",
        Group::Call,
        None,
    ),
    row(
        Act::Time(TimeAct::NudgeBy),
        "N",
        "nudge",
        "more or less time for the segment, or until a time; asks",
        Group::Call,
        None,
    ),
    row(
        Act::Time(TimeAct::CueNow),
        "=",
        "happening now",
        "the selected cue is happening now: sets playhead and times, fires nothing",
        Group::Rundown,
        None,
    ),
    row(
        Act::Time(TimeAct::SegmentNow),
        "",
        "segment now",
        "the segment of the selected cue begins now; fires nothing",
        Group::Rundown,
        None,
    ),
];
