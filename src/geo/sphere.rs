//! The earth as a sphere: how far apart two places are, and what lies between them on the shortest
//! way.
//!
//! A sphere is wrong by half a percent at most, which is what a caller's kilometres may be wrong
//! by.

use super::Place;

/// The mean radius of the earth in kilometres (IUGG: (2a + b) / 3 of the reference ellipsoid GRS
/// 80; Moritz, "Geodetic Reference System 1980").
pub const RADIUS_KM: f64 = 6371.0088;

/// A place as a point of the unit sphere.
pub(super) type Vector = [f64; 3];

/// The length of the shortest way between two places in kilometres.
///
/// By the haversine (Sinnott, "Virtues of the Haversine", Sky and Telescope 68, 1984), which stays
/// exact for neighbours.
pub fn distance_km(a: Place, b: Place) -> f64 {
    angle(a, b) * RADIUS_KM
}

/// The angle between two places, in radians, 0 to π.
pub(super) fn angle(a: Place, b: Place) -> f64 {
    let half = |from: f64, to: f64| ((to - from).to_radians() / 2.0).sin().powi(2);
    let cosines = a.latitude.to_radians().cos() * b.latitude.to_radians().cos();
    let haversine = half(a.latitude, b.latitude) + cosines * half(a.longitude, b.longitude);
    2.0 * haversine.clamp(0.0, 1.0).sqrt().asin()
}

/// The place at a part, 0 to 1, of the great circle from `a` to `b`. Between antipodes, where every
/// way is as short, it goes over the north pole, or from pole to pole along the meridian of `a`.
///
/// By spherical linear interpolation (Shoemake, "Animating Rotation with Quaternion Curves", 1985).
pub fn between(a: Place, b: Place, part: f64) -> Place {
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let angle = angle(a, b);
    let sine = angle.sin();
    if angle < 1e-12 {
        return a;
    }
    if sine < 1e-9 {
        return over_a_pole(a, part);
    }
    let (from, to) = (vector(a), vector(b));
    let (f, t) = (((1.0 - part) * angle).sin() / sine, (part * angle).sin() / sine);
    place([0, 1, 2].map(|axis| from[axis] * f + to[axis] * t))
}

/// Half way round the earth from `a`, northwards, unless that is where one is.
fn over_a_pole(a: Place, part: f64) -> Place {
    if a.latitude > 89.999_999 {
        return Place::new(90.0 - 180.0 * part, a.longitude);
    }
    let latitude = a.latitude + 180.0 * part;
    if latitude <= 90.0 {
        Place::new(latitude, a.longitude)
    } else {
        Place::new(180.0 - latitude, a.longitude + 180.0)
    }
}

