//! Punctuality of the real program, beside the floor of this very machine, measured in the
//! same run: on an idle machine, on one whose processors have more to do than they can, and on one
//! that a device floods with datagrams at the port for remote controls. The floor under a flood has
//! it arrive at a socket that is only emptied. `cargo bench --bench timing -- flood` measures that
//! alone.
//!
//! GO to packet: from just before a key is written to the pseudo-terminal to the datagram's receipt
//! on loopback, while a chain changes the screen thirty times a second; its floor is a bare loop
//! that reads a byte and sends a datagram. Chain: how late each of a thousand auto-continues is
//! received beside the plan; its floor is a bare sleep to absolute deadlines that sends a datagram.
//! The bench itself listens with real-time scheduling where it may, so that what it measures is the
//! others' lateness and not its own.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench reads the clock, and ends where something is wrong"
)]

mod common;

use std::fmt::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::flood::{Flood, free_port};
use common::stage::{Terminal, Wire, floor, send_go};
use common::{Bounds, Sample, called_cue, head};
use thread_priority::{
    NormalThreadSchedulePolicy, RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

const GOS: usize = 200;
/// While nobody reads the terminal: for longer than five seconds.
const GOS_UNREAD: usize = 20;
const LINKS: usize = 1_000;
const STEP: Duration = Duration::from_millis(20);
/// Longer than the guard against a second press.
const BETWEEN: Duration = Duration::from_millis(320);
/// Number of links at either end of a chain that show if it drifts.
const ENDS: usize = 100;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = |at: usize| arguments.get(at).map_or("", String::as_str);
    match argument(1) {
        "--floor" => floor_child(argument(2), argument(3).parse().unwrap()),
        "--hog" => hog(),
        machine => measure(machine),
    }
}

/// Measures on this machine, or on all of them.
fn measure(only: &str) {
    let wanted = |machine: &str| !["idle", "loaded", "flood"].contains(&only) || only == machine;
    println!(
        "real-time scheduling {} here",
        if attentive(|| ()).1 { "is allowed" } else { "is refused" }
    );
    let mut bounds = Bounds::default();
    let wire = Wire::new();
    for machine in ["idle", "loaded", "flood"].into_iter().filter(|machine| wanted(machine)) {
        let hogs = (machine == "loaded").then(Hogs::start);
        measure_gos(&wire, machine, &mut bounds);
        measure_chains(&wire, machine, &mut bounds);
        drop(hogs);
    }
    bounds.finish();
}

fn measure_gos(wire: &Wire, machine: &str, bounds: &mut Bounds) {
    let own = std::env::current_exe().unwrap();
    let mut terminal = Terminal::start(&own, &["--floor", "go", &wire.port()]);
    let flood = (machine == "flood").then(Flood::at_nobody);
    let floor = gos(&mut terminal, wire, GOS / 2);
    println!("{}", floor.line(&format!("{machine}: floor, a byte in a pty to a datagram")));
    drop((flood, terminal));
    for kind in ["screen busy", "terminal not read", "two outputs dead"] {
        if machine != "idle" && kind != "screen busy" {
            continue;
        }
        let dead = Dead::new();
        let outputs = if kind == "two outputs dead" { dead.outputs() } else { String::new() };
        let port = (machine == "flood").then(free_port);
        let (mut terminal, _show) = busy_show(wire, &outputs, port);
        let _flood = port.map(Flood::at);
        terminal.key();
        wire.await_first("/tick");
        wire.drain(BETWEEN);
        terminal.read(kind != "terminal not read");
        let count = match (machine, kind) {
            (_, "terminal not read") => GOS_UNREAD,
            ("flood", _) => GOS / 2,
            _ => GOS,
        };
        let go = gos(&mut terminal, wire, count);
        println!("{}", go.line(&format!("{machine}: GO to packet, {kind}")));
        bounds.hold(
            &format!("{machine}: GO p50 beside the floor's, {kind}"),
            go.beside(&floor, 0.5),
            1.5,
            "times",
        );
        bounds.hold(
            &format!("{machine}: GO p99 beside the floor's, {kind}"),
            go.beside(&floor, 0.99),
            3.0,
            "times",
        );
    }
}

