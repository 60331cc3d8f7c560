//! The machine's steady clock and a run's clock, as types: an instant of one can't be taken for an
//! instant of the other, nor for a number. What reads the machine's clocks is handed in.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads a time of day as people type it: `21:30`, `21:30:15`.
pub fn parse_time_of_day(text: &str) -> Option<Time> {
    Time::strptime("%H:%M:%S", text).or_else(|_| Time::strptime("%H:%M", text)).ok()
}

/// An instant of the machine's steady clock: nanoseconds from some moment in the past, which is
/// another one each time that the machine starts.
///
/// Sums and differences stay at the ends of the axis, some 584 years apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MachineNs(u64);

impl MachineNs {
    /// The moment from which the clock counts.
    pub const ZERO: MachineNs = MachineNs(0);

    /// The instant at which the clock reads `ns` nanoseconds.
    pub const fn new(ns: u64) -> Self {
        MachineNs(ns)
    }

    /// The clock's reading, nanoseconds.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// The time from `earlier` to this instant; none where `earlier` is the later one.
    pub const fn since(self, earlier: MachineNs) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for MachineNs {
    type Output = MachineNs;

    /// The instant so much later.
    fn add(self, later: Duration) -> MachineNs {
        MachineNs(self.0.saturating_add(nanoseconds(later)))
    }
}

impl AddAssign<Duration> for MachineNs {
    /// Moves it so much later.
    fn add_assign(&mut self, later: Duration) {
        *self = *self + later;
    }
}

impl Sub<Duration> for MachineNs {
    type Output = MachineNs;

    /// The instant so much earlier.
    fn sub(self, earlier: Duration) -> MachineNs {
        MachineNs(self.0.saturating_sub(nanoseconds(earlier)))
    }
}

/// The machine's clocks, for what an instant as an argument is not enough for: a thread that waits
/// between two steps, and a call whose length is measured. Who starts these hands the clocks in.
#[derive(Clone, Copy, Debug)]
pub struct MachineClock {
    /// Reads the steady clock.
    pub steady: fn() -> MachineNs,
    /// Reads the wall clock.
    pub wall: fn() -> Timestamp,
    /// Reads how much time of a processor the calling thread has spent.
    pub spent: fn() -> Duration,
}

impl MachineClock {
    /// The instant now, by the steady clock.
    pub fn now(self) -> MachineNs {
        (self.steady)()
    }

    /// The instant now, by the wall clock.
    pub fn wall(self) -> Timestamp {
        (self.wall)()
    }

    /// The time of a processor that the calling thread has spent.
    pub fn spent(self) -> Duration {
        (self.spent)()
    }
}

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

    /// The time from `earlier` to this instant; none where `earlier` is the later one.
    pub fn since(self, earlier: RunNs) -> Duration {
        unsigned(self.until(earlier))
    }

    /// The time from `now` to this instant; negative where it is past.
    pub const fn until(self, now: RunNs) -> SignedDuration {
        SignedDuration::from_nanos(self.0.saturating_sub(now.0))
    }

    /// The instant so much later; earlier, where it is negative.
    pub fn shifted(self, by: SignedDuration) -> Self {
        RunNs(self.0.saturating_add(signed_nanoseconds(by)))
    }
}

impl Add<Duration> for RunNs {
    type Output = RunNs;

    /// The instant so much later.
    fn add(self, later: Duration) -> RunNs {
        RunNs(self.0.saturating_add_unsigned(nanoseconds(later)))
    }
}

impl AddAssign<Duration> for RunNs {
    /// Moves it so much later.
    fn add_assign(&mut self, later: Duration) {
        *self = *self + later;
    }
}

impl Sub<Duration> for RunNs {
    type Output = RunNs;

    /// The instant so much earlier.
    fn sub(self, earlier: Duration) -> RunNs {
        RunNs(self.0.saturating_sub_unsigned(nanoseconds(earlier)))
    }
}

impl fmt::Display for RunNs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for RunNs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(nanoseconds(self.since(RunNs::ZERO)))
    }
}

impl<'de> Deserialize<'de> for RunNs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(RunNs::ZERO + Duration::from_nanos(u64::deserialize(deserializer)?))
    }
}

/// A length of time in nanoseconds; the longest that there is for one of 584 years or more.
pub fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// A length of time in whole milliseconds, cut.
pub fn milliseconds(time: Duration) -> u64 {
    nanoseconds(time) / 1_000_000
}

/// A length of time in nanoseconds, negative or not; at the ends of the axis, one of some 292 years.
pub fn signed_nanoseconds(time: SignedDuration) -> i64 {
    let end = if time.is_negative() { i64::MIN } else { i64::MAX };
    i64::try_from(time.as_nanos()).unwrap_or(end)
}

/// A length of time that may be negative; the longest that there is for one that is too long.
pub fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

/// What of a length of time is not negative.
pub fn unsigned(time: SignedDuration) -> Duration {
    Duration::try_from(time).unwrap_or_default()
}
