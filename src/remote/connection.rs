//! A connection of a remote control: frames in, frames out, neither of which ever waits.
//!
//! Must never hold more of what goes out than [`WAITING_MAX`], nor for longer than [`STUCK_MAX`]: a
//! far end that does not read is dropped, and may connect again.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::net::sockopt;

use super::PacketSender;
use super::framing::{PacketStream, Unframed, frame};
use crate::slip::Frame;
use crate::time::MachineNs;

/// Maximum size of what waits to go out, bytes: the longest reply, escaped, and some.
const WAITING_MAX: usize = 9 << 20;

/// Time after which a far end that reads nothing of what waits for it is disconnected.
const STUCK_MAX: Duration = Duration::from_secs(10);

/// Time limit for the end of a packet that has begun.
const UNENDED_MAX: Duration = Duration::from_secs(5);

/// Size of one read, bytes, so that one connection leaves time for the others.
const READ_MAX: usize = 1 << 14;

/// A connection.
pub(super) struct Connection {
    /// Unlike that of any other, ever.
    pub(super) id: u64,
    pub(super) peer: PacketSender,
    pub(super) since: MachineNs,
    /// Instant of the last whole packet.
    pub(super) heard: Option<MachineNs>,
    pub(super) stream: TcpStream,
    packets: PacketStream,
    /// Beginning of the packet whose end has not come yet.
    open_since: Option<MachineNs>,
    waiting: Vec<u8>,
    /// Number of bytes of `waiting` that have been sent.
    gone: usize,
    /// Last instant at which nothing waited, or something of it was sent.
    moved: MachineNs,
}

impl Connection {
    /// Takes a connection that was accepted.
    pub(super) fn new(
        id: u64,
        stream: TcpStream,
        far_end: SocketAddr,
        since: MachineNs,
    ) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        // A tablet that runs out of power says nothing: without these its place would be taken for
        // hours.
        sockopt::set_socket_keepalive(&stream, true)?;
        sockopt::set_tcp_keepidle(&stream, Duration::from_secs(10))?;
        sockopt::set_tcp_keepintvl(&stream, Duration::from_secs(5))?;
        sockopt::set_tcp_keepcnt(&stream, 3)?;
        let (packets, peer) = (PacketStream::New, PacketSender::Tcp(id, far_end));
        Ok(Connection {
            id,
            peer,
            since,
            heard: None,
            stream,
            packets,
            open_since: None,
            waiting: vec![],
            gone: 0,
            moved: since,
        })
    }

    /// Takes in what has come, and hands on each frame.
    ///
    /// # Errors
    /// When the far end is gone; of the kind [`ErrorKind::InvalidData`], with the reason, when it
    /// sends no packets.
    pub(super) fn read(
        &mut self,
        now: MachineNs,
        mut take: impl FnMut(Frame, PacketSender),
    ) -> io::Result<()> {
        let mut bytes = [0; READ_MAX];
        let len = match self.stream.read(&mut bytes) {
            Ok(0) if self.packets.is_open() => {
                return Err(io::Error::new(ErrorKind::InvalidData, Unframed::NoEnd));
            }
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) =>
            {
                0
            }
            other => other?,
        };
        for &byte in bytes.iter().take(len) {
            match self.packets.take(byte) {
                Ok(Some(frame)) => {
                    (self.open_since, self.heard) = (None, Some(now));
                    take(frame, self.peer);
                }
                Ok(None) => {}
                Err(why) => return Err(io::Error::new(ErrorKind::InvalidData, why)),
            }
        }
        self.open_since = self.packets.is_open().then(|| self.open_since.unwrap_or(now));
        Ok(())
    }

    /// Reason why the far end is not understood, if a packet has waited too long for its end.
    pub(super) fn is_unended(&self, now: MachineNs) -> Option<Unframed> {
        let since = self.open_since?;
        (now.since(since) > UNENDED_MAX).then_some(Unframed::NoEnd)
    }

    /// Puts a packet after what waits, and sends what goes.
    ///
    /// # Errors
    /// When the far end is gone, or has read too little.
    pub(super) fn send(&mut self, packet: &[u8], now: MachineNs) -> io::Result<()> {
        let frame = frame(packet, self.packets.framing());
        if self.waiting.len() + frame.len() > WAITING_MAX {
            return Err(ErrorKind::TimedOut.into());
        }
        if self.waiting.is_empty() {
            self.moved = now;
        }
        self.waiting.extend(frame);
        self.flush(now)
    }

    /// Sends what goes without waiting.
    ///
    /// # Errors
    /// When the far end is gone.
    pub(super) fn flush(&mut self, now: MachineNs) -> io::Result<()> {
        while let Some(rest) = self.waiting.get(self.gone..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(len) => (self.gone, self.moved) = (self.gone + len, now),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.waiting.drain(..self.gone);
                    self.gone = 0;
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        // A long reply leaves no memory behind it.
        (self.waiting, self.gone) = (vec![], 0);
        Ok(())
    }

    /// Returns `true` if something waits to go out.
    pub(super) fn is_behind(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Returns `true` if the far end has stopped reading.
    pub(super) fn is_stuck(&self, now: MachineNs) -> bool {
        self.is_behind() && now.since(self.moved) > STUCK_MAX
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::remote::testing::awaited;
    use crate::remote::testing::now;
    use crate::show::action::Framing;

    #[test]
    fn a_far_end_that_does_not_read_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, far_end) = listener.accept().unwrap();
        let mut connection = Connection::new(1, stream, far_end, now()).unwrap();
        let sent = (0..1_000).take_while(|_| connection.send(&[7; 65_536], now()).is_ok()).count();
        assert!(sent < 1_000, "nothing stops it");
        assert!(connection.waiting.len() <= WAITING_MAX, "{}", connection.waiting.len());
        assert!(!connection.is_stuck(now()) && connection.is_stuck(now() + 2 * STUCK_MAX));
    }

    #[test]
    fn all_that_waits_arrives_in_order_and_leaves_no_memory() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, far_end) = listener.accept().unwrap();
        let mut connection = Connection::new(1, stream, far_end, now()).unwrap();
        let packets: Vec<_> = (0..100_u8).map(|n| vec![n; 65_536]).collect();
        packets.iter().for_each(|packet| connection.send(packet, now()).unwrap());
        assert!(connection.is_behind(), "the system takes it all at once");
        let expected: Vec<u8> =
            packets.iter().flat_map(|packet| frame(packet, Framing::Slip)).collect();
        let reader = std::thread::spawn(move || {
            let mut heard = vec![0; expected.len()];
            far.read_exact(&mut heard).unwrap();
            heard == expected
        });
        awaited(|| {
            connection.flush(now()).unwrap();
            !connection.is_behind()
        });
        assert!(reader.join().unwrap());
        assert_eq!(connection.waiting.capacity(), 0);
    }
}
