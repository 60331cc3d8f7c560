//! The far end of a socket: host and port, its addresses, and the system's errors in people's
//! words.
//!
//! [`Peer::addresses`] may wait for a name server: it must never be called on the station's thread.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// A host and a port, as the show file gives them.
#[derive(Clone)]
pub(super) struct Peer {
    host: String,
    port: u16,
}

impl Peer {
    /// The brackets of an IPv6 address may stand or not.
    pub(super) fn new(host: &str, port: u16) -> Self {
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
        Peer { host: bare.to_owned(), port }
    }

    /// The address, where no name server has to be asked for it.
    pub(super) fn literal(&self) -> Option<SocketAddr> {
        self.host.parse::<IpAddr>().ok().map(|ip| SocketAddr::new(ip, self.port))
    }

    /// All addresses of the host as [`Self::addresses`] has them, or an error once `limit` is over.
    ///
    /// The system gives a name server that says nothing 10 s and more, and cannot be told
    /// otherwise. So a thread asks, and is left alone with its question where the answer takes too
    /// long.
    pub(super) fn addresses_within(&self, limit: Duration) -> io::Result<Vec<SocketAddr>> {
        if let Some(address) = self.literal() {
            return Ok(vec![address]);
        }
        let (answer, answered) = channel();
        let peer = self.clone();
        thread::Builder::new().name(format!("find {}", self.host)).spawn(move || {
            // Nobody may be waiting any more.
            drop(answer.send(peer.addresses()));
        })?;
        let silent = || io::Error::new(io::ErrorKind::TimedOut, "no name server answers for it");
        answered.recv_timeout(limit).unwrap_or_else(|_| Err(silent()))
    }

    /// All addresses of the host, IPv4 first; never none.
    ///
    /// Desks and players mostly listen on IPv4 alone, and UDP to an address where nobody listens
    /// looks like success: for `localhost`, taking `::1` first would lose every cue without a word.
    pub(super) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let mut addresses: Vec<_> = (self.host.as_str(), self.port).to_socket_addrs()?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        if addresses.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        }
        Ok(addresses)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Peer { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

/// Connects to the first reachable address; returns the last error if none is.
pub(super) fn first_of<T>(
    addresses: &[SocketAddr],
    mut connect: impl FnMut(SocketAddr) -> io::Result<T>,
) -> io::Result<T> {
    let mut result = Err(io::ErrorKind::NotFound.into());
    for &address in addresses {
        result = connect(address);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// The system's message without its error number, which helps nobody in front of a show.
pub(super) fn words(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_both_families() {
        assert_eq!(Peer::new("10.0.0.5", 8000).to_string(), "10.0.0.5:8000");
        assert_eq!(Peer::new("[::1]", 8000).to_string(), "[::1]:8000");
        assert_eq!(Peer::new("::1", 8000).literal(), "[::1]:8000".parse().ok());
        assert_eq!(Peer::new("desk.local", 8000).literal(), None);
    }

    #[test]
    fn leaves_numbers_out() {
        let refused = io::Error::from_raw_os_error(rustix::io::Errno::CONNREFUSED.raw_os_error());
        assert_eq!(words(&refused), "Connection refused");
    }
}
