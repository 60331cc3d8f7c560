//! Keys and texts as TOML has them.

use std::fmt::Write as _;

/// A key, between quotes where it has to be.
pub fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A text between quotes, on one line.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    escape(&mut quoted, text, true);
    quoted.push('"');
    quoted
}

/// A text of several lines as one, and any other between quotes.
pub fn prose(text: &str) -> String {
    if !text.contains('\n') {
        return quoted(text);
    }
    let mut prose = "\"\"\"\n".to_owned();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            prose.push('\n');
        }
        // One or two quotes end nothing, unless the text ends with them.
        escape(&mut prose, line, line.contains("\"\"\"") || line.ends_with('"'));
    }
    prose.push_str("\"\"\"");
    prose
}

/// Writes a text so that a basic string of TOML means it, with its quotes escaped or as they are.
fn escape(into: &mut String, text: &str, with_quotes: bool) {
    for c in text.chars() {
        match c {
            '"' if with_quotes => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\t' => into.push('\t'),
            c if c.is_control() => _ = write!(into, "\\u{:04X}", u32::from(c)),
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_read_as_it_was() {
        for text in [
            "a \"b\" \\ c",
            "one\n\"\"\"two\"\"\"\n",
            "=cmd|' /C calc'!A0",
            "tab\there",
            "\u{7f}",
            "# no comment",
            "",
        ] {
            for value in [prose(text), quoted(text)] {
                let toml = format!("{} = {value}\n", key(text));
                let table: toml::Table = toml.parse().unwrap();
                assert_eq!(table[text].as_str(), Some(text), "{toml}");
            }
        }
        assert_eq!([key("a-b_1"), key("é")], ["a-b_1", "\"é\""]);
    }
}
