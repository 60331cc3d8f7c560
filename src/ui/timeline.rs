//! The timeline: the segments as bars over the clock, planned above actual, and over and under as a
//! curve.
//!
//! ```text
//!                         23:00       23:02    ▼  23:04       23:06
//!  ✓ Good evening, Paris  ◷━━━━━━━━━━━         ┃
//!    23:00:02  +0:10      ████████████▓        ┃                     planned 2:00
//!  ▶ The jump                        ━━━━━━━━━━┿                     took 2:10  +0:10
//!    23:02:12  » overlap 0:20         █████████░░░»»
//! ─ OVER / UNDER ────────────────────────────────────────────────
//!   over     +0:42             ⣀⡠⠤⠒⠒
//!   as planned 0:00       ⠤⠒⠒⠉
//! ```
//!
//! A show with acts has a row of them above the clock. With more segments than rows the page scrolls,
//! the running segment in sight until the caller scrolls; the axis always shows the time of the
//! segments in sight. Must never compute a time of its own: planned and projected times come from the
//! engine.

mod acts;
mod bars;
mod curve;
mod scale;
pub(super) mod track;

use std::time::Duration;

use jiff::SignedDuration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{layout, signs, text};
use crate::engine::RunNs;
use crate::show::duration::{self, HOUR_NS, MINUTE_NS, SECOND_NS};
use crate::time::unsigned;
use scale::Scale;
use track::{Stand, Track};

/// The least width at which lengths stand in words at the right, and cues in the bars.
const ROOMY: u16 = 108;
/// The cells of these words.
const WORDS: u16 = 22;
/// The fewest rows in which there is a curve.
const CURVE_FROM: u16 = 9;
/// The fewest rows in which there is one for the acts.
const ACTS_FROM: u16 = 12;
/// The most rows of the curve.
const CURVE_MOST: u16 = 24;
/// The cells of the figures beside the curve of the whole show.
const NIGHT: u16 = 18;
/// The cells of a tick's label with what keeps it from the next.
const TICK: u16 = 10;
/// The same while nobody knows when the show begins: `T+1:05:00`.
const TICK_UNTIED: u16 = 11;

/// The areas of the parts of the page.
struct TimelineAreas {
    titles: Rect,
    chart: Rect,
    words: Rect,
    /// Rows for each segment.
    pair: u16,
    /// Segments in sight.
    shown: usize,
    /// The rule above the curve, and the rows of the curve.
    rule: Option<u16>,
    curve: u16,
}

/// Draws the page; says how far it is scrolled, and how far it can be.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> (usize, usize) {
    let tracks = track::tracks(scene);
    if area.width < 30 || area.height < 3 || tracks.is_empty() {
        return (0, 0);
    }
    let has_acts = area.height >= ACTS_FROM && acts::has_acts(scene);
    let (acts_y, row) = (area.y, u16::from(has_acts));
    let area = Rect { y: area.y + row, height: area.height - row, ..area };
    let areas = lay_out(area, tracks.len());
    let most = tracks.len().saturating_sub(areas.shown);
    let home = (scene.segment().0 as usize).saturating_sub(areas.shown / 3);
    let top = if scene.app.is_scrolled { scene.app.scroll } else { home }.min(most);
    let in_sight: Vec<&Track> = tracks.iter().skip(top).take(areas.shown).collect();
    let scale = scale(scene, &in_sight, areas.chart.width);
    let ticks = scale.ticks(|ns| clock_ns(scene, ns));
    grid(scene, buf, &areas, area, &scale, &ticks);
    if has_acts {
        acts::draw(scene, buf, acts_y, (areas.titles, areas.chart, areas.words), &scale);
    }
    let is_roomy = area.width >= ROOMY;
    for (row, track) in (0..).zip(&in_sight) {
        let y = area.y + 1 + row * areas.pair;
        bars::draw(scene, buf, areas.chart, y, &scale, track, is_roomy);
        if is_roomy && areas.pair > 2 {
            bars::numbers(scene, buf, areas.chart, y + 2, &scale, track);
        }
        titles(scene, buf, areas.titles, y, track);
        if is_roomy {
            words(scene, buf, areas.words, y, track);
        }
    }
    if let Some(y) = areas.rule {
        let more = tracks.len() - in_sight.len();
        let heading = if more > 0 {
            format!(
                "OVER / UNDER   segments {} to {} of {}",
                top + 1,
                top + in_sight.len(),
                tracks.len()
            )
        } else {
            "OVER / UNDER".to_owned()
        };
        layout::rule(buf, area, y, &heading, &scene.styles);
        let label = Rect { y: y + 1, height: areas.curve, ..areas.titles };
        let label = Rect { width: label.width.saturating_sub(2), ..label };
        let chart = Rect { y: y + 1, height: areas.curve, ..areas.chart };
        curve::draw(scene, buf, label, chart, &scale, &tracks);
    }
    (top, most)
}

