//! A board in a window too small for digits: a line for the time and what is left, one for what is
//! on, one for what is next; the fewer rows there are, the fewer of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::words::{self, digits, item};
use super::{BoardScene, foot};
use crate::app::board::Stage;
use crate::ui::{signs, text};

pub(super) fn draw(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let styles = &scene.styles;
    let area = foot(scene, buf, area);
    let time = Line::styled(scene.time(), styles.strong);
    let mut left =
        digits(scene).map_or(Line::default(), |digits| Line::styled(digits.text, digits.style));
    if let Some(beside) = words::left_beside(scene) {
        let taken =
            text::line_width(&time) + text::line_width(&left) + text::width(&beside.content);
        if taken + 4 <= usize::from(area.width) {
            left.spans.splice(0..0, [beside, Span::raw("  ")]);
        }
    }
    text::put_both(buf, area, area.y, time, left, 8);
    let mut lines: Vec<Line> = vec![];
    match &scene.board.stage {
        Stage::Waiting { .. } | Stage::Before { .. } => {
            lines.extend(scene.waiting().into_iter().take(1))
        }
        Stage::On(on) => {
            let sign = Span::styled(format!("{} ", signs::ON_AIR), styles.on_air);
            let held = if scene.board.is_held { "HELD  " } else { "" };
            let held = Span::styled(held, styles.attention);
            lines.push(Line::from(vec![
                sign,
                held,
                Span::styled(on.segment.as_str(), styles.strong),
            ]));
            lines.extend(on.cues.first().map(|(cue, _)| {
                Line::from_iter([Span::raw("  ")].into_iter().chain(item(scene, cue, styles.text)))
            }));
        }
        Stage::Gap { .. } | Stage::Ended { .. } => {
            lines.push(words::caption(scene, usize::from(area.width)))
        }
    }
    if let Some(next) = &scene.board.next {
        let mut spans = vec![Span::styled("next ", styles.past)];
        if let Some(cue) = &next.cue {
            spans.extend(item(scene, cue, styles.text));
        } else {
            spans.extend(next.segment.as_deref().map(|title| Span::styled(title, styles.text)));
        }
        lines.push(Line::from(spans));
    }
    // What comes next goes before the cue that stands under its segment.
    let room = usize::from(area.height).saturating_sub(1);
    while lines.len() > room.max(1) && lines.len() > 2 {
        lines.remove(1);
    }
    for (y, line) in (area.y + 1..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
}
