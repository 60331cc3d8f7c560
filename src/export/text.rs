//! The report for people, on a terminal or in a mail: plain text without colours, in a given width.
//!
//! Owns the page: what stands on top, the table, what is listed below it. Must never compute: what
//! stands here is a row's. Every line keeps to the width, whatever the titles are written in.
//!
//! ```text
//! title, run, planned and actual times, over or under, held …
//!
//!                              planned   actual    diff  cause
//! Segment                     21:05:00  21:05:12  +0:42  12:42 of 12:00
//!   ✓ 12.5  Cue               21:05:40  21:05:43  +0:03  go
//!           what there is to say of it
//!
//! Not called, Failed or unknown sends, Notes, Spotted, the signs
//! ```

use jiff::ZonedDateTime;
use unicode_width::UnicodeWidthStr;

use super::asrun::{AsRun, CueOutcome, CueRow, SegmentRow, SightingRow, SpottedRow};
use super::layout::{cut, fit, pad, plain, right, wrap};
use super::words::{self, Days, over_under, remark, sign};

/// The width of a report where nobody asks for another.
pub const WIDTH: usize = 80;

/// No report is narrower: a time, a number and a word have to fit beside each other.
const WIDTH_LEAST: usize = 40;

/// The widest that the column of cue numbers may become; a number in wide characters is cut.
const NUMBER_MOST: usize = 16;

/// A time of day without a day's mark.
const CLOCK_WIDTH: usize = 8;

/// Below so many columns for a name, a row takes two lines.
const NAME_LEAST: usize = 22;

