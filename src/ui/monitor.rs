//! The monitor: what the cue on air looks like, and what else the caller should know of it. While nothing runs it shows
//! the cue on standby.
//!
//! ```text
//!  12  Off the roof
//!  ┌ the picture: a map, a descent, rings, a strip of film ┐
//!  └ where there is room for one; else its words           ┘
//!  Tom Cruise  performer
//!  sends  ✓ lights  … video
//! ```
//!
//! [`Picture::of`] chooses; each picture is a file.

mod descent;
mod film;
mod map;
mod rings;
mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::text;
use crate::engine::Phase;
use crate::show::{Cue, CueIx};

/// What a cue looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    /// Steps that ask for a look of their own, or that have colours.
    Rings,
    /// A route with heights, from the side.
    Descent,
    /// A route on a map.
    Map,
    /// A clip.
    Film,
    /// Nothing but words.
    Words,
}

impl Picture {
    /// The most telling of what `cue` has.
    fn of(cue: &Cue) -> Self {
        if cue.look.is_some() || cue.steps.iter().any(|step| step.colour.is_some()) {
            Picture::Rings
        } else if cue.route.iter().any(|point| point.height_m.is_some()) {
            Picture::Descent
        } else if !cue.route.is_empty() {
            Picture::Map
        } else if cue.clip().is_some() {
            Picture::Film
        } else {
            Picture::Words
        }
    }

    /// The fewest rows in which it tells more than words.
    fn rows_min(self) -> u16 {
        match self {
            Picture::Rings => rings::ROWS_MIN,
            Picture::Descent => descent::ROWS_MIN,
            Picture::Map => map::ROWS_MIN,
            Picture::Film => film::ROWS_MIN,
            Picture::Words => u16::MAX,
        }
    }

    fn draw(self, scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
        match self {
            Picture::Rings => rings::draw(scene, buf, area, cue),
            Picture::Descent => descent::draw(scene, buf, area, cue),
            Picture::Map => map::draw(scene, buf, area, cue),
            Picture::Film => film::draw(scene, buf, area, cue),
            Picture::Words => {}
        }
    }
}

/// Draws the panel.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    paint(scene, buf, area, false);
}

/// Draws the page: the same with room for every word, and with what the cue sends.
pub(super) fn draw_page(scene: &Scene, buf: &mut Buffer, area: Rect) {
    paint(scene, buf, area, true);
}

fn paint(scene: &Scene, buf: &mut Buffer, area: Rect, is_page: bool) {
    let Some(cue) = scene.on_air_cue().or(scene.state.playhead()).filter(|_| !area.is_empty()) else { return };
    let columns = usize::from(area.width);
    let picture = Picture::of(scene.cue(cue));
    let mut lines = vec![headline(scene, cue)];
    let rows_left = area.height - 1;
    let has_picture = rows_left >= picture.rows_min();
    if !has_picture {
        lines.extend(words::route(scene, cue, columns));
        lines.extend(words::steps(scene, cue, columns));
    }
    let mut below = words::people(scene, cue, columns, is_page);
    below.extend(words::sends(scene, cue, columns));
    if is_page {
        below.extend(words::messages(scene, cue, columns));
    }
    let is_running = scene.state.cue(cue).phase == Phase::Running;
    // The standby panel has the notes of its cue already.
    if (is_running || is_page)
        && let Some(notes) = &scene.cue(cue).notes
    {
        let left = usize::from(area.height).saturating_sub(lines.len() + below.len());
        below.extend(text::wrap(notes, columns, left).into_iter().map(|line| Line::styled(line, scene.styles.past)));
    }
    if has_picture {
        let rows = rows_left.saturating_sub(below.len() as u16).max(picture.rows_min());
        let field = Rect { y: area.y + 1, height: rows, ..area };
        picture.draw(scene, buf, field, cue);
        put_all(buf, area, area.y, lines);
        put_all(buf, area, field.bottom(), below);
        return;
    }
    lines.extend(below);
    put_all(buf, area, area.y, lines);
}

/// Which cue it is, and whether it runs.
fn headline<'a>(scene: &Scene<'a>, cue: CueIx) -> Line<'a> {
    let styles = &scene.styles;
    let is_running = scene.state.cue(cue).phase == Phase::Running;
    Line::from(vec![
        Span::styled(format!("{}  ", scene.number(cue)), if is_running { styles.on_air } else { styles.past }),
        Span::styled(scene.cue(cue).title.as_str(), styles.text),
        Span::styled(if is_running { "" } else { "  next" }, styles.past),
    ])
}

fn put_all(buf: &mut Buffer, area: Rect, from: u16, lines: Vec<Line>) {
    for (y, line) in (from..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
}
