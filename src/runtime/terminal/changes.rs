//! What changes between two frames, cell by cell.
//!
//! The same cells as ratatui's own comparison gives, which a property test holds it to. That one
//! looks up how wide every character is, of all cells in every frame; this only does for the cells
//! that change, and for characters that may be wide.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

/// Modifiers that can be seen on a cell without a character.
pub(super) const SEEN_ON_BLANK: Modifier =
    Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Makes an emoji of the character before it. Some terminals do not clear the cell that it then covers.
const EMOJI: char = '\u{fe0f}';

/// The cells of a frame that differ from the one before it, from left to right and from top to
/// bottom, with their places.
pub(super) struct Changes<'a> {
    before: &'a Buffer,
    after: &'a Buffer,
    at: usize,
    /// Cells that were or are covered by a wide character, up to where.
    covered: Option<Covered>,
}

struct Covered {
    at: usize,
    until: usize,
    /// Whether they are drawn in any case: the wide character is gone and has left its colours.
    is_stale: bool,
}

impl<'a> Changes<'a> {
    /// The changes from `before` to `after`, which have the same size.
    pub(super) fn new(before: &'a Buffer, after: &'a Buffer) -> Self {
        Changes { before, after, at: 0, covered: None }
    }

    fn place(&self, at: usize) -> Option<(u16, u16, &'a Cell)> {
        let cell = self.after.content.get(at)?;
        let columns = usize::from(self.after.area.width).max(1);
        let (x, y) = ((at % columns) as u16, (at / columns) as u16);
        Some((self.after.area.x + x, self.after.area.y + y, cell))
    }

    /// The next cell that a wide character covers or covered, and that is to be drawn.
    fn next_covered(&mut self) -> Option<(u16, u16, &'a Cell)> {
        let Covered { mut at, mut until, is_stale } = self.covered.take()?;
        while at < until {
            let Some((before, after)) = self.pair(at) else { break };
            let here = at;
            at += width(after);
            until = until.max(at);
            if is_stale || before.symbol() != after.symbol() {
                self.covered = Some(Covered { at, until, is_stale });
                return self.place(here);
            }
        }
        self.at = until;
        None
    }

    fn pair(&self, at: usize) -> Option<(&'a Cell, &'a Cell)> {
        Some((self.before.content.get(at)?, self.after.content.get(at)?))
    }
}

impl<'a> Iterator for Changes<'a> {
    type Item = (u16, u16, &'a Cell);

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(covered) = self.next_covered() {
            return Some(covered);
        }
        while let Some((before, after)) = self.pair(self.at) {
            let at = self.at;
            let cells = width(after);
            if is_same(before, after) {
                self.at += cells;
                continue;
            }
            self.at += 1;
            if cells > 1 && after.symbol().contains(EMOJI) {
                self.covered = Some(Covered { at: at + 1, until: at + cells, is_stale: false });
            } else if cells > 1 {
                self.at = at + cells;
            } else {
                let covered = width(before);
                let is_seen =
                    before.bg != Color::Reset || before.modifier.intersects(SEEN_ON_BLANK);
                if covered > cells && is_seen {
                    let until = at + covered;
                    self.covered = Some(Covered { at: at + 1, until, is_stale: true });
                }
            }
            return self.place(at);
        }
        None
    }
}

/// Returns `true` if two cells look the same.
fn is_same(a: &Cell, b: &Cell) -> bool {
    // Most symbols are one byte, for which a call is longer than the comparison.
    a.fg == b.fg
        && a.bg == b.bg
        && a.modifier == b.modifier
        && a.symbol().bytes().eq(b.symbol().bytes())
}

/// The cells that a cell's character takes: one at least.
fn width(cell: &Cell) -> usize {
    match cell.symbol().as_bytes() {
        // Letters of ASCII; lines, blocks and most marks (U+2500 to U+25BF); braille.
        [_] | [0xe2, 0x94..=0x96 | 0xa0..=0xa3, _] => 1,
        _ => usize::from(cell.cell_width()).max(1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const AREA: Rect = Rect::new(2, 1, 12, 3);

    fn picture() -> impl Strategy<Value = Buffer> {
        let text = prop_oneof![
            Just("go"),
            Just("   x   "),
            Just("é━▶◽"),
            Just("京都"),
            Just("a\u{301}b"),
            Just("⚠\u{fe0f}1"),
            Just("⠿▪"),
            Just("ﾊﾞ"),
            Just("👩\u{200d}🚀"),
        ];
        let color = || prop_oneof![Just(Color::Reset), Just(Color::Red), Just(Color::Rgb(1, 2, 3))];
        let modifier =
            prop_oneof![Just(Modifier::empty()), Just(Modifier::BOLD), Just(Modifier::REVERSED),];
        let place = (AREA.left()..AREA.right(), AREA.top()..AREA.bottom());
        vec((place, text, color(), color(), modifier), 0..12).prop_map(|texts| {
            let mut buf = Buffer::empty(AREA);
            for ((x, y), text, fg, bg, modifier) in texts {
                buf.set_string(x, y, text, Style::new().fg(fg).bg(bg).add_modifier(modifier));
            }
            buf
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn the_changes_are_those_that_ratatui_finds(before in picture(), after in picture()) {
            let found: Vec<_> = Changes::new(&before, &after).collect();
            prop_assert_eq!(found, before.diff_iter(&after).collect::<Vec<_>>());
        }
    }
}
