//! The screen: `&View -> cells`.
//!
//! Reads the run and the application and draws them, one region a file. No IO, no clock (the time
//! comes in the view), no change to anything; what the mouse finds where is handed back as
//! [`Hits`].

mod alarms;
pub mod board;
mod by_itself;
mod digits;
mod dots;
mod end;
mod flag;
mod footer;
mod form;
mod glyphs;
mod header;
mod help;
mod indexed;
mod layout;
mod letters;
mod log;
mod monitor;
mod on_air;
mod outputs;
mod palette;
mod people;
mod ribbon;
mod rundown;
mod scene;
mod signs;
mod small;
mod standby;
mod stations;
mod still;
mod strip;
mod text;
mod theme;
mod timeline;
mod viewport;

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::app::hits::{MouseTarget, Region};
use crate::app::log::Log;
use crate::app::page::Lines;
use crate::app::{App, Ask, Hits, Page};
use crate::engine::{RunNs, State};
use crate::time::MachineNs;

pub use layout::{Areas, Parts};
use scene::Scene;
pub use still::Still;

/// Everything that a frame is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The caller's application state.
    pub app: &'a App,
    /// The run.
    pub state: &'a State,
    /// The run's events in words.
    pub log: &'a Log,
    /// The run's clock.
    pub now_ns: RunNs,
    /// The machine's clock, by which messages fade.
    pub machine_ns: MachineNs,
    /// The terminal's capabilities.
    pub capabilities: Capabilities,
}

/// The terminal's capabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Number of its colours.
    pub depth: Depth,
    /// Characters of its font.
    pub glyphs: Glyphs,
}

impl Capabilities {
    /// Returns `true` if it has no parts of blocks and no braille.
    pub fn is_plain(self) -> bool {
        match self.glyphs {
            Glyphs::All => false,
            Glyphs::Console | Glyphs::Ascii => true,
        }
    }
}

/// The number of colours that the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// None (`NO_COLOR`): weight and signs tell everything.
    Mono,
    /// The sixteen of ANSI.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// All.
    Rgb,
}

/// Characters that the terminal's font has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// All that are drawn here: lines, signs, parts of blocks, braille.
    All,
    /// Those that the fonts of the Linux console have: lines, whole blocks and some signs.
    Console,
    /// ASCII.
    Ascii,
}

/// Draws a frame, and says which cue stands on which row.
pub fn draw(frame: &mut Frame, view: &View) -> Hits {
    let (hits, cursor) = paint(frame.buffer_mut(), view);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    hits
}

/// Paints a frame into `buf`, which is blank; says which cue stands on which row, and where the
/// cursor stands while the caller types.
pub fn paint(buf: &mut Buffer, view: &View) -> (Hits, Option<Position>) {
    let area = buf.area;
    let mut hits = Hits::default();
    if area.is_empty() {
        return (hits, None);
    }
    let scene = Scene::new(view);
    for cell in &mut buf.content {
        cell.set_style(scene.styles.base);
    }
    let cursor = if area.width < small::COLUMNS_MIN || area.height < small::ROWS_MIN {
        hits.is_small = true;
        small::draw(&scene, buf, area, &mut hits)
    } else {
        page(&scene, buf, area, &mut hits)
    };
    finish(buf, view.capabilities);
    (hits, cursor)
}

/// Makes of a finished picture what the terminal can show.
fn finish(buf: &mut Buffer, capabilities: Capabilities) {
    keep_plain(buf);
    glyphs::pass(buf, capabilities.glyphs);
    match capabilities.depth {
        Depth::Indexed => indexed::pass(buf),
        Depth::Mono | Depth::Ansi | Depth::Rgb => {}
    }
}

/// Nothing goes to the terminal that does something to the cells around it. The one place for all
/// that is drawn.
fn keep_plain(buf: &mut Buffer) {
    let is_plain = |symbol: &str| symbol.len() == 1 || symbol.chars().all(text::is_simple);
    for cell in buf.content.iter_mut().filter(|cell| !is_plain(cell.symbol())) {
        if let Cow::Owned(symbol) = crate::plain::line(cell.symbol()) {
            cell.set_symbol(if symbol.is_empty() { " " } else { &symbol });
        }
    }
}

/// `text` in ASCII, cell for cell: what a terminal without all characters is told beside the
/// picture.
pub fn plain(text: &str) -> String {
    glyphs::text(text)
}

