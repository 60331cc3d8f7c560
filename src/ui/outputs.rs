//! The outputs: each with its health, its last message, how long messages take, and how many wait,
//! left or failed.
//!
//! ```text
//!    OUTPUT    KIND  HEALTH   WAIT   SENT FAILED   LATENCY     p50     max
//!  ● lights    OSC   ok          0     12      0   0.03 ms 0.03 ms 0.11 ms
//!    udp://10.0.0.5:8000      /eos/cue/1/12/fire 1       cue 12   0:03 ago
//!  ○ sound     OSC   down        0      3      1   0.04 ms 0.04 ms 0.05 ms
//!    udp://10.0.0.6:8000      not sent: /go 7             cue 11   1:12 ago
//!    ! nobody listens at 10.0.0.6:8000
//!  ● caspar    text  ok          0      2      0   0.05 ms 0.05 ms 0.05 ms
//!    tcp 10.0.0.9:5250        "PLAY 1-10 AMB\r\n"     cue 12   0:01 ago
//!    answers "202 PLAY OK"
//!  ◐ desk      OSC   side down   0      9      0   0.05 ms 0.05 ms 0.05 ms
//!    tcp://10.0.0.2:3032      /cue/9/start             cue 12   0:01 ago
//!    ● main 10.0.0.2:3032    ok          0      9      0
//!    ○ backup 10.0.0.3:3032  down        0      0      9
//!      ! cannot connect to 10.0.0.3:3032: Connection refused
//! ```
//!
//! In wide windows each output's first two rows are one. The last rows say what latency means for
//! the kinds that the show has.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{header, text};
use crate::app::ongoing;
use crate::output::{ClipOnAir, Health, Last, Latency, Light, Packet, SideHealth};
use crate::show::duration;
use crate::show::{Output, OutputIx, OutputKind};

/// From this width on, an output is one row.
const ROOMY: u16 = 150;
/// The cells of an output's address in front of its last message.
const ADDRESS: usize = 26;

/// Draws the page, and says how far it can be scrolled.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> usize {
    let columns = usize::from(area.width);
    if scene.show.outputs.is_empty() {
        let words = "the show has no outputs: nothing leaves the machine";
        text::put(buf, area, area.y, Line::styled(words, scene.styles.past));
        return 0;
    }
    if columns < 40 || area.height < 3 {
        return 0;
    }
    let is_roomy = area.width >= ROOMY;
    let name = name_cells(scene, is_roomy);
    let room = usize::from(area.height).saturating_sub(1);
    let lay = |mut spare: usize| {
        let mut lines = vec![];
        let outputs = (0..).map(OutputIx).zip(&scene.show.outputs);
        for (output, health) in outputs.zip(&scene.app.outputs) {
            let ramps = ongoing::ramps(scene.state, scene.now_ns, output.0, spare + 1);
            spare -= ramps.len().saturating_sub(1);
            lines.extend(rows(scene, output.1, health, ramps, (name, columns)));
            if area.height > 24 && !is_roomy {
                lines.push(Line::default());
            }
        }
        lines
    };
    // Each output has one row for its ramps, and more as far as there is room.
    let spare = room.saturating_sub(lay(0).len());
    let lines = lay(spare);
    let legend = legend(scene, columns);
    // What latency means gives way to the outputs themselves.
    let legend_rows = if lines.len() + legend.len() < room { legend.len() } else { 0 };
    text::put(buf, area, area.y, heading(scene, name));
    let most = lines.len().saturating_sub(room);
    for (y, line) in
        (area.y + 1..area.bottom()).zip(lines.into_iter().skip(scene.app.scroll.min(most)))
    {
        text::put(buf, area, y, line);
    }
    let from = area.bottom() - legend_rows as u16;
    for (y, line) in (from..area.bottom()).zip(legend.into_iter().take(legend_rows)) {
        text::put(buf, area, y, line);
    }
    most
}

