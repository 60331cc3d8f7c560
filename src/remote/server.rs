//! The sockets and the thread behind them.
//!
//! One thread waits in poll(2) for datagrams, connections, answers and pictures, and takes some of
//! each in turn, so that a flood of one holds up none of the others. Whatever is sent at it, a cue
//! goes first ([`super::priority`]). Must never wait for a far end. While it works it holds the lock
//! of the hub, for which the station never waits ([`super::ear`]).

mod places;

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

use super::connection::Connection;
use super::counts::count;
use super::ear::{Datagrams, Ear};
use super::hub::{HearWish, Hub, HubShared, PacketTo, UNANSWERED_MAX};
use super::packet::BYTES_MAX;
use super::priority::{Budget, Priority};
use super::sockets::bind;
use super::{Answer, Counts, Picture, RemoteError, RemoteSettings, ReplyTo, Trouble, waiting};
use crate::locks::Unpoisoned;
use crate::show::Show;
use crate::slip::Frame;
use crate::time::{MachineClock, MachineNs};

/// The most connections at a time.
const CONNECTIONS_MAX: usize = 16;

/// Maximum number of datagrams, or connections, that are taken before the others have their turn.
const TURN: usize = 256;

/// Interval at which the tables are looked through when nothing happens. A standstill is told from
/// such a wait only where it takes a second longer.
const TICK: Duration = Duration::from_millis(250);

/// Pause of a failing listener.
const DEAF: Duration = Duration::from_secs(1);

/// Hears remote controls. Dropping it ends its thread without waiting.
pub struct Remote {
    address: SocketAddr,
    shared: Arc<HubShared>,
    inbox: Arc<ServerShared>,
    answers: SyncSender<(ReplyTo, Answer)>,
    thread: Option<JoinHandle<()>>,
}

/// Data that the handles leave for the thread.
pub(super) struct ServerShared {
    /// Only the last one counts, so there is room for one.
    picture: Mutex<Option<Picture>>,
    /// Another version of the show, which comes before the picture.
    show: Mutex<Option<Arc<Show>>>,
    /// The datagrams, which the thread and the station take from the socket.
    pub(super) datagrams: Datagrams,
    ends: AtomicBool,
    waker: OwnedFd,
}

impl ServerShared {
    /// Ends the thread's wait.
    pub(super) fn wake(&self) {
        // A full pipe rings already.
        let _ = rustix::io::write(&self.waker, &[1]);
    }

    fn picture(&self) -> std::sync::MutexGuard<'_, Option<Picture>> {
        // There is a picture or none between any two statements, so a poisoned lock has nothing
        // broken to hide.
        self.picture.lock().unpoisoned()
    }
}

impl Remote {
    /// Hears remote controls of `show` from now on, over UDP and TCP on the same port; port 0 is
    /// any free one. Its thread goes by `clock`.
    ///
    /// `hear` is called on a thread of its own with each wish, and must not block. Each of them
    /// should be answered.
    ///
    /// # Errors
    /// When the address cannot be had, or the system gives no thread.
    pub fn start(
        settings: RemoteSettings,
        show: Arc<Show>,
        hear: HearWish,
        clock: MachineClock,
    ) -> Result<Self, RemoteError> {
        let (udp, tcp) = bind(settings.listen)?;
        let address = udp.local_addr().map_err(RemoteError::Start)?;
        let shared = Arc::new(HubShared::default());
        let (woken, waker) =
            pipe_with(PipeFlags::NONBLOCK | PipeFlags::CLOEXEC).map_err(io::Error::from)?;
        let hub = Hub::new(show, settings.passcode, address.port(), hear, Arc::clone(&shared));
        let inbox = Arc::new(ServerShared {
            picture: Mutex::default(),
            show: Mutex::default(),
            datagrams: Datagrams::new(udp, hub),
            ends: AtomicBool::default(),
            waker,
        });
        // Each unanswered request has its place, so an answer only finds none if something is
        // answered twice.
        let (answers, answered) = sync_channel(2 * UNANSWERED_MAX);
        let server = Server {
            clock,
            shared: Arc::clone(&shared),
            inbox: Arc::clone(&inbox),
            answered,
            woken,
            tcp,
            connections: vec![],
            connected: 0,
            deaf_until: None,
            buffer: vec![0; BYTES_MAX],
        };
        let thread = thread::Builder::new().name("remote".into()).spawn(move || server.serve());
        let thread = Some(thread.map_err(RemoteError::Start)?);
        Ok(Remote { address, shared, inbox, answers, thread })
    }

