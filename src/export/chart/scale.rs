//! From instants to places on the chart's axis, and the round times at which it is marked.
//!
//! Must never know what is drawn: it knows one stretch of time and how wide that is.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// Possible distances of the axis's marks, seconds: those that people count in.
const STEPS_S: [i64; 21] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 2_592_000,
];

/// The most marks that stand beside each other and can still be read.
const TICKS_MOST: i64 = 9;

/// A stretch of time on a stretch of the page.
pub(super) struct ChartScale {
    from_ms: i64,
    to_ms: i64,
    left: f64,
    width: f64,
    zone: TimeZone,
}

impl ChartScale {
    /// From the first of these instants to the last, `width` wide, beginning at `left`; `None`
    /// without instants.
    pub(super) fn new(instants: &[&ZonedDateTime], left: f64, width: f64) -> Option<Self> {
        let zone = instants.first()?.time_zone().clone();
        let all = || instants.iter().map(|at| at.timestamp().as_millisecond());
        let (from_ms, to_ms) = (all().min()?, all().max()?);
        // One instant alone has no width; a second is the least that can be told apart.
        Some(ChartScale { from_ms, to_ms: to_ms.max(from_ms + 1_000), left, width, zone })
    }

    /// Place of an instant.
    pub(super) fn x(&self, ms: i64) -> f64 {
        self.left + (ms - self.from_ms) as f64 / (self.to_ms - self.from_ms) as f64 * self.width
    }

    /// Distance of the marks, milliseconds.
    fn step_ms(&self) -> i64 {
        let fits = |step_ms: &i64| (self.to_ms - self.from_ms) / step_ms < TICKS_MOST;
        let steps = STEPS_S.iter().map(|s| s * 1_000);
        let [.., most] = STEPS_S;
        // A chart of years has marks at no round times, but no more of them.
        steps
            .into_iter()
            .find(fits)
            .unwrap_or((most * 1_000).max((self.to_ms - self.from_ms) / TICKS_MOST + 1))
    }

    /// The marks: where they stand in time, and what the clock reads there. Round by the clock of
    /// the first instant.
    pub(super) fn ticks(&self) -> Vec<(i64, ZonedDateTime, String)> {
        let step_ms = self.step_ms();
        let zoned = |ms: i64| {
            Timestamp::from_millisecond(ms).ok().map(|at| at.to_zoned_datetime(self.zone.clone()))
        };
        let offset_ms =
            zoned(self.from_ms).map_or(0, |at| i64::from(at.offset().seconds()) * 1_000);
        let first_ms =
            (self.from_ms + offset_ms + step_ms - 1).div_euclid(step_ms) * step_ms - offset_ms;
        let form = match step_ms {
            ..60_000 => "%H:%M:%S",
            60_000..86_400_000 => "%H:%M",
            _ => "%Y-%m-%d",
        };
        let instants =
            (0..=TICKS_MOST).map(|at| first_ms + at * step_ms).take_while(|&ms| ms <= self.to_ms);
        instants
            .filter_map(|ms| zoned(ms).map(|at| (ms, at.clone(), at.strftime(form).to_string())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(from: &str, to: &str) -> ChartScale {
        let at = |text: &str| format!("{text}[Europe/Paris]").parse::<ZonedDateTime>().unwrap();
        ChartScale::new(&[&at(from), &at(to)], 100.0, 600.0).unwrap()
    }

    #[test]
    fn an_instant_stands_where_a_ruler_says() {
        let scale = scale("2024-08-11T22:50:00", "2024-08-11T23:50:00");
        let ms = |minutes: i64| scale.from_ms + minutes * 60_000;
        assert_eq!(
            [0, 15, 30, 60].map(|minutes| scale.x(ms(minutes))),
            [100.0, 250.0, 400.0, 700.0]
        );
    }

    #[test]
    fn the_axis_is_marked_at_round_times_of_the_shows_clock() {
        let labels = |from, to| {
            scale(from, to).ticks().into_iter().map(|(_, _, label)| label).collect::<Vec<_>>()
        };
        assert_eq!(
            labels("2024-08-11T22:50:00", "2024-08-12T00:04:00"),
            ["22:50", "23:00", "23:10", "23:20", "23:30", "23:40", "23:50", "00:00"]
        );
        assert_eq!(
            labels("2024-08-11T22:50:00.5", "2024-08-11T22:50:02.5"),
            ["22:50:01", "22:50:02"]
        );
        assert_eq!(labels("2024-08-01T12:00:00", "2024-08-04T12:00:00").len(), 7);
        assert_eq!(labels("2024-08-01T12:00:00", "2024-08-06T12:00:00")[0], "2024-08-02");
        assert!(labels("1024-08-01T12:00:00", "2024-08-06T12:00:00").len() <= 10);
    }
}
