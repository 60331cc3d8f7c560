//! The datagrams that left a moment ago: which of them a refusal belongs to, and which are heard
//! for all that is known.
//!
//! A closed port answers a datagram with an ICMP message, which reaches the socket later: on this
//! machine at once, over a network after a round trip. The system says only that there was a
//! refusal, not of which datagram. It belongs to the last one, and to those that left right before
//! it, which went to the same closed port. A host answers at most a few datagrams a second (RFC
//! 1812, section 4.3.2.8), so no answer of its own is expected for each.
//!
//! Pure: time comes in as an argument.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::gauge::Delivery;
use super::super::queue::Senders;
use crate::time::MachineNs;

/// Maximum age of an earlier datagram that shares the last one's refusal: the messages of one cue.
const BURST: Duration = Duration::from_millis(100);

/// Maximum delay of a refusal. A datagram that left after a refusal and has none itself by then was
/// received.
const ANSWER_MAX: Duration = Duration::from_millis(500);

/// The most datagrams that are remembered.
const KEPT_MAX: usize = 256;

/// A datagram that has left.
pub(super) struct Left {
    /// Senders of the message.
    pub(super) senders: Senders,
    pub(super) delivery: Delivery,
    pub(super) at: MachineNs,
    /// The port refused what was sent before, so its outcome has not been reported yet.
    pub(super) in_doubt: bool,
}

/// The datagrams of the last moment, in the order in which they left.
#[derive(Default)]
pub(super) struct Recent(VecDeque<Left>);

impl Recent {
    /// Adds a datagram; gives one that has to be settled now, since there is no room for it.
    pub(super) fn push(&mut self, left: Left) -> Option<Left> {
        let oldest = if self.0.len() >= KEPT_MAX { self.0.pop_front() } else { None };
        self.0.push_back(left);
        oldest.filter(|left| left.in_doubt)
    }

    /// Gives those that a refusal, noticed now, belongs to, and forgets the others that were
    /// reported as sent.
    pub(super) fn refused(&mut self) -> Vec<Left> {
        let Some(last) = self.0.back().map(|left| left.at) else { return vec![] };
        let all = std::mem::take(&mut self.0).into_iter();
        all.filter(|left| left.in_doubt || last.since(left.at) <= BURST).collect()
    }

    /// Gives those in doubt that were not refused in time, and forgets what is over.
    pub(super) fn heard(&mut self, now: MachineNs) -> Vec<Left> {
        let is_over = |left: &Left| now.since(left.at) > ANSWER_MAX;
        let count = self.0.iter().take_while(|left| is_over(left)).count();
        self.0.drain(..count).filter(|left| left.in_doubt).collect()
    }

    /// Gives all that are in doubt: nothing more will be known of them.
    pub(super) fn in_doubt(&mut self) -> Vec<Left> {
        std::mem::take(&mut self.0).into_iter().filter(|left| left.in_doubt).collect()
    }

    /// Instant at which the last datagram in doubt is known to have been received, if any is in
    /// doubt.
    pub(super) fn known_at(&self) -> Option<MachineNs> {
        self.0.iter().rfind(|left| left.in_doubt).map(|left| left.at + ANSWER_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::{job, now};

    fn left(start: MachineNs, ms: u64, in_doubt: bool) -> Left {
        let at = start + Duration::from_millis(ms);
        let job = job(ms as u32);
        Left {
            senders: Senders::one(job),
            delivery: Delivery::new(Some(job), at, at),
            at,
            in_doubt,
        }
    }

    fn firings(left: &[Left]) -> Vec<u32> {
        left.iter().filter_map(|left| left.senders.job.map(|job| job.firing)).collect()
    }

    #[test]
    fn a_refusal_belongs_to_the_last_and_to_its_burst() {
        let (start, mut recent) = (now(), Recent::default());
        for ms in [0, 300, 310, 320] {
            assert!(recent.push(left(start, ms, false)).is_none());
        }
        assert_eq!(firings(&recent.refused()), [300, 310, 320], "the first went out long before");
        assert!(recent.refused().is_empty());
    }

    #[test]
    fn what_is_in_doubt_was_heard_when_no_refusal_comes_in_time() {
        let (start, mut recent) = (now(), Recent::default());
        recent.push(left(start, 0, false));
        recent.push(left(start, 10, true));
        recent.push(left(start, 400, true));
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(recent.known_at(), Some(at(900)));
        assert_eq!(firings(&recent.heard(at(510))), [0; 0]);
        assert_eq!(firings(&recent.heard(at(511))), [10]);
        assert_eq!(firings(&recent.refused()), [400]);
        assert_eq!(recent.known_at(), None);
    }

    #[test]
    fn it_is_bounded_and_forgets_nothing_that_has_no_outcome() {
        let (start, mut recent) = (now(), Recent::default());
        recent.push(left(start, 0, true));
        (1..KEPT_MAX as u64).for_each(|ms| assert!(recent.push(left(start, ms, false)).is_none()));
        assert_eq!(
            firings(&recent.push(left(start, 999, true)).into_iter().collect::<Vec<_>>()),
            [0]
        );
        assert_eq!(firings(&recent.in_doubt()), [999]);
    }
}
