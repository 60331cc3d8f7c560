//! `together = true`: what a cue sends to one OSC output leaves as one bundle.
//!
//! Must never let such a cue through where nothing would be sent together, or where the bundle
//! would fit into no datagram: people who write `together` rely on it.

use super::fields::Fields;
use super::output::Outputs;
use super::value::Value;
use crate::show::protocol::osc::{self, DATAGRAM_MAX};
use crate::show::protocol::{Protocol, Wire};
use crate::show::{Action, OutputIx};

/// Size of a bundle without its messages, bytes: `#bundle`, NUL and the time tag (OSC 1.0, "OSC
/// Bundles").
const HEAD: usize = 16;

/// Size that each of its messages adds to its own, bytes: its length.
const SIZE: usize = 4;

/// Reads whether `actions` leave together; `list` is where the file has them.
pub(super) fn together(
    fields: &mut Fields<'_>,
    list: Option<&Value<'_>>,
    actions: &[Action],
    outputs: &Outputs<'_>,
) -> bool {
    let Some(value) = fields.find("together") else { return false };
    let is_meant = value.boolean().unwrap_or(false);
    let written = list.and_then(|list| list.value.as_array()).map_or(0, |list| list.len());
    // Where some actions have faults of their own, nobody can say what would be sent together
    // without them.
    if !is_meant || written != actions.len() || list.is_some_and(|list| !list.is_whole()) {
        return is_meant;
    }
    let mut is_of_use = false;
    for (at, wire) in (0..).zip(&outputs.wires) {
        let Some(wire) = wire.filter(|wire| wire.protocol == Protocol::Osc) else { continue };
        let (count, size) = bundle(actions, OutputIx(at));
        is_of_use |= count > 1;
        if count > 1 {
            check_size(&value, wire, size);
        }
    }
    if !is_of_use {
        let what = "`together` is for cues with two OSC messages or more to one output";
        fields.reader.fault(
            fields.key_span("together"),
            what,
            "remove it, or send more to one OSC output",
        );
    }
    is_meant
}

/// Number of messages that `actions` send to `output`, and their size as one bundle, bytes.
fn bundle(actions: &[Action], output: OutputIx) -> (usize, usize) {
    let messages = actions.iter().filter(|action| action.output == output);
    let messages = messages.filter_map(|action| Some(SIZE + osc::size(&action.body)?));
    messages.fold((0, HEAD), |(count, size), message| (count + 1, size + message))
}

fn check_size(value: &Value<'_>, wire: Wire, size: usize) {
    if size > DATAGRAM_MAX && wire.is_datagram {
        let what = format!("what leaves together has {size} bytes, too many for a datagram");
        value.fault(what, "send less together, or remove `together`");
    }
}
