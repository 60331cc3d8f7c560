//! What cues and panics send: the keys of an action, by the protocol of its output.
//!
//! Must never let through what an output could not encode: an action that is accepted here can be sent.

use strum::VariantArray;
use toml::de::DeValue;

use super::fields::Fields;
use super::output::Outputs;
use super::reader::quoted;
use super::value::Value;
use super::{json, midi};
use crate::show::action::{HttpContent, MpvCommand, OscArg};
use crate::show::duration::{self, SECOND_NS};
use crate::show::problem::Problem;
use crate::show::{Action, Body, OutputIx};

/// The largest OSC message that a datagram surely takes, with its headers, over IPv4.
pub const DATAGRAM_MAX: usize = 65_000;

/// The largest OSC message over a stream, and the largest body of a request, bytes.
const BODY_BYTES_MAX: usize = 256 << 10;

/// How often a request may be tried again.
const RETRIES_MAX: i64 = 10;

/// The methods whose requests carry nothing that a server would look at (RFC 9110, sections 9.3.1, 9.3.2, 9.3.6, 9.3.8).
const BARE: [&str; 4] = ["GET", "HEAD", "CONNECT", "TRACE"];

/// What an output speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Protocol {
    /// Open Sound Control.
    Osc,
    /// HTTP requests.
    Http,
    /// MIDI messages.
    Midi,
    /// The player.
    Mpv,
}

impl Protocol {
    const ALL: &'static [Self] = <Self as VariantArray>::VARIANTS;

    /// Its key at an output.
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Osc => "osc",
            Protocol::Http => "http",
            Protocol::Midi => "midi",
            Protocol::Mpv => "mpv",
        }
    }

    /// The keys that an action of this protocol may have.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Protocol::Osc => &["osc", "args"],
            Protocol::Http => &["method", "path", "json", "body", "retry"],
            Protocol::Midi => &midi::MESSAGES,
            Protocol::Mpv => &["play", "from", "to", "volume", "loop", "optional", "pause", "resume", "stop"],
        }
    }

    /// The protocol that `key` belongs to: one of its keys, or, by mistake, its word.
    fn of_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|protocol| protocol.word() == key || protocol.keys().contains(&key))
    }
}

/// Where an action goes, as far as its checks have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// What is spoken there.
    pub protocol: Protocol,
    /// Whether a message has to fit into one datagram.
    pub is_datagram: bool,
}

/// Reads the actions of a cue.
pub fn actions(list: &Value<'_>, outputs: &Outputs<'_>) -> Vec<Action> {
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

/// Reads what is said on `wire`, or, where that is not known, on any that fits; `whose` it is, for messages.
pub fn body(mut fields: Fields<'_>, wire: Option<Wire>, whose: &str) -> Option<Body> {
    let keys = fields.keys();
    let protocols: Vec<_> = keys.iter().filter_map(|key| Some((key, Protocol::of_key(key.text)?))).collect();
    let protocol = wire.map(|wire| wire.protocol).or_else(|| protocols.first().map(|(_, protocol)| *protocol));
    let foreign = protocols.iter().find(|(_, other)| Some(*other) != protocol);
    let Some(protocol) = protocol.filter(|_| foreign.is_none()) else {
        // Its keys cannot be right all together, so that none of them is looked at more closely.
        for &protocol in Protocol::ALL {
            fields.know(protocol.word());
            protocol.keys().iter().for_each(|key| fields.know(key));
        }
        if let (Some(own), Some((key, foreign))) = (protocol, foreign) {
            let (own, foreign) = (own.word(), foreign.word());
            let what = match wire {
                Some(_) => format!("{whose} speaks {own}, but `{}` is for {foreign}", key.text),
                None => format!("an action cannot be for both {own} and {foreign}"),
            };
            let fix = format!("write {own} keys here, or send this to an output that speaks {foreign}");
            fields.reader.fault(key.span.clone(), what, fix);
        }
        fields.finish();
        return None;
    };
    let body = match protocol {
        Protocol::Osc => osc(&mut fields, wire.is_some_and(|wire| wire.is_datagram)),
        Protocol::Http => http(&mut fields),
        Protocol::Midi => midi::message(&mut fields).map(Body::Midi),
        Protocol::Mpv => mpv(&mut fields).map(Body::Mpv),
    };
    fields.finish();
    body
}

fn osc(fields: &mut Fields<'_>, is_datagram: bool) -> Option<Body> {
    let address = fields.need("osc", "\"/address\"").and_then(|value| osc_address(&value));
    let args = fields.find("args");
    let args = args.and_then(|value| value.list("[1, 0.5, \"text\", true]")).unwrap_or_default();
    let read: Vec<_> = args.iter().filter_map(osc_arg).collect();
    let address = address?;
    let size = osc_size(&address, &read);
    if !is_datagram && size > BODY_BYTES_MAX {
        let what = format!("this message has {size} bytes");
        fields.reader.fault(fields.key_span("args"), what, format!("shorten it to {BODY_BYTES_MAX} bytes at most"));
    }
    if is_datagram && size > DATAGRAM_MAX {
        let what = format!("this message of {size} bytes is too large for a datagram");
        fields.reader.fault(fields.key_span("args"), what, "send less, or use an output at `tcp://…`");
    }
    Some(Body::Osc { address, args: read })
}

fn osc_address(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let bad = |c: &char| !c.is_ascii_graphic() || "#*,?[]{}".contains(*c);
    if !text.starts_with('/') {
        let fix = format!("write `\"/{}\"`", text.trim_start());
        value.fault("an OSC address begins with `/`", fix);
        return None;
    }
    if let Some(c) = text.chars().find(bad) {
        let what = format!("an OSC address cannot hold {c:?}");
        value.fault(what, "write printable ASCII without spaces and `# * , ? [ ] { }`");
        return None;
    }
    Some(text.to_owned())
}

fn osc_arg(value: &Value<'_>) -> Option<OscArg> {
    match value.value {
        DeValue::Integer(_) => value.integer(i64::from(i32::MIN)..=i64::from(i32::MAX)).map(OscArg::Int),
        DeValue::Float(_) => {
            let most = f64::from(f32::MAX);
            value.decimal(-most..=most, "as OSC numbers").map(|number| OscArg::Float(number as f32))
        }
        DeValue::Boolean(yes) => Some(OscArg::Bool(*yes)),
        DeValue::String(text) if text.contains('\0') => {
            value.fault("OSC text cannot hold NUL", "remove the `\\u0000`");
            None
        }
        DeValue::String(text) => Some(OscArg::Text(text.clone().into_owned())),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
            let what = format!("OSC has no argument for {}", super::fields::kind(value.value));
            value.fault(what, "write a number, text, true or false");
            None
        }
    }
}

