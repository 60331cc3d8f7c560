//! The rows, columns and cells that a sheet hides and merges; of an XLSX file they are read here, for
//! calamine does not say them.

#![expect(clippy::wildcard_enum_match_arm, reason = "the events are quick-xml's")]

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::{Package, Room, damaged};
use crate::sheet::Refusal;
use crate::sheet::grid::{COLUMNS_MAX, Cell, Grid, Row};

/// A range of cells, both ends included, rows and columns counted from 0.
pub(super) type MergedRange = ((u32, u32), (u32, u32));

/// The rows and columns that a sheet hides, and the cells that it merges.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Counted from 1.
    pub(super) hidden_rows: HashSet<u32>,
    /// Counted from 1.
    pub(super) hidden_columns: BTreeSet<u32>,
    /// The ranges of merged cells.
    pub(super) merged: Vec<MergedRange>,
}

impl Shape {
    /// Marks the cells of a grid; a cell that is merged with one above it takes room as any other.
    pub(super) fn apply(self, mut grid: Grid, room: &mut Room) -> Result<Grid, Refusal> {
        grid.hidden_columns = self.hidden_columns.into_iter().collect();
        for row in &mut grid.rows {
            row.is_hidden = self.hidden_rows.contains(&row.number);
        }
        for ((top, left), (bottom, right)) in self.merged {
            // Both counted from 1, as cells are.
            let (top, column) = (top.saturating_add(1), left.saturating_add(1));
            let Ok(at) = grid.rows.binary_search_by_key(&top, |row| row.number) else { continue };
            let cells = &mut grid.rows[at].cells;
            let Some(first) = cells.iter_mut().find(|cell| cell.column == column) else {
                continue;
            };
            first.is_wide = right > left;
            let value = first.value.clone();
            let is_inside = |row: &&mut Row| row.number <= bottom.saturating_add(1);
            // A merged range may go down to the last row of a sheet: only rows that are there count.
            for row in grid.rows.iter_mut().skip(at + 1).take_while(is_inside) {
                room.cell()?;
                if let Err(place) = row.cells.binary_search_by_key(&column, |cell| cell.column) {
                    room.value(&value)?;
                    let shared = Cell { is_shared: true, ..Cell::new(column, value.clone()) };
                    row.cells.insert(place, shared);
                }
            }
        }
        Ok(grid)
    }
}

/// The value of an attribute; empty where there is none.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.try_get_attribute(name).ok().flatten();
    let value = found.and_then(|found| found.normalized_value(XmlVersion::Implicit1_0).ok());
    value.map(Cow::into_owned).unwrap_or_default()
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true" | "on")
}

/// The sheets of a workbook and the paths of their files.
pub(super) fn paths(package: &mut Package<'_>) -> Result<Vec<(String, String)>, Refusal> {
    let mut targets = vec![];
    each(&package.text("xl/_rels/workbook.xml.rels")?, |element| {
        if element.local_name().as_ref() == "Relationship" {
            let target = attribute(element, "Target");
            let path = match target.strip_prefix('/') {
                Some(path) => path.to_owned(),
                None => format!("xl/{target}"),
            };
            targets.push((attribute(element, "Id"), path));
        }
    })?;
    let mut paths = vec![];
    each(&package.text("xl/workbook.xml")?, |element| {
        if element.local_name().as_ref() == "sheet" {
            let id = attribute(element, "r:id");
            let target =
                targets.iter().find(|(known, _)| *known == id).map(|(_, path)| path.clone());
            paths.extend(target.map(|path| (attribute(element, "name"), path)));
        }
    })?;
    paths.retain(|(_, path)| package.has(path));
    Ok(paths)
}

/// Reads the shape of a sheet from its XML.
pub(super) fn shape(xml: &str) -> Result<Shape, Refusal> {
    let mut shape = Shape::default();
    let (mut row, mut is_wrong) = (0_u32, false);
    each(xml, |element| match element.local_name().as_ref() {
        "row" => {
            row = attribute(element, "r").parse().unwrap_or(row.saturating_add(1));
            if is_true(&attribute(element, "hidden")) {
                shape.hidden_rows.insert(row);
            }
        }
        "col" if is_true(&attribute(element, "hidden")) => {
            let number = |name| attribute(element, name).parse::<u32>().ok();
            if let (Some(from), Some(to)) = (number("min"), number("max")) {
                shape.hidden_columns.extend(from..=to.min(COLUMNS_MAX));
            }
        }
        // calamine computes with both before anybody can look at them.
        "dimension" => is_wrong |= !is_area(&attribute(element, "ref")),
        "c" => is_wrong |= !is_address(&attribute(element, "r")),
        "mergeCell" => shape.merged.extend(range(&attribute(element, "ref"))),
        _ => {}
    })?;
    if is_wrong {
        return Err(damaged(&"a cell has an address that no sheet has"));
    }
    Ok(shape)
}

/// Returns `true` for the address of a cell, up to `XFD1048576`, and for none.
fn is_address(text: &str) -> bool {
    let (letters, digits) = text.split_at(text.bytes().take_while(u8::is_ascii_alphabetic).count());
    let is_row = (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    text.is_empty() || ((1..=3).contains(&letters.len()) && is_row)
}

/// Returns `true` for the address of a cell, or of the first and the last cell of an area.
fn is_area(text: &str) -> bool {
    let Some((from, to)) = text.split_once(':') else { return is_address(text) };
    let is_ordered =
        range(text).is_some_and(|((top, left), (bottom, right))| top <= bottom && left <= right);
    is_address(from) && is_address(to) && is_ordered
}

/// Calls `see` with each element of a text.
fn each(xml: &str, mut see: impl FnMut(&BytesStart<'_>)) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) | Event::Empty(element) => see(&element),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// `A12:H12`, counted from 0.
fn range(text: &str) -> Option<MergedRange> {
    let cell = |text: &str| -> Option<(u32, u32)> {
        let digits = text.find(|c: char| c.is_ascii_digit())?;
        let (letters, row) = text.split_at(digits);
        let column = letters.bytes().try_fold(0_u32, |column, letter| {
            let at = u32::from(letter.to_ascii_uppercase().checked_sub(b'A')?) + 1;
            column.checked_mul(26)?.checked_add(at)
        })?;
        Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
    };
    let (from, to) = text.split_once(':')?;
    let (from, to) = (cell(from)?, cell(to)?);
    // Of what nobody can fill in, nothing is kept.
    (to.0 < 1 << 20 && to.1 < 1 << 14).then_some((from, to))
}
