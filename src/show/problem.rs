//! Problems of a show file: their places, reasons and fixes, and how they are written.
//!
//! Must never let a control character of a file through to the terminal, or take long over a file
//! without line breaks.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// The most errors, and the most warnings, that a report shows: a file with more has one cause, or
/// another format.
const REPORTED_MAX: usize = 20;
/// The most problems of a file that are counted.
pub const COUNTED_MAX: usize = 10_000;
/// The longest line, in bytes, that a report shows.
const LINE_MAX: usize = 4096;
/// Maximum length of what a message repeats of the file, characters.
const QUOTED_MAX: usize = 40;
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

/// A place in the text that a show was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemPlace {
    /// In a TOML text: byte offsets into it.
    Toml(Range<u32>),
    /// In a cell of a spreadsheet.
    Cell(Arc<CellPlace>),
    /// At an element of a JSON text, as a JSON Pointer (RFC 6901).
    Json(Arc<String>),
    /// In a file that the show file includes.
    Included(Arc<Included>),
}

/// A place in a file that a show file includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// The file.
    pub file: Arc<FileText>,
    /// Byte offsets into its text.
    pub span: Range<u32>,
}

/// A file that a show file includes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileText {
    /// Its name in messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A cell of a spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellPlace {
    /// The name of its sheet; empty where the file has one sheet without a name.
    pub sheet: String,
    /// Counted from 1.
    pub row: u32,
    /// Counted from 1.
    pub column: u32,
}

impl From<Range<usize>> for ProblemPlace {
    fn from(span: Range<usize>) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        ProblemPlace::Toml(offset(span.start)..offset(span.end))
    }
}

impl ProblemPlace {
    /// The cell at `row` and `column` of a sheet, both counted from 1.
    pub fn cell(sheet: impl Into<String>, row: u32, column: u32) -> Self {
        ProblemPlace::Cell(Arc::new(CellPlace { sheet: sheet.into(), row, column }))
    }

    /// The element that a JSON Pointer names: `/rundown/3/timeStart`.
    pub fn json(pointer: impl Into<String>) -> Self {
        ProblemPlace::Json(Arc::new(pointer.into()))
    }

    /// The byte offsets in a TOML text; nothing elsewhere.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            ProblemPlace::Toml(span) => Some(span.start as usize..span.end as usize),
            ProblemPlace::Cell(_) | ProblemPlace::Json(_) | ProblemPlace::Included(_) => None,
        }
    }

    /// The name and the text of the file that it is in, and the stretch there; `path` and `text` are
    /// those of the show file. Nothing outside of TOML.
    fn located<'a>(&'a self, path: &'a str, text: &'a str) -> Option<Located<'a>> {
        let whole = |span: &Range<u32>| span.start as usize..span.end as usize;
        match self {
            ProblemPlace::Toml(span) => Some(Located { path, text, span: whole(span) }),
            ProblemPlace::Included(place) => {
                let FileText { name, text } = &*place.file;
                Some(Located { path: name, text, span: whole(&place.span) })
            }
            ProblemPlace::Cell(_) | ProblemPlace::Json(_) => None,
        }
    }

    /// The place in a few words: "line 12", "line 3 of house.toml", "Sheet1!C31",
    /// "/rundown/3/timeStart". `text` is the TOML text, where there is one.
    pub fn words(&self, text: &str) -> String {
        match self {
            ProblemPlace::Toml(span) => {
                format!("line {}", line_column(text, span.start as usize).0)
            }
            ProblemPlace::Cell(cell) if cell.sheet.is_empty() => {
                format!("{}{}", letters(cell.column), cell.row)
            }
            ProblemPlace::Cell(cell) => {
                format!("{}!{}{}", cell.sheet, letters(cell.column), cell.row)
            }
            ProblemPlace::Json(pointer) => pointer.to_string(),
            ProblemPlace::Included(place) => {
                let FileText { name, text } = &*place.file;
                format!("line {} of {name}", line_column(text, place.span.start as usize).0)
            }
        }
    }

    /// The order of reading; of places in different texts, that of the kinds.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let kind = |place: &Self| match place {
            ProblemPlace::Toml(_) => 0,
            ProblemPlace::Included(_) => 1,
            ProblemPlace::Cell(_) => 2,
            ProblemPlace::Json(_) => 3,
        };
        match (self, other) {
            (ProblemPlace::Toml(a), ProblemPlace::Toml(b)) => {
                (a.start, a.end).cmp(&(b.start, b.end))
            }
            (ProblemPlace::Cell(a), ProblemPlace::Cell(b)) => a.cmp(b),
            (ProblemPlace::Json(a), ProblemPlace::Json(b)) => a.cmp(b),
            (ProblemPlace::Included(a), ProblemPlace::Included(b)) => {
                let key = |at: &Included| (at.span.start, at.span.end);
                a.file.name.cmp(&b.file.name).then(key(a).cmp(&key(b)))
            }
            (
                ProblemPlace::Toml(_)
                | ProblemPlace::Cell(_)
                | ProblemPlace::Json(_)
                | ProblemPlace::Included(_),
                other,
            ) => kind(self).cmp(&kind(other)),
        }
    }
}

