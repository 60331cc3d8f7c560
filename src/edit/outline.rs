//! The place of everything in the text of a show: the stretch of each segment and each cue, and of
//! the keys in them.
//!
//! The places come from the parser of TOML, so that nothing in a string or a comment is taken for a
//! header. A show whose segments or cues are not written with headers of their own has no outline.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The places in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// The keys of the show itself.
    pub(super) keys: Vec<KeyPlace>,
    /// Beginning of the first header; the end of the text where it has none.
    pub(super) first_header: usize,
    /// In running order.
    pub(super) segments: Vec<SegmentPlace>,
}

/// The places of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SegmentPlace {
    /// Its own lines, from the comment above its header to its last one, without its cues.
    pub(super) own: LineBlock,
    /// In running order.
    pub(super) cues: Vec<CuePlace>,
}

/// The places of a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CuePlace {
    /// Its lines, from the comment above its header to its last one.
    pub(super) own: LineBlock,
    /// Its number, and the numbers of cues in it, in quotes.
    pub(super) mentions: Vec<(String, Range<usize>)>,
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineBlock {
    /// From the beginning of the first line to the end of the last, without what ends that.
    pub(super) lines: Range<usize>,
    /// Its header.
    pub(super) header: Range<usize>,
    /// Its keys.
    pub(super) keys: Vec<KeyPlace>,
}

/// The places of a key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyPlace {
    /// The key.
    pub(super) key: String,
    /// Its beginning.
    pub(super) start: usize,
    /// Its value; nothing where that is spread over several keys or a table of its own.
    pub(super) value: Option<Range<usize>>,
}

impl SegmentPlace {
    /// All its lines, its cues among them.
    pub(super) fn lines(&self) -> Range<usize> {
        let end = self.cues.last().map_or(self.own.lines.end, |cue| cue.own.lines.end);
        self.own.lines.start..end.max(self.own.lines.end)
    }
}

/// Reason why a text has no outline, in words.
pub(super) const NOT_IN_HEADERS: &str = "its segments and cues are not all written as `[[segment]]` and `[[segment.cue]]`, each with its own header";

impl Outline {
    /// The outline of `text`; `None` if it is not TOML or has no headers for its segments and cues.
    pub(super) fn of(text: &str) -> Option<Outline> {
        let (tree, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return None;
        }
        let tree = tree.get_ref();
        let mut segments = vec![];
        for (table, header) in tables(text, tree.get("segment"))? {
            let own = block(text, table, header, "cue");
            let mut cues = vec![];
            for (table, header) in tables(text, table.get("cue"))? {
                // A table of the segment that stands below a cue belongs to neither.
                if header.start < own.lines.end {
                    return None;
                }
                let own = block(text, table, header, "");
                cues.push(CuePlace { own, mentions: mentions(table) });
            }
            segments.push(SegmentPlace { own, cues });
        }
        let first_header = tree.values().filter_map(|value| first_header(text, value)).min();
        Some(Outline {
            keys: keys(text, tree),
            first_header: first_header.unwrap_or(text.len()),
            segments,
        })
    }
}

/// The tables of a list, each with its header; `None` if one has none.
fn tables<'a>(
    text: &str,
    list: Option<&'a Spanned<DeValue<'a>>>,
) -> Option<Vec<(&'a DeTable<'a>, Range<usize>)>> {
    let Some(list) = list else { return Some(vec![]) };
    let one = |value: &'a Spanned<DeValue<'a>>| {
        let table = value.get_ref().as_table()?;
        has_header(text, value).then(|| (table, value.span()))
    };
    list.get_ref().as_array()?.iter().map(one).collect()
}

/// Returns `true` if a value is a table under a header of its own.
fn has_header(text: &str, value: &Spanned<DeValue<'_>>) -> bool {
    value.get_ref().is_table()
        && text.get(value.span().start..).is_some_and(|rest| rest.starts_with('['))
}

