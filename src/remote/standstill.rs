//! Standstills of the program: it was stopped, or the machine was suspended. Packets that came in
//! one are old.

use std::time::{Duration, Instant};

/// A wait that ends so much later than it should means that the program stood still.
const STOOD: Duration = Duration::from_secs(1);

/// Time after a standstill in which packets are believed to have come in it, while they always
/// come.
const CATCH_UP_MAX: Duration = Duration::from_millis(500);

/// Knowledge of standstills.
#[derive(Default)]
pub(super) struct Standstill {
    /// Last instant at which the program was known to run.
    seen: Option<Instant>,
    /// Length and end of the last standstill, until everything that came in it has been read.
    last: Option<(Duration, Instant)>,
}

impl Standstill {
    /// Takes in that the program runs at `now`, after a wait that was to take `due` at most, and
    /// whether nothing was there to be read.
    pub(super) fn runs(&mut self, now: Instant, due: Duration, is_quiet: bool) {
        let seen = self.seen.replace(now).unwrap_or(now);
        let stood = now.duration_since(seen).saturating_sub(due);
        if stood > STOOD {
            self.last = Some((stood, now));
        } else if self
            .last
            .is_some_and(|(_, since)| is_quiet || now.duration_since(since) > CATCH_UP_MAX)
        {
            self.last = None;
        }
    }

    /// Takes in that something is read at `now`: the program may have been stopped between two
    /// messages of one round.
    pub(super) fn reads(&mut self, now: Instant) {
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
    use crate::remote::now;

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
        assert_eq!(runs(11_470, second, false), None, "a flood does not prolong it");
        standstill.reads(start + Duration::from_millis(14_470));
        assert_eq!(standstill.stood(), stood, "between two messages");
    }
}
