//! Bytes from a terminal that are no key: cut, delayed, left on by others, held down, typed into a
//! standstill.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, Signal, prlimit};
use serde_json::json;

use super::shows::{chain, evening};
use super::{DOWN, UP, open_evening};
use crate::harness::{House, Program, Wire, in_time, pass};

/// Holds a key down, on a desktop that waits as long as X11 does before it repeats it.
fn hold_down(program: &mut Program, key: &str) {
    hold_down_at(program, key, 400, 33);
}

/// Holds a key down for half a second more than the keyboard's delay, milliseconds.
fn hold_down_at(program: &mut Program, key: &str, delay_ms: u64, period_ms: u64) {
    program.keys(key);
    pass(delay_ms);
    for _ in 0..500 / period_ms {
        program.keys(key);
        pass(period_ms);
    }
}

#[test]
fn a_paste_and_a_reply_that_arrive_in_pieces_fire_nothing() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["House lights"]);
        for (first, rest, ms) in [
            ("\x1b", "[200~ some words q m x \x1b[201~", 5),
            ("\x1b", "[200~ some words q m x \x1b[201~", 45),
            ("\x1b[20", "0~ some words\x1b[201~", 150),
            ("\x1b]11;rgb:1c1c/1c", "1c/b : 1c1c\x1b\\", 120),
            ("\x1bP>|a b m x ", "h 1\x1b\\", 0),
            ("\x1b[<0;", "12;3M", 200),
        ] {
            program.keys(first);
            pass(ms);
            program.keys(rest);
        }
        wire.expect_silence();
        // An arrow in pieces is an arrow: the second cue is the selected one.
        program.keys("\x1b");
        pass(5);
        program.keys("[");
        pass(5);
        program.keys("B");
        assert_eq!(program.press_for("\r", "playhead_moved")["cue"], "2");
        let journal = house.journal();
        assert_eq!(journal.lines.len(), 2, "{}", journal.tail(9));
    });
}

#[test]
fn a_paste_without_its_end_gives_go_and_panic_back() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.keys("\x1b[200~half a paste");
        program.await_words(&["a paste did not end"]);
        program.press_for(" ", "cue_fired");
        wire.expect("/one");
        // Panic before the keys are keys again.
        program.keys("\x1b[200~half a paste");
        pass(200);
        program.keys("\x1b");
        pass(200);
        program.press_for("\x1b", "panicked");
    });
}

#[test]
fn protocols_that_others_left_on_are_understood_and_switched_off() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        for off in ["\x1b[>31u", "\x1b[>4;0m", "\x1b[?1003l", "\x1b[?1016l"] {
            program.await_written(off);
        }
        assert!(!program.has_written("\x1b[?1003h"), "all motion is asked for");
        program.keys("\x1b[27u");
        pass(100);
        program.press_for("\x1b[27u", "panicked");
        // Space, held down and let go.
        program.keys("\x1b[32;1:1u\x1b[32;1:2u\x1b[32;1:2u\x1b[32;1:3u");
        wire.expect("/one");
        program.press_to_see("\x1b[99;5u", &["y leaves"]);
        // Held down it answers nothing, and only y leaves.
        program.keys("\x1b[27;5;99~");
        program.keys("\x1b[121u");
        assert!(program.await_exit().success());
        assert_eq!(house.journal().cues("cue_fired"), ["1"]);
        // What was found is put back: the title, and the keyboard's protocol.
        let raw = String::from_utf8_lossy(&program.raw()).into_owned();
        let place =
            |bytes: &str| raw.find(bytes).unwrap_or_else(|| panic!("{bytes:?} was never written"));
        assert!(
            place("\x1b[22;0t") < place("\x1b]0;handover"),
            "the title is kept before it is changed"
        );
        assert!(place("\x1b]0;\x07") < place("\x1b[23;0t"));
        assert!(place("\x1b[<u") < place("\x1b[?1049l"));
    });
}

