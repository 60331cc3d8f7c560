//! The screen of a window that is too small for panels: what is on air, what is next, and a word
//! that it is small.
//!
//! ```text
//!   ON AIR   29  The ride through Paris         live
//!  ▀▀█   █▀▀ ▄█    left of 4:00
//!   ▀█ ▄ ▀▀█  █    ███████▌────────────
//!  ▀▀▀ ▀ ▀▀▀ ▄█▄   elapsed 0:09
//!  segment 12  5:51 left of 6:00  Across the city       (or what is wrong)
//!   NEXT  31 Door shut, stadium to black  ◇ 0 of 2
//!  “LX 31, all pictures out: GO”
//!  1 · ▪ Lights   2 · ▪ Video   ◇ s calls standby
//!
//!  next by itself: 29.5 Streets open again in 3:11
//!   ● LIVE   over +1:00 · end 0:00 00:04:00
//!  cue 29 fired (go)                       23:37:00
//! ```
//!
//! A window of fewer rows says the same in one line each.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{
    alarms, by_itself, end, flag, footer, form, header, on_air, people, standby, stations, strip,
    text,
};
use crate::app::{Ask, Hits, Prompt};

/// The smallest window that has panels.
pub(super) const COLUMNS_MIN: u16 = 60;
/// Its rows.
pub(super) const ROWS_MIN: u16 = 16;

/// From this height on a row is kept free for alarms.
const RESERVED_FROM: u16 = 6;

/// From this size on there are big digits.
const DIGITS_FROM: (u16, u16) = (40, 12);
/// Their rows.
const DIGITS: u16 = 3;

/// Draws what there is room for, and says where the cursor stands while the caller types.
pub(super) fn draw(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    hits: &mut Hits,
) -> Option<Position> {
    let styles = &scene.styles;
    // Who has the flag stands over everything else, also where there is but one row.
    let area = flag::take_row(scene, buf, area);
    let small = format!("small window: {COLUMNS_MIN} × {ROWS_MIN} shows everything");
    if area.height == 1 {
        if scene.app.prompt.is_some() || scene.app.question.is_some() {
            return footer::message(scene, buf, area, area.y);
        }
        strip::draw(scene, buf, area);
        return None;
    }
    if matches!(scene.app.prompt, Some(Prompt { ask: Ask::Field { .. }, .. })) {
        return with_form(scene, buf, area, hits);
    }
    let above = Rect { height: area.height - 1, ..area };
    if scene.app.page.is_in_small_windows() && scene.app.has(scene.app.page) {
        super::asks(scene, hits);
        // A row is kept for what is wrong.
        let kept = u16::from(area.height >= RESERVED_FROM);
        let wrong = alarms::lines(scene, area.width, kept);
        wrong.into_iter().for_each(|line| _ = text::put(buf, above, above.y, line));
        let page = Rect { y: above.y + kept, height: above.height - kept, ..above };
        super::lines(hits, page);
        hits.scroll_max = stations::draw(scene, buf, page);
        hits.scroll = scene.app.scroll.min(hits.scroll_max);
    } else if has_digits(scene, area) {
        with_digits(scene, buf, area);
    } else {
        in_lines(scene, buf, area);
    }
    flag::dialog::draw(scene, buf, above, hits);
    let last = area.bottom() - 1;
    // What a key has done is said here too: at this size it may be seen nowhere else.
    if footer::speaks(scene) || scene.view.log.last_said().is_some() {
        footer::message(scene, buf, area, last)
    } else {
        let clock = Line::styled(scene.wall(scene.now_ns), styles.text);
        text::put_both(buf, area, last, Line::styled(small, styles.past), clock, 12);
        None
    }
}

