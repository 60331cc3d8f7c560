//! Access to remote control: addresses, ports, the passcode, and a port that comes back with the
//! run.

use std::net::UdpSocket;
use std::path::Path;

use serde_json::json;

use super::cause;
use crate::harness::{Arg, House, Line, PATIENCE, Remote, Wire, await_some};
use crate::program::shows::evening;

const PASSCODE: &str = "5up3r-s3cret";

#[test]
fn a_network_is_not_listened_to_without_a_passcode() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let show = house.show(&evening(&wire));
    let everywhere = format!("0.0.0.0:{}", remote.port);
    for env in [&[][..], &[("HANDOVER_PASSCODE", "")], &[("HANDOVER_PASSCODE", "abc")]] {
        let mut program = house.spawn(&["--fresh", "--listen", &everywhere, &show], (120, 36), env);
        assert_eq!(program.await_exit().exit_code(), 1);
        let screen = program.last_screen().replace('\n', " ");
        assert!(screen.contains("passcode") && screen.contains(&everywhere), "{screen}");
        let fix = if env.first().is_some_and(|(_, value)| !value.is_empty()) {
            "longer"
        } else {
            "HANDOVER_PASSCODE"
        };
        assert!(screen.contains(fix), "{screen}");
        assert!(program.modes_are_back());
    }
    assert!(house.runs().is_empty(), "no run has begun");
}

#[test]
fn the_program_does_not_listen_where_an_output_of_its_own_sends() {
    let (house, remote) = (House::new(), Remote::new());
    let listen = format!("127.0.0.1:{}", remote.port);
    let show = house.show(&format!(
        "title = \"Loop\"\n[output.q]\nosc = \"udp://localhost:{}\"\n[[segment]]\ntitle = \"S\"\n\
         duration = \"1m\"\ncue = [{{ number = \"1\", title = \"C\", do = [{{ output = \"q\", osc = \"/go\" }}] }}]\n",
        remote.port
    ));
    let mut program = house.spawn(&["--fresh", "--listen", &listen, &show], (120, 36), &[]);
    assert_eq!(program.await_exit().exit_code(), 1);
    let screen = program.last_screen().replace('\n', " ");
    assert!(screen.contains("output q sends to") && screen.contains("another port"), "{screen}");
    // A rehearsal sends nothing: a remote control can be tried where QLab would listen.
    let mut rehearsal = house.spawn(&["--rehearse", "--listen", &listen, &show], (120, 36), &[]);
    rehearsal.await_open();
    remote.press("/go").ok();
}

#[test]
fn the_passcode_opens_and_stands_nowhere() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let show = house.show(&evening(&wire));
    let everywhere = format!("0.0.0.0:{}", remote.port);
    let args = ["--fresh", "--listen", &everywhere, &show];
    let mut program = house.spawn(&args, (120, 36), &[("HANDOVER_PASSCODE", PASSCODE)]);
    program.await_open();
    remote.press("/go").denied();
    remote.press("/panic").denied();
    remote.press("/cueLists").denied();
    remote.press("/handover/subscribe").denied();
    let mut line = Line::new(remote.port);
    line.ask("/go", &[]).denied();
    line.ask("/connect", &[Arg::Text(PASSCODE.into())]).ok();
    remote.press("/go").denied();
    remote.say("/connect", PASSCODE).ok();
    remote.press("/go").ok();
    wire.expect("/one");
    wire.expect("/one/b");
    program.guard();
    line.ask("/go", &[]).ok();
    wire.expect("/two");
    let another = remote.another();
    another.say("/connect", "5up3r-s3cred").denied();
    another.press("/hold").denied();
    remote.press("/hold").ok();
    let journal = program.await_event("held", 1);
    assert_eq!((journal.cues("cue_fired"), journal.of_kind("panicked").len()), (vec!["1", "2"], 0));
    program.press_to_see(":page log\r", &["Tab Log", "OSC ignored", "without the passcode"]);
    program.press_to_see("\t", &["Help"]);
    program.keys("q");
    program.await_words(&["y leaves"]);
    program.keys("y");
    program.await_exit();
    program.last_screen();
    let raw = program.raw();
    assert!(!contains(&raw, PASSCODE) && !contains(&raw, "5up3r"), "it stood on the screen");
    let found = files(&house.state()).into_iter().filter(|path| {
        let bytes = std::fs::read(path).expect("a file of the run");
        contains(&bytes, PASSCODE) || contains(&bytes, "5up3r")
    });
    assert_eq!(found.collect::<Vec<_>>(), [] as [std::path::PathBuf; 0]);
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let below = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    let all: Vec<_> = below.collect();
    assert!(!all.is_empty(), "nothing is below {}", folder.display());
    all
}

