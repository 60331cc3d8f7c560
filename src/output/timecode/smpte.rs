//! Frames and their labels (SMPTE 12M), in whole numbers: a clock that counts like this is still
//! right after a day.
//!
//! Owns the drop-frame arithmetic and nothing else; must never read a clock.

use std::fmt;

use crate::show::FrameRate;
use crate::show::duration::SECOND_NS;

/// Frames in ten minutes of drop-frame: ten times 1,800, less two in each minute but the first.
const DROP_TEN_MINUTES: u64 = 10 * 1800 - 9 * 2;

/// Frames in a minute of drop-frame that has lost its first two numbers.
const DROP_MINUTE: u64 = 1800 - 2;

/// Name of a frame: `hours:minutes:seconds:frames`, 00:00:00:00 to 23:59:59 and the last frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameLabel {
    pub(super) hours: u8,
    pub(super) minutes: u8,
    pub(super) seconds: u8,
    pub(super) frames: u8,
    /// `true` if it counts with dropped numbers; written with `;` before the frames.
    drops: bool,
}

impl FrameLabel {
    /// The label of the frame number `frame`, from 0, of a clock that began at zero; after 24 hours
    /// it begins again.
    ///
    /// Drop-frame leaves out numbers, not frames: 00 and 01 of every minute that ten does not
    /// divide (SMPTE 12M, "Drop frame compensated").
    pub(super) fn new(rate: FrameRate, frame: u64) -> Self {
        let frame = frame % frames_a_day(rate);
        let drops = rate == FrameRate::Fps2997Drop;
        let number = if drops { frame + dropped_before(frame) } else { frame };
        let base = base(rate);
        let seconds = number / base;
        FrameLabel {
            hours: (seconds / 3600) as u8,
            minutes: (seconds / 60 % 60) as u8,
            seconds: (seconds % 60) as u8,
            frames: (number % base) as u8,
            drops,
        }
    }
}

impl fmt::Display for FrameLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FrameLabel { hours, minutes, seconds, frames, drops } = self;
        let point = if *drops { ';' } else { ':' };
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}{point}{frames:02}")
    }
}

/// Count of numbers that drop-frame has left out before frame number `frame`.
fn dropped_before(frame: u64) -> u64 {
    let (tens, rest) = (frame / DROP_TEN_MINUTES, frame % DROP_TEN_MINUTES);
    // The first of ten minutes is whole; each of the others begins two numbers late.
    18 * tens + 2 * (rest.saturating_sub(2) / DROP_MINUTE)
}

/// The count at which the frames of a label begin again.
fn base(rate: FrameRate) -> u64 {
    match rate {
        FrameRate::Fps24 => 24,
        FrameRate::Fps25 => 25,
        FrameRate::Fps2997Drop | FrameRate::Fps30 => 30,
    }
}

/// Frames a second, as a fraction.
fn fraction(rate: FrameRate) -> (u64, u64) {
    match rate {
        FrameRate::Fps2997Drop => (30_000, 1001),
        whole @ (FrameRate::Fps24 | FrameRate::Fps25 | FrameRate::Fps30) => (base(whole), 1),
    }
}

/// Frames from 00:00:00:00 to the next.
pub(super) fn frames_a_day(rate: FrameRate) -> u64 {
    match rate {
        FrameRate::Fps2997Drop => 24 * 6 * DROP_TEN_MINUTES,
        whole @ (FrameRate::Fps24 | FrameRate::Fps25 | FrameRate::Fps30) => 24 * 3600 * base(whole),
    }
}

/// The step, of which `per_frame` make a frame, in which a clock is that reads `ns`.
pub(super) fn step_at(rate: FrameRate, per_frame: u64, ns: u64) -> u64 {
    let (frames, seconds) = fraction(rate);
    let steps = u128::from(ns) * u128::from(frames * per_frame) / u128::from(seconds * SECOND_NS);
    u64::try_from(steps).unwrap_or(u64::MAX)
}

