//! The rules: what becomes of a command.

use super::state::Leaves;
use super::timer::TimerKind;
use super::{Cause, Command, Event, MissedWhy, Phase, Rejection, RunNs, State};
use crate::show::{CueIx, CueNumber, DepartmentIx, SegmentIx};

impl State {
    /// Decides which events follow from `command` at `now`, or why it is refused.
    ///
    /// # Errors
    /// With the reason, in words for the caller; the state stays as it is.
    pub fn decide(&self, command: &Command, now: RunNs) -> Result<Vec<Event>, Rejection> {
        if self.only_edited && !matches!(command, Command::Revise(_)) {
            return Err(Rejection::OnlyEdited);
        }
        // An edit may have taken it out after somebody chose it.
        if let Some(cue) = command.cue().filter(|&cue| !self.show.has(cue)) {
            return Err(Rejection::NoSuchCue(self.number(cue)));
        }
        match command {
            Command::Go { cause } => self.go(*cause, now),
            Command::GoTo { cue, cause } => self.go_to(*cue, *cause, now),
            Command::Start { cue, cause } => {
                self.may_fire(*cue).map(|()| self.fire_past_order(*cue, *cause, now))
            }
            Command::Stop(cue) => self.stop(*cue),
            Command::PauseClip(cue) => self.pause_clip(*cue),
            Command::ResumeClip(cue) => self.resume_clip(*cue),
            Command::StopAll => self.stop_all(now),
            Command::Standby => {
                self.at_playhead().map(|cue| vec![Event::CueStoodBy { cue: self.number(cue) }])
            }
            Command::ToggleReady(at) => self.toggle_ready(*at),
            Command::ReadyAll => self.ready_all(),
            Command::Ready(department) => self.ready(department),
            Command::Override { reason } => self.override_interlock(reason),
            Command::SwapBackup => self.swap_backup(),
            Command::Step => self.step(now),
            Command::ToggleHold => Ok(vec![if self.held_since_ns.is_some() {
                Event::Resumed {}
            } else {
                Event::Held {}
            }]),
            Command::Hold if self.held_since_ns.is_some() => Err(Rejection::AlreadyHeld),
            Command::Hold => Ok(vec![Event::Held {}]),
            Command::Resume if self.held_since_ns.is_none() => Err(Rejection::NotHeld),
            Command::Resume => Ok(vec![Event::Resumed {}]),
            Command::PlayheadNext => self
                .next_in_order()
                .ok_or(Rejection::LastCue)
                .map(|cue| self.playhead_to(Some(cue))),
            Command::PlayheadPrevious => self
                .previous_in_order()
                .ok_or(Rejection::FirstCue)
                .map(|cue| self.playhead_to(Some(cue))),
            Command::PlayheadTo(cue) => self.move_playhead(*cue),
            Command::CatchUp => {
                Ok(self.stop_after_resume().map_or(vec![], |stop| self.playhead_to(stop)))
            }
            Command::ToggleSkip(cue) => self.toggle_skip(*cue),
            Command::Retime(here) => self.retime(*here, now),
            Command::Nudge(nudge) => self.nudge(*nudge, now),
            Command::Note(text) => self.note(text),
            Command::ShowMessage(text) => self.show_message(text),
            Command::ClearMessage => self.clear_message(),
            Command::Spot(person) => self.spot(*person),
            Command::Unspot(person) => self.unspot(*person),
            Command::NotePerson { person, text } => self.note_person(*person, text),
            Command::Panic => Ok(self.panic(now)),
            Command::End => self.end_by_caller(now),
            Command::Clip { cue, firing, player, fact } => {
                Ok(self.clip(*cue, *firing, player, fact, now))
            }
            Command::OfferFlag(to) => self.offer_flag(to),
            Command::AcceptFlag { by, offered_ns } => self.accept_flag(by, *offered_ns),
            Command::WithdrawFlag(why) => self.withdraw_flag(why),
            Command::PassFlag { to, from_ns } => self.pass_flag(to, *from_ns),
            Command::FiredAside(aside) => self.keep_aside(aside),
            Command::Warn { by, said_ns } => self.warned(by, *said_ns, now),
            &Command::ReadyFor { cue, department, is_ready, from_browser, called_ns } => {
                let events = self.ready_for(cue, department, is_ready, from_browser)?;
                if called_ns.is_some_and(|called_ns| self.cue(cue).called_ns != Some(called_ns)) {
                    return Err(Rejection::CalledAgain(self.number(cue)));
                }
                Ok(events)
            }
            &Command::WarnFrom { department, said_ns } => {
                Ok(self.warned_from(department, said_ns, now))
            }
            Command::Answer => self.answer(),
            Command::Revise(revision) => self.decide_revision(revision),
        }
    }

