//! The header: what the show is, whether it is real, the time, over or under, and how the outputs
//! are.
//!
//! ```text
//!  HANDOVER  Paris 2024 → LA28: the handover     ● LIVE      Paris 22:58:07   Los Angeles 13:58:07
//!  +0:42 over   ends 23:14:10   plan 23:13:28                       outputs ● ● ○ ●  lights down
//! ```

use std::time::Duration;

use jiff::SignedDuration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::{Scene, time_of_day};
use super::text;
use crate::app::{BrowserSign, RemoteSign};
use crate::output::Light;
use crate::show::duration::{self, HOUR_NS};
use crate::show::{Clock, OutputIx};

/// From so many columns on, the planned end stands beside the projected one.
const WITH_PLAN: u16 = 98;

/// From this width on, its margins not counted, the planned end stands beside the projected one.
const FULL: u16 = 74;
/// Below this width no time of day stands beside the figure of the end.
const WITH_END: u16 = 30;
/// Number of cells that are kept free between the timing and the outputs.
const GAP: usize = 2;

/// Draws the header's two rows.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) {
    let styles = &scene.styles;
    let mut left = vec![];
    if area.width >= 100 {
        left.push(Span::styled("HANDOVER", styles.heading));
        left.push(Span::raw("  "));
    }
    left.push(Span::styled(scene.show.title.as_str(), styles.strong));
    let badges = badges(scene);
    let clocks = clocks(scene, area.width);
    let gap = if area.width >= 100 { "     " } else { "  " };
    let mut right = badges;
    right.push(Span::raw(gap));
    right.extend(clocks);
    text::put_both(buf, area, area.y, Line::from(left), Line::from(right), 0);
    let timing = timing(scene, area.width);
    let room = usize::from(area.width).saturating_sub(text::line_width(&timing) + GAP);
    text::put_both(buf, area, area.y + 1, timing, outputs(scene, area.width, room), 0);
}

/// The badges that say what kind of run this is, whether it stands still, and how its clock and
/// its GOs are made.
pub(super) fn badges(scene: &Scene) -> Vec<Span<'static>> {
    let (state, styles) = (scene.state, &scene.styles);
    let mut badges = kind(scene);
    if state.is_demonstration() {
        return badges;
    }
    let mut badge = |text: String, style| {
        badges.extend([Span::raw(" "), Span::styled(text, style)]);
    };
    let ahead_ns = scene.app.clock_ahead_ns;
    if state.shift_ns().is_some() || ahead_ns != 0 {
        let shift_ns = state.shift_ns().unwrap_or_default().saturating_add(ahead_ns);
        let by = shift(scene, SignedDuration::from_nanos(shift_ns));
        badge(format!(" CLOCK {by} "), styles.attention_badge);
    }
    if state.is_auto() {
        badge(" AUTO ".into(), styles.quiet_badge);
    }
    badges
}

/// The badges that say what kind of run this is, and whether it stands still.
pub(super) fn kind(scene: &Scene) -> Vec<Span<'static>> {
    let (state, styles) = (scene.state, &scene.styles);
    let mut badges = vec![];
    let mut badge = |text: String, style| {
        if !badges.is_empty() {
            badges.push(Span::raw(" "));
        }
        badges.push(Span::styled(text, style));
    };
    if state.is_panicked() {
        badge(" PANIC ".into(), styles.on_air_badge);
    }
    if state.held_since().is_some() {
        badge(" HELD ".into(), styles.attention_badge);
    }
    if state.stage_message().is_some() {
        badge(" MESSAGE ".into(), styles.attention_badge);
    }
    if state.is_demonstration() {
        // The program calls it, and lets things go wrong on purpose: nobody may take that for a
        // fault.
        badge(" DEMONSTRATION ".into(), styles.quiet_badge);
        return badges;
    }
    if state.is_only_edited() {
        badge(" EDIT ".into(), styles.attention_badge);
    } else if state.is_rehearsal() {
        let speed = if state.speed() > 1 { format!(" ×{}", state.speed()) } else { String::new() };
        badge(format!(" REHEARSAL{speed} "), styles.quiet_badge);
    } else {
        badge(" ● LIVE ".into(), styles.on_air_badge);
    }
    badges
}

/// Offset of the run's clock from the machine's: of a technical rehearsal, or since the machine's was
/// set; from four days on, the day that it shows.
fn shift(scene: &Scene, shift: SignedDuration) -> String {
    if shift.unsigned_abs() < Duration::from_nanos(100 * HOUR_NS) {
        return duration::over_under(shift);
    }
    let now = scene.state.wall(scene.now_ns).to_zoned_datetime(scene.show.zone.clone());
    now.strftime("%Y-%m-%d").to_string()
}

