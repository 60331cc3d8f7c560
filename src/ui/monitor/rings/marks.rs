//! Steps as large marks, one below the other, each with its sign, its colour, its title, and when
//! it was marked.
//!
//! ```text
//!  ✓ ████  The mayor of Paris gives it up          23:25:10
//!
//!  ● ░░░░  The IOC's president holds it
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{Standing, ink};
use crate::show::CueIx;
use crate::ui::monitor::words;
use crate::ui::scene::Scene;
use crate::ui::text;

/// The cells of a time of day.
const TIME: usize = 8;
/// The narrowest column of marks.
const COLUMN_MIN: u16 = 24;
/// The widest, behind which times would stand too far from their titles.
const COLUMN_MAX: u16 = 64;
/// The most rows that a mark takes, the free one below it among them.
const ROWS_MAX: u16 = 3;

/// Width of a column of marks with all times, cells.
pub(super) fn width(scene: &Scene, cue: CueIx) -> u16 {
    let titles = scene.cue(cue).steps.iter().map(|step| text::width(&step.title));
    (titles.max().unwrap_or(0) + 2 + 4 + 2 + 2 + TIME) as u16
}

/// Draws them, in as many columns as it takes; where there is too little room even so, in words.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let steps = &scene.cue(cue).steps;
    if area.is_empty() || steps.is_empty() {
        return;
    }
    let count = steps.len() as u16;
    let columns = count.div_ceil(area.height);
    let room = (area.width / columns).saturating_sub(if columns > 1 { 2 } else { 0 });
    if room < COLUMN_MIN && columns > 1 {
        let lines = words::steps(scene, cue, usize::from(area.width));
        for (y, line) in (area.y..area.bottom()).zip(lines) {
            text::put(buf, area, y, line);
        }
        return;
    }
    let each = count.div_ceil(columns);
    // The last mark needs no free row below it.
    let rows = ((area.height + 1) / each).clamp(1, ROWS_MAX);
    let (chip_rows, chip) = match rows {
        1 => (1, 2),
        2 => (1, 4),
        _ => (2, 6),
    };
    for step in 0..steps.len() {
        let (column, row) = (step as u16 / each, step as u16 % each);
        let x = area.x + column * (room + 2);
        let y = area.y + row * rows;
        let field =
            Rect { x, y, width: room.min(COLUMN_MAX), height: chip_rows }.intersection(area);
        mark(scene, buf, field, cue, step, chip);
    }
}

/// The rows of marks that stand side by side.
pub(super) const ROW: u16 = 3;
/// The cells between two of them.
const ROW_GAP: u16 = 2;

/// Returns `true` if there is room for all of them side by side.
pub(super) fn fits_row(scene: &Scene, cue: CueIx, columns: u16) -> bool {
    let steps = &scene.cue(cue).steps;
    let widest =
        steps.iter().map(|step| text::width(&step.title)).max().unwrap_or(0) + 2 + 1 + TIME;
    !steps.is_empty() && steps.len() * (widest + usize::from(ROW_GAP)) <= usize::from(columns)
}

/// Draws them side by side, each as a bar over its sign and title.
pub(super) fn draw_row(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let steps = scene.cue(cue).steps.len() as u16;
    let each = (area.width + ROW_GAP) / steps.max(1);
    for step in 0..steps {
        let x = area.x + step * each;
        let field = Rect { x, width: each.saturating_sub(ROW_GAP), ..area }.intersection(area);
        let symbol = if Standing::of(scene, cue, usize::from(step)) == Standing::Marked {
            "█"
        } else {
            "░"
        };
        let bar = symbol.repeat(usize::from(field.width));
        text::put(buf, field, field.y, Line::styled(bar, ink(scene, cue, usize::from(step))));
        title(
            scene,
            buf,
            Rect { y: field.y + 1, height: 1, ..field },
            cue,
            usize::from(step),
            vec![],
        );
    }
}

fn mark(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx, step: usize, chip: usize) {
    let symbol = if Standing::of(scene, cue, step) == Standing::Marked { "█" } else { "░" };
    let colour = Span::styled(symbol.repeat(chip), ink(scene, cue, step));
    title(scene, buf, area, cue, step, vec![colour.clone(), Span::raw("  ")]);
    for y in area.y + 1..area.bottom() {
        text::put(buf, area, y, Line::from(vec![Span::raw("  "), colour.clone()]));
    }
}

/// The sign and the title of a step, and when it was marked; `chip` stands between the two.
fn title(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx, step: usize, chip: Vec<Span>) {
    let Some(plan) = scene.cue(cue).steps.get(step) else { return };
    let styles = &scene.styles;
    let standing = Standing::of(scene, cue, step);
    let style = match standing {
        Standing::Marked => styles.text,
        Standing::Next => styles.strong,
        Standing::ToCome => styles.past,
    };
    let mut left = vec![standing.sign(scene), Span::raw(" ")];
    left.extend(chip);
    left.push(Span::styled(plan.title.as_str(), style));
    let left = Line::from(left);
    let marked_ns =
        scene.state.cue(cue).marked_ns.get(step).filter(|_| standing == Standing::Marked);
    let at = marked_ns.map_or(String::new(), |&ns| scene.wall(ns));
    let least = text::line_width(&left).min(usize::from(area.width));
    text::put_both(buf, area, area.y, left, Line::styled(at, styles.past), least);
}
