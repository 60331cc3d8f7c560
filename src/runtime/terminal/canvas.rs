//! The picture on the terminal: what it shows, and what it is to show next.

use std::io::{self, Write};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::backend::TtyBackend;
use super::changes::Changes;

/// A terminal to draw on. Its size is fixed: a window that changes gets a new one.
#[derive(Debug)]
pub struct Canvas<W> {
    backend: TtyBackend<W>,
    shown: Buffer,
    next: Buffer,
}

impl<W: Write> Canvas<W> {
    /// A canvas over `area` of `tty`, which is blank.
    pub fn new(tty: W, area: Rect) -> Self {
        let (shown, next) = (Buffer::empty(area), Buffer::empty(area));
        Canvas { backend: TtyBackend::new(tty), shown, next }
    }

    /// Draws a frame: `paint` fills a blank picture, and says where the cursor is shown, if it is.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Buffer) -> Option<Position>) -> io::Result<()> {
        self.next.reset();
        let cursor = paint(&mut self.next);
        self.backend.draw(Changes::new(&self.shown, &self.next))?;
        self.backend.put_cursor(cursor)?;
        std::mem::swap(&mut self.shown, &mut self.next);
        self.backend.flush()
    }

    /// The way to the terminal past the picture.
    pub fn backend_mut(&mut self) -> &mut TtyBackend<W> {
        &mut self.backend
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_frame_is_blank_before_it_is_painted_and_only_its_changes_are_sent() {
        let mut canvas = Canvas::new(vec![], Rect::new(0, 0, 8, 2));
        let mut sent = |text: &str, cursor| {
            canvas
                .draw(|buf| {
                    assert_eq!(*buf, Buffer::empty(buf.area));
                    buf.set_string(1, 1, text, Style::new());
                    cursor
                })
                .unwrap();
            let sent = std::mem::take(&mut canvas.backend_mut().tty);
            String::from_utf8(sent).unwrap()
        };
        assert_eq!(sent("go", None), "\x1b[2;2Hgo\x1b[0m\x1b[?25l");
        assert_eq!(sent("go", None), "");
        assert_eq!(sent("no", None), "\x1b[2;2Hn\x1b[0m");
        assert_eq!(sent("n", Some(Position::new(2, 1))), "\x1b[2;3H \x1b[0m\x1b[?25h\x1b[2;3H");
    }
}
