//! A sheet as a grid of cells, each at its address, whatever program wrote it.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};

use crate::show::duration::{HOUR_NS, MINUTE_NS, SECOND_NS};
use crate::show::problem::ProblemPlace;

/// The most columns of a sheet: a wider one is no run sheet.
pub const COLUMNS_MAX: u32 = 512;
/// The most filled cells of a sheet.
pub const CELLS_MAX: usize = 400_000;

/// The value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, as it was typed.
    Text(String),
    /// A number without the form of a time.
    Number(f64),
    /// Nanoseconds since midnight, or of a length: the programs store both alike. It may be more
    /// than a day.
    Clock(u64),
    /// A day.
    Day(Date),
    /// A day and a time of day.
    Moment(DateTime),
    /// A formula whose value the file does not have.
    NoValue,
}

/// A filled cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Counted from 1.
    pub column: u32,
    /// Its value.
    pub value: Value,
    /// `true` if it is merged with the cells at its right.
    pub is_wide: bool,
    /// `true` if its value stands in a cell above, with which it is merged.
    pub is_shared: bool,
}

impl Cell {
    /// A cell that is merged with no other.
    pub fn new(column: u32, value: Value) -> Self {
        Cell { column, value, is_wide: false, is_shared: false }
    }

    /// Its value in words, without the blanks around it.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.value {
            Value::Text(text) => Cow::Borrowed(text.trim()),
            Value::Number(number) => Cow::Owned(number_text(*number)),
            Value::Clock(ns) => Cow::Owned(clock_text(*ns)),
            Value::Day(day) => Cow::Owned(day.to_string()),
            Value::Moment(moment) => Cow::Owned(moment.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            Value::NoValue => Cow::Borrowed(""),
        }
    }
}

/// A number as a person would have typed it.
fn number_text(number: f64) -> String {
    // What a spreadsheet computes is seldom exact: 0.1 + 0.2 is meant to be 0.3.
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Whole seconds of a clock: a spreadsheet shows no more, and computes 20:59:59.9 where nine o'clock
/// is meant.
pub(super) fn whole_seconds(ns: u64) -> u64 {
    (ns + SECOND_NS / 2) / SECOND_NS * SECOND_NS
}

/// A clock as a spreadsheet shows it: `21:05`, or `21:05:30` where it has seconds.
fn clock_text(ns: u64) -> String {
    let ns = whole_seconds(ns);
    let (hours, minutes) = (ns / HOUR_NS, ns / MINUTE_NS % 60);
    match ns / SECOND_NS % 60 {
        0 => format!("{hours}:{minutes:02}"),
        seconds => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A row with anything in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Counted from 1, as the spreadsheet shows it.
    pub number: u32,
    /// `true` if the spreadsheet does not show it.
    pub is_hidden: bool,
    /// The filled cells, from left to right.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell in a column.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(at)
    }

    /// The words of the cell in a column; empty where there are none.
    pub fn text(&self, column: u32) -> Cow<'_, str> {
        self.cell(column).map_or(Cow::Borrowed(""), Cell::text)
    }
}

/// A sheet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    /// Its name; empty where the file is a single sheet without one.
    pub name: String,
    /// The rows with anything in them, from top to bottom.
    pub rows: Vec<Row>,
    /// The columns that the spreadsheet does not show, from left to right.
    pub hidden_columns: Vec<u32>,
    /// Findings of its reading, for people.
    pub said: Vec<String>,
}

impl Grid {
    /// The place of a cell.
    pub fn place(&self, row: u32, column: u32) -> ProblemPlace {
        ProblemPlace::cell(self.name.as_str(), row, column)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_value_is_said_as_it_would_be_typed() {
        let said = |value| Cell::new(1, value).text().into_owned();
        assert_eq!(said(Value::Text(" a b ".into())), "a b");
        assert_eq!(said(Value::Number(15.0)), "15");
        assert_eq!(said(Value::Number(0.1 + 0.2)), "0.3");
        assert_eq!(said(Value::Clock(21 * HOUR_NS + 5 * MINUTE_NS)), "21:05");
        assert_eq!(said(Value::Clock(25 * HOUR_NS + 30 * SECOND_NS)), "25:00:30");
        assert_eq!(said(Value::Day(date(2024, 8, 11))), "2024-08-11");
        assert_eq!(said(Value::Moment(date(2024, 8, 11).at(23, 50, 0, 0))), "2024-08-11 23:50:00");
        assert_eq!(said(Value::NoValue), "");
    }
}
