//! Cues on air and their remaining time: the biggest thing on the screen.
//!
//! ```text
//!   ON AIR   12  Off the roof                          LIVE
//!
//!      ██████    ██████ ██████    of 0:45
//!      ██  ██ ██     ██     ██    ━━━━━━━━──────
//!      ██  ██     █████    ██     fired 22:57:12
//!      ██  ██ ██     ██   ██
//!      ██████    ██████   ██
//!
//!  segment 9  The jump   0:52 left of 1:30
//!  also running  13 He lands 0:12
//! ```

mod also;
mod figure;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::scene::Scene;
use super::{digits, flag, signs, text};
use crate::app::keys::Act;
use crate::app::{EditAct, ongoing, stopped};
use crate::engine::{ActTiming, Countdown, RunNs};
use crate::show::duration;
use crate::show::{CountDirection, CueIx, SegmentIx};
use crate::time::unsigned;
use also::also_running;
use figure::{beside_digits, figure};

/// The cells of the words beside the digits, at least.
const SIDE: usize = 15;

/// The parts of the panel, whatever it is about.
#[derive(Default)]
struct PanelFace<'a> {
    headline: Line<'a>,
    badge: Line<'a>,
    /// The big digits, and the widest that they will be.
    digits: Option<(String, String, Style)>,
    beside: Vec<Line<'a>>,
    /// The cells that the words beside the digits need, where that is more than usual.
    side_min: usize,
    bar: Option<f64>,
    below: Vec<Line<'a>>,
}

/// Draws the panel, its big digits in the rows of `digits`.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, digits: Rect) {
    if area.is_empty() {
        return;
    }
    let face = if scene.state.is_panicked() {
        panicked(scene, usize::from(area.width))
    } else if !scene.state.has_begun() {
        to_begin(scene)
    } else {
        match scene.state.gap(scene.now_ns).filter(|_| scene.on_air_cue().is_none()) {
            Some((next, starts_ns)) => in_gap(scene, next, starts_ns),
            None => running(scene, usize::from(area.width)),
        }
    };
    face.draw(scene, buf, area, digits);
}

impl PanelFace<'_> {
    fn draw(self, scene: &Scene, buf: &mut Buffer, area: Rect, field: Rect) {
        text::put_both(buf, area, area.y, self.headline, self.badge, 24);
        let (mut beside, mut below) = (self.beside, self.below);
        let rows = usize::from(field.height);
        let is_plain = scene.view.capabilities.is_plain();
        let side_min = self.side_min.max(SIDE);
        let scale = self.digits.as_ref().and_then(|(_, widest, _)| {
            let fits = |side: usize| {
                digits::scale_for(
                    widest,
                    usize::from(area.width).saturating_sub(side),
                    rows,
                    is_plain,
                )
            };
            // Words beside the digits are worth a size, but not the smallest for the next.
            fits(side_min + 3).filter(|&scale| scale > 1 || fits(0) == Some(1)).or(fits(0))
        });
        let mut y = field.y;
        if let (Some((figure, widest, style)), Some(scale)) = (&self.digits, scale) {
            let high = digits::height(scale);
            let field =
                Rect { y: field.y + ((rows - high) / 2) as u16, height: high as u16, ..area };
            // A line below blocks is no weight.
            let style = style.remove_modifier(Modifier::UNDERLINED);
            digits::draw(buf, field, figure, widest, scale, style);
            let taken = digits::width(widest, scale) as u16 + 3;
            let side = Rect { x: area.x + taken, width: area.width.saturating_sub(taken), ..field };
            if usize::from(side.width) < side_min {
                // The steps that the caller marks come first.
                let at = usize::from(scene.state.step_cue().is_some()).min(below.len());
                let of = beside.into_iter().take(1).map(|line| match self.bar {
                    Some(done) => before_words(scene, done, line, usize::from(area.width)),
                    None => line,
                });
                below.splice(at..at, of);
            } else {
                if let Some(done) = self.bar {
                    let cells = usize::from(side.width).min(if scale > 2 { 32 } else { 22 });
                    beside
                        .insert(1.min(beside.len()), Line::from(bar(scene, done, cells).to_vec()));
                }
                let gap = if high + 1 >= beside.len() * 2 { 2 } else { 1 };
                let lines = beside.len() * gap - usize::from(gap == 2);
                let mut side_y = field.y + (high.saturating_sub(lines) / 2) as u16;
                for line in beside {
                    if side_y < field.bottom() {
                        text::put(buf, side, side_y, line);
                    }
                    side_y += gap as u16;
                }
            }
            y = field.bottom().max(area.y + 1);
            y += (rows - high - (rows - high) / 2) as u16;
        } else if let Some((figure, _, style)) = &self.digits {
            let first = beside.into_iter().next().unwrap_or_default();
            let mut spans = vec![Span::styled(format!("{figure}  "), *style)];
            spans.extend(first.spans);
            text::put(buf, area, y, Line::from(spans));
            y += 1;
        }
        for line in below {
            if y < area.bottom() {
                text::put(buf, area, y, line);
            }
            y += 1;
        }
    }
}

