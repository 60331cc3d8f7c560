//! Fans of feathers: they open as the cue begins, and glitter while it runs.

use super::field::{At, Field};
use super::{DrawnMoment, ink};

/// Part of the cue until the fans are open, and the number of steps in which they open: each step
/// draws all of them.
const OPENING: (f64, f64) = (0.1, 4.0);
/// Lean of the outermost feather of an open fan, radians.
const SPREAD: f64 = 1.35;
/// Number of plumes that glitter at a time.
const GLITTER: u64 = 6;

/// Draws a large fan in the middle, and smaller ones beside it.
pub(super) fn draw(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    field.ground();
    let open = match moment.done {
        None => 0.22,
        Some(done) => {
            0.35 + 0.65 * (done / OPENING.0 * OPENING.1).floor().min(OPENING.1) / OPENING.1
        }
    };
    let half = field.half_width();
    let aside: &[(f64, f64, u8)] =
        if half > 1.5 { &[(-1.15, 0.62, ink::SECOND), (1.15, 0.62, ink::SECOND)] } else { &[] };
    let far: &[(f64, f64, u8)] =
        if half > 2.6 { &[(-2.1, 0.5, ink::FIRST), (2.1, 0.5, ink::FIRST)] } else { &[] };
    for &(x, size, ink) in far.iter().chain(aside).chain(&[(0.0, 0.93, ink::FIRST)]) {
        fan(field, (x, size), open, ink);
    }
    for glitter in 0..GLITTER {
        if moment.beat == 0 {
            break;
        }
        let seed = moment.beat * 59 + glitter;
        let angle = (DrawnMoment::chance(seed) * 2.0 - 1.0) * open * SPREAD;
        let part = 0.93 * (0.55 + 0.4 * DrawnMoment::chance(seed + 3));
        field.disc((angle.sin() * part, 0.04 + angle.cos() * part), 0.012, ink::BRIGHT);
    }
    None
}

/// A fan over a point of the ground: how large, and how far open, 0 to 1.
fn fan(field: &mut Field, (x, size): (f64, f64), open: f64, ink: u8) {
    let feathers = if size * 40.0 * field.dot_size() < 0.9 { 13 } else { 7 };
    for feather in 0..feathers {
        let place = f64::from(feather) / f64::from(feathers - 1) * 2.0 - 1.0;
        let angle = place * open * SPREAD;
        let tip = |part: f64| (x + angle.sin() * size * part, 0.04 + angle.cos() * size * part);
        field.line(tip(0.0), tip(0.55), ink::SHAPE);
        // The plume widens towards its end, and its barbs stand off.
        for barb in 0..=8 {
            let part = 0.5 + 0.05 * f64::from(barb);
            let wide =
                size * 0.055 * (f64::from(barb) / 8.0 * std::f64::consts::PI * 0.8 + 0.25).sin();
            field.disc(tip(part), wide, ink);
        }
        field.line(tip(0.45), tip(0.92), ink::THIRD);
    }
    field.disc((x, 0.04), 0.03, ink::SHAPE);
}
