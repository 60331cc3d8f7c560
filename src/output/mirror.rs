//! An output with a main machine and backups: each message goes to every one of them.
//!
//! Each machine has a driver of its own, with its own connection, queue and gauge, so that one that
//! is dead or slow neither delays nor fails the others. An action has left as soon as one machine
//! has taken it. Which machines did not take it is reported beside that.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::closed::Closed;
use super::gauge::Delivery;
use super::probe::{Attempt, ProbeAnswer, ProbeSentence, at_once};
use super::worker::WorkerContext;
use super::{
    Driver, Encoded, Health, Job, Lasts, Light, Open, Opening, Outcome, OutputFault, OutputReport,
    Report, Reporter, ShowTime, SideHealth, Surroundings, kind,
};
use crate::locks::Unpoisoned;
use crate::show::file::machine::Finding;
use crate::show::protocol::Lasting;
use crate::show::{CueIx, FrameRate, Output, OutputIx, Show};
use crate::time::MachineNs;
use ledger::Ledger;

mod ledger;

/// A mirrored output before it is opened.
pub(super) struct MirrorKind<'a>(Vec<(Name, Box<dyn super::Kind + 'a>)>);

/// One of the machines, for people.
#[derive(Clone, Debug)]
struct Name {
    /// "main", "backup", "backup 2".
    word: String,
    /// Its address: `10.0.0.3:3032`.
    machine: String,
}

impl Name {
    /// `backup 10.0.0.3:3032`.
    fn whole(&self) -> String {
        format!("{} {}", self.word, self.machine)
    }

    /// What `why` says of this machine, with its address once.
    fn says(&self, why: &str) -> String {
        match why.contains(&self.machine) {
            true => format!("{}: {why}", self.word),
            false => format!("{}: {why}", self.whole()),
        }
    }
}

impl<'a> MirrorKind<'a> {
    /// The machines of `output`.
    pub(super) fn new(output: &'a Output) -> Self {
        let is_only = output.mirrors.len() == 1;
        let word = |at: usize| match at {
            0 => "main".to_owned(),
            _ if is_only => "backup".to_owned(),
            at => format!("backup {at}"),
        };
        let name = |at, machine| Name { word: word(at), machine };
        let sides = output.sides().enumerate();
        MirrorKind(sides.map(|(at, side)| (name(at, side.machine()), kind(side))).collect())
    }
}

impl super::Kind for MirrorKind<'_> {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        surroundings: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let (mut names, mut opens, mut messages) = (vec![], vec![], vec![]);
        for (name, kind) in &self.0 {
            let side = kind.prepare(show, output, surroundings)?;
            names.push(name.clone());
            opens.push(side.open);
            messages.push(side.messages);
        }
        let panics = show.outputs.get(output).map_or(0, Output::stop_messages);
        Ok(Opening::new(messages, move |messages, context, rate| {
            Ok(Box::new(Mirror::open(context, names, opens, messages, (rate, panics))))
        }))
    }

    /// Tries all machines at the same time. Where one is down, the output is.
    fn probe(&self, show: &Show, output: OutputIx, surroundings: &Surroundings<'_>) -> Attempt {
        let attempts = self
            .0
            .iter()
            .map(|(name, kind)| (name.clone(), kind.probe(show, output, surroundings)));
        let attempts: Vec<_> = attempts.collect();
        let clock = surroundings.clock;
        Box::new(move |at_most| {
            let (names, attempts): (Vec<_>, Vec<_>) = attempts.into_iter().unzip();
            together(&names, &at_once(attempts, at_most, clock))
        })
    }

    fn lacks(&self, is_seen: bool, surroundings: &Surroundings<'_>) -> Vec<Finding> {
        let mut findings: Vec<Finding> = vec![];
        for finding in self.0.iter().flat_map(|(_, kind)| kind.lacks(is_seen, surroundings)) {
            if findings.iter().all(|known| known.what != finding.what) {
                findings.push(finding);
            }
        }
        findings
    }
}

/// What the machines of `names` have answered, in one sentence.
fn together(names: &[Name], said: &[ProbeSentence]) -> ProbeSentence {
    let is_any = |answer| said.iter().any(|(what, _)| *what == answer);
    let what = match (is_any(ProbeAnswer::Down), is_any(ProbeAnswer::Unknown)) {
        (true, _) => ProbeAnswer::Down,
        (false, true) => ProbeAnswer::Unknown,
        (false, false) => ProbeAnswer::Up,
    };
    if let Some((_, first)) = said.first()
        && said.iter().all(|(_, words)| words == first)
    {
        return (what, format!("each: {first}"));
    }
    let words = names.iter().zip(said).map(|(name, (_, words))| name.says(words));
    (what, words.collect::<Vec<_>>().join("; "))
}

