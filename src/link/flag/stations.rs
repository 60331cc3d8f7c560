//! The other stations: who is there, and the run's clock.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Flag, FlagOutput};
use crate::engine::{Event, Expected, Record, RunNs};
use crate::link::message::{
    Beat, HeardBeat, Instance, OutputSigns, Post, PostBody, PostTo, ServerRequest,
};
use crate::show::StationName;
use crate::time::MachineNs;

/// Pause between two signs of life.
pub(in crate::link) const BEAT: Duration = Duration::from_millis(500);
/// Silence after which a station is taken to be away.
pub const AWAY: Duration = Duration::from_secs(2);
/// A sign of life of a program that has ended comes no later than this after one of the next.
const LATE: Duration = Duration::from_millis(700);
/// Silence after which a program of the same name is taken to be gone.
pub(super) const GONE: Duration = Duration::from_secs(10);
/// Pause between two questions for the run's clock, once enough is known.
const ASKS_CLOCK: Duration = Duration::from_millis(500);
/// Pause between the first questions.
const ASKS_CLOCK_FIRST: Duration = Duration::from_millis(100);
/// Number of answers after which enough is known.
const ENOUGH: usize = 8;
/// Number of stations that are kept.
const STATIONS_MAX: usize = 64;

/// Knowledge of another station.
#[derive(Clone, Debug)]
pub(super) struct KnownStation {
    pub instance: Instance,
    pub beat: Beat,
    pub heard_ns: MachineNs,
    /// For how long it takes this station to be there.
    expects: Option<Expected>,
    /// Another program of the same name.
    other: Option<OtherInstance>,
    /// It was said that there are two.
    is_double_told: bool,
    /// Numbers of the letters that were taken in: all up to the first, and some after it.
    pub taken_in: u64,
    pub taken_in_after: BTreeSet<u64>,
    /// The second, and how many letters came in it.
    pub second_ns: MachineNs,
    pub letters: u32,
    /// When it was said last that it sends too many.
    pub flooded_ns: Option<MachineNs>,
}

/// A program of a name that another program has.
#[derive(Clone, Copy, Debug)]
struct OtherInstance {
    instance: Instance,
    first_ns: MachineNs,
    heard_ns: MachineNs,
}

impl Flag {
    /// Last record of the journal here.
    pub(super) fn last_seq(&self) -> u64 {
        let journaled = self.pending.iter().rev().find(|pending| !pending.is_proposal);
        journaled.map_or(self.seq, |pending| pending.seq)
    }

    /// Time since the holder was heard. What this station has slept is no silence of the holder.
    pub(super) fn silence_of(&self, holder: &StationName) -> Duration {
        let heard_ns = match self.stations.get(holder) {
            // The log says that this name has the flag, and this program has not: another one does.
            None if *holder == self.id.me => self.double.heard_ns(),
            None => None,
            Some(known) => Some(known.heard_ns),
        };
        self.now_ns.since(heard_ns.unwrap_or(self.began_ns).max(self.woke_ns))
    }

    /// A message of another station.
    pub(super) fn post(&mut self, Post { from, instance, body }: Post) {
        if from == self.id.me {
            if instance != self.id.instance && matches!(body, PostBody::Beat(_)) {
                self.hears_double(instance);
            }
            return;
        }
        match body {
            PostBody::Beat(beat) => self.beat(from, instance, beat),
            PostBody::ClockAsked { asked_ns } => {
                if self.holds && !self.is_mute {
                    self.does(FlagOutput::ClockAsked { to: from, asked_ns });
                }
            }
            PostBody::ClockTold { asked_ns, term, run_ns } => {
                self.clock_told(&from, asked_ns, term, run_ns);
            }
            PostBody::Version { sha256 } => self.hears_of_version(&from, sha256),
            PostBody::HasVersion { sha256 } => self.station_has_version(from, &sha256),
            PostBody::Letter { number, letter } => self.letter(from, instance, number, letter),
            PostBody::Got { to, number, refused } => {
                // One that had the flag does not journal it any more.
                let is_holder = self.state.as_ref().is_some_and(|flag| flag.holder == from);
                let is_mine = to.is_none_or(|to| to == self.id.instance);
                if !is_holder || !is_mine {
                    return;
                }
                self.outbox.letters.remove(&number);
                if let Some(why) = refused {
                    self.does(FlagOutput::Refused(why));
                }
            }
        }
    }

