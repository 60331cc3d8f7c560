//! Colours and weights by what they mean, in every theme, with all colours, sixteen, or none.
//!
//! One colour means one thing everywhere: red is on air (and an alarm), amber wants attention,
//! green is ready or done well, blue is played in, grey is past or not yet. Nothing is told by
//! colour alone: code that draws with these styles puts a sign or a word beside, so that the screen
//! reads the same without any.

use ratatui::style::{Color, Modifier, Style};

use super::Depth;
use crate::app::Theme;
use crate::app::theme::{ThemeColours, contrast, parts};
use crate::show::Colour;

/// The styles of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Styles {
    /// Under everything.
    pub base: Style,
    /// Plain words.
    pub text: Style,
    /// Text that has to be read first.
    pub strong: Style,
    /// Past, not yet, or by the way.
    pub past: Style,
    /// Rules, and the part of a bar that is still to come.
    pub rule: Style,
    /// The heading of a panel.
    pub heading: Style,
    /// On air.
    pub on_air: Style,
    /// A badge of what is on air.
    pub on_air_badge: Style,
    /// Standby called, over, late, held, an output down.
    pub attention: Style,
    /// A badge that wants attention.
    pub attention_badge: Style,
    /// Ready, or done well.
    pub ready: Style,
    /// A badge of what is ready.
    pub ready_badge: Style,
    /// Played in.
    pub vt: Style,
    /// A badge of something that is neither good nor bad.
    pub quiet_badge: Style,
    /// Laid over the selected row.
    pub selected: Style,
    /// Under a panel that lies over others.
    pub raised: Style,
    background: Option<(u8, u8, u8)>,
    foreground: (u8, u8, u8),
    depth: Depth,
}

impl Styles {
    /// The styles of a theme on a terminal of this `depth`: its `paints` where there are all
    /// colours, and where there are sixteen, those of the built-in theme that comes nearest.
    pub(super) fn new((theme, paints): (Theme, &ThemeColours), depth: Depth) -> Self {
        match depth {
            // The nearest of 256 are found in the finished picture.
            Depth::Rgb | Depth::Indexed => Self::rgb(paints),
            Depth::Ansi => Self::ansi(theme),
            Depth::Mono => Self::mono(),
        }
    }

    fn rgb(paints: &ThemeColours) -> Self {
        let ink = |hex: u32| Style::new().fg(colour(hex));
        let badge = |hex: u32| {
            Style::new().fg(colour(paints.background)).bg(colour(hex)).add_modifier(Modifier::BOLD)
        };
        let bold = Modifier::BOLD;
        Styles {
            base: ink(paints.text).bg(colour(paints.background)),
            text: ink(paints.text),
            strong: ink(paints.strong).add_modifier(bold),
            past: ink(paints.past),
            rule: ink(paints.rule),
            heading: ink(paints.past).add_modifier(bold),
            on_air: ink(paints.on_air).add_modifier(bold),
            on_air_badge: badge(paints.on_air),
            attention: ink(paints.attention),
            attention_badge: badge(paints.attention),
            ready: ink(paints.ready),
            ready_badge: badge(paints.ready),
            vt: ink(paints.vt).add_modifier(bold),
            quiet_badge: ink(paints.text).bg(colour(paints.quiet)).add_modifier(bold),
            selected: Style::new().bg(colour(paints.selected)),
            raised: Style::new().bg(colour(paints.raised)),
            background: Some(parts(paints.background)),
            foreground: parts(paints.text),
            depth: Depth::Rgb,
        }
    }

    /// Named colours on whatever background the terminal has; yellow on white reads only behind
    /// ink.
    fn ansi(theme: Theme) -> Self {
        let bold = Modifier::BOLD;
        let ink = |colour: Color| Style::new().fg(colour);
        let badge = |colour: Color| Style::new().fg(Color::Black).bg(colour).add_modifier(bold);
        let plain = Style::new();
        let dark = theme != Theme::Light;
        // Dim is the one weight of the sixteen colours that takes contrast away.
        let dim = if theme == Theme::HighContrast { Modifier::empty() } else { Modifier::DIM };
        Styles {
            base: plain,
            text: plain,
            strong: plain.add_modifier(bold),
            past: plain.add_modifier(dim),
            rule: plain.add_modifier(dim),
            heading: plain.add_modifier(bold | dim),
            on_air: ink(if dark { Color::LightRed } else { Color::Red }).add_modifier(bold),
            on_air_badge: Style::new().fg(Color::White).bg(Color::Red).add_modifier(bold),
            attention: if dark { ink(Color::LightYellow) } else { badge(Color::Yellow) },
            attention_badge: badge(Color::Yellow),
            ready: ink(if dark { Color::LightGreen } else { Color::Green }),
            ready_badge: badge(Color::Green),
            vt: ink(if dark { Color::LightBlue } else { Color::Blue }).add_modifier(bold),
            quiet_badge: plain.add_modifier(bold | Modifier::REVERSED),
            selected: plain.add_modifier(Modifier::REVERSED),
            raised: plain,
            background: None,
            foreground: (0, 0, 0),
            depth: Depth::Ansi,
        }
    }

