//! Trouble around a show: the disk, the outputs, the date.

use std::net::TcpListener;

use super::open_evening;
use super::shows::evening;
use crate::commands::succeeds;
use crate::harness::{House, Web, Wire};

#[test]
fn a_journal_that_is_taken_away_is_an_alarm_and_no_obstacle() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.keys(" ");
    wire.expect("/one");
    wire.expect("/one/b");
    program.await_event("action_sent", 2);
    let aside = house.path("aside");
    std::fs::rename(house.state().join("runs"), &aside).expect("the runs are moved");
    program.await_words(&["JOURNAL"]);
    program.guard();
    program.keys(" ");
    wire.expect("/two");
    // What is written goes into the file that was moved, and is there when it comes back.
    std::fs::rename(&aside, house.state().join("runs")).expect("the runs come back");
    program.await_screen("the alarm to end", |text| !text.contains("JOURNAL"));
    let journal = program.await_event("action_sent", 3);
    assert_eq!(journal.cues("cue_fired"), ["1", "2"]);
}

#[test]
fn a_show_runs_though_no_journal_can_be_written() {
    let (house, wire) = (House::new(), Wire::new());
    std::fs::write(house.state(), "a file and no folder").expect("a file");
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["JOURNAL", "NEXT"]);
    program.keys(" ");
    wire.expect("/one");
    program.await_words(&["ON AIR", "House lights", "JOURNAL"]);
    program.press_to_see("q", &["y leaves"]);
    program.keys("y");
    assert_eq!(program.await_exit().exit_code(), 1);
    assert!(program.modes_are_back());
    let screen = program.last_screen();
    assert!(
        screen.contains("was not recorded completely") && !screen.contains("--resume"),
        "{screen}"
    );
}

#[test]
fn a_run_that_had_no_files_is_kept_whole_as_soon_as_the_disk_takes_it() {
    let (house, wire) = (House::new(), Wire::new());
    std::fs::write(house.state(), "a file and no folder").expect("a file");
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["JOURNAL", "the run has no files yet"]);
    program.keys(" ");
    wire.expect("/one");
    wire.expect("/one/b");
    program.await_words(&["ON AIR", "JOURNAL"]);
    if cfg!(target_os = "linux") {
        let pid = program.pid.as_raw_nonzero();
        let named = format!("“An evening” is being called here now by process {pid}");
        let show = house.path("show.toml").display().to_string();
        let mut second = house.spawn(&[&show], (120, 36), &[]);
        second.await_words(&[&named, "Its disk does not take its run", "Type yes and Enter"]);
        second.keys("\r");
        assert!(second.await_exit().success());
    }
    std::fs::remove_file(house.state()).expect("the file goes");
    program.await_words(&["the disk takes the run: all of it is kept as "]);
    program.await_screen("the alarm to end", |text| !text.contains("JOURNAL"));
    let journal = program.await_event("action_sent", 2);
    assert_eq!(journal.cues("cue_fired"), ["1"]);
    program.kill();
    let mut program = house.open(&["--resume"]);
    program.await_words(&["LIVE"]);
    program.guard();
    program.keys(" ");
    wire.expect("/two");
}

#[test]
fn a_run_whose_journal_is_gone_at_the_end_says_so_once_and_fails() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.keys(" ");
    wire.expect("/one");
    program.await_event("action_sent", 2);
    std::fs::remove_dir_all(house.state().join("runs")).expect("the runs are deleted");
    program.await_words(&["JOURNAL"]);
    program.press_to_see("q", &["its journal is incomplete", "y leaves"]);
    program.keys("y");
    assert_eq!(program.await_exit().exit_code(), 1);
    let screen = program.last_screen();
    assert!(
        screen.contains("was not recorded completely")
            && screen.contains("nothing to report or to resume"),
        "{screen}"
    );
    assert!(!screen.contains("--resume") && !screen.contains("handover report"), "{screen}");
}

