//! The players of a layer of an output and what is wanted of them: which clip is armed, which is on air, what
//! is to be told.
//!
//! The station and the supervisor share it under a lock, under which nothing waits: commands are
//! small writes that do not block, and whatever takes time is handed to the supervisor as
//! [`PendingWork`]. Each clip that moved gets exactly one ending, each GO exactly one outcome. Time
//! comes in as an argument.

mod pending_work;
mod readings;
mod reports;

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::super::gauge::Delivery;
use super::super::{Job, Outcome, OutputReport};
use super::ActionKey;
use super::clip::{Clip, FileStatus};
use super::fade::{FadeOrder, Purpose};
use super::player::Player;
use super::reel::{ClipFacts, PARTS_MAX};
use super::state::{ClipStage, Play, PlayerRole, PlayerState};
use crate::show::{CueIx, OutputLayer};
use crate::time::MachineNs;
pub(super) use pending_work::PendingWork;

/// Number of clips that are kept examined, the first of them loaded.
const ARMED_MAX: usize = 4;

/// The pause before a player that was lost is replaced: the first, and the longest; each is twice
/// the one before.
const RESTART: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Players that live longer than this between two losses have nothing to do with each other.
const CALM: Duration = Duration::from_secs(10);

/// State of a clip's file.
struct ClipFile {
    status: FileStatus,
    looked: MachineNs,
    /// Reason why it cannot be played.
    fault: Option<String>,
    /// Facts from its examination.
    facts: Option<ClipFacts>,
    /// Number of players that have died over it.
    deaths: u32,
}

/// The players of a layer of an output.
pub(super) struct Deck {
    /// The layer whose clips they play.
    player: OutputLayer,
    clips: BTreeMap<ActionKey, Arc<Clip>>,
    files: HashMap<ActionKey, ClipFile>,
    /// Clips to be armed, the most urgent first.
    wishes: Vec<ActionKey>,
    /// Pairs of clips that follow each other by themselves and without a delay.
    joins: Vec<(CueIx, CueIx)>,
    /// The clip that was called last and has no player yet.
    called: Option<Play>,
    /// Job that was on air until its player was given another clip, which does not move yet.
    outgoing: Option<Job>,
    /// The player takes no lists of clips, so that each is loaded by itself.
    lists_fail: bool,
    players: Vec<Player>,
    reports: Vec<OutputReport>,
    /// The ways of the clips that have begun to move since it was asked last.
    deliveries: Vec<Delivery>,
    next_id: u64,
    /// Reason why no player can be started, until one is.
    absent: Option<String>,
    /// Problem of the players, until all that is wanted is armed again.
    trouble: Option<String>,
    /// Reason why the last clip that was called does not play, until one does or others are armed.
    failed: Option<String>,
    /// `true` once a player has come up.
    up: bool,
    /// No player is started before this.
    start_at: Option<MachineNs>,
    restart: Duration,
    lost_at: Option<MachineNs>,
    /// Takes no more orders.
    is_finished: bool,
    /// Instant by which the last player has to be gone.
    close_by: Option<MachineNs>,
}

impl Deck {
    /// A deck without players for `clips`.
    pub(super) fn new(player: OutputLayer, clips: BTreeMap<ActionKey, Arc<Clip>>) -> Self {
        Deck {
            player,
            clips,
            files: HashMap::new(),
            wishes: vec![],
            joins: vec![],
            called: None,
            outgoing: None,
            lists_fail: false,
            players: vec![],
            reports: vec![],
            deliveries: vec![],
            next_id: 0,
            absent: None,
            trouble: None,
            failed: None,
            up: false,
            start_at: None,
            restart: RESTART.0,
            lost_at: None,
            is_finished: false,
            close_by: None,
        }
    }

