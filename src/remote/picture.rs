//! What is true now, as far as remote controls and displays want to know it.

use crate::show::{CueIx, DepartmentIx, SegmentIx};

/// How many firings a picture needs to hold: more than can happen between two of them, if nothing
/// goes wrong.
pub const FIRINGS_MAX: usize = 32;

/// What is true now: plain values, taken from the state of a run by its publisher.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// The cue on air: it has fired, and the display shows it.
    pub on_air: Option<CueIx>,
    /// Nanoseconds left of the cue on air, or else of its segment; negative when it is over.
    pub left_ns: Option<i64>,
    /// The segment on air.
    pub segment: Option<SegmentIx>,
    /// Nanoseconds left of the segment on air; negative when it is over.
    pub segment_left_ns: i64,
    /// The cue at the playhead.
    pub next: Option<CueIx>,
    /// How far the projected end lies behind the plan, nanoseconds; negative: ahead of it.
    pub over_ns: i64,
    /// The departments that have answered the standby.
    pub ready: Vec<DepartmentIx>,
    /// The departments that the cue at the playhead needs and that have not answered.
    pub missing: Vec<DepartmentIx>,
    /// Whether the show is held.
    pub held: bool,
    /// Nanoseconds left of the clip on air, where there is one.
    pub clip_left_ns: Option<i64>,
    /// The cues that run, in the order in which they were fired.
    pub running: Vec<Running>,
    /// The last firings, the oldest first; the last [`FIRINGS_MAX`] will do.
    pub firings: Vec<Firing>,
    /// The cues under embargo whose words may be shown: they have fired in this run.
    pub public: Vec<CueIx>,
    /// How many panics there have been in this run.
    pub panics: u64,
}

/// That a cue was fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firing {
    /// Which firing of the run it is, counted upwards.
    pub number: u64,
    /// Which cue.
    pub cue: CueIx,
    /// Whether a GO did it, the caller's or a remote control's; otherwise it came by itself.
    pub by_go: bool,
}

/// That a cue runs, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which cue.
    pub cue: CueIx,
    /// Nanoseconds since it was fired, or of its clip since the in-point, where it has one.
    pub elapsed_ns: u64,
    /// How long it lasts, nanoseconds, where that is known.
    pub of_ns: Option<u64>,
    /// Whether its time moves: not in a hold, and not while its clip stands.
    pub moves: bool,
}