fn name_cells(scene: &Scene, is_roomy: bool) -> usize {
    let longest =
        scene.show.outputs.iter().map(|output| text::width(&output.id)).max().unwrap_or(0);
    longest.clamp(6, if is_roomy { 28 } else { 16 })
}

/// The columns' names. In a rehearsal nothing is sent, so nothing fails and nothing takes its time.
fn heading<'a>(scene: &Scene, name: usize) -> Line<'a> {
    let numbers = if scene.state.is_rehearsal() {
        format!("{:>7}", "LOGGED")
    } else {
        format!(
            "{:>5}{:>7}{:>7} {:>9}{:>9}{:>9}",
            "WAIT", "SENT", "FAILED", "LATENCY", "P50", "MAX"
        )
    };
    Line::styled(
        format!("  {:<name$} {:<5}{:<10}{numbers}", "OUTPUT", "KIND", "HEALTH"),
        scene.styles.heading,
    )
}

fn rows<'a>(
    scene: &Scene<'a>,
    output: &'a Output,
    health: &'a Health,
    ramps: Vec<String>,
    (name, columns): (usize, usize),
) -> Vec<Line<'a>> {
    let mut first = numbers(scene, output, health, name);
    let address = output.kind.address();
    let mut lines = vec![];
    if columns >= usize::from(ROOMY) {
        first.push_span(Span::raw("   "));
        let room = columns.saturating_sub(text::line_width(&first));
        first.spans.extend(last(scene, output, health, &address, room).spans);
        lines.push(first);
    } else {
        lines.push(first);
        let mut second = Line::from(Span::raw("  "));
        second.spans.extend(last(scene, output, health, &address, columns.saturating_sub(2)).spans);
        lines.push(second);
    }
    lines.extend(health.clips.iter().map(|clip| on_air(scene, clip)));
    let ramp = |words| Line::styled(format!("    {words}"), scene.styles.text);
    lines.extend(ramps.into_iter().map(ramp));
    // An answer that is an error stands below, as what is wrong.
    if let Some(answer) = health.answer.as_ref().filter(|_| health.light != Light::Refused) {
        let words = format!("    answers {answer:?}");
        lines.push(Line::styled(text::fit(&words, columns).into_owned(), scene.styles.past));
    }
    // The machines of a mirrored output have errors of their own.
    if let Some(error) = health.error.as_ref().filter(|_| health.sides.is_empty()) {
        lines.extend(trouble(scene, error, "  ", columns));
    }
    if health.sides.is_empty() {
        let also = |mirror: &OutputKind| format!("    and to {}", mirror.address());
        let also = output.mirrors.iter().map(also);
        lines.extend(also.map(|words| Line::styled(words, scene.styles.past)));
    }
    let name = health.sides.iter().map(|side| text::width(&side.name)).max().unwrap_or(0);
    for side in &health.sides {
        lines.push(machine(scene, side, name));
        lines.extend(side.error.iter().flat_map(|error| trouble(scene, error, "    ", columns)));
    }
    lines
}

/// A problem, in rows that begin with `indent`.
fn trouble(scene: &Scene, error: &str, indent: &str, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(indent.len() + 2);
    let rows = text::wrap(error, room, 3).into_iter().enumerate();
    let row = |(at, words): (usize, String)| {
        let sign = if at == 0 { "! " } else { "  " };
        Line::styled(format!("{indent}{sign}{words}"), scene.styles.attention)
    };
    rows.map(row).collect()
}

/// One machine of a mirrored output, whose name has `name` cells.
fn machine(scene: &Scene, side: &SideHealth, name: usize) -> Line<'static> {
    let styles = &scene.styles;
    let (sign, style, _) = header::sign(scene, side.light);
    let loud = |count: u64| if count > 0 { styles.attention } else { styles.past };
    let pad = " ".repeat(name.saturating_sub(text::width(&side.name)) + 2);
    Line::from(vec![
        Span::styled(format!("  {sign} "), style),
        Span::styled(format!("{}{pad}", side.name), styles.text),
        Span::styled(format!("{:<10}", header::word(side.light)), style),
        Span::styled(format!("{:>5}", side.queued), loud(side.queued as u64)),
        Span::styled(format!("{:>7}", side.sent), styles.text),
        Span::styled(format!("{:>7}", side.failed), loud(side.failed)),
    ])
}

