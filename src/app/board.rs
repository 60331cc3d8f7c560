//! The board: what everybody in the house may know of a run, and nothing else.
//!
//! Owns what is public: the time, the titles of the show and its segments, what is on and next with
//! numbers and times, how the show ended, and the message that the caller puts there. The words of a
//! cue under embargo are not in a [`Board`] before the cue has fired. Calls, notes, people,
//! departments, outputs, misses, panics and how far over the show is are the caller's: they must
//! never be here.

mod figure;

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::engine::{Countdown, Phase, RunNs, State, Timing};
use crate::show::{
    Clock, CountDirection, Cue, CueIx, Segment, SegmentIx, Show, Thresholds, Trigger,
};
use crate::time::unsigned;

pub use figure::{Figure, Nearness, left_of_words, left_words};

/// Maximum number of running cues that are shown, the last first.
const ON_MAX: usize = 8;
/// Maximum number of segments after the next one that are shown.
const LATER_MAX: usize = 60;

/// Contents of a public screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// The show, where one is known.
    pub title: Option<String>,
    /// Reading of the show's clock; in a rehearsal a made-up one.
    pub now: Timestamp,
    /// The show's own zone, and the further ones.
    pub clocks: Vec<Clock>,
    /// `true` if the show lasts several days.
    pub lasts_days: bool,
    /// Kind of rehearsal; `None` for a show.
    pub rehearsal: Option<RehearsalKind>,
    /// `true` while the show is held: its countdowns stand still, and the board has to say why.
    pub is_held: bool,
    /// Stage of the run.
    pub stage: Stage,
    /// The next cue or segment.
    pub next: Option<NextItem>,
    /// The segments after that, each with its planned start.
    pub later: Vec<(Option<Timestamp>, String)>,
    /// The caller's message for the people on stage, at most 120 characters.
    pub message: Option<String>,
    /// Reason why the board does not know more.
    pub notice: Option<Notice>,
}

/// The kinds of rehearsal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RehearsalKind {
    /// Nothing leaves the machine.
    OutputsOff {
        /// Speed of the show's clock, in multiples of the machine's clock.
        speed: u32,
    },
    /// Outputs are real, and the show's clock was set. People on stage have to know.
    Technical,
}

impl RehearsalKind {
    /// The words of its badge.
    pub fn words(self) -> String {
        match self {
            RehearsalKind::OutputsOff { speed: speed @ 2.. } => format!("REHEARSAL ×{speed}"),
            RehearsalKind::OutputsOff { .. } => "REHEARSAL".to_owned(),
            RehearsalKind::Technical => "TECHNICAL REHEARSAL".to_owned(),
        }
    }
}

/// The part of a board that fills the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
    /// All of it.
    #[default]
    Board,
    /// The time.
    Clock,
    /// The remaining time.
    Countdown,
    /// The remaining time of the segment, for the people on stage.
    Timer,
}

impl Face {
    /// The one after this one; after the last, the first.
    pub fn next(self) -> Face {
        match self {
            Face::Board => Face::Clock,
            Face::Clock => Face::Countdown,
            Face::Countdown => Face::Timer,
            Face::Timer => Face::Board,
        }
    }
}

/// Stage of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// There is no run yet.
    Waiting {
        /// Command for the shell that would begin one.
        command: String,
    },
    /// It has not begun.
    Before {
        /// Planned beginning, if the clock gives one.
        starts: Option<Timestamp>,
        /// Time until then; negative if it is late.
        left: Option<SignedDuration>,
    },
    /// A segment runs.
    On(On),
    /// The plan's own pause before a hard start.
    Gap {
        /// That start.
        until: Timestamp,
        /// Time until then.
        left: SignedDuration,
    },
    /// It is over.
    Ended {
        /// End of the run.
        at: Timestamp,
        /// Difference to the planned end; negative if it was early.
        over: SignedDuration,
    },
}

/// A countdown, and the remaining times at which it warns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// The countdown.
    pub countdown: Countdown,
    /// Its thresholds.
    pub thresholds: Thresholds,
    /// The way in which its big figure counts.
    pub count: CountDirection,
}

