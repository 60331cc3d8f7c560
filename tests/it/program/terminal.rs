//! The terminal: stalled, resized, stopped, killed from outside, gone.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::open_evening;
use super::shows::{chain, evening};
use crate::harness::{Arg, GONE, House, PATIENCE, Packet, Wire, await_some, in_time};

/// Maximum lateness of a packet on a machine with other work.
const ON_TIME: Duration = Duration::from_millis(500);

#[test]
fn a_stalled_terminal_holds_up_no_cue_and_no_go() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&chain(&wire, 20, "100ms"));
        let mut program = house.open(&[&show]);
        program.keys(" ");
        wire.expect("/link");
        program.stall_full();
        let mut links = 1;
        let begun = Instant::now();
        for call in ["A", "B", "C"] {
            program.guard();
            links += wire.drain().len();
            let pressed = Instant::now();
            program.keys(" ");
            loop {
                let left = ON_TIME.saturating_sub(pressed.elapsed());
                let packet = wire.recv_within(left).unwrap_or_else(|| {
                    panic!("GO {call} has not come in {ON_TIME:?}:\n{}", program.account())
                });
                if packet.address == format!("/call/{call}") {
                    break;
                }
                links += 1;
            }
        }
        // Some presses too many: they are answered now, not when the terminal is read again.
        program.keys("   ");
        while links < 21 {
            let packet =
                wire.recv_within(ON_TIME).unwrap_or_else(|| panic!("the chain stops at {links}"));
            assert_eq!(packet.address, "/link");
            links += 1;
        }
        assert!(begun.elapsed() < Duration::from_secs(4), "the chain took {:?}", begun.elapsed());
        program.stall(false);
        program.await_words(&["NEXT", "Call D"]);
        wire.expect_silence();
        let journal = house.journal();
        for line in journal.of_kind("cue_fired") {
            let late_ns =
                line["run_ns"].as_u64().unwrap_or(0) - line["due_ns"].as_u64().unwrap_or(0);
            assert!(late_ns < 200_000_000, "{line} is late");
        }
        program.guard();
        program.keys(" ");
        wire.expect("/call/D");
    });
}

#[test]
fn a_signal_ends_the_program_and_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::INT, Signal::QUIT, Signal::HUP] {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["NEXT"]);
        assert!(!program.modes_are_back(), "the keys are taken raw");
        program.signal(signal);
        program.await_exit_within(GONE);
        assert!(program.modes_are_back(), "{signal:?}: the terminal is left raw");
        let screen = program.last_screen();
        assert!(program.has_written("\x1b[?1049l"), "{signal:?}: the alternate screen is left on");
        assert!(program.has_written("\x1b[?25h"), "{signal:?}: the cursor is left hidden");
        assert!(
            program.has_written("\x1b[?2004l") && program.has_written("\x1b[?1000l"),
            "{signal:?}: modes are left"
        );
        let name = match signal {
            Signal::TERM => "SIGTERM",
            Signal::INT => "SIGINT",
            Signal::QUIT => "SIGQUIT",
            _ => "SIGHUP",
        };
        assert!(screen.contains("unfinished: `handover --resume"), "{screen}");
        assert!(screen.contains(&format!("Ended by {name}.")), "{screen}");
        let journal = house.journal();
        assert_eq!(journal.of_kind("run_left").len(), 1, "{}", journal.tail(5));
    }
}

#[test]
fn a_hang_up_of_the_program_alone_leaves_its_terminal_and_says_how_to_go_on() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["House lights"]);
    program.keys(" ");
    wire.expect("/one");
    wire.expect("/one/b");
    program.signal(Signal::HUP);
    let pid = program.pid.as_raw_pid();
    let words = format!("goes on without a terminal, as process {pid}");
    let said = |text: &str| text.replace('\n', " ").contains(&words);
    let screen = program.await_screen(&words, said);
    assert!(screen.contains("handover --resume") && screen.contains("handover stop"), "{screen}");
    await_some(PATIENCE, || program.modes_are_back().then_some(())).expect("the modes are back");
    assert!(program.has_written("\x1b[?1049l") && program.has_written("\x1b[?25h"));
    // What is typed there now stops nothing.
    program.signal(Signal::INT);
    program.signal(Signal::QUIT);
    let mut other = house.open(&["--resume", &house.show(&evening(&wire))]);
    other.await_words(&["Fanfare"]);
    program.await_exit_within(GONE);
    let screen = program.last_screen();
    assert!(screen.contains("was taken up or stopped by another program"), "{screen}");
    let journal = house.journal();
    assert_eq!(journal.of_kind("run_left")[0]["reason"], "SIGTERM", "{}", journal.tail(9));
    other.guard();
    other.keys(" ");
    wire.expect("/two");
}