/// A mirrored output.
pub(super) struct Mirror {
    shared: Arc<MirrorShared>,
    sides: Vec<Side>,
}

/// One machine.
struct Side {
    name: Name,
    driver: Box<dyn Driver>,
}

/// What the machines' threads and the station have in common.
struct MirrorShared {
    context: WorkerContext,
    ledger: Mutex<Ledger>,
}

impl MirrorShared {
    /// Takes in what became of a message at machine `side`; gives the news that follow.
    fn hear(&self, side: usize, job: Option<Job>, outcome: Outcome) -> Vec<Outcome> {
        let now = self.context.clock.now();
        let mut ledger = self.ledger.lock().unpoisoned();
        let Some(job) = job else {
            let news = ledger.hear_panic(side, outcome);
            if let Some(outcome) = &news {
                self.count(None, (now, now), outcome, false);
            }
            return news.into_iter().collect();
        };
        let (news, since, was_sent) = ledger.hear(side, job, outcome);
        for outcome in &news {
            self.count(Some(job), (since.unwrap_or(now), now), outcome, was_sent);
        }
        news
    }

    fn count(
        &self,
        job: Option<Job>,
        (since, now): (MachineNs, MachineNs),
        outcome: &Outcome,
        was_sent: bool,
    ) {
        let (gauge, delivery) = (&self.context.gauge, Delivery::new(job, since, now));
        match outcome {
            Outcome::Sent | Outcome::Rehearsed(_) => gauge.sent_in_doubt(delivery),
            Outcome::Failed(_) if was_sent => gauge.refused(delivery),
            Outcome::Failed(_) => gauge.failed(delivery),
            Outcome::SideFailed { .. } => {}
        }
    }

    fn tell(&self, job: Option<Job>, outcome: Outcome) {
        (self.context.reporter)(OutputReport::Report(self.context.report(job, outcome)));
    }

    /// Takes in the reports of machine `side` that are known at once; gives those on the output.
    fn settle(&self, side: usize, reports: Vec<Report>) -> Vec<Report> {
        let hear = |Report { job, outcome, .. }: Report| {
            let news = self.hear(side, job, outcome);
            news.into_iter().map(move |outcome| self.context.report(job, outcome))
        };
        reports.into_iter().flat_map(hear).collect()
    }
}

impl Mirror {
    /// Opens each machine by one of `opens`; one that cannot be is down with its reason.
    fn open(
        context: WorkerContext,
        names: Vec<Name>,
        opens: Vec<Open>,
        messages: Vec<Encoded>,
        (rate, panics): (Option<FrameRate>, usize),
    ) -> Self {
        let ledger = Ledger::new(names.clone(), panics);
        let shared = Arc::new(MirrorShared { context, ledger: Mutex::new(ledger) });
        let parts = names.into_iter().zip(opens).zip(messages).enumerate();
        let sides = parts.map(|(at, ((name, open), messages))| {
            let context = WorkerContext {
                name: format!("{} ({})", shared.context.name, name.word),
                gauge: Arc::default(),
                reporter: reporter(&shared, at),
                is_here: Arc::default(),
                ..shared.context.clone()
            };
            let driver = open(messages, context.clone(), rate).unwrap_or_else(|source| {
                Box::new(Closed::new(context, panics, &[OutputFault::Thread { source }]))
            });
            Side { name, driver }
        });
        let sides = sides.collect();
        Mirror { shared, sides }
    }

    /// Has each machine do the same, and gives the reports on the output.
    fn settled(&mut self, mut act: impl FnMut(&mut dyn Driver) -> Vec<Report>) -> Vec<Report> {
        let mut reports = vec![];
        for (at, side) in self.sides.iter_mut().enumerate() {
            reports.extend(self.shared.settle(at, act(side.driver.as_mut())));
        }
        reports
    }
}

/// Hears machine `at`.
fn reporter(shared: &Arc<MirrorShared>, at: usize) -> Reporter {
    let shared = Arc::clone(shared);
    Arc::new(move |news| match news {
        OutputReport::Report(Report { job, outcome, .. }) => {
            for outcome in shared.hear(at, job, outcome) {
                shared.tell(job, outcome);
            }
        }
        news @ (OutputReport::Clip(_) | OutputReport::Word(_) | OutputReport::Note(_)) => {
            (shared.context.reporter)(news);
        }
    })
}

