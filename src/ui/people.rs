//! The people page: who is where in the show, and the sheet of those who were spotted in the
//! stands.
//!
//! ```text
//!  who                      3 of 9 spotted │ Lady Gaga  performer
//!     ✓ Ariana Grande     23:11:42         │ Sings in act one; over the Games also in the stands.
//! ▌▶  ✓ Lady Gaga         23:12:04 ×2      │ IN THE SHOW                                  planned     fired
//!     · Nick Jonas                         │  ✓ 4   Lady Gaga: “Mon truc en plumes”      22:53:50  22:53:52
//!                                          │  ▶ 13  Spotted in the stands                23:12:00  23:11:58
//!  LATEST                                  │ SPOTTED                                                2 times
//!  23:12:04 ✓ Lady Gaga                    │  ✓ 23:11:50   ✓ 23:12:04 by 13
//! ```
//!
//! Draws and finds; what the keys do to the sheet is the application's and the engine's.

mod detail;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{signs, text};
use crate::app::hits::{MouseTarget, Region};
use crate::app::{Hits, Page};
use crate::engine::{Phase, RunNs};
use crate::show::duration;
use crate::show::{CueIx, PersonIx};

/// The list's share of the page, in twentieths, and its bounds in cells.
const LIST_SHARE: u16 = 9;
const LIST_MIN: u16 = 28;
const LIST_MAX: u16 = 92;
/// From these widths of the list on, roles and cues have columns of their own.
const WITH_ROLE: u16 = 50;
const WITH_CUE: u16 = 76;
/// The cells in front of a name: the selection's bar, the sign of being on air, the tick.
const SIGNS: usize = 5;
/// The cells of the column of cues: sign, number, and when.
const CUE: usize = 24;
/// The cells of the last sighting's time, and of how many there are.
const TIME: usize = 8;
const COUNT: usize = 4;
/// The fewest rows in which the latest sightings are told.
const LATEST_MIN: u16 = 3;

/// Draws the page, and keeps where each person stands; `area` lies between the page's rules.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> usize {
    if area.is_empty() {
        return 0;
    }
    let Some(selected) = scene.app.selected_person(scene.state) else {
        let words = "No people in this show. Add [person.ID] to the show file.";
        for (y, line) in (area.y..).zip(text::wrap(words, usize::from(area.width), 3)) {
            text::put(buf, area, y, Line::styled(line, scene.styles.past));
        }
        return 0;
    };
    let width = (area.width * LIST_SHARE / 20).clamp(LIST_MIN, LIST_MAX).min(area.width);
    let left = Rect { x: area.x.saturating_sub(1), width: width + 1, ..area };
    fence(scene, buf, area, left.right());
    hits.regions.push(Region {
        columns: left.x..left.right(),
        rows: left.y..left.bottom(),
        target: MouseTarget::People,
    });
    let people = scene.show.people.len();
    let rows = usize::from(left.height - 1).min(people) as u16;
    let columns = Columns::of(scene, left.width);
    heads(scene, buf, left, columns);
    list(scene, buf, Rect { y: left.y + 1, height: rows, ..left }, columns, selected, hits);
    let rest = left.height.saturating_sub(rows + 2);
    if rest > LATEST_MIN {
        latest(
            scene,
            buf,
            Rect { y: left.y + rows + 2, height: rest, x: left.x + 1, width: left.width - 1 },
        );
    }
    let x = left.right() + 2;
    let right = Rect { x, width: area.right().saturating_sub(x), ..area };
    detail::draw(scene, buf, right, selected);
    0
}

/// The selected person in one line, while the people page is open in a window that has no room for
/// it.
pub(super) fn one<'a>(scene: &Scene<'a>) -> Option<Line<'a>> {
    let person =
        scene.app.selected_person(scene.state).filter(|_| scene.app.page == Page::People)?;
    let sheet = scene.state.person(person);
    let at =
        sheet.sightings.last().map_or(String::new(), |last| format!(" {}", scene.wall(last.at_ns)));
    let name = Span::styled(format!(" {}", scene.show.person(person).name), scene.styles.strong);
    Some(Line::from(vec![tick(scene, person), name, Span::styled(at, scene.styles.text)]))
}

