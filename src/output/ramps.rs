//! Values of an OSC output that change for a while after their message has left: a driver as it is,
//! and beside it a thread that keeps time.
//!
//! The first value leaves with GO, as any message does. Every value after it leaves from the thread,
//! beside the cues and never before one: over UDP from the same socket, over a connection after all
//! messages that wait. The last one is handed over until it has left. A message to the address of a
//! ramp takes its place, and is sent only once the ramp is marked as ended, so that of the old
//! values at most the one that is just leaving comes after it.
//!
//! ```text
//! station ─ message ─► driver ─────────────────────────────────► far end
//!         └ begin, freeze ─► channel ─► thread: pace ─► steps ─► line ─┘
//! ```

mod pace;

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::messages::Messages;
use super::worker::WorkerContext;
use super::{
    Driver, Encoded, Health, Job, Lasts, Outcome, OutputFault, OutputReport, Report, ShowTime, osc,
};
use crate::show::action::{OscContent, OscRamp};
use crate::show::protocol::Lasting;
use crate::show::{Body, CueIx, OutputIx, Show};
use crate::time::{MachineClock, MachineNs};
use pace::RampPace;

/// What the station, the thread and the line of an output know of one ramp.
#[derive(Debug, Default)]
pub(super) struct Mark {
    /// Nothing more of it may leave.
    is_ended: AtomicBool,
    /// Its last value has left.
    has_arrived: AtomicBool,
}

impl Mark {
    fn end(&self) {
        self.is_ended.store(true, Ordering::SeqCst);
    }

    fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::SeqCst)
    }
}

/// A value of a ramp on its way.
#[derive(Debug)]
pub(super) struct RampStep<T> {
    /// What says it, encoded.
    pub(super) message: T,
    mark: Arc<Mark>,
    is_last: bool,
}

impl<T> RampStep<T> {
    /// A value of the ramp of `mark`.
    pub(super) fn new(message: T, mark: &Arc<Mark>, is_last: bool) -> Self {
        RampStep { message, mark: Arc::clone(mark), is_last }
    }

    /// Returns `true` if it may still leave.
    pub(super) fn is_wanted(&self) -> bool {
        !self.mark.is_ended()
    }

    /// Returns `true` if both belong to one ramp.
    pub(super) fn is_of_ramp_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.mark, &other.mark)
    }

    /// It has left.
    pub(super) fn has_left(&self) {
        if self.is_last {
            self.mark.has_arrived.store(true, Ordering::SeqCst);
        }
    }
}

/// The way of steps to a far end.
pub(super) trait StepLine: Clone + Send + 'static {
    /// Lets those that are wanted go, or loses them; never waits for a far end.
    fn say(&mut self, steps: Vec<RampStep<Vec<u8>>>);
}

/// What an output is sent, with what of it changes a value for a while.
pub(super) struct Ramping {
    packets: Messages<Vec<u8>>,
    turns: HashMap<(CueIx, u32), Turn>,
}

/// An action at an address at which the show has ramps.
struct Turn {
    address: Arc<str>,
    ramp: Option<OscRamp>,
}

impl Ramping {
    /// What `show` sends to `output`.
    ///
    /// # Errors
    /// All that no packet can say.
    pub(super) fn new(show: &Show, output: OutputIx) -> Result<Self, Vec<OutputFault>> {
        let actions = || {
            let of_cue = |(ix, cue): (CueIx, &'_ crate::show::Cue)| {
                let actions = (0..).zip(&cue.actions);
                let here = actions.filter(|(_, action)| action.output == output);
                here.filter_map(move |(at, action)| match &action.body {
                    Body::Osc { address, content } => {
                        Some(((ix, at), address.clone(), ramp(content)))
                    }
                    Body::Http { .. }
                    | Body::Midi(_)
                    | Body::Mpv { .. }
                    | Body::Raw(_)
                    | Body::Obs { .. } => None,
                })
                .collect::<Vec<_>>()
            };
            show.listed().flat_map(of_cue)
        };
        let addresses = actions().filter(|(_, _, ramp)| ramp.is_some());
        let addresses: HashSet<Arc<str>> =
            addresses.map(|(_, address, _)| address.into()).collect();
        let turn = |(key, address, ramp): (_, String, _)| {
            let address = Arc::clone(addresses.get(address.as_str())?);
            Some((key, Turn { address, ramp }))
        };
        let turns = match addresses.is_empty() {
            true => HashMap::new(),
            false => actions().filter_map(turn).collect(),
        };
        Ok(Ramping { packets: osc::packets(show, output)?, turns })
    }
}

