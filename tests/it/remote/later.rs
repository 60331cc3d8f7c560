//! Bundles that are meant for later, and what the caller is told of messages that nobody
//! understands.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::open;
use rustix::process::Signal;

use crate::harness::{Arg, House, Remote, Wire, bundle, encode, in_time, pass};

/// A bundle for so long from now, by the clock on the wall (RFC 5905: seconds since 1900, and their
/// fraction).
fn bundle_in(ahead: Duration, messages: &[Vec<u8>]) -> Vec<u8> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock") + ahead;
    let seconds = since_1970.as_secs() + 2_208_988_800;
    let fraction = (u64::from(since_1970.subsec_nanos()) << 32) / 1_000_000_000;
    let mut bundle = bundle(messages);
    bundle.splice(8..16, (seconds << 32 | fraction).to_be_bytes());
    bundle
}

#[test]
fn a_bundle_for_later_is_obeyed_then_and_not_at_all_after_a_panic() {
    in_time(|| {
        let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
        let mut program = open(&house, &wire, &remote);
        let ahead = Duration::from_millis(1_200);
        let sent = Instant::now();
        remote.send(&bundle_in(
            ahead,
            &[encode("/go", &[]), encode("/note", &[Arg::Text("on time".into())])],
        ));
        // Questions are answered meanwhile.
        remote.press("/thump").ok();
        wire.expect("/one");
        let after = sent.elapsed();
        assert!(
            (ahead - Duration::from_millis(50)..ahead + Duration::from_secs(1)).contains(&after),
            "{after:?}"
        );
        wire.expect("/one/b");
        remote.reply().ok();
        remote.reply().ok();
        program.await_event("note_taken", 1);
        program.guard();
        remote.send(&bundle_in(Duration::from_secs(2), &[encode("/go", &[])]));
        remote.press("/thump").ok();
        program.keys("\u{1b}");
        program.await_words(&["Esc again"]);
        program.keys("\u{1b}");
        remote.reply().refused(&["forgotten"]);
        program.await_event("panicked", 1);
        remote.send(&bundle_in(Duration::from_secs(3_600), &[encode("/go", &[])]));
        remote.reply().refused(&["clocks"]);
        wire.expect_silence();
        assert_eq!(house.journal().cues("cue_fired"), ["1"]);
    });
}

#[test]
fn what_nobody_understands_is_said_with_its_sender_and_what_was_meant() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let mut program = open(&house, &wire, &remote);
    remote.press("/Go").refused(&["no such address", "/go"]);
    program.await_words(&["OSC from 127.0.0.1: no such address /Go, did you mean /go?"]);
    remote.press("/cue/99/start").refused(&["99"]);
    program.await_words(&["OSC from 127.0.0.1: /cue/99/start: no cue has the number 99"]);
    remote.another().press("/eos/cue/1/fire").refused(&["no such address"]);
    program.keys(":page log\r");
    program.await_words(&[
        "no such address /Go, did you mean /go?",
        "no such address /eos/cue/1/fire",
    ]);
    wire.expect_silence();
}

#[test]
fn a_go_by_remote_while_the_program_stood_still_does_not_fire() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    remote.press("/thump").ok();
    program.signal(Signal::STOP);
    program.await_process_state('T');
    remote.send(&encode("/go", &[]));
    pass(3_200);
    program.signal(Signal::CONT);
    remote.reply().refused(&["the program stood still for", "not done"]);
    program.await_words(&["/go: the program stood still for"]);
    wire.expect_silence();
    remote.press("/go").ok();
    wire.expect("/one");
    assert_eq!(house.journal().cues("cue_fired"), ["1"]);
}
