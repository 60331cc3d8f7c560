//! A newer sheet into a show that has been worked on: what it says otherwise, change by change.
//!
//! Cues are matched by their numbers, segments by their cues or their titles. Only what the sheet says
//! is ever asked for: actions, notes, triggers and whatever else it does not have stay as they are,
//! and so does all of the text that no change is about. A cue that the sheet has no more is only
//! given up where it sends nothing.

mod alike;
mod gone;
mod numbering;
mod planned;

use std::collections::{BTreeMap, HashSet, VecDeque};

use self::alike::{
    fact, found, known_needs, name_departments, outlines_of, places, same_items, steps_with_colours,
};
use super::imported::Imported;
use super::own::SENDS_TO;
use super::write::{self, cue_keys, extra_table, quoted, segment_keys};
use crate::edit::compare::{Comparison, compare, outlines};
use crate::edit::document::{Document, Edit, Target};
use crate::edit::listing::{CueEntry, Facts, Listing, SegmentEntry};
use crate::edit::matching;
use crate::show::problem::{self, Problem};
use crate::show::{CueIx, CueNumber, NO_TITLE, file};

/// Reason why a show cannot be updated with a sheet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing says which cue is which.
    #[error(
        "the sheet has no cue numbers, by which cues are known in the show: name their column with --map, such as --map A=number"
    )]
    NoNumbers,
    /// The show has errors, or that which the sheet makes.
    #[error("{}", problem::counted(.0))]
    Faulty(Vec<Problem>),
}

impl From<Vec<Problem>> for Refused {
    fn from(problems: Vec<Problem>) -> Self {
        Refused::Faulty(problems)
    }
}

/// A change that the sheet may ask for.
#[derive(Clone, Debug)]
enum Wish {
    /// The departments that the show does not have.
    Departments,
    /// A segment of the sheet.
    Segment(usize),
    /// A cue of the sheet, by its segment and its place there.
    Cue(usize, usize),
    /// The trigger of a cue, or the cue that it stands in for, which was not there yet.
    Links(usize, usize),
    /// A cue that the sheet does not have.
    GoneCue(CueNumber),
    /// A segment that the sheet does not have, by its place at the beginning.
    GoneSegment(usize),
}

/// The show as far as changes were taken, and the segments in it.
#[derive(Clone, Debug)]
struct Taken {
    document: Document,
    /// The place of each segment of the sheet in the show.
    of_sheet: Vec<Option<usize>>,
    /// The place of each segment that the show had at the beginning.
    of_show: Vec<Option<usize>>,
}

impl Taken {
    /// A segment is new at a place.
    fn made(&mut self, at: usize) {
        for place in self.of_sheet.iter_mut().chain(&mut self.of_show).flatten() {
            *place += usize::from(*place >= at);
        }
    }

    /// A segment is gone from a place.
    fn removed(&mut self, at: usize) {
        for place in self.of_sheet.iter_mut().chain(&mut self.of_show) {
            *place = place.filter(|place| *place != at);
            *place = place.map(|place| place - usize::from(place > at));
        }
    }
}

/// A change that nobody has taken yet.
#[derive(Clone, Debug)]
pub struct Proposal {
    taken: Taken,
    later: Vec<Wish>,
    /// The items that it changes.
    pub comparison: Comparison,
}

/// A show and the changes that a newer sheet asks for.
#[derive(Debug)]
pub struct Update {
    taken: Taken,
    sheet: Imported,
    /// The number of the cue in each of its rows.
    numbers: BTreeMap<u32, String>,
    /// The sheet in words.
    says: Listing,
    /// The show in words.
    now: Listing,
    wishes: VecDeque<Wish>,
    said: Vec<String>,
}

