//! A time of day as it stands in a cell.

use jiff::civil::Date;

use super::day;
use super::grid::{Cell, Value, whole_seconds};
use crate::show::duration::{HOUR_NS, MINUTE_NS, SECOND_NS};

/// The half of a day that a 12-hour clock gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Before noon.
    Am,
    /// After noon.
    Pm,
}

/// A time of day, before anybody knows which half of the day or which day is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetClock {
    /// Nanoseconds since midnight as written; of a 12-hour clock, 12 is hour 12. Past 24 hours it
    /// is the next day, as broadcasters write it.
    pub ns: u64,
    /// The half that is written beside it.
    pub half: Option<Half>,
    /// The day, where the cell has one.
    pub day: Option<Date>,
}

impl SheetClock {
    /// The whole hours, as written.
    pub fn hour(self) -> u64 {
        self.ns / HOUR_NS
    }

    /// Nanoseconds since midnight, once the half is known; of a clock of 24 hours, as written.
    pub fn of_day_ns(self) -> u64 {
        match self.half {
            None => self.ns,
            Some(half) => {
                let in_half = self.ns % (12 * HOUR_NS);
                if half == Half::Pm { in_half + 12 * HOUR_NS } else { in_half }
            }
        }
    }
}

/// The meaning of a cell for a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockCell {
    /// Nothing, or a sign for nothing.
    Nothing,
    /// A time.
    At(SheetClock),
    /// From one time to another: "10:00 – 10:15".
    Between(SheetClock, SheetClock),
    /// Text that is no time, or a time that no clock shows.
    Unreadable,
}

/// Reads a cell.
pub(super) fn said(cell: &Cell) -> ClockCell {
    let at = |ns| ClockCell::At(SheetClock { ns, half: None, day: None });
    match &cell.value {
        Value::Text(text) => read(text),
        // A fraction of a day, or 1930 for half past seven in the evening.
        Value::Number(number) if (0.0..1.0).contains(number) => {
            at((number * 86_400.0).round() as u64 * SECOND_NS)
        }
        Value::Number(_) => read(&cell.text()),
        Value::Clock(ns) if *ns < 48 * HOUR_NS => at(whole_seconds(*ns)),
        Value::Clock(_) | Value::Day(_) => ClockCell::Unreadable,
        Value::Moment(moment) => {
            let ns = moment.time().duration_since(jiff::civil::Time::midnight()).as_nanos();
            ClockCell::At(SheetClock {
                ns: whole_seconds(u64::try_from(ns).unwrap_or(0)),
                half: None,
                day: Some(moment.date()),
            })
        }
        Value::NoValue => ClockCell::Nothing,
    }
}

/// Reads a text.
pub(super) fn read(text: &str) -> ClockCell {
    let text = text.trim().to_lowercase();
    if matches!(text.as_str(), "" | "-" | "–" | "—" | "n/a") {
        return ClockCell::Nothing;
    }
    if let Some(clock) = one(&text).or_else(|| dated(&text)) {
        return ClockCell::At(clock);
    }
    for between in ["–", "—", "-", " to ", " bis ", " until ", "→"] {
        if let Some((from, to)) = text.split_once(between)
            && let (Some(mut from), Some(to)) = (one(from), one(to))
        {
            // "10:00 - 10:15 am": the half stands once for both.
            if from.half.is_none() && from.ns <= to.ns {
                from.half = to.half;
            }
            return ClockCell::Between(from, to);
        }
    }
    ClockCell::Unreadable
}

/// A time with its day in front of it: `01.04.2023 15:50:30`, `2024-08-11T23:50`.
fn dated(text: &str) -> Option<SheetClock> {
    let at = text.find(|c: char| c.is_whitespace() || c == 't').filter(|at| *at >= 8)?;
    let (day, time) = text.split_at(at);
    let day = day::numbers(day.trim_end_matches(','))?;
    let clock = one(time.trim_start_matches(['t', ' ']))?;
    Some(SheetClock { day: Some(day), ..clock })
}

/// The decimals of a second at the end of `21:05:30.5`, nanoseconds, and the text without them.
fn decimals(text: &str) -> (&str, u64) {
    let split = text.rsplit_once(['.', ',']).filter(|(clock, decimals)| {
        clock.matches(':').count() == 2
            && (1..=9).contains(&decimals.len())
            && decimals.bytes().all(|b| b.is_ascii_digit())
    });
    match split {
        Some((clock, decimals)) => (clock, format!("{decimals:0<9}").parse().unwrap_or(0)),
        None => (text, 0),
    }
}

