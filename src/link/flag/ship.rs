//! Shipping: what was recorded here goes to the log, in order, and an outcome that is not known is
//! read.
//!
//! Appends flow one after the other, each on the sequence that the ones before will have given it.
//! After the first answer that is not "stored", nothing more is sent until all answers are there
//! and the log was read to its end; then it goes on from the first record that the log does not have.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Flag, Pending};
use crate::engine::Record;
use crate::journal::encode;
use crate::link::message::{Appended, ServerRequest};
use crate::time::MachineNs;

/// Number of appends under way.
const WINDOW: usize = 64;
/// Pause before the log is asked again.
const RETRY: Duration = Duration::from_millis(200);
/// Time after which a log with nothing to ship is asked if it is still there.
pub(super) const PROBE: Duration = Duration::from_secs(1);
/// Time after which an answer is not waited for any more.
const GIVES_UP: Duration = Duration::from_secs(15);

/// Length of most lines of a journal, bytes.
const LINE_BYTES: usize = 256;

/// State of what is under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Shipping {
    /// Number of the first pending records that are under way.
    sent: usize,
    /// The appends that have no answer, with their instants.
    under_way: BTreeMap<u64, MachineNs>,
    /// A read that has no answer, its instant, and what was read before it.
    reading: Option<(u64, MachineNs, u64)>,
    /// The log has to be read before anything more is sent, not before this instant.
    reads_at_ns: Option<MachineNs>,
    /// Only a read that was asked for from now on counts.
    is_stale: bool,
    ticket: u64,
    /// Last time between an append and its answer.
    round_ns: Option<Duration>,
}

impl Shipping {
    fn ticket(&mut self) -> u64 {
        self.ticket += 1;
        self.ticket
    }

    pub(super) fn round(&self) -> Option<Duration> {
        self.round_ns
    }

    pub(super) fn retry_ns(&self) -> Option<MachineNs> {
        self.reads_at_ns
    }

    /// The first of the pending records has come to the log.
    pub(super) fn one_less(&mut self) {
        self.sent = self.sent.saturating_sub(1);
    }

    /// An entry that does not count stands where one of ours was to come.
    pub(super) fn was_displaced(&mut self) {
        if self.sent > 0 {
            self.reads_at_ns.get_or_insert(MachineNs::ZERO);
        }
    }

    pub(super) fn forgets(&mut self) {
        self.sent = 0;
    }

    pub(super) fn must_read(&mut self) {
        (self.reads_at_ns, self.is_stale) = (Some(MachineNs::ZERO), true);
    }

    pub(super) fn looks_again(&mut self) {
        self.reads_at_ns = self.reads_at_ns.map(|_| MachineNs::ZERO);
    }
}

impl Flag {
    pub(super) fn recorded(&mut self, records: Vec<Record>) {
        // What was read from the log first is there already.
        for record in records.into_iter().filter(|record| record.seq > self.seq) {
            let (seq, records) = (record.seq, vec![Arc::new(record)]);
            self.pending.push_back(Pending { seq, records, is_proposal: false });
            self.waits_since_ns.get_or_insert(self.now_ns);
        }
    }

    /// Takes in a proposal, or another one for the same place.
    pub(super) fn propose(&mut self, record: Record) {
        if !self.holds {
            return;
        }
        let at = self.pending.iter().position(|pending| pending.seq == record.seq);
        match at.and_then(|at| Some((at, self.pending.get_mut(at)?))) {
            Some((at, pending)) => {
                pending.records.push(Arc::new(record));
                self.shipping.sent = self.shipping.sent.min(at);
            }
            None => {
                let (seq, records) = (record.seq, vec![Arc::new(record)]);
                self.pending.push_back(Pending { seq, records, is_proposal: true });
                self.waits_since_ns.get_or_insert(self.now_ns);
            }
        }
    }

    /// Returns `true` while this holder's record of a pass is on its way to the log: nobody knows
    /// who has the flag.
    pub(super) fn is_passing(&self) -> bool {
        self.holds && self.pending.back().is_some_and(|pending| pending.is_proposal)
    }

    /// Returns `true` if the log has answered to everything that it was sent, and was read since.
    pub(super) fn is_settled(&self) -> bool {
        let Shipping { sent, under_way, reading, reads_at_ns, .. } = &self.shipping;
        *sent == 0 && under_way.is_empty() && reading.is_none() && reads_at_ns.is_none()
    }

    pub(super) fn appended(&mut self, ticket: u64, outcome: &Appended) {
        let sent_ns = self.shipping.under_way.remove(&ticket);
        match outcome {
            Appended::Stored { .. } => {
                self.log_heard_ns = Some(self.now_ns);
                self.shipping.round_ns =
                    sent_ns.map(|sent_ns| self.now_ns.since(sent_ns)).or(self.shipping.round_ns);
            }
            Appended::WrongSequence => self.reads_after(RETRY / 4),
            Appended::Refused { .. } | Appended::Unknown { .. } => self.reads_after(RETRY),
        }
    }

