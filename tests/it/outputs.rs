//! The outputs of a real show in the real program: what some that are dead do to the others, which
//! is nothing.
//!
//! Looks at what arrives and at the journal only; how punctual it is belongs to the benches.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use crate::commands::succeeds;
use crate::harness::{House, Journal, PATIENCE, Web, Wire};

/// A listener that the system lets nobody connect to any more, so that attempts stay unanswered, as
/// by a black hole.
struct BlackHole {
    listener: TcpListener,
    _filled: Vec<TcpStream>,
}

impl BlackHole {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
        rustix::net::listen(&listener, 0).expect("no room");
        let addr = listener.local_addr().expect("its address");
        let attempts =
            (0..8).map(|_| TcpStream::connect_timeout(&addr, Duration::from_millis(250)));
        let filled: Vec<_> = attempts.map_while(Result::ok).collect();
        assert!(filled.len() < 8, "the listener has room without an end");
        BlackHole { listener, _filled: filled }
    }

    fn addr(&self) -> SocketAddr {
        self.listener.local_addr().expect("its address")
    }
}

/// The addresses in the SLIP frames (RFC 1055) that come over a stream; addresses hold nothing that
/// would be escaped.
fn framed_addresses(stream: TcpStream) -> impl Iterator<Item = String> {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let frames = BufReader::new(stream).split(0xC0).map(|frame| frame.expect("a frame"));
    frames.filter(|frame| !frame.is_empty()).map(|frame| {
        let end = frame.iter().position(|&byte| byte == 0).expect("an address ends with a zero");
        String::from_utf8_lossy(&frame[..end]).into_owned()
    })
}

/// The cues of an output's messages in the journal, in order.
fn of_output<'a>(journal: &'a Journal, kind: &str, output: &str) -> Vec<&'a str> {
    let lines = journal.of_kind(kind).into_iter().filter(|line| line["output"] == output);
    lines.map(|line| line["cue"].as_str().unwrap_or("-")).collect()
}

#[test]
fn dead_outputs_cost_the_others_no_packet() {
    const CUES: usize = 30;
    let (house, lights) = (House::new(), Wire::new());
    let sound = TcpListener::bind("127.0.0.1:0").expect("a desk");
    let (hole, silent) = (BlackHole::new(), TcpListener::bind("127.0.0.1:0").expect("a server"));
    let web = Web::answering(&["204 No Content"]);
    let mut show = format!(
        "title = \"Full\"\n[output.hole]\nosc = \"tcp://{}\"\n[output.silent]\nhttp = \"http://{}\"\n[output.lights]\n{}\n\
         [output.sound]\nosc = \"tcp://{}\"\n[output.posts]\nhttp = \"http://{posts}\"\n[[segment]]\ntitle = \"S\"\n\
         duration = \"10m\"\n",
        hole.addr(),
        silent.local_addr().expect("its address"),
        lights.output(),
        sound.local_addr().expect("its address"),
        posts = web.addr,
    );
    for n in 1..=CUES {
        let trigger = if n == 1 {
            String::new()
        } else {
            format!("trigger = {{ with = \"{}\", delay = \"0.02s\" }}\n", n - 1)
        };
        // The dead ones first, so that whatever they held up would be the others.
        show += &format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"C\"\n{trigger}do = [\
             {{ output = \"hole\", osc = \"/{n}\" }}, {{ output = \"silent\", path = \"/{n}\" }}, \
             {{ output = \"lights\", osc = \"/{n}\" }}, {{ output = \"sound\", osc = \"/{n}\" }}, \
             {{ output = \"posts\", path = \"/{n}\" }}]\n"
        );
    }
    let mut program = house.open(&[&house.show(&show)]);
    let frames = framed_addresses(sound.accept().expect("a connection").0);
    program.keys(" ");
    let all: Vec<_> = (1..=CUES).map(|n| n.to_string()).collect();
    for n in &all {
        lights.expect(&format!("/{n}"));
    }
    assert!(
        frames.take(CUES).eq(all.iter().map(|n| format!("/{n}"))),
        "frames are missing, or not in order"
    );
    for n in &all {
        assert_eq!(web.request().0[0], format!("GET /{n} HTTP/1.1"));
    }
    let journal = program.await_journal("all that can be sent", |journal| {
        ["lights", "sound", "posts"]
            .iter()
            .all(|output| of_output(journal, "action_sent", output).len() == CUES)
    });
    assert_eq!(journal.cues("cue_fired"), all);
    for output in ["lights", "sound", "posts"] {
        assert_eq!(of_output(&journal, "action_sent", output), all, "{output}");
        assert!(of_output(&journal, "action_failed", output).is_empty(), "{output}");
    }
    for output in ["hole", "silent"] {
        assert!(of_output(&journal, "action_sent", output).is_empty(), "{output}");
    }
    let failed = program.await_journal("the black hole to be known", |journal| {
        !of_output(journal, "action_failed", "hole").is_empty()
    });
    assert!(failed.tail(500).contains("cannot connect to"), "{}", failed.tail(20));
    lights.expect_silence();
}