fn clocks<'a>(scene: &Scene<'a>, columns: u16) -> Vec<Span<'a>> {
    let styles = &scene.styles;
    let now = scene.state.wall(scene.now_ns);
    let mut clocks = vec![
        Span::styled(format!("{} ", Clock::label_of(&scene.show.zone_name)), styles.past),
        Span::styled(scene.wall(scene.now_ns), styles.strong),
    ];
    let room = usize::from(columns) * 2 / 5;
    let mut used = 0;
    for clock in &scene.show.clocks {
        used += text::width(&clock.label) + 11;
        if used > room {
            break;
        }
        clocks.push(Span::styled(format!("  {} ", clock.label), styles.past));
        clocks.push(Span::styled(time_of_day(now, &clock.zone), styles.text));
    }
    clocks
}

/// Over or under, and when it ends.
pub(super) fn timing(scene: &Scene, columns: u16) -> Line<'static> {
    let (styles, timing) = (&scene.styles, &scene.expected);
    let mut spans: Vec<Span<'static>> = vec![];
    let mut say = |before: &str, value: String, style, after: &str| {
        spans.push(Span::styled(before.to_owned(), styles.past));
        spans.push(Span::styled(value, style));
        spans.push(Span::styled(after.to_owned(), styles.past));
    };
    if !scene.is_tied() || scene.state.is_only_edited() {
        let first_ns = timing.start_ns.first().copied().unwrap_or_default();
        let lasts = duration::clock(timing.end_ns.since(first_ns));
        say("lasts ", lasts, styles.strong, "");
        if scene.is_tied() {
            say("  plan ", scene.wall_with_day(first_ns), styles.text, "");
            say(" to ", scene.wall_with_day(timing.end_ns), styles.text, "");
        }
        return Line::from(spans);
    }
    let end = scene.wall_with_day(timing.end_ns);
    let at_end = scene.late(timing.planned_end_ns, timing.end_ns);
    let has_ended = scene.state.has_ended();
    let now = scene.late(timing.planned_end_ns, timing.planned_end_ns.shifted(timing.now_over));
    let figure = |over: SignedDuration| {
        let amount = duration::over_under(over);
        if over.is_positive() {
            (format!(" {amount} "), styles.attention_badge)
        } else {
            (amount, styles.strong)
        }
    };
    let over = if has_ended { at_end } else { now };
    let word = match over.signum() {
        1.. => "over ",
        0 => "on time ",
        _ => "under ",
    };
    let (amount, style) = figure(over);
    if has_ended {
        say(word, amount, style, " · ");
        say("ended ", end, styles.text, "");
    } else {
        // What each figure is about stands beside it: nobody must read the one at the end as the
        // one of now.
        let is_narrow = columns < FULL;
        say(word, amount, style, if is_narrow { " · end " } else { " now · " });
        let (amount, style) = figure(at_end);
        say("", amount, style, if is_narrow { "" } else { " at the end · ends" });
        if columns >= WITH_END {
            say(" ", end, styles.text, "");
        }
    }
    // In little room the two figures say it.
    if columns >= WITH_PLAN {
        say("  plan ", scene.wall_with_day(timing.planned_end_ns), styles.past, "");
    }
    Line::from(spans)
}

/// Address of the pages for browsers, and the number of those that are open.
fn browsers(scene: &Scene) -> Vec<Span<'static>> {
    let Some(BrowserSign { address, open }) = &scene.app.browsers else { return vec![] };
    vec![
        Span::styled(format!("web {address}"), scene.styles.past),
        Span::styled(format!("  {open} open"), scene.styles.text),
        Span::raw("   "),
    ]
}

/// Address of the remote control, and a sign while somebody tries it without the passcode.
fn remote(scene: &Scene) -> Vec<Span<'static>> {
    let Some(RemoteSign::Heard { address, denied }) = &scene.app.remote else { return vec![] };
    let mut spans = vec![Span::styled(format!("OSC in {address}"), scene.styles.past)];
    if *denied > 0 {
        spans.push(Span::styled(format!("  {denied} denied"), scene.styles.attention));
    }
    spans.push(Span::raw("   "));
    spans
}

/// State of the outputs, as fully as `room` cells of a screen of `columns` allow. There is always
/// something, since a row of lights that goes when much is down goes when it is needed most: at the
/// least, the number of those that are down.
pub(super) fn outputs<'a>(scene: &Scene<'a>, columns: u16, room: usize) -> Line<'a> {
    // Only a demonstration has outputs that pretend to be down.
    let is_any_down = scene.app.outputs.iter().any(|health| health.light == Light::Down);
    if scene.state.is_only_edited() {
        return Line::default();
    }
    if scene.state.is_rehearsal() && !is_any_down {
        // Nothing is connected, so that nothing can be up or down.
        let words = Line::styled("outputs only log", scene.styles.past);
        return if text::line_width(&words) <= room { words } else { Line::default() };
    }
    let named = (columns >= 150).then(|| full(scene, true));
    let remote = match columns {
        100.. => [browsers(scene), remote(scene)].concat(),
        ..100 => vec![],
    };
    let with_remote = |line: &Line<'a>| Line::from_iter(remote.iter().chain(&line.spans).cloned());
    let forms = named.into_iter().chain([full(scene, false), lights(scene)]);
    let mut forms = forms.flat_map(|line| [with_remote(&line), line]);
    forms.find(|line| text::line_width(line) <= room).unwrap_or_else(|| count(scene, room))
}

