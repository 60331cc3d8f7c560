//! Run sheets: the file of a spreadsheet, or of another program, to a show.
//!
//! ```text
//!  bytes ─► text ─► csv ─┐
//!        └─► workbook ───┴─► Grid ─► layout ─► lines ─► starts, durations ─► assemble ─► Imported ─► write ─► text
//!                              └────► own (a sheet that was exported) ──────────────────────┘
//! ```
//!
//! Owns what is inferred about a file that somebody else's program wrote, and the words about it.
//! Must never touch a disk, lose anything that stood in the file without a word, or take the reading
//! of a time that the rest of the file contradicts.

pub mod amount;
mod assemble;
mod cells;
mod clock;
pub mod columns;
pub mod csv;
mod day;
mod desks;
pub mod durations;
pub mod grid;
pub mod imported;
pub mod layout;
mod lines;
mod numbers;
mod ontime;
mod ontime_own;
pub(crate) mod own;
mod starts;
pub mod text;
pub mod update;
pub mod workbook;
pub mod write;

use self::cells::Gathered;
use self::columns::SheetField;
use self::durations::Durations;
use self::grid::Grid;
use self::imported::{Doubt, Imported};
use self::layout::{Layout, Mapping};
use self::workbook::Workbook;
use crate::show::CUES_MAX;
use crate::show::problem::letters;

/// The largest file that is read, bytes.
pub const BYTES_MAX: usize = 32 << 20;

/// Reason why a file is not imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than [`BYTES_MAX`].
    #[error("the file has more than {} MiB, which no run sheet has", BYTES_MAX >> 20)]
    Bytes,
    /// Nothing in it.
    #[error("there is nothing in the file")]
    Empty,
    /// A format that is not read here; this is what to do.
    #[error("this is {0}")]
    Format(&'static str),
    /// A workbook that cannot be read; this is why.
    #[error("the workbook is damaged: {0}")]
    Damaged(String),
    /// A workbook that unpacks to more than any run sheet.
    #[error("the workbook unpacks to more than any run sheet has")]
    Unpacked,
    /// A text that cannot be cut into cells.
    #[error("the text cannot be read: {0}")]
    Text(String),
    /// More than [`grid::COLUMNS_MAX`] columns; the first that is too many, or the last.
    #[error("a row reaches column {0}; a run sheet has {max} at most: delete the columns that are not part of it", max = grid::COLUMNS_MAX)]
    Columns(usize),
    /// More than [`grid::CELLS_MAX`] cells.
    #[error("the sheet has more than {} filled cells, which no run sheet has", grid::CELLS_MAX)]
    Cells,
    /// More rows than the cues that a show may have (`CUES_MAX`).
    #[error("the sheet has {0} rows; a show has {CUES_MAX} cues at most")]
    Rows(usize),
    /// More text in all cells than a run sheet has.
    #[error("the cells hold more text than any run sheet has")]
    Texts,
    /// No row that looks like a header.
    #[error(
        "no row has names of columns such as Title, Start and Duration: name the columns yourself, such as --map A=number --map B=title --map C=duration"
    )]
    NoHeader,
    /// `--map` names a column that is not there; these are there.
    #[error("there is no column {0}; the columns are {1}")]
    NoColumn(String, String),
    /// `--sheet` names a sheet that is not there; these are there.
    #[error("there is no sheet {0}; the sheets are {1}")]
    NoSheet(String, String),
    /// Nothing below the header.
    #[error("no row below the header (row {0}) has a cue")]
    NoRows(u32),
}

/// The user's words about a file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The file's name without its ending: the title of a show that says none.
    pub name: String,
    /// The sheet to read.
    pub sheet: Option<String>,
    /// The fields of columns.
    pub map: Vec<Mapping>,
    /// The reading of durations.
    pub durations: Option<Durations>,
}

