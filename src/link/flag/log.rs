//! The log as it is read: which entries count, and what follows from each.

use std::sync::Arc;

use super::{Flag, FlagOutput};
use crate::engine::{Event, FlagState, Record};
use crate::journal::{RecordOrder, decode, encode};
use crate::link::message::{FiredAside, Letter, ServerRequest};
use crate::plain::counted;

/// Number of cues in one letter.
const FIRED_MAX: usize = 100;

impl Flag {
    /// Takes in an entry of the log.
    pub(super) fn entry(&mut self, sequence: u64, line: &[u8]) {
        if sequence <= self.position {
            return;
        }
        self.log_heard_ns = Some(self.now_ns);
        if self.versions.is_wanting() {
            return;
        }
        if sequence > self.position + 1 {
            self.request(ServerRequest::Follow { from: self.position + 1 });
            return;
        }
        match self.counts(line) {
            Ok((record, _)) if self.lacks_version(&record) => {}
            Ok((record, order)) => {
                (self.position, self.order) = (sequence, order);
                self.takes_in(record);
            }
            Err(why) => {
                self.position = sequence;
                self.void += 1;
                self.shipping.was_displaced();
                self.void_why = Some(format!("entry {sequence}: {why}"));
                self.says(
                    format!("entry {sequence} of the log does not count: see the stations"),
                    false,
                );
                self.sees_if_stuck(line);
            }
        }
    }

    /// What this station has recorded next stands in the log, at its place, and does not count: it
    /// never will, and nothing after it either.
    fn sees_if_stuck(&mut self, line: &[u8]) {
        let next = self.pending.front().filter(|pending| pending.seq == self.seq + 1);
        let is_own = next.is_some_and(|pending| {
            pending.records.iter().any(|record| {
                let mut own = vec![];
                encode(record, &mut own).is_ok() && own.strip_suffix(b"\n") == Some(line)
            })
        });
        if is_own && self.holds && !self.is_stuck {
            self.is_stuck = true;
            let seq = self.seq + 1;
            self.says(format!("the log cannot have record {seq}: no other station follows"), true);
        }
    }

    /// The record of a line and the run's order after it, if it is one that counts here.
    fn counts(&self, line: &[u8]) -> Result<(Record, RecordOrder), String> {
        let record = decode(line).map_err(|why| why.to_string())?;
        let mut order = self.order;
        order.admit(&record).map_err(|why| why.to_string())?;
        let admitted = match &self.state {
            Some(flag) => flag.admits(&record),
            None => FlagState::begun(&record).is_some(),
        };
        if !admitted {
            let from = record.origin.as_ref();
            let from =
                from.map_or("nobody".into(), |o| format!("{} in term {}", o.station, o.term));
            return Err(format!("it is from {from}, which does not have the flag"));
        }
        Ok((record, order))
    }

    fn takes_in(&mut self, record: Record) {
        (self.seq, self.run_ns) = (record.seq, record.run_ns);
        let term = self.state.as_ref().map_or(0, |flag| flag.term);
        match &mut self.state {
            Some(flag) => flag.fold(&record),
            none => *none = FlagState::begun(&record),
        }
        self.sees_offer(&record);
        self.sees_resumed(&record);
        let is_next = self.pending.front().is_some_and(|pending| pending.seq == record.seq);
        let own = if is_next { self.pending.pop_front() } else { None };
        let Some(own) = own else {
            self.follows(record, term, false);
            return;
        };
        self.shipping.one_less();
        self.waits_since_ns = (!self.pending.is_empty()).then_some(self.now_ns);
        let is_mine = own.records.iter().any(|mine| **mine == record);
        match (is_mine, own.is_proposal) {
            (true, false) => self.sees_not_passed(&record),
            (true, true) if matches!(record.event, Event::FlagTaken { .. }) => {
                self.taking = None;
                self.follows(record, term, true);
            }
            (true, true) => {
                self.holds = matches!(record.event, Event::FlagWithdrawn { .. });
                // It comes back to the program that accepts it.
                self.claims &= self.holds;
                self.clock.clear();
                self.outbox.again();
                self.does(FlagOutput::Stored(record));
            }
            // The taker's own proposal found no place here, and may find the next one.
            (false, true) if !self.holds => {
                self.follows(record, term, false);
                self.proposes_again();
            }
            (false, _) => {
                self.pending.push_front(own);
                self.lost(record, term);
            }
        }
    }

