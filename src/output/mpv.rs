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
//! **Layers.** Clips of different layers of an output play together. Each layer has a deck, players
//! and a supervisor of its own ([`layers`]), and all that is above holds for each. Only the layer
//! `main` has a window; the others are only heard. Where a show names no layer, there is only `main`.
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
mod layers;
mod on_reply;
mod plan;
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

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

pub(super) use tryout::try_out;

use super::gauge::Delivery;
use super::probe::Attempt;
use super::worker::WorkerContext;
use super::{
    Driver, Encoded, Health, Job, Lasts, Opening, Outcome, OutputFault, OutputReport, Report,
    STOPPED_BY_PANIC, Surroundings,
};
use crate::locks::Unpoisoned;
use crate::show::file::machine::Finding;
use crate::show::protocol::Lasting;
use crate::show::{ClipJoin, CueIx, Layer, OutputIx, Show};
use crate::time::MachineNs;
use deck::Deck;
use layers::{LayerDeck, LayerLights, LayerParts};
use plan::{LayerOrder, MpvPlan, PlayerOrders};

/// Time that the supervisor has to reap its players when the time for closing is over.
const LAST: Duration = Duration::from_secs(1);

/// Reason why a clip that was called does not play.
const BEFORE_IT_MOVED: &str = "stopped before it moved";

/// One action of one cue.
type ActionKey = (CueIx, u32);

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
            Ok(Box::new(Mpv::open(MpvPlan { orders, panics, process, folders }, context)?))
        }))
    }

    /// Asks the player for its version, and looks for the clips that the show plays on it.
    fn probe(&self, show: &Show, output: OutputIx, surroundings: &Surroundings<'_>) -> Attempt {
        let player = probe::PlayerSettings::new(show, output, surroundings);
        Box::new(move |at_most| player.look(at_most))
    }

    fn lacks(&self, is_seen: bool, surroundings: &Surroundings<'_>) -> Vec<Finding> {
        lacks::Lacks(surroundings).of(self.flags, is_seen)
    }
}

/// The station's end of an output of clips. Dropping it ends the players.
pub(super) struct Mpv {
    /// Those on which clips play, `main` first.
    layers: Vec<LayerDeck>,
    orders: PlayerOrders,
    panics: usize,
    parts: LayerParts,
}

impl Mpv {
    /// Starts the layers of `plan`, each with its supervisor, which starts its players.
    ///
    /// # Errors
    /// When the system gives no thread or no sockets for one of them.
    fn open(plan: MpvPlan, context: WorkerContext) -> io::Result<Self> {
        let MpvPlan { orders, panics, process, folders } = plan;
        let lights = Arc::new(LayerLights::new(Arc::clone(&context.gauge)));
        let wanted = orders.layers();
        lights.keep(wanted.iter());
        let parts = LayerParts { process, folders, context, lights };
        let layers = wanted.iter().map(|layer| LayerDeck::start(layer, &orders, &parts));
        let layers = layers.collect::<io::Result<_>>()?;
        Ok(Mpv { layers, orders, panics, parts })
    }

    fn now(&self) -> MachineNs {
        self.parts.context.clock.now()
    }

    /// Makes the layers those of the orders. One on which nothing plays any more goes, unless
    /// something is on air there; the main one stays, since its window covers a screen.
    fn revise_layers(&mut self) {
        let (wanted, now) = (self.orders.layers(), self.now());
        self.layers.retain(|own| {
            own.layer.is_main() || wanted.contains(&own.layer) || own.is_at_work(now)
        });
        for own in &self.layers {
            own.deck().revise(self.orders.clips(&own.layer));
            own.wake();
        }
        let is_new = |layer: &&Layer| self.layers.iter().all(|own| own.layer != **layer);
        let new: Vec<Layer> = wanted.iter().filter(is_new).cloned().collect();
        let all = self.layers.iter().map(|own| &own.layer).chain(&new);
        self.parts.lights.keep(all);
        for layer in &new {
            let started = LayerDeck::start(layer, &self.orders, &self.parts);
            let started = started.unwrap_or_else(|error| {
                LayerDeck::lacking(layer, &self.orders, &self.parts, (&error, now))
            });
            self.layers.push(started);
        }
        self.layers.sort_by(|one, other| one.layer.cmp(&other.layer));
    }
}

