//! Readings of a deck for the screen: the clip on air, the clips that are ready, the state of the
//! output and its problem.

use super::super::super::{ClipOnAir, Light, ReadyClip};
use super::super::ActionKey;
use super::super::clip::FileStatus;
use super::super::player::Player;
use super::super::state::{ClipStage, PlayerState};
use super::Deck;
use crate::time::MachineNs;

impl Deck {
    /// The clips that are wanted, were examined and can be played.
    pub(in super::super) fn ready(&self) -> Vec<ReadyClip> {
        let ready = |key: &ActionKey| {
            let (file, clip) = (self.files.get(key)?, self.clips.get(key)?);
            let facts = file.facts.as_ref().filter(|_| file.fault.is_none())?;
            let length_ns =
                if facts.is_still { clip.still_ns } else { clip.length_ns(facts.duration_ns) };
            Some(ReadyClip { player: self.player.clone(), cue: key.0, length_ns })
        };
        self.wishes.iter().filter_map(ready).collect()
    }

    /// The clip on air, and how many clips were called that do not move yet.
    pub(in super::super) fn reading(&self, now: MachineNs) -> (Option<ClipOnAir>, usize) {
        let on_air = self.players.iter().find_map(|player| player.on_air(&self.player, now));
        let waits = |player: &&Player| match &player.state {
            PlayerState::Loading { play, .. } => play.is_some(),
            PlayerState::Playing { stage, .. } => *stage == ClipStage::Called,
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Ready { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => false,
        };
        (on_air, usize::from(self.called.is_some()) + self.players.iter().filter(waits).count())
    }

    /// The output's sign, and what is wrong.
    pub(in super::super) fn light(&self) -> (Light, Option<String>) {
        let unarmed =
            || self.wishes.iter().find_map(|wish| self.flaw(*wish).filter(|_| self.counts(*wish)));
        match self
            .absent
            .clone()
            .or_else(|| self.trouble.clone())
            .or_else(unarmed)
            .or_else(|| self.failed.clone())
        {
            Some(why) => (Light::Down, Some(why)),
            None if self.up => (Light::Ok, None),
            None => (Light::Idle, None),
        }
    }

    /// Problem of a clip: why it cannot be played, or where it breaks off. A GO still plays one
    /// that breaks off: the caller has nothing better to show.
    fn flaw(&self, key: ActionKey) -> Option<String> {
        let (file, clip) = (self.files.get(&key)?, self.clips.get(&key)?);
        let breaks_off = || file.facts.as_ref()?.breaks_off.as_deref().map(|why| clip.said(why));
        file.fault.clone().or_else(breaks_off)
    }

    /// Returns `true` if a fault of this clip is one of the output: not where the cue goes without
    /// it.
    pub(super) fn counts(&self, key: ActionKey) -> bool {
        let is_optional = self.clips.get(&key).is_some_and(|clip| clip.optional);
        !(is_optional
            && self.files.get(&key).is_some_and(|file| file.status == FileStatus::Missing))
    }
}
