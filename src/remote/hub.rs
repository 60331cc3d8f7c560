//! What is done with a packet: who may speak, what is handed over, and what goes back.
//!
//! Has no socket and no clock: packets and times come in, packets for the sockets come out. All that it keeps is
//! bounded, whatever comes in, and it answers strangers rarely, lest it be used to flood a third.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::{Duration, Instant};

use super::address::{Ask, Misunderstood, understand};
use super::clients::{CLIENTS_MAX, Client, Clients};
use super::counts::{Tally, count};
use super::feed;
use super::follow::{Change, changes, event, update};
use super::list::Words;
use super::meter::{Bucket, Guessers, Meter};
use super::packet::{Message, parse};
use super::reply::{Status, reply, text};
use super::{Answer, Passcode, Peer, Picture, ReplyTo, Request, Ticket, Wish};
use crate::show::Show;

/// How many requests may be unanswered.
pub(super) const UNANSWERED_MAX: usize = 64;

/// How many more of them there may be for panic and its kin.
const UNANSWERED_MORE: usize = 8;

/// The longest packet that goes over UDP: what IPv4 can carry.
const DATAGRAM_MAX: usize = 65_507;

/// The longest reply on a connection.
const REPLY_MAX: usize = 4 << 20;

/// The shortest time after which subscribers hear again what has not changed, since what they were told may be lost; the
/// publisher says it ten times a second.
const REPEAT: Duration = Duration::from_millis(50);

/// How much is told of the changes between two pictures, to all who listen together.
const NEWS_MAX: usize = 2_048;

/// Hears each wish; must not block.
pub type Hear = Arc<dyn Fn(Request) + Send + Sync>;

/// Where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Udp(SocketAddr),
    Tcp(u64),
}

/// What is shared with the handles outside the thread.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) tally: Tally,
    pub(super) has_subscribers: AtomicBool,
    pub(super) unanswered: Arc<AtomicUsize>,
}

/// Everything that is known of those who speak.
pub(super) struct Hub {
    words: Words,
    passcode: Option<Passcode>,
    port: u16,
    hear: Hear,
    shared: Arc<Shared>,
    clients: Clients,
    guessers: Guessers,
    wishes: Meter,
    calming: Meter,
    /// Questions that cost little to answer.
    questions: Bucket,
    /// Questions after the whole show.
    lists: Bucket,
    /// Words on what went wrong, to those who may speak and to others.
    faults: Bucket,
    denials: Bucket,
    /// What was published last, if anything was.
    picture: Option<Picture>,
    /// The bundle that subscribers were told last, and when.
    told: Option<(Arc<[u8]>, Instant)>,
    /// The reply to `/cueLists`, until an embargo is lifted.
    cue_lists: Option<String>,
    out: Vec<(To, Arc<[u8]>)>,
}

impl Hub {
    pub(super) fn new(show: Arc<Show>, passcode: Option<Passcode>, port: u16, hear: Hear, shared: Arc<Shared>) -> Self {
        Hub {
            words: Words::new(show),
            passcode,
            port,
            hear,
            shared,
            clients: Clients::default(),
            guessers: Guessers::default(),
            wishes: Meter::new(200, 50),
            calming: Meter::new(40, 20),
            questions: Bucket::new(500, 200),
            lists: Bucket::new(10, 10),
            faults: Bucket::new(50, 50),
            denials: Bucket::new(20, 20),
            picture: None,
            told: None,
            cue_lists: None,
            out: vec![],
        }
    }

    /// What is to be sent since the last time.
    pub(super) fn take_out(&mut self) -> Vec<(To, Arc<[u8]>)> {
        std::mem::take(&mut self.out)
    }

    /// Whether this peer is obeyed.
    pub(super) fn may_speak(&self, peer: Peer) -> bool {
        self.passcode.is_none() || self.clients.find(peer).is_some_and(|client| client.connected)
    }

    /// Takes a packet.
    pub(super) fn hear(&mut self, packet: &[u8], peer: Peer, now: Instant) {
        count(&self.shared.tally.packets);
        let Ok(messages) = parse(packet) else { return self.malformed() };
        self.clients.heard(peer, now);
        for message in &messages {
            self.message(message, peer, now);
        }
    }

    /// Counts a packet that is none.
    pub(super) fn malformed(&self) {
        count(&self.shared.tally.malformed);
    }

    /// Forgets a connection.
    pub(super) fn lose(&mut self, connection: u64) {
        self.clients.lose(connection);
        self.look_who_follows();
    }

    /// Forgets who has been silent too long.
    pub(super) fn tick(&mut self, now: Instant) {
        self.clients.expire(now);
        self.look_who_follows();
    }

