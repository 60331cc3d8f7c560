//! Taking the flag from a holder that is silent: a caller's act, with a reason.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{ALONE, Flag, FlagInput, Pending, SILENT};
use crate::engine::{Event, Origin, Record, RunNs};
use crate::journal::truncate;
use crate::time::{MachineNs, nanoseconds};

/// Time after which a take is given up that the log is known not to have.
const LAPSES: Duration = Duration::from_secs(5);

/// A take that the log does not have yet.
#[derive(Clone, Debug)]
pub(super) struct Taking {
    reason: String,
    silent_ns: u64,
    run_ns: RunNs,
    at: Timestamp,
    /// The term in which it was wished: it is for no other.
    term: u64,
    /// The holder's name was typed: it may be heard.
    is_named: bool,
    since_ns: MachineNs,
    /// The log may have it.
    pub was_sent: bool,
    /// It was not given up.
    pub is_wanted: bool,
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
        if self.taking.as_ref().is_some_and(|taking| taking.is_wanted) {
            return Err("the flag is being taken already".to_owned());
        }
        if self.log_silence() > ALONE {
            return Err("the log does not answer: the flag cannot be taken".to_owned());
        }
        let (holder, term) = (flag.holder.clone(), flag.term);
        let silent = self.silence_of(&holder);
        if silent < SILENT && named != Some(holder.as_str()) {
            return Err(format!("{holder} is there: to take the flag all the same, type its name"));
        }
        let silent_ns = nanoseconds(silent);
        let (reason, at) = (reason.to_owned(), truncate(at));
        let was_sent = self.taking.take().is_some_and(|taking| taking.was_sent);
        self.taking = Some(Taking {
            reason,
            silent_ns,
            run_ns,
            at,
            term,
            is_named: named.is_some(),
            since_ns: self.now_ns,
            was_sent,
            is_wanted: true,
        });
        self.proposes_again();
        Ok(())
    }

    /// Gives up a take that the log has not: the holder is heard again, or it takes too long for an
    /// act that somebody has decided a moment ago.
    pub(super) fn gives_up_taking(&mut self) {
        let Some((taking, flag)) = self.taking.as_ref().zip(self.state.as_ref()) else { return };
        if !taking.is_wanted || (taking.was_sent && !self.is_settled()) {
            return;
        }
        let holder = &flag.holder;
        let why = if !taking.is_named && self.silence_of(holder) < SILENT {
            format!("{holder} is heard again")
        } else if self.now_ns.since(taking.since_ns) >= LAPSES {
            "the log did not answer in time".to_owned()
        } else {
            return;
        };
        self.drops_take();
        self.says(format!("the flag was not taken: {why}"), true);
    }

    /// The caller gives up a take that is not known to stand in the log.
    ///
    /// # Errors
    /// If there is none, for the caller.
    pub fn give_up_take(&mut self, now_ns: MachineNs) -> Result<(), String> {
        self.handle(now_ns, FlagInput::Tick);
        let Some(taking) = self.taking.as_ref().filter(|taking| taking.is_wanted) else {
            return Err("no take is under way".to_owned());
        };
        let was_sent = taking.was_sent && !self.is_settled();
        self.drops_take();
        if was_sent {
            let text = "the take is given up; if the log has it already, the flag comes here";
            self.says(text.to_owned(), true);
        }
        Ok(())
    }

    /// The take is wanted no more. What was sent once may be stored late: it is known when it is
    /// read.
    fn drops_take(&mut self) {
        match &mut self.taking {
            Some(taking) if taking.was_sent => taking.is_wanted = false,
            _ => {
                self.taking = None;
                self.pending.clear();
                self.shipping.forgets();
            }
        }
    }

    /// Proposes the take for the next place of the log, if it is still wanted there.
    pub(super) fn proposes_again(&mut self) {
        let Some((taking, flag)) = self.taking.as_ref().zip(self.state.as_ref()) else { return };
        if !taking.is_wanted {
            // Another record has its place, so it cannot be stored any more.
            self.taking = None;
            return;
        }
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
            // What fired before it and what fires after it are told apart by their instants.
            run_ns: taking.run_ns.max(self.run_ns + Duration::from_nanos(1)),
            origin: Some(Arc::new(Origin::new(station, flag.term + 1))),
            event: Event::FlagTaken {
                from: flag.holder.clone(),
                reason: taking.reason.clone(),
                silent_ns: taking.silent_ns,
            },
        };
        self.shipping.forgets();
        let (seq, record) = (record.seq, Arc::new(record));
        match self.pending.back_mut().filter(|pending| pending.seq == seq) {
            Some(pending) => pending.records.push(record),
            None => {
                let records = vec![record];
                self.pending.push_back(Pending { seq, records, is_proposal: true });
                if let Some(taking) = &mut self.taking {
                    taking.was_sent = false;
                }
            }
        }
    }
}
