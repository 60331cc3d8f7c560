//! Packets that have a single wish, which costs little to hear: the station takes them itself
//! ([`crate::remote::Ear`]).

use std::time::Duration;

use super::{Hub, HubRequest};
use crate::remote::PacketSender;
use crate::remote::address::{RemoteAsk, understand};
use crate::remote::counts::count;
use crate::remote::packet::{AT_ONCE, PacketMessage, parse};
use crate::time::MachineNs;

impl Hub {
    /// Takes in that somebody who began to wait at `looked`, for at most `due`, finds a packet.
    pub(in crate::remote) fn finds(&mut self, looked: MachineNs, due: Duration, now: MachineNs) {
        self.standstill.finds(looked, due, now);
    }

    /// The one wish of a packet that has only this, at once, from somebody who may speak. It costs
    /// little to find that out, and to hear it.
    pub(in crate::remote) fn single_wish<'p>(
        &self,
        packet: &'p [u8],
        peer: PacketSender,
    ) -> Option<(PacketMessage<'p>, HubRequest)> {
        if !self.may_speak(peer) {
            return None;
        }
        let messages = <[PacketMessage<'_>; 1]>::try_from(parse(packet).ok()?);
        let [message] = messages.ok()?;
        let asked = (message.time == AT_ONCE).then(|| understand(&message, &self.words.show))?;
        let is_wish = matches!(asked, Ok(RemoteAsk::RemoteCommand(_) | RemoteAsk::Do(..)));
        is_wish.then_some((message, asked))
    }

    /// Takes a packet that has one wish, as [`Hub::single_wish`] found it.
    pub(in crate::remote) fn hear_single(
        &mut self,
        (message, asked): (PacketMessage<'_>, HubRequest),
        peer: PacketSender,
        now: MachineNs,
    ) {
        count(&self.shared.tally.packets);
        self.clients.heard(peer, now);
        self.message(&message, asked, peer, now);
    }
}
