//! A run that two stations share: what each of them sends.

mod further_on;
mod second;

use std::collections::BTreeSet;

use super::*;
use crate::engine::{Aside, ClipFact, Expected, MissedWhy, StationReport, Stop, ToldOutcome};
use crate::output::{ClipNews, ClipReport};
use crate::show::{CueNumber, Layer, OutputLayer, StationName};

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
    paris.gives(0, ConductorInput::Heard(BTreeSet::from([name("la")])));
    la.conductor.share(name("la"), None);
    let clock = la.conductor.clock();
    la.conductor.set_clock(clock);
    let until_ns = MachineNs::new(u64::MAX);
    la.gives(0, ConductorInput::Expected(Some(Expected { after_seq: 0, until_ns })));
    follows(&mut la, 0, &paris);
    la.taken();
    paris.taken();
    (paris, la)
}

/// Has `follower` read what `holder` has recorded since.
fn follows(follower: &mut Run, now_ns: u64, holder: &Run) {
    let records = holder.records[follower.records.len()..].to_vec();
    follower.gives(now_ns, ConductorInput::Follow(records));
}

#[test]
fn an_estimate_of_the_clock_is_for_the_eye_until_the_clock_is_known() {
    let mut la = Run::of(SHOW);
    la.conductor.share(name("la"), None);
    let at_10_s = |ns| {
        let (machine_ns, run_ns) = (MachineNs::new(ns), RunNs::new(10_000_000_000));
        RunClock::new(machine_ns, run_ns, jiff::Timestamp::UNIX_EPOCH, 1)
    };
    la.conductor.estimate_clock(at_10_s(1));
    assert_eq!((la.conductor.clock(), la.conductor.has_clock()), (at_10_s(1), false));
    la.conductor.set_clock(at_10_s(2));
    la.conductor.estimate_clock(at_10_s(3));
    assert_eq!((la.conductor.clock(), la.conductor.has_clock()), (at_10_s(2), true));
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
    paris.gives(0, ConductorInput::Heard(BTreeSet::new()));
    paris.command(SECOND_NS, Command::Panic);
    assert_eq!(paris.taken()[2], "panic_failed, panic_sent, panic_sent");
    la.gives(SECOND_NS, ConductorInput::Expected(None));
    follows(&mut la, SECOND_NS, &paris);
    assert_eq!(la.taken()[1], "> stop outputs []", "what lasts there is stopped all the same");
}

/// Hands something in, and has the machine stand still until `until_ns` once it is journaled.
fn stands_still_in(run: &mut Run, now_ns: u64, until_ns: u64, input: ConductorInput) {
    let now_ns = MachineNs::new(now_ns);
    run.conductor.handle(now_ns, input);
    let Some(ConductorOutput::Append(records)) = run.conductor.poll_output(now_ns) else {
        panic!("it is journaled first");
    };
    run.records.extend(records);
    run.gives(until_ns, ConductorInput::Flush);
}

/// Outcome of the last panic at each output.
fn stops(run: &Run) -> Vec<Stop> {
    run.conductor.state().panic_stops().map(|(_, stop)| stop).collect()
}

#[test]
fn a_panic_in_which_the_machine_stood_still_is_not_said_to_be_on_its_way() {
    let failed = |why: &str| Stop::Failed(why.to_owned());
    let (mut paris, mut la) = two();
    let panics = ConductorInput::Command { by: By::Caller, command: Command::Panic };
    stands_still_in(&mut paris, SECOND_NS, 3 * SECOND_NS, panics);
    let done = paris.taken();
    assert_eq!((&*done[0], &*done[3]), ("> stop outputs []", "panic_failed, panic_failed"));
    let stood = failed("the machine stood still");
    assert_eq!(stops(&paris), [stood.clone(), stood.clone(), Stop::Pending]);
    // La did so, too, and la tells.
    let is_panic = |record: &Record| matches!(record.event, Event::Panicked { .. });
    let panics = paris.records[la.records.len()..].split_inclusive(is_panic).next();
    let input = ConductorInput::Follow(panics.unwrap().to_vec());
    stands_still_in(&mut la, SECOND_NS, 3 * SECOND_NS, input);
    let done = la.taken();
    assert_eq!(done[0], "> stop outputs []");
    assert!(done[1].contains("\"la\", outcome: Failed(\"the machine stood still\")"), "{done:?}");
}

#[test]
fn a_message_that_a_standstill_keeps_back_holds_nothing_else_up() {
    let (mut paris, _) = two();
    let go = ConductorInput::Command { by: By::Caller, command: GO };
    stands_still_in(&mut paris, SECOND_NS, 3 * SECOND_NS, go);
    assert!(paris.conductor.is_mute() && !paris.conductor.is_ahead(), "the log has to be read");
}

#[test]
fn a_panic_that_comes_late_is_told_to_have_failed() {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, Command::Panic);
    la.gives(2 * SECOND_NS, ConductorInput::Tick);
    la.gives(3 * SECOND_NS, ConductorInput::Tick);
    la.taken();
    follows(&mut la, 3 * SECOND_NS, &paris);
    let done = la.taken();
    assert_eq!(done[1], "> stop outputs []");
    let why = "the log brought this to la 0:02 after it was due";
    assert_eq!(done[2], format!("tell Panic {{ output: \"la\", outcome: Failed({why:?}) }}"));
    let outcome = ToldOutcome::Failed(why.to_owned());
    let told = StationReport::Panic { output: "la".to_owned(), outcome };
    paris.gives(SECOND_NS, ConductorInput::Told { from: name("la"), told });
    assert_eq!(stops(&paris)[2], Stop::Failed(why.to_owned()));
}

#[test]
fn what_lasts_is_stopped_by_a_panic_whose_instant_a_standstill_has_passed() {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, Command::Panic);
    // La hears of it a moment before its instant.
    follows(&mut la, SECOND_NS - MILLISECOND_NS, &paris);
    la.taken();
    let again_ns = 2_200 * MILLISECOND_NS;
    // The first word is one of before the standstill.
    (0..2).for_each(|_| la.gives(again_ns, ConductorInput::Mute(false)));
    let done = la.taken();
    assert!(done.contains(&"> stop outputs []".to_owned()), "{done:?}");
    let failed = "tell Panic { output: \"la\", outcome: Failed(\"la was away";
    assert!(done.iter().any(|done| done.starts_with(failed)), "{done:?}");
}