    /// Plays `clips` from here on; what is on air goes on. One that is armed and is another now is
    /// let go.
    pub(super) fn revise(&mut self, mut clips: BTreeMap<ActionKey, Arc<Clip>>) {
        for (key, clip) in &mut clips {
            match self.clips.get(key) {
                Some(known) if **known == **clip => *clip = Arc::clone(known),
                _ => drop(self.files.remove(key)),
            }
        }
        let is_other = |key: &ActionKey| clips.get(key) != self.clips.get(key);
        for player in &mut self.players {
            let is_stale = match &player.state {
                PlayerState::Ready { reel, .. } => reel.keys().any(|key| is_other(&key)),
                PlayerState::Starting
                | PlayerState::Idle
                | PlayerState::Examining(_)
                | PlayerState::Loading { .. }
                | PlayerState::Playing { .. }
                | PlayerState::Leaving => false,
            };
            if is_stale {
                player.clear();
            }
        }
        self.wishes.retain(|key| clips.contains_key(key));
        self.clips = clips;
    }

    /// Wants the clips of `cues` armed, the most urgent first.
    pub(super) fn arm(&mut self, cues: &[CueIx]) {
        let mut wishes: Vec<ActionKey> = vec![];
        for key in cues.iter().flat_map(|cue| self.clips_of(*cue)) {
            if wishes.len() < ARMED_MAX && !wishes.contains(&key) {
                wishes.push(key);
            }
        }
        if self.wishes != wishes {
            self.failed = None;
        }
        self.wishes = wishes;
    }

    /// Hears which cue follows which by itself and without a delay, if nothing changes.
    pub(super) fn join(&mut self, joins: Vec<(CueIx, CueIx)>) {
        self.joins = joins;
        // At once, on the caller's thread: a hold may come a moment before the end.
        self.open_reel();
    }

    fn clips_of(&self, cue: CueIx) -> impl Iterator<Item = ActionKey> {
        self.clips.range((cue, 0)..=(cue, u32::MAX)).map(|(key, _)| *key)
    }

    /// The clips that follow `key` without a gap, the next first.
    fn followers(&self, key: ActionKey) -> Vec<ActionKey> {
        let mut chain = vec![key];
        while chain.len() < PARTS_MAX {
            let Some((leader, _)) = chain.last().copied() else { break };
            let next = self.joins.iter().find(|(first, _)| *first == leader).map(|(_, next)| *next);
            // A cue that plays several clips here has none that is its last for sure.
            let mut clips = next.into_iter().flat_map(|next| self.clips_of(next));
            match (clips.next(), clips.next()) {
                (Some(next), None) if !chain.contains(&next) => chain.push(next),
                _ => break,
            }
        }
        chain.split_off(1)
    }

    fn stage(&mut self) -> Option<&mut Player> {
        self.players
            .iter_mut()
            .find(|player| player.role == PlayerRole::Stage && player.exit.is_none())
    }

    /// Lets what is loaded play as far as its followers may come by themselves.
    fn open_reel(&mut self) {
        let joins = mem::take(&mut self.joins);
        if let Some(player) = self.stage() {
            let reel = match &player.state {
                PlayerState::Loading { reel, .. } | PlayerState::Ready { reel, .. } => {
                    Some((Arc::clone(reel), 0))
                }
                PlayerState::Playing { reel, part, .. } => Some((Arc::clone(reel), *part)),
                PlayerState::Starting
                | PlayerState::Idle
                | PlayerState::Examining(_)
                | PlayerState::Leaving => None,
            };
            if let Some((reel, part)) = reel {
                let keys: Vec<ActionKey> = reel.keys().skip(part).collect();
                let goes_on = !player.is_fading_out();
                let holds = keys
                    .windows(2)
                    .take_while(|pair| goes_on && joins.contains(&(pair[0].0, pair[1].0)))
                    .count();
                player.open_to(part + holds);
            }
        }
        self.joins = joins;
    }

