//! The world around the conductor in a simulation: a clock, a journal on a disk that may fail, and
//! outputs that answer at once, late or never. It keeps its own account of what left and checks the
//! run's promises after every step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use handover::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
use handover::engine::{Cause, Command, Event, Record, Rejection, Revised, RunNs, State};
use handover::journal::{decode, encode, recover_bytes};
use handover::output::{Job, Outcome, Report};
use handover::show::duration::SECOND_NS;
use handover::show::{CueIx, CueNumber, SegmentIx, Show, Trigger};
use handover::time::{MachineNs, nanoseconds};

use super::edits::Versions;
use crate::properties::none_missed_behind;
use crate::rule_checker::RuleChecker;
use crate::test_run::{Opening, run_started};

/// More outputs than any simulated show asks for at one instant.
const OUTPUTS_MAX: usize = 20_000;
/// The conductor's lead: time by which something may leave before its instant. A call while
/// something is journaled ahead is a nanosecond later than that.
const LEAD: Duration = Duration::from_micros(301);
/// Maximum lateness, by the machine's clock, of what fires by itself.
const LATE: Duration = Duration::from_secs(1);

/// Answers of an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    AtOnce { sent: bool },
    Later { ns: u64, sent: bool },
    Never,
}

/// Moment at which the program is killed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kill {
    /// After so many outputs of the conductor.
    pub after: usize,
    /// Before the last of them was done.
    pub undone: bool,
    pub down_ns: u64,
}

type Key = (CueIx, u32, u32);

fn key(job: Job) -> Key {
    (job.cue, job.firing, job.action)
}

/// Outcome of a message in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Sent,
    Failed,
    Unknown,
}

pub(super) struct World {
    /// The show that the run goes on with.
    show: Arc<Show>,
    pub versions: Versions,
    conductor: Conductor,
    opening: Opening,
    /// Number of programs that have had the run.
    pub lives: u32,
    /// The machine's clock.
    pub now_ns: MachineNs,
    /// Delay of every wake-up.
    pub late_ns: u64,
    pub answers: Vec<Answer>,
    pub disk_works: bool,
    pub kill: Option<Kill>,
    pub journal: Vec<Record>,
    /// Number of records on the disk.
    on_disk: usize,
    /// Reports to come, and when.
    pending: Vec<(MachineNs, Report)>,
    rule_checker: RuleChecker,
    /// The state that the lines of the journal give.
    shadow: State,
    /// The firings of the journal, by cue and number.
    fired: BTreeSet<(CueIx, u32)>,
    /// The cue that fired last, by itself, and when; `None` once another command than GO was given.
    just_fired: Option<(CueIx, MachineNs)>,
    /// Messages that have left, in every life of the program.
    left: BTreeSet<Key>,
    /// What the journal says, and has not left yet, since the program began.
    owed: BTreeSet<Key>,
    /// Reports of the outputs.
    told: BTreeMap<Key, bool>,
    /// What the journal says became of it.
    said: BTreeMap<Key, Said>,
    /// Since the run was taken up, the playhead has gone to the first of the missed cues.
    took_up: bool,
}

