//! Drawings for cues that have no route and no steps: `look = "stage"`, `"tower"` and their like.
//!
//! ```text
//!          ⡇
//!         ⢰⣿⡆          a drawing stands on the ground in the middle of its field, as large as the field allows;
//!        ⢀⣿⠿⣿⡀         what is done of the cue is lit, and it moves once a second while the cue runs
//!      ⢀⣴⠟⠁ ⠈⠻⣦⡀
//! ─────────────────────
//! ```
//!
//! Each drawing is a file. It knows a [`Field`], a [`DrawnMoment`] and the inks; must never know of
//! cues. What tells something is told by weight as well as by colour.

mod feathers;
mod field;
mod fire;
mod flag;
mod plane;
mod stage;
mod tower;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::words;
use crate::engine::Phase;
use crate::show::duration::SECOND_NS;
use crate::show::{Colour, CueIx, Look};
use crate::ui::Depth;
use crate::ui::dots::{ACROSS, DOWN, Pen};
use crate::ui::scene::Scene;
use field::{At, Field};

/// The fewest rows in which a drawing tells more than words.
pub(super) const ROWS_MIN: u16 = 5;

/// Inks of a drawing, the weakest first.
mod ink {
    /// The ground, the sky, what is far away.
    pub(super) const FAINT: u8 = 0;
    /// Shapes that are there and not lit.
    pub(super) const SHAPE: u8 = 1;
    /// The drawing's first colour, and the others up to the fifth.
    pub(super) const FIRST: u8 = 2;
    pub(super) const SECOND: u8 = 3;
    pub(super) const THIRD: u8 = 4;
    pub(super) const FOURTH: u8 = 5;
    pub(super) const FIFTH: u8 = 6;
    /// Parts that are to be seen before everything else.
    pub(super) const BRIGHT: u8 = 7;
}

/// The moment that is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
struct DrawnMoment {
    /// Progress of the cue, 0 to 1; `None` before it has fired.
    done: Option<f64>,
    /// Counts the seconds while it runs; 0 at all other times.
    beat: u64,
}

impl DrawnMoment {
    /// Progress of the cue; 0 before it has fired.
    fn part(self) -> f64 {
        self.done.unwrap_or(0.0)
    }

    /// A number from 0 to 1 that looks random and depends on `seed` alone.
    fn chance(seed: u64) -> f64 {
        // The finalizer of splitmix64 (Steele, Lea, Flood, 2014).
        let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 40) as f64 / (1_u64 << 24) as f64
    }
}

/// The five colours of a drawing.
fn colours(look: Look) -> [Colour; 5] {
    let [blue, yellow, black, green, red] = [
        Colour::Rgb(0x00, 0x81, 0xc8),
        Colour::Rgb(0xfc, 0xb1, 0x31),
        Colour::Rgb(0x00, 0x00, 0x00),
        Colour::Rgb(0x00, 0xa6, 0x51),
        Colour::Rgb(0xee, 0x33, 0x4e),
    ];
    let white = Colour::Rgb(0xf5, 0xf0, 0xe1);
    match look {
        Look::Feathers => {
            [Colour::Rgb(0xff, 0x7a, 0xb6), Colour::Rgb(0xff, 0xb8, 0xd8), white, red, yellow]
        }
        Look::Tower | Look::Stage => [yellow, white, yellow, blue, red],
        Look::Plane => [yellow, white, red, blue, green],
        Look::Flame => [Colour::Rgb(0xff, 0x8c, 0x2b), yellow, red, white, blue],
        Look::Fireworks => [yellow, Colour::Rgb(0x4d, 0xa6, 0xff), red, green, white],
        Look::Flag | Look::Rings | Look::Hollywood => [blue, yellow, black, green, red],
    }
}

/// Draws the `look` of `cue`.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx, look: Look) {
    if area.width < 8 || area.height < 3 {
        return;
    }
    let is_running =
        scene.state.cue(cue).phase == Phase::Running && scene.state.held_since().is_none();
    let beat = if is_running { scene.view.machine_ns.ns() / SECOND_NS } else { 0 };
    let moment = DrawnMoment { done: words::done(scene, cue), beat };
    let mut field = Field::new(area);
    let marker = paint(&mut field, look, moment);
    let styles = &scene.styles;
    let mut pens =
        vec![Pen { style: styles.rule, ascii: '.' }, Pen { style: styles.past, ascii: ':' }];
    // Without colours, weight tells what is lit.
    let weights =
        [Modifier::BOLD, Modifier::empty(), Modifier::BOLD, Modifier::empty(), Modifier::BOLD];
    pens.extend(colours(look).into_iter().zip(weights).zip("*+ox%".chars()).map(
        |((colour, weight), ascii)| {
            let style = styles.tint(Some(colour)).add_modifier(weight);
            Pen { style, ascii }
        },
    ));
    pens.push(Pen { style: styles.strong, ascii: '#' });
    let capabilities = scene.view.capabilities;
    // Without dots, what has a colour is made of blocks, and only then of letters.
    let has_blocks = capabilities.is_plain() && capabilities.depth != Depth::Mono;
    let is_solid = |of: u8| has_blocks && of > ink::FAINT;
    field.dots.paint_partly_solid(buf, &pens, capabilities.is_plain(), is_solid);
    if let Some((x, y)) = marker {
        let (x, y) = (area.x + (x.max(0.0) as u16) / ACROSS, area.y + (y.max(0.0) as u16) / DOWN);
        let style = if is_running { styles.on_air_badge } else { styles.quiet_badge };
        if let Some(cell) = buf.cell_mut((x.min(area.right() - 1), y.min(area.bottom() - 1))) {
            cell.set_symbol("◉").set_style(style);
        }
    }
}

