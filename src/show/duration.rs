//! Lengths of time as people write them and as the screen shows them.

use std::time::Duration;

use jiff::SignedDuration;

use crate::time::nanoseconds;

/// Nanoseconds in a millisecond.
pub const MILLISECOND_NS: u64 = 1_000_000;
/// Nanoseconds in a second.
pub const SECOND_NS: u64 = 1_000_000_000;
/// Nanoseconds in a minute.
pub const MINUTE_NS: u64 = 60 * SECOND_NS;
/// Nanoseconds in an hour.
pub const HOUR_NS: u64 = 60 * MINUTE_NS;
/// The longest duration that a show file may give: just under a hundred hours.
pub const LONGEST: Duration = Duration::from_nanos(LONGEST_NS);
/// The same in nanoseconds.
pub const LONGEST_NS: u64 = 100 * HOUR_NS - 1;

/// Reason why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not in a form that [`parse`] reads.
    #[error("not a duration: write \"1m30s\", \"90s\", \"1:30\" (m:s) or \"0:01:30\" (h:m:s)")]
    Form,
    /// A number without a unit.
    #[error("a duration needs a unit: write \"90s\", \"1m30s\" or \"1:30\" (m:s)")]
    Unit,
    /// Minutes or seconds of 60 and more after a colon.
    #[error("after a colon, minutes and seconds go from 00 to 59")]
    Clock,
    /// More than [`LONGEST`].
    #[error("a duration is at most 99:59:59")]
    TooLong,
}

/// Reads a duration: `1m30s`, `90s`, `1.5s`, `250ms`, `2h`, `1:30` (m:s) or `0:01:30`
/// (h:m:s).
///
/// # Errors
/// When the text has another form, or means more than [`LONGEST`].
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    let ns = if text.contains(':') { parse_clock(text)? } else { parse_units(text)? };
    if ns > LONGEST_NS { Err(DurationError::TooLong) } else { Ok(Duration::from_nanos(ns)) }
}

fn parse_clock(text: &str) -> Result<u64, DurationError> {
    let mut parts = text.rsplit(':');
    let seconds = parts.next().unwrap_or_default();
    let minutes = parts.next().ok_or(DurationError::Form)?;
    let hours = parts.next();
    if parts.next().is_some()
        || (hours.is_some() && whole_digits(minutes) != 2)
        || whole_digits(seconds) != 2
    {
        return Err(DurationError::Form);
    }
    let whole = |text: &str| -> Result<u64, DurationError> {
        if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DurationError::Form);
        }
        text.parse().map_err(|_| DurationError::TooLong)
    };
    let seconds_ns = decimal(seconds, SECOND_NS)?;
    let (hours, minutes) = (hours.map_or(Ok(0), whole)?, whole(minutes)?);
    if seconds_ns >= MINUTE_NS || (text.matches(':').count() == 2 && minutes >= 60) {
        return Err(DurationError::Clock);
    }
    let total = hours.checked_mul(HOUR_NS).zip(minutes.checked_mul(MINUTE_NS));
    total.and_then(|(h, m)| h.checked_add(m)?.checked_add(seconds_ns)).ok_or(DurationError::TooLong)
}

fn whole_digits(text: &str) -> usize {
    text.find('.').unwrap_or(text.len())
}

fn parse_units(text: &str) -> Result<u64, DurationError> {
    let mut rest = text;
    let mut total: u64 = 0;
    let mut last_unit_ns = u64::MAX;
    if rest.is_empty() {
        return Err(DurationError::Form);
    }
    while !rest.is_empty() {
        let digits =
            rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(DurationError::Unit)?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let unit_ns = match unit {
            "h" => HOUR_NS,
            "m" | "min" => MINUTE_NS,
            "s" => SECOND_NS,
            "ms" => MILLISECOND_NS,
            _ => return Err(DurationError::Form),
        };
        if number.is_empty() || unit_ns >= last_unit_ns {
            return Err(DurationError::Form);
        }
        last_unit_ns = unit_ns;
        total = total.checked_add(decimal(number, unit_ns)?).ok_or(DurationError::TooLong)?;
        rest = tail.trim_start();
    }
    Ok(total)
}

/// A decimal number of units, exactly: no float comes near a time.
fn decimal(text: &str, unit_ns: u64) -> Result<u64, DurationError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 9 {
        return Err(DurationError::Form);
    }
    let whole: u64 = whole.parse().map_err(|_| DurationError::TooLong)?;
    let fraction_ns = fraction.parse::<u128>().map_err(|_| DurationError::Form)?
        * u128::from(unit_ns)
        / 10_u128.pow(fraction.len() as u32);
    let whole_ns = whole.checked_mul(unit_ns).ok_or(DurationError::TooLong)?;
    whole_ns.checked_add(fraction_ns as u64).ok_or(DurationError::TooLong)
}

