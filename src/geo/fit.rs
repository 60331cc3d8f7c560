//! A projection on a field of square dots: the extent of a way grown to the shape of the field.
//!
//! ```text
//!  ┌──────────────────────────────┐
//!  │ margin: room for labels      │
//!  │   ┌──────────────────────┐   │   the field grows the extent, so that a kilometre is as long
//!  │   │ the way's own extent │   │   across as it is down
//!  │   └──────────────────────┘   │
//!  └──────────────────────────────┘
//! ```

use std::f64::consts::TAU;

use super::{Place, Projection, RADIUS_KM};

/// The shortest extent that is shown, in kilometres: what stands still has its street around it.
const EXTENT_MIN_KM: f64 = 0.4;
/// The most copies of a line to either side.
const COPIES_MAX: f64 = 16.0;

/// Number of dots at each edge that the way stays clear of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// Left and right.
    pub across: f64,
    /// Above and below.
    pub down: f64,
}

/// A map's measure: which place is which dot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    projection: Projection,
    /// Dots in a radian of arc.
    scale: f64,
    /// Middle of the field, projected.
    middle: (f64, f64),
    /// Width and height of the field, dots.
    size: (f64, f64),
}

impl Fit {
    /// The map of these places on a field of `width` by `height` dots. The places are to be near
    /// enough to each other to show where a way runs.
    pub fn new(places: &[Place], (width, height): (f64, f64), margin: Margin) -> Self {
        let projection = Projection::suiting(places);
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for (x, y) in places.iter().map(|&place| projection.forward(place)) {
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        if low.0 > high.0 {
            (low, high) = ((0.0, 0.0), (0.0, 0.0));
        }
        let least = EXTENT_MIN_KM / RADIUS_KM;
        let room = |all: f64, margin: f64| (all - 2.0 * margin).max(all / 2.0).max(1.0);
        let across = room(width, margin.across) / (high.0 - low.0).max(least);
        let down = room(height, margin.down) / (high.1 - low.1).max(least);
        let mut middle = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
        let scale = across.min(down);
        if matches!(projection, Projection::Miller { .. }) {
            // The world has a top and a bottom: what would be shown beyond one is better shown at
            // the other side.
            let top = projection.unrolled(84.0, 0.0).1.max(high.1).max(-low.1);
            let half = height / scale / 2.0;
            if half < top {
                middle.1 = middle.1.clamp(half - top, top - half);
            } else {
                middle.1 = 0.0;
            }
        }
        Fit { projection, scale, middle, size: (width, height) }
    }

    /// The dot of a place, counted from the left upper corner; it may lie outside the field.
    pub fn dot(&self, place: Place) -> (f64, f64) {
        self.on_field(self.projection.forward(place))
    }

    /// The place at a dot; nothing beyond the edge of the world.
    pub fn place(&self, (x, y): (f64, f64)) -> Option<Place> {
        let across = (x - self.size.0 / 2.0) / self.scale + self.middle.0;
        let up = self.middle.1 - (y - self.size.1 / 2.0) / self.scale;
        self.projection.inverse((across, up))
    }

    fn on_field(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = self.size.0 / 2.0 + (x - self.middle.0) * self.scale;
        (across, self.size.1 / 2.0 - (y - self.middle.1) * self.scale)
    }

    /// The projection.
    pub fn projection(&self) -> Projection {
        self.projection
    }

    /// Kilometres in a dot at the middle of the field; a cylinder stretches what is nearer to a
    /// pole.
    pub fn km_per_dot(&self) -> f64 {
        let stretch = match self.projection {
            Projection::Miller { .. } => self
                .projection
                .inverse((0.0, self.middle.1))
                .map_or(1.0, |middle| middle.latitude.to_radians().cos().max(0.05)),
            Projection::Flat { .. } | Projection::Azimuthal { .. } => 1.0,
        };
        RADIUS_KM * stretch / self.scale
    }

    /// The shorter side of what the field shows, in kilometres.
    pub fn shorter_km(&self) -> f64 {
        self.size.0.min(self.size.1) * self.km_per_dot()
    }

    /// A line over places as dots, with its copies on either side where the world repeats itself
    /// within the field. What cannot be drawn as a line (a stretch through the far side of an
    /// azimuthal map) divides it.
    pub fn trace(&self, places: &[Place]) -> Vec<Vec<(f64, f64)>> {
        let mut lines = vec![];
        let mut line: Vec<(f64, f64)> = vec![];
        let mut east: Option<f64> = None;
        let is_round = matches!(self.projection, Projection::Azimuthal { .. });
        for place in places {
            let turn = super::turned(place.longitude - self.projection.meridian());
            // The next point is on the nearer side of the one before, also where that is beyond the
            // map's edge.
            let on = east
                .map_or(turn, |before| before + super::turned((turn - before).rem_euclid(360.0)));
            east = Some(on);
            let point = self.projection.unrolled(place.latitude, on);
            if is_round && point.0.hypot(point.1) > 2.6 {
                lines.extend((line.len() > 1).then(|| std::mem::take(&mut line)));
                line.clear();
                continue;
            }
            line.push(self.on_field(point));
        }
        lines.extend((line.len() > 1).then_some(line));
        let Some(period) = self.projection.period().map(|period| period * self.scale) else {
            return lines;
        };
        let mut all = vec![];
        for line in lines {
            let (left, right) =
                line.iter().fold((f64::MAX, f64::MIN), |(l, r), dot| (l.min(dot.0), r.max(dot.0)));
            // A way that goes round the earth more than once comes back as often.
            let first = (-right / period).ceil().max(-COPIES_MAX) as i32;
            let last = ((self.size.0 - left) / period).floor().min(COPIES_MAX) as i32;
            for shift in (first..=last).map(|turn| f64::from(turn) * period) {
                all.push(line.iter().map(|dot| (dot.0 + shift, dot.1)).collect());
            }
        }
        all
    }

    /// [`Fit::trace`] within [`Fit::columns`]: what is drawn of a line, where no place may come
    /// twice.
    pub fn stretches(&self, places: &[Place]) -> Vec<Vec<(f64, f64)>> {
        let (left, right) = self.columns();
        let is_in = |dot: &(f64, f64)| (left - 0.5..=right + 0.5).contains(&dot.0);
        let lines = self.trace(places);
        let is_world = matches!(self.projection, Projection::Miller { .. });
        if !is_world {
            return lines;
        }
        let cut = |line: Vec<(f64, f64)>| {
            line.split(|dot| !is_in(dot)).map(<[_]>::to_vec).collect::<Vec<_>>()
        };
        lines.into_iter().flat_map(cut).filter(|line| line.len() > 1).collect()
    }

    /// The columns, in dots, between which there is a world: a cylinder is drawn once.
    pub fn columns(&self) -> (f64, f64) {
        match self.projection {
            Projection::Miller { .. } => {
                let left = self.size.0 / 2.0 + (-TAU / 2.0 - self.middle.0) * self.scale;
                (left.max(0.0), (left + TAU * self.scale).min(self.size.0))
            }
            Projection::Flat { .. } | Projection::Azimuthal { .. } => (0.0, self.size.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::{Way, distance_km};

    const MARGIN: Margin = Margin { across: 12.0, down: 6.0 };

    fn fit(nodes: &[(f64, f64)], size: (f64, f64)) -> (Fit, Way) {
        let nodes: Vec<Place> =
            nodes.iter().map(|&(latitude, longitude)| Place::new(latitude, longitude)).collect();
        let way = Way::new(&nodes);
        let samples: Vec<Place> = way.samples().iter().map(|spot| spot.place).collect();
        (Fit::new(&samples, size, MARGIN), way)
    }

    const ROUTES: [&[(f64, f64)]; 5] = [
        &[(48.9245, 2.3602), (48.8556, 2.2986)],
        &[(48.8584, 2.2945), (33.9416, -118.4085)],
        &[(35.6762, 139.6503), (33.9416, -118.4085)],
        &[(59.9139, 10.7522), (61.2181, -149.9003)],
        &[(37.98, 23.73), (-33.87, 151.21), (-33.92, 18.42), (34.05, -118.24), (60.17, 24.94)],
    ];

    #[test]
    fn a_way_lies_within_its_margins() {
        for route in ROUTES {
            for size in [(60.0, 20.0), (120.0, 48.0), (240.0, 160.0), (40.0, 200.0)] {
                let (fit, way) = fit(route, size);
                for spot in way.samples() {
                    let (x, y) = fit.dot(spot.place);
                    assert!(
                        (0.0..=size.0).contains(&x) && (0.0..=size.1).contains(&y),
                        "{route:?} {size:?} {x} {y}"
                    );
                }
            }
        }
    }

    #[test]
    fn dots_are_square_where_the_map_is_true() {
        let (fit, way) = fit(ROUTES[0], (200.0, 80.0));
        let from = way.samples()[0].place;
        let (x, y) = fit.dot(from);
        let north = fit.place((x, y - 10.0)).unwrap();
        let east = fit.place((x + 10.0, y)).unwrap();
        let (up, across) = (distance_km(from, north), distance_km(from, east));
        assert!((up / across - 1.0).abs() < 0.01, "{up} {across}");
        assert!((up - 10.0 * fit.km_per_dot()).abs() < 0.01 * up);
    }

    #[test]
    fn a_way_round_the_earth_is_drawn_as_often_as_it_goes_round() {
        for turns in 1..=5 {
            let nodes: Vec<(f64, f64)> =
                (0..=turns * 3).map(|third| (10.0, f64::from(third) * 120.0)).collect();
            let (fit, way) = fit(&nodes, (300.0, 160.0));
            let places: Vec<Place> = way.samples().iter().map(|spot| spot.place).collect();
            let (left, right) = fit.columns();
            let across = |line: &Vec<(f64, f64)>| {
                line.windows(2).map(|pair| pair[1].0 - pair[0].0).sum::<f64>()
            };
            let drawn = fit.stretches(&places).iter().map(across).sum::<f64>() / (right - left);
            // A stretch across the map's edge is left out.
            assert!(
                (drawn - f64::from(turns)).abs() < 0.02 * f64::from(turns + 1),
                "{turns} turns: {drawn} drawn"
            );
        }
    }

    #[test]
    fn a_line_across_the_edge_goes_on_at_the_other_side() {
        // Eastwards along 20° N over the edge of a map whose middle is 16° E, at 196° E.
        let (fit, _) = fit(ROUTES[4], (300.0, 160.0));
        let line: Vec<Place> = (150..=250).map(|east| Place::new(20.0, f64::from(east))).collect();
        let traced = fit.trace(&line);
        assert_eq!(traced.len(), 2, "once at either edge");
        let drawn = fit.stretches(&line);
        let points = drawn.iter().map(Vec::len).sum::<usize>();
        assert!((60..=line.len()).contains(&points), "no point twice: {points}");
        for dots in &traced {
            assert!(
                dots.windows(2).all(|pair| (pair[1].0 - pair[0].0).abs() < 3.0),
                "it jumps: {dots:?}"
            );
        }
    }
}
