//! Everything that happens by itself, at its instant.
//!
//! The journal's write would make every follow late by what it takes. So the conductor is due a
//! little before an instant at which something happens by itself. It has the records appended and
//! folded then, and the messages sent when the instant has come. Whatever else happens in between
//! sends what stands ready first, a fraction of a millisecond early, so that nothing leaves in
//! another order than the journal has it. A crash in between leaves a cue that is journaled and
//! perhaps not sent, which a resume reports as unknown.

use std::time::Duration;

use super::Conductor;
use crate::engine::Effect;
use crate::output::Job;
use crate::show::CueIx;
use crate::time::MachineNs;

/// Time before an instant at which its records are journaled: enough for waking up and writing,
/// except in the worst cases.
const LEAD: Duration = Duration::from_micros(300);

/// Reason why a message that stood ready has not left.
pub(super) const STOPPED: &str = "it was stopped before it left";

/// Records that are journaled before their instant, and messages that still have to leave.
#[derive(Clone, Debug)]
pub(super) struct Ahead {
    /// The instant, by the machine's clock.
    pub due_ns: MachineNs,
    pub effects: Vec<Effect>,
}

impl Ahead {
    /// Has it leave at `due_ns` at the latest.
    pub(super) fn leaves_by(&mut self, due_ns: MachineNs) {
        self.due_ns = self.due_ns.min(due_ns);
    }
}

impl Conductor {
    /// The instant of the machine's clock at which something is to be done next.
    pub(super) fn due_ns(&self) -> Option<MachineNs> {
        if self.is_mute() {
            return None;
        }
        let ahead_ns = self.ahead.front().map(|ahead| ahead.due_ns);
        if self.is_ahead() || !self.holds() {
            return ahead_ns;
        }
        let due_run_ns = self.state.poll_timeout();
        let due_ns = due_run_ns.map(|due| self.clock.machine_ns(due) - self.lead());
        [ahead_ns, due_ns].into_iter().flatten().min()
    }

    /// Returns `true` if something is journaled that leaves at an instant that is about to come.
    /// Nothing should be done in between that can wait. What was recorded ahead of a pass may leave
    /// much later, and while this station is mute nothing leaves, so nothing waits for it.
    pub fn is_ahead(&self) -> bool {
        let first = self.ahead.front().filter(|_| !self.is_mute());
        first.is_some_and(|ahead| ahead.due_ns <= self.now_ns + self.lead())
    }

    /// Has messages that are journaled leave at `due_ns`, after those of earlier instants.
    pub(super) fn leaves_at(&mut self, due_ns: MachineNs, effects: Vec<Effect>) {
        let at = self.ahead.partition_point(|ahead| ahead.due_ns <= due_ns);
        self.ahead.insert(at, Ahead { due_ns, effects });
    }

    /// Does the first thing that has fallen due; `false` where nothing has.
    pub(super) fn fire_due(&mut self) -> bool {
        if self.is_mute() {
            return false;
        }
        if self.ahead.front().is_some_and(|ahead| ahead.due_ns <= self.now_ns) {
            self.release();
            return true;
        }
        if self.is_ahead() || !self.holds() {
            return false;
        }
        let Some(due_run_ns) = self.state.poll_timeout() else { return false };
        let due_ns = self.clock.machine_ns(due_run_ns);
        if due_ns > self.now_ns + self.lead() {
            return false;
        }
        let mut events = self.state.handle_timeout(self.clock.run_ns(due_ns.max(self.now_ns)));
        if events.is_empty() {
            return false;
        }
        self.says_if_the_flag_came_late(&mut events);
        if due_ns <= self.now_ns {
            self.commit(events);
        } else {
            let effects = self.record(events, due_ns);
            self.leaves_at(due_ns, effects);
        }
        true
    }

    /// Has what stands ready sent, or the playhead move on from a cue that has fired, where that is
    /// still to be done; `false` where neither is.
    pub(super) fn leaves_early(&mut self) -> bool {
        if !self.holds() || self.is_mute() {
            return false;
        }
        if self.is_ahead() {
            self.release();
            return true;
        }
        if self.state.is_moving_on() {
            let events = self.state.handle_timeout(self.clock.run_ns(self.now_ns));
            let moves = !events.is_empty();
            self.commit(events);
            return moves;
        }
        false
    }

    fn release(&mut self) {
        if let Some(Ahead { due_ns, effects }) = self.ahead.pop_front() {
            if self.is_too_late(due_ns) {
                effects.into_iter().for_each(|effect| self.comes_late(effect, self.was_away()));
            } else {
                self.carry_out(effects, vec![]);
            }
        }
    }

    /// Has nothing leave any more that `effects` stop, and gives that: of what was recorded before them.
    /// What was recorded ahead of a pass may still have to leave after a panic of the next holder.
    pub(super) fn stops_what_stands_ready(&mut self, effects: &[Effect]) -> Vec<Job> {
        let is_stopped = |own: CueIx| {
            effects.iter().any(|effect| match *effect {
                Effect::StopOutputs => true,
                Effect::Stop { cue, .. } => cue == own,
                Effect::Send { .. } | Effect::PauseClip(_) | Effect::ResumeClip(_) => false,
            })
        };
        let mut stopped = vec![];
        for ahead in &mut self.ahead {
            ahead.effects.retain(|effect| {
                let Effect::Send { cue, firing, action } = *effect else { return true };
                if is_stopped(cue) {
                    stopped.push(Job { cue, firing, action });
                }
                !is_stopped(cue)
            });
        }
        stopped
    }

    /// In a rehearsal nothing leaves, and a fast clock has no instants to spare.
    pub(super) fn lead(&self) -> Duration {
        if self.state.is_rehearsal() { Duration::ZERO } else { LEAD }
    }
}
