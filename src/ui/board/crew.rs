//! A department's screen: the time until its next cue, STANDBY and GO as large as they fit, and the
//! cues that come after it.
//!
//! ```text
//!  SOUND  An evening                                     22:58:07
//! ──────────────────────────────────────────────────────────────
//!   NEXT IN
//!              ██████    ██████ ██████       or STANDBY, READY, GO
//!              ██  ██ ██ ██  ██ ██  ██
//!
//!               12  House to half
//! ──────────────────────────────────────────────────────────────
//!    4:10  23:02:17  13  Blackout
//! ```
//!
//! Draws a [`CrewView`] and nothing else. Every row has its place from the size of the window alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::words::{self, Digits};
use super::{BoardScene, COLUMNS_MIN, Glance, ROWS_MIN, centred, message, middle};
use crate::app::board::Face;
use crate::app::crew::{CrewCue, CrewView, Moment};
use crate::app::theme::{Theme, ThemeColours};
use crate::show::duration;
use crate::ui::digits::Size;
use crate::ui::{self, Capabilities, layout, text};

/// Placeholder for a title that is not public.
const WITHHELD: &str = "—";
/// Rows of the list in a window of the smallest size.
const LIST_ROWS_MIN: u16 = 2;
/// Time left from which on a time stands instead of a countdown: a day.
const COUNTED_MAX_S: u64 = 86_400;

/// Everything that a frame of a department's screen is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct CrewGlance<'a> {
    /// The department's view.
    pub crew: &'a CrewView,
    /// The colours, as [`crate::app::App::paints`] has them.
    pub paints: (Theme, &'a ThemeColours),
    /// The terminal's capabilities.
    pub capabilities: Capabilities,
    /// `true` if the line of keys stands at the bottom.
    pub help: bool,
}

/// The large words of a screen, and what they are about.
struct Headline<'a> {
    badge: Option<(&'static str, Style)>,
    big: Digits,
    cue: Option<&'a CrewCue>,
}

/// Paints a frame into `buf`, which is blank.
pub fn paint(buf: &mut Buffer, glance: &CrewGlance) {
    let area = buf.area;
    if area.is_empty() {
        return;
    }
    let CrewGlance { crew, paints, capabilities, help } = *glance;
    let board = Glance { board: &crew.board, face: Face::Board, paints, capabilities, help };
    let scene = BoardScene::new(&board);
    buf.set_style(area, scene.styles.base);
    let area = message::draw(&scene, buf, area);
    if area.width < COLUMNS_MIN || area.height < ROWS_MIN {
        small(&scene, crew, buf, area);
    } else {
        whole(&scene, crew, buf, area);
    }
    ui::finish(buf, capabilities);
}

fn whole(scene: &BoardScene, crew: &CrewView, buf: &mut Buffer, area: Rect) {
    let styles = &scene.styles;
    let margin = if area.width >= 70 { 2 } else { 1 };
    let inner = Rect { x: area.x + margin, width: area.width - 2 * margin, ..area };
    text::put_both(buf, inner, area.y, head(scene, crew), clock(scene), 9);
    layout::rule(buf, area, area.y + 1, "", styles);
    let list_rows = (area.height / 4).max(LIST_ROWS_MIN);
    let list = Rect { y: area.bottom() - list_rows, height: list_rows, ..inner };
    layout::rule(buf, area, list.y - 1, "", styles);
    let field = Rect { y: area.y + 2, height: list.y - 1 - (area.y + 2), ..inner };
    let headline = headline(scene, crew);
    let caption = caption(scene, crew, &headline, usize::from(inner.width));
    let (columns, rows) = (usize::from(field.width), usize::from(field.height));
    match Size::largest(&headline.big.widest, columns, rows.saturating_sub(1), scene.is_plain) {
        Some(size) => centred(buf, field, size, &headline.big, caption),
        None => {
            let big = Line::styled(headline.big.text.clone(), headline.big.style);
            middle(buf, field, vec![big, caption]);
        }
    }
    for (y, cue) in (list.y..list.bottom()).zip(crew.later()) {
        text::put(buf, list, y, row(scene, cue));
    }
    foot(scene, buf, list);
}

/// A window that is too small for big words: what is to be done now, and what comes.
fn small(scene: &BoardScene, crew: &CrewView, buf: &mut Buffer, area: Rect) {
    let headline = headline(scene, crew);
    let columns = usize::from(area.width);
    let big = Line::styled(headline.big.text.clone(), headline.big.style);
    let lines = [big, caption(scene, crew, &headline, columns), head(scene, crew)];
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
    if scene.help && area.height > 1 {
        foot(scene, buf, area);
    }
}

