//! A second opinion of a run: what its events may tell, by the guide's rules and not by the
//! engine's code.
//!
//! It sees the show and the events in their order, never the state, and keeps its own account of
//! who is ready, what is held, and what has cause to come by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use handover::engine::{Cause, Event, Record, State};
use handover::show::{CueIx, CueNumber, SegmentIx, Show, Trigger};

use crate::test_run::TestRun;

/// The account.
#[derive(Clone)]
pub(crate) struct RuleChecker {
    show: Arc<Show>,
    held: bool,
    panicked: bool,
    skipped: BTreeSet<CueIx>,
    firings: BTreeMap<CueIx, u32>,
    /// For each cue that comes by itself, how many of its causes (or starts of its segment) it has
    /// not used up.
    causes: BTreeMap<CueIx, u32>,
    ready: BTreeMap<CueIx, BTreeSet<String>>,
    overridden: BTreeSet<CueIx>,
    running: BTreeSet<CueIx>,
    /// For each cue that was fired by hand while the one that it follows ran, which firing of that
    /// one it was.
    taken: BTreeMap<CueIx, u32>,
}

impl RuleChecker {
    pub(crate) fn new(show: Arc<Show>) -> Self {
        let by_clock =
            show.cue_indices().filter(|&cue| matches!(show.cue(cue).trigger, Trigger::At { .. }));
        RuleChecker {
            causes: by_clock.map(|cue| (cue, 1)).collect(),
            show,
            held: false,
            panicked: false,
            skipped: BTreeSet::new(),
            firings: BTreeMap::new(),
            ready: BTreeMap::new(),
            overridden: BTreeSet::new(),
            running: BTreeSet::new(),
            taken: BTreeMap::new(),
        }
    }

    fn find(&self, number: &CueNumber) -> CueIx {
        self.show.find(number).expect("events name cues of the show")
    }