/// Writes the report for `width` columns.
pub fn write(report: &AsRun, width: usize) -> String {
    let page = ReportText::new(report, width.max(WIDTH_LEAST));
    let blocks = [
        page.head(),
        page.table(),
        page.not_called(),
        page.lost(),
        page.notes(),
        page.spotted(),
        page.signs(),
    ];
    let mut text = String::new();
    for block in blocks.into_iter().filter(|block| !block.is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        for line in block {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

/// A report and the widths of its columns.
struct ReportText<'a> {
    report: &'a AsRun,
    width: usize,
    days: Days,
    number: usize,
    time: usize,
    difference: usize,
    last: usize,
}

/// The cells of one row of the table.
struct TextRow {
    name: String,
    planned: String,
    actual: String,
    difference: String,
    last: String,
}

impl<'a> ReportText<'a> {
    fn new(report: &'a AsRun, width: usize) -> Self {
        let days = Days::of(report);
        let number =
            report.cues().map(|cue| plain(&cue.number).width()).max().unwrap_or(0).min(NUMBER_MOST);
        let mut page =
            ReportText { report, width, days, number, time: CLOCK_WIDTH, difference: 4, last: 5 };
        let rows: Vec<TextRow> = report
            .segments
            .iter()
            .flat_map(|segment| {
                let cues: Vec<_> = segment.cues.iter().map(|cue| page.cue_row(cue)).collect();
                std::iter::once(page.segment_row(segment)).chain(cues)
            })
            .collect();
        for row in &rows {
            page.time = page.time.max(row.planned.width()).max(row.actual.width());
            page.difference = page.difference.max(row.difference.width());
            page.last = page.last.max(row.last.width());
        }
        page
    }

    /// Returns `true` if a time of the table falls on another day than the first.
    fn marks_days(&self) -> bool {
        self.time > CLOCK_WIDTH
    }

    fn clock(&self, at: &ZonedDateTime) -> String {
        self.days.clock(at)
    }

    fn number(&self, number: &str) -> String {
        fit(&plain(number), self.number)
    }

    fn cell(&self, at: Option<&ZonedDateTime>) -> String {
        at.map_or("–".to_owned(), |at| self.clock(at))
    }

    fn segment_row(&self, row: &SegmentRow) -> TextRow {
        let planned = words::planned(row.planned_ms);
        let last = match row.shown_actual_ms() {
            Some(actual_ms) => format!("{} of {planned}", words::lasted(actual_ms)),
            None => format!("– of {planned}"),
        };
        TextRow {
            name: plain(&row.title),
            planned: self.cell(row.planned_start.as_ref()),
            actual: self.cell(row.actual_start.as_ref()),
            difference: row.shown_difference_ms().map_or(String::new(), over_under),
            last,
        }
    }

    fn cue_row(&self, row: &CueRow) -> TextRow {
        let number = self.number(&row.number);
        TextRow {
            name: format!("  {} {number}  {}", sign(row.outcome), plain(&row.title)),
            planned: self.cell(row.planned_start.as_ref()),
            actual: self.cell(row.actual_start.as_ref()),
            difference: row.shown_difference_ms().map_or(String::new(), over_under),
            last: row.cause.map_or(String::new(), |cause| cause.word().to_owned()),
        }
    }

    fn head(&self) -> Vec<String> {
        let run = self.report;
        let mut lines = wrap(&plain(&run.show), self.width);
        lines.extend(wrap(
            &format!("As-run report of run {}: {}", words::run(run), words::manner(run)),
            self.width,
        ));
        lines.push(String::new());
        lines.extend(
            words::facts(run).iter().flat_map(|(label, words)| self.hang(&pad(label, 9), words)),
        );
        lines
    }

    fn table(&self) -> Vec<String> {
        let heads = ["planned", "actual", "diff", "cause"].map(str::to_owned);
        let [planned, actual, difference, last] = heads;
        let mut lines = match self.name_width() {
            Some(_) => {
                self.lay(&TextRow { name: String::new(), planned, actual, difference, last }, 0)
            }
            None => vec![],
        };
        for (at, segment) in self.report.segments.iter().enumerate() {
            if at > 0 {
                lines.push(String::new());
            }
            lines.extend(self.lay(&self.segment_row(segment), 0));
            lines.extend(self.hang("  ", &plain(&segment.note())));
            for cue in &segment.cues {
                let indent = self.number.min(self.width / 3) + 6;
                lines.extend(self.lay(&self.cue_row(cue), indent));
                lines.extend(self.hang(&" ".repeat(indent), &remark(cue)));
            }
        }
        lines
    }

    /// Width left for names beside the columns, if that is enough.
    fn name_width(&self) -> Option<usize> {
        let columns = 2 * self.time + self.difference + self.last + 8;
        self.width.checked_sub(columns).filter(|&left| left >= NAME_LEAST.max(self.number + 12))
    }

    fn lay(&self, row: &TextRow, indent: usize) -> Vec<String> {
        let Some(name) = self.name_width() else {
            let cells = [&row.planned, &row.actual, &row.difference, &row.last];
            let cells: Vec<_> =
                cells.into_iter().filter(|cell| !cell.is_empty()).cloned().collect();
            let below = self.hang(&" ".repeat(indent.max(2)), &cells.join(" "));
            return std::iter::once(cut(&row.name, self.width)).chain(below).collect();
        };
        // A day's mark comes after its time, so that the times themselves stay in line.
        let cells = [
            pad(&row.planned, self.time),
            pad(&row.actual, self.time),
            right(&row.difference, self.difference),
        ];
        vec![format!("{}  {}  {}", fit(&row.name, name), cells.join("  "), row.last)]
    }

    /// `words` after `label`, in as many lines as they need, all but the first as far in as the
    /// words are.
    fn hang(&self, label: &str, words: &str) -> Vec<String> {
        let label = if label.trim().is_empty() { label.to_owned() } else { format!("{label}  ") };
        let indent = label.width();
        let lines = wrap(words, self.width.saturating_sub(indent).max(2));
        let front = |at: usize| if at == 0 { label.clone() } else { " ".repeat(indent) };
        lines.iter().enumerate().map(|(at, line)| format!("{}{line}", front(at))).collect()
    }

    fn not_called(&self) -> Vec<String> {
        let gaps = self.report.cues().filter(|cue| cue.outcome.is_gap());
        let entry = |cue: &CueRow| {
            let words = if cue.outcome == CueOutcome::NotCalled {
                plain(&cue.title)
            } else {
                self.reason(cue)
            };
            self.hang(&format!("  {}", self.number(&cue.number)), &words)
        };
        titled("Not called", gaps.flat_map(entry).collect())
    }

    fn reason(&self, cue: &CueRow) -> String {
        format!("{} ({})", plain(&cue.title), plain(&cue.note()))
    }

    fn lost(&self) -> Vec<String> {
        let entry = |cue: &CueRow| -> Vec<String> {
            let label = format!(
                "  {}  {}",
                pad(&self.cell(cue.actual_start.as_ref()), self.time),
                self.number(&cue.number)
            );
            cue.lost.iter().flat_map(|lost| self.hang(&label, &plain(&lost.words()))).collect()
        };
        titled("Failed or unknown sends", self.report.cues().flat_map(entry).collect())
    }

    fn notes(&self) -> Vec<String> {
        let notes = self.report.notes.iter().flat_map(|note| {
            let cue = self.number(note.cue.as_deref().unwrap_or("–"));
            self.hang(
                &format!("  {}  {cue}", pad(&self.clock(&note.at), self.time)),
                &plain(&note.text),
            )
        });
        titled("Notes", notes.collect())
    }

    /// The sheet: a line for each person with the times, and the notes on them below.
    fn spotted(&self) -> Vec<String> {
        let name = |row: &SpottedRow| plain(&row.name);
        let widest = self
            .report
            .spotted
            .iter()
            .map(|row| name(row).width())
            .max()
            .unwrap_or(0)
            .min(self.width / 3);
        let entry = |row: &SpottedRow| {
            let time = |seen: &SightingRow| self.clock(&seen.at) + &words::seen_by(seen);
            let times: Vec<String> = row.at.iter().map(time).collect();
            let times = if times.is_empty() { "–".to_owned() } else { times.join(", ") };
            let mut lines = self.hang(&format!("  {}", fit(&name(row), widest)), &times);
            for note in &row.notes {
                lines.extend(
                    self.hang(&format!("    {}", self.clock(&note.at)), &plain(&note.text)),
                );
            }
            lines
        };
        titled("Spotted", self.report.spotted.iter().flat_map(entry).collect())
    }

    /// Legend of the signs that the report shows.
    fn signs(&self) -> Vec<String> {
        // Blanks that do not break keep a sign with its meaning; the page itself is written with
        // common ones.
        let keep = |words: String| words.replace(' ', "\u{a0}");
        let signs: Vec<_> = words::outcomes(self.report)
            .into_iter()
            .map(|outcome| keep(format!("{} {}  ", sign(outcome), outcome.words())))
            .collect();
        let lines = wrap(&signs.join(" "), self.width);
        let mut lines: Vec<_> = lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect();
        lines.extend(wrap(words::DIFFERENCE, self.width));
        lines.extend(
            self.days
                .legend()
                .filter(|_| self.marks_days())
                .iter()
                .flat_map(|words| wrap(words, self.width)),
        );
        lines
    }
}

fn titled(title: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() { lines } else { std::iter::once(title.to_owned()).chain(lines).collect() }
}
