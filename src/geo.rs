//! The earth as a map needs it: distances, ways along great circles, projections, and the lines of
//! the built-in maps.
//!
//! Pure values: no IO, no cells, and nothing of shows. Degrees for places, kilometres for
//! distances, and square dots for what a map is drawn in.
//!
//! ```text
//!  places ─► Way (legs, km) ─► samples ─► Fit (projection, scale) ─► dots
//!  assets/maps/*.txt ─► Chart (coasts, rivers, landmarks) ──┘
//! ```

pub mod atlas;
mod fit;
mod projection;
mod sphere;
mod way;

pub use fit::{Fit, Margin};
pub use projection::Projection;
pub use sphere::{RADIUS_KM, between, distance_km};
pub use way::{Spot, Way};

/// A place on the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees north, −90 to 90 (WGS 84).
    pub latitude: f64,
    /// Degrees east, −180 to 180 (WGS 84).
    pub longitude: f64,
}

impl Place {
    /// A place; a latitude beyond a pole is that pole's, a longitude goes round as often as it has
    /// to, and what is no number is 0.
    pub fn new(latitude: f64, longitude: f64) -> Self {
        let number = |degrees: f64| if degrees.is_finite() { degrees } else { 0.0 };
        Place {
            latitude: number(latitude).clamp(-90.0, 90.0),
            longitude: turned(number(longitude)),
        }
    }
}

/// A difference of longitudes as the shorter way round, −180 to 180.
pub(crate) fn turned(degrees: f64) -> f64 {
    if (-180.0..=180.0).contains(&degrees) {
        degrees
    } else {
        (degrees + 180.0).rem_euclid(360.0) - 180.0
    }
}
