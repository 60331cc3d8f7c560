//! The real program in a pseudo-terminal: calling a show, key by key, and what leaves the machine.

mod config;
mod demo;
mod editor;
mod forms;
mod hand;
mod input;
mod people;
mod repeats;
mod resuming;
mod saves;
pub(crate) mod shows;
mod slips;
mod technical;
mod terminal;
mod together;
mod trouble;
mod wall;

use serde_json::json;

use self::shows::{chain, evening};
use crate::harness::{Arg, House, Program, SILENCE, Wire, in_time};

const UP: &str = "\x1b[A";
const DOWN: &str = "\x1b[B";
const PAGE_UP: &str = "\x1b[5~";
const PAGE_DOWN: &str = "\x1b[6~";

fn open_evening(house: &House, wire: &Wire, args: &[&str]) -> Program {
    let show = house.show(&evening(wire));
    let args: Vec<&str> = args.iter().copied().chain([show.as_str()]).collect();
    house.open(&args)
}

#[test]
fn space_fires_the_cue_and_its_exact_bytes_leave() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["An evening", "LIVE", "NEXT", "House lights", "not begun"]);
    assert_eq!(house.journal().cues("cue_fired"), [] as [&str; 0]);
    program.keys(" ");
    let packet = wire.expect("/one");
    let mut bytes = b"/one\0\0\0\0,iifsTF\0".to_vec();
    bytes.extend(1_i32.to_be_bytes());
    bytes.extend((-2_i32).to_be_bytes());
    bytes.extend(0.5_f32.to_be_bytes());
    bytes.extend(b"text\0\0\0\0");
    assert_eq!(packet.bytes, bytes);
    assert_eq!(packet.args[3..], [Arg::Text("text".into()), Arg::Bool(true), Arg::Bool(false)]);
    assert_eq!(wire.expect("/one/b").bytes, b"/one/b\0\0,\0\0\0");
    program.await_screen("cue 1 on air and cue 2 on standby", |text| {
        let on_air =
            text.lines().any(|line| line.contains("ON AIR") && line.contains("House lights"));
        on_air && text.lines().any(|line| line.contains("NEXT") && line.contains("Fanfare"))
    });
    let journal = program.await_event("action_sent", 2);
    let seq = |kind: &str, at: usize| journal.of_kind(kind)[at]["seq"].as_u64();
    assert_eq!(journal.lines[0]["event"], "run_started");
    assert!(seq("segment_started", 0) < seq("cue_fired", 0), "{}", journal.tail(20));
    assert!(seq("cue_fired", 0) < seq("action_sent", 0), "{}", journal.tail(20));
    let fired = journal.of_kind("cue_fired")[0];
    assert_eq!((&fired["cue"], &fired["cause"]), (&json!("1"), &json!("go")));
    let at = fired["at"].as_str().unwrap_or_default();
    assert!(at.len() == "2026-11-22T20:05:00.123456Z".len() && at.ends_with('Z'), "{at}");
    assert!(fired["run_ns"].is_u64(), "{fired}");
    let run = &house.runs()[0];
    let kept = std::fs::read_to_string(run.join("show.toml")).expect("the show as it was run");
    assert_eq!(kept, evening(&wire));
}

#[test]
fn two_presses_are_one_go_and_so_is_a_held_key() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.keys("  ");
        wire.expect("/one");
        wire.expect("/one/b");
        program.await_words(&["GO ignored"]);
        // A key that is held repeats some thirty times a second.
        for _ in 0..40 {
            program.keys(" ");
            std::thread::sleep(std::time::Duration::from_millis(30));
        }
        wire.expect_silence();
        assert_eq!(house.journal().cues("cue_fired"), ["1"]);
        program.let_go();
        program.keys(" ");
        wire.expect("/two");
    });
}

#[test]
fn an_interlock_refuses_go_until_all_are_ready_or_it_is_overridden() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.press_for("nn", "playhead_moved");
    program.await_screen("cue 3 on standby", |text| {
        text.lines().any(|line| line.contains("NEXT") && line.contains("Off the roof"))
    });
    program.press_to_see(" ", &["cue 3 not fired", "not ready: Stunts, Rigging"]);
    program.press_to_see("1", &["standby was not called"]);
    assert_eq!(program.press_for("s", "cue_stood_by")["cue"], "3");
    assert_eq!(program.press_for("1", "department_ready")["department"], "stunts");
    program.press_to_see("9", &["there is no number 9"]);
    assert_eq!(program.press_for("2", "department_ready")["department"], "rigging");
    program.await_words(&["2 of 2"]);
    program.let_go();
    assert_eq!(program.press_for("2", "department_unready")["department"], "rigging");
    wire.expect_silence();
    program.press_to_see(" ", &["not ready: Rigging"]);
    program.press_to_see("o", &["override because"]);
    program.press_to_see("\r", &["needs a reason"]);
    program.press_to_see("o", &["override because"]);
    let line = program.press_for("rigging on the radio, q ok\r", "interlock_overridden");
    assert_eq!(
        (&line["cue"], &line["reason"]),
        (&json!("3"), &json!("rigging on the radio, q ok"))
    );
    wire.expect_silence();
    program.keys(" ");
    wire.expect("/three");
    // The override was for once.
    program.press_for("p", "playhead_moved");
    program.press_for("s", "cue_stood_by");
    program.guard();
    program.press_to_see(" ", &["not ready"]);
    wire.expect_silence();
}

