//! Connections that keep their places: there are only so many, and no silent one may keep others
//! out.

use std::time::Duration;

use super::Server;
use crate::remote::PacketSender;
use crate::remote::connection::Connection;
use crate::remote::hub::Hub;
use crate::time::MachineNs;

/// Time of silence after which a connection without updates may lose its place when all are taken.
const IDLE_MAX: Duration = Duration::from_secs(60);

/// Time that a connection has to give the passcode, if there is one.
const STRANGER_MAX: Duration = Duration::from_secs(10);

impl Server {
    /// The connection that gives way to a new one where all places are taken, if any does: one that
    /// has not given the passcode where there is one, else one that has said nothing yet, else one
    /// that has been silent for long and is told nothing. Of each kind it is the one that has been
    /// silent the longest.
    pub(super) fn gives_way(&self, hub: &Hub, now: MachineNs) -> Option<(u64, PacketSender)> {
        let silent_since = |connection: &Connection| connection.heard.unwrap_or(connection.since);
        let kinds: [&dyn Fn(&Connection) -> bool; 3] = [
            &|connection| !hub.may_speak(connection.peer),
            &|connection| connection.heard.is_none(),
            &|connection| {
                let is_idle = now.since(silent_since(connection)) > IDLE_MAX;
                is_idle && !hub.is_kept(connection.peer)
            },
        ];
        let longest_silent = |is_of_kind: &dyn Fn(&Connection) -> bool| {
            let connections = self.connections.iter().filter(|connection| is_of_kind(connection));
            connections
                .min_by_key(|connection| silent_since(connection))
                .map(|found| (found.id, found.peer))
        };
        kinds.into_iter().find_map(longest_silent)
    }

    /// Hangs up on who does not read, and on who has not given the passcode for a while.
    pub(super) fn hang_up(&mut self, hub: &mut Hub, now: MachineNs) {
        let unended = self.connections.iter().filter_map(|connection| {
            connection.is_unended(now).map(|why| (connection.id, connection.peer, why))
        });
        for (id, peer, why) in unended.collect::<Vec<_>>() {
            hub.malformed(peer, || why.to_string(), now);
            self.lose(hub, id);
        }
        let over = |connection: &Connection| {
            let is_late = now.since(connection.since) > STRANGER_MAX;
            if connection.is_stuck(now) {
                return Some("hung up on: it does not read what it is sent");
            }
            (is_late && !hub.may_speak(connection.peer))
                .then_some("hung up on: no passcode within 10 s")
        };
        let over = self
            .connections
            .iter()
            .filter_map(|found| over(found).map(|why| (found.id, found.peer, why)));
        for (id, peer, why) in over.collect::<Vec<_>>() {
            hub.trouble(peer, || why.to_owned(), now);
            self.lose(hub, id);
        }
    }
}
