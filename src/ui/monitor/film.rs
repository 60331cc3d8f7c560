//! A clip: a strip of film that moves past a gate, its length, its in- and out-point, and what is
//! left of it.
//!
//! ```text
//!  clips/flight.mp4                                  VT playing
//!   ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪▼▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪
//!  ───┬─────────┬─────────┬─────────┬─────────┬─────────
//!     │  0:10   │  0:20   │  0:30   │  0:40   │  0:50
//!  ───┴─────────┴─────────┴─────────┴─────────┴─────────
//!   ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪▲▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪ ▪
//!  0:27 ━━━━━━━━━━━━━━━━━━╸────────────────── 1:53 left of 2:20
//!  in 0:00   out 2:20   volume 90 %
//! ```
//!
//! A cell of the strip is a second of the clip, so that it moves by one cell a second, and a slow
//! line can carry it. Before the in-point and after the out-point there is no film. Must never say
//! that a picture is there when none is.

mod strip;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::engine::{Countdown, Phase};
use crate::output::Light;
use crate::show::action::MpvCommand;
use crate::show::duration::{self, SECOND_NS};
use crate::show::{CueIx, OutputLayer};
use crate::time::nanoseconds;
use crate::ui::scene::{Scene, widest};
use crate::ui::{digits, text};

/// The fewest rows in which it tells more than words.
pub(super) const ROWS_MIN: u16 = 4;
/// The most rows of the strip.
const STRIP_MAX: u16 = 13;

/// A clip as the show file has it, and how far it is.
struct FilmReel<'a> {
    file: &'a str,
    player: OutputLayer,
    from_ns: u64,
    to_ns: Option<u64>,
    volume: Option<u8>,
    looped: bool,
    /// While it runs.
    countdown: Option<Countdown>,
    /// `true` once it has played to its end.
    is_over: bool,
}

impl<'a> FilmReel<'a> {
    fn of(scene: &Scene<'a>, cue: CueIx) -> Option<Self> {
        let (_, player, command) = scene.cue(cue).clip()?;
        let MpvCommand::Play { clip, from_ns, to_ns, volume, looped, .. } = command else {
            return None;
        };
        let phase = scene.state.cue(cue).phase;
        let (is_running, is_over) = (phase == Phase::Running, phase == Phase::Complete);
        let (from_ns, to_ns, volume, looped) = (*from_ns, *to_ns, *volume, *looped);
        let countdown = scene.countdown(cue).filter(|_| is_running);
        Some(FilmReel { file: clip, player, from_ns, to_ns, volume, looped, countdown, is_over })
    }

    /// Its length, if known.
    fn length_ns(&self, scene: &Scene, cue: CueIx) -> Option<u64> {
        let by_file = self.to_ns.map(|to_ns| to_ns.saturating_sub(self.from_ns));
        let examined = || scene.ready_clip(cue).and_then(|ready| ready.length_ns);
        let length_ns = self.countdown.map(|countdown| nanoseconds(countdown.of)).or(by_file);
        length_ns.or_else(examined).or(scene.cue(cue).lasts().map(nanoseconds))
    }

    /// Position in the file, nanoseconds.
    fn position_ns(&self, scene: &Scene, cue: CueIx) -> u64 {
        let state = scene.state.cue(cue);
        let played = scene.clip(cue).map(|clip| clip.position_ns);
        let since =
            || Some(nanoseconds(scene.state.show_ns(scene.now_ns).since(state.fired_show_ns?)));
        let is_running = state.phase == Phase::Running;
        let by_countdown = self.countdown.map(|countdown| nanoseconds(countdown.elapsed));
        let elapsed_ns = by_countdown.or(played).or_else(since);
        // What has played to its end stays there; where nobody knows the length, at its beginning.
        let at_end_ns = self.length_ns(scene, cue).filter(|_| self.is_over && !self.looped);
        let elapsed_ns = elapsed_ns.filter(|_| is_running).or(at_end_ns).unwrap_or(0);
        let most_ns = self.length_ns(scene, cue).filter(|_| !self.looped).unwrap_or(u64::MAX);
        self.from_ns.saturating_add(elapsed_ns.min(most_ns))
    }

