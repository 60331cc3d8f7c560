//! The layout of a sheet: where it has its header, and what each of its columns is for.

use std::collections::BTreeMap;

use super::Refusal;
use super::columns::{self, Column, SheetField};
use super::grid::{Grid, Row, Value};
use crate::show::problem::letters;

/// A header is looked for in so many filled rows from the top.
const HEADER_IN: usize = 60;
/// The longest name of a column, characters.
const NAME_MAX: usize = 60;

/// The user's word on a column: its name or its letters, and what it is for.
pub type Mapping = (String, SheetField);

/// The parts of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The row of the header; `None` where there is none and the user has named the columns.
    pub header: Option<u32>,
    /// The columns with anything in them, from left to right.
    pub columns: Vec<Column>,
    /// The index in the grid's rows of the first row below the header.
    pub first: usize,
    /// Choices that nobody has confirmed, for people, with the column.
    pub doubts: Vec<(u32, String)>,
}

impl Layout {
    /// The column of a field of which there is one.
    pub fn column(&self, field: SheetField) -> Option<&Column> {
        self.columns.iter().find(|column| column.field == field)
    }

    /// The name of the column of a field as the sheet has it, in quotation marks; its letters where
    /// nothing stands above it.
    pub fn named(&self, field: SheetField) -> String {
        match self.column(field) {
            Some(column) if !column.name.is_empty() => format!("“{}”", column.name),
            Some(column) => format!("column {}", letters(column.column)),
            None => format!("“{field}”"),
        }
    }

