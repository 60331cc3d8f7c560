//! What time alone brings: an offer lapses, and a station that cannot read the log asks.

use super::{ASKS_AFTER, Flag, FlagOutput, OFFER_LAPSES};
use crate::engine::{Event, Record};

/// Words for a caller whose run went on without its log, and now cannot be compared with it.
const BY_ITSELF: &str = "the log cannot be read, and this run was called without it: to call on, leave, \
                         and resume the run without --share";

impl Flag {
    /// Keeps since when an offer stands. Its time is this machine's: the run's may run faster.
    pub(super) fn sees_offer(&mut self, record: &Record) {
        if matches!(record.event, Event::FlagOffered { .. }) {
            self.offered_ns = Some(self.now_ns);
        }
    }

    pub(super) fn passes_time(&mut self) {
        self.keeps_in_touch();
        self.gets_version();
        self.tells_of_version();
        let lapses = self.offered_ns.filter(|&at_ns| self.now_ns.since(at_ns) >= OFFER_LAPSES);
        // While it is mute, nothing can be withdrawn.
        if lapses.is_some() && self.holds && !self.is_mute {
            self.offered_ns = None;
            if self.state.as_ref().is_some_and(|flag| flag.offer.is_some()) {
                self.does(FlagOutput::Lapsed);
            }
        }
        let mute_for = self.now_ns.since(self.mute_since_ns);
        self.gives_up_taking();
        let is_cut_off = self.is_mute && mute_for >= ASKS_AFTER;
        if is_cut_off && !self.has_asked && self.may_go_on() {
            self.has_asked = true;
            self.does(FlagOutput::Asks);
        } else if is_cut_off && !self.has_asked && self.was_by_itself() {
            self.has_asked = true;
            self.says(BY_ITSELF, true);
        }
    }
}
