//! The layers of an output of clips: each has a deck, with players of its own, and a supervisor.
//!
//! So clips of different layers play together and know nothing of each other, and a player that dies
//! or freezes takes no more than its own layer down. What they share is the output's one light,
//! which says which of them is down.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::deck::Deck;
use super::plan::{PlayerOrder, PlayerOrders};
use super::process::PlayerProcess;
use super::supervisor::Supervisor;
use super::{BEFORE_IT_MOVED, lock};
use crate::locks::Unpoisoned;
use crate::output::gauge::Gauge;
use crate::output::permits::ClipFolders;
use crate::output::worker::WorkerContext;
use crate::output::{Job, Light, Outcome};
use crate::show::{Layer, OutputLayer};
use crate::time::MachineNs;

/// The parts that each layer of an output is made of.
pub(super) struct LayerParts {
    pub(super) process: PlayerProcess,
    pub(super) folders: ClipFolders,
    pub(super) context: WorkerContext,
    pub(super) lights: Arc<LayerLights>,
}

/// The station's end of a layer. Dropping it ends its players.
pub(super) struct LayerDeck {
    pub(super) layer: Layer,
    deck: Arc<Mutex<Deck>>,
    /// A byte in here wakes the supervisor; without one there is none.
    wake: Option<UnixStream>,
    ended: Option<Receiver<()>>,
}

impl LayerDeck {
    /// The layer with its clips of `orders`, and its supervisor, which starts its players.
    ///
    /// # Errors
    /// When the system gives no thread or no sockets.
    pub(super) fn start(
        layer: &Layer,
        orders: &PlayerOrders,
        parts: &LayerParts,
    ) -> io::Result<Self> {
        let LayerParts { process, folders, context, lights } = parts;
        let (wake, woken) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        woken.set_nonblocking(true)?;
        let mut own = LayerDeck::new(layer, orders, context);
        let (done, ended) = channel();
        let supervisor = Supervisor::new(
            Arc::clone(&own.deck),
            (process.of(orders.is_sound(layer)), folders.clone()),
            (context.clone(), LayerLight { lights: Arc::clone(lights), layer: layer.clone() }),
            woken,
        );
        let name = match layer.is_main() {
            true => format!("to {}", context.name),
            false => format!("to {layer} of {}", context.name),
        };
        thread::Builder::new().name(name).spawn(move || {
            supervisor.supervise();
            // Nobody may be waiting any more.
            let _ = done.send(());
        })?;
        (own.wake, own.ended) = (Some(wake), Some(ended));
        Ok(own)
    }

    /// The layer as it is when it could not be started: nothing plays on it, because of `error`.
    pub(super) fn lacking(
        layer: &Layer,
        orders: &PlayerOrders,
        parts: &LayerParts,
        (error, now): (&io::Error, MachineNs),
    ) -> Self {
        let own = LayerDeck::new(layer, orders, &parts.context);
        let why = format!("the system gives no thread for its player: {error}");
        parts.lights.set(layer, (Light::Down, Some(why.clone())));
        own.deck().not_started(why, now);
        own
    }

    fn new(layer: &Layer, orders: &PlayerOrders, context: &WorkerContext) -> Self {
        let player = OutputLayer { output: context.output, layer: layer.clone() };
        let deck = Arc::new(Mutex::new(Deck::new(player, orders.clips(layer))));
        let layer = layer.clone();
        LayerDeck { layer, deck, wake: None, ended: None }
    }

    pub(super) fn deck(&self) -> MutexGuard<'_, Deck> {
        lock(&self.deck)
    }

    pub(super) fn wake(&self) {
        // Where it takes no more, enough bytes wait in it to wake anybody.
        self.wake.iter().for_each(|mut wake| drop(wake.write(&[1])));
    }

    /// Carries out the order of `job`; gives the outcome where it is known at once.
    pub(super) fn obey(&self, order: &PlayerOrder, job: Job, now: MachineNs) -> Option<Outcome> {
        let outcome = match order {
            PlayerOrder::Play(_) => self.deck().play(job, now),
            PlayerOrder::Pause => Some(self.deck().pause(now)),
            PlayerOrder::Resume => Some(self.deck().resume(now)),
            PlayerOrder::Fade(order) => Some(self.deck().fade(*order, now)),
            PlayerOrder::Stop { over } if over.is_zero() => {
                Some(self.deck().stop(|_| true, BEFORE_IT_MOVED))
            }
            PlayerOrder::Stop { over } => Some(self.deck().fade_out(*over, BEFORE_IT_MOVED, now)),
        };
        self.wake();
        outcome
    }

    /// Returns `true` if a clip is on air, or was called and does not move yet.
    pub(super) fn is_at_work(&self, now: MachineNs) -> bool {
        let (clip, queued) = self.deck().reading(now);
        clip.is_some() || queued > 0
    }

    /// Has the players leave by `deadline`; gives the jobs that were not done.
    pub(super) fn close(&self, deadline: MachineNs) -> Vec<Job> {
        let left = self.deck().close(deadline);
        self.wake();
        left
    }

    /// Waits for the supervisor to end, for `at_most`.
    pub(super) fn await_end(&self, at_most: Duration) {
        if let Some(ended) = &self.ended {
            // Whether it ends in time or not, there is nothing more to be done about it here.
            let _ = ended.recv_timeout(at_most);
        }
    }
}

