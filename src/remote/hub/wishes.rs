//! Wishes on their way to the station: at once, or at the time of their bundle, and each with its
//! place among the unanswered.

use std::sync::Arc;
use std::time::Duration;

use super::{Hub, UNANSWERED_MAX, UNANSWERED_MORE};
use crate::remote::counts::count;
use crate::remote::reply::Status;
use crate::remote::trouble::{Trouble, quoted};
use crate::remote::waiting::Later;
use crate::remote::{PacketSender, RemoteCommand, RemoteRequest, ReplyTo, Ticket};
use crate::time::MachineNs;

/// Within this time of a panic that was handed over, one beyond the limits is taken for the same.
const SAME_PANIC: Duration = Duration::from_millis(300);

impl Hub {
    /// Hands a wish over, or keeps it until its time.
    pub(super) fn wish_at(
        &mut self,
        wish: RemoteCommand,
        time: u64,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) {
        // What makes things safer comes at once, whatever its bundle says, and nothing that waits
        // may come after it.
        if self.is_calming(&wish) {
            self.forget_waiting(now);
            return self.wish(wish, peer, address, now);
        }
        let Some(ahead) = self.waiting.ahead(time, now) else {
            return self.wish(wish, peer, address, now);
        };
        let due = now + ahead;
        let Some(ticket) = self.ticket(&wish, peer, address, now) else { return };
        if let Err(why) =
            self.waiting.keep(Later { due, wish, peer, address: address.to_owned(), ticket }, now)
        {
            count(&self.shared.tally.refused);
            self.trouble(peer, || format!("{}: {why}", quoted(address)), now);
            self.fault(peer, address, &why.to_string(), now);
        }
    }

    /// Forgets what waits for its time, and tells those who sent it.
    pub(super) fn forget_waiting(&mut self, now: MachineNs) {
        for Later { peer, address, .. } in self.waiting.forget() {
            self.fault(peer, &address, "forgotten: the show was stopped before its time", now);
        }
    }

    pub(super) fn wish(
        &mut self,
        wish: RemoteCommand,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) {
        if wish == RemoteCommand::Panic {
            return self.panic(peer, address, now);
        }
        if let Some(ticket) = self.ticket(&wish, peer, address, now) {
            self.hand_over(wish, peer, address, ticket, now);
        }
    }

    /// Hands a panic over: no limit refuses it. Beyond its limits it is taken for the one before
    /// where that does the same: it was handed over just now or waits to be obeyed, and nothing was
    /// done after it.
    fn panic(&mut self, peer: PacketSender, address: &str, now: MachineNs) {
        let is_within = self.panics.take(peer.address(), now)
            && Ticket::taken(&self.shared.unanswered) < UNANSWERED_MAX + 2 * UNANSWERED_MORE;
        let is_same = self
            .panicked
            .as_ref()
            .is_some_and(|(at, ticket)| now.since(*at) < SAME_PANIC || ticket.strong_count() > 0);
        if !is_within && is_same {
            let is_quiet = self.clients.find(peer).is_some_and(|client| client.quiet);
            if !is_quiet && self.questions.take(now) {
                self.reply(peer, address, Status::Ok, "null");
            }
            return;
        }
        if let Some(ticket) = Ticket::take(&self.shared.unanswered, usize::MAX) {
            self.panicked = Some((now, Arc::downgrade(&ticket)));
            self.hand_over(RemoteCommand::Panic, peer, address, ticket, now);
        }
    }

    /// A place for a wish among the unanswered, if it is within the limits; otherwise its sender is
    /// told.
    pub(super) fn ticket(
        &mut self,
        wish: &RemoteCommand,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) -> Option<Arc<Ticket>> {
        let calms = self.is_calming(wish);
        let meter = if calms { &mut self.calming } else { &mut self.wishes };
        let most = UNANSWERED_MAX + if calms { UNANSWERED_MORE } else { 0 };
        let passes = meter.take(peer.address(), now);
        let ticket = passes.then(|| Ticket::take(&self.shared.unanswered, most)).flatten();
        if ticket.is_none() {
            count(&self.shared.tally.dropped);
            let why = "too many messages at once: not done";
            if calms {
                self.calming_refused(wish, why, peer, address, now);
            } else {
                self.trouble(peer, || format!("{}: {why}", quoted(address)), now);
            }
            self.fault(peer, address, why, now);
        }
        ticket
    }

    /// Tells the caller by its name of a stop or a hold that was refused, whatever else they have
    /// been told.
    fn calming_refused(
        &mut self,
        wish: &RemoteCommand,
        why: &str,
        peer: PacketSender,
        address: &str,
        now: MachineNs,
    ) {
        let holds = matches!(wish, RemoteCommand::Hold | RemoteCommand::TogglePause);
        let name = if holds { "HOLD" } else { "STOP" };
        let what = format!("{name} refused ({}): {why}", quoted(address));
        let trouble = Trouble { from: peer.address().ip().to_canonical(), what };
        if self.told_of_calming.is_news(&trouble, now) {
            self.shared.troubles.leave(trouble);
        }
    }

    pub(super) fn hand_over(
        &mut self,
        wish: RemoteCommand,
        peer: PacketSender,
        address: &str,
        ticket: Arc<Ticket>,
        now: MachineNs,
    ) {
        // A GO that nobody heard for seconds must not fire now; what calms the show is never too
        // late. A toggle may be: the picture that made it a hold is from before the standstill.
        if let Some(stood) = self.standstill.stood().filter(|_| !wish.calms()) {
            count(&self.shared.tally.dropped);
            let why = format!(
                "the program stood still for {} s when this came: not done",
                stood.as_secs()
            );
            self.trouble(peer, || format!("{address}: {why}"), now);
            return self.fault(peer, address, &why, now);
        }
        if !wish.calms() {
            self.panicked = None;
        }
        count(&self.shared.tally.wishes);
        let loads = if let RemoteCommand::Load(cue) = wish { Some(cue) } else { None };
        let from = ReplyTo { peer, address: address.to_owned(), loads, _ticket: ticket };
        (self.hear)(RemoteRequest { wish, from, who: peer.who() });
    }
}
