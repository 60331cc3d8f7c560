#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a bench reads the clock")]
//! How well the real program keeps time, beside the floor of this very machine, measured in the same run.
//!
//! GO to packet: from just before a key is written to the pseudo-terminal to the datagram's receipt on loopback; its floor
//! is a bare loop that reads a byte and sends a datagram. Chain: how late each link of an auto-continue chain is received
//! beside the plan; its floor is a bare sleep to absolute deadlines that sends a datagram. Each is measured with the
//! terminal read, and with nobody reading it.

mod common;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::{Bounds, Sample, called_cue, head};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const GOS: usize = 200;
const LINKS: usize = 200;
const STEP: Duration = Duration::from_millis(50);
/// Longer than the guard against a second press.
const BETWEEN: Duration = Duration::from_millis(320);
const PATIENCE: Duration = Duration::from_secs(20);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().position(|a| a == "--floor") {
        Some(at) => floor_child(&arguments[at + 1], arguments[at + 2].parse().unwrap_or_default()),
        None => measure(),
    }
}

fn measure() {
    let mut bounds = Bounds::default();
    let program = Path::new(env!("CARGO_BIN_EXE_handover"));
    let own = std::env::current_exe().unwrap();

    let wire = Wire::new();
    let mut floor = Terminal::start(&own, &["--floor", "go", &wire.port()]);
    let go_floor = gos(&mut floor, &wire, 60);
    println!("{}", go_floor.line("floor: byte in a pty to datagram"));
    drop(floor);

    for stalled in [false, true] {
        let how = if stalled { "terminal not read" } else { "screen busy" };
        let (mut terminal, _show) = busy_show(program, &wire);
        terminal.key();
        wire.await_first("/tick");
        wire.drain(BETWEEN);
        terminal.read(!stalled);
        let go = gos(&mut terminal, &wire, if stalled { 20 } else { GOS });
        println!("{}", go.line(&format!("GO to packet, {how}")));
        bounds.hold(&format!("GO to packet p50, {how}"), ms(&go, 0.5), 0.5, "ms");
        bounds.hold(&format!("GO to packet p99, {how}"), ms(&go, 0.99), 3.0, "ms");
        println!(
            "  p50 is {:.2} times the floor's",
            go.quantile(0.5).as_secs_f64() / go_floor.quantile(0.5).as_secs_f64()
        );
    }

    let mut floor = Terminal::start(&own, &["--floor", "chain", &wire.port()]);
    let (chain_floor, _) = links(&mut floor, &wire);
    println!("{}", chain_floor.line("floor: absolute sleeps to datagram"));
    drop(floor);
    for stalled in [false, true] {
        let how = if stalled { "terminal not read" } else { "terminal read" };
        let (mut terminal, _show) = chain_show(program, &wire);
        terminal.read(!stalled);
        let (late, last) = links(&mut terminal, &wire);
        println!("{}", late.line(&format!("chain lateness, {how}")));
        bounds.hold(&format!("the last of {LINKS} links, {how}"), last.as_secs_f64() * 1e3, 2.0, "ms late");
        println!(
            "  p50 is {:.2} times the floor's",
            late.quantile(0.5).as_secs_f64() / chain_floor.quantile(0.5).as_secs_f64()
        );
    }
    bounds.finish();
}

fn ms(sample: &Sample, part: f64) -> f64 {
    sample.quantile(part).as_secs_f64() * 1e3
}

/// GOs, one after another; how long each took to its packet.
fn gos(terminal: &mut Terminal, wire: &Wire, count: usize) -> Sample {
    let mut taken = vec![];
    for _ in 0..count {
        let pressed = Instant::now();
        terminal.key();
        taken.push(wire.await_first("/go").duration_since(pressed));
        let rest = BETWEEN.saturating_sub(pressed.elapsed());
        wire.drain(rest);
    }
    Sample::new(taken)
}

/// One key, and then the links of a chain: how late each is beside the first, and the last of them.
fn links(terminal: &mut Terminal, wire: &Wire) -> (Sample, Duration) {
    wire.drain(Duration::from_millis(200));
    terminal.key();
    let first = wire.await_first("/link");
    let arrivals: Vec<Instant> = (1..=LINKS).map(|_| wire.await_first("/link")).collect();
    let late = |(at, arrival): (usize, &Instant)| {
        let planned = STEP * (at as u32 + 1);
        // The first link's own way through the machine is in all of them alike; one that had luck is not early.
        arrival.duration_since(first).saturating_sub(planned).max(Duration::from_nanos(1))
    };
    let late: Vec<Duration> = arrivals.iter().enumerate().map(late).collect();
    let last = late.last().copied().unwrap_or_default();
    (Sample::new(late), last)
}