#[test]
fn a_show_that_was_changed_beside_its_journal_is_named_on_resume() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.keys(" ");
    wire.expect("/one");
    program.await_event("action_sent", 2);
    program.kill();
    let (run, show) = (house.runs()[0].clone(), house.show(&evening(&wire)));
    let kept = std::fs::read_to_string(run.join("show.toml")).expect("the show of the run");
    for (text, is_changed) in [(kept.clone(), false), (format!("{kept}# a hand was here\n"), true)]
    {
        std::fs::write(run.join("show.toml"), text).expect("the show of the run");
        let mut again = house.open(&["--resume", &show]);
        // The keys stand in the last row: with them, the whole screen is there.
        let screen = again.await_words(&["NEXT", "Space go"]);
        assert_eq!(screen.contains("was changed after the run began"), is_changed, "{screen}");
        // It stands in the row of alarms, whatever is on the message line, and in the log and the
        // report.
        again.keys("/zzz\x1b");
        let screen =
            again.await_screen("the message line free", |screen| screen.contains("Space go"));
        assert_eq!(screen.contains("SHOW FILE"), is_changed, "{screen}");
        again.kill();
        let report = succeeds(&["report", "--state", &house.state().display().to_string()]);
        assert_eq!(
            report.contains("show.toml was changed after the run began"),
            is_changed,
            "{report}"
        );
    }
}

#[test]
fn a_lock_file_that_is_deleted_is_made_again_and_named() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.press_for(" ", "cue_fired");
    let lock = house.runs()[0].join("lock");
    std::fs::remove_file(&lock).expect("the lock file");
    program.await_words(&["was deleted or moved and is made again"]);
    assert!(lock.exists());
    // In the log for good.
    program.keys(":log\r");
    program.await_words(&["LOG", "was deleted or moved and is made again"]);
}

#[test]
fn a_damaged_journal_is_not_resumed_and_not_touched() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.keys(" ");
    wire.expect("/one");
    program.await_event("action_sent", 2);
    program.kill();
    let path = house.runs()[0].join("journal.jsonl");
    let sound = std::fs::read_to_string(&path).expect("the journal");
    let show = house.show(&evening(&wire));

    let damaged = sound.replacen("\"segment_started\"", "\"segment_stopped\"", 1);
    std::fs::write(&path, &damaged).expect("a damaged journal");
    let mut again = house.spawn(&["--resume", &show], (200, 36), &[]);
    assert_eq!(again.await_exit().exit_code(), 1);
    let screen = again.last_screen();
    assert!(screen.contains("journal.jsonl") && screen.contains("line 2"), "{screen}");
    assert_eq!(std::fs::read_to_string(&path).expect("the journal"), damaged, "it was touched");

    let torn = &sound[..sound.find("\"action\":2").expect("a second packet")];
    std::fs::write(&path, torn).expect("a torn journal");
    let mut again = house.open(&["--resume", &show]);
    let whole = again.await_event("action_unknown", 1);
    assert_eq!(whole.cues("action_unknown"), ["1"], "{}", whole.tail(10));
    again.await_screen("a word about the torn line", |text| {
        text.contains("torn") || text.contains("dropped")
    });
    again.press_for(" ", "cue_fired");
}

#[test]
fn a_live_run_goes_on_where_an_output_has_no_port() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&format!(
        "title = \"T\"\n[output.special]\nmidi = \"No such port\"\n[output.desk]\n{}\n\
         [[segment]]\ntitle = \"S\"\nduration = \"60s\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n\
         do = [{{ output = \"special\", note_on = {{ channel = 1, note = 60 }} }}, \
         {{ output = \"desk\", osc = \"/one\" }}]\n",
        wire.output()
    ));
    let mut program = house.open(&["--fresh", &show]);
    program.await_words(&["special", "No such port"]);
    program.keys(" ");
    wire.expect("/one");
    let journal = program.await_event("action_failed", 1);
    let is_said = |line: &serde_json::Value| {
        line["error"].as_str().is_some_and(|why| why.contains("No such port"))
    };
    assert!(journal.lines.iter().any(is_said));
}

#[test]
fn a_show_of_another_day_is_run_with_todays_times_and_says_so() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&format!("date = 2024-08-11\n{}", evening(&wire)));
    let mut program = house.open(&[&show]);
    program.await_words(&["2024-08-11", "House lights"]);
    let journal = program.await_event("run_started", 1);
    let started = &journal.lines[0];
    assert_ne!(started["day"], "2024-08-11");
    program.keys(" ");
    wire.expect("/one");
}

