//! Outputs: where cues send to, and how each is silenced on panic.

use std::net::Ipv6Addr;

use super::action::{Protocol, Wire, body, is_url_text};
use super::fields::Fields;
use super::flags::flags;
use super::machine::Secret;
use super::reader::{Mention, Names, quoted};
use super::value::Value;
use crate::show::action::{Framing, MpvCommand};
use crate::show::duration::SECOND_NS;
use crate::show::{Body, FrameRate, Output, OutputKind};

/// The framings of OSC over TCP.
const FRAMINGS: [(&str, Framing); 2] = [("slip", Framing::Slip), ("length", Framing::Length)];

/// Headers that frame a request or its connection: the program sets them, and a second one makes servers wait.
const OWN_HEADERS: [&str; 8] =
    ["connection", "content-length", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// How long an HTTP request may take when the file does not say.
const HTTP_TIMEOUT_NS: u64 = 10 * SECOND_NS;

/// The kinds of output, of which each has exactly one.
const KINDS: [&str; 4] = ["osc", "http", "midi", "mpv"];

/// The rates of timecode as the file writes them; "29.97" is drop-frame, since nothing else keeps step with a clock.
const RATES: [(&str, FrameRate); 4] =
    [("24", FrameRate::Fps24), ("25", FrameRate::Fps25), ("29.97", FrameRate::Fps2997Drop), ("30", FrameRate::Fps30)];

/// The outputs of a file and what is known of each by name, faulty or not.
pub struct Outputs<'a> {
    /// Those without a fault.
    pub outputs: Vec<Output>,
    /// The names of all.
    pub names: Names<'a>,
    /// What each of `names` speaks, where that much can be read.
    pub wires: Vec<Option<Wire>>,
}

/// Reads all outputs.
pub fn outputs<'a>(file: &mut Fields<'a>) -> Outputs<'a> {
    let mut read = Outputs { outputs: Vec::new(), names: Names::new("output"), wires: Vec::new() };
    for (id, fields) in file.named("output", "an output") {
        read.names.define(&id);
        let reader = fields.reader;
        let (wire, output) = output(&id, fields);
        if let Some(output) = &output {
            reader.machine().output(output).into_iter().for_each(|finding| reader.found(&id.span, finding));
            if output.timecode.is_some() || !output.panic.is_empty() {
                read.names.is_used(read.wires.len() as u32);
            }
        }
        read.wires.push(wire);
        read.outputs.extend(output);
    }
    read
}

fn output(id: &Mention<'_>, mut fields: Fields<'_>) -> (Option<Wire>, Option<Output>) {
    let key = fields.exactly_one(&KINDS, "kind");
    let value = key.and_then(|key| fields.find(key));
    let timeout_ns = timeout(&mut fields);
    let headers = headers(&mut fields);
    let ca = ca(&mut fields, value.as_ref());
    let framing = fields.find("framing").map(|value| value.word(&FRAMINGS));
    if key.is_some_and(|key| key != "http") {
        for key in ["headers", "timeout", "ca"] {
            fields.refuse(key, &format!("`{key}` is only for HTTP outputs"), "remove it");
        }
    }
    let flags = flags(&mut fields);
    if key.is_some_and(|key| key != "mpv") {
        fields.refuse("flags", "`flags` is only for mpv outputs", "remove it");
    }
    let kind = value.and_then(|value| match key {
        Some("osc") => osc(&value, framing),
        Some("http") => {
            let base = http_base(&value);
            Some(OutputKind::Http { base: base?, headers: headers?, timeout_ns: timeout_ns?, ca: ca? })
        }
        Some("midi") => value.line().map(|port| OutputKind::Midi { port }),
        _ => mpv(&value).map(|()| OutputKind::Mpv { flags }),
    });
    let protocol = match key {
        Some("osc") => Some(Protocol::Osc),
        Some("http") => Some(Protocol::Http),
        Some("midi") => Some(Protocol::Midi),
        Some("mpv") => Some(Protocol::Mpv),
        _ => None,
    };
    if kind.as_ref().is_some_and(|kind| !matches!(kind, OutputKind::OscTcp { .. })) {
        fields.refuse("framing", "`framing` is only for OSC over TCP", "remove it, or write `osc = \"tcp://…\"`");
    }
    let is_datagram = matches!(kind, Some(OutputKind::OscUdp { .. }));
    let wire = protocol.map(|protocol| Wire { protocol, is_datagram });
    let timecode = timecode(&mut fields, protocol);
    let panic = panic_bodies(&mut fields, id, wire);
    fields.finish();
    (wire, kind.map(|kind| Output { id: id.text.to_owned(), kind, panic, timecode }))
}

