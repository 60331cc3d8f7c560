//! Slips of the hand: keys that must neither fire nor stop anything.

use super::open_evening;
use super::shows::evening;
use crate::harness::{House, Wire};

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
    assert!(journal.of_kind("panicked").is_empty() && journal.of_kind("cue_fired").is_empty(), "{}", journal.tail(9));
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
