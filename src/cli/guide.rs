//! The texts that are part of the program, on the terminal page by page: the guide, the reference of
//! show files, the configuration of a server.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use signal_hook::consts::SIGINT;

use super::commands::print;

/// The variable that names the pager, as for man and git.
const PAGER_VARIABLE: &str = "PAGER";

/// The pager where the variable is not set.
const DEFAULT_PAGER: &str = "less";

/// The texts that are part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GuideText {
    /// How to call a show with handover
    Guide,
    /// Every key of a show file
    Reference,
    /// The configuration of a NATS server for shared runs
    Server,
}

impl GuideText {
    const fn text(self) -> &'static str {
        match self {
            GuideText::Guide => include_str!("../../docs/guide.md"),
            GuideText::Reference => include_str!("../../docs/reference.md"),
            GuideText::Server => include_str!("../../assets/nats/handover.conf"),
        }
    }
}

/// Shows `text` in the pager if stdout is a terminal; otherwise, or if the pager fails, prints it.
///
/// # Errors
/// When stdout cannot be written to.
pub(super) fn show(text: GuideText) -> anyhow::Result<()> {
    let text = text.text();
    if std::io::stdout().is_terminal() && is_paged(text) { Ok(()) } else { print(text) }
}

/// Returns `true` if the reader's pager has shown `text`.
fn is_paged(text: &str) -> bool {
    let pager = std::env::var(PAGER_VARIABLE).unwrap_or_else(|_| DEFAULT_PAGER.to_owned());
    if pager.trim().is_empty() {
        return false;
    }
    // Ctrl-C is the pager's: a program that ended here would leave it behind without a terminal.
    let interrupted = Arc::new(AtomicBool::new(false));
    if signal_hook::flag::register(SIGINT, Arc::clone(&interrupted)).is_err() {
        return false;
    }
    // By the shell, because the variable may hold options.
    let mut command = Command::new("sh");
    command.args(["-c", &pager]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // R: colours as they are; F: no paging of what fits on one screen; X: the text stays on the
        // screen.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // A reader who leaves early closes the pipe: that is no error.
        let _ = input.write_all(text.as_bytes());
    }
    match child.wait() {
        // Without a code a signal ended it: the reader's own doing.
        Ok(status) => {
            status.code().is_none_or(|code| code == 0) || interrupted.load(Ordering::Relaxed)
        }
        Err(_) => false,
    }
}
