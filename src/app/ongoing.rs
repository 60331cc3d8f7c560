//! Ramps and fades that go on, in words.

use super::stopped;
use crate::engine::{Ongoing, OngoingKind, RunNs, State};
use crate::show::OutputIx;
use crate::show::duration::countdown;

/// The words for one ramp and for several that something has ended.
pub const STAY: [&str; 2] = ["stays where it is", "stay where they are"];

/// The fade of a clip: "fading out 0:02", "fading to 40, 0:02"; `None` where it is a ramp.
pub fn fade(ongoing: &Ongoing, now: RunNs) -> Option<String> {
    let does = match &ongoing.kind {
        OngoingKind::Ramp(_) => return None,
        OngoingKind::FadeIn => "fading in".to_owned(),
        OngoingKind::FadeTo(volume) => format!("fading to {volume},"),
        OngoingKind::FadeOut => "fading out".to_owned(),
    };
    Some(format!("{does} {}", countdown(ongoing.left(now))))
}

/// The ramps to the outputs that `is_meant` names: "ramp of cue 12 to /ch/01/mix/fader, 0:42 left", or
/// "3 ramps run, longest 0:42 left". `None` where none runs.
pub fn ramps(state: &State, now: RunNs, is_meant: impl Fn(OutputIx) -> bool) -> Option<String> {
    let ramps: Vec<&Ongoing> = running(state, now, is_meant).collect();
    let left = countdown(ramps.iter().map(|ramp| ramp.left(now)).max()?);
    Some(match ramps.as_slice() {
        [ramp] => format!("{}, {left} left", named(state, ramp)),
        ramps => format!("{} ramps run, longest {left} left", ramps.len()),
    })
}

/// All ramps in fewer words: "ramp of cue 12, 0:42", or "3 ramps, longest 0:42". `None` where none runs.
pub fn short_ramps(state: &State, now: RunNs) -> Option<String> {
    let ramps: Vec<&Ongoing> = running(state, now, |_| true).collect();
    let left = countdown(ramps.iter().map(|ramp| ramp.left(now)).max()?);
    Some(match ramps.as_slice() {
        [ramp] => format!("ramp of cue {}, {left}", state.show().cue(ramp.cue).number),
        ramps => format!("{} ramps, longest {left}", ramps.len()),
    })
}

/// The words for the ramps that something ends: "ramp of cue 12 to /ch/01 stays where it is", or "3 ramps stay
/// where they are". `None` where none runs.
pub fn staying(state: &State, now: RunNs, is_meant: impl Fn(OutputIx) -> bool) -> Option<String> {
    let ramps: Vec<&Ongoing> = running(state, now, is_meant).collect();
    let [of_one, of_several] = STAY;
    match ramps.as_slice() {
        [] => None,
        [ramp] => Some(format!("{} {of_one}", named(state, ramp))),
        ramps => Some(format!("{} ramps {of_several}", ramps.len())),
    }
}

/// The words for the ramps of the program before, with what is said of one and of several: "ramp of cue 12
/// to /ch/01 stays where it is". `None` where there were none.
pub fn cut_off(state: &State, [of_one, of_several]: [&str; 2]) -> Option<String> {
    let ramps = if state.is_rehearsal() { &[] } else { state.cut_off() };
    match ramps {
        [] => None,
        [ramp] => Some(format!("{} {of_one}", named(state, ramp))),
        ramps => {
            let mut cues: Vec<&str> = vec![];
            for number in ramps.iter().map(|ramp| state.show().cue(ramp.cue).number.as_str()) {
                if !cues.contains(&number) {
                    cues.push(number);
                }
            }
            let word = if cues.len() == 1 { "cue" } else { "cues" };
            let cues = stopped::named(&cues);
            Some(format!("{} ramps of {word} {cues} {of_several}", ramps.len()))
        }
    }
}

/// The ramps that outputs make; a rehearsal only says them.
fn running(
    state: &State,
    now: RunNs,
    is_meant: impl Fn(OutputIx) -> bool,
) -> impl Iterator<Item = &Ongoing> {
    let ramps = state.ongoing(now).filter(|ongoing| ongoing.kind.is_ramp());
    ramps.filter(move |ramp| !state.is_rehearsal() && is_meant(ramp.place.output))
}

fn named(state: &State, ramp: &Ongoing) -> String {
    let cue = &state.show().cue(ramp.cue).number;
    match &ramp.kind {
        OngoingKind::Ramp(address) => format!("ramp of cue {cue} to {address}"),
        OngoingKind::FadeIn | OngoingKind::FadeTo(_) | OngoingKind::FadeOut => {
            format!("fade of cue {cue}")
        }
    }
}
