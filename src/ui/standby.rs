//! The cue at the playhead: what the next GO fires, what the caller says, and who is ready.
//!
//! ```text
//!   NEXT   14  Bass hands over the flag        LIVE  call in 0:12
//!
//!  “Flag party, camera four: GO”
//!
//!  1 ✓ Stage   2 ✓ Flag party   3 … Camera 4      ◇ 2 of 3 ready
//!  ⇄ b  24A Recorded take
//!  ↳ then  15 Biles and the flag  follows 14 +2s
//!  Notes, as many as there is room for.
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{letters, signs, text};
use crate::app::keys::Act;
use crate::engine::Phase;
use crate::show::CueIx;
use crate::show::duration;

/// From this width on, the call's countdown stands beside the title.
const WIDE: u16 = 56;
/// The most rows of a call, and of notes: nobody reads more in the dark.
const CALL_MAX: usize = 12;
/// The most rows of notes that are asked for; the monitor page has all of them.
const NOTES_MAX: usize = 14;
/// From this many rows of a body on a call is in big letters.
const BIG_FROM: u16 = 44;
/// The most lines of such a call.
const BIG_MAX: usize = 3;
/// The cells between two departments.
const GAP: usize = 3;
/// The cells that the interlock's words and the call's countdown keep.
const INTERLOCK: usize = 16;
/// The same of the call's countdown.
const CALL_IN: usize = 12;

/// Numbers of rows that the panel needs.
#[derive(Clone, Copy)]
pub(super) struct Rows {
    /// The headline, the call and the departments.
    pub spoken: u16,
    /// The same with the backup and what follows.
    pub all: u16,
    /// The same with all notes.
    pub with_notes: u16,
}

/// The rows that the panel needs for the cue at the playhead.
pub(super) fn rows(scene: &Scene, columns: usize, is_big: bool) -> Rows {
    let Some(cue) = scene.state.playhead() else {
        return Rows { spoken: 1, all: 1, with_notes: 1 };
    };
    let call = match big_call(scene, cue, columns).filter(|_| is_big) {
        Some(lines) => lines.len() * usize::from(letters::ADVANCE) + 1,
        None => scene
            .cue(cue)
            .call
            .as_ref()
            .map_or(0, |call| text::wrap(&quoted(call), columns, CALL_MAX).len()),
    };
    let is_wide = columns >= usize::from(WIDE);
    let spoken = 1 + call + text::flow(items(scene, cue, is_wide), columns, GAP).len();
    let must = spoken + further(scene, cue).len();
    let notes = scene
        .cue(cue)
        .remarks()
        .map_or(0, |notes| text::wrap_notes(&notes, columns, NOTES_MAX).len());
    // That there are notes is never out of sight.
    Rows {
        spoken: spoken as u16,
        all: (must + notes.min(1)) as u16,
        with_notes: (must + notes) as u16,
    }
}

/// Returns `true` if the call is drawn in big letters in a body of so many rows: where no picture
/// of the show ever needs them.
pub(super) fn has_big_call(scene: &Scene, rows: u16) -> bool {
    rows >= BIG_FROM && !scene.view.capabilities.is_plain() && !scene.show.is_pictured()
}

/// The call in lines of big letters, where there are few enough of them.
fn big_call(scene: &Scene, cue: CueIx, columns: usize) -> Option<Vec<String>> {
    let lines = letters::lines(scene.cue(cue).call.as_deref()?, columns)?;
    (lines.len() <= BIG_MAX).then_some(lines)
}

/// The words where no cue is at the playhead.
pub(super) fn no_next(scene: &Scene) -> &'static str {
    if scene.state.is_only_edited() {
        "the show has no cue yet"
    } else if scene.state.has_ended() {
        "the run has ended"
    } else {
        "nothing is left to call"
    }
}

