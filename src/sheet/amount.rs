//! A length of time as it stands in a cell: exact, or with more than one reading.

use super::grid::{Cell, Value, whole_seconds};
use crate::show::duration::{HOUR_NS, LONGEST_NS, MINUTE_NS, SECOND_NS};

/// A reading of clocks of two parts: `5:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clocks {
    /// Five minutes.
    MinutesSeconds,
    /// Five hours.
    HoursMinutes,
}

/// A reading of numbers without a unit: `5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// Five minutes.
    Minutes,
    /// Five seconds.
    Seconds,
}

/// A reading of all lengths of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// That of clocks of two parts.
    pub clocks: Clocks,
    /// That of numbers without a unit.
    pub bare: Bare,
}

/// The form in which a clock stands in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockForm {
    /// As text of two parts: `5:00`.
    Two,
    /// As text of three parts without seconds: `5:00:00`, as a spreadsheet writes a `5:00`.
    Three,
    /// As a time of a spreadsheet without seconds.
    Stored,
}

/// A length as it stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount {
    /// Nothing, or a sign for nothing.
    Nothing,
    /// A length that can be read in one way only, nanoseconds.
    Exact(u64),
    /// A clock of two parts, or one that may have been typed as such.
    Clock {
        /// The first part, at most 9,999.
        major: u64,
        /// The second part, thousandths.
        minor_milli: u64,
        /// The form in which it stands there.
        form: ClockForm,
    },
    /// A number without a unit, thousandths.
    Bare(u64),
    /// Text that is no length.
    Unreadable,
}

impl Amount {
    /// The length, nanoseconds, in a reading; `None` where there is none, or it is longer than a
    /// show may be.
    pub fn ns(&self, reading: Reading) -> Option<u64> {
        let ns = match self {
            Amount::Nothing | Amount::Unreadable => return None,
            Amount::Exact(ns) => Some(*ns),
            Amount::Clock { major, minor_milli, .. } => {
                let unit_ns = match reading.clocks {
                    Clocks::MinutesSeconds => MINUTE_NS,
                    Clocks::HoursMinutes => HOUR_NS,
                };
                major
                    .checked_mul(unit_ns)
                    .and_then(|ns| ns.checked_add(minor_milli.checked_mul(unit_ns / 60_000)?))
            }
            Amount::Bare(milli) => milli.checked_mul(match reading.bare {
                Bare::Minutes => MINUTE_NS / 1000,
                Bare::Seconds => SECOND_NS / 1000,
            }),
        };
        ns.filter(|ns| *ns <= LONGEST_NS)
    }

    /// The amount of a cell.
    pub fn of(cell: &Cell) -> Amount {
        match &cell.value {
            Value::Text(text) => Amount::read(text),
            Value::Number(number) => match milli(*number) {
                Some(milli) => Amount::Bare(milli),
                None => Amount::Unreadable,
            },
            Value::Clock(ns) => match whole_seconds(*ns) {
                ns if ns % MINUTE_NS == 0 => Amount::Clock {
                    major: ns / HOUR_NS,
                    minor_milli: ns / MINUTE_NS % 60 * 1000,
                    form: ClockForm::Stored,
                },
                ns => Amount::Exact(ns),
            },
            Value::Day(_) | Value::Moment(_) => Amount::Unreadable,
            Value::NoValue => Amount::Nothing,
        }
    }

    /// Reads a text.
    pub fn read(text: &str) -> Amount {
        let text = text.trim().trim_start_matches(['~', '≈']).to_lowercase();
        let text = ["approx.", "approx", "ca.", "circa", "about", "env."]
            .iter()
            .find_map(|word| text.strip_prefix(word))
            .unwrap_or(&text)
            .trim();
        if matches!(text, "" | "-" | "–" | "—" | "n/a" | "na" | "none") {
            return Amount::Nothing;
        }
        let mut parts = text.split('+').map(|part| one(part.trim()));
        let Some(first) = parts.next() else { return Amount::Nothing };
        parts.fold(first, Amount::plus)
    }