/// Reads a file of any kind that is known here, told by its content.
///
/// # Errors
/// When it is of another kind, too large, or has no rundown.
pub fn import(bytes: &[u8], options: &Options) -> Result<Imported, Refusal> {
    if bytes.len() > BYTES_MAX {
        return Err(Refusal::Bytes);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Refusal::Empty);
    }
    if let Some(workbook) = workbook::workbook(bytes, options.sheet.as_deref()) {
        return best_sheet(workbook?, options);
    }
    if bytes.starts_with(b"%PDF") {
        return Err(Refusal::Format("a PDF, which has no cells; export the sheet as XLSX or CSV"));
    }
    let Some(decoded) = text::decode(bytes) else {
        return Err(Refusal::Format("no text and no spreadsheet; export it as CSV"));
    };
    if let Some(show) = ontime::read(&decoded.text, &options.name, options.sheet.as_deref()) {
        return show;
    }
    if decoded.text.trim_start().starts_with(['{', '[']) {
        return Err(Refusal::Format("JSON, but no project of Ontime"));
    }
    if let Some(sheet) = &options.sheet {
        return Err(Refusal::NoSheet(sheet.clone(), "none: a text has no sheets".to_owned()));
    }
    if let Some(show) = desks::eos(&decoded.text, &options.name) {
        return show;
    }
    let mut grid = csv::grid(&decoded.text)?;
    if let Some(show) = desks::qlab(&grid, &options.name).filter(|_| options.map.is_empty()) {
        return show;
    }
    grid.said.extend(decoded.encoding.map(|encoding| format!("the text is {encoding}")));
    rundown(&grid, options)
}

/// Reads the rundown of the sheet of a workbook that looks most like one.
fn best_sheet(workbook: Workbook, options: &Options) -> Result<Imported, Refusal> {
    // Without a header its size is nothing.
    let score = |grid: &&Grid| layout::score(grid).saturating_mul(grid.rows.len());
    // The last of equal ones is the maximum: the first is meant.
    let best = workbook.grids.iter().rev().max_by_key(score).ok_or(Refusal::Empty)?;
    let mut show = rundown(best, options)?;
    let names = |grids: &mut dyn Iterator<Item = &str>| {
        grids.map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
    };
    let mut others =
        workbook.grids.iter().filter(|grid| grid.name != best.name).map(|grid| grid.name.as_str());
    let others = names(&mut others);
    let mut said = vec![];
    if !others.is_empty() {
        said.push(format!("sheet “{}” was read; --sheet NAME reads another: {others}", best.name));
    }
    if !workbook.hidden.is_empty() && options.sheet.is_none() {
        let hidden = names(&mut workbook.hidden.iter().map(String::as_str));
        said.push(format!("hidden sheets were left out: {hidden}"));
    }
    said.extend(workbook.said);
    show.said.splice(0..0, said);
    Ok(show)
}

/// Reads the rundown of a sheet.
fn rundown(grid: &Grid, options: &Options) -> Result<Imported, Refusal> {
    if grid.rows.is_empty() {
        return Err(Refusal::Empty);
    }
    let is_left_to_us = options.map.is_empty() && options.durations.is_none();
    let form = if grid.name.is_empty() { own::OwnForm::Csv } else { own::OwnForm::Workbook };
    if let Some(show) = own::read(grid, &named(options), form).filter(|_| is_left_to_us) {
        return show;
    }
    let layout = layout::layout(grid, &options.map)?;
    let mut show = Imported::default();
    if is_cue_sheet(grid) {
        let what = "a cue sheet of `handover sheet`, which has no `embargo` and no `public`: `handover export --all FILE` writes one that comes back as it was";
        show.said.push(what.to_owned());
    }
    show.said.extend(grid.said.iter().cloned());
    let header =
        layout.header.map_or("no header".to_owned(), |row| format!("the header is row {row}"));
    show.said.push(format!("{header}: {}", layout.words()));
    title_block(grid, &layout, options, &mut show);
    let sorted = lines::items(grid, &layout);
    if sorted.items.len() > CUES_MAX {
        return Err(Refusal::Rows(sorted.items.len()));
    }
    let starts = starts::starts(grid, &layout, &sorted.items);
    let lengths =
        durations::lengths(grid, &layout, &sorted.items, &starts.spans, options.durations);
    let mut gathered = Gathered::default();
    let assembled = assemble::assemble(
        (grid, &layout),
        (&sorted.items, &starts.spans, sorted.has_end),
        &lengths.lengths_ns,
        &show.title,
        &mut gathered,
    );
    if assembled.segments.is_empty() {
        return Err(Refusal::NoRows(layout.header.unwrap_or(0)));
    }
    show.date = starts.day.or(show.date);
    show.segments = assembled.segments;
    show.assumed = assembled.assumed;
    show.has_hidden_rows = sorted.has_hidden_rows;
    for said in [sorted.said, starts.said, lengths.said, assembled.said] {
        show.said.extend(said);
    }
    for doubts in [sorted.doubts, starts.doubts, lengths.doubts, assembled.doubts] {
        show.doubts.extend(doubts);
    }
    let layout_doubts = layout.doubts.iter();
    let at_header = |(column, what): &(u32, String)| {
        Doubt::new(grid.place(layout.header.unwrap_or(1), *column), what.clone())
    };
    show.doubts.extend(layout_doubts.map(at_header));
    for heading in assembled.headings {
        show.said.push(format!("“{heading}” has no rows of its own: kept as a comment"));
        show.preface.push(heading);
    }
    let numbers = layout.column(SheetField::Number).map_or(1, |column| column.column);
    numbers::number(&mut show, &assembled.written, &|row| grid.place(row, numbers));
    let edge = layout.columns.first().map_or(1, |column| column.column);
    cells::cut(&mut show, &|row| grid.place(row, edge));
    hidden_columns(grid, &layout, &mut show);
    formulas(&gathered, &mut show);
    show.departments = gathered.departments.into_list();
    show.people = gathered.people;
    show.doubts.sort_by(|a, b| a.place.order(&b.place));
    Ok(show)
}

