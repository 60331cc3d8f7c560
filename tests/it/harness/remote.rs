//! A remote control: OSC that goes to the program, and the answers and feeds that come back, over
//! UDP or a connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::far_end::{datagram, messages};
use super::{Arg, PATIENCE, Packet};

/// Below the ports that systems give away by themselves, so that no other socket of these tests
/// takes one meanwhile.
const PORTS: std::ops::Range<u16> = 20_000..30_000;

/// Its reply.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    /// The address that was asked.
    pub address: String,
    pub status: String,
    pub data: Value,
}

impl Reply {
    pub(crate) fn of(packet: &Packet) -> Self {
        let address =
            packet.address.strip_prefix("/reply").unwrap_or_else(|| panic!("no reply: {packet:?}"));
        let [Arg::Text(json)] = packet.args.as_slice() else { panic!("no reply: {packet:?}") };
        let json: Value = serde_json::from_str(json)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {packet:?}"));
        assert_eq!(json["address"], address, "{packet:?}");
        assert_eq!(json["workspace_id"], "handover", "{packet:?}");
        let status = json["status"].as_str().unwrap_or_default().to_owned();
        Reply { address: address.to_owned(), status, data: json["data"].clone() }
    }

    /// It was done.
    pub(crate) fn ok(&self) {
        assert_eq!(self.status, "ok", "{self:?}");
    }

    /// It was not done, for a reason that has these words.
    pub(crate) fn refused(&self, words: &[&str]) {
        assert_eq!(self.status, "error", "{self:?}");
        let why = self.data.as_str().unwrap_or_default();
        assert!(words.iter().all(|word| why.contains(word)), "{words:?} in {self:?}");
    }

    /// The sender may not ask.
    pub(crate) fn denied(&self) {
        assert_eq!(self.status, "denied", "{self:?}");
    }
}

/// A remote control over UDP. It sends from one port and hears at another: that behind the
/// program's, or one of its own.
pub(crate) struct Remote {
    out: UdpSocket,
    replies: UdpSocket,
    /// Address at which the program listens.
    pub port: u16,
}

impl Remote {
    /// A remote control, and a port for the program to listen on that is free for UDP and TCP.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        let first = std::process::id() as u16 % 2_500 * 2;
        loop {
            let next = NEXT.fetch_add(2, Ordering::SeqCst).wrapping_add(first);
            let port = PORTS.start + next % (PORTS.end - PORTS.start);
            let all = "0.0.0.0";
            let replies = UdpSocket::bind((all, port + 1));
            if let (Ok(_), Ok(_), Ok(replies)) =
                (TcpListener::bind((all, port)), UdpSocket::bind((all, port)), replies)
            {
                return Remote {
                    out: UdpSocket::bind("127.0.0.1:0").expect("a socket"),
                    replies,
                    port,
                };
            }
        }
    }

    /// Another remote control of the same program, who asks to hear its replies at its own port.
    pub(crate) fn another(&self) -> Self {
        let out = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let another =
            Remote { replies: out.try_clone().expect("its other end"), out, port: self.port };
        another.ask("/udpReplyPort", &[Arg::Int(another.own_port().into())]).ok();
        another
    }

    /// Port at which it hears.
    pub(crate) fn own_port(&self) -> u16 {
        self.replies.local_addr().expect("an address").port()
    }

    /// Its argument on the command line.
    pub(crate) fn listen(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends bytes that need not be a packet.
    pub(crate) fn send(&self, bytes: &[u8]) {
        self.out.send_to(bytes, ("127.0.0.1", self.port)).expect("it is sent");
    }

    /// The next packet, a bundle taken apart; nothing when none comes in time.
    pub(crate) fn hear_within(&self, at_most: Duration) -> Option<Vec<Packet>> {
        Some(messages(&datagram(&self.replies, at_most)?))
    }

    /// The next message.
    pub(crate) fn packet(&self) -> Packet {
        self.hear_within(PATIENCE).expect("a message").remove(0)
    }

    /// The next reply. A display hears it among the bundles of the feed.
    pub(crate) fn reply(&self) -> Reply {
        let is_reply = |packet: &Packet| !packet.address.starts_with("/handover/");
        Reply::of(&std::iter::repeat_with(|| self.packet()).find(is_reply).expect("a reply"))
    }

    /// Sends a message and waits for its reply, and for no other.
    pub(crate) fn ask(&self, address: &str, args: &[Arg]) -> Reply {
        self.send(&encode(address, args));
        let reply = self.reply();
        assert_eq!(reply.address, address, "{reply:?}");
        reply
    }

    /// Sends a message without an argument.
    pub(crate) fn press(&self, address: &str) -> Reply {
        self.ask(address, &[])
    }

    /// Sends a message with a text.
    pub(crate) fn say(&self, address: &str, text: &str) -> Reply {
        self.ask(address, &[Arg::Text(text.into())])
    }
}

