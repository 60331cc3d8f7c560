//! Handling of a packet: who may send, what is handed over, and what goes back.
//!
//! Has no socket and no clock: packets and times come in, packets for the sockets come out. All
//! that it keeps is bounded, whatever comes in, and it answers strangers rarely, so that nobody can
//! use it to flood somebody else.

mod access;
mod admit;
mod answers;
mod out;
mod single;
mod wishes;

use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::address::{ListForm, Misunderstood, RemoteAsk, Topic, nearest, understand};
use super::clients::Clients;
use super::counts::{Tally, count};
use super::follow::changes;
use super::list::ListWords;
use super::packet::{PacketMessage, parse};
use super::reply::{Status, text};
use super::standstill::Standstill;
use super::trouble::{ReportedTroubles, Trouble, Troubles, quoted};
use super::waiting::{Later, WaitingWishes};
use super::{Answer, PacketSender, Passcode, Picture, RemoteRequest, ReplyTo, Ticket};
use crate::access::{Bucket, FailedLogins, Meter};
use crate::show::{CueIx, Show};
use crate::time::MachineNs;

/// Maximum number of unanswered requests.
pub(super) const UNANSWERED_MAX: usize = 128;

/// Maximum number of wishes a second from all senders together, and at once; from each sender half
/// of both. So a whole packet of wishes is taken at once ([`super::packet::MESSAGES_MAX`]).
const WISHES: (u32, u32) = (200, 128);

/// Maximum number of stops and holds a second from all senders together, and at once, and of
/// panics as well; from each sender half of both.
const CALMING: (u32, u32) = (40, 20);

/// Number of further requests that panic and its kin may have unanswered.
const UNANSWERED_MORE: usize = 8;

/// Reply to a client that may send requests, as QLab 5 tells what a passcode allows: to see and to
/// call, not to edit.
const CONNECTED: &str = "ok:view|control";

/// The request of a message.
type HubRequest = Result<RemoteAsk, Misunderstood>;

/// Next step after a message of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextMessage {
    GoOn,
    Stop,
}

/// Hears each wish; must not block.
pub type HearWish = Arc<dyn Fn(RemoteRequest) + Send + Sync>;

/// Destination of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PacketTo {
    Udp(SocketAddr),
    Tcp(u64),
}

/// Data shared with the handles outside the thread.
#[derive(Default)]
pub(super) struct HubShared {
    pub(super) tally: Tally,
    pub(super) troubles: Troubles,
    pub(super) has_subscribers: AtomicBool,
    pub(super) unanswered: Arc<AtomicUsize>,
}

/// Everything that is known of those who speak.
pub(super) struct Hub {
    words: ListWords,
    passcode: Option<Passcode>,
    port: u16,
    hear: HearWish,
    shared: Arc<HubShared>,
    clients: Clients,
    failed_logins: FailedLogins,
    wishes: Meter,
    /// Stop and hold.
    calming: Meter,
    panics: Meter,
    /// The panic handed over last, unless something was done after it, and its place among the
    /// unanswered.
    panicked: Option<(MachineNs, Weak<Ticket>)>,
    /// Wishes that wait for their time.
    waiting: WaitingWishes,
    /// Troubles that the caller has been told of.
    told_of: ReportedTroubles,
    /// Of these, a stop or a hold that was refused: nothing else takes their room.
    told_of_calming: ReportedTroubles,
    /// Looks whether the caller has been told already.
    telling: Bucket,
    /// Questions that cost little to answer.
    questions: Bucket,
    /// Questions after the whole show.
    lists: Bucket,
    /// Words on what went wrong, to those who may speak and to others.
    faults: Bucket,
    denials: Bucket,
    /// Looks for the address that was meant: each is a walk over all that there are.
    hints: Bucket,
    /// The last picture that was published.
    picture: Option<Picture>,
    /// Instant of the last picture.
    pictured: Option<MachineNs>,
    /// Instant at which a GO last fired a cue.
    went: Option<MachineNs>,
    /// The cue that a remote control has had made ready, until it fires.
    loaded: Option<CueIx>,
    standstill: Standstill,
    /// The bundle that subscribers were told last, and when.
    told: Option<(Arc<[u8]>, MachineNs)>,
    /// The reply to `/cueLists`, until an embargo is lifted.
    cue_lists: Option<(ListForm, String)>,
    out: Vec<(PacketTo, Arc<[u8]>)>,
}

