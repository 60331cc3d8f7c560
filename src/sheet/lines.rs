//! The rows of a sheet, sorted: what is a line of the rundown, what is a heading, and what is none
//! of it.

use super::amount::Amount;
use super::cells;
use super::clock::{self, ClockCell, SheetClock};
use super::columns::{self, SheetField};
use super::grid::{Cell, Grid, Row, Value};
use super::imported::Doubt;
use super::layout::Layout;
use crate::show::problem::{letters, quoted};

/// The words that a row which adds up others begins with.
const TOTALS: [&str; 9] =
    ["total", "totals", "gesamt", "gesamtdauer", "summe", "sum", "trt", "subtotal", "somme"];
/// Words that such a row may go on with.
const OF_TOTALS: &[&str] = &[
    "time",
    "duration",
    "length",
    "running",
    "run",
    "runtime",
    "show",
    "programme",
    "program",
    "estimated",
    "est",
    "planned",
    "of",
    "the",
    "all",
    "part",
    "act",
    "min",
    "mins",
    "minutes",
    "hours",
    "h",
    "hh",
    "m",
    "mm",
    "s",
    "ss",
    "seconds",
    "zeit",
    "std",
    "minuten",
    // With the breaks, or without them.
    "incl",
    "including",
    "inc",
    "excl",
    "excluding",
    "with",
    "without",
    "break",
    "breaks",
    "interval",
    "intervals",
    "inkl",
    "inklusive",
    "exkl",
    "ohne",
    "mit",
    "pause",
    "pausen",
    "dauer",
    "laufzeit",
    "durée",
    "général",
    "duración",
];

/// The titles of a row that only says where the show is over, without punctuation.
const ENDS: &[&str] = &[
    "end",
    "ends",
    "finish",
    "end of show",
    "end of the show",
    "end of event",
    "end of the event",
    "end of programme",
    "end of program",
    "end of night",
    "end of day",
    "show ends",
    "show end",
    "show over",
    "show finishes",
    "event ends",
    "event end",
    "ende",
    "showende",
    "ende der show",
    "ende der veranstaltung",
    "veranstaltungsende",
    "fin",
    "fin du spectacle",
    "fin de la soirée",
    "fin del show",
    "fin del evento",
];

/// The longest heading over rows, characters: a longer text is a note.
const ACT_MAX: usize = 80;

/// A line of the rundown: a row, and the rows below it that only go on with its cells.
#[derive(Debug)]
pub struct Line<'a> {
    /// The row.
    pub row: &'a Row,
    /// The rows that go on with it.
    pub more: Vec<&'a Row>,
    /// The number of the cue, as it stands there.
    pub number: Option<String>,
    /// `true` if the number stands there as a number, which drops zeros: 1.10 is 1.1.
    pub is_numeric: bool,
    /// The title; empty where no cell says it.
    pub title: String,
    /// Its beginning.
    pub start: Option<SheetClock>,
    /// Its end.
    pub end: Option<SheetClock>,
    /// Its length.
    pub amount: Amount,
    /// Cells for times that hold something else: the name of the column and the text.
    pub untimed: Vec<(String, String)>,
}

/// A row of the sheet that belongs to the rundown.
#[derive(Debug)]
pub enum LineItem<'a> {
    /// A heading over the rows below it.
    Act(String),
    /// A line.
    Line(Box<Line<'a>>),
}

/// The rows of a sheet, sorted.
#[derive(Debug, Default)]
pub(super) struct Items<'a> {
    /// Everything that belongs to the rundown, from top to bottom.
    pub items: Vec<LineItem<'a>>,
    /// `true` if the last of them only says where the show is over.
    pub has_end: bool,
    /// Things that were left out, and why, for people.
    pub said: Vec<String>,
    /// Cells that may have been misread.
    pub doubts: Vec<Doubt>,
    /// `true` if there are rows that the spreadsheet does not show.
    pub has_hidden_rows: bool,
}

