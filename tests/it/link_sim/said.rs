//! Answers, warnings and sightings at stations, and which of them may count.

use std::collections::{BTreeSet, HashMap};

use handover::engine::{Command, Event, Record, State};
use handover::show::{DepartmentIx, PersonIx, StationName};

use super::net::Rng;

/// Something that is said at a station, as a plan prints it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Saying {
    /// A department of the show is ready for the next call, or not.
    Answer(u32, bool),
    /// A department says that something is wrong.
    Warn(u32),
    /// The guest is seen.
    Spot,
    /// The guest was not.
    Unspot,
}

pub(super) fn random(rng: &mut Rng) -> Saying {
    match rng.below(10) {
        0..7 => Saying::Answer(rng.below(2) as u32, rng.chance(70)),
        7 => Saying::Warn(rng.below(2) as u32),
        8 => Saying::Spot,
        _ => Saying::Unspot,
    }
}

impl Saying {
    /// The command for it at a station in this state; `None` if there is no call to answer.
    pub(super) fn command(self, state: &State) -> Option<Command> {
        Some(match self {
            Saying::Answer(department, is_ready) => Command::ReadyFor {
                cue: state.playhead()?,
                department: DepartmentIx(department),
                is_ready,
                from_browser: true,
                called_ns: None,
            },
            Saying::Warn(department) => {
                Command::WarnFrom { department: DepartmentIx(department), said_ns: None }
            }
            Saying::Spot => Command::Spot(PersonIx(0)),
            Saying::Unspot => Command::Unspot(PersonIx(0)),
        })
    }
}

/// Something that was said, as a record of it is compared: the station, the kind of event, the
/// department, and for an answer its cue and the record of the standby that it was for.
type Key = (String, &'static str, String, Option<(String, u64)>);

/// All that was said.
#[derive(Debug, Default)]
pub(super) struct Said(BTreeSet<Key>);

impl Said {
    /// Keeps what is said at station `me`, whose journal this is.
    pub(super) fn notes(
        &mut self,
        me: &StationName,
        saying: Saying,
        state: &State,
        journal: &[Record],
    ) {
        let department = |at| state.show().department(DepartmentIx(at)).id.clone();
        let key = match saying {
            Saying::Answer(at, is_ready) => {
                let next = state.playhead().map(|cue| state.show().cue(cue).number.to_string());
                let call = next.and_then(|next| {
                    let is_call = |record: &&Record| {
                        matches!(&record.event, Event::CueStoodBy { cue } if cue.to_string() == next)
                    };
                    Some((next.clone(), journal.iter().rev().find(is_call)?.seq))
                });
                let kind = if is_ready { "department_ready" } else { "department_unready" };
                (me.to_string(), kind, department(at), call)
            }
            Saying::Warn(at) => (me.to_string(), "department_warned", department(at), None),
            Saying::Spot => (me.to_string(), "person_spotted", String::new(), None),
            Saying::Unspot => (me.to_string(), "person_unspotted", String::new(), None),
        };
        self.0.insert(key);
    }

    /// What counts of another station's wish was said there, for the call for which it counts; and
    /// none is a GO.
    pub(super) fn check(&self, log: &[Record]) -> Result<(), String> {
        let mut calls: HashMap<String, u64> = HashMap::new();
        for record in log {
            if let Event::CueStoodBy { cue } = &record.event {
                calls.insert(cue.to_string(), record.seq);
            }
            let Some(station) = record.wish_of() else { continue };
            let key = |kind, department: &str, call| {
                (station.to_owned(), kind, department.to_owned(), call)
            };
            let call = |cue: &str| calls.get(cue).map(|seq| (cue.to_owned(), *seq));
            let key = match &record.event {
                Event::DepartmentReady { cue, department, .. } => {
                    key("department_ready", department, call(&cue.to_string()))
                }
                Event::DepartmentUnready { cue, department, .. } => {
                    key("department_unready", department, call(&cue.to_string()))
                }
                Event::DepartmentWarned { department, .. } => {
                    key("department_warned", department, None)
                }
                Event::PersonSpotted { .. } => key("person_spotted", "", None),
                Event::PersonUnspotted { .. } => key("person_unspotted", "", None),
                Event::NoteTaken { .. }
                | Event::StationWarned { .. }
                | Event::FlagAccepted { .. } => continue,
                other => return Err(format!("a wish of {station} is recorded as {other:?}")),
            };
            if !self.0.contains(&key) {
                return Err(format!("{record:?} counts, and was not said so at {station}"));
            }
        }
        Ok(())
    }
}
