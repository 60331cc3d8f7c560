//! The two clocks of a run, as types: an instant of one can't be taken for an instant of the other,
//! nor for a number.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant on the axis of the run clock, which never stops: nanoseconds from the beginning of
/// the run. What has happened is later than that; what was planned may be earlier.
///
/// A journal and a report have it as a number, 0 or more. Sums and differences stay at the ends of
/// the axis, some 292 years from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunNs(i64);

impl RunNs {
    /// The beginning of the run.
    pub const ZERO: RunNs = RunNs(0);

    /// The last instant that there is.
    pub const MAX: RunNs = RunNs(i64::MAX);

    /// The instant `ns` nanoseconds after the run began; before that, negative.
    pub const fn new(ns: i64) -> Self {
        RunNs(ns)
    }

    /// Nanoseconds since the run began; before that, negative.
    pub const fn ns(self) -> i64 {
        self.0
    }

    /// Nanoseconds from `earlier` to this instant; 0 where `earlier` is the later one.
    pub const fn since(self, earlier: RunNs) -> u64 {
        let ns = self.0.saturating_sub(earlier.0);
        if ns < 0 { 0 } else { ns.unsigned_abs() }
    }

    /// Nanoseconds from `now` to this instant; negative where it is past.
    pub const fn until(self, now: RunNs) -> i64 {
        self.0.saturating_sub(now.0)
    }

    /// The instant `ns` later; earlier, negative.
    pub const fn shifted(self, ns: i64) -> Self {
        RunNs(self.0.saturating_add(ns))
    }
}

impl Add<u64> for RunNs {
    type Output = RunNs;

    /// The instant `ns` later.
    fn add(self, ns: u64) -> RunNs {
        RunNs(self.0.saturating_add_unsigned(ns))
    }
}

impl AddAssign<u64> for RunNs {
    /// Moves it `ns` later.
    fn add_assign(&mut self, ns: u64) {
        *self = *self + ns;
    }
}

impl Sub<u64> for RunNs {
    type Output = RunNs;

    /// The instant `ns` earlier.
    fn sub(self, ns: u64) -> RunNs {
        RunNs(self.0.saturating_sub_unsigned(ns))
    }
}

impl fmt::Display for RunNs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for RunNs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.since(RunNs::ZERO))
    }
}

impl<'de> Deserialize<'de> for RunNs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(RunNs::ZERO + u64::deserialize(deserializer)?)
    }
}

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