/// `words` at the end of a row of `columns` cells, and the bar in front of them.
fn before_words<'a>(scene: &Scene, done: f64, words: Line<'a>, columns: usize) -> Line<'a> {
    let cells = columns.saturating_sub(text::line_width(&words) + 2);
    let mut spans = bar(scene, done, cells).to_vec();
    spans.push(Span::raw("  "));
    spans.extend(words.spans);
    Line::from(spans)
}

fn bar(scene: &Scene, done: f64, cells: usize) -> [Span<'static>; 2] {
    text::bar(done, cells, scene.styles.on_air, scene.styles.rule)
}

fn running<'a>(scene: &Scene<'a>, columns: usize) -> PanelFace<'a> {
    let (state, styles) = (scene.state, &scene.styles);
    let segment = scene.segment();
    let segment_title = scene.show.segment(segment).title.as_str();
    let cue = scene.on_air_cue();
    let mut face = PanelFace::default();
    let mut headline = vec![Span::styled(" ON AIR ", styles.on_air_badge), Span::raw("  ")];
    match cue {
        Some(cue) => {
            headline.push(Span::styled(format!("{}  ", scene.number(cue)), styles.on_air));
            headline.push(Span::styled(scene.cue(cue).title.as_str(), styles.strong));
            face.badge = badge(scene, cue);
        }
        None => {
            headline.push(Span::styled(format!("segment {}  ", segment.0 + 1), styles.past));
            headline.push(Span::styled(segment_title, styles.strong));
        }
    }
    face.headline = Line::from(headline);
    let timed = scene.timed_cue().and_then(|cue| Some((cue, scene.countdown(cue)?)));
    let of_segment = state.segment_countdown(scene.now_ns);
    let countdown = timed.map(|(_, countdown)| countdown).or(of_segment);
    if let Some(countdown) = countdown {
        let (of, left, count) = match timed {
            Some((cue, _)) => (countdown.of, scene.left_of(cue, countdown), scene.cue(cue).count),
            None => {
                let of = scene.length_of(segment, countdown);
                let left = scene.left_of_segment(segment, countdown);
                (of, left, scene.show.segment(segment).count)
            }
        };
        let ([first, last], side_min) = beside_digits(scene, countdown, of, (count, left.1));
        face.beside.push(first);
        face.side_min = side_min;
        face.bar = Some(countdown.done_shown());
        face.digits = Some(figure(countdown, left, count));
        if timed.is_none() {
            face.beside.extend(
                scene
                    .nudged(segment)
                    .map(|by| Line::from(vec![Span::styled("nudged ", styles.past), by])),
            );
        }
        face.beside.push(last);
    }
    face.beside.extend(match (timed, of_segment.map(|countdown| countdown.left())) {
        (Some((cue, _)), _) => fired(scene, cue),
        (None, Some(left)) if !left.is_negative() => {
            let ends = scene.wall(scene.now_ns.shifted(left));
            let fixed = scene.fixed_end(segment).map(|_| format!("{} ", signs::CLOCK));
            let fixed = fixed.unwrap_or_default();
            Some(Line::styled(format!("ends {fixed}{ends}"), styles.past))
        }
        (None, _) => None,
    });
    face.below.extend(steps(scene));
    if let (Some(_), Some(of_segment)) = (cue, of_segment) {
        let mut spans = vec![Span::styled(format!("segment {}  ", segment.0 + 1), styles.past)];
        if timed.is_some() {
            let (left, style) = scene.left_of_segment(segment, of_segment);
            let word = if of_segment.left().is_negative() { " over" } else { " left" };
            spans.push(Span::styled(left, style));
            let planned = duration::length(scene.length_of(segment, of_segment));
            spans.push(Span::styled(format!("{word} of {planned}"), styles.past));
            spans.extend(scene.nudged(segment));
            spans.push(Span::raw("  "));
        }
        spans.push(Span::styled(segment_title, styles.text));
        face.below.push(Line::from(spans));
    }
    face.below.extend(also_running(scene, cue, columns));
    if state.is_over() {
        let left = state.uncalled().next().is_some();
        let words = match left {
            true => "the last cue is called, but others are not".to_owned(),
            false => format!("everything is called: {} ends the run", scene.way(Act::Quit)),
        };
        face.below.push(Line::styled(words, if left { styles.attention } else { styles.text }));
    }
    face.below.extend(act(scene));
    face
}

