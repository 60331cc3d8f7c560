//! Standstills of the program: it was stopped, or the machine was suspended. Packets that came in
//! one are old.

use crate::time::MachineNs;
use std::time::Duration;

/// A wait that ends so much later than it should means that the program stood still.
const STOOD: Duration = Duration::from_secs(1);

/// Running time after a standstill in which packets are believed to have come in it, while they
/// always come.
const CATCH_UP_MAX: Duration = Duration::from_millis(500);

/// The most that one turn counts as running time. A busy machine lets the program wait longer, and
/// what came in the standstill is as old as before.
const TURN_MAX: Duration = Duration::from_millis(50);

/// Knowledge of standstills.
#[derive(Default)]
pub(super) struct Standstill {
    /// Last instant at which the program was known to run.
    seen: Option<MachineNs>,
    /// Length of the last standstill and running time since its end, until everything that came
    /// in it has been read.
    last: Option<(Duration, Duration)>,
}

impl Standstill {
    /// Takes in that the program runs at `now`, after a wait that was to take `due` at most, and
    /// whether nothing was there to be read.
    pub(super) fn runs(&mut self, now: MachineNs, due: Duration, is_quiet: bool) {
        let seen = self.seen.replace(now).unwrap_or(now);
        let passed = now.since(seen);
        let stood = passed.saturating_sub(due);
        if stood > STOOD {
            self.last = Some((stood, Duration::ZERO));
        } else if let Some((stood, ran)) = self.last.take() {
            let ran = ran + passed.min(TURN_MAX);
            self.last = (!is_quiet && ran <= CATCH_UP_MAX).then_some((stood, ran));
        }
    }

    /// Takes in that somebody who looked last at `looked`, or began to wait then for at most `due`,
    /// finds something at `now`.
    pub(super) fn finds(&mut self, looked: MachineNs, due: Duration, now: MachineNs) {
        self.seen = Some(looked);
        self.runs(now, due, false);
    }

    /// Takes in that something is read at `now`: the program may have been stopped between two
    /// messages of one round.
    pub(super) fn reads(&mut self, now: MachineNs) {
        if self.seen.is_some() {
            self.runs(now, Duration::ZERO, false);
        }
    }

    /// Length of the standstill in which the packets came that are read now; `None` if there was
    /// none.
    pub(super) fn stood(&self) -> Option<Duration> {
        self.last.map(|(stood, _)| stood)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::testing::now;

    #[test]
    fn a_late_wait_is_a_standstill_until_nothing_is_there_to_be_read() {
        let (start, second) = (now(), Duration::from_secs(1));
        let mut standstill = Standstill::default();
        let mut runs = |at_ms, due, is_quiet| {
            standstill.runs(start + Duration::from_millis(at_ms), due, is_quiet);
            standstill.stood()
        };
        assert_eq!(runs(1_000, second, true), None);
        assert_eq!(runs(2_900, second, false), None, "0.9 s late is a busy machine");
        let stood = Some(Duration::from_secs(3));
        assert_eq!(runs(6_900, second, false), stood);
        assert_eq!(runs(6_950, second, false), stood, "there is more to read");
        assert_eq!(runs(6_960, second, true), None);
        assert_eq!(runs(10_960, second, false), stood);
        assert_eq!(runs(11_860, second, false), stood, "a machine that is still busy");
        for turn in 1..=9 {
            assert_eq!(runs(11_860 + turn * 50, second, false), stood, "turn {turn} of a flood");
        }
        assert_eq!(runs(12_360, second, false), None, "a flood does not prolong it");
        standstill.reads(start + Duration::from_millis(15_360));
        assert_eq!(standstill.stood(), stood, "between two messages");
    }
}
