//! Text and bytes as they are, over TCP or UDP: for devices with a protocol of their own, such as
//! CasparCG (AMCP), projectors (PJLink) and cameras.

use super::{ProtocolSpec, Wire, authority, host_and_port, osc};
use crate::show::action::RawMessage;
use crate::show::file::fields::Fields;
use crate::show::file::machine::Finding;
use crate::show::file::reader::quoted;
use crate::show::file::value::Value;
use crate::show::{Body, OutputKind};

/// Facts about text and bytes.
pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    word: "text",
    kinds: &[TCP, UDP],
    label: "text",
    keys: &["text", "hex"],
    output_keys: &[],
    qlab: "Network",
    is_shared: true,
    is_one_device: true,
    stop: None,
    is_mirrored: true,
    is_kept_awake: true,
    timecode: None,
    read_output: output,
    read_action: action,
};

/// Key of an output that has a connection.
const TCP: &str = "tcp";

/// Key of an output that sends datagrams.
pub(super) const UDP: &str = "udp";

/// Meaning of its latency over UDP.
pub(super) const LATENCY_UDP: &str = osc::LATENCY_UDP;

/// Meaning of its latency over TCP.
pub(super) const LATENCY_TCP: &str = osc::LATENCY_TCP;

fn output(_: &mut Fields<'_>, value: Option<&Value<'_>>) -> Option<OutputKind> {
    let value = value?;
    let text = value.text()?;
    let fault = |what: String| {
        // Who knows OSC outputs writes a URL.
        let bare = text.split_once("://").map_or(text, |(_, rest)| rest).trim_end_matches('/');
        let meant = match authority(bare) {
            Ok((host, Some(port))) => host_and_port(&host, port),
            Ok((_, None)) | Err(_) => "10.0.0.9:5250".to_owned(),
        };
        value.fault(what, format!("write `{} = \"{meant}\"`", value.key()));
    };
    if text.contains('/') {
        fault(format!("{} is no host and port", quoted(text)));
        return None;
    }
    match authority(text) {
        Ok((host, Some(port))) if value.key() == UDP => Some(OutputKind::RawUdp { host, port }),
        Ok((host, Some(port))) => Some(OutputKind::RawTcp { host, port }),
        Ok((_, None)) => {
            fault(format!("{} has no port", quoted(text)));
            None
        }
        Err(what) => {
            fault(format!("{}: {what}", quoted(text)));
            None
        }
    }
}

fn action(fields: &mut Fields<'_>, wire: Option<&Wire>) -> Option<Body> {
    let key = fields.exactly_one(SPEC.keys, "message")?;
    let value = fields.find(key)?;
    let message = match key {
        "hex" => RawMessage::Hex(bytes(&value)?),
        _ => RawMessage::Text(text(&value, wire)?),
    };
    let size = message.bytes().len();
    if wire.is_some_and(|wire| wire.is_datagram) && size > osc::DATAGRAM_MAX {
        let what = format!("this message of {size} bytes is too large for a datagram");
        value.fault(what, "send less, or use an output with `tcp`");
    }
    Some(Body::Raw(message))
}

/// The text of a message; tells of one that a device on `wire` would wait for the end of.
fn text(value: &Value<'_>, wire: Option<&Wire>) -> Option<String> {
    let text = value.text()?;
    if text.is_empty() {
        value.fault("there is nothing in this text", "write what the device is to be sent");
        return None;
    }
    let is_stream =
        wire.is_some_and(|wire| wire.protocol == super::Protocol::Raw && !wire.is_datagram);
    if is_stream && !text.contains(char::is_control) {
        value.reader.found(
            value.span.clone(),
            Finding {
                what: "this text ends without `\\r\\n`: most devices wait for it".to_owned(),
                fix: "write `\\r\\n` at its end, in double quotes".to_owned(),
            },
        );
    }
    Some(text.to_owned())
}

/// The bytes of `02 41 03`: two digits each, with or without blanks between them.
pub(super) fn bytes(value: &Value<'_>) -> Option<Vec<u8>> {
    const FIX: &str = "write two digits for each byte: `hex = \"02 41 03\"`";
    let text = value.text()?;
    let fault = |what: String| {
        value.fault(what, FIX);
        None
    };
    if let Some(c) = text.chars().find(|c| !c.is_ascii_hexdigit() && !c.is_ascii_whitespace()) {
        return fault(format!("{c:?} is no hexadecimal digit"));
    }
    let mut bytes = vec![];
    for group in text.split_ascii_whitespace() {
        if group.len() % 2 == 1 {
            return fault(format!("{} has an odd number of digits", quoted(group)));
        }
        let pairs = group.as_bytes().chunks_exact(2);
        let read = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        bytes.extend(pairs.filter_map(read));
    }
    if bytes.is_empty() { fault("there is no byte in it".to_owned()) } else { Some(bytes) }
}

/// Address of an output with a connection.
pub(super) fn tcp_address(host: &str, port: u16) -> String {
    format!("{TCP} {}", host_and_port(host, port))
}

/// Address of an output that sends datagrams.
pub(super) fn udp_address(host: &str, port: u16) -> String {
    format!("{UDP} {}", host_and_port(host, port))
}

/// Describes a message as a show file has it: `"PLAY 1-10 AMB LOOP\r\n"`, `02 41 03`.
pub(super) fn describe(message: &RawMessage) -> String {
    match message {
        RawMessage::Text(text) => format!("{text:?}"),
        RawMessage::Hex(bytes) => hex(bytes),
    }
}

/// Bytes as a show file has them: `02 41 03`.
pub(super) fn hex(bytes: &[u8]) -> String {
    let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}
