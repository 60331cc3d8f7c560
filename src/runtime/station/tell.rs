//! The end of a round: the outputs are told what may come next, and those who follow the run what has come.
//!
//! All of it is behind the packets, and none of it waits for anybody.

use super::{RemoteEnd, Station};
use crate::app::log::Word;
use crate::output::ShowTime;
use crate::runtime::clock::machine_ns;

/// How many clips the outputs are asked to have ready.
const CLIPS_READY: usize = 4;

impl Station {
    /// Has the outputs get ready for what comes next, and tells them where the show's clock stands.
    pub(super) fn prepare(&mut self) {
        let mut next = self.state.next_clips(CLIPS_READY);
        if self.loaded.is_some_and(|cue| self.state.on_air().contains(&cue)) {
            self.loaded = None;
        }
        if let Some(loaded) = self.loaded {
            next.retain(|cue| *cue != loaded);
            next.insert(0, loaded);
        }
        let joins = self.state.clip_joins(&next);
        if joins != self.joined {
            self.outputs.join(&joins);
            self.joined = joins;
        }
        if next != self.armed {
            self.outputs.arm(&next);
            self.armed = next;
        }
        let outages: Vec<_> = self.state.outages().collect();
        if outages != self.outages {
            self.outputs.pretend_down(&outages);
            self.outages = outages;
        }
        let run_ns = self.clock.run_ns(machine_ns());
        let (now_ns, runs) = self.state.timecode(run_ns);
        // While it runs, it counts from one instant; while it stands, it reads one time.
        let told = (runs, if runs { run_ns as i64 - now_ns as i64 } else { now_ns as i64 });
        if self.told_time != Some(told) {
            self.outputs.show_time(ShowTime { now_ns, runs });
            self.told_time = Some(told);
        }
    }

    pub(super) fn publish(&mut self) {
        // Asked at every round and not only when a message was sent: a desk that dies shows before the cue that needs it.
        let (outputs, now_ns) = (self.outputs.health(), machine_ns());
        let is_unchanged = outputs.len() == self.app.outputs.len()
            && self.app.outputs.iter().zip(&outputs).all(|(told, now)| told.is_unchanged_in(now));
        if !is_unchanged {
            (self.app.outputs, self.app.outputs_ns) = (outputs, now_ns);
        }
        self.tell_of_remote(now_ns);
        let run_ns = self.clock.run_ns(now_ns);
        self.words.extend(self.app.take_refusals().into_iter().map(|why| Word::refusal(why, run_ns)));
        if let Some(RemoteEnd { follower, .. }) = &self.remote {
            follower.publish(&self.news, &self.app.outputs, self.app.outputs_ns, &self.state);
        }
        match &mut self.screen {
            Some(screen) => screen.publish(&self.app, &mut self.news, &mut self.words, &self.state),
            None => {
                self.news.clear();
                self.words.clear();
            }
        }
    }
}
