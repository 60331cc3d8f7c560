//! Times and contents of a running clock's messages: pure, with time as an argument.
//!
//! Every deadline is counted from the last time that the clock was set, in whole numbers, so that
//! nothing adds up over a day. What is overdue by more than a moment is never made good by a burst:
//! the clock goes on from where it is.
//!
//! ```text
//! show's clock   ─┬────────┬────────┬────────┬─   frames
//!                 0  1  2  3  4  5  6  7  0  1    steps, here four a frame, in groups of eight
//! ```

use std::time::Duration;

use super::smpte::{step_at, step_begins_ns};
use crate::output::ShowTime;
use crate::show::FrameRate;
use crate::time::{MachineNs, nanoseconds};

/// Largest difference between two settings that counts as the same: the station and this clock read
/// the machine's clock one after the other. Less than the shortest quarter of a frame, 8.3 ms.
const SAME_NS: u64 = 5_000_000;

/// Resolution of a clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grain {
    /// Steps in a frame.
    pub(super) per_frame: u64,
    /// A clock that begins to run, begins with a step that this divides.
    pub(super) group: u64,
    /// `true` if the place is sent before the first step; for a clock that stands it is sent in any
    /// case.
    pub(super) announces: bool,
    /// Number of steps that may be due at once without the clock having stalled.
    pub(super) at_once: u64,
}

/// A message of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Say {
    /// The clock is in this frame, having been set, stopped, or lost.
    Here(u64),
    /// This step begins.
    Step(u64),
}

/// A clock and what has been said of it. Frames and steps are counted from 00:00:00:00 on without
/// an end.
pub(super) struct ClockPace {
    rate: FrameRate,
    grain: Grain,
    /// Instant at which the clock was set to `time`.
    set_at: MachineNs,
    time: ShowTime,
    /// `true` if the place has to be sent.
    announce: bool,
    /// The next step, while the clock runs.
    next: Option<u64>,
}

impl ClockPace {
    /// A clock that stands at zero.
    pub(super) fn new(rate: FrameRate, grain: Grain) -> Self {
        let time = ShowTime { now_ns: 0, runs: false };
        ClockPace { rate, grain, set_at: MachineNs::ZERO, time, announce: false, next: None }
    }

    /// Sets the clock to what it read at `at`.
    pub(super) fn set(&mut self, at: MachineNs, time: ShowTime) {
        let is_news =
            self.show_ns(at).abs_diff(time.now_ns) >= SAME_NS || self.time.runs != time.runs;
        if is_news {
            (self.set_at, self.time) = (at, time);
            self.begin(at);
        }
    }

    /// Instant of the next message.
    pub(super) fn due(&self) -> Option<MachineNs> {
        if self.announce {
            Some(MachineNs::ZERO)
        } else {
            self.next.map(|step| self.begins_at(step))
        }
    }

    /// Returns the message due at `at`; call it until there is none.
    pub(super) fn say(&mut self, at: MachineNs) -> Option<Say> {
        let too_late =
            self.next.map(|step| self.begins_at(step.saturating_add(self.grain.at_once)));
        if too_late.is_some_and(|too_late_at| at >= too_late_at) {
            self.begin(at);
        }
        if std::mem::take(&mut self.announce) {
            return Some(Say::Here(step_at(self.rate, 1, self.show_ns(at))));
        }
        let step = self.next.filter(|step| self.begins_at(*step) <= at)?;
        self.next = Some(step.saturating_add(1));
        Some(Say::Step(step))
    }

    /// Begins to tell the clock as it is at `at`.
    fn begin(&mut self, at: MachineNs) {
        self.announce = self.grain.announces || !self.time.runs;
        let show_ns = self.show_ns(at);
        let step = step_at(self.rate, self.grain.per_frame, show_ns);
        let begun = step_begins_ns(self.rate, self.grain.per_frame, step) < show_ns;
        let step = step.saturating_add(u64::from(begun));
        self.next = self
            .time
            .runs
            .then(|| step.div_ceil(self.grain.group).saturating_mul(self.grain.group));
    }

