//! What a caller meets who does everything at the wrong moment: on another page, with other keys, with an odd show.

use std::sync::Arc;

use handover::app::{Page, keymap};

use super::jump_on_standby;
use super::stage::{Run, SHOW};

/// No usual key is left but those that never move.
const OTHER_KEYS: &str = r#"
go = "d"
playhead-here = "a"
skip = "e"
backup = "v"
mark-step = "u"
note = "w"
find = "f"
filter = "i"
help = "y"
quit = "z"
"#;

fn remapped(text: &str) -> Run {
    let mut run = Run::new(text, false);
    run.app.keymap = Arc::new(keymap::parse(OTHER_KEYS).unwrap());
    run
}

#[test]
fn a_refusal_on_another_page_names_the_key_in_force() {
    let mut run = remapped(SHOW);
    run.app.page = Page::Outputs;
    for (key, words) in [("a", "a sets the playhead, on the run page"), ("e", "e skips a cue, on the run page")] {
        run.keys(key);
        let screen = run.text(120, 36);
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    run.app.page = Page::Run;
    for (name, words) in [
        ("spotted", "a ticks somebody as spotted, on the people page"),
        ("untick", "e takes a sighting back, on the people page"),
        ("person note", "w takes a note on somebody, on the people page"),
        ("find person", "f finds somebody, on the people page"),
    ] {
        run.keys(&format!(":{name}⏎"));
        let screen = run.text(120, 36);
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

const STEPS: &str = r#"
title = "Two cues"
[person.one]
name = "Ada"
[[segment]]
title = "One"
duration = "10m"
cue = [
  { number = "1", title = "Rings", duration = "1m", steps = [{ title = "Blue" }, { title = "Red" }] },
  { number = "2", title = "Plan A" },
  { number = "2A", title = "Plan B", backup_for = "2" },
]
"#;

#[test]
fn every_sentence_of_the_panels_names_the_key_in_force() {
    let mut run = remapped(STEPS);
    run.app.greets = true;
    let greeted = run.text(120, 36);
    assert!(greeted.contains("Welcome. d is GO") && greeted.contains("y shows every key"), "{greeted}");
    run.keys("d");
    run.until(61.0);
    let stepping = run.text(120, 36);
    assert!(stepping.contains("u marks") && stepping.contains("v backup"), "{stepping}");
    run.app.page = Page::People;
    let people = run.text(120, 36);
    assert!(people.contains("not yet: a ticks them"), "{people}");
    run.app.page = Page::Run;
    run.keys("jjj");
    // The backup stands aside for its cue, and the first is skipped.
    run.keys("a");
    let aside = run.text(120, 36);
    assert!(aside.contains("2A stands aside for now: v swaps a cue and its backup"), "{aside}");
    run.keys("kea");
    let skipped = run.text(120, 36);
    assert!(skipped.contains("cue 2 is skipped: e takes it back into the run"), "{skipped}");
    run.keys("euuad");
    run.until(200.0);
    let over = run.text(120, 36);
    assert!(over.contains("everything is called: z ends the run"), "{over}");
}

#[test]
fn the_greeting_ends_where_the_show_begins() {
    let mut run = jump_on_standby();
    // Nobody has pressed a key: a remote control, or the program itself, has given the GOs.
    run.app.greets = true;
    let begun = run.text(80, 24);
    assert!(!begun.contains("Welcome"), "{begun}");
}
