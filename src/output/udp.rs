//! Messages over UDP: one datagram a message, or a bundle of OSC messages that leave together, sent
//! on the station's own thread.
//!
//! The packets are ready and the socket is connected and non-blocking, so a GO costs a look-up and
//! one system call. Nothing here may block: a host's name is looked up by a helper thread. UDP
//! promises nothing; "sent" means that the datagram has left this machine and was not refused, as
//! far as is known. A refusal comes back later: it then fails the datagrams that it belongs to,
//! also those that were reported as sent. Once a port has refused one, the next is reported only
//! when it is known whether it was refused as well.

mod keep;
mod probe;
mod recent;

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::answers::Answers;
use super::clocked::Clocked;
use super::gauge::Delivery;
use super::keepalive::EncodedKeepalive;
use super::messages::{Messages, SharedOutcome, Work};
use super::osc;
use super::peer::{Peer, first_of, words};
use super::probe::Attempt;
use super::queue::Senders;
use super::ramps::{Ramped, Ramping};
use super::timecode::{OSC, UdpLine};
use super::worker::WorkerContext;
use super::{
    Driver, Encoded, Health, Job, Lasts, Light, Opening, Outcome, OutputFault, OutputReport,
    Report, Surroundings, start_timecode,
};
use crate::locks::Unpoisoned;
use crate::show::file::machine::Finding;
use crate::show::{OutputIx, Show};
use crate::time::MachineNs;
use keep::{BesideCues, Keeper};
use recent::{Left, Recent};

/// Interval at which a name without an address, or an address without a route, is tried again.
const RETRY: Duration = Duration::from_secs(3);

/// Number of refusals of earlier datagrams that one send clears away: one can be pending, one more
/// can come in between.
const REFUSALS: usize = 3;

/// Maximum number of answers that are taken in at one look.
const ANSWERS_MAX: usize = 8;

/// Maximum number of bytes of an answer that are looked at.
const ANSWER_BYTES_MAX: usize = 512;

/// OSC over UDP, before it is opened.
pub(super) struct OscUdpKind(pub(super) Peer);

impl super::Kind for OscUdpKind {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        _: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let (peer, keepalive) = (self.0.clone(), EncodedKeepalive::new(show, output, osc::packet)?);
        Ok(Opening::new(Ramping::new(show, output)?, move |messages, context, rate| {
            let line = UdpLine::new(peer.clone(), Arc::clone(&context.gauge));
            let timecode = start_timecode(&context, rate, OSC, line)?;
            let open = |context, packets| {
                let udp = Udp::open(context, peer, packets, None, keepalive)?;
                let beside = udp.beside();
                Ok((udp, beside))
            };
            Ok(Clocked::beside(Ramped::open(context, messages, open)?, timecode))
        }))
    }

    fn probe(&self, _: &Show, _: OutputIx, _: &Surroundings<'_>) -> Attempt {
        let peer = self.0.clone();
        Box::new(move |_| probe::look(&peer))
    }

    fn lacks(&self, _: bool, _: &Surroundings<'_>) -> Vec<Finding> {
        vec![]
    }
}

/// An output over UDP.
pub(super) struct Udp {
    context: WorkerContext,
    peer: Peer,
    packets: Messages<Vec<u8>>,
    shared_outcome: SharedOutcome,
    /// Buffer in which bundles get their time tag: roomy enough for the longest, so that no GO
    /// waits for memory.
    stamped: Vec<u8>,
    /// `true` if its messages are OSC's, of which bundles have a time.
    is_osc: bool,
    link: Arc<Mutex<UdpLink>>,
    keeper: Option<Keeper>,
    /// Its drop ends the helper thread.
    _helper: Option<Sender<()>>,
}

/// The socket, once there is one.
#[derive(Default)]
struct UdpLink {
    socket: Option<Arc<UdpSocket>>,
    /// The last that is known is that a datagram was refused.
    refuses: bool,
    recent: Recent,
    /// What the far end answers, where that is shown.
    answers: Option<Answers>,
    /// A message that keeps the far end awake has left since the last refusal.
    is_kept: bool,
    /// Such a message has found a refusal that nobody has been told of yet.
    beat_refused: bool,
}

