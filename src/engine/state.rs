//! The state of a run: the fold of its events, and the questions that everybody asks of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::alarm::Alarms;
use super::ongoing::AllOngoing;
use super::paged::Paged;
use super::stops::Stops;
use super::timer::{CueTurn, Timers};
use super::{Cause, FlagState, MissedWhy, PersonState, RunNs, ShowNs};
use crate::show::demonstration::Demonstration;
use crate::show::plan::{Plan, PlanNs};
use crate::show::{CueIx, DepartmentIx, IndexVec, PersonIx, SegmentIx, Show};
use crate::time::unsigned;

/// Everything that is true of a run at one moment, but for the moment itself.
///
/// Only [`State::fold`] changes it.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(super) show: Arc<Show>,
    pub(super) plan: Arc<Plan>,
    /// The show with which the run began.
    pub(super) first: Arc<Show>,
    /// The number of the show's version, from 1.
    pub(super) revision: u32,
    /// For each segment, the one that it was before the last revision.
    pub(super) segments_were: IndexVec<SegmentIx, Option<SegmentIx>>,
    /// The day on which the first segment plays.
    pub(super) day: Date,
    pub(super) rehearsal: bool,
    /// The show is edited and not run: nothing happens, whatever the time.
    pub(super) only_edited: bool,
    pub(super) speed: u32,
    pub(super) auto: bool,
    /// Faults on purpose in a demonstration; a live run has none.
    pub(super) demonstration: Option<&'static Demonstration>,
    pub(super) shift_ns: Option<i64>,
    /// The cue at which the run begins, where that is not the first.
    pub(super) from: Option<CueIx>,
    /// The show's clock at the beginning of the run.
    pub(super) clock: Timestamp,
    pub(super) cues: Paged<CueIx, CueState>,
    pub(super) segments: IndexVec<SegmentIx, SegmentState>,
    pub(super) timers: Timers,
    pub(super) playhead: Option<CueIx>,
    /// Cues from which an edit has taken the playhead, in that order: an undo gives it back. Empty as
    /// soon as it moves for another reason, or its cue is fired.
    pub(super) displaced: Vec<CueIx>,
    /// The cue at the playhead has fired or is skipped: the playhead moves on before all else.
    pub(super) leaves: Option<Leaves>,
    /// The segment that runs, and when it started.
    pub(super) segment: Option<(SegmentIx, ShowNs)>,
    pub(super) begun_ns: Option<RunNs>,
    /// The same instant by the show's clock.
    pub(super) begun_show_ns: Option<ShowNs>,
    pub(super) ended_ns: Option<RunNs>,
    pub(super) held_since_ns: Option<RunNs>,
    pub(super) held_total: Duration,
    pub(super) panicked: bool,
    pub(super) stops: Stops,
    /// Instant from which a program has been running: what fell due before is missed, not late.
    pub(super) up_since_ns: RunNs,
    /// Reason why it is missed.
    pub(super) down_why: MissedWhy,
    /// The flag, in a run that several stations follow.
    pub(super) flag: Option<FlagState>,
    /// The cues that run now, in the order in which they fired.
    pub(super) on_air: Vec<CueIx>,
    /// Ramps and fades.
    pub(super) ongoing: AllOngoing,
    /// The cues that are [`Phase::Missed`], and why: no frame has time to look through all cues.
    pub(super) missed: BTreeMap<CueTurn, MissedWhy>,
    /// Cues whose instant an edit has put in the past, and that instant: they are missed first.
    pub(super) put_past: Vec<(CueIx, RunNs)>,
    /// The last cue that fired at the playhead in the normal order: where the order goes on after a
    /// missed cue.
    pub(super) frontier: Option<CueIx>,
    /// Instant of the last change that a segment's start or end might wait for.
    pub(super) touched_ns: ShowNs,
    pub(super) notes: Vec<Note>,
    /// The words that stand on the boards for the people on stage.
    pub(super) stage_message: Option<String>,
    pub(super) overrides: Vec<Override>,
    pub(super) alarms: Alarms,
    /// The sheet of those who were spotted, in the show's order of people.
    pub(super) people: IndexVec<PersonIx, PersonState>,
}

