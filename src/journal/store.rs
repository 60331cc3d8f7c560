//! The folder that holds all runs: list them, begin one.
//!
//! Owns the names of the folders and the files in them. Must never change a run that exists, nor
//! delete one: what a run has left behind is the caller's, and only the holder of its lock writes
//! there.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};

use super::JOURNAL_FILE;
use super::disk::{JournalFile, sync_dir};
use super::lock::{Holder, LockError, RunLock, holder_in};
use super::place::state_option;
use super::recover::RecoverError;
use super::summary::Summary;
use super::tail::Tail;
use crate::engine::RunId;
use crate::files::{self, open_regular};

const SHOW_FILE: &str = "show.toml";

/// Maximum size of a show file that is read, bytes: the parser refuses far less.
const SHOW_BYTES_MAX: u64 = 64 << 20;

/// Maximum number of runs with the same name, which holds the second in which they begin.
const NAMESAKES_MAX: u32 = 999;

/// The runs on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    root: PathBuf,
}

/// A run that begins as soon as the disk takes its files.
#[derive(Debug)]
pub struct NewRun {
    store: Store,
    id_base: String,
    show_text: String,
    /// The run's name and folder, once it is made.
    claimed: Option<(RunId, PathBuf)>,
}

/// A run in the list.
#[derive(Debug)]
pub struct RunFolder {
    /// Its name.
    pub id: RunId,
    /// Summary of its journal, up to the damage if there is any; `None` if not even its beginning
    /// can be read.
    pub summary: Option<Summary>,
    /// The problem with its journal.
    pub fault: Option<RecoverError>,
}

