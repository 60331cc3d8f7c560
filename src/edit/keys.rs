//! The keys that the show file has for a cue and a segment, as the reference (docs/reference.md)
//! tells of them.

use std::sync::LazyLock;

/// A table of the show file that a form has keys of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTable {
    /// A cue.
    Cue,
    /// A segment.
    Segment,
}

/// The way in which a value is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// A text without its quotes.
    Text,
    /// Ids with commas between.
    Ids,
    /// As the file has it.
    Source,
}

/// A key of the show file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowKey {
    /// Its name.
    pub name: &'static str,
    /// The form of its values, in the words of the reference.
    pub value: &'static str,
    /// Its meaning, in the words of the reference.
    pub meaning: &'static str,
}

impl ShowKey {
    /// The way in which its values are typed.
    pub fn typing(&self) -> Typing {
        let is_word = self.value.starts_with("`\"") && !self.value.ends_with("table");
        let is_text =
            ["text", "duration", "cue number"].iter().any(|is| self.value.starts_with(is));
        if self.value.starts_with("list of") && self.value.ends_with("ids") {
            Typing::Ids
        } else if is_text || is_word {
            Typing::Text
        } else {
            Typing::Source
        }
    }

    /// Returns `true` if its text may have several lines.
    pub fn has_lines(&self) -> bool {
        self.value.contains("several lines")
    }
}

static CUE: LazyLock<Vec<ShowKey>> = LazyLock::new(|| keys("a cue"));
static SEGMENT: LazyLock<Vec<ShowKey>> = LazyLock::new(|| keys("a segment"));

impl KeyTable {
    /// Its keys, in the order of the reference. The cues of a segment are none: they have forms of
    /// their own.
    pub fn keys(self) -> &'static [ShowKey] {
        match self {
            KeyTable::Cue => &CUE,
            KeyTable::Segment => &SEGMENT,
        }
    }
}

/// The rows of a table of the reference.
fn keys(of: &str) -> Vec<ShowKey> {
    const REFERENCE: &str = include_str!("../../docs/reference.md");
    let mark = format!("<!-- keys of: {of} -->");
    let (_, rest) = REFERENCE.split_once(&mark).unwrap_or_default();
    let rows = rest.lines().skip_while(|line| !line.starts_with('|')).skip(2);
    let row = |line: &'static str| {
        let mut cells = line.trim_matches('|').splitn(3, '|').map(str::trim);
        let name = cells.next()?.trim_matches('`');
        Some(ShowKey { name, value: cells.next()?, meaning: cells.next()? })
    };
    let rows = rows.take_while(|line| line.starts_with('|')).filter_map(row);
    rows.filter(|key| key.value != "list of tables" || key.name != "cue").collect()
}
