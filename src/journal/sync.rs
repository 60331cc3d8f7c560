//! The thread that brings the journal to the disk.
//!
//! Owns everything slow: `fdatasync`, the retries of a disk that failed, the look whether the file
//! is still there. It syncs as soon as something was appended, and what came while a sync ran
//! shares the next one. Must never hold the mutex over a call to the operating system: the thread
//! that fires the cues needs it for every event.
//!
//! Only one thread writes at any time. While all is well it is the one that appends; from a write
//! that fails to the one that empties the backlog it is this one, and the other only queues, so
//! that a dying disk holds up no cue.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use super::JOURNAL_FILE;
use super::backlog::{Backlog, FileTail};
use super::disk::Disk;
use super::fault::JournalError;
use super::lock::{LockError, RunLock};
use super::store::{NewRun, StoreError};
use crate::engine::RunId;
use crate::locks::Unpoisoned;

/// Interval at which a disk that failed is tried again, and the file checked, when nothing is
/// appended.
const ROUND: Duration = Duration::from_secs(1);

/// Report of a running journal: only changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncReport {
    /// Something is wrong with the files, or something else than before.
    Fault(JournalError),
    /// Nothing is wrong any more.
    Sound,
    /// The lock file had been deleted or moved, and this program has made it again.
    LockRestored(PathBuf),
    /// The run of this name has its files at last, and everything so far is in them.
    Begun(RunId),
}

/// A listener to the journal; it is called on the journal's thread and has to return at once.
pub type JournalListener = Box<dyn Fn(SyncReport) + Send>;

/// Data that the two threads share.
pub(super) struct SyncShared {
    /// Path of the journal as it was meant when the run began.
    path: PathBuf,
    /// The journal, from the moment on at which the disk has taken it.
    file: OnceLock<OpenFile>,
    state: Mutex<SyncState>,
    work: Condvar,
    done: Condvar,
}

/// The journal on the disk.
struct OpenFile {
    path: PathBuf,
    disk: Box<dyn Disk>,
}

/// State that both threads change.
pub(super) struct SyncState {
    /// Lines that wait to be written.
    pub backlog: Backlog,
    /// The end of the file.
    pub tail: FileTail,
    /// The write that failed; as long as it is here, only the syncing thread writes.
    pub write_fault: Option<JournalError>,
    /// The sync that failed. It is not repeated: the operating system may have given up the bytes,
    /// and would then call the next sync of them a success.
    sync_fault: Option<JournalError>,
    /// Up to where the file was last given to a sync.
    synced_len: u64,
    gone: bool,
    /// Expected and actual length of the file, bytes, if another program has changed it. It stays:
    /// what is lost is lost.
    changed: Option<(u64, u64)>,
    /// The run's lock file is not where it was.
    unlocked: bool,
    /// Kept here so that nobody else gets the run before the last thread that may write has ended;
    /// `None` for as long as the run has no files.
    lock: Option<RunLock>,
    /// `true` while this program has its terminal.
    terminal: bool,
    phase: SyncPhase,
    /// `true` if something has changed since the thread looked.
    pub roused: bool,
}

impl SyncState {
    /// Expected length of the file, bytes, while nothing is wrong with its end.
    fn settled_len(&self) -> Option<u64> {
        (self.write_fault.is_none() && self.tail.is_whole()).then_some(self.tail.len())
    }
}

/// Phase in the life of a journal; it only goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SyncPhase {
    Open,
    /// One last round, then the end.
    Closing,
    /// Nobody waits any more: not another write.
    Abandoned,
    /// The thread has ended.
    Closed,
}

impl SyncShared {
    /// For a file whose end is `tail`. Of what another program has written nobody knows how much
    /// was synced, so all of it is.
    pub(super) fn new(
        path: PathBuf,
        disk: Box<dyn Disk>,
        backlog: Backlog,
        tail: FileTail,
        lock: RunLock,
    ) -> Self {
        let shared = Self::not_begun(path.clone(), backlog, tail, None, Some(lock));
        shared.file.get_or_init(|| OpenFile { path, disk });
        shared
    }

    /// For a run whose files could not be made, for the reason `why`; [`Self::keep`] makes them.
    pub(super) fn waiting(path: PathBuf, backlog: Backlog, why: JournalError) -> Self {
        Self::not_begun(path, backlog, FileTail::at(0), Some(why), None)
    }

    fn not_begun(
        path: PathBuf,
        backlog: Backlog,
        tail: FileTail,
        write_fault: Option<JournalError>,
        lock: Option<RunLock>,
    ) -> Self {
        let synced_len = 0;
        let state = SyncState {
            backlog,
            tail,
            write_fault,
            sync_fault: None,
            synced_len,
            gone: false,
            changed: None,
            unlocked: false,
            lock,
            terminal: true,
            phase: SyncPhase::Open,
            roused: false,
        };
        let (file, state) = (OnceLock::new(), Mutex::new(state));
        Self { path, file, state, work: Condvar::new(), done: Condvar::new() }
    }

