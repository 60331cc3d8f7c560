//! The rows of the table that change the times of the run.

use super::{Act, Binding, Group, row};

/// Those of the times.
pub(super) const TIMES: &[Binding] = &[
    row(
        Act::NudgeLonger,
        "+",
        "nudge longer",
        "30 s more for the running segment",
        Group::Call,
        None,
    ),
    row(
        Act::NudgeShorter,
        "-",
        "nudge shorter",
        "30 s less for the running segment",
        Group::Call,
        None,
    ),
    row(
        Act::NudgeBy,
        "N",
        "nudge",
        "more or less time for the segment, or until a time; asks",
        Group::Call,
        None,
    ),
    row(
        Act::Retime,
        "=",
        "happening now",
        "the selected cue is happening now: sets playhead and times, fires nothing",
        Group::Rundown,
        None,
    ),
    row(
        Act::RetimeSegment,
        "",
        "segment now",
        "the segment of the selected cue begins now; fires nothing",
        Group::Rundown,
        None,
    ),
];
