//! Sheets that `handover export` has written, perhaps changed since: each column is what it was there.
//!
//! A row with a duration and without a number is a segment, each other one a cue of the segment above
//! it. Nothing is inferred from the times; that of a cue is planned where it is not the one that the
//! cue would have anyway.

mod by_clock;
mod instant;
mod links;
mod names;
mod others;
mod plan;
mod settings;

use std::collections::HashMap;

use self::by_clock::ByClock;
pub(super) use self::by_clock::is_by_clock;
use self::instant::{DAY_NS, Instant, instant, since_start, time_of_day};
use self::names::{NAMES, Own};
pub(super) use self::others::EXTRA;
use self::others::Others;
pub(crate) use self::plan::INEXACT_NS;
pub(super) use self::settings::is_settings;
use super::Refusal;
use super::cells::{self, Departments, one_line, prose};
use super::durations;
use super::grid::{Cell, Grid, Row, Value};
use super::imported::{Doubt, Imported, ImportedCue, ImportedSegment};
use super::lines;
use super::numbers::{self, Written};
use crate::plain;
use crate::show::duration::{self, HOUR_NS, LONGEST_NS, SECOND_NS};
use crate::show::problem::quoted;
use crate::show::{CUES_MAX, NO_TITLE};
use crate::time::nanoseconds;

/// The most steps of a cue.
const STEPS_MAX: usize = 99;
/// The length of a segment that says none.
const ASSUMED_NS: u64 = HOUR_NS;

/// The name of the column under which what a cue sends to is kept: no sheet says what it sends.
pub(crate) const SENDS_TO: &str = "Sends to";

/// The name of the column under which a trigger is kept that no cue can have, or whose cue is not in
/// the sheet.
pub(crate) const TRIGGER: &str = "Trigger";
/// The same of a cue that another one stands in for.
pub(crate) const BACKUP_FOR: &str = "Backup for";

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OwnForm {
    /// CSV, in which an apostrophe keeps texts from being formulas.
    Csv,
    /// A workbook, whose times are numbers and a little off.
    Workbook,
    /// A project of Ontime, laid out as a sheet.
    Project,
}

/// The show of a sheet that was exported; `None` where the sheet is another one.
///
/// # Errors
/// When there is no segment in it.
pub(super) fn read(grid: &Grid, title: &str, form: OwnForm) -> Option<Result<Imported, Refusal>> {
    let (header, rows) = grid.rows.split_first()?;
    let mut own: Vec<(Own, u32)> = vec![];
    let mut named: Vec<(u32, String)> = vec![];
    for cell in &header.cells {
        let text = cell.text();
        match NAMES.iter().find(|(name, _)| *name == text) {
            Some((_, column)) if own.iter().all(|(known, _)| known != column) => {
                own.push((*column, cell.column));
            }
            Some(_) | None => named.push((cell.column, one_line(&free(cell, form)))),
        }
    }
    let has = |wanted: Own| own.iter().any(|(known, _)| *known == wanted);
    let is_own = [Own::Cue, Own::Title, Own::Duration, Own::Trigger].into_iter().all(has)
        && (has(Own::Start) || has(Own::FromStart));
    let mut reading = OwnReading {
        form,
        grid,
        own,
        others: Others::new(),
        show: Imported { title: title.to_owned(), ..Imported::default() },
        has_title: false,
        has_date: false,
        written: vec![],
        rows: HashMap::new(),
        departments: Departments::default(),
        starts: vec![],
        asked: vec![],
    };
    // In an export a cue has no duration: a sheet whose cues have one is somebody's own.
    let is_filled = |row: &Row, column: Own| !reading.text(row, column).is_empty();
    let with = rows.iter().filter(|row| is_filled(row, Own::Duration));
    let (cues, segments): (Vec<&Row>, Vec<&Row>) = with.partition(|row| is_filled(row, Own::Cue));
    if !is_own || segments.is_empty() || cues.len() > segments.len() {
        return None;
    }
    let (hidden, shown): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_hidden);
    reading.show.has_hidden_rows = !hidden.is_empty();
    reading.show.said.extend(grid.said.iter().cloned().chain(lines::hidden(&hidden)));
    if shown.len() > CUES_MAX + segments.len() {
        return Some(Err(Refusal::Rows(shown.len())));
    }
    reading.take_others(rows, named);
    shown.into_iter().for_each(|row| reading.row(row));
    Some(reading.finish())
}