impl Driver for Mpv {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        let outcome = match self.orders.get((job.cue, job.action)) {
            None => Some(Outcome::no_message()),
            Some(LayerOrder { layer, order }) => {
                let own = self.layers.iter().find(|own| own.layer == *layer);
                let is_idle = !order.plays() && !own.is_some_and(|own| own.is_at_work(now));
                let outcome = match own {
                    Some(own) => own.obey(order, job, now),
                    // No clip ever plays there, so nothing is left to be done.
                    None => Some(Outcome::Sent),
                };
                // The order has left first.
                if is_idle {
                    let name = &self.parts.context.name;
                    let note = format!("{name}: nothing plays on layer {layer}");
                    (self.parts.context.reporter)(OutputReport::Note(note));
                }
                outcome
            }
        };
        let delivery = Delivery::new(Some(job), now, self.now());
        let gauge = &self.parts.context.gauge;
        match &outcome {
            Some(Outcome::Sent) => gauge.sent_in_doubt(delivery),
            Some(_) => gauge.failed(delivery),
            // What becomes of it is the supervisor's to hear.
            None => {}
        }
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
        let context = &self.parts.context;
        let delivery = Delivery::new(None, now, self.now());
        for _ in 0..self.panics {
            match &outcome {
                Outcome::Sent => context.gauge.sent_in_doubt(delivery),
                Outcome::Rehearsed(_) | Outcome::Failed(_) | Outcome::SideFailed { .. } => {
                    context.gauge.failed(delivery);
                }
            }
        }
        let dropped = dropped.into_iter().map(|job| {
            let why = Outcome::Failed(STOPPED_BY_PANIC.into());
            context.report(Some(job), why)
        });
        let messages = (0..self.panics).map(|_| context.report(None, outcome.clone()));
        dropped.chain(messages).collect()
    }

    fn call_off(&mut self, _why: &str) -> Vec<Report> {
        // A player has taken it already, and answers for it.
        vec![]
    }

    fn revise(&mut self, _: &Arc<Show>, messages: Option<Encoded>) {
        if let Some(Ok(orders)) = messages.map(|messages| messages.downcast::<PlayerOrders>()) {
            self.orders = *orders;
            self.revise_layers();
        }
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        Some(self)
    }

    fn health(&self, now: MachineNs) -> Health {
        let (mut clips, mut ready, mut queued) = (vec![], vec![], 0);
        for own in &self.layers {
            let deck = own.deck();
            let (clip, waiting) = deck.reading(now);
            clips.extend(clip);
            ready.extend(deck.ready());
            queued += waiting;
        }
        Health { clips, ready, ..self.parts.context.gauge.health(queued, now) }
    }

    fn arm(&mut self, cues: &[CueIx]) {
        for own in &self.layers {
            own.deck().arm(cues);
            own.wake();
        }
    }

    fn join(&mut self, joins: &[ClipJoin]) {
        let output = self.parts.context.output;
        for own in &self.layers {
            let is_own =
                |join: &&ClipJoin| join.player.output == output && join.player.layer == own.layer;
            let joins = joins.iter().filter(is_own).map(|join| (join.leader, join.follower));
            own.deck().join(joins.collect());
            own.wake();
        }
    }

    fn finish(&mut self) {
        for own in &self.layers {
            own.deck().finish();
            own.wake();
        }
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        // All of them first: what one waits for, the others can use.
        let left: Vec<Job> = self.layers.iter().flat_map(|own| own.close(deadline)).collect();
        for own in &self.layers {
            own.await_end((deadline + LAST).since(self.now()));
        }
        let why = || Outcome::Failed("the program closed before it could be sent".into());
        left.into_iter().map(|job| self.parts.context.report(Some(job), why())).collect()
    }
}

impl Lasts for Mpv {
    fn end_all(&mut self, what: Lasting) -> (Outcome, Vec<Job>) {
        let (mut outcome, mut called_off) = (Outcome::Sent, vec![]);
        match what {
            Lasting::Clip => {
                for own in &self.layers {
                    let (ended, jobs) = own.deck().panic();
                    own.wake();
                    called_off.extend(jobs);
                    if ended != Outcome::Sent {
                        outcome = ended;
                    }
                }
            }
            Lasting::Ramp => {}
        }
        (outcome, called_off)
    }

    fn end(&mut self, what: Lasting, cue: CueIx, over: Duration, now: MachineNs) {
        match what {
            Lasting::Clip => {
                for own in &self.layers {
                    own.deck().end(cue, over, BEFORE_IT_MOVED, now);
                    own.wake();
                }
            }
            Lasting::Ramp => {}
        }
    }

    fn gives_way(&mut self, _what: Lasting, _cue: CueIx, _action: u32) {
        // What plays here is ended only by this machine's own actions.
    }

    fn freeze(&mut self, what: Lasting, cue: CueIx, is_frozen: bool, now: MachineNs) {
        match what {
            Lasting::Clip => {
                for own in &self.layers {
                    let mut deck = own.deck();
                    if deck.has(cue) {
                        // A player that does not take it is ended, and then the clip is lost, which
                        // is told.
                        drop(if is_frozen { deck.pause(now) } else { deck.resume(now) });
                    }
                    drop(deck);
                    own.wake();
                }
            }
            Lasting::Ramp => {}
        }
    }
}

fn lock(deck: &Mutex<Deck>) -> MutexGuard<'_, Deck> {
    // A fault under this lock ends the supervisor, which then says of every clip that it is lost.
    deck.lock().unpoisoned()
}
