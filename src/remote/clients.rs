//! Clients and their settings: a table of fixed size.
//!
//! Over UDP a client is an address and a port. When it has been silent for a minute, nothing more
//! is sent to it, and it is forgotten; but one that has given the passcode may speak for as long as
//! a show lasts, since a GO button may have nothing to say for an hour. On a connection a client is
//! as long as that. Only who has asked for something that has to be remembered is in the table at
//! all.

use std::net::SocketAddr;
use std::time::Duration;

use super::PacketSender;
use super::address::{Listen, Topic};
use crate::time::MachineNs;

/// The most clients at a time.
pub(super) const CLIENTS_MAX: usize = 32;

/// Time without a packet after which a client over UDP is sent nothing more.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Time without a packet after which a client over UDP has to give the passcode again.
pub(super) const CONNECTED_MAX: Duration = Duration::from_secs(24 * 3600);

/// Maximum number of clients that one machine has over UDP when the table is full: a machine that
/// sends from another port each time pushes out only its own.
const OF_ONE_MACHINE: usize = 8;

/// A client.
pub(super) struct Client {
    pub(super) peer: PacketSender,
    heard: MachineNs,
    /// `true` if it has given the passcode.
    pub(super) connected: bool,
    pub(super) reply_port: Option<u16>,
    /// `true` if it wants no replies to requests that went well.
    pub(super) quiet: bool,
    pub(super) updates: bool,
    pub(super) listens: Vec<Listen>,
    /// Address of its feed, if it has subscribed; on a connection the address does not count.
    pub(super) feed: Option<SocketAddr>,
}

impl Client {
    fn new(peer: PacketSender, heard: MachineNs) -> Self {
        let (listens, feed) = (vec![], None);
        Client {
            peer,
            heard,
            connected: false,
            reply_port: None,
            quiet: false,
            updates: false,
            listens,
            feed,
        }
    }

    fn is_datagram(&self) -> bool {
        matches!(self.peer, PacketSender::Udp(_))
    }

    /// Returns `true` if it receives updates.
    pub(super) fn follows(&self) -> bool {
        self.feed.is_some() || self.updates || !self.listens.is_empty()
    }

    /// Adds to what it listens to; nothing in particular means everything.
    pub(super) fn listen(&mut self, wanted: &[Listen]) {
        let everything: Vec<Listen> =
            Topic::ALL.iter().map(|&topic| Listen { topic, part: None }).collect();
        for listen in if wanted.is_empty() { everything.as_slice() } else { wanted } {
            if !self.listens.contains(listen) {
                self.listens.push(*listen);
            }
        }
    }

    /// Takes away from what it listens to; nothing in particular means everything.
    pub(super) fn ignore(&mut self, unwanted: &[Listen]) {
        self.listens.retain(|listen| !unwanted.is_empty() && !unwanted.contains(listen));
    }
}

/// All clients.
#[derive(Default)]
pub(super) struct Clients(Vec<Client>);

impl Clients {
    /// The client, if it is in the table.
    pub(super) fn find(&self, peer: PacketSender) -> Option<&Client> {
        self.0.iter().find(|client| client.peer == peer)
    }

    /// Takes down that the client was heard.
    pub(super) fn heard(&mut self, peer: PacketSender, now: MachineNs) {
        if let Some(client) = self.0.iter_mut().find(|client| client.peer == peer) {
            client.heard = now;
        }
    }

    /// The client, put into the table where need be; nothing when the table is full.
    ///
    /// With `is_guarded`, somebody who has not given the passcode gives way to somebody new: a
    /// stranger must not be able to keep others out by filling the table. So does the client that
    /// is told nothing and has been silent the longest.
    pub(super) fn enter(
        &mut self,
        peer: PacketSender,
        is_guarded: bool,
        now: MachineNs,
    ) -> Option<&mut Client> {
        let at = self.0.iter().position(|client| client.peer == peer);
        if at.is_none() {
            self.expire(now);
            if self.0.len() >= CLIENTS_MAX {
                let at = self.gives_way(peer, is_guarded)?;
                self.0.remove(at);
            }
            self.0.push(Client::new(peer, now));
        }
        match at {
            Some(at) => self.0.get_mut(at),
            None => self.0.last_mut(),
        }
    }