#[test]
fn a_terminal_that_tells_which_keys_are_held_fires_once_however_long_space_is_held() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        // What it can is asked for, and its answer is no key, even in pieces.
        program.await_written("\x1b[>31u\x1b[?u");
        program.keys("\x1b[?3");
        pass(5);
        program.keys("1u");
        program.await_words(&["House lights"]);
        wire.expect_silence();
        program.keys("\x1b[32;;32u");
        wire.expect("/one");
        wire.expect("/one/b");
        pass(400);
        for _ in 0..20 {
            program.keys("\x1b[32;1:2;32u");
            pass(33);
        }
        program.await_words(&["GO ignored: its key is held down"]);
        program.keys("\x1b[32;1:3u");
        wire.expect_silence();
        // Esc that is held is no panic, and what is typed into a line is what stands on the keys.
        program.keys("\x1b[27u");
        for _ in 0..10 {
            pass(33);
            program.keys("\x1b[27;1:2u");
        }
        program.keys("\x1b[27;1:3u\x1b[116;;116u\x1b[116;1:3u");
        program.await_words(&["note"]);
        let line = "\x1b[57441;2u\x1b[97:65;2;65u\x1b[97;2:3u\x1b[57441;1:3u\x1b[32;;32u\x1b[223;;223u\x1b[101;;233u\x1b[113;;64u\
                    \x1b[0;;26481:20140u\x1b[47:63;2;63u\x1b[13u\x1b[13;1:3u";
        assert_eq!(program.press_for(line, "note_taken")["text"], "A ßé@東京?");
        // Ctrl-C of a Russian layout, and y: its release is not left to the shell.
        program.press_to_see("\x1b[1089::99;5u\x1b[1089::99;5:3u", &["y leaves"]);
        program.forget();
        program.keys("\x1b[121u");
        program.await_written("\x1b[<u");
        program.await_written("\x1b[?u");
        program.keys("\x1b[121;1:3u\x1b[?0u");
        assert!(program.await_exit().success());
        assert!(program.input_is_empty(), "the shell would read the rest");
        let journal = house.journal();
        assert_eq!(
            (journal.cues("cue_fired").len(), journal.of_kind("panicked").len()),
            (1, 0),
            "{}",
            journal.tail(9)
        );
    });
}

#[test]
fn an_answer_that_a_slow_line_brings_after_the_end_is_not_left_to_the_shell() {
    in_time(|| {
        for (is_told, late_ms) in [(true, 1_200), (false, 300)] {
            let (house, wire) = (House::new(), Wire::new());
            let mut program = open_evening(&house, &wire, &["--rehearse"]);
            program.await_written("\x1b[>31u\x1b[?u");
            program.forget();
            program.keys(if is_told { "\x1b[?31u\x1b[113;;113u" } else { "q" });
            program.await_written("\x1b[<u");
            pass(late_ms);
            program.keys(if is_told { "\x1b[113;1:3u\x1b[?0u" } else { "\x1b[?31u" });
            assert!(program.await_exit().success());
            assert!(program.input_is_empty(), "the shell would read the rest: {is_told}");
        }
    });
}

#[test]
fn a_terminal_that_was_reset_is_asked_again_and_a_held_esc_is_no_panic() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_written("\x1b[>31u\x1b[?u");
        program.keys("\x1b[?31u");
        program.await_words(&["House lights"]);
        // It was reset: keys are plain bytes, and the first of them has it asked again.
        program.forget();
        hold_down(&mut program, "\x1b");
        program.await_written("\x1b[=31u\x1b[?u");
        wire.expect_silence();
        hold_down(&mut program, " ");
        wire.expect("/one");
        wire.expect("/one/b");
        wire.expect_silence();
        program.keys("\x1b[?31u");
        // Ctrl-L asks as well.
        program.forget();
        program.keys("\x1b[108;5u");
        program.await_written("\x1b[=31u\x1b[?u");
        let journal = house.journal();
        assert_eq!(
            (journal.cues("cue_fired").len(), journal.of_kind("panicked").len()),
            (1, 0),
            "{}",
            journal.tail(9)
        );
    });
}