/// From what kind of cue the playhead moves on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaves {
    /// One in the normal order.
    Called,
    /// One that was missed: the order goes on elsewhere.
    Missed,
}

/// State of a cue in this run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CueState {
    /// Its phase.
    pub phase: Phase,
    /// Number of its firings in this run.
    pub firings: u32,
    /// Cause of its last firing.
    pub cause: Option<Cause>,
    /// Instant of its last firing, by the run's clock.
    pub fired_ns: Option<RunNs>,
    /// The same instant by the show's clock.
    pub fired_show_ns: Option<ShowNs>,
    /// Instant at which it was last complete, by the run's clock; `None` while it runs.
    pub completed_ns: Option<RunNs>,
    /// The same instant by the show's clock.
    pub(super) completed_show_ns: Option<ShowNs>,
    /// Instant at which it will fire by itself, by the show's clock; for a skipped cue, if the skip
    /// is taken back before.
    pub due_ns: Option<ShowNs>,
    /// Instant at which it will be complete by itself, by the show's clock.
    pub complete_ns: Option<ShowNs>,
    /// A player has its end: it is complete when its clip is.
    pub awaits_clip: bool,
    /// Its clip was lost or could not be played: the picture is not there, whatever the clock says.
    pub clip_lost: bool,
    /// Nobody knows when its clip would have ended: it is stopped, and not complete.
    pub(super) unplayed: bool,
    /// Length of its clip, once the player has reported it.
    pub clip_length: Option<Duration>,
    /// Since when its clip is paused, by the show's clock: meanwhile nobody knows when it will end.
    pub(super) paused_since_ns: Option<ShowNs>,
    /// Total of its earlier pauses: its end comes later by it.
    pub(super) paused: Duration,
    /// A station has fired it after somebody had taken the flag from it, and the run has not since
    /// the take.
    pub is_aside: bool,
    /// The caller has taken it out of the run.
    pub skipped: bool,
    /// Standby has been called.
    pub stood_by: bool,
    /// Instant at which standby was last called, by the run's clock; kept when it fires.
    pub called_ns: Option<RunNs>,
    /// Departments of its `needs` that have answered ready, one bit each.
    pub ready: u16,
    /// The next GO passes the interlock.
    pub overridden: bool,
    /// Number of steps that are marked.
    pub steps_done: u32,
    /// Instants of the marked steps, by the run's clock.
    pub marked_ns: Vec<RunNs>,
    /// The backup that has its place.
    pub replaced_by: Option<CueIx>,
    /// Firing that began the chain of follows to which its last firing belongs: its own, if it did
    /// not come by itself.
    pub(super) origin: Option<Firing>,
    /// The chain by which it has come already, or before which the caller has fired it by hand: it
    /// does not come by that chain again.
    pub(super) came_by: Option<Firing>,
    /// State of each action of the last firing.
    pub sends: Vec<SendState>,
}

/// One firing of a cue: which cue, and which of its firings, from 1.
pub(super) type Firing = (CueIx, u32);

/// Phase of a cue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// It has not fired.
    #[default]
    Waiting,
    /// It runs.
    Running,
    /// It is over.
    Complete,
    /// It fell due and could not fire; it waits for the caller.
    Missed,
    /// Panic stopped it.
    Stopped,
}

/// Outcome of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// On its way.
    Pending,
    /// It left, or a rehearsal showed it.
    Sent,
    /// It did not leave.
    Failed,
    /// The program went down in between: nobody knows.
    Unknown,
}

/// State of a segment in this run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentState {
    /// Instant of its last start.
    pub started_ns: Option<RunNs>,
    /// Instant of its end.
    pub ended_ns: Option<RunNs>,
    /// By how much the caller has made it longer since its last start; shorter, where it is
    /// negative.
    pub nudged: SignedDuration,
}

/// An interlock that the caller has overridden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Its cue.
    pub cue: CueIx,
    /// Instant of the override.
    pub at_ns: RunNs,
    /// The caller's reason.
    pub reason: String,
}

/// Something that the caller wanted to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Instant of the note.
    pub at_ns: RunNs,
    /// Text of the note.
    pub text: String,
    /// The cue that was on air or stood by.
    pub cue: Option<CueIx>,
}

