//! The run's clock on a station that follows, from questions to the holder.
//!
//! A question that took `t` there and back says what the run's clock read somewhere in that time,
//! so half of `t` is how wrong the middle can be. The best of the last samples counts; an old one
//! becomes worse, since the two machines' clocks do not run alike.

use std::collections::VecDeque;

use crate::engine::RunNs;
use crate::time::{MachineNs, nanoseconds};

/// Number of samples that are kept.
const SAMPLES: usize = 16;
/// Difference between the rates of two machines' clocks that is allowed for, parts in a million.
const DRIFT_PPM: u64 = 50;

/// What the run's clock reads, as far as it is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// An instant of this machine's clock.
    pub machine_ns: MachineNs,
    /// The run's clock there.
    pub run_ns: RunNs,
    /// How far that may be wrong in either direction, nanoseconds of the machine's clock.
    pub uncertainty_ns: u64,
}

/// The samples of one term.
#[derive(Clone, Debug, Default)]
pub struct TermClock {
    samples: VecDeque<Estimate>,
}

impl TermClock {
    /// Forgets everything: another station has the flag, or this machine stood still.
    pub fn clear(&mut self) {
        self.samples.clear();
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.samples.len()
    }

    /// Returns `true` if nothing is known.
    pub fn is_empty(&self) -> bool {
        self.samples.is_empty()
    }

    /// Takes in an answer: asked at `asked_ns`, heard at `heard_ns`, and in between the run's clock
    /// read `run_ns`.
    pub fn sample(&mut self, asked_ns: MachineNs, heard_ns: MachineNs, run_ns: RunNs) {
        let took = heard_ns.since(asked_ns);
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(Estimate {
            machine_ns: asked_ns + took / 2,
            run_ns,
            uncertainty_ns: nanoseconds(took).div_ceil(2),
        });
    }

    /// The best sample by now, with the uncertainty that it has now.
    pub fn best(&self, now_ns: MachineNs) -> Option<Estimate> {
        let aged = |sample: &Estimate| {
            let age_ns = nanoseconds(now_ns.since(sample.machine_ns));
            let drift_ns = age_ns / 1_000_000 * DRIFT_PPM;
            let uncertainty_ns = sample.uncertainty_ns.saturating_add(drift_ns);
            Estimate { uncertainty_ns, ..*sample }
        };
        self.samples.iter().map(aged).min_by_key(|sample| sample.uncertainty_ns)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// What the holder's clock reads at an instant of ours: 7 s ahead, 40 ppm faster.
    fn holder(ns: u64) -> RunNs {
        RunNs::ZERO + Duration::from_secs(7) + Duration::from_nanos(ns + ns / 1_000_000 * 40)
    }

    #[test]
    fn the_best_sample_is_never_more_wrong_than_it_says() {
        let mut clock = TermClock::default();
        assert_eq!(clock.best(MachineNs::ZERO), None);
        let mut at_ns = 0;
        for step in 0..200_u64 {
            let (there, back) = (step * 7_919 % 20_000_000, step * 104_729 % 9_000_000);
            at_ns += 500_000_000;
            let heard_ns = at_ns + there + back;
            clock.sample(MachineNs::new(at_ns), MachineNs::new(heard_ns), holder(at_ns + there));
            let best = clock.best(MachineNs::new(heard_ns)).unwrap();
            let now_reads = best.run_ns + MachineNs::new(heard_ns).since(best.machine_ns);
            let wrong = now_reads.until(holder(heard_ns)).unsigned_abs();
            assert!(nanoseconds(wrong) <= best.uncertainty_ns, "{wrong:?} {best:?}");
        }
        assert_eq!(clock.len(), SAMPLES);
    }
}