/// How many bytes the message takes: OSC pads each text, with its NUL, to a multiple of four.
pub fn osc_size(address: &str, args: &[OscArg]) -> usize {
    let padded = |len: usize| (len + 1).next_multiple_of(4);
    let of_arg = |arg: &OscArg| match arg {
        OscArg::Int(_) | OscArg::Float(_) => 4,
        OscArg::Text(text) => padded(text.len()),
        OscArg::Bool(_) => 0,
    };
    padded(address.len()) + padded(args.len() + 1) + args.iter().map(of_arg).sum::<usize>()
}

fn http(fields: &mut Fields<'_>) -> Option<Body> {
    let method = fields.find("method");
    let path = fields.find("path").map(|value| url_path(&value));
    let (json, text) = (fields.find("json"), fields.find("body"));
    let retries = fields.find("retry").map_or(Some(0), |value| value.integer(0..=RETRIES_MAX));
    if fields.has("json") && fields.has("body") {
        fields.exactly_one(&["json", "body"], "body");
    }
    let content = match (json, text) {
        (Some(value), _) => json::text(&value, BODY_BYTES_MAX).map(HttpContent::Json),
        (None, Some(value)) => value.long_text(BODY_BYTES_MAX).map(|text| HttpContent::Text(text.to_owned())),
        (None, None) => Some(HttpContent::Empty),
    };
    let usual = if fields.has("json") || fields.has("body") { "POST" } else { "GET" };
    let method = method.map_or(Some(usual.to_owned()), |value| http_method(&value));
    if let Some(bare) = method.as_deref().filter(|method| BARE.contains(method))
        && let Some(key) = ["json", "body"].into_iter().find(|key| fields.has(key))
    {
        let what = format!("a {bare} request cannot carry anything");
        fields.reader.fault(
            fields.key_span(key),
            what,
            "remove it, or write `method = \"POST\"`, PUT, PATCH or DELETE",
        );
    }
    let path = path.unwrap_or(Some(String::new()));
    Some(Body::Http { method: method?, path: path?, content: content?, retries: retries? })
}

fn http_method(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
        let upper = text.to_ascii_uppercase();
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].into_iter().find(|m| *m == upper);
        value.fault(format!("{} is no HTTP method", quoted(text)), format!("write `\"{}\"`", known.unwrap_or("POST")));
        return None;
    }
    Some(text.to_owned())
}

fn url_path(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if !text.is_empty() && !text.starts_with('/') {
        value.fault("a path begins with `/`", format!("write `\"/{text}\"`"));
        return None;
    }
    is_url_text(value, text).then(|| text.to_owned())
}

