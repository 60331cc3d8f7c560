//! A route on a map: the part done bright, the part to come dashed, the marker where the cue is.
//!
//! ```text
//!     ⢀⡠⠤⠒⠒⠉⠉⠉⠉⠒⠒⠤⢄⡀   Paris
//!  ╌╌◉              ⠉⠒⠤●      coasts, rivers and roads faint behind it
//!  ○ Los Angeles
//!  41 %  3,725 km of 9,085 km · 5,360 km to go            ├───┤ 500 km
//! ```
//!
//! [`sheet`] is what stands still: the map, the places and their labels, computed once for a route
//! and a field. Only the way done, the marker and the figures change from frame to frame, and so
//! little goes to the terminal.

mod labels;
mod sheet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::words;
use crate::engine::Phase;
use crate::geo::Fit;
use crate::show::{Colour, CueIx};
use crate::ui::Depth;
use crate::ui::dots::{self, Pen};
use crate::ui::scene::Scene;
use crate::ui::text;
use labels::Rank;
use sheet::MapSheet;

/// The fewest rows in which it tells more than words.
pub(super) const ROWS_MIN: u16 = 6;

/// From how many rows on the way done is drawn twice as heavy.
const HEAVY_ROWS: u16 = 20;

/// Sign at the cue's place.
const MARKER: &str = "◉";
/// A place that has been passed.
const PASSED: &str = "●";
/// A place to come.
const AHEAD: &str = "○";
/// A landmark that the way does not touch.
const LANDMARK: &str = "·";

/// The colour of water.
const RIVER: Colour = Colour::Rgb(0x2f, 0x6f, 0xa8);

/// Inks of the dots, the weakest first.
mod ink {
    pub(super) const COAST: u8 = 0;
    pub(super) const ROAD: u8 = 1;
    pub(super) const WATER: u8 = 2;
    pub(super) const TO_COME: u8 = 3;
    pub(super) const DONE: u8 = 4;
}

/// Draws it.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let field = Rect { height: area.height.saturating_sub(1), ..area };
    if field.is_empty() {
        return;
    }
    let sheet = sheet::of(&scene.cue(cue).route, field);
    let done = words::done(scene, cue).unwrap_or(0.0);
    let styles = &scene.styles;
    for (x, y) in sheet.land.iter().copied() {
        if let Some(cell) = buf.cell_mut((x, y)) {
            cell.set_style(styles.raised);
        }
    }
    let mut dots = sheet.dots.clone();
    let (before, after) = sheet.way.split(done);
    for line in sheet.fit.stretches(&after) {
        for pair in line.windows(2) {
            let &[from, to] = pair else { continue };
            dots.dashes(from, to, ink::TO_COME);
        }
    }
    // A big map is looked at from farther away.
    let is_heavy = field.height >= HEAVY_ROWS;
    for line in sheet.fit.stretches(&before) {
        for pair in line.windows(2) {
            let &[from, to] = pair else { continue };
            dots.line(from, to, ink::DONE);
            if is_heavy {
                let aside = if (to.0 - from.0).abs() >= (to.1 - from.1).abs() {
                    (0.0, 1.0)
                } else {
                    (1.0, 0.0)
                };
                let beside = |dot: (f64, f64)| (dot.0 + aside.0, dot.1 + aside.1);
                dots.line(beside(from), beside(to), ink::DONE);
            }
        }
    }
    let pen = |style: Style, ascii: char| Pen { style, ascii };
    let pens = [
        pen(styles.rule, '.'),
        pen(styles.rule, '-'),
        // Without colours a river is weaker than the way, which it would hide.
        pen(
            if scene.view.capabilities.depth == Depth::Mono {
                styles.past
            } else {
                styles.tint(Some(RIVER))
            },
            '~',
        ),
        pen(styles.text, ':'),
        pen(styles.on_air, '#'),
    ];
    dots.paint(buf, &pens, scene.view.capabilities.is_plain());
    places(scene, buf, &sheet, done);
    if let Some(at) = sheet.way.at(done) {
        let (x, y) = cell_of(&sheet.fit, field, at.place);
        let is_running = scene.state.cue(cue).phase == Phase::Running;
        write(
            scene,
            buf,
            (x, y),
            MARKER,
            if is_running { styles.on_air_badge } else { styles.quiet_badge },
        );
    }
    figures(scene, buf, area, &sheet, done);
}