impl Udp {
    /// Opens the socket at once where the host is an address, and otherwise as soon as its name is
    /// known. With `answers`, the messages are no OSC, and what the far end says is shown.
    pub(super) fn open(
        context: WorkerContext,
        peer: Peer,
        packets: Messages<Vec<u8>>,
        answers: Option<Answers>,
        keepalive: Option<EncodedKeepalive>,
    ) -> io::Result<Self> {
        let is_osc = answers.is_none();
        let socket = peer.literal().and_then(|address| connect(address).ok()).map(Arc::new);
        let ready = socket.is_some();
        let link = Arc::new(Mutex::new(UdpLink { socket, answers, ..UdpLink::default() }));
        let helper = if ready { None } else { Some(start_helper(&context, &peer, &link)?) };
        let beside = || BesideCues::new(&context, &link);
        let keeper = keepalive.map(|asked| Keeper::start(beside(), asked)).transpose()?;
        let longest =
            packets.all().filter(|packet| osc::is_bundle(packet)).map(|packet| packet.len()).max();
        let stamped = Vec::with_capacity(longest.unwrap_or(0));
        Ok(Udp {
            context,
            peer,
            packets,
            shared_outcome: SharedOutcome::default(),
            stamped,
            is_osc,
            link,
            keeper,
            _helper: helper,
        })
    }

    /// The way of what leaves beside the cues.
    pub(super) fn beside(&self) -> BesideCues {
        BesideCues::new(&self.context, &self.link)
    }

    /// Sends a bundle with the time of this moment, and a message as it is.
    fn stamp_and_send(
        &mut self,
        senders: Senders,
        packet: &[u8],
        since: MachineNs,
    ) -> Option<Outcome> {
        if !self.is_osc || !osc::is_bundle(packet) {
            return self.send_packet(senders, packet, since);
        }
        self.stamped.clear();
        self.stamped.extend_from_slice(packet);
        osc::stamp(&mut self.stamped, self.context.clock.wall());
        self.send_packet(senders, &self.stamped, since)
    }

    /// Sends a datagram; gives no outcome where a report on it will come.
    fn send_packet(&self, senders: Senders, packet: &[u8], since: MachineNs) -> Option<Outcome> {
        let (job, mut link) = (senders.job, lock(&self.link));
        let gauge = &self.context.gauge;
        let Some(socket) = &link.socket else {
            let why = gauge.error().unwrap_or_else(|| unresolved(&self.peer, None));
            gauge.down(why.clone());
            gauge.failed(Delivery::new(job, since, since));
            return Some(Outcome::Failed(why));
        };
        let (mut result, mut refused) = send_past_refusals(socket, packet);
        if result.as_ref().is_err_and(|e| !is_full(e))
            && let Ok(fresh) = socket.peer_addr().and_then(connect)
        {
            // The machine's own address may have changed under the socket, to which it stays bound
            // for ever.
            let (again, refused_again) = send_past_refusals(&fresh, packet);
            (result, refused) = (again, refused || refused_again);
            link.socket = Some(Arc::new(fresh));
        }
        let delivery = Delivery::new(job, since, self.context.clock.now());
        if refused || link.beat_refused {
            self.tell_refused(&mut link);
        }
        match result {
            // On this machine a closed port has answered before the call comes back.
            Ok(()) if is_refused(link.socket.as_deref()) => {
                self.tell_refused(&mut link);
                gauge.failed(delivery);
                Some(self.refused())
            }
            Ok(()) => {
                let in_doubt = link.refuses;
                if in_doubt {
                    gauge.sent_in_doubt(delivery);
                } else {
                    gauge.sent(Light::Ok, delivery);
                }
                if let Some(oldest) =
                    link.recent.push(Left { senders, delivery, at: since, in_doubt })
                {
                    self.tell(&oldest, &Outcome::Sent);
                }
                (!in_doubt).then_some(Outcome::Sent)
            }
            Err(error) => {
                let why = if is_full(&error) {
                    "the network takes no more just now".into()
                } else {
                    words(&error)
                };
                let why = format!("cannot send to {}: {why}", self.peer);
                gauge.down(why.clone());
                gauge.failed(delivery);
                Some(Outcome::Failed(why))
            }
        }
    }

    fn refused(&self) -> Outcome {
        Outcome::Failed(format!("sent, but refused: {}", unheard(&self.peer)))
    }

    /// A refusal has come back: those that it belongs to have failed.
    fn tell_refused(&self, link: &mut UdpLink) {
        (link.refuses, link.is_kept, link.beat_refused) = (true, false, false);
        self.context.gauge.down(unheard(&self.peer));
        for left in link.recent.refused() {
            self.context.gauge.refused(left.delivery);
            self.tell(&left, &self.refused());
        }
    }

