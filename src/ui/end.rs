//! The end card: what the night was, when it is over. It has the room of the panels for what is on
//! air and what is next.
//!
//! ```text
//!   ENDED   Show ended 23:08:20
//!     ▄  ▄█  ▄ ▀▀█ █▀█   over the plan
//!    ▀█▀  █  ▄ █▀▀ █ █
//!        ▀▀▀   ▀▀▀ ▀▀▀
//!  cues          6 called, 3 by themselves, 1 skipped
//!  longest late  12  Off the roof  +2:10
//!  failed        1  lights of cue 1
//! ─ OVER / UNDER ──────────────────────────
//!   over     +1:20            ⣀⠤⠒⠉
//!   as planned 0:00   ⠤⠤⠤⠒⠒⠉
//!  handover report   what happened when
//!  handover --resume resumes a run you left
//! ```

use jiff::SignedDuration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{digits, layout, text, timeline};
use crate::engine::{Cause, Note, Phase, SendState};
use crate::show::CueIx;
use crate::show::duration;

/// The cells of a fact's name.
const NAME: usize = 14;
/// The most cues that are named as failed.
const FAILED_MAX: usize = 4;
/// The fewest rows of a curve, its rule among them.
const CURVE_MIN: u16 = 4;
/// The most, where something else is to be told below it.
const CURVE_MAX: u16 = 16;
/// The most where there is nothing else.
const CURVE_ALONE_MAX: u16 = 28;
/// The cells of a late cue's number and times.
const LATE_FIGURES: usize = 52;
/// The fewest lines of a list.
const LIST_MIN: u16 = 2;

/// Draws the card, the big digits in as many rows as `digit_rows`.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, digit_rows: Rect) {
    if area.is_empty() {
        return;
    }
    let styles = &scene.styles;
    let headline = Line::from(vec![
        Span::styled(" ENDED ", styles.quiet_badge),
        Span::styled("  Show ended ", styles.strong),
        Span::styled(scene.wall_with_day(scene.timing.end_ns), styles.text),
    ]);
    text::put(buf, area, area.y, headline);
    let (amount, word, style) = amount(scene);
    let columns = usize::from(area.width);
    let word_cells = text::width(word) + 3;
    let rows = usize::from(digit_rows.height);
    let room = columns.saturating_sub(word_cells);
    match digits::scale_for(&amount, room, rows, scene.view.capabilities.is_plain()) {
        Some(scale) => {
            digits::draw(buf, digit_rows, &amount, &amount, scale, style);
            let beside = digits::width(&amount, scale) as u16 + 3;
            let beside =
                Rect { x: area.x + beside, width: area.width.saturating_sub(beside), ..area };
            text::put(
                buf,
                beside,
                digit_rows.y + (digits::height(scale) / 2) as u16,
                Line::styled(word, style),
            );
        }
        None => {
            _ = text::put(buf, area, digit_rows.y, Line::styled(format!("{amount}  {word}"), style))
        }
    }
    let mut y = digit_rows.bottom() + 1;
    let commands = commands(scene);
    let last = area.bottom().saturating_sub(commands.len() as u16);
    for line in facts(scene, columns) {
        if y < last {
            text::put(buf, area, y, line);
        }
        y += 1;
    }
    let free = last.saturating_sub(y + 1);
    if free >= CURVE_MIN {
        let lists = [("LATEST CUES", late_cues(scene, columns)), ("NOTES", notes(scene, columns))];
        let lists = lists.into_iter().filter(|(_, lines)| !lines.is_empty());
        let most = if lists.clone().next().is_some() { CURVE_MAX } else { CURVE_ALONE_MAX };
        let chart = Rect { y: y + 1, height: free.min(most), ..area };
        head(scene, buf, area, y, "OVER / UNDER");
        timeline::night(scene, buf, chart);
        y = chart.bottom();
        for (heading, lines) in lists {
            // Its rule, and a free row before the commands.
            let room = last.saturating_sub(y + 2);
            if room < LIST_MIN {
                break;
            }
            head(scene, buf, area, y, heading);
            for line in text::cut_rows(lines, usize::from(room), None, styles.text) {
                y += 1;
                text::put(buf, area, y, line);
            }
            y += 1;
        }
    }
    // The commands stand below what there is, and at the bottom where that fills the card.
    for (at, line) in (y.saturating_add(1).min(last)..area.bottom()).zip(commands) {
        text::put(buf, area, at, line);
    }
}

