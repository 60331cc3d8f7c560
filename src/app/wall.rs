//! The machine's wall clock beside the run's: somebody may set it while a run is on. The run keeps
//! its own clock, and the caller has to know why two clocks in the room differ.

use std::time::Duration;

use super::Tone;
use crate::show::duration::{self, SECOND_NS};

/// Difference from which on it is told, nanoseconds. Clocks that are kept by the net differ by far
/// less.
const TOLD_NS: u64 = 2 * SECOND_NS;

/// The difference to show, nanoseconds in whole seconds, where `before` was shown and `now_ns` is
/// measured: how far the run's clock is ahead of the machine's; 0 where they agree. It stays as it
/// is while it is true to a second, and at 0 until it is more than two, so that it does not flicker.
pub fn difference(before: i64, now_ns: i64) -> i64 {
    let second_ns = SECOND_NS as i64;
    let agrees_ns = if before == 0 { TOLD_NS } else { TOLD_NS - SECOND_NS };
    if now_ns.unsigned_abs() <= agrees_ns {
        return 0;
    }
    if before != 0 && before.abs_diff(now_ns) < SECOND_NS {
        return before;
    }
    now_ns.saturating_add(now_ns.signum() * second_ns / 2) / second_ns * second_ns
}

/// Words for the caller where the difference is a new one.
pub fn words(ahead_ns: i64) -> (String, Tone) {
    let by = duration::clock(Duration::from_nanos(ahead_ns.unsigned_abs()));
    match ahead_ns {
        0 => ("the machine's clock agrees with the run's again".to_owned(), Tone::Attention),
        1.. => (format!("the machine's clock is {by} behind: the run keeps its own"), Tone::Alarm),
        ..0 => (format!("the machine's clock is {by} ahead: the run keeps its own"), Tone::Alarm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_in_whole_seconds_and_does_not_flicker() {
        let ns = |seconds: f64| (seconds * 1e9) as i64;
        for (before, now, shown) in [
            (0.0, 0.0, 0.0),
            (0.0, 2.0, 0.0),
            (0.0, -1.9, 0.0),
            (0.0, 2.1, 2.0),
            (0.0, -3599.7, -3600.0),
            (3600.0, 3600.6, 3600.0),
            (3600.0, 3599.3, 3600.0),
            (3600.0, 3601.2, 3601.0),
            (-5.0, 1.0, 0.0),
            (2.0, 1.9, 2.0),
            (2.0, 1.1, 2.0),
            (2.0, 1.0, 0.0),
            (-2.0, -1.5, -2.0),
            (3.0, 1.9, 2.0),
            (3600.0, 1.9, 2.0),
        ] {
            assert_eq!(difference(ns(before), ns(now)), ns(shown), "{before} {now}");
        }
        assert_eq!(
            words(ns(-3600.0)).0,
            "the machine's clock is 1:00:00 ahead: the run keeps its own"
        );
        assert!(words(ns(5.0)).0.contains("0:05 behind"));
    }
}
