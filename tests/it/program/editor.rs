//! The caller's editor in the terminal, while the show runs on.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;

use super::shows::chain;
use crate::harness::{GONE, House, PATIENCE, Program, Wire, await_some, in_time};

/// Writes a script that is an editor, and gives its path.
fn editor(house: &House, name: &str, script: &str) -> String {
    let path = house.path(name);
    fs::write(&path, format!("#!/bin/sh\n{script}")).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a program");
    path.display().to_string()
}

fn open(house: &House, args: &[&str], editor: &str) -> Program {
    let mut program = house.spawn(args, (120, 36), &[("VISUAL", editor), ("EDITOR", "false")]);
    program.await_open();
    program
}

#[test]
fn the_show_runs_on_below_the_editor_and_its_result_is_reviewed() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let text = chain(&wire, 200, "100ms");
        let show = house.show(&text);
        let script = "echo \"open at $1\"\nread line\necho \"$line\" > \"$2.typed\"\nsed -i 's/Call B/Call Beta/' \"$2\"\n";
        let mut program = open(&house, &[&show], &editor(&house, "vim", script));
        program.press_for(" ", "cue_fired");
        wire.expect("/link");
        program.press_to_see("E", &["no key reaches the show until the editor is closed"]);
        program.keys("y");
        // The playhead stands at A.
        let before = text.find("[[segment.cue]]\nnumber = \"A\"").expect("cue A");
        let line = text[..before].lines().count() + 1;
        program.await_words(&[&format!("open at +{line}")]);
        assert!(program.modes_are_back(), "the editor finds the terminal as the shell had it");
        wire.drain();
        let fired = house.journal().cues("cue_fired").len();
        program.keys("nxhq  ");
        for _ in 0..5 {
            wire.expect("/link");
        }
        program.keys("\r");
        program.await_words(&["y takes", "Call B → Call Beta"]);
        let typed = fs::read_to_string(format!("{show}.typed")).expect("what was typed");
        assert_eq!(typed.trim(), "nxhq");
        let journal = program.press_for("y", "show_revised");
        assert_eq!((&journal["revision"], &journal["changed"]), (&2.into(), &1.into()));
        let journal = house.journal();
        assert!(journal.cues("cue_fired").len() >= fired + 5, "{}", journal.tail(10));
        let by_hand =
            journal.of_kind("cue_fired").iter().filter(|line| line["cause"] == "go").count();
        assert_eq!(by_hand, 1, "{}", journal.tail(20));
        for kind in ["cue_skipped", "held", "run_left"] {
            assert!(journal.of_kind(kind).is_empty(), "{}", journal.tail(20));
        }
        for line in journal.of_kind("cue_fired") {
            let ns = |key: &str| line[key].as_u64().unwrap_or(0);
            assert!(ns("run_ns") - ns("due_ns") < 200_000_000, "{line} is late");
        }
        program.keys("\t");
        program.await_words(&["Call Beta"]);
    });
}

#[test]
fn a_program_that_is_ended_ends_its_editor_and_gives_the_terminal_back() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 1, "1h"));
    let script = "trap 'echo ended > \"$1.ended\"; stty sane; exit' TERM\nstty raw -echo\necho open\nwhile :; do sleep 0.05; done\n";
    let mut program = open(&house, &[&show], &editor(&house, "raw-editor", script));
    program.keys("E");
    program.await_words(&["open"]);
    program.signal(Signal::INT);
    program.signal(Signal::TSTP);
    program.signal(Signal::TERM);
    program.await_exit_within(GONE);
    assert!(house.path("show.toml.ended").exists(), "the editor was not told");
    assert!(program.modes_are_back());
    assert!(program.last_screen().contains("Ended by SIGTERM."), "{}", program.screen());
    assert_eq!(house.journal().of_kind("run_left").len(), 1);
}

#[test]
fn what_the_terminal_says_of_its_keys_is_no_text_for_the_editor() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 1, "1h"));
    let script = "echo open\nread line\necho \"$line\" > \"$1.typed\"\n";
    let mut program = open(&house, &[&show], &editor(&house, "reads", script));
    program.await_written("\x1b[>31u\x1b[?u");
    program.keys("\x1b[?31u\x1b[101:69;2;69u");
    program.await_written("\x1b[<u");
    // The key is let go, and the terminal says that it tells nothing more.
    program.keys("\x1b[101:69;2:3u\x1b[?0u");
    program.await_words(&["open"]);
    program.press_to_see("words\r", &["nothing was changed in show.toml"]);
    let typed = fs::read_to_string(format!("{show}.typed")).expect("what was typed");
    assert_eq!(typed, "words\n");
}

#[test]
fn an_editor_that_stops_itself_is_continued() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 1, "1h"));
    let script = "kill -STOP $$\nprintf '# end\\n' >> \"$1\"\n";
    let mut program = open(&house, &[&show], &editor(&house, "stops", script));
    program.keys("E");
    program.await_words(&["y takes", "nothing that a run has"]);
}

