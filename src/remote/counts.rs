//! Numbers of what was received, for the log.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Numbers of what was received since the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Datagrams and frames.
    pub packets: u64,
    /// Packets that are no OSC, or more of it than is taken.
    pub malformed: u64,
    /// Messages with an address that nothing has.
    pub unknown: u64,
    /// Messages with an argument that does not fit, such as the number of a cue that there is not.
    pub refused: u64,
    /// Messages from somebody who has not given the passcode, wrong passcodes among them.
    pub denied: u64,
    /// Wishes and questions beyond the measure, and replies that found no room.
    pub dropped: u64,
    /// Wishes handed over.
    pub wishes: u64,
}

/// The same, while it is counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) packets: AtomicU64,
    pub(super) malformed: AtomicU64,
    pub(super) unknown: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) denied: AtomicU64,
    pub(super) dropped: AtomicU64,
    pub(super) wishes: AtomicU64,
}

impl Tally {
    pub(super) fn counts(&self) -> Counts {
        Counts {
            packets: self.packets.load(Relaxed),
            malformed: self.malformed.load(Relaxed),
            unknown: self.unknown.load(Relaxed),
            refused: self.refused.load(Relaxed),
            denied: self.denied.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            wishes: self.wishes.load(Relaxed),
        }
    }
}

/// One more.
pub(super) fn count(number: &AtomicU64) {
    number.fetch_add(1, Relaxed);
}
