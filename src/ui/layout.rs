//! Where the regions of the run page lie, and the rules between them.
//!
//! ```text
//!  header
//!  alarm (only while something is wrong)
//! ─ RUNDOWN ────────────┬──────────────────────
//!                       │ on air
//!                       ├──────────────────────
//!  rundown              │ standby
//!                       ├─ MONITOR ────────────
//!                       │ monitor
//!                       ├─ LOG ────────────────
//!                       │ log (tall windows)
//! ──────────────────────┴──────────────────────
//!  message
//!  keys
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::text;
use super::theme::Styles;

/// The regions of the run page; one that has no room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Areas {
    pub header: Rect,
    pub alarm: Rect,
    pub rundown: Rect,
    pub on_air: Rect,
    pub standby: Rect,
    pub monitor: Rect,
    pub log: Rect,
    pub footer: Rect,
}

/// Rows of the header.
pub(super) const HEADER: u16 = 2;
/// Rows of the footer, without its rule.
pub(super) const FOOTER: u16 = 2;

/// The part of a page between header and footer, and these two: the same on every page.
pub(super) fn page(area: Rect, alarm_rows: u16) -> (Rect, Rect, Rect, Rect) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let header = Rect { height: HEADER, ..inner };
    let alarm = Rect { y: header.bottom(), height: alarm_rows, ..inner };
    let footer = Rect { y: area.bottom().saturating_sub(FOOTER), height: FOOTER, ..inner };
    let top = alarm.bottom();
    let body = Rect { y: top, height: footer.y.saturating_sub(top), ..area };
    (header, alarm, body, footer)
}

/// Lays the run page out below an alarm line of `alarm_rows` rows.
pub(super) fn run(area: Rect, alarm_rows: u16) -> Areas {
    let (header, alarm, body, footer) = page(area, alarm_rows);
    // The body's first and last rows are rules.
    let inside = Rect { y: body.y + 1, height: body.height.saturating_sub(2), ..body };
    let rundown_width = (area.width * 9 / 20).max(22);
    let rundown = Rect { width: rundown_width, ..inside };
    let right = Rect { x: rundown.right() + 2, width: area.width.saturating_sub(rundown_width + 3), ..inside };
    let rows = inside.height;
    let on_air_rows = match rows {
        0..=9 => (rows / 2).max(3),
        10..=14 => 5,
        15..=19 => 7,
        20..=33 => 9,
        34..=43 => 13,
        _ => 16,
    };
    let standby_rows = match rows {
        0..=19 => rows.saturating_sub(on_air_rows + 1),
        20..=24 => 7,
        25..=33 => 8,
        _ => 11,
    };
    let on_air = Rect { height: on_air_rows.min(rows), ..right };
    let below = |above: Rect, height: u16| {
        let y = above.bottom() + 1;
        Rect { y, height: height.min(inside.bottom().saturating_sub(y)), ..right }
    };
    let standby = below(on_air, standby_rows);
    let rest = inside.bottom().saturating_sub(standby.bottom() + 1);
    let log_rows = if rest >= 16 { rest / 3 } else { 0 };
    let monitor_rows = if rest >= 3 { rest - if log_rows > 0 { log_rows + 1 } else { 0 } } else { 0 };
    let monitor = if monitor_rows > 0 { below(standby, monitor_rows) } else { Rect::default() };
    let log = if log_rows > 0 { below(monitor, log_rows) } else { Rect::default() };
    Areas { header, alarm, rundown, on_air, standby, monitor, log, footer }
}

impl Areas {
    /// Draws the rules of the run page.
    pub fn rules(&self, buf: &mut Buffer, area: Rect, styles: &Styles) {
        let (top, bottom) = (self.rundown.y.saturating_sub(1), self.footer.y.saturating_sub(1));
        rule(buf, area, top, "RUNDOWN", styles);
        rule(buf, area, bottom, "", styles);
        let x = self.rundown.right();
        let joint = |buf: &mut Buffer, y: u16, symbol: &str| {
            if x < area.right() && y < area.bottom() {
                buf[(x, y)].set_symbol(symbol).set_style(styles.rule);
            }
        };
        for y in top + 1..bottom {
            joint(buf, y, "│");
        }
        joint(buf, top, "┬");
        joint(buf, bottom, "┴");
        let right = Rect { x: x + 1, width: area.right().saturating_sub(x + 1), ..area };
        for (region, heading) in [(self.standby, ""), (self.monitor, "MONITOR"), (self.log, "LOG")] {
            if region.height > 0 {
                rule(buf, right, region.y - 1, heading, styles);
                joint(buf, region.y - 1, "├");
            }
        }
    }
}

/// A rule over the whole width, with a heading in it.
pub(super) fn rule(buf: &mut Buffer, area: Rect, y: u16, heading: &str, styles: &Styles) {
    if y >= area.bottom() {
        return;
    }
    for x in area.x..area.right() {
        buf[(x, y)].set_symbol("─").set_style(styles.rule);
    }
    if !heading.is_empty() && usize::from(area.width) > text::width(heading) + 4 {
        buf.set_string(area.x + 1, y, format!(" {heading} "), styles.heading);
    }
}
