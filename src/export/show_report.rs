//! The stage manager's report of a performance: what is handed on the next morning, on one page.
//!
//! Owns what the page has and in which words: acts up and down, late starts, holds and stops with
//! their reasons, what went wrong, notes by department. Must never compute what a row of the as-run
//! report has already, and never know of a format: text and HTML write the same tables.

use jiff::ZonedDateTime;

use super::asrun::{
    AsRun, CueOutcome, CueRow, HoldRow, LostSend, NoteRow, SegmentRow, StoppedRamps,
    shown_difference_ms,
};
use super::layout::plain;
use super::words::{self, Days, lasted, over_under, planned};
use crate::show::acts::{self, ActSpan};

mod html;
mod text;

pub use html::write as html;
pub use text::write as text;

/// From here on a segment has started late, milliseconds.
const LATE_MS: i64 = 60_000;

/// Placeholder where there is nothing.
const NONE: &str = "–";

/// The report, ready to be written.
struct ShowReport {
    title: String,
    /// The run, and how it went: one line.
    run: String,
    /// Labels and words.
    facts: Vec<(&'static str, String)>,
    tables: Vec<ReportTable>,
}

/// A part of the page.
struct ReportTable {
    title: String,
    columns: Vec<ReportColumn>,
    rows: Vec<Vec<String>>,
}

/// A column: its head, and what its cells are.
#[derive(Clone, Copy)]
struct ReportColumn {
    head: &'static str,
    kind: CellKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CellKind {
    /// A time or a length.
    Time,
    /// A word or a number of a cue.
    Word,
    /// Words that may take several lines.
    Words,
}

const fn time(head: &'static str) -> ReportColumn {
    ReportColumn { head, kind: CellKind::Time }
}

const fn word(head: &'static str) -> ReportColumn {
    ReportColumn { head, kind: CellKind::Word }
}

const fn words(head: &'static str) -> ReportColumn {
    ReportColumn { head, kind: CellKind::Words }
}

impl ShowReport {
    fn of(run: &AsRun) -> Self {
        let days = Days::of(run);
        let page = ReportPage { run, days };
        let tables = [page.acts(), page.late_starts(), page.stops(), page.faults()];
        let mut tables: Vec<ReportTable> = tables.into_iter().chain(page.notes()).collect();
        tables.retain(|table| !table.rows.is_empty());
        ShowReport {
            title: plain(&run.show),
            run: format!("Show report of run {}: {}", words::run(run), words::manner(run)),
            facts: page.facts(),
            tables,
        }
    }
}

struct ReportPage<'a> {
    run: &'a AsRun,
    days: Days,
}

impl ReportPage<'_> {
    fn clock(&self, at: Option<&ZonedDateTime>) -> String {
        at.map_or(NONE.to_owned(), |at| self.days.clock(at))
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let run = self.run;
        let mut facts = vec![];
        let day = run.started.as_ref().or(run.opened.as_ref());
        facts.extend(day.map(|day| ("Date", day.strftime("%A, %-d %B %Y").to_string())));
        let span = |from: &ZonedDateTime, to: &ZonedDateTime| {
            format!("{} to {}", self.days.clock(from), self.days.clock(to))
        };
        let plan = run.planned_start.as_ref().zip(run.planned_end.as_ref());
        facts.extend(plan.map(|(from, to)| ("Planned", span(from, to))));
        let end = if run.finished { run.end.as_ref() } else { run.last.as_ref() };
        facts.push(match run.started.as_ref().zip(end) {
            Some((from, to)) if run.finished => ("Actual", span(from, to)),
            Some((from, to)) => ("Actual", format!("{}, unfinished", span(from, to))),
            None => ("Actual", "not begun".to_owned()),
        });
        facts.extend(run.shown_over_ms().map(|ms| ("Over/under", over_under(ms))));
        let cues = run.cues().filter(|cue| cue.outcome != CueOutcome::Spare);
        let (fired, all) = cues
            .fold((0, 0), |(fired, all), cue| (fired + usize::from(cue.firing.is_some()), all + 1));
        facts.push(("Cues", format!("{fired} of {all} called")));
        facts
    }

