//! Messages that wait for a worker: a bounded queue that panic can empty.
//!
//! The station pushes and the worker takes; neither ever holds the lock while it does anything
//! else, so the station never waits for a network here. What a clock says stands in a short line of
//! its own, after all messages: it is worth something only at its own moment, so it is dropped
//! rather than kept waiting. Of each ramp, the last step waits there too, and the next one takes its
//! place. A channel would do for the waiting, but not for panic: what stands in
//! a channel can only be taken out by its reader, which may just be stuck in a write.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::ramps::RampStep;
use super::{Job, timecode};
use crate::locks::Unpoisoned;
use crate::time::MachineNs;

/// Maximum number of messages that wait for one output.
pub(super) const LIMIT: usize = 256;

/// Maximum number of a clock's messages that wait: its place, and the steps that a late wake-up
/// finds due at one moment.
const TICKS: usize = 1 + timecode::AT_ONCE_MAX;

/// Jobs that a message is sent for: each of them gets a report.
#[derive(Clone, Default)]
pub(super) struct Senders {
    /// `None` for a message of panic.
    pub(super) job: Option<Job>,
    /// The later actions of the job's cue that the message speaks for as well.
    pub(super) others: Option<Arc<[u32]>>,
}

impl Senders {
    /// One job alone.
    pub(super) fn one(job: Job) -> Self {
        Senders { job: Some(job), others: None }
    }

    /// The job first, then the others; never none.
    pub(super) fn all(&self) -> impl Iterator<Item = Option<Job>> {
        let others = self.others.iter().flat_map(|others| others.iter());
        let others = others.filter_map(|&action| self.job.map(|job| Job { action, ..job }));
        std::iter::once(self.job).chain(others.map(Some))
    }
}

/// One message in the line.
pub(super) struct QueuedMessage<T> {
    pub(super) senders: Senders,
    pub(super) message: Arc<T>,
    pub(super) since: MachineNs,
}

/// Next thing that the worker has to do.
pub(super) enum NextWork<T> {
    /// Send this.
    Send(QueuedMessage<T>),
    /// Send this, if it can go at once and that is no later than `until`.
    Tick { message: Arc<T>, until: MachineNs },
    /// Send this, if it can go at once and is still wanted.
    Step(RampStep<T>),
    /// Nothing came in time: look after the connection, if it is time for that.
    Look,
    /// Look after the connection whatever the time is.
    LookNow,
    /// End: nothing more will come.
    End,
}

/// Message that has waited for too long.
pub(super) enum Overdue<T> {
    /// This one.
    Message(QueuedMessage<T>),
    /// None yet.
    Nothing,
    /// None will: no more can come.
    Ended,
}

/// Reason why a message was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum QueueRefusal {
    /// [`LIMIT`] messages wait already.
    Full,
    /// Nobody takes messages out any more.
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum QueueStage {
    /// Takes messages.
    Open,
    /// Takes none; those that wait may still go.
    Finishing,
    /// Nothing goes any more.
    Ended,
}

struct WaitingLine<T> {
    waiting: VecDeque<QueuedMessage<T>>,
    /// Messages of a clock, each with the instant until which it is true.
    ticks: VecDeque<(Arc<T>, MachineNs)>,
    /// One step of each ramp at most.
    steps: VecDeque<RampStep<T>>,
    stage: QueueStage,
    /// `true` while the worker sends a message: others may then have to wait for long.
    busy: bool,
    /// `true` if the connection is to be looked after at once.
    looks_now: bool,
    /// `true` if a panic has come since the worker took its last message.
    panicked: bool,
}

/// The line between the station and one worker.
pub(super) struct Queue<T> {
    line: Mutex<WaitingLine<T>>,
    changed: Condvar,
    /// Something waits for a worker that is at a message. Apart from `changed`, so that a message
    /// to an idle worker wakes nobody else.
    waits: Condvar,
}

impl<T> Queue<T> {
    pub(super) fn new() -> Self {
        let (waiting, ticks) = (VecDeque::with_capacity(LIMIT), VecDeque::with_capacity(TICKS));
        let line = WaitingLine {
            waiting,
            ticks,
            steps: VecDeque::new(),
            stage: QueueStage::Open,
            busy: false,
            looks_now: false,
            panicked: false,
        };
        Queue { line: Mutex::new(line), changed: Condvar::new(), waits: Condvar::new() }
    }

    /// Puts a message at the end of the line, at `now`.
    pub(super) fn push(
        &self,
        senders: Senders,
        message: &Arc<T>,
        now: MachineNs,
    ) -> Result<(), QueueRefusal> {
        let mut line = self.lock();
        match line.stage {
            QueueStage::Open if line.waiting.len() < LIMIT => {}
            QueueStage::Open => return Err(QueueRefusal::Full),
            QueueStage::Finishing | QueueStage::Ended => return Err(QueueRefusal::Ended),
        }
        line.waiting.push_back(QueuedMessage { senders, message: Arc::clone(message), since: now });
        self.changed.notify_all();
        if line.busy && line.waiting.len() == 1 {
            self.waits.notify_all();
        }
        Ok(())
    }