/// Draws the panel, with the call in big letters if `is_big`.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, mut area: Rect, is_big: bool) {
    if area.is_empty() {
        return;
    }
    let styles = &scene.styles;
    let Some(cue) = scene.state.playhead() else {
        let word = no_next(scene);
        let headline = vec![
            Span::styled(next_badge(scene), styles.quiet_badge),
            Span::styled(format!("  {word}"), styles.past),
        ];
        text::put(buf, area, area.y, Line::from(headline));
        return;
    };
    let plan = scene.cue(cue);
    let headline = Line::from(vec![
        badge(scene, cue),
        Span::raw("  "),
        Span::styled(format!("{}  ", plan.number), styles.strong),
        Span::styled(plan.title.as_str(), styles.strong),
    ]);
    let is_wide = area.width >= WIDE;
    let mut beside = vec![];
    beside.extend(scene.source(cue));
    if let Some(call) = call_in(scene, cue).filter(|_| is_wide) {
        if !beside.is_empty() {
            beside.push(Span::raw("  "));
        }
        beside.push(call);
    }
    text::put_both(buf, area, area.y, headline, Line::from(beside), 20);

    let columns = usize::from(area.width);
    let big = big_call(scene, cue, columns).filter(|_| is_big);
    let big_rows = big.as_ref().map_or(0, |lines| lines.len() as u16 * letters::ADVANCE + 1);
    let big = big.filter(|_| big_rows + 1 < area.height);
    if let Some(lines) = &big {
        let field = Rect { y: area.y + 2, height: big_rows, ..area };
        letters::draw(buf, field, lines, call_style(scene, cue));
        // The rest stands below, as if it were all.
        area = Rect { y: area.y + big_rows, height: area.height - big_rows, ..area };
    }
    let room = usize::from(area.height) - 1;
    // Where there is too little room for both, the departments keep two rows, and the call has the
    // others.
    let wanted = answers(scene, cue, columns, is_wide, usize::MAX).len();
    let spoken_rows = room.saturating_sub(wanted).max(room.saturating_sub(2).max(1));
    let spoken = match big {
        Some(_) => vec![],
        None => spoken(scene, cue, columns, spoken_rows),
    };
    let answers = answers(scene, cue, columns, is_wide, room.saturating_sub(spoken.len()));
    let key = scene.way(Act::NextPage);
    let left = room.saturating_sub(spoken.len() + answers.len());
    let further = text::cut_rows(further(scene, cue), left, Some(&key), styles.text);
    let needed = spoken.len() + answers.len() + further.len();
    let notes =
        plan.remarks().map_or(vec![], |notes| text::wrap_notes(&notes, columns, text::LINES_MAX));
    let notes = notes.into_iter().map(|line| Line::styled(line, styles.past)).collect();
    let notes = text::cut_rows(notes, room.saturating_sub(needed), Some(&key), styles.text);
    let mut air = room.saturating_sub(needed + notes.len());
    let mut y = area.y + 1;
    let mut put = |buf: &mut Buffer, lines: Vec<Line>| {
        if air > 0 && !lines.is_empty() {
            (air, y) = (air - 1, y + 1);
        }
        for line in lines {
            if y < area.bottom() {
                text::put(buf, area, y, line);
            }
            y += 1;
        }
    };
    put(buf, spoken);
    put(buf, answers);
    put(buf, further);
    put(buf, notes);
}

fn next_badge(scene: &Scene) -> &'static str {
    if scene.state.is_only_edited() { " SELECTED " } else { " NEXT " }
}

/// The badge of the cue that GO fires: NEXT until somebody has been warned, then STANDBY, amber,
/// and green once everyone is ready. AGAIN where it has fired already in this run, CHECK where it may
/// have; SELECTED where the show is only edited.
pub(super) fn badge(scene: &Scene, cue: CueIx) -> Span<'static> {
    let (state, styles) = (scene.state.cue(cue), &scene.styles);
    if (state.firings > 0 || state.is_aside) && !state.stood_by {
        Span::styled(" AGAIN ", styles.attention_badge)
    } else if scene.state.may_have_been_sent(cue) && !state.stood_by {
        Span::styled(" CHECK ", styles.attention_badge)
    } else if !state.stood_by {
        // Nobody has been warned by an override.
        Span::styled(next_badge(scene), styles.quiet_badge)
    } else if scene.state.is_clear(cue) && !state.overridden {
        Span::styled(" STANDBY ", styles.ready_badge)
    } else {
        Span::styled(" STANDBY ", styles.attention_badge)
    }
}

