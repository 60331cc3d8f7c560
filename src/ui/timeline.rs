//! The timeline: the segments as bars over the clock, planned above actual.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::scene::Scene;
use super::text;

/// Draws the page, and says how far it can be scrolled.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> (usize, usize) {
    let rows = scene.show.segments.iter().map(|segment| Line::styled(segment.title.as_str(), scene.styles.text));
    for (y, line) in (area.y..area.bottom()).zip(rows.skip(scene.app.scroll)) {
        text::put(buf, area, y, line);
    }
    (0, scene.show.segments.len().saturating_sub(usize::from(area.height)))
}
