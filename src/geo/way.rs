//! A way over places: its legs along great circles, their kilometres, and where one is after a part
//! of it.
//!
//! ```text
//!  ●────────────○─ ─ ─ ─ ─ ─○─ ─ ─ ─ ─○
//!  0 km         ▲ so far    node      all
//! ```

use super::Place;
use super::sphere::{angle, between, distance_km};

/// The most pieces of a leg: every degree and a half, and half the earth at most.
const PIECES_MAX: usize = 120;
/// The most pieces of a whole way, however many legs it has.
const PIECES_ALL: usize = 4096;

/// A way from place to place.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    nodes: Vec<Place>,
    /// Distance of each node along the way.
    km: Vec<f64>,
    samples: Vec<Spot>,
}

/// A place on a way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The place.
    pub place: Place,
    /// Distance along the way, kilometres.
    pub km: f64,
}

impl Way {
    /// The way over `nodes` in their order, each leg along its great circle.
    pub fn new(nodes: &[Place]) -> Self {
        let mut km = Vec::with_capacity(nodes.len());
        let mut so_far = 0.0;
        for (at, &node) in nodes.iter().enumerate() {
            so_far += at
                .checked_sub(1)
                .and_then(|from| nodes.get(from))
                .map_or(0.0, |&from| distance_km(from, node));
            km.push(so_far);
        }
        let mut way = Way { nodes: nodes.to_vec(), km, samples: vec![] };
        way.samples = way.sampled();
        way
    }

    /// Its length in kilometres.
    pub fn length_km(&self) -> f64 {
        self.km.last().copied().unwrap_or(0.0)
    }

    /// Distance of node `at` along the way, kilometres.
    pub fn node_km(&self, at: usize) -> f64 {
        self.km.get(at).copied().unwrap_or_else(|| self.length_km())
    }

    /// Spot after a part of the way, 0 to 1 by distance; `None` on a way without places.
    pub fn at(&self, part: f64) -> Option<Spot> {
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
        let km = part * self.length_km();
        let leg = self.km.partition_point(|&node| node < km).saturating_sub(1);
        let (from, to) = (self.nodes.get(leg)?, self.nodes.get(leg + 1).or(self.nodes.last())?);
        let long = self.node_km(leg + 1) - self.node_km(leg);
        let place =
            if long > 0.0 { between(*from, *to, (km - self.node_km(leg)) / long) } else { *from };
        Some(Spot { place, km })
    }

    /// Places along the whole way, near enough to each other for straight lines between them;
    /// always the same, and the nodes are among them.
    pub fn samples(&self) -> &[Spot] {
        &self.samples
    }

    fn sampled(&self) -> Vec<Spot> {
        let most = (PIECES_ALL / self.nodes.len().max(1)).clamp(1, PIECES_MAX);
        let mut samples = vec![];
        for (at, pair) in self.nodes.windows(2).enumerate() {
            let &[from, to] = pair else { continue };
            let pieces = ((angle(from, to).to_degrees() / 1.5).ceil() as usize).clamp(1, most);
            let (begins, ends) = (self.node_km(at), self.node_km(at + 1));
            samples.extend((0..pieces).map(|piece| {
                let part = piece as f64 / pieces as f64;
                Spot { place: between(from, to, part), km: begins + (ends - begins) * part }
            }));
        }
        samples.extend(self.nodes.last().map(|&place| Spot { place, km: self.length_km() }));
        samples
    }

    /// The way in two: the part done, and the part to come, each as places for straight lines. Both
    /// hold the spot where they meet.
    pub fn split(&self, part: f64) -> (Vec<Place>, Vec<Place>) {
        let Some(here) = self.at(part) else { return (vec![], vec![]) };
        let turn = self.samples.partition_point(|sample| sample.km <= here.km);
        let (before, after) = self.samples.split_at(turn);
        let places = |spots: &[Spot]| spots.iter().map(|spot| spot.place).collect::<Vec<_>>();
        let (mut done, mut to_come) = (places(before), vec![here.place]);
        done.push(here.place);
        to_come.extend(places(after));
        (done, to_come)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner() -> Way {
        // A quarter of the equator, then from there to the pole: two legs of the same length.
        Way::new(&[Place::new(0.0, 0.0), Place::new(0.0, 90.0), Place::new(90.0, 0.0)])
    }

    #[test]
    fn parts_are_by_distance_over_all_legs() {
        let way = corner();
        let quarter = 6371.0088 * std::f64::consts::FRAC_PI_2;
        assert!((way.length_km() - 2.0 * quarter).abs() < 1e-6);
        for (part, latitude, longitude) in
            [(0.0, 0.0, 0.0), (0.25, 0.0, 45.0), (0.5, 0.0, 90.0), (0.75, 45.0, 90.0)]
        {
            let spot = way.at(part).unwrap();
            assert!((spot.place.latitude - latitude).abs() < 1e-9, "{part}: {spot:?}");
            assert!((spot.place.longitude - longitude).abs() < 1e-9, "{part}: {spot:?}");
            assert!((spot.km - 2.0 * quarter * part).abs() < 1e-6);
        }
        assert!((way.at(1.0).unwrap().place.latitude - 90.0).abs() < 1e-9);
        assert_eq!(way.at(7.0), way.at(1.0));
    }

    #[test]
    fn done_and_to_come_meet_and_make_the_whole() {
        let way = corner();
        for step in 0..=40 {
            let part = f64::from(step) / 40.0;
            let (done, to_come) = way.split(part);
            assert_eq!(done.last(), to_come.first());
            let km = |places: &[Place]| {
                places.windows(2).map(|pair| distance_km(pair[0], pair[1])).sum::<f64>()
            };
            assert!((km(&done) - way.length_km() * part).abs() < 1e-6, "{part}");
            assert!((km(&to_come) - way.length_km() * (1.0 - part)).abs() < 1e-6, "{part}");
        }
    }

    #[test]
    fn odd_ways_are_no_trouble() {
        assert_eq!(Way::new(&[]).at(0.5), None);
        assert_eq!(Way::new(&[]).split(0.5), (vec![], vec![]));
        let here = Place::new(10.0, 20.0);
        for nodes in [vec![here], vec![here; 3]] {
            let way = Way::new(&nodes);
            assert_eq!(way.length_km(), 0.0);
            assert_eq!(way.at(0.5).map(|spot| spot.place), Some(here));
        }
        let many: Vec<Place> = (0..10_000).map(|at| Place::new(0.0, f64::from(at % 300))).collect();
        assert!(Way::new(&many).samples().len() <= 10_000);
    }
}