    /// The outputs that another station sends, by its last sign of life; `None` if it does not say so.
    pub fn outputs_of(&self, station: &StationName) -> Option<&OutputSigns> {
        self.stations.get(station)?.beat.outputs.as_ref()
    }

    fn beat(&mut self, from: StationName, instance: Instance, beat: Beat) {
        let now_ns = self.now_ns;
        if self.is_not_the_holder(&from, &beat) {
            if let Some(known) = self.stations.get_mut(&from) {
                known.hears_other(instance, now_ns);
            }
            return;
        }
        let Some(known) = self.stations.get_mut(&from) else {
            let is_full = self.stations.len() >= STATIONS_MAX;
            if !is_full || self.forgets_one() {
                // Its first beat may have been sent because it has just heard this station.
                let expects = self.expected_by(&beat, None);
                let known = KnownStation { expects, ..KnownStation::new(instance, beat, now_ns) };
                self.stations.insert(from, known);
            }
            return;
        };
        if known.instance != instance {
            // The one that was first goes on. Another one, also of a program that was started again,
            // has its name once the first was said to be away: then nothing is left to that. Of the
            // holder's name it is the one that has the flag.
            let is_there = self.heard.contains(&from) || now_ns.since(known.heard_ns) <= AWAY;
            let is_holder =
                beat.holds && self.state.as_ref().is_some_and(|flag| flag.holder == from);
            if is_there && (!is_holder || known.beat.holds) {
                known.hears_other(instance, now_ns);
            } else {
                let expects = self.expected_by(&beat, None);
                let known = KnownStation { expects, ..KnownStation::new(instance, beat, now_ns) };
                self.stations.insert(from, known);
            }
            return;
        }
        let before = known.expects;
        let expects = self.expected_by(&beat, before);
        if let Some(known) = self.stations.get_mut(&from) {
            (known.expects, known.beat, known.heard_ns) = (expects, beat, now_ns);
            if known.is_double(now_ns) && !std::mem::replace(&mut known.is_double_told, true) {
                let text = format!(
                    "two programs are called {from}: the first one sends, and the other looks on"
                );
                self.says(text, true);
            }
        }
        self.agrees_with(&from);
    }

    /// Of two programs of one name takes that one for the station to which the holder leaves
    /// messages: so it is the same one after the flag was passed.
    fn agrees_with(&mut self, holder: &StationName) {
        if self.holds || self.state.as_ref().is_none_or(|flag| flag.holder != *holder) {
            return;
        }
        let heard = self.stations.get(holder).map(|known| known.beat.hears.clone());
        for (name, heard) in heard.unwrap_or_default() {
            if let Some(known) = self.stations.get_mut(&name).filter(|_| name != *holder) {
                known.becomes(heard.instance);
            }
        }
    }

    /// Returns `true` if the log says that `from` has the flag, and this program of that name has
    /// not: another one has, and it is the one to be heard.
    fn is_not_the_holder(&self, from: &StationName, beat: &Beat) -> bool {
        let is_by_the_log =
            self.state.as_ref().is_some_and(|flag| flag.holder == *from && flag.term == beat.term);
        is_by_the_log && !beat.holds && !beat.mute
    }

    /// For how long the sender of `beat` leaves messages to this station, if it has the flag;
    /// `before` is what its beats said until now.
    fn expected_by(&self, beat: &Beat, before: Option<Expected>) -> Option<Expected> {
        let heard = beat.hears.get(&self.id.me).filter(|heard| heard.instance == self.id.instance);
        let sent = heard.and_then(|heard| {
            let sent = self.beats_sent.iter().find(|(number, _)| *number == heard.number);
            sent.map(|(_, sent_ns)| *sent_ns)
        });
        let is_now = beat.seq >= self.resumed_seq;
        sent.filter(|_| is_now).map(|sent_ns| {
            let before = before.filter(|before| self.now_ns < before.until_ns);
            let after_seq = before.map_or(beat.seq, |before| before.after_seq);
            Expected { after_seq, until_ns: sent_ns + AWAY }
        })
    }

