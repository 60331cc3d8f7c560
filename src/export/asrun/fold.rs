//! The fold over the records: the engine's own state, and beside it what a state forgets (earlier
//! firings, reasons, errors).
//!
//! Must never decide what the engine decides already: phases, plans and projections are asked of
//! [`State`], which every record is applied to. Only what a later event would overwrite is kept
//! here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::{AsRun, RampStop};
use crate::engine::{Cause, Event, Record, RunNs, State, Stop};
use crate::export::layout::plain;
use crate::show::duration::{self, MILLISECOND_NS};
use crate::show::{CueIx, IndexVec, OutputIx, SegmentIx, Show};
use crate::time::nanoseconds;

/// From here on, by the machine's clock, the report says that a cue left later than its due
/// instant.
const LATE_NS: u64 = 100 * MILLISECOND_NS;

const SKIPPED: &str = "skipped";

pub(super) fn report(show: &Arc<Show>, id: &str, records: &[Record]) -> AsRun {
    let mut fold = Fold::new(show);
    for record in records {
        fold.take(record);
    }
    fold.finish(id, records.first().map(|first| first.at))
}

/// Facts that the report needs and the state does not keep.
pub(super) struct Fold {
    pub show: Arc<Show>,
    pub state: State,
    pub now: RunNs,
    pub opened: bool,
    /// The program gave GOs at some time.
    pub auto: bool,
    pub ended_ns: Option<RunNs>,
    pub started_ns: Option<RunNs>,
    /// Beginning and end of each hold.
    pub holds: Vec<(RunNs, RunNs)>,
    pub held: Duration,
    /// Instant of each panic, and the outcome of its stop at each output.
    pub panics: Vec<(RunNs, Vec<(OutputIx, Stop)>)>,
    /// Ramps that were stopped without a plan: when, by what, and in words.
    pub stopped_ramps: Vec<(RunNs, RampStop, String)>,
    pub terminal_lost: Vec<RunNs>,
    /// Instants at which the program was back, and the length of its absence.
    pub downs: Vec<(RunNs, Duration)>,
    pub unknown: BTreeMap<String, u32>,
    /// Sightings that a station without the flag told: the person's id, the instant, and it.
    pub wished: Vec<(String, RunNs, String)>,
    pub cues: IndexVec<CueIx, CueLog>,
    pub segments: IndexVec<SegmentIx, SegmentLog>,
}

#[derive(Clone, Default)]
pub(super) struct CueLog {
    pub firings: Vec<FiredRow>,
    /// Remarks since its last firing that belong to the next one.
    pub ahead: Vec<String>,
}

#[derive(Clone)]
pub(super) struct FiredRow {
    pub number: u32,
    pub cause: Cause,
    pub fired_ns: RunNs,
    pub over_ns: Option<RunNs>,
    pub stopped: bool,
    /// `true` if a panic did that.
    pub by_panic: bool,
    pub steps_done: u32,
    pub remarks: Vec<String>,
    pub sends: Vec<Send>,
}

#[derive(Clone)]
pub(super) enum Send {
    Sent,
    Failed(String),
    /// Nothing is known of it; that a program has found so on resume makes no difference.
    Unknown,
}

#[derive(Clone, Default)]
pub(super) struct SegmentLog {
    pub first_start_ns: Option<RunNs>,
    pub starts: u32,
    pub held: Duration,
    /// Changes of its times since its last start, and their instants.
    pub changes: Vec<(RunNs, String)>,
    /// The messages that were put on the boards in it: the instant, the words, and when they were
    /// taken away.
    pub messages: Vec<(RunNs, String, Option<RunNs>)>,
    pub notes: Vec<String>,
}

impl CueLog {
    /// Something that belongs to the firing that is still to come.
    fn before(&mut self, remark: String) {
        if !self.ahead.contains(&remark) {
            self.ahead.push(remark);
        }
    }

    /// Something that belongs to the last firing, or where there is none to the first.
    fn at(&mut self, remark: String) {
        match self.firings.last_mut() {
            Some(firing) => firing.remarks.push(remark),
            None => self.ahead.push(remark),
        }
    }

