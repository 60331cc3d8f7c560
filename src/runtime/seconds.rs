//! The whole seconds of a show's clock, for what counts in step with it.

use std::time::Duration;

use crate::engine::{RunNs, State};
use crate::show::duration::SECOND_NS;

/// What is made so soon after the edge of a second was meant for the edge.
const EDGE: Duration = Duration::from_millis(100);

/// The edge of the show's second right in front of `run_ns`, where it is so near that this instant
/// was meant for it: what counts in step with the clock must not be a second off by chance.
pub(super) fn edge(state: &State, run_ns: RunNs) -> RunNs {
    let past = past(state, run_ns);
    let near = EDGE * state.speed();
    if past < near.min(Duration::from_millis(500)) { run_ns - past } else { run_ns }
}

/// The instant after `run_ns` at which the show's clock reads its next whole second.
pub(super) fn next(state: &State, run_ns: RunNs) -> RunNs {
    run_ns + Duration::from_secs(1) - past(state, run_ns)
}

/// Time since the last whole second.
fn past(state: &State, run_ns: RunNs) -> Duration {
    let ns = i64::from(state.wall(run_ns).subsec_nanosecond());
    Duration::from_nanos(ns.rem_euclid(SECOND_NS as i64) as u64)
}
