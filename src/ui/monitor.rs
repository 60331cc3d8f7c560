//! The monitor: what the cue on air looks like, and what else the caller should know of it. A
//! finished picture is held, and a cue without a picture does not take its place: [`subject`] has
//! the rule.
//!
//! ```text
//!  12  Off the roof                         0:33 left of 0:45      in a wide window beside the picture,
//!  ┌ the picture: a map, a descent, rings, a strip of film ┐  │  NOTES    otherwise below it
//!  └ where there is room for one; else its words           ┘  │  Wind limit 8 m/s
//!  VT playing  clips/flight.mp4  0:12 ━━━────── 2:08          │  PEOPLE
//!  sends  ✓ lights  … video                                   │  Tom Cruise  performer
//! ```
//!
//! [`CuePicture::of`] chooses; each picture is a file. The picture gets most of the room, the words
//! what it leaves.

mod descent;
mod drawings;
mod film;
mod map;
mod rings;
mod subject;
mod words;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::text;
use crate::app::Page;
use crate::app::keys::Act;
use crate::engine::Phase;
use crate::show::{Cue, CueIx, Look, duration};
use subject::Subject;

/// Time that a cue which was complete at once stays in sight when nothing else runs, nanoseconds.
pub(super) const LINGERS: Duration = Duration::from_secs(subject::LINGERS_S as u64);

/// From this width on the words stand beside the picture.
const WIDE: u16 = 100;
/// The words beside the picture: their fewest and most cells, and the gap in front of them.
const SIDE: (u16, u16, u16) = (32, 56, 3);
/// The most lines of words that stand below the picture of a wide panel.
const BELOW_MAX: usize = 2;

/// The picture of a cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CuePicture {
    /// A drawing that the file asks for.
    Drawing(Look),
    /// Steps, as rings where they ask for it, else as marks.
    Steps,
    /// A route with heights, from the side.
    Descent,
    /// A route on a map.
    Map,
    /// A clip.
    Film,
    /// A post, as people will read it.
    Post,
    /// Nothing but words.
    Words,
}

impl CuePicture {
    /// The most telling of what `cue` has.
    fn of(cue: &Cue) -> Self {
        let has_heights = cue.route.iter().any(|point| point.height_m.is_some());
        // On a route with heights the flag stands where it ends.
        let stands_elsewhere =
            |look: Look| look.is_of_steps() || (look == Look::Flag && has_heights);
        let drawing = cue.look.filter(|&look| !stands_elsewhere(look));
        let is_coloured = cue.look.is_some() || cue.steps.iter().any(|step| step.colour.is_some());
        if let Some(look) = drawing {
            CuePicture::Drawing(look)
        } else if is_coloured && !cue.steps.is_empty() {
            CuePicture::Steps
        } else if has_heights {
            CuePicture::Descent
        } else if !cue.route.is_empty() {
            CuePicture::Map
        } else if !cue.steps.is_empty() {
            CuePicture::Steps
        } else if cue.clip().is_some() {
            CuePicture::Film
        } else if cue.is_pictured() {
            CuePicture::Post
        } else {
            CuePicture::Words
        }
    }

    /// The fewest rows in which it tells more than words.
    fn rows_min(self) -> u16 {
        match self {
            CuePicture::Drawing(_) => drawings::ROWS_MIN,
            CuePicture::Steps => rings::ROWS_MIN,
            CuePicture::Descent => descent::ROWS_MIN,
            CuePicture::Map => map::ROWS_MIN,
            CuePicture::Film => film::ROWS_MIN,
            CuePicture::Post => words::POST_ROWS_MIN,
            CuePicture::Words => u16::MAX,
        }
    }

    fn draw(self, scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
        match self {
            CuePicture::Drawing(look) => drawings::draw(scene, buf, area, cue, look),
            CuePicture::Steps => rings::draw(scene, buf, area, cue),
            CuePicture::Descent => descent::draw(scene, buf, area, cue),
            CuePicture::Map => map::draw(scene, buf, area, cue),
            CuePicture::Film => film::draw(scene, buf, area, cue),
            CuePicture::Post => words::draw_post(scene, buf, area, cue),
            CuePicture::Words => {}
        }
    }
}

