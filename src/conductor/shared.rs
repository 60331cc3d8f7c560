//! A run that several stations share: this one has the flag, follows, or is about to pass it.
//!
//! Only the station that has the flag decides, journals and sends. Another one folds its records,
//! journals the same lines, and sends what has to leave from its own outputs; what becomes of that
//! it tells the holder. Who has the flag is not decided here: [`Input`](super::ConductorInput)s say what the
//! log has.

mod exchange;
mod standstill;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::{Conductor, ConductorOutput, Muted, RunClock};
use crate::engine::{
    Effect, Event, Expected, MissedWhy, Origin, Record, Rejection, RunNs, SendState, StationReport,
    Stop,
};
use crate::output::{Job, Outcome, Report};
use crate::show::{self, CueIx, OutputIx, StationName, duration};
use crate::time::MachineNs;

/// Time without an input after which the machine is taken to have stood still. The same lateness
/// makes a message too old to be sent.
const STOOD_STILL: Duration = Duration::from_secs(1);

/// Maximum number of due events that are recorded ahead of a pass; the next holder fires the rest.
const AHEAD_MAX: usize = 4_096;

/// Part of this station in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagPart {
    /// It has the flag.
    Holds,
    /// Its record that passes the flag is on its way to the log: what falls due at `from_ns` or
    /// after it does not happen here.
    Passing {
        /// The next holder.
        to: StationName,
        /// The instant.
        from_ns: RunNs,
    },
    /// Another station has the flag.
    Follows,
}

/// What a conductor knows of the other stations.
#[derive(Clone, Debug)]
pub(super) struct OtherStations {
    pub me: StationName,
    role: FlagPart,
    /// Origin of the records that are written here.
    origin: Arc<Origin>,
    /// Nothing is sent and nothing happens until the log was read.
    is_mute: bool,
    /// The records of which the holder leaves messages to this station.
    expected: Option<Expected>,
    /// The run's clock is known here: of a record it can be said how old it is.
    has_clock: bool,
    /// The program has taken the run up again: what the one before was to send is not known.
    is_back: bool,
    /// The other stations that are heard; `None` while nobody can be said to be away.
    heard: Option<BTreeSet<StationName>>,
    /// The instant from which on this station fires what falls due: when it learned that it has the
    /// flag, or that it has kept it. And the reason why nothing fired from here before.
    since: (RunNs, MissedWhy),
    /// Reports that wait until it is known who has the flag.
    pub withheld: Vec<(StationName, StationReport)>,
    /// Reports of this station that the holder was told, and of which no record was seen yet.
    pub told: Vec<StationReport>,
}

impl Conductor {
    /// Makes the run a shared one, in which this station is `me`. It has the flag in `term`, or
    /// follows with `None`.
    pub fn share(&mut self, me: StationName, term: Option<u64>) {
        let origin = Origin::new(me.to_string(), term.unwrap_or_default());
        self.shared = Some(Box::new(OtherStations {
            me,
            role: if term.is_some() { FlagPart::Holds } else { FlagPart::Follows },
            origin: Arc::new(origin),
            is_mute: false,
            expected: None,
            has_clock: term.is_some(),
            is_back: self.seq > 0 && term.is_none(),
            heard: None,
            since: (RunNs::ZERO, MissedWhy::PassLate),
            withheld: vec![],
            told: vec![],
        }));
    }

    /// Part of this station in a shared run.
    pub fn role(&self) -> Option<&FlagPart> {
        self.shared.as_ref().map(|shared| &shared.role)
    }

