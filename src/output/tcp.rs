//! Messages over TCP: one connection, kept up by a worker. Each message of OSC, or bundle of those
//! that leave together, is a frame; text and bytes leave as they are.
//!
//! A message is written once. If the connection breaks under it, nobody can tell what the far end
//! has taken, so it is reported as failed and never written again. While nothing is to be sent, the
//! worker keeps the connection up, so that a dead desk shows before the cue that needs it.

mod connect;

use std::io::{self, ErrorKind, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};

use super::answers::Answers;
use super::clocked::Clocked;
use super::keepalive::{BeatGrid, EncodedKeepalive};
use super::messages::Messages;
use super::peer::{Peer, words};
use super::probe::{Attempt, ProbeAnswer};
use super::queued::Queued;
use super::ramps::{Ramped, Ramping};
use super::timecode::OSC;
use super::worker::{Failure, Transmit, Worker, WorkerContext};
use super::{Opening, OutputFault, OutputReport, Surroundings, osc, start_timecode};
use crate::show::action::Framing;
use crate::show::file::machine::Finding;
use crate::show::{OutputIx, Show};
use crate::slip;
use crate::time::{MachineClock, MachineNs};
use connect::SILENCE_MAX;
pub(super) use connect::connect;

/// Time that the far end has to make room for a message.
const WRITE_LIMIT: Duration = Duration::from_secs(2);

/// Interval at which an idle connection is checked.
const LOOK: Duration = Duration::from_millis(250);

/// Minimum age of a connection that the far end is believed to keep.
const LASTS: Duration = Duration::from_secs(1);

/// Time that the worker waits, after a message on a new connection, for a reset that means it was
/// thrown away.
const DOUBT: Duration = Duration::from_millis(30);

/// The longest pause between two attempts to connect; the first is [`LOOK`], each is twice the one
/// before.
const PAUSE_MAX: Duration = Duration::from_secs(4);

/// Maximum number of received blocks that are taken in at one check.
const BLOCKS_MAX: usize = 64;

/// OSC over TCP, before it is opened.
pub(super) struct OscTcpKind(pub(super) Peer, pub(super) Framing);

impl super::Kind for OscTcpKind {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        _: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let (peer, framing) = (self.0.clone(), self.1);
        let keepalive = EncodedKeepalive::new(show, output, osc::packet)?;
        Ok(Opening::new(
            Ramping::new(show, output)?,
            move |messages, context: WorkerContext, rate| {
                let open = |context, packets| {
                    let tcp = open(context, peer, Speech::Osc(framing), packets, keepalive)?;
                    let steps = tcp.steps();
                    Ok((tcp, steps))
                };
                let tcp = Ramped::open(context.clone(), messages, open)?;
                let line = tcp.driver().clock();
                Ok(Clocked::beside(tcp, start_timecode(&context, rate, OSC, line)?))
            },
        ))
    }

    /// Makes a connection, and closes it at once.
    fn probe(&self, _: &Show, _: OutputIx, _: &Surroundings<'_>) -> Attempt {
        probe(&self.0)
    }

    fn lacks(&self, _: bool, _: &Surroundings<'_>) -> Vec<Finding> {
        vec![]
    }
}

/// Makes a connection, and closes it at once.
pub(super) fn probe(peer: &Peer) -> Attempt {
    let peer = peer.clone();
    Box::new(move |_| match connect(&peer) {
        Ok(_) => (ProbeAnswer::Up, "takes a connection".into()),
        Err(error) => (ProbeAnswer::Down, words(&error)),
    })
}

/// Starts the worker of an output over TCP.
pub(super) fn open(
    context: WorkerContext,
    peer: Peer,
    speech: Speech,
    packets: Messages<Vec<u8>>,
    keepalive: Option<EncodedKeepalive>,
) -> io::Result<Queued<Vec<u8>>> {
    let opened = context.clock.now();
    let keepalive = keepalive
        .map(|EncodedKeepalive { message, every }| (BeatGrid::new(opened, every), message));
    let (link, hung_up, pause) = (None, 0, LOOK);
    let tcp = Tcp { context: context.clone(), peer, speech, keepalive, link, hung_up, pause };
    let worker = Worker::start(context.clone(), tcp)?;
    Ok(Queued::new(context, packets, worker, None))
}