    /// Lets the clip of `job` go; gives an outcome only where it does not even try.
    pub(super) fn play(&mut self, job: Job, at: MachineNs) -> Option<Outcome> {
        let key = (job.cue, job.action);
        let refused = if self.is_finished {
            Some("the player is being closed".to_owned())
        } else {
            self.files.get(&key).and_then(|file| file.fault.clone())
        };
        // A player that was lost is replaced soon; where none has ever come up, none is going to.
        let never = || self.trouble.clone().filter(|_| !self.up);
        let refused = refused
            .or_else(|| self.absent.clone().filter(|_| self.players.is_empty()).or_else(never));
        if let Some(why) = refused {
            self.fail(key, &why);
            return Some(Outcome::Failed(why));
        }
        let play = Play { job, since: at, held: false, fade: None };
        // Wanted again, it is armed again by the next wish.
        self.wishes.retain(|wish| *wish != key);
        if let Some(earlier) = self.called.take() {
            self.replaced(earlier.job);
        }
        let Some(player) = self.stage() else {
            self.called = Some(play);
            return None;
        };
        match &mut player.state {
            PlayerState::Ready { reel, .. } if reel.first().key == key => {
                if player.go(play, at) {
                    return None;
                }
                let why = "the player does not take the command".to_owned();
                self.fail(key, &why);
                Some(Outcome::Failed(why))
            }
            PlayerState::Playing { reel, part, stage: ClipStage::Joined { .. }, .. }
                if reel.part(*part).is_some_and(|part| part.key == key) =>
            {
                player.join(play, at);
                self.begun(job, at);
                None
            }
            PlayerState::Loading { reel, play: waiting, .. } if reel.first().key == key => {
                let earlier = waiting.replace(play);
                earlier.into_iter().for_each(|earlier| self.replaced(earlier.job));
                None
            }
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => {
                self.called = Some(play);
                None
            }
        }
    }

    /// Returns `true` if the clip of `cue` was called and is not over.
    pub(super) fn has(&mut self, cue: CueIx) -> bool {
        let is_called = self.called.as_ref().is_some_and(|play| play.job.cue == cue);
        is_called || self.is_on_stage(cue)
    }

