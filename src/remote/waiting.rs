//! Wishes with a time tag ahead: they wait for their time, so many and so long at most.
//!
//! Owns what a time tag means. A panic or a hold forgets all of them: nothing that was sent before
//! it may come after it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::packet::AT_ONCE;
use super::{PacketSender, RemoteCommand, Ticket};
use crate::time::MachineNs;

/// Maximum distance of a time tag. A later one means a clock that is set wrongly.
pub(super) const AHEAD_MAX: Duration = Duration::from_secs(60);

/// Maximum number of waiting wishes.
pub(super) const WAITING_MAX: usize = 64;

/// A wish that waits for its time.
pub(super) struct Later {
    pub(super) due: MachineNs,
    pub(super) wish: RemoteCommand,
    pub(super) peer: PacketSender,
    /// The address as it was sent.
    pub(super) address: String,
    /// Its place among the unanswered, so that it is sure to have one when its time comes.
    pub(super) ticket: Arc<Ticket>,
}

/// Reason why a wish cannot wait.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TooLate {
    #[error(
        "its time tag lies {0} s ahead, and only 60 s are waited: are the clocks of both machines right?"
    )]
    Far(u64),
    #[error("at most {WAITING_MAX} messages wait for their time")]
    Many,
}

/// The wishes that wait.
#[derive(Default)]
pub(super) struct WaitingWishes {
    wishes: Vec<Later>,
    /// An instant with its time on the wall clock, as NTP has it.
    wall: Option<(MachineNs, u64)>,
}

impl WaitingWishes {
    /// Takes in what the clock on the wall reads.
    pub(super) fn set_wall(&mut self, now: MachineNs, ntp: u64) {
        self.wall = Some((now, ntp));
    }

    /// Time until a time tag; `None` if it says "at once", or has passed.
    pub(super) fn ahead(&self, time: u64, now: MachineNs) -> Option<Duration> {
        let (at, ntp) = self.wall?;
        let ntp_now = u128::from(ntp) + ntp_of(now.since(at));
        let ahead =
            u128::from(time).checked_sub(ntp_now).filter(|&ahead| ahead > 0 && time != AT_ONCE)?;
        // 32 bits of a second's fraction are less than a quarter of a nanosecond each.
        Some(Duration::from_nanos(u64::try_from((ahead * 1_000_000_000) >> 32).unwrap_or(u64::MAX)))
    }

    /// Says whether wishes may wait that lie so far ahead.
    ///
    /// # Errors
    /// When one lies too far ahead, or too many would wait.
    pub(super) fn has_room(&self, ahead: &[Duration]) -> Result<(), TooLate> {
        if let Some(far) = ahead.iter().find(|ahead| **ahead > AHEAD_MAX) {
            return Err(TooLate::Far(far.as_secs()));
        }
        if self.wishes.len() + ahead.len() > WAITING_MAX {
            return Err(TooLate::Many);
        }
        Ok(())
    }

    /// Keeps a wish until its time.
    ///
    /// # Errors
    /// When it lies too far ahead, or too many wait.
    pub(super) fn keep(&mut self, later: Later, now: MachineNs) -> Result<(), TooLate> {
        self.has_room(&[later.due.since(now)])?;
        // Those for the same time stay in their order.
        let at = self.wishes.partition_point(|other| other.due <= later.due);
        self.wishes.insert(at, later);
        Ok(())
    }

    /// Instant at which the first one is due.
    pub(super) fn first(&self) -> Option<MachineNs> {
        self.wishes.first().map(|later| later.due)
    }

    /// The first one, if it is due.
    pub(super) fn take_due(&mut self, now: MachineNs) -> Option<Later> {
        let is_due = self.first().is_some_and(|due| due <= now);
        is_due.then(|| self.wishes.remove(0))
    }

    /// Forgets all, and gives them, so that their senders can be told.
    pub(super) fn forget(&mut self) -> Vec<Later> {
        std::mem::take(&mut self.wishes)
    }
}

