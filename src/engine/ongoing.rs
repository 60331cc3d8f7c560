//! Ramps and fades that go on after their message has left, as far as the records tell.
//!
//! An output makes them, and reports only what goes wrong. But the records say when each has begun,
//! how long it takes and what has ended it, so that all stations and a resume know of them.

use std::sync::Arc;
use std::time::Duration;

use super::{RunNs, State};
use crate::show::action::{MpvCommand, OscContent};
use crate::show::protocol::Lasting;
use crate::show::{Action, Body, CueIx, OutputLayer, Show, StationName, StopCue};

/// The words for one ramp and for several that something has ended.
pub const RAMP_STAYS: [&str; 2] = ["stays where it is", "stay where they are"];

/// The same where nobody knows whether they have come to their end.
pub const RAMP_MAY_STAY: [&str; 2] =
    ["may have stopped on its way", "may have stopped on their way"];

/// A ramp or a fade that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ongoing {
    /// The cue whose stop ends it: the one that has begun a ramp, or the one whose clip fades.
    pub cue: CueIx,
    /// The output, and for a fade the layer on which the clip plays.
    pub place: OutputLayer,
    /// Its kind.
    pub kind: OngoingKind,
    /// The action that has begun it: its cue, and its index there from 0. None of a stop of a cue.
    begun_by: Option<(CueIx, usize)>,
    began_ns: RunNs,
    over: Duration,
    /// It stands still since then, with its clip.
    stands_since_ns: Option<RunNs>,
}

/// The ramps and fades of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct AllOngoing {
    /// Those that have begun and that nothing has ended; some may be over.
    pub(super) now: Vec<Ongoing>,
    /// Ramps of the program before, which have not come to their end.
    cut_off: Vec<Ongoing>,
    /// Ramps that the last stop has ended.
    stopped: Vec<Ongoing>,
}

/// The kinds of what goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OngoingKind {
    /// The value of this OSC address goes evenly to another one.
    Ramp(String),
    /// A clip comes out of silence and black.
    FadeIn,
    /// The volume of a clip goes to this one, 0 to 100.
    FadeTo(u8),
    /// A clip goes to silence and black, and is stopped then.
    FadeOut,
}

impl OngoingKind {
    /// Returns `true` if it is the value of an OSC address.
    pub fn is_ramp(&self) -> bool {
        match self {
            OngoingKind::Ramp(_) => true,
            OngoingKind::FadeIn | OngoingKind::FadeTo(_) | OngoingKind::FadeOut => false,
        }
    }

    /// Returns `true` if a clip is stopped at its end.
    pub fn is_fade_out(&self) -> bool {
        match self {
            OngoingKind::FadeOut => true,
            OngoingKind::Ramp(_) | OngoingKind::FadeIn | OngoingKind::FadeTo(_) => false,
        }
    }
}

impl Ongoing {
    /// Time until it is over.
    pub fn left(&self, now: RunNs) -> Duration {
        let until = self.stands_since_ns.unwrap_or(now);
        self.over.saturating_sub(until.since(self.began_ns))
    }

    /// The instant at which it is over; `None` while it stands still.
    pub fn ends_ns(&self) -> Option<RunNs> {
        self.stands_since_ns.is_none().then(|| self.began_ns + self.over)
    }

    /// Returns `true` if it is a ramp of this address.
    fn is_at(&self, place: &str) -> bool {
        match &self.kind {
            OngoingKind::Ramp(address) => address == place,
            OngoingKind::FadeIn | OngoingKind::FadeTo(_) | OngoingKind::FadeOut => false,
        }
    }

    fn set_moving(&mut self, is_moving: bool, at: RunNs) {
        match (is_moving, self.stands_since_ns) {
            (true, Some(since_ns)) => {
                self.began_ns += at.since(since_ns);
                self.stands_since_ns = None;
            }
            (false, None) => self.stands_since_ns = Some(at),
            (true, None) | (false, Some(_)) => {}
        }
    }
}

