//! Times and values of a ramp: pure, with time as an argument.
//!
//! Its steps are the lines of a grid that begins with it, and each has the value of the instant at
//! which it is made. Lines that went by while nobody could send are left out. The last step is at the
//! end, with exactly the last value, and comes again until somebody says that it has left.

use std::time::Duration;

use crate::show::action::{OscArg, OscRamp};
use crate::time::{MachineNs, nanoseconds};

/// Length of the grid's intervals: more than 60 steps a second.
const STEP: Duration = Duration::from_millis(16);

/// The longest that a step may be late: then the machine stood still, and a value that goes on by
/// surprise is worse than one that stays.
const LATE_MAX: Duration = Duration::from_secs(1);

/// The longest that the last step is tried: a device that was away has the value that the show means it
/// to have as soon as it is back, but not much later by surprise.
const TRIED_MAX: Duration = Duration::from_secs(30);

/// A ramp that goes on.
#[derive(Clone, Debug)]
pub(super) struct RampPace {
    ramp: OscRamp,
    /// The part of it that was over at `since`.
    done: Duration,
    /// `None` while it stands still.
    since: Option<MachineNs>,
    next_at: MachineNs,
}

impl RampPace {
    /// A ramp whose first value left at `at`.
    pub(super) fn new(ramp: OscRamp, at: MachineNs) -> Self {
        let mut pace = RampPace { ramp, done: Duration::ZERO, since: Some(at), next_at: at };
        pace.plan(at, at);
        pace
    }

    /// The instant of its next step; `None` while it stands still.
    pub(super) fn next_at(&self) -> Option<MachineNs> {
        self.since.map(|_| self.next_at)
    }

    /// Has it stand still from `at` on, or go on from there.
    pub(super) fn freeze(&mut self, is_frozen: bool, at: MachineNs) {
        match (self.since, is_frozen) {
            (Some(since), true) => (self.done, self.since) = (self.done + at.since(since), None),
            (None, false) => {
                self.since = Some(at);
                self.plan(at, at);
            }
            (Some(_), false) | (None, true) => {}
        }
    }

    /// Returns `true` if the machine stood still, or the last value could not leave for too long.
    pub(super) fn is_lost(&self, now: MachineNs) -> bool {
        let Some(since) = self.since else { return false };
        now.since(self.next_at) > LATE_MAX
            || self.done + now.since(since) > self.ramp.over + TRIED_MAX
    }

    /// The value of the step that is due at `now`, and `true` with the last one.
    pub(super) fn step(&mut self, now: MachineNs) -> Option<(OscArg, bool)> {
        let since = self.since.filter(|_| now >= self.next_at)?;
        let done = self.done + now.since(since);
        self.plan(since, now);
        Some((self.ramp.value(done), done >= self.ramp.over))
    }

