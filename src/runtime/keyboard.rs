//! The keyboard: the terminal's input, read by the station itself.

use std::io::{self, ErrorKind};
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::decode::{self, Decoded};

/// What ended a wait.
#[derive(Debug)]
pub enum Woken {
    /// There is input: [`Keyboard::read`] takes it in.
    Input,
    /// Anything else: the bell, the time-out, a signal.
    Other,
    /// The terminal is gone.
    Lost,
}

/// Waits for input, the bell of the inbox, or `timeout`; `keyboard` is false once the terminal is gone.
pub fn wait(keyboard: bool, bell: BorrowedFd<'_>, timeout: Option<Duration>) -> Woken {
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    let timeout = timeout.map(|t| Timespec { tv_sec: t.as_secs() as i64, tv_nsec: t.subsec_nanos().into() });
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::from_borrowed_fd(bell, PollFlags::IN), PollFd::from_borrowed_fd(stdin, PollFlags::IN)];
    let watched = if keyboard { &mut fds[..] } else { &mut fds[..1] };
    if poll(watched, timeout.as_ref()).is_err() || !keyboard {
        // Interrupted by a signal: the caller's loop comes back here.
        return Woken::Other;
    }
    let said = fds[1].revents();
    // A terminal that is gone says so for ever, beside input that never comes.
    match (said.intersects(gone), said.contains(PollFlags::IN)) {
        (true, _) => Woken::Lost,
        (false, true) => Woken::Input,
        (false, false) => Woken::Other,
    }
}

/// Half a sequence that is older than this is no sequence but a key of its own, say Alt-[.
const HALF_NS: u64 = 100_000_000;
/// The same of pasted text, which a slow line brings in pieces, and which must not be taken for keys.
const HALF_A_PASTE_NS: u64 = 5_000_000_000;
/// The longest text that is pasted: many times what a prompt takes, and little enough to look through at every read.
const BYTES_MAX: usize = 1 << 16;

/// What was typed and not yet acted on.
#[derive(Debug, Default)]
pub struct Keyboard {
    bytes: Vec<u8>,
    read_ns: u64,
}

impl Keyboard {
    /// Takes in what was typed; for when [`wait`] says that there is something, and then it does not wait.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn read(&mut self, now_ns: u64) -> io::Result<()> {
        let age_ns = now_ns.saturating_sub(self.read_ns);
        let limit_ns = if decode::is_half_a_paste(&self.bytes) { HALF_A_PASTE_NS } else { HALF_NS };
        if age_ns > limit_ns {
            self.bytes.clear();
        } else if self.bytes.len() > BYTES_MAX {
            decode::shorten_paste(&mut self.bytes);
        }
        self.read_ns = now_ns;
        let mut typed = [0; 1024];
        match rustix::io::read(rustix::stdio::stdin(), &mut typed) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(len) => {
                self.bytes.extend_from_slice(&typed[..len]);
                Ok(())
            }
            Err(Errno::INTR | Errno::AGAIN) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Forgets what was typed while nobody listened.
    pub fn discard(&mut self) {
        self.bytes.clear();
        let _ = rustix::termios::tcflush(rustix::stdio::stdin(), rustix::termios::QueueSelector::IFlush);
    }
}

/// The next key, click or pasted text, as long as there is one.
impl Iterator for Keyboard {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        loop {
            let (event, taken) = match decode::decode(&self.bytes) {
                Decoded::Event(event, taken) => (Some(event), taken),
                Decoded::Nothing(taken) => (None, taken),
                Decoded::Half => return None,
            };
            self.bytes.drain(..taken.min(self.bytes.len()));
            if event.is_some() {
                return event;
            }
        }
    }
}

/// Whether the terminal still answers.
pub fn is_alive() -> bool {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::from_borrowed_fd(stdin, PollFlags::IN)];
    let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    poll(&mut fds, Some(&zero)).is_ok() && !fds[0].revents().intersects(gone)
}