/// Some words under a heading.
struct WordSection<'a> {
    heading: &'static str,
    lines: Vec<Line<'a>>,
}

/// Choice among the texts about a cue.
#[derive(Clone, Copy)]
struct ChosenText {
    /// `true` for everything that is known of people, and every message word for word.
    in_full: bool,
    /// The words that the caller says.
    call: bool,
    /// The caller's notes.
    notes: bool,
    /// Notes of the cue at the playhead, where that is another one.
    next: bool,
}

impl ChosenText {
    /// All of it on the page. The run page has the call and the notes of the cue at the playhead
    /// already.
    fn of(scene: &Scene, cue: CueIx, is_page: bool) -> Self {
        let is_running = scene.state.cue(cue).phase == Phase::Running;
        ChosenText { in_full: is_page, call: is_page, notes: is_page || is_running, next: is_page }
    }
}

/// Draws the panel.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    paint(scene, buf, area, false);
}

/// Draws the page: the same with room for every word, and with what the cue sends.
pub(super) fn draw_page(scene: &Scene, buf: &mut Buffer, area: Rect) {
    paint(scene, buf, area, true);
}

/// Returns `true` if the panel has something to draw that is more than words.
pub(super) fn has_picture(scene: &Scene) -> bool {
    subject_of(scene).is_some_and(|subject| subject.picture.is_some())
}

fn subject_of(scene: &Scene) -> Option<Subject> {
    subject::of(scene, |cue| scene.cue(cue).is_pictured())
}

fn paint(scene: &Scene, buf: &mut Buffer, area: Rect, is_page: bool) {
    let Some(subject) = subject_of(scene) else {
        let words = match scene.show.order.is_empty() {
            true => "the show has no cues: there is nothing to show here",
            false => "nothing is on air, and nothing is left to call",
        };
        text::put(buf, area, area.y, Line::styled(words, scene.styles.past));
        return;
    };
    if area.is_empty() {
        return;
    }
    let cue = subject.picture.unwrap_or(subject.words);
    let asked = ChosenText::of(scene, subject.words, is_page);
    text::put_both(buf, area, area.y, headline(scene, cue), left(scene, cue, is_page), 16);
    let air = u16::from(is_page && area.height >= 16);
    let rows = area.height.saturating_sub(1 + air);
    let area = Rect { y: area.y + 1 + air, height: rows, ..area };
    let picture = CuePicture::of(scene.cue(cue));
    if rows < picture.rows_min() || area.width < 24 {
        return put_words(scene, buf, area, subject, is_page);
    }
    // The sign is nine letters wide and needs the whole width.
    if area.width >= WIDE && scene.cue(cue).look != Some(Look::Hollywood) {
        let (least, most, gap) = SIDE;
        let side = (area.width / 3).clamp(least, most);
        let told = sections_beside(scene, subject, usize::from(side), asked);
        // A line or two need no column: they stand below, and the picture has the width.
        if is_page || told.iter().map(|section| section.lines.len()).sum::<usize>() > BELOW_MAX {
            let main = Rect { width: area.width - side - gap, ..area };
            put_picture(scene, buf, main, cue, picture);
            let beside = Rect { x: main.right() + gap, width: side, ..area };
            return put_sections(scene, buf, beside, told);
        }
    }
    let strip = strip_rows(scene, cue, picture, rows);
    let room = match rows {
        // Here every row is the picture's, but for one with who it is, or how the clip stands.
        0..=13 => 1,
        _ if is_page => rows / 3,
        _ => rows / 4,
    };
    let room = usize::from(room.saturating_sub(strip).min(rows - picture.rows_min()));
    // What is told of another cue takes no row from the picture.
    let asked = ChosenText { next: false, ..asked };
    let lines: Vec<Line> = sections_beside(scene, subject, usize::from(area.width), asked)
        .into_iter()
        .flat_map(|section| section.lines)
        .take(room)
        .collect();
    let gap = u16::from(!lines.is_empty() && rows >= 14);
    let taken = (lines.len() as u16 + gap).min(rows - picture.rows_min());
    put_picture(scene, buf, Rect { height: rows - taken, ..area }, cue, picture);
    put_all(buf, area, area.bottom() - taken + gap.min(taken), lines);
}

