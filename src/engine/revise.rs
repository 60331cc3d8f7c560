//! A new version of the show in the middle of a run: when it is refused, and what it makes of the
//! state.
//!
//! The rules stand in docs/guide.md as a table. Two are kept above all: what has fired stays as it
//! was, and no cue fires because of an edit.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::merge::{Happened, Merged, merge};
use super::state::CueState;
use super::timer::{NEAR, TimerKind};
use super::{Event, Phase, Record, Rejection, RunNs, SegmentPhase, State};
use crate::show::plan::Plan;
use crate::show::{CueIx, DepartmentIx, IndexVec, SegmentIx, Show, Trigger};

/// Time from an edit to what it would bring at once (the end of a segment, a GO of the program): the
/// caller is to see it come.
const LEAD: Duration = Duration::from_secs(10);

/// A version of the show, as its file says it. Journals hold only its checksum: who reads one
/// puts in what lies beside it.
#[derive(Clone, Debug, Default)]
pub struct Revised {
    show: Option<Arc<Show>>,
    /// What a run makes of it, where somebody has computed that beforehand.
    prepared: Option<Arc<Prepared>>,
}

/// What a run makes of a version, if by then this has happened in it and no more.
#[derive(Debug)]
struct Prepared {
    revision: u32,
    happened: Happened,
    merged: Merged,
    plan: Arc<Plan>,
}

impl Revised {
    /// The version that this show is.
    pub fn new(show: Arc<Show>) -> Self {
        Revised { show: Some(show), prepared: None }
    }

    /// The same for the run that `state` is of, which then takes it in little time. This takes its
    /// time itself.
    pub fn prepared(show: Arc<Show>, state: &State) -> Self {
        let prepared = Some(Arc::new(state.prepare(&show)));
        Revised { show: Some(show), prepared }
    }

    /// The show; `None` if nobody has put it in.
    pub fn show(&self) -> Option<&Arc<Show>> {
        self.show.as_ref()
    }

    /// The show that the run goes on with for which it was prepared.
    pub fn merged(&self) -> Option<&Arc<Show>> {
        self.prepared.as_ref().map(|prepared| &prepared.merged.show)
    }

    /// Returns `true` if it was prepared for the run as it stands.
    pub fn fits(&self, state: &State) -> bool {
        self.prepared_for(state).is_some()
    }

    fn prepared_for(&self, state: &State) -> Option<&Arc<Prepared>> {
        let (show, prepared) = (self.show.as_ref()?, self.prepared.as_ref()?);
        let is_same =
            prepared.revision == state.revision && prepared.happened == state.happened(show);
        is_same.then_some(prepared)
    }
}

impl PartialEq for Revised {
    /// Returns `true` for all: two records of a version are equal where their lines are.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Puts the versions of the show into the records of a journal, which hold only their checksums.
/// `read` gives the version of a number and a checksum.
///
/// # Errors
/// The first that `read` gives.
pub fn put_in_versions<E>(
    records: &mut [Record],
    mut read: impl FnMut(u32, &str) -> Result<Arc<Show>, E>,
) -> Result<(), E> {
    for record in records {
        if let Event::ShowRevised { revision, show_crc, show, .. } = &mut record.event {
            *show = Revised::new(read(*revision, show_crc)?);
        }
    }
    Ok(())
}

/// A new version of the show, for [`super::Command::Revise`].
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its number: 2 for the first revision of a run.
    pub number: u32,
    /// The checksum of its text.
    pub show_crc: String,
    /// SHA-256 of its text, hex.
    pub sha256: String,
    /// Number of items that are other than in the version before.
    pub changed: u32,
    /// Number of items that are new.
    pub added: u32,
    /// Number of items that are gone.
    pub removed: u32,
    /// The show.
    pub show: Revised,
}

impl State {
    /// A state of `show` in which nothing happens, because it is only edited: its first segment is
    /// planned on `day`, and the show's clock begins at `clock`.
    pub fn only_edited(show: Arc<Show>, day: Date, clock: Timestamp) -> State {
        let plan = Arc::new(Plan::new(&show, day, clock));
        let mut state = State { only_edited: true, day, clock, plan, ..State::new(show) };
        state.look_at(None);
        state
    }

