//! The terminal: taking it, giving it back, and a writer that sends each frame in one piece.

mod backend;
mod canvas;
mod changes;

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::Print;
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, SetTitle};
use crossterm::{cursor, queue};
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{OptionalActions, Termios};

pub use backend::TtyBackend;
pub use canvas::Canvas;

/// Fails where stdin or stdout is no terminal.
///
/// # Errors
/// With a word on what to do instead.
pub fn require() -> anyhow::Result<()> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    anyhow::bail!(
        "a show is called from a terminal, and stdin or stdout is none here; \
         `handover check`, `runs` and `report` work without one"
    )
}

/// The same for a board.
///
/// # Errors
/// With a word on what to do instead.
pub fn require_to_show() -> anyhow::Result<()> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    anyhow::bail!(
        "a board is shown in a terminal, and stdin or stdout is none here; \
         open one, or run it with `script -c 'handover board' /dev/null`"
    )
}

/// The terminal's output: collects a frame and writes it at its end.
#[derive(Debug)]
pub struct Tty {
    out: File,
    frame: Vec<u8>,
}

impl Tty {
    /// A second hold on stdout, so that nobody else's lock is in the way.
    ///
    /// # Errors
    /// When the system gives no descriptor.
    pub fn new() -> io::Result<Self> {
        let out = rustix::io::dup(rustix::stdio::stdout())?;
        Ok(Tty { out: File::from(out), frame: Vec::with_capacity(64 * 1024) })
    }

    /// Its size in cells, as far as anybody reads so much; where the terminal does not know, the
    /// size that terminals have had since 1978.
    pub fn area(&self) -> Rect {
        match rustix::termios::tcgetwinsize(&self.out) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
                Rect::new(0, 0, size.ws_col.min(COLUMNS_MAX), size.ws_row.min(ROWS_MAX))
            }
            _ => Rect::new(0, 0, 80, 24),
        }
    }
}

/// The widest and highest screen that is drawn, in cells. A terminal may say 65,535 of each, which
/// is memory for nothing.
const COLUMNS_MAX: u16 = 1_000;
const ROWS_MAX: u16 = 500;

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let result = write_all(&mut self.out, &self.frame);
        self.frame.clear();
        result
    }
}

