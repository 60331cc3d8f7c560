//! The fold: what an event makes of the state. It has no rules and cannot fail; an event that names
//! what the show does not have changes nothing.

use std::sync::Arc;
use std::time::Duration;

use super::alarm::said_ns;
use super::state::{Leaves, Note, Override};
use super::timer::TimerKind;
use super::{Cause, Event, MissedWhy, Phase, Record, RunNs, SendState, ShowNs, State};
use crate::show::plan::Plan;
use crate::show::{CueIx, CueNumber, Trigger, demonstration};

mod segments;

impl State {
    /// Folds `record` into the state.
    pub fn fold(&mut self, record: &Record) {
        self.apply(record.run_ns, &record.event);
        self.fold_flag(record);
    }

    pub(super) fn apply(&mut self, run_ns: RunNs, event: &Event) {
        match event {
            Event::RunStarted {
                source,
                rehearsal,
                speed,
                auto,
                clock,
                day,
                shift_ns,
                from_cue,
                ..
            } => {
                (self.rehearsal, self.speed, self.auto, self.clock) =
                    (*rehearsal, *speed, *auto, *clock);
                self.demonstration = demonstration::of(source).filter(|_| *rehearsal && *auto);
                (self.shift_ns, self.day) = (*shift_ns, *day);
                self.plan = Arc::new(Plan::new(&self.show, *day, *clock));
                self.from = from_cue.as_ref().and_then(|cue| self.show.find(cue));
                let by_clock =
                    self.plan.by_clock.iter().filter(|(_, at_ns)| !self.is_before_start(*at_ns));
                self.timers.by_wall =
                    by_clock.map(|&(cue, at_ns)| (at_ns, self.turn(cue))).collect();
                self.playhead = self.next_stop(None);
            }
            Event::RunResumed { down_ns, auto, gap, .. } => {
                let mut why = MissedWhy::ProgramDown;
                if *gap {
                    self.end_was_lost(run_ns);
                    why = MissedWhy::EndLost;
                }
                self.set_auto(*auto);
                (self.up_since_ns, self.down_why) = (run_ns, why);
                self.stops.lose_track();
                // The players went with the program that had started them.
                let known = run_ns - Duration::from_nanos(*down_ns);
                for cue in self.on_air.clone() {
                    self.estimate_end(cue, known, run_ns);
                }
                self.cut_off_ongoing(known);
            }
            Event::RunEnded { .. } => self.ended_ns = Some(run_ns),
            Event::SegmentStarted { segment, due_ns, retimed, .. } => {
                self.start_segment(*segment, *due_ns, *retimed);
            }
            Event::Retimed { segment, cue, into_ns, begins, due_ns } => {
                let into = Duration::from_nanos(*into_ns);
                self.retimed((*segment, cue.as_ref()), into, *begins, *due_ns);
            }
            Event::SegmentEnded { segment, due_ns } => self.end_segment(*segment, *due_ns),
            Event::SegmentNudged { segment, by_ns, .. } => self.segment_nudged(*segment, *by_ns),
            Event::Held {} => self.held_since_ns = Some(run_ns),
            Event::Resumed {} => {
                if let Some(since) = self.held_since_ns.take() {
                    self.held_total = self.held_total.saturating_add(run_ns.since(since));
                    self.touched_ns = self.touched_ns.max(self.show_ns(run_ns));
                }
            }
            Event::Panicked {} => self.stop_everything(run_ns),
            Event::PanicSent { .. } | Event::PanicRehearsed { .. } | Event::PanicFailed { .. } => {
                self.stops.settle(&self.show, event);
            }
            Event::PlayheadMoved { cue } => {
                self.playhead = cue.as_ref().and_then(|cue| self.show.find(cue));
                self.displaced.clear();
                if self.leaves.take().is_none() {
                    self.touched_ns = self.touched_ns.max(self.show_ns(run_ns));
                }
            }
            Event::NoteTaken { text, cue } => {
                let cue = cue.as_ref().and_then(|cue| self.show.find(cue));
                self.notes.push(Note { at_ns: run_ns, text: text.clone(), cue });
            }
            Event::MessageShown { text } => self.stage_message = Some(text.clone()),
            Event::MessageCleared {} => self.stage_message = None,
            Event::PersonSpotted { person, .. } => self.person_spotted(person, run_ns),
            Event::PersonUnspotted { person, .. } => self.person_unspotted(person),
            Event::PersonNoted { person, text, .. } => self.person_noted(person, text, run_ns),
            Event::RunLeft { .. }
            | Event::TerminalLost {}
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::StationWarned { .. }
            | Event::Unknown(_) => {}
            Event::DepartmentWarned { department, late_ns } => {
                self.department_warned(department, said_ns(run_ns, *late_ns));
            }
            Event::AlarmAnswered { alarm } => self.alarm_answered(*alarm),
            Event::CueFiredAside { cue, fired_by, fired_ns } => {
                self.was_fired_aside(cue, fired_by, *fired_ns, run_ns);
            }
            // The one who gets the flag has not asked the program to call.
            Event::FlagPassed { .. } | Event::FlagTaken { .. } => self.set_auto(false),
            Event::AutoBegun {} => self.set_auto(true),
            Event::CueFired { cue, cause, firing, due_ns, playhead_stays } => {
                self.cue_fired(cue, *cause, *firing, *due_ns, *playhead_stays);
            }
            Event::CueCompleted { cue, due_ns } => self.cue_completed(cue, *due_ns),
            Event::CueSwapped { cue, by, .. } => self.cue_swapped(cue, by),
            Event::ShowRevised { revision, show, .. } => self.show_revised(*revision, show, run_ns),
            Event::CueStoodBy { cue }
            | Event::DepartmentReady { cue, .. }
            | Event::DepartmentUnready { cue, .. }
            | Event::InterlockOverridden { cue, .. }
            | Event::CueStopped { cue, .. }
            | Event::ClipStarted { cue, .. }
            | Event::ClipPaused { cue }
            | Event::ClipResumed { cue }
            | Event::ClipLost { cue, .. }
            | Event::CueMissed { cue, .. }
            | Event::CueSkipped { cue }
            | Event::CueUnskipped { cue }
            | Event::StepDone { cue, .. }
            | Event::ActionSent { cue, .. }
            | Event::ActionRehearsed { cue, .. }
            | Event::ActionFailed { cue, .. }
            | Event::ActionUnknown { cue, .. }
            | Event::SideFailed { cue, .. } => {
                if let Some(cue) = self.show.find(cue) {
                    self.apply_to_cue(cue, run_ns, event);
                }
            }
        }
    }