    /// Lends the UDP socket to who calls this, for as long as the ear is kept and little comes.
    /// `ring` is called on the thread of remote controls whenever the socket is lent again, and must
    /// not block.
    pub fn lend(&self, ring: impl Fn() + Send + Sync + 'static) -> Ear {
        Ear::new(Arc::clone(&self.inbox), ring)
    }

    /// Address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers a request; never blocks.
    pub fn answer(&self, to: &ReplyTo, answer: Answer) {
        match self.answers.try_send((to.clone(), answer)) {
            Ok(()) => self.inbox.wake(),
            Err(_) => count(&self.shared.tally.dropped),
        }
    }

    /// Says what is true now; never blocks.
    ///
    /// To be called with every change, and besides ten times a second or so while
    /// [`Self::has_subscribers`].
    pub fn publish(&self, picture: Picture) {
        *self.inbox.picture() = Some(picture);
        self.inbox.wake();
    }

    /// The show is another version from here on; never blocks. To be called before a picture of it.
    pub fn revise(&self, show: Arc<Show>) {
        *self.inbox.show.lock().unpoisoned() = Some(show);
        self.inbox.wake();
    }

    /// Returns `true` if anybody wants to be told of what is published. `/runningCues` is answered
    /// from the last picture anyhow.
    pub fn has_subscribers(&self) -> bool {
        self.shared.has_subscribers.load(Relaxed)
    }

    /// Takes the troubles since the last call, for the caller; never blocks.
    pub fn take_troubles(&self) -> Vec<Trouble> {
        self.shared.troubles.take()
    }

    /// Numbers of what was received so far.
    pub fn counts(&self) -> Counts {
        self.shared.tally.counts()
    }

    /// Ends, and waits until the port is free again.
    pub fn close(mut self) {
        self.end();
        if let Some(thread) = self.thread.take() {
            // A thread that has fallen over its own fault has let go of the port too.
            let _ = thread.join();
        }
    }

    fn end(&self) {
        self.inbox.ends.store(true, Relaxed);
        self.inbox.wake();
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.end();
    }
}

impl From<io::Error> for RemoteError {
    fn from(source: io::Error) -> Self {
        RemoteError::Start(source)
    }
}

struct Server {
    clock: MachineClock,
    shared: Arc<HubShared>,
    inbox: Arc<ServerShared>,
    answered: Receiver<(ReplyTo, Answer)>,
    woken: OwnedFd,
    tcp: TcpListener,
    connections: Vec<Connection>,
    /// Number of connections so far.
    connected: u64,
    /// Until when no connection is accepted, because the last attempt failed.
    deaf_until: Option<MachineNs>,
    buffer: Vec<u8>,
}

