//! The strip: one row on every page and at every size, with what is on air and its time left, and
//! what the next GO fires.
//!
//! ```text
//!  ▶   0:30  12 Tom Cruise: off the roof  +1    │ NEXT  20 Five rings for Hollywood  ◇ 2 of 3  “Rings: GO”
//! ```
//!
//! The two halves have their places from the width of the window alone, and a countdown has its own
//! cells, so that nothing jumps as titles and digits change. A small window puts the halves below
//! each other.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, standby, text};
use crate::app::stopped;
use crate::engine::Countdown;
use crate::show::CueIx;
use crate::show::duration;

/// The fewest cells that a call keeps beside a long title.
const CALL_MIN: usize = 12;
/// The fewest cells that a title keeps.
const TITLE_MIN: usize = 8;

/// Draws the strip into one row.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    if area.is_empty() {
        return;
    }
    buf.set_style(area, scene.styles.raised);
    let left = Rect { x: area.x + 1, width: (area.width * 2 / 5).saturating_sub(1), ..area };
    let middle =
        Rect { x: left.right(), width: 2.min(area.right().saturating_sub(left.right())), ..area };
    let right =
        Rect { x: middle.right(), width: area.right().saturating_sub(middle.right() + 1), ..area };
    text::put(buf, left, area.y, on_air(scene, usize::from(left.width)));
    text::put(buf, middle, area.y, Line::styled("│", scene.styles.rule));
    text::put(buf, right, area.y, next(scene, usize::from(right.width)));
}

/// Line about what is on air and its remaining time, in `columns` cells.
pub(super) fn on_air<'a>(scene: &Scene<'a>, columns: usize) -> Line<'a> {
    let (state, styles) = (scene.state, &scene.styles);
    if state.has_ended() {
        let over = scene.over_under(scene.late(scene.timing.planned_end_ns, scene.timing.end_ns));
        return Line::from(vec![Span::styled("Show ended  ", styles.strong), over]);
    }
    if state.is_panicked() {
        let stopped = Span::styled(
            format!("{} {}", signs::STOPPED, stopped::short_words(state)),
            styles.on_air,
        );
        return Line::from(vec![
            Span::styled(" PANIC ", styles.on_air_badge),
            Span::raw(" "),
            stopped,
        ]);
    }
    if !state.has_begun() {
        return before(scene);
    }
    let is_held = state.held_since().is_some();
    let sign =
        if is_held { (" HELD ", styles.attention_badge) } else { (signs::ON_AIR, styles.on_air) };
    let mut spans = vec![Span::styled(sign.0, sign.1), Span::raw(" ")];
    if let Some((next, starts_ns)) = state.gap(scene.now_ns).filter(|_| state.on_air().is_empty()) {
        let left = Countdown { elapsed: Duration::ZERO, of: starts_ns.since(scene.now_ns) };
        spans.extend(digits(left, (duration::countdown(left.of), styles.strong)));
        spans.push(Span::styled("until ", styles.past));
        spans.push(Span::styled(scene.show.segment(next).title.as_str(), styles.text));
        return Line::from(spans);
    }
    let Some(cue) = scene.on_air_cue() else {
        let segment = scene.segment();
        if let Some(countdown) = state.segment_countdown(scene.now_ns) {
            spans.extend(digits(countdown, scene.left_of_segment(segment, countdown)));
        }
        spans.push(Span::styled(scene.show.segment(segment).title.as_str(), styles.strong));
        return Line::from(spans);
    };
    if let Some(countdown) = scene.countdown(cue) {
        spans.extend(digits(countdown, scene.left_of(cue, countdown)));
    }
    spans.push(Span::styled(format!("{} ", scene.number(cue)), styles.on_air));
    spans.push(Span::styled(scene.cue(cue).title.as_str(), styles.strong));
    let others = state.on_air().len() - 1;
    let others = if others > 0 { format!("  +{others}") } else { String::new() };
    text::with_tail(Line::from(spans), Line::styled(others, styles.past), columns, TITLE_MIN)
}

