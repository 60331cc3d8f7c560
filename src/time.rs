//! The machine's clocks, as types: an instant of the steady one can't be taken for an instant of a
//! run, nor for a number. What reads them is handed in.

use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use jiff::Timestamp;

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

/// A length of time in nanoseconds; the longest that there is for one of 584 years or more.
pub fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