/// What is said over a connection.
pub(super) enum Speech {
    /// Packets of OSC; what comes back is thrown away.
    Osc(Framing),
    /// Text and bytes as they are; what comes back is shown.
    Raw(Answers),
}

impl Speech {
    /// The bytes that leave for `message` at `now`.
    fn frame(&self, message: &[u8], now: Timestamp) -> Vec<u8> {
        match self {
            Speech::Osc(framing) => frame(message, *framing, now),
            Speech::Raw(_) => message.to_vec(),
        }
    }

    /// Takes in what the far end says.
    fn hear(&mut self, bytes: &[u8]) {
        match self {
            Speech::Osc(_) => {}
            Speech::Raw(answers) => answers.hear(bytes),
        }
    }

    /// Ends what the far end was saying over a connection that is gone.
    fn break_off(&mut self) {
        match self {
            Speech::Osc(_) => {}
            Speech::Raw(answers) => answers.end_line(),
        }
    }
}

/// The frame of `packet`; a bundle is given the time `now`, which changes what has to be escaped.
fn frame(packet: &[u8], framing: Framing, now: Timestamp) -> Vec<u8> {
    let mut packet = packet.to_vec();
    osc::stamp(&mut packet, now);
    match framing {
        Framing::Slip => slip::frame(&packet),
        Framing::Length => {
            // A packet is no longer than a datagram may be, so its length always fits.
            let len = u32::try_from(packet.len()).unwrap_or(u32::MAX);
            [&len.to_be_bytes()[..], &packet].concat()
        }
    }
}

struct Tcp {
    context: WorkerContext,
    peer: Peer,
    speech: Speech,
    /// What keeps the far end awake, and when.
    keepalive: Option<(BeatGrid, Vec<u8>)>,
    link: Option<TcpLink>,
    /// Number of connections in a row that the far end has closed too early.
    hung_up: u32,
    /// Wait before the next attempt to connect.
    pause: Duration,
}

/// A connection.
struct TcpLink {
    stream: TcpStream,
    since: MachineNs,
}

impl TcpLink {
    /// Returns `true` if at `now` it has been there for `at_least`.
    fn has_lasted(&self, at_least: Duration, now: MachineNs) -> bool {
        now.since(self.since) >= at_least
    }
}

impl Tcp {
    /// Finds out whether the far end has closed the connection; says so where it has.
    fn check(&mut self) {
        let now = self.context.clock.now();
        let Some(link) = &self.link else { return };
        match drain(&link.stream, &mut self.speech) {
            Ok(()) => {
                if self.hung_up > 0 && link.has_lasted(LASTS, now) {
                    self.hung_up = 0;
                    self.pause = LOOK;
                    self.context.gauge.up();
                }
            }
            Err(error) => {
                let why = self.closed(&error);
                self.context.gauge.down(why);
            }
        }
    }

    /// Lets go of the connection that the far end has closed; gives the words for it.
    fn closed(&mut self, error: &io::Error) -> String {
        let now = self.context.clock.now();
        let lasted = self.link.take().is_none_or(|link| link.has_lasted(LASTS, now));
        if error.kind() == ErrorKind::TimedOut {
            // It may take the next connection as readily, and nothing from that either.
            self.hung_up = self.hung_up.saturating_add(1);
            let (peer, limit) = (&self.peer, SILENCE_MAX.as_secs());
            let why = format!(
                "the connection to {peer} timed out after {limit} s: what was sent last may not have arrived"
            );
            let note = format!("{}: {why}", self.context.name);
            (self.context.reporter)(OutputReport::Note(note));
            return why;
        }
        self.hung_up = if lasted { 0 } else { self.hung_up.saturating_add(1) };
        let did =
            if lasted { "closed the connection" } else { "hangs up as soon as it is connected" };
        format!("{} {did}: {}", self.peer, words(error))
    }

