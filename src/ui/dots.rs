//! A field of dots finer than cells: two columns and four rows of them in each cell, drawn as
//! braille.
//!
//! Each dot is drawn with an ink; in a cell that several inks touch, the strongest has the cell to
//! itself, so that a colour never says something untrue of a neighbour's dots. ratatui's own canvas
//! has colours but no weights, and so could not tell the way done from the way to come without
//! colours. Where the terminal has no braille, each ink has a character of its own.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Dots in a cell's width.
pub(super) const ACROSS: u16 = 2;
/// Dots in a cell's height.
pub(super) const DOWN: u16 = 4;

/// The bit of each dot of a cell in U+2800…U+28FF, row by row (Unicode, "Braille Patterns").
const BITS: [[u8; ACROSS as usize]; DOWN as usize] =
    [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// Style of an ink.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    /// On every terminal.
    pub style: Style,
    /// Its character where there is no braille.
    pub ascii: char,
}

/// A field of dots over a part of the screen. Dots are counted from its left upper corner,
/// rightwards and downwards; what lies outside is not drawn.
#[derive(Clone, Debug)]
pub(super) struct Dots {
    area: Rect,
    cells: Vec<DotCell>,
}

/// The dots of a cell, and the ink that has it, counted from 1; 0: nobody.
#[derive(Clone, Copy, Debug, Default)]
struct DotCell {
    dots: u8,
    ink: u8,
}

impl Dots {
    /// An empty field over `area`.
    pub(super) fn new(area: Rect) -> Self {
        Dots {
            area,
            cells: vec![DotCell::default(); usize::from(area.width) * usize::from(area.height)],
        }
    }

    /// The width in dots.
    pub(super) fn width(&self) -> i32 {
        i32::from(self.area.width) * i32::from(ACROSS)
    }

    /// The height in dots.
    pub(super) fn height(&self) -> i32 {
        i32::from(self.area.height) * i32::from(DOWN)
    }

    /// Draws one dot. `ink` counts the pens of [`Dots::paint`] from 0; the later are the stronger.
    pub(super) fn dot(&mut self, x: i32, y: i32, ink: u8) {
        if x < 0 || y < 0 || x >= self.width() || y >= self.height() {
            return;
        }
        let (column, row) = (x / i32::from(ACROSS), y / i32::from(DOWN));
        let bit = BITS[(y % i32::from(DOWN)) as usize][(x % i32::from(ACROSS)) as usize];
        let at = row as usize * usize::from(self.area.width) + column as usize;
        let Some(cell) = self.cells.get_mut(at) else { return };
        let ink = ink.saturating_add(1);
        if ink > cell.ink {
            *cell = DotCell { dots: bit, ink };
        } else if ink == cell.ink {
            cell.dots |= bit;
        }
    }

    /// Draws a straight line between two points, in dots; parts outside the field are left out,
    /// however long they are.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: u8) {
        self.line_where(from, to, ink, |_| true);
    }

    /// The same dashed: two dots of four, counted along the screen, so that the dashes of a line
    /// that grows shorter stay where they are.
    pub(super) fn dashes(&mut self, from: (f64, f64), to: (f64, f64), ink: u8) {
        let is_flat = (to.0 - from.0).abs() >= (to.1 - from.1).abs();
        self.line_where(from, to, ink, |(x, y)| if is_flat { x } else { y }.rem_euclid(4) < 2);
    }

    fn line_where(
        &mut self,
        from: (f64, f64),
        to: (f64, f64),
        ink: u8,
        is_drawn: impl Fn((i32, i32)) -> bool,
    ) {
        let (right, bottom) = (f64::from(self.width() - 1), f64::from(self.height() - 1));
        let Some((from, to)) = clip(from, to, (right, bottom)) else { return };
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).ceil().max(1.0);
        for step in 0..=steps as i32 {
            let part = f64::from(step) / steps;
            let (x, y) = ((from.0 + dx * part).round() as i32, (from.1 + dy * part).round() as i32);
            if is_drawn((x, y)) {
                self.dot(x, y, ink);
            }
        }
    }

    /// Returns `true` if any dot is drawn in a cell of the screen.
    pub(super) fn has(&self, x: u16, y: u16) -> bool {
        let (Some(column), Some(row)) = (x.checked_sub(self.area.x), y.checked_sub(self.area.y))
        else {
            return false;
        };
        let at = usize::from(row) * usize::from(self.area.width) + usize::from(column);
        column < self.area.width && self.cells.get(at).is_some_and(|cell| cell.ink > 0)
    }

    /// Puts the dots on the screen; cells without any stay as they are, and so does every
    /// background.
    pub(super) fn paint(&self, buf: &mut Buffer, pens: &[Pen], ascii: bool) {
        self.paint_partly_solid(buf, pens, ascii, |_| false);
    }

    /// The same, with the inks for which `is_solid` as blocks of quarters of a cell: for what is
    /// large and has to be seen from afar. A quarter is filled where any of its two dots is drawn;
    /// where there are none, a cell is filled where at least two of its quarters would be.
    pub(super) fn paint_partly_solid(
        &self,
        buf: &mut Buffer,
        pens: &[Pen],
        ascii: bool,
        is_solid: impl Fn(u8) -> bool,
    ) {
        let width = usize::from(self.area.width).max(1);
        for (at, cell) in self.cells.iter().enumerate().filter(|(_, cell)| cell.ink > 0) {
            let (x, y) = (self.area.x + (at % width) as u16, self.area.y + (at / width) as u16);
            let Some(pen) = pens.get(usize::from(cell.ink) - 1) else { continue };
            let Some(on_screen) = buf.cell_mut((x, y)) else { continue };
            let drawn = match (is_solid(cell.ink - 1), ascii) {
                (true, false) => quarters(cell.dots),
                (true, true) if filled(cell.dots).count_ones() < 2 => continue,
                (true, true) => '█',
                (false, false) => braille(cell.dots),
                (false, true) => pen.ascii,
            };
            on_screen.set_char(drawn).set_style(pen.style);
        }
    }
}

