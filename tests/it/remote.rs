//! The real program in a pseudo-terminal, called by a remote control: what it does, what it
//! refuses, what it says.

mod access;
mod companion;
mod feed;
mod flood;
mod hands;
mod later;

use serde_json::json;

use crate::harness::{
    Arg, House, Journal, Line, Program, Remote, Reply, Wire, bundle, encode, frame, in_time,
};
use crate::program::shows::evening;

/// The evening, with a remote control to call it.
fn open(house: &House, wire: &Wire, remote: &Remote) -> Program {
    let show = house.show(&evening(wire));
    house.open(&["--fresh", "--listen", &remote.listen(), &show])
}

/// The cause of the last firing of a cue.
fn cause(journal: &Journal, cue: &str) -> serde_json::Value {
    let fired = journal.about("cue_fired", cue);
    fired.last().unwrap_or_else(|| panic!("cue {cue} has not fired:\n{}", journal.tail(20)))["cause"].clone()
}

/// The last place of the playhead.
fn playhead(journal: &Journal) -> serde_json::Value {
    journal.of_kind("playhead_moved").last().expect("the playhead has moved")["cue"].clone()
}

#[test]
fn go_fires_the_cue_at_the_playhead_and_the_journal_says_by_whom() {
    in_time(|| {
        let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
        let mut program = open(&house, &wire, &remote);
        remote.press("/go").ok();
        wire.expect("/one");
        wire.expect("/one/b");
        let journal = program.await_event("playhead_moved", 1);
        assert_eq!((cause(&journal, "1"), playhead(&journal)), (json!("remote"), json!("2")));
        let sent = program.await_event("action_sent", 2);
        let seq = |kind: &str| sent.of_kind(kind)[0]["seq"].as_u64();
        assert!(seq("cue_fired") < seq("action_sent"), "{}", sent.tail(20));
        program.await_words(&["ON AIR", "House lights"]);
        program.guard();
        // The caller's key and the remote control's button are one GO.
        program.keys(" ");
        wire.expect("/two");
        remote.press("/go").refused(&["0.3 s"]);
        assert_eq!(cause(&program.await_event("cue_fired", 2), "2"), json!("go"));
        wire.expect_silence();
    });
}

#[test]
fn two_presses_are_one_go_and_a_button_let_go_is_none() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    remote.ask("/go", &[Arg::Float(0.0)]).ok();
    remote.send(&bundle(&[encode("/go", &[]), encode("/go", &[Arg::Int(1)])]));
    remote.reply().ok();
    remote.reply().refused(&["GO ignored", "0.3 s"]);
    program.await_words(&["GO ignored"]);
    wire.expect("/one");
    wire.expect("/one/b");
    wire.expect_silence();
    assert_eq!(house.journal().cues("cue_fired"), ["1"]);
}

#[test]
fn a_cue_by_its_number_is_gone_to_or_started_or_stopped() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    remote.say("/go", "4").ok();
    wire.expect("/four");
    let journal =
        program.await_journal("the playhead after 4", |journal| playheads(journal) == ["4", "5"]);
    assert_eq!(cause(&journal, "4"), json!("remote"));
    remote.press("/cue/1/start").ok();
    wire.expect("/one");
    wire.expect("/one/b");
    remote.press("/cue/1/stop").ok();
    let journal = program.await_event("cue_stopped", 1);
    assert_eq!(journal.cues("cue_stopped"), ["1"]);
    assert_eq!(playheads(&journal), ["4", "5"], "a start leaves the playhead alone");
    remote.press("/cue/1/stop").refused(&["1", "not running"]);
    remote.press("/cue/3/start").refused(&["Stunts"]);
    remote.press("/cue/99/start").refused(&["99"]);
    remote.press("/go/nowhere").refused(&["nowhere"]);
    remote.press("/workspace/x/go").ok();
    wire.expect("/five");
    wire.expect_silence();
    let journal = program.await_event("cue_fired", 3);
    assert_eq!(journal.cues("cue_fired"), ["4", "1", "5"]);
    assert!(
        journal.of_kind("cue_fired").iter().all(|line| line["cause"] == "remote"),
        "{}",
        journal.tail(20)
    );
}

fn playheads(journal: &Journal) -> Vec<&str> {
    journal.cues("playhead_moved")
}

#[test]
fn an_interlock_refuses_a_remote_go_until_all_are_ready() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    remote.press("/playhead/3").ok();
    remote.press("/go").refused(&["Stunts", "Rigging", "not ready"]);
    program.await_words(&["not ready"]);
    remote.press("/standby").ok();
    remote.say("/ready", "stunts").ok();
    remote.say("/ready", "stunts").ok();
    remote.say("/ready", "catering").refused(&["catering"]);
    program.guard();
    remote.press("/go").refused(&["Rigging"]);
    remote.press("/cue/3/start").refused(&["Rigging"]);
    remote.say("/ready", "rigging").ok();
    program.guard();
    remote.press("/go").ok();
    wire.expect("/three");
    let journal = program.await_event("cue_fired", 1);
    let ready: Vec<_> =
        journal.of_kind("department_ready").iter().map(|line| line["department"].clone()).collect();
    assert_eq!(ready, ["stunts", "rigging"]);
    assert_eq!((journal.cues("cue_stood_by"), journal.cues("cue_fired")), (vec!["3"], vec!["3"]));
}

