//! A large file, read piece by piece: a parsed file takes fifty times the memory of its text, a
//! parsed piece little.
//!
//! A file is cut where a segment or a cue begins in a line of its own, `[[segment]]` or
//! `[[segment.cue]]`. Must never read a file otherwise than as a whole: where a piece has a fault,
//! or says something that could concern another piece, nothing is read, and the caller parses the
//! whole file.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::Fields;
use super::machine::Machine;
use super::output::Wires;
use super::reader::Reader;
use super::value::Value;
use crate::show::draft::{Draft, SegmentDraft};
use crate::show::faults::Faults;

/// The header of a segment.
const SEGMENT: &str = "[[segment]]";
/// The header of a cue.
const CUE: &str = "[[segment.cue]]";

/// Reads a file of segments and cues in pieces of about `bytes_min` bytes, and what is wrong with
/// its values; nothing where only the whole file can be parsed.
pub(super) fn read(text: &str, machine: &dyn Machine, bytes_min: usize) -> Option<(Draft, Faults)> {
    let begins = begins(text, bytes_min)?;
    let faults = Faults::from(vec![]);
    let whole = Reader::new(text, &faults, vec![], machine);
    let (mut draft, wires) = {
        let tree = parse(&text[..*begins.first()?])?;
        let mut file = Fields::new(&whole, tree.get_ref(), 0..0, "the show");
        if file.has("segment") {
            return None;
        }
        let head = super::head(&mut file);
        file.know("segment");
        file.finish();
        head
    };
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    let mut may_go_on = false;
    for (begin, end) in begins.iter().copied().zip(ends) {
        let piece = text.get(begin..end)?;
        let tree = parse(piece)?;
        let reader = whole.piece(begin);
        may_go_on = if piece.trim_start().starts_with(CUE) {
            add_cues(&reader, tree.get_ref(), &wires, draft.segments.items.last_mut(), may_go_on)?
        } else {
            add_segments(&reader, tree.get_ref(), &wires, &mut draft.segments.items)?
        };
    }
    draft.segments.is_whole = true;
    Some((draft, faults))
}

fn parse(piece: &str) -> Option<Spanned<DeTable<'_>>> {
    let (tree, errors) = DeTable::parse_recoverable(piece);
    errors.is_empty().then_some(tree)
}

/// The beginnings of the pieces, each of which has `bytes_min` bytes at least unless a segment has to
/// follow cues; nothing where a line could be a header that concerns another piece.
fn begins(text: &str, bytes_min: usize) -> Option<Vec<usize>> {
    let mut begins: Vec<usize> = vec![];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begin = at;
        at += line.len();
        let line = line.trim_start();
        if !line.starts_with('[') {
            continue;
        }
        let last = begins.last();
        if line.starts_with(SEGMENT) {
            if last.is_none_or(|last| begin - last >= bytes_min || is_cue(text, *last)) {
                begins.push(begin);
            }
        } else if line.starts_with(CUE) {
            if begin - last? >= bytes_min {
                begins.push(begin);
            }
        } else if last.is_some()
            && !line.trim_start_matches('[').starts_with("segment.cue.")
            && (line.contains("segment") || line.contains('\\'))
        {
            return None;
        }
    }
    Some(begins)
}

/// Returns `true` if the piece that begins at `at` begins with a cue.
fn is_cue(text: &str, at: usize) -> bool {
    text[at..].trim_start().starts_with(CUE)
}

/// The only value of the file in the tree of a piece.
fn only<'a>(table: &'a DeTable<'a>, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
    if table.len() == 1 { table.get(key) } else { None }
}

/// Adds the segments of a piece. Returns `true` if the next piece may go on with cues of the last
/// one.
fn add_segments(
    reader: &Reader<'_>,
    tree: &DeTable<'_>,
    wires: &Wires,
    segments: &mut Vec<SegmentDraft>,
) -> Option<bool> {
    let list = only(tree, "segment")?;
    let last = list.get_ref().as_array()?.iter().last()?.get_ref().as_table()?;
    let may_go_on = match last.get("cue").map(Spanned::get_ref) {
        None => true,
        // A list between brackets cannot be continued by a header.
        Some(DeValue::Array(cues)) => cues
            .iter()
            .next()
            .is_some_and(|cue| reader.source(&reader.span(cue.span())).starts_with("[[")),
        Some(_) => false,
    };
    segments.extend(super::segments(&Value::new(reader, "segment", list)?, wires).items);
    Some(may_go_on)
}

/// Adds the cues of a piece to the last segment, and returns `true`, if that may go on.
fn add_cues(
    reader: &Reader<'_>,
    tree: &DeTable<'_>,
    wires: &Wires,
    segment: Option<&mut SegmentDraft>,
    may_go_on: bool,
) -> Option<bool> {
    let table = only(tree, "segment")?;
    let list = only(table.get_ref().as_table()?, "cue").filter(|_| may_go_on)?;
    segment?.cues.extend(super::cues(&Value::new(reader, "cue", list)?, wires));
    Some(true)
}
