//! Workbooks of Excel before 2007 (MS-XLS, BIFF8 and BIFF5): records, each a kind, a length and its
//! data.
//!
//! calamine makes a table as large as two cells at its corners claim; here each cell is counted.

use std::collections::HashMap;

use calamine::{CellErrorType, Data, ExcelDateTime, ExcelDateTimeType};
use encoding_rs::{
    BIG5, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_16LE, WINDOWS_1252, X_MAC_CYRILLIC,
};

use super::compound::{self, u16_at, u32_at};
use super::shape::Shape;
use super::{FillingGrid, Room, Workbook, chosen, damaged};
use crate::sheet::Refusal;
use crate::sheet::grid::{CELLS_MAX, COLUMNS_MAX, Grid};

/// The kinds of records that are read (MS-XLS 2.3.2).
mod kind {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000a;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const PASSWORD: u16 = 0x002f;
    pub(super) const CONTINUE: u16 = 0x003c;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const COLUMNS: u16 = 0x007d;
    pub(super) const SHEET: u16 = 0x0085;
    pub(super) const MANY_RK: u16 = 0x00bd;
    pub(super) const RICH_TEXT: u16 = 0x00d6;
    pub(super) const STYLE: u16 = 0x00e0;
    pub(super) const MERGED: u16 = 0x00e5;
    pub(super) const TEXTS: u16 = 0x00fc;
    pub(super) const SHARED_TEXT: u16 = 0x00fd;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const TEXT: u16 = 0x0204;
    pub(super) const BOOL_OR_ERROR: u16 = 0x0205;
    pub(super) const TEXT_OF_FORMULA: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const RK: u16 = 0x027e;
    pub(super) const FORMAT: u16 = 0x041e;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// Reads the sheet `wanted`, or all that are shown.
pub(super) fn read(bytes: &[u8], wanted: Option<&str>) -> Result<Workbook, Refusal> {
    let stream = compound::workbook(bytes)?;
    let book = XlsBook::read(&stream)?;
    let sheets: Vec<(String, bool)> =
        book.sheets.iter().map(|sheet| (sheet.name.clone(), sheet.is_shown)).collect();
    let mut workbook = Workbook { hidden: super::hidden(&sheets), ..Workbook::default() };
    workbook.said.extend(book.unknown_page.map(|page| {
        format!(
            "the texts are of the code page {page}, which is unknown here: they were read as 1252, \
             and letters with accents may be others"
        )
    }));
    let mut room = Room::default();
    for name in chosen(&sheets, wanted)? {
        let sheet = book.sheets.iter().find(|sheet| sheet.name == name);
        let part = sheet.and_then(|sheet| stream.get(sheet.at as usize..));
        let part = part.ok_or_else(|| damaged(&"a sheet is missing"))?;
        workbook.grids.push(book.sheet(&name, part, &mut room)?);
    }
    Ok(workbook)
}

/// The form of a number, which says whether it is a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NumberForm {
    Number,
    Moment,
    Length,
}

/// The form of a number format, by its first part.
fn form(format: &str) -> NumberForm {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c.to_ascii_lowercase() {
            ';' => return NumberForm::Number,
            // A letter that stands for itself, or for a gap of its width.
            '\\' | '_' | '*' => _ = chars.next(),
            '"' => _ = chars.by_ref().find(|c| *c == '"'),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let inside = inside.to_ascii_lowercase();
                let is_all = |unit| !inside.is_empty() && inside.chars().all(|c| c == unit);
                if is_all('h') || is_all('m') || is_all('s') {
                    return NumberForm::Length;
                }
            }
            'd' | 'm' | 'h' | 'y' | 's' => return NumberForm::Moment,
            _ => {}
        }
    }
    NumberForm::Number
}

/// The forms of the numbers that every workbook knows (ECMA-376, part 1, 18.8.30).
fn known_form(format: u16) -> NumberForm {
    match format {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => NumberForm::Moment,
        46 => NumberForm::Length,
        _ => NumberForm::Number,
    }
}

/// A record, and the records that go on with it.
struct XlsRecord<'s> {
    kind: u16,
    data: &'s [u8],
    more: Vec<&'s [u8]>,
}

impl<'s> XlsRecord<'s> {
    fn u16(&self, at: usize) -> Result<u16, Refusal> {
        u16_at(self.data, at).ok_or_else(cut_off)
    }

