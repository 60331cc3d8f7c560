//! Areas of a page's parts and of the run page's panels, and the rules between them.
//!
//! ```text
//!  the flag (in a shared run)
//!  header
//!  ribbon (from 100 columns on)
//!  alarms (always kept free)
//! ─ RUNDOWN ────────────┬──────────────────────
//!                       │ on air
//!                       ├──────────────────────
//!  rundown              │ next
//!                       ├─ MONITOR ────────────
//!                       │ monitor
//!                       ├─ LOG ────────────────
//!  next by itself       │ log (tall windows)
//!  strip
//!  message
//!  keys
//! ```
//!
//! Where a show has few cues, the log stands below them, and where it has no pictures at all, what
//! is on air and the call are larger.
//!
//! What is read in the dark stays where it is: the size of the window alone decides where the
//! header, the alarms, the strip and the big digits stand, and how large these are; only in a
//! window of few rows a call of many words makes them smaller. What a cue needs decides only how
//! the rest of the right column is shared out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::text;
use super::theme::Styles;

/// From this width on there is a ribbon.
const RIBBON_FROM: u16 = 100;
/// From this height on the alarms have two rows.
const TALL: u16 = 40;
/// The fewest rows of a monitor, its rule not counted.
const MONITOR_MIN: u16 = 3;
/// The rows of a picture that a tall window keeps free, its headline among them.
const PICTURE: u16 = 25;
/// The same of a window of middle height.
const PICTURE_LOW: u16 = 10;
/// The rows that the next cue has beside a picture, whatever it needs.
const NEXT_MIN: u16 = 6;
/// The rows from which on what a picture leaves is a log.
const LOG_FROM: u16 = 16;

/// The fewest rows of a rundown above a log.
const RUNDOWN_MIN: u16 = 8;
/// The rows of what is on air with large digits, in a window of few rows.
const LOW_ON_AIR: u16 = 7;

/// The parts of every page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// One row in a shared run, otherwise none.
    pub flag: Rect,
    /// Two rows.
    pub header: Rect,
    /// One row, or none in a narrow window.
    pub ribbon: Rect,
    /// One row, two in a tall window; kept free while nothing is wrong.
    pub alarms: Rect,
    /// From the rule with the page's name down to the strip.
    pub body: Rect,
    /// One row.
    pub strip: Rect,
    /// The message and the keys.
    pub footer: Rect,
}

impl Parts {
    /// Shares out the whole window; a shared run has the flag over everything else.
    pub(super) fn new(area: Rect, is_shared: bool) -> Self {
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let rows = |y: u16, height: u16| Rect { y, height, ..inner };
        let flag = Rect { height: u16::from(is_shared), ..area };
        let header = rows(flag.bottom(), 2);
        let ribbon = rows(header.bottom(), u16::from(area.width >= RIBBON_FROM));
        let alarms = rows(ribbon.bottom(), if area.height >= TALL { 2 } else { 1 });
        let footer = rows(area.bottom().saturating_sub(2), 2);
        let strip = Rect { y: footer.y.saturating_sub(1), height: 1, ..area };
        let top = alarms.bottom();
        let body = Rect { y: top, height: strip.y.saturating_sub(top), ..area };
        Parts { flag, header, ribbon, alarms, body, strip, footer }
    }
}

/// Numbers of rows that the content of the run page asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// The next cue with its call and its departments.
    pub spoken: u16,
    /// The same with its backup and what follows it.
    pub next: u16,
    /// The same with its notes.
    pub with_notes: u16,
    /// `true` if the monitor has a picture.
    pub has_picture: bool,
    /// `true` if any cue of the show has a picture, so that the monitor will need its room.
    pub is_pictured: bool,
    /// The rows of all segments and cues.
    pub rundown: u16,
    /// `true` if digits are of whole cells, so that the smallest have five rows.
    pub is_plain: bool,
}

/// The panels of the run page; one that has no room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Segments and cues.
    pub rundown: Rect,
    /// The row that says what comes next by itself.
    pub by_itself: Rect,
    /// Panel of what is on air, or of the show's figures once it has ended.
    pub on_air: Rect,
    /// The rows of the big digits in `on_air`.
    pub digits: Rect,
    /// The cue at the playhead.
    pub next: Rect,
    /// The picture, or the notes of what is on air and next.
    pub monitor: Rect,
    /// The newest lines of the log.
    pub log: Rect,
}

