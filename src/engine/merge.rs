//! A new version of the show, as far as a run that goes on can take it.
//!
//! What has happened keeps what it was: a cue that has fired keeps its words and its place, also
//! where the new version changes it or has it no more, and a segment that has started keeps its
//! start. Everything else is as the new version says. No cue, output, department or person gets
//! another index: new ones stand at the end of their list, and outputs, departments and people
//! that the new version does not have stay where they are.
//!
//! A pure function of two shows and of what has happened, so that each reader of the journal comes
//! to the same show.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use crate::edit::matching::{self, SegmentOutline};
use crate::show::{
    Cue, CueIx, DepartmentIx, IndexVec, OutputIx, Rundown, Segment, SegmentIx, Show, Trigger,
};

/// Parts of a show that have happened, and stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Happened {
    /// For each cue, `true` if it has fired.
    pub fired: IndexVec<CueIx, bool>,
    /// For each segment, `true` if it has started.
    pub started: IndexVec<SegmentIx, bool>,
    /// The segment that runs.
    pub running: Option<SegmentIx>,
    /// The cue whose place the playhead has.
    pub playhead: Option<CueIx>,
}

impl Happened {
    fn has_fired(&self, cue: CueIx) -> bool {
        self.fired.get(cue) == Some(&true)
    }

    fn has_started(&self, segment: SegmentIx) -> bool {
        self.started.get(segment) == Some(&true)
    }
}

/// The show that a run goes on with.
#[derive(Debug)]
pub(super) struct Merged {
    pub show: Arc<Show>,
    /// For each segment of it, the one that it was before.
    pub were: IndexVec<SegmentIx, Option<SegmentIx>>,
}

/// Takes the new version `file` of the show `old` into a run in which `happened` has happened.
pub(super) fn merge(old: &Show, file: &Show, happened: &Happened) -> Merged {
    let (outputs, output_ixs) =
        by_id(&old.outputs, &file.outputs, |output| output.id.as_str(), OutputIx);
    let (departments, department_ixs) =
        by_id(&old.departments, &file.departments, |known| known.id.as_str(), DepartmentIx);
    let (people, _) =
        by_id(&old.people, &file.people, |person| person.id.as_str(), crate::show::PersonIx);
    let (mut cues, cue_ixs) = cues(old, file, happened, &output_ixs, &department_ixs);
    let (mut segments, were, order) = segments(old, file, happened, &cue_ixs);
    let mut order_of_all = vec![];
    for (at, (segment, listed)) in (0..).zip(segments.iter_mut().zip(order)) {
        let from = order_of_all.len() as u32;
        listed.iter().for_each(|&cue: &CueIx| cues[cue].segment = SegmentIx(at));
        order_of_all.extend(listed);
        segment.cues = from..order_of_all.len() as u32;
    }
    let is_listed: HashSet<CueIx> = order_of_all.iter().copied().collect();
    retire(&mut cues, &is_listed, &were);
    untie(&mut cues, &order_of_all, &is_listed, happened);
    let show = Show::new(Rundown {
        title: file.title.clone(),
        date: file.date,
        zone: file.zone.clone(),
        zone_name: file.zone_name.clone(),
        clocks: file.clocks.clone(),
        departments,
        outputs,
        remote: file.remote.clone(),
        web: file.web.clone(),
        places: file.places.clone(),
        people,
        segments: segments.into(),
        cues,
        order: order_of_all,
    });
    Merged { show: Arc::new(show), were: were.into() }
}

/// The items of `old` as `new` has them, and after them those that are new; and for each of `new`
/// its index among them.
fn by_id<I: crate::show::Ix, T: Clone>(
    old: &IndexVec<I, T>,
    new: &IndexVec<I, T>,
    id: impl Fn(&T) -> &str,
    ix: impl Fn(u32) -> I,
) -> (IndexVec<I, T>, Vec<I>) {
    let known: HashMap<&str, usize> =
        old.iter().enumerate().map(|(at, item)| (id(item), at)).collect();
    let mut all = old.as_slice().to_vec();
    let mut ixs = Vec::with_capacity(new.len());
    for item in new {
        let at = match known.get(id(item)) {
            Some(&at) => {
                all[at] = item.clone();
                at
            }
            None => {
                all.push(item.clone());
                all.len() - 1
            }
        };
        ixs.push(ix(at as u32));
    }
    (all.into(), ixs)
}

