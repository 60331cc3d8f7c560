//! Drives the program's conductor with time as a field that the test moves, a journal in memory,
//! and outputs that answer at once or not at all.
//!
//! It holds no rule of the engine, but for two that every driver relies on: what has fallen due is
//! dealt with in a bounded number of events, and afterwards nothing is due any more.

use std::sync::Arc;
use std::time::Duration;

use handover::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
use handover::engine::{
    Command, Effect, Event, Record, Rejection, Revised, Revision, RunNs, State, put_in_versions,
};
use handover::journal::{encode, recover_bytes};
use handover::output::{Job, Outcome};
use handover::show::{Show, plan};
use handover::time::{MachineNs, nanoseconds};
use jiff::Timestamp;
use jiff::civil::Date;

/// More events than any test show can cause at one instant.
const EVENTS_MAX: usize = 4_000;

/// Options of a run.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    pub clock: Timestamp,
    pub day: Option<Date>,
    pub rehearsal: bool,
    pub speed: u32,
    pub auto: bool,
}

/// A run and what is around it.
#[derive(Clone)]
pub(crate) struct TestRun {
    conductor: Conductor,
    /// The versions of the show, the first one first.
    versions: Vec<Arc<Show>>,
    /// The run as it stood at its last revision.
    before: State,
    /// The run's clock. The machine's reads the same, whatever the speed of the run: a fast run is
    /// one in which less of the machine's time passes.
    pub now: RunNs,
    pub journal: Vec<Record>,
    pub effects: Vec<Effect>,
    /// Delay of each wake-up after its deadline.
    pub late: Duration,
    /// `true` if the outputs report what became of an action.
    pub outputs_answer: bool,
}

impl TestRun {
    pub(crate) fn open(show: Arc<Show>, opening: &Opening) -> Result<Self, String> {
        let started = run_started(&show, opening);
        let versions = vec![Arc::clone(&show)];
        let conductor = Conductor::new(
            State::new(show),
            RunClock::new(MachineNs::ZERO, RunNs::ZERO, opening.clock, 1),
            0,
            RunNs::ZERO,
        );
        let mut rig = TestRun {
            before: conductor.state().clone(),
            conductor,
            versions,
            now: RunNs::ZERO,
            journal: vec![],
            effects: vec![],
            late: Duration::ZERO,
            outputs_answer: true,
        };
        rig.give(ConductorInput::Begin(started));
        rig.drain()?;
        rig.before = rig.state().clone();
        Ok(rig)
    }

    /// The run as it stands.
    pub(crate) fn state(&self) -> &State {
        self.conductor.state()
    }