fn measure_chains(wire: &Wire, machine: &str, bounds: &mut Bounds) {
    let own = std::env::current_exe().unwrap();
    let mut terminal = Terminal::start(&own, &["--floor", "chain", &wire.port()]);
    let flood = (machine == "flood").then(Flood::at_nobody);
    let floor = Chain::fired(&mut terminal, wire);
    println!("{}", floor.late.line(&format!("{machine}: floor, sleeps to absolute deadlines")));
    drop((flood, terminal));
    for kind in ["terminal read", "terminal not read", "two outputs dead"] {
        if machine != "idle" && kind != "terminal read" {
            continue;
        }
        let dead = Dead::new();
        let outputs = if kind == "two outputs dead" { dead.outputs() } else { String::new() };
        let port = (machine == "flood").then(free_port);
        let (mut terminal, _show) = chain_show(wire, &outputs, port);
        let _flood = port.map(Flood::at);
        terminal.read(kind != "terminal not read");
        let found = Chain::fired(&mut terminal, wire);
        println!("{}", found.late.line(&format!("{machine}: chain lateness, {kind}")));
        let beside = found.late.beside(&floor.late, 0.99);
        bounds.hold(
            &format!("{machine}: chain p99 beside the floor's, {kind}"),
            beside,
            1.5,
            "times",
        );
        let most = floor.late.quantile(0.99).as_secs_f64() * 1e6;
        bounds.hold(
            &format!("{machine}: drift over {LINKS} links, {kind}"),
            found.drift_us.abs(),
            most,
            "us",
        );
    }
}

/// GOs, one after another; how long each took to its packet.
fn gos(terminal: &mut Terminal, wire: &Wire, count: usize) -> Sample {
    let go = |_| {
        let pressed = Instant::now();
        terminal.key();
        let taken = wire.await_first("/go").duration_since(pressed);
        wire.drain(BETWEEN.saturating_sub(pressed.elapsed()));
        taken
    };
    Sample::new(attentive(|| (0..count).map(go).collect()).0)
}

/// Does `work` with real-time scheduling, and says whether it was allowed. Nothing may be started
/// meanwhile: it would be in the same class.
fn attentive<T>(work: impl FnOnce() -> T) -> (T, bool) {
    let class = |priority: u8, policy| {
        let priority = ThreadPriority::Crossplatform(priority.try_into().unwrap());
        set_thread_priority_and_policy(thread_native_id(), priority, policy).is_ok()
    };
    let allowed = class(60, ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo));
    let done = work();
    // 48 stands for a nice value of 0.
    class(48, ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other));
    (done, allowed)
}

/// Result of a chain.
struct Chain {
    /// Lateness of each link, beside the most punctual of them.
    late: Sample,
    /// Drift: lateness of the median of the last links minus that of the first.
    drift_us: f64,
}

impl Chain {
    /// One key, and then the links.
    fn fired(terminal: &mut Terminal, wire: &Wire) -> Self {
        wire.drain(Duration::from_millis(200));
        let (arrivals, _) = attentive(|| {
            terminal.key();
            (0..=LINKS).map(|_| wire.await_first("/link")).collect::<Vec<_>>()
        });
        let first = arrivals[0];
        let offsets: Vec<f64> = arrivals[1..]
            .iter()
            .zip(1_u32..)
            .map(|(arrival, at)| {
                arrival.duration_since(first).as_secs_f64() - (STEP * at).as_secs_f64()
            })
            .collect();
        let punctual = offsets.iter().copied().fold(f64::INFINITY, f64::min);
        let late: Vec<Duration> =
            offsets.iter().map(|offset| Duration::from_secs_f64(offset - punctual)).collect();
        let middle =
            |part: &[Duration]| Sample::new(part.to_vec()).quantile(0.5).as_secs_f64() * 1e6;
        let drift_us = middle(&late[LINKS - ENDS..]) - middle(&late[..ENDS]);
        Chain { late: Sample::new(late), drift_us }
    }
}

/// A chain: a called cue `{name}0`, and `links` cues that each auto-continue with the one before;
/// every tenth of them sends to each of `others` as well.
fn chain(
    show: &mut String,
    (name, address): (&str, &str),
    links: usize,
    step_ms: u64,
    others: &[&str],
) {
    for link in 0..=links {
        let _ =
            write!(show, "[[segment.cue]]\nnumber = \"{name}{link}\"\ntitle = \"Link {link}\"\n");
        if let Some(cause) = link.checked_sub(1) {
            let _ =
                writeln!(show, "trigger = {{ with = \"{name}{cause}\", delay = \"{step_ms}ms\" }}");
        }
        let more = if link % 10 == 9 { others.concat() } else { String::new() };
        let _ = writeln!(
            show,
            "do = [{more}{{ output = \"desk\", osc = \"{address}\", args = [{link}] }}]"
        );
    }
}

