//! SLIP framing (RFC 1055) as OSC 1.1 asks for it on streams: END before and behind every packet.
//!
//! Pure bytes; must never touch a socket. The END in front ends whatever half a packet a broken connection or a noisy
//! line has left with the receiver, which throws the garbage away and takes this packet whole.

const END: u8 = 0xC0;
const ESC: u8 = 0xDB;
const ESC_END: u8 = 0xDC;
const ESC_ESC: u8 = 0xDD;

/// `packet` as it goes on the wire.
pub(super) fn frame(packet: &[u8]) -> Vec<u8> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_with_end_on_both_sides() {
        assert_eq!(frame(b"/go\0"), b"\xC0/go\0\xC0");
        assert_eq!(frame(b""), [END, END]);
    }

    #[test]
    fn escapes_what_would_end_the_frame() {
        assert_eq!(frame(&[1, 0xC0, 2, 0xDB, 3]), [0xC0, 1, 0xDB, 0xDC, 2, 0xDB, 0xDD, 3, 0xC0]);
        assert_eq!(frame(&[0xDB, 0xDC]), [0xC0, 0xDB, 0xDD, 0xDC, 0xC0]);
    }
}
