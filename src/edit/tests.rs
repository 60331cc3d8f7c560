//! Two small shows by hand, and random ones against what a comparison has to say in any case.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::compare::{Change, Comparison, ShowItem, compare};
use super::listing::Listing;
use super::matching::moved;
use crate::show::{Show, file};

pub(super) fn show(text: &str) -> Show {
    file::parse(text, "UTC").unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn compared(old: &str, new: &str) -> Comparison {
    compare(&Listing::of(&show(old)), &Listing::of(&show(new)))
}

/// A random show: segments by the place of their title and their length, and in each cues.
pub(super) type Sketch = Vec<(u8, u8, Vec<CueSketch>)>;

#[derive(Clone, Debug)]
pub(super) struct CueSketch {
    number: u8,
    title: u8,
    length: Option<u8>,
    follows: bool,
    notes: Option<&'static str>,
    sends: u8,
}

pub(super) fn sketches() -> impl Strategy<Value = Sketch> {
    let notes = prop::option::of(prop::sample::select(vec!["", "Wind limit", "Two\nlines"]));
    let cue = (0_u8..14, 0_u8..3, prop::option::of(0_u8..3), any::<bool>(), notes, 0_u8..4);
    let cue = cue.prop_map(|(number, title, length, follows, notes, sends)| CueSketch {
        number,
        title,
        length,
        follows,
        notes,
        sends,
    });
    let segment = (0_u8..3, 1_u8..4, prop::collection::vec(cue, 0..6));
    prop::collection::vec(segment, 1..5)
}

/// The text of a sketch; a number that has been used is left out.
pub(super) fn text_of(sketch: &Sketch) -> String {
    let mut text = "title = \"Random\"\n[output.desk]\nosc = \"udp://127.0.0.1:9\"\n".to_owned();
    let (mut used, mut last) = (BTreeSet::new(), None);
    for (title, length, cues) in sketch {
        text += &format!("[[segment]]\ntitle = \"S{title}\"\nduration = \"{length}m\"\n");
        for cue in cues.iter().filter(|cue| used.insert(cue.number)) {
            text += &format!(
                "[[segment.cue]]\nnumber = \"{}\"\ntitle = \"T{}\"\n",
                cue.number, cue.title
            );
            if let Some(length) = cue.length {
                text += &format!("duration = \"{length}.05s\"\n");
            }
            if let (true, Some(last)) = (cue.follows, last) {
                text += &format!("trigger = {{ after = \"{last}\" }}\n");
            }
            if let Some(notes) = cue.notes {
                text += &format!("notes = {notes:?}\n");
            }
            let sends: Vec<String> = (0..cue.sends)
                .map(|at| format!("{{ output = \"desk\", osc = \"/{}\" }}", (at + cue.title) % 3))
                .collect();
            text += &format!("do = [{}]\n", sends.join(", "));
            last = Some(cue.number);
        }
    }
    text
}

/// The numbers of the cues with this change, each as often as it is told.
fn numbers(comparison: &Comparison, change: Change) -> Vec<String> {
    let cues = comparison.items.iter().filter(|one| one.change == change);
    let number = cues.filter_map(|one| match &one.item {
        ShowItem::Cue { number, .. } => Some(number.clone()),
        _ => None,
    });
    let mut numbers: Vec<String> = number.collect();
    numbers.sort();
    numbers
}

fn sorted(set: BTreeSet<String>) -> Vec<String> {
    set.into_iter().collect()
}

proptest! {
    /// Nothing is told only where nothing differs, and each cue that only one show has is told
    /// once, whichever is the newer.
    #[test]
    fn a_comparison_leaves_nothing_out(old in sketches(), new in sketches()) {
        let (old, new) = (show(&text_of(&old)), show(&text_of(&new)));
        let (before, after) = (Listing::of(&old), Listing::of(&new));
        let forth = compare(&before, &after);
        let back = compare(&after, &before);
        prop_assert_eq!(forth.items.is_empty(), *old == *new, "{:#?}", forth);
        prop_assert!(compare(&before, &before).items.is_empty());
        let all = |show: &Show| show.cues.iter().map(|cue| cue.number.to_string()).collect::<BTreeSet<_>>();
        let (was, is) = (all(&old), all(&new));
        let added = sorted(is.difference(&was).cloned().collect());
        let removed = sorted(was.difference(&is).cloned().collect());
        prop_assert_eq!(numbers(&forth, Change::Added), added.clone());
        prop_assert_eq!(numbers(&forth, Change::Removed), removed.clone());
        prop_assert_eq!(numbers(&back, Change::Removed), added);
        prop_assert_eq!(numbers(&back, Change::Added), removed);
        let changed = numbers(&forth, Change::Changed);
        prop_assert_eq!(changed.iter().collect::<BTreeSet<_>>().len(), changed.len());
    }

    /// What does not move keeps its order, and nothing moves that could stay: by trying out all.
    #[test]
    fn as_few_as_can_be_move(new in Just((0_u8..7).collect::<Vec<_>>()).prop_shuffle(), extra in 0_usize..8) {
        let old: Vec<u8> = (0..7).collect();
        let mut new = new;
        new.insert(extra.min(new.len()), 99);
        let moves = moved(&old, &new);
        let stays: Vec<u8> =
            new.iter().zip(&moves).filter(|(one, moves)| **one != 99 && !**moves).map(|(one, _)| *one).collect();
        prop_assert!(stays.is_sorted(), "{:?}", stays);
        prop_assert!(!moves[extra.min(7)], "what is new does not move");
        let longest = (0_u32..1 << 8).filter_map(|mask| {
            let kept: Vec<u8> = (0..8).filter(|at| mask >> at & 1 == 1).map(|at| new[at as usize]).collect();
            (!kept.contains(&99) && kept.is_sorted()).then_some(kept.len())
        });
        prop_assert_eq!(Some(stays.len()), longest.max());
    }
}

#[test]
fn a_segment_is_known_by_its_cues_when_its_title_changes() {
    let cue = |number: u8| format!("[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"T\"\n");
    let segment = |title: &str, cues: &[u8]| {
        let cues: String = cues.iter().copied().map(cue).collect();
        format!("[[segment]]\ntitle = \"{title}\"\nduration = \"1m\"\n{cues}")
    };
    let head = "title = \"x\"\n";
    let old = [head, &segment("A", &[1, 2]), &segment("B", &[3])].concat();
    let new = [head, &segment("Opening", &[1, 2]), &segment("B", &[3])].concat();
    let found = compared(&old, &new);
    let [only] = found.items.as_slice() else { panic!("{found:#?}") };
    assert_eq!(only.item, ShowItem::Segment { title: "Opening".into(), at: 0, from: Some(0) });
    assert_eq!((only.change, only.facts[0].key), (Change::Changed, "title"));
    // Two that exchange their titles have exchanged their titles, if their cues stay.
    let new = [head, &segment("B", &[1, 2]), &segment("A", &[3])].concat();
    let keys: Vec<_> =
        compared(&old, &new).items.iter().map(|one| (one.change, one.facts[0].key)).collect();
    assert_eq!(keys, [(Change::Changed, "title"), (Change::Changed, "title")]);
}

#[test]
fn a_figure_that_counts_up_is_told_of_both_sides() {
    let text = "title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n";
    let changed = compared(text, &format!("{text}count = \"up\"\n"));
    let told = format!("{changed:?}");
    assert!(told.contains("count") && told.contains("up"), "{told}");
    assert_eq!(compared(text, &format!("{text}count = \"down\"\n")), compared(text, text));
}