    /// Looks whether a refusal has come back, and reports what is known now of those in doubt.
    fn look(&self, link: &mut UdpLink, now: MachineNs) {
        if is_refused(link.socket.as_deref()) || link.beat_refused {
            self.tell_refused(link);
        }
        for left in link.recent.heard(now) {
            link.refuses = false;
            self.context.gauge.up();
            self.tell(&left, &Outcome::Sent);
        }
        self.hear(link, now);
    }

    /// Takes in what the far end has answered, where that is shown.
    fn hear(&self, link: &mut UdpLink, now: MachineNs) {
        let UdpLink { socket: Some(socket), answers: Some(answers), .. } = link else { return };
        let mut answer = [0; ANSWER_BYTES_MAX];
        let mut is_refused = false;
        for _ in 0..ANSWERS_MAX {
            match socket.recv(&mut answer) {
                Ok(len) => {
                    answers.hear(answer.get(..len).unwrap_or_default());
                    answers.end_line();
                }
                Err(error) => {
                    is_refused = error.kind() == ErrorKind::ConnectionRefused;
                    break;
                }
            }
        }
        answers.tell(&self.context, now);
        if is_refused {
            self.tell_refused(link);
        }
    }

    fn tell(&self, left: &Left, outcome: &Outcome) {
        for report in self.reports(left, outcome) {
            (self.context.reporter)(OutputReport::Report(report));
        }
    }

    fn reports(&self, left: &Left, outcome: &Outcome) -> impl Iterator<Item = Report> {
        left.senders.all().map(|job| self.context.report(job, outcome.clone()))
    }
}

impl Driver for Udp {
    fn send(&mut self, job: Job, now: MachineNs) -> Option<Outcome> {
        let (senders, packet) = match self.packets.of(job) {
            Some(Work::Alone(packet)) => (Senders::one(job), Arc::clone(packet)),
            Some(Work::Leads(packet, others)) => {
                (Senders { job: Some(job), others: Some(Arc::clone(others)) }, Arc::clone(packet))
            }
            Some(Work::Follows) => return self.shared_outcome.of(job),
            None => return Some(Outcome::no_message()),
        };
        let outcome = self.stamp_and_send(senders, &packet, now);
        self.shared_outcome.keep(job, outcome.clone());
        outcome
    }

    fn panic(&mut self, now: MachineNs) -> Vec<Report> {
        let send = |packet: &Arc<Vec<u8>>| self.send_packet(Senders::default(), packet, now);
        self.packets
            .panic
            .iter()
            .filter_map(send)
            .map(|outcome| self.context.report(None, outcome))
            .collect()
    }

    fn call_off(&mut self, _why: &str) -> Vec<Report> {
        // A datagram leaves at once, or has failed.
        vec![]
    }

    fn revise(&mut self, _: &Arc<Show>, messages: Option<Encoded>) {
        if let Some(Ok(packets)) = messages.map(|messages| messages.downcast::<Messages<Vec<u8>>>())
        {
            let longest = packets.all().map(|packet| packet.len()).max().unwrap_or(0);
            self.stamped.clear();
            self.stamped.reserve(longest);
            self.packets = *packets;
        }
    }

    fn lasts(&mut self) -> Option<&mut dyn Lasts> {
        None
    }

    fn health(&self, now: MachineNs) -> Health {
        // Over a network a refusal comes back a moment after the datagram: looking here shows it
        // before the next cue.
        self.look(&mut lock(&self.link), now);
        self.context.gauge.health(0, now)
    }

    fn send_here(&mut self, is_here: bool) {
        if let Some(keeper) = &mut self.keeper {
            keeper.turn(is_here);
        }
    }

    fn close(&mut self, deadline: MachineNs) -> Vec<Report> {
        let (clock, known_at) = (self.context.clock, lock(&self.link).recent.known_at());
        if let Some(known_at) = known_at {
            thread::sleep(known_at.min(deadline).since(clock.now()));
        }
        let mut link = lock(&self.link);
        let refused =
            if is_refused(link.socket.as_deref()) { link.recent.refused() } else { vec![] };
        let (refused_outcome, known) =
            (self.refused(), known_at.is_some_and(|at| at <= clock.now()));
        let doubtful = || {
            Outcome::Failed("sent after a refusal: nobody knows whether it was heard".to_owned())
        };
        let refused = refused
            .iter()
            .flat_map(|left| self.reports(left, &refused_outcome))
            .collect::<Vec<_>>();
        let rest = link.recent.in_doubt();
        let outcome = if known { Outcome::Sent } else { doubtful() };
        refused
            .into_iter()
            .chain(rest.iter().flat_map(|left| self.reports(left, &outcome)))
            .collect()
    }
}