    /// Returns `true` if the run's clock is known here.
    pub fn has_clock(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| shared.has_clock)
    }

    /// Returns `true` if nothing is sent and nothing happens here until the run's log was read.
    pub fn is_mute(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.is_mute)
    }

    /// Ties the run's clock again, on a station that follows: the holder's reads so.
    pub fn set_clock(&mut self, clock: RunClock) {
        if let Some(shared) = self.shared.as_mut().filter(|shared| shared.role == FlagPart::Follows)
        {
            shared.has_clock = true;
            self.clock = clock;
        }
    }

    /// Ties the run's clock for the eye, on a station that does not know it: what another station
    /// records is not sent by that.
    pub fn estimate_clock(&mut self, clock: RunClock) {
        if self.shared.as_ref().is_some_and(|shared| !shared.has_clock) {
            self.clock = clock;
        }
    }

    /// Takes in of which records the holder leaves messages to this station.
    pub(super) fn expect(&mut self, expected: Option<Expected>) {
        if let Some(shared) = &mut self.shared {
            shared.expected = expected;
        }
    }

    /// Returns `true` if the holder has left to this station what its record `seq` sends at
    /// `due_ns`.
    fn is_expected(&self, seq: u64, due_ns: MachineNs) -> bool {
        let Some(shared) = self.shared.as_deref().filter(|shared| !shared.is_mute) else {
            return false;
        };
        // At the end of that time the holder gives up what it does not know the outcome of.
        let leaves_ns = due_ns.max(self.now_ns);
        shared
            .expected
            .is_some_and(|Expected { after_seq, until_ns }| seq > after_seq && leaves_ns < until_ns)
    }

    /// Returns `true` if events become records here.
    pub(super) fn holds(&self) -> bool {
        self.shared.as_ref().is_none_or(|shared| shared.role == FlagPart::Holds)
    }

    /// What is recorded from here on is the wish of a caller at `station`, or of nobody without the
    /// flag.
    pub(super) fn wishes(&mut self, station: Option<&StationName>) {
        if let Some(shared) = &mut self.shared {
            let wish_of = station.map(ToString::to_string);
            shared.origin = Arc::new(Origin { wish_of, ..Origin::clone(&shared.origin) });
        }
    }

    pub(super) fn origin(&self) -> Option<Arc<Origin>> {
        self.shared.as_ref().map(|shared| Arc::clone(&shared.origin))
    }

    /// Says why nothing is decided here, if nothing is.
    ///
    /// # Errors
    /// With the reason.
    pub fn may_decide(&self) -> Result<(), Rejection> {
        match self.shared.as_deref() {
            Some(OtherStations { is_mute: true, .. }) => Err(Rejection::Mute),
            None | Some(OtherStations { role: FlagPart::Holds, .. }) => Ok(()),
            Some(OtherStations { role: FlagPart::Passing { to, .. }, .. }) => {
                Err(Rejection::OnItsWay(to.clone()))
            }
            Some(OtherStations { role: FlagPart::Follows, me, .. }) => {
                let holder = self.state.flag().map_or(me, |flag| &flag.holder);
                Err(Rejection::NoFlag(holder.clone()))
            }
        }
    }

    /// The station that was to send an action of the last firing of a cue: its output's own, or the
    /// one that had the flag then.
    fn sender(&self, cue: CueIx, action: u32) -> Option<&StationName> {
        let output = self.output_of(cue, action)?;
        if let Some(place) = &self.state.show().output(output).station {
            return Some(place);
        }
        let (fired_ns, flag) = (self.state.cue(cue).fired_ns?, self.state.flag()?);
        let holder = flag.changes.iter().rev().find(|change| change.at_ns <= fired_ns);
        holder.map(|change| &change.holder)
    }

    /// The outputs that are sent nothing now.
    pub(super) fn muted(&self) -> Option<Muted> {
        let shared = self.shared.as_deref()?;
        Some(match shared.role {
            _ if shared.is_mute => Muted::Everything,
            // What was recorded before a pass leaves from here.
            FlagPart::Follows if self.ahead.is_empty() => Muted::Shared,
            FlagPart::Holds | FlagPart::Passing { .. } | FlagPart::Follows => Muted::Nothing,
        })
    }

    /// Returns `true` if this station sends `output` while it has the flag.
    pub(super) fn is_here(&self, output: OutputIx) -> bool {
        self.elsewhere(output).is_none()
    }

    /// The other station that sends `output`.
    fn elsewhere(&self, output: OutputIx) -> Option<&StationName> {
        let shared = self.shared.as_deref()?;
        let place = self.state.show().outputs.get(output)?.station.as_ref();
        place.filter(|place| **place != shared.me)
    }

    fn output_of(&self, cue: CueIx, action: u32) -> Option<OutputIx> {
        let cue = self.state.show().cues.get(cue)?;
        cue.actions.get(action as usize).map(|action| action.output)
    }

    /// Returns `true` if another station that is heard will tell what became of an action.
    pub(super) fn is_told(&self, cue: CueIx, action: u32) -> bool {
        let place = self.output_of(cue, action).and_then(|output| self.elsewhere(output));
        place.is_some_and(|place| self.hears(place))
    }

    fn hears(&self, station: &StationName) -> bool {
        let heard = self.shared.as_ref().map(|shared| shared.heard.as_ref());
        heard.is_some_and(|heard| heard.is_none_or(|heard| heard.contains(station)))
    }

    /// Leaves out the messages of outputs that other stations send. Of one that is away it is known
    /// at once that it does not.
    pub(super) fn part_of_this_station(
        &self,
        effects: Vec<Effect>,
        mut after: Vec<Event>,
    ) -> (Vec<Effect>, Vec<Event>) {
        if self.shared.is_none() || !self.holds() {
            return (effects, after);
        }
        let (mut here, mut away) = (vec![], vec![]);
        for effect in effects {
            match self.absent(effect) {
                Some(Absent::Sends) => {}
                Some(Absent::Away(job, why)) => away.push(self.outcome(job, why)),
                None => here.push(effect),
            }
            if effect == Effect::StopOutputs {
                away.extend(self.absent_stops());
            }
        }
        away.append(&mut after);
        (here, away)
    }

    /// Says what another station does with a message, if it is another's.
    fn absent(&self, effect: Effect) -> Option<Absent> {
        let Effect::Send { cue, firing, action } = effect else { return None };
        let place = self.output_of(cue, action).and_then(|output| self.elsewhere(output))?;
        if self.hears(place) {
            return Some(Absent::Sends);
        }
        Some(Absent::Away(Job { cue, firing, action }, is_away(place)))
    }

    /// The outputs that this station sends the messages of a panic.
    pub(super) fn sent_from_here(&self) -> Vec<OutputIx> {
        let outputs = (0..).map(OutputIx).zip(self.state.show().outputs.iter());
        let is_here = |(output, known): &(OutputIx, &show::Output)| {
            self.is_here(*output) && (known.station.is_some() || self.holds())
        };
        outputs.filter(is_here).map(|(output, _)| output).collect()
    }

    /// That the outputs of stations that are away were not told of a panic, as far as is known.
    fn absent_stops(&self) -> Vec<Event> {
        let pending = self.state.panic_stops().filter(|(_, stop)| *stop == Stop::Pending);
        let away = pending.filter_map(|(output, _)| {
            let place = self.elsewhere(output).filter(|place| !self.hears(place))?;
            Some(self.reported(Report { output, job: None, outcome: is_away(place) }))
        });
        away.collect()
    }

    /// Folds a record that was not made here.
    fn take_in(&mut self, record: &Record) {
        self.state.fold(record);
        (self.seq, self.run_ns) = (record.seq, record.run_ns);
    }

    /// Folds and journals what the holder has recorded, and has what is to leave from here sent.
    pub(super) fn follow(&mut self, records: Vec<Record>) {
        let next = self.seq + 1;
        if self.role() != Some(&FlagPart::Follows) || records.first().is_none_or(|r| r.seq != next)
        {
            return;
        }
        let mut caused = vec![];
        for record in &records {
            let has_ramp = self.state.ongoing(record.run_ns).any(|ongoing| ongoing.kind.is_ramp());
            self.take_in(record);
            for effect in self.state.effects(&record.event) {
                if self.concerns_this_station(effect) {
                    caused.push((record.seq, self.clock.machine_ns(record.run_ns), effect));
                } else if let (true, Some((cue, action))) = (has_ramp, self.sent_by_holder(effect))
                {
                    // One that began before a pass goes on here, to its end or to this.
                    self.does(ConductorOutput::GiveWay { cue, action });
                }
            }
        }
        let me = self.shared.as_ref().map(|shared| shared.me.as_str());
        let may_have_lost = records.iter().any(|record| {
            let writer = record.origin.as_ref().map(|origin| origin.station.as_str());
            let is_another =
                matches!(record.event, Event::FlagTaken { .. } | Event::RunResumed { .. });
            is_another && writer != me
        });
        self.appends(records);
        self.forgets_what_is_recorded();
        if may_have_lost {
            self.tells_again();
        }
        for (seq, due_ns, effect) in caused {
            let is_known = self.shared.as_ref().is_some_and(|shared| shared.has_clock);
            if !self.is_expected(seq, due_ns) || !is_known || self.is_too_late(due_ns) {
                self.stops_at_once(effect);
                self.comes_late(effect, self.read_late(due_ns));
            } else if due_ns > self.now_ns || !self.ahead.is_empty() {
                // What was recorded before it may still have to leave, and then not after it: the run's
                // clock may have been less well known when that came.
                self.ahead.iter_mut().for_each(|ahead| ahead.leaves_by(due_ns));
                self.leaves_at(due_ns, vec![effect]);
            } else {
                self.carry_out(vec![effect], vec![]);
            }
        }
    }

    /// Returns `true` if an effect of another station's record is carried out here: it is sent from
    /// an output of this station alone, or concerns what lasts here. A clip that began before a pass
    /// still plays at the station that gave the flag away.
    fn concerns_this_station(&self, effect: Effect) -> bool {
        let Some(shared) = self.shared.as_deref() else { return false };
        let show = self.state.show();
        let is_own = |output: OutputIx| show.output(output).station.as_ref() == Some(&shared.me);
        match effect {
            Effect::Send { cue, action, .. } => self.output_of(cue, action).is_some_and(is_own),
            Effect::Stop { .. }
            | Effect::PauseClip(_)
            | Effect::ResumeClip(_)
            | Effect::StopOutputs => true,
        }
    }

    /// The cue and the action of a message that leaves from the machine of the station with the flag,
    /// whichever that is.
    fn sent_by_holder(&self, effect: Effect) -> Option<(CueIx, u32)> {
        let Effect::Send { cue, action, .. } = effect else { return None };
        let output = self.state.show().output(self.output_of(cue, action)?);
        output.station.is_none().then_some((cue, action))
    }

    /// Carries out what has come too late: nothing is sent any more, but what the run has stopped
    /// must not go on here.
    pub(super) fn comes_late(&mut self, effect: Effect, why: Option<String>) {
        match effect {
            Effect::Send { .. } => self.calls_off(vec![effect], why),
            Effect::Stop { .. } | Effect::PauseClip(_) | Effect::ResumeClip(_) => {
                self.carry_out(vec![effect], vec![]);
            }
            Effect::StopOutputs => {
                self.does(ConductorOutput::StopAll(vec![]));
                if let Some(why) = why {
                    self.was_not_told(&self.sent_from_here(), &why);
                }
            }
        }
    }

    /// Returns `true` if what was due at `due_ns` would come as a surprise now.
    pub(super) fn is_too_late(&self, due_ns: MachineNs) -> bool {
        self.shared.is_some() && self.now_ns.since(due_ns) > STOOD_STILL
    }

    /// Does not send what comes too late, and says why where nothing is known of it yet.
    pub(super) fn calls_off(&mut self, effects: Vec<Effect>, why: Option<String>) {
        let Some(why) = why else { return };
        for effect in effects {
            let Effect::Send { cue, firing, action } = effect else { continue };
            let place = self.output_of(cue, action).and_then(|output| self.elsewhere(output));
            if place.is_some_and(|place| !self.holds() || self.hears(place)) {
                // Another station sends it, and tells what became of it.
                continue;
            }
            let state = self.state.cue(cue);
            let is_open = state.firings == firing
                && state.sends.get(action as usize) == Some(&SendState::Pending);
            if !is_open {
                continue;
            }
            let why = Outcome::Failed(why.clone());
            let job = Job { cue, firing, action };
            if self.holds() {
                let event = self.outcome(job, why);
                self.commit(vec![event]);
            } else {
                let told = self.told_of(Some(job), None, why);
                self.tell(told);
            }
        }
    }

    /// Why this station does not send what it could not look at in time.
    pub(super) fn was_away(&self) -> Option<String> {
        self.shared.as_ref().map(|shared| format!("{} was away when this was due", shared.me))
    }

    /// Why this station does not send what it has read of a record that was due at `due_ns`.
    fn read_late(&self, due_ns: MachineNs) -> Option<String> {
        let shared = self.shared.as_ref()?;
        let me = &shared.me;
        let is_late = shared.has_clock && !shared.is_mute && self.is_too_late(due_ns);
        match is_late {
            true => {
                // The log may have been without a leader, while both were there.
                let late = duration::clock(self.now_ns.since(due_ns));
                Some(format!("the log brought this to {me} {late} after it was due"))
            }
            false if !shared.has_clock => {
                Some(format!("{me} did not know the run's clock when this came"))
            }
            false => self.was_away(),
        }
    }

    /// Takes in which other stations are heard.
    pub(super) fn heard(&mut self, heard: BTreeSet<StationName>) {
        let Some(shared) = &mut self.shared else { return };
        let heard = Some(heard);
        if shared.heard != heard {
            shared.heard = heard;
            self.gives_up_absent();
        }
    }

    /// Journals that nobody knows what became of the messages that were left to stations which are
    /// away: they may have left before. The outputs of those are not known to have been told of a
    /// panic.
    pub(super) fn gives_up_absent(&mut self) {
        if !self.holds() || self.is_mute() {
            return;
        }
        let unresolved: Vec<_> = self.state.unresolved().collect();
        let me = self.shared.as_ref().map(|shared| &shared.me);
        let is_lost = |&(cue, action): &(CueIx, u32)| {
            let sender = self.sender(cue, action);
            sender.is_some_and(|sender| Some(sender) != me && !self.hears(sender))
        };
        let lost = unresolved.into_iter().filter(is_lost);
        let lost = lost.map(|(cue, action)| self.unknown(cue, action));
        let lost = lost.chain(self.absent_stops()).collect();
        self.commit(lost);
    }
}

/// What becomes of a message that another station sends.
enum Absent {
    /// It is there, sends it, and tells what became of it.
    Sends,
    /// It is away.
    Away(Job, Outcome),
}

fn is_away(station: &StationName) -> Outcome {
    Outcome::Failed(format!("{station} is away"))
}
