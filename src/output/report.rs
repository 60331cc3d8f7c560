//! Jobs that outputs are given, and their reports on them.

use std::sync::Arc;

use crate::show::{CueIx, OutputIx, OutputLayer};

/// One message to send: one action of one firing of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    /// Cue of the action.
    pub cue: CueIx,
    /// Number of the firing in the run; reports repeat it.
    pub firing: u32,
    /// Index of the action in its cue, from 0.
    pub action: u32,
}

/// Outcome of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It left: the datagram is out, the stream has taken it, the server has granted it.
    Sent,
    /// Nothing left, since this is a rehearsal: the words of what would have been sent.
    Rehearsed(String),
    /// The words of what went wrong.
    Failed(String),
    /// A machine of a mirrored output did not take what another has taken. Never what
    /// [`super::Outputs::send`] gives: it comes beside the report on the message.
    SideFailed {
        /// The machine: "backup 10.0.0.3:3032".
        side: String,
        /// The words of what went wrong.
        why: String,
    },
}

/// Outcome of a message that waited when a panic came, in words.
pub const STOPPED_BY_PANIC: &str = "stopped by panic";

impl Outcome {
    pub(super) fn no_message() -> Self {
        Outcome::Failed("the show has no such message".into())
    }
}

/// Outcome of a message, with its job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The output that it went to.
    pub output: OutputIx,
    /// The job; `None` for a message of panic.
    pub job: Option<Job>,
    /// Its outcome.
    pub outcome: Outcome,
}

/// Report of a player on the clip of a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipReport {
    /// The player.
    pub player: OutputLayer,
    /// The cue whose clip it is.
    pub cue: CueIx,
    /// Number of the firing, as in the job.
    pub firing: u32,
    /// The change.
    pub what: ClipNews,
}

/// A change of a clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClipNews {
    /// The picture moves. The length is from its in-point to its out-point, where it is known (a
    /// stream has none).
    Started {
        /// Nanoseconds.
        length_ns: Option<u64>,
    },
    /// It has come to its out-point, or to the end of the file.
    Ended,
    /// Another clip has taken its place, or it was told to stop.
    Stopped,
    /// The player has gone from under it; the words of what happened.
    Lost(String),
    /// It ended much before its end; the words of what happened.
    BrokeOff(String),
}

/// Report of the outputs' threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputReport {
    /// Outcome of a message.
    Report(Report),
    /// Change of a clip.
    Clip(ClipReport),
    /// Something that people should know, in words.
    Word(String),
    /// Something for the log alone, in words.
    Note(String),
}

/// Hears the news of the workers, on their threads; must come back at once and not panic.
pub type Reporter = Arc<dyn Fn(OutputReport) + Send + Sync>;
