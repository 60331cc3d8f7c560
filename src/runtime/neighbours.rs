//! Other live runs on this machine that send to the same outputs: two callers on one desk fire each
//! other's cues, so the caller is asked before the second begins, and both are told for as long as
//! it lasts.

use std::sync::Arc;
use std::time::Duration;

use super::RUNS_LOOKED_AT;
use super::clock::wall_now;
use super::inbox::{Inbox, Msg, Sender};
use super::opening::parse;
use super::question;
use crate::engine::{Event, Record, RunId};
use crate::journal::{Holder, RunFolder, Store, Summary, Tail, TailRead};
use crate::show::{Output, OutputKind, Show};

/// Pause between two looks for other runs: each look reads the lock files of the last runs.
const PAUSE: Duration = Duration::from_secs(4);

/// A live run in the hands of another program.
struct Neighbour {
    folder: RunFolder,
    holder: Holder,
    /// The show's title.
    title: String,
    /// The outputs that it shares with this run, by their ids in this run's show.
    shared: Vec<String>,
}

impl Neighbour {
    /// The run `folder` in the hands of `holder`, where it is a live one that sends to outputs of
    /// `show`.
    fn of(store: &Store, show: &Show, folder: RunFolder, holder: Holder) -> Option<Self> {
        let summary = folder.summary.as_ref()?;
        if summary.ended || summary.rehearsal {
            return None;
        }
        let theirs = parse(&store.show_text(&folder.id).ok()?, &summary.source).ok()?;
        let shared = shared(show, &theirs);
        let title = summary.show.clone();
        (!shared.is_empty()).then_some(Neighbour { folder, holder, title, shared })
    }

    /// Alarm that the caller sees for as long as it lasts.
    fn words(&self) -> String {
        let pid = self.holder.pid;
        format!("“{}”, process {pid}, sends to {} too", self.title, self.shared.join(", "))
    }
}

/// The runs of the last ones that other programs have in their hands, the newest first.
pub(super) fn holders(store: &Store) -> impl Iterator<Item = (RunId, Holder)> {
    let ids = store.ids().unwrap_or_default().into_iter().rev().take(RUNS_LOOKED_AT);
    ids.filter_map(|id| store.holder(&id).map(|holder| (id, holder)))
}

/// The same with what their journals tell, each read as it is asked for. What cannot be read is in
/// nobody's hands.
pub(super) fn held(store: &Store) -> impl Iterator<Item = (RunFolder, Holder)> {
    // The copy of a shared run sends what another station fires.
    let held = holders(store).filter(|(id, _)| id.station().is_none());
    held.filter_map(|(id, holder)| Some((store.summary(&id).ok()?, holder)))
}

/// Returns `true` if a live run of `show`, which came from `source`, may begin: no live run of
/// another show sends to its outputs, or the caller has typed yes. Another run of the same show has
/// been asked about already. A show that the program calls begins, with a warning on the standard
/// error.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn may_begin(
    store: &Store,
    (show, source): (&Show, &str),
    auto: bool,
    inbox: &Inbox,
) -> anyhow::Result<bool> {
    let is_other = |summary: &Summary| summary.source != source;
    let others: Vec<_> = held(store)
        .filter(|(folder, _)| folder.summary.as_ref().is_some_and(is_other))
        .filter_map(|(folder, holder)| Neighbour::of(store, show, folder, holder))
        .collect();
    if auto {
        for other in &others {
            eprintln!("warning: {}", other.words());
        }
        return Ok(true);
    }
    for Neighbour { folder, holder, shared, .. } in &others {
        let why = format!("Both send to {}.", shared.join(", "));
        let verb = format!("call “{}” beside it", show.title);
        if !question::ask_for_second(store, folder, *holder, &why, &verb, wall_now(), inbox)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Looks for live runs of other programs that send to the outputs of `show`, and tells the station
/// whenever they are others than before. Ends with the station.
pub(super) fn watch(store: &Store, show: &Arc<Show>, post: &Sender) {
    if !show.outputs.iter().any(|output| is_shared(&output.kind)) {
        return;
    }
    let (store, show) = (store.clone(), Arc::clone(show));
    let post = post.clone();
    let watch = move || {
        let mut watched = WatchedRuns::default();
        while post.is_collected() {
            if let Some(words) = watched.look(&store, &show) {
                post.send(Msg::Neighbours(words));
            }
            std::thread::sleep(PAUSE);
        }
    };
    // A run that is not told of others is called all the same.
    let _ = std::thread::Builder::new().name("neighbours".into()).spawn(watch);
}

/// Findings of the last look.
#[derive(Default)]
struct WatchedRuns {
    known: Vec<HeldRun>,
    told: Vec<String>,
}

/// A run that another program has in its hands and that is not finished.
struct HeldRun {
    id: RunId,
    holder: Holder,
    /// Where it shares outputs, the words on that, and its journal, which is followed for its end.
    /// What shares none stays so.
    shares: Option<(String, Tail)>,
}

impl WatchedRuns {
    /// The words on all that share outputs, where they are others than those told last.
    fn look(&mut self, store: &Store, show: &Show) -> Option<Vec<String>> {
        let own = std::process::id();
        let mut before = std::mem::take(&mut self.known);
        for (id, holder) in
            holders(store).filter(|(id, holder)| holder.pid != own && id.station().is_none())
        {
            let at = before.iter().position(|k| k.id == id && k.holder.pid == holder.pid);
            if let Some(mut known) = at.map(|at| before.swap_remove(at))
                && known.goes_on()
            {
                self.known.push(HeldRun { holder, ..known });
                continue;
            }
            // A run whose journal has not begun is looked at again the next time, and one that is
            // finished as well: its caller may fire a cue once more.
            let Ok(mut tail) = store.tail(&id) else { continue };
            // What comes after this is in the summary, or is read the next time.
            tail.read();
            let Ok(folder) = store.summary(&id) else { continue };
            if folder.summary.as_ref().is_none_or(|summary| summary.ended) {
                continue;
            }
            let neighbour = Neighbour::of(store, show, folder, holder);
            let shares = neighbour.map(|neighbour| (neighbour.words(), tail));
            self.known.push(HeldRun { id, holder, shares });
        }
        let words = self.known.iter().filter_map(|known| known.shares.as_ref());
        let words: Vec<_> = words.map(|(words, _)| words.clone()).collect();
        if words == self.told {
            return None;
        }
        self.told.clone_from(&words);
        Some(words)
    }
}

impl HeldRun {
    /// Returns `true` if nothing in its journal says that it has ended since the last look.
    fn goes_on(&mut self) -> bool {
        let Some((_, tail)) = &mut self.shares else { return true };
        let TailRead { restarted, records, fault } = tail.read();
        let ends = |record: &Record| matches!(record.event, Event::RunEnded { .. });
        !restarted && fault.is_none() && !records.iter().any(ends)
    }
}

/// Returns `true` if two runs that name the same address of this kind reach the same device. Each
/// run has players of its own.
fn is_shared(kind: &OutputKind) -> bool {
    kind.protocol().spec().is_shared
}

/// The ids of the outputs of `show` that `theirs` sends to as well.
fn shared(show: &Show, theirs: &Show) -> Vec<String> {
    let is_theirs = |own: &Output| theirs.outputs.iter().any(|output| output.shares_device(own));
    show.outputs
        .iter()
        .filter(|output| is_shared(&output.kind) && is_theirs(output))
        .map(|output| output.id.clone())
        .collect()
}
