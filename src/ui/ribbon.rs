//! The ribbon: the whole night in one row, all segments in proportion.
//!
//! ```text
//!  23:00 1▆▆▆▆▆▆▆▆▒▒ 2▆▆▆▆▆┃▂▂▂   ◷3▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂ ◷4▂▂▂▂▂ 23:08
//! ```
//!
//! What is done is high and what is to come is low; what lasts longer than planned has a filling of
//! its own, a hard start its sign, and now a line. So it reads the same without colours. The times
//! at its ends are the show's start and end as things stand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::scene::Scene;
use super::timeline::track::{self, Stand, Track};
use super::{signs, text};
use crate::engine::RunNs;

/// The sign of what is done.
const DONE: &str = "▆";
/// The sign of what is to come.
const TO_COME: &str = "▂";
/// The sign of an overrun.
const OVER: &str = "▒";
/// The fewest cells of a segment that ends with a free one, so that its neighbour stands apart.
const APART_FROM: u16 = 3;

/// Draws the ribbon into one row.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let tracks = track::tracks(scene);
    let played = || tracks.iter().filter(|track| track.stand != Stand::PassedOver);
    let from_ns = played().map(|track| track.actual_ns.0).min();
    let to_ns = played().map(|track| track.actual_ns.1).max();
    let (Some(from_ns), Some(to_ns)) = (from_ns, to_ns) else { return };
    if area.is_empty() || from_ns >= to_ns {
        return;
    }
    let mut row = area;
    if scene.is_tied() {
        let minute = |ns: i64| scene.minute(RunNs::new(ns));
        let (begin, end) = (minute(from_ns), minute(to_ns));
        let (left, right) = (text::width(&begin) as u16, text::width(&end) as u16);
        buf.set_string(area.x, area.y, &begin, scene.styles.past);
        buf.set_string(area.right().saturating_sub(right), area.y, &end, scene.styles.past);
        let width = area.width.saturating_sub(left + right + 2);
        row = Rect { x: area.x + left + 1, width, ..area };
    }
    let ribbon = Ribbon { scene, row, from_ns, to_ns };
    for track in played() {
        ribbon.segment(buf, track);
    }
    if scene.state.has_begun() && !scene.state.has_ended() {
        let cell = ribbon.cell(scene.shown_now_ns.ns()).min(row.width.saturating_sub(1));
        buf.set_string(row.x + cell, row.y, "┃", scene.styles.strong);
    }
}

struct Ribbon<'a> {
    scene: &'a Scene<'a>,
    row: Rect,
    from_ns: i64,
    to_ns: i64,
}

impl Ribbon<'_> {
    /// In which cell an instant lies; after the end, the cell after the last.
    fn cell(&self, ns: i64) -> u16 {
        let part = (ns - self.from_ns) as f64 / (self.to_ns - self.from_ns) as f64;
        (part.clamp(0.0, 1.0) * f64::from(self.row.width)) as u16
    }

    fn segment(&self, buf: &mut Buffer, track: &Track) {
        let styles = &self.scene.styles;
        let (start_ns, end_ns) = track.actual_ns;
        let first = self.cell(start_ns).min(self.row.width.saturating_sub(1));
        let after = self.cell(end_ns).max(first + 1);
        let last = if after - first >= APART_FROM { after - 1 } else { after };
        let over_from =
            self.cell(track.over_from_ns.min(track.overlap_from_ns.unwrap_or(i64::MAX)));
        let is_over = track.over_from_ns < end_ns || track.overlap_from_ns.is_some();
        let now = match track.stand {
            Stand::Past => after,
            Stand::Running => self.cell(self.scene.shown_now_ns.ns()),
            Stand::ToCome | Stand::PassedOver => first,
        };
        for cell in first..last {
            let (symbol, style) = match track.stand {
                _ if is_over && cell >= over_from => (OVER, styles.attention),
                Stand::Running if cell < now => (DONE, styles.on_air),
                Stand::Running => (TO_COME, styles.on_air),
                Stand::Past => (DONE, styles.past),
                Stand::ToCome | Stand::PassedOver => (TO_COME, styles.text),
            };
            self.put(buf, cell, symbol, style);
        }
        let mut at = first;
        let is_waited_for = track.is_hard && track.stand == Stand::ToCome;
        if is_waited_for {
            self.put(
                buf,
                at,
                signs::CLOCK,
                if track.late_ns() > 0 { styles.attention } else { styles.strong },
            );
            at += 1;
        }
        let number = (track.segment.0 + 1).to_string();
        let number_ends = at + number.len() as u16;
        // The line of now would stand in its middle.
        let is_free = track.stand != Stand::Running || now >= number_ends;
        // Something stands between two numbers: a part of the block, or the free cell after it.
        let fits = number_ends < last || (number_ends == last && last < after);
        if is_free && fits {
            let style = match track.stand {
                Stand::Running => styles.strong,
                Stand::Past => styles.past,
                Stand::ToCome | Stand::PassedOver => styles.text,
            };
            for (cell, digit) in (at..).zip(number.chars()) {
                self.put(buf, cell, &digit.to_string(), style);
            }
        }
    }

    fn put(&self, buf: &mut Buffer, cell: u16, symbol: &str, style: Style) {
        if cell < self.row.width {
            buf[(self.row.x + cell, self.row.y)].set_symbol(symbol).set_style(style);
        }
    }
}