impl Driver for Mirror {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        self.shared.ledger.lock().unpoisoned().begin(job, now);
        let mut said = None;
        for (at, side) in self.sides.iter_mut().enumerate() {
            let Some(outcome) = side.driver.send(job, now) else { continue };
            for outcome in self.shared.hear(at, Some(job), outcome) {
                match outcome {
                    Outcome::Sent | Outcome::Rehearsed(_) | Outcome::Failed(_) => {
                        said = Some(outcome);
                    }
                    outcome @ Outcome::SideFailed { .. } => self.shared.tell(Some(job), outcome),
                }
            }
        }
        said
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        self.shared.ledger.lock().unpoisoned().begin_panic();
        self.settled(|side| side.panic(now))
    }

    fn call_off(&mut self, why: &str) -> Vec<Report> {
        self.settled(|side| side.call_off(why))
    }

    fn revise(&mut self, show: &Arc<Show>, messages: Option<Encoded>) {
        if let Some(Ok(messages)) = messages.map(|messages| messages.downcast::<Vec<Encoded>>()) {
            for (side, messages) in self.sides.iter_mut().zip(*messages) {
                side.driver.revise(show, Some(messages));
            }
        }
    }

    fn is_open(&self) -> bool {
        self.sides.iter().all(|side| side.driver.is_open())
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        Some(self)
    }

    fn health(&self, now: MachineNs) -> Health {
        let side = |side: &Side| {
            let health = side.driver.health(now);
            (side.name.says(health.error.as_deref().unwrap_or_default()), side.name.whole(), health)
        };
        let sides: Vec<_> = self.sides.iter().map(side).collect();
        let queued = sides.iter().map(|(_, _, health)| health.queued).max().unwrap_or(0);
        let mut whole = self.shared.context.gauge.health(queued, now);
        let light = light(sides.iter().map(|(_, _, health)| health.light));
        // What the gauge itself says was found out by another program, and holds until then.
        if light != Light::Idle {
            let errors = sides.iter().filter(|(_, _, health)| health.error.is_some());
            let errors: Vec<&str> = errors.map(|(error, _, _)| error.as_str()).collect();
            (whole.light, whole.error) = (light, (!errors.is_empty()).then(|| errors.join("; ")));
        }
        whole.answer = sides.iter().find_map(|(_, _, health)| health.answer.clone());
        let of = |(_, name, health): (String, String, Health)| {
            let Health { light, error, queued, sent, failed, .. } = health;
            SideHealth { name, light, error, queued, sent, failed }
        };
        whole.sides = sides.into_iter().map(of).collect();
        whole
    }

    fn show_time(&mut self, time: ShowTime, at: MachineNs) {
        self.sides.iter_mut().for_each(|side| side.driver.show_time(time, at));
    }

    fn send_here(&mut self, is_here: bool) {
        self.sides.iter_mut().for_each(|side| side.driver.send_here(is_here));
    }

    fn finish(&mut self) {
        self.sides.iter_mut().for_each(|side| side.driver.finish());
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        self.settled(|side| side.close(deadline))
    }
}

impl Mirror {
    /// What of each machine may go on.
    fn lasting(&mut self) -> impl Iterator<Item = &mut dyn Lasts> {
        self.sides.iter_mut().filter_map(|side| side.driver.lasts())
    }
}

impl Lasts for Mirror {
    fn end_all(&mut self, what: Lasting) -> (Outcome, Vec<Job>) {
        // Players are never mirrored, and nothing else calls jobs off.
        let ended = self.lasting().map(|side| side.end_all(what).0);
        let failed = ended.filter(|outcome| *outcome != Outcome::Sent).last();
        (failed.unwrap_or(Outcome::Sent), vec![])
    }

    fn end(&mut self, what: Lasting, cue: CueIx, over: Duration, now: MachineNs) {
        self.lasting().for_each(|side| side.end(what, cue, over, now));
    }

    fn gives_way(&mut self, what: Lasting, cue: CueIx, action: u32) {
        self.lasting().for_each(|side| side.gives_way(what, cue, action));
    }

    fn freeze(&mut self, what: Lasting, cue: CueIx, is_frozen: bool, now: MachineNs) {
        self.lasting().for_each(|side| side.freeze(what, cue, is_frozen, now));
    }
}

/// The light of an output whose machines have these.
fn light(sides: impl Iterator<Item = Light> + Clone) -> Light {
    let is_any = |light| sides.clone().any(|side| side == light);
    let is_all_down = sides.clone().all(|side| side == Light::Down);
    match is_any(Light::Down) {
        true if is_all_down => Light::Down,
        true => Light::SideDown,
        false => {
            let order = [Light::Refused, Light::Slow, Light::Ok];
            order.into_iter().find(|light| is_any(*light)).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests;
