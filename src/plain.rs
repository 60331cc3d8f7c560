//! Text that only stands where it is written: the one rule for what comes from a show, a journal, a
//! file name or the net and goes to a terminal, a report or an error.
//!
//! Three sorts of characters do something to the text around them instead of standing in it, and
//! none of them is let through: those that a terminal obeys or that end a line (control characters,
//! U+2028 and U+2029), those that turn the direction of writing (Unicode's Bidi_Control, UAX #9),
//! and those that nobody sees (zero-width and tag characters). The two joiners are kept between
//! characters that they join, as in emoji and in Persian.

use std::borrow::Cow;

/// U+200C and U+200D (Unicode's Join_Control).
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// A number of things, by their name in the singular: `1 hold`, `2 holds`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `text` as one word of a shell's line (POSIX, 2.2.2).
pub fn shell_word(text: &str) -> String {
    let text = line(text);
    let is_bare = |c: char| c.is_alphanumeric() || "/._-+:,@%=".contains(c);
    if !text.is_empty() && text.chars().all(is_bare) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The letter of the alphabet under an accent of Western Europe; other characters as they are.
pub fn unaccented(c: char) -> char {
    match c {
        'ä' | 'à' | 'â' | 'á' | 'å' => 'a',
        'Ä' | 'À' | 'Â' | 'Á' | 'Å' => 'A',
        'ö' | 'ô' | 'ó' | 'ò' | 'ø' => 'o',
        'Ö' | 'Ô' | 'Ó' | 'Ò' | 'Ø' => 'O',
        'ü' | 'ù' | 'û' | 'ú' => 'u',
        'Ü' | 'Ù' | 'Û' | 'Ú' => 'U',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'É' | 'È' | 'Ê' | 'Ë' => 'E',
        'î' | 'ï' | 'í' => 'i',
        'Î' | 'Ï' | 'Í' => 'I',
        'ñ' => 'n',
        'Ñ' => 'N',
        'ç' => 'c',
        'Ç' => 'C',
        c => c,
    }
}

/// Texts as one, with `; ` between them. A semicolon in one of them has a backslash in front of it, and
/// so has a backslash that would otherwise belong to what follows.
pub fn joined(texts: &[String]) -> String {
    let mut joined = String::new();
    for text in texts {
        if !joined.is_empty() {
            joined.push_str("; ");
        }
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek();
            if c == ';' || (c == '\\' && next.is_none_or(|next| matches!(next, ';' | '\\'))) {
                joined.push('\\');
            }
            joined.push(c);
        }
    }
    joined
}

/// The texts of which [`joined`] made one, with the blanks around them.
pub fn parted(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_kept = c == '\\' && chars.peek().is_some_and(|next| matches!(next, ';' | '\\'));
        match (c, parts.last_mut()) {
            (';', _) => parts.push(String::new()),
            (_, Some(part)) => part.push(if is_kept { chars.next().unwrap_or(c) } else { c }),
            (_, None) => {}
        }
    }
    parts
}

/// Returns `true` if `c` does something to the text around it instead of standing in it. The
/// joiners are not among these: what they do depends on their neighbours, and [`line()`] looks at
/// those.
pub fn is_obeyed(c: char) -> bool {
    ends_line(c) || is_silent(c)
}

/// Returns `true` if a terminal or another reader takes `c` for the end of a line or for a command.
fn ends_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Returns `true` if `c` turns the direction of writing or takes no room at all.
fn is_silent(c: char) -> bool {
    let turns = matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unseen = matches!(c, '\u{00ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    turns || is_unseen
}

/// `text` on one line: what would end the line or move a cursor becomes a blank, what nobody sees
/// falls away.
pub fn line(text: &str) -> Cow<'_, str> {
    pass(text, |_| false)
}

/// `text` as [`line()`], without the blanks around it.
pub fn clean(text: &str) -> String {
    line(text).trim().to_owned()
}

/// `text` on as many lines as it has, tabs among them; otherwise as [`line()`].
pub fn lines(text: &str) -> Cow<'_, str> {
    pass(text, |c| matches!(c, '\n' | '\t'))
}

