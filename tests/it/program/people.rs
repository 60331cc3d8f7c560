//! The sheet of those who were spotted, and the mouse, from outside: through the terminal into the
//! journal and the report.

use std::process::Command;

use serde_json::{Value, json};

use super::open_evening;
use super::shows::evening;
use crate::harness::{House, Program, Wire};

/// The people of the evening; the last is named by a step of cue 4.
const PEOPLE: &str = "[person.gaga]\nname = \"Lady Gaga\"\nrole = \"performer\"\n\
                      [person.snoop]\nname = \"Snoop Dogg\"\nrole = \"spectator\"\n\
                      [person.blue]\nname = \"Blue ring\"\n";

fn with_people(wire: &Wire) -> String {
    evening(wire).replacen("[output.desk]", &format!("{PEOPLE}[output.desk]"), 1)
}

fn open_people_page(program: &mut Program) {
    program.press_to_see("\t\t\t", &["PEOPLE", "0 of 3 spotted", "Lady Gaga", "WHO COMES WHEN"]);
}

fn report(house: &House, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.arg("report").arg("--format").arg(format).arg("--state").arg(house.state());
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Place of `words` on the screen, from 1, as a terminal counts.
fn find(program: &Program, words: &str) -> (usize, usize) {
    let screen = program.screen();
    let found = screen
        .lines()
        .enumerate()
        .find_map(|(row, line)| Some((line.find(words)?, row, line.to_owned())));
    let (at, row, line) = found.unwrap_or_else(|| panic!("no {words:?}:\n{screen}"));
    (line[..at].chars().count() + 1, row + 1)
}

/// Bytes of a terminal whose left button is pressed there and let go.
fn click((column, row): (usize, usize)) -> String {
    format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m")
}

#[test]
fn a_tick_is_journaled_taken_back_by_a_line_of_its_own_and_reported() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&with_people(&wire));
    let mut program = house.open(&[&show]);
    program.await_words(&["NEXT"]);
    open_people_page(&mut program);
    let line = program.press_for("\r", "person_spotted");
    assert_eq!((&line["person"], &line["name"]), (&json!("gaga"), &json!("Lady Gaga")));
    program.await_words(&["1 of 3 spotted"]);
    // Enter and x are the run page's too: there the playhead would have moved and a cue been
    // skipped.
    assert_eq!(program.press_for("jx\r", "person_spotted")["person"], "snoop");
    assert_eq!(program.press_for("x", "person_unspotted")["person"], "snoop");
    program.await_words(&["1 of 3 spotted"]);
    program.press_to_see("t", &["note on Snoop Dogg"]);
    let line = program.press_for("left of the tunnel, q?\r", "person_noted");
    assert_eq!(
        (&line["person"], &line["text"]),
        (&json!("snoop"), &json!("left of the tunnel, q?"))
    );
    // The calls stay where they are, on every page.
    program.keys(" ");
    wire.expect("/one");
    wire.expect("/one/b");
    let journal = program.await_event("cue_fired", 1);
    assert!(journal.of_kind("cue_skipped").is_empty(), "{}", journal.tail(20));
    assert_eq!(journal.of_kind("person_spotted").len(), 2, "nothing that was written is erased");

    // Kill -9, and the sheet is there again; a step that is called after somebody ticks them.
    program.kill();
    let mut program = house.open(&["--resume", &show]);
    program.await_event("run_resumed", 1);
    program.press_to_see("\t\t\t", &["PEOPLE", "1 of 3 spotted", "left of the tunnel, q?"]);
    program.keys("nn");
    program.keys(" ");
    wire.expect("/four");
    program.press_for("m", "step_done");
    program.await_words(&["2 of 3 spotted"]);
    program.press_to_see("/blu", &["1 of 1", "by 4"]);
    program.press_to_see("\r", &["Blue ring"]);
    program.kill();

    let text = report(&house, "text");
    let sheet = text.split_once("\nSpotted\n").map_or("", |(_, sheet)| sheet);
    let lines: Vec<&str> =
        sheet.lines().take_while(|line| !line.is_empty()).map(str::trim_start).collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("Lady Gaga") && lines[0].contains(':'), "{text}");
    assert_eq!(lines[1].split_whitespace().last(), Some("–"), "{text}");
    assert!(
        lines[2].ends_with("left of the tunnel, q?") && lines[3].starts_with("Blue ring"),
        "{text}"
    );
    let value: Value = serde_json::from_str(&report(&house, "json")).expect("JSON");
    let rows: Vec<(&str, usize, usize)> = value["spotted"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| {
            let len = |key: &str| row[key].as_array().map_or(0, Vec::len);
            (row["person"].as_str().unwrap_or(""), len("times"), len("notes"))
        })
        .collect();
    assert_eq!(rows, [("gaga", 1, 0), ("snoop", 0, 1), ("blue", 1, 0)]);
    assert!(report(&house, "csv").starts_with("segment,cue,title,planned_start,actual_start,"));
}

#[test]
fn a_double_click_sets_the_playhead_and_no_click_fires() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["NEXT", "Fanfare", "Curtain"]);
    let fanfare = click(find(&program, "Fanfare"));
    program.keys(&fanfare);
    // The selected row has a bar at its edge.
    program.await_screen("a selected cue 2", |text| {
        text.lines().any(|line| line.starts_with('▌') && line.contains("Fanfare"))
    });
    assert_eq!(house.journal().of_kind("playhead_moved").len(), 0, "one click only selects");
    let curtain = click(find(&program, "Curtain"));
    let line = program.press_for(&format!("{curtain}{curtain}"), "playhead_moved");
    assert_eq!(line["cue"], "5");
    program.await_screen("cue 5 on standby", |text| {
        text.lines().any(|line| line.contains("NEXT") && line.contains("Curtain"))
    });
    // The name of the page stands in the footer, and the word in front of it turns to the next.
    let tab = click(find(&program, "Tab Run"));
    program.press_to_see(&tab, &["MONITOR"]);
    program.press_to_see("\t\t", &["PEOPLE"]);
    wire.expect_silence();
    assert_eq!(house.journal().cues("cue_fired"), [] as [&str; 0]);
}

#[test]
fn only_the_first_run_of_all_is_greeted() {
    const WORDS: &str = "Welcome. Space is GO";
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["NEXT", WORDS, "? lists all keys"]);
    program.keys("j");
    program.await_screen("no greeting", |text| !text.contains(WORDS));
    program.kill();
    let mut again = open_evening(&house, &wire, &["--fresh"]);
    again.await_words(&["NEXT", "run started"]);
    assert!(!again.screen().contains(WORDS), "{}", again.screen());
    again.keys("j");
}

#[test]
fn enter_and_x_say_where_they_belong() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.press_to_see("\t", &["MONITOR"]);
    program.press_to_see("\r", &["Enter sets the playhead, on the run page"]);
    program.press_to_see("x", &["x skips a cue, on the run page"]);
    program.press_to_see("\t\t\r", &["PEOPLE", "no people in this show"]);
    let journal = house.journal();
    assert_eq!(
        (journal.of_kind("cue_skipped").len(), journal.of_kind("playhead_moved").len()),
        (0, 0)
    );
}
