//! The board: a screen for the house, the wings or a projector.
//!
//! ```text
//!  Paris 2024 → LA28: the handover                    REHEARSAL ×20
//!
//!        ██████ ██████    ██████ ██████    ██████ ██████
//!            ██     ██ ██ ██     ██  ██ ██ ██  ██     ██            --clock: this alone
//!               Paris      13:58:07 Los Angeles
//! ──────────────────────────────────────────────────────────────
//!   ON   The jump  1:02 left                   ██████    ██████
//!                                              ██  ██ ██     ██    --countdown: this alone
//!        24  Tom Cruise: off the roof          ██████    ██████
//!  ━━━━━━━━━━━━━━━━━──────────────────────────────────── of 0:45
//! ──────────────────────────────────────────────────────────────
//!   NEXT   —  23:30:36
//! ```
//!
//! Draws a [`Board`] and nothing else: it is handed no state and no show, so that it has no words
//! to give away.

mod crew;
mod message;
mod page;
mod small;
mod words;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Capabilities;
use super::digits::Size;
use super::scene::time_of_day;
use super::text;
use super::theme::Styles;
use crate::app::board::{Board, Face, Figure, RehearsalKind, Stage};
use crate::app::theme::{Theme, ThemeColours};
use crate::show::{Clock, time_words};

pub use crew::{CrewGlance, paint as paint_crew};

use words::{Digits, digits};

/// The smallest window that has big digits and panels.
const COLUMNS_MIN: u16 = 36;
/// Its rows.
const ROWS_MIN: u16 = 9;

/// Everything that a frame of a board is drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Glance<'a> {
    /// The public facts.
    pub board: &'a Board,
    /// The part of it that fills the screen.
    pub face: Face,
    /// The colours, as [`crate::app::App::paints`] has them.
    pub paints: (Theme, &'a ThemeColours),
    /// The terminal's capabilities.
    pub capabilities: Capabilities,
    /// `true` if the line of keys stands at the bottom.
    pub help: bool,
}

/// A frame's subject.
struct BoardScene<'a> {
    board: &'a Board,
    face: Face,
    styles: Styles,
    is_plain: bool,
    help: bool,
}

/// Draws a frame.
pub fn draw(frame: &mut Frame, glance: &Glance) {
    paint(frame.buffer_mut(), glance);
}

/// Paints a frame into `buf`, which is blank.
pub fn paint(buf: &mut Buffer, glance: &Glance) {
    let area = buf.area;
    if area.is_empty() {
        return;
    }
    let Glance { face, capabilities, .. } = *glance;
    let scene = BoardScene::new(glance);
    buf.set_style(area, scene.styles.base);
    let area = message::draw(&scene, buf, area);
    match face {
        Face::Clock => clock(&scene, buf, area),
        Face::Countdown | Face::Timer => countdown(&scene, buf, area),
        Face::Board if area.width < COLUMNS_MIN || area.height < ROWS_MIN => {
            small::draw(&scene, buf, area)
        }
        Face::Board => page::draw(&scene, buf, area),
    }
    super::finish(buf, capabilities);
}

/// The time, as large as it fits.
fn clock(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let time = scene.time();
    let caption = scene.clocks(usize::from(area.width));
    let room = foot(scene, buf, area);
    // A window too narrow for the seconds shows them in small beside the rest.
    let (hours, rest) = time.split_at(time.len().min(5));
    let (columns, rows) = (usize::from(room.width), usize::from(room.height));
    let big = |text: &str, rows| Size::largest(text, columns, rows, scene.is_plain);
    match (big(&time, rows), big(hours, rows.saturating_sub(1))) {
        (Some(size), _) => {
            centred(buf, room, size, &Digits::plain(time, scene.styles.strong), caption)
        }
        (None, Some(size)) => {
            let seconds = Line::styled(format!("{hours}{rest}"), scene.styles.text);
            centred(
                buf,
                room,
                size,
                &Digits::plain(hours.to_owned(), scene.styles.strong),
                seconds,
            );
        }
        (None, None) => middle(buf, room, vec![Line::styled(time, scene.styles.strong)]),
    }
}

/// The time left, as large as it fits.
fn countdown(scene: &BoardScene, buf: &mut Buffer, area: Rect) {
    let room = foot(scene, buf, area);
    let Some(digits) = digits(scene) else {
        let mut lines = scene.waiting();
        lines.truncate(usize::from(room.height));
        return middle(buf, room, lines);
    };
    let caption = words::caption(scene, usize::from(room.width));
    // A timer always keeps a row for the words that go with its colour, and a figure that counts up
    // for the time left.
    let needs_row = scene.face == Face::Timer || words::left_beside(scene).is_some();
    let kept = u16::from(needs_row && room.height >= 4);
    let rows = usize::from(room.height - kept);
    match Size::largest(&digits.widest, usize::from(room.width), rows, scene.is_plain) {
        Some(size) => centred(buf, room, size, &digits, caption),
        None => middle(buf, room, vec![Line::styled(digits.text, digits.style), caption]),
    }
}

/// Digits in the middle of `room`, and a caption below them where there is a row for it.
fn centred(buf: &mut Buffer, room: Rect, size: Size, digits: &Digits, caption: Line) {
    let (columns, rows) = (usize::from(room.width), usize::from(room.height));
    // A large size gives way to the caption by its air alone: it is chosen before, so that no
    // caption moves a digit.
    let high = size.height();
    let has_caption = text::line_width(&caption) > 0 && high < rows;
    let air = rows - high - usize::from(has_caption);
    let top = room.y + (air / 2) as u16;
    let field = Rect { y: top, height: high as u16, ..room };
    // What counts stands in the middle; its sign, when it comes, beside it.
    let bare = size.width(digits.widest.trim_start_matches('+'));
    let left = ((columns + bare) / 2).saturating_sub(size.width(&digits.widest));
    let field = Rect { x: field.x + left as u16, width: field.width - left as u16, ..field };
    size.draw(buf, field, &digits.text, &digits.widest, digits.style);
    if has_caption {
        let gap = usize::from(air >= 3);
        middle(buf, Rect { y: top + (high + gap) as u16, height: 1, ..room }, vec![caption]);
    }
}

