//! The conductor: all that the program promises of a run, without IO, threads or a clock.
//!
//! It decides, journals, applies, sends what follows, and fires what comes by itself, in this
//! order. A driver tells it what has happened ([`Conductor::handle`]), does what it asks for
//! ([`Conductor::poll_output`]), and comes back when something is due ([`Conductor::deadline`]).
//! The program's driver is the station, with a journal on a disk and outputs on a network; tests
//! drive the same conductor with both in memory.
//!
//! ```text
//!           handle(now, Input)                          poll_output(now)
//! command ┐                    ┌──────────────────┐                      ┌► Append    journaled,
//! report  ┼───────────────────►│ decide ─► record │──────────────────────┼► Send      then sent,
//! clip    │                    │ fold ─► effects  │                      ├► Append    then what became of it
//! tick    ┘                    └──────────────────┘                      └► Reply, Arm, ShowTime …
//!                                  ▲ deadline() ▼
//! ```
//!
//! The outputs form a queue, so that a message can only be polled after the records that it follows
//! from. What an output knows at once of a message comes back before the next output is polled, and
//! is journaled with one write for all messages that left together.

mod clock;
mod commit;
mod drive;
mod due;
mod message;
mod ready;
mod shared;
mod told;

use std::collections::VecDeque;

pub use clock::RunClock;
pub use message::{By, ConductorInput, ConductorOutput, Muted};
pub use shared::FlagPart;

use crate::engine::{ClipFact, Command, Event, Rejection, RunNs, State};
use crate::output::{ClipNews, ClipReport, Report};
use crate::time::MachineNs;
use due::Ahead;
use ready::ReadyState;
use shared::OtherStations;

/// Maximum number of due events between two looks of the driver at its inputs.
const ROUNDS: usize = 256;

/// A run, and what is left to do for it.
#[derive(Clone, Debug)]
pub struct Conductor {
    state: State,
    clock: RunClock,
    /// The latest instant that the driver has given, by the machine's clock.
    now_ns: MachineNs,
    /// The last record's place in the run, and the run's clock there.
    seq: u64,
    run_ns: RunNs,
    /// Inputs that are not handled yet.
    inputs: VecDeque<ConductorInput>,
    /// Steps to be done, in order.
    steps: VecDeque<NextStep>,
    /// While messages leave: what is to be journaled after them.
    settling: Option<Vec<Event>>,
    /// Messages whose records are journaled already, and that leave at their instants, in order.
    ahead: VecDeque<Ahead>,
    /// The command that was obeyed last, until everything has happened that follows from it now.
    obeyed: Option<(By, Command)>,
    /// The run was resumed, and what was missed is still to be taken up.
    catches_up: bool,
    /// Number of due events that may still happen before the driver's next input.
    rounds_left: usize,
    /// The driver's round has come to its end, and the outputs may hear what comes next.
    gets_ready: bool,
    /// Last clips and clock that the outputs were told.
    ready: ReadyState,
    /// This program was started with `--auto`: it gives the caller's GOs whenever it calls.
    auto: bool,
    /// Part of this station in a shared run; `None` in a run of its own.
    shared: Option<Box<OtherStations>>,
}

/// One thing to do.
#[derive(Clone, Debug)]
enum NextStep {
    /// By the driver.
    Output(ConductorOutput),
    /// Journal what became of the messages that have left, and what causes none.
    Settle,
}

impl Conductor {
    /// The run that `state` has come to, with the place of its last record: 0 and 0 where it has
    /// none.
    pub fn new(state: State, clock: RunClock, seq: u64, run_ns: RunNs) -> Self {
        Conductor {
            state,
            clock,
            now_ns: MachineNs::ZERO,
            seq,
            run_ns,
            inputs: VecDeque::new(),
            steps: VecDeque::new(),
            settling: None,
            ahead: VecDeque::new(),
            obeyed: None,
            catches_up: false,
            rounds_left: 0,
            gets_ready: false,
            ready: ReadyState::default(),
            auto: false,
            shared: None,
        }
    }

    /// Says whether this program gives the caller's GOs, and so again when the flag comes back to
    /// it. The run's first event says so for the beginning.
    pub fn set_auto(&mut self, auto: bool) {
        self.auto = auto;
    }

    /// The run as it stands. It is up to date once [`Self::poll_output`] has nothing more.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The run's clock.
    pub fn clock(&self) -> RunClock {
        self.clock
    }

