//! The time axis: which instants a field of cells shows, and where the ticks stand on it.
//!
//! Knows neither a show nor a screen. Instants are nanoseconds on whatever axis the caller has;
//! ticks stand where a clock on the wall reads a round time, also across midnight and a change to
//! or from summer time.

use crate::show::duration::{HOUR_NS, MINUTE_NS, SECOND_NS};

const DAY_NS: u64 = 24 * HOUR_NS;

/// The distances of ticks, each a round time on a clock.
const STEPS: [u64; 24] = [
    SECOND_NS,
    2 * SECOND_NS,
    5 * SECOND_NS,
    10 * SECOND_NS,
    15 * SECOND_NS,
    30 * SECOND_NS,
    MINUTE_NS,
    2 * MINUTE_NS,
    5 * MINUTE_NS,
    10 * MINUTE_NS,
    15 * MINUTE_NS,
    30 * MINUTE_NS,
    HOUR_NS,
    2 * HOUR_NS,
    3 * HOUR_NS,
    6 * HOUR_NS,
    12 * HOUR_NS,
    DAY_NS,
    2 * DAY_NS,
    5 * DAY_NS,
    10 * DAY_NS,
    20 * DAY_NS,
    50 * DAY_NS,
    100 * DAY_NS,
];

/// The most ticks of an axis, whatever it is asked for.
const TICKS_MAX: usize = 400;

/// A stretch of time over a number of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    /// The instant at the left edge.
    pub from_ns: i64,
    /// The instant at the right edge; later than the left.
    pub to_ns: i64,
    /// Number of cells between them, at least one.
    pub cells: u16,
    /// The distance of two ticks.
    pub step_ns: u64,
}

impl Scale {
    /// Lays what happens from `from_ns` to `to_ns` over `cells` cells, with ticks at least `apart`
    /// cells apart. The edges are rounded outwards a little, so that an end that moves does not
    /// move the whole picture each second.
    pub(super) fn new(from_ns: i64, to_ns: i64, cells: u16, apart: u16) -> Self {
        let (cells, span) =
            (cells.max(1), |from: i64, to: i64| to.saturating_sub(from).max(1) as u64);
        let to_ns = to_ns.max(from_ns.saturating_add(SECOND_NS as i64));
        let least =
            |span_ns: u64| u128::from(span_ns) * u128::from(apart.max(1)) / u128::from(cells);
        let step =
            |span_ns: u64| STEPS.into_iter().find(|&step| u128::from(step) >= least(span_ns));
        let wanted_ns = step(span(from_ns, to_ns)).unwrap_or(100 * DAY_NS);
        let grain_ns = (wanted_ns / 4).max(1) as i64;
        let from_ns = from_ns.saturating_sub(from_ns.rem_euclid(grain_ns));
        let to_ns = to_ns.saturating_add((-to_ns).rem_euclid(grain_ns));
        let step_ns = step(span(from_ns, to_ns)).unwrap_or(100 * DAY_NS);
        Scale { from_ns, to_ns, cells, step_ns }
    }

    /// Position of an instant, in cells from the left edge; outside, below 0 or beyond
    /// [`Self::cells`].
    pub(super) fn at(&self, ns: i64) -> f64 {
        let span = (self.to_ns.saturating_sub(self.from_ns)).max(1) as f64;
        ns.saturating_sub(self.from_ns) as f64 / span * f64::from(self.cells)
    }

    /// The cell of an instant, where it has one.
    pub(super) fn cell(&self, ns: i64) -> Option<u16> {
        let at = self.at(ns);
        let last = self.cells - 1;
        // The right edge itself belongs to the last cell.
        (0.0..=f64::from(self.cells)).contains(&at).then(|| (at as u16).min(last))
    }

