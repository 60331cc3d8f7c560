//! Outputs that another station sends: how they are, as that station and the records of the run say
//! it; and what this station says of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Station;
use crate::engine::{Event, Record};
use crate::link::{FlagInput, OutputLight, OutputSign, OutputSigns};
use crate::output::{Health, Last, Light, Packet};
use crate::runtime::clock::machine_ns;
use crate::show::{CueNumber, OutputIx, Show, StationName};

/// Number of outputs that a sign of life names, and the longest problem in it, bytes: all of it has to
/// fit into a message.
const SIGNS_MAX: usize = 200;
const ERROR_MAX: usize = 160;

impl Station {
    /// Another program of this station's name sends its messages, or does not any more.
    pub(super) fn is_second_now(&mut self, is_second: bool) {
        if let Some(shared) = &mut self.shared {
            shared.is_second = is_second;
        }
        self.conductor.set_second(is_second);
        self.tells_time_again();
    }

    /// State of each output: of one that another station sends, what that one and the records say.
    pub(in crate::runtime::station) fn health(&self) -> Vec<Health> {
        let mut health = self.outputs.health(machine_ns());
        if let Some(shared) = &self.shared {
            let (me, show) = (&shared.share.station, self.conductor.state().show());
            let holder = self.conductor.state().flag().map(|flag| &flag.holder);
            let sender = |output| {
                let place = show.output(output).station.as_ref().or(holder);
                place.filter(|place| *place != me)
            };
            let told = |station: &StationName, output| {
                let signs = shared.flag.outputs_of(station)?;
                Some(signs.get(&show.output(output).id))
            };
            shared.elsewhere.put_into(&mut health, shared.heard.as_ref(), sender, told);
        }
        health
    }

    /// Says how the outputs are that are sent from here, for the other stations' screens.
    pub(super) fn tells_outputs(&mut self) {
        let Some(shared) = &mut self.shared else { return };
        let show = self.conductor.state().show();
        let outputs = show.outputs.iter().zip(self.app.outputs.iter());
        let here = outputs.filter(|(output, _)| shared.sends(output.station.as_ref()));
        let signs = here.filter_map(|(output, health)| Some((output.id.clone(), sign_of(health)?)));
        let signs: OutputSigns = signs.take(SIGNS_MAX).collect();
        if shared.told_outputs.as_ref() != Some(&signs) {
            shared.told_outputs = Some(signs.clone());
            shared.flag.handle(machine_ns(), FlagInput::Outputs(signs));
        }
    }
}

/// An output as others are told of it; `None` while it was not tried.
fn sign_of(health: &Health) -> Option<OutputSign> {
    let light = match health.light {
        Light::Idle => return None,
        Light::Ok => OutputLight::Ok,
        Light::Slow => OutputLight::Slow,
        Light::Refused => OutputLight::Refused,
        Light::SideDown => OutputLight::SideDown,
        Light::Down => OutputLight::Down,
    };
    let error = health.error.as_ref().map(|error| short(error));
    Some(OutputSign { light, error })
}

/// The beginning of a problem in words, where it is long.
fn short(error: &str) -> String {
    let end = (0..=ERROR_MAX.min(error.len())).rev().find(|&at| error.is_char_boundary(at));
    error.get(..end.unwrap_or_default()).unwrap_or_default().to_owned()
}

/// Puts the sign of an output, as its station tells it, into what is known of it here.
fn take_sign(health: &mut Health, sign: Option<&OutputSign>) {
    health.light = match sign.map(|sign| sign.light) {
        None => Light::Idle,
        Some(OutputLight::Ok) => Light::Ok,
        Some(OutputLight::Slow) => Light::Slow,
        Some(OutputLight::Refused) => Light::Refused,
        Some(OutputLight::SideDown) => Light::SideDown,
        Some(OutputLight::Down) => Light::Down,
    };
    health.error = sign.and_then(|sign| sign.error.clone());
}

