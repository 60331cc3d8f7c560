//! The sign of nine letters on its hill, and rings on its two neighbouring Os.
//!
//! ```text
//!                  ◯ ◯ ◯
//!   H O L L Y W   O O  D
//!  ⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒
//! ```
//!
//! The letters are as high as a ring and stand a ring's pitch apart where the Os are, so that the
//! rings below are these Os. Knows numbers and dots; must never know of cues.

use super::emblem;
use crate::ui::dots::Dots;

/// The most rings that the two Os carry.
pub(super) const RINGS_MAX: usize = 5;

/// A letter: its width in radii, and its strokes between points of a field from 0 to 1, downwards.
type SignLetter = (f64, &'static [Stroke]);
type Stroke = ((f64, f64), (f64, f64));

/// The letters in their order; an O has no strokes, for it is round.
const LETTERS: [SignLetter; 9] = [H, O, L, L, Y, W, O, O, D];
/// The first of the two Os that carry the rings.
const FIRST_O: usize = 6;

const H: SignLetter =
    (1.4, &[((0.0, 0.0), (0.0, 1.0)), ((1.0, 0.0), (1.0, 1.0)), ((0.0, 0.5), (1.0, 0.5))]);
const O: SignLetter = (2.0, &[]);
const L: SignLetter = (1.1, &[((0.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (1.0, 1.0))]);
const Y: SignLetter =
    (1.6, &[((0.0, 0.0), (0.5, 0.5)), ((1.0, 0.0), (0.5, 0.5)), ((0.5, 0.5), (0.5, 1.0))]);
const W: SignLetter = (
    2.0,
    &[
        ((0.0, 0.0), (0.25, 1.0)),
        ((0.25, 1.0), (0.5, 0.25)),
        ((0.5, 0.25), (0.75, 1.0)),
        ((0.75, 1.0), (1.0, 0.0)),
    ],
);
const D: SignLetter = (
    1.5,
    &[
        ((0.0, 0.0), (0.0, 1.0)),
        ((0.0, 0.0), (0.55, 0.0)),
        ((0.55, 0.0), (1.0, 0.3)),
        ((1.0, 0.3), (1.0, 0.7)),
        ((1.0, 0.7), (0.55, 1.0)),
        ((0.55, 1.0), (0.0, 1.0)),
    ],
);

/// Between two letters, in radii; between two Os it makes a ring's pitch.
const BETWEEN: f64 = emblem::PITCH - 2.0;
/// Additional distance before and after the Os that carry the rings.
const APART: f64 = 0.8;
/// Thickness of a letter, radii.
const THICK: f64 = 0.28;
/// The ground below the letters that has to be there, in radii.
const GROUND: f64 = 0.4;

/// Width and height, in radii.
pub(super) fn size(count: usize) -> (f64, f64) {
    (width() + THICK * 2.0, sky(count) + 2.0 + GROUND + THICK)
}

fn width() -> f64 {
    begins(LETTERS.len()) - BETWEEN
}

/// Height that the rings need above the letters.
fn sky(count: usize) -> f64 {
    if count > 2 { emblem::DROP + THICK } else { THICK / 2.0 }
}

/// Left edge of a letter, in radii. The two Os stand apart from the others, so that the rings above
/// them have their sky.
fn begins(letter: usize) -> f64 {
    let apart = [FIRST_O, FIRST_O + 2].iter().filter(|&&gap| letter >= gap).count();
    LETTERS.iter().take(letter).map(|(width, _)| width + BETWEEN).sum::<f64>()
        + APART * apart as f64
}

/// Centres of the rings, in radii from the left of the sign and from the middle of its letters.
fn places(count: usize) -> Vec<(f64, f64)> {
    let o = begins(FIRST_O) + 1.0;
    if count <= 2 {
        return (0..count).map(|ring| (o + emblem::PITCH * ring as f64, 0.0)).collect();
    }
    // The first ring below is the first O.
    let (x, y) = emblem::place(count, emblem::above(count));
    let placed = (0..count).map(|ring| emblem::place(count, ring));
    placed.map(|(at_x, at_y)| (at_x - x + o, at_y - y)).collect()
}

/// Draws the hill and the letters in the middle of the field, the two Os excepted that carry the
/// rings, and says where the rings' centres lie and whether each is one of these Os.
pub(super) fn draw(
    dots: &mut Dots,
    count: usize,
    radius: f64,
    [ground, letters]: [u8; 2],
) -> Vec<((f64, f64), bool)> {
    let (wide, high) = size(count);
    let left = (f64::from(dots.width()) - (wide - THICK * 2.0) * radius) / 2.0;
    // Where there is more room than it needs, it stands a little above the middle.
    let spare = (f64::from(dots.height()) - high * radius).max(0.0);
    let middle = spare * 0.4 + (sky(count) + 1.0) * radius;
    let placed = places(count)
        .into_iter()
        .map(|(x, y)| (emblem::between(left + x * radius, middle + y * radius), y.abs() < 1e-9));
    let rings: Vec<_> = placed.collect();

    hill(dots, middle + radius * (1.0 + THICK), radius, ground);
    let half = emblem::thick(radius);
    for (at, (width, strokes)) in LETTERS.iter().enumerate() {
        let x = left + begins(at) * radius;
        let is_carried =
            |((ring_x, _), is_o): &((f64, f64), bool)| *is_o && (ring_x - x - radius).abs() < 1.0;
        if strokes.is_empty() && !rings.iter().any(is_carried) {
            let centre = emblem::between(x + radius, middle);
            emblem::draw(dots, &[emblem::Ring { centre, is_thick: true, ink: letters }], radius);
        }
        for (from, to) in *strokes {
            let point = |(px, py): (f64, f64)| {
                (x + px * width * radius, middle + (py * 2.0 - 1.0) * radius)
            };
            stroke(dots, point(*from), point(*to), half, letters);
        }
    }
    rings
}

fn stroke(dots: &mut Dots, from: (f64, f64), to: (f64, f64), half: f64, ink: u8) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = (dx * dx + dy * dy).max(f64::EPSILON);
    let (least, most) =
        ((from.0.min(to.0), from.1.min(to.1)), (from.0.max(to.0), from.1.max(to.1)));
    for y in (least.1 - half).floor() as i32..=(most.1 + half).ceil() as i32 {
        for x in (least.0 - half).floor() as i32..=(most.0 + half).ceil() as i32 {
            let (at_x, at_y) = (f64::from(x) - from.0, f64::from(y) - from.1);
            let along = ((at_x * dx + at_y * dy) / length).clamp(0.0, 1.0);
            if (at_x - dx * along).hypot(at_y - dy * along) <= half {
                dots.dot(x, y, ink);
            }
        }
    }
}

/// The hill: its edge below the letters, and scrub that thins out downwards.
fn hill(dots: &mut Dots, top: f64, radius: f64, ink: u8) {
    let width = f64::from(dots.width()).max(1.0);
    for x in 0..dots.width() {
        let part = f64::from(x) / width;
        // Highest in the middle, uneven everywhere.
        let fall = (part - 0.5).powi(2) * 2.2 + 0.12 * (part * 23.0).sin().powi(2);
        let edge = (top + fall * radius).round() as i32;
        dots.dot(x, edge, ink);
        for y in edge + 2..dots.height() {
            let scrub = (x.wrapping_mul(37) ^ y.wrapping_mul(101)).wrapping_mul(0x45d9) >> 4 & 0xff;
            if scrub < 26 - (y - edge).min(20) {
                dots.dot(x, y, ink);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rings_below_are_the_two_os() {
        let (first, second) = (begins(FIRST_O) + 1.0, begins(FIRST_O + 1) + 1.0);
        assert!((second - first - emblem::PITCH).abs() < 1e-9, "the Os stand a ring's pitch apart");
        for count in [2, 4, 5] {
            let places = places(count);
            let on_os: Vec<f64> =
                places.iter().filter(|(_, y)| y.abs() < 1e-9).map(|(x, _)| *x).collect();
            assert_eq!(on_os.len(), 2, "{count} rings");
            assert!(
                (on_os[0] - first).abs() < 1e-9 && (on_os[1] - second).abs() < 1e-9,
                "{count} rings: {on_os:?}"
            );
        }
        for count in 0..=RINGS_MAX {
            let inside = places(count).iter().all(|(x, _)| (1.0..=width() - 1.0).contains(x));
            assert!(inside, "{count} rings stand before the sign");
        }
    }
}
