//! The cost of the real program for the machine and the line, beside the floor of this very machine
//! in the same run: the processor's time of one GO with all that follows from it, the redraw
//! included; how often it draws, and how many bytes go to the terminal; the same while nothing
//! happens; and the bytes of each picture that moves.
//!
//! The floor is a bare loop on a terminal that reads a byte and sends a datagram.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench reads the clock, and ends where something is wrong"
)]

mod common;

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::stage::{Terminal, Wire, floor, send_go};
use common::{Bounds, called_cue, head};
use handover::app::log::Log;
use handover::app::{App, Page, Theme};
use handover::engine::{RunNs, State};
use handover::runtime::terminal::Canvas;
use handover::show::{builtin, file};
use handover::time::MachineNs;
use handover::ui::{self, Capabilities, Depth, Glyphs, View};
use ratatui::layout::Rect;

const GOS: usize = 60;
/// Longer than the guard against a second press.
const BETWEEN: Duration = Duration::from_millis(360);
/// Time without events.
const IDLE: Duration = Duration::from_secs(10);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|argument| argument == "--floor") {
        return floor(arguments[2].parse().unwrap(), send_go);
    }
    let mut bounds = Bounds::default();
    let wire = Wire::new();
    let own = std::env::current_exe().unwrap();
    let mut terminal = Terminal::start(&own, &["--floor", &wire.port()]);
    let Some(floor) = gos(&mut terminal, &wire) else {
        println!("skipped: this system does not tell what a program's threads spend");
        return pictures(&mut bounds);
    };
    drop(terminal);
    floor.print("floor");
    // As many times the floor as 0.7 and 1.2 ms are on a machine whose floor takes 0.1 ms.
    for (size, times, idle_pct) in [((120, 36), 7.0, 0.3), ((200, 60), 12.0, 0.3)] {
        let (mut terminal, _folder) = show(&wire, size);
        std::thread::sleep(Duration::from_secs(2));
        let idle = idle(&terminal);
        let (columns, rows) = size;
        println!(
            "idle before the first GO, {columns}x{rows}: {:.3} % of a processor, {:.1} switches a second",
            idle.0, idle.1
        );
        bounds.hold("idle", idle.0, idle_pct, "%");
        bounds.hold("idle", idle.1, 10.0, "switches a second");
        let cost = gos(&mut terminal, &wire).unwrap();
        cost.print(&format!("a GO, {columns}x{rows}"));
        bounds.hold("a GO beside the floor's", cost.ms / floor.ms, times, "times");
        bounds.hold("a GO", cost.bytes, 4_000.0, "bytes");
        bounds.hold("a GO", cost.writes, 4.0, "writes to the terminal");
    }
    pictures(&mut bounds);
    bounds.finish();
}

/// Mean cost of one GO.
struct Cost {
    /// Of a processor, without what the program would have spent meanwhile.
    ms: f64,
    bytes: f64,
    writes: f64,
}

impl Cost {
    fn print(&self, what: &str) {
        println!(
            "{what}: {:.3} ms of a processor, {:.0} bytes, {:.1} writes",
            self.ms, self.bytes, self.writes
        );
    }
}

/// GOs, one after another, with all that follows.
fn gos(terminal: &mut Terminal, wire: &Wire) -> Option<Cost> {
    let (spent, drawn, begun) = (terminal.spent()?.0, terminal.drawn(), Instant::now());
    for _ in 0..GOS {
        terminal.key();
        wire.await_first("/go");
        wire.drain(BETWEEN);
    }
    let (now, then) = (terminal.drawn(), drawn);
    let (spent, took) = (terminal.spent()?.0 - spent, begun.elapsed());
    // Its clocks go on between two GOs, and would without them.
    let (clocks_pct, _) = idle(terminal);
    let clocks = took.mul_f64(clocks_pct / 100.0);
    let each = |sum: f64| sum / GOS as f64;
    Some(Cost {
        ms: each(spent.saturating_sub(clocks).as_secs_f64() * 1e3),
        bytes: each((now.bytes - then.bytes) as f64),
        writes: each((now.writes - then.writes) as f64),
    })
}

