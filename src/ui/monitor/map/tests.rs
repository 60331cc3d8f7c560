//! Where places, ways, land and labels of the map lie, computed in another way; and that no route
//! is too odd for it.

use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::geo::Place;
use crate::show::RoutePoint;

fn point(name: &str, latitude: f64, longitude: f64) -> RoutePoint {
    let name = (!name.is_empty()).then(|| name.to_owned());
    RoutePoint { name, latitude, longitude, height_m: None }
}

fn sheet(points: &[(&str, f64, f64)], columns: u16, rows: u16) -> MapSheet {
    let route: Vec<RoutePoint> = points
        .iter()
        .map(|&(name, latitude, longitude)| point(name, latitude, longitude))
        .collect();
    MapSheet::new(&route, Rect::new(3, 2, columns, rows))
}

const TOKYO: (&str, f64, f64) = ("Tokyo", 35.6762, 139.6503);
const LAX: (&str, f64, f64) = ("Los Angeles", 33.9416, -118.4085);
const EIFFEL: (&str, f64, f64) = ("Eiffel Tower", 48.8584, 2.2945);
const SYDNEY: (&str, f64, f64) = ("Sydney", -33.8688, 151.2093);
const HELSINKI: (&str, f64, f64) = ("Helsinki", 60.1699, 24.9384);
const CAPE_TOWN: (&str, f64, f64) = ("Cape Town", -33.9249, 18.4241);

/// Where a place must be if `a` and `b` are right: both axes are straight lines through them, of
/// the longitude and of `up`, which says how high a latitude lies.
fn expected(sheet: &MapSheet, a: Place, b: Place, place: Place, up: fn(f64) -> f64) -> (f64, f64) {
    let ((ax, ay), (bx, by)) = (sheet.fit.dot(a), sheet.fit.dot(b));
    let across = (place.longitude - a.longitude) / (b.longitude - a.longitude);
    let down = (up(place.latitude) - up(a.latitude)) / (up(b.latitude) - up(a.latitude));
    (ax + (bx - ax) * across, ay + (by - ay) * down)
}

fn is_there(sheet: &MapSheet, place: Place, (x, y): (f64, f64), label: &str) {
    let (column, row) = cell_of(&sheet.fit, sheet.field, place);
    let (wanted_column, wanted_row) = (3.0 + x / 2.0, 2.0 + y / 4.0);
    let off = (f64::from(column) + 0.5 - wanted_column, f64::from(row) + 0.5 - wanted_row);
    assert!(
        off.0.abs() <= 1.0 && off.1.abs() <= 1.0,
        "{label} is at {column},{row}, off by {off:?}"
    );
}