    pub(super) fn number(&self, cue: CueIx) -> CueNumber {
        self.show.cue(cue).number.clone()
    }

    fn at_playhead(&self) -> Result<CueIx, Rejection> {
        self.playhead.ok_or(Rejection::NoPlayhead)
    }

    pub(super) fn playhead_to(&self, cue: Option<CueIx>) -> Vec<Event> {
        vec![Event::PlayheadMoved { cue: cue.map(|cue| self.number(cue)) }]
    }

    /// Checks that `cue` may be fired now.
    fn may_fire(&self, cue: CueIx) -> Result<(), Rejection> {
        if self.held_since_ns.is_some() {
            return Err(Rejection::Held);
        }
        self.may_stand_by(cue)?;
        self.passes_interlock(cue)
    }

    fn passes_interlock(&self, cue: CueIx) -> Result<(), Rejection> {
        if self.is_clear(cue) {
            return Ok(());
        }
        let missing: Vec<_> =
            self.missing(cue).map(|d| self.show.department(d).name.as_str()).collect();
        Err(Rejection::Interlock { cue: self.number(cue), missing: missing.join(", ") })
    }

    /// Refuses a cue at which the playhead may not stand.
    pub(super) fn may_stand_by(&self, cue: CueIx) -> Result<(), Rejection> {
        if self.cue(cue).skipped {
            return Err(Rejection::Skipped(self.number(cue)));
        }
        if self.is_in_order(cue) { Ok(()) } else { Err(Rejection::StandsAside(self.number(cue))) }
    }

    fn go_to(&self, cue: CueIx, cause: Cause, now: RunNs) -> Result<Vec<Event>, Rejection> {
        self.may_fire(cue)?;
        Ok([self.move_playhead(cue)?, self.fire(cue, cause, now)].concat())
    }

    fn fire_past_order(&self, cue: CueIx, cause: Cause, now: RunNs) -> Vec<Event> {
        let mut events = self.fire(cue, cause, now);
        for event in &mut events {
            if let Event::CueFired { playhead_stays, .. } = event {
                *playhead_stays = true;
            }
        }
        events
    }

    fn go(&self, cause: Cause, now: RunNs) -> Result<Vec<Event>, Rejection> {
        if self.held_since_ns.is_some() {
            return Err(Rejection::Held);
        }
        if !self.has_begun() && self.begins_without_a_cue() {
            return Ok(self.change_segment(SegmentIx(0), now));
        }
        let Some(cue) = self.playhead else {
            // A panic keeps the next segment from opening by itself: GO opens it, since nothing
            // else is left to call.
            let next =
                self.segment.map(|(running, _)| SegmentIx(running.0 + 1)).filter(|_| self.panicked);
            let next = next.filter(|next| (next.0 as usize) < self.segments.len());
            let next = next.filter(|&next| self.plan.opens_by_itself(&self.show, next));
            return next.map(|next| self.change_segment(next, now)).ok_or(Rejection::NothingLeft);
        };
        self.passes_interlock(cue)?;
        Ok(self.fire(cue, cause, now))
    }

    /// Returns `true` if nothing of the first segment is left to call, and the caller has not gone
    /// elsewhere: then GO begins it, and its cues come by themselves.
    fn begins_without_a_cue(&self) -> bool {
        let calls_first = self.show.cues_of(SegmentIx(0)).any(|cue| self.show.cue(cue).is_called());
        self.playhead.is_none_or(|cue| !calls_first && self.first_called() == Some(cue))
    }