    /// Path of the journal.
    pub(super) fn path(&self) -> &Path {
        self.file.get().map_or(&self.path, |file| &file.path)
    }

    /// Says in the run's lock file whether this program still has its terminal.
    ///
    /// # Errors
    /// When the lock file cannot be written.
    pub(super) fn set_terminal(&self, terminal: bool) -> Result<(), LockError> {
        let mut state = self.lock();
        state.terminal = terminal;
        state.lock.as_mut().map_or(Ok(()), |lock| lock.set_terminal(terminal))
    }

    /// The state, also after a panic elsewhere: it is whole between any two statements that change
    /// it.
    pub(super) fn lock(&self) -> MutexGuard<'_, SyncState> {
        self.state.lock().unpoisoned()
    }

    /// Writes what waits, on the thread that appends; the other is woken by [`Self::rouse`].
    pub(super) fn append(&self, state: &mut SyncState) {
        if state.write_fault.is_none()
            && let Some(file) = self.file.get()
        {
            let outcome = state.tail.write(&mut state.backlog.lines, &*file.disk);
            state.write_fault = outcome.err().map(|error| self.write_fault(&error));
        }
        state.roused = true;
    }

    /// Wakes the thread, where there is something for it to sync.
    pub(super) fn rouse(&self) {
        self.work.notify_one();
    }

    /// The problems, the worst first.
    pub(super) fn fault(&self, state: &SyncState) -> Option<JournalError> {
        let path = || self.path().to_owned();
        if state.backlog.lost > 0 {
            Some(JournalError::Lost { path: path(), lost: state.backlog.lost })
        } else if state.gone {
            Some(JournalError::Gone { path: path() })
        } else if let Some((expected, found)) = state.changed {
            Some(JournalError::Changed { path: path(), expected, found })
        } else {
            let lock = state.lock.as_ref().filter(|_| state.unlocked);
            let unlocked = || lock.map(|lock| JournalError::Unlocked { path: lock.path() });
            state.write_fault.clone().or_else(|| state.sync_fault.clone()).or_else(unlocked)
        }
    }

    /// Has the thread do a last round and waits for it, at most so long.
    pub(super) fn close(&self, at_most: Duration) -> Result<(), JournalError> {
        let mut state = self.lock();
        state.phase = state.phase.max(SyncPhase::Closing);
        state.roused = true;
        self.work.notify_one();
        let waited =
            self.done.wait_timeout_while(state, at_most, |state| state.phase < SyncPhase::Closed);
        let (mut state, _) = waited.unpoisoned();
        if state.phase < SyncPhase::Closed {
            state.phase = SyncPhase::Abandoned;
            return Err(JournalError::Stalled { path: self.path().to_owned() });
        }
        self.fault(&state).map_or(Ok(()), Err)
    }

    /// The run's lock, which is held no longer here; only for a journal that is closed.
    pub(super) fn give_lock(&self) -> Option<RunLock> {
        self.lock().lock.take()
    }

    /// The thread: rounds until the journal is closed. `new_run` is a run that has no files yet.
    pub(super) fn keep(&self, mut new_run: Option<NewRun>, report: &dyn Fn(SyncReport)) {
        let (mut told, mut begun) = (None, None);
        let mut tell = || {
            let fault = self.fault(&self.lock());
            if fault != told {
                told.clone_from(&fault);
                report(fault.map_or(SyncReport::Sound, SyncReport::Fault));
            }
        };
        loop {
            let closing = self.wait();
            // Before the retry, so that a fault that an append has returned is always told, and its
            // end too.
            tell();
            self.mark();
            begun = self.begin(&mut new_run).or(begun);
            self.retry();
            self.sync();
            let restored = self.look();
            tell();
            self.mark();
            // Only now, so that it can be said of everything so far.
            begun.take_if(|_| self.lock().write_fault.is_none()).into_iter().for_each(|id| {
                report(SyncReport::Begun(id));
            });
            restored.into_iter().for_each(|path| report(SyncReport::LockRestored(path)));
            if closing {
                break;
            }
        }
        self.lock().phase = SyncPhase::Closed;
        self.done.notify_all();
    }

    /// Waits until there is something to do or a round has passed; says whether this is the last
    /// one.
    fn wait(&self) -> bool {
        let waited = self.work.wait_timeout_while(self.lock(), ROUND, |state| !state.roused);
        let (mut state, _) = waited.unpoisoned();
        state.roused = false;
        state.phase > SyncPhase::Open
    }

    /// Says in the lock file whether the disk has not taken events, for a program that finds the run
    /// after this one was killed.
    fn mark(&self) {
        let mut state = self.lock();
        let gap = state.write_fault.is_some() || state.backlog.lost > 0;
        let mut mark = state.lock.as_mut().and_then(|lock| lock.mark(gap));
        drop(state);
        while let Some(written) = mark {
            written.write();
            mark = self.lock().lock.as_mut().and_then(|lock| lock.marked(&written));
        }
    }

    /// Makes the files of a run that has none, where the disk takes them now, and gives its name.
    fn begin(&self, new_run: &mut Option<NewRun>) -> Option<RunId> {
        let run = new_run.as_mut().filter(|_| self.lock().phase < SyncPhase::Abandoned)?;
        let made = run.make();
        let mut state = self.lock();
        match made {
            Ok((id, mut lock, disk)) => {
                if !state.terminal {
                    // The file is new, and was just written.
                    let _ = lock.set_terminal(false);
                }
                let path = lock.dir().join(JOURNAL_FILE);
                state.lock = Some(lock);
                drop(state);
                self.file.get_or_init(|| OpenFile { path, disk: Box::new(disk) });
                *new_run = None;
                Some(id)
            }
            Err(error) => {
                state.write_fault = Some(not_begun(&error));
                None
            }
        }
    }

    /// Writes what an append could not.
    fn retry(&self) {
        let Some(file) = self.file.get() else { return };
        loop {
            let mut state = self.lock();
            if state.write_fault.is_none() || state.phase == SyncPhase::Abandoned {
                return;
            }
            let (mut lines, mut tail) = (state.backlog.take(), state.tail);
            drop(state);
            let outcome = tail.write(&mut lines, &*file.disk);
            let mut state = self.lock();
            state.backlog.give_back(lines);
            state.tail = tail;
            match outcome {
                Ok(()) if state.backlog.lines.is_empty() => state.write_fault = None,
                Ok(()) => {}
                Err(error) => {
                    state.write_fault = Some(self.write_fault(&error));
                    return;
                }
            }
        }
    }

    /// Syncs what was written since the last time.
    fn sync(&self) {
        let Some(file) = self.file.get() else { return };
        let mut state = self.lock();
        if state.tail.len() == state.synced_len || state.phase == SyncPhase::Abandoned {
            return;
        }
        state.synced_len = state.tail.len();
        drop(state);
        let outcome = file.disk.sync();
        let fault = outcome
            .err()
            .map(|error| JournalError::Sync { path: file.path.clone(), why: error.to_string() });
        self.lock().sync_fault = fault;
    }

    /// Looks whether the files are where they were and as they were left: a journal that was
    /// deleted takes writes and syncs as if it were there, and one that another program has cut
    /// takes them after a gap. Gives the lock file, where it was made again.
    fn look(&self) -> Option<PathBuf> {
        let file = self.file.get()?;
        let gone = !file.disk.is_in_place();
        let before = self.lock().settled_len();
        let found = file.disk.len().ok();
        let place = self.lock().lock.as_ref()?.place();
        let is_locked = place.holds();
        let mut state = self.lock();
        state.gone = gone;
        // Nothing was written in between, or the two do not speak of one moment.
        if let (Some(expected), Some(found)) =
            (before.filter(|_| state.settled_len() == before), found)
            && found != expected
        {
            state.changed.get_or_insert((expected, found));
        }
        let was_unlocked = std::mem::replace(&mut state.unlocked, !is_locked);
        let lock = state.lock.as_mut().filter(|_| was_unlocked && !is_locked)?;
        if !lock.take_again() {
            return None;
        }
        let path = lock.path();
        state.unlocked = false;
        Some(path)
    }

    fn write_fault(&self, error: &io::Error) -> JournalError {
        let path = self.path().to_owned();
        JournalError::Write { path, kind: error.kind(), why: error.to_string() }
    }
}

/// The fault of a run whose files cannot be made.
pub(super) fn not_begun(error: &StoreError) -> JournalError {
    let (path, source) = match error {
        StoreError::Io { path, source, .. } | StoreError::Lock(LockError::Io { path, source }) => {
            (path.clone(), source)
        }
        // Neither happens in a folder that has just been made.
        StoreError::Lock(LockError::Held { dir, .. }) => {
            (dir.clone(), &io::Error::from(io::ErrorKind::WouldBlock))
        }
        StoreError::NoSuchRun { root, .. } => {
            (root.clone(), &io::Error::from(io::ErrorKind::NotFound))
        }
        StoreError::NoShow { path, .. } => {
            (path.clone(), &io::Error::from(io::ErrorKind::NotFound))
        }
    };
    JournalError::NotBegun { path, kind: source.kind(), why: source.to_string() }
}
