//! Everything that comes by itself, and when: delays, completions, the clock, segments that open
//! and end.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Cause, Command, Event, MissedWhy, RunNs, ShowNs, State};
use crate::show::{CueIx, SegmentIx, Trigger};
use crate::time::signed_nanoseconds;

/// Maximum lateness by the machine's clock. Beyond it the machine is taken to have been suspended.
const LATE: Duration = Duration::from_secs(1);

/// Where the caller changes the times, an instant that is no further ahead counts as past: it would
/// be journaled in the same moment, and look as if the change had fired its cue.
pub(super) const NEAR: Duration = Duration::from_millis(1);

/// Everything that is due some time, in the order in which it falls due.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Timers {
    /// By the show's clock.
    pub by_show: BTreeSet<(ShowNs, TimerKind, CueTurn)>,
    /// By the clock on the wall, also of before the run began.
    pub by_wall: BTreeSet<(RunNs, CueTurn)>,
}

/// A cue, sorted by its place in the running order: in that order comes what is due at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CueTurn {
    place: u32,
    pub cue: CueIx,
}

/// Action of a timer; at one instant, cues complete before others fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimerKind {
    Complete,
    Fire,
}

/// A change that the run's structure makes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StructureChange {
    Start(SegmentIx),
    End,
}

/// Something that has fallen due.
enum Due {
    Timer(TimerKind, CueIx),
    Clock(CueIx),
    StructureChange(StructureChange),
    Auto(Command),
}

impl State {
    /// The turn of `cue`.
    pub(super) fn turn(&self, cue: CueIx) -> CueTurn {
        CueTurn { place: self.show.place(cue), cue }
    }

    /// The instant of the run's clock at which [`State::handle_timeout`] next has something to do.
    pub fn poll_timeout(&self) -> Option<RunNs> {
        if self.only_edited {
            return None;
        }
        if self.leaves.is_some() || !self.put_past.is_empty() {
            return Some(RunNs::ZERO);
        }
        let by_wall = self.timers.by_wall.first().map(|&(at_ns, _)| at_ns.max(RunNs::ZERO));
        if self.held_since_ns.is_some() {
            return by_wall;
        }
        let by_show = self.timers.by_show.first().map(|&(due_ns, ..)| due_ns);
        let change = self.next_structure_change().map(|(due_ns, _)| due_ns);
        let auto = self.next_auto().map(|(due_ns, _)| due_ns);
        let by_show = [by_show, change, auto].into_iter().flatten().min();
        by_show.map(|due_ns| self.unheld(due_ns)).into_iter().chain(by_wall).min()
    }

    /// Returns the events that have fallen due first by `now`; empty if nothing is due. Call it
    /// again once its events are applied: they may make something else due.
    pub fn handle_timeout(&self, now: RunNs) -> Vec<Event> {
        if let Some(leaves) = self.leaves {
            return self.move_on(leaves);
        }
        if !self.put_past.is_empty() {
            let missed = self.put_past.iter();
            let why = MissedWhy::Edited;
            return missed
                .map(|&(cue, at_ns)| self.miss(cue, why, at_ns.max(RunNs::ZERO)))
                .collect();
        }
        let wall = self.timers.by_wall.first().filter(|(at_ns, _)| *at_ns <= now);
        if self.held_since_ns.is_some() {
            return wall.map_or(vec![], |&(at_ns, turn)| {
                vec![self.miss(turn.cue, MissedWhy::Held, at_ns.max(RunNs::ZERO))]
            });
        }
        let show_now = self.show_ns(now);
        let timer = self
            .timers
            .by_show
            .first()
            .map(|&(due_ns, kind, turn)| (due_ns, Due::Timer(kind, turn.cue)));
        let change = self
            .next_structure_change()
            .map(|(due_ns, change)| (due_ns, Due::StructureChange(change)));
        let auto = self.next_auto().map(|(due_ns, command)| (due_ns, Due::Auto(command)));
        let by_show =
            [timer, change, auto].into_iter().flatten().filter(|(due_ns, _)| *due_ns <= show_now);
        let by_show = by_show.map(|(due_ns, due)| (self.unheld(due_ns), due));
        // Of what is due, the earliest goes first, so that a late wake-up tells the same story as a
        // punctual one.
        let all = by_show.chain(wall.map(|&(at_ns, turn)| (at_ns, Due::Clock(turn.cue))));
        let Some((due_ns, due)) = all.min_by_key(|(due_ns, _)| *due_ns) else { return vec![] };
        let at_ns = due_ns.max(RunNs::ZERO);
        match due {
            Due::Timer(TimerKind::Complete, cue) => self.estimated_end(cue, at_ns),
            Due::Timer(TimerKind::Fire, cue) => self.fall_due(cue, Cause::Follow, due_ns, now),
            Due::Clock(cue) => self.fall_due(cue, Cause::Clock, due_ns, now),
            Due::StructureChange(StructureChange::Start(segment)) => {
                self.change_segment(segment, at_ns)
            }
            Due::StructureChange(StructureChange::End) => self.end(at_ns),
            Due::Auto(command) => {
                // The program's own calls are as punctual as a chain, unless it was away.
                let punctual = !self.is_late(at_ns, now) && at_ns >= self.up_since_ns;
                self.decide(&command, if punctual { at_ns } else { now }).unwrap_or_default()
            }
        }
    }

