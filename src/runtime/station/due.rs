//! What comes by itself, at its instant.
//!
//! The journal's write would make every follow late by what it takes. So the station wakes up a little before an instant
//! at which something is due, journals and applies what happens then, and sends what it causes when the instant has
//! come. In between it goes on listening: whatever else happens first sends what stands ready, a fraction of a
//! millisecond early, so that nothing leaves in another order than the journal has it.

use std::time::Duration;

use super::Station;
use crate::engine::Effect;
use crate::runtime::clock::machine_ns;

/// How long before its instant something is journaled: what waking up and writing take, but for the worst cases.
const LEAD_NS: u64 = 300_000;
/// How many rounds of due events pass before the keyboard is looked at again.
const ROUNDS: usize = 256;
/// Nothing is waited for longer than this, so that a fault of a deadline cannot put the station to sleep for good, and so
/// that a wait of more than a second means that the machine stood still (`typed.rs`).
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// What has happened, but for its instant, and has still to leave.
pub(super) struct Ahead {
    /// The instant, by the machine's clock.
    due_ns: u64,
    effects: Vec<Effect>,
    /// Where its records begin in the station's news.
    news: usize,
}

impl Station {
    /// How long nothing comes by itself.
    pub(super) fn next_wait(&self) -> Option<Duration> {
        let due_ns = match &self.ahead {
            Some(ahead) => Some(ahead.due_ns),
            None => {
                self.state.poll_timeout().map(|run_ns| self.clock.machine_ns(run_ns).saturating_sub(self.lead_ns()))
            }
        };
        let left = due_ns.map(|due_ns| Duration::from_nanos(due_ns.saturating_sub(machine_ns())));
        Some(left.map_or(LONGEST_WAIT, |left| left.min(LONGEST_WAIT)))
    }

    /// Does what has fallen due; true where more may be.
    pub(super) fn fire_due(&mut self) -> bool {
        for _ in 0..ROUNDS {
            let now_ns = machine_ns();
            if let Some(ahead) = &self.ahead {
                if ahead.due_ns > now_ns {
                    return false;
                }
                self.release();
                continue;
            }
            let Some(due_run_ns) = self.state.poll_timeout() else { return false };
            let due_ns = self.clock.machine_ns(due_run_ns);
            if due_ns > now_ns + self.lead_ns() {
                return false;
            }
            let at_ns = due_ns.max(now_ns);
            let events = self.state.handle_timeout(self.clock.run_ns(at_ns));
            if events.is_empty() {
                return false;
            }
            if due_ns <= now_ns {
                self.commit(events, now_ns);
                continue;
            }
            let news = self.news.len();
            let effects = self.record(events, due_ns);
            self.ahead = Some(Ahead { due_ns, effects, news });
        }
        true
    }

    /// Sends what stands ready, and lets the playhead move on from it: a GO that was decided in between would find it at
    /// a cue that has fired already, and fire that again.
    pub(super) fn release(&mut self) {
        let Some(Ahead { effects, news, due_ns }) = self.ahead.take() else { return };
        self.carry_out(effects, vec![], news, due_ns);
        if self.state.is_moving_on() {
            let now_ns = machine_ns();
            let events = self.state.handle_timeout(self.clock.run_ns(now_ns));
            self.commit(events, now_ns);
        }
    }

    /// In a rehearsal nothing leaves, and a fast clock has no instants to spare.
    fn lead_ns(&self) -> u64 {
        if self.state.is_rehearsal() { 0 } else { LEAD_NS }
    }
}

#[cfg(test)]
mod tests;
