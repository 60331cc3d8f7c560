//! How an output is doing, for whoever looks at it.

use crate::show::CueIx;

/// An output's sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Light {
    /// Nothing has been tried yet.
    #[default]
    Idle,
    /// The last that was tried went well.
    Ok,
    /// The last message left, but took more than a second, or one has been under way for as long.
    Slow,
    /// The last that was tried failed, or the far end is known to be away.
    Down,
}

/// How an output is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Its sign.
    pub light: Light,
    /// What is wrong, until something goes well again.
    pub error: Option<String>,
    /// How many messages wait for their turn.
    pub queued: usize,
    /// How many messages have left, those of panic among them.
    pub sent: u64,
    /// The clip on air, where it is a player.
    pub clip: Option<Clip>,
}

/// The clip that a player has on air, at the moment it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Whose clip it is.
    pub cue: CueIx,
    /// Nanoseconds from its in-point, by the player's own clock.
    pub position_ns: u64,
    /// Nanoseconds from its in-point to its out-point, where that is known.
    pub length_ns: Option<u64>,
    /// Whether the picture moves.
    pub moves: bool,
}
