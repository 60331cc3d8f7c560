//! The words that every report for people has in common: signs, differences, times of day, the
//! facts on top.
//!
//! Owns how a report says what a row knows, so that the page on paper and the page on a screen say
//! the same. Must never know of a form: no width, no markup.

use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, ZonedDateTime};

use super::asrun::{
    AsRun, CueOutcome, CueRow, FlagRow, LostSend, PanicRow, SightingRow, StoppedRamps,
};
use super::layout::plain;
use crate::engine::{Cause, FlagWay, RunId, Stop};
use crate::plain::counted;
use crate::show::duration;

/// The station that told a sighting without the flag, after its time; nothing of any other.
pub(super) fn seen_by(sighting: &SightingRow) -> String {
    sighting.station.as_ref().map_or(String::new(), |station| format!(" by {}", plain(station)))
}

/// Legend of the column of differences.
pub(super) const DIFFERENCE: &str = "diff: of a segment, its length over (+) or under (−) the plan; of a cue, how late (+) or early (−)";

/// The day from which a report counts the others.
#[derive(Clone, Copy)]
pub(super) struct Days {
    pub first: Option<Date>,
}

impl Days {
    /// The day on which the plan or the run begins, whichever comes first.
    pub(super) fn of(report: &AsRun) -> Self {
        let days = [&report.planned_start, &report.started];
        Days {
            first: days
                .into_iter()
                .flatten()
                .min_by_key(|at| at.timestamp())
                .map(ZonedDateTime::date),
        }
    }

    /// A time of day, with the days between it and the first: `23:59:58`, `00:00:12 +1`.
    pub(super) fn clock(&self, at: &ZonedDateTime) -> String {
        self.mark(at, &at.strftime("%H:%M:%S").to_string())
    }

    /// `time`, the time of day of `at`, with the days between it and the first.
    pub(super) fn mark(&self, at: &ZonedDateTime, time: &str) -> String {
        let days = self
            .first
            .and_then(|first| at.date().since(first).ok())
            .map_or(0, |span| span.get_days());
        match days {
            0 => time.to_owned(),
            1.. => format!("{time} +{days}"),
            _ => format!("{time} −{}", days.unsigned_abs()),
        }
    }

    /// Legend of the mark; `None` if nothing is marked.
    pub(super) fn legend(&self) -> Option<String> {
        self.first.map(|first| format!("+1 after a time: one day after {first}"))
    }
}

/// Describes how a run went: `live`, `rehearsal, 20 times as fast, called by the program`.
pub(super) fn manner(run: &AsRun) -> String {
    let how = match (run.rehearsal, run.speed) {
        (false, _) => match run.shift_ms {
            Some(ms) => format!("technical rehearsal, clock {}", over_under(ms)),
            None => "live".to_owned(),
        },
        (true, ..=1) => "rehearsal".to_owned(),
        (true, speed) => format!("rehearsal, {speed} times as fast"),
    };
    let by_hand = run.cues().any(|cue| matches!(cue.cause, Some(Cause::Go | Cause::Remote)));
    let by = match (run.auto, by_hand) {
        (true, true) => ", called by the program in part",
        (true, false) => ", called by the program",
        (false, _) => "",
    };
    format!("{how}{by}")
}

