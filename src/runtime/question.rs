//! The questions at the start: what to do about an unfinished run of the show, or one that another
//! program calls, and which of several shared runs is followed.

use std::io::{self, Write};

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;

use super::inbox::{Inbox, Msg};
use super::keyboard::{Keyboard, Woken};
use super::opening::account_rows;
use super::{signals, terminal};
#[cfg(feature = "link")]
use crate::engine::RunId;
use crate::input::Input;
use crate::journal::{Holder, RunFolder, Store};
#[cfg(feature = "link")]
use crate::link::SharedRun;
#[cfg(feature = "link")]
use crate::plain;

/// The caller's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallerAnswer {
    /// Go on with the run.
    Resume,
    /// Start a new one.
    Fresh,
    /// Neither.
    Leave,
}

/// Asks what to do about an unfinished run, and waits for one of the keys that it lists; `holder`
/// has the run, without a terminal.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn ask(
    folder: &RunFolder,
    holder: Option<Holder>,
    now: Timestamp,
    inbox: &Inbox,
) -> io::Result<CallerAnswer> {
    in_terminal(|| {
        let (mut keys, mut out) = (KeyReader::new(inbox), io::stdout());
        let title = title(folder);
        tell(
            folder,
            &holder.map_or_else(
                || format!("An unfinished run of {title} is here"),
                |h| going_on(&title, h),
            ),
            now,
        )?;
        let prompt = "\r\n  r  resume it    f  start a fresh run    q or Esc  quit  > ";
        write!(out, "{prompt}")?;
        out.flush()?;
        let mut is_told = false;
        loop {
            let Some(key) = keys.next()? else { return Ok(CallerAnswer::Leave) };
            match (key.code, key.modifiers - KeyModifiers::SHIFT) {
                (KeyCode::Char('r' | 'R'), KeyModifiers::NONE) => return Ok(CallerAnswer::Resume),
                (KeyCode::Char('f' | 'F'), KeyModifiers::NONE) => return Ok(CallerAnswer::Fresh),
                (KeyCode::Char('q' | 'Q'), KeyModifiers::NONE) | (KeyCode::Esc, _) => {
                    return Ok(CallerAnswer::Leave);
                }
                // Once is enough: a key that is held down must not fill the screen.
                _ if is_told => {}
                _ => {
                    is_told = true;
                    write!(out, "\r\n  That key does nothing here.{prompt}")?;
                    out.flush()?;
                }
            }
        }
    })
}

/// Asks which of several unfinished runs goes on, or whether the only one does that is there;
/// `None`: neither.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn ask_which(
    folders: Vec<RunFolder>,
    now: Timestamp,
    inbox: &Inbox,
) -> io::Result<Option<RunFolder>> {
    in_terminal(|| {
        let (mut keys, mut out) = (KeyReader::new(inbox), io::stdout());
        let (damaged, mut folders): (Vec<_>, Vec<_>) =
            folders.into_iter().partition(|folder| folder.fault.is_some());
        match folders.as_slice() {
            [_] if !damaged.is_empty() => {
                write!(out, "One unfinished run can be resumed. Go on with it?\r\n\r\n")?
            }
            [_] => write!(out, "The unfinished run is not of today. Go on with it?\r\n\r\n")?,
            _ => write!(out, "More than one run is unfinished. Resume which one?\r\n\r\n")?,
        }
        for (at, folder) in folders.iter().enumerate() {
            write!(out, "  {}  {}\r\n", at + 1, folder.id)?;
            if let Some(summary) = &folder.summary {
                let [what, since] = account_rows(summary, now);
                write!(out, "     {what}\r\n     {since}\r\n")?;
            }
        }
        for folder in &damaged {
            write!(
                out,
                "  -  {}\r\n     its journal is damaged, it cannot be resumed\r\n",
                folder.id
            )?;
        }
        let numbers =
            if folders.len() > 1 { format!("1 to {}", folders.len()) } else { "1".to_owned() };
        let prompt = format!("\r\n  {numbers}  resume it    q or Esc  quit  > ");
        let chosen = number(&prompt, folders.len(), &mut keys)?;
        Ok(chosen.map(|at| folders.swap_remove(at)))
    })
}

