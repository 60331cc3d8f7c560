//! An output with a worker: looks the message up and hands it over, and never waits for anything.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::messages::{Messages, SharedOutcome, Work};
use super::worker::{Steps, Worker, WorkerClock, WorkerContext};
use super::{Driver, Encoded, Health, Job, Lasts, Outcome, Report};
use crate::show::Show;
use crate::time::MachineNs;

/// An output whose messages go through a worker.
pub(super) struct Queued<T> {
    context: WorkerContext,
    messages: Messages<T>,
    shared_outcome: SharedOutcome,
    worker: Worker<T>,
    /// A second worker for panic alone, where the first may be held up by one message for long.
    panic_worker: Option<Worker<T>>,
}

impl<T: Send + Sync + 'static> Queued<T> {
    pub(super) fn new(
        context: WorkerContext,
        messages: Messages<T>,
        worker: Worker<T>,
        panic_worker: Option<Worker<T>>,
    ) -> Self {
        Queued { context, messages, shared_outcome: SharedOutcome::default(), worker, panic_worker }
    }

    /// A way in for the steps of ramps, beside the messages.
    pub(super) fn steps(&self) -> Steps<T> {
        self.worker.steps()
    }

    /// A way in for a clock, beside the messages.
    pub(super) fn clock(&self) -> WorkerClock<T> {
        self.worker.clock()
    }

    fn workers(&self) -> impl Iterator<Item = &Worker<T>> {
        std::iter::once(&self.worker).chain(&self.panic_worker)
    }
}

impl<T: Send + Sync + 'static> Driver for Queued<T> {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        match self.messages.of(job) {
            Some(Work::Alone(message)) => self.worker.send(job, message, now),
            Some(Work::Leads(message, others)) => {
                let outcome = self.worker.send_for(job, others, message, now);
                self.shared_outcome.keep(job, outcome.clone());
                outcome
            }
            Some(Work::Follows) => self.shared_outcome.of(job),
            None => Some(Outcome::no_message()),
        }
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        let panic: &[Arc<T>] = &self.messages.panic;
        match &self.panic_worker {
            Some(second) => {
                let mut reports = self.worker.panic(&[], now);
                reports.extend(second.panic(panic, now));
                reports
            }
            None => self.worker.panic(panic, now),
        }
    }

    fn call_off(&mut self, why: &str) -> Vec<Report> {
        self.workers().flat_map(|worker| worker.call_off(why)).collect()
    }

    fn revise(&mut self, _: &Arc<Show>, messages: Option<Encoded>) {
        if let Some(Ok(messages)) = messages.map(|messages| messages.downcast::<Messages<T>>()) {
            self.messages = *messages;
        }
        // With the file, the far end may have been changed as well.
        self.workers().for_each(Worker::look_now);
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        None
    }

    fn health(&self, now: MachineNs) -> Health {
        self.context.gauge.health(self.workers().map(Worker::queued).sum(), now)
    }

    fn send_here(&mut self, is_here: bool) {
        self.context.is_here.store(is_here, Ordering::Relaxed);
    }

    fn finish(&mut self) {
        self.workers().for_each(Worker::finish);
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        self.workers().flat_map(|worker| worker.close(deadline)).collect()
    }
}
