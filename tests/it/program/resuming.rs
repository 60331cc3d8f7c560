//! The run that `--resume` goes on with, and what it says of it.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::time::Duration;

use handover::engine::{Event, Record, RunNs};
use handover::journal::{Journal, Store};
use jiff::{SignedDuration, Timestamp};

use super::open_evening;
use super::shows::evening;
use crate::commands::succeeds;
use crate::harness::{House, Program, Remote, Wire};

fn runs(house: &House) -> String {
    succeeds(&["runs", "--state", &house.state().display().to_string()])
}

/// The id of the newest run.
fn newest(house: &House) -> String {
    let folder = house.runs().pop().expect("a run");
    folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned()
}

/// Fires the first cue.
fn go(program: &mut Program) {
    program.await_words(&["NEXT"]);
    program.keys(" ");
    let next = |line: &str| line.contains("NEXT") && line.contains("Fanfare");
    program.await_screen("the second cue next", |screen| screen.lines().any(next));
}

/// Opens the evening, fires its first cue and leaves on purpose; gives the run's id and the
/// program's last words.
fn left(house: &House, wire: &Wire, args: &[&str], answer: &str) -> (String, String) {
    let mut program = open_evening(house, wire, args);
    go(&mut program);
    program.keys(answer);
    assert!(program.await_exit().success());
    (newest(house), program.last_screen())
}

#[test]
fn a_rehearsal_that_was_left_on_purpose_is_resumed_by_its_name_only() {
    let (house, wire) = (House::new(), Wire::new());
    let (rehearsal, said) = left(&house, &wire, &["--rehearse"], "q");
    let by_name =
        format!("`handover --resume {rehearsal} --state {}` resumes it", house.state().display());
    assert!(
        said.split_whitespace().collect::<String>().contains(&by_name.replace(' ', "")),
        "{said}"
    );
    assert!(!runs(&house).contains("--resume"), "{}", runs(&house));
    let mut bare = house.spawn(&["--resume"], (120, 36), &[]);
    assert_eq!(bare.await_exit().exit_code(), 1);
    assert!(bare.last_screen().contains("there is no unfinished run"), "{}", bare.last_screen());
    let resumed = house.open(&["--resume", &rehearsal]);
    resumed.await_words(&["REHEARSAL", "An evening"]);
}

#[test]
fn a_resume_hears_remote_controls_where_the_command_line_had_said() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let mut program = open_evening(&house, &wire, &["--listen", &remote.listen()]);
    go(&mut program);
    wire.expect("/one");
    wire.expect("/one/b");
    // The second resume knows it from the first.
    for address in ["/go", "/hold"] {
        program.kill();
        program = house.open(&["--resume"]);
        let again = format!("remote control is heard at {} again", remote.listen());
        program.await_words(&["resumed after", &again]);
        remote.press(address).ok();
    }
}

#[test]
fn a_resume_says_that_the_disk_had_not_taken_the_last_events() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    go(&mut program);
    program.kill();
    // As a program leaves it that is killed while its disk is full.
    let lock = house.runs()[0].join("lock");
    let text = format!("{:<47}\n", "{\"pid\":1,\"terminal\":true,\"gap\":true}");
    std::fs::write(&lock, text).expect("the lock file");
    let mut program = house.open(&["--resume"]);
    let screen =
        program.await_words(&["CHECK which cues were called: the disk lost the last events"]);
    assert!(!screen.contains("nothing missed"), "{screen}");
    assert_eq!(house.journal().of_kind("run_resumed")[0]["gap"], true);
    program.kill();
    // It was told, and is in the journal.
    let program = house.open(&["--resume"]);
    program.await_words(&["nothing missed that the journal knows of"]);
}