/// Asks which of several shared runs is followed, the newest first; `None`: none of them.
///
/// # Errors
/// When the terminal is gone.
#[cfg(feature = "link")]
pub(super) fn ask_which_shared(runs: &[SharedRun], inbox: &Inbox) -> io::Result<Option<RunId>> {
    in_terminal(|| {
        let (mut keys, mut out) = (KeyReader::new(inbox), io::stdout());
        let runs: Vec<_> = runs.iter().rev().take(NUMBERS_MAX).collect();
        write!(out, "More than one run is shared there. Follow which one?\r\n\r\n")?;
        for (run, at) in runs.iter().zip(1..) {
            let id = plain::clean(&run.id.0);
            let title = plain::clean(&run.title);
            let flag = match &run.holder {
                Some((name, _)) if run.stations.iter().any(|heard| heard.name == *name) => {
                    format!("{name} has the flag")
                }
                Some((name, _)) => format!("{name} had the flag and is not heard"),
                None => "nobody has the flag".to_owned(),
            };
            write!(out, "  {at}  {id}\r\n     “{title}”, {flag}\r\n")?;
        }
        let prompt = format!("\r\n  1 to {}  follow it    q or Esc  quit  > ", runs.len());
        let chosen = number(&prompt, runs.len(), &mut keys)?;
        Ok(chosen.and_then(|at| runs.get(at)).map(|run| run.id.clone()))
    })
}

/// The longest list from which a number is chosen.
#[cfg(feature = "link")]
const NUMBERS_MAX: usize = 9;

/// Waits for one of the numbers from 1 to `count`, and gives it from 0; `None` where none is wanted.
fn number(prompt: &str, count: usize, keys: &mut KeyReader) -> io::Result<Option<usize>> {
    let mut out = io::stdout();
    write!(out, "{prompt}")?;
    out.flush()?;
    let mut is_told = false;
    loop {
        let Some(key) = keys.next()? else { return Ok(None) };
        match (key.code, key.modifiers - KeyModifiers::SHIFT) {
            (KeyCode::Char('q' | 'Q'), KeyModifiers::NONE) | (KeyCode::Esc, _) => {
                return Ok(None);
            }
            (KeyCode::Char(c @ '1'..='9'), KeyModifiers::NONE) => {
                let at = c.to_digit(10).and_then(|digit| (digit as usize).checked_sub(1));
                if at.is_some_and(|at| at < count) {
                    return Ok(at);
                }
            }
            _ if is_told => {}
            _ => {
                is_told = true;
                write!(out, "\r\n  That key does nothing here.{prompt}")?;
                out.flush()?;
            }
        }
    }
}

/// Asks whether to call a live run, a new one or one that was left, beside the one that `holder`
/// has, with the reason in front; returns `true` after a typed yes.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn ask_for_second(
    store: &Store,
    folder: &RunFolder,
    holder: Holder,
    why: &str,
    verb: &str,
    now: Timestamp,
    inbox: &Inbox,
) -> io::Result<bool> {
    in_terminal(|| {
        let mut keys = KeyReader::new(inbox);
        tell(folder, &going_on(&title(folder), holder), now)?;
        let mut out = io::stdout();
        write!(out, "\r\n{why}\r\n")?;
        if !holder.terminal {
            let (id, option) = (&folder.id, store.option());
            write!(out, "`handover stop {id}{option}` ends the first.\r\n")?;
        }
        is_typed(verb, &mut keys)
    })
}

/// Asks whether to call a live run beside the one of the show `title` that process `pid` calls and
/// that no folder tells of, with the reason in front; returns `true` after a typed yes.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn ask_beside_unrecorded(
    title: &str,
    pid: u32,
    why: &str,
    verb: &str,
    inbox: &Inbox,
) -> io::Result<bool> {
    in_terminal(|| {
        let mut keys = KeyReader::new(inbox);
        let what = going_on(&format!("“{title}”"), Holder { pid, terminal: true });
        let disk = "Its disk does not take its run, so nothing more is known of it.";
        write!(io::stdout(), "{what}.\r\n{disk}\r\n\r\n{why}\r\n")?;
        is_typed(verb, &mut keys)
    })
}

/// Asks whether a run is called here alone that other stations had a part in, as `what` says;
/// returns `true` after a typed yes.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn ask_alone(what: &[String], inbox: &Inbox) -> io::Result<bool> {
    in_terminal(|| {
        let mut keys = KeyReader::new(inbox);
        for line in what {
            write!(io::stdout(), "{line}\r\n")?;
        }
        is_typed("call it here alone", &mut keys)
    })
}

/// Has yes typed, and returns `true` if it was.
fn is_typed(verb: &str, keys: &mut KeyReader) -> io::Result<bool> {
    let mut out = io::stdout();
    write!(out, "\r\n  Type yes and Enter to {verb}; anything else quits  > ")?;
    out.flush()?;
    Ok(keys.line()?.is_some_and(|line| line.trim().eq_ignore_ascii_case("yes")))
}

