//! Values that the regions of a frame share: the run, the moment, its timing computed once, and the
//! form of times.
//!
//! Holds no cells and decides no place on the screen.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::Span;

use super::View;
use super::theme::Styles;
use crate::app::board::{Nearness, left_words};
use crate::app::keys::Act;
use crate::app::{App, ongoing};
use crate::engine::{Countdown, Ongoing, Phase, RunNs, SendState, State, Timing};
use crate::output::{ClipOnAir, ReadyClip};
use crate::show::action::MpvCommand;
use crate::show::duration;
use crate::show::{
    ClipKind, Cue, CueIx, OutputLayer, SegmentIx, Show, Source, Thresholds, Trigger,
};
use crate::time::{signed, unsigned};

/// Times sooner than this are bold.
const NEAR: Duration = Duration::from_secs(30);

/// A frame's subject.
pub(super) struct Scene<'a> {
    pub app: &'a App,
    pub state: &'a State,
    pub show: &'a Show,
    pub view: &'a View<'a>,
    pub now_ns: RunNs,
    /// Now as the clock shows it: in whole seconds.
    pub shown_now_ns: RunNs,
    /// The timing now: for what counts down.
    pub timing: Timing,
    /// The timing of [`Scene::shown_now_ns`]: for instants that are only expected. Those that move
    /// along with the clock do so with its seconds, all at once.
    pub expected: Timing,
    pub styles: Styles,
}

impl<'a> Scene<'a> {
    pub(super) fn new(view: &'a View<'a>) -> Self {
        let past = view.state.wall(view.now_ns).subsec_nanosecond();
        let shown_now_ns = view.now_ns.shifted(-SignedDuration::from_nanos(i64::from(past)));
        Scene {
            app: view.app,
            state: view.state,
            show: view.state.show(),
            view,
            now_ns: view.now_ns,
            shown_now_ns,
            timing: view.state.projection(view.now_ns),
            expected: view.state.projection(shown_now_ns),
            styles: Styles::new(view.app.paints(), view.capabilities.depth),
        }
    }

    /// The way to do something: its key, or its name in the palette.
    pub(super) fn way(&self, act: Act) -> String {
        self.app.keymap.way(act)
    }

    /// The way the show continues after a panic: by GO, and in a hold, by its end first, because GO
    /// is refused in it.
    pub(super) fn way_on(&self) -> String {
        let go = self.way(Act::Go);
        if self.state.held_since().is_some() {
            format!("{}, then {go}", self.way(Act::Hold))
        } else {
            go
        }
    }

