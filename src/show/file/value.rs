//! A value of the show file, asked for as what it should be.
//!
//! Every question answers with the value or reports why it is none, with the text that would be
//! right. Must never guess: text that looks like a number is no number.

#![expect(clippy::wildcard_enum_match_arm, reason = "the values are toml's")]

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use jiff::civil::{Date, Time};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Fields, kind};
use super::meant;
use super::reader::{Reader, SourceText, quoted};
use crate::show::draft::{List, Placed};
use crate::show::duration::{self, DurationError};
use crate::show::problem::ProblemPlace;

/// From this bound on a range of numbers is told by its powers of ten.
const WIDE: f64 = 1e15;

/// Maximum length of a text on one line, characters: a longer one fits no screen, no call and no
/// line of the journal.
const LINE_MAX: usize = 1_000;

/// Maximum length of a text of several lines, characters.
const PROSE_MAX: usize = 20_000;

/// Maximum size of any other text, bytes: an address, a header, an argument.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// The years of a show: before 1970 the clocks of zones follow other rules, and nobody plans beyond
/// 2200.
const YEARS: RangeInclusive<i16> = 1970..=2200;

/// A value, the key at which it stands, and where.
#[derive(Clone)]
pub(crate) struct Value<'a> {
    /// Collector of its faults.
    pub reader: &'a Reader<'a>,
    /// Its place.
    pub span: Range<usize>,
    /// The value in the file.
    pub value: &'a DeValue<'a>,
    key: &'a str,
    /// `true` if it is one of the elements of the list at `key`.
    is_element: bool,
}

impl<'a> Value<'a> {
    /// The value at `key`; nothing when it was lost to a syntax error, which has been reported by
    /// then.
    ///
    /// Of a list or table only the lost elements are left out, because the others can still be
    /// checked.
    pub(crate) fn new(
        reader: &'a Reader<'a>,
        key: &'a str,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Option<Self> {
        let (span, value) = (reader.span(value.span()), value.get_ref());
        let is_scalar = !value.is_array() && !value.is_table();
        let is_lost = is_scalar && reader.is_broken(&span);
        (!is_lost).then_some(Self { reader, span, value, key, is_element: false })
    }