    /// Hands the conductor an input and does what it asks for; gives what became of a command.
    fn give(&mut self, input: ConductorInput) -> Option<Result<(), Rejection>> {
        let TestRun { conductor, journal, effects, outputs_answer, .. } = self;
        let mut reply = None;
        let now_ns = MachineNs::ZERO + self.now.since(RunNs::ZERO);
        conductor.drive(now_ns, input, |_, output| {
            match output {
                ConductorOutput::Append(records) => journal.extend(records),
                ConductorOutput::Send(job) => {
                    let Job { cue, firing, action } = job;
                    effects.push(Effect::Send { cue, firing, action });
                    return outputs_answer
                        .then_some(ConductorInput::Outcome(job, Outcome::Sent))
                        .into_iter()
                        .collect();
                }
                ConductorOutput::Stop { cue, over } => effects.push(Effect::Stop { cue, over }),
                ConductorOutput::PauseClip(cue) => effects.push(Effect::PauseClip(cue)),
                ConductorOutput::ResumeClip(cue) => effects.push(Effect::ResumeClip(cue)),
                ConductorOutput::StopAll(_) => effects.push(Effect::StopOutputs),
                ConductorOutput::Reply { result, .. } => reply = Some(result),
                ConductorOutput::ClipsLost(_)
                | ConductorOutput::GiveWay { .. }
                | ConductorOutput::EndRamps
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
            vec![]
        });
        reply
    }

    fn deadline(&self) -> Option<RunNs> {
        self.conductor.deadline().map(|due_ns| RunNs::ZERO + due_ns.since(MachineNs::ZERO))
    }

    /// Deals with everything that has fallen due by now.
    pub(crate) fn drain(&mut self) -> Result<(), String> {
        let before = self.journal.len();
        while self.journal.len() - before < EVENTS_MAX {
            let events = self.journal.len();
            self.give(ConductorInput::Tick);
            match self.deadline().filter(|&due_ns| due_ns <= self.now) {
                Some(due_ns) if self.journal.len() == events => {
                    return Err(format!(
                        "the loop spins: {due_ns} ns is due at {} ns, and stays so",
                        self.now
                    ));
                }
                Some(_) => {}
                None => return Ok(()),
            }
        }
        Err(format!("what is due never ends at {} ns", self.now))
    }

    /// Lives until `until_ns`, waking up whenever something is due.
    pub(crate) fn live_until(&mut self, until_ns: RunNs) -> Result<(), String> {
        for _ in 0..EVENTS_MAX {
            let Some(due_ns) = self.deadline().filter(|&due_ns| due_ns <= until_ns) else {
                self.now = self.now.max(until_ns);
                return self.drain();
            };
            self.now = self.now.max(due_ns + self.late);
            self.drain()?;
        }
        Err(format!("something is due more than {EVENTS_MAX} times before {until_ns} ns"))
    }

    /// Lets time pass while the program does not come to look.
    pub(crate) fn stand_still(&mut self, time: Duration) -> Result<(), String> {
        self.now += time;
        self.drain()
    }

    /// Kills the program and takes the run up again from its journal `down_ns` later.
    pub(crate) fn crash(&mut self, down: Duration) -> Result<(), String> {
        self.goes_down(down, false)
    }

    /// The same, where the disk had not taken the events since some time before the crash.
    pub(crate) fn crash_on_full_disk(&mut self, down: Duration) -> Result<(), String> {
        self.goes_down(down, true)
    }

    fn goes_down(&mut self, down: Duration, gap: bool) -> Result<(), String> {
        let state = self.replay()?;
        let auto = state.is_auto();
        self.now += down;
        let down_ns = nanoseconds(down);
        self.resume(state);
        let refused = self
            .give(ConductorInput::Begin(Event::RunResumed {
                down_ns,
                listen: None,
                web: None,
                gap,
                auto,
            }))
            .and_then(Result::err);
        refused.map_or(Ok(()), |why| Err(format!("catching up was refused: {why}")))
    }

    /// Tears the last events off the journal, as a power cut can. The program is down then:
    /// [`TestRun::crash`] takes it up.
    pub(crate) fn tear(&mut self, events: usize) {
        self.journal.truncate(self.journal.len().saturating_sub(events).max(1));
        let state = self.folded(&self.journal);
        self.resume(state);
    }

    fn resume(&mut self, state: State) {
        let (seq, run_ns) =
            self.journal.last().map_or((0, RunNs::ZERO), |last| (last.seq, last.run_ns));
        self.conductor = Conductor::new(state, self.conductor.clock(), seq, run_ns);
    }

    fn folded(&self, records: &[Record]) -> State {
        let mut state = State::new(Arc::clone(&self.versions[0]));
        let mut records = records.to_vec();
        let version =
            |number, _: &str| self.versions.get(number as usize - 1).cloned().ok_or("no version");
        put_in_versions(&mut records, version).unwrap();
        records.iter().for_each(|record| state.fold(record));
        state
    }

    /// Gives a command and takes what follows from it.
    pub(crate) fn command(&mut self, command: &Command) -> Result<(), Rejection> {
        self.give(ConductorInput::Command { by: By::Caller, command: command.clone() })
            .expect("a command gets a reply")
    }

    /// Takes another version of the show into the run.
    pub(crate) fn revise(&mut self, show: Arc<Show>) -> Result<(), Rejection> {
        let number = self.state().revision() + 1;
        self.versions.truncate(number as usize - 1);
        self.versions.push(Arc::clone(&show));
        // Prepared or not, or for the run as it was: it comes to the same.
        let show = match number % 3 {
            0 => Revised::new(show),
            1 => Revised::prepared(show, &self.before),
            _ => Revised::prepared(show, self.state()),
        };
        self.before = self.state().clone();
        let revision = Revision {
            number,
            show_crc: "0".into(),
            sha256: "0".into(),
            changed: 1,
            added: 0,
            removed: 0,
            show,
        };
        self.command(&Command::Revise(Box::new(revision)))
    }

    /// Has everything done that the conductor would journal ahead of its instant now.
    pub(crate) fn flush(&mut self) -> Result<(), String> {
        while self.conductor.is_ahead() {
            self.give(ConductorInput::Flush);
            self.drain()?;
        }
        Ok(())
    }

    /// The state that the journal gives, read as a file is read.
    pub(crate) fn replay(&self) -> Result<State, String> {
        let mut bytes = vec![];
        for record in &self.journal {
            encode(record, &mut bytes)
                .map_err(|why| format!("{record:?} cannot be journaled: {why}"))?;
        }
        let recovered = recover_bytes(&bytes, "journal".as_ref()).map_err(|why| why.to_string())?;
        if let Some((read, written)) =
            recovered.records.iter().zip(&self.journal).find(|(a, b)| a != b)
        {
            return Err(format!("{written:?} reads back from the journal as {read:?}"));
        }
        let state = self.folded(&recovered.records);
        if state == *self.state() {
            Ok(state)
        } else {
            Err("replaying the journal gives another state".to_owned())
        }
    }
}

/// The first event of a run.
pub(crate) fn run_started(show: &Show, opening: &Opening) -> Event {
    Event::RunStarted {
        show: show.title.clone(),
        source: "test".to_owned(),
        rehearsal: opening.rehearsal,
        speed: opening.speed,
        auto: opening.auto,
        clock: opening.clock,
        day: opening.day.unwrap_or_else(|| plan::day_of_run(show, opening.clock)),
        version: "0".to_owned(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    }
}
