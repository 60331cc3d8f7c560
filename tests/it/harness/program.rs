//! The real program in a pseudo-terminal: its screen, its keys, its signals, its end.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::Termios;
use serde_json::Value;

use super::journal::{self, Journal};
use super::{GLANCE, PATIENCE, await_some};

/// All bytes that the terminal has received.
struct Glass {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The program has closed its end.
    ended: bool,
}

/// The reader's and the test's.
struct Shared {
    glass: Mutex<Glass>,
    news: Condvar,
    /// A terminal that nobody reads, say a stalled SSH line.
    stalled: AtomicBool,
    /// The reader has seen that it is to stop.
    stands_still: AtomicBool,
    closing: AtomicBool,
}

impl Shared {
    fn glass(&self) -> MutexGuard<'_, Glass> {
        self.glass.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The program in its terminal. Killed when the test is done with it.
pub(crate) struct Program {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keyboard: Option<File>,
    reader: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
    /// The modes of the terminal before the program came.
    pub before: Termios,
    state: PathBuf,
    pub pid: Pid,
}

impl Program {
    pub(super) fn spawn(
        args: &[String],
        (cols, rows): (u16, u16),
        env: &[(&str, &str)],
        state: PathBuf,
        typed: &str,
    ) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
        let line = hold(&*pair.master);
        // A measurement is made of a release build.
        let built = env!("CARGO_BIN_EXE_handover");
        let program = std::env::var("HANDOVER_PROGRAM").unwrap_or_else(|_| built.to_owned());
        let mut command = CommandBuilder::new(program);
        command.args(args);
        // Not in the home of the user who runs the tests, which need not be there.
        command.cwd(state.parent().expect("the test's folder"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HANDOVER_")) {
            command.env_remove(name);
        }
        // What the developer has set for themselves, and what this machine is set to, changes
        // nothing here.
        for name in ["NO_COLOR", "LC_ALL", "LC_CTYPE", "STY", "TMUX"] {
            command.env_remove(name);
        }
        command.env("XDG_CONFIG_HOME", state.with_file_name("config"));
        let usual = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")];
        for (name, value) in usual.iter().chain(env) {
            command.env(name, value);
        }
        let before = modes(&line);
        let mut keyboard = File::from(line);
        keyboard.write_all(typed.as_bytes()).expect("keys");
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let pid =
            child.process_id().and_then(|pid| Pid::from_raw(pid as i32)).expect("the program's id");
        let shared = Arc::new(Shared {
            glass: Mutex::new(Glass {
                parser: vt100::Parser::new(cells(rows), cells(cols), 0),
                raw: vec![],
                ended: false,
            }),
            news: Condvar::new(),
            stalled: AtomicBool::new(false),
            stands_still: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        });
        let (theirs, line_of_reader) = (Arc::clone(&shared), hold(&*pair.master));
        let reader = std::thread::spawn(move || read(&theirs, line_of_reader));
        Program {
            child,
            master: Some(pair.master),
            keyboard: Some(keyboard),
            reader: Some(reader),
            shared,
            before,
            state,
            pid,
        }
    }

    /// Waits until the program has taken the terminal.
    pub(crate) fn await_open(&mut self) {
        self.await_glass("the alternate screen", |glass| glass.parser.screen().alternate_screen());
    }

    /// Presses keys, all at once.
    pub(crate) fn keys(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().expect("the terminal is open");
        keyboard.write_all(keys.as_bytes()).expect("keys");
    }

    /// Waits until the guard against a double GO has passed: the one time that a caller has to wait
    /// for.
    pub(crate) fn guard(&self) {
        std::thread::sleep(Duration::from_millis(330));
    }

    /// Waits until a second press of the same key is not taken for one that is held down.
    pub(crate) fn let_go(&self) {
        std::thread::sleep(Duration::from_millis(730));
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        self.shared.glass().parser.screen().contents()
    }

    /// Everything that was ever written to the terminal.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.shared.glass().raw.clone()
    }

    /// Forgets what was written so far.
    pub(crate) fn forget(&self) {
        self.shared.glass().raw.clear();
    }

    /// Returns `true` if `bytes` were written to the terminal.
    pub(crate) fn has_written(&self, bytes: &str) -> bool {
        self.shared.glass().raw.windows(bytes.len()).any(|window| window == bytes.as_bytes())
    }

    /// Waits until the screen is as `holds` wants it.
    pub(crate) fn await_screen(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        self.await_glass(what, |glass| holds(&glass.parser.screen().contents()));
        self.screen()
    }

    /// Waits until all of `words` stand on the screen.
    pub(crate) fn await_words(&self, words: &[&str]) -> String {
        self.await_screen(&format!("{words:?} on the screen"), |text| {
            words.iter().all(|word| text.contains(word))
        })
    }

