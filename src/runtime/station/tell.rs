//! The end of a round: those who follow the run are told what has come.
//!
//! All of it is after the packets, and none of it waits for anybody.

use super::{RemoteEnd, Station};
use crate::app::log::Word;
use crate::runtime::clock::machine_ns;

impl Station {
    pub(super) fn publish(&mut self) {
        // Waking the thread that syncs costs time that a message need not wait.
        if let Some(journal) = &mut self.journal {
            journal.sync();
        }
        // Asked at every round and not only when a message was sent: a desk that dies shows before
        // the cue that needs it.
        let (outputs, now_ns) = (self.health(), machine_ns());
        let is_unchanged = outputs.len() == self.app.outputs.len()
            && self.app.outputs.iter().zip(&outputs).all(|(told, now)| told.is_unchanged_in(now));
        if !is_unchanged {
            (self.app.outputs, self.app.outputs_ns) = (outputs, now_ns);
        }
        self.tell_of_remote(now_ns);
        let run_ns = self.conductor.clock().run_ns(now_ns);
        self.words
            .extend(self.app.take_refusals().into_iter().map(|why| Word::refusal(why, run_ns)));
        let has_records = !self.news.is_empty();
        self.feed.publish(std::mem::take(&mut self.news), self.conductor.state());
        self.news_are_gone();
        if let Some(RemoteEnd { follower, .. }) = &self.remote {
            follower.publish(&self.app.outputs, self.app.outputs_ns);
        }
        match &mut self.screen {
            Some(screen) => screen.publish(has_records, &self.app, &mut self.words),
            None => self.words.clear(),
        }
    }
}