#[test]
fn nothing_fires_in_a_hold() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 200, "100ms"));
    let mut program = house.open(&[&show]);
    program.keys(" ");
    wire.expect("/link");
    wire.expect("/link");
    program.press_for("h", "held");
    program.await_words(&["HELD"]);
    wire.drain();
    wire.expect_silence();
    program.press_to_see(" ", &["held: nothing fires"]);
    wire.expect_silence();
    program.press_for("h", "resumed");
    wire.expect("/link");
    program.await_screen("no hold", |text| !text.contains(" HELD "));
}

#[test]
fn escape_twice_stops_everything() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&chain(&wire, 100, "100ms"));
        let mut program = house.open(&[&show]);
        program.keys(" ");
        wire.expect("/link");
        program.press_to_see("\x1b", &["Esc again"]);
        wire.expect("/link");
        program.press_for("\x1b", "panicked");
        wire.drain();
        wire.expect_silence();
        program.await_words(&["PANIC"]);
        // Two Escapes that are further apart than a second are no panic.
        program.press_to_see("\x1b", &["Esc again"]);
        std::thread::sleep(std::time::Duration::from_millis(1100));
        program.press_to_see("?", &["HELP"]);
        program.keys("\x1b");
        program.await_screen("the run", |text| !text.contains("HELP"));
        assert_eq!(house.journal().of_kind("panicked").len(), 1);
        // The caller goes on by GO.
        program.keys(" ");
        assert_eq!(wire.recv().address, "/call/A");
    });
}

#[test]
fn two_escapes_that_arrive_at_once_are_a_panic_too() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    // A slow line brings both in one packet.
    program.press_for("\x1b\x1b", "panicked");
}

#[test]
fn every_key_of_the_table_does_something() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    let journaled = [
        ("n", "playhead_moved", json!("2")),
        ("p", "playhead_moved", json!("1")),
        ("n", "playhead_moved", json!("2")),
        ("n", "playhead_moved", json!("3")),
        ("b", "cue_swapped", json!("3")),
        ("kjb", "cue_swapped", json!("3B")),
        ("x", "cue_skipped", json!("3")),
        ("gj\r", "playhead_moved", json!("2")),
        ("jx", "cue_unskipped", json!("3")),
        ("g\r", "playhead_moved", json!("1")),
        ("G\r", "playhead_moved", json!("5")),
        ("k\r", "playhead_moved", json!("4")),
    ];
    for (keys, kind, cue) in &journaled {
        let line = program.press_for(keys, kind);
        assert_eq!(&line["cue"], cue, "{keys:?}: {line}\n{}", program.account());
    }
    let arrows = format!("{PAGE_UP}{DOWN}{UP}{DOWN}\r");
    assert_eq!(program.press_for(&arrows, "playhead_moved")["cue"], "2");
    assert_eq!(program.press_for(&format!("{PAGE_DOWN}\r"), "playhead_moved")["cue"], "5");
    program.press_to_see("/rings", &["find", "1 of 1"]);
    assert_eq!(program.press_for("\r\r", "playhead_moved")["cue"], "4");
    program.press_to_see("/nowhere", &["nothing found"]);
    program.press_to_see("\r", &["no cue matches"]);
    let note = program.press_for("tThe wind rises: 8 m/s, q?\r", "note_taken");
    assert_eq!(note["text"], "The wind rises: 8 m/s, q?");
    program.press_to_see("t\r", &["the note is empty"]);
    program.press_to_see("?", &["HELP", "Space"]);
    program.let_go();
    program.keys("?");
    program.await_screen("the run", |text| !text.contains("HELP"));
    program.keys("\t");
    program.await_screen("the monitor's page", |text| {
        text.contains("MONITOR") && !text.contains("RUNDOWN")
    });
    program.press_to_see(":page log\r", &["LOG", "run started"]);
    program.press_to_see("\t", &["HELP"]);
    program.keys("\t");
    program.await_screen("the run", |text| !text.contains("HELP") && text.contains("NEXT"));
    program.press_to_see(":", &["COMMANDS", "playhead next"]);
    program.press_for("hold\r", "held");
    program.press_for("h", "resumed");
    assert_eq!(program.press_for(" ", "cue_fired")["cue"], "4");
    wire.expect("/four");
    let step = program.press_for("m", "step_done");
    assert_eq!(
        (&step["cue"], &step["step"], &step["title"]),
        (&json!("4"), &json!(1), &json!("Blue ring"))
    );
    program.let_go();
    assert_eq!(program.press_for("m", "cue_completed")["cue"], "4");
    program.let_go();
    program.press_to_see("m", &["no running cue has a step left"]);
    program.press_to_see("é", &["does nothing here"]);
    wire.expect_silence();
}

