//! OSC 1.0 packets out of a cue's words, and the time tag of those that leave together.
//!
//! Encodes when a show is opened, so that a GO only has to look a packet up; must never touch a
//! socket.
//!
//! ```text
//! bundle  = "#bundle" NUL, time tag, element …
//! element = size of the message (32 bits, big-endian), message
//! time    = seconds since 1900-01-01 UTC (32 bits), fraction of a second (32 bits): NTP's, RFC 5905 section 6
//! ```
//!
//! The time tag is the moment at which the bundle leaves, and never a later one. A server carries
//! out what is due or overdue at once, but keeps what lies ahead (OSC 1.0, "Temporal Semantics"): a
//! tag that lies ahead would have the desk's clock decide when the cue comes, and panic could not
//! call it back. What is in one bundle is carried out as one in either case.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use rosc::{OscMessage, OscPacket, OscType};

use super::OutputFault;
use super::messages::Messages;
use crate::show::action::{OscArg, OscContent};
use crate::show::{Body, OutputIx, Show};

/// The most that one datagram carries over IPv4; what cannot go by UDP is refused for TCP too, as
/// no desk reads it.
const LONGEST: usize = 65_507;

/// First bytes of a bundle; a message begins with `/`.
const BUNDLE: &[u8; 8] = b"#bundle\0";

/// Bytes of the time tag in a bundle.
const TAG: std::ops::Range<usize> = 8..16;

/// The tag that means "at once" (OSC 1.0, "OSC Time Tags"): 63 zero bits and a one.
const AT_ONCE: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];

/// A bundle without elements: it says nothing, and yet is a whole OSC packet ("zero or more
/// elements").
pub(super) const NOTHING: &[u8; 16] = b"#bundle\0\0\0\0\0\0\0\0\x01";

/// The seconds from NTP's year 1900 to 1970: 70 years, 17 of them leap years (RFC 5905, figure 4).
const NTP_1970: u64 = 2_208_988_800;

/// The packets of an output; what a cue sends together is one bundle, to be stamped when it leaves.
///
/// # Errors
/// All that no packet can say.
pub(super) fn packets(
    show: &Show,
    output: OutputIx,
) -> Result<Messages<Vec<u8>>, Vec<OutputFault>> {
    Messages::new(show, output, packet)?.joined(show, output, bundle)
}

/// The packet that says `body`, or why there is none.
pub(super) fn packet(body: &Body) -> Result<Vec<u8>, String> {
    let Body::Osc { address, content } = body else {
        return Err("not an OSC message".into());
    };
    match content {
        OscContent::Args(args) => message(address, args),
        OscContent::Ramp(ramp) => message(address, &[ramp.value(Duration::ZERO)]),
    }
}

/// The packet of a message, or why there is none.
pub(super) fn message(address: &str, args: &[OscArg]) -> Result<Vec<u8>, String> {
    let args = args.iter().map(|arg| match arg {
        OscArg::Int(value) => OscType::Int(*value),
        OscArg::Float(value) => OscType::Float(*value),
        OscArg::Text(value) => OscType::String(value.clone()),
        OscArg::Bool(value) => OscType::Bool(*value),
    });
    let message = OscMessage { addr: address.to_owned(), args: args.collect() };
    let bytes = rosc::encoder::encode(&OscPacket::Message(message)).map_err(|e| e.to_string())?;
    fitting(bytes, "message")
}

/// The bundle that holds `messages`.
fn bundle(messages: &[Arc<Vec<u8>>]) -> Result<Vec<u8>, String> {
    let mut bytes = [BUNDLE.as_slice(), &AT_ONCE].concat();
    for message in messages {
        // No message is longer than a datagram.
        bytes.extend((message.len() as u32).to_be_bytes());
        bytes.extend_from_slice(message);
    }
    fitting(bytes, "bundle of what leaves together")
}

fn fitting(bytes: Vec<u8>, what: &str) -> Result<Vec<u8>, String> {
    let size = bytes.len();
    if size > LONGEST {
        Err(format!("the OSC {what} has {size} bytes, {LONGEST} at most go into a datagram"))
    } else {
        Ok(bytes)
    }
}

/// Returns `true` if `packet` has a time tag.
pub(super) fn is_bundle(packet: &[u8]) -> bool {
    packet.starts_with(BUNDLE)
}

/// Writes the time `now` into a bundle, and leaves a message as it is. A wall clock that is set
/// before 1970 counts as 1970: an overdue bundle is carried out at once.
pub(super) fn stamp(packet: &mut [u8], now: Timestamp) {
    if is_bundle(packet) {
        set_tag(packet, time_tag(Duration::try_from(now.as_duration()).unwrap_or_default()));
    }
}

