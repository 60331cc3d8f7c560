//! OSC: its addresses, its messages, and how they are described (OSC 1.0 and 1.1).

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use toml::de::DeValue;

use super::{
    Lasting, OutputKey, PanicFault, ProtocolSpec, Timecode, Wire, authority, host_and_port,
};
use crate::show::action::{Framing, OscArg, OscContent, OscRamp, RampEnds};
use crate::show::duration;
use crate::show::file::fields::{self, Fields};
use crate::show::file::reader::quoted;
use crate::show::file::value::Value;
use crate::show::problem::Problem;
use crate::show::{Body, OutputKind};

/// Facts about OSC.
pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    word: "osc",
    kinds: &["osc"],
    label: "OSC",
    keys: &["osc", "args", RAMP, OVER],
    output_keys: &[FRAMING, OutputKey { key: PREFIX, only_for: "OSC outputs", fix: "remove it" }],
    qlab: "Network",
    is_shared: true,
    is_one_device: true,
    stop: None,
    is_mirrored: true,
    is_kept_awake: true,
    timecode: Some(Timecode { word: "osc", name: "OSC", output: "an OSC output" }),
    read_output: output,
    read_action: action,
};

/// The key that only OSC over TCP has.
const FRAMING: OutputKey = OutputKey {
    key: "framing",
    only_for: "OSC over TCP",
    fix: "remove it, or write `osc = \"tcp://…\"`",
};

/// The key of a number that changes for a while.
const RAMP: &str = "ramp";

/// The key of the time that a ramp takes.
const OVER: &str = "over";

/// A way to write a ramp.
const RAMP_EXAMPLE: &str = "[0.0, 0.75]";

/// The reason why a panic has no ramp.
const NO_RAMP: PanicFault = PanicFault {
    key: RAMP,
    why: "a panic changes a value at once",
    fix: "write `args` with the last value",
};

/// The key of the address before all others.
const PREFIX: &str = "prefix";

/// Meaning of its latency over UDP.
pub(super) const LATENCY_UDP: &str = "UDP: the datagram has left this machine";

/// Meaning of its latency over TCP.
pub(super) const LATENCY_TCP: &str = "TCP: the connection has taken it";

/// The largest OSC message that a datagram surely takes, with its headers, over IPv4.
pub const DATAGRAM_MAX: usize = 65_000;

/// The largest OSC message over a stream, bytes.
const MESSAGE_MAX: usize = 256 << 10;

/// The framings of OSC over TCP.
const FRAMINGS: [(&str, Framing); 2] = [("slip", Framing::Slip), ("length", Framing::Length)];

fn output(fields: &mut Fields<'_>, value: Option<&Value<'_>>) -> Option<OutputKind> {
    let framing = fields.find("framing").map(|value| value.word(&FRAMINGS));
    let kind = value.and_then(|value| target(value, framing));
    if matches!(kind, Some(OutputKind::OscUdp { .. })) {
        FRAMING.refuse(fields);
    }
    kind
}

/// The address before that of each message, where an output has one.
pub(in crate::show) fn prefix(fields: &mut Fields<'_>) -> Option<Arc<str>> {
    let value = fields.find(PREFIX)?;
    let prefix = address(&value)?;
    let bare = prefix.trim_end_matches('/');
    if bare.len() < prefix.len() {
        let fix = match bare {
            "" => "write it like `prefix = \"/ch/01\"`, or remove it".to_owned(),
            bare => format!("write `prefix = \"{bare}\"`"),
        };
        value.fault("a prefix ends without `/`: the address of each message begins with it", fix);
        return None;
    }
    Some(prefix.into())
}

fn target(value: &Value<'_>, framing: Option<Option<Framing>>) -> Option<OutputKind> {
    let text = value.text()?;
    let Some((scheme, rest)) =
        text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "udp" | "tcp"))
    else {
        value.fault(
            format!("{} is no OSC address to send to", quoted(text)),
            "write \"udp://host:port\" or \"tcp://host:port\"",
        );
        return None;
    };
    let (host, port) = match authority(rest.strip_suffix('/').unwrap_or(rest)) {
        Ok((host, Some(port))) => (host, port),
        Ok((_, None)) => {
            value.fault(
                format!("{} has no port", quoted(text)),
                format!("write `\"{}:8000\"`, with the port it listens on", text),
            );
            return None;
        }
        Err(what) => {
            value.fault(
                format!("{}: {what}", quoted(text)),
                "write it like \"udp://127.0.0.1:8000\" or \"udp://[::1]:8000\"",
            );
            return None;
        }
    };
    if scheme == "udp" {
        return Some(OutputKind::OscUdp { host, port });
    }
    // A framing that cannot be read is a fault already.
    let framing = framing.unwrap_or(Some(Framing::default()))?;
    Some(OutputKind::OscTcp { host, port, framing })
}