#[test]
fn a_wish_is_journaled_with_the_station_whose_caller_had_it() {
    let (mut paris, _) = two();
    let note = || Command::Note("la: row 4".to_owned());
    paris.gives(SECOND_NS, ConductorInput::Wish { from: name("la"), command: note() });
    paris.command(SECOND_NS, note());
    // A wish that is refused leaves nothing behind.
    paris.gives(
        SECOND_NS,
        ConductorInput::Wish {
            from: name("la"),
            command: Command::AcceptFlag { by: name("la"), offered_ns: None },
        },
    );
    paris.command(SECOND_NS, note());
    let notes = paris.records.iter().filter(|r| matches!(r.event, Event::NoteTaken { .. }));
    let told: Vec<_> = notes.map(|record| record.wish_of()).collect();
    assert_eq!(told, [Some("la"), None, None]);
}

#[test]
fn an_offer_is_not_accepted_by_the_answer_to_an_earlier_one() {
    for is_behind in [false, true] {
        let (mut paris, _) = two();
        let offered = |paris: &Run| paris.conductor.state().flag()?.offer.as_ref().map(|o| o.at_ns);
        if is_behind {
            // The clock has not come to the last record's instant, as after a pass.
            paris.command(10 * SECOND_NS, Command::Note("ahead".into()));
            let wall = CLOCK.parse().unwrap();
            let now_ns = MachineNs::new(10 * SECOND_NS);
            paris.conductor.clock = RunClock::new(now_ns, RunNs::ZERO, wall, 1);
        }
        paris.command(11 * SECOND_NS, Command::OfferFlag(name("la")));
        let first = offered(&paris);
        paris.command(12 * SECOND_NS, Command::WithdrawFlag("not yet".into()));
        paris.command(13 * SECOND_NS, Command::OfferFlag(name("la")));
        paris.taken();
        let accepts = |offered_ns| Command::AcceptFlag { by: name("la"), offered_ns };
        paris.command(14 * SECOND_NS, accepts(first));
        assert_eq!(paris.taken(), ["the flag is not offered to la"], "{is_behind}");
        let second = offered(&paris);
        paris.command(14 * SECOND_NS, accepts(second));
        assert_eq!(paris.taken(), ["flag_accepted", "ok"], "{is_behind}");
    }
}

#[test]
fn a_warning_that_the_line_kept_back_says_since_when_it_stands() {
    let (mut paris, _) = two();
    let said = |said_s: Option<u64>| {
        let said_ns = said_s.map(|said_s| RunNs::new((said_s * SECOND_NS) as i64));
        Command::Warn { by: name("la"), said_ns }
    };
    // Said at once, 45 s before, by a clock that is ahead, and by nobody knows which.
    for said_s in [Some(59), Some(15), Some(70), None] {
        paris.gives(
            60 * SECOND_NS,
            ConductorInput::Wish { from: name("la"), command: said(said_s) },
        );
    }
    let late = paris.records.iter().filter_map(|record| match record.event {
        Event::StationWarned { late_ns, .. } => Some(late_ns),
        _ => None,
    });
    assert_eq!(late.collect::<Vec<_>>(), [0, 45 * SECOND_NS, 0, 0]);
    let warnings = &paris.conductor.state().flag().unwrap().warnings;
    let at = warnings.iter().map(|(at_ns, _)| at_ns.ns() / SECOND_NS as i64);
    assert_eq!(at.collect::<Vec<_>>(), [60, 15, 60, 60]);
}

#[test]
fn what_is_known_of_a_panic_is_not_journaled_again() {
    let (mut paris, _) = two();
    paris.command(SECOND_NS, Command::Panic);
    paris.taken();
    let tells = |paris: &mut Run, outcome| {
        let told = StationReport::Panic { output: "la".to_owned(), outcome };
        paris.gives(SECOND_NS, ConductorInput::Told { from: name("la"), told });
        paris.taken()
    };
    assert_eq!(tells(&mut paris, ToldOutcome::Sent), ["panic_sent"]);
    assert_eq!(tells(&mut paris, ToldOutcome::Sent), [""; 0]);
    assert_eq!(tells(&mut paris, ToldOutcome::Failed("down".to_owned())), ["panic_failed"]);
}

#[test]
fn a_panic_has_failed_at_a_station_that_goes_away_before_it_tells() {
    let (mut paris, _) = two();
    paris.command(SECOND_NS, Command::Panic);
    assert_eq!(stops(&paris)[2], Stop::Pending);
    paris.gives(SECOND_NS, ConductorInput::Heard(BTreeSet::new()));
    assert_eq!(stops(&paris), [Stop::Sent, Stop::Sent, Stop::Failed("la is away".to_owned())]);
}

/// The same station, started again with its journal, once it has read the log.
fn started_again(la: Run) -> Run {
    let mut again = Run::of(SHOW);
    let show = Arc::clone(la.conductor.state().show());
    let mut state = State::new(show);
    la.records.iter().for_each(|record| state.fold(record));
    let last = la.records.last().unwrap();
    again.conductor = Conductor::new(state, la.conductor.clock(), last.seq, last.run_ns);
    again.records = la.records;
    again.conductor.share(name("la"), None);
    again.gives(2 * SECOND_NS, ConductorInput::Mute(true));
    again.gives(2 * SECOND_NS, ConductorInput::Mute(false));
    again
}