impl Server {
    fn serve(mut self) {
        Priority::Low.take();
        let (clock, inbox) = (self.clock, Arc::clone(&self.inbox));
        let mut budget = Budget::new(clock.now(), clock.spent());
        while !inbox.ends.load(Relaxed) {
            let Ok(ready) = self.wait(clock.now()) else { return };
            let woken = clock.now();
            let hub = &mut *inbox.datagrams.hub();
            hub.woke(woken, ready.due, ready.is_quiet());
            if hub.has_stood() {
                inbox.datagrams.take_back();
            }
            hub.set_wall(woken, waiting::ntp(clock.wall()));
            if ready.woken {
                self.take_what_was_left(hub, woken);
            }
            if ready.udp {
                self.take_datagrams(hub);
            }
            self.serve_connections(hub, &ready.connections);
            // One instant for the rest of the turn.
            let now = clock.now();
            if ready.tcp {
                self.accept(hub, now);
            }
            self.hang_up(hub, now);
            hub.tick(now);
            self.send(hub, now);
            budget.spent(now, clock.spent()).into_iter().for_each(Priority::take);
            // While much comes, the thread keeps the socket.
            if !ready.udp && budget.has_little_to_do() && !hub.has_stood() {
                inbox.datagrams.lend(now);
            }
        }
    }

