//! The big digits of a countdown.
//!
//! ```text
//!  ███   █ ███ ███     Every digit has the same advance, and what counts down stands at the right of its field, so
//!  █ █ █   █ █   █     that nothing moves sideways as it changes. A pixel is as wide as it is high: one cell by half
//!  █ █     █ █  ██     a row at scale 1, two cells by a row at scale 2, and so on.
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::letters;

/// Pixels from top to bottom.
pub(super) const HEIGHT: usize = 5;
/// The largest scale that is drawn.
pub(super) const SCALE_MAX: usize = 5;

/// The rows of a character's picture, one bit a pixel, and its width in pixels; `None` for a
/// character that has none.
pub(super) fn picture(character: char) -> Option<([u8; HEIGHT], usize)> {
    Some(match character {
        '0' => ([0b111, 0b101, 0b101, 0b101, 0b111], 3),
        '1' => ([0b010, 0b110, 0b010, 0b010, 0b111], 3),
        '2' => ([0b111, 0b001, 0b111, 0b100, 0b111], 3),
        '3' => ([0b111, 0b001, 0b111, 0b001, 0b111], 3),
        '4' => ([0b101, 0b101, 0b111, 0b001, 0b001], 3),
        '5' => ([0b111, 0b100, 0b111, 0b001, 0b111], 3),
        '6' => ([0b111, 0b100, 0b111, 0b101, 0b111], 3),
        '7' => ([0b111, 0b001, 0b001, 0b001, 0b001], 3),
        '8' => ([0b111, 0b101, 0b111, 0b101, 0b111], 3),
        '9' => ([0b111, 0b101, 0b111, 0b001, 0b111], 3),
        '+' => ([0b000, 0b010, 0b111, 0b010, 0b000], 3),
        '−' | '-' => ([0b000, 0b000, 0b111, 0b000, 0b000], 3),
        ':' => ([0, 1, 0, 1, 0], 1),
        other => return letters::picture(other),
    })
}

/// The picture of a character; a gap as wide as a digit for one that has none.
fn picture_or_gap(character: char) -> ([u8; HEIGHT], usize) {
    picture(character).unwrap_or(([0; HEIGHT], 3))
}

/// The width of `text` in pixels.
fn pixels(text: &str) -> usize {
    text.chars().map(|c| picture_or_gap(c).1 + 1).sum::<usize>().saturating_sub(1)
}

/// The number of cells that `text` takes at a scale.
pub(super) fn width(text: &str, scale: usize) -> usize {
    pixels(text) * scale
}

/// The number of rows that digits take at a scale.
pub(super) fn height(scale: usize) -> usize {
    (HEIGHT * scale).div_ceil(2)
}

/// The largest scale at which `text` fits; with `is_plain`, one that needs whole cells alone.
pub(super) fn scale_for(text: &str, columns: usize, rows: usize, is_plain: bool) -> Option<usize> {
    let scales = (1..=SCALE_MAX).rev().filter(|scale| !is_plain || scale % 2 == 0);
    scales.into_iter().find(|&scale| width(text, scale) <= columns && height(scale) <= rows)
}

/// Draws `text` into a field that `widest` would fill, at the field's right.
pub(super) fn draw(
    buf: &mut Buffer,
    area: Rect,
    text: &str,
    widest: &str,
    scale: usize,
    style: Style,
) {
    Size { wide: scale, high: scale, solid: false }.draw(buf, area, text, widest, style);
}

/// The size of digits that fill a room: a pixel is as wide as it is high, or higher where the room
/// is high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// Cells that a pixel is wide.
    wide: usize,
    /// Half rows that it is high.
    high: usize,
    /// `true` if there are only whole cells.
    solid: bool,
}

impl Size {
    /// Pixels of so many cells by so many half rows; `solid` has whole rows alone.
    pub(super) fn new(wide: usize, high: usize, solid: bool) -> Self {
        Size { wide, high, solid }
    }

    /// From how far it can be read: the smaller side of a pixel first.
    pub(super) fn reads(self) -> (usize, usize) {
        (self.wide.min(self.high), self.wide + self.high)
    }

    /// The largest size at which `text` fits; with `is_plain`, of whole cells.
    pub(super) fn largest(text: &str, columns: usize, rows: usize, is_plain: bool) -> Option<Self> {
        let step = if is_plain { 2 } else { 1 };
        let tallest = rows * 2 / HEIGHT / step * step;
        // No narrower than half as high as wide, no higher than twice: they must stay figures.
        let wide = (columns / pixels(text).max(1)).min(tallest * 2);
        let high = tallest.min((wide * 2).max(step));
        (wide > 0 && high > 0).then_some(Size { wide, high, solid: is_plain })
    }

