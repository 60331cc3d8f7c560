//! A player of clips: mpv processes that belong to the program, with the next clip loaded and
//! standing at its in-point, so that a GO only has to say "unpause".
//!
//! Owns the output's face to the station. A GO of a clip that is armed is one small write to a
//! socket that is open already, on the station's own thread, and never waits: a socket that takes
//! nothing is a failure, told at once. Everything that takes time (starting players, loading,
//! listening, watching, reaping) is the supervisor's, a thread of the output. Must never let a clip
//! play that nobody has called, or leave a player behind.
//!
//! ```text
//!  station ── GO ──► deck ──────────── one write ───────────► stage (mpv): the window; on air, or armed behind black
//!     │ arm, stop     ▲ │ pending work                      scout (mpv): no window, examines the files before
//!     └── wake ──► supervisor ◄──────── events ────────────── both
//!                     └── reports ─► reporter
//! ```
//!
//! **One window.** An output has one player that is seen, the stage. While nothing is on air, the
//! next clip stands in it, paused, behind a black area that the player draws over it; GO takes the
//! area away and starts the clip. While something is on air, nothing else is loaded. So nothing can
//! be seen that nobody has called, whatever a window manager does, and it is the same on X11,
//! Wayland and a bare screen. The price: a clip that is called over another one is loaded then (40
//! to 80 ms longer).
//!
//! **Clips that follow each other without a delay** are loaded as one list, without a gap
//! ([`reel`]). The player goes on by itself; the station hears of the end at the first frame of the
//! next one, and its GO, which comes a moment later, finds the clip on air. A list may play only as
//! far as the run says ([`Deck::join`]): a hold, a skip or a swap ends it at the end of the clip on
//! air. What has begun by itself and is not called within half a second is taken away.
//!
//! **The line to a player** is mpv's JSON IPC over a pair of sockets without a name, of which the
//! player inherits its end (`--input-ipc-client=fd://N`). A socket file, even in a private folder,
//! would let every process of the user drive the player, which can run programs; it would stay
//! behind after a crash; and a player would outlive a program that is killed. Of the pair, nobody
//! else has an end, nothing lies on the disk, and mpv quits by itself when the other end goes,
//! however that comes about. It needs mpv 0.33 or later.
//!
//! The environment variable `HANDOVER_MPV` names another executable than `mpv`.

mod clip;
mod commands;
mod deck;
mod exam;
mod fade;
mod header;
mod lacks;
mod on_reply;
mod player;
mod probe;
mod process;
mod reel;
mod replies;
mod state;
mod supervisor;
#[cfg(test)]
mod tests;
mod tryout;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

pub(super) use tryout::try_out;

use super::gauge::Delivery;
use super::permits::ClipFolders;
use super::probe::Attempt;
use super::worker::WorkerContext;
use super::{
    Driver, Encoded, Health, Job, Lasts, Opening, Outcome, OutputFault, Report, STOPPED_BY_PANIC,
    Surroundings,
};
use crate::locks::Unpoisoned;
use crate::show::action::MpvCommand;
use crate::show::file::machine::Finding;
use crate::show::protocol::Lasting;
use crate::show::{Body, CueIx, Output, OutputIx, Show};
use crate::time::{MachineNs, nanoseconds};
use clip::Clip;
use deck::Deck;
use fade::{FadeOrder, Purpose};
use supervisor::Supervisor;

/// Time that the supervisor has to reap its players when the time for closing is over.
const LAST: Duration = Duration::from_secs(1);

/// Reason why a clip that was called does not play.
const BEFORE_IT_MOVED: &str = "stopped before it moved";

/// One action of one cue.
type ActionKey = (CueIx, u32);

/// Command of a job to the player.
enum PlayerOrder {
    Play(Arc<Clip>),
    Fade(FadeOrder),
    Pause,
    Resume,
    Stop { over: Duration },
}

/// The endings of files that hold only sound. An output that plays nothing else gets no window.
const SOUNDS: [&str; 14] = [
    "wav", "mp3", "flac", "ogg", "oga", "opus", "m4a", "aac", "aif", "aiff", "wma", "ac3", "mka",
    "caf",
];

/// A player, before it is started.
pub(super) struct MpvKind<'a> {
    /// Its further flags.
    pub(super) flags: &'a [String],
}

impl super::Kind for MpvKind<'_> {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        surroundings: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let plan = MpvPlan::new(show, output, self.flags, surroundings)?;
        let MpvPlan { orders, panics, process, folders } = plan;
        Ok(Opening::new(orders, move |orders, context, _| {
            Ok(Box::new(MpvPlan { orders, panics, process, folders }.open(context)?))
        }))
    }

    /// Asks the player for its version, and looks for the clips that the show plays on it.
    fn probe(&self, show: &Show, output: OutputIx, surroundings: &Surroundings<'_>) -> Attempt {
        let player = probe::PlayerSettings::new(show, output, surroundings);
        Box::new(move |at_most| player.look(at_most))
    }

    fn lacks(&self, surroundings: &Surroundings<'_>) -> Vec<Finding> {
        lacks::Lacks(surroundings).of(self.flags)
    }
}