impl CueState {
    /// Keeps what became of an action, unless the cue has been fired again since.
    pub(super) fn settle(&mut self, firing: u32, action: u32, send: SendState) {
        if self.firings == firing
            && let Some(slot) = action.checked_sub(1).and_then(|at| self.sends.get_mut(at as usize))
        {
            *slot = send;
        }
    }
}

impl State {
    /// A run of `show` before its first event.
    pub fn new(show: Arc<Show>) -> Self {
        let plan = Plan::new(&show, Date::ZERO, Timestamp::UNIX_EPOCH);
        State {
            plan: Arc::new(plan),
            first: Arc::clone(&show),
            revision: 1,
            segments_were: IndexVec::default(),
            day: Date::ZERO,
            rehearsal: true,
            only_edited: false,
            speed: 1,
            auto: false,
            demonstration: None,
            shift_ns: None,
            from: None,
            clock: Timestamp::UNIX_EPOCH,
            cues: Paged::of_default(show.cues.len()),
            segments: IndexVec::filled(SegmentState::default(), show.segments.len()),
            timers: Timers::default(),
            playhead: None,
            displaced: vec![],
            leaves: None,
            segment: None,
            begun_ns: None,
            begun_show_ns: None,
            ended_ns: None,
            held_since_ns: None,
            held_total: Duration::ZERO,
            panicked: false,
            stops: Stops::default(),
            up_since_ns: RunNs::ZERO,
            down_why: MissedWhy::ProgramDown,
            flag: None,
            on_air: vec![],
            ongoing: AllOngoing::default(),
            missed: BTreeMap::new(),
            put_past: vec![],
            frontier: None,
            touched_ns: ShowNs::default(),
            notes: vec![],
            stage_message: None,
            overrides: vec![],
            alarms: Alarms::default(),
            people: IndexVec::filled(PersonState::default(), show.people.len()),
            show,
        }
    }

    /// The show that is being run.
    pub fn show(&self) -> &Arc<Show> {
        &self.show
    }

