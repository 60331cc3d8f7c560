//! Big letters: the call in a tall window whose show has no pictures, to be read from afar.
//!
//! ```text
//!  █   █ █   ▀█▀ ▄▀█     Five pixels high as the big digits are, in half-blocks, and all capitals: there is no room for
//!  █   ▄▀▄    █ █  █     more in three rows. A call with a character that is not here is written as other text is.
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{digits, glyphs};

/// The rows of cells that a line has: five pixels in half-blocks.
pub(super) const ROWS: u16 = 3;
/// The rows from one line to the next.
pub(super) const ADVANCE: u16 = ROWS + 1;

/// The rows of a letter's picture, one bit a pixel, and its width in pixels.
pub(super) fn picture(letter: char) -> Option<([u8; digits::HEIGHT], usize)> {
    Some(match letter {
        'A' => ([0b010, 0b101, 0b111, 0b101, 0b101], 3),
        'B' => ([0b110, 0b101, 0b110, 0b101, 0b110], 3),
        'C' => ([0b011, 0b100, 0b100, 0b100, 0b011], 3),
        'D' => ([0b110, 0b101, 0b101, 0b101, 0b110], 3),
        'E' => ([0b111, 0b100, 0b110, 0b100, 0b111], 3),
        'F' => ([0b111, 0b100, 0b110, 0b100, 0b100], 3),
        'G' => ([0b0111, 0b1000, 0b1011, 0b1001, 0b0111], 4),
        'H' => ([0b101, 0b101, 0b111, 0b101, 0b101], 3),
        'I' => ([0b111, 0b010, 0b010, 0b010, 0b111], 3),
        'J' => ([0b001, 0b001, 0b001, 0b101, 0b010], 3),
        'K' => ([0b101, 0b101, 0b110, 0b101, 0b101], 3),
        'L' => ([0b100, 0b100, 0b100, 0b100, 0b111], 3),
        'M' => ([0b10001, 0b11011, 0b10101, 0b10001, 0b10001], 5),
        'N' => ([0b1001, 0b1101, 0b1011, 0b1001, 0b1001], 4),
        'O' => ([0b0110, 0b1001, 0b1001, 0b1001, 0b0110], 4),
        'P' => ([0b110, 0b101, 0b110, 0b100, 0b100], 3),
        'Q' => ([0b0110, 0b1001, 0b1001, 0b1010, 0b0101], 4),
        'R' => ([0b110, 0b101, 0b110, 0b101, 0b101], 3),
        'S' => ([0b011, 0b100, 0b010, 0b001, 0b110], 3),
        'T' => ([0b111, 0b010, 0b010, 0b010, 0b010], 3),
        'U' => ([0b101, 0b101, 0b101, 0b101, 0b111], 3),
        'V' => ([0b101, 0b101, 0b101, 0b101, 0b010], 3),
        'W' => ([0b10001, 0b10001, 0b10101, 0b11011, 0b10001], 5),
        'X' => ([0b101, 0b101, 0b010, 0b101, 0b101], 3),
        'Y' => ([0b101, 0b101, 0b010, 0b010, 0b010], 3),
        'Z' => ([0b111, 0b001, 0b010, 0b100, 0b111], 3),
        '.' => ([0, 0, 0, 0, 0b1], 1),
        ',' => ([0, 0, 0, 0b01, 0b10], 2),
        ';' => ([0, 0b01, 0, 0b01, 0b10], 2),
        '!' => ([0b1, 0b1, 0b1, 0, 0b1], 1),
        '?' => ([0b111, 0b001, 0b011, 0, 0b010], 3),
        '\'' => ([0b1, 0b1, 0, 0, 0], 1),
        '"' => ([0b101, 0b101, 0, 0, 0], 3),
        '/' => ([0b001, 0b001, 0b010, 0b100, 0b100], 3),
        '(' => ([0b01, 0b10, 0b10, 0b10, 0b01], 2),
        ')' => ([0b10, 0b01, 0b01, 0b01, 0b10], 2),
        ' ' => ([0; digits::HEIGHT], 2),
        _ => return None,
    })
}

