//! Drives a run as the runtime does, with time as a field that the test moves.
//!
//! Owns the loop around the engine: wake up at the deadline, apply what fell due, journal it, report what was sent. It
//! holds no rule of the engine, but for two that every loop relies on: what has fallen due is dealt with in a bounded
//! number of events, and afterwards nothing is due any more.

use std::sync::Arc;

use handover::engine::{Command, Effect, Event, Record, Rejection, RunNs, State};
use handover::show::{Show, plan};
use jiff::Timestamp;
use jiff::civil::Date;

/// More events than any test show can cause at one instant.
const EVENTS_MAX: usize = 4_000;

/// How a run is opened.
#[derive(Clone, Debug)]
pub struct Opening {
    pub clock: Timestamp,
    pub day: Option<Date>,
    pub rehearsal: bool,
    pub speed: u32,
    pub auto: bool,
}

/// A run and the loop around it.
#[derive(Clone)]
pub struct Rig {
    pub state: State,
    pub now: RunNs,
    pub journal: Vec<(RunNs, Event)>,
    pub effects: Vec<Effect>,
    /// How long after its deadline each wake-up comes.
    pub late_ns: u64,
    /// Whether the outputs say what became of an action.
    pub outputs_answer: bool,
}

impl Rig {
    pub fn open(show: Arc<Show>, opening: &Opening) -> Result<Self, String> {
        let day = opening.day.unwrap_or_else(|| plan::day_of_run(&show, opening.clock));
        let started = Event::RunStarted {
            show: show.title.clone(),
            source: "test".to_owned(),
            rehearsal: opening.rehearsal,
            speed: opening.speed,
            auto: opening.auto,
            clock: opening.clock,
            day,
            version: "0".to_owned(),
            shift_ns: None,
            show_crc: None,
        };
        let mut rig =
            Rig { state: State::new(show), now: 0, journal: vec![], effects: vec![], late_ns: 0, outputs_answer: true };
        rig.take(vec![started]);
        rig.drain()?;
        Ok(rig)
    }

    /// Journals and applies a batch of events, then lets the outputs answer what it made them send.
    fn take(&mut self, events: Vec<Event>) {
        let from = self.effects.len();
        for event in events {
            self.journal.push((self.now, event.clone()));
            self.state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, self.now, event.clone()));
            self.effects.extend(self.state.effects(&event));
        }
        if !self.outputs_answer {
            return;
        }
        for at in from..self.effects.len() {
            if let Effect::Send { cue, firing, action } = self.effects[at] {
                let cue = &self.state.show().cue(cue);
                let output = self.state.show().outputs[cue.actions[action as usize].output.0 as usize].id.clone();
                let sent = Event::ActionSent { cue: cue.number.clone(), firing, action: action + 1, output };
                self.journal.push((self.now, sent.clone()));
                self.state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, self.now, sent));
            }
        }
    }

    /// Deals with everything that has fallen due by now.
    pub fn drain(&mut self) -> Result<(), String> {
        for _ in 0..EVENTS_MAX {
            let events = self.state.handle_timeout(self.now);
            if events.is_empty() {
                return match self.state.poll_timeout().filter(|&due_ns| due_ns <= self.now) {
                    Some(due_ns) => Err(format!("the loop spins: {due_ns} ns is due at {} ns, and stays so", self.now)),
                    None => Ok(()),
                };
            }
            self.take(events);
        }
        Err(format!("what is due never ends at {} ns", self.now))
    }

    /// Lives until `until_ns`, waking up whenever something is due.
    pub fn live_until(&mut self, until_ns: RunNs) -> Result<(), String> {
        for _ in 0..EVENTS_MAX {
            let Some(due_ns) = self.state.poll_timeout().filter(|&due_ns| due_ns <= until_ns) else {
                self.now = self.now.max(until_ns);
                return self.drain();
            };
            self.now = self.now.max(due_ns + self.late_ns);
            self.drain()?;
        }
        Err(format!("something is due more than {EVENTS_MAX} times before {until_ns} ns"))
    }

    /// Lets time pass while the program does not come to look.
    pub fn stand_still(&mut self, ns: u64) -> Result<(), String> {
        self.now += ns;
        self.drain()
    }

    /// Kills the program and takes the run up again from its journal `down_ns` later.
    pub fn crash(&mut self, down_ns: u64) -> Result<(), String> {
        self.state = self.replay()?;
        self.now += down_ns;
        self.take(vec![Event::RunResumed { down_ns }]);
        let show = Arc::clone(self.state.show());
        let unresolved: Vec<_> = self.state.unresolved().collect();
        let unknown = unresolved.into_iter().map(|(cue, action)| Event::ActionUnknown {
            cue: show.cue(cue).number.clone(),
            firing: self.state.cue(cue).firings,
            action: action + 1,
            output: show.outputs[show.cue(cue).actions[action as usize].output.0 as usize].id.clone(),
        });
        self.take(unknown.collect());
        self.drain()?;
        if let Some(command) = self.state.catch_up() {
            self.command(&command).map_err(|why| format!("catching up was refused: {why}"))?;
        }
        Ok(())
    }

    /// Tears the last events off the journal, as a power cut can. The program is down then: [`Rig::crash`] takes it up.
    pub fn tear(&mut self, events: usize) {
        self.journal.truncate(self.journal.len().saturating_sub(events).max(1));
        self.state = State::new(Arc::clone(self.state.show()));
        for (run_ns, event) in &self.journal {
            self.state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, *run_ns, event.clone()));
        }
    }

    /// Gives a command and takes what follows from it, as the station does: at once, and then whatever is due.
    pub fn command(&mut self, command: &Command) -> Result<(), Rejection> {
        let events = self.state.decide(command, self.now)?;
        self.take(events);
        Ok(())
    }

    /// The state that the journal gives, read as a file is read.
    pub fn replay(&self) -> Result<State, String> {
        let mut state = State::new(Arc::clone(self.state.show()));
        for (run_ns, event) in &self.journal {
            let text = serde_json::to_string(event).map_err(|e| format!("{event:?} cannot be journaled: {e}"))?;
            let read: Event = serde_json::from_str(&text).map_err(|e| format!("{text} cannot be read: {e}"))?;
            if read != *event {
                return Err(format!("{event:?} reads back from the journal as {read:?}"));
            }
            state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, *run_ns, read));
        }
        if state == self.state { Ok(state) } else { Err("replaying the journal gives another state".to_owned()) }
    }
}