    /// The columns in words: `A "Item #" is number, B "Start" is start`.
    pub fn words(&self) -> String {
        let word = |column: &Column| {
            let at = letters(column.column);
            match column.name.as_str() {
                "" => format!("{at} is {}", column.field),
                name => format!("{at} “{name}” is {}", column.field),
            }
        };
        self.columns.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

/// A measure of how well the best header of a sheet fits: the number of columns whose names are known, with
/// points for those that make a rundown; 0 where there is none.
pub fn score(grid: &Grid) -> usize {
    header(grid).map_or(0, |(_, score)| score)
}

/// The index in the grid's rows of the header, and how well it fits.
fn header(grid: &Grid) -> Option<(usize, usize)> {
    let mut best: Option<(usize, usize)> = None;
    for (at, row) in grid.rows.iter().enumerate().take(HEADER_IN).filter(|(_, row)| !row.is_hidden)
    {
        let score = header_score(row);
        if score > best.map_or(0, |(_, score)| score) {
            best = Some((at, score));
        }
    }
    best
}

fn header_score(row: &Row) -> usize {
    let mut fields: Vec<SheetField> = vec![];
    for cell in &row.cells {
        let Value::Text(text) = &cell.value else { continue };
        if text.chars().count() <= NAME_MAX
            && let Some(field) = columns::meaning(text)
            && !(field.is_single() && fields.contains(&field))
        {
            fields.push(field);
        }
    }
    let has = |field| usize::from(fields.contains(&field));
    let rundown = has(SheetField::Title)
        + has(SheetField::Start)
        + has(SheetField::Duration)
        + has(SheetField::Number);
    // One known word alone stands in many a title block.
    if fields.len() < 2 || rundown == 0 { 0 } else { fields.len() + 2 * rundown }
}

/// Finds the header and what the columns are for.
///
/// # Errors
/// When there is no header and `map` does not name the columns, or `map` names one that is not
/// there.
pub fn layout(grid: &Grid, map: &[Mapping]) -> Result<Layout, Refusal> {
    let found = header(grid).map(|(at, _)| at);
    if found.is_none() && map.is_empty() {
        return Err(Refusal::NoHeader);
    }
    let first = found.map_or(0, |at| at + 1);
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    let below = grid.rows.get(first..).unwrap_or_default();
    for cell in below.iter().filter(|row| !row.is_hidden).flat_map(|row| &row.cells) {
        names.entry(cell.column).or_default();
    }
    if let Some(row) = found.and_then(|at| grid.rows.get(at)) {
        for cell in &row.cells {
            let name = cell.text().split_whitespace().collect::<Vec<_>>().join(" ");
            names.insert(cell.column, name.chars().take(NAME_MAX).collect());
        }
    }
    let mut sorting = ColumnSorting { rows: below, columns: vec![], doubts: vec![] };
    let asked = asked(&names, map)?;
    for (column, name) in names {
        let is_hidden = grid.hidden_columns.contains(&column);
        let meaning = columns::meaning(&name);
        let field = match asked.get(&column) {
            Some(field) => *field,
            None if is_hidden => SheetField::Ignored,
            None => meaning.unwrap_or(SheetField::Extra),
        };
        let unit = columns::unit(&name);
        sorting.columns.push(Column { column, name, field, unit });
    }
    sorting.sort(&asked);
    let header = found.and_then(|at| grid.rows.get(at)).map(|row| row.number);
    Ok(Layout { header, columns: sorting.columns, first, doubts: sorting.doubts })
}

/// The columns that the user names, by their number.
fn asked(
    names: &BTreeMap<u32, String>,
    map: &[Mapping],
) -> Result<BTreeMap<u32, SheetField>, Refusal> {
    let mut asked = BTreeMap::new();
    for (wanted, field) in map {
        let plain = columns::plain(wanted);
        let by_name = || {
            let exact = names.iter().find(|(_, name)| name.eq_ignore_ascii_case(wanted.trim()));
            exact.or_else(|| {
                names.iter().find(|(_, name)| !plain.is_empty() && columns::plain(name) == plain)
            })
        };
        let by_letters =
            || names.iter().find(|(column, _)| letters(**column).eq_ignore_ascii_case(wanted));
        let Some((column, _)) = by_name().or_else(by_letters) else {
            let known = names.iter().map(|(column, name)| match name.as_str() {
                "" => letters(*column),
                name => format!("{} ({name})", letters(*column)),
            });
            return Err(Refusal::NoColumn(wanted.clone(), known.collect::<Vec<_>>().join(", ")));
        };
        asked.insert(*column, *field);
    }
    Ok(asked)
}

/// The columns while they are sorted: of those that could be one thing, one is it.
struct ColumnSorting<'a> {
    rows: &'a [Row],
    columns: Vec<Column>,
    doubts: Vec<(u32, String)>,
}

impl ColumnSorting<'_> {
    fn sort(&mut self, asked: &BTreeMap<u32, SheetField>) {
        self.numbers_and_titles(asked);
        self.starts_and_durations(asked);
        for field in [
            SheetField::Number,
            SheetField::Title,
            SheetField::Start,
            SheetField::End,
            SheetField::Duration,
        ] {
            self.keep_one(field, asked);
        }
        self.need_title(asked);
        // A column with a name and nothing in it says nothing.
        let rows = self.rows;
        let is_filled = |column: u32| rows.iter().any(|row| row.cell(column).is_some());
        self.columns.retain(|column| {
            is_filled(column.column)
                || matches!(column.field, SheetField::Start | SheetField::Duration)
        });
    }

