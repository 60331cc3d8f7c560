//! What leaves over UDP beside the cues, from the socket that they leave by: a desk knows who it
//! talks to by that. The steps of ramps, and the thread that keeps a far end awake.
//!
//! Must never keep a cue waiting: the lock of the socket is never held while anything is sent.

use std::io::{self, ErrorKind};
use std::mem;
use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use super::super::keepalive::{BeatGrid, EncodedKeepalive};
use super::super::ramps::{RampStep, StepLine};
use super::super::worker::WorkerContext;
use super::{REFUSALS, UdpLink, lock};

/// The way of what leaves beside the cues.
#[derive(Clone)]
pub(in crate::output) struct BesideCues {
    context: WorkerContext,
    link: Arc<Mutex<UdpLink>>,
}

impl BesideCues {
    pub(super) fn new(context: &WorkerContext, link: &Arc<Mutex<UdpLink>>) -> Self {
        BesideCues { context: context.clone(), link: Arc::clone(link) }
    }

    /// Has `send` send over the socket, where there is one, and leaves in the link what it finds out
    /// of the far end: it returns `true` if something was refused.
    fn send(&self, send: impl FnOnce(&UdpSocket) -> bool) {
        let Some(socket) = lock(&self.link).socket.clone() else { return };
        let is_refused = send(&socket);
        let mut link = lock(&self.link);
        // The one before this was not refused: somebody listens again.
        if link.refuses && link.is_kept && !is_refused && !link.beat_refused {
            link.refuses = false;
            self.context.gauge.up();
        }
        link.beat_refused |= is_refused;
        link.is_kept = true;
    }
}

impl StepLine for BesideCues {
    fn say(&mut self, steps: Vec<RampStep<Vec<u8>>>) {
        self.send(|socket| {
            let mut is_any_refused = false;
            for step in steps.iter().filter(|step| step.is_wanted()) {
                let (has_left, is_refused) = send_one(socket, &step.message);
                if has_left {
                    step.has_left();
                }
                is_any_refused |= is_refused;
            }
            is_any_refused
        });
    }
}

/// Sends `message`. Returns `true` if it has left, and `true` if one before it was refused.
fn send_one(socket: &UdpSocket, message: &[u8]) -> (bool, bool) {
    let mut is_refused = false;
    // A refusal of what was sent before takes the place of this message, which then has not left.
    for _ in 0..REFUSALS {
        match socket.send(message) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => is_refused = true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // No room now, no route: a cue would say more of it.
            Err(_) => break,
            Ok(_) => return (true, is_refused),
        }
    }
    (false, is_refused)
}

/// The station's end of the thread. Dropping it ends the thread without waiting for it.
pub(super) struct Keeper {
    tell: Sender<bool>,
    is_on: bool,
}

impl Keeper {
    /// Starts the thread, which sends nothing yet. Its grid begins now.
    pub(super) fn start(beside: BesideCues, keepalive: EncodedKeepalive) -> io::Result<Self> {
        let (tell, told) = channel();
        let name = format!("awake {}", beside.context.name);
        let beat = BeatGrid::new(beside.context.clock.now(), keepalive.every);
        let work = move || keep(&beside, beat, &keepalive.message, &told);
        thread::Builder::new().name(name).spawn(work)?;
        Ok(Keeper { tell, is_on: false })
    }

    /// Begins to send, or stops.
    pub(super) fn turn(&mut self, is_on: bool) {
        if mem::replace(&mut self.is_on, is_on) != is_on {
            // Without the thread nobody is kept awake, and the cues go on.
            let _ = self.tell.send(is_on);
        }
    }
}

fn keep(beside: &BesideCues, mut beat: BeatGrid, message: &[u8], told: &Receiver<bool>) {
    let (mut is_on, clock) = (false, beside.context.clock);
    loop {
        let news = match is_on {
            true => told.recv_timeout(beat.left(clock.now())),
            false => told.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match news {
            Ok(turned) => is_on = turned,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if is_on && beat.is_due(clock.now()) {
            beside.send(|socket| send_one(socket, message).1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;
    use std::time::Duration;

    use super::super::Udp;
    use super::*;
    use crate::output::osc;
    use crate::output::peer::Peer;
    use crate::output::testing::{FIRE_BYTES, SOON, awaited, context, job, now, osc_show};
    use crate::output::{Driver, Light, Outcome};
    use crate::show::OutputIx;

    fn open(port: u16) -> Udp {
        let packets = osc::packets(&osc_show("127.0.0.1", port), OutputIx(0)).unwrap();
        let every = Duration::from_millis(5);
        let keepalive = EncodedKeepalive { message: b"awake".to_vec(), every };
        let peer = Peer::new("127.0.0.1", port);
        Udp::open(context("desk").0, peer, packets, None, Some(keepalive)).unwrap()
    }

    fn listener(port: u16) -> UdpSocket {
        let socket = UdpSocket::bind(("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        socket
    }

    #[test]
    fn a_desk_is_kept_awake_from_where_its_cues_come_while_they_come_from_here() {
        let desk = listener(0);
        let mut udp = open(desk.local_addr().unwrap().port());
        let hear = || {
            let mut bytes = [0; 64];
            let (len, from) = desk.recv_from(&mut bytes).unwrap();
            (bytes[..len].to_vec(), from)
        };
        assert_eq!(udp.send(job(0), now()), Some(Outcome::Sent));
        let (first, sender) = hear();
        assert_eq!(first, FIRE_BYTES, "it was not to be kept awake yet");
        udp.send_here(true);
        for _ in 0..3 {
            assert_eq!(hear(), (b"awake".to_vec(), sender));
        }
        udp.send_here(false);
        assert_eq!(udp.send(job(1), now()), Some(Outcome::Sent));
        // What was on its way is heard, and then no more.
        while hear().0 != FIRE_BYTES {}
        assert_eq!(udp.health(now()).sent, 2, "what keeps awake is not counted");
    }

    #[test]
    fn a_desk_that_does_not_listen_shows_before_the_first_cue_and_is_met_again() {
        let port = listener(0).local_addr().unwrap().port();
        let mut udp = open(port);
        udp.send_here(true);
        awaited(|| udp.health(now()).light == Light::Down);
        let error = udp.health(now()).error;
        assert_eq!(error, Some(format!("nobody listens at 127.0.0.1:{port}")));
        let _desk = listener(port);
        awaited(|| udp.health(now()).light == Light::Ok);
        assert_eq!(udp.send(job(0), now()), Some(Outcome::Sent));
        assert_eq!((udp.health(now()).sent, udp.health(now()).failed), (1, 0));
    }
}
