//! The cue sheet for spreadsheets: RFC 4180, UTF-8, lines ended by LF.
//!
//! A row for each segment, in which `cue` is empty, and a row for each of its cues. Must never
//! compute: what stands here is the sheet's. Free text is kept from being taken for a formula, as
//! in the report.

use super::{CueLine, SegmentBlock, Sheet};
use crate::export::csv::{line, text};

/// The first line.
pub const HEADER: &str = "segment,cue,title,planned,length,source,trigger,call,needs,backup_for,steps,sends,notes,act,does";

/// Writes the sheet.
pub fn write(sheet: &Sheet) -> String {
    let mut csv = format!("{HEADER}\n");
    for segment in &sheet.segments {
        line(&mut csv, &segment_cells(segment));
        for cue in &segment.cues {
            line(&mut csv, &cue_cells(sheet, segment, cue));
        }
    }
    csv
}

fn segment_cells(segment: &SegmentBlock) -> [String; 15] {
    let trigger = if segment.hard_start { "hard start" } else { "" };
    let mut cells: [String; 15] = Default::default();
    cells[0] = text(&segment.title);
    cells[2] = text(&segment.title);
    cells[3] = segment.planned.clone();
    cells[4] = segment.length.clone();
    cells[6] = trigger.to_owned();
    cells[12] = text(segment.notes.as_deref().unwrap_or_default());
    cells[13] = text(segment.act.as_deref().unwrap_or_default());
    cells
}

fn cue_cells(sheet: &Sheet, segment: &SegmentBlock, cue: &CueLine) -> [String; 15] {
    let is_number = cue.number.parse::<f64>().is_ok();
    let needs: Vec<&str> =
        sheet.needed(cue).iter().map(|department| department.name.as_str()).collect();
    [
        text(&segment.title),
        if is_number { cue.number.clone() } else { text(&cue.number) },
        text(&cue.title),
        cue.planned.clone(),
        cue.length.clone().unwrap_or_default(),
        cue.source.to_owned(),
        text(&cue.trigger),
        text(cue.call.as_deref().unwrap_or_default()),
        text(&needs.join("; ")),
        text(cue.backup_for.as_deref().unwrap_or_default()),
        text(&cue.steps.join("; ")),
        text(&cue.sends.join("; ")),
        text(cue.notes.as_deref().unwrap_or_default()),
        String::new(),
        text(&cue.does.join("; ")),
    ]
}
