//! Outgoing packets: replies, updates for listeners, the feed for displays.

use std::sync::Arc;
use std::time::Duration;

use super::{Hub, PacketTo};
use crate::remote::PacketSender;
use crate::remote::address::Topic;
use crate::remote::clients::Client;
use crate::remote::counts::count;
use crate::remote::feed;
use crate::remote::follow::{CueChange, changed, event, update};
use crate::remote::reply::{Status, reply, text};
use crate::show::CueIx;
use crate::time::MachineNs;

/// The longest packet that goes over UDP: what IPv4 can carry.
const DATAGRAM_MAX: usize = 65_507;

/// The longest reply on a connection.
const REPLY_MAX: usize = 4 << 20;

/// The shortest time after which subscribers hear again what has not changed, since what they were
/// told may be lost; the publisher says it ten times a second.
const REPEAT: Duration = Duration::from_millis(50);

/// Maximum number of updates about the changes between two pictures, to all listeners together.
const NEWS_MAX: usize = 2_048;

impl Hub {
    /// Says to a stranger that it is not obeyed; returns `true` if there was room for it.
    pub(super) fn deny(
        &mut self,
        peer: PacketSender,
        address: &str,
        why: &str,
        now: MachineNs,
    ) -> bool {
        count(&self.shared.tally.denied);
        let passes = self.denials.take(now);
        if passes {
            self.reply(peer, address, Status::Denied, &text(why));
        }
        passes
    }

    pub(super) fn fault(&mut self, peer: PacketSender, address: &str, why: &str, now: MachineNs) {
        if self.faults.take(now) {
            self.reply(peer, address, Status::Error, &text(why));
        }
    }

    pub(super) fn reply(&mut self, peer: PacketSender, address: &str, status: Status, data: &str) {
        let (most, advice) = match peer {
            PacketSender::Udp(_) => (DATAGRAM_MAX, "too long for a datagram: use TCP"),
            PacketSender::Tcp(..) => (REPLY_MAX, "too long to be listed"),
        };
        let mut packet = reply(address, status, data);
        if packet.len() > most {
            packet = reply(address, Status::Error, &text(advice));
        }
        let client = self.clients.find(peer);
        self.out.push((self.reply_to(peer, client), packet));
    }

    /// Destination of replies and updates for a peer.
    fn reply_to(&self, peer: PacketSender, client: Option<&Client>) -> PacketTo {
        match peer {
            PacketSender::Tcp(connection, _) => PacketTo::Tcp(connection),
            PacketSender::Udp(sender) => {
                let agreed = client
                    .and_then(|client| client.reply_port)
                    .or_else(|| self.port.checked_add(1));
                PacketTo::Udp((sender.ip(), agreed.unwrap_or(sender.port())).into())
            }
        }
    }

    /// Tells what has happened to those who listen and to those who follow updates.
    pub(super) fn tell(&mut self, changes: &[CueChange]) {
        let mut news = vec![];
        for client in self.clients.iter() {
            let to = self.reply_to(client.peer, Some(client));
            for change in changes {
                let wanted = client.listens.iter().filter(|listen| listen.topic == change.topic);
                for listen in wanted {
                    news.push((to, event(change, listen.part, &self.words)));
                }
                if client.updates {
                    let of_change = update(change, &self.words);
                    let of_hold = matches!(change.topic, Topic::PauseAll | Topic::ResumeAll);
                    let held = self
                        .picture
                        .iter()
                        .flat_map(|picture| &picture.running)
                        .filter(|_| of_hold);
                    let held = held.map(|running| changed(running.cue, &self.words));
                    news.extend(of_change.into_iter().chain(held).map(|packet| (to, packet)));
                }
            }
        }
        for _ in NEWS_MAX..news.len() {
            count(&self.shared.tally.dropped);
        }
        news.truncate(NEWS_MAX);
        self.out.extend(news);
    }

    /// Tells those who follow updates that something about these cues has changed.
    pub(super) fn tell_changed(&mut self, cues: impl Iterator<Item = CueIx>) {
        for cue in cues {
            let packet = changed(cue, &self.words);
            let followers = self.clients.iter().filter(|client| client.updates);
            let to = followers.map(|client| self.reply_to(client.peer, Some(client)));
            let news: Vec<_> = to.map(|to| (to, Arc::clone(&packet))).collect();
            self.out.extend(news);
        }
    }

    /// Tells subscribers what is true now, if it is news or has not been said for a while.
    pub(super) fn feed(&mut self, now: MachineNs) {
        let Some(picture) =
            self.picture.as_ref().filter(|_| self.clients.iter().any(|c| c.feed.is_some()))
        else {
            return;
        };
        let bundle = feed::bundle(picture, &self.words);
        if let Some((told, at)) = &self.told
            && *told == bundle
            && now.since(*at) < REPEAT
        {
            return;
        }
        let subscribers = self.clients.iter().filter_map(feed_to);
        self.out.extend(subscribers.map(|to| (to, Arc::clone(&bundle))));
        self.told = Some((bundle, now));
    }

    /// Tells a new subscriber what is true now.
    pub(super) fn greet(&mut self, peer: PacketSender) {
        let to = self.clients.find(peer).and_then(feed_to);
        if let Some((to, picture)) = to.zip(self.picture.as_ref()) {
            self.out.push((to, feed::bundle(picture, &self.words)));
        }
    }
}

/// Destination of a client's feed, if it has subscribed.
fn feed_to(client: &Client) -> Option<PacketTo> {
    match client.peer {
        PacketSender::Udp(_) => client.feed.map(PacketTo::Udp),
        PacketSender::Tcp(connection, _) => client.feed.map(|_| PacketTo::Tcp(connection)),
    }
}