fn action(fields: &mut Fields<'_>, wire: Option<&Wire>) -> Option<Body> {
    let is_datagram = wire.is_some_and(|wire| wire.is_datagram);
    let address = fields.need("osc", "\"/address\"").and_then(|value| address(&value));
    let address = address.map(|own| match wire.and_then(|wire| wire.prefix.as_ref()) {
        Some(prefix) => format!("{prefix}{own}"),
        None => own,
    });
    let may_last = wire.is_none_or(|wire| wire.may_last);
    let content = match may_last && fields.has(RAMP) {
        true => OscContent::Ramp(ramp(fields)?),
        false => OscContent::Args(args(fields, may_last)),
    };
    let address = address?;
    let size = message_size(&address, &content);
    if !is_datagram && size > MESSAGE_MAX {
        let what = format!("this message has {size} bytes");
        fields.reader.fault(
            fields.key_span("args"),
            what,
            format!("shorten it to {MESSAGE_MAX} bytes at most"),
        );
    }
    if is_datagram && size > DATAGRAM_MAX {
        let what = format!("this message of {size} bytes is too large for a datagram");
        fields.reader.fault(
            fields.key_span("args"),
            what,
            "send less, or use an output at `tcp://…`",
        );
    }
    Some(Body::Osc { address, content })
}

/// Reports a ramp in a panic, which ends ramps.
pub(in crate::show) fn refuse_ramp(fields: &mut Fields<'_>) {
    let PanicFault { key, why, fix } = NO_RAMP;
    fields.refuse(key, why, fix);
    if fields.has(RAMP) {
        fields.know(OVER);
    }
}

fn args(fields: &mut Fields<'_>, may_last: bool) -> Vec<OscArg> {
    if may_last {
        fields.know(RAMP);
        let fix = format!("remove it, or add `{RAMP} = {RAMP_EXAMPLE}`");
        fields.refuse(OVER, "`over` is there without `ramp`", &fix);
    }
    let args = fields.find("args");
    let args = args.and_then(|value| value.list("[1, 0.5, \"text\", true]")).unwrap_or_default();
    // A show has many of them: each list has no more room than it needs.
    let mut read = Vec::with_capacity(args.len());
    read.extend(args.iter().filter_map(arg));
    read
}

/// A number that changes; `None` for a fault.
fn ramp(fields: &mut Fields<'_>) -> Option<OscRamp> {
    let what = "a ramp is the only argument of its message";
    fields.refuse("args", what, "remove `args`, or send it with an action of its own");
    let over = fields.need(OVER, "\"2s\"").and_then(|value| {
        let over = value.duration()?;
        if over.is_zero() {
            value.fault(
                "a ramp takes its time",
                "write `over = \"2s\"`, or `args` instead of `ramp`",
            );
        }
        Some(over).filter(|over| !over.is_zero())
    });
    let is_ramp = over.is_some() && !fields.has("args");
    let value = fields.find(RAMP)?;
    let ends = value.list(RAMP_EXAMPLE)?;
    let [from, to] = ends.as_slice() else {
        let what = format!("a ramp goes from one number to another, and here are {}", ends.len());
        value.fault(what, format!("write `{RAMP} = {RAMP_EXAMPLE}`"));
        return None;
    };
    let ends = match (number(from)?, number(to)?) {
        (RampEnd::Whole(from), RampEnd::Whole(to)) => RampEnds::Whole(from, to),
        (from, to) => RampEnds::Decimal(from.decimal(), to.decimal()),
    };
    if let RampEnds::Whole(from, to) = ends
        && from.abs_diff(to) == 1
        && is_ramp
    {
        let what = format!("there is no whole number between {from} and {to}: this ramp jumps");
        let fix = format!("write `{RAMP} = [{from}.0, {to}.0]`, which are sent as decimal numbers");
        value.reader.report(Problem::warning(value.span.clone(), what, fix));
    }
    Some(OscRamp { ends, over: over? })
}

/// One end of a ramp.
enum RampEnd {
    Whole(i32),
    Decimal(f32),
}

impl RampEnd {
    fn decimal(self) -> f32 {
        match self {
            RampEnd::Whole(number) => number as f32,
            RampEnd::Decimal(number) => number,
        }
    }
}

fn number(value: &Value<'_>) -> Option<RampEnd> {
    if !matches!(value.value, DeValue::Integer(_) | DeValue::Float(_)) {
        let what = format!("a ramp has numbers, and here is {}", fields::kind(value.value));
        value.fault(what, format!("write it like `{RAMP} = {RAMP_EXAMPLE}`"));
        return None;
    }
    match arg(value)? {
        OscArg::Int(number) => Some(RampEnd::Whole(number)),
        OscArg::Float(number) => Some(RampEnd::Decimal(number)),
        OscArg::Text(_) | OscArg::Bool(_) => None,
    }
}