#[test]
fn a_failing_editor_is_named_and_the_keys_are_the_shows_again() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 1, "1h"));
    let mut program = open(&house, &[&show], &editor(&house, "failing", "exit 3\n"));
    program.press_to_see("E", &["failing ended with exit status 3"]);
    program.press_for(" ", "cue_fired");
    wire.expect("/link");
    let mut program = open(&house, &["--rehearse", "--fresh", &show], "no-such-editor -x");
    let words =
        "no-such-editor does not start: there is no program no-such-editor; VISUAL names it";
    program.press_to_see("E", &[words]);
    let mut program = open(&house, &["--rehearse", "--fresh", &show], "true");
    program.press_to_see("E", &["nothing was changed in show.toml"]);
    let mut program = open(&house, &["paris-2024"], "true");
    program.press_to_see("E", &["the show of this run is no file"]);
}

#[test]
fn a_file_with_errors_is_shown_and_the_run_keeps_its_show() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 1, "1h"));
    let script = "sed -i 's/Call B\"/Call B/' \"$1\"\n";
    let mut program = open(&house, &[&show], &editor(&house, "breaks", script));
    program.press_to_see("E", &["has 1 error: the run keeps its show", "Call B"]);
    let kept = await_some(PATIENCE, || house.runs().first().cloned()).expect("a run");
    assert!(!kept.join("show-2.toml").exists());
}

#[test]
fn a_show_is_edited_without_a_run() {
    let (house, wire) = (House::new(), Wire::new());
    let text = chain(&wire, 3, "100ms");
    let show = house.show(&text);
    let script = "sed -i 's/Call A/Call Alpha/' \"$2\"\necho \"$1\" > \"$2.line\"\n";
    let mut program = open(&house, &["edit", &show], &editor(&house, "vim", script));
    program.await_words(&[" EDIT ", "The show is edited, not run", "SELECTED", "Link 0"]);
    let words = "this is the editor: nothing fires here; `handover SHOW` runs the show";
    // GO, standby, ready, hold, the playhead, a note, panic, end: none of it is there.
    for keys in [" ", "s", "1", "0", "o", "b", "m", "h", "n", "p", "x", "t", "f", "!"] {
        program.press_to_see(keys, &[words]);
        program.keys("\x1b");
        program.await_screen("no words", |text| !text.contains(words));
    }
    program.keys("\x1b\x1b\x1b");
    wire.expect_silence();
    // Somebody else changes the file.
    fs::write(&show, text.replace("Call B", "Call Beta")).expect("the show file");
    program.await_words(&["show.toml changed: 1 cue changed"]);
    program.press_to_see("r", &["y takes, any other key stays:", "Call B → Call Beta"]);
    program.keys("y\x1b");
    program.await_words(&["RUNDOWN", "Call Beta"]);
    // And the caller's own editor does, at the selected cue.
    program.press_to_see("G", &["SELECTED   D"]);
    program.press_to_see("E", &["y takes, any other key stays:", "Call A → Call Alpha"]);
    let line = text[..text.find("[[segment.cue]]\nnumber = \"D\"").expect("cue D")].lines().count();
    let opened = fs::read_to_string(format!("{show}.line")).expect("the line");
    assert_eq!(opened.trim(), format!("+{}", line + 1));
    program.keys("y\x1b");
    program.await_words(&["RUNDOWN", "Call Alpha", "Call Beta", "SELECTED   D"]);
    // The form does, and a removal selects the next one, or else the one before.
    program.press_to_see("e", &["CUE D"]);
    program.keys(" two\r");
    program.await_words(&["SELECTED   D  Call D two"]);
    program.press_to_see("D", &["y removes cue D, any other key stays:"]);
    program.press_to_see("y", &["SELECTED   C"]);
    program.press_to_see("u", &["undone: cue D added", "Call D two"]);
    // A file with errors is shown, and what is shown stays.
    let sound = fs::read_to_string(&show).expect("the show file");
    fs::write(&show, sound.replace("title = \"Link 1\"", "title = \"Link 1"))
        .expect("the show file");
    program.await_words(&["SHOW FILE", "show.toml changed and has 1 error"]);
    program.press_to_see("r", &["1 error: what is shown stays"]);
    fs::write(&show, sound).expect("the show file");
    program.await_screen("no alarm about the file", |text| !text.contains("SHOW FILE"));
    program.keys("q");
    assert!(program.await_exit().success());
    assert!(program.modes_are_back());
    assert!(house.runs().is_empty(), "a run was kept");
    let left = fs::read_to_string(&show).expect("the show file");
    let edits = [("Call A", "Call Alpha"), ("Call B", "Call Beta"), ("Call D", "Call D two")];
    assert_eq!(left, edits.iter().fold(text, |text, (was, is)| text.replace(was, is)));
}

#[test]
fn what_cannot_be_edited_is_said_before_the_screen_is_taken() {
    let house = House::new();
    let faulty = house.show("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1x\"\n");
    let missing = house.path("missing.toml").display().to_string();
    for (show, words) in [
        (faulty.as_str(), "fix the errors in your own editor first"),
        (faulty.as_str(), "write \"1m30s\""),
        (missing.as_str(), "handover new"),
        ("paris-2024", "handover shows paris-2024 > FILE"),
    ] {
        let mut program = house.spawn(&["edit", show], (120, 36), &[]);
        assert_eq!(program.await_exit().exit_code(), 1);
        let screen = program.last_screen().replace('\n', "");
        assert!(screen.contains(words), "{screen}");
        assert!(!program.has_written("\x1b[?1049h"));
    }
}
