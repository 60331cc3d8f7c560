//! The report for people, on a terminal or in a mail: plain text without colours, in a given width.
//!
//! Owns the page: what stands on top, the table, what is listed below it. Must never compute: what stands here is a
//! row's. Every line keeps to the width, whatever the titles are written in.
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

use jiff::Zoned;
use jiff::civil::Date;
use unicode_width::UnicodeWidthStr;

use super::asrun::{AsRun, CueRow, LostSend, Outcome, SegmentRow, SpottedRow};
use super::layout::{cut, fit, pad, plain, right, wrap};
use crate::show::duration::{self, MILLISECOND_NS};

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
    let page = Page::new(report, width.max(WIDTH_LEAST));
    let blocks =
        [page.head(), page.table(), page.not_called(), page.lost(), page.notes(), page.spotted(), page.signs()];
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
struct Page<'a> {
    report: &'a AsRun,
    width: usize,
    /// The day from which the others are counted.
    first: Option<Date>,
    number: usize,
    time: usize,
    difference: usize,
    last: usize,
}

/// The cells of one row of the table.
struct Row {
    name: String,
    planned: String,
    actual: String,
    difference: String,
    last: String,
}

impl<'a> Page<'a> {
    fn new(report: &'a AsRun, width: usize) -> Self {
        let days = [&report.planned_start, &report.started];
        let first = days.into_iter().flatten().min_by_key(|at| at.timestamp()).map(Zoned::date);
        let number = report.cues().map(|cue| plain(&cue.number).width()).max().unwrap_or(0).min(NUMBER_MOST);
        let mut page = Page { report, width, first, number, time: CLOCK_WIDTH, difference: 4, last: 5 };
        let rows: Vec<Row> = report
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

    /// Whether a time of the table falls on another day than the first.
    fn marks_days(&self) -> bool {
        self.time > CLOCK_WIDTH
    }

    /// A time of day, with the days between it and the first: `23:59:58`, `00:00:12 +1`.
    fn clock(&self, at: &Zoned) -> String {
        let days = self.first.and_then(|first| at.date().since(first).ok()).map_or(0, |span| span.get_days());
        let time = at.strftime("%H:%M:%S");
        match days {
            0 => time.to_string(),
            1.. => format!("{time} +{days}"),
            _ => format!("{time} −{}", days.unsigned_abs()),
        }
    }

    fn number(&self, number: &str) -> String {
        fit(&plain(number), self.number)
    }

    fn cell(&self, at: Option<&Zoned>) -> String {
        at.map_or("–".to_owned(), |at| self.clock(at))
    }

    fn segment_row(&self, row: &SegmentRow) -> Row {
        let planned = duration::length(row.planned_ms * MILLISECOND_NS);
        let last = match row.actual_ms {
            Some(actual_ms) => format!("{} of {planned}", duration::clock(actual_ms / 1000)),
            None => format!("– of {planned}"),
        };
        Row {
            name: plain(&row.title),
            planned: self.cell(row.planned_start.as_ref()),
            actual: self.cell(row.actual_start.as_ref()),
            difference: row.difference_ms.map_or(String::new(), over_under),
            last,
        }
    }

    fn cue_row(&self, row: &CueRow) -> Row {
        let number = self.number(&row.number);
        Row {
            name: format!("  {} {number}  {}", sign(row.outcome), plain(&row.title)),
            planned: self.cell(row.planned_start.as_ref()),
            actual: self.cell(row.actual_start.as_ref()),
            difference: row.difference_ms.map_or(String::new(), over_under),
            last: row.cause.map_or(String::new(), |cause| cause.word().to_owned()),
        }
    }

    fn head(&self) -> Vec<String> {
        let run = self.report;
        let how = match (run.rehearsal, run.speed) {
            (false, _) => "live".to_owned(),
            (true, ..=1) => "rehearsal".to_owned(),
            (true, speed) => format!("rehearsal, {speed} times as fast"),
        };
        let auto = if run.auto { ", called by the program" } else { "" };
        let mut lines = wrap(&plain(&run.show), self.width);
        lines.extend(wrap(&format!("As-run report of run {}: {how}{auto}", plain(&run.run)), self.width));
        lines.push(String::new());
        let mut fact = |label: &str, words: &str| lines.extend(self.hang(&pad(label, 9), words));
        let span = |from: &Zoned, to: &Zoned| {
            let to = to.strftime(if from.date() == to.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" });
            format!("{} to {to}", from.strftime("%Y-%m-%d %H:%M:%S"))
        };
        match (&run.planned_start, &run.planned_end) {
            (Some(from), Some(to)) => fact("Planned", &format!("{}, {}", span(from, to), run.zone_name)),
            _ => fact("Planned", &format!("from the moment it begins, {}", run.zone_name)),
        }
        match (&run.started, &run.last, &run.end) {
            (Some(from), _, Some(end)) if run.finished => fact("Actual", &format!("{}, finished", span(from, end))),
            (Some(from), Some(last), Some(end)) => {
                fact("Actual", &format!("{}, not finished", span(from, last)));
                fact("Projected", &span(from, end));
            }
            _ => fact("Actual", "not begun"),
        }
        if let Some(recorded) = run.recorded.as_ref().filter(|_| run.rehearsal) {
            fact("Rehearsed", &recorded.strftime("%Y-%m-%d %H:%M:%S").to_string());
        }
        match run.over_ms {
            Some(ms @ 1000..) => fact("Over", &over_under(ms)),
            Some(ms @ ..=-1000) => fact("Under", &over_under(ms)),
            Some(_) => fact("On time", &over_under(0)),
            None => {}
        }
        if run.holds > 0 {
            let held = duration::length(run.held_ms * MILLISECOND_NS);
            fact("Held", &format!("{held}, in {}", counted(run.holds as usize, "hold")));
        }
        if !run.panics.is_empty() {
            let at: Vec<_> = run.panics.iter().map(|at| self.clock(at)).collect();
            fact("Panic", &format!("{}, at {}", counted(at.len(), "time"), at.join(", ")));
        }
        for down in &run.downtimes {
            let length = duration::length(down.down_ms * MILLISECOND_NS);
            fact("Down", &format!("{length}, from {} to {}", self.clock(&down.from), self.clock(&down.until)));
        }
        lines
    }

    fn table(&self) -> Vec<String> {
        let heads = ["planned", "actual", "diff", "cause"].map(str::to_owned);
        let [planned, actual, difference, last] = heads;
        let mut lines = match self.name_width() {
            Some(_) => self.lay(&Row { name: String::new(), planned, actual, difference, last }, 0),
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

    /// What is left for names beside the columns, where that is enough.
    fn name_width(&self) -> Option<usize> {
        let columns = 2 * self.time + self.difference + self.last + 8;
        self.width.checked_sub(columns).filter(|&left| left >= NAME_LEAST.max(self.number + 12))
    }

    fn lay(&self, row: &Row, indent: usize) -> Vec<String> {
        let Some(name) = self.name_width() else {
            let cells = [&row.planned, &row.actual, &row.difference, &row.last];
            let cells: Vec<_> = cells.into_iter().filter(|cell| !cell.is_empty()).cloned().collect();
            let below = self.hang(&" ".repeat(indent.max(2)), &cells.join(" "));
            return std::iter::once(cut(&row.name, self.width)).chain(below).collect();
        };
        // A day's mark stands behind its time, so that the times themselves stay in line.
        let cells =
            [pad(&row.planned, self.time), pad(&row.actual, self.time), right(&row.difference, self.difference)];
        vec![format!("{}  {}  {}", fit(&row.name, name), cells.join("  "), row.last)]
    }

    /// `words` behind `label`, in as many lines as they need, all but the first as far in as the words are.
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
            let words = if cue.outcome == Outcome::NotCalled { plain(&cue.title) } else { self.reason(cue) };
            self.hang(&format!("  {}", self.number(&cue.number)), &words)
        };
        titled("Not called", gaps.flat_map(entry).collect())
    }

    fn reason(&self, cue: &CueRow) -> String {
        format!("{} ({})", plain(&cue.title), plain(&cue.note()))
    }

    fn lost(&self) -> Vec<String> {
        let entry = |cue: &CueRow| -> Vec<String> {
            let label =
                format!("  {}  {}", pad(&self.cell(cue.actual_start.as_ref()), self.time), self.number(&cue.number));
            cue.lost.iter().flat_map(|lost| self.hang(&label, &plain(&lost.words()))).collect()
        };
        titled("Failed or unknown sends", self.report.cues().flat_map(entry).collect())
    }

    fn notes(&self) -> Vec<String> {
        let notes = self.report.notes.iter().flat_map(|note| {
            let cue = self.number(note.cue.as_deref().unwrap_or("–"));
            self.hang(&format!("  {}  {cue}", pad(&self.clock(&note.at), self.time)), &plain(&note.text))
        });
        titled("Notes", notes.collect())
    }

    /// The sheet: a line for each person with the times, and the notes on them below.
    fn spotted(&self) -> Vec<String> {
        let name = |row: &SpottedRow| plain(&row.name);
        let widest = self.report.spotted.iter().map(|row| name(row).width()).max().unwrap_or(0).min(self.width / 3);
        let entry = |row: &SpottedRow| {
            let times: Vec<String> = row.at.iter().map(|at| self.clock(at)).collect();
            let times = if times.is_empty() { "–".to_owned() } else { times.join(", ") };
            let mut lines = self.hang(&format!("  {}", fit(&name(row), widest)), &times);
            for note in &row.notes {
                lines.extend(self.hang(&format!("    {}", self.clock(&note.at)), &plain(&note.text)));
            }
            lines
        };
        titled("Spotted", self.report.spotted.iter().flat_map(entry).collect())
    }

    /// What the signs mean, of those that the report shows.
    fn signs(&self) -> Vec<String> {
        use Outcome::{Complete, Missed, NotCalled, Replaced, Running, Skipped, Spare, Stopped};
        let all = [Complete, Running, Stopped, Missed, Skipped, Replaced, Spare, NotCalled];
        let shown = all.into_iter().filter(|&outcome| self.report.cues().any(|cue| cue.outcome == outcome));
        // Blanks that do not break keep a sign with its meaning; the page itself is written with common ones.
        let keep = |words: String| words.replace(' ', "\u{a0}");
        let signs: Vec<_> = shown.map(|outcome| keep(format!("{} {}  ", sign(outcome), outcome.words()))).collect();
        let lines = wrap(&signs.join(" "), self.width);
        let mut lines: Vec<_> = lines.into_iter().map(|line| line.replace('\u{a0}', " ")).collect();
        let diff = "diff: of a segment, its length over (+) or under (−) the plan; of a cue, how late (+) or early (−)";
        lines.extend(wrap(diff, self.width));
        if let Some(first) = self.first.filter(|_| self.marks_days()) {
            lines.extend(wrap(&format!("+1 behind a time: one day after {first}"), self.width));
        }
        lines
    }
}

/// One column that says at a glance what became of a cue.
fn sign(outcome: Outcome) -> char {
    match outcome {
        Outcome::Complete => '✓',
        Outcome::Running => '▸',
        Outcome::Stopped => '■',
        Outcome::Missed => '!',
        Outcome::Skipped => '×',
        Outcome::Replaced => '↷',
        Outcome::Spare => '○',
        Outcome::NotCalled => '·',
    }
}

/// What there is to say of a cue beyond its sign.
fn remark(cue: &CueRow) -> String {
    let said = |remark: &&String| *remark != cue.outcome.words();
    let remarks = cue.remarks.iter().filter(said).cloned().chain(cue.lost.iter().map(LostSend::words));
    plain(&remarks.collect::<Vec<_>>().join("; "))
}

fn over_under(ms: i64) -> String {
    duration::over_under(ms.saturating_mul(MILLISECOND_NS as i64))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn titled(title: &str, lines: Vec<String>) -> Vec<String> {
    if lines.is_empty() { lines } else { std::iter::once(title.to_owned()).chain(lines).collect() }
}
