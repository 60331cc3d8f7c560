//! Projects of Ontime that `handover export` has written, perhaps changed there since: laid out as the
//! sheet that an export has, and read as that.
//!
//! An event is a segment, and where it has a cue's number also that cue. A milestone is a cue. The
//! first lines of a note are what Ontime has no field for.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::Refusal;
use super::clock::{self, ClockCell};
use super::grid::{Cell, Grid, Row, Value};
use super::imported::Imported;
use super::ontime::{self, Object, count, number, text};
use super::own::{self, OwnForm};
use crate::plain;
use crate::show::duration::{self, LONGEST_NS, MILLISECOND_NS};
use crate::show::problem::ProblemPlace;
use crate::show::{CueNumber, Thresholds};

/// The description of a project that was exported begins so.
const WRITTEN: &str = "Written by handover export";
const DAY_MS: i64 = 86_400_000;

/// The columns of the sheet, before those of departments.
const COLUMNS: [&str; 16] = [
    "Cue",
    "Title",
    "Start",
    "Duration",
    "Lasts",
    "Trigger",
    "Act",
    "Call",
    "Source",
    "Steps",
    "Backup for",
    "Notes",
    "Count",
    "Settings",
    "Date",
    "Departments",
];

/// Beginning of the line of the project's information with the name of the time zone.
const ZONE: &str = "Time zone: ";
/// Beginning of the line with the day of the show.
const DATE: &str = "Date: ";
/// Beginning of the line with the departments and their ids.
const DEPARTMENTS: &str = "Departments: ";
/// Beginning of the line with the names of the author's own columns, in their order.
const OWN_COLUMNS: &str = "Own columns: ";
/// Beginning of the line with the keys of a cue that have no other place.
const SETTINGS: &str = "settings: ";
/// The line of a cue whose big figure counts up.
const COUNTS_UP: &str = "counts up";

/// Beginning of the next line of one that is longer than Ontime has it: its whole length.
const LASTS: &str = "segment lasts ";
/// The longest event that Ontime has: 23:59:59.
const LONGEST_MS: u64 = 86_399_000;

/// A row while it is filled.
#[derive(Default)]
struct FilledRow<'p> {
    cells: [String; 16],
    /// The user's own fields, by their places, with their texts.
    fields: BTreeMap<usize, &'p str>,
}

/// The numbers of all cues: what names one of them may be a fact about it.
struct CueNumbers(HashSet<String>);

impl CueNumbers {
    /// The lines of a note that are facts, in the row's cells; gives the rest.
    fn facts<'n>(&self, note: &'n str, line: &mut FilledRow<'_>) -> &'n str {
        let [_, _, start, _, lasts, trigger, _, call, source, steps, main, _, counts, settings, ..] =
            &mut line.cells;
        let mut rest = note;
        while !rest.is_empty() {
            let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
            let begins = |begin: &str| first.strip_prefix(begin);
            let is_length = |text: &&str| duration::parse(text).is_ok();
            if first.is_empty() {
                // What comes now could be taken for a fact.
                return after;
            } else if let Some(at) = begins("planned ").filter(|_| start.is_empty()) {
                *start = at.trim_start_matches("T+").to_owned();
            } else if self.is_trigger(first) && trigger.is_empty() {
                *trigger = first.to_owned();
            } else if let Some(length) = begins("lasts ").filter(is_length)
                && lasts.is_empty()
            {
                *lasts = length.to_owned();
            } else if first == COUNTS_UP && counts.is_empty() {
                "up".clone_into(counts);
            } else if matches!(first, "live" | "VT") && source.is_empty() {
                *source = first.to_owned();
            } else if let Some(words) = begins("“").and_then(|words| words.strip_suffix('”'))
                && call.is_empty()
            {
                *call = words.to_owned();
            } else if let Some(words) = begins("steps: ").filter(|_| steps.is_empty()) {
                *steps = words.to_owned();
            } else if let Some(number) = begins("backup for ").filter(|it| self.is_number(it))
                && main.is_empty()
            {
                *main = number.to_owned();
            } else if let Some(words) = begins(SETTINGS).filter(|words| own::is_settings(words))
                && settings.is_empty()
            {
                *settings = words.to_owned();
            } else {
                return rest;
            }
            rest = after;
        }
        rest
    }

    /// Returns `true` for the number of a cue, which need not be in the file: an export may leave it
    /// out.
    fn is_number(&self, text: &str) -> bool {
        let is_like_one = || text.contains(|c: char| c.is_ascii_digit());
        self.0.contains(text) || (is_like_one() && CueNumber::new(text).is_ok())
    }

    /// Returns `true` if a line is a trigger, and no note that only begins like one.
    fn is_trigger(&self, line: &str) -> bool {
        let Some((verb, rest)) = line.split_once(' ') else { return false };
        match verb {
            "with" | "follows" => {
                let (number, delay) = rest.split_once(" +").unwrap_or((rest, "0s"));
                self.is_number(number) && duration::parse(delay).is_ok()
            }
            "at" => matches!(clock::read(rest), ClockCell::At(_)),
            "into" => duration::parse(rest.trim_start_matches('+')).is_ok(),
            _ => false,
        }
    }
}