#[test]
fn a_chain_that_a_full_disk_lost_does_not_start_again_by_one_press() {
    let (house, wire) = (House::new(), Wire::new());
    let link = |number: u32| {
        format!(
            "[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"Link\"\n\
             trigger = {{ with = \"{}\", delay = \"50ms\" }}\n\
             do = [{{ output = \"desk\", osc = \"/{number}\" }}]\n",
            number - 1
        )
    };
    let text = format!(
        "title = \"A chain\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"S\"\nduration = \"10m\"\n\
         [[segment.cue]]\nnumber = \"1\"\ntitle = \"Head\"\ndo = [{{ output = \"desk\", osc = \"/1\" }}]\n\
         {}[[segment.cue]]\nnumber = \"9\"\ntitle = \"Later\"\n",
        wire.output(),
        (2..=4).map(link).collect::<String>()
    );
    let mut program = house.open(&[&house.show(&text)]);
    program.await_words(&["NEXT"]);
    program.keys(" ");
    for address in ["/1", "/2", "/3", "/4"] {
        wire.expect(address);
    }
    program.await_event("action_sent", 4);
    program.kill();
    // As a program leaves it whose disk was full when cue 2 fired.
    let run = &house.runs()[0];
    let journal = std::fs::read_to_string(run.join("journal.jsonl")).expect("the journal");
    let is_second = |line: &&str| line.contains("cue_fired") && line.contains("\"cue\":\"2\"");
    let lost_at = journal.lines().position(|line| is_second(&line)).expect("cue 2");
    let kept: String = journal.lines().take(lost_at).flat_map(|line| [line, "\n"]).collect();
    std::fs::write(run.join("journal.jsonl"), kept).expect("the journal without its end");
    let gap = format!("{:<47}\n", "{\"pid\":1,\"terminal\":true,\"gap\":true}");
    std::fs::write(run.join("lock"), gap).expect("the lock file");
    let mut program = house.open(&["--resume"]);
    program.await_words(&["cues from 2 on may have been sent", " 1 missed "]);
    let next = |line: &str| line.contains(" CHECK ") && line.contains("Link");
    program.await_screen("cue 2 to be checked", |screen| screen.lines().any(next));
    program.keys(" ");
    program.await_words(&["2 may have been sent already: GO again within 5 s fires it"]);
    wire.expect_silence();
    // The caller has looked, and means it.
    program.keys(" ");
    for address in ["/2", "/3", "/4"] {
        wire.expect(address);
    }
    let next = |line: &str| line.contains(" CHECK ") && line.contains("Later");
    program.await_screen("cue 9 to be checked", |screen| screen.lines().any(next));
    program.keys("!");
    let next = |line: &str| line.contains(" NEXT ") && line.contains("Later");
    program.await_screen("cue 9 next", |screen| screen.lines().any(next));
}

#[test]
fn a_live_run_is_preferred_and_named_with_its_age_and_what_was_on_air() {
    let (house, wire) = (House::new(), Wire::new());
    let (live, _) = left(&house, &wire, &[], "qy");
    left(&house, &wire, &["--rehearse"], "q");
    let listed = runs(&house);
    assert!(
        listed.contains(&format!(
            "`handover --resume --state {}` resumes {live}",
            house.state().display()
        )),
        "{listed}"
    );
    assert!(
        listed.contains("“An evening”, live, begun ") && listed.contains("cue 1 on air"),
        "{listed}"
    );
    let resumed = house.open(&["--resume"]);
    resumed.await_words(&[
        "LIVE",
        "resumed after 0:0",
        " down: nothing missed; “An evening”, live, cue 1 was on air; run ",
    ]);
}

#[test]
fn of_several_live_runs_the_caller_says_which() {
    let (house, wire) = (House::new(), Wire::new());
    let (first, _) = left(&house, &wire, &[], "qy");
    let other = house.path("other.toml");
    std::fs::write(&other, evening(&wire).replace("An evening", "Another evening"))
        .expect("a show file");
    let mut program = house.open(&[&other.display().to_string()]);
    go(&mut program);
    program.keys("qy");
    assert!(program.await_exit().success());
    let second = newest(&house);
    let asks = format!("asks which of {second} or {first} to resume");
    assert!(runs(&house).contains(&asks), "{}", runs(&house));
    let mut resumed = house.spawn(&["--resume"], (120, 36), &[]);
    resumed.await_words(&["More than one run is unfinished", &first, &second, "cue 1 on air"]);
    resumed.keys("x");
    resumed.await_words(&["That key does nothing here"]);
    resumed.keys("2");
    resumed.await_open();
    resumed.await_words(&["LIVE", "An evening"]);
}

#[test]
fn a_damaged_run_is_named_and_not_offered() {
    let (house, wire) = (House::new(), Wire::new());
    let (sound, _) = left(&house, &wire, &[], "qy");
    let (damaged, _) = left(&house, &wire, &["--fresh"], "qy");
    let journal = house.runs().pop().expect("a run").join("journal.jsonl");
    let mut bytes = std::fs::read(&journal).expect("a journal");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&journal, bytes).expect("a damaged journal");
    let mut resumed = house.spawn(&["--resume"], (120, 36), &[]);
    resumed.await_words(&[
        "One unfinished run can be resumed",
        &sound,
        &damaged,
        "its journal is damaged",
    ]);
    resumed.keys("1");
    resumed.await_open();
    resumed.await_words(&["LIVE", "An evening"]);
}