    /// State of the picture, in a word.
    fn standing(&self, scene: &Scene, cue: CueIx) -> Span<'static> {
        let styles = &scene.styles;
        let state = scene.state.cue(cue);
        if self.is_over && !self.looped {
            let words = match state.clip_lost {
                true => scene.lost_words(cue),
                false => "VT played".to_owned(),
            };
            return Span::styled(words, styles.past);
        }
        if state.phase != Phase::Running {
            let is_down = scene
                .app
                .outputs
                .get(self.player.output.0 as usize)
                .is_some_and(|health| health.light == Light::Down);
            return match is_down && scene.ready_clip(cue).is_none() {
                true => Span::styled("VT NOT READY", styles.attention),
                false => Span::styled("VT ready", styles.past),
            };
        }
        if state.clip_lost {
            return Span::styled(scene.lost_words(cue), styles.on_air);
        }
        match scene.clip(cue) {
            Some(clip) if clip.moves => Span::styled("VT playing", styles.vt),
            Some(_) => Span::styled("VT paused", styles.attention),
            None if scene.state.held_since().is_some() => Span::styled("VT held", styles.attention),
            None if scene.state.is_rehearsal() => Span::styled("VT rehearsed", styles.vt),
            None => Span::styled("VT by the clock", styles.past),
        }
    }

    /// Facts about it in one line.
    fn facts(&self, scene: &Scene, cue: CueIx) -> Line<'static> {
        let styles = &scene.styles;
        let point = |ns: u64| duration::clock(Duration::from_nanos(ns));
        let mut facts = vec![("in", point(self.from_ns))];
        match (self.to_ns, self.length_ns(scene, cue)) {
            (Some(to_ns), _) => facts.push(("out", point(to_ns))),
            (None, Some(length_ns)) => {
                facts.push(("out", point(self.from_ns.saturating_add(length_ns))))
            }
            (None, None) => {}
        }
        let lasts = self.length_ns(scene, cue).map(Duration::from_nanos);
        facts.extend(lasts.map(|lasts| ("length", duration::length(lasts))));
        facts.extend(self.volume.map(|volume| ("volume", format!("{volume} %"))));
        let output = &scene.show.output(self.player.output).id;
        let on = match self.player.layer.is_main() {
            true => output.clone(),
            false => format!("{output}, layer {}", self.player.layer),
        };
        facts.push(("on", on));
        let mut spans = vec![];
        for (word, value) in facts {
            let gap = if spans.is_empty() { "" } else { "   " };
            spans.push(Span::styled(format!("{gap}{word} "), styles.past));
            spans.push(Span::styled(value, styles.text));
        }
        if self.looped {
            spans.push(Span::styled("   loop", styles.attention));
        }
        Line::from(spans)
    }

    /// Progress bar between the elapsed and the remaining time.
    fn bar(&self, scene: &Scene, cue: CueIx, columns: usize) -> Line<'static> {
        let styles = &scene.styles;
        let played_ns = self.length_ns(scene, cue).filter(|_| self.is_over && !self.looped);
        if played_ns.is_some() && scene.state.cue(cue).clip_lost {
            return Line::styled("not played to its end", styles.past);
        }
        if let Some(length_ns) = played_ns {
            let lasts = duration::length(Duration::from_nanos(length_ns));
            let (from, tail) = (duration::clock(Duration::ZERO), format!(" played {lasts}"));
            let taken = text::width(&from) + 1 + text::width(&tail);
            let mut spans = vec![Span::styled(format!("{from} "), styles.past)];
            spans.extend(text::bar(1.0, columns.saturating_sub(taken), styles.past, styles.rule));
            spans.push(Span::styled(tail, styles.past));
            return Line::from(spans);
        }
        let Some(countdown) = self.countdown.filter(|_| !self.looped) else {
            let word = if self.looped { "loops until it is stopped" } else { "" };
            return Line::styled(word, styles.past);
        };
        let of = duration::length(countdown.of);
        let cells = text::width(&duration::countdown(countdown.of));
        let done = countdown.elapsed.min(countdown.of);
        let (left, style) = scene.left_of(cue, countdown);
        let word = if countdown.left().is_negative() { "over" } else { "left of" };
        let tail = format!(" {word} {of}");
        let room = columns.saturating_sub(2 * cells + 3 + text::width(&tail));
        let mut spans =
            vec![Span::styled(format!("{:>cells$} ", duration::clock(done)), styles.text)];
        let style_of_bar = if scene.state.cue(cue).clip_lost { styles.past } else { styles.vt };
        spans.extend(text::bar(countdown.done(), room, style_of_bar, styles.rule));
        spans.push(Span::styled(format!(" {left:>width$}", width = cells + 1), style));
        spans.push(Span::styled(tail, styles.past));
        Line::from(spans)
    }
}

