//! The feed: the run's records, for everybody who follows it.
//!
//! The station publishes and never waits. Each follower has a [`Mailbox`] in which the records
//! collect until its thread takes them. It is bounded: a follower that is stuck gets the whole
//! state instead of more records than it could fold. What a follower needs besides the records
//! (`T`) lies in the same mailbox, so that its thread waits in one place.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::time::Duration;

use crate::conductor::RunClock;
use crate::engine::{Record, State};
use crate::locks::Unpoisoned;

/// Maximum number of records that wait for a follower before it is given the whole state instead.
const BACKLOG: usize = 4096;

/// The station's end.
#[derive(Default)]
pub(super) struct Feed {
    followers: Vec<Weak<dyn Follows>>,
}

impl Feed {
    /// A mailbox that gets every record from now on: the follower starts from the state as it was
    /// published last. A new record does not wake its thread; [`Mailbox::tell`] does.
    pub(super) fn subscribe<T: Send + 'static>(&mut self, also: T) -> Arc<Mailbox<T>> {
        let waiting = MailboxContents { news: Progress::default(), also };
        let mailbox = Arc::new(Mailbox { waiting: Mutex::new(waiting), notified: Condvar::new() });
        let follower: Arc<dyn Follows> = Arc::<Mailbox<T>>::clone(&mailbox);
        self.followers.push(Arc::downgrade(&follower));
        mailbox
    }

    /// Everybody who follows forgets what they knew of the run: `state` is what it is now.
    pub(super) fn start_over(&self, state: &State) {
        self.followers.iter().filter_map(Weak::upgrade).for_each(|each| each.start_over(state));
    }

    /// The run's clock is tied again; nobody is woken for it.
    pub(super) fn retime(&self, clock: RunClock) {
        self.followers.iter().filter_map(Weak::upgrade).for_each(|each| each.retime(clock));
    }

    /// Leaves `records` for everybody who follows; they have made `state` of the run.
    pub(super) fn publish(&mut self, records: Vec<Record>, state: &State) {
        if records.is_empty() {
            return;
        }
        let records = Arc::new(records);
        self.followers.retain(|follower| {
            let follower = follower.upgrade();
            if let Some(follower) = &follower {
                follower.take(&records, state);
            }
            follower.is_some()
        });
    }
}

trait Follows: Send + Sync {
    fn take(&self, records: &Arc<Vec<Record>>, state: &State);
    fn start_over(&self, state: &State);
    fn retime(&self, clock: RunClock);
}

/// Everything that waits for one follower.
#[derive(Debug)]
pub(super) struct Mailbox<T> {
    waiting: Mutex<MailboxContents<T>>,
    notified: Condvar,
}

/// The contents of a mailbox.
#[derive(Debug, Default)]
pub(super) struct MailboxContents<T> {
    /// Progress of the run.
    pub news: Progress,
    /// Further data for this follower.
    pub also: T,
}

/// Progress of the run since a follower last looked.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The run before `records`, where the follower is to forget what it knew of it.
    whole: Option<Box<State>>,
    /// The run's clock, where it was tied again.
    pub clock: Option<RunClock>,
    /// Batches of records, in order.
    records: Vec<Arc<Vec<Record>>>,
}

impl Progress {
    /// Returns `true` if the run has not gone on.
    pub(super) fn is_empty(&self) -> bool {
        self.whole.is_none() && self.records.is_empty()
    }

    /// Folds what has come into `state`, and gives `each` every record that was not left out.
    pub(super) fn fold(self, state: &mut State, mut each: impl FnMut(&State, &Record)) {
        if let Some(whole) = self.whole {
            *state = *whole;
        }
        for record in self.records.iter().flat_map(|batch| batch.iter()) {
            state.fold(record);
            each(state, record);
        }
    }
}

impl<T: Send> Follows for Mailbox<T> {
    fn take(&self, records: &Arc<Vec<Record>>, state: &State) {
        let news = &mut self.lock().news;
        let count: usize = news.records.iter().map(|batch| batch.len()).sum();
        if count + records.len() > BACKLOG {
            news.records.clear();
            news.whole = Some(Box::new(state.clone()));
        } else {
            news.records.push(Arc::clone(records));
        }
    }

