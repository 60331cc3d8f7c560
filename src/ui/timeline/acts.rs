//! A row of the acts over the clock: each with its planned length, and how far its end is from the plan.
//!
//! ```text
//!  ▶ Act one  ends 21:03:20   ├ Act one  1:30:00  +2:10 ━━━━━━├ Interval ━├ Act two  1:10:00 ━━━━━━
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scale::Scale;
use crate::engine::ActTiming;
use crate::show::acts::ActSpan;
use crate::show::duration;
use crate::time::unsigned;
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// The fewest cells of a bar that have a name.
const NAMED_MIN: usize = 6;

/// Returns `true` if the show has an act with a name.
pub(super) fn has_acts(scene: &Scene) -> bool {
    scene.show.acts().any(|act| act.name.is_some())
}

/// Draws the row `y`: the running act into `titles`, all of them into `chart`, and what is left of the
/// running one into `words`, where there is room for that.
pub(super) fn draw(
    scene: &Scene,
    buf: &mut Buffer,
    y: u16,
    (titles, chart, words): (Rect, Rect, Rect),
    scale: &Scale,
) {
    let styles = &scene.styles;
    let [titles, chart, words] = [titles, chart, words].map(|field| Rect { y, height: 1, ..field });
    let running = scene.state.running_act();
    for act in scene.show.acts().filter(|act| act.name.is_some()) {
        let timing = scene.state.act_timing(&act, &scene.expected, scene.shown_now_ns);
        let is_running = running.as_ref() == Some(&act);
        let is_past =
            timing.ends_ns <= scene.shown_now_ns && scene.state.has_begun() && !is_running;
        let style = match (is_running, is_past) {
            (true, _) => styles.strong,
            (false, true) => styles.past,
            (false, false) => styles.text,
        };
        bar(scene, buf, chart, scale, (&act, &timing), style);
        if is_running {
            let name = act.name.unwrap_or_default();
            let ends = format!("  ends {}", scene.wall(timing.ends_ns));
            let head = Span::styled(format!("{} ", signs::ON_AIR), styles.on_air);
            let line = Line::from(vec![head, Span::styled(name, styles.strong)]);
            let columns = usize::from(titles.width.saturating_sub(1));
            let line = text::with_tail(line, Line::styled(ends, styles.past), columns, NAMED_MIN);
            text::put(buf, titles, y, line);
            let left = duration::countdown(unsigned(timing.ends_ns.until(scene.shown_now_ns)));
            let left = Span::styled(format!("left    {left}"), styles.text);
            let over = scene.over_under(timing.over);
            let cells = text::width(&left.content) + 2 + text::width(&over.content);
            let has_room = !timing.over.is_zero() && cells <= usize::from(words.width);
            let over = has_room.then(|| [Span::raw("  "), over]);
            let line = std::iter::once(left).chain(over.into_iter().flatten());
            text::put(buf, words, y, Line::from_iter(line));
        }
    }
    if running.is_none() {
        text::put(buf, titles, y, Line::styled("  acts", styles.past));
    }
}

/// The bar of an act, as much of it as is in sight, with the longest words about it that fit.
fn bar(
    scene: &Scene,
    buf: &mut Buffer,
    row: Rect,
    scale: &Scale,
    (act, timing): (&ActSpan<'_>, &ActTiming),
    style: Style,
) {
    let cell = |ns: i64| scale.at(ns).round().clamp(0.0, f64::from(row.width)) as u16;
    let (from, to) = (cell(timing.starts_ns.ns()), cell(timing.ends_ns.ns()));
    let cells = usize::from(to.saturating_sub(from));
    if cells == 0 {
        return;
    }
    let field = Rect { x: row.x + from, width: cells as u16, ..row };
    let rule = format!("├{}", "━".repeat(cells - 1));
    text::put(buf, field, row.y, Line::styled(rule, scene.styles.past));
    let name = text::fit(act.name.unwrap_or_default(), cells.saturating_sub(3)).into_owned();
    if cells < NAMED_MIN {
        return;
    }
    let planned = format!("  {}", duration::length(timing.planned));
    let mut spans = vec![Span::styled(format!(" {name}"), style)];
    let room = cells.saturating_sub(2 + text::width(&name));
    if text::width(&planned) < room {
        let over = (!timing.over.is_zero()).then(|| scene.over_under(timing.over));
        let over =
            over.filter(|over| text::width(&planned) + text::width(&over.content) + 2 < room);
        spans.push(Span::styled(planned, scene.styles.past));
        spans.extend(over.into_iter().flat_map(|over| [Span::raw("  "), over]));
    }
    spans.push(Span::raw(" "));
    let field = Rect { x: field.x + 1, width: field.width - 1, ..field };
    text::put(buf, field, row.y, Line::from(spans));
}