    fn connect(&mut self) -> Result<(), String> {
        // Until it is known how this ends, the light says how long it has taken.
        let clock = self.context.clock;
        let in_flight = self.context.gauge.in_flight(clock.now());
        let connected = connect(&self.peer);
        drop(in_flight);
        match connected {
            Ok(stream) => {
                // Where earlier connections did not last, this one has to last before it counts.
                if self.hung_up == 0 {
                    self.pause = LOOK;
                    self.context.gauge.up();
                }
                self.speech.break_off();
                self.link = Some(TcpLink { stream, since: clock.now() });
                Ok(())
            }
            Err(error) => Err(format!("cannot connect to {}: {}", self.peer, words(&error))),
        }
    }
}

impl Transmit for Tcp {
    type Message = Vec<u8>;

    fn transmit(&mut self, packet: &Vec<u8>) -> Result<(), Failure> {
        self.check();
        let clock = self.context.clock;
        let (frame, now) = (self.speech.frame(packet, clock.wall()), clock.now());
        let in_doubt =
            self.hung_up > 0 || self.link.as_ref().is_none_or(|link| !link.has_lasted(LOOK, now));
        if self.link.is_none() {
            self.connect()?;
        }
        let Some(link) = &mut self.link else {
            return Err(format!("there is no connection to {}", self.peer).into());
        };
        if let Err(error) = write_within(&mut link.stream, &frame, WRITE_LIMIT, clock) {
            // Half a frame may be on the wire: only a new connection is sure to begin with a whole
            // one.
            self.link = None;
            return Err(format!("{} may not have taken it: {}", self.peer, words(&error)).into());
        }
        // A far end that accepts and hangs up takes a message as well as any other, and throws it
        // away.
        let speech = &mut self.speech;
        match in_doubt.then(|| thrown_away_within(&link.stream, speech, DOUBT, clock)).flatten() {
            Some(error) => Err(format!("{}; it may not have taken it", self.closed(&error)).into()),
            None => Ok(()),
        }
    }

    fn tick(&mut self, packet: &Vec<u8>) -> bool {
        let Some(link) = &mut self.link else { return false };
        // What nobody reads is not to fill the room that a cue needs.
        let mut room = [PollFd::new(&link.stream, PollFlags::OUT)];
        if !matches!(poll(&mut room, Some(&Timespec::default())), Ok(1)) {
            return false;
        }
        let clock = self.context.clock;
        let frame = self.speech.frame(packet, clock.wall());
        let sent = match rustix::net::send(&link.stream, &frame, SendFlags::DONTWAIT) {
            // A cue would find no room either.
            Err(Errno::AGAIN | Errno::INTR) => return false,
            // What is begun has to be ended: the far end would take the next frame for the rest of
            // this one.
            Ok(sent) => {
                let rest = frame.get(sent..).unwrap_or_default();
                write_within(&mut link.stream, rest, WRITE_LIMIT, clock)
            }
            Err(error) => Err(error.into()),
        };
        if let Err(error) = &sent {
            self.link = None;
            self.context.gauge.down(format!(
                "the connection to {} broke: {}",
                self.peer,
                words(error)
            ));
        }
        sent.is_ok()
    }

    fn look(&mut self) -> Option<Duration> {
        let was_open = self.link.is_some();
        self.check();
        // Not right before a message: its own outcome would at once take the answer's place.
        if let Speech::Raw(answers) = &mut self.speech {
            answers.tell(&self.context, self.context.clock.now());
        }
        if self.link.is_some() {
            return Some(self.keep_awake().min(LOOK));
        }
        // The first connection that breaks is made again at once; a far end that keeps hanging up
        // is left in peace.
        if was_open && self.hung_up > 1 {
            return Some(self.next_pause());
        }
        match self.connect() {
            Ok(()) => Some(self.keep_awake().min(LOOK)),
            Err(why) => {
                self.context.gauge.down(why);
                Some(self.next_pause())
            }
        }
    }
}

impl Tcp {
    /// Keeps the far end awake where that is due, and gives the time until it is due again.
    fn keep_awake(&mut self) -> Duration {
        if !self.context.is_here.load(Ordering::Relaxed) {
            return LOOK;
        }
        let now = self.context.clock.now();
        let Some((beat, message)) = &mut self.keepalive else { return LOOK };
        let (is_due, left) = (beat.is_due(now), beat.left(now));
        if is_due {
            let message = message.clone();
            self.tick(&message);
        }
        left
    }