    fn u32(&self, at: usize) -> Result<u32, Refusal> {
        u32_at(self.data, at).ok_or_else(cut_off)
    }

    fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], Refusal> {
        let bytes = self.data.get(at..at + N).and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(cut_off)
    }

    /// The texts from a place in the record on.
    fn texts(self, at: usize) -> Result<XlsTexts<'s>, Refusal> {
        let part = self.data.get(at..).ok_or_else(cut_off)?;
        Ok(XlsTexts { part, more: self.more.into_iter() })
    }

    /// The cell that the record begins with, counted from 0.
    fn cell(&self) -> Result<(u32, u32), Refusal> {
        Ok((self.u16(0)?.into(), self.u16(2)?.into()))
    }
}

fn cut_off() -> Refusal {
    damaged(&"a record is cut off")
}

/// Takes the next record of a stream.
fn next<'s>(stream: &mut &'s [u8]) -> Result<XlsRecord<'s>, Refusal> {
    let take = |stream: &mut &'s [u8]| {
        let (kind, length) = u16_at(stream, 0).zip(u16_at(stream, 2))?;
        let (record, rest) = stream.split_at_checked(4 + usize::from(length))?;
        *stream = rest;
        Some((kind, &record[4..]))
    };
    let (kind, data) = take(stream).ok_or_else(cut_off)?;
    let mut more = vec![];
    while u16_at(stream, 0) == Some(kind::CONTINUE) {
        more.push(take(stream).ok_or_else(cut_off)?.1);
    }
    Ok(XlsRecord { kind, data, more })
}

/// Texts in a record, which may go on in the records that go on with it.
struct XlsTexts<'s> {
    part: &'s [u8],
    more: std::vec::IntoIter<&'s [u8]>,
}

impl<'s> XlsTexts<'s> {
    /// Takes bytes that lie together.
    fn take(&mut self, count: usize) -> Result<&'s [u8], Refusal> {
        let (taken, rest) = self.part.split_at_checked(count).ok_or_else(cut_off)?;
        self.part = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Refusal> {
        self.take(1)?.first().copied().ok_or_else(cut_off)
    }

    fn u16(&mut self) -> Result<u16, Refusal> {
        u16_at(self.take(2)?, 0).ok_or_else(cut_off)
    }

    /// Passes over bytes, in whatever record they lie.
    fn pass(&mut self, mut count: usize) -> Result<(), Refusal> {
        while count > self.part.len() {
            count -= self.part.len();
            self.part = self.more.next().ok_or_else(cut_off)?;
        }
        self.take(count).map(drop)
    }

    /// So many characters, whose width a byte before them says: once more in each record.
    fn chars(&mut self, count: u16, mut is_wide: bool) -> Result<String, Refusal> {
        let (mut left, mut text) = (usize::from(count), String::new());
        loop {
            let width = if is_wide { 2 } else { 1 };
            let here = left.min(self.part.len() / width);
            let bytes = self.take(here * width)?;
            if is_wide {
                text.push_str(&UTF_16LE.decode_without_bom_handling(bytes).0);
            } else {
                text.extend(bytes.iter().map(|byte| char::from(*byte)));
            }
            left -= here;
            if left == 0 {
                return Ok(text);
            }
            self.part = self.more.next().ok_or_else(cut_off)?;
            is_wide = self.byte()? & 1 != 0;
        }
    }

    /// A text with its forms and its reading aids, which are passed over (MS-XLS 2.5.293).
    fn rich(&mut self) -> Result<String, Refusal> {
        let (count, flags) = (self.u16()?, self.byte()?);
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) * 4 } else { 0 };
        let aids = if flags & 4 != 0 { u32_at(self.take(4)?, 0).unwrap_or(0) } else { 0 };
        let text = self.chars(count, flags & 1 != 0)?;
        self.pass(runs)?;
        self.pass(aids as usize)?;
        Ok(text)
    }
}

/// A sheet, as the workbook lists it.
struct Listed {
    name: String,
    is_shown: bool,
    /// Its place in the stream.
    at: u32,
}

