//! The stations of a shared run, the state of its log, and the history of its flag.
//!
//! ```text
//!   STATION          ROLE       TERM  HEARD    BEHIND            CLOCK      SHOW     VERSION
//! ▶ la (you)         has flag      1  here                       ±2.0 ms    same     0.1.0
//! ○ stage-left       away          1  0:13 ago 40 rec  12.0 s    ±2.0 ms    ANOTHER  0.1.0  no terminal
//!
//! LOG     hand-1, nats-server 2.15.0, 3 copies, led by hand-2
//!         record 812 is stored, acknowledged 0:01 ago, took 34 ms
//!
//! FLAG    23:02:15 term 2 la TOOK it from paris, silent for 0:12: the line to Paris is dead
//!         22:59:00 term 1 paris began the run
//! ```

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::text;
use crate::app::flag::{LogState, SharedView, StationRole, StationView};
use crate::engine::FlagWay;
use crate::plain::counted;
use crate::show::duration;
use crate::time::nanoseconds;

/// From this width on a station is one row.
const ROOMY: usize = 96;
/// Cells of the headings of the log and the flag.
const HEADING: usize = 8;

/// Draws the page, and says how far it can be scrolled.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect) -> usize {
    let columns = usize::from(area.width);
    let Some(link) = scene.app.link.as_deref() else {
        let words = "this run is not shared: it has one station";
        text::put(buf, area, area.y, Line::styled(words, scene.styles.past));
        return 0;
    };
    let lines = lines(scene, link, columns);
    let most = lines.len().saturating_sub(usize::from(area.height));
    let shown = lines.into_iter().skip(scene.app.scroll.min(most));
    for (y, line) in (area.y..area.bottom()).zip(shown) {
        text::put(buf, area, y, line);
    }
    most
}

fn lines<'a>(scene: &Scene<'a>, link: &'a SharedView, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let names = link.stations.iter().map(|station| text::width(station.name.as_str()) + 6).max();
    let name = names.unwrap_or(0).clamp(10, 38);
    let mut lines = vec![];
    if columns >= ROOMY {
        lines.push(Line::styled(
            format!(
                "  {:<name$} {:<11}{:>4}  {:<9}{:<18}{:<11}{:<9}VERSION",
                "STATION", "ROLE", "TERM", "HEARD", "BEHIND", "CLOCK", "SHOW"
            ),
            styles.heading,
        ));
    }
    for station in &link.stations {
        lines.extend(station_rows(scene, link, station, name, columns));
    }
    if link.stations.is_empty() {
        lines.push(Line::styled("no station was heard yet", styles.past));
    }
    lines.push(Line::default());
    lines.extend(titled(scene, "LOG", log(scene, link, columns)));
    let aside = aside(scene, link, columns);
    if !aside.is_empty() {
        lines.push(Line::default());
        lines.extend(titled(scene, "ASIDE", aside));
    }
    lines.push(Line::default());
    lines.extend(titled(scene, "FLAG", history(scene, columns)));
    lines
}

/// `lines` with a heading before the first.
fn titled<'a>(scene: &Scene, heading: &'static str, lines: Vec<Line<'a>>) -> Vec<Line<'a>> {
    let titled = lines.into_iter().enumerate().map(|(at, line)| {
        let heading = if at == 0 { heading } else { "" };
        let mut spans = vec![Span::styled(format!("{heading:<HEADING$}"), scene.styles.heading)];
        spans.extend(line.spans.into_iter().map(|span| span.patch_style(line.style)));
        Line::from(spans)
    });
    titled.collect()
}