/// The source of a cue on air, and before it the fade of its clip.
fn badge<'a>(scene: &Scene<'a>, cue: CueIx) -> Line<'a> {
    let fade = scene.fade(cue).map(|fade| Span::styled(fade, scene.styles.attention));
    let gap = fade.is_some().then(|| Span::raw("  "));
    let source = scene.source(cue);
    Line::from_iter(fade.into_iter().chain(gap.filter(|_| source.is_some())).chain(source))
}

/// The time left of the act that runs, its end, and how far that is from the plan.
fn act<'a>(scene: &Scene<'a>) -> Option<Line<'a>> {
    let styles = &scene.styles;
    let act = scene.state.running_act()?;
    let ActTiming { planned, ends_ns, over, .. } =
        scene.state.act_timing(&act, &scene.timing, scene.now_ns);
    let left = duration::countdown(unsigned(ends_ns.until(scene.now_ns)));
    let mut spans = vec![
        Span::styled("act  ", styles.past),
        Span::styled(left, styles.strong),
        Span::styled(format!(" left of {}", duration::length(planned)), styles.past),
    ];
    if !over.is_zero() {
        spans.extend([Span::raw("  "), scene.over_under(over)]);
    }
    spans.push(Span::styled(format!("  ends {}", scene.wall(ends_ns)), styles.past));
    spans.extend(act.name.map(|name| Span::styled(format!("  {name}"), styles.text)));
    Some(Line::from(spans))
}

/// Time of the cue's firing, or, with a clip on air, time of the picture's end.
fn fired(scene: &Scene, cue: CueIx) -> Option<Line<'static>> {
    let styles = &scene.styles;
    if scene.state.cue(cue).clip_lost {
        return Some(Line::styled(scene.lost_words(cue), styles.on_air));
    }
    if let Some(clip) = scene.clip(cue) {
        if !clip.moves {
            return Some(Line::styled("VT paused", styles.attention));
        }
        let Some(countdown) = scene.countdown(cue).filter(|_| !scene.cue(cue).is_loop()) else {
            return Some(Line::styled("VT, no end", styles.vt));
        };
        let ends_ns = scene.now_ns + unsigned(countdown.left()) * scene.state.speed();
        return Some(Line::from(vec![
            Span::styled("VT ", styles.vt),
            Span::styled(format!("out {}", scene.wall(ends_ns)), styles.past),
        ]));
    }
    let state = scene.state.cue(cue);
    let at = scene.wall(state.fired_ns?);
    Some(Line::styled(format!("fired {at}"), scene.styles.past))
}

