//! The board beside a caller: the real program twice, each in a terminal of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::harness::{House, PATIENCE, Program, await_some};

/// A show with secrets, each of which has a zebra in it.
const SHOW: &str = r#"
title = "An evening"
timezone = "Europe/Paris"
[department.zebras]
name = "Zebra keepers"
[person.zebra]
name = "Zebra person"
[[segment]]
title = "Opening"
duration = "10m"
[[segment.cue]]
number = "1"
title = "House lights"
call = "Zebra call"
notes = "Zebra note"
duration = "5m"
[[segment.cue]]
number = "2"
title = "Zebra parachute"
embargo = true
[[segment.cue]]
number = "3"
title = "Zebra on the roof"
embargo = true
steps = [{ title = "Zebra step" }]
[[segment]]
title = "Finale"
duration = "5m"
[[segment.cue]]
number = "4"
title = "Curtain"
"#;

const SIZE: (u16, u16) = (80, 24);

fn zebras(board: &Program) -> bool {
    String::from_utf8_lossy(&board.raw()).to_lowercase().contains("zebra")
}

/// Every file below a folder, with what is in it.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_board_shows_what_is_on_and_no_word_before_its_time() {
    let house = House::new();
    let show = house.show(SHOW);
    let mut caller = house.open(&["--rehearse", "--fresh", &show]);
    caller.await_event("run_started", 1);
    let mut board = house.spawn(&["board", &show], SIZE, &[]);
    board.await_words(&["An evening", "REHEARSAL", "NOT BEGUN", "NEXT", "House lights"]);
    board.await_written("\x1b]0;handover board: An evening\x07");
    caller.press_for(" ", "cue_fired");
    board.await_words(&["ON", "Opening", "House lights", "NEXT", "—"]);
    for face in ["c", "d", "t", "b", "\t", "\t", "\t", "\t"] {
        board.forget_nothing_but_look(face);
    }
    for (columns, rows) in [(20, 5), (50, 12), (120, 36), (200, 60), (80, 24)] {
        board.resize(columns, rows);
        board.await_words(&["House"]);
    }
    assert!(!zebras(&board), "{}", board.account());
    caller.guard();
    caller.press_for(" ", "cue_fired");
    board.await_words(&["Zebra parachute"]);
    let raw = String::from_utf8_lossy(&board.raw()).into_owned();
    for secret in [
        "Zebra on the roof",
        "Zebra call",
        "Zebra note",
        "Zebra person",
        "Zebra keepers",
        "Zebra step",
    ] {
        assert!(!raw.contains(secret), "{secret} is on the board:\n{}", board.account());
    }
    board.keys("q");
    assert!(board.await_exit().success());
    assert!(board.modes_are_back());
    board.last_screen();
    assert!(
        board.has_written("\x1b[?1049h")
            && board.has_written("\x1b[?1049l")
            && board.has_written("\x1b[?25h")
    );
    // The alternate screen is all that it wrote to: nothing of it is in the scrollback.
    let raw = board.raw();
    let entered = String::from_utf8_lossy(&raw).find("\x1b[?1049h").unwrap_or(usize::MAX);
    assert_eq!(entered, 0, "something stands in front of the alternate screen");
}

#[test]
fn a_message_comes_onto_boards_and_goes_again() {
    let house = House::new();
    let show = house.show(SHOW);
    let mut caller = house.open(&["--rehearse", "--fresh", &show]);
    caller.await_event("run_started", 1);
    // Before the first GO.
    caller.press_for("M聖火 in two\r", "message_shown");
    caller.await_words(&["ON THE BOARDS: 聖火 in two"]);
    let mut board = house.spawn(&["board", &show], SIZE, &[]);
    board.await_words(&["NOT BEGUN", "MESSAGE", "聖火 in two"]);
    for face in ["c", "d"] {
        board.keys(face);
        board.await_words(&["MESSAGE", "聖火 in two"]);
    }
    board.keys("b");
    caller.press_for("M", "message_cleared");
    board.await_screen("no message", |screen| !screen.contains("MESSAGE"));
    board.await_words(&["House lights"]);
    // In a hold, and in large letters.
    caller.press_for(" ", "cue_fired");
    caller.press_for("h", "held");
    caller.press_for("Mwrap up\r", "message_shown");
    board.await_words(&["HELD", "MESSAGE", "House lights"]);
    board.await_screen("letters", |screen| {
        screen.split("MESSAGE").nth(1).is_some_and(|below| below.contains('█'))
    });
    caller.keys("q");
    caller.await_exit();
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    let report = command.arg("report").arg("--state").arg(house.state()).output().unwrap();
    let report = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(report.contains("message “聖火 in two”") && report.contains("“wrap up”"), "{report}");
}