fn braille(dots: u8) -> char {
    char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ')
}

/// The block that fills the quarters in which there are dots (Unicode, "Block Elements").
fn quarters(dots: u8) -> char {
    const BLOCKS: [char; 16] =
        [' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█'];
    BLOCKS[filled(dots)]
}

/// The quarters in which there are dots, one bit each: the upper two, the lower two.
fn filled(dots: u8) -> usize {
    let quarter = |row: usize, column: usize| {
        usize::from(dots & (BITS[row][column] | BITS[row + 1][column]) != 0)
    };
    quarter(0, 0) | quarter(0, 1) << 1 | quarter(2, 0) << 2 | quarter(2, 1) << 3
}

/// The part of a line that lies in the field from 0,0 to `most` (Liang and Barsky, 1984).
fn clip(from: (f64, f64), to: (f64, f64), most: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
    if ![from.0, from.1, to.0, to.1].iter().all(|value| value.is_finite()) {
        return None;
    }
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (slope, room) in
        [(-dx, from.0), (dx, most.0 - from.0), (-dy, from.1), (dy, most.1 - from.1)]
    {
        if slope == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if slope < 0.0 {
            enters = enters.max(room / slope);
        } else {
            leaves = leaves.min(room / slope);
        }
    }
    let at = |part: f64| (from.0 + dx * part, from.1 + dy * part);
    (enters <= leaves).then(|| (at(enters), at(leaves)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PENS: [Pen; 2] =
        [Pen { style: Style::new(), ascii: '.' }, Pen { style: Style::new(), ascii: '*' }];

    fn painted(dots: &Dots, ascii: bool) -> String {
        let mut buf = Buffer::empty(dots.area);
        dots.paint(&mut buf, &PENS, ascii);
        buf.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn every_dot_has_its_place_in_the_cell() {
        let mut dots = Dots::new(Rect::new(0, 0, 2, 1));
        (0..4).for_each(|y| dots.dot(0, y, 0));
        (0..4).for_each(|y| dots.dot(3, y, 0));
        assert_eq!(painted(&dots, false), "⡇⢸");
    }

    #[test]
    fn quarters_stand_where_their_dots_do() {
        for (dots, block) in [
            (&[(0, 1)][..], '▘'),
            (&[(1, 0)], '▝'),
            (&[(0, 2)], '▖'),
            (&[(1, 3)], '▗'),
            (&[(0, 0), (1, 2)], '▚'),
        ] {
            let mut field = Dots::new(Rect::new(0, 0, 1, 1));
            dots.iter().for_each(|&(x, y)| field.dot(x, y, 0));
            let mut buf = Buffer::empty(field.area);
            field.paint_partly_solid(&mut buf, &PENS, false, |ink| ink == 0);
            assert_eq!(buf[(0, 0)].symbol(), block.to_string());
            buf.reset();
            field.paint_partly_solid(&mut buf, &PENS, true, |ink| ink == 0);
            let whole = if dots.len() > 1 { "█" } else { " " };
            assert_eq!(buf[(0, 0)].symbol(), whole, "{dots:?}");
        }
    }

    #[test]
    fn the_stronger_ink_has_the_cell() {
        for order in [[0, 1], [1, 0]] {
            let mut dots = Dots::new(Rect::new(0, 0, 1, 1));
            order.iter().for_each(|&ink| dots.dot(i32::from(ink), 0, ink));
            assert_eq!((painted(&dots, false), painted(&dots, true)), ("⠈".into(), "*".into()));
        }
    }

    #[test]
    fn a_line_is_cut_at_the_edges_and_nothing_else() {
        let mut dots = Dots::new(Rect::new(0, 0, 4, 2));
        dots.line((-1e12, 4.0), (1e12, 4.0), 0);
        assert_eq!(painted(&dots, false), "    ⠉⠉⠉⠉");
        let mut none = Dots::new(Rect::new(0, 0, 4, 2));
        for (from, to) in
            [((-5.0, 0.0), (3.0, -9.0)), ((9.0, 0.0), (9.0, 5.0)), ((f64::NAN, 0.0), (1.0, 1.0))]
        {
            none.line(from, to, 0);
        }
        assert_eq!(painted(&none, false).trim(), "");
    }
}
