//! Faults on purpose in the demonstration of a built-in show, and its speed.
//!
//! A program that calls a show is never late, so such a show would never be over, lose an output,
//! miss a cue or take a backup. A demonstration says where it does: as data, which `engine::auto`
//! reads in a rehearsal that the program calls itself, and nowhere else. A live run never has one.

use std::time::Duration;

use crate::time::RunNs;

/// Faults in a demonstration. Cues are named by their numbers, outputs by their ids.
#[derive(Debug, PartialEq, Eq)]
pub struct Demonstration {
    /// Cues that are called so many seconds late, because their last department is not ready.
    pub late: &'static [(&'static str, u64)],
    /// First cues of segments that are called at their planned time though the segment before has
    /// time left: so a show that is over makes up for it.
    pub on_plan: &'static [&'static str],
    /// Cues whose backup is taken.
    pub backups: &'static [&'static str],
    /// Cues by the clock that nobody has got ready: they are missed, and called a little later.
    pub missed: &'static [&'static str],
    /// Outputs that fail for a time.
    pub outages: &'static [Outage],
    /// From which second of the run it goes how many times as fast, in order; none: as fast as the
    /// command line says.
    pub paces: &'static [Pace],
    /// The second of the run at which it begins; what is before has happened already.
    pub begins_s: u64,
}

/// An output that fails for a time, in a rehearsal's pretence only.
#[derive(Debug, PartialEq, Eq)]
pub struct Outage {
    /// Its id.
    pub output: &'static str,
    /// It fails as soon as this cue has fired.
    pub from: &'static str,
    /// It is back as soon as this cue is warned, armed or fired.
    pub to: &'static str,
}

/// Speed of a part of a demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// From which second of the run on.
    pub from_s: u64,
    /// Speed, in multiples of the machine's clock.
    pub speed: u32,
}

/// Error of an output that pretends to be down.
pub const OUTAGE: &str = "no answer (demonstration: the output only pretends to be down)";

/// `handover --auto` with the night in Paris: the whole evening, as fast as the command line says.
static NIGHT: Demonstration = Demonstration { paces: &[], begins_s: 0, ..SHORT };

/// `handover demo`: from shortly before the jump on, in 90 seconds, and then on to the end.
///
/// The run begins at 22:49:56 by the show's clock, so 23:30:00 is its second 2404.
static DEMO: Demonstration = SHORT;

const JUMP_S: u64 = 2404;

const fn pace(after_jump_s: u64, speed: u32) -> Pace {
    Pace { from_s: JUMP_S + after_jump_s, speed }
}

const SHORT: Demonstration = Demonstration {
    late: &[("4", 95), ("26", 60)],
    on_plan: &["10", "32", "34"],
    backups: &["7", "32"],
    missed: &["29.5"],
    outages: &[
        Outage { output: "lights", from: "3", to: "5" },
        Outage { output: "screens", from: "31", to: "34" },
    ],
    paces: &[
        Pace { from_s: 0, speed: 8 },
        // The jump, and a moment on the field.
        pace(33, 6),
        // He waits: the flag party is late.
        pace(95, 25),
        // Two hands at the flag.
        pace(205, 14),
        pace(270, 40),
        // The ride; at its end a cue is missed, and called.
        pace(420, 30),
        pace(612, 9),
        // The plane.
        pace(703, 16),
        // The screens are gone: the second server shows the film.
        pace(735, 5),
        pace(754, 18),
        pace(894, 10),
        pace(964, 18),
        // Five rings, all lit for nine seconds.
        pace(990, 13),
        pace(1080, 5),
        // His post, Los Angeles, and on to the end.
        pace(1126, 6),
        pace(1146, 60),
        // 00:04:00: the show is over, and the clock has its own pace again.
        pace(2036, 1),
    ],
    begins_s: JUMP_S - 8,
};

/// Finds the demonstration of a run from this source, if the program calls such a run itself.
pub fn of(source: &str) -> Option<&'static Demonstration> {
    match source {
        "built-in:paris-2024" => Some(&NIGHT),
        DEMO_SOURCE => Some(&DEMO),
        _ => None,
    }
}

/// Source of a run of `handover demo`.
pub const DEMO_SOURCE: &str = "demonstration:paris-2024";

/// The fastest pace of `handover demo`: the speed that its run says it has.
pub const DEMO_SPEED: u32 = 60;

impl Demonstration {
    /// Speed at an instant of the run, and the instant until which it lasts; `None` if there are no
    /// paces.
    pub fn pace_at(&self, run_ns: RunNs) -> Option<(u32, Option<RunNs>)> {
        let begins = |pace: &Pace| RunNs::ZERO + Duration::from_secs(pace.from_s);
        let next =
            self.paces.iter().position(|pace| begins(pace) > run_ns).unwrap_or(self.paces.len());
        let pace = self.paces.get(next.checked_sub(1)?)?;
        Some((pace.speed, self.paces.get(next).map(begins)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::{CueNumber, builtin, file};

    #[test]
    fn every_name_in_it_is_one_of_the_show() {
        let show = file::parse(builtin::find("paris-2024").unwrap().text, "UTC").unwrap();
        let number = |number: &str| show.find(&CueNumber::new(number).unwrap());
        let known = |name: &str| assert!(number(name).is_some(), "the show has no cue {name}");
        for demonstration in [&NIGHT, &DEMO] {
            demonstration.late.iter().for_each(|(cue, _)| known(cue));
            let named = [demonstration.on_plan, demonstration.backups, demonstration.missed];
            named.into_iter().flatten().for_each(|cue| known(cue));
            for outage in demonstration.outages {
                known(outage.from);
                known(outage.to);
                assert!(
                    show.outputs.iter().any(|output| output.id == outage.output),
                    "{}",
                    outage.output
                );
            }
            for cue in demonstration.backups {
                assert!(!show.backups(number(cue).unwrap()).is_empty(), "cue {cue} has no backup");
            }
        }
    }

    #[test]
    fn the_paces_are_in_order_and_none_is_faster_than_the_run_says() {
        let in_order = DEMO.paces.windows(2).all(|pair| pair[0].from_s < pair[1].from_s);
        assert!(in_order && DEMO.paces.iter().all(|pace| (1..=DEMO_SPEED).contains(&pace.speed)));
        let first_ends = RunNs::ZERO + Duration::from_secs(JUMP_S + 33);
        assert_eq!(DEMO.pace_at(RunNs::ZERO), Some((8, Some(first_ends))));
        assert_eq!(DEMO.pace_at(RunNs::MAX), Some((1, None)));
        assert_eq!(NIGHT.pace_at(RunNs::ZERO), None);
    }
}
