//! The two bars of a segment: as planned, and below it as it is.
//!
//! ```text
//!  ◷━━━━━━┳━━━━━━━━         planned, with its hard start, and in wide windows the cues
//!  ╌╌╌███│███░░░░░▓▓»»»     gap, done, to come, over, over the next hard start
//! ```
//!
//! Each kind of time has its own filling, so that the bars read the same without colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::scale::Scale;
use super::track::{Stand, Track};
use crate::engine::RunNs;
use crate::show::Trigger;
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// A stretch of one kind of time.
struct BarPart {
    from_ns: i64,
    to_ns: i64,
    fill: Fill,
}

/// Fill of a kind of time: a whole cell, its right and its left half.
#[derive(Clone, Copy)]
struct Fill {
    whole: &'static str,
    right: &'static str,
    left: &'static str,
    style: Style,
}

impl Fill {
    fn new(whole: &'static str, style: Style) -> Self {
        Fill { whole, right: whole, left: whole, style }
    }

    fn solid(style: Style) -> Self {
        Fill { whole: "█", right: "▐", left: "▌", style }
    }
}

/// Draws both bars of `track` over two rows from `y` on, in the columns of `chart`.
pub(super) fn draw(
    scene: &Scene,
    buf: &mut Buffer,
    chart: Rect,
    y: u16,
    scale: &Scale,
    track: &Track,
    with_cues: bool,
) {
    let styles = &scene.styles;
    let (from_ns, to_ns) = track.planned_ns;
    let plan = Fill { whole: "━", right: "╺", left: "╸", style: styles.past };
    lay(buf, chart, y, scale, &[BarPart { from_ns, to_ns, fill: plan }]);
    if with_cues {
        planned_cues(scene, buf, chart, y, scale, track);
    }
    if track.is_hard {
        put(buf, chart, y, scale, from_ns, signs::CLOCK, styles.strong);
    }
    lay(buf, chart, y + 1, scale, &parts(scene, track));
    if with_cues {
        fired_cues(scene, buf, chart, y + 1, scale, track);
    }
}

/// Parts of the lower bar, from left to right.
fn parts(scene: &Scene, track: &Track) -> Vec<BarPart> {
    let styles = &scene.styles;
    let (start_ns, end_ns) = track.actual_ns;
    let mut parts = vec![];
    let mut add = |from_ns: i64, to_ns: i64, fill: Fill| {
        if from_ns < to_ns {
            parts.push(BarPart { from_ns, to_ns, fill });
        }
    };
    add(track.gap_from_ns.unwrap_or(start_ns), start_ns, Fill::new("╌", styles.past));
    let overlap_ns = track.overlap_from_ns.unwrap_or(i64::MAX);
    let plain_ns = end_ns.min(track.over_from_ns).min(overlap_ns).max(start_ns);
    let over_ns = end_ns.min(overlap_ns).max(start_ns);
    match track.stand {
        Stand::Past => add(start_ns, plain_ns, Fill::solid(styles.past)),
        Stand::Running => {
            let now_ns = scene.shown_now_ns.ns().clamp(start_ns, plain_ns);
            add(start_ns, now_ns, Fill::solid(styles.on_air));
            add(now_ns, plain_ns, Fill::new("░", styles.on_air));
        }
        Stand::ToCome => add(start_ns, plain_ns, Fill::new("░", styles.past)),
        Stand::PassedOver => {}
    }
    add(plain_ns, over_ns, Fill::new("▓", styles.attention));
    add(overlap_ns, end_ns, Fill::new("»", styles.attention));
    parts
}

/// Lays parts over the row `y`, to half a cell; even the shortest gets a cell.
fn lay(buf: &mut Buffer, chart: Rect, y: u16, scale: &Scale, parts: &[BarPart]) {
    let bounds: Vec<(f64, f64)> =
        parts.iter().map(|part| (scale.at(part.from_ns), scale.at(part.to_ns))).collect();
    let fill_at = |at: f64| {
        bounds.iter().position(|&(from, to)| from <= at && at < to).map(|at| parts[at].fill)
    };
    let first = bounds.first().map_or(0.0, |bound| bound.0).floor().max(0.0) as u16;
    let last =
        bounds.last().map_or(0.0, |bound| bound.1).ceil().clamp(0.0, f64::from(scale.cells)) as u16;
    for cell in first..last {
        let (left, right) = (fill_at(f64::from(cell) + 0.25), fill_at(f64::from(cell) + 0.75));
        let (symbol, style) = match (left, right) {
            (Some(left), None) => (left.left, left.style),
            (None, Some(right)) => (right.right, right.style),
            (Some(_), Some(right)) => (right.whole, right.style),
            (None, None) => continue,
        };
        set(buf, chart, cell, y, symbol, style);
    }
    for (part, bound) in parts.iter().zip(&bounds) {
        let halves = [bound.0.floor() + 0.25, bound.0.floor() + 0.75, bound.0.floor() + 1.25];
        if !halves.iter().any(|half| bound.0 <= *half && *half < bound.1) {
            put(buf, chart, y, scale, part.from_ns, part.fill.right, part.fill.style);
        }
    }
}

