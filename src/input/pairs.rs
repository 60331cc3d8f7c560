//! Esc in pairs: what tmux and GNU screen make of an Esc that is held down.
//!
//! They keep an ESC for up to half a second (tmux's `escape-time`), in case it begins a sequence,
//! and send it together with the next one. So Esc pressed twice arrives at once, and an Esc that is
//! held down arrives as pair after pair, at half the pace of the keyboard's repeats. No hand presses
//! twice so often: a pair waits for [`PAIR_MAX`], and if another one follows in this time, the
//! key is held down.

use std::time::Duration;

use super::ESC_WAIT;
use crate::time::MachineNs;

/// Longest time between two pairs of a key that is held down: a hand that hammers on
/// Esc needs twice as long for two presses. A keyboard that repeats less often than 15 times a
/// second is not told.
const PAIR_MAX: Duration = Duration::from_millis(140);
/// Longest time between the last pair and the press that is left over, which tmux keeps until its
/// time is over.
const LEFT_OVER: Duration = Duration::from_millis(700);
/// Longest time between the press of a key that is held and its first pair.
const FIRST_PAIR: Duration = Duration::from_millis(1_200);

/// Presses of Esc and when they came: `true` for those that are repeats.
pub(super) type EscPresses = Vec<(MachineNs, bool)>;

/// Tells pairs of a held Esc from Esc pressed twice.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pairs {
    /// Arrival of the pair that waits for what follows.
    waiting_ns: Option<MachineNs>,
    /// Arrival of the last pair of a key that is held down.
    held_ns: Option<MachineNs>,
    /// Instant at which Esc last came alone.
    alone_ns: Option<MachineNs>,
}

impl Pairs {
    /// Takes in a pair that came at `now_ns`.
    pub(super) fn pair(&mut self, now_ns: MachineNs) -> EscPresses {
        let is_next = |at_ns: MachineNs| now_ns.since(at_ns) <= PAIR_MAX;
        let waiting_ns = self.waiting_ns.take();
        if self.held_ns.is_some_and(is_next) {
            self.held_ns = Some(now_ns);
            return vec![(now_ns, true); 2];
        }
        self.held_ns = None;
        match waiting_ns.filter(|&at_ns| is_next(at_ns)) {
            Some(first_ns) => {
                self.held_ns = Some(now_ns);
                // Where it has not come alone before, the first of all is the press.
                let is_first = |at_ns: MachineNs| first_ns.since(at_ns) > FIRST_PAIR;
                let is_press = self.alone_ns.is_none_or(is_first);
                vec![(first_ns, !is_press), (first_ns, true), (now_ns, true), (now_ns, true)]
            }
            None => {
                self.waiting_ns = Some(now_ns);
                presses(waiting_ns)
            }
        }
    }

    /// Takes in an Esc that came alone.
    pub(super) fn alone(&mut self, now_ns: MachineNs) -> EscPresses {
        let is_left_over = |at_ns: MachineNs| now_ns.since(at_ns) <= LEFT_OVER;
        let mut told = self.flush();
        let is_repeat = self.held_ns.take().is_some_and(is_left_over);
        if !is_repeat {
            self.alone_ns = Some(now_ns);
        }
        told.push((now_ns, is_repeat));
        told
    }

    /// Instant at which the pair that waits counts as pressed twice, if nothing follows it.
    pub(super) fn deadline(&self) -> Option<MachineNs> {
        Some(self.waiting_ns? + PAIR_MAX + ESC_WAIT)
    }

    /// Gives the pair that waited, where nothing has followed it by `now_ns`.
    pub(super) fn expire(&mut self, now_ns: MachineNs) -> EscPresses {
        let is_over = self.deadline().is_some_and(|deadline_ns| now_ns >= deadline_ns);
        if is_over { self.flush() } else { vec![] }
    }

    /// Gives the pair that waits as two presses: something else came.
    pub(super) fn flush(&mut self) -> EscPresses {
        presses(self.waiting_ns.take())
    }
}

fn presses(at_ns: Option<MachineNs>) -> EscPresses {
    at_ns.into_iter().flat_map(|at_ns| [(at_ns, false); 2]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MachineNs {
        MachineNs::ZERO + Duration::from_millis(ms)
    }

    /// The times of the presses in milliseconds, of these Escs: one alone, or a pair.
    fn pressed(escs: &[(u64, usize)]) -> Vec<u64> {
        let (mut pairs, mut told) = (Pairs::default(), vec![]);
        for &(ms, count) in escs {
            let now_ns = at(ms);
            if let Some(deadline_ns) = pairs.deadline().filter(|&deadline_ns| deadline_ns <= now_ns)
            {
                told.extend(pairs.expire(deadline_ns));
            }
            told.extend(if count == 2 { pairs.pair(now_ns) } else { pairs.alone(now_ns) });
        }
        told.extend(pairs.flush());
        let presses = told.into_iter().filter(|(_, is_repeat)| !is_repeat);
        presses.map(|(came, _)| came.ns() / 1_000_000).collect()
    }

    #[test]
    fn an_esc_that_is_held_in_tmux_is_one_press() {
        // As tmux 3.3a sent it under an X server that repeats after 500 ms, 25 times a second.
        let recorded: Vec<(u64, usize)> = [(3_587, 1)]
            .into_iter()
            .chain(
                [
                    3_655, 3_739, 3_851, 3_959, 4_059, 4_151, 4_235, 4_335, 4_419, 4_503, 4_615,
                    4_699,
                ]
                .map(|ms| (ms, 2)),
            )
            .chain([(5_256, 1)])
            .collect();
        assert_eq!(pressed(&recorded), [3_587]);
        // Where the keyboard's delay is shorter than tmux's wait, the first pair has the press.
        let short: Vec<(u64, usize)> = (0..10).map(|n| (400 + n * 80, 2)).collect();
        assert_eq!(pressed(&short), [400]);
    }

    #[test]
    fn an_esc_that_is_pressed_twice_or_hammered_on_is_pressed() {
        assert_eq!(pressed(&[(0, 2)]), [0, 0]);
        // Three presses, as tmux sent them.
        assert_eq!(pressed(&[(11_434, 2), (12_207, 1)]), [11_434, 11_434, 12_207]);
        assert_eq!(pressed(&[(0, 1), (700, 1)]), [0, 700]);
        for gap_ms in [150, 180, 220, 300, 600, 2_000] {
            let hammered: Vec<(u64, usize)> = (1..5).map(|n| (n * gap_ms, 2)).collect();
            assert_eq!(pressed(&hammered).len(), 8, "{gap_ms} ms");
        }
        // After a key that was held it is a key again.
        let held = [(0, 1), (100, 2), (180, 2), (260, 2), (2_000, 1), (2_300, 2), (4_000, 2)];
        assert_eq!(pressed(&held), [0, 2_000, 2_300, 2_300, 4_000, 4_000]);
    }

    #[test]
    fn a_pair_waits_no_longer_than_it_must() {
        let mut pairs = Pairs::default();
        assert_eq!(pairs.pair(at(0)), []);
        assert_eq!(pairs.deadline(), Some(at(170)));
        assert_eq!(pairs.expire(at(169)), []);
        assert_eq!(pairs.expire(at(170)), [(at(0), false), (at(0), false)]);
        assert_eq!(pairs.deadline(), None);
    }
}