    /// The events of a cue that fires at `due_ns`: its segment's start where it comes first, and
    /// its completion where it is complete at once. The playhead moves on after them, when
    /// [`State::handle_timeout`] is asked next: what leaves the program does not wait for it.
    pub(super) fn fire(&self, cue: CueIx, cause: Cause, due_ns: RunNs) -> Vec<Event> {
        let mut events = vec![];
        let called = !matches!(cause, Cause::Follow | Cause::Clock);
        let segment = self.show.segment_of(cue);
        // A cue of a later segment opens it, but for one that comes by the clock: doors at 19:55 do
        // not begin a segment whose start is at 20:00, nor do they end one that runs over.
        let ahead =
            cause != Cause::Clock && self.current_segment().is_none_or(|running| segment > running);
        // The caller takes a segment again from its top by calling its first cue once more.
        let again = called && self.show.opens_segment(cue) && self.has_fired_its_place(cue);
        if ahead || again {
            events.extend(self.change_segment(segment, due_ns));
        }
        let firing = self.cue(cue).firings.saturating_add(1);
        events.push(Event::CueFired {
            cue: self.number(cue),
            cause,
            firing,
            due_ns,
            playhead_stays: false,
        });
        events.extend(self.takes_off_the_air(cue, &events));
        if self.is_ended_by_clock(cue) && self.show.cue(cue).lasts().unwrap_or_default().is_zero() {
            events.push(Event::CueCompleted { cue: self.number(cue), due_ns });
        }
        events
    }

    /// The playhead's move from the cue that has fired at it, or is skipped.
    pub(super) fn move_on(&self, leaves: Leaves) -> Vec<Event> {
        self.playhead_to(self.stop_after_leaving(leaves))
    }

    fn stop_after_leaving(&self, leaves: Leaves) -> Option<CueIx> {
        match (leaves, self.playhead) {
            (Leaves::Missed, Some(cue)) => self.next_stop_after_missed(cue),
            (_, cue) => self.next_stop(cue),
        }
    }

    /// The cue at the playhead once it has moved on from one that has fired or is skipped.
    pub(super) fn comes_to_playhead(&self) -> Option<CueIx> {
        self.leaves.map_or(self.playhead, |leaves| self.stop_after_leaving(leaves))
    }

    fn has_fired_its_place(&self, cue: CueIx) -> bool {
        let main = self.show.main_of(cue);
        self.cue(main).firings > 0
            || self.show.backups(main).iter().any(|&backup| self.cue(backup).firings > 0)
    }

    /// The place in what `cue` needs of the department with this id or name.
    pub fn need_named(&self, cue: CueIx, department: &str) -> Option<usize> {
        let is_meant = |need: &DepartmentIx| self.show.department(*need).is_called(department);
        self.show.cue(cue).needs.iter().position(is_meant)
    }

    fn toggle_ready(&self, at: usize) -> Result<Vec<Event>, Rejection> {
        let cue = self.at_playhead()?;
        let needs = &self.show.cue(cue).needs;
        if needs.is_empty() {
            return Err(Rejection::NoNeeds(self.number(cue)));
        }
        if !self.cue(cue).stood_by {
            return Err(Rejection::NoStandby(self.number(cue)));
        }
        let unknown = || Rejection::NoSuchDepartment {
            cue: self.number(cue),
            number: at + 1,
            count: needs.len(),
        };
        let department: DepartmentIx = *needs.get(at).ok_or_else(unknown)?;
        let department = self.show.department(department).id.clone();
        let was_ready = self.is_marked(cue, at);
        let cue = self.number(cue);
        Ok(vec![if was_ready {
            Event::DepartmentUnready { cue, department, from_browser: false }
        } else {
            Event::DepartmentReady { cue, department, from_browser: false }
        }])
    }

