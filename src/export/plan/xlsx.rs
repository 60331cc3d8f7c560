//! The plan as a workbook: one sheet with real times, its first row frozen, the columns of the
//! departments in their colours.
//!
//! Times and lengths are numbers of days, which spreadsheets compute with. In a show with a date the
//! times have the date too, in one without they count from its first day. No text is a formula.

use jiff::ZonedDateTime;
use jiff::civil::{Date, date};
use rust_xlsxwriter::{
    Color, DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::table::{PlanCell, PlanColumn, PlanTable};
use crate::export::sheet::html::hex;
use crate::export::sheet::{Sheet, When};
use crate::show::Colour;
use crate::show::duration::SECOND_NS;

/// Day 0 of a workbook's calendar, as all days after February 1900 count from it.
const DAY_0: Date = date(1899, 12, 30);
/// Nanoseconds in a day.
const DAY_S: f64 = (24 * 3600) as f64;
/// Most characters of a cell (Excel's specifications and limits), less some for characters outside
/// of the basic plane, which count twice.
const TEXT_MAX: usize = 16_000;
/// Narrowest and widest column, in characters.
const WIDTHS: (usize, usize) = (8, 60);

/// Fill of a segment's row, and of the first row.
const GREY: Color = Color::RGB(0xD9_DEE4);
const DARK: Color = Color::RGB(0x2B_3440);

/// Writes the plan.
///
/// # Errors
/// When the plan has more rows than a workbook can have.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let table = PlanTable::of(sheet);
    let mut workbook = Workbook::new();
    let title = crate::plain::clean(&sheet.title);
    workbook.set_properties(&DocProperties::new().set_title(cut(&title, 255)));
    let page = workbook.add_worksheet();
    page.set_name("Rundown")?;
    // A hard start may be on the day before the first segment. A workbook has no days before its first.
    let first_day = table.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| match cell {
        PlanCell::Start(When::Clock(at)) => Some(at.date()),
        PlanCell::Start(When::FromStart(_))
        | PlanCell::Empty
        | PlanCell::Text(_)
        | PlanCell::Length(_) => None,
    });
    let first_day = first_day.min();
    let from = if sheet.date.is_some() { DAY_0 } else { first_day.unwrap_or(DAY_0) };
    let formats = Formats::of(sheet);
    for (at, column) in (0..).zip(&table.columns) {
        page.write_string_with_format(0, at, plain(&column.name), &head(column))?;
    }
    for (at, row) in (1..).zip(&table.rows) {
        let kinds = if row.is_segment { &formats.segment } else { &formats.cue };
        for ((column, cell), head) in (0..).zip(&row.cells).zip(&table.columns) {
            write_cell(page, (at, column), cell, kinds, head, from)?;
        }
    }
    for (at, column) in (0..).zip(&table.columns) {
        page.set_column_width(at, width(&table, usize::from(at), column))?;
    }
    page.set_freeze_panes(1, 0)?;
    page.set_repeat_rows(0, 0)?;
    page.set_landscape();
    page.set_print_fit_to_pages(1, 0);
    workbook.save_to_buffer()
}

/// Formats of the rows of one sort. Of those of times the second has decimals of a second.
struct RowFormats {
    words: Format,
    start: [Format; 2],
    length: [Format; 2],
}

struct Formats {
    segment: RowFormats,
    cue: RowFormats,
}

impl Formats {
    fn of(sheet: &Sheet) -> Formats {
        let clock = if sheet.is_tied { "hh" } else { "[h]" };
        let times = |base: &Format, hours: &str| {
            ["", ".000"]
                .map(|decimals| base.clone().set_num_format(format!("{hours}:mm:ss{decimals}")))
        };
        let kinds = |base: Format| RowFormats {
            words: base.clone().set_text_wrap(),
            start: times(&base, clock),
            length: times(&base, "[h]"),
        };
        let base = Format::new().set_align(FormatAlign::Top);
        let segment = base.clone().set_bold().set_background_color(GREY);
        Formats { segment: kinds(segment), cue: kinds(base) }
    }
}

