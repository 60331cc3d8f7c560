//! The next thing that comes by itself: one row of the run page that is always there.
//!
//! ```text
//!  next by itself: 8 The Tower sparkles in 1:23
//!  held: 14 Bass hands over the flag waits, 0:12 left
//!  held: 8 The Tower sparkles will be missed in 1:23
//! ```
//!
//! In a hold nothing comes by itself: delays stand still, and a cue by the clock is missed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, text};
use crate::show::{Trigger, duration};

/// From this width on the row begins with "next".
const ROOMY: u16 = 48;
/// The fewest cells of the cue in front of the time.
const LEAST: usize = 10;

/// Draws the row.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    if area.is_empty() {
        return;
    }
    let styles = &scene.styles;
    let Some(next) = scene.state.next_by_itself(scene.now_ns) else {
        text::put(buf, area, area.y, Line::styled("nothing comes by itself", styles.past));
        return;
    };
    let is_roomy = area.width >= ROOMY;
    let is_held = scene.state.held_since().is_some();
    let label = match (is_held, is_roomy) {
        (true, _) => "held: ",
        (false, true) => "next by itself: ",
        (false, false) => "by itself: ",
    };
    let left_ns = next.at_ns.since(scene.now_ns);
    let mut tail = vec![];
    // Departments that are not ready by then keep it from coming.
    if !scene.state.is_clear(next.cue) {
        let (ready, all) = scene.ready(next.cue);
        tail.push(Span::styled(
            format!("  {} {ready} of {all}", signs::INTERLOCK),
            styles.attention,
        ));
    }
    let (words, style) = scene.due_words(next.cue, left_ns);
    let by_clock = matches!(scene.cue(next.cue).trigger, Trigger::At { .. });
    let words = match (is_held, by_clock, is_roomy) {
        (true, false, _) => format!(" waits, {} left", duration::until(left_ns)),
        (true, true, true) => format!(" will be {words}"),
        (true, true, false) | (false, ..) => format!(" {words}"),
    };
    tail.push(Span::styled(words, style));
    let head = Line::from(vec![
        Span::styled(label, styles.past),
        Span::styled(format!("{} ", scene.number(next.cue)), styles.text),
        Span::styled(scene.cue(next.cue).title.as_str(), styles.text),
    ]);
    let line = text::with_tail(head, Line::from(tail), usize::from(area.width), LEAST);
    text::put(buf, area, area.y, line);
}