    /// The planned times of this run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Returns `true` if nothing leaves the machine.
    pub fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }

    /// Speed of the run's clock, in multiples of the machine's clock.
    pub fn speed(&self) -> u32 {
        self.speed
    }

    /// Returns `true` if the program of the one who calls the show gives the GOs: it was started
    /// with `--auto`. That ends with the program, and when another station gets the flag.
    pub fn is_auto(&self) -> bool {
        self.auto
    }

    /// In a technical rehearsal, how far its clock was set ahead of the machine's; behind it,
    /// negative. Nanoseconds.
    pub fn shift_ns(&self) -> Option<i64> {
        self.shift_ns
    }

    /// State of `cue`.
    pub fn cue(&self, cue: CueIx) -> &CueState {
        &self.cues[cue]
    }

    /// The cues of which the run may know anything, in running order, and perhaps some others: a
    /// frame has no time to look through all cues of a long show.
    pub fn known_cues(&self) -> Vec<CueIx> {
        let touched = self.cues.touched().map(|at| CueIx(at as u32));
        let mut cues: Vec<CueIx> = touched.filter(|&cue| self.show.has(cue)).collect();
        cues.sort_unstable_by_key(|&cue| self.show.place(cue));
        cues
    }

    /// Returns `true` if a public view may show `cue` with its words: the show says that it is
    /// public, and it is under no embargo or has fired in this run. Every public view and export
    /// asks here.
    pub fn is_public(&self, cue: CueIx) -> bool {
        self.show.cue(cue).public && !self.is_embargoed(cue)
    }

    /// Returns `true` if `cue` is under embargo and has not fired in this run: nothing that leaves
    /// the caller's screen has its words.
    pub fn is_embargoed(&self, cue: CueIx) -> bool {
        self.show.cue(cue).embargo && self.cue(cue).firings == 0
    }

    /// State of `segment`.
    pub fn segment(&self, segment: SegmentIx) -> &SegmentState {
        &self.segments[segment]
    }

    /// The cue that the next GO fires.
    pub fn playhead(&self) -> Option<CueIx> {
        self.playhead
    }

    /// Returns `true` if the cue at the playhead has fired or is skipped: [`State::handle_timeout`]
    /// has to move the playhead on before anything is decided.
    pub fn is_moving_on(&self) -> bool {
        self.leaves.is_some()
    }

    /// The segment that runs.
    pub fn current_segment(&self) -> Option<SegmentIx> {
        self.segment.map(|(segment, _)| segment)
    }

    /// The segment with which the run begins, and how much of it is planned before the cue at which
    /// it does, nanoseconds.
    pub(super) fn begins_in(&self) -> (SegmentIx, Duration) {
        let Some(cue) = self.from else { return (SegmentIx::FIRST, Duration::ZERO) };
        let segment = self.show.segment_of(cue);
        let into = self.plan.cue_start_ns[cue].since(self.plan.segment_start_ns[segment]);
        (segment, unsigned(into))
    }

    /// Returns `true` if what the clock brings at `at_ns` of the plan lies before the cue at which a
    /// run begins whose clock was set.
    pub(super) fn is_before_start(&self, at_ns: RunNs) -> bool {
        let before = self.from.map(|cue| self.plan.before(&self.show, cue)).unwrap_or_default();
        self.begins_anywhere() && at_ns < RunNs::ZERO + before
    }

    /// Planned beginning of the run.
    pub fn planned_begin_ns(&self) -> PlanNs {
        let (segment, into) = self.begins_in();
        self.plan.segment_start_ns[segment] + into
    }

    /// Returns `true` if the first segment has started.
    pub fn has_begun(&self) -> bool {
        self.begun_ns.is_some()
    }

    /// Returns `true` if the run has ended.
    pub fn has_ended(&self) -> bool {
        self.ended_ns.is_some()
    }

    /// Beginning of the hold by the run's clock; `None` while the show's clock runs.
    pub fn held_since(&self) -> Option<RunNs> {
        self.held_since_ns
    }

    /// Returns `true` after a panic, until the caller calls again: nothing comes by itself.
    /// [`State::panic_stops`] says which outputs were told to stop.
    pub fn is_panicked(&self) -> bool {
        self.panicked
    }

    /// The running cues, in the order in which they fired.
    pub fn on_air(&self) -> &[CueIx] {
        &self.on_air
    }

    /// The interlocks that were overridden, in the order in which they were.
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// The notes, in the order in which they were taken.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The cues that fell due and wait for the caller, in running order.
    pub fn missed(&self) -> impl Iterator<Item = CueIx> {
        self.missed.keys().map(|turn| turn.cue).filter(|&cue| self.is_in_order(cue))
    }

    /// The departments that `cue` still waits for.
    pub fn missing(&self, cue: CueIx) -> impl Iterator<Item = DepartmentIx> {
        let ready = self.cue(cue).ready;
        let needs = self.show.cue(cue).needs.iter().enumerate();
        needs.filter(move |(at, _)| ready & (1 << at) == 0).map(|(_, &department)| department)
    }

    /// Returns `true` if the interlock of `cue` lets a GO pass.
    pub fn is_clear(&self, cue: CueIx) -> bool {
        self.cue(cue).overridden || self.missing(cue).next().is_none()
    }

    /// The show's wall clock at an instant of the run.
    pub fn wall(&self, run_ns: RunNs) -> Timestamp {
        self.clock.checked_add(SignedDuration::from_nanos(run_ns.ns())).unwrap_or(self.clock)
    }

    /// The show's clock at an instant of the run: it stands still in a hold.
    pub fn show_ns(&self, now: RunNs) -> ShowNs {
        self.show_before_hold(self.held_since_ns.unwrap_or(now))
    }

    /// The instant of the run at which the show's clock will read `show_ns`, if no further hold
    /// comes.
    pub fn run_ns(&self, show_ns: ShowNs, now: RunNs) -> RunNs {
        let held = self.held_since_ns.map(|since| now.since(since)).unwrap_or_default();
        self.unheld(show_ns) + held
    }

    /// The actions of which nobody knows whether they left: pending, though no program ran that
    /// could have sent them.
    pub fn unresolved(&self) -> impl Iterator<Item = (CueIx, u32)> {
        let pending =
            |(at, send): (usize, &SendState)| (*send == SendState::Pending).then_some(at as u32);
        self.known_cues().into_iter().flat_map(move |cue| {
            self.cue(cue)
                .sends
                .iter()
                .enumerate()
                .filter_map(pending)
                .map(move |action| (cue, action))
        })
    }
}
