//! The report to look at: one HTML file with the chart in it, for the screen, light or dark, and
//! for paper.
//!
//! Owns the page's order and its tables. Must never compute (what stands here is a row's) and never
//! write a free text but through `escape`. Times and lengths carry their exact values beside the
//! words, for readers who point at them.
//!
//! ```text
//! title, run, facts
//! the chart
//! Rundown                planned   actual    length  diff  cause  outcome    remarks
//! Segment                22:50:00  22:50:02  3:42    +0:12
//! 12.5  Cue              22:50:40  22:50:43  0:45    +0:03  go    ✓ complete
//! Not called · Failed or unknown sends · Notes · Spotted · the signs
//! ```

use jiff::ZonedDateTime;

use super::asrun::{
    AsRun, CueOutcome, CueRow, LostSend, SegmentRow, SightingRow, SpottedNote, SpottedRow,
};
use super::chart;
use super::csv::rfc3339;
use super::markup::{escape, foot, page};
use super::words::{self, Days, lasted, over_under, planned, remark, sign};

const STYLE: &str = include_str!("css/report.css");

/// The columns of the rundown, with their classes.
const HEADS: [(&str, &str); 10] = [
    ("number", "Cue"),
    ("words", "Title"),
    ("time", "Planned"),
    ("time", "Actual"),
    ("length", "Plan"),
    ("length", "Length"),
    ("length", "Diff"),
    ("cause", "Cause"),
    ("outcome", "Outcome"),
    ("words", "Remarks"),
];

/// Writes the report as one page.
pub fn write(report: &AsRun) -> String {
    let writer = HtmlWriter { report, days: Days::of(report) };
    let sections = [
        writer.head(),
        section("chart-section", "Planned and actual", &wide(&chart::inline(report))),
        section("rundown-section", "Rundown", &wide(&writer.rundown())),
        writer.not_called(),
        writer.lost(),
        writer.notes(),
        writer.spotted(),
        writer.signs(),
    ];
    let style =
        [STYLE, chart::STYLE, &foot(&format!("{}, run {}", report.show, report.run))].concat();
    page(
        &format!("{}: as-run report", report.show),
        &style,
        &format!("<main>\n{}</main>\n", sections.concat()),
    )
}

/// A part of the page with its heading.
fn section(class: &str, title: &str, content: &str) -> String {
    format!("<section class=\"{class}\">\n<h2>{title}</h2>\n{content}</section>\n")
}

/// Wraps content that may be wider than a small screen, and scrolls by itself there.
fn wide(content: &str) -> String {
    format!("<div class=\"wide\">\n{content}</div>\n")
}

/// A small table of its own, where it has rows.
fn listed(class: &str, title: &str, heads: &[(&str, &str)], rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    section(
        class,
        title,
        &wide(&format!(
            "<table>\n{}<tbody>\n{}</tbody>\n</table>\n",
            head_row(heads),
            rows.concat()
        )),
    )
}

fn head_row(heads: &[(&str, &str)]) -> String {
    let cells = heads
        .iter()
        .map(|(class, words)| format!("<th class=\"{class}\" scope=\"col\">{words}</th>"));
    format!("<thead>\n<tr>{}</tr>\n</thead>\n", cells.collect::<String>())
}

fn cell(class: &str, content: &str) -> String {
    format!("<td class=\"{class}\">{content}</td>")
}

/// A length or a difference, its exact value in seconds beside the words.
fn seconds(ms: Option<i64>, words: impl Fn(i64) -> String) -> String {
    ms.map_or(String::new(), |ms| {
        let (sign, rest) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
        format!(
            "<span title=\"{sign}{}.{:03} s\">{}</span>",
            rest / 1000,
            rest % 1000,
            escape(&words(ms))
        )
    })
}

fn length(ms: Option<u64>, words: fn(u64) -> String) -> String {
    seconds(ms.map(|ms| i64::try_from(ms).unwrap_or(i64::MAX)), |ms| words(ms.unsigned_abs()))
}

/// Outcome of a cue, as a sign and a word.
fn outcome(outcome: CueOutcome) -> String {
    let class = match outcome {
        CueOutcome::Complete => "done",
        CueOutcome::Running => "on-air",
        CueOutcome::Stopped | CueOutcome::Missed => "alarm",
        CueOutcome::Skipped | CueOutcome::NotCalled => "late",
        CueOutcome::Replaced | CueOutcome::Spare => "quiet",
    };
    format!("<span class=\"{class}\">{} {}</span>", sign(outcome), outcome.words())
}

