//! What can be wrong with a journal that is open for writing, in words for the caller.
//!
//! Owns the errors of [`super::Journal`]. They are compared to tell a new fault from one that was told already, so they
//! hold the operating system's words and not its error. Must never leave out the path or what to do about it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::line::LineFault;
use super::recover::RecoverError;

/// What is wrong with the files of the run that is being called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The disk does not take the lines.
    #[error("cannot write {}: {why}; {}: the events are kept in memory until then", path.display(), mend(*kind))]
    Write {
        /// The journal.
        path: PathBuf,
        /// What kind of fault.
        kind: ErrorKind,
        /// The operating system's words.
        why: String,
    },
    /// The lines are written, but may be lost when the power is.
    #[error("cannot sync {}: {why}; see to its disk: a power cut could take the last events", path.display())]
    Sync {
        /// The journal.
        path: PathBuf,
        /// The operating system's words.
        why: String,
    },
    /// Lines go into a file that has no name any more.
    #[error("{} was deleted, moved or replaced; move it back, or this run ends with the program and has no report", path.display())]
    Gone {
        /// The journal.
        path: PathBuf,
    },
    /// The backlog was full: the journal ends where the gap would be.
    #[error("{} ends before the last {lost} events, there was no room to keep them; write down what is called", path.display())]
    Lost {
        /// The journal.
        path: PathBuf,
        /// How many events.
        lost: u64,
    },
    /// The disk did not answer in the time that closing was given.
    #[error("the disk of {} does not answer; the last events may not be on it", path.display())]
    Stalled {
        /// The journal.
        path: PathBuf,
    },
    /// A fault of the program: recovery would not believe the line, so it was not written.
    #[error("an event does not fit {}: {why}; this is a fault in handover, please report it", path.display())]
    Refused {
        /// The journal.
        path: PathBuf,
        /// Why it does not fit.
        why: LineFault,
    },
}

fn mend(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some room on its disk",
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => "make it writable again",
        _ => "see to its disk",
    }
}

/// Why a run's journal cannot be opened for writing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// What it holds cannot be believed.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// It cannot be made, opened or brought into order.
    #[error("cannot open {} for writing: {source}; make it writable, or start a new run with --fresh", path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
