//! Connections to the far end of an output over TCP.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt;

use crate::output::peer::{Peer, first_of};

/// Time limit for a connection, over all addresses of the host.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(2);

/// Time limit for looking up the host's name.
const RESOLVE_LIMIT: Duration = Duration::from_secs(2);

/// The longest that the far end may leave what was sent without an answer of its system, as one does that
/// has lost its power, or whose program reads nothing.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(5);

/// Maximum number of a host's addresses that are tried.
const ADDRESSES_MAX: usize = 4;

/// A connection to the first address of `peer` that takes one, within [`CONNECT_LIMIT`] once its
/// name is known, which takes at most [`RESOLVE_LIMIT`].
pub(in crate::output) fn connect(peer: &Peer) -> io::Result<TcpStream> {
    let mut addresses = peer.addresses_within(RESOLVE_LIMIT)?;
    addresses.truncate(ADDRESSES_MAX);
    let share = CONNECT_LIMIT / addresses.len().max(1) as u32;
    first_of(&addresses, |address| connect_to(address, share))
}

pub(super) fn connect_to(address: SocketAddr, limit: Duration) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, limit)?;
    if stream.local_addr()? == stream.peer_addr()? {
        // On one machine, a socket that tries a port without a listener can be given that very port
        // and meet itself.
        return Err(ErrorKind::ConnectionRefused.into());
    }
    stream.set_nodelay(true)?;
    // A desk that loses its power says nothing: without these, it would look alive, and take
    // messages, for hours.
    sockopt::set_socket_keepalive(&stream, true)?;
    sockopt::set_tcp_keepidle(&stream, Duration::from_secs(2))?;
    sockopt::set_tcp_keepintvl(&stream, Duration::from_secs(1))?;
    sockopt::set_tcp_keepcnt(&stream, 3)?;
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(&stream, SILENCE_MAX.as_millis() as u32)?;
    Ok(stream)
}