#[test]
fn a_forgotten_run_is_not_taken_for_todays() {
    let (house, wire) = (House::new(), Wire::new());
    let (_, lock) = Store::new(&house.state())
        .create("20260101-200000-an-evening", &evening(&wire))
        .expect("a run");
    let mut journal = Journal::create(lock, Box::new(|_| {})).expect("a journal");
    let at = Timestamp::now() - SignedDuration::from_hours(100);
    let started = Event::RunStarted {
        show: "An evening".into(),
        source: "/shows/evening.toml".into(),
        rehearsal: false,
        speed: 1,
        auto: false,
        clock: at,
        day: at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date(),
        version: "0.1.0".into(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    };
    journal.append(&[Record::new(1, at, RunNs::ZERO, started)]).expect("a line");
    journal.close(Duration::from_secs(20)).expect("an end");
    let mut resumed = house.spawn(&["--resume"], (120, 36), &[]);
    resumed.await_words(&["The unfinished run is not of today", "last event 4 days ago"]);
    resumed.keys("q");
    assert!(resumed.await_exit().success());
    let mut resumed = house.spawn(&["--resume"], (120, 36), &[]);
    resumed.await_words(&["resume it"]);
    resumed.keys("1");
    resumed.await_open();
    resumed.await_words(&["LIVE", "An evening"]);
}

#[test]
fn a_run_is_not_resumed_unasked_beside_another_of_its_show() {
    let (house, wire) = (House::new(), Wire::new());
    let (first, _) = left(&house, &wire, &[], "qy");
    let show = house.show(&evening(&wire));
    let mut second = house.spawn(&["--fresh", &show], (120, 36), &[]);
    second.await_open();
    go(&mut second);
    for args in [vec!["--resume"], vec!["--resume", &first]] {
        let mut resumed = house.spawn(&args, (120, 36), &[]);
        resumed.await_words(&[
            "is being called here now by process",
            &format!("resume {first} beside it"),
        ]);
        resumed.keys("no\r");
        assert!(resumed.await_exit().success());
    }
    let mut resumed = house.spawn(&["--resume"], (120, 36), &[]);
    resumed.await_words(&["Type yes and Enter"]);
    resumed.keys("yes\r");
    resumed.await_open();
}

#[test]
fn a_resumed_run_asks_about_another_show_on_the_same_outputs() {
    let (house, wire) = (House::new(), Wire::new());
    left(&house, &wire, &[], "qy");
    let other = house.path("other.toml");
    std::fs::write(&other, evening(&wire).replace("An evening", "Another evening"))
        .expect("a show file");
    let _called = house.open(&[&other.display().to_string()]);
    let mut resumed = house.spawn(&["--resume"], (120, 36), &[]);
    resumed.await_words(&["“Another evening” is being called here now by process"]);
    resumed.keys("yes\r");
    resumed.await_open();
    resumed.await_words(&["SECOND CALLER", "“Another evening”, process"]);
}

/// A show that the program calls by itself, a cue every second from its first GO on.
fn called(wire: &Wire) -> String {
    let cues: String = (1..=59)
        .map(|cue| {
            let at = cue - 1;
            format!(
                "[[segment.cue]]\nnumber = \"{cue}\"\ntitle = \"Call {cue}\"\nplanned = \"{at}s\"\n\
                 do = [{{ output = \"desk\", osc = \"/{cue}\" }}]\n"
            )
        })
        .collect();
    let output = wire.output();
    format!(
        "title = \"Calls\"\n[output.desk]\n{output}\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n{cues}"
    )
}

#[test]
fn the_programs_gos_end_with_the_program_and_a_resume_gives_them_only_where_it_is_told_to() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&called(&wire));
    let mut program = house.open(&["--auto", &show]);
    program.await_words(&["AUTO"]);
    program.guard();
    program.keys(" ");
    program.await_event("cue_fired", 2);
    program.kill();
    let before = house.journal().of_kind("cue_fired").len();
    let mut program = house.open(&["--resume"]);
    let screen = program.await_words(&["LIVE", "the program does not give the GOs any more"]);
    assert!(!screen.contains(" AUTO "), "{screen}");
    // What it would have called is long due.
    wire.drain();
    wire.expect_silence();
    assert_eq!(house.journal().of_kind("cue_fired").len(), before);
    program.kill();
    let program = house.open(&["--resume", "--auto"]);
    program.await_words(&["LIVE", "AUTO"]);
    let journal = program.await_event("cue_fired", before + 2);
    assert_eq!(journal.of_kind("run_resumed")[1]["auto"], true);
    assert_eq!(journal.of_kind("cue_fired")[before + 1]["cause"], "auto");
}