    /// Notes `event` down.
    fn see(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Held {} => self.held = true,
            Event::Resumed {} => self.held = false,
            Event::Panicked {} => {
                self.panicked = true;
                self.running.clear();
            }
            &Event::SegmentStarted { segment, retimed, .. } => {
                for cue in self.show.cues_of(SegmentIx(segment - 1)) {
                    if matches!(self.show.cue(cue).trigger, Trigger::Into { .. }) {
                        self.causes.insert(cue, 1);
                    }
                }
                if self.held && !retimed {
                    return Err("a segment starts in a hold".to_owned());
                }
                self.panicked &= retimed;
            }
            Event::Retimed { segment, cue, into_ns, .. } => {
                self.see_retimed(SegmentIx(segment - 1), cue.as_ref(), *into_ns);
            }
            Event::CueSkipped { cue } => {
                self.skipped.insert(self.find(cue));
            }
            Event::CueUnskipped { cue } => {
                self.skipped.remove(&self.find(cue));
            }
            Event::CueStoodBy { cue } => {
                let cue = self.find(cue);
                self.ready.remove(&cue);
                self.overridden.remove(&cue);
            }
            Event::DepartmentReady { cue, department, .. } => {
                self.ready.entry(self.find(cue)).or_default().insert(department.clone());
            }
            Event::DepartmentUnready { cue, department, .. } => {
                self.ready.entry(self.find(cue)).or_default().remove(department);
            }
            Event::InterlockOverridden { cue, .. } => {
                self.overridden.insert(self.find(cue));
            }
            Event::CueFired { cue, cause, firing, .. } => {
                return self.see_fired(self.find(cue), *cause, *firing);
            }
            Event::CueCompleted { cue, .. } => {
                let cue = self.find(cue);
                if !self.running.remove(&cue) {
                    return Err("a cue completes that does not run".to_owned());
                }
                for &follower in self.show.after(cue) {
                    // One that somebody fired by hand meanwhile has had its turn.
                    let is_taken = self.taken.get(&follower) == self.firings.get(&cue);
                    self.causes.insert(follower, u32::from(!is_taken));
                }
            }
            Event::CueStopped { cue, by_player } => {
                let cue = self.find(cue);
                let waits = !by_player && self.causes.insert(cue, 0).unwrap_or(0) > 0;
                if !self.running.remove(&cue) && !waits {
                    return Err("a cue is stopped that neither runs nor waits".to_owned());
                }
            }
            Event::CueMissed { cue, .. } => {
                self.causes.insert(self.find(cue), 0);
            }
            _ => {}
        }
        Ok(())
    }

    /// What stands before the place at which the show is has no cause any more to come by itself.
    fn see_retimed(&mut self, segment: SegmentIx, cue: Option<&CueNumber>, into_ns: u64) {
        let show = Arc::clone(&self.show);
        let here = match cue {
            Some(number) => show.place(show.main_of(self.find(number))),
            None => show.segment(segment).cues.start,
        };
        for cue in show.cue_indices() {
            let is_before = show.place(show.main_of(cue)) < here;
            let fired = self.firings.contains_key(&cue);
            match show.cue(cue).trigger {
                Trigger::Into { offset } if show.segment_of(cue) == segment => {
                    let is_ahead = offset.as_nanos() > u128::from(into_ns) && !is_before;
                    let had = self.causes.get(&cue).copied().unwrap_or(0);
                    self.causes.insert(
                        cue,
                        if !is_ahead {
                            0
                        } else if fired {
                            had
                        } else {
                            1
                        },
                    );
                }
                Trigger::At { .. } if !is_before && !fired => _ = self.causes.insert(cue, 1),
                _ if !is_before => {}
                trigger => {
                    self.causes.insert(cue, 0);
                    if let Some(cause) = trigger.cause() {
                        self.taken.extend(self.firings.get(&cause).map(|&firing| (cue, firing)));
                    }
                }
            }
        }
    }

    /// The run goes on with this version. What has fired has no new cause by it; of all others that
    /// come by themselves, it may have given each one.
    pub(crate) fn revised(&mut self, show: Arc<Show>) {
        let was = std::mem::replace(&mut self.show, show);
        for cue in was.cue_indices().filter(|&cue| !self.show.has(cue)) {
            self.causes.remove(&cue);
            self.ready.remove(&cue);
            self.overridden.remove(&cue);
        }
        for (cue, plan) in self.show.listed() {
            if self.firings.contains_key(&cue) {
                continue;
            }
            let is_same = was.has(cue)
                && was.cue(cue).trigger == plan.trigger
                && was.cue(cue).backup_for == plan.backup_for;
            let has_cause = match plan.trigger {
                Trigger::Go => false,
                Trigger::With { cue, .. } => !is_same && self.firings.contains_key(&cue),
                Trigger::After { cue, .. } => {
                    !is_same && self.firings.contains_key(&cue) && !self.running.contains(&cue)
                }
                // Their instants also change with the segments.
                Trigger::At { .. } | Trigger::Into { .. } => true,
            };
            if has_cause {
                self.causes.insert(cue, 1);
            }
        }
    }

    fn see_fired(&mut self, cue: CueIx, cause: Cause, firing: u32) -> Result<(), String> {
        let plan = self.show.cue(cue);
        let before = self.firings.insert(cue, firing).unwrap_or(0);
        if firing != before + 1 {
            return Err(format!("firing {firing} comes after firing {before}"));
        }
        if self.held {
            return Err("a cue fires in a hold".to_owned());
        }
        let ready = self.ready.remove(&cue).unwrap_or_default();
        let needs = plan.needs.iter().map(|&d| &self.show.department(d).id);
        let clear = needs.into_iter().all(|id| ready.contains(id));
        if !self.overridden.remove(&cue) && !clear {
            return Err("a cue passes its interlock".to_owned());
        }
        let alone = matches!(cause, Cause::Follow | Cause::Clock);
        let comes_alone = match plan.trigger {
            Trigger::Go => None,
            Trigger::At { .. } => Some(Cause::Clock),
            Trigger::With { .. } | Trigger::After { .. } | Trigger::Into { .. } => {
                Some(Cause::Follow)
            }
        };
        if alone && comes_alone != Some(cause) {
            return Err(format!("a cue with {:?} fires by {cause:?}", plan.trigger));
        }
        if alone && (self.skipped.contains(&cue) || self.panicked) {
            return Err("a cue fires by itself that is skipped, or after a panic".to_owned());
        }
        if self.causes.insert(cue, 0).unwrap_or(0) == 0 && alone {
            return Err("a cue fires by itself a second time for one cause".to_owned());
        }
        if let Trigger::After { cue: followed, .. } = plan.trigger
            && self.running.contains(&followed)
        {
            self.taken.insert(cue, self.firings[&followed]);
        }
        self.panicked = false;
        self.running.insert(cue);
        for &follower in self.show.with(cue) {
            self.causes.insert(follower, 1);
        }
        Ok(())
    }

    /// Sees all of a journal, and says at which event it does not believe it.
    pub(crate) fn see_all(rig: &TestRun) -> Result<(), String> {
        let mut rule_checker = RuleChecker::new(Arc::clone(rig.state().show()));
        for record in &rig.journal {
            rule_checker.see_record(record)?;
        }
        rule_checker.agrees(rig.state())
    }

    /// Notes a record down, and says why where it does not believe it.
    pub(crate) fn see_record(&mut self, record: &Record) -> Result<(), String> {
        self.see(&record.event)
            .map_err(|why| format!("{why}: record {}, {:?}", record.seq, record.event))
    }

    /// Says where the state has another account of the run.
    pub(crate) fn agrees(&self, state: &State) -> Result<(), String> {
        let on_air: BTreeSet<_> = state.on_air().iter().copied().collect();
        if on_air != self.running {
            return Err(format!(
                "on air: {on_air:?} by the state, {:?} by the events",
                self.running
            ));
        }
        for cue in self.show.cue_indices() {
            let (fired, seen) =
                (state.cue(cue).firings, self.firings.get(&cue).copied().unwrap_or(0));
            if fired != seen {
                return Err(format!(
                    "{cue:?} fired {fired} times by the state, {seen} by the events"
                ));
            }
        }
        Ok(())
    }
}
