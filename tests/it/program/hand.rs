//! Keys that act on the whole: every department at once, the whole screen again.

use super::open_evening;
use crate::harness::{House, Wire};

#[test]
fn zero_answers_for_every_department() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["House lights"]);
    program.press_to_see("nn", &["playhead at 3 Off the roof"]);
    program.press_to_see("0", &["standby was not called for cue 3"]);
    program.press_for("s", "cue_stood_by");
    program.press_for("1", "department_ready");
    program.keys("0");
    let journal = program.await_event("department_ready", 2);
    let answered: Vec<_> =
        journal.of_kind("department_ready").iter().map(|line| line["department"].clone()).collect();
    assert_eq!(answered, ["stunts", "rigging"]);
    program.let_go();
    program.press_to_see("0", &["every department of cue 3 is already ready"]);
    program.keys(" ");
    wire.expect("/three");
}

#[test]
fn ctrl_l_draws_the_whole_screen_again() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    for open in ["", "t", "\x03?"] {
        program.keys(open);
        program.await_words(&["An evening"]);
        program.forget();
        program.keys("\x0c");
        program.await_written("\x1b[2J");
        program.await_written("An evening");
        // Asking the terminal for the cursor would bring an answer that reads like keys.
        assert!(!program.has_written("\x1b[6n"));
    }
}
