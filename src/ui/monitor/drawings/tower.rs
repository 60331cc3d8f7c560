//! The Eiffel Tower: lit from its feet up as the cue goes on, under its two searchlights; when all
//! of it is lit, it sparkles.

use super::field::{At, Field};
use super::{DrawnMoment, ink};

/// The heights of its three platforms: 57 m, 115 m and 276 m of 330 m (toureiffel.paris, "Key
/// figures").
const PLATFORMS: [f64; 3] = [0.173, 0.348, 0.836];
/// Half of its width at the ground: 125 m of 330 m.
const FOOT: f64 = 0.19;
/// Height of its top, at which the mast begins.
const TOP: f64 = 0.91;

/// Half of its width at a height.
pub(super) fn half(height: f64) -> f64 {
    if height >= TOP { 0.0 } else { (FOOT * (-3.4 * height).exp() - 0.004).max(0.012) }
}

/// Draws it in the middle, with the town around it.
pub(super) fn draw(field: &mut Field, moment: DrawnMoment) -> Option<At> {
    field.ground();
    town(field);
    let lit = moment.done.map_or(0.0, |done| done * 1.02);
    // The searchlights at the top turn once in 24 seconds.
    if moment.done.is_some() {
        for side in [0.0, 0.5] {
            let angle = (moment.beat as f64 / 24.0 + side) * std::f64::consts::TAU;
            let reach = angle.cos() * 2.2;
            field.line((0.0, TOP), (reach, TOP + 0.10 * angle.sin()), ink::FAINT);
            field.line((0.0, TOP), (reach, TOP + 0.04 + 0.10 * angle.sin()), ink::FAINT);
        }
    }
    standing(field, (0.0, 1.0), lit);
    for spark in 0..40 {
        if moment.done.is_none_or(|done| done < 1.0) && moment.beat == 0 {
            break;
        }
        let seed = moment.beat * 97 + spark;
        let height = DrawnMoment::chance(seed) * TOP;
        let across = (DrawnMoment::chance(seed + 7_919) * 2.0 - 1.0) * half(height);
        if height <= lit {
            field.dot((across, height), ink::SECOND);
        }
    }
    None
}

/// Draws the tower alone: at `x`, so many units high, lit up to a part of its height.
pub(super) fn standing(field: &mut Field, (x, size): (f64, f64), lit: f64) {
    let step = field.dot_size() / size;
    let mut height = 0.0;
    while height <= 1.0 {
        let is_lit = height < lit;
        let shape = if is_lit { ink::FIRST } else { ink::SHAPE };
        let outer = half(height);
        // Below the second platform it stands on legs; between those of the first there is an arch.
        let inner = if height < PLATFORMS[0] {
            let arch =
                0.62 * FOOT * (1.0 - (height / (PLATFORMS[0] * 0.86)).powi(2)).max(0.0).sqrt();
            arch.min(outer * 0.62)
        } else if height < PLATFORMS[1] {
            outer * 0.45 * (1.0 - (height - PLATFORMS[0]) / (PLATFORMS[1] - PLATFORMS[0]))
        } else {
            0.0
        };
        let at = |across: f64| (x + across * size, height * size);
        if height >= TOP {
            field.dot(at(0.0), shape);
        } else {
            for side in [-1.0, 1.0] {
                field.line(
                    at(side * inner),
                    at(side * outer),
                    if is_lit { shape } else { ink::FAINT },
                );
                field.dot(at(side * outer), shape);
                field.dot(at(side * inner), shape);
            }
        }
        height += step;
    }
    for platform in PLATFORMS {
        let wide = half(platform) * 1.16 + 0.006;
        let ink = if platform < lit { ink::SECOND } else { ink::SHAPE };
        let beam = |up: f64| {
            ((x - wide * size, platform * size + up), (x + wide * size, platform * size + up))
        };
        for up in [0.0, field.dot_size()] {
            let (from, to) = beam(up);
            field.line(from, to, ink);
        }
    }
}

/// Roofs far away, and stars above them.
pub(super) fn town(field: &mut Field) {
    let (width, step) = (field.half_width(), 0.09);
    let count = (2.0 * width / step).ceil().min(400.0) as u64;
    for house in 0..count {
        let left = -width + house as f64 * step;
        let high = 0.03 + 0.07 * DrawnMoment::chance(house * 31 + 5);
        field.line((left, high), (left + step, high), ink::FAINT);
        field.line((left + step, 0.0), (left + step, high), ink::FAINT);
    }
    let stars = (width * 14.0).min(200.0) as u64;
    for star in 0..stars {
        let across = (DrawnMoment::chance(star * 13 + 3) * 2.0 - 1.0) * width;
        field.dot((across, 0.45 + 0.5 * DrawnMoment::chance(star * 17 + 11)), ink::FAINT);
    }
}
