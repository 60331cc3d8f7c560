//! Messages of cues and panics: the keys of an action, by the protocol of its output.
//!
//! Must never let through what an output could not encode: an action that is accepted here can be
//! sent.

use super::fields::Fields;
use super::output::Wires;
use super::reader::quoted;
use super::value::Value;
use crate::show::Body;
use crate::show::draft::{ActionDraft, List, StopDraft};
use crate::show::problem::ProblemPlace;
use crate::show::protocol::{Protocol, Wire};

/// The key of an action that goes to no output: it stops what another cue has started.
const STOP_CUE: &str = "stop_cue";

/// Reads the actions of a cue, and its stops of other cues; `wires` says what the outputs speak.
pub(super) fn actions(list: &Value<'_>, wires: &Wires) -> (List<ActionDraft>, Vec<StopDraft>) {
    let (mut stops, mut unread) = (vec![], 0);
    let read = |mut fields: Fields<'_>| {
        let Some(value) = fields.find(STOP_CUE) else { return Some(Some(action(fields, wires))) };
        match stop(fields, &value) {
            Some(stop) => stops.push(stop),
            None => unread += 1,
        }
        Some(None)
    };
    let list = list.list_of_tables("an action", "do = [{ output = \"…\", … }]", read);
    let List { items, place, is_whole } = list;
    let items = items.into_iter().flatten().collect();
    (List { items, place, is_whole: is_whole && unread == 0 }, stops)
}

fn stop(mut fields: Fields<'_>, value: &Value<'_>) -> Option<StopDraft> {
    let what = "`stop_cue` goes to no output: it stops what its cue has started, wherever that is";
    fields.refuse("output", what, "remove `output`");
    let over = fields.placed("over", Value::duration);
    fields.finish();
    Some(StopDraft { cue: value.mention()?.placed(), over })
}

fn action(mut fields: Fields<'_>, wires: &Wires) -> ActionDraft {
    let place = ProblemPlace::from(fields.span.clone());
    let name = fields.need("output", "\"…\"").and_then(|value| value.mention());
    let wire = name.as_ref().and_then(|name| wires.get(name.text)?.as_ref());
    let body = body(fields, wire, name.as_ref().map(|name| name.text));
    ActionDraft { place, output: name.map(|name| name.placed()), body }
}

/// Reads what is said on `wire`, or, where that is not known, on any that fits; `output` is the id
/// of the output, for messages.
pub(super) fn body(
    mut fields: Fields<'_>,
    wire: Option<&Wire>,
    output: Option<&str>,
) -> Option<Body> {
    if let Some(wire) = wire {
        let spec = wire.protocol.spec();
        if fields.has_only(|key| key == "output" || spec.keys.contains(&key)) {
            let body = (spec.read_action)(&mut fields, Some(wire));
            fields.finish();
            return body;
        }
    }
    let keys = fields.keys();
    let own = wire.map(|wire| wire.protocol);
    // Several have `over`: what chooses a protocol says which one is meant.
    let meant = own.or_else(|| keys.iter().find_map(|key| Protocol::of_kind(key.text)));
    let protocols: Vec<_> =
        keys.iter().filter_map(|key| Some((key, Protocol::of_key(key.text, meant)?))).collect();
    let protocol = own.or_else(|| protocols.first().map(|(_, protocol)| *protocol));
    let foreign = protocols.iter().find(|(_, other)| Some(*other) != protocol);
    let Some(protocol) = protocol.filter(|_| foreign.is_none()) else {
        // Its keys cannot be right all together, so that none of them is looked at more closely.
        for protocol in Protocol::all() {
            let spec = protocol.spec();
            spec.kinds.iter().chain(spec.keys).for_each(|key| fields.know(key));
        }
        if let (Some(own), Some((key, foreign))) = (protocol, foreign) {
            let (own, foreign) = (own.spec().word, foreign.spec().word);
            let what = match wire {
                Some(_) => {
                    let whose = quoted(output.unwrap_or_default());
                    format!("output {whose} speaks {own}, but `{}` is for {foreign}", key.text)
                }
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
