//! The stage message on a board: a band of its own below everything else, as large as it fits, so that
//! the time left stays in sight above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{BoardScene, ROWS_MIN, middle};
use crate::ui::{layout, letters, text};

/// From how many rows on a band has a rule with its name.
const ROWS_RULED: u16 = 4;

/// Draws the message, where one stands, and says what it leaves of `area`.
pub(super) fn draw(scene: &BoardScene, buf: &mut Buffer, area: Rect) -> Rect {
    let Some(message) = scene.board.message.as_deref() else { return area };
    if area.height == 1 {
        // What is left keeps the end of the only row.
        let width = area.width.saturating_sub(10);
        let row = Rect { width, ..area };
        text::put(buf, row, area.y, Line::styled(message, scene.styles.attention_badge));
        return Rect { x: row.right(), width: area.width - width, ..area };
    }
    let high = area.height;
    let usual = match high {
        ..6 => 1,
        6..12 => high / 3,
        _ => (high * 2 / 5).min(high - ROWS_MIN),
    };
    // A long message gets half of the window before it becomes small.
    let bands = [usual, (high / 2).max(usual)].map(|rows| Band::new(area, rows));
    let fitting = |band: &&Band| {
        let (columns, rows) = (usize::from(band.words.width), usize::from(band.words.height));
        letters::filling(message, columns, rows, scene.is_plain).is_some()
    };
    let band = bands.iter().find(fitting).unwrap_or(&bands[0]);
    band.draw(scene, buf, message);
    Rect { height: band.all.y - area.y, ..area }
}

/// The rows of a message.
#[derive(Clone, Copy)]
struct Band {
    /// All of them.
    all: Rect,
    /// Those of its words.
    words: Rect,
}

impl Band {
    /// The last `rows` of `area`.
    fn new(area: Rect, rows: u16) -> Self {
        let all = Rect { y: area.bottom() - rows, height: rows, ..area };
        let rule = u16::from(rows >= ROWS_RULED);
        let margin = u16::from(area.width >= 20);
        let words = Rect {
            x: all.x + margin,
            y: all.y + rule,
            width: all.width - 2 * margin,
            height: rows - rule,
        };
        Band { all, words }
    }

    fn draw(&self, scene: &BoardScene, buf: &mut Buffer, message: &str) {
        let (styles, words) = (&scene.styles, self.words);
        if words.y > self.all.y {
            layout::rule(buf, self.all, self.all.y, "MESSAGE", styles);
        }
        let (columns, rows) = (usize::from(words.width), usize::from(words.height));
        if let Some(big) = letters::filling(message, columns, rows, scene.is_plain) {
            return big.draw(buf, words, styles.attention);
        }
        let lines = text::wrap(message, columns.saturating_sub(2), rows);
        let badge = |line| Line::from(Span::styled(format!(" {line} "), styles.attention_badge));
        middle(buf, words, lines.into_iter().map(badge).collect());
    }
}
