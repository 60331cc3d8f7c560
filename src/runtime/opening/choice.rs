//! Choice of the run that a show is opened as: a new one, one that was left, or none.
//!
//! A live run that another program calls at the moment is never offered as if it were left, and a
//! second live run of the same show beside it takes a typed yes: both would send every cue to the
//! same outputs.

use anyhow::bail;

use super::resumable::{Resumable, resumable, resumable_of};
use super::{ClockStart, RunOptions, Script, Unfinished};
use crate::journal::{Holder, RunFolder, Store, StoreError, Summary};
use crate::runtime::clock::wall_now;
use crate::runtime::inbox::Inbox;
use crate::runtime::neighbours::{held, holders};
use crate::runtime::question::{self, CallerAnswer};
use crate::runtime::{RUNS_LOOKED_AT, beacon};
use crate::show::StationName;

/// Effect of a second live run of a show.
const SAME_SHOW: &str = "A second run sends its cues to the same outputs beside the first.";

/// The way a show is opened.
pub(super) enum Choice {
    /// A new run.
    Fresh,
    /// Going on with this one.
    Resume(Box<RunFolder>),
    /// Neither: the caller thought better of it.
    Leave,
}

/// Says as what `script` is opened; asks where only the caller can know.
///
/// # Errors
/// With the reason, in words for the caller.
pub(super) fn choose(
    options: &RunOptions,
    store: &Store,
    script: &Script,
    inbox: &Inbox,
) -> anyhow::Result<Choice> {
    let same =
        |summary: &Summary| summary.source == script.source && summary.rehearsal == script.rehearse;
    // A rehearsal sends nothing: it may go on beside any other.
    let is_twin = |summary: &Summary| !script.rehearse && same(summary);
    if let Some((folder, holder)) = running(store, is_twin) {
        return twin(options, store, folder, holder, inbox);
    }
    if let Some(pid) = unrecorded(store, script) {
        return beside_unrecorded(options, script, pid, inbox);
    }
    match options.unfinished {
        Unfinished::Fresh => Ok(Choice::Fresh),
        Unfinished::Resume => match resumable_of(store, station(options), wall_now(), same)? {
            Resumable::One(folder) => Ok(Choice::Resume(folder)),
            Resumable::Asks(folders) => {
                let folder = question::ask_which(folders, wall_now(), inbox)?;
                Ok(folder.map_or(Choice::Leave, |folder| Choice::Resume(Box::new(folder))))
            }
            Resumable::None => {
                let kind = if script.rehearse { "rehearsal" } else { "live run" };
                bail!(
                    "there is no unfinished {kind} of {} in {}",
                    script.source,
                    store.root().display()
                )
            }
        },
        Unfinished::Ask => {
            let offered = |folder: &RunFolder| {
                let summary = folder.summary.as_ref().filter(|_| folder.fault.is_none());
                summary.is_some_and(|summary| same(summary) && is_offered(options, summary))
                    && store.holder(&folder.id).is_none()
            };
            match last_unfinished(store, offered).unwrap_or(None) {
                None => Ok(Choice::Fresh),
                Some(folder) => Ok(match question::ask(&folder, None, wall_now(), inbox)? {
                    CallerAnswer::Resume => Choice::Resume(Box::new(folder)),
                    CallerAnswer::Fresh => Choice::Fresh,
                    CallerAnswer::Leave => Choice::Leave,
                }),
            }
        }
    }
}

/// Returns `true` if a run that was left is worth the question. A show that was only looked at left
/// nothing to go on with, a demonstration is nobody's work, and a technical rehearsal and a
/// performance are never taken for each other.
fn is_offered(options: &RunOptions, summary: &Summary) -> bool {
    let is_demonstration = summary.rehearsal && summary.auto;
    let is_shifted = options.start != ClockStart::Usual;
    let is_same_kind = summary.rehearsal || summary.shift_ns.is_some() == is_shifted;
    summary.cues_fired > 0 && !is_demonstration && is_same_kind
}