#[test]
fn the_show_file_can_say_where_to_listen() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let show = house.show(&with_remote(&evening(&wire), &remote));
    let program = house.open(&["--fresh", &show]);
    remote.press("/go").ok();
    wire.expect("/one");
    assert_eq!(cause(&program.await_event("cue_fired", 1), "1"), json!("remote"));
}

#[test]
fn a_taken_port_ends_the_start_or_is_said_by_who_asked_for_it() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let _taken = UdpSocket::bind(remote.listen()).expect("the port is free");
    let show = house.show(&evening(&wire));
    let mut program =
        house.spawn(&["--fresh", "--listen", &remote.listen(), &show], (200, 36), &[]);
    assert_eq!(program.await_exit().exit_code(), 1);
    let screen = program.last_screen();
    assert!(
        screen.contains(&remote.listen())
            && screen.contains("in use")
            && screen.contains("free it"),
        "{screen}"
    );
    assert!(program.modes_are_back() && house.runs().is_empty());

    let show = house.show(&with_remote(&evening(&wire), &remote));
    let mut program = house.open(&["--fresh", &show]);
    program.await_words(&["OSC in", &remote.listen()]);
    program.keys(" ");
    wire.expect("/one");
    program.keys(":page log\r");
    program.await_words(&["OSC in", &remote.listen(), "in use"]);
}

/// A show that says itself where to listen.
fn with_remote(show: &str, remote: &Remote) -> String {
    format!("{show}\n[remote]\nlisten = \"{}\"\n", remote.listen())
}

#[test]
fn a_killed_run_hears_on_its_port_again_at_once() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let show = house.show(&evening(&wire));
    let mut program = house.open(&["--fresh", "--listen", &remote.listen(), &show]);
    let mut line = Line::new(remote.port);
    line.ask("/go", &[]).ok();
    wire.expect("/one");
    wire.expect("/one/b");
    program.await_event("action_sent", 2);
    // The connection is left open, so that the system has something to remember of it.
    program.kill();
    let again = house.open(&["--resume", "--listen", &remote.listen(), &show]);
    remote.press("/go").ok();
    wire.expect("/two");
    Line::new(remote.port).ask("/note", &[Arg::Text("back".into())]).ok();
    let journal = again.await_event("note_taken", 1);
    assert_eq!(
        (journal.cues("cue_fired"), journal.of_kind("run_resumed").len()),
        (vec!["1", "2"], 1)
    );
    drop(again);
    let free = await_some(PATIENCE, || UdpSocket::bind(remote.listen()).ok());
    assert!(free.is_some(), "the port is free when the program is gone");
}

#[test]
fn an_embargo_is_kept_until_the_cue_fires_and_stays_lifted_after_a_crash() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let show = house.show(
        &evening(&wire).replace(r#"title = "Fanfare""#, "title = \"Fanfare\"\nembargo = true"),
    );
    let mut program = house.open(&["--fresh", "--listen", &remote.listen(), &show]);
    let listed = || Line::new(remote.port).ask("/cueLists", &[]).data.to_string();
    assert!(listed().contains("(embargoed)") && !listed().contains("Fanfare"), "{}", listed());
    remote.press("/cue/2/start").ok();
    wire.expect("/two");
    program.await_event("action_sent", 1);
    program.kill();
    let _again = house.open(&["--resume", "--listen", &remote.listen(), &show]);
    let told = await_some(PATIENCE, || listed().contains("Fanfare").then_some(()));
    assert!(told.is_some(), "it has fired, so its words are public: {}", listed());
}
