//! Text with separators to a grid: comma, semicolon, tab or bar; quotes as in RFC 4180.

use csv::{ReaderBuilder, StringRecord};

use super::Refusal;
use super::grid::{CELLS_MAX, COLUMNS_MAX, Cell, Grid, Row, Value};

/// The separators that are tried.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// The part of a text that is looked at to find its separator, bytes.
const LOOKED_AT: usize = 64 << 10;

/// Reads a text with separators.
///
/// # Errors
/// When it is larger than a run sheet can be.
pub fn grid(text: &str) -> Result<Grid, Refusal> {
    let (named, text, rows_before) = named_separator(text);
    let separator = named.unwrap_or_else(|| separator(text));
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut rows, mut number, mut cells) = (vec![], rows_before, 0);
    let mut record = StringRecord::new();
    loop {
        // The reader passes over empty lines, which are rows all the same.
        number += empty_lines(text, reader.position().byte());
        let has_one =
            reader.read_record(&mut record).map_err(|error| Refusal::Text(error.to_string()))?;
        if !has_one {
            break;
        }
        number += 1;
        let row = row(number, &record)?;
        cells += row.cells.len();
        if cells > CELLS_MAX {
            return Err(Refusal::Cells);
        }
        if !row.cells.is_empty() {
            rows.push(row);
        }
    }
    Ok(Grid { rows, ..Grid::default() })
}

fn row(number: u32, record: &StringRecord) -> Result<Row, Refusal> {
    let mut cells = vec![];
    for (column, text) in (1..).zip(record) {
        // Some programs put blanks that cannot be seen into empty cells.
        if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
            continue;
        }
        if column > COLUMNS_MAX {
            return Err(Refusal::Columns(record.len()));
        }
        cells.push(Cell::new(column, Value::Text(text.replace("\r\n", "\n"))));
    }
    Ok(Row { number, is_hidden: false, cells })
}

/// The separator that a first line such as `sep=;` names, as Excel has it; the text below that line,
/// and how many rows it takes.
fn named_separator(text: &str) -> (Option<u8>, &str, u32) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let named = first.trim_end_matches('\r').strip_prefix("sep=").map(str::as_bytes);
    match named {
        Some([separator]) if separator.is_ascii() => (Some(*separator), rest, 1),
        _ => (None, text, 0),
    }
}

/// The number of empty lines that begin at a byte of the text, which is the end of a row.
fn empty_lines(text: &str, at: u64) -> u32 {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let bytes = text.as_bytes();
    let mut rest = bytes.get(at..).unwrap_or_default();
    // The row before may have ended between CR and LF.
    if at > 0 && bytes.get(at - 1) == Some(&b'\r') && rest.first() == Some(&b'\n') {
        rest = rest.get(1..).unwrap_or_default();
    }
    let mut lines = 0;
    loop {
        rest = match rest {
            [b'\r', b'\n', rest @ ..] | [b'\n' | b'\r', rest @ ..] => rest,
            _ => return lines,
        };
        lines += 1;
    }
}

/// The separator that cuts most lines into the same number of cells, more than one.
fn separator(text: &str) -> u8 {
    let head = &text[..text.floor_char_boundary(LOOKED_AT.min(text.len()))];
    let score = |separator: u8| {
        let counts = counts(head, separator);
        let mut by_count = std::collections::BTreeMap::<usize, usize>::new();
        for count in counts.into_iter().filter(|count| *count > 0) {
            *by_count.entry(count).or_default() += 1;
        }
        by_count.into_iter().map(|(count, lines)| lines * (count + 1)).max().unwrap_or(0)
    };
    let mut best = (b',', 0);
    for separator in SEPARATORS {
        let score = score(separator);
        if score > best.1 {
            best = (separator, score);
        }
    }
    best.0
}

/// The number of times that a separator stands in each line outside quotes.
fn counts(text: &str, separator: u8) -> Vec<usize> {
    let (mut counts, mut count, mut is_quoted) = (vec![], 0, false);
    for byte in text.bytes() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => counts.push(std::mem::take(&mut count)),
            byte if byte == separator && !is_quoted => count += 1,
            _ => {}
        }
    }
    counts.push(count);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, Vec<(u32, String)>)> {
        let cells = |row: &Row| {
            row.cells.iter().map(|cell| (cell.column, cell.text().into_owned())).collect()
        };
        grid(text).unwrap().rows.iter().map(|row| (row.number, cells(row))).collect()
    }

    #[test]
    fn each_separator_is_found_though_others_stand_in_the_cells() {
        for separator in [",", ";", "\t", "|"] {
            let lines = ["Nr,Dauer,Titel", "1,\"1,5\",a; b", "2,\"2,5\",\"c\nd\"", "3,\"3,5\",e"];
            // A comma in a cell is quoted, and stays one.
            let text = lines.join("\r\n").replace("\"1,5\"", "§").replace("\"2,5\"", "$");
            let text = text.replace("\"3,5\"", "%").replace("a; b", "a b").replace(',', separator);
            let text = text.replace('§', "\"1,5\"").replace('$', "\"2,5\"").replace('%', "\"3,5\"");
            let read = rows(&text);
            assert_eq!(read.len(), 4, "{text}");
            assert_eq!(read[2].1[1], (2, "2,5".into()));
            assert_eq!(read[2].1[2], (3, "c\nd".into()));
        }
    }

    #[test]
    fn a_row_has_the_number_that_a_spreadsheet_shows() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["", "", "a,b", "", "", "c,\"d", "e\"", "", "f,g"].join(end);
            let numbers: Vec<u32> = rows(&text).iter().map(|row| row.0).collect();
            assert_eq!(numbers, [3, 6, 8], "{end:?}");
        }
        assert_eq!(rows("sep=;\r\na;b\r\n"), [(2, vec![(1, "a".into()), (2, "b".into())])]);
    }

    #[test]
    fn a_sheet_that_is_too_wide_is_refused() {
        let text = "x,".repeat(16_383) + "x";
        assert!(matches!(grid(&text), Err(Refusal::Columns(16_384))));
        assert!(grid(&",".repeat(16_384)).is_ok_and(|grid| grid.rows.is_empty()));
    }
}
