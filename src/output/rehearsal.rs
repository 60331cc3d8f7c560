//! The outputs of a rehearsal: they report what would have been sent.
//!
//! Must never hold a socket, a thread or a secret, so that nothing can leave the machine by
//! whatever mistake.

use std::sync::Arc;

use super::{Driver, Encoded, Health, Job, Last, Lasts, Light, Outcome, Packet, Report};
use crate::show::demonstration::OUTAGE;
use crate::show::{OutputIx, Show};
use crate::time::MachineNs;

/// An output of a rehearsal.
pub(super) struct Rehearsal {
    show: Arc<Show>,
    output: OutputIx,
    /// Last message that would have been sent, its instant, and `true` if it would have left.
    last: Option<(Packet, MachineNs, bool)>,
    logged: u64,
    failed: u64,
    /// It pretends to be down, for a demonstration.
    is_down: bool,
}

impl Rehearsal {
    /// The stand-in of `output`.
    pub(super) fn new(show: Arc<Show>, output: OutputIx) -> Self {
        Rehearsal { show, output, last: None, logged: 0, failed: 0, is_down: false }
    }

    fn log(&mut self, packet: Packet, count: usize, now: MachineNs) {
        if count > 0 {
            self.last = Some((packet, now, true));
            self.logged += count as u64;
        }
    }
}

impl Driver for Rehearsal {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        let show = Arc::clone(&self.show);
        let cue = show.cues.get(job.cue);
        let action = cue.and_then(|cue| cue.actions.get(job.action as usize));
        let output = show.outputs.get(self.output);
        if self.is_down {
            self.last = Some((Packet::Action { cue: job.cue, action: job.action }, now, false));
            self.failed += 1;
            return Some(Outcome::Failed(OUTAGE.to_owned()));
        }
        Some(match output.zip(action) {
            Some((output, action)) => {
                self.log(Packet::Action { cue: job.cue, action: job.action }, 1, now);
                Outcome::Rehearsed(output.kind.describe(&action.body))
            }
            None => Outcome::no_message(),
        })
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        let show = Arc::clone(&self.show);
        let output = show.outputs.get(self.output);
        let Some(output) = output else { return vec![] };
        let report = |outcome| Report { output: self.output, job: None, outcome };
        let messages = output.stop_messages();
        if self.is_down {
            self.last = Some((Packet::Panic, now, false)).filter(|_| messages > 0).or(self.last);
            self.failed += messages as u64;
            return (0..messages).map(|_| report(Outcome::Failed(OUTAGE.to_owned()))).collect();
        }
        let stop = output.kind.protocol().spec().stop;
        // A player that the show has no message for is told to stop all the same.
        let described = output.panic.iter().map(|body| output.kind.describe(body));
        let described =
            described.chain(std::iter::repeat(stop.unwrap_or_default().to_owned())).take(messages);
        let reports: Vec<Report> =
            described.map(|message| report(Outcome::Rehearsed(message))).collect();
        self.log(Packet::Panic, messages, now);
        reports
    }

    fn call_off(&mut self, _why: &str) -> Vec<Report> {
        // Nothing waits in a rehearsal.
        vec![]
    }

    fn revise(&mut self, show: &Arc<Show>, _: Option<Encoded>) {
        self.show = Arc::clone(show);
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        None
    }

    fn health(&self, now: MachineNs) -> Health {
        let last = self.last.map(|(packet, done, has_left)| Last {
            packet,
            has_left,
            age: now.since(done),
        });
        let (light, error) =
            if self.is_down { (Light::Down, Some(OUTAGE.to_owned())) } else { Default::default() };
        Health { light, error, last, logged: self.logged, failed: self.failed, ..Health::default() }
    }

    fn pretend(&mut self, is_down: bool) {
        self.is_down = is_down;
    }
}
