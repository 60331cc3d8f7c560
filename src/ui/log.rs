//! The log: the run's events in words, the newest first. A page of its own, and a panel where there is room.
//!
//! ```text
//!  22:57:14       ✕ refused        cue 12 waits for stunts: not ready (o overrides)
//!  22:57:12    41 ▶ cue     11     fired  go
//!  22:57:10    40 ✓ standby 11     Lights ready
//! ```
//!
//! While the caller has scrolled it, the page stands still: what comes meanwhile is counted in its heading.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, text};
use crate::app::Tone;
use crate::app::log::{self, Filter, Kind};

/// The cells of a journal's number.
const SEQ: usize = 6;
/// The cells of a kind's word.
const KIND: usize = 8;
/// The cells of a cue's number.
const CUE: usize = 6;

/// Draws the panel: as many of the newest lines as there is room for.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    for (y, line) in (area.y..area.bottom()).zip(scene.view.log.newest_first()) {
        let (sign, style) = tone(scene, line.tone);
        let at = Span::styled(scene.wall(line.at_ns as i64), scene.styles.past);
        let words = Span::styled(format!("{}{}", line.text, again(line)), style);
        text::put(buf, area, y, Line::from(vec![at, Span::styled(format!(" {sign} "), style), words]));
    }
}

/// Draws the page; says how far it is scrolled, and how far it can be.
pub(super) fn draw_page(scene: &Scene, buf: &mut Buffer, area: Rect) -> (usize, usize) {
    let found: Vec<&log::Line> = found(scene).collect();
    let most = found.len().saturating_sub(usize::from(area.height));
    let scroll = (scene.app.scroll + above(scene, &found)).min(most);
    if found.is_empty() {
        let words = if scene.app.log_search.is_empty() { "no such line yet" } else { "no line has these words" };
        text::put(buf, area, area.y, Line::styled(words, scene.styles.past));
    }
    for (y, line) in (area.y..area.bottom()).zip(found.iter().skip(scroll)) {
        text::put(buf, area, y, row(scene, line));
    }
    (scroll, most)
}

/// What stands behind the page's name: which lines these are, and how many have come above them.
pub(super) fn heading(scene: &Scene) -> String {
    let mut words = String::from(", the newest first");
    if scene.app.log_filter != Filter::All {
        words += &format!("   only {}", scene.app.log_filter.name());
    }
    if !scene.app.log_search.is_empty() {
        words += &format!("   with “{}”", text::fit(&scene.app.log_search, 24));
    }
    if scene.app.log_filter != Filter::All || !scene.app.log_search.is_empty() {
        words += &format!("   {}", count(scene));
    }
    let newer = if scene.app.is_scrolled { above(scene, &found(scene).collect::<Vec<_>>()) } else { 0 };
    if newer > 0 {
        words += &format!("   {newer} newer above");
    }
    words
}

/// How many lines are found.
pub(super) fn count(scene: &Scene) -> String {
    format!("{} of {}", found(scene).count(), scene.view.log.newest_first().len())
}

fn found<'a>(scene: &Scene<'a>) -> impl Iterator<Item = &'a log::Line> {
    scene.view.log.found(scene.app.log_filter, &scene.app.log_search)
}

/// How many lines have come since the caller scrolled.
fn above(scene: &Scene, found: &[&log::Line]) -> usize {
    let seen = if scene.app.is_scrolled { scene.app.log_seen } else { u64::MAX };
    found.partition_point(|line| line.at > seen)
}

fn row<'a>(scene: &Scene<'a>, line: &'a log::Line) -> Line<'a> {
    let styles = &scene.styles;
    let seq = line.seq.map(|seq| seq.to_string()).unwrap_or_default();
    let (sign, style) = sign(scene, line);
    let (_, loud) = tone(scene, line.tone);
    let number = line.cue.as_ref().map(|cue| cue.as_str()).unwrap_or_default();
    let pad = |text: &str, cells: usize| " ".repeat(cells.saturating_sub(text::width(text)) + 1);
    let words =
        line.text.strip_prefix("cue ").and_then(|rest| rest.strip_prefix(number)).filter(|_| line.cue.is_some());
    let words = words.map_or(line.text.as_str(), |rest| rest.trim_start_matches([':', ' ']));
    Line::from(vec![
        Span::styled(scene.wall(line.at_ns as i64), styles.past),
        Span::styled(format!("{seq:>SEQ$} "), styles.rule),
        Span::styled(format!("{sign} {:<KIND$}", line.kind.word()), style),
        Span::styled(number, if number.is_empty() { styles.past } else { styles.strong }),
        Span::raw(pad(number, CUE)),
        Span::styled(format!("{words}{}", again(line)), loud),
    ])
}

fn again(line: &log::Line) -> String {
    if line.times > 1 { format!("  ×{}", line.times) } else { String::new() }
}

/// The sign of what a line speaks of, and its style.
fn sign(scene: &Scene, line: &log::Line) -> (&'static str, Style) {
    let styles = &scene.styles;
    match (line.kind, line.tone) {
        (Kind::Refusal, _) => (signs::SKIPPED, styles.attention),
        (Kind::Send, Tone::Alarm) => (signs::SEND_TROUBLE, styles.on_air),
        (_, Tone::Alarm) => (signs::MISSED, styles.on_air),
        (_, Tone::Attention) => (signs::NOT_YET, styles.attention),
        (Kind::Cue, Tone::Calm) if line.text.contains(" fired") => (signs::ON_AIR, styles.on_air),
        (Kind::Cue, Tone::Calm) if line.text.contains(" complete") => (signs::DONE, styles.ready),
        (Kind::Standby, Tone::Calm) if line.text.ends_with(" ready") => (signs::DONE, styles.ready),
        (Kind::Standby, Tone::Calm) => (signs::ASKED, styles.attention),
        (Kind::Note, Tone::Calm) => ("“", styles.text),
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
