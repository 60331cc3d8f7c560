//! The other stations: who is there, letters that are sent until they are taken in, and the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{ALONE, Flag, FlagOutput};
use crate::engine::{Expected, RunNs};
use crate::link::clock::Estimate;
use crate::link::message::{Beat, Body, HeardBeat, Instance, Letter, Post, Request, To, Wish};
use crate::show::StationName;
use crate::time::MachineNs;

/// Pause between two signs of life.
pub(super) const BEAT: Duration = Duration::from_millis(500);
/// Silence after which a station is taken to be away.
pub const AWAY: Duration = Duration::from_secs(2);
/// Silence after which a program of the same name is taken to be gone.
const GONE: Duration = Duration::from_secs(10);
/// Pause between two questions for the run's clock, once enough is known.
const ASKS_CLOCK: Duration = Duration::from_millis(500);
/// Pause between the first questions.
const ASKS_CLOCK_FIRST: Duration = Duration::from_millis(100);
/// Number of answers after which enough is known.
const ENOUGH: usize = 8;
/// Pause before a letter is sent again.
const AGAIN: Duration = Duration::from_secs(1);
/// Number of new letters that are taken in from a station in a second.
const LETTERS_A_SECOND: u32 = 64;
/// Pause before it is said again that a station sends more.
const FLOOD_TOLD: Duration = Duration::from_secs(10);
/// Number of letters under way; what is beyond waits.
const LETTERS_UNDER_WAY: u64 = 32;
/// Number of letters that wait; of more, the oldest are given up.
const LETTERS_MAX: usize = 10_000;
/// Number of stations that are kept.
const STATIONS_MAX: usize = 64;

/// What is known of another station.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub instance: Instance,
    pub beat: Beat,
    pub heard_ns: MachineNs,
    /// For how long it takes this station to be there.
    expects: Option<Expected>,
    /// Another program of the same name, and when it was heard last.
    double: Option<(Instance, MachineNs)>,
    /// Numbers of the letters that were taken in: all up to the first, and some after it.
    taken_in: u64,
    taken_in_after: BTreeSet<u64>,
    /// The second, and how many letters came in it.
    second_ns: MachineNs,
    letters: u32,
    /// When it was said last that it sends too many.
    flooded_ns: Option<MachineNs>,
}

/// Letters to the holder that it has not taken in.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    last: u64,
    letters: BTreeMap<u64, (Letter, Option<MachineNs>)>,
}

impl Outbox {
    /// Another station has the flag: everything is for that one.
    pub(super) fn again(&mut self) {
        self.letters.values_mut().for_each(|(_, sent_ns)| *sent_ns = None);
    }
}

impl Flag {
    /// Time for which the log has not answered, or has taken none of the records that wait, if this
    /// station has the flag and that is too long.
    pub fn alone(&self) -> Option<Duration> {
        let waits = self.waits_since_ns.map(|since_ns| self.now_ns.since(since_ns));
        let alone = self.log_silence().max(waits.unwrap_or_default());
        Some(alone).filter(|&alone| self.holds && alone > ALONE)
    }

    /// Time since the log has answered.
    pub(super) fn log_silence(&self) -> Duration {
        self.now_ns.since(self.log_heard_ns.unwrap_or(self.began_ns))
    }

    /// How long before its instant a pass is proposed: 100 ms, or four times a round to the log.
    pub fn pass_lead(&self) -> Duration {
        let round = self.shipping.round().unwrap_or_default();
        (round * 4).max(Duration::from_millis(100))
    }

    /// Says why the flag cannot be passed to `to` now.
    ///
    /// # Errors
    /// With the reason, for the caller.
    pub fn may_pass(&self, to: &StationName) -> Result<(), String> {
        if self.alone().is_some() {
            return Err("the log does not answer: the flag cannot be passed".to_owned());
        }
        match self.stations.get(to) {
            None => Err(format!("{to} was never heard")),
            Some(known) if self.now_ns.since(known.heard_ns) > AWAY => {
                Err(format!("{to} is away: it cannot have the flag"))
            }
            Some(known) if known.is_double(self.now_ns) => {
                Err(format!("two programs use the name {to}: one has to go"))
            }
            Some(known) if known.beat.digest != self.id.digest => {
                Err(format!("{to} has another show file"))
            }
            Some(known) if known.beat.mute => Err(format!("{to} has not read the log")),
            Some(_) => Ok(()),
        }
    }

    /// Last record of the journal here.
    pub(super) fn last_seq(&self) -> u64 {
        let journaled = self.pending.iter().rev().find(|pending| !pending.is_proposal);
        journaled.map_or(self.seq, |pending| pending.seq)
    }

