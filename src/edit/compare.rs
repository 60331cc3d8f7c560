//! Differences between two shows, item by item.

use std::collections::{HashMap, HashSet};

use super::listing::{CueEntry, Fact, FactWords, Facts, Listing, Named, SegmentEntry};
use super::matching;

/// All that differs, in the order of the newer show; what it has no more stands where it stood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The title of the newer show; of the older one where there is no newer.
    pub title: String,
    /// One for each item that is new, gone or another.
    pub items: Vec<ItemChange>,
}

/// An item that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemChange {
    /// The item.
    pub item: ShowItem,
    /// The sort of its change.
    pub change: Change,
    /// What is said of it otherwise; of a new item or one that is gone, all that is said of it.
    pub facts: Vec<FactChange>,
}

/// Something that a show has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShowItem {
    /// The show itself.
    Show,
    /// A thing that is known by an id.
    Named {
        /// Its sort: "department", "output", "place", "person".
        sort: &'static str,
        /// Its id.
        id: String,
    },
    /// A segment.
    Segment {
        /// Its title in the newer show, if it is there.
        title: String,
        /// Its place among all segments of both shows: two of one title are apart.
        at: usize,
        /// Its place in the older show, if it is there.
        from: Option<usize>,
    },
    /// A cue.
    Cue {
        /// Its number.
        number: String,
        /// Its title in the newer show, if it is there.
        title: String,
        /// The title of its segment.
        segment: String,
        /// The place of its segment, as in [`ShowItem::Segment`].
        at: usize,
    },
}

/// The sort of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the newer show has it.
    Added,
    /// Only the older show has it.
    Removed,
    /// Both have it, and not alike.
    Changed,
}

/// A fact that differs; at least one side says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactChange {
    /// Its key in the show file; "place" for a change of order, "segment" for a cue that is in
    /// another segment.
    pub key: &'static str,
    /// What the older show says.
    pub old: Option<FactWords>,
    /// What the newer show says.
    pub new: Option<FactWords>,
}

/// Compares two shows.
pub fn compare(old: &Listing, new: &Listing) -> Comparison {
    let mut items = vec![];
    let facts = differences(&old.facts, &new.facts);
    if !facts.is_empty() || (old.segments.is_empty() != new.segments.is_empty()) {
        let change = sort_of(!old.segments.is_empty(), !new.segments.is_empty());
        items.push(ItemChange { item: ShowItem::Show, change, facts });
    }
    for sort in ["department", "output", "place", "person"] {
        named(sort, old, new, &mut items);
    }
    ComparedSegments::new(old, new).tell(&mut items);
    let title = if new.segments.is_empty() { &old.title } else { &new.title };
    Comparison { title: title.clone(), items }
}

fn sort_of(was: bool, is: bool) -> Change {
    match (was, is) {
        (false, true) => Change::Added,
        (true, false) => Change::Removed,
        (true, true) | (false, false) => Change::Changed,
    }
}

/// The facts that differ, in the order in which the newer item tells them; those that it does not
/// tell come last.
fn differences(old: &Facts, new: &Facts) -> Vec<FactChange> {
    let find = |facts: &Facts, key: &str| {
        facts.iter().find(|fact| fact.key == key).map(|fact| fact.words.clone())
    };
    let is_gone = |fact: &&Fact| new.iter().all(|one| one.key != fact.key);
    let keys = new.iter().chain(old.iter().filter(is_gone)).map(|fact| fact.key);
    let changes = keys.map(|key| FactChange { key, old: find(old, key), new: find(new, key) });
    changes.filter(|change| change.old != change.new).collect()
}

