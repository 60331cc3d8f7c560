//! Slips of the hand: keys that must neither fire nor stop anything.

use super::open_evening;
use super::shows::evening;
use crate::harness::{House, Program, Wire, in_time, pass};

#[test]
fn no_slip_in_the_palette_and_no_escape_from_a_page_fires_or_stops_anything() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["House lights"]);
    program.press_to_see(":\r", &["no command was chosen"]);
    program.press_to_see(":p\r", &["panic runs only by its whole name"]);
    program.press_to_see(":g\r", &["GO runs only by its whole name"]);
    program.press_to_see("?", &["HELP"]);
    program.keys("\x1b");
    program.await_screen("the run page", |text| !text.contains("HELP"));
    // The second Esc is the first of two.
    program.press_to_see("\x1b", &["Esc again within a second"]);
    program.press_to_see("n", &["playhead at "]);
    program.press_to_see("p", &["playhead at "]);
    wire.expect_silence();
    let journal = house.journal();
    assert!(
        journal.of_kind("panicked").is_empty() && journal.of_kind("cue_fired").is_empty(),
        "{}",
        journal.tail(9)
    );
    program.keys(":go\r");
    wire.expect("/one");
}

#[test]
fn only_the_keys_that_the_question_lists_answer_it_and_none_that_came_before_it() {
    let (house, wire) = (House::new(), Wire::new());
    let mut first = open_evening(&house, &wire, &[]);
    first.press_for(" ", "cue_fired");
    first.press_to_see("q", &["y leaves"]);
    first.keys("y");
    first.await_exit();
    let show = house.show(&evening(&wire));
    for (key, runs) in [("q", 1), ("\x1b", 1), ("f", 2)] {
        // The shell's terminal takes these before the program looks at its own.
        let mut again = house.spawn_behind("\rrf", &[&show]);
        again.await_words(&["r  resume it", "f  start a fresh run", "q or Esc  quit"]);
        again.press_to_see("\r", &["That key does nothing here"]);
        again.keys("yn x\x12\x1bf");
        again.keys(key);
        match key {
            "f" => again.await_open(),
            _ => {
                assert!(again.await_exit().success());
                assert_eq!(house.journal().of_kind("run_resumed").len(), 0, "{key:?}");
            }
        }
        assert_eq!(house.runs().len(), runs, "{key:?}");
    }
}

#[test]
fn a_go_long_before_a_hard_start_takes_a_second_one() {
    let (house, wire) = (House::new(), Wire::new());
    let starts = |text: &str, title: &str, start: &str| {
        let title = format!("title = \"{title}\"");
        text.replace(&title, &format!("{title}\nstart = {start}"))
    };
    let text = starts(&evening(&wire), "Opening", "20:00:00");
    let show = house.show(&starts(&text, "Finale", "20:30:00"));
    let mut program = house.open(&["--rehearse", &show]);
    program.press_for(" ", "cue_fired");
    program.press_to_see("n", &["playhead at 3"]);
    program.guard();
    program.press_to_see("n", &["playhead at 4"]);
    program
        .press_to_see(" ", &["4 begins Finale, which starts at 20:30:00", "GO again within 5 s"]);
    assert_eq!(house.journal().of_kind("cue_fired").len(), 1);
    program.guard();
    assert_eq!(program.press_for(" ", "cue_fired")["cue"], "4");
}

/// Types `text` at the pace of a hand.
fn type_blind(program: &mut Program, text: &str) {
    for c in text.chars() {
        program.keys(&c.to_string());
        pass(40);
    }
}

#[test]
fn a_reason_that_is_typed_although_override_is_refused_does_nothing() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["House lights"]);
        program.press_to_see("nn", &["playhead at 3 Off the roof"]);
        program.press_for("s", "cue_stood_by");
        program.press_for("1", "department_ready");
        program.keys("2");
        program.await_event("department_ready", 2);
        program.press_to_see("o", &["no interlock blocks"]);
        type_blind(&mut program, "they x12 hm, go now n");
        program.await_words(&["o opened no line: typed text does nothing until Enter"]);
        program.press_to_see("\r", &["o opened no line: its text did nothing, keys act again"]);
        wire.expect_silence();
        let before =
            ["cue_fired", "held", "department_unready", "note_taken", "cue_skipped", "step_done"];
        let journal = house.journal();
        assert!(before.iter().all(|kind| journal.of_kind(kind).is_empty()), "{}", journal.tail(9));
        // A Space right after the refusal is a GO, and nothing delays it.
        program.press_to_see("o", &["no interlock blocks"]);
        program.keys(" ");
        wire.expect("/three");
    });
}

#[test]
fn a_note_that_is_typed_where_no_line_opens_does_nothing() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["House lights"]);
        program.press_to_see(":people\r", &["PEOPLE"]);
        for opener in ["t", "/"] {
            program.press_to_see(opener, &["no people in this show"]);
            type_blind(&mut program, "hot n 2");
            program
                .press_to_see("\r", &[&format!("{opener} opened no line: its text did nothing")]);
        }
        program.press_to_see("q", &["y leaves"]);
        type_blind(&mut program, "they said h");
        program.press_to_see("\r", &["t opened no line: its text did nothing"]);
        wire.expect_silence();
        let journal = house.journal();
        assert!(
            journal.of_kind("cue_fired").is_empty() && journal.of_kind("held").is_empty(),
            "{}",
            journal.tail(9)
        );
        program.keys(" ");
        wire.expect("/one");
    });
}