    /// A program has taken the run up again with `record`. What the one before had left to this
    /// station, it does not know.
    pub(super) fn sees_resumed(&mut self, record: &Record) {
        let Event::RunResumed { .. } = record.event else { return };
        self.resumed_seq = record.seq;
        let holder = self.state.as_ref().and_then(|flag| self.stations.get_mut(&flag.holder));
        if let Some(known) = holder.filter(|known| known.beat.seq < record.seq) {
            known.expects = None;
        }
        self.sees_if_expected();
    }

    /// Forgets the station that was heard the longest time ago, if it is gone.
    fn forgets_one(&mut self) -> bool {
        let oldest = self.stations.iter().min_by_key(|(_, known)| known.heard_ns);
        let gone = oldest.filter(|(_, known)| self.now_ns.since(known.heard_ns) >= GONE);
        let Some(gone) = gone.map(|(name, _)| name.clone()) else { return false };
        self.stations.remove(&gone);
        true
    }

    /// Says for how long the holder leaves messages to this station.
    fn sees_if_expected(&mut self) {
        let holder = self.state.as_ref().and_then(|flag| self.stations.get(&flag.holder));
        let expected = holder.filter(|_| !self.is_mute).and_then(|known| known.expects);
        if expected != self.expected {
            self.expected = expected;
            self.does(FlagOutput::Expected(expected));
        }
    }

    /// The machine has stood still: that the others have heard this station before says nothing of
    /// what they took it for since.
    pub(super) fn is_not_expected(&mut self) {
        self.beats_sent.clear();
        self.stations.values_mut().for_each(|known| known.expects = None);
        self.sees_if_expected();
    }

    pub(super) fn tell_clock(&mut self, to: StationName, asked_ns: u64, run_ns: RunNs) {
        if let Some(flag) = self.state.as_ref().filter(|_| self.holds) {
            let term = flag.term;
            self.send(PostTo::Station(to), PostBody::ClockTold { asked_ns, term, run_ns });
        }
    }

    fn clock_told(&mut self, from: &StationName, asked_ns: u64, term: u64, run_ns: RunNs) {
        let is_holder =
            self.state.as_ref().is_some_and(|flag| flag.holder == *from && flag.term == term);
        let asked_ns = MachineNs::new(asked_ns);
        // Nobody can have been asked later than now. A question from before this station came or
        // stood still says nothing of how long its answer took.
        let is_own = (self.asks_since_ns..=self.now_ns).contains(&asked_ns);
        if self.holds || !is_holder || !is_own {
            return;
        }
        if self.clock.is_empty() {
            // The holder passes the flag to nobody who does not know the clock.
            self.next_beat_ns = self.now_ns;
        }
        self.clock.sample(asked_ns, self.now_ns, run_ns);
        if let Some(best) = self.clock.best(self.now_ns) {
            self.does(FlagOutput::Clock(best));
        }
    }

    pub(super) fn send(&mut self, to: PostTo, body: PostBody) {
        let post = Post { from: self.id.me.clone(), instance: self.id.instance, body };
        self.request(ServerRequest::Post { to, post });
    }

    /// Says that this station is there, asks for the clock, and sends letters again.
    pub(super) fn keeps_in_touch(&mut self) {
        let now_ns = self.now_ns;
        if self.next_beat_ns <= now_ns {
            self.next_beat_ns = now_ns + BEAT;
            self.beat_number += 1;
            self.beats_sent.push_back((self.beat_number, now_ns));
            self.beats_sent.retain(|(_, sent_ns)| now_ns.since(*sent_ns) < AWAY);
            let heard = self.heard.iter().filter_map(|name| Some((name, self.stations.get(name)?)));
            let beat = Beat {
                holds: self.holds,
                mute: self.is_mute,
                term: self.state.as_ref().map_or(0, |flag| flag.term),
                seq: self.last_seq(),
                stored: self.seq,
                number: self.beat_number,
                hears: heard.map(|(name, known)| (name.clone(), known.heard_beat())).collect(),
                version: self.id.version.clone(),
                digest: self.id.digest.clone(),
                terminal: self.id.terminal,
                uncertainty_ns: self.clock.best(now_ns).map(|best| best.uncertainty_ns),
                step: self.step,
                outputs: self.outputs_here.clone(),
            };
            self.send(PostTo::All, PostBody::Beat(beat));
        }
        if !self.holds && self.next_clock_ns <= now_ns {
            let pause = if self.clock.len() < ENOUGH { ASKS_CLOCK_FIRST } else { ASKS_CLOCK };
            self.next_clock_ns = now_ns + pause;
            if let Some(holder) = self.state.as_ref().map(|flag| flag.holder.clone()) {
                self.send(PostTo::Station(holder), PostBody::ClockAsked { asked_ns: now_ns.ns() });
            }
        }
        self.sees_if_expected();
        self.sees_if_second();
        self.sends_letters();
        self.sees_who_is_heard();
    }