    /// Puts the playhead at `cue` where the show is only edited: at the cue that is looked at, so that
    /// what stands on the screen about the next one is about this one. The first where there is none.
    pub fn look_at(&mut self, cue: Option<CueIx>) {
        if self.only_edited {
            let first = self.show.listed().map(|(cue, _)| cue).next();
            self.playhead = cue.filter(|&cue| self.show.has(cue)).or(first);
        }
    }

    /// Returns `true` if the show is only edited: no command but another version of it is obeyed.
    pub fn is_only_edited(&self) -> bool {
        self.only_edited
    }

    /// The show with which the run began.
    pub fn first_show(&self) -> &Arc<Show> {
        &self.first
    }

    /// The number of the version of the show that is run: 1 for the one that the run began with.
    pub fn revision(&self) -> u32 {
        self.revision
    }

    /// The index that `segment` had before the last revision of the show; `None` if it is new.
    pub fn segment_was(&self, segment: SegmentIx) -> Option<SegmentIx> {
        match self.revision {
            1 => Some(segment),
            _ => self.segments_were.get(segment).copied().flatten(),
        }
    }

    pub(super) fn decide_revision(&self, revision: &Revision) -> Result<Vec<Event>, Rejection> {
        if self.has_ended() {
            return Err(Rejection::Ended);
        }
        if revision.number != self.revision + 1 {
            return Err(Rejection::Outdated);
        }
        let Revision { number, show_crc, sha256, changed, added, removed, show } = revision.clone();
        let (revision, sha256) = (number, Some(sha256));
        Ok(vec![Event::ShowRevised { revision, show_crc, sha256, changed, added, removed, show }])
    }

    /// Returns `true` if a revision leaves `cue` as it is.
    pub fn is_settled(&self, cue: CueIx) -> bool {
        self.cues.get(cue).is_some_and(|state| state.firings > 0) || self.from == Some(cue)
    }

    fn prepare(&self, file: &Show) -> Prepared {
        let happened = self.happened(file);
        let merged = merge(&self.show, file, &happened);
        let plan = Arc::new(Plan::new(&merged.show, self.day, self.clock));
        Prepared { revision: self.revision, happened, merged, plan }
    }

    /// Everything in the run that decides what it makes of the version `file`.
    fn happened(&self, file: &Show) -> Happened {
        let cues = (0..self.cues.len() as u32).map(CueIx);
        Happened {
            fired: cues.map(|cue| self.is_settled(cue)).collect(),
            started: self.segments.iter().map(|state| state.started_ns.is_some()).collect(),
            running: self.current_segment(),
            playhead: self.playhead.and_then(|cue| self.pivot(cue, file)),
        }
    }

    /// The cue that the playhead will stand at, as far as `file` has it: the one at which it stands
    /// or else the next of its segment that has not fired.
    fn pivot(&self, playhead: CueIx, file: &Show) -> Option<CueIx> {
        let main = self.show.main_of(playhead);
        let rest = self.show.cues_of(self.show.segment_of(main)).skip_while(|&cue| cue != main);
        let mut left = rest.filter(|&cue| cue == main || !self.is_settled(cue));
        left.find(|&cue| self.is_settled(cue) || file.find(&self.show.cue(cue).number).is_some())
    }

    /// The run goes on with another version of the show.
    ///
    /// Who reads a journal puts the show in, or stops at this record.
    pub(super) fn show_revised(&mut self, revision: u32, revised: &Revised, run_ns: RunNs) {
        let Some(file) = revised.show() else { return };
        let was = self.clone();
        let prepared = revised.prepared_for(&was).cloned();
        let prepared = prepared.unwrap_or_else(|| Arc::new(was.prepare(file)));
        let Merged { show, were } = &prepared.merged;
        self.revision = revision;
        (self.show, self.plan) = (Arc::clone(show), Arc::clone(&prepared.plan));
        self.reopen_outputs(&was.show, run_ns);
        self.cues.grow(self.show.cues.len());
        self.people = resized(std::mem::take(&mut self.people), self.show.people.len());
        let segment = |before: &Option<SegmentIx>| before.map(|ix| was.segments[ix]);
        self.segments = were.iter().map(|before| segment(before).unwrap_or_default()).collect();
        let now_of = |ix: SegmentIx| {
            let at = were.iter().position(|before| *before == Some(ix))?;
            Some(SegmentIx(at as u32))
        };
        self.segment = was.segment.and_then(|(ix, started_ns)| Some((now_of(ix)?, started_ns)));
        self.segments_were.clone_from(were);
        for (cue, plan) in was.show.listed().filter(|(cue, _)| !self.show.has(*cue)) {
            // An undo may bring it back: what the caller has skipped stays skipped, and a cause that
            // is used up stays so.
            let known = was.cue(cue);
            let cause = plan.trigger.cause().filter(|_| is_out_of_turn(known, &plan.trigger));
            let came_by = cause.and_then(|cause| was.cue(cause).origin).or(known.came_by);
            self.cues[cue] = CueState { skipped: known.skipped, came_by, ..CueState::default() };
        }
        self.take_over_backups();
        self.take_over_answers(&was);
        let missed = was.missed.iter().map(|(turn, &why)| (turn.cue, why));
        let missed = missed.filter(|&(cue, _)| self.show.has(cue));
        self.missed = missed.map(|(cue, why)| (self.turn(cue), why)).collect();
        if self.only_edited {
            return self.look_at(None);
        }
        self.take_over_timers(&was, run_ns);
        self.take_over_playhead(&was);
        self.wait_after_edit(&was, &now_of, run_ns);
    }