    /// Reading of the clock at `at`.
    fn show_ns(&self, at: MachineNs) -> u64 {
        let passed_ns = if self.time.runs { nanoseconds(at.since(self.set_at)) } else { 0 };
        self.time.now_ns.saturating_add(passed_ns)
    }

    fn begins_at(&self, step: u64) -> MachineNs {
        let show_ns = step_begins_ns(self.rate, self.grain.per_frame, step);
        self.set_at + Duration::from_nanos(show_ns.saturating_sub(self.time.now_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::duration::{HOUR_NS, MILLISECOND_NS, SECOND_NS};

    const QUARTERS: Grain = Grain { per_frame: 4, group: 8, announces: true, at_once: 2 };
    const FRAMES: Grain = Grain { per_frame: 1, group: 1, announces: false, at_once: 1 };

    fn runs(now_ns: u64) -> ShowTime {
        ShowTime { now_ns, runs: true }
    }

    fn stands(now_ns: u64) -> ShowTime {
        ShowTime { now_ns, runs: false }
    }

    fn set(pace: &mut ClockPace, ns: u64, time: ShowTime) {
        pace.set(MachineNs::new(ns), time);
    }

    fn due_ns(pace: &ClockPace) -> Option<u64> {
        pace.due().map(MachineNs::ns)
    }

    /// All that is said at one moment.
    fn at(pace: &mut ClockPace, ns: u64) -> Vec<Say> {
        std::iter::from_fn(|| pace.say(MachineNs::new(ns))).take(100).collect()
    }

    /// All that is said until `end_ns` if each deadline is met, with the times.
    fn until(pace: &mut ClockPace, end_ns: u64) -> Vec<(u64, Say)> {
        let mut said = vec![];
        while let Some(due_ns) = due_ns(pace).filter(|due_ns| *due_ns < end_ns) {
            said.extend(at(pace, due_ns).into_iter().map(|say| (due_ns, say)));
        }
        said
    }

    #[test]
    fn a_clock_that_stands_where_it_is_thought_to_stand_says_nothing() {
        let mut pace = ClockPace::new(FrameRate::Fps25, QUARTERS);
        set(&mut pace, 7, stands(0));
        assert_eq!((due_ns(&pace), at(&mut pace, SECOND_NS)), (None, vec![]));
        set(&mut pace, 8, stands(HOUR_NS));
        assert_eq!((at(&mut pace, 9), due_ns(&pace)), (vec![Say::Here(90_000)], None));
    }

    #[test]
    fn it_begins_with_its_place_and_a_whole_group() {
        let mut pace = ClockPace::new(FrameRate::Fps25, QUARTERS);
        set(&mut pace, 1_000, runs(0));
        assert_eq!(at(&mut pace, 1_000), [Say::Here(0), Say::Step(0)]);
        assert_eq!(due_ns(&pace), Some(1_000 + 10 * MILLISECOND_NS));

        // 30 ms are in frame 0; the next even frame is the second, at 80 ms.
        let mut pace = ClockPace::new(FrameRate::Fps25, QUARTERS);
        set(&mut pace, 1_000, runs(30 * MILLISECOND_NS));
        assert_eq!(at(&mut pace, 1_000), [Say::Here(0)]);
        assert_eq!(due_ns(&pace), Some(1_000 + 50 * MILLISECOND_NS));
        assert_eq!(at(&mut pace, 1_000 + 50 * MILLISECOND_NS), [Say::Step(8)]);
    }

    #[test]
    fn nothing_adds_up_over_a_day() {
        let mut pace = ClockPace::new(FrameRate::Fps2997Drop, QUARTERS);
        set(&mut pace, 500, runs(0));
        // A day of drop-frame has 2,589,408 frames and is 86.4 ms shorter than one of the sun.
        assert_eq!(at(&mut pace, 500), [Say::Here(0), Say::Step(0)]);
        for step in 1..4 * 2_589_408 {
            let due_ns = due_ns(&pace).unwrap();
            assert_eq!(
                (pace.say(MachineNs::new(due_ns - 1)), pace.say(MachineNs::new(due_ns))),
                (None, Some(Say::Step(step)))
            );
        }
        assert_eq!(due_ns(&pace), Some(500 + 24 * HOUR_NS - 86_400_000));
    }

    #[test]
    fn a_hold_is_told_once_and_a_resume_begins_again() {
        let mut pace = ClockPace::new(FrameRate::Fps30, QUARTERS);
        set(&mut pace, 0, runs(0));
        until(&mut pace, SECOND_NS);
        set(&mut pace, SECOND_NS, stands(SECOND_NS));
        assert_eq!(at(&mut pace, SECOND_NS), [Say::Here(30)]);
        assert_eq!((due_ns(&pace), at(&mut pace, HOUR_NS)), (None, vec![]));
        set(&mut pace, HOUR_NS, stands(SECOND_NS));
        assert_eq!(due_ns(&pace), None);
        set(&mut pace, HOUR_NS, runs(SECOND_NS));
        assert_eq!(at(&mut pace, HOUR_NS), [Say::Here(30), Say::Step(120)]);
    }

    #[test]
    fn what_it_knows_already_changes_nothing_and_a_jump_is_told() {
        let mut pace = ClockPace::new(FrameRate::Fps25, QUARTERS);
        set(&mut pace, 0, runs(0));
        until(&mut pace, SECOND_NS);
        let next_ns = due_ns(&pace);
        set(&mut pace, SECOND_NS, runs(SECOND_NS + MILLISECOND_NS));
        assert_eq!(due_ns(&pace), next_ns);
        set(&mut pace, SECOND_NS, runs(HOUR_NS));
        assert_eq!(at(&mut pace, SECOND_NS), [Say::Here(90_000), Say::Step(360_000)]);
    }

    #[test]
    fn a_reading_of_a_while_ago_goes_on_from_there() {
        // Another station has sent the clock until now: it was read a minute ago, and stood here.
        let mut pace = ClockPace::new(FrameRate::Fps25, QUARTERS);
        set(&mut pace, SECOND_NS, stands(HOUR_NS));
        assert_eq!(at(&mut pace, SECOND_NS), [Say::Here(90_000)]);
        set(&mut pace, SECOND_NS, runs(HOUR_NS));
        // A minute has 1,500 frames of four quarters.
        assert_eq!(at(&mut pace, 61 * SECOND_NS), [Say::Here(91_500), Say::Step(4 * 91_500)]);
    }

    #[test]
    fn after_a_stall_it_goes_on_from_where_it_is_without_a_burst() {
        let mut pace = ClockPace::new(FrameRate::Fps25, QUARTERS);
        set(&mut pace, 0, runs(0));
        assert_eq!(at(&mut pace, 0).len(), 2);
        // A little late is late; the quarter after it keeps its own time.
        assert_eq!(at(&mut pace, 19 * MILLISECOND_NS), [Say::Step(1)]);
        assert_eq!(due_ns(&pace), Some(20 * MILLISECOND_NS));
        // A second late is a stall: the 25th frame is told, and the group of frame 26 begins in its
        // time.
        assert_eq!(at(&mut pace, SECOND_NS), [Say::Here(25)]);
        assert_eq!(due_ns(&pace), Some(1_040 * MILLISECOND_NS));

        let mut pace = ClockPace::new(FrameRate::Fps25, FRAMES);
        set(&mut pace, 0, runs(0));
        assert_eq!(at(&mut pace, 0), [Say::Step(0)]);
        assert_eq!(at(&mut pace, SECOND_NS + 1), []);
        assert_eq!(at(&mut pace, SECOND_NS + 40 * MILLISECOND_NS), [Say::Step(26)]);
    }

    #[test]
    fn frames_alone_are_told_once_each_and_once_on_stop() {
        let mut pace = ClockPace::new(FrameRate::Fps24, FRAMES);
        set(&mut pace, 0, runs(0));
        let said: Vec<_> = until(&mut pace, SECOND_NS).into_iter().map(|(_, say)| say).collect();
        assert_eq!(said, (0..24).map(Say::Step).collect::<Vec<_>>());
        set(&mut pace, SECOND_NS - 1, stands(SECOND_NS - 1));
        assert_eq!((at(&mut pace, SECOND_NS), due_ns(&pace)), (vec![Say::Here(23)], None));
    }
}
