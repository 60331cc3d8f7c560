//! The clock: the machine's time as the run counts it.

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

use crate::engine::RunNs;

/// The machine's steady clock, nanoseconds from some moment in the past.
///
/// On Linux it goes on while the machine is suspended, so that a closed lid is found out.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the steady clock")]
pub fn machine_ns() -> u64 {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let now = clock_gettime(clock);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// The machine's wall clock, UTC.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub fn wall_now() -> Timestamp {
    Timestamp::now()
}

/// Ties the run's clock to the machine's: a step of the wall clock moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunClock {
    /// The machine's clock at the tie.
    tied_ns: u64,
    /// The run's clock there.
    run_ns: RunNs,
    /// The wall clock there.
    wall: Timestamp,
    /// How many times as fast the run's clock goes.
    speed: u32,
}

impl RunClock {
    /// A clock that reads `run_ns` at `machine_ns`, when the wall clock reads `wall`.
    pub fn new(machine_ns: u64, run_ns: RunNs, wall: Timestamp, speed: u32) -> Self {
        RunClock { tied_ns: machine_ns, run_ns, wall, speed: speed.max(1) }
    }

    /// The run's clock at an instant of the machine's.
    pub fn run_ns(&self, machine_ns: u64) -> RunNs {
        let since_ns = machine_ns.saturating_sub(self.tied_ns).saturating_mul(u64::from(self.speed));
        self.run_ns.saturating_add(since_ns)
    }

    /// The first instant of the machine's clock at which the run's clock reads `run_ns` or more.
    pub fn machine_ns(&self, run_ns: RunNs) -> u64 {
        self.tied_ns.saturating_add(run_ns.saturating_sub(self.run_ns).div_ceil(u64::from(self.speed)))
    }

    /// The wall clock at an instant of the machine's, as if nobody had set it since the tie.
    pub fn wall(&self, machine_ns: u64) -> Timestamp {
        let since = SignedDuration::from_nanos(machine_ns.saturating_sub(self.tied_ns) as i64);
        self.wall.checked_add(since).unwrap_or(self.wall)
    }

    /// How many times as fast as the machine's clock the run's clock goes.
    pub fn speed(&self) -> u32 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_clocks_agree_at_every_speed() {
        for speed in [1, 7, 1000] {
            let clock = RunClock::new(5_000, 42, Timestamp::UNIX_EPOCH, speed);
            for run_ns in [42, 43, 49, 1_000_000_007] {
                let machine_ns = clock.machine_ns(run_ns);
                assert!(clock.run_ns(machine_ns) >= run_ns, "not early");
                assert!(machine_ns == 5_000 || clock.run_ns(machine_ns - 1) < run_ns, "not late");
            }
        }
    }
}
