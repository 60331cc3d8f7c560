//! Messages of cues and panics: the keys of an action, by the protocol of its output.
//!
//! Must never let through what an output could not encode: an action that is accepted here can be
//! sent.

use super::fields::Fields;
use super::output::Outputs;
use super::reader::quoted;
use super::value::Value;
use crate::show::protocol::{Protocol, Wire};
use crate::show::{Action, Body, OutputIx};

/// Reads the actions of a cue.
pub(super) fn actions(list: &Value<'_>, outputs: &Outputs<'_>) -> Vec<Action> {
    let tables = list.list_of_fields("an action", "do = [{ output = \"…\", … }]");
    tables.into_iter().filter_map(|fields| action(fields, outputs)).collect()
}

fn action(mut fields: Fields<'_>, outputs: &Outputs<'_>) -> Option<Action> {
    let name = fields.need("output", "\"…\"").and_then(|value| value.mention());
    let output = name.as_ref().and_then(|name| outputs.names.resolve(fields.reader, name));
    let wire = output.and_then(|output| outputs.wires.get(output as usize).copied().flatten());
    let whose = name.map_or_else(String::new, |name| format!("output {}", quoted(name.text)));
    let body = body(fields, wire, &whose);
    Some(Action { output: OutputIx(output?), body: body? })
}

/// Reads what is said on `wire`, or, where that is not known, on any that fits; `whose` it is, for
/// messages.
pub(super) fn body(mut fields: Fields<'_>, wire: Option<Wire>, whose: &str) -> Option<Body> {
    let keys = fields.keys();
    let protocols: Vec<_> =
        keys.iter().filter_map(|key| Some((key, Protocol::of_key(key.text)?))).collect();
    let protocol =
        wire.map(|wire| wire.protocol).or_else(|| protocols.first().map(|(_, protocol)| *protocol));
    let foreign = protocols.iter().find(|(_, other)| Some(*other) != protocol);
    let Some(protocol) = protocol.filter(|_| foreign.is_none()) else {
        // Its keys cannot be right all together, so that none of them is looked at more closely.
        for protocol in Protocol::all() {
            fields.know(protocol.spec().word);
            protocol.spec().keys.iter().for_each(|key| fields.know(key));
        }
        if let (Some(own), Some((key, foreign))) = (protocol, foreign) {
            let (own, foreign) = (own.spec().word, foreign.spec().word);
            let what = match wire {
                Some(_) => format!("{whose} speaks {own}, but `{}` is for {foreign}", key.text),
                None => format!("an action cannot be for both {own} and {foreign}"),
            };
            let fix =
                format!("write {own} keys here, or send this to an output that speaks {foreign}");
            fields.reader.fault(key.span.clone(), what, fix);
        }
        fields.finish();
        return None;
    };
    let body = (protocol.spec().read_action)(&mut fields, wire);
    fields.finish();
    body
}