    /// Chooses the client that a new one replaces: of the first kind of which there are any, the
    /// one that has been silent the longest.
    fn gives_way(&self, new: PacketSender, is_guarded: bool) -> Option<usize> {
        let machine = new.address().ip().to_canonical();
        let is_of_machine = |client: &Client| {
            client.is_datagram() && client.peer.address().ip().to_canonical() == machine
        };
        let crowded =
            self.0.iter().filter(|client| is_of_machine(client)).count() >= OF_ONE_MACHINE;
        let kinds: [&dyn Fn(&Client) -> bool; 4] = [
            &|client| is_guarded && !client.connected,
            &|client| is_of_machine(client) && !client.follows(),
            &|client| is_of_machine(client) && crowded,
            &|client| client.is_datagram() && !client.follows(),
        ];
        let longest_silent = |is_of_kind: &dyn Fn(&Client) -> bool| {
            let clients = self.0.iter().enumerate().filter(|(_, client)| is_of_kind(client));
            clients.min_by_key(|(_, client)| client.heard).map(|(at, _)| at)
        };
        kinds.into_iter().find_map(longest_silent)
    }

    /// Forgets a client.
    pub(super) fn leave(&mut self, peer: PacketSender) {
        self.0.retain(|client| client.peer != peer);
    }

    /// Forgets that a client may speak, and what it wanted to be told; where its answers go stays.
    pub(super) fn disconnect(&mut self, peer: PacketSender) {
        if let Some(client) = self.0.iter_mut().find(|client| client.peer == peer) {
            let reply_port = client.reply_port;
            *client = Client { reply_port, ..Client::new(peer, client.heard) };
        }
    }

    /// Forgets the client of a connection that is gone.
    pub(super) fn lose(&mut self, connection: u64) {
        self.0
            .retain(|client| !matches!(client.peer, PacketSender::Tcp(id, _) if id == connection));
    }

    /// Forgets who has been silent too long, and what it wanted to be told before that.
    pub(super) fn expire(&mut self, now: MachineNs) {
        let silence = |client: &Client| now.since(client.heard);
        for client in
            self.0.iter_mut().filter(|client| client.is_datagram() && silence(client) > SILENCE_MAX)
        {
            let (connected, reply_port, quiet) =
                (client.connected, client.reply_port, client.quiet);
            *client =
                Client { connected, reply_port, quiet, ..Client::new(client.peer, client.heard) };
        }
        self.0.retain(|client| {
            let longest = if client.connected { CONNECTED_MAX } else { SILENCE_MAX };
            !client.is_datagram() || silence(client) <= longest
        });
    }

