//! A journal whose end does not count: somebody has taken the flag of a shared run, and what was
//! recorded here since is not in the run's log.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::JOURNAL_FILE;
use super::fault::{JournalError, OpenError};
use super::lock::{LockError, RunLock};
use super::store::sync_run;
use super::sync::JournalListener;
use super::writer::Journal;
use crate::files;

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
    /// which has the `term` in its name, and gives the journal that ends there, and the file. The
    /// run stays locked meanwhile.
    ///
    /// # Errors
    /// When one of the steps fails. No line is lost: it is in one of the two files, or in both.
    pub fn set_aside(
        self,
        kept: u64,
        term: u64,
        at_most: Duration,
        report: JournalListener,
    ) -> Result<(Self, PathBuf), SetAsideError> {
        let path = self.path();
        let dir = path.parent().unwrap_or(Path::new(".")).to_owned();
        let lock = match self.close_locked(at_most)? {
            Some(lock) => lock,
            None => RunLock::take(&dir)?,
        };
        let bytes = fs::read(&path).map_err(failed(&path))?;
        // One line a record, numbered from 1 without a gap.
        let lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let end = match usize::try_from(kept).unwrap_or(usize::MAX) {
            0 => 0,
            kept => lines.map(|(at, _)| at + 1).nth(kept - 1).unwrap_or(bytes.len()),
        };
        let (kept, aside) = bytes.split_at(end);
        let aside_path = write_aside(&dir, term, aside)?;
        if kept.is_empty() {
            fs::remove_file(&path).map_err(failed(&path))?;
        } else {
            // A new file, and not the old one made shorter: a board that looks only once it has
            // grown again would go on in the middle of other lines.
            files::replace_synced(&path, kept).map_err(failed(&path))?;
        }
        sync_run(&dir).map_err(failed(&dir))?;
        let journal = match kept {
            [] => Journal::create(lock, report)?,
            [..] => Journal::open(lock, report)?.0,
        };
        Ok((journal, aside_path))
    }
}

/// Writes the lines that go aside into a file that was not there: the flag can be taken in a term
/// more than once, by programs that do not know of each other.
fn write_aside(dir: &Path, term: u64, bytes: &[u8]) -> Result<PathBuf, SetAsideError> {
    let stem = JOURNAL_FILE.trim_end_matches(".jsonl");
    let mut path = dir.join(format!("{stem}-aside-{term}.jsonl"));
    let mut others = 2_u64..;
    let mut file = loop {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => break file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let n = others.next().unwrap_or_default();
                path = dir.join(format!("{stem}-aside-{term}-{n}.jsonl"));
            }
            Err(error) => return Err(failed(&path)(error)),
        }
    };
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(&path))?;
    Ok(path)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SetAsideError + use<> {
    let path = path.to_owned();
    move |source| SetAsideError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::lock::testing::PATIENCE;
    use crate::journal::{Store, recover, sample};

    #[test]
    fn the_end_of_a_journal_goes_into_a_file_and_the_journal_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path());
        let (id, lock) = store.create("run", "title = \"x\"\n").unwrap();
        let records = sample::records();
        let mut journal = Journal::create(lock, Box::new(|_| {})).unwrap();
        journal.append(&records[..6]).unwrap();
        journal.set_terminal(false).unwrap();
        let (mut journal, aside) = journal.set_aside(4, 2, PATIENCE, Box::new(|_| {})).unwrap();
        assert_eq!(aside.file_name().unwrap(), "journal-aside-2.jsonl");
        let held = store.holder(&id).expect("the run is still locked");
        assert!(!held.terminal, "it was never given free");
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