/// Rows of the on-air panel: above the digits below the headline, of the digits, and below them,
/// and how many of the last it keeps when the next cue needs room.
fn on_air_rows(rows: u16, needs: Needs) -> (u16, u16, u16, u16) {
    match rows {
        11..=19 if needs.is_plain => (0, 5, 1, 0),
        0..=7 => (0, 1, 0, 0),
        8..=9 => (0, 3, 0, 0),
        10..=14 => (0, 3, 1, 1),
        // A call that would be cut below large digits is worth more than they are.
        15..=19 if needs.spoken + LOW_ON_AIR + 1 > rows => (0, 3, 2, 1),
        15..=23 => (0, 5, 2, 1),
        24..=33 => (1, 5, 2, 1),
        34..=43 if !needs.is_pictured && !needs.is_plain => (1, 10, 2, 1),
        44.. if !needs.is_pictured && !needs.is_plain => (1, 13, 2, 1),
        34..=43 => (1, 8, 2, 1),
        _ => (1, 10, 2, 1),
    }
}

/// Lays the run page out in the body of a page.
pub(super) fn run(body: Rect, needs: Needs) -> Areas {
    // The body's first row is a rule.
    let inside = Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body };
    let width = match body.width {
        0..=149 => body.width * 9 / 20,
        _ => body.width * 43 / 100,
    };
    let left = Rect { width: width.max(22), ..inside };
    let right =
        Rect { x: left.right() + 2, width: body.width.saturating_sub(left.width + 3), ..inside };
    let areas = left_column(left, needs);
    right_column(right, needs, areas)
}

/// The left column: the rundown, what comes next by itself, and the log where the rundown leaves
/// room for it.
fn left_column(left: Rect, needs: Needs) -> Areas {
    let by_itself_rows = u16::from(left.height >= 6);
    let column = Rect { height: left.height - by_itself_rows, ..left };
    let inner = Rect { x: left.x + 1, width: left.width.saturating_sub(2), ..left };
    let by_itself = Rect { y: column.bottom(), height: by_itself_rows, ..inner };
    let spare = column.height.saturating_sub(needs.rundown.saturating_add(2).max(RUNDOWN_MIN));
    if spare < LOG_FROM || needs.rundown == 0 {
        return Areas { rundown: column, by_itself, ..Areas::default() };
    }
    let rundown = Rect { height: column.height - spare - 1, ..column };
    let log = Rect { y: rundown.bottom() + 1, height: spare, ..inner };
    Areas { rundown, by_itself, log, ..Areas::default() }
}

/// The right column, to the left one: what is on air, the next cue, and in what they leave the
/// monitor, and the log where that has no picture and the log has no place yet.
fn right_column(right: Rect, needs: Needs, areas: Areas) -> Areas {
    let rows = right.height;
    let (air, high, below, below_min) = on_air_rows(rows, needs);
    let on_air_max = (1 + air + high + below).min(rows);
    let left_over = rows.saturating_sub(on_air_max + 1);
    let wanted = next_rows(rows, left_over, needs);
    let on_air_height = if wanted > left_over {
        // Some rows below the digits go before a word of the next cue does.
        (1 + air + high + below_min).min(rows)
    } else {
        on_air_max
    };
    let on_air = Rect { height: on_air_height, ..right };
    let digits =
        Rect { y: right.y + 1 + air, height: high.min(rows.saturating_sub(1 + air)), ..right };
    let under = |above: Rect, height: u16| {
        let y = above.bottom() + 1;
        Rect { y, height: height.min(right.bottom().saturating_sub(y)), ..right }
    };
    let left_over = rows.saturating_sub(on_air_height + 1);
    // Fewer rows than a monitor needs belong to the next cue.
    let next = under(on_air, if left_over > wanted + MONITOR_MIN { wanted } else { left_over });
    let rest = right.bottom().saturating_sub(next.bottom() + 1);
    if rest < MONITOR_MIN {
        return Areas { on_air, digits, next, ..areas };
    }
    if rest < LOG_FROM || needs.has_picture || areas.log.height > 0 {
        return Areas { on_air, digits, next, monitor: under(next, rest), ..areas };
    }
    let log_rows = rest / 2;
    let monitor = under(next, rest - log_rows - 1);
    Areas { on_air, digits, next, monitor, log: under(monitor, log_rows), ..areas }
}