/// The rate of the timecode that the output asks for, if it asks.
fn timecode(fields: &mut Fields<'_>, protocol: Option<Protocol>) -> Option<FrameRate> {
    let rate = fields.find("rate");
    let Some(value) = fields.find("timecode") else {
        if !fields.has("timecode") {
            fields.refuse("rate", "`rate` is there without `timecode`", "add `timecode = \"mtc\"` or `\"osc\"`");
        }
        return None;
    };
    let asked = value.word(&[("mtc", Protocol::Midi), ("osc", Protocol::Osc)]);
    match (protocol, asked) {
        (Some(Protocol::Midi), Some(Protocol::Osc)) => {
            value.fault("a MIDI output is sent timecode as MTC", "write `timecode = \"mtc\"`");
        }
        (Some(Protocol::Osc), Some(Protocol::Midi)) => {
            value.fault("an OSC output is sent timecode as OSC", "write `timecode = \"osc\"`");
        }
        (Some(Protocol::Http | Protocol::Mpv), _) => {
            let span = fields.key_span("timecode");
            fields.reader.fault(span, "`timecode` is only for MIDI and OSC outputs", "remove it");
        }
        _ => {}
    }
    rate.map_or(Some(FrameRate::Fps25), |value| frame_rate(&value))
}

fn frame_rate(value: &Value<'_>) -> Option<FrameRate> {
    let number = value.decimal(0.0..=f64::MAX, "frames a second")?;
    let found = RATES.iter().find(|(text, _)| text.parse() == Ok(number)).map(|(_, rate)| *rate);
    if found.is_none() {
        let what = format!("there is no timecode of {} frames a second", value.source());
        value.fault(what, "write 24, 25, 29.97 (drop-frame) or 30");
    }
    found
}

fn panic_bodies(fields: &mut Fields<'_>, id: &Mention<'_>, wire: Option<Wire>) -> Vec<Body> {
    let whose = format!("output {}", quoted(id.text));
    let list = fields.find("panic").map(|value| value.list_of_fields("a panic action", "panic = [{ … }]"));
    let read = |fields: Fields<'_>| {
        let (reader, play) = (fields.reader, fields.key_span("play"));
        let body = body(fields, wire, &whose)?;
        if let Body::Mpv(MpvCommand::Play { .. }) = body {
            reader.fault(play, "a panic plays no clip: it takes the picture away", "write `stop = true`");
        }
        Some(body)
    };
    list.into_iter().flatten().filter_map(read).collect()
}

fn timeout(fields: &mut Fields<'_>) -> Option<u64> {
    let Some(value) = fields.find("timeout") else { return Some(HTTP_TIMEOUT_NS) };
    let ns = value.duration_ns()?;
    if ns == 0 {
        value.fault("a request cannot be done in no time", "write a `timeout` such as \"5s\"");
    }
    Some(ns)
}

fn headers(fields: &mut Fields<'_>) -> Option<Vec<(String, String)>> {
    let Some(value) = fields.find("headers") else { return Some(Vec::new()) };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in value.fields("headers")?.entries() {
        if headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name.text)) {
            let what = format!("header {} appears twice", quoted(name.text));
            value.reader.fault(name.span.clone(), what, "keep one of the two");
        }
        let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.text.is_empty() || !name.text.bytes().all(is_token) {
            let what = format!("{} cannot be the name of a header", quoted(name.text));
            value.reader.fault(name.span.clone(), what, "write letters, digits and `-`");
        }
        if OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name.text)) {
            let what = format!("header {} is the program's own: it is set for each request", quoted(name.text));
            value.reader.fault(name.span.clone(), what, "remove it");
        }
        if let Some(text) = header_value(&value) {
            headers.push((name.text.to_owned(), text));
        }
    }
    Some(headers)
}