#[test]
fn cities_are_where_they_belong_in_a_street_a_continent_and_the_world() {
    let flat: fn(f64) -> f64 = |latitude| latitude;
    let miller: fn(f64) -> f64 = |latitude| 1.25 * (45.0 + 0.4 * latitude).to_radians().tan().ln();
    let ride = [("Stade de France", 48.9245, 2.3602), ("Champ de Mars", 48.8556, 2.2986)];
    let europe = [("Lisbon", 38.7223, -9.1393), ("Berlin", 52.52, 13.405)];
    let world = [
        ("Los Angeles", 34.0522, -118.2437),
        SYDNEY,
        ("Los Angeles", 34.0522, -118.2437),
        CAPE_TOWN,
        HELSINKI,
    ];
    type Case<'a> = (&'a [(&'a str, f64, f64)], fn(f64) -> f64, &'a [(&'a str, f64, f64)]);
    let cases: [Case; 3] = [
        (&ride, flat, &[("Opéra", 48.8709, 2.3318), ("Place de Clichy", 48.8836, 2.3274)]),
        (
            &europe,
            flat,
            &[("Paris", 48.8566, 2.3522), ("Madrid", 40.4168, -3.7038), ("Rome", 41.9028, 12.4964)],
        ),
        (&world, miller, &[("Paris", 48.8566, 2.3522), ("Rio de Janeiro", -22.9068, -43.1729)]),
    ];
    for (route, up, cities) in cases {
        for (columns, rows) in [(78, 14), (64, 10), (198, 48)] {
            let sheet = sheet(route, columns, rows);
            let place =
                |&(_, latitude, longitude): &(&str, f64, f64)| Place::new(latitude, longitude);
            let (a, b) = (place(&route[0]), place(route.last().unwrap()));
            for city in cities {
                is_there(&sheet, place(city), expected(&sheet, a, b, place(city), up), city.0);
            }
        }
    }
}

#[test]
fn a_street_is_as_long_across_as_it_is_down() {
    // 0.0689° of a meridian are 7.66 km; 0.0616° of the parallel of 48.89° are 4.50 km.
    let sheet =
        sheet(&[("Stade de France", 48.9245, 2.3602), ("Champ de Mars", 48.8556, 2.2986)], 78, 20);
    let ((ax, ay), (bx, by)) =
        (sheet.fit.dot(Place::new(48.9245, 2.3602)), sheet.fit.dot(Place::new(48.8556, 2.2986)));
    let shape = (by - ay) / (ax - bx);
    assert!((shape - 7.66 / 4.50).abs() < 0.02, "{shape}");
}

#[test]
fn land_is_land_and_water_is_water() {
    for (columns, rows) in [(64, 10), (198, 48)] {
        let sheet = sheet(&[EIFFEL, LAX], columns, rows);
        let is_land = |latitude, longitude| {
            let (x, y) = sheet.fit.dot(Place::new(latitude, longitude));
            sheet.land.contains(&(3 + (x / 2.0) as u16, 2 + (y / 4.0) as u16))
        };
        // Kansas, Manitoba, Quebec, France; then the ocean south of Greenland, off New York and off
        // California.
        for (latitude, longitude) in [(38.5, -98.0), (53.0, -97.0), (52.0, -72.0), (46.8, 2.5)] {
            assert!(is_land(latitude, longitude), "{latitude} {longitude}");
        }
        for (latitude, longitude) in [(52.0, -38.0), (40.0, -60.0), (36.0, -128.0)] {
            assert!(!is_land(latitude, longitude), "{latitude} {longitude}");
        }
    }
}

#[test]
fn a_way_is_one_line_across_the_date_line_and_over_the_pole() {
    let oslo = ("Oslo", 59.9139, 10.7522);
    let anchorage = ("Anchorage", 61.2181, -149.9003);
    for route in
        [[TOKYO, LAX], [LAX, TOKYO], [oslo, anchorage], [SYDNEY, ("Santiago", -33.4489, -70.6693)]]
    {
        let sheet = sheet(&route, 118, 30);
        let places: Vec<Place> = sheet.way.samples().iter().map(|spot| spot.place).collect();
        let lines = sheet.fit.trace(&places);
        assert_eq!(lines.len(), 1, "{route:?}");
        let long =
            lines[0].windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1));
        assert!(long.fold(0.0, f64::max) < 16.0, "{route:?} jumps");
    }
}

#[test]
fn the_marker_goes_from_cell_to_neighbouring_cell() {
    let sheet = sheet(&[EIFFEL, LAX], 118, 30);
    let mut last = cell_of(&sheet.fit, sheet.field, sheet.way.at(0.0).unwrap().place);
    for step in 1..=1400 {
        let at =
            cell_of(&sheet.fit, sheet.field, sheet.way.at(f64::from(step) / 1400.0).unwrap().place);
        assert!(at.0.abs_diff(last.0) <= 1 && at.1.abs_diff(last.1) <= 1, "{last:?} to {at:?}");
        last = at;
    }
}

#[test]
fn a_sheet_is_kept_for_its_own_route_and_field_alone() {
    let route = |places: [(&str, f64, f64); 2]| {
        places.map(|(name, north, east)| point(name, north, east)).to_vec()
    };
    let (there, elsewhere) = (route([EIFFEL, LAX]), route([EIFFEL, TOKYO]));
    let (field, aside) = (Rect::new(3, 2, 78, 14), Rect::new(4, 2, 78, 14));
    let kept = sheet::of(&there, field);
    assert!(Rc::ptr_eq(&kept, &sheet::of(&there, field)), "computed once");
    for (route, field) in [(&elsewhere, field), (&there, aside), (&there, field)] {
        let (found, fresh) = (sheet::of(route, field), MapSheet::new(route, field));
        assert_eq!((found.field, found.way.length_km()), (field, fresh.way.length_km()));
        assert_eq!(
            (&found.labels, &found.signs, &found.land),
            (&fresh.labels, &fresh.signs, &fresh.land)
        );
    }
}

#[test]
fn the_ends_and_the_stops_of_the_ride_are_named() {
    let stops = [
        ("Stade de France", 48.9245, 2.3602),
        ("Porte de la Chapelle", 48.8978, 2.3590),
        ("Place de Clichy", 48.8836, 2.3274),
        ("Opéra", 48.8709, 2.3318),
        ("Champ de Mars", 48.8556, 2.2986),
    ];
    for (columns, rows) in [(64, 6), (78, 14), (198, 48)] {
        let sheet = sheet(&stops, columns, rows);
        let named: Vec<&str> = sheet.labels.iter().map(|label| label.text.trim()).collect();
        for (name, ..) in stops {
            assert!(named.contains(&name), "{columns}×{rows}: {named:?}");
        }
        let aside = named.iter().filter(|name| !stops.iter().any(|stop| stop.0 == **name)).count();
        assert!(
            aside <= usize::from(columns * rows) / 160 && (aside >= 8 || rows < 40),
            "{named:?}"
        );
    }
}

#[test]
fn kilometres_are_written_as_people_read_them() {
    for (km, of_km, words) in [
        (0.0, 9085.0, "0"),
        (999.4, 9085.0, "999"),
        (4210.2, 9085.0, "4,210"),
        (80_209.0, 80_209.0, "80,209"),
        (5.04, 11.2, "5.0"),
        (1_234_567.0, 2e6, "1,234,567"),
    ] {
        assert_eq!(kilometres(km, of_km), words);
    }
}

#[test]
fn the_scale_is_true() {
    // 0.1° of a meridian is 11.12 km.
    let sheet = sheet(&[("A", 48.9, 2.3), ("B", 48.8, 2.3)], 100, 30);
    let down = sheet.fit.dot(Place::new(48.8, 2.3)).1 - sheet.fit.dot(Place::new(48.9, 2.3)).1;
    let bar = scale(&sheet.fit, 100).unwrap();
    let km: f64 = bar.rsplit_once('┤').unwrap().1.trim().trim_end_matches(" km").parse().unwrap();
    let cells = bar.chars().take_while(|&symbol| symbol != '┤').count() + 1;
    let dots_in_km = down / 11.12;
    assert!(
        (cells as f64 * 2.0 - km * dots_in_km).abs() <= 1.5,
        "{bar}: {dots_in_km} dots in a km"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn any_route_draws_at_any_size(
        places in prop::collection::vec((-90.0..=90.0_f64, -180.0..=180.0_f64, "[a-zé東]{0,12}"), 1..12),
        around in prop::option::of((-90.0..=90.0_f64, -180.0..=180.0_f64, 1e-7..3.0_f64)),
        columns in 1..230_u16,
        rows in 1..70_u16,
    ) {
        // Half of them within a street or a country.
        let near = |(latitude, longitude, _): &(f64, f64, String)| match around {
            Some((north, east, wide)) => {
                ((north + latitude / 90.0 * wide).clamp(-90.0, 90.0), (east + longitude / 90.0 * wide).clamp(-180.0, 180.0))
            }
            None => (*latitude, *longitude),
        };
        let route: Vec<RoutePoint> = places.iter().map(|place| point(&place.2, near(place).0, near(place).1)).collect();
        let field = Rect::new(5, 4, columns, rows);
        let sheet = MapSheet::new(&route, field);
        for part in [0.0, 0.3, 0.7, 1.0] {
            let place = sheet.way.at(part).unwrap().place;
            let (x, y) = sheet.fit.dot(place);
            prop_assert!((-1.0..=f64::from(columns) * 2.0 + 1.0).contains(&x), "{x} of {columns} columns");
            prop_assert!((-1.0..=f64::from(rows) * 4.0 + 1.0).contains(&y), "{y} of {rows} rows");
            let at = cell_of(&sheet.fit, field, place);
            prop_assert!(field.contains(at.into()));
        }
        let mut taken = std::collections::HashSet::new();
        for label in &sheet.labels {
            let name = label.text.trim();
            let from = label.x + (text::width(&label.text) - text::width(label.text.trim_start())) as u16;
            for x in from..from + text::width(name) as u16 {
                prop_assert!(field.contains((x, label.y).into()), "{name} is outside");
                prop_assert!(taken.insert((x, label.y)), "{name} covers another name");
            }
        }
        for sign in &sheet.signs {
            prop_assert!(!taken.contains(&(sign.x, sign.y)), "a name covers a sign");
        }
    }
}

/// A route of named places near each other, where names have little room.
fn crowded() -> impl Strategy<Value = Vec<RoutePoint>> {
    let place =
        ("[A-Z][a-zé ]{2,18}[a-z]", -0.06..0.06_f64, -0.09..0.09_f64, prop::bool::weighted(0.8));
    prop::collection::vec(place, 2..14).prop_map(|places| {
        let named = places.into_iter().map(|(name, north, east, has_name)| {
            point(if has_name { &name } else { "" }, 48.87 + north, 2.33 + east)
        });
        named.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_name_ever_touches_another_or_a_sign_or_the_way(route in crowded(), columns in 20_u16..150, rows in 5_u16..50) {
        let sheet = MapSheet::new(&route, Rect::new(3, 2, columns, rows));
        let field = sheet.field;
        let mut cells = std::collections::HashMap::new();
        for (at, label) in sheet.labels.iter().enumerate() {
            let name = label.text.trim();
            let lead = (label.text.len() - label.text.trim_start().len()) as u16;
            let from = label.x + lead;
            for x in from..from + text::width(name) as u16 {
                prop_assert!(x >= field.x && x < field.right() && label.y >= field.y && label.y < field.bottom());
                prop_assert!(cells.insert((x, label.y), at).is_none(), "{name} lies on another name");
            }
        }
        for (&(x, y), at) in &cells {
            let beside = cells.get(&(x + 1, y));
            prop_assert!(beside.is_none_or(|other| other == at), "two names touch in row {y}");
        }
        for sign in &sheet.signs {
            prop_assert!(!cells.contains_key(&(sign.x, sign.y)), "a name lies on the sign at {},{}", sign.x, sign.y);
        }
        for done in 0..=200 {
            let Some(at) = sheet.way.at(f64::from(done) / 200.0) else { continue };
            let under = cells.get(&cell_of(&sheet.fit, field, at.place)).and_then(|&at| sheet.labels.get(at));
            let is_end = |label: &labels::Label| label.rank == Rank::End;
            prop_assert!(under.is_none_or(is_end), "the marker runs over a name");
        }
    }
}
