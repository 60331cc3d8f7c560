//! What became of each message at each machine of a mirrored output, and what that means for the
//! output. Pure: it is told everything.

use std::collections::VecDeque;

use super::Name;
use crate::output::{Job, Outcome};
use crate::time::MachineNs;

/// The most jobs that are remembered: more than can wait at one machine. Over UDP a refusal comes
/// back when the job is done for all others.
const KEPT_MAX: usize = 1024;

/// The jobs of a mirrored output.
pub(super) struct Ledger {
    names: Vec<Name>,
    jobs: VecDeque<JobTally>,
    /// Outcomes of the last panic's messages at each machine that the others have not reported yet.
    panic: Vec<Panic>,
    /// Number of messages that a panic sends.
    panics: usize,
}

/// One job.
struct JobTally {
    job: Job,
    since: MachineNs,
    sides: Vec<MirrorFate>,
    told: JobOutcome,
}

/// Outcome of a message at one machine.
#[derive(Clone, Default)]
enum MirrorFate {
    #[default]
    Open,
    Took,
    Failed(String),
}

/// What the run has been told of a job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum JobOutcome {
    Nothing,
    Sent,
    Failed,
}

/// The messages of a panic at one machine.
#[derive(Clone, Default)]
struct Panic {
    waiting: VecDeque<MirrorFate>,
    count: usize,
}

impl Ledger {
    /// The ledger of the machines of `names`, each of which is sent `panics` messages on panic.
    pub(super) fn new(names: Vec<Name>, panics: usize) -> Self {
        let panic = vec![Panic::default(); names.len()];
        Ledger { names, jobs: VecDeque::new(), panic, panics }
    }

    /// A job is handed to all machines, at `since`.
    pub(super) fn begin(&mut self, job: Job, since: MachineNs) {
        if self.jobs.len() >= KEPT_MAX {
            self.jobs.pop_front();
        }
        let sides = vec![MirrorFate::Open; self.names.len()];
        self.jobs.push_back(JobTally { job, since, sides, told: JobOutcome::Nothing });
    }

    /// Takes in what became of a job at machine `side`. Gives what follows for the output, the
    /// instant at which the job was handed over, and whether it had counted as sent.
    pub(super) fn hear(
        &mut self,
        side: usize,
        job: Job,
        outcome: Outcome,
    ) -> (Vec<Outcome>, Option<MachineNs>, bool) {
        let fate = MirrorFate::of(outcome);
        let Some(tally) = self.jobs.iter_mut().rev().find(|tally| tally.job == job) else {
            return (side_failed(&self.names, side, &fate).into_iter().collect(), None, true);
        };
        if let Some(place) = tally.sides.get_mut(side) {
            *place = fate;
        }
        let has_taken = tally.sides.iter().any(|fate| matches!(fate, MirrorFate::Took));
        let is_open = tally.sides.iter().any(|fate| matches!(fate, MirrorFate::Open));
        let was_sent = tally.told == JobOutcome::Sent;
        let failed = |side: usize| side_failed(&self.names, side, tally.sides.get(side)?);
        let news = match tally.told {
            JobOutcome::Nothing | JobOutcome::Failed if has_taken => {
                let sides = (0..tally.sides.len()).filter_map(failed);
                let news = std::iter::once(Outcome::Sent).chain(sides).collect();
                tally.told = JobOutcome::Sent;
                news
            }
            JobOutcome::Nothing | JobOutcome::Sent if !has_taken && !is_open => {
                tally.told = JobOutcome::Failed;
                vec![Outcome::Failed(joined(&self.names, &tally.sides))]
            }
            JobOutcome::Sent => failed(side).into_iter().collect(),
            JobOutcome::Nothing | JobOutcome::Failed => vec![],
        };
        (news, Some(tally.since), was_sent)
    }

    /// A panic begins: what the machines are told of the one before does not count any more.
    pub(super) fn begin_panic(&mut self) {
        self.panic.fill(Panic::default());
    }

    /// Takes in what became of a message of panic at machine `side`. It has left once every machine
    /// has taken it: a backup that goes on is no stop.
    pub(super) fn hear_panic(&mut self, side: usize, outcome: Outcome) -> Option<Outcome> {
        let (fate, panics) = (MirrorFate::of(outcome), self.panics);
        let own = self.panic.get_mut(side)?;
        own.count += 1;
        if own.count > panics {
            // A message of the panic before was reported among them.
            return match fate {
                MirrorFate::Failed(why) => Some(Outcome::Failed(self.names.get(side)?.says(&why))),
                MirrorFate::Took | MirrorFate::Open => None,
            };
        }
        own.waiting.push_back(fate);
        if self.panic.iter().any(|side| side.waiting.is_empty()) {
            return None;
        }
        let fates = self.panic.iter_mut().filter_map(|side| side.waiting.pop_front());
        let fates: Vec<MirrorFate> = fates.collect();
        match fates.iter().all(|fate| matches!(fate, MirrorFate::Took)) {
            true => Some(Outcome::Sent),
            false => Some(Outcome::Failed(joined(&self.names, &fates))),
        }
    }
}

impl MirrorFate {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Sent | Outcome::Rehearsed(_) => MirrorFate::Took,
            Outcome::Failed(why) | Outcome::SideFailed { why, .. } => MirrorFate::Failed(why),
        }
    }

    fn why(&self) -> Option<&str> {
        match self {
            MirrorFate::Failed(why) => Some(why),
            MirrorFate::Open | MirrorFate::Took => None,
        }
    }
}

/// That machine `side` did not take what another has, where it did not.
fn side_failed(names: &[Name], side: usize, fate: &MirrorFate) -> Option<Outcome> {
    let (name, why) = (names.get(side)?, fate.why()?);
    Some(Outcome::SideFailed { side: name.whole(), why: why.to_owned() })
}

/// Why the machines failed: once, where all say the same.
fn joined(names: &[Name], fates: &[MirrorFate]) -> String {
    let mut whys = fates.iter().map(MirrorFate::why);
    if let Some(Some(first)) = whys.next()
        && whys.all(|why| why == Some(first))
    {
        return first.to_owned();
    }
    let said = names.iter().zip(fates).filter_map(|(name, fate)| Some(name.says(fate.why()?)));
    said.collect::<Vec<_>>().join("; ")
}