/// A socket to `address` that never waits.
pub(super) fn connect(address: SocketAddr) -> io::Result<UdpSocket> {
    let any = match address {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_nonblocking(true)?;
    if address.is_ipv4() {
        socket.set_broadcast(true)?;
    }
    socket.connect(address)?;
    Ok(socket)
}

/// Sends `packet`, and says whether earlier ones were refused.
///
/// A connected socket gives the refusal of an earlier datagram as the error of the next send, which
/// then sends nothing: without another try, every other cue to a desk that has just come back would
/// be lost.
fn send_past_refusals(socket: &UdpSocket, packet: &[u8]) -> (io::Result<()>, bool) {
    let mut refused = false;
    for _ in 0..REFUSALS {
        match socket.send(packet) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => refused = true,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return (result.map(drop), refused),
        }
    }
    (Err(ErrorKind::ConnectionRefused.into()), refused)
}

/// Returns `true` if a refusal has come back since it was last asked for.
fn is_refused(socket: Option<&UdpSocket>) -> bool {
    let error = socket.and_then(|socket| socket.take_error().ok().flatten());
    error.is_some_and(|error| error.kind() == ErrorKind::ConnectionRefused)
}

/// Returns `true` if the machine has no room for the datagram just now; another socket would have
/// none either.
fn is_full(error: &io::Error) -> bool {
    let no_buffers = rustix::io::Errno::NOBUFS.raw_os_error();
    error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(no_buffers)
}

fn unheard(peer: &Peer) -> String {
    format!("nobody listens at {peer}")
}

fn unresolved(peer: &Peer, error: Option<&io::Error>) -> String {
    let state = if peer.literal().is_some() { "cannot be reached" } else { "is not resolved yet" };
    match error {
        Some(error) => format!("{peer} {state}: {}", words(error)),
        None => format!("{peer} {state}"),
    }
}

fn lock(link: &Mutex<UdpLink>) -> MutexGuard<'_, UdpLink> {
    // A link is whole between any two statements, so a poisoned lock has nothing broken to hide.
    link.lock().unpoisoned()
}

/// Starts the thread that looks the host up until it has a socket to put into `link`.
fn start_helper(
    context: &WorkerContext,
    peer: &Peer,
    link: &Arc<Mutex<UdpLink>>,
) -> io::Result<Sender<()>> {
    let (stop, stopped) = channel();
    context.gauge.idle(Some(unresolved(peer, None)));
    let (context, peer, link) = (context.clone(), peer.clone(), Arc::clone(link));
    let name = format!("find {}", context.name);
    thread::Builder::new().name(name).spawn(move || find(&context, &peer, &link, &stopped))?;
    Ok(stop)
}