/// Writes all of `bytes`, however long it takes, also where another program has made the terminal
/// non-blocking for everybody who has it open: a terminal that is slow is not one that is gone.
fn write_all(out: &mut File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match out.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                // Interrupted or not, the next write says what is.
                let _ = poll(&mut [PollFd::new(out, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Has the terminal keep the window's title, and give it back (xterm's title stack).
const KEEP_TITLE: &str = "\x1b[22;0t";
const TITLE_AS_BEFORE: &str = "\x1b[23;0t";

/// xterm's modifyOtherKeys is switched off, where a program before has left it on; it has no stack.
const OTHER_KEYS_OFF: &str = "\x1b[>4;0m";
/// Takes xterm's setting from its configuration.
const OTHER_KEYS_AS_BEFORE: &str = "\x1b[>4m";

/// The kitty keyboard protocol, on a stack of the terminal: the alternate screen has its own. All
/// of it is asked for. Event types (2) are told for every key only where each comes as a sequence
/// (8), and then letters need their other codes (4) and the text that they type (16).
/// <https://sw.kovidgoyal.net/kitty/keyboard-protocol/>
const KEYS_TOLD: &str = "\x1b[>31u";
/// The same with nothing switched on: a program before may have left it on.
const KEYS_PLAIN: &str = "\x1b[>0u";
/// The same as [`KEYS_TOLD`] without the stack, for a terminal that may have been reset: nothing
/// must pile up there.
const KEYS_TOLD_AGAIN: &str = "\x1b[=31u";
/// Takes it from the stack.
const KEYS_AS_BEFORE: &str = "\x1b[<u";
/// Asks which parts of it are on. A terminal that has none of it answers nothing.
const ASK_KEYS: &str = "\x1b[?u";

/// Switches all of the mouse off, with the forms of its reports that a program before may have left
/// on.
const MOUSE_AS_EVER: &str =
    "\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l";
/// Clicks and the wheel, in SGR's form. Motion is not reported: nothing here asks for it.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";

/// Way of sending keys that the terminal is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The way of every terminal.
    Plain,
    /// All of the kitty keyboard protocol, where the terminal has it: which key is held, and which
    /// is let go.
    Told,
}

impl Keys {
    /// Chooses the way; `plain` if the caller wants the way of every terminal.
    pub fn new(plain: bool) -> Self {
        if plain { Keys::Plain } else { Keys::Told }
    }
}

/// Goes to the alternate screen. Raw mode is the station's business: [`take`].
///
/// # Errors
/// When the terminal is gone.
pub fn enter(out: &mut impl Write, title: &str, keys: Keys) -> io::Result<()> {
    queue!(out, EnterAlternateScreen, cursor::Hide, Print(KEEP_TITLE), Print(OTHER_KEYS_OFF))?;
    match keys {
        Keys::Plain => queue!(out, Print(KEYS_PLAIN))?,
        Keys::Told => queue!(out, Print(KEYS_TOLD), Print(ASK_KEYS))?,
    }
    queue!(out, Print(MOUSE_AS_EVER), Print(MOUSE_ON), EnableBracketedPaste)?;
    retitle(out, title)
}

/// Asks for what [`enter`] asked for, where the terminal may have been reset. None of it changes
/// one that was not.
///
/// # Errors
/// When the terminal is gone.
pub fn ask_again(out: &mut impl Write, keys: Keys) -> io::Result<()> {
    match keys {
        Keys::Plain => {}
        Keys::Told => queue!(out, Print(KEYS_TOLD_AGAIN), Print(ASK_KEYS))?,
    }
    queue!(out, Print(MOUSE_ON), EnableBracketedPaste)?;
    out.flush()
}

/// Goes to the alternate screen for a screen that only shows: it leaves the mouse to the terminal.
///
/// # Errors
/// When the terminal is gone.
pub fn enter_to_show(out: &mut impl Write, title: &str) -> io::Result<()> {
    queue!(
        out,
        EnterAlternateScreen,
        cursor::Hide,
        Print(KEEP_TITLE),
        Print(OTHER_KEYS_OFF),
        Print(KEYS_PLAIN)
    )?;
    retitle(out, title)
}

/// Names the window.
///
/// # Errors
/// When the terminal is gone.
pub fn retitle(out: &mut impl Write, title: &str) -> io::Result<()> {
    let title = crate::plain::line(title);
    queue!(out, SetTitle(title))?;
    out.flush()
}

/// Goes back to where the shell was. With `asks`, the terminal is asked for its keys once more:
/// what it sends before the answer is still in the form of this program.
///
/// # Errors
/// When the terminal is gone.
pub fn leave(out: &mut impl Write, asks: bool) -> io::Result<()> {
    queue!(
        out,
        DisableBracketedPaste,
        Print(MOUSE_AS_EVER),
        Print(KEYS_AS_BEFORE),
        Print(OTHER_KEYS_AS_BEFORE)
    )?;
    if asks {
        queue!(out, Print(ASK_KEYS))?;
    }
    // Where the terminal keeps no title, an empty one is better than that of a show.
    queue!(out, SetTitle(""), Print(TITLE_AS_BEFORE), LeaveAlternateScreen, cursor::Show)?;
    out.flush()
}

/// Leaves a line on the shell's screen.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn say(out: &mut impl Write, line: &str) -> io::Result<()> {
    // It may still be raw.
    write!(out, "{}\r\n", crate::plain::line(line))?;
    out.flush()
}

/// A canvas over the whole of `tty`, which is blank. A new one is made when the window changes.
///
/// # Errors
/// When the terminal is gone.
pub fn canvas(mut tty: Tty) -> io::Result<Canvas<Tty>> {
    let area = tty.area();
    queue!(tty, Clear(ClearType::All))?;
    Ok(Canvas::new(tty, area))
}

/// Takes every key raw.
///
/// # Errors
/// When the terminal is gone.
pub fn take() -> io::Result<()> {
    crossterm::terminal::enable_raw_mode()
}

/// Gives the terminal's modes back; never waits for its output.
pub fn give_back() {
    // It fails where the terminal is gone, and then nobody misses its modes.
    let _ = crossterm::terminal::disable_raw_mode();
}

/// Takes every key raw again, after a stop that the program did not ask for: the shell may have
/// changed the modes. In the background it must not touch them.
pub fn take_again() {
    if group().is_ok_and(|group| group == getpgrp()) {
        give_back();
        // It fails where the terminal is gone, which the next look at the keyboard finds out.
        let _ = take();
    }
}

/// The group of processes that the terminal belongs to.
fn group() -> rustix::io::Result<Pid> {
    rustix::termios::tcgetpgrp(rustix::stdio::stdin())
}

/// Returns `true` if this program may change the terminal's modes: one in the background is stopped
/// for it.
pub(super) fn is_ours() -> bool {
    group().map_or(true, |group| group == getpgrp())
}

/// The terminal's modes as they are; `None` if it is gone.
pub(super) fn modes() -> Option<Termios> {
    rustix::termios::tcgetattr(rustix::stdio::stdin()).ok()
}

/// Sets modes that were there before, where this program may.
pub(super) fn restore(modes: Option<&Termios>) {
    if let Some(modes) = modes.filter(|_| is_ours()) {
        // It fails where the terminal is gone, and then nobody misses its modes.
        let _ = rustix::termios::tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, modes);
    }
}

/// Gives the modes back and stops the whole program until somebody continues it, as the shell's
/// `fg` does.
///
/// # Errors
/// When the terminal has gone meanwhile.
pub fn step_aside() -> io::Result<()> {
    give_back();
    // SIGTSTP is the program's own to handle; this one nobody can refuse.
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
    take()
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::fd::OwnedFd;

    use rustix::pipe::{PipeFlags, pipe_with};

    use super::*;

    #[test]
    fn a_line_that_is_non_blocking_and_slow_gets_the_whole_frame() {
        let (reader, writer): (OwnedFd, OwnedFd) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        rustix::io::ioctl_fionbio(&reader, false).unwrap();
        let frame: Vec<u8> = (0..300_000_u32).map(|at| at as u8).collect();
        let expected = frame.clone();
        let read = std::thread::spawn(move || {
            let mut read = vec![];
            File::from(reader).read_to_end(&mut read).map(|_| read)
        });
        let mut tty = Tty { out: File::from(writer), frame };
        tty.flush().unwrap();
        drop(tty);
        assert!(read.join().unwrap().unwrap() == expected, "the frame came in pieces");
    }
}
