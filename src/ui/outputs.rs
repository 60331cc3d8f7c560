//! The outputs: each with its health, its last packet, its latency and its queue.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::scene::Scene;
use super::text;

/// Draws the page, and says how far it can be scrolled.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> usize {
    let rows = scene.show.outputs.iter().map(|output| Line::styled(output.id.as_str(), scene.styles.text));
    for (y, line) in (area.y..area.bottom()).zip(rows.skip(scene.app.scroll)) {
        text::put(buf, area, y, line);
    }
    scene.show.outputs.len().saturating_sub(usize::from(area.height))
}