/// The places with their labels.
fn places(scene: &Scene, buf: &mut Buffer, sheet: &MapSheet, done: f64) {
    let styles = &scene.styles;
    let so_far_km = done * sheet.way.length_km();
    for label in &sheet.labels {
        let style = match label.rank {
            Rank::End => styles.strong,
            Rank::Stop => styles.text,
            Rank::Landmark | Rank::Line => styles.past,
        };
        write(scene, buf, (label.x, label.y), &label.text, style);
    }
    for place in &sheet.signs {
        let (sign, style) = match place.km {
            None => (LANDMARK, styles.past),
            Some(km) if km <= so_far_km && done > 0.0 => (PASSED, styles.on_air),
            Some(_) => (AHEAD, styles.text),
        };
        write(scene, buf, (place.x, place.y), sign, style);
    }
}

/// Writes over dots: of what was there only the background stays.
fn write(scene: &Scene, buf: &mut Buffer, (x, y): (u16, u16), words: &str, style: Style) {
    for x in x..x.saturating_add(text::width(words) as u16) {
        if let Some(cell) = buf.cell_mut((x, y)) {
            cell.fg = scene.styles.base.fg.unwrap_or_default();
            cell.modifier = Modifier::empty();
        }
    }
    buf.set_string(x, y, words, style);
}

/// Draws the distances, done and in all; at the right the map's scale.
fn figures(scene: &Scene, buf: &mut Buffer, area: Rect, sheet: &MapSheet, done: f64) {
    let styles = &scene.styles;
    let all_km = sheet.way.length_km();
    let (so_far, to_go) =
        (kilometres(all_km * done, all_km), kilometres(all_km * (1.0 - done), all_km));
    let all = kilometres(all_km, all_km);
    let cells = text::width(&all);
    let left = Line::from(vec![
        Span::styled(format!("{:>3.0} %  ", (done * 100.0).floor()), styles.text),
        Span::styled(format!("{so_far:>cells$} km"), styles.strong),
        Span::styled(format!(" of {all} km"), styles.text),
        Span::styled(format!(" · {to_go:>cells$} km to go"), styles.past),
    ]);
    let right =
        scale(&sheet.fit, area.width).map_or(Line::default(), |bar| Line::styled(bar, styles.past));
    let least = text::line_width(&left);
    text::put_both(buf, area, area.bottom().saturating_sub(1), left, right, least);
}

/// Kilometres in words; a short way has tenths.
fn kilometres(km: f64, of_km: f64) -> String {
    if of_km < 20.0 {
        return format!("{km:.1}");
    }
    text::grouped(km)
}

/// A bar as long as a round number of kilometres; none where the map has no one scale.
fn scale(fit: &Fit, columns: u16) -> Option<String> {
    if fit.shorter_km() > 5000.0 {
        return None;
    }
    let km_per_cell = fit.km_per_dot() * f64::from(dots::ACROSS);
    let most_km = km_per_cell * f64::from(columns / 6);
    let decade = 10_f64.powf(most_km.log10().floor());
    let km = [5.0, 2.0, 1.0].map(|times| times * decade).into_iter().find(|&km| km <= most_km)?;
    let cells = (km / km_per_cell).round() as usize;
    let words = if km < 1.0 {
        format!("{:.0} m", km * 1000.0)
    } else {
        format!("{} km", kilometres(km, f64::MAX))
    };
    (cells >= 3).then(|| format!("├{}┤ {words}", "─".repeat(cells - 2)))
}

/// The cell of a place; what lies outside is drawn at the edge.
fn cell_of(fit: &Fit, field: Rect, place: crate::geo::Place) -> (u16, u16) {
    let (x, y) = fit.dot(place);
    let cell = |dot: f64, per: u16, cells: u16| {
        (dot / f64::from(per)).floor().clamp(0.0, f64::from(cells - 1)) as u16
    };
    (
        field.x + cell(x.round(), dots::ACROSS, field.width),
        field.y + cell(y.round(), dots::DOWN, field.height),
    )
}

#[cfg(test)]
mod tests;