/// Draws over and under of the whole show as a curve.
pub(super) fn night(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let tracks = track::tracks(scene);
    if area.width < 30 || area.height == 0 || tracks.is_empty() {
        return;
    }
    let label = Rect { width: NIGHT, ..area };
    let chart = Rect { x: area.x + NIGHT + 1, width: area.width - NIGHT - 1, ..area };
    let scale = scale(scene, &tracks.iter().collect::<Vec<_>>(), chart.width);
    curve::draw(scene, buf, label, chart, &scale, &tracks);
}

fn lay_out(area: Rect, segments: usize) -> TimelineAreas {
    let titles = match area.width {
        0..50 => 16,
        50..ROOMY => 28,
        ROOMY..150 => 36,
        _ => 44,
    };
    let words = if area.width >= ROOMY { WORDS } else { 0 };
    let chart = Rect { x: area.x + titles, width: area.width - titles - words, ..area };
    let words = Rect { x: chart.right() + 1, width: words.saturating_sub(1), ..area };
    let rows = area.height - 1;
    let curve_least = if area.height < CURVE_FROM { 0 } else { (rows / 5).clamp(3, 8) };
    let for_bars = rows - curve_least - u16::from(curve_least > 0);
    // Air between the segments where there is room for it, and what is left then makes the curve
    // finer.
    let pair = if segments * 3 <= usize::from(for_bars) { 3 } else { 2 };
    let shown = (usize::from(for_bars / pair)).clamp(1, segments);
    let used = shown as u16 * pair;
    let has_curve = curve_least > 0 && used < rows;
    let curve = if has_curve { (rows - used - 1).min(CURVE_MOST) } else { 0 };
    let rule = has_curve.then_some(area.y + 1 + used);
    TimelineAreas { titles: Rect { width: titles, ..area }, chart, words, pair, shown, rule, curve }
}

/// The stretch of time of the segments in sight, and of now where that is not far off.
fn scale(scene: &Scene, in_sight: &[&Track], cells: u16) -> Scale {
    let spans = in_sight.iter().map(|track| track.span_ns());
    let (from, to) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0, 1));
    let (now, near) = (scene.shown_now_ns.ns(), (to - from) / 4);
    let from = if now < from && from - now <= near { now } else { from };
    let to = if now > to && now - to <= near && !scene.state.has_ended() { now } else { to };
    // On an axis that begins with the show, the origin is what has to be round.
    let origin =
        if scene.is_tied() { 0 } else { scene.state.plan_origin_ns(scene.shown_now_ns).ns() };
    let scale = Scale::new(
        from - origin,
        to - origin,
        cells,
        if scene.is_tied() { TICK } else { TICK_UNTIED },
    );
    Scale { from_ns: scale.from_ns + origin, to_ns: scale.to_ns + origin, ..scale }
}