/// A rule over the whole panel, with a heading.
fn head(scene: &Scene, buf: &mut Buffer, area: Rect, y: u16, heading: &str) {
    let fence = Rect { x: area.x - 1, width: area.width + 1, ..area };
    layout::rule(buf, fence, y, heading, &scene.styles);
    layout::join(buf, fence.x.saturating_sub(1), y);
}

/// The show's figures in a few lines, for a window that has no room for the card.
pub(super) fn lines<'a>(scene: &Scene<'a>, columns: usize) -> Vec<Line<'a>> {
    facts(scene, columns).into_iter().chain(commands(scene)).collect()
}

/// The time over or under the plan with which it ended.
fn amount(scene: &Scene) -> (String, &'static str, Style) {
    let over = scene.late(scene.timing.planned_end_ns, scene.timing.end_ns);
    let (word, style) = match over.signum() {
        1.. => ("over the plan", scene.styles.attention),
        0 => ("on time", scene.styles.ready),
        _ => ("under the plan", scene.styles.ready),
    };
    (duration::over_under(over), word, style)
}

fn fact<'a>(scene: &Scene, name: &str, value: impl IntoIterator<Item = Span<'a>>) -> Line<'a> {
    let name = Span::styled(format!("{name:<NAME$}"), scene.styles.past);
    Line::from_iter(std::iter::once(name).chain(value))
}

fn facts<'a>(scene: &Scene<'a>, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let mut facts = vec![];
    let counts =
        counts(scene).into_iter().map(|(words, style)| Line::from(Span::styled(words, style)));
    for (at, line) in text::flow(counts, columns.saturating_sub(NAME), 2).into_iter().enumerate() {
        facts.push(fact(scene, if at == 0 { "cues" } else { "" }, line.spans));
    }
    facts.push(match late(scene).first() {
        Some(&(cue, by)) => {
            let head = fact(
                scene,
                "longest late",
                [
                    Span::styled(format!("{}  ", scene.number(cue)), styles.text),
                    Span::styled(scene.cue(cue).title.as_str(), styles.text),
                ],
            );
            let late = Span::styled(format!("  {}", duration::over_under(by)), styles.attention);
            text::with_tail(head, Line::from(late), columns, NAME + 8)
        }
        None => fact(scene, "longest late", [Span::styled("no cue was late", styles.ready)]),
    });
    let failed = failed(scene);
    facts.push(match failed.len() {
        0 => fact(scene, "failed", [Span::styled("nothing", styles.ready)]),
        count => {
            let more = if count > FAILED_MAX {
                format!(", +{} more", count - FAILED_MAX)
            } else {
                String::new()
            };
            let named: Vec<String> = failed.into_iter().take(FAILED_MAX).collect();
            let words = format!("{count}  {}{more}", named.join(", "));
            fact(scene, "failed", [Span::styled(words, styles.attention)])
        }
    });
    facts
}

/// Number of cues for each outcome.
fn counts(scene: &Scene) -> Vec<(String, Style)> {
    let styles = &scene.styles;
    let state = scene.state;
    let (mut called, mut alone, mut skipped, mut missed, mut stopped, mut passed) =
        (0, 0, 0, 0, 0, 0);
    for cue in scene.show.cue_indices() {
        let at = state.cue(cue);
        match at.cause.filter(|_| at.firings > 0) {
            Some(Cause::Follow | Cause::Clock) => alone += 1,
            Some(Cause::Go | Cause::Remote | Cause::Auto) => called += 1,
            None => {}
        }
        skipped += usize::from(at.skipped);
        missed += usize::from(at.phase == Phase::Missed);
        stopped += usize::from(at.phase == Phase::Stopped);
        passed += usize::from(state.is_passed_over(cue));
    }
    let counts = [
        (called, "called", styles.text),
        (alone, "by themselves", styles.text),
        (skipped, "skipped", styles.past),
        (passed, "passed over", styles.past),
        (stopped, "stopped", styles.attention),
        (missed, "missed", styles.attention),
    ];
    let counts = counts.into_iter().filter(|(count, word, _)| *count > 0 || *word == "called");
    counts.map(|(count, word, style)| (format!("{count} {word}"), style)).collect()
}

