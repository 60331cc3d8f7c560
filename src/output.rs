//! Everything that leaves the program: each message of a cue goes to its output once, with a true
//! report on its outcome.
//!
//! The station's thread calls [`Outputs`], and never waits in it: whatever may block (a connection,
//! a name server, a web server) has a thread of its own, so that an output that is dead or slow
//! holds up neither the show nor another output. Must never know of a run, its journal or a screen:
//! it is handed jobs and gives reports. Must never decide by itself to send anything again: a cue
//! sent late or twice is worse than a cue that is known to have failed.
//!
//! ```text
//! Outputs ─┬─ udp ─────────────────────────────► socket        (on the caller's thread)
//!          ├─ queued ─ queue ─► worker ─ tcp ──► connection
//!          ├─ queued ─ queue ─► worker ─ http ─► requests
//!          ├─ queued ─ queue ─► worker ─ midi ─► port
//!          ├─ queued ─ queue ─► worker ─ obs ──► requests
//!          ├─ raw: text and bytes, the way of udp or of tcp
//!          ├─ mirror: several of these, each with its own queue
//!          ├─ ramps: OSC, and a thread ─ steps ─► the same way, after the cues
//!          ├─ clocked: one of these, and a thread ─ timecode ─► the same way, after the cues
//!          ├─ mpv, for each layer ─ deck ◄─► supervisor ──► player  (a GO on the caller's thread)
//!          ├─ closed                                           (it could not be opened: each message fails)
//!          └─ rehearsal                                        (words only)
//! ```

mod answers;
mod clocked;
mod closed;
mod error;
mod gauge;
mod health;
mod http;
mod keepalive;
mod machine;
mod messages;
mod midi;
mod mirror;
mod mpv;
mod obs;
mod osc;
mod peer;
mod permits;
mod probe;
mod queue;
mod queued;
mod ramps;
mod raw;
mod rehearsal;
mod report;
mod revise;
mod secrets;
mod tcp;
#[cfg(test)]
mod testing;
mod timecode;
mod udp;
mod worker;

use std::any::Any;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use error::OutputFault;
pub use health::{ClipOnAir, Health, Last, Latency, Light, Packet, ReadyClip, SideHealth};
pub use machine::ThisMachine;
pub use permits::{Permits, how_to_permit};
pub use probe::{ProbeAnswer, Probed, probe};
pub use report::{
    ClipNews, ClipReport, Job, Outcome, OutputReport, Report, Reporter, STOPPED_BY_PANIC,
};
pub use revise::RevisedOutputs;

use crate::show::file::machine::Finding;
use crate::show::protocol::Lasting;
use crate::show::{ClipJoin, CueIx, FrameRate, IndexVec, Output, OutputIx, OutputKind, Show};
use crate::time::{MachineClock, MachineNs};
use closed::Closed;
use gauge::Gauge;
use peer::Peer;
use probe::Attempt;
use rehearsal::Rehearsal;
use revise::{opened, prepare};
use timecode::{ClockEncoding, ClockReceiver, TimecodeClock};
use worker::WorkerContext;

/// The show's clock, for outputs that are sent timecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowTime {
    /// Reading of the clock: nanoseconds since the show began, holds left out.
    pub now_ns: u64,
    /// `true` if it runs: it stands still in a hold, and before and after the show.
    pub runs: bool,
}

/// Facts about the machine that outputs are opened on.
pub struct Surroundings<'a> {
    /// Reads the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The folder of the show file: clips and certificates are found from there.
    pub folder: &'a Path,
    /// Permissions of the user for shows.
    pub permits: &'a Permits,
    /// The machine's clocks, for threads that wait for far ends.
    pub clock: MachineClock,
}

/// Interface of all outputs. None of these calls may wait for anything but [`Self::close`]. `now` is
/// the instant of the call.
trait Driver: Send {
    /// Sends the message of `job`; gives the outcome where it is known at once.
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome>;

    /// Drops what waits, sends the messages of panic, and reports what is known at once.
    fn panic(&mut self, now: MachineNs) -> Vec<Report>;

    /// Drops what waits for the far end to take it, for `why`, and sends nothing; gives the jobs
    /// that it has dropped. There is no default: each driver has to say what waits.
    fn call_off(&mut self, why: &str) -> Vec<Report>;

    /// Sends from here on what another version of the show says, which `messages` holds; what was
    /// handed over already goes as it was. Only for an output that is open.
    fn revise(&mut self, show: &Arc<Show>, messages: Option<Encoded>);

    /// Returns `false` if it could not be opened.
    fn is_open(&self) -> bool {
        true
    }

    /// The same output as one whose actions may go on after they were sent; `None` where none does.
    /// There is no default: each driver has to say so.
    fn lasts(&mut self) -> Option<&mut dyn Lasts>;