/// The part of a workbook that all sheets share.
struct XlsBook {
    sheets: Vec<Listed>,
    texts: Vec<String>,
    /// The form of the numbers in cells of each style.
    forms: Vec<NumberForm>,
    is_1904: bool,
    /// The encoding of texts before BIFF8; `None` for BIFF8.
    encoding: Option<&'static Encoding>,
    /// The code page of those texts, where it is none that is known.
    unknown_page: Option<u16>,
}

/// The encoding of a code page.
fn encoding_of(page: u16) -> Option<&'static Encoding> {
    match page {
        // ASCII, and the 1252 of workbooks before BIFF5.
        367 | 20127 | 0x8001 => Some(WINDOWS_1252),
        866 => Some(IBM866),
        932 => Some(SHIFT_JIS),
        936 => Some(GBK),
        950 => Some(BIG5),
        10000 | 0x8000 => Some(MACINTOSH),
        10007 => Some(X_MAC_CYRILLIC),
        page => Encoding::for_label(format!("windows-{page}").as_bytes()),
    }
}

impl XlsBook {
    fn read(mut stream: &[u8]) -> Result<Self, Refusal> {
        let mut book = XlsBook {
            sheets: vec![],
            texts: vec![],
            forms: vec![],
            is_1904: false,
            encoding: None,
            unknown_page: None,
        };
        let (mut styles, mut formats) = (vec![], HashMap::new());
        loop {
            let record = next(&mut stream)?;
            match record.kind {
                kind::EOF => break,
                kind::PASSWORD => {
                    return Err(Refusal::Format("a workbook with a password; save it without"));
                }
                kind::BEGIN if record.u16(0)? == 0x0500 => book.encoding = Some(WINDOWS_1252),
                kind::CODE_PAGE if book.encoding.is_some() => {
                    let page = record.u16(0)?;
                    match encoding_of(page) {
                        Some(encoding) => book.encoding = Some(encoding),
                        None => book.unknown_page = Some(page),
                    }
                }
                kind::DATE_MODE => book.is_1904 = record.u16(0)? == 1,
                kind::STYLE => styles.push(record.u16(2)?),
                kind::FORMAT => {
                    let id = record.u16(0)?;
                    let mut texts = record.texts(2)?;
                    // BIFF5 has one byte for the length of a format, and two for that of a text.
                    let text = match book.encoding {
                        None => book.text(&mut texts)?,
                        Some(_) => book.name(&mut texts)?,
                    };
                    formats.insert(id, form(&text));
                }
                kind::SHEET => {
                    let at = record.u32(0)?;
                    let [visibility, kind] = record.bytes(4)?;
                    let name = book.name(&mut record.texts(6)?)?.replace('\0', "");
                    // Charts and macros are no sheets of cells.
                    if kind == 0 {
                        book.sheets.push(Listed { name, is_shown: visibility & 3 == 0, at });
                    }
                }
                kind::TEXTS => {
                    let mut texts = record.texts(8)?;
                    while !texts.part.is_empty() || texts.more.len() > 0 {
                        if texts.part.is_empty() {
                            texts.part = texts.more.next().unwrap_or_default();
                            continue;
                        }
                        if book.texts.len() == CELLS_MAX {
                            return Err(Refusal::Texts);
                        }
                        book.texts.push(texts.rich()?);
                    }
                }
                _ => {}
            }
        }
        let form_of = |id: &u16| formats.get(id).copied().unwrap_or_else(|| known_form(*id));
        book.forms = styles.iter().map(form_of).collect();
        Ok(book)
    }

    /// A text whose length has one byte.
    fn name(&self, texts: &mut XlsTexts<'_>) -> Result<String, Refusal> {
        let count = texts.byte()?.into();
        self.counted(count, texts)
    }

    /// A text whose length has two bytes.
    fn text(&self, texts: &mut XlsTexts<'_>) -> Result<String, Refusal> {
        let count = texts.u16()?;
        // Some programs leave the width of no characters out.
        if count == 0 { Ok(String::new()) } else { self.counted(count, texts) }
    }

    fn counted(&self, count: u16, texts: &mut XlsTexts<'_>) -> Result<String, Refusal> {
        match self.encoding {
            None => {
                let is_wide = texts.byte()? & 1 != 0;
                texts.chars(count, is_wide)
            }
            Some(encoding) => {
                let bytes = texts.take(count.into())?;
                Ok(encoding.decode_without_bom_handling(bytes).0.into_owned())
            }
        }
    }

