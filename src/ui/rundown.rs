//! The rundown: where we are, what was, what comes.
//!
//! ```text
//!    7  Anthem, flags lowered                4:10  −0:03
//!  ▼ 9  The jump                             0:52 of 1:30
//!     ✓ 11    Lights to the roof              22:57:12
//!     ▶ 12    Off the roof         LIVE  ━━━━──── 0:33
//!     ↳ 13    He lands                      follows 12
//!   10  The flag          ◷ 23:30:00 gap 0:30     3:00
//!     ● 14    Bass hands the flag             ◇ 2 of 3
//! ```

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::viewport::{Focus, Outline, Row};
use super::{signs, text};
use crate::app::Hits;
use crate::app::hits::{Region, Target};
use crate::engine::Phase;
use crate::show::duration::{self, MINUTE_NS, SECOND_NS};
use crate::show::{CueIx, SegmentIx, Trigger};

/// From this width on, planned and actual times have columns of their own.
const WIDE: u16 = 78;
/// The cells of those columns: planned, actual, difference, with the gaps in front of them.
const COLUMNS: [usize; 3] = [10, 10, 8];
/// Below this width everything that can be said shorter is.
const NARROW: u16 = 44;

/// Draws the rundown, and keeps where each cue stands.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, hits: &mut Hits) {
    if area.is_empty() {
        return;
    }
    let is_wide = area.width >= WIDE;
    let mut list = area;
    if is_wide && area.height > 6 {
        heads(scene, buf, area);
        list = Rect { y: area.y + 1, height: area.height - 1, ..area };
    }
    hits.regions.push(Region { columns: area.x..area.right(), rows: area.y..area.bottom(), target: Target::Rundown });
    let state = scene.state;
    let focus = Focus {
        current: (!state.has_ended()).then(|| scene.segment()),
        playhead: state.playhead(),
        on_air: state.on_air().first().copied(),
        cursor: scene.app.cursor,
    };
    let height = usize::from(list.height);
    let outline = Outline::new(scene.show, &focus, height);
    let range = outline.visible(&focus, height);
    let selected = scene.app.selected(state);
    let watched = [selected, focus.playhead, focus.on_air];
    for (y, row) in (list.y..).zip(outline.rows(range.clone())) {
        match row {
            Row::Segment(segment, unfolded) => draw_segment(scene, buf, list, y, segment, unfolded, is_wide),
            // A segment whose own row has scrolled out stands above its cues all the same.
            Row::Cue(cue) if y == list.y && list.height > 3 && !watched.contains(&Some(cue)) => {
                draw_segment(scene, buf, list, y, scene.cue(cue).segment, true, is_wide);
            }
            Row::Cue(cue) => {
                draw_cue(scene, buf, list, y, cue, is_wide);
                hits.rows.push((y, area.x, area.right(), cue));
                if selected == Some(cue) && scene.app.cursor.is_some() {
                    mark(scene, buf, Rect { y, height: 1, ..list });
                }
            }
        }
    }
    // What lies above and below is told at the edge.
    let more = |buf: &mut Buffer, y: u16, sign: &str| {
        buf.set_string(area.right().saturating_sub(1), y, sign, scene.styles.past);
    };
    if range.start > 0 {
        more(buf, list.y, "↑");
    }
    if range.end < outline.len() {
        more(buf, list.bottom() - 1, "↓");
    }
}

/// What comes next by itself, and when.
pub(super) fn by_itself(scene: &Scene, buf: &mut Buffer, area: Rect) {
    if area.is_empty() {
        return;
    }
    text::put(buf, area, area.y, Line::styled("nothing comes by itself", scene.styles.past));
}

/// Marks the selected row over its whole width, with a bar at its edge for those who see no colours.
fn mark(scene: &Scene, buf: &mut Buffer, row: Rect) {
    buf.set_style(row, scene.styles.selected);
    buf[(row.x, row.y)].set_symbol("▌").set_style(scene.styles.strong);
}