impl Hub {
    pub(super) fn new(
        show: Arc<Show>,
        passcode: Option<Passcode>,
        port: u16,
        hear: HearWish,
        shared: Arc<HubShared>,
    ) -> Self {
        Hub {
            words: ListWords::new(show),
            passcode,
            port,
            hear,
            shared,
            clients: Clients::default(),
            failed_logins: FailedLogins::default(),
            wishes: Meter::new(WISHES.0, WISHES.1),
            calming: Meter::new(CALMING.0, CALMING.1),
            panics: Meter::new(CALMING.0, CALMING.1),
            panicked: None,
            waiting: WaitingWishes::default(),
            told_of: ReportedTroubles::default(),
            told_of_calming: ReportedTroubles::default(),
            telling: Bucket::new(5, 20),
            questions: Bucket::new(500, 200),
            lists: Bucket::new(10, 10),
            faults: Bucket::new(50, 128),
            denials: Bucket::new(20, 20),
            hints: Bucket::new(1, 5),
            picture: None,
            pictured: None,
            went: None,
            loaded: None,
            standstill: Standstill::default(),
            told: None,
            cue_lists: None,
            out: vec![],
        }
    }

    /// Returns `true` if the program stood still, and what came meanwhile may not all have been
    /// read.
    pub(super) fn has_stood(&self) -> bool {
        self.standstill.stood().is_some()
    }

    /// Takes in that a wait of at most `due` has ended, and whether nothing is there to be read.
    pub(super) fn woke(&mut self, now: MachineNs, due: Duration, is_quiet: bool) {
        self.standstill.runs(now, due, is_quiet);
    }

    /// Returns `true` if there are packets to be sent.
    pub(super) fn has_out(&self) -> bool {
        !self.out.is_empty()
    }

    /// Takes the packets to be sent since the last call.
    pub(super) fn take_out(&mut self) -> Vec<(PacketTo, Arc<[u8]>)> {
        std::mem::take(&mut self.out)
    }

    /// Returns `true` if this peer is obeyed.
    pub(super) fn may_speak(&self, peer: PacketSender) -> bool {
        self.passcode.is_none() || self.clients.find(peer).is_some_and(|client| client.connected)
    }

    /// Returns `true` if this peer has given the passcode, or is told what happens: it keeps its
    /// connection however long it is silent.
    pub(super) fn is_kept(&self, peer: PacketSender) -> bool {
        self.clients.find(peer).is_some_and(|client| client.connected || client.follows())
    }

    /// Takes a packet.
    pub(super) fn hear(&mut self, packet: &[u8], peer: PacketSender, now: MachineNs) {
        count(&self.shared.tally.packets);
        self.standstill.reads(now);
        let messages = match parse(packet) {
            Ok(messages) => messages,
            Err(why) => return self.damaged(packet, why, peer, now),
        };
        self.clients.heard(peer, now);
        let asked = messages.iter().map(|message| understand(message, &self.words.show));
        let asked: Vec<_> = messages.iter().zip(asked).collect();
        if let Err(why) = self.admit(&asked, peer, now) {
            return self.refuse_packet(asked, &why.to_string(), peer, now);
        }
        let mut is_admitted = self.may_speak(peer);
        let mut asked = asked.into_iter();
        while let Some((message, ask)) = asked.next() {
            // After a wrong guess neither the rest of a stranger's packet is obeyed, nor another
            // guess in it read.
            if self.message(message, ask, peer, now) == NextMessage::Stop {
                return;
            }
            // What stands after the passcode is a packet of its own.
            if !is_admitted && self.may_speak(peer) {
                is_admitted = true;
                let rest: Vec<_> = asked.collect();
                if let Err(why) = self.admit(&rest, peer, now) {
                    return self.refuse_packet(rest, &why.to_string(), peer, now);
                }
                asked = rest.into_iter();
            }
        }
    }

