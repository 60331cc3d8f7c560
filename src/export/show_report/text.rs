//! The stage manager's report as plain text, in a given width.
//!
//! Every line keeps to the width: the columns of words share what the others leave, and take as many
//! lines as they need.

use unicode_width::UnicodeWidthStr;

use super::{CellKind, ReportTable, ShowReport};
use crate::export::asrun::AsRun;
use crate::export::layout::{cut, pad, wrap};

/// No report is narrower: its columns have to fit beside each other.
const WIDTH_LEAST: usize = 70;

/// A column of words is no narrower.
const WORDS_LEAST: usize = 12;

/// Writes the report for `width` columns.
pub fn write(report: &AsRun, width: usize) -> String {
    let (report, width) = (ShowReport::of(report), width.max(WIDTH_LEAST));
    let mut lines = wrap(&report.title, width);
    lines.extend(wrap(&report.run, width));
    lines.push(String::new());
    let label = report.facts.iter().map(|(label, _)| label.width()).max().unwrap_or(0);
    for (name, words) in &report.facts {
        lines.extend(beside(&[(pad(name, label), label), (words.clone(), width - label - 2)]));
    }
    for table in &report.tables {
        lines.push(String::new());
        lines.push(cut(&table.title, width));
        lines.extend(laid(table, width - 2).iter().map(|line| format!("  {line}")));
    }
    let lines = lines.iter().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

/// The lines of a table: its heads, then its rows.
fn laid(table: &ReportTable, width: usize) -> Vec<String> {
    let heads: Vec<String> = table.columns.iter().map(|column| column.head.to_owned()).collect();
    let widths = widths(table, width);
    let row = |cells: &Vec<String>| {
        let cells: Vec<_> = cells.iter().cloned().zip(widths.iter().copied()).collect();
        beside(&cells)
    };
    std::iter::once(&heads).chain(&table.rows).flat_map(row).collect()
}

/// The width of each column: as wide as its widest cell, but for words, which share the rest.
fn widths(table: &ReportTable, width: usize) -> Vec<usize> {
    let widest = |at: usize| {
        let cells = table.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
        cells.chain([table.columns[at].head.width()]).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..table.columns.len()).map(widest).collect();
    let is_words = |at: &usize| table.columns[*at].kind == CellKind::Words;
    let words: Vec<usize> = (0..widths.len()).filter(is_words).collect();
    let fixed: usize = (0..widths.len()).filter(|at| !is_words(at)).map(|at| widths[at]).sum();
    let gaps = 2 * widths.len().saturating_sub(1);
    let mut left = width.saturating_sub(fixed + gaps);
    for (done, at) in words.iter().enumerate() {
        // The last one may have all that is left.
        let share = (left / (words.len() - done)).max(WORDS_LEAST);
        widths[*at] = widths[*at].min(share);
        left = left.saturating_sub(widths[*at]);
    }
    widths
}

/// Cells of these widths beside each other, in as many lines as the longest needs.
fn beside(cells: &[(String, usize)]) -> Vec<String> {
    let columns: Vec<(Vec<String>, usize)> =
        cells.iter().map(|(words, width)| (wrap(words, (*width).max(2)), *width)).collect();
    let count = columns.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    let line = |at: usize| {
        let cells = columns
            .iter()
            .map(|(lines, width)| pad(lines.get(at).map_or("", String::as_str), *width));
        cells.collect::<Vec<_>>().join("  ")
    };
    (0..count).map(line).collect()
}