fn one(text: &str) -> Option<SheetClock> {
    let text = text.trim().trim_start_matches(['~', '@', '≈']).trim_start();
    let (text, decimals_ns) = decimals(text);
    let at = |ns, half| Some(SheetClock { ns, half, day: None });
    match text {
        "noon" | "midday" => return at(12 * HOUR_NS, None),
        "midnight" => return at(0, None),
        _ => {}
    }
    let letters = text.find(|c: char| !c.is_ascii_digit() && !":.h ".contains(c));
    let (digits, word) = text.split_at(letters.unwrap_or(text.len()));
    let word: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
    // The h of "hrs" is cut off with the digits.
    let (half, is_named) = match word.as_str() {
        "" => (None, digits.trim_end().ends_with('h')),
        "am" | "a" => (Some(Half::Am), true),
        "pm" | "p" => (Some(Half::Pm), true),
        "uhr" | "rs" | "r" | "ours" => (None, true),
        _ => return None,
    };
    let parts: Vec<&str> =
        digits.split([':', '.', 'h', ' ']).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| part.parse::<u64>().ok().filter(|_| part.len() <= 2);
    let (hour, minute, second) = match *parts.as_slice() {
        [all] if matches!(all.len(), 3 | 4) => {
            let all: u64 = all.parse().ok()?;
            (all / 100, all % 100, 0)
        }
        [hour] if is_named => (number(hour)?, 0, 0),
        [hour, minute] => (number(hour)?, number(minute).filter(|_| minute.len() == 2)?, 0),
        // The last part counts frames, and is no part of the time here.
        [hour, minute, second, frame]
            if parts.iter().all(|part| part.len() == 2) && number(frame)? < 60 =>
        {
            (number(hour)?, number(minute)?, number(second)?)
        }
        [hour, minute, second] => {
            (number(hour)?, number(minute)?, number(second).filter(|_| second.len() == 2)?)
        }
        _ => return None,
    };
    let hours_max = if half.is_some() { 12 } else { 29 };
    // 13:15 PM is a slip whose meaning nobody doubts.
    let (half, hours_max) =
        if half == Some(Half::Pm) && hour > 12 { (None, 23) } else { (half, hours_max) };
    let is_time = hour <= hours_max && minute < 60 && second < 60 && (half.is_none() || hour > 0);
    let ns = hour * HOUR_NS + minute * MINUTE_NS + second * SECOND_NS + decimals_ns;
    if is_time { at(ns, half) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time of day in minutes, as far as the text alone tells.
    fn minutes(text: &str) -> Option<u64> {
        match read(text) {
            ClockCell::At(clock) => Some(clock.of_day_ns() / MINUTE_NS),
            ClockCell::Nothing | ClockCell::Between(..) | ClockCell::Unreadable => None,
        }
    }

    #[test]
    fn times_of_day_are_read_as_people_write_them() {
        for (text, expected) in [
            ("21:05", 1265),
            ("21:05:00", 1265),
            ("9:05 PM", 1265),
            ("9.05pm", 1265),
            ("9:05 p.m.", 1265),
            ("21h05", 1265),
            ("21.05 Uhr", 1265),
            ("2105", 1265),
            ("2105 hrs", 1265),
            ("9pm", 1260),
            ("21h", 1260),
            ("12:10 AM", 10),
            ("12:10 PM", 730),
            ("13:15 PM", 795),
            ("24:05", 1445),
            ("0:00", 0),
            ("noon", 720),
            ("~ 10:15 am", 615),
            ("21:05:00:12", 1265),
        ] {
            assert_eq!(minutes(text), Some(expected), "{text:?}");
        }
        for text in [
            "0:90:00 am",
            "21:05:00:75",
            "Sau",
            "TBC",
            "21:75",
            "5",
            "",
            "-",
            "31:00",
            "0:10 am",
            "1:2:3:4",
        ] {
            assert_eq!(minutes(text), None, "{text:?}");
        }
        assert_eq!(read("Sau"), ClockCell::Unreadable);
        assert_eq!(read(" – "), ClockCell::Nothing);
    }

    #[test]
    fn a_time_may_have_its_day_and_decimals_of_a_second() {
        let clock = |text: &str| match read(text) {
            ClockCell::At(clock) => (clock.day.map(|day| day.to_string()), clock.ns),
            other => panic!("{text}: {other:?}"),
        };
        let ns = (15 * 60 + 50) * MINUTE_NS + 30 * SECOND_NS;
        assert_eq!(clock("01.04.2023 15:50:30.0"), (Some("2023-04-01".into()), ns));
        assert_eq!(clock("2023-04-01T15:50:30"), (Some("2023-04-01".into()), ns));
        assert_eq!(clock("15:50:30.25"), (None, ns + 250_000_000));
        assert_eq!(clock("15:50:30,000000001"), (None, ns + 1));
        for text in ["1:2:3:4", "03/04/2023 15:50", "15:50.5", "31.02.2024 10:00"] {
            assert_eq!(read(text), ClockCell::Unreadable, "{text}");
        }
    }

    #[test]
    fn a_range_is_two_times() {
        for text in ["10:00 – 10:15", "10:00-10:15", "10.00 bis 10.15 Uhr", "10:00 - 10:15 am"] {
            let ClockCell::Between(from, to) = read(text) else { panic!("{text}") };
            assert_eq!([from, to].map(|clock| clock.of_day_ns() / MINUTE_NS), [600, 615], "{text}");
        }
    }
}