    /// Leaves word for the caller of what was not obeyed.
    pub(super) fn trouble(
        &mut self,
        peer: PacketSender,
        what: impl FnOnce() -> String,
        now: MachineNs,
    ) {
        if !self.telling.take(now) {
            return;
        }
        let trouble = Trouble { from: peer.address().ip().to_canonical(), what: what() };
        if self.told_of.is_news(&trouble, now) {
            self.shared.troubles.leave(trouble);
        }
    }

    /// Takes in what the clock on the wall reads, as NTP has it: time tags are read by it.
    pub(super) fn set_wall(&mut self, now: MachineNs, ntp: u64) {
        self.waiting.set_wall(now, ntp);
    }

    /// Instant at which the next wish is due that waits for its time.
    pub(super) fn next_due(&self) -> Option<MachineNs> {
        self.waiting.first()
    }

    /// Forgets a connection.
    pub(super) fn lose(&mut self, connection: u64) {
        self.clients.lose(connection);
        self.look_who_follows();
    }

    /// Hands over what is due, and forgets who has been silent too long.
    pub(super) fn tick(&mut self, now: MachineNs) {
        while let Some(Later { wish, peer, address, ticket, .. }) = self.waiting.take_due(now) {
            self.hand_over(wish, peer, &address, ticket, now);
        }
        self.clients.expire(now);
        self.look_who_follows();
    }

    /// Passes the station's answer on.
    pub(super) fn answer(&mut self, to: &ReplyTo, answer: &Answer) {
        if let (Some(cue), Answer::Ok) = (to.loads, answer) {
            self.load(Some(cue));
        }
        match answer {
            Answer::Ok if self.clients.find(to.peer).is_some_and(|client| client.quiet) => {}
            Answer::Ok => self.reply(to.peer, &to.address, Status::Ok, "null"),
            Answer::Told(words) => self.reply(to.peer, &to.address, Status::Ok, &text(words)),
            Answer::Error(why) => self.reply(to.peer, &to.address, Status::Error, &text(why)),
        }
    }

    /// The show is another version from here on.
    pub(super) fn revise(&mut self, show: Arc<Show>) {
        (self.words, self.cue_lists) = (ListWords::new(show), None);
    }

    /// Takes a new picture, and tells who wants to know.
    pub(super) fn publish(&mut self, picture: Picture, now: MachineNs) {
        if self.words.lift(&picture) {
            self.cue_lists = None;
        }
        // The first one has no news: what it shows was so before anybody listened.
        let changes =
            self.picture.as_ref().map(|before| changes(before, &picture)).unwrap_or_default();
        let stops =
            |before: &Picture| picture.panics > before.panics || (picture.held && !before.held);
        if self.picture.as_ref().is_some_and(stops) {
            self.forget_waiting(now);
        }
        if changes.iter().any(|change| change.topic == Topic::Go) {
            self.went = Some(now);
        }
        let fired = |cue| {
            changes.iter().any(|change| change.topic == Topic::CueStart && change.cue == Some(cue))
        };
        if self.loaded.is_some_and(fired) {
            // That it has started is told anyway.
            self.loaded = None;
        }
        if changes.iter().any(|change| change.topic == Topic::CueStart) {
            self.panicked = None;
        }
        (self.picture, self.pictured) = (Some(picture), Some(now));
        self.tell(&changes);
        self.feed(now);
    }

    /// Keeps which cue is ready, and tells those who follow updates of it and of the one before.
    fn load(&mut self, cue: Option<CueIx>) {
        let before = std::mem::replace(&mut self.loaded, cue);
        if before != cue {
            self.tell_changed(before.into_iter().chain(cue));
        }
    }

    fn look_who_follows(&self) {
        self.shared.has_subscribers.store(self.clients.follow(), Relaxed);
    }

