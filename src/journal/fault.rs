//! Faults of a journal that is open for writing, as sentences for the caller.
//!
//! Owns the errors of [`super::Journal`]. They are compared to tell a new fault from one that was
//! told already, so they hold the operating system's words and not its error. Must never leave out
//! the path or what to do about it; the path comes last, since a narrow screen may cut it.

use std::io::{self, ErrorKind};
use std::path::PathBuf;

use super::line::LineFault;
use super::recover::RecoverError;

/// The problem with the files of the run that is being called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The run has no files yet: its folder could not be made when it began.
    #[error(
        "the run has no files yet ({why}); {}: its events are kept in memory until then ({})",
        fix(*kind),
        path.display()
    )]
    NotBegun {
        /// What cannot be made.
        path: PathBuf,
        /// Kind of the fault.
        kind: ErrorKind,
        /// The operating system's words.
        why: String,
    },
    /// The disk does not take the lines.
    #[error(
        "the journal cannot be written ({why}); {}: the events are kept in memory until then ({})",
        fix(*kind),
        path.display()
    )]
    Write {
        /// The journal.
        path: PathBuf,
        /// Kind of the fault.
        kind: ErrorKind,
        /// The operating system's words.
        why: String,
    },
    /// The lines are written, but may be lost when the power is.
    #[error(
        "the journal cannot be synced ({why}); see to its disk: a power cut could take the last events ({})",
        path.display()
    )]
    Sync {
        /// The journal.
        path: PathBuf,
        /// The operating system's words.
        why: String,
    },
    /// Lines go into a file that has no name any more.
    #[error(
        "the journal was deleted, moved or replaced; move it back, or this run ends with the program \
         and has no report ({})",
        path.display()
    )]
    Gone {
        /// The journal.
        path: PathBuf,
    },
    /// Another program cut the file or wrote into it.
    #[error(
        "the journal was {} by another program; write down what is called: it may have no report and \
         not be resumable ({}: {found} bytes instead of {expected})",
        if found < expected { "cut short" } else { "written into" },
        path.display()
    )]
    Changed {
        /// The journal.
        path: PathBuf,
        /// Length that this program has given it, bytes.
        expected: u64,
        /// Length that it has, bytes.
        found: u64,
    },
    /// Nothing says any more that the run is being called.
    #[error(
        "the lock file was deleted, moved or replaced; leave the files of a run alone: only its \
         journal's own lock now keeps another program from calling it too ({})",
        path.display()
    )]
    Unlocked {
        /// The lock file.
        path: PathBuf,
    },
    /// The backlog was full: the journal ends where the gap would be.
    #[error(
        "the journal ends before the last {lost} events, there was no room to keep them; write down \
         what is called ({})",
        path.display()
    )]
    Lost {
        /// The journal.
        path: PathBuf,
        /// Number of lost events.
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
        /// Reason why it does not fit.
        why: LineFault,
    },
}

impl JournalError {
    /// Message about this fault after the journal was closed; `None` if everything is in the file
    /// after all.
    pub fn after_the_end(&self) -> Option<String> {
        match self {
            JournalError::NotBegun { path, why, .. } => Some(format!(
                "it has no files, {} could not be made ({why}), and there is nothing to report or to resume",
                path.display()
            )),
            JournalError::Write { path, why, .. } => Some(format!(
                "the last events could not be written to {} ({why}), and neither a report nor a resume has them",
                path.display()
            )),
            JournalError::Gone { path } => Some(format!(
                "{} was deleted, moved or replaced while the run was called; unless the file is put back, there is \
                 nothing to report or to resume",
                path.display()
            )),
            JournalError::Changed { path, .. } => Some(format!(
                "{} was changed by another program while the run was called, and what it says may not be believed by \
                 a report or a resume",
                path.display()
            )),
            JournalError::Lost { path, lost } => Some(format!(
                "{} ends before the last {lost} events, and neither a report nor a resume has them",
                path.display()
            )),
            JournalError::Stalled { .. } | JournalError::Refused { .. } => Some(self.to_string()),
            JournalError::Sync { .. } | JournalError::Unlocked { .. } => None,
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
fn fix(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some room on its disk",
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => "make it writable again",
        _ => "see to its disk",
    }
}

/// Reason why a run's journal cannot be opened for writing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its contents are damaged.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// Another program writes it, though it does not have the run's lock.
    #[error("{} is being written by another program; quit that one, or start a new run with --fresh", path.display())]
    Held {
        /// The journal.
        path: PathBuf,
    },
    /// It cannot be made or opened.
    #[error("cannot open {} for writing: {source}; make it writable, or start a new run with --fresh", path.display())]
    Io {
        /// The journal.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}
