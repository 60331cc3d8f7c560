//! The machine's clocks. Nothing else in the program reads them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

use crate::time::{MachineClock, MachineNs};

/// The machine's clocks, for threads that wait between two steps.
pub const CLOCK: MachineClock = MachineClock { steady: machine_ns, wall: wall_now, spent };

/// The machine's steady clock.
///
/// On Linux it goes on while the machine is suspended, so that a closed lid is found out.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the steady clock")]
pub fn machine_ns() -> MachineNs {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let now = clock_gettime(clock);
    MachineNs::new(now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64)
}

/// The machine's wall clock, UTC. A clock that is set to a year in which no show can be, is taken
/// for the nearest instant that can: sums with the times of a show must not fail.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub fn wall_now() -> Timestamp {
    let now = SystemTime::now();
    let since = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_micros());
    i64::try_from(since)
        .ok()
        .and_then(|us| Timestamp::from_microsecond(us).ok())
        .unwrap_or(WALL_MAX)
        .min(WALL_MAX)
}

/// Time of a processor that the calling thread has spent.
#[expect(clippy::disallowed_methods, reason = "the one place that reads a thread's clock")]
fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec.unsigned_abs(), spent.tv_nsec as u32)
}

/// The last instant that the wall clock is taken to read: the beginning of the year 9000, UTC.
const WALL_MAX: Timestamp = Timestamp::constant(221_845_392_000, 0);
