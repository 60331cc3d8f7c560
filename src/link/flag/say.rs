//! What time alone brings: an offer lapses, and a station that cannot read the log asks.

use super::{ASKS_AFTER, Flag, FlagOutput, OFFER_LAPSES};
use crate::engine::{Event, Record};

impl Flag {
    /// Keeps since when an offer stands. Its time is this machine's: the run's may run faster.
    pub(super) fn sees_offer(&mut self, record: &Record) {
        if matches!(record.event, Event::FlagOffered { .. }) {
            self.offered_ns = Some(self.now_ns);
        }
    }

    pub(super) fn passes_time(&mut self) {
        self.keeps_in_touch();
        let lapses = self.offered_ns.filter(|&at_ns| self.now_ns.since(at_ns) >= OFFER_LAPSES);
        if lapses.is_some() {
            self.offered_ns = None;
            let stands = self.state.as_ref().is_some_and(|flag| flag.offer.is_some());
            if self.holds && stands {
                self.does(FlagOutput::Lapsed);
            }
        }
        let mute_for = self.now_ns.since(self.mute_since_ns);
        self.gives_up_taking();
        let may_ask = self.is_mute && !self.has_asked && self.may_go_on();
        if may_ask && mute_for >= ASKS_AFTER {
            self.has_asked = true;
            self.does(FlagOutput::Asks);
        }
    }
}