/// Its share of a processor, percent, and how often its threads are switched in a second.
fn idle(terminal: &Terminal) -> (f64, f64) {
    let (spent, switches) = terminal.spent().unwrap();
    std::thread::sleep(IDLE);
    let (now, switches_now) = terminal.spent().unwrap();
    let seconds = IDLE.as_secs_f64();
    ((now - spent).as_secs_f64() / seconds * 100.0, (switches_now - switches) as f64 / seconds)
}

/// The real program with a show of called cues.
fn show(wire: &Wire, size: (u16, u16)) -> (Terminal, tempfile::TempDir) {
    let mut show = head(wire.number(), "");
    (1..=GOS + 50).for_each(|cue| called_cue(&mut show, cue));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("show.toml");
    std::fs::write(&path, show).unwrap();
    let state = folder.path().join("state");
    let arguments = [path.to_str().unwrap(), "--fresh", "--state", state.to_str().unwrap()];
    (Terminal::start_at(size, Path::new(env!("CARGO_BIN_EXE_handover")), &arguments), folder)
}

/// The bytes that each picture of the built-in shows takes in a second, at 200x60.
fn pictures(bounds: &mut Bounds) {
    for (name, cue, what) in [
        ("paris-2024", "34", "the rings on the sign"),
        ("paris-2024", "32", "Paris to Los Angeles"),
        ("paris-2024", "29", "the ride through Paris"),
        ("paris-2024", "24", "the descent"),
        ("paris-2024", "4", "the feathers"),
        ("paris-2024", "7", "the Tower"),
        ("paris-2024", "12", "the stage"),
        ("paris-2024", "30", "the plane"),
        ("paris-2024", "41", "the fireworks"),
        ("torch-relay-2004", "16", "the relay around the world"),
        ("films", "1", "a film strip"),
    ] {
        let text = builtin::find(name).map_or(FILMS, |builtin| builtin.text);
        let show = Arc::new(file::parse(text, "UTC").unwrap());
        let (state, fired_ns) = common::fired(&show, cue);
        let bytes = bytes_a_second(&state, fired_ns);
        println!("{what}: {bytes:.0} bytes a second");
        bounds.hold("a picture", bytes, 4_000.0, "bytes a second");
    }
}

/// A show of one film.
const FILMS: &str = "title = \"Films\"\ndate = 2026-11-28\n[output.screen]\nmpv = true\n[[segment]]\ntitle = \"Films\"\n\
    start = 20:50:00\nduration = \"9m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"The film\"\ntrigger = { at = 20:50:10 }\n\
    do = [{ output = \"screen\", play = \"a.mp4\", to = \"4m\" }]\n";

/// Half a minute of frames of the monitor's page, eight a second, as the screen draws them.
fn bytes_a_second(state: &State, fired_ns: RunNs) -> f64 {
    const SECONDS: u64 = 30;
    const FRAMES: u64 = 8;
    let (mut app, log) = (App::new(Theme::Dark), Log::default());
    app.page = Page::Monitor;
    let area = Rect::new(0, 0, 200, 60);
    let line = Line::default();
    let mut canvas = Canvas::new(line.clone(), area);
    let mut first = 0;
    for at in 0..=SECONDS * FRAMES {
        let now_ns = fired_ns + Duration::from_millis(at * 1_000 / FRAMES);
        let capabilities = Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All };
        let view = View {
            app: &app,
            state,
            log: &log,
            now_ns,
            machine_ns: MachineNs::ZERO + now_ns.since(RunNs::ZERO),
            capabilities,
        };
        canvas.draw(|buf| ui::paint(buf, &view).1).unwrap();
        if at == 0 {
            first = *line.0.borrow();
        }
    }
    (*line.0.borrow() - first) as f64 / SECONDS as f64
}

/// A line that only counts.
#[derive(Clone, Debug, Default)]
struct Line(Rc<RefCell<usize>>);

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        *self.0.borrow_mut() += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
