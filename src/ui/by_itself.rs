//! The next thing that comes by itself: one row of the run page that is always there.
//!
//! ```text
//!  next by itself: 8 The Tower sparkles in 1:23
//!  next by AUTO: 12 Off the roof  ⧗ 0 of 3 in 0:02
//!  held: 14 Bass hands over the flag waits, 0:12 left
//!  held: 8 The Tower sparkles will be missed in 1:23
//! ```
//!
//! In a hold nothing comes by itself: delays stand still, and a cue by the clock is missed. With
//! `--auto` the program's own GOs come by themselves too.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, text};
use crate::engine::Upcoming;
use crate::show::{Trigger, duration};

/// From this width on the row begins with "next".
const ROOMY: u16 = 48;
/// The fewest cells of the cue in front of the time.
const LEAST: usize = 10;

/// The next cue that comes without the caller, and `true` if the program gives the GO for it.
fn next(scene: &Scene) -> Option<(Upcoming, bool)> {
    let by_itself = scene.state.next_by_itself(scene.now_ns).map(|next| (next, false));
    let by_auto = scene.state.next_auto_call(scene.now_ns).map(|next| (next, true));
    by_itself.into_iter().chain(by_auto).min_by_key(|(next, is_auto)| (next.at_ns, *is_auto))
}

/// Returns `true` if the row names a cue.
pub(super) fn comes(scene: &Scene) -> bool {
    next(scene).is_some()
}

/// Draws the row.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    if area.is_empty() {
        return;
    }
    let styles = &scene.styles;
    let Some((next, is_auto)) = next(scene) else {
        // The program takes a backup, or waits for a segment to open.
        let state = scene.state;
        let is_held = state.held_since().is_some();
        let calls = state.calls_itself() && !is_held && state.playhead().is_some();
        let left = state.playhead().filter(|&cue| calls && state.is_left_to_caller(cue));
        let words = match left {
            Some(cue) if state.may_have_been_sent(cue) => "AUTO waits: CHECK",
            Some(_) => "AUTO waits: missed",
            None if calls => "AUTO calls the show",
            None => "nothing comes by itself",
        };
        text::put(buf, area, area.y, Line::styled(words, styles.past));
        return;
    };
    let is_roomy = area.width >= ROOMY;
    let is_held = scene.state.held_since().is_some();
    let label = match (is_held, is_roomy, is_auto) {
        (true, _, _) => "held: ",
        (false, true, false) => "next by itself: ",
        (false, false, false) => "by itself: ",
        (false, true, true) => "next by AUTO: ",
        (false, false, true) => "AUTO: ",
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
    let by_clock = !is_auto && matches!(scene.cue(next.cue).trigger, Trigger::At { .. });
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