/// Returns `true` if a grid begins as the CSV file of `handover sheet`, which is for people to read.
fn is_cue_sheet(grid: &Grid) -> bool {
    let names = ["segment", "cue", "title", "planned", "length", "source", "trigger"];
    let head = |row: &grid::Row| names.iter().zip(1..).all(|(name, at)| row.text(at) == *name);
    grid.rows.first().is_some_and(head)
}

/// The title of a show that says none.
fn named(options: &Options) -> String {
    let name = cells::one_line(&options.name);
    if name.is_empty() { "Imported show".to_owned() } else { name }
}

/// The lines above the header: the title of the show, its day, and what else stands there.
fn title_block(grid: &Grid, layout: &Layout, options: &Options, show: &mut Imported) {
    let above = layout.first.saturating_sub(1);
    for row in grid.rows.iter().take(above).filter(|row| !row.is_hidden) {
        let texts: Vec<String> = row
            .cells
            .iter()
            .map(|cell| cells::one_line(&cell.text()))
            .filter(|text| !text.is_empty())
            .collect();
        show.date = show.date.or_else(|| texts.iter().find_map(|text| day::day(text)));
        match texts.as_slice() {
            [] => {}
            [title, rest @ ..] if show.title.is_empty() => {
                show.title.clone_from(title);
                show.preface.extend(rest.iter().cloned());
            }
            texts => show.preface.push(texts.join("  ")),
        }
    }
    if show.title.is_empty() {
        show.title = named(options);
    }
    show.said.extend(show.date.map(|date| format!("the date {date} stands above the header")));
}

/// Says which columns were left out because the spreadsheet does not show them.
fn hidden_columns(grid: &Grid, layout: &Layout, show: &mut Imported) {
    for column in &grid.hidden_columns {
        let left_out = layout
            .columns
            .iter()
            .find(|known| known.column == *column && known.field == SheetField::Ignored);
        if let Some(left_out) = left_out {
            let (at, name) = (letters(*column), &left_out.name);
            show.said.push(format!(
                "column {at} “{name}” is hidden: left out; --map {at}=extra keeps it"
            ));
        }
    }
}

/// Says which cells begin like a formula: their text is kept, and nothing computes it.
fn formulas(gathered: &Gathered, show: &mut Imported) {
    let all = &gathered.formulas;
    if let Some(first) = all.first() {
        let more =
            if all.len() > 1 { format!(" and {} more", all.len() - 1) } else { String::new() };
        show.said
            .push(format!("{first}{more} begin with “=”: kept as text, and nothing computes them"));
    }
}
