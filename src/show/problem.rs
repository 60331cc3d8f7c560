//! Problems of a show file: their places, reasons and fixes, and how they are written.
//!
//! Must never let a control character of a file through to the terminal, or take long over a file
//! without line breaks.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// The most errors, and the most warnings, that a report shows: a file with more has one cause, or
/// another format.
const REPORTED_MAX: usize = 20;
/// The most problems of a file that are counted.
pub const COUNTED_MAX: usize = 10_000;
/// The longest line, in bytes, that a report shows.
const LINE_MAX: usize = 4096;
/// Maximum distance of a related place that is shown in the same excerpt, bytes.
const NEAR_MAX: usize = 1 << 16;

/// The severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// It can, but will not do what is meant.
    Warning,
}

impl Severity {
    /// The word for `count` of them: `error`, `warnings`.
    fn word(self, count: usize) -> &'static str {
        match (self, count) {
            (Severity::Error, 1) => "error",
            (Severity::Error, _) => "errors",
            (Severity::Warning, 1) => "warning",
            (Severity::Warning, _) => "warnings",
        }
    }
}

/// One thing that is wrong with a show file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The severity.
    pub severity: Severity,
    /// The faulty text: byte offsets into the file.
    pub span: Range<usize>,
    /// The problem, in one line, without a full stop.
    pub what: String,
    /// The fix, an imperative sentence without a full stop.
    pub fix: String,
    /// Another place that the fault is about (the first use of a number, say), and what is there.
    pub related: Option<(Range<usize>, String)>,
}

impl Problem {
    /// An error: the file cannot be used.
    pub fn error(span: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Problem {
            severity: Severity::Error,
            span,
            what: what.into(),
            fix: fix.into(),
            related: None,
        }
    }

    /// A warning: the file can be used, but will not do what is meant.
    pub fn warning(span: Range<usize>, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(span, what, fix) }
    }

    /// The same, with a second place that it is about, and what is there.
    pub fn beside(self, span: Range<usize>, label: impl Into<String>) -> Self {
        Problem { related: Some((span, label.into())), ..self }
    }

    /// Its beginning in `text`: line and column, counted from 1, the column in characters.
    pub fn line_column(&self, text: &str) -> (usize, usize) {
        let (before, _) = text.split_at(text.floor_char_boundary(self.span.start));
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before[line_start..].chars().filter(|c| *c != BYTE_ORDER_MARK).count();
        (before.matches('\n').count() + 1, column + 1)
    }
}

/// Character that some editors put before the text of a file; no column counts it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// All `problems` of the file `path`, whose text is `text`, in the manner of rustc, with colours
/// where `colour`: the errors first, and of each severity no more than the first `REPORTED_MAX`.
pub fn report(problems: &[Problem], path: &str, text: &str, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let path = visible(path);
    let mut report = String::new();
    for severity in [Severity::Error, Severity::Warning] {
        let of_severity = || problems.iter().filter(|problem| problem.severity == severity);
        for problem in of_severity().take(REPORTED_MAX) {
            report += &renderer.render(&[picture(problem, &path, text)]);
            report += "\n\n";
        }
        let more = of_severity().count().saturating_sub(REPORTED_MAX);
        if more > 0 {
            report += &format!("and {more} more {}\n\n", severity.word(more));
        }
    }
    report
}

/// Their number: `1 error`, `2 errors and 1 warning`, `3 warnings`; empty if there are none.
pub fn counted(problems: &[Problem]) -> String {
    let of = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let counted = [Severity::Error, Severity::Warning].map(|severity| (severity, of(severity)));
    let counted = counted.iter().filter(|(_, count)| *count > 0);
    let most = |count: usize| if count < COUNTED_MAX { "" } else { " or more" };
    counted
        .map(|(severity, count)| format!("{count}{} {}", most(*count), severity.word(*count)))
        .collect::<Vec<_>>()
        .join(" and ")
}