/// Reason why runs cannot be listed, read or begun.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no run of this name.
    #[error(
        "there is no run {id} in {}; `handover runs{}` lists those that there are",
        root.display(), option_of(root)
    )]
    NoSuchRun {
        /// The name.
        id: RunId,
        /// The folder of all runs.
        root: PathBuf,
    },
    /// The show beside a run's journal is gone.
    #[error(
        "run {id} has lost its show: {} is missing; put it back, the run can neither be resumed nor reported without it",
        path.display()
    )]
    NoShow {
        /// The run.
        id: RunId,
        /// The place of its show.
        path: PathBuf,
    },
    /// A file or folder cannot be made or read.
    #[error("cannot {wish} {}: {source}; check that folder, or name another with --state", path.display())]
    Io {
        /// The action that failed.
        wish: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The run cannot be had.
    #[error(transparent)]
    Lock(#[from] LockError),
}

fn option_of(root: &Path) -> String {
    state_option(root.parent().unwrap_or(root))
}

impl Store {
    /// The runs that are kept under `state`, whether the folder exists yet or not.
    pub fn new(state: &Path) -> Self {
        Self { root: state.join("runs") }
    }

    /// The folder of all runs.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The end of a command about these runs: ` --state DIR`, or nothing where they are in the usual
    /// place.
    pub fn option(&self) -> String {
        option_of(&self.root)
    }

    /// Makes the folder of a new run, named `id_base` or, where that is taken, `id_base-2`, `-3` …,
    /// with the show as it will be run. The run has begun when its journal has; until then no list
    /// shows it as more than empty. None of it is synced: the journal's thread does that, with its
    /// first sync.
    ///
    /// # Errors
    /// When the folder or its files cannot be made.
    pub fn create(&self, id_base: &str, show_text: &str) -> Result<(RunId, RunLock), StoreError> {
        self.new_run(id_base, show_text).folder()
    }

    /// A run that is to begin, as [`Self::create`] names it. Nothing is made yet.
    pub fn new_run(&self, id_base: &str, show_text: &str) -> NewRun {
        let (id_base, show_text) = (id_base.to_owned(), show_text.to_owned());
        NewRun { store: self.clone(), id_base, show_text, claimed: None }
    }

    /// Makes the folder of a run of exactly this name, with the show as it will be run.
    ///
    /// # Errors
    /// When there is one already, or the folder or its files cannot be made.
    pub fn create_named(&self, id: &RunId, show_text: &str) -> Result<RunLock, StoreError> {
        let dir = self.dir(id)?;
        let root = &self.root;
        private_dirs().recursive(true).create(root).map_err(failed("make", root))?;
        private_dirs().create(&dir).map_err(failed("make", &dir))?;
        let claimed = Some((id.clone(), dir));
        let (id_base, show_text) = (id.0.clone(), show_text.to_owned());
        let (_, lock) = NewRun { store: self.clone(), id_base, show_text, claimed }.folder()?;
        Ok(lock)
    }

    /// Makes a folder of the first name that is free.
    fn claim(&self, id_base: &str) -> Result<(RunId, PathBuf), StoreError> {
        let mut last = self.dir(&RunId(id_base.to_owned()))?;
        for n in 1..=NAMESAKES_MAX {
            let id = RunId(if n == 1 { id_base.to_owned() } else { format!("{id_base}-{n}") });
            last = self.root.join(&id.0);
            match private_dirs().create(&last) {
                Ok(()) => return Ok((id, last)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed("make", &last)(error)),
            }
        }
        Err(failed("make", &last)(io::ErrorKind::AlreadyExists.into()))
    }

    /// Takes the run `id`, for going on with it.
    ///
    /// # Errors
    /// When there is no such run or another program has it.
    pub fn lock(&self, id: &RunId) -> Result<RunLock, StoreError> {
        let dir = self.existing(id)?;
        Ok(RunLock::take(&dir)?)
    }

    /// All runs, the oldest first.
    ///
    /// # Errors
    /// When the folder of all runs is there but cannot be read.
    pub fn list(&self) -> Result<Vec<RunFolder>, StoreError> {
        Ok(self.ids()?.into_iter().map(|id| self.folder(id)).collect())
    }

    /// The names of the runs, the oldest first; no journal is read for them.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn ids(&self) -> Result<Vec<RunId>, StoreError> {
        let mut ids = Vec::new();
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
            entries => entries.map_err(failed("read", &self.root))?,
        };
        for entry in entries {
            let name = entry.map_err(failed("read", &self.root))?.file_name();
            let id = name.into_string().map(RunId);
            ids.extend(id.ok().filter(|id| self.existing(id).is_ok()));
        }
        ids.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(ids)
    }

    /// Describes the run `id`.
    ///
    /// # Errors
    /// When there is no such run; one that is damaged is no error but has a fault.
    pub fn summary(&self, id: &RunId) -> Result<RunFolder, StoreError> {
        self.existing(id)?;
        Ok(self.folder(id.clone()))
    }

    /// The show as it was run.
    ///
    /// # Errors
    /// When there is no such run, or its show cannot be read.
    pub fn show_text(&self, id: &RunId) -> Result<String, StoreError> {
        show_at(id, self.existing(id)?.join(SHOW_FILE))
    }

    /// The path of a run's journal, for [`super::recover()`].
    ///
    /// # Errors
    /// When there is no such run.
    pub fn journal_path(&self, id: &RunId) -> Result<PathBuf, StoreError> {
        Ok(self.existing(id)?.join(JOURNAL_FILE))
    }

    /// Returns the program that calls the run `id` without taking its lock; `None` if there is
    /// none, or no such run.
    pub fn holder(&self, id: &RunId) -> Option<Holder> {
        holder_in(&self.existing(id).ok()?)
    }

    /// A reader of the journal of the run `id`, at its beginning.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn tail(&self, id: &RunId) -> Result<Tail, StoreError> {
        Ok(Tail::new(&self.existing(id)?))
    }

    fn folder(&self, id: RunId) -> RunFolder {
        let (summary, fault) = Summary::of(&self.root.join(&id.0).join(JOURNAL_FILE));
        RunFolder { id, summary, fault }
    }

    /// Folder of the run of this name, if it holds a show or a journal.
    pub(super) fn existing(&self, id: &RunId) -> Result<PathBuf, StoreError> {
        let dir = self.dir(id)?;
        let is_run = [JOURNAL_FILE, SHOW_FILE].iter().any(|file| dir.join(file).is_file());
        if is_run { Ok(dir) } else { Err(self.no_such_run(id)) }
    }

    /// Folder that a run of this name has. The name can come from the command line: it must not
    /// lead out of the folder of runs.
    fn dir(&self, id: &RunId) -> Result<PathBuf, StoreError> {
        let mut components = Path::new(&id.0).components();
        match (components.next(), components.next()) {
            (Some(Component::Normal(name)), None) if name == id.0.as_str() => {
                Ok(self.root.join(name))
            }
            _ => Err(self.no_such_run(id)),
        }
    }

    fn no_such_run(&self, id: &RunId) -> StoreError {
        StoreError::NoSuchRun { id: id.clone(), root: self.root.clone() }
    }
}

