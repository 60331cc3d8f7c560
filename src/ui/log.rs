//! The log: the run's events in words, newest first. A page of its own, and a panel where there is
//! room.
//!
//! ```text
//!  22:57:14        ✕ refused        cue 12 waits for stunts: not ready (o overrides)
//!  22:57:12    41  ▶ cue     11     fired  go
//!  22:57:10    40  ✓ standby 11     Lights ready
//! ```
//!
//! While the caller has scrolled it, the page stands still: what comes meanwhile is counted in its
//! heading.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, text};
use crate::app::Tone;
use crate::app::log::{self, Filter, LineKind, LineMark};

/// The cells of a journal's number.
const SEQ: usize = 6;
/// The narrowest page that has room for it.
const SEQ_FROM: usize = 100;
/// The most rows of a line.
const ROWS_MAX: usize = 4;
/// The cells of a kind's word.
const KIND: usize = 8;
/// The cells of a cue's number.
const CUE: usize = 6;

/// Draws the panel: as many of the newest lines as there is room for.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    for (y, line) in (area.y..area.bottom()).zip(scene.view.log.newest_first()) {
        let (sign, style) = tone(scene, line.tone);
        let at = Span::styled(scene.wall(line.at_ns), scene.styles.past);
        let words = Span::styled(format!("{}{}", line.text, again(line)), style);
        text::put(
            buf,
            area,
            y,
            Line::from(vec![at, Span::styled(format!(" {sign} "), style), words]),
        );
    }
}

/// Draws the page; says how far it is scrolled, and how far it can be.
pub(super) fn draw_page(scene: &Scene, buf: &mut Buffer, area: Rect) -> (usize, usize) {
    let found: Vec<&log::LogLine> = found(scene).collect();
    let (columns, height) = (usize::from(area.width), usize::from(area.height));
    // The oldest lines that fill the page, however many rows each takes, are as far as it goes.
    let mut left = height;
    let fits = |line: &&&log::LogLine| {
        let rows = rows(scene, line, columns).len();
        let fits = rows <= left;
        left = left.saturating_sub(rows);
        fits
    };
    let last = found.iter().rev().take_while(fits).count();
    let most = found.len() - last;
    let scroll = (scene.app.scroll + above(scene, &found)).min(most);
    if found.is_empty() {
        let words =
            if scene.app.log_search.is_empty() { "no such lines yet" } else { "no line matches" };
        text::put(buf, area, area.y, Line::styled(words, scene.styles.past));
    }
    let lines = found.iter().skip(scroll).take(height).flat_map(|line| rows(scene, line, columns));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
    (scroll, most)
}

/// Text after the page's name: the selection of lines, and the number of those that have come above
/// them.
pub(super) fn heading(scene: &Scene) -> String {
    let mut words = String::from(", newest first");
    if scene.app.log_filter != Filter::All {
        words += &format!("   only {}", scene.app.log_filter.name());
    }
    if !scene.app.log_search.is_empty() {
        words += &format!("   with “{}”", text::fit(&scene.app.log_search, 24));
    }
    if scene.app.log_filter != Filter::All || !scene.app.log_search.is_empty() {
        words += &format!("   {}", count(scene));
    }
    let newer =
        if scene.app.is_scrolled { above(scene, &found(scene).collect::<Vec<_>>()) } else { 0 };
    if newer > 0 {
        words += &format!("   {newer} newer above");
    }
    words
}

/// The number of lines found.
pub(super) fn count(scene: &Scene) -> String {
    format!("{} of {}", found(scene).count(), scene.view.log.newest_first().len())
}

fn found<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a log::LogLine> {
    scene.view.log.found(scene.app.log_filter, &scene.app.log_search)
}

/// Number of lines that have come since the caller scrolled.
fn above(scene: &Scene, found: &[&log::LogLine]) -> usize {
    let seen = if scene.app.is_scrolled { scene.app.log_seen } else { u64::MAX };
    found.partition_point(|line| line.at > seen)
}

/// A line in as many rows as its words take: a reason is never cut off.
fn rows<'a>(scene: &Scene<'a>, line: &'a log::LogLine, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let (_, loud) = tone(scene, line.tone);
    let number = line.cue.as_ref().map(|cue| cue.as_str()).unwrap_or_default();
    let pad = " ".repeat(CUE.saturating_sub(text::width(number)) + 1);
    // "cue 12A replaces 12" is about 12, and does not begin with it.
    let words = line.text.strip_prefix("cue ").and_then(|rest| rest.strip_prefix(number));
    let words = words.filter(|rest| line.cue.is_some() && rest.starts_with([' ', ':']));
    let words = words.map_or(line.text.as_str(), |rest| rest.trim_start_matches([':', ' ']));
    let (sign, style) = sign(scene, line);
    let mut head = vec![Span::styled(scene.wall(line.at_ns), styles.past)];
    if columns >= SEQ_FROM {
        let seq = line.seq.map(|seq| seq.to_string()).unwrap_or_default();
        head.push(Span::styled(format!("{seq:>SEQ$}"), styles.rule));
    }
    head.push(Span::styled(format!("  {sign} {:<KIND$}", line.kind.word()), style));
    head.push(Span::styled(number, styles.strong));
    head.push(Span::raw(pad));
    let mut head = Line::from(head);
    let indent = text::line_width(&head);
    let words = format!("{words}{}", again(line));
    let room = columns.saturating_sub(indent);
    let mut wrapped =
        if text::width(&words) <= room { vec![words] } else { text::wrap(&words, room, ROWS_MAX) };
    if wrapped.is_empty() {
        return vec![head];
    }
    head.push_span(Span::styled(wrapped.remove(0), loud));
    let more = wrapped.into_iter();
    let more =
        more.map(|part| Line::from(vec![Span::raw(" ".repeat(indent)), Span::styled(part, loud)]));
    std::iter::once(head).chain(more).collect()
}

fn again(line: &log::LogLine) -> String {
    if line.times > 1 { format!("  ×{}", line.times) } else { String::new() }
}

/// The sign of what a line speaks of, and its style.
fn sign(scene: &Scene, line: &log::LogLine) -> (&'static str, Style) {
    let styles = &scene.styles;
    match (line.kind, line.tone) {
        (LineKind::Refusal, _) => (signs::SKIPPED, styles.attention),
        (LineKind::Send, Tone::Alarm) => (signs::SEND_TROUBLE, styles.on_air),
        (_, Tone::Alarm) => (signs::MISSED, styles.on_air),
        (_, Tone::Attention) => (signs::NOT_YET, styles.attention),
        (_, Tone::Calm) if line.mark == LineMark::Fired => (signs::ON_AIR, styles.on_air),
        (_, Tone::Calm) if line.mark == LineMark::Done => (signs::DONE, styles.ready),
        (LineKind::Standby, Tone::Calm) => (signs::ASKED, styles.attention),
        (LineKind::Note, Tone::Calm) => ("“", styles.text),
        _ => (" ", styles.past),
    }
}

/// The sign and style of a tone.
pub(super) fn tone(scene: &Scene, tone: Tone) -> (&'static str, Style) {
    match tone {
        Tone::Calm => (" ", scene.styles.text),
        Tone::Attention => ("·", scene.styles.attention),
        Tone::Alarm => ("!", scene.styles.on_air),
    }
}
