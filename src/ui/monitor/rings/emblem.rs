//! Interlocking rings in two rows: where each stands, and how they are woven.
//!
//! ```text
//!   ◯ ◯ ◯     Five stand as the Olympic Charter has them (rule 8): three above, two below, from left to right. Any
//!    ◯ ◯      other number stands in the same manner, the first half above.
//! ```
//!
//! Knows numbers and dots; must never know of cues.

use crate::ui::dots::Dots;

/// From ring to ring of a row, in radii: the rings of a row leave a gap.
pub(super) const PITCH: f64 = 2.5;
/// From row to row.
pub(super) const DROP: f64 = 1.1;
/// Thickness of a ring that is marked.
const THICK: f64 = 0.3;
/// Below this radius, in dots, there is no room to weave.
const WOVEN_MIN: f64 = 8.0;

/// Number of `count` rings in the upper row.
pub(super) fn above(count: usize) -> usize {
    count.div_ceil(2)
}

/// Centre of a ring, in radii from the first one's centre.
pub(super) fn place(count: usize, ring: usize) -> (f64, f64) {
    match ring.checked_sub(above(count)) {
        None => (PITCH * ring as f64, 0.0),
        Some(below) => (PITCH * (below as f64 + 0.5), DROP),
    }
}

/// Width and height of `count` rings, in radii.
pub(super) fn size(count: usize) -> (f64, f64) {
    let width = (0..count).map(|ring| place(count, ring).0).fold(0.0, f64::max);
    (width + 2.0 + THICK * 1.4, if count > 1 { DROP } else { 0.0 } + 2.0 + THICK * 1.4)
}

/// The centres, in dots from the left upper corner.
pub(super) fn centres(count: usize, radius: f64) -> Vec<(f64, f64)> {
    let edge = 1.0 + THICK * 0.7;
    let placed = (0..count).map(|ring| place(count, ring));
    placed.map(|(x, y)| between((x + edge) * radius, (y + edge) * radius)).collect()
}

/// The middle between four dots that is nearest: a circle around it has no single dot at its top.
pub(super) fn between(x: f64, y: f64) -> (f64, f64) {
    (x.floor() + 0.5, y.floor() + 0.5)
}

/// Half of how thick something thick is, in dots: never so thick that a small letter or ring fills
/// up.
pub(super) fn thick(radius: f64) -> f64 {
    (THICK * radius / 2.0).max(0.6)
}

/// An outer radius around the middle between four dots that leaves no short row of dots at the
/// ring's top.
fn trimmed(outer: f64) -> f64 {
    let top = (outer - 0.5).floor() + 0.5;
    let half_row = (outer * outer - top * top).max(0.0).sqrt();
    if half_row < outer * 0.3 && outer > 4.0 { top - 0.01 } else { outer }
}

/// Style of a ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ring {
    /// Its centre, in dots.
    pub centre: (f64, f64),
    /// Thick, or an outline.
    pub is_thick: bool,
    /// Its ink.
    pub ink: u8,
}

/// Draws `rings` of `radius` dots.
///
/// Of two rings that cross, the lower one lies over the upper at the crossing above, and under it
/// at the one below; the one that lies under is cut beside the other, so that the weave is seen
/// without colours.
pub(super) fn draw(dots: &mut Dots, rings: &[Ring], radius: f64) {
    let half = |ring: &Ring| if ring.is_thick { thick(radius) } else { 0.5 };
    let off = |(x, y): (f64, f64), (cx, cy): (f64, f64)| ((x - cx).hypot(y - cy) - radius).abs();
    for ring in rings {
        let (outer, (cx, cy)) = (trimmed(radius + half(ring)), ring.centre);
        let reach = outer.ceil() as i32 + 1;
        for y in cy as i32 - reach..=cy as i32 + reach {
            for x in cx as i32 - reach..=cx as i32 + reach {
                let dot = (f64::from(x), f64::from(y));
                if off(dot, ring.centre) > half(ring) || (dot.0 - cx).hypot(dot.1 - cy) > outer {
                    continue;
                }
                let is_over = |other: &Ring| {
                    // An outline never cuts a ring that is there.
                    if ring.is_thick && !other.is_thick {
                        return false;
                    }
                    let is_at_top = dot.1 < (cy + other.centre.1) / 2.0;
                    let is_upper = cy < other.centre.1;
                    let gap = half(other) + (radius / 12.0).clamp(1.0, 2.0);
                    (cy - other.centre.1).abs() > 0.5
                        && is_at_top == is_upper
                        && off(dot, other.centre) <= gap
                };
                if radius < WOVEN_MIN || !rings.iter().any(is_over) {
                    dots.dot(x, y, ring.ink);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_stand_as_the_charter_has_them() {
        let places: Vec<_> = (0..5).map(|ring| place(5, ring)).collect();
        assert_eq!(places, [(0.0, 0.0), (2.5, 0.0), (5.0, 0.0), (1.25, 1.1), (3.75, 1.1)]);
    }

    #[test]
    fn neighbours_cross_and_nobody_else() {
        for count in 1..12 {
            for (a, b) in (0..count).flat_map(|a| (0..a).map(move |b| (a, b))) {
                let (p, q) = (place(count, a), place(count, b));
                let apart = (p.0 - q.0).hypot(p.1 - q.1);
                let are_neighbours = p.1 != q.1 && (p.0 - q.0).abs() < PITCH;
                assert_eq!(apart < 2.0, are_neighbours, "{a} and {b} of {count}");
            }
        }
    }
}