/// Returns `true` if a time is no whole number of seconds.
fn has_decimals(cell: &PlanCell) -> bool {
    match cell {
        PlanCell::Start(When::Clock(at)) => at.subsec_nanosecond() != 0,
        PlanCell::Start(When::FromStart(time)) | PlanCell::Length(time) => time.subsec_nanos() != 0,
        PlanCell::Empty | PlanCell::Text(_) => false,
    }
}

fn write_cell(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &PlanCell,
    kinds: &RowFormats,
    head: &PlanColumn,
    from: Date,
) -> Result<(), XlsxError> {
    let [start, length] = [&kinds.start, &kinds.length]
        .map(|[whole, decimal]| if has_decimals(cell) { decimal } else { whole });
    match cell {
        PlanCell::Empty => page.write_blank(row, column, &kinds.words)?,
        PlanCell::Text(words) => {
            let colour = head.department.as_ref().and_then(|one| one.colour);
            let format = colour.map_or(kinds.words.clone(), |colour| filled(&kinds.words, colour));
            page.write_string_with_format(row, column, plain(words), &format)?
        }
        PlanCell::Start(When::Clock(at)) => {
            page.write_number_with_format(row, column, days(at, from), start)?
        }
        PlanCell::Start(When::FromStart(time)) => {
            page.write_number_with_format(row, column, time.as_secs_f64() / DAY_S, start)?
        }
        PlanCell::Length(time) => {
            page.write_number_with_format(row, column, time.as_secs_f64() / DAY_S, length)?
        }
    };
    Ok(())
}

/// An instant in days from the beginning of `from`, by the clock on the wall.
fn days(at: &ZonedDateTime, from: Date) -> f64 {
    let (day, time) = (at.date().duration_since(from), at.time());
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60;
    let seconds = day.as_secs() + seconds + i64::from(time.second());
    let seconds = seconds as f64 + f64::from(time.subsec_nanosecond()) / SECOND_NS as f64;
    (seconds / 86_400.0).max(0.0)
}

fn head(column: &PlanColumn) -> Format {
    let base = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin);
    match column.department.as_ref().and_then(|one| one.colour) {
        Some(colour) => filled(&base, colour),
        None => base.set_background_color(DARK).set_font_color(Color::White),
    }
}

/// A format on a colour, its words dark or light, as they can be read there.
fn filled(format: &Format, colour: Colour) -> Format {
    let rgb = u32::from_str_radix(hex(colour).trim_start_matches('#'), 16).unwrap_or(0);
    let [_, red, green, blue] = rgb.to_be_bytes().map(u32::from);
    // The weights of Rec. 601 luma.
    let is_light = red * 299 + green * 587 + blue * 114 > 140_000;
    let words = if is_light { Color::Black } else { Color::White };
    format.clone().set_background_color(Color::RGB(rgb)).set_font_color(words)
}

/// Width of a column, in characters: its longest line, within limits.
fn width(table: &PlanTable, at: usize, column: &PlanColumn) -> f64 {
    let of = |cell: &PlanCell| match cell {
        PlanCell::Empty => 0,
        PlanCell::Text(words) => words.lines().map(UnicodeWidthStr::width).max().unwrap_or(0),
        PlanCell::Start(_) | PlanCell::Length(_) => {
            if has_decimals(cell) {
                12
            } else {
                8
            }
        }
    };
    let cells = table.rows.iter().filter_map(|row| row.cells.get(at)).map(of);
    let widest = cells.max().unwrap_or(0).max(column.name.width());
    (widest.clamp(WIDTHS.0, WIDTHS.1) + 2) as f64
}

/// Text as a cell can hold it.
fn plain(words: &str) -> String {
    cut(&crate::plain::lines(words), TEXT_MAX)
}

fn cut(words: &str, most: usize) -> String {
    match words.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default()),
        None => words.to_owned(),
    }
}
