//! The strip of film itself: perforations, frames of ten seconds each, and the gate in the middle.
//!
//! ```text
//!   ▪ ▪ ▪ ▪ ▪ ▪▼▪ ▪ ▪ ▪ ▪      A cell is a second. What is left of the gate has been seen and is grey; where there
//!  ───┬───────────┬────────      is no film, the leader is dotted.
//!     │  0:20     │  0:30
//!  ───┴───────────┴────────
//!   ▪ ▪ ▪ ▪ ▪ ▪▲▪ ▪ ▪ ▪ ▪
//! ```

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::show::duration;
use crate::ui::scene::Scene;
use crate::ui::text;

/// The seconds of a frame.
const FRAME_S: i64 = 10;

/// The cells between a frame's cut and its label.
const LEAD: i64 = 3;

/// Visible part of the film, in seconds of its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The second in the gate.
    pub at: i64,
    /// The in-point.
    pub begins: i64,
    /// The out-point, where anybody knows it.
    pub ends: Option<i64>,
    /// The picture is not there.
    pub is_lost: bool,
}

/// Draws it, with as much of it as the rows of `area` hold: one row of frames first, then
/// perforations, then edges.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, window: &Window) {
    let styles = &scene.styles;
    if area.is_empty() {
        return;
    }
    let gate = area.x + area.width / 2;
    let last = area.bottom() - 1;
    let has_holes = area.height >= 3;
    let has_edges = area.height >= 5;
    let label_y = area.y + (area.height - 1) / 2;
    for x in area.x..area.right() {
        let second = window.at + i64::from(x) - i64::from(gate);
        let is_film = second >= window.begins
            && window.ends.is_none_or(|ends| second < ends)
            && !window.is_lost;
        let is_seen = x < gate;
        let is_cut = second.rem_euclid(FRAME_S) == 0 || second == window.begins;
        for y in area.y..area.bottom() {
            let is_hole_row = has_holes && (y == area.y || y == last);
            let is_edge_row = has_edges && (y == area.y + 1 || y == last - 1);
            let symbol = match (is_film, is_hole_row, is_edge_row) {
                // It stands still: dots that went along would be half of what a strip sends.
                (false, ..) if (x - area.x + y - area.y).is_multiple_of(4) => "·",
                // So do these: holes of every other cell look the same after each second cell.
                (true, true, _) if x.abs_diff(gate) % 2 == 1 => "▪",
                (true, false, true) if is_cut => {
                    if y == area.y + 1 {
                        "┬"
                    } else {
                        "┴"
                    }
                }
                (true, false, true) => "─",
                (true, false, false) if is_cut => "│",
                _ => continue,
            };
            let style = match (is_film, is_seen) {
                (false, _) => styles.rule,
                (true, true) => styles.past,
                (true, false) => styles.vt,
            };
            buf.set_string(x, y, symbol, style);
        }
    }
    // A frame's label comes after its cut, and goes with it.
    let first = (window.at - i64::from(area.width / 2)).div_euclid(FRAME_S) * FRAME_S;
    for frame in
        (first..).step_by(FRAME_S as usize).take(usize::from(area.width) / FRAME_S as usize + 2)
    {
        let label = duration::clock(Duration::from_secs(frame.max(0) as u64));
        let cells = text::width(&label) as i64;
        let is_whole = window.ends.is_none_or(|ends| frame + LEAD + cells <= ends);
        let is_film = frame >= window.begins && is_whole && !window.is_lost;
        let from = i64::from(gate) + frame - window.at + LEAD;
        let to = from + cells;
        if !is_film || from < i64::from(area.x) || to > i64::from(area.right()) {
            continue;
        }
        let style = if from < i64::from(gate) { styles.past } else { styles.text };
        buf.set_string(from as u16, label_y, label, style);
    }
    if has_holes {
        buf.set_string(gate, area.y, "▼", styles.on_air);
        buf.set_string(gate, last, "▲", styles.on_air);
    }
    let gate_rows = if has_holes { area.y + 1..last } else { area.y..area.bottom() };
    for y in gate_rows {
        buf.set_string(gate, y, "┃", styles.on_air);
    }
}