    pub(super) fn reads_after(&mut self, pause: Duration) {
        self.shipping.reads_at_ns.get_or_insert(self.now_ns + pause);
    }

    pub(super) fn read_to(&mut self, ticket: u64, last: u64) {
        self.log_heard_ns = Some(self.now_ns);
        let Some((.., before)) = self.shipping.reading.take_if(|(asked, ..)| *asked == ticket)
        else {
            return;
        };
        if self.versions.is_wanting() {
            // What is in the log is not taken in before the version is here.
            self.shipping.reads_at_ns = Some(self.now_ns + RETRY);
            return;
        }
        if last > self.position {
            // An entry was lost on the way here.
            self.request(ServerRequest::Follow { from: self.position + 1 });
        }
        if self.shipping.is_stale || last > self.position {
            self.shipping.reads_at_ns = Some(self.now_ns + RETRY / 4);
            return;
        }
        // What was stored since may have come before the answer.
        if last < before {
            self.says("the log has lost records that it had stored".to_owned(), true);
        }
        self.shipping.sent = 0;
        self.is_up_to_date();
    }

    pub(super) fn not_read(&mut self, ticket: u64) {
        if self.shipping.reading.is_some_and(|(asked, ..)| asked == ticket) {
            self.shipping.reading = None;
            self.shipping.reads_at_ns = Some(self.now_ns + RETRY);
        }
    }

    /// Sends what may be sent now.
    pub(super) fn ship(&mut self) {
        let now_ns = self.now_ns;
        let is_fresh = |since: &MachineNs| now_ns.since(*since) < GIVES_UP;
        self.shipping.under_way.retain(|_, since| is_fresh(since));
        if self.shipping.reading.is_some_and(|(_, since, _)| !is_fresh(&since)) {
            self.shipping.reading = None;
            self.shipping.reads_at_ns = Some(now_ns);
        }
        if self.shipping.reading.is_some() {
            return;
        }
        let is_idle = self.shipping.under_way.is_empty();
        let is_quiet = self.log_heard_ns.is_none_or(|heard_ns| now_ns.since(heard_ns) >= PROBE);
        let reads_at_ns = self.shipping.reads_at_ns.or(is_quiet.then_some(now_ns));
        if let Some(reads_at_ns) = reads_at_ns {
            // What may be stored yet must have its answer first: then the end of the log is after
            // it.
            if reads_at_ns <= now_ns && (is_idle || self.is_mute) {
                let ticket = self.shipping.ticket();
                self.shipping.reading = Some((ticket, now_ns, self.position));
                (self.shipping.reads_at_ns, self.shipping.is_stale) = (None, false);
                self.request(ServerRequest::Read { ticket });
            }
            if self.shipping.reads_at_ns.is_some() || self.shipping.reading.is_some() {
                return;
            }
        }
        let is_wanted = self.holds || self.taking.as_ref().is_some_and(|taking| taking.is_wanted);
        let may_ship = is_wanted && (!self.is_mute || self.may_be_passed) && !self.is_coming;
        while may_ship && !self.is_stuck && self.shipping.under_way.len() < WINDOW {
            let at = self.shipping.sent;
            let Some(record) = self.pending.get(at).and_then(|pending| pending.records.last())
            else {
                break;
            };
            let record = Arc::clone(record);
            if !self.is_version_kept(&record) {
                break;
            }
            self.shipping.sent += 1;
            self.append(&record, self.position + at as u64);
        }
    }

    fn append(&mut self, record: &Record, expects: u64) {
        let mut line = Vec::with_capacity(LINE_BYTES);
        if let Err(why) = encode(record, &mut line) {
            self.is_stuck = true;
            self.says(format!("the log cannot have record {}: {why}", record.seq), true);
            return;
        }
        line.pop();
        if let Some(taking) = self.taking.as_mut().filter(|_| !self.holds) {
            taking.was_sent = true;
        }
        let origin = record.origin.as_ref();
        let (station, term) = origin.map_or(("", 0), |origin| (&origin.station, origin.term));
        // The place belongs to it: a record that came to a place where it does not count is a new
        // message at the next one, and not a repetition that the server would drop.
        let id = format!(
            "{}/{term}/{station}/{:016x}/{}/{}/{expects}",
            self.id.run,
            self.id.instance.0,
            record.seq,
            record.event.kind()
        );
        let ticket = self.shipping.ticket();
        self.shipping.under_way.insert(ticket, self.now_ns);
        self.request(ServerRequest::Append { ticket, expects, id, line });
    }
}