fn ramp(content: &OscContent) -> Option<OscRamp> {
    match content {
        OscContent::Args(_) => None,
        OscContent::Ramp(ramp) => Some(*ramp),
    }
}

/// A driver whose values may change for a while.
pub(super) struct Ramped<D, L> {
    driver: D,
    line: L,
    context: WorkerContext,
    turns: HashMap<(CueIx, u32), Turn>,
    /// The last ramp at each address; it may be over.
    begun: HashMap<Arc<str>, (CueIx, Arc<Mark>)>,
    /// None before the show has a ramp for it.
    thread: Option<Thread>,
}

impl<D: Driver, L: StepLine> Ramped<D, L> {
    /// Opens the driver of `messages` by `open`, which gives the way of steps as well.
    pub(super) fn open(
        context: WorkerContext,
        messages: Ramping,
        open: impl FnOnce(WorkerContext, Messages<Vec<u8>>) -> io::Result<(D, L)>,
    ) -> io::Result<Self> {
        let Ramping { packets, turns } = messages;
        let (driver, line) = open(context.clone(), packets)?;
        let mut ramped =
            Ramped { driver, line, context, turns, begun: HashMap::new(), thread: None };
        ramped.start_thread()?;
        Ok(ramped)
    }

    /// The driver, without its ramps.
    pub(super) fn driver(&self) -> &D {
        &self.driver
    }

    fn start_thread(&mut self) -> io::Result<()> {
        if self.thread.is_none() && self.turns.values().any(|turn| turn.ramp.is_some()) {
            self.thread = Some(Thread::start(&self.context, self.line.clone())?);
        }
        Ok(())
    }

    fn end_where(&mut self, is_meant: impl Fn(CueIx) -> bool) {
        self.begun.retain(|_, (cue, mark)| {
            let is_meant = is_meant(*cue);
            if is_meant {
                mark.end();
            }
            !is_meant
        });
    }
}

impl<D: Driver, L: StepLine> Driver for Ramped<D, L> {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        let Some(turn) = self.turns.get(&(job.cue, job.action)) else {
            return self.driver.send(job, now);
        };
        if let Some((_, mark)) = self.begun.remove(&turn.address) {
            mark.end();
        }
        let outcome = self.driver.send(job, now);
        let has_failed = matches!(outcome, Some(Outcome::Failed(_)));
        if let (Some(ramp), Some(thread), false) = (turn.ramp, &self.thread, has_failed) {
            let (mark, address) = (Arc::new(Mark::default()), Arc::clone(&turn.address));
            self.begun.insert(Arc::clone(&address), (job.cue, Arc::clone(&mark)));
            let pace = RampPace::new(ramp, now);
            thread.tell(RampNews::Begin(BegunRamp { job, address, pace, mark }));
        }
        outcome
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        self.end_where(|_| true);
        self.driver.panic(now)
    }

    fn call_off(&mut self, why: &str) -> Vec<Report> {
        // What has begun goes on: its message has left.
        self.driver.call_off(why)
    }

    fn revise(&mut self, show: &Arc<Show>, messages: Option<Encoded>) {
        if let Some(Ok(messages)) = messages.map(|messages| messages.downcast::<Ramping>()) {
            let Ramping { packets, turns } = *messages;
            self.turns = turns;
            self.driver.revise(show, Some(Box::new(packets)));
            if let Err(error) = self.start_thread() {
                self.context.gauge.down(format!("no thread for ramps: {error}"));
            }
        }
    }

    fn is_open(&self) -> bool {
        self.driver.is_open()
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        Some(self)
    }

    fn health(&self, now: MachineNs) -> Health {
        self.driver.health(now)
    }

    fn arm(&mut self, cues: &[CueIx]) {
        self.driver.arm(cues);
    }

    fn send_here(&mut self, is_here: bool) {
        self.driver.send_here(is_here);
    }

    fn show_time(&mut self, time: ShowTime, at: MachineNs) {
        self.driver.show_time(time, at);
    }

    fn finish(&mut self) {
        self.end_where(|_| true);
        self.driver.finish();
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        self.driver.close(deadline)
    }
}

