//! A route with heights, seen from the side: height over time, with the ground, the start, and the height now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::words;
use crate::show::CueIx;
use crate::ui::scene::Scene;
use crate::ui::text;

/// The fewest rows in which it tells more than words.
pub(super) const ROWS_MIN: u16 = 4;

/// Draws it.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let lines = words::route(scene, cue, usize::from(area.width));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
}