/// A duration in NTP's units: 32 bits of fraction.
fn ntp_of(duration: Duration) -> u128 {
    (duration.as_nanos() << 32) / 1_000_000_000
}

/// NTP's time for this reading of the wall clock; one before 1970 counts as 1970.
pub(super) fn ntp(wall: Timestamp) -> u64 {
    ntp_since_1970(Duration::try_from(wall.as_duration()).unwrap_or_default())
}

/// NTP's time for this duration since 1970.
fn ntp_since_1970(since_1970: Duration) -> u64 {
    /// Seconds from 1900 to 1970 (RFC 5905, figure 4).
    const ERA_S: u64 = 2_208_988_800;
    // It begins again in 2036, as the tags do.
    (u128::from(ERA_S) << 32).wrapping_add(ntp_of(since_1970)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::testing::now;

    fn later(due: MachineNs, note: &str) -> Later {
        let ticket = Ticket::take(&Arc::default(), 1).unwrap();
        let (wish, peer) =
            (RemoteCommand::Note(note.into()), PacketSender::Udp(([10, 0, 0, 5], 1).into()));
        Later { due, wish, peer, address: "/x".into(), ticket }
    }

    #[test]
    fn a_tag_is_read_by_the_clock_on_the_wall() {
        let (start, mut waiting) = (now(), WaitingWishes::default());
        // RFC 868 names this instant: 00:00 on 1 January 1970 is 2,208,988,800.
        assert_eq!(ntp_since_1970(Duration::ZERO), 2_208_988_800 << 32);
        let wall = ntp_since_1970(Duration::from_secs(1_000));
        waiting.set_wall(start, wall);
        assert_eq!(waiting.ahead(AT_ONCE, start), None);
        assert_eq!(waiting.ahead(wall, start), None);
        assert_eq!(waiting.ahead(wall - 1, start), None);
        assert_eq!(waiting.ahead(wall + (3 << 32), start), Some(Duration::from_secs(3)));
        assert_eq!(waiting.ahead(wall + (1 << 31), start), Some(Duration::from_millis(500)));
        assert_eq!(
            waiting.ahead(wall + (3 << 32), start + Duration::from_secs(1)),
            Some(Duration::from_secs(2))
        );
        assert!(waiting.ahead(u64::MAX, start).is_some_and(|ahead| ahead > AHEAD_MAX));
    }

    #[test]
    fn wishes_come_in_the_order_of_their_times() {
        let (start, mut waiting) = (now(), WaitingWishes::default());
        let at = |ms| start + Duration::from_millis(ms);
        for (ms, note) in [(30, "c"), (10, "a"), (20, "b"), (30, "d")] {
            waiting.keep(later(at(ms), note), start).unwrap();
        }
        let mut due = |ms| {
            std::iter::from_fn(|| waiting.take_due(at(ms)))
                .map(|later| later.wish)
                .collect::<Vec<_>>()
        };
        let notes = |notes: &[&str]| {
            notes.iter().map(|&note| RemoteCommand::Note(note.into())).collect::<Vec<_>>()
        };
        assert_eq!((due(9), due(20), due(29)), (vec![], notes(&["a", "b"]), vec![]));
        assert_eq!(due(30), notes(&["c", "d"]));
        assert_eq!(waiting.first(), None);
    }

    #[test]
    fn they_are_bounded_in_time_and_number() {
        let (start, mut waiting) = (now(), WaitingWishes::default());
        let far = start + AHEAD_MAX + Duration::from_millis(1);
        assert_eq!(waiting.keep(later(far, "far"), start), Err(TooLate::Far(60)));
        for _ in 0..WAITING_MAX {
            waiting.keep(later(start + AHEAD_MAX, "x"), start).unwrap();
        }
        assert_eq!(waiting.keep(later(start, "x"), start), Err(TooLate::Many));
        assert_eq!(waiting.forget().len(), WAITING_MAX);
        assert_eq!(waiting.first(), None);
    }
}