    /// Time since the holder was heard.
    pub(super) fn silence_of(&self, holder: &StationName) -> Duration {
        let heard_ns = self.stations.get(holder).map_or(self.began_ns, |known| known.heard_ns);
        self.now_ns.since(heard_ns)
    }

    /// A message of another station.
    pub(super) fn post(&mut self, Post { from, instance, body }: Post) {
        if from == self.id.me {
            if instance != self.id.instance && matches!(body, Body::Beat(_)) {
                self.double_of_me(instance);
            }
            return;
        }
        match body {
            Body::Beat(beat) => self.beat(from, instance, beat),
            Body::ClockAsked { asked_ns } => {
                if self.holds && !self.is_mute {
                    self.does(FlagOutput::ClockAsked { to: from, asked_ns });
                }
            }
            Body::ClockTold { asked_ns, term, run_ns } => {
                self.clock_told(&from, asked_ns, term, run_ns);
            }
            Body::Letter { number, letter } => self.letter(from, instance, number, letter),
            Body::Got { number, refused } => {
                self.outbox.letters.remove(&number);
                if let Some(why) = refused {
                    self.does(FlagOutput::Refused(why));
                }
            }
        }
    }

    fn double_of_me(&mut self, instance: Instance) {
        if self.my_double_ns.is_none() {
            self.says(
                format!(
                    "another program is called {}, too ({:x}): one of them has to go",
                    self.id.me, instance.0
                ),
                true,
            );
        }
        self.my_double_ns = Some(self.now_ns);
    }

