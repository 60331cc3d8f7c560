//! Everything that a show can send to one output, encoded before the show begins.
//!
//! So a GO does no work that could fail or take its time, and a message that cannot be encoded is
//! found at opening.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Job, Outcome, OutputFault};
use crate::show::{Body, Cue, CueIx, OutputIx, Show};

/// The encoded messages of one output.
pub(super) struct Messages<T> {
    by_action: HashMap<(CueIx, u32), Work<T>>,
    /// Messages of a panic, in order.
    pub(super) panic: Vec<Arc<T>>,
}

/// Work of an output for one action.
pub(super) enum Work<T> {
    /// Send this.
    Alone(Arc<T>),
    /// Send this, which says what these later actions of the cue say as well.
    Leads(Arc<T>, Arc<[u32]>),
    /// Nothing: an earlier action of the cue has sent it along.
    Follows,
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
    ) -> Result<Self, Vec<OutputFault>> {
        let Some(target) = show.outputs.get(output) else {
            return Ok(Messages { by_action: HashMap::new(), panic: vec![] });
        };
        let mut faults = vec![];
        let mut keep = |body: &Body, place: &dyn Fn() -> String| {
            let fault = |why| OutputFault::Message { place: place(), why };
            encode(body).map(Arc::new).map_err(|why| faults.push(fault(why))).ok()
        };
        let mut by_action = HashMap::new();
        for (ix, cue) in show.listed() {
            for at in actions_to(output, cue) {
                let body = cue.actions.get(at as usize).map(|action| &action.body);
                if let Some(message) =
                    body.and_then(|body| keep(body, &|| format!("cue {}", cue.number)))
                {
                    by_action.insert((ix, at), Work::Alone(message));
                }
            }
        }
        let panic = target.panic.iter().filter_map(|body| keep(body, &|| "panic".into())).collect();
        if faults.is_empty() { Ok(Messages { by_action, panic }) } else { Err(faults) }
    }

    /// Joins what each cue sends together into one message.
    ///
    /// # Errors
    /// All cues for which `join` gives a reason instead.
    pub(super) fn joined(
        mut self,
        show: &Show,
        output: OutputIx,
        join: impl Fn(&[Arc<T>]) -> Result<T, String>,
    ) -> Result<Self, Vec<OutputFault>> {
        let mut faults = vec![];
        for (ix, cue) in show.listed().filter(|(_, cue)| cue.together) {
            let actions: Vec<u32> = actions_to(output, cue).collect();
            let parts: Vec<_> = actions.iter().filter_map(|&at| self.alone((ix, at))).collect();
            let Some((&first, others)) =
                actions.split_first().filter(|(_, others)| !others.is_empty())
            else {
                continue;
            };
            match join(&parts) {
                Ok(whole) => {
                    self.by_action.insert((ix, first), Work::Leads(Arc::new(whole), others.into()));
                    self.by_action.extend(others.iter().map(|&at| ((ix, at), Work::Follows)));
                }
                Err(why) => {
                    faults.push(OutputFault::Message { place: format!("cue {}", cue.number), why });
                }
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    fn alone(&self, action: (CueIx, u32)) -> Option<Arc<T>> {
        match self.by_action.get(&action)? {
            Work::Alone(message) => Some(Arc::clone(message)),
            Work::Leads(..) | Work::Follows => None,
        }
    }

    /// Returns the work of the output for `job`.
    pub(super) fn of(&self, job: Job) -> Option<&Work<T>> {
        self.by_action.get(&(job.cue, job.action))
    }

    /// Every message of a cue that can be sent, in no order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<T>> {
        self.by_action.values().filter_map(|turn| match turn {
            Work::Alone(message) | Work::Leads(message, _) => Some(message),
            Work::Follows => None,
        })
    }
}

/// Indices of the actions of `cue` that go to `output`, in order.
fn actions_to(output: OutputIx, cue: &Cue) -> impl Iterator<Item = u32> {
    (0..).zip(&cue.actions).filter(move |(_, action)| action.output == output).map(|(at, _)| at)
}

/// The outcome of the last message that several actions share, for the actions after the first.
///
/// One is enough: the actions of a cue are handed over one right after the other.
#[derive(Default)]
pub(super) struct SharedOutcome(Option<(CueIx, u32, Option<Outcome>)>);

impl SharedOutcome {
    /// Keeps what is known of the message that `job` has sent for itself and others.
    pub(super) fn keep(&mut self, job: Job, outcome: Option<Outcome>) {
        self.0 = Some((job.cue, job.firing, outcome));
    }

    /// Outcome of the message that `job` shares; `None` while its report is still to come.
    pub(super) fn of(&self, job: Job) -> Option<Outcome> {
        match &self.0 {
            Some((cue, firing, outcome)) if (*cue, *firing) == (job.cue, job.firing) => {
                outcome.clone()
            }
            _ => Some(Outcome::Failed(
                "the message that it should have gone along with was never sent".into(),
            )),
        }
    }
}
