//! Messages that keep a device awake, or subscribed, between the cues: one on every line of a grid
//! that begins when the output is opened.
//!
//! Nothing is made good: of several lines that went by while nobody could send, one is kept. Pure:
//! time comes in as an argument.

use std::time::Duration;

use super::OutputFault;
use crate::show::{Body, OutputIx, Show};
use crate::time::MachineNs;

/// An encoded message, and how often it is sent.
pub(super) struct EncodedKeepalive {
    /// The bytes that leave.
    pub(super) message: Vec<u8>,
    /// Length of the grid's intervals; never zero.
    pub(super) every: Duration,
}

impl EncodedKeepalive {
    /// What `output` is kept awake with, where `show` says so.
    ///
    /// # Errors
    /// The reason that `encode` gives for it instead.
    pub(super) fn new(
        show: &Show,
        output: OutputIx,
        encode: impl Fn(&Body) -> Result<Vec<u8>, String>,
    ) -> Result<Option<Self>, Vec<OutputFault>> {
        let asked = show.outputs.get(output).and_then(|output| output.keepalive.as_ref());
        let Some(asked) = asked else { return Ok(None) };
        match encode(&asked.body) {
            Ok(message) => Ok(Some(EncodedKeepalive { message, every: asked.every })),
            Err(why) => Err(vec![OutputFault::Message { place: "keepalive".into(), why }]),
        }
    }
}

/// The grid.
#[derive(Debug)]
pub(super) struct BeatGrid {
    next: MachineNs,
    every: Duration,
}

impl BeatGrid {
    /// A grid whose first line is at `opened`.
    pub(super) fn new(opened: MachineNs, every: Duration) -> Self {
        BeatGrid { next: opened, every }
    }

    /// Returns `true` if a line has come since the last one that was taken, and takes it.
    pub(super) fn is_due(&mut self, now: MachineNs) -> bool {
        if now < self.next {
            return false;
        }
        let lines = now.since(self.next).as_nanos() / self.every.as_nanos().max(1) + 1;
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        self.next += self.every.saturating_mul(lines);
        true
    }

    /// The time until the next line.
    pub(super) fn left(&self, now: MachineNs) -> Duration {
        self.next.since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_on_the_lines_of_its_grid_whenever_it_is_looked_at() {
        let at = |ms| MachineNs::ZERO + Duration::from_millis(ms);
        let mut beat = BeatGrid::new(at(500), Duration::from_secs(9));
        assert_eq!(beat.left(at(100)), Duration::from_millis(400));
        // Lines are at 0.5 s, 9.5 s, 18.5 s, 27.5 s, 36.5 s.
        let looks = [
            (499, false),
            (500, true),
            (501, false),
            (9_499, false),
            (9_620, true),
            (18_499, false),
            (18_500, true),
            (36_499, true),
            (36_499, false),
            (36_500, true),
            (36_501, false),
        ];
        for (ms, is_due) in looks {
            assert_eq!(beat.is_due(at(ms)), is_due, "{ms}");
        }
        assert_eq!(beat.left(at(36_501)), Duration::from_millis(8_999));
    }
}
