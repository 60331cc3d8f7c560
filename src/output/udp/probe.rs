//! Trying a far end of OSC over UDP: an empty bundle is sent, a whole packet with "zero or more"
//! messages (OSC 1.0, "OSC Bundles"), none of them here.

use std::io::ErrorKind;
use std::time::Duration;

use super::super::osc;
use super::super::peer::{Peer, first_of, words};
use super::super::probe::{ProbeAnswer, ProbeSentence};
use super::connect;

/// Wait for the refusal of a datagram: on the networks of a stage it comes back within a few
/// milliseconds.
const REFUSAL: Duration = Duration::from_millis(300);

/// Sends the empty bundle, and says whether it is refused.
#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
pub(super) fn look(peer: &Peer) -> ProbeSentence {
    let socket = peer.addresses().and_then(|addresses| first_of(&addresses, connect));
    let heard = socket.and_then(|socket| {
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(REFUSAL))?;
        socket.send(osc::NOTHING)?;
        socket.recv(&mut [0; 1])
    });
    match heard {
        Ok(_) => (ProbeAnswer::Up, "answers".into()),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                (ProbeAnswer::Unknown, "nobody refuses (UDP cannot promise more)".into())
            }
            ErrorKind::ConnectionRefused => (ProbeAnswer::Down, "nobody listens".into()),
            _ => (ProbeAnswer::Down, words(&error)),
        },
    }
}