impl NewRun {
    /// Makes the folder of the run, its lock and the show in it; goes on where the last attempt has
    /// failed.
    fn folder(&mut self) -> Result<(RunId, RunLock), StoreError> {
        let root = &self.store.root;
        private_dirs().recursive(true).create(root).map_err(failed("make", root))?;
        let (id, dir) = match self.claimed.take().filter(|(_, dir)| dir.is_dir()) {
            Some(claimed) => claimed,
            None => self.store.claim(&self.id_base)?,
        };
        self.claimed = Some((id.clone(), dir.clone()));
        let lock = RunLock::make(&dir)?;
        // It is safe once `sync_run` has come back.
        files::replace(&dir.join(SHOW_FILE), self.show_text.as_bytes())
            .map_err(failed("write the show into", &dir))?;
        Ok((id, lock))
    }

    /// Makes the files of the run; goes on where the last attempt has failed.
    ///
    /// # Errors
    /// When one of them cannot be made.
    pub(super) fn make(&mut self) -> Result<(RunId, RunLock, JournalFile), StoreError> {
        let (id, lock) = self.folder()?;
        let path = lock.dir().join(JOURNAL_FILE);
        let file = JournalFile::create(&path).map_err(failed("make", &path))?;
        Ok((id, lock, file))
    }

    /// Path of its journal, as far as it is known: another run may get the same name before it.
    pub(super) fn journal_path(&self) -> PathBuf {
        self.store.root.join(&self.id_base).join(JOURNAL_FILE)
    }
}

/// The text of a show of the run `id`.
pub(super) fn show_at(id: &RunId, path: PathBuf) -> Result<String, StoreError> {
    let mut text = String::new();
    let read =
        open_regular(&path).and_then(|file| file.take(SHOW_BYTES_MAX).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(StoreError::NoShow { id: id.clone(), path })
        }
        Err(error) => Err(failed("read", &path)(error)),
    }
}

pub(super) fn failed(
    wish: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Io { wish, path, source }
}