impl OscContent {
    /// The effect that lasts after its message was sent. What lasts in a device (a fade of a desk)
    /// is the device's: a message of panic ends it.
    pub(super) fn lasting(&self) -> Option<Lasting> {
        match self {
            OscContent::Args(_) => None,
            OscContent::Ramp(_) => Some(Lasting::Ramp),
        }
    }

    /// The reason why a panic cannot say it; nothing where it can.
    pub(super) fn panic_fault(&self) -> Option<PanicFault> {
        match self {
            OscContent::Args(_) => None,
            OscContent::Ramp(_) => Some(NO_RAMP),
        }
    }
}

/// Returns `true` for the characters that no address holds.
fn is_bad(c: char) -> bool {
    !c.is_ascii_graphic() || "#*,?[]{}".contains(c)
}

/// Returns `true` for the addresses that a show file takes.
pub(crate) fn is_address(text: &str) -> bool {
    text.starts_with('/') && !text.contains(is_bad)
}

fn address(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if !text.starts_with('/') {
        let meant = format!("/{}", text.split_whitespace().collect::<Vec<_>>().join("/"));
        let fix = match meant.contains(is_bad) {
            true => "write it like `osc = \"/cue/13/start\"`".to_owned(),
            false => format!("write `osc = \"{meant}\"`"),
        };
        value.fault("an OSC address begins with `/`", fix);
        return None;
    }
    if let Some(c) = text.chars().find(|c| is_bad(*c)) {
        let what = format!("an OSC address cannot hold {c:?}");
        value.fault(what, "write printable ASCII without spaces and `# * , ? [ ] { }`");
        return None;
    }
    Some(text.to_owned())
}

fn arg(value: &Value<'_>) -> Option<OscArg> {
    match value.value {
        DeValue::Integer(_) => {
            value.integer(i64::from(i32::MIN)..=i64::from(i32::MAX)).map(OscArg::Int)
        }
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
            let what = format!("OSC has no argument for {}", fields::kind(value.value));
            value.fault(what, "write a number, text, true or false");
            None
        }
    }
}

/// Size of the message, bytes: OSC pads each text, with its NUL, to a multiple of four.
fn message_size(address: &str, content: &OscContent) -> usize {
    let first;
    let args = match content {
        OscContent::Args(args) => args.as_slice(),
        OscContent::Ramp(ramp) => {
            first = ramp.value(Duration::ZERO);
            std::slice::from_ref(&first)
        }
    };
    let padded = |len: usize| (len + 1).next_multiple_of(4);
    let of_arg = |arg: &OscArg| match arg {
        OscArg::Int(_) | OscArg::Float(_) => 4,
        OscArg::Text(text) => padded(text.len()),
        OscArg::Bool(_) => 0,
    };
    padded(address.len()) + padded(args.len() + 1) + args.iter().map(of_arg).sum::<usize>()
}

/// Size of `body` as a message of OSC, bytes; `None` if it is none.
pub fn size(body: &Body) -> Option<usize> {
    let Body::Osc { address, content } = body else { return None };
    Some(message_size(address, content))
}

/// Address of an output.
pub(super) fn udp_address(host: &str, port: u16) -> String {
    format!("udp://{}", host_and_port(host, port))
}

/// Address of an output, and its framing of packets.
pub(super) fn tcp_address(host: &str, port: u16, framing: Framing) -> String {
    let framing = match framing {
        Framing::Slip => "",
        Framing::Length => ", framed by length",
    };
    format!("tcp://{}{framing}", host_and_port(host, port))
}

/// Describes a message: `/eos/cue/1/12/fire 1 0.5 "text" true`, `/ch/01/mix/fader 0.0 to 0.75 over
/// 0:02`.
pub(super) fn describe(address: &str, content: &OscContent) -> String {
    let args = match content {
        OscContent::Args(args) => args,
        OscContent::Ramp(OscRamp { ends, over }) => {
            let ends = match ends {
                RampEnds::Whole(from, to) => format!("{from} to {to}"),
                RampEnds::Decimal(from, to) => format!("{from:?} to {to:?}"),
            };
            return format!("{address} {ends} over {}", duration::exact(*over));
        }
    };
    let mut said = address.to_owned();
    for arg in args {
        // Writing into a text cannot fail. A float keeps its point, a text its quotes: the type is
        // part of the message.
        let _ = match arg {
            OscArg::Int(value) => write!(said, " {value}"),
            OscArg::Float(value) => write!(said, " {value:?}"),
            OscArg::Text(value) => write!(said, " {value:?}"),
            OscArg::Bool(value) => write!(said, " {value}"),
        };
    }
    said
}
