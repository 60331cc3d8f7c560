//! Clips whose length the show does not say.

use std::time::Duration;

use super::{PlannedTimes, Problem};
use crate::show::ClipKind;
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
            if plan.lasts().is_some()
                || !plan.steps.is_empty()
                || ClipKind::of(clip) == ClipKind::Still
            {
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
