//! SLIP (RFC 1055) both ways, as OSC 1.1 frames packets on a connection.
//!
//! Takes frames with END after them and frames with END on both sides; sends the latter: the END
//! in front ends whatever half a packet a broken connection has left with the receiver, which
//! throws it away and takes this one whole. Pure bytes, for what is sent and for what is heard;
//! must never touch a socket, nor grow beyond the longest packet, whatever comes.

/// The byte at both ends of a frame.
pub const END: u8 = 0xC0;
const ESC: u8 = 0xDB;
const ESC_END: u8 = 0xDC;
const ESC_ESC: u8 = 0xDD;

/// `packet` as it goes on the wire.
pub fn frame(packet: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(packet.len() + 2);
    frame.push(END);
    for &byte in packet {
        match byte {
            END => frame.extend([ESC, ESC_END]),
            ESC => frame.extend([ESC, ESC_ESC]),
            _ => frame.push(byte),
        }
    }
    frame.push(END);
    frame
}

/// A frame that has come to its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// A packet.
    Whole(Vec<u8>),
    /// One that was too long or wrongly escaped; its bytes are gone.
    Damaged,
}

/// Takes frames out of a stream.
pub struct Deframer {
    /// The longest packet that is taken, in bytes.
    longest: usize,
    packet: Vec<u8>,
    escaped: bool,
    /// `true` if the rest of this frame is thrown away.
    damaged: bool,
}

impl Deframer {
    /// Takes packets of `longest` bytes at most.
    pub fn new(longest: usize) -> Self {
        Deframer { longest, packet: vec![], escaped: false, damaged: false }
    }

    /// Takes the next byte; gives the frame that it ends. Two ENDs in a row are no frame.
    pub fn take(&mut self, byte: u8) -> Option<Frame> {
        match (byte, std::mem::take(&mut self.escaped)) {
            (END, escaped) => {
                let packet = std::mem::take(&mut self.packet);
                if std::mem::take(&mut self.damaged) || escaped {
                    return Some(Frame::Damaged);
                }
                return (!packet.is_empty()).then_some(Frame::Whole(packet));
            }
            (ESC, false) => self.escaped = true,
            (byte, false) => self.push(byte),
            (ESC_END, true) => self.push(END),
            (ESC_ESC, true) => self.push(ESC),
            (_, true) => self.damaged = true,
        }
        None
    }

    /// Returns `true` if a frame has begun and not ended.
    pub fn is_open(&self) -> bool {
        !self.packet.is_empty() || self.escaped || self.damaged
    }

    fn push(&mut self, byte: u8) {
        if self.packet.len() == self.longest {
            self.damaged = true;
        }
        if self.damaged {
            self.packet = Vec::new();
        } else {
            self.packet.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 64;

    fn frames(bytes: &[u8]) -> Vec<Frame> {
        let mut deframer = Deframer::new(LONGEST);
        bytes.iter().filter_map(|&byte| deframer.take(byte)).collect()
    }

    #[test]
    fn frames_with_end_on_both_sides() {
        assert_eq!(frame(b"/go\0"), b"\xC0/go\0\xC0");
        assert_eq!(frame(b""), [0xC0, 0xC0]);
        assert_eq!(frame(&[1, 0xC0, 2, 0xDB, 3]), [0xC0, 1, 0xDB, 0xDC, 2, 0xDB, 0xDD, 3, 0xC0]);
        assert_eq!(frame(&[0xDB, 0xDC]), [0xC0, 0xDB, 0xDD, 0xDC, 0xC0]);
    }

    #[test]
    fn takes_both_conventions_of_end() {
        let whole = || Frame::Whole(b"/go\0".to_vec());
        assert_eq!(frames(b"/go\0\xC0/go\0\xC0"), [whole(), whole()]);
        assert_eq!(frames(b"\xC0/go\0\xC0\xC0/go\0\xC0"), [whole(), whole()]);
        assert_eq!(frames(b"\xC0/go\0"), []);
    }

    #[test]
    fn escapes_come_back_as_they_were() {
        let bytes = [1, END, 2, ESC, 3, ESC_END, ESC_ESC];
        assert_eq!(
            frame(&bytes),
            [END, 1, ESC, ESC_END, 2, ESC, ESC_ESC, 3, ESC_END, ESC_ESC, END]
        );
        assert_eq!(frames(&frame(&bytes)), [Frame::Whole(bytes.to_vec())]);
    }

    #[test]
    fn a_damaged_frame_costs_no_other() {
        let whole = || Frame::Whole(b"/go\0".to_vec());
        assert_eq!(frames(b"\xDBx\xC0/go\0\xC0"), [Frame::Damaged, whole()]);
        assert_eq!(frames(b"x\xDB\xC0/go\0\xC0"), [Frame::Damaged, whole()]);
        let mut deframer = Deframer::new(LONGEST);
        assert!((0..3 * LONGEST).all(|_| deframer.take(7).is_none()));
        assert!(deframer.packet.capacity() <= 2 * LONGEST);
        assert_eq!(deframer.take(END), Some(Frame::Damaged));
        let longest = vec![7; LONGEST];
        assert_eq!(frames(&frame(&longest)), [Frame::Whole(longest)]);
    }
}
