//! The current state of a run for remote controls and displays.

use crate::show::{CueIx, DepartmentIx, SegmentIx};

/// Number of firings that a picture holds: more than can happen between two of them, if nothing
/// goes wrong.
pub const FIRINGS_MAX: usize = 32;

/// The current state: plain values, taken from the state of a run by its publisher.
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
    /// Difference between the projected and the planned end, nanoseconds; negative if the show is
    /// ahead.
    pub over_ns: i64,
    /// The departments that have answered the standby.
    pub ready: Vec<DepartmentIx>,
    /// The departments that the cue at the playhead needs and that have not answered.
    pub missing: Vec<DepartmentIx>,
    /// `true` while the show is held.
    pub held: bool,
    /// The message for the stage, while one stands.
    pub message: Option<String>,
    /// Nanoseconds left of the clip on air, where there is one.
    pub clip_left_ns: Option<i64>,
    /// The cues that run, in the order in which they were fired.
    pub running: Vec<Running>,
    /// The last firings, the oldest first; the last [`FIRINGS_MAX`] will do.
    pub firings: Vec<FiredCue>,
    /// The cues under embargo whose words may be shown: they have fired in this run.
    pub public: Vec<CueIx>,
    /// Number of panics in this run.
    pub panics: u64,
}

/// That a cue was fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiredCue {
    /// Number of the firing in the run, counted upwards.
    pub number: u64,
    /// The cue.
    pub cue: CueIx,
    /// `true` if a GO did it, the caller's or a remote control's; otherwise it came by itself.
    pub by_go: bool,
}

/// That a cue runs, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// The cue.
    pub cue: CueIx,
    /// Nanoseconds since it was fired, or of its clip since the in-point, where it has one.
    pub elapsed_ns: u64,
    /// Length, nanoseconds, if it is known.
    pub of_ns: Option<u64>,
    /// `true` if its time moves: not in a hold, and not while its clip stands.
    pub moves: bool,
}
