//! The orders of a show to the players of an output, read before any player is started.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::ActionKey;
use super::clip::Clip;
use super::fade::{FadeOrder, Purpose};
use super::process::PlayerProcess;
use crate::output::permits::ClipFolders;
use crate::output::{OutputFault, Surroundings};
use crate::show::action::MpvCommand;
use crate::show::{ClipKind, Layer, Output, OutputIx, Show};
use crate::time::nanoseconds;

/// Command of a job to the player of a layer.
pub(super) struct LayerOrder {
    pub(super) layer: Layer,
    pub(super) order: PlayerOrder,
}

/// Command to a player.
pub(super) enum PlayerOrder {
    Play(Arc<Clip>),
    Fade(FadeOrder),
    Pause,
    Resume,
    Stop { over: Duration },
}

impl PlayerOrder {
    /// Returns `true` if it is a clip, and not a command for one that plays.
    pub(super) fn plays(&self) -> bool {
        match self {
            PlayerOrder::Play(_) => true,
            PlayerOrder::Fade(_)
            | PlayerOrder::Pause
            | PlayerOrder::Resume
            | PlayerOrder::Stop { .. } => false,
        }
    }
}

/// All orders to the players of an output.
#[derive(Default)]
pub(super) struct PlayerOrders(HashMap<ActionKey, LayerOrder>);

impl PlayerOrders {
    /// The order of an action.
    pub(super) fn get(&self, key: ActionKey) -> Option<&LayerOrder> {
        self.0.get(&key)
    }

    /// The layers on which clips play, `main` first; that one alone where none does.
    pub(super) fn layers(&self) -> BTreeSet<Layer> {
        let plays = self.plays().map(|(_, layer, _)| layer.clone());
        let layers: BTreeSet<Layer> = plays.collect();
        if layers.is_empty() { BTreeSet::from([Layer::MAIN]) } else { layers }
    }

    /// The clips that are played on `layer`.
    pub(super) fn clips(&self, layer: &Layer) -> BTreeMap<ActionKey, Arc<Clip>> {
        let here = self.plays().filter(|(_, own, _)| *own == layer);
        here.map(|(key, _, clip)| (key, Arc::clone(clip))).collect()
    }

    /// Returns `true` if nothing of `layer` is ever seen.
    pub(super) fn is_sound(&self, layer: &Layer) -> bool {
        let mut here = self.plays().filter(|(_, own, _)| *own == layer);
        here.all(|(_, layer, clip)| !ClipKind::of(&clip.path).is_seen_on(layer))
    }

    fn plays(&self) -> impl Iterator<Item = (ActionKey, &Layer, &Arc<Clip>)> {
        self.0.iter().filter_map(|(key, LayerOrder { layer, order })| match order {
            PlayerOrder::Play(clip) => Some((*key, layer, clip)),
            PlayerOrder::Fade(_)
            | PlayerOrder::Pause
            | PlayerOrder::Resume
            | PlayerOrder::Stop { .. } => None,
        })
    }
}

/// An output with all its orders read, but no player started.
pub(super) struct MpvPlan {
    pub(super) orders: PlayerOrders,
    /// Number of messages of a panic; each of them is the stop that a panic is anyway.
    pub(super) panics: usize,
    pub(super) process: PlayerProcess,
    pub(super) folders: ClipFolders,
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
                let Some((player, command)) = action.command() else {
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
                    Ok(order) => {
                        orders.insert((ix, at), LayerOrder { layer: player.layer, order });
                    }
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
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(MpvPlan {
            orders: PlayerOrders(orders),
            panics: target.map_or(0, Output::stop_messages),
            process: PlayerProcess::new((surroundings.env)("HANDOVER_MPV"), flags),
            folders: ClipFolders::of(surroundings.folder, surroundings.permits),
        })
    }
}