#[test]
fn a_board_of_a_department_follows_its_standby_and_its_answer() {
    let house = House::new();
    let show = house.show(
        &SHOW.replace("title = \"House lights\"", "title = \"House lights\"\nneeds = [\"zebras\"]"),
    );
    let mut caller = house.open(&["--rehearse", "--fresh", &show]);
    caller.await_event("run_started", 1);
    let mut board = house.spawn(&["board", "--department", "zebras", &show], SIZE, &[]);
    board.await_words(&["ZEBRA KEEPERS", "NEXT CALL", "1  House lights"]);
    caller.press_for("s", "cue_stood_by");
    board.await_screen("standby", |screen| !screen.contains("NEXT CALL"));
    caller.press_for("1", "department_ready");
    caller.press_for(" ", "cue_fired");
    board.await_words(&["no cue to come needs Zebra keepers"]);
    board.keys("q");
    assert!(board.await_exit().success());
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.args(["board", "--department", "lions", &show]).arg("--state").arg(house.state());
    let refused = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("no department lions; it has zebras"), "{said}");
}

trait Look {
    fn forget_nothing_but_look(&mut self, key: &str);
}

impl Look for Program {
    /// Presses a key and waits until the screen has answered.
    fn forget_nothing_but_look(&mut self, key: &str) {
        let before = self.raw().len();
        self.keys(key);
        let drawn = await_some(PATIENCE, || (self.raw().len() > before).then_some(()));
        assert!(drawn.is_some(), "{key:?} changes nothing:\n{}", self.account());
    }
}

#[test]
fn a_board_waits_for_its_run_and_outlives_a_killed_caller() {
    let house = House::new();
    let show = house.show(SHOW);
    let mut board = house.spawn(&["board", &show], SIZE, &[]);
    board.await_words(&["An evening", "WAITING"]);
    let mut caller = house.open(&["--rehearse", "--fresh", &show]);
    board.await_words(&["NOT BEGUN", "House lights"]);
    caller.press_for(" ", "cue_fired");
    board.await_words(&["ON", "Opening"]);
    caller.kill();
    board.await_words(&["no caller"]);
    let mut caller = house.open(&["--rehearse", "--resume", &show]);
    caller.await_event("run_resumed", 1);
    board.await_screen("a caller", |screen| !screen.contains("no caller"));
    assert!(!zebras(&board), "{}", board.account());
    caller.guard();
    caller.press_for(" ", "cue_fired");
    board.await_words(&["Zebra parachute"]);
    // A board that dies is no business of the caller's.
    board.kill();
    caller.guard();
    caller.press_for(" ", "cue_fired");
    caller.await_words(&["Zebra on the roof"]);
    let again = house.spawn(&["board"], SIZE, &[]);
    again.await_words(&["Zebra on the roof", "Curtain"]);
}