    /// A backup keeps the place that it was given as long as it is that cue's backup.
    fn take_over_backups(&mut self) {
        let show = Arc::clone(&self.show);
        for main in show.cue_indices() {
            let state = &mut self.cues[main];
            state.replaced_by = state
                .replaced_by
                .filter(|&backup| show.has(backup) && show.cue(backup).backup_for == Some(main));
        }
    }

    /// The departments that have answered for a cue are those that it still needs.
    fn take_over_answers(&mut self, was: &State) {
        let show = Arc::clone(&self.show);
        for (cue, plan) in show.listed().filter(|(cue, _)| was.show.has(*cue)) {
            let before = &was.show.cue(cue).needs;
            if plan.needs == *before {
                continue;
            }
            let is_ready = |department: DepartmentIx| {
                let at = before.iter().position(|known| *known == department);
                at.is_some_and(|at| was.cue(cue).ready & (1 << at) != 0)
            };
            let ready = (0..).zip(&plan.needs).filter(|(_, department)| is_ready(**department));
            self.cues[cue].ready = ready.fold(0, |ready, (at, _): (u16, _)| ready | (1 << at));
        }
    }

    /// Cues that wait go on waiting, unless its trigger is another now: then it waits for the new
    /// one. Where that would have been already, the cue is missed.
    fn take_over_timers(&mut self, was: &State, run_ns: RunNs) {
        let instants = |state: &State| state.plan.by_clock.iter().copied().collect();
        let (before, now): (HashMap<CueIx, RunNs>, HashMap<CueIx, RunNs>) =
            (instants(was), instants(self));
        let show = Arc::clone(&self.show);
        let goes_on = |cue: CueIx| {
            let segment = |state: &State| state.show.segment_of(cue);
            show.has(cue)
                && was.show.has(cue)
                && (was.is_settled(cue)
                    || (was.show.cue(cue).trigger == show.cue(cue).trigger
                        && before.get(&cue) == now.get(&cue)
                        && self.segment_was(segment(self)) == Some(segment(was))
                        && was.has_place(cue) == self.has_place(cue)))
        };
        let by_show = was.timers.by_show.iter().filter(|(_, kind, turn)| {
            show.has(turn.cue) && (*kind == TimerKind::Complete || goes_on(turn.cue))
        });
        let by_show =
            by_show.map(|&(due_ns, kind, turn)| (due_ns, kind, self.turn(turn.cue))).collect();
        let by_wall = was.timers.by_wall.iter().filter(|(_, turn)| goes_on(turn.cue));
        let by_wall = by_wall.map(|&(at_ns, turn)| (at_ns, self.turn(turn.cue))).collect();
        let others: Vec<CueIx> = show.cue_indices().filter(|&cue| !goes_on(cue)).collect();
        (self.timers.by_show, self.timers.by_wall) = (by_show, by_wall);
        for cue in others {
            let (is_known, trigger) = (was.show.has(cue), &show.cue(cue).trigger);
            let waited = is_known && was.is_due(cue);
            self.cues[cue].due_ns = None;
            let is_same = is_known && was.show.cue(cue).trigger == *trigger;
            if !is_same || !is_out_of_turn(was.cue(cue), trigger) {
                self.wait_again(cue, waited, now.get(&cue).copied(), run_ns);
            }
        }
    }