    /// The key at which it stands.
    pub(crate) fn key(&self) -> &'a str {
        self.key
    }

    /// Its name in a message.
    pub(crate) fn name(&self) -> String {
        if self.is_element { format!("an element of `{}`", self.key) } else { quoted(self.key) }
    }

    /// The text of the file.
    pub(crate) fn source(&self) -> &'a str {
        self.reader.source(&self.span)
    }

    /// A value that was read of it, at its place.
    pub(crate) fn placed<T>(&self, value: T) -> Placed<T> {
        Placed { value, place: self.place() }
    }

    /// Its place.
    pub(crate) fn place(&self) -> ProblemPlace {
        ProblemPlace::from(self.span.clone())
    }

    /// Reports a fault of it.
    pub(crate) fn fault(&self, what: impl Into<String>, fix: impl Into<String>) {
        self.reader.fault(self.span.clone(), what, fix);
    }

    /// Reports that it is of the wrong kind; `example` is right.
    fn wrong<T>(&self, expected: &str, example: &str) -> Option<T> {
        let what = format!("{} is {}, not {expected}", self.name(), kind(self.value));
        self.fault(what, self.rewritten(example));
        None
    }

    /// "write …", with the right text in its place.
    fn rewritten(&self, right: &str) -> String {
        if self.is_element {
            format!("write `{right}`")
        } else {
            format!("write `{} = {right}`", self.key)
        }
    }

    /// Text.
    pub(crate) fn text(&self) -> Option<&'a str> {
        self.long_text(TEXT_BYTES_MAX)
    }

    /// Text of so many bytes at most.
    pub(crate) fn long_text(&self, bytes_max: usize) -> Option<&'a str> {
        if let DeValue::String(text) = self.value {
            return (!self.is_too_long(text.len(), bytes_max, "bytes")).then_some(text);
        }
        let is_scalar = !self.value.is_array() && !self.value.is_table();
        self.wrong(
            "text",
            &if is_scalar { format!("\"{}\"", self.source()) } else { "\"…\"".to_owned() },
        )
    }

    /// Returns `true`, and reports it, if a text of `len` units is longer than `max`.
    fn is_too_long(&self, len: usize, max: usize, units: &str) -> bool {
        if len > max {
            self.fault(
                format!("{} has {len} {units}", self.name()),
                format!("shorten it to {max} {units} at most"),
            );
        }
        len > max
    }

    /// Text that refers to something.
    pub(crate) fn mention(&self) -> Option<SourceText<'a>> {
        Some(SourceText { text: self.text()?, span: self.span.clone() })
    }

    /// Text on one line, not empty.
    pub(crate) fn line(&self) -> Option<String> {
        let text = self.words()?;
        if text.trim().is_empty() {
            self.fault(format!("{} is empty", self.name()), "write some text between the quotes");
            return None;
        }
        Some(text)
    }

    /// Text of so many characters at most.
    fn short_text(&self, max: usize) -> Option<&'a str> {
        // Before the bytes are counted: a person who shortens a text has to be told once how far.
        let is_too_long = |text: &str| self.is_too_long(text.chars().count(), max, "characters");
        if self.value.as_str().is_some_and(is_too_long) { None } else { self.text() }
    }

    /// Text on one line.
    pub(crate) fn words(&self) -> Option<String> {
        let text = self.short_text(LINE_MAX)?;
        if let Some(c) = text.chars().find(|c| c.is_control()) {
            let what = format!("{} holds a line break or control character ({c:?})", self.name());
            self.fault(what, "write it on one line, in visible characters");
            return None;
        }
        Some(text.to_owned())
    }

    /// Text on any number of lines.
    pub(crate) fn prose(&self) -> Option<String> {
        let text = self.short_text(PROSE_MAX)?;
        if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            let what = format!("{} holds a control character ({c:?})", self.name());
            self.fault(what, "remove the character");
            return None;
        }
        Some(text.to_owned())
    }

    /// One of the words of `choice`, and what it stands for.
    pub(crate) fn word<T: Copy>(&self, choice: &[(&'static str, T)]) -> Option<T> {
        let write = || {
            let words: Vec<_> = choice.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            format!("write one of {}", words.join(", "))
        };
        let DeValue::String(text) = self.value else {
            self.fault(format!("{} is {}, not text", self.name(), kind(self.value)), write());
            return None;
        };
        let text: &str = text;
        let found = choice.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
        if found.is_none() {
            let fix = self.reader.suggestion(text, choice.iter().map(|(word, _)| *word));
            let fix = fix.unwrap_or_else(write);
            self.fault(format!("{} cannot be {}", self.name(), quoted(text)), fix);
        }
        found
    }

    /// A duration.
    pub(crate) fn duration(&self) -> Option<Duration> {
        let text = match self.value {
            DeValue::String(text) => text,
            DeValue::Integer(_) | DeValue::Float(_) => {
                return self.wrong("a duration", &format!("\"{}s\"", self.source()));
            }
            DeValue::Datetime(_) => {
                return self.wrong("a duration", &format!("\"{}\"", self.source()));
            }
            _ => return self.wrong("a duration", "\"1m30s\""),
        };
        let name = self.name();
        let (what, fix) = match duration::parse(text) {
            Ok(time) => return Some(time),
            Err(DurationError::Form) => (
                format!("{name} is no duration: {}", quoted(text)),
                match meant::duration(text) {
                    Some(right) => format!("write \"{right}\""),
                    None => {
                        "write \"1m30s\", \"90s\", \"1:30\" (m:s) or \"0:01:30\" (h:m:s)".to_owned()
                    }
                },
            ),
            Err(DurationError::Unit) => (
                format!("{name} has no unit"),
                format!("write \"{0}s\" for seconds, \"{0}m\" for minutes", text.trim()),
            ),
            Err(DurationError::Clock) => (
                format!("{name} is no duration: {}", quoted(text)),
                "write 00 to 59 after a colon, such as \"1:30\"".to_owned(),
            ),
            Err(DurationError::TooLong) => (
                format!("{name} is longer than 99:59:59"),
                "write a duration of less than 100 hours".to_owned(),
            ),
        };
        self.fault(what, fix);
        None
    }

    /// A time of day without a date.
    pub(crate) fn time(&self) -> Option<Time> {
        const EXAMPLE: &str = "21:05:00";
        let moment = match self.value {
            DeValue::Datetime(moment) => moment,
            value => {
                let text = value.as_str().unwrap_or(self.source());
                let right = meant::time(text).map_or(EXAMPLE.to_owned(), |time| time.to_string());
                return self.wrong("a time of day", &right);
            }
        };
        let Some(time) = moment.time.filter(|_| moment.date.is_none() && moment.offset.is_none())
        else {
            let alone = moment.time.map_or(EXAMPLE.to_owned(), |time| time.to_string());
            self.fault(
                format!("{} is not a time of day alone", self.name()),
                self.rewritten(&alone),
            );
            return None;
        };
        let (hour, minute, second) =
            (time.hour as i8, time.minute as i8, time.second.unwrap_or(0) as i8);
        let read = Time::new(hour, minute, second, time.nanosecond.unwrap_or(0) as i32).ok();
        if read.is_none() {
            self.fault(
                format!("{} is a second that no clock shows", self.name()),
                "write seconds from 00 to 59",
            );
        }
        read
    }

    /// A date without a time, in a year that a show can be in.
    pub(crate) fn date(&self) -> Option<Date> {
        const EXAMPLE: &str = "2024-08-11";
        let moment = match self.value {
            DeValue::Datetime(moment) => moment,
            value => {
                let text = value.as_str().unwrap_or(self.source());
                let right = meant::date(text).map_or(EXAMPLE.to_owned(), |date| date.to_string());
                return self.wrong("a date", &right);
            }
        };
        let Some(date) = moment.date.filter(|_| moment.time.is_none() && moment.offset.is_none())
        else {
            let alone = moment.date.map_or(EXAMPLE.to_owned(), |date| date.to_string());
            self.fault(format!("{} is not a date alone", self.name()), self.rewritten(&alone));
            return None;
        };
        let read = Date::new(date.year as i16, date.month as i8, date.day as i8).ok();
        if read.is_none() {
            self.fault(
                format!("{} is a day that no calendar has", self.name()),
                "write a day of the calendar",
            );
        }
        let is_sane = |date: &Date| YEARS.contains(&date.year());
        if read.is_some_and(|date| !is_sane(&date)) {
            let fix = format!("write a day of the years {} to {}", YEARS.start(), YEARS.end());
            self.fault(format!("{} is in a year in which no show can be run", self.name()), fix);
        }
        read.filter(is_sane)
    }

    /// True or false.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(yes) => Some(*yes),
            DeValue::String(text) if text == "false" => self.wrong("true or false", "false"),
            _ => self.wrong("true or false", "true"),
        }
    }

    /// A whole number inside `range`.
    pub(crate) fn integer<T: TryFrom<i64>>(&self, range: RangeInclusive<i64>) -> Option<T> {
        let DeValue::Integer(integer) = self.value else {
            return self.wrong("a whole number", &range.start().max(&1).to_string());
        };
        let read = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let read = read
            .filter(|number| range.contains(number))
            .and_then(|number| T::try_from(number).ok());
        if read.is_none() {
            let (least, most) = range.into_inner();
            self.fault(
                format!("{} is out of range", self.name()),
                format!("write a whole number from {least} to {most}"),
            );
        }
        read
    }

    /// A number, whole or decimal, inside `range`; `unit` says what it counts.
    pub(crate) fn decimal(&self, range: RangeInclusive<f64>, unit: &str) -> Option<f64> {
        let read = match self.value {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64)
            }
            DeValue::Float(float) => float.as_str().parse().ok(),
            _ => return self.wrong("a number", "1.0"),
        };
        let is_wide = range.end().abs() >= WIDE;
        if is_wide && read.is_some_and(|number: f64| !number.is_finite()) {
            self.fault(
                format!("{} is no finite number", quoted(self.source())),
                "write a finite number".to_owned(),
            );
            return None;
        }
        let read = read.filter(|number| range.contains(number));
        if read.is_none() {
            let (least, most) = range.into_inner();
            // Nobody reads a number of forty digits.
            let words = |bound: f64| match is_wide {
                true => format!("{bound:.1e}"),
                false => bound.to_string(),
            };
            self.fault(
                format!("{} {unit} are out of range", quoted(self.source())),
                format!("write {} to {} {unit}", words(least), words(most)),
            );
        }
        read
    }

    /// The elements of a list, as far as they can be read.
    pub(crate) fn list(&self, example: &str) -> Option<Vec<Value<'a>>> {
        let DeValue::Array(list) = self.value else { return self.wrong("a list", example) };
        let element =
            |value| Some(Value { is_element: true, ..Value::new(self.reader, self.key, value)? });
        Some(list.iter().filter_map(element).collect())
    }

    /// A list of what `read` makes of each element, as far as it can be read.
    pub(crate) fn list_of<T>(
        &self,
        example: &str,
        read: impl FnMut(&Value<'a>) -> Option<T>,
    ) -> List<T> {
        let (list, written) = (self.list(example), self.value.as_array().map(|list| list.len()));
        let mut items = Vec::with_capacity(written.unwrap_or(0));
        items.extend(list.unwrap_or_default().iter().filter_map(read));
        let is_whole = written == Some(items.len()) && self.is_whole();
        List { items, place: self.place(), is_whole }
    }

    /// A list of what `read` makes of each table of `noun` in it; `header` is how a file writes
    /// one.
    pub(crate) fn list_of_tables<T>(
        &self,
        noun: &'static str,
        header: &str,
        read: impl FnMut(Fields<'a>) -> Option<T>,
    ) -> List<T> {
        let written = self.value.as_array().map(|list| list.len());
        let tables = self.list_of_fields(noun, header);
        let mut items = Vec::with_capacity(tables.len());
        items.extend(tables.into_iter().filter_map(read));
        let is_whole = written == Some(items.len()) && self.is_whole();
        List { items, place: self.place(), is_whole }
    }

    /// A table of `noun`, to be read key by key.
    pub(crate) fn fields(&self, noun: &'static str) -> Option<Fields<'a>> {
        let DeValue::Table(table) = self.value else { return self.wrong("a table", "{ … }") };
        Some(Fields::new(self.reader, table, self.span.clone(), noun))
    }

    /// A list of tables of `noun`, each to be read key by key; `header` is how a file writes one.
    pub(crate) fn list_of_fields(&self, noun: &'static str, header: &str) -> Vec<Fields<'a>> {
        if !self.value.is_array() {
            let what = format!("{} is {}, not a list of tables", self.name(), kind(self.value));
            self.fault(what, format!("write `{header}`"));
            return Vec::new();
        }
        self.list(header)
            .unwrap_or_default()
            .iter()
            .filter_map(|value| value.fields(noun))
            .collect()
    }

    /// A table whose keys are ids.
    pub(crate) fn tables(&self) -> Option<&'a DeTable<'a>> {
        if let DeValue::Table(table) = self.value {
            return Some(table);
        }
        self.fault(
            format!("{} is {}, not a table", self.name(), kind(self.value)),
            format!("write `[{}.ID]`", self.key),
        );
        None
    }

    /// Returns `true` if no syntax error has cost it an element.
    pub(crate) fn is_whole(&self) -> bool {
        !self.reader.is_broken(&self.span)
    }
}