    /// The acts, each with its segments; a show without acts is one.
    fn acts(&self) -> ReportTable {
        let segments = &self.run.segments;
        let acts = acts::spans(segments.iter().map(|segment| segment.act.as_deref()));
        let is_divided = acts.len() > 1;
        let unnamed = if is_divided { "before the first act" } else { "the show" };
        let row = |act: &ActSpan<'_>| {
            let name = act.name.map_or_else(|| unnamed.to_owned(), plain);
            self.act(&name, &segments[act.segments.clone()])
        };
        let mut rows: Vec<_> = acts.iter().map(row).collect();
        if is_divided {
            rows.push(self.act("all", segments));
        }
        let columns = vec![
            words("Act"),
            time("Up"),
            time("Down"),
            time("Running"),
            time("Planned"),
            time("Diff"),
        ];
        ReportTable { title: "Running times".to_owned(), columns, rows }
    }

    fn act(&self, name: &str, segments: &[SegmentRow]) -> Vec<String> {
        let up = segments.iter().find_map(|segment| segment.actual_start.as_ref());
        // What runs still, or has not begun, has no end.
        let is_over = segments.iter().all(|segment| segment.actual_ms.is_some());
        let down = segments.iter().filter_map(|segment| segment.actual_end()).max();
        let down = down.filter(|_| is_over);
        let planned_ms = planned_ms(segments);
        let ran_ms = shown_difference_ms(up, down.as_ref());
        let difference_ms = ran_ms.map(|ran_ms| ran_ms - (planned_ms / 1000 * 1000) as i64);
        vec![
            name.to_owned(),
            self.clock(up),
            self.clock(down.as_ref()),
            ran_ms.map_or(NONE.to_owned(), |ran_ms| lasted(ran_ms.unsigned_abs())),
            planned(planned_ms),
            difference_ms.map_or(NONE.to_owned(), over_under),
        ]
    }

    fn late_starts(&self) -> ReportTable {
        let late = self.run.segments.iter().filter_map(|segment| {
            let late_ms = segment.shown_late_ms().filter(|ms| *ms >= LATE_MS)?;
            Some(vec![
                plain(&segment.title),
                self.clock(segment.planned_start.as_ref()),
                self.clock(segment.actual_start.as_ref()),
                over_under(late_ms),
            ])
        });
        let columns = vec![words("Segment"), time("Planned"), time("Actual"), time("Late")];
        ReportTable {
            title: "Late starts, a minute and more".to_owned(),
            columns,
            rows: late.collect(),
        }
    }

    /// Holds, panics, and times without a program, in their order. A hold's reasons are the notes
    /// that were taken in it.
    fn stops(&self) -> ReportTable {
        let hold = |hold: &HoldRow| {
            let reasons: Vec<String> = hold.notes.iter().map(|note| plain(note)).collect();
            let what = if hold.is_over { lasted(hold.held_ms) } else { "goes on".to_owned() };
            (hold.at.clone(), "held", what, reasons.join("; "))
        };
        let run = self.run;
        let panics = run
            .panics
            .iter()
            .map(|panic| (panic.at.clone(), "panic", String::new(), words::stopped(panic)));
        let downs = run.downtimes.iter().map(|down| {
            let why = "no program was running".to_owned();
            (down.from.clone(), "down", planned(down.down_ms), why)
        });
        let mut stops: Vec<_> = run.hold_rows.iter().map(hold).chain(panics).chain(downs).collect();
        stops.sort_by_key(|(at, ..)| at.timestamp());
        let row = |(at, what, lasts, why): (ZonedDateTime, &str, String, String)| {
            vec![self.days.clock(&at), what.to_owned(), lasts, why]
        };
        let columns = vec![time("Time"), word("What"), time("For"), words("Reason")];
        let rows = stops.into_iter().map(row).collect();
        ReportTable { title: "Holds and stops".to_owned(), columns, rows }
    }

    /// Everything that did not go as it should: cues that were not called, messages that did not
    /// leave.
    fn faults(&self) -> ReportTable {
        let is_fault = |cue: &CueRow| match cue.outcome {
            CueOutcome::Missed
            | CueOutcome::Skipped
            | CueOutcome::NotCalled
            | CueOutcome::Replaced => true,
            // All other stops were called: by hand, by another cue, or by a clip in its place.
            CueOutcome::Stopped => cue.by_panic,
            CueOutcome::Complete | CueOutcome::Running | CueOutcome::Spare => false,
        };
        let rows = self.run.cues().flat_map(|cue| {
            let at = cue.actual_start.as_ref().or(cue.planned_start.as_ref());
            let row =
                |what: String| vec![self.clock(at), plain(&cue.number), plain(&cue.title), what];
            let remarks = words::remark_without_sends(cue);
            let outcome = is_fault(cue).then(|| {
                let words = cue.outcome.words();
                match remarks.is_empty() {
                    true => words.to_owned(),
                    false if remarks.starts_with(words) => remarks,
                    false => format!("{words}: {remarks}"),
                }
            });
            let lost = cue.lost.iter().map(|lost| plain(&LostSend::words(lost)));
            outcome.into_iter().chain(lost).map(row).collect::<Vec<_>>()
        });
        let ramps = self.run.stopped_ramps.iter().map(|StoppedRamps { at, by, words }| {
            vec![self.days.clock(at), NONE.to_owned(), by.word().to_owned(), plain(words)]
        });
        let rows = rows.chain(ramps).collect();
        let columns = vec![time("Time"), word("Cue"), words("Title"), words("What")];
        ReportTable { title: "What went wrong".to_owned(), columns, rows }
    }

    /// A table for each department that a note is about, and one for what is about none.
    fn notes(&self) -> Vec<ReportTable> {
        let mut tables: Vec<ReportTable> = vec![];
        let mut add = |title: &str, note: &NoteRow| {
            let row = vec![
                self.days.clock(&note.at),
                note.cue.as_deref().map_or(NONE.to_owned(), plain),
                plain(&note.text),
            ];
            match tables.iter_mut().find(|table| table.title == title) {
                Some(table) => table.rows.push(row),
                None => {
                    let columns = vec![time("Time"), word("Cue"), words("Note")];
                    tables.push(ReportTable { title: title.to_owned(), columns, rows: vec![row] });
                }
            }
        };
        for note in &self.run.notes {
            for department in &note.departments {
                add(&format!("Notes for {}", plain(department)), note);
            }
        }
        for note in self.run.notes.iter().filter(|note| note.departments.is_empty()) {
            add("Notes for all", note);
        }
        tables
    }
}

/// The planned length of segments from the first start to the last end, milliseconds: what lies
/// between them by the clock counts too. Without planned times it is the sum of their lengths.
fn planned_ms(segments: &[SegmentRow]) -> u64 {
    let sum = segments.iter().map(|segment| segment.planned_ms).sum();
    let ms =
        |segment: &SegmentRow| Some(segment.planned_start.as_ref()?.timestamp().as_millisecond());
    let span = segments.first().zip(segments.last()).and_then(|(first, last)| {
        let gap_ms = u64::try_from(ms(last)? - ms(first)?).ok()?;
        Some(gap_ms + last.planned_ms)
    });
    span.unwrap_or(sum)
}

#[cfg(test)]
mod tests;
