//! Cues on air: those that a player ends, and those that are taken off.
//!
//! In a live run, a cue that plays a clip is complete when the player says so, for the picture is
//! its clock. Where the player cannot say it any more (it died, it could not load the clip, the
//! program was down), the clock takes over: the cue is complete when its clip would have ended or
//! its `duration` is over, and where nobody knows either, it is stopped and what follows it is
//! missed.

use std::sync::Arc;
use std::time::Duration;

use super::timer::TimerKind;
use super::{
    ClipFact, Event, MissedWhy, Phase, RUN_NS_MAX, Rejection, RunNs, SendState, ShowNs, State,
};
use crate::show::action::MpvCommand;
use crate::show::{Action, ClipJoin, CueIx, CueNumber, OutputLayer, Trigger};

/// Maximum number of delays that are searched for clips.
const DUE_MAX: usize = 64;

/// Maximum number of joins that players are told of.
const JOINS_MAX: usize = 32;

impl State {
    /// Returns `true` if `cue`, fired now, is complete only when the player says so. Steps are
    /// marked by the caller, and a clip that begins again at its end has none.
    pub(super) fn is_ended_by_player(&self, cue: CueIx) -> bool {
        !self.rehearsal && self.has_player_end(cue)
    }

    fn has_player_end(&self, cue: CueIx) -> bool {
        let plan = self.show.cue(cue);
        let has_end = !plan.is_loop() || plan.duration.is_none();
        plan.steps.is_empty() && plan.clip().is_some() && has_end
    }

    /// Returns `true` if `cue`, fired now, has neither steps nor a player that could say when it is
    /// complete, and is not endless: the clock says when it is.
    pub(super) fn is_ended_by_clock(&self, cue: CueIx) -> bool {
        self.show.cue(cue).steps.is_empty()
            && !self.is_ended_by_player(cue)
            && !self.is_endless(cue)
    }

    /// Returns `true` if `cue` plays a clip that begins again at its end and has no `duration`: it
    /// runs until it is stopped or another clip takes its place, and neither its segment nor the
    /// run waits for that.
    pub(super) fn is_endless(&self, cue: CueIx) -> bool {
        let plan = self.show.cue(cue);
        plan.steps.is_empty() && plan.is_loop() && plan.duration.is_none()
    }

    /// Returns the events of the cues that are off the air when `cue` fires: those that it stops,
    /// and, in a rehearsal, those whose clips give their player to another one or are stopped
    /// there. In a live run the players report that themselves, as the end of a clip that fades out.
    /// What the events `before` have made missed does not wait any more.
    pub(super) fn takes_off_the_air(&self, cue: CueIx, before: &[Event]) -> Vec<Event> {
        let stops = &self.show.cue(cue).stops;
        let stopped = |cue: CueIx, by_player| Event::CueStopped {
            cue: self.show.cue(cue).number.clone(),
            by_player,
        };
        let is_stopped = |other: CueIx| stops.iter().any(|stop| stop.cue == other);
        let giving_way = self.on_air.iter().filter(|&&other| self.gives_way(other, cue));
        let giving_way = giving_way.filter(|&&other| !is_stopped(other));
        let stops = stops.iter().filter_map(|stop| {
            let is_on_air = self.on_air.contains(&stop.cue);
            let takes_time = is_on_air && !stop.over.is_zero();
            let fades = takes_time && self.cue(stop.cue).awaits_clip;
            let number = &self.show.cue(stop.cue).number;
            let is_missed =
                |event: &Event| matches!(event, Event::CueMissed { cue, .. } if cue == number);
            let waits = self.is_in_delay(stop.cue) && !before.iter().any(is_missed);
            let is_stopped = (is_on_air || waits) && !fades;
            // What takes its time is not cut off by a word of the run's.
            is_stopped.then(|| stopped(stop.cue, takes_time))
        });
        giving_way.map(|&other| stopped(other, true)).chain(stops).collect()
    }