    /// The cells of a column, as text.
    fn texts(&self, column: u32) -> impl Iterator<Item = String> + '_ {
        let cells =
            self.rows.iter().filter(|row| !row.is_hidden).filter_map(move |row| row.cell(column));
        cells.map(|cell| cell.text().into_owned()).filter(|text| !text.is_empty())
    }

    /// Returns `true` if most cells of a column look like the numbers of cues.
    fn has_numbers(&self, column: u32) -> bool {
        let (mut all, mut numbers) = (0, 0);
        for text in self.texts(column) {
            all += 1;
            let is_short = text.chars().count() <= 8;
            let begins = text.trim_start_matches(|c: char| c.is_alphabetic() || " -#.".contains(c));
            numbers += usize::from(is_short && begins.starts_with(|c: char| c.is_ascii_digit()));
        }
        numbers * 2 > all
    }

    /// A column called "Item" or "Cue" is the title where its cells are words and nothing else is
    /// called a title.
    fn numbers_and_titles(&mut self, asked: &BTreeMap<u32, SheetField>) {
        let has_title = self.columns.iter().any(|column| column.field == SheetField::Title);
        let words: Vec<usize> = (0..self.columns.len())
            .filter(|at| {
                let column = &self.columns[*at];
                column.field == SheetField::Number
                    && !asked.contains_key(&column.column)
                    && columns::may_be_title(&column.name)
                    && !self.has_numbers(column.column)
            })
            .collect();
        for (at, index) in words.into_iter().enumerate() {
            let field = if at == 0 && !has_title { SheetField::Title } else { SheetField::Extra };
            self.columns[index].field = field;
        }
    }

    /// A column called "Time" beside one called "Start" is how long a row lasts, where nothing else
    /// says so.
    fn starts_and_durations(&mut self, asked: &BTreeMap<u32, SheetField>) {
        let count = |columns: &[Column], field| {
            columns.iter().filter(|column| column.field == field).count()
        };
        if count(&self.columns, SheetField::Start) < 2
            || count(&self.columns, SheetField::Duration) > 0
        {
            return;
        }
        let time = self.columns.iter_mut().find(|column| {
            column.field == SheetField::Start
                && columns::may_be_duration(&column.name)
                && !asked.contains_key(&column.column)
        });
        if let Some(column) = time {
            column.field = SheetField::Duration;
            let what = format!(
                "“{}” was taken for the duration, beside a column for the start",
                column.name
            );
            self.doubts.push((column.column, what));
        }
    }

    /// Of several columns for a field that a row has once, the one that the user names, or else the
    /// first with most in it, is it; what another says is kept.
    fn keep_one(&mut self, field: SheetField, asked: &BTreeMap<u32, SheetField>) {
        let candidates: Vec<usize> =
            (0..self.columns.len()).filter(|at| self.columns[*at].field == field).collect();
        if candidates.len() < 2 {
            return;
        }
        let rank = |at: &&usize| {
            let column = &self.columns[**at];
            let fits = field != SheetField::Number || self.has_numbers(column.column);
            (asked.contains_key(&column.column), fits, self.texts(column.column).count())
        };
        // The last of equal ones is the maximum: the first is meant.
        let Some(&kept) = candidates.iter().rev().max_by_key(rank) else { return };
        for at in candidates.into_iter().filter(|at| *at != kept) {
            // Of two titles the second describes the first.
            self.columns[at].field =
                if field == SheetField::Title { SheetField::Notes } else { SheetField::Extra };
        }
    }

    /// Takes the column with most words for the title where none is called so.
    fn need_title(&mut self, asked: &BTreeMap<u32, SheetField>) {
        if self.columns.iter().any(|column| column.field == SheetField::Title) {
            return;
        }
        let letters_in = |column: &Column| {
            self.texts(column.column)
                .map(|text| text.chars().filter(|c| c.is_alphabetic()).count())
                .sum::<usize>()
        };
        let may_be = |column: &Column| {
            let field = column.field;
            matches!(
                field,
                SheetField::Extra
                    | SheetField::Notes
                    | SheetField::Act
                    | SheetField::Number
                    | SheetField::People
            ) && !asked.contains_key(&column.column)
        };
        let most = (0..self.columns.len())
            .filter(|at| may_be(&self.columns[*at]))
            .map(|at| {
                let column = &self.columns[at];
                // A column for something else is the title only where nothing else has words in
                // most rows.
                let is_usual = self.texts(column.column).count() * 2 >= self.rows.len();
                let is_open = matches!(column.field, SheetField::Extra | SheetField::People);
                (is_open && is_usual, letters_in(column), at)
            })
            .filter(|(_, letters, _)| *letters > 0)
            .max_by_key(|(is_extra, letters, at)| (*is_extra, *letters, usize::MAX - at));
        if let Some((_, _, at)) = most {
            let column = &mut self.columns[at];
            column.field = SheetField::Title;
            let what = "no column is called a title: this one, with the most words, was taken";
            self.doubts.push((column.column, what.to_owned()));
        }
    }
}