    /// Current state.
    fn health(&self, now: MachineNs) -> Health;

    /// Gets ready for `cues`, which are likely to be next, the next first; what was got ready for
    /// others may go.
    fn arm(&mut self, _cues: &[CueIx]) {}

    /// Hears which clips follow which by themselves and without a delay, if nothing changes.
    fn join(&mut self, _joins: &[ClipJoin]) {}

    /// Hears what the show's clock read at `at`, from where it goes on.
    fn show_time(&mut self, _time: ShowTime, _at: MachineNs) {}

    /// Hears whether this station is the one that sends the output: only that one keeps its far end
    /// awake. Until it is told, it does not.
    fn send_here(&mut self, _is_here: bool) {}

    /// Pretends to be down, or to be back. Only what takes an output's place in a rehearsal can: a
    /// real one does what it is asked, whatever a demonstration says.
    fn pretend(&mut self, _is_down: bool) {}

    /// Takes no more messages; those that wait may still go.
    fn finish(&mut self) {}

    /// Gives what waits until `deadline`, and reports what did not go.
    fn close(&mut self, _deadline: MachineNs) -> Vec<Report> {
        vec![]
    }
}

/// An output whose actions may go on after they were sent. None of these calls may wait for
/// anything. Each has to answer for every [`Lasting`], with a match that names them all.
trait Lasts {
    /// Ends what all cues have going here, for a panic; gives what became of that, and the jobs
    /// that it has called off.
    fn end_all(&mut self, what: Lasting) -> (Outcome, Vec<Job>);

    /// Ends what `cue` has going here, if anything; what can fade out takes so long for that.
    fn end(&mut self, what: Lasting, cue: CueIx, over: Duration, now: MachineNs);

    /// Ends what goes on here and gives way to this action of `cue`, counted from 0.
    fn gives_way(&mut self, what: Lasting, cue: CueIx, action: u32);

    /// Freezes what `cue` has going here, if anything, or lets it go on.
    fn freeze(&mut self, what: Lasting, cue: CueIx, is_frozen: bool, now: MachineNs);
}

/// All outputs of a show, live or in rehearsal. Dropping them ends their threads without waiting.
pub struct Outputs {
    show: Arc<Show>,
    drivers: Vec<Box<dyn Driver>>,
    /// Health of each; none in a rehearsal.
    gauges: IndexVec<OutputIx, Arc<Gauge>>,
    /// Drivers that a revision has replaced, and that may have something to do still.
    retired: Vec<(OutputIx, Box<dyn Driver>)>,
}

impl Outputs {
    /// Opens every output of `show`; `reporter` hears what [`Self::send`] leaves open, and what
    /// becomes of clips.
    ///
    /// No output keeps the show from running. One whose far end is away may come back before its
    /// first cue. One that cannot be opened (a kind that this build cannot drive, a secret that is
    /// not set, a message that cannot be encoded, no thread) is down from the start: its health
    /// says why, and each of its messages fails with that reason.
    pub fn live(show: Arc<Show>, surroundings: &Surroundings<'_>, reporter: Reporter) -> Self {
        let gauges: IndexVec<OutputIx, Arc<Gauge>> =
            show.outputs.iter().map(|_| Arc::default()).collect();
        let outputs = (0..show.outputs.len() as u32).map(OutputIx);
        let drivers = outputs.map(|ix| {
            let prepared = prepare(&show, ix, surroundings);
            opened(&show, ix, prepared, &gauges[ix], &reporter, surroundings.clock)
        });
        let drivers = drivers.collect();
        Outputs { show, drivers, gauges, retired: vec![] }
    }

    /// Outputs that only say what they would send: no socket is opened and nothing leaves the
    /// machine.
    pub fn rehearsal(show: Arc<Show>) -> Self {
        let outputs = (0..show.outputs.len() as u32).map(OutputIx);
        let rehearsal =
            |output| Box::new(Rehearsal::new(Arc::clone(&show), output)) as Box<dyn Driver>;
        let drivers = outputs.map(rehearsal).collect();
        Outputs { show, drivers, gauges: IndexVec::default(), retired: vec![] }
    }

    /// Takes in that `output` was down for `why` when a program tried it last: it shows as down
    /// until something is known of it now.
    pub fn recall(&mut self, output: OutputIx, why: String) {
        if let Some(gauge) = self.gauges.get(output) {
            gauge.recall(why);
        }
    }

