//! Reports of players, and the reports made from them: one outcome for each GO, one ending for each
//! clip that moved.

use std::mem;

use super::super::super::gauge::Delivery;
use super::super::super::{ClipNews, ClipReport, Job, Outcome, OutputReport, Report};
use super::super::ActionKey;
use super::super::reel::ClipFacts;
use super::super::replies::PlayerLine;
use super::super::state::{ClipStage, Exit, PlayerChange, PlayerState};
use super::Deck;
use crate::time::MachineNs;

impl Deck {
    /// Takes the reports since the last call.
    pub(in super::super) fn take_reports(&mut self) -> Vec<OutputReport> {
        mem::take(&mut self.reports)
    }

    /// Takes the delivery times of the clips that have begun to move since the last call.
    pub(in super::super) fn take_deliveries(&mut self) -> Vec<Delivery> {
        mem::take(&mut self.deliveries)
    }

    /// Takes in what the player `id` says.
    pub(in super::super) fn on_reply(&mut self, id: u64, said: PlayerLine, at: MachineNs) {
        let Some(player) = self.players.iter_mut().find(|player| player.id == id) else { return };
        let change = player.on_reply(said, at);
        self.take(id, change, at);
    }

    /// Takes in what has become of the player `id`.
    pub(super) fn take(&mut self, id: u64, change: PlayerChange, at: MachineNs) {
        let Some(player) = self.players.iter_mut().find(|player| player.id == id) else { return };
        let job = match &player.state {
            PlayerState::Playing { play, .. } => Some(play.job),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        };
        match change {
            PlayerChange::Nothing | PlayerChange::Armed => {}
            PlayerChange::Up => self.up = true,
            PlayerChange::Started => job.into_iter().for_each(|job| self.begun(job, at)),
            PlayerChange::Flashed => {
                let cut = player.breaks_off();
                job.into_iter().for_each(|job| self.begun(job, at));
                match cut {
                    Some(why) => self.take(id, PlayerChange::Broke(why), at),
                    None => self.ended(id, at),
                }
            }
            // What follows a clip that is faded out waits for the caller, as after a stop.
            PlayerChange::Ended if player.is_fading_out() => {
                self.take(id, PlayerChange::FadedOut, at);
            }
            PlayerChange::Ended => self.ended(id, at),
            PlayerChange::FadedOut => {
                player.clear();
                self.let_out();
                job.into_iter().for_each(|job| self.tell(job, ClipNews::Stopped));
            }
            PlayerChange::Joined => job.into_iter().for_each(|job| self.tell(job, ClipNews::Ended)),
            PlayerChange::Broke(why) => {
                player.clear();
                self.failed = Some(why.clone());
                job.into_iter().for_each(|job| self.tell(job, ClipNews::BrokeOff(why.clone())));
            }
            PlayerChange::Unplayable(key, why) => self.unplayable(id, key, &why),
            PlayerChange::Examined(key, outcome) => self.examined(key, outcome),
        }
    }

    /// The clip of the stage has come to its end.
    fn ended(&mut self, id: u64, at: MachineNs) {
        let player = self.players.iter_mut().find(|player| player.id == id);
        if let Some(PlayerState::Playing { play, stage, .. }) =
            player.map(|player| &mut player.state)
        {
            *stage = ClipStage::Over { at };
            let job = play.job;
            self.tell(job, ClipNews::Ended);
        }
    }

    /// The picture of `job` moves, since `at`.
    pub(super) fn begun(&mut self, job: Job, at: MachineNs) {
        let playing = self.players.iter().find_map(|player| match &player.state {
            PlayerState::Playing { play, .. } if play.job == job => {
                Some((player.length_ns(), play.since))
            }
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        });
        let Some((length_ns, since)) = playing else { return };
        self.failed = None;
        self.deliveries.push(Delivery::new(Some(job), since, at));
        self.report(job, Outcome::Sent);
        self.tell(job, ClipNews::Started { length_ns });
        self.let_out();
    }

    /// Says of what had to make room that it is over.
    pub(super) fn let_out(&mut self) {
        if let Some(job) = self.outgoing.take() {
            self.tell(job, ClipNews::Stopped);
        }
    }

    fn unplayable(&mut self, id: u64, key: ActionKey, why: &str) {
        let Some(player) = self.players.iter_mut().find(|player| player.id == id) else { return };
        let (play, is_list) = match &mut player.state {
            PlayerState::Loading { play, reel, .. } => (play.take(), reel.is_list()),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => (None, false),
        };
        player.clear();
        if is_list {
            // Each of them was fine by itself, so each is played by itself.
            self.lists_fail = true;
            self.called = self.called.take().or(play);
            return;
        }
        self.let_out();
        let why = self.clips.get(&key).map_or(why.to_owned(), |clip| clip.said(why));
        if let Some(file) = self.files.get_mut(&key) {
            file.fault = Some(why.clone());
        }
        if let Some(play) = play {
            self.fail(key, &why);
            self.report(play.job, Outcome::Failed(why));
        }
    }

    pub(super) fn examined(&mut self, key: ActionKey, outcome: Result<ClipFacts, String>) {
        let (Some(clip), Some(file)) = (self.clips.get(&key), self.files.get_mut(&key)) else {
            return;
        };
        match outcome {
            Ok(facts) if !facts.has_sound && !self.player.layer.is_main() => {
                let layer = &self.player.layer;
                let why = format!("has no sound, and layer {layer} plays nothing else");
                file.fault = Some(clip.said(&why));
            }
            Ok(mut facts) => {
                let by_header = || clip.breaks_off(&file.status, facts.duration_ns);
                facts.breaks_off = facts.breaks_off.or_else(by_header);
                file.facts = Some(facts);
            }
            Err(why) => file.fault = Some(clip.said(&why)),
        }
    }

    /// Takes in that the player `id` is lost.
    pub(in super::super) fn lose(&mut self, id: u64, exit: Exit) {
        if let Some(player) = self.players.iter_mut().find(|player| player.id == id) {
            player.exit.get_or_insert(exit);
        }
    }

    /// A clip that was called and does not move yet makes room for another.
    pub(super) fn replaced(&mut self, job: Job) {
        self.report(job, Outcome::Failed("another clip took its place before it moved".into()));
    }

    pub(super) fn tell(&mut self, job: Job, what: ClipNews) {
        let (player, Job { cue, firing, .. }) = (self.player.clone(), job);
        let report = ClipReport { player, cue, firing, what };
        self.reports.push(OutputReport::Clip(report));
    }

    pub(super) fn report(&mut self, job: Job, outcome: Outcome) {
        self.reports.push(OutputReport::Report(Report {
            output: self.player.output,
            job: Some(job),
            outcome,
        }));
    }
}