    /// As [`Self::at`], where the last firing does not have it yet.
    fn once(&mut self, remark: String) {
        if !self.firings.last().is_some_and(|firing| firing.remarks.contains(&remark)) {
            self.at(remark);
        }
    }

    fn settle(&mut self, firing: u32, action: u32, send: Send) {
        let firing = self.firings.iter_mut().rfind(|f| f.number == firing);
        let at = action.checked_sub(1).map(|at| at as usize);
        if let Some(slot) = firing.zip(at).and_then(|(firing, at)| firing.sends.get_mut(at)) {
            *slot = send;
        }
    }
}

impl Fold {
    fn new(show: &Arc<Show>) -> Self {
        Fold {
            show: Arc::clone(show),
            state: State::new(Arc::clone(show)),
            now: RunNs::ZERO,
            opened: false,
            auto: false,
            ended_ns: None,
            started_ns: None,
            holds: vec![],
            held: Duration::ZERO,
            panics: vec![],
            stopped_ramps: vec![],
            terminal_lost: vec![],
            downs: vec![],
            unknown: BTreeMap::new(),
            wished: vec![],
            cues: IndexVec::filled(CueLog::default(), show.cues.len()),
            segments: IndexVec::filled(SegmentLog::default(), show.segments.len()),
        }
    }