    /// Passes the station's answer on.
    pub(super) fn answer(&mut self, to: &ReplyTo, answer: &Answer) {
        match answer {
            Answer::Ok if self.clients.find(to.peer).is_some_and(|client| client.quiet) => {}
            Answer::Ok => self.reply(to.peer, &to.address, Status::Ok, "null"),
            Answer::Error(why) => self.reply(to.peer, &to.address, Status::Error, &text(why)),
        }
    }

    /// Takes a new picture, and tells who wants to know.
    pub(super) fn publish(&mut self, picture: Picture, now: Instant) {
        if self.words.lift(&picture) {
            self.cue_lists = None;
        }
        // The first one has no news: what it shows was so before anybody listened.
        let changes = self.picture.as_ref().map(|before| changes(before, &picture)).unwrap_or_default();
        self.picture = Some(picture);
        self.tell(&changes);
        self.feed(now);
    }

    fn look_who_follows(&self) {
        self.shared.has_subscribers.store(self.clients.follow(), Relaxed);
    }

    fn message(&mut self, message: &Message<'_>, peer: Peer, now: Instant) {
        let (asked, address) = (understand(message, &self.words.show), message.address);
        let may_speak = self.may_speak(peer);
        // A remote control looks for the show's id first and can say where its answers go; neither tells anything.
        let is_open = matches!(asked, Ok(Ask::Connect(_) | Ask::Workspaces | Ask::Version | Ask::UdpReplyPort(_)));
        if !may_speak && !is_open {
            return self.deny(peer, address, "connect with the passcode first", now);
        }
        let ask = match asked {
            Ok(Ask::Connect(passcode)) => return self.connect(&passcode, peer, address, now),
            Ok(Ask::Wish(wish)) => return self.wish(wish, peer, address, now),
            Ok(ask) => ask,
            Err(why) => {
                let tally = &self.shared.tally;
                count(if why == Misunderstood::Unknown { &tally.unknown } else { &tally.refused });
                return self.fault(peer, address, &why.to_string(), now);
            }
        };
        let bucket = match &ask {
            _ if !may_speak => &mut self.denials,
            Ask::CueLists | Ask::RunningCues => &mut self.lists,
            _ => &mut self.questions,
        };
        if !bucket.take(now) {
            return count(&self.shared.tally.dropped);
        }
        match self.settle(&ask, peer, now) {
            Ok(data) => self.reply(peer, address, Status::Ok, &data),
            Err(why) => self.fault(peer, address, &why, now),
        }
        match ask {
            Ask::Disconnect => self.clients.leave(peer),
            Ask::Subscribe(_) => self.greet(peer),
            _ => {}
        }
        self.look_who_follows();
    }

    /// Does what needs no station; gives the data of the reply, JSON.
    fn settle(&mut self, ask: &Ask, peer: Peer, now: Instant) -> Result<String, String> {
        let nothing = || Ok("null".to_owned());
        let has_passcode = self.passcode.is_some();
        let address = peer.address();
        match ask {
            Ask::Workspaces => return Ok(self.words.workspaces(has_passcode, self.may_speak(peer))),
            Ask::Version => return Ok(text(env!("CARGO_PKG_VERSION"))),
            Ask::Thump => return Ok(text("thump")),
            Ask::CueLists => {
                return Ok(self.cue_lists.get_or_insert_with(|| self.words.cue_lists()).clone());
            }
            Ask::RunningCues => {
                let running = self.picture.as_ref().map_or(&[][..], |picture| &picture.running);
                return Ok(self.words.cues(running));
            }
            Ask::Release | Ask::Disconnect => return nothing(),
            Ask::Unsubscribe | Ask::Ignore(_) | Ask::Updates(false) if self.clients.find(peer).is_none() => {
                return nothing();
            }
            _ => {}
        }
        let client = self.clients.enter(peer, has_passcode, now);
        let client = client.ok_or_else(|| format!("there are {CLIENTS_MAX} remote controls already"))?;
        match ask {
            Ask::Updates(wanted) => client.updates = *wanted,
            Ask::AlwaysReply(wanted) => client.quiet = !wanted,
            Ask::UdpReplyPort(port) => client.reply_port = Some(*port),
            Ask::Listen(wanted) => client.listen(wanted),
            Ask::Ignore(unwanted) => client.ignore(unwanted),
            Ask::Subscribe(port) => client.feed = Some((address.ip(), port.unwrap_or(address.port())).into()),
            Ask::Unsubscribe => client.feed = None,
            _ => {}
        }
        nothing()
    }