#[test]
fn a_dead_main_machine_costs_no_packet_and_the_report_names_it() {
    const CUES: usize = 20;
    let (house, hole) = (House::new(), BlackHole::new());
    let backup = TcpListener::bind("127.0.0.1:0").expect("a desk");
    let mut show = format!(
        "title = \"Mirrors\"\n[output.desk]\nosc = [\"tcp://{}\", \"tcp://{}\"]\n[[segment]]\ntitle = \"S\"\n\
         duration = \"10m\"\n",
        hole.addr(),
        backup.local_addr().expect("its address"),
    );
    for n in 1..=CUES {
        let trigger = match n {
            1 => String::new(),
            n => format!("trigger = {{ with = \"{}\", delay = \"0.02s\" }}\n", n - 1),
        };
        show += &format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"C\"\n{trigger}do = [{{ output = \"desk\", osc = \"/{n}\" }}]\n"
        );
    }
    let mut program = house.open(&[&house.show(&show)]);
    let frames = framed_addresses(backup.accept().expect("a connection").0);
    program.keys(" ");
    let all: Vec<_> = (1..=CUES).map(|n| n.to_string()).collect();
    assert!(frames.take(CUES).eq(all.iter().map(|n| format!("/{n}"))), "not in order");
    let journal = program.await_journal("what was sent", |journal| {
        of_output(journal, "action_sent", "desk").len() == CUES
    });
    assert_eq!(of_output(&journal, "action_sent", "desk"), all);
    let journal = program.await_event("side_failed", CUES);
    assert_eq!(of_output(&journal, "action_sent", "desk"), all, "each is told once");
    // Some wait for too long while another is still tried.
    let mut not_to_main = of_output(&journal, "side_failed", "desk");
    not_to_main.sort_by_key(|cue| cue.parse::<usize>().ok());
    assert_eq!(not_to_main, all);
    assert!(of_output(&journal, "action_failed", "desk").is_empty(), "{}", journal.tail(20));
    let main = format!("main {}", hole.addr());
    assert!(journal.of_kind("side_failed").iter().all(|line| line["side"] == main.as_str()));
    let state = house.state();
    let report = succeeds(&["report", "--state", &state.display().to_string()]);
    assert!(report.contains(&format!("desk: not to {main}")), "{report}");
    assert!(!report.contains("Failed or unknown sends"), "{report}");
}

#[test]
fn a_full_queue_is_a_failure_and_no_wait() {
    let (house, wire) = (House::new(), Wire::new());
    let silent = TcpListener::bind("127.0.0.1:0").expect("a server");
    let stuck: Vec<_> =
        (0..300).map(|n| format!("{{ output = \"web\", path = \"/{n}\" }}")).collect();
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.web]\nhttp = \"http://{}\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"S\"\n\
         duration = \"10m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\ndo = [{}, {{ output = \"desk\", osc = \"/one\" }}]\n",
        silent.local_addr().expect("its address"),
        wire.output(),
        stuck.join(", "),
    ))]);
    program.keys(" ");
    wire.expect("/one");
    let journal = program.await_event("action_sent", 1);
    let failed = journal.of_kind("action_failed");
    // 256 wait, and the worker may have taken one out meanwhile.
    assert!((43..=44).contains(&failed.len()), "{} failed", failed.len());
    for line in failed {
        let error = line["error"].as_str().unwrap_or_default();
        assert_eq!(error, "queue full: 256 messages wait for web", "{line}");
        assert!(line["action"].as_u64() > Some(256), "{line}");
    }
}

#[test]
fn what_belongs_together_leaves_as_one_and_is_journaled_one_by_one() {
    let house = House::new();
    let desk = UdpSocket::bind("127.0.0.1:0").expect("a desk");
    desk.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.desk]\nosc = \"udp://{}\"\n[[segment]]\ntitle = \"S\"\nduration = \"10m\"\n\
         [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\ntogether = true\n\
         do = [{{ output = \"desk\", osc = \"/a\", args = [1] }}, {{ output = \"desk\", osc = \"/b\" }}]\n",
        desk.local_addr().expect("its address"),
    ))]);
    program.keys(" ");
    let mut bytes = [0; 256];
    let len = desk.recv(&mut bytes).expect("a bundle");
    assert_eq!(&bytes[..8], b"#bundle\0");
    // 3.9 thousand million seconds since 1900 were over in 2023; "at once" would be 0.
    assert!(
        u32::from_be_bytes(bytes[8..12].try_into().expect("four bytes")) > 3_900_000_000,
        "{bytes:?}"
    );
    assert_eq!(&bytes[16..len], b"\0\0\0\x0C/a\0\0,i\0\0\0\0\0\x01\0\0\0\x08/b\0\0,\0\0\0");
    let journal = program.await_event("action_sent", 2);
    let actions: Vec<_> =
        journal.of_kind("action_sent").iter().map(|line| line["action"].as_u64()).collect();
    assert_eq!(actions, [Some(1), Some(2)]);
    desk.set_nonblocking(true).expect("a socket");
    assert!(desk.recv(&mut bytes).is_err(), "more than one datagram came");
}

