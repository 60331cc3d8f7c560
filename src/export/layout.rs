//! Text in columns: what fits, what is cut, where a line breaks.
//!
//! Owns the measuring of text as a terminal draws it, where a character may take no column or two.
//! Must never let a control character through: so a note cannot send escape sequences to the
//! reader's terminal.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const JOINER: char = '\u{200d}';

/// `text` on one line, without characters that steer the terminal or turn the direction of what
/// follows.
pub(super) fn plain(text: &str) -> String {
    crate::plain::line(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` in exactly `width` columns: cut with … or filled up with blanks.
pub(super) fn fit(text: &str, width: usize) -> String {
    pad(&cut(text, width), width)
}

/// `text` in at most `width` columns, cut with … where it is longer.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    match width {
        0 => String::new(),
        _ => format!("{}…", &text[..prefix(text, width - 1)]),
    }
}

/// `text` with blanks after it, up to `width` columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// `text` with blanks in front of it, up to `width` columns.
pub(super) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.width())))
}

/// `text` in lines of at most `width` columns, broken at blanks, and within a word only where it is
/// longer than a line.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![];
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let joined = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if joined.width() <= width {
            line = joined;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        // Only what fits is measured each time: a word may be as long as a note.
        while let Some(fits) = Some(prefix(rest, width)).filter(|&fits| fits < rest.len()) {
            // A character wider than the line has to go somewhere: it gets a line of its own.
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let (head, tail) = rest.split_at(fits.max(first));
            lines.push(head.to_owned());
            rest = tail;
        }
        line = rest.to_owned();
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The bytes of the longest beginning of `text` that takes at most `width` columns and tears no
/// character apart.
fn prefix(text: &str, width: usize) -> usize {
    let mut best = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if text[..end].width() > width {
            break;
        }
        // A mark belongs to the character in front of it, and a joiner to both.
        let torn = c == JOINER || chars.peek().is_some_and(|(_, next)| next.width() == Some(0));
        if !torn {
            best = end;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_by_columns_and_tears_no_character_apart() {
        for (text, width, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("引き継ぎ式典", 6, "引き…"),
            ("引き継ぎ式典", 7, "引き継…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("👩\u{200d}🚀👩\u{200d}🚀", 3, "👩\u{200d}🚀…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut(text, width), expected, "{text:?} in {width}");
            assert_eq!(fit(text, width).width(), width, "{text:?} in {width}");
        }
    }

    #[test]
    fn wraps_at_blanks_and_breaks_only_what_is_longer_than_a_line() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a abcdefgh b", 4), ["a", "abcd", "efgh", "b"]);
        assert_eq!(wrap("引き継ぎ", 3), ["引", "き", "継", "ぎ"]);
        assert_eq!(wrap("引き", 1), ["引", "き"]);
        assert_eq!(wrap("", 5), [""; 0]);
        let long = "é".repeat(500_000);
        assert_eq!(wrap(&long, 40).len(), 12_500, "and this takes no minute");
    }

    #[test]
    fn lets_nothing_steer_the_terminal() {
        assert_eq!(plain("a\u{1b}[2Jb\nc\t\u{202e}d  e\u{2028}f"), "a [2Jb c d e f");
    }
}