#[test]
fn nobody_knows_if_a_station_that_was_started_again_has_sent_a_panic() {
    let told = ConductorInput::Told {
        from: name("la"),
        told: StationReport::Panic { output: "la".into(), outcome: ToldOutcome::Unknown },
    };
    for sent in [false, true] {
        let (mut paris, mut la) = two();
        paris.command(SECOND_NS, Command::Panic);
        follows(&mut la, SECOND_NS, &paris);
        let la = started_again(la).taken();
        assert_eq!(la.iter().filter(|done| done.starts_with("tell Panic")).count(), 1, "{la:?}");
        assert!(la.iter().any(|done| done.contains("\"la\", outcome: Unknown")), "{la:?}");
        // What the program before has told comes first, or never.
        if sent {
            let told = StationReport::Panic { output: "la".into(), outcome: ToldOutcome::Sent };
            paris.gives(2 * SECOND_NS, ConductorInput::Told { from: name("la"), told });
        }
        paris.gives(2 * SECOND_NS, told.clone());
        let why = "la was started again: nobody knows if it was sent";
        let known = if sent { Stop::Sent } else { Stop::Failed(why.to_owned()) };
        assert_eq!(stops(&paris)[2], known);
    }
}

#[test]
fn a_station_that_is_mute_gives_up_no_other_before_it_speaks_and_takes_its_reports_first() {
    let (mut paris, _) = two();
    paris.command(SECOND_NS, GO);
    paris.taken();
    paris.gives(SECOND_NS, ConductorInput::Mute(true));
    paris.gives(SECOND_NS, ConductorInput::Heard(BTreeSet::new()));
    let (firing, action, outcome) = (1, 3, ToldOutcome::Sent);
    let told = StationReport::Action { cue: number("1"), firing, action, outcome };
    paris.gives(SECOND_NS, ConductorInput::Told { from: name("la"), told });
    paris.taken();
    paris.gives(SECOND_NS, ConductorInput::Mute(false));
    assert_eq!(paris.taken(), ["muted Nothing", "action_sent 1"]);

    let (mut paris, _) = two();
    paris.command(SECOND_NS, GO);
    paris.gives(SECOND_NS, ConductorInput::Mute(true));
    paris.gives(SECOND_NS, ConductorInput::Heard(BTreeSet::new()));
    paris.taken();
    paris.gives(SECOND_NS, ConductorInput::Mute(false));
    assert_eq!(paris.taken(), ["muted Nothing", "action_unknown 1"]);
}

#[test]
fn nobody_is_away_before_it_is_said_who_is_heard() {
    let mut paris = Run::of(SHOW);
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    paris.command(SECOND_NS, GO);
    assert!(!paris.taken().iter().any(|done| done.contains("failed")));
    paris.gives(SECOND_NS, ConductorInput::Heard(BTreeSet::new()));
    assert_eq!(paris.taken(), ["action_unknown 1"], "it may have been there");
    (2..12).for_each(|second| paris.gives(second * SECOND_NS, ConductorInput::Tick));
    assert!(paris.taken().iter().any(|done| done.contains("action_failed")), "of cue 2");
}

#[test]
fn a_word_that_the_station_may_speak_is_of_before_its_standstill() {
    let (mut paris, _) = two();
    paris.gives(SECOND_NS, ConductorInput::Mute(true));
    paris.gives(3 * SECOND_NS, ConductorInput::Mute(false));
    assert!(paris.conductor.is_mute());
    paris.gives(3 * SECOND_NS, ConductorInput::Mute(false));
    assert!(!paris.conductor.is_mute());
}