    fn beat(&mut self, from: StationName, instance: Instance, beat: Beat) {
        let now_ns = self.now_ns;
        let Some(known) = self.stations.get_mut(&from) else {
            if self.stations.len() < STATIONS_MAX {
                self.stations.insert(from, Known::new(instance, beat, now_ns));
            }
            return;
        };
        if known.instance != instance {
            let is_alive = now_ns.since(known.heard_ns) < AWAY;
            if is_alive {
                let was_double = known.is_double(now_ns);
                known.double = Some((instance, now_ns));
                if !was_double {
                    self.says(format!("two programs are called {from}"), true);
                }
                return;
            }
            *known = Known::new(instance, beat, now_ns);
            return;
        }
        let heard = beat.hears.get(&self.id.me).filter(|heard| heard.instance == self.id.instance);
        let sent = heard.and_then(|heard| {
            let sent = self.beats_sent.iter().find(|(number, _)| *number == heard.number);
            sent.map(|(_, sent_ns)| *sent_ns)
        });
        known.expects = sent.map(|sent_ns| {
            let before = known.expects.filter(|before| now_ns < before.until_ns);
            let after_seq = before.map_or(beat.seq, |before| before.after_seq);
            Expected { after_seq, until_ns: sent_ns + AWAY }
        });
        (known.beat, known.heard_ns) = (beat, now_ns);
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

    /// Something for the holder.
    pub(super) fn write(&mut self, letter: Letter) {
        if letter == Letter::Wish(Wish::Accept) {
            if self.my_double_ns.is_some_and(|heard_ns| self.now_ns.since(heard_ns) < GONE) {
                self.says(format!("another program is called {}, too", self.id.me), true);
                return;
            }
            self.claims = true;
        }
        self.outbox.last += 1;
        self.outbox.letters.insert(self.outbox.last, (letter, None));
        if self.outbox.letters.len() > LETTERS_MAX {
            self.outbox.letters.pop_first();
        }
        self.sends_letters();
    }

    fn sends_letters(&mut self) {
        if self.is_passing() {
            return;
        }
        if self.holds {
            let me = self.id.me.clone();
            for (number, (letter, _)) in std::mem::take(&mut self.outbox.letters) {
                self.does(FlagOutput::Letter { from: me.clone(), number, letter });
            }
            return;
        }
        let Some(holder) = self.state.as_ref().map(|flag| flag.holder.clone()) else { return };
        let now_ns = self.now_ns;
        let mut posts = vec![];
        // By number: the receiver keeps which of the last ones it has taken in.
        let first = self.outbox.letters.first_key_value().map_or(0, |(first, _)| *first);
        let under_way = first..first + LETTERS_UNDER_WAY;
        for (number, (letter, sent_ns)) in self.outbox.letters.range_mut(under_way) {
            if sent_ns.is_none_or(|sent_ns| now_ns.since(sent_ns) >= AGAIN) {
                *sent_ns = Some(now_ns);
                posts.push(Body::Letter { number: *number, letter: letter.clone() });
            }
        }
        for body in posts {
            self.send(To::Station(holder.clone()), body);
        }
    }

    fn letter(&mut self, from: StationName, instance: Instance, number: u64, letter: Letter) {
        // What comes while the flag is on its way is sent again, to the one who has it then.
        if !self.holds || self.is_mute || self.is_passing() {
            return;
        }
        let now_ns = self.now_ns;
        let Some(known) = self.stations.get_mut(&from).filter(|known| known.instance == instance)
        else {
            return;
        };
        if now_ns.since(known.second_ns) >= Duration::from_secs(1) {
            (known.second_ns, known.letters) = (now_ns, 0);
        }
        let is_new = number > known.taken_in && !known.taken_in_after.contains(&number);
        if is_new {
            known.letters += 1;
            if known.letters > LETTERS_A_SECOND {
                let is_told =
                    known.flooded_ns.is_some_and(|at_ns| now_ns.since(at_ns) < FLOOD_TOLD);
                if !is_told {
                    known.flooded_ns = Some(now_ns);
                    let text = format!(
                        "{from} sends more than {LETTERS_A_SECOND} letters a second: the others are not \
                         taken in"
                    );
                    self.says(text, false);
                }
                return;
            }
            known.taken_in_after.insert(number);
            while known.taken_in_after.remove(&(known.taken_in + 1)) {
                known.taken_in += 1;
            }
            // What is older than these will not come any more.
            if known.taken_in_after.len() as u64 > 4 * LETTERS_UNDER_WAY
                && let Some(first) = known.taken_in_after.pop_first()
            {
                known.taken_in = first;
            }
        }
        self.send(To::Station(from.clone()), Body::Got { number, refused: None });
        if is_new {
            self.does(FlagOutput::Letter { from, number, letter });
        }
    }

    pub(super) fn answer(&mut self, to: StationName, number: u64, refused: Option<String>) {
        if to == self.id.me {
            if let Some(why) = refused {
                self.does(FlagOutput::Refused(why));
            }
            return;
        }
        self.send(To::Station(to), Body::Got { number, refused });
    }

    pub(super) fn tell_clock(&mut self, to: StationName, asked_ns: u64, run_ns: RunNs) {
        if let Some(flag) = self.state.as_ref().filter(|_| self.holds) {
            let term = flag.term;
            self.send(To::Station(to), Body::ClockTold { asked_ns, term, run_ns });
        }
    }

    fn clock_told(&mut self, from: &StationName, asked_ns: u64, term: u64, run_ns: RunNs) {
        let is_holder =
            self.state.as_ref().is_some_and(|flag| flag.holder == *from && flag.term == term);
        let asked_ns = MachineNs::new(asked_ns);
        // Nobody can have been asked later than now, nor before this station came.
        if self.holds || !is_holder || asked_ns > self.now_ns || asked_ns < self.began_ns {
            return;
        }
        self.clock.sample(asked_ns, self.now_ns, run_ns);
        if let Some(best) = self.clock.best(self.now_ns) {
            self.does(FlagOutput::Clock(best));
        }
    }

    /// The best that is known of the run's clock on a station that follows.
    pub fn clock(&self) -> Option<Estimate> {
        self.clock.best(self.now_ns)
    }

    pub(super) fn send(&mut self, to: To, body: Body) {
        let post = Post { from: self.id.me.clone(), instance: self.id.instance, body };
        self.request(Request::Post { to, post });
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
            };
            self.send(To::All, Body::Beat(beat));
        }
        if !self.holds && self.next_clock_ns <= now_ns {
            let pause = if self.clock.len() < ENOUGH { ASKS_CLOCK_FIRST } else { ASKS_CLOCK };
            self.next_clock_ns = now_ns + pause;
            if let Some(holder) = self.state.as_ref().map(|flag| flag.holder.clone()) {
                self.send(To::Station(holder), Body::ClockAsked { asked_ns: now_ns.ns() });
            }
        }
        self.sees_if_expected();
        self.sends_letters();
        let is_heard = |known: &Known| now_ns.since(known.heard_ns) <= AWAY;
        let heard = self.stations.iter().filter(|(_, known)| is_heard(known));
        let heard: BTreeSet<StationName> = heard.map(|(name, _)| name.clone()).collect();
        if heard != self.heard {
            self.heard.clone_from(&heard);
            // They wait for the word that they are heard.
            self.next_beat_ns = now_ns;
            self.does(FlagOutput::Heard(heard));
        }
    }
}

impl Known {
    fn new(instance: Instance, beat: Beat, heard_ns: MachineNs) -> Self {
        Known {
            instance,
            beat,
            heard_ns,
            expects: None,
            double: None,
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

    pub(super) fn is_double(&self, now_ns: MachineNs) -> bool {
        self.double.is_some_and(|(_, heard_ns)| now_ns.since(heard_ns) < GONE)
    }
}
