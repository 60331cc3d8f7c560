//! The players of an output and what is wanted of them: which clips are armed, which is on air, what is to be told.
//!
//! The station and the keeper share it under a lock, under which nothing waits: commands are small writes that do not
//! block, and whatever takes time is handed to the keeper as [`Chores`]. Each clip that moved gets exactly one ending,
//! each GO exactly one outcome. Time comes in as an argument.

mod chores;

use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::gauge::Trip;
use super::super::{Clip as OnAir, ClipNews, ClipReport, Job, Light, News, Outcome, Report};
use super::Key;
use super::clip::{Clip, Sight};
use super::player::{Fate, Play, Player, Stage, State, Turn};
use super::said::Said;
use crate::show::{CueIx, OutputIx};
pub(super) use chores::Chores;

/// How many clips are kept loaded.
const ARMED_MAX: usize = 4;

/// How many clips that are not armed may wait for a player: more than anybody calls at once.
const CALLED_MAX: usize = 16;

/// The pause before a player that was lost is replaced: the first, and the longest; each is twice the one before.
const RESTART: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// Players that live longer than this between two losses have nothing to do with each other.
const CALM: Duration = Duration::from_secs(10);

/// What is known of a clip's file.
struct File {
    sight: Sight,
    looked: Instant,
    /// Why it cannot be played.
    fault: Option<String>,
}

/// The players of an output.
pub(super) struct Deck {
    output: OutputIx,
    clips: BTreeMap<Key, Arc<Clip>>,
    files: HashMap<Key, File>,
    /// What is to be armed, the most urgent first.
    wishes: Vec<Key>,
    /// Clips that were called without being armed and have no player yet.
    called: Vec<Play>,
    players: Vec<Player>,
    news: Vec<News>,
    /// The ways of the clips that have begun to move since it was asked last.
    trips: Vec<Trip>,
    turn: u64,
    next_id: u64,
    /// Why no player can be started, until one is.
    absent: Option<String>,
    /// What is wrong with the players, until all that is wanted is armed again.
    trouble: Option<String>,
    /// Why the last clip that was called does not play, until one does or others are armed.
    failed: Option<String>,
    /// Whether a player has ever come up.
    up: bool,
    /// No player is started before this.
    start_at: Option<Instant>,
    restart: Duration,
    lost_at: Option<Instant>,
    /// Takes no more orders.
    is_finished: bool,
    /// When the last player has to be gone.
    close_by: Option<Instant>,
}

