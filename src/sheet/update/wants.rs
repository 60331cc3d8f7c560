//! The keys of a show file that a sheet says and the show does not.

use super::Update;
use super::alike::{fact, found, known_needs, same_items, steps_with_colours};
use crate::edit::batch::KeyValue;
use crate::edit::listing::{FactWords, Facts, SegmentEntry};
use crate::edit::written::quoted;
use crate::sheet::cells::{one_line, prose};
use crate::sheet::imported::{self, ImportedTrigger::Into};
use crate::sheet::own::{BACKUP_FOR, TRIGGER};
use crate::sheet::write::{cue_keys, extra_table, segment_keys};
use crate::show::{Cue, CueIx, NO_TITLE, Show, Trigger};

/// A key that is to change.
#[derive(Clone, Debug)]
pub(super) struct Want {
    /// The key.
    pub(super) key: &'static str,
    /// What is set, one after the other: the key, and others that it excludes.
    pub(super) settings: Vec<KeyValue>,
}

impl Want {
    pub(super) fn new(key: &'static str, value: String) -> Want {
        Want { key, settings: vec![KeyValue::new(key, value)] }
    }
}

impl Update {
    /// The keys of a segment that the sheet says and the show does not.
    pub(super) fn segment_wants(&self, at: usize) -> Vec<Want> {
        let place = self.taken.of_sheet.get(at).copied().flatten();
        let own = place.and_then(|place| self.now.segments.get(place));
        let (Some(segment), Some(says)) = (self.sheet.segments.get(at), self.says.segments.get(at))
        else {
            return vec![];
        };
        let nothing = Facts::new();
        let own: &Facts = own.map_or(&nothing, |own: &SegmentEntry| &own.facts);
        let mut keys = segment_keys(segment);
        keys.retain(|(key, _)| !is_same(key, fact(own, key), fact(&says.facts, key)));
        // What has no title there keeps its own.
        keys.retain(|(key, _)| *key != "title" || place.is_none() || says.title != NO_TITLE);
        keys.into_iter().map(|(key, value)| Want::new(key, value)).collect()
    }

    /// The keys of a cue that the sheet says and the show does not.
    pub(super) fn cue_wants(&self, at: usize, cue: usize) -> Vec<Want> {
        let Some(says) = self.cue_entry(at, cue) else { return vec![] };
        let Some(wanted) = self.sheet.segments.get(at).and_then(|one| one.cues.get(cue)) else {
            return vec![];
        };
        let show = self.taken.document.show();
        let ix = found(show, &says.number);
        let own = ix.map(|ix| show.cue(ix));
        let place = own.and_then(|own| self.taken.document.place(&own.number));
        let entry = place.and_then(|(at, cue)| self.now.segments.get(at)?.cues.get(cue));
        let nothing = Facts::new();
        let facts = entry.map_or(&nothing, |entry| &entry.facts);
        // A moment of another segment is none of the one in which it was kept.
        let home = self.taken.of_sheet.get(at).copied().flatten();
        let is_elsewhere = place.is_some_and(|(segment, _)| Some(segment) != home);
        let has_trigger = own.is_some_and(|own| own.trigger != Trigger::Go);
        let mut wants = vec![];
        for (key, value) in cue_keys(wanted, &self.numbers) {
            let is_kept = match key {
                "number" => true,
                "title" if own.is_some() && (wanted.assumed_title || wanted.title == NO_TITLE) => {
                    true
                }
                // What the show itself sends, and how it sets a cue off, is its own.
                "do" => fact(facts, key).is_some(),
                "planned" if !own.is_none_or(Cue::is_called) && !wanted.is_go => true,
                "planned" if is_elsewhere => true,
                "trigger" if is_elsewhere && matches!(wanted.trigger, Some(Into(_))) => true,
                "backup_for" if has_trigger && !wanted.is_go => true,
                "needs" => {
                    let needs = known_needs(show, wanted);
                    if !needs.is_empty() && !same_items(fact(facts, key), &needs) {
                        let ids: Vec<String> = needs.iter().map(|id| quoted(id)).collect();
                        wants.push(Want::new(key, format!("[{}]", ids.join(", "))));
                    }
                    true
                }
                "steps" => {
                    let steps = own.map_or(&[][..], |own| &own.steps);
                    if !steps.iter().map(|step| one_line(&step.title)).eq(wanted.steps.clone()) {
                        wants.push(Want::new(key, steps_with_colours(steps, &wanted.steps)));
                    }
                    true
                }
                // An export of an older version has the columns of the author's own there.
                "notes" if own.is_some_and(|own| is_all_that(own, wanted)) => true,
                _ => is_same(key, fact(facts, key), fact(&says.facts, key)),
            };
            if !is_kept {
                let mut want = Want::new(key, value);
                // Only cues that the caller calls have a time at which they are meant to be called.
                let is_planned = own.is_some_and(|own| own.planned.is_some());
                if matches!(key, "trigger" | "backup_for") && is_planned {
                    want.settings.insert(0, KeyValue::clear("planned"));
                }
                wants.push(want);
            }
        }
        if wanted.is_go && has_trigger {
            wants.push(Want { key: "trigger", settings: vec![KeyValue::clear("trigger")] });
        }
        wants.extend(own_columns(show, ix, wanted));
        wants
    }
}

/// Returns `true` if a fact of the show is what a sheet says. Blanks at the ends of a text, or one
/// after the other, do not come back from a sheet.
fn is_same(key: &str, own: Option<&FactWords>, says: Option<&FactWords>) -> bool {
    match (key, own, says) {
        ("title" | "act" | "call", Some(FactWords::One(own)), Some(FactWords::One(says))) => {
            one_line(own) == one_line(says)
        }
        ("notes", Some(FactWords::One(own)), Some(FactWords::One(says))) => {
            prose(own) == prose(says)
        }
        _ => own == says,
    }
}

/// Returns `true` if the notes of a sheet are all that is written about a cue.
fn is_all_that(own: &Cue, wanted: &imported::ImportedCue) -> bool {
    own.remarks().is_some_and(|remarks| prose(&remarks) == prose(&wanted.notes.join("\n")))
}

/// The columns of its own that the sheet has for a cue, and the show does not.
fn own_columns(show: &Show, own: Option<CueIx>, wanted: &imported::ImportedCue) -> Option<Want> {
    let settings: Vec<KeyValue> = match own {
        None if wanted.extra.is_empty() => vec![],
        None => vec![KeyValue::new("extra", extra_table(&wanted.extra))],
        Some(ix) => {
            let own = show.cue(ix);
            let main = own.backup_for.map(|main| show.cue(main).number.as_str());
            let is_there = |(name, text): &&(String, String)| match name.as_str() {
                // The cue that it names is not in the sheet.
                TRIGGER if show.trigger_words(ix).as_ref() == Some(text) => true,
                BACKUP_FOR if main == Some(text) => true,
                name => own.extra.iter().any(|one| one.name == name && prose(&one.text) == *text),
            };
            let new = wanted.extra.iter().filter(|one| !is_there(one));
            new.map(|(name, text)| KeyValue::entry("extra", name, quoted(text))).collect()
        }
    };
    (!settings.is_empty()).then_some(Want { key: "extra", settings })
}
