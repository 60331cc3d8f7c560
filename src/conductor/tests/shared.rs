//! A run that two stations share: what each of them sends.

use std::collections::BTreeSet;

use super::*;
use crate::show::{CueNumber, StationName};

/// A show with an output of the holder and one of each station; cue 1 goes to all of them.
const SHOW: &str = r#"
title = "Two venues"
[output.lights]
osc = "udp://127.0.0.1:9"
panic = [{ osc = "/stop" }]
[output.paris]
osc = "udp://127.0.0.1:9"
panic = [{ osc = "/stop" }]
station = "paris"
[output.la]
osc = "udp://127.0.0.1:9"
panic = [{ osc = "/stop" }]
station = "la"
[[segment]]
title = "The jump"
duration = "1m"
[[segment.cue]]
number = "1"
title = "Dark"
do = [{ output = "lights", osc = "/1" }, { output = "paris", osc = "/1" }, { output = "la", osc = "/1" }]
[[segment.cue]]
number = "2"
title = "Off the roof"
trigger = { with = "1", delay = "10s" }
do = [{ output = "lights", osc = "/2" }, { output = "la", osc = "/2" }]
[[segment.cue]]
number = "3"
title = "Landed"
"#;

fn number(text: &str) -> CueNumber {
    CueNumber::new(text).unwrap()
}

fn name(text: &str) -> StationName {
    StationName::new(text).unwrap()
}

/// Paris, which has the flag, and la, which it hears; both have the run's first record.
fn two() -> (Run, Run) {
    let (mut paris, mut la) = (Run::of(SHOW), Run::of(SHOW));
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    paris.gives(0, Input::Heard(BTreeSet::from([name("la")])));
    la.conductor.share(name("la"), None);
    let clock = la.conductor.clock();
    la.conductor.set_clock(clock);
    la.gives(0, Input::Expected(true));
    follows(&mut la, 0, &paris);
    la.taken();
    paris.taken();
    (paris, la)
}

/// Has `follower` read what `holder` has recorded since.
fn follows(follower: &mut Run, now_ns: u64, holder: &Run) {
    let records = holder.records[follower.records.len()..].to_vec();
    follower.gives(now_ns, Input::Follow(records));
}

#[test]
fn a_panic_reaches_each_output_from_its_own_station() {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, Command::Panic);
    assert_eq!(
        paris.taken(),
        ["panicked", "> stop outputs [0, 1]", "panic_sent, panic_sent", "ok"]
    );
    follows(&mut la, SECOND_NS, &paris);
    let done = la.taken();
    assert_eq!(done[1], "> stop outputs [2]");
    assert!(done[2].starts_with("tell Panic { output: \"la\", outcome: Sent"), "{done:?}");
}

#[test]
fn a_panic_says_which_outputs_of_a_station_that_is_away_were_not_told() {
    let (mut paris, mut la) = two();
    paris.gives(0, Input::Heard(BTreeSet::new()));
    paris.command(SECOND_NS, Command::Panic);
    assert_eq!(paris.taken()[2], "panic_failed, panic_sent, panic_sent");
    la.gives(SECOND_NS, Input::Expected(false));
    follows(&mut la, SECOND_NS, &paris);
    assert_eq!(la.taken()[1], "> stop outputs []", "what lasts there is stopped all the same");
}

#[test]
fn what_lasts_at_a_follower_is_stopped_with_its_cue() {
    let (mut paris, mut la) = two();
    let mut record = paris.records[0].clone();
    record.seq += 1;
    record.event = Event::CueStopped { cue: number("1"), by_player: false };
    paris.records.push(record);
    follows(&mut la, SECOND_NS, &paris);
    assert_eq!(la.taken(), ["cue_stopped 1", "> stop 1"]);
}

const MILLISECOND_NS: u64 = SECOND_NS / 1_000;

/// Both a moment before the tenth second after cue 1: cue 2, which is due at 11 s, is recorded ahead
/// of a pass to la, and the pass is proposed.
fn on_its_way() -> (Run, Run) {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, GO);
    paris.command(SECOND_NS, Command::OfferFlag(name("la")));
    paris.command(SECOND_NS, Command::AcceptFlag(name("la")));
    follows(&mut la, SECOND_NS, &paris);
    let from_ns = RunNs::new(11_050 * MILLISECOND_NS as i64);
    for now_ns in (1..11).map(|second| second * SECOND_NS) {
        paris.gives(now_ns, Input::Tick);
        la.gives(now_ns, Input::Tick);
    }
    let now_ns = 10_900 * MILLISECOND_NS;
    paris.command(now_ns, Command::PassFlag { to: name("la"), from_ns });
    follows(&mut la, now_ns, &paris);
    paris.taken();
    la.taken();
    (paris, la)
}

/// Lets the log have what was proposed.
fn stored(paris: &mut Run, la: &mut Run, now_ns: u64) {
    let record = paris.proposed.take().unwrap();
    paris.gives(now_ns, Input::Stored(Box::new(record)));
    follows(la, now_ns, paris);
}

#[test]
fn what_was_recorded_ahead_of_a_pass_leaves_at_its_instant_whatever_is_done_before() {
    let (mut paris, mut la) = on_its_way();
    stored(&mut paris, &mut la, 10_910 * MILLISECOND_NS);
    la.gives(10_910 * MILLISECOND_NS, Input::Holds);
    la.taken();
    la.command(10_920 * MILLISECOND_NS, Command::Note("a key".into()));
    assert_eq!(la.taken(), ["note_taken 1", "ok"]);
    assert_eq!(la.conductor.deadline(), Some(MachineNs::new(11 * SECOND_NS)));
    la.gives(11 * SECOND_NS, Input::Tick);
    assert_eq!(la.taken()[..2], ["> 2.2", "action_sent 2"]);
}

#[test]
fn a_giver_that_keeps_the_flag_goes_on_with_what_comes_before_that_instant() {
    let (mut paris, mut la) = on_its_way();
    paris.gives(10_910 * MILLISECOND_NS, Input::TakeBack { why: "no".into() });
    stored(&mut paris, &mut la, 10_920 * MILLISECOND_NS);
    paris.taken();
    paris.command(10_930 * MILLISECOND_NS, Command::Note("a key".into()));
    assert_eq!(paris.taken(), ["note_taken 1", "ok"]);
    paris.gives(11 * SECOND_NS, Input::Tick);
    assert_eq!(paris.taken()[..2], ["> 2.1", "action_sent 2"]);
}