/// Reading of a clock on the wall at an instant, or of a stopwatch that starts with the show;
/// nanoseconds.
fn clock_ns(scene: &Scene, run_ns: i64) -> i64 {
    if !scene.is_tied() {
        return run_ns - scene.state.plan_origin_ns(scene.shown_now_ns).ns();
    }
    let at = scene.state.wall(RunNs::new(run_ns));
    let offset_ns = i64::from(scene.show.zone.to_offset(at).seconds()) * SECOND_NS as i64;
    i64::try_from(at.as_nanosecond()).unwrap_or(0).saturating_add(offset_ns)
}

/// The axis, and lines from its ticks and from now through everything.
fn grid(
    scene: &Scene,
    buf: &mut Buffer,
    areas: &TimelineAreas,
    area: Rect,
    scale: &Scale,
    ticks: &[i64],
) {
    let (styles, chart) = (&scene.styles, areas.chart);
    let last =
        areas.rule.map_or(area.y + 1 + areas.shown as u16 * areas.pair, |y| y + 1 + areas.curve);
    let rows = || area.y + 1..last.min(area.bottom());
    // Where now lies after all that is seen, it is said at the right edge.
    let kept = if scene.shown_now_ns.ns() > scale.to_ns { 6 } else { 0 };
    for (at, &tick) in ticks.iter().enumerate() {
        rows().for_each(|y| bars::put(buf, chart, y, scale, tick, "┊", styles.rule));
        let next = ticks.get(at + 1).and_then(|&next| scale.cell(next)).unwrap_or(chart.width);
        let room = usize::from(next.saturating_sub(scale.cell(tick).unwrap_or_default()));
        let (label, style) = tick_label(scene, scale, tick, (at == 0).then_some(room));
        let fits = |cell: &u16| cell + text::width(&label) as u16 + kept <= chart.width;
        if let Some(cell) = scale.cell(tick).filter(fits) {
            buf.set_string(chart.x + cell, area.y, label, style);
        }
    }
    let now_ns = scene.shown_now_ns.ns();
    rows().for_each(|y| bars::put(buf, chart, y, scale, now_ns, "┃", styles.strong));
    let (x, word) = match scale.cell(now_ns) {
        Some(cell) => (chart.x + cell, "▼"),
        None if now_ns < scale.from_ns => (chart.x.saturating_sub(6), "◂ now"),
        None => (chart.right().saturating_sub(5), "now ▸"),
    };
    // A time on the axis is worth more than the mark, whose line is seen without it.
    if word.len() > "▼".len() || buf.cell((x, area.y)).is_some_and(|cell| cell.symbol() == " ") {
        buf.set_string(x, area.y, word, styles.strong);
    }
}

/// The label of a tick: the time, at midnight the day. The first one, with so many cells of `room` up to
/// the next, says of which other day the axis is.
fn tick_label(scene: &Scene, scale: &Scale, tick: i64, room: Option<usize>) -> (String, Style) {
    let clock_ns = clock_ns(scene, tick);
    if !scene.is_tied() {
        return (
            format!("T+{}", duration::clock(Duration::from_nanos(clock_ns.max(0) as u64))),
            scene.styles.past,
        );
    }
    if clock_ns.rem_euclid(24 * HOUR_NS as i64) == 0 {
        let day = scene
            .state
            .wall(RunNs::new(tick))
            .to_zoned_datetime(scene.show.zone.clone())
            .strftime("%b %-d")
            .to_string();
        return (day, scene.styles.strong);
    }
    if let Some(room) = room.filter(|_| scene.has_day(RunNs::new(tick))) {
        let words = scene.wall(RunNs::new(tick));
        let day = words.split(' ').next().unwrap_or_default().to_owned();
        return (if text::width(&words) < room { words } else { day }, scene.styles.past);
    }
    let time = scene.time_of_day(RunNs::new(tick));
    let cut = if scale.step_ns >= MINUTE_NS { time.len() - 3 } else { time.len() };
    (time.get(..cut).unwrap_or_default().to_owned(), scene.styles.past)
}

