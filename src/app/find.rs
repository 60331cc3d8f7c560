//! Finding a cue by its number or words, a person by name, role or notes.

use crate::show::{CueIx, PersonIx, Show};

/// The cues that `text` may mean, the best first: those of this number, then whose number begins
/// so, then whose title, call, notes or segment has all of its words.
pub fn cues(show: &Show, text: &str) -> Vec<CueIx> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return vec![];
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Vec<(u8, CueIx)> =
        show.cue_indices().filter_map(|ix| Some((rank(show, ix, &text, &words)?, ix))).collect();
    found.sort_by_key(|&(rank, ix)| (rank, show.place(ix)));
    found.into_iter().map(|(_, ix)| ix).collect()
}

fn rank(show: &Show, ix: CueIx, text: &str, words: &[&str]) -> Option<u8> {
    let cue = show.cue(ix);
    let number = cue.number.as_str().to_lowercase();
    if number == text {
        return Some(0);
    }
    if number.starts_with(text) {
        return Some(1);
    }
    let has_all = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    if has_all(&cue.title) {
        return Some(2);
    }
    let (segment, remarks) = (&show.segment(cue.segment).title, cue.remarks());
    let others = [cue.call.as_deref(), remarks.as_deref(), Some(segment)];
    others.into_iter().flatten().any(has_all).then_some(3)
}

/// The people that `text` may mean, the best first: those whose name begins so, then whose name,
/// then whose name and role, and then whose name, role and notes have all of its words.
pub fn people(show: &Show, text: &str) -> Vec<PersonIx> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return vec![];
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let has_all = |text: &str| words.iter().all(|word| text.contains(word));
    let rank = |ix: PersonIx| {
        let person = show.person(ix);
        let name = person.name.to_lowercase();
        if name.starts_with(&text) {
            return Some(0_u8);
        }
        let with = |all: &str, more: &Option<String>| {
            format!("{all} {}", more.as_deref().unwrap_or("").to_lowercase())
        };
        let with_role = with(&name, &person.role);
        let with_notes = with(&with_role, &person.notes);
        (1..)
            .zip([name, with_role, with_notes])
            .find_map(|(rank, all)| has_all(&all).then_some(rank))
    };
    let mut found: Vec<(u8, PersonIx)> =
        show.person_indices().filter_map(|ix| Some((rank(ix)?, ix))).collect();
    found.sort();
    found.into_iter().map(|(_, ix)| ix).collect()
}