#[test]
fn where_nothing_says_which_key_is_held_the_log_and_the_help_page_say_so_once() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.press_to_see(":log\r", &["this terminal does not say which key is held"]);
    // Once, in the log: the message line stays free for what the caller has to know.
    let text = program.screen();
    let is_said = |line: &&str| line.contains("which key is held");
    assert_eq!(text.lines().filter(is_said).count(), 1, "{text}");
    program.press_to_see("?", &["HELD KEYS", "knows your keyboard's repeat rate"]);
    // An answer that a slow line brought late takes it back.
    program.keys("\x1b[?31u");
    program
        .await_screen("no warning", |text| text.contains("CALLING") && !text.contains("HELD KEYS"));
    let mut plain = house.open(&["--plain-keys", &house.show(&evening(&wire)), "--rehearse"]);
    plain.press_to_see("?", &["HELD KEYS", "with --plain-keys no terminal"]);
}

#[test]
fn plain_keys_are_asked_for_nothing() {
    let (house, wire) = (House::new(), Wire::new());
    let program = open_evening(&house, &wire, &["--plain-keys"]);
    program.await_written("\x1b[>0u");
    program.await_words(&["House lights"]);
    assert!(!program.has_written("\x1b[?u") && !program.has_written("\x1b[>31u"));
}

#[test]
fn the_first_space_that_is_held_fires_once_on_a_plain_terminal() {
    in_time(|| {
        for (delay_ms, period_ms) in [(320, 25), (375, 90), (500, 33), (660, 40), (1_000, 100)] {
            let (house, wire) = (House::new(), Wire::new());
            let mut program = open_evening(&house, &wire, &["--plain-keys"]);
            program.await_words(&["House lights"]);
            hold_down_at(&mut program, " ", delay_ms, period_ms);
            program.await_words(&["GO ignored: its key is held down"]);
            wire.expect("/one");
            wire.expect("/one/b");
            wire.expect_silence();
            assert_eq!(house.journal().cues("cue_fired"), ["1"], "{delay_ms} ms, {period_ms} ms");
        }
    });
}

#[test]
fn two_spaces_fire_twice_on_a_plain_terminal_and_the_third_at_their_pace_at_once() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = house.open(&["--plain-keys", &house.show(&chain(&wire, 0, "0s"))]);
        program.await_words(&["Link 0"]);
        let late = ["/link", "/call/A", "/call/B"].map(|address| {
            let pressed = Instant::now();
            program.keys(" ");
            wire.expect(address);
            let late = pressed.elapsed();
            pass(450_u64.saturating_sub(late.as_millis() as u64));
            late
        });
        let waits = late.map(|late| late > Duration::from_millis(110));
        assert_eq!(waits, [false, true, false], "{late:?}");
        assert!(late[1] < Duration::from_millis(150), "{late:?}");
    });
}

#[test]
fn a_plain_terminal_fires_once_for_a_held_space_once_a_key_was_held() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["House lights"]);
        hold_down(&mut program, DOWN);
        program.press_for("G\r", "playhead_moved");
        program.press_for("g\r", "playhead_moved");
        wire.expect_silence();
        hold_down(&mut program, " ");
        program.await_words(&["GO ignored: its key is held down"]);
        wire.expect("/one");
        wire.expect("/one/b");
        wire.expect_silence();
        // A press of one's own is a GO.
        program.keys(" ");
        wire.expect("/two");
        // Esc that is held down closes what stands open, and is no panic.
        hold_down(&mut program, "\x1b");
        wire.expect_silence();
        let journal = house.journal();
        assert_eq!(
            (journal.cues("cue_fired").len(), journal.of_kind("panicked").len()),
            (2, 0),
            "{}",
            journal.tail(9)
        );
        program.keys("\x1b");
        pass(400);
        program.press_for("\x1b", "panicked");
    });
}

