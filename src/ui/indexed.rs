//! The screen of a terminal with 256 colours: the finished picture, each colour the nearest of
//! xterm's.
//!
//! Only the 240 that every terminal draws alike are used: the cube of six levels a channel (16 to
//! 231) and the greys (232 to 255), as xterm's `256colres.pl` makes them. The first sixteen are
//! whatever the user has made of them.

use ratatui::buffer::Buffer;
use ratatui::style::Color;

/// The levels of a channel in the cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Gives every cell the nearest colours.
pub(super) fn pass(buf: &mut Buffer) {
    // Neighbours mostly have the same colours.
    let (mut fg, mut bg) = (KnownColour::default(), KnownColour::default());
    for cell in &mut buf.content {
        cell.fg = fg.nearest(cell.fg);
        cell.bg = bg.nearest(cell.bg);
    }
}

/// The last colour that was looked up, and its nearest.
#[derive(Default)]
struct KnownColour {
    colour: Color,
    nearest: Color,
}

impl KnownColour {
    fn nearest(&mut self, colour: Color) -> Color {
        if colour != self.colour {
            *self = KnownColour { colour, nearest: nearest(colour) };
        }
        self.nearest
    }
}

fn nearest(colour: Color) -> Color {
    let Color::Rgb(r, g, b) = colour else { return colour };
    let distance = |(cr, cg, cb): (u8, u8, u8)| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(r, cr) + square(g, cg) + square(b, cb)
    };
    let level = |channel: u8| {
        (0..6_u8).min_by_key(|&at| LEVELS[usize::from(at)].abs_diff(channel)).unwrap_or(0)
    };
    let (at_r, at_g, at_b) = (level(r), level(g), level(b));
    let at = |level: u8| LEVELS[usize::from(level)];
    let cube = (distance((at(at_r), at(at_g), at(at_b))), 16 + 36 * at_r + 6 * at_g + at_b);
    let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = 8 + 10 * step;
    let grey = (distance((grey, grey, grey)), 232 + step);
    Color::Indexed(cube.min(grey).1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Theme;
    use crate::app::theme::{contrast, parts};

    /// Colour of an index from 16 on, as xterm draws it.
    fn drawn(index: u8) -> (u8, u8, u8) {
        if index >= 232 {
            let grey = 8 + 10 * (index - 232);
            return (grey, grey, grey);
        }
        let (r, g, b) = ((index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6);
        (LEVELS[usize::from(r)], LEVELS[usize::from(g)], LEVELS[usize::from(b)])
    }

    #[test]
    fn the_nearest_of_all_is_found() {
        for at in 0..4096_u32 {
            let (r, g, b) = ((at >> 8) as u8 * 17, (at >> 4 & 15) as u8 * 17, (at & 15) as u8 * 17);
            let distance = |(cr, cg, cb): (u8, u8, u8)| {
                let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
                square(r, cr) + square(g, cg) + square(b, cb)
            };
            let Color::Indexed(index) = nearest(Color::Rgb(r, g, b)) else { panic!("no index") };
            let least = (16..=255).map(|index| distance(drawn(index))).min().unwrap();
            assert_eq!(distance(drawn(index)), least, "{r} {g} {b}");
        }
        assert_eq!(nearest(Color::Reset), Color::Reset);
    }

    #[test]
    fn the_themes_stay_readable() {
        let shown = |hex: u32| {
            let (r, g, b) = parts(hex);
            let Color::Indexed(index) = nearest(Color::Rgb(r, g, b)) else { panic!("no index") };
            drawn(index)
        };
        for &theme in Theme::ALL {
            let paints = theme.paints();
            for ink in [
                paints.text,
                paints.strong,
                paints.past,
                paints.on_air,
                paints.attention,
                paints.ready,
                paints.vt,
            ] {
                for ground in [paints.background, paints.raised, paints.selected] {
                    let ratio = contrast(shown(ink), shown(ground));
                    assert!(ratio >= 3.0, "{theme:?} #{ink:06x} on #{ground:06x}: {ratio:.1}");
                }
            }
        }
    }
}
