//! The shell: threads, the terminal, signals and the clock. The only place that reads a run's time.
//!
//! Two threads that never wait for each other carry a run. The *station* (`station.rs`, the main
//! thread) waits in one poll(2) for the keyboard, the other threads' messages and the next
//! deadline; it decides, journals, applies and sends, and it never writes to the terminal. The
//! *screen* (`screen.rs`) follows the run by its records, draws, and is the only one that a stalled
//! terminal can block. The keyboard is the station's and not the screen's, because a GO must
//! neither wait for a frame nor cost a switch of threads. Beside them: the *follower*
//! (`follower.rs`), which tells displays what is true where remote controls are heard, a thread for
//! signals, one for the journal's syncs, one that looks for other runs on the same outputs, and one
//! for each output that has to wait for somebody. The
//! *board* (`board.rs`) is another program's: it follows a run by its journal.

mod beacon;
pub mod board;
pub mod clock;
pub mod config;
mod editor;
mod fault;
mod feed;
mod follower;
mod inbox;
mod keyboard;
mod neighbours;
pub mod opening;
mod question;
mod realtime;
mod screen;
mod seconds;
pub mod share;
mod showfile;
mod signals;
mod station;
mod takeover;
pub mod terminal;
mod web;
pub mod when;
mod wiring;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use std::path::Path;

pub use opening::{ClockStart, DemoOptions, EditOptions, RunOptions, Unfinished};
pub use takeover::stop_run;

use crate::show::problem::visible;

/// Maximum number of runs back that one is looked for: a season must not slow its last show.
const RUNS_LOOKED_AT: usize = 50;

/// Time that a thread which may be stuck on the terminal, the disk or the net has to end.
const GOODBYE: Duration = Duration::from_millis(700);

/// An error and its causes in words, each said once, without anything that a terminal would obey.
/// Below an empty line stands a report on a show, which has its own colours.
pub fn said(error: &anyhow::Error) -> String {
    let said = fault::words(error.as_ref());
    match said.split_once("\n\n") {
        Some((head, report)) => format!("{}\n\n{report}", visible(head)),
        None => said.lines().map(visible).collect::<Vec<_>>().join("\n"),
    }
}

/// The way a run in a terminal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The caller left, or nothing was opened.
    Left,
    /// The caller left, and what happened in the run is not all on the disk.
    Lost,
    /// A signal of this number ended the program; a terminal that has gone counts as SIGHUP.
    Signal(i32),
}

/// Opens a show and runs it until the caller leaves.
///
/// # Errors
/// When there is no terminal, the show has faults, or the run that was asked for cannot be resumed;
/// the text is for the caller.
pub fn run(options: &RunOptions) -> anyhow::Result<End> {
    call(&options.state, |inbox, post| opening::open(options, inbox, post))
}

/// Follows a shared run until the caller leaves.
///
/// # Errors
/// When there is no terminal, no such run, or the server cannot be used.
pub fn join(options: &share::JoinOptions) -> anyhow::Result<End> {
    call(&options.own.state, |inbox, post| opening::join(options, inbox, post))
}

/// Shows the demonstration until somebody leaves it.
///
/// # Errors
/// When there is no terminal; the text is for the person who started it.
pub fn demo(options: &DemoOptions) -> anyhow::Result<End> {
    call(&options.state, |_, _| opening::demo(options).map(Some))
}

/// Opens a show to be edited, until the caller leaves.
///
/// # Errors
/// When there is no terminal, or the show has errors or is no file; the text is for the caller.
pub fn edit(options: &EditOptions) -> anyhow::Result<End> {
    call(&options.state, |_, _| opening::edit(options).map(Some))
}

fn call(
    state: &Path,
    open: impl FnOnce(&inbox::Inbox, &inbox::Sender) -> anyhow::Result<Option<opening::Session>>,
) -> anyhow::Result<End> {
    terminal::require()?;
    fault::keep_in(state);
    let (inbox, post) = inbox::inbox().context("cannot open a pipe between threads")?;
    let signals = signals::listen(post.clone()).context("cannot listen to signals")?;
    let Some(session) = open(&inbox, &post)? else { return Ok(End::Left) };
    let (farewell, end) = station::run(session, inbox, &post)?;
    if let Some(farewell) = farewell {
        // The terminal may have gone meanwhile; then there is nobody left to tell.
        let _ = match end {
            End::Lost => writeln!(std::io::stderr(), "{farewell}"),
            End::Left | End::Signal(_) => writeln!(std::io::stdout(), "{farewell}"),
        };
    }
    signals.close();
    Ok(end)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn an_error_says_each_cause_once_and_nothing_that_a_terminal_obeys() {
        let system =
            || std::io::Error::from_raw_os_error(rustix::io::Errno::ADDRINUSE.raw_os_error());
        let why = system().to_string();
        let plain = why.split(" (").next().unwrap_or_default().to_owned();
        let error = Err::<(), _>(system())
            .context(format!("cannot hear on 1:2: {plain}; free it"))
            .unwrap_err();
        assert_eq!(said(&error), format!("cannot hear on 1:2: {plain}; free it"));
        let error = Err::<(), _>(system()).context("cannot hear").unwrap_err();
        assert_eq!(said(&error), format!("cannot hear: {why}"));
        let error = anyhow::anyhow!("no file a\u{1b}[31mb.toml\n\n\u{1b}[31mreport");
        assert_eq!(said(&error), "no file a\\u{1b}[31mb.toml\n\n\u{1b}[31mreport");
    }
}
