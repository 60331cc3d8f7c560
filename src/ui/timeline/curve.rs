//! Over and under as a curve: how far from the plan each segment started, up to now, and as things
//! stand from there.
//!
//! ```text
//!  over   +0:42 │       ⢀⠔⠒⠒⠤⡀
//!  plan         │⣀⣀⡠⠤⠒⠒⠁⠉⠉⠉⠉⠉⠑⠒⠤
//! ```
//!
//! Behind the plan is up. The line is drawn straight between two segments' starts.

use jiff::SignedDuration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scale::Scale;
use super::track::{Stand, Track};
use crate::engine::{RunNs, Timing};
use crate::show::duration::{self, SECOND_NS};
use crate::time::signed_nanoseconds;
use crate::ui::dots::{DOWN, Dots, Pen};
use crate::ui::scene::Scene;
use crate::ui::text;

/// The curve is never drawn so that fewer seconds than this fill it: a breath is no drama.
const SPAN_MIN_NS: i64 = 20 * SECOND_NS as i64;

/// The pens, the stronger behind the weaker.
const ZERO: u8 = 0;
const AHEAD: u8 = 1;
const DONE: u8 = 2;
const LATE: u8 = 3;

/// A point of the curve: the instant, and how far from the plan.
type CurvePoint = (i64, i64);

/// Range of the curve, up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub least_ns: i64,
    pub most_ns: i64,
}

impl Range {
    /// A range in which all of `values` and zero lie.
    pub(super) fn of(values: impl Iterator<Item = i64> + Clone) -> Self {
        let least_ns = values.clone().min().unwrap_or(0).min(0);
        let most_ns = values.max().unwrap_or(0).max(0);
        let missing_ns = (SPAN_MIN_NS - (most_ns - least_ns)).max(0);
        // What is all on one side of the plan has its room there.
        let (down, up) = match (least_ns < 0, most_ns > 0) {
            (true, false) => (missing_ns, 0),
            (false, true) => (0, missing_ns),
            _ => (missing_ns / 2, missing_ns / 2),
        };
        Range { least_ns: least_ns - down, most_ns: most_ns + up }
    }

    /// The row of dots of a value, counted from the top of `height` rows.
    pub(super) fn y(&self, value_ns: i64, height: i32) -> f64 {
        let span = (self.most_ns - self.least_ns).max(1) as f64;
        (self.most_ns - value_ns) as f64 / span * f64::from((height - 1).max(0))
    }
}

/// Draws the curve into `chart`, and its figures into `label` beside it.
pub(super) fn draw(
    scene: &Scene,
    buf: &mut Buffer,
    label: Rect,
    chart: Rect,
    scale: &Scale,
    tracks: &[Track],
) {
    let points = points(scene, tracks);
    let in_sight = points.iter().filter(|point| scale.cell(point.0).is_some()).map(|point| point.1);
    let range = Range::of(in_sight);
    let mut dots = Dots::new(chart);
    let height = dots.height();
    let place = |point: CurvePoint| (scale.at(point.0) * 2.0, range.y(point.1, height));
    let zero = range.y(0, height).round() as i32;
    (0..dots.width()).step_by(2).for_each(|x| dots.dot(x, zero, ZERO));
    let now_ns = scene.shown_now_ns.ns();
    for pair in points.windows(2) {
        let &[from, to] = pair else { continue };
        let is_late = from.1.max(to.1) >= SECOND_NS as i64;
        let ink = if to.0 > now_ns || !scene.state.has_begun() {
            AHEAD
        } else if is_late {
            LATE
        } else {
            DONE
        };
        dots.line(place(from), place(to), ink);
    }
    let styles = &scene.styles;
    let pens = [
        Pen { style: styles.rule, ascii: '-' },
        Pen { style: styles.past, ascii: '.' },
        Pen { style: styles.strong, ascii: '*' },
        Pen { style: styles.attention, ascii: '#' },
    ];
    dots.paint(buf, &pens, scene.view.capabilities.is_plain());
    figures(scene, buf, label, &range);
}

/// The starts of all segments that are played, where the show stands now, and its end: in whole
/// seconds, as the words beside them say it.
fn points(scene: &Scene, tracks: &[Track]) -> Vec<CurvePoint> {
    let mut points: Vec<CurvePoint> = vec![];
    let now_ns = scene.shown_now_ns.ns();
    let late_ns = |planned_ns: i64, actual_ns: i64| {
        signed_nanoseconds(scene.late(RunNs::new(planned_ns), RunNs::new(actual_ns)))
    };
    for track in tracks.iter().filter(|track| track.stand != Stand::PassedOver) {
        let start_late_ns = late_ns(track.planned_ns.0, track.actual_ns.0);
        points.push((track.actual_ns.0, start_late_ns));
        if track.stand == Stand::Running {
            let over_ns = late_ns(track.over_from_ns, now_ns.min(track.actual_ns.1)).max(0);
            points.push((now_ns, start_late_ns + over_ns));
        }
    }
    let Timing { planned_end_ns, end_ns, .. } = &scene.expected;
    points.push((end_ns.ns(), late_ns(planned_end_ns.ns(), end_ns.ns())));
    points
}

/// The figures of the scale, each on the row where its value lies; the plan's row goes before the
/// others.
fn figures(scene: &Scene, buf: &mut Buffer, label: Rect, range: &Range) {
    let styles = &scene.styles;
    let row =
        |value_ns: i64| (range.y(value_ns, i32::from(label.height * DOWN)).round() as u16) / DOWN;
    let zero = row(0).min(label.height.saturating_sub(1));
    let mut put = |row: u16, word: &'static str, value: String, style| {
        let (left, right) = (Span::styled(word, styles.past), Span::styled(value, style));
        text::put_both(buf, label, label.y + row, Line::from(left), Line::from(right), 0);
    };
    put(zero, "  as planned", "0:00".into(), styles.past);
    let last = label.height.saturating_sub(1);
    if zero > 0 {
        put(
            0,
            "  over",
            duration::over_under(SignedDuration::from_nanos(range.most_ns)),
            styles.past,
        );
    }
    if zero < last {
        put(
            last,
            "  under",
            duration::over_under(SignedDuration::from_nanos(range.least_ns)),
            styles.past,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = SECOND_NS as i64;

    #[test]
    fn a_range_has_everything_and_the_plan_in_it() {
        for (values, least_s, most_s) in [
            (vec![], -10, 10),
            (vec![0, 5], 0, 20),
            (vec![-5, 0], -20, 0),
            (vec![-5, 5], -10, 10),
            (vec![30, 90], 0, 90),
            (vec![-400, 90], -400, 90),
        ] {
            let range = Range::of(values.iter().map(|second| second * S));
            assert_eq!(range, Range { least_ns: least_s * S, most_ns: most_s * S }, "{values:?}");
        }
    }

    #[test]
    fn over_is_up_and_the_edges_are_the_edges() {
        let range = Range { least_ns: -10 * S, most_ns: 30 * S };
        assert_eq!((range.y(30 * S, 16), range.y(-10 * S, 16)), (0.0, 15.0));
        assert_eq!(range.y(10 * S, 17), 8.0);
    }
}