/// The rows that the next cue gets of a column of `rows`, of which what is on air leaves
/// `left_over`.
fn next_rows(rows: u16, left_over: u16, needs: Needs) -> u16 {
    // A window that is tall enough keeps its picture: notes give way, but never what the caller has
    // to say.
    let kept = match left_over.saturating_sub(NEXT_MIN + 1) {
        room if !needs.has_picture || room < PICTURE_LOW => 0,
        room if room < PICTURE => PICTURE_LOW + 1,
        _ => PICTURE + 1,
    };
    let usual = match rows {
        0..=23 => 0,
        24..=33 => 8,
        _ => 10,
    };
    needs.with_notes.max(usual).min(left_over.saturating_sub(kept)).max(needs.next)
}

impl Areas {
    /// The same with the whole right column for the first panel; a log below the rundown stays.
    pub(super) fn with_one_panel(self) -> Self {
        let bottom = self.by_itself.bottom().max(self.rundown.bottom());
        let on_air = Rect { height: bottom.saturating_sub(self.on_air.y), ..self.on_air };
        let none = Rect::default();
        let log = if self.has_log_left() { self.log } else { none };
        Areas { on_air, next: none, monitor: none, log, ..self }
    }

    /// Returns `true` if the log stands below the rundown.
    fn has_log_left(&self) -> bool {
        self.log.height > 0 && self.log.x < self.rundown.right()
    }

    /// Draws the rules of the run page.
    pub(super) fn rules(&self, buf: &mut Buffer, body: Rect, styles: &Styles) {
        rule(buf, body, body.y, "RUNDOWN", styles);
        let x = self.rundown.right();
        if x >= body.right() {
            return;
        }
        buf[(x, body.y)].set_symbol("┬");
        for y in body.y + 1..body.bottom() {
            buf[(x, y)].set_symbol("│").set_style(styles.rule);
        }
        let left = Rect { width: x - body.x, ..body };
        let right = Rect { x: x + 1, width: body.right() - x - 1, ..body };
        let log_column = if self.has_log_left() { left } else { right };
        for (region, column, heading) in [
            (self.next, right, ""),
            (self.monitor, right, "MONITOR"),
            (self.log, log_column, "LOG"),
        ] {
            if region.height > 0 {
                rule(buf, column, region.y - 1, heading, styles);
                join(buf, x, region.y - 1);
            }
        }
    }
}

