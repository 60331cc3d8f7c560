//! `handover demo` as somebody starts it: it plays, it says what it is, and it leaves nothing
//! behind.

use crate::harness::House;

#[test]
fn it_plays_by_itself_and_keeps_no_run() {
    let house = House::new();
    let mut program = house.spawn(&["demo"], (120, 36), &[]);
    program.await_words(&["DEMONSTRATION", "Paris 23:", "STANDBY", "Tom Cruise: off the roof"]);
    program.await_words(&["ON AIR", "24  Tom Cruise: off the roof", "fallen"]);
    program.keys("q");
    let farewell = program.await_words(&["`handover` opens this show"]);
    assert!(!farewell.contains("resume"), "{farewell}");
    let status = program.await_exit();
    assert!(status.success(), "{status:?}");
    assert!(program.modes_are_back());
    assert_eq!(house.runs(), [] as [std::path::PathBuf; 0], "nothing asks about it the next time");
}

#[test]
fn it_takes_its_own_arguments_and_none_of_a_show() {
    let house = House::new();
    let program = house.spawn(&["demo", "--ascii", "--theme", "light"], (80, 24), &[]);
    let screen = program.await_words(&["DEMONSTRATION"]);
    assert!(screen.is_ascii(), "{screen}");
    let mut program = house.spawn(&["--rehearse", "demo"], (80, 24), &[]);
    assert_eq!(program.await_exit().exit_code(), 2);
}