    fn connect(&mut self, given: &Passcode, peer: Peer, address: &str, now: Instant) {
        let ip = peer.address().ip();
        if let Some(passcode) = &self.passcode {
            if self.guessers.must_wait(ip, now) {
                return self.deny(peer, address, "wait", now);
            }
            if !passcode.admits(given) {
                self.guessers.wrong(ip, now);
                self.clients.disconnect(peer);
                self.look_who_follows();
                // QLab's word for it.
                return self.deny(peer, address, "badpass", now);
            }
            self.guessers.right(ip);
        } else if !self.questions.take(now) {
            return count(&self.shared.tally.dropped);
        }
        match self.clients.enter(peer, self.passcode.is_some(), now) {
            Some(client) => {
                client.connected = true;
                // As QLab 5 says what somebody with this passcode may do: see and call, and change nothing.
                self.reply(peer, address, Status::Ok, &text("ok:view|control"));
            }
            None => {
                self.fault(peer, address, &format!("there are {CLIENTS_MAX} remote controls already"), now);
            }
        }
    }

    fn wish(&mut self, wish: Wish, peer: Peer, address: &str, now: Instant) {
        let calms = wish.calms();
        let meter = if calms { &mut self.calming } else { &mut self.wishes };
        let most = UNANSWERED_MAX + if calms { UNANSWERED_MORE } else { 0 };
        let passes = meter.take(peer.address(), now);
        let Some(ticket) = passes.then(|| Ticket::take(&self.shared.unanswered, most)).flatten() else {
            count(&self.shared.tally.dropped);
            return self.fault(peer, address, "too much at once: not done", now);
        };
        count(&self.shared.tally.wishes);
        let from = ReplyTo { peer, address: address.to_owned(), _ticket: ticket };
        (self.hear)(Request { wish, from, who: peer.who() });
    }

    fn deny(&mut self, peer: Peer, address: &str, why: &str, now: Instant) {
        count(&self.shared.tally.denied);
        if self.denials.take(now) {
            self.reply(peer, address, Status::Denied, &text(why));
        }
    }

    fn fault(&mut self, peer: Peer, address: &str, why: &str, now: Instant) {
        if self.faults.take(now) {
            self.reply(peer, address, Status::Error, &text(why));
        }
    }

    fn reply(&mut self, peer: Peer, address: &str, status: Status, data: &str) {
        let (most, advice) = match peer {
            Peer::Udp(_) => (DATAGRAM_MAX, "too long for a datagram: use TCP"),
            Peer::Tcp(..) => (REPLY_MAX, "too long to be listed"),
        };
        let mut packet = reply(address, status, data);
        if packet.len() > most {
            packet = reply(address, Status::Error, &text(advice));
        }
        let client = self.clients.find(peer);
        self.out.push((self.reply_to(peer, client), packet));
    }

    /// Where replies and news for a peer go.
    fn reply_to(&self, peer: Peer, client: Option<&Client>) -> To {
        match peer {
            Peer::Tcp(connection, _) => To::Tcp(connection),
            Peer::Udp(sender) => {
                let agreed = client.and_then(|client| client.reply_port).or_else(|| self.port.checked_add(1));
                To::Udp((sender.ip(), agreed.unwrap_or(sender.port())).into())
            }
        }
    }

    /// Tells what has happened to those who listen and to those who follow updates.
    fn tell(&mut self, changes: &[Change]) {
        let mut news = vec![];
        for client in self.clients.iter() {
            let to = self.reply_to(client.peer, Some(client));
            for change in changes {
                let wanted = client.listens.iter().filter(|listen| listen.topic == change.topic);
                for listen in wanted {
                    news.push((to, event(change, listen.part, &self.words)));
                }
                if client.updates {
                    news.extend(update(change, &self.words).map(|packet| (to, packet)));
                }
            }
        }
        for _ in NEWS_MAX..news.len() {
            count(&self.shared.tally.dropped);
        }
        news.truncate(NEWS_MAX);
        self.out.extend(news);
    }

    /// Tells subscribers what is true now, if it is news or has not been said for a while.
    fn feed(&mut self, now: Instant) {
        let Some(picture) = self.picture.as_ref().filter(|_| self.clients.iter().any(|c| c.feed.is_some())) else {
            return;
        };
        let bundle = feed::bundle(picture, &self.words);
        if let Some((told, at)) = &self.told
            && *told == bundle
            && now.saturating_duration_since(*at) < REPEAT
        {
            return;
        }
        let subscribers = self.clients.iter().filter_map(feed_to);
        self.out.extend(subscribers.map(|to| (to, Arc::clone(&bundle))));
        self.told = Some((bundle, now));
    }

    /// Tells a new subscriber what is true now.
    fn greet(&mut self, peer: Peer) {
        let to = self.clients.find(peer).and_then(feed_to);
        if let Some((to, picture)) = to.zip(self.picture.as_ref()) {
            self.out.push((to, feed::bundle(picture, &self.words)));
        }
    }
}

/// Where the feed of a client goes, if it has subscribed.
fn feed_to(client: &Client) -> Option<To> {
    match client.peer {
        Peer::Udp(_) => client.feed.map(To::Udp),
        Peer::Tcp(connection, _) => client.feed.map(|_| To::Tcp(connection)),
    }
}