    fn ready_all(&self) -> Result<Vec<Event>, Rejection> {
        let cue = self.at_playhead()?;
        let number = || self.number(cue);
        if self.show.cue(cue).needs.is_empty() {
            return Err(Rejection::NoNeeds(number()));
        }
        if !self.cue(cue).stood_by {
            return Err(Rejection::NoStandby(number()));
        }
        let ready = |department| Event::DepartmentReady {
            cue: number(),
            department: self.show.department(department).id.clone(),
            from_browser: false,
        };
        let answers: Vec<Event> = self.missing(cue).map(ready).collect();
        if answers.is_empty() { Err(Rejection::AllReady(number())) } else { Ok(answers) }
    }

    fn ready(&self, department: &str) -> Result<Vec<Event>, Rejection> {
        let cue = self.at_playhead()?;
        let at = self.need_named(cue, department);
        let unknown =
            || Rejection::NotNeeded { cue: self.number(cue), department: department.to_owned() };
        let at = at.ok_or_else(unknown)?;
        let is_ready = self.cue(cue).stood_by && self.is_marked(cue, at);
        if is_ready { Ok(vec![]) } else { self.toggle_ready(at) }
    }

    /// An answer that comes from afar: it is for the cue that was seen there, and saying it again
    /// changes nothing.
    fn ready_for(
        &self,
        cue: CueIx,
        department: DepartmentIx,
        is_ready: bool,
        from_browser: bool,
    ) -> Result<Vec<Event>, Rejection> {
        let number = self.number(cue);
        if self.playhead != Some(cue) {
            return Err(Rejection::NotNextCall(number));
        }
        let id = self.show.department(department).id.clone();
        let needs = &self.show.cue(cue).needs;
        let Some(at) = needs.iter().position(|need| *need == department) else {
            return Err(Rejection::NotNeeded { cue: number, department: id });
        };
        if !self.cue(cue).stood_by {
            return Err(Rejection::NoStandby(number));
        }
        let was_ready = self.is_marked(cue, at);
        let (cue, department) = (number, id);
        Ok(match (was_ready, is_ready) {
            (false, true) => vec![Event::DepartmentReady { cue, department, from_browser }],
            (true, false) => vec![Event::DepartmentUnready { cue, department, from_browser }],
            (true, true) | (false, false) => vec![],
        })
    }

    /// Returns `true` if the department at this place of what `cue` needs has answered.
    fn is_marked(&self, cue: CueIx, at: usize) -> bool {
        self.cue(cue).ready & (1 << at) != 0
    }

