//! The report for spreadsheets: RFC 4180, UTF-8, lines ended by LF.
//!
//! Owns the columns, which spreadsheets of users rely on, and their form: times in RFC 3339 with
//! the offset of the show's zone, durations and differences in seconds, all with milliseconds. Must
//! never compute: what stands here is a row's.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a tab for a formula, and a
//! note may hold anything. Free text (segment, title, note) that begins so gets an apostrophe in
//! front of it, which spreadsheets read as "this is text". Cue numbers get it only where they are
//! no plain number; times, durations and differences never do.

use jiff::ZonedDateTime;

use super::asrun::{AsRun, CueRow, SegmentRow};

/// The first line.
pub const HEADER: &str = "segment,cue,title,planned_start,actual_start,planned_duration,actual_duration,difference,cause,note";

/// Writes the report: for each segment its own row, in which `cue` is empty and `difference` is its
/// over or under, and after it a row for each firing of its cues, in which `difference` is how
/// late the cue was.
pub fn write(report: &AsRun) -> String {
    let mut csv = format!("{HEADER}\n");
    for segment in &report.segments {
        line(&mut csv, &segment_cells(segment));
        for cue in &segment.cues {
            line(&mut csv, &cue_cells(segment, cue));
        }
    }
    csv
}

fn segment_cells(row: &SegmentRow) -> [String; 10] {
    [
        text(&row.title),
        String::new(),
        text(&row.title),
        time(row.planned_start.as_ref()),
        time(row.actual_start.as_ref()),
        seconds(Some(row.planned_ms as i64)),
        seconds(row.actual_ms.map(|ms| ms as i64)),
        seconds(row.difference_ms),
        String::new(),
        text(&row.note()),
    ]
}

fn cue_cells(segment: &SegmentRow, row: &CueRow) -> [String; 10] {
    let is_number = row.number.parse::<f64>().is_ok();
    [
        text(&segment.title),
        if is_number { row.number.clone() } else { text(&row.number) },
        text(&row.title),
        time(row.planned_start.as_ref()),
        time(row.actual_start.as_ref()),
        seconds(row.planned_ms.map(|ms| ms as i64)),
        seconds(row.actual_ms.map(|ms| ms as i64)),
        seconds(row.difference_ms),
        row.cause.map_or(String::new(), |cause| cause.word().to_owned()),
        text(&row.note()),
    ]
}

pub(super) fn line(csv: &mut String, cells: &[String]) {
    let quoted: Vec<_> = cells.iter().map(|cell| quote(&crate::plain::lines(cell))).collect();
    csv.push_str(&quoted.join(","));
    csv.push('\n');
}

/// Quotes a cell that would otherwise be read as several, or lose the blanks at its ends.
fn quote(cell: &str) -> String {
    let blank = cell.starts_with(char::is_whitespace) || cell.ends_with(char::is_whitespace);
    if blank || cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Free text that no spreadsheet takes for a formula.
pub(super) fn text(cell: &str) -> String {
    // An apostrophe that stands in front already has to stay.
    if cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// An instant as RFC 3339 with milliseconds; nothing where there is none.
fn time(at: Option<&ZonedDateTime>) -> String {
    at.map_or(String::new(), rfc3339)
}

/// An instant as RFC 3339 with the offset of its zone: `2024-08-11T22:57:12.000+02:00`.
pub(super) fn rfc3339(at: &ZonedDateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Seconds with three decimals, signed only where negative: `42.000`, `-3.250`.
fn seconds(ms: Option<i64>) -> String {
    ms.map_or(String::new(), |ms| {
        let (sign, ms) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
        format!("{sign}{}.{:03}", ms / 1000, ms % 1000)
    })
}