/// Marks where the cues of the segment are meant to come.
fn planned_cues(
    scene: &Scene,
    buf: &mut Buffer,
    chart: Rect,
    y: u16,
    scale: &Scale,
    track: &Track,
) {
    let cues = || scene.show.cues_of(track.segment);
    if cells(scale, track.planned_ns) < 2 * cues().count() {
        return;
    }
    for cue in cues().filter(|&cue| scene.cue(cue).backup_for.is_none()) {
        let style = if matches!(scene.cue(cue).trigger, Trigger::Go) {
            scene.styles.text
        } else {
            scene.styles.past
        };
        put(buf, chart, y, scale, scene.planned_cue_ns(cue).ns(), "┳", style);
    }
}

/// Marks where cues of the segment fired.
fn fired_cues(scene: &Scene, buf: &mut Buffer, chart: Rect, y: u16, scale: &Scale, track: &Track) {
    let fired =
        || scene.show.cues_of(track.segment).filter_map(|cue| scene.state.cue(cue).fired_ns);
    if cells(scale, track.actual_ns) < 2 * fired().count() {
        return;
    }
    let (start_ns, end_ns) = track.actual_ns;
    for fired_ns in fired().map(RunNs::ns).filter(|ns| (start_ns..=end_ns).contains(ns)) {
        let Some(cell) = scale.cell(fired_ns) else { continue };
        let Some(at) = buf.cell_mut((chart.x + cell, y)).filter(|at| at.symbol() == "█") else {
            continue;
        };
        at.set_symbol("│").modifier.insert(Modifier::REVERSED);
    }
}

/// Writes the numbers of the cues below the bars, where there is room for them: where each fired,
/// or will if its segment goes on as it stands.
pub(super) fn numbers(
    scene: &Scene,
    buf: &mut Buffer,
    chart: Rect,
    y: u16,
    scale: &Scale,
    track: &Track,
) {
    let (styles, mut free) = (&scene.styles, 0);
    let cues = scene.show.cues_of(track.segment).filter(|&cue| scene.state.is_in_order(cue));
    for cue in cues.take(usize::from(chart.width)) {
        let fired_ns = scene.state.cue(cue).fired_ns.map(RunNs::ns);
        let is_on_air = scene.state.on_air().contains(&cue);
        let style = match fired_ns {
            _ if is_on_air => styles.on_air,
            Some(_) => styles.past,
            None => styles.text,
        };
        let at_ns = fired_ns.unwrap_or_else(|| scene.planned_cue_ns(cue).ns() + track.late_ns());
        let (number, cells) = (scene.number(cue), text::width(scene.number(cue)) as u16);
        if let Some(cell) =
            scale.cell(at_ns).filter(|cell| *cell >= free && cell + cells <= chart.width)
        {
            buf.set_string(chart.x + cell, y, number, style);
            free = cell + cells + 1;
        }
    }
}

fn cells(scale: &Scale, (from_ns, to_ns): (i64, i64)) -> usize {
    (scale.at(to_ns) - scale.at(from_ns)).max(0.0) as usize
}

/// Puts a sign where an instant lies.
pub(super) fn put(
    buf: &mut Buffer,
    chart: Rect,
    y: u16,
    scale: &Scale,
    ns: i64,
    symbol: &str,
    style: Style,
) {
    if let Some(cell) = scale.cell(ns) {
        set(buf, chart, cell, y, symbol, style);
    }
}

fn set(buf: &mut Buffer, chart: Rect, cell: u16, y: u16, symbol: &str, style: Style) {
    if cell < chart.width
        && y < chart.bottom()
        && let Some(at) = buf.cell_mut((chart.x + cell, y))
    {
        at.set_symbol(symbol).set_style(style);
    }
}
