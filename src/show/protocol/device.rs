//! The device behind an address: `localhost` and `127.0.0.1` are one. No name is looked up, so two
//! names of one machine stay two.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::show::OutputKind;

impl OutputKind {
    /// Returns `true` if what is sent to this output and to `other` reaches one device, as far as
    /// their addresses tell. Each run has players of its own.
    pub fn is_same_device(&self, other: &OutputKind) -> bool {
        match (self.device(), other.device()) {
            (Device::Own, Device::Own) => false,
            // A part of a port's name is enough, in any case of letters.
            (Device::Port(one), Device::Port(other)) => names(&one, &other) || names(&other, &one),
            (one, other) => one == other,
        }
    }

    /// Returns `true` if the OSC that it sends would be received on this machine by who listens at
    /// `listen`, as far as the address says.
    pub fn reaches(&self, listen: SocketAddr) -> bool {
        let Some((host, port)) = self.osc_peer() else { return false };
        let own = listen.ip().to_canonical();
        let bare = host.trim_matches(['[', ']']);
        let is_here = match bare.parse::<IpAddr>() {
            Ok(ip) => {
                let ip = ip.to_canonical();
                ip == own || (ip.is_loopback() && (own.is_loopback() || own.is_unspecified()))
            }
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        };
        is_here && port == listen.port()
    }
}

/// What an output sends to, for comparison with others.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Device {
    /// Takes datagrams at a port.
    Datagrams(Host, u16),
    /// Takes connections at a port.
    Stream(Host, u16),
    /// A web server: scheme, host, port, path.
    Server(String, Host, u16, String),
    /// A MIDI port, by its name in small letters.
    Port(String),
    /// Belongs to the program.
    Own,
}

impl Device {
    pub(super) fn datagrams(host: &str, port: u16) -> Self {
        Device::Datagrams(meant(host), port)
    }

    pub(super) fn stream(host: &str, port: u16) -> Self {
        Device::Stream(meant(host), port)
    }

    pub(super) fn server(base: &str) -> Self {
        let (scheme, host, port, path) = server(base);
        Device::Server(scheme, host, port, path)
    }

    pub(super) fn port(name: &str) -> Self {
        Device::Port(name.to_lowercase())
    }
}

/// Returns `true` if `part` stands in `name` as whole words: "bus 1" is no name of "bus 10".
fn names(name: &str, part: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    name.match_indices(part).any(|(at, _)| {
        let (before, after) = (&name[..at], &name[at + part.len()..]);
        let begins = !is_word(before.chars().next_back()) || !is_word(part.chars().next());
        begins && (!is_word(after.chars().next()) || !is_word(part.chars().next_back()))
    })
}

/// A host by what it means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Host {
    /// This machine itself.
    Here,
    /// An IPv4 address as IPv6 maps it.
    Address(Ipv6Addr),
    Name(String),
}

/// Reads a host as the system does that connects to it (getaddrinfo(3)).
fn meant(host: &str) -> Host {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let here = [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED].map(|here| here.to_ipv6_mapped());
    let v6 = host.parse::<Ipv6Addr>().ok();
    match v6.or_else(|| dotted(&name).map(|address| address.to_ipv6_mapped())) {
        // Nobody is at the unspecified address: the system connects to this machine.
        Some(address)
            if address.is_unspecified() || address.is_loopback() || here.contains(&address) =>
        {
            Host::Here
        }
        Some(address) => Host::Address(address),
        None if is_here(&name) => Host::Here,
        None => Host::Name(name),
    }
}

/// Returns `true` for the names of this machine itself (RFC 6761, and those in Debian's hosts(5)).
fn is_here(name: &str) -> bool {
    matches!(name, "localhost" | "ip6-localhost" | "ip6-loopback") || name.ends_with(".localhost")
}

/// An IPv4 address in one to four numbers, of which the last fills what is left (inet_aton(3)):
/// `127.1`, `0x7f.1`, `2130706433`.
fn dotted(text: &str) -> Option<Ipv4Addr> {
    let parts: Vec<u32> = text.split('.').map(number).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    if first.len() > 3 || first.iter().any(|&part| part > 255) {
        return None;
    }
    let bits_left = 8 * (4 - first.len() as u32);
    let has_room = bits_left == 32 || *last < 1 << bits_left;
    let high = first.iter().fold(0, |sum, part| sum << 8 | part);
    let high = if bits_left == 32 { 0 } else { high << bits_left };
    has_room.then(|| Ipv4Addr::from_bits(high | last))
}