#[test]
fn text_that_is_pasted_without_a_mark_is_no_keys_on_a_page_and_text_in_a_line() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.await_words(&["House lights"]);
        program.press_to_see(
            "cue 2 goes with the band: q y m x 1\r",
            &["a paste was ignored: 36 characters"],
        );
        // In pieces, as a slow line brings it.
        pass(300);
        program.keys("and more of it,\nq y m x ");
        for piece in ["1", " x ", "h m", " b"] {
            pass(40);
            program.keys(piece);
        }
        program.await_words(&["a paste was ignored: 33 characters"]);
        pass(300);
        program.press_to_see("ls -la\r", &["a paste was ignored: 7 characters"]);
        wire.expect_silence();
        assert_eq!(house.journal().lines.len(), 1, "{}", house.journal().tail(9));
        // In a line it is text up to its first end, and what comes after that is none.
        pass(300);
        program.press_to_see("t", &["note"]);
        let line = program.press_for("the second line\rfires q y\rand stops", "note_taken");
        assert_eq!(line["text"], "the second line");
        program.await_words(&["a paste was ignored: 19 characters"]);
        wire.expect_silence();
        // What opens a line by itself is a line, and a few keys of a line that lags are keys.
        pass(300);
        assert_eq!(
            program.press_for("tshort and whole\r", "note_taken")["text"],
            "short and whole"
        );
        program.press_for("nnps12 ", "cue_fired");
        wire.expect("/two");
    });
}

#[test]
fn f1_of_the_linux_console_is_f1() {
    let (house, wire) = (House::new(), Wire::new());
    house.config("keys.toml", "go = \"F1\"\n");
    let show = house.show(&evening(&wire));
    let mut program = house.spawn(&[&show], (120, 36), &[("TERM", "linux")]);
    program.await_open();
    program.keys("\x1b[[A");
    wire.expect("/one");
}

#[test]
fn a_key_that_is_held_down_marks_and_toggles_once() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = open_evening(&house, &wire, &[]);
        program.press_for("G\r", "playhead_moved");
        program.press_for("p", "playhead_moved");
        program.press_for(" ", "cue_fired");
        hold_down(&mut program, "m");
        program.await_words(&["m ignored: it is held down"]);
        hold_down(&mut program, "h");
        assert_eq!(program.press_for("jh", "resumed")["event"], json!("resumed"));
        hold_down(&mut program, "s");
        hold_down(&mut program, "x");
        let journal = house.journal();
        for (kind, count) in [
            ("step_done", 1),
            ("cue_completed", 0),
            ("held", 1),
            ("resumed", 1),
            ("cue_stood_by", 1),
        ] {
            assert_eq!(journal.of_kind(kind).len(), count, "{kind}: {}", journal.tail(30));
        }
        assert_eq!(
            (journal.of_kind("cue_skipped").len(), journal.of_kind("cue_unskipped").len()),
            (1, 0)
        );
        // What only moves goes on moving.
        for _ in 0..3 {
            program.keys(UP);
            pass(33);
        }
        assert_eq!(program.press_for("\r", "playhead_moved")["cue"], "3");
    });
}

#[test]
fn a_go_typed_while_the_program_stood_still_does_not_fire() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["House lights"]);
    program.signal(Signal::STOP);
    program.await_process_state('T');
    program.keys("  n");
    pass(1_600);
    program.signal(Signal::CONT);
    program.await_words(&["the program stood still for", "3 keys pressed meanwhile did nothing"]);
    wire.expect_silence();
    program.press_for(" ", "cue_fired");
    wire.expect("/one");
    wire.expect("/one/b");
    // Panic is kept.
    program.signal(Signal::STOP);
    program.await_process_state('T');
    program.keys(" \x1b\x1b");
    pass(1_600);
    program.signal(Signal::CONT);
    program.await_event("panicked", 1);
    assert_eq!(house.journal().cues("cue_fired"), ["1"]);
}

