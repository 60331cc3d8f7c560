//! Map projections: three of them, and the choice of the one that suits an extent.
//!
//! | extent | projection | why |
//! |---|---|---|
//! | a street to a country | equirectangular, true at its middle latitude | shapes and directions as one knows them |
//! | an ocean to the world | Miller's cylindrical | north is up everywhere, and great circles are seen to arch |
//! | about a pole | azimuthal equidistant | nothing is torn, and ways over the pole are straight |
//!
//! Formulas: Snyder, "Map Projections: A Working Manual", USGS Professional Paper 1395, 1987.

use std::f64::consts::{FRAC_PI_4, PI, TAU};

use super::sphere::{angle, place, vector};
use super::{Place, turned};

/// The widest extent that is drawn as if the earth were flat, in degrees of arc.
const FLAT_MAX: f64 = 24.0;
/// The latitude beyond which cylinders stretch too much.
const POLAR_FROM: f64 = 76.0;
/// The farthest from its centre that the azimuthal projection serves, in degrees of arc.
const AZIMUTHAL_MAX: f64 = 110.0;

/// A projection; what it yields is in radians of arc, x to the east and y to the north of its
/// centre.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Projection {
    /// Equirectangular, true to scale at the latitude of its centre (p. 91).
    Flat {
        /// Place at which both coordinates are 0.
        centre: Place,
    },
    /// Miller's cylindrical (p. 88), with y measured from the equator.
    Miller {
        /// The meridian in the middle, degrees east.
        longitude: f64,
    },
    /// Azimuthal equidistant (p. 195).
    Azimuthal {
        /// Place at which both coordinates are 0.
        centre: Place,
    },
}

impl Projection {
    /// The projection that suits these places, which are near enough to each other to show where a
    /// way runs.
    pub fn suiting(places: &[Place]) -> Self {
        let (west, east) = arc(places);
        let longitude = turned((west + east) / 2.0);
        let (south, north) = latitudes(places);
        let centre = Place::new((south + north) / 2.0, longitude);
        let wide = (east - west) * centre.latitude.to_radians().cos();
        let polar = north > POLAR_FROM || south < -POLAR_FROM;
        if polar && let Some(centre) = middle(places) {
            return Projection::Azimuthal { centre };
        }
        if wide <= FLAT_MAX && north - south <= FLAT_MAX && !polar {
            return Projection::Flat { centre };
        }
        Projection::Miller { longitude }
    }

    /// Projects a place. The longitude is taken as the shorter way from the centre.
    pub fn forward(&self, place: Place) -> (f64, f64) {
        match *self {
            Projection::Flat { centre } | Projection::Azimuthal { centre } => {
                self.unrolled(place.latitude, turned(place.longitude - centre.longitude))
            }
            Projection::Miller { longitude } => {
                self.unrolled(place.latitude, turned(place.longitude - longitude))
            }
        }
    }

    /// Projects the place at this many degrees east of the centre's meridian, even more than once
    /// round: an outline across the map's edge goes on beyond it instead of jumping to the other
    /// side.
    pub fn unrolled(&self, latitude: f64, east: f64) -> (f64, f64) {
        match *self {
            Projection::Flat { centre } => {
                let x = east.to_radians() * centre.latitude.to_radians().cos();
                (x, (latitude - centre.latitude).to_radians())
            }
            Projection::Miller { .. } => {
                (east.to_radians(), 1.25 * (FRAC_PI_4 + 0.4 * latitude.to_radians()).tan().ln())
            }
            Projection::Azimuthal { centre } => {
                let (latitude, east) = (latitude.to_radians(), east.to_radians());
                let (sine, cosine) = centre.latitude.to_radians().sin_cos();
                let cos_c =
                    (sine * latitude.sin() + cosine * latitude.cos() * east.cos()).clamp(-1.0, 1.0);
                let c = cos_c.acos();
                let k = if c < 1e-9 { 1.0 } else { c / c.sin().max(1e-9) };
                let x = k * latitude.cos() * east.sin();
                let y = k * (cosine * latitude.sin() - sine * latitude.cos() * east.cos());
                // At the antipode every direction is as good.
                if cos_c <= -1.0 + 1e-12 { (0.0, PI) } else { (x, y) }
            }
        }
    }