/// The picture, and a strip of the cue's clip below it where the picture is of something else.
fn put_picture(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx, picture: CuePicture) {
    let strip = strip_rows(scene, cue, picture, area.height);
    let rows = area.height - strip;
    picture.draw(scene, buf, Rect { height: rows, ..area }, cue);
    film::draw_below(scene, buf, Rect { y: area.y + rows, height: strip, ..area }, cue);
}

/// Number of rows that the strip of a cue's clip has below another picture.
fn strip_rows(scene: &Scene, cue: CueIx, picture: CuePicture, rows: u16) -> u16 {
    match (
        scene.cue(cue).clip().is_some() && picture != CuePicture::Film,
        rows.saturating_sub(picture.rows_min()),
    ) {
        (false, _) | (true, 0) => 0,
        (true, 1..=7) => 1,
        (true, _) => 2,
    }
}

/// Everything in words, where there is no picture or no room for one.
fn put_words(scene: &Scene, buf: &mut Buffer, area: Rect, subject: Subject, is_page: bool) {
    let columns = usize::from(area.width);
    let cue = subject.picture.unwrap_or(subject.words);
    let post = match CuePicture::of(scene.cue(cue)) {
        CuePicture::Post => words::posts(scene, cue, columns),
        CuePicture::Drawing(_)
        | CuePicture::Steps
        | CuePicture::Descent
        | CuePicture::Map
        | CuePicture::Film
        | CuePicture::Words => vec![],
    };
    let mut way = words::route(scene, cue, columns);
    way.extend(words::steps(scene, cue, columns));
    // Words have all the room: the panel tells what the page does.
    let asked = ChosenText::of(scene, subject.words, is_page || area.height >= 8);
    // On the run page the cue at the playhead has a panel that says these already.
    let is_said = !is_page && scene.state.playhead() == Some(cue);
    let asked =
        ChosenText { call: asked.call && !is_said, notes: asked.notes && !is_said, ..asked };
    let told = sections_beside(scene, subject, columns.min(100), asked);
    let own = [post, way].into_iter().filter(|lines| !lines.is_empty());
    let own = own.map(|lines| WordSection { heading: "", lines });
    put_sections(scene, buf, area, own.chain(told).collect());
}

/// Texts beside or below a picture: if they are of another cue than the picture's, its name comes
/// first.
fn sections_beside<'a>(
    scene: &Scene<'a>,
    subject: Subject,
    columns: usize,
    asked: ChosenText,
) -> Vec<WordSection<'a>> {
    let told = sections(scene, subject.words, columns, asked);
    if subject.picture.is_none_or(|picture| picture == subject.words) {
        return told;
    }
    let mut line = headline(scene, subject.words);
    if text::line_width(&line) > columns {
        // The title is worth more than the word after it.
        line.spans.pop();
    }
    let first = WordSection { heading: "", lines: vec![line] };
    std::iter::once(first).chain(told).collect()
}

/// Texts about a cue, the most needed first.
fn sections<'a>(
    scene: &Scene<'a>,
    cue: CueIx,
    columns: usize,
    asked: ChosenText,
) -> Vec<WordSection<'a>> {
    let call = if asked.call { words::call(scene, cue, columns) } else { vec![] };
    let notes = if asked.notes { words::notes(scene, cue, columns) } else { vec![] };
    let messages = if asked.in_full { words::messages(scene, cue, columns) } else { vec![] };
    // A post that is the picture is not told a second time.
    let posts = if CuePicture::of(scene.cue(cue)) == CuePicture::Post {
        vec![]
    } else {
        words::posts(scene, cue, columns)
    };
    let next = if asked.next { words::next(scene, cue, columns) } else { vec![] };
    let all = [
        ("", posts),
        ("CALL", call),
        ("PEOPLE", words::people(scene, cue, columns, asked.in_full)),
        ("", words::sends(scene, cue, columns)),
        ("NOTES", notes),
        ("MESSAGES", messages),
        ("NEXT", next),
    ];
    let told = all.into_iter().filter(|(_, lines)| !lines.is_empty());
    told.map(|(heading, lines)| WordSection { heading, lines }).collect()
}

