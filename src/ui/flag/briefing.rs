//! The relief briefing: what the one who gets the flag has to know, the abnormal before the normal.
//!
//! ```text
//! ON AIR     1.5 Opening titles, ends 23:00:49, 0:34 left
//! NEXT       12 Tom Cruise: off the roof  0 of 3 ready  “Stunts, off the roof:…
//!            20 Five rings for Hollywood  “Rings: GO”
//! OVERRIDE ! 12 at 23:00:15: wire not answering, seen by eye
//! OUTPUTS  ! sound down: nobody listens at 127.0.0.1:8001
//! STATIONS   la 0.2 s behind, clock ±2.0 ms, same show and version
//! ```

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::dialog::differs;
use super::standing;
use crate::app::flag::SharedView;
use crate::app::stopped;
use crate::engine::SendState;
use crate::show::duration;
use crate::show::{CueIx, OutputIx};
use crate::ui::header;
use crate::ui::scene::Scene;
use crate::ui::text;

/// Cells of the headings.
const HEADING: usize = 11;
/// The most lines of one heading.
const LINES_MAX: usize = 4;
/// The fewest cells of a cue that is on air, before its end.
const TITLE_MIN: usize = 10;
/// The calls that are told.
const CALLS: usize = 3;

/// The lines of a briefing as they are made.
struct Briefing<'s, 'a> {
    scene: &'s Scene<'a>,
    columns: usize,
    lines: Vec<Line<'static>>,
    /// Kinds of trouble that were looked for and not found.
    none: Vec<&'static str>,
}

/// The briefing, in lines of `columns` cells; without the stations where what is read above it is
/// about them.
pub(super) fn rows(
    scene: &Scene,
    link: &SharedView,
    columns: usize,
    with_stations: bool,
) -> Vec<Line<'static>> {
    let mut briefing = Briefing { scene, columns, lines: vec![], none: vec![] };
    briefing.on_air();
    briefing.next();
    briefing.trouble(link);
    if with_stations {
        briefing.stations(link);
    }
    briefing.nothing();
    briefing.lines
}

impl Briefing<'_, '_> {
    /// Adds `words` below `heading`, which stands on the first line alone; with a mark before those
    /// that want attention.
    fn say(&mut self, heading: &str, words: Vec<(String, Style)>) {
        let styles = self.scene.styles;
        let many = words.len();
        let room = self.columns.saturating_sub(HEADING);
        for (at, (words, style)) in words.into_iter().take(LINES_MAX).enumerate() {
            let heading = if at == 0 { heading } else { "" };
            let mark = if style == styles.attention { "! " } else { "  " };
            let words = match many.checked_sub(LINES_MAX) {
                Some(more @ 1..) if at + 1 == LINES_MAX => format!("and {} more", more + 1),
                Some(_) | None => words,
            };
            self.lines.push(Line::from(vec![
                Span::styled(format!("{heading:<9}"), styles.heading),
                Span::styled(mark, styles.attention),
                Span::styled(text::fit(&words, room).into_owned(), style),
            ]));
        }
    }

    /// Adds what is abnormal; where there is nothing of it, that is said at the end.
    fn abnormal(&mut self, heading: &str, none: &'static str, words: Vec<String>) {
        if words.is_empty() {
            self.none.push(none);
            return;
        }
        let style = self.scene.styles.attention;
        let words = words.into_iter().map(|words| (words, style)).collect();
        self.say(heading, words);
    }

    fn named(&self, cue: CueIx) -> String {
        let plan = self.scene.cue(cue);
        format!("{} {}", plan.number, plan.title)
    }

    fn on_air(&mut self) {
        let scene = self.scene;
        let styles = scene.styles;
        let cues: Vec<CueIx> = scene.state.on_air().iter().rev().copied().collect();
        let mut words = vec![];
        for cue in cues {
            let ends = match scene.countdown(cue) {
                Some(countdown) if scene.state.held_since().is_some() => {
                    format!(", {} left when the hold ends", scene.left_of(cue, countdown).0)
                }
                Some(countdown) if !countdown.left().is_negative() => {
                    let end = scene.shown_now_ns.shifted(countdown.left());
                    let left = scene.left_of(cue, countdown).0;
                    format!(", ends {}, {left} left", scene.wall(end))
                }
                Some(countdown) => {
                    let over = duration::clock(countdown.left().unsigned_abs());
                    format!(", over its end by {over}")
                }
                None => ", no end of its own".to_owned(),
            };
            let room = self.columns.saturating_sub(HEADING + text::width(&ends));
            let named = text::fit(&self.named(cue), room.max(TITLE_MIN)).into_owned();
            words.push((format!("{named}{ends}"), styles.strong));
        }
        if words.is_empty() {
            let segment =
                scene.state.current_segment().zip(scene.state.segment_countdown(scene.now_ns));
            let none = match (scene.state.has_ended(), segment) {
                (true, _) => "the show has ended".to_owned(),
                (false, Some((segment, countdown))) => {
                    let (left, _) = scene.left_of_segment(segment, countdown);
                    let title = &scene.show.segment(segment).title;
                    format!("no cue; segment {} {title}, {left} left", segment.0 + 1)
                }
                (false, None) => "the show has not begun".to_owned(),
            };
            words.push((none, styles.text));
        }
        self.say("ON AIR", words);
    }