/// Sorts the rows below the header.
pub(super) fn items<'a>(grid: &'a Grid, layout: &'a Layout) -> Items<'a> {
    let mut sorting = LineSorting { grid, layout, items: Items::default() };
    let (mut hidden, mut headers) = (vec![], 0);
    for row in grid.rows.get(layout.first..).unwrap_or_default() {
        if row.is_hidden {
            hidden.push(row);
        } else if sorting.is_header(row) {
            headers += 1;
        } else if let Some(total) = sorting.total(row) {
            sorting.items.said.push(total);
        } else if let Some(act) = sorting.act(row) {
            sorting.items.items.push(LineItem::Act(act));
        } else {
            sorting.line(row);
        }
    }
    let has_end = match sorting.items.items.last() {
        Some(LineItem::Line(line)) => sorting.is_end(line),
        Some(LineItem::Act(_)) | None => false,
    };
    let mut items = sorting.items;
    items.has_end = has_end;
    if headers > 0 {
        let times = if headers == 1 { "once more" } else { "again and again" };
        items.said.push(format!("the header stands {times} below: left out"));
    }
    items.has_hidden_rows = !hidden.is_empty();
    items.said.extend(self::hidden(&hidden));
    items
}

/// Words for rows that were left out because the spreadsheet does not show them.
pub(super) fn hidden(rows: &[&Row]) -> Option<String> {
    let numbers: Vec<String> = rows.iter().map(|row| row.number.to_string()).collect();
    let (rows, are) = match numbers.len() {
        0 => return None,
        1 => ("row", "is"),
        _ => ("rows", "are"),
    };
    let numbers = numbers.join(", ");
    Some(format!("{rows} {numbers} {are} hidden: left out; show them in the sheet to import them"))
}

struct LineSorting<'a> {
    grid: &'a Grid,
    layout: &'a Layout,
    items: Items<'a>,
}