impl Drop for LayerDeck {
    fn drop(&mut self) {
        // Those who wait for nothing leave no time for a farewell.
        drop(self.close(MachineNs::ZERO));
    }
}

/// The light of an output, made of those of its layers.
pub(super) struct LayerLights {
    gauge: Arc<Gauge>,
    layers: Mutex<BTreeMap<Layer, (Light, Option<String>)>>,
}

impl LayerLights {
    /// The light behind `gauge`, of an output that has no layers yet.
    pub(super) fn new(gauge: Arc<Gauge>) -> Self {
        LayerLights { gauge, layers: Mutex::default() }
    }

    /// Has the output be made of `layers`: new ones are tried still, and others count no more.
    pub(super) fn keep<'a>(&self, layers: impl Iterator<Item = &'a Layer>) {
        let mut lights = self.layers.lock().unpoisoned();
        let mut known = std::mem::take(&mut *lights);
        *lights =
            layers.map(|layer| (layer.clone(), known.remove(layer).unwrap_or_default())).collect();
        if !known.is_empty() {
            self.show(&lights);
        }
    }

    /// Shows the light of a layer, and what is wrong there; not of one that is not kept.
    pub(super) fn set(&self, layer: &Layer, light: (Light, Option<String>)) {
        let mut lights = self.layers.lock().unpoisoned();
        if let Some(known) = lights.get_mut(layer) {
            *known = light;
            self.show(&lights);
        }
    }

    fn show(&self, lights: &BTreeMap<Layer, (Light, Option<String>)>) {
        let down = lights.iter().filter(|(_, (light, _))| *light == Light::Down);
        let words = down.map(|(layer, (_, why))| {
            let why = why.as_deref().unwrap_or_default();
            if lights.len() == 1 { why.to_owned() } else { format!("layer {layer}: {why}") }
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            self.gauge.down(words.join("; "));
        } else if lights.values().any(|(light, _)| *light == Light::Idle) {
            self.gauge.idle(None);
        } else {
            self.gauge.up();
        }
    }
}

/// The light of one layer.
pub(super) struct LayerLight {
    lights: Arc<LayerLights>,
    layer: Layer,
}

impl LayerLight {
    /// Shows it, and what is wrong.
    pub(super) fn set(&self, light: (Light, Option<String>)) {
        self.lights.set(&self.layer, light);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::now;

    #[test]
    fn the_light_says_which_layer_is_down_where_there_are_several() {
        let gauge = Arc::<Gauge>::default();
        let lights = LayerLights::new(Arc::clone(&gauge));
        let (main, bgm) = (Layer::MAIN, Layer::new("bgm"));
        let reading = || {
            let health = gauge.health(0, now());
            (health.light, health.error)
        };
        let down = |why: &str| (Light::Down, Some(why.to_owned()));
        lights.keep([&main].into_iter());
        lights.set(&main, down("it is gone"));
        assert_eq!(reading(), down("it is gone"));
        lights.keep([&main, &bgm].into_iter());
        lights.set(&main, (Light::Ok, None));
        assert_eq!(reading(), (Light::Idle, None), "the other has not come up yet");
        lights.set(&bgm, down("it is gone"));
        assert_eq!(reading(), down("layer bgm: it is gone"));
        lights.set(&main, down("too"));
        assert_eq!(reading(), down("layer main: too; layer bgm: it is gone"));
        lights.set(&main, (Light::Ok, None));
        lights.keep([&main].into_iter());
        assert_eq!(reading(), (Light::Ok, None), "a layer that is not there any more is not down");
        lights.set(&bgm, down("its player is killed"));
        assert_eq!(reading(), (Light::Ok, None));
    }
}
