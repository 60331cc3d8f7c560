//! A cue's row of the rundown: its sign, and what is to be said of it now.

use jiff::SignedDuration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{COLUMNS, NARROW, WIDE, column, put_row};
use crate::engine::{Phase, RunNs};
use crate::show::duration;
use crate::show::{CueIx, Trigger};
use crate::ui::scene::Scene;
use crate::ui::{signs, text};

/// A running cue's story drops what is worth less than so many cells of its title.
const TITLE_MIN: usize = 10;

/// Draws a cue's row.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16, cue: CueIx) {
    let is_wide = area.width >= WIDE;
    let styles = &scene.styles;
    let plan = scene.cue(cue);
    let state = scene.state.cue(cue);
    let (sign, title_style) = sign(scene, cue);
    let is_narrow = area.width < NARROW;
    // A longer number takes from the title.
    let (indent, cells) = if is_narrow { ("  ", 4) } else { ("    ", 5) };
    let number = format!("{:<cells$} ", plan.number.as_str());
    let mut left = vec![
        Span::raw(indent),
        sign,
        Span::raw(" "),
        Span::styled(number, title_style),
        Span::styled(plan.title.as_str(), title_style),
    ];
    if scene.has_send_trouble(cue) {
        left.insert(4, Span::styled(format!("{} ", signs::SEND_TROUBLE), styles.attention));
    }
    let mut right: Vec<Span> = vec![];
    let mut add = |spans: Vec<Span<'static>>| {
        if !right.is_empty() && !spans.is_empty() {
            right.push(Span::raw("  "));
        }
        right.extend(spans);
    };
    let is_quiet = matches!(state.phase, Phase::Complete | Phase::Stopped)
        || state.skipped
        || state.is_aside
        || scene.stands_aside(cue);
    let has_fired = state.firings > 0;
    // In little room a title is worth more.
    if scene.state.is_embargoed(cue) && !is_narrow {
        add(vec![Span::styled(signs::EMBARGO, styles.past)]);
    }
    // Those of the next cue stand in its panel, with their answers.
    let is_to_come =
        state.phase == Phase::Waiting && !is_quiet && scene.state.playhead() != Some(cue);
    add(departments(scene, cue)
        .filter(|_| is_to_come)
        .take(if is_narrow { 3 } else { 9 })
        .collect());
    if !is_narrow && let Some(source) = scene.source(cue) {
        // Only what is on air or next is loud.
        let is_near = state.phase == Phase::Running || scene.state.playhead() == Some(cue);
        add(vec![if is_near { source } else { Span::styled(source.content, styles.past) }]);
    }
    let title = text::width(&plan.title);
    let others = text::line_width(&Line::from(left.clone())) - title;
    let beside = right.iter().map(|span| text::width(&span.content)).sum::<usize>();
    let gap = if right.is_empty() { 0 } else { 2 };
    let columns: usize = if is_wide { COLUMNS.iter().sum() } else { 0 };
    let needed = others + title.min(TITLE_MIN) + beside + gap + columns + 2;
    right.extend({
        let story = story(scene, cue, area.width, usize::from(area.width).saturating_sub(needed));
        let gap = (!right.is_empty() && !story.is_empty()).then(|| Span::raw("  "));
        gap.into_iter().chain(story)
    });
    if is_wide {
        let fired_ns = state.fired_ns;
        let is_planned = plan.backup_for.is_none() || has_fired;
        let planned_ns = is_planned.then(|| scene.planned_cue_ns(cue));
        right.extend(super::columns(
            scene,
            planned_ns,
            (fired_ns, expected_ns(scene, cue)),
            is_quiet,
        ));
    }
    put_row(buf, area, y, Line::from(left), Line::from(right));
}

/// A block in the colour of each department that a cue needs.
fn departments(scene: &Scene, cue: CueIx) -> impl Iterator<Item = Span<'static>> {
    let colours =
        scene.cue(cue).needs.iter().map(|&department| scene.show.department(department).colour);
    colours.map(|colour| Span::styled(signs::DEPARTMENT, scene.styles.tint(colour)))
}