/// Reading of a clock when `step` begins: the first nanosecond at which [`step_at`] gives it.
pub(super) fn step_begins_ns(rate: FrameRate, per_frame: u64, step: u64) -> u64 {
    let (frames, seconds) = fraction(rate);
    let ns = (u128::from(step) * u128::from(seconds * SECOND_NS))
        .div_ceil(u128::from(frames * per_frame));
    u64::try_from(ns).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::duration::HOUR_NS;

    const RATES: [FrameRate; 4] =
        [FrameRate::Fps24, FrameRate::Fps25, FrameRate::Fps2997Drop, FrameRate::Fps30];

    /// The frame of a label, by counting the whole minutes before it.
    fn frame_of(rate: FrameRate, label: FrameLabel) -> u64 {
        let minutes = u64::from(label.hours) * 60 + u64::from(label.minutes);
        let number =
            (minutes * 60 + u64::from(label.seconds)) * base(rate) + u64::from(label.frames);
        if rate == FrameRate::Fps2997Drop { number - 2 * (minutes - minutes / 10) } else { number }
    }

    #[test]
    fn drop_frame_leaves_out_two_numbers_a_minute_but_not_in_the_tenth() {
        let text = |frame| FrameLabel::new(FrameRate::Fps2997Drop, frame).to_string();
        assert_eq!([text(1799), text(1800)], ["00:00:59;29", "00:01:00;02"]);
        assert_eq!([text(17_981), text(17_982)], ["00:09:59;29", "00:10:00;00"]);
        assert_eq!([text(107_891), text(107_892)], ["00:59:59;29", "01:00:00;00"]);
        assert_eq!([text(24 * 107_892 - 1), text(24 * 107_892)], ["23:59:59;29", "00:00:00;00"]);
        // The example of RP-002/RP-014, section 3.2.1: 40 numbers are dropped before 00:22:00;02.
        assert_eq!(text(((21 * 60 + 58) * 30) + 22), "00:22:00;02");
    }

    #[test]
    fn the_other_rates_count_every_number() {
        let text = |rate, frame| FrameLabel::new(rate, frame).to_string();
        assert_eq!(text(FrameRate::Fps24, 24 * 60 - 1), "00:00:59:23");
        assert_eq!(text(FrameRate::Fps25, 25 * 3600), "01:00:00:00");
        assert_eq!(text(FrameRate::Fps30, 1800), "00:01:00:00");
        assert_eq!(text(FrameRate::Fps25, 25 * 86_400 + 1), "00:00:00:01");
    }

    #[test]
    fn every_frame_of_a_day_has_a_label_of_its_own() {
        for rate in RATES {
            for frame in 0..frames_a_day(rate) {
                let label = FrameLabel::new(rate, frame);
                assert_eq!(frame_of(rate, label), frame, "{label}");
                assert!(label.hours < 24 && label.minutes < 60 && label.seconds < 60);
                assert!(u64::from(label.frames) < base(rate));
                let is_dropped = label.drops
                    && !label.minutes.is_multiple_of(10)
                    && label.seconds == 0
                    && label.frames < 2;
                assert!(!is_dropped, "{label}");
            }
        }
    }

    #[test]
    fn a_step_begins_at_the_first_nanosecond_that_is_in_it() {
        for rate in RATES {
            for step in (0..4 * frames_a_day(rate)).step_by(997) {
                let begins = step_begins_ns(rate, 4, step);
                assert_eq!(step_at(rate, 4, begins), step);
                assert!(step == 0 || step_at(rate, 4, begins - 1) == step - 1);
            }
        }
        // 107,892 frames at 30000/1001 a second are 3.6 ms short of an hour.
        assert_eq!(step_begins_ns(FrameRate::Fps2997Drop, 1, 107_892), HOUR_NS - 3_600_000);
        assert_eq!(step_begins_ns(FrameRate::Fps24, 1, 1), 41_666_667);
    }
}
