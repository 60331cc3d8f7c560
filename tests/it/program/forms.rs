//! The show edited from the screen while it runs: what the file, the journal and the run have.

use std::fs;

use handover::edit::keys::KeyTable;

use crate::harness::{House, Program, Wire};
use crate::program::{DOWN, UP};

/// A chain that takes three seconds, and a cue that the caller calls after it.
fn show(wire: &Wire) -> String {
    format!(
        r#"title = "A revision"
[output.desk]
{}

# The opening.
[[segment]]
title    = "Opening"
duration = "2m"

[[segment.cue]]
number = "1"
title  = "First"  # of all
do     = [{{ output = "desk", osc = "/one" }}]

[[segment.cue]]
number  = "2"
title   = "Second"
trigger = {{ after = "1", delay = "3s" }}
do      = [{{ output = "desk", osc = "/two" }}]

[[segment.cue]]
number = "3"
title  = "Third"
do     = [{{ output = "desk", osc = "/three" }}]

[[segment.cue]]
number = "4"
title  = "Fourth"
"#,
        wire.output()
    )
}

/// The presses that go from one field of a cue's form down to another.
fn down(from: &str, to: &str) -> String {
    let keys = KeyTable::Cue.keys();
    let place = |name: &str| keys.iter().position(|key| key.name == name).expect("a key of a cue");
    DOWN.repeat(place(to) - place(from))
}

/// Opens the form of the selected cue.
fn open_form(program: &mut Program) {
    program.await_screen("no form", |text| !text.contains("AND ITS SEGMENT"));
    program.press_to_see("e", &["CUE 3, AND ITS SEGMENT Opening", "Third"]);
}

