//! Cues of a sheet that have no number there, brought together with those of the show.

use std::collections::{HashMap, HashSet, VecDeque};

use super::found;
use crate::sheet::imported::{Imported, ImportedCue};
use crate::show::{CueIx, CueNumber, Show};

/// Returns `true` if a sheet says how its cues are known.
pub(super) fn is_numbered(sheet: &Imported) -> bool {
    let mut cues = cues(sheet).peekable();
    cues.peek().is_none() || cues.any(|cue| !cue.assumed_number)
}

/// Returns `true` if a cue of a sheet is one of the show, or one of the two has none.
pub(super) fn knows_any(show: &Show, sheet: &Imported) -> bool {
    let mut cues = cues(sheet).peekable();
    let has_none = cues.peek().is_none() || show.cues.is_empty();
    has_none || cues.any(|cue| found(show, &cue.number).is_some())
}

fn cues(sheet: &Imported) -> impl Iterator<Item = &ImportedCue> {
    sheet.segments.iter().flat_map(|segment| &segment.cues)
}

/// Numbers the cues that have no number in the sheet: as those of the show that have their titles, or
/// else so that no cue has the number yet. Where the show has another count of cues of that title,
/// they are left out and said. Gives the cues of the show of which that leaves open if they are
/// in the sheet.
pub(super) fn number(show: &Show, sheet: &mut Imported, said: &mut Vec<String>) -> HashSet<CueIx> {
    let own = |cue: &ImportedCue| (!cue.assumed_number).then(|| cue.number.clone());
    let mut taken: HashSet<String> = cues(sheet).filter_map(own).collect();
    let mut asked: HashMap<String, usize> = HashMap::new();
    for cue in cues(sheet).filter(|cue| cue.assumed_number) {
        *asked.entry(cue.title.clone()).or_default() += 1;
    }
    let mut titled: HashMap<&str, VecDeque<CueIx>> = HashMap::new();
    for ix in show.cue_indices() {
        let cue = show.cue(ix);
        if asked.contains_key(&cue.title) && !taken.contains(cue.number.as_str()) {
            titled.entry(&cue.title).or_default().push_back(ix);
        }
    }
    // Another count of one title: nobody knows which is which.
    let is_open = |title: &str, count: usize| asked.get(title).is_some_and(|one| *one != count);
    let open: HashMap<&str, VecDeque<CueIx>> =
        titled.extract_if(|title, list| is_open(title, list.len())).collect();
    let mut numbering = Numbering { show, spare: 1 };
    for segment in &mut sheet.segments {
        segment.cues.retain_mut(|cue| {
            if !cue.assumed_number {
                return true;
            }
            if open.contains_key(&*cue.title) {
                said.push(format!(
                    "a cue {} of the sheet has no number, and the show has another count of that title: left out",
                    cue.title
                ));
                return false;
            }
            let same = titled.get_mut(&*cue.title).and_then(VecDeque::pop_front);
            cue.number = match same {
                Some(ix) => show.cue(ix).number.to_string(),
                None => numbering.free(&cue.number, &taken),
            };
            taken.insert(cue.number.clone())
        });
    }
    open.into_values().flatten().collect()
}

/// Numbers that neither the show nor the sheet has.
struct Numbering<'s> {
    show: &'s Show,
    /// The next that is tried where no letter makes one.
    spare: u32,
}

impl Numbering<'_> {
    /// The number itself, or it with a letter, if no cue has it.
    fn free(&mut self, number: &str, taken: &HashSet<String>) -> String {
        let is_free = |text: &String| {
            let number = CueNumber::new(text);
            !taken.contains(text) && number.is_ok_and(|number| self.show.find(&number).is_none())
        };
        let lettered = ('A'..='Z').map(|letter| format!("{number}{letter}"));
        if let Some(free) = std::iter::once(number.to_owned()).chain(lettered).find(is_free) {
            return free;
        }
        let mut spare = (self.spare..).map(|count| (count, format!("X{count}")));
        let (count, free) = spare.find(|(_, text)| is_free(text)).unwrap_or_default();
        self.spare = count.saturating_add(1);
        free
    }
}