#[test]
fn a_signal_ends_the_program_though_the_terminal_is_stalled() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["NEXT"]);
    program.stall_full();
    program.signal(Signal::TERM);
    program.await_exit_within(GONE);
    assert!(program.modes_are_back());
}

#[test]
fn the_shell_can_stop_the_program_and_take_it_up_again() {
    for how in ["Ctrl-Z", "SIGTSTP"] {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["NEXT", "House lights"]);
        match how {
            "Ctrl-Z" => {
                program.press_to_see("\x1a", &["y suspends"]);
                program.keys("y");
            }
            _ => program.signal(Signal::TSTP),
        }
        program.await_process_state('T');
        assert!(program.modes_are_back(), "{how}: the shell gets a raw terminal");
        program.await_written("\x1b[?1049l");
        program.forget();
        program.signal(Signal::CONT);
        program.await_written("\x1b[?1049h");
        program.await_words(&["NEXT", "House lights"]);
        let raw = await_some(PATIENCE, || (!program.modes_are_back()).then_some(()));
        assert!(raw.is_some(), "{how}: keys are not taken raw again");
        // What is drawn is the whole screen, not a few changed cells.
        program.await_written("House lights");
        program.keys(" ");
        wire.expect("/one");
    }
}

#[test]
fn a_stop_in_the_middle_of_a_chain_fires_nothing_late_and_nothing_twice() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&chain(&wire, 20, "200ms"));
    let mut program = house.open(&[&show]);
    program.keys(" ");
    wire.expect("/link");
    let before = link(&wire.expect("/link"));
    program.keys("\x1ay");
    program.await_process_state('T');
    let stopped = wire.drain().iter().map(link).max().unwrap_or(before);
    // Longer than what counts as punctual.
    std::thread::sleep(Duration::from_millis(1500));
    wire.expect_silence();
    // Typed at the shell: not for us.
    program.keys("  ");
    program.signal(Signal::CONT);
    let journal = program.await_event("cue_missed", 1);
    assert_eq!(journal.cues("cue_missed"), [(stopped + 1).to_string()], "{}", journal.tail(20));
    wire.expect_silence();
    program.await_words(&["missed"]);
}

#[test]
fn a_stalled_terminal_can_be_stopped_and_comes_back() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["NEXT"]);
    program.stall_full();
    program.signal(Signal::TSTP);
    program.await_process_state('T');
    assert!(program.modes_are_back());
    program.signal(Signal::CONT);
    program.stall(false);
    let raw = await_some(PATIENCE, || (!program.modes_are_back()).then_some(()));
    assert!(raw.is_some(), "keys are not taken raw again");
    // What was typed until now is dropped, for it may have been meant for the shell.
    program.guard();
    program.keys(" ");
    wire.expect("/one");
    program.resize(120, 36);
    program.await_words(&["ON AIR", "House lights", "NEXT", "Fanfare"]);
    program.press_to_see("q", &["y leaves"]);
    program.keys("y");
    program.await_exit_within(GONE);
    assert!(program.modes_are_back());
    program.last_screen();
    assert!(program.has_written("\x1b[?1049l"), "the alternate screen is left on");
}

fn link(packet: &Packet) -> i32 {
    match packet.args.as_slice() {
        [Arg::Int(link)] => *link,
        other => panic!("no link: {other:?}"),
    }
}