/// Puts sections below each other, with headings and air where there is room for both.
fn put_sections(scene: &Scene, buf: &mut Buffer, area: Rect, sections: Vec<WordSection>) {
    let words: usize = sections.iter().map(|section| section.lines.len()).sum();
    let headings = sections.iter().filter(|section| !section.heading.is_empty()).count();
    let rows = usize::from(area.height);
    let is_airy = words + sections.len().saturating_sub(1) <= rows;
    let is_headed = is_airy && words + headings + sections.len().saturating_sub(1) <= rows;
    let mut lines = vec![];
    for section in sections {
        if is_airy && !lines.is_empty() {
            lines.push(Line::default());
        }
        if is_headed && !section.heading.is_empty() {
            lines.push(Line::styled(section.heading, scene.styles.heading));
        }
        lines.extend(section.lines);
    }
    let key = (scene.app.page == Page::Run).then(|| scene.way(Act::NextPage));
    put_all(buf, area, area.y, text::cut_rows(lines, rows, key.as_deref(), scene.styles.text));
}

/// Name of the cue, and its state.
fn headline<'a>(scene: &Scene<'a>, cue: CueIx) -> Line<'a> {
    let styles = &scene.styles;
    let state = scene.state.cue(cue);
    let is_running = state.phase == Phase::Running;
    let word = match (state.phase, state.fired_ns) {
        (Phase::Running, _) => String::new(),
        (Phase::Complete, _) if lasted(scene, cue) => "  complete".into(),
        (Phase::Complete, Some(fired_ns)) if !subject::is_news(scene, fired_ns) => {
            format!("  fired {}", scene.wall(fired_ns))
        }
        (Phase::Complete, _) => "  just fired".into(),
        (Phase::Stopped, _) if scene.state.playhead() != Some(cue) => "  stopped".into(),
        (Phase::Waiting, _) if scene.state.is_only_edited() => String::new(),
        (Phase::Waiting | Phase::Missed | Phase::Stopped, _) => "  next".into(),
    };
    Line::from(vec![
        Span::styled(
            format!("{}  ", scene.number(cue)),
            if is_running { styles.on_air } else { styles.past },
        ),
        Span::styled(
            scene.cue(cue).title.as_str(),
            if is_running { styles.strong } else { styles.text },
        ),
        Span::styled(word, styles.past),
    ])
}

/// Returns `true` if a complete cue was not complete at once.
fn lasted(scene: &Scene, cue: CueIx) -> bool {
    let state = scene.state.cue(cue);
    state.completed_ns.is_some() && state.completed_ns != state.fired_ns
}

/// The time left of it, on the page: the run page has it in its digits.
fn left<'a>(scene: &Scene<'a>, cue: CueIx, is_page: bool) -> Line<'a> {
    let is_running = scene.state.cue(cue).phase == Phase::Running;
    let mut spans: Vec<Span> = scene.source(cue).into_iter().collect();
    if let Some(countdown) = scene.countdown(cue).filter(|_| is_page && is_running) {
        let (left, style) = scene.left_of(cue, countdown);
        let word = if countdown.left().is_negative() { "over" } else { "left of" };
        spans.push(Span::styled(format!("   {left:>6}"), style));
        spans.push(Span::styled(
            format!(" {word} {}", duration::length(countdown.of)),
            scene.styles.past,
        ));
    }
    Line::from(spans)
}

fn put_all(buf: &mut Buffer, area: Rect, from: u16, lines: Vec<Line>) {
    for (y, line) in (from..area.bottom()).zip(lines) {
        text::put(buf, area, y, line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{builtin, file};

    #[test]
    fn every_cue_that_is_pictured_has_a_picture_and_no_other_has() {
        for show in builtin::ALL {
            let show = file::parse(show.text, "UTC").unwrap();
            for cue in &show.cues {
                let is_drawn = CuePicture::of(cue) != CuePicture::Words;
                assert_eq!(cue.is_pictured(), is_drawn, "{}", cue.number);
            }
        }
    }
}
