//! The order of records in a journal.
//!
//! Owns the one rule of order, for the writer and for recovery alike: what recovery would refuse is
//! never written, so that no fault of the program can make a journal that the next start cannot
//! read. Must never know files or text.

use super::line::LineFault;
use crate::engine::{Event, RUN_NS_MAX, Record, RunNs};

/// Position of the last record; all zero before the first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordOrder {
    seq: u64,
    run_ns: RunNs,
}

impl RecordOrder {
    /// The place after `last`.
    pub fn after(last: Option<&Record>) -> Self {
        last.map_or_else(Self::default, |record| Self { seq: record.seq, run_ns: record.run_ns })
    }

    /// Returns `true` if nothing has been admitted yet.
    pub(super) fn is_at_start(self) -> bool {
        self.seq == 0
    }

    /// Goes on to `record`, if it is the one that may come now; stays where it was if not.
    ///
    /// # Errors
    /// With the reason why it may not.
    pub fn admit(&mut self, record: &Record) -> Result<(), LineFault> {
        let expected = self.seq + 1;
        if record.seq != expected {
            return Err(LineFault::Gap { found: record.seq, expected });
        }
        match (&record.event, self.is_at_start()) {
            (Event::RunStarted { .. }, false) => return Err(LineFault::BegunAgain),
            (Event::RunStarted { .. }, true) | (_, false) => {}
            (event, true) => return Err(LineFault::NotBegun(event.kind().to_owned())),
        }
        let mut instants = record.event.instants().chain([record.run_ns]);
        if let Some(found) = instants.find(|&instant| instant > RUN_NS_MAX) {
            return Err(LineFault::TooFar(found));
        }
        if record.run_ns < self.run_ns {
            return Err(LineFault::Backwards { found: record.run_ns, before: self.run_ns });
        }
        *self = Self::after(Some(record));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::journal::sample;

    const NS: Duration = Duration::from_nanos(1);

    #[test]
    fn admits_a_run_and_nothing_out_of_place() {
        let records = sample::records();
        let mut order = RecordOrder::default();
        assert_eq!(
            order.admit(&Record { seq: 1, ..records[1].clone() }),
            Err(LineFault::NotBegun("run_resumed".into()))
        );
        for record in &records {
            assert_eq!(order.admit(record), Ok(()));
        }
        let (last, seq) = (records.last().unwrap().clone(), records.len() as u64 + 1);
        assert_eq!(order.admit(&last), Err(LineFault::Gap { found: seq - 1, expected: seq }));
        assert_eq!(order.admit(&Record { seq, ..records[0].clone() }), Err(LineFault::BegunAgain));
        let back = Record { seq, run_ns: last.run_ns - NS, ..last.clone() };
        assert_eq!(
            order.admit(&back),
            Err(LineFault::Backwards { found: last.run_ns - NS, before: last.run_ns })
        );
        let far = Record { seq, run_ns: RunNs::MAX - NS, ..last.clone() };
        assert_eq!(order.admit(&far), Err(LineFault::TooFar(RunNs::MAX - NS)));
        let event = Event::CueCompleted { cue: sample::cue("1"), due_ns: RunNs::MAX };
        assert_eq!(order.admit(&Record { event, ..far }), Err(LineFault::TooFar(RunNs::MAX)));
        assert_eq!(
            order.admit(&Record { seq, ..last }),
            Ok(()),
            "the same instant is no step back"
        );
    }
}
