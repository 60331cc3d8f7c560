//! The sheet: who was spotted in the stands, when, and what was noted of them.
//!
//! Camera operators tick people off while the show runs; so does a step whose title is exactly a
//! person's name, when it is marked. A sighting that was none is taken back by an event of its own.
//! Nothing here touches what is called.

use super::{Event, Rejection, RunNs, State};
use crate::show::{CueIx, PersonIx};

/// State of a person in this run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonState {
    /// Their sightings, in the order in which they were ticked; those taken back are gone.
    pub sightings: Vec<Sighting>,
    /// Notes about them, in the order in which they were taken.
    pub notes: Vec<PersonNote>,
}

/// Once that somebody was spotted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Instant by the run's clock.
    pub at_ns: RunNs,
    /// The cue of which a step had their name, where that was marked.
    pub cue: Option<CueIx>,
}

/// Something that was noted of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonNote {
    /// Instant by the run's clock.
    pub at_ns: RunNs,
    /// The note's text.
    pub text: String,
}

impl PersonState {
    /// Returns `true` if the sheet has a tick.
    pub fn is_spotted(&self) -> bool {
        !self.sightings.is_empty()
    }
}

impl State {
    /// The sheet, in the show's order of people.
    pub fn people(&self) -> &[PersonState] {
        &self.people
    }

    /// State of a person.
    pub fn person(&self, person: PersonIx) -> &PersonState {
        &self.people[person]
    }

    /// Number of people with a tick.
    pub fn spotted(&self) -> usize {
        self.people.iter().filter(|person| person.is_spotted()).count()
    }

    fn named(&self, person: PersonIx) -> Result<(String, String), Rejection> {
        let known = self.show.people.get(person).ok_or(Rejection::NoSuchPerson)?;
        Ok((known.id.clone(), known.name.clone()))
    }

    pub(super) fn spot(&self, person: PersonIx) -> Result<Vec<Event>, Rejection> {
        let (person, name) = self.named(person)?;
        Ok(vec![Event::PersonSpotted { person, name }])
    }

    pub(super) fn unspot(&self, person: PersonIx) -> Result<Vec<Event>, Rejection> {
        let is_spotted = self.people.get(person).is_some_and(PersonState::is_spotted);
        let (person, name) = self.named(person)?;
        if is_spotted {
            Ok(vec![Event::PersonUnspotted { person, name }])
        } else {
            Err(Rejection::NotSpotted(name))
        }
    }

    pub(super) fn note_person(
        &self,
        person: PersonIx,
        text: &str,
    ) -> Result<Vec<Event>, Rejection> {
        let (person, name) = self.named(person)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Rejection::EmptyNote);
        }
        Ok(vec![Event::PersonNoted { person, name, text: text.to_owned() }])
    }

    /// Finds the person that a journal names; one who is not in the show changes nothing.
    fn person_mut(&mut self, id: &str) -> Option<&mut PersonState> {
        let person = self.show.find_person(id)?;
        self.people.get_mut(person)
    }

    pub(super) fn person_spotted(&mut self, id: &str, at_ns: RunNs) {
        if let Some(person) = self.person_mut(id) {
            person.sightings.push(Sighting { at_ns, cue: None });
        }
    }

    pub(super) fn person_unspotted(&mut self, id: &str) {
        if let Some(person) = self.person_mut(id) {
            person.sightings.pop();
        }
    }

    pub(super) fn person_noted(&mut self, id: &str, text: &str, at_ns: RunNs) {
        if let Some(person) = self.person_mut(id) {
            person.notes.push(PersonNote { at_ns, text: text.to_owned() });
        }
    }

    /// A step of `cue` was marked: the person it is called after was spotted.
    pub(super) fn step_spotted(&mut self, cue: CueIx, title: &str, at_ns: RunNs) {
        for person in self.show.people_called(title) {
            if let Some(person) = self.people.get_mut(person) {
                person.sightings.push(Sighting { at_ns, cue: Some(cue) });
            }
        }
    }
}