/// `text` in lines of big capitals that are not wider than `columns`; nothing where a character has
/// no picture, or a word no room.
pub(super) fn lines(text: &str, columns: usize) -> Option<Vec<String>> {
    // Accents go, as they do on a terminal without them; what has no letter at all stays text.
    let capitals = glyphs::text(text).to_uppercase();
    let is_known = text.matches('?').count() == capitals.matches('?').count()
        && capitals.chars().all(|capital| digits::picture(capital).is_some());
    if !is_known {
        return None;
    }
    let mut lines: Vec<String> = vec![];
    for word in capitals.split_whitespace() {
        if digits::width(word, 1) > columns {
            return None;
        }
        let joined = lines.last().map(|line| format!("{line} {word}"));
        match (joined.filter(|joined| digits::width(joined, 1) <= columns), lines.last_mut()) {
            (Some(joined), Some(line)) => *line = joined,
            (None, _) | (_, None) => lines.push(word.to_owned()),
        }
    }
    (!lines.is_empty()).then_some(lines)
}

/// Text in big letters that fill a room.
pub(super) struct FillingText {
    lines: Vec<String>,
    size: digits::Size,
}

/// `text` in the largest letters with which all of it stands in `columns` cells and `rows`, and with
/// `is_plain` in whole cells; nothing where a character has no picture, or there is too little room.
pub(super) fn filling(
    text: &str,
    columns: usize,
    rows: usize,
    is_plain: bool,
) -> Option<FillingText> {
    let step = if is_plain { 2 } else { 1 };
    let of_width = |wide: usize| {
        let lines = lines(text, columns / wide)?;
        // A row of air between two lines.
        let each = (rows + 1).checked_div(lines.len())?.checked_sub(1)?;
        let tallest = each * 2 / digits::HEIGHT / step * step;
        let high = tallest.min((wide * 2).max(step));
        let stays_a_letter = high > 0 && wide <= high * 2;
        stays_a_letter.then(|| FillingText { lines, size: digits::Size::new(wide, high, is_plain) })
    };
    let widest = (rows * 4 / digits::HEIGHT).min(columns);
    (1..=widest).filter_map(of_width).max_by_key(|filling| filling.size.reads())
}

impl FillingText {
    /// Draws the lines in the middle of `room`.
    pub(super) fn draw(&self, buf: &mut Buffer, room: Rect, style: Style) {
        let (count, high) = (self.lines.len(), self.size.height());
        let all = count * (high + 1) - 1;
        let mut y = usize::from(room.y) + usize::from(room.height).saturating_sub(all) / 2;
        for line in &self.lines {
            let cells = self.size.width(line);
            let x = usize::from(room.x) + usize::from(room.width).saturating_sub(cells) / 2;
            let area = Rect { x: x as u16, y: y as u16, width: cells as u16, height: high as u16 };
            self.size.draw(buf, area, line, line, style);
            y += high + 1;
        }
    }
}

/// Draws the lines below each other.
pub(super) fn draw(buf: &mut Buffer, area: Rect, lines: &[String], style: Style) {
    for (y, line) in (area.y..area.bottom()).step_by(usize::from(ADVANCE)).zip(lines) {
        let row = Rect { y, height: ROWS.min(area.bottom() - y), ..area };
        digits::draw(buf, row, line, line, 1, style);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_letters_look_alike() {
        let letters = ('A'..='Z').chain('0'..='9');
        let drawn: BTreeSet<_> = letters.filter_map(digits::picture).collect();
        assert_eq!(drawn.len(), 36);
    }

    #[test]
    fn words_stay_whole_and_lines_have_their_width() {
        let call = "LX 1 and sound 1, on my word: GO";
        let all = lines(call, 60).expect("letters and digits");
        assert_eq!(all.join(" "), "LX 1 AND SOUND 1, ON MY WORD: GO");
        assert!(all.len() > 1 && all.iter().all(|line| digits::width(line, 1) <= 60), "{all:?}");
        assert_eq!(lines("Été: GO", 60), Some(vec!["ETE: GO".to_owned()]));
        assert_eq!(lines("Go? Yes", 60), Some(vec!["GO? YES".to_owned()]));
        for (call, columns) in [("聖火: GO", 60), ("GO", 3), ("", 60), ("100 %", 60)] {
            assert_eq!(lines(call, columns), None, "{call}");
        }
    }
}
