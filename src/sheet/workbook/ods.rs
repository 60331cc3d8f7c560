//! OpenDocument spreadsheets (OASIS ODF 1.3, part 3, chapter 9): tables, rows and cells, each of
//! which may stand for many.

#![expect(clippy::wildcard_enum_match_arm, reason = "the events are quick-xml's")]

use std::collections::HashSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::package::Package;
use super::shape::{MergedRange, Shape, attribute};
use super::{FillingGrid, Room, Workbook, chosen, damaged, iso_clock, iso_moment};
use crate::sheet::Refusal;
use crate::sheet::grid::{COLUMNS_MAX, Grid, Value};

/// The most rows of a sheet.
const ROWS_MAX: u32 = 1 << 20;

/// Reads the sheet `wanted`, or all that are shown.
pub(super) fn read(package: &mut Package<'_>, wanted: Option<&str>) -> Result<Workbook, Refusal> {
    let xml = package.text("content.xml")?;
    let sheets = sheets(&xml)?;
    let names = chosen(&sheets, wanted)?;
    let mut room = Room::default();
    let mut workbook = Workbook { hidden: super::hidden(&sheets), ..Workbook::default() };
    let mut reader = Reader::from_str(&xml);
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) if element.name().as_ref() == "table:table" => {
                let name = attribute(&element, "table:name");
                if names.contains(&name) {
                    workbook.grids.push(table(&mut reader, &name, &mut room)?);
                }
            }
            Event::Eof => return Ok(workbook),
            _ => {}
        }
    }
}

/// The names of the sheets, and `true` for those that are shown.
fn sheets(xml: &str) -> Result<Vec<(String, bool)>, Refusal> {
    let (mut sheets, mut hidden, mut style) = (vec![], HashSet::new(), String::new());
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) | Event::Empty(element) => match element.name().as_ref() {
                "style:style" => style = attribute(&element, "style:name"),
                "style:table-properties" if attribute(&element, "table:display") == "false" => {
                    hidden.insert(style.clone());
                }
                "table:table" => {
                    let is_shown = !hidden.contains(&attribute(&element, "table:style-name"));
                    sheets.push((attribute(&element, "table:name"), is_shown));
                }
                _ => {}
            },
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

fn number(element: &BytesStart<'_>, name: &str) -> u32 {
    attribute(element, name).parse().unwrap_or(1).max(1)
}

fn is_hidden(element: &BytesStart<'_>) -> bool {
    matches!(attribute(element, "table:visibility").as_str(), "collapse" | "filter")
}

/// A cell of a row, with the number of columns that it stands for.
struct OdsCell {
    column: u32,
    repeated: u32,
    value: Value,
}

/// Reads a table up to its end.
fn table(reader: &mut Reader<&[u8]>, name: &str, room: &mut Room) -> Result<Grid, Refusal> {
    let mut shape = Shape::default();
    let mut filling = FillingGrid::new(name, room);
    let (mut row, mut columns, mut depth) = (0_u32, 0_u32, 0_u32);
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) if element.name().as_ref() == "table:table" => depth += 1,
            Event::End(element) if element.name().as_ref() == "table:table" => match depth {
                0 => {
                    let grid = filling.grid();
                    return shape.apply(grid, room);
                }
                _ => depth -= 1,
            },
            Event::Start(element) | Event::Empty(element)
                if element.name().as_ref() == "table:table-column" =>
            {
                let last =
                    columns.saturating_add(number(&element, "table:number-columns-repeated"));
                if is_hidden(&element) {
                    shape.hidden_columns.extend(columns.saturating_add(1)..=last.min(COLUMNS_MAX));
                }
                columns = last;
            }
            Event::Start(element) if element.name().as_ref() == "table:table-row" && depth == 0 => {
                let repeated = number(&element, "table:number-rows-repeated");
                let is_hidden = is_hidden(&element);
                let cells = cells(reader, row, &mut shape.merged)?;
                if !cells.is_empty() {
                    for row in row..row.saturating_add(repeated).min(ROWS_MAX) {
                        if is_hidden {
                            shape.hidden_rows.insert(row + 1);
                        }
                        for cell in &cells {
                            for column in cell.column..cell.column.saturating_add(cell.repeated) {
                                filling.put(row + 1, column, cell.value.clone())?;
                            }
                        }
                    }
                }
                row = row.saturating_add(repeated);
            }
            Event::Empty(element) if element.name().as_ref() == "table:table-row" => {
                row = row.saturating_add(number(&element, "table:number-rows-repeated"));
            }
            Event::Eof => return Err(damaged(&"the sheet has no end")),
            _ => {}
        }
    }
}

