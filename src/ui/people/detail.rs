//! The selected person: who they are, the cues that name them, when they were spotted, what was
//! noted.
//!
//! ```text
//!  Lady Gaga  performer                                   on air
//!  Sings in act one; over the Games also in the stands.
//!
//!  IN THE SHOW                              planned     fired
//!  ✓ 4    Lady Gaga: “Mon truc en plumes”  22:53:50  22:53:52
//!  ▶ 13   Spotted in the stands      1:52  23:11:00  23:10:58
//!
//!  SPOTTED                                            2 times
//!  ✓ 23:11:50   ✓ 23:12:04 by 13
//!  23:12:10  third row, left of the tunnel
//!
//!  WHO COMES WHEN
//!  ▶ 13   Spotted in the stands    Lady Gaga, Snoop Dogg …    23:10:58
//! ```
//!
//! Where there is room each cue says what surrounds it: its segment, the words of its call, its
//! notes. Where there is little, the cues around the next one stay, and the last notes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::{due, next, on_air, tick};
use crate::app::keys::Act;
use crate::engine::Phase;
use crate::show::{CueIx, PersonIx};
use crate::ui::scene::Scene;
use crate::ui::{rundown, text};

/// From this width on, planned and actual times have columns of their own.
const WIDE: usize = 56;
/// The cells of a time of day with the gap in front of it.
const TIME: usize = 10;
/// The cells of a cue's sign and number.
const NUMBER_MAX: usize = 8;
/// The most rows that one note may take, the file's or the sheet's.
const NOTE_ROWS: usize = 3;

/// Minimum number of rows for the list of everybody.
const EVERYBODY_MIN: usize = 5;

/// Draws the person.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, person: PersonIx) {
    if area.is_empty() {
        return;
    }
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let head = head(scene, person, columns, if rows < 24 { NOTE_ROWS } else { 2 * NOTE_ROWS });
    let sheet = sheet(scene, person, columns, rows / 3);
    let room = rows.saturating_sub(head.len() + sheet.len() + 2);
    let cues = cues(scene, person, columns, room);
    let blank = || std::iter::once(row(""));
    let used = head.len() + cues.len() + sheet.len() + 3;
    let all = everybody(scene, columns, rows.saturating_sub(used));
    let lines = head
        .into_iter()
        .chain(blank())
        .chain(cues)
        .chain(blank())
        .chain(sheet)
        .chain(blank())
        .chain(all);
    for (y, (left, right)) in (area.y..area.bottom()).zip(lines) {
        text::put_both(buf, area, y, left, right, 10);
    }
}

/// A row: what stands at its beginning, and at its end.
type DetailRow<'a> = (Line<'a>, Line<'a>);

fn row<'a>(left: impl Into<Line<'a>>) -> DetailRow<'a> {
    (left.into(), Line::default())
}

fn head<'a>(
    scene: &Scene<'a>,
    ix: PersonIx,
    columns: usize,
    note_rows: usize,
) -> Vec<DetailRow<'a>> {
    let styles = &scene.styles;
    let person = scene.show.person(ix);
    let mut name = vec![Span::styled(person.name.as_str(), styles.strong)];
    name.extend(person.role.as_deref().map(|role| Span::styled(format!("  {role}"), styles.past)));
    let badge = match (on_air(scene, ix), next(scene, ix)) {
        (Some(_), _) => Line::styled(" ON AIR ", styles.on_air_badge),
        (None, Some(cue)) => match due(scene, cue) {
            Some(due) => Line::styled(format!("{} {due}", scene.number(cue)), styles.text),
            None => Line::default(),
        },
        (None, None) => Line::default(),
    };
    let notes = person.notes.as_deref().unwrap_or_default();
    let notes = text::wrap(notes, columns, note_rows)
        .into_iter()
        .map(|line| row(Line::styled(line, styles.past)));
    std::iter::once((Line::from(name), badge)).chain(notes).collect()
}