/// The segment and the cues that are on.
#[derive(Clone, Debug, PartialEq)]
pub struct On {
    /// The title of the segment.
    pub segment: String,
    /// Countdown of the segment.
    pub part: Counting,
    /// Its running cues, the last first; before one runs, a cue that was over at once and holds
    /// until the next.
    pub cues: Vec<(Item, Option<Counting>)>,
}

/// A cue in public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// It is under embargo and has not fired.
    Embargoed,
    /// Its words may be shown.
    Public {
        /// Its number.
        number: String,
        /// Its title.
        title: String,
    },
}

/// The next cue or segment.
#[derive(Clone, Debug, PartialEq)]
pub struct NextItem {
    /// Its segment, where that is not the one that runs, with the act that begins there.
    pub segment: Option<String>,
    /// The cue; `None` where a segment without one comes.
    pub cue: Option<Item>,
    /// Planned time; unknown before a show begins that nothing ties to the clock.
    pub at: Option<Timestamp>,
}

/// Reason why the board does not know more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// No program calls the run.
    NoCaller,
    /// A line of the run's journal is damaged: what came after it is unknown.
    Damaged {
        /// Number of the line, from 1.
        line: u64,
    },
    /// The run's journal cannot be read.
    Unreadable,
}

impl Board {
    /// Takes from `state` what the public may know of a run at `now` of its clock.
    pub fn of(state: &State, now: RunNs) -> Board {
        let (show, timing) = (state.show(), state.projection(now));
        let public = Public { state, show, timing: &timing, now };
        let next = public.next();
        Board {
            title: Some(show.title.clone()),
            is_held: state.held_since().is_some(),
            now: state.wall(now),
            clocks: clocks(show),
            lasts_days: show.lasts_days(),
            rehearsal: match (state.is_rehearsal(), state.shift_ns()) {
                (true, _) => Some(RehearsalKind::OutputsOff { speed: state.speed() }),
                (false, Some(_)) => Some(RehearsalKind::Technical),
                (false, None) => None,
            },
            stage: public.stage(),
            later: public.later(next),
            next: next.map(|next| public.told(next)),
            message: state.stage_message().map(str::to_owned),
            notice: None,
        }
    }

    /// A board without a run: of `show`, if one is known, at `now` of the machine's clock.
    /// `command` begins a run.
    pub fn waiting(
        show: Option<&Show>,
        now: Timestamp,
        zone: (&str, TimeZone),
        command: String,
    ) -> Board {
        let machines = || vec![Clock { label: Clock::label_of(zone.0), zone: zone.1.clone() }];
        Board {
            title: show.map(|show| show.title.clone()),
            now,
            clocks: show.map_or_else(machines, clocks),
            lasts_days: show.is_some_and(Show::lasts_days),
            rehearsal: None,
            is_held: false,
            stage: Stage::Waiting { command },
            next: None,
            later: vec![],
            message: None,
            notice: None,
        }
    }

    /// The countdown for a speaker: of the segment while one runs, whatever cues run in it.
    pub fn speaker_figure(&self) -> Option<Figure<'_>> {
        match &self.stage {
            Stage::On(on) => Some(on.part.figure(&on.segment)),
            Stage::Waiting { .. }
            | Stage::Before { .. }
            | Stage::Gap { .. }
            | Stage::Ended { .. } => self.figure(),
        }
    }

    /// The countdown to the next thing that matters: the end of the running cue that has one, or
    /// else of the segment; before the show and in a pause, the start.
    pub fn figure(&self) -> Option<Figure<'_>> {
        let starts = |left: SignedDuration, of| Figure {
            left,
            elapsed: None,
            whole: left.unsigned_abs(),
            of,
            word: "starts",
            done: None,
            thresholds: Thresholds::default(),
        };
        let next = self.next.as_ref().and_then(|next| next.segment.as_deref());
        match &self.stage {
            Stage::Waiting { .. } | Stage::Before { left: None, .. } => None,
            Stage::Before { left: Some(left), .. } => Some(starts(*left, next.unwrap_or_default())),
            Stage::Gap { left, .. } => Some(starts(*left, next.unwrap_or_default())),
            Stage::On(on) => {
                let of_cue = on.cues.iter().find_map(|(item, counting)| match (item, counting) {
                    (Item::Public { title, .. }, Some(counting)) => Some(counting.figure(title)),
                    _ => None,
                });
                Some(of_cue.unwrap_or_else(|| on.part.figure(&on.segment)))
            }
            Stage::Ended { .. } => None,
        }
    }
}