impl Update {
    /// Compares the show of a text with a newer sheet. `zone` is meant where the text names none.
    ///
    /// # Errors
    /// Where the sheet has no cue numbers, and with all errors of the show, or of that which the
    /// sheet makes.
    pub fn new(text: String, zone: &str, mut sheet: Imported) -> Result<Update, Refused> {
        let document = Document::new(text, zone)?;
        if !numbering::is_numbered(&sheet) {
            return Err(Refused::NoNumbers);
        }
        let mut said = vec![];
        let spared = numbering::number(document.show(), &mut sheet, &mut said);
        name_departments(document.show(), &mut sheet);
        for cue in sheet.segments.iter_mut().flat_map(|segment| &mut segment.cues) {
            cue.extra.retain(|(name, _)| name != SENDS_TO);
        }
        let now = Listing::of(document.show());
        let of_sheet = matching::segments(&outlines(&now), &outlines_of(&sheet));
        planned::plan(document.show(), &mut sheet, &of_sheet);
        let says = Listing::of(&file::parse(&write::write(&sheet, "the sheet"), zone)?);
        let of_show = (0..now.segments.len()).map(Some).collect();
        let cues = sheet.segments.iter().flat_map(|segment| &segment.cues);
        let numbers = cues.map(|cue| (cue.row, cue.number.clone())).collect();
        let mut update = Update {
            numbers,
            taken: Taken { document, of_sheet, of_show },
            sheet,
            says,
            now,
            wishes: VecDeque::new(),
            said,
        };
        update.wish(&spared);
        Ok(update)
    }

    /// The text of the show with all changes that were taken.
    pub fn text(&self) -> &str {
        self.taken.document.text()
    }

    /// Everything that was left as it is, for people; each is said once.
    pub fn said(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    /// All that is to be looked at; the cues of `spared` are not gone.
    fn wish(&mut self, spared: &HashSet<CueIx>) {
        self.wishes.push_back(Wish::Departments);
        for (at, segment) in self.says.segments.iter().enumerate() {
            self.wishes.push_back(Wish::Segment(at));
            self.wishes.extend((0..segment.cues.len()).map(|cue| Wish::Cue(at, cue)));
        }
        let here = places(&self.now);
        for (at, segment) in self.says.segments.iter().enumerate() {
            for cue in &segment.cues {
                let place = here.get(&*cue.number).map(|(segment, _)| *segment);
                if place.is_some_and(|place| self.taken.of_sheet.get(at) != Some(&Some(place))) {
                    self.said.push(format!(
                        "cue {} stands in segment “{}” of the sheet: it was kept where it is",
                        cue.number, segment.title
                    ));
                }
            }
        }
        self.wish_gone(spared);
    }

    /// The next change, or nothing when there is no more.
    pub fn propose(&mut self) -> Option<Proposal> {
        while let Some(wish) = self.wishes.pop_front() {
            if !self.is_wanted(&wish) {
                continue;
            }
            let mut proposal = Proposal {
                taken: self.taken.clone(),
                later: vec![],
                comparison: Comparison::default(),
            };
            self.apply(&wish, &mut proposal);
            if proposal.taken.document.text() == self.text() {
                self.wishes.extend(proposal.later);
                continue;
            }
            proposal.comparison = compare(&self.now, &Listing::of(proposal.taken.document.show()));
            return Some(proposal);
        }
        None
    }

    /// Takes a change.
    pub fn take(&mut self, proposal: Proposal) {
        self.wishes.extend(proposal.later);
        self.now = Listing::of(proposal.taken.document.show());
        self.taken = proposal.taken;
    }

    /// Returns `true` if a wish may change anything: a look that costs nothing.
    fn is_wanted(&self, wish: &Wish) -> bool {
        match *wish {
            Wish::Segment(at) => {
                self.taken.of_sheet.get(at).is_some_and(Option::is_none)
                    || !self.segment_wants(at).is_empty()
            }
            Wish::Cue(at, cue) => {
                let show = self.taken.document.show();
                self.cue_entry(at, cue).is_some_and(|entry| {
                    found(show, &entry.number).is_none() || !self.cue_wants(at, cue).is_empty()
                })
            }
            Wish::Departments | Wish::Links(..) | Wish::GoneCue(_) | Wish::GoneSegment(_) => true,
        }
    }

    fn cue_entry(&self, at: usize, cue: usize) -> Option<&CueEntry> {
        self.says.segments.get(at)?.cues.get(cue)
    }

    /// The keys of a segment that the sheet says and the show does not, with their values.
    fn segment_wants(&self, at: usize) -> Vec<(&'static str, String)> {
        let place = self.taken.of_sheet.get(at).copied().flatten();
        let own = place.and_then(|place| self.now.segments.get(place));
        let (Some(segment), Some(says)) = (self.sheet.segments.get(at), self.says.segments.get(at))
        else {
            return vec![];
        };
        let nothing = Facts::new();
        let own: &Facts = own.map_or(&nothing, |own: &SegmentEntry| &own.facts);
        let mut keys = segment_keys(segment);
        keys.retain(|(key, _)| fact(own, key) != fact(&says.facts, key));
        // What has no title there keeps its own.
        keys.retain(|(key, _)| *key != "title" || place.is_none() || says.title != NO_TITLE);
        keys
    }

    /// The keys of a cue that the sheet says and the show does not, with their values.
    fn cue_wants(&self, at: usize, cue: usize) -> Vec<(&'static str, String)> {
        let Some(says) = self.cue_entry(at, cue) else { return vec![] };
        let Some(wanted) = self.sheet.segments.get(at).and_then(|one| one.cues.get(cue)) else {
            return vec![];
        };
        let show = self.taken.document.show();
        let own = found(show, &says.number).map(|ix| show.cue(ix));
        let target = own.and_then(|own| self.taken.document.find(&own.number));
        let entry = match target {
            Some(Target::Cue(at, cue)) => {
                self.now.segments.get(at).and_then(|segment| segment.cues.get(cue))
            }
            Some(Target::Show | Target::Segment(_)) | None => None,
        };
        let nothing = Facts::new();
        let facts = entry.map_or(&nothing, |entry| &entry.facts);
        let is_called = own.is_none_or(crate::show::Cue::is_called);
        let mut wants = vec![];
        for (key, value) in cue_keys(wanted, &self.numbers) {
            let is_same = match key {
                "number" => true,
                "title" if own.is_some() && (wanted.assumed_title || wanted.title == NO_TITLE) => {
                    true
                }
                // What the show itself sends, and how it sets a cue off, is its own.
                "do" => fact(facts, key).is_some(),
                "planned" | "backup_for" if !is_called && wanted.trigger.is_none() => true,
                "needs" => {
                    let needs = known_needs(show, wanted);
                    if !needs.is_empty() && !same_items(fact(facts, key), &needs) {
                        let ids: Vec<String> = needs.iter().map(|id| quoted(id)).collect();
                        wants.push((key, format!("[{}]", ids.join(", "))));
                    }
                    true
                }
                "steps" => {
                    let steps = own.map_or(&[][..], |own| &own.steps);
                    if !steps.iter().map(|step| &step.title).eq(&wanted.steps) {
                        wants.push((key, steps_with_colours(steps, &wanted.steps)));
                    }
                    true
                }
                _ => fact(facts, key) == fact(&says.facts, key),
            };
            if !is_same {
                wants.push((key, value));
            }
        }
        let own = own.map_or(&[][..], |own| &own.extra);
        let mut extra: Vec<(String, String)> =
            own.iter().map(|one| (one.name.clone(), one.text.clone())).collect();
        let before = extra.clone();
        for (name, text) in &wanted.extra {
            match extra.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.clone_from(text),
                None => extra.push((name.clone(), text.clone())),
            }
        }
        if extra != before {
            wants.push(("extra", extra_table(&extra)));
        }
        wants
    }