/// The rule between the list and the person, joined to the page's rules.
fn fence(scene: &Scene, buf: &mut Buffer, area: Rect, x: u16) {
    let mut put = |y: u16, symbol: &str| {
        if let Some(cell) = buf.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(scene.styles.rule);
        }
    };
    (area.y..area.bottom()).for_each(|y| put(y, "│"));
    put(area.y.saturating_sub(1), "┬");
}

fn heads(scene: &Scene, buf: &mut Buffer, area: Rect, columns: Columns) {
    let past = scene.styles.past;
    let (spotted, all) = (scene.state.spotted(), scene.show.people.len());
    let count = format!("{spotted} of {all} spotted ");
    let style = if spotted == all { scene.styles.ready } else { scene.styles.text };
    let mut line = vec![Span::raw(" ".repeat(SIGNS)), Span::styled("who", past)];
    if area.width >= WITH_CUE {
        let gap = " ".repeat(columns.name.saturating_sub(3));
        line.push(Span::styled(format!("{gap}{}  in the show", cell("role", columns.role)), past));
    }
    text::put_both(buf, area, area.y, Line::from(line), Line::styled(count, style), 4);
}

/// The cells of the list's columns.
#[derive(Clone, Copy)]
struct Columns {
    /// As many as the longest name needs, where there is room for more than names.
    name: usize,
    /// Width that names, cues and times leave.
    role: usize,
}

impl Columns {
    fn of(scene: &Scene, width: u16) -> Self {
        let room = usize::from(width).saturating_sub(SIGNS + TIME + COUNT + 2);
        if width < WITH_ROLE {
            return Columns { name: room, role: 0 };
        }
        let longest =
            scene.show.people.iter().map(|person| text::width(&person.name)).max().unwrap_or(0);
        let name = longest.clamp(8, 24).min(room) + 1;
        let cue = if width >= WITH_CUE { CUE + 2 } else { 0 };
        Columns { name, role: room.saturating_sub(name + cue) }
    }
}

/// `words` in exactly `cells` cells.
fn cell(words: &str, cells: usize) -> String {
    let fitted = text::fit(words, cells);
    format!("{fitted}{}", " ".repeat(cells - text::width(&fitted)))
}

fn list(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    columns: Columns,
    selected: PersonIx,
    hits: &mut Hits,
) {
    let height = usize::from(area.height);
    let last_top = scene.show.people.len().saturating_sub(height);
    let top = (selected.0 as usize).saturating_sub(height / 2).min(last_top);
    for (y, person) in (area.y..area.bottom()).zip(scene.show.person_indices().skip(top)) {
        let row = Rect { y, height: 1, ..area };
        draw_person(scene, buf, row, columns, person);
        hits.regions.push(Region {
            columns: row.x..row.right(),
            rows: y..y + 1,
            target: MouseTarget::Person(person),
        });
        if person == selected {
            buf.set_style(row, scene.styles.selected);
            buf[(row.x, y)].set_symbol("▌").set_style(scene.styles.strong);
        }
    }
    let more = |buf: &mut Buffer, y: u16, sign: &str| {
        buf.set_string(area.right().saturating_sub(1), y, sign, scene.styles.past);
    };
    if top > 0 {
        more(buf, area.y, "↑");
    }
    if top < last_top && area.height > 0 {
        more(buf, area.bottom() - 1, "↓");
    }
}

fn draw_person(scene: &Scene, buf: &mut Buffer, row: Rect, columns: Columns, ix: PersonIx) {
    let styles = &scene.styles;
    let (person, sheet) = (scene.show.person(ix), scene.state.person(ix));
    let is_on_air = on_air(scene, ix).is_some();
    let mut left = vec![
        Span::raw(" "),
        Span::styled(if is_on_air { signs::ON_AIR } else { " " }, styles.on_air),
        Span::raw(" "),
        tick(scene, ix),
        Span::raw(" "),
        Span::styled(
            cell(&person.name, columns.name),
            if is_on_air { styles.strong } else { styles.text },
        ),
    ];
    if row.width >= WITH_ROLE {
        let role = cell(person.role.as_deref().unwrap_or_default(), columns.role);
        left.push(Span::styled(role, styles.past));
    }
    if row.width >= WITH_CUE {
        left.push(Span::raw("  "));
        left.extend(place(scene, ix));
    }
    let at = sheet.sightings.last().map_or(String::new(), |last| scene.wall(last.at_ns));
    let count = if sheet.sightings.len() > 1 {
        format!(" ×{}", sheet.sightings.len())
    } else {
        String::new()
    };
    let right = Line::from(vec![
        Span::styled(cell(&at, TIME), styles.text),
        Span::styled(cell(&count, COUNT), styles.past),
        Span::raw(" "),
    ]);
    text::put_both(buf, row, row.y, Line::from(left), right, SIGNS + 4);
}

