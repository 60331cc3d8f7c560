//! The far end of an output: a socket, and OSC packets taken apart by the words of the
//! specification.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use super::{PATIENCE, SILENCE};

/// An argument of an OSC message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Arg {
    Int(i32),
    Float(f32),
    Text(String),
    Bool(bool),
}

/// An OSC message as it came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packet {
    pub address: String,
    pub args: Vec<Arg>,
    pub bytes: Vec<u8>,
}

/// A socket that the program sends to.
pub(crate) struct Wire {
    socket: UdpSocket,
}

impl Wire {
    pub(crate) fn new() -> Self {
        Wire { socket: UdpSocket::bind("127.0.0.1:0").expect("a socket") }
    }

    fn addr(&self) -> SocketAddr {
        self.socket.local_addr().expect("an address")
    }

    /// Its words in a show file.
    pub(crate) fn output(&self) -> String {
        format!("osc = \"udp://{}\"", self.addr())
    }

    /// The next packet, if one comes in time.
    pub(crate) fn recv_within(&self, at_most: Duration) -> Option<Packet> {
        datagram(&self.socket, at_most).map(|bytes| decode(&bytes))
    }

    /// The next packet.
    pub(crate) fn recv(&self) -> Packet {
        self.recv_within(PATIENCE).expect("a packet on the wire")
    }

    /// Waits for a packet to this address, and for no other.
    pub(crate) fn expect(&self, address: &str) -> Packet {
        let packet = self
            .recv_within(PATIENCE)
            .unwrap_or_else(|| panic!("no packet came, {address} should have"));
        assert_eq!(packet.address, address, "{packet:?}");
        packet
    }

    /// Nothing comes any more.
    pub(crate) fn expect_silence(&self) {
        let packet = self.recv_within(SILENCE);
        assert!(packet.is_none(), "nothing should have come, but {packet:?}");
    }

    /// A second handle, for a thread that listens.
    #[cfg(feature = "link")]
    pub(crate) fn socket(&self) -> UdpSocket {
        self.socket.try_clone().expect("a second handle")
    }

    /// Everything that has arrived.
    pub(crate) fn drain(&self) -> Vec<Packet> {
        std::iter::from_fn(|| self.recv_within(Duration::ZERO)).collect()
    }
}

/// The next datagram, if one comes in time.
pub(crate) fn datagram(socket: &UdpSocket, at_most: Duration) -> Option<Vec<u8>> {
    socket.set_read_timeout(Some(at_most.max(Duration::from_millis(1)))).expect("a timeout");
    let mut bytes = vec![0; 65_536];
    loop {
        match socket.recv(&mut bytes) {
            Ok(len) => {
                bytes.truncate(len);
                return Some(bytes);
            }
            // A wait with a limit is not taken up again by itself after a signal.
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return None;
            }
            Err(error) => panic!("the wire: {error}"),
        }
    }
}

/// The messages of an OSC packet: itself, or those of a bundle.
pub(crate) fn messages(packet: &[u8]) -> Vec<Packet> {
    let Some(bundle) = packet.strip_prefix(b"#bundle\0") else { return vec![decode(packet)] };
    let mut rest = &bundle[8..];
    let mut all = vec![];
    while let Some((len, behind)) = rest.split_first_chunk() {
        let (message, behind) = behind.split_at(u32::from_be_bytes(*len) as usize);
        all.extend(messages(message));
        rest = behind;
    }
    all
}

/// Takes an OSC message apart, by the words of the OSC 1.0 specification.
fn decode(bytes: &[u8]) -> Packet {
    assert_eq!(bytes.len() % 4, 0, "an OSC packet is a multiple of four bytes long: {bytes:?}");
    let mut at = 0;
    let address = text(bytes, &mut at);
    let tags = text(bytes, &mut at);
    let tags =
        tags.strip_prefix(',').unwrap_or_else(|| panic!("no comma before the types: {bytes:?}"));
    let word = |at: &mut usize| {
        let word: [u8; 4] = bytes[*at..*at + 4].try_into().expect("four bytes");
        *at += 4;
        word
    };
    let mut args = vec![];
    for tag in tags.chars() {
        args.push(match tag {
            'i' => Arg::Int(i32::from_be_bytes(word(&mut at))),
            'f' => Arg::Float(f32::from_be_bytes(word(&mut at))),
            's' => Arg::Text(text(bytes, &mut at)),
            'T' => Arg::Bool(true),
            'F' => Arg::Bool(false),
            other => panic!("no type for this: {other:?} in {bytes:?}"),
        });
    }
    assert_eq!(at, bytes.len(), "more bytes than arguments: {bytes:?}");
    Packet { address, args, bytes: bytes.to_vec() }
}

fn text(bytes: &[u8], at: &mut usize) -> String {
    let end =
        bytes[*at..].iter().position(|&byte| byte == 0).expect("a text ends with a zero") + *at;
    let text = String::from_utf8(bytes[*at..end].to_vec()).expect("a text");
    let next = (end / 4 + 1) * 4;
    assert!(
        bytes[end..next].iter().all(|&byte| byte == 0),
        "a text is filled up with zeros: {bytes:?}"
    );
    *at = next;
    text
}
