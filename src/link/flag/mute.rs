//! A station that does not know the run: it comes, or it stood still. It is mute until it has read
//! the log, or its caller goes on without.

use super::ship::PROBE;
use super::{Flag, FlagOutput, Pending};
use crate::engine::{Event, Record};

impl Flag {
    /// Nothing is sent until the log was read to its end.
    pub(super) fn be_mute(&mut self) {
        if !self.is_mute {
            self.mute_since_ns = self.now_ns;
        }
        (self.is_mute, self.has_asked) = (true, false);
        self.awake_ns = self.now_ns;
        self.is_not_expected();
        self.clock.clear();
        self.asks_since_ns = self.now_ns;
        self.does(FlagOutput::Mute(true));
        self.shipping.must_read();
    }

    /// The log was read to its end.
    pub(super) fn is_up_to_date(&mut self) {
        if self.waits_for_its_run() {
            self.looks_for_its_run();
            return;
        }
        if std::mem::take(&mut self.is_coming) {
            self.comes_in();
        }
        if !self.may_be_passed && std::mem::take(&mut self.is_mute) {
            self.does(FlagOutput::Mute(false));
        }
    }

    /// Returns `true` if the log has nothing of a run of which there is a journal here, and this
    /// station cannot bring it there: by the journal another one has the flag. An empty log says
    /// nothing of the run.
    fn waits_for_its_run(&self) -> bool {
        let has_journal = !self.pending.is_empty();
        self.is_coming && has_journal && self.state.is_none() && !self.may_go_on()
    }

    /// Says once that the run is not there, and reads again until it is.
    fn looks_for_its_run(&mut self) {
        self.reads_after(PROBE);
        if std::mem::replace(&mut self.has_asked, true) {
            return;
        }
        let by_journal = self.journaled_holder().map(str::to_owned);
        let fix = match by_journal.filter(|_| !self.was_by_itself()) {
            Some(holder) => {
                format!("by the journal here {holder} has the flag: resume it there, with --share")
            }
            None => "it was called without one since: resume it without --share".to_owned(),
        };
        self.says(format!("this server has no record of the run; {fix}"), true);
    }

    /// Sees that the log has a record of this program where a pass of the one before would stand.
    pub(super) fn sees_not_passed(&mut self, record: &Record) {
        let is_resumed = matches!(record.event, Event::RunResumed { .. });
        if is_resumed && std::mem::take(&mut self.may_be_passed) {
            self.shipping.must_read();
        }
    }

    /// Returns `true` if an offer was accepted by all that this station knows, so that its program
    /// before may have passed the flag as the last thing that it did.
    fn may_have_passed(&self) -> bool {
        let offer = self.state.as_ref().and_then(|flag| flag.offer.as_ref());
        let is_accepted = |pending: &Pending| {
            let mut records = pending.records.iter();
            records.any(|record| matches!(record.event, Event::FlagAccepted { .. }))
        };
        offer.is_some_and(|offer| offer.accepted_ns.is_some())
            || self.pending.iter().any(is_accepted)
    }

    /// A station that joins or resumes has read the log.
    fn comes_in(&mut self) {
        let me = &self.id.me;
        let is_mine = self.state.as_ref().is_some_and(|flag| flag.holder == *me) && self.claims;
        let term = self.state.as_ref().map_or(1, |flag| flag.term);
        let own = |pending: &Pending| {
            let origin = pending.records.last().and_then(|record| record.origin.clone());
            origin.is_some_and(|origin| origin.station == me.as_str() && origin.term == term)
        };
        // After the run was resumed here without its log, that goes aside: the log is the run.
        // All of the journal may come to a log that has nothing.
        let is_known = self.state.is_none()
            || self.pending.iter().all(|pending| own(pending) || by_itself(pending));
        if is_known && (is_mine || self.state.is_none() && self.claims) {
            if self.was_by_itself() {
                self.put_aside();
            }
            self.may_be_passed = self.may_have_passed();
            self.now_holds(true);
            return;
        }
        if !self.pending.is_empty() {
            self.put_aside();
        }
    }

    /// The run goes on here though the log cannot be read, where the flag was here before.
    pub(super) fn go_on(&mut self) {
        if !self.is_mute || !self.may_go_on() {
            return;
        }
        (self.is_mute, self.may_be_passed) = (false, false);
        if std::mem::take(&mut self.is_coming) {
            self.now_holds(true);
        }
        self.does(FlagOutput::Mute(false));
    }

    /// Returns `true` if records wait here of which no station says that it wrote them with the
    /// flag: the run was resumed here without its log. They can never be shipped.
    pub(super) fn was_by_itself(&self) -> bool {
        self.pending.iter().any(by_itself)
    }

    /// Returns `true` if this station has the flag by all that it knows, so that its caller may
    /// decide to go on.
    pub(super) fn may_go_on(&self) -> bool {
        if self.holds || !self.is_coming || !self.claims {
            return self.holds;
        }
        if self.was_by_itself() {
            return false;
        }
        match self.journaled_holder() {
            Some(holder) => holder == self.id.me.as_str(),
            // The log has all of the journal here, so it says more.
            None => self.state.as_ref().is_some_and(|flag| flag.holder == self.id.me),
        }
    }

    /// The station that has the flag by the part of the journal here that the log does not have.
    fn journaled_holder(&self) -> Option<&str> {
        let journaled = self.pending.iter().rev().flat_map(|pending| pending.records.last());
        journaled.filter_map(|record| holder_after(record)).next()
    }
}

fn by_itself(pending: &Pending) -> bool {
    pending.records.iter().all(|record| record.origin.is_none())
}

/// The station that has the flag once `record` is there, if it says so.
fn holder_after(record: &Record) -> Option<&str> {
    if let Event::FlagPassed { to, .. } = &record.event {
        return Some(to.as_str());
    }
    record.origin.as_ref().map(|origin| origin.station.as_str())
}
