//! The plan as a table: a row for each segment, and below it one for each of its cues.
//!
//! The lengths of segments and of cues stand in two columns: those of the segments have a sum, the
//! length of the show.

use std::collections::HashSet;
use std::time::Duration;

use crate::export::sheet::{CueLine, DepartmentRow, SegmentBlock, Sheet, When};
use crate::plain::joined;
use crate::show::CountDirection;

/// A table with one row of names on top.
pub(super) struct PlanTable {
    /// From left to right.
    pub(super) columns: Vec<PlanColumn>,
    /// In running order.
    pub(super) rows: Vec<PlanRow>,
}

/// A column.
pub(super) struct PlanColumn {
    /// Its name.
    pub(super) name: String,
    /// The department that it is about.
    pub(super) department: Option<DepartmentRow>,
}

/// A segment or a cue.
pub(super) struct PlanRow {
    /// `true` for a segment.
    pub(super) is_segment: bool,
    /// One for each column.
    pub(super) cells: Vec<PlanCell>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum PlanCell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A planned instant.
    Start(When),
    /// A length.
    Length(Duration),
}

/// The columns of the show itself, each with a cell in the first row.
fn of_show(sheet: &Sheet) -> Vec<(&'static str, String)> {
    let mut all = vec![("Show", sheet.title.clone()), ("Time zone", sheet.zone_name.clone())];
    all.extend(sheet.date.map(|date| ("Date", date.to_string())));
    let departments = departments(sheet);
    all.extend((!departments.is_empty()).then_some(("Departments", departments)));
    all
}

/// The departments with their ids, in the order of the show: `snd = Sound; lx = Lights`.
pub(super) fn departments(sheet: &Sheet) -> String {
    let words = |one: &DepartmentRow| format!("{} = {}", one.id, one.name);
    joined(&sheet.departments.iter().map(words).collect::<Vec<_>>())
}

/// The end of the name of a column that is the author's own, so that it is taken for nothing else.
pub(super) const EXTRA: &str = " (extra)";
/// The most columns of the author's own; others are lines of the notes.
const EXTRA_MAX: usize = 200;

/// The names of the columns of the author's own, in the order in which they come.
pub(super) fn extra_names(sheet: &Sheet) -> Vec<&str> {
    let cues = sheet.segments.iter().flat_map(|segment| &segment.cues);
    let names = cues.flat_map(|cue| cue.extra.iter().map(|(name, _)| name.as_str()));
    let mut known: HashSet<&str> = HashSet::new();
    names.filter(|name| known.insert(name)).take(EXTRA_MAX).collect()
}

/// The text of a cue in a column of the author's own.
pub(super) fn extra_text<'c>(cue: &'c CueLine, name: &str) -> &'c str {
    cue.extra.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text)
}

