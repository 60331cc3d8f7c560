//! Projects of Ontime that `handover export` has written, perhaps changed there since: laid out as the
//! sheet that an export has, and read as that.
//!
//! An event is a segment, and where it has a cue's number also that cue. A milestone is a cue. The
//! first lines of a note are what Ontime has no field for.

use std::time::Duration;

use serde_json::Value as Json;

use super::Refusal;
use super::grid::{Cell, Grid, Row, Value};
use super::imported::Imported;
use super::ontime::{Object, number, text};
use super::own::{self, Form};
use crate::show::Thresholds;
use crate::show::duration::{self, LONGEST_NS, MILLISECOND_NS};
use crate::show::problem::Place;

/// The description of a project that was exported begins so.
const WRITTEN: &str = "Written by handover export";
const DAY_MS: i64 = 86_400_000;

/// The columns of the sheet, before those of departments.
const COLUMNS: [&str; 12] = [
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
];

/// A row while it is filled.
#[derive(Default)]
struct Line {
    cells: [String; 12],
    /// The departments that have to be ready, by their place.
    needs: Vec<usize>,
}

/// The lines of a note that are facts, in the row's cells; gives the rest.
fn facts<'n>(note: &'n str, line: &mut Line) -> &'n str {
    let [_, _, start, _, lasts, trigger, _, call, source, steps, main, _] = &mut line.cells;
    let mut rest = note;
    while !rest.is_empty() {
        let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let begins = |begin: &str| first.strip_prefix(begin);
        if first.is_empty() {
            // What comes now could be taken for a fact.
            return after;
        } else if let Some(at) = begins("planned ").filter(|_| start.is_empty()) {
            *start = at.trim_start_matches("T+").to_owned();
        } else if ["with ", "follows ", "at ", "into "].iter().any(|verb| begins(verb).is_some())
            && trigger.is_empty()
        {
            *trigger = first.to_owned();
        } else if let Some(ns) = begins("lasts ").filter(|_| lasts.is_empty()) {
            *lasts = ns.to_owned();
        } else if matches!(first, "live" | "VT") && source.is_empty() {
            *source = first.to_owned();
        } else if let Some(words) = begins("“").and_then(|words| words.strip_suffix('”'))
            && call.is_empty()
        {
            *call = words.to_owned();
        } else if let Some(words) = begins("steps: ").filter(|_| steps.is_empty()) {
            *steps = words.to_owned();
        } else if let Some(number) = begins("backup for ").filter(|_| main.is_empty()) {
            *main = number.to_owned();
        } else {
            return rest;
        }
        rest = after;
    }
    rest
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
    let fields: Vec<(&String, String)> = project
        .get("customFields")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, field)| Some((key, text(field.as_object()?, "label")?)))
        .collect();
    let mut act: Option<String> = None;
    let mut rows: Vec<Line> = vec![];
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
        let mut line = Line::default();
        let custom = entry.get("custom").and_then(Json::as_object);
        for (key, value) in custom.into_iter().flatten() {
            if value.as_str().is_some_and(|text| !text.trim().is_empty()) {
                line.needs.extend(fields.iter().position(|(known, _)| *known == key));
            }
        }
        let cue = text(entry, "cue").unwrap_or_default();
        match text(entry, "type").as_deref() {
            Some("group") => act = Some(title),
            Some("event") => {
                let start_ms = number(entry, "timeStart")?;
                let duration_ns = u64::try_from(number(entry, "duration")?).ok()?;
                let duration_ns = duration_ns.checked_mul(MILLISECOND_NS)?;
                if duration_ns > LONGEST_NS {
                    return None;
                }
                let day = number(entry, "dayOffset").unwrap_or(0);
                let start = start_words(start_ms, if is_tied { 0 } else { day });
                let mut segment = Line::default();
                segment.cells[1].clone_from(&title);
                segment.cells[2].clone_from(&start);
                segment.cells[3] = duration::exact(Duration::from_nanos(duration_ns));
                segment.cells[6] = act.take().unwrap_or_default();
                let hard = note.strip_prefix("hard start");
                let hard = hard.filter(|rest| rest.is_empty() || rest.starts_with('\n'));
                if hard.is_some() {
                    "hard start".clone_into(&mut segment.cells[5]);
                }
                let note = hard.map_or(note, |rest| rest.strip_prefix('\n').unwrap_or(rest));
                if cue.is_empty() {
                    segment.cells[11] = facts(note, &mut Line::default()).to_owned();
                    rows.push(segment);
                    of.push(one);
                    continue;
                }
                rows.push(segment);
                of.push(one);
                line.cells[11] = facts(note, &mut line).to_owned();
                (line.cells[0], line.cells[1], line.cells[2]) = (cue, title, start);
                rows.push(line);
                of.push(one);
            }
            Some("milestone") => {
                line.cells[11] = facts(note, &mut line).to_owned();
                (line.cells[0], line.cells[1]) = (cue, title);
                rows.push(line);
                of.push(one);
            }
            _ => return None,
        }
    }
    let grid = grid(&rows, &fields, is_tied);
    let title = text(about, "title").unwrap_or_else(|| name.to_owned());
    let read = own::read(&grid, &title, Form::Project)?;
    Some(read.map(|mut show| {
        let entry = |row: u32| of.get((row as usize).wrapping_sub(2));
        for segment in &mut show.segments {
            let Some((_, entry)) = entry(segment.row) else { continue };
            let usual = Thresholds::default();
            let ns = |key: &str| {
                let ms = number(entry, key).and_then(|ms| u64::try_from(ms).ok())?;
                ms.checked_mul(MILLISECOND_NS).filter(|ns| *ns <= LONGEST_NS)
            };
            let (warn, danger) = (ns("timeWarning"), ns("timeDanger"));
            if warn.zip(danger).is_some_and(|(warn, danger)| danger <= warn) {
                segment.warn_ns = warn.filter(|ns| Duration::from_nanos(*ns) != usual.warn);
                segment.danger_ns = danger.filter(|ns| Duration::from_nanos(*ns) != usual.danger);
            }
        }
        for doubt in &mut show.doubts {
            let row = match &doubt.place {
                Place::Cell(cell) => cell.row,
                Place::Toml(_) | Place::Json(_) => 0,
            };
            if let Some((place, _)) = entry(row) {
                doubt.place = Place::json(place.clone());
            }
        }
        show
    }))
}