    fn apply(&mut self, wish: &Wish, proposal: &mut Proposal) {
        match wish {
            Wish::Departments => self.departments(proposal),
            Wish::Segment(at) => self.segment(*at, proposal),
            Wish::Cue(at, cue) | Wish::Links(at, cue) => {
                self.cue(*at, *cue, matches!(wish, Wish::Links(..)), proposal);
            }
            Wish::GoneCue(number) => {
                if let Some(target) = proposal.taken.document.find(number) {
                    let edit = Edit::Remove(target);
                    self.edit(&edit, &format!("cue {number} is not in the sheet"), proposal);
                }
            }
            Wish::GoneSegment(at) => {
                let Some(place) = proposal.taken.of_show.get(*at).copied().flatten() else {
                    return;
                };
                let Some(segment) = self.now.segments.get(place) else { return };
                let what = format!("segment “{}” is not in the sheet", segment.title);
                if !segment.cues.is_empty() {
                    self.said.push(format!("{what}: kept, for it has cues"));
                } else if self.edit(&Edit::Remove(Target::Segment(place)), &what, proposal) {
                    proposal.taken.removed(place);
                }
            }
        }
    }

    /// Does an edit; where it is refused, that is said of `what`. Returns `true` if it was done.
    fn edit(&mut self, edit: &Edit, what: &str, proposal: &mut Proposal) -> bool {
        let done = proposal.taken.document.edit(edit);
        if let Err(refusal) = &done {
            self.said.push(format!("{what}: not taken: {refusal}"));
        }
        done.is_ok()
    }