    fn wait(&mut self, now: MachineNs) -> io::Result<ReadySockets> {
        self.deaf_until = self.deaf_until.filter(|&until| now < until);
        let listens = if self.deaf_until.is_some() { PollFlags::empty() } else { PollFlags::IN };
        let datagrams = &self.inbox.datagrams;
        let mut fds = vec![
            PollFd::from_borrowed_fd(self.woken.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(self.tcp.as_fd(), listens),
        ];
        for connection in &self.connections {
            let out = if connection.is_behind() { PollFlags::OUT } else { PollFlags::empty() };
            fds.push(PollFd::from_borrowed_fd(connection.stream.as_fd(), PollFlags::IN | out));
        }
        let looks = !datagrams.is_lent();
        if looks {
            fds.push(PollFd::from_borrowed_fd(datagrams.socket.as_fd(), PollFlags::IN));
        }
        let (next_due, has_stood) = {
            let hub = datagrams.hub();
            (hub.next_due(), hub.has_stood())
        };
        let due = next_due.map_or(TICK, |due| due.since(now).min(TICK));
        // After a standstill it looks again at once: what it does not find then has come later.
        let due = if has_stood { Duration::ZERO } else { due };
        let tick = Timespec { tv_sec: due.as_secs() as i64, tv_nsec: due.subsec_nanos().into() };
        match poll(&mut fds, Some(&tick)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        let mut next = || ready.next() == Some(true);
        let (woken, tcp) = (next(), next());
        let connections: Vec<bool> = ready.by_ref().take(self.connections.len()).collect();
        let udp = ready.next() == Some(true);
        Ok(ReadySockets {
            due,
            woken,
            looks,
            udp,
            tcp: tcp && self.deaf_until.is_none(),
            connections,
        })
    }

    /// Answers and a picture.
    fn take_what_was_left(&mut self, hub: &mut Hub, now: MachineNs) {
        let mut notified = [0; 64];
        while rustix::io::read(&self.woken, &mut notified).is_ok_and(|n| n == notified.len()) {}
        // They come to an end: only this thread hands over what is answered.
        for (to, answer) in self.answered.try_iter() {
            hub.answer(&to, &answer);
        }
        // The picture first: it comes after its show, so the show taken here is not older.
        let picture = self.inbox.picture().take();
        let show = self.inbox.show.lock().unpoisoned().take();
        if let Some(show) = show {
            hub.revise(show);
        }
        if let Some(picture) = picture {
            hub.publish(picture, now);
        }
        self.send(hub, now);
    }

    /// Takes in what was sent. Each datagram has its own instant: the program may have been stopped
    /// between two of them.
    fn take_datagrams(&mut self, hub: &mut Hub) {
        for _ in 0..TURN {
            let (len, sender) = match self.inbox.datagrams.socket.recv_from(&mut self.buffer) {
                Ok(received) => received,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // The refusal of an earlier reply, on some systems: the next datagram stands behind
                // it.
                Err(_) => continue,
            };
            let now = self.clock.now();
            let packet = self.buffer.get(..len).unwrap_or_default();
            hub.hear(packet, super::PacketSender::Udp(sender), now);
            self.send(hub, now);
        }
    }

    /// Takes in what connections said; each message has its own instant, as a datagram has.
    fn serve_connections(&mut self, hub: &mut Hub, ready: &[bool]) {
        let (mut lost, clock) = (vec![], self.clock);
        for (connection, _) in self.connections.iter_mut().zip(ready).filter(|(_, ready)| **ready) {
            let read = connection.read(clock.now(), |frame, peer| match frame {
                Frame::Whole(packet) => hub.hear(&packet, peer, clock.now()),
                Frame::Damaged => hub.malformed(peer, || "a damaged frame".to_owned(), clock.now()),
            });
            if let Err(error) = &read
                && error.kind() == ErrorKind::InvalidData
            {
                hub.malformed(connection.peer, || error.to_string(), clock.now());
            }
            if read.and_then(|()| connection.flush(clock.now())).is_err() {
                lost.push(connection.id);
            }
        }
        // What they said is answered first: who has said all hangs up at once.
        self.send(hub, clock.now());
        lost.into_iter().for_each(|id| self.lose(hub, id));
    }

    fn accept(&mut self, hub: &mut Hub, now: MachineNs) {
        for _ in 0..CONNECTIONS_MAX {
            let (stream, far_end) = match self.tcp.accept() {
                Ok(accepted) => accepted,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                Err(_) => {
                    // Most likely the system is out of files; asking again at once would only burn
                    // time.
                    self.deaf_until = Some(now + DEAF);
                    return;
                }
            };
            if self.connections.len() == CONNECTIONS_MAX {
                let Some((id, peer)) = self.gives_way(hub, now) else {
                    count(&self.shared.tally.dropped);
                    let why = || format!("hung up on: {CONNECTIONS_MAX} connections are in use");
                    hub.trouble(super::PacketSender::Tcp(0, far_end), why, now);
                    continue;
                };
                let why = || "an idle connection was closed: a new one needs its place".to_owned();
                hub.trouble(peer, why, now);
                self.lose(hub, id);
            }
            self.connected += 1;
            self.connections.extend(Connection::new(self.connected, stream, far_end, now));
        }
    }

    /// Sends what the hub has to say; what finds no room is dropped.
    fn send(&mut self, hub: &mut Hub, now: MachineNs) {
        for (to, packet) in hub.take_out() {
            match to {
                PacketTo::Udp(address) => {
                    if self.inbox.datagrams.socket.send_to(&packet, address).is_err() {
                        count(&self.shared.tally.dropped);
                    }
                }
                PacketTo::Tcp(id) => {
                    let connection =
                        self.connections.iter_mut().find(|connection| connection.id == id);
                    let failed = connection.and_then(|connection| {
                        connection.send(&packet, now).err().map(|error| (connection.peer, error))
                    });
                    if let Some((peer, error)) = failed {
                        count(&self.shared.tally.dropped);
                        if error.kind() == ErrorKind::TimedOut {
                            let why = || "hung up on: it does not read what it is sent".to_owned();
                            hub.trouble(peer, why, now);
                        }
                        self.lose(hub, id);
                    }
                }
            }
        }
    }

    fn lose(&mut self, hub: &mut Hub, id: u64) {
        self.connections.retain(|connection| connection.id != id);
        hub.lose(id);
    }
}

/// Sockets that have something to read, or room to write.
struct ReadySockets {
    /// The longest that was to be waited.
    due: Duration,
    /// `true` if there may be answers or a picture.
    woken: bool,
    /// `true` if datagrams were looked for: the socket was not lent.
    looks: bool,
    udp: bool,
    tcp: bool,
    /// In the order of the connections.
    connections: Vec<bool>,
}

impl ReadySockets {
    /// Returns `true` if nothing was sent, as far as can be said, and no connection has room that it
    /// lacked before.
    fn is_quiet(&self) -> bool {
        self.looks && !self.udp && !self.connections.contains(&true)
    }
}