/// All cues of both versions, each at the index that it keeps; and for each cue of `file` its index
/// among them.
fn cues(
    old: &Show,
    file: &Show,
    happened: &Happened,
    outputs: &[OutputIx],
    departments: &[DepartmentIx],
) -> (IndexVec<CueIx, Cue>, IndexVec<CueIx, CueIx>) {
    let known: HashMap<&str, usize> =
        old.cues.iter().enumerate().map(|(at, cue)| (cue.number.as_str(), at)).collect();
    let mut count = old.cues.len();
    let ixs: IndexVec<CueIx, CueIx> = file
        .cues
        .iter()
        .map(|cue| {
            let at = known.get(cue.number.as_str()).copied().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
            CueIx(at as u32)
        })
        .collect();
    let mut all = old.cues.as_slice().to_vec();
    for (cue, &ix) in file.cues.iter().zip(&ixs) {
        if old.has(ix) && happened.has_fired(ix) {
            continue;
        }
        let mut cue = cue.clone();
        cue.needs.iter_mut().for_each(|need| *need = departments[need.0 as usize]);
        for action in &mut cue.actions {
            action.output = outputs[action.output.0 as usize];
        }
        if let Trigger::With { cue, .. } | Trigger::After { cue, .. } = &mut cue.trigger {
            *cue = ixs[*cue];
        }
        cue.backup_for = cue.backup_for.map(|main| ixs[main]);
        cue.stops.iter_mut().for_each(|stop| stop.cue = ixs[stop.cue]);
        match all.get_mut(ix.0 as usize) {
            Some(known) => *known = cue,
            None => all.push(cue),
        }
    }
    (all.into(), ixs)
}

/// A segment of one of the two versions: the one that it was, or its place in the new version.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum OfVersion {
    Old(SegmentIx),
    New(usize),
}

type MergedSegments = (Vec<Segment>, Vec<Option<SegmentIx>>, Vec<Vec<CueIx>>);

/// The segments in their order, the one that each was, and the cues of each in their order.
fn segments(
    old: &Show,
    file: &Show,
    happened: &Happened,
    cue_ixs: &IndexVec<CueIx, CueIx>,
) -> MergedSegments {
    let were = matching::segments(&outlines(old), &outlines(file));
    let mut from: HashMap<OfVersion, usize> = HashMap::new();
    let mut list = vec![];
    for (at, was) in were.iter().enumerate() {
        let which = was.map_or(OfVersion::New(at), |was| OfVersion::Old(SegmentIx(was as u32)));
        from.insert(which, at);
        list.push(which);
    }
    let has_fired_any =
        |segment: SegmentIx| old.cues_of(segment).any(|cue| happened.has_fired(cue));
    let is_kept = |which: OfVersion| match which {
        OfVersion::Old(segment) => {
            happened.has_started(segment)
                || happened.running == Some(segment)
                || has_fired_any(segment)
        }
        OfVersion::New(_) => false,
    };
    let before: Vec<OfVersion> = old.segment_indices().map(OfVersion::Old).collect();
    let list = settle(list, &before, is_kept, happened.running.map(OfVersion::Old));
    let (mut segments, mut were, mut orders) = (vec![], vec![], vec![]);
    for which in list {
        let new = from.get(&which).map(|&at| SegmentIx(at as u32));
        let was = match which {
            OfVersion::Old(segment) => Some(segment),
            OfVersion::New(_) => None,
        };
        segments.push(definition(old, file, happened, was, new));
        orders.push(cues_of(old, file, happened, (was, new), cue_ixs));
        were.push(was);
    }
    (segments, were, orders)
}

fn outlines(show: &Show) -> Vec<SegmentOutline<'_>> {
    let outline = |segment: SegmentIx| SegmentOutline {
        title: show.segment(segment).title.as_str(),
        numbers: show.cues_of(segment).map(|cue| show.cue(cue).number.as_str()).collect(),
    };
    show.segment_indices().map(outline).collect()
}

/// Definition of a segment that `was` one of the old version and is `new` in the new one; at least
/// one of the two is given.
fn definition(
    old: &Show,
    file: &Show,
    happened: &Happened,
    was: Option<SegmentIx>,
    new: Option<SegmentIx>,
) -> Segment {
    match (was, new) {
        (Some(was), Some(new)) if happened.running == Some(was) => {
            Segment { start: old.segment(was).start, ..file.segment(new).clone() }
        }
        (Some(was), Some(new)) if !happened.has_started(was) => file.segment(new).clone(),
        (Some(was), None) if !happened.has_started(was) && happened.running != Some(was) => {
            // Only cues that have fired keep it: nothing of it is to be waited for.
            Segment { start: None, end: None, duration: Duration::ZERO, ..old.segment(was).clone() }
        }
        (Some(was), _) => old.segment(was).clone(),
        (None, new) => file.segment(new.unwrap_or(SegmentIx::FIRST)).clone(),
    }
}