/// The show's own clock, and its further ones.
fn clocks(show: &Show) -> Vec<Clock> {
    let own = Clock { label: Clock::label_of(&show.zone_name), zone: show.zone.clone() };
    std::iter::once(own).chain(show.clocks.iter().cloned()).collect()
}

/// The run, for the questions of this file.
struct Public<'a> {
    state: &'a State,
    show: &'a Show,
    timing: &'a Timing,
    now: RunNs,
}

/// The way the show goes on.
#[derive(Clone, Copy)]
enum Goes {
    Cue(CueIx),
    Segment(SegmentIx),
}

impl Public<'_> {
    /// Returns `true` if boards show the cue at all. (Under embargo it stands there without its
    /// words.)
    fn is_for_all(&self, cue: CueIx) -> bool {
        self.show.cue(cue).public
    }

    /// The one way in which words of a cue come onto a board.
    fn item(&self, cue: CueIx) -> Item {
        let plan = self.show.cue(cue);
        match self.state.is_public(cue) {
            true => Item::Public { number: plan.number.to_string(), title: plan.title.clone() },
            false => Item::Embargoed,
        }
    }

    fn stage(&self) -> Stage {
        let (state, now) = (self.state, self.now);
        if state.has_ended() {
            return Stage::Ended {
                at: state.wall(self.timing.end_ns),
                over: state.shown_late(self.timing.planned_end_ns, self.timing.end_ns),
            };
        }
        let (Some(segment), Some(countdown)) =
            (state.current_segment(), state.segment_countdown(self.now))
        else {
            let starts_ns = state.plan().anchored.then(|| state.planned_begin_ns().in_run());
            let starts = starts_ns.map(|starts_ns| state.wall(starts_ns));
            let left = starts_ns.map(|starts_ns| starts_ns.until(now));
            return Stage::Before { starts, left };
        };
        if let Some((_, starts_ns)) = state.gap(self.now).filter(|_| state.on_air().is_empty()) {
            return Stage::Gap { until: state.wall(starts_ns), left: starts_ns.until(now) };
        }
        let held = self.held_up(segment).map(|cue| (self.item(cue), None));
        let running = state.on_air().iter().rev().filter(|&&cue| self.is_for_all(cue));
        let running = running.map(|&cue| {
            let countdown = state.cue_countdown(cue, self.now);
            let Cue { thresholds, count, .. } = *self.show.cue(cue);
            (self.item(cue), countdown.map(|countdown| Counting { countdown, thresholds, count }))
        });
        let cues = held.into_iter().chain(running).take(ON_MAX).collect();
        let Segment { title, thresholds, count, .. } = self.show.segment(segment);
        let part = Counting { countdown, thresholds: *thresholds, count: *count };
        Stage::On(On { segment: title.clone(), part, cues })
    }

    /// The cue that fired last, where it was over at once and nothing else has come since: its
    /// picture stands still.
    fn held_up(&self, segment: SegmentIx) -> Option<CueIx> {
        let fired = |cue: &CueIx| self.state.cue(*cue).fired_ns.map(|fired_ns| (fired_ns, *cue));
        let place = |cue: CueIx| self.show.place(cue);
        let cues = self.show.cue_indices().filter(|&cue| self.is_for_all(cue));
        let (fired_ns, last) =
            cues.filter_map(|cue| fired(&cue)).max_by_key(|&(ns, cue)| (ns, place(cue)))?;
        let since_ns = self.state.segment(segment).started_ns?;
        let is_over =
            self.state.cue(last).phase == Phase::Complete && self.show.cue(last).is_over_at_once();
        (is_over && fired_ns >= since_ns && self.show.segment_of(last) == segment).then_some(last)
    }

    fn next(&self) -> Option<Goes> {
        if self.state.has_ended() {
            return None;
        }
        let cues = self.show.cue_indices().filter(|&cue| self.is_for_all(cue));
        let cues = cues.filter_map(|cue| self.comes_in(cue).map(|left| (left, cue)));
        // A playhead that stands before the segment that runs is the caller's business.
        let is_ahead = |cue: &CueIx| {
            self.state.current_segment().is_none_or(|at| self.show.segment_of(*cue) >= at)
        };
        let mut ahead = self.state.calls_ahead().filter(is_ahead);
        let called = ahead.find(|&cue| self.is_for_all(cue)).map(|cue| {
            let left = self.state.call_left(cue, self.timing, self.now);
            (unsigned(left.unwrap_or_default()), cue)
        });
        let cue = cues.chain(called).min_by_key(|&(ns, cue)| (ns, self.show.place(cue)));
        let cue = cue.map(|(_, cue)| cue);
        let running = self.state.current_segment();
        let segment = running.map_or(SegmentIx(0), |running| SegmentIx(running.0 + 1));
        let exists = (segment.0 as usize) < self.show.segments.len();
        match cue {
            // A segment without a cue may open before it.
            Some(cue) if self.show.segment_of(cue) <= segment || !exists => Some(Goes::Cue(cue)),
            _ => exists.then_some(Goes::Segment(segment)),
        }
    }

    /// Time until `cue` comes by itself as things stand.
    fn comes_in(&self, cue: CueIx) -> Option<Duration> {
        let state = self.state.cue(cue);
        if !self.state.is_in_order(cue) || state.phase == Phase::Missed {
            return None;
        }
        let (segment, show_ns) = (self.show.segment_of(cue), self.state.show_ns(self.now));
        if let Some(due_ns) = state.due_ns {
            return Some(due_ns.since(show_ns));
        }
        match self.show.cue(cue).trigger {
            Trigger::After { cue: cause, delay } if self.state.on_air().contains(&cause) => {
                let left = self.state.cue(cause).complete_ns?.since(show_ns);
                Some(left.saturating_add(delay))
            }
            Trigger::At { .. } if state.firings == 0 => {
                let at_ns = self.state.plan().cue_start_ns.get(cue)?.in_run();
                (at_ns >= self.now).then(|| at_ns.since(self.now))
            }
            Trigger::Into { offset }
                if self.state.current_segment().is_none_or(|running| segment > running) =>
            {
                let starts_ns = *self.timing.start_ns.get(segment)?;
                Some(starts_ns.since(self.now).saturating_add(offset))
            }
            Trigger::Go
            | Trigger::With { .. }
            | Trigger::After { .. }
            | Trigger::At { .. }
            | Trigger::Into { .. } => None,
        }
    }

    fn told(&self, next: Goes) -> NextItem {
        let (segment, cue) = match next {
            Goes::Cue(cue) => (self.show.segment_of(cue), Some(cue)),
            Goes::Segment(segment) => (segment, None),
        };
        let is_new = self.state.current_segment() != Some(segment);
        let at = match cue {
            Some(cue) => self.planned_cue(cue),
            None => self.planned_start(segment),
        };
        let segment = is_new.then(|| self.show.segment(segment).title_with_act());
        NextItem { segment, cue: cue.map(|cue| self.item(cue)), at }
    }

    fn later(&self, next: Option<Goes>) -> Vec<(Option<Timestamp>, String)> {
        let last = match next {
            Some(Goes::Cue(cue)) => self.show.segment_of(cue),
            Some(Goes::Segment(segment)) => segment,
            None => return vec![],
        };
        let last = self.state.current_segment().map_or(last, |running| running.max(last));
        let segments =
            self.show.segment_indices().filter(|&segment| segment > last).take(LATER_MAX);
        segments
            .map(|at| (self.planned_start(at), self.show.segment(at).title_with_act()))
            .collect()
    }

    /// Returns `true` if the plan's times are times of day already: not before an open show has
    /// begun.
    fn is_tied(&self) -> bool {
        self.state.plan().anchored || self.state.has_begun()
    }

    fn planned_start(&self, segment: SegmentIx) -> Option<Timestamp> {
        self.is_tied().then(|| self.state.wall(self.state.planned_start_ns(segment, self.now)))
    }

    fn planned_cue(&self, cue: CueIx) -> Option<Timestamp> {
        let planned_ns = *self.state.plan().cue_start_ns.get(cue)?;
        if matches!(self.show.cue(cue).trigger, Trigger::At { .. }) {
            return Some(self.state.wall(planned_ns.in_run()));
        }
        let origin_ns = self.state.plan_origin_ns(self.now);
        self.is_tied().then(|| self.state.wall(origin_ns.shifted(planned_ns.from_origin())))
    }
}

#[cfg(test)]
mod tests;