    fn next(&mut self) {
        let scene = self.scene;
        let styles = scene.styles;
        let mut words = vec![];
        for cue in scene.state.calls_ahead().take(CALLS) {
            let plan = scene.cue(cue);
            let call = plan.call.as_ref().map_or(String::new(), |call| format!("  “{call}”"));
            let (ready, all) = scene.ready(cue);
            let ready = if all > 0 { format!("  {ready} of {all} ready") } else { String::new() };
            words.push((format!("{}{ready}{call}", self.named(cue)), styles.strong));
        }
        if words.is_empty() {
            words.push(("nothing is left to call".to_owned(), styles.text));
        }
        if let Some(next) = scene.state.next_by_itself(scene.now_ns) {
            let (due, _) = scene.due_words(next.cue, next.at_ns.since(scene.now_ns));
            words.push((format!("by itself {due}: {}", self.named(next.cue)), styles.text));
        }
        self.say("NEXT", words);
    }

    fn trouble(&mut self, link: &SharedView) {
        let scene = self.scene;
        let state = scene.state;
        // The calls are no longer the program's with the flag, or are again. Nobody knows here if the
        // program of the one who gets it gives them too.
        let is_mine = link.holder() == Some(&link.me);
        let auto = match (state.is_auto(), link.holder()) {
            _ if scene.app.auto && !is_mine => {
                Some("with the flag this program gives the GOs".to_owned())
            }
            (true, Some(holder)) if is_mine => {
                Some(format!("GOs by {holder}'s program, until the flag moves"))
            }
            (true, Some(holder)) => Some(format!("GOs by {holder}'s program, then by hand")),
            (true, None) => Some("GOs by the program, then by hand".to_owned()),
            (false, _) => None,
        };
        if let Some(auto) = auto {
            self.say("AUTO", vec![(auto, scene.styles.attention)]);
        }
        let panic = state.is_panicked().then(|| stopped::words(state));
        self.abnormal("PANIC", "no panic", panic.into_iter().collect());
        let held = state.held_since().map(|since_ns| {
            let held = duration::clock(scene.now_ns.since(since_ns));
            format!("for {held}: nothing comes by itself")
        });
        self.abnormal("HELD", "no hold", held.into_iter().collect());
        let overrides = state.overrides().iter().rev().map(|over| {
            format!("{} at {}: {}", scene.number(over.cue), scene.wall(over.at_ns), over.reason)
        });
        self.abnormal("OVERRIDE", "no override", overrides.collect());
        let missed = state.missed().map(|cue| self.named(cue)).collect();
        self.abnormal("MISSED", "nothing missed", missed);
        let cues = || scene.show.cue_indices();
        let skipped = cues().filter(|&cue| state.cue(cue).skipped).map(|cue| self.named(cue));
        self.abnormal("SKIPPED", "nothing skipped", skipped.collect());
        let passed = cues().filter(|&cue| state.is_passed_over(cue)).map(|cue| self.named(cue));
        self.abnormal("PASSED", "nothing passed over", passed.collect());
        let unknown = cues().filter(|&cue| state.cue(cue).sends.contains(&SendState::Unknown));
        let unknown =
            unknown.map(|cue| format!("{}: nobody knows if it was sent", self.named(cue)));
        self.abnormal("UNKNOWN", "nothing unsure", unknown.collect());
        let failed = cues().filter(|&cue| state.cue(cue).sends.contains(&SendState::Failed));
        let failed = failed
            .map(|cue| format!("{}: a message failed, see the log", self.named(cue)))
            .collect();
        self.abnormal("FAILED", "nothing failed", failed);
        let down = scene.app.outputs.iter().enumerate().filter_map(|(at, health)| {
            let output = scene.show.outputs.get(OutputIx(at as u32))?;
            let (_, _, word) = header::sign(scene, health.light);
            let word = word?;
            let why = health.error.as_ref().map_or(String::new(), |why| format!(": {why}"));
            Some(format!("{} {word}{why}", output.id))
        });
        self.abnormal("OUTPUTS", "no output down", down.collect());
        let aside = state.flag().map_or(&[][..], |flag| &flag.aside);
        let aside = aside.iter().rev().map(|aside| {
            format!("{} by {} at {}", aside.cue, aside.fired_by, scene.wall(aside.fired_ns))
        });
        self.abnormal("ASIDE", "nothing fired aside", aside.collect());
        let warned = state.flag().map_or(&[][..], |flag| &flag.warnings);
        let warned = warned
            .iter()
            .rev()
            .map(|(at_ns, by)| format!("{by} at {}: something is wrong", scene.wall(*at_ns)));
        self.abnormal("WARNED", "no warning", warned.collect());
        let log = link.log.trouble.as_ref().map(|why| format!("no connection: {why}"));
        self.abnormal("LOG", "log reached", log.into_iter().collect());
    }

    fn stations(&mut self, link: &SharedView) {
        let scene = self.scene;
        let styles = scene.styles;
        let mut words = vec![];
        for station in &link.stations {
            let (standing, style) = match link.holder() == Some(&station.name) {
                true if !station.away => ("has the flag".to_owned(), styles.text),
                true | false => standing(scene, station),
            };
            let differs = differs(station, style).map(|span| span.content.into_owned());
            let is_abnormal = station.away || differs.is_some();
            let you = if station.name == link.me { " (you)" } else { "" };
            let sure = station.uncertainty.map_or(String::new(), |time| {
                format!(", clock ±{}", super::super::stations::milliseconds(time))
            });
            let differs = differs.unwrap_or_else(|| ", same show and version".to_owned());
            words.push((
                format!("{}{you} {standing}{sure}{differs}", station.name),
                if is_abnormal { styles.attention } else { styles.text },
            ));
        }
        self.say("STATIONS", words);
    }

    /// Says what was looked for and not found, so that its absence is no gap of the briefing.
    fn nothing(&mut self) {
        if self.none.is_empty() {
            return;
        }
        let styles = self.scene.styles;
        let room = self.columns.saturating_sub(HEADING);
        let words = text::wrap(&self.none.join(", "), room, LINES_MAX);
        let words = words.into_iter().map(|words| (words, styles.past)).collect();
        self.say("ELSE", words);
    }
}
