//! Timecode as OSC: `/timecode "HH:MM:SS:FF" hours minutes seconds frames`, once a frame, over UDP
//! or a connection.
//!
//! There is no standard for it; the text is for people, the integers are for programs. Before the
//! frames of a drop-frame label stands `;` instead of `:` (SMPTE 12M). UDP has a socket of its own
//! here, so that a refusal that comes back on one of so many packets is not taken for an answer to
//! a cue.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

use super::ClockReceiver;
use super::pace::{Grain, Say};
use super::smpte::FrameLabel;
use crate::output::gauge::Gauge;
use crate::output::peer::{Peer, first_of};
use crate::output::{osc, udp};
use crate::show::FrameRate;
use crate::show::action::OscArg;
use crate::time::MachineNs;

/// Each frame as it begins; of those that are overdue none but the one that runs.
pub(super) const GRAIN: Grain = Grain { per_frame: 1, group: 1, announces: false, at_once: 1 };

/// Interval at which a host that is not found is looked for.
const RETRY: Duration = Duration::from_secs(3);

/// Time without a refusal after which somebody listens again. A host answers at most once a second
/// or so.
const HEARD: Duration = Duration::from_millis(2500);

/// The packet that says it.
pub(super) fn packet(rate: FrameRate, say: Say) -> Option<Vec<u8>> {
    let (Say::Here(frame) | Say::Step(frame)) = say;
    let label = FrameLabel::new(rate, frame);
    let numbers = [label.hours, label.minutes, label.seconds, label.frames]
        .map(|number| OscArg::Int(number.into()));
    let args = [OscArg::Text(label.to_string())].into_iter().chain(numbers).collect::<Vec<_>>();
    osc::message("/timecode", &args).ok()
}

/// A socket that timecode goes out on.
pub(in crate::output) struct UdpLine {
    peer: Peer,
    socket: Option<UdpSocket>,
    /// Instant of the last vain lookup of the host.
    failed: Option<MachineNs>,
    /// Shows that nobody listens, where no cue's message does.
    gauge: Arc<Gauge>,
    /// Instant of the last refused packet, until somebody listens again.
    refused: Option<MachineNs>,
}

impl UdpLine {
    pub(in crate::output) fn new(peer: Peer, gauge: Arc<Gauge>) -> Self {
        UdpLine { peer, socket: None, failed: None, gauge, refused: None }
    }

    /// The socket; may wait for a name server.
    fn socket(&mut self, now: MachineNs) -> Option<&UdpSocket> {
        if self.socket.is_none() && self.failed.is_none_or(|failed| now.since(failed) >= RETRY) {
            self.socket =
                self.peer.addresses().and_then(|addresses| first_of(&addresses, udp::connect)).ok();
            self.failed = self.socket.is_none().then_some(now);
        }
        self.socket.as_ref()
    }
}

impl UdpLine {
    /// Shows whether anybody listens: a refusal comes back as the error of a later packet.
    fn show(&mut self, is_refused: bool, now: MachineNs) {
        let why = || format!("nobody listens at {} to the timecode", self.peer);
        if is_refused {
            if self.refused.replace(now).is_none() {
                self.gauge.down(why());
            }
        } else if self.refused.is_some_and(|at| now.since(at) > HEARD) {
            self.gauge.clear(&why());
            self.refused = None;
        }
    }
}

impl ClockReceiver for UdpLine {
    fn say(&mut self, packet: Vec<u8>, now: MachineNs) {
        let Some(sent) = self.socket(now).map(|socket| socket.send(&packet)) else { return };
        // Nobody listening and no room are over soon; with anything else the socket may have lost
        // its own address.
        let is_refused =
            sent.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
        self.show(is_refused, now);
        let passes = [ErrorKind::ConnectionRefused, ErrorKind::WouldBlock, ErrorKind::Interrupted];
        if sent.is_err_and(|error| !passes.contains(&error.kind())) {
            (self.socket, self.failed) = (None, Some(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Light;
    use crate::output::testing::{awaited, now};

    #[test]
    fn a_port_that_refuses_timecode_puts_the_light_out_until_it_listens() {
        let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let gauge = Arc::new(Gauge::default());
        let mut line = UdpLine::new(Peer::new("127.0.0.1", closed.port()), Arc::clone(&gauge));
        let mut at = now();
        (0..2).for_each(|_| line.say(vec![0; 4], at));
        let why = format!("nobody listens at {closed} to the timecode");
        assert_eq!((gauge.health(0, at).light, gauge.error()), (Light::Down, Some(why)));
        let _listens = UdpSocket::bind(closed).unwrap();
        // The refusal of the packet before is still to be read.
        awaited(|| {
            at += 2 * HEARD;
            line.say(vec![0; 4], at);
            gauge.error().is_none()
        });
        assert_eq!(gauge.health(0, at).light, Light::Idle);
    }

    #[test]
    fn a_packet_has_the_label_as_text_and_as_numbers() {
        let here = packet(FrameRate::Fps25, Say::Step(25 * 3723 + 4)).unwrap();
        let said =
            b"/timecode\0\0\0,siiii\0\x0001:02:03:04\0\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04";
        assert_eq!(here, said, "{}", String::from_utf8_lossy(&here));
        let drop = packet(FrameRate::Fps2997Drop, Say::Here(1800)).unwrap();
        assert_eq!(drop.get(20..32), Some(&b"00:01:00;02\0"[..]));
    }
}