#[test]
fn a_follower_sends_only_what_is_recorded_while_the_holder_hears_it() {
    let (heard, seconds) = (3, |seconds: u64| MachineNs::new(seconds * SECOND_NS));
    for (after_seq, until_ns, is_sent) in
        [(heard - 1, seconds(2), true), (heard, seconds(2), false), (heard - 1, seconds(1), false)]
    {
        let (mut paris, mut la) = two();
        paris.command(SECOND_NS, GO);
        assert_eq!(
            paris.records.iter().find(|r| r.event.kind() == "cue_fired").unwrap().seq,
            heard
        );
        la.gives(0, ConductorInput::Expected(Some(Expected { after_seq, until_ns })));
        follows(&mut la, SECOND_NS, &paris);
        let done = la.taken();
        assert_eq!(done.iter().any(|done| done.contains("> 1.3")), is_sent, "{done:?}");
    }
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

/// A show with a player.
const FILM: &str = "title = \"x\"\n[output.film]\nmpv = true\n[[segment]]\ntitle = \"s\"\n\
    duration = \"1m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"c\"\n\
    do = [{ output = \"film\", play = \"a.mp4\" }]\n";

const MILLISECOND_NS: u64 = SECOND_NS / 1_000;

/// Both a moment before the tenth second after cue 1: cue 2, which is due at 11 s, is recorded ahead
/// of a pass to la, and the pass is proposed.
fn on_its_way() -> (Run, Run) {
    on_its_way_from(11_050)
}

/// The same with another instant of the pass, milliseconds.
fn on_its_way_from(from_ms: u64) -> (Run, Run) {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, GO);
    paris.command(SECOND_NS, Command::OfferFlag(name("la")));
    paris.command(SECOND_NS, Command::AcceptFlag { by: name("la"), offered_ns: None });
    follows(&mut la, SECOND_NS, &paris);
    let from_ns = RunNs::new((from_ms * MILLISECOND_NS) as i64);
    for now_ns in (1..11).map(|second| second * SECOND_NS) {
        paris.gives(now_ns, ConductorInput::Tick);
        la.gives(now_ns, ConductorInput::Tick);
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
    paris.gives(now_ns, ConductorInput::Stored(Box::new(record)));
    follows(la, now_ns, paris);
}

#[test]
fn what_was_recorded_ahead_of_a_pass_leaves_at_its_instant_whatever_is_done_before() {
    let (mut paris, mut la) = on_its_way();
    stored(&mut paris, &mut la, 10_910 * MILLISECOND_NS);
    la.gives(10_910 * MILLISECOND_NS, ConductorInput::Holds);
    la.taken();
    la.command(10_920 * MILLISECOND_NS, Command::Note("a key".into()));
    assert_eq!(la.taken(), ["note_taken 1", "ok"]);
    assert_eq!(la.conductor.deadline(), Some(MachineNs::new(11 * SECOND_NS)));
    la.gives(11 * SECOND_NS, ConductorInput::Tick);
    assert_eq!(la.taken()[..2], ["> 2.2", "action_sent 2"]);
}

#[test]
fn what_fell_due_while_a_station_knew_nothing_of_the_run_does_not_leave() {
    let (mut paris, mut la) = on_its_way();
    stored(&mut paris, &mut la, 10_910 * MILLISECOND_NS);
    la.gives(10_910 * MILLISECOND_NS, ConductorInput::Holds);
    // The machine of paris stands still until less than a second after cue 2 was due.
    paris.gives(11_920 * MILLISECOND_NS, ConductorInput::Flush);
    follows(&mut paris, 11_930 * MILLISECOND_NS, &la);
    paris.gives(11_940 * MILLISECOND_NS, ConductorInput::Mute(false));
    let done = paris.taken();
    assert!(!done.iter().any(|done| done.starts_with("> 2.")), "{done:?}");
    let told = "tell Action { cue: cue 2, firing: 1, action: 1, outcome: Failed(\"paris was away";
    assert!(done.iter().any(|done| done.starts_with(told)), "{done:?}");
}

#[test]
fn what_was_recorded_ahead_of_a_pass_does_not_leave_after_a_panic_of_the_next_holder() {
    let (mut paris, mut la) = on_its_way();
    stored(&mut paris, &mut la, 10_910 * MILLISECOND_NS);
    la.gives(10_910 * MILLISECOND_NS, ConductorInput::Holds);
    la.taken();
    la.command(10_920 * MILLISECOND_NS, Command::Panic);
    let done = la.taken();
    assert_eq!(done[1], "> stop outputs [0, 2]", "{done:?}");
    assert!(done[2].contains("action_failed 2"), "{done:?}");
    la.gives(11 * SECOND_NS, ConductorInput::Tick);
    assert!(!la.taken().iter().any(|done| done.starts_with("> ")));
    let error = la.records.iter().find_map(|record| match &record.event {
        Event::ActionFailed { output, error, .. } => Some((output.as_str(), error.as_str())),
        _ => None,
    });
    assert_eq!(error, Some(("la", "it was stopped before it left")));
}

#[test]
fn a_panic_that_a_follower_was_not_left_stops_what_stands_ready_there() {
    let (mut paris, mut la) = on_its_way();
    paris.gives(10_910 * MILLISECOND_NS, ConductorInput::TakeBack { why: "no".into() });
    stored(&mut paris, &mut la, 10_920 * MILLISECOND_NS);
    paris.command(10_930 * MILLISECOND_NS, Command::Panic);
    la.gives(10_940 * MILLISECOND_NS, ConductorInput::Expected(None));
    la.taken();
    follows(&mut la, 10_940 * MILLISECOND_NS, &paris);
    la.gives(11 * SECOND_NS, ConductorInput::Tick);
    let done = la.taken();
    assert!(!done.iter().any(|done| done.starts_with("> 2.")), "{done:?}");
    let told = "tell Action { cue: cue 2, firing: 1, action: 2, outcome: Failed(\"it was stopped";
    assert!(done.iter().any(|done| done.starts_with(told)), "{done:?}");
}

#[test]
fn what_a_follower_reads_late_leaves_after_what_was_recorded_before_it() {
    let (mut paris, mut la) = on_its_way();
    paris.gives(10_910 * MILLISECOND_NS, ConductorInput::TakeBack { why: "no".into() });
    stored(&mut paris, &mut la, 10_920 * MILLISECOND_NS);
    paris.gives(11 * SECOND_NS, ConductorInput::Tick);
    paris.command(11_200 * MILLISECOND_NS, Command::Panic);
    la.taken();
    // La's machine was busy since before cue 2 was due.
    follows(&mut la, 11_250 * MILLISECOND_NS, &paris);
    let done = la.taken();
    let sent: Vec<_> = done.iter().filter(|done| done.starts_with("> ")).collect();
    assert_eq!(sent, ["> 2.2", "> stop outputs [2]"]);
}

#[test]
fn a_holder_that_stood_still_gives_up_only_what_it_was_to_send_itself() {
    let (mut paris, _) = two();
    paris.command(SECOND_NS, GO);
    for now_ns in (2..11).map(|second| second * SECOND_NS) {
        paris.gives(now_ns, ConductorInput::Tick);
    }
    // Cue 2, for the lights and for la, is journaled a moment before it is due.
    paris.gives(11 * SECOND_NS - 200_000, ConductorInput::Tick);
    paris.taken();
    paris.gives(13 * SECOND_NS, ConductorInput::Flush);
    paris.gives(13 * SECOND_NS, ConductorInput::Mute(false));
    paris.gives(13 * SECOND_NS, ConductorInput::Tick);
    let failed = |record: &&Record| matches!(record.event, Event::ActionFailed { .. });
    let failed: Vec<_> = paris.records.iter().filter(failed).map(|r| r.event.clone()).collect();
    let [Event::ActionFailed { output, .. }] = &failed[..] else { panic!("{failed:?}") };
    assert_eq!(output, "lights");
}

#[test]
fn what_a_follower_had_kept_by_a_worse_clock_leaves_before_what_is_due_by_a_better_one() {
    let (mut paris, mut la) = on_its_way();
    paris.gives(10_910 * MILLISECOND_NS, ConductorInput::TakeBack { why: "no".into() });
    stored(&mut paris, &mut la, 10_920 * MILLISECOND_NS);
    paris.gives(11 * SECOND_NS, ConductorInput::Tick);
    paris.command(11_010 * MILLISECOND_NS, Command::Panic);
    la.taken();
    // By the clock that la had, cue 2 is still to come; by this one the panic is due.
    let ahead = RunClock::new(
        MachineNs::new(10_950 * MILLISECOND_NS),
        RunNs::new(11_050 * MILLISECOND_NS as i64),
        CLOCK.parse().unwrap(),
        1,
    );
    la.conductor.set_clock(ahead);
    follows(&mut la, 10_960 * MILLISECOND_NS, &paris);
    let done = la.taken();
    let sent: Vec<_> = done.iter().filter(|done| done.starts_with("> ")).collect();
    assert_eq!(sent, ["> 2.2", "> stop outputs [2]"]);
}

#[test]
fn a_giver_that_keeps_the_flag_goes_on_with_what_comes_before_that_instant() {
    let (mut paris, mut la) = on_its_way();
    paris.gives(10_910 * MILLISECOND_NS, ConductorInput::TakeBack { why: "no".into() });
    stored(&mut paris, &mut la, 10_920 * MILLISECOND_NS);
    paris.taken();
    paris.command(10_930 * MILLISECOND_NS, Command::Note("a key".into()));
    assert_eq!(paris.taken(), ["note_taken 1", "ok"]);
    paris.gives(11 * SECOND_NS, ConductorInput::Tick);
    assert_eq!(paris.taken()[..2], ["> 2.1", "action_sent 2"]);
}

#[test]
fn a_station_that_went_away_during_a_pass_is_given_up_when_the_flag_stays() {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, GO);
    paris.command(SECOND_NS, Command::OfferFlag(name("la")));
    paris.command(SECOND_NS, Command::AcceptFlag { by: name("la"), offered_ns: None });
    let from_ns = RunNs::new(1_100 * MILLISECOND_NS as i64);
    paris.command(SECOND_NS, Command::PassFlag { to: name("la"), from_ns });
    paris.gives(SECOND_NS, ConductorInput::Heard(BTreeSet::new()));
    paris.gives(SECOND_NS, ConductorInput::TakeBack { why: "no".into() });
    paris.taken();
    stored(&mut paris, &mut la, SECOND_NS);
    assert_eq!(paris.taken(), ["flag_withdrawn", "action_unknown 1"]);
}

