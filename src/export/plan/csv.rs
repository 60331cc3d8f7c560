//! The plan as CSV: RFC 4180, UTF-8, lines ended by LF.
//!
//! Times are `21:05:00`, lengths `0:01:30`, both with decimals only where there are any. Free text
//! is kept from being taken for a formula, as in the report.

use super::table::{PlanCell, PlanTable};
use crate::export::csv::{line, text};
use crate::export::sheet::{Sheet, When};

/// Writes the plan.
pub fn write(sheet: &Sheet) -> String {
    let table = PlanTable::of(sheet);
    let mut csv = String::new();
    let names: Vec<String> = table.columns.iter().map(|column| text(&column.name)).collect();
    line(&mut csv, &names);
    for row in &table.rows {
        let cells: Vec<String> = row.cells.iter().map(words).collect();
        line(&mut csv, &cells);
    }
    csv
}

fn words(cell: &PlanCell) -> String {
    match cell {
        PlanCell::Empty => String::new(),
        // A number such as -1 is no formula.
        PlanCell::Text(words) if words.parse::<f64>().is_ok() => words.clone(),
        PlanCell::Text(words) => text(words),
        PlanCell::Start(When::Clock(at)) => {
            let fraction = decimals(at.subsec_nanosecond().unsigned_abs());
            format!("{}{fraction}", at.strftime("%H:%M:%S"))
        }
        PlanCell::Start(When::FromStart(time)) | PlanCell::Length(time) => {
            let seconds = time.as_secs();
            let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            format!("{h}:{m:02}:{s:02}{}", decimals(time.subsec_nanos()))
        }
    }
}

/// Nanoseconds as decimals of a second: `.5`; nothing for none.
fn decimals(ns: u32) -> String {
    let decimals = format!(".{ns:09}");
    decimals.trim_end_matches('0').trim_end_matches('.').to_owned()
}