/// The cues that came a second or more after their planned time, nanoseconds, the latest first.
fn late(scene: &Scene) -> Vec<(CueIx, SignedDuration)> {
    let late = scene.show.cue_indices().filter_map(|cue| {
        let fired_ns = scene.state.cue(cue).fired_ns?;
        Some((cue, scene.late(scene.planned_cue_ns(cue), fired_ns)))
    });
    let mut late: Vec<(CueIx, SignedDuration)> = late.filter(|(_, by)| by.as_secs() >= 1).collect();
    late.sort_by_key(|(cue, by)| (std::cmp::Reverse(*by), scene.show.place(*cue)));
    late
}

/// A line for each cue that came late, with its planned time and its own, the latest first.
fn late_cues<'a>(scene: &Scene<'a>, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let late = late(scene);
    let titles = late.iter().map(|(cue, _)| text::width(&scene.cue(*cue).title));
    // All times stand below each other.
    let cells = titles.max().unwrap_or(0).min(columns.saturating_sub(LATE_FIGURES));
    let line = |(cue, by): (CueIx, SignedDuration)| {
        let title = text::fit(&scene.cue(cue).title, cells);
        let pad = " ".repeat(cells.saturating_sub(text::width(&title)));
        let fired = scene.state.cue(cue).fired_ns.map_or(String::new(), |ns| scene.wall(ns));
        let planned = scene.wall(scene.planned_cue_ns(cue));
        Line::from(vec![
            Span::styled(format!("{:<6} ", scene.number(cue)), styles.past),
            Span::styled(title, styles.text),
            Span::styled(format!("{pad}  planned {planned}  "), styles.past),
            Span::styled(fired, styles.text),
            Span::styled(format!("{:>9}", duration::over_under(by)), styles.attention),
        ])
    };
    late.into_iter().map(line).collect()
}

/// The caller's notes of the night, a line each.
fn notes<'a>(scene: &Scene<'a>, columns: usize) -> Vec<Line<'a>> {
    let styles = &scene.styles;
    let line = |note: &'a Note| {
        let cue = note.cue.map_or(String::new(), |cue| scene.number(cue).to_string());
        let head = Span::styled(format!("{}  {cue:<6} ", scene.wall(note.at_ns)), styles.past);
        let room = columns.saturating_sub(text::width(&head.content));
        Line::from(vec![head, Span::styled(text::fit(&note.text, room), styles.text)])
    };
    scene.state.notes().iter().map(line).collect()
}

/// Every message that failed or of which nobody knows, and every picture that was lost.
fn failed(scene: &Scene) -> Vec<String> {
    let mut failed = vec![];
    for cue in scene.show.cue_indices() {
        let at = scene.state.cue(cue);
        for (action, send) in scene.cue(cue).actions.iter().zip(&at.sends) {
            let output = &scene.show.output(action.output).id;
            match send {
                SendState::Failed => failed.push(format!("{output} of cue {}", scene.number(cue))),
                SendState::Unknown => {
                    failed.push(format!("{output} of cue {} (unknown)", scene.number(cue)))
                }
                SendState::Pending | SendState::Sent => {}
            }
        }
        if at.clip_lost {
            let clip = if scene.is_seen(cue) { "picture" } else { "sound" };
            failed.push(format!("the {clip} of cue {}", scene.number(cue)));
        }
    }
    failed
}

/// Commands to type in the shell next.
fn commands(scene: &Scene) -> [Line<'static>; 2] {
    let styles = &scene.styles;
    let command = |words: &str, does: &'static str| {
        Line::from(vec![
            Span::styled(format!("{words:<17} "), styles.strong),
            Span::styled(does, styles.past),
        ])
    };
    if !scene.state.is_kept() {
        return [
            command("handover", "opens this show"),
            command("handover new FILE", "writes a show of your own"),
        ];
    }
    let option = &scene.app.state_option;
    [
        command(&format!("handover report{option}"), "what happened when"),
        command(&format!("handover --resume{option}"), "resumes a run you left"),
    ]
}
