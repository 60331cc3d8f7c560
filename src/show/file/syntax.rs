//! Faults of the syntax, in our words, and what they would cost won back.
//!
//! The TOML parser goes on after most errors, but loses the rest of the file at a line without
//! `=`, at a bracket that is never closed, and at a header whose brackets do not match. They are
//! found here first and overwritten, byte for byte, so that every other place of the file keeps its
//! offset and its faults are found in the same run. Must never change what a file without errors
//! means: it fixes only when there are some.

use std::ops::Range;

use super::meant::{Meant, meant};
use super::reader::quoted;
use crate::show::problem::Problem;

/// Header for the keys whose own header was lost: no show file knows a table of that name.
const NOWHERE: &[u8; 5] = b"[[_]]";

/// Maximum number of parts of a dotted key; the deepest of a show file has three.
const KEY_PARTS_MAX: usize = 8;

/// A key with so many parts that the tree of the file could be deeper than the stack.
///
/// The parser bounds the depth of brackets and the parts of a key, but not the product of the two.
pub(super) fn endless_key(text: &str) -> Option<Problem> {
    // Only a text of several lines could make a line a part of the key before it.
    let has_long_texts = text.contains("\"\"\"") || text.contains("'''");
    if !has_long_texts && !has_line_of_points(text) {
        return None;
    }
    let bytes = text.as_bytes();
    let (mut at, mut start, mut parts) = (0, 0, 1);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                at = scan_text(text, at).ok()?;
                continue;
            }
            b'#' => {
                at += text[at..].find('\n')?;
                continue;
            }
            b'.' => parts += 1,
            b'=' | b',' | b'[' | b']' | b'{' | b'}' | b'\n' => (start, parts) = (at + 1, 1),
            _ => {}
        }
        at += 1;
        if parts > KEY_PARTS_MAX {
            let what = format!("a key of more than {KEY_PARTS_MAX} parts");
            return Some(problem(start..at, what, "write tables inside tables".to_owned()));
        }
    }
    None
}

/// Returns `true` if a line has as many points as a key with too many parts.
fn has_line_of_points(text: &str) -> bool {
    // The points before this one, as many as a key may have parts; this one takes the place of the
    // oldest.
    let mut last = [0; KEY_PARTS_MAX];
    for (count, (at, _)) in (1..).zip(text.match_indices('.')) {
        last[count % KEY_PARTS_MAX] = at;
        let oldest = last[(count + 1) % KEY_PARTS_MAX];
        if count >= KEY_PARTS_MAX && !text[oldest..at].contains('\n') {
            return true;
        }
    }
    false
}

/// A file without what would have swallowed its rest.
pub(super) struct Repaired {
    /// As long as the file, and the same but where something was taken out.
    pub text: String,
    /// The reasons for leaving it out.
    pub problems: Vec<Problem>,
    /// Places that were left out.
    pub lost: Vec<Range<usize>>,
}

/// Takes out of `text` what the parser would stumble over.
pub(super) fn repair(text: &str) -> Repaired {
    let mut bytes = text.as_bytes().to_vec();
    let (mut problems, mut lost) = (Vec::new(), Vec::new());
    for (statement, problem) in faulty_statements(text) {
        let taken_out = &mut bytes[statement.clone()];
        let is_header = taken_out.starts_with(b"[");
        taken_out
            .iter_mut()
            .filter(|byte| !matches!(byte, b'\n' | b'\r'))
            .for_each(|byte| *byte = b' ');
        // What stands under a lost header must not fall to the table before it.
        if is_header && let Some(place) = taken_out.first_chunk_mut() {
            *place = *NOWHERE;
        }
        lost.push(statement);
        problems.push(problem);
    }
    // Whole statements are replaced, from one character's first byte to another one's last: it is
    // still UTF-8.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Repaired { text, problems, lost }
}