/// Draws the segment's title, its start, and what stands out.
fn titles(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16, track: &Track) {
    let styles = &scene.styles;
    let area = Rect { width: area.width.saturating_sub(1), ..area };
    let (sign, sign_style, style) = match track.stand {
        Stand::Past => (signs::DONE, styles.past, styles.past),
        Stand::PassedOver => (signs::SKIPPED, styles.past, styles.past),
        Stand::Running => (signs::ON_AIR, styles.on_air, styles.strong),
        Stand::ToCome => (" ", styles.past, styles.text),
    };
    let title = scene.show.segment(track.segment).title.as_str();
    let first =
        Line::from(vec![Span::styled(format!("{sign} "), sign_style), Span::styled(title, style)]);
    text::put(buf, area, y, first);
    let mut line = Line::from(Span::styled(format!("  {}", start(scene, track)), styles.past));
    for (words, style) in what_stands_out(scene, track) {
        if text::line_width(&line) + text::width(&words) + 2 <= usize::from(area.width) {
            line.push_span(Span::styled(format!("  {words}"), style));
        }
    }
    text::put(buf, area, y + 1, line);
}

fn start(scene: &Scene, track: &Track) -> String {
    scene.instant(RunNs::new(track.actual_ns.0))
}

/// Facts about a segment that the caller has to know, the most urgent first: that it runs into a
/// hard start, that it waits for its own, and how far from the plan it starts.
fn what_stands_out(scene: &Scene, track: &Track) -> Vec<(String, Style)> {
    let styles = &scene.styles;
    let length = |ns: i64| duration::clock(Duration::from_nanos(ns.max(0) as u64));
    if track.stand == Stand::PassedOver {
        return vec![("not played".into(), styles.past)];
    }
    let overlap = track.overlap_from_ns.map(|from_ns| {
        let words = format!("» overlap {}", length(track.actual_ns.1 - from_ns));
        (words, styles.attention)
    });
    let gap = track.gap_from_ns.map(|from_ns| {
        let words = format!("╌ gap {}", length(track.actual_ns.0 - from_ns));
        (words, styles.text)
    });
    let late = scene.late(RunNs::new(track.planned_ns.0), RunNs::new(track.actual_ns.0));
    let late = (late.unsigned_abs().as_secs() >= 1).then(|| {
        let style = if late.is_positive() { styles.attention } else { styles.text };
        (duration::over_under(late), style)
    });
    overlap.into_iter().chain(gap).chain(late).collect()
}

/// Its planned and its actual duration.
fn words(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16, track: &Track) {
    let styles = &scene.styles;
    let planned = scene.state.plan().length[track.segment];
    text::put(
        buf,
        area,
        y,
        Line::styled(format!("planned {}", duration::length(planned)), styles.past),
    );
    let (start_ns, end_ns) = track.actual_ns;
    let over = match track.stand {
        Stand::Past => scene.segment_over(track.segment).unwrap_or_default(),
        Stand::Running | Stand::PassedOver | Stand::ToCome => {
            SignedDuration::from_nanos(track.over_ns())
        }
    };
    let took = scene.late(RunNs::new(start_ns), RunNs::new(end_ns));
    let mut spans = match track.stand {
        Stand::Past => {
            vec![Span::styled(format!("took    {}", duration::clock(unsigned(took))), styles.past)]
        }
        Stand::Running => {
            let countdown = scene.state.segment_countdown(scene.shown_now_ns);
            let elapsed = countdown.map_or(Duration::ZERO, |countdown| countdown.elapsed);
            vec![Span::styled(format!("runs    {}", duration::clock(elapsed)), styles.on_air)]
        }
        Stand::PassedOver | Stand::ToCome => return,
    };
    if over.unsigned_abs().as_secs() >= 1 {
        let style = if over.is_positive() { styles.attention } else { styles.text };
        spans.push(Span::styled(format!("  {}", duration::over_under(over)), style));
    }
    text::put(buf, area, y + 1, Line::from(spans));
}