/// Returns `true` if a value stands behind its key, and is not a table or a list of tables under
/// headers or under dotted keys.
fn is_inline(text: &str, value: &Spanned<DeValue<'_>>) -> bool {
    match value.get_ref() {
        DeValue::Table(_) => {
            text.get(value.span().start..).is_some_and(|rest| rest.starts_with('{'))
        }
        DeValue::Array(list) => !list.iter().any(|one| has_header(text, one)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => true,
    }
}

/// Beginning of the first header in a value.
fn first_header(text: &str, value: &Spanned<DeValue<'_>>) -> Option<usize> {
    if has_header(text, value) {
        return Some(value.span().start);
    }
    if is_inline(text, value) {
        return None;
    }
    let inner = value.get_ref();
    let tables = inner.as_table().into_iter().flat_map(DeTable::values);
    let lists = inner.as_array().into_iter().flat_map(|list| list.iter());
    tables.chain(lists).filter_map(|value| first_header(text, value)).min()
}

/// End of the last thing in a value.
fn last(text: &str, value: &Spanned<DeValue<'_>>) -> usize {
    if is_inline(text, value) {
        return value.span().end;
    }
    let inner = value.get_ref();
    let tables = inner.as_table().into_iter().flat_map(DeTable::values);
    let lists = inner.as_array().into_iter().flat_map(|list| list.iter());
    let ends = tables.chain(lists).map(|value| last(text, value));
    ends.chain([value.span().end]).max().unwrap_or(0)
}

/// The lines of a table with its header, without those of its value `apart`.
fn block(text: &str, table: &DeTable<'_>, header: Range<usize>, apart: &str) -> LineBlock {
    let inside = table.iter().filter(|(key, _)| key.get_ref().as_ref() != apart);
    let end = inside.map(|(_, value)| last(text, value)).chain([header.end]).max().unwrap_or(0);
    let lines = lead(text, header.start)..tail(text, end);
    LineBlock { lines, header, keys: keys(text, table) }
}

/// Beginning of the line in which `at` is.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// End of the line in which `at` is, without what ends it.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Beginning of the header at `at` with the comments directly above it.
fn lead(text: &str, at: usize) -> usize {
    let mut start = line_start(text, at);
    while let Some(above) = start.checked_sub(1).map(|end| line_start(text, end)) {
        if !is_comment(&text[above..start]) {
            break;
        }
        start = above;
    }
    start
}

/// End of the lines up to that of `at`, with the comments directly below it, unless those stand
/// directly above a header.
fn tail(text: &str, at: usize) -> usize {
    let first = line_end(text, at);
    let mut end = first;
    while let Some(newline) = text[end..].find('\n') {
        let below = end + newline + 1;
        let line = &text[below..line_end(text, below)];
        if line.trim_start().starts_with('[') {
            return first;
        }
        if !is_comment(line) {
            break;
        }
        end = line_end(text, below);
    }
    end
}

fn keys(text: &str, table: &DeTable<'_>) -> Vec<KeyPlace> {
    let place = |key: &Spanned<toml::de::DeString<'_>>, value: &Spanned<DeValue<'_>>| KeyPlace {
        key: key.get_ref().to_string(),
        start: key.span().start,
        value: is_inline(text, value).then(|| value.span()),
    };
    let mut keys: Vec<KeyPlace> = table.iter().map(|(key, value)| place(key, value)).collect();
    keys.sort_by_key(|key| key.start);
    keys
}

/// The number of a cue, and those of other cues that it names, with their places.
fn mentions(table: &DeTable<'_>) -> Vec<(String, Range<usize>)> {
    let text =
        |value: &Spanned<DeValue<'_>>| Some((value.get_ref().as_str()?.to_owned(), value.span()));
    let trigger = table.get("trigger").and_then(|value| value.get_ref().as_table());
    let causes = ["with", "after"].into_iter().filter_map(|key| trigger?.get(key));
    let own = ["number", "backup_for"].into_iter().filter_map(|key| table.get(key));
    let actions = table.get("do").and_then(|value| value.get_ref().as_array());
    let actions = actions.into_iter().flat_map(|actions| actions.iter());
    let stops = actions.filter_map(|action| action.get_ref().as_table()?.get("stop_cue"));
    own.chain(causes).chain(stops).filter_map(text).collect()
}
