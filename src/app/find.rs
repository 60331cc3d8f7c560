//! Finding a cue by its number or words.

use crate::show::{CueIx, Show};

/// The cues that `text` may mean, the best first: those of this number, then whose number begins so, then whose title,
/// call, notes or segment has all of its words.
pub fn cues(show: &Show, text: &str) -> Vec<CueIx> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return vec![];
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Vec<(u8, CueIx)> =
        show.cue_indices().filter_map(|ix| Some((rank(show, ix, &text, &words)?, ix))).collect();
    found.sort();
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
    let segment = &show.segment(cue.segment).title;
    let others = [cue.call.as_deref(), cue.notes.as_deref(), Some(segment)];
    others.into_iter().flatten().any(has_all).then_some(3)
}
