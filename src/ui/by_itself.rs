//! What comes next by itself: one row of the run page that is always there.
//!
//! ```text
//!  next by itself: 8 The Tower sparkles in 1:23
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, text};
use crate::show::duration::{self, SECOND_NS};

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
    let label = if area.width >= ROOMY { "next by itself: " } else { "by itself: " };
    let left_ns = next.at_ns.saturating_sub(scene.now_ns);
    let is_near = left_ns < 30 * SECOND_NS;
    let mut tail = vec![];
    // Departments that are not ready by then keep it from coming.
    if !scene.state.is_clear(next.cue) {
        let (ready, all) = scene.ready(next.cue);
        tail.push(Span::styled(format!("  {} {ready} of {all}", signs::INTERLOCK), styles.attention));
    }
    let when = format!(" in {}", duration::until(left_ns));
    tail.push(Span::styled(when, if is_near { styles.strong } else { styles.text }));
    let head = Line::from(vec![
        Span::styled(label, styles.past),
        Span::styled(format!("{} ", scene.number(next.cue)), styles.text),
        Span::styled(scene.cue(next.cue).title.as_str(), styles.text),
    ]);
    let line = text::with_tail(head, Line::from(tail), usize::from(area.width), LEAST);
    text::put(buf, area, area.y, line);
}