    /// The instant at which another station is next taken to be away, if nothing is heard until then.
    pub(super) fn next_away_ns(&self) -> Option<MachineNs> {
        let is_away_ns = |heard_ns: MachineNs| heard_ns + AWAY + Duration::from_nanos(1);
        let heard = self.heard.iter().filter_map(|name| self.stations.get(name));
        let heard = heard.map(|known| is_away_ns(known.heard_ns.max(self.awake_ns)));
        // Before that nobody is.
        let listens_ns = is_away_ns(self.awake_ns);
        heard.chain([listens_ns]).filter(|&at_ns| at_ns > self.now_ns).min()
    }

    /// Says who is heard. Who has just begun or was mute has heard nobody meanwhile, which says
    /// nothing of the others.
    fn sees_who_is_heard(&mut self) {
        let now_ns = self.now_ns;
        let listens = now_ns.since(self.awake_ns) > AWAY;
        let heard = self.stations.iter().filter(|(name, known)| {
            now_ns.since(known.heard_ns) <= AWAY || (!listens && self.heard.contains(*name))
        });
        let heard = heard.map(|(name, _)| name);
        let is_other = !heard.clone().eq(&self.heard);
        if is_other {
            self.heard = heard.cloned().collect();
            // They wait for the word that they are heard.
            self.next_beat_ns = now_ns;
        }
        let is_first = listens && !self.tells_heard;
        self.tells_heard |= is_first;
        if is_first || (is_other && self.tells_heard) {
            self.does(FlagOutput::Heard(self.heard.clone()));
        }
    }
}

impl KnownStation {
    fn new(instance: Instance, beat: Beat, heard_ns: MachineNs) -> Self {
        KnownStation {
            instance,
            beat,
            heard_ns,
            expects: None,
            other: None,
            is_double_told: false,
            taken_in: 0,
            taken_in_after: BTreeSet::new(),
            second_ns: heard_ns,
            letters: 0,
            flooded_ns: None,
        }
    }

    fn heard_beat(&self) -> HeardBeat {
        HeardBeat { instance: self.instance, number: self.beat.number }
    }

    /// Another program of this name is there.
    fn hears_other(&mut self, instance: Instance, now_ns: MachineNs) {
        let same = self.other.filter(|other| other.instance == instance);
        let same = same.filter(|other| now_ns.since(other.heard_ns) < GONE);
        let first_ns = same.map_or(now_ns, |other| other.first_ns);
        self.is_double_told &= same.is_some();
        self.other = Some(OtherInstance { instance, first_ns, heard_ns: now_ns });
    }

    /// Takes the other program of this name for the station, if it is `instance`.
    fn becomes(&mut self, instance: Instance) {
        if let Some(other) = self.other.filter(|other| other.instance == instance) {
            let first_ns = other.first_ns;
            let of_before =
                OtherInstance { instance: self.instance, first_ns, heard_ns: self.heard_ns };
            self.other = Some(of_before);
            (self.instance, self.heard_ns, self.expects) = (instance, other.heard_ns, None);
            // Its own last sign of life is not kept.
            self.beat.number = 0;
            (self.taken_in, self.taken_in_after) = (0, BTreeSet::new());
        }
    }

    /// Returns `true` if two programs of this name run. One that has ended is not heard any more once
    /// the next one was heard for a while.
    pub(super) fn is_double(&self, now_ns: MachineNs) -> bool {
        self.other.is_some_and(|other| {
            now_ns.since(other.heard_ns) < GONE && self.heard_ns.since(other.first_ns) >= LATE
        })
    }
}