/// The cues of a segment in their order.
fn cues_of(
    old: &Show,
    file: &Show,
    happened: &Happened,
    (was, new): (Option<SegmentIx>, Option<SegmentIx>),
    cue_ixs: &IndexVec<CueIx, CueIx>,
) -> Vec<CueIx> {
    let before: Vec<CueIx> = was.map_or(vec![], |was| old.cues_of(was).collect());
    let is_kept = |cue: CueIx| old.has(cue) && happened.has_fired(cue);
    let listed = new.into_iter().flat_map(|new| file.cues_of(new)).map(|cue| cue_ixs[cue]);
    // One that has fired is where it was.
    let listed = listed.filter(|&cue| !is_kept(cue) || Some(old.cue(cue).segment) == was);
    settle(listed.collect(), &before, is_kept, happened.playhead)
}

/// The items of `list`, with those of `old` that are kept at the places that they had: in their
/// order, and on their side of `pivot`, if that is in both. Whatever is kept and does not stand so
/// in `list` follows what was kept in front of it.
fn settle<T: Copy + Eq + Hash>(
    list: Vec<T>,
    old: &[T],
    is_kept: impl Fn(T) -> bool,
    pivot: Option<T>,
) -> Vec<T> {
    let place: HashMap<T, usize> = old.iter().enumerate().map(|(at, &one)| (one, at)).collect();
    let pivot = pivot.filter(|pivot| place.contains_key(pivot));
    let split = pivot.and_then(|pivot| list.iter().position(|&one| one == pivot));
    let pivot = pivot.filter(|_| split.is_some());
    let mut stays: HashSet<T> = pivot.into_iter().collect();
    let (before, after) = list.split_at(split.unwrap_or(list.len()));
    for (side, is_before) in [(before, true), (after, false)] {
        let is_on_side = |one: &T| {
            let pivot = pivot.and_then(|pivot| place.get(&pivot));
            let own = place.get(one);
            pivot.is_none() || (own < pivot) == is_before
        };
        let kept = side.iter().copied().filter(|one| is_kept(*one) && Some(*one) != pivot);
        let kept: Vec<T> = kept.filter(is_on_side).collect();
        let moved = matching::moved(old, &kept);
        stays.extend(kept.iter().zip(moved).filter(|(_, moves)| !moves).map(|(one, _)| *one));
    }
    let is_settled = |one: &T| !is_kept(*one) || stays.contains(one);
    let mut settled: Vec<T> = list.into_iter().filter(is_settled).collect();
    let mut last: Option<T> = None;
    for &one in old {
        if is_kept(one) && !stays.contains(&one) {
            let after = last.and_then(|last| settled.iter().position(|&other| other == last));
            settled.insert(after.map_or(0, |at| at + 1), one);
        }
        if is_kept(one) || pivot == Some(one) {
            last = Some(one);
        }
    }
    settled
}

/// A cue that is not in the show any more fires nothing, and has a segment of the show all the same:
/// somebody may still have its index.
fn retire(cues: &mut IndexVec<CueIx, Cue>, is_listed: &HashSet<CueIx>, were: &[Option<SegmentIx>]) {
    let now_of = |was: SegmentIx| were.iter().position(|one| *one == Some(was));
    for (at, cue) in (0..).zip(cues.iter_mut()) {
        if !is_listed.contains(&CueIx(at)) {
            cue.segment = now_of(cue.segment).map_or(SegmentIx::FIRST, |now| SegmentIx(now as u32));
            (cue.trigger, cue.backup_for) = (Trigger::Go, None);
            cue.actions.clear();
            cue.stops.clear();
            cue.needs.clear();
            cue.steps.clear();
        }
    }
}

/// Lets a cue that has fired stand by itself where it refers to one that is gone, or to one that now
/// refers to it.
fn untie(
    cues: &mut IndexVec<CueIx, Cue>,
    order: &[CueIx],
    is_listed: &HashSet<CueIx>,
    happened: &Happened,
) {
    let count = cues.len();
    for &cue in order.iter().filter(|&&cue| cue.0 < count as u32 && happened.has_fired(cue)) {
        let is_gone = |of: CueIx| !is_listed.contains(&of);
        let mut cause = cues[cue].trigger.cause();
        let mut steps = 0;
        while let Some(of) = cause.filter(|&of| of != cue && !is_gone(of) && steps < count) {
            (cause, steps) = (cues[of].trigger.cause(), steps + 1);
        }
        if cause.is_some_and(|of| of == cue) || cues[cue].trigger.cause().is_some_and(is_gone) {
            cues[cue].trigger = Trigger::Go;
        }
        if cues[cue].backup_for.is_some_and(is_gone) {
            cues[cue].backup_for = None;
        }
    }
    // A backup takes the place of a cue that is none itself.
    for &cue in order {
        let mut main = cues[cue].backup_for;
        let mut steps = 0;
        while let Some(next) = main.and_then(|main| cues[main].backup_for) {
            main = Some(next).filter(|next| *next != cue && steps < count);
            steps += 1;
        }
        cues[cue].backup_for = main;
    }
}
