//! What a deck wants done that takes time, and what has come of it: files to look at, players to start and to bury.
//!
//! The keeper asks for chores, does them without the lock, and says what came of them. Which player gets which clip is
//! decided here: what was called goes before what is to be armed, and an armed clip gives its player up for it.

use std::os::unix::net::UnixStream;
use std::process::Child;
use std::time::{Duration, Instant};

use super::super::clip::Sight;
use super::super::player::{LOAD, Player, Stage, State};
use super::{ARMED_MAX, CALM, ClipNews, Deck, File, Key, Outcome, RESTART};

/// The most players: those that are armed, one on air, one to take its place, and one without a clip for a jump.
const PLAYERS_MAX: usize = ARMED_MAX + 3;

/// How soon the file of a clip that could not be played is looked at again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// The longest time without a look at anything.
const ROUND: Duration = Duration::from_secs(1);

/// What is to be done without the lock.
pub(in super::super) struct Chores {
    /// Files to look at.
    pub(in super::super) looks: Vec<(Key, String)>,
    /// Whether to start a player.
    pub(in super::super) start: bool,
    /// Players to bury; each has its fate.
    pub(in super::super) lost: Vec<Player>,
    /// When to ask again, if nothing is heard before.
    pub(in super::super) wake: Instant,
    /// Nothing is left to be done.
    pub(in super::super) is_over: bool,
}

impl Deck {
    /// Sees to what is due, and says what is to be done.
    pub(in super::super) fn chores(&mut self, at: Instant) -> Chores {
        if self.close_by.is_some() {
            self.players.iter_mut().for_each(|player| player.leave(at));
        }
        let watched: Vec<Instant> = self.players.iter_mut().map(|player| player.watch(at)).collect();
        self.call_off_late(at);
        let called = self.called.iter().map(|play| play.since + LOAD);
        let times =
            watched.into_iter().chain(called).chain(self.start_at.filter(|start| *start > at)).chain(self.close_by);
        let wake = times.fold(at + ROUND, Instant::min);
        let is_late = self.close_by.is_some_and(|deadline| at >= deadline);
        let lost = self.players.extract_if(.., |player| is_late || player.fate.is_some()).collect();
        let (looks, missing) = match self.close_by {
            None => {
                let missing = self.serve(at);
                (self.looks(at), missing)
            }
            Some(_) => (vec![], 0),
        };
        let start = missing > 0 && self.start_at.is_none_or(|start| at >= start);
        self.is_well(missing);
        let is_over = self.close_by.is_some() && self.players.is_empty();
        Chores { looks, start, lost, wake, is_over }
    }

    /// Takes in what a look at the file of a clip has shown.
    pub(in super::super) fn looked(&mut self, key: Key, sight: Sight, looked: Instant) {
        let Some(clip) = self.clips.get(&key) else { return };
        // What the player has said of this very file still holds.
        let same = self.files.get(&key).filter(|file| file.sight == sight).and_then(|file| file.fault.clone());
        let fault = same.or_else(|| clip.fault(&sight));
        self.files.insert(key, File { sight, looked, fault });
    }

    /// Takes a player in that was just started, and gives it an id.
    pub(in super::super) fn started(&mut self, child: Option<Child>, line: UnixStream, at: Instant) -> u64 {
        self.next_id += 1;
        self.absent = None;
        self.players.push(Player::new(self.next_id, child, line, at));
        self.next_id
    }

    /// Hears why a player could not be started.
    pub(in super::super) fn not_started(&mut self, why: String, at: Instant) {
        self.wait_to_start(at);
        if self.players.is_empty() {
            for play in std::mem::take(&mut self.called) {
                self.report(play.job, Outcome::Failed(why.clone()));
            }
        }
        self.absent = Some(why);
    }

    /// Says of what a player had on air or was called for that it is lost, and why.
    pub(in super::super) fn buried(&mut self, player: &Player, why: &str, at: Instant) {
        match &player.state {
            State::Leaving => return,
            State::Playing { play, stage: Stage::OnAir { .. }, .. } => {
                self.tell(play.job, ClipNews::Lost(why.into()));
                // The caller may want to call it again.
                let key = play.key();
                if !self.wishes.contains(&key) {
                    self.wishes.insert(0, key);
                }
            }
            State::Playing { play, stage: Stage::Called, .. } | State::Loading { play: Some(play), .. } => {
                self.report(play.job, Outcome::Failed(why.into()));
            }
            _ => {}
        }
        self.trouble = Some(why.to_owned());
        self.wait_to_start(at);
    }

    /// Says of everything that it is lost: nobody keeps the players any more.
    pub(in super::super) fn fall(&mut self, why: &str, at: Instant) {
        self.is_finished = true;
        for player in std::mem::take(&mut self.players) {
            self.buried(&player, why, at);
        }
        for play in std::mem::take(&mut self.called) {
            self.report(play.job, Outcome::Failed(why.into()));
        }
        self.trouble = Some(why.to_owned());
    }

    /// Gives every player `late` more to answer: nobody has listened for so long.
    pub(in super::super) fn excuse(&mut self, late: Duration) {
        self.players.iter_mut().for_each(|player| player.excuse(late));
    }

