//! Pairs of a sheet and a show: departments of one name, segments by their cues, and the
//! facts of both.

use std::collections::{HashMap, HashSet};

use crate::edit::listing::{Fact, FactWords, Listing};
use crate::edit::matching::SegmentOutline;
use crate::edit::written::quoted;
use crate::sheet::cells::UniqueIds;
use crate::sheet::imported::{Imported, ImportedCue};
use crate::show::{CueIx, CueNumber, Department, Show, Step};

/// The place of each number in a listing.
pub(super) fn places(listing: &Listing) -> HashMap<&str, (usize, usize)> {
    let segments = listing.segments.iter().enumerate();
    let cues = segments.flat_map(|(at, segment)| {
        segment.cues.iter().enumerate().map(move |(cue, entry)| (&*entry.number, (at, cue)))
    });
    cues.collect()
}

/// The segments of a sheet, as far as they are known by it.
pub(super) fn outlines_of(sheet: &Imported) -> Vec<SegmentOutline<'_>> {
    let segments = sheet.segments.iter();
    let outlines = segments.map(|segment| SegmentOutline {
        title: &segment.title,
        numbers: segment.cues.iter().map(|cue| &*cue.number).collect(),
    });
    outlines.collect()
}

/// The cue of a number.
pub(super) fn found(show: &Show, number: &str) -> Option<CueIx> {
    show.find(&CueNumber::new(number).ok()?)
}

/// A fact by its key.
pub(super) fn fact<'f>(facts: &'f [Fact], key: &str) -> Option<&'f FactWords> {
    facts.iter().find(|fact| fact.key == key).map(|fact| &fact.words)
}

/// The departments that a cue of the sheet needs and that the show has.
pub(super) fn known_needs<'c>(show: &Show, cue: &'c ImportedCue) -> Vec<&'c str> {
    let is_known = |id: &&String| show.departments.iter().any(|one| one.id == **id);
    cue.needs.iter().filter(is_known).map(String::as_str).collect()
}

/// Returns `true` if a fact lists the same items, in any order.
pub(super) fn same_items(words: Option<&FactWords>, items: &[&str]) -> bool {
    let own: HashSet<&str> = match words {
        Some(FactWords::List(own)) => own.iter().map(String::as_str).collect(),
        Some(FactWords::One(one)) => HashSet::from([one.as_str()]),
        None => HashSet::new(),
    };
    own == items.iter().copied().collect()
}

/// Gives the departments of a sheet the ids of those of one name in the show, and others an id that
/// the show does not have.
pub(super) fn name_departments(show: &Show, sheet: &mut Imported) {
    let mut ids = UniqueIds::default();
    show.departments.iter().for_each(|one| ids.take(&one.id));
    let mut renamed: HashMap<String, String> = HashMap::new();
    for department in &mut sheet.departments {
        let same = |one: &&Department| one.name.to_lowercase() == department.name.to_lowercase();
        // It may have been renamed since.
        let is_it = |one: &&Department| department.has_own_id && one.id == department.id;
        let own = show.departments.iter().find(is_it);
        let id = match own.or_else(|| show.departments.iter().find(same)) {
            Some(own) => own.id.clone(),
            None => ids.unused(&department.name),
        };
        renamed.insert(std::mem::replace(&mut department.id, id.clone()), id);
    }
    // Two columns of the sheet may be one department of the show.
    let mut known: HashSet<String> = HashSet::new();
    sheet.departments.retain(|one| known.insert(one.id.clone()));
    for cue in sheet.segments.iter_mut().flat_map(|segment| &mut segment.cues) {
        let needs = cue.needs.iter().map(|id| renamed.get(id).unwrap_or(id).clone());
        let mut known: HashSet<String> = HashSet::new();
        cue.needs = needs.filter(|id| known.insert(id.clone())).collect();
    }
}

/// Steps of these titles as a show file has them, each with the colour of the one that has its title
/// already: a sheet has no colours.
pub(super) fn steps_with_colours(own: &[Step], titles: &[String]) -> String {
    let step = |title: &String| {
        let colour = own.iter().find(|step| step.title == *title).and_then(|step| step.colour);
        let colour = colour.map_or_else(String::new, |colour| {
            format!(", colour = {}", quoted(&colour.to_string()))
        });
        format!("{{ title = {}{colour} }}", quoted(title))
    };
    format!("[{}]", titles.iter().map(step).collect::<Vec<_>>().join(", "))
}