#[test]
fn a_paste_is_never_taken_for_keys() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.press_to_see("\x1b[200~  q y\x1b[201~", &["a paste was ignored: "]);
    wire.expect_silence();
    program.keys("t");
    let note = program.press_for("\x1b[200~two\nlines \x1b[201~\r", "note_taken");
    assert_eq!(note["text"], "two lines");
}

#[test]
fn a_live_run_asks_before_it_is_left_and_says_how_to_come_back() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.keys(" ");
    wire.expect("/one");
    for keys in ["q", "\x03"] {
        program.press_to_see(keys, &["unfinished", "y leaves"]);
        program.press_to_see("j", &["NEXT"]);
        program.await_screen("no question", |text| !text.contains("y leaves"));
    }
    program.press_to_see("q", &["y leaves"]);
    program.keys("y");
    assert!(program.await_exit().success());
    assert!(program.modes_are_back());
    let screen = program.last_screen();
    assert!(screen.contains("unfinished") && screen.contains("handover --resume"), "{screen}");
    assert_eq!(house.journal().of_kind("run_left").len(), 1);

    // Without --fresh or --resume the program asks about it.
    let show = house.show(&evening(&wire));
    let mut again = house.spawn(&[&show], (120, 36), &[]);
    again.await_words(&["An unfinished run", "An evening", "1 cue fired", "resume"]);
    again.keys("q");
    assert!(again.await_exit().success());
    assert!(again.modes_are_back());
    let mut again = house.spawn(&[&show], (120, 36), &[]);
    again.await_words(&["An unfinished run"]);
    again.keys("r");
    again.await_open();
    again.await_event("run_resumed", 1);
    wire.drain();
    again.press_for(" ", "cue_fired");
    wire.expect("/two");
}

#[test]
fn after_the_last_cue_q_asks_and_ends_the_run() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&format!(
        "title = \"Short\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n[[segment.cue]]\n\
         number = \"1\"\ntitle = \"Only\"\ndo = [{{ output = \"desk\", osc = \"/only\" }}]\n",
        wire.output()
    ));
    let mut program = house.open(&[&show]);
    program.keys(" ");
    wire.expect("/only");
    program.await_event("action_sent", 1);
    program.press_to_see("q", &["all cues are called, but segment 1 is not over", "y ends"]);
    assert!(house.journal().of_kind("run_ended").is_empty(), "an hour of the segment is left");
    program.keys("y");
    assert!(program.await_exit().success());
    assert_eq!(house.journal().of_kind("run_ended").len(), 1);
    let screen = program.last_screen();
    assert!(screen.contains("is finished"), "{screen}");
    let mut program = house.spawn(&["runs"], (120, 36), &[]);
    assert!(program.await_exit().success());
    let screen = program.last_screen();
    assert!(
        screen.contains("finished") && !screen.contains("unfinished") && screen.contains("live"),
        "{screen}"
    );
}

#[test]
fn a_rehearsal_sends_nothing_tells_what_it_would_have_sent_and_is_left_at_once() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &["--rehearse"]);
    program.await_words(&["REHEARSAL"]);
    program.keys(" ");
    let journal = program.await_event("action_rehearsed", 2);
    assert_eq!(
        journal.of_kind("action_rehearsed")[0]["message"],
        "/one 1 -2 0.5 \"text\" true false"
    );
    assert!(journal.of_kind("action_sent").is_empty());
    wire.expect_silence();
    program.keys("q");
    assert!(program.await_exit().success());
    assert!(program.modes_are_back());
}

#[test]
fn half_a_key_and_a_change_of_the_window_hold_up_nothing() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&chain(&wire, 60, "100ms"));
        let mut program = house.open(&[&show]);
        program.keys(" ");
        wire.expect("/link");
        // Alt-[ and Alt-O send what other keys only begin with.
        for half in ["\x1b[", "\x1bO"] {
            program.keys(half);
            for _ in 0..4 {
                assert!(wire.recv_within(SILENCE).is_some(), "{half:?} stops the show");
            }
        }
        // A key that comes together with a new size of the window is neither lost nor late.
        for (at, call) in ["A", "B", "C", "D"].iter().enumerate() {
            program.guard();
            program.resize(100 + at as u16, 30);
            program.keys(" ");
            let call = format!("/call/{call}");
            let came = std::iter::from_fn(|| wire.recv_within(SILENCE))
                .take(8)
                .any(|packet| packet.address == call);
            assert!(came, "{call} was lost:\n{}", program.account());
        }
        let used = program.cpu();
        std::thread::sleep(SILENCE);
        assert!(program.cpu() - used < SILENCE / 2, "the program spins");
    });
}