/// Compares what is known by an id, of one sort.
fn named(sort: &'static str, old: &Listing, new: &Listing, items: &mut Vec<ItemChange>) {
    let of = |listing: &'_ Listing| -> Vec<Named> {
        listing.named.iter().filter(|one| one.sort == sort).cloned().collect()
    };
    let (old, new) = (of(old), of(new));
    let ids = |list: &[Named]| list.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    let (old_ids, new_ids) = (ids(&old), ids(&new));
    let old_ids: Vec<&str> = old_ids.iter().map(String::as_str).collect();
    let new_ids: Vec<&str> = new_ids.iter().map(String::as_str).collect();
    let was: HashMap<&str, &Named> = old.iter().map(|one| (one.id.as_str(), one)).collect();
    let is: HashSet<&str> = new_ids.iter().copied().collect();
    let nothing = Facts::new();
    let mut tell = |id: &str, change, facts: Vec<FactChange>| {
        if change != Change::Changed || !facts.is_empty() {
            items.push(ItemChange {
                item: ShowItem::Named { sort, id: id.to_owned() },
                change,
                facts,
            });
        }
    };
    for one in old.iter().filter(|one| !is.contains(one.id.as_str())) {
        tell(&one.id, Change::Removed, differences(&one.facts, &nothing));
    }
    for ((at, one), moves) in new.iter().enumerate().zip(matching::moved(&old_ids, &new_ids)) {
        match was.get(one.id.as_str()) {
            None => tell(&one.id, Change::Added, differences(&nothing, &one.facts)),
            Some(before) => {
                let mut facts = differences(&before.facts, &one.facts);
                if moves {
                    facts.push(place(&old_ids, &new_ids, at, str::to_owned));
                }
                tell(&one.id, Change::Changed, facts);
            }
        }
    }
}

/// A change of order: what stood in front of the item, and what does now.
fn place<T: Copy + Eq>(old: &[T], new: &[T], at: usize, name: impl Fn(T) -> String) -> FactChange {
    let words = |before: Option<T>| {
        let words = before.map_or_else(|| "first".to_owned(), |one| format!("after {}", name(one)));
        Some(FactWords::One(words))
    };
    let was = old.iter().position(|one| *one == new[at]).and_then(|at| at.checked_sub(1));
    let is = at.checked_sub(1);
    FactChange {
        key: "place",
        old: words(was.and_then(|at| old.get(at).copied())),
        new: words(is.and_then(|at| new.get(at).copied())),
    }
}

/// The segments of a show, as far as they are known by it.
pub(crate) fn outlines(listing: &Listing) -> Vec<matching::SegmentOutline<'_>> {
    let segments = listing.segments.iter();
    let outline = segments.map(|segment| matching::SegmentOutline {
        title: &segment.title,
        numbers: segment.cues.iter().map(|cue| cue.number.as_str()).collect(),
    });
    outline.collect()
}

/// The rundowns of two shows, and which segments of theirs are the same.
struct ComparedSegments<'a> {
    old: &'a [SegmentEntry],
    new: &'a [SegmentEntry],
    /// For each segment of the newer show, the one of the older.
    was: Vec<Option<usize>>,
    /// For each cue of the older show, its segment there and itself.
    old_cues: HashMap<&'a str, (usize, &'a CueEntry)>,
    /// The numbers of the newer show.
    new_cues: HashSet<&'a str>,
}

impl<'a> ComparedSegments<'a> {
    fn new(old: &'a Listing, new: &'a Listing) -> Self {
        let old_cues = old.segments.iter().enumerate().flat_map(|(at, segment)| {
            segment.cues.iter().map(move |cue| (cue.number.as_str(), (at, cue)))
        });
        let new_cues = new.segments.iter().flat_map(|segment| &segment.cues);
        ComparedSegments {
            was: matching::segments(&outlines(old), &outlines(new)),
            old_cues: old_cues.collect(),
            new_cues: new_cues.map(|cue| cue.number.as_str()).collect(),
            old: &old.segments,
            new: &new.segments,
        }
    }

    fn tell(&self, items: &mut Vec<ItemChange>) {
        // A segment that is gone is told after the one that stood in front of it.
        let is: HashMap<usize, usize> =
            self.was.iter().enumerate().filter_map(|(to, from)| Some(((*from)?, to))).collect();
        let mut gone: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        let mut before = None;
        for from in 0..self.old.len() {
            match is.get(&from) {
                Some(&to) => before = Some(to),
                None => gone.entry(before).or_default().push(from),
            }
        }
        let order: Vec<usize> = (0..self.old.len()).collect();
        // What is new has no place in the old order.
        let here: Vec<usize> = self.was.iter().map(|from| from.unwrap_or(usize::MAX)).collect();
        let moved = matching::moved(&order, &here);
        let mut at = 0;
        let mut next = || {
            at += 1;
            at - 1
        };
        let gone_after = |to: Option<usize>| gone.get(&to).into_iter().flatten().copied();
        for from in gone_after(None) {
            self.removed(from, next(), items);
        }
        for (to, moves) in moved.into_iter().enumerate() {
            self.segment(to, moves, next(), items);
            for from in gone_after(Some(to)) {
                self.removed(from, next(), items);
            }
        }
    }

