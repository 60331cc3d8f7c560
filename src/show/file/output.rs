//! Outputs: where cues send to, and how each is silenced on panic.

use std::collections::HashMap;
use std::time::Duration;

use super::action::body;
use super::fields::Fields;
use super::reader::SourceText;
use super::value::Value;
use crate::show::draft::OutputDraft;
use crate::show::protocol::{PanicFault, Protocol, Wire, osc};
use crate::show::{Body, FrameRate, Keepalive, MIRRORS_MAX, OutputKind, StationName};

/// The rates of timecode as the file writes them; "29.97" is drop-frame, since nothing else keeps
/// step with a clock.
const RATES: [(&str, FrameRate); 4] = [
    ("24", FrameRate::Fps24),
    ("25", FrameRate::Fps25),
    ("29.97", FrameRate::Fps2997Drop),
    ("30", FrameRate::Fps30),
];

/// The shortest interval of messages that keep a far end awake.
const KEEPALIVE_MIN: Duration = Duration::from_secs(1);

/// Destination of each output of a file, by its id; `None` if not even that can be read.
pub(super) type Wires = HashMap<String, Option<Wire>>;

/// Reads all outputs.
pub(super) fn outputs(file: &mut Fields<'_>) -> (Vec<OutputDraft>, Wires) {
    let (mut outputs, mut wires) = (Vec::new(), Wires::new());
    for (id, fields) in file.named("output", "an output") {
        let (wire, output) = output(&id, fields);
        wires.insert(id.text.to_owned(), wire);
        outputs.push(output);
    }
    (outputs, wires)
}

fn output(id: &SourceText<'_>, mut fields: Fields<'_>) -> (Option<Wire>, OutputDraft) {
    let kinds: Vec<_> =
        Protocol::all().flat_map(|protocol| protocol.spec().kinds).copied().collect();
    let key = fields.exactly_one(&kinds, "kind");
    let protocol = key.and_then(Protocol::of_kind);
    let value = key.and_then(|key| fields.find(key));
    let (kind, mirrors) =
        protocol.map_or((None, vec![]), |protocol| machines(&mut fields, protocol, value.as_ref()));
    for other in Protocol::all().filter(|other| Some(*other) != protocol) {
        match protocol {
            Some(_) => other.spec().refuse_output_keys(&mut fields),
            // Nobody can tell which of these it should have.
            None => other.spec().output_keys.iter().for_each(|key| fields.know(key.key)),
        }
    }
    // An output whose kind has faults still says by its key what it speaks.
    let spoken = protocol.map(|protocol| Wire {
        protocol,
        is_datagram: false,
        prefix: None,
        may_last: true,
    });
    let mut wire = kind.as_ref().map(|kind| Wire::of(kind, &mirrors)).or(spoken);
    if let Some(wire) = wire.as_mut().filter(|wire| wire.protocol == Protocol::Osc) {
        wire.prefix = osc::prefix(&mut fields);
    }
    let timecode = timecode(&mut fields, protocol);
    let keepalive = keepalive(&mut fields, id, wire.as_ref());
    let station = fields.find("station").and_then(|value| station(&value));
    let panic = panic_bodies(&mut fields, id, wire.as_ref());
    fields.finish();
    (wire, OutputDraft { id: id.placed(), kind, mirrors, panic, timecode, keepalive, station })
}

/// The machine that an output sends to, and those that are sent everything as well: `value` is that
/// of the key that chose the protocol, an address or a list of them.
fn machines(
    fields: &mut Fields<'_>,
    protocol: Protocol,
    value: Option<&Value<'_>>,
) -> (Option<OutputKind>, Vec<OutputKind>) {
    let spec = protocol.spec();
    let Some(list) = value.filter(|value| spec.is_mirrored && value.value.is_array()) else {
        return ((spec.read_output)(fields, value), vec![]);
    };
    let written = list.list("").unwrap_or_default();
    if written.is_empty() && list.is_whole() {
        let fix = format!("write an address: `{} = \"…\"`, or two", list.key());
        list.fault("there is no address in this list", fix);
    }
    if written.len() > 1 + MIRRORS_MAX {
        let what = format!("{} machines are too many for one output", written.len());
        list.fault(what, format!("write at most {}", 1 + MIRRORS_MAX));
    }
    // Faults of the other keys are found with each machine, and are told once.
    let read = written.iter().map(|value| (value, (spec.read_output)(fields, Some(value))));
    let read: Vec<_> = read.collect();
    let is_whole = !read.is_empty() && read.iter().all(|(_, kind)| kind.is_some());
    let mut kinds: Vec<OutputKind> = vec![];
    for (value, kind) in read.into_iter().filter_map(|(value, kind)| Some((value, kind?))) {
        if kinds.iter().any(|earlier| earlier.is_same_device(&kind)) {
            let fix = "remove it, or write the address of the backup machine";
            value.fault("this machine is in the list already", fix);
        }
        kinds.push(kind);
    }
    let mut kinds = kinds.into_iter();
    // Without its first machine it is nothing; with a fault, the show does not run.
    (kinds.next().filter(|_| is_whole), kinds.collect())
}