/// The first row: how it is, in a word and in numbers.
fn numbers<'a>(scene: &Scene, output: &'a Output, health: &Health, name: usize) -> Line<'a> {
    let styles = &scene.styles;
    let (sign, style, _) = header::sign(scene, health.light);
    let id = text::fit(&output.id, name);
    let pad = " ".repeat(name.saturating_sub(text::width(&id)) + 1);
    let is_rehearsal = scene.state.is_rehearsal();
    let word = if is_rehearsal && health.light != Light::Down {
        "only logs"
    } else {
        header::word(health.light)
    };
    let mut spans = vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(id, styles.strong),
        Span::raw(pad),
        Span::styled(format!("{:<5}", output.kind.protocol().spec().label), styles.past),
        Span::styled(format!("{word:<10}"), style),
    ];
    if is_rehearsal {
        spans.push(Span::styled(format!("{:>7}", health.logged), styles.text));
        return Line::from(spans);
    }
    let loud = |count: u64| if count > 0 { styles.attention } else { styles.past };
    spans.push(Span::styled(format!("{:>5}", health.queued), loud(health.queued as u64)));
    spans.push(Span::styled(format!("{:>7}", health.sent), styles.text));
    spans.push(Span::styled(format!("{:>7} ", health.failed), loud(health.failed)));
    spans.extend(latency(health.latency, [styles.text, styles.past, styles.past]));
    Line::from(spans)
}

fn latency(latency: Option<Latency>, styles: [Style; 3]) -> [Span<'static>; 3] {
    let times = latency.map(|latency| [latency.last, latency.median, latency.most]);
    let words = times.map_or_else(|| [const { String::new() }; 3], |times| times.map(took));
    let [last, median, most] = words.map(|words| format!("{words:>9}"));
    let [a, b, c] = styles;
    [Span::styled(last, a), Span::styled(median, b), Span::styled(most, c)]
}

/// Latency of a message: `0.04 ms`, `12.3 ms`, `1.24 s`.
fn took(time: Duration) -> String {
    let hundredths = time.as_micros() / 10;
    match hundredths {
        ..1_000 => format!("{}.{:02} ms", hundredths / 100, hundredths % 100),
        1_000..100_000 => format!("{}.{} ms", hundredths / 100, hundredths / 10 % 10),
        _ => format!("{}.{:02} s", time.as_secs(), time.subsec_millis() / 10),
    }
}

/// Address of the output, and its last message: with its cue, and its age.
fn last<'a>(
    scene: &Scene,
    output: &Output,
    health: &Health,
    address: &str,
    columns: usize,
) -> Line<'a> {
    let styles = &scene.styles;
    let cells = ADDRESS.min(columns / 3).max(text::width(address).min(ADDRESS));
    let place = text::fit(address, cells).into_owned();
    let pad = " ".repeat(cells.saturating_sub(text::width(&place)) + 2);
    let mut spans = vec![Span::styled(place, styles.past), Span::raw(pad)];
    let Some(tried) = &health.last else {
        spans.push(Span::styled("nothing yet", styles.past));
        return Line::from(spans);
    };
    let right = format!("{}  {:>9}", whose(scene, tried), ago(scene, tried));
    let room = columns.saturating_sub(cells + 2 + text::width(&right) + 2);
    let said = match (tried.has_left, scene.state.is_rehearsal()) {
        (_, true) => format!("would send {}", message(scene, output, tried)),
        (true, false) => message(scene, output, tried),
        (false, false) => format!("FAILED {}", message(scene, output, tried)),
    };
    let said = text::fit(&said, room).into_owned();
    let gap = " ".repeat(room.saturating_sub(text::width(&said)) + 2);
    spans.push(Span::styled(said, if tried.has_left { styles.text } else { styles.attention }));
    spans.push(Span::raw(gap));
    spans.push(Span::styled(right, styles.past));
    Line::from(spans)
}