    /// Sends the message of `job` once, at `now`, without waiting.
    ///
    /// `Some` is what became of it, where that is known at once (UDP, rehearsal, a queue that is
    /// full); with `None`, exactly one report on `job` will come: to the reporter, or out of
    /// [`Self::panic`] or [`Self::close`].
    pub fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        let cue = self.show.cues.get(job.cue);
        let action = cue.and_then(|cue| cue.actions.get(job.action as usize));
        match action.and_then(|action| self.drivers.get_mut(action.output.0 as usize)) {
            Some(driver) => driver.send(job, now),
            None => Some(Outcome::no_message()),
        }
    }

    /// Drops everything that waits and sends every output's messages of panic, at `now`, without
    /// waiting.
    ///
    /// Gives back what is known at once: each dropped job as failed, "stopped by panic", and, with
    /// no job, the messages of panic that have left or failed already; reports on the others
    /// follow. A message that a worker is just sending cannot be called back; its report comes as
    /// well.
    pub fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        let retired = self.end_retired();
        self.drivers.iter_mut().flat_map(|driver| driver.panic(now)).chain(retired).collect()
    }

    /// As [`Self::panic`] for the outputs that `is_meant` names. Of any other, which another station
    /// sends, what waits is dropped and what lasts is stopped; it is sent no message.
    pub fn panic_of(&mut self, is_meant: impl Fn(OutputIx) -> bool, now: MachineNs) -> Vec<Report> {
        let mut reports = self.end_retired();
        for (driver, output) in self.drivers.iter_mut().zip((0..).map(OutputIx)) {
            if is_meant(output) {
                reports.extend(driver.panic(now));
                continue;
            }
            reports.extend(driver.call_off(STOPPED_BY_PANIC));
            let Some(lasts) = driver.lasts() else { continue };
            let ended = Lasting::all().flat_map(|what| lasts.end_all(what).1);
            reports.extend(ended.map(|job| Report {
                output,
                job: Some(job),
                outcome: Outcome::Failed(STOPPED_BY_PANIC.into()),
            }));
        }
        reports
    }

    /// Drops every message that waits at an output, for `why`, and sends nothing; what lasts goes
    /// on. Gives the dropped jobs as failed.
    pub fn call_off(&mut self, why: &str) -> Vec<Report> {
        self.all().flat_map(|driver| driver.call_off(why)).collect()
    }

    /// Has every output get ready for `cues`, which are likely to be next, the next first.
    pub fn arm(&mut self, cues: &[CueIx]) {
        self.drivers.iter_mut().for_each(|driver| driver.arm(cues));
    }

    /// Tells every output which clips follow which by themselves and without a delay, if nothing
    /// changes. Such clips play without a gap.
    pub fn join(&mut self, joins: &[ClipJoin]) {
        self.drivers.iter_mut().for_each(|driver| driver.join(joins));
    }

    /// Stops what `cue` has on air, at `now`; its clips fade out `over` so long.
    pub fn stop(&mut self, cue: CueIx, over: Duration, now: MachineNs) {
        for output in self.all().filter_map(|driver| driver.lasts()) {
            Lasting::all().for_each(|what| output.end(what, cue, over, now));
        }
    }

    /// Ends what gives way to this action of `cue`, counted from 0, which another machine sends.
    pub fn gives_way(&mut self, cue: CueIx, action: u32) {
        for output in self.all().filter_map(|driver| driver.lasts()) {
            Lasting::all().for_each(|what| output.gives_way(what, cue, action));
        }
    }

    /// Ends all ramps where they are.
    pub fn end_ramps(&mut self) {
        for output in self.all().filter_map(|driver| driver.lasts()) {
            output.end_all(Lasting::Ramp);
        }
    }

    /// Freezes what `cue` has on air, or lets it go on, at `now`.
    pub fn freeze(&mut self, cue: CueIx, is_frozen: bool, now: MachineNs) {
        for output in self.all().filter_map(|driver| driver.lasts()) {
            Lasting::all().for_each(|what| output.freeze(what, cue, is_frozen, now));
        }
    }

    /// Tells the outputs that are sent timecode what the show's clock read at `at`; to be called
    /// whenever it is set, held or let go.
    pub fn show_time(&mut self, time: ShowTime, at: MachineNs) {
        self.drivers.iter_mut().for_each(|driver| driver.show_time(time, at));
    }

    /// As [`Self::show_time`], for the outputs that `hears` names; the others are told that it
    /// stands.
    pub fn show_time_to(
        &mut self,
        time: ShowTime,
        at: MachineNs,
        hears: impl Fn(OutputIx) -> bool,
    ) {
        for (driver, output) in self.drivers.iter_mut().zip((0..).map(OutputIx)) {
            driver.show_time(ShowTime { runs: time.runs && hears(output), ..time }, at);
        }
    }

    /// Tells every output whether it is sent from here, as `is_here` says: only those keep their far
    /// ends awake between the messages.
    pub fn send_here(&mut self, is_here: impl Fn(OutputIx) -> bool) {
        for (driver, output) in self.drivers.iter_mut().zip((0..).map(OutputIx)) {
            driver.send_here(is_here(output));
        }
    }

    /// Has these outputs pretend to be down, and all others to be back; live outputs take no
    /// notice.
    pub fn pretend_down(&mut self, down: &[OutputIx]) {
        for (driver, output) in self.drivers.iter_mut().zip((0..).map(OutputIx)) {
            driver.pretend(down.contains(&output));
        }
    }

    /// State of each output at `now`, in the order of the show.
    pub fn health(&self, now: MachineNs) -> Vec<Health> {
        self.drivers.iter().map(|driver| driver.health(now)).collect()
    }

    /// Takes no more messages, gives those that wait until `deadline` to leave, and gives back those
    /// that did not, as failed. What is being sent at that moment stays unknown.
    pub fn close(mut self, deadline: MachineNs) -> Vec<Report> {
        // All of them first: what one output waits for, the others can use.
        self.all().for_each(|driver| driver.finish());
        self.all().flat_map(|driver| driver.close(deadline)).collect()
    }
}