/// The step that `m` marks next.
fn steps<'a>(scene: &Scene<'a>) -> Option<Line<'a>> {
    let styles = &scene.styles;
    let cue = scene.state.step_cue()?;
    let steps = &scene.cue(cue).steps;
    let done = scene.state.cue(cue).steps_done as usize;
    let next = steps.get(done)?;
    Some(Line::from(vec![
        Span::styled(format!("{done} of {} steps", steps.len()), styles.text),
        Span::styled(format!("   {} marks  ", scene.way(Act::Step)), styles.past),
        Span::styled(format!("{} ", signs::STOPPED), styles.tint(next.colour)),
        Span::styled(next.title.as_str(), styles.strong),
    ]))
}

/// After a panic nothing comes by itself before the caller goes on; outputs that could not be told
/// are named.
fn panicked<'a>(scene: &Scene<'a>, columns: usize) -> PanelFace<'a> {
    let (state, styles) = (scene.state, &scene.styles);
    let mut face = PanelFace {
        headline: Line::from(vec![
            Span::styled(" PANIC ", styles.on_air_badge),
            Span::styled(format!("  {}", stopped::short_words(state)), styles.strong),
        ]),
        ..PanelFace::default()
    };
    for (output, why) in stopped::not_told(state) {
        let name = Span::styled(format!("{output} NOT told to stop"), styles.attention);
        face.below.push(Line::from(vec![name, Span::styled(format!("  {why}"), styles.text)]));
    }
    let ramps = ongoing::stopped(state).map(|ramps| text::wrap(&ramps, columns, 3));
    let ramps = ramps.into_iter().flatten();
    face.below.extend(ramps.map(|words| Line::styled(words, styles.attention)));
    let go = Span::styled(scene.way_on(), styles.strong);
    face.below.push(match state.playhead() {
        Some(cue) => Line::from(vec![
            go,
            Span::styled("  continues with ", styles.past),
            Span::styled(format!("{} ", scene.number(cue)), styles.text),
            Span::styled(scene.cue(cue).title.as_str(), styles.text),
        ]),
        None => {
            Line::from(vec![go, Span::styled("  continues; nothing is left to call", styles.past)])
        }
    });
    if let Some(segment) = state.current_segment() {
        face.below.push(Line::from(vec![
            Span::styled(format!("segment {}  ", segment.0 + 1), styles.past),
            Span::styled(scene.show.segment(segment).title.as_str(), styles.text),
        ]));
    }
    face
}

/// What stands there where the show is only edited.
fn edited<'a>(scene: &Scene<'a>) -> PanelFace<'a> {
    let styles = &scene.styles;
    let mut face = PanelFace {
        headline: Line::from(vec![
            Span::styled(" EDIT ", styles.attention_badge),
            Span::styled("  The show is edited, not run", styles.strong),
        ]),
        ..PanelFace::default()
    };
    let line = |acts: &[EditAct], does: &str| {
        let keys: Vec<_> = acts.iter().map(|&act| scene.way(Act::Edit(act))).collect();
        (keys.join(" "), does.to_owned())
    };
    let lines = [
        line(&[EditAct::Open], "edits the selected cue"),
        line(&[EditAct::AddCue, EditAct::AddSegment], "add a cue, a segment"),
        line(&[EditAct::DuplicateCue, EditAct::RemoveCue], "copies, removes the cue"),
        line(&[EditAct::CueDown, EditAct::CueUp], "move it down, up"),
        line(&[EditAct::Undo, EditAct::Redo], "undo, redo"),
        (scene.way(Act::Editor), "your own editor, at its line".to_owned()),
        (scene.way(Act::Quit), "leaves".to_owned()),
    ];
    let cells = lines.iter().map(|(keys, _)| text::width(keys)).max().unwrap_or_default();
    face.below.extend(lines.into_iter().map(|(keys, does)| {
        let pad = " ".repeat(cells - text::width(&keys) + 2);
        Line::from(vec![
            Span::styled(keys, styles.strong),
            Span::styled(format!("{pad}{does}"), styles.past),
        ])
    }));
    face
}

