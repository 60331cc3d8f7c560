//! The servers of a shared run, as the caller names them on the command line.
//!
//! `local` (a server that this program starts on this machine), or one URL or several with commas:
//! `nats://127.0.0.1:4222`, `tls://a.example,tls://b.example:4443`. Plain text stays on this
//! machine: a stranger who reads a show's log on the network knows everything that is under
//! embargo, and one who writes into it could fire its cues.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use crate::plain;

/// The port of a NATS server where the URL names none.
pub(super) const PORT: u16 = 4222;

/// The most servers that a URL may name: clusters have three or five.
pub(super) const SERVERS_MAX: usize = 16;

/// The longest host name, characters (RFC 1035, 2.3.4).
const HOST_CHARS_MAX: usize = 253;

/// A place where shared runs are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerPlace {
    /// A server on this machine that this program starts itself where none runs yet.
    Local,
    /// Servers that somebody else has started.
    Servers(Servers),
}

/// The servers of one URL: all of one cluster, and either all with TLS or all on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers {
    hosts: Vec<(String, u16)>,
    tls: bool,
}

impl Servers {
    /// The server on this machine that listens at `port`, without TLS.
    pub fn on_loopback(port: u16) -> Self {
        Servers { hosts: vec![("127.0.0.1".into(), port)], tls: false }
    }

    /// Returns `true` if the connection is encrypted, and the server has to have a certificate.
    pub fn has_tls(&self) -> bool {
        self.tls
    }

    /// Adds servers of the same cluster that a server has named ("10.0.0.2:4222"), where the rules
    /// for those of a URL allow them.
    pub(super) fn add_discovered(&mut self, named: &[String]) {
        let scheme = if self.tls { "tls" } else { "nats" };
        for text in named {
            if let Ok((_, host, port)) = server(&format!("{scheme}://{text}"))
                && self.hosts.len() < SERVERS_MAX
                && !self.hosts.contains(&(host.clone(), port))
            {
                self.hosts.push((host, port));
            }
        }
    }

    /// The URLs, one for each server.
    pub fn urls(&self) -> impl Iterator<Item = String> + '_ {
        let scheme = if self.tls { "tls" } else { "nats" };
        self.hosts.iter().map(move |(host, port)| match host.contains(':') {
            true => format!("{scheme}://[{host}]:{port}"),
            false => format!("{scheme}://{host}:{port}"),
        })
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.urls().collect::<Vec<_>>().join(","))
    }
}

impl fmt::Display for ServerPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServerPlace::Local => f.write_str("local"),
            ServerPlace::Servers(servers) => servers.fmt(f),
        }
    }
}

/// Reason why a URL names no servers. The texts say how to write it. None of them repeats a
/// password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It has a password, or another secret before the host.
    #[error(
        "a password in the URL can be read by everybody on this machine, in the list of processes: \
         leave out what stands before the @, and name a file with --credentials"
    )]
    Password,
    /// It begins with no scheme.
    #[error("{0} has no scheme: write tls://{0}, or nats://{0} for a server on this machine")]
    NoScheme(String),
    /// It begins with another scheme.
    #[error("{0}:// is not known here: write tls://, or nats:// for a server on this machine")]
    Scheme(String),
    /// Plain text to another machine.
    #[error(
        "nats:// is not encrypted, so it is only for this machine (127.0.0.1, [::1], localhost): \
         write tls://{0}"
    )]
    Plain(String),
    /// Some servers with TLS, some without.
    #[error("the servers of one run are all with tls:// or all with nats://, not mixed")]
    Mixed,
    /// The host or the port makes no sense.
    #[error("{0} is no server: write tls://HOST or tls://HOST:PORT")]
    Host(String),
    /// Too many.
    #[error("{0} servers are more than {SERVERS_MAX}; three are enough for a cluster")]
    TooMany(usize),
}

impl FromStr for ServerPlace {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text == "local" {
            return Ok(ServerPlace::Local);
        }
        let count = text.split(',').count();
        if count > SERVERS_MAX {
            return Err(AddressError::TooMany(count));
        }
        let servers = text.split(',').map(server).collect::<Result<Vec<_>, _>>()?;
        let tls = servers.iter().all(|server| server.0);
        if servers.iter().any(|server| server.0 != tls) {
            return Err(AddressError::Mixed);
        }
        let hosts = servers.into_iter().map(|(_, host, port)| (host, port)).collect();
        Ok(ServerPlace::Servers(Servers { hosts, tls }))
    }
}

/// One server: whether it has TLS, its host and its port.
fn server(text: &str) -> Result<(bool, String, u16), AddressError> {
    let text = text.trim();
    // Before everything else: no other error may show what stands before it.
    if text.contains('@') {
        return Err(AddressError::Password);
    }
    let said = || plain::line(text).into_owned();
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(if text.is_empty() {
            AddressError::Host("an empty name".into())
        } else {
            AddressError::NoScheme(said())
        });
    };
    let tls = match scheme.to_ascii_lowercase().as_str() {
        "tls" => true,
        "nats" => false,
        _ => return Err(AddressError::Scheme(plain::line(scheme).into_owned())),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = host_and_port(rest).ok_or_else(|| AddressError::Host(said()))?;
    if !tls && !is_loopback(&host) {
        return Err(AddressError::Plain(plain::line(rest).into_owned()));
    }
    Ok((tls, host, port))
}