    /// Returns `true` if the player that plays has a clip of `cue`.
    fn is_on_stage(&mut self, cue: CueIx) -> bool {
        self.stage().is_some_and(|player| match &player.state {
            PlayerState::Playing { play, .. } | PlayerState::Loading { play: Some(play), .. } => {
                play.job.cue == cue
            }
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { play: None, .. }
            | PlayerState::Ready { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => false,
        })
    }

    /// Outcome of a job for which no player can be started.
    fn absence(&mut self) -> Option<Outcome> {
        let absent = self.absent.clone().filter(|_| self.stage().is_none());
        absent.map(Outcome::Failed)
    }

    /// Does this to what is on air; a clip that does not move yet keeps `later` what it is to do as
    /// soon as it does.
    fn order(
        &mut self,
        later: impl Fn(&mut Play),
        on_air: impl FnOnce(&mut Player, ClipStage) -> bool,
    ) -> Outcome {
        self.called.iter_mut().for_each(&later);
        let absence = self.absence();
        let Some(player) = self.stage() else { return absence.unwrap_or(Outcome::Sent) };
        if let Some(play) = player.state.awaited() {
            later(play);
            return Outcome::Sent;
        }
        told(player.state.stage().is_none_or(|stage| on_air(player, stage)))
    }

    /// Freezes the picture on air; a clip that does not move yet stands still as soon as it does.
    pub(super) fn pause(&mut self, at: MachineNs) -> Outcome {
        let is_on_air = |stage| matches!(stage, ClipStage::OnAir { .. });
        self.order(|play| play.held = true, |player, stage| !is_on_air(stage) || player.pause(at))
    }

    /// Lets a picture that was frozen go on.
    pub(super) fn resume(&mut self, at: MachineNs) -> Outcome {
        let stands = |stage| matches!(stage, ClipStage::OnAir { moves: false, .. });
        self.order(|play| play.held = false, |player, stage| !stands(stage) || player.resume(at))
    }

    /// Changes the volume of what plays; a clip that does not move yet changes it as soon as it does.
    pub(super) fn fade(&mut self, order: FadeOrder, at: MachineNs) -> Outcome {
        let is_heard = |stage| matches!(stage, ClipStage::OnAir { .. } | ClipStage::Ending { .. });
        self.order(
            |play| play.fade = Some(order),
            |player, stage| !is_heard(stage) || player.fade_to(order, at),
        )
    }

    /// Fades sound and picture on air out and stops the clip then; calls off what does not move yet.
    pub(super) fn fade_out(&mut self, over: Duration, why: &str, at: MachineNs) -> Outcome {
        let is_heard = |stage: &ClipStage| {
            matches!(stage, ClipStage::OnAir { moves: true, .. } | ClipStage::Ending { .. })
        };
        let player = self.stage();
        if player.and_then(|player| player.state.stage()).filter(is_heard).is_none() {
            return self.stop(|_| true, why);
        }
        // A clip that was called to take its place does not come any more.
        let called = self.called.take();
        called.into_iter().for_each(|play| self.report(play.job, Outcome::Failed(why.into())));
        let outcome = self.fade(FadeOrder { to: 0, over, purpose: Purpose::Out }, at);
        // What would follow without a gap is not called any more.
        self.open_reel();
        outcome
    }

    /// Fades out, `over` so long, what `cue` has on air, or takes it away. A clip that another is
    /// about to replace goes when that one comes.
    pub(super) fn end(&mut self, cue: CueIx, over: Duration, why: &str, at: MachineNs) {
        let is_replaced = self.called.as_ref().is_some_and(|play| play.job.cue != cue);
        let ended = match over.is_zero() || !self.is_on_stage(cue) {
            true => self.stop(|job| job.cue == cue, why),
            false if is_replaced => Outcome::Sent,
            false => self.fade_out(over, why, at),
        };
        // A player that does not take it is ended, and then the clip is lost, which is told.
        drop(ended);
    }

    /// Takes away the pictures of all firings that `fits`, and calls off those that do not move
    /// yet.
    pub(super) fn stop(&mut self, fits: impl Fn(Job) -> bool, why: &str) -> Outcome {
        let (stopped, is_told) = self.clear(|play| fits(play.job));
        stopped.into_iter().for_each(|job| self.report(job, Outcome::Failed(why.into())));
        self.absence().unwrap_or_else(|| told(is_told))
    }

    /// Takes every picture away; gives what became of that, and the jobs that it has called off.
    pub(super) fn panic(&mut self) -> (Outcome, Vec<Job>) {
        let (stopped, is_told) = self.clear(|_| true);
        (self.absence().unwrap_or_else(|| told(is_told)), stopped)
    }

    /// Takes no more orders.
    pub(super) fn finish(&mut self) {
        self.is_finished = true;
    }

    /// Has every player leave by `deadline`; gives the jobs that were not done.
    pub(super) fn close(&mut self, deadline: MachineNs) -> Vec<Job> {
        self.is_finished = true;
        self.close_by = Some(self.close_by.map_or(deadline, |earlier| earlier.min(deadline)));
        self.clear(|_| true).0
    }

    fn fail(&mut self, key: ActionKey, why: &str) {
        if self.counts(key) {
            self.failed = Some(why.to_owned());
        }
    }

    /// Ends all that was called and fits, and goes to black; gives the jobs that did not move, and
    /// whether every player took it.
    fn clear(&mut self, fits: impl Fn(&Play) -> bool) -> (Vec<Job>, bool) {
        let mut called_off: Vec<Job> =
            self.called.take_if(|play| fits(play)).map(|play| play.job).into_iter().collect();
        let mut ended = None;
        let Some(player) = self.stage() else { return (called_off, true) };
        match &player.state {
            PlayerState::Playing { play, stage, .. } if fits(play) => match stage {
                ClipStage::Called => called_off.push(play.job),
                ClipStage::OnAir { .. } | ClipStage::Ending { .. } => ended = Some(play.job),
                ClipStage::Joined { .. } | ClipStage::Over { .. } => {}
            },
            PlayerState::Loading { play: Some(play), .. } if fits(play) => {
                called_off.push(play.job)
            }
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => return (called_off, true),
        }
        let is_told = player.clear();
        self.let_out();
        ended.into_iter().for_each(|job| self.tell(job, super::super::ClipNews::Stopped));
        (called_off, is_told)
    }
}

fn told(is_told: bool) -> Outcome {
    if is_told {
        Outcome::Sent
    } else {
        Outcome::Failed("a player does not take the command; it is being ended".into())
    }
}