    /// A number in a cell of a style.
    fn number(&self, number: f64, style: u16) -> Data {
        let moment = |kind| Data::DateTime(ExcelDateTime::new(number, kind, self.is_1904));
        match self.forms.get(usize::from(style)) {
            Some(NumberForm::Moment) => moment(ExcelDateTimeType::DateTime),
            Some(NumberForm::Length) => moment(ExcelDateTimeType::TimeDelta),
            Some(NumberForm::Number) | None => Data::Float(number),
        }
    }

    /// Reads a sheet from its first record to its last.
    fn sheet(&self, name: &str, mut stream: &[u8], room: &mut Room) -> Result<Grid, Refusal> {
        let (mut shape, mut depth, mut formula) = (Shape::default(), 0_u32, (0, 0));
        let mut filling = FillingGrid::new(name, room);
        loop {
            let record = next(&mut stream)?;
            match record.kind {
                kind::BEGIN => depth = depth.saturating_add(1),
                kind::EOF if depth <= 1 => break,
                kind::EOF => depth -= 1,
                // The cells of a chart in the sheet are none of its own.
                _ if depth > 1 => {}
                kind::ROW if record.u16(12)? & 0x20 != 0 => {
                    shape.hidden_rows.insert(u32::from(record.u16(0)?) + 1);
                }
                kind::COLUMNS if record.u16(8)? & 1 != 0 => {
                    let (from, to) = (u32::from(record.u16(0)?), u32::from(record.u16(2)?));
                    shape.hidden_columns.extend(from + 1..=(to + 1).min(COLUMNS_MAX));
                }
                kind::NUMBER => {
                    let number = f64::from_le_bytes(record.bytes(6)?);
                    filling.cell(record.cell()?, self.number(number, record.u16(4)?), false)?;
                }
                kind::RK => {
                    let data = self.number(rk(record.u32(6)?), record.u16(4)?);
                    filling.cell(record.cell()?, data, false)?;
                }
                kind::MANY_RK => {
                    let (row, first) = record.cell()?;
                    // The last two bytes are the last column.
                    let numbers = record.data.get(4..record.data.len() - 2).unwrap_or_default();
                    for (column, one) in (first..).zip(numbers.chunks_exact(6)) {
                        let (style, number) =
                            u16_at(one, 0).zip(u32_at(one, 2)).ok_or_else(cut_off)?;
                        filling.cell((row, column), self.number(rk(number), style), false)?;
                    }
                }
                kind::SHARED_TEXT => {
                    let text = self.texts.get(record.u32(6)? as usize).ok_or_else(cut_off)?;
                    filling.cell(record.cell()?, Data::String(text.clone()), false)?;
                }
                kind::TEXT | kind::RICH_TEXT => {
                    let cell = record.cell()?;
                    let text = self.text(&mut record.texts(6)?)?;
                    filling.cell(cell, Data::String(text), false)?;
                }
                kind::BOOL_OR_ERROR => {
                    let [value, is_error] = record.bytes(6)?;
                    let data = bool_or_error(value, is_error != 0);
                    filling.cell(record.cell()?, data, false)?;
                }
                kind::FORMULA => {
                    formula = record.cell()?;
                    let value: [u8; 8] = record.bytes(6)?;
                    let data = match value {
                        // The text follows in a record of its own; an empty one does not.
                        [0 | 3, .., 0xff, 0xff] => continue,
                        [kind, _, value, .., 0xff, 0xff] => bool_or_error(value, kind == 2),
                        number => self.number(f64::from_le_bytes(number), record.u16(4)?),
                    };
                    filling.cell(formula, data, false)?;
                }
                kind::TEXT_OF_FORMULA => {
                    let text = self.text(&mut record.texts(0)?)?;
                    filling.cell(formula, Data::String(text), false)?;
                }
                kind::MERGED => {
                    let ranges = record.data.get(2..).unwrap_or_default();
                    for range in ranges.chunks_exact(8) {
                        let at = |at| u16_at(range, at).map_or(0, u32::from);
                        shape.merged.push(((at(0), at(4)), (at(2), at(6))));
                    }
                }
                _ => {}
            }
        }
        let grid = filling.grid();
        shape.apply(grid, room)
    }
}

