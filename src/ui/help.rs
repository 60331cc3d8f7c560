//! The help page: every key by its group, and what the signs and colours mean.
//!
//! ```text
//!  CALLING                                   SIGNS AND COLOURS
//!  Space    fire the cue at the playhead     ▶  on air
//!  s        warn the departments             ●  the playhead: GO fires it
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::signs::{LEGEND, SignColour};
use super::text;
use crate::app::Page;
use crate::app::keys::{Act, BINDINGS, Binding, Group};

/// The cells of a column, at least.
const COLUMN: u16 = 56;
/// The cells of a key or sign, at least, and at most where a row has many keys.
const KEY: usize = 9;
const KEY_MAX: usize = 20;

/// Draws the page, and says how far it can be scrolled.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, scroll: usize) -> usize {
    let count = (area.width / COLUMN).clamp(1, 3);
    let gap = 3;
    let column_width = (area.width + gap) / count - gap;
    let columns = spread(blocks(scene, usize::from(column_width)), usize::from(count));
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let scroll_max = longest.saturating_sub(usize::from(area.height));
    let scroll = scroll.min(scroll_max);
    for (at, lines) in columns.into_iter().enumerate() {
        let x = area.x + at as u16 * (column_width + gap);
        let column = Rect { x, width: column_width.min(area.right().saturating_sub(x)), ..area };
        for (y, line) in (area.y..area.bottom()).zip(lines.into_iter().skip(scroll)) {
            text::put(buf, column, y, line);
        }
    }
    if scroll < scroll_max {
        buf.set_string(area.right().saturating_sub(1), area.bottom() - 1, "↓", scene.styles.past);
    }
    scroll_max
}

fn blocks(scene: &Scene, columns: usize) -> Vec<Vec<Line<'static>>> {
    let styles = &scene.styles;
    let heading = |title: &str| Line::styled(title.to_uppercase(), styles.heading);
    let entry = |key: Span<'static>, words: &str, cells: usize| {
        let pad = cells.saturating_sub(text::width(&key.content)).max(1);
        let mut lines = vec![];
        for (at, part) in
            text::wrap(words, columns.saturating_sub(cells + 1), 3).into_iter().enumerate()
        {
            let lead = if at == 0 {
                vec![Span::raw(" "), key.clone(), Span::raw(" ".repeat(pad))]
            } else {
                vec![Span::raw(" ".repeat(cells + 1))]
            };
            lines.push(Line::from([lead, vec![Span::styled(part, styles.text)]].concat()));
        }
        lines
    };
    let mut blocks = vec![];
    // A warning stands first, where no other key pushes it below the window.
    if let Some(warning) = scene.app.held_keys.warning() {
        let words = text::wrap(warning, columns.saturating_sub(1), 6);
        let words =
            words.into_iter().map(|part| Line::styled(format!(" {part}"), styles.attention));
        blocks.push([heading("Held keys")].into_iter().chain(words).collect());
    }
    for &group in Group::ALL {
        let mut lines = vec![heading(group.title())];
        let rows = BINDINGS
            .iter()
            .filter(|binding| binding.group == group && means_something(scene, binding.act))
            .map(|binding| (key_of(scene, binding), binding.help))
            .collect::<Vec<_>>();
        let cells = rows
            .iter()
            .map(|(key, _)| text::width(key) + 1)
            .max()
            .unwrap_or(KEY)
            .clamp(KEY, KEY_MAX);
        for (key, help) in rows {
            let key = text::fit(&key, cells - 1).into_owned();
            lines.extend(entry(Span::styled(key, styles.strong), help, cells));
        }
        blocks.push(lines);
    }
    let mut lines = vec![heading("Signs and colours")];
    for (sign, meaning, words) in LEGEND {
        let style = match meaning {
            SignColour::OnAir => styles.on_air,
            SignColour::Attention => styles.attention,
            SignColour::Ready => styles.ready,
            SignColour::Vt => styles.vt,
            SignColour::Past => styles.past,
            SignColour::Plain => styles.strong,
        };
        lines.extend(entry(Span::styled(*sign, style), words, KEY));
    }
    blocks.push(lines);
    blocks
}

/// Returns `true` if `act` means something in this run: one that is not shared has no flag.
fn means_something(scene: &Scene, act: Act) -> bool {
    let is_of_flag = matches!(act, Act::Flag | Act::Warn | Act::Open(Page::Stations));
    !is_of_flag || scene.app.has(Page::Stations)
}

/// All keys of a row, or what to type into the palette where it has none.
fn key_of(scene: &Scene, binding: &Binding) -> String {
    let keys = scene.app.keymap.label(binding);
    if keys.is_empty() { format!(":{}", binding.name) } else { keys }
}

/// Deals the blocks out over `count` columns in their order, so that the longest column is as short
/// as may be.
fn spread(blocks: Vec<Vec<Line<'static>>>, count: usize) -> Vec<Vec<Line<'static>>> {
    let lengths: Vec<usize> = blocks.iter().map(|block| block.len() + 1).collect();
    let fits = |most: usize| {
        let (mut columns, mut used) = (1, 0);
        for &length in &lengths {
            if used > 0 && used + length > most {
                columns += 1;
                used = 0;
            }
            used += length;
        }
        columns <= count
    };
    let most = (1..=lengths.iter().sum()).find(|&most| fits(most)).unwrap_or(usize::MAX);
    let mut columns: Vec<Vec<Line>> = vec![vec![]];
    for block in blocks {
        let Some(last) = columns.last_mut() else { break };
        if !last.is_empty() && last.len() + block.len() + 1 > most {
            columns.push(block);
        } else {
            if !last.is_empty() {
                last.push(Line::default());
            }
            last.extend(block);
        }
    }
    columns
}