    fn take(&mut self, record: &Record) {
        self.now = self.now.max(record.run_ns);
        match &record.event {
            Event::RunStarted { .. } => self.opened = true,
            Event::RunResumed { down_ns, .. } => {
                self.downs.push((record.run_ns, Duration::from_nanos(*down_ns)))
            }
            Event::RunEnded { .. } => {
                // The segment's end says when the show was over; the line itself may come an
                // instant later.
                let segment = self
                    .state
                    .current_segment()
                    .and_then(|segment| self.state.segment(segment).ended_ns);
                self.ended_ns = Some(segment.unwrap_or(record.run_ns));
            }
            Event::SegmentStarted { segment, due_ns, .. } => {
                self.started_ns.get_or_insert(*due_ns);
                if let Some(log) = self.segments.get_mut(SegmentIx(segment.saturating_sub(1))) {
                    log.first_start_ns.get_or_insert(*due_ns);
                    log.starts += 1;
                    log.changes.clear();
                }
            }
            Event::SegmentNudged { segment, by_ns, .. } => {
                if let Some(log) = self.segments.get_mut(SegmentIx(segment.saturating_sub(1))) {
                    let by = duration::over_under(SignedDuration::from_nanos(*by_ns));
                    log.changes.push((record.run_ns, format!("nudged {by}")));
                }
            }
            Event::Retimed { segment, cue, due_ns, .. } => {
                if let Some(log) = self.segments.get_mut(SegmentIx(segment.saturating_sub(1))) {
                    let to =
                        cue.as_ref().map_or("its beginning".into(), |cue| format!("cue {cue}"));
                    log.changes.push((*due_ns, format!("set to {to}")));
                }
            }
            Event::MessageShown { text } => {
                self.end_message(record.run_ns);
                let segment = self.state.current_segment().unwrap_or(SegmentIx::FIRST);
                if let Some(log) = self.segments.get_mut(segment) {
                    log.messages.push((record.run_ns, text.clone(), None));
                }
            }
            Event::MessageCleared {} => self.end_message(record.run_ns),
            Event::TerminalLost {} => self.terminal_lost.push(record.run_ns),
            // A hold is taken in at its end.
            Event::Held {} => {}
            Event::Resumed {} => self.end_hold(record.run_ns),
            Event::Panicked {} => self.panic(record.run_ns),
            // Taken in once it is folded.
            Event::ShowRevised { .. } => {}
            Event::Unknown(unknown) => *self.unknown.entry(plain(&unknown.kind)).or_default() += 1,
            Event::PersonSpotted { person, .. } => {
                let station = record.wish_of().map(str::to_owned);
                self.wished.extend(station.map(|by| (person.clone(), record.run_ns, by)));
            }
            Event::NoteTaken { text, cue: None } => {
                let segment = self.state.current_segment().unwrap_or(SegmentIx::FIRST);
                if let Some(log) = self.segments.get_mut(segment) {
                    log.notes.push(text.clone());
                }
            }
            event @ (Event::RunLeft { .. }
            | Event::SegmentEnded { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::InterlockOverridden { .. }
            | Event::CueFired { .. }
            | Event::CueCompleted { .. }
            | Event::CueStopped { .. }
            | Event::ClipStarted { .. }
            | Event::ClipLost { .. }
            | Event::CueMissed { .. }
            | Event::CueSkipped { .. }
            | Event::CueUnskipped { .. }
            | Event::CueSwapped { .. }
            | Event::StepDone { .. }
            | Event::PlayheadMoved { .. }
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::NoteTaken { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::ActionSent { .. }
            | Event::ActionRehearsed { .. }
            | Event::ActionFailed { .. }
            | Event::ActionUnknown { .. }
            | Event::SideFailed { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::FlagPassed { .. }
            | Event::FlagTaken { .. }
            | Event::CueFiredAside { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }) => {
                if let Some(cue) = event.cue().and_then(|number| self.show.find(number)) {
                    self.take_of_cue(cue, record.run_ns, event);
                }
            }
        }
        let was_panicked = self.state.is_panicked();
        self.state.fold(record);
        if let Event::ShowRevised { .. } = &record.event {
            self.revise();
            self.keep_stopped_ramps(record.run_ns, RampStop::Edit);
        }
        if let Event::FlagTaken { .. } = &record.event {
            self.keep_stopped_ramps(record.run_ns, RampStop::Take);
        }
        if let (Event::Panicked {}, false) = (&record.event, was_panicked) {
            self.keep_stopped_ramps(record.run_ns, RampStop::Panic);
        }
        self.auto |= self.state.is_auto();
        if let Some((_, stops)) = self.panics.last_mut() {
            *stops = self.state.panic_stops().collect();
        }
    }

    /// The ramps that the last record has stopped; a rehearsal makes none.
    fn keep_stopped_ramps(&mut self, run_ns: RunNs, by: RampStop) {
        let ramps: Vec<_> =
            self.state.stopped_ramps().iter().filter(|_| !self.state.is_rehearsal()).collect();
        let words = self.state.ramp_words(&ramps, by.becomes());
        self.stopped_ramps.extend(words.map(|words| (run_ns, by, words)));
    }

    /// The message that stands on the boards goes, if one does.
    fn end_message(&mut self, run_ns: RunNs) {
        let messages = self.segments.iter_mut().flat_map(|log| &mut log.messages);
        for (_, _, until) in messages.filter(|(_, _, until)| until.is_none()) {
            *until = Some(run_ns);
        }
    }

    /// The run has gone on with another version of the show.
    fn revise(&mut self) {
        self.show = Arc::clone(self.state.show());
        let mut cues = std::mem::take(&mut self.cues).into_vec();
        cues.resize(self.show.cues.len(), CueLog::default());
        self.cues = cues.into();
        let log = |segment| self.segments.get(self.state.segment_was(segment)?).cloned();
        let segments = self.show.segment_indices().map(|at| log(at).unwrap_or_default());
        self.segments = segments.collect();
    }

    fn take_of_cue(&mut self, cue: CueIx, run_ns: RunNs, event: &Event) {
        if let Event::CueFired { cause, firing, due_ns, .. } = event {
            return self.fire(cue, *cause, *firing, *due_ns, run_ns);
        }
        let log = &mut self.cues[cue];
        match event {
            Event::CueCompleted { due_ns, .. } => {
                if let Some(firing) = log.firings.last_mut() {
                    firing.over_ns = Some(*due_ns);
                }
            }
            Event::CueStopped { .. } if !self.state.on_air().contains(&cue) => {
                log.before("stopped in its delay".to_owned())
            }
            Event::CueStopped { .. } => {
                if let Some(firing) = log.firings.last_mut() {
                    (firing.over_ns, firing.stopped) = (Some(run_ns), true);
                    firing.remarks.push("stopped".to_owned());
                }
            }
            Event::ClipLost { error, .. } => log.at(format!("clip lost: {error}")),
            Event::StepDone { step, .. } => {
                if let Some(firing) = log.firings.last_mut() {
                    firing.steps_done = *step;
                }
            }
            Event::InterlockOverridden { reason, .. } => {
                log.before(format!("overridden: {reason}"))
            }
            Event::CueMissed { why, .. } => log.before(format!("missed: {}", why.words())),
            Event::CueSkipped { .. } => log.before(SKIPPED.to_owned()),
            Event::CueUnskipped { .. } => log.ahead.retain(|remark| remark != SKIPPED),
            Event::NoteTaken { text, .. } => log.at(text.clone()),
            Event::CueFiredAside { cue, fired_by, .. } => {
                let unsent = self.state.unsent_words(cue, fired_by);
                log.at(format!("fired by {fired_by} while the others could not know of it{unsent}"))
            }
            Event::ActionSent { firing, action, .. }
            | Event::ActionRehearsed { firing, action, .. } => {
                log.settle(*firing, *action, Send::Sent);
            }
            Event::ActionFailed { firing, action, error, .. } => {
                log.settle(*firing, *action, Send::Failed(error.clone()));
            }
            Event::ActionUnknown { firing, action, .. } => {
                log.settle(*firing, *action, Send::Unknown)
            }
            Event::SideFailed { output, side, error, .. } => {
                log.once(format!("{output}: not to {side}: {error}"));
            }
            Event::RunStarted { .. }
            | Event::RunResumed { .. }
            | Event::RunLeft { .. }
            | Event::TerminalLost { .. }
            | Event::RunEnded { .. }
            | Event::SegmentStarted { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Retimed { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::CueFired { .. }
            | Event::ClipStarted { .. }
            | Event::CueSwapped { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::Panicked { .. }
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
            | Event::PersonSpotted { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::FlagPassed { .. }
            | Event::FlagTaken { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => {}
        }
    }

    fn fire(&mut self, cue: CueIx, cause: Cause, number: u32, due_ns: RunNs, run_ns: RunNs) {
        let show = Arc::clone(&self.show);
        let plan = show.cue(cue);
        let main = plan
            .backup_for
            .map(|main| (&show.cue(main).number, self.state.cue(main).replaced_by == Some(cue)));
        let late_ns = nanoseconds(run_ns.since(due_ns) / self.state.speed().max(1));
        let log = &mut self.cues[cue];
        if let Some(before) = log.firings.last_mut().filter(|before| before.over_ns.is_none()) {
            (before.over_ns, before.stopped) = (Some(due_ns), true);
            before.remarks.push("fired again before it was complete".to_owned());
        }
        let mut remarks = std::mem::take(&mut log.ahead);
        match main {
            Some((main, true)) => remarks.push(format!("instead of {main}")),
            Some((main, false)) => remarks.push(format!("backup of {main}")),
            None => {}
        }
        if late_ns >= LATE_NS {
            remarks.push(format!(
                "left {}.{:03} s late",
                late_ns / 1_000_000_000,
                late_ns / MILLISECOND_NS % 1000
            ));
        }
        let sends = vec![Send::Unknown; plan.actions.len()];
        let firing = FiredRow {
            number,
            cause,
            fired_ns: due_ns,
            over_ns: None,
            stopped: false,
            by_panic: false,
            steps_done: 0,
            remarks,
            sends,
        };
        log.firings.push(firing);
    }

    pub(super) fn end_hold(&mut self, run_ns: RunNs) {
        let Some(since) = self.state.held_since() else { return };
        let held = run_ns.since(since);
        self.held += held;
        self.holds.push((since, run_ns));
        // Nothing starts a segment in a hold, so that a hold lies within one.
        let segment = self.state.current_segment();
        if let Some(log) = segment.and_then(|at| self.segments.get_mut(at)) {
            log.held += held;
        }
    }

    fn panic(&mut self, run_ns: RunNs) {
        self.panics.push((run_ns, vec![]));
        for cue in self.state.on_air() {
            if let Some(firing) = self.cues[*cue].firings.last_mut() {
                (firing.over_ns, firing.stopped) = (Some(run_ns), true);
                firing.by_panic = true;
                firing.remarks.push("stopped by panic".to_owned());
            }
        }
    }
}
