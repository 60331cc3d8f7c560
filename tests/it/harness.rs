//! Drives the real program from outside: a pseudo-terminal for its screen and keys, sockets for its
//! packets, its files.
//!
//! Owns the [`House`] (a folder with show files and the runs), the [`Program`] in its terminal, the
//! [`Wire`] that its packets arrive on, and the [`Remote`] that sends to it. Believes nothing that
//! the library says: OSC and the journal's checksums are read by code of its own. Must never sleep
//! for a time in the hope that something has happened by then: it waits for what has to happen, at
//! most [`PATIENCE`], and what it finds instead is printed whole.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

mod calm;
pub(crate) mod display;
mod far_end;
mod journal;
mod program;
mod remote;
mod web;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) use calm::in_time;
#[cfg(feature = "link")]
pub(crate) use far_end::datagram;
pub(crate) use far_end::{Arg, Packet, Wire, messages};
pub(crate) use journal::Journal;
pub(crate) use program::Program;
pub(crate) use remote::{Line, Remote, Reply, bundle, encode, frame};
pub(crate) use web::Web;

/// Time that something expected may take on a machine with other work.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Time that a program has to end when it is told to, on a machine with other work.
pub(crate) const GONE: Duration = Duration::from_secs(10);

/// Time of silence after which a test believes that nothing comes.
pub(crate) const SILENCE: Duration = Duration::from_millis(400);

/// Interval at which a file, or a process, is looked at while something is awaited of it.
const GLANCE: Duration = Duration::from_millis(4);

/// Returns `true` if no program is missing; a machine that has to have them all fails instead.
pub(crate) fn is_equipped(missing: Option<&str>) -> bool {
    if let Some(name) = missing {
        eprintln!("skipped: {name} not found");
        assert!(std::env::var_os("HANDOVER_REQUIRE_SERVICES").is_none(), "{name} is required here");
    }
    missing.is_none()
}

/// Lets time pass that a line, a caller or a standstill takes: it is what is tested, and nothing is
/// awaited by it.
pub(crate) fn pass(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

/// Looks until `look` gives something; `None` when it has not in `at_most`.
pub(crate) fn await_some<T>(at_most: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if begun.elapsed() > at_most {
            return None;
        }
        std::thread::sleep(GLANCE);
    }
}

/// A folder of its own for a test: show files, and the runs under `state`.
pub(crate) struct House {
    dir: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        House { dir: tempfile::tempdir().expect("a folder for the test") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// Writes a show file.
    pub(crate) fn show(&self, text: &str) -> String {
        let path = self.path("show.toml");
        fs::write(&path, text).expect("a show file");
        path.display().to_string()
    }

    /// Writes a file into the configuration folder.
    pub(crate) fn config(&self, name: &str, text: &str) {
        let folder = self.path("config").join("handover");
        fs::create_dir_all(&folder).expect("a configuration folder");
        fs::write(folder.join(name), text).expect("a configuration file");
    }

    /// Opens a show in a terminal of 120 by 36 and waits until it is on the screen.
    pub(crate) fn open(&self, args: &[&str]) -> Program {
        let mut program = self.spawn(args, (120, 36), &[]);
        program.await_open();
        program
    }

    /// Starts the program in a terminal of this many columns and rows, and waits for nothing.
    pub(crate) fn spawn(&self, args: &[&str], size: (u16, u16), env: &[(&str, &str)]) -> Program {
        Program::spawn(&self.arguments(args), size, env, self.state(), "")
    }

    /// Starts the program in a terminal of 120 by 36 into which `keys` were typed before.
    pub(crate) fn spawn_behind(&self, keys: &str, args: &[&str]) -> Program {
        Program::spawn(&self.arguments(args), (120, 36), &[], self.state(), keys)
    }

    fn arguments(&self, args: &[&str]) -> Vec<String> {
        let mut all = vec!["--state".to_owned(), self.state().display().to_string()];
        all.extend(args.iter().map(|arg| (*arg).to_owned()));
        all
    }

    /// The folders of the runs, the oldest first.
    pub(crate) fn runs(&self) -> Vec<PathBuf> {
        journal::runs(&self.state())
    }

    /// The journal of the only run.
    pub(crate) fn journal(&self) -> Journal {
        Journal::of(&self.state())
    }
}