    /// The place at a point; nothing beyond the edge of the world.
    pub fn inverse(&self, (x, y): (f64, f64)) -> Option<Place> {
        match *self {
            Projection::Flat { centre } => {
                let latitude = centre.latitude + y.to_degrees();
                let east = (x / centre.latitude.to_radians().cos().max(1e-9)).to_degrees();
                let on_earth = latitude.abs() <= 90.0 && east.abs() <= 180.0;
                on_earth.then(|| Place::new(latitude, centre.longitude + east))
            }
            Projection::Miller { longitude } => {
                let latitude = (2.5 * ((0.8 * y).exp().atan() - FRAC_PI_4)).to_degrees();
                let on_earth = latitude.abs() <= 90.0 && x.abs() <= PI;
                on_earth.then(|| Place::new(latitude, longitude + x.to_degrees()))
            }
            Projection::Azimuthal { centre } => {
                let c = x.hypot(y);
                if c > PI {
                    return None;
                }
                if c < 1e-12 {
                    return Some(centre);
                }
                let (sine, cosine) = centre.latitude.to_radians().sin_cos();
                let latitude = (c.cos() * sine + y * c.sin() * cosine / c).clamp(-1.0, 1.0).asin();
                let east = (x * c.sin()).atan2(c * cosine * c.cos() - y * sine * c.sin());
                Some(Place::new(latitude.to_degrees(), centre.longitude + east.to_degrees()))
            }
        }
    }

    /// Distance between two copies of a place, for a projection that repeats itself to the east and
    /// west.
    pub fn period(&self) -> Option<f64> {
        match *self {
            Projection::Flat { centre } => Some(TAU * centre.latitude.to_radians().cos()),
            Projection::Miller { .. } => Some(TAU),
            Projection::Azimuthal { .. } => None,
        }
    }

    /// The meridian in the middle, degrees east.
    pub fn meridian(&self) -> f64 {
        match *self {
            Projection::Flat { centre } | Projection::Azimuthal { centre } => centre.longitude,
            Projection::Miller { longitude } => longitude,
        }
    }
}

/// The smallest stretch of longitudes, from west to east, that holds all places; the east is the
/// greater number, beyond 180 if it has to be.
fn arc(places: &[Place]) -> (f64, f64) {
    let mut all: Vec<f64> = places.iter().map(|place| place.longitude.rem_euclid(360.0)).collect();
    all.sort_by(f64::total_cmp);
    let (Some(&first), Some(&last)) = (all.first(), all.last()) else { return (0.0, 0.0) };
    // The widest gap is what the map leaves out; it may lie across the meridian at which the
    // sorting began.
    let mut widest = (first + 360.0 - last, first, last);
    for pair in all.windows(2) {
        let &[a, b] = pair else { continue };
        if b - a > widest.0 {
            widest = (b - a, b, a + 360.0);
        }
    }
    (widest.1, widest.2)
}

fn latitudes(places: &[Place]) -> (f64, f64) {
    let of = places.iter().map(|place| place.latitude);
    let (south, north) =
        of.fold((f64::MAX, f64::MIN), |(south, north), at| (south.min(at), north.max(at)));
    if south <= north { (south, north) } else { (0.0, 0.0) }
}

