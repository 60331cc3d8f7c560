//! Instants of the machine in words, for lists and questions.

use jiff::{Timestamp, Unit};

/// Time that has passed, for people: "3 min", "2 h 5 min".
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(then).as_secs().max(0) / 60;
    match (minutes / (24 * 60), minutes / 60, minutes % 60) {
        (0, 0, 0) => "less than a minute".into(),
        (0, 0, m) => format!("{m} min"),
        (0, h, m) => format!("{h} h {m} min"),
        (1, ..) => "1 day".into(),
        (days, ..) => format!("{days} days"),
    }
}

/// A time as a list shows it: the machine's zone, to the minute.
pub fn listed(at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(jiff::tz::TimeZone::system());
    zoned
        .round(Unit::Second)
        .map_or_else(|_| at.to_string(), |z| z.strftime("%Y-%m-%d %H:%M").to_string())
}
