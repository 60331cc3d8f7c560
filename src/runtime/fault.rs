//! Faults of the program's own: kept in a file, never on the screen.
//!
//! The usual panic hook writes to the terminal. With a terminal that is not being read it would
//! block whichever thread has panicked, the station among them, so this one only appends to a file
//! beside the runs.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::clock::wall_now;

/// Message for the caller.
pub(super) const WORDS: &str =
    "handover hit an internal error and recovered: check the screen, and please report fault.log";

/// The file, in the state folder.
const FILE: &str = "fault.log";

/// `error` with all its causes in words, each said once, and what to do where the fault is not the
/// file that they name but a limit of the system.
pub(super) fn words(error: &(dyn Error + 'static)) -> String {
    let mut words = String::new();
    let mut is_at_limit = false;
    for cause in anyhow::Chain::new(error) {
        let said = cause.to_string();
        // What the system says often stands in the words of the error above it, but for its number.
        let known = said.split(" (os error").next().unwrap_or_default();
        if words.is_empty() {
            words = said;
        } else if !words.contains(known) {
            words = format!("{words}: {said}");
        }
        let os = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
        is_at_limit |= os
            .is_some_and(|os| [Errno::MFILE, Errno::NFILE].contains(&Errno::from_raw_os_error(os)));
    }
    if is_at_limit {
        words.push_str(
            "; as many files are open as the system allows: raise the limit (`ulimit -n 1024`) or close programs",
        );
    }
    words
}

/// Keeps every panic in the state folder from now on.
pub(super) fn keep_in(state: &Path) {
    let path: PathBuf = state.join(FILE);
    std::panic::set_hook(Box::new(move |fault| {
        let line = format!("{} handover {}: {fault}\n", wall_now(), env!("CARGO_PKG_VERSION"));
        if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(&path) {
            // A fault that cannot be kept either has nowhere else to go.
            let _ = file.write_all(line.as_bytes());
        }
    }));
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;
    use crate::journal::OpenError;

    #[test]
    fn a_limit_of_the_system_is_named_with_what_was_to_be_opened() {
        let source = || std::io::Error::from_raw_os_error(Errno::MFILE.raw_os_error());
        let open = OpenError::Io { path: "/runs/x/journal.jsonl".into(), source: source() };
        for error in [
            anyhow::Error::from(open),
            Err::<(), _>(source()).context("cannot open a pipe").unwrap_err(),
        ] {
            let told = words(error.as_ref());
            assert_eq!(told.matches("Too many open files").count(), 1, "{told}");
            assert!(
                told.starts_with("cannot open ") && told.contains("`ulimit -n 1024`"),
                "{told}"
            );
        }
        assert_eq!(words(anyhow::anyhow!("b").context("a").as_ref()), "a: b");
    }
}