/// A start as the sheet of an export has it.
fn start_words(start_ms: i64, day: i64) -> String {
    let ms = (start_ms + day * DAY_MS).max(0);
    let (seconds, ms) = (ms / 1000, ms % 1000);
    format!("{}:{:02}:{:02}.{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The rows as a sheet.
fn grid(rows: &[Line], fields: &[(&String, String)], is_tied: bool) -> Grid {
    let names = COLUMNS.iter().map(|name| match *name {
        "Start" if !is_tied => "From start".to_owned(),
        name => name.to_owned(),
    });
    let row = |number: u32, cells: Vec<String>| Row {
        number,
        is_hidden: false,
        cells: (1..)
            .zip(cells)
            .filter(|(_, text)| !text.is_empty())
            .map(|(column, text)| Cell::new(column, Value::Text(text)))
            .collect(),
    };
    let head: Vec<String> = names.chain(fields.iter().map(|(_, label)| label.clone())).collect();
    let mut all = vec![row(1, head)];
    for (number, line) in (2..).zip(rows) {
        let needs = (0..fields.len())
            .map(|at| if line.needs.contains(&at) { "ready".to_owned() } else { String::new() });
        all.push(row(number, line.cells.iter().cloned().chain(needs).collect()));
    }
    Grid { rows: all, ..Grid::default() }
}
