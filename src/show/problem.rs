//! What is wrong with a show file: where, why, and how to mend it; and how that is told.
//!
//! Must never let a control character of a file through to the terminal, or take long over a file without line breaks.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// How many problems a report spells out.
const REPORTED_MAX: usize = 200;
/// The longest line, in bytes, that a report shows.
const LINE_MAX: usize = 4096;
/// How far away, in bytes, the related place may be to be shown in the same picture.
const NEAR_MAX: usize = 1 << 16;

/// One fault of a show file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The faulty text: byte offsets into the file.
    pub span: Range<usize>,
    /// What is wrong, in one line, without a full stop.
    pub what: String,
    /// How to mend it, an imperative sentence without a full stop.
    pub mend: String,
    /// Another place that the fault is about (the first use of a number, say), and what is there.
    pub related: Option<(Range<usize>, String)>,
}

impl Problem {
    /// Where it begins in `text`: line and column, counted from 1, the column in characters.
    pub fn line_column(&self, text: &str) -> (usize, usize) {
        let (before, _) = text.split_at(text.floor_char_boundary(self.span.start));
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_start..].chars().filter(|c| *c != BYTE_ORDER_MARK).count();
        (before.matches('\n').count() + 1, column + 1)
    }
}

/// What some editors put before the text of a file; no column counts it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// All `problems` of the file `path`, whose text is `text`, in the manner of rustc, with colours where `colour`.
pub fn report(problems: &[Problem], path: &str, text: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let path = visible(path);
    let mut report = String::new();
    for problem in problems.iter().take(REPORTED_MAX) {
        report += &renderer.render(&[picture(problem, &path, text)]);
        report += "\n\n";
    }
    if problems.len() > REPORTED_MAX {
        report += &format!("... and {} more\n", problems.len() - REPORTED_MAX);
    }
    report
}

/// How many there are: `1 fault`, `3 faults`.
pub fn counted(problems: &[Problem]) -> String {
    format!("{} fault{}", problems.len(), if problems.len() == 1 { "" } else { "s" })
}

fn picture<'a>(problem: &'a Problem, path: &'a str, text: &'a str) -> Group<'a> {
    let group = Group::with_title(Level::ERROR.primary_title(&*problem.what));
    let help = Level::HELP.message(visible(&problem.mend));
    let Some(line) = excerpt(text, &problem.span) else {
        let (line, column) = problem.line_column(text);
        return group.element(Origin::path(path).line(line).char_column(column)).element(help);
    };
    let primary = |from: usize| AnnotationKind::Primary.span(clip(&problem.span, &line, from));
    let related = problem.related.as_ref().and_then(|(span, label)| Some((span, label, excerpt(text, span)?)));
    let Some((span, label, other)) = related else {
        return group.element(snippet(text, &line, path).annotation(primary(line.start))).element(help);
    };
    let context = |from: usize| AnnotationKind::Context.span(clip(span, &other, from)).label(&**label);
    let both = line.start.min(other.start)..line.end.max(other.end);
    let group = if both.len() <= NEAR_MAX {
        group.element(snippet(text, &both, path).annotations([primary(both.start), context(both.start)]))
    } else {
        group
            .element(snippet(text, &line, path).annotation(primary(line.start)))
            .element(snippet(text, &other, path).annotation(context(other.start)))
    };
    group.element(help)
}

/// The piece `shown` of the file as the renderer takes it: only what is needed, so that a report costs no more for a
/// large file.
fn snippet<'a, T: Clone>(text: &'a str, shown: &Range<usize>, path: &'a str) -> Snippet<'a, T> {
    let line = text[..shown.start].matches('\n').count() + 1;
    Snippet::source(&text[shown.clone()]).line_start(line).path(path)
}

/// The line at which `span` begins; nothing when it is too long to be shown.
fn excerpt(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let at = text.floor_char_boundary(span.start);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let start = if text[start..].starts_with(BYTE_ORDER_MARK) { start + BYTE_ORDER_MARK.len_utf8() } else { start };
    (end.saturating_sub(start) <= LINE_MAX).then_some(start..end.max(start))
}

/// As much of `span` as is on the line `shown`, counted from `base`.
fn clip(span: &Range<usize>, shown: &Range<usize>, base: usize) -> Range<usize> {
    let (start, end) = (span.start.clamp(shown.start, shown.end), span.end.clamp(shown.start, shown.end));
    start - base..end.max(start) - base
}

/// Whether `c` turns the direction of writing, which can make a line read as something that it does not say.
pub fn turns(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `text` with every character escaped that would move the cursor, or turn the direction of writing.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| c.is_control() || turns(c);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if hidden(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\u{feff}title = \"Ü\"\n\tnümber = \"12\" # one\nother = 1\n";

    fn problem(of: &str) -> Problem {
        let start = TEXT.find(of).unwrap();
        Problem { span: start..start + of.len(), what: "it is wrong".into(), mend: "mend it".into(), related: None }
    }

    #[test]
    fn counts_lines_and_characters_from_one() {
        assert_eq!(problem("title").line_column(TEXT), (1, 1));
        assert_eq!(problem("\"Ü\"").line_column(TEXT), (1, 9));
        assert_eq!(problem("\"12\"").line_column(TEXT), (2, 11));
        assert_eq!(Problem { span: 900..901, ..problem("title") }.line_column(TEXT), (4, 1));
    }

    #[test]
    fn reports_in_the_manner_of_rustc() {
        let report = report(&[problem("\"12\"")], "my show.toml", TEXT, false);
        let expected = [
            "error: it is wrong",
            " --> my show.toml:2:11",
            "  |",
            "2 |     nümber = \"12\" # one",
            "  |              ^^^^",
            "  |",
            "  = help: mend it",
            "",
            "",
        ];
        assert_eq!(report, expected.join("\n"));
    }

    #[test]
    fn shows_the_related_place_too() {
        let start = TEXT.find("title").unwrap();
        let with_related = Problem { related: Some((start..start + 5, "first here".into())), ..problem("other") };
        let report = report(&[with_related], "show.toml", TEXT, false);
        assert!(report.contains(" --> show.toml:3:1\n"), "{report}");
        assert!(report.contains("----- first here"), "{report}");
        assert!(report.contains("^^^^^"), "{report}");
    }

    #[test]
    fn shows_a_related_place_that_is_far_away() {
        let text = format!("first = 1\n{}last = 1", "between = 1\n".repeat(10_000));
        let related = Some((0..5, "first here".into()));
        let far = Problem { span: text.len() - 8..text.len() - 4, related, ..problem("other") };
        let report = report(&[far], "show.toml", &text, false);
        assert!(report.contains(" --> show.toml:10002:1\n") && report.contains(" ::: show.toml:1:1\n"), "{report}");
        assert!(report.contains("----- first here"), "{report}");
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let text = "a = \"\u{1b}[2J\u{202e}\"";
        let bad = Problem { span: 4..9, what: "\u{1b}[2J".into(), mend: "\u{1b}[2J".into(), related: None };
        let report = report(&[bad], "\u{1b}x", text, false);
        assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report:?}");
    }

    #[test]
    fn is_bounded() {
        let many = vec![problem("other"); REPORTED_MAX + 7];
        let endless = "x".repeat(1 << 20);
        assert!(report(&many, "show.toml", &endless, false).ends_with("... and 7 more\n"));
        assert!(report(&many[..1], "show.toml", &endless, false).len() < LINE_MAX);
    }
}
