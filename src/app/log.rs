//! The log: the run's events as the screen words them.

use std::collections::VecDeque;

use super::Tone;
use crate::engine::{Event, Record, RunNs};
use crate::show::duration;

/// The last lines of the journal, in words.
#[derive(Clone, Debug, Default)]
pub struct Log {
    lines: VecDeque<Line>,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The journal's number of it; none for a word that is not in the journal.
    pub seq: Option<u64>,
    /// When, by the run's clock.
    pub at_ns: RunNs,
    /// What, in words.
    pub text: String,
    /// How loud.
    pub tone: Tone,
}

impl Log {
    /// The most lines that are kept; the journal has them all.
    const LONGEST: usize = 5_000;

    /// Words `record` and keeps it.
    pub fn push(&mut self, record: &Record) {
        let (text, tone) = words(&record.event);
        self.keep(Line { seq: Some(record.seq), at_ns: record.run_ns, text, tone });
    }

    /// Keeps a word of the program's own, which is no event of the run.
    pub fn say(&mut self, text: impl Into<String>, tone: Tone, at_ns: RunNs) {
        self.keep(Line { seq: None, at_ns, text: text.into(), tone });
    }

    fn keep(&mut self, line: Line) {
        if self.lines.len() == Self::LONGEST {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }

    /// The lines, the newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Line> {
        self.lines.iter().rev()
    }

    /// The newest line that the caller would want to read: no bookkeeping.
    pub fn last_said(&self) -> Option<&Line> {
        self.lines
            .iter()
            .rev()
            .take(64)
            .find(|line| !line.text.starts_with("playhead") && !line.text.contains(": sent"))
    }
}

/// What an event says to the caller, and how loud.
pub fn words(event: &Event) -> (String, Tone) {
    use Tone::{Alarm, Attention, Calm};
    match event {
        Event::RunStarted { show, rehearsal, speed, auto, .. } => {
            let kind = if *rehearsal { "rehearsal" } else { "live" };
            let speed = if *speed > 1 { format!(", {speed} times as fast") } else { String::new() };
            let auto = if *auto { ", called by the program" } else { "" };
            (format!("run started: {show}, {kind}{speed}{auto}"), Calm)
        }
        Event::RunResumed { down_ns } => {
            (format!("run resumed after {} without a program", duration::countdown(*down_ns)), Attention)
        }
        Event::RunLeft { reason } => (format!("program left the run: {reason}"), Attention),
        Event::RunEnded { over_ns } => (format!("run ended, over/under {}", duration::over_under(*over_ns)), Calm),
        Event::SegmentStarted { title, .. } => (format!("segment started: {title}"), Calm),
        Event::SegmentEnded { segment, .. } => (format!("segment {segment} ended"), Calm),
        Event::CueStoodBy { cue } => (format!("cue {cue} standby"), Calm),
        Event::DepartmentReady { cue, department } => (format!("cue {cue}: {department} ready"), Calm),
        Event::DepartmentUnready { cue, department } => (format!("cue {cue}: {department} NOT ready"), Attention),
        Event::InterlockOverridden { cue, reason } => (format!("cue {cue} interlock overridden: {reason}"), Attention),
        Event::CueFired { cue, cause, firing, .. } => {
            let again = if *firing > 1 { format!(", time {firing}") } else { String::new() };
            (format!("cue {cue} fired  {}{again}", cause.word()), Calm)
        }
        Event::CueCompleted { cue, .. } => (format!("cue {cue} complete"), Calm),
        Event::CueStopped { cue, .. } => (format!("cue {cue} stopped"), Attention),
        Event::ClipStarted { cue, length_ns: Some(ns), .. } => {
            (format!("cue {cue} clip runs, {}", duration::length(*ns)), Calm)
        }
        Event::ClipStarted { cue, .. } => (format!("cue {cue} clip runs"), Calm),
        Event::ClipLost { cue, error, .. } => (format!("cue {cue} CLIP LOST: {error}"), Alarm),
        Event::CueMissed { cue, why, .. } => (format!("cue {cue} MISSED: {}", why.words()), Alarm),
        Event::CueSkipped { cue } => (format!("cue {cue} skipped"), Attention),
        Event::CueUnskipped { cue } => (format!("cue {cue} back in the run"), Calm),
        Event::CueSwapped { cue, by } => (format!("cue {by} takes the place of {cue}"), Attention),
        Event::StepDone { cue, step, title } => (format!("cue {cue} step {step}: {title}"), Calm),
        Event::PlayheadMoved { cue: Some(cue) } => (format!("playhead at {cue}"), Calm),
        Event::PlayheadMoved { cue: None } => ("playhead behind the last cue".into(), Calm),
        Event::Held {} => ("show held".into(), Attention),
        Event::Resumed {} => ("show resumed".into(), Calm),
        Event::Panicked {} => ("PANIC: every output stopped".into(), Alarm),
        Event::NoteTaken { text, .. } => (format!("note: {text}"), Calm),
        Event::PersonSpotted { name, .. } => (format!("{name} spotted"), Calm),
        Event::PersonUnspotted { name, .. } => (format!("{name}: last sighting taken back"), Calm),
        Event::PersonNoted { name, text, .. } => (format!("note on {name}: {text}"), Calm),
        Event::ActionSent { cue, output, .. } => (format!("cue {cue} → {output}: sent"), Calm),
        Event::ActionRehearsed { cue, output, message, .. } => (format!("cue {cue} ⇢ {output}: {message}"), Calm),
        Event::ActionFailed { cue, output, error, .. } => (format!("cue {cue} → {output} FAILED: {error}"), Alarm),
        Event::ActionUnknown { cue, output, .. } => {
            (format!("cue {cue} → {output} UNKNOWN: the program went down, sent or not"), Alarm)
        }
    }
}
