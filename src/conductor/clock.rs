//! The run's clock, tied to the machine's: where the run's time comes from.

use std::time::Duration;

use jiff::Timestamp;

use crate::engine::RunNs;
use crate::show::demonstration::Demonstration;
use crate::time::{MachineNs, nanoseconds};

/// Ties the run's clock to the machine's: a step of the wall clock moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunClock {
    /// The machine's clock at the tie.
    tied_ns: MachineNs,
    /// The run's clock there.
    run_ns: RunNs,
    /// The wall clock there.
    wall: Timestamp,
    /// Speed of the run's clock, in multiples of the machine's clock.
    speed: u32,
    /// Its paces, where it changes its speed.
    paces: Option<&'static Demonstration>,
}

impl RunClock {
    /// A clock that reads `run_ns` at `machine_ns`, when the wall clock reads `wall`.
    pub fn new(machine_ns: MachineNs, run_ns: RunNs, wall: Timestamp, speed: u32) -> Self {
        RunClock { tied_ns: machine_ns, run_ns, wall, speed: speed.max(1), paces: None }
    }

    /// The same clock with the paces of a demonstration, where that has any.
    pub fn paced(self, demonstration: &'static Demonstration) -> Self {
        RunClock { paces: Some(demonstration), ..self }
    }

    /// The speed at an instant of the run, and until when it has it.
    fn stretch(&self, run_ns: RunNs) -> (u32, Option<RunNs>) {
        let pace = self.paces.and_then(|demonstration| demonstration.pace_at(run_ns));
        let (speed, ends_ns) = pace.unwrap_or((self.speed, None));
        (speed.max(1), ends_ns)
    }

    /// The run's clock at an instant of the machine's.
    pub fn run_ns(&self, machine_ns: MachineNs) -> RunNs {
        let (mut left, mut run_ns) = (machine_ns.since(self.tied_ns), self.run_ns);
        loop {
            let (speed, ends_ns) = self.stretch(run_ns);
            let takes = ends_ns.map_or(Duration::MAX, |ends_ns| takes(ends_ns, run_ns, speed));
            match ends_ns.filter(|_| left >= takes) {
                Some(ends_ns) => (left, run_ns) = (left - takes, ends_ns),
                None => return run_ns + left.saturating_mul(speed),
            }
        }
    }

    /// The first instant of the machine's clock at which the run's clock reads `run_ns` or more. One
    /// before the tie lies as far back as the clock's speed there says: a station that follows
    /// ties its clock again and again, and has to know how late a record is.
    pub fn machine_ns(&self, run_ns: RunNs) -> MachineNs {
        if run_ns < self.run_ns {
            let (speed, _) = self.stretch(run_ns);
            let before_ns = nanoseconds(self.run_ns.since(run_ns)) / u64::from(speed);
            return self.tied_ns - Duration::from_nanos(before_ns);
        }
        let (mut machine_ns, mut at_ns) = (self.tied_ns, self.run_ns);
        while at_ns < run_ns {
            let (speed, ends_ns) = self.stretch(at_ns);
            let next_ns = ends_ns.map_or(run_ns, |ends_ns| ends_ns.min(run_ns));
            machine_ns += takes(next_ns, at_ns, speed);
            at_ns = next_ns;
        }
        machine_ns
    }

    /// The wall clock at an instant of the machine's, as if nobody had set it since the tie.
    pub fn wall(&self, machine_ns: MachineNs) -> Timestamp {
        let since = machine_ns.since(self.tied_ns);
        self.wall.checked_add(since).unwrap_or(self.wall)
    }

    /// Speed of the run's clock, in multiples of the machine's clock, without the paces of a
    /// demonstration.
    pub fn speed(&self) -> u32 {
        self.speed
    }
}

/// The time of the machine in which a clock of this speed goes on from `from_ns` to `to_ns`.
fn takes(to_ns: RunNs, from_ns: RunNs, speed: u32) -> Duration {
    Duration::from_nanos(nanoseconds(to_ns.since(from_ns)).div_ceil(u64::from(speed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::demonstration;

    const NANOSECOND: Duration = Duration::from_nanos(1);

    #[test]
    fn a_clock_with_paces_agrees_with_the_machines_at_every_edge() {
        let demo = demonstration::of(demonstration::DEMO_SOURCE).unwrap();
        let begins_ns = RunNs::ZERO + Duration::from_secs(demo.begins_s);
        let clock =
            RunClock::new(MachineNs::new(5_000), begins_ns, Timestamp::UNIX_EPOCH, 1).paced(demo);
        let edges = demo.paces.iter().map(|pace| RunNs::ZERO + Duration::from_secs(pace.from_s));
        let edges =
            edges.flat_map(|edge_ns| [0, 1, 7].map(|ns| edge_ns + Duration::from_nanos(ns)));
        for run_ns in edges.filter(|&run_ns| run_ns > begins_ns) {
            let machine_ns = clock.machine_ns(run_ns);
            assert!(clock.run_ns(machine_ns) >= run_ns, "not early at {run_ns}");
            assert!(clock.run_ns(machine_ns - NANOSECOND) < run_ns, "not late at {run_ns}");
        }
    }

    #[test]
    fn what_was_before_the_tie_lies_as_far_back() {
        let second = |s: u64| Duration::from_secs(s);
        for (speed, machine_s) in [(1, 4), (3, 8)] {
            let (tied_ns, run_ns) = (MachineNs::ZERO + second(10), RunNs::ZERO + second(10));
            let clock = RunClock::new(tied_ns, run_ns, Timestamp::UNIX_EPOCH, speed);
            let there_ns = clock.machine_ns(RunNs::ZERO + second(4));
            assert_eq!(there_ns, MachineNs::ZERO + second(machine_s));
        }
    }

    #[test]
    fn the_two_clocks_agree_at_every_speed() {
        for speed in [1, 7, 1000] {
            let clock =
                RunClock::new(MachineNs::new(5_000), RunNs::new(42), Timestamp::UNIX_EPOCH, speed);
            for run_ns in [42, 43, 49, 1_000_000_007].map(RunNs::new) {
                let machine_ns = clock.machine_ns(run_ns);
                assert!(clock.run_ns(machine_ns) >= run_ns, "not early");
                assert!(
                    machine_ns.ns() == 5_000 || clock.run_ns(machine_ns - NANOSECOND) < run_ns,
                    "not late"
                );
            }
        }
    }
}
