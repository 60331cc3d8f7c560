//! Several programs and one run: who calls it, who may call it a second time, what goes on without
//! a terminal.

use rustix::process::Signal;

use super::open_evening;
use super::shows::{chain, evening};
use crate::commands::{fails, succeeds};
use crate::harness::{GONE, House, PATIENCE, Wire, await_some, in_time};

#[test]
fn a_second_live_run_of_a_show_that_is_being_called_takes_a_typed_yes() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&evening(&wire));
    let mut first = house.open(&[&show]);
    first.keys(" ");
    wire.expect("/one");
    first.await_event("action_sent", 2);
    let named = format!("is being called here now by process {}", first.pid.as_raw_nonzero());
    let listed = succeeds(&["runs", "--state", &house.state().display().to_string()]);
    assert!(listed.contains("can resume nothing now: ") && !listed.contains("resumes"), "{listed}");
    for (args, keys) in [
        (vec![&*show], "\r"),
        (vec!["--fresh", &show], "no\r"),
        (vec![&*show], "\x1b"),
        (vec![&*show], "f\r"),
    ] {
        let mut second = house.spawn(&args, (120, 36), &[]);
        let screen = second.await_words(&["“An evening”", &named, "Type yes and Enter"]);
        assert!(!screen.contains("resume"), "{screen}");
        second.keys(keys);
        assert!(second.await_exit().success());
        assert!(second.modes_are_back());
    }
    let mut second = house.spawn(&["--resume", &show], (120, 36), &[]);
    assert_eq!(second.await_exit().exit_code(), 1);
    let screen = second.last_screen();
    assert!(screen.contains(&named), "{screen}");
    assert_eq!(house.runs().len(), 1, "nobody said yes");
    let mut second = house.spawn(&[&show], (120, 36), &[]);
    second.await_words(&["Type yes and Enter"]);
    second.keys("yess\x7f\r");
    second.await_open();
    second.await_words(&["LIVE", "House lights"]);
    assert_eq!(house.runs().len(), 2);
    // A rehearsal sends nothing, and so nobody is asked.
    let third = house.open(&["--rehearse", &show]);
    third.await_words(&["REHEARSAL"]);
}

#[test]
fn another_show_on_the_same_outputs_takes_a_typed_yes_and_is_an_alarm_for_both_callers() {
    let (house, wire) = (House::new(), Wire::new());
    let mut first = open_evening(&house, &wire, &[]);
    first.await_words(&["LIVE"]);
    let other = house.path("other.toml");
    // Another way to write the same address.
    let text = evening(&wire).replace("An evening", "Another evening");
    std::fs::write(&other, text.replace("127.0.0.1", "LocalHost")).expect("a show file");
    let other = other.display().to_string();
    let pid = first.pid.as_raw_nonzero();
    let mut second = house.spawn(&[&other], (120, 36), &[]);
    second.await_words(&[
        &format!("“An evening” is being called here now by process {pid}"),
        "Both send to desk.",
        "Type yes and Enter to call “Another evening” beside it",
    ]);
    second.keys("\r");
    assert!(second.await_exit().success());
    assert_eq!(house.runs().len(), 1, "nobody said yes");
    let mut second = house.spawn(&[&other], (120, 36), &[]);
    second.await_words(&["Type yes and Enter"]);
    second.keys("yes\r");
    second.await_open();
    let alarm = format!("“An evening”, process {pid}, sends to desk too");
    second.await_words(&["LIVE", "SECOND CALLER", &alarm]);
    let theirs = format!("“Another evening”, process {}", second.pid.as_raw_nonzero());
    first.await_words(&["SECOND CALLER", &theirs]);
    // What else happens takes no row away, and the other's end does.
    first.keys(" ");
    wire.expect("/one");
    first.await_words(&["ON AIR", "SECOND CALLER", &theirs]);
    second.keys("qy");
    assert!(second.await_exit().success());
    first.await_screen("no second caller", |screen| !screen.contains("SECOND CALLER"));
    let auto = house.open(&["--auto", &other]);
    auto.await_words(&["SECOND CALLER"]);
    assert!(auto.has_written(&format!("warning: {alarm}")));
}

#[test]
fn a_rehearsal_ends_with_its_terminal() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 300, "100ms"));
    let mut program = house.open(&["--rehearse", &show]);
    program.keys(" ");
    program.await_event("cue_fired", 2);
    program.close_terminal();
    assert_eq!(program.await_exit_within(GONE).exit_code(), 129);
    assert_eq!(house.journal().of_kind("run_left").len(), 1);
}