    /// The number of cells that `text` takes.
    pub(super) fn width(self, text: &str) -> usize {
        pixels(text) * self.wide
    }

    /// The number of rows that digits take.
    pub(super) fn height(self) -> usize {
        (HEIGHT * self.high).div_ceil(2)
    }

    /// Draws `text` into a field that `widest` would fill, at the field's right.
    pub(super) fn draw(self, buf: &mut Buffer, area: Rect, text: &str, widest: &str, style: Style) {
        let mut x = self.width(widest).saturating_sub(self.width(text));
        for character in text.chars() {
            let (rows, columns) = picture_or_gap(character);
            let is_set = |half_row: usize, column: usize| {
                rows.get(half_row / self.high)
                    .is_some_and(|row| row >> (columns - 1 - column) & 1 == 1)
            };
            for row in 0..self.height() {
                for column in 0..columns * self.wide {
                    let pixel = column / self.wide;
                    let symbol = match (is_set(row * 2, pixel), is_set(row * 2 + 1, pixel)) {
                        (true, _) if self.solid => "█",
                        (true, true) => "█",
                        (true, false) => "▀",
                        (false, true) => "▄",
                        (false, false) => continue,
                    };
                    let (at_x, at_y) =
                        (usize::from(area.x) + x + column, usize::from(area.y) + row);
                    if at_x < usize::from(area.right()) && at_y < usize::from(area.bottom()) {
                        buf[(at_x as u16, at_y as u16)].set_symbol(symbol).set_style(style);
                    }
                }
            }
            x += (columns + 1) * self.wide;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, widest: &str, scale: usize) -> String {
        let area = Rect::new(0, 0, width(widest, scale) as u16, height(scale) as u16);
        let mut buf = Buffer::empty(area);
        draw(&mut buf, area, text, widest, scale, Style::new());
        let row = |y| (0..area.width).map(|x| buf[(x, y)].symbol()).collect::<String>();
        (0..area.height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn digits_look_like_digits() {
        assert_eq!(
            drawn("+0:33", "+0:33", 1),
            " ▄  █▀█ ▄ ▀▀█ ▀▀█\n▀█▀ █ █ ▄ ▀▀█ ▀▀█\n    ▀▀▀   ▀▀▀ ▀▀▀"
        );
        let seven = "██████\n    ██\n    ██\n    ██\n    ██";
        assert_eq!(drawn("7", "7", 2), seven);
    }

    #[test]
    fn all_digits_have_one_advance_and_end_at_the_right() {
        for digit in '0'..='9' {
            assert_eq!(picture(digit).map(|(_, columns)| columns), Some(3));
        }
        let right = |text: &str| drawn(text, "+10:00", 2).lines().map(|l| l.chars().count()).max();
        assert_eq!(right("10:00"), right("9:58"));
        assert_eq!(right("0:00"), right("+0:09"));
    }

    #[test]
    fn the_largest_size_fills_its_room_and_stays_a_figure() {
        // 27 pixels wide, 5 high.
        let fits = |columns, rows, ascii| {
            let size = Size::largest("22:58:07", columns, rows, ascii)?;
            let (width, height) = (size.width("22:58:07"), size.height());
            assert!(width <= columns && height <= rows, "{width} × {height} in {columns} × {rows}");
            Some((size.wide, size.high))
        };
        assert_eq!(fits(200, 18, false), Some((7, 7)));
        assert_eq!(fits(200, 60, false), Some((7, 14)), "not higher than twice");
        assert_eq!(fits(300, 6, false), Some((4, 2)), "not wider than twice");
        assert_eq!(fits(26, 60, false), None);
        assert_eq!(fits(80, 4, true), None);
        assert_eq!(fits(80, 9, true), Some((2, 2)));
        let area = Rect::new(0, 0, 80, 9);
        let mut buf = Buffer::empty(area);
        Size::largest("0:33", 80, 9, true).unwrap().draw(
            &mut buf,
            area,
            "0:33",
            "0:33",
            Style::new(),
        );
        assert!(buf.content().iter().all(|cell| [" ", "█"].contains(&cell.symbol())));
    }

    #[test]
    fn the_scale_fits_its_room() {
        assert_eq!(scale_for("0:33", 200, 13, false), Some(5));
        assert_eq!(scale_for("0:33", 200, 10, false), Some(4));
        assert_eq!(scale_for("0:33", 200, 9, false), Some(3));
        assert_eq!(scale_for("0:33", 26, 9, false), Some(2));
        assert_eq!(scale_for("0:33", 12, 9, false), None);
        assert_eq!(scale_for("0:33", 90, 2, false), None);
        // Half a cell is none for a font that has no halves.
        assert_eq!(scale_for("0:33", 200, 9, true), Some(2));
        assert_eq!(scale_for("0:33", 200, 4, true), None);
    }
}
