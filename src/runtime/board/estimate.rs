//! Estimate of a run's clock from outside.
//!
//! Each line of the journal says what the run's clock and the wall clock read when it was written;
//! from there on the run's clock goes as the machine's steady one does, so many times as fast as
//! the rehearsal wants. The wall clock counts only where it can be right: the caller keeps the one
//! that they began with, and it may have been set since.

use std::time::Duration;

use jiff::Timestamp;

use crate::conductor::RunClock;
use crate::engine::{Record, RunNs};
use crate::time::MachineNs;

/// Maximum time from the writing of a line to its reading, when nothing is in the way.
const LATE: Duration = Duration::from_secs(1);
/// The largest step back that the screen does not show: it stands still until the clock has come
/// up.
const STEP: Duration = Duration::from_secs(2);

/// The run's clock as far as it can be known.
#[derive(Clone, Debug)]
pub(super) struct ClockEstimate {
    clock: RunClock,
    /// The latest that was shown.
    shown_ns: RunNs,
}

impl ClockEstimate {
    /// The clock of a run whose last line, `last`, was found at an instant of the machine's clock
    /// and the wall clock, and may have been there for long.
    pub(super) fn begin(last: &Record, speed: u32, machine_ns: MachineNs, wall: Timestamp) -> Self {
        let clock = tied(by_the_wall(last, speed, wall), speed, machine_ns, wall);
        ClockEstimate { clock, shown_ns: RunNs::ZERO }
    }

    /// `last` has just been written.
    pub(super) fn correct(&mut self, last: &Record, machine_ns: MachineNs, wall: Timestamp) {
        let speed = self.clock.speed();
        let latest_ns = last.run_ns + LATE.saturating_mul(speed);
        let can_be = |run_ns: &RunNs| (last.run_ns..=latest_ns).contains(run_ns);
        let by_the_wall =
            Some(by_the_wall(last, speed, wall)).filter(|_| last.at <= wall).filter(can_be);
        let as_before = Some(self.clock.run_ns(machine_ns)).filter(can_be);
        let run_ns = by_the_wall.or(as_before).unwrap_or(last.run_ns);
        self.clock = tied(run_ns, speed, machine_ns, wall);
    }

    /// Reading for the screen: never a little less than before.
    pub(super) fn read(&mut self, machine_ns: MachineNs) -> RunNs {
        let run_ns = self.clock.run_ns(machine_ns);
        let step = STEP.saturating_mul(self.clock.speed());
        self.shown_ns =
            if self.shown_ns.since(run_ns) <= step { self.shown_ns.max(run_ns) } else { run_ns };
        self.shown_ns
    }

    /// The instant of the machine's clock at which it reads `run_ns`.
    pub(super) fn machine_ns(&self, run_ns: RunNs) -> MachineNs {
        self.clock.machine_ns(run_ns)
    }
}

fn tied(run_ns: RunNs, speed: u32, machine_ns: MachineNs, wall: Timestamp) -> RunClock {
    RunClock::new(machine_ns, run_ns, wall, speed)
}

fn by_the_wall(last: &Record, speed: u32, wall: Timestamp) -> RunNs {
    let since_ns = wall.duration_since(last.at).as_nanos().max(0);
    let since_ns = u64::try_from(since_ns).unwrap_or(u64::MAX).saturating_mul(u64::from(speed));
    // A clock that was set from 1970 to today must overflow no sum that is made with it.
    (last.run_ns + Duration::from_nanos(since_ns)).min(RunNs::new(i64::MAX / 4))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::engine::Event;

    const MS: u64 = 1_000_000;

    fn wall(ms: i64) -> Timestamp {
        "2024-08-11T20:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_millis(ms)
    }

    fn machine(ms: u64) -> MachineNs {
        MachineNs::new(ms * MS)
    }

    fn run(ms: u64) -> RunNs {
        RunNs::ZERO + Duration::from_millis(ms)
    }

    fn line(at_ms: i64, run_ms: u64) -> Record {
        Record::new(1, wall(at_ms), run(run_ms), Event::Held {})
    }

    #[test]
    fn goes_on_from_the_last_line_at_the_runs_own_speed() {
        for speed in [1, 20] {
            let mut clock =
                ClockEstimate::begin(&line(0, 5_000), speed, machine(70_000), wall(3_000));
            assert_eq!(clock.read(machine(70_000)), run(5_000 + 3_000 * u64::from(speed)));
            assert_eq!(clock.read(machine(70_500)), run(5_000 + 3_500 * u64::from(speed)));
            assert_eq!(clock.machine_ns(clock.clock.run_ns(machine(71_000))), machine(71_000));
        }
    }

    #[test]
    fn a_wall_clock_that_was_set_moves_nothing() {
        // It was put an hour ahead, or back, after the caller had begun; the board came later.
        for step_ms in [3_600_000, -3_600_000] {
            let mut clock =
                ClockEstimate::begin(&line(0, 10_000), 1, MachineNs::ZERO, wall(step_ms + 2_000));
            let begun_ns = clock.read(MachineNs::ZERO);
            clock.correct(&line(3_000, 13_000), machine(1_100), wall(step_ms + 3_100));
            assert_eq!(clock.read(machine(1_100)), run(13_000), "{begun_ns}");
            // From then on each line confirms what it reads already.
            clock.correct(&line(8_000, 18_000), machine(6_150), wall(step_ms + 8_150));
            assert_eq!(clock.read(machine(6_150)), run(18_050));
        }
    }

    #[test]
    fn a_small_correction_never_goes_back_on_the_screen() {
        let mut clock = ClockEstimate::begin(&line(0, 0), 1, MachineNs::ZERO, wall(0));
        assert_eq!(clock.read(machine(10_000)), run(10_000));
        // The machine's clock and the wall clock differ by half a second: the line is right.
        clock.correct(&line(9_500, 9_500), machine(10_000), wall(9_500));
        assert_eq!(clock.read(machine(10_000)), run(10_000));
        assert_eq!(clock.read(machine(10_400)), run(10_000), "it stands still");
        assert_eq!(clock.read(machine(10_700)), run(10_200));
    }
}