    /// Returns `true` if in a rehearsal the clip of `other` is off the air once `cue` fires.
    fn gives_way(&self, other: CueIx, cue: CueIx) -> bool {
        let mut commands = self.show.cue(cue).actions.iter().filter_map(Action::command);
        let mut taken = |own| commands.any(|(player, command)| command.replaces() && player == own);
        let clip = self.show.cue(other).clip();
        let has_player_end = self.has_player_end(other) && other != cue;
        self.rehearsal && has_player_end && clip.is_some_and(|(_, player, _)| taken(player))
    }

    /// Returns `true` if a delay still brings `cue`.
    fn is_in_delay(&self, cue: CueIx) -> bool {
        self.cue(cue).due_ns.is_some() && !self.cue(cue).skipped
    }

    /// Returns the events that follow from a player's report.
    pub(super) fn clip(
        &self,
        cue: CueIx,
        firing: u32,
        player: &OutputLayer,
        fact: &ClipFact,
        now: RunNs,
    ) -> Vec<Event> {
        let state = self.cue(cue);
        if !self.leads(cue, player) {
            return self.further_clip_lost(cue, firing, player, fact).into_iter().collect();
        }
        if state.firings != firing || !self.on_air.contains(&cue) {
            return vec![];
        }
        let number = self.show.cue(cue).number.clone();
        match fact {
            ClipFact::Started(length_ns) => {
                // A length that no run has is none: no journal takes it, and no sum holds it.
                let length_ns =
                    length_ns.filter(|&ns| RunNs::ZERO + Duration::from_nanos(ns) <= RUN_NS_MAX);
                vec![Event::ClipStarted { cue: number, firing, length_ns }]
            }
            ClipFact::Ended if state.awaits_clip => {
                vec![Event::CueCompleted { cue: number, due_ns: now }]
            }
            ClipFact::Stopped if state.awaits_clip => {
                vec![Event::CueStopped { cue: number, by_player: true }]
            }
            ClipFact::Ended | ClipFact::Stopped => vec![],
            ClipFact::Lost(error) => {
                vec![Event::ClipLost { cue: number, firing, error: on_layer(player, error) }]
            }
            // What was to follow at the end of the film would come in the middle of it.
            ClipFact::BrokeOff(error) => {
                let lost = Event::ClipLost { cue: number, firing, error: on_layer(player, error) };
                let ended = if state.awaits_clip { self.unplayed_end(cue, now) } else { vec![] };
                std::iter::once(lost).chain(ended).collect()
            }
        }
    }

    /// Returns `true` if the clip that is the clock of `cue` is the one on `player`.
    pub(crate) fn leads(&self, cue: CueIx, player: &OutputLayer) -> bool {
        self.show.cue(cue).clip().is_some_and(|(_, own, _)| own == *player)
    }

    /// The failure of the action that plays a further clip of `cue` on `player`, if that clip is
    /// lost and the run does not know it yet. Else such clips come and go without a word of the
    /// run's.
    pub(crate) fn further_clip_lost(
        &self,
        cue: CueIx,
        firing: u32,
        player: &OutputLayer,
        fact: &ClipFact,
    ) -> Option<Event> {
        let (ClipFact::Lost(why) | ClipFact::BrokeOff(why)) = fact else { return None };
        let (plan, state) = (self.show.cue(cue), self.cue(cue));
        let at = plan.actions.iter().rposition(|action| action.plays_on(player))?;
        let is_known = state.sends.get(at) == Some(&SendState::Failed);
        (state.firings == firing && !is_known).then(|| Event::ActionFailed {
            cue: plan.number.clone(),
            firing,
            action: at as u32 + 1,
            output: self.show.output(player.output).id.clone(),
            error: format!("clip lost: {}", on_layer(player, why)),
        })
    }