/// Returns `true` if `text` can stand in a URL as it is; a fault at `value` if not.
pub fn is_url_text(value: &Value<'_>, text: &str) -> bool {
    let bad = |c: &char| !c.is_ascii_graphic() || "\"#<>\\^`{|}".contains(*c);
    let found = text.chars().find(bad);
    if let Some(c) = found {
        let mut utf8 = [0; 4];
        let percent: String = c.encode_utf8(&mut utf8).bytes().map(|b| format!("%{b:02X}")).collect();
        value.fault(format!("a URL cannot hold {c:?}"), format!("write `{percent}` instead, or remove it"));
    }
    found.is_none()
}

fn mpv(fields: &mut Fields<'_>) -> Option<MpvCommand> {
    let command = fields.exactly_one(&["play", "pause", "resume", "stop"], "command");
    let (from, to) = (fields.find("from"), fields.find("to"));
    let (volume, looped) = (fields.find("volume"), fields.find("loop"));
    let optional = fields.find("optional").map(|value| value.boolean());
    if command != Some("play") {
        for key in ["from", "to", "volume", "loop", "optional"] {
            fields.refuse(key, &format!("`{key}` is only for `play`"), "remove it");
        }
        let command = command?;
        let is_true = fields.find(command)?.boolean()?;
        if !is_true {
            fields.reader.fault(
                fields.key_span(command),
                format!("`{command} = false` says nothing"),
                "remove the action",
            );
        }
        return Some(match command {
            "pause" => MpvCommand::Pause,
            "resume" => MpvCommand::Resume,
            _ => MpvCommand::Stop,
        });
    }
    let optional = optional.unwrap_or(Some(false));
    let (clip, length_ns) = fields.find("play").map(|value| clip(&value, optional == Some(false))).unwrap_or_default();
    if let Some(length_ns) = length_ns {
        from.iter().for_each(|value| check_moment(value, length_ns, "the clip has ended by then"));
        to.iter().for_each(|value| check_moment(value, length_ns, "the clip ends before that"));
    }
    let from_ns = from.map(|value| value.duration_ns());
    let to_ns = to.as_ref().map(|value| value.duration_ns());
    if let (Some(to), Some(Some(to_ns))) = (&to, to_ns)
        && from_ns.unwrap_or(Some(0)).is_some_and(|from_ns| to_ns <= from_ns)
    {
        to.fault("the clip would end before it begins", "write a `to` that is later than `from`");
    }
    let volume = volume.map(|value| value.integer(0..=100));
    let looped = looped.map(|value| value.boolean());
    Some(MpvCommand::Play {
        clip: clip?,
        from_ns: from_ns.unwrap_or(Some(0))?,
        to_ns: to_ns.flatten(),
        volume: volume.flatten(),
        looped: looped.unwrap_or(Some(false))?,
        optional: optional?,
    })
}

/// The endings of files that name other files, on this machine or elsewhere, instead of holding pictures and sounds.
const LISTS: [&str; 10] = ["m3u", "m3u8", "pls", "asx", "cue", "edl", "mpd", "sdp", "ffconcat", "xspf"];

/// How much longer than the clip an out-point may be before it is a slip: players and people round.
const ROUNDED_NS: u64 = SECOND_NS;

/// Warns of an in-point or out-point that a clip of this length does not reach.
fn check_moment(value: &Value<'_>, length_ns: u64, why: &str) {
    if value.duration_ns().is_some_and(|ns| ns >= length_ns.saturating_add(ROUNDED_NS)) {
        let what = format!("{} is {}, and the clip lasts {}", value.name(), value.source(), duration::delay(length_ns));
        value.reader.report(Problem::warning(value.span.clone(), what, format!("write an earlier moment: {why}")));
    }
}

/// The file of a clip, and how long it lasts, where anybody looks; one that the cue needs has to be there.
fn clip(value: &Value<'_>, is_needed: bool) -> (Option<String>, Option<u64>) {
    let Some(text) = value.line() else { return (None, None) };
    if text.contains("://") {
        value.fault("a clip is a file, not an address", "put the file beside the show, and write its path");
        return (None, None);
    }
    let ending = text.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if LISTS.contains(&ending.as_str()) {
        value.fault(format!("{} is a list of other files, not a clip", quoted(&text)), "name the clips themselves");
        return (None, None);
    }
    let found = value.reader.machine().clip(&text);
    if let Some(why) = found.fault.filter(|_| is_needed) {
        value.fault(why, "put it there, relative to the show file, or write `optional = true`");
    }
    (Some(text), found.length_ns)
}