/// The notes of a cue, with the lines of those columns that `names` lacks.
pub(super) fn notes(cue: &CueLine, names: &[&str]) -> Option<String> {
    let lacking = cue.extra.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    let lines = lacking.map(|(name, text)| format!("{name}: {text}"));
    let all: Vec<String> = cue.own_notes.iter().cloned().chain(lines).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// The columns in which a segment has something.
const TITLE: &str = "Title";
const START: &str = "Start";
const FROM_START: &str = "From start";
const DURATION: &str = "Duration";
const TRIGGER: &str = "Trigger";
const ACT: &str = "Act";
const COUNT: &str = "Count";
const SETTINGS: &str = "Settings";
const NOTES: &str = "Notes";

/// Words for a department that has to be ready for a cue; with its place among the departments that
/// the cue needs, where these are in another order than those of the show.
pub(super) fn ready(cue: &CueLine, department: usize) -> Option<String> {
    let place = cue.needs.iter().position(|at| *at == department)?;
    let has_order = cue.needs.is_sorted();
    Some(if has_order { "ready".to_owned() } else { format!("ready {}", place + 1) })
}

/// Reads one cell of a cue.
type Read = fn(&CueLine) -> PlanCell;

/// The columns after those of the departments, each left out where no cue has anything to say.
const LAST: [(&str, Read); 4] = [
    ("Source", |cue| text(cue.source)),
    ("Steps", |cue| text(&joined(&cue.steps))),
    ("Backup for", |cue| text(cue.backup_for.as_deref().unwrap_or_default())),
    ("Sends to", |cue| text(&cue.sends.join("; "))),
];

impl PlanTable {
    /// The table of `sheet`.
    pub(super) fn of(sheet: &Sheet) -> PlanTable {
        let cues = || sheet.segments.iter().flat_map(|segment| &segment.cues);
        let any = |says: &dyn Fn(&CueLine) -> bool| cues().any(says);
        let needed: Vec<usize> = (0..sheet.departments.len())
            .filter(|at| any(&|cue: &CueLine| cue.needs.contains(at)))
            .collect();
        let has_lengths = any(&|cue| cue.lasts.is_some());
        let has_acts = sheet.segments.iter().any(|segment| segment.act.is_some());
        let has_calls = any(&|cue| cue.call.is_some());
        let last = LAST.iter().filter(|(_, read)| any(&|cue| read(cue) != PlanCell::Empty));
        let last: Vec<&(&str, Read)> = last.collect();
        let has_count = any(&|cue| !count(cue.count).is_empty())
            || sheet.segments.iter().any(|segment| !count(segment.count).is_empty());
        let own_names = extra_names(sheet);
        let has_settings = any(&|cue| !cue.settings.is_empty())
            || sheet.segments.iter().any(|segment| !segment.settings.is_empty());
        let has_notes = any(&|cue| notes(cue, &own_names).is_some())
            || sheet.segments.iter().any(|segment| segment.notes.is_some());

        let plain = |name: &str| PlanColumn { name: name.to_owned(), department: None };
        let start = if sheet.is_tied { START } else { FROM_START };
        let mut columns = Vec::from(["Cue", TITLE, start, DURATION].map(plain));
        columns.extend(has_lengths.then(|| plain("Lasts")));
        columns.push(plain(TRIGGER));
        columns.extend(has_acts.then(|| plain(ACT)));
        columns.extend(has_calls.then(|| plain("Call")));
        columns.extend(
            needed
                .iter()
                .filter_map(|&at| sheet.departments.get(at))
                .map(|one| PlanColumn { name: one.name.clone(), department: Some(one.clone()) }),
        );
        columns.extend(last.iter().map(|(name, _)| plain(name)));
        columns.extend(has_count.then(|| plain(COUNT)));
        columns.extend(has_settings.then(|| plain(SETTINGS)));
        columns.extend(own_names.iter().map(|name| plain(&format!("{name}{EXTRA}"))));
        columns.extend(has_notes.then(|| plain(NOTES)));
        let of_show = of_show(sheet);
        columns.extend(of_show.iter().map(|(name, _)| plain(name)));

        let row = |cue: &CueLine| {
            let mut cells = first(sheet, cue);
            cells.extend(has_lengths.then(|| cue.lasts.map_or(PlanCell::Empty, PlanCell::Length)));
            cells.push(text(&cue.trigger));
            cells.extend(has_acts.then_some(PlanCell::Empty));
            cells.extend(has_calls.then(|| text(cue.call.as_deref().unwrap_or_default())));
            let ready = |at: &usize| text(&ready(cue, *at).unwrap_or_default());
            cells.extend(needed.iter().map(ready));
            cells.extend(last.iter().map(|(_, read)| read(cue)));
            cells.extend(has_count.then(|| text(count(cue.count))));
            cells.extend(has_settings.then(|| text(&cue.settings.join(", "))));
            cells.extend(own_names.iter().map(|name| text(extra_text(cue, name))));
            cells.extend(has_notes.then(|| text(&notes(cue, &own_names).unwrap_or_default())));
            cells.extend(of_show.iter().map(|_| PlanCell::Empty));
            PlanRow { is_segment: false, cells }
        };
        let mut rows = vec![];
        for segment in &sheet.segments {
            let by_clock = by_clock(segment);
            let ends = segment.fixed_end.map(|end| format!("ends {end}"));
            let by_clock: Vec<_> = by_clock.into_iter().chain(ends).collect();
            rows.push(segment_row(segment, &by_clock.join(", "), &columns));
            rows.extend(segment.cues.iter().map(row));
        }
        if let Some(first) = rows.first_mut() {
            let cells = first.cells.iter_mut().rev().zip(of_show.iter().rev());
            cells.for_each(|(cell, (_, words))| *cell = text(words));
        }
        PlanTable { columns, rows }
    }
}

/// The cells of the first four columns, which every table has.
fn first(sheet: &Sheet, cue: &CueLine) -> Vec<PlanCell> {
    // The time of day of a cue by the clock has no place in a column of times from the start.
    let start = match &cue.start {
        Some(When::Clock(_)) if !sheet.is_tied => PlanCell::Empty,
        Some(start) => PlanCell::Start(start.clone()),
        None => PlanCell::Empty,
    };
    vec![text(&cue.number), text(&cue.title), start, PlanCell::Empty]
}

/// The words for a hard start of a segment and its day, each where it is to be said.
pub(super) fn by_clock(segment: &SegmentBlock) -> Vec<String> {
    let hard = segment.hard_start.then(|| "hard start".to_owned());
    let day = segment.date.map(|day| format!("on {day}"));
    hard.into_iter().chain(day).collect()
}

/// The row of a segment.
fn segment_row(segment: &SegmentBlock, by_clock: &str, columns: &[PlanColumn]) -> PlanRow {
    let cell = |column: &PlanColumn| match column.name.as_str() {
        // A department may have any name.
        _ if column.department.is_some() => PlanCell::Empty,
        TITLE => text(&segment.title),
        START | FROM_START => PlanCell::Start(segment.start.clone()),
        DURATION => PlanCell::Length(segment.lasts),
        TRIGGER => text(by_clock),
        ACT => text(segment.act.as_deref().unwrap_or_default()),
        COUNT => text(count(segment.count)),
        SETTINGS => text(&segment.settings.join(", ")),
        NOTES => text(segment.notes.as_deref().unwrap_or_default()),
        _ => PlanCell::Empty,
    };
    PlanRow { is_segment: true, cells: columns.iter().map(cell).collect() }
}

/// The word for figures that count up; of those that count down nothing is said.
fn count(direction: CountDirection) -> &'static str {
    match direction {
        CountDirection::Down => "",
        CountDirection::Up => "up",
    }
}

fn text(words: &str) -> PlanCell {
    if words.is_empty() { PlanCell::Empty } else { PlanCell::Text(words.to_owned()) }
}
