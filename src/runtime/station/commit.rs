//! The only way into the run: events become facts, and what they cause leaves the program.
//!
//! The order is the promise: journaled with one write, applied, sent; then what became of the sending is journaled. The
//! thread that syncs is woken at the end of the round, so that one GO is one sync.

use super::Station;
use crate::engine::{Effect, Event, Record};
use crate::journal::truncate;
use crate::output::{Job, Outcome, Report};
use crate::runtime::clock::machine_ns;
use crate::show::CueNumber;

/// The most characters that the journal keeps of what an output has to say: a line of it has its bounds.
const WORDS_MAX: usize = 4_000;

impl Station {
    /// Makes events facts: journaled in one write, applied, and then what they cause leaves the program.
    pub(super) fn commit(&mut self, mut events: Vec<Event>, now_ns: u64) {
        self.release();
        let news = self.news.len();
        // What causes nothing (that the cue is complete already) is written behind the packet: on a resume it comes again
        // by itself, were it lost in between.
        let last = events.iter().rposition(|event| !self.state.effects(event).is_empty());
        let behind = last.map_or(vec![], |at| events.split_off(at + 1));
        let effects = self.record(events, now_ns);
        self.carry_out(effects, behind, news, now_ns);
    }

    /// Carries out what events cause, and journals what is to stand `behind` them and what became of it; their records are
    /// in the news from `news` on.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>, behind: Vec<Event>, news: usize, now_ns: u64) {
        let mut outcomes = behind;
        for effect in effects {
            match effect {
                Effect::Send { cue, firing, action } => {
                    let job = Job { cue, firing, action };
                    outcomes.extend(self.outputs.send(job).map(|outcome| self.outcome(job, outcome)));
                }
                Effect::Stop(cue) => self.outputs.stop(cue),
                Effect::PauseClip(cue) => self.outputs.freeze(cue, true),
                Effect::ResumeClip(cue) => self.outputs.freeze(cue, false),
                Effect::StopOutputs => {
                    let reports = self.outputs.panic();
                    outcomes.extend(reports.into_iter().map(|report| self.reported(report)));
                }
            }
        }
        if !outcomes.is_empty() {
            self.record(outcomes, machine_ns());
        }
        for record in self.news.get(news..).unwrap_or_default() {
            self.app.happened(&record.event, now_ns);
        }
    }

    pub(super) fn record(&mut self, events: Vec<Event>, now_ns: u64) -> Vec<Effect> {
        if events.is_empty() {
            return vec![];
        }
        // Whoever calls this may have looked at the clock before the last record was made; the journal takes no step back.
        self.run_ns = self.run_ns.max(self.clock.run_ns(now_ns));
        let (at, run_ns) = (truncate(self.clock.wall(now_ns)), self.run_ns);
        let records = events.into_iter().zip(self.seq + 1..).map(|(event, seq)| Record::new(seq, at, run_ns, event));
        let records: Vec<Record> = records.collect();
        self.seq += records.len() as u64;
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.append(&records)
        {
            self.app.journal_alarm = Some(error.to_string());
        }
        let mut effects = vec![];
        for record in &records {
            self.state.fold(record);
            effects.extend(self.state.effects(&record.event));
        }
        self.news.extend(records);
        effects
    }

    /// What an output reports of a message, as an event.
    pub(super) fn reported(&self, Report { output, job, outcome }: Report) -> Event {
        let Some(job) = job else {
            let output = self.state.show().output(output).id.clone();
            return match outcome {
                Outcome::Sent => Event::PanicSent { output },
                Outcome::Rehearsed(words) => Event::PanicRehearsed { output, message: cut(words) },
                Outcome::Failed(words) => Event::PanicFailed { output, error: cut(words) },
            };
        };
        self.outcome(job, outcome)
    }

    pub(super) fn outcome(&self, job: Job, outcome: Outcome) -> Event {
        self.settled(job, |cue, firing, action, output| match outcome {
            Outcome::Sent => Event::ActionSent { cue, firing, action, output },
            Outcome::Rehearsed(words) => Event::ActionRehearsed { cue, firing, action, output, message: cut(words) },
            Outcome::Failed(words) => Event::ActionFailed { cue, firing, action, output, error: cut(words) },
        })
    }

    pub(super) fn settled(&self, job: Job, event: impl FnOnce(CueNumber, u32, u32, String) -> Event) -> Event {
        let show = self.state.show();
        let cue = show.cue(job.cue);
        let output = cue.actions.get(job.action as usize).map(|action| show.output(action.output).id.clone());
        event(cue.number.clone(), job.firing, job.action + 1, output.unwrap_or_default())
    }
}

fn cut(words: String) -> String {
    match words.char_indices().nth(WORDS_MAX) {
        Some((at, _)) => format!("{}…", &words[..at]),
        None => words,
    }
}