    fn start_over(&self, state: &State) {
        let news = &mut self.lock().news;
        news.records.clear();
        news.whole = Some(Box::new(state.clone()));
    }

    fn retime(&self, clock: RunClock) {
        self.lock().news.clock = Some(clock);
    }
}

impl<T> Mailbox<T> {
    /// Locks the contents. Keep the lock for moments only: the station takes it as well.
    pub(super) fn lock(&self) -> MutexGuard<'_, MailboxContents<T>> {
        // The contents are whole between any two statements, so a poisoned lock has nothing broken
        // to hide.
        self.waiting.lock().unpoisoned()
    }

    /// Tells the follower something besides the records, and wakes its thread.
    pub(super) fn tell(&self, change: impl FnOnce(&mut T)) {
        change(&mut self.lock().also);
        self.ring();
    }

    /// Wakes the follower's thread.
    pub(super) fn ring(&self) {
        self.notified.notify_one();
    }

    /// Waits until the mailbox is rung, or for `at_most` so long.
    pub(super) fn wait<'a>(
        &self,
        waiting: MutexGuard<'a, MailboxContents<T>>,
        at_most: Duration,
    ) -> MutexGuard<'a, MailboxContents<T>> {
        self.notified.wait_timeout(waiting, at_most).unpoisoned().0
    }

    /// Waits as long as `condition` holds.
    pub(super) fn wait_while(
        &self,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> MutexGuard<'_, MailboxContents<T>> {
        let waited = self.notified.wait_while(self.lock(), |waiting| condition(&mut waiting.also));
        waited.unpoisoned()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::engine::{Event, RunNs};
    use crate::show::file;

    fn note(seq: u64) -> Record {
        Record::new(
            seq,
            Timestamp::UNIX_EPOCH,
            RunNs::new(seq as i64),
            Event::NoteTaken { text: seq.to_string(), cue: None },
        )
    }

    #[test]
    fn every_follower_folds_the_same_state_and_one_that_is_stuck_gets_the_whole() {
        let show =
            file::parse("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n", "UTC")
                .unwrap();
        let mut state = State::new(Arc::new(show));
        let (mut quick, mut stuck, mut late) = (state.clone(), state.clone(), None);
        let mut feed = Feed::default();
        let quick_box = feed.subscribe(0_u32);
        let stuck_box = feed.subscribe(());
        let gone = Arc::downgrade(&feed.subscribe(()));
        let (mut seen, mut seq) = (0, 0);
        for batch in 0..200 {
            let records: Vec<Record> = (0..=batch % 60).map(|at| note(seq + at + 1)).collect();
            seq += records.len() as u64;
            records.iter().for_each(|record| state.fold(record));
            feed.publish(records, &state);
            quick_box.tell(|told| *told += 1);
            let MailboxContents { news, also } = std::mem::take(&mut *quick_box.lock());
            news.fold(&mut quick, |_, record| seen = record.seq);
            assert_eq!((&quick, seen, also), (&state, seq, 1), "what it was told comes with them");
            if batch == 100 {
                late = Some((state.clone(), feed.subscribe(())));
            }
        }
        let news = std::mem::take(&mut stuck_box.lock().news);
        let kept: usize = news.records.iter().map(|batch| batch.len()).sum();
        assert!(
            seq > BACKLOG as u64 && news.whole.is_some() && kept < BACKLOG,
            "{seq} records, {kept} kept"
        );
        news.fold(&mut stuck, |_, _| {});
        let (mut late, late_box) = late.unwrap();
        std::mem::take(&mut late_box.lock().news).fold(&mut late, |_, _| {});
        assert_eq!((&stuck, &late), (&state, &state));
        assert!(
            gone.upgrade().is_none() && feed.followers.len() == 3,
            "who has gone costs nothing"
        );
    }
}
