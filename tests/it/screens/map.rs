//! The map of the monitor: the ride through Paris, the flight, the boats and the torch's way round the world.

use handover::app::Page;
use handover::engine::Phase;
use handover::show::{CueIx, CueNumber, Show, builtin, file};

use super::SIZES;
use super::stage::{Run, styles, text};

const PARIS: (&str, &str) = ("paris-2024", "2024-08-11T18:59:00Z");
const TORCH: (&str, &str) = ("torch-relay-2004", "2004-08-13T17:00:00Z");

fn show(name: &str) -> Show {
    file::parse(builtin::find(name).unwrap().text, "UTC").unwrap_or_else(|problems| panic!("{problems:?}"))
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
    let at_ns = (countdown.of_ns as f64 * part) as u64;
    run.until_ns(run.now_ns + at_ns.saturating_sub(countdown.elapsed_ns));
    assert_eq!(run.state.cue(cue).phase, Phase::Running);
}

fn pictures(name: &str, show: (&str, &str), cue: &str) {
    let (mut run, ix) = fired(show, cue);
    for (moment, part) in [("start", 0.0), ("middle", 0.5), ("end", 0.985)] {
        played(&mut run, ix, part);
        for (columns, rows) in SIZES {
            // On a small screen the map has a page of its own.
            run.app.page = if columns < 120 { Page::Monitor } else { Page::Run };
            insta::assert_snapshot!(format!("map-{name}-{moment}-{columns}x{rows}"), run.text(columns, rows));
        }
        if moment == "middle" {
            insta::assert_snapshot!(format!("map-{name}-styles"), styles(&run.drawn(120, 36)));
        }
    }
    run.app.page = Page::Monitor;
    insta::assert_snapshot!(format!("map-{name}-page"), text(&run.drawn(200, 60)));
}

#[test]
fn the_ride_through_paris() {
    pictures("ride", PARIS, "29");
}

#[test]
fn the_flight_to_los_angeles() {
    pictures("flight", PARIS, "32");
}

#[test]
fn the_boats_on_the_seine() {
    pictures("boats", PARIS, "2");
}

#[test]
fn the_torch_round_the_world() {
    pictures("torch", TORCH, "16");
}