impl State {
    /// The ramps and fades that go on, in the order in which they have begun.
    pub fn ongoing(&self, now: RunNs) -> impl Iterator<Item = &Ongoing> {
        self.ongoing.now.iter().filter(move |ongoing| !ongoing.left(now).is_zero())
    }

    /// The ramps that went on when the program before was last heard of: their values stay where
    /// they were. None in a run that was not resumed.
    pub fn cut_off(&self) -> &[Ongoing] {
        &self.ongoing.cut_off
    }

    /// The ramps that the last stop has ended on their way: a panic, a cue that fired, a stop of a cue,
    /// another version of the show or a take of the flag. Their values stay where they are.
    pub fn stopped_ramps(&self) -> &[Ongoing] {
        &self.ongoing.stopped
    }

    /// The words for `ramps` and what became of them, of one and of several: "ramp of cue 12 stays where
    /// it is: /ch/01", "3 ramps stay where they are: /ch/01, /ch/02, /ch/03". All are named: somebody may have to
    /// set them. `None` where there are none.
    pub fn ramp_words(
        &self,
        ramps: &[&Ongoing],
        [of_one, of_several]: [&str; 2],
    ) -> Option<String> {
        let first = ramps.first()?;
        let is_one_output = ramps.iter().all(|ramp| ramp.place.output == first.place.output);
        let addresses: Vec<_> = ramps
            .iter()
            .filter_map(|ramp| match &ramp.kind {
                OngoingKind::Ramp(address) if is_one_output => Some(address.clone()),
                OngoingKind::Ramp(address) => {
                    Some(format!("{} {address}", self.show.output(ramp.place.output).id))
                }
                OngoingKind::FadeIn | OngoingKind::FadeTo(_) | OngoingKind::FadeOut => None,
            })
            .collect();
        let said = match ramps {
            [ramp] => format!("ramp of cue {} {of_one}", self.show.cue(ramp.cue).number),
            ramps => format!("{} ramps {of_several}", ramps.len()),
        };
        Some(format!("{said}: {}", addresses.join(", ")))
    }

    /// Ends the ramps that `is_meant` names.
    fn stop_ramps(&mut self, at: RunNs, is_meant: impl Fn(&Ongoing) -> bool) {
        let AllOngoing { now, stopped, .. } = &mut self.ongoing;
        let ended = now.extract_if(.., |ongoing| ongoing.kind.is_ramp() && is_meant(ongoing));
        stopped.extend(ended.filter(|ramp| !ramp.left(at).is_zero()));
    }

    /// A panic at `at`: all of it ends. A second one stops nothing more.
    pub(super) fn stop_ongoing(&mut self, at: RunNs) {
        if !self.panicked {
            self.ongoing.stopped.clear();
        }
        self.stop_ramps(at, |_| true);
        self.ongoing.now.clear();
    }

    /// `cue` has fired at `at`: what its actions and its stops begin and end.
    pub(super) fn begin_ongoing(&mut self, cue: CueIx, at: RunNs) {
        self.ongoing.stopped.clear();
        self.ongoing.now.retain(|ongoing| !ongoing.left(at).is_zero());
        let show = Arc::clone(&self.show);
        let plan = show.cue(cue);
        for (index, action) in plan.actions.iter().enumerate() {
            let begun_by = Some((cue, index));
            match &action.body {
                Body::Osc { address, content } => {
                    self.ongoing.now.retain(|ongoing| {
                        ongoing.place.output != action.output || !ongoing.is_at(address)
                    });
                    if let OscContent::Ramp(ramp) = content {
                        self.ongoing.now.push(Ongoing {
                            cue,
                            place: OutputLayer::main(action.output),
                            kind: OngoingKind::Ramp(address.clone()),
                            begun_by,
                            began_ns: at,
                            over: ramp.over,
                            stands_since_ns: None,
                        });
                    }
                }
                Body::Mpv { .. } => {
                    if let Some((player, command)) = action.command() {
                        self.ordered_of_player(command, (cue, player), begun_by, at);
                    }
                }
                Body::Http { .. } | Body::Midi(_) | Body::Raw(_) | Body::Obs { .. } => {}
            }
        }
        for &StopCue { cue: stopped, over } in &plan.stops {
            self.stop_ramps(at, |ramp| ramp.cue == stopped);
            if !over.is_zero() && self.on_air.contains(&stopped) {
                for player in players(&show, stopped) {
                    let kind = OngoingKind::FadeOut;
                    self.fade(stopped, player, kind, over, None, at);
                }
            }
        }
    }