/// Our word for what the parser reports, of each line the first: the others only follow from it.
///
/// Gives the problems, and the pieces of the text that were lost.
pub(super) fn explain(text: &str, errors: &[toml::de::Error]) -> (Vec<Problem>, Vec<Range<usize>>) {
    let (mut problems, mut lost) = (Vec::new(), Vec::new());
    let mut errors: Vec<_> =
        errors.iter().map(|e| (e.span().unwrap_or(0..text.len()), e.message())).collect();
    errors.sort_by_key(|(span, _)| (span.start, span.end));
    let mut line_end = None;
    for (span, message) in errors {
        let source = text.get(span.clone()).unwrap_or_default();
        if message.starts_with("duplicate key") {
            // The first of the two was kept, so that nothing follows from it.
            problems.push(problem(
                span,
                format!("{} appears twice", quoted(source)),
                "keep one of the two".to_owned(),
            ));
            continue;
        }
        if line_end.is_none_or(|end| span.start > end) {
            problems.push(value_problem(text, &span).unwrap_or_else(|| {
                let (what, fix) = in_our_words(message, source);
                problem(span.clone(), what, fix)
            }));
            let rest = text.get(span.start..).unwrap_or_default();
            line_end = Some(rest.find('\n').map_or(text.len(), |newline| span.start + newline));
        }
        lost.push(span);
    }
    (problems, lost)
}

fn problem(span: Range<usize>, what: String, fix: String) -> Problem {
    Problem::error(span, what, fix)
}

/// Problem of the value around the error at `span`, if its author's meaning can be guessed.
fn value_problem(text: &str, span: &Range<usize>) -> Option<Problem> {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[span.start..].find('\n').map_or(text.len(), |newline| span.start + newline);
    let line = &text[start..end];
    // In an inline table, the key and the value nearest to the error; otherwise those of the line.
    let at = span.start - start;
    let equals = line[..at].rfind('=').or_else(|| line[at..].starts_with('=').then_some(at))?;
    let key = line[..equals]
        .trim_end()
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
        .next()?;
    let rest = line[equals + 1..].trim();
    let place = start + line.len() - line[equals + 1..].trim_start().len();
    if let Some(problem) = quote_problem(key, rest, place) {
        return Some(problem);
    }
    let raw = rest.split(['#', ',', '}', ']']).next().unwrap_or_default().trim();
    if raw.starts_with(['"', '\'']) {
        return None;
    }
    let Meant { kind, right } = meant(key, raw)?;
    let what = format!("{} is not written as {kind}", quoted(raw));
    Some(problem(place..place + raw.len(), what, format!("write `{key} = {right}`")))
}

/// Problem of a text, at `place`, that holds the quote that ends it.
fn quote_problem(key: &str, rest: &str, place: usize) -> Option<Problem> {
    let (quote, other, word) = match rest.chars().next()? {
        '\'' => ('\'', '"', "the apostrophe"),
        '"' => ('"', '\'', "the quote"),
        _ => return None,
    };
    let inside = rest.strip_prefix(quote)?.strip_suffix(quote)?;
    let ends = inside.find(quote)?;
    // An even number of quotes may as well be two texts without a comma.
    if inside.contains([',', '#', '[', '{']) || inside.contains(&format!("{quote}{quote}")) {
        return None;
    }
    let fix = match inside.contains(other) {
        false if quote == '\'' => format!("use double quotes: `{key} = \"{inside}\"`"),
        false => format!("put the text between apostrophes: `{key} = '{inside}'`"),
        true => {
            "put the text between double quotes, and write `\\\"` for each of its own".to_owned()
        }
    };
    let at = place + quote.len_utf8() + ends;
    Some(problem(at..at + quote.len_utf8(), format!("{word} ends the text here"), fix))
}

