//! The alarms: what is wrong, in rows that are always kept free for it, so that nothing moves when
//! something goes wrong.
//!
//! ```text
//!   HELD 0:55  nothing comes by itself; h resumes    ! 1 missed  3; Space fires it, x skips it    ○ lights: …
//! ```
//!
//! The most urgent stands first and in full. Where there is little room the others lose their
//! explanation, and what still does not fit is counted at the end.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{header, signs, text};
use crate::app::keys::Act;
use crate::app::{RemoteSign, stopped};
use crate::engine::Alarm;
use crate::output::Light;
use crate::show::CueIx;
use crate::show::duration;

/// The most cue numbers that are named.
const NAMED_MAX: usize = 4;
/// The most cells that the words of a stage message take.
const MESSAGE_CELLS: usize = 40;
/// Number of cells between two alarms.
const GAP: usize = 3;
/// The fewest cells of an explanation that is cut.
const PART_MIN: usize = 10;
/// The most outputs that are looked at: more of them never fit.
const OUTPUTS_MAX: usize = 60;

/// Something that is wrong: in a word, and the rest of what is to be said of it.
struct AlarmWords {
    badge: Span<'static>,
    more: Span<'static>,
}

/// Draws the alarms into their rows.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    for (y, line) in (area.y..area.bottom()).zip(lines(scene, area.width, area.height)) {
        text::put(buf, area, y, line);
    }
}

/// The problems, in at most `rows` rows of `columns` cells; none while nothing is.
pub(super) fn lines(scene: &Scene, columns: u16, rows: u16) -> Vec<Line<'static>> {
    let (alarms, uncounted) = alarms(scene);
    let (columns, rows) = (usize::from(columns), usize::from(rows));
    if alarms.is_empty() || rows == 0 {
        return vec![];
    }
    let laid = |shown: usize, in_full: usize| {
        let items = alarms.iter().take(shown).enumerate().map(|(at, alarm)| match at < in_full {
            true => Line::from(vec![alarm.badge.clone(), alarm.more.clone()]),
            false => Line::from(alarm.badge.clone()),
        });
        let left = alarms.len() - shown + uncounted;
        let more =
            (left > 0).then(|| Line::styled(format!("+{left} more"), scene.styles.attention));
        text::flow(items.chain(more), columns, GAP)
    };
    let all = alarms.len();
    // First the explanations go, from the last on, and then the alarms, but never the first.
    let forms = (1..=all)
        .rev()
        .map(|in_full| (all, in_full))
        .chain((1..=all).rev().map(|shown| (shown, 0)));
    let laid = forms.map(|(shown, in_full)| laid(shown, in_full));
    let mut lines = laid.into_iter().find(|lines| fits(lines, columns, rows)).unwrap_or_default();
    if lines.is_empty() {
        lines = vec![Line::from(alarms[0].badge.clone())];
    }
    // What room is left explains the first in part.
    let is_bare =
        lines.len() == 1 && lines[0].spans.get(1).is_none_or(|span| span.content.trim().is_empty());
    let left = columns.saturating_sub(text::line_width(&lines[0]));
    if is_bare && left >= PART_MIN {
        let more = &alarms[0].more;
        lines[0]
            .spans
            .insert(1, Span::styled(text::fit(&more.content, left).into_owned(), more.style));
    }
    lines.truncate(rows);
    lines
}

fn fits(lines: &[Line], columns: usize, rows: usize) -> bool {
    lines.len() <= rows && lines.iter().all(|line| text::line_width(line) <= columns)
}

/// Everything that is wrong, the most urgent first; and how many more there are.
fn alarms(scene: &Scene) -> (Vec<AlarmWords>, usize) {
    let (state, styles) = (scene.state, &scene.styles);
    let mut alarms: Vec<AlarmWords> = vec![];
    let mut alarm = |badge: String, style: Style, more: String| {
        alarms.push(AlarmWords {
            badge: Span::styled(badge, style),
            more: Span::styled(more, styles.strong),
        });
    };
    if let Some(what) = &scene.app.journal_alarm {
        alarm(" JOURNAL ".into(), styles.on_air_badge, format!(" {what}"));
    }
    if let Some(what) = &scene.app.not_shared {
        alarm(" NOT SHARED ".into(), styles.attention_badge, format!(" {what}"));
    }
    if let Some(what) = &scene.app.show_alarm {
        alarm(" SHOW FILE ".into(), styles.attention_badge, format!(" {what}"));
    }
    if state.is_panicked() {
        alarm(
            " PANIC ".into(),
            styles.on_air_badge,
            format!(" {}; {} continues the show", stopped::words(state), scene.way_on()),
        );
    }
    if let Some(since_ns) = state.held_since() {
        let held = duration::clock(scene.now_ns.since(since_ns));
        let more = format!(" nothing comes by itself; {} resumes", scene.way(Act::Hold));
        alarm(format!(" HELD {held} "), styles.attention_badge, more);
    }
    if !scene.app.neighbours.is_empty() {
        let more = format!(" {}", scene.app.neighbours.join("; "));
        alarm(" SECOND CALLER ".into(), styles.on_air_badge, more);
    }
    for standing in state.alarms() {
        let (badge, style, more) = answered(scene, &standing);
        alarm(badge, style, more);
    }
    let missed: Vec<_> = state.missed().take(100).collect();
    if !missed.is_empty() {
        let named: Vec<_> = missed.iter().take(NAMED_MAX).map(|&cue| scene.number(cue)).collect();
        let more = if missed.len() > NAMED_MAX { " …" } else { "" };
        let count =
            if missed.len() == 100 { "100 and more".to_owned() } else { missed.len().to_string() };
        let badge = format!(" {} {count} missed ", signs::MISSED);
        alarm(
            badge,
            styles.attention_badge,
            format!(" {}{more}; {}", named.join(", "), missed_fix(scene, &missed)),
        );
    }
    if let Some(RemoteSign::Deaf(why)) = &scene.app.remote {
        alarm(" OSC IN OFF ".into(), styles.attention_badge, format!(" {why}"));
    }
    if let Some(message) = state.stage_message() {
        // The words are part of the badge: an explanation goes where there is little room.
        let words = text::fit(message, MESSAGE_CELLS);
        let more = match scene.app.followed() {
            Some(_) => String::new(),
            None => format!(" {} takes it away", scene.way(Act::StageMessage)),
        };
        alarm(format!(" ON THE BOARDS: {words} "), styles.attention_badge, more);
    }
    let mut uncounted = 0;
    let mut named = 0;
    for (health, output) in scene.app.outputs.iter().zip(&scene.show.outputs) {
        let (Light::Down | Light::SideDown | Light::Refused | Light::Slow, Some(error)) =
            (health.light, &health.error)
        else {
            continue;
        };
        if named == OUTPUTS_MAX {
            uncounted += 1;
            continue;
        }
        named += 1;
        let (sign, style, _) = header::sign(scene, health.light);
        let waiting =
            if health.queued > 0 { format!(", {} waiting", health.queued) } else { String::new() };
        alarms.push(AlarmWords {
            badge: Span::styled(format!("{sign} {}", output.id), style),
            more: Span::styled(format!(": {error}{waiting}"), styles.text),
        });
    }
    (alarms, uncounted)
}

