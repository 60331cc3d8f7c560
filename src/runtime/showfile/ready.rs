//! A version of the show that is ready to be taken, and what it costs and brings: tried out on a
//! copy of the run.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Ground;
use crate::conductor::{By, Conductor, ConductorInput, RunClock};
use crate::engine::{Command, Revised, Revision};
use crate::output::RevisedOutputs;
use crate::runtime::clock::machine_ns;
use crate::show::{Cue, CueIx, CueNumber};

/// A version that is ready.
pub(in crate::runtime) struct ReadyVersion {
    pub revision: Revision,
    /// The text of the version.
    pub text: Arc<str>,
    pub outputs: RevisedOutputs,
    /// The order that it was made for: see [`Ground::order`].
    pub order: u32,
    /// The time that the run takes to go over to it.
    pub takes: Duration,
    /// The time that it takes to fit it to what has happened since.
    pub fits_in: Duration,
    /// The cues that are passed over with it and were not before.
    pub passed_over: Vec<CueNumber>,
}

/// The version as the run would take it now; `None` if its outputs would send something else than
/// they were made ready for.
pub(super) fn fitted(mut ready: Box<ReadyVersion>, ground: &Ground) -> Option<Box<ReadyVersion>> {
    let Ground { order, state, .. } = ground;
    let begun_ns = machine_ns();
    let show = Revised::prepared(Arc::clone(ready.revision.show.show()?), state);
    let is_same = ready.revision.number == state.revision() + 1
        && show.merged().is_some_and(|merged| **merged == **ready.outputs.show());
    (ready.revision.show, ready.order) = (show, *order);
    (ready.takes, ready.passed_over) = tried(ground, &ready.revision);
    ready.fits_in = machine_ns().since(begun_ns);
    is_same.then_some(ready)
}

/// Tries out how the run goes over to `revision`: the time that it takes, and the cues that are
/// passed over then and were not before.
pub(super) fn tried(ground: &Ground, revision: &Revision) -> (Duration, Vec<CueNumber>) {
    let Ground { state, run_ns, .. } = ground;
    let clock = RunClock::new(machine_ns(), *run_ns, Timestamp::UNIX_EPOCH, 1);
    let mut conductor = Conductor::new(state.clone(), clock, 0, *run_ns);
    let command = Command::Revise(Box::new(revision.clone()));
    let begun_ns = machine_ns();
    conductor.handle(begun_ns, ConductorInput::Command { by: By::Program, command });
    while conductor.poll_output(machine_ns()).is_some() {}
    let takes = machine_ns().since(begun_ns);
    let (after, show) = (conductor.state(), state.show());
    let is_new = |&(cue, _): &(CueIx, &Cue)| {
        after.is_passed_over(cue) && !(show.has(cue) && state.is_passed_over(cue))
    };
    let passed = after.show().listed().filter(is_new).map(|(_, cue)| cue.number.clone());
    (takes, passed.collect())
}
