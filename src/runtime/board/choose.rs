//! Choice of the run that a board follows.
//!
//! The one that was named. Otherwise, of the unfinished runs of the show (or of any): one that
//! somebody calls before one that nobody does, of these a live one before a rehearsal, and of these
//! the newest. Looks again and again, so it remembers what it has read of each journal and reads
//! one again only when it has changed.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::bail;

use super::source;
use crate::app::crew::CrewView;
use crate::engine::RunId;
use crate::journal::Store;
use crate::runtime::RUNS_LOOKED_AT;
use crate::runtime::opening::{Beside, machine_zone, read};
use crate::show::file::expand::expand;
use crate::show::file::machine::Unseen;
use crate::show::{Show, builtin};

/// The show or the run that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WantedRun {
    /// This run and no other.
    Run(RunId),
    /// A run of the show that came from there.
    Show(String),
    /// Any run.
    Any,
}

/// Facts that were read of a run.
#[derive(Clone, Debug)]
struct KnownRun {
    /// The journal's length and time when it was read.
    look: Option<(u64, SystemTime)>,
    /// Nothing where its first line is not there yet, or cannot be read.
    told: Option<RunFacts>,
}

/// Facts from a run's journal that matter to the choice.
#[derive(Clone, Debug)]
struct RunFacts {
    /// Source of its show, which never changes.
    source: String,
    rehearsal: bool,
    ended: bool,
}

/// The choice, and what it is made from.
pub(super) struct RunChoice {
    store: Store,
    wanted: WantedRun,
    /// The show that is waited for, where one is named.
    show: Option<Show>,
    /// The department that the show has to have, by its id or name.
    department: Option<String>,
    /// Command that would begin a run of it.
    command: String,
    known: HashMap<RunId, KnownRun>,
    passed_over: HashSet<RunId>,
}

impl RunChoice {
    /// Parses `of`: a run of this state folder, or a show.
    ///
    /// # Errors
    /// When there is neither, or the show has faults.
    pub(super) fn new(of: Option<&str>, state: &Path) -> anyhow::Result<Self> {
        let store = Store::new(state);
        let mut choice = RunChoice {
            store,
            wanted: WantedRun::Any,
            show: None,
            department: None,
            command: "handover SHOW".to_owned(),
            known: HashMap::new(),
            passed_over: HashSet::new(),
        };
        let Some(of) = of else { return Ok(choice) };
        let id = RunId(of.to_owned());
        if choice.store.journal_path(&id).is_ok() {
            choice.wanted = WantedRun::Run(id);
            return Ok(choice);
        }
        let path = PathBuf::from(of);
        let Some(source) = source(&path) else {
            bail!(
                "there is no run and no show {of}; `handover runs{}` lists the runs in {}, `handover shows` the built-in shows",
                choice.store.option(),
                choice.store.root().display()
            );
        };
        let text = match builtin::find(of).filter(|_| !path.exists()) {
            Some(show) => show.text.to_owned(),
            None => read(&path)?,
        };
        // Its faults are not printed: they would quote the show, and this terminal may be a public
        // one.
        let checked = expand(&text, &Beside::new(&path)).check(&machine_zone(), &Unseen);
        let show = checked.map(|checked| checked.show).map_err(|_| {
            anyhow::anyhow!("{of} has errors and does not run; `handover check {of}` lists them")
        })?;
        choice.show = Some(show);
        choice.command = format!("handover {of}");
        choice.wanted = WantedRun::Show(source);
        Ok(choice)
    }

    /// Chooses among the runs whose show has this department.
    ///
    /// # Errors
    /// When the show that is wanted has none of that name.
    pub(super) fn of_department(&mut self, department: &str) -> anyhow::Result<()> {
        self.department = Some(department.to_owned());
        self.show.as_ref().map_or(Ok(()), |show| self.check_department(show))
    }