#[test]
fn an_http_output_posts_exactly_what_the_show_says() {
    let house = House::new();
    let web = Web::new();
    let addr = web.addr;
    let text = format!(
        "title = \"T\"\n[output.web]\nhttp = \"http://{addr}\"\nheaders = {{ Authorization = \"env:HANDOVER_WEB_TOKEN\" }}\n\
         [[segment]]\ntitle = \"S\"\nduration = \"60s\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"Sender\"\n\
         do = [{{ output = \"web\", method = \"POST\", path = \"/2/tweets\", json = {{ text = \"Thank you, Paris!\" }} }}]\n"
    );
    let mut program = house.open(&[&house.show(&text)]);
    program.await_words(&["web", "HANDOVER_WEB_TOKEN"]);
    program.keys(" ");
    let failed = program.await_event("action_failed", 1);
    let why = failed.lines.iter().find_map(|line| line["error"].as_str()).unwrap_or_default();
    assert!(why.contains("HANDOVER_WEB_TOKEN"), "a secret is missing: {why}");
    drop(program);

    let house = House::new();
    let mut program =
        house.spawn(&[&house.show(&text)], (120, 36), &[("HANDOVER_WEB_TOKEN", "Bearer s3cret")]);
    program.await_open();
    program.keys(" ");
    let (head, body) = web.request();
    assert_eq!(head[0], "POST /2/tweets HTTP/1.1");
    let has = |line: &str| head.iter().any(|found| found.to_ascii_lowercase() == line);
    assert!(
        has("authorization: bearer s3cret") && has("content-type: application/json"),
        "{head:?}"
    );
    assert_eq!(body, r#"{"text":"Thank you, Paris!"}"#);
    let journal = program.await_event("action_sent", 1);
    assert!(!journal.tail(20).contains("s3cret"), "the journal keeps no secret");
    assert!(!String::from_utf8_lossy(&program.raw()).contains("s3cret"), "nor does the screen");
    assert!(web.is_quiet(), "it was posted more than once");
}

#[test]
fn a_show_with_warnings_opens_and_says_them() {
    let house = House::new();
    let text = "title = \"T\"\n[department.stunts]\n[department.sound]\n[[segment]]\ntitle = \"S\"\n\
                duration = \"60s\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n";
    let mut program = house.open(&["--rehearse", &house.show(text)]);
    program.await_words(&["2 warnings about this show"]);
    program.keys(":log\r");
    program.await_words(&[
        "line 2 of the show: no cue needs department `stunts`",
        "line 3 of the show",
    ]);
    program.keys(" ");
    program.await_event("cue_fired", 1);
}

#[test]
fn a_show_sends_no_variable_that_the_user_does_not_allow() {
    let web = Web::new();
    let text = format!(
        "title = \"T\"\n[output.web]\nhttp = \"http://{}\"\nheaders = {{ Authorization = \"env:X_TOKEN\" }}\n\
         [[segment]]\ntitle = \"S\"\nduration = \"60s\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"Sender\"\n\
         do = [{{ output = \"web\" }}]\n",
        web.addr
    );
    let house = House::new();
    let mut program =
        house.spawn(&[&house.show(&text)], (120, 36), &[("X_TOKEN", "Bearer s3cret")]);
    program.await_open();
    program.keys(" ");
    let failed = program.await_event("action_failed", 1);
    let why = failed.lines.iter().find_map(|line| line["error"].as_str()).unwrap_or_default();
    assert!(why.contains("X_TOKEN") && why.contains("--env X_TOKEN"), "{why}");
    assert!(web.is_quiet(), "something was sent");
    drop(program);

    let house = House::new();
    let args = ["--env", "X_TOKEN", &house.show(&text)];
    let mut program = house.spawn(&args, (120, 36), &[("X_TOKEN", "Bearer s3cret")]);
    program.await_open();
    program.keys(" ");
    let (head, _) = web.request();
    assert!(
        head.iter().any(|line| line.eq_ignore_ascii_case("authorization: Bearer s3cret")),
        "{head:?}"
    );
}

#[test]
fn a_desk_that_goes_shows_before_the_cue_that_needs_it() {
    let (house, wire) = (House::new(), Wire::new());
    let desk = TcpListener::bind("127.0.0.1:0").expect("a desk");
    let show = evening(&wire).replace(
        "[output.desk]",
        &format!(
            "[output.sound]\nosc = \"tcp://{}\"\n[output.desk]",
            desk.local_addr().expect("its address")
        ),
    );
    let mut program = house.open(&[&house.show(&show)]);
    let connection = desk.accept().expect("a connection");
    drop((connection, desk));
    program.await_words(&["sound down"]);
    program.keys(" ");
    wire.expect("/one");
}
