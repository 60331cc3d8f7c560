//! A countdown's big figure: its words, and how near its end is, for every kind of board.

use std::time::Duration;

use jiff::SignedDuration;

use super::Counting;
use crate::show::duration;
use crate::show::{CountDirection, Thresholds};

/// Subject of a countdown's big digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure<'a> {
    /// Remaining time; negative past its end.
    pub left: SignedDuration,
    /// Elapsed time, where the digits show that instead.
    pub elapsed: Option<Duration>,
    /// The longest that it reads: what it began with.
    pub whole: Duration,
    /// Title of what ends or begins then.
    pub of: &'a str,
    /// Verb for it, such as "ends".
    pub word: &'static str,
    /// The part that is done, 0 to 1, of something that runs.
    pub done: Option<f64>,
    /// Remaining times at which it changes its colour.
    pub thresholds: Thresholds,
}

impl Figure<'_> {
    /// How near its end it is.
    pub fn nearness(&self) -> Nearness {
        Nearness::of(self.left, self.thresholds)
    }

    /// Its digits.
    pub fn digits(&self) -> String {
        self.elapsed.map_or_else(|| left_words(self.left), duration::clock)
    }

    /// The time left of all of it, where its digits show the elapsed time: `0:12 left of 20:00`.
    pub fn left_beside(&self) -> Option<String> {
        self.elapsed.map(|_| left_of_words(self.left, self.whole))
    }

    /// The word beside digits that are amber or red, or that stand still.
    pub fn alert(&self, is_held: bool) -> Option<&'static str> {
        if is_held {
            return Some("HELD");
        }
        match self.nearness() {
            Nearness::Over if self.done.is_none() => Some("LATE"),
            Nearness::Over => Some("OVER"),
            Nearness::Danger => Some("LAST SECONDS"),
            Nearness::Warn => Some("SOON"),
            Nearness::Far => None,
        }
    }

    /// The widest that its digits will be, with the sign of what is over.
    pub fn widest(&self) -> String {
        if let Some(elapsed) = self.elapsed {
            return duration::clock(self.whole.max(elapsed));
        }
        let size = self.left.unsigned_abs();
        let longest_s = duration::whole_seconds_up(self.whole).max(size.as_secs());
        // Zeros are as wide as any figure; less than ten minutes of a start leave room for what they
        // were.
        if self.done.is_none() && longest_s < 600 {
            return "+00:00".to_owned();
        }
        format!("+{}", duration::clock(Duration::from_secs(longest_s)))
    }
}

impl Counting {
    /// The countdown to the end of `of`.
    pub(super) fn figure(self, of: &str) -> Figure<'_> {
        let Counting { countdown, thresholds, count } = self;
        Figure {
            left: countdown.left(),
            elapsed: match count {
                CountDirection::Down => None,
                CountDirection::Up => Some(countdown.elapsed),
            },
            whole: countdown.of,
            of,
            word: "ends",
            done: Some(countdown.done()),
            thresholds,
        }
    }
}

/// How near the end of something is, by its thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// There is time.
    Far,
    /// No more than `warn` is left.
    Warn,
    /// No more than `danger` is left.
    Danger,
    /// It is past its end.
    Over,
}

impl Nearness {
    /// With `left` to go, as the figure shows it: rounded up.
    pub fn of(left: SignedDuration, thresholds: Thresholds) -> Self {
        let shown = Duration::from_secs(duration::whole_seconds_up(left.unsigned_abs()));
        match left.is_negative() {
            true => Nearness::Over,
            _ if shown <= thresholds.danger => Nearness::Danger,
            _ if shown <= thresholds.warn => Nearness::Warn,
            _ => Nearness::Far,
        }
    }
}

/// The time left: `0:33`, and past the end `+0:12`.
pub fn left_words(left: SignedDuration) -> String {
    match left.is_negative() {
        // The first second past the end still reads nothing left, as a clock does.
        true => format!("+{}", duration::clock(left.unsigned_abs())),
        false => duration::countdown(left.unsigned_abs()),
    }
}

/// The time left of all of it: `0:12 left of 20:00`, and past the end `+0:12 over of 20:00`.
pub fn left_of_words(left: SignedDuration, whole: Duration) -> String {
    let word = if left.is_negative() { "over" } else { "left" };
    format!("{} {word} of {}", left_words(left), duration::length(whole))
}
