//! Names that others refer to: who has which, and which of them nobody refers to.

use std::cell::Cell;
use std::collections::HashMap;

use crate::show::draft::Mention;
use crate::show::faults::Faults;
use crate::show::problem::{ProblemPlace, one_of, quoted};

/// Names of one kind, to be referred to.
pub(super) struct Names<'a> {
    noun: &'static str,
    places: HashMap<&'a str, u32>,
    /// In their order; nothing at the place of what has none.
    ordered: Vec<Option<&'a Mention>>,
    /// `true` for each that something refers to.
    used: Vec<Cell<bool>>,
    /// `true` if some may be missing, because they could not be read.
    lacks_some: bool,
}

impl<'a> Names<'a> {
    /// No names yet; `noun` is what they name: "department". Where it `lacks_some`, an unknown name
    /// is no fault.
    pub(super) fn new(noun: &'static str, lacks_some: bool) -> Self {
        let places = HashMap::new();
        Self { noun, places, ordered: Vec::new(), used: Vec::new(), lacks_some }
    }

    /// The names of `all`, each of which is the id of a table; a fault where two are the same.
    pub(super) fn of(
        noun: &'static str,
        lacks_some: bool,
        all: impl Iterator<Item = &'a Mention>,
        faults: &Faults,
    ) -> Self {
        let mut names = Names::new(noun, lacks_some);
        for id in all {
            if let Some(first) = names.add(Some(id)) {
                let related = (first.place.clone(), "it is used here first".to_owned());
                let what = format!("the id {} is used twice", quoted(&id.value));
                let fix = format!("give one {noun} another id");
                faults.fault_beside(id.place.clone(), what, fix, related);
            }
        }
        names
    }

    /// Adds the name of the next thing, if it has one. Where it is there already, gives its first
    /// use.
    pub(super) fn add(&mut self, name: Option<&'a Mention>) -> Option<&'a Mention> {
        let next = self.ordered.len() as u32;
        self.ordered.push(name);
        self.used.push(Cell::new(false));
        let first = *self.places.entry(&name?.value).or_insert(next);
        if first == next { None } else { self.ordered.get(first as usize).copied().flatten() }
    }

    /// Makes the name at `index` one that is used.
    pub(super) fn is_used(&self, index: u32) {
        if let Some(used) = self.used.get(index as usize) {
            used.set(true);
        }
    }

    /// The index of the name that is mentioned; a fault when nothing has it.
    pub(super) fn resolve(&self, faults: &Faults, mention: &Mention) -> Option<u32> {
        let found = self.places.get(&*mention.value).copied();
        if let Some(found) = found {
            self.is_used(found);
        } else if !self.lacks_some {
            let (noun, word) = (self.noun, quoted(&mention.value));
            let known = || self.ordered.iter().flatten().map(|name| &*name.value);
            let fix = faults.suggestion(&mention.value, known());
            let fix = fix.unwrap_or_else(|| match known().collect::<Vec<_>>().as_slice() {
                _ if noun == "cue" => "write the number of a cue of this show".to_owned(),
                [] => format!("add a table `[{noun}.ID]` with this id"),
                ids => format!("write {}, or add a table `[{noun}.ID]` with this id", one_of(ids)),
            });
            let known_by = if noun == "cue" { "has the number" } else { "is called" };
            faults.fault(mention.place.clone(), format!("no {noun} {known_by} {word}"), fix);
        }
        found
    }

    /// The ids that nothing refers to.
    pub(super) fn unused(&self) -> impl Iterator<Item = Unused> {
        let all = self.ordered.iter().zip(&self.used).filter(|(_, used)| !used.get());
        all.filter_map(|(id, _)| {
            let (noun, id) = (self.noun, (*id)?);
            Some(Unused { noun, id: id.value.to_string(), place: id.place.clone() })
        })
    }
}

/// An id that nothing refers to.
pub(super) struct Unused {
    /// Its noun: "department".
    pub(super) noun: &'static str,
    /// The id.
    pub(super) id: String,
    /// Beginning of its table.
    pub(super) place: ProblemPlace,
}
