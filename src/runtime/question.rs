//! The question at the start: an unfinished run is there; go on with it, or start anew?

use std::io::{self, Write};

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use jiff::Timestamp;

use super::clock::machine_ns;
use super::inbox::{Inbox, Msg};
use super::keyboard::{self, Keyboard, Woken};
use super::terminal;
use super::when::{ago, listed};
use crate::journal::RunFolder;

/// What the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Go on with the run.
    Resume,
    /// Start a new one.
    Fresh,
    /// Neither.
    Leave,
}

/// Asks, and waits for one key.
///
/// # Errors
/// When the terminal is gone.
pub fn ask(folder: &RunFolder, now: Timestamp, inbox: &Inbox) -> io::Result<Answer> {
    terminal::take()?;
    let answer = write(folder, now).and_then(|()| listen(inbox));
    terminal::give_back();
    // The terminal may be what has gone, and then nobody misses the line.
    let _ = writeln!(io::stdout());
    answer
}

fn write(folder: &RunFolder, now: Timestamp) -> io::Result<()> {
    let mut out = io::stdout();
    if let Some(summary) = &folder.summary {
        let kind = summary.kind();
        let fired = summary.cues_fired;
        let cues = if fired == 1 { "cue" } else { "cues" };
        let (started, since) = (listed(summary.started_at), ago(summary.last_at, now));
        write!(out, "An unfinished run of “{}” is here:\r\n", summary.show)?;
        write!(out, "  {}  ({kind}, begun {started}, {fired} {cues} fired, last event {since} ago)\r\n", folder.id)?;
    }
    write!(out, "\r\n  r  resume it    f  start a fresh run    q  quit  > ")?;
    out.flush()
}

fn listen(inbox: &Inbox) -> io::Result<Answer> {
    let mut keyboard = Keyboard::default();
    loop {
        match keyboard::wait(true, inbox.bell(), None) {
            Woken::Input => keyboard.read(machine_ns())?,
            Woken::Other => {}
            Woken::Lost => return Err(io::Error::other("the terminal is gone")),
        }
        for event in keyboard.by_ref() {
            let Event::Key(key) = event else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match key.code {
                KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => return Ok(Answer::Leave),
                KeyCode::Char('r' | 'R' | 'y' | 'Y') | KeyCode::Enter => return Ok(Answer::Resume),
                KeyCode::Char('f' | 'F' | 'n' | 'N') => return Ok(Answer::Fresh),
                KeyCode::Char('q' | 'Q') | KeyCode::Esc => return Ok(Answer::Leave),
                _ => {}
            }
        }
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let ends = |message: &Msg| matches!(message, Msg::Signal(SIGHUP | SIGINT | SIGTERM));
        if inbox.take().iter().any(ends) {
            return Ok(Answer::Leave);
        }
    }
}
