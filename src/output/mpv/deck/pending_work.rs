//! Slow work of a deck and its results: files to look at, players to start and to reap.
//!
//! The supervisor asks for pending work, does it without the lock, and reports the result. What the
//! stage loads is decided here: what was called goes before what is to be armed, and nothing is
//! armed while something is on air.

use std::os::unix::net::UnixStream;
use std::process::Child;
use std::sync::Arc;
use std::time::Duration;

use super::super::clip::FileStatus;
use super::super::exam::Exam;
use super::super::player::{LOAD, Player};
use super::super::reel::{Reel, ReelPart};
use super::super::state::{ClipStage, Play, PlayerChange, PlayerRole, PlayerState};
use super::{ActionKey, CALM, ClipFile, Deck, RESTART};
use crate::output::{ClipNews, Outcome, OutputReport};
use crate::time::MachineNs;

/// Wait before the file of a clip that could not be played is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Wait before the file of a clip that may be next is looked at again: it may have been replaced.
const LOOK_FRESH: Duration = Duration::from_secs(1);

/// The longest time without a look at anything.
const ROUND: Duration = Duration::from_secs(1);

/// Time that the last picture of a clip stands for the one that follows it at once.
const BRIDGE: Duration = Duration::from_secs(1);

/// Time that a clip which has begun by itself may wait for its GO, which is on its way.
const UNCALLED: Duration = Duration::from_millis(500);

/// Time limit for a whole examination.
const EXAM: Duration = Duration::from_secs(10);

/// Number of players that may die over a file before the file is to blame.
const DEATHS: u32 = 2;

/// Work to be done without the lock.
pub(in super::super) struct PendingWork {
    /// Files to look at.
    pub(in super::super) looks: Vec<(ActionKey, String)>,
    /// A player to start.
    pub(in super::super) start: Option<PlayerRole>,
    /// Players to reap; each has its exit.
    pub(in super::super) lost: Vec<Player>,
    /// Instant of the next call, if nothing is received before.
    pub(in super::super) wake: MachineNs,
    /// Nothing is left to be done.
    pub(in super::super) is_over: bool,
}

impl Deck {
    /// Sees to what is due, and says what is to be done.
    pub(in super::super) fn pending_work(&mut self, at: MachineNs) -> PendingWork {
        if self.close_by.is_some() {
            self.players.iter_mut().for_each(|player| player.leave(at));
        }
        self.fade_on(at);
        let watched: Vec<MachineNs> =
            self.players.iter_mut().map(|player| player.watch(at)).collect();
        self.end_what_is_due(at);
        self.call_off_late(at);
        let is_late = self.close_by.is_some_and(|deadline| at >= deadline);
        let lost = self.players.extract_if(.., |player| is_late || player.exit.is_some()).collect();
        let (looks, missing) = match self.close_by {
            None => {
                let missing = self.serve(at);
                (self.looks(at), missing)
            }
            Some(_) => (vec![], None),
        };
        self.open_reel();
        let start = missing.filter(|_| self.start_at.is_none_or(|start| at >= start));
        if missing != Some(PlayerRole::Stage)
            && self.players.iter().all(|player| !matches!(player.state, PlayerState::Starting))
        {
            self.trouble = None;
        }
        let is_over = self.close_by.is_some() && self.players.is_empty();
        let called = self.called.iter().map(|play| play.since + LOAD);
        let start_at = self.start_at.filter(|start| *start > at);
        let times = watched
            .into_iter()
            .chain(called)
            .chain(start_at)
            .chain(self.close_by)
            .chain(self.due());
        PendingWork { looks, start, lost, wake: times.fold(at + ROUND, MachineNs::min), is_over }
    }

    /// Makes the steps of fades that are due, and stops what has faded to silence.
    fn fade_on(&mut self, at: MachineNs) {
        let Some(player) = self.stage() else { return };
        player.fade_on(at);
        if player.ends_fade(at) {
            let id = player.id;
            self.take(id, PlayerChange::FadedOut, at);
        }
    }

    /// Next instant at which something is due on stage that no player reports.
    fn due(&self) -> Option<MachineNs> {
        self.players.iter().find_map(|player| match &player.state {
            PlayerState::Playing { stage: ClipStage::Joined { at }, .. } => Some(*at + UNCALLED),
            PlayerState::Playing { stage: ClipStage::Over { at }, .. } => Some(*at + BRIDGE),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        })
    }

