//! What outputs are handed, and what they have to say: jobs, and the news of what became of them.

use std::sync::Arc;

use crate::show::{CueIx, OutputIx};

/// One message to send: one action of one firing of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    /// Whose action it is.
    pub cue: CueIx,
    /// Which firing of the run this is; handed back as it came.
    pub firing: u32,
    /// Which of the cue's actions, counted from 0.
    pub action: u32,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It left: the datagram is out, the stream has taken it, the server has granted it.
    Sent,
    /// Nothing left, since this is a rehearsal: the words of what would have been sent.
    Rehearsed(String),
    /// The words of what went wrong.
    Failed(String),
}

impl Outcome {
    pub(super) fn no_message() -> Self {
        Outcome::Failed("the show has no such message".into())
    }
}

/// What became of a message, and whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The output that it went to.
    pub output: OutputIx,
    /// The job; `None` for a message of panic.
    pub job: Option<Job>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a player says of the clip of a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipReport {
    /// The player.
    pub output: OutputIx,
    /// The cue whose clip it is.
    pub cue: CueIx,
    /// Which firing of it, as the job had it.
    pub firing: u32,
    /// What has happened.
    pub what: ClipNews,
}

/// What has happened to a clip.
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

/// What the outputs' threads have to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// What became of a message.
    Report(Report),
    /// What became of a clip.
    Clip(ClipReport),
    /// Something that people should know, in words.
    Word(String),
}

/// Hears the news of the workers, on their threads; must come back at once and not panic.
pub type Reporter = Arc<dyn Fn(News) + Send + Sync>;