    /// Plans the first line after `now` of the grid that begins at `since`, or the end where that
    /// comes before.
    fn plan(&mut self, since: MachineNs, now: MachineNs) {
        let lines = nanoseconds(now.since(since)) / nanoseconds(STEP) + 1;
        let line = since + STEP.saturating_mul(u32::try_from(lines).unwrap_or(u32::MAX));
        let end = since + self.ramp.over.saturating_sub(self.done);
        self.next_at = if end > now { line.min(end) } else { line };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::action::RampEnds;

    fn at(ms: u64) -> MachineNs {
        MachineNs::ZERO + Duration::from_millis(ms)
    }

    fn pace(from: f32, to: f32, ms: u64) -> RampPace {
        let ramp = OscRamp { ends: RampEnds::Decimal(from, to), over: Duration::from_millis(ms) };
        RampPace::new(ramp, at(1_000))
    }

    fn float(step: Option<(OscArg, bool)>) -> Option<(f32, bool)> {
        step.map(|(value, is_last)| match value {
            OscArg::Float(value) => (value, is_last),
            other @ (OscArg::Int(_) | OscArg::Text(_) | OscArg::Bool(_)) => panic!("{other:?}"),
        })
    }

    #[test]
    fn each_step_has_the_value_of_its_instant_and_the_last_one_is_exact() {
        let mut pace = pace(0.0, 0.75, 2_000);
        let mut steps = vec![];
        while steps.last().is_none_or(|(_, (_, is_last))| !is_last) {
            let due = pace.next_at().unwrap();
            assert_eq!(pace.step(due - Duration::from_nanos(1)), None);
            steps.push((due, float(pace.step(due)).unwrap()));
        }
        // 2 s are 125 lines of 16 ms, of which the last is the end.
        assert_eq!(steps.len(), 125);
        for (due, (value, _)) in &steps {
            let line = due.since(at(1_000)).as_secs_f64() / 2.0 * 0.75;
            assert!((f64::from(*value) - line).abs() < 1e-6, "{value} at {due:?}");
        }
        assert_eq!(steps.last(), Some(&(at(3_000), (0.75, true))));
    }

    #[test]
    fn lines_that_went_by_are_left_out_and_the_grid_stays() {
        let mut pace = pace(1.0, 0.0, 1_000);
        assert_eq!(float(pace.step(at(1_500))), Some((0.5, false)));
        assert_eq!(pace.next_at(), Some(at(1_512)));
        assert_eq!(float(pace.step(at(1_999))).map(|(_, is_last)| is_last), Some(false));
        assert_eq!(pace.next_at(), Some(at(2_000)));
        assert_eq!(float(pace.step(at(2_000))), Some((0.0, true)));
        // Nobody has said that it left.
        assert_eq!(pace.next_at(), Some(at(2_008)));
        assert_eq!(float(pace.step(at(2_008))), Some((0.0, true)));
    }

    #[test]
    fn it_stands_still_and_goes_on() {
        let mut pace = pace(0.0, 1.0, 1_000);
        pace.freeze(true, at(1_250));
        assert_eq!(
            (pace.next_at(), pace.step(at(9_000)), pace.is_lost(at(9_000))),
            (None, None, false)
        );
        pace.freeze(true, at(9_000));
        pace.freeze(false, at(10_000));
        assert_eq!(pace.next_at(), Some(at(10_016)));
        assert_eq!(float(pace.step(at(10_250))), Some((0.5, false)));
        assert_eq!(float(pace.step(at(10_750))), Some((1.0, true)));
    }

    #[test]
    fn it_is_lost_with_a_machine_that_stood_still_and_with_a_line_that_takes_nothing() {
        let mut still = pace(0.0, 1.0, 60_000);
        assert!(!still.is_lost(at(2_016)));
        assert!(still.is_lost(at(2_017)));
        still.step(at(2_016));
        assert!(!still.is_lost(at(2_100)));
        let mut untaken = pace(0.0, 1.0, 100);
        let mut now = at(1_100);
        while !untaken.is_lost(now) {
            assert!(untaken.step(now).is_some(), "{now:?}");
            now = untaken.next_at().unwrap();
        }
        let end = at(1_100) + TRIED_MAX;
        assert!(now.since(end) < STEP && now > end, "{now:?}");
    }

    #[test]
    fn whole_numbers_stay_whole() {
        let ramp = OscRamp { ends: RampEnds::Whole(0, 127), over: Duration::from_secs(1) };
        let mut pace = RampPace::new(ramp, at(0));
        assert_eq!(pace.step(at(500)), Some((OscArg::Int(64), false)), "63.5 is rounded");
        assert_eq!(pace.step(at(1_000)), Some((OscArg::Int(127), true)));
        let ramp = OscRamp { ends: RampEnds::Whole(i32::MIN, i32::MAX), ..ramp };
        assert_eq!(
            RampPace::new(ramp, at(0)).step(at(250)),
            Some((OscArg::Int(-1_073_741_824), false))
        );
    }
}
