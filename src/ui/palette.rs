//! The command palette: a panel above the message line, every command that the typed letters may
//! mean, the best first.
//!
//! ```text
//!  ─ COMMANDS ────────────────────────────────────────── 2 of 33 ─
//!  ▸ hold             h        stop the show's clock …     Calling
//!    help             ?        all keys and signs; again: back
//! ```
//!
//! The letters that were typed are underlined. Must never hide the message line, where they stand.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::scene::Scene;
use super::{layout, text};
use crate::app::commands::{self, FoundCommand};
use crate::app::keys::{BINDINGS, Group};
use crate::app::{Hits, Prompt};

/// Minimum number of commands that are shown at once, even if half of the body has no room for
/// more.
const ROWS: usize = 10;
/// The cells of the keys, at least and at most.
const KEYS: (usize, usize) = (9, 16);
/// From this width on the group of each command stands at the end of its row.
const ROOMY: u16 = 100;

/// Draws the panel into the lowest rows of `body`, and notes what stands on which row.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, body: Rect, prompt: &Prompt, hits: &mut Hits) {
    let styles = &scene.styles;
    let found = commands::commands(prompt.input.value());
    let room = usize::from(body.height).saturating_sub(2);
    let rows = found.len().max(1).min(ROWS.max(room / 2)).min(room);
    if rows == 0 {
        return;
    }
    let panel = Rect { y: body.bottom() - rows as u16 - 1, height: rows as u16 + 1, ..body };
    Clear.render(panel, buf);
    buf.set_style(panel, styles.base);
    layout::rule(buf, panel, panel.y, "COMMANDS", styles);
    let count = format!(" {} of {} ", found.len(), commands::count());
    let cells = text::width(&count) as u16;
    let at = Rect { x: panel.right().saturating_sub(cells + 1), width: cells, ..panel };
    text::put(buf, at, panel.y, Line::styled(count, styles.past));
    let list = Rect {
        x: panel.x + 1,
        y: panel.y + 1,
        width: panel.width.saturating_sub(3),
        height: rows as u16,
    };
    buf.set_style(Rect { y: list.y, height: list.height, ..panel }, styles.raised);
    if found.is_empty() {
        text::put(buf, list, list.y, Line::styled("  no command matches", styles.past));
        return;
    }
    let names = BINDINGS.iter().map(|binding| text::width(binding.name)).max().unwrap_or(0) + 2;
    let keys =
        BINDINGS.iter().map(|binding| text::width(&scene.app.keymap.label(binding)) + 2).max();
    let columns = (names, keys.unwrap_or(0).clamp(KEYS.0, KEYS.1));
    let groups = if list.width < ROOMY {
        0
    } else {
        Group::ALL.iter().map(|g| g.title().len()).max().unwrap_or(0)
    };
    let first = prompt.chosen.map_or(0, |chosen| (chosen + 1).saturating_sub(rows));
    // On a wide screen the groups come after the longest help, where the eye still finds their
    // row.
    let help = BINDINGS.iter().map(|binding| text::width(binding.help)).max().unwrap_or(0);
    let cells = 2 + columns.0 + columns.1 + help + 3 + groups;
    let rows_area = Rect { width: list.width.min(cells as u16), ..list };
    for (y, (at, command)) in (list.y..).zip(found.iter().enumerate().skip(first).take(rows)) {
        let is_chosen = Some(at) == prompt.chosen;
        hits.choices.push((y, at));
        let group = if list.width < ROOMY { "" } else { command.binding.group.title() };
        let group = format!("{group:<groups$}");
        let line = row(scene, command, is_chosen, columns);
        text::put_both(
            buf,
            rows_area,
            y,
            line,
            Line::styled(group, styles.past),
            usize::from(ROOMY) / 2,
        );
        if is_chosen {
            buf.set_style(Rect { y, height: 1, ..panel }, styles.selected);
        }
    }
    let edge = panel.right().saturating_sub(1);
    if first > 0 {
        buf.set_string(edge, list.y, "↑", styles.text);
    }
    if first + rows < found.len() {
        buf.set_string(edge, list.bottom() - 1, "↓", styles.text);
    }
}

fn row<'a>(
    scene: &Scene,
    found: &FoundCommand,
    is_chosen: bool,
    (names, keys): (usize, usize),
) -> Line<'a> {
    let styles = &scene.styles;
    let pad = |text: &str, cells: usize| {
        Span::raw(" ".repeat(cells.saturating_sub(text::width(text)).max(1)))
    };
    let label = text::fit(&scene.app.keymap.label(found.binding), keys - 1).into_owned();
    let mut spans = vec![Span::styled(if is_chosen { "▸ " } else { "  " }, styles.attention)];
    let plain = if is_chosen { styles.strong } else { styles.text };
    let typed = styles.strong.add_modifier(Modifier::UNDERLINED);
    spans.extend(marked(found.binding.name, &found.name, plain, typed));
    spans.push(pad(found.binding.name, names));
    let rest = pad(&label, keys);
    spans.push(Span::styled(label, styles.strong));
    spans.push(rest);
    let help = if is_chosen { styles.text } else { styles.past };
    spans.extend(marked(found.binding.help, &found.help, help, typed));
    Line::from(spans)
}

/// `text` with the characters at `places` in another style.
fn marked<'a>(text: &str, places: &[usize], plain: Style, typed: Style) -> Vec<Span<'a>> {
    let mut spans: Vec<(bool, String)> = vec![];
    for (at, character) in text.chars().enumerate() {
        let is_typed = places.contains(&at);
        match spans.last_mut().filter(|(typed, _)| *typed == is_typed) {
            Some((_, span)) => span.push(character),
            None => spans.push((is_typed, character.to_string())),
        }
    }
    spans
        .into_iter()
        .map(|(is_typed, span)| Span::styled(span, if is_typed { typed } else { plain }))
        .collect()
}