    /// What `cue` tells a player.
    fn ordered_of_player(
        &mut self,
        command: &MpvCommand,
        (cue, player): (CueIx, OutputLayer),
        begun_by: Option<(CueIx, usize)>,
        at: RunNs,
    ) {
        let heard = || {
            let playing = self.on_air.iter().rev().copied();
            playing.into_iter().find(|&other| players(&self.show, other).any(|own| own == player))
        };
        match command {
            MpvCommand::Play { fade_in, .. } => {
                self.ongoing
                    .now
                    .retain(|ongoing| ongoing.kind.is_ramp() || ongoing.place != player);
                self.fade(cue, player, OngoingKind::FadeIn, *fade_in, begun_by, at);
            }
            MpvCommand::Volume { to, over, .. } => {
                if let Some(heard) = heard() {
                    self.fade(heard, player, OngoingKind::FadeTo(*to), *over, begun_by, at);
                }
            }
            MpvCommand::Stop { over, .. } => {
                if let Some(heard) = heard() {
                    self.fade(heard, player, OngoingKind::FadeOut, *over, begun_by, at);
                }
            }
            MpvCommand::Pause | MpvCommand::Resume => {}
        }
    }

    /// The clip of `cue` on `player` changes its level: this gives way to the change before.
    fn fade(
        &mut self,
        cue: CueIx,
        player: OutputLayer,
        kind: OngoingKind,
        over: Duration,
        begun_by: Option<(CueIx, usize)>,
        at: RunNs,
    ) {
        self.ongoing.now.retain(|ongoing| {
            ongoing.kind.is_ramp() || (ongoing.cue, &ongoing.place) != (cue, &player)
        });
        // What stands still changes at once.
        if !over.is_zero() && self.cue(cue).paused_since_ns.is_none() {
            let stands_since_ns = None;
            self.ongoing.now.push(Ongoing {
                cue,
                place: player,
                kind,
                begun_by,
                began_ns: at,
                over,
                stands_since_ns,
            });
        }
    }

    /// The clip of `cue` moves since `at`, and what was ordered of it begins. Its own fade is over so
    /// long after the call.
    pub(super) fn fades_begin(&mut self, cue: CueIx, at: RunNs) {
        for ongoing in self.ongoing.now.iter_mut().filter(|ongoing| ongoing.cue == cue) {
            match ongoing.kind {
                OngoingKind::FadeTo(_) | OngoingKind::FadeOut => ongoing.began_ns = at,
                OngoingKind::Ramp(_) | OngoingKind::FadeIn => {}
            }
        }
    }

    /// The clips of `cue` do not play any more.
    pub(super) fn end_fades(&mut self, cue: CueIx) {
        self.ongoing.now.retain(|ongoing| ongoing.cue != cue || ongoing.kind.is_ramp());
    }