/// Translates the parser's message about `source` into a problem and its fix.
fn in_our_words(message: &str, source: &str) -> (String, String) {
    let (what, fix) = match message.split_once(", expected ").unwrap_or((message, "")) {
        ("string values must be quoted", _) if source.trim().is_empty() => {
            ("a key without a value", "write a value after `=`".to_owned())
        }
        // `F1` begins like `false`.
        ("string values must be quoted" | "invalid boolean", _) if !source.trim().is_empty() => {
            let bare = source.trim_matches(['“', '”', '„', '‘', '’', '`', '"', '\'']);
            return (
                format!("text without quotes: {}", quoted(source)),
                format!("write `\"{bare}\"`"),
            );
        }
        (what, _) if what.contains("escape") || what.contains("unicode") => (
            "a backslash that stands for nothing",
            "write `\\\\` for a backslash, or put the text between apostrophes".to_owned(),
        ),
        ("invalid basic string" | "invalid literal string", quote) => (
            "text that is not closed, or holds what text cannot",
            format!("close it with {quote} on the same line"),
        ),
        ("key with no value", _)
            if source.split_once(": ").is_some_and(|(key, _)| !key.contains(' ')) =>
        {
            let (key, value) = source.split_once(": ").unwrap_or_default();
            return ("a line without `=`".to_owned(), format!("write `{key} = {}`", value.trim()));
        }
        ("key with no value", _) => {
            ("a line without `=`", "write `key = value`, or begin the line with `#`".to_owned())
        }
        ("missing comma between key-value pairs" | "missing comma between array elements", _) => {
            ("no comma between two entries", "put a comma between them".to_owned())
        }
        ("unexpected key or value", _) => (
            "something after the end of the value",
            "begin a new line for it, or remove it".to_owned(),
        ),
        ("extra comma in array" | "extra comma in inline table", _) => {
            ("a comma too many", "remove the comma".to_owned())
        }
        ("recursion limit" | "cannot recurse further; max recursion depth met", _) => {
            ("lists or tables nested too deep", "nest at most 80 of them".to_owned())
        }
        (what, "" | "nothing") => (what, "correct it as TOML has it (https://toml.io)".to_owned()),
        (what, expected) => (what, format!("write {expected} here")),
    };
    (what.to_owned(), fix)
}

/// The statements at which the parser would lose the rest of the file, each with its fault.
fn faulty_statements(text: &str) -> Vec<(Range<usize>, Problem)> {
    let mut faulty = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let line = &text[at..line_end];
        let statement = line.trim();
        let (start, end) = (at + line.len() - line.trim_start().len(), at + line.trim_end().len());
        at = line_end + 1;
        if statement.is_empty() || statement.starts_with('#') {
            continue;
        }
        if statement.starts_with('[') {
            faulty.extend(header_fault(statement, start));
            continue;
        }
        match value_start(statement) {
            None => {
                let (what, fix) = in_our_words("key with no value", statement);
                faulty.push((start..end, problem(start..end, what, fix)));
            }
            Some(value) => match scan_value(text, start + value) {
                Ok(value_end) => at = value_end + 1,
                Err(Unclosed { opener, end }) => {
                    let what = format!("this `{}` is never closed", &text[opener.clone()]);
                    let fix = format!("close it with `{}`", closer(&text[opener.clone()]));
                    faulty.push((start..end, problem(opener, what, fix)));
                    at = end + 1;
                }
            },
        }
    }
    faulty
}

/// The fault of a header at `start` whose brackets do not match.
fn header_fault(header: &str, start: usize) -> Option<(Range<usize>, Problem)> {
    // In quotes, brackets and `#` would be part of a name; the parser may judge such a header.
    let header = header.split('#').next().unwrap_or_default().trim_end();
    let inside = header.trim_start_matches('[').trim_end_matches(']');
    let open = header.len() - header.trim_start_matches('[').len();
    let close = header.len() - header.trim_end_matches(']').len();
    if header.contains(['"', '\'', '='])
        || inside.is_empty()
        || open == close
        || header.len() < NOWHERE.len()
    {
        return None;
    }
    let right = if open.max(close) == 1 { format!("[{inside}]") } else { format!("[[{inside}]]") };
    let span = start..start + header.len();
    let what = "the brackets of this header do not match".to_owned();
    Some((span.clone(), problem(span, what, format!("write `{right}`"))))
}