/// The cues that name the person, in at most `room` rows, heading and all.
fn cues<'a>(
    scene: &Scene<'a>,
    person: PersonIx,
    columns: usize,
    room: usize,
) -> Vec<DetailRow<'a>> {
    let styles = &scene.styles;
    let named = scene.show.cues_naming(person);
    let heads = if columns >= WIDE {
        format!("{:>TIME$}{:>TIME$}", "planned", "fired")
    } else {
        "planned, fired".to_owned()
    };
    let heading = (Line::styled("IN THE SHOW", styles.heading), Line::styled(heads, styles.past));
    if named.is_empty() {
        return vec![heading, row(Line::styled("no cue names them", styles.past))];
    }
    let room = room.saturating_sub(1).max(1);
    let number = number_cells(scene, named);
    let one = |&cue: &CueIx, with_words: bool| {
        let words = if with_words { around(scene, cue, columns, number + 3) } else { vec![] };
        std::iter::once(cue_row(scene, cue, columns, number)).chain(words).collect::<Vec<_>>()
    };
    if named.len() <= room {
        // With two rows more than there is room for it is known not to fit: the last of them may be
        // the blank one.
        let mut whole: Vec<DetailRow> =
            named.iter().flat_map(|cue| one(cue, true)).take(room + 2).collect();
        whole.truncate(
            whole.len() - usize::from(whole.last().is_some_and(|(left, _)| left.width() == 0)),
        );
        if whole.len() <= room {
            return std::iter::once(heading).chain(whole).collect();
        }
    }
    let now = on_air(scene, person).or_else(|| next(scene, person));
    let rows =
        named.iter().skip(top(scene, named, now, room)).take(room).flat_map(|cue| one(cue, false));
    std::iter::once(heading).chain(rows).collect()
}

/// The first of `cues` that is shown where there is room for so many: what is on air or next is
/// what the operators look for, and a little of what was.
fn top(scene: &Scene, cues: &[CueIx], now: Option<CueIx>, room: usize) -> usize {
    let place = |cue| scene.show.place(cue);
    let is_before = |now| cues.partition_point(|&cue| place(cue) < place(now));
    let at = now.map_or(cues.len(), is_before);
    at.saturating_sub(room / 3).min(cues.len().saturating_sub(room))
}

fn number_cells(scene: &Scene, cues: &[CueIx]) -> usize {
    cues.iter().map(|&cue| text::width(scene.number(cue))).max().unwrap_or(0).min(NUMBER_MAX)
}

/// List of everybody: the cues that name somebody, in at most `room` rows.
fn everybody<'a>(scene: &Scene<'a>, columns: usize, room: usize) -> Vec<DetailRow<'a>> {
    let styles = &scene.styles;
    let cues = scene.show.cues_naming_anybody();
    if room < EVERYBODY_MIN || cues.is_empty() {
        return vec![];
    }
    let running = scene.state.on_air().iter().copied();
    let running = running.filter(|&cue| scene.show.people_in(cue).next().is_some());
    let running = running.min_by_key(|&cue| scene.show.place(cue));
    let to_come =
        |cue: &&CueIx| scene.state.cue(**cue).firings == 0 && scene.state.is_in_order(**cue);
    let now = running.or_else(|| cues.iter().find(to_come).copied());
    let top = top(scene, cues, now, room - 1);
    let shown = &cues[top..cues.len().min(top + room - 1)];
    let (number, title) = (number_cells(scene, shown), columns * 2 / 5);
    let line = |&cue: &CueIx| {
        let (left, right) = cue_row(scene, cue, columns, number);
        let names = scene.show.people_in(cue).map(|person| scene.show.person(person).name.as_str());
        let names = Span::styled(names.collect::<Vec<_>>().join(", "), rundown::sign(scene, cue).1);
        let mut spans = text::fit_line(left, title).spans;
        let taken = spans.iter().map(|span| text::width(&span.content)).sum::<usize>();
        spans.extend([Span::raw(" ".repeat((title + 2).saturating_sub(taken))), names]);
        (Line::from(spans), right)
    };
    let heading = row(Line::styled("WHO COMES WHEN", styles.heading));
    std::iter::once(heading).chain(shown.iter().map(line)).collect()
}