/// The sign in front of a cue, and how its title is written.
pub(in crate::ui) fn sign(scene: &Scene, cue: CueIx) -> (Span<'static>, Style) {
    let styles = &scene.styles;
    let state = scene.state.cue(cue);
    let is_playhead = scene.state.playhead() == Some(cue) && !scene.state.is_only_edited();
    if state.phase == Phase::Running {
        return (Span::styled(signs::ON_AIR, styles.on_air), styles.strong);
    }
    if is_playhead {
        let style = match (state.overridden, state.stood_by, scene.state.is_clear(cue)) {
            (true, ..) | (_, true, false) => styles.attention,
            (_, true, true) => styles.ready,
            (_, false, _) => styles.strong,
        };
        let sign = if state.phase == Phase::Missed { signs::MISSED } else { signs::PLAYHEAD };
        return (Span::styled(sign, style), styles.strong);
    }
    if state.skipped {
        return (Span::styled(signs::SKIPPED, styles.past), styles.past);
    }
    if scene.state.fired_aside(cue).is_some() {
        return (Span::styled(signs::DONE, styles.attention), styles.attention);
    }
    match state.phase {
        Phase::Missed => {
            return (Span::styled(signs::MISSED, styles.attention_badge), styles.attention);
        }
        Phase::Stopped => return (Span::styled(signs::STOPPED, styles.attention), styles.past),
        Phase::Complete => return (Span::styled(signs::DONE, styles.ready), styles.past),
        Phase::Waiting | Phase::Running => {}
    }
    if scene.stands_aside(cue) {
        return (Span::styled(signs::ASIDE, styles.past), styles.past);
    }
    if scene.state.is_passed_over(cue) {
        return (Span::styled(signs::PASSED_OVER, styles.past), styles.past);
    }
    let sign = match scene.cue(cue).trigger {
        Trigger::Go => " ",
        Trigger::With { .. } | Trigger::After { .. } => signs::FOLLOWS,
        Trigger::At { .. } => signs::CLOCK,
        Trigger::Into { .. } => signs::INTO,
    };
    (Span::styled(sign, styles.past), styles.text)
}

/// Text about a cue now: its progress, the reason why it waits, the time when it came or comes. What is said
/// of one that runs fits into `room` cells, as far as it can be shorter.
fn story(scene: &Scene, cue: CueIx, columns: u16, room: usize) -> Vec<Span<'static>> {
    let is_wide = columns >= WIDE;
    let styles = &scene.styles;
    let plan = scene.cue(cue);
    let state = scene.state.cue(cue);
    let past = |text: String| vec![Span::styled(text, styles.past)];
    let plain = |text: String| vec![Span::styled(text, styles.text)];
    if state.phase == Phase::Running || state.firings > 0 {
        let is_running = state.phase == Phase::Running;
        let told = running(scene, cue, columns < NARROW, room, is_running);
        if is_running || !told.is_empty() {
            return told;
        }
    }
    if state.skipped {
        return past("skipped".into());
    }
    if state.phase == Phase::Missed {
        return vec![Span::styled("missed", styles.attention)];
    }
    if let Some(aside) = scene.state.fired_aside(cue) {
        let by = format!("by {} {}", aside.fired_by, scene.wall(aside.fired_ns));
        let words = if columns < NARROW { by } else { format!("fired {by}") };
        return vec![Span::styled(words, styles.attention)];
    }
    if state.phase == Phase::Stopped {
        return vec![Span::styled("stopped", styles.attention)];
    }
    let soon = SignedDuration::ZERO..SignedDuration::from_mins(10);
    if let Some(due) = scene.due_in(cue).filter(|due| soon.contains(due)) {
        let (words, style) = scene.due_words(cue, due.unsigned_abs());
        return vec![Span::styled(words, style)];
    }
    if scene.state.playhead() == Some(cue) && !scene.state.is_only_edited() {
        if plan.needs.is_empty() && !state.overridden {
            return if is_wide { vec![] } else { planned(scene, cue, columns) };
        }
        let (ready, all) = scene.ready(cue);
        let style = match (state.overridden, state.stood_by, ready == all) {
            (true, ..) => styles.attention,
            (_, _, true) => styles.ready,
            (_, true, _) => styles.attention,
            _ => styles.text,
        };
        let words =
            if state.overridden { "overridden".into() } else { format!("{ready} of {all}") };
        let sign = if ready == all { signs::CLEAR } else { signs::INTERLOCK };
        return vec![Span::styled(format!("{sign} {words}"), style)];
    }
    if scene.state.is_passed_over(cue) {
        return past("passed over".into());
    }
    if scene.stands_aside(cue) {
        let main = scene.show.main_of(cue);
        let is_swapped_out = scene.state.at_place_of(main) != cue;
        return past(match scene.cause(cue).filter(|_| main == cue && !is_swapped_out) {
            Some(cause) => cause,
            None if main == cue => "swapped out".into(),
            None => format!("backup {}", scene.number(main)),
        });
    }
    if state.firings > 0 {
        let at = state.fired_ns.map_or(String::new(), |ns| scene.wall(ns));
        return if is_wide { vec![] } else { past(at) };
    }
    match scene.cause(cue) {
        // In little room the sign in front says that it is a time of the clock.
        Some(cause) if columns < NARROW => plain(cause.trim_start_matches("at ").to_owned()),
        // A wide rundown has the time in a column of its own.
        Some(_) if is_wide && matches!(plan.trigger, Trigger::At { .. }) => vec![],
        Some(cause) => plain(cause),
        None if is_wide => vec![],
        None => planned(scene, cue, columns),
    }
}

