//! The caller's own keys and colours: in force where they are right, spoken of where they are not,
//! never in the way.

use super::open_evening;
use super::shows::evening;
use crate::harness::{House, Wire};

const F1: &str = "\x1bOP";

#[test]
fn a_remapped_go_fires_and_the_old_key_does_not() {
    let (house, wire) = (House::new(), Wire::new());
    house.config("keys.toml", "go = \"F1\"\nstandby = \"F2\"\n");
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["An evening", "F1 go", "F2 standby"]);
    program.keys(" ");
    program.await_words(&["this key does nothing here"]);
    wire.expect_silence();
    // Held down, it is one GO.
    program.keys(&F1.repeat(3));
    wire.expect("/one");
    wire.expect("/one/b");
    program.await_words(&["GO ignored"]);
    wire.expect_silence();
    assert_eq!(house.journal().cues("cue_fired"), ["1"]);
}

#[test]
fn a_faulty_file_is_spoken_of_and_the_show_opens_with_the_usual_keys() {
    let (house, wire) = (House::new(), Wire::new());
    house.config("keys.toml", "go = \"g\"\n");
    house.config("theme.toml", "colour = \"#ffffff\"\n");
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["THE DEFAULT KEYS are in use: keys.toml has 1 error", "Space go"]);
    program.keys(" ");
    wire.expect("/one");
    // The log names both files' faults with their lines.
    program.keys(":page log\r");
    program.await_words(&[
        "keys.toml line 1: `g` is the key of",
        "theme.toml line 1: there is no colour called",
    ]);
}

#[test]
fn ones_own_colours_are_there_unless_the_command_line_says_otherwise() {
    let (house, wire) = (House::new(), Wire::new());
    house.config("theme.toml", "base = \"light\"\nbackground = \"#fefefe\"\n");
    let show = house.show(&evening(&wire));
    let program = house.open(&["--fresh", &show]);
    program.await_words(&["An evening"]);
    assert!(program.has_written("48;2;254;254;254"), "the background of theme.toml");
    drop(program);
    let program = house.open(&["--fresh", "--theme", "high-contrast", &show]);
    program.await_words(&["An evening"]);
    assert!(program.has_written("48;2;0;0;0") && !program.has_written("48;2;254;254;254"));
}