#[test]
fn a_report_that_came_during_a_pass_is_not_lost_when_the_flag_was_taken() {
    let (mut paris, _) = on_its_way();
    let (firing, action, outcome) = (1, 3, ToldOutcome::Sent);
    let told = StationReport::Action { cue: number("1"), firing, action, outcome };
    paris.gives(
        10_910 * MILLISECOND_NS,
        ConductorInput::Told { from: name("la"), told: told.clone() },
    );
    assert_eq!(paris.taken(), [""; 0], "nobody knows yet who journals it");
    let kept = paris.records.clone();
    paris.gives(10_920 * MILLISECOND_NS, ConductorInput::SetAside { kept, aside: vec![] });
    assert!(paris.taken().contains(&format!("tell {told:?}")));
}

#[test]
fn a_run_that_is_resumed_before_its_log_was_read_takes_up_what_was_missed_after_it() {
    let (mut paris, _) = two();
    paris.command(SECOND_NS, GO);
    let (clock, seq, run_ns) =
        (paris.conductor.clock(), paris.conductor.seq(), paris.conductor.run_ns());
    paris.conductor = Conductor::new(paris.conductor.state().clone(), clock, seq, run_ns);
    paris.conductor.share(name("paris"), None);
    paris.gives(30 * SECOND_NS, ConductorInput::Mute(true));
    paris.gives(30 * SECOND_NS, ConductorInput::Holds);
    let down_ns = 29 * SECOND_NS;
    let resumed = Event::RunResumed { down_ns, listen: None, web: None, gap: false, auto: false };
    paris.gives(30 * SECOND_NS, ConductorInput::Begin(resumed));
    paris.taken();
    paris.gives(30 * SECOND_NS, ConductorInput::Mute(false));
    let done = paris.taken();
    assert_eq!(done[1..], ["cue_missed 2", "playhead_moved 2", "ok"], "{done:?}");
}

#[test]
fn what_a_player_says_while_the_station_is_mute_is_journaled_when_it_speaks_again() {
    let mut paris = Run::of(FILM);
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    paris.command(SECOND_NS, GO);
    paris.gives(SECOND_NS, ConductorInput::Mute(true));
    paris.taken();
    let what = ClipNews::Started { length_ns: None };
    let report =
        ClipReport { cue: CueIx(0), firing: 1, player: OutputLayer::main(OutputIx(0)), what };
    paris.gives(SECOND_NS, ConductorInput::Clip(report));
    assert_eq!(paris.taken(), [""; 0]);
    paris.gives(SECOND_NS, ConductorInput::Mute(false));
    assert_eq!(paris.taken()[1..], ["clip_started 1", "ok"]);
}

#[test]
fn what_no_journal_takes_is_not_taken_from_another_station() {
    let mut paris = Run::of(FILM);
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    paris.command(SECOND_NS, GO);
    paris.gives(SECOND_NS, ConductorInput::Heard(BTreeSet::from([name("la")])));
    paris.taken();
    let aside = |cue, fired_ns| {
        let fired_ns = RunNs::new(fired_ns);
        Command::FiredAside(vec![Aside { cue: number(cue), fired_by: name("la"), fired_ns }])
    };
    for (command, why) in [
        (aside("1", i64::MAX), "no run lasts as long as that"),
        (aside("no-such", 5), "the show has no cue no-such"),
    ] {
        paris.command(SECOND_NS, command);
        assert_eq!(paris.taken(), [why]);
    }
    let (output, fact) = ("film".to_owned(), ClipFact::Started(Some(u64::MAX)));
    let (cue, layer) = (number("1"), Layer::MAIN);
    let told = StationReport::Clip { cue, firing: 1, output, layer, fact };
    paris.gives(SECOND_NS, ConductorInput::Told { from: name("la"), told });
    let started = paris.records.iter().find_map(|record| match record.event {
        Event::ClipStarted { length_ns, .. } => Some(length_ns),
        _ => None,
    });
    assert_eq!(started, Some(None));
}

/// A show whose second call is planned half a minute into it.
const CALLS: &str = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
    [[segment.cue]]\nnumber = \"1\"\ntitle = \"a\"\n\
    [[segment.cue]]\nnumber = \"2\"\ntitle = \"b\"\nplanned = \"30s\"\n\
    [[segment.cue]]\nnumber = \"3\"\ntitle = \"c\"\nplanned = \"50s\"\n";

/// Has `from` pass the flag to `to` at `now_ns`.
fn passes(from: &mut Run, to: &mut Run, now_ns: u64) {
    let taker = to.conductor.shared.as_ref().unwrap().me.clone();
    from.command(now_ns, Command::OfferFlag(taker.clone()));
    from.command(now_ns, Command::AcceptFlag { by: taker.clone(), offered_ns: None });
    let from_ns = RunNs::new(now_ns as i64);
    from.command(now_ns, Command::PassFlag { to: taker, from_ns });
    follows(to, now_ns, from);
    stored(from, to, now_ns);
    to.gives(now_ns, ConductorInput::Holds);
}

