//! The built-in maps read, against what is known of places by other means.

use super::*;
use crate::geo::distance_km;

fn chart(name: &str) -> &'static Chart {
    charts().iter().find(|chart| chart.name == name).unwrap()
}

/// How far a place is from the nearest stretch of a line, in metres; flat, which is right for a
/// city.
fn off_m(outline: &MapLine, place: Place) -> f64 {
    let shrink = place.latitude.to_radians().cos();
    let flat = |at: Place| {
        let (x, y) = ((at.longitude - place.longitude) * shrink, at.latitude - place.latitude);
        (x * 111_195.0, y * 111_195.0)
    };
    let stretch = |pair: &[Place]| {
        let ((ax, ay), (bx, by)) = (flat(pair[0]), flat(pair[1]));
        let (dx, dy) = (bx - ax, by - ay);
        let part = (-(ax * dx + ay * dy) / (dx * dx + dy * dy).max(1e-9)).clamp(0.0, 1.0);
        (ax + dx * part).hypot(ay + dy * part)
    };
    outline.points.windows(2).map(stretch).fold(f64::MAX, f64::min)
}

#[test]
fn every_built_in_map_can_be_read() {
    for (name, text) in FILES {
        let chart = parse(name, text).unwrap_or_else(|fault| panic!("{fault}"));
        assert!(!chart.outlines.is_empty() && chart.from_km < chart.to_km, "{name}");
        assert!(
            text.starts_with("# ") && text.to_lowercase().contains("source"),
            "{name} names no source"
        );
    }
    assert_eq!(charts().len(), FILES.len());
}

#[test]
fn faults_name_their_line() {
    for (text, line, fault) in [
        ("scale 1", 1, "scale needs two extents"),
        ("# x\nland - 0 1,2", 2, "no colon before the points"),
        ("land - 0: 1,2 91,0", 1, "a point that is not on the earth"),
        ("land - 0: 1,2 x,0", 1, "not a number"),
        ("land - 0: 1,2", 1, "a line has two points or more"),
        ("\nsea - 0: 1,2 3,4", 2, "neither land, water, canal, road, place nor area"),
        ("place A: 1,2 3,4", 1, "a landmark has one point"),
        ("land -: 1,2 3,4", 1, "no width"),
    ] {
        assert_eq!(
            parse("test", text),
            Err(AtlasFault { map: "test".into(), line, fault }),
            "{text}"
        );
    }
}

#[test]
fn the_coasts_are_closed_and_never_jump() {
    let world = chart("world");
    let points: usize = world.outlines.iter().map(|outline| outline.points.len()).sum();
    assert!((5000..5300).contains(&points), "{points} points");
    let mut round_the_pole = 0;
    for outline in &world.outlines {
        let (first, last) = (outline.points[0], outline.points[outline.points.len() - 1]);
        // Antarctica ends a full turn from where it began: in the same place.
        round_the_pole += usize::from(first != last);
        assert!(distance_km(first, last) < 1.0, "{first:?} {last:?}");
        for pair in outline.points.windows(2) {
            assert!(distance_km(pair[0], pair[1]) < 420.0, "{pair:?}");
        }
    }
    assert_eq!(round_the_pole, 1);
}

/// Returns `true` if a place is inside an outline, by the crossings of a line to the south pole;
/// longitudes go on past 180.
fn is_inside(outline: &MapLine, place: Place) -> bool {
    let mut inside = false;
    for pair in outline.points.windows(2) {
        let from = super::super::turned(pair[0].longitude - place.longitude);
        let to = super::super::turned(pair[1].longitude - place.longitude);
        if (from - to).abs() < 180.0 && (from > 0.0) != (to > 0.0) {
            let latitude =
                pair[0].latitude + (pair[1].latitude - pair[0].latitude) * from / (from - to);
            inside ^= latitude < place.latitude;
        }
    }
    // What goes round the south pole has the pole inside.
    inside != (outline.points.first() != outline.points.last())
}