/// A number as C writes it: decimal, octal after a `0`, hexadecimal after `0x`.
fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match (text.strip_prefix("0x"), text.strip_prefix('0')) {
        (Some(digits), _) => (digits, 16),
        (None, Some(digits)) if !digits.is_empty() => (digits, 8),
        (None, _) => (text, 10),
    };
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    is_number.then(|| u32::from_str_radix(digits, radix).ok()).flatten()
}

/// The server of a base and the path on it: scheme, host, port, path.
fn server(base: &str) -> (String, Host, u16, String) {
    let (scheme, rest) = base.split_once("://").unwrap_or(("http", base));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = scheme.to_ascii_lowercase();
    let usual = if scheme == "https" { 443 } else { 80 };
    let (host, port) = super::authority(authority).unwrap_or((authority.to_owned(), None));
    (scheme, meant(&host), port.unwrap_or(usual), path.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::action::Framing;

    fn udp(host: &str, port: u16) -> OutputKind {
        OutputKind::OscUdp { host: host.to_owned(), port }
    }

    #[test]
    fn one_machine_is_known_however_it_is_written() {
        for same in [
            &[
                "localhost",
                "LocalHost",
                "localhost.",
                "127.0.0.1",
                "127.1",
                "127.0.1",
                "0x7f.1",
                "0177.0.0.1",
                "2130706433",
                "::1",
                "[::1]",
                "::ffff:127.0.0.1",
                "0.0.0.0",
                "::",
                "desk.localhost",
                "ip6-localhost",
            ][..],
            &["Desk.Local", "desk.local", "desk.local."],
            &["10.0.0.7", "10.7", "::ffff:10.0.0.7", "0xa.0.0.7", "10.0.7"],
            &["fe80::1", "FE80:0::1"],
        ] {
            for (one, other) in same.iter().flat_map(|one| same.iter().map(move |o| (one, o))) {
                assert!(udp(one, 8000).is_same_device(&udp(other, 8000)), "{one} {other}");
            }
        }
    }

    #[test]
    fn other_machines_ports_and_kinds_are_others() {
        for (one, other) in [
            ("localhost", "127.0.0.2"),
            ("10.0.0.7", "10.0.0.8"),
            ("desk.local", "desk2.local"),
            ("256.1", "1.0.0.1"),
            ("1.2.3.4.5", "1.2.3.4"),
            ("08.1", "8.1"),
            ("4294967297", "0.0.0.1"),
        ] {
            assert!(!udp(one, 8000).is_same_device(&udp(other, 8000)), "{one} {other}");
        }
        assert!(!udp("localhost", 8000).is_same_device(&udp("localhost", 8001)));
        let tcp = |framing| OutputKind::OscTcp { host: "Desk".into(), port: 1, framing };
        assert!(tcp(Framing::Slip).is_same_device(&tcp(Framing::Length)));
        assert!(!tcp(Framing::Slip).is_same_device(&udp("Desk", 1)));
        let player = OutputKind::Mpv { flags: vec![] };
        assert!(!player.is_same_device(&player));
    }

    #[test]
    fn web_servers_and_midi_ports_are_known_too() {
        let web = |base: &str| OutputKind::Http {
            base: base.into(),
            headers: vec![],
            timeout: std::time::Duration::from_nanos(1),
            ca: None,
        };
        for (one, other, is_same) in [
            ("http://localhost:80/a", "http://127.0.0.1/a/", true),
            ("https://X.com", "https://x.com:443", true),
            ("http://[::1]:8000", "http://localhost:8000", true),
            ("http://x.com", "https://x.com", false),
            ("http://x.com/A", "http://x.com/a", false),
        ] {
            assert_eq!(web(one).is_same_device(&web(other)), is_same, "{one} {other}");
        }
        let midi = |port: &str| OutputKind::Midi { port: port.into() };
        assert!(midi("Launchpad").is_same_device(&midi("launchpad MIDI 1")));
        assert!(!midi("Launchpad").is_same_device(&midi("Desk")));
    }
}