    /// The next player is started after a pause, a longer one if the last loss is not long ago.
    fn wait_to_start(&mut self, at: Instant) {
        let is_calm = self.lost_at.is_none_or(|lost| at.saturating_duration_since(lost) > CALM);
        let pause = if is_calm { RESTART.0 } else { self.restart };
        self.restart = (pause * 2).min(RESTART.1);
        (self.lost_at, self.start_at) = (Some(at), Some(at + pause));
    }

    /// Calls off what was called and has not come for too long: a picture that comes so late is a wrong one.
    fn call_off_late(&mut self, at: Instant) {
        let is_late = |since: Instant| at >= since + LOAD;
        let mut late: Vec<_> = self.called.extract_if(.., |play| is_late(play.since)).map(|play| play.job).collect();
        for player in &mut self.players {
            let job = match &player.state {
                State::Playing { play, stage: Stage::Called, .. } if is_late(play.since) => play.job,
                State::Loading { play: Some(play), .. } if is_late(play.since) => play.job,
                _ => continue,
            };
            late.push(job);
            player.clear();
        }
        for job in late {
            let why = format!("the picture did not move within {} s of the call", LOAD.as_secs());
            self.fail((job.cue, job.action), &why);
            self.report(job, Outcome::Failed(why));
        }
    }

    /// Gives clips to players; says how many players more it could use.
    fn serve(&mut self, at: Instant) -> usize {
        for player in &mut self.players {
            if let Some(key) = armed(player)
                && !self.wishes.contains(&key)
            {
                player.clear();
            }
        }
        let mut missing = 0_usize;
        for play in std::mem::take(&mut self.called) {
            let key = play.key();
            let (Some(clip), Some(file)) = (self.clips.get(&key), self.files.get(&key)) else {
                self.called.push(play);
                continue;
            };
            if let Some(why) = file.fault.clone() {
                self.fail(key, &why);
                self.report(play.job, Outcome::Failed(why));
                continue;
            }
            match free(&mut self.players, &self.wishes) {
                Some(player) => player.load(key, clip, Some(play), at),
                None => {
                    missing += 1;
                    self.called.push(play);
                }
            }
        }
        for key in &self.wishes {
            let is_loadable = self.files.get(key).is_some_and(|file| file.fault.is_none());
            let is_served = self.players.iter().any(|player| armed(player) == Some(*key));
            let Some(clip) = self.clips.get(key).filter(|_| is_loadable && !is_served) else { continue };
            match self.players.iter_mut().find(|player| is_idle(player)) {
                Some(player) => player.load(*key, clip, None, at),
                None => missing += 1,
            }
        }
        let count =
            |players: &[Player], state: fn(&Player) -> bool| players.iter().filter(|player| state(player)).count();
        let (idle, starting) = (count(&self.players, is_idle), count(&self.players, is_starting));
        // One player without a clip is kept for a jump, and one for each file that is still to be looked at.
        let unseen = self.wishes.iter().filter(|wish| !self.files.contains_key(wish)).count();
        for player in self.players.iter_mut().filter(|player| is_idle(player)).skip(1 + unseen) {
            player.leave(at);
        }
        let here = count(&self.players, |player| !matches!(player.state, State::Leaving));
        (missing + 1).saturating_sub(idle + starting).min(PLAYERS_MAX.saturating_sub(here))
    }

    /// The files that have to be looked at.
    fn looks(&self, at: Instant) -> Vec<(Key, String)> {
        let is_due = |key: &Key| match self.files.get(key) {
            Some(file) => file.fault.is_some() && at >= file.looked + LOOK_AGAIN,
            None => true,
        };
        let keys = self.called.iter().map(|play| play.key()).chain(self.wishes.iter().copied());
        keys.filter(is_due).filter_map(|key| Some((key, self.clips.get(&key)?.path.clone()))).collect()
    }

    /// Forgets the last trouble as soon as everything is armed again.
    fn is_well(&mut self, missing: usize) {
        let is_ready = |player: &Player| !matches!(player.state, State::Starting | State::Loading { .. });
        if missing == 0 && !self.players.is_empty() && self.players.iter().all(is_ready) {
            self.trouble = None;
        }
    }
}

/// The clip that a player has armed, or is loading only to arm it.
fn armed(player: &Player) -> Option<Key> {
    match &player.state {
        State::Ready { key, .. } | State::Loading { key, play: None, .. } => Some(*key),
        _ => None,
    }
}

fn is_idle(player: &Player) -> bool {
    matches!(player.state, State::Idle)
}

fn is_starting(player: &Player) -> bool {
    matches!(player.state, State::Starting)
}

/// The player for a clip that was called: one without a clip, or the one whose clip is the least urgent.
fn free<'p>(players: &'p mut [Player], wishes: &[Key]) -> Option<&'p mut Player> {
    let urgency = |player: &Player| match player.state {
        State::Idle => Some(usize::MAX),
        _ => armed(player).map(|key| wishes.iter().position(|wish| *wish == key).unwrap_or(usize::MAX - 1)),
    };
    players.iter_mut().filter(|player| urgency(player).is_some()).max_by_key(|player| urgency(player))
}