/// The encoded messages of an output, as its driver knows them.
type Encoded = Box<dyn Any + Send>;

type Open =
    Box<dyn FnOnce(Encoded, WorkerContext, Option<FrameRate>) -> io::Result<Box<dyn Driver>>>;

/// An output that was prepared: its messages are encoded and its secrets read. It can be opened, or
/// a driver that is open can take the messages.
struct Opening {
    messages: Encoded,
    open: Open,
}

impl Opening {
    /// The output of `messages`, which `open` opens.
    fn new<M: Send + 'static>(
        messages: M,
        open: impl FnOnce(M, WorkerContext, Option<FrameRate>) -> io::Result<Box<dyn Driver>> + 'static,
    ) -> Self {
        let open: Open = Box::new(move |messages, context, rate| match messages.downcast::<M>() {
            Ok(messages) => open(*messages, context, rate),
            Err(_) => Err(io::Error::other("these are messages of another output")),
        });
        Opening { messages: Box::new(messages), open }
    }
}

/// A kind of output before it is opened; the file of its driver has it.
trait Kind {
    /// Encodes all messages of `output` and reads all its secrets, without opening anything.
    ///
    /// # Errors
    /// All that keeps it from being opened.
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        surroundings: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>>;

    /// Tries if the far end of `output` is there, without firing anything.
    fn probe(&self, show: &Show, output: OutputIx, surroundings: &Surroundings<'_>) -> Attempt;

    /// Findings on what this machine lacks for it, for a check of the show; `is_seen` is `false` if it
    /// plays clips of which none is seen.
    fn lacks(&self, is_seen: bool, surroundings: &Surroundings<'_>) -> Vec<Finding>;
}

/// The drivers: each kind of output has one.
fn kind(kind: &OutputKind) -> Box<dyn Kind + '_> {
    match kind {
        OutputKind::OscUdp { host, port } => Box::new(udp::OscUdpKind(Peer::new(host, *port))),
        OutputKind::OscTcp { host, port, framing } => {
            Box::new(tcp::OscTcpKind(Peer::new(host, *port), *framing))
        }
        OutputKind::Http { base, headers, timeout, ca } => {
            Box::new(http::HttpSettings { base, headers, timeout: *timeout, ca: ca.as_deref() })
        }
        OutputKind::Midi { port } => Box::new(midi::MidiKind { wanted: port }),
        OutputKind::Mpv { flags } => Box::new(mpv::MpvKind { flags }),
        OutputKind::RawTcp { host, port } => Box::new(raw::TcpKind(Peer::new(host, *port))),
        OutputKind::RawUdp { host, port } => Box::new(raw::UdpKind(Peer::new(host, *port))),
        OutputKind::Obs { host, port, password } => {
            Box::new(obs::ObsKind { peer: Peer::new(host, *port), password: password.as_deref() })
        }
    }
}

/// The driver of `output`, or those of its machines behind one.
fn driver(output: &Output) -> Box<dyn Kind + '_> {
    match output.mirrors.is_empty() {
        true => kind(&output.kind),
        false => Box::new(mirror::MirrorKind::new(output)),
    }
}

/// The timecode beside an output, where the show asks for it.
fn start_timecode(
    context: &WorkerContext,
    rate: Option<FrameRate>,
    format: ClockEncoding,
    line: impl ClockReceiver,
) -> io::Result<Option<TimecodeClock>> {
    let start = |rate| TimecodeClock::start(&context.name, context.clock, rate, format, line);
    rate.map(start).transpose()
}

#[cfg(test)]
mod tests;