#[test]
fn the_program_gives_gos_only_at_the_station_that_was_started_with_auto() {
    let (mut paris, mut la) = (Run::of(CALLS), Run::of(CALLS));
    paris.conductor.share(name("paris"), Some(1));
    paris.conductor.set_auto(true);
    paris.begins_with(false, true);
    la.conductor.share(name("la"), None);
    let clock = la.conductor.clock();
    la.conductor.set_clock(clock);
    follows(&mut la, SECOND_NS, &paris);
    assert!(la.conductor.state().is_auto() && paris.conductor.deadline().is_some());
    passes(&mut paris, &mut la, 2 * SECOND_NS);
    assert!(!la.conductor.state().is_auto() && !paris.conductor.state().is_auto());
    assert_eq!(la.conductor.deadline(), None, "nobody has asked for its GOs there");
    for now_ns in (2..40).map(|second| second * SECOND_NS) {
        la.gives(now_ns, ConductorInput::Tick);
        paris.gives(now_ns, ConductorInput::Tick);
    }
    assert!(la.conductor.state().playhead() == Some(CueIx(1)), "cue 2 was planned for 30 s");
    la.command(40 * SECOND_NS, GO);
    follows(&mut paris, 40 * SECOND_NS, &la);
    // Who has asked for them gets them again, with a word in the journal.
    passes(&mut la, &mut paris, 41 * SECOND_NS);
    assert_eq!(paris.records.last().unwrap().event, Event::AutoBegun {});
    for now_ns in (41..60).map(|second| second * SECOND_NS) {
        paris.gives(now_ns, ConductorInput::Tick);
    }
    let causes = paris.records.iter().filter_map(|record| match &record.event {
        Event::CueFired { cue, cause, due_ns, .. } => Some((cue.to_string(), *cause, due_ns.ns())),
        _ => None,
    });
    let seconds = |seconds: i64| seconds * SECOND_NS as i64;
    assert_eq!(
        causes.collect::<Vec<_>>(),
        [
            ("1".to_owned(), Cause::Auto, seconds(0)),
            ("2".to_owned(), Cause::Go, seconds(40)),
            ("3".to_owned(), Cause::Auto, seconds(50))
        ]
    );
}

/// The log has that `taker` has taken the flag from paris.
fn taken_by(run: &mut Run, taker: &str, now_ns: u64) {
    let mut records = run.records.clone();
    adds_take(&mut records, taker);
    run.gives(now_ns, ConductorInput::Follow(records.split_off(run.records.len())));
}

/// Adds the record of it.
fn adds_take(records: &mut Vec<Record>, taker: &str) {
    let mut record = records.last().unwrap().clone();
    record.seq += 1;
    let origin = crate::engine::Origin::new(taker, 2);
    record.origin = Some(Arc::new(origin));
    record.event =
        Event::FlagTaken { from: name("paris"), reason: "gone".to_owned(), silent_ns: 6 };
    records.push(record);
}

#[test]
fn what_a_holder_took_in_and_nobody_has_read_is_told_to_the_one_who_takes_the_flag() {
    let told = "tell Action { cue: cue 1, firing: 1, action: 3, outcome: Sent }";
    for is_recorded in [false, true] {
        let (mut paris, mut la) = two();
        paris.command(SECOND_NS, GO);
        follows(&mut la, SECOND_NS, &paris);
        assert!(la.taken().iter().any(|done| done == told), "paris has it");
        if is_recorded {
            let (firing, action, outcome) = (1, 3, ToldOutcome::Sent);
            let told = StationReport::Action { cue: number("1"), firing, action, outcome };
            paris.gives(SECOND_NS, ConductorInput::Told { from: name("la"), told });
            follows(&mut la, SECOND_NS, &paris);
        }
        taken_by(&mut la, "mars", SECOND_NS);
        assert_eq!(la.taken().iter().any(|done| done == told), !is_recorded);
    }
    // Or it takes the flag itself.
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, GO);
    follows(&mut la, SECOND_NS, &paris);
    taken_by(&mut la, "la", SECOND_NS);
    la.gives(SECOND_NS, ConductorInput::Holds);
    let done = la.taken();
    let of_its_own = la.records.iter().find_map(|record| match &record.event {
        Event::ActionSent { output, .. } if output == "la" => Some(true),
        Event::ActionUnknown { output, .. } if output == "la" => Some(false),
        _ => None,
    });
    assert_eq!(of_its_own, Some(true), "{done:?}");
}

#[test]
fn what_goes_aside_is_told_to_the_new_holder_whatever_became_of_it() {
    let (mut paris, _) = two();
    paris.command(SECOND_NS, GO);
    let fired = paris.records.iter().position(|r| r.event.kind() == "cue_fired").unwrap() + 1;
    let kept = paris.records[..fired].to_vec();
    for (aside, word) in [
        ("action_rehearsed", "Rehearsed(\"/1\")"),
        ("action_failed", "Failed(\"down\")"),
        ("action_unknown", "Unknown"),
    ] {
        let mut gone = paris.records[fired].clone();
        let (cue, firing, action, output) = (number("1"), 1, 1, "lights".to_owned());
        gone.event = match aside {
            "action_rehearsed" => {
                let message = "/1".to_owned();
                Event::ActionRehearsed { cue, firing, action, output, message }
            }
            "action_failed" => {
                let error = "down".to_owned();
                Event::ActionFailed { cue, firing, action, output, error }
            }
            _ => Event::ActionUnknown { cue, firing, action, output },
        };
        let mut again = two().0;
        again.gives(SECOND_NS, ConductorInput::SetAside { kept: kept.clone(), aside: vec![gone] });
        let told = format!("tell Action {{ cue: cue 1, firing: 1, action: 1, outcome: {word} }}");
        assert!(again.taken().contains(&told), "{aside}");
    }
}