/// A countdown in cells of its own.
fn digits(countdown: Countdown, (left, style): (String, Style)) -> [Span<'static>; 3] {
    let cells = text::width(&duration::length(countdown.of)).max(4) + 1;
    let pad = " ".repeat(cells.saturating_sub(text::width(&left)));
    [Span::raw(pad), Span::styled(left, style), Span::raw("  ")]
}

fn before<'a>(scene: &Scene<'a>) -> Line<'a> {
    let styles = &scene.styles;
    if scene.state.is_only_edited() {
        return Line::styled("The show is edited, not run", styles.strong);
    }
    let mut spans = vec![Span::styled("The show has not begun", styles.strong)];
    if scene.state.plan().anchored {
        let left = scene.state.planned_begin_ns().in_run().until(scene.now_ns);
        let (by, is_late) = (left.unsigned_abs(), left.is_negative());
        spans.push(match is_late {
            false => Span::styled(format!("  in {}", duration::until(by)), styles.text),
            true => Span::styled(format!("  late {}", duration::clock(by)), styles.attention),
        });
    }
    Line::from(spans)
}

/// Line about the next GO, in `columns` cells: its cue, the call for it, and the departments that
/// are ready.
pub(super) fn next<'a>(scene: &Scene<'a>, columns: usize) -> Line<'a> {
    named(scene, columns, true)
}

/// The same without the call, where that stands below.
pub(super) fn next_without_call<'a>(scene: &Scene<'a>, columns: usize) -> Line<'a> {
    named(scene, columns, false)
}

fn named<'a>(scene: &Scene<'a>, columns: usize, with_call: bool) -> Line<'a> {
    let styles = &scene.styles;
    let Some(cue) = scene.state.playhead() else {
        let word = standby::no_next(scene);
        return Line::styled(word, styles.past);
    };
    let plan = scene.cue(cue);
    let mut spans = vec![
        standby::badge(scene, cue),
        Span::raw(" "),
        Span::styled(format!("{} ", plan.number), styles.strong),
    ];
    let ready = ready(scene, cue);
    let ready_cells = ready.as_ref().map_or(0, |ready| text::width(&ready.content) + 2);
    let taken = spans.iter().map(|span| text::width(&span.content)).sum::<usize>() + ready_cells;
    let room = columns.saturating_sub(taken);
    let call = plan.call.as_ref().filter(|_| with_call).map(|call| format!("“{call}”"));
    let call_cells = call.as_ref().map_or(0, |call| text::width(call) + 2);
    // A long title leaves the first words of the call in sight.
    let kept = call_cells.min((room / 3).max(CALL_MIN + 2));
    let title =
        text::fit(&plan.title, room.saturating_sub(kept).max(TITLE_MIN.min(room))).into_owned();
    let left = room.saturating_sub(text::width(&title));
    spans.push(Span::styled(title, styles.strong));
    if let Some(ready) = ready {
        spans.extend([Span::raw("  "), ready]);
    }
    if let Some(call) = call.filter(|_| left > 4) {
        spans.extend([
            Span::raw("  "),
            Span::styled(text::fit(&call, left - 2).into_owned(), styles.text),
        ]);
    }
    Line::from(spans)
}

/// Number of departments that are ready, with the sign of the interlock.
fn ready(scene: &Scene, cue: CueIx) -> Option<Span<'static>> {
    let styles = &scene.styles;
    let state = scene.state.cue(cue);
    let (ready, all) = scene.ready(cue);
    if scene.state.is_only_edited() {
        return None;
    }
    if state.overridden {
        return Some(Span::styled(format!("{} overridden", signs::INTERLOCK), styles.attention));
    }
    let (sign, style) = match (ready == all, state.stood_by) {
        (true, _) => (signs::CLEAR, styles.ready),
        (false, true) => (signs::INTERLOCK, styles.attention),
        (false, false) => (signs::INTERLOCK, styles.text),
    };
    (all > 0).then(|| Span::styled(format!("{sign} {ready} of {all}"), style))
}