/// What the links of a show with dead outputs send to them, ahead of what is measured.
const TO_THE_DEAD: &[&str] =
    &["{ output = \"hole\", osc = \"/x\" }, ", "{ output = \"mute\", json = { text = \"x\" } }, "];

fn others(outputs: &str) -> &'static [&'static str] {
    if outputs.is_empty() { &[] } else { TO_THE_DEAD }
}

/// A chain that changes the screen thirty times a second, and cues to call meanwhile.
fn busy_show(wire: &Wire, outputs: &str, listen: Option<u16>) -> (Terminal, tempfile::TempDir) {
    let mut show = head(wire.number(), outputs);
    chain(&mut show, ("t", "/tick"), 4_000, 33, others(outputs));
    (1..=GOS + 50).for_each(|cue| called_cue(&mut show, cue));
    run_show(&show, listen)
}

fn chain_show(wire: &Wire, outputs: &str, listen: Option<u16>) -> (Terminal, tempfile::TempDir) {
    let mut show = head(wire.number(), outputs);
    chain(&mut show, ("c", "/link"), LINKS, STEP.as_millis() as u64, others(outputs));
    run_show(&show, listen)
}

fn run_show(show: &str, listen: Option<u16>) -> (Terminal, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.toml");
    std::fs::write(&path, show).unwrap();
    let state = folder.path().join("state");
    let mut arguments = vec![path.to_str().unwrap(), "--fresh", "--state", state.to_str().unwrap()];
    let listen = listen.map(|port| format!("127.0.0.1:{port}"));
    if let Some(listen) = &listen {
        arguments.extend(["--listen", listen]);
    }
    let terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_handover")), &arguments);
    (terminal, folder)
}

/// A web server that takes connections and never answers, and an address that swallows them
/// (TEST-NET-1, RFC 5737).
struct Dead(TcpListener);

impl Dead {
    fn new() -> Self {
        Dead(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn outputs(&self) -> String {
        let port = self.0.local_addr().unwrap().port();
        format!(
            "[output.hole]\nosc = \"tcp://192.0.2.1:9\"\n[output.mute]\nhttp = \"http://127.0.0.1:{port}\"\ntimeout = \"2s\"\n"
        )
    }
}

/// Two processes for each processor that do nothing but take it.
struct Hogs(Vec<Child>);

impl Hogs {
    fn start() -> Self {
        let own = std::env::current_exe().unwrap();
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let hog = |_| Command::new(&own).arg("--hog").stdin(Stdio::null()).spawn().unwrap();
        Hogs((0..2 * processors).map(hog).collect())
    }
}

impl Drop for Hogs {
    fn drop(&mut self) {
        for hog in &mut self.0 {
            let _ = hog.kill();
            let _ = hog.wait();
        }
    }
}

fn hog() {
    let mut turns = 0_u64;
    loop {
        turns = std::hint::black_box(turns.wrapping_add(1));
    }
}

/// The least that a caller can do: a byte in, a datagram out; or a byte in, and datagrams at
/// absolute deadlines.
fn floor_child(what: &str, port: u16) {
    let _ = rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1));
    if what == "go" { floor(port, send_go) } else { floor(port, send_links) }
}

/// Sends a datagram, and [`LINKS`] more at absolute deadlines.
fn send_links(socket: &UdpSocket) {
    let clock = rustix::thread::ClockId::Monotonic;
    let first = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let _ = socket.send(b"/link\0\0\0,\0\0\0");
    for link in 1..=LINKS as i64 {
        let ns = first.tv_nsec + link * STEP.as_nanos() as i64;
        let until = rustix::time::Timespec {
            tv_sec: first.tv_sec + ns / 1_000_000_000,
            tv_nsec: ns % 1_000_000_000,
        };
        while rustix::thread::clock_nanosleep_absolute(clock, &until).is_err() {}
        let _ = socket.send(b"/link\0\0\0,\0\0\0");
    }
}