fn heads(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let style = scene.styles.past;
    let [planned, actual, difference] = COLUMNS;
    let heads = format!("{:>planned$}{:>actual$}{:>difference$} ", "planned", "actual", "±");
    text::put_both(buf, area, area.y, Line::default(), Line::styled(heads, style), 0);
}

/// Writes a row: what stands left gives way to what stands right.
fn put_row(buf: &mut Buffer, area: Rect, y: u16, left: Line, mut right: Line) {
    right.push_span(Span::raw(" "));
    text::put_both(buf, area, y, left, right, 12);
}

/// Right-aligned text in a column.
fn column(text: &str, cells: usize) -> String {
    let fitted = text::fit(text, cells);
    format!("{}{fitted}", " ".repeat(cells - text::width(&fitted)))
}

fn draw_segment(
    scene: &Scene,
    buf: &mut Buffer,
    area: Rect,
    y: u16,
    segment: SegmentIx,
    unfolded: bool,
    is_wide: bool,
) {
    let (state, styles) = (scene.state, &scene.styles);
    let plan = scene.show.segment(segment);
    let run = state.segment(segment);
    let is_current = state.current_segment() == Some(segment) && !state.has_ended();
    let is_past = run.ended_ns.is_some() || state.current_segment().is_some_and(|current| segment < current);
    let title_style = match (is_current, is_past, unfolded) {
        (true, ..) => styles.strong,
        (_, false, true) => styles.text.add_modifier(Modifier::BOLD),
        _ => styles.past,
    };
    let sign = match (is_current, unfolded, is_past) {
        (true, ..) => Span::styled(signs::OPEN, styles.on_air),
        (_, _, true) => Span::styled(signs::DONE, styles.past),
        _ => Span::raw(" "),
    };
    let left = Line::from(vec![
        Span::raw(" "),
        sign,
        Span::styled(format!("{:>3}  ", segment.0 + 1), if is_current { styles.strong } else { styles.past }),
        Span::styled(plan.title.as_str(), title_style),
    ]);
    let is_narrow = area.width < NARROW;
    let mut right: Vec<Span> = marks(scene, segment, is_narrow);
    let is_marked = !right.is_empty();
    if is_marked {
        right.push(Span::raw("  "));
    }
    let over_under = state.segment_over_under_ns(segment, scene.now_ns);
    let countdown = state.segment_countdown(scene.now_ns).filter(|_| is_current);
    match countdown {
        Some(countdown) => {
            let (left, style) = scene.left_of_segment(segment, countdown);
            right.push(Span::styled(left, style));
            right.push(Span::styled(format!(" of {}", duration::length(plan.duration_ns)), styles.past));
        }
        None if is_marked && is_narrow => {
            right.pop();
        }
        None => right.push(Span::styled(duration::length(plan.duration_ns), styles.past)),
    }
    let [planned, actual, difference] = COLUMNS;
    if is_wide {
        let times = scene.planned(state.plan().segment_start_ns[segment.0 as usize]);
        right.push(Span::styled(column(&times, planned), styles.past));
        let started = run.started_ns.map_or(String::new(), |ns| scene.wall(ns as i64));
        right.push(Span::styled(column(&started, actual), title_style));
    }
    match over_under {
        Some(ns) if is_wide || !is_current => {
            let span = scene.over_under(ns);
            let cells = if is_wide { difference } else { 7 };
            right.push(Span::styled(
                column(&span.content, cells),
                if ns < SECOND_NS as i64 { styles.past } else { span.style },
            ));
        }
        _ if is_wide => right.push(Span::raw(" ".repeat(difference))),
        _ => {}
    }
    put_row(buf, area, y, left, Line::from(right));
}