fn cue_row<'a>(scene: &Scene<'a>, cue: CueIx, columns: usize, number: usize) -> DetailRow<'a> {
    let styles = &scene.styles;
    let state = scene.state.cue(cue);
    let is_running = state.phase == Phase::Running;
    let (sign, style) = rundown::sign(scene, cue);
    let number_style = if is_running { styles.on_air } else { style };
    let left = vec![
        sign,
        Span::styled(format!(" {} ", super::cell(scene.number(cue), number)), number_style),
        Span::styled(scene.cue(cue).title.as_str(), style),
    ];
    let mut right = vec![];
    if let Some(countdown) = scene.countdown(cue).filter(|_| is_running) {
        let (left, style) = scene.left_of(cue, countdown);
        right.push(Span::styled(format!(" {left}"), style));
    }
    let planned =
        if scene.stands_aside(cue) { "backup".to_owned() } else { scene.planned_cue(cue) };
    let fired = state.fired_ns.map(|ns| scene.wall(ns));
    if columns >= WIDE {
        right.push(Span::styled(format!("{planned:>TIME$}"), styles.past));
        right.push(Span::styled(format!("{:>TIME$}", fired.unwrap_or_default()), styles.text));
    } else {
        let style = if fired.is_some() { styles.text } else { styles.past };
        right.push(Span::styled(format!("{:>TIME$}", fired.unwrap_or(planned)), style));
    }
    (Line::from(left), Line::from(right))
}

/// Surroundings of a cue: its segment, the words of its call, its notes.
fn around<'a>(scene: &Scene<'a>, ix: CueIx, columns: usize, indent: usize) -> Vec<DetailRow<'a>> {
    let styles = &scene.styles;
    let cue = scene.cue(ix);
    let segment = scene.show.segment(scene.show.segment_of(ix));
    let room = columns.saturating_sub(indent);
    let mut lines = vec![Line::styled(segment.title.as_str(), styles.past)];
    lines.extend(cue.call.as_deref().map(|call| Line::styled(format!("“{call}”"), styles.text)));
    let notes = text::wrap_notes(&cue.remarks().unwrap_or_default(), room, NOTE_ROWS);
    lines.extend(notes.into_iter().map(|line| Line::styled(line, styles.past)));
    let steps = cue.steps.iter().map(|step| step.title.as_str()).collect::<Vec<_>>().join(" · ");
    lines.extend(
        (!steps.is_empty())
            .then(|| Line::styled(text::fit(&steps, room).into_owned(), styles.past)),
    );
    let inset = |mut line: Line<'a>| {
        line.spans.insert(0, Span::raw(" ".repeat(indent)));
        row(line)
    };
    lines.into_iter().map(inset).chain([row("")]).collect()
}

/// The ticks and notes, in at most `room` rows, heading and all.
fn sheet<'a>(scene: &Scene<'a>, ix: PersonIx, columns: usize, room: usize) -> Vec<DetailRow<'a>> {
    let styles = &scene.styles;
    let state = scene.state.person(ix);
    let times = match state.sightings.len() {
        0 => String::new(),
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    let heading = (Line::styled("SPOTTED", styles.heading), Line::styled(times, styles.text));
    let tick = tick(scene, ix);
    let ticks = if state.is_spotted() {
        let one = |sighting: &crate::engine::Sighting| {
            let by = sighting.cue.map_or(String::new(), |cue| format!(" by {}", scene.number(cue)));
            let at = Span::styled(format!(" {}", scene.wall(sighting.at_ns)), styles.text);
            Line::from(vec![tick.clone(), at, Span::styled(by, styles.past)])
        };
        text::flow(state.sightings.iter().map(one), columns, 3)
    } else {
        let words = format!(" not yet: {} ticks them", scene.way(Act::Spot));
        vec![Line::from(vec![tick, Span::styled(words, styles.past)])]
    };
    let room = room.saturating_sub(1).max(2);
    let mut notes: Vec<Line> = vec![];
    for note in state.notes.iter().skip(state.notes.len().saturating_sub(room)) {
        let at = format!("{}  ", scene.wall(note.at_ns));
        let wrapped = text::wrap(&note.text, columns.saturating_sub(TIME), NOTE_ROWS);
        for (part, words) in wrapped.into_iter().enumerate() {
            let front = if part == 0 { at.clone() } else { " ".repeat(TIME) };
            notes.push(Line::from(vec![
                Span::styled(front, styles.past),
                Span::styled(words, styles.text),
            ]));
        }
    }
    let last = |lines: Vec<Line<'a>>, rows: usize| {
        let past = lines.len().saturating_sub(rows);
        lines.into_iter().skip(past)
    };
    let note_rows = notes.len().min(room - 1);
    let ticks: Vec<Line> = last(ticks, room - note_rows).collect();
    let notes = last(notes, room.saturating_sub(ticks.len()));
    std::iter::once(heading).chain(ticks.into_iter().chain(notes).map(row)).collect()
}