    /// Sends a clock's message after all that waits, until then or never; it is dropped where
    /// others of its kind wait.
    pub(super) fn tick(&self, message: Arc<T>, until: MachineNs) {
        let mut line = self.lock();
        if line.stage == QueueStage::Open && line.ticks.len() < TICKS {
            line.ticks.push_back((message, until));
            self.changed.notify_all();
        }
    }

    /// Sends steps of ramps after all that waits; each takes the place of an earlier one of its ramp.
    pub(super) fn step(&self, steps: Vec<RampStep<T>>) {
        let mut line = self.lock();
        if line.stage != QueueStage::Open {
            return;
        }
        for step in steps {
            match line.steps.iter_mut().find(|waits| waits.is_of_ramp_of(&step)) {
                Some(waits) => *waits = step,
                None => line.steps.push_back(step),
            }
        }
        self.changed.notify_all();
    }

    /// Empties the line, puts `messages` into it instead, at `since`, and gives back what was
    /// dropped.
    ///
    /// The messages of panic are few and fixed by the show, so they may stand in the line whatever
    /// its limit.
    pub(super) fn replace(
        &self,
        messages: &[Arc<T>],
        since: MachineNs,
    ) -> Result<Vec<QueuedMessage<T>>, QueueRefusal> {
        let mut line = self.lock();
        if line.stage != QueueStage::Open {
            return Err(QueueRefusal::Ended);
        }
        let dropped = line.waiting.drain(..).collect();
        line.steps.clear();
        line.panicked = true;
        let senders = Senders::default();
        let waiting = |message| QueuedMessage {
            senders: senders.clone(),
            message: Arc::clone(message),
            since,
        };
        line.waiting.extend(messages.iter().map(waiting));
        self.changed.notify_all();
        self.waits.notify_all();
        Ok(dropped)
    }

    /// The next message; waits for it, without an end where `at_most` gives none. With no time at
    /// all, it is time to look after the connection before a clock's word goes, which would else
    /// put it off for ever.
    pub(super) fn next(&self, at_most: Option<Duration>) -> NextWork<T> {
        let idle = |line: &mut WaitingLine<T>| {
            let is_empty =
                line.waiting.is_empty() && line.ticks.is_empty() && line.steps.is_empty();
            line.stage == QueueStage::Open && is_empty && !line.looks_now
        };
        let mut line = self.lock();
        line.busy = false;
        let mut line = match at_most {
            Some(at_most) => {
                let woken = self.changed.wait_timeout_while(line, at_most, idle);
                woken.unpoisoned().0
            }
            None => self.changed.wait_while(line, idle).unpoisoned(),
        };
        line.panicked = false;
        match (line.waiting.pop_front(), line.stage) {
            (Some(waiting), _) => {
                line.busy = true;
                if !line.waiting.is_empty() {
                    self.waits.notify_all();
                }
                NextWork::Send(waiting)
            }
            (None, QueueStage::Open) if std::mem::take(&mut line.looks_now) => NextWork::LookNow,
            (None, QueueStage::Open) if at_most == Some(Duration::ZERO) => NextWork::Look,
            (None, QueueStage::Open) => match (line.ticks.pop_front(), line.steps.is_empty()) {
                (Some((message, until)), _) => NextWork::Tick { message, until },
                (None, false) => line.steps.pop_front().map_or(NextWork::Look, NextWork::Step),
                (None, true) => NextWork::Look,
            },
            (None, QueueStage::Finishing | QueueStage::Ended) => NextWork::End,
        }
    }

    /// Takes out the message that at `now` has waited for `late` after others. Where there is none,
    /// waits until there may be one.
    pub(super) fn overdue(&self, now: MachineNs, late: Duration) -> Overdue<T> {
        let mut line = self.lock();
        if line.stage == QueueStage::Ended {
            return Overdue::Ended;
        }
        let left = line.waiting.front().map(|first| (first.since + late).since(now));
        match left.filter(|_| line.busy) {
            Some(Duration::ZERO) => {
                return line.waiting.pop_front().map_or(Overdue::Nothing, Overdue::Message);
            }
            Some(left) => drop(self.waits.wait_timeout(line, left)),
            None => drop(self.waits.wait(line)),
        }
        Overdue::Nothing
    }

    /// Waits for `pause`; says whether the message that was taken last may then be tried again,
    /// which ends with panic and with the program: either ends the pause at once.
    pub(super) fn rest(&self, pause: Duration) -> bool {
        let goes_on = |line: &mut WaitingLine<T>| line.stage == QueueStage::Open && !line.panicked;
        let rested = self.changed.wait_timeout_while(self.lock(), pause, goes_on);
        goes_on(&mut rested.unpoisoned().0)
    }

    /// Has the connection looked after at once, where nothing waits.
    pub(super) fn look_now(&self) {
        self.lock().looks_now = true;
        self.changed.notify_all();
    }

    /// Number of waiting messages.
    pub(super) fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Takes no more messages, and lets those that wait go.
    pub(super) fn finish(&self) {
        let mut line = self.lock();
        if line.stage == QueueStage::Open {
            line.stage = QueueStage::Finishing;
        }
        self.changed.notify_all();
    }

