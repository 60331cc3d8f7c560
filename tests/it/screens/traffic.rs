//! Bytes to the terminal while nobody touches a key: a slow line must carry it.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use handover::app::Page;
use handover::runtime::terminal::Canvas;
use handover::show::{builtin, file};
use handover::ui::{self, Depth};
use ratatui::layout::Rect;

use super::SIZES;
use super::stage::Run;

/// An idle screen, bytes a second.
const IDLE_MAX: u64 = 2_000;
/// A screen on which a picture moves, bytes a second at ten updates.
const MOVING_MAX: u64 = 20_000;
/// For how long it is counted, seconds of the show.
const SECONDS: u64 = 2;

/// Counts bytes and keeps none.
#[derive(Clone, Default)]
struct Counter(Rc<Cell<u64>>);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes a second of ten frames a second, from here on, without the first frame.
fn bytes_per_second(run: &mut Run, columns: u16, rows: u16) -> u64 {
    let counter = Counter::default();
    let mut canvas = Canvas::new(counter.clone(), Rect::new(0, 0, columns, rows));
    let from_ns = run.now_ns;
    let mut first = 0;
    for tenth in 0..=SECONDS * 10 {
        run.now_ns = from_ns + Duration::from_millis(tenth * 100);
        canvas.draw(|buf| ui::paint(buf, &run.view()).1).unwrap();
        if tenth == 0 {
            first = counter.0.get();
        }
    }
    run.now_ns = from_ns;
    (counter.0.get() - first) / SECONDS
}

/// The built-in show, called by the program, half a minute into cue `number`.
fn into_cue(number: &str) -> Run {
    let show = file::parse(builtin::ALL[0].text, "UTC").unwrap();
    let mut run = Run::called_by_the_program(show, "2024-08-11T20:49:55Z");
    run.until_fired(number);
    run.until_ns(run.now_ns + Duration::from_secs(30));
    run
}

#[test]
fn a_screen_at_rest_sends_next_to_nothing() {
    let mut run = into_cue("10");
    for depth in [Depth::Rgb, Depth::Ansi, Depth::Mono] {
        run.depth = depth;
        for &page in Page::ALL {
            run.app.page = page;
            for (columns, rows) in SIZES {
                let bytes = bytes_per_second(&mut run, columns, rows);
                assert!(
                    bytes < IDLE_MAX,
                    "{page:?} at {columns}x{rows}, {depth:?}: {bytes} bytes a second"
                );
            }
        }
    }
}

#[test]
fn a_moving_picture_fits_a_slow_line() {
    for number in ["2", "4", "7", "10", "12", "24", "27", "29", "30", "32", "33", "34", "39", "41"]
    {
        let mut run = into_cue(number);
        for page in [Page::Run, Page::Monitor] {
            run.app.page = page;
            for (columns, rows) in SIZES {
                let bytes = bytes_per_second(&mut run, columns, rows);
                assert!(
                    bytes < MOVING_MAX,
                    "cue {number}, {page:?} at {columns}x{rows}: {bytes} bytes a second"
                );
            }
        }
    }
}
