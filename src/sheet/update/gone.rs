//! Parts of a show that a newer sheet does not have: which of them may go, and why others stay.

use std::collections::HashSet;

use super::{SheetWish, Update};
use crate::show::{CueIx, Show};

impl Update {
    /// What the sheet does not have, and what may go, but for the cues of `spared`.
    pub(super) fn gone(&mut self, spared: &HashSet<CueIx>) -> Vec<SheetWish> {
        let cues = self.says.segments.iter().flat_map(|segment| &segment.cues);
        let there: HashSet<&str> = cues.map(|cue| &*cue.number).collect();
        let matched: HashSet<usize> = self.taken.of_sheet.iter().flatten().copied().collect();
        let segments = (0..self.now.segments.len()).rev().filter(|at| !matched.contains(at));
        let show = self.taken.document.show();
        let is_there = |ix: &CueIx| there.contains(show.cue(*ix).number.as_str());
        let cues: Vec<CueIx> = show.cue_indices().filter(|ix| !is_there(ix)).collect();
        let mut wishes = vec![];
        // What a cue sets off goes before it.
        for &ix in cues.iter().rev() {
            let cue = show.cue(ix);
            let of_template = self.taken.document.is_of_template(&cue.number);
            let of_template = of_template.then_some("comes from a template");
            match of_template.or_else(|| reason_to_stay(show, ix)) {
                _ if self.sheet.has_hidden_rows || spared.contains(&ix) => {}
                Some(reason) => self.said.push(format!(
                    "cue {} {} is not in the sheet: kept, for it {reason}",
                    cue.number, cue.title
                )),
                None => wishes.push(SheetWish::GoneCue(cue.number.clone())),
            }
        }
        let segments = segments.map(SheetWish::GoneSegment).collect::<Vec<_>>();
        if !self.sheet.has_hidden_rows {
            wishes.extend(segments);
        } else if !cues.is_empty() || !segments.is_empty() {
            let what = "the sheet has hidden rows: what it does not show was kept";
            self.said.push(what.to_owned());
        }
        wishes
    }
}

/// Reason why a cue stays that a sheet does not have.
pub(super) fn reason_to_stay(show: &Show, ix: CueIx) -> Option<&'static str> {
    let cue = show.cue(ix);
    if !cue.actions.is_empty() {
        Some("sends something")
    } else if !cue.stops.is_empty() {
        Some("stops another cue")
    } else if show.is_plan_b(ix) {
        Some("is a backup or follows one, which an export may leave out")
    } else if !cue.public {
        Some("is not public, and an export may leave it out")
    } else {
        None
    }
}