    /// Lets `cue` wait for its trigger, which is new or another; `by_clock` is its instant, if it
    /// comes by the clock. A cue that `waited` for its trigger before is not lost where that has
    /// passed.
    fn wait_again(&mut self, cue: CueIx, waited: bool, by_clock: Option<RunNs>, run_ns: RunNs) {
        if !self.has_place(cue) {
            return;
        }
        let segment = self.show.segment_of(cue);
        let due_ns = match self.show.cue(cue).trigger {
            Trigger::Go => None,
            Trigger::With { cue: cause, delay } => {
                let is_stopped = self.cue(cause).phase == Phase::Stopped;
                let fired_ns = self.cue(cause).fired_show_ns.filter(|_| !is_stopped);
                fired_ns.map(|ns| ns + delay)
            }
            Trigger::After { cue: cause, delay } => {
                let is_complete = self.cue(cause).phase == Phase::Complete;
                let completed_ns = self.cue(cause).completed_show_ns.filter(|_| is_complete);
                completed_ns.map(|ns| ns + delay)
            }
            Trigger::Into { offset } => {
                let running = self.segment.filter(|(running, _)| *running == segment);
                let running = running.filter(|_| self.segment(segment).ended_ns.is_none());
                running.map(|(_, started_ns)| started_ns + offset)
            }
            Trigger::At { .. } => {
                let at_ns = by_clock.filter(|&at_ns| !self.is_before_start(at_ns));
                let Some(at_ns) = at_ns else { return };
                if at_ns <= run_ns + NEAR {
                    return self.put_past(cue, waited, at_ns);
                }
                self.is_not_missed(cue);
                if !self.cue(cue).skipped {
                    self.timers.by_wall.insert((at_ns, self.turn(cue)));
                }
                return;
            }
        };
        let Some(due_ns) = due_ns.filter(|_| self.follows(cue)) else { return };
        if due_ns > self.show_ns(run_ns) + NEAR {
            self.arm(cue, due_ns);
        } else {
            self.put_past(cue, waited, self.run_ns(due_ns, run_ns).min(run_ns));
        }
    }

    /// An edit has put the instant of `cue` in the past: it is missed, but for one in a segment that
    /// is over, which is passed over like everything there.
    fn put_past(&mut self, cue: CueIx, waited: bool, due_ns: RunNs) {
        let segment = self.segment_phase(self.show.segment_of(cue));
        let is_over = matches!(segment, SegmentPhase::Done | SegmentPhase::PassedOver);
        let state = self.cue(cue);
        if !state.skipped && state.phase == Phase::Waiting && (waited || !is_over) {
            self.put_past.push((cue, due_ns));
        }
    }

    fn is_not_missed(&mut self, cue: CueIx) {
        if self.missed.remove(&self.turn(cue)).is_some() {
            self.cues[cue].phase = Phase::Waiting;
        }
    }

    /// The playhead stays at its cue. Where that is gone, or comes by itself now, it stands at the
    /// next one until the edit is undone; and where nothing was left to call, at the first that is
    /// new.
    fn take_over_playhead(&mut self, was: &State) {
        let may_have_it = |state: &State, cue: CueIx| {
            state.show.has(cue) && state.is_in_order(cue) && state.stops(cue)
        };
        let is_back = |cue: &CueIx| may_have_it(self, *cue) && !may_have_it(was, *cue);
        if let Some(at) = self.displaced.iter().position(is_back) {
            self.playhead = Some(self.displaced[at]);
            self.displaced.truncate(at);
            return;
        }
        let Some(cue) = was.playhead else {
            let mut ahead = self.places_after(self.frontier.filter(|_| self.has_begun()));
            let next = ahead.find(|&cue| self.stops(cue) && self.cue(cue).firings == 0);
            drop(ahead);
            self.playhead = next;
            return;
        };
        self.playhead = if self.show.has(cue) && self.is_in_order(cue) {
            let comes_alone = was.stops(cue) && !self.stops(cue);
            if comes_alone { self.next_stop(Some(cue)) } else { Some(cue) }
        } else {
            let main = was.show.main_of(cue);
            let place = Some(main).filter(|&main| self.show.has(main));
            let place = place.map(|main| self.at_place_of(main));
            place.filter(|&cue| self.is_in_order(cue)).or_else(|| {
                let end = was.show.place(main) as usize;
                let before = was.show.order.iter().take(end).rev().copied();
                let is_main = |cue: CueIx| self.show.cue(cue).backup_for.is_none();
                self.next_stop(before.into_iter().find(|&cue| self.show.has(cue) && is_main(cue)))
            })
        };
        if self.playhead != Some(cue) {
            self.leaves = None;
            self.displaced.push(cue);
        }
    }

