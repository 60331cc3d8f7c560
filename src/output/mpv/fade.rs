//! A change of a clip's level, its volume and its picture, that takes its time.
//!
//! A value: it says which level a player is to have at an instant, and when to say so next. The volume
//! moves evenly on mpv's own scale, on which the gain is the cube of the volume (mpv's manual,
//! "volume"): so a fade sounds even. The picture goes behind black, or comes out of it.

use std::time::Duration;

use crate::time::MachineNs;

/// The longest and the shortest pause between two steps. Steps that come more often than 50 times a
/// second are not heard one by one.
const STEP: (Duration, Duration) = (Duration::from_millis(15), Duration::from_millis(4));

/// The largest step, in percent of the full volume; a fade faster than one that makes it every 4 ms
/// has larger ones.
const STEP_MAX: f64 = 1.5;

/// The volume and the picture of a clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Level {
    /// Percent of the full volume.
    pub(super) volume: f64,
    /// How much of the picture is not seen: 0, all is, to 1, nothing is.
    pub(super) darkness: f64,
}

/// What a fade is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Another volume.
    Volume,
    /// The beginning of a clip, whose picture comes out of black.
    In,
    /// The end of a clip, whose picture goes to black, and which is stopped then.
    Out,
}

/// An order to change the level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FadeOrder {
    /// The volume, 0 to 100.
    pub(super) to: u8,
    /// The time that it takes.
    pub(super) over: Duration,
    pub(super) purpose: Purpose,
}

/// A change that goes on.
#[derive(Clone, Debug)]
pub(super) struct Fade {
    from: Level,
    pub(super) order: FadeOrder,
    /// How much of it was done at `since`.
    done: Duration,
    /// `None` while the clip stands still.
    since: Option<MachineNs>,
    /// Instant of its next step.
    next_at: MachineNs,
}

impl Fade {
    /// A fade from the level `from` that begins at `at`.
    pub(super) fn new(from: Level, order: FadeOrder, at: MachineNs) -> Self {
        Fade { from, order, done: Duration::ZERO, since: Some(at), next_at: at }
    }

    fn done(&self, at: MachineNs) -> Duration {
        let done = self.done + self.since.map_or(Duration::ZERO, |since| at.since(since));
        done.min(self.order.over)
    }

    /// The level to which it leads.
    fn to(&self) -> Level {
        let darkness = match self.order.purpose {
            Purpose::Volume => self.from.darkness,
            Purpose::In => 0.0,
            Purpose::Out => 1.0,
        };
        Level { volume: f64::from(self.order.to), darkness }
    }

    /// The level at an instant.
    pub(super) fn level(&self, at: MachineNs) -> Level {
        let (from, to) = (self.from, self.to());
        if self.is_over(at) {
            return to;
        }
        let share = self.done(at).as_secs_f64() / self.order.over.as_secs_f64();
        let between = |from: f64, to: f64| from + (to - from) * share;
        Level {
            volume: between(from.volume, to.volume),
            darkness: between(from.darkness, to.darkness),
        }
    }

    /// Returns `true` if the level is the one that was ordered.
    pub(super) fn is_over(&self, at: MachineNs) -> bool {
        self.done(at) >= self.order.over
    }

    /// The instant of its next step; `None` while the clip stands still.
    pub(super) fn next_at(&self) -> Option<MachineNs> {
        self.since.map(|_| self.next_at)
    }

    /// Makes the step that is due at `at`: the level for the player.
    pub(super) fn step(&mut self, at: MachineNs) -> Option<Level> {
        if self.since.is_none() || at < self.next_at {
            return None;
        }
        let change = (f64::from(self.order.to) - self.from.volume).abs();
        let slope = change / self.order.over.as_secs_f64();
        let (longest, shortest) = STEP;
        let pause = Duration::try_from_secs_f64(STEP_MAX / slope).unwrap_or(longest);
        self.next_at = at + pause.clamp(shortest, longest);
        // The last step is at the end, and not after it.
        let end = at + (self.order.over - self.done(at));
        self.next_at = self.next_at.min(end.max(at));
        Some(self.level(at))
    }

    /// The clip stands still from `at` on, or moves again.
    pub(super) fn set_moving(&mut self, is_moving: bool, at: MachineNs) {
        self.done = self.done(at);
        self.since = is_moving.then_some(at);
        self.next_at = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> MachineNs {
        MachineNs::new(ms * 1_000_000)
    }

    fn fade(volume: f64, to: u8, over_ms: u64, purpose: Purpose, at: MachineNs) -> Fade {
        let order = FadeOrder { to, over: Duration::from_millis(over_ms), purpose };
        let darkness = if purpose == Purpose::In { 1.0 } else { 0.0 };
        Fade::new(Level { volume, darkness }, order, at)
    }

    /// All steps of a fade from `from` to `to` over so many milliseconds, by a thread that is never
    /// late.
    fn steps(from: f64, to: u8, over_ms: u64) -> Vec<(MachineNs, f64)> {
        let mut fade = fade(from, to, over_ms, Purpose::Volume, at(1_000));
        let (mut now, mut steps) = (at(1_000), vec![]);
        loop {
            steps.extend(fade.step(now).map(|level| (now, level.volume)));
            if fade.is_over(now) {
                return steps;
            }
            now = fade.next_at().unwrap();
        }
    }

    #[test]
    fn a_fade_is_even_and_ends_where_and_when_it_is_meant_to() {
        for (from, to, over_ms) in
            [(0.0, 100, 2_000), (80.0, 20, 3_000), (100.0, 0, 300), (50.0, 50, 90)]
        {
            let steps = steps(from, to, over_ms);
            assert_eq!(steps.last(), Some(&(at(1_000 + over_ms), f64::from(to))));
            assert_eq!(steps.first(), Some(&(at(1_000), from)));
            for pair in steps.windows(2) {
                let ((before, level), (after, next)) = (pair[0], pair[1]);
                assert!((next - level).abs() <= 2.0, "{level} to {next}");
                assert!(after.since(before) <= Duration::from_millis(20), "{from} to {to}");
            }
            let line = |now: MachineNs| {
                from + (f64::from(to) - from) * now.since(at(1_000)).as_secs_f64()
                    / Duration::from_millis(over_ms).as_secs_f64()
            };
            assert!(steps.iter().all(|(now, level)| (line(*now) - level).abs() < 1e-9));
        }
    }

    #[test]
    fn a_late_step_is_the_level_of_its_instant() {
        let mut fade = fade(0.0, 100, 1_000, Purpose::In, at(0));
        let level = |volume, darkness| Some(Level { volume, darkness });
        assert_eq!(fade.step(at(0)), level(0.0, 1.0));
        assert_eq!(fade.step(at(1)), None);
        assert_eq!(fade.step(at(500)), level(50.0, 0.5));
        assert_eq!(fade.step(at(5_000)), level(100.0, 0.0));
        assert!(fade.is_over(at(5_000)));
    }

    #[test]
    fn a_clip_that_stands_still_has_a_level_that_stands_still() {
        let mut fade = fade(100.0, 0, 1_000, Purpose::Out, at(0));
        fade.set_moving(false, at(250));
        let level = Level { volume: 75.0, darkness: 0.25 };
        assert_eq!((fade.level(at(9_000)), fade.next_at()), (level, None));
        fade.set_moving(true, at(9_000));
        let level = Level { volume: 50.0, darkness: 0.5 };
        assert_eq!((fade.level(at(9_250)), fade.is_over(at(9_749))), (level, false));
        assert!(fade.is_over(at(9_750)));
    }
}
