//! The map of the monitor: the ride through Paris, the flight, the boats and the torch's way round
//! the world.

use std::time::Duration;

use handover::app::Page;
use handover::engine::Phase;
use handover::show::{CueIx, CueNumber, Show, builtin, file};

use handover::geo::atlas::{self, MapLineKind};
use handover::ui::{Depth, Glyphs};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Map, MapResolution};

use super::small_is_the_run_page;
use super::stage::{BODY, MONITOR, Run};

const PARIS: (&str, &str) = ("paris-2024", "2024-08-11T18:59:00Z");
const TORCH: (&str, &str) = ("torch-relay-2004", "2004-08-13T17:00:00Z");

fn show(name: &str) -> Show {
    file::parse(builtin::find(name).unwrap().text, "UTC")
        .unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// A run of a built-in show in which `cue` has just fired.
fn fired((name, clock): (&str, &str), cue: &str) -> (Run, CueIx) {
    let mut run = Run::called_by_the_program(show(name), clock);
    run.until_fired(cue);
    let ix = run.state.show().find(&CueNumber::new(cue).unwrap()).unwrap();
    (run, ix)
}

/// Lets time pass until `part` of the cue is over.
fn played(run: &mut Run, cue: CueIx, part: f64) {
    let countdown = run.state.cue_countdown(cue, run.now_ns).unwrap();
    let at = countdown.of.mul_f64(part);
    run.until_ns(run.now_ns + at.saturating_sub(countdown.elapsed));
    assert_eq!(run.state.cue(cue).phase, Phase::Running);
}

/// The map as a page at 80x24 at the beginning, in the middle and at the end; in the middle on the
/// run page at 120x36 and in a `large` window, too.
fn pictures(name: &str, large: Page, show: (&str, &str), cue: &str) {
    let (mut run, ix) = fired(show, cue);
    for (moment, part) in [("start", 0.0), ("middle", 0.5), ("end", 0.985)] {
        played(&mut run, ix, part);
        // On a small screen the map has a page of its own.
        run.app.page = Page::Monitor;
        picture!(format!("map-{name}-{moment}-80x24"), run.text_of(BODY, 80, 24));
        small_is_the_run_page(&mut run);
        if moment == "middle" {
            let (kind, region) = if large == Page::Run { ("", MONITOR) } else { ("-page", BODY) };
            run.app.page = large;
            picture!(format!("map-{name}-{moment}-200x60{kind}"), run.text_of(region, 200, 60));
            run.app.page = Page::Run;
            picture!(format!("map-{name}-{moment}-120x36"), run.text_of(MONITOR, 120, 36));
            picture!(format!("map-{name}-styles"), run.styles_of(MONITOR, 120, 36));
        }
    }
}

#[test]
fn the_ride_through_paris() {
    pictures("ride", Page::Monitor, PARIS, "29");
}

#[test]
fn the_flight_to_los_angeles() {
    pictures("flight", Page::Run, PARIS, "32");
}

#[test]
fn the_boats_on_the_seine() {
    pictures("boats", Page::Run, PARIS, "2");
}

#[test]
fn the_torch_round_the_world() {
    pictures("torch", Page::Monitor, TORCH, "16");
}

#[test]
fn without_colours_and_without_braille_it_tells_the_same() {
    let (mut run, ix) = fired(PARIS, "32");
    played(&mut run, ix, 0.5);
    run.app.page = Page::Monitor;
    for (name, depth) in [("mono", Depth::Mono), ("ansi", Depth::Ansi)] {
        run.depth = depth;
        picture!(format!("map-flight-{name}-styles"), run.styles_of(BODY, 80, 24));
    }
    run.glyphs = Glyphs::Ascii;
    let ascii = run.text(80, 24);
    assert!(ascii.is_ascii(), "{ascii}");
    picture!("map-flight-ascii", run.text_of(BODY, 80, 24));
    let (mut run, ix) = fired(PARIS, "29");
    played(&mut run, ix, 0.5);
    run.app.page = Page::Monitor;
    run.glyphs = Glyphs::Ascii;
    picture!("map-ride-ascii", run.text_of(BODY, 80, 24));
}

#[test]
fn a_moving_map_touches_few_cells() {
    for (show, cue) in [(PARIS, "32"), (PARIS, "29"), (TORCH, "16")] {
        let (mut run, ix) = fired(show, cue);
        played(&mut run, ix, 0.4);
        for (columns, rows) in [(120, 36), (200, 60)] {
            run.app.page = Page::Monitor;
            let mut last = run.drawn(columns, rows);
            let mut cells = 0;
            for _ in 0..20 {
                run.until_ns(run.now_ns + Duration::from_millis(100));
                let next = run.drawn(columns, rows);
                cells += last.diff(&next).len();
                last = next;
            }
            // Two seconds: the header's clocks, the figures, the marker, and the way behind it.
            assert!(cells <= 240, "{cue} at {columns}×{rows}: {cells} cells in two seconds");
        }
    }
}

/// The dots, 2 by 4 a cell, that are drawn in a picture of braille.
fn braille(buffer: &Buffer) -> Vec<Vec<bool>> {
    // Unicode, "Braille Patterns": the bits of the dots, column by column.
    const BITS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
    let (width, height) = (usize::from(buffer.area.width) * 2, usize::from(buffer.area.height) * 4);
    let is_on = |x: usize, y: usize| {
        let symbol =
            buffer[((x / 2) as u16, (y / 4) as u16)].symbol().chars().next().map_or(0, u32::from);
        symbol >= 0x2800 && (symbol - 0x2800) & BITS[x % 2][y % 4] != 0
    };
    (0..height).map(|y| (0..width).map(|x| is_on(x, y)).collect()).collect()
}

/// The witness that our coasts are those of ratatui's map: both have the same dots on a fine
/// canvas, give or take one for rounded degrees.
#[test]
fn the_coasts_are_those_of_ratatui() {
    let area = Rect::new(0, 0, 240, 60);
    let mut buffer = Buffer::empty(area);
    Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([-180.0, 180.0])
        .y_bounds([-90.0, 90.0])
        .paint(|context| context.draw(&Map { resolution: MapResolution::High, ..Map::default() }))
        .render(area, &mut buffer);
    let theirs = braille(&buffer);
    let (width, height) = (480, 240);
    let mut ours = vec![vec![false; width]; height];
    let world = atlas::charts().iter().find(|chart| chart.name == "world").unwrap();
    for place in world
        .outlines
        .iter()
        .filter(|line| line.kind == MapLineKind::Land)
        .flat_map(|line| &line.points)
    {
        let x = (place.longitude + 180.0) / 360.0 * (width - 1) as f64;
        let y = (90.0 - place.latitude) / 180.0 * (height - 1) as f64;
        ours[y.round() as usize][x.round() as usize] = true;
    }
    let near = |dots: &[Vec<bool>], x: usize, y: usize| {
        let rows = &dots[y.saturating_sub(1)..(y + 2).min(height)];
        rows.iter().any(|row| row[x.saturating_sub(1)..(x + 2).min(width)].contains(&true))
    };
    let mut dots = 0;
    for y in 0..height {
        for x in 0..width {
            dots += usize::from(theirs[y][x]);
            assert!(
                !theirs[y][x] || near(&ours, x, y),
                "ratatui has a coast at dot {x},{y}, and we do not"
            );
            assert!(
                !ours[y][x] || near(&theirs, x, y),
                "we have a coast at dot {x},{y}, and ratatui does not"
            );
        }
    }
    assert!(dots > 3000, "{dots} dots are no map");
}
