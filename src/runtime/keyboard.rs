//! The keyboard: the terminal's input, read by the station itself.
//!
//! crossterm reads the terminal by itself, and waits in that read when half a sequence has come.
//! Cues would wait with it. So this reads, never waits longer than it is asked to, and has
//! [`crate::input`] say what was sent.

use std::io::{self, ErrorKind};
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crossterm::event::KeyEvent;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::clock::machine_ns;
use crate::input::{Input, InputReader};
use crate::time::MachineNs;

/// Reason why a wait ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// Input, the bell, the time-out, a signal: what was typed is there to be taken.
    Up,
    /// The terminal is gone.
    Lost,
}

/// Size of one read, bytes: as much as a terminal's line in the kernel holds.
const READ_BYTES: usize = 4096;
/// Maximum that is read before what was typed is acted on, bytes.
const BYTES_MAX: usize = 16 * READ_BYTES;

/// Input that was typed and not yet acted on.
#[derive(Debug, Default)]
pub(super) struct Keyboard {
    reader: InputReader,
    /// Instant at which the terminal was last seen empty, by the machine's clock.
    looked_ns: Option<MachineNs>,
    stood: Duration,
}

impl Keyboard {
    /// Waits for input, the bell of the inbox, the `ear` of remote controls where there is one, or
    /// `timeout`, and takes in everything that was typed; `watched` is false once the terminal is
    /// gone.
    pub(super) fn wait(
        &mut self,
        watched: bool,
        bell: BorrowedFd<'_>,
        ear: Option<BorrowedFd<'_>>,
        timeout: Option<Duration>,
    ) -> Woken {
        let stdin = rustix::stdio::stdin();
        let mut fds = [stdin, bell, ear.unwrap_or(bell)]
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN));
        let (from, to) = (usize::from(!watched), 2 + usize::from(ear.is_some()));
        let fds = &mut fds[from..to];
        // A lone ESC is a key when nothing follows it in time, and the like.
        let left = |deadline_ns: MachineNs| deadline_ns.since(machine_ns());
        let decides = self.reader.deadline().filter(|_| watched).map(left);
        let timeout = [timeout, decides].into_iter().flatten().min();
        let timeout = timeout
            .map(|t| Timespec { tv_sec: t.as_secs() as i64, tv_nsec: t.subsec_nanos().into() });
        let looked_ns = *self.looked_ns.get_or_insert_with(machine_ns);
        self.stood = Duration::ZERO;
        if poll(fds, timeout.as_ref()).is_err() || !watched {
            // Interrupted by a signal: the caller's loop comes back here.
            return Woken::Up;
        }
        let said = fds[0].revents();
        // A terminal that is gone says so for ever, beside input that never comes.
        if said.intersects(GONE) || (said.contains(PollFlags::IN) && self.read().is_err()) {
            return Woken::Lost;
        }
        // The terminal is empty now.
        let now_ns = machine_ns();
        self.stood = now_ns.since(looked_ns);
        self.looked_ns = Some(now_ns);
        self.reader.expire(now_ns);
        Woken::Up
    }

    /// Time between the last look at the terminal and the end of the last [`Keyboard::wait`].
    pub(super) fn stood(&self) -> Duration {
        self.stood
    }

    /// Reads until the terminal is empty; does not wait, since there is something to read.
    fn read(&mut self) -> io::Result<()> {
        let mut typed = [0; READ_BYTES];
        for _ in 0..BYTES_MAX / READ_BYTES {
            match rustix::io::read(rustix::stdio::stdin(), &mut typed) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(len) => {
                    self.reader.feed(&typed[..len], machine_ns());
                    if len < typed.len() || !has_input() {
                        return Ok(());
                    }
                }
                Err(Errno::INTR | Errno::AGAIN) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Names the keys that act once while they are held down, as [`InputReader::act_once`] does.
    pub(super) fn act_once(&mut self, keys: Vec<KeyEvent>) {
        self.reader.act_once(keys);
    }

    /// Takes text that was typed in one go: two characters or more that stand before everything
    /// else.
    pub(super) fn next_text(&mut self) -> Option<String> {
        self.reader.next_text()
    }

    /// Arrival of the input that was taken last, by the machine's clock.
    pub(super) fn came_ns(&self) -> MachineNs {
        self.reader.came_ns()
    }

    /// Returns `true` if the terminal says of each key whether it is held.
    pub(super) fn tells_held(&self) -> bool {
        self.reader.tells_held()
    }

    /// Returns `true` once after the terminal has stopped saying it, as
    /// [`InputReader::has_stopped_telling`] does.
    pub(super) fn has_stopped_telling(&mut self) -> bool {
        self.reader.has_stopped_telling()
    }

    /// Waits until the terminal has given so many `answers` to the question for its keys, `until_ns`
    /// at the latest, and forgets all that it has sent: the shell would read an answer, or the
    /// release of the key that left, as text. A terminal that answers was asked once more when it
    /// got the form of before, and what it answers is the last of it.
    pub(super) fn settle(&mut self, until_ns: MachineNs, mut answers: usize) {
        while answers > 0 {
            let left = until_ns.since(machine_ns());
            if left.is_zero() {
                break;
            }
            let timeout =
                Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() };
            let stdin = rustix::stdio::stdin();
            let mut fds = [PollFd::from_borrowed_fd(stdin, PollFlags::IN)];
            // Interrupted or not, the next round looks at what is left.
            let has_come = poll(&mut fds, Some(&timeout)).is_ok_and(|count| count > 0);
            if has_come && self.read().is_err() {
                break;
            }
            let came = self.by_ref().filter(|input| matches!(input, Input::KeyFlags(_))).count();
            answers = answers.saturating_sub(came);
        }
        self.discard();
    }

    /// Forgets what was read; what lies in the terminal is left to who reads it next.
    pub(super) fn forget(&mut self) {
        self.reader.begin_again();
        (self.looked_ns, self.stood) = (None, Duration::ZERO);
    }

    /// Forgets what was typed while nobody listened.
    pub(super) fn discard(&mut self) {
        self.forget();
        let _ = rustix::termios::tcflush(
            rustix::stdio::stdin(),
            rustix::termios::QueueSelector::IFlush,
        );
    }
}

/// The next key, click or pasted text, as long as there is one.
impl Iterator for Keyboard {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        self.reader.next_input()
    }
}

const GONE: PollFlags = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);

/// Polls the terminal once, without waiting.
fn look() -> Option<PollFlags> {
    let mut fds = [PollFd::from_borrowed_fd(rustix::stdio::stdin(), PollFlags::IN)];
    let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&zero)).ok().map(|_| fds[0].revents())
}

fn has_input() -> bool {
    look().is_some_and(|said| said.contains(PollFlags::IN))
}

/// Returns `true` if the terminal still answers.
pub(super) fn is_alive() -> bool {
    look().is_some_and(|said| !said.intersects(GONE))
}