/// A cell's text, without the apostrophe that keeps a formula from being one in CSV.
fn free(cell: &Cell, form: OwnForm) -> String {
    let text = cell.text();
    let is_csv = form == OwnForm::Csv;
    let rest = text.strip_prefix('\'').filter(|rest| {
        is_csv && rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
    });
    rest.unwrap_or(&text).to_owned()
}

/// The words of a cue about others, for when all are known.
struct Asked {
    row: u32,
    trigger: String,
    backup_for: String,
}

struct OwnReading<'g> {
    form: OwnForm,
    grid: &'g Grid,
    own: Vec<(Own, u32)>,
    others: Others,
    show: Imported,
    /// A row has said the title of the show.
    has_title: bool,
    /// A row has said the day of the show.
    has_date: bool,
    written: Vec<Written>,
    /// The row of each number.
    rows: HashMap<String, u32>,
    departments: Departments,
    /// The start of each cue, segment by segment, with that of the segment.
    starts: Vec<(Option<Instant>, Vec<Option<Instant>>)>,
    asked: Vec<Asked>,
}

impl OwnReading<'_> {
    fn column(&self, wanted: Own) -> Option<u32> {
        self.own.iter().find(|(known, _)| *known == wanted).map(|(_, column)| *column)
    }

    fn cell<'r>(&self, row: &'r Row, wanted: Own) -> Option<&'r Cell> {
        row.cell(self.column(wanted)?).filter(|cell| !cell.is_shared)
    }

    /// A cell's text, without the apostrophe that keeps a formula from being one in CSV.
    fn text(&self, row: &Row, wanted: Own) -> String {
        self.cell(row, wanted).map(|cell| self.free(cell)).unwrap_or_default()
    }

    fn free(&self, cell: &Cell) -> String {
        free(cell, self.form)
    }

    fn doubt(&mut self, row: u32, column: Own, what: String) {
        let column = self.column(column).unwrap_or(1);
        self.show.doubts.push(Doubt::new(self.grid.place(row, column), what));
    }

    /// The length in a cell, nanoseconds.
    fn length(&mut self, row: &Row, column: Own) -> Option<u64> {
        let cell = self.cell(row, column)?;
        let text = cell.text();
        let ns = match &cell.value {
            Value::Clock(ns) => Some(*ns),
            Value::Text(text) => duration::parse(text.trim()).ok().map(nanoseconds),
            Value::Number(_) | Value::Day(_) | Value::Moment(_) | Value::NoValue => None,
        };
        let ns = ns.filter(|ns| *ns <= LONGEST_NS);
        if ns.is_none() && !text.is_empty() {
            let what = format!("{} is no length such as 0:05:00: left out", quoted(&text));
            self.doubt(row.number, column, what);
        }
        ns
    }

    /// The point of time in a row's column for it.
    fn instant(&mut self, row: &Row) -> Option<Instant> {
        if self.column(Own::Start).is_none() {
            let cell = self.cell(row, Own::FromStart)?;
            let text = cell.text();
            let ns = match &cell.value {
                Value::Clock(ns) => Some(*ns),
                Value::Text(text) => since_start(text.trim()),
                Value::Number(_) | Value::Day(_) | Value::Moment(_) | Value::NoValue => None,
            };
            if ns.is_none() && !text.is_empty() {
                let what = format!("{} is no time from the start: left out", quoted(&text));
                self.doubt(row.number, Own::FromStart, what);
            }
            let ns = i64::try_from(ns?).ok()?;
            let day = Some(ns.div_euclid(DAY_NS as i64));
            return Some(Instant { day, of_day_ns: ns.rem_euclid(DAY_NS as i64), date: None });
        }
        let cell = self.cell(row, Own::Start)?;
        let at = instant(cell);
        let text = cell.text();
        if at.is_none() && !text.is_empty() {
            let what = format!("{} is no time of day: left out", quoted(&text));
            self.doubt(row.number, Own::Start, what);
        }
        at
    }

    fn row(&mut self, row: &Row) {
        let is_empty = row.cells.iter().all(|cell| cell.text().is_empty());
        if is_empty {
            return;
        }
        self.of_show(row);
        let has_number = !self.text(row, Own::Cue).is_empty();
        if !has_number && !self.text(row, Own::Duration).is_empty() {
            self.segment(row);
        } else {
            self.cue(row);
        }
    }

    fn segment(&mut self, row: &Row) {
        let start = self.instant(row);
        let trigger = self.text(row, Own::Trigger);
        if self.show.segments.is_empty() && !self.has_date {
            self.show.date = start.and_then(|start| start.date);
        }
        let ByClock { is_hard, date, end } = self.by_clock(row, &trigger);
        let duration_ns = self.length(row, Own::Duration);
        let title = one_line(&self.text(row, Own::Title));
        let notes = prose(&self.text(row, Own::Notes));
        let notes: Vec<String> = Some(notes).into_iter().chain(self.of_cues(row)).collect();
        let notes = notes.join("\n").trim().to_owned();
        let act = one_line(&self.text(row, Own::Act));
        self.check_start(row, start, is_hard);
        let hard = start.filter(|_| is_hard).map(|start| time_of_day(start.of_day_ns));
        if is_hard && hard.is_none() {
            self.doubt(row.number, Own::Start, "a hard start without a time: left out".to_owned());
        }
        let count = self.count(row);
        let mut segment = ImportedSegment {
            row: row.number,
            count,
            act: Some(act).filter(|act| !act.is_empty()),
            title: if title.is_empty() { NO_TITLE.to_owned() } else { title },
            start: hard,
            date: date.filter(|_| hard.is_some()),
            end,
            duration_ns: duration_ns.unwrap_or(ASSUMED_NS),
            notes: Some(notes).filter(|notes| !notes.is_empty()),
            ..ImportedSegment::default()
        };
        self.segment_settings(row, &mut segment);
        self.show.segments.push(segment);
        self.starts.push((start, vec![]));
    }

    /// The start of a segment that nothing fixes follows from the one above: another one is only
    /// said.
    fn check_start(&mut self, row: &Row, start: Option<Instant>, is_hard: bool) {
        let above = self.starts.last().and_then(|(above, _)| *above);
        let length_ns = self.show.segments.last().map_or(0, |above| above.duration_ns);
        let is_fixed = self.show.segments.last().is_some_and(|above| above.end.is_some());
        let free = start.zip(above).filter(|_| !is_hard && !is_fixed);
        let Some((start, above)) = free else { return };
        let expected = i64::try_from(length_ns).unwrap_or(i64::MAX);
        let off_ns = start.since(above).abs_diff(expected) % DAY_NS;
        if (SECOND_NS..DAY_NS - SECOND_NS).contains(&off_ns) {
            let what = "is not where the segment above ends, and no hard start: it begins there";
            self.doubt(row.number, Own::Start, what.to_owned());
        }
    }

    fn cue(&mut self, row: &Row) {
        if self.show.segments.is_empty() {
            let title = self.show.title.clone();
            let what = format!(
                "no segment stands above it: one of {} was assumed",
                durations::said(ASSUMED_NS)
            );
            self.doubt(row.number, Own::Cue, what);
            let segment =
                ImportedSegment { title, duration_ns: ASSUMED_NS, ..ImportedSegment::default() };
            self.show.segments.push(segment);
            self.starts.push((None, vec![]));
        }
        let title = one_line(&self.text(row, Own::Title));
        let mut cue = ImportedCue {
            row: row.number,
            title: if title.is_empty() { NO_TITLE.to_owned() } else { title },
            ..ImportedCue::default()
        };
        cue.count = self.count(row);
        cue.duration_ns = self.length(row, Own::Lasts);
        if cue.duration_ns.is_none() && self.cell(row, Own::Duration).is_some() {
            cue.duration_ns = self.length(row, Own::Duration);
            let what = "the length of a cue: taken for that under “Lasts”".to_owned();
            self.doubt(row.number, Own::Duration, what);
        }
        let call = self.text(row, Own::Call);
        cue.call = Some(one_line(&call)).filter(|call| !call.is_empty());
        let notes = prose(&self.text(row, Own::Notes));
        cue.notes.extend(Some(notes).filter(|notes| !notes.is_empty()));
        if call.chars().count() > cells::LINE_MAX {
            cue.notes.push(format!("Call: {}", prose(&call)));
        }
        self.source(row, &mut cue);
        let steps = plain::parted(&self.text(row, Own::Steps));
        let steps = steps.iter().map(|step| one_line(step)).filter(|step| !step.is_empty());
        cue.steps = steps.collect();
        if let Some(more) = cue.steps.get(STEPS_MAX..).filter(|more| !more.is_empty()) {
            cue.notes.push(format!("Steps: {}", more.join("; ")));
            cue.steps.truncate(STEPS_MAX);
        }
        let sends = prose(&self.text(row, Own::SendsTo));
        if !sends.is_empty() {
            cue.extra.push((SENDS_TO.to_owned(), sends));
        }
        self.others(row, &mut cue);
        self.cue_settings(row, &mut cue);
        let number = self.text(row, Own::Cue);
        if !number.is_empty() {
            self.rows.entry(number.clone()).or_insert(row.number);
        }
        let is_numeric =
            self.cell(row, Own::Cue).is_some_and(|cell| matches!(cell.value, Value::Number(_)));
        let text = Some(number).filter(|number| !number.is_empty());
        self.written.push(Written { text, is_numeric, row: row.number });
        self.asked.push(Asked {
            row: row.number,
            trigger: self.text(row, Own::Trigger),
            backup_for: self.text(row, Own::BackupFor),
        });
        let start = match self.cell(row, Own::Start).or(self.cell(row, Own::FromStart)) {
            Some(_) => self.instant(row),
            None => None,
        };
        if let Some((_, starts)) = self.starts.last_mut() {
            starts.push(start);
        }
        if let Some(last) = self.show.segments.last_mut() {
            last.cues.push(cue);
        }
    }

    fn source(&mut self, row: &Row, cue: &mut ImportedCue) {
        let source = self.text(row, Own::Source);
        match source.to_lowercase().as_str() {
            "" => {}
            "live" => cue.source = Some("live"),
            "vt" => cue.source = Some("vt"),
            _ => cue.extra.push(("Source".to_owned(), prose(&source))),
        }
    }

    /// Says what the sheet cannot have, and what it seems to have lost.
    fn tell_lacks(&mut self) {
        let cues = || self.show.segments.iter().flat_map(|segment| &segment.cues);
        let senders = cues().filter(|cue| cue.extra.iter().any(|(name, _)| name == SENDS_TO));
        let senders = senders.count();
        let said = "it has no messages, outputs, people, places, pictures and colours: a show that is updated keeps its own";
        let mut all = vec![said.to_owned()];
        if senders > 0 {
            let (cues, send) =
                (plain::counted(senders, "cue"), if senders == 1 { "sends" } else { "send" });
            all.push(format!("{cues} {send} something: the output stands under `extra`"));
        }
        let untitled = self.written.iter().zip(cues()).filter(|(_, cue)| cue.title == NO_TITLE);
        let number = |written: &Written| written.text.clone().unwrap_or_default();
        let untitled: Vec<String> = untitled.map(|(written, _)| number(written)).collect();
        if let Some(first) = untitled.first() {
            let more = untitled.len() - 1;
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            all.push(format!(
                "cue {first}{more} has no title: an export without --all withholds the words of a cue under embargo; write `embargo = true` to it where it is one"
            ));
        }
        self.show.said.extend(all);
    }

    fn finish(mut self) -> Result<Imported, Refusal> {
        if self.show.segments.is_empty() {
            return Err(Refusal::NoRows(1));
        }
        let form = match self.form {
            OwnForm::Csv | OwnForm::Workbook => "a sheet of `handover export`",
            OwnForm::Project => "a project of Ontime that `handover export` has written",
        };
        self.show.said.insert(0, form.to_owned());
        self.tell_lacks();
        self.links();
        for at in 0..self.show.segments.len() {
            self.plan(at);
        }
        self.show.departments = std::mem::take(&mut self.departments).into_list();
        let numbers = self.column(Own::Cue).unwrap_or(1);
        let grid = self.grid;
        numbers::number(&mut self.show, &self.written, &|row| grid.place(row, numbers));
        cells::cut(&mut self.show, &|row| grid.place(row, numbers));
        self.show.doubts.sort_by(|a, b| a.place.order(&b.place));
        Ok(self.show)
    }
}
