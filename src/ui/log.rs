//! The log: the run's events in words, the newest first. A page of its own, and a panel where there is room.
//!
//! ```text
//!  22:57:12    41  cue 11 fired  go
//!  22:57:10    40  cue 11: Lights ready
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::text;
use crate::app::Tone;
use crate::app::log;

/// Draws as many lines as there is room for, beginning `scroll` lines behind the newest.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, scroll: usize, with_seq: bool) {
    for (y, line) in (area.y..area.bottom()).zip(scene.view.log.newest_first().skip(scroll)) {
        text::put(buf, area, y, row(scene, line, with_seq));
    }
}

/// The last line that can be scrolled to the top.
pub(super) fn scroll_max(scene: &Scene, area: Rect) -> usize {
    scene.view.log.newest_first().len().saturating_sub(usize::from(area.height))
}

fn row<'a>(scene: &Scene<'a>, line: &'a log::Line, with_seq: bool) -> Line<'a> {
    let styles = &scene.styles;
    let mut spans = vec![Span::styled(scene.wall(line.at_ns as i64), styles.past)];
    if with_seq {
        let seq = line.seq.map(|seq| seq.to_string()).unwrap_or_default();
        spans.push(Span::styled(format!("{seq:>7}"), styles.rule));
    }
    let (sign, style) = tone(scene, line.tone);
    spans.push(Span::styled(format!(" {sign} "), style));
    spans.push(Span::styled(line.text.as_str(), style));
    Line::from(spans)
}

/// The sign and style of a tone.
pub(super) fn tone(scene: &Scene, tone: Tone) -> (&'static str, Style) {
    match tone {
        Tone::Calm => (" ", scene.styles.text),
        Tone::Attention => ("·", scene.styles.attention),
        Tone::Alarm => ("!", scene.styles.on_air),
    }
}
