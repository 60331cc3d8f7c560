//! The whole board: the time, what is on and how long it has left, what is next.
//!
//! A low window has the clock and the countdown side by side in one band; a higher one gives each
//! its own. All rows are shared out from the size of the window alone, so that nothing moves when a
//! title changes.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::words::{self, Digits, digits, item};
use super::{BoardScene, centred, middle};
use crate::app::board::{Nearness, NextItem, On, Stage, left_words};
use crate::show::duration;
use crate::time::unsigned;
use crate::ui::digits::Size;
use crate::ui::{layout, text};

/// From how many rows on the clock has a band of its own.
const ROWS_APART: u16 = 18;
/// Minimum number of cells for a badge and a title in front of a time.
const LEAST: usize = 20;
/// From how many columns on the later segments have a column of their own.
const COLUMNS_LATER: u16 = 100;

/// The areas of the parts.
struct BoardAreas {
    head: Rect,
    clock: Rect,
    clocks: Rect,
    /// The digits of the countdown, where they have a band with the clock.
    figure: Option<Rect>,
    on: Rect,
    next: Rect,
    foot: Option<Rect>,
}

pub(super) fn draw(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let areas = areas(area);
    let styles = &scene.styles;
    text::put_both(buf, areas.head, areas.head.y, scene.title(), scene.badge(), 12);
    let time = Digits::plain(scene.time(), styles.text);
    if let Some(size) = fitting(scene, &time, areas.clock) {
        centred(buf, areas.clock, size, &time, Line::default());
    } else {
        middle(buf, areas.clock, vec![Line::styled(time.text, time.style)]);
    }
    middle(buf, areas.clocks, vec![scene.clocks(usize::from(areas.clocks.width))]);
    if let Some((room, digits)) = areas.figure.and_then(|room| Some((room, tight(scene, room)?))) {
        match fitting(scene, &digits, room) {
            Some(size) => centred(buf, room, size, &digits, Line::default()),
            None => middle(buf, room, vec![Line::styled(digits.text, digits.style)]),
        }
    }
    layout::rule(buf, area, areas.on.y - 1, "", styles);
    on(scene, buf, areas.on, areas.figure.is_none());
    if areas.next.height > 0 {
        layout::rule(buf, area, areas.next.y - 1, "", styles);
        next(scene, buf, areas.next);
    }
    foot(scene, buf, areas.foot.unwrap_or(areas.next));
}

/// The largest size for digits of this width.
fn fitting(scene: &BoardScene, digits: &Digits, room: Rect) -> Option<Size> {
    Size::largest(&digits.widest, usize::from(room.width), usize::from(room.height), scene.is_plain)
}

/// The countdown, without the room for its sign where that would cost it its size and it has none.
fn tight<'a>(scene: &BoardScene<'a>, room: Rect) -> Option<Digits> {
    let mut digits = digits(scene)?;
    if fitting(scene, &digits, room).is_none() && !digits.text.starts_with('+') {
        digits.widest = digits.widest.trim_start_matches('+').to_owned();
    }
    Some(digits)
}

fn areas(area: Rect) -> BoardAreas {
    let margin = if area.width >= 70 { 2 } else { 1 };
    let inner = Rect { x: area.x + margin, width: area.width - 2 * margin, ..area };
    let rows = |y: u16, height: u16| Rect {
        y,
        height: height.min(area.bottom().saturating_sub(y)),
        ..inner
    };
    let head = rows(area.y, 1);
    let high = area.height;
    if high < ROWS_APART {
        // Header, the band, the clocks' names, two rules, the two panels.
        let next_rows = if high >= 12 { 2 } else { 1 };
        let on_rows = if high >= 11 { 3 } else { 2 };
        let band_rows = high.saturating_sub(1 + 1 + 2 + on_rows + next_rows).max(2);
        let band = rows(head.bottom(), band_rows);
        let gap = if inner.width >= 60 { 4 } else { 2 };
        // The clock needs 27 cells; hours of a countdown may cost it its digits, and minutes must
        // not.
        let clock = Rect {
            width: (inner.width * 13 / 24).max(27).min(inner.width.saturating_sub(gap + 6)),
            ..band
        };
        let figure_x = clock.right() + gap;
        let figure = Rect { x: figure_x, width: inner.right().saturating_sub(figure_x), ..band };
        let clocks = rows(band.bottom(), 1);
        let on = rows(clocks.bottom() + 1, on_rows);
        let next = rows(on.bottom() + 1, next_rows);
        return BoardAreas { head, clock, clocks, figure: Some(figure), on, next, foot: None };
    }
    let air = u16::from(high >= 22);
    let clock = rows(head.bottom() + air, high * 3 / 10);
    let clocks = rows(clock.bottom() + u16::from(high >= 30), 1);
    let foot = rows(area.bottom() - 1, 1);
    let next_rows = match high {
        ..26 => 2,
        26..34 => 4,
        34..48 => 6,
        _ => 12,
    };
    let next = rows(foot.y - air - next_rows, next_rows);
    let on_y = clocks.bottom() + air + 1;
    let on = rows(on_y, next.y.saturating_sub(1 + on_y));
    BoardAreas { head, clock, clocks, figure: None, on, next, foot: Some(foot) }
}