/// Lines in the middle of `room`.
fn middle(buf: &mut Buffer, room: Rect, lines: Vec<Line>) {
    let top = room.y + room.height.saturating_sub(lines.len() as u16) / 2;
    for (y, line) in (top..room.bottom()).zip(lines) {
        let left = usize::from(room.width).saturating_sub(text::line_width(&line)) / 2;
        text::put(
            buf,
            Rect { x: room.x + left as u16, width: room.width - left as u16, ..room },
            y,
            line,
        );
    }
}

/// Draws the last row, where there is room for one, and says what is left.
fn foot(scene: &BoardScene, buf: &mut Buffer, area: Rect) -> Rect {
    let (left, right) = scene.foot();
    let is_needed = scene.help || scene.board.notice.is_some();
    // A speaker needs the time and nothing else.
    if scene.face == Face::Timer && !is_needed {
        return area;
    }
    if area.height < 7 && !(is_needed && area.height > 1) {
        return area;
    }
    let y = area.bottom() - 1;
    let margin = u16::from(area.width >= COLUMNS_MIN);
    let row = Rect { x: area.x + margin, width: area.width - 2 * margin, ..area };
    text::put_both(buf, row, y, left, right, 12);
    Rect { height: area.height - 1, ..area }
}

impl<'a> BoardScene<'a> {
    fn new(glance: &Glance<'a>) -> Self {
        let Glance { board, face, paints, capabilities, help } = *glance;
        BoardScene {
            board,
            face,
            styles: Styles::new(paints, capabilities.depth),
            is_plain: capabilities.is_plain(),
            help,
        }
    }

    /// The countdown of this face.
    fn figure(&self) -> Option<Figure<'a>> {
        match self.face {
            Face::Timer => self.board.speaker_figure(),
            Face::Board | Face::Clock | Face::Countdown => self.board.figure(),
        }
    }

    /// The time on the show's own clock.
    fn time(&self) -> String {
        self.board
            .clocks
            .first()
            .map(|clock| time_of_day(self.board.now, &clock.zone))
            .unwrap_or_default()
    }

    fn wall(&self, at: jiff::Timestamp) -> String {
        let words =
            |clock: &Clock| time_words((at, self.board.now), &clock.zone, self.board.lasts_days);
        self.board.clocks.first().map(words).unwrap_or_default()
    }

    /// The name of the big clock's place, and the further clocks, as many as there is room for.
    fn clocks(&self, columns: usize) -> Line<'a> {
        let mut line = Line::default();
        for (at, clock) in self.board.clocks.iter().enumerate() {
            let mut spans = vec![Span::styled(clock.label.as_str(), self.styles.past)];
            if at > 0 {
                spans.insert(0, Span::raw("     "));
                spans.push(Span::styled(
                    format!("  {}", time_of_day(self.board.now, &clock.zone)),
                    self.styles.text,
                ));
            }
            let more = Line::from(spans);
            if text::line_width(&line) + text::line_width(&more) > columns {
                break;
            }
            line.spans.extend(more.spans);
        }
        line
    }

    fn title(&self) -> Line<'a> {
        Line::styled(self.board.title.as_deref().unwrap_or("handover"), self.styles.strong)
    }

    /// Mark of a clock that is made up.
    fn badge(&self) -> Line<'static> {
        let Some(rehearsal) = self.board.rehearsal else { return Line::default() };
        let style = match rehearsal {
            RehearsalKind::OutputsOff { .. } => self.styles.quiet_badge,
            RehearsalKind::Technical => self.styles.attention_badge,
        };
        Line::styled(format!(" {} ", rehearsal.words()), style)
    }

    /// Bottom lines: the keys when they are asked for, or the show; and the current problem.
    fn foot(&self) -> (Line<'a>, Line<'a>) {
        if self.help {
            let keys = [
                ("c", "clock"),
                ("d", "countdown"),
                ("t", "timer"),
                ("b", "board"),
                ("Tab", "the next"),
                ("q", "leaves"),
            ];
            let spans = keys.iter().flat_map(|(key, word)| {
                [
                    Span::styled(*key, self.styles.strong),
                    Span::styled(format!(" {word}   "), self.styles.past),
                ]
            });
            return (Line::from_iter(spans), Line::default());
        }
        let mut right = words::notice(self);
        if right.spans.is_empty() {
            right = match self.board.is_held {
                true => Line::styled(" HELD ", self.styles.attention_badge),
                false => self.badge(),
            };
        }
        (Line::styled(self.board.title.as_deref().unwrap_or_default(), self.styles.past), right)
    }

    /// Lines before there is a run, or about one without a countdown.
    fn waiting(&self) -> Vec<Line<'a>> {
        match &self.board.stage {
            Stage::Waiting { command } => vec![
                Line::from(vec![
                    Span::styled(" WAITING ", self.styles.quiet_badge),
                    Span::styled("  for the show", self.styles.strong),
                ]),
                Line::default(),
                Line::from(vec![
                    Span::styled("start it on this machine with ", self.styles.past),
                    Span::styled(command.as_str(), self.styles.text),
                ]),
            ],
            Stage::Before { .. } | Stage::On(_) | Stage::Gap { .. } | Stage::Ended { .. } => {
                vec![Line::from(Span::styled(" NOT BEGUN ", self.styles.quiet_badge))]
            }
        }
    }
}