/// A remote control on a connection: with SLIP (RFC 1055) around its packets, or their lengths in
/// front (OSC 1.0).
pub(crate) struct Line {
    stream: TcpStream,
    lengths: bool,
}

impl Line {
    pub(crate) fn new(port: u16) -> Self {
        let stream =
            TcpStream::connect(("127.0.0.1", port)).expect("the program takes a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Line { stream, lengths: false }
    }

    /// One that puts lengths in front of its packets.
    pub(crate) fn with_lengths(port: u16) -> Self {
        Line { lengths: true, ..Line::new(port) }
    }

    /// Sends bytes that need not be a frame.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("it is sent");
    }

    /// Sends a packet in its frame.
    pub(crate) fn send_packet(&mut self, packet: &[u8]) {
        let length = (packet.len() as u32).to_be_bytes();
        self.send(&if self.lengths { [&length[..], packet].concat() } else { frame(packet) });
    }

    /// Sends a message and waits for its reply, and for no other.
    pub(crate) fn ask(&mut self, address: &str, args: &[Arg]) -> Reply {
        self.send_packet(&encode(address, args));
        let reply = self.reply();
        assert_eq!(reply.address, address, "{reply:?}");
        reply
    }

    /// The next reply.
    pub(crate) fn reply(&mut self) -> Reply {
        Reply::of(&self.packet())
    }

    /// The next message.
    pub(crate) fn packet(&mut self) -> Packet {
        let bytes = if self.lengths {
            let length = u32::from_be_bytes([(); 4].map(|()| self.byte()));
            (0..length).map(|_| self.byte()).collect()
        } else {
            self.unframed()
        };
        messages(&bytes).remove(0)
    }

    fn unframed(&mut self) -> Vec<u8> {
        let mut packet = vec![];
        loop {
            match (self.byte(), packet.is_empty()) {
                (0xC0, true) => {}
                (0xC0, false) => return packet,
                (0xDB, _) => packet.push(match self.byte() {
                    0xDC => 0xC0,
                    0xDD => 0xDB,
                    other => panic!("no escape: {other:#x}"),
                }),
                (byte, _) => packet.push(byte),
            }
        }
    }

    fn byte(&mut self) -> u8 {
        let mut byte = [0];
        self.stream.read_exact(&mut byte).expect("a byte");
        byte[0]
    }
}

/// A packet with SLIP's END after it.
pub(crate) fn frame(packet: &[u8]) -> Vec<u8> {
    let escaped = packet.iter().flat_map(|&byte| match byte {
        0xC0 => vec![0xDB, 0xDC],
        0xDB => vec![0xDB, 0xDD],
        _ => vec![byte],
    });
    escaped.chain([0xC0]).collect()
}

/// An OSC message, by the words of the OSC 1.0 specification.
pub(crate) fn encode(address: &str, args: &[Arg]) -> Vec<u8> {
    let padded = |text: &str| {
        let len = (text.len() / 4 + 1) * 4;
        text.bytes().chain(std::iter::repeat(0)).take(len).collect::<Vec<u8>>()
    };
    let tags = args.iter().map(|arg| match arg {
        Arg::Int(_) => 'i',
        Arg::Float(_) => 'f',
        Arg::Text(_) => 's',
        Arg::Bool(true) => 'T',
        Arg::Bool(false) => 'F',
    });
    let mut bytes = padded(address);
    bytes.extend(padded(&std::iter::once(',').chain(tags).collect::<String>()));
    for arg in args {
        match arg {
            Arg::Int(value) => bytes.extend(value.to_be_bytes()),
            Arg::Float(value) => bytes.extend(value.to_be_bytes()),
            Arg::Text(text) => bytes.extend(padded(text)),
            Arg::Bool(_) => {}
        }
    }
    bytes
}

/// A bundle of messages, to be done at once.
pub(crate) fn bundle(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    for message in messages {
        bytes.extend((message.len() as u32).to_be_bytes());
        bytes.extend(message);
    }
    bytes
}
