//! Steps: as interlocking rings, as the rings on the sign, as cards side by side, or as marks in a
//! list.
//!
//! ```text
//!    ⢀⣤⣶⣦⣄   ⣀⣀⣀    ⣀⣀⣀      ✓ ━━ Blue    23:41:05
//!    ⣿  ✓⣿⡄ ⡇ ●⢸   ⡇ ○⢸     ● ── Black
//!    ⠙⠿⣿⠿⢁⣀⣉⣙⣀⣉⣉⣀⣉⠉        ○ ── Red
//!       ⡇ ○⢸  ⡇ ○⢸          ○ ── Yellow
//!        ⠉⠉⠉   ⠉⠉⠉          ○ ── Green
//! ```
//!
//! What is marked is thick and in its colour, what is to come thin and grey, and each ring has its
//! sign inside, so that nothing is told by the colours alone. Must never move anything as a step is
//! marked.

mod cards;
mod emblem;
mod marks;
mod sign;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;

use super::words;
use crate::show::{CueIx, Look};
use crate::ui::dots::{ACROSS, DOWN, Dots, Pen};
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// The fewest rows in which it tells more than words.
pub(super) const ROWS_MIN: u16 = 4;
/// The radius, in dots, below which rings are no rings any more.
const RADIUS_MIN: f64 = 3.5;
/// The radius above which a ring is so large that it says no more.
const RADIUS_MAX: f64 = 26.0;
/// The rows from which on the marks below the rings are large.
const ROOMY: u16 = 18;
/// The cells between the rings and the marks beside them.
const GAP: u16 = 3;

/// State of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Marked,
    Next,
    ToCome,
}

impl Standing {
    fn of(scene: &Scene, cue: CueIx, step: usize) -> Self {
        match step.cmp(&(scene.state.cue(cue).steps_done as usize)) {
            std::cmp::Ordering::Less => Standing::Marked,
            std::cmp::Ordering::Equal => Standing::Next,
            std::cmp::Ordering::Greater => Standing::ToCome,
        }
    }

    /// Its sign, in the sign's style.
    fn sign(self, scene: &Scene) -> Span<'static> {
        let styles = &scene.styles;
        match self {
            Standing::Marked => Span::styled(signs::DONE, styles.ready),
            Standing::Next => Span::styled(signs::PLAYHEAD, styles.strong),
            Standing::ToCome => Span::styled(signs::TO_COME, styles.past),
        }
    }
}

/// The colour of a step that is marked, or grey for one that is not.
fn ink(scene: &Scene, cue: CueIx, step: usize) -> Style {
    match (Standing::of(scene, cue, step), scene.cue(cue).steps.get(step)) {
        (Standing::Marked, Some(plan)) if plan.colour.is_some() => {
            scene.styles.tint(plan.colour).add_modifier(Modifier::BOLD)
        }
        (Standing::Marked, _) => scene.styles.strong,
        _ => scene.styles.past,
    }
}

/// Draws it.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let Some(look) = scene.cue(cue).look.filter(|look| look.is_of_steps()) else {
        if !cards::draw(scene, buf, area, cue) {
            marks::draw(scene, buf, area, cue);
        }
        return;
    };
    let count = scene.cue(cue).steps.len();
    let figure = DotFigure::of(look, count);
    // Beside the marks, or above a line of them: wherever the rings become larger.
    let list = marks::width(scene, cue).min(area.width / 2);
    let left = Rect { width: area.width.saturating_sub(list + GAP), ..area };
    let below = words::steps(scene, cue, usize::from(area.width));
    let is_roomy = area.height >= ROOMY && marks::fits_row(scene, cue, area.width);
    let taken =
        if is_roomy { marks::ROW + 1 } else { below.len() as u16 + u16::from(area.height > 12) };
    let above = Rect { height: area.height.saturating_sub(taken), ..area };
    let (beside_r, above_r) = (figure.radius(left), figure.radius(above));
    let is_beside = beside_r >= above_r && usize::from(area.height) >= count;
    let radius = if is_beside { beside_r } else { above_r };
    if radius < RADIUS_MIN {
        return marks::draw(scene, buf, area, cue);
    }
    let radius = radius.min(RADIUS_MAX);
    if is_beside {
        let taken = figure.columns(radius).min(left.width);
        figure.draw(scene, buf, Rect { width: taken, ..left }, cue, radius);
        let x = area.x + taken + GAP;
        let rows = (figure.rows(radius)).min(area.height);
        let list = Rect {
            x,
            width: area.right().saturating_sub(x),
            height: rows.max(count as u16),
            ..area
        };
        marks::draw(scene, buf, list.intersection(area), cue);
    } else {
        figure.draw(scene, buf, above, cue, radius);
        if is_roomy {
            let row = Rect { y: above.bottom() + 1, height: marks::ROW, ..area };
            return marks::draw_row(scene, buf, row, cue);
        }
        for (y, line) in (above.bottom() + (taken - below.len() as u16)..area.bottom()).zip(below) {
            text::put(buf, area, y, line);
        }
    }
}