/// The file of certificates of an output whose base is `base`; the outer nothing means a fault.
fn ca(fields: &mut Fields<'_>, base: Option<&Value<'_>>) -> Option<Option<String>> {
    let Some(value) = fields.find("ca") else { return Some(None) };
    let file = value.line()?;
    if base.is_some_and(|base| base.source().contains("http://")) {
        value.fault("`ca` vouches for HTTPS servers, and this output speaks plain HTTP", "write \"https://…\"");
    }
    Some(Some(file))
}

fn header_value(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if let Some(name) = text.strip_prefix("env:") {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(fits) {
            let what = format!("{} cannot be the name of an environment variable", quoted(name));
            value.fault(what, "write it like \"env:HANDOVER_TOKEN\"");
        } else if let Some(finding) = value.reader.machine().secret(Secret::Header(name)) {
            value.reader.found(&value.span, finding);
        }
    } else if let Some(c) = text.chars().find(|c| !c.is_ascii_graphic() && *c != ' ') {
        value.fault(format!("a header cannot hold {c:?}"), "write printable ASCII");
    }
    Some(text.to_owned())
}

fn mpv(value: &Value<'_>) -> Option<()> {
    if !value.boolean()? {
        value.fault("`mpv = false` is no output", "write `mpv = true`, or remove the output");
    }
    Some(())
}

fn osc(value: &Value<'_>, framing: Option<Option<Framing>>) -> Option<OutputKind> {
    let text = value.text()?;
    let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "udp" | "tcp")) else {
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

fn http_base(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let scheme_end = ["http://", "https://"].into_iter().find(|scheme| text.starts_with(scheme)).map(str::len);
    let Some(scheme_end) = scheme_end else {
        value.fault(format!("{} is no URL to send to", quoted(text)), "write \"http://host\" or \"https://host\"");
        return None;
    };
    let rest = &text[scheme_end..];
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if host.contains('@') {
        // Show files are shared and printed; a password belongs into the environment.
        let fix = "take them out and add `headers = { Authorization = \"env:NAME\" }`";
        value.fault("the URL holds a user name or password", fix);
        return None;
    }
    if path.contains(['?', '#']) {
        value.fault("the URL of an output ends with its path", "move what follows `?` into the `path` of the action");
        return None;
    }
    if let Err(what) = authority(host) {
        value.fault(format!("{}: {what}", quoted(text)), "write it like \"http://127.0.0.1:8080\"");
        return None;
    }
    is_url_text(value, path).then(|| text.trim_end_matches('/').to_owned())
}

/// Takes a host and perhaps a port apart; the brackets around an IPv6 address go.
fn authority(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(inside) => {
            let (host, rest) = inside.split_once(']').ok_or("the bracket is not closed")?;
            host.parse::<Ipv6Addr>().map_err(|_| "there is no IPv6 address in the brackets")?;
            match rest {
                "" => (host, None),
                rest => (host, Some(rest.strip_prefix(':').ok_or("there is something after the bracket")?)),
            }
        }
        None => match text.split_once(':') {
            Some((_, rest)) if rest.contains(':') => return Err("an IPv6 address has to be in brackets".to_owned()),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
    match host {
        "" => return Err("there is no host".to_owned()),
        host if host.len() > 253 || !host.bytes().all(fits) => return Err(format!("{} is no host", quoted(host))),
        _ => {}
    }
    let port = port.map(|port| {
        let digits = port.bytes().all(|b| b.is_ascii_digit());
        let number = port.parse::<u16>().ok().filter(|number| digits && *number > 0);
        number.ok_or_else(|| format!("{} is no port from 1 to 65535", quoted(port)))
    });
    Ok((host.to_owned(), port.transpose()?))
}