/// Place at which the value of a statement begins: after the first `=` that is not inside a quoted
/// key.
fn value_start(statement: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in statement.char_indices() {
        match (quote, c) {
            (None, '=') => return Some(at + 1),
            (None, '#') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

/// A bracket or a long text without an end.
struct Unclosed {
    /// Place at which it opens.
    opener: Range<usize>,
    /// Place at which it ought to have ended.
    end: usize,
}

/// Walks over the value that begins at `at` to the end of its last line.
fn scan_value(text: &str, mut at: usize) -> Result<usize, Unclosed> {
    let bytes = text.as_bytes();
    let mut open: Vec<usize> = Vec::new();
    let mut last = b'=';
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => {
                at = scan_text(text, at)?;
                last = byte;
                continue;
            }
            b'#' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            b'[' | b'{' => open.push(at),
            b']' | b'}' => drop(open.pop()),
            b'\n' => {
                let Some(&opener) = open.last() else { return Ok(at) };
                if begins_again(
                    &text[at + 1..],
                    bytes[opener] == b'[' || !matches!(last, b',' | b'{'),
                ) {
                    return Err(Unclosed { opener: opener..opener + 1, end: at });
                }
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            last = byte;
        }
        at += 1;
    }
    match open.last() {
        Some(&opener) => Err(Unclosed { opener: opener..opener + 1, end: text.len() }),
        None => Ok(text.len()),
    }
}

/// Walks over the quoted text that begins at `at`; a short one ends with its line at the latest.
fn scan_text(text: &str, at: usize) -> Result<usize, Unclosed> {
    let bytes = text.as_bytes();
    let quote = bytes[at];
    let is_long = bytes[at..].starts_with(&[quote; 3]);
    let delimiter = if is_long { 3 } else { 1 };
    let mut end = at + delimiter;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' if quote == b'"' => end += 1,
            b'\n' if !is_long => return Ok(end),
            _ if byte == quote && (!is_long || bytes[end..].starts_with(&[quote; 3])) => {
                // Up to two more quotes still belong to a long text.
                let more = bytes[end + delimiter..]
                    .iter()
                    .take(2)
                    .take_while(|b| is_long && **b == quote)
                    .count();
                return Ok(end + delimiter + more);
            }
            _ => {}
        }
        end += 1;
    }
    if is_long {
        Err(Unclosed { opener: at..at + delimiter, end: text.len() })
    } else {
        Ok(text.len())
    }
}

/// Returns `true` if the first line of `rest` can only be a new table, or, where `keys_too`, a new
/// key.
fn begins_again(rest: &str, keys_too: bool) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim();
    let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let header = line.split('#').next().unwrap_or_default().trim_end();
    let inside = header.trim_start_matches('[').trim_end_matches(']');
    let is_header = header.starts_with('[')
        && header.ends_with(']')
        && inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && inside.chars().all(bare);
    let key = line.split_once('=').map(|(key, _)| key.trim_end());
    let is_key = key.is_some_and(|key| {
        key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.chars().all(bare)
    });
    is_header || (keys_too && is_key)
}

/// The closing counterpart of an opener.
fn closer(opener: &str) -> &str {
    match opener {
        "[" => "]",
        "{" => "}",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_too_many_parts_is_found_in_its_line() {
        let key = |points: usize| format!("a{} = 1\n", ".a".repeat(points));
        let few = key(KEY_PARTS_MAX - 1).repeat(3);
        assert!(!has_line_of_points(&few) && endless_key(&few).is_none());
        let many = format!("{few}{}{few}", key(KEY_PARTS_MAX));
        assert!(has_line_of_points(&many));
        let problem = endless_key(&many).expect("a key of too many parts");
        assert_eq!(problem.line_column(&many).0, 4);
    }

    #[test]
    fn takes_out_only_what_would_swallow_the_rest() {
        for (text, repaired) in [
            ("a = 1\nwords\nb = 2\n", "a = 1\n     \nb = 2\n"),
            (
                "a = [1,\n 2\nb = 3\n",
                "a = [1,\n 2\nb = 3\n".replace("a = [1,\n 2", "       \n  ").as_str(),
            ),
            ("a = { x = 1\n[[c]]\n", "           \n[[c]]\n"),
            ("a = [\n [1, 2],\n [\"b\"],\n]\n", "a = [\n [1, 2],\n [\"b\"],\n]\n"),
            ("a = {\n x = 1,\n y = 2\n}\n", "a = {\n x = 1,\n y = 2\n}\n"),
            ("a = \"\"\"\nwords\n[\"\"\"\nb = 1\n", "a = \"\"\"\nwords\n[\"\"\"\nb = 1\n"),
            ("a = '''x\nb = 1", "        \n     "),
            ("a = \"x\nb = '\\'\nc # = 1\n", "a = \"x\nb = '\\'\n       \n"),
            ("[[segment.cue]\nb = 1\n[c]]\n[ d ] # ]", "[[_]]         \nb = 1\n[c]]\n[ d ] # ]"),
            ("é ü\nb = 1", "     \nb = 1"),
        ] {
            assert_eq!(repair(text).text, repaired, "{text:?}");
        }
    }
}
