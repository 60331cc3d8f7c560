//! The two sockets that remote controls are heard on: UDP and TCP, on one port.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use super::RemoteError;

/// Number of tries to find a port that is free for both protocols.
const PORT_TRIES: usize = 16;

/// Both sockets, on one port.
pub(super) fn bind(listen: SocketAddr) -> Result<(UdpSocket, TcpListener), RemoteError> {
    let failed = |protocol| {
        move |source: io::Error| {
            let text = source.to_string();
            let why = text.split(" (os error ").next().unwrap_or_default().to_owned();
            RemoteError::Bind { address: listen, protocol, why, source }
        }
    };
    let tries = if listen.port() == 0 { PORT_TRIES } else { 1 };
    let mut tried = 1;
    loop {
        let tcp = TcpListener::bind(listen).map_err(failed("TCP"))?;
        let port = tcp.local_addr().map_err(failed("TCP"))?.port();
        match UdpSocket::bind(SocketAddr::new(listen.ip(), port)) {
            Ok(udp) => {
                udp.set_nonblocking(true).map_err(failed("UDP"))?;
                tcp.set_nonblocking(true).map_err(failed("TCP"))?;
                return Ok((udp, tcp));
            }
            Err(error) if tried == tries => return Err(failed("UDP")(error)),
            Err(_) => tried += 1,
        }
    }
}