/// The tick of the sheet.
fn tick(scene: &Scene, person: PersonIx) -> Span<'static> {
    if scene.state.person(person).is_spotted() {
        Span::styled(signs::DONE, scene.styles.ready)
    } else {
        Span::styled(signs::NOT_YET, scene.styles.past)
    }
}

/// Place of a person in the show: on air now, next, or last.
fn place(scene: &Scene, person: PersonIx) -> Vec<Span<'static>> {
    let styles = &scene.styles;
    if let Some(cue) = on_air(scene, person) {
        return vec![
            Span::styled(format!("{} {} ", signs::ON_AIR, scene.number(cue)), styles.on_air),
            Span::styled("on air", styles.strong),
        ];
    }
    if let Some(cue) = next(scene, person) {
        let when = due(scene, cue).unwrap_or_else(|| scene.planned_cue(cue));
        return vec![Span::styled(format!("  {} {when}", scene.number(cue)), styles.text)];
    }
    let fired = |cue: &&CueIx| scene.state.cue(**cue).fired_ns.is_some();
    match scene.show.cues_naming(person).iter().rev().find(fired) {
        Some(&cue) => {
            let at = scene.state.cue(cue).fired_ns.map_or(String::new(), |ns| scene.wall(ns));
            vec![Span::styled(format!("  {} {at}", scene.number(cue)), styles.past)]
        }
        None => vec![],
    }
}

/// The running cue that names somebody: the last that fired.
fn on_air(scene: &Scene, person: PersonIx) -> Option<CueIx> {
    let named = scene.show.cues_naming(person);
    scene.state.on_air().iter().rev().copied().find(|cue| named.contains(cue))
}

/// The first cue to come that names somebody.
fn next(scene: &Scene, person: PersonIx) -> Option<CueIx> {
    let named = scene.show.cues_naming(person).iter().copied();
    let to_come = |cue: &CueIx| {
        let state = scene.state.cue(*cue);
        matches!(state.phase, Phase::Waiting | Phase::Missed)
            && state.firings == 0
            && scene.state.is_in_order(*cue)
    };
    named.into_iter().find(to_come)
}

/// The time until `cue` is expected, as the show stands: `in 7:48`.
fn due(scene: &Scene, cue: CueIx) -> Option<String> {
    let by_plan = || scene.state.call_left(cue, &scene.timing, scene.now_ns);
    let left = scene.due_in(cue).or_else(by_plan).filter(|_| scene.is_tied())?;
    (left.as_secs() >= 1).then(|| format!("in {}", duration::countdown(left.unsigned_abs())))
}

/// Draws the operators' last reports, the newest first.
fn latest(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let styles = &scene.styles;
    let mut told: Vec<(RunNs, PersonIx, Option<&str>)> = vec![];
    // Of each person, no more than there are rows.
    let rows = usize::from(area.height);
    for person in scene.show.person_indices() {
        let sheet = scene.state.person(person);
        told.extend(
            sheet.sightings.iter().rev().take(rows).map(|sighting| (sighting.at_ns, person, None)),
        );
        told.extend(
            sheet
                .notes
                .iter()
                .rev()
                .take(rows)
                .map(|note| (note.at_ns, person, Some(note.text.as_str()))),
        );
    }
    if told.is_empty() {
        return;
    }
    told.sort_by(|a, b| b.cmp(a));
    text::put(buf, area, area.y, Line::styled("LATEST", styles.heading));
    for (y, (at_ns, person, note)) in (area.y + 1..area.bottom()).zip(told) {
        let name = scene.show.person(person).name.as_str();
        let (sign, style): (&str, Style) =
            if note.is_some() { (" ", styles.text) } else { (signs::DONE, styles.ready) };
        let mut spans = vec![
            Span::styled(scene.wall(at_ns), styles.past),
            Span::styled(format!(" {sign} "), style),
            Span::styled(name, styles.text),
        ];
        spans.extend(note.map(|note| Span::styled(format!(": {note}"), styles.past)));
        text::put(buf, area, y, Line::from(spans));
    }
}