    /// `cue` is stopped at `at`, by its player or with all that it has going. A clip may be fading out
    /// though its cue is off the air; not so in a rehearsal, which has no players.
    pub(super) fn end_ongoing(&mut self, cue: CueIx, by_player: bool, at: RunNs) {
        if !by_player {
            self.ongoing.stopped.clear();
            self.stop_ramps(at, |ramp| ramp.cue == cue);
        }
        let keeps = by_player && !self.rehearsal;
        self.ongoing.now.retain(|ongoing| {
            let is_left = match ongoing.kind {
                OngoingKind::Ramp(_) => true,
                OngoingKind::FadeOut => keeps,
                OngoingKind::FadeIn | OngoingKind::FadeTo(_) => false,
            };
            ongoing.cue != cue || is_left
        });
    }

    /// An action of `cue`, counted from 1, was not carried out.
    pub(super) fn ongoing_failed(&mut self, cue: CueIx, action: u32) {
        let Some(index) = (action as usize).checked_sub(1) else { return };
        let show = Arc::clone(&self.show);
        let action = show.cue(cue).actions.get(index);
        // With a clip, whatever has begun to fade it is over.
        let is_of_clip = |ongoing: &Ongoing| {
            let is_here = ongoing.cue == cue && !ongoing.kind.is_ramp();
            is_here && action.is_some_and(|action| action.plays_on(&ongoing.place))
        };
        self.ongoing
            .now
            .retain(|ongoing| ongoing.begun_by != Some((cue, index)) && !is_of_clip(ongoing));
    }

    /// The clip of `cue` stands still since `at`, or moves again, and its fades with it.
    pub(super) fn set_fades_moving(&mut self, cue: CueIx, is_moving: bool, at: RunNs) {
        let fades = self.ongoing.now.iter_mut().filter(|ongoing| !ongoing.kind.is_ramp());
        let own = fades.filter(|ongoing| ongoing.cue == cue);
        own.for_each(|ongoing| ongoing.set_moving(is_moving, at));
    }

    /// The ramps of `cue` stand still since `at`, or go on.
    pub(super) fn set_ramps_moving(&mut self, cue: CueIx, is_moving: bool, at: RunNs) {
        let ramps = self.ongoing.now.iter_mut().filter(|ongoing| ongoing.kind.is_ramp());
        let own = ramps.filter(|ongoing| ongoing.cue == cue);
        own.for_each(|ongoing| ongoing.set_moving(is_moving, at));
    }

    /// A program takes the run up that was last heard of at `known`.
    pub(super) fn cut_off_ongoing(&mut self, known: RunNs) {
        let ongoing = std::mem::take(&mut self.ongoing.now).into_iter();
        let goes_on = |ongoing: &Ongoing| ongoing.kind.is_ramp() && !ongoing.left(known).is_zero();
        self.ongoing.cut_off = ongoing.filter(goes_on).collect();
    }

    /// The flag was taken from `station` at `at`: nobody knows what goes on at the outputs that it
    /// sent.
    pub(super) fn lose_ongoing_at(&mut self, station: &StationName, at: RunNs) {
        let show = Arc::clone(&self.show);
        let is_lost = |ongoing: &Ongoing| {
            let place = &show.output(ongoing.place.output).station;
            place.as_ref().is_none_or(|place| place == station)
        };
        self.ongoing.stopped.clear();
        self.stop_ramps(at, is_lost);
        self.ongoing.now.retain(|ongoing| !is_lost(ongoing));
    }

    /// Another version of the show, in the place of `was`, opens outputs again at `at`.
    pub(super) fn reopen_outputs(&mut self, was: &Show, at: RunNs) {
        let show = Arc::clone(&self.show);
        let is_same = |output| was.outputs.get(output) == show.outputs.get(output);
        self.ongoing.stopped.clear();
        self.stop_ramps(at, |ramp| !is_same(ramp.place.output));
    }
}

/// The players on which `cue` plays clips.
fn players(show: &Show, cue: CueIx) -> impl Iterator<Item = OutputLayer> {
    let commands = show.cue(cue).actions.iter().filter_map(Action::command);
    commands
        .filter(|(_, command)| command.lasting() == Some(Lasting::Clip))
        .map(|(player, _)| player)
}
