//! The rundown: where we are, what was, what comes.
//!
//! ```text
//!    7  Anthem, flags lowered                4:10  −0:03
//!  ▼ 9  The jump                             0:52 of 1:30
//!     ✓ 11    Lights to the roof              22:57:12
//!     ▶ 12    Off the roof         LIVE  ━━━━──── 0:33
//!     ↳ 13    He lands                      follows 12
//!   10  The flag          ◷ 23:30:00 gap 0:30     3:00
//!     ● 14    Bass hands the flag             ◇ 2 of 3
//! ```
//!
//! A time after a `~` is when something will come as things stand.

mod cue;
mod segment;

use jiff::SignedDuration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::text;
use super::viewport::{Focus, RundownOutline, ViewRow};
use crate::app::Hits;
use crate::app::hits::{MouseTarget, Region};
use crate::engine::RunNs;
use crate::show::Show;
use crate::show::duration;

pub(super) use cue::sign;

/// From this width on, planned and actual times have columns of their own.
const WIDE: u16 = 78;
/// The cells of those columns: planned, actual or expected, difference, with the gaps in front of
/// them.
const COLUMNS: [usize; 3] = [10, 12, 8];
/// Below this width everything that can be said shorter is.
const NARROW: u16 = 44;

/// Draws the rundown, and keeps where each cue stands.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    if area.is_empty() {
        return;
    }
    let is_wide = area.width >= WIDE;
    let mut list = area;
    if is_wide && area.height > 6 {
        heads(scene, buf, area);
        list = Rect { y: area.y + 1, height: area.height - 1, ..area };
    }
    hits.regions.push(Region {
        columns: area.x..area.right(),
        rows: area.y..area.bottom(),
        target: MouseTarget::Rundown,
    });
    let state = scene.state;
    let focus = Focus {
        current: (!state.has_ended()).then(|| scene.segment()),
        playhead: state.playhead(),
        on_air: state.on_air().first().copied(),
        cursor: scene.app.cursor,
    };
    let height = usize::from(list.height);
    let outline = RundownOutline::new(scene.show, &focus, &scene.app.folds, height);
    let range = outline.visible(&focus, scene.app.is_scrolled.then_some(scene.app.scroll), height);
    (hits.scroll, hits.scroll_max) = (range.start, outline.len().saturating_sub(height));
    let selected = scene.app.selected(state);
    let watched = [selected, focus.playhead, focus.on_air];
    for (y, row) in (list.y..).zip(outline.rows(range.clone())) {
        match row {
            ViewRow::Segment(segment, unfolded) => {
                segment::draw(scene, buf, list, y, segment, unfolded);
                let target = MouseTarget::Segment { segment, is_open: unfolded };
                hits.regions.push(Region { columns: area.x..area.right(), rows: y..y + 1, target });
            }
            // A segment whose own row has scrolled out stands above its cues all the same.
            ViewRow::Cue(cue)
                if y == list.y && list.height > 3 && !watched.contains(&Some(cue)) =>
            {
                segment::draw(scene, buf, list, y, scene.cue(cue).segment, true);
            }
            ViewRow::Cue(cue) => {
                cue::draw(scene, buf, list, y, cue);
                hits.rows.push((y, area.x, area.right(), cue));
                if selected == Some(cue) && scene.app.cursor.is_some() {
                    mark(scene, buf, Rect { y, height: 1, ..list });
                }
            }
        }
    }
    // What lies above and below is told at the edge.
    let more = |buf: &mut Buffer, y: u16, sign: &str| {
        buf.set_string(area.right().saturating_sub(1), y, sign, scene.styles.past);
    };
    if range.start > 0 {
        more(buf, list.y, "↑");
    }
    if range.end < outline.len() {
        more(buf, list.bottom() - 1, "↓");
    }
}

/// The rows that everything would take, with the heads of the columns: of the show alone, so that
/// nothing moves in a run.
pub(super) fn rows(show: &Show) -> u16 {
    let rows = show.segments.len() + show.order.len() + 1;
    u16::try_from(rows).unwrap_or(u16::MAX)
}

/// The rows of a run that is over: its segments are folded, with some room for one that the caller
/// opens.
pub(super) fn rows_folded(show: &Show) -> u16 {
    let opened = 8;
    u16::try_from(show.segments.len() + 1 + opened).unwrap_or(u16::MAX).min(rows(show))
}

/// Marks the selected row over its whole width, with a bar at its edge for those who see no
/// colours.
fn mark(scene: &Scene, buf: &mut Buffer, row: Rect) {
    buf.set_style(row, scene.styles.selected);
    buf[(row.x, row.y)].set_symbol("▌").set_style(scene.styles.strong);
}

/// The columns of a wide rundown: when it is planned, when it came or, with a `~`, when it will
/// come as things stand, and the difference of the two.
fn columns(
    scene: &Scene,
    planned_ns: Option<RunNs>,
    (actual_ns, expected_ns): (Option<RunNs>, Option<RunNs>),
    is_past: bool,
) -> [Span<'static>; 3] {
    let styles = &scene.styles;
    let [planned, actual, difference] = COLUMNS;
    let is_tied = scene.is_tied();
    let planned_at = planned_ns.map_or(String::new(), |ns| scene.instant(ns));
    let expected_ns = expected_ns.filter(|_| is_tied && actual_ns.is_none());
    let at = match (actual_ns, expected_ns) {
        (Some(ns), _) => scene.wall(ns),
        (None, Some(ns)) => format!("~{}", scene.wall(ns)),
        (None, None) => String::new(),
    };
    let late = planned_ns
        .zip(actual_ns.or(expected_ns))
        .map(|(from_ns, to_ns)| scene.late(from_ns, to_ns));
    let late = match late {
        // What comes as planned needs no word.
        Some(SignedDuration::ZERO) if actual_ns.is_none() => Span::raw(" ".repeat(difference)),
        Some(late) => {
            let style = if late.as_secs() < 1 { styles.past } else { styles.attention };
            Span::styled(column(&duration::over_under(late), difference), style)
        }
        None => Span::raw(" ".repeat(difference)),
    };
    let is_quiet = is_past || actual_ns.is_none();
    [
        Span::styled(column(&planned_at, planned), styles.past),
        Span::styled(column(&at, actual), if is_quiet { styles.past } else { styles.text }),
        late,
    ]
}

fn heads(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let style = scene.styles.past;
    let [planned, actual, difference] = COLUMNS;
    let heads = format!("{:>planned$}{:>actual$}{:>difference$} ", "planned", "actual ~due", "±");
    text::put_both(buf, area, area.y, Line::default(), Line::styled(heads, style), 0);
}

/// Writes a row: what stands left gives way to what stands right.
fn put_row(buf: &mut Buffer, area: Rect, y: u16, left: Line, mut right: Line) {
    right.push_span(Span::raw(" "));
    text::put_both(buf, area, y, left, right, 12);
}

/// Right-aligned text in a column.
fn column(text: &str, cells: usize) -> String {
    let fitted = text::fit(text, cells);
    format!("{}{fitted}", " ".repeat(cells - text::width(&fitted)))
}
