//! A cue by the clock that was missed in a later segment, while calls in front of it are still open:
//! the playhead stays with the caller, and nobody fires the cue by one press or by itself.

use super::*;

/// Two stations call three segments of two cues; 2.5 and 5.5 come by the clock, at 5 s and 20 s.
const LATE: &str = r#"
title = "Late"
timezone = "UTC"
[[segment]]
title = "A"
start = 21:00:00
duration = "10s"
cue = [{ number = "1", title = "a" }, { number = "2", title = "b" }, { number = "2.5", title = "at", trigger = { at = 21:00:05 } }]
[[segment]]
title = "B"
duration = "10s"
cue = [{ number = "3", title = "c" }, { number = "4", title = "d", planned = "5s" }]
[[segment]]
title = "C"
duration = "1m"
cue = [
  { number = "5", title = "e" },
  { number = "5.5", title = "at", trigger = { at = 21:00:20 } },
  { number = "6", title = "f", planned = "20s" },
]
"#;

/// Paris, which has called so many cues, and la, which has read that and follows.
fn two_late(gos: usize) -> (Run, Run) {
    let (mut paris, mut la) = (Run::of(LATE), Run::of(LATE));
    paris.conductor.share(name("paris"), Some(1));
    paris.begins(false);
    la.conductor.share(name("la"), None);
    let clock = la.conductor.clock();
    la.conductor.set_clock(clock);
    (0..gos).for_each(|_| paris.command(SECOND_NS, GO));
    follows(&mut la, SECOND_NS, &paris);
    (paris, la)
}

fn ticks(run: &mut Run, seconds: std::ops::Range<u64>) {
    seconds.for_each(|second| run.gives(second * SECOND_NS, ConductorInput::Tick));
}

/// La, once it has taken the flag at the second.
fn takes(la: &mut Run, at_s: u64) {
    let mut records = la.records.clone();
    adds_take(&mut records, "la");
    if let Some(take) = records.last_mut() {
        take.run_ns = RunNs::new((at_s * SECOND_NS) as i64);
    }
    la.gives(at_s * SECOND_NS, ConductorInput::Follow(records.split_off(la.records.len())));
    la.gives(at_s * SECOND_NS, ConductorInput::Holds);
}

fn missed(run: &Run) -> Vec<(String, MissedWhy)> {
    let missed = run.records.iter().filter_map(|record| match &record.event {
        Event::CueMissed { cue, why, .. } => Some((cue.to_string(), *why)),
        _ => None,
    });
    missed.collect()
}

/// What has fired since the flag came to `run`, and by what.
fn fired_since(run: &Run, from: usize) -> Vec<(String, Cause)> {
    let fired = run.records[from..].iter().filter_map(|record| match &record.event {
        Event::CueFired { cue, cause, .. } => Some((cue.to_string(), *cause)),
        _ => None,
    });
    fired.collect()
}

#[test]
fn a_take_leaves_the_playhead_at_the_call_that_is_next() {
    let (_, mut la) = two_late(2);
    let from = la.records.len();
    ticks(&mut la, 2..25);
    takes(&mut la, 25);
    let why = MissedWhy::FlagTaken;
    assert_eq!(missed(&la), [("2.5".to_owned(), why), ("5.5".to_owned(), why)]);
    assert_eq!(playhead(&la), "2.5", "the caller had come past it");
    let steps = ["3", "4", "5", "5.5", "6"];
    for (second, next) in (26..).zip(steps) {
        la.command(second * SECOND_NS, GO);
        assert_eq!(playhead(&la), next);
    }
    let fired: Vec<String> = fired_since(&la, from).into_iter().map(|(cue, _)| cue).collect();
    assert_eq!(fired, ["2.5", "3", "4", "5", "5.5"]);
}