/// A column of a spreadsheet by its letters: 1 is A, 27 is AA.
pub fn letters(mut column: u32) -> String {
    let mut letters = String::new();
    while let Some(left) = column.checked_sub(1) {
        letters.insert(0, char::from(b'A' + (left % 26) as u8));
        column = left / 26;
    }
    letters
}

/// The place of a byte of `text`: line and column, counted from 1, the column in characters.
fn line_column(text: &str, at: usize) -> (usize, usize) {
    let (before, _) = text.split_at(text.floor_char_boundary(at));
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before[line_start..].chars().filter(|c| *c != BYTE_ORDER_MARK).count();
    (before.matches('\n').count() + 1, column + 1)
}

/// One thing that is wrong with a show file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The severity.
    pub severity: Severity,
    /// Its place.
    pub place: ProblemPlace,
    /// The problem, in one line, without a full stop.
    pub what: String,
    /// The fix, an imperative sentence without a full stop.
    pub fix: String,
    /// Other places that the fault is about (the first use of a number, the use of a template), and
    /// what is there.
    pub related: Vec<(ProblemPlace, String)>,
}

impl Problem {
    /// An error: the file cannot be used.
    pub fn error(
        place: impl Into<ProblemPlace>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Problem {
            severity: Severity::Error,
            place: place.into(),
            what: what.into(),
            fix: fix.into(),
            related: vec![],
        }
    }

    /// A warning: the file can be used, but will not do what is meant.
    pub fn warning(
        place: impl Into<ProblemPlace>,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(place, what, fix) }
    }

    /// The same, with one more place that it is about, and what is there.
    pub fn beside(mut self, place: impl Into<ProblemPlace>, label: impl Into<String>) -> Self {
        self.related.push((place.into(), label.into()));
        self
    }

    /// The order of their places.
    pub fn by_place(&self, other: &Self) -> Ordering {
        self.place.order(&other.place)
    }

    /// Its beginning in `text`, a TOML text: line and column, counted from 1, the column in
    /// characters; of a problem elsewhere, the beginning of the text.
    pub fn line_column(&self, text: &str) -> (usize, usize) {
        line_column(text, self.place.span().map_or(0, |span| span.start))
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
    let Some(at) = problem.place.located(path, text) else {
        let place = visible(&format!("{path}: {}", problem.place.words(text))).into_owned();
        return group.element(Origin::path(place)).element(help);
    };
    let Some(line) = excerpt(at.text, &at.span) else {
        let (line, column) = line_column(at.text, at.span.start);
        return group.element(Origin::path(at.path).line(line).char_column(column)).element(help);
    };
    let mut excerpts = vec![Excerpt { lines: line, of: at.clone(), marks: vec![(at.span, None)] }];
    for (place, label) in &problem.related {
        let Some(at) = place.located(path, text) else { continue };
        let Some(line) = excerpt(at.text, &at.span) else { continue };
        let both = |lines: &Range<usize>| line.start.min(lines.start)..line.end.max(lines.end);
        let is_near = |one: &Excerpt<'_>| {
            std::ptr::eq(one.of.text, at.text) && both(&one.lines).len() <= NEAR_MAX
        };
        let mark = (at.span.clone(), Some(label.as_str()));
        match excerpts.iter_mut().find(|one| is_near(one)) {
            Some(near) => {
                near.lines = both(&near.lines);
                near.marks.push(mark);
            }
            None => excerpts.push(Excerpt { lines: line, of: at, marks: vec![mark] }),
        }
    }
    let group = excerpts.into_iter().fold(group, |group, one| {
        let marks = one.marks.iter().map(|(span, label)| {
            let span = clip(span, &one.lines, one.lines.start);
            match label {
                None => AnnotationKind::Primary.span(span),
                Some(label) => AnnotationKind::Context.span(span).label(*label),
            }
        });
        let marks: Vec<_> = marks.collect();
        group.element(snippet(one.of.text, &one.lines, one.of.path).annotations(marks))
    });
    group.element(help)
}