#[test]
fn a_board_writes_nothing_and_says_so_when_the_run_has_ended() {
    let house = House::new();
    let show = house.show(
        &SHOW.replace("duration = \"10m\"", "duration = \"10s\"").replace("\"5m\"", "\"5s\""),
    );
    let mut caller = house.open(&["--rehearse", "--fresh", "--auto", "--speed", "100", &show]);
    caller.await_event("run_ended", 1);
    caller.keys("q");
    caller.await_exit();
    let id = house.runs()[0].file_name().unwrap().to_string_lossy().into_owned();
    let before = files(&house.state());
    let mut by_id = house.spawn(&["board", &id], SIZE, &[]);
    by_id.await_words(&["ENDED"]);
    by_id.keys("q");
    by_id.await_exit();
    assert!(files(&house.state()) == before, "the board has written something");
    // A line that somebody has changed is told, with where it stands.
    let journal = house.runs()[0].join("journal.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    let lines = text.lines().count();
    std::fs::write(&journal, format!("{text}{}\n", text.lines().last().unwrap_or_default()))
        .unwrap();
    let mut damaged = house.spawn(&["board", &id], SIZE, &[]);
    damaged.await_words(&["ENDED", &format!("journal damaged at line {}", lines + 1)]);
    std::fs::write(&journal, &text).unwrap();
    damaged.await_screen("a repaired journal", |screen| {
        screen.contains("ENDED") && !screen.contains("damaged")
    });
    damaged.keys("q");
    damaged.await_exit();
    // The next run of the show is followed, though the board of this one run stays where it is.
    let (mut of_show, of_run) =
        (house.spawn(&["board", &show], SIZE, &[]), house.spawn(&["board", &id], SIZE, &[]));
    of_show.await_words(&["WAITING"]);
    of_run.await_words(&["ENDED"]);
    let _caller = house.open(&["--rehearse", "--fresh", &show]);
    of_show.await_words(&["NOT BEGUN"]);
    assert!(of_run.screen().contains("ENDED"), "{}", of_run.account());
    of_show.keys("\x1b");
    of_show.await_exit();
}

#[test]
fn what_is_wrong_is_said_without_a_word_of_the_show() {
    let house = House::new();
    let faulty = house.show(&SHOW.replace("embargo = true\nsteps", "embargo = \"Zebra\"\nsteps"));
    for (of, words) in [
        ("nothing-of-this-name", "there is no run and no show"),
        (faulty.as_str(), "handover check"),
    ] {
        let mut board = house.spawn(&["board", of], SIZE, &[]);
        assert_eq!(board.await_exit().exit_code(), 1);
        let screen = board.last_screen().replace('\n', "");
        assert!(screen.contains(words), "{screen}");
        assert!(!zebras(&board));
    }
    let program = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
        command.args(args).arg("--state").arg(house.state()).stdin(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, words) = program(&["board"]);
    assert!(
        code == Some(1) && words.contains("a board is shown in a terminal"),
        "{code:?} {words}"
    );
    assert_eq!(program(&["board", "--clock", "--countdown"]).0, Some(2));
    assert_eq!(program(&["board", "--clock", "--timer"]).0, Some(2));
}

#[test]
fn the_terminal_comes_back_however_a_board_ends() {
    let house = House::new();
    let show = house.show(SHOW);
    let _caller = house.open(&["--rehearse", "--fresh", &show]);
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut board = house.spawn(&["board", "--clock"], SIZE, &[]);
        board.await_written("\x1b[?1049h");
        board.await_screen("a clock", |screen| screen.contains('█'));
        board.signal(signal);
        board.await_exit();
        assert!(board.modes_are_back(), "{signal:?}");
        board.last_screen();
        assert!(board.has_written("\x1b[?1049l") && board.has_written("\x1b[?25h"), "{signal:?}");
    }
    let mut board = house.spawn(&["board"], SIZE, &[]);
    board.await_words(&["House lights"]);
    board.keys("\x1a");
    board.await_process_state('T');
    assert!(board.modes_are_back(), "the shell gets a raw terminal");
    board.await_written("\x1b[?1049l");
    board.forget();
    board.signal(Signal::CONT);
    board.await_written("\x1b[?1049h");
    board.await_words(&["House lights"]);
    // A terminal that nobody reads holds up the board, and not its end.
    board.stall_full();
    board.signal(Signal::TERM);
    board.await_exit();
    assert!(board.modes_are_back());
}