fn picture<'a>(problem: &'a Problem, path: &'a str, text: &'a str) -> Group<'a> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let group = Group::with_title(level.primary_title(&*problem.what));
    let help = Level::HELP.message(visible(&problem.fix));
    let Some(line) = excerpt(text, &problem.span) else {
        let (line, column) = problem.line_column(text);
        return group.element(Origin::path(path).line(line).char_column(column)).element(help);
    };
    let primary = |from: usize| AnnotationKind::Primary.span(clip(&problem.span, &line, from));
    let related = problem
        .related
        .as_ref()
        .and_then(|(span, label)| Some((span, label, excerpt(text, span)?)));
    let Some((span, label, other)) = related else {
        return group
            .element(snippet(text, &line, path).annotation(primary(line.start)))
            .element(help);
    };
    let context =
        |from: usize| AnnotationKind::Context.span(clip(span, &other, from)).label(&**label);
    let both = line.start.min(other.start)..line.end.max(other.end);
    let group = if both.len() <= NEAR_MAX {
        group.element(
            snippet(text, &both, path).annotations([primary(both.start), context(both.start)]),
        )
    } else {
        group
            .element(snippet(text, &line, path).annotation(primary(line.start)))
            .element(snippet(text, &other, path).annotation(context(other.start)))
    };
    group.element(help)
}

/// The piece `shown` of the file as the renderer takes it: only what is needed, so that a report
/// costs no more for a large file.
fn snippet<'a, T: Clone>(text: &'a str, shown: &Range<usize>, path: &'a str) -> Snippet<'a, T> {
    let line = text[..shown.start].matches('\n').count() + 1;
    Snippet::source(&text[shown.clone()]).line_start(line).path(path)
}

/// The line at which `span` begins; nothing when it is too long to be shown.
fn excerpt(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let at = text.floor_char_boundary(span.start);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let start = if text[start..].starts_with(BYTE_ORDER_MARK) {
        start + BYTE_ORDER_MARK.len_utf8()
    } else {
        start
    };
    (end.saturating_sub(start) <= LINE_MAX).then_some(start..end.max(start))
}

/// As much of `span` as is on the line `shown`, counted from `base`.
fn clip(span: &Range<usize>, shown: &Range<usize>, base: usize) -> Range<usize> {
    let (start, end) =
        (span.start.clamp(shown.start, shown.end), span.end.clamp(shown.start, shown.end));
    start - base..end.max(start) - base
}

/// `text` with every character escaped that does something to the text around it instead of
/// standing in it.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = crate::plain::is_obeyed;
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
        Problem::error(start..start + of.len(), "it is wrong", "fix it")
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
            "  = help: fix it",
            "",
            "",
        ];
        assert_eq!(report, expected.join("\n"));
    }

    #[test]
    fn shows_the_related_place_too() {
        let start = TEXT.find("title").unwrap();
        let with_related =
            Problem { related: Some((start..start + 5, "first here".into())), ..problem("other") };
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
        assert!(
            report.contains(" --> show.toml:10002:1\n") && report.contains(" ::: show.toml:1:1\n"),
            "{report}"
        );
        assert!(report.contains("----- first here"), "{report}");
    }

    #[test]
    fn no_control_character_reaches_the_terminal() {
        let text = "a = \"\u{1b}[2J\u{202e}\"";
        let bad = Problem::error(4..9, "\u{1b}[2J", "\u{1b}[2J");
        let report = report(&[bad], "\u{1b}x", text, false);
        assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report:?}");
    }

    #[test]
    fn is_bounded() {
        let many = vec![problem("other"); REPORTED_MAX + 7];
        let endless = "x".repeat(1 << 20);
        assert!(report(&many, "show.toml", &endless, false).ends_with("and 7 more errors\n\n"));
        assert!(report(&many[..1], "show.toml", &endless, false).len() < LINE_MAX);
    }

    #[test]
    fn errors_come_before_warnings_and_each_is_counted() {
        let doubt = |of: &str| Problem { severity: Severity::Warning, ..problem(of) };
        let all = [doubt("title"), problem("other"), doubt("\"12\"")];
        let report = report(&all, "show.toml", TEXT, false);
        let place =
            |words: &str| report.find(words).unwrap_or_else(|| panic!("no {words:?} in {report}"));
        assert!(
            place("error: it is wrong\n --> show.toml:3:1")
                < place("warning: it is wrong\n --> show.toml:1:1")
        );
        assert_eq!(counted(&all), "1 error and 2 warnings");
        assert_eq!((counted(&all[..1]), counted(&[])), ("1 warning".to_owned(), String::new()));
    }
}
