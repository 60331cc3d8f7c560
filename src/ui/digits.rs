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

/// Pixels from top to bottom.
const HEIGHT: usize = 5;
/// The largest scale that is drawn.
pub(super) const SCALE_MAX: usize = 4;

/// The rows of a character's picture, one bit a pixel, and its width in pixels.
fn picture(character: char) -> ([u8; HEIGHT], usize) {
    match character {
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
        _ => ([0; HEIGHT], 3),
    }
}

/// How many pixels `text` is wide.
fn pixels(text: &str) -> usize {
    text.chars().map(|c| picture(c).1 + 1).sum::<usize>().saturating_sub(1)
}

/// How many cells `text` takes at a scale.
pub(super) fn width(text: &str, scale: usize) -> usize {
    pixels(text) * scale
}

/// How many rows digits take at a scale.
pub(super) fn height(scale: usize) -> usize {
    (HEIGHT * scale).div_ceil(2)
}

/// The largest scale at which `text` fits.
pub(super) fn scale_for(text: &str, columns: usize, rows: usize) -> Option<usize> {
    (1..=SCALE_MAX).rev().find(|&scale| width(text, scale) <= columns && height(scale) <= rows)
}

/// Draws `text` into a field that `widest` would fill, at the field's right.
pub(super) fn draw(buf: &mut Buffer, area: Rect, text: &str, widest: &str, scale: usize, style: Style) {
    let mut x = width(widest, scale).saturating_sub(width(text, scale));
    for character in text.chars() {
        let (rows, columns) = picture(character);
        let is_set = |half_row: usize, column: usize| {
            rows.get(half_row / scale).is_some_and(|row| row >> (columns - 1 - column) & 1 == 1)
        };
        for row in 0..height(scale) {
            for column in 0..columns * scale {
                let symbol = match (is_set(row * 2, column / scale), is_set(row * 2 + 1, column / scale)) {
                    (true, true) => "█",
                    (true, false) => "▀",
                    (false, true) => "▄",
                    (false, false) => continue,
                };
                let (at_x, at_y) = (usize::from(area.x) + x + column, usize::from(area.y) + row);
                if at_x < usize::from(area.right()) && at_y < usize::from(area.bottom()) {
                    buf[(at_x as u16, at_y as u16)].set_symbol(symbol).set_style(style);
                }
            }
        }
        x += (columns + 1) * scale;
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
        assert_eq!(drawn("+0:33", "+0:33", 1), " ▄  █▀█ ▄ ▀▀█ ▀▀█\n▀█▀ █ █ ▄ ▀▀█ ▀▀█\n    ▀▀▀   ▀▀▀ ▀▀▀");
        let seven = "██████\n    ██\n    ██\n    ██\n    ██";
        assert_eq!(drawn("7", "7", 2), seven);
    }

    #[test]
    fn all_digits_have_one_advance_and_end_at_the_right() {
        for digit in '0'..='9' {
            assert_eq!(picture(digit).1, 3);
        }
        let right = |text: &str| drawn(text, "+10:00", 2).lines().map(|l| l.chars().count()).max();
        assert_eq!(right("10:00"), right("9:58"));
        assert_eq!(right("0:00"), right("+0:09"));
    }

    #[test]
    fn the_scale_fits_its_room() {
        assert_eq!(scale_for("0:33", 200, 10), Some(4));
        assert_eq!(scale_for("0:33", 200, 9), Some(3));
        assert_eq!(scale_for("0:33", 26, 9), Some(2));
        assert_eq!(scale_for("0:33", 12, 9), None);
        assert_eq!(scale_for("0:33", 90, 2), None);
    }
}