/// The message that keeps the far end awake, if the output asks for one.
fn keepalive(
    fields: &mut Fields<'_>,
    id: &SourceText<'_>,
    wire: Option<&Wire>,
) -> Option<Keepalive> {
    const KEY: &str = "keepalive";
    if wire.is_some_and(|wire| !wire.protocol.spec().is_kept_awake) {
        let what = "`keepalive` is only for OSC outputs and for those with `tcp` or `udp`";
        fields.refuse(KEY, what, "remove it");
        return None;
    }
    let mut keys = fields.find(KEY)?.fields("a keepalive")?;
    let every = keys.need("every", "\"9s\"").and_then(|value| {
        let every = value.duration()?;
        if every < KEEPALIVE_MIN {
            value.fault("a keepalive comes once a second at most", "write `every = \"1s\"`");
            return None;
        }
        Some(every)
    });
    // It is the desk's, and not that of a channel.
    let wire = wire.map(|wire| Wire { prefix: None, may_last: false, ..wire.clone() });
    let body = body(keys, wire.as_ref(), Some(id.text));
    Some(Keepalive { body: body?, every: every? })
}

/// The name of a station.
pub(super) fn station(value: &Value<'_>) -> Option<StationName> {
    let text = value.text()?;
    let name = StationName::new(text);
    if let Err(why) = &name {
        value.fault(why.to_string(), "write a name such as \"la\" or \"stage-left\"");
    }
    name.ok()
}

/// The rate of the timecode that the output asks for, if it asks.
fn timecode(fields: &mut Fields<'_>, protocol: Option<Protocol>) -> Option<FrameRate> {
    let mut known: Vec<_> =
        Protocol::all().filter_map(|known| Some((known.spec().timecode?, known))).collect();
    known.sort_by_key(|(timecode, _)| timecode.word);
    let rate = fields.find("rate");
    let Some(value) = fields.find("timecode") else {
        if !fields.has("timecode") {
            let words: Vec<_> = known
                .iter()
                .map(|(timecode, _)| format!("`timecode = \"{}\"`", timecode.word))
                .collect();
            let fix = format!("add {}", words.join(" or "));
            fields.refuse("rate", "`rate` is there without `timecode`", &fix);
        }
        return None;
    };
    let words: Vec<_> = known.iter().map(|(timecode, known)| (timecode.word, *known)).collect();
    let asked = value.word(&words);
    match protocol.map(|protocol| (protocol, protocol.spec().timecode)) {
        Some((protocol, Some(own))) if asked.is_some_and(|asked| asked != protocol) => {
            let what = format!("{} is sent timecode as {}", own.output, own.name);
            value.fault(what, format!("write `timecode = \"{}\"`", own.word));
        }
        Some((_, None)) => {
            let labels: Vec<_> = known.iter().map(|(_, known)| known.spec().label).collect();
            let what = format!("`timecode` is only for {} outputs", labels.join(" and "));
            fields.reader.fault(fields.key_span("timecode"), what, "remove it");
        }
        Some((_, Some(_))) | None => {}
    }
    rate.map_or(Some(FrameRate::Fps25), |value| frame_rate(&value))
}

/// The rate of a timecode.
pub(in crate::show) fn frame_rate(value: &Value<'_>) -> Option<FrameRate> {
    let number = value.decimal(0.0..=f64::MAX, "frames a second")?;
    let found = RATES.iter().find(|(text, _)| text.parse() == Ok(number)).map(|(_, rate)| *rate);
    if found.is_none() {
        let what = format!("there is no timecode of {} frames a second", value.source());
        value.fault(what, "write 24, 25, 29.97 (drop-frame) or 30");
    }
    found
}

fn panic_bodies(fields: &mut Fields<'_>, id: &SourceText<'_>, wire: Option<&Wire>) -> Vec<Body> {
    let list =
        fields.find("panic").map(|value| value.list_of_fields("a panic action", "panic = [{ … }]"));
    // What lasts is what a panic ends.
    let wire = wire.map(|wire| Wire { may_last: false, ..wire.clone() });
    let is_osc = wire.as_ref().is_some_and(|wire| wire.protocol == Protocol::Osc);
    let read = |mut fields: Fields<'_>| {
        if is_osc {
            osc::refuse_ramp(&mut fields);
        }
        let (reader, keys) = (fields.reader, fields.keys());
        let body = body(fields, wire.as_ref(), Some(id.text))?;
        if let Some(PanicFault { key, why, fix }) = body.panic_fault()
            && let Some(key) = keys.into_iter().find(|there| there.text == key)
        {
            reader.fault(key.span, why, fix);
        }
        Some(body)
    };
    list.into_iter().flatten().filter_map(read).collect()
}