    /// Waits until `bytes` were written to the terminal.
    pub(crate) fn await_written(&self, bytes: &str) {
        self.await_glass(&format!("{bytes:?} to be written"), |glass| {
            glass.raw.windows(bytes.len()).any(|window| window == bytes.as_bytes())
        });
    }

    fn await_glass(&self, what: &str, holds: impl Fn(&Glass) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut glass = self.shared.glass();
        while !holds(&glass) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || glass.ended {
                let ended = if glass.ended { ", and the program has gone" } else { "" };
                drop(glass);
                panic!("waited for {what} in vain{ended}:\n{}", self.account());
            }
            glass = self
                .shared
                .news
                .wait_timeout(glass, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Everything that helps when something went wrong.
    pub(crate) fn account(&self) -> String {
        let lines = journal::runs(&self.state)
            .last()
            .and_then(|run| fs::read_to_string(run.join("journal.jsonl")).ok());
        let lines = lines.unwrap_or_default();
        let lines: Vec<_> = lines.lines().collect();
        let tail = lines[lines.len().saturating_sub(25)..].join("\n  ");
        let fault = fs::read_to_string(self.state.join("fault.log")).unwrap_or_default();
        let screen = self.screen();
        let rows: String = screen.lines().map(|row| format!("  │{row}\n")).collect();
        format!("the screen:\n{rows}the journal's end:\n  {tail}\n{fault}")
    }

    /// Waits until the journal is as `holds` wants it.
    pub(crate) fn await_journal(&self, what: &str, holds: impl Fn(&Journal) -> bool) -> Journal {
        let found = await_some(PATIENCE, || Some(Journal::of(&self.state)).filter(&holds));
        found.unwrap_or_else(|| {
            panic!("waited for {what} in the journal in vain:\n{}", self.account())
        })
    }

    /// Waits until the journal has so many lines of this kind.
    pub(crate) fn await_event(&self, kind: &str, count: usize) -> Journal {
        self.await_journal(&format!("{count} × {kind}"), |journal| {
            journal.of_kind(kind).len() >= count
        })
    }

    /// Presses keys and waits until the journal has a new line of this kind.
    pub(crate) fn press_for(&mut self, keys: &str, kind: &str) -> Value {
        let before = Journal::of(&self.state).lines.len();
        self.keys(keys);
        let is_new =
            |line: &&Value| line["event"] == kind && line["seq"].as_u64() > Some(before as u64);
        let what = format!("{kind} after {keys:?}");
        let journal =
            self.await_journal(&what, |journal| journal.lines.iter().any(|line| is_new(&line)));
        journal.lines.iter().find(is_new).cloned().unwrap_or_default()
    }

    /// Presses keys and waits until all of `words` stand on the screen.
    pub(crate) fn press_to_see(&mut self, keys: &str, words: &[&str]) -> String {
        self.keys(keys);
        self.await_words(words)
    }

    /// Stops reading the terminal, or goes on.
    pub(crate) fn stall(&self, stalled: bool) {
        self.shared.stalled.store(stalled, Ordering::SeqCst);
        if stalled {
            let still = || self.shared.stands_still.load(Ordering::SeqCst).then_some(());
            await_some(PATIENCE, still).expect("the reader stands still");
        }
    }

    /// Stops reading the terminal, and has the screen drawn again until no terminal would take
    /// more.
    pub(crate) fn stall_full(&self) {
        self.stall(true);
        for round in 0..12 {
            self.resize(200 - round % 2, 60);
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// Changes the size of the window.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.shared.glass().parser.screen_mut().set_size(cells(rows), cells(cols));
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().expect("the terminal is open").resize(size).expect("another size");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the program is there");
    }

    /// The modes of the terminal now.
    pub(crate) fn modes(&self) -> Termios {
        modes(self.keyboard.as_ref().expect("the terminal is open"))
    }

    /// Returns `true` if the terminal's modes are those from before the program.
    pub(crate) fn modes_are_back(&self) -> bool {
        same_modes(&self.before, &self.modes())
    }

    /// Returns `true` if nothing lies in the terminal for its next reader, as the shell would be.
    pub(crate) fn input_is_empty(&self) -> bool {
        let name =
            self.master.as_ref().and_then(|master| master.tty_name()).expect("the terminal's name");
        let flags =
            rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::NONBLOCK;
        let theirs =
            rustix::fs::open(name, flags, rustix::fs::Mode::empty()).expect("the other end");
        let mut raw = modes(&theirs);
        raw.make_raw();
        rustix::termios::tcsetattr(&theirs, rustix::termios::OptionalActions::Now, &raw)
            .expect("raw");
        rustix::io::ioctl_fionread(&theirs).expect("how much") == 0
    }

    /// Takes the terminal away, as a closed window or a broken line does.
    pub(crate) fn close_terminal(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader ends");
        }
        drop(self.keyboard.take());
        drop(self.master.take());
    }

    /// The state of the process as /proc has it: R, S, T, Z …; `None` when it is gone.
    pub(crate) fn process_state(&self) -> Option<char> {
        state_in(&format!("/proc/{}/stat", self.pid.as_raw_nonzero()))
    }

    /// Waits for a state of the process and of all its threads: a signal that stops a process
    /// reaches each by itself.
    pub(crate) fn await_process_state(&self, state: char) {
        let threads = format!("/proc/{}/task", self.pid.as_raw_nonzero());
        let is_there = || {
            let thread =
                |entry: fs::DirEntry| state_in(&entry.path().join("stat").display().to_string());
            let mut states = fs::read_dir(&threads).ok()?.flatten().map(thread);
            states.all(|found| found == Some(state)).then_some(())
        };
        let found = await_some(PATIENCE, is_there);
        assert!(
            found.is_some(),
            "the process is {:?} and not {state}\n{}",
            self.process_state(),
            self.account()
        );
    }

    /// The memory that the process has in use, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid.as_raw_nonzero()))
            .expect("the process");
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("how much it has");
        let kilobytes =
            line.trim().strip_suffix(" kB").and_then(|number| number.parse::<u64>().ok());
        kilobytes.expect("a number") * 1024
    }

    /// The processor time that the process has used.
    pub(crate) fn cpu(&self) -> Duration {
        let fields = stat(self.pid).expect("the process is there");
        // Fields 14 and 15 of proc(5), where the third is the first here; a tick is a hundredth of
        // a second on Linux.
        let ticks: u64 =
            fields[11..=12].iter().map(|field| field.parse::<u64>().expect("ticks")).sum();
        Duration::from_millis(ticks * 10)
    }

    /// Waits for the program's end.
    pub(crate) fn await_exit(&mut self) -> ExitStatus {
        self.await_exit_within(PATIENCE)
    }

    /// Waits for the program's end, no longer than that.
    pub(crate) fn await_exit_within(&mut self, at_most: Duration) -> ExitStatus {
        let child = &mut self.child;
        let status = await_some(at_most, || child.try_wait().expect("the program's end"));
        status.unwrap_or_else(|| {
            panic!("the program has not ended in {at_most:?}:\n{}", self.account())
        })
    }

    /// Kills the program in the middle of whatever it does.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.child.wait().expect("the program's end");
    }