    pub(super) fn cue(&self, cue: CueIx) -> &'a Cue {
        self.show.cue(cue)
    }

    pub(super) fn number(&self, cue: CueIx) -> &'a str {
        self.show.cue(cue).number.as_str()
    }

    /// The show's time of day at an instant of the run, `22:58:07`; with its day where that is not today,
    /// but in the same night.
    pub(super) fn wall(&self, run_ns: RunNs) -> String {
        self.show.time_words(self.state.wall(run_ns), self.state.wall(self.now_ns))
    }

    /// The same with its day where that is more than a day away: `Mon 30 Nov 23:14:10`.
    pub(super) fn wall_with_day(&self, run_ns: RunNs) -> String {
        let away = run_ns.until(self.now_ns).unsigned_abs();
        if away < Duration::from_nanos(24 * duration::HOUR_NS) || self.show.lasts_days() {
            return self.wall(run_ns);
        }
        let day = self
            .state
            .wall(run_ns)
            .to_zoned_datetime(self.show.zone.clone())
            .strftime("%a %-d %b")
            .to_string();
        format!("{day} {}", self.time_of_day(run_ns))
    }

    /// The time of day to the minute, `22:58`; with its day as [`Self::wall`] has it.
    pub(super) fn minute(&self, run_ns: RunNs) -> String {
        match self.has_day(run_ns) {
            true => self.wall(run_ns),
            false => self.time_of_day(run_ns).chars().take(5).collect(),
        }
    }

    /// Returns `true` if [`Self::wall`] says the day of an instant.
    pub(super) fn has_day(&self, run_ns: RunNs) -> bool {
        self.wall(run_ns) != self.time_of_day(run_ns)
    }

    /// The show's time of day at an instant of the run, whatever the day.
    pub(super) fn time_of_day(&self, run_ns: RunNs) -> String {
        time_of_day(self.state.wall(run_ns), &self.show.zone)
    }

    /// Returns `true` if the plan's times are times of day already: not before an open show has
    /// begun.
    pub(super) fn is_tied(&self) -> bool {
        self.state.plan().anchored || self.state.has_begun()
    }

    /// A planned instant of the run's clock in words: the time of day, or `T+1:30` while nobody
    /// knows when the show begins.
    pub(super) fn instant(&self, run_ns: RunNs) -> String {
        if self.is_tied() {
            return self.wall(run_ns);
        }
        let since = run_ns.since(self.state.plan_origin_ns(self.shown_now_ns));
        format!("T+{}", duration::clock(since))
    }

    /// Difference between `from_ns` and `to_ns` as the screen's clocks show them: in whole
    /// seconds, so that the figures beside each other add up.
    pub(super) fn late(&self, from_ns: RunNs, to_ns: RunNs) -> SignedDuration {
        self.state.shown_late(from_ns, to_ns)
    }

    /// Difference between the actual and the planned length of a segment that is over; negative if it
    /// was shorter. In whole seconds, as its start and its end are shown.
    pub(super) fn segment_over(&self, segment: SegmentIx) -> Option<SignedDuration> {
        let run = self.state.segment(segment);
        let (started_ns, ended_ns) = run.started_ns.zip(run.ended_ns)?;
        let planned_s = self.state.plan().length[segment].as_secs();
        Some(self.late(started_ns, ended_ns) - SignedDuration::from_secs(planned_s as i64))
    }

    /// By how much the caller has nudged the running `segment`, if they have: `+0:30`.
    pub(super) fn nudged(&self, segment: SegmentIx) -> Option<Span<'static>> {
        let by = self.state.nudged(segment);
        let words = || Span::styled(duration::over_under(by), self.styles.attention);
        (!by.is_zero()).then(words)
    }

    /// The length of the running `segment` without its nudges; `countdown` is that of the segment.
    pub(super) fn length_of(&self, segment: SegmentIx, countdown: Countdown) -> Duration {
        let length = unsigned(signed(countdown.of).saturating_sub(self.state.nudged(segment)));
        // One that gives way to a fixed end is as long as it has become.
        match self.state.plan().hard_end_ns[segment] {
            Some(_) => Duration::from_secs(duration::whole_seconds_up(length)),
            None => length,
        }
    }

    /// The fixed end of `segment`, as the screen's clock shows it.
    pub(super) fn fixed_end(&self, segment: SegmentIx) -> Option<String> {
        self.state.plan().hard_end_ns[segment].map(|end_ns| self.wall(end_ns))
    }

    /// The planned time of `cue`, on the run's clock.
    pub(super) fn planned_cue_ns(&self, cue: CueIx) -> RunNs {
        let planned_ns = self.state.plan().cue_start_ns[cue];
        match self.cue(cue).trigger {
            Trigger::At { .. } => planned_ns.in_run(),
            Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => {
                self.state.plan_origin_ns(self.shown_now_ns).shifted(planned_ns.from_origin())
            }
        }
    }

    /// The planned time of `cue`, in words.
    pub(super) fn planned_cue(&self, cue: CueIx) -> String {
        match self.cue(cue).trigger {
            Trigger::At { .. } => self.wall(self.planned_cue_ns(cue)),
            Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => {
                self.instant(self.planned_cue_ns(cue))
            }
        }
    }

    /// The time until `cue` fires by itself, while something makes it.
    pub(super) fn due_in(&self, cue: CueIx) -> Option<SignedDuration> {
        let state = self.state.cue(cue);
        if let Some(due_ns) = state.due_ns {
            return Some(due_ns.until(self.state.show_ns(self.now_ns)));
        }
        let by_clock = matches!(self.cue(cue).trigger, Trigger::At { .. });
        (by_clock && state.phase == Phase::Waiting && !state.skipped)
            .then(|| self.planned_cue_ns(cue).until(self.now_ns))
    }

    /// Text about a cue that comes by itself in `due` from now. In a hold its delay stands still,
    /// and after a panic nothing comes by itself; the clock on the wall goes on in both, so a cue
    /// by the clock is missed then.
    pub(super) fn due_words(&self, cue: CueIx, due: Duration) -> (String, Style) {
        let left = duration::until(due);
        let by_clock = matches!(self.cue(cue).trigger, Trigger::At { .. });
        let is_stopped = self.state.held_since().is_some() || self.state.is_panicked();
        match (is_stopped, by_clock) {
            (true, true) => (format!("missed in {left}"), self.styles.attention),
            (true, false) => (format!("held {left}"), self.styles.attention),
            (false, _) if due < NEAR => (format!("in {left}"), self.styles.strong),
            (false, _) => (format!("in {left}"), self.styles.text),
        }
    }

    /// The clip that is the clock of `cue`, if its player plays it.
    pub(super) fn clip(&self, cue: CueIx) -> Option<&'a ClipOnAir> {
        let (_, player, _) = self.cue(cue).clip()?;
        let mut clips = self.app.outputs.get(player.output.0 as usize)?.clips.iter();
        clips.find(|clip| clip.cue == cue && clip.player == player)
    }

    /// Returns `true` if the clip of `cue` has a picture, on its layer.
    pub(super) fn is_seen(&self, cue: CueIx) -> bool {
        match self.cue(cue).clip() {
            Some((_, player, MpvCommand::Play { clip, .. })) => {
                ClipKind::of(clip).is_seen_on(&player.layer)
            }
            Some(_) | None => true,
        }
    }

    /// That the clip of `cue` is lost, and on which layer, unless that is the main one. A cue may go
    /// without a clip that is optional.
    pub(super) fn lost_words(&self, cue: CueIx) -> String {
        let is_optional =
            matches!(self.cue(cue).clip(), Some((_, _, MpvCommand::Play { optional: true, .. })));
        let what = match (is_optional, self.is_seen(cue)) {
            (true, true) => "without its picture",
            (true, false) => "without its sound",
            (false, true) => "PICTURE LOST",
            (false, false) => "SOUND LOST",
        };
        match self.cue(cue).clip() {
            Some((_, player, _)) if !player.layer.is_main() => {
                format!("{what}, layer {}", player.layer)
            }
            Some(_) | None => what.to_owned(),
        }
    }

    /// The fade of the clip of `cue`, in words, where one goes on.
    pub(super) fn fade(&self, cue: CueIx) -> Option<String> {
        self.fade_of(|ongoing| ongoing.cue == cue, ongoing::fade)
    }

    /// The same in fewer words.
    pub(super) fn short_fade(&self, cue: CueIx) -> Option<String> {
        self.fade_of(|ongoing| ongoing.cue == cue, ongoing::short_fade)
    }

    /// The fade of the clip that `cue` has on `player`, in words, where one goes on.
    pub(super) fn fade_on(&self, cue: CueIx, player: &OutputLayer) -> Option<String> {
        self.fade_of(|ongoing| (ongoing.cue, &ongoing.place) == (cue, player), ongoing::fade)
    }

    /// Returns `true` if the clip of `cue` goes out: its length does not say any more how long it plays.
    pub(super) fn is_going_out(&self, cue: CueIx) -> bool {
        let Some((_, player, _)) = self.cue(cue).clip() else { return false };
        let is_meant = |ongoing: &Ongoing| {
            (ongoing.cue, &ongoing.place) == (cue, &player) && ongoing.kind.is_fade_out()
        };
        // One with a duration of its own goes on without its clip.
        let is_its_end = self.state.cue(cue).awaits_clip || !self.state.on_air().contains(&cue);
        is_its_end && self.state.ongoing(self.now_ns).any(is_meant)
    }

    fn fade_of(
        &self,
        is_meant: impl Fn(&Ongoing) -> bool,
        words: impl Fn(&Ongoing, RunNs) -> Option<String>,
    ) -> Option<String> {
        let mut ongoing = self.state.ongoing(self.now_ns).filter(|ongoing| is_meant(ongoing));
        ongoing.find_map(|ongoing| words(ongoing, self.now_ns))
    }

    /// State of the clip of `cue` in its player, if it was examined and may be next.
    pub(super) fn ready_clip(&self, cue: CueIx) -> Option<&'a ReadyClip> {
        let (_, player, _) = self.cue(cue).clip()?;
        let mut ready = self.app.outputs.get(player.output.0 as usize)?.ready.iter();
        ready.find(|ready| ready.cue == cue && ready.player == player)
    }

    /// Countdown of a running cue: by its player's clock if it has a clip on air that has an end,
    /// otherwise by the show's.
    pub(super) fn countdown(&self, cue: CueIx) -> Option<Countdown> {
        let by_player = self.clip(cue).filter(|_| !self.cue(cue).is_loop()).and_then(|clip| {
            let since = self.view.machine_ns.since(self.app.outputs_ns);
            let moved = if clip.moves { since } else { Duration::ZERO };
            let elapsed = Duration::from_nanos(clip.position_ns).saturating_add(moved);
            Some(Countdown { elapsed, of: Duration::from_nanos(clip.length_ns?) })
        });
        by_player.or_else(|| self.state.cue_countdown(cue, self.now_ns))
    }

    /// The running cue that the big digits are about: the last that fired of those that have an
    /// end.
    pub(super) fn timed_cue(&self) -> Option<CueIx> {
        self.state.on_air().iter().rev().copied().find(|&cue| self.countdown(cue).is_some())
    }

    /// The running cue that stands first on the screen.
    pub(super) fn on_air_cue(&self) -> Option<CueIx> {
        self.timed_cue().or(self.state.on_air().last().copied())
    }

    /// The time left of a cue that runs: see [`Scene::left`].
    pub(super) fn left_of(&self, cue: CueIx, countdown: Countdown) -> (String, Style) {
        self.left_by(countdown, self.cue(cue).thresholds)
    }

    /// The time left of a segment that runs: see [`Scene::left`].
    pub(super) fn left_of_segment(
        &self,
        segment: SegmentIx,
        countdown: Countdown,
    ) -> (String, Style) {
        self.left_by(countdown, self.show.segment(segment).thresholds)
    }

    /// The time left of something that runs: `0:33`, and past its end `+0:12`; amber and red as its
    /// end comes near.
    pub(super) fn left(&self, countdown: Countdown) -> (String, Style) {
        self.left_by(countdown, Thresholds::default())
    }

    fn left_by(&self, countdown: Countdown, thresholds: Thresholds) -> (String, Style) {
        let styles = &self.styles;
        let left = countdown.left();
        let is_held = self.state.held_since().is_some();
        let style = match Nearness::of(left, thresholds) {
            Nearness::Over => styles.attention,
            Nearness::Danger | Nearness::Warn | Nearness::Far if is_held => styles.text,
            Nearness::Danger => styles.on_air,
            Nearness::Warn => styles.attention,
            Nearness::Far => styles.strong,
        };
        (left_words(left), style)
    }

    /// Over or under: amber with a plus where it is over.
    pub(super) fn over_under(&self, over: SignedDuration) -> Span<'static> {
        let style = if over.as_secs() >= 1 { self.styles.attention } else { self.styles.text };
        Span::styled(duration::over_under(over), style)
    }

    /// The source of a cue's picture: red only while a live one is on air, since then nobody can
    /// take it back.
    pub(super) fn source(&self, cue: CueIx) -> Option<Span<'static>> {
        let is_on_air = self.state.cue(cue).phase == Phase::Running;
        let played = self.clip(cue).map(|_| Source::Vt);
        played.or(self.cue(cue).source).map(|source| match source {
            Source::Live if is_on_air => Span::styled("live", self.styles.on_air),
            Source::Live => Span::styled("live", self.styles.text),
            Source::Vt => Span::styled("VT", self.styles.vt),
        })
    }

    /// Trigger of a cue in a few words; `None` for one that the caller calls.
    pub(super) fn cause(&self, cue: CueIx) -> Option<String> {
        match self.cue(cue).trigger {
            // The clock that the screen shows may skip an hour of the plan's, or have it twice.
            Trigger::At { .. } => Some(format!("at {}", self.wall(self.planned_cue_ns(cue)))),
            Trigger::Go | Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => {
                self.show.trigger_words(cue)
            }
        }
    }

    /// Returns `true` if an action of the cue's last firing failed, or it may not have been sent,
    /// or its picture is lost.
    pub(super) fn has_send_trouble(&self, cue: CueIx) -> bool {
        let is_trouble = |send: &SendState| matches!(send, SendState::Failed | SendState::Unknown);
        self.state.cue(cue).clip_lost || self.state.cue(cue).sends.iter().any(is_trouble)
    }

    /// Returns `true` if `cue` is out of the order though nobody skipped it: a backup that waits, a
    /// cue whose backup has its place, and what follows either.
    pub(super) fn stands_aside(&self, cue: CueIx) -> bool {
        !self.state.cue(cue).skipped && !self.state.is_in_order(cue)
    }

    /// Number of departments of `cue` that are ready, and of all of them.
    pub(super) fn ready(&self, cue: CueIx) -> (usize, usize) {
        let all = self.cue(cue).needs.len();
        (all - self.state.missing(cue).count(), all)
    }

    /// The segment in front of the caller: the one that runs, or the first.
    pub(super) fn segment(&self) -> SegmentIx {
        self.state.current_segment().unwrap_or(SegmentIx(0))
    }

    /// Projected end of the segment in front of `segment`.
    pub(super) fn end_before_ns(&self, segment: SegmentIx) -> Option<RunNs> {
        let before = SegmentIx(segment.0.checked_sub(1)?);
        let now_ns = self.shown_now_ns;
        if self.state.current_segment() == Some(before) {
            return Some(now_ns + unsigned(self.state.segment_countdown(now_ns)?.left()));
        }
        Some(self.state.projected_end_ns(before, self.expected.start_ns[before]))
    }
}

/// The time on a clock in `zone`: `22:58:07`.
pub(super) fn time_of_day(at: Timestamp, zone: &TimeZone) -> String {
    let zoned = at.to_zoned_datetime(zone.clone());
    format!("{:02}:{:02}:{:02}", zoned.hour(), zoned.minute(), zoned.second())
}

/// A countdown's digits where they are widest: what it began with, or by how much it is over.
pub(super) fn widest(countdown: Countdown) -> String {
    let whole = Duration::from_secs(duration::whole_seconds_up(countdown.of));
    format!("+{}", duration::clock(whole.max(countdown.left().unsigned_abs())))
}