    /// The pause before the next attempt; each is twice the one before.
    fn next_pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(PAUSE_MAX);
        pause
    }
}

/// Waits for `at_most` whether the far end throws away what was just written; gives how it did, or
/// nothing where it does not.
///
/// A far end that takes the message and then hangs up ends the connection in order. One that had
/// hung up before, or did not read, has its system reset the connection.
fn thrown_away_within(
    stream: &TcpStream,
    speech: &mut Speech,
    at_most: Duration,
    clock: MachineClock,
) -> Option<io::Error> {
    let deadline = clock.now() + at_most;
    let mut ended = false;
    loop {
        match drain(stream, speech) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => ended = true,
            Err(error) => return Some(error),
            Ok(()) => {}
        }
        if let Ok(Some(error)) = stream.take_error() {
            return Some(error);
        }
        let left = deadline.since(clock.now());
        if left.is_zero() {
            return None;
        }
        // An ended connection is always readable: from then on only its reset is waited for.
        let events = if ended { PollFlags::empty() } else { PollFlags::IN };
        let timeout = Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() };
        match poll(&mut [PollFd::new(stream, events)], Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Some(error.into()),
        }
    }
}

/// Takes in what the far end says, and finds out whether it has gone.
///
/// Desks talk back; if nobody took it in, their side of the connection would fill up and they would
/// stop listening.
fn drain(stream: &TcpStream, speech: &mut Speech) -> io::Result<()> {
    let mut block = [0; 4096];
    for _ in 0..BLOCKS_MAX {
        match rustix::net::recv(stream, &mut block[..], RecvFlags::DONTWAIT) {
            Ok((0, _)) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "it hung up")),
            Ok((len, _)) => speech.hear(block.get(..len).unwrap_or_default()),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Writes all of `frame`, or fails once `limit` is over, however slowly the far end takes it.
fn write_within(
    stream: &mut TcpStream,
    frame: &[u8],
    limit: Duration,
    clock: MachineClock,
) -> io::Result<()> {
    let deadline = clock.now() + limit;
    let mut rest = frame;
    while !rest.is_empty() {
        let left = deadline.since(clock.now());
        if left.is_zero() {
            let why = format!("no room for it within {} s", limit.as_secs_f32());
            return Err(io::Error::new(ErrorKind::TimedOut, why));
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(error)
                if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;
    use std::sync::atomic::AtomicU64;
    use std::sync::mpsc::Receiver;

    use super::connect::{CONNECT_LIMIT, connect_to};
    use super::*;
    use crate::output::osc::tests::{FIRE_AND_STOP, assert_tagged_now};
    use crate::output::testing::{
        CLOCK, FIRE_BYTES, SOON, awaited, context, job, now, osc_show, together_show,
    };
    use crate::output::{Driver, Job, Light, Outcome, Report};
    use crate::show::{OutputIx, Show};

    fn open_to(port: u16) -> (Queued<Vec<u8>>, Receiver<Report>) {
        open_show(&osc_show("127.0.0.1", port), port)
    }

    fn open_show(show: &Show, port: u16) -> (Queued<Vec<u8>>, Receiver<Report>) {
        let packets = osc::packets(show, OutputIx(0)).unwrap();
        let (context, reports) = context("lights");
        let speech = Speech::Osc(Framing::Slip);
        (open(context, Peer::new("127.0.0.1", port), speech, packets, None).unwrap(), reports)
    }

    fn accept(desk: &TcpListener) -> TcpStream {
        let (stream, _) = desk.accept().unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream
    }

    fn fire_frame() -> Vec<u8> {
        [&[0xC0], FIRE_BYTES, &[0xC0]].concat()
    }

    fn assert_hears_fire(stream: &mut TcpStream) {
        let mut heard = vec![0; fire_frame().len()];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(heard, fire_frame());
    }

    #[test]
    fn sends_frames_over_one_connection() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let (mut tcp, reports) = open_to(desk.local_addr().unwrap().port());
        let mut stream = accept(&desk);
        awaited(|| tcp.health(now()).light == Light::Ok);
        for n in 0..2 {
            assert_eq!(tcp.send(job(n), now()), None);
            assert_hears_fire(&mut stream);
            let report = reports.recv_timeout(SOON).unwrap();
            assert_eq!((report.job, report.outcome), (Some(job(n)), Outcome::Sent));
        }
        assert_eq!(tcp.panic(now()), []);
        let mut heard = [0; 14];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"\xC0/stop\0\0\0,\0\0\0\xC0");
        assert_eq!(reports.recv_timeout(SOON).unwrap().job, None);
    }

    /// A line to a desk that takes connections and reads nothing.
    fn unread(context: WorkerContext) -> (Tcp, TcpListener) {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Peer::new("127.0.0.1", desk.local_addr().unwrap().port());
        let speech = Speech::Osc(Framing::Slip);
        let (keepalive, link, hung_up, pause) = (None, None, 0, LOOK);
        let mut tcp = Tcp { context, peer, speech, keepalive, link, hung_up, pause };
        tcp.connect().unwrap();
        (tcp, desk)
    }

    #[test]
    fn what_is_ticked_to_a_desk_that_reads_nothing_leaves_room_for_cues() {
        let (mut tcp, _desk) = unread(context("lights").0);
        let tick = FIRE_BYTES.repeat(100);
        let ticked = (0..100_000).take_while(|_| tcp.tick(&tick)).count();
        assert!(ticked < 100_000);
        let since = |tcp: &Tcp| tcp.link.as_ref().map(|link| link.since);
        let begun = since(&tcp).expect("a tick has not broken it");
        for _ in 0..500 {
            let sent = tcp.transmit(&FIRE_BYTES.to_vec());
            sent.unwrap_or_else(|failure| panic!("{}", failure.why));
        }
        assert_eq!(since(&tcp), Some(begun), "all over one connection");
    }

    #[test]
    fn a_desk_that_took_nothing_is_said_and_its_next_connection_has_to_last() {
        let (sender, notes) = std::sync::mpsc::channel();
        let reporter = std::sync::Arc::new(move |news| {
            if let OutputReport::Note(text) = news {
                sender.send(text).unwrap();
            }
        });
        let (mut tcp, _desk) = unread(WorkerContext { reporter, ..context("lights").0 });
        let why = tcp.closed(&ErrorKind::TimedOut.into());
        assert!(
            why.ends_with("timed out after 5 s: what was sent last may not have arrived"),
            "{why}"
        );
        assert_eq!(notes.try_recv(), Ok(format!("lights: {why}")));
        tcp.context.gauge.down(why);
        tcp.connect().unwrap();
        assert_eq!(tcp.context.gauge.health(0, now()).light, Light::Down);
    }

    #[test]
    fn what_leaves_together_is_one_frame_and_each_action_hears_of_it() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = desk.local_addr().unwrap().port();
        let (mut tcp, reports) = open_show(&together_show("127.0.0.1", port), port);
        let mut stream = accept(&desk);
        for action in [0, 2] {
            assert_eq!(tcp.send(Job { action, ..job(1) }, now()), None);
        }
        let bundle = unframed(&mut stream);
        assert_tagged_now(&bundle);
        assert_eq!(&bundle[16..], FIRE_AND_STOP);
        for action in [0, 2] {
            let report = reports.recv_timeout(SOON).unwrap();
            assert_eq!(
                (report.job, report.outcome),
                (Some(Job { action, ..job(1) }), Outcome::Sent)
            );
        }
        assert_eq!(tcp.health(now()).sent, 1);

        drop((stream, desk));
        awaited(|| tcp.health(now()).light == Light::Down);
        for action in [0, 2] {
            assert_eq!(tcp.send(Job { action, ..job(2) }, now()), None);
        }
        let why = |report: Report| (report.job.map(|job| job.action), report.outcome);
        let (first, second) =
            (reports.recv_timeout(SOON).unwrap(), reports.recv_timeout(SOON).unwrap());
        assert!(matches!(first.outcome, Outcome::Failed(_)), "{first:?}");
        assert_eq!(why(second), (Some(2), why(first).1));
    }

    /// The next frame's packet, by RFC 1055.
    fn unframed(stream: &mut TcpStream) -> Vec<u8> {
        let mut bytes = std::io::BufReader::new(stream).bytes().map(Result::unwrap);
        assert_eq!(bytes.next(), Some(0xC0));
        let mut packet = vec![];
        while let Some(byte) = bytes.next().filter(|byte| *byte != 0xC0) {
            packet.push(match byte {
                0xDB => match bytes.next() {
                    Some(0xDC) => 0xC0,
                    Some(0xDD) => 0xDB,
                    other => panic!("no escape: {other:?}"),
                },
                byte => byte,
            });
        }
        packet
    }

    #[test]
    fn finds_out_that_the_peer_has_gone_and_meets_it_again() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = desk.local_addr().unwrap().port();
        let (mut tcp, reports) = open_to(port);
        let stream = accept(&desk);
        drop(desk);
        drop(stream);
        awaited(|| tcp.health(now()).light == Light::Down);
        assert_eq!(tcp.send(job(0), now()), None);
        let report = reports.recv_timeout(SOON).unwrap();
        let refused = format!("cannot connect to 127.0.0.1:{port}: Connection refused");
        assert_eq!(report.outcome, Outcome::Failed(refused));

        let desk = TcpListener::bind(("127.0.0.1", port)).unwrap();
        assert_eq!(tcp.send(job(1), now()), None);
        assert_hears_fire(&mut accept(&desk));
        assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
        awaited(|| tcp.health(now()).sent == 1);
    }

    #[test]
    fn a_peer_that_hangs_up_between_two_cues_costs_none() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let (mut tcp, reports) = open_to(desk.local_addr().unwrap().port());
        drop(accept(&desk));
        assert_eq!(tcp.send(job(0), now()), None);
        assert_hears_fire(&mut accept(&desk));
        assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    }

    #[test]
    fn a_peer_that_always_hangs_up_is_trouble_and_has_taken_nothing() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let (mut tcp, reports) = open_to(desk.local_addr().unwrap().port());
        desk.set_nonblocking(true).unwrap();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let hang_up = std::thread::spawn(move || {
            while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                drop(desk.accept());
                std::thread::yield_now();
            }
            desk
        });
        awaited(|| {
            tcp.health(now())
                .error
                .is_some_and(|error| error.contains("hangs up as soon as it is connected"))
        });
        for n in 0..2 {
            assert_eq!(tcp.send(job(n), now()), None);
            let Outcome::Failed(why) = reports.recv_timeout(SOON).unwrap().outcome else {
                panic!("sent to nobody")
            };
            assert!(why.contains("may not have taken it"), "{why}");
        }
        let health = tcp.health(now());
        assert_eq!((health.light, health.sent, health.failed), (Light::Down, 0, 2));

        // It comes to its senses: the next message is taken, and after a second the light is on.
        drop(stop);
        let desk = hang_up.join().unwrap();
        desk.set_nonblocking(false).unwrap();
        let taken = std::thread::spawn(move || {
            loop {
                let mut stream = accept(&desk);
                let mut heard = vec![0; fire_frame().len()];
                if stream.read_exact(&mut heard).is_ok() {
                    return (stream, heard);
                }
            }
        });
        assert_eq!(tcp.send(job(2), now()), None);
        assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
        let (_stream, heard) = taken.join().unwrap();
        assert_eq!(heard, fire_frame());
        awaited(|| tcp.health(now()).light == Light::Ok);
    }

    /// A clock that stands until a test moves it.
    static MOVED_NS: AtomicU64 = AtomicU64::new(1_000_000_000);

    fn move_to(ms: u64) {
        MOVED_NS.store(1_000_000_000 + ms * 1_000_000, Ordering::SeqCst);
    }

    #[test]
    fn a_far_end_is_kept_awake_on_a_grid_while_the_output_is_sent_from_here() {
        let steady = || MachineNs::new(MOVED_NS.load(Ordering::SeqCst));
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = desk.local_addr().unwrap().port();
        let packets = osc::packets(&osc_show("127.0.0.1", port), OutputIx(0)).unwrap();
        let (context, reports) = context("lights");
        let context = WorkerContext { clock: MachineClock { steady, ..CLOCK }, ..context };
        let awake = EncodedKeepalive { message: vec![b'A'], every: Duration::from_secs(9) };
        context.is_here.store(true, Ordering::Relaxed);
        let speech = Speech::Osc(Framing::Slip);
        let peer = Peer::new("127.0.0.1", port);
        let mut tcp = open(context.clone(), peer, speech, packets, Some(awake)).unwrap();
        let mut stream = accept(&desk);
        // The worker may have looked at the clock right before or after it jumps: it goes on slowly
        // from there, as far as it takes.
        let beat = |stream: &mut TcpStream, at_ms: u64| {
            stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
            for later_ms in (0..8_000_u64).step_by(50) {
                move_to(at_ms + later_ms);
                if stream.peek(&mut [0]).is_ok() {
                    break;
                }
            }
            assert_eq!(unframed(stream), b"A");
            stream.set_read_timeout(Some(SOON)).unwrap();
        };
        let cue = |tcp: &mut Queued<Vec<u8>>, stream: &mut TcpStream, firing| {
            assert_eq!(tcp.send(job(firing), steady()), None);
            assert_hears_fire(stream);
            assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
        };
        beat(&mut stream, 0);
        move_to(8_999);
        cue(&mut tcp, &mut stream, 1);
        beat(&mut stream, 9_000);
        // A machine that stood still makes nothing good: one for three.
        beat(&mut stream, 36_500);
        move_to(44_999);
        cue(&mut tcp, &mut stream, 2);
        beat(&mut stream, 45_000);
        // While another station sends it, nothing leaves: the next thing heard is the cue.
        tcp.send_here(false);
        move_to(99_000);
        cue(&mut tcp, &mut stream, 3);
        assert_eq!(tcp.health(steady()).sent, 3, "what keeps awake is not counted");
    }

    #[test]
    fn frames_by_length_have_it_in_front() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = desk.local_addr().unwrap().port();
        let packets = osc::packets(&osc_show("127.0.0.1", port), OutputIx(0)).unwrap();
        let (context, reports) = context("lights");
        let speech = Speech::Osc(Framing::Length);
        let mut tcp = open(context, Peer::new("127.0.0.1", port), speech, packets, None).unwrap();
        let mut stream = accept(&desk);
        assert_eq!(tcp.send(job(0), now()), None);
        let mut heard = vec![0; 4 + FIRE_BYTES.len()];
        stream.read_exact(&mut heard).unwrap();
        // OSC 1.0, "a stream of packets": an int32 size before each, big-endian.
        assert_eq!(heard, [&[0, 0, 0, FIRE_BYTES.len() as u8], FIRE_BYTES].concat());
        assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    }

    #[test]
    fn a_peer_that_never_reads_ends_the_write_in_time() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut stream = connect_to(desk.local_addr().unwrap(), SOON).unwrap();
        let _held = accept(&desk);
        let big = vec![0; 64 << 20];
        let error = write_within(&mut stream, &big, Duration::from_millis(50), CLOCK).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    #[test]
    fn a_host_that_answers_nothing_holds_up_nobody() {
        // A listener without room for one more: the system leaves further attempts to connect
        // unanswered.
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        rustix::net::listen(&desk, 0).unwrap();
        let address = desk.local_addr().unwrap();
        let attempts = (0..8).map(|_| TcpStream::connect_timeout(&address, LOOK));
        let filled: Vec<_> = attempts.map_while(Result::ok).collect();
        assert!(filled.len() < 8, "the listener has room without an end");

        let (mut tcp, _reports) = open_to(address.port());
        let began = now();
        assert!((0..3).all(|n| tcp.send(job(n), now()).is_none()));
        tcp.finish();
        let left = tcp.close(now());
        assert!(now().since(began) < CONNECT_LIMIT / 2);
        assert!(left.len() >= 2, "{left:?}");
    }

    #[test]
    fn throws_away_what_the_peer_says() {
        let desk = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = connect_to(desk.local_addr().unwrap(), SOON).unwrap();
        let mut far = accept(&desk);
        far.write_all(&[7; 10_000]).unwrap();
        drop(far);
        // The end of the connection comes after all that was said, so it shows only once that is
        // out of the way.
        awaited(|| drain(&stream, &mut Speech::Osc(Framing::Slip)).is_err());
    }
}
