//! Facts about each protocol of an output: its words in the show file, the reading of its outputs
//! and actions, and their descriptions for people.
//!
//! One file per protocol owns all of it; [`Protocol::spec`] is the only table of them. Must never
//! open anything or see the environment: a secret is only ever a name here. How something is sent
//! is a file in `output`.

mod device;
mod http;
mod midi;
mod mpv;
mod obs;
pub mod osc;
mod raw;

use std::net::Ipv6Addr;
use std::sync::Arc;

use strum::VariantArray;

pub use super::action::Protocol;
use super::action::{Body, OutputKind};
use super::file::fields::Fields;
use super::file::reader::quoted;
use super::file::value::Value;
use crate::plain::clean;

use device::Device;

/// The facts about a protocol.
pub struct ProtocolSpec {
    /// Its name in the words of the show file, for messages about it.
    pub word: &'static str,
    /// The keys of an output that choose it.
    pub(super) kinds: &'static [&'static str],
    /// Its name for people.
    pub label: &'static str,
    /// The keys that an action may have, besides `output`.
    pub keys: &'static [&'static str],
    /// The keys that an output may have, besides those that choose it and those that all have.
    pub(super) output_keys: &'static [OutputKey],
    /// QLab's name for a cue that begins with such an action.
    pub qlab: &'static str,
    /// Two programs that name the same address reach the same device.
    pub is_shared: bool,
    /// A second output at the same address is a mistake. A web server may want another header for
    /// each account, and each player is one of its own.
    pub(super) is_one_device: bool,
    /// Stop that a panic sends to an output for which the show has no message of panic.
    pub stop: Option<&'static str>,
    /// An output may be a list of machines, each of which is sent everything.
    pub(super) is_mirrored: bool,
    /// Its outputs may have a message that keeps their far ends awake.
    pub(super) is_kept_awake: bool,
    /// The timecode that an output can be sent.
    pub(super) timecode: Option<Timecode>,
    /// Reads the keys of an output; the value is that of the key that chose it, unless a syntax
    /// error took it.
    pub(super) read_output: fn(&mut Fields<'_>, Option<&Value<'_>>) -> Option<OutputKind>,
    /// Reads the keys of an action; where it goes is not known if its output is faulty.
    pub(super) read_action: fn(&mut Fields<'_>, Option<&Wire>) -> Option<Body>,
}

/// A key of the outputs of one protocol.
pub(super) struct OutputKey {
    pub(super) key: &'static str,
    /// Outputs that may have it, for messages: "HTTP outputs".
    pub(super) only_for: &'static str,
    /// Fix if it is used elsewhere.
    pub(super) fix: &'static str,
}

/// A form of timecode.
#[derive(Clone, Copy)]
pub(super) struct Timecode {
    /// Its word in the show file.
    pub(super) word: &'static str,
    /// Its name for people.
    pub(super) name: &'static str,
    /// The kind of output, for messages: "a MIDI output".
    pub(super) output: &'static str,
}

/// Destination of an action, as far as its checks have to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wire {
    /// Its protocol.
    pub(super) protocol: Protocol,
    /// `true` if a message has to fit into one datagram.
    pub(super) is_datagram: bool,
    /// Address that a file leaves out of each OSC message and that stands before its own: an
    /// address of OSC without `/` at its end.
    pub(super) prefix: Option<Arc<str>>,
    /// `true` if what is sent may have effects that last.
    pub(super) may_last: bool,
}

/// An effect that lasts after its action was sent. A stop of its cue and a panic have to end it,
/// and a hold has to freeze it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Lasting {
    /// A clip that is on air.
    Clip,
    /// A value of an OSC address that changes.
    Ramp,
}

/// A reason why a panic cannot send a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PanicFault {
    /// The key of the action for which it cannot.
    pub key: &'static str,
    /// In words.
    pub why: &'static str,
    /// Another way to write it.
    pub fix: &'static str,
}

impl Lasting {
    /// All that may go on.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }
}

impl Protocol {
    /// All protocols.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }

