//! A program of a station that is started again while the holder still takes the one before for the
//! station: nothing that it tells meanwhile is heard.

use super::*;

const UNKNOWN: &str = "tell Action { cue: cue 1, firing: 1, action: 3, outcome: Unknown }";

/// Paris with the flag, which has fired cue 1, and the program of la after one that has ended with
/// it. It was told that it is not the station, and has read that cue 1 may have been sent.
fn second() -> (Run, Run) {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, GO);
    follows(&mut la, SECOND_NS, &paris);
    let mut la = started_again(la);
    assert!(la.taken().contains(&UNKNOWN.to_owned()));
    la.conductor.set_second(true);
    la.gives(2 * SECOND_NS, ConductorInput::Flush);
    assert_eq!(la.taken(), [""; 0]);
    (paris, la)
}

fn unknown(run: &Run) -> Vec<String> {
    let unknown = run.records.iter().filter_map(|record| match &record.event {
        Event::ActionUnknown { cue, action, .. } => Some(format!("{cue}, {action}")),
        _ => None,
    });
    unknown.collect()
}

#[test]
fn it_tells_again_what_nobody_knows_once_it_is_the_station() {
    let (_, mut la) = second();
    la.conductor.set_second(false);
    la.gives(2 * SECOND_NS, ConductorInput::Flush);
    assert_eq!(la.taken(), [UNKNOWN]);
}

#[test]
fn it_journals_what_nobody_knows_where_it_was_passed_the_flag() {
    let (mut paris, mut la) = second();
    // A cue whose message came too late for it, and may have left from the one before.
    for now_ns in (2..15).map(|second| second * SECOND_NS) {
        paris.gives(now_ns, ConductorInput::Tick);
        la.gives(now_ns, ConductorInput::Tick);
    }
    follows(&mut la, 14 * SECOND_NS, &paris);
    passes(&mut paris, &mut la, 15 * SECOND_NS);
    la.conductor.set_second(false);
    la.gives(15 * SECOND_NS, ConductorInput::Flush);
    assert_eq!(unknown(&la), ["1, 3", "2, 2"], "all that la alone sends, and nothing of paris's");
    assert_eq!(la.conductor.state().unresolved().count(), 0);
}