    /// The clips that follow each other by themselves and without a delay if nothing changes, so
    /// that players can join them: from what is on air and from `next` on. Empty in a hold, since
    /// then nothing comes by itself.
    pub fn clip_joins(&self, next: &[CueIx]) -> Vec<ClipJoin> {
        if self.held_since().is_some() || self.rehearsal {
            return vec![];
        }
        let mut joins: Vec<ClipJoin> = vec![];
        let mut leaders: Vec<CueIx> = self.on_air.iter().chain(next).copied().collect();
        while let Some(leader) = leaders.pop() {
            let is_new = joins.iter().all(|known| known.leader != leader);
            if let Some(join) = self.clip_join(leader).filter(|_| is_new && joins.len() < JOINS_MAX)
            {
                leaders.push(join.follower);
                joins.push(join);
            }
        }
        joins
    }

    /// The cue with a clip for the same player that follows `leader`'s clip at once.
    fn clip_join(&self, leader: CueIx) -> Option<ClipJoin> {
        let (_, player, _) =
            self.show.cue(leader).clip().filter(|_| self.is_ended_by_player(leader))?;
        let follows = |cue: CueIx| {
            let is_at_once =
                matches!(self.show.cue(cue).trigger, Trigger::After { delay: Duration::ZERO, .. });
            // Of a leader that is still to be fired, the firing before it does not count.
            let comes = self.follows(cue) || !self.on_air.contains(&leader);
            is_at_once && comes && self.is_in_order(cue) && self.cue(cue).due_ns.is_none()
        };
        let on_player =
            |cue: CueIx| self.show.cue(cue).clip().is_some_and(|(_, own, _)| own == player);
        let after = self.show.after(leader).iter().copied();
        let follower = after.into_iter().find(|&cue| follows(cue) && on_player(cue))?;
        Some(ClipJoin { player, leader, follower })
    }

    /// The cues with clips that are likely to fire next, the next first, `count` at most: what is
    /// due by a delay, and then what stands in the order from the playhead on.
    pub fn next_clips(&self, count: usize) -> Vec<CueIx> {
        let clips = self.show.clips();
        let due = self
            .timers
            .by_show
            .iter()
            .filter(|(_, kind, _)| *kind == TimerKind::Fire)
            .map(|(_, _, turn)| turn.cue);
        let due = due.take(DUE_MAX).filter(|&cue| self.show.plays_clip(cue));
        let place = |cue: CueIx| self.show.place(cue);
        let from = self.playhead.map_or(clips.len(), |playhead| {
            // A backup at the playhead has its cue's place in the order, and plays before what
            // comes after that.
            let from = place(self.show.main_of(playhead)).min(place(playhead));
            clips.partition_point(|&cue| place(cue) < from)
        });
        let at_playhead = self.playhead.filter(|&cue| self.show.plays_clip(cue));
        let following =
            clips.iter().skip(from).copied().filter(|&cue| self.is_in_order(cue)).take(count);
        let mut next: Vec<CueIx> = vec![];
        for cue in due.chain(at_playhead).chain(following) {
            if next.len() < count && !next.contains(&cue) {
                next.push(cue);
            }
        }
        next
    }

    /// Takes a cue off the air, and out of the delay in which it waits to fire by itself.
    pub(super) fn stop(&self, cue: CueIx) -> Result<Vec<Event>, Rejection> {
        let number = self.show.cue(cue).number.clone();
        match self.on_air.contains(&cue) || self.is_in_delay(cue) {
            true => Ok(vec![Event::CueStopped { cue: number, by_player: false }]),
            false => Err(Rejection::NotRunning(number)),
        }
    }

    /// The number of `cue`, if a player has its clip on air.
    ///
    /// # Errors
    /// When it does not run, or no player plays it.
    pub(super) fn playing(&self, cue: CueIx) -> Result<CueNumber, Rejection> {
        let number = self.show.cue(cue).number.clone();
        if !self.on_air.contains(&cue) {
            return Err(Rejection::NotRunning(number));
        }
        let state = self.cue(cue);
        let plays = self.show.cue(cue).clip().is_some() && !self.rehearsal && !state.clip_lost;
        if plays { Ok(number) } else { Err(Rejection::NoClipPlays(number)) }
    }