fn station_rows<'a>(
    scene: &Scene,
    link: &SharedView,
    station: &'a StationView,
    name: usize,
    columns: usize,
) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let is_me = station.name == link.me;
    let is_holder = link.holder() == Some(&station.name);
    let (sign, style) = match (station.away, is_holder) {
        (true, _) => ("○", styles.attention),
        (false, true) => ("▶", styles.ready),
        (false, false) => ("●", styles.past),
    };
    let (role, role_style) = match (station.role, station.away, is_holder) {
        (_, true, _) => ("away", styles.attention),
        (StationRole::Mute, false, _) => ("mute", styles.attention),
        (StationRole::Holds | StationRole::Follows, false, true) => ("has flag", styles.strong),
        // It has not read yet that another has the flag.
        (StationRole::Holds, false, false) => ("HAS IT TOO", styles.attention),
        (StationRole::Follows, false, false) => ("follows", styles.text),
    };
    let you = if is_me { " (you)" } else { "" };
    let id = text::fit(&format!("{}{you}", station.name), name).into_owned();
    let heard = super::flag::heard(station, scene.view.machine_ns);
    let heard = heard.map_or_else(|| "here".to_owned(), |heard| format!("{heard} ago"));
    let behind = match is_holder {
        true => String::new(),
        false => {
            format!("{} rec  {}", station.behind.records, super::flag::seconds(station.behind.time))
        }
    };
    let clock = station
        .uncertainty
        .map_or_else(|| "unknown".to_owned(), |time| format!("±{}", milliseconds(time)));
    let (show, show_style) = match station.has_our_show {
        true => ("same", styles.text),
        false => ("ANOTHER", styles.attention),
    };
    let version_style = if station.has_our_version { styles.past } else { styles.attention };
    let mut marks = vec![];
    if station.twice {
        marks.push("two programs use this name");
    }
    if station.asks {
        marks.push("asks for the flag");
    }
    if !station.terminal {
        marks.push("no terminal");
    }
    let marks = marks.join(", ");
    let mut first = vec![
        Span::styled(format!("{sign} "), style),
        Span::styled(format!("{id:<name$} "), styles.strong),
        Span::styled(format!("{role:<11}"), role_style),
    ];
    if columns >= ROOMY {
        first.extend([
            Span::styled(format!("{:>4}  ", station.term), styles.text),
            Span::styled(
                format!("{heard:<9}"),
                if station.away { styles.attention } else { styles.past },
            ),
            Span::styled(format!("{behind:<18}"), styles.text),
            Span::styled(format!("{clock:<11}"), styles.text),
            Span::styled(format!("{show:<9}"), show_style),
            Span::styled(station.version.as_str(), version_style),
            Span::styled(format!("  {marks}"), styles.attention),
        ]);
        return vec![Line::from(first)];
    }
    first.push(Span::styled(format!("term {}  ", station.term), styles.text));
    first.push(Span::styled(heard, if station.away { styles.attention } else { styles.past }));
    let mut facts = vec![];
    if !behind.is_empty() {
        facts.push(Line::styled(format!("{behind} behind"), styles.text));
    }
    facts.push(Line::styled(format!("clock {clock}"), styles.text));
    facts.push(Line::styled(format!("{show} show"), show_style));
    facts.push(Line::styled(station.version.as_str(), version_style));
    if !marks.is_empty() {
        facts.push(Line::styled(marks, styles.attention));
    }
    let facts = facts.into_iter().map(|fact| {
        let style = fact.style;
        fact.spans.into_iter().map(|span| span.patch_style(style)).collect::<Line>()
    });
    let rows = text::flow(facts, columns.saturating_sub(2), 3);
    let rows = rows.into_iter().map(|row| {
        let mut line = Line::from(Span::raw("  "));
        line.spans.extend(row.spans);
        line
    });
    std::iter::once(Line::from(first)).chain(rows).collect()
}

