//! Everything that a show can send to one output, encoded before the show begins.
//!
//! So a GO does no work that could fail or take its time, and a message that cannot be encoded is found at opening.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Fault, Job};
use crate::show::{Body, CueIx, OutputIx, Show};

/// The encoded messages of one output.
pub(super) struct Messages<T> {
    by_action: HashMap<(CueIx, u32), Arc<T>>,
    /// What goes out on panic, in order.
    pub(super) panic: Vec<Arc<T>>,
}

impl<T> Messages<T> {
    /// Encodes all that `show` sends to `output`.
    ///
    /// # Errors
    /// All messages for which `encode` gives a reason instead.
    pub(super) fn new(
        show: &Show,
        output: OutputIx,
        encode: impl Fn(&Body) -> Result<T, String>,
    ) -> Result<Self, Vec<Fault>> {
        let Some(target) = show.outputs.get(output.0 as usize) else {
            return Ok(Messages { by_action: HashMap::new(), panic: vec![] });
        };
        let mut faults = vec![];
        let mut keep = |body: &Body, place: &dyn Fn() -> String| {
            let fault = |why| Fault::Message { output: target.id.clone(), place: place(), why };
            encode(body).map(Arc::new).map_err(|why| faults.push(fault(why))).ok()
        };
        let mut by_action = HashMap::new();
        for (ix, cue) in show.cue_indices().zip(&show.cues) {
            for (at, action) in (0..).zip(&cue.actions).filter(|(_, action)| action.output == output) {
                if let Some(message) = keep(&action.body, &|| format!("cue {}", cue.number)) {
                    by_action.insert((ix, at), message);
                }
            }
        }
        let panic = target.panic.iter().filter_map(|body| keep(body, &|| "panic".into())).collect();
        if faults.is_empty() { Ok(Messages { by_action, panic }) } else { Err(faults) }
    }

    /// The message of `job`.
    pub(super) fn of(&self, job: Job) -> Option<&Arc<T>> {
        self.by_action.get(&(job.cue, job.action))
    }
}