fn to_begin<'a>(scene: &Scene<'a>) -> PanelFace<'a> {
    if scene.state.is_only_edited() {
        return edited(scene);
    }
    let (state, styles) = (scene.state, &scene.styles);
    let mut face = PanelFace {
        headline: Line::from(vec![
            Span::styled(" NOT BEGUN ", styles.quiet_badge),
            Span::styled("  The show has not begun", styles.strong),
        ]),
        ..PanelFace::default()
    };
    // Where another station has the flag, that one begins it.
    let calls = !flag::is_idle(scene);
    if let Some(cue) = state.playhead().filter(|_| calls) {
        face.below.push(Line::from(vec![
            Span::styled(scene.way(Act::Go), styles.strong),
            Span::styled("  GO ", styles.past),
            Span::styled(format!("{} ", scene.number(cue)), styles.text),
            Span::styled(scene.cue(cue).title.as_str(), styles.text),
        ]));
    } else if calls {
        face.below
            .push(Line::styled(format!("{}  begins the show", scene.way(Act::Go)), styles.text));
    }
    let first = &scene.show.segments[SegmentIx::FIRST];
    if state.plan().anchored {
        let start_ns = state.planned_begin_ns().in_run();
        let left = start_ns.until(scene.now_ns);
        let is_late = left.is_negative();
        let countdown = Countdown { elapsed: Duration::ZERO, of: unsigned(left) };
        if !is_late {
            face.digits = Some(figure(countdown, scene.left(countdown), CountDirection::Down));
        } else {
            let late = duration::clock(left.unsigned_abs());
            face.digits = Some((format!("+{late}"), format!("+{late}"), styles.attention));
        }
        let (word, style) =
            if is_late { ("planned", styles.attention) } else { ("until", styles.past) };
        face.beside.push(Line::from(vec![
            Span::styled(format!("{word} "), style),
            Span::styled(scene.wall(start_ns), styles.strong),
        ]));
        face.beside.push(Line::styled(first.title.as_str(), styles.text));
    } else {
        face.below.push(Line::from(vec![
            Span::styled("first  ", styles.past),
            Span::styled(first.title.as_str(), styles.text),
            Span::styled(format!("  {}", duration::length(first.duration)), styles.past),
        ]));
    }
    face
}

/// The plan's own pause: everything is done, and the next segment waits for its hard start.
fn in_gap<'a>(scene: &Scene<'a>, next: SegmentIx, starts_ns: RunNs) -> PanelFace<'a> {
    let styles = &scene.styles;
    let countdown = Countdown { elapsed: Duration::ZERO, of: starts_ns.since(scene.now_ns) };
    let left = duration::countdown(countdown.of);
    PanelFace {
        headline: Line::from(vec![
            Span::styled(" GAP ", styles.quiet_badge),
            Span::styled(format!("  segment {}  ", next.0 + 1), styles.past),
            Span::styled(scene.show.segment(next).title.as_str(), styles.strong),
        ]),
        digits: Some(figure(countdown, (left, styles.strong), CountDirection::Down)),
        beside: vec![Line::from(vec![
            Span::styled("until ", styles.past),
            Span::styled(scene.wall(starts_ns), styles.strong),
        ])],
        ..PanelFace::default()
    }
}
