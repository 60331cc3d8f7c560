//! Choice of the monitor's cue: the one whose picture it shows, and the one whose words stand
//! beside the picture.
//!
//! The picture is the first of these that there is:
//!
//! 1. A picture that has finished within the last [`HELD_MIN_S`] seconds, of a cue that fired after
//!    every running cue with a picture and was not complete at once: it is what everybody has
//!    waited for, and is not cut short.
//! 2. The running cue with a picture; of several, the one that fired last.
//! 3. The picture that finished last, for [`HELD_MAX_S`] seconds.
//! 4. None. Then the words have the whole panel.
//!
//! The words are those of the running cue, or of one that was complete at once and fired less than
//! [`LINGERS_S`] seconds ago, or of the picture's cue, or of the cue at the playhead. So a cue
//! without a picture never takes the place of one that has, and is told all the same. The cue at
//! the playhead shows its picture ahead only while there is nothing else.
//!
//! Seconds are the caller's own: a rehearsal at ten times the speed holds a picture for ten times
//! as much of the show.

use std::time::Duration;

use crate::engine::{Phase, RunNs};
use crate::show::CueIx;
use crate::ui::scene::Scene;

/// Minimum time that a finished picture is held, even if another one runs, seconds.
const HELD_MIN_S: u32 = 8;
/// Maximum time that it is held if no other one runs, seconds.
const HELD_MAX_S: u32 = 25;
/// Time that the words of a cue which was complete at once stay in sight if nothing else runs,
/// seconds.
pub(super) const LINGERS_S: u32 = 6;

/// Subject of the monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    /// Cue of the picture; `None` if no cue has one.
    pub picture: Option<CueIx>,
    /// Cue of the words.
    pub words: CueIx,
}

/// A cue that has fired, as far as the choice needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fired {
    cue: CueIx,
    has_picture: bool,
    /// Instant of its firing.
    fired_ns: RunNs,
    /// Instant at which it was complete; `None` while it runs.
    completed_ns: Option<RunNs>,
}

/// Subject of the panel now; `None` if there is no cue to speak of.
pub(super) fn of(scene: &Scene, has_picture: impl Fn(CueIx) -> bool) -> Option<Subject> {
    let state = scene.state;
    let fired = state.known_cues().into_iter().filter_map(|cue| {
        let known = state.cue(cue);
        // A panic has taken every picture off the air.
        let is_told =
            matches!(known.phase, Phase::Running | Phase::Complete) && !state.is_panicked();
        let fired_ns = known.fired_ns.filter(|_| is_told)?;
        Some(Fired {
            cue,
            has_picture: has_picture(cue),
            fired_ns,
            completed_ns: known.completed_ns,
        })
    });
    let fired: Vec<Fired> = fired.collect();
    let ahead = state.playhead().map(|cue| (cue, has_picture(cue)));
    choose(&fired, scene.on_air_cue(), ahead, scene.now_ns, second(scene))
}

/// Returns `true` if what fired at `fired_ns` has just happened for a person who looks at the
/// screen.
pub(super) fn is_news(scene: &Scene, fired_ns: RunNs) -> bool {
    scene.now_ns.since(fired_ns) < second(scene) * LINGERS_S
}

/// A second of the caller's own, by the run's clock.
fn second(scene: &Scene) -> Duration {
    Duration::from_secs(u64::from(scene.state.speed_at(scene.now_ns)))
}

