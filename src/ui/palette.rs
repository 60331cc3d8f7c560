//! The command palette: a small panel above the message line, every command that the typed words may mean.
//!
//! ```text
//!  ─ COMMANDS ───────────────────────────────────
//!  ▸ hold       h    stop the show's clock …
//!    help       ?    all keys; again goes back
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::scene::Scene;
use super::{layout, text};
use crate::app::{Prompt, find};

/// The most commands that are shown at once.
const ROWS_MAX: usize = 10;

/// Draws the panel into the lowest rows of `body`.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, body: Rect, prompt: &Prompt) {
    let styles = &scene.styles;
    let found = find::commands(prompt.input.value());
    let rows = ROWS_MAX.min(found.len().max(1)).min(usize::from(body.height).saturating_sub(2));
    if rows == 0 {
        return;
    }
    let panel = Rect { y: body.bottom() - rows as u16 - 2, height: rows as u16 + 1, ..body };
    Clear.render(panel, buf);
    buf.set_style(panel, styles.base);
    layout::rule(buf, panel, panel.y, "COMMANDS", styles);
    layout::rule(buf, body, panel.bottom(), "", styles);
    let list = Rect { x: panel.x + 1, y: panel.y + 1, width: panel.width.saturating_sub(2), height: rows as u16 };
    buf.set_style(Rect { y: list.y, height: list.height, ..panel }, styles.raised);
    if found.is_empty() {
        text::put(buf, list, list.y, Line::styled("  no command has these words", styles.past));
        return;
    }
    let first = (prompt.chosen + 1).saturating_sub(rows);
    for (y, (at, binding)) in (list.y..).zip(found.iter().enumerate().skip(first).take(rows)) {
        let is_chosen = at == prompt.chosen;
        let line = Line::from(vec![
            Span::styled(if is_chosen { "▸ " } else { "  " }, styles.attention),
            Span::styled(format!("{:<20}", binding.name), if is_chosen { styles.strong } else { styles.text }),
            Span::styled(binding.keys, styles.strong),
            Span::raw(" ".repeat(9_usize.saturating_sub(text::width(binding.keys)))),
            Span::styled(binding.help, styles.past),
        ]);
        text::put(buf, list, y, line);
        if is_chosen {
            buf.set_style(Rect { y, height: 1, ..panel }, styles.selected);
        }
    }
}
