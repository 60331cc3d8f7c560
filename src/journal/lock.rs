//! The lock of a run: at most one program writes its files.
//!
//! Owns the file `lock` in the run's folder. The lock itself is the operating system's and ends
//! with the program that holds it, however that ends; the file's text only says who that is. Must
//! never be removed: two programs that lock two files of one name would both believe that the run
//! is theirs.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};

use super::disk::identity;
use crate::files::open_regular;

const LOCK_FILE: &str = "lock";

/// Room for the longest text. It is always filled up with blanks and written at once, so that a
/// program that reads it while it changes finds the old text or the new one.
const TEXT_BYTES: usize = 48;

/// The program that holds a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// `true` if it still has its terminal; one that has lost it may be asked to give the run away.
    pub terminal: bool,
}

/// The text of a lock file.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct LockText {
    #[serde(flatten)]
    holder: Holder,
    /// `true` if the disk has not taken events of this program: where it ends like that, the journal
    /// has a gap, and only this file, which has its room already, can say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    gap: bool,
}

impl LockText {
    /// The text in `file`, whose beginning was not read yet.
    fn of(file: &File) -> Option<Self> {
        let mut text = Vec::with_capacity(TEXT_BYTES);
        file.take(TEXT_BYTES as u64).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn bytes(self) -> io::Result<Vec<u8>> {
        let mut text = serde_json::to_vec(&self)?;
        text.resize(TEXT_BYTES - 1, b' ');
        text.push(b'\n');
        Ok(text)
    }
}

/// Reason why a run cannot be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another program has it.
    #[error("{} is being run {}; quit that one, or start a new run with --fresh", dir.display(), by(*holder))]
    Held {
        /// The run's folder.
        dir: PathBuf,
        /// Its holder; unknown in the instant before the holder has written its name.
        holder: Option<Holder>,
    },
    /// The lock file cannot be made, locked or written.
    #[error("cannot lock {}: {source}; make it writable, or keep the runs on a local disk with --state", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

fn by(holder: Option<Holder>) -> String {
    match holder {
        Some(Holder { pid, terminal: true }) => format!("by process {pid}"),
        Some(Holder { pid, terminal: false }) => {
            format!("by process {pid}, which has lost its terminal")
        }
        None => "by another program".to_owned(),
    }
}

/// A run that is this program's until the value is dropped.
#[derive(Debug)]
pub struct RunLock {
    /// The lock file; on a disk that cannot be written and has none, the run's folder itself.
    file: Arc<File>,
    dir: PathBuf,
    /// Device and inode of the lock file; `None` where it is the folder that is locked.
    identity: Option<(u64, u64)>,
    terminal: bool,
    /// `true` if the disk has not taken events of this program; before it has any, if it did not take
    /// those of the last one.
    gap: bool,
    /// The value of `gap` in the file, as far as is known.
    gap_in_file: bool,
}

/// Text of a lock file that is to be written.
pub(super) struct LockMark {
    file: Arc<File>,
    text: Vec<u8>,
    gap: bool,
}

impl LockMark {
    /// Writes it, as far as the disk takes it: it goes where the old text stands.
    pub(super) fn write(&self) {
        let _ = self.file.write_all_at(&self.text, 0);
    }
}

/// Path and identity of the file that is locked.
pub(super) struct LockPlace {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl LockPlace {
    /// Returns `true` if the lock's name still leads to the one that is held.
    pub(super) fn holds(&self) -> bool {
        let found = fs::metadata(&self.path).ok().map(|found| identity(&found));
        self.identity.is_none() || found == self.identity
    }
}

impl RunLock {
    /// Takes the run in `dir`, and says in its lock file that this process holds it and has a
    /// terminal.
    ///
    /// # Errors
    /// When another program has the run, or nothing there can be locked. A disk that has become
    /// read-only is no obstacle.
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        Self::of(dir, open(&dir.join(LOCK_FILE), dir))
    }

    /// Takes the new run in `dir`, with a lock file that says who has it.
    ///
    /// # Errors
    /// When another program has the run, or the file cannot be made and written.
    pub(super) fn make(dir: &Path) -> Result<Self, LockError> {
        Self::of(dir, options().open(dir.join(LOCK_FILE)).map(|file| (file, true)))
    }