impl World {
    pub(super) fn open(
        text: String,
        opening: Opening,
        late_ns: u64,
        answers: Vec<Answer>,
    ) -> Result<Self, String> {
        let clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, opening.clock, opening.speed);
        let versions = Versions::new(text)?;
        let show = Arc::clone(versions.show(1)?);
        let state = State::new(Arc::clone(&show));
        let mut world = World {
            conductor: Conductor::new(state.clone(), clock, 0, RunNs::ZERO),
            lives: 1,
            now_ns: MachineNs::ZERO,
            late_ns,
            answers,
            disk_works: true,
            kill: None,
            journal: vec![],
            on_disk: 0,
            pending: vec![],
            rule_checker: RuleChecker::new(Arc::clone(&show)),
            shadow: state,
            fired: BTreeSet::new(),
            just_fired: None,
            left: BTreeSet::new(),
            owed: BTreeSet::new(),
            told: BTreeMap::new(),
            said: BTreeMap::new(),
            took_up: false,
            show,
            versions,
            opening,
        };
        let begin = run_started(&world.show, &world.opening);
        world.step(ConductorInput::Begin(begin))?;
        Ok(world)
    }

    pub(super) fn state(&self) -> &State {
        self.conductor.state()
    }

    /// Returns `true` if something is journaled whose instant has not come.
    pub(super) fn is_ahead(&self) -> bool {
        self.conductor.is_ahead()
    }

    /// Number of messages that have left.
    pub(super) fn left_count(&self) -> usize {
        self.left.len()
    }

    /// Gives a command, and says what became of it unless the program was killed over it.
    pub(super) fn command(
        &mut self,
        by: By,
        command: Command,
    ) -> Result<Option<Result<(), Rejection>>, String> {
        if !matches!(command, Command::Go { .. }) {
            self.just_fired = None;
        }
        self.step(ConductorInput::Command { by, command })
    }

    /// Lets time pass until the conductor wants to be woken, and no longer: what it journals ahead
    /// has not left yet.
    pub(super) fn wait_for_deadline(&mut self) -> Result<(), String> {
        match self.conductor.deadline().filter(|&due_ns| due_ns > self.now_ns) {
            Some(due_ns) if self.pending.iter().all(|(at_ns, _)| *at_ns > due_ns) => {
                self.now_ns = due_ns;
                self.step(ConductorInput::Tick).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Lets time pass, with everything that comes in it at its time.
    pub(super) fn wait(&mut self, ns: u64) -> Result<(), String> {
        let until_ns = self.now_ns + Duration::from_nanos(ns);
        for _ in 0..OUTPUTS_MAX {
            let report = self.pending.iter().map(|(at_ns, _)| *at_ns).min();
            let wakes_ns = self.conductor.deadline().into_iter().chain(report).min();
            let Some(wakes_ns) = wakes_ns.filter(|&at_ns| at_ns <= until_ns) else {
                self.now_ns = self.now_ns.max(until_ns);
                return self.look();
            };
            self.now_ns = self.now_ns.max(wakes_ns + Duration::from_nanos(self.late_ns));
            self.look()?;
        }
        Err("something is due all the time".to_owned())
    }

    /// Lets time pass in which nothing happens: the machine is suspended.
    pub(super) fn stand_still(&mut self, ns: u64) -> Result<(), String> {
        self.now_ns += Duration::from_nanos(ns);
        self.look()
    }

    /// Does what has fallen due, and hears the reports that have come.
    pub(super) fn look(&mut self) -> Result<(), String> {
        let now_ns = self.now_ns;
        let (come, pending) =
            std::mem::take(&mut self.pending).into_iter().partition(|(at_ns, _)| *at_ns <= now_ns);
        self.pending = pending;
        let life = self.lives;
        for (_, report) in come {
            if self.lives != life {
                // Nobody hears the reports that a program did not live to take.
                break;
            }
            if let Some(job) = report.job {
                self.told.insert(key(job), report.outcome == Outcome::Sent);
            }
            self.step(ConductorInput::Report(report))?;
        }
        for _ in 0..OUTPUTS_MAX {
            let before = self.journal.len();
            self.step(ConductorInput::Tick)?;
            match self.conductor.deadline().filter(|&due_ns| due_ns <= self.now_ns) {
                Some(_) if self.journal.len() == before => {
                    return Err("what is due does not happen".to_owned());
                }
                Some(_) => {}
                None => return Ok(()),
            }
        }
        Err("what is due never ends".to_owned())
    }

    /// The program leaves the run, and another one takes it up.
    pub(super) fn leave(&mut self, down_ns: u64) -> Result<(), String> {
        self.step(ConductorInput::Flush)?;
        let unsent = std::mem::take(&mut self.pending)
            .into_iter()
            .map(|(_, report)| Report { outcome: Outcome::Failed("closed".into()), ..report });
        let unsent: Vec<Report> = unsent.collect();
        for job in unsent.iter().filter_map(|report| report.job) {
            self.told.insert(key(job), false);
        }
        self.step(ConductorInput::Leave { reason: "quit".into(), unsent })?;
        self.resume(down_ns)
    }

    /// Kills the program now.
    pub(super) fn crash(&mut self, down_ns: u64) -> Result<(), String> {
        self.resume(down_ns)
    }

    /// Takes so many lines off the journal, as a power cut does with what was not synced, and kills
    /// the program.
    pub(super) fn tear(&mut self, lines: usize) -> Result<(), String> {
        self.on_disk = self.on_disk.saturating_sub(lines).max(1);
        self.resume(SECOND_NS)
    }

    /// Takes the run up again from what is on the disk.
    fn resume(&mut self, down_ns: u64) -> Result<(), String> {
        self.lives += 1;
        self.took_up = false;
        self.kill = None;
        self.pending.clear();
        // An answer that the program had and could not journal any more is an answer that nobody
        // knows.
        self.journal.truncate(self.on_disk.max(1));
        self.on_disk = self.journal.len();
        self.account_again()?;
        self.now_ns += Duration::from_nanos(down_ns);
        let last = self.journal.last().ok_or("the journal is empty")?;
        let down = Duration::from_nanos(down_ns).saturating_mul(self.opening.speed);
        let run_ns = last.run_ns + down;
        let wall = self.opening.clock + self.now_ns.since(MachineNs::ZERO);
        let clock = RunClock::new(self.now_ns, run_ns, wall, self.opening.speed);
        self.conductor = Conductor::new(self.shadow.clone(), clock, last.seq, last.run_ns);
        let from = self.journal.len();
        let was_at = self.shadow.playhead().filter(|_| !self.shadow.is_moving_on());
        // What was lost with its record is no matter of the journal any more.
        let owed = std::mem::take(&mut self.owed).into_iter();
        let owed: Vec<Key> =
            owed.filter(|(cue, firing, _)| self.fired.contains(&(*cue, *firing))).collect();
        if let Some(Err(why)) = self.step(ConductorInput::Begin(Event::RunResumed {
            down_ns: nanoseconds(down),
            listen: None,
            web: None,
            gap: false,
            auto: self.opening.auto,
        }))? {
            return Err(format!("catching up was refused: {why}"));
        }
        for key @ (cue, firing, _) in owed {
            let is_last = self.shadow.cue(cue).firings == firing;
            if is_last && self.said.get(&key) != Some(&Said::Unknown) {
                return Err(format!(
                    "{key:?} may have left or not, and the journal does not say so"
                ));
            }
        }
        self.took_up_what_was_missed(from, was_at)
    }

    /// Checks what was taken up since the record `from`, when the next call was `was_at`.
    fn took_up_what_was_missed(&self, from: usize, was_at: Option<CueIx>) -> Result<(), String> {
        if self.opening.auto {
            return Ok(());
        }
        for record in &self.journal[from.min(self.journal.len())..] {
            if matches!(record.event, Event::CueFired { due_ns, .. } if due_ns < record.run_ns) {
                return Err(format!("what fell due in the downtime was fired: {:?}", record.event));
            }
        }
        if !self.took_up {
            none_missed_behind(self.state())?;
        }
        let (show, is_at) = (self.state().show(), self.state().playhead());
        let place = |cue| show.place(show.main_of(cue));
        // One that is due as the run is resumed comes at its instant, and the playhead goes on.
        let has_come = |cue: CueIx| {
            self.journal[from.min(self.journal.len())..].iter().any(|record| match &record.event {
                Event::CueFired { cue: fired, .. } => show.find(fired) == Some(cue),
                _ => false,
            })
        };
        let stayed = was_at.filter(|&cue| self.state().is_in_order(cue) && !has_come(cue));
        if stayed.is_some_and(|was_at| is_at.is_none_or(|is_at| place(is_at) > place(was_at))) {
            return Err(format!("the playhead went from {was_at:?} on to {is_at:?}"));
        }
        Ok(())
    }

    /// Returns `true` if the caller stands at the first of the missed cues, by the journal.
    fn is_at_first_missed(&self) -> bool {
        self.shadow.playhead().is_some() && self.shadow.playhead() == self.shadow.missed().next()
    }

    /// Reads the journal as a file is read, and makes the accounts again that are of it.
    fn account_again(&mut self) -> Result<(), String> {
        let mut bytes = vec![];
        for record in &self.journal {
            encode(record, &mut bytes).map_err(|why| why.to_string())?;
        }
        let read = recover_bytes(&bytes, "journal".as_ref()).map_err(|why| why.to_string())?;
        if read.records != self.journal {
            return Err("the journal reads differently from what was written".to_owned());
        }
        self.show = Arc::clone(self.versions.show(1)?);
        self.rule_checker = RuleChecker::new(Arc::clone(&self.show));
        self.shadow = State::new(Arc::clone(&self.show));
        self.fired.clear();
        self.said.clear();
        for record in read.records {
            self.fold(record.clone())?;
            self.rule_checker.see_record(&record)?;
            self.note(&record)?;
        }
        self.versions.were_torn(self.shadow.revision());
        self.left.retain(|(cue, firing, _)| self.fired.contains(&(*cue, *firing)));
        self.told = std::mem::take(&mut self.told)
            .into_iter()
            .filter(|(key, _)| self.said.contains_key(key))
            .collect();
        Ok(())
    }

    /// Hands the conductor an input, does what it asks for, and checks what holds at any moment.
    pub(super) fn step(
        &mut self,
        input: ConductorInput,
    ) -> Result<Option<Result<(), Rejection>>, String> {
        let before = self.journal.len();
        let due: Vec<CueIx> = self.due();
        let mut reply = None;
        self.conductor.handle(self.now_ns, input);
        for count in 1.. {
            if count > OUTPUTS_MAX {
                return Err("the conductor has no end of outputs".to_owned());
            }
            let Some(output) = self.conductor.poll_output(self.now_ns) else { break };
            let dies = self.kill.filter(|kill| count > kill.after);
            if dies.is_none_or(|kill| !kill.undone) {
                match output {
                    ConductorOutput::Append(records) => self.append(records)?,
                    ConductorOutput::Send(job) => self.send(job)?,
                    ConductorOutput::Reply { result, .. } => reply = Some(result),
                    ConductorOutput::Stop { .. }
                    | ConductorOutput::GiveWay { .. }
                    | ConductorOutput::EndRamps
                    | ConductorOutput::PauseClip(_)
                    | ConductorOutput::ResumeClip(_)
                    | ConductorOutput::StopAll(_)
                    | ConductorOutput::ClipsLost(_)
                    | ConductorOutput::Arm(_)
                    | ConductorOutput::Join(_)
                    | ConductorOutput::Outages(_)
                    | ConductorOutput::ShowTime(_)
                    | ConductorOutput::Tell(_)
                    | ConductorOutput::Propose(_)
                    | ConductorOutput::Muted(_)
                    | ConductorOutput::Revised
                    | ConductorOutput::StoodStill => {}
                }
            }
            if let Some(kill) = dies {
                return self.resume(kill.down_ns).map(|()| None);
            }
        }
        self.kill = self.kill.map(|kill| Kill { after: kill.after.saturating_sub(1), ..kill });
        self.check(before, &due)?;
        Ok(reply)
    }

    fn append(&mut self, records: Vec<Record>) -> Result<(), String> {
        for record in records {
            let mut line = vec![];
            encode(&record, &mut line)
                .map_err(|why| format!("{record:?} cannot be journaled: {why}"))?;
            line.pop();
            let read = decode(&line).map_err(|why| format!("{record:?} cannot be read: {why}"))?;
            if read != record {
                return Err(format!("{record:?} reads back from the journal as {read:?}"));
            }
            if self
                .journal
                .last()
                .is_some_and(|last| last.seq + 1 != record.seq || last.run_ns > record.run_ns)
            {
                return Err(format!("{record:?} does not follow the record before it"));
            }
            self.fold(read)?;
            if let Some(cue) = record.event.cue() {
                self.find(cue).map_err(|why| format!("{why}: {:?}", record.event))?;
            }
            // A segment may start where the playhead has gone, and change what is missed.
            self.took_up |=
                matches!(record.event, Event::PlayheadMoved { .. }) && self.is_at_first_missed();
            self.rule_checker.see_record(&record)?;
            self.note(&record)?;
            if let Event::CueFired { cue, cause, firing, due_ns, .. } = &record.event {
                let late = record.run_ns.since(*due_ns);
                let by_itself = matches!(cause, Cause::Follow | Cause::Clock);
                if by_itself && late > LATE * self.opening.speed {
                    return Err(format!("cue {cue} fires {late:?} late"));
                }
                let cue = self.find(cue)?;
                let again = self
                    .just_fired
                    .filter(|(just, at_ns)| *just == cue && self.now_ns <= *at_ns + LEAD);
                if *cause == Cause::Go && again.is_some() {
                    return Err(format!(
                        "a GO fires {cue:?}, which has just fired by itself, again"
                    ));
                }
                self.just_fired = by_itself.then_some((cue, self.now_ns));
                let actions = self.show.cue(cue).actions.len() as u32;
                self.owed.extend((0..actions).map(|action| (cue, *firing, action)));
            }
            self.journal.push(record);
        }
        if self.disk_works {
            self.on_disk = self.journal.len();
        }
        Ok(())
    }

    /// Folds a record as it stands in the journal, which has only the number of a version.
    fn fold(&mut self, mut record: Record) -> Result<(), String> {
        if let Event::ShowRevised { revision, show, .. } = &mut record.event {
            *show = Revised::new(Arc::clone(self.versions.show(*revision)?));
        }
        self.shadow.fold(&record);
        if matches!(record.event, Event::ShowRevised { .. }) {
            self.show = Arc::clone(self.shadow.show());
            self.rule_checker.revised(Arc::clone(&self.show));
        }
        Ok(())
    }

    fn find(&self, cue: &CueNumber) -> Result<CueIx, String> {
        self.show.find(cue).ok_or_else(|| format!("the show has no cue {cue}"))
    }

    /// Keeps what a record says of firings and messages.
    fn note(&mut self, record: &Record) -> Result<(), String> {
        let (cue, firing, action, said) = match &record.event {
            Event::CueFired { cue, firing, .. } => {
                let cue = self.find(cue)?;
                self.fired.insert((cue, *firing));
                return Ok(());
            }
            Event::ActionSent { cue, firing, action, .. } => (cue, firing, action, Said::Sent),
            Event::ActionFailed { cue, firing, action, .. } => (cue, firing, action, Said::Failed),
            Event::ActionUnknown { cue, firing, action, .. } => {
                (cue, firing, action, Said::Unknown)
            }
            _ => return Ok(()),
        };
        match self.said.insert((self.find(cue)?, *firing, *action - 1), said) {
            Some(before) if before != Said::Unknown => {
                Err(format!("{:?}, and before {before:?}", record.event))
            }
            _ => Ok(()),
        }
    }

    fn send(&mut self, job: Job) -> Result<(), String> {
        let key = key(job);
        if !self.fired.contains(&(job.cue, job.firing)) {
            return Err(format!("{job:?} leaves, and the journal does not have its cue"));
        }
        if !self.left.insert(key) {
            return Err(format!("{job:?} leaves twice"));
        }
        if !self.owed.remove(&key) {
            return Err(format!(
                "{job:?} leaves, and did not follow from a record of this program"
            ));
        }
        let due_ns = self
            .state()
            .cue(job.cue)
            .fired_ns
            .map(|due_ns| self.conductor.clock().machine_ns(due_ns));
        if due_ns.is_some_and(|due_ns| due_ns > self.now_ns + LEAD) {
            return Err(format!("{job:?} leaves before its instant"));
        }
        let output = self.show.cue(job.cue).actions[job.action as usize].output;
        let outcome =
            |sent| if sent { Outcome::Sent } else { Outcome::Failed("no route to host".into()) };
        match self.answers[output.0 as usize % self.answers.len()] {
            Answer::AtOnce { sent } => {
                self.told.insert(key, sent);
                self.conductor.handle(self.now_ns, ConductorInput::Outcome(job, outcome(sent)));
            }
            Answer::Later { ns, sent } => {
                let report = Report { output, job: Some(job), outcome: outcome(sent) };
                self.pending.push((self.now_ns + Duration::from_nanos(ns), report));
            }
            Answer::Never => {}
        }
        Ok(())
    }

    /// The cues that wait for their instant.
    fn due(&self) -> Vec<CueIx> {
        let state = self.state();
        let waits = |&cue: &CueIx| state.cue(cue).due_ns.is_some() && !state.cue(cue).skipped;
        self.show.cue_indices().filter(waits).collect()
    }

    /// Returns `true` if `cue` may be passed over where the show is at the cue `at` of `segment`, or
    /// at its beginning: it stands before it, or comes at a time into a segment.
    fn is_passed_over(&self, cue: CueIx, segment: SegmentIx, at: Option<&CueNumber>) -> bool {
        let show = &self.show;
        let here = match at.and_then(|number| show.find(number)) {
            Some(at) => show.place(show.main_of(at)),
            None => show.segment(segment).cues.start,
        };
        show.place(show.main_of(cue)) < here
            || matches!(show.cue(cue).trigger, Trigger::Into { .. })
    }

    fn check(&mut self, before: usize, due: &[CueIx]) -> Result<(), String> {
        if *self.conductor.state() != self.shadow {
            return Err("replaying the journal gives another state".to_owned());
        }
        if !self.conductor.is_ahead()
            && let Some(key) = self.owed.first()
        {
            return Err(format!("{key:?} is journaled and has not left"));
        }
        for (key, sent) in &self.told {
            let said = self.said.get(key);
            let expected = if *sent { Said::Sent } else { Said::Failed };
            if said != Some(&expected) {
                return Err(format!(
                    "the output said {expected:?} of {key:?}, the journal says {said:?}"
                ));
            }
        }
        let new = &self.journal[before.min(self.journal.len())..];
        for &cue in due {
            let number = &self.show.cue(cue).number;
            let is_told = |record: &Record| match &record.event {
                Event::CueFired { cue, .. }
                | Event::CueMissed { cue, .. }
                | Event::CueStopped { cue, .. }
                | Event::CueSkipped { cue } => cue == number,
                Event::CueSwapped { cue, by, .. } => cue == number || by == number,
                // An edit may have taken its trigger or itself.
                Event::ShowRevised { .. } => true,
                Event::Retimed { segment, cue: at, .. } => {
                    self.is_passed_over(cue, SegmentIx(segment - 1), at.as_ref())
                }
                _ => false,
            };
            if self.state().cue(cue).due_ns.is_none() && !new.iter().any(is_told) {
                return Err(format!("cue {number} was due, and is not any more, without a word"));
            }
        }
        self.rule_checker.agrees(self.conductor.state())
    }
}