/// An output with all its orders read, but no player started.
pub(super) struct MpvPlan {
    orders: HashMap<ActionKey, PlayerOrder>,
    /// Number of messages of a panic; each of them is the stop that a panic is anyway.
    panics: usize,
    process: process::PlayerProcess,
    folders: ClipFolders,
}

impl MpvPlan {
    /// Reads all that `show` sends to `output`.
    ///
    /// # Errors
    /// All messages that no player can be given.
    pub(super) fn new(
        show: &Show,
        output: OutputIx,
        flags: &[String],
        surroundings: &Surroundings<'_>,
    ) -> Result<Self, Vec<OutputFault>> {
        let (mut orders, mut faults) = (HashMap::new(), vec![]);
        let mut fault =
            |place: String, why: String| faults.push(OutputFault::Message { place, why });
        for (ix, cue) in show.listed() {
            for (at, action) in
                (0..).zip(&cue.actions).filter(|(_, action)| action.output == output)
            {
                let Body::Mpv(command) = &action.body else {
                    fault(format!("cue {}", cue.number), "not a command to a player".into());
                    continue;
                };
                let order = match command {
                    MpvCommand::Play { .. } => {
                        let lasts_ns = cue.duration.map(nanoseconds);
                        let clip = Clip::new(command, &cue.number, lasts_ns, surroundings.folder);
                        clip.map(Arc::new).map(PlayerOrder::Play)
                    }
                    MpvCommand::Volume { to, over } => {
                        let (to, over, purpose) = (*to, *over, Purpose::Volume);
                        Ok(PlayerOrder::Fade(FadeOrder { to, over, purpose }))
                    }
                    MpvCommand::Pause => Ok(PlayerOrder::Pause),
                    MpvCommand::Resume => Ok(PlayerOrder::Resume),
                    MpvCommand::Stop { over } => Ok(PlayerOrder::Stop { over: *over }),
                };
                match order {
                    Ok(order) => drop(orders.insert((ix, at), order)),
                    Err(why) => fault(format!("cue {}", cue.number), why),
                }
            }
        }
        let target = show.outputs.get(output);
        let panic = target.map(|output| output.panic.as_slice()).unwrap_or_default();
        if panic.iter().any(|body| body.panic_fault().is_some()) {
            fault(
                "panic".into(),
                "a panic takes the picture away: it can only stop or pause a player".into(),
            );
        }
        let is_sound = |order: &PlayerOrder| match order {
            PlayerOrder::Play(clip) => clip.path.rsplit_once('.').is_some_and(|(_, ending)| {
                let ending = ending.to_ascii_lowercase();
                SOUNDS.contains(&ending.as_str())
            }),
            PlayerOrder::Fade(_)
            | PlayerOrder::Pause
            | PlayerOrder::Resume
            | PlayerOrder::Stop { .. } => true,
        };
        let is_sound = orders.values().all(is_sound);
        let folders = ClipFolders::of(surroundings.folder, surroundings.permits);
        let process =
            process::PlayerProcess::new((surroundings.env)("HANDOVER_MPV"), flags, is_sound);
        if faults.is_empty() {
            Ok(MpvPlan {
                orders,
                panics: target.map_or(0, Output::stop_messages),
                process,
                folders,
            })
        } else {
            Err(faults)
        }
    }

    /// Starts the supervisor, which starts the players.
    pub(super) fn open(self, context: WorkerContext) -> io::Result<Mpv> {
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let deck = Arc::new(Mutex::new(Deck::new(context.output, clips_of(&self.orders))));
        let (done, ended) = channel();
        let supervisor = Supervisor::new(
            Arc::clone(&deck),
            (self.process, self.folders),
            context.clone(),
            woken,
        );
        thread::Builder::new().name(format!("to {}", context.name)).spawn(move || {
            supervisor.supervise();
            // Nobody may be waiting any more.
            let _ = done.send(());
        })?;
        Ok(Mpv { deck, orders: self.orders, panics: self.panics, context, wake, ended })
    }
}

/// The clips that are played.
fn clips_of(orders: &HashMap<ActionKey, PlayerOrder>) -> BTreeMap<ActionKey, Arc<Clip>> {
    let clips = orders.iter().filter_map(|(key, order)| match order {
        PlayerOrder::Play(clip) => Some((*key, Arc::clone(clip))),
        PlayerOrder::Fade(_)
        | PlayerOrder::Pause
        | PlayerOrder::Resume
        | PlayerOrder::Stop { .. } => None,
    });
    clips.collect()
}

/// The station's end of an output of clips. Dropping it ends the players.
pub(super) struct Mpv {
    deck: Arc<Mutex<Deck>>,
    orders: HashMap<ActionKey, PlayerOrder>,
    panics: usize,
    context: WorkerContext,
    /// A byte in here wakes the supervisor.
    wake: UnixStream,
    ended: Receiver<()>,
}

impl Mpv {
    fn deck(&self) -> MutexGuard<'_, Deck> {
        lock(&self.deck)
    }

    fn wake(&self) {
        // Where it takes no more, enough bytes wait in it to wake anybody.
        drop((&self.wake).write(&[1]));
    }
}