/// The time until the caller means to call it, or when it fired already.
pub(super) fn call_in(scene: &Scene, cue: CueIx) -> Option<Span<'static>> {
    let styles = &scene.styles;
    if scene.state.has_ended() {
        return None;
    }
    if let Some(aside) = scene.state.fired_aside(cue) {
        let words = format!("fired by {} {}", aside.fired_by, scene.wall(aside.fired_ns));
        return Some(Span::styled(words, styles.attention));
    }
    if let Some(fired_ns) = scene.state.cue(cue).fired_ns {
        return Some(Span::styled(format!("fired {}", scene.wall(fired_ns)), styles.attention));
    }
    if scene.state.may_have_been_sent(cue) {
        return Some(Span::styled("may have been sent", styles.attention));
    }
    if scene.state.cue(cue).phase == Phase::Missed {
        return Some(Span::styled("missed", styles.attention));
    }
    if !scene.is_tied() {
        return None;
    }
    if let Some(due) = scene.due_in(cue).filter(|due| !due.is_negative()) {
        let (words, _) = scene.due_words(cue, due.unsigned_abs());
        return Some(Span::styled(format!("by itself: {words}"), styles.text));
    }
    let left = scene.state.call_left(cue, &scene.timing, scene.now_ns)?;
    let (by, is_late) = (left.unsigned_abs(), left.is_negative());
    Some(match is_late {
        false => Span::styled(format!("call in {}", duration::until(by)), styles.text),
        true => Span::styled(format!("late {}", duration::clock(by)), styles.attention),
    })
}

fn quoted(call: &str) -> String {
    format!("“{call}”")
}

/// The call in at most `rows` rows.
pub(super) fn spoken<'a>(
    scene: &Scene<'a>,
    cue: CueIx,
    columns: usize,
    rows: usize,
) -> Vec<Line<'a>> {
    let Some(call) = &scene.cue(cue).call else { return vec![] };
    let lines = text::cut(&quoted(call), columns, rows.min(CALL_MAX));
    let style = call_style(scene, cue);
    lines.into_iter().map(|line| Line::styled(line, style)).collect()
}

/// The style of the call: amber once somebody has been warned, green once everyone is ready, as the
/// badge says it in a word.
fn call_style(scene: &Scene, cue: CueIx) -> Style {
    let (state, styles) = (scene.state.cue(cue), &scene.styles);
    let colour = match (state.stood_by, scene.state.is_clear(cue) && !state.overridden) {
        (false, _) => return styles.strong,
        (true, true) => styles.ready,
        (true, false) => styles.attention,
    };
    styles.strong.patch(colour).remove_modifier(Modifier::UNDERLINED)
}

/// The departments with the keys of their answers, and the state of the interlock, in at most
/// `rows` rows. Where that is not enough, those that are not ready come first, and the end says how
/// many more there are.
pub(super) fn answers<'a>(
    scene: &Scene<'a>,
    cue: CueIx,
    columns: usize,
    is_wide: bool,
    rows: usize,
) -> Vec<Line<'a>> {
    let mut items = items(scene, cue, is_wide);
    let all = text::flow(items.clone(), columns, GAP);
    if all.len() <= rows {
        return all;
    }
    let needs = scene.cue(cue).needs.len();
    let ready = scene.state.cue(cue).ready;
    let mut departments: Vec<(usize, Line)> = items.drain(..needs).enumerate().collect();
    departments.sort_by_key(|(at, _)| ready & (1 << at) != 0);
    let first = interlock(scene, cue).map(Line::from);
    let laid = |shown: usize| {
        let left = needs - shown;
        let more =
            (left > 0).then(|| Line::styled(format!("+{left} more"), scene.styles.attention));
        let shown = departments.iter().take(shown).map(|(_, line)| line.clone());
        text::flow(first.clone().into_iter().chain(shown).chain(more), columns, GAP)
    };
    (0..=needs).rev().map(laid).find(|lines| lines.len() <= rows).unwrap_or_else(|| {
        let mut lines = laid(0);
        lines.truncate(rows);
        lines
    })
}