/// An output's sign, its style, and the word for what is not well.
pub(super) fn sign(scene: &Scene, light: Light) -> (&'static str, Style, Option<&'static str>) {
    let styles = &scene.styles;
    match light {
        Light::Idle => ("·", styles.past, None),
        Light::Ok => ("●", styles.ready, None),
        Light::Slow => ("◐", styles.attention, Some("slow")),
        Light::Refused => ("◐", styles.attention, Some("refused")),
        Light::SideDown => ("◐", styles.attention, Some("side down")),
        Light::Down => ("○", styles.attention, Some("down")),
    }
}

/// State of an output, in a word.
pub(super) fn word(light: Light) -> &'static str {
    match light {
        Light::Idle => "not tried",
        Light::Ok => "ok",
        Light::Slow => "slow",
        Light::Refused => "refused",
        Light::SideDown => "side down",
        Light::Down => "down",
    }
}

/// A light for each output, and a word for each that is not well, or all `by_name`.
fn full<'a>(scene: &Scene<'a>, by_name: bool) -> Line<'a> {
    let styles = &scene.styles;
    let outputs = &scene.app.outputs;
    if outputs.is_empty() {
        return Line::default();
    }
    let mut spans = vec![Span::styled("outputs", styles.past)];
    let mut words = vec![];
    for (at, health) in outputs.iter().enumerate() {
        let (sign, style, word) = sign(scene, health.light);
        let output = scene.show.outputs.get(OutputIx(at as u32));
        if let (Some(output), true) = (output, by_name) {
            spans.push(Span::styled(format!("   {sign} "), style));
            spans.push(Span::styled(
                output.id.as_str(),
                if word.is_some() { style } else { styles.past },
            ));
            spans.extend(word.map(|word| Span::styled(format!(" {word}"), style)));
            continue;
        }
        spans.push(Span::styled(format!(" {sign}"), style));
        if let (Some(word), Some(output)) = (word, output) {
            words.push(Span::styled(format!("  {} {word}", output.id), style));
        }
    }
    spans.extend(words);
    Line::from(spans)
}

/// A light for each output, and how many are not well.
fn lights<'a>(scene: &Scene<'a>) -> Line<'a> {
    let mut spans = vec![Span::styled("outputs", scene.styles.past)];
    for health in &scene.app.outputs {
        let (sign, style, _) = sign(scene, health.light);
        spans.push(Span::styled(format!(" {sign}"), style));
    }
    let words: Vec<_> = unwell(scene).map(|(many, word)| format!("{many} {word}")).collect();
    spans.push(Span::styled(format!("  {}", words.join(", ")), scene.styles.attention));
    Line::from(spans)
}

/// Number of outputs that are not well, without their lights, and without that of all where `room`
/// has none for it.
fn count<'a>(scene: &Scene<'a>, room: usize) -> Line<'a> {
    let all = scene.app.outputs.len();
    if all == 0 {
        return Line::default();
    }
    let short = unwell(scene).map(|(many, word)| format!("{many} {word}")).collect::<Vec<_>>();
    let mut words = String::new();
    for (many, word) in unwell(scene) {
        words += &if words.is_empty() {
            format!("{many} of {all} {word}")
        } else {
            format!(", {many} {word}")
        };
    }
    if words.is_empty() {
        let words = format!("0 of {all} down");
        let fits = text::width(&words) <= room;
        return if fits { Line::styled(words, scene.styles.past) } else { Line::default() };
    }
    let words = if text::width(&words) <= room { words } else { short.join(", ") };
    Line::styled(words, scene.styles.attention)
}

/// Numbers of outputs that are down, that have refused something, and that are slow, if there are
/// any.
fn unwell(scene: &Scene) -> impl Iterator<Item = (usize, &'static str)> {
    let many = |light| scene.app.outputs.iter().filter(|health| health.light == light).count();
    let counts = [
        (many(Light::Down), "down"),
        (many(Light::SideDown), "side down"),
        (many(Light::Refused), "refused"),
        (many(Light::Slow), "slow"),
    ];
    counts.into_iter().filter(|(many, _)| *many > 0)
}