/// A call with a chain of four, one of which is a call's own, then two more calls.
const CHAIN: &str = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"9m\"\n\
    [[segment.cue]]\nnumber = \"1\"\ntitle = \"a\"\n\
    [[segment.cue]]\nnumber = \"2\"\ntitle = \"b\"\n\
    [[segment.cue]]\nnumber = \"2.1\"\ntitle = \"c\"\ntrigger = { with = \"2\", delay = \"1s\" }\n\
    [[segment.cue]]\nnumber = \"2.2\"\ntitle = \"d\"\ntrigger = { after = \"2.1\", delay = \"1s\" }\n\
    [[segment.cue]]\nnumber = \"2.3\"\ntitle = \"e\"\ntrigger = { with = \"2.2\", delay = \"1s\" }\n\
    [[segment.cue]]\nnumber = \"3\"\ntitle = \"f\"\n";

/// La, which has taken the flag from paris at the second, and read so many GOs of it before.
fn taker(gos: usize, at_s: u64) -> Run {
    let (mut paris, mut la) = (Run::of(CHAIN), Run::of(CHAIN));
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    la.conductor.share(name("la"), None);
    let clock = la.conductor.clock();
    la.conductor.set_clock(clock);
    (0..gos).for_each(|_| paris.command(SECOND_NS / 2, GO));
    follows(&mut la, SECOND_NS / 2, &paris);
    (1..=at_s).for_each(|second| la.gives(second * SECOND_NS, ConductorInput::Tick));
    let mut record = la.records.last().unwrap().clone();
    record.seq += 1;
    record.run_ns = RunNs::new((at_s * SECOND_NS) as i64);
    let origin = crate::engine::Origin::new("la", 2);
    record.origin = Some(Arc::new(origin));
    let (from, reason) = (name("paris"), "gone".to_owned());
    record.event = Event::FlagTaken { from, reason, silent_ns: 6 * SECOND_NS };
    la.gives(at_s * SECOND_NS, ConductorInput::Follow(vec![record]));
    la.gives(at_s * SECOND_NS, ConductorInput::Holds);
    la.taken();
    la
}

fn aside(run: &mut Run, at_s: u64, cues: &[&str]) {
    let fired = cues.iter().map(|cue| Aside {
        cue: number(cue),
        fired_by: name("paris"),
        fired_ns: RunNs::new(SECOND_NS as i64),
    });
    run.command(at_s * SECOND_NS, Command::FiredAside(fired.collect()));
}

fn playhead(run: &Run) -> String {
    let state = run.conductor.state();
    state.playhead().map(|cue| state.show().cue(cue).number.to_string()).unwrap_or_default()
}

#[test]
fn the_playhead_goes_after_what_was_fired_aside_to_where_its_chain_ended() {
    let mut la = taker(1, 9);
    assert_eq!(playhead(&la), "2");
    aside(&mut la, 9, &["2", "2.1"]);
    assert_eq!(playhead(&la), "2.2", "nothing brings it by itself");
    let state = la.conductor.state();
    assert_eq!(state.poll_timeout(), None);
    let fired_by = |text| {
        let cue = state.show().find(&number(text)).unwrap();
        state.fired_aside(cue).map(|aside| aside.fired_by.as_str())
    };
    assert_eq!(
        (fired_by("2"), fired_by("2.1"), fired_by("2.2")),
        (Some("paris"), Some("paris"), None)
    );
    // Its call brings what follows it.
    la.command(9 * SECOND_NS, GO);
    (10..13).for_each(|second| la.gives(second * SECOND_NS, ConductorInput::Tick));
    let fired = la.records.iter().filter(|r| r.event.kind() == "cue_fired").skip(1);
    let fired: Vec<_> = fired.map(|r| r.event.cue().unwrap().to_string()).collect();
    assert_eq!((fired, playhead(&la)), (vec!["2.2".to_owned(), "2.3".to_owned()], "3".to_owned()));
}

#[test]
fn what_was_missed_or_is_due_and_was_fired_aside_does_not_come_or_wait_any_more() {
    // 2.1 fell due while nobody is known to have called.
    let mut la = taker(2, 9);
    assert_eq!(playhead(&la), "2.1");
    aside(&mut la, 9, &["2.1", "2.2", "2.3"]);
    assert_eq!((playhead(&la), la.conductor.state().missed().count()), ("3".to_owned(), 0));
    // It is due a moment after the take.
    let mut la = taker(2, 1);
    assert!(la.conductor.state().poll_timeout().is_some());
    aside(&mut la, 1, &["2.1"]);
    assert_eq!(la.conductor.state().poll_timeout(), None);
}

#[test]
fn a_chain_that_was_called_after_the_take_comes_all_the_same() {
    let mut la = taker(1, 9);
    la.command(9 * SECOND_NS, GO);
    aside(&mut la, 9, &["2", "2.1"]);
    let state = la.conductor.state();
    let (called, follow) = (number("2"), number("2.1"));
    let is_aside = |cue| state.fired_aside(state.show().find(cue).unwrap()).is_some();
    assert_eq!((is_aside(&called), is_aside(&follow)), (false, true));
    la.gives(10 * SECOND_NS, ConductorInput::Tick);
    let state = la.conductor.state();
    let follow = state.show().find(&follow).unwrap();
    assert_eq!((state.cue(follow).firings, state.fired_aside(follow)), (1, None));
}

#[test]
fn a_chain_that_was_called_after_the_take_comes_to_its_end_whatever_was_fired_aside() {
    // Paris has gone further down the chain than la when la hears of it.
    let mut la = taker(1, 9);
    la.command(9 * SECOND_NS, GO);
    la.gives(10 * SECOND_NS, ConductorInput::Tick);
    aside(&mut la, 10, &["2", "2.1", "2.2", "2.3"]);
    (11..14).for_each(|second| la.gives(second * SECOND_NS, ConductorInput::Tick));
    let fired = la.records.iter().filter(|r| r.event.kind() == "cue_fired").skip(1);
    let fired: Vec<_> = fired.map(|r| r.event.cue().unwrap().to_string()).collect();
    assert_eq!(fired, ["2", "2.1", "2.2", "2.3"]);
    assert_eq!(playhead(&la), "3");
}

