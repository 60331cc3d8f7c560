//! Sends a frame to the terminal: the cells that changed, in as few bytes as every terminal
//! understands.
//!
//! ratatui's own backend sends both colours whenever one changes, a whole position for each gap,
//! and 31 bytes a frame for resets. A picture that moves costs half as much without them, which is
//! what an SSH line in a truck has to carry.

use std::io::{self, Write};

use crossterm::cursor::{Hide, MoveTo, MoveToColumn, Show};
use crossterm::queue;
use crossterm::style::{Attribute, Color as TerminalColor, Colors, Print, SetAttribute, SetColors};
use ratatui::backend::{Backend, ClearType, IntoCrossterm, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier};

/// Modifiers that can be seen on a cell without a character.
const SEEN_ON_BLANK: Modifier =
    Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

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
    tty: W,
    area: Rect,
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
    /// A backend that sends to `tty`, which has the size of `area` and is blank.
    pub fn new(tty: W, area: Rect) -> Self {
        TtyBackend { tty, area, shows_cursor: None }
    }

    fn show(&mut self, shows: bool) -> io::Result<()> {
        if self.shows_cursor.replace(shows) == Some(shows) {
            return Ok(());
        }
        if shows { queue!(self.tty, Show) } else { queue!(self.tty, Hide) }
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

impl<W: Write> Backend for TtyBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut pen = PenState::PLAIN;
        // Where the terminal's cursor stands, as far as everybody agrees on that.
        let mut at: Option<(u16, u16)> = None;
        for (x, y, cell) in content {
            if at != Some((x, y)) {
                match at {
                    Some((_, row)) if row == y => queue!(self.tty, MoveToColumn(x))?,
                    _ => queue!(self.tty, MoveTo(x, y))?,
                }
            }
            pen.set(&mut self.tty, cell)?;
            queue!(self.tty, Print(cell.symbol()))?;
            // Terminals differ in how wide some characters are, so that a column is named after
            // each that is not narrow.
            at = Some(if cell.cell_width() == 1 { (x + 1, y) } else { (u16::MAX, y) });
        }
        if at.is_some() {
            queue!(self.tty, SetAttribute(Attribute::Reset))?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.show(false)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.show(true)
    }

    /// The answer would be read as keys, so that it is never asked for.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        queue!(self.tty, MoveTo(x, y))
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        use crossterm::terminal::{Clear, ClearType as Region};
        let region = match clear_type {
            ClearType::All => Region::All,
            ClearType::AfterCursor => Region::FromCursorDown,
            ClearType::BeforeCursor => Region::FromCursorUp,
            ClearType::CurrentLine => Region::CurrentLine,
            ClearType::UntilNewLine => Region::UntilNewLine,
        };
        queue!(self.tty, Clear(region))
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.area.as_size())
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tty.flush()
    }
}

#[cfg(test)]
mod tests;