/// The names of the user's own fields, by their keys: the fields of the project say those that are no
/// labels.
fn fields(project: &Object, about: &Object) -> Vec<(String, String)> {
    let names = about.get("custom").and_then(Json::as_array).into_iter().flatten();
    let names: HashMap<String, String> = names
        .filter_map(Json::as_object)
        .filter_map(|one| Some((text(one, "title")?, text(one, "value")?)))
        .collect();
    let fields = project.get("customFields").and_then(Json::as_object).into_iter().flatten();
    let named = fields.filter_map(|(key, field)| {
        let label = text(field.as_object()?, "label")?;
        Some((key.clone(), names.get(&label).cloned().unwrap_or(label)))
    });
    named.collect()
}

/// The show of a project that was exported; `None` where it is another one, or was given parts that
/// no export has.
pub(super) fn read(
    project: &Object,
    entries: &[(String, &Object)],
    name: &str,
) -> Option<Result<Imported, Refusal>> {
    let about = project.get("project")?.as_object()?;
    let written = text(about, "description").filter(|words| words.starts_with(WRITTEN))?;
    let is_tied = written == WRITTEN;
    let info = about.get("info").and_then(Json::as_str).unwrap_or_default();
    let said = |begin: &str| info.lines().find_map(|line| line.strip_prefix(begin));
    let mut fields = fields(project, about);
    // JSON has no order for them.
    let order = plain::parted(said(OWN_COLUMNS).unwrap_or_default());
    fields.sort_by_key(|(_, name)| {
        let name = name.strip_suffix(own::EXTRA).unwrap_or(name);
        order.iter().position(|known| known.trim() == name)
    });
    let places: HashMap<&str, usize> =
        fields.iter().enumerate().map(|(at, (key, _))| (key.as_str(), at)).collect();
    let numbers = entries.iter().filter_map(|(_, entry)| text(entry, "cue"));
    let numbers = CueNumbers(numbers.collect());
    let mut act: Option<String> = None;
    let mut rows: Vec<FilledRow<'_>> = vec![];
    // The entry of each row, counted from the header.
    let mut of: Vec<&(String, &Object)> = vec![];
    for one in entries {
        let entry = one.1;
        let is_ours = entry.get("skip").and_then(Json::as_bool) != Some(true)
            && text(entry, "endAction").is_none_or(|action| action == "none");
        if !is_ours {
            return None;
        }
        let title = text(entry, "title").unwrap_or_default();
        let note = entry.get("note").and_then(Json::as_str).unwrap_or_default();
        let mut line = FilledRow::default();
        let custom = entry.get("custom").and_then(Json::as_object);
        for (key, value) in custom.into_iter().flatten() {
            let place = places.get(key.as_str()).copied();
            line.fields.extend(place.zip(value.as_str().filter(|text| !text.trim().is_empty())));
        }
        let cue = text(entry, "cue").unwrap_or_default();
        match text(entry, "type").as_deref() {
            Some("group") => act = Some(title),
            Some("event") => {
                let start_ms = number(entry, "timeStart")?;
                let duration_ms = u64::try_from(number(entry, "duration")?).ok()?;
                let duration_ns = duration_ms.checked_mul(MILLISECOND_NS)?;
                if duration_ns > LONGEST_NS {
                    return None;
                }
                let day = number(entry, "dayOffset").unwrap_or(0);
                let start = start_words(start_ms, if is_tied { 0 } else { day });
                let mut segment = FilledRow::default();
                segment.cells[1].clone_from(&title);
                segment.cells[2].clone_from(&start);
                segment.cells[3] = duration::exact(Duration::from_nanos(duration_ns));
                segment.cells[13] = thresholds(entry);
                segment.cells[6] = act.take().unwrap_or_default();
                let (hard, note) = after_line(note, |line| own::is_by_clock(line).then_some(line));
                if let Some(hard) = hard {
                    hard.clone_into(&mut segment.cells[5]);
                }
                let is_to_end = entry.get("countToEnd").and_then(Json::as_bool) == Some(true);
                if let Some(end_ms) = number(entry, "timeEnd").filter(|_| is_to_end) {
                    let comma = if segment.cells[5].is_empty() { "" } else { ", " };
                    let end = ontime::clock(end_ms).strftime("%H:%M:%S");
                    segment.cells[5] += &format!("{comma}ends {end}");
                }
                let (lasts, note) = after_line(note, |line| {
                    line.strip_prefix(LASTS).filter(|length| duration::parse(length).is_ok())
                });
                // Somebody may have made it shorter.
                if let Some(lasts) = lasts.filter(|_| duration_ms == LONGEST_MS || is_to_end) {
                    lasts.clone_into(&mut segment.cells[3]);
                }
                if cue.is_empty() {
                    // A line apart keeps what comes from being taken for one of the above.
                    note.strip_prefix('\n').unwrap_or(note).clone_into(&mut segment.cells[11]);
                    // An event without a cue may have fields all the same.
                    segment.fields = line.fields;
                    rows.push(segment);
                    of.push(one);
                    continue;
                }
                rows.push(segment);
                of.push(one);
                line.cells[11] = numbers.facts(note, &mut line).to_owned();
                (line.cells[0], line.cells[1], line.cells[2]) = (cue, title, start);
                rows.push(line);
                of.push(one);
            }
            Some("milestone") => {
                line.cells[11] = numbers.facts(note, &mut line).to_owned();
                (line.cells[0], line.cells[1]) = (cue, title);
                rows.push(line);
                of.push(one);
            }
            _ => return None,
        }
    }
    if let Some(first) = rows.first_mut() {
        let [.., date, departments] = &mut first.cells;
        said(DATE).unwrap_or_default().clone_into(date);
        said(DEPARTMENTS).unwrap_or_default().clone_into(departments);
    }
    let zone = said(ZONE).filter(|zone| TimeZone::get(zone).is_ok()).map(str::to_owned);
    let grid = grid(&rows, &fields, is_tied);
    let title = text(about, "title").unwrap_or_else(|| name.to_owned());
    let read = own::read(&grid, &title, OwnForm::Project)?;
    Some(read.map(|mut show| {
        show.zone = zone;
        let entry = |row: u32| of.get((row as usize).wrapping_sub(2));
        for segment in &mut show.segments {
            let Some((_, entry)) = entry(segment.row) else { continue };
            segment.count = count(entry);
        }
        for doubt in &mut show.doubts {
            let row = match &doubt.place {
                ProblemPlace::Cell(cell) => cell.row,
                ProblemPlace::Toml(_) | ProblemPlace::Json(_) | ProblemPlace::Included(_) => 0,
            };
            if let Some((place, _)) = entry(row) {
                doubt.place = ProblemPlace::json(place.clone());
            }
        }
        show
    }))
}