impl<D: Driver, L: StepLine> Lasts for Ramped<D, L> {
    fn end_all(&mut self, what: Lasting) -> (Outcome, Vec<Job>) {
        match what {
            Lasting::Clip => {}
            Lasting::Ramp => self.end_where(|_| true),
        }
        (Outcome::Sent, vec![])
    }

    fn end(&mut self, what: Lasting, cue: CueIx, _over: Duration, _now: MachineNs) {
        match what {
            Lasting::Clip => {}
            Lasting::Ramp => self.end_where(|begun_by| begun_by == cue),
        }
    }

    fn gives_way(&mut self, what: Lasting, cue: CueIx, action: u32) {
        match what {
            // A clip is the player's, and plays at its own machine.
            Lasting::Clip => {}
            Lasting::Ramp => {
                let turn = self.turns.get(&(cue, action));
                if let Some((_, mark)) = turn.and_then(|turn| self.begun.remove(&turn.address)) {
                    mark.end();
                }
            }
        }
    }

    fn freeze(&mut self, what: Lasting, cue: CueIx, is_frozen: bool, now: MachineNs) {
        match what {
            Lasting::Clip => {}
            Lasting::Ramp => {
                if let Some(thread) = &self.thread {
                    thread.tell(RampNews::Freeze { cue, is_frozen, at: now });
                }
            }
        }
    }
}

/// A ramp whose first value has left.
struct BegunRamp {
    job: Job,
    address: Arc<str>,
    pace: RampPace,
    mark: Arc<Mark>,
}

/// What the station tells the thread.
enum RampNews {
    Begin(BegunRamp),
    /// What this cue has begun stands still, or goes on.
    Freeze {
        cue: CueIx,
        is_frozen: bool,
        at: MachineNs,
    },
}

/// The station's end of the thread. Dropping it ends the thread without waiting for it.
struct Thread(Sender<RampNews>);

impl Thread {
    fn start(context: &WorkerContext, line: impl StepLine) -> io::Result<Self> {
        let (sender, news) = channel();
        let context = context.clone();
        let name = format!("ramps to {}", context.name);
        thread::Builder::new().name(name).spawn(move || keep_time(&news, &context, line))?;
        Ok(Thread(sender))
    }

    fn tell(&self, news: RampNews) {
        // The thread ends only with this.
        let _ = self.0.send(news);
    }
}

fn keep_time(news: &Receiver<RampNews>, context: &WorkerContext, mut line: impl StepLine) {
    let (clock, mut ramps): (MachineClock, Vec<BegunRamp>) = (context.clock, vec![]);
    loop {
        let next = ramps.iter().filter_map(|ramp| ramp.pace.next_at()).min();
        let first = match next {
            Some(next) => news.recv_timeout(next.since(clock.now())),
            None => news.recv().map_err(RecvTimeoutError::from),
        };
        if matches!(first, Err(RecvTimeoutError::Disconnected)) {
            return;
        }
        for news in first.into_iter().chain(news.try_iter()) {
            match news {
                RampNews::Begin(begun) => ramps.push(begun),
                RampNews::Freeze { cue, is_frozen, at } => ramps
                    .iter_mut()
                    .filter(|ramp| ramp.job.cue == cue)
                    .for_each(|ramp| ramp.pace.freeze(is_frozen, at)),
            }
        }
        ramps.retain(|ramp| !ramp.mark.is_ended() && !ramp.mark.has_arrived.load(Ordering::SeqCst));
        let now = clock.now();
        let steps: Vec<_> = ramps.iter_mut().filter_map(|ramp| ramp.step(now, context)).collect();
        if !steps.is_empty() {
            line.say(steps);
        }
    }
}

impl BegunRamp {
    /// The value that is due at `now`.
    fn step(&mut self, now: MachineNs, context: &WorkerContext) -> Option<RampStep<Vec<u8>>> {
        if self.pace.is_lost(now) {
            self.mark.end();
            let why = format!("the ramp of {} did not get to its end", self.address);
            context.gauge.down(why.clone());
            // Its first value was reported as sent: the message is not, as a whole.
            let report = context.report(Some(self.job), Outcome::Failed(why));
            (context.reporter)(OutputReport::Report(report));
            return None;
        }
        let (value, is_last) = self.pace.step(now)?;
        // The first value has the same length, and was encoded.
        let message = osc::message(&self.address, &[value]).ok()?;
        Some(RampStep::new(message, &self.mark, is_last))
    }
}

#[cfg(test)]
mod tests;
