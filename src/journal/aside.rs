//! A journal whose end does not count: somebody has taken the flag of a shared run, and what was
//! recorded here since is not in the run's log.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::JOURNAL_FILE;
use super::fault::{JournalError, OpenError};
use super::lock::{LockError, RunLock};
use super::store::sync_run;
use super::sync::Report;
use super::writer::Journal;

/// Reason why the end of a journal cannot be put aside. The journal is closed then.
#[derive(Debug, thiserror::Error)]
pub enum SetAsideError {
    /// It could not be closed.
    #[error(transparent)]
    Close(#[from] JournalError),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another program was quicker.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It cannot be opened again.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl Journal {
    /// Moves all records after the one numbered `kept` into a file of their own beside the journal,
    /// which has the `term` in its name, and gives the journal that ends there, and the file.
    ///
    /// # Errors
    /// When one of the steps fails. No line is lost: it is in one of the two files, or in both.
    pub fn set_aside(
        self,
        kept: u64,
        term: u64,
        at_most: Duration,
        report: Report,
    ) -> Result<(Self, PathBuf), SetAsideError> {
        let path = self.path();
        self.close(at_most)?;
        let dir = path.parent().unwrap_or(Path::new(".")).to_owned();
        let bytes = fs::read(&path).map_err(failed(&path))?;
        // One line a record, numbered from 1 without a gap.
        let lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let end = match usize::try_from(kept).unwrap_or(usize::MAX) {
            0 => 0,
            kept => lines.map(|(at, _)| at + 1).nth(kept - 1).unwrap_or(bytes.len()),
        };
        let (kept, aside) = bytes.split_at(end);
        let aside_path = unused(&dir, term);
        replace(&aside_path, aside)?;
        if kept.is_empty() {
            fs::remove_file(&path).map_err(failed(&path))?;
        } else {
            replace(&path, kept)?;
        }
        sync_run(&dir).map_err(failed(&dir))?;
        let lock = RunLock::take(&dir)?;
        let journal = match kept {
            [] => Journal::create(lock, report)?,
            [..] => Journal::open(lock, report)?.0,
        };
        Ok((journal, aside_path))
    }
}

/// A name that no file has: the flag can be taken in a term more than once, by programs that do not
/// know of each other.
fn unused(dir: &Path, term: u64) -> PathBuf {
    let stem = JOURNAL_FILE.trim_end_matches(".jsonl");
    let name = |n: u32| match n {
        1 => format!("{stem}-aside-{term}.jsonl"),
        n => format!("{stem}-aside-{term}-{n}.jsonl"),
    };
    let paths = (1..).map(|n| dir.join(name(n)));
    paths.into_iter().find(|path| !path.exists()).unwrap_or_else(|| dir.join(name(1)))
}

/// Writes a file under another name and gives it its own once it is on the disk.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), SetAsideError> {
    let temporary = path.with_extension("jsonl.tmp");
    let options = || OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    let write = || {
        let mut file: File = options().open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(failed(path))
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SetAsideError + use<> {
    let path = path.to_owned();
    move |source| SetAsideError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Store, recover, sample};

    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn the_end_of_a_journal_goes_into_a_file_and_the_journal_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let (id, lock) = store.create("run", "title = \"x\"\n").unwrap();
        let records = sample::records();
        let mut journal = Journal::create(lock, Box::new(|_| {})).unwrap();
        journal.append(&records[..6]).unwrap();
        let (mut journal, aside) = journal.set_aside(4, 2, PATIENCE, Box::new(|_| {})).unwrap();
        assert_eq!(aside.file_name().unwrap(), "journal-aside-2.jsonl");
        assert!(store.lock(&id).is_err(), "the run is still locked");
        journal.append(&records[4..8]).unwrap();
        journal.close(PATIENCE).unwrap();
        let path = store.journal_path(&id).unwrap();
        assert_eq!(recover(&path).unwrap().records, records[..8]);
        let text = fs::read_to_string(&aside).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.starts_with("{\"seq\":5,"), "{text}");
        let lock = store.lock(&id).unwrap();
        let (journal, _) = Journal::open(lock, Box::new(|_| {})).unwrap();
        let (_, again) = journal.set_aside(0, 2, PATIENCE, Box::new(|_| {})).unwrap();
        assert_eq!(again.file_name().unwrap(), "journal-aside-2-2.jsonl");
        assert_eq!(fs::read_to_string(&again).unwrap().lines().count(), 8);
    }
}