#[test]
fn a_live_run_that_waits_for_go_stays_without_its_terminal_and_is_taken_over() {
    let (house, wire) = (House::new(), Wire::new());
    let mut first = open_evening(&house, &wire, &[]);
    first.keys(" ");
    wire.expect("/one");
    wire.expect("/one/b");
    let state = house.state().display().to_string();
    first.close_terminal();
    first.await_event("terminal_lost", 1);
    let orphan = format!("runs without a terminal, pid {}", first.pid.as_raw_nonzero());
    let listed = || succeeds(&["runs", "--state", &state]).contains(&orphan).then_some(());
    assert!(await_some(PATIENCE, listed).is_some());
    wire.expect_silence();
    assert!(house.journal().of_kind("run_left").is_empty());
    let mut second = house.open(&["--resume"]);
    second.await_words(&["LIVE", "An evening"]);
    assert_eq!(first.await_exit_within(GONE).exit_code(), 143);
    second.guard();
    second.press_for(" ", "cue_fired");
    let report = succeeds(&["report", "--state", &state]);
    assert!(report.contains("lost at "), "{report}");
}

#[test]
fn a_hangup_with_the_terminal_still_there_is_told_by_the_exit_status() {
    for (signal, status) in [(Signal::HUP, 129), (Signal::TERM, 143)] {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["House lights"]);
        program.signal(signal);
        assert_eq!(program.await_exit_within(GONE).exit_code(), status);
        assert!(program.modes_are_back());
    }
}

#[test]
fn a_hangup_takes_the_terminal_from_a_begun_live_run_and_does_not_end_it() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&chain(&wire, 20, "200ms"));
        let mut program = house.open(&[&show]);
        program.keys(" ");
        wire.expect("/link");
        // xterm sends it before it closes; here the terminal stays, and must be left as it was
        // found.
        program.forget();
        program.signal(Signal::HUP);
        program.await_written("\x1b[?1049l");
        assert!(
            await_some(PATIENCE, || program.modes_are_back().then_some(())).is_some(),
            "it is left raw"
        );
        assert!(
            program.has_written("\x1b[?25h") && program.has_written("\x1b[<u"),
            "modes are left"
        );
        // A second one, and the terminal's end, change nothing.
        program.signal(Signal::HUP);
        program.close_terminal();
        for _ in 0..5 {
            wire.expect("/link");
        }
        assert!(house.journal().of_kind("run_left").is_empty(), "{}", house.journal().tail(5));
        let second = house.open(&["--resume", &show]);
        assert_eq!(program.await_exit_within(GONE).exit_code(), 143);
        second.await_words(&["LIVE", "Link"]);
    });
}

#[test]
fn a_run_without_a_terminal_is_listed_and_can_be_stopped() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 300, "100ms"));
    let mut program = house.open(&[&show]);
    program.keys(" ");
    wire.expect("/link");
    let state = house.state().display().to_string();
    let runs = || succeeds(&["runs", "--state", &state]);
    let pid = program.pid.as_raw_nonzero();
    assert!(runs().contains(&format!("  live       called, pid {pid}")), "{}", runs());
    let id = house.runs()[0]
        .file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
        .expect("a run");
    let stop = ["stop", &id, "--state", &state];
    let said = fails(1, &stop);
    assert!(said.contains(&format!("is being called by process {pid} in its terminal")), "{said}");
    program.close_terminal();
    let orphan = format!("runs without a terminal, pid {pid}");
    assert!(
        await_some(PATIENCE, || runs().contains(&orphan).then_some(())).is_some(),
        "{}",
        runs()
    );
    // Opening the show offers it with these words, and a second run beside it takes the same yes.
    let mut second = house.spawn(&[&show], (120, 36), &[]);
    second.await_words(&[&format!("runs here without a terminal, process {pid}"), "resume it"]);
    second.keys("f");
    second.await_words(&["Type yes and Enter", &format!("handover stop {id} --state ")]);
    second.keys("\x1b");
    second.await_exit();
    let said = succeeds(&stop);
    assert!(said.contains(&format!("Process {pid} has released run {id}")), "{said}");
    assert_eq!(program.await_exit_within(GONE).exit_code(), 143);
    assert!(runs().contains("  left ") && runs().contains(" (SIGTERM)"), "{}", runs());
    let said = fails(1, &stop);
    assert!(said.contains(&format!("no program runs {id}, which was left")), "{said}");
    let said = fails(1, &["stop", "nothing", "--state", &state]);
    assert!(said.contains("there is no run nothing"), "{said}");
}

#[test]
fn a_demonstration_that_was_left_asks_nothing_the_next_time() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &["--rehearse", "--auto"]);
    program.await_event("cue_fired", 1);
    program.keys("q");
    assert!(program.await_exit().success());
    let show = house.show(&evening(&wire));
    for args in [vec!["--rehearse", "--auto", &show], vec!["--rehearse", &show]] {
        house.open(&args).await_words(&["REHEARSAL", "House lights"]);
    }
}
