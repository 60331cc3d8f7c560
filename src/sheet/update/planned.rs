//! The planned times of a sheet of `handover export`, which has one for each cue: those that are as
//! in the show ask for nothing.
//!
//! A cue without a planned time of its own is spread evenly among those of its segment. An export may
//! have left some of them out, so the sheet cannot tell: the show can, as long as its segment
//! stays as it is. Where other changes move a cue away from its time, that is set at last.

use std::collections::HashSet;

use super::gone::reason_to_stay;
use super::wants::Want;
use super::{Update, found};
use crate::sheet::imported::{Imported, ImportedCue, ImportedSegment};
use crate::sheet::own::{BACKUP_FOR, INEXACT_NS, TRIGGER};
use crate::sheet::write::length;
use crate::show::duration::HOUR_NS;
use crate::show::plan::call_offsets;
use crate::show::{CueIx, Ix, NO_TITLE, SegmentIx, Show};
use crate::time::nanoseconds;

const DAY_NS: u64 = 24 * HOUR_NS;

/// Plans each cue as the show does, or at the time that the sheet says, where a segment stays as it
/// is. `matched` has the segment of the show for each of the sheet.
pub(super) fn plan(show: &Show, sheet: &mut Imported, matched: &[Option<usize>]) {
    let offsets = call_offsets(show);
    let segments: Vec<SegmentIx> = show.segment_indices().collect();
    for (segment, at) in sheet.segments.iter_mut().zip(matched) {
        let Some(&home) = at.and_then(|at| segments.get(at)) else { continue };
        let is_as_it_was = is_as_it_was(show, segment, home);
        for cue in &mut segment.cues {
            let own = found(show, &cue.number).filter(|_| is_called(cue));
            let Some((own, said_ns)) = own.zip(cue.offset_ns) else { continue };
            let planned = show.cue(own).planned.map(nanoseconds);
            if !is_as_it_was {
                // A time of its own stays one, also where the cue would come then anyway.
                cue.planned_ns = cue.planned_ns.or(planned.map(|_| said_ns));
                continue;
            }
            let Some(offset) = offsets.get(own).copied().map(nanoseconds) else { continue };
            cue.planned_ns = if is_same(offset, said_ns) { planned } else { Some(said_ns) };
        }
    }
}

impl Update {
    /// The time at which a cue is meant to be called, where the show has another one than the sheet.
    pub(super) fn moment_wants(&self, at: usize, cue: usize) -> Vec<Want> {
        if self.left.contains(&(at, cue)) {
            return vec![];
        }
        let show = self.taken.document.show();
        let cue = self.sheet.segments.get(at).and_then(|segment| segment.cues.get(cue));
        let own = cue.and_then(|cue| found(show, &cue.number).filter(|_| is_called(cue)));
        let Some((ix, said_ns)) = own.zip(cue.and_then(|cue| cue.offset_ns)) else {
            return vec![];
        };
        let own = show.cue(ix);
        let home = self.taken.of_sheet.get(at).copied().flatten();
        let now = self.offsets.get(ix).copied().unwrap_or_default();
        let is_as_said = !own.is_called()
            || home != Some(own.segment.at())
            || is_same(nanoseconds(now), said_ns)
            || own.planned.map(nanoseconds) == Some(said_ns);
        match is_as_said {
            true => vec![],
            false => vec![Want::new("planned", length(said_ns))],
        }
    }
}

/// Returns `true` if two moments are one, nanoseconds from the beginning of a segment. A time of day
/// alone does not say the day.
fn is_same(a_ns: u64, b_ns: u64) -> bool {
    let off_ns = a_ns.abs_diff(b_ns) % DAY_NS;
    off_ns.min(DAY_NS - off_ns) <= INEXACT_NS
}

fn is_called(cue: &ImportedCue) -> bool {
    // Another cue that the sheet does not have may set it off.
    let is_linked = cue.extra.iter().any(|(name, _)| name == TRIGGER || name == BACKUP_FOR);
    cue.trigger.is_none() && cue.backup_for.is_none() && !is_linked
}

/// Returns `true` if a segment of the sheet has the length and the called cues of one of the show.
fn is_as_it_was(show: &Show, segment: &ImportedSegment, home: SegmentIx) -> bool {
    let mut there: HashSet<CueIx> = HashSet::new();
    let is_there = |cue: &ImportedCue| {
        let own = found(show, &cue.number).filter(|&ix| show.cue(ix).segment == home);
        own.is_some_and(|ix| {
            there.insert(ix);
            // What is withheld does not say its trigger.
            show.cue(ix).is_called() == is_called(cue) || cue.title == NO_TITLE
        })
    };
    nanoseconds(show.segment(home).duration) == segment.duration_ns
        && segment.cues.iter().all(is_there)
        && show.cues_of(home).all(|ix| there.contains(&ix) || reason_to_stay(show, ix).is_some())
}