fn find(context: &WorkerContext, peer: &Peer, link: &Mutex<UdpLink>, stopped: &Receiver<()>) {
    loop {
        // The first address with a route will do: there is no telling over UDP which one has a
        // listener.
        let in_flight = context.gauge.in_flight(context.clock.now());
        let found = peer.addresses().and_then(|addresses| first_of(&addresses, connect));
        drop(in_flight);
        match found {
            Ok(socket) => {
                let mut link = lock(link);
                link.socket = Some(Arc::new(socket));
                context.gauge.idle(None);
                return;
            }
            Err(error) => context.gauge.down(unresolved(peer, Some(&error))),
        }
        if stopped.recv_timeout(RETRY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Packet;
    use crate::output::osc::tests::{FIRE_AND_STOP, assert_tagged_now};
    use crate::output::testing::{
        FIRE_BYTES, SOON, awaited, context, job, now, osc_show, together_show,
    };
    use crate::show::{CueIx, OutputIx, Show};

    fn open(host: &str, port: u16) -> Udp {
        open_show(&osc_show(host, port), host, port)
    }

    fn open_show(show: &Show, host: &str, port: u16) -> Udp {
        let packets = osc::packets(show, OutputIx(0)).unwrap();
        Udp::open(context("lights").0, Peer::new(host, port), packets, None, None).unwrap()
    }

    fn listener(address: &str) -> UdpSocket {
        let socket = UdpSocket::bind(address).unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        socket
    }

    fn heard(socket: &UdpSocket) -> Vec<u8> {
        let mut buffer = [0; 256];
        let len = socket.recv(&mut buffer).unwrap();
        buffer[..len].to_vec()
    }

    #[test]
    fn sends_the_packet_of_the_action_and_of_panic() {
        let desk = listener("127.0.0.1:0");
        let mut udp = open("127.0.0.1", desk.local_addr().unwrap().port());
        assert_eq!(udp.send(job(0), now()), Some(Outcome::Sent));
        assert_eq!(heard(&desk), FIRE_BYTES);
        let health = udp.health(now());
        assert_eq!(
            (health.light, health.error, health.sent, health.failed),
            (Light::Ok, None, 1, 0)
        );
        let fired = Packet::Action { cue: CueIx(0), action: 0 };
        assert_eq!(health.last.map(|last| (last.packet, last.has_left)), Some((fired, true)));
        assert_eq!(health.latency.map(|latency| latency.count), Some(1));
        assert_eq!(
            udp.panic(now()).iter().map(|r| (r.job, &r.outcome)).collect::<Vec<_>>(),
            [(None, &Outcome::Sent)]
        );
        assert_eq!(heard(&desk), b"/stop\0\0\0,\0\0\0");
        assert_eq!(udp.send(Job { action: 9, ..job(0) }, now()), Some(Outcome::no_message()));
    }

    #[test]
    fn what_leaves_together_is_one_datagram_and_each_action_hears_of_it() {
        let desk = listener("127.0.0.1:0");
        let port = desk.local_addr().unwrap().port();
        let mut udp = open_show(&together_show("127.0.0.1", port), "127.0.0.1", port);
        let room = udp.stamped.capacity();
        assert!(
            matches!(udp.send(Job { action: 2, ..job(1) }, now()), Some(Outcome::Failed(_))),
            "nothing led it"
        );
        for action in [0, 2] {
            assert_eq!(udp.send(Job { action, ..job(1) }, now()), Some(Outcome::Sent));
        }
        let bundle = heard(&desk);
        assert_tagged_now(&bundle);
        assert_eq!(&bundle[16..], FIRE_AND_STOP);
        assert_eq!((udp.health(now()).sent, udp.stamped.capacity()), (1, room));
        assert!(
            matches!(udp.send(Job { action: 2, ..job(2) }, now()), Some(Outcome::Failed(_))),
            "led by another firing"
        );
        assert_eq!(udp.send(Job { cue: CueIx(1), ..job(2) }, now()), Some(Outcome::Sent));
        assert_eq!(heard(&desk), FIRE_BYTES, "one message needs no bundle");
    }

    #[test]
    fn speaks_to_ipv6_and_to_names() {
        if let Ok(desk) = UdpSocket::bind("[::1]:0") {
            desk.set_read_timeout(Some(SOON)).unwrap();
            let mut udp = open("::1", desk.local_addr().unwrap().port());
            assert_eq!(udp.send(job(0), now()), Some(Outcome::Sent));
            assert_eq!(heard(&desk), FIRE_BYTES);
        }
        let desk = listener("127.0.0.1:0");
        let mut udp = open("localhost", desk.local_addr().unwrap().port());
        awaited(|| lock(&udp.link).socket.is_some());
        assert_eq!(udp.send(job(0), now()), Some(Outcome::Sent));
        assert_eq!(heard(&desk), FIRE_BYTES);
    }

    #[test]
    fn no_datagram_is_lost_to_the_refusal_of_another_and_each_has_its_own_outcome() {
        let port = listener("127.0.0.1:0").local_addr().unwrap().port();
        let (context, reports) = context("lights");
        let show = osc_show("127.0.0.1", port);
        let packets = osc::packets(&show, OutputIx(0)).unwrap();
        let mut udp =
            Udp::open(context, Peer::new("127.0.0.1", port), packets, None, None).unwrap();
        let refused =
            Outcome::Failed(format!("sent, but refused: nobody listens at 127.0.0.1:{port}"));
        for n in 0..2 {
            // On a machine with other work the refusal may come a moment after the call has
            // returned.
            let mut outcome = udp.send(job(n), now()).filter(|outcome| *outcome != Outcome::Sent);
            awaited(|| {
                udp.health(now());
                outcome =
                    outcome.take().or_else(|| reports.try_recv().ok().map(|report| report.outcome));
                outcome.is_some()
            });
            assert_eq!(outcome, Some(refused.clone()));
        }
        let health = udp.health(now());
        assert_eq!((health.light, health.sent, health.failed), (Light::Down, 0, 2));
        assert_eq!(health.error, Some(format!("nobody listens at 127.0.0.1:{port}")));
        assert_eq!(
            udp.panic(now()).iter().map(|r| (r.job, &r.outcome)).collect::<Vec<_>>(),
            [(None, &refused)]
        );

        // It is back: what is sent arrives, and counts as sent once it is known not to have been
        // refused.
        let desk = listener(&format!("127.0.0.1:{port}"));
        for n in 2..4 {
            assert_eq!(udp.send(job(n), now()), None);
            assert_eq!(heard(&desk), FIRE_BYTES);
        }
        assert_eq!(udp.health(now()).light, Light::Down);
        let mut outcomes = vec![];
        awaited(|| {
            udp.health(now());
            outcomes.extend(reports.try_iter().map(|report| (report.job, report.outcome)));
            outcomes.len() == 2
        });
        assert_eq!(outcomes, [2, 3].map(|n| (Some(job(n)), Outcome::Sent)));
        let health = udp.health(now());
        assert_eq!(
            (health.light, health.error, health.sent, health.failed),
            (Light::Ok, None, 2, 3)
        );
        assert_eq!(udp.send(job(4), now()), Some(Outcome::Sent));
    }

    #[test]
    fn a_refusal_that_comes_later_fails_what_was_reported_as_sent() {
        let (context, reports) = context("lights");
        let show = together_show("127.0.0.1", 9);
        let packets = osc::packets(&show, OutputIx(0)).unwrap();
        let desk = listener("127.0.0.1:0");
        let peer = Peer::new("127.0.0.1", desk.local_addr().unwrap().port());
        let mut udp = Udp::open(context, peer, packets, None, None).unwrap();
        assert_eq!(udp.send(job(1), now()), Some(Outcome::Sent));
        assert_eq!(udp.send(Job { action: 2, ..job(1) }, now()), Some(Outcome::Sent));
        // A network that brings the refusal after the call has come back.
        udp.tell_refused(&mut lock(&udp.link));
        let failed: Vec<_> =
            reports.try_iter().map(|report| (report.job, report.outcome)).collect();
        let why = format!("sent, but refused: nobody listens at {}", desk.local_addr().unwrap());
        let of = |action| (Some(Job { action, ..job(1) }), Outcome::Failed(why.clone()));
        assert_eq!(failed, [of(0), of(2)], "each action of the bundle");
        let health = udp.health(now());
        assert_eq!((health.light, health.sent, health.failed), (Light::Down, 0, 1));
        assert_eq!(health.last.map(|last| last.has_left), Some(false));
    }

    #[test]
    fn closing_settles_what_is_in_doubt() {
        let desk = listener("127.0.0.1:0");
        let mut udp = open("127.0.0.1", desk.local_addr().unwrap().port());
        lock(&udp.link).refuses = true;
        assert_eq!(udp.send(job(0), now()), None);
        let closed = udp.close(now() + SOON);
        assert_eq!(
            closed.iter().map(|r| (r.job, &r.outcome)).collect::<Vec<_>>(),
            [(Some(job(0)), &Outcome::Sent)]
        );
        assert_eq!(udp.send(job(1), now()), None);
        let closed = udp.close(now());
        assert!(
            matches!(&closed[..], [Report { outcome: Outcome::Failed(why), .. }] if why.contains("nobody knows"))
        );
    }

    #[test]
    fn an_unknown_name_fails_at_once_and_says_so() {
        let mut udp = open("no-such-desk.invalid", 8000);
        let Some(Outcome::Failed(why)) = udp.send(job(0), now()) else { panic!("sent nowhere") };
        assert!(why.starts_with("no-such-desk.invalid:8000 is not resolved yet"), "{why}");
        assert!(udp.health(now()).error.is_some());
        assert_eq!(
            (udp.health(now()).light, udp.health(now()).sent, udp.health(now()).failed),
            (Light::Down, 0, 1)
        );
    }
}