/// A report and the day from which it counts the others.
struct HtmlWriter<'a> {
    report: &'a AsRun,
    days: Days,
}

impl HtmlWriter<'_> {
    fn head(&self) -> String {
        let run = self.report;
        let badge = match (run.rehearsal, run.shift_ms) {
            (true, _) => "REHEARSAL",
            (false, Some(_)) => "TECHNICAL REHEARSAL",
            (false, None) => "LIVE",
        };
        let facts = words::facts(run).into_iter().map(|(label, words)| {
            let class = match label {
                "Over" | "Held" => "late",
                "Panic" | "Down" => "alarm",
                "Under" | "On time" => "done",
                _ => "plain",
            };
            format!("<dt>{label}</dt><dd class=\"{class}\">{}</dd>\n", escape(&words))
        });
        format!(
            "<header>\n<h1>{}</h1>\n<p><span class=\"badge\">{badge}</span> As-run report of run <b>{}</b>: {}</p>\n\
             <dl>\n{}</dl>\n</header>\n",
            escape(&run.show),
            escape(&words::run(run)),
            escape(&words::manner(run)),
            facts.collect::<String>()
        )
    }

    /// An instant, for people and exactly.
    fn time(&self, at: Option<&ZonedDateTime>) -> String {
        at.map_or("–".to_owned(), |at| {
            format!("<time datetime=\"{}\">{}</time>", rfc3339(at), escape(&self.days.clock(at)))
        })
    }

    fn rundown(&self) -> String {
        let bodies = self.report.segments.iter().map(|segment| {
            let cues: String = segment.cues.iter().map(|cue| self.cue(cue)).collect();
            format!("<tbody>\n{}{cues}</tbody>\n", self.segment(segment))
        });
        format!(
            "<table class=\"rundown\">\n{}{}</table>\n",
            head_row(&HEADS),
            bodies.collect::<String>()
        )
    }

    fn segment(&self, row: &SegmentRow) -> String {
        let hard = if row.hard_start { " <span class=\"hard\">◆ hard start</span>" } else { "" };
        let shown_ms = row.shown_difference_ms();
        let (class, word) = match shown_ms {
            Some(1000..) => ("length late", "over"),
            Some(..=-1000) => ("length", "under"),
            Some(_) => ("length", "on time"),
            None => ("length", ""),
        };
        let cells = [
            cell("time", &self.time(row.planned_start.as_ref())),
            cell("time", &self.time(row.actual_start.as_ref())),
            cell("length", &length(Some(row.planned_ms), planned)),
            cell("length", &length(row.shown_actual_ms(), lasted)),
            cell(
                class,
                &seconds(row.difference_ms, |_| shown_ms.map_or(String::new(), over_under)),
            ),
            cell("cause", ""),
            cell("outcome", word),
            cell("words", &escape(&row.note())),
        ];
        let title = escape(&row.title);
        format!(
            "<tr class=\"segment\"><th scope=\"rowgroup\" colspan=\"2\">{title}{hard}</th>{}</tr>\n",
            cells.concat()
        )
    }

    fn cue(&self, row: &CueRow) -> String {
        let shown_ms = row.shown_difference_ms();
        let class = if shown_ms.is_some_and(|ms| ms >= 1000) { "length late" } else { "length" };
        let cells = [
            format!("<th class=\"number\" scope=\"row\">{}</th>", escape(&row.number)),
            cell("words", &escape(&row.title)),
            cell("time", &self.time(row.planned_start.as_ref())),
            cell("time", &self.time(row.actual_start.as_ref())),
            cell("length", &length(row.planned_ms, planned)),
            cell(
                "length",
                &length(row.actual_ms.filter(|&ms| ms > 0 || row.planned_ms.is_some()), lasted),
            ),
            cell(
                class,
                &seconds(row.difference_ms, |_| shown_ms.map_or(String::new(), over_under)),
            ),
            cell("cause", row.cause.map_or("", |cause| cause.word())),
            cell("outcome", &outcome(row.outcome)),
            cell("words", &escape(&remark(row))),
        ];
        format!("<tr>{}</tr>\n", cells.concat())
    }

    fn not_called(&self) -> String {
        let gaps = self.report.cues().filter(|cue| cue.outcome.is_gap());
        let rows: Vec<_> = gaps
            .map(|cue| {
                let what = format!("{} {}", outcome(cue.outcome), escape(&remark(cue)));
                let title = cell("words", &escape(&cue.title));
                let number =
                    format!("<th class=\"number\" scope=\"row\">{}</th>", escape(&cue.number));
                format!("<tr>{number}{title}{}</tr>\n", cell("words", what.trim_end()))
            })
            .collect();
        listed(
            "gaps",
            "Not called",
            &[("number", "Cue"), ("words", "Title"), ("words", "What became of it")],
            &rows,
        )
    }

    fn lost(&self) -> String {
        let rows: Vec<_> = self
            .report
            .cues()
            .flat_map(|cue| cue.lost.iter().map(move |lost| (cue, lost)))
            .map(|(cue, lost)| {
                self.timed(cue.actual_start.as_ref(), Some(&cue.number), &LostSend::words(lost))
            })
            .collect();
        listed(
            "lost",
            "Failed or unknown sends",
            &[("time", "Time"), ("number", "Cue"), ("words", "What")],
            &rows,
        )
    }

    fn notes(&self) -> String {
        let notes = self.report.notes.iter();
        let rows: Vec<_> =
            notes.map(|note| self.timed(Some(&note.at), note.cue.as_deref(), &note.text)).collect();
        listed("notes", "Notes", &[("time", "Time"), ("number", "Cue"), ("words", "Note")], &rows)
    }

    /// The sheet of the spotted: who was seen when, and what was noted of them.
    fn spotted(&self) -> String {
        let row = |row: &SpottedRow| {
            let time =
                |seen: &SightingRow| self.time(Some(&seen.at)) + &escape(&words::seen_by(seen));
            let times: Vec<_> = row.at.iter().map(time).collect();
            let note = |note: &SpottedNote| {
                format!("{} {}", self.time(Some(&note.at)), escape(&note.text))
            };
            let cells = [
                cell("words", &escape(row.role.as_deref().unwrap_or_default())),
                cell(
                    "words",
                    if times.is_empty() { "–".to_owned() } else { times.join(", ") }.as_str(),
                ),
                cell("words", &row.notes.iter().map(note).collect::<Vec<_>>().join("<br>")),
            ];
            format!(
                "<tr><th class=\"words\" scope=\"row\">{}</th>{}</tr>\n",
                escape(&row.name),
                cells.concat()
            )
        };
        let rows: Vec<_> = self.report.spotted.iter().map(row).collect();
        let heads =
            [("words", "Name"), ("words", "Role"), ("words", "Spotted at"), ("words", "Notes")];
        listed("spotted", "Spotted", &heads, &rows)
    }

    /// A row of a small table: when, at which cue, and what.
    fn timed(&self, at: Option<&ZonedDateTime>, cue: Option<&str>, words: &str) -> String {
        let cells = [
            cell("time", &self.time(at)),
            cell("number", &escape(cue.unwrap_or("–"))),
            cell("words", &escape(words)),
        ];
        format!("<tr>{}</tr>\n", cells.concat())
    }

    /// Legend of the signs that the report shows.
    fn signs(&self) -> String {
        let signs: Vec<_> = words::outcomes(self.report).into_iter().map(outcome).collect();
        let signs = if signs.is_empty() {
            String::new()
        } else {
            format!("<p>{}</p>\n", signs.join(" &nbsp; "))
        };
        let marked =
            self.report.segments.iter().flat_map(|row| [&row.planned_start, &row.actual_start]);
        let cues = self.report.cues().flat_map(|row| [&row.planned_start, &row.actual_start]);
        let is_marked = marked.chain(cues).flatten().any(|at| Some(at.date()) != self.days.first);
        let days = self
            .days
            .legend()
            .filter(|_| is_marked)
            .map_or(String::new(), |words| format!("; {words}"));
        format!(
            "<footer>\n{signs}<p>{}{}.</p>\n</footer>\n",
            escape(words::DIFFERENCE),
            escape(&days)
        )
    }
}

#[cfg(test)]
mod tests;
