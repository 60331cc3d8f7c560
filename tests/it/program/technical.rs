//! Technical rehearsals: real outputs under a clock that was set.

use crate::commands::succeeds;
use crate::harness::{House, Wire};

/// A show at ten in the morning, with a cue that comes by the clock before its second call.
fn morning(wire: &Wire) -> String {
    format!(
        r#"
        title = "A morning"
        timezone = "Europe/Paris"
        [output.desk]
        {}
        [[segment]]
        title = "Opening"
        start = 10:00:00
        duration = "1h"
        [[segment.cue]]
        number = "1"
        title = "Good morning"
        planned = "0s"
        do = [{{ output = "desk", osc = "/one" }}]
        [[segment.cue]]
        number = "2"
        title = "Bells"
        trigger = {{ at = 10:20:00 }}
        do = [{{ output = "desk", osc = "/bells" }}]
        [[segment.cue]]
        number = "3"
        title = "The guest"
        planned = "30m"
        do = [{{ output = "desk", osc = "/three" }}]
        "#,
        wire.output()
    )
}

#[test]
fn the_clock_begins_at_the_time_that_was_given_and_what_is_sent_is_real() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&morning(&wire));
    let mut program = house.open(&["--at", "10:00", &show]);
    let screen = program.await_words(&["LIVE", "CLOCK", "Paris 10:00:0", "technical rehearsal"]);
    assert!(!screen.contains("over "), "the show is on time: {screen}");
    program.keys(" ");
    wire.expect("/one");
    let journal = program.await_event("action_sent", 1);
    let started = &journal.of_kind("run_started")[0];
    assert_eq!(started["rehearsal"], false);
    let read = |field: &str| {
        started[field].as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok()).unwrap()
    };
    let shift = read("clock").duration_since(read("at")).as_secs_f64();
    let said = started["shift_ns"].as_i64().expect("the shift") as f64 / 1e9;
    assert!((said - shift).abs() < 5.0, "{said} s were said, {shift} s it is");
    // A crash, and the clock goes on where it was.
    program.kill();
    let mut program = house.open(&["--resume", &show]);
    program.await_words(&["LIVE", "CLOCK", "Paris 10:00:", "Good morning"]);
    let board = house.spawn(&["board"], (80, 24), &[]);
    board.await_words(&["REHEARSAL", "Good morning", "10:20:00"]);
    program.keys("q");
    program.press_to_see("y", &["is unfinished"]);
    program.await_exit();
    let state = house.state().display().to_string();
    let runs = succeeds(&["runs", "--state", &state]);
    assert!(runs.contains("  technical  "), "{runs}");
    let report = succeeds(&["report", "--state", &state]);
    // The morning is still to come where the machine's clock reads less.
    let sign = if said < 0.0 { '−' } else { '+' };
    let clock = format!("technical rehearsal, clock {sign}");
    assert!(report.contains(&clock) && report.contains("10:00:0"), "{report}");
    let json = succeeds(&["report", "--format", "json", "--state", &state]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json["clock_shift_ms"].is_i64() && json["rehearsal"] == false, "{json:#}");
    let csv = succeeds(&["report", "--format", "csv", "--state", &state]);
    let row = csv.lines().find(|line| line.contains("Good morning")).expect("the first cue");
    assert!(row.matches("T10:00:0").count() == 2, "planned and actual: {row}");
    // The performance itself does not offer the rehearsal for a resume.
    let program = house.open(&[&show]);
    let screen = program.await_words(&["A morning", "LIVE"]);
    assert!(!screen.contains("CLOCK"), "{screen}");
}

#[test]
fn the_day_that_was_given_is_the_day_of_the_run() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&morning(&wire));
    let mut program = house.open(&["--at", "2031-05-06T10:19:55", &show]);
    program.await_words(&["LIVE", "CLOCK", "Paris 10:19:5", "begins at cue 3"]);
    program.keys(" ");
    wire.expect("/three");
    // The cue by the clock comes on that day.
    wire.expect("/bells");
    // Cue 3 was called ten minutes before its planned time.
    program.await_words(&["Paris 10:20:0", "under −10:0", "plan 11:00:00"]);
    let journal = program.await_event("cue_fired", 2);
    assert_eq!(journal.of_kind("run_started")[0]["day"], "2031-05-06", "{}", journal.tail(9));
    program.kill();
    let mut program = house.open(&["--resume", &show]);
    program.await_words(&["LIVE", "CLOCK", "Paris 10:20:", "nothing missed", "plan 11:00:00"]);
    program.keys("q");
    program.press_to_see("y", &["is unfinished"]);
    program.await_exit();
    let state = house.state().display().to_string();
    let csv = succeeds(&["report", "--format", "csv", "--state", &state]);
    let row = csv.lines().find(|line| line.contains("Bells")).expect("the cue by the clock");
    assert!(row.matches("2031-05-06T10:20:0").count() == 2, "planned and actual: {row}");
}

#[test]
fn a_technical_rehearsal_can_begin_at_a_cue() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&morning(&wire));
    let mut program = house.open(&["--cue", "3", &show]);
    let screen = program.await_words(&["CLOCK", "Paris 10:30:0", "The guest"]);
    assert!(!screen.contains("missed"), "what the clock brings before was passed over: {screen}");
    program.keys(" ");
    wire.expect("/three");
    program.await_event("action_sent", 1);
    // What is planned before it counts as done.
    let screen = program.await_words(&["of 1:00:00", " now · "]);
    assert!(!screen.contains("+30:") && !screen.contains("−30:"), "{screen}");
    let journal = house.journal();
    let due_ns = |kind: &str| journal.of_kind(kind)[0]["due_ns"].as_u64();
    let half_an_hour_ns = 30 * 60 * 1_000_000_000;
    let begun_ns = due_ns("segment_started").map(|ns| ns + half_an_hour_ns);
    assert_eq!(due_ns("cue_fired"), begun_ns, "{}", journal.tail(9));
    assert_eq!(journal.of_kind("playhead_moved")[0]["cue"], "3", "{}", journal.tail(9));
    assert!(journal.of_kind("cue_missed").is_empty(), "{}", journal.tail(9));
}

#[test]
fn a_cue_that_is_not_there_is_said() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&morning(&wire));
    let program = house.spawn(&["--cue", "33", &show], (80, 24), &[]);
    let said = program.last_screen();
    assert!(said.contains("“A morning” has no cue 33 to start at"), "{said}");
}

#[test]
fn what_is_planned_before_the_time_is_passed_over() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&morning(&wire));
    for args in [&["--at", "10:25"][..], &["--at", "10:25", "--rehearse"]] {
        let mut program = house.open(&[args, &["--fresh", &show]].concat());
        program.await_words(&[
            "Paris 10:25:0",
            "begins at cue 3: what is planned before it is passed over",
        ]);
        let next = |line: &str| line.contains("NEXT") && line.contains("The guest");
        let screen = program.await_screen("cue 3 next", |screen| screen.lines().any(next));
        let alarms = screen.lines().nth(2).unwrap_or_default();
        assert!(!screen.contains(" missed ") && !alarms.contains("Bells"), "{screen}");
        program.keys("q");
        if args.len() == 2 {
            program.press_to_see("y", &["is unfinished"]);
        }
        program.await_exit();
    }
    wire.expect_silence();
}
