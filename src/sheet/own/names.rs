//! The names of the columns of an export, and the columns that are about the show and its figures.

use jiff::tz::TimeZone;

use super::super::cells::one_line;
use super::super::day;
use super::super::grid::Row;
use super::{BACKUP_FOR, OwnReading, SENDS_TO, TRIGGER};
use crate::show::CountDirection;
use crate::show::problem::quoted;

/// The columns of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Cue,
    Title,
    Start,
    FromStart,
    Duration,
    Lasts,
    Trigger,
    Act,
    Call,
    Source,
    Steps,
    BackupFor,
    SendsTo,
    Count,
    Settings,
    Notes,
    Show,
    TimeZone,
    Date,
    Departments,
}

/// Their names.
pub(super) const NAMES: [(&str, Own); 20] = [
    ("Cue", Own::Cue),
    ("Title", Own::Title),
    ("Start", Own::Start),
    ("From start", Own::FromStart),
    ("Duration", Own::Duration),
    ("Lasts", Own::Lasts),
    (TRIGGER, Own::Trigger),
    ("Act", Own::Act),
    ("Call", Own::Call),
    ("Source", Own::Source),
    ("Steps", Own::Steps),
    (BACKUP_FOR, Own::BackupFor),
    (SENDS_TO, Own::SendsTo),
    ("Count", Own::Count),
    ("Settings", Own::Settings),
    ("Notes", Own::Notes),
    ("Show", Own::Show),
    ("Time zone", Own::TimeZone),
    ("Date", Own::Date),
    ("Departments", Own::Departments),
];

impl OwnReading<'_> {
    /// The title of the show, its day and its time zone, which stand in one row, the first.
    pub(super) fn of_show(&mut self, row: &Row) {
        let title = one_line(&self.text(row, Own::Show));
        if !title.is_empty() && !self.has_title {
            (self.show.title, self.has_title) = (title, true);
        }
        let date = self.text(row, Own::Date);
        if !date.is_empty() && !self.has_date {
            // Another program may have made a day of it, or a day with a time.
            let day = date.split(' ').next().and_then(|date| date.parse().ok()).or(day::day(&date));
            match day {
                Some(day) => (self.show.date, self.has_date) = (Some(day), true),
                None => {
                    let what = format!("{} is no day such as 2026-03-28: left out", quoted(&date));
                    self.doubt(row.number, Own::Date, what);
                }
            }
        }
        let zone = self.text(row, Own::TimeZone);
        if zone.is_empty() || self.show.zone.is_some() {
            return;
        }
        match TimeZone::get(&zone) {
            Ok(_) => self.show.zone = Some(zone),
            Err(_) => {
                let what = format!("{} is no time zone: left out", quoted(&zone));
                self.doubt(row.number, Own::TimeZone, what);
            }
        }
    }

    /// The way in which the figure of a row counts.
    pub(super) fn count(&mut self, row: &Row) -> CountDirection {
        let text = self.text(row, Own::Count);
        let word = text.trim().to_lowercase();
        let known = CountDirection::WORDS.iter().find(|(known, _)| *known == word);
        if known.is_none() && !word.is_empty() {
            let what = format!("{} is neither “up” nor “down”: left out", quoted(&text));
            self.doubt(row.number, Own::Count, what);
        }
        known.map(|(_, direction)| *direction).unwrap_or_default()
    }
}