#[test]
fn what_was_missed_further_on_is_all_that_a_take_says_of_it() {
    let (_, mut la) = two_late(3);
    ticks(&mut la, 2..25);
    takes(&mut la, 25);
    let state = la.conductor.state();
    let far = state.show().find(&number("5.5")).unwrap();
    assert!(state.may_have_been_sent(far), "paris may have fired it");
    let skips = Command::ToggleSkip(state.show().find(&number("2.5")).unwrap());
    la.command(26 * SECOND_NS, skips);
    assert_eq!(playhead(&la), "4");
    la.command(27 * SECOND_NS, Command::PlayheadTo(far));
    la.command(27 * SECOND_NS, GO);
    assert!(!la.conductor.state().may_have_been_sent(far), "it was fired here");
}

#[test]
fn a_pass_that_comes_late_leaves_the_playhead_at_the_call_that_is_next() {
    for is_gone in [true, false] {
        let (mut paris, mut la) = two_late(2);
        [&mut paris, &mut la].into_iter().for_each(|run| ticks(run, 2..20));
        let now_ns = 19 * SECOND_NS;
        paris.command(now_ns, Command::OfferFlag(name("la")));
        paris.command(now_ns, Command::AcceptFlag { by: name("la"), offered_ns: None });
        let from_ns = RunNs::new((19 * SECOND_NS + SECOND_NS / 2) as i64);
        paris.command(now_ns, Command::PassFlag { to: name("la"), from_ns });
        follows(&mut la, now_ns, &paris);
        [&mut paris, &mut la].into_iter().for_each(|run| ticks(run, 20..23));
        if !is_gone {
            paris.gives(23 * SECOND_NS, ConductorInput::TakeBack { why: "no".into() });
        }
        stored(&mut paris, &mut la, 23 * SECOND_NS);
        let run = if is_gone { &mut la } else { &mut paris };
        if is_gone {
            run.gives(23 * SECOND_NS, ConductorInput::Holds);
        }
        assert_eq!(missed(run), [("5.5".to_owned(), MissedWhy::PassLate)], "{is_gone}");
        assert_eq!(playhead(run), "3", "{is_gone}");
    }
}

#[test]
fn a_resume_leaves_the_playhead_at_the_call_that_is_next() {
    let mut run = Run::of(LATE);
    run.begins(false);
    (0..2).for_each(|_| run.command(SECOND_NS, GO));
    ticks(&mut run, 2..10);
    let (clock, seq, run_ns) = (run.conductor.clock(), run.conductor.seq(), run.conductor.run_ns());
    run.conductor = Conductor::new(run.conductor.state().clone(), clock, seq, run_ns);
    let down_ns = 15 * SECOND_NS;
    let resumed = Event::RunResumed { down_ns, listen: None, web: None, gap: false, auto: false };
    run.gives(25 * SECOND_NS, ConductorInput::Begin(resumed));
    assert_eq!(missed(&run), [("5.5".to_owned(), MissedWhy::ProgramDown)]);
    assert_eq!(playhead(&run), "3");
}

#[test]
fn the_program_calls_up_to_what_was_missed_and_leaves_that_to_a_caller() {
    let (mut paris, mut la) = two_late(1);
    [&mut paris, &mut la].into_iter().for_each(|run| ticks(run, 2..10));
    follows(&mut la, 9 * SECOND_NS, &paris);
    la.conductor.set_auto(true);
    let from = la.records.len();
    ticks(&mut la, 10..25);
    takes(&mut la, 25);
    ticks(&mut la, 25..60);
    let auto = |cue: &str| (cue.to_owned(), Cause::Auto);
    assert_eq!(fired_since(&la, from), ["2", "3", "4", "5"].map(auto));
    assert_eq!((playhead(&la), la.conductor.deadline()), ("5.5".to_owned(), None));
    // Once the caller has dealt with it, the program goes on.
    let skips = Command::ToggleSkip(la.conductor.state().playhead().unwrap());
    la.command(60 * SECOND_NS, skips);
    ticks(&mut la, 60..90);
    assert_eq!(fired_since(&la, from).last(), Some(&auto("6")));
}
