//! Workbooks of spreadsheet programs to grids: XLSX by calamine, XLS and ODS by readers of their own.
//!
//! Must never take memory by what a file claims: everything is counted as it is unpacked.

mod compound;
mod ods;
mod package;
mod shape;
mod xls;

use std::io::Cursor;

use calamine::{Data, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use self::package::Package;
use self::shape::Shape;
use super::Refusal;
use super::grid::{CELLS_MAX, COLUMNS_MAX, Cell, Grid, Row, Value};

/// The exactness of times: 10 µs, nanoseconds, and how many of them a day has.
const TICK_NS: u64 = 10_000;
const DAY_TICKS: f64 = 8_640_000_000.0;
/// The most sheets of a workbook that are looked at.
const SHEETS_MAX: usize = 64;
/// The most text in all cells together, bytes: one text may stand for many cells.
const TEXT_MAX: usize = 32 << 20;

/// The sheets of a workbook.
#[derive(Debug, Default)]
pub struct Workbook {
    /// Those that are read, in their order.
    pub grids: Vec<Grid>,
    /// The names of those that the spreadsheet does not show.
    pub hidden: Vec<String>,
    /// Findings, for people.
    pub said: Vec<String>,
}

/// Reads a workbook: the sheet `wanted`, or all that are shown; `None` where the bytes are no
/// workbook.
///
/// # Errors
/// When it is damaged, of a kind that is not read, or larger than a run sheet can be.
pub fn workbook(bytes: &[u8], wanted: Option<&str>) -> Option<Result<Workbook, Refusal>> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(packed(bytes, wanted));
    }
    bytes.starts_with(&compound::SIGNATURE).then(|| xls::read(bytes, wanted))
}

fn damaged(error: &dyn std::fmt::Display) -> Refusal {
    Refusal::Damaged(error.to_string())
}

fn packed(bytes: &[u8], wanted: Option<&str>) -> Result<Workbook, Refusal> {
    let mut package = Package::open(bytes)?;
    if package.has("content.xml") {
        return ods::read(&mut package, wanted);
    }
    if package.has("xl/workbook.bin") {
        return Err(Refusal::Format("a binary workbook of Excel; save it as .xlsx"));
    }
    if !package.has("xl/workbook.xml") {
        return Err(Refusal::Format("a zip file without a spreadsheet; export it as XLSX or CSV"));
    }
    xlsx(bytes, &mut package, wanted)
}

/// The sheets that are to be read of those that there are, by name and whether they are shown.
fn chosen(all: &[(String, bool)], wanted: Option<&str>) -> Result<Vec<String>, Refusal> {
    if let Some(wanted) = wanted {
        let found = all.iter().find(|(name, _)| name == wanted);
        let found =
            found.or_else(|| all.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)));
        let names = || all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        return match found {
            Some((name, _)) => Ok(vec![name.clone()]),
            None => Err(Refusal::NoSheet(wanted.to_owned(), names())),
        };
    }
    let shown = all.iter().filter(|(_, is_shown)| *is_shown).map(|(name, _)| name.clone());
    Ok(shown.take(SHEETS_MAX).collect())
}

fn xlsx(
    bytes: &[u8],
    package: &mut Package<'_>,
    wanted: Option<&str>,
) -> Result<Workbook, Refusal> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let sheets: Vec<(String, bool)> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let paths = shape::paths(package)?;
    let mut workbook = Workbook { hidden: hidden(&sheets), ..Workbook::default() };
    if package.has("xl/vbaProject.bin") {
        workbook.said.push("the workbook has macros: they are not read".to_owned());
    }
    if package.has_any("xl/externalLinks/") {
        workbook.said.push(
            "the workbook has links to others: they are not followed, and its last values were read"
                .to_owned(),
        );
    }
    let mut room = Room::default();
    for name in chosen(&sheets, wanted)? {
        let path = paths.iter().find(|(known, _)| *known == name).map(|(_, path)| path.as_str());
        let shape = match path {
            Some(path) => shape::shape(&package.text(path)?)?,
            None => Shape::default(),
        };
        let mut filling = FillingGrid::new(&name, &mut room);
        let mut cells = book.worksheet_cells_reader(&name).map_err(|error| damaged(&error))?;
        while let Some(cell) = cells.next_cell_with_formula().map_err(|error| damaged(&error))? {
            let is_formula = cell.formula.is_some();
            filling.cell(cell.pos, Data::from(cell.value), is_formula)?;
        }
        let grid = filling.grid();
        workbook.grids.push(shape.apply(grid, &mut room)?);
    }
    Ok(workbook)
}

fn hidden(sheets: &[(String, bool)]) -> Vec<String> {
    sheets.iter().filter(|(_, is_shown)| !is_shown).map(|(name, _)| name.clone()).collect()
}

/// The cells, and the bytes of their texts, that a workbook may still have.
struct Room {
    cells: usize,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Room { cells: CELLS_MAX, bytes: TEXT_MAX }
    }
}

impl Room {
    /// Takes the room of a cell.
    fn cell(&mut self) -> Result<(), Refusal> {
        self.cells = self.cells.checked_sub(1).ok_or(Refusal::Cells)?;
        Ok(())
    }

    /// Takes the room of a value.
    fn value(&mut self, value: &Value) -> Result<(), Refusal> {
        if let Value::Text(text) = value {
            self.bytes = self.bytes.checked_sub(text.len()).ok_or(Refusal::Texts)?;
        }
        Ok(())
    }
}

/// A grid while its cells come, in the order of the file.
struct FillingGrid<'r> {
    grid: Grid,
    room: &'r mut Room,
}