    /// Ends still pictures that have stood long enough; goes to black where nothing follows; takes
    /// away what has begun by itself and was not called after all.
    fn end_what_is_due(&mut self, at: MachineNs) {
        let over = |player: &Player| {
            player.over_at(at).is_some_and(|over| at >= over).then_some(player.id)
        };
        if let Some(id) = self.players.iter().find_map(over) {
            self.take(id, PlayerChange::Ended, at);
        }
        let joins = std::mem::take(&mut self.joins);
        let waits = self.called.is_some();
        if let Some(player) = self.stage() {
            let is_done = match &player.state {
                PlayerState::Playing { stage: ClipStage::Joined { at: since }, .. } => {
                    at >= *since + UNCALLED
                }
                PlayerState::Playing { play, stage: ClipStage::Over { at: since }, .. } => {
                    let follows = joins.iter().any(|(leader, _)| *leader == play.job.cue);
                    !waits && (!follows || at >= *since + BRIDGE)
                }
                PlayerState::Starting
                | PlayerState::Idle
                | PlayerState::Loading { .. }
                | PlayerState::Ready { .. }
                | PlayerState::Playing { .. }
                | PlayerState::Examining(_)
                | PlayerState::Leaving => false,
            };
            if is_done {
                player.clear();
            }
        }
        self.joins = joins;
    }

    /// Takes in what a look at the file of a clip has shown.
    pub(in super::super) fn looked(
        &mut self,
        key: ActionKey,
        status: FileStatus,
        looked: MachineNs,
    ) {
        let Some(clip) = self.clips.get(&key) else { return };
        // What a player has said of this very file still holds.
        let known = self.files.remove(&key);
        let is_new = known.as_ref().is_none_or(|file| file.status != status);
        let known = match known {
            Some(file) if !is_new => file,
            earlier => {
                let is_replaced = |file: &ClipFile| {
                    file.facts.is_some() && matches!(status, FileStatus::There(_))
                };
                if earlier.as_ref().is_some_and(is_replaced) {
                    self.reports.push(OutputReport::Word(
                        clip.said("the file was replaced; the new one is being loaded"),
                    ));
                }
                let fault = clip.fault(&status);
                ClipFile { status, looked, fault, facts: None, deaths: 0 }
            }
        };
        self.files.insert(key, ClipFile { looked, ..known });
    }

    /// Takes a player in that was just started, and gives it an id.
    pub(in super::super) fn started(
        &mut self,
        role: PlayerRole,
        child: Option<Child>,
        line: UnixStream,
        at: MachineNs,
    ) -> u64 {
        self.next_id += 1;
        self.absent = None;
        self.players.push(Player::new(self.next_id, role, child, line, at));
        self.next_id
    }

    /// Hears why a player could not be started.
    pub(in super::super) fn not_started(&mut self, why: String, at: MachineNs) {
        self.wait_to_start(at);
        if self.players.is_empty()
            && let Some(play) = self.called.take()
        {
            self.report(play.job, Outcome::Failed(why.clone()));
        }
        self.absent = Some(why);
    }

