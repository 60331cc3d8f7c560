//! Admission of a packet within the limits: all its wishes are taken, or none.
//!
//! A bundle is meant as one. A part of it that is obeyed, while the rest is beyond some limit,
//! would be something that nobody has asked for. Only what makes the show safer (panic, stop, hold)
//! is obeyed in any case.

use std::time::Duration;

use super::{Hub, HubRequest, NextMessage, UNANSWERED_MAX, WISHES};
use crate::remote::address::{RemoteAsk, understand};
use crate::remote::counts::count;
use crate::remote::packet::{AT_ONCE, Malformed, PacketMessage, first_address, readable};
use crate::remote::waiting::TooLate;
use crate::remote::{PacketSender, RemoteCommand, Ticket};
use crate::time::MachineNs;

/// Reason why none of a packet's wishes is taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum PacketRefusal {
    #[error(
        "{0} messages at once are too many: {each} at once and {per_second} a second are taken from one sender, \
         twice as many from all; nothing of this packet was done",
        each = WISHES.1 / 2,
        per_second = WISHES.0 / 2
    )]
    Rate(usize),
    #[error(
        "the program has not answered {UNANSWERED_MAX} messages yet; nothing of this packet was done"
    )]
    Unanswered,
    #[error("{0}; nothing of this packet was done")]
    Later(TooLate),
}

impl Hub {
    /// Says whether all wishes of a packet are within the limits. Takes nothing yet.
    ///
    /// # Errors
    /// With the limit that they exceed.
    pub(super) fn admit(
        &mut self,
        asked: &[(&PacketMessage<'_>, HubRequest)],
        peer: PacketSender,
        now: MachineNs,
    ) -> Result<(), PacketRefusal> {
        // One message is refused by its own limit, and one that may be a passcode has to be read
        // before.
        if asked.len() < 2 || !self.may_speak(peer) {
            return Ok(());
        }
        let wishes: Vec<_> = asked.iter().filter(|(_, asked)| self.is_wish(asked)).collect();
        let ahead: Vec<Duration> = wishes
            .iter()
            .filter_map(|(message, _)| self.waiting.ahead(message.time, now))
            .collect();
        self.waiting.has_room(&ahead).map_err(PacketRefusal::Later)?;
        if !self.wishes.has(wishes.len(), peer.address(), now) {
            return Err(PacketRefusal::Rate(wishes.len()));
        }
        if Ticket::taken(&self.shared.unanswered) + wishes.len() > UNANSWERED_MAX {
            return Err(PacketRefusal::Unanswered);
        }
        Ok(())
    }

    /// Refuses a packet that exceeds a limit, but for what makes the show safer.
    pub(super) fn refuse_packet(
        &mut self,
        asked: Vec<(&PacketMessage<'_>, HubRequest)>,
        why: &str,
        peer: PacketSender,
        now: MachineNs,
    ) {
        self.trouble(peer, || why.to_owned(), now);
        for (message, asked) in asked {
            if self.calms(&asked) {
                if self.message(message, asked, peer, now) == NextMessage::Stop {
                    return;
                }
            } else {
                count(&self.shared.tally.dropped);
                self.fault(peer, message.address, why, now);
            }
        }
    }

    /// Counts a packet that is none, or a stream that has none.
    pub(in crate::remote) fn malformed(
        &mut self,
        peer: PacketSender,
        why: impl FnOnce() -> String,
        now: MachineNs,
    ) {
        count(&self.shared.tally.malformed);
        self.trouble(peer, why, now);
    }

    /// Refuses a packet that is damaged or exceeds a limit of its form. What can be read in it that
    /// makes the show safer is obeyed, each once; a passcode in it is not read.
    pub(super) fn damaged(
        &mut self,
        packet: &[u8],
        why: Malformed,
        peer: PacketSender,
        now: MachineNs,
    ) {
        let mut calming: Vec<(RemoteCommand, String)> = vec![];
        if self.may_speak(peer) {
            for message in readable(packet) {
                let asked = understand(&message, &self.words.show);
                if let Some(wish) =
                    self.calming_wish(&asked).filter(|wish| calming.iter().all(|(w, _)| w != wish))
                {
                    calming.push((wish, message.address.to_owned()));
                }
            }
            let done = if calming.is_empty() { "nothing" } else { "only panic, stop and hold" };
            if let Some(address) = first_address(packet) {
                self.fault(
                    peer,
                    address,
                    &format!("no OSC packet: {why}; {done} of it was done"),
                    now,
                );
            }
        }
        self.malformed(peer, || format!("no OSC packet: {why}"), now);
        for (wish, address) in calming {
            self.wish_at(wish, AT_ONCE, peer, &address, now);
        }
    }

    /// Returns `true` for a wish that has to be within the limits.
    fn is_wish(&self, asked: &HubRequest) -> bool {
        matches!(asked, Ok(RemoteAsk::RemoteCommand(_) | RemoteAsk::Do(..))) && !self.calms(asked)
    }

    fn calms(&self, asked: &HubRequest) -> bool {
        self.calming_wish(asked).is_some()
    }

    /// The wish that makes the show safer, if that is what is asked for.
    fn calming_wish(&self, asked: &HubRequest) -> Option<RemoteCommand> {
        let wish = match asked {
            Ok(RemoteAsk::RemoteCommand(wish)) => Some(wish.clone()),
            Ok(RemoteAsk::Do(target, verb)) => self.wish_of(*target, *verb).ok(),
            Ok(_) | Err(_) => None,
        };
        wish.filter(|wish| self.is_calming(wish))
    }

    /// Returns `true` if `wish` makes the show safer as things stand: a toggle does while the show is
    /// not held.
    pub(super) fn is_calming(&self, wish: &RemoteCommand) -> bool {
        let is_held = self.picture.as_ref().is_none_or(|picture| picture.held);
        wish.calms() || (*wish == RemoteCommand::TogglePause && !is_held)
    }
}