fn set_tag(bundle: &mut [u8], tag: [u8; 8]) {
    if let Some(place) = bundle.get_mut(TAG) {
        place.copy_from_slice(&tag);
    }
}

/// NTP's time, so long after 1970 began.
fn time_tag(since_1970: Duration) -> [u8; 8] {
    // Counted modulo 2^32, as NTP does: its first era ends in 2036, and the next begins with zero.
    let seconds = since_1970.as_secs().wrapping_add(NTP_1970) as u32;
    let fraction = (u64::from(since_1970.subsec_nanos()) << 32) / 1_000_000_000;
    (u64::from(seconds) << 32 | fraction).to_be_bytes()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::output::testing::{CLOCK, FIRE_BYTES, fire};

    /// Bytes of a bundle of `fire()` and of `/stop` after its time tag, by hand from the
    /// specification.
    pub(in crate::output) const FIRE_AND_STOP: &[u8] =
        b"\0\0\0\x2C/eos/cue/1/12/fire\0\0,ifsT\0\0\0\0\0\0\x01\x3F\0\0\0text\0\0\0\0\0\0\0\x0C/stop\0\0\0,\0\0\0";

    /// Takes a bundle's time tag, whose moment must be about now.
    #[track_caller]
    pub(in crate::output) fn assert_tagged_now(bundle: &[u8]) {
        assert_eq!(bundle.get(..8), Some(BUNDLE.as_slice()));
        let seconds = u32::from_be_bytes(bundle[8..12].try_into().unwrap());
        let unix = u64::from(seconds) - 2_208_988_800;
        assert!(CLOCK.wall().as_second().abs_diff(unix as i64) < 60, "{unix}");
    }

    #[test]
    fn encodes_every_type_of_argument() {
        assert_eq!(packet(&fire()).unwrap(), FIRE_BYTES);
        let flags = Body::Osc {
            address: "/a".into(),
            content: OscContent::Args(vec![OscArg::Bool(false), OscArg::Int(-1)]),
        };
        assert_eq!(packet(&flags).unwrap(), b"/a\0\0,Fi\0\xff\xff\xff\xff");
        assert_eq!(
            packet(&Body::Osc { address: "/abc".into(), content: OscContent::Args(vec![]) })
                .unwrap(),
            b"/abc\0\0\0\0,\0\0\0"
        );
    }

    #[test]
    fn refuses_what_no_datagram_carries() {
        let long = |len| Body::Osc {
            address: "/a".into(),
            content: OscContent::Args(vec![OscArg::Text("x".repeat(len))]),
        };
        assert!(packet(&long(70_000)).unwrap_err().contains("65507 at most"));
        let half = Arc::new(packet(&long(40_000)).unwrap());
        assert!(bundle(&[Arc::clone(&half), half]).unwrap_err().contains("leaves together has 80"));
    }

    #[test]
    fn bundles_have_each_message_behind_its_size() {
        let stop =
            packet(&Body::Osc { address: "/stop".into(), content: OscContent::Args(vec![]) })
                .unwrap();
        let bundle = bundle(&[Arc::new(packet(&fire()).unwrap()), Arc::new(stop)]).unwrap();
        assert_eq!(bundle, [b"#bundle\0\0\0\0\0\0\0\0\x01".as_slice(), FIRE_AND_STOP].concat());
        assert_eq!(super::bundle(&[]).unwrap(), NOTHING);
    }

    #[test]
    fn time_tags_are_ntps() {
        // 2024-08-11 19:00:00.25 UTC is 1723402800.25 by Unix time, and 1723402800 + 2208988800 is
        // 0xEA6388B0.
        let tag = time_tag(Duration::new(1_723_402_800, 250_000_000));
        assert_eq!(tag, [0xEA, 0x63, 0x88, 0xB0, 0x40, 0, 0, 0]);
        // RFC 5905, figure 4: 1970-01-01 is 2,208,988,800 of era 0; 2036-02-08 00:00:00 is 63,104
        // of era 1.
        assert_eq!(time_tag(Duration::ZERO), [0x83, 0xAA, 0x7E, 0x80, 0, 0, 0, 0]);
        assert_eq!(time_tag(Duration::from_secs(2_086_041_600)), [0, 0, 0xF6, 0x80, 0, 0, 0, 0]);
        assert_eq!(time_tag(Duration::from_nanos(999_999_999))[4..], [0xFF, 0xFF, 0xFF, 0xFB]);
    }

    #[test]
    fn only_bundles_are_stamped() {
        let mut message = FIRE_BYTES.to_vec();
        stamp(&mut message, CLOCK.wall());
        assert_eq!(message, FIRE_BYTES);
        let mut bundle = *NOTHING;
        stamp(&mut bundle, CLOCK.wall());
        assert_tagged_now(&bundle);
    }
}
