//! `together = true`: what a cue sends to one OSC output leaves as one bundle.
//!
//! Must never let such a cue through where nothing would be sent together, or where the bundle
//! would fit into no datagram: people who write `together` rely on it.

use crate::show::draft::Entry;
use crate::show::faults::Faults;
use crate::show::protocol::osc::{self, DATAGRAM_MAX};
use crate::show::protocol::{Protocol, Wire};
use crate::show::{Action, OutputIx};

/// Size of a bundle without its messages, bytes: `#bundle`, NUL and the time tag (OSC 1.0, "OSC
/// Bundles").
const HEAD: usize = 16;

/// Size that each of its messages adds to its own, bytes: its length.
const SIZE: usize = 4;

/// Checks that `actions`, all that a cue sends, are of use together; `wires` says what each output
/// speaks.
pub(super) fn check(
    faults: &Faults,
    asked: &Entry<bool>,
    actions: &[Action],
    wires: &[Option<Wire>],
) {
    let mut is_of_use = false;
    for (at, wire) in (0..).zip(wires) {
        let Some(wire) = wire.as_ref().filter(|wire| wire.protocol == Protocol::Osc) else {
            continue;
        };
        let (count, size) = bundle(actions, OutputIx(at));
        is_of_use |= count > 1;
        if count > 1 && size > DATAGRAM_MAX && wire.is_datagram {
            let what = format!("what leaves together has {size} bytes, too many for a datagram");
            let fix = "send less together, or remove `together`";
            faults.fault(asked.place.clone(), what, fix);
        }
    }
    if !is_of_use {
        let what = "`together` is for cues with two OSC messages or more to one output";
        let fix = "remove it, or send more to one OSC output";
        faults.fault(asked.key.clone(), what, fix);
    }
}

/// Number of messages that `actions` send to `output`, and their size as one bundle, bytes.
fn bundle(actions: &[Action], output: OutputIx) -> (usize, usize) {
    let messages = actions.iter().filter(|action| action.output == output);
    let messages = messages.filter_map(|action| Some(SIZE + osc::size(&action.body)?));
    messages.fold((0, HEAD), |(count, size), message| (count + 1, size + message))
}
