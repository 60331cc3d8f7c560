//! Steps as cards side by side: each has its sign, its number, its title, and when it was marked.
//!
//! ```text
//! ┏ ✓ 1 ━━━━━━━━━━━━━━┓   ┌ ● 2 of 3 ──────────┐   ┌ ○ 3 ───────────────┐
//! ┃ The mayor of Paris┃ → │ The IOC's president│ → │ The mayor of Los   │
//! ┃ gives it up       ┃   │ holds it           │   │ Angeles receives it│
//! ┃ 23:25:10          ┃   │ next               │   │                    │
//! ┗━━━━━━━━━━━━━━━━━━━┛   └────────────────────┘   └────────────────────┘
//! ```
//!
//! A marked card has heavy edges in the step's colour; the next one is bright, those to come are
//! grey. A title is never cut: where one does not fit its card, there are no cards.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Standing, ink};
use crate::show::CueIx;
use crate::ui::scene::Scene;
use crate::ui::text;

/// The widest and the narrowest card.
const WIDTH: (u16, u16) = (40, 16);
/// The cells between two cards, for an arrow.
const GAP: u16 = 3;
/// The highest card.
const HEIGHT_MAX: u16 = 9;
/// The rows of a card that are not its title's: the edges and the time.
const FRAME: u16 = 3;

/// Arrangement of the cards: the number side by side, and the size of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CardGrid {
    columns: u16,
    width: u16,
    height: u16,
}

impl CardGrid {
    /// The one with the fewest rows of cards in which every title is whole.
    fn of(titles: &[&str], area: Rect) -> Option<Self> {
        let count = titles.len() as u16;
        (1..=count).rev().find_map(|columns| {
            let rows = count.div_ceil(columns);
            let width = ((area.width + GAP) / columns).checked_sub(GAP)?.min(WIDTH.0);
            let height = (area.height / rows).min(HEIGHT_MAX);
            let room = usize::from(height.checked_sub(FRAME)?);
            let is_whole = |title: &&str| {
                let cells = usize::from(width.saturating_sub(4));
                let words_fit = title.split_whitespace().all(|word| text::width(word) <= cells);
                words_fit && text::wrap(title, cells, room + 1).len() <= room
            };
            let fits = width >= WIDTH.1 && room > 0 && titles.iter().all(is_whole);
            fits.then_some(CardGrid { columns, width, height })
        })
    }
}

/// Draws them; `false` where they have no room, and nothing is drawn.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) -> bool {
    let titles: Vec<&str> = scene.cue(cue).steps.iter().map(|step| step.title.as_str()).collect();
    let Some(grid) = CardGrid::of(&titles, area) else { return false };
    let rows = (titles.len() as u16).div_ceil(grid.columns);
    // In the middle of what is free.
    let wide = grid.columns * (grid.width + GAP) - GAP;
    let (left, top) = ((area.width - wide) / 2, (area.height - rows * grid.height) / 2);
    for (step, title) in titles.iter().enumerate() {
        let (column, row) = (step as u16 % grid.columns, step as u16 / grid.columns);
        let field = Rect {
            x: area.x + left + column * (grid.width + GAP),
            y: area.y + top + row * grid.height,
            width: grid.width,
            height: grid.height,
        };
        card(scene, buf, field, cue, step, title);
        if column + 1 < grid.columns && step + 1 < titles.len() {
            let is_passed = Standing::of(scene, cue, step) == Standing::Marked;
            let style = if is_passed { scene.styles.strong } else { scene.styles.rule };
            buf.set_string(field.right() + GAP / 2, field.y + field.height / 2, "→", style);
        }
    }
    true
}

fn card(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx, step: usize, title: &str) {
    let styles = &scene.styles;
    let standing = Standing::of(scene, cue, step);
    let (edge, words) = match standing {
        Standing::Marked => (ink(scene, cue, step), styles.text),
        Standing::Next => (styles.text, styles.strong),
        Standing::ToCome => (styles.rule, styles.past),
    };
    let [corner, flat, upright] = match standing {
        Standing::Marked => [["┏", "┓", "┗", "┛"], ["━"; 4], ["┃"; 4]],
        Standing::Next | Standing::ToCome => [["┌", "┐", "└", "┘"], ["─"; 4], ["│"; 4]],
    };
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x..=right {
        buf.set_string(x, area.y, flat[0], edge);
        buf.set_string(x, bottom, flat[0], edge);
    }
    for y in area.y..=bottom {
        buf.set_string(area.x, y, upright[0], edge);
        buf.set_string(right, y, upright[0], edge);
    }
    for ((x, y), symbol) in [(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)]
        .into_iter()
        .zip(corner)
    {
        buf.set_string(x, y, symbol, edge);
    }
    let inner = Rect { x: area.x + 2, width: area.width - 4, ..area };
    let head =
        vec![Span::raw(" "), standing.sign(scene), Span::styled(format!(" {} ", step + 1), words)];
    text::put(buf, Rect { x: area.x + 1, width: area.width - 2, ..area }, area.y, Line::from(head));
    let room = usize::from(area.height - FRAME);
    for (y, line) in (area.y + 1..).zip(text::wrap(title, usize::from(inner.width), room)) {
        text::put(buf, inner, y, Line::styled(line, words));
    }
    let foot = match standing {
        Standing::Marked => {
            let marked_ns = scene.state.cue(cue).marked_ns.get(step);
            Line::styled(marked_ns.map_or(String::new(), |&ns| scene.wall(ns)), styles.past)
        }
        Standing::Next => Line::styled("next", styles.past),
        Standing::ToCome => Line::default(),
    };
    text::put(buf, inner, bottom - 1, foot);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_is_cut_and_few_rows_come_first() {
        let titles = [
            "The mayor of Paris gives it up",
            "The IOC's president holds it",
            "Someone receives it",
        ];
        let grid = |columns, rows| CardGrid::of(&titles, Rect::new(0, 0, columns, rows));
        assert_eq!(grid(120, 10), Some(CardGrid { columns: 3, width: 38, height: 9 }));
        assert_eq!(
            grid(62, 10),
            Some(CardGrid { columns: 3, width: 18, height: 9 }),
            "two lines each"
        );
        assert_eq!(grid(40, 12), Some(CardGrid { columns: 2, width: 18, height: 6 }));
        assert_eq!(grid(62, 4), None, "a title would be cut");
        assert_eq!(grid(12, 40), None, "too narrow");
    }
}