fn log(scene: &Scene, link: &SharedView, columns: usize) -> Vec<Line<'static>> {
    let styles = &scene.styles;
    let LogState { server, trouble, stored, acknowledged, round_trip, waits, void, void_why } =
        &link.log;
    let room = columns.saturating_sub(HEADING);
    let mut words = vec![];
    words.push(match server {
        Some(server) => {
            let copies = match server.replicas {
                1 => "1 copy".to_owned(),
                many => format!("{many} copies"),
            };
            let leader =
                server.leader.as_ref().map_or(String::new(), |leader| format!(", led by {leader}"));
            format!("{}, nats-server {}, {copies}{leader}", server.name, server.version)
        }
        None => "no server was reached yet".to_owned(),
    });
    let ago = acknowledged.map_or_else(
        || "nothing was acknowledged yet".to_owned(),
        |at| {
            let ago = duration::clock(scene.view.machine_ns.since(at));
            format!("record {stored} is stored, acknowledged {ago} ago")
        },
    );
    let trip = round_trip.map_or(String::new(), |time| format!(", took {}", milliseconds(time)));
    words.push(format!("{ago}{trip}"));
    if *waits > 0 && link.holder() == Some(&link.me) {
        words.push(format!("not stored yet: {}", counted(*waits as usize, "record")));
    }
    if *void > 0 {
        let entries = match void {
            1 => "1 entry does".to_owned(),
            many => format!("{many} entries do"),
        };
        words.push(format!("{entries} not count"));
        words.extend(void_why.iter().map(|why| format!("the last: {why}")));
    }
    let lines = words.into_iter().flat_map(|words| text::wrap(&words, room, 2));
    let mut lines: Vec<_> = lines.map(|line| Line::styled(line, styles.text)).collect();
    let stops = server.as_ref().and_then(|server| server.stops.as_ref());
    if let Some(stops) = stops.filter(|_| trouble.is_none()) {
        let words = text::wrap(&format!("! {stops}"), room, 3);
        lines.extend(words.into_iter().map(|words| Line::styled(words, styles.attention)));
    }
    if let Some(trouble) = trouble {
        let words = text::wrap(&format!("! no connection: {trouble}"), room, 3);
        lines.extend(words.into_iter().map(|line| Line::styled(line, styles.attention)));
    }
    lines
}

/// The cues that were fired while the other stations could not know of it: here, and by others.
fn aside(scene: &Scene, link: &SharedView, columns: usize) -> Vec<Line<'static>> {
    let styles = &scene.styles;
    let here = link
        .aside
        .iter()
        .map(|fired| format!("{}  cue {} fired here", scene.wall(fired.at_ns), fired.cue));
    let by_others = scene.state.flag().map_or(&[][..], |flag| &flag.aside);
    let by_others = by_others.iter().filter(|aside| aside.fired_by != link.me).map(|aside| {
        let at = scene.wall(aside.fired_ns);
        format!("{at}  cue {} fired by {}", aside.cue, aside.fired_by)
    });
    let room = columns.saturating_sub(HEADING);
    let mut lines: Vec<_> = here
        .chain(by_others)
        .map(|words| Line::styled(text::fit(&words, room).into_owned(), styles.attention))
        .collect();
    if !lines.is_empty() {
        let words = "fired while the others could not know of it: agree on it by telephone";
        lines.push(Line::styled(words, styles.past));
    }
    lines
}

/// The changes of the flag, the newest first.
fn history(scene: &Scene, columns: usize) -> Vec<Line<'static>> {
    let styles = &scene.styles;
    let Some(flag) = scene.state.flag() else {
        return vec![Line::styled("nothing is known of it yet", styles.past)];
    };
    let room = columns.saturating_sub(HEADING);
    let mut lines = vec![];
    for change in flag.changes.iter().rev() {
        let how = match &change.how {
            FlagWay::Began => "began the run".to_owned(),
            FlagWay::Passed(from) => format!("got it from {from}"),
            FlagWay::Taken { from, reason, silent_ns } => {
                let silent = duration::clock(Duration::from_nanos(*silent_ns));
                format!("TOOK it from {from}, silent for {silent}: {reason}")
            }
        };
        let is_taken = matches!(change.how, FlagWay::Taken { .. });
        let words =
            format!("{}  term {}  {} {how}", scene.wall(change.at_ns), change.term, change.holder);
        let style = if is_taken { styles.attention } else { styles.text };
        let words = text::wrap(&words, room, 2);
        lines.extend(words.into_iter().map(|line| Line::styled(line, style)));
    }
    lines
}

/// A short length of time: `0.2 ms`, `34 ms`, `1.2 s`.
pub(super) fn milliseconds(time: Duration) -> String {
    let tenths = nanoseconds(time).div_ceil(100_000);
    match tenths {
        0..100 => format!("{}.{} ms", tenths / 10, tenths % 10),
        100..10_000 => format!("{} ms", tenths / 10),
        _ => format!("{}.{} s", tenths / 10_000, tenths / 1_000 % 10),
    }
}
