//! The end of a round: those who follow the run are told what has come.
//!
//! All of it is after the packets, and none of it waits for anybody.

use super::{RemoteEnd, Station};
use crate::app::log::LogWord;
use crate::app::wall;
use crate::runtime::clock::{machine_ns, wall_now};
use crate::time::MachineNs;

impl Station {
    pub(super) fn publish(&mut self) {
        // What is published is not kept to be shipped later.
        self.ship();
        // Waking the thread that syncs costs time that a message need not wait.
        if let Some(journal) = &mut self.journal {
            journal.sync();
        }
        // Asked at every round and not only when a message was sent: a desk that dies shows before
        // the cue that needs it.
        self.outputs.let_go(machine_ns());
        self.send_outputs();
        let (outputs, now_ns) = (self.health(), machine_ns());
        let is_unchanged = outputs.len() == self.app.outputs.len()
            && self.app.outputs.iter().zip(&outputs).all(|(told, now)| told.is_unchanged_in(now));
        if !is_unchanged {
            (self.app.outputs, self.app.outputs_ns) = (outputs, now_ns);
        }
        self.tell_of_remote(now_ns);
        self.compare_clocks(now_ns);
        let run_ns = self.conductor.clock().run_ns(now_ns);
        self.words
            .extend(self.app.take_refusals().into_iter().map(|why| LogWord::refusal(why, run_ns)));
        let has_records = !self.news.is_empty();
        self.feed.publish(std::mem::take(&mut self.news), self.conductor.state());
        self.news_are_gone();
        if let Some(RemoteEnd { follower, .. }) = &self.remote {
            follower.publish(&self.app.outputs, self.app.outputs_ns);
        }
        if let Some(web) = &self.web {
            self.app.browsers = Some(web.sign());
            if has_records {
                web.ring();
            }
        }
        match &mut self.screen {
            Some(screen) => screen.publish(has_records, &self.app, &mut self.words),
            None => self.words.clear(),
        }
    }

    /// Tells the caller where the machine's clock and the run's have come apart, or agree again.
    fn compare_clocks(&mut self, now_ns: MachineNs) {
        let Some(ahead_ns) = self.clock_ahead_ns(now_ns) else { return };
        if ahead_ns != self.app.clock_ahead_ns {
            self.app.clock_ahead_ns = ahead_ns;
            let (text, tone) = wall::words(ahead_ns);
            self.app.say(text.clone(), tone, now_ns);
            self.words.push(LogWord::program(text, tone, self.run_ns()));
        }
    }

    /// How far the run's clock is ahead of the machine's, as it is shown; `None` in a rehearsal,
    /// which has a clock of its own, and where the run's is not known here.
    pub(super) fn clock_ahead_ns(&self, now_ns: MachineNs) -> Option<i64> {
        let state = self.conductor.state();
        if state.is_rehearsal() || !self.conductor.has_clock() {
            return None;
        }
        let run = state.wall(self.conductor.clock().run_ns(now_ns));
        let ahead_ns = run.duration_since(wall_now()).as_nanos();
        let ahead_ns = i64::try_from(ahead_ns).unwrap_or(i64::MAX);
        let by_itself_ns = ahead_ns.saturating_sub(state.shift_ns().unwrap_or_default());
        Some(wall::difference(self.app.clock_ahead_ns, by_itself_ns))
    }
}