#[test]
fn a_request_is_tried_again_where_the_show_asks_for_it_and_journaled_once() {
    let house = House::new();
    let web = Web::answering(&["503 Service Unavailable", "204 No Content", "500 Oops"]);
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.web]\nhttp = \"http://{}\"\n[[segment]]\ntitle = \"S\"\nduration = \"10m\"\n\
         [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\ndo = [{{ output = \"web\", path = \"/a\", retry = 2 }}]\n\
         [[segment.cue]]\nnumber = \"2\"\ntitle = \"B\"\ndo = [{{ output = \"web\", path = \"/b\" }}]\n",
        web.addr,
    ))]);
    program.keys(" ");
    program.await_event("action_sent", 1);
    program.guard();
    program.keys(" ");
    let journal = program.await_event("action_failed", 1);
    assert_eq!(journal.cues("action_sent"), ["1"]);
    assert_eq!(journal.of_kind("action_failed")[0]["error"], "HTTP 500 Internal Server Error");
    assert_eq!(web.first_lines(), ["GET /a HTTP/1.1", "GET /a HTTP/1.1", "GET /b HTTP/1.1"]);
}

#[test]
fn a_panic_says_which_outputs_it_could_not_tell() {
    let (house, lights) = (House::new(), Wire::new());
    // An address of this machine at which nobody listens, and no other test can be given a port.
    let gone = "127.91.7.4:9";
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.lights]\n{}\npanic = [{{ osc = \"/stop\" }}]\n[output.desk]\nosc = \"tcp://{gone}\"\n\
         panic = [{{ osc = \"/stop\" }}]\n[output.house]\nosc = \"udp://127.0.0.1:9\"\n[[segment]]\ntitle = \"S\"\n\
         duration = \"10m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n",
        lights.output(),
    ))]);
    program.press_for("\x1b\x1b", "panicked");
    lights.expect("/stop");
    program.await_event("panic_failed", 1);
    let journal = program.await_event("panic_sent", 1);
    let failed = journal.of_kind("panic_failed");
    assert_eq!(failed.iter().map(|line| &line["output"]).collect::<Vec<_>>(), ["desk"]);
    let sent = journal.of_kind("panic_sent");
    assert_eq!(sent.iter().map(|line| &line["output"]).collect::<Vec<_>>(), ["lights"]);
    program.await_words(&["desk NOT told", "stop sent to 1 output", "no stop message for house"]);
}

#[test]
fn a_refused_datagram_fails_its_cue_and_one_that_is_heard_again_does_not() {
    let house = House::new();
    // No other test takes a port of this address meanwhile.
    let host = "127.91.7.5";
    let port =
        UdpSocket::bind((host, 0)).and_then(|socket| socket.local_addr()).expect("a port").port();
    let cues: Vec<_> = ["1", "2"]
        .map(|n| format!("{{ number = \"{n}\", title = \"C\", do = [{{ output = \"desk\", osc = \"/{n}\" }}] }}"))
        .into();
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.desk]\nosc = \"udp://{host}:{port}\"\n[[segment]]\ntitle = \"S\"\n\
         duration = \"10m\"\ncue = [{}]\n",
        cues.join(", ")
    ))]);
    program.press_for(" ", "action_failed");
    let why = format!("sent, but refused: nobody listens at {host}:{port}");
    program.await_words(&["cue 1 → desk FAILED: sent, but refused"]);
    let desk = UdpSocket::bind((host, port)).expect("the desk is back");
    program.guard();
    let sent = program.press_for(" ", "action_sent");
    assert_eq!(sent["cue"], "2");
    desk.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut packet = [0; 64];
    let length = desk.recv(&mut packet).expect("the cue");
    assert!(packet[..length].starts_with(b"/2\0"));
    let journal = program.await_event("action_sent", 1);
    let failed = journal.of_kind("action_failed");
    assert_eq!(
        failed.iter().map(|line| (&line["cue"], &line["error"])).collect::<Vec<_>>(),
        [(&"1".into(), &why.into())]
    );
    assert!(journal.about("action_sent", "1").is_empty(), "{}", journal.tail(20));
}