    /// Returns `true` if so much time has passed since `due_ns` that the machine must have stood
    /// still.
    fn is_late(&self, due_ns: RunNs, now: RunNs) -> bool {
        now.since(due_ns) > LATE * self.speed
    }

    fn fall_due(&self, cue: CueIx, cause: Cause, due_ns: RunNs, now: RunNs) -> Vec<Event> {
        let at_ns = due_ns.max(RunNs::ZERO);
        let why = if due_ns < RunNs::ZERO {
            Some(MissedWhy::BeforeRun)
        } else if due_ns < self.up_since_ns {
            Some(self.down_why)
        } else if self.panicked {
            Some(MissedWhy::Panicked)
        } else if self.is_late(at_ns, now) {
            Some(MissedWhy::Late)
        } else if !self.is_clear(cue) {
            Some(MissedWhy::Interlock)
        } else {
            None
        };
        match why {
            Some(why) => vec![self.miss(cue, why, at_ns)],
            None => self.fire(cue, cause, at_ns),
        }
    }

    pub(super) fn miss(&self, cue: CueIx, why: MissedWhy, due_ns: RunNs) -> Event {
        Event::CueMissed { cue: self.show.cue(cue).number.clone(), why, due_ns }
    }

    /// Instant at which the running segment is over: its time is up and nothing of it is left to
    /// call, running or due.
    pub(super) fn segment_over_ns(&self) -> Option<ShowNs> {
        let time_up_ns = self.time_up_ns()?;
        self.played_out_ns().map(|played_out_ns| played_out_ns.max(time_up_ns))
    }

    /// Since when nothing of the running segment is left to call, running or due.
    pub(super) fn played_out_ns(&self) -> Option<ShowNs> {
        let (segment, _) = self.segment?;
        let is_left = |cue: CueIx| self.show.segment_of(cue) == segment;
        let left = self.playhead.is_some_and(|cue| self.show.segment_of(cue) <= segment)
            || self.on_air.iter().any(|&cue| is_left(cue) && !self.is_endless(cue))
            || self.timers.by_show.iter().any(|(_, _, turn)| is_left(turn.cue))
            || self.timers.by_wall.iter().any(|(_, turn)| is_left(turn.cue));
        (!left).then_some(self.touched_ns)
    }

    /// The instant of the run at which the show's clock read `show_ns`, or will, while no hold goes
    /// on.
    pub(super) fn unheld(&self, show_ns: ShowNs) -> RunNs {
        RunNs::ZERO.shifted(show_ns.since_begin()) + self.held_total
    }

    /// Reading of the show's clock at a planned instant of the run, if no further hold comes before
    /// it.
    pub(super) fn show_before_hold(&self, planned_ns: RunNs) -> ShowNs {
        (ShowNs::default() + planned_ns.since(RunNs::ZERO)).saturating_sub(self.held_total)
    }

    /// The hard start of a segment by the show's clock.
    pub(super) fn hard_start_ns(&self, segment: SegmentIx) -> Option<ShowNs> {
        let run_ns = self.plan.hard_start_ns[segment]?;
        Some(self.show_before_hold(run_ns))
    }

    /// End of a segment that the plan has a gap after, if the next started at `due_ns`: the wait
    /// for the hard start is the plan's and no overrun, but the time by which the next missed it
    /// is.
    fn ended_before_gap(&self, segment: SegmentIx, due_ns: RunNs) -> Option<RunNs> {
        let over_ns = self.unheld(self.segment_over_ns()?);
        let start_ns = self.plan.hard_start_ns.get(segment.next()).copied()??.max(RunNs::ZERO);
        let waited = over_ns < due_ns && self.plan.has_gap_after(segment);
        waited.then(|| (over_ns + due_ns.since(start_ns)).min(due_ns))
    }