    /// The facts about it.
    pub fn spec(self) -> &'static ProtocolSpec {
        match self {
            Protocol::Osc => &osc::SPEC,
            Protocol::Http => &http::SPEC,
            Protocol::Midi => &midi::SPEC,
            Protocol::Mpv => &mpv::SPEC,
            Protocol::Raw => &raw::SPEC,
            Protocol::Obs => &obs::SPEC,
        }
    }

    /// The protocol that an output with `key` speaks.
    pub(super) fn of_kind(key: &str) -> Option<Self> {
        Self::all().find(|protocol| protocol.spec().kinds.contains(&key))
    }

    /// The protocol that `key` of an action belongs to: one of its keys, or, by mistake, one that
    /// chooses it. Several protocols may have the key: then it is that of `own`, or else the last.
    pub(super) fn of_key(key: &str, own: Option<Self>) -> Option<Self> {
        let has = |protocol: &Self| {
            let spec = protocol.spec();
            spec.kinds.contains(&key) || spec.keys.contains(&key)
        };
        own.filter(has).or_else(|| Self::all().filter(has).last())
    }
}

impl ProtocolSpec {
    /// Reports each key of `fields` that only outputs of this protocol may have.
    pub(super) fn refuse_output_keys(&self, fields: &mut Fields<'_>) {
        self.output_keys.iter().for_each(|key| key.refuse(fields));
    }
}

impl OutputKey {
    /// Reports it, if it is there.
    fn refuse(&self, fields: &mut Fields<'_>) {
        let OutputKey { key, only_for, fix } = self;
        fields.refuse(key, &format!("`{key}` is only for {only_for}"), fix);
    }
}

impl Wire {
    /// The destination of what goes to the machine of `kind` and to its `mirrors`.
    pub(super) fn of(kind: &OutputKind, mirrors: &[OutputKind]) -> Self {
        let is_datagram = kind.is_datagram() || mirrors.iter().any(OutputKind::is_datagram);
        Wire { protocol: kind.protocol(), is_datagram, prefix: None, may_last: true }
    }
}

impl OutputKind {
    /// Returns `true` if each message leaves as one datagram.
    pub fn is_datagram(&self) -> bool {
        match self {
            OutputKind::OscUdp { .. } | OutputKind::RawUdp { .. } => true,
            OutputKind::OscTcp { .. }
            | OutputKind::RawTcp { .. }
            | OutputKind::Http { .. }
            | OutputKind::Midi { .. }
            | OutputKind::Mpv { .. }
            | OutputKind::Obs { .. } => false,
        }
    }

    /// Its protocol.
    pub fn protocol(&self) -> Protocol {
        match self {
            OutputKind::OscUdp { .. } | OutputKind::OscTcp { .. } => Protocol::Osc,
            OutputKind::Http { .. } => Protocol::Http,
            OutputKind::Midi { .. } => Protocol::Midi,
            OutputKind::Mpv { .. } => Protocol::Mpv,
            OutputKind::RawTcp { .. } | OutputKind::RawUdp { .. } => Protocol::Raw,
            OutputKind::Obs { .. } => Protocol::Obs,
        }
    }

    /// Its address, in the show file's words.
    pub fn address(&self) -> String {
        clean(&match self {
            OutputKind::OscUdp { host, port } => osc::udp_address(host, *port),
            OutputKind::OscTcp { host, port, framing } => osc::tcp_address(host, *port, *framing),
            OutputKind::Http { base, .. } => base.clone(),
            OutputKind::Midi { port } => midi::address(port),
            OutputKind::Mpv { .. } => mpv::SPEC.word.to_owned(),
            OutputKind::RawTcp { host, port } => raw::tcp_address(host, *port),
            OutputKind::RawUdp { host, port } => raw::udp_address(host, *port),
            OutputKind::Obs { host, port, .. } => obs::address(host, *port),
        })
    }

