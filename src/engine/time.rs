//! The two clocks of a run, as types: an instant of one can't be taken for an instant of the other.

use std::ops::Add;

/// Nanoseconds of the run clock since the run began. It never stops.
pub type RunNs = u64;

/// An instant of the show clock, which stands still in a hold: nanoseconds since the run began,
/// without its holds.
///
/// Only [`super::State`] turns it into an instant of the run and back ([`super::State::run_ns`],
/// [`super::State::show_ns`]), because only the state knows the holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShowNs(u64);

impl ShowNs {
    /// The instant `ns` nanoseconds after the run began.
    pub(super) const fn new(ns: u64) -> Self {
        ShowNs(ns)
    }

    /// Nanoseconds since the run began, without its holds.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// Nanoseconds from `earlier` to this instant; 0 where `earlier` is the later one.
    pub const fn since(self, earlier: ShowNs) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Nanoseconds from `now` to this instant; negative where it is past.
    pub const fn until(self, now: ShowNs) -> i64 {
        self.0 as i64 - now.0 as i64
    }

    /// The instant `ns` later; the last that there is, where the sum is beyond it.
    pub const fn saturating_add(self, ns: u64) -> Self {
        ShowNs(self.0.saturating_add(ns))
    }

    /// The instant `ns` earlier, at the earliest the beginning of the run.
    pub const fn saturating_sub(self, ns: u64) -> Self {
        ShowNs(self.0.saturating_sub(ns))
    }
}

impl Add<u64> for ShowNs {
    type Output = ShowNs;

    /// The instant `ns` later.
    fn add(self, ns: u64) -> ShowNs {
        ShowNs(self.0 + ns)
    }
}