    /// Returns `true` if anybody wants to be told of anything.
    pub(super) fn follow(&self) -> bool {
        self.0.iter().any(Client::follows)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::address::CuePart;
    use crate::remote::testing::now;

    fn udp(port: u16) -> PacketSender {
        PacketSender::Udp(([10, 0, 0, 5], port).into())
    }

    #[test]
    fn who_is_silent_over_udp_is_forgotten() {
        let (start, mut clients) = (now(), Clients::default());
        clients.enter(udp(1), true, start).unwrap().updates = true;
        clients
            .enter(PacketSender::Tcp(7, ([10, 0, 0, 5], 1).into()), true, start)
            .unwrap()
            .connected = true;
        let later = start + SILENCE_MAX;
        clients.heard(udp(1), later);
        clients.expire(later + SILENCE_MAX);
        assert!(clients.find(udp(1)).is_some() && clients.follow());
        clients.expire(later + SILENCE_MAX + Duration::from_millis(1));
        assert!(clients.find(udp(1)).is_none() && !clients.follow());
        assert_eq!(clients.iter().count(), 1);
        clients.lose(7);
        assert_eq!(clients.iter().count(), 0);
    }

    #[test]
    fn who_has_given_the_passcode_may_be_silent_for_an_evening_and_is_told_nothing_then() {
        let (start, mut clients) = (now(), Clients::default());
        let client = clients.enter(udp(1), true, start).unwrap();
        (client.connected, client.reply_port, client.updates) = (true, Some(9000), true);
        clients.expire(start + SILENCE_MAX + Duration::from_millis(1));
        assert!(
            clients
                .find(udp(1))
                .is_some_and(|client| client.connected && client.reply_port == Some(9000))
        );
        assert!(!clients.follow());
        clients.expire(start + CONNECTED_MAX);
        assert!(clients.find(udp(1)).is_some());
        clients.expire(start + CONNECTED_MAX + Duration::from_millis(1));
        assert!(clients.find(udp(1)).is_none());
    }

    #[test]
    fn strangers_keep_nobody_out() {
        let (start, mut clients) = (now(), Clients::default());
        for port in 0..1000 {
            assert!(
                clients
                    .enter(udp(port), true, start + Duration::from_millis(port.into()))
                    .is_some()
            );
        }
        assert_eq!(clients.iter().count(), CLIENTS_MAX);
        assert!(clients.find(udp(999)).is_some() && clients.find(udp(0)).is_none());
        let known = PacketSender::Udp(([10, 0, 0, 6], 1).into());
        clients.enter(known, true, start).unwrap().connected = true;
        for port in 1000..1100 {
            clients.enter(udp(port), true, start + Duration::from_secs(2)).unwrap();
        }
        assert!(clients.find(known).is_some(), "a client that knows the passcode stays");
    }

    #[test]
    fn what_sends_from_another_port_each_time_pushes_out_only_its_own() {
        let (start, mut clients) = (now(), Clients::default());
        let at = |ms: u16| start + Duration::from_millis(ms.into());
        let button = PacketSender::Udp(([10, 0, 0, 6], 1).into());
        let tablet = PacketSender::Tcp(1, ([10, 0, 0, 5], 1).into());
        clients.enter(button, true, at(0)).unwrap().connected = true;
        clients.enter(tablet, true, at(0)).unwrap().connected = true;
        for port in 1..1000 {
            let client = clients.enter(udp(port), true, at(port)).unwrap();
            (client.connected, client.updates) = (true, port % 2 == 0);
        }
        assert_eq!(clients.iter().count(), CLIENTS_MAX);
        assert!(
            clients.find(button).is_some()
                && clients.find(tablet).is_some()
                && clients.find(udp(999)).is_some()
        );
    }

    #[test]
    fn displays_that_are_alive_stay() {
        let (start, mut clients) = (now(), Clients::default());
        let display = |n: u8| PacketSender::Udp(([10, 0, 1, n], 1).into());
        for n in 0..CLIENTS_MAX as u8 {
            clients.enter(display(n), false, start).unwrap().updates = true;
        }
        assert!(clients.enter(udp(1), false, start).is_none());
        assert!(
            clients.enter(udp(1), false, start + SILENCE_MAX + Duration::from_millis(1)).is_some()
        );
    }

    #[test]
    fn listening_is_added_and_taken_away() {
        let mut client = Client::new(udp(1), now());
        let number = Listen { topic: Topic::Go, part: Some(CuePart::Number) };
        client.listen(&[number]);
        client.listen(&[number]);
        assert_eq!(client.listens, [number]);
        client.listen(&[]);
        assert_eq!(client.listens.len(), 1 + Topic::ALL.len());
        client.ignore(&[number]);
        assert_eq!(client.listens.len(), Topic::ALL.len());
        client.ignore(&[]);
        assert_eq!(client.listens, []);
    }
}
