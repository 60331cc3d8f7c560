//! The cost of a frame with a picture: the run screen and the monitor's page with the maps of the
//! built-in shows, at 200×60, from the state to the bytes for the terminal.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench reads the clock, and ends where something is wrong"
)]

mod common;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{Bounds, Sample};
use handover::app::log::Log;
use handover::app::{App, Page, Theme};
use handover::engine::{RunNs, State};
use handover::runtime::terminal::Canvas;
use handover::show::{builtin, file};
use handover::time::MachineNs;
use handover::ui::{self, Capabilities, Depth, Glyphs, View};
use ratatui::layout::Rect;

/// The longest that a frame may take, milliseconds, for 99 of 100.
const FRAME_MAX_MS: f64 = 2.0;

fn main() {
    let mut bounds = Bounds::default();
    for (name, cue, what) in [
        ("paris-2024", "32", "Paris to Los Angeles"),
        ("paris-2024", "29", "the ride through Paris"),
        ("paris-2024", "34", "the rings on the sign"),
        ("paris-2024", "4", "the feathers"),
        ("paris-2024", "7", "the Tower"),
        ("paris-2024", "12", "the stage"),
        ("paris-2024", "30", "the plane"),
        ("paris-2024", "41", "the fireworks"),
        ("torch-relay-2004", "16", "the relay around the world"),
    ] {
        let show = Arc::new(file::parse(builtin::find(name).unwrap().text, "UTC").unwrap());
        let (state, fired_ns) = common::fired(&show, cue);
        for page in [Page::Run, Page::Monitor] {
            let frames = frames(&state, fired_ns, page);
            println!("{}", frames.line(&format!("{what}, {}", page.name())));
            let p99_ms = frames.quantile(0.99).as_secs_f64() * 1e3;
            bounds.hold("a frame at 200x60, p99", p99_ms, FRAME_MAX_MS, "ms");
        }
    }
    bounds.finish();
}

/// A hundred seconds of frames, ten a second.
fn frames(state: &State, fired_ns: RunNs, page: Page) -> Sample {
    let (mut app, log) = (App::new(Theme::Dark), Log::default());
    app.page = page;
    let mut canvas = Canvas::new(io::sink(), Rect::new(0, 0, 200, 60));
    let one = |tenth: u64| {
        let now_ns = fired_ns + Duration::from_millis(tenth * 100);
        let view = View {
            app: &app,
            state,
            log: &log,
            now_ns,
            machine_ns: MachineNs::ZERO + now_ns.since(RunNs::ZERO),
            capabilities: Capabilities { depth: Depth::Rgb, glyphs: Glyphs::All },
        };
        let begun = Instant::now();
        canvas.draw(|buf| ui::paint(buf, &view).1).unwrap();
        begun.elapsed()
    };
    Sample::new((0..1000).map(one).collect())
}
