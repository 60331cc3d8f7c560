//! Ramps and fades that go on, in words.

use crate::engine::{Ongoing, OngoingKind, RAMP_MAY_STAY, RAMP_STAYS, RunNs, State};
use crate::show::OutputIx;
use crate::show::duration::countdown;

/// The fade of a clip in little room: "fade out 0:02", "to 40 0:02"; `None` where it is a ramp.
pub fn short_fade(ongoing: &Ongoing, now: RunNs) -> Option<String> {
    let does = match &ongoing.kind {
        OngoingKind::Ramp(_) => return None,
        OngoingKind::FadeIn => "fade in".to_owned(),
        OngoingKind::FadeTo(volume) => format!("to {volume}"),
        OngoingKind::FadeOut => "fade out".to_owned(),
    };
    Some(format!("{does} {}", countdown(ongoing.left(now))))
}

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

/// The ramps to `output`, one a line: "ramp of cue 12 to /ch/01/mix/fader, 0:42 left". Where there are more
/// than `lines_max`, which is at least 1, the last line counts the rest: "3 more ramps, longest 0:42 left".
pub fn ramps(state: &State, now: RunNs, output: OutputIx, lines_max: usize) -> Vec<String> {
    let ramps: Vec<&Ongoing> = running(state, now, |other| other == output).collect();
    let named = if ramps.len() > lines_max { lines_max.saturating_sub(1) } else { ramps.len() };
    let (named, rest) = ramps.split_at(named);
    let line =
        |ramp: &&Ongoing| format!("{}, {} left", ramp_to(state, ramp), countdown(ramp.left(now)));
    let longest = rest.iter().map(|ramp| ramp.left(now)).max();
    let rest = longest.map(|left| {
        let what = if named.is_empty() { "ramps run" } else { "more ramps" };
        format!("{} {what}, longest {} left", rest.len(), countdown(left))
    });
    named.iter().map(line).chain(rest).collect()
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

/// The words for the ramps that leaving or an edit would end: "ramp of cue 12 stays where it is: /ch/01", or
/// "2 ramps stay where they are: /ch/01, /ch/02". `None` where none runs.
pub fn staying(state: &State, now: RunNs, is_meant: impl Fn(OutputIx) -> bool) -> Option<String> {
    let ramps: Vec<&Ongoing> = running(state, now, is_meant).collect();
    state.ramp_words(&ramps, RAMP_STAYS)
}

/// The words for the ramps of the program before, with what is said of one and of several. `None` where
/// there were none.
pub fn cut_off(state: &State, stay: [&str; 2]) -> Option<String> {
    of_live_run(state, state.cut_off(), stay)
}

/// The words for the ramps that the last stop has ended. `None` where there were none.
pub fn stopped(state: &State) -> Option<String> {
    of_live_run(state, state.stopped_ramps(), RAMP_STAYS)
}

/// The words for the ramps of a station from which the flag was just taken. `None` where there were none.
pub fn lost(state: &State) -> Option<String> {
    of_live_run(state, state.stopped_ramps(), RAMP_MAY_STAY)
}

fn of_live_run(state: &State, ramps: &[Ongoing], stay: [&str; 2]) -> Option<String> {
    let ramps: Vec<&Ongoing> = ramps.iter().filter(|_| !state.is_rehearsal()).collect();
    state.ramp_words(&ramps, stay)
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

fn ramp_to(state: &State, ramp: &Ongoing) -> String {
    let cue = &state.show().cue(ramp.cue).number;
    match &ramp.kind {
        OngoingKind::Ramp(address) => format!("ramp of cue {cue} to {address}"),
        OngoingKind::FadeIn | OngoingKind::FadeTo(_) | OngoingKind::FadeOut => {
            format!("fade of cue {cue}")
        }
    }
}