    /// Lets nothing go any more, and gives back what still waited.
    pub(super) fn end(&self) -> Vec<QueuedMessage<T>> {
        let mut line = self.lock();
        line.stage = QueueStage::Ended;
        self.changed.notify_all();
        self.waits.notify_all();
        line.waiting.drain(..).collect()
    }

    /// Waits until somebody has called [`Self::end`], but no longer than `at_most`.
    pub(super) fn wait_for_end(&self, at_most: Duration) {
        let running = |line: &mut WaitingLine<T>| line.stage != QueueStage::Ended;
        // The waiting thread goes on in either case, so whether the time ran out makes no
        // difference.
        drop(self.changed.wait_timeout_while(self.lock(), at_most, running));
    }

    fn lock(&self) -> MutexGuard<'_, WaitingLine<T>> {
        // No code that can panic runs under this lock, so a poisoned line is whole all the same.
        self.line.lock().unpoisoned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::ramps::Mark;
    use crate::output::testing::{SOON, job, now};

    #[test]
    fn refuses_one_too_many_and_whatever_comes_behind_the_end() {
        let (queue, message) = (Queue::new(), Arc::new(1));
        for _ in 0..LIMIT {
            queue.push(Senders::one(job(0)), &message, now()).unwrap();
        }
        assert_eq!(queue.push(Senders::default(), &message, now()), Err(QueueRefusal::Full));
        queue.finish();
        assert_eq!(queue.push(Senders::default(), &message, now()), Err(QueueRefusal::Ended));
        assert!(matches!(queue.next(None), NextWork::Send(_)));
        assert_eq!(queue.end().len(), LIMIT - 1);
        assert!(matches!(queue.next(None), NextWork::End));
    }

    #[test]
    fn a_clock_goes_behind_all_others_and_never_queues_up() {
        let (queue, until) = (Queue::new(), now() + SOON);
        (1..=TICKS + 1).for_each(|tick| queue.tick(Arc::new(tick), until));
        queue.push(Senders::one(job(0)), &Arc::new(0), now()).unwrap();
        assert!(matches!(queue.next(None), NextWork::Send(w) if *w.message == 0));
        assert!(matches!(queue.next(Some(Duration::ZERO)), NextWork::Look));
        for tick in 1..=TICKS {
            assert!(matches!(queue.next(None), NextWork::Tick { message, .. } if *message == tick));
        }
        assert!(matches!(queue.next(Some(Duration::from_millis(1))), NextWork::Look));
        queue.tick(Arc::new(9), until);
        queue.finish();
        assert!(matches!(queue.next(None), NextWork::End));
    }

    #[test]
    fn a_step_goes_behind_all_others_and_only_the_last_of_its_ramp_waits() {
        let queue = Queue::new();
        let (one, other) = (Mark::default().into(), Mark::default().into());
        queue.step(vec![RampStep::new(1, &one, false), RampStep::new(2, &other, false)]);
        queue.step(vec![RampStep::new(3, &one, false)]);
        queue.push(Senders::one(job(0)), &Arc::new(0), now()).unwrap();
        queue.tick(Arc::new(9), now() + SOON);
        assert!(matches!(queue.next(None), NextWork::Send(w) if *w.message == 0));
        assert!(matches!(queue.next(None), NextWork::Tick { message, .. } if *message == 9));
        assert!(matches!(queue.next(None), NextWork::Step(step) if step.message == 3));
        queue.replace(&[], now()).unwrap();
        assert!(matches!(queue.next(Some(Duration::ZERO)), NextWork::Look), "panic drops steps");
        queue.step(vec![RampStep::new(4, &one, true)]);
        queue.finish();
        assert!(matches!(queue.next(None), NextWork::End));
    }

    #[test]
    fn panic_takes_the_place_of_all_that_waits() {
        let queue = Queue::new();
        queue.push(Senders::one(job(7)), &Arc::new("go"), now()).unwrap();
        let dropped = queue.replace(&[Arc::new("stop")], now()).unwrap();
        assert_eq!(dropped.iter().map(|w| w.senders.job).collect::<Vec<_>>(), [Some(job(7))]);
        assert!(
            matches!(queue.next(None), NextWork::Send(w) if *w.message == "stop" && w.senders.job.is_none())
        );
        assert!(matches!(queue.next(Some(Duration::ZERO)), NextWork::Look));
    }

    #[test]
    fn panic_and_the_end_leave_no_rest() {
        let queue = Queue::new();
        for n in 0..2 {
            queue.push(Senders::one(job(n)), &Arc::new("go"), now()).unwrap();
        }
        queue.next(None);
        assert!(queue.rest(Duration::from_millis(1)));
        queue.replace(&[Arc::new("stop")], now()).unwrap();
        assert!(!queue.rest(Duration::MAX), "panic came while the message was being sent");
        queue.next(None);
        assert!(queue.rest(Duration::from_millis(1)), "that panic is over");
        queue.finish();
        assert!(!queue.rest(Duration::MAX));
    }
}