/// Figure that is drawn of dots.
#[derive(Clone, Copy, Debug)]
enum DotFigure {
    Rings(usize),
    Sign(usize),
}

impl DotFigure {
    fn of(look: Look, count: usize) -> Self {
        match look {
            // More would stand before other letters than the two Os.
            Look::Hollywood if count <= sign::RINGS_MAX => DotFigure::Sign(count),
            Look::Rings
            | Look::Hollywood
            | Look::Flag
            | Look::Stage
            | Look::Feathers
            | Look::Tower
            | Look::Plane
            | Look::Flame
            | Look::Fireworks => DotFigure::Rings(count),
        }
    }

    /// Width and height in radii.
    fn size(self) -> (f64, f64) {
        match self {
            DotFigure::Rings(count) => emblem::size(count),
            DotFigure::Sign(count) => sign::size(count),
        }
    }

    /// The largest radius, in dots, that fits `area`.
    fn radius(self, area: Rect) -> f64 {
        let (width, height) = self.size();
        let (across, down) = (f64::from(area.width * ACROSS), f64::from(area.height * DOWN));
        (across / width).min(down / height)
    }

    fn columns(self, radius: f64) -> u16 {
        (self.size().0 * radius / f64::from(ACROSS)).ceil() as u16
    }

    fn rows(self, radius: f64) -> u16 {
        (self.size().1 * radius / f64::from(DOWN)).ceil() as u16
    }

    fn draw(self, scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx, radius: f64) {
        let mut dots = Dots::new(area);
        let (ground, letters) = (0, 1);
        let is_marked = |step: usize| Standing::of(scene, cue, step) == Standing::Marked;
        let placed = match self {
            DotFigure::Rings(count) => {
                emblem::centres(count, radius).into_iter().map(|centre| (centre, false)).collect()
            }
            DotFigure::Sign(count) => sign::draw(&mut dots, count, radius, [ground, letters]),
        };
        // An O is white, as the other letters are, until its ring is marked. What is marked has the
        // stronger inks, so that no outline takes its cells.
        let count = placed.len();
        let ring = |(step, &(centre, is_o)): (usize, &((f64, f64), bool))| {
            let rank = if is_marked(step) { step + count } else { step };
            let own = (letters + 1).saturating_add(rank.min(200) as u8);
            let ink = if is_o && !is_marked(step) { letters } else { own };
            emblem::Ring { centre, is_thick: is_o || is_marked(step), ink }
        };
        let rings: Vec<_> = placed.iter().enumerate().map(ring).collect();
        emblem::draw(&mut dots, &rings, radius);
        let mut pens = vec![
            Pen { style: scene.styles.rule, ascii: ':' },
            Pen { style: scene.styles.strong, ascii: '#' },
        ];
        pens.extend((0..2 * count).map(|rank| {
            let style = ink(scene, cue, rank % count.max(1));
            Pen { style, ascii: if rank < count { '.' } else { '@' } }
        }));
        let is_solid = |ink: u8| ink == letters || usize::from(ink) > usize::from(letters) + count;
        dots.paint_partly_solid(buf, &pens, scene.view.capabilities.is_plain(), is_solid);
        let lowest = placed.iter().map(|((_, y), _)| *y).fold(0.0, f64::max);
        for (step, ((x, y), _)) in placed.into_iter().enumerate() {
            let sign = Standing::of(scene, cue, step).sign(scene);
            // A little away from where the rings cross.
            let y = if rings.len() == 1 {
                y
            } else if y < lowest {
                y - radius * 0.2
            } else {
                y + radius * 0.2
            };
            let (x, y) = (x as u16 / ACROSS + area.x, y as u16 / DOWN + area.y);
            if x < area.right() && y < area.bottom() {
                buf.set_span(x, y, &sign, 1);
            }
        }
    }
}