/// How every output is by the records, for all senders.
#[derive(Debug)]
pub(super) struct Elsewhere(Vec<Health>);

impl Elsewhere {
    /// How they are after `records`.
    pub(super) fn of(show: &Show, records: &[Record]) -> Self {
        let mut known = Elsewhere(show.outputs.iter().map(|_| Health::default()).collect());
        records.iter().for_each(|record| known.note(show, record));
        known
    }

    /// The run goes on with another version of the show, in which every output has the index that it
    /// had.
    pub(super) fn revise(&mut self, show: &Show) {
        self.0.resize_with(show.outputs.len(), Health::default);
    }

    /// Takes in what became of a message.
    pub(super) fn note(&mut self, show: &Show, record: &Record) {
        let fate = Fate::of(&record.event);
        let Some((cue, action, output, fate)) = fate else { return };
        let at = show.outputs.iter().position(|known| known.id == output);
        let Some(health) = at.and_then(|at| self.0.get_mut(at)) else { return };
        health.last = last(show, cue, action, fate != Fate::Failed);
        match fate {
            Fate::Rehearsed => health.logged += 1,
            Fate::Sent => {
                (health.light, health.error, health.sent) = (Light::Ok, None, health.sent + 1);
            }
            Fate::SideFailed => {
                let Event::SideFailed { side, error, .. } = &record.event else { return };
                (health.light, health.error) = (Light::SideDown, Some(format!("{side}: {error}")));
            }
            Fate::Failed => {
                let Event::ActionFailed { error, .. } = &record.event else { return };
                (health.light, health.error) = (Light::Down, Some(error.clone()));
                health.failed += 1;
            }
        }
    }

    /// Puts what the records say in the place of what the outputs here say, where another station
    /// sends: `sender` names it, and `told` is what it tells of the output itself. One that is not among
    /// those `heard` is down; with `None`, none is.
    pub(super) fn put_into<'a, 'b>(
        &self,
        here: &mut [Health],
        heard: Option<&BTreeSet<StationName>>,
        sender: impl Fn(OutputIx) -> Option<&'a StationName>,
        told: impl Fn(&StationName, OutputIx) -> Option<Option<&'b OutputSign>>,
    ) {
        let outputs = (0..).map(OutputIx).zip(here.iter_mut().zip(&self.0));
        for (output, (health, known)) in outputs {
            let Some(station) = sender(output) else { continue };
            health.clone_from(known);
            let is_away = format!("{station} is away");
            if heard.is_some_and(|heard| !heard.contains(station)) {
                (health.light, health.error) = (Light::Down, Some(is_away));
            } else if let Some(sign) = told(station, output) {
                take_sign(health, sign);
            } else if health.error.as_ref() == Some(&is_away) {
                // It was, and is back: nobody knows more of the output until it is sent something.
                (health.light, health.error) = (Light::Idle, None);
            }
        }
    }
}

/// What became of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    Rehearsed,
    SideFailed,
    Failed,
}

impl Fate {
    /// The cue, the action from 1, and the output, where an event says what became of a message.
    fn of(event: &Event) -> Option<(&CueNumber, u32, &str, Fate)> {
        if let Event::ActionSent { cue, action, output, .. } = event {
            return Some((cue, *action, output, Fate::Sent));
        }
        if let Event::ActionRehearsed { cue, action, output, .. } = event {
            return Some((cue, *action, output, Fate::Rehearsed));
        }
        if let Event::SideFailed { cue, action, output, .. } = event {
            return Some((cue, *action, output, Fate::SideFailed));
        }
        let Event::ActionFailed { cue, action, output, .. } = event else { return None };
        Some((cue, *action, output, Fate::Failed))
    }
}

