//! Stops of cues that have nothing to stop.

use super::{PlannedTimes, Problem};
use crate::show::protocol::Lasting;
use crate::show::{Cue, Trigger};

impl PlannedTimes<'_> {
    /// Stops of cues that start nothing that goes on, and times for what is over at once.
    pub(super) fn stops(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let stops = &self.show.cue(cue).stops;
            for (stop, (place, over)) in stops.iter().zip(&self.cue_marks(cue).stops) {
                let other = self.show.cue(stop.cue);
                let number = &other.number;
                if !goes_on(other) {
                    let what =
                        format!("cue {number} starts nothing that goes on: nothing is stopped");
                    let fix = "write the number of a cue that plays a clip, has a ramp or lasts";
                    warnings.push(Problem::warning(place.clone(), what, fix));
                } else if let Some(place) = over
                    && !stop.over.is_zero()
                    && !starts(other, Lasting::Clip)
                {
                    let what = format!("only clips fade out, and cue {number} plays none");
                    let fix = "remove `over`: everything else stops at once";
                    warnings.push(Problem::warning(place.clone(), what, fix));
                } else if let Some(place) = over
                    && stop.over.is_zero()
                {
                    let what = format!("nothing fades in no time: cue {number} is stopped at once");
                    let fix = "write a time such as `over = \"3s\"`, or remove `over`";
                    warnings.push(Problem::warning(place.clone(), what, fix));
                }
            }
        }
        warnings
    }
}

/// Returns `true` if a cue may have something to stop at some time after it was called.
fn goes_on(cue: &Cue) -> bool {
    let is_delayed = match cue.trigger {
        Trigger::With { delay, .. }
        | Trigger::After { delay, .. }
        | Trigger::Into { offset: delay } => !delay.is_zero(),
        Trigger::Go | Trigger::At { .. } => false,
    };
    let has_length = cue.duration.is_some_and(|duration| !duration.is_zero());
    let lasts = cue.actions.iter().any(|action| action.body.lasting().is_some());
    lasts || has_length || !cue.steps.is_empty() || is_delayed
}

fn starts(cue: &Cue, what: Lasting) -> bool {
    cue.actions.iter().any(|action| action.body.lasting() == Some(what))
}
