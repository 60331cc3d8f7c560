//! Ramps that share their address with another message of their cue.

use super::{PlannedTimes, Problem};
use crate::show::action::OscContent;
use crate::show::problem::quoted;
use crate::show::{Action, Body};

impl PlannedTimes<'_> {
    /// Ramps and messages that something else of the same cue takes the place of in the same instant.
    pub(super) fn ramps(&self) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let actions = &self.show.cue(cue).actions;
            for (at, (action, place)) in
                actions.iter().zip(&self.cue_marks(cue).actions).enumerate()
            {
                let Some((address, is_ramp)) = said(action) else { continue };
                let later =
                    actions.iter().skip(at + 1).filter(|later| later.output == action.output);
                let mut later = later.filter_map(said).filter(|(other, _)| *other == address);
                let Some((_, is_later_ramp)) = later.next().filter(|(_, later)| is_ramp || *later)
                else {
                    continue;
                };
                let [ends, other] = match (is_ramp, is_later_ramp) {
                    (true, true) => ["this ramp ends at its first value", "another ramp"],
                    (true, false) => ["this ramp ends at its first value", "another message"],
                    (false, _) => ["this message has no effect", "a ramp"],
                };
                let cue = &self.show.cue(cue).number;
                let what = format!("{ends}: {other} of cue {cue} goes to {} too", quoted(address));
                let fix = "remove one of the two, or move one into a cue of its own";
                warnings.push(Problem::warning(place.clone(), what, fix));
            }
        }
        warnings
    }
}

/// The OSC address to which an action goes, and `true` if it is a ramp.
fn said(action: &Action) -> Option<(&str, bool)> {
    match &action.body {
        Body::Osc { address, content } => {
            let is_ramp = match content {
                OscContent::Ramp(_) => true,
                OscContent::Args(_) => false,
            };
            Some((address, is_ramp))
        }
        Body::Http { .. } | Body::Midi(_) | Body::Mpv { .. } | Body::Raw(_) | Body::Obs { .. } => {
            None
        }
    }
}