    /// Takes everything off the air. Cues that a delay would still bring are missed, as in a panic:
    /// nobody named them, so they must not vanish unseen.
    pub(super) fn stop_all(&self, now: RunNs) -> Result<Vec<Event>, Rejection> {
        let number = |cue: CueIx| self.show.cue(cue).number.clone();
        let stopped =
            self.on_air.iter().map(|&cue| Event::CueStopped { cue: number(cue), by_player: false });
        let pending = self.timers.by_show.iter().filter(|(_, kind, _)| *kind == TimerKind::Fire);
        let missed = pending.map(|(_, _, turn)| self.miss(turn.cue, MissedWhy::Stopped, now));
        let events: Vec<_> = stopped.chain(missed).collect();
        if events.is_empty() { Err(Rejection::NothingRuns) } else { Ok(events) }
    }

    /// Lets the clock say when a cue is complete whose player cannot; where nobody knows when that
    /// would be, the cue is stopped, so that what follows it waits for the caller. One that may go
    /// without its clip has no need of it.
    ///
    /// The clip was known to play at `known`. After a downtime that lies before `run_ns`: a clip
    /// that ended in it is complete since then, and what follows is missed, as after a cue that the
    /// clock ends.
    pub(super) fn estimate_end(&mut self, cue: CueIx, known: RunNs, run_ns: RunNs) {
        let show = Arc::clone(&self.show);
        let (plan, now_ns) = (show.cue(cue), self.show_ns(run_ns));
        let known_ns = self.show_ns(known);
        let state = &mut self.cues[cue];
        if !std::mem::take(&mut state.awaits_clip) {
            return;
        }
        let optional = matches!(plan.clip(), Some((_, _, MpvCommand::Play { optional: true, .. })));
        state.clip_lost = true;
        let goes_without = optional && state.paused_since_ns.is_none();
        let ends_ns = self.clip_ends_ns(cue).or(goes_without.then_some(now_ns));
        self.cues[cue].unplayed = ends_ns.is_none();
        self.complete_at(cue, ends_ns.map_or(now_ns, |ends_ns| ends_ns.max(known_ns)));
    }

    /// Instant of the show's clock at which the clip of `cue` will be over, if its length is known.
    /// A paused clip has no end by the clock.
    pub(super) fn clip_ends_ns(&self, cue: CueIx) -> Option<ShowNs> {
        let state = self.cue(cue);
        let lasts = self.cue_length(cue).filter(|_| state.paused_since_ns.is_none())?;
        Some(state.fired_show_ns? + lasts + state.paused)
    }

    /// Length of `cue`: what the player says of its clip, unless that is a loop, or
    /// else what the show says.
    pub(super) fn cue_length(&self, cue: CueIx) -> Option<Duration> {
        let plan = self.show.cue(cue);
        self.cue(cue).clip_length.filter(|_| !plan.is_loop()).or(plan.lasts())
    }

    /// Total pause of the clip of `cue` since it fired, by the show's clock.
    pub(super) fn clip_paused(&self, cue: CueIx, now: RunNs) -> Duration {
        let state = self.cue(cue);
        let since_ns = state.paused_since_ns.filter(|_| state.awaits_clip);
        let now_paused = since_ns.map(|since_ns| self.show_ns(now).since(since_ns));
        state.paused.saturating_add(now_paused.unwrap_or_default())
    }

    /// Pauses the clip of `cue`; one that is paused already stays so, and there is nothing to keep
    /// of that.
    pub(super) fn pause_clip(&self, cue: CueIx) -> Result<Vec<Event>, Rejection> {
        let number = self.playing(cue)?;
        let is_paused = self.cue(cue).paused_since_ns.is_some();
        Ok(if is_paused { vec![] } else { vec![Event::ClipPaused { cue: number }] })
    }

    /// Lets the clip of `cue` go on, if it is paused.
    pub(super) fn resume_clip(&self, cue: CueIx) -> Result<Vec<Event>, Rejection> {
        let number = self.playing(cue)?;
        let is_paused = self.cue(cue).paused_since_ns.is_some();
        Ok(if is_paused { vec![Event::ClipResumed { cue: number }] } else { vec![] })
    }