/// A number of 30 bits (MS-XLS 2.5.122): a whole one, or the upper half of another, perhaps of
/// hundredths.
fn rk(bits: u32) -> f64 {
    let number = if bits & 2 != 0 {
        f64::from((bits as i32) >> 2)
    } else {
        f64::from_bits(u64::from(bits & !3) << 32)
    };
    if bits & 1 != 0 { number / 100.0 } else { number }
}

fn bool_or_error(value: u8, is_error: bool) -> Data {
    // Which error it is does not matter: the cell has no value.
    if is_error { Data::Error(CellErrorType::Value) } else { Data::Bool(value != 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::grid::Value;
    use crate::show::duration::{HOUR_NS, MINUTE_NS};

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
    }

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn text(kind: u16, cell: [u16; 2], text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).unwrap();
        let head = words(&[cell[0], cell[1], 0, length]);
        record(kind, &[&head, &[0][..], text.as_bytes()].concat())
    }

    /// A workbook with one sheet, “S”, of these records.
    fn stream(globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Vec<u8> {
        let begin = record(kind::BEGIN, &words(&[0x0600, 5, 0, 0]));
        let globals = globals.concat();
        let at = begin.len() + globals.len() + 4 + 9 + 4;
        let listed = [&u32::try_from(at).unwrap().to_le_bytes()[..], &[0, 0, 1, 0, b'S']].concat();
        let (listed, end) = (record(kind::SHEET, &listed), record(kind::EOF, &[]));
        [&begin, &globals, &listed, &end, &begin, &sheet.concat(), &end]
            .map(|part| &part[..])
            .concat()
    }

    /// A compound file with one stream: the header, the table, the directory, and the stream.
    fn file(stream: &[u8]) -> Vec<u8> {
        let mut stream = stream.to_vec();
        stream.resize(stream.len().next_multiple_of(512).max(SHORT), 0);
        let mut header = vec![0; 512];
        header[..8].copy_from_slice(&compound::SIGNATURE);
        header[30..34].copy_from_slice(&[9, 0, 6, 0]);
        header[48..52].copy_from_slice(&TABLE.to_le_bytes());
        header[60..64].fill(0xff);
        header[68..512].fill(0xff);
        let ids = (0..TABLE).flat_map(u32::to_le_bytes);
        header[76..].iter_mut().zip(ids).for_each(|(byte, id)| *byte = id);
        let last = TABLE + u32::try_from(stream.len() / 512).unwrap();
        let mut table = vec![u32::MAX - 2; 4];
        table.push(u32::MAX - 1);
        table.extend((TABLE + 2..=last).chain([u32::MAX - 1]));
        table.resize(TABLE as usize * 128, u32::MAX);
        let mut directory = vec![0; 512];
        let name: Vec<u8> = "Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect();
        directory[128..144].copy_from_slice(&name);
        directory[128 + 116..128 + 120].copy_from_slice(&(TABLE + 1).to_le_bytes());
        let length = u32::try_from(stream.len()).unwrap();
        directory[128 + 120..128 + 124].copy_from_slice(&length.to_le_bytes());
        let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();
        [header, table, directory, stream].concat()
    }

    /// Sectors of the table; the directory is the one after them.
    const TABLE: u32 = 4;
    /// Shorter streams would lie elsewhere.
    const SHORT: usize = 4096;

    fn grid(globals: &[Vec<u8>], sheet: &[Vec<u8>]) -> Result<Grid, Refusal> {
        let mut book = read(&file(&stream(globals, sheet)), None)?;
        assert_eq!((book.grids.len(), book.hidden.len()), (1, 0));
        Ok(book.grids.remove(0))
    }

    #[test]
    fn two_cells_at_the_corners_take_the_room_of_two_cells() {
        // As large as the records can say it: a table of that many cells has 100 GB.
        let claim = record(0x0200, &words(&[0, 0, 0xffff, 0, 0, 0xffff, 0]));
        let far = |column| text(kind::TEXT, [0xffff, column], "far");
        let first = text(kind::TEXT, [0, 0], "first");
        let grid = |column| super::tests::grid(&[], &[claim.clone(), first.clone(), far(column)]);
        let found = grid(255).unwrap();
        let cells: Vec<_> = found
            .rows
            .iter()
            .map(|row| (row.number, row.cells[0].column, row.text(row.cells[0].column)))
            .collect();
        assert_eq!(cells, [(1, 1, "first".into()), (65_536, 256, "far".into())]);
        assert_eq!(grid(0xffff), Err(Refusal::Columns(65_536)));
    }

    #[test]
    fn a_text_that_stands_for_many_cells_takes_the_room_of_each() {
        let long = "x".repeat(8_000);
        let texts = [&words(&[1, 0, 1, 0, 8_000]), &[0][..], long.as_bytes()].concat();
        let shared = |row: u16| record(kind::SHARED_TEXT, &words(&[row, 0, 0, 0, 0]));
        let texts = record(kind::TEXTS, &texts);
        let sheet = |rows: u16| (0..rows).map(shared).collect::<Vec<_>>();
        assert_eq!(grid(std::slice::from_ref(&texts), &sheet(4_000)).unwrap().rows.len(), 4_000);
        // 5,000 × 8,000 bytes are more than 32 MiB.
        assert_eq!(grid(&[texts], &sheet(5_000)), Err(Refusal::Texts));
    }

    #[test]
    fn each_kind_of_cell_has_its_value() {
        let style = |format: u16| record(kind::STYLE, &words(&[0, format, 0, 0]));
        let format = |id: u16, text: &str| {
            let length = u16::try_from(text.len()).unwrap();
            record(kind::FORMAT, &[&words(&[id, length]), &[0][..], text.as_bytes()].concat())
        };
        // The second text begins in one record with one byte a character, and goes on in the next
        // one with two.
        let one =
            [&words(&[3, 0, 3, 0, 2]), &[0][..], b"ab", &words(&[4]), &[0][..], b"cd"].concat();
        let two =
            [&[1][..], &words(&[0xe9, 0x2026, 1]), &[8], &words(&[1]), b"e", &[0; 4]].concat();
        let globals = [
            style(0),
            style(20),
            style(164),
            style(165),
            format(164, "[h]:mm"),
            format(165, "0.0\" days\""),
            record(kind::TEXTS, &one),
            record(kind::CONTINUE, &two),
        ];
        let number = |cell: [u16; 2], style: u16, value: f64| {
            record(
                kind::NUMBER,
                &[&words(&[cell[0], cell[1], style]), &value.to_le_bytes()[..]].concat(),
            )
        };
        let formula = |cell: [u16; 2], value: [u8; 8]| {
            record(kind::FORMULA, &[&words(&[cell[0], cell[1], 0]), &value[..], &[0; 8]].concat())
        };
        let shared = |cell: [u16; 2], text: u16| {
            record(kind::SHARED_TEXT, &words(&[cell[0], cell[1], 0, text, 0]))
        };
        let hundredths = (150_i32 << 2 | 3).to_le_bytes();
        let sheet = [
            record(kind::ROW, &words(&[0, 0, 9, 255, 0, 0, 0x20, 0])),
            record(kind::COLUMNS, &words(&[1, 2, 0, 0, 1, 0])),
            number([0, 0], 0, 0.5),
            number([0, 1], 1, 0.875),
            number([0, 2], 2, 1.25),
            number([0, 3], 3, 0.875),
            record(kind::RK, &[&words(&[1, 0, 0]), &hundredths[..]].concat()),
            record(
                kind::MANY_RK,
                &[
                    &words(&[1, 1, 0]),
                    &(7_u32 << 2 | 2).to_le_bytes()[..],
                    &words(&[1]),
                    &0x3fe8_0000_u32.to_le_bytes(),
                    &words(&[2]),
                ]
                .concat(),
            ),
            shared([2, 0], 0),
            shared([2, 1], 1),
            shared([2, 2], 2),
            record(kind::BOOL_OR_ERROR, &[&words(&[3, 0, 0]), &[1, 0][..]].concat()),
            record(kind::BOOL_OR_ERROR, &[&words(&[3, 1, 0]), &[0x17, 1][..]].concat()),
            formula([4, 0], [0, 0, 0, 0, 0, 0, 0xff, 0xff]),
            record(kind::TEXT_OF_FORMULA, &[&words(&[3]), &[0][..], b"sum"].concat()),
            formula([4, 1], 2.0_f64.to_le_bytes()),
            formula([4, 2], [3, 0, 0, 0, 0, 0, 0xff, 0xff]),
            record(kind::MERGED, &words(&[1, 2, 3, 0, 0])),
            // A chart has cells of its own.
            record(kind::BEGIN, &words(&[0x0600, 0x20, 0, 0])),
            number([9, 9], 0, 9.0),
            record(kind::EOF, &[]),
            number([5, 0], 0, f64::NAN),
            number([5, 1], 1, f64::INFINITY),
        ];
        let grid = grid(&globals, &sheet).unwrap();
        let text = |text: &str| Value::Text(text.into());
        let expected: [&[Value]; 5] = [
            &[
                Value::Number(0.5),
                Value::Clock(21 * HOUR_NS),
                Value::Clock(30 * HOUR_NS),
                Value::Number(0.875),
            ],
            &[Value::Number(1.5), Value::Number(7.0), Value::Clock(18 * HOUR_NS)],
            &[text("ab"), text("cdé…"), text("e")],
            &[text("TRUE"), Value::NoValue],
            &[text("sum"), Value::Number(2.0)],
        ];
        for (row, expected) in grid.rows.iter().zip(expected) {
            let values: Vec<_> = row.cells.iter().map(|cell| cell.value.clone()).collect();
            assert_eq!(values, expected, "row {}", row.number);
        }
        assert_eq!(grid.rows.len(), 6);
        assert_eq!(grid.rows[1].text(3), "18:00");
        assert_eq!(18 * HOUR_NS / MINUTE_NS, 1080);
        let hidden: Vec<_> = grid.rows.iter().map(|row| row.is_hidden).collect();
        assert_eq!(hidden, [true, false, false, false, false, false]);
        assert_eq!(grid.hidden_columns, [2, 3]);
    }

    #[test]
    fn texts_before_unicode_are_read_by_their_code_page_or_that_is_said() {
        let book = |page: u16, name: &[u8]| {
            let begin = record(kind::BEGIN, &words(&[0x0500, 5, 0, 0]));
            let page = record(kind::CODE_PAGE, &page.to_le_bytes());
            let end = record(kind::EOF, &[]);
            let at = begin.len() + page.len() + 4 + 7 + name.len() + end.len();
            let at = u32::try_from(at).unwrap().to_le_bytes();
            let length = [u8::try_from(name.len()).unwrap()];
            let listed = record(kind::SHEET, &[&at[..], &[0, 0], &length, name].concat());
            let stream = [&begin, &page, &listed, &end, &begin, &end].map(|part| &part[..]);
            read(&file(&stream.concat()), None).unwrap()
        };
        for (page, name, expected) in [
            (932, &b"\x93\xfa\x96\x7b"[..], "日本"),
            (936, b"\xd6\xd0\xb9\xfa", "中国"),
            (949, b"\xc7\xd1", "한"),
            (950, b"\xa4\xa4", "中"),
            (1250, b"\xe8", "č"),
            (1252, b"\xe9", "é"),
            (10000, b"\x8e", "é"),
        ] {
            let book = book(page, name);
            assert_eq!(book.grids[0].name, expected, "{page}");
            assert!(book.said.is_empty(), "{page}");
        }
        let book = book(850, b"S\x82");
        assert_eq!(book.grids[0].name, "S‚");
        assert!(book.said[0].starts_with("the texts are of the code page 850, which is unknown"));
    }

    #[test]
    fn what_is_cut_off_or_leads_in_a_circle_is_refused() {
        let whole = file(&stream(&[], &[text(kind::TEXT, [0, 0], "a")]));
        assert!(read(&whole, None).is_ok());
        // The directory goes on with itself; so does a stream that is longer than the file.
        for sector in [TABLE, TABLE + 1] {
            let mut circle = whole.clone();
            let link = 512 + sector as usize * 4;
            circle[link..link + 4].copy_from_slice(&sector.to_le_bytes());
            circle[512 * (TABLE as usize + 1) + 128 + 123] = 0x40;
            assert!(matches!(read(&circle, None), Err(Refusal::Damaged(_))), "{sector}");
        }
        // Any byte may be wrong, and the file may end anywhere: no panic.
        for at in (0..1_100).chain(2_560..3_300) {
            let _ = read(&whole[..at], None);
            for byte in [0, 1, 0x7f, 0xff] {
                let mut wrong = whole.clone();
                wrong[at] = byte;
                let _ = read(&wrong, None);
            }
        }
    }
}