#[test]
fn a_go_typed_before_the_show_is_open_does_not_fire() {
    let (house, wire) = (House::new(), Wire::new());
    // The shell's terminal takes it before the program looks at its own.
    let mut program = house.spawn_behind("  ", &["--fresh", &house.show(&evening(&wire))]);
    program.await_words(&["2 keys pressed before the show was open did nothing"]);
    wire.expect_silence();
    program.press_for(" ", "cue_fired");
    wire.expect("/one");
}

#[test]
fn text_that_is_typed_all_at_once_holds_up_no_cue() {
    in_time(|| {
        let (house, wire) = (House::new(), Wire::new());
        // So many cues that one search takes as long as a cue may be late.
        let mut show = chain(&wire, 20, "100ms");
        for n in 0..3_000 {
            show.push_str(&format!(
                "[[segment.cue]]\nnumber = \"X{n}\"\ntitle = \"One of very many cues {n}\"\n"
            ));
        }
        let show = house.show(&show);
        let mut program = house.open(&[&show]);
        program.keys(" ");
        wire.expect("/link");
        program.keys("/");
        for _ in 0..10 {
            program.keys(&"many cues ".repeat(100));
            pass(100);
        }
        for _ in 0..20 {
            wire.expect("/link");
        }
        let late = |line: &serde_json::Value| {
            line["run_ns"].as_u64().unwrap_or(0) - line["due_ns"].as_u64().unwrap_or(0)
        };
        let journal = house.journal();
        let latest_ns = journal.of_kind("cue_fired").into_iter().map(late).max();
        // With a search for each letter it would be many seconds, or missed.
        assert!(latest_ns < Some(900_000_000), "a cue was {latest_ns:?} ns late");
    });
}

#[test]
fn signals_that_end_other_programs_leave_no_raw_terminal() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["House lights"]);
    for signal in
        [Signal::USR1, Signal::USR2, Signal::ALARM, Signal::VTALARM, Signal::PROF, Signal::XCPU]
    {
        program.signal(signal);
    }
    program.keys(" ");
    wire.expect("/one");
    program.signal(Signal::QUIT);
    program.await_exit();
    assert!(program.modes_are_back(), "the terminal is left raw");
    assert_eq!(house.journal().of_kind("run_left")[0]["reason"], "SIGQUIT");
}

#[test]
fn a_limit_of_file_sizes_is_an_alarm_and_not_the_end_of_the_show() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.await_words(&["House lights"]);
    let journal = house.runs()[0].join("journal.jsonl");
    let written = std::fs::metadata(&journal).map(|file| file.len()).expect("a journal");
    let limit = Rlimit { current: Some(written + 20), maximum: None };
    prlimit(Some(program.pid), Resource::Fsize, limit).expect("a limit");
    program.keys(" ");
    wire.expect("/one");
    wire.expect("/one/b");
    let said = program
        .await_screen("the alarm", |text| text.contains("too large") || text.contains("journal"));
    assert!(said.to_lowercase().contains("journal"), "{said}");
    program.guard();
    program.keys(" ");
    wire.expect("/two");
    program.press_to_see("q", &["y leaves"]);
    program.keys("y");
    program.await_exit();
    assert!(program.modes_are_back());
}

#[test]
fn a_plain_key_is_acted_on_at_once_and_a_lone_esc_after_its_wait() {
    let (house, wire) = (House::new(), Wire::new());
    let mut program = open_evening(&house, &wire, &[]);
    program.press_to_see("?", &["HELP"]);
    program.keys("\x1b");
    program.await_screen("the run", |text| !text.contains("HELP"));
    // A key that waited would never be quick; on a machine with other work it is quick now and
    // then.
    let is_quick = (0..20).any(|_| {
        wire.drain();
        program.let_go();
        let pressed = Instant::now();
        program.keys(" ");
        wire.expect("/one");
        let took = pressed.elapsed();
        program.press_for("g\r", "playhead_moved");
        took < Duration::from_millis(20)
    });
    assert!(is_quick, "a key waits");
}
