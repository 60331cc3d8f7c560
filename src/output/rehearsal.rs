//! What takes the place of every output in a rehearsal: it says what would have been sent.
//!
//! Must never hold a socket, a thread or a secret, so that nothing can leave the machine by whatever mistake.

use std::sync::Arc;

use super::{Driver, Health, Job, Outcome, Report, describe};
use crate::show::{OutputIx, Show};

/// An output of a rehearsal.
pub(super) struct Rehearsal {
    pub(super) show: Arc<Show>,
    pub(super) output: OutputIx,
}

impl Driver for Rehearsal {
    fn send(&mut self, job: Job) -> Option<Outcome> {
        let cue = self.show.cues.get(job.cue.0 as usize);
        let action = cue.and_then(|cue| cue.actions.get(job.action as usize));
        let output = self.show.outputs.get(self.output.0 as usize);
        Some(match output.zip(action) {
            Some((output, action)) => Outcome::Rehearsed(describe(&output.kind, &action.body)),
            None => Outcome::no_message(),
        })
    }

    fn panic(&mut self) -> Vec<Report> {
        let output = self.show.outputs.get(self.output.0 as usize);
        let said = output.iter().flat_map(|output| output.panic.iter().map(|body| describe(&output.kind, body)));
        said.map(|said| Report { output: self.output, job: None, outcome: Outcome::Rehearsed(said) }).collect()
    }

    fn health(&self) -> Health {
        Health::default()
    }
}