/// Joins the upright line at `x` with the rules that meet it at `y`.
pub(super) fn join(buf: &mut Buffer, x: u16, y: u16) {
    let is_rule = |x: u16| buf.cell((x, y)).is_some_and(|cell| cell.symbol() == "─");
    let symbol = match (x.checked_sub(1).is_some_and(is_rule), is_rule(x + 1)) {
        (true, true) => "┼",
        (true, false) => "┤",
        (false, true) => "├",
        (false, false) => "│",
    };
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol(symbol);
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
        let words = Line::styled(format!(" {heading} "), styles.heading);
        text::put(buf, Rect { x: area.x + 1, width: area.width - 1, ..area }, y, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [(u16, u16); 6] = [(60, 16), (80, 24), (100, 30), (120, 36), (160, 45), (200, 60)];

    fn areas(size: (u16, u16), needs: Needs) -> Areas {
        run(Parts::new(Rect::new(0, 0, size.0, size.1), false).body, needs)
    }

    #[test]
    fn no_panel_leaves_its_column_or_lies_over_another() {
        for columns in 60..=210 {
            for rows in 16..=70 {
                for next in [0, 3, 9, 20] {
                    let needs = Needs {
                        spoken: next / 2,
                        next,
                        with_notes: next + 4,
                        has_picture: rows % 2 == 0,
                        is_plain: columns % 2 == 0,
                        is_pictured: rows % 3 == 0,
                        rundown: (rows % 5) * 8,
                    };
                    let page = Parts::new(Rect::new(0, 0, columns, rows), next == 3);
                    let areas = run(page.body, needs);
                    let mut last = page.body.y;
                    let is_left = areas.has_log_left();
                    if is_left {
                        assert!(areas.log.y > areas.rundown.bottom());
                        assert_eq!(areas.log.bottom(), areas.by_itself.y);
                    }
                    let log = if is_left { Rect::default() } else { areas.log };
                    for panel in [areas.on_air, areas.next, areas.monitor, log] {
                        if panel.height == 0 {
                            continue;
                        }
                        assert!(
                            panel.y > last && panel.bottom() <= page.body.bottom(),
                            "{columns}×{rows}: {areas:?}"
                        );
                        assert!(panel.x > areas.rundown.right() && panel.right() < columns);
                        last = panel.bottom();
                    }
                    assert_eq!(areas.by_itself.bottom(), page.body.bottom());
                    assert!(areas.digits.bottom() <= areas.on_air.bottom());
                }
            }
        }
    }

    #[test]
    fn an_upright_line_is_joined_with_the_rules_that_meet_it() {
        for (row, joined) in [("──│──", "┼"), ("──│  ", "┤"), ("  │──", "├"), ("  │  ", "│")]
        {
            let mut buf = Buffer::with_lines([row]);
            join(&mut buf, 2, 0);
            assert_eq!(buf[(2, 0)].symbol(), joined, "{row}");
        }
    }

    #[test]
    fn nothing_but_the_size_moves_the_digits() {
        for size in SIZES {
            let plain = areas(size, Needs { is_pictured: true, ..Needs::default() });
            for next in 0..30 {
                for has_picture in [false, true] {
                    let other = areas(
                        size,
                        Needs {
                            spoken: next / 2,
                            next,
                            with_notes: next * 2,
                            has_picture,
                            is_pictured: true,
                            ..Needs::default()
                        },
                    );
                    assert_eq!((other.digits.y, other.on_air.y), (plain.digits.y, plain.on_air.y));
                    let is_large = other.digits == plain.digits;
                    assert!(is_large || size == (80, 24) && next / 2 > 9, "{size:?} {next}");
                }
            }
        }
    }

    #[test]
    fn a_tall_window_keeps_24_rows_for_a_picture() {
        let areas = areas(
            (200, 60),
            Needs {
                next: 9,
                with_notes: 30,
                has_picture: true,
                is_pictured: true,
                ..Needs::default()
            },
        );
        assert!(areas.monitor.height > 24 && areas.next.height >= 9, "{areas:?}");
    }

    #[test]
    fn a_show_of_few_cues_without_pictures_uses_the_room() {
        let needs = Needs { next: 9, with_notes: 9, rundown: 8, ..Needs::default() };
        let small = areas((200, 60), needs);
        assert!(small.has_log_left() && small.log.height > 30, "{small:?}");
        assert!(small.rundown.height >= 8 && small.digits.height == 13, "{small:?}");
        let long = areas((200, 60), Needs { rundown: 60, ..needs });
        assert!(!long.has_log_left() && long.log.height > 0, "{long:?}");
        let pictured = areas((200, 60), Needs { is_pictured: true, ..needs });
        assert_eq!(pictured.digits.height, 10);
    }

    #[test]
    fn a_window_of_middle_height_keeps_ten_rows_for_a_picture_whatever_the_notes() {
        let needs = Needs {
            next: 6,
            with_notes: 20,
            has_picture: true,
            is_pictured: true,
            ..Needs::default()
        };
        assert_eq!(areas((120, 36), needs).monitor.height, 10);
        // What the caller has to say comes first.
        let long = areas((120, 36), Needs { next: 12, ..needs });
        assert!(long.next.height >= 12, "{long:?}");
    }

    #[test]
    fn the_next_cue_gets_the_rows_that_it_needs() {
        for (size, next) in [((80, 24), 11), ((120, 36), 18), ((200, 60), 30)] {
            let areas = areas(
                size,
                Needs {
                    spoken: next,
                    next,
                    with_notes: next,
                    has_picture: true,
                    is_pictured: true,
                    ..Needs::default()
                },
            );
            assert!(areas.next.height >= next, "{size:?}: {areas:?}");
        }
    }
}