/// Reads the filled cells of a row up to its end.
fn cells(
    reader: &mut Reader<&[u8]>,
    row: u32,
    merged: &mut Vec<MergedRange>,
) -> Result<Vec<OdsCell>, Refusal> {
    let (mut cells, mut column) = (vec![], 1_u32);
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(element) if is_cell(&element) => {
                let repeated = number(&element, "table:number-columns-repeated");
                let (across, down) = (
                    number(&element, "table:number-columns-spanned"),
                    number(&element, "table:number-rows-spanned"),
                );
                let text = text(reader, element.name().as_ref())?;
                if let Some(value) = value(&element, text) {
                    if across > 1 || down > 1 {
                        let end =
                            (row.saturating_add(down - 1), (column - 1).saturating_add(across - 1));
                        merged.push(((row, column - 1), end));
                    }
                    cells.push(OdsCell { column, repeated, value });
                }
                column = column.saturating_add(repeated);
            }
            Event::Empty(element) if is_cell(&element) => {
                let repeated = number(&element, "table:number-columns-repeated");
                if let Some(value) = value(&element, String::new()) {
                    cells.push(OdsCell { column, repeated, value });
                }
                column = column.saturating_add(repeated);
            }
            Event::End(element) if element.name().as_ref() == "table:table-row" => {
                return Ok(cells);
            }
            Event::Eof => return Err(damaged(&"a row has no end")),
            _ => {}
        }
    }
}

fn is_cell(element: &BytesStart<'_>) -> bool {
    matches!(element.name().as_ref(), "table:table-cell" | "table:covered-table-cell")
}

/// The paragraphs of a cell up to its end, one a line, without what is noted beside it.
fn text(reader: &mut Reader<&[u8]>, end: &str) -> Result<String, Refusal> {
    let (mut text, mut aside, mut depth, mut in_paragraph) = (String::new(), 0_u32, 0_u32, 0_u32);
    loop {
        let event = reader.read_event().map_err(|error| damaged(&error))?;
        match event {
            Event::Start(element) => match element.name().as_ref() {
                "office:annotation" => aside += 1,
                "text:p" if aside == 0 => {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    in_paragraph += 1;
                }
                name if name == end => depth += 1,
                _ => {}
            },
            Event::Empty(element) if aside == 0 && in_paragraph > 0 => {
                match element.name().as_ref() {
                    "text:s" => {
                        let count = number(&element, "text:c").min(1000) as usize;
                        text.extend(std::iter::repeat_n(' ', count));
                    }
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    _ => {}
                }
            }
            Event::Text(words) if aside == 0 && in_paragraph > 0 => {
                text.push_str(&words.xml10_content())
            }
            Event::GeneralRef(name) if aside == 0 && in_paragraph > 0 => {
                let known = match name.xml10_content().as_ref() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => name.resolve_char_ref().ok().flatten(),
                };
                text.extend(known);
            }
            Event::End(element) => match element.name().as_ref() {
                "office:annotation" => aside = aside.saturating_sub(1),
                "text:p" if aside == 0 => in_paragraph = in_paragraph.saturating_sub(1),
                name if name == end && depth == 0 => return Ok(text),
                name if name == end => depth -= 1,
                _ => {}
            },
            Event::Eof => return Err(damaged(&"a cell has no end")),
            _ => {}
        }
    }
}

fn value(element: &BytesStart<'_>, text: String) -> Option<Value> {
    let kind = attribute(element, "office:value-type");
    let typed = match kind.as_str() {
        "float" | "percentage" | "currency" => {
            attribute(element, "office:value").parse().ok().map(Value::Number)
        }
        "time" => iso_clock(&attribute(element, "office:time-value")),
        "date" => iso_moment(&attribute(element, "office:date-value")),
        _ => None,
    };
    let is_formula = !attribute(element, "table:formula").is_empty();
    match typed {
        Some(value) => Some(value),
        None if !text.trim().is_empty() => Some(Value::Text(text)),
        None if is_formula && kind.is_empty() => Some(Value::NoValue),
        None => None,
    }
}