    fn plus(self, other: Amount) -> Amount {
        match (self, other) {
            (Amount::Exact(a), Amount::Exact(b)) => Amount::Exact(a.saturating_add(b)),
            (Amount::Bare(a), Amount::Bare(b)) => Amount::Bare(a.saturating_add(b)),
            (
                Amount::Clock { major: a, minor_milli: b, form: ClockForm::Two },
                Amount::Clock { major: c, minor_milli: d, form: ClockForm::Two },
            ) => Amount::Clock { major: a + c, minor_milli: b + d, form: ClockForm::Two },
            _ => Amount::Unreadable,
        }
    }
}

/// A number of thousandths, where it is one that a length can have.
fn milli(number: f64) -> Option<u64> {
    let milli = (number * 1000.0).round();
    (0.0..=1e10).contains(&milli).then_some(milli as u64)
}

fn one(text: &str) -> Amount {
    if text.contains(':') {
        return clock(text);
    }
    if let Some(milli) = decimal(text) {
        return Amount::Bare(milli);
    }
    units(text).map_or(Amount::Unreadable, Amount::Exact)
}

/// A clock, perhaps with the unit of its first part after it: `5:00`, `1:30:00`, `5:00 min`.
fn clock(text: &str) -> Amount {
    let end = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (clock, word) = (text[..end].trim(), text[end..].trim_end_matches('.'));
    let parts: Vec<&str> = clock.split(':').map(str::trim).collect();
    let whole = |part: &str| {
        let is_number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u64>().ok().filter(|number| is_number && *number < 10_000)
    };
    match *parts.as_slice() {
        [major, minor] => {
            let (Some(major), Some(minor_milli)) = (whole(major), decimal(minor)) else {
                return Amount::Unreadable;
            };
            let amount = Amount::Clock { major, minor_milli, form: ClockForm::Two };
            let clocks = match word {
                "" => return amount,
                "m" | "min" | "mins" | "minutes" => Clocks::MinutesSeconds,
                "h" | "hr" | "hrs" | "hours" | "std" => Clocks::HoursMinutes,
                _ => return Amount::Unreadable,
            };
            let ns = amount.ns(Reading { clocks, bare: Bare::Minutes });
            ns.map_or(Amount::Unreadable, Amount::Exact)
        }
        [hours, minutes, seconds] if word.is_empty() => {
            let (Some(hours), Some(minutes), Some(milli)) =
                (whole(hours), whole(minutes), decimal(seconds))
            else {
                return Amount::Unreadable;
            };
            if milli == 0 && minutes < 60 {
                return Amount::Clock {
                    major: hours,
                    minor_milli: minutes * 1000,
                    form: ClockForm::Three,
                };
            }
            Amount::Exact(hours * HOUR_NS + minutes * MINUTE_NS + milli * (SECOND_NS / 1000))
        }
        _ => Amount::Unreadable,
    }
}

/// A number with a decimal point or comma, thousandths.
fn decimal(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || whole.len() > 7 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(whole * 1000 + thousandths.parse::<u64>().ok()?)
}

