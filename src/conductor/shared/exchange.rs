//! The exchange of the flag: recording ahead of a pass, the log's answer to it, and what a take does
//! to both sides.

use std::sync::Arc;

use super::{AHEAD_MAX, Absent, FlagPart};
use crate::conductor::{Conductor, ConductorOutput, told};
use crate::engine::{Command, Event, FlagWay, MissedWhy, Origin, Record, Rejection, RunNs, State};
use crate::journal::truncate;
use crate::show::StationName;

impl Conductor {
    /// Records ahead what falls due before `from_ns`, and proposes the record that passes the flag.
    pub(in crate::conductor) fn pass_flag(
        &mut self,
        to: StationName,
        from_ns: RunNs,
    ) -> Result<(), Rejection> {
        let now = self.decides_at(self.now_ns);
        let from_ns = from_ns.max(now);
        let mut passed =
            self.state.decide(&Command::PassFlag { to: to.clone(), from_ns }, now)?.into_iter();
        for _ in 0..AHEAD_MAX {
            let due = self.state.poll_timeout().filter(|&due_ns| due_ns < from_ns);
            let Some(due_run_ns) = due else { break };
            let due_ns = self.clock.machine_ns(due_run_ns).max(self.now_ns);
            let events = self.state.handle_timeout(self.clock.run_ns(due_ns));
            if events.is_empty() {
                break;
            }
            let effects = self.record(events, due_ns);
            let mut here = vec![];
            for effect in effects {
                match self.absent(effect) {
                    Some(Absent::Sends) => {}
                    Some(Absent::Away(job, why)) => {
                        let told = self.told_of(Some(job), None, why);
                        self.withhold(told);
                    }
                    None => here.push(effect),
                }
            }
            if !here.is_empty() {
                self.leaves_at(due_ns, here);
            }
        }
        if let Some(event) = passed.next() {
            self.propose(event);
        }
        if let Some(shared) = &mut self.shared {
            shared.role = FlagPart::Passing { to, from_ns };
        }
        Ok(())
    }

    pub(in crate::conductor) fn take_back(&mut self, why: String) {
        if matches!(self.role(), Some(FlagPart::Passing { .. })) {
            self.propose(Event::FlagWithdrawn { why });
        }
    }

    fn propose(&mut self, event: Event) {
        let run_ns = self.run_ns.max(self.clock.run_ns(self.now_ns));
        let at = truncate(self.clock.wall(self.now_ns));
        let record = Record { seq: self.seq + 1, at, run_ns, origin: self.origin(), event };
        self.does(ConductorOutput::Propose(Box::new(record)));
    }

    /// The log has one of the records that were proposed: the flag is gone, or it stayed.
    pub(in crate::conductor) fn stored(&mut self, record: Record) {
        if !matches!(self.role(), Some(FlagPart::Passing { .. })) || record.seq != self.seq + 1 {
            return;
        }
        let is_gone = matches!(record.event, Event::FlagPassed { .. });
        self.take_in(&record);
        self.does(ConductorOutput::Append(vec![record]));
        let since_ns = self.decides_at(self.now_ns);
        let Some(shared) = &mut self.shared else { return };
        shared.role = if is_gone { FlagPart::Follows } else { FlagPart::Holds };
        shared.since = (since_ns, MissedWhy::PassLate);
        let me = shared.me.clone();
        for (from, told) in std::mem::take(&mut shared.withheld) {
            match is_gone {
                false => self.told(&from, told),
                // What this station knows itself it keeps until the run has it.
                true if from == me => self.tell(told),
                true => self.does(ConductorOutput::Tell(told)),
            }
        }
        if !is_gone {
            // Who went away meanwhile was not looked at.
            self.gives_up_absent();
        }
    }

    /// The log has given the flag to this station.
    pub(in crate::conductor) fn now_holds(&mut self) {
        let Some(flag) = self.state.flag() else { return };
        let term = flag.term;
        let taken = flag.changes.last().map(|change| matches!(change.how, FlagWay::Taken { .. }));
        let since_ns = self.decides_at(self.now_ns);
        let Some(shared) = &mut self.shared else { return };
        if shared.role == FlagPart::Holds {
            return;
        }
        let why = if taken == Some(true) { MissedWhy::FlagTaken } else { MissedWhy::PassLate };
        (shared.role, shared.since) = (FlagPart::Holds, (since_ns, why));
        // A run that is resumed here says itself who calls.
        let resumes = std::mem::take(&mut shared.is_back);
        shared.origin = Arc::new(Origin::new(shared.me.to_string(), term));
        let (me, own) = (shared.me.clone(), std::mem::take(&mut shared.told));
        // The one that was passed the flag has all that its giver had taken in.
        for told in own.into_iter().filter(|_| taken == Some(true)) {
            if self.is_open(&told) {
                self.told(&me, told);
            }
        }
        let Some(shared) = &mut self.shared else { return };
        for (from, told) in std::mem::take(&mut shared.withheld) {
            self.told(&from, told);
        }
        self.gives_up_absent();
        if taken == Some(true) {
            self.gives_up_unresolved();
            self.catches_up = true;
        }
        if self.auto && !resumes {
            self.commit(vec![Event::AutoBegun {}]);
        }
    }

    /// Gives the reason of what was missed because nobody knew who had the flag, and has the playhead
    /// go there, as after a take.
    pub(in crate::conductor) fn says_if_the_flag_came_late(&mut self, events: &mut [Event]) {
        let Some((since_ns, reason)) = self.shared.as_ref().map(|shared| shared.since) else {
            return;
        };
        for event in events {
            if let Event::CueMissed { why, due_ns, .. } = event
                && *why == MissedWhy::Late
                && *due_ns < since_ns
            {
                *why = reason;
                self.catches_up = true;
            }
        }
    }

    /// Somebody has taken the flag: nothing more is sent, and the run is what the log has of it.
    pub(in crate::conductor) fn set_aside(&mut self, kept: &[Record], aside: &[Record]) {
        let Some(shared) = &mut self.shared else { return };
        shared.role = FlagPart::Follows;
        let withheld = std::mem::take(&mut shared.withheld);
        (self.catches_up, self.settling, self.obeyed) = (false, None, None);
        let ahead = std::mem::take(&mut self.ahead);
        self.steps.clear();
        self.state = State::new(Arc::clone(self.state.first_show()));
        (self.seq, self.run_ns) = (0, RunNs::ZERO);
        for record in kept {
            self.take_in(record);
        }
        self.say_who_is_muted();
        self.does(ConductorOutput::EndRamps);
        // Of what the log has, the next holder does not know what became, not even where another
        // station has told it here.
        let withheld = withheld.into_iter().map(|(_, told)| told);
        for told in aside.iter().filter_map(told::told_by).chain(withheld) {
            self.tell_if_open(told);
        }
        for ahead in ahead {
            self.calls_off(ahead.effects, self.was_away());
        }
    }
}
