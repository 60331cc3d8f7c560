//! Points of time as the cells of an export say them.

use jiff::SignedDuration;
use jiff::civil::{Date, Time, date};

use crate::sheet::clock::{self, ClockCell};
use crate::sheet::grid::{Cell, Value};
use crate::show::duration::{self, HOUR_NS};
use crate::time::nanoseconds;

/// Nanoseconds in a day.
pub(super) const DAY_NS: u64 = 24 * HOUR_NS;

/// A point of time as a cell says it.
#[derive(Clone, Copy)]
pub(super) struct Instant {
    /// The day, counted from wherever the file counts; `None` for a time of day alone.
    pub(super) day: Option<i64>,
    /// Nanoseconds since midnight.
    pub(super) of_day_ns: i64,
    /// The date, where it is one of a calendar.
    pub(super) date: Option<Date>,
}

impl Instant {
    /// The distance from an earlier one, nanoseconds; of times of day alone, less than a day.
    pub(super) fn since(self, from: Instant) -> i64 {
        let ns = self.of_day_ns - from.of_day_ns;
        match self.day.zip(from.day) {
            Some((day, first)) => (day - first).saturating_mul(DAY_NS as i64).saturating_add(ns),
            None => ns.rem_euclid(DAY_NS as i64),
        }
    }
}

/// The time since the show's start, nanoseconds: `100:10:04`, longer than any length.
pub(super) fn since_start(text: &str) -> Option<u64> {
    let (hours, rest) = text.split_once(':')?;
    let hours: u64 = hours.parse().ok()?;
    let rest = duration::parse(&format!("0:{rest}")).ok().filter(|_| rest.contains(':'))?;
    hours.checked_mul(HOUR_NS)?.checked_add(nanoseconds(rest))
}

/// The point of time that a cell says.
pub(super) fn instant(cell: &Cell) -> Option<Instant> {
    match &cell.value {
        Value::Clock(ns) => {
            let day = i64::try_from(ns / DAY_NS).ok()?;
            let of_day_ns = i64::try_from(ns % DAY_NS).ok()?;
            Some(Instant { day: Some(day), of_day_ns, date: None })
        }
        Value::Day(day) => Some(on(*day, 0)),
        Value::Moment(moment) => {
            let ns = moment.time().duration_since(Time::midnight()).as_nanos();
            Some(on(moment.date(), i64::try_from(ns).ok()?))
        }
        Value::Text(_) | Value::Number(_) => match clock::said(cell) {
            ClockCell::At(at) => {
                let of_day_ns = i64::try_from(at.of_day_ns() % DAY_NS).ok()?;
                Some(match at.day {
                    Some(day) => on(day, of_day_ns),
                    None => Instant { day: None, of_day_ns, date: None },
                })
            }
            ClockCell::Between(..) | ClockCell::Nothing | ClockCell::Unreadable => None,
        },
        Value::NoValue => None,
    }
}

/// A point of time on a day. Spreadsheets count days from the end of 1899: those of the first years
/// are a count, and no date.
fn on(day: Date, of_day_ns: i64) -> Instant {
    // The 29th of February 1900, which never was, is a day in that count.
    let zero = if day < date(1900, 3, 1) { date(1899, 12, 31) } else { date(1899, 12, 30) };
    let days = day.duration_since(zero).as_hours() / 24;
    let date = Some(day).filter(|day| day.year() >= 1970);
    Instant { day: Some(days), of_day_ns, date }
}

/// The time of day of nanoseconds since midnight, of whichever day.
pub(super) fn time_of_day(ns: i64) -> Time {
    Time::midnight().wrapping_add(SignedDuration::from_nanos(ns.rem_euclid(DAY_NS as i64)))
}