    fn override_interlock(&self, reason: &str) -> Result<Vec<Event>, Rejection> {
        let cue = self.at_playhead()?;
        if self.is_clear(cue) {
            return Err(Rejection::NothingToOverride(self.number(cue)));
        }
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Rejection::NoReason);
        }
        Ok(vec![Event::InterlockOverridden { cue: self.number(cue), reason: reason.to_owned() }])
    }

    fn swap_backup(&self) -> Result<Vec<Event>, Rejection> {
        let cue = self.at_playhead()?;
        let main = self.show.main_of(cue);
        let next = self.swaps_to(cue).ok_or_else(|| match self.show.backups(main) {
            [] => Rejection::NoBackup(self.number(cue)),
            backups => {
                let mut others = std::iter::once(main).chain(backups.iter().copied());
                let skipped = others.rfind(|&place| place != cue);
                Rejection::BackupSkipped(self.number(skipped.unwrap_or(main)))
            }
        })?;
        let followers =
            self.show.cue_indices().filter(|&other| other != cue && self.show.root(other) == cue);
        let not_followed = followers
            .filter(|&other| self.is_in_order(other))
            .map(|other| self.number(other))
            .collect();
        let swapped =
            Event::CueSwapped { cue: self.number(cue), by: self.number(next), not_followed };
        Ok([vec![swapped], self.playhead_to(Some(next))].concat())
    }

    /// The running cue whose next step is marked first: the one that fired last.
    pub fn step_cue(&self) -> Option<CueIx> {
        let left =
            |cue: &&CueIx| (self.cue(**cue).steps_done as usize) < self.show.cue(**cue).steps.len();
        self.on_air.iter().rev().find(left).copied()
    }

    fn step(&self, now: RunNs) -> Result<Vec<Event>, Rejection> {
        let cue = self.step_cue().ok_or(Rejection::NoStep)?;
        let done = self.cue(cue).steps_done;
        let steps = &self.show.cue(cue).steps;
        let title = steps[done as usize].title.clone();
        let mut events = vec![Event::StepDone { cue: self.number(cue), step: done + 1, title }];
        if done as usize + 1 == steps.len() {
            events.push(Event::CueCompleted { cue: self.number(cue), due_ns: now });
        }
        Ok(events)
    }

    fn move_playhead(&self, cue: CueIx) -> Result<Vec<Event>, Rejection> {
        self.may_stand_by(cue)?;
        Ok(if self.playhead == Some(cue) { vec![] } else { self.playhead_to(Some(cue)) })
    }

    fn toggle_skip(&self, cue: CueIx) -> Result<Vec<Event>, Rejection> {
        if self.cue(cue).skipped {
            // One that the playhead has only just passed over is the next to be called again.
            let is_next = self.show.cue(cue).is_called() && self.cue(cue).firings == 0;
            let is_next = is_next
                && self.at_place_of(cue) == cue
                && self.next_stop(Some(cue)) == self.playhead;
            let moved = if is_next { self.playhead_to(Some(cue)) } else { vec![] };
            return Ok([vec![Event::CueUnskipped { cue: self.number(cue) }], moved].concat());
        }
        if self.cue(cue).phase == Phase::Running {
            return Err(Rejection::OnAir(self.number(cue)));
        }
        Ok(vec![Event::CueSkipped { cue: self.number(cue) }])
    }

    /// Stops everything. Whatever would have come by itself is missed, so that nothing vanishes
    /// unseen.
    fn panic(&self, now: RunNs) -> Vec<Event> {
        let pending = self.timers.by_show.iter().filter(|(_, kind, _)| *kind == TimerKind::Fire);
        let missed = pending.map(|(_, _, turn)| self.miss(turn.cue, MissedWhy::Panicked, now));
        std::iter::once(Event::Panicked {}).chain(missed).collect()
    }

    fn note(&self, text: &str) -> Result<Vec<Event>, Rejection> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Rejection::EmptyNote);
        }
        // Standby and a swap are about what comes next, whatever was fired last.
        let is_called_up = |cue: &CueIx| self.cue(*cue).stood_by || self.show.main_of(*cue) != *cue;
        let next = self.playhead.filter(is_called_up);
        let cue = self.on_air.last().copied().or(next).or(self.frontier).or(self.playhead);
        Ok(vec![Event::NoteTaken { text: text.to_owned(), cue: cue.map(|cue| self.number(cue)) }])
    }

    /// Returns `true` if nothing is left to call, running or due, so that quitting ends the run.
    pub fn is_over(&self) -> bool {
        let due = !self.timers.by_show.is_empty() || !self.timers.by_wall.is_empty();
        let runs = self.on_air.iter().any(|&cue| !self.is_endless(cue));
        let left = due || self.playhead.is_some() || runs;
        self.has_begun() && !left && !self.more_comes()
    }

    /// The called cues that are in the order and have not fired.
    pub fn uncalled(&self) -> impl Iterator<Item = CueIx> {
        let called = self.show.cue_indices().filter(|&cue| self.show.cue(cue).is_called());
        let current = called.map(|cue| self.at_place_of(cue));
        current.filter(|&cue| self.is_in_order(cue) && self.cue(cue).firings == 0)
    }

    /// Returns `true` if a segment with cues has still to open by itself.
    fn more_comes(&self) -> bool {
        let is_ahead =
            |segment: &SegmentIx| self.current_segment().is_none_or(|running| *segment > running);
        let ahead = self.show.segment_indices().filter(is_ahead);
        let mut opening = ahead.take_while(|&segment| {
            !self.panicked && self.plan.opens_by_itself(&self.show, segment)
        });
        opening.any(|segment| self.show.cues_of(segment).any(|cue| self.is_in_order(cue)))
    }

    fn end_by_caller(&self, now: RunNs) -> Result<Vec<Event>, Rejection> {
        if self.has_ended() {
            return Err(Rejection::Ended);
        }
        if self.is_over() { Ok(self.end(now)) } else { Err(Rejection::NotOver) }
    }
}