fn message(scene: &Scene, output: &Output, tried: &Last) -> String {
    match tried.packet {
        Packet::Action { cue, action } => {
            let cue = scene.show.cues.get(cue);
            let action = cue.and_then(|cue| cue.actions.get(action as usize));
            action.map(|action| output.kind.describe(&action.body)).unwrap_or_default()
        }
        Packet::Panic => {
            output.panic.last().map(|body| output.kind.describe(body)).unwrap_or_default()
        }
    }
}

fn whose(scene: &Scene, tried: &Last) -> String {
    match tried.packet {
        Packet::Action { cue, .. } => format!("cue {}", scene.number(cue)),
        Packet::Panic => "panic".into(),
    }
}

/// Time since then by the machine's clock, which a fast rehearsal does not hurry.
fn ago(scene: &Scene, tried: &Last) -> String {
    let age = tried.age.saturating_add(scene.view.machine_ns.since(scene.app.outputs_ns));
    format!("{} ago", duration::clock(age))
}

/// The clip that a player shows, and how far it has come.
fn on_air<'a>(scene: &Scene<'a>, clip: &ClipOnAir) -> Line<'a> {
    let styles = &scene.styles;
    let since = scene.view.machine_ns.since(scene.app.outputs_ns);
    let moved = if clip.moves { since } else { Duration::ZERO };
    let at = duration::clock(Duration::from_nanos(clip.position_ns).saturating_add(moved));
    let of = clip.length_ns.map(|ns| format!(" of {}", duration::length(Duration::from_nanos(ns))));
    let of = of.unwrap_or_default();
    let paused = if clip.moves { "" } else { "  paused" };
    let mut spans = vec![Span::styled("  ▶ on air ", styles.on_air)];
    let layer = &clip.player.layer;
    if !layer.is_main() {
        spans.push(Span::styled(format!("layer {layer} "), styles.text));
    }
    if let Some(cue) = scene.show.cues.get(clip.cue) {
        spans.push(Span::styled(format!("cue {} ", cue.number), styles.text));
        spans.push(Span::styled(cue.title.as_str(), styles.vt));
    }
    spans.push(Span::styled(format!("  {at}{of}"), styles.strong));
    spans.push(Span::styled(paused, styles.attention));
    if let Some(fade) = scene.fade_on(clip.cue, &clip.player) {
        spans.push(Span::styled(format!("  {fade}"), styles.attention));
    }
    Line::from(spans)
}

/// Meaning of latency, for each kind of output that the show has.
fn legend(scene: &Scene, columns: usize) -> Vec<Line<'static>> {
    let words = if scene.state.is_rehearsal() {
        "A rehearsal: nothing leaves the machine, the outputs only log what they would have sent."
            .to_owned()
    } else {
        let mut meanings = vec![];
        for output in &scene.show.outputs {
            let meaning = output.kind.latency();
            if !meanings.contains(&meaning) {
                meanings.push(meaning);
            }
        }
        let meanings = meanings.join("; ");
        format!(
            "Latency: from firing until sent ({meanings}), of the last message; median (p50) and maximum of the last 32."
        )
    };
    text::wrap(&words, columns, 4)
        .into_iter()
        .map(|line| Line::styled(line, scene.styles.past))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_to_its_column_whatever_it_is() {
        for (ns, words) in [
            (0, "0.00 ms"),
            (41_700, "0.04 ms"),
            (9_999_999, "9.99 ms"),
            (10_000_000, "10.0 ms"),
            (999_999_999, "999.9 ms"),
            (1_000_000_000, "1.00 s"),
            (12_345_000_000, "12.34 s"),
            (9_999_999_999_999, "9999.99 s"),
        ] {
            assert_eq!(took(Duration::from_nanos(ns)), words);
            assert!(words.len() <= 9);
        }
    }
}