fn last(show: &Show, cue: &CueNumber, action: u32, has_left: bool) -> Option<Last> {
    let (cue, action) = (show.find(cue)?, action.checked_sub(1)?);
    Some(Last { packet: Packet::Action { cue, action }, has_left, age: Duration::ZERO })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::engine::RunNs;
    use crate::show::file;

    const SHOW: &str = "title = \"x\"\n\
        [output.here]\nosc = \"udp://127.0.0.1:9\"\n\
        [output.there]\nosc = \"udp://127.0.0.1:10\"\nstation = \"la\"\n\
        [[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
        [[segment.cue]]\nnumber = \"1\"\ntitle = \"c\"\ndo = [{ output = \"there\", osc = \"/1\" }]\n";

    #[test]
    fn what_another_station_sends_is_known_by_the_records_and_down_where_it_is_away() {
        let show = file::parse(SHOW, "UTC").unwrap();
        let event = Event::ActionSent {
            cue: show.cues.iter().next().unwrap().number.clone(),
            firing: 1,
            action: 1,
            output: "there".to_owned(),
        };
        let record = Record::new(1, Timestamp::UNIX_EPOCH, RunNs::ZERO, event);
        let known = Elsewhere::of(&show, &[record]);
        let sender = |output: OutputIx| show.output(output).station.as_ref();
        let own = Health { sent: 7, ..Health::default() };
        let la = StationName::new("la").unwrap();
        for (heard, light) in [
            (Some(BTreeSet::from([la.clone()])), Light::Ok),
            (Some(BTreeSet::new()), Light::Down),
            (None, Light::Ok),
        ] {
            let mut here = vec![own.clone(), Health::default()];
            known.put_into(&mut here, heard.as_ref(), sender, |_, _| None);
            assert_eq!((&here[0], here[1].light, here[1].sent), (&own, light, 1));
            let error = here[1].error.as_deref();
            assert_eq!(error, (light == Light::Down).then_some("la is away"));
        }
        // What it missed while it was away says nothing of it once it is back.
        let event = Event::ActionFailed {
            cue: show.cues.iter().next().unwrap().number.clone(),
            firing: 1,
            action: 1,
            output: "there".to_owned(),
            error: "la is away".to_owned(),
        };
        let record = Record::new(1, Timestamp::UNIX_EPOCH, RunNs::ZERO, event);
        let mut here = vec![own, Health::default()];
        let heard = BTreeSet::from([la]);
        Elsewhere::of(&show, &[record]).put_into(&mut here, Some(&heard), sender, |_, _| None);
        assert_eq!((here[1].light, &here[1].error, here[1].failed), (Light::Idle, &None, 1));
    }

    #[test]
    fn what_its_station_tells_of_an_output_is_shown_by_all() {
        let show = file::parse(SHOW, "UTC").unwrap();
        let sender = |output: OutputIx| show.output(output).station.as_ref();
        let la = StationName::new("la").unwrap();
        let why = "é".repeat(ERROR_MAX);
        for light in [Light::Ok, Light::Slow, Light::Refused, Light::SideDown, Light::Down] {
            let there = Health { light, error: Some(why.clone()), ..Health::default() };
            let sign = sign_of(&there);
            let mut here = vec![Health::default(), Health::default()];
            let heard = BTreeSet::from([la.clone()]);
            let known = Elsewhere::of(&show, &[]);
            known.put_into(&mut here, Some(&heard), sender, |_, _| Some(sign.as_ref()));
            assert_eq!(here[1].light, light);
            assert_eq!(here[1].error, Some("é".repeat(ERROR_MAX / 2)));
            known.put_into(&mut here, Some(&heard), sender, |_, _| Some(None));
            assert_eq!((here[1].light, &here[1].error), (Light::Idle, &None));
            // One that is away tells nothing any more.
            known.put_into(&mut here, Some(&BTreeSet::new()), sender, |_, _| Some(sign.as_ref()));
            assert_eq!(here[1].error.as_deref(), Some("la is away"));
        }
        assert_eq!(sign_of(&Health::default()), None);
    }
}
