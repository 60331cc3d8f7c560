//! Faults of the program's own: kept in a file, never on the screen.
//!
//! The usual panic hook writes to the terminal. With a terminal that is not being read it would block whichever thread
//! has panicked, the station among them, so this one only appends to a file beside the runs.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::clock::wall_now;

/// What the caller is told.
pub const WORDS: &str = "handover met a fault of its own and went on: check the screen, and please report fault.log";

/// The file, in the state folder.
const FILE: &str = "fault.log";

/// Keeps every panic in the state folder from now on.
pub fn keep_in(state: &Path) {
    let path: PathBuf = state.join(FILE);
    std::panic::set_hook(Box::new(move |fault| {
        let line = format!("{} handover {}: {fault}\n", wall_now(), env!("CARGO_PKG_VERSION"));
        if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(&path) {
            // A fault that cannot be kept either has nowhere else to go.
            let _ = file.write_all(line.as_bytes());
        }
    }));
}
