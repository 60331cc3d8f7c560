//! Settings files: a flat list of names, each with a text or a list of texts, read with the faults
//! of show files.
//!
//! Owns the form of the files beside the show, keys.toml and theme.toml: `name = "text"` or `name =
//! ["text", "text"]`. What the names mean is known further up. Must never stop at the first fault,
//! nor report a fault of what a syntax error has swallowed. It reads text, not the disk.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::machine::Unseen;
use super::reader::Reader;
use super::syntax;
use crate::show::faults::Faults;
use crate::show::problem::Problem;

pub use crate::show::problem::{one_of, quoted};
pub use crate::show::suggest::closest;

/// The largest settings file that is read, in bytes: a hundred times what anybody writes by hand.
pub const BYTES_MAX: usize = 1 << 20;

/// A text of a settings file and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedText {
    /// The text, without quotes.
    pub text: String,
    /// Its place.
    pub span: Range<usize>,
}

/// A line of a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Name of the setting.
    pub name: PlacedText,
    /// To what; a single text is a list of one.
    pub values: Vec<PlacedText>,
    /// Place of the whole value.
    pub span: Range<usize>,
}

/// A settings file as far as it could be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsFile {
    /// The lines that could be read, by place.
    pub lines: Vec<Setting>,
    /// Problems with the rest, by place.
    pub problems: Vec<Problem>,
}

/// Reads a settings file; `example` is a right line of it, for the fixes.
pub fn read(text: &str, example: &str) -> SettingsFile {
    let problem = |what: String, fix: String| Problem::error(0..0, what, fix);
    if text.len() > BYTES_MAX {
        let what = format!("the file is larger than {} MiB", BYTES_MAX >> 20);
        return SettingsFile {
            lines: vec![],
            problems: vec![problem(what, "give a settings file".to_owned())],
        };
    }
    if let Some(problem) = syntax::endless_key(text) {
        return SettingsFile { lines: vec![], problems: vec![problem] };
    }
    let (tree, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return lines(text, Faults::from(vec![]), vec![], tree.get_ref(), example);
    }
    let repaired = syntax::repair(text);
    let (tree, errors) = DeTable::parse_recoverable(&repaired.text);
    let (mut problems, mut lost) = syntax::explain(&repaired.text, &errors);
    problems.extend(repaired.problems);
    lost.extend(repaired.lost);
    lines(text, Faults::from(problems), lost, tree.get_ref(), example)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the values are toml's")]
fn lines(
    text: &str,
    faults: Faults,
    lost: Vec<Range<usize>>,
    tree: &DeTable<'_>,
    example: &str,
) -> SettingsFile {
    let reader = Reader::new(text, &faults, lost, &Unseen);
    let mut lines = vec![];
    for (name, value) in tree {
        if reader.is_broken_line(name.span().start) || reader.is_broken(&value.span()) {
            continue;
        }
        let text =
            |value: &DeValue<'_>, span| Some(PlacedText { text: value.as_str()?.to_owned(), span });
        let wrong =
            |span| reader.fault(span, "text in quotes belongs here", format!("write `{example}`"));
        let values = match value.get_ref() {
            DeValue::Table(_) => {
                reader.fault(
                    name.span(),
                    "the file has no tables",
                    format!("write lines such as `{example}` alone"),
                );
                continue;
            }
            DeValue::Array(items) => {
                let items =
                    items.iter().map(|item| (text(item.get_ref(), item.span()), item.span()));
                items.filter_map(|(item, span)| item.or_else(|| (wrong(span), None).1)).collect()
            }
            one => match text(one, value.span()) {
                Some(one) => vec![one],
                None => {
                    wrong(value.span());
                    continue;
                }
            },
        };
        let name = PlacedText { text: name.get_ref().to_string(), span: name.span() };
        lines.push(Setting { name, values, span: value.span() });
    }
    lines.sort_by_key(|line| line.name.span.start);
    SettingsFile { lines, problems: faults.into_problems() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_by_place_and_goes_on_behind_a_fault() {
        let text = "go = \"F1\"\nhold = Space\nab = [\"a\", 1]\n\nstandby = [\"s\", \"F2\"]\n[keys]\nx = 1\n";
        let settings = read(text, "go = \"F1\"");
        let names: Vec<_> = settings
            .lines
            .iter()
            .map(|line| (line.name.text.as_str(), line.values.len()))
            .collect();
        assert_eq!(names, [("go", 1), ("ab", 1), ("standby", 2)]);
        let faults: Vec<_> =
            settings.problems.iter().map(|p| (p.line_column(text).0, p.what.as_str())).collect();
        let expected = [
            (2, "text without quotes: `Space`"),
            (3, "text in quotes belongs here"),
            (6, "the file has no tables"),
        ];
        assert_eq!(faults, expected);
        assert_eq!(read(&"#".repeat(BYTES_MAX + 1), "").problems.len(), 1);
    }
}