    fn mono() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let badge = bold.add_modifier(Modifier::REVERSED);
        let dim = plain.add_modifier(Modifier::DIM);
        Styles {
            base: plain,
            text: plain,
            strong: bold,
            past: dim,
            rule: dim,
            heading: bold,
            on_air: bold,
            on_air_badge: badge,
            attention: bold.add_modifier(Modifier::UNDERLINED),
            attention_badge: badge,
            ready: plain,
            ready_badge: badge,
            vt: bold,
            quiet_badge: badge,
            selected: plain.add_modifier(Modifier::REVERSED),
            raised: plain,
            background: None,
            foreground: (0, 0, 0),
            depth: Depth::Mono,
        }
    }

    /// The colour that the show file gives a department or a step, drawn nearer to the text's where
    /// it would vanish in the background.
    pub(super) fn tint(&self, wanted: Option<Colour>) -> Style {
        let Some(wanted) = wanted else { return self.past };
        match (self.depth, self.background) {
            (Depth::Mono, _) => self.text,
            (Depth::Rgb, Some(background)) => {
                let (mut r, mut g, mut b) = rgb_of(wanted);
                for _ in 0..8 {
                    if contrast((r, g, b), background) >= 2.2 {
                        break;
                    }
                    let mix = |from: u8, to: u8| ((u16::from(from) * 3 + u16::from(to)) / 4) as u8;
                    let to = self.foreground;
                    (r, g, b) = (mix(r, to.0), mix(g, to.1), mix(b, to.2));
                }
                Style::new().fg(Color::Rgb(r, g, b))
            }
            _ => match wanted {
                Colour::Ansi(0 | 7 | 15) => self.text,
                Colour::Ansi(index) => Style::new().fg(NAMED[usize::from(index) % NAMED.len()]),
                Colour::Rgb(r, g, b) if r.max(g).max(b) - r.min(g).min(b) < GREYISH => self.text,
                Colour::Rgb(r, g, b) => Style::new().fg(nearest((r, g, b))),
            },
        }
    }
}

/// Colours whose parts differ by less are black, grey or white to the eye.
const GREYISH: u8 = 32;

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// Colours of the sixteen, more or less, on every terminal.
const NAMED_RGB: [(u8, u8, u8); 16] = [
    (0x00, 0x00, 0x00),
    (0xd0, 0x3c, 0x3c),
    (0x2f, 0xa8, 0x62),
    (0xd8, 0xb4, 0x2c),
    (0x3f, 0x7f, 0xd8),
    (0xb9, 0x58, 0xc4),
    (0x2a, 0xa9, 0xb8),
    (0xc4, 0xca, 0xd0),
    (0x7c, 0x86, 0x93),
    (0xff, 0x6e, 0x67),
    (0x5c, 0xdc, 0x94),
    (0xff, 0xd8, 0x5c),
    (0x78, 0xb4, 0xff),
    (0xe0, 0x8c, 0xe8),
    (0x62, 0xdc, 0xe8),
    (0xff, 0xff, 0xff),
];

fn rgb_of(colour: Colour) -> (u8, u8, u8) {
    match colour {
        Colour::Ansi(index) => NAMED_RGB[usize::from(index) % NAMED_RGB.len()],
        Colour::Rgb(r, g, b) => (r, g, b),
    }
}

/// The named colour that comes nearest, black, white and greys apart.
fn nearest(wanted: (u8, u8, u8)) -> Color {
    let distance = |(r, g, b): (u8, u8, u8)| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(r, wanted.0) + square(g, wanted.1) + square(b, wanted.2)
    };
    let coloured = (1..7).chain(9..15);
    coloured.min_by_key(|&at| distance(NAMED_RGB[at])).map_or(Color::Reset, |at| NAMED[at])
}

fn colour(hex: u32) -> Color {
    let (r, g, b) = parts(hex);
    Color::Rgb(r, g, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tint_never_vanishes() {
        for &theme in Theme::ALL {
            let styles = Styles::new((theme, theme.paints()), Depth::Rgb);
            for wanted in [
                Colour::Rgb(0, 0, 0),
                Colour::Rgb(255, 255, 255),
                Colour::Ansi(0),
                Colour::Ansi(15),
            ] {
                let Some(Color::Rgb(r, g, b)) = styles.tint(Some(wanted)).fg else {
                    panic!("no colour")
                };
                assert!(
                    contrast((r, g, b), styles.background.unwrap()) >= 2.2,
                    "{theme:?} {wanted}"
                );
            }
        }
    }

    #[test]
    fn white_and_grey_are_no_colour_among_sixteen() {
        let styles = Styles::new((Theme::Dark, Theme::Dark.paints()), Depth::Ansi);
        for (r, g, b) in [(0, 0, 0), (0xf2, 0xf2, 0xf2), (0x80, 0x88, 0x90)] {
            assert_eq!(styles.tint(Some(Colour::Rgb(r, g, b))), styles.text);
        }
        let blue = styles.tint(Some(Colour::Rgb(0, 0x81, 0xc8))).fg;
        assert!(
            [Some(Color::Blue), Some(Color::LightBlue), Some(Color::LightCyan), Some(Color::Cyan)]
                .contains(&blue)
        );
    }

    #[test]
    fn sixteen_colours_of_high_contrast_are_never_dim() {
        let dim = |theme: Theme| {
            format!("{:?}", Styles::new((theme, theme.paints()), Depth::Ansi)).contains("dim")
        };
        assert!(dim(Theme::Dark) && !dim(Theme::HighContrast));
    }

    #[test]
    fn without_colours_there_are_none() {
        for &theme in Theme::ALL {
            let styles = Styles::new((theme, theme.paints()), Depth::Mono);
            let shown = format!("{styles:?} {:?}", styles.tint(Some(Colour::Rgb(1, 2, 3))));
            assert!(!shown.contains("fg") && !shown.contains("bg"), "{shown}");
        }
    }
}