/// Splits `host`, `host:port`, `[v6]` or `[v6]:port`.
fn host_and_port(text: &str) -> Option<(String, u16)> {
    let (host, port) = if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        (host, rest.strip_prefix(':').or_else(|| rest.is_empty().then_some(""))?)
    } else {
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if host.is_empty() || host.len() > HOST_CHARS_MAX || !host.chars().all(is_name) {
            return None;
        }
        (host, port)
    };
    let port = match port {
        "" if !text.ends_with(':') => PORT,
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().ok().filter(|&port| port > 0)?
        }
        _ => return None,
    };
    Some((host.to_owned(), port))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, AddressError> {
        text.parse::<ServerPlace>().map(|place| place.to_string())
    }

    #[test]
    fn servers_are_read_with_their_ports() {
        for (text, expected) in [
            ("local", "local"),
            ("nats://127.0.0.1", "nats://127.0.0.1:4222"),
            ("nats://localhost:4300/", "nats://localhost:4300"),
            ("nats://[::1]:4300", "nats://[::1]:4300"),
            ("nats://127.8.9.1", "nats://127.8.9.1:4222"),
            ("TLS://log.example", "tls://log.example:4222"),
            ("tls://[2001:db8::7]", "tls://[2001:db8::7]:4222"),
            ("tls://a.example, tls://10.0.0.2:4443", "tls://a.example:4222,tls://10.0.0.2:4443"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn plain_text_never_leaves_the_machine() {
        for host in
            ["log.example", "10.0.0.2:4222", "[2001:db8::7]", "127.0.0.1.example", "0.0.0.0"]
        {
            let error = read(&format!("nats://{host}")).unwrap_err();
            assert_eq!(error, AddressError::Plain(host.into()));
            assert!(error.to_string().contains(&format!("write tls://{host}")), "{error}");
        }
        assert_eq!(read("nats://127.0.0.1,tls://a.example"), Err(AddressError::Mixed));
    }

    #[test]
    fn servers_that_a_server_names_keep_the_rules() {
        let named = ["10.0.0.2:4222", "127.0.0.1:4301", "127.0.0.1:4301", "x@127.0.0.1", "[::1]:5"]
            .map(String::from);
        let mut plain = Servers::on_loopback(4300);
        plain.add_discovered(&named);
        let expected = "nats://127.0.0.1:4300,nats://127.0.0.1:4301,nats://[::1]:5";
        assert_eq!(plain.to_string(), expected);
        let Ok(ServerPlace::Servers(mut servers)) = "tls://a".parse::<ServerPlace>() else {
            panic!()
        };
        servers.add_discovered(&named);
        assert!(servers.to_string().starts_with("tls://a:4222,tls://10.0.0.2:4222"), "{servers}");
        servers.add_discovered(&(0..100).map(|n| format!("h{n}:1")).collect::<Vec<_>>());
        assert_eq!(servers.urls().count(), SERVERS_MAX);
    }

    #[test]
    fn a_password_is_refused_and_never_repeated() {
        for text in ["tls://me:s3cret@log.example", "nats://s3cret@127.0.0.1", "s3cret@x"] {
            let error = read(&format!("tls://a.example,{text}")).unwrap_err();
            assert_eq!(error, AddressError::Password);
            let said = error.to_string();
            assert!(!said.contains("s3cret") && said.contains("--credentials"), "{said}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_with_the_fix() {
        for (text, part) in [
            ("log.example:4222", "write tls://log.example:4222"),
            ("", "write tls://HOST"),
            ("ws://log.example", "ws:// is not known"),
            ("tls://", "write tls://HOST"),
            ("tls://:4222", "write tls://HOST"),
            ("tls://a:0", "write tls://HOST"),
            ("tls://a:65536", "write tls://HOST"),
            ("tls://a:", "write tls://HOST"),
            ("tls://a:+80", "write tls://HOST"),
            ("tls://a/b", "write tls://HOST"),
            ("tls://[::1", "write tls://HOST"),
            ("tls://[::1]x", "write tls://HOST"),
            ("tls://a\u{1b}[2Jb", "write tls://HOST"),
            ("tls://a,", "write tls://HOST"),
        ] {
            let said = read(text).unwrap_err().to_string();
            assert!(said.contains(part), "{text}: {said}");
            assert!(!said.contains('\u{1b}'), "{said}");
        }
        let many = ["tls://a"; SERVERS_MAX + 1].join(",");
        assert_eq!(read(&many), Err(AddressError::TooMany(SERVERS_MAX + 1)));
    }
}