/// A place in a file: the file's name and text, and the stretch there.
#[derive(Clone)]
struct Located<'a> {
    path: &'a str,
    text: &'a str,
    span: Range<usize>,
}

/// Lines of a file that a report shows.
struct Excerpt<'a> {
    of: Located<'a>,
    lines: Range<usize>,
    /// Stretches that are marked in them, with the words beside each; the place of the problem has none.
    marks: Vec<(Range<usize>, Option<&'a str>)>,
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

/// Text of the file as a message repeats it: in backquotes, on one line, not too long.
pub fn quoted(text: &str) -> String {
    let short: String = text.chars().take(QUOTED_MAX).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("`{}{dots}`", visible(&short))
}

/// A choice in words: "`a`, `b` or `c`".
pub fn one_of(words: &[&str]) -> String {
    /// More would not help anybody to choose.
    const NAMED_MAX: usize = 24;
    let named: Vec<_> = words.iter().take(NAMED_MAX).map(|word| quoted(word)).collect();
    match named.as_slice() {
        [] => "one that there is".to_owned(),
        [only] => only.clone(),
        [first @ .., last] if words.len() <= NAMED_MAX => format!("{} or {last}", first.join(", ")),
        all => format!("{} …", all.join(", ")),
    }
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
        assert_eq!(
            Problem { place: ProblemPlace::Toml(900..901), ..problem("title") }.line_column(TEXT),
            (4, 1)
        );
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
        let with_related = problem("other").beside(start..start + 5, "first here");
        let report = report(&[with_related], "show.toml", TEXT, false);
        assert!(report.contains(" --> show.toml:3:1\n"), "{report}");
        assert!(report.contains("----- first here"), "{report}");
        assert!(report.contains("^^^^^"), "{report}");
    }

    #[test]
    fn shows_a_related_place_that_is_far_away() {
        let text = format!("first = 1\n{}last = 1", "between = 1\n".repeat(10_000));
        let far = Problem::error(text.len() - 8..text.len() - 4, "it is wrong", "fix it")
            .beside(0..5, "first here");
        let report = report(&[far], "show.toml", &text, false);
        assert!(
            report.contains(" --> show.toml:10002:1\n") && report.contains(" ::: show.toml:1:1\n"),
            "{report}"
        );
        assert!(report.contains("----- first here"), "{report}");
    }

    #[test]
    fn a_place_is_named_in_the_words_of_its_text() {
        let (cell, json) =
            (ProblemPlace::cell("Sheet1", 31, 3), ProblemPlace::json("/rundown/3/timeStart"));
        assert_eq!(problem("\"12\"").place.words(TEXT), "line 2");
        assert_eq!(
            (cell.words(""), json.words("")),
            ("Sheet1!C31".into(), "/rundown/3/timeStart".into())
        );
        for (column, name) in [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")] {
            assert_eq!(ProblemPlace::cell("S", 2, column).words(""), format!("S!{name}2"));
        }
        let elsewhere = Problem::error(cell, "it is wrong", "fix it").beside(json, "and here");
        let report = report(&[elsewhere], "show.xlsx", "", false);
        assert!(report.contains("--> show.xlsx: Sheet1!C31\n"), "{report}");
        assert!(report.contains("help: fix it"), "{report}");
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