/// Facts at the top: labels and texts, in their order.
pub(super) fn facts(run: &AsRun) -> Vec<(&'static str, String)> {
    let days = Days::of(run);
    let mut facts = vec![];
    let mut fact = |label, words: String| facts.push((label, words));
    let span = |from: &ZonedDateTime, to: &ZonedDateTime| {
        let to =
            to.strftime(if from.date() == to.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" });
        format!("{} to {to}", from.strftime("%Y-%m-%d %H:%M:%S"))
    };
    match (&run.planned_start, &run.planned_end) {
        (Some(from), Some(to)) => fact("Planned", format!("{}, {}", span(from, to), run.zone_name)),
        _ => fact("Planned", format!("from the moment it begins, {}", run.zone_name)),
    }
    match (&run.started, &run.last, &run.end) {
        (Some(from), _, Some(end)) if run.finished => {
            fact("Actual", format!("{}, finished", span(from, end)))
        }
        (Some(from), Some(last), Some(end)) => {
            fact("Actual", format!("{}, unfinished", span(from, last)));
            fact("Projected", span(from, end));
        }
        _ => fact("Actual", "not begun".to_owned()),
    }
    if let Some(recorded) =
        run.recorded.as_ref().filter(|_| run.rehearsal || run.shift_ms.is_some())
    {
        let at = recorded.strftime("%Y-%m-%d %H:%M:%S");
        fact("Rehearsed", format!("{at}, {}, by the machine's clock", run.zone_name));
    }
    match run.shown_over_ms() {
        Some(ms @ 1000..) => fact("Over", over_under(ms)),
        Some(ms @ ..=-1000) => fact("Under", over_under(ms)),
        Some(_) => fact("On time", over_under(0)),
        None => {}
    }
    if !run.hold_rows.is_empty() {
        let held = planned(run.held_ms);
        fact("Held", format!("{held}, in {}", counted(run.hold_rows.len(), "hold")));
    }
    for change in &run.flag {
        fact("Flag", format!("{}, {}", days.clock(&change.at), flag(change)));
    }
    for (at, by) in &run.warnings {
        fact("Warning", format!("{}, {by} said that something is wrong", days.clock(at)));
    }
    if !run.panics.is_empty() {
        let at: Vec<_> = run.panics.iter().map(|panic| days.clock(&panic.at)).collect();
        fact("Panic", format!("{}, at {}", counted(at.len(), "time"), at.join(", ")));
        for panic in &run.panics {
            fact("Stopped", format!("at {}: {}", days.clock(&panic.at), stopped(panic)));
        }
    }
    for StoppedRamps { at, by, words } in &run.stopped_ramps {
        fact("Ramps", format!("at {}, {}: {}", days.clock(at), by.word(), plain(words)));
    }
    if run.show_changed {
        fact(
            "Show",
            "show.toml was changed after the run began: what is planned here is what it says now"
                .to_owned(),
        );
    }
    if !run.terminal_lost.is_empty() {
        let at: Vec<_> = run.terminal_lost.iter().map(|at| days.clock(at)).collect();
        fact("Terminal", format!("lost at {}", at.join(", ")));
    }
    for down in &run.downtimes {
        let length = planned(down.down_ms);
        fact(
            "Down",
            format!("{length}, from {} to {}", days.clock(&down.from), days.clock(&down.until)),
        );
    }
    if !run.unknown.is_empty() {
        let kinds = run.unknown.iter().map(|(kind, count)| format!("{count} {kind}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        fact("Unknown", format!("events of a newer version, left out of this report: {kinds}"));
    }
    facts
}

/// A change of the flag: `paris passed it to la`.
fn flag(FlagRow { holder, how, .. }: &FlagRow) -> String {
    match how {
        FlagWay::Began => format!("{holder} began the run with it"),
        FlagWay::Passed(from) => format!("{from} passed it to {holder}"),
        FlagWay::Taken { from, reason, silent_ns } => {
            let silent = duration::clock(Duration::from_nanos(*silent_ns));
            format!("{holder} took it from {from}, silent for {silent}: {}", plain(reason))
        }
    }
}

/// The run of a report: its id, and whose copy of it this is.
pub(super) fn run(run: &AsRun) -> String {
    let id = RunId(run.run.clone());
    match id.station() {
        Some(station) => plain(&format!("{} (copy of station {station})", id.base())),
        None => plain(&run.run),
    }
}

/// Outputs that a panic told to stop, and those that it could not tell: `stop sent to 3 outputs;
/// lights not told: no route`.
pub(super) fn stopped(panic: &PanicRow) -> String {
    let sent =
        panic.stops.iter().filter(|(_, stop)| matches!(stop, Stop::Sent | Stop::Rehearsed)).count();
    let others = panic.stops.iter().filter_map(|(output, stop)| match stop {
        Stop::Sent | Stop::Rehearsed => None,
        Stop::Failed(why) => Some(format!("{output} not told: {}", plain(why))),
        Stop::NoMessage => Some(format!("{output} has no stop message")),
        Stop::Pending | Stop::Unknown => Some(format!("{output} not known")),
    });
    let told = match sent {
        0 => "no output was told to stop".to_owned(),
        _ => format!("stop sent to {}", counted(sent, "output")),
    };
    std::iter::once(told).chain(others).collect::<Vec<_>>().join("; ")
}

/// One column that says at a glance what became of a cue.
pub(super) fn sign(outcome: CueOutcome) -> char {
    match outcome {
        CueOutcome::Complete => '✓',
        CueOutcome::Running => '▸',
        CueOutcome::Stopped => '■',
        CueOutcome::Missed => '!',
        CueOutcome::Skipped => '×',
        CueOutcome::Replaced => '↷',
        CueOutcome::Spare => '○',
        CueOutcome::NotCalled => '·',
    }
}

/// The outcomes that the report has, in the order of its legend.
pub(super) fn outcomes(report: &AsRun) -> Vec<CueOutcome> {
    use CueOutcome::{Complete, Missed, NotCalled, Replaced, Running, Skipped, Spare, Stopped};
    let all = [Complete, Running, Stopped, Missed, Skipped, Replaced, Spare, NotCalled];
    all.into_iter().filter(|&outcome| report.cues().any(|cue| cue.outcome == outcome)).collect()
}

/// Remarks on a cue beyond its sign.
pub(super) fn remark(cue: &CueRow) -> String {
    let remarks = own_remarks(cue).cloned().chain(cue.lost.iter().map(LostSend::words));
    plain(&remarks.collect::<Vec<_>>().join("; "))
}

/// The same without its messages.
pub(super) fn remark_without_sends(cue: &CueRow) -> String {
    plain(&own_remarks(cue).cloned().collect::<Vec<_>>().join("; "))
}

fn own_remarks(cue: &CueRow) -> impl Iterator<Item = &String> {
    cue.remarks.iter().filter(|remark| **remark != cue.outcome.words())
}

/// Length of `ms`: `4:10`, in whole seconds.
pub(super) fn lasted(ms: u64) -> String {
    duration::clock(Duration::from_millis(ms))
}

/// A planned length: `4:10`.
pub(super) fn planned(ms: u64) -> String {
    duration::length(Duration::from_millis(ms))
}

/// A difference in whole seconds: `+0:42`, `−0:03`, `0:00`.
pub(super) fn over_under(ms: i64) -> String {
    duration::over_under(SignedDuration::from_millis(ms))
}
