//! Values that TOML cannot read, or reads as something else, and what their author meant: `8pm`,
//! `28.11.2026`, `yes`.
//!
//! Must never change what is read: it only finds the words for how to fix it.

use jiff::civil::{Date, Time};

use crate::show::duration;

/// The keys whose values are times of day, wherever they stand.
const TIMES: [&str; 3] = ["start", "at", "end"];

/// The key whose value is a day.
const DATE: &str = "date";

/// Intended value of a faulty one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meant {
    /// Its kind, with its article: "a time of day".
    pub kind: &'static str,
    /// Its correct form, as it stands after the `=`: `20:00:00`, `"5m"`.
    pub right: String,
}

/// Guesses the intended value of `raw`, the value of `key` as the file has it.
pub(super) fn meant(key: &str, raw: &str) -> Option<Meant> {
    if TIMES.contains(&key) {
        return time(raw).map(|time| Meant { kind: "a time of day", right: time.to_string() });
    }
    if key == DATE {
        return date(raw).map(|date| Meant { kind: "a date", right: date.to_string() });
    }
    let word = raw.to_ascii_lowercase();
    if ["yes", "on", "true"].contains(&word.as_str()) {
        return Some(Meant { kind: "true or false", right: "true".to_owned() });
    }
    if ["no", "off", "false"].contains(&word.as_str()) {
        return Some(Meant { kind: "true or false", right: "false".to_owned() });
    }
    duration_text(raw).map(|text| Meant { kind: "a duration", right: format!("\"{text}\"") })
}

/// A time of day as people write it: `8pm`, `8:30 pm`, `20h`, `20h30`, `20.30`, `2030`, `20:00`,
/// `8:00:00`.
pub(super) fn time(raw: &str) -> Option<Time> {
    let word = raw.trim().to_ascii_lowercase().replace(['.', 'h'], ":");
    let (digits, afternoon) = match word.trim_end_matches("uhr").trim_end().trim_end_matches(':') {
        digits if digits.ends_with("pm") || digits.ends_with("p:m") => (digits, Some(true)),
        digits if digits.ends_with("am") || digits.ends_with("a:m") => (digits, Some(false)),
        digits => (digits, None),
    };
    let digits = digits.trim_end_matches(|c: char| !c.is_ascii_digit());
    let parts: Vec<&str> = match digits.split(':').map(str::trim).collect::<Vec<_>>().as_slice() {
        [four] if four.len() == 4 => vec![&four[..2], &four[2..]],
        parts => parts.to_vec(),
    };
    let number = |text: &&str| {
        text.parse::<i8>()
            .ok()
            .filter(|_| text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit()))
    };
    let numbers: Vec<i8> = parts.iter().map(number).collect::<Option<_>>()?;
    let (hour, minute, second) = match numbers.as_slice() {
        // A bare number says nothing of its unit.
        [hour] if afternoon.is_some() || raw.contains(['h', 'H', 'U', 'u']) => (*hour, 0, 0),
        [hour, minute] => (*hour, *minute, 0),
        [hour, minute, second] => (*hour, *minute, *second),
        _ => return None,
    };
    let hour = match (afternoon, hour) {
        (Some(true), 1..=11) => hour + 12,
        (Some(true), 12) => 12,
        (Some(false), 12) => 0,
        (Some(false), 1..=11) => hour,
        (Some(_), _) => return None,
        (None, hour) => hour,
    };
    Time::new(hour, minute, second, 0).ok()
}

/// A day as people write it, where only one day can be meant: `28.11.2026`, `28/11/2026`,
/// `11/28/2026`, `2026/11/28`, `28 Nov 2026`.
pub(super) fn date(raw: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let word = raw.to_ascii_lowercase();
    let parts: Vec<&str> =
        word.split(['.', '/', '-', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let number =
        |text: &str| text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<i16>().ok();
    let month = |text: &str| {
        (1..).zip(MONTHS).find(|(_, name)| text.starts_with(name)).map(|(month, _)| month)
    };
    let day = |year: i16, month: i16, day: i16| {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Date::new(year, month, day).ok().filter(|_| year > 99)
    };
    if let Some(found) = month(b) {
        return day(number(c)?, found, number(a)?);
    }
    if let Some(found) = month(a) {
        return day(number(c)?, found, number(b)?);
    }
    let (a, b, c) = (number(a)?, number(b)?, number(c)?);
    if a > 99 {
        return day(a, b, c);
    }
    // With points the day comes first everywhere; with anything else only a number above 12 tells
    // the day.
    if raw.contains('.') || a > 12 {
        return day(c, b, a);
    }
    day(c, a, b).filter(|_| b > 12)
}

/// A duration as people write it, in the form that is read: `5m`, `1h30`, `5 minutes`, `1:30`.
fn duration_text(raw: &str) -> Option<String> {
    let mut word = raw.trim().to_ascii_lowercase().replace(' ', "");
    for (unit, short) in
        [("hour", "h"), ("minute", "m"), ("min", "m"), ("second", "s"), ("sec", "s")]
    {
        for name in [format!("{unit}s"), unit.to_owned()] {
            word = word.replace(&name, short);
        }
    }
    let unit_after = match word.rsplit_once(|c: char| c.is_ascii_alphabetic()) {
        Some((before, digits)) if !digits.is_empty() => match word.as_bytes().get(before.len()) {
            Some(b'h') => "m",
            Some(b'm') => "s",
            _ => "",
        },
        _ => "",
    };
    let text = format!("{word}{unit_after}");
    duration::parse(&text).is_ok().then_some(text)
}

/// The right way to write a duration, for text that is none.
pub(super) fn duration(raw: &str) -> Option<String> {
    duration_text(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_dates_and_durations_are_read_as_people_write_them() {
        for (key, raw, right) in [
            ("start", "8pm", "20:00:00"),
            ("start", "8 pm", "20:00:00"),
            ("start", "8:30pm", "20:30:00"),
            ("at", "8:30 p.m.", "20:30:00"),
            ("at", "12am", "00:00:00"),
            ("start", "20h", "20:00:00"),
            ("start", "20h30", "20:30:00"),
            ("start", "20.30", "20:30:00"),
            ("start", "2030", "20:30:00"),
            ("start", "20:30 Uhr", "20:30:00"),
            ("start", "8:00:00", "08:00:00"),
            ("date", "28.11.2026", "2026-11-28"),
            ("date", "1.2.2026", "2026-02-01"),
            ("date", "28/11/2026", "2026-11-28"),
            ("date", "11/28/2026", "2026-11-28"),
            ("date", "2026/11/28", "2026-11-28"),
            ("date", "28 Nov 2026", "2026-11-28"),
            ("date", "November 28th, 2026", "2026-11-28"),
            ("warn", "5m", "\"5m\""),
            ("duration", "1:30", "\"1:30\""),
            ("duration", "1h30", "\"1h30m\""),
            ("duration", "5 minutes", "\"5m\""),
            ("embargo", "yes", "true"),
            ("embargo", "False", "false"),
        ] {
            assert_eq!(
                meant(key, raw).map(|meant| meant.right).as_deref(),
                Some(right),
                "{key} = {raw}"
            );
        }
        for (key, raw) in [
            ("start", "13pm"),
            ("start", "25:00"),
            ("start", "8"),
            ("start", "soon"),
            ("date", "1/2/2026"),
            ("date", "31.2.2026"),
            ("date", "tomorrow"),
            ("title", "Off the roof"),
            ("title", ""),
        ] {
            assert_eq!(meant(key, raw), None, "{key} = {raw}");
        }
    }
}