/// As [`lines`], for a text to which this program has given colours: of what begins with ESC, only
/// the choice of a colour and weight (ECMA-48, 8.3.117, SGR) is let through.
pub fn coloured_lines(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return lines(text);
    }
    let mut kept = String::with_capacity(text.len());
    for (at, piece) in text.split('\u{1b}').enumerate() {
        let choice =
            piece.strip_prefix('[').filter(|_| at > 0).and_then(|rest| rest.split_once('m'));
        match choice.filter(|(numbers, _)| numbers.bytes().all(|b| b.is_ascii_digit() || b == b';'))
        {
            Some((numbers, rest)) => {
                kept.extend(["\u{1b}[", numbers, "m"]);
                kept.push_str(&lines(rest));
            }
            None => {
                kept.extend((at > 0).then_some(' '));
                kept.push_str(&lines(piece));
            }
        }
    }
    Cow::Owned(kept)
}

fn pass(text: &str, is_kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_suspect = |c: char| (is_obeyed(c) && !is_kept(c)) || JOINERS.contains(&c);
    if text.is_ascii() && !text.bytes().any(|b| is_suspect(char::from(b)))
        || !text.contains(is_suspect)
    {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        if is_kept(c) {
            plain.push(c);
        } else if ends_line(c) {
            plain.push(' ');
        } else if JOINERS.contains(&c) {
            let joins = |c: char| !c.is_ascii() && !is_obeyed(c) && !JOINERS.contains(&c);
            plain.extend((joins(before) && chars.peek().copied().is_some_and(joins)).then_some(c));
        } else if !is_silent(c) {
            plain.push(c);
        }
        before = c;
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_are_joined_come_apart_again() {
        for texts in
            [&["x; y", "z"][..], &["a\\", "b"], &["a\\;b", "\\\\", ";"], &["C:\\x\\y", "plain"]]
        {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            let parts = parted(&joined(&texts));
            let parts: Vec<&str> = parts.iter().map(|part| part.trim()).collect();
            assert_eq!(parts, texts, "{}", joined(&texts));
        }
        assert_eq!(joined(&["x; y".to_owned(), "z".to_owned()]), "x\\; y; z");
        assert_eq!(parted("a;b\\c; d"), ["a", "b\\c", " d"]);
    }

    #[test]
    fn what_does_something_is_not_let_through() {
        for (text, expected) in [
            ("Été 日本 🎬 “quoted”", "Été 日本 🎬 “quoted”"),
            ("a\u{1b}[2Jb\rc\td\ne\u{85}f\u{7f}", "a [2Jb c d e f "),
            ("one\u{2028}two\u{2029}three", "one two three"),
            ("pay\u{202e}lap\u{202c} \u{2066}x\u{2069}\u{200f}\u{061c}", "paylap x"),
            ("zero\u{200b}width\u{feff}\u{2060}\u{ad}", "zerowidth"),
            ("flag\u{e0067}\u{e007f}", "flag"),
            ("ad\u{200d}min\u{200c}", "admin"),
            ("👩\u{200d}🚀 می\u{200c}روم", "👩\u{200d}🚀 می\u{200c}روم"),
            ("é\u{200d}\u{200d}é", "éé"),
        ] {
            assert_eq!(line(text), expected, "{text:?}");
            assert!(!line(text).contains(is_obeyed), "{text:?}");
        }
        assert!(matches!(line("plain"), Cow::Borrowed(_)));
    }

    #[test]
    fn lines_and_colours_are_kept_where_they_are_meant() {
        assert_eq!(lines("a\tb\nc\u{1b}[31md\u{2028}e"), "a\tb\nc [31md e");
        assert_eq!(
            coloured_lines("\u{1b}[1;31merror\u{1b}[0m: x\n"),
            "\u{1b}[1;31merror\u{1b}[0m: x\n"
        );
        assert_eq!(coloured_lines("a\u{1b}[2Jb\u{1b}]0;title\u{7}c\u{1b}"), "a [2Jb ]0;title c ");
        assert_eq!(coloured_lines("m\u{202e}m"), "mm");
    }
}