#[test]
fn a_show_runs_on_without_its_terminal_and_another_takes_it_over() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&chain(&wire, 30, "300ms"));
        let mut first = house.open(&[&show]);
        first.keys(" ");
        let mut seen = BTreeSet::from([link(&wire.expect("/link"))]);

        // While the first has its terminal, nobody else gets the run.
        let mut other = house.spawn(&["--resume", &show], (120, 36), &[]);
        assert_eq!(other.await_exit().exit_code(), 1);
        let screen = other.last_screen();
        assert!(screen.contains("is being called here now by process"), "{screen}");

        first.close_terminal();
        let used = first.cpu();
        let begun = Instant::now();
        let mut came = 0;
        while begun.elapsed() < Duration::from_millis(1200) {
            if let Some(packet) = wire.recv_within(Duration::from_millis(100)) {
                assert!(seen.insert(link(&packet)), "{packet:?} came again");
                came += 1;
            }
        }
        assert!(came >= 2, "the chain has stopped with the terminal");
        let used = first.cpu() - used;
        assert!(
            used < Duration::from_millis(240),
            "without its terminal the program spins: {used:?} in 1.2 s"
        );

        let mut second = house.open(&["--resume", &show]);
        first.await_exit();
        let journal = second.await_event("run_resumed", 1);
        assert_eq!(journal.of_kind("run_left").len(), 1, "{}", journal.tail(10));
        second.await_words(&["LIVE", "Link"]);
        // A link that fell due in between waits for the caller.
        let mut goes = 0;
        while seen.len() < 31 {
            match wire.recv_within(Duration::from_secs(2)) {
                Some(packet) => assert!(
                    seen.insert(link(&packet)),
                    "{packet:?} came again\n{}",
                    second.account()
                ),
                None => {
                    goes += 1;
                    assert!(goes < 3, "the chain does not go on: {seen:?}\n{}", second.account());
                    second.keys(" ");
                }
            }
        }
        assert_eq!(house.journal().cues("cue_fired").len(), 31);
    });
}

#[test]
fn a_live_run_that_has_not_begun_ends_with_its_terminal() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["NEXT"]);
    program.close_terminal();
    assert_eq!(program.await_exit_within(GONE).exit_code(), 129);
    assert_eq!(house.journal().of_kind("run_left")[0]["reason"], "its terminal went");
    let show = house.show(&evening(&wire));
    let mut again = house.open(&["--resume", &show]);
    again.await_event("run_resumed", 1);
    again.keys(" ");
    wire.expect("/one");
}

#[test]
fn no_size_of_the_window_is_too_much() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.keys(" ");
    wire.expect("/one");
    for page in ["", "\t", "?", "\x1b", ":", "\x1b", "/r"] {
        program.keys(page);
        for (cols, rows) in
            [(80, 24), (120, 36), (50, 12), (59, 15), (2, 2), (1, 1), (300, 1), (1, 90), (200, 60)]
        {
            program.forget();
            program.resize(cols, rows);
            program.await_written("\x1b[2J");
        }
        assert!(program.process_state().is_some());
    }
    program.keys("\x1b");
    program.resize(120, 36);
    program.await_words(&["ON AIR", "House lights", "NEXT", "Fanfare"]);
    assert!(!house.state().join("fault.log").exists(), "{}", program.account());
}

#[test]
fn no_color_means_none() {
    let (house, wire) = (House::new(), Wire::new());
    let show = house.show(&evening(&wire));
    let colours = |env: &[(&str, &str)]| {
        let mut program = house.spawn(&["--fresh", "--rehearse", &show], (120, 36), env);
        program.await_open();
        program.await_words(&["NEXT", "House lights"]);
        program.press_to_see(" ", &["ON AIR"]);
        program.press_to_see("?", &["HELP"]);
        // A q right behind an Esc that was not read yet would be Alt-q.
        program.keys("\x1b");
        program.await_screen("the help to go", |screen| !screen.contains("HELP"));
        program.keys("q");
        program.await_exit();
        program.last_screen();
        colours(&program.raw())
    };
    assert!(!colours(&[]).is_empty(), "there are colours without it");
    assert_eq!(colours(&[("NO_COLOR", "1")]), [] as [String; 0]);
}

/// The SGR sequences in `raw` that set a colour; those that go back to the terminal's own are none.
fn colours(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let sequences =
        text.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m').map(|(sgr, _)| sgr));
    let sgr = sequences.filter(|sgr| sgr.chars().all(|c| c.is_ascii_digit() || ";:".contains(c)));
    let colours = sgr.filter(|sgr| {
        let codes = sgr.split([';', ':']).filter_map(|code| code.parse::<u32>().ok());
        codes.into_iter().any(|code| matches!(code, 30..=38 | 40..=48 | 58 | 90..=97 | 100..=107))
    });
    colours.map(str::to_owned).collect()
}