/// The rule. `on_air` is the running cue that stands first on the screen; `ahead` the one at the
/// playhead, and whether it has a picture; `second` is a second of the caller's own.
fn choose(
    fired: &[Fired],
    on_air: Option<CueIx>,
    ahead: Option<(CueIx, bool)>,
    now_ns: RunNs,
    second: Duration,
) -> Option<Subject> {
    let is_within = |at_ns: RunNs, seconds: u32| now_ns.since(at_ns) < second * seconds;
    let pictures = || fired.iter().filter(|cue| cue.has_picture);
    let running =
        pictures().filter(|cue| cue.completed_ns.is_none()).max_by_key(|cue| cue.fired_ns);
    let finished = pictures().filter_map(|cue| Some((cue.completed_ns?, cue)));
    let finished = finished.max_by_key(|(completed_ns, cue)| (*completed_ns, cue.fired_ns));
    let held = |seconds| {
        finished.filter(|(completed_ns, _)| is_within(*completed_ns, seconds)).map(|(_, cue)| cue)
    };
    let came_later = |cue: &&Fired| {
        running.is_none_or(|running| {
            cue.fired_ns > running.fired_ns && cue.completed_ns != Some(cue.fired_ns)
        })
    };
    let picture = held(HELD_MIN_S)
        .filter(came_later)
        .or(running)
        .or_else(|| held(HELD_MAX_S))
        .map(|cue| cue.cue);

    let at_once = fired
        .iter()
        .filter(|cue| cue.completed_ns == Some(cue.fired_ns) && is_within(cue.fired_ns, LINGERS_S));
    let at_once = at_once.max_by_key(|cue| cue.fired_ns).map(|cue| cue.cue);
    let running_words = running.map(|cue| cue.cue).or(on_air);
    // Beside a held picture, what has just happened is news; beside a running one, its own words
    // are.
    let words = match (picture, running) {
        (Some(_), None) => at_once.or(running_words),
        (Some(_), Some(_)) | (None, _) => running_words.or(at_once),
    };
    let words = words.or(picture).or(ahead.map(|(cue, _)| cue))?;
    let is_idle = picture.is_none() && on_air.is_none() && at_once.is_none();
    let preview = ahead.filter(|(_, has_picture)| *has_picture && is_idle).map(|(cue, _)| cue);
    Some(Subject { picture: picture.or(preview), words })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Cue, has a picture, fired at this second, complete at that one.
    fn at(second: u64) -> RunNs {
        RunNs::ZERO + Duration::from_secs(second)
    }

    type Row = (u32, bool, u64, Option<u64>);

    /// Cues that are shown at a second: that of the picture and that of the words. The playhead is
    /// at cue 9, which has a picture.
    fn shown(fired: &[Row], at_s: u64) -> (Option<u32>, u32) {
        let fired = fired.iter().map(|&(cue, has_picture, fired_s, completed_s)| Fired {
            cue: CueIx(cue),
            has_picture,
            fired_ns: at(fired_s),
            completed_ns: completed_s.map(at),
        });
        let fired: Vec<Fired> = fired.filter(|cue| cue.fired_ns <= at(at_s)).collect();
        let now_ns = at(at_s);
        let open = fired
            .iter()
            .map(|&cue| Fired { completed_ns: cue.completed_ns.filter(|&ns| ns <= now_ns), ..cue });
        let open: Vec<Fired> = open.collect();
        let on_air =
            open.iter().filter(|cue| cue.completed_ns.is_none()).max_by_key(|cue| cue.fired_ns);
        let subject =
            choose(&open, on_air.map(|cue| cue.cue), Some((CueIx(9), true)), now_ns, SECOND)
                .unwrap();
        (subject.picture.map(|cue| cue.0), subject.words.0)
    }

    #[test]
    fn a_finished_picture_is_held_and_what_has_none_never_takes_its_place() {
        // The five rings are all lit at 90 s; a second later a cue without a picture comes, and one
        // with a picture at 130 s.
        let rings: &[Row] =
            &[(1, true, 0, Some(90)), (2, false, 91, Some(91)), (3, true, 130, Some(160))];
        let moments = [
            (0, (Some(1), 1)),
            (89, (Some(1), 1)),
            (90, (Some(1), 1)),
            (91, (Some(1), 2)),
            (96, (Some(1), 2)),
            (97, (Some(1), 1)),
            (114, (Some(1), 1)),
            (115, (Some(9), 9)),
            (130, (Some(3), 3)),
            (184, (Some(3), 3)),
            (185, (Some(9), 9)),
        ];
        for (at_s, expected) in moments {
            assert_eq!(shown(rings, at_s), expected, "at {at_s} s");
        }
    }

    #[test]
    fn a_long_cue_without_a_picture_stands_beside_the_held_one_and_then_has_the_panel() {
        let boarding: &[Row] = &[(1, true, 0, Some(60)), (2, false, 63, Some(163))];
        let moments = [
            (59, (Some(1), 1)),
            (64, (Some(1), 2)),
            (84, (Some(1), 2)),
            (85, (None, 2)),
            (162, (None, 2)),
        ];
        for (at_s, expected) in moments {
            assert_eq!(shown(boarding, at_s), expected, "at {at_s} s");
        }
    }

    #[test]
    fn of_two_that_run_the_later_is_shown_and_held_before_the_other_comes_back() {
        let two: &[Row] = &[(1, true, 0, Some(300)), (2, true, 20, Some(50))];
        for (at_s, cue) in [(10, 1), (20, 2), (49, 2), (57, 2), (58, 1), (299, 1)] {
            assert_eq!(shown(two, at_s).0, Some(cue), "at {at_s} s");
        }
        // What is complete at once takes nothing from one that runs.
        let at_once: &[Row] = &[(1, true, 0, Some(300)), (2, true, 20, Some(20))];
        assert_eq!(shown(at_once, 21), (Some(1), 1));
        // What ends while a later one runs is over.
        let before: &[Row] = &[(1, true, 0, Some(50)), (2, true, 20, Some(300))];
        assert_eq!(shown(before, 51), (Some(2), 2));
    }

    #[test]
    fn before_anything_has_fired_the_next_cue_is_shown() {
        assert_eq!(shown(&[], 5), (Some(9), 9));
        assert_eq!(
            choose(&[], None, Some((CueIx(4), false)), at(0), SECOND).unwrap().picture,
            None
        );
        assert_eq!(choose(&[], None, None, at(0), SECOND), None);
    }
}
