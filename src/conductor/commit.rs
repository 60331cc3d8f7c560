//! The only way into the run: events become facts, and what they cause is sent.
//!
//! The order is the promise: journaled with one write, folded into the state, sent; then what
//! became of the sending is journaled.

use std::time::Duration;

use super::due::STOPPED;
use super::{Conductor, ConductorOutput, NextStep};
use crate::engine::{Effect, Event, Record};
use crate::journal::truncate;
use crate::output::{Job, Outcome, Report};
use crate::show::{CueIx, CueNumber};
use crate::time::MachineNs;

/// The most characters that the journal keeps of what an output has to say: a line of it has its
/// bounds.
const WORDS_MAX: usize = 4_000;

impl Conductor {
    /// Makes events facts, and has what they cause sent.
    pub(super) fn commit(&mut self, mut events: Vec<Event>) {
        // What causes nothing (that the cue is complete already) is journaled after the packet has
        // left: on a resume it comes again by itself, should it be lost in between.
        let last = events.iter().rposition(|event| !self.state.effects(event).is_empty());
        let mut after = last.map_or(vec![], |at| events.split_off(at + 1));
        let effects = self.record(events, self.now_ns);
        let stopped = self.stops_what_stands_ready(&effects).into_iter();
        let stopped = stopped.map(|job| self.outcome(job, Outcome::Failed(STOPPED.to_owned())));
        after.extend(stopped);
        self.carry_out(effects, after);
    }

    /// Has what events cause sent, and then `after` journaled with what became of it.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>, after: Vec<Event>) {
        if effects.is_empty() {
            return;
        }
        let (effects, after) = self.part_of_this_station(effects, after);
        for effect in effects {
            self.does(match effect {
                Effect::Send { cue, firing, action } => {
                    ConductorOutput::Send(Job { cue, firing, action })
                }
                Effect::Stop { cue, over } => ConductorOutput::Stop { cue, over },
                Effect::PauseClip(cue) => ConductorOutput::PauseClip(cue),
                Effect::ResumeClip(cue) => ConductorOutput::ResumeClip(cue),
                Effect::StopOutputs => ConductorOutput::StopAll(self.sent_from_here()),
            });
        }
        if !self.holds() {
            // What becomes of them is told to the one who journals it.
            return;
        }
        self.settling = Some(after);
        self.steps.push_back(NextStep::Settle);
    }

    /// Journals what became of the messages that have left.
    pub(super) fn settle(&mut self) {
        let events = self.settling.take().unwrap_or_default();
        self.record(events, self.now_ns);
    }

    /// Makes events records of the instant `now_ns` of the machine's clock, folds them, and gives
    /// what they cause.
    pub(super) fn record(&mut self, events: Vec<Event>, now_ns: MachineNs) -> Vec<Effect> {
        if events.is_empty() {
            return vec![];
        }
        let clock_ns = self.clock.run_ns(now_ns);
        if clock_ns < self.run_ns && events.iter().any(is_answered_by_its_instant) {
            self.run_ns += Duration::from_nanos(1);
        }
        // The last record may be of an instant ahead; the journal takes no step back.
        self.run_ns = self.run_ns.max(clock_ns);
        let (at, run_ns) = (truncate(self.clock.wall(now_ns)), self.run_ns);
        let records = events.into_iter().zip(self.seq + 1..).map(|(event, seq)| Record {
            seq,
            at,
            run_ns,
            origin: self.origin(),
            event,
        });
        let records: Vec<Record> = records.collect();
        self.seq += records.len() as u64;
        let mut effects = vec![];
        for record in &records {
            self.state.fold(record);
            effects.extend(self.state.effects(&record.event));
        }
        self.appends(records);
        effects
    }

    /// Has records journaled that are folded already. With one of them the run may go over to another
    /// version of the show.
    pub(super) fn appends(&mut self, records: Vec<Record>) {
        let is_version = |record: &Record| matches!(record.event, Event::ShowRevised { .. });
        let is_revised = records.iter().any(is_version);
        self.does(ConductorOutput::Append(records));
        if is_revised {
            self.does(ConductorOutput::Revised);
        }
    }

    /// Turns an output's report on a message into an event.
    pub(super) fn reported(&self, Report { output, job, outcome }: Report) -> Event {
        let Some(job) = job else {
            let output = self.state.show().output(output).id.clone();
            return match outcome {
                Outcome::Sent => Event::PanicSent { output },
                Outcome::Rehearsed(words) => Event::PanicRehearsed { output, message: cut(words) },
                Outcome::Failed(words) => Event::PanicFailed { output, error: cut(words) },
                Outcome::SideFailed { side, why } => {
                    Event::PanicFailed { output, error: cut(format!("{side}: {why}")) }
                }
            };
        };
        self.outcome(job, outcome)
    }

    /// Turns the outcome of a job's message into an event.
    pub(super) fn outcome(&self, Job { cue, firing, action }: Job, outcome: Outcome) -> Event {
        let (cue, output) = self.names(cue, action);
        let action = action + 1;
        match outcome {
            Outcome::Sent => Event::ActionSent { cue, firing, action, output },
            Outcome::Rehearsed(words) => {
                Event::ActionRehearsed { cue, firing, action, output, message: cut(words) }
            }
            Outcome::Failed(words) => {
                Event::ActionFailed { cue, firing, action, output, error: cut(words) }
            }
            Outcome::SideFailed { side, why } => {
                Event::SideFailed { cue, firing, action, output, side, error: cut(why) }
            }
        }
    }

    /// That nobody knows whether an action of a cue's last firing has left.
    pub(super) fn unknown(&self, cue: CueIx, action: u32) -> Event {
        let firing = self.state.cue(cue).firings;
        let (cue, output) = self.names(cue, action);
        Event::ActionUnknown { cue, firing, action: action + 1, output }
    }

    /// The cue's number, and the id of the output of one of its actions, as the journal names them.
    fn names(&self, cue: CueIx, action: u32) -> (CueNumber, String) {
        let show = self.state.show();
        let cue = show.cue(cue);
        let output =
            cue.actions.get(action as usize).map(|action| show.output(action.output).id.clone());
        (cue.number.clone(), output.unwrap_or_default())
    }
}

/// Returns `true` if another station's answer to `event` names it by its instant: no two of them may
/// have the same.
fn is_answered_by_its_instant(event: &Event) -> bool {
    matches!(event, Event::CueStoodBy { .. } | Event::FlagOffered { .. })
}

fn cut(words: String) -> String {
    match words.char_indices().nth(WORDS_MAX) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}