impl Driver for Mpv {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        let outcome = match self.orders.get(&(job.cue, job.action)) {
            None => Some(Outcome::no_message()),
            Some(PlayerOrder::Play(_)) => self.deck().play(job, now),
            Some(PlayerOrder::Pause) => Some(self.deck().pause(now)),
            Some(PlayerOrder::Resume) => Some(self.deck().resume(now)),
            Some(PlayerOrder::Fade(order)) => Some(self.deck().fade(*order, now)),
            Some(PlayerOrder::Stop { over }) if over.is_zero() => {
                Some(self.deck().stop(|_| true, BEFORE_IT_MOVED))
            }
            Some(PlayerOrder::Stop { over }) => {
                Some(self.deck().fade_out(*over, BEFORE_IT_MOVED, now))
            }
        };
        let delivery = Delivery::new(Some(job), now, self.context.clock.now());
        match &outcome {
            Some(Outcome::Sent) => self.context.gauge.sent_in_doubt(delivery),
            Some(_) => self.context.gauge.failed(delivery),
            // What becomes of it is the supervisor's to hear.
            None => {}
        }
        self.wake();
        outcome
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        let (mut outcome, mut dropped) = (Outcome::Sent, vec![]);
        for what in Lasting::all() {
            let (ended, called_off) = self.end_all(what);
            dropped.extend(called_off);
            if ended != Outcome::Sent {
                outcome = ended;
            }
        }
        let delivery = Delivery::new(None, now, self.context.clock.now());
        for _ in 0..self.panics {
            match &outcome {
                Outcome::Sent => self.context.gauge.sent_in_doubt(delivery),
                Outcome::Rehearsed(_) | Outcome::Failed(_) | Outcome::SideFailed { .. } => {
                    self.context.gauge.failed(delivery);
                }
            }
        }
        let dropped = dropped.into_iter().map(|job| {
            let why = Outcome::Failed(STOPPED_BY_PANIC.into());
            self.context.report(Some(job), why)
        });
        let messages = (0..self.panics).map(|_| self.context.report(None, outcome.clone()));
        dropped.chain(messages).collect()
    }

    fn call_off(&mut self, _why: &str) -> Vec<Report> {
        // A player has taken it already, and answers for it.
        vec![]
    }

    fn revise(&mut self, _: &Arc<Show>, messages: Option<Encoded>) {
        type Orders = HashMap<ActionKey, PlayerOrder>;
        if let Some(Ok(orders)) = messages.map(|messages| messages.downcast::<Orders>()) {
            self.orders = *orders;
            self.deck().revise(clips_of(&self.orders));
            self.wake();
        }
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        Some(self)
    }

    fn health(&self, now: MachineNs) -> Health {
        let deck = self.deck();
        let (clip, queued) = deck.reading(now);
        Health { clip, ready: deck.ready(), ..self.context.gauge.health(queued, now) }
    }

    fn arm(&mut self, cues: &[CueIx]) {
        self.deck().arm(cues);
        self.wake();
    }

    fn join(&mut self, joins: &[(CueIx, CueIx)]) {
        self.deck().join(joins);
        self.wake();
    }

    fn finish(&mut self) {
        self.deck().finish();
        self.wake();
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        let left = self.deck().close(deadline);
        self.wake();
        // Whether it ends in time or not, there is nothing more to be done about it here.
        let _ = self.ended.recv_timeout(deadline.since(self.context.clock.now()) + LAST);
        let why = || Outcome::Failed("the program closed before it could be sent".into());
        left.into_iter().map(|job| self.context.report(Some(job), why())).collect()
    }
}

impl Lasts for Mpv {
    fn end_all(&mut self, what: Lasting) -> (Outcome, Vec<Job>) {
        let ended = match what {
            Lasting::Clip => self.deck().panic(),
            Lasting::Ramp => (Outcome::Sent, vec![]),
        };
        self.wake();
        ended
    }

    fn end(&mut self, what: Lasting, cue: CueIx, over: Duration, now: MachineNs) {
        match what {
            Lasting::Clip => self.deck().end(cue, over, BEFORE_IT_MOVED, now),
            Lasting::Ramp => {}
        }
        self.wake();
    }

    fn freeze(&mut self, what: Lasting, cue: CueIx, is_frozen: bool, now: MachineNs) {
        match what {
            Lasting::Clip => {
                let mut deck = self.deck();
                if deck.has(cue) {
                    // A player that does not take it is ended, and then the clip is lost, which is
                    // told.
                    drop(if is_frozen { deck.pause(now) } else { deck.resume(now) });
                }
            }
            Lasting::Ramp => {}
        }
        self.wake();
    }
}

impl Drop for Mpv {
    fn drop(&mut self) {
        // Those who wait for nothing leave no time for a farewell.
        drop(self.deck().close(self.context.clock.now()));
        self.wake();
    }
}

fn lock(deck: &Mutex<Deck>) -> MutexGuard<'_, Deck> {
    // A fault under this lock ends the supervisor, which then says of every clip that it is lost.
    deck.lock().unpoisoned()
}