/// A length in whole seconds as a clock, cut: `0:33`, `4:10`, `1:02:03`.
pub fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// A planned length: `4:10`, with tenths where it is no whole number of seconds.
pub fn length(time: Duration) -> String {
    let tenths = time.subsec_millis() / 100;
    if tenths > 0 { format!("{}.{tenths}", clock(time)) } else { clock(time) }
}

/// A length to the nanosecond: `4:10`, `0:01.25`.
pub fn exact(time: Duration) -> String {
    let fraction = format!(".{:09}", time.subsec_nanos());
    format!("{}{}", clock(time), fraction.trim_end_matches('0').trim_end_matches('.'))
}

/// A short delay: `1.5s`, `2s`, and from a minute on as a clock.
pub fn delay(time: Duration) -> String {
    if time.as_secs() >= 60 {
        return length(time);
    }
    let decimals = format!("{}.{:03}", time.as_secs(), time.subsec_millis());
    format!("{}s", decimals.trim_end_matches('0').trim_end_matches('.'))
}

/// The next whole second from a length on, as a countdown shows it.
pub fn whole_seconds_up(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}

/// Time left as a countdown: rounded up, so that it reads 0:00 only when nothing is left.
pub fn countdown(time: Duration) -> String {
    clock(Duration::from_secs(whole_seconds_up(time)))
}

/// The time until something, so that nobody takes it for a time of day: `1:23`, `22 min`, `1 h 12
/// min`, `2 d 3 h`.
pub fn until(time: Duration) -> String {
    let minutes = nanoseconds(time).div_ceil(MINUTE_NS);
    match minutes {
        _ if whole_seconds_up(time) < 600 => countdown(time),
        0..60 => format!("{minutes} min"),
        60..1440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} d {} h", minutes / 1440, minutes / 60 % 24),
    }
}

/// Over (+) or under (−), in whole seconds towards zero: `+0:42`, `−0:03`, `0:00`.
pub fn over_under(time: SignedDuration) -> String {
    let size = Duration::from_secs(time.unsigned_abs().as_secs());
    let sign = match (size.is_zero(), time.is_negative()) {
        (true, _) => "",
        (_, true) => "−",
        (_, false) => "+",
    };
    format!("{sign}{}", clock(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, ns) in [
            ("1m30s", 90 * SECOND_NS),
            ("90s", 90 * SECOND_NS),
            ("1:30", 90 * SECOND_NS),
            ("0:01:30", 90 * SECOND_NS),
            ("75:00", 75 * MINUTE_NS),
            ("1.5s", 1_500_000_000),
            ("0:02.5", 2_500_000_000),
            ("250ms", 250 * MILLISECOND_NS),
            ("1h", HOUR_NS),
            ("2h 5m", 2 * HOUR_NS + 5 * MINUTE_NS),
            ("0s", 0),
            ("99:59:59", LONGEST_NS + 1 - SECOND_NS),
            ("0.000000001s", 1),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_nanos(ns)), "{text:?}");
        }
    }

    #[test]
    fn says_why_it_cannot_read_the_rest() {
        for (text, error) in [
            ("", DurationError::Form),
            ("90", DurationError::Unit),
            ("abc", DurationError::Form),
            ("-5s", DurationError::Form),
            ("1:75", DurationError::Clock),
            ("1:60:00", DurationError::Clock),
            ("1:5", DurationError::Form),
            ("1:2:3:4", DurationError::Form),
            (":30", DurationError::Form),
            ("5s1m", DurationError::Form),
            ("1s1s", DurationError::Form),
            ("1..5s", DurationError::Form),
            ("100h", DurationError::TooLong),
            ("99999999999999999999h", DurationError::TooLong),
            ("99999999999999999999:00:00", DurationError::TooLong),
        ] {
            assert_eq!(parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn shows_time_left_and_over() {
        let ns = Duration::from_nanos;
        assert_eq!(countdown(ns(1)), "0:01");
        assert_eq!(countdown(Duration::ZERO), "0:00");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(length(Duration::from_millis(90_500)), "1:30.5");
        assert_eq!(
            [0, 90_500_000_000, 3_600_000_000_001].map(|exactly| exact(ns(exactly))),
            ["0:00", "1:30.5", "1:00:00.000000001"]
        );
        assert_eq!(
            [1_500, 2_000, 20, 90_000].map(|ms| delay(Duration::from_millis(ms))),
            ["1.5s", "2s", "0.02s", "1:30"]
        );
        let until = |seconds: u64| until(Duration::from_secs(seconds));
        assert_eq!(
            [83, 599, 600, 1_372, 4_320].map(until),
            ["1:23", "9:59", "10 min", "23 min", "1 h 12 min"]
        );
        assert_eq!(until(51 * 3600), "2 d 3 h");
        let over_under = |ms: i64| over_under(SignedDuration::from_millis(ms));
        assert_eq!(over_under(42_000), "+0:42");
        assert_eq!(over_under(-3_900), "−0:03");
        assert_eq!(over_under(-900), "0:00");
    }
}