/// The hard start of a segment that is still to come, and the gap or overlap in front of it.
fn marks(scene: &Scene, segment: SegmentIx, is_narrow: bool) -> Vec<Span<'static>> {
    let (state, styles) = (scene.state, &scene.styles);
    let Some(hard_ns) = state.plan().hard_start_ns[segment.0 as usize] else { return vec![] };
    let is_to_come =
        state.segment(segment).started_ns.is_none() && state.current_segment().is_none_or(|current| current < segment);
    if !is_to_come {
        return vec![];
    }
    let wall = scene.wall(hard_ns);
    // The seconds of a hard start are rarely anything but 00.
    let wall = if is_narrow { wall.strip_suffix(":00").unwrap_or(&wall) } else { &wall };
    let mut spans = vec![Span::styled(format!("{} {wall}", signs::CLOCK), styles.text)];
    if let Some(end_ns) = scene.end_before_ns(segment) {
        let gap_ns = hard_ns - end_ns;
        let amount = duration::clock(gap_ns.unsigned_abs() / SECOND_NS);
        if gap_ns >= SECOND_NS as i64 {
            let gap = if is_narrow { String::new() } else { format!(" gap {amount}") };
            spans.push(Span::styled(gap, styles.past));
        } else if gap_ns <= -(SECOND_NS as i64) {
            let overlap = if is_narrow { format!(" +{amount}") } else { format!(" overlap {amount}") };
            spans.push(Span::styled(overlap, styles.attention));
        }
    }
    spans
}

fn draw_cue(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16, cue: CueIx, is_wide: bool) {
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
    let is_quiet = matches!(state.phase, Phase::Complete | Phase::Stopped) || state.skipped || scene.stands_aside(cue);
    let has_fired = state.firings > 0;
    if scene.state.is_embargoed(cue) {
        add(vec![Span::styled(signs::EMBARGO, styles.past)]);
    }
    if !is_narrow && let Some(source) = scene.source(cue) {
        // Only what is on air or next is loud.
        let is_near = state.phase == Phase::Running || scene.state.playhead() == Some(cue);
        add(vec![if is_near { source } else { Span::styled(source.content, styles.past) }]);
    }
    add(story(scene, cue, area.width));
    if is_wide {
        let [planned, actual, difference] = COLUMNS;
        let fired_ns = state.fired_ns.map(|ns| ns as i64);
        let is_planned = plan.backup_for.is_none() || has_fired;
        let planned_at = if is_planned { scene.planned_cue(cue) } else { String::new() };
        right.push(Span::styled(column(&planned_at, planned), styles.past));
        let at = fired_ns.map_or(String::new(), |ns| scene.wall(ns));
        right.push(Span::styled(column(&at, actual), if is_quiet { styles.past } else { styles.text }));
        let late = fired_ns.filter(|_| is_planned).map(|ns| ns - scene.planned_cue_ns(cue));
        right.push(match late {
            Some(ns) => {
                let span = scene.over_under(ns);
                let style = if ns < SECOND_NS as i64 { styles.past } else { span.style };
                Span::styled(column(&span.content, difference), style)
            }
            None => Span::raw(" ".repeat(difference)),
        });
    }
    put_row(buf, area, y, Line::from(left), Line::from(right));
}