#[test]
fn the_other_buttons_do_what_the_keys_do() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    remote.press("/hold").ok();
    remote.press("/hold").refused(&["already held"]);
    remote.press("/go").refused(&["held"]);
    remote.press("/resume").ok();
    remote.press("/resume").refused(&["not held"]);
    remote.press("/playhead/next").ok();
    remote.press("/playhead/previous").ok();
    remote.press("/playhead/previous").refused(&["first cue"]);
    remote.press("/select/4").ok();
    remote.press("/playhead/elsewhere").refused(&["elsewhere"]);
    remote.press("/step").refused(&["step"]);
    program.guard();
    remote.press("/go").ok();
    wire.expect("/four");
    remote.press("/step").ok();
    remote.say("/note", "wind 6 m/s, große Böe").ok();
    remote.say("/note", " \n ").refused(&["empty"]);
    remote.press("/stop").ok();
    let told = remote.press("/panic");
    told.ok();
    assert!(
        told.data.as_str().is_some_and(|words| words.contains("no stop message for desk")),
        "{told:?}"
    );
    let journal = program.await_event("panicked", 1);
    assert_eq!((journal.of_kind("held").len(), journal.of_kind("resumed").len()), (1, 1));
    assert_eq!(playheads(&journal), ["2", "1", "4", "5"]);
    assert_eq!(journal.of_kind("step_done")[0]["title"], "Blue ring");
    assert_eq!(journal.of_kind("note_taken")[0]["text"], "wind 6 m/s, große Böe");
    assert_eq!((journal.of_kind("note_taken").len(), journal.cues("cue_stopped")), (1, vec!["4"]));
    program.await_words(&["PANIC"]);
    wire.expect_silence();
}

#[test]
fn a_connection_calls_as_well_in_frames_however_they_are_cut() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    let mut line = Line::new(remote.port);
    line.ask("/go", &[]).ok();
    wire.expect("/one");
    wire.expect("/one/b");
    // 192 and 219 are END and ESC, and stand in the packet; as the numbers of cues they should have
    // been text.
    line.ask("/go", &[Arg::Int(192)]).refused(&["192"]);
    line.ask("/go", &[Arg::Int(219)]).refused(&["219"]);
    let note = frame(&encode("/note", &[Arg::Text("in two pieces".into())]));
    line.send(&note[..7]);
    line.send(&note[7..]);
    line.reply().ok();
    program.guard();
    line.send(&[b"\xC0\xC0\xDB\x01rubbish\xC0".to_vec(), frame(&encode("/go", &[]))].concat());
    line.reply().ok();
    wire.expect("/two");
    let journal = program.await_event("cue_fired", 2);
    assert_eq!((cause(&journal, "1"), cause(&journal, "2")), (json!("remote"), json!("remote")));
    assert_eq!(journal.of_kind("note_taken")[0]["text"], "in two pieces");
}

#[test]
fn what_is_not_understood_changes_nothing_and_is_counted_on_the_log_page() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let mut program = open(&house, &wire, &remote);
    let before = program.await_event("run_started", 1).lines.len();
    let go = encode("/go", &[]);
    let truncated: [&[u8]; 3] =
        [&go[..7], b"", b"#bundle\0\0\0\0\0\0\0\0\x01\x7f\xff\xff\xff/go\0,\0\0\0"];
    let of_the_wrong_kind: [&[u8]; 2] = [b"/go\0,[]\0", b"go\0\0,\0\0\0"];
    for bytes in truncated.into_iter().chain(of_the_wrong_kind) {
        remote.send(bytes);
    }
    // A bundle is obeyed whole or not at all.
    remote.send(&bundle(&[go.clone(), b"/go\0,i\0\0".to_vec()]));
    // Where an address can be read, its sender is told.
    remote.send(&encode("/lights/go", &[]));
    let is_malformed =
        |reply: &Reply| reply.data.as_str().is_some_and(|why| why.starts_with("no OSC packet"));
    let mut reply = remote.reply();
    while is_malformed(&reply) {
        reply = remote.reply();
    }
    reply.refused(&["no such address"]);
    remote.press("/*").refused(&["no such address"]);
    remote.ask("/go", &[Arg::Int(12)]).refused(&["/go \"12\""]);
    remote.say("/hold", "now").refused(&["argument"]);
    remote.say("/note", "the last").ok();
    let journal = program.await_event("note_taken", 1);
    assert_eq!(journal.lines.len(), before + 1, "{}", journal.tail(10));
    program.keys(":page log\r");
    // It may take two lines of the log to say it: a second at most passes between them.
    program.await_screen("all that was not obeyed on the log page", |screen| {
        // Below the page the message line says the last of them once more.
        let page = screen.lines().skip_while(|line| !line.contains(" LOG, ")).skip(1);
        let page: Vec<&str> = page.take_while(|line| !line.contains('│')).collect();
        let log = page.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        let kinds =
            [" malformed", " with an unknown address", " with an argument that does not fit"];
        kinds.map(|kind| counted(&log, kind)) == [6, 2, 2]
    });
    wire.expect_silence();
}

/// The sum of the numbers in front of these words.
fn counted(text: &str, words: &str) -> u64 {
    let in_front = text.split(words).take(text.matches(words).count());
    let number = |part: &str| {
        part.rsplit(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok())
    };
    in_front.map(|part| number(part).unwrap_or(0_u64)).sum()
}