    fn message(
        &mut self,
        message: &PacketMessage<'_>,
        asked: HubRequest,
        peer: PacketSender,
        now: MachineNs,
    ) -> NextMessage {
        let address = message.address;
        let may_speak = self.may_speak(peer);
        // A remote control looks for the show's id first and can say where its answers go; neither
        // tells anything.
        let is_open = matches!(
            asked,
            Ok(RemoteAsk::Connect(_)
                | RemoteAsk::Workspaces
                | RemoteAsk::Version
                | RemoteAsk::UdpReplyPort(_))
        );
        if !may_speak && !is_open {
            if self.deny(peer, address, "connect with the passcode first", now) {
                self.trouble(peer, || format!("{} without the passcode", quoted(address)), now);
            }
            return NextMessage::GoOn;
        }
        let ask = match asked {
            Ok(RemoteAsk::Connect(passcode)) => {
                return self.connect(passcode.as_ref(), peer, address, now);
            }
            Ok(RemoteAsk::RemoteCommand(wish)) => {
                self.wish_at(wish, message.time, peer, address, now);
                return NextMessage::GoOn;
            }
            Ok(RemoteAsk::Do(target, verb)) => {
                match self.wish_of(target, verb) {
                    Ok(wish) => self.wish_at(wish, message.time, peer, address, now),
                    Err(why) => self.fault(peer, address, &why, now),
                }
                return NextMessage::GoOn;
            }
            Ok(ask) => ask,
            Err(why) => {
                self.misunderstood(&why, peer, address, now);
                return NextMessage::GoOn;
            }
        };
        if !self.bucket_of(&ask, may_speak).take(now) {
            count(&self.shared.tally.dropped);
            if may_speak {
                self.trouble(peer, || format!("{}: asked too often", quoted(address)), now);
                self.fault(peer, address, "asked too often: not answered", now);
            }
            return NextMessage::GoOn;
        }
        match self.settle(&ask, peer, now) {
            Ok(replies) => {
                replies.iter().for_each(|data| self.reply(peer, address, Status::Ok, data))
            }
            Err(why) => self.fault(peer, address, &why, now),
        }
        if ask == RemoteAsk::Disconnect {
            self.clients.leave(peer);
        } else if let RemoteAsk::Subscribe(_) = ask {
            self.greet(peer);
        }
        self.look_who_follows();
        NextMessage::GoOn
    }

    /// The limit that a question counts against.
    fn bucket_of(&mut self, ask: &RemoteAsk, may_speak: bool) -> &mut Bucket {
        match ask {
            _ if !may_speak => &mut self.denials,
            RemoteAsk::CueLists(_) | RemoteAsk::RunningCues(_) | RemoteAsk::Children(..) => {
                &mut self.lists
            }
            RemoteAsk::RemoteCommand(_)
            | RemoteAsk::Release
            | RemoteAsk::Connect(_)
            | RemoteAsk::Disconnect
            | RemoteAsk::Workspaces
            | RemoteAsk::Version
            | RemoteAsk::Thump
            | RemoteAsk::SelectedCues(_)
            | RemoteAsk::Value(..)
            | RemoteAsk::Values(..)
            | RemoteAsk::PlayheadId
            | RemoteAsk::PlayheadNumber
            | RemoteAsk::Setting(_)
            | RemoteAsk::GoGuard
            | RemoteAsk::Do(..)
            | RemoteAsk::Updates(_)
            | RemoteAsk::AlwaysReply(_)
            | RemoteAsk::UdpReplyPort(_)
            | RemoteAsk::Listen(_)
            | RemoteAsk::Ignore(_)
            | RemoteAsk::Subscribe(_)
            | RemoteAsk::Unsubscribe => &mut self.questions,
        }
    }

    /// Says of a message that nothing can be made of it: to its sender, and to the caller.
    fn misunderstood(
        &mut self,
        why: &Misunderstood,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) {
        let tally = &self.shared.tally;
        count(if *why == Misunderstood::Unknown { &tally.unknown } else { &tally.refused });
        let (told, said) = match why {
            Misunderstood::Wrong(why) => (format!("{}: {why}", quoted(address)), why.clone()),
            Misunderstood::Unknown => {
                let meant = self.hints.take(now).then(|| nearest(address)).flatten();
                let meant = meant
                    .map(|meant| format!(", did you mean {}?", quoted(&meant)))
                    .unwrap_or_default();
                (
                    format!("no such address {}{meant}", quoted(address)),
                    format!("no such address{meant}"),
                )
            }
        };
        self.trouble(peer, || told, now);
        self.fault(peer, address, &said, now);
    }
}