/// A cue with a ramp at the holder's output, and one that sends to the same address.
const RAMPED: &str = "title = \"x\"\n[output.o]\nosc = \"udp://127.0.0.1:9\"\n\
    [[segment]]\ntitle = \"s\"\nduration = \"9m\"\n\
    [[segment.cue]]\nnumber = \"1\"\ntitle = \"a\"\n\
    do = [{ output = \"o\", osc = \"/f\", ramp = [0.0, 1.0], over = \"40s\" }]\n\
    [[segment.cue]]\nnumber = \"2\"\ntitle = \"b\"\n\
    do = [{ output = \"o\", osc = \"/f\", args = [0.5] }]\n";

#[test]
fn a_ramp_gives_way_to_the_next_holder_and_ends_with_a_take() {
    let (mut paris, mut la) = (Run::of(RAMPED), Run::of(RAMPED));
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    la.conductor.share(name("la"), None);
    let clock = la.conductor.clock();
    la.conductor.set_clock(clock);
    paris.command(SECOND_NS, GO);
    paris.command(2 * SECOND_NS, Command::OfferFlag(name("la")));
    paris.command(2 * SECOND_NS, Command::AcceptFlag { by: name("la"), offered_ns: None });
    let from_ns = RunNs::new(2 * SECOND_NS as i64 + 1);
    paris.command(2 * SECOND_NS, Command::PassFlag { to: name("la"), from_ns });
    let record = paris.proposed.take().unwrap();
    paris.gives(2 * SECOND_NS, ConductorInput::Stored(Box::new(record)));
    follows(&mut la, 2 * SECOND_NS, &paris);
    la.gives(2 * SECOND_NS, ConductorInput::Holds);
    paris.taken();
    la.taken();
    la.command(3 * SECOND_NS, GO);
    follows(&mut paris, 3 * SECOND_NS, &la);
    let done = paris.taken();
    assert!(done.contains(&"> give way to 2.1".to_owned()), "{done:?}");

    let mut alone = Run::of(RAMPED);
    alone.conductor.share(name("paris"), Some(1));
    alone.begins(false);
    alone.command(SECOND_NS, GO);
    let mut kept = alone.records.clone();
    adds_take(&mut kept, "la");
    alone.taken();
    alone.gives(4 * SECOND_NS, ConductorInput::SetAside { kept, aside: vec![] });
    assert!(alone.taken().contains(&"> end ramps".to_owned()));
    let state = alone.conductor.state();
    assert_eq!(state.ongoing(RunNs::new(4 * SECOND_NS as i64)).count(), 0);
    let lost = state.stopped_ramps().iter().collect::<Vec<_>>();
    let words = state.ramp_words(&lost, crate::engine::RAMP_MAY_STAY);
    assert_eq!(words.as_deref(), Some("ramp of cue 1 may have stopped on its way: /f"));
}

#[test]
fn what_was_fired_aside_is_measured_by_the_take_from_the_one_who_fired_it() {
    // La takes the flag from paris and calls cue 2, and then mars takes it from la.
    let mut la = taker(1, 9);
    la.command(9_500 * MILLISECOND_NS, GO);
    let mut mars = Run::of(CHAIN);
    mars.conductor.share(name("mars"), None);
    let clock = mars.conductor.clock();
    mars.conductor.set_clock(clock);
    follows(&mut mars, 10 * SECOND_NS, &la);
    let mut record = mars.records.last().unwrap().clone();
    (record.seq, record.run_ns) = (record.seq + 1, RunNs::new(10 * SECOND_NS as i64));
    let origin = crate::engine::Origin::new("mars", 3);
    record.origin = Some(Arc::new(origin));
    let reason = "gone".to_owned();
    record.event = Event::FlagTaken { from: name("la"), reason, silent_ns: 6 * SECOND_NS };
    mars.gives(10 * SECOND_NS, ConductorInput::Follow(vec![record]));
    mars.gives(10 * SECOND_NS, ConductorInput::Holds);
    aside(&mut mars, 10, &["2", "2.1"]);
    let find = |run: &Run, cue| run.conductor.state().show().find(&number(cue)).unwrap();
    let (called, follow) = (find(&mars, "2"), find(&mars, "2.1"));
    assert_eq!(mars.conductor.state().fired_aside(called), None, "the run has fired it itself");
    mars.gives(10_600 * MILLISECOND_NS, ConductorInput::Tick);
    assert_eq!(mars.conductor.state().cue(follow).firings, 1);
}

#[test]
fn what_fell_due_before_a_late_take_was_known_says_so() {
    let (mut paris, mut la) = two();
    paris.command(SECOND_NS, GO);
    follows(&mut la, SECOND_NS, &paris);
    (2..13).for_each(|second| la.gives(second * SECOND_NS, ConductorInput::Tick));
    taken_by(&mut la, "la", 13 * SECOND_NS);
    la.gives(13 * SECOND_NS, ConductorInput::Holds);
    let missed = la.records.iter().find_map(|record| match &record.event {
        Event::CueMissed { cue, why, .. } => Some((cue.to_string(), *why)),
        _ => None,
    });
    assert_eq!(missed, Some(("2".to_owned(), MissedWhy::FlagTaken)));
}

#[test]
fn what_fell_due_before_a_late_pass_was_known_says_so_and_is_next() {
    for is_gone in [true, false] {
        // Cue 2 is due after the pass, which the log has two seconds later.
        let (mut paris, mut la) = on_its_way_from(10_950);
        for run in [&mut paris, &mut la] {
            (11..14).for_each(|second| run.gives(second * SECOND_NS - 1, ConductorInput::Tick));
        }
        if !is_gone {
            paris.gives(13 * SECOND_NS - 1, ConductorInput::TakeBack { why: "no".into() });
        }
        stored(&mut paris, &mut la, 13 * SECOND_NS - 1);
        let run = if is_gone {
            la.gives(13 * SECOND_NS - 1, ConductorInput::Holds);
            &la
        } else {
            &paris
        };
        let missed = run.records.iter().find_map(|record| match &record.event {
            Event::CueMissed { cue, why, .. } => Some((cue.to_string(), why.words())),
            _ => None,
        });
        assert_eq!(missed, Some(("2".to_owned(), "the pass of the flag came late")), "{is_gone}");
        assert_eq!(playhead(run), "2");
    }
}