/// Draws what is on.
fn on(scene: &BoardScene, buf: &mut Buffer, area: Rect, has_digits: bool) {
    let styles = &scene.styles;
    let rows = usize::from(area.height);
    let mut room = area;
    let figure = scene.board.figure();
    if let Some(figure) = figure.as_ref().filter(|_| rows >= 3) {
        // The last row is the bar's.
        room.height -= 1;
        let of = match words::left_beside(scene) {
            Some(left) => vec![Span::raw("  "), left],
            None => {
                let of = figure.done.map(|_| format!("  of {}", duration::length(figure.whole)));
                of.map(|of| Span::styled(of, styles.past)).into_iter().collect()
            }
        };
        let badge = words::badge(scene);
        let tail = Line::from_iter(of.into_iter().chain(badge));
        let cells = usize::from(area.width).saturating_sub(text::line_width(&tail) + 1);
        let style = styles.on_air;
        let bar =
            figure.done.map_or(vec![], |done| text::bar(done, cells, style, styles.rule).to_vec());
        text::put_both(buf, area, area.bottom() - 1, Line::from(bar), tail, 0);
    }
    if let Some(digits) = digits(scene).filter(|_| has_digits) {
        let high = usize::from(room.height).saturating_sub(usize::from(room.height > 6));
        let field = Rect { height: high as u16, ..room };
        let side = Rect { width: room.width * 11 / 20, ..field };
        let size = fitting(scene, &digits, side);
        let taken =
            size.map_or(text::width(&digits.text), |size| size.width(&digits.widest)) as u16;
        let x = room.right().saturating_sub(taken);
        match size {
            Some(size) => {
                let air = usize::from(field.height).saturating_sub(size.height()) / 2;
                let place =
                    Rect { x, y: field.y + air as u16, width: taken, height: size.height() as u16 };
                size.draw(buf, place, &digits.text, &digits.widest, digits.style);
            }
            None => {
                text::put(
                    buf,
                    Rect { x, width: taken, ..room },
                    room.y,
                    Line::styled(digits.text, digits.style),
                );
            }
        }
        room.width = room.width.saturating_sub(taken + 2);
    }
    let lines = match &scene.board.stage {
        Stage::On(on) => running(scene, on, usize::from(room.width)),
        Stage::Waiting { .. } => scene.waiting(),
        Stage::Before { starts, .. } => {
            let mut lines = scene.waiting();
            if let (Some(at), Some(line)) = (starts, lines.first_mut()) {
                line.spans.push(Span::styled("  starts ", styles.past));
                line.spans.push(Span::styled(scene.wall(*at), styles.strong));
            }
            lines
        }
        Stage::Gap { until, .. } => vec![Line::from(vec![
            Span::styled(" PAUSE ", styles.quiet_badge),
            Span::styled("  until ", styles.past),
            Span::styled(scene.wall(*until), styles.strong),
        ])],
        Stage::Ended { .. } => vec![words::caption(scene, usize::from(room.width))],
    };
    stack(buf, room, lines);
}

/// Lines below each other, the first apart from the rest where there is air for it; blank ones go
/// where there is none.
fn stack(buf: &mut Buffer, room: Rect, mut lines: Vec<Line>) {
    if lines.len() > usize::from(room.height) {
        lines.retain(|line| text::line_width(line) > 0);
    }
    for (y, line) in (room.y..room.bottom()).zip(lines) {
        text::put(buf, room, y, line);
    }
}

fn running<'a>(scene: &BoardScene<'a>, on: &'a On, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let first = Line::from(vec![
        Span::styled(" ON ", styles.on_air_badge),
        Span::raw("  "),
        Span::styled(on.segment.as_str(), styles.strong),
    ]);
    let mut tail = Line::default();
    let has_own = on.cues.iter().any(|(_, counting)| counting.is_some());
    if has_own {
        // The digits are the cue's.
        let left = on.part.countdown.left();
        let style = match Nearness::of(left, on.part.thresholds) {
            Nearness::Far => styles.past,
            near @ (Nearness::Warn | Nearness::Danger | Nearness::Over) => {
                words::left_style(scene, near)
            }
        };
        let word = if left.is_negative() { "" } else { " left" };
        let left = format!("{}{word}", left_words(left));
        tail = Span::styled(format!("  {left}"), style).into();
    }
    let mut lines = vec![text::with_tail(first, tail, columns, LEAST), Line::default()];
    for (at, (cue, counting)) in on.cues.iter().enumerate() {
        let style = if at == 0 { styles.strong } else { styles.text };
        let title =
            Line::from_iter([Span::raw("      ")].into_iter().chain(item(scene, cue, style)));
        let left = counting.filter(|_| at > 0).map_or(Line::default(), |counting| {
            let left = duration::countdown(unsigned(counting.countdown.left()));
            Span::styled(format!("  {left}"), styles.past).into()
        });
        lines.push(text::with_tail(title, left, columns, LEAST));
    }
    lines
}