/// The department and the show.
fn head<'a>(scene: &BoardScene<'a>, crew: &'a CrewView) -> Line<'a> {
    let mut line = Line::from(vec![
        Span::styled(format!(" {} ", crew.department.to_uppercase()), scene.styles.quiet_badge),
        Span::raw("  "),
    ]);
    line.spans.extend(scene.title().spans);
    line
}

/// The show's time, and that it is made up where it is.
fn clock(scene: &BoardScene) -> Line<'static> {
    let mut line = scene.badge();
    line.spans.push(Span::raw("  "));
    line.spans.push(Span::styled(scene.time(), scene.styles.strong));
    line
}

fn headline<'a>(scene: &BoardScene, crew: &'a CrewView) -> Headline<'a> {
    let styles = &scene.styles;
    let big = |word: &str, style| Digits::plain(word.to_owned(), style);
    let held = crew.board.is_held.then_some((" HELD ", styles.attention_badge));
    let (badge, big, cue) = match crew.moment() {
        Moment::Standby(cue) => (None, big("STANDBY", styles.attention), Some(cue)),
        Moment::Ready(cue) => (None, big("READY", styles.ready), Some(cue)),
        Moment::Go(cue) => (None, big("GO", styles.on_air), Some(cue)),
        Moment::NextCall(cue) => {
            let badge = held.unwrap_or((" NEXT CALL ", styles.attention_badge));
            (Some(badge), until(scene, cue), Some(cue))
        }
        Moment::Coming(cue) => {
            let badge = held.unwrap_or((" NEXT IN ", styles.quiet_badge));
            (Some(badge), until(scene, cue), Some(cue))
        }
        Moment::Nothing => (None, big("DONE", styles.past), None),
        Moment::Ended => (None, big("ENDED", styles.past), None),
    };
    Headline { badge, big, cue }
}

/// The time until `cue`, as big digits.
fn until(scene: &BoardScene, cue: &CrewCue) -> Digits {
    let styles = &scene.styles;
    match cue.left.as_secs() {
        0 if cue.left.is_zero() => Digits::plain("NOW".into(), styles.attention),
        ..COUNTED_MAX_S => {
            let text = duration::countdown(cue.left);
            let widest = if cue.left.as_secs() < 600 { "00:00".to_owned() } else { text.clone() };
            Digits { widest, text, style: styles.strong }
        }
        COUNTED_MAX_S.. => Digits::plain(scene.wall(cue.at), styles.strong),
    }
}

/// The line below the large words: the cue that they are about.
fn caption<'a>(
    scene: &BoardScene,
    crew: &'a CrewView,
    headline: &Headline<'a>,
    columns: usize,
) -> Line<'a> {
    let styles = &scene.styles;
    let mut spans = vec![];
    if let Some((badge, style)) = headline.badge {
        spans.extend([Span::styled(badge, style), Span::raw("  ")]);
    }
    match headline.cue {
        Some(cue) => {
            spans.push(Span::styled(format!("{}  ", cue.number), styles.strong));
            let taken = text::line_width(&Line::from(spans.clone()));
            let title = cue.title.as_deref().unwrap_or(WITHHELD);
            let title = text::fit(title, columns.saturating_sub(taken)).into_owned();
            spans.push(Span::styled(title, styles.strong));
        }
        None => {
            let words = format!("no cue to come needs {}", crew.department);
            spans.push(Span::styled(words, styles.past));
        }
    }
    Line::from(spans)
}

/// A cue that comes later.
fn row<'a>(scene: &BoardScene, cue: &'a CrewCue) -> Line<'a> {
    let styles = &scene.styles;
    let left = match cue.left.as_secs() {
        ..COUNTED_MAX_S => duration::countdown(cue.left),
        COUNTED_MAX_S.. => String::new(),
    };
    let title = cue.title.as_deref().unwrap_or(WITHHELD);
    Line::from(vec![
        Span::styled(format!("{left:>8}"), styles.text),
        Span::styled(format!("  {}", scene.wall(cue.at)), styles.past),
        Span::styled(format!("  {}", cue.number), styles.strong),
        Span::styled(format!("  {title}"), styles.text),
    ])
}

/// The last row: the keys when they are asked for, and what is amiss.
fn foot(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let y = area.bottom() - 1;
    if scene.help {
        text::put(buf, area, y, Line::raw(" ".repeat(usize::from(area.width))));
        let keys = [("?", "keys"), ("q", "leaves")];
        let spans = keys.iter().flat_map(|(key, word)| {
            [
                Span::styled(*key, scene.styles.strong),
                Span::styled(format!(" {word}   "), scene.styles.past),
            ]
        });
        text::put(buf, area, y, Line::from_iter(spans));
        return;
    }
    let notice = words::notice(scene);
    let taken = text::line_width(&notice).min(usize::from(area.width)) as u16;
    text::put(buf, Rect { x: area.right() - taken, width: taken, ..area }, y, notice);
}