/// A department each, then the interlock, and where the headline has no room for it the call's
/// countdown. None changes its width as answers come, so that nothing moves then.
fn items<'a>(scene: &Scene<'a>, cue: CueIx, is_wide: bool) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let state = scene.state.cue(cue);
    let mut items = vec![];
    for (at, &department) in scene.cue(cue).needs.iter().enumerate() {
        let department = scene.show.department(department);
        let is_ready = state.ready & (1 << at) != 0;
        let (sign, style) = match (is_ready, state.stood_by) {
            (true, _) => (signs::DONE, styles.ready),
            (false, true) => (signs::ASKED, styles.attention),
            (false, false) => (signs::NOT_YET, styles.past),
        };
        // From the tenth on, a department has no key of its own.
        let key = if at < 9 { char::from(b'1' + at as u8) } else { ' ' };
        let mut item =
            vec![Span::styled(format!("{key} "), styles.past), Span::styled(sign, style)];
        match department.colour {
            Some(_) => item.push(Span::styled(
                format!(" {} ", signs::DEPARTMENT),
                styles.tint(department.colour),
            )),
            None => item.push(Span::raw(" ")),
        }
        let name_style = if is_ready || !state.stood_by { styles.text } else { styles.attention };
        item.push(Span::styled(department.name.as_str(), name_style));
        items.push(Line::from(item));
    }
    let padded = |span: Span<'static>, cells: usize| {
        let pad = " ".repeat(cells.saturating_sub(text::width(&span.content)));
        Line::from(vec![span, Span::raw(pad)])
    };
    items.extend(interlock(scene, cue).map(|span| padded(span, INTERLOCK)));
    items.extend(call_in(scene, cue).filter(|_| !is_wide).map(|span| padded(span, CALL_IN)));
    items
}

/// The state of the interlock in a few words.
pub(super) fn interlock(scene: &Scene, cue: CueIx) -> Option<Span<'static>> {
    let styles = &scene.styles;
    if scene.state.is_only_edited() {
        return None;
    }
    let state = scene.state.cue(cue);
    let (ready, all) = scene.ready(cue);
    let sign = signs::INTERLOCK;
    if state.overridden {
        return Some(Span::styled(format!("{sign} overridden"), styles.attention));
    }
    if all == 0 {
        return None;
    }
    Some(if ready == all {
        Span::styled(format!("{} all ready", signs::CLEAR), styles.ready)
    } else if state.stood_by {
        Span::styled(format!("{sign} {ready} of {all} ready"), styles.attention)
    } else if super::flag::is_idle(scene) {
        Span::styled(format!("{sign} standby not called"), styles.past)
    } else {
        Span::styled(format!("{sign} {} calls standby", scene.way(Act::Standby)), styles.past)
    })
}

/// The backup at hand, and what comes with or after this cue by itself.
fn further<'a>(scene: &Scene<'a>, cue: CueIx) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let mut lines = vec![];
    let main = scene.show.main_of(cue);
    let named = |key: &str, cue: CueIx, tail: String| {
        Line::from(vec![
            Span::styled(format!("{key}  "), styles.past),
            Span::styled(format!("{} ", scene.number(cue)), styles.text),
            Span::styled(scene.cue(cue).title.as_str(), styles.text),
            Span::styled(tail, styles.past),
        ])
    };
    let swap = scene.way(Act::SwapBackup);
    if cue != main {
        lines.push(named(
            &format!("{} replaces", signs::ASIDE),
            main,
            format!("  {swap} swaps again"),
        ));
    } else if let Some(&backup) = scene.show.backups(main).first() {
        let more = scene.show.backups(main).len() - 1;
        let more = if more > 0 { format!("  and {more} more") } else { String::new() };
        lines.push(named(&format!("{} {swap} backup", signs::ASIDE), backup, more));
    }
    let followers = scene.show.with(cue).iter().chain(scene.show.after(cue)).copied();
    for follower in followers.filter(|&follower| scene.state.is_in_order(follower)).take(3) {
        let cause = scene.cause(follower).map_or(String::new(), |cause| format!("  {cause}"));
        lines.push(named(&format!("{} then", signs::FOLLOWS), follower, cause));
    }
    lines
}
