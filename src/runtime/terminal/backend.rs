//! Sends a frame to the terminal: the cells that changed, in as few bytes as every terminal
//! understands.
//!
//! ratatui's own backend sends both colours whenever one changes, a whole position for each gap,
//! and 31 bytes a frame for resets. A picture that moves costs half as much without them, which is
//! what an SSH line in a truck has to carry.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveRight, MoveTo, MoveToColumn, Show};
use crossterm::queue;
use crossterm::style::{Attribute, Color as TerminalColor, Colors, SetAttribute, SetColors};
use ratatui::backend::IntoCrossterm;
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};

use super::changes::SEEN_ON_BLANK;

/// Modifiers, what switches each on, and what switches it off. Bold and dim have one switch.
const SWITCHES: [(Modifier, Attribute, Attribute); 9] = [
    (Modifier::BOLD, Attribute::Bold, Attribute::NormalIntensity),
    (Modifier::DIM, Attribute::Dim, Attribute::NormalIntensity),
    (Modifier::ITALIC, Attribute::Italic, Attribute::NoItalic),
    (Modifier::UNDERLINED, Attribute::Underlined, Attribute::NoUnderline),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink, Attribute::NoBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink, Attribute::NoBlink),
    (Modifier::REVERSED, Attribute::Reverse, Attribute::NoReverse),
    (Modifier::HIDDEN, Attribute::Hidden, Attribute::NoHidden),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut, Attribute::NotCrossedOut),
];

/// Sends frames to a terminal.
#[derive(Debug)]
pub struct TtyBackend<W> {
    pub(super) tty: W,
    /// `true` if the terminal shows its cursor; `None` while that is unknown.
    shows_cursor: Option<bool>,
}

/// The terminal's colours and style for the next text.
struct PenState {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl PenState {
    /// The pen at the beginning and at the end of every frame.
    const PLAIN: PenState =
        PenState { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    /// Makes the pen that of `cell`, as far as that can be seen.
    fn set(&mut self, tty: &mut impl Write, cell: &Cell) -> io::Result<()> {
        self.set_modifier(tty, cell.modifier)?;
        let is_blank = cell.symbol() == " " && !cell.modifier.intersects(SEEN_ON_BLANK);
        let fg = if is_blank { self.fg } else { cell.fg };
        let changed = |from: Color, to: Color| -> Option<TerminalColor> {
            (from != to).then(|| to.into_crossterm())
        };
        let colors =
            Colors { foreground: changed(self.fg, fg), background: changed(self.bg, cell.bg) };
        (self.fg, self.bg) = (fg, cell.bg);
        if colors.foreground.is_some() || colors.background.is_some() {
            queue!(tty, SetColors(colors))?;
        }
        Ok(())
    }

    fn set_modifier(&mut self, tty: &mut impl Write, modifier: Modifier) -> io::Result<()> {
        let mut has = self.modifier;
        let mut off = None;
        for (one, _, switch) in SWITCHES {
            if has.contains(one) && !modifier.contains(one) && off != Some(switch) {
                queue!(tty, SetAttribute(switch))?;
                off = Some(switch);
            }
        }
        // What was switched off together with another is on again below.
        for (one, _, switch) in SWITCHES {
            if SWITCHES.iter().any(|(other, _, off)| {
                *off == switch && has.contains(*other) && !modifier.contains(*other)
            }) {
                has.remove(one);
            }
        }
        for (one, switch, _) in SWITCHES {
            if modifier.contains(one) && !has.contains(one) {
                queue!(tty, SetAttribute(switch))?;
            }
        }
        self.modifier = modifier;
        Ok(())
    }
}

impl<W: Write> TtyBackend<W> {
    /// A backend that sends to `tty`, which is blank.
    pub fn new(tty: W) -> Self {
        TtyBackend { tty, shows_cursor: None }
    }

    /// Sends the cells of a frame that change, with their places.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw<'a>(
        &mut self,
        changes: impl Iterator<Item = (u16, u16, &'a Cell)>,
    ) -> io::Result<()> {
        let mut pen = PenState::PLAIN;
        // Where the terminal's cursor stands, as far as everybody agrees on that.
        let mut at: Option<(u16, u16)> = None;
        for (x, y, cell) in changes {
            if at != Some((x, y)) {
                match at {
                    // Never longer than the column's name, and often shorter.
                    Some((column, row)) if row == y && column < x => {
                        queue!(self.tty, MoveRight(x - column))?
                    }
                    Some((_, row)) if row == y => queue!(self.tty, MoveToColumn(x))?,
                    _ => queue!(self.tty, MoveTo(x, y))?,
                }
            }
            pen.set(&mut self.tty, cell)?;
            self.tty.write_all(cell.symbol().as_bytes())?;
            // Terminals differ in how wide some characters are, so that a column is named after
            // each that is not narrow.
            at = Some(if cell.cell_width() == 1 { (x + 1, y) } else { (u16::MAX, y) });
        }
        if at.is_some() {
            queue!(self.tty, SetAttribute(Attribute::Reset))?;
        }
        Ok(())
    }

    /// Shows the cursor at `place`, or hides it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn put_cursor(&mut self, place: Option<Position>) -> io::Result<()> {
        if self.shows_cursor.replace(place.is_some()) != Some(place.is_some()) {
            match place {
                Some(_) => queue!(self.tty, Show)?,
                None => queue!(self.tty, Hide)?,
            }
        }
        if let Some(Position { x, y }) = place {
            queue!(self.tty, MoveTo(x, y))?;
        }
        Ok(())
    }
}

impl<W: Write> Write for TtyBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tty.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tty.flush()
    }
}

#[cfg(test)]
mod tests;
