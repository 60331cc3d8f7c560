//! Findings of a resume, in one line: how long no program ran, what fell due meanwhile, and of
//! which messages nobody knows whether they left.

use std::time::Duration;

use super::{Tone, stopped};
use crate::engine::Event;
use crate::show::duration;

/// The line for the events of a resume: "resumed after 0:03 down: cues 3, 4 missed", and its tone.
/// `None` where there was none. `is_known` is `true` if the journal has the words with which the
/// program before left the run; without them its last events may be missing. `is_clock_behind` is
/// `true` if the machine's clock is behind the journal: nobody knows how long no program ran.
/// `cut_off` are the words for the ramps of the program before. `missed_now` are the cues that are missed
/// after the resume, also those from before it.
pub fn words<'a>(
    events: impl Iterator<Item = &'a Event>,
    is_known: bool,
    is_clock_behind: bool,
    cut_off: Option<String>,
    missed_now: &[String],
) -> Option<(String, Tone)> {
    let (mut down, mut missed, mut unknown, mut has_gap) = (None, vec![], vec![], false);
    for event in events {
        if let Event::RunResumed { down_ns, gap, .. } = event {
            (down, has_gap) = (Some(*down_ns), *gap);
        } else if let Event::CueMissed { cue, .. } = event {
            missed.push(cue.to_string());
        } else if let Event::ActionUnknown { cue, .. } = event {
            let cue = cue.to_string();
            if !unknown.contains(&cue) {
                unknown.push(cue);
            }
        }
    }
    let is_earlier = |cue: &&String| !missed.contains(cue);
    let earlier: Vec<String> = missed_now.iter().filter(is_earlier).cloned().collect();
    let was = if earlier.len() == 1 { "was" } else { "were" };
    let found = [
        (missed.is_empty(), format!("{} missed", named(&missed))),
        (earlier.is_empty(), format!("{} {was} missed before", named(&earlier))),
        (unknown.is_empty(), format!("not known whether all of {} was sent", named(&unknown))),
    ];
    let found = found.into_iter().filter_map(|(is_empty, words)| (!is_empty).then_some(words));
    let found: Vec<_> = found.chain(cut_off).collect();
    let found = match (found.is_empty(), is_known) {
        (true, _) if has_gap => String::new(),
        (true, true) => "nothing missed".to_owned(),
        (true, false) => "nothing missed that the journal knows of".to_owned(),
        (false, _) => found.join(", "),
    };
    let tone = if has_gap || is_clock_behind { Tone::Alarm } else { Tone::Attention };
    let down = duration::until(Duration::from_nanos(down?));
    let after = match is_clock_behind {
        true => "the machine's clock is behind the journal, time down unknown".to_owned(),
        false => format!("resumed after {down} down"),
    };
    let words = if found.is_empty() { after } else { format!("{after}: {found}") };
    // What the caller has to do comes first: a line is short.
    let check = "CHECK which cues were called: the disk lost the last events";
    Some((if has_gap { format!("{check}; {words}") } else { words }, tone))
}

/// The words for the clips of these cues, which ended with the program before: "the clips of cues 3, 4
/// stopped with the program".
pub fn clips_lost(cues: &[String]) -> String {
    let word = if cues.len() == 1 { "clip" } else { "clips" };
    format!("the {word} of {} stopped with the program", named(cues))
}

/// The cues by their numbers: "cues 3, 4".
fn named(cues: &[String]) -> String {
    let word = if cues.len() == 1 { "cue" } else { "cues" };
    format!("{word} {}", stopped::named(cues))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{MissedWhy, RunNs};
    use crate::show::CueNumber;

    #[test]
    fn clips_that_are_gone_are_counted() {
        let lost =
            |cues: &[&str]| clips_lost(&cues.iter().map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(lost(&["1"]), "the clip of cue 1 stopped with the program");
        assert_eq!(lost(&["1", "2", "4"]), "the clips of cues 1, 2, 4 stopped with the program");
    }

    #[test]
    fn a_resume_is_told_in_one_line() {
        let number = |n: &str| CueNumber::new(n).unwrap();
        let resumed = Event::RunResumed {
            down_ns: 3_000_000_000,
            listen: None,
            web: None,
            gap: false,
            auto: false,
        };
        let missed = |n: &str| {
            let (cue, why) = (number(n), MissedWhy::ProgramDown);
            Event::CueMissed { cue, why, due_ns: RunNs::ZERO }
        };
        let unknown = |action| {
            let (cue, output) = (number("2"), "desk".to_owned());
            Event::ActionUnknown { cue, firing: 1, action, output }
        };
        let said =
            |events: &[Event]| words(events.iter(), true, false, None, &[]).map(|(text, _)| text);
        assert_eq!(said(&[missed("3")]), None, "no program was down");
        let all = [resumed.clone(), unknown(1), unknown(2), missed("3")];
        assert_eq!(
            said(&all).unwrap(),
            "resumed after 0:03 down: cue 3 missed, not known whether all of cue 2 was sent"
        );
        let many: Vec<_> =
            [resumed.clone()].into_iter().chain((1..=6).map(|n| missed(&n.to_string()))).collect();
        assert_eq!(
            said(&many).unwrap(),
            "resumed after 0:03 down: cues 1, 2, 3, 4 and 2 more missed"
        );
        assert_eq!(
            said(std::slice::from_ref(&resumed)).unwrap(),
            "resumed after 0:03 down: nothing missed"
        );
        assert_eq!(
            words([resumed.clone()].iter(), false, false, None, &[]).unwrap().0,
            "resumed after 0:03 down: nothing missed that the journal knows of"
        );
        let standing = |events: &[Event], cues: &[&str]| {
            let cues: Vec<String> = cues.iter().map(|cue| (*cue).to_owned()).collect();
            words(events.iter(), false, false, None, &cues).map(|(text, _)| text)
        };
        assert_eq!(
            standing(std::slice::from_ref(&resumed), &["19"]).unwrap(),
            "resumed after 0:03 down: cue 19 was missed before"
        );
        assert_eq!(
            standing(&[resumed.clone(), missed("3")], &["3", "7", "9"]).unwrap(),
            "resumed after 0:03 down: cue 3 missed, cues 7, 9 were missed before"
        );
        let gap = Event::RunResumed {
            down_ns: 3_000_000_000,
            listen: None,
            web: None,
            gap: true,
            auto: false,
        };
        for events in [vec![gap.clone()], vec![gap, missed("3")]] {
            let (text, tone) = words(events.iter(), true, false, None, &[]).unwrap();
            let expected = "CHECK which cues were called: the disk lost the last events; resumed";
            assert!(text.starts_with(expected) && !text.contains("nothing missed"), "{text}");
            assert_eq!(tone, Tone::Alarm);
        }
    }
}
