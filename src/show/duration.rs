//! Lengths of time as people write them and as the screen shows them.

/// Nanoseconds in a millisecond.
pub const MILLISECOND_NS: u64 = 1_000_000;
/// Nanoseconds in a second.
pub const SECOND_NS: u64 = 1_000_000_000;
/// Nanoseconds in a minute.
pub const MINUTE_NS: u64 = 60 * SECOND_NS;
/// Nanoseconds in an hour.
pub const HOUR_NS: u64 = 60 * MINUTE_NS;
/// The longest duration that a show file may give: just under a hundred hours.
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
    /// More than [`LONGEST_NS`].
    #[error("a duration is at most 99:59:59")]
    TooLong,
}

/// Reads a duration, nanoseconds: `1m30s`, `90s`, `1.5s`, `250ms`, `2h`, `1:30` (m:s) or `0:01:30`
/// (h:m:s).
///
/// # Errors
/// When the text has another form, or means more than [`LONGEST_NS`].
pub fn parse(text: &str) -> Result<u64, DurationError> {
    let text = text.trim();
    let ns = if text.contains(':') { parse_clock(text)? } else { parse_units(text)? };
    if ns > LONGEST_NS { Err(DurationError::TooLong) } else { Ok(ns) }
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

/// Whole seconds as a clock: `0:33`, `4:10`, `1:02:03`.
pub fn clock(seconds: u64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m}:{s:02}") }
}

/// A planned length: `4:10`, with tenths where it is no whole number of seconds.
pub fn length(ns: u64) -> String {
    let tenths = ns % SECOND_NS / (SECOND_NS / 10);
    if tenths > 0 { format!("{}.{tenths}", clock(ns / SECOND_NS)) } else { clock(ns / SECOND_NS) }
}

/// A length to the nanosecond: `4:10`, `0:01.25`.
pub fn exact(ns: u64) -> String {
    let fraction = format!(".{:09}", ns % SECOND_NS);
    format!("{}{}", clock(ns / SECOND_NS), fraction.trim_end_matches('0').trim_end_matches('.'))
}

/// A short delay: `1.5s`, `2s`, and from a minute on as a clock.
pub fn delay(ns: u64) -> String {
    if ns >= MINUTE_NS {
        return length(ns);
    }
    let millis = ns / MILLISECOND_NS;
    let decimals = format!("{}.{:03}", millis / 1000, millis % 1000);
    format!("{}s", decimals.trim_end_matches('0').trim_end_matches('.'))
}

/// Time left as a countdown: rounded up, so that it reads 0:00 only when nothing is left.
pub fn countdown(ns: u64) -> String {
    clock(ns.div_ceil(SECOND_NS))
}

/// The time until something, so that nobody takes it for a time of day: `1:23`, `22 min`, `1 h 12
/// min`, `2 d 3 h`.
pub fn until(ns: u64) -> String {
    let (seconds, minutes) = (ns.div_ceil(SECOND_NS), ns.div_ceil(MINUTE_NS));
    match minutes {
        _ if seconds < 600 => clock(seconds),
        0..60 => format!("{minutes} min"),
        60..1440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} d {} h", minutes / 1440, minutes / 60 % 24),
    }
}

/// Over (+) or under (−), in whole seconds towards zero: `+0:42`, `−0:03`, `0:00`.
pub fn over_under(ns: i64) -> String {
    let seconds = ns.unsigned_abs() / SECOND_NS;
    let sign = match (seconds, ns < 0) {
        (0, _) => "",
        (_, true) => "−",
        (_, false) => "+",
    };
    format!("{sign}{}", clock(seconds))
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
            assert_eq!(parse(text), Ok(ns), "{text:?}");
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
        assert_eq!(countdown(1), "0:01");
        assert_eq!(countdown(0), "0:00");
        assert_eq!(clock(3723), "1:02:03");
        assert_eq!(length(90 * SECOND_NS + 500_000_000), "1:30.5");
        assert_eq!(
            [0, 90_500_000_000, 3_600_000_000_001].map(exact),
            ["0:00", "1:30.5", "1:00:00.000000001"]
        );
        assert_eq!(
            [1_500, 2_000, 20, 90_000].map(|ms| delay(ms * MILLISECOND_NS)),
            ["1.5s", "2s", "0.02s", "1:30"]
        );
        let until = |seconds: u64| until(seconds * SECOND_NS);
        assert_eq!(
            [83, 599, 600, 1_372, 4_320].map(until),
            ["1:23", "9:59", "10 min", "23 min", "1 h 12 min"]
        );
        assert_eq!(until(51 * 3600), "2 d 3 h");
        assert_eq!(over_under(42 * SECOND_NS as i64), "+0:42");
        assert_eq!(over_under(-3_900_000_000), "−0:03");
        assert_eq!(over_under(-900_000_000), "0:00");
    }
}