fn in_terminal<T>(ask: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    terminal::take()?;
    let answer = ask();
    terminal::give_back();
    // The terminal may be what has gone, and then nobody misses the line.
    let _ = writeln!(io::stdout());
    answer
}

/// Title of a run's show.
fn title(folder: &RunFolder) -> String {
    folder
        .summary
        .as_ref()
        .map_or_else(|| folder.id.to_string(), |summary| format!("“{}”", summary.show))
}

/// Message about the program that has the run of the show `title`.
fn going_on(title: &str, holder: Holder) -> String {
    match holder.terminal {
        true => format!("{title} is being called here now by process {}", holder.pid),
        false => format!("{title} runs here without a terminal, process {}", holder.pid),
    }
}

/// Says `what` of a run, and which one it is.
fn tell(folder: &RunFolder, what: &str, now: Timestamp) -> io::Result<()> {
    let mut out = io::stdout();
    write!(out, "{what}:\r\n")?;
    let Some(summary) = &folder.summary else { return write!(out, "  {}\r\n", folder.id) };
    let [what, since] = account_rows(summary, now);
    write!(out, "  {}\r\n  {what}\r\n  {since}\r\n", folder.id)
}

/// The keys that are pressed while a question stands.
struct KeyReader<'a> {
    keyboard: Keyboard,
    inbox: &'a Inbox,
    /// Ctrl-C or a signal has ended it.
    has_ended: bool,
}

impl<'a> KeyReader<'a> {
    /// Begins to ask. Keys from before the question was shown answer nothing: they were meant for
    /// the shell.
    fn new(inbox: &'a Inbox) -> Self {
        let mut keyboard = Keyboard::default();
        keyboard.discard();
        KeyReader { keyboard, inbox, has_ended: false }
    }

    /// The next key that was pressed by itself; `None` for Ctrl-C, and where a signal ends the
    /// program.
    fn next(&mut self) -> io::Result<Option<KeyEvent>> {
        loop {
            // What was pasted answers nothing.
            if let [key] = self.pressed()?[..] {
                return Ok(Some(key));
            }
            if self.has_ended {
                return Ok(None);
            }
        }
    }

    /// Keys that are pressed next, or pasted without a mark; none if the question is broken off.
    fn pressed(&mut self) -> io::Result<Vec<KeyEvent>> {
        loop {
            for input in self.keyboard.by_ref() {
                let keys = match input {
                    Input::Key(key) if key.kind != KeyEventKind::Release => vec![key],
                    Input::Burst(keys) => keys,
                    Input::Key(_)
                    | Input::Mouse(_)
                    | Input::Paste(_)
                    | Input::PasteBroken
                    | Input::Focus(_)
                    | Input::KeyFlags(_)
                    | Input::PasteEnd
                    | Input::Reply
                    | Input::NoEscape => continue,
                };
                let is_ctrl_c = |key: &KeyEvent| {
                    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL)
                };
                self.has_ended = keys.iter().any(is_ctrl_c);
                return Ok(if self.has_ended { vec![] } else { keys });
            }
            if self.keyboard.wait(true, self.inbox.wake_fd(), None, None) == Woken::Lost {
                return Err(io::Error::other("the terminal is gone"));
            }
            let ends =
                |message: &Msg| matches!(message, &Msg::Signal(signal) if signals::ends(signal));
            if self.inbox.take().iter().any(ends) {
                self.has_ended = true;
                return Ok(vec![]);
            }
        }
    }

    /// A line that is typed, shown letter by letter; `None` where it is broken off.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the keys are crossterm's; all others mean nothing here"
    )]
    fn line(&mut self) -> io::Result<Option<String>> {
        let (mut line, mut out) = (String::new(), io::stdout());
        while !self.has_ended {
            for key in self.pressed()? {
                match key.code {
                    KeyCode::Enter => return Ok(Some(line)),
                    KeyCode::Esc => return Ok(None),
                    KeyCode::Backspace if line.pop().is_some() => write!(out, "\u{8} \u{8}")?,
                    KeyCode::Char(c) if c.is_ascii_alphabetic() && line.len() < LINE_MAX => {
                        line.push(c);
                        write!(out, "{c}")?;
                    }
                    _ => {}
                }
            }
            out.flush()?;
        }
        Ok(None)
    }
}

/// The longest line that is typed here.
const LINE_MAX: usize = 20;