/// Draws it.
pub(super) fn draw(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let Some(reel) = FilmReel::of(scene, cue).filter(|_| !area.is_empty()) else { return };
    let styles = &scene.styles;
    let columns = usize::from(area.width);
    let rows = area.height.saturating_sub(3);
    let air = u16::from(rows >= 7);
    // Where the run page has no countdown in sight, this is where it is read.
    let spare = usize::from(rows.saturating_sub(5 + 3 * air).saturating_sub(1));
    let is_plain = scene.view.capabilities.is_plain();
    let figure = figure(scene, &reel, cue).and_then(|figure| {
        let scale = digits::scale_for(&figure.1, columns, spare, is_plain).filter(|&s| s > 1)?;
        Some((figure, scale))
    });
    let figure_rows = figure.as_ref().map_or(0, |(_, scale)| digits::height(*scale) as u16 + 1);
    let high = rows.saturating_sub(2 * air + figure_rows).min(STRIP_MAX);
    // In much room it stands a little above the middle.
    let spare = rows.saturating_sub(2 * air + figure_rows + high);
    let name_y = area.y + spare / 3;
    let name = Line::styled(reel.file, styles.strong);
    text::put_both(buf, area, name_y, name, Line::from(reel.standing(scene, cue)), 8);
    let mut y = name_y + 1 + air;
    if let Some(((figure, widest, style), scale)) = figure {
        digits::draw(buf, Rect { y, ..area }, &figure, &widest, scale, style);
        y += figure_rows;
    }
    strip::draw(scene, buf, Rect { y, height: high, ..area }, &window(scene, &reel, cue));
    y += high + air;
    text::put(buf, area, y, reel.bar(scene, cue, columns));
    text::put(buf, area, y + 1, reel.facts(scene, cue));
}

/// Draws it below the picture of something else: a bar in one row, with a second row its points as
/// well.
pub(super) fn draw_below(scene: &Scene, buf: &mut Buffer, area: Rect, cue: CueIx) {
    let Some(reel) = FilmReel::of(scene, cue).filter(|_| !area.is_empty()) else { return };
    let mut left = vec![
        reel.standing(scene, cue),
        Span::styled(format!("  {}", reel.file), scene.styles.past),
    ];
    let columns = usize::from(area.width);
    if area.height == 1 && reel.countdown.is_none() {
        left.push(Span::raw("   "));
        left.extend(reel.facts(scene, cue).spans);
    }
    if area.height > 1 {
        text::put_both(buf, area, area.y, Line::from(left), reel.facts(scene, cue), columns / 3);
        text::put(buf, area, area.y + 1, reel.bar(scene, cue, columns));
        return;
    }
    let taken = text::line_width(&Line::from(left.clone())) + 3;
    let room = columns.saturating_sub(taken);
    let bar = if room >= 30 { reel.bar(scene, cue, room) } else { Line::default() };
    text::put_both(buf, area, area.y, Line::from(left), bar, 12);
}

/// The countdown, and its digits at their widest.
fn figure(
    scene: &Scene,
    reel: &FilmReel,
    cue: CueIx,
) -> Option<(String, String, ratatui::style::Style)> {
    let countdown = reel.countdown.filter(|_| !reel.looped)?;
    let (left, style) = scene.left_of(cue, countdown);
    Some((left, widest(countdown), style))
}

/// Range of the strip: the second in the gate, and the beginning and end of the film.
fn window(scene: &Scene, reel: &FilmReel, cue: CueIx) -> strip::Window {
    let seconds = |ns: u64| (ns / SECOND_NS).min(i64::MAX as u64 / 4) as i64;
    let ends = reel.length_ns(scene, cue).filter(|_| !reel.looped);
    strip::Window {
        at: seconds(reel.position_ns(scene, cue)),
        begins: seconds(reel.from_ns),
        ends: ends.map(|length_ns| seconds(reel.from_ns.saturating_add(length_ns))),
        is_lost: scene.state.cue(cue).clip_lost,
    }
}