/// A place as a point of the unit sphere: x to 0° 0°, y to 0° 90° east, z to the north pole.
pub(super) fn vector(place: Place) -> Vector {
    let (latitude, longitude) = (place.latitude.to_radians(), place.longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

/// The place in the direction of a point; for the centre itself 0° 0°.
pub(super) fn place(point: Vector) -> Place {
    let [x, y, z] = point;
    Place::new(z.atan2(x.hypot(y)).to_degrees(), y.atan2(x).to_degrees())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Place = Place { latitude: 48.8584, longitude: 2.2945 };
    const LAX: Place = Place { latitude: 33.9416, longitude: -118.4085 };

    #[test]
    fn distances_are_those_of_the_books() {
        let quarter = RADIUS_KM * std::f64::consts::FRAC_PI_2;
        for (from, to, km, part) in [
            (PARIS, LAX, 9085.0, 0.005),
            // The quarter meridian of GRS 80 is 10,001.966 km; the sphere's is 10,007.557.
            (Place::new(0.0, 7.0), Place::new(90.0, 0.0), 10_001.966, 0.001),
            (Place::new(0.0, 7.0), Place::new(90.0, 0.0), quarter, 1e-9),
            (Place::new(12.0, 30.0), Place::new(-12.0, -150.0), 2.0 * quarter, 1e-9),
            // One degree of a meridian: 60 nautical miles of 1852 m, give or take the sphere.
            (Place::new(10.0, 179.5), Place::new(11.0, 179.5), 111.12, 0.002),
            // Across the date line: one degree of the equator (WGS 84: 111.320 km).
            (Place::new(0.0, 179.5), Place::new(0.0, -179.5), 111.32, 0.002),
            // London Heathrow to New York JFK: 5,540 km, and Sydney to Santiago: 11,340 km (Great
            // Circle Mapper).
            (Place::new(51.4706, -0.4619), Place::new(40.6398, -73.7789), 5540.0, 0.005),
            (Place::new(-33.9461, 151.1772), Place::new(-33.3930, -70.7858), 11_340.0, 0.005),
            (PARIS, PARIS, 0.0, 0.0),
        ] {
            let found = distance_km(from, to);
            assert!((found - km).abs() <= km * part, "{from:?} to {to:?}: {found:.1} km, not {km}");
        }
    }

    /// The latitude of the great circle through `a` and `b` at a meridian, by the formula of
    /// navigators (Williams, "Aviation Formulary", latitude of a point on a great circle).
    fn latitude_at(a: Place, b: Place, longitude: f64) -> f64 {
        let [lat1, lon1, lat2, lon2, lon] =
            [a.latitude, a.longitude, b.latitude, b.longitude, longitude].map(f64::to_radians);
        let above = lat1.sin() * lat2.cos() * (lon - lon2).sin()
            - lat2.sin() * lat1.cos() * (lon - lon1).sin();
        (above / (lat1.cos() * lat2.cos() * (lon1 - lon2).sin())).atan().to_degrees()
    }

    #[test]
    fn paris_to_los_angeles_goes_over_greenland_and_canada() {
        for step in 1..200 {
            let at = between(PARIS, LAX, f64::from(step) / 200.0);
            let expected = latitude_at(PARIS, LAX, at.longitude);
            assert!((at.latitude - expected).abs() < 1e-6, "{at:?}, not {expected}");
        }
        // Greenland's southern tip, Cape Farewell, lies at 59.8° N; at 45° W it is land from 60.1°
        // N.
        assert!((60.1..65.0).contains(&latitude_at(PARIS, LAX, -45.0)));
        // The north of Quebec at 75° W: from the tree line to Cape Wolstenholme at 62.6° N.
        assert!((55.0..62.6).contains(&latitude_at(PARIS, LAX, -75.0)));
        // At 100° W Canada reaches from the 49th parallel to the Queen Maud Gulf, 67.8° N.
        assert!((49.0..67.8).contains(&latitude_at(PARIS, LAX, -100.0)));
    }

    #[test]
    fn what_has_no_one_way_has_a_defined_one() {
        let (a, b) = (Place::new(20.0, 30.0), Place::new(-20.0, -150.0));
        for (part, latitude) in [(0.0, 20.0), (0.25, 65.0), (0.5, 70.0), (1.0, -20.0)] {
            assert!(
                (between(a, b, part).latitude - latitude).abs() < 1e-6,
                "{:?}",
                between(a, b, part)
            );
        }
        let (north, south) = (Place::new(90.0, 0.0), Place::new(-90.0, 40.0));
        assert!((between(north, south, 0.5).latitude).abs() < 1e-6);
        assert_eq!(between(PARIS, PARIS, 0.7), PARIS);
        assert_eq!(between(PARIS, LAX, f64::NAN), between(PARIS, LAX, 0.0));
    }

    #[test]
    fn halves_are_equal_also_across_the_date_line() {
        let (tokyo, lax) = (Place::new(35.6762, 139.6503), LAX);
        let middle = between(tokyo, lax, 0.5);
        assert!((distance_km(tokyo, middle) - distance_km(middle, lax)).abs() < 1e-6);
        assert!(middle.longitude < -150.0 && middle.latitude > 40.0, "{middle:?}");
    }
}