impl<'a> LineSorting<'a> {
    /// The cell of a row for a field that it has once.
    fn cell(&self, row: &'a Row, field: SheetField) -> Option<&'a Cell> {
        let column = self.layout.column(field)?.column;
        row.cell(column).filter(|cell| !cell.is_shared)
    }

    /// The field of a column.
    fn field(&self, column: u32) -> SheetField {
        let found = self.layout.columns.iter().find(|known| known.column == column);
        found.map_or(SheetField::Ignored, |known| known.field)
    }

    /// Returns `true` if the row is the header again.
    fn is_header(&self, row: &Row) -> bool {
        let mut same = 0;
        for cell in &row.cells {
            let name = self.layout.columns.iter().find(|column| column.column == cell.column);
            let name = name.map(|column| columns::plain(&column.name)).unwrap_or_default();
            same += usize::from(!name.is_empty() && name == columns::plain(&cell.text()));
        }
        same >= 2 && same * 10 >= row.cells.len() * 7
    }

    /// Returns the words of a row that adds up others; it may be another one, which is doubted, if
    /// not all of them are known.
    fn total(&mut self, row: &Row) -> Option<String> {
        let is_short = row.cells.len() <= 4 && self.layout.column(SheetField::Duration).is_some();
        let mut words = row.cells.iter().filter(|cell| cell.text().contains(char::is_alphabetic));
        let first = words.next().filter(|_| is_short)?;
        let text = first.text().to_lowercase();
        let mut words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        // "Total eclipse" is a song.
        let begins_so = words.next().is_some_and(|word| TOTALS.contains(&word));
        let is_total = words.all(|word| TOTALS.contains(&word) || OF_TOTALS.contains(&word));
        let has_amount = row
            .cells
            .iter()
            .filter(|cell| cell.column != first.column)
            .any(|cell| !matches!(Amount::of(cell), Amount::Nothing | Amount::Unreadable));
        if !begins_so || !has_amount {
            return None;
        }
        let says = quoted(&first.text());
        if !is_total {
            // A sum has no number and no time of its own.
            let is_plain = [SheetField::Number, SheetField::Start, SheetField::End]
                .iter()
                .all(|field| self.cell(row, *field).is_none_or(|cell| cell.text().is_empty()));
            if is_plain {
                let what = format!("{says} may add up other rows: kept as a row with its length");
                self.items.doubts.push(Doubt::new(self.grid.place(row.number, first.column), what));
            }
            return None;
        }
        let at = format!("{}{}", letters(first.column), row.number);
        Some(format!("row {} adds up others ({at} says {says}): left out", row.number))
    }

    /// The heading that a row is: the only text in it, over the whole width or at its left edge.
    fn act(&self, row: &Row) -> Option<String> {
        let mut filled = row.cells.iter().filter(|cell| !cell.is_shared && !cell.text().is_empty());
        let first = filled.next()?;
        let text = first.text();
        // A program that cannot merge cells writes the text into each of them.
        if filled.any(|cell| cell.text() != text) || text.chars().count() > ACT_MAX {
            return None;
        }
        let is_text =
            matches!(first.value, Value::Text(_)) && text.chars().any(char::is_alphabetic);
        let field = self.field(first.column);
        let is_value = match field {
            SheetField::Number => is_number(&text),
            SheetField::Start | SheetField::End => {
                matches!(clock::said(first), ClockCell::At(_) | ClockCell::Between(..))
            }
            SheetField::Duration => {
                !matches!(Amount::of(first), Amount::Nothing | Amount::Unreadable)
            }
            SheetField::Title
            | SheetField::Notes
            | SheetField::Call
            | SheetField::People
            | SheetField::Act
            | SheetField::Department
            | SheetField::Extra
            | SheetField::Ignored => false,
        };
        let is_at_edge =
            self.layout.columns.first().is_some_and(|edge| first.column <= edge.column);
        let is_loud = !text.chars().any(char::is_lowercase) || text.ends_with(':');
        let is_heading = first.is_wide
            || is_at_edge
            || field == SheetField::Act
            || (field == SheetField::Title && is_loud);
        let words = text.trim_matches(|c: char| c.is_whitespace() || "-–—=*:#".contains(c));
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        (is_text && !is_value && is_heading && !words.is_empty()).then_some(words)
    }

    /// Returns `true` if a line only says where the show is over: nothing but such a title, and
    /// perhaps a time.
    fn is_end(&self, line: &Line<'_>) -> bool {
        let is_time = |cell: &Cell| {
            matches!(
                self.field(cell.column),
                SheetField::Start | SheetField::End | SheetField::Ignored
            )
        };
        let mut words = line
            .row
            .cells
            .iter()
            .filter(|cell| !cell.is_shared && !is_time(cell) && !cell.text().is_empty());
        let title = words.next().map(|cell| cell.text().to_lowercase()).unwrap_or_default();
        let title = title.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let title = title.collect::<Vec<_>>().join(" ");
        let is_bare = line.number.is_none() && line.more.is_empty() && line.untimed.is_empty();
        is_bare && words.next().is_none() && ENDS.contains(&title.as_str())
    }

    fn line(&mut self, row: &'a Row) {
        let title = self.cell(row, SheetField::Title).map(|cell| cell.text());
        let title = title.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        let number = self.cell(row, SheetField::Number).filter(|cell| !cell.text().is_empty());
        let is_numeric = number.is_some_and(|cell| matches!(cell.value, Value::Number(_)));
        let number = number.map(|cell| cell.text().into_owned());
        let mut untimed = vec![];
        let (start, within) = self.time(row, SheetField::Start, &mut untimed);
        let (end, _) = self.time(row, SheetField::End, &mut untimed);
        let amount = self.amount(row, &mut untimed);
        let is_empty = title.as_ref().is_none_or(String::is_empty)
            && number.is_none()
            && start.is_none()
            && end.is_none()
            && amount == Amount::Nothing
            && untimed.is_empty();
        if is_empty {
            let is_said = |cell: &&Cell| {
                !cell.is_shared
                    && self.field(cell.column) != SheetField::Ignored
                    && !cell.text().is_empty()
            };
            let has_words = row.cells.iter().any(|cell| is_said(&cell));
            // An act of its own is no part of the line above.
            let is_more = !row
                .cells
                .iter()
                .filter(is_said)
                .any(|cell| self.field(cell.column) == SheetField::Act);
            match self.items.items.last_mut() {
                Some(LineItem::Line(line)) if has_words && is_more => return line.more.push(row),
                _ if !has_words => return,
                Some(LineItem::Act(_) | LineItem::Line(_)) | None => {}
            }
        }
        self.items.items.push(LineItem::Line(Box::new(Line {
            row,
            more: vec![],
            number,
            is_numeric,
            title: title.unwrap_or_default(),
            start,
            end: end.or(within),
            amount,
            untimed,
        })));
    }

    /// The times of a row's cell, the second where it gives a range.
    fn time(
        &mut self,
        row: &'a Row,
        field: SheetField,
        untimed: &mut Vec<(String, String)>,
    ) -> (Option<SheetClock>, Option<SheetClock>) {
        let Some(cell) = self.cell(row, field) else { return (None, None) };
        match clock::said(cell) {
            ClockCell::At(at) => (Some(at), None),
            ClockCell::Between(from, to) => (Some(from), Some(to)),
            ClockCell::Nothing => {
                self.doubt_without_value(row, cell);
                (None, None)
            }
            ClockCell::Unreadable => {
                self.keep(row, cell, "is no time of day", untimed);
                (None, None)
            }
        }
    }

    fn amount(&mut self, row: &'a Row, untimed: &mut Vec<(String, String)>) -> Amount {
        let Some(cell) = self.cell(row, SheetField::Duration) else { return Amount::Nothing };
        let mut amount = Amount::of(cell);
        let unit = self.layout.column(SheetField::Duration).and_then(|column| column.unit);
        if let (Amount::Bare(_), Some(bare)) = (&amount, unit) {
            // The name of the column says the unit.
            let reading =
                super::amount::Reading { clocks: super::amount::Clocks::MinutesSeconds, bare };
            amount = amount.ns(reading).map_or(Amount::Unreadable, Amount::Exact);
        }
        match amount {
            Amount::Nothing => self.doubt_without_value(row, cell),
            Amount::Unreadable => self.keep(row, cell, "is no length of time", untimed),
            Amount::Exact(_) | Amount::Clock { .. } | Amount::Bare(_) => {}
        }
        amount
    }

    /// Keeps a text that is no time beside the cue.
    fn keep(&mut self, row: &Row, cell: &Cell, why: &str, untimed: &mut Vec<(String, String)>) {
        let name = self.layout.columns.iter().find(|column| column.column == cell.column);
        let name = name.map_or_else(|| letters(cell.column), cells::name);
        let what = format!("{} {why}: its words are kept at the cue", quoted(&cell.text()));
        self.items.doubts.push(Doubt::new(self.grid.place(row.number, cell.column), what));
        untimed.push((name, cells::prose(&cell.text())));
    }

    fn doubt_without_value(&mut self, row: &Row, cell: &Cell) {
        if cell.value == Value::NoValue {
            let what = "a formula whose value is not in the file: open it in a spreadsheet program, save it, and import it again";
            self.items.doubts.push(Doubt::new(self.grid.place(row.number, cell.column), what));
        }
    }
}

/// Returns `true` if a text looks like the number of a cue: `12`, `Q12.5`, `129a`.
pub(super) fn is_number(text: &str) -> bool {
    text.chars().count() <= 8 && text.chars().any(|c| c.is_ascii_digit()) && !text.contains(' ')
}