    /// Puts off a little what the edit would bring at once.
    fn wait_after_edit(
        &mut self,
        was: &State,
        now_of: &dyn Fn(SegmentIx) -> Option<SegmentIx>,
        run_ns: RunNs,
    ) {
        let soon_ns = self.show_ns(run_ns) + LEAD;
        let change = self.next_change().filter(|(due_ns, _)| *due_ns < soon_ns);
        let before = was.next_change().and_then(|(due_ns, segment)| {
            Some((due_ns, segment.map(|ix| now_of(ix).ok_or(())).transpose().ok()?))
        });
        let auto = self.next_auto().filter(|(due_ns, _)| *due_ns < soon_ns);
        if (change.is_some() && change != before) || (auto.is_some() && auto != was.next_auto()) {
            self.touched_ns = self.touched_ns.max(soon_ns);
        }
    }
}

/// The list with as many items as there are now; those that are new have nothing to tell.
fn resized<I: crate::show::Ix, T: Clone + Default>(
    list: IndexVec<I, T>,
    count: usize,
) -> IndexVec<I, T> {
    let mut items = list.into_vec();
    items.resize(count.max(items.len()), T::default());
    items.into()
}

/// Returns `true` if a cue with this trigger was taken out of its delay, by a stop or because it was
/// missed: its cause is used up, wherever an edit puts the cue.
fn is_out_of_turn(state: &CueState, trigger: &Trigger) -> bool {
    match state.phase {
        Phase::Stopped => true,
        // Its instant may be another one after the edit where it comes by the clock or into its
        // segment.
        Phase::Missed => trigger.cause().is_some(),
        Phase::Waiting | Phase::Running | Phase::Complete => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Cause, Command};
    use crate::show::{CueNumber, file};

    const SHOW: &str = r#"
        title = "x"
        timezone = "UTC"
        [[segment]]
        title = "s"
        start = 20:00:00
        duration = "10m"
        [[segment.cue]]
        number = "1"
        title = "a"
        [[segment.cue]]
        number = "2"
        title = "b"
        trigger = { at = 20:05:00 }
    "#;

    #[test]
    fn nothing_happens_in_a_show_that_is_only_edited() {
        let parsed = |text: &str| Arc::new(file::parse(text, "UTC").unwrap());
        let (show, day) = (parsed(SHOW), jiff::civil::date(2026, 1, 1));
        // An hour after the end.
        let clock: Timestamp = "2026-01-01T21:10:00Z".parse().unwrap();
        let mut state = State::only_edited(Arc::clone(&show), day, clock);
        let late_ns = RunNs::ZERO + Duration::from_secs(3_600);
        for command in [
            Command::Go { cause: Cause::Go },
            Command::PlayheadNext,
            Command::Hold,
            Command::Panic,
            Command::Note("n".to_owned()),
            Command::End,
        ] {
            assert_eq!(state.decide(&command, late_ns), Err(Rejection::OnlyEdited), "{command:?}");
        }
        assert_eq!(state.poll_timeout(), None);
        let timing = state.projection(late_ns);
        assert!(timing.over.is_zero() && timing.end_ns == timing.planned_end_ns);
        // A version in which a cue comes by the clock soon.
        let file =
            parsed(&SHOW.replace("title = \"a\"", "title = \"a\"\ntrigger = { at = 20:01:00 }"));
        let revision = Revision {
            number: 2,
            show_crc: String::new(),
            sha256: String::new(),
            changed: 1,
            added: 0,
            removed: 0,
            show: Revised::new(file),
        };
        let events = state.decide(&Command::Revise(Box::new(revision)), late_ns).unwrap();
        for event in events {
            state.fold(&Record::new(1, clock, late_ns, event));
        }
        let cue = state.show().find(&CueNumber::new("1").unwrap()).unwrap();
        assert!(matches!(state.show().cue(cue).trigger, Trigger::At { .. }));
        assert_eq!((state.poll_timeout(), state.cue(cue).phase), (None, Phase::Waiting));
        state.look_at(Some(CueIx(1)));
        assert_eq!(state.playhead(), Some(CueIx(1)));
    }
}