    /// The number of the last record.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The run's clock at the last record. It may be ahead of the machine's clock by a fraction of
    /// a millisecond.
    pub fn run_ns(&self) -> RunNs {
        self.run_ns
    }

    /// Returns the rejection that the run would give `command` at `now_ns`, if any.
    pub fn would_refuse(&self, command: &Command, now_ns: MachineNs) -> Option<Rejection> {
        self.may_decide()
            .err()
            .or_else(|| self.state.decide(command, self.decides_at(now_ns)).err())
    }

    /// Takes in what happened at `now_ns` by the machine's clock. What follows from it is to be
    /// polled.
    pub fn handle(&mut self, now_ns: MachineNs, input: ConductorInput) {
        let has_stood = self.comes_to(now_ns);
        match (input, &mut self.settling) {
            (ConductorInput::Outcome(job, outcome), Some(_)) => {
                let event = self.outcome(job, outcome);
                self.settling.get_or_insert_default().push(event);
            }
            (ConductorInput::Report(report), Some(_)) => {
                if self.is_here(report.output) {
                    let event = self.reported(report);
                    self.settling.get_or_insert_default().push(event);
                }
            }
            // Not after what is to be sent: nothing is to be sent.
            // That it may speak was said before it stood still.
            (ConductorInput::Mute(is_mute), _) => self.mute(is_mute || has_stood),
            (ConductorInput::SetAside { kept, aside }, _) => self.set_aside(&kept, &aside),
            (input, _) => {
                // What is due comes after what the driver is about to hand in, or not at all.
                let is_quiet =
                    matches!(input, ConductorInput::Flush | ConductorInput::Leave { .. });
                self.rounds_left = if is_quiet { 0 } else { ROUNDS };
                self.inputs.push_back(input);
            }
        }
    }

    /// Returns the next thing to do. The instant is that of the call, by the machine's clock.
    pub fn poll_output(&mut self, now_ns: MachineNs) -> Option<ConductorOutput> {
        self.comes_to(now_ns);
        loop {
            match self.steps.pop_front() {
                Some(NextStep::Output(output)) => return Some(output),
                Some(NextStep::Settle) => self.settle(),
                None if self.goes_on() => {}
                None => return None,
            }
        }
    }

    /// The instant by the machine's clock at which the driver has to hand in a [`ConductorInput::Tick`];
    /// `None` while nothing comes by itself.
    pub fn deadline(&self) -> Option<MachineNs> {
        self.due_ns()
    }

    /// Takes the next thing in hand, now that everything before it is done; `false` where there is
    /// none.
    fn goes_on(&mut self) -> bool {
        if self.obeyed.is_none()
            && let Some(input) = self.inputs.front()
        {
            // Nothing is decided, or shown to anybody, while a message stands ready or the playhead
            // is about to move: a GO would find the playhead at a cue that has fired already, and
            // fire that again.
            let can_wait = matches!(input, ConductorInput::Tick | ConductorInput::Load(_));
            if (can_wait || !self.leaves_early())
                && let Some(input) = self.inputs.pop_front()
            {
                self.take(input);
            }
            return true;
        }
        if (self.catches_up || self.rounds_left > 0) && self.fire_due() {
            self.rounds_left = self.rounds_left.saturating_sub(1);
            return true;
        }
        if !self.is_mute() && std::mem::take(&mut self.catches_up) {
            let command = self.state.catch_up();
            self.inputs.extend(
                command.map(|command| ConductorInput::Command { by: By::Program, command }),
            );
            return true;
        }
        if let Some((by, command)) = self.obeyed.take() {
            self.does(ConductorOutput::Reply { by, command, result: Ok(()) });
            return true;
        }
        if !self.is_ahead() && std::mem::take(&mut self.gets_ready) {
            self.get_ready();
            return true;
        }
        false
    }