    /// The segment whose hard start a show waits for that has nothing else to do, and that start by
    /// the run's clock.
    pub fn gap(&self, now: RunNs) -> Option<(SegmentIx, RunNs)> {
        let (running, _) = self.segment.filter(|(running, _)| self.plan.has_gap_after(*running))?;
        let over_ns = self.segment_over_ns().filter(|&over_ns| over_ns <= self.show_ns(now));
        let next = running.next();
        let starts_ns = self.plan.hard_start_ns.get(next).copied()??;
        (over_ns.is_some() && starts_ns > now).then_some((next, starts_ns))
    }

    /// The next start of a segment by itself, or with `None` the end of the run, and when.
    pub(super) fn next_change(&self) -> Option<(ShowNs, Option<SegmentIx>)> {
        self.next_structure_change().map(|(due_ns, change)| match change {
            StructureChange::Start(segment) => (due_ns, Some(segment)),
            StructureChange::End => (due_ns, None),
        })
    }

    fn next_structure_change(&self) -> Option<(ShowNs, StructureChange)> {
        if self.ended_ns.is_some() {
            return None;
        }
        let Some((segment, _)) = self.segment else {
            // An open show begins by itself only at a hard start that was still to come when the
            // run began.
            let first = SegmentIx(0);
            let at_ns = self.plan.hard_start_ns[first].filter(|&at_ns| at_ns >= RunNs::ZERO)?;
            let begins = self.plan.opens_by_itself(&self.show, first) && !self.panicked;
            return begins.then(|| {
                (self.show_ns(at_ns).max(self.touched_ns), StructureChange::Start(first))
            });
        };
        let over_ns = self.segment_over_ns()?;
        let next = segment.next();
        if next.0 as usize >= self.show.segments.len() {
            return self.is_over().then_some((over_ns, StructureChange::End));
        }
        let opens = self.plan.opens_by_itself(&self.show, next) && !self.panicked;
        opens.then(|| {
            (
                over_ns.max(self.hard_start_ns(next).unwrap_or_default()),
                StructureChange::Start(next),
            )
        })
    }

    /// The end of the running segment, where one runs, and the start of `segment`.
    pub(super) fn change_segment(&self, segment: SegmentIx, due_ns: RunNs) -> Vec<Event> {
        let mut events = vec![];
        if let Some((running, _)) =
            self.segment.filter(|(running, _)| self.segment(*running).ended_ns.is_none())
        {
            let pending = self.timers.by_show.iter().filter(|&&(_, kind, CueTurn { cue, .. })| {
                let counts = matches!(self.show.cue(cue).trigger, Trigger::Into { .. });
                kind == TimerKind::Fire
                    && counts
                    && running != segment
                    && self.show.segment_of(cue) == running
            });
            events.extend(
                pending.map(|(_, _, turn)| self.miss(turn.cue, MissedWhy::SegmentEnded, due_ns)),
            );
            events.extend(self.ends_running(due_ns));
        }
        let title = self.show.segment(segment).title.clone();
        let (first, into) = self.begins_in();
        let is_begun_inside = !self.has_begun() && first == segment;
        let due_ns = if is_begun_inside { due_ns - into } else { due_ns };
        let segment = segment.0 + 1;
        events.push(Event::SegmentStarted { segment, title, due_ns, retimed: false });
        events
    }

    /// The end of the running segment at `due_ns`, where one runs.
    pub(super) fn ends_running(&self, due_ns: RunNs) -> Option<Event> {
        let running = self.current_segment()?;
        let due_ns = self.ended_before_gap(running, due_ns).unwrap_or(due_ns);
        let runs = self.segment(running).ended_ns.is_none();
        runs.then_some(Event::SegmentEnded { segment: running.0 + 1, due_ns })
    }

    pub(super) fn end(&self, due_ns: RunNs) -> Vec<Event> {
        let ended =
            self.segment.map(|(segment, _)| Event::SegmentEnded { segment: segment.0 + 1, due_ns });
        let over = due_ns.until(self.projection(due_ns).planned_end_ns);
        let over_ns = signed_nanoseconds(over);
        ended.into_iter().chain([Event::RunEnded { over_ns }]).collect()
    }

    /// The command that takes the missed cues up after a resume.
    pub fn catch_up(&self) -> Option<Command> {
        self.stop_after_resume().map(|_| Command::CatchUp)
    }
}