/// The sign in front of a cue, and how its title is written.
pub(super) fn sign(scene: &Scene, cue: CueIx) -> (Span<'static>, Style) {
    let styles = &scene.styles;
    let state = scene.state.cue(cue);
    let is_playhead = scene.state.playhead() == Some(cue);
    if state.phase == Phase::Running {
        return (Span::styled(signs::ON_AIR, styles.on_air), styles.strong);
    }
    if is_playhead {
        let style = match (state.stood_by || state.overridden, scene.state.is_clear(cue)) {
            (true, true) => styles.ready,
            (true, false) => styles.attention,
            _ => styles.strong,
        };
        let sign = if state.phase == Phase::Missed { signs::MISSED } else { signs::PLAYHEAD };
        return (Span::styled(sign, style), styles.strong);
    }
    if state.skipped {
        return (Span::styled(signs::SKIPPED, styles.past), styles.past);
    }
    match state.phase {
        Phase::Missed => return (Span::styled(signs::MISSED, styles.attention_badge), styles.attention),
        Phase::Stopped => return (Span::styled(signs::STOPPED, styles.attention), styles.past),
        Phase::Complete => return (Span::styled(signs::DONE, styles.ready), styles.past),
        Phase::Waiting | Phase::Running => {}
    }
    if scene.stands_aside(cue) {
        return (Span::styled(signs::ASIDE, styles.past), styles.past);
    }
    let sign = match scene.cue(cue).trigger {
        Trigger::Go => " ",
        Trigger::With { .. } | Trigger::After { .. } => signs::FOLLOWS,
        Trigger::At { .. } => signs::CLOCK,
        Trigger::Into { .. } => signs::INTO,
    };
    (Span::styled(sign, styles.past), styles.text)
}

/// What is to be said of a cue now: its progress, why it waits, when it came or comes.
fn story(scene: &Scene, cue: CueIx, columns: u16) -> Vec<Span<'static>> {
    let is_wide = columns >= WIDE;
    let styles = &scene.styles;
    let plan = scene.cue(cue);
    let state = scene.state.cue(cue);
    let past = |text: String| vec![Span::styled(text, styles.past)];
    let plain = |text: String| vec![Span::styled(text, styles.text)];
    if state.phase == Phase::Running {
        return progress(scene, cue, if columns < NARROW { 4 } else { 8 });
    }
    if state.skipped {
        return past("skipped".into());
    }
    if state.phase == Phase::Missed {
        return vec![Span::styled("missed", styles.attention)];
    }
    if state.phase == Phase::Stopped {
        return vec![Span::styled("stopped", styles.attention)];
    }
    if let Some(due_ns) = scene.due_in_ns(cue).filter(|ns| (0..10 * MINUTE_NS as i64).contains(ns)) {
        let is_near = due_ns < 30 * SECOND_NS as i64;
        let words = format!("in {}", duration::countdown(due_ns as u64));
        return vec![Span::styled(words, if is_near { styles.strong } else { styles.text })];
    }
    if scene.state.playhead() == Some(cue) {
        if plan.needs.is_empty() && !state.overridden {
            return if is_wide { vec![] } else { planned(scene, cue) };
        }
        let (ready, all) = scene.ready(cue);
        let style = match (state.overridden, state.stood_by, ready == all) {
            (true, ..) => styles.attention,
            (_, _, true) => styles.ready,
            (_, true, _) => styles.attention,
            _ => styles.text,
        };
        let words = if state.overridden { "overridden".into() } else { format!("{ready} of {all}") };
        let sign = if ready == all { signs::CLEAR } else { signs::INTERLOCK };
        return vec![Span::styled(format!("{sign} {words}"), style)];
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
        let at = state.fired_ns.map_or(String::new(), |ns| scene.wall(ns as i64));
        return if is_wide { vec![] } else { past(at) };
    }
    match scene.cause(cue) {
        // In little room the sign in front says that it is a time of the clock.
        Some(cause) if columns < NARROW => plain(cause.trim_start_matches("at ").to_owned()),
        Some(cause) => plain(cause),
        None if is_wide => past(if plan.needs.is_empty() { String::new() } else { signs::INTERLOCK.into() }),
        None => planned(scene, cue),
    }
}

fn planned(scene: &Scene, cue: CueIx) -> Vec<Span<'static>> {
    vec![Span::styled(scene.planned_cue(cue), scene.styles.past)]
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
        let [heavy, light] = text::bar(countdown.done(), cells, styles.on_air, styles.rule);
        // An hour and more needs more cells, and keeps them until its end.
        let widest = text::width(&duration::length(countdown.of_ns)).max(text::width(&left));
        spans.extend([heavy, light, Span::styled(column(&left, (widest + 1).max(6)), style)]);
    }
    spans
}