    fn take(&mut self, input: ConductorInput) {
        match input {
            ConductorInput::Begin(event) => self.begin(event),
            ConductorInput::Command { by, command } => self.obey(by, command),
            ConductorInput::Wish { from, command } => {
                self.wishes(Some(&from));
                self.obey(By::Remote, command);
                self.wishes(None);
            }
            ConductorInput::Outcome(job, outcome) if !self.holds() => {
                let told = self.told_of(Some(job), None, outcome);
                self.tell(told);
            }
            ConductorInput::Outcome(job, outcome) => {
                let event = self.outcome(job, outcome);
                self.commit(vec![event]);
            }
            ConductorInput::Report(report) if !self.is_here(report.output) => {}
            ConductorInput::Report(Report { output, job, outcome }) if !self.holds() => {
                let told = self.told_of(job, Some(output), outcome);
                self.tell(told);
            }
            ConductorInput::Report(report) => {
                let event = self.reported(report);
                self.commit(vec![event]);
            }
            ConductorInput::Clip(ClipReport { cue, firing, player, what }) => {
                let fact = match what {
                    ClipNews::Started { length_ns } => ClipFact::Started(length_ns),
                    ClipNews::Ended => ClipFact::Ended,
                    ClipNews::Stopped => ClipFact::Stopped,
                    ClipNews::Lost(why) => ClipFact::Lost(why),
                    ClipNews::BrokeOff(why) => ClipFact::BrokeOff(why),
                };
                if self.holds() && !self.is_mute() {
                    self.obey(By::Player, Command::Clip { cue, firing, player, fact });
                } else {
                    self.tell_of_clip(cue, firing, player, fact);
                }
            }
            ConductorInput::Load(cue) => self.ready.load(cue),
            ConductorInput::Flush => {}
            ConductorInput::Tick => self.gets_ready = true,
            // Only the holder writes.
            ConductorInput::TerminalLost | ConductorInput::Leave { .. } if !self.holds() => {}
            ConductorInput::TerminalLost => self.commit(vec![Event::TerminalLost {}]),
            ConductorInput::Leave { reason, unsent } => {
                let left = (!self.state.has_ended()).then_some(Event::RunLeft { reason });
                let unsent = unsent
                    .into_iter()
                    .filter_map(|report| Some(self.outcome(report.job?, report.outcome)));
                let events = unsent.chain(left).collect();
                self.commit(events);
            }
            ConductorInput::Follow(records) => self.follow(records),
            ConductorInput::Holds => self.now_holds(),
            ConductorInput::Stored(record) => self.stored(*record),
            ConductorInput::TakeBack { why } => self.take_back(why),
            ConductorInput::Told { from, told } => self.told(&from, told),
            ConductorInput::Heard(heard) => self.heard(heard),
            ConductorInput::Expected(expected) => self.expect(expected),
            // It speaks again, and everything is handed in that was withheld.
            ConductorInput::Mute(false) => self.gives_up_absent(),
            // They were done when they came.
            ConductorInput::Mute(true) | ConductorInput::SetAside { .. } => {}
        }
    }

    fn obey(&mut self, by: By, command: Command) {
        if let Err(rejection) = self.may_decide() {
            self.does(ConductorOutput::Reply { by, command, result: Err(rejection) });
            return;
        }
        if let Command::PassFlag { to, from_ns } = &command {
            let result = self.pass_flag(to.clone(), *from_ns);
            self.does(ConductorOutput::Reply { by, command, result });
            return;
        }
        match self.state.decide(&command, self.decides_at(self.now_ns)) {
            Ok(events) => {
                self.commit(events);
                self.obeyed = Some((by, command));
            }
            Err(rejection) => {
                self.does(ConductorOutput::Reply { by, command, result: Err(rejection) })
            }
        }
    }

    /// The run's clock, for a decision. What has just left may be journaled for an instant a little
    /// ahead; nothing happens before that any more.
    fn decides_at(&self, now_ns: MachineNs) -> RunNs {
        self.clock.run_ns(now_ns).max(self.run_ns)
    }

    /// The first event: the run's start, or what the time without a program has done to it.
    fn begin(&mut self, begin: Event) {
        let resumed = matches!(begin, Event::RunResumed { .. });
        self.commit(vec![begin]);
        if !resumed {
            return;
        }
        self.gives_up_unresolved();
        let lost: Vec<_> = self
            .state
            .on_air()
            .iter()
            .copied()
            .filter(|&cue| self.state.cue(cue).clip_lost)
            .collect();
        if !lost.is_empty() {
            self.does(ConductorOutput::ClipsLost(lost));
        }
        self.catches_up = true;
    }

    /// Journals that nobody knows what became of the messages that were on their way.
    fn gives_up_unresolved(&mut self) {
        let unresolved: Vec<_> = self.state.unresolved().collect();
        let unknown = unresolved.into_iter().filter(|&(cue, action)| !self.is_told(cue, action));
        let unknown = unknown.map(|(cue, action)| self.unknown(cue, action)).collect();
        self.commit(unknown);
    }

    fn does(&mut self, output: ConductorOutput) {
        self.steps.push_back(NextStep::Output(output));
    }
}

#[cfg(test)]
mod tests;