    /// Says of what a player had on air or was called for that it is lost, and why.
    pub(in super::super) fn reaped(&mut self, player: &Player, why: &str, at: MachineNs) {
        match &player.state {
            PlayerState::Leaving => return,
            PlayerState::Playing {
                play,
                stage: ClipStage::OnAir { .. } | ClipStage::Ending { .. },
                ..
            } => {
                self.tell(play.job, ClipNews::Lost(why.into()));
                // The caller may want to call it again.
                let key = play.key();
                if !self.wishes.contains(&key) {
                    self.wishes.insert(0, key);
                }
            }
            PlayerState::Playing { play, stage: ClipStage::Called, .. }
            | PlayerState::Loading { play: Some(play), .. } => {
                self.report(play.job, Outcome::Failed(why.into()));
            }
            PlayerState::Examining(exam) => self.died_over(exam.key, why),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. } => {}
        }
        self.wait_to_start(at);
        if player.role == PlayerRole::Stage {
            self.let_out();
            self.trouble = Some(why.to_owned());
        }
    }

    /// Hears that a player died over a file. Once may be chance.
    fn died_over(&mut self, key: ActionKey, why: &str) {
        let (Some(clip), Some(file)) = (self.clips.get(&key), self.files.get_mut(&key)) else {
            return;
        };
        file.deaths += 1;
        if file.deaths >= DEATHS {
            file.fault = Some(clip.said(&format!("the player does not get through it: {why}")));
        }
    }

    /// Says of everything that it is lost: nobody keeps the players any more.
    pub(in super::super) fn fall(&mut self, why: &str, at: MachineNs) {
        self.is_finished = true;
        for player in std::mem::take(&mut self.players) {
            self.reaped(&player, why, at);
        }
        if let Some(play) = self.called.take() {
            self.report(play.job, Outcome::Failed(why.into()));
        }
        self.trouble = Some(why.to_owned());
    }

    /// Gives every player `late` more to answer: nobody has listened for so long.
    pub(in super::super) fn excuse(&mut self, late: Duration) {
        self.players.iter_mut().for_each(|player| player.excuse(late));
    }

    /// The next player is started after a pause, a longer one if the last loss is not long ago.
    fn wait_to_start(&mut self, at: MachineNs) {
        let is_calm = self.lost_at.is_none_or(|lost| at.since(lost) > CALM);
        let pause = if is_calm { RESTART.0 } else { self.restart };
        self.restart = (pause * 2).min(RESTART.1);
        (self.lost_at, self.start_at) = (Some(at), Some(at + pause));
    }

    /// Calls off what was called and has not come for too long: a picture that comes so late is a
    /// wrong one. Ends examinations that take too long.
    fn call_off_late(&mut self, at: MachineNs) {
        let is_late = |since: MachineNs| at >= since + LOAD;
        let mut late = self.called.take_if(|play| is_late(play.since));
        if let Some(player) = self.stage() {
            let play = match &player.state {
                PlayerState::Playing { play, stage: ClipStage::Called, .. } => Some(play),
                PlayerState::Loading { play: Some(play), .. } => Some(play),
                PlayerState::Starting
                | PlayerState::Idle
                | PlayerState::Loading { .. }
                | PlayerState::Ready { .. }
                | PlayerState::Playing { .. }
                | PlayerState::Examining(_)
                | PlayerState::Leaving => None,
            };
            if let Some(play) = play.filter(|play| is_late(play.since)).cloned() {
                player.clear();
                late = Some(play);
            }
        }
        if let Some(Play { job, .. }) = late {
            let why = format!("the clip did not start within {} s of the call", LOAD.as_secs());
            self.let_out();
            self.fail((job.cue, job.action), &why);
            self.report(job, Outcome::Failed(why));
        }
        let endless = self.players.iter_mut().find_map(|player| match &player.state {
            PlayerState::Examining(exam) if at >= exam.since + EXAM => {
                let (key, verdict) = (exam.key, exam.too_long());
                Some((player.id, player.examined(key, verdict)))
            }
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Playing { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        });
        if let Some((id, change)) = endless {
            self.take(id, change, at);
        }
    }

    /// Gives clips to players; says which player it lacks.
    fn serve(&mut self, at: MachineNs) -> Option<PlayerRole> {
        if let Some(play) = &self.called
            && let Some(why) = self.files.get(&play.key()).and_then(|file| file.fault.clone())
        {
            let job = play.job;
            self.called = None;
            self.fail((job.cue, job.action), &why);
            self.report(job, Outcome::Failed(why));
        }
        self.serve_stage(at);
        let exam = self.serve_scout(at);
        let has = |role: PlayerRole| self.players.iter().any(|player| player.role == role);
        match (has(PlayerRole::Stage), exam && !has(PlayerRole::Scout)) {
            (false, _) => Some(PlayerRole::Stage),
            (true, true) => Some(PlayerRole::Scout),
            (true, false) => None,
        }
    }

    fn serve_stage(&mut self, at: MachineNs) {
        let called = self.called.clone().filter(|play| self.files.contains_key(&play.key()));
        let is_examined = |key: &ActionKey| {
            self.files.get(key).is_some_and(|f| f.fault.is_none() && f.facts.is_some())
        };
        let wish = self.wishes.iter().copied().find(is_examined);
        let wanted = called.as_ref().map(Play::key).or(wish).and_then(|key| self.reel(key));
        let Some(player) = self.stage() else { return };
        let (loaded, outgoing, called_off) = match &player.state {
            PlayerState::Starting | PlayerState::Leaving | PlayerState::Examining(_) => return,
            PlayerState::Idle => (None, None, None),
            PlayerState::Ready { reel, .. } | PlayerState::Loading { reel, play: None, .. } => {
                (Some(Arc::clone(reel)), None, None)
            }
            PlayerState::Loading { play: Some(play), .. } => (None, None, Some(play.job)),
            PlayerState::Playing { play, stage: ClipStage::Called, .. } => {
                (None, None, Some(play.job))
            }
            PlayerState::Playing {
                play,
                stage: ClipStage::OnAir { .. } | ClipStage::Ending { .. },
                ..
            } => (None, Some(play.job), None),
            PlayerState::Playing {
                stage: ClipStage::Joined { .. } | ClipStage::Over { .. },
                ..
            } => (None, None, None),
        };
        let is_busy = matches!(
            player.state,
            PlayerState::Playing { .. } | PlayerState::Loading { play: Some(_), .. }
        );
        match (called, wanted) {
            (Some(play), Some(reel)) => {
                player.load(Arc::new(reel), 0, Some(play), at);
                self.called = None;
                called_off.into_iter().for_each(|job| self.replaced(job));
                if outgoing.is_some() {
                    self.let_out();
                    self.outgoing = outgoing;
                }
            }
            (None, Some(reel)) if !is_busy => {
                let is_loaded = loaded.is_some_and(|loaded| loaded.is_same(&reel));
                if !is_loaded {
                    player.load(Arc::new(reel), 0, None, at);
                }
            }
            (None, None) if loaded.is_some() => drop(player.clear()),
            _ => {}
        }
    }

    /// Has the scout examine the next file that is not known; whether there is any.
    fn serve_scout(&mut self, at: MachineNs) -> bool {
        let is_open = |key: &ActionKey| {
            self.files.get(key).is_some_and(|f| f.fault.is_none() && f.facts.is_none())
        };
        let next = self.wanted().into_iter().find(is_open);
        let Some((key, clip)) = next.and_then(|key| Some((key, self.clips.get(&key)?))) else {
            return false;
        };
        let idle = |player: &&mut Player| {
            player.role == PlayerRole::Scout && matches!(player.state, PlayerState::Idle)
        };
        if let Some(scout) = self.players.iter_mut().find(idle) {
            scout.examine(Exam::new(key, clip, at), at);
        }
        true
    }

    /// The reel that begins with `key`: with what follows it by itself, as far as that is known.
    fn reel(&self, key: ActionKey) -> Option<Reel> {
        let part = |key: ActionKey| {
            let (clip, file) = (self.clips.get(&key)?, self.files.get(&key)?);
            Some(ReelPart {
                key,
                clip: Arc::clone(clip),
                facts: file.facts.clone(),
                status: file.status.clone(),
            })
        };
        let followers = if self.lists_fail { vec![] } else { self.followers(key) };
        Some(Reel::new(part(key)?, followers.into_iter().map_while(part)))
    }

    /// All clips whose files matter now: what was called, what may be next, and what follows those
    /// and what is on air.
    fn wanted(&self) -> Vec<ActionKey> {
        let on_air = self.players.iter().find_map(|player| match &player.state {
            PlayerState::Playing { play, .. } => Some(play.key()),
            PlayerState::Starting
            | PlayerState::Idle
            | PlayerState::Loading { .. }
            | PlayerState::Ready { .. }
            | PlayerState::Examining(_)
            | PlayerState::Leaving => None,
        });
        let mut keys = vec![];
        let firsts = self.called.iter().map(Play::key).chain(self.wishes.iter().copied());
        let after_air = on_air.into_iter().flat_map(|key| self.followers(key));
        for key in after_air.chain(firsts.flat_map(|key| [vec![key], self.followers(key)].concat()))
        {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// The files that have to be looked at.
    fn looks(&self, at: MachineNs) -> Vec<(ActionKey, String)> {
        let is_due = |key: &ActionKey| match self.files.get(key) {
            Some(file) => {
                at >= file.looked + if file.fault.is_some() { LOOK_AGAIN } else { LOOK_FRESH }
            }
            None => true,
        };
        let keys = self.wanted().into_iter().filter(is_due);
        keys.filter_map(|key| Some((key, self.clips.get(&key)?.path.clone()))).collect()
    }
}