impl Deck {
    /// A deck without players for `clips`.
    pub(super) fn new(output: OutputIx, clips: BTreeMap<Key, Arc<Clip>>) -> Self {
        Deck {
            output,
            clips,
            files: HashMap::new(),
            wishes: vec![],
            called: vec![],
            players: vec![],
            news: vec![],
            trips: vec![],
            turn: 0,
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

    /// Wants the clips of `cues` armed, the most urgent first.
    pub(super) fn arm(&mut self, cues: &[CueIx]) {
        let mut wishes: Vec<Key> = vec![];
        for cue in cues {
            for (key, _) in self.clips.range((*cue, 0)..=(*cue, u32::MAX)) {
                if wishes.len() < ARMED_MAX && !wishes.contains(key) {
                    wishes.push(*key);
                }
            }
        }
        if self.wishes != wishes {
            self.failed = None;
        }
        self.wishes = wishes;
    }

    /// Lets the clip of `job` go; gives an outcome only where it does not even try.
    pub(super) fn play(&mut self, job: Job, at: Instant) -> Option<Outcome> {
        let key = (job.cue, job.action);
        let refused = if self.is_finished {
            Some("the player is being closed".to_owned())
        } else if self.called.len() >= CALLED_MAX {
            Some(format!("{CALLED_MAX} clips wait for a player already"))
        } else {
            self.files.get(&key).and_then(|file| file.fault.clone())
        };
        // A player that was lost is replaced soon; where none has ever come up, none is going to.
        let never = || self.trouble.clone().filter(|_| !self.up);
        let refused = refused.or_else(|| self.absent.clone().filter(|_| self.players.is_empty()).or_else(never));
        if let Some(why) = refused {
            self.fail(key, &why);
            return Some(Outcome::Failed(why));
        }
        self.turn += 1;
        let play = Play { job, turn: self.turn, since: at, held: false };
        // Wanted again, it is armed again by the next wish.
        self.wishes.retain(|wish| *wish != key);
        let armed = |player: &&mut Player| matches!(&player.state, State::Ready { key: own, .. } if *own == key);
        if let Some(player) = self.players.iter_mut().find(armed) {
            if player.go(play, at) {
                return None;
            }
            let why = "the player does not take the command".to_owned();
            self.fail(key, &why);
            return Some(Outcome::Failed(why));
        }
        for player in &mut self.players {
            if let State::Loading { key: own, play: waiting @ None, .. } = &mut player.state
                && *own == key
            {
                *waiting = Some(play);
                return None;
            }
        }
        self.called.push(play);
        None
    }

    /// Freezes the picture on air; a clip that does not move yet stands still as soon as it does.
    pub(super) fn pause(&mut self, at: Instant) -> Outcome {
        let mut is_told = true;
        self.called.iter_mut().for_each(|play| play.held = true);
        for player in &mut self.players {
            match &mut player.state {
                State::Playing { stage: Stage::OnAir { .. }, .. } => is_told &= player.pause(at),
                State::Playing { play, stage: Stage::Called, .. } => play.held = true,
                State::Loading { play: Some(play), .. } => play.held = true,
                _ => {}
            }
        }
        told(is_told)
    }

    /// Takes away the pictures of all firings that `fits`, and calls off those that do not move yet.
    pub(super) fn stop(&mut self, fits: impl Fn(Job) -> bool, why: &str) -> Outcome {
        let (stopped, is_told) = self.clear(|play| fits(play.job));
        stopped.into_iter().for_each(|job| self.report(job, Outcome::Failed(why.into())));
        told(is_told)
    }

    /// Takes every picture away; gives what became of that, and the jobs that it has called off.
    pub(super) fn panic(&mut self) -> (Outcome, Vec<Job>) {
        let (stopped, is_told) = self.clear(|_| true);
        (told(is_told), stopped)
    }

    /// Takes no more orders.
    pub(super) fn finish(&mut self) {
        self.is_finished = true;
    }

    /// Has every player leave by `deadline`; gives the jobs that were not done.
    pub(super) fn close(&mut self, deadline: Instant) -> Vec<Job> {
        self.is_finished = true;
        self.close_by = Some(self.close_by.map_or(deadline, |earlier| earlier.min(deadline)));
        self.clear(|_| true).0
    }

    /// The clip on air, and how many clips were called that do not move yet.
    pub(super) fn reading(&self, now: Instant) -> (Option<OnAir>, usize) {
        let turn = |player: &&Player| match &player.state {
            State::Playing { play, stage: Stage::OnAir { .. }, .. } => play.turn,
            _ => 0,
        };
        let on_air = self.players.iter().max_by_key(turn).and_then(|player| player.on_air(now));
        let waits = |player: &&Player| match &player.state {
            State::Loading { play, .. } => play.is_some(),
            State::Playing { stage, .. } => *stage == Stage::Called,
            _ => false,
        };
        (on_air, self.called.len() + self.players.iter().filter(waits).count())
    }

    /// The output's sign, and what is wrong.
    pub(super) fn light(&self) -> (Light, Option<String>) {
        let unarmed =
            || self.wishes.iter().find_map(|wish| self.files.get(wish)?.fault.clone().filter(|_| self.counts(*wish)));
        match self.absent.clone().or_else(|| self.trouble.clone()).or_else(unarmed).or_else(|| self.failed.clone()) {
            Some(why) => (Light::Down, Some(why)),
            None if self.up => (Light::Ok, None),
            None => (Light::Idle, None),
        }
    }

    /// What is to be told since it was asked last.
    pub(super) fn take_news(&mut self) -> Vec<News> {
        mem::take(&mut self.news)
    }

    /// How long the clips took that have begun to move since it was asked last.
    pub(super) fn take_trips(&mut self) -> Vec<Trip> {
        mem::take(&mut self.trips)
    }

    /// Takes in what the player `id` says.
    pub(super) fn hear(&mut self, id: u64, said: Said, at: Instant) {
        let Some(player) = self.players.iter_mut().find(|player| player.id == id) else { return };
        match player.hear(said, at) {
            Turn::Nothing | Turn::Armed => {}
            Turn::Up => self.up = true,
            Turn::Started => {
                let length_ns = player.length_ns();
                let State::Playing { play, .. } = &player.state else { return };
                let play = play.clone();
                self.failed = None;
                self.trips.push(Trip::new(Some(play.job), play.since));
                self.report(play.job, Outcome::Sent);
                self.tell(play.job, ClipNews::Started { length_ns });
                let replaced = self.clear(|other| other.turn < play.turn).0;
                for job in replaced {
                    self.report(job, Outcome::Failed("another clip took its place before it moved".into()));
                }
            }
            Turn::Ended => {
                if let State::Playing { play, .. } = &player.state {
                    let job = play.job;
                    self.tell(job, ClipNews::Ended);
                }
            }
            Turn::Broke(why) => {
                if let State::Playing { play, stage, .. } = &mut player.state {
                    *stage = Stage::Over;
                    let job = play.job;
                    self.failed = Some(why.clone());
                    self.tell(job, ClipNews::Lost(why));
                }
            }
            Turn::Unplayable(key, why) => {
                let play = match &mut player.state {
                    State::Loading { play, .. } => play.take(),
                    _ => None,
                };
                player.clear();
                let why = self.clips.get(&key).map_or(why.clone(), |clip| clip.said(&why));
                if let Some(file) = self.files.get_mut(&key) {
                    file.fault = Some(why.clone());
                }
                if let Some(play) = play {
                    self.fail(key, &why);
                    self.report(play.job, Outcome::Failed(why));
                }
            }
        }
    }

    /// Takes in that the player `id` is lost.
    pub(super) fn lose(&mut self, id: u64, fate: Fate) {
        if let Some(player) = self.players.iter_mut().find(|player| player.id == id) {
            player.fate.get_or_insert(fate);
        }
    }

    /// Whether a fault of this clip is one of the output: not where the cue goes without it.
    fn counts(&self, key: Key) -> bool {
        let is_optional = self.clips.get(&key).is_some_and(|clip| clip.optional);
        !(is_optional && self.files.get(&key).is_some_and(|file| file.sight == Sight::Missing))
    }

    fn fail(&mut self, key: Key, why: &str) {
        if self.counts(key) {
            self.failed = Some(why.to_owned());
        }
    }

    /// Ends all that was called and fits; gives the jobs that did not move, and whether every player took it.
    fn clear(&mut self, fits: impl Fn(&Play) -> bool) -> (Vec<Job>, bool) {
        let (mut called_off, mut ended, mut is_told) = (vec![], vec![], true);
        self.called.retain(|play| {
            let goes = fits(play);
            called_off.extend(goes.then_some(play.job));
            !goes
        });
        for player in &mut self.players {
            match &player.state {
                State::Playing { play, stage, .. } if fits(play) => match stage {
                    Stage::Called => called_off.push(play.job),
                    Stage::OnAir { .. } => ended.push(play.job),
                    Stage::Over => {}
                },
                State::Loading { play: Some(play), .. } if fits(play) => called_off.push(play.job),
                _ => continue,
            }
            is_told &= player.clear();
        }
        ended.into_iter().for_each(|job| self.tell(job, ClipNews::Stopped));
        (called_off, is_told)
    }

    fn tell(&mut self, job: Job, what: ClipNews) {
        let report = ClipReport { output: self.output, cue: job.cue, firing: job.firing, what };
        self.news.push(News::Clip(report));
    }

    fn report(&mut self, job: Job, outcome: Outcome) {
        self.news.push(News::Report(Report { output: self.output, job: Some(job), outcome }));
    }
}

fn told(is_told: bool) -> Outcome {
    if is_told {
        Outcome::Sent
    } else {
        Outcome::Failed("a player does not take the command; it is being ended".into())
    }
}
