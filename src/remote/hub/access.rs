//! Access to the remote control: the passcode, and those who guess it.

use super::{CONNECTED, Hub, NextMessage};
use crate::remote::clients::CLIENTS_MAX;
use crate::remote::counts::count;
use crate::remote::reply::{Status, text};
use crate::remote::{PacketSender, Passcode};
use crate::time::MachineNs;

impl Hub {
    /// Takes in a passcode, or answers where none is given or needed.
    pub(super) fn connect(
        &mut self,
        given: Option<&Passcode>,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) -> NextMessage {
        let (ip, is_datagram) = (peer.address().ip(), matches!(peer, PacketSender::Udp(_)));
        let was_connected = self.may_speak(peer);
        let Some((passcode, given)) = self.passcode.clone().zip(given.cloned()) else {
            self.tell_of_passcode(was_connected, peer, address, now);
            return NextMessage::GoOn;
        };
        // Somebody who may speak has nothing to guess. Over UDP that may be said in its name, so
        // nothing is taken back.
        if !was_connected && self.failed_logins.must_wait(ip, is_datagram, now) {
            self.deny(peer, address, "wait", now);
            return NextMessage::Stop;
        }
        if !passcode.admits(&given) {
            if !was_connected || !is_datagram {
                self.failed_logins.wrong(ip, now);
                self.clients.disconnect(peer);
                self.look_who_follows();
            }
            // QLab's word for it.
            if self.deny(peer, address, "badpass", now) {
                self.trouble(peer, || "a wrong passcode".to_owned(), now);
            }
            return if was_connected && is_datagram {
                NextMessage::GoOn
            } else {
                NextMessage::Stop
            };
        }
        if !was_connected {
            self.failed_logins.right(ip, is_datagram);
        }
        match self.clients.enter(peer, true, now) {
            Some(client) => {
                client.connected = true;
                self.reply(peer, address, Status::Ok, &text(CONNECTED));
            }
            None => {
                let why = format!("there are {CLIENTS_MAX} remote controls already");
                self.trouble(peer, || why.clone(), now);
                self.fault(peer, address, &why, now);
            }
        }
        NextMessage::GoOn
    }

    /// Answers `/connect` without a passcode, or where there is none: whether more is needed. That
    /// is no guess.
    fn tell_of_passcode(
        &mut self,
        is_connected: bool,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) {
        let bucket = if is_connected { &mut self.questions } else { &mut self.denials };
        if bucket.take(now) {
            // QLab says so with the status "ok": Companion's module takes "denied" for the end of
            // the conversation.
            self.reply(
                peer,
                address,
                Status::Ok,
                &text(if is_connected { CONNECTED } else { "badpass" }),
            );
        } else {
            count(&self.shared.tally.dropped);
        }
    }
}
