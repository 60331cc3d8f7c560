//! An output that could not be opened: the show runs without it, and each of its messages fails
//! with the reason.
//!
//! A live show must not wait for one missing cable or variable. The caller sees the reason from the
//! first moment on.

use std::sync::Arc;

use super::gauge::Delivery;
use super::worker::WorkerContext;
use super::{Driver, Encoded, Health, Job, Lasts, Outcome, OutputFault, Report};
use crate::show::Show;
use crate::time::MachineNs;

/// Maximum number of reasons that are named: a show in which each cue has the same fault must not
/// fill the screen.
const NAMED_MAX: usize = 3;

/// An output that is down for the whole run.
pub(super) struct Closed {
    context: WorkerContext,
    /// Number of messages that the show has for a panic.
    panics: usize,
    why: String,
}

impl Closed {
    /// The output of `context`, which has `panics` messages of panic and could not be opened
    /// because of `faults`.
    pub(super) fn new(context: WorkerContext, panics: usize, faults: &[OutputFault]) -> Self {
        let mut words: Vec<String> =
            faults.iter().take(NAMED_MAX).map(OutputFault::to_string).collect();
        if let Some(more) = faults.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            words.push(format!("and {more} more"));
        }
        let why = words.join("; ");
        context.gauge.down(why.clone());
        Closed { context, panics, why }
    }

    fn fail(&self, job: Option<Job>, now: MachineNs) -> Outcome {
        self.context.gauge.failed(Delivery::new(job, now, now));
        Outcome::Failed(self.why.clone())
    }
}

impl Driver for Closed {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        Some(self.fail(Some(job), now))
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        (0..self.panics).map(|_| self.context.report(None, self.fail(None, now))).collect()
    }

    fn call_off(&mut self, _why: &str) -> Vec<Report> {
        // Nothing waits: each message has failed already.
        vec![]
    }

    fn revise(&mut self, _: &Arc<Show>, _: Option<Encoded>) {}

    fn is_open(&self) -> bool {
        false
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        None
    }

    fn health(&self, now: MachineNs) -> Health {
        self.context.gauge.health(0, now)
    }
}
