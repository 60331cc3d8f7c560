//! Clips whose length the show does not say, and clips that play on when their cue is over.

use std::time::Duration;

use super::{PlannedTimes, Problem, SECOND};
use crate::show::action::MpvCommand;
use crate::show::duration::{self, SECOND_NS};
use crate::show::file::machine::Machine;
use crate::show::problem::quoted;
use crate::show::{ClipKind, Cue};

/// The time for which a clip plays, if nothing ends it.
enum PlayTime {
    /// So long.
    For(Duration),
    /// As long as its file, whose length nobody knows.
    Unknown,
    /// Until something ends it.
    Endless,
}

impl PlayTime {
    /// The time for which `command` plays; the clip that is the clock of `cue` is over with that.
    fn of(command: &MpvCommand, clock_of: Option<&Cue>, machine: &dyn Machine) -> Option<Self> {
        let MpvCommand::Play { clip, from_ns, to_ns, looped, .. } = command else { return None };
        if *looped || ClipKind::of(clip) == ClipKind::Still {
            let duration = clock_of.and_then(|cue| cue.duration);
            return Some(duration.map_or(PlayTime::Endless, PlayTime::For));
        }
        let end_ns = to_ns.or_else(|| machine.clip(clip).length_ns);
        let lasts = end_ns.map(|end_ns| Duration::from_nanos(end_ns.saturating_sub(*from_ns)));
        Some(lasts.map_or(PlayTime::Unknown, PlayTime::For))
    }
}

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

    /// Further clips of cues that play on when the first one is over, and the cue with it.
    pub(super) fn further_clips(&self, machine: &dyn Machine) -> Vec<Problem> {
        let mut warnings = vec![];
        for cue in self.show.cue_indices() {
            let (plan, marks) = (self.show.cue(cue), self.cue_marks(cue));
            let Some((first, player, clock)) = plan.clip().filter(|_| plan.steps.is_empty()) else {
                continue;
            };
            let lead = match PlayTime::of(clock, Some(plan), machine) {
                Some(PlayTime::For(lasts)) => Some(lasts),
                Some(PlayTime::Unknown) => None,
                Some(PlayTime::Endless) | None => continue,
            };
            for (action, place) in plan.actions.iter().zip(&marks.actions).skip(first + 1) {
                let Some((own, command)) = action.command() else { continue };
                let MpvCommand::Play { clip, looped, .. } = command else { continue };
                let plays_on = match PlayTime::of(command, None, machine) {
                    // A picture that stands is what a careful author may well want.
                    Some(PlayTime::Endless) => *looped,
                    Some(PlayTime::For(lasts)) => {
                        lead.is_some_and(|lead| lasts >= lead.saturating_add(SECOND))
                    }
                    Some(PlayTime::Unknown) | None => false,
                };
                if plays_on && own != player {
                    let (clip, number) = (quoted(clip), &plan.number);
                    let what = format!(
                        "{clip} plays on when the first clip of cue {number} is over: the run follows only the first"
                    );
                    let fix = format!(
                        "give it a cue of its own with `trigger = {{ with = \"{number}\" }}`, or put it first in `do`"
                    );
                    warnings.push(Problem::warning(place.clone(), what, fix));
                }
            }
        }
        warnings
    }
}
