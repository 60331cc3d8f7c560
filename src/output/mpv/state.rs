//! State of a player and meaning of its replies: the values that [`super::player`] and the deck
//! share.

use std::sync::Arc;

use super::super::Job;
use super::ActionKey;
use super::exam::Exam;
use super::fade::FadeOrder;
use super::reel::{ClipFacts, Reel};
use crate::time::MachineNs;

/// Role of a player.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlayerRole {
    /// Plays for the audience: it is seen and heard.
    Stage,
    /// It examines files, without a window or a sound.
    Scout,
}

/// A clip that was called.
#[derive(Clone, Debug)]
pub(super) struct Play {
    /// The GO.
    pub(super) job: Job,
    /// Instant of its call.
    pub(super) since: MachineNs,
    /// It is to stand still as soon as it moves.
    pub(super) held: bool,
    /// The last order for its volume, which begins as soon as it moves.
    pub(super) fade: Option<FadeOrder>,
}

impl Play {
    pub(super) fn key(&self) -> ActionKey {
        (self.job.cue, self.job.action)
    }
}

/// Progress of a clip that was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClipStage {
    /// It does not move yet.
    Called,
    /// It is on air: nanoseconds from its in-point at an instant, and whether it has moved since.
    OnAir { from_ns: u64, at: MachineNs, moves: bool },
    /// The player stands by itself, and is asked where; it was here when it was heard of last.
    Ending { from_ns: u64 },
    /// It is over, and the next one of the reel is on air already, for which nobody has given a GO
    /// yet.
    Joined { at: MachineNs },
    /// It is over since then; its last picture stands.
    Over { at: MachineNs },
}

/// State of a player.
#[derive(Debug)]
pub(super) enum PlayerState {
    /// It has not said anything yet.
    Starting,
    /// It has nothing loaded.
    Idle,
    /// A reel is being loaded; with a play, it goes as soon as it stands.
    Loading {
        reel: Arc<Reel>,
        last: usize,
        request: u64,
        entry: Option<i64>,
        begun: bool,
        play: Option<Play>,
    },
    /// A reel stands at its beginning, behind black.
    Ready { reel: Arc<Reel>, last: usize },
    /// A reel was let go: the part that plays, and the last one that may.
    Playing { reel: Arc<Reel>, last: usize, part: usize, play: Play, stage: ClipStage },
    /// It examines a file.
    Examining(Box<Exam>),
    /// It was told to quit.
    Leaving,
}

impl PlayerState {
    /// Progress of the part that plays, where a reel was let go.
    pub(super) fn stage(&self) -> Option<ClipStage> {
        match self {
            PlayerState::Playing { stage, .. } => Some(*stage),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        }
    }

    /// The clip that was called and does not move yet.
    pub(super) fn awaited(&mut self) -> Option<&mut Play> {
        match self {
            PlayerState::Playing { play, stage: ClipStage::Called, .. } => Some(play),
            PlayerState::Loading { play, .. } => play.as_mut(),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        }
    }
}

/// Change of a player's state, from its own replies.
#[derive(Debug, PartialEq)]
pub(super) enum PlayerChange {
    Nothing,
    /// It has started.
    Up,
    /// Its clip stands at its in-point.
    Armed,
    /// Its clip cannot be played: why.
    Unplayable(ActionKey, String),
    /// The picture moves.
    Started,
    /// It has moved and is over: a short sound.
    Flashed,
    /// The clip has come to its end.
    Ended,
    /// The clip has come to its end, and the next one of the reel has begun.
    Joined,
    /// The clip broke off: why.
    Broke(String),
    /// The sound has faded to silence, and the clip was to be stopped then.
    FadedOut,
    /// A file has been examined.
    Examined(ActionKey, Result<ClipFacts, String>),
}

/// The way a player was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// It does not answer.
    Silent,
    /// Its end of the line is closed.
    Closed,
    /// It does not take commands: why.
    Deaf(String),
}