    fn removed(&self, from: usize, segment_at: usize, items: &mut Vec<ItemChange>) {
        let segment = &self.old[from];
        items.push(ItemChange {
            item: ShowItem::Segment {
                title: segment.title.clone(),
                at: segment_at,
                from: Some(from),
            },
            change: Change::Removed,
            facts: differences(&segment.facts, &Facts::new()),
        });
        let is_gone = |cue: &&CueEntry| !self.new_cues.contains(cue.number.as_str());
        let gone = segment.cues.iter().filter(is_gone);
        items.extend(gone.map(|cue| gone_cue(cue, &segment.title, segment_at)));
    }

    fn segment(&self, to: usize, moves: bool, segment_at: usize, items: &mut Vec<ItemChange>) {
        let segment = &self.new[to];
        let from = self.was[to];
        let item = ShowItem::Segment { title: segment.title.clone(), at: segment_at, from };
        let before = self.was[to].map(|from| &self.old[from]);
        match before {
            None => items.push(ItemChange {
                item,
                change: Change::Added,
                facts: differences(&Facts::new(), &segment.facts),
            }),
            Some(before) => {
                let mut facts = differences(&before.facts, &segment.facts);
                if moves {
                    facts.push(self.segment_place(to));
                }
                if !facts.is_empty() {
                    items.push(ItemChange { item, change: Change::Changed, facts });
                }
            }
        }
        self.cues(to, segment_at, items);
    }

    /// A segment that stands elsewhere: after which it stood, and after which it does now.
    fn segment_place(&self, to: usize) -> FactChange {
        let words = |before: Option<&SegmentEntry>| {
            let first = || "first".to_owned();
            FactWords::One(before.map_or_else(first, |one| format!("after “{}”", one.title)))
        };
        let was = self.was[to].and_then(|from| self.old.get(from.checked_sub(1)?));
        let is = to.checked_sub(1).and_then(|before| self.new.get(before));
        FactChange { key: "place", old: Some(words(was)), new: Some(words(is)) }
    }

    fn cues(&self, to: usize, segment_at: usize, items: &mut Vec<ItemChange>) {
        let segment = &self.new[to];
        let before = self.was[to].map_or(&[][..], |from| &self.old[from].cues);
        let numbers =
            |cues: &'a [CueEntry]| cues.iter().map(|cue| cue.number.as_str()).collect::<Vec<_>>();
        let (old, new) = (numbers(before), numbers(&segment.cues));
        let here: HashSet<&str> = new.iter().copied().collect();
        let mut gone: HashMap<Option<&str>, Vec<ItemChange>> = HashMap::new();
        let mut in_front = None;
        for cue in before {
            if here.contains(cue.number.as_str()) {
                in_front = Some(cue.number.as_str());
            } else if !self.new_cues.contains(cue.number.as_str()) {
                let change = gone_cue(cue, &segment.title, segment_at);
                gone.entry(in_front).or_default().push(change);
            }
        }
        items.extend(gone.remove(&None).into_iter().flatten());
        for ((at, cue), moves) in segment.cues.iter().enumerate().zip(matching::moved(&old, &new)) {
            let (change, facts) = match self.old_cues.get(cue.number.as_str()) {
                None => (Change::Added, differences(&Facts::new(), &cue.facts)),
                Some(&(from, before)) => {
                    let mut facts = differences(&before.facts, &cue.facts);
                    if self.was[to] != Some(from) {
                        let words = |title: &str| Some(FactWords::One(title.to_owned()));
                        let (old, new) = (words(&self.old[from].title), words(&segment.title));
                        facts.push(FactChange { key: "segment", old, new });
                    } else if moves {
                        facts.push(place(&old, &new, at, |number| format!("cue {number}")));
                    }
                    (Change::Changed, facts)
                }
            };
            if change == Change::Added || !facts.is_empty() {
                items.push(ItemChange {
                    item: item(cue, &segment.title, segment_at),
                    change,
                    facts,
                });
            }
            items.extend(gone.remove(&Some(cue.number.as_str())).into_iter().flatten());
        }
    }
}

fn item(cue: &CueEntry, segment: &str, at: usize) -> ShowItem {
    ShowItem::Cue {
        number: cue.number.clone(),
        title: cue.title.clone(),
        segment: segment.to_owned(),
        at,
    }
}

fn gone_cue(cue: &CueEntry, segment: &str, at: usize) -> ItemChange {
    let facts = differences(&cue.facts, &Facts::new());
    ItemChange { item: item(cue, segment, at), change: Change::Removed, facts }
}
