//! Records: the lines of a journal, around its events.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Event, RunNs};

/// One line of the journal: an event, when it happened, and its place in the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// 1, 2, 3 … without a gap.
    pub seq: u64,
    /// The machine's clock, UTC.
    pub at: Timestamp,
    /// The run's clock; in a rehearsal it may run faster than `at`.
    pub run_ns: RunNs,
    /// The station that wrote it. `None` in a run that only one machine writes, which is the usual
    /// case.
    pub origin: Option<Arc<Origin>>,
    /// The fact itself.
    pub event: Event,
}

impl Record {
    /// The station without the flag whose caller wished this, if one did.
    pub fn wish_of(&self) -> Option<&str> {
        self.origin.as_deref()?.wish_of.as_deref()
    }

    /// The record of a run that one machine writes.
    pub fn new(seq: u64, at: Timestamp, run_ns: RunNs, event: Event) -> Self {
        Record { seq, at, run_ns, origin: None, event }
    }
}

/// The writer of a record, in a run that several stations follow and one of them calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name of the station.
    pub station: String,
    /// The term in which that station called the run, from 1: each time another station takes the
    /// run over, it rises by one.
    pub term: u64,
    /// The station whose caller wished this, without the flag; `None` where the one who had it
    /// wanted it, and where it happened by itself.
    pub wish_of: Option<String>,
}

impl Origin {
    /// The origin of what `station` records in `term`, as long as nobody else wishes it.
    pub fn new(station: impl Into<String>, term: u64) -> Self {
        Origin { station: station.into(), term, wish_of: None }
    }
}