    /// Returns nothing where `show` has the department that is wanted, or none is.
    ///
    /// # Errors
    /// When it does not have it.
    pub(super) fn check_department(&self, show: &Show) -> anyhow::Result<()> {
        let Some(department) = &self.department else { return Ok(()) };
        if CrewView::department(show, department).is_some() {
            return Ok(());
        }
        let ids: Vec<&str> = show.departments.iter().map(|one| one.id.as_str()).collect();
        let has = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
        bail!("the show has no department {department}; it has {has}")
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn wanted(&self) -> &WantedRun {
        &self.wanted
    }

    /// The show that is waited for.
    pub(super) fn show(&self) -> Option<&Show> {
        self.show.as_ref()
    }

    /// Its title.
    pub(super) fn title(&self) -> Option<&str> {
        self.show.as_ref().map(|show| show.title.as_str())
    }

    /// Command that would begin a run.
    pub(super) fn command(&self) -> String {
        self.command.clone()
    }

    /// Never chooses this run again: it cannot be read.
    pub(super) fn pass_over(&mut self, id: RunId) {
        self.passed_over.insert(id);
    }

    /// The run to follow, if there is one. `followed` stays the choice when it has ended, until
    /// another is there.
    pub(super) fn best(&mut self, followed: Option<&RunId>) -> Option<RunId> {
        if let WantedRun::Run(id) = &self.wanted {
            return Some(id.clone());
        }
        // A folder that cannot be read now may be readable in a moment: a board that waits keeps
        // waiting.
        let ids = self.store.ids().unwrap_or_default();
        let mut best: Option<((bool, bool), RunId)> = None;
        for id in ids.into_iter().rev().take(RUNS_LOOKED_AT) {
            if self.passed_over.contains(&id) {
                continue;
            }
            let Some(told) = self.look(&id).filter(|told| !told.ended && self.fits(told)) else {
                continue;
            };
            let is_called = self.store.holder(&id).is_some();
            // What nobody calls and was there before the one on the board is no reason to leave
            // that.
            let rank = (is_called, is_called && !told.rehearsal);
            if best.as_ref().is_none_or(|(other, _)| rank > *other) {
                best = Some((rank, id));
            }
        }
        let (rank, id) = best?;
        let is_older =
            followed.is_some_and(|followed| !rank.0 && self.is_older_than(&id, followed));
        (!is_older).then_some(id)
    }

    /// Returns `true` if `id` began before `other`.
    fn is_older_than(&self, id: &RunId, other: &RunId) -> bool {
        let ids = self.store.ids().unwrap_or_default();
        let place = |id: &RunId| ids.iter().position(|known| known == id);
        place(id) < place(other)
    }

    /// Returns `true` if a run is of the show that is wanted.
    fn fits(&self, told: &RunFacts) -> bool {
        match &self.wanted {
            WantedRun::Show(source) => told.source == *source,
            WantedRun::Run(_) | WantedRun::Any => true,
        }
    }

    /// Facts of a run, once its first line is there. The journal of another show is not read again
    /// however it grows: its caller's machine has better to do.
    fn look(&mut self, id: &RunId) -> Option<RunFacts> {
        let another = self
            .known
            .get(id)
            .and_then(|known| known.told.as_ref())
            .filter(|told| !self.fits(told));
        if another.is_some() {
            return None;
        }
        let look = self.store.journal_path(id).ok().and_then(|path| {
            let file = fs::metadata(path).ok()?;
            Some((file.len(), file.modified().ok()?))
        });
        if self.known.get(id).is_none_or(|known| known.look != look) {
            let summary = self.store.summary(id).ok().and_then(|folder| folder.summary);
            let told = summary.map(|run| RunFacts {
                source: run.source,
                rehearsal: run.rehearsal || run.shift_ns.is_some(),
                ended: run.ended,
            });
            self.known.insert(id.clone(), KnownRun { look, told });
        }
        self.known.get(id)?.told.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::engine::{Event, Record, RunNs};
    use crate::journal::Journal;
    use crate::runtime::clock::wall_now;

    /// Makes a run of the show at `source`; nobody calls it unless `is_called`.
    fn run(
        choice: &RunChoice,
        source: &str,
        rehearsal: bool,
        is_called: bool,
        ended: bool,
    ) -> RunId {
        let (id, lock) = choice.store.create("20261122-200000-evening", "").unwrap();
        let mut journal = Journal::create(lock, Box::new(|_| {})).unwrap();
        let started = Event::RunStarted {
            show: "An evening".into(),
            source: source.into(),
            rehearsal,
            speed: 1,
            auto: false,
            clock: wall_now(),
            day: "2026-11-22".parse().unwrap(),
            version: "0".into(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
            web: None,
        };
        let events = [started].into_iter().chain(ended.then_some(Event::RunEnded { over_ns: 0 }));
        let record = |(seq, event)| Record::new(seq, wall_now(), RunNs::ZERO, event);
        journal.append(&(1..).zip(events).map(record).collect::<Vec<_>>()).unwrap();
        journal.close(Duration::from_secs(20)).unwrap();
        match is_called {
            // Nobody lets go of it before the test ends.
            true => std::mem::forget(choice.store.lock(&id).unwrap()),
            false => fs::write(choice.store.root().join(&id.0).join("lock"), "").unwrap(),
        }
        id
    }

    #[test]
    fn who_is_called_comes_first_then_what_is_live_then_the_newest() {
        let dir = tempfile::tempdir().unwrap();
        let mut any = RunChoice::new(None, dir.path()).unwrap();
        assert_eq!(any.best(None), None);
        run(&any, "a", false, false, true);
        assert_eq!(any.best(None), None, "it has ended");
        let old = run(&any, "a", false, false, false);
        assert_eq!(any.best(None), Some(old.clone()));
        let newer = run(&any, "a", true, false, false);
        assert_eq!(any.best(None), Some(newer.clone()));
        assert_eq!(
            any.best(Some(&newer)),
            Some(newer.clone()),
            "an older one that nobody calls is no reason to turn"
        );
        let live = run(&any, "a", false, true, false);
        let rehearsal = run(&any, "a", true, true, false);
        assert_eq!(
            any.best(Some(&newer)),
            Some(live.clone()),
            "called, and live before {rehearsal}"
        );
        let ended = run(&any, "a", false, false, true);
        assert_eq!(any.best(Some(&ended)), Some(live.clone()));
        let other = run(&any, "b", true, false, false);
        any.wanted = WantedRun::Show("b".into());
        assert_eq!(any.best(None), Some(other.clone()));
        any.pass_over(other);
        assert_eq!(any.best(None), None);
        let named = RunChoice::new(Some(&old.0), dir.path()).unwrap().best(None);
        assert_eq!(named, Some(old), "the one that is named, whatever it is");
    }

    #[test]
    fn what_is_neither_a_run_nor_a_show_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = RunChoice::new(Some("nothing"), dir.path()).err().unwrap().to_string();
        assert!(
            error.starts_with("there is no run and no show nothing; `handover runs --state /"),
            "{error}"
        );
        let choice = RunChoice::new(Some(builtin::FIRST), dir.path()).unwrap();
        assert_eq!(choice.wanted(), &WantedRun::Show(format!("built-in:{}", builtin::FIRST)));
        assert!(choice.title().is_some());
    }
}
