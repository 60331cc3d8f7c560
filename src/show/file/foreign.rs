//! Files of other formats that were given as a show: one line says so, instead of an error for each
//! of their lines.
//!
//! Only asked about a text that is no TOML, so that nothing is refused here that could have been
//! read.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::show::problem::Problem;

/// Number of lines that are looked at.
const LINES_MAX: usize = 50;

/// Part of a text that must look like the other format: three quarters of the lines.
const SHARE: (usize, usize) = (3, 4);

/// The one error of a text that is of another format, where it looks like one.
pub(super) fn problem(text: &str) -> Option<Problem> {
    let kind = kind(text)?;
    let what = format!("this looks like {kind}, not like a show file");
    let fix = match kind {
        "CSV" | "JSON" => "make a show of a run sheet with `handover import FILE -o SHOW.toml`",
        _ => "write the show as TOML: `handover new FILE` writes one to start from",
    };
    Some(Problem::error(first_line(text), what, fix))
}

fn kind(text: &str) -> Option<&'static str> {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.contains('\0') {
        return Some("a binary file");
    }
    // No TOML begins with a brace; a bracket may begin a table as well.
    if start.starts_with('{')
        || (start.starts_with('[') && serde_json::from_str::<IgnoredAny>(start).is_ok())
    {
        return Some("JSON");
    }
    if start.starts_with('<') {
        return Some("XML or HTML");
    }
    let lines: Vec<&str> = start
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty())
        .take(LINES_MAX)
        .collect();
    if lines.is_empty() {
        return None;
    }
    let is_most = |count: usize| count * SHARE.1 >= lines.len() * SHARE.0;
    if lines.iter().any(|line| is_toml(line)) {
        return None;
    }
    if is_most(lines.iter().filter(|line| is_yaml(line)).count()) {
        return Some("YAML");
    }
    for separator in [',', ';', '\t'] {
        let first = lines.first().map_or(0, |line| line.matches(separator).count());
        if first > 0
            && is_most(
                lines.iter().filter(|line| line.matches(separator).count() >= first.min(2)).count(),
            )
        {
            return Some("CSV");
        }
    }
    None
}

/// Returns `true` if a line can only be TOML: a header, or a bare key with its value.
fn is_toml(line: &str) -> bool {
    let is_bare = |key: &str| {
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let is_header = line.starts_with('[')
        && line.trim_end_matches(']').len() < line.len()
        && !line.contains(',');
    is_header || line.split_once('=').is_some_and(|(key, _)| is_bare(key.trim()))
}

/// Returns `true` if a line is a mapping or a list of YAML, a mark between documents, or a comment.
fn is_yaml(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("- ").unwrap_or(line);
    let is_key = |key: &str| !key.is_empty() && key.len() <= 60 && !key.contains([',', ';', '\t']);
    let is_mapping = line
        .split_once(':')
        .is_some_and(|(key, rest)| is_key(key) && (rest.is_empty() || rest.starts_with(' ')));
    is_mapping || line == "---" || line.starts_with('#')
}

fn first_line(text: &str) -> Range<usize> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    start..text[start..].find('\n').map_or(text.len(), |end| start + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_known_and_faulty_shows_are_not_taken_for_them() {
        for (text, known) in [
            ("Cue,Title,Duration\n1,House lights,0:30\n2,\"Music, loud\",1:00\n", Some("CSV")),
            ("\u{feff}Cue;Title\n1;A = B\n2;C\n", Some("CSV")),
            ("Cue\tTitle\n1\tA\n", Some("CSV")),
            ("{\"title\": \"T\",\n \"cues\": [1, 2}", Some("JSON")),
            ("[{\"title\": \"T\"}]", Some("JSON")),
            ("---\ntitle: T\nsegments:\n  - title: S\n    duration: 1m\n", Some("YAML")),
            ("title: T\n# note\ncues:\n- number: 1\n", Some("YAML")),
            ("<?xml version=\"1.0\"?>\n<show/>\n", Some("XML or HTML")),
            ("PK\u{3}\u{4}\0\0", Some("a binary file")),
            ("title = \"T\"\nstart: 20:00\nnotes: x\nabc: d\n", None),
            ("title: \"T\"\n[[segment]]\ntitle: \"S\"\n", None),
            ("Hello, this is\nno show at all\n", None),
            ("", None),
        ] {
            assert_eq!(kind(text), known, "{text:?}");
        }
    }
}
