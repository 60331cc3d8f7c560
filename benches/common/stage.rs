//! The place in which a bench watches the real program: a terminal to press keys in, and a wire on
//! which its packets arrive.

use std::io::{Read, Write};
use std::net::UdpSocket;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Longer than anything takes that a bench waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program on a terminal of its own.
pub(crate) struct Terminal {
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    reading: Arc<AtomicBool>,
    drawn: Arc<Mutex<Drawn>>,
}

/// Output of a program's terminal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Drawn {
    pub bytes: usize,
    /// Number of reads: about as many as there were writes.
    pub writes: usize,
}

impl Terminal {
    /// Starts it and waits until it has drawn.
    pub(crate) fn start(program: &Path, arguments: &[&str]) -> Self {
        Self::start_at((200, 60), program, arguments)
    }

    /// The same on a terminal of so many columns and rows.
    pub(crate) fn start_at((cols, rows): (u16, u16), program: &Path, arguments: &[&str]) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(command).unwrap();
        let (mut output, keys) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let reading = Arc::new(AtomicBool::new(true));
        let (reads, drawn) = (Arc::clone(&reading), Arc::new(Mutex::new(Drawn::default())));
        let counter = Arc::clone(&drawn);
        std::thread::spawn(move || {
            let mut bytes = [0; 65536];
            loop {
                if !reads.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                }
                match output.read(&mut bytes) {
                    Ok(0) | Err(_) => return,
                    Ok(n) => {
                        let mut drawn = counter.lock().unwrap();
                        drawn.bytes += n;
                        drawn.writes += 1;
                    }
                }
            }
        });
        let begun = Instant::now();
        while drawn.lock().unwrap().bytes == 0 && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(300));
        Terminal { _master: pair.master, keys, child, reading, drawn }
    }

    pub(crate) fn key(&mut self) {
        self.keys.write_all(b" ").unwrap();
    }

    /// Everything that it has drawn so far.
    pub(crate) fn drawn(&self) -> Drawn {
        *self.drawn.lock().unwrap()
    }

    /// The processor's time that all its threads have taken, and how often they were switched;
    /// nothing where the system does not tell (`/proc/PID/task/*/{schedstat,status}` of Linux).
    pub(crate) fn spent(&self) -> Option<(Duration, u64)> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.process_id()?)).ok()?;
        let (mut ns, mut switches) = (0, 0);
        for task in tasks {
            let task = task.ok()?.path();
            let stat = std::fs::read_to_string(task.join("schedstat")).ok()?;
            ns += stat.split_whitespace().next()?.parse::<u64>().ok()?;
            let status = std::fs::read_to_string(task.join("status")).ok()?;
            let counts = status.lines().filter(|line| line.contains("ctxt_switches"));
            switches += counts
                .filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok())
                .sum::<u64>();
        }
        Some((Duration::from_nanos(ns), switches))
    }

    pub(crate) fn read(&self, reads: bool) {
        self.reading.store(reads, Ordering::Relaxed);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.read(true);
    }
}

/// Address at which the packets arrive.
pub(crate) struct Wire(UdpSocket);

impl Wire {
    pub(crate) fn new() -> Self {
        Wire(UdpSocket::bind("127.0.0.1:0").unwrap())
    }

    pub(crate) fn number(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    pub(crate) fn port(&self) -> String {
        self.number().to_string()
    }

    /// The arrival of the next packet to `address`.
    pub(crate) fn await_first(&self, address: &str) -> Instant {
        self.0.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut packet = [0; 512];
        loop {
            let len = self.0.recv(&mut packet).expect("a packet comes");
            let arrival = Instant::now();
            if packet[..len].starts_with(address.as_bytes()) {
                return arrival;
            }
        }
    }

    /// Takes what comes for so long.
    pub(crate) fn drain(&self, time: Duration) {
        let end = Instant::now() + time;
        let mut packet = [0; 512];
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.0.set_read_timeout(Some(left)).unwrap();
            let _ = self.0.recv(&mut packet);
        }
    }
}

/// Reads the terminal byte by byte, and has `on_key` answer each on a socket that is connected to
/// `port`: a program that does nothing else is the floor of what is measured.
pub(crate) fn floor(port: u16, on_key: impl Fn(&UdpSocket)) {
    let tty = std::io::stdin();
    let mut modes = rustix::termios::tcgetattr(&tty).unwrap();
    modes.make_raw();
    rustix::termios::tcsetattr(&tty, rustix::termios::OptionalActions::Now, &modes).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(("127.0.0.1", port)).unwrap();
    println!("ready");
    let mut byte = [0];
    while rustix::io::read(&tty, &mut byte).is_ok_and(|n| n > 0) {
        on_key(&socket);
    }
}

/// The least that a caller can do.
pub(crate) fn send_go(socket: &UdpSocket) {
    let _ = socket.send(b"/go\0,\0\0\0");
}
