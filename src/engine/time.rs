//! The show's clock, as a type: an instant of it can't be taken for one of the run's clock, nor for a
//! number.

use std::ops::Add;
use std::time::Duration;

use jiff::SignedDuration;

use crate::time::{nanoseconds, unsigned};

/// An instant of the show clock, which stands still in a hold: nanoseconds since the run began,
/// without its holds. A segment that is set to one of its later cues may have begun before the run.
///
/// Only [`super::State`] turns it into an instant of the run and back ([`super::State::run_ns`],
/// [`super::State::show_ns`]), because only the state knows the holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShowNs(i64);

impl ShowNs {
    /// The time since the run began, without its holds; before that, negative.
    pub const fn since_begin(self) -> SignedDuration {
        SignedDuration::from_nanos(self.0)
    }

    /// The time from `earlier` to this instant; none where `earlier` is the later one.
    pub fn since(self, earlier: ShowNs) -> Duration {
        unsigned(self.until(earlier))
    }

    /// The time from `now` to this instant; negative where it is past.
    pub const fn until(self, now: ShowNs) -> SignedDuration {
        SignedDuration::from_nanos(self.0.saturating_sub(now.0))
    }

    /// The instant so much earlier, at the earliest the beginning of the run.
    pub fn saturating_sub(self, earlier: Duration) -> Self {
        self.earlier(earlier).max(ShowNs(0))
    }

    /// The instant so much earlier, also before the beginning of the run.
    pub fn earlier(self, by: Duration) -> Self {
        ShowNs(self.0.saturating_sub_unsigned(nanoseconds(by)))
    }
}

impl Add<Duration> for ShowNs {
    type Output = ShowNs;

    /// The instant so much later; the last that there is, where the sum is beyond it.
    fn add(self, later: Duration) -> ShowNs {
        ShowNs(self.0.saturating_add_unsigned(nanoseconds(later)))
    }
}
