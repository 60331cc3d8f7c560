//! Slips of the hand: keys that must neither fire nor stop anything.

use super::open_evening;
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