    fn apply_to_cue(&mut self, cue: CueIx, run_ns: RunNs, event: &Event) {
        let show = Arc::clone(&self.show);
        let needs = &show.cue(cue).needs;
        let bit = |id: &str| {
            needs.iter().position(|&d| show.department(d).id == id).map_or(0, |at| 1_u16 << at)
        };
        match event {
            Event::CueMissed { why, due_ns, .. } => {
                self.disarm(cue);
                self.put_past.retain(|(known, _)| *known != cue);
                self.missed.insert(self.turn(cue), *why);
                self.touched_ns = self.touched_ns.max(self.show_ns(*due_ns));
            }
            Event::CueSkipped { .. } => {
                if self.playhead == Some(cue) {
                    let was_missed = self.cue(cue).phase == Phase::Missed;
                    self.leaves = Some(if was_missed { Leaves::Missed } else { Leaves::Called });
                }
                let due_ns = self.cue(cue).due_ns;
                self.disarm(cue);
                let state = &mut self.cues[cue];
                (state.skipped, state.due_ns) = (true, due_ns);
                self.touched_ns = self.touched_ns.max(self.show_ns(run_ns));
            }
            Event::CueUnskipped { .. } => self.take_back(cue, run_ns),
            Event::CueStopped { by_player, .. } => self.take_off(cue, *by_player, run_ns),
            Event::ClipStarted { firing, .. } if *firing == self.cue(cue).firings => {
                self.fades_begin(cue, run_ns);
            }
            Event::ClipLost { firing, .. } if *firing == self.cue(cue).firings => {
                self.end_fades(cue);
                self.estimate_end(cue, run_ns, run_ns)
            }
            Event::ActionFailed { firing, action, .. }
            | Event::ActionUnknown { firing, action, .. }
                if *firing == self.cue(cue).firings =>
            {
                self.ongoing_failed(cue, *action);
                if self.plays_clip(cue, *action) {
                    self.estimate_end(cue, run_ns, run_ns);
                }
            }
            Event::ClipPaused { .. } => {
                self.set_paused(cue, true, run_ns);
                self.set_ramps_moving(cue, false, run_ns);
            }
            Event::ClipResumed { .. } => {
                self.set_paused(cue, false, run_ns);
                self.set_ramps_moving(cue, true, run_ns);
            }
            Event::ActionSent { action, .. } => self.pause_by_action(cue, *action, run_ns),
            Event::StepDone { step, title, .. } => {
                self.step_spotted(cue, title, run_ns);
                if *step as usize == show.cue(cue).steps.len() {
                    self.complete_at(cue, self.show_ns(run_ns));
                }
            }
            Event::RunStarted { .. }
            | Event::RunResumed { .. }
            | Event::RunLeft { .. }
            | Event::TerminalLost { .. }
            | Event::RunEnded { .. }
            | Event::SegmentStarted { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Retimed { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared { .. }
            | Event::CueStoodBy { .. }
            | Event::DepartmentReady { .. }
            | Event::DepartmentUnready { .. }
            | Event::InterlockOverridden { .. }
            | Event::CueFired { .. }
            | Event::CueCompleted { .. }
            | Event::ClipStarted { .. }
            | Event::ClipLost { .. }
            | Event::CueSwapped { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::Panicked { .. }
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::NoteTaken { .. }
            | Event::PersonSpotted { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::ActionRehearsed { .. }
            | Event::ActionFailed { .. }
            | Event::ActionUnknown { .. }
            | Event::SideFailed { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::FlagPassed { .. }
            | Event::FlagTaken { .. }
            | Event::CueFiredAside { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => {}
        }
        let state = &mut self.cues[cue];
        match event {
            Event::CueStoodBy { .. } => {
                (state.stood_by, state.ready, state.overridden) = (true, 0, false);
                state.called_ns = Some(run_ns);
            }
            Event::DepartmentReady { department, .. } => state.ready |= bit(department),
            Event::DepartmentUnready { department, .. } => state.ready &= !bit(department),
            Event::InterlockOverridden { reason, .. } => {
                state.overridden = true;
                self.overrides.push(Override { cue, at_ns: run_ns, reason: reason.clone() });
            }
            Event::CueMissed { .. } => state.phase = Phase::Missed,
            Event::ClipStarted { firing, length_ns, .. } if *firing == state.firings => {
                state.clip_length = length_ns.map(Duration::from_nanos)
            }
            Event::StepDone { step, .. } => {
                state.steps_done = *step;
                state.marked_ns.resize((*step as usize).min(show.cue(cue).steps.len()), run_ns);
            }
            Event::ActionSent { firing, action, .. }
            | Event::ActionRehearsed { firing, action, .. } => {
                state.settle(*firing, *action, SendState::Sent);
            }
            Event::ActionFailed { firing, action, .. } => {
                state.settle(*firing, *action, SendState::Failed)
            }
            Event::ActionUnknown { firing, action, .. } => {
                state.settle(*firing, *action, SendState::Unknown)
            }
            Event::RunStarted { .. }
            | Event::RunResumed { .. }
            | Event::RunLeft { .. }
            | Event::TerminalLost { .. }
            | Event::RunEnded { .. }
            | Event::SegmentStarted { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Retimed { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared { .. }
            | Event::CueFired { .. }
            | Event::CueCompleted { .. }
            | Event::CueStopped { .. }
            | Event::ClipStarted { .. }
            | Event::ClipLost { .. }
            | Event::CueSkipped { .. }
            | Event::CueUnskipped { .. }
            | Event::CueSwapped { .. }
            | Event::PlayheadMoved { .. }
            | Event::Held { .. }
            | Event::Resumed { .. }
            | Event::Panicked { .. }
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::NoteTaken { .. }
            | Event::ClipPaused { .. }
            | Event::ClipResumed { .. }
            | Event::PersonSpotted { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::SideFailed { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::FlagPassed { .. }
            | Event::FlagTaken { .. }
            | Event::CueFiredAside { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => {}
        }
    }

    fn cue_fired(
        &mut self,
        number: &CueNumber,
        cause: Cause,
        firing: u32,
        due_ns: RunNs,
        playhead_stays: bool,
    ) {
        let Some(cue) = self.show.find(number) else { return };
        let show = Arc::clone(&self.show);
        let show_ns = self.show_ns(due_ns);
        let was_missed = self.cue(cue).phase == Phase::Missed;
        let origin = self.origin_of(cue, cause, firing);
        self.take_links(cue, origin);
        self.disarm(cue);
        self.missed.remove(&self.turn(cue));
        self.drop_completion(cue);
        if self.ended_ns.take().is_some()
            && let Some((segment, _)) = self.segment
        {
            self.segments[segment].ended_ns = None;
        }
        self.panicked = false;
        self.touched_ns = self.touched_ns.max(show_ns);
        if self.playhead == Some(cue) {
            self.displaced.clear();
        }
        if self.playhead == Some(cue) && !playhead_stays {
            self.leaves = Some(if was_missed { Leaves::Missed } else { Leaves::Called });
            self.frontier = if was_missed { self.frontier } else { Some(cue) };
        }
        let plan = show.cue(cue);
        // A cue that is complete at once has a timer as well: its completion is an event of its
        // own, and may be lost with the journal's last line.
        let by_player = self.is_ended_by_player(cue);
        let by_clock = self.is_ended_by_clock(cue);
        let complete_ns = by_clock.then(|| show_ns + plan.lasts().unwrap_or_default());
        let state = &mut self.cues[cue];
        state.phase = Phase::Running;
        state.fired_show_ns = Some(show_ns);
        (state.firings, state.cause, state.fired_ns) = (firing, Some(cause), Some(due_ns));
        state.origin = Some(origin);
        (state.stood_by, state.ready, state.overridden, state.steps_done) = (false, 0, false, 0);
        state.is_aside = false;
        state.marked_ns.clear();
        (state.completed_ns, state.completed_show_ns) = (None, None);
        (state.awaits_clip, state.clip_length, state.clip_lost, state.unplayed) =
            (by_player, None, false, false);
        (state.paused_since_ns, state.paused) = (None, Duration::ZERO);
        state.sends = vec![SendState::Pending; plan.actions.len()];
        self.on_air.retain(|&running| running != cue);
        self.on_air.push(cue);
        if let Some(complete_ns) = complete_ns {
            self.complete_at(cue, complete_ns);
        }
        for &follower in show.with(cue) {
            if let Trigger::With { delay, .. } = show.cue(follower).trigger
                && self.follows(follower)
            {
                self.arm(follower, show_ns + delay);
            }
        }
        self.begin_ongoing(cue, due_ns);
    }

    fn cue_completed(&mut self, number: &CueNumber, due_ns: RunNs) {
        let Some(cue) = self.show.find(number) else { return };
        let show = Arc::clone(&self.show);
        let show_ns = self.show_ns(due_ns);
        self.drop_completion(cue);
        let state = &mut self.cues[cue];
        state.awaits_clip = false;
        if state.phase == Phase::Running {
            state.phase = Phase::Complete;
            (state.completed_ns, state.completed_show_ns) = (Some(due_ns), Some(show_ns));
        }
        self.on_air.retain(|&running| running != cue);
        self.end_fades(cue);
        self.touched_ns = self.touched_ns.max(show_ns);
        for &follower in show.after(cue) {
            if let Trigger::After { delay, .. } = show.cue(follower).trigger
                && self.follows(follower)
            {
                self.arm(follower, show_ns + delay);
            }
        }
    }

    /// Lets `cue` fire by itself at `due_ns`; one that waits already waits for the new instant.
    pub(super) fn arm(&mut self, cue: CueIx, due_ns: ShowNs) {
        if !self.has_place(cue) {
            return;
        }
        let on_air = self.on_air.contains(&cue);
        let turn = self.turn(cue);
        let was_missed = self.missed.remove(&turn).is_some();
        let state = &mut self.cues[cue];
        if was_missed {
            state.phase = if on_air { Phase::Running } else { Phase::Waiting };
        }
        let skipped = state.skipped;
        if let Some(due_ns) = state.due_ns.replace(due_ns) {
            self.timers.by_show.remove(&(due_ns, TimerKind::Fire, turn));
        }
        if !skipped {
            self.timers.by_show.insert((due_ns, TimerKind::Fire, turn));
        }
    }

    /// Takes a skipped cue back into the run: it comes by itself if that is still ahead.
    fn take_back(&mut self, cue: CueIx, run_ns: RunNs) {
        let (show_ns, turn) = (self.show_ns(run_ns), self.turn(cue));
        let state = &mut self.cues[cue];
        state.skipped = false;
        state.due_ns = state.due_ns.filter(|&due_ns| due_ns > show_ns);
        self.timers.by_show.extend(state.due_ns.map(|due_ns| (due_ns, TimerKind::Fire, turn)));
        if state.firings == 0 && state.phase == Phase::Waiting {
            let own = self.plan.by_clock.iter().filter(|(known, _)| *known == cue);
            let instants = own.map(|&(_, at_ns)| (at_ns, turn));
            self.timers.by_wall.extend(instants.filter(|(at_ns, _)| *at_ns > run_ns));
        }
    }

    /// Takes back whatever would fire `cue` by itself. A firing of it that is on air runs on.
    pub(super) fn disarm(&mut self, cue: CueIx) {
        let turn = self.turn(cue);
        if let Some(due_ns) = self.cues[cue].due_ns.take() {
            self.timers.by_show.remove(&(due_ns, TimerKind::Fire, turn));
        }
        if matches!(self.show.cue(cue).trigger, Trigger::At { .. }) {
            self.timers.by_wall.retain(|&(_, waiting)| waiting != turn);
        }
    }

    pub(super) fn complete_at(&mut self, cue: CueIx, complete_ns: ShowNs) {
        self.cues[cue].complete_ns = Some(complete_ns);
        self.timers.by_show.insert((complete_ns, TimerKind::Complete, self.turn(cue)));
    }

    pub(super) fn drop_completion(&mut self, cue: CueIx) {
        if let Some(complete_ns) = self.cues[cue].complete_ns.take() {
            self.timers.by_show.remove(&(complete_ns, TimerKind::Complete, self.turn(cue)));
        }
    }
}