/// A live run of the show is going on in another program.
fn twin(
    options: &RunOptions,
    store: &Store,
    folder: RunFolder,
    holder: Holder,
    inbox: &Inbox,
) -> anyhow::Result<Choice> {
    let answer = match (options.unfinished, holder.terminal) {
        (Unfinished::Resume, true) => bail!(
            "run {} is being called here now by process {}; quit it there, or start another run with --fresh",
            folder.id,
            holder.pid
        ),
        // A caller without a terminal gives the run away.
        (Unfinished::Resume, false) => CallerAnswer::Resume,
        (Unfinished::Ask, false) => question::ask(&folder, Some(holder), wall_now(), inbox)?,
        (Unfinished::Ask, true) | (Unfinished::Fresh, _) => CallerAnswer::Fresh,
    };
    match answer {
        CallerAnswer::Resume => Ok(Choice::Resume(Box::new(folder))),
        CallerAnswer::Leave => Ok(Choice::Leave),
        CallerAnswer::Fresh
            if question::ask_for_second(
                store,
                &folder,
                holder,
                SAME_SHOW,
                "start a second run",
                wall_now(),
                inbox,
            )? =>
        {
            Ok(Choice::Fresh)
        }
        CallerAnswer::Fresh => Ok(Choice::Leave),
    }
}

/// The process that calls a live run of the show of which no folder tells: its disk does not take
/// it, or has lost it.
fn unrecorded(store: &Store, script: &Script) -> Option<u32> {
    if script.rehearse {
        return None;
    }
    let mut callers = beacon::callers(store, &script.source);
    if !callers.is_empty() {
        let recorded: Vec<u32> = holders(store).map(|(_, holder)| holder.pid).collect();
        callers.retain(|pid| !recorded.contains(pid));
    }
    callers.first().copied()
}

fn beside_unrecorded(
    options: &RunOptions,
    script: &Script,
    pid: u32,
    inbox: &Inbox,
) -> anyhow::Result<Choice> {
    let title = &script.show.title;
    if options.unfinished == Unfinished::Resume {
        bail!(
            "“{title}” is being called here now by process {pid}; quit it there, or start another run with --fresh"
        );
    }
    let verb = "start a second run";
    let goes_on = question::ask_beside_unrecorded(title, pid, SAME_SHOW, verb, inbox)?;
    Ok(if goes_on { Choice::Fresh } else { Choice::Leave })
}

/// The name of this station, in a shared run.
fn station(options: &RunOptions) -> Option<&StationName> {
    options.share.as_ref().map(|share| &share.station)
}

/// Run to go on with if only `--resume` is given; `None` if the caller decided against it.
///
/// # Errors
/// When there is none, with what there is instead.
pub(super) fn bare(
    options: &RunOptions,
    store: &Store,
    inbox: &Inbox,
) -> anyhow::Result<Option<Box<RunFolder>>> {
    match resumable(store, station(options), wall_now())? {
        Resumable::One(folder) => beside_another(store, folder, inbox),
        Resumable::Asks(folders) => match question::ask_which(folders, wall_now(), inbox)? {
            Some(folder) => beside_another(store, Box::new(folder), inbox),
            None => Ok(None),
        },
        Resumable::None => bail!(
            "there is no unfinished run in {}; `handover --resume RUN{option}` resumes a rehearsal that was quit, \
             `handover runs{option}` lists them",
            store.root().display(),
            option = store.option()
        ),
    }
}

/// Goes on with a run that is chosen, after a typed yes where another program calls a live run of
/// the same show: both would send every cue to the same outputs.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn beside_another(
    store: &Store,
    folder: Box<RunFolder>,
    inbox: &Inbox,
) -> anyhow::Result<Option<Box<RunFolder>>> {
    let Some(own) = folder.summary.as_ref().filter(|summary| !summary.rehearsal) else {
        return Ok(Some(folder));
    };
    let mut others = held(store).filter(|(other, _)| other.id != folder.id);
    let is_twin =
        |summary: &Summary| !summary.ended && !summary.rehearsal && summary.source == own.source;
    let twin = others.find(|(other, _)| other.summary.as_ref().is_some_and(is_twin));
    let Some((other, holder)) = twin else { return Ok(Some(folder)) };
    let verb = format!("resume {} beside it", folder.id);
    let goes_on =
        question::ask_for_second(store, &other, holder, SAME_SHOW, &verb, wall_now(), inbox)?;
    Ok(goes_on.then_some(folder))
}

/// The newest of the last runs that has not ended and that `fits`.
fn last_unfinished(
    store: &Store,
    fits: impl Fn(&RunFolder) -> bool,
) -> Result<Option<RunFolder>, StoreError> {
    let unfinished = |run: &RunFolder| run.summary.as_ref().is_none_or(|summary| !summary.ended);
    for id in store.ids()?.iter().rev().take(RUNS_LOOKED_AT) {
        let run = store.summary(id)?;
        if unfinished(&run) && fits(&run) {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// The last run that `fits` and that another program has in its hands.
fn running(store: &Store, fits: impl Fn(&Summary) -> bool) -> Option<(RunFolder, Holder)> {
    held(store).find(|(folder, _)| folder.summary.as_ref().is_some_and(|s| !s.ended && fits(s)))
}