/// A page with its header and footer.
fn page(scene: &Scene, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
    let parts = Parts::new(area, scene.app.link.is_some());
    let body = parts.body;
    flag::draw(scene, buf, parts.flag);
    header::draw(scene, buf, parts.header);
    ribbon::draw(scene, buf, parts.ribbon);
    alarms::draw(scene, buf, parts.alarms);
    strip::draw(scene, buf, parts.strip);
    asks(scene, hits);
    match scene.app.page {
        Page::Run => run(scene, buf, body, hits),
        other @ (Page::Monitor
        | Page::Timeline
        | Page::People
        | Page::Outputs
        | Page::Stations
        | Page::Log
        | Page::Help) => {
            let more = if other == Page::Log { log::heading(scene) } else { String::new() };
            let heading = format!("{}{more}", other.name().to_uppercase());
            layout::rule(buf, area, body.y, &heading, &scene.styles);
            let inside = Rect {
                x: body.x + 1,
                y: body.y + 1,
                width: body.width.saturating_sub(2),
                height: body.height.saturating_sub(1),
            };
            if other.spec().lines != Lines::People {
                lines(hits, inside);
            }
            let asked = scene.app.scroll;
            let follows = |most: usize| (asked.min(most), most);
            (hits.scroll, hits.scroll_max) = match other {
                Page::Log => log::draw_page(scene, buf, inside),
                Page::Help => follows(help::draw(scene, buf, inside, asked)),
                Page::Timeline => timeline::draw(scene, buf, inside),
                Page::People => follows(people::draw(scene, buf, inside, hits)),
                Page::Outputs => follows(outputs::draw(scene, buf, inside)),
                Page::Stations => follows(stations::draw(scene, buf, inside)),
                Page::Run | Page::Monitor => {
                    monitor::draw_page(scene, buf, inside);
                    (0, 0)
                }
            };
        }
    }
    flag::dialog::draw(scene, buf, body, hits);
    match scene.app.prompt.as_ref() {
        Some(prompt) if prompt.ask == Ask::Palette => {
            palette::draw(scene, buf, body, prompt, hits);
        }
        Some(prompt) if prompt.ask.has_choices() => form::draw(scene, buf, body, hits),
        Some(_) | None => {}
    }
    footer::draw(scene, buf, parts.footer, hits)
}

/// The run page between the alarms and the strip.
fn run(scene: &Scene, buf: &mut Buffer, body: Rect, hits: &mut Hits) {
    let areas = run_areas(scene, body);
    areas.rules(buf, body, &scene.styles);
    rundown::draw(scene, buf, areas.rundown, hits);
    by_itself::draw(scene, buf, areas.by_itself);
    log::draw(scene, buf, areas.log);
    if scene.state.has_ended() {
        return end::draw(scene, buf, areas.on_air, areas.digits);
    }
    on_air::draw(scene, buf, areas.on_air, areas.digits);
    standby::draw(scene, buf, areas.next, standby::has_big_call(scene, body.height));
    monitor::draw(scene, buf, areas.monitor);
}

/// Areas of the run page's panels in `body` at this moment.
fn run_areas(scene: &Scene, body: Rect) -> Areas {
    // How wide the right column is does not depend on what stands in it.
    let column = layout::run(body, layout::Needs::default()).next.width;
    let is_big = standby::has_big_call(scene, body.height);
    let rows = standby::rows(scene, usize::from(column), is_big);
    let needs = layout::Needs {
        spoken: rows.spoken,
        next: rows.all,
        with_notes: rows.with_notes,
        has_picture: monitor::has_picture(scene),
        is_pictured: scene.show.is_pictured(),
        is_plain: scene.view.capabilities.is_plain(),
        rundown: match scene.state.has_ended() {
            true => rundown::rows_folded(scene.show),
            false => rundown::rows(scene.show),
        },
    };
    let areas = layout::run(body, needs);
    if scene.state.has_ended() { areas.with_one_panel() } else { areas }
}

/// The parts of every page in a window of `area`, and the panels of the run page.
///
/// Only for windows of 60 columns and 16 rows at least: in smaller ones [`draw`] shows lines, which
/// have neither.
pub fn areas(view: &View, area: Rect) -> (Parts, Areas) {
    let parts = Parts::new(area, view.app.link.is_some());
    (parts, run_areas(&Scene::new(view), parts.body))
}

/// Says which page is drawn, from which scroll.
fn asks(scene: &Scene, hits: &mut Hits) {
    (hits.page, hits.asked, hits.log_seen) = (scene.app.page, scene.app.scroll, scene.app.log_seen);
    hits.log_newest = scene.view.log.newest();
}

/// Lets the wheel scroll what stands in `area`.
fn lines(hits: &mut Hits, area: Rect) {
    let (columns, rows) = (area.x..area.right(), area.y..area.bottom());
    hits.regions.push(Region { columns, rows, target: MouseTarget::Lines });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_does_something_to_the_others() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        for (x, symbol) in
            ["a", "\u{2028}", "e\u{301}", "a\u{200d}", "👩\u{200d}🚀"].into_iter().enumerate()
        {
            buf[(x as u16, 0)].set_symbol(symbol);
        }
        keep_plain(&mut buf);
        let symbols: Vec<&str> = buf.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(symbols, ["a", " ", "e\u{301}", "a", "👩\u{200d}🚀", " "]);
    }
}