    /// Keeps that the clip of `cue` is paused since `run_ns`, or that it goes on from there.
    pub(super) fn set_paused(&mut self, cue: CueIx, is_paused: bool, run_ns: RunNs) {
        if !self.on_air.contains(&cue) || self.show.cue(cue).clip().is_none() {
            return;
        }
        self.set_fades_moving(cue, !is_paused, run_ns);
        if is_paused {
            let now_ns = self.show_ns(run_ns);
            self.cues[cue].paused_since_ns.get_or_insert(now_ns);
            return;
        }
        // The duration of a loop goes on in a pause: no player has its end.
        let paused = self.clip_paused(cue, run_ns);
        let state = &mut self.cues[cue];
        (state.paused_since_ns, state.paused) = (None, paused);
    }

    /// Keeps what an action of `cue`, counted from 1, does to the clip on its player: a show may
    /// pause a clip by a cue.
    pub(super) fn pause_by_action(&mut self, cue: CueIx, action: u32, run_ns: RunNs) {
        let show = Arc::clone(&self.show);
        let action = action.checked_sub(1).and_then(|at| show.cue(cue).actions.get(at as usize));
        let Some(action) = action else { return };
        let Some(is_paused) = action.body.pauses() else { return };
        let Some((player, _)) = action.command() else { return };
        for cue in self.on_air.clone() {
            if show.cue(cue).clip().is_some_and(|(_, own, _)| own == player) {
                self.set_paused(cue, is_paused, run_ns);
            }
        }
    }

    /// The events of a cue that has come to the end that was computed for it.
    pub(super) fn estimated_end(&self, cue: CueIx, due_ns: RunNs) -> Vec<Event> {
        if !self.cue(cue).unplayed {
            return vec![Event::CueCompleted { cue: self.show.cue(cue).number.clone(), due_ns }];
        }
        self.unplayed_end(cue, due_ns)
    }

    /// The end of a cue whose clip was not played: it is stopped, and what follows it waits for the
    /// caller.
    fn unplayed_end(&self, cue: CueIx, due_ns: RunNs) -> Vec<Event> {
        let number = self.show.cue(cue).number.clone();
        let waits = |follower: &&CueIx| {
            self.is_in_order(**follower)
                && self.cue(**follower).due_ns.is_none()
                && self.follows(**follower)
        };
        let followers = self.show.after(cue).iter().filter(waits);
        let missed = followers.map(|&follower| self.miss(follower, MissedWhy::NotPlayed, due_ns));
        [Event::CueStopped { cue: number, by_player: true }].into_iter().chain(missed).collect()
    }

    /// Returns `true` if this action of `cue`, counted from 1, plays the clip that is its clock.
    pub(super) fn plays_clip(&self, cue: CueIx, action: u32) -> bool {
        self.show.cue(cue).clip().is_some_and(|(at, ..)| at as u32 + 1 == action)
    }

    /// The cue is stopped. Unless its player did that, it is taken out of a delay as well.
    pub(super) fn take_off(&mut self, cue: CueIx, by_player: bool, run_ns: RunNs) {
        self.drop_completion(cue);
        let is_in_delay = !by_player && self.cue(cue).due_ns.is_some();
        if is_in_delay {
            self.disarm(cue);
        }
        let state = &mut self.cues[cue];
        (state.awaits_clip, state.unplayed) = (false, false);
        if state.phase == Phase::Running || is_in_delay {
            state.phase = Phase::Stopped;
        }
        self.on_air.retain(|&running| running != cue);
        self.end_ongoing(cue, by_player, run_ns);
        self.touched_ns = self.touched_ns.max(self.show_ns(run_ns));
    }
}

/// What happened to a clip on `player`, with its layer where that has a name.
fn on_layer(player: &OutputLayer, why: &str) -> String {
    match player.layer.is_main() {
        true => why.to_owned(),
        false => format!("layer {}: {why}", player.layer),
    }
}
