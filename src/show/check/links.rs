//! References between cues: every number is one cue's, every reference finds it, and no trigger is
//! in a circle.

use std::time::Duration;

use super::names::Names;
use crate::show::draft::{CueDraft, Mention, TriggerDraft};
use crate::show::faults::Faults;
use crate::show::problem::{quoted, visible};
use crate::show::{CueIx, StopCue};

/// Maximum number of a circle's cues that a message names.
const NAMED_MAX: usize = 8;

/// References between cues, cue by cue; `None` where one has none, or a wrong one.
pub(super) struct Links {
    /// The cues that trigger them.
    pub(super) causes: Vec<Option<CueIx>>,
    /// The cues whose plan B they are.
    pub(super) mains: Vec<Option<CueIx>>,
    /// The cues that they stop.
    pub(super) stops: Vec<Vec<StopCue>>,
}

/// Resolves the references between cues. Where it `lacks_some`, cues may be missing.
pub(super) fn link(faults: &Faults, cues: &[&CueDraft], lacks_some: bool) -> Links {
    let numbers = numbers(faults, cues, lacks_some);
    let (mut causes, mut mains, mut stops) = (vec![], vec![], vec![]);
    for (at, cue) in (0..).zip(cues) {
        causes.push(cause(faults, &numbers, CueIx(at), cue));
        mains.push(main_cue(faults, &numbers, CueIx(at), cue));
        stops.push(stops_of(faults, &numbers, CueIx(at), cue));
    }
    check_backups(faults, cues, &mains);
    check_circles(faults, cues, &causes);
    Links { causes, mains, stops }
}

/// All numbers, at the place of their cues.
fn numbers<'a>(faults: &Faults, cues: &[&'a CueDraft], lacks_some: bool) -> Names<'a> {
    let mut numbers = Names::new("cue", lacks_some);
    for cue in cues {
        let first = numbers.add(cue.number.as_ref());
        if let (Some(number), Some(first)) = (&cue.number, first) {
            let related = (first.place.clone(), "it is used here first".to_owned());
            let what = format!("cue number {} is used twice", quoted(&number.value));
            let fix = "give one of the two cues another number";
            faults.fault_beside(number.place.clone(), what, fix, related);
        }
    }
    numbers
}

/// The number of the cue that triggers `cue`.
fn cause_of(cue: &CueDraft) -> Option<&Mention> {
    match &cue.trigger.as_ref()?.value {
        TriggerDraft::With(cause, _) | TriggerDraft::After(cause, _) => Some(cause),
        TriggerDraft::Go | TriggerDraft::At(_) | TriggerDraft::Into(_) => None,
    }
}

fn cause(faults: &Faults, numbers: &Names<'_>, at: CueIx, cue: &CueDraft) -> Option<CueIx> {
    let cause = cause_of(cue)?;
    let found = CueIx(numbers.resolve(faults, cause)?);
    if found == at {
        let what = format!("cue {} waits for itself", quoted(&cause.value));
        let fix = "write the number of another cue, or `trigger = \"go\"`";
        faults.fault(cause.place.clone(), what, fix);
        return None;
    }
    Some(found)
}

fn main_cue(faults: &Faults, numbers: &Names<'_>, at: CueIx, cue: &CueDraft) -> Option<CueIx> {
    let main = cue.backup_for.as_ref()?;
    let found = CueIx(numbers.resolve(faults, main)?);
    if found == at {
        let what = format!("cue {} is a backup for itself", quoted(&main.value));
        let fix = "write the number of the cue that it stands in for";
        faults.fault(main.place.clone(), what, fix);
        return None;
    }
    Some(found)
}

fn stops_of(faults: &Faults, numbers: &Names<'_>, at: CueIx, cue: &CueDraft) -> Vec<StopCue> {
    let mut stops: Vec<StopCue> = Vec::with_capacity(cue.stops.len());
    for stop in &cue.stops {
        let Some(found) = numbers.resolve(faults, &stop.cue).map(CueIx) else { continue };
        let (number, place) = (quoted(&stop.cue.value), stop.cue.place.clone());
        if found == at {
            let what = format!("cue {number} stops itself as it fires");
            faults.fault(place, what, "write the number of another cue, or remove the action");
        } else if stops.iter().any(|known| known.cue == found) {
            faults.fault(place, format!("cue {number} is stopped twice"), "name it once");
        } else {
            let over = stop.over.as_ref().map_or(Duration::ZERO, |over| over.value);
            stops.push(StopCue { cue: found, over });
        }
    }
    stops
}

fn check_backups(faults: &Faults, cues: &[&CueDraft], mains: &[Option<CueIx>]) {
    for (cue, main) in cues.iter().zip(mains) {
        let (Some(mention), Some(main)) = (&cue.backup_for, main) else { continue };
        if let Some(further) = &cues[main.0 as usize].backup_for {
            let what = format!("cue {} is itself a backup", quoted(&mention.value));
            let fix = format!("write {}, the cue that both stand in for", quoted(&further.value));
            let related = (further.place.clone(), "it stands in here".to_owned());
            faults.fault_beside(mention.place.clone(), what, fix, related);
        }
    }
}

/// Reports each circle once, at the first of its cues in the file.
///
/// Every cue has one cause at most, so that walking from cause to cause either ends or comes back:
/// linear in all.
fn check_circles(faults: &Faults, cues: &[&CueDraft], causes: &[Option<CueIx>]) {
    let mut walk_of: Vec<usize> = vec![usize::MAX; cues.len()];
    for start in 0..cues.len() {
        let mut at = start;
        while walk_of[at] == usize::MAX {
            walk_of[at] = start;
            let Some(cause) = causes[at] else { break };
            at = cause.0 as usize;
        }
        // The walk has met itself, not an end or an older walk: a circle that nobody has seen.
        if walk_of[at] == start && causes[at].is_some() {
            report_circle(faults, cues, &circle_through(at, causes));
        }
    }
}

/// The circle through `at`, each cue before its cause, beginning with the first of the file.
fn circle_through(at: usize, causes: &[Option<CueIx>]) -> Vec<usize> {
    let cause = |&from: &usize| causes[from].map(|cause| cause.0 as usize).filter(|to| *to != at);
    let mut circle: Vec<_> = std::iter::successors(Some(at), cause).collect();
    let first =
        circle.iter().enumerate().min_by_key(|(_, cue)| **cue).map_or(0, |(place, _)| place);
    circle.rotate_left(first);
    circle
}

fn report_circle(faults: &Faults, cues: &[&CueDraft], circle: &[usize]) {
    let [first, others @ ..] = circle else { return };
    let number = |cue: &usize| cues[*cue].number.as_ref().map_or("?", |number| &*number.value);
    // From effect to cause it was found; from cause to effect it is told.
    let mut chain: Vec<_> = std::iter::once(first).chain(others.iter().rev()).map(number).collect();
    if chain.len() > NAMED_MAX {
        chain.truncate(NAMED_MAX);
        chain.push("…");
    }
    chain.push(number(first));
    let Some(cause) = cause_of(cues[*first]) else { return };
    let what = format!("cues that trigger each other in a circle: {}", visible(&chain.join(" → ")));
    faults.fault(cause.place.clone(), what, "write `trigger = \"go\"` for one of them");
}