#[test]
fn a_form_changes_the_file_and_the_run_and_no_cue_of_a_chain() {
    let (house, wire) = (House::new(), Wire::new());
    let text = show(&wire);
    let path = house.show(&text);
    let mut program = house.open(&[&path]);
    program.await_words(&["A revision", "LIVE"]);
    program.keys(" ");
    wire.expect("/one");
    // The playhead is at cue 3, and 2 comes by itself while the form is open.
    open_form(&mut program);
    program.keys(" and last");
    program.press_to_see(&down("title", "trigger"), &["trigger"]);
    program.press_to_see("{ after = \"9\" }", &["! trigger: no cue has the number `9`"]);
    wire.expect("/two");
    program.press_to_see("\r", &["not saved: not right yet"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), text, "what is wrong is not saved");
    program.press_to_see("\x15", &["1 changed"]);
    program.keys("\r");
    let revised = program.await_event("show_revised", 1);
    let expected = text.replace("\"Third\"", "\"Third and last\"");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    assert_eq!(revised.of_kind("show_revised")[0]["revision"], 2);
    program.await_words(&["Third and last"]);
    // Taken back, in the file and in the run.
    program.keys("u");
    program.await_event("show_revised", 2);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    // What has fired keeps its number: the run would forget what has become of it.
    program.press_to_see(&UP.repeat(2), &["Third"]);
    program.press_to_see("e", &["CUE 1, AND ITS SEGMENT Opening"]);
    program.keys(UP);
    program.press_to_see("A\r", &["not saved: cue 1 has fired: it keeps its number in this run"]);
    program.press_to_see("\x1b", &["nothing was saved"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    // The next cue is the next one again when its removal is undone.
    program.keys(&DOWN.repeat(2));
    let is_next = |text: &str, cue: &str| {
        text.lines().any(|line| line.contains("NEXT") && line.contains(cue))
    };
    program.press_to_see("D", &["y removes cue 3, any other key stays"]);
    program.keys("y");
    program.await_event("show_revised", 3);
    program.await_screen("cue 4 is not next", |text| is_next(text, "Fourth"));
    program.keys("u");
    program.await_event("show_revised", 4);
    program.await_screen("cue 3 is not next", |text| is_next(text, "Third"));
    // Where the playhead has moved since, it is not passed over without a word.
    program.press_to_see("D", &["y removes cue 3, any other key stays"]);
    program.keys("y");
    program.await_event("show_revised", 5);
    program.press_for("p", "playhead_moved");
    program.press_for("n", "playhead_moved");
    program.press_to_see("u", &["the playhead is after cue 3: it is passed over now"]);
    program.press_to_see(&format!("{UP}\r"), &["playhead at 3 Third"]);
    // What the screen called saved outlives the program.
    open_form(&mut program);
    program.keys(" in the end\r");
    program.await_event("show_revised", 7);
    program.kill();
    let mut program = house.open(&["--resume", &path]);
    program.await_words(&["Third in the end"]);
    program.keys(" ");
    wire.expect("/three");
}

#[test]
fn notes_of_several_lines_are_typed_in_a_window_of_any_size() {
    let (house, wire) = (House::new(), Wire::new());
    let text = show(&wire);
    let path = house.show(&text);
    let mut program = house.spawn(&[&path], (50, 12), &[]);
    program.await_words(&["NEXT", "1 First"]);
    program.keys("e");
    program.await_words(&["CUE 1, AND ITS SEGMENT", "▸ title", "First", "Enter save"]);
    // The chosen field is there, with what is above it, and what is on air and next stays.
    program.press_to_see(&down("title", "notes"), &["▸ notes", "NEXT"]);
    program.keys("Loud");
    program.await_words(&["Alt-Enter new line"]);
    program.press_to_see("\x1b\rand long", &["Loud⏎and long"]);
    program.press_to_see(&down("notes", "trigger"), &["▸ trigger"]);
    program.press_to_see("x", &["! trigger"]);
    program.press_to_see("\x15", &["1 changed"]);
    program.keys("\r");
    program.await_event("show_revised", 1);
    let title = "title  = \"First\"  # of all\n";
    let expected = fs::read_to_string(&path).unwrap();
    assert!(expected.contains("notes  = \"\"\"\nLoud\nand long\"\"\"\n"), "{expected}");
    assert!(expected.contains(title), "{expected}");
    // It is typed again as it stands there.
    program.keys("e");
    program.press_to_see(&DOWN.repeat(2), &["Loud⏎and long"]);
}

#[test]
fn what_others_have_written_is_kept_and_one_cue_that_both_changed_is_asked_about() {
    let (house, wire) = (House::new(), Wire::new());
    let text = show(&wire);
    let path = house.show(&text);
    let mut program = house.open(&[&path]);
    program.await_words(&["A revision", "LIVE"]);
    program.press_to_see(&DOWN.repeat(2), &["Third"]);
    open_form(&mut program);
    program.keys(" here");
    // Somebody else changes the same cue.
    let theirs = text.replace("\"Third\"", "\"Third there\"");
    fs::write(&path, &theirs).unwrap();
    program.press_to_see("\r", &["changed elsewhere meanwhile", "Third there"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
    program.press_to_see("\r", &["show.toml saved: cue 3 changed: title"]);
    let ours = text.replace("\"Third\"", "\"Third here\"");
    assert_eq!(fs::read_to_string(&path).unwrap(), ours);
    program.keys("ry");
    program.await_event("show_revised", 1);
    program.await_words(&["Third here"]);
    // And another one: both stay.
    program.await_words(&["LOG, newest first", "the show was revised"]);
    program.press_to_see("\x1b", &["RUNDOWN"]);
    program.press_to_see(&DOWN.repeat(2), &["Third here"]);
    open_form(&mut program);
    program.keys("!");
    fs::write(&path, ours.replace("\"Second\"", "\"Second there\"")).unwrap();
    program.press_to_see("\r", &["changed elsewhere too"]);
    let both = ours.replace("\"Second\"", "\"Second there\"").replace("Third here", "Third here!");
    assert_eq!(fs::read_to_string(&path).unwrap(), both);
    program.press_to_see("u", &["changed elsewhere: review that first"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), both, "nobody else's edit is taken back");
    // Nothing of it is taken before the caller has reviewed it, also not with the next edit.
    open_form(&mut program);
    program.keys("!");
    program.press_to_see("\r", &["changed elsewhere too"]);
    assert_eq!(house.journal().of_kind("show_revised").len(), 1, "reviewed first");
    program.keys("ry");
    program.await_event("show_revised", 2);
    // From there on an edit is only the caller's.
    program.await_words(&["LOG, newest first", "the show was revised"]);
    program.press_to_see("\x1b", &["RUNDOWN"]);
    program.press_to_see(&DOWN.repeat(2), &["Third here!!"]);
    open_form(&mut program);
    program.keys("!\r");
    program.await_event("show_revised", 3);
}

#[test]
fn a_file_that_is_gone_is_said_until_it_is_back() {
    let (house, wire) = (House::new(), Wire::new());
    let path = house.show(&show(&wire));
    let mut program = house.open(&[&path]);
    program.await_words(&["A revision", "LIVE"]);
    let moved = house.path("moved.toml");
    fs::rename(&path, &moved).unwrap();
    program.await_words(&["SHOW FILE", "show.toml is not there any more"]);
    program.press_to_see("r", &["is not there any more: the run keeps its show"]);
    program.press_to_see("\x1b", &["RUNDOWN"]);
    program.press_to_see("e", &["! not opened: there is no show file"]);
    program.press_to_see("\x1b", &["nothing was changed"]);
    fs::rename(&moved, &path).unwrap();
    program.await_screen("no word of the file", |text| !text.contains("SHOW FILE"));
}
