//! The screen of a window that is too small for panels: what is on air, what is next, and a word
//! that it is small.
//!
//! ```text
//!   ● LIVE  +0:42 over   22:58:07
//!  ▶ 12  Off the roof  0:33
//!  ● 14  Bass hands over the flag  ◇ 2 of 3 ready
//!  “Flag party, camera four: GO”
//!  next by itself: 13 He lands in 0:32
//!  cue 12 fired (go)                 22:57:12
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{alarms, by_itself, end, footer, header, people, standby, strip, text};

/// The smallest window that has panels.
pub(super) const COLUMNS_MIN: u16 = 60;
/// Its rows.
pub(super) const ROWS_MIN: u16 = 16;

/// From this height on a row is kept free for alarms.
const RESERVED_FROM: u16 = 6;

/// Draws what there is room for, and says where the cursor stands while the caller types.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> Option<Position> {
    let styles = &scene.styles;
    let small = format!("small window: {COLUMNS_MIN} × {ROWS_MIN} shows everything");
    if area.height == 1 {
        if scene.app.prompt.is_some() || scene.app.question.is_some() {
            return footer::message(scene, buf, area, area.y);
        }
        strip::draw(scene, buf, area);
        return None;
    }
    let columns = usize::from(area.width);
    let mut lines = vec![strip::on_air(scene, columns), strip::next(scene, columns)];
    // What the keys of the people page act on is never out of sight.
    lines.extend(people::one(scene));
    // A row is kept for what is wrong as soon as the message line has its own.
    let wrong = alarms::lines(scene, area.width, 1);
    if area.height >= RESERVED_FROM || !wrong.is_empty() {
        lines.push(wrong.into_iter().next().unwrap_or_default());
    }
    // A cue that comes by itself is announced at every size that has room for it.
    let comes = scene.state.next_by_itself(scene.now_ns).is_some() && area.height > RESERVED_FROM;
    let by_itself = comes.then_some(area.y + lines.len() as u16);
    if comes {
        lines.push(Line::default());
    }
    // What else is wanted, the most needed first, while a row is left for the message line.
    let mut more = vec![];
    if let Some(cue) = scene.state.playhead() {
        let call = scene
            .cue(cue)
            .call
            .as_ref()
            .map_or(vec![], |call| text::wrap(&format!("“{call}”"), columns, 3));
        more.extend(call.into_iter().map(|line| Line::styled(line, styles.strong)));
        more.extend(standby::answers(scene, cue, columns, false, 3));
    }
    if scene.state.has_ended() {
        more.extend(end::lines(scene, columns));
    }
    let mut head = header::badges(scene);
    head.push(Span::raw("  "));
    head.extend(header::timing(scene, area.width).spans);
    more.push(Line::from(head));
    more.push(header::outputs(scene, area.width, usize::from(area.width)));
    let room = usize::from(area.height).saturating_sub(lines.len() + 1);
    more.truncate(room);
    lines.extend(more);
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
    let last = area.bottom() - 1;
    if let Some(y) = by_itself.filter(|y| *y < last) {
        by_itself::draw(scene, buf, Rect { y, height: 1, ..area });
    }
    // What a key has done is said here too: at this size it may be seen nowhere else.
    if footer::speaks(scene) || scene.view.log.last_said().is_some() {
        footer::message(scene, buf, area, last)
    } else {
        let clock = Line::styled(scene.wall(scene.now_ns), styles.text);
        text::put_both(buf, area, last, Line::styled(small, styles.past), clock, 12);
        None
    }
}