/// Draws the form with what is on air and what is next above it, and its line and its keys below.
fn with_form(scene: &Scene, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
    let columns = usize::from(area.width);
    super::asks(scene, hits);
    let kept = match area.height {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let lines = [strip::on_air(scene, columns), strip::next(scene, columns)];
    for (y, line) in (area.y..area.y + kept).zip(lines) {
        text::put(buf, area, y, line);
    }
    let keys = u16::from(area.height > 2);
    let last = area.bottom() - 1 - keys;
    let body = Rect { y: area.y + kept, height: last - area.y - kept, ..area };
    form::draw(scene, buf, body, hits);
    if keys > 0 {
        footer::keys(scene, buf, area, area.bottom() - 1, hits);
    }
    footer::message(scene, buf, area, last)
}

/// Returns `true` if the window has room for big digits, and nothing that needs their rows more.
fn has_digits(scene: &Scene, area: Rect) -> bool {
    let fits = area.width >= DIGITS_FROM.0 && area.height >= DIGITS_FROM.1;
    let is_about_the_run = !scene.state.has_ended() && people::one(scene).is_none();
    fits && is_about_the_run && !scene.view.capabilities.is_plain()
}

/// Draws what is on air with big digits, and what is next with its call: each in rows of its own,
/// which only the size of the window moves.
fn with_digits(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let row = |y: u16, height: u16| Rect { y: area.y + y, height, ..area };
    let wrong = alarms::lines(scene, area.width, 1);
    let below = u16::from(wrong.is_empty());
    on_air::draw(scene, buf, row(0, 1 + DIGITS + below), row(1, DIGITS));
    for line in wrong {
        text::put(buf, area, area.y + 1 + DIGITS, line);
    }
    let columns = usize::from(area.width);
    let next_y = area.y + 2 + DIGITS;
    text::put(buf, area, next_y, strip::next_without_call(scene, columns));
    let by_itself_y = area.bottom() - 3;
    let room = usize::from(by_itself_y - next_y - 1);
    if let Some(cue) = scene.state.playhead() {
        // The departments keep a row below a call, however long it is.
        let needs = standby::answers(scene, cue, columns, false, 1).len();
        let mut lines = standby::spoken(scene, cue, columns, room - needs);
        lines.extend(standby::answers(scene, cue, columns, false, room - lines.len()));
        for (y, line) in (next_y + 1..).zip(lines) {
            text::put(buf, area, y, line);
        }
    }
    by_itself::draw(scene, buf, Rect { y: by_itself_y, height: 1, ..area });
    let mut line = standing(scene, header::badges(scene), area.width);
    let room = |line: &Line| columns.saturating_sub(text::line_width(line) + 2);
    let mut outputs = header::outputs(scene, area.width, room(&line));
    if text::line_width(&outputs) > room(&line) {
        // What is down is worth more than the time of day at which it ends.
        line = standing(scene, header::badges(scene), 0);
        outputs = header::outputs(scene, area.width, room(&line));
    }
    if text::line_width(&outputs) > room(&line) {
        // And more than how the run's clock and its GOs are made.
        line = standing(scene, header::kind(scene), 0);
        outputs = header::outputs(scene, area.width, room(&line));
    }
    text::put_both(buf, area, by_itself_y + 1, line, outputs, 0);
}

/// Kind of the run, and its lateness.
fn standing(scene: &Scene, badges: Vec<Span<'static>>, columns: u16) -> Line<'static> {
    let mut spans = badges;
    spans.push(Span::raw("  "));
    spans.extend(header::timing(scene, columns).spans);
    Line::from(spans)
}

/// The same in lines, the most needed first.
fn in_lines(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let columns = usize::from(area.width);
    let mut lines = vec![strip::on_air(scene, columns), strip::next(scene, columns)];
    // What the keys of the people page act on is never out of sight.
    lines.extend(people::one(scene));
    // A row is kept for what is wrong as soon as the message line has its own.
    let wrong = alarms::lines(scene, area.width, 1);
    if area.height >= RESERVED_FROM || !wrong.is_empty() {
        lines.push(wrong.into_iter().next().unwrap_or_default());
    }
    // A cue that comes by itself is announced at every size that has room for it.
    let comes = by_itself::comes(scene) && area.height > RESERVED_FROM;
    let by_itself = comes.then_some(area.y + lines.len() as u16);
    if comes {
        lines.push(Line::default());
    }
    // What else is wanted, the most needed first, while a row is left for the message line.
    let mut more = vec![];
    if let Some(cue) = scene.state.playhead() {
        more.extend(standby::spoken(scene, cue, columns, 3));
        more.extend(standby::answers(scene, cue, columns, false, 3));
    }
    if scene.state.has_ended() {
        more.extend(end::lines(scene, columns));
    }
    more.push(standing(scene, header::badges(scene), area.width));
    more.push(header::outputs(scene, area.width, usize::from(area.width)));
    let room = usize::from(area.height).saturating_sub(lines.len() + 1);
    more.truncate(room);
    lines.extend(more);
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
    let last = area.bottom() - 1;
    if let Some(y) = by_itself.filter(|y| *y < last) {
        by_itself::draw(scene, buf, Rect { y, height: 1, ..area });
    }
}