    /// The instants of the ticks, the earliest first. `clock` says what a clock on the wall reads
    /// at an instant: nanoseconds since any of its midnights, summer time and all.
    pub(super) fn ticks(&self, clock: impl Fn(i64) -> i64) -> Vec<i64> {
        let step = self.step_ns.max(1) as i64;
        let ahead = |ns: i64| (-clock(ns)).rem_euclid(step);
        let mut ticks = vec![];
        let mut at = self.from_ns.saturating_add(ahead(self.from_ns));
        while at <= self.to_ns && ticks.len() < TICKS_MAX {
            ticks.push(at);
            let next = at.saturating_add(step);
            // Where the clock has been set in between, the next round time is a little off.
            let (late, early) = (clock(next).rem_euclid(step), ahead(next));
            at = if late <= early { next - late } else { next.saturating_add(early) };
            if ticks.last().is_some_and(|last| at <= *last) {
                at = next.saturating_add(early);
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = MINUTE_NS as i64;
    const HOUR: i64 = HOUR_NS as i64;

    #[test]
    fn labels_never_collide_and_are_never_needlessly_far_apart() {
        for (span_s, cells, step_ns) in [
            (60_u64, 60, 10 * SECOND_NS),
            (60, 120, 5 * SECOND_NS),
            (8 * 60, 50, 2 * MINUTE_NS),
            (80 * 60, 50, 15 * MINUTE_NS),
            (150 * 60, 50, 30 * MINUTE_NS),
            (86_400, 50, 6 * HOUR_NS),
            (16 * 86_400, 50, 5 * DAY_NS),
            (1, 50, SECOND_NS),
        ] {
            let scale = Scale::new(0, (span_s * SECOND_NS) as i64, cells, 9);
            assert_eq!(scale.step_ns, step_ns, "{span_s} s in {cells} cells");
            let ticks = scale.ticks(|ns| ns);
            for pair in ticks.windows(2) {
                assert!(
                    scale.at(pair[1]) - scale.at(pair[0]) >= 9.0,
                    "{span_s} s in {cells} cells"
                );
            }
        }
    }

    #[test]
    fn everything_lies_inside_and_the_edges_are_cells() {
        for (from, to) in
            [(0, 1), (-7 * HOUR, -6 * HOUR), (13, 100 * 24 * HOUR), (i64::MIN / 4, i64::MAX / 4)]
        {
            for cells in [0, 1, 2, 51, 300] {
                let scale = Scale::new(from, to, cells, 9);
                assert_eq!(scale.cell(scale.from_ns), Some(0));
                assert_eq!(scale.cell(scale.to_ns), Some(scale.cells - 1));
                assert!(
                    scale.cell(from).is_some() && scale.cell(to).is_some(),
                    "{from} {to} {cells}"
                );
                assert_eq!(scale.cell(scale.from_ns - HOUR * 24 * 400), None);
                assert!(scale.ticks(|ns| ns).len() <= TICKS_MAX);
            }
        }
    }

    #[test]
    fn ticks_are_round_by_the_clock_on_the_wall() {
        let scale = Scale::new(7 * MINUTE, 67 * MINUTE, 60, 9);
        assert_eq!(scale.step_ns, 10 * MINUTE_NS);
        let minutes = |ticks: Vec<i64>| ticks.into_iter().map(|ns| ns / MINUTE).collect::<Vec<_>>();
        assert_eq!(minutes(scale.ticks(|ns| ns)), [10, 20, 30, 40, 50, 60]);
        // A clock that is four minutes ahead.
        assert_eq!(minutes(scale.ticks(|ns| ns + 4 * MINUTE)), [6, 16, 26, 36, 46, 56, 66]);
    }

    #[test]
    fn a_change_of_the_clock_moves_the_ticks_after_it() {
        // Two days in ticks of six hours; the clock goes forward by an hour at 25:00, and back in
        // another spring.
        let scale = Scale::new(0, 48 * HOUR, 72, 9);
        assert_eq!(scale.step_ns, 6 * HOUR_NS);
        let hours = |shift: i64| {
            let ticks = scale.ticks(move |ns| if ns < 25 * HOUR { ns } else { ns + shift * HOUR });
            ticks.into_iter().map(|ns| ns / HOUR).collect::<Vec<_>>()
        };
        assert_eq!(hours(1), [0, 6, 12, 18, 24, 29, 35, 41, 47]);
        assert_eq!(hours(-1), [0, 6, 12, 18, 24, 31, 37, 43]);
    }
}
