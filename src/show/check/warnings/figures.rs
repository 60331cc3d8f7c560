//! Figures that count up where nothing counts.

use super::{PlannedTimes, Problem};
use crate::show::CountDirection;

impl PlannedTimes<'_> {
    /// Cues that are to count up and of which nobody knows how long they last.
    pub(super) fn figures(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let plan = self.show.cue(cue);
            let counts_up = match plan.count {
                CountDirection::Up => true,
                CountDirection::Down => false,
            };
            let has_figure = plan.lasts().is_some() || plan.clip().is_some();
            if let Some(place) = &self.cue_marks(cue).count
                && counts_up
                && !has_figure
            {
                let what = format!("cue {} has no length: no figure counts up", plan.number);
                let fix = "add `duration`, or remove `count`";
                warnings.push(Problem::warning(place.clone(), what, fix));
            }
        }
        warnings
    }
}