impl<'r> FillingGrid<'r> {
    fn new(name: &str, room: &'r mut Room) -> Self {
        FillingGrid { grid: Grid { name: name.to_owned(), ..Grid::default() }, room }
    }

    /// Takes a cell, its position counted from 0.
    fn cell(
        &mut self,
        (row, column): (u32, u32),
        data: Data,
        is_formula: bool,
    ) -> Result<(), Refusal> {
        let value = match value(data) {
            None if is_formula => Value::NoValue,
            None => return Ok(()),
            Some(value) => value,
        };
        self.put(row.saturating_add(1), column.saturating_add(1), value)
    }

    /// Takes a value, its position counted from 1.
    fn put(&mut self, row: u32, column: u32, value: Value) -> Result<(), Refusal> {
        if column > COLUMNS_MAX {
            return Err(Refusal::Columns(column as usize));
        }
        self.room.cell()?;
        self.room.value(&value)?;
        if self.grid.rows.last().is_none_or(|last| last.number != row) {
            self.grid.rows.push(Row { number: row, ..Row::default() });
        }
        if let Some(last) = self.grid.rows.last_mut() {
            last.cells.push(Cell::new(column, value));
        }
        Ok(())
    }

    /// The grid, its rows and cells in their order whatever that of the file is.
    fn grid(self) -> Grid {
        let mut grid = self.grid;
        grid.rows.sort_by_key(|row| row.number);
        grid.rows.dedup_by(|row, above| {
            let is_same = row.number == above.number;
            if is_same {
                above.cells.append(&mut row.cells);
            }
            is_same
        });
        for row in &mut grid.rows {
            row.cells.sort_by_key(|cell| cell.column);
            row.cells.dedup_by_key(|cell| cell.column);
        }
        grid
    }
}

/// The value of a cell; `None` for an empty one.
fn value(data: Data) -> Option<Value> {
    Some(match data {
        Data::Empty => return None,
        Data::String(text) if text.trim().is_empty() => return None,
        Data::String(text) => Value::Text(text),
        Data::Int(number) => Value::Number(number as f64),
        Data::Float(number) => Value::Number(number),
        Data::Bool(is_true) => Value::Text(if is_true { "TRUE" } else { "FALSE" }.to_owned()),
        Data::DateTime(moment) => moment_value(moment),
        Data::DateTimeIso(text) => iso_moment(&text).unwrap_or(Value::Text(text)),
        Data::DurationIso(text) => iso_clock(&text).unwrap_or(Value::Text(text)),
        // #REF! and the like: the formula has no value.
        Data::Error(_) => Value::NoValue,
    })
}

/// The value of a cell that the spreadsheet shows as a time, a day or a length.
fn moment_value(moment: ExcelDateTime) -> Value {
    let days = moment.as_f64();
    // What a spreadsheet computes is not exact: a date and a time are so to a microsecond.
    let ticks = (days * DAY_TICKS).round();
    // A time that was computed past midnight is shown as a time, and stored as more than a day.
    if moment.is_duration() || (0.0..2.0).contains(&days) {
        return if (0.0..1e14).contains(&ticks) {
            Value::Clock(ticks as u64 * TICK_NS)
        } else {
            Value::Number(days)
        };
    }
    // What no calendar has is a number.
    if !(0.0..3e6).contains(&days) {
        return Value::Number(days);
    }
    // The middle of the day, so that nothing is rounded to another one.
    let noon = ExcelDateTime::new(
        (ticks / DAY_TICKS).floor() + 0.5,
        calamine::ExcelDateTimeType::DateTime,
        is_1904(&moment),
    );
    let (year, month, day, ..) = noon.to_ymd_hms_milli();
    let part = |n: u8| i8::try_from(n).unwrap_or(0);
    let date = Date::new(i16::try_from(year).unwrap_or(0), part(month), part(day));
    let of_day = SignedDuration::from_micros((ticks % DAY_TICKS) as i64 * 10);
    let time = Time::midnight().wrapping_add(of_day);
    match date {
        Ok(date) if time == Time::midnight() => Value::Day(date),
        Ok(date) => Value::Moment(date.to_datetime(time)),
        Err(_) => Value::Number(days),
    }
}

/// Returns `true` if the days of a moment are counted from 1904.
fn is_1904(moment: &ExcelDateTime) -> bool {
    let same = ExcelDateTime::new(moment.as_f64(), calamine::ExcelDateTimeType::DateTime, true);
    same.to_ymd_hms_milli() == moment.to_ymd_hms_milli()
}

/// `2024-08-11` or `2024-08-11T23:50:00`.
fn iso_moment(text: &str) -> Option<Value> {
    let day = || Some(Value::Day(text.parse::<Date>().ok()?));
    if !text.contains('T') {
        return day();
    }
    let moment: DateTime = text.parse().ok()?;
    if moment.date().year() < 1901 {
        // LibreOffice writes a time that is shown with a date as one of its first day.
        return iso_clock(&moment.time().strftime("PT%HH%MM%S%.fS").to_string());
    }
    Some(if moment.time() == Time::midnight() {
        Value::Day(moment.date())
    } else {
        Value::Moment(moment)
    })
}

/// `PT21H05M00S`.
fn iso_clock(text: &str) -> Option<Value> {
    let (mut seconds, mut digits) = (0.0, String::new());
    for c in text.strip_prefix("PT")?.chars() {
        let unit = match c {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            c => {
                digits.push(if c == ',' { '.' } else { c });
                continue;
            }
        };
        seconds += digits.parse::<f64>().ok()? * unit;
        digits.clear();
    }
    let ticks = (seconds * 1e5).round();
    (0.0..1e14).contains(&ticks).then(|| Value::Clock(ticks as u64 * TICK_NS))
}