    fn of(dir: &Path, opened: io::Result<(File, bool)>) -> Result<Self, LockError> {
        let path = dir.join(LOCK_FILE);
        let failed = |source| LockError::Io { path: path.clone(), source };
        let (file, says_who) = opened.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = LockText::of(&file).map(|text| text.holder);
                return Err(LockError::Held { dir: dir.to_owned(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let identity =
            file.metadata().ok().filter(|held| held.is_file()).map(|held| identity(&held));
        let gap = LockText::of(&file).is_some_and(|text| text.gap);
        let (file, dir) = (Arc::new(file), dir.to_owned());
        let mut lock = Self { file, dir, identity, terminal: true, gap, gap_in_file: gap };
        if says_who {
            lock.set_terminal(true)?;
        }
        Ok(lock)
    }

    /// The lock file, whether it is there or not.
    pub(super) fn path(&self) -> PathBuf {
        self.dir.join(LOCK_FILE)
    }

    /// Place of the lock.
    pub(super) fn place(&self) -> LockPlace {
        LockPlace { path: self.path(), identity: self.identity }
    }

    /// Makes a lock file that was deleted again and takes it, unless another program did so first.
    pub(super) fn take_again(&mut self) -> bool {
        let Ok(mut lock) = Self::take(&self.dir) else { return false };
        lock.gap = self.gap;
        let is_said = lock.set_terminal(self.terminal).is_ok();
        if is_said {
            *self = lock;
        }
        is_said
    }

    /// The run's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Says in the lock file whether this process still has its terminal.
    ///
    /// # Errors
    /// When the file cannot be written; the lock is held all the same.
    pub fn set_terminal(&mut self, terminal: bool) -> Result<(), LockError> {
        self.terminal = terminal;
        let write = || {
            let text = self.text().bytes()?;
            self.file.write_all_at(&text, 0)?;
            self.file.set_len(text.len() as u64)
        };
        write().map_err(|source| LockError::Io { path: self.dir.join(LOCK_FILE), source })?;
        self.gap_in_file = self.gap;
        Ok(())
    }

    fn text(&self) -> LockText {
        let holder = Holder { pid: std::process::id(), terminal: self.terminal };
        LockText { holder, gap: self.gap }
    }

    /// Returns `true` if the disk has not taken events: this program's, or, before it has any, the
    /// last one's.
    pub fn has_gap(&self) -> bool {
        self.gap
    }

    /// Takes in whether the disk has not taken events of this program; gives the text that says so
    /// in the file, where that says something else. The text is written without this lock's owner
    /// waiting for it, and [`Self::marked`] has to follow.
    pub(super) fn mark(&mut self, gap: bool) -> Option<LockMark> {
        self.gap = gap;
        if self.gap_in_file == gap {
            return None;
        }
        let file = self.identity.is_some().then(|| Arc::clone(&self.file))?;
        Some(LockMark { file, text: self.text().bytes().ok()?, gap })
    }

    /// Takes in that `mark` was written. Gives it again where the file has to say something else by
    /// now.
    pub(super) fn marked(&mut self, mark: &LockMark) -> Option<LockMark> {
        self.gap_in_file = mark.gap;
        let text = self.text().bytes().ok().filter(|text| *text != mark.text)?;
        Some(LockMark { file: Arc::clone(&mark.file), text, gap: self.gap })
    }
}

/// The way a lock file is opened, and made where there is none.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    let flags = OFlags::NONBLOCK.bits() as i32;
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(flags);
    options
}

/// Opens what is locked for the run in `dir`, and says whether it is a file that can be written.
fn open(path: &Path, dir: &Path) -> io::Result<(File, bool)> {
    let error = match options().open(path) {
        Ok(file) => return Ok((file, true)),
        Err(error) => error,
    };
    let cannot_write = matches!(
        error.kind(),
        ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied
            | ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
    );
    if !cannot_write {
        return Err(error);
    }
    // A lock needs no writing: that of a file that is there, or that of the folder.
    match File::open(path) {
        Err(missing) if missing.kind() == ErrorKind::NotFound => Ok((File::open(dir)?, false)),
        file => Ok((file?, false)),
    }
}

/// Returns the holder of the run in `dir` without taking its lock, which would stand in the way of
/// a program that wants it at that moment: the process that the file names, while it exists, and on
/// Linux while the file is locked, since another process may have that number after a restart of
/// the machine.
pub(super) fn holder_in(dir: &Path) -> Option<Holder> {
    let file = open_regular(&dir.join(LOCK_FILE)).ok()?;
    let holder = LockText::of(&file)?.holder;
    let pid = i32::try_from(holder.pid).ok().and_then(Pid::from_raw)?;
    // It asks whether one could send a signal, and sends none. A process of another user's is there
    // as well.
    let is_there = test_kill_process(pid) != Err(Errno::SRCH);
    (is_there && is_locked(&file).unwrap_or(true)).then_some(holder)
}

/// Returns whether somebody has a lock on `file`, as /proc/locks lists them (proc_locks(5)): `1:
/// FLOCK  ADVISORY  WRITE 123 00:2f:1234 0 EOF`, the last number of the sixth field being the
/// inode. `None` where there is no such list. The device is not compared: some file systems give
/// another one there.
fn is_locked(file: &File) -> Option<bool> {
    let inode = file.metadata().ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    let is_this = |line: &str| {
        line.split_whitespace().nth(5).and_then(|id| id.rsplit(':').next()) == Some(&inode)
    };
    Some(locks.lines().any(is_this))
}

#[cfg(test)]
pub(super) mod testing {
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// The longest wait for something that another thread or program does.
    pub(in crate::journal) const PATIENCE: Duration = Duration::from_secs(20);
    const GLANCE: Duration = Duration::from_millis(1);

    /// Looks again and again until there is something.
    pub(in crate::journal) fn await_some<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
        for _ in 0..PATIENCE.as_millis() / GLANCE.as_millis() {
            if let Some(found) = look() {
                return found;
            }
            thread::sleep(GLANCE);
        }
        panic!("waited for {what} in vain")
    }

    /// Takes a run that was given free. A program that another test starts keeps the lock locked
    /// until its own code runs: it has copies of all files from the fork on.
    pub(in crate::journal) fn take_freed(dir: &Path) -> RunLock {
        await_some("the run to be free", || RunLock::take(dir).ok())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::testing::{await_some, take_freed};
    use super::*;

    #[test]
    fn a_second_taker_is_told_who_has_the_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut lock = RunLock::take(dir.path()).unwrap();
        for terminal in [true, false, true] {
            lock.set_terminal(terminal).unwrap();
            let pid = std::process::id();
            let text = fs::read_to_string(dir.path().join(LOCK_FILE)).unwrap();
            assert_eq!(text.trim_end(), format!(r#"{{"pid":{pid},"terminal":{terminal}}}"#));
            match RunLock::take(dir.path()) {
                Err(LockError::Held { holder, .. }) => {
                    assert_eq!(holder, Some(Holder { pid, terminal }))
                }
                other => panic!("{other:?}"),
            }
        }
        drop(lock);
        drop(take_freed(dir.path()));
    }

    #[test]
    fn a_lock_file_with_anything_in_it_is_no_obstacle() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(LOCK_FILE), "x".repeat(1000)).unwrap();
        let lock = RunLock::take(dir.path()).unwrap();
        assert_eq!(fs::metadata(dir.path().join(LOCK_FILE)).unwrap().len(), TEXT_BYTES as u64);
        fs::write(dir.path().join(LOCK_FILE), "").unwrap();
        let error = RunLock::take(dir.path()).unwrap_err();
        assert!(
            error.to_string().contains("is being run by another program; quit that one"),
            "{error}"
        );
        drop(lock);
    }

    #[test]
    fn the_holder_is_known_without_taking_the_run() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(holder_in(dir.path()), None, "there is no lock file");
        let lock = RunLock::take(dir.path()).unwrap();
        assert_eq!(holder_in(dir.path()), Some(Holder { pid: std::process::id(), terminal: true }));
        drop(lock);
        // As `take_freed` says, another program may still have it.
        let file = fs::File::open(dir.path().join(LOCK_FILE)).unwrap();
        await_some("the run to be free", || (is_locked(&file) != Some(true)).then_some(()));
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        let holder = |pid: u32| format!(r#"{{"pid":{pid},"terminal":true}}"#);
        // The third is there, and has no lock: it has the number of one that went with the machine.
        for text in [holder(gone.id()), holder(0), holder(std::process::id())] {
            fs::write(dir.path().join(LOCK_FILE), text).unwrap();
            assert_eq!(holder_in(dir.path()), None);
        }
    }

    #[test]
    fn the_next_taker_learns_that_the_disk_had_not_taken_events() {
        let dir = tempfile::tempdir().unwrap();
        let text = || fs::read_to_string(dir.path().join(LOCK_FILE)).unwrap();
        let mut lock = RunLock::take(dir.path()).unwrap();
        assert!(!lock.has_gap() && lock.mark(false).is_none());
        let mark = lock.mark(true).unwrap();
        // The terminal goes while the text is being written.
        lock.set_terminal(false).unwrap();
        mark.write();
        let again = lock.marked(&mark).unwrap();
        again.write();
        assert!(lock.marked(&again).is_none());
        drop((mark, again));
        let pid = std::process::id();
        assert_eq!(text().trim_end(), format!(r#"{{"pid":{pid},"terminal":false,"gap":true}}"#));
        assert_eq!(holder_in(dir.path()), Some(Holder { pid, terminal: false }));
        drop(lock);
        // One that only looks does not lose it for the next.
        drop(take_freed(dir.path()));
        let mut lock = take_freed(dir.path());
        assert!(lock.has_gap());
        lock.mark(false).unwrap().write();
        drop(lock);
        assert!(!take_freed(dir.path()).has_gap());
        let longest = LockText { holder: Holder { pid: u32::MAX, terminal: false }, gap: true };
        assert!(serde_json::to_vec(&longest).unwrap().len() < TEXT_BYTES);
    }

    #[test]
    fn a_folder_that_is_gone_is_an_error() {
        let error = RunLock::take(Path::new("/nowhere")).unwrap_err();
        assert!(error.to_string().starts_with("cannot lock /nowhere/lock: "), "{error}");
    }
}
