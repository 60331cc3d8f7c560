//! The program in the caller's place: what `--auto` calls, and when.
//!
//! In a rehearsal it plays the departments and the step marking as well, so that a demonstration shows everything; in a
//! live run it gives only the caller's GOs, and waits like the caller for departments that are not ready.

use super::{Cause, Command, ShowNs, State};
use crate::show::duration::SECOND_NS;
use crate::show::{CueIx, SegmentIx};

/// How long before its call a cue is stood by.
const STANDBY_NS: u64 = 8 * SECOND_NS;
/// How long a department takes to answer, behind the one before it.
const ANSWER_NS: u64 = 2 * SECOND_NS;
/// How long a step takes where the cue has no duration.
const STEP_NS: u64 = 3 * SECOND_NS;

impl State {
    /// What the program calls next, and when by the show's clock.
    pub(super) fn next_auto(&self) -> Option<(ShowNs, Command)> {
        if !self.auto || self.ended_ns.is_some() || self.panicked {
            return None;
        }
        let step = self.next_step().filter(|_| self.rehearsal);
        [step, self.next_call()].into_iter().flatten().min_by_key(|(due_ns, _)| *due_ns)
    }

    fn next_step(&self) -> Option<(ShowNs, Command)> {
        let cue = self.step_cue()?;
        let (plan, state) = (self.show.cue(cue), self.cue(cue));
        let every_ns = plan.duration_ns.map_or(STEP_NS, |ns| ns / plan.steps.len() as u64);
        Some((state.fired_show_ns? + every_ns * u64::from(state.steps_done + 1), Command::Step))
    }

    fn next_call(&self) -> Option<(ShowNs, Command)> {
        let go = Command::Go { cause: Cause::Auto };
        let Some(cue) = self.playhead else {
            let begins = !self.has_begun() && !self.show.cues_of(SegmentIx(0)).any(|c| self.show.cue(c).is_called());
            return begins.then(|| (self.plan.segment_start_ns[0].max(0) as u64, go));
        };
        // Nothing is called at an instant before the playhead came to it: the journal tells things in their order.
        let call_ns = self.call_due_ns(cue)?.max(self.touched_ns);
        let state = self.cue(cue);
        if !self.rehearsal {
            return self.is_clear(cue).then_some((call_ns, go));
        }
        let needs = self.show.cue(cue).needs.len() as u64;
        let standby_ns = call_ns.saturating_sub(STANDBY_NS.max(ANSWER_NS * (needs + 1)));
        if !state.stood_by {
            return Some((standby_ns, Command::Standby));
        }
        let waiting = (0..needs as usize).find(|at| state.ready & (1 << at) == 0 && !state.overridden);
        match waiting {
            Some(at) => Some((standby_ns + ANSWER_NS * (at as u64 + 1), Command::ToggleReady(at))),
            None => Some((call_ns.max(standby_ns + ANSWER_NS * needs), go)),
        }
    }

    /// When `cue`, at the playhead, is to be called; `None` while its segment has to wait for something else.
    fn call_due_ns(&self, cue: CueIx) -> Option<ShowNs> {
        let segment = self.show.segment_of(cue);
        let offset_ns = self.plan.offset_ns[self.show.main_of(cue).0 as usize];
        let Some((running, started_ns)) = self.segment else {
            let starts_ns = self.plan.segment_start_ns[segment.0 as usize].max(0) as u64;
            return Some(self.show_ns(starts_ns) + offset_ns);
        };
        if segment <= running {
            return Some(started_ns + offset_ns);
        }
        let next = SegmentIx(running.0 + 1);
        if self.plan.opens_by_itself(&self.show, next) {
            return None;
        }
        let over_ns = self.segment_over_ns()?;
        Some(over_ns.max(self.hard_start_ns(segment).unwrap_or(0)) + offset_ns)
    }
}