/// Makes folders that only their owner can look into: what is called in a show is nobody else's
/// business.
fn private_dirs() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Returns when the show and all names of the new run in `dir` would survive a power cut.
pub(super) fn sync_run(dir: &Path) -> io::Result<()> {
    match File::open(dir.join(SHOW_FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        show => show?.sync_all()?,
    }
    sync_dir(dir)?;
    dir.parent().map_or(Ok(()), sync_dir)
}

/// Sorts names by their parts, numbers as numbers: the tenth namesake comes after the ninth.
fn order(id: &RunId) -> impl Ord {
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    enum Part {
        Number(u64),
        Word(String),
    }
    let part = |text: &str| text.parse().map_or_else(|_| Part::Word(text.to_owned()), Part::Number);
    (id.0.split('-').map(part).collect::<Vec<_>>(), id.0.clone())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::*;
    use crate::engine::{Cause, Event, Record, RunNs};
    use crate::journal::{Journal, sample};

    const ID: &str = "20261122-200500-été";

    fn store() -> (TempDir, Store) {
        let state = tempfile::tempdir().unwrap();
        let store = Store::new(&state.path().join("new"));
        (state, store)
    }

    fn run(store: &Store, events: Vec<Event>) -> RunId {
        let (id, lock) = store.create(ID, "title = \"Été\"\n").unwrap();
        let mut journal = Journal::create(lock, Box::new(|_| {})).unwrap();
        journal.append(&sample::number(events)).unwrap();
        journal.close(Duration::from_secs(20)).unwrap();
        id
    }

    fn started() -> Event {
        sample::records()[0].event.clone()
    }

    fn fired() -> Event {
        Event::CueFired {
            cue: sample::cue("1"),
            cause: Cause::Go,
            firing: 1,
            due_ns: RunNs::ZERO,
            playhead_stays: false,
        }
    }

    #[test]
    fn namesakes_are_numbered_and_listed_in_their_order() {
        let (_state, store) = store();
        assert!(store.list().unwrap().is_empty(), "no folder, no runs");
        let made: Vec<_> = (0..11).map(|_| store.create(ID, "").unwrap().0).collect();
        assert_eq!(
            (made[0].0.as_str(), &*made[1].0, &*made[10].0),
            (ID, &*format!("{ID}-2"), &*format!("{ID}-11"))
        );
        store.create("20261122-090000-matinée", "").unwrap();
        let listed: Vec<_> = store.list().unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(listed[0].0, "20261122-090000-matinée");
        assert_eq!(listed[1..], made);
    }

    #[test]
    fn a_new_run_is_private_locked_and_holds_its_show() {
        let (_state, store) = store();
        let (id, lock) = store.create(ID, "title = \"Été\"\n").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(store.root()), mode(lock.dir())), (0o700, 0o700));
        assert_eq!(store.show_text(&id).unwrap(), "title = \"Été\"\n");
        assert!(matches!(store.lock(&id), Err(StoreError::Lock(LockError::Held { .. }))));
        drop(lock);
        assert!(store.lock(&id).is_ok());
        let mut files: Vec<_> =
            fs::read_dir(store.root().join(ID)).unwrap().map(|f| f.unwrap().file_name()).collect();
        files.sort();
        assert_eq!(files, ["lock", "show.toml"]);
    }

    #[test]
    fn a_summary_says_what_the_journal_says() {
        let (_state, store) = store();
        let ended = || Event::RunEnded { over_ns: 0 };
        for (events, ended, cues_fired) in [
            (vec![started()], false, 0),
            (
                vec![
                    started(),
                    fired(),
                    fired(),
                    ended(),
                    Event::RunLeft { reason: String::new() },
                ],
                true,
                2,
            ),
            (
                vec![
                    started(),
                    ended(),
                    Event::RunResumed {
                        down_ns: 0,
                        listen: None,
                        web: None,
                        gap: false,
                        auto: false,
                    },
                ],
                true,
                0,
            ),
            (vec![started(), fired(), ended(), fired()], false, 2),
        ] {
            let last: Record = sample::number(events.clone()).pop().unwrap();
            let RunFolder { summary, fault, .. } = store.summary(&run(&store, events)).unwrap();
            let summary = summary.unwrap();
            assert!(fault.is_none());
            assert_eq!((summary.ended, summary.cues_fired), (ended, cues_fired));
            assert_eq!((summary.started_at, summary.last_at), (sample::at(0), last.at));
            assert_eq!(
                (summary.source.as_str(), summary.speed, summary.rehearsal),
                ("/shows/été.toml", 1000, true)
            );
        }
    }

    #[test]
    fn a_damaged_run_is_listed_with_its_fault_and_strays_are_not() {
        let (_state, store) = store();
        let id = run(&store, vec![started(), fired(), fired()]);
        let path = store.journal_path(&id).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replacen("\"seq\":3", "\"seq\":4", 1)).unwrap();
        let (empty, _) = store.create(ID, "").unwrap();
        fs::write(store.root().join("stray"), "").unwrap();
        fs::create_dir(store.root().join("a folder of something else")).unwrap();
        let listed = store.list().unwrap();
        assert_eq!(listed.iter().map(|run| &run.id).collect::<Vec<_>>(), [&id, &empty]);
        assert_eq!(
            listed[0].summary.as_ref().unwrap().cues_fired,
            1,
            "what stands before the damage"
        );
        assert!(matches!(listed[0].fault, Some(RecoverError::Damaged { line: 3, .. })));
        assert!(
            listed[1].summary.is_none()
                && matches!(listed[1].fault, Some(RecoverError::Empty { .. }))
        );
    }

    #[test]
    fn a_name_never_leads_out_of_the_folder() {
        let (state, store) = store();
        fs::write(state.path().join(SHOW_FILE), "").unwrap();
        store.create(ID, "").unwrap();
        for name in
            ["", ".", "..", "../..", "/", "a/b", &format!("{ID}/"), &format!("./{ID}"), "none"]
        {
            let id = RunId(name.to_owned());
            assert!(matches!(store.show_text(&id), Err(StoreError::NoSuchRun { .. })), "{name:?}");
        }
        for name in ["", "..", "../x", "/tmp/x"] {
            assert!(store.create(name, "").is_err(), "{name:?}");
        }
    }
}