/// Numbers with units: `1 min 30 secs`, `1h30`, `5'30"`, `1½` is none.
fn units(text: &str) -> Option<u64> {
    let (mut total_ns, mut rest, mut last_ns) = (0_u64, text, u64::MAX);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')?;
        let (number, tail) = rest.split_at(end);
        let milli = decimal(number)?;
        let tail = tail.trim_start();
        let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let unit =
            unit.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '.' | ',' | '&'));
        let unit = unit.strip_suffix(" and").unwrap_or(unit).trim_end();
        let unit_ns = match unit {
            "h" | "hr" | "hrs" | "hour" | "hours" | "std" | "stunde" | "stunden" | "heure"
            | "heures" => HOUR_NS,
            "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "'" | "’" | "′"
            | "minutos" => MINUTE_NS,
            "s" | "sec" | "secs" | "second" | "seconds" | "sek" | "sekunden" | "secondes"
            | "\"" | "”" | "″" | "''" => SECOND_NS,
            _ => return None,
        };
        if unit_ns >= last_ns {
            return None;
        }
        last_ns = unit_ns;
        total_ns = total_ns.checked_add(milli.checked_mul(unit_ns / 1000)?)?;
        // `1h30`, `5'30`: the last number has the next smaller unit.
        if let Some(milli) = decimal(tail).filter(|_| unit_ns > SECOND_NS) {
            return total_ns.checked_add(milli.checked_mul(unit_ns / 60_000)?);
        }
        rest = tail;
    }
    (last_ns < u64::MAX).then_some(total_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Reading = Reading { clocks: Clocks::MinutesSeconds, bare: Bare::Minutes };
    const LONG: Reading = Reading { clocks: Clocks::HoursMinutes, bare: Bare::Seconds };

    #[test]
    fn what_people_write_is_read_in_each_of_its_ways() {
        let seconds = |s: u64| Some(s * SECOND_NS);
        for (text, short, long) in [
            ("5:00", seconds(300), seconds(18_000)),
            ("0:45", seconds(45), seconds(2_700)),
            ("75:30", seconds(4_530), seconds(75 * 3600 + 1800)),
            ("5", seconds(300), seconds(5)),
            ("1,5", seconds(90), Some(1_500_000_000)),
            ("1.5", seconds(90), Some(1_500_000_000)),
            ("0:01:30", seconds(90), seconds(90)),
            ("2:41:45", seconds(9_705), seconds(9_705)),
            ("0:90:00", seconds(5_400), seconds(5_400)),
            ("1 min 30 secs", seconds(90), seconds(90)),
            ("40mins + 3mins", seconds(2_580), seconds(2_580)),
            ("0mins", seconds(0), seconds(0)),
            ("1h30", seconds(5_400), seconds(5_400)),
            ("1 hr 5 mins", seconds(3_900), seconds(3_900)),
            ("5'30\"", seconds(330), seconds(330)),
            ("5' 30", seconds(330), seconds(330)),
            ("2,5 Min.", seconds(150), seconds(150)),
            ("2 minutes and 5 seconds", seconds(125), seconds(125)),
            ("~ 3 min", seconds(180), seconds(180)),
            ("5:00 min", seconds(300), seconds(300)),
            ("1:30 hrs", seconds(5_400), seconds(5_400)),
            ("3 + 2", seconds(300), seconds(5)),
            ("", None, None),
            ("—", None, None),
            ("TBC", None, None),
            ("Fullback", None, None),
            ("5:xx", None, None),
            ("1:2:3:4", None, None),
            ("30 min 1 h", None, None),
            ("99999999999999999999", None, None),
            ("9999:00", seconds(9_999 * 60).filter(|ns| *ns <= LONGEST_NS), None),
        ] {
            let amount = Amount::read(text);
            assert_eq!((amount.ns(SHORT), amount.ns(LONG)), (short, long), "{text:?} {amount:?}");
        }
        assert_eq!(Amount::read("TBC"), Amount::Unreadable);
        assert_eq!(Amount::read(" - "), Amount::Nothing);
    }

    #[test]
    fn a_clock_of_excel_may_be_minutes_that_were_typed() {
        let typed = Amount::of(&Cell::new(3, Value::Clock(5 * HOUR_NS)));
        assert_eq!(typed.ns(SHORT), Some(5 * MINUTE_NS));
        assert_eq!(typed.ns(LONG), Some(5 * HOUR_NS));
        // As a program writes it that rounds to six digits: 0.208333.
        let rounded = Amount::of(&Cell::new(3, Value::Clock(17_999_971_200_000)));
        assert_eq!(rounded.ns(SHORT), Some(5 * MINUTE_NS));
        let exact = Amount::of(&Cell::new(3, Value::Clock(750 * SECOND_NS)));
        assert_eq!(
            (exact.ns(SHORT), exact.ns(LONG)),
            (Some(750 * SECOND_NS), Some(750 * SECOND_NS))
        );
        assert_eq!(Amount::of(&Cell::new(3, Value::Number(15.0))).ns(SHORT), Some(15 * MINUTE_NS));
        assert_eq!(Amount::of(&Cell::new(3, Value::Number(-1.0))), Amount::Unreadable);
    }
}
