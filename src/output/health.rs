//! State of an output, for people who look at it.

use std::time::Duration;

use crate::show::{CueIx, OutputLayer};

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
    /// The far end has answered that the last message was wrong, or that it could not do it.
    Refused,
    /// A machine of a mirrored output is down, and another is not.
    SideDown,
    /// The last that was tried failed, or the far end is known to be away.
    Down,
}

/// State of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Its sign.
    pub light: Light,
    /// The current problem, until something goes well again.
    pub error: Option<String>,
    /// Last line of what the far end has answered, where it is a device that is sent text or bytes.
    pub answer: Option<String>,
    /// Number of messages that wait for their turn.
    pub queued: usize,
    /// Number of messages that have left, those of panic among them.
    pub sent: u64,
    /// Number of messages that have not left, or of which that is unknown.
    pub failed: u64,
    /// In a rehearsal, how many messages would have been sent.
    pub logged: u64,
    /// The message that was tried last.
    pub last: Option<Last>,
    /// Latency of the last messages that left.
    pub latency: Option<Latency>,
    /// The clips on air, where it plays any, those of the main layer first.
    pub clips: Vec<ClipOnAir>,
    /// The clips that were examined and may be next, where it plays any.
    pub ready: Vec<ReadyClip>,
    /// The machines of a mirrored output, the main one first; none of any other.
    pub sides: Vec<SideHealth>,
}

/// State of one machine of a mirrored output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideHealth {
    /// "main 10.0.0.2:3032".
    pub name: String,
    /// Its sign.
    pub light: Light,
    /// Its current problem.
    pub error: Option<String>,
    /// Number of messages that wait for their turn.
    pub queued: usize,
    /// Number of messages that it has taken.
    pub sent: u64,
    /// Number of messages that it has not taken, or of which that is unknown.
    pub failed: u64,
}

/// A clip that was examined and found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyClip {
    /// Player of the clip.
    pub player: OutputLayer,
    /// Cue of the clip.
    pub cue: CueIx,
    /// Nanoseconds from its in-point to its out-point, where the file says it.
    pub length_ns: Option<u64>,
}

impl Health {
    /// Returns `true` if `newer` differs in nothing but the age of the last message: every message
    /// that was tried since would have changed a count. The position of a clip is news each time.
    pub fn is_unchanged_in(&self, newer: &Health) -> bool {
        let last = self
            .last
            .zip(newer.last)
            .map(|(last, newer)| Last { age: newer.age, ..last })
            .or(self.last);
        self.clips.is_empty() && Health { last, ..self.clone() } == *newer
    }
}

/// The message that was tried last, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// The message.
    pub packet: Packet,
    /// `true` if it left; in a rehearsal, if it would have.
    pub has_left: bool,
    /// Time since it was done.
    pub age: Duration,
}

/// A message of the show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    /// An action of a cue, counted from 0.
    Action {
        /// Cue of the action.
        cue: CueIx,
        /// Index of the action in its cue.
        action: u32,
    },
    /// One of those that go out on panic.
    Panic,
}

/// Latency of messages: from the moment they were handed over to the moment they had
/// left (UDP, TCP, MIDI), were answered (HTTP), or were seen (a clip).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// The last one.
    pub last: Duration,
    /// Half of the last ones took no longer.
    pub median: Duration,
    /// None of the last ones took longer.
    pub most: Duration,
    /// Number of messages that it is computed from.
    pub count: usize,
}

/// The clip that a player has on air, at the moment it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipOnAir {
    /// The player.
    pub player: OutputLayer,
    /// Cue of the clip.
    pub cue: CueIx,
    /// Nanoseconds from its in-point, by the player's own clock.
    pub position_ns: u64,
    /// Nanoseconds from its in-point to its out-point, where that is known.
    pub length_ns: Option<u64>,
    /// `true` if the picture moves.
    pub moves: bool,
}