    /// Adds the departments that are needed and that the show does not have.
    fn departments(&mut self, proposal: &mut Proposal) {
        let show = proposal.taken.document.show();
        let known: HashSet<&str> = show.departments.iter().map(|one| one.id.as_str()).collect();
        let new = self.sheet.departments.iter().filter(|one| !known.contains(one.id.as_str()));
        let new: String = new
            .map(|one| format!("[department.{}]\nname = {}\n\n", one.id, quoted(&one.name)))
            .collect();
        if new.is_empty() {
            return;
        }
        let text = proposal.taken.document.text();
        let mut lines = text.split_inclusive('\n').scan(0, |at, line| {
            let begin = *at;
            *at += line.len();
            Some((begin, line))
        });
        let first = lines.find(|(_, line)| line.trim_end() == "[[segment]]").map(|(at, _)| at);
        let Some(at) = first else { return };
        // The comment above the first segment belongs to it.
        let above = text[..at].trim_end_matches(|c| c != '\n');
        let at = above.rfind("\n\n").map_or(at, |blank| blank + 2).min(at);
        let text = [&text[..at], &new, &text[at..]].concat();
        self.edit(&Edit::Replace(text), "departments of the sheet", proposal);
    }

    fn segment(&mut self, at: usize, proposal: &mut Proposal) {
        let Some(title) = self.says.segments.get(at).map(|says| says.title.clone()) else { return };
        let what = format!("segment “{title}”");
        let wants = self.segment_wants(at);
        let place = match proposal.taken.of_sheet.get(at).copied().flatten() {
            Some(place) => place,
            None => {
                let before = proposal.taken.of_sheet.get(..at).unwrap_or_default();
                let before = before.iter().rev().flatten().next().copied();
                let duration = wants.iter().find(|(key, _)| *key == "duration");
                let duration = duration.map_or("1m", |(_, value)| value.trim_matches('"'));
                let after = Target::Segment(before.unwrap_or(0));
                let add =
                    Edit::AddSegment { after, title: title.clone(), duration: duration.to_owned() };
                if !self.edit(&add, &what, proposal) {
                    return;
                }
                let place = match before {
                    Some(before) => before + 1,
                    None => {
                        let up = Edit::MoveUp(Target::Segment(1));
                        usize::from(!self.edit(&up, &what, proposal))
                    }
                };
                proposal.taken.made(place);
                if let Some(own) = proposal.taken.of_sheet.get_mut(at) {
                    *own = Some(place);
                }
                place
            }
        };
        for (key, value) in wants {
            let set = Edit::Set(Target::Segment(place), key.to_owned(), value);
            self.edit(&set, &format!("{what}, {key}"), proposal);
        }
    }

    fn cue(&mut self, at: usize, cue: usize, is_last: bool, proposal: &mut Proposal) {
        let Some(entry) = self.cue_entry(at, cue) else { return };
        let (number, title) = (entry.number.clone(), entry.title.clone());
        let Ok(as_number) = CueNumber::new(&number) else { return };
        let what = format!("cue {number}");
        let wants = self.cue_wants(at, cue);
        if proposal.taken.document.find(&as_number).is_none() {
            let Some(segment) = proposal.taken.of_sheet.get(at).copied().flatten() else {
                self.said.push(format!("{what} {title}: its segment was not taken"));
                return;
            };
            // After the cue above it in the sheet that stands in the same segment here.
            let above = self.says.segments.get(at).map_or(&[][..], |says| &says.cues[..cue]);
            let after = above.iter().rev().find_map(|above| {
                let target = proposal.taken.document.find(&CueNumber::new(&above.number).ok()?)?;
                matches!(target, Target::Cue(here, _) if here == segment).then_some(target)
            });
            let after = after.unwrap_or(Target::Segment(segment));
            let add = Edit::AddCue { after, number, title };
            if !self.edit(&add, &what, proposal) {
                return;
            }
        }
        for (key, value) in wants {
            let Some(target) = proposal.taken.document.find(&as_number) else { return };
            let values = proposal.taken.document.values(target);
            let has = |key: &str| values.iter().any(|(known, _)| known == key);
            if key == "trigger" && has("planned") {
                // Only cues that the caller calls have one.
                self.edit(&Edit::Clear(target, "planned".to_owned()), &what, proposal);
            }
            let set = Edit::Set(target, key.to_owned(), value);
            let names_others = matches!(key, "trigger" | "backup_for") && !is_last;
            if !names_others {
                self.edit(&set, &format!("{what}, {key}"), proposal);
            } else if proposal.taken.document.edit(&set).is_err() {
                // The cue that it names may come further down.
                proposal.later.push(Wish::Links(at, cue));
            }
        }
    }
}