    /// Its machine for people, without the words of its protocol: `10.0.0.2:3032`.
    pub fn machine(&self) -> String {
        match self {
            OutputKind::OscUdp { host, port }
            | OutputKind::OscTcp { host, port, .. }
            | OutputKind::RawTcp { host, port }
            | OutputKind::RawUdp { host, port }
            | OutputKind::Obs { host, port, .. } => host_and_port(host, *port),
            OutputKind::Http { .. } | OutputKind::Midi { .. } | OutputKind::Mpv { .. } => {
                self.address()
            }
        }
    }

    /// The device behind it, as far as its address tells.
    fn device(&self) -> Device {
        match self {
            OutputKind::OscUdp { host, port } | OutputKind::RawUdp { host, port } => {
                Device::datagrams(host, *port)
            }
            OutputKind::OscTcp { host, port, .. }
            | OutputKind::RawTcp { host, port }
            | OutputKind::Obs { host, port, .. } => Device::stream(host, *port),
            OutputKind::Http { base, .. } => Device::server(base),
            OutputKind::Midi { port } => Device::port(port),
            OutputKind::Mpv { .. } => Device::Own,
        }
    }

    /// Host and port to which it sends OSC; `None` if it sends none.
    pub(super) fn osc_peer(&self) -> Option<(&str, u16)> {
        match self {
            OutputKind::OscUdp { host, port } | OutputKind::OscTcp { host, port, .. } => {
                Some((host, *port))
            }
            OutputKind::Midi { .. }
            | OutputKind::Http { .. }
            | OutputKind::Mpv { .. }
            | OutputKind::RawTcp { .. }
            | OutputKind::RawUdp { .. }
            | OutputKind::Obs { .. } => None,
        }
    }

    /// What the show file says of it besides its address: each key with its values in words.
    pub fn settings(&self) -> Vec<(&'static str, Vec<String>)> {
        match self {
            OutputKind::OscUdp { .. }
            | OutputKind::OscTcp { .. }
            | OutputKind::Midi { .. }
            | OutputKind::RawTcp { .. }
            | OutputKind::RawUdp { .. } => vec![],
            OutputKind::Http { base: _, headers, timeout, ca } => {
                http::settings(headers, *timeout, ca.as_deref())
            }
            OutputKind::Mpv { flags } => vec![("flags", flags.clone())],
            OutputKind::Obs { password, .. } => obs::settings(password.as_deref()),
        }
    }

    /// The environment variables whose values it sends or has to prove that it knows: each with the
    /// host that this is for, and what it is there.
    pub fn secrets(&self) -> Vec<(&str, String, String)> {
        match self {
            OutputKind::Http { base, headers, .. } => http::secrets(base, headers),
            OutputKind::Obs { host, port, password } => {
                let secret = |name| (name, host_and_port(host, *port), "password".to_owned());
                password.as_deref().map(secret).into_iter().collect()
            }
            OutputKind::OscUdp { .. }
            | OutputKind::OscTcp { .. }
            | OutputKind::Midi { .. }
            | OutputKind::Mpv { .. }
            | OutputKind::RawTcp { .. }
            | OutputKind::RawUdp { .. } => vec![],
        }
    }

    /// Meaning of its latency: when a message counts as sent.
    pub fn latency(&self) -> &'static str {
        match self {
            OutputKind::OscUdp { .. } => osc::LATENCY_UDP,
            OutputKind::OscTcp { .. } => osc::LATENCY_TCP,
            OutputKind::Http { .. } => http::LATENCY,
            OutputKind::Midi { .. } => midi::LATENCY,
            OutputKind::Mpv { .. } => mpv::LATENCY,
            OutputKind::RawTcp { .. } => raw::LATENCY_TCP,
            OutputKind::RawUdp { .. } => raw::LATENCY_UDP,
            OutputKind::Obs { .. } => obs::LATENCY,
        }
    }

    /// Describes `body` in one line, for the log of a rehearsal and the notes of a run.
    ///
    /// ```text
    /// /eos/cue/1/12/fire 1 0.5 "text" true
    /// POST https://api.x.com/2/tweets {"text":"…"} [Authorization: env:X_TOKEN]
    /// note on: channel 1, note 60, velocity 100
    /// MSC GO, lighting, device 1, cue 25.5
    /// play clips/flight.mp4 from 0:02
    /// "PLAY 1-10 AMB LOOP\r\n"
    /// 02 41 03
    /// SetCurrentProgramScene {"sceneName":"Live"}
    /// ```
    pub fn describe(&self, body: &Body) -> String {
        body.described(Some(self))
    }
}