/// What goes on of a cue: the fade of its clip, the longest of its ramps, and its progress if it runs; in the
/// first of several forms that fits into `room` cells.
fn running(
    scene: &Scene,
    cue: CueIx,
    is_narrow: bool,
    room: usize,
    is_running: bool,
) -> Vec<Span<'static>> {
    let (styles, now_ns) = (&scene.styles, scene.now_ns);
    let own = || scene.state.ongoing(now_ns).filter(move |ongoing| ongoing.cue == cue);
    let fade = |is_short: bool| {
        let words = if is_short { scene.short_fade(cue) } else { scene.fade(cue) };
        words.map(|words| Span::styled(words, styles.attention))
    };
    let longest =
        own().filter(|ongoing| ongoing.kind.is_ramp()).map(|ramp| ramp.left(now_ns)).max();
    let longest = longest.filter(|_| !scene.state.is_rehearsal());
    let ramp = |has_figure: bool| {
        let words = match has_figure {
            true => format!("ramp {}", duration::countdown(longest?)),
            false => longest.map(|_| "ramp".to_owned())?,
        };
        Some(Span::styled(words, styles.text))
    };
    let progress = |bar: usize| match is_running && !scene.is_going_out(cue) {
        true => progress(scene, cue, bar),
        false => vec![],
    };
    let joined = |parts: [Vec<Span<'static>>; 3]| {
        let mut spans: Vec<Span<'static>> = vec![];
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            spans.extend((!spans.is_empty()).then(|| Span::raw("  ")));
            spans.extend(part);
        }
        spans
    };
    let one = |span: Option<Span<'static>>| Vec::from_iter(span);
    // In little room the title is worth more than a second bar.
    let forms = [
        (!is_narrow).then(|| joined([one(fade(false)), one(ramp(true)), progress(8)])),
        (!is_narrow).then(|| joined([one(fade(false)), one(ramp(true)), progress(0)])),
        Some(joined([one(fade(true)), one(ramp(true)), progress(0)])),
        Some(joined([one(fade(true)), one(ramp(false)), progress(0)])),
    ];
    let mut forms = forms.into_iter().flatten();
    let cells = |spans: &[Span]| spans.iter().map(|span| text::width(&span.content)).sum::<usize>();
    let least = || {
        let parts = [one(fade(true)), progress(0), one(ramp(true))];
        parts.into_iter().find(|part| !part.is_empty()).unwrap_or_default()
    };
    forms.find(|form| cells(form) <= room).unwrap_or_else(least)
}

/// Its planned time; if it will come at another time, that, and the difference if there is room.
fn planned(scene: &Scene, cue: CueIx, columns: u16) -> Vec<Span<'static>> {
    let styles = &scene.styles;
    let late = expected_ns(scene, cue).filter(|_| scene.is_tied()).map(|expected_ns| {
        let planned_ns = scene.planned_cue_ns(cue);
        (expected_ns, scene.late(planned_ns, expected_ns))
    });
    let Some((expected_ns, late)) = late.filter(|(_, late)| !late.is_zero()) else {
        return vec![Span::styled(scene.planned_cue(cue), styles.past)];
    };
    let style = if late.is_positive() { styles.attention } else { styles.past };
    let mut spans = vec![Span::styled(format!("~{}", scene.wall(expected_ns)), styles.text)];
    if columns >= NARROW {
        spans.push(Span::styled(format!(" {}", duration::over_under(late)), style));
    } else {
        spans[0].style = style;
    }
    spans
}

/// Projected instant of a cue that has not fired.
fn expected_ns(scene: &Scene, cue: CueIx) -> Option<RunNs> {
    let waits = scene.state.cue(cue).firings == 0;
    waits.then(|| scene.state.projected_cue_ns(cue, &scene.expected, scene.shown_now_ns)).flatten()
}

/// A small bar and what is left, or the steps that are marked.
fn progress(scene: &Scene, cue: CueIx, cells: usize) -> Vec<Span<'static>> {
    let styles = &scene.styles;
    let plan = scene.cue(cue);
    let mut spans = vec![];
    if !plan.steps.is_empty() {
        let done = scene.state.cue(cue).steps_done;
        spans.push(Span::styled(format!("{done} of {}  ", plan.steps.len()), styles.text));
    }
    if let Some(countdown) = scene.countdown(cue) {
        let (left, style) = scene.left_of(cue, countdown);
        let cells = if plan.steps.is_empty() { cells } else { cells.min(4) };
        let [heavy, light] = text::bar(countdown.done_shown(), cells, styles.on_air, styles.rule);
        // An hour and more needs more cells, and keeps them until its end.
        let widest = text::width(&duration::length(countdown.of)).max(text::width(&left));
        spans.extend([heavy, light, Span::styled(column(&left, (widest + 1).max(6)), style)]);
    }
    spans
}
