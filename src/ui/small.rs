//! The screen of a window that is too small for panels: what is on air, what is next, and a word that it is small.
//!
//! ```text
//!   ● LIVE  +0:42 over   22:58:07
//!  ▶ 12  Off the roof  0:33
//!  ● 14  Bass hands over the flag  ◇ 2 of 3 ready
//!  “Flag party, camera four: GO”
//!  small window: 60 × 16 shows everything
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{footer, header, people, signs, standby, text};
use crate::show::duration;

/// The smallest window that has panels.
pub(super) const COLUMNS_MIN: u16 = 60;
/// Its rows.
pub(super) const ROWS_MIN: u16 = 16;

/// Draws what there is room for, and says where the cursor stands while the caller types.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> Option<Position> {
    let styles = &scene.styles;
    let small = format!("small window: {COLUMNS_MIN} × {ROWS_MIN} shows everything");
    if area.height == 1 {
        if scene.app.prompt.is_some() || scene.app.question.is_some() {
            return footer::message(scene, buf, area, area.y);
        }
        let mut spans = on_air(scene, false).spans;
        spans.push(Span::raw("  "));
        spans.extend(people::one(scene).unwrap_or_else(|| next(scene, false)).spans);
        text::put_both(buf, area, area.y, Line::from(spans), Line::styled("small", styles.past), 10);
        return None;
    }
    let mut lines = vec![on_air(scene, true), next(scene, true)];
    // What the keys of the people page act on is never out of sight.
    lines.extend(people::one(scene));
    // What else is wanted, the most needed first, while a row is left for the message line.
    let mut more = header::alarms(scene, area.width);
    if let Some(cue) = scene.state.playhead() {
        more.extend(scene.cue(cue).call.as_ref().map(|call| Line::styled(format!("“{call}”"), styles.strong)));
        more.extend(standby::answers(scene, cue, usize::from(area.width), false));
    }
    let mut head = header::badges(scene);
    head.push(Span::raw("  "));
    head.extend(header::timing(scene).spans);
    more.push(Line::from(head));
    more.push(header::outputs(scene, area.width, usize::from(area.width)));
    let room = usize::from(area.height).saturating_sub(lines.len() + 1);
    more.truncate(room);
    lines.extend(more);
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
    let last = area.bottom() - 1;
    if footer::speaks(scene) {
        footer::message(scene, buf, area, last)
    } else {
        let clock = Line::styled(scene.wall(scene.now_ns as i64), styles.text);
        text::put_both(buf, area, last, Line::styled(small, styles.past), clock, 12);
        None
    }
}

fn on_air<'a>(scene: &Scene<'a>, with_title: bool) -> Line<'a> {
    let (state, styles) = (scene.state, &scene.styles);
    if state.has_ended() {
        let amount = scene.over_under(scene.timing.over_ns);
        return Line::from(vec![Span::styled("Show ended  ", styles.strong), amount]);
    }
    if !state.has_begun() {
        return Line::styled("The show has not begun", styles.strong);
    }
    let cue = scene.on_air_cue();
    let timed = scene.timed_cue().and_then(|cue| scene.countdown(cue));
    let countdown = timed.or(state.segment_countdown(scene.now_ns));
    let mut spans = vec![Span::styled(format!("{} ", signs::ON_AIR), styles.on_air)];
    if let Some(countdown) = countdown {
        let (left, style) = scene.left(countdown);
        let cells = text::width(&duration::countdown(countdown.of_ns)) + 1;
        spans.push(Span::styled(format!("{left:>cells$}  "), style));
    }
    let title = match cue {
        Some(cue) => {
            spans.push(Span::styled(format!("{} ", scene.number(cue)), styles.on_air));
            scene.cue(cue).title.as_str()
        }
        None => scene.show.segment(scene.segment()).title.as_str(),
    };
    if with_title || cue.is_none() {
        spans.push(Span::styled(title, styles.strong));
    }
    Line::from(spans)
}

fn next<'a>(scene: &Scene<'a>, with_title: bool) -> Line<'a> {
    let styles = &scene.styles;
    let Some(cue) = scene.state.playhead() else {
        return Line::styled("nothing is left to call", styles.past);
    };
    let mut spans = vec![
        Span::styled(format!("{} ", signs::PLAYHEAD), styles.strong),
        Span::styled(format!("{} ", scene.number(cue)), styles.strong),
    ];
    if with_title {
        spans.push(Span::styled(scene.cue(cue).title.as_str(), styles.text));
        spans.push(Span::raw(" "));
    }
    spans.extend(standby::interlock(scene, cue));
    Line::from(spans)
}
