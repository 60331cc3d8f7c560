//! The field of a drawing: dots, addressed in units of the drawing's own.
//!
//! One unit is the height of the drawing. Points are counted from the middle of the ground: to the
//! right and up. Dots are as wide as they are high, so a circle is round.

use ratatui::layout::Rect;

use super::ink;
use crate::ui::dots::Dots;

/// A point, in units.
pub(super) type At = (f64, f64);

/// A field with its ground.
pub(super) struct Field {
    pub dots: Dots,
    /// Dots in a unit.
    unit: f64,
    /// The dots from the left of the middle, and from the top of the ground.
    middle: f64,
    ground: f64,
}

impl Field {
    /// An empty field over `area`; a row of dots or two below the ground is free.
    pub(super) fn new(area: Rect) -> Self {
        let dots = Dots::new(area);
        let (width, height) = (f64::from(dots.width()), f64::from(dots.height()));
        let ground = height - 3.0;
        Field { dots, unit: (ground - 1.0).max(4.0), middle: width / 2.0, ground }
    }

    /// Distance from the middle to either side, units.
    pub(super) fn half_width(&self) -> f64 {
        self.middle / self.unit
    }

    /// Size of a dot, units.
    pub(super) fn dot_size(&self) -> f64 {
        1.0 / self.unit
    }

    /// The dots from the left and from the top of a point.
    pub(super) fn place(&self, (x, y): At) -> At {
        (self.middle + x * self.unit, self.ground - y * self.unit)
    }

    /// The ground over the whole width.
    pub(super) fn ground(&mut self) {
        let y = self.ground as i32 + 1;
        (0..self.dots.width()).for_each(|x| self.dots.dot(x, y, ink::FAINT));
    }

    /// One dot.
    pub(super) fn dot(&mut self, at: At, ink: u8) {
        let (x, y) = self.place(at);
        self.dots.dot(x.round() as i32, y.round() as i32, ink);
    }

    /// A line one dot wide.
    pub(super) fn line(&mut self, from: At, to: At, ink: u8) {
        let (from, to) = (self.place(from), self.place(to));
        self.dots.line(from, to, ink);
    }

    /// Lines from point to point.
    pub(super) fn path(&mut self, points: &[At], ink: u8) {
        for pair in points.windows(2) {
            let &[from, to] = pair else { continue };
            self.line(from, to, ink);
        }
    }

    /// A filled circle of a radius in units, at least one dot.
    pub(super) fn disc(&mut self, at: At, radius: f64, ink: u8) {
        let ((cx, cy), radius) = (self.place(at), (radius * self.unit).max(0.5));
        let reach = radius.ceil() as i32;
        let (x, y) = (cx.round() as i32, cy.round() as i32);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                if f64::from(dx).hypot(f64::from(dy)) <= radius {
                    self.dots.dot(x + dx, y + dy, ink);
                }
            }
        }
    }

    /// A line as thick as a circle of this radius.
    pub(super) fn thick(&mut self, from: At, to: At, radius: f64, ink: u8) {
        let long = (to.0 - from.0).hypot(to.1 - from.1);
        let steps = (long * self.unit).ceil().clamp(1.0, 2000.0);
        for step in 0..=steps as i32 {
            let part = f64::from(step) / steps;
            self.disc(
                (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part),
                radius,
                ink,
            );
        }
    }

    /// Everything between two heights, row by row: `edges` gives the left and the right edge at a
    /// height.
    pub(super) fn rows(
        &mut self,
        (low, high): (f64, f64),
        edges: impl Fn(f64) -> (f64, f64),
        ink: u8,
    ) {
        let mut y = low;
        while y <= high {
            let (left, right) = edges(y);
            self.line((left, y), (right, y), ink);
            y += self.dot_size();
        }
    }
}
