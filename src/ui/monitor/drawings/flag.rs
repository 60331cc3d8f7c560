//! The flag with the five rings, on its pole; it waves while the cue runs.

use super::field::{At, Field};
use super::{DrawnMoment, ink};

/// Width of the flag relative to its height: 3 to 2.
const RATIO: f64 = 1.5;

/// Draws it on the ground in the middle.
pub(super) fn draw(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    field.ground();
    standing(field, (-0.41, 0.97), moment.beat as f64);
    None
}

/// A flag on a pole of so many units, its foot at `x`. `wind` counts seconds.
pub(super) fn standing(field: &mut Field, (x, pole): (f64, f64), wind: f64) {
    let high = pole * 0.56;
    let wide = high * RATIO;
    field.thick((x, 0.0), (x, pole), pole * 0.008, ink::SHAPE);
    // The cloth hangs still at the pole and waves more towards its end.
    let wave = |across: f64| (across * 7.0 - wind * 1.3).sin() * 0.045 * pole * across;
    let at = |across: f64, up: f64| (x + across * wide, pole - high + up * high + wave(across));
    for edge in [0.0, 1.0] {
        let line: Vec<At> = (0..=24).map(|part| at(f64::from(part) / 24.0, edge)).collect();
        field.path(&line, ink::SHAPE);
    }
    field.line(at(1.0, 0.0), at(1.0, 1.0), ink::SHAPE);
    // Blue, black, red above; yellow, green below (Olympic Charter, rule 8).
    let rings = [
        (0.26, 0.6, ink::FIRST),
        (0.5, 0.6, ink::THIRD),
        (0.74, 0.6, ink::FIFTH),
        (0.38, 0.41, ink::SECOND),
        (0.62, 0.41, ink::FOURTH),
    ];
    // Rings of less than three dots are no rings: then each is a spot.
    let is_small = 0.1 * wide < 3.0 * field.dot_size();
    for (across, up, ink) in rings {
        if is_small {
            field.disc(at(across, up), 0.06 * wide, ink);
            continue;
        }
        let round: Vec<At> = (0..=28)
            .map(|part| f64::from(part) / 28.0 * std::f64::consts::TAU)
            .map(|angle| at(across + angle.cos() * 0.1, up + angle.sin() * 0.1 * RATIO))
            .collect();
        field.path(&round, ink);
    }
}