    /// Waits until the program has ended and everything that it wrote was read; gives the screen.
    pub(crate) fn last_screen(&self) -> String {
        let ended = await_some(PATIENCE, || self.shared.glass().ended.then_some(()));
        assert!(ended.is_some(), "the terminal is still open:\n{}", self.account());
        self.screen()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = kill_process(self.pid, Signal::CONT);
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.shared.closing.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

/// A hold of the test's own on a terminal, without the farewell that portable-pty's writer sends
/// when it is dropped.
fn hold(master: &dyn MasterPty) -> OwnedFd {
    let fd = master.as_raw_fd().expect("a descriptor");
    // SAFETY: the master is borrowed for as long as this borrow of its descriptor lives.
    let line = unsafe { BorrowedFd::borrow_raw(fd) };
    rustix::io::fcntl_dupfd_cloexec(line, 3).expect("a second descriptor")
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a screen has cells")
}

fn modes(line: impl AsFd) -> Termios {
    rustix::termios::tcgetattr(line).expect("the terminal's modes")
}

fn same_modes(a: &Termios, b: &Termios) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

/// Everything after the name in /proc/PID/stat.
fn stat(pid: Pid) -> Option<Vec<String>> {
    fields(&format!("/proc/{}/stat", pid.as_raw_nonzero()))
}

/// The state that a stat file of /proc tells.
fn state_in(path: &str) -> Option<char> {
    fields(path)?.first()?.chars().next()
}

fn fields(path: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(path).ok()?;
    let (_, behind) = text.rsplit_once(") ")?;
    Some(behind.split_whitespace().map(str::to_owned).collect())
}

/// Reads the terminal until it ends; stands still while it is told to.
fn read(shared: &Shared, line: OwnedFd) {
    let mut line = File::from(line);
    let mut bytes = [0; 16 * 1024];
    let moment = Timespec { tv_sec: 0, tv_nsec: 5_000_000 };
    while !shared.closing.load(Ordering::SeqCst) {
        if shared.stalled.load(Ordering::SeqCst) {
            shared.stands_still.store(true, Ordering::SeqCst);
            std::thread::sleep(GLANCE);
            continue;
        }
        shared.stands_still.store(false, Ordering::SeqCst);
        let mut fds = [PollFd::new(&line, PollFlags::IN)];
        if !poll(&mut fds, Some(&moment)).is_ok_and(|ready| ready > 0) {
            continue;
        }
        let got = line.read(&mut bytes).unwrap_or(0);
        let mut glass = shared.glass();
        if got == 0 {
            glass.ended = true;
            shared.news.notify_all();
            return;
        }
        glass.raw.extend_from_slice(&bytes[..got]);
        glass.parser.process(&bytes[..got]);
        shared.news.notify_all();
    }
}
