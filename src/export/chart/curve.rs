//! The curve below the chart's rows: how far behind its plan (over) or ahead of it (under) the show
//! was, and when.
//!
//! A point for each segment that started, and one for the end, or for where the records break off.
//! Over points up and is a triangle on its base, under points down, on time is round: the form says
//! it without a colour.

use super::{LEFT, PLOT, ReportChart, WIDTH, known_until};
use crate::export::words::over_under;

/// Height of the curve, rise and fall together.
const HEIGHT: f64 = 84.0;

/// Minimum extent of the axis, milliseconds: a few seconds are no mountain.
const LEAST_MS: i64 = 30_000;

/// The least room between two figures.
const LABEL_ROOM: f64 = 52.0;

/// A moment at which it is known how the show stood.
struct ChartPoint {
    x: f64,
    over_ms: i64,
}

/// Draws the curve below `bottom`, and says where the picture ends.
pub(super) fn draw(chart: &mut ReportChart, bottom: f64) -> f64 {
    let points = points(chart);
    if points.is_empty() {
        return bottom + 12.0;
    }
    let most_ms = points.iter().map(|point| point.over_ms).max().unwrap_or(0).max(0);
    let least_ms = points.iter().map(|point| point.over_ms).min().unwrap_or(0).min(0);
    let span_ms = (most_ms - least_ms).max(LEAST_MS);
    let (top, zero_y) = (bottom + 40.0, bottom + 40.0 + HEIGHT * most_ms as f64 / span_ms as f64);
    let zero_y = if least_ms == 0 { top + HEIGHT } else { zero_y };
    let y = |over_ms: i64| zero_y - over_ms as f64 / span_ms as f64 * HEIGHT;
    chart.put(&format!("<path class=\"rule\" d=\"M12 {bottom:.1}H{:.1}\"/>", WIDTH - 12.0));
    chart.text("title", 12.0, bottom + 22.0, "Over or under");
    chart.put(&format!("<path class=\"zero\" d=\"M{LEFT} {zero_y:.1}h{PLOT}\"/>"));
    chart.text("axis", LEFT - 14.0, zero_y + 4.0, "on time");
    for (is_there, over_ms, word) in
        [(most_ms >= 1000, most_ms, "over"), (least_ms <= -1000, least_ms, "under")]
    {
        if is_there && (y(over_ms) - zero_y).abs() >= 16.0 {
            chart.text(
                "axis",
                LEFT - 14.0,
                y(over_ms) + 4.0,
                &format!("{word} {}", over_under(over_ms)),
            );
        }
    }
    let path: Vec<_> =
        points.iter().map(|point| format!("{:.1} {:.1}", point.x, y(point.over_ms))).collect();
    chart.put(&format!("<path class=\"curve\" d=\"M{}\"/>", path.join("L")));
    let mut free_from = f64::MIN;
    for point in &points {
        let at = y(point.over_ms);
        let (class, form) = match point.over_ms {
            1000.. => ("up", "m0 -6l6 10h-12z"),
            ..=-1000 => ("ahead", "m0 6l6 -10h-12z"),
            _ => ("even", "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),
        };
        chart.put(&format!("<path class=\"{class}\" d=\"M{:.1} {at:.1}{form}\"/>", point.x));
        if point.x >= free_from && point.over_ms.abs() >= 1000 {
            let below = if point.over_ms < 0 { 22.0 } else { -11.0 };
            chart.text("point", point.x, at + below, &over_under(point.over_ms));
            free_from = point.x + LABEL_ROOM;
        }
    }
    top + HEIGHT + 34.0
}

fn points(chart: &ReportChart) -> Vec<ChartPoint> {
    let report = chart.report;
    let starts = report.segments.iter().filter_map(|row| {
        let (planned, actual) = (row.planned_start.as_ref()?, row.actual_start.as_ref()?);
        let over_ms = actual.timestamp().as_millisecond() - planned.timestamp().as_millisecond();
        Some(ChartPoint { x: chart.x(actual), over_ms })
    });
    let end = known_until(report).zip(report.over_ms);
    starts.chain(end.map(|(end, over_ms)| ChartPoint { x: chart.x(end), over_ms })).collect()
}
