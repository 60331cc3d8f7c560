//! The index of a rundown: lists that are looked up again and again while a show runs.
//!
//! Computed from the rundown by [`Index::of`] and never changed: it says nothing that the rundown
//! doesn't say.

use std::collections::HashMap;
use std::ops::Range;

use super::acts;
use super::people::{self, NamedPeople};
use super::{CueIx, CueNumber, IndexLists, IndexVec, Rundown, Trigger};

/// The place of a cue that is not in the running order.
pub(super) const OUT: u32 = u32::MAX;

/// Lists that a rundown implies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Index {
    /// Index in the cues of each number.
    pub(super) numbers: HashMap<CueNumber, CueIx>,
    /// For each cue, its place in the running order, from 0, or [`OUT`].
    pub(super) places: IndexVec<CueIx, u32>,
    /// For each cue, the cues whose `with` names it, in running order.
    pub(super) with: IndexLists<CueIx, CueIx>,
    /// For each cue, the cues whose `after` names it, in running order.
    pub(super) after: IndexLists<CueIx, CueIx>,
    /// For each cue, its backups, in running order.
    pub(super) backups: IndexLists<CueIx, CueIx>,
    /// For each cue, the first cue of its chain of `with` and `after`.
    pub(super) roots: IndexVec<CueIx, CueIx>,
    /// The cues that play a clip, in running order.
    pub(super) clips: Vec<CueIx>,
    /// `true` if any cue has more to draw than words.
    pub(super) is_pictured: bool,
    /// `true` if a segment says on which day it is.
    pub(super) lasts_days: bool,
    /// The segments of each act: a frame has no time to group them.
    pub(super) acts: Vec<Range<usize>>,
    /// The cues at which the flag is to be passed, in running order.
    pub(super) passes: Vec<CueIx>,
    /// Names of people in cues.
    pub(super) named: NamedPeople,
}

impl Index {
    /// The index of a checked rundown: every index in it is in range, no trigger is in a circle.
    pub(super) fn of(rundown: &Rundown) -> Self {
        let cues = || rundown.listed();
        let mut places = IndexVec::filled(OUT, rundown.cues.len());
        (0..).zip(rundown.cue_indices()).for_each(|(place, cue)| places[cue] = place);
        let with = cues().filter_map(|(ix, cue)| match cue.trigger {
            Trigger::With { cue, .. } => Some((cue, ix)),
            Trigger::Go | Trigger::After { .. } | Trigger::At { .. } | Trigger::Into { .. } => None,
        });
        let after = cues().filter_map(|(ix, cue)| match cue.trigger {
            Trigger::After { cue, .. } => Some((cue, ix)),
            Trigger::Go | Trigger::With { .. } | Trigger::At { .. } | Trigger::Into { .. } => None,
        });
        let backups = cues().filter_map(|(ix, cue)| Some((cue.backup_for?, ix)));
        let count = rundown.cues.len();
        Index {
            numbers: cues().map(|(ix, cue)| (cue.number.clone(), ix)).collect(),
            places,
            with: IndexLists::of(count, with),
            after: IndexLists::of(count, after),
            backups: IndexLists::of(count, backups),
            roots: roots(rundown),
            clips: cues().filter(|(_, cue)| cue.clip().is_some()).map(|(ix, _)| ix).collect(),
            is_pictured: cues().any(|(_, cue)| cue.is_pictured()),
            lasts_days: rundown.last_day().is_some(),
            acts: acts::grouped(rundown),
            passes: cues().filter(|(_, cue)| cue.pass.is_some()).map(|(ix, _)| ix).collect(),
            named: people::named(rundown),
        }
    }
}

/// For each cue, the first cue of its chain of `with` and `after`.
fn roots(rundown: &Rundown) -> IndexVec<CueIx, CueIx> {
    let mut roots: IndexVec<CueIx, CueIx> = (0..rundown.cues.len() as u32).map(CueIx).collect();
    for first in rundown.cue_indices() {
        // A chain may be as long as the show: its links are shortened on the way, as in a
        // union-find.
        let mut cue = first;
        while let Some(cause) = rundown.cue(cue).trigger.cause().filter(|_| roots[cue] == cue) {
            cue = cause;
        }
        let root = roots[cue];
        let mut cue = first;
        while roots[cue] == cue && cue != root {
            roots[cue] = root;
            match rundown.cue(cue).trigger.cause() {
                Some(cause) => cue = cause,
                None => break,
            }
        }
    }
    roots
}