    /// A record of another station, or the one by which this station has taken the flag; the flag's
    /// term was `term` before it.
    fn follows(&mut self, record: Record, term: u64, takes: bool) {
        let passed_to =
            if let Event::FlagPassed { to, .. } = &record.event { Some(to) } else { None };
        let is_for_me = passed_to == Some(&self.id.me);
        let changes = passed_to.is_some() || matches!(record.event, Event::FlagTaken { .. });
        let from_here = self.holds;
        if from_here {
            // Records of this station's name and term that it did not write.
            self.lost(record, term);
            return;
        }
        self.does(FlagOutput::Follow(vec![record]));
        if changes {
            self.clock.clear();
            self.outbox.again();
        }
        if is_for_me && !self.claims {
            self.says(
                format!("the flag was passed to another program that is called {}", self.id.me),
                true,
            );
        }
        if takes || (is_for_me && self.claims && !self.is_coming) {
            self.claims = true;
            self.now_holds(false);
        }
    }

    /// This station has the flag; or had it already when its program ended, and `resumes`.
    pub(super) fn now_holds(&mut self, resumes: bool) {
        self.holds = true;
        self.waits_since_ns = (!self.pending.is_empty()).then_some(self.now_ns);
        self.does(FlagOutput::Holds { resumes });
    }

    /// The log goes on otherwise than this station's journal does, which was of `term`.
    fn lost(&mut self, record: Record, term: u64) {
        self.holds = false;
        self.claims = false;
        if std::mem::take(&mut self.may_be_passed) {
            self.shipping.must_read();
        }
        self.put_aside_before(record.seq, term);
        self.does(FlagOutput::Follow(vec![record]));
    }

    /// What is not in the log and cannot come there goes aside.
    pub(super) fn put_aside(&mut self) {
        let term = self.state.as_ref().map_or(0, |flag| flag.term);
        self.put_aside_before(self.seq + 1, term);
    }

    fn put_aside_before(&mut self, seq: u64, term: u64) {
        let pending = std::mem::take(&mut self.pending);
        (self.waits_since_ns, self.is_stuck) = (None, false);
        self.shipping.forgets();
        let records: Vec<Record> = pending
            .into_iter()
            .filter(|pending| !pending.is_proposal)
            .flat_map(|pending| pending.records)
            .map(Arc::unwrap_or_clone)
            .collect();
        let origin = records.first().and_then(|record| record.origin.as_ref());
        let term = origin.map_or(term, |origin| origin.term);
        let fired = records.iter().filter_map(|record| {
            let Event::CueFired { cue, .. } = &record.event else { return None };
            Some(FiredAside { cue: cue.clone(), at_ns: record.run_ns })
        });
        let fired: Vec<FiredAside> = fired.collect();
        if !records.is_empty() {
            let holder = self.state.as_ref().map(|flag| &flag.holder);
            // Two stations may have begun a run of the same show on the same day.
            let is_another = seq == 1;
            let why = match holder.filter(|holder| **holder != self.id.me) {
                _ if is_another => {
                    let run = &self.id.run;
                    format!("another run is called {run} there: join it, or begin one with --fresh")
                }
                Some(holder) => format!("{holder} has taken the flag"),
                None => "the log goes on otherwise".to_owned(),
            };
            let fired = counted(fired.len(), "fired cue");
            let go = if records.len() == 1 { "goes" } else { "go" };
            let records = counted(records.len(), "record");
            self.says(format!("{why}: {records} of this station {go} aside, with {fired}"), true);
        }
        self.does(FlagOutput::Aside { kept: seq - 1, records, term, fired: fired.clone() });
        for fired in fired.chunks(FIRED_MAX) {
            self.write(Letter::Aside { fired: fired.to_vec() });
        }
    }
}