/// An alarm that stands until the caller answers it: its badge, and the rest with the key for that.
fn answered(scene: &Scene, standing: &Alarm) -> (String, Style, String) {
    let styles = &scene.styles;
    let answers = match scene.app.followed() {
        Some((holder, _)) if scene.app.link.as_ref().is_some_and(|link| link.hears(&holder)) => {
            format!("{holder} answers it")
        }
        Some(_) => "the station with the flag answers it".to_owned(),
        None => format!("{} answers it", scene.way(Act::Warn)),
    };
    match standing {
        Alarm::Warning(warnings) => {
            let mut by: Vec<String> = vec![];
            for (_, station) in warnings.iter().rev() {
                let station = station.as_str().to_uppercase();
                if !by.contains(&station) {
                    by.push(station);
                }
            }
            let at = warnings.last().map_or(String::new(), |(at_ns, _)| scene.wall(*at_ns));
            let badge = format!(" {}: SOMETHING IS WRONG ", stopped::named(&by));
            (badge, styles.on_air_badge, format!(" {answers}; said at {at}"))
        }
        Alarm::Department(warnings) => {
            let name = |&(_, department)| scene.show.department(department).name.to_uppercase();
            let by: Vec<String> = warnings.iter().rev().map(name).collect();
            let at = warnings.last().map_or(String::new(), |(at_ns, _)| scene.wall(*at_ns));
            let badge = format!(" {}: SOMETHING IS WRONG ", stopped::named(&by));
            (badge, styles.on_air_badge, format!(" {answers}; said at {at}"))
        }
        Alarm::LostEnd(from) => {
            let which =
                from.map_or("the last cues".to_owned(), |cue| format!("cues from {cue} on"));
            let more = format!(" {which} may have been sent; {answers}: the disk lost the end");
            (" CHECK ".to_owned(), styles.on_air_badge, more)
        }
        Alarm::Aside(cues) => {
            let by = cues.last().map_or("", |aside| aside.fired_by.as_str());
            let named: Vec<_> = cues.iter().rev().map(|aside| aside.cue.as_str()).collect();
            let mut unsent: Vec<&str> = cues
                .iter()
                .flat_map(|aside| scene.state.unsent_aside(&aside.cue, &aside.fired_by))
                .collect();
            unsent.sort_unstable();
            unsent.dedup();
            let unsent = match unsent.as_slice() {
                [] => String::new(),
                outputs => format!(" {} got nothing;", stopped::named(outputs)),
            };
            let badge = format!(" {} FIRED ASIDE ", cues.len());
            let more = format!(" by {by}: {};{unsent} {answers}", stopped::named(&named));
            (badge, styles.attention_badge, more)
        }
    }
}

/// The keys that deal with what was missed.
fn missed_fix(scene: &Scene, missed: &[CueIx]) -> String {
    if let Some((holder, _)) = scene.app.followed() {
        return format!("{holder} decides");
    }
    let way = |act| scene.way(act);
    let is_next = scene.state.playhead().is_some_and(|playhead| missed.contains(&playhead));
    let takes_two = |cue| scene.state.may_have_been_sent(cue);
    let fires = match is_next {
        true if scene.state.playhead().is_some_and(takes_two) => {
            format!("{} twice fires it", way(Act::Go))
        }
        true => format!("{} fires it", way(Act::Go)),
        false => {
            let twice = if missed.iter().any(|&cue| takes_two(cue)) { " twice" } else { "" };
            let (here, go) = (way(Act::PlayheadHere), way(Act::Go));
            format!("select it: {here} then {go}{twice} fire it")
        }
    };
    let has_backup = |cue: CueIx| scene.state.swaps_to(cue).is_some();
    let swaps = match scene.state.playhead().filter(|&cue| is_next && has_backup(cue)) {
        Some(_) => format!(", {} swaps it", way(Act::SwapBackup)),
        None => String::new(),
    };
    format!("{fires}, {} skips it{swaps}", way(Act::Skip))
}
