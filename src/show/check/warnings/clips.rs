//! Clips whose length the show does not say.

use std::time::Duration;

use super::{PlannedTimes, Problem};
use crate::show::action::MpvCommand;
use crate::show::duration::{self, SECOND_NS};
use crate::show::file::machine::Machine;

impl PlannedTimes<'_> {
    /// Cues that last as long as their clip, where the file does not say how long that is: a
    /// rehearsal has no player, and the plan no length. Only a machine that has looked at the clip
    /// can tell.
    pub(super) fn clips(&self, machine: &dyn Machine) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let plan = self.show.cue(cue);
            let Some((_, _, MpvCommand::Play { clip, from_ns, looped: false, .. })) = plan.clip()
            else {
                continue;
            };
            if plan.lasts().is_some() || !plan.steps.is_empty() || is_still(clip) {
                continue;
            }
            let length_ns = machine.clip(clip).length_ns;
            let Some(length_ns) = length_ns.filter(|length_ns| length_ns > from_ns) else {
                continue;
            };
            let tenths = (length_ns - from_ns).div_ceil(SECOND_NS / 10);
            let lasts = duration::delay(Duration::from_millis(tenths * 100));
            let what = format!(
                "the clip of cue {} lasts {lasts}, and the show does not say so",
                plan.number
            );
            let fix = format!(
                "write `duration = \"{lasts}\"`: without it the plan and rehearsals take the cue for over at once"
            );
            warnings.push(Problem::warning(self.cue_marks(cue).number.clone(), what, fix));
        }
        warnings
    }
}

/// The endings of pictures that do not move: they stand for as long as nothing replaces them.
const STILLS: [&str; 8] = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "svg"];

/// Returns `true` if the clip is a still picture, going by its name.
fn is_still(clip: &str) -> bool {
    let ending = clip.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| STILLS.contains(&ending.as_str()))
}