/// The middle of places about a pole, if they are near enough to it.
fn middle(places: &[Place]) -> Option<Place> {
    let mut sum = [0.0; 3];
    for point in places.iter().map(|&at| vector(at)) {
        (0..3).for_each(|axis| sum[axis] += point[axis]);
    }
    let long = sum.iter().map(|part| part * part).sum::<f64>().sqrt();
    let centre = (long > 1e-6 * places.len() as f64).then(|| place(sum))?;
    places.iter().all(|&at| angle(at, centre).to_degrees() <= AZIMUTHAL_MAX).then_some(centre)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Way;

    fn suiting(nodes: &[(f64, f64)]) -> Projection {
        let nodes: Vec<Place> =
            nodes.iter().map(|&(latitude, longitude)| Place::new(latitude, longitude)).collect();
        let samples: Vec<Place> =
            Way::new(&nodes).samples().iter().map(|spot| spot.place).collect();
        Projection::suiting(&samples)
    }

    const OSLO: (f64, f64) = (59.9139, 10.7522);
    const ANCHORAGE: (f64, f64) = (61.2181, -149.9003);

    #[test]
    fn the_extent_chooses() {
        let flat = suiting(&[(48.92, 2.36), (48.85, 2.30)]);
        assert!(
            matches!(flat, Projection::Flat { centre } if (centre.latitude - 48.885).abs() < 1e-9)
        );
        assert!(
            matches!(suiting(&[(48.86, 2.29), (33.94, -118.41)]), Projection::Miller { longitude }
            if (longitude + 58.0).abs() < 1.0)
        );
        // Tokyo to Los Angeles: the middle lies in the Pacific, east of the date line.
        assert!(
            matches!(suiting(&[(35.68, 139.65), (33.94, -118.41)]), Projection::Miller { longitude }
            if (longitude + 169.38).abs() < 1.0)
        );
        assert!(
            matches!(suiting(&[OSLO, ANCHORAGE]), Projection::Azimuthal { centre } if centre.latitude > 80.0)
        );
        assert!(matches!(
            suiting(&[(0.0, 0.0), (89.0, 0.0), (0.0, 120.0), (-50.0, -120.0)]),
            Projection::Miller { .. }
        ));
        // Fiji, across the date line, is still a country.
        assert!(matches!(suiting(&[(-17.8, 177.4), (-16.8, -179.9)]), Projection::Flat { centre }
            if (centre.longitude - 178.75).abs() < 1e-9));
    }

    #[test]
    fn miller_is_as_snyder_tabulates_it() {
        // USGS PP 1395, table 14, for a sphere of radius 1: 1.25 ln tan 81°, 69°, 63°, 57°, 47°.
        for (latitude, y) in
            [(90.0, 2.30341), (60.0, 1.19683), (45.0, 0.84284), (30.0, 0.53962), (5.0, 0.08734)]
        {
            let (_, found) =
                Projection::Miller { longitude: 0.0 }.forward(Place::new(latitude, 0.0));
            assert!((found - y).abs() < 2e-5, "{latitude}: {found}");
        }
    }

    #[test]
    fn the_azimuth_and_the_distance_from_the_centre_are_true() {
        let centre = Place::new(40.0, -100.0);
        let projection = Projection::Azimuthal { centre };
        for place in
            [Place::new(10.0, -60.0), Place::new(-39.0, 79.0), Place::new(90.0, 0.0), centre]
        {
            let (x, y) = projection.forward(place);
            assert!((x.hypot(y) - angle(centre, place)).abs() < 1e-6, "{place:?}");
        }
    }

    #[test]
    fn forward_and_inverse_undo_each_other() {
        let middles = [
            Place::new(48.9, 2.3),
            Place::new(0.0, 179.0),
            Place::new(-85.0, -30.0),
            Place::new(90.0, 10.0),
        ];
        for centre in middles {
            let wide = [
                Projection::Miller { longitude: centre.longitude },
                Projection::Azimuthal { centre },
            ];
            let flat = Projection::Flat { centre };
            for (north, east) in
                (-8..=8).flat_map(|north| (-17..=17).map(move |east| (north, east)))
            {
                let place = Place::new(f64::from(north) * 10.0, f64::from(east) * 10.0);
                for projection in wide {
                    let back = projection.inverse(projection.forward(place)).unwrap();
                    assert!(
                        angle(place, back) < 1e-6,
                        "{projection:?}: {place:?} comes back as {back:?}"
                    );
                }
                if centre.latitude.abs() < 80.0 {
                    assert!(angle(place, flat.inverse(flat.forward(place)).unwrap()) < 1e-6);
                }
            }
        }
        assert_eq!(Projection::Miller { longitude: 0.0 }.inverse((4.0, 0.0)), None);
    }
}