/// A chain: a called cue `{name}0`, and `links` cues that each auto-continue with the one before.
fn chain(show: &mut String, name: &str, links: usize, step_ms: u64, address: &str) {
    for link in 0..=links {
        let _ = write!(show, "[[segment.cue]]\nnumber = \"{name}{link}\"\ntitle = \"Link {link}\"\n");
        if let Some(cause) = link.checked_sub(1) {
            let _ = writeln!(show, "trigger = {{ with = \"{name}{cause}\", delay = \"{step_ms}ms\" }}");
        }
        let _ = writeln!(show, "do = [{{ output = \"desk\", osc = \"{address}\", args = [{link}] }}]");
    }
}

/// A chain that changes the screen thirty times a second, and cues to call meanwhile.
fn busy_show(program: &Path, wire: &Wire) -> (Terminal, tempfile::TempDir) {
    let mut show = head(wire.number());
    chain(&mut show, "t", 4_000, 33, "/tick");
    (1..=GOS + 50).for_each(|cue| called_cue(&mut show, cue));
    run_show(program, &show)
}

fn chain_show(program: &Path, wire: &Wire) -> (Terminal, tempfile::TempDir) {
    let mut show = head(wire.number());
    chain(&mut show, "c", LINKS, STEP.as_millis() as u64, "/link");
    run_show(program, &show)
}

fn run_show(program: &Path, show: &str) -> (Terminal, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.toml");
    std::fs::write(&path, show).unwrap();
    let state = folder.path().join("state");
    let arguments = [path.to_str().unwrap(), "--fresh", "--state", state.to_str().unwrap()];
    let terminal = Terminal::start(program, &arguments);
    (terminal, folder)
}

/// A program on a terminal of its own.
struct Terminal {
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    reading: Arc<AtomicBool>,
}

impl Terminal {
    /// Starts it and waits until it has drawn.
    fn start(program: &Path, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        let child = pair.slave.spawn_command(command).unwrap();
        let (mut output, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let reading = Arc::new(AtomicBool::new(true));
        let (reads, drawn) = (Arc::clone(&reading), Arc::new(Mutex::new(0)));
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
                    Ok(n) => *counter.lock().unwrap() += n,
                }
            }
        });
        let begun = Instant::now();
        while *drawn.lock().unwrap() == 0 && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(300));
        Terminal { _master: pair.master, keys, child, reading }
    }

    fn key(&mut self) {
        self.keys.write_all(b" ").unwrap();
    }

    fn read(&self, reads: bool) {
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

/// Where the packets arrive.
struct Wire(UdpSocket);

impl Wire {
    fn new() -> Self {
        Wire(UdpSocket::bind("127.0.0.1:0").unwrap())
    }

    fn number(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    fn port(&self) -> String {
        self.number().to_string()
    }

    /// The arrival of the next packet to `address`.
    fn await_first(&self, address: &str) -> Instant {
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
    fn drain(&self, time: Duration) {
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

/// The least that a caller can do: a byte in, a datagram out; or a byte in, and datagrams at absolute deadlines.
fn floor_child(what: &str, port: u16) {
    let tty = std::io::stdin();
    let mut modes = rustix::termios::tcgetattr(&tty).unwrap();
    modes.make_raw();
    rustix::termios::tcsetattr(&tty, rustix::termios::OptionalActions::Now, &modes).unwrap();
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(("127.0.0.1", port)).unwrap();
    println!("ready");
    let mut byte = [0];
    while rustix::io::read(&tty, &mut byte).is_ok_and(|n| n > 0) {
        if what == "go" {
            let _ = socket.send(b"/go\0,\0\0\0");
            continue;
        }
        let clock = rustix::thread::ClockId::Monotonic;
        let first = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let _ = socket.send(b"/link\0\0\0,\0\0\0");
        for link in 1..=LINKS as i64 {
            let ns = first.tv_nsec + link * STEP.as_nanos() as i64;
            let until =
                rustix::time::Timespec { tv_sec: first.tv_sec + ns / 1_000_000_000, tv_nsec: ns % 1_000_000_000 };
            while rustix::thread::clock_nanosleep_absolute(clock, &until).is_err() {}
            let _ = socket.send(b"/link\0\0\0,\0\0\0");
        }
    }
}