impl Body {
    /// Describes it in one line, without what its output adds.
    pub fn describe(&self) -> String {
        self.described(None)
    }

    fn described(&self, output: Option<&OutputKind>) -> String {
        clean(&match self {
            Body::Osc { address, content } => osc::describe(address, content),
            Body::Http { method, path, content, retries } => {
                http::describe(output, method, path, content, *retries)
            }
            Body::Midi(message) => midi::describe(message),
            Body::Mpv { layer, command } => mpv::describe(layer, command),
            Body::Raw(message) => raw::describe(message),
            Body::Obs { request, data } => obs::describe(request, data.as_deref()),
        })
    }

    /// The effect that lasts after it was sent.
    pub fn lasting(&self) -> Option<Lasting> {
        match self {
            Body::Osc { content, .. } => content.lasting(),
            Body::Http { .. } | Body::Midi(_) | Body::Raw(_) | Body::Obs { .. } => None,
            Body::Mpv { command, .. } => command.lasting(),
        }
    }

    /// The words for people in it, as they will read them; `None` if it has none.
    pub fn post(&self) -> Option<String> {
        match self {
            Body::Http { content, .. } => http::words(content),
            Body::Osc { .. }
            | Body::Midi(_)
            | Body::Mpv { .. }
            | Body::Raw(_)
            | Body::Obs { .. } => None,
        }
    }

    /// `true` if it pauses the clip on its output, `false` if it lets that clip go on; `None` if it
    /// does neither.
    pub fn pauses(&self) -> Option<bool> {
        match self {
            Body::Osc { .. }
            | Body::Http { .. }
            | Body::Midi(_)
            | Body::Raw(_)
            | Body::Obs { .. } => None,
            Body::Mpv { command, .. } => command.pauses(),
        }
    }

    /// The reason why a panic cannot send it; nothing where it can.
    pub fn panic_fault(&self) -> Option<PanicFault> {
        match self {
            Body::Osc { content, .. } => content.panic_fault(),
            Body::Http { .. } | Body::Midi(_) | Body::Raw(_) | Body::Obs { .. } => None,
            Body::Mpv { layer, command } => command.panic_fault().or(mpv::panic_fault(layer)),
        }
    }
}

/// A host and a port as a URL has them: an IPv6 address in brackets.
fn host_and_port(host: &str, port: u16) -> String {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if bare.contains(':') { format!("[{bare}]:{port}") } else { format!("{bare}:{port}") }
}

/// Takes a host and perhaps a port apart; the brackets around an IPv6 address go.
fn authority(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(inside) => {
            let (host, rest) = inside.split_once(']').ok_or("the bracket is not closed")?;
            host.parse::<Ipv6Addr>().map_err(|_| "there is no IPv6 address in the brackets")?;
            match rest {
                "" => (host, None),
                rest => (
                    host,
                    Some(rest.strip_prefix(':').ok_or("there is something after the bracket")?),
                ),
            }
        }
        None => match text.split_once(':') {
            Some((_, rest)) if rest.contains(':') => {
                return Err("an IPv6 address has to be in brackets".to_owned());
            }
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
    match host {
        "" => return Err("there is no host".to_owned()),
        host if host.len() > 253 || !host.bytes().all(fits) => {
            return Err(format!("{} is no host", quoted(host)));
        }
        _ => {}
    }
    let port = port.map(|port| {
        let digits = port.bytes().all(|b| b.is_ascii_digit());
        let number = port.parse::<u16>().ok().filter(|number| digits && *number > 0);
        number.ok_or_else(|| format!("{} is no port from 1 to 65535", quoted(port)))
    });
    Ok((host.to_owned(), port.transpose()?))
}

#[cfg(test)]
mod tests;