/// Draws a look, and says where in the field its marker stands, in dots.
fn paint(field: &mut Field, look: Look, moment: DrawnMoment) -> Option<At> {
    match look {
        Look::Stage => stage::draw(field, moment),
        Look::Feathers => feathers::draw(field, moment),
        Look::Tower => tower::draw(field, moment),
        Look::Plane => plane::draw(field, moment),
        Look::Flame => fire::flame(field, moment),
        Look::Fireworks => fire::fireworks(field, moment),
        Look::Flag | Look::Rings | Look::Hollywood => flag::draw(field, moment),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every look that is a drawing.
    const LOOKS: [Look; 7] = [
        Look::Stage,
        Look::Feathers,
        Look::Tower,
        Look::Plane,
        Look::Flame,
        Look::Fireworks,
        Look::Flag,
    ];

    fn drawn(look: Look, size: (u16, u16), moment: DrawnMoment) -> usize {
        let area = Rect::new(3, 2, size.0, size.1);
        let mut field = Field::new(area);
        let marker = paint(&mut field, look, moment);
        if let Some((x, y)) = marker {
            assert!(x >= 0.0 && y >= 0.0, "{look:?} at {size:?}: the marker is outside");
            assert!(
                x < f64::from(field.dots.width()) && y < f64::from(field.dots.height()),
                "{look:?} at {size:?}"
            );
        }
        let cells =
            (area.y..area.bottom()).flat_map(|y| (area.x..area.right()).map(move |x| (x, y)));
        cells.filter(|&(x, y)| field.dots.has(x, y)).count()
    }

    #[test]
    fn every_drawing_fills_the_field_that_it_is_given() {
        for look in LOOKS {
            let mut last = 0;
            for size in [(40, 6), (62, 10), (90, 24), (140, 45)] {
                let cells = drawn(look, size, DrawnMoment { done: Some(0.6), beat: 7 });
                assert!(
                    cells > last + 12,
                    "{look:?} has {cells} cells at {size:?}, and {last} in the smaller field"
                );
                last = cells;
            }
        }
    }

    /// The cells of one ink, by its ASCII character.
    fn cells(look: Look, done: f64, symbol: char) -> usize {
        let area = Rect::new(0, 0, 90, 24);
        let mut field = Field::new(area);
        let _marker = paint(&mut field, look, DrawnMoment { done: Some(done), beat: 0 });
        let pens =
            ".:*+ox%#".chars().map(|ascii| Pen { style: ratatui::style::Style::new(), ascii });
        let mut buf = Buffer::empty(area);
        field.dots.paint(&mut buf, &pens.collect::<Vec<_>>(), true);
        buf.content().iter().filter(|cell| cell.symbol() == symbol.to_string()).count()
    }

    #[test]
    fn what_is_done_of_the_cue_is_seen() {
        for (look, symbol) in [(Look::Tower, '*'), (Look::Stage, '#'), (Look::Plane, '#')] {
            let lit = [0.1, 0.4, 0.7, 0.95].map(|done| cells(look, done, symbol));
            let rises = lit.windows(2).all(|pair| pair[0] <= pair[1]);
            assert!(rises && lit[3] > lit[0] + 10, "{look:?}: {lit:?}");
        }
        let burning = [0.0, 0.5, 0.9, 1.0].map(|done| cells(Look::Flame, done, 'o'));
        assert!(
            burning.windows(2).all(|pair| pair[0] > pair[1]) && burning[3] == 0,
            "the flame: {burning:?}"
        );
    }

    #[test]
    fn no_drawing_minds_an_odd_field() {
        for look in LOOKS {
            for (columns, rows) in [(1, 1), (8, 3), (200, 3), (9, 60), (400, 200)] {
                for done in [None, Some(0.0), Some(0.31), Some(1.0)] {
                    drawn(look, (columns, rows), DrawnMoment { done, beat: 3 });
                }
            }
        }
    }
}