/// The thresholds of an event as the settings of its segment.
fn thresholds(entry: &Object) -> String {
    let usual = Thresholds::default();
    let of = |key: &str| {
        let ms = number(entry, key).and_then(|ms| u64::try_from(ms).ok())?;
        let ns = ms.checked_mul(MILLISECOND_NS).filter(|ns| *ns <= LONGEST_NS)?;
        Some(Duration::from_nanos(ns))
    };
    let both = of("timeWarning").zip(of("timeDanger")).filter(|(warn, danger)| danger <= warn);
    let Some((warn, danger)) = both else { return String::new() };
    let word = |name: &str, own: Duration, usual: Duration| {
        (own != usual).then(|| format!("{name} {}", duration::exact(own)))
    };
    let words = [word("warn", warn, usual.warn), word("danger", danger, usual.danger)];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A start as the sheet of an export has it.
fn start_words(start_ms: i64, day: i64) -> String {
    let ms = (start_ms + day * DAY_MS).max(0);
    let (seconds, ms) = (ms / 1000, ms % 1000);
    format!("{}:{:02}:{:02}.{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The first line of a note, if `is_fact` takes it, and the rest.
fn after_line<'n>(
    note: &'n str,
    is_fact: impl Fn(&'n str) -> Option<&'n str>,
) -> (Option<&'n str>, &'n str) {
    let (first, rest) = note.split_once('\n').unwrap_or((note, ""));
    match is_fact(first) {
        Some(fact) => (Some(fact), rest),
        None => (None, note),
    }
}

/// The rows as a sheet.
fn grid(rows: &[FilledRow<'_>], fields: &[(String, String)], is_tied: bool) -> Grid {
    let names = COLUMNS.iter().map(|name| match *name {
        "Start" if !is_tied => "From start",
        name => name,
    });
    let filled = |cells: &mut dyn Iterator<Item = (u32, &str)>| {
        let cells = cells.filter(|(_, text)| !text.is_empty());
        cells.map(|(column, text)| Cell::new(column, Value::Text(text.to_owned()))).collect()
    };
    let labels = fields.iter().map(|(_, label)| label.as_str());
    let head = filled(&mut (1..).zip(names.chain(labels)));
    let mut all = vec![Row { number: 1, is_hidden: false, cells: head }];
    for (number, line) in (2..).zip(rows) {
        let cells = (1..).zip(line.cells.iter().map(String::as_str));
        let column = |at: &usize| u32::try_from(COLUMNS.len() + at + 1).unwrap_or(u32::MAX);
        let own = line.fields.iter().map(|(at, text)| (column(at), *text));
        let cells = filled(&mut cells.chain(own));
        all.push(Row { number, is_hidden: false, cells });
    }
    Grid { rows: all, ..Grid::default() }
}
