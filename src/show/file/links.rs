//! References between cues: every number is one cue's, every reference finds it, and no trigger is
//! in a circle.

use super::cue::Draft;
use super::reader::{Names, Reader, quoted};
use crate::show::problem::visible;
use crate::show::{Cue, CueIx, Trigger};

/// Maximum number of a circle's cues that a message names.
const NAMED_MAX: usize = 8;

/// Checks the references of all cues and gives the cues with theirs resolved.
///
/// Cues with a fault may be missing from the result: it is good only if no fault was reported.
pub(super) fn link(reader: &Reader<'_>, mut drafts: Vec<Draft<'_>>) -> Vec<Cue> {
    let numbers = numbers(reader, &drafts);
    let causes: Vec<_> =
        drafts.iter().enumerate().map(|(at, draft)| cause(reader, &numbers, at, draft)).collect();
    let mains: Vec<_> = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| main_cue(reader, &numbers, at, draft))
        .collect();
    check_backups(reader, &drafts, &mains);
    check_circles(reader, &drafts, &causes);
    for ((draft, cause), main) in drafts.iter_mut().zip(causes).zip(mains) {
        let Some(cue) = &mut draft.cue else { continue };
        cue.backup_for = main;
        if let (Some(by), Some(cause)) = (&draft.cause, cause) {
            let delay_ns = by.delay_ns;
            cue.trigger = if by.is_after {
                Trigger::After { cue: cause, delay_ns }
            } else {
                Trigger::With { cue: cause, delay_ns }
            };
        }
    }
    drafts.into_iter().filter_map(|draft| draft.cue).collect()
}

/// All numbers, at the place of their cues.
fn numbers<'a>(reader: &Reader<'_>, drafts: &[Draft<'a>]) -> Names<'a> {
    let mut numbers = Names::new("cue");
    for draft in drafts {
        // A cue without a number keeps its place under a name that no reference can have.
        let Some(number) = &draft.number else {
            numbers.add("");
            continue;
        };
        let first =
            numbers.add(number.text).and_then(|first| drafts[first as usize].number.as_ref());
        if let Some(first) = first {
            let related = (first.span.clone(), "it is used here first".to_owned());
            let what = format!("cue number {} is used twice", quoted(number.text));
            reader.fault_beside(
                number.span.clone(),
                what,
                "give one of the two cues another number",
                related,
            );
        }
    }
    numbers
}

fn cause(reader: &Reader<'_>, numbers: &Names<'_>, at: usize, draft: &Draft<'_>) -> Option<CueIx> {
    let cause = &draft.cause.as_ref()?.number;
    let found = numbers.resolve(reader, cause)? as usize;
    if found == at {
        let what = format!("cue {} waits for itself", quoted(cause.text));
        reader.fault(
            cause.span.clone(),
            what,
            "write the number of another cue, or `trigger = \"go\"`",
        );
        return None;
    }
    Some(CueIx(found as u32))
}

fn main_cue(
    reader: &Reader<'_>,
    numbers: &Names<'_>,
    at: usize,
    draft: &Draft<'_>,
) -> Option<CueIx> {
    let main = draft.backup_for.as_ref()?;
    let found = numbers.resolve(reader, main)? as usize;
    if found == at {
        let what = format!("cue {} is a backup for itself", quoted(main.text));
        reader.fault(main.span.clone(), what, "write the number of the cue that it stands in for");
        return None;
    }
    Some(CueIx(found as u32))
}

fn check_backups(reader: &Reader<'_>, drafts: &[Draft<'_>], mains: &[Option<CueIx>]) {
    for (draft, main) in drafts.iter().zip(mains) {
        let (Some(mention), Some(main)) = (&draft.backup_for, main) else { continue };
        if let Some(further) = &drafts[main.0 as usize].backup_for {
            let what = format!("cue {} is itself a backup", quoted(mention.text));
            let fix = format!("write {}, the cue that both stand in for", quoted(further.text));
            reader.fault_beside(
                mention.span.clone(),
                what,
                fix,
                (further.span.clone(), "it stands in here".to_owned()),
            );
        }
    }
}

/// Reports each circle once, at the first of its cues in the file.
///
/// Every cue has one cause at most, so that walking from cause to cause either ends or comes back:
/// linear in all.
fn check_circles(reader: &Reader<'_>, drafts: &[Draft<'_>], causes: &[Option<CueIx>]) {
    let mut walk_of: Vec<usize> = vec![usize::MAX; drafts.len()];
    for start in 0..drafts.len() {
        let mut at = start;
        while walk_of[at] == usize::MAX {
            walk_of[at] = start;
            let Some(cause) = causes[at] else { break };
            at = cause.0 as usize;
        }
        // The walk has met itself, not an end or an older walk: a circle that nobody has seen.
        if walk_of[at] == start && causes[at].is_some() {
            report_circle(reader, drafts, &circle_through(at, causes));
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

fn report_circle(reader: &Reader<'_>, drafts: &[Draft<'_>], circle: &[usize]) {
    let [first, others @ ..] = circle else { return };
    let number = |cue: &usize| drafts[*cue].number.as_ref().map_or("?", |number| number.text);
    // From effect to cause it was found; from cause to effect it is told.
    let mut chain: Vec<_> = std::iter::once(first).chain(others.iter().rev()).map(number).collect();
    if chain.len() > NAMED_MAX {
        chain.truncate(NAMED_MAX);
        chain.push("…");
    }
    chain.push(number(first));
    let Some(cause) = &drafts[*first].cause else { return };
    let what = format!("cues that trigger each other in a circle: {}", visible(&chain.join(" → ")));
    reader.fault(cause.number.span.clone(), what, "write `trigger = \"go\"` for one of them");
}
