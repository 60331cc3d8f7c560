//! Taking the flag from a holder that is silent: a caller's act, with a reason.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Flag, Pending, SILENT};
use crate::engine::{Event, Origin, Record, RunNs};
use crate::journal::truncate;
use crate::time::nanoseconds;

/// A take that the log does not have yet.
#[derive(Clone, Debug)]
pub(super) struct Taking {
    reason: String,
    silent_ns: u64,
    run_ns: RunNs,
    at: Timestamp,
    /// The term in which it was wished: it is for no other.
    term: u64,
}

impl Flag {
    pub(super) fn begin_to_take(
        &mut self,
        reason: &str,
        named: Option<&str>,
        run_ns: RunNs,
        at: Timestamp,
    ) -> Result<(), String> {
        let reason = reason.trim();
        let Some(flag) = self.state.as_ref().filter(|_| !self.is_coming) else {
            return Err("the run's log was not read yet".to_owned());
        };
        if self.holds {
            return Err("the flag is here".to_owned());
        }
        if reason.is_empty() {
            return Err("taking the flag needs a reason".to_owned());
        }
        if self.taking.is_some() {
            return Err("the flag is being taken already".to_owned());
        }
        let (holder, term) = (flag.holder.clone(), flag.term);
        let silent = self.silence_of(&holder);
        if silent < SILENT && named != Some(holder.as_str()) {
            return Err(format!("{holder} is there: to take the flag all the same, type its name"));
        }
        let silent_ns = nanoseconds(silent);
        let (reason, at) = (reason.to_owned(), truncate(at));
        self.taking = Some(Taking { reason, silent_ns, run_ns, at, term });
        self.proposes_again();
        Ok(())
    }

    /// Proposes the take for the next place of the log, if it is still wanted there.
    pub(super) fn proposes_again(&mut self) {
        let Some((taking, flag)) = self.taking.as_ref().zip(self.state.as_ref()) else { return };
        if taking.term != flag.term {
            let text = format!("the flag was not taken: {} has it now", flag.holder);
            self.taking = None;
            self.says(text, true);
            return;
        }
        let station = self.id.me.to_string();
        let record = Record {
            seq: self.seq + 1,
            at: taking.at,
            run_ns: taking.run_ns.max(self.run_ns),
            origin: Some(Arc::new(Origin { station, term: flag.term + 1 })),
            event: Event::FlagTaken {
                from: flag.holder.clone(),
                reason: taking.reason.clone(),
                silent_ns: taking.silent_ns,
            },
        };
        self.shipping.forgets();
        let (seq, records) = (record.seq, vec![Arc::new(record)]);
        self.pending.push_back(Pending { seq, records, is_proposal: true });
    }
}