#[test]
fn cities_are_on_land_and_oceans_are_not() {
    let is_land = |latitude, longitude| {
        let at = Place::new(latitude, longitude);
        chart("world").outlines.iter().filter(|outline| is_inside(outline, at)).count() == 1
    };
    for (latitude, longitude) in [
        (48.86, 2.35),
        (52.5, 13.4),
        (55.75, 37.62),
        (39.9, 116.4),
        (-23.55, -46.63),
        (39.74, -104.99),
        (-25.3, 131.0),
        (72.0, -40.0),
        (0.3, 32.6),
        (66.0, -175.0),
        (-85.0, 30.0),
    ] {
        assert!(is_land(latitude, longitude), "{latitude} {longitude}");
    }
    for (latitude, longitude) in
        [(45.0, -30.0), (0.0, -150.0), (-40.0, 80.0), (80.0, -150.0), (43.3, 34.5), (58.5, 179.0)]
    {
        assert!(!is_land(latitude, longitude), "{latitude} {longitude}");
    }
}

#[test]
fn the_lines_of_paris_run_where_its_places_are() {
    let paris = chart("paris");
    let line = |name: &str| {
        paris.outlines.iter().find(|outline| outline.name.as_deref() == Some(name)).unwrap()
    };
    let near = |name: &str, latitude, longitude, metres: f64| {
        let off = off_m(line(name), Place::new(latitude, longitude));
        assert!(off <= metres, "{name} passes {latitude} {longitude} at {off:.0} m");
    };
    // The bridges of the show, as its file has them.
    for (latitude, longitude) in
        [(48.8447, 2.3656), (48.8571, 2.3413), (48.8637, 2.3136), (48.8597, 2.2927)]
    {
        near("Seine", latitude, longitude, 100.0);
    }
    // Bridges by their degrees, minutes and seconds: Suresnes, Levallois, Clichy, Saint-Ouen,
    // Épinay, Sèvres.
    let dms =
        |degrees: f64, minutes: f64, seconds: f64| degrees + minutes / 60.0 + seconds / 3600.0;
    for (latitude, longitude) in [
        (dms(48.0, 52.0, 1.0), dms(2.0, 13.0, 47.0)),
        (dms(48.0, 54.0, 1.0), dms(2.0, 16.0, 38.0)),
        (dms(48.0, 54.0, 35.0), dms(2.0, 17.0, 58.0)),
        (dms(48.0, 55.0, 7.0), dms(2.0, 19.0, 44.0)),
        (dms(48.0, 57.0, 0.0), dms(2.0, 18.0, 24.0)),
        (dms(48.0, 49.0, 31.0), dms(2.0, 13.0, 37.0)),
    ] {
        near("Seine", latitude, longitude, 150.0);
    }
    // The show's Porte de la Chapelle is the metro's station, a short walk inside the ring.
    near("Périphérique", 48.8978, 2.3590, 330.0);
    let ring = line("Périphérique");
    assert_eq!(ring.points.first(), ring.points.last());
    // The ring is 35.04 km long (Wikipedia); its corners are cut here.
    let km: f64 = ring.points.windows(2).map(|pair| distance_km(pair[0], pair[1])).sum();
    assert!((33.0..36.0).contains(&km), "{km:.1} km");
    for landmark in &paris.landmarks {
        let outside =
            ["Stade de France", "La Défense", "Bois de Boulogne"].contains(&landmark.name.as_str());
        assert_eq!(is_inside(ring, landmark.place), !outside, "{}", landmark.name);
    }
    // The river crosses the ring where it enters the city and where it leaves it.
    let inside: Vec<bool> = line("Seine").points.iter().map(|&at| is_inside(ring, at)).collect();
    assert_eq!(inside.windows(2).filter(|pair| pair[0] != pair[1]).count(), 2);
    // Of what lies between the river and the south pole: Montparnasse and Notre-Dame's left bank,
    // not the Louvre.
    let is_south = |latitude, longitude| is_inside(line("Seine"), Place::new(latitude, longitude));
    assert!(!is_south(48.8611, 2.3358) && is_south(48.8421, 2.3220) && is_south(48.8530, 2.3440));
}