/// Draws what is next, and what comes later if there is room.
fn next(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let styles = &scene.styles;
    let Some(next) = &scene.board.next else {
        let words =
            if matches!(scene.board.stage, Stage::On(_)) { "nothing more is planned" } else { "" };
        text::put(buf, area, area.y, Line::styled(words, styles.past));
        return;
    };
    let mut room = area;
    let has_later =
        area.width >= COLUMNS_LATER && area.height >= 4 && !scene.board.later.is_empty();
    if has_later {
        room.width = area.width / 2;
        let x = room.right() + 2;
        later(scene, buf, Rect { x, width: area.right().saturating_sub(x), ..area });
    }
    stack(buf, room, coming(scene, next, room));
}

/// Returns `true` if the public may know how late the next thing is: while a segment runs, how far
/// over the show is belongs to the caller.
fn says_lateness(stage: &Stage) -> bool {
    match stage {
        Stage::Waiting { .. } | Stage::Before { .. } | Stage::Gap { .. } => true,
        Stage::On(_) | Stage::Ended { .. } => false,
    }
}

fn coming<'a>(scene: &BoardScene<'a>, next: &'a NextItem, room: Rect) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let at = next.at.map_or(Line::default(), |at| {
        let late = Duration::try_from(scene.board.now.duration_since(at)).unwrap_or_default();
        if late.as_secs() > 0 && says_lateness(&scene.board.stage) {
            return Span::styled(format!("  late {}", duration::clock(late)), styles.attention)
                .into();
        }
        Span::styled(format!("  {}", scene.wall(at)), styles.past).into()
    });
    let timed = |head: Line<'a>| text::with_tail(head, at.clone(), usize::from(room.width), LEAST);
    let mut lines = vec![];
    let badge = [Span::styled(" NEXT ", styles.quiet_badge), Span::raw("  ")];
    let indent = [Span::raw("        ")];
    let cue = next.cue.as_ref().map(|cue| item(scene, cue, styles.strong));
    match (&next.segment, cue) {
        (Some(segment), Some(cue)) if room.height > 1 => {
            let segment = Span::styled(segment.as_str(), styles.text);
            lines.push(timed(Line::from_iter(badge.into_iter().chain([segment]))));
            if room.height > 3 {
                lines.push(Line::default());
            }
            lines.push(Line::from_iter(indent.into_iter().chain(cue)));
        }
        (_, Some(cue)) => lines.push(timed(Line::from_iter(badge.into_iter().chain(cue)))),
        (Some(segment), None) => {
            let segment = Span::styled(segment.as_str(), styles.strong);
            lines.push(timed(Line::from_iter(badge.into_iter().chain([segment]))));
        }
        (None, None) => {}
    }
    lines
}

fn later(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let styles = &scene.styles;
    let segments = &scene.board.later;
    let rows = usize::from(area.height);
    let shown = if segments.len() > rows { rows.saturating_sub(1) } else { segments.len() };
    for (y, (at, title)) in (area.y..).zip(segments.iter().take(shown)) {
        let at = at.map_or(String::new(), |at| format!("{}  ", scene.wall(at)));
        text::put(
            buf,
            area,
            y,
            Line::from(vec![Span::styled(at, styles.past), Span::styled(title, styles.text)]),
        );
    }
    if shown < segments.len() {
        let words = format!("and {} more", segments.len() - shown);
        text::put(buf, area, area.bottom() - 1, Line::styled(words, styles.past));
    }
}

/// The last row: the keys when they are asked for, and what is amiss. A low window has none to
/// spare, and its panel of what is next gives its last one.
fn foot(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    if area.height == 0 {
        return;
    }
    let y = area.bottom() - 1;
    if scene.help {
        text::put(buf, area, y, Line::raw(" ".repeat(usize::from(area.width))));
        text::put(buf, area, y, scene.foot().0);
        return;
    }
    let notice = words::notice(scene);
    let taken = text::line_width(&notice).min(usize::from(area.width)) as u16;
    let place = Rect { x: area.right() - taken, width: taken, ..area };
    text::put(buf, place, y, notice);
}