#[test]
fn a_device_by_text_is_sent_its_words_and_its_answers_are_shown() {
    let house = House::new();
    let device = TcpListener::bind("127.0.0.1:0").expect("a device");
    let cues: Vec<_> = ["PLAY 1-10 AMB", "PALY"]
        .iter()
        .zip(1..)
        .map(|(text, n)| {
            format!(
                "{{ number = \"{n}\", title = \"C\", do = [{{ output = \"caspar\", text = \"{text}\\r\\n\" }}] }}"
            )
        })
        .collect();
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.caspar]\ntcp = \"{}\"\npanic = [{{ text = \"CLEAR 1\\r\\n\" }}]\n[[segment]]\n\
         title = \"S\"\nduration = \"10m\"\ncue = [{}]\n",
        device.local_addr().expect("its address"),
        cues.join(", "),
    ))]);
    let mut answers = device.accept().expect("a connection").0;
    answers.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut heard = BufReader::new(answers.try_clone().expect("a stream")).lines();
    program.press_for(" ", "action_sent");
    assert_eq!(heard.next().expect("a line").expect("text"), "PLAY 1-10 AMB");
    answers.write_all(b"202 PLAY OK\r\n").expect("an answer");
    program.await_words(&["caspar answers \"202 PLAY OK\""]);
    program.guard();
    program.keys(" ");
    assert_eq!(heard.next().expect("a line").expect("text"), "PALY");
    // What a terminal would obey never gets to one.
    answers.write_all(b"400 ERROR\r\nPALY\x1b[2J\r\n").expect("an answer");
    program.await_words(&["caspar answers \"400 ERROR\"", "caspar refused"]);
    program.press_for("\x1b\x1b", "panicked");
    assert_eq!(heard.next().expect("a line").expect("text"), "CLEAR 1");
    let journal = program.await_event("panic_sent", 1);
    assert_eq!(journal.cues("action_sent"), ["1", "2"]);
}

#[test]
fn a_device_that_is_away_fails_its_cue_and_is_met_again() {
    let house = House::new();
    // No other test takes a port of this address meanwhile.
    let host = "127.91.7.6";
    let port =
        TcpListener::bind((host, 0)).and_then(|device| device.local_addr()).expect("a port").port();
    let cues: Vec<_> = ["1", "2"]
        .map(|n| {
            format!("{{ number = \"{n}\", title = \"C\", do = [{{ output = \"caspar\", hex = \"02 3{n} 03\" }}] }}")
        })
        .into();
    let mut program = house.open(&[&house.show(&format!(
        "title = \"T\"\n[output.caspar]\ntcp = \"{host}:{port}\"\n[[segment]]\ntitle = \"S\"\n\
         duration = \"10m\"\ncue = [{}]\n",
        cues.join(", "),
    ))]);
    let failed = program.press_for(" ", "action_failed");
    let why = format!("cannot connect to {host}:{port}: Connection refused");
    assert_eq!(failed["error"], why.as_str());
    let device = TcpListener::bind((host, port)).expect("the device is back");
    let mut stream = device.accept().expect("a connection").0;
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    program.guard();
    let sent = program.press_for(" ", "action_sent");
    assert_eq!(sent["cue"], "2");
    let mut bytes = [0; 3];
    stream.read_exact(&mut bytes).expect("the bytes");
    assert_eq!(bytes, [2, b'2', 3]);
}

#[test]
fn a_desk_is_kept_awake_from_the_start_of_a_live_run() {
    let (house, wire) = (House::new(), Wire::new());
    let show = format!(
        "title = \"T\"\n[output.desk]\n{}\nprefix = \"/ch/01\"\nkeepalive = {{ osc = \"/xremote\", every = \"1s\" }}\n\
         [[segment]]\ntitle = \"S\"\nduration = \"10m\"\n\
         cue = [{{ number = \"1\", title = \"C\", do = [{{ output = \"desk\", osc = \"/mix\" }}] }}]\n",
        wire.output()
    );
    let mut rehearsal = house.open(&["--rehearse", &house.show(&show)]);
    let rehearsed = rehearsal.press_for(" ", "action_rehearsed");
    assert_eq!(rehearsed["message"], "/ch/01/mix");
    drop(rehearsal);
    let live = House::new();
    let mut program = live.open(&[&live.show(&show)]);
    // The rehearsal would have sent one when it was opened, and no cue has fired.
    wire.expect("/xremote");
    wire.expect("/xremote");
    program.press_for(" ", "action_sent");
    let is_cue = |packet: &crate::harness::Packet| packet.address != "/xremote";
    let cue = std::iter::repeat_with(|| wire.recv()).find(is_cue).expect("without an end");
    assert_eq!(cue.address, "/ch/01/mix");
    let journal = program.await_event("action_sent", 1);
    assert_eq!(journal.of_kind("action_sent").len(), 1, "{}", journal.tail(20));
}
