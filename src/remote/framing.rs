//! Packets on a connection: in SLIP or with their length in front, whichever the far end begins
//! with.
//!
//! The first byte tells: a SLIP frame begins with END or with the packet itself, whose first byte
//! is `/` or `#`; a length is four bytes, of which the first is 0, because no packet is that long.
//! Anything else is no OSC, and is refused with a word: above all what a web browser says, which
//! any page on the net can have one say to this very machine. Pure bytes: must never touch a
//! socket, nor hold more than the longest packet.

use super::packet::BYTES_MAX;
use crate::show::action::Framing;
use crate::slip::{self, Deframer, END, Frame};

/// Reason why a stream cannot be read on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unframed {
    #[error("text where OSC over TCP has frames (SLIP, or each packet after its length)")]
    Text,
    #[error("a length of {0} in front of a packet, which no packet has")]
    Length(u32),
    #[error(
        "a packet without its end: OSC over TCP has frames (SLIP, or each packet after its length)"
    )]
    NoEnd,
}

/// Takes packets out of a stream.
pub(super) enum PacketStream {
    /// Nothing has come.
    New,
    /// SLIP; whether the first address has not come to its end yet.
    Slip(Deframer, bool),
    /// Each packet after its length.
    Length(Vec<u8>),
}

impl PacketStream {
    /// The far end's framing of packets, which replies have, too. It is SLIP until the far end has
    /// sent something.
    pub(super) fn framing(&self) -> Framing {
        match self {
            PacketStream::New | PacketStream::Slip(..) => Framing::Slip,
            PacketStream::Length(_) => Framing::Length,
        }
    }

    /// Takes the next byte; gives the packet that it ends.
    ///
    /// # Errors
    /// When this is no stream of packets: nothing more can be taken out of it.
    pub(super) fn take(&mut self, byte: u8) -> Result<Option<Frame>, Unframed> {
        if let PacketStream::New = self {
            *self = match byte {
                END | b'/' | b'#' => PacketStream::Slip(Deframer::new(BYTES_MAX), true),
                0 => PacketStream::Length(vec![]),
                _ => return Err(Unframed::Text),
            };
        }
        match self {
            // The line above has begun one of the others.
            PacketStream::New => Ok(None),
            PacketStream::Slip(deframer, in_first) => {
                // An address ends with a zero. A line that ends first is text that somebody types,
                // or a web browser's.
                if *in_first && matches!(byte, b'\r' | b'\n') {
                    return Err(Unframed::Text);
                }
                *in_first &= byte != 0;
                Ok(deframer.take(byte))
            }
            PacketStream::Length(bytes) => {
                bytes.push(byte);
                let Some((len, packet)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
                let len = u32::from_be_bytes(*len);
                // Packets are made of words of four bytes (OSC 1.0, "OSC Packets").
                if len == 0 || len % 4 != 0 || len as usize > BYTES_MAX {
                    return Err(Unframed::Length(len));
                }
                if packet.len() < len as usize {
                    return Ok(None);
                }
                let packet = packet.to_vec();
                bytes.clear();
                Ok(Some(Frame::Whole(packet)))
            }
        }
    }

    /// Returns `true` if the last packet has not come to its end.
    pub(super) fn is_open(&self) -> bool {
        match self {
            PacketStream::New => false,
            PacketStream::Slip(deframer, _) => deframer.is_open(),
            PacketStream::Length(bytes) => !bytes.is_empty(),
        }
    }
}

/// `packet` as it goes on the wire.
pub(super) fn frame(packet: &[u8], framing: Framing) -> Vec<u8> {
    match framing {
        Framing::Slip => slip::frame(packet),
        Framing::Length => {
            let len = u32::try_from(packet.len()).unwrap_or(u32::MAX);
            [&len.to_be_bytes()[..], packet].concat()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The packets in these bytes, and how the stream ends.
    fn read(bytes: &[u8]) -> (Vec<Vec<u8>>, Result<Framing, Unframed>) {
        let (mut stream, mut packets) = (PacketStream::New, vec![]);
        for &byte in bytes {
            match stream.take(byte) {
                Ok(Some(Frame::Whole(packet))) => packets.push(packet),
                Ok(Some(Frame::Damaged) | None) => {}
                Err(why) => return (packets, Err(why)),
            }
        }
        (packets, Ok(stream.framing()))
    }

    const GO: &[u8] = b"/go\0,\0\0\0";

    #[test]
    fn the_first_byte_tells_how_packets_are_framed() {
        for framing in [Framing::Slip, Framing::Length] {
            let bytes = [
                frame(GO, framing),
                frame(b"#bundle\0\0\0\0\0\0\0\0\x01", framing),
                frame(GO, framing),
            ]
            .concat();
            let (packets, end) = read(&bytes);
            assert_eq!((packets.len(), &packets[0][..], end), (3, GO, Ok(framing)));
        }
        assert_eq!(frame(GO, Framing::Length), [b"\0\0\0\x08", GO].concat());
        // SLIP as RFC 1055 has it, with an END after the packet only.
        let (packets, end) = read(b"/go\0,\0\0\0\xC0/go\0,\0\0\0\xC0");
        assert_eq!((packets.len(), end), (2, Ok(Framing::Slip)));
    }

    #[test]
    fn text_is_no_packet() {
        for text in [
            &b"GET / HTTP/1.1\r\n"[..],
            b"go\n",
            b"/go\n",
            b"/go\r\n",
            b" /go",
            b"{\"go\":1}",
            b"\x16\x03\x01",
        ] {
            assert_eq!(read(text), (vec![], Err(Unframed::Text)), "{}", text.escape_ascii());
        }
        // A note may have more than one line.
        let note = [&b"\xC0/note\0\0\0,s\0\0a\nb\0\xC0"[..]].concat();
        assert_eq!(read(&note).0.len(), 1);
    }

    #[test]
    fn a_length_that_no_packet_has_ends_the_stream_before_it_takes_memory() {
        for (bytes, len) in [
            (b"\0\0\0\0", 0),
            (b"\0\0\0\x07", 7),
            (b"\0\x01\0\x04", 65_540),
            (b"\0\xFF\xFF\xFF", 0xFF_FFFF),
        ] {
            assert_eq!(read(bytes), (vec![], Err(Unframed::Length(len))));
        }
        let longest = vec![0; BYTES_MAX];
        assert_eq!(read(&frame(&longest, Framing::Length)).0, [longest]);
    }

    #[test]
    fn a_packet_without_an_end_is_open() {
        let open = |bytes: &[u8]| {
            let mut stream = PacketStream::New;
            bytes.iter().for_each(|&byte| drop(stream.take(byte).unwrap()));
            stream.is_open()
        };
        assert!(open(GO) && open(b"\xC0/go") && open(b"\0\0\0\x08/go\0") && open(b"\0"));
        assert!(
            !open(b"")
                && !open(&frame(GO, Framing::Slip))
                && !open(&frame(GO, Framing::Length))
                && !open(b"\xC0")
        );
    }
}
