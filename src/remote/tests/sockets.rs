//! Real sockets on this machine: both protocols, both conventions of frames, and a flood.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rosc::OscType;
use serde_json::Value;

use crate::remote::hub::UNANSWERED_MAX;
use crate::remote::packet::{Arg, BYTES_MAX, parse};
use crate::remote::testing::{CLOCK, SOON, awaited, now, packet, show};
use crate::remote::{
    Answer, Ear, Passcode, Picture, Remote, RemoteCommand, RemoteError, RemoteRequest,
    RemoteSettings,
};
use crate::show::CueIx;
use crate::slip::{Deframer, Frame, frame};

const NONE: [OscType; 0] = [];

fn start(listen: &str, passcode: Option<&str>) -> (Remote, Receiver<RemoteRequest>) {
    let (sender, requests) = channel();
    let hear = Arc::new(move |request| drop(sender.send(request)));
    let settings =
        RemoteSettings::new(listen.parse().unwrap(), passcode.map(Passcode::new)).unwrap();
    (
        Remote::start(settings, Arc::new(show()), hear, CLOCK).unwrap_or_else(|e| panic!("{e}")),
        requests,
    )
}

/// Where the remote is reached from this machine.
fn near(remote: &Remote) -> SocketAddr {
    ([127, 0, 0, 1], remote.address().port()).into()
}

fn socket(port: u16) -> std::io::Result<UdpSocket> {
    let socket = UdpSocket::bind(("127.0.0.1", port))?;
    socket.set_read_timeout(Some(SOON))?;
    Ok(socket)
}

/// A button over UDP, whose replies come to the socket that it sends from.
fn button(remote: &Remote) -> UdpSocket {
    let button = socket(0).unwrap();
    button.connect(near(remote)).unwrap();
    let port = button.local_addr().unwrap().port();
    button.send(&packet("/udpReplyPort", [OscType::Int(port.into())])).unwrap();
    assert_eq!(heard(&button).0, "/reply/udpReplyPort");
    button
}

/// The address and the data of the next reply.
fn heard(socket: &UdpSocket) -> (String, Value) {
    let mut buffer = [0; 65_536];
    let len = socket.recv(&mut buffer).unwrap();
    read(&buffer[..len])
}

fn read(packet: &[u8]) -> (String, Value) {
    let message = parse(packet).unwrap().remove(0);
    let [Arg::Text(json)] = message.args[..] else { panic!("{message:?}") };
    let json: Value = serde_json::from_str(json).unwrap();
    (message.address.to_owned(), serde_json::json!([json["status"], json["data"]]))
}

/// A connection, frame by frame.
struct Wire(TcpStream, Deframer);

impl Wire {
    fn new(remote: &Remote) -> Self {
        let stream = TcpStream::connect(near(remote)).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Wire(stream, Deframer::new(BYTES_MAX))
    }

    fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// The next packet; nothing when the connection has ended.
    fn next(&mut self) -> Option<Vec<u8>> {
        let mut byte = [0];
        loop {
            if !self.0.read(&mut byte).is_ok_and(|len| len == 1) {
                return None;
            }
            if let Some(Frame::Whole(packet)) = self.1.take(byte[0]) {
                return Some(packet);
            }
        }
    }

    fn ask(&mut self, address: &str, args: impl IntoIterator<Item = OscType>) -> Value {
        self.say(&frame(&packet(address, args)));
        let (reply, data) = read(&self.next().expect("a reply"));
        assert_eq!(reply, format!("/reply{address}"));
        data
    }
}

#[test]
fn replies_over_udp_come_to_the_port_above() {
    // The port above a free one may be taken; then there is another pair.
    let (remote, requests, above) = (0..16)
        .find_map(|_| {
            let (remote, requests) = start("127.0.0.1:0", None);
            let above = socket(remote.address().port().checked_add(1)?).ok()?;
            Some((remote, requests, above))
        })
        .expect("two free ports in a row");
    let sender = socket(0).unwrap();
    sender.send_to(&packet("/go/12", NONE), near(&remote)).unwrap();
    let request = requests.recv_timeout(SOON).unwrap();
    assert_eq!(request.wish, RemoteCommand::GoTo(CueIx(0)));
    assert_eq!(request.who, sender.local_addr().unwrap().to_string());
    remote.answer(&request.from, Answer::Ok);
    assert_eq!(heard(&above), ("/reply/go/12".into(), serde_json::json!(["ok", null])));
    // And to another one where that was asked for.
    let button = button(&remote);
    button.send(&packet("/nonsense", NONE)).unwrap();
    assert_eq!(
        heard(&button),
        ("/reply/nonsense".into(), serde_json::json!(["error", "no such address"]))
    );
}

#[test]
fn a_connection_takes_both_conventions_and_answers_on_itself() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let mut wire = Wire::new(&remote);
    assert_eq!(wire.ask("/thump", NONE), serde_json::json!(["ok", "thump"]));
    // END behind the frame alone, in three pieces.
    for piece in [&b"/th"[..], b"ump\0\0,", b"\0\0\0\xC0"] {
        wire.say(piece);
    }
    assert_eq!(read(&wire.next().unwrap()).0, "/reply/thump");
    wire.say(
        &[frame(&packet("/hold", NONE)), frame(b"no packet"), frame(&packet("/resume", NONE))]
            .concat(),
    );
    for wish in [RemoteCommand::Hold, RemoteCommand::Resume] {
        let request = requests.recv_timeout(SOON).unwrap();
        assert_eq!(request.wish, wish);
        remote.answer(&request.from, Answer::Error("not now".into()));
        assert_eq!(read(&wire.next().unwrap()).1, serde_json::json!(["error", "not now"]));
    }
    assert_eq!(wire.ask("/cueLists", NONE)[1][0]["cues"][0]["cues"][0]["number"], "12");
    // A frame without an end grows nothing and breaks nothing.
    wire.say(&vec![7; 300_000]);
    wire.say(b"\xC0");
    assert_eq!(wire.ask("/thump", NONE)[0], "ok");
    assert_eq!(remote.counts().malformed, 2);
}

#[test]
fn a_web_page_calls_nothing() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let mut wire = Wire::new(&remote);
    // What a browser on this machine sends where a page has it post a body of its own choice.
    let head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    wire.say(&[&head[..], &frame(&packet("/go", NONE))].concat());
    assert!(wire.next().is_none(), "it is hung up on without a word");
    assert!(requests.try_recv().is_err());
    assert_eq!(remote.counts().wishes, 0);
}

#[test]
fn text_on_a_connection_is_refused_with_a_word_for_the_caller() {
    let (remote, _requests) = start("127.0.0.1:0", None);
    let told = || {
        let mut troubles = vec![];
        awaited(|| {
            troubles.extend(remote.take_troubles());
            !troubles.is_empty()
        });
        troubles
            .into_iter()
            .map(|trouble| format!("{}: {}", trouble.from, trouble.what))
            .collect::<Vec<_>>()
    };
    let mut wire = Wire::new(&remote);
    wire.say(b"/go\n");
    assert!(wire.next().is_none());
    let frames = "SLIP, or each packet after its length";
    assert_eq!(told(), [format!("127.0.0.1: text where OSC over TCP has frames ({frames})")]);
    // A packet as it is, without a frame, from somebody who hangs up then.
    let mut wire = Wire::new(&remote);
    wire.say(&packet("/go", NONE));
    wire.0.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(wire.next().is_none());
    assert_eq!(
        told(),
        [format!("127.0.0.1: a packet without its end: OSC over TCP has frames ({frames})")]
    );
}

#[test]
fn a_client_that_sends_lengths_is_answered_with_lengths() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let mut stream = TcpStream::connect(near(&remote)).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let framed = |packet: &[u8]| [&(packet.len() as u32).to_be_bytes()[..], packet].concat();
    let both = [framed(&packet("/thump", NONE)), framed(&packet("/go", NONE))].concat();
    // However they are cut.
    let (first, rest) = both.split_at(7);
    stream.write_all(first).unwrap();
    stream.write_all(rest).unwrap();
    assert_eq!(requests.recv_timeout(SOON).unwrap().wish, RemoteCommand::Go);
    let mut len = [0; 4];
    stream.read_exact(&mut len).unwrap();
    let mut reply = vec![0; u32::from_be_bytes(len) as usize];
    stream.read_exact(&mut reply).unwrap();
    assert_eq!(read(&reply), ("/reply/thump".to_owned(), serde_json::json!(["ok", "thump"])));
}

#[test]
fn beyond_this_machine_the_passcode_comes_first() {
    let (remote, requests) = start("0.0.0.0:0", Some("5up3r-s3cret"));
    let (right, wrong) =
        ([OscType::String("5up3r-s3cret".into())], [OscType::String("guess".into())]);
    let mut wire = Wire::new(&remote);
    assert_eq!(wire.ask("/go", NONE)[0], "denied");
    let granted = wire.ask("/workspace/handover/connect", right.clone());
    assert_eq!(granted, serde_json::json!(["ok", "ok:view|control"]));
    wire.say(&frame(&packet("/go", NONE)));
    assert_eq!(requests.recv_timeout(SOON).unwrap().wish, RemoteCommand::Go);

    let button = button(&remote);
    button.send(&packet("/panic", NONE)).unwrap();
    assert_eq!(heard(&button).1[0], "denied");
    button.send(&packet("/connect", right.clone())).unwrap();
    assert_eq!(heard(&button).1[0], "ok");
    button.send(&packet("/panic", NONE)).unwrap();
    assert_eq!(requests.recv_timeout(SOON).unwrap().wish, RemoteCommand::Panic);

    let mut guesser = Wire::new(&remote);
    assert_eq!(guesser.ask("/connect", wrong), serde_json::json!(["denied", "badpass"]));
    assert_eq!(guesser.ask("/connect", right), serde_json::json!(["denied", "wait"]));
    assert_eq!(remote.counts().denied, 4);
    assert_eq!(remote.counts().wishes, 2);
}

#[test]
fn displays_are_fed_and_listeners_told() {
    let (remote, _requests) = start("127.0.0.1:0", None);
    assert!(!remote.has_subscribers());
    let display = button(&remote);
    display.send(&packet("/handover/subscribe", NONE)).unwrap();
    assert_eq!(heard(&display).0, "/reply/handover/subscribe");
    let mut wire = Wire::new(&remote);
    wire.ask("/listen/playhead", NONE);
    assert!(remote.has_subscribers());
    remote.publish(Picture::default());
    let mut buffer = [0; 4096];
    let len = display.recv(&mut buffer).unwrap();
    assert_eq!(parse(&buffer[..len]).unwrap()[0].args, [Arg::Text(""), Arg::Text("")]);
    remote.publish(Picture { on_air: Some(CueIx(0)), next: Some(CueIx(1)), ..Picture::default() });
    let len = display.recv(&mut buffer).unwrap();
    assert_eq!(
        parse(&buffer[..len]).unwrap()[0].args,
        [Arg::Text("12"), Arg::Text("Off the roof")]
    );
    let event = wire.next().unwrap();
    let event = parse(&event).unwrap().remove(0);
    assert_eq!(event.address, "/qlab/event/workspace/playhead");
    assert_eq!(event.args, ["13", "Landed", "cue:13", "Memo"].map(Arg::Text));
    display.send(&packet("/handover/unsubscribe", NONE)).unwrap();
    drop(wire);
    awaited(|| !remote.has_subscribers());
}

#[test]
fn a_flood_of_datagrams_is_borne() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let flood: Vec<_> = (0..8).map(|_| socket(0).unwrap()).collect();
    let go = packet("/go", NONE);
    for n in 0..200_000 {
        // What the system has no room for is lost, as it would be on a network.
        let _ = flood[n % flood.len()].send_to(&go, near(&remote));
    }
    // Nobody answers, so no more than so many are handed over, however long it goes on.
    awaited(|| {
        requests.try_iter().map(std::mem::forget).count() == 0 && remote.counts().packets > 1_000
    });
    let counts = remote.counts();
    assert!(counts.wishes <= UNANSWERED_MAX as u64, "{counts:?}");
    assert_eq!((counts.malformed, counts.unknown, counts.denied), (0, 0, 0));
    // Another one is heard all the same.
    let mut wire = Wire::new(&remote);
    assert_eq!(wire.ask("/thump", NONE)[0], "ok");
    wire.say(&frame(&packet("/panic", NONE)));
    assert_eq!(requests.recv_timeout(SOON).unwrap().wish, RemoteCommand::Panic);
}

#[test]
fn there_are_only_so_many_connections_and_places_come_free() {
    let (remote, _requests) = start("127.0.0.1:0", None);
    let mut wires: Vec<_> = (0..16).map(|_| Wire::new(&remote)).collect();
    assert!(wires.iter_mut().all(|wire| wire.ask("/thump", NONE)[0] == "ok"));
    assert_eq!(Wire::new(&remote).next(), None);
    let said =
        || remote.take_troubles().iter().map(|trouble| trouble.what.clone()).collect::<Vec<_>>();
    assert_eq!(said(), ["hung up on: 16 connections are in use"]);
    assert_eq!(wires[0].ask("/thump", NONE)[0], "ok");
    wires.clear();
    awaited(|| {
        let mut wire = Wire::new(&remote);
        wire.0.write_all(&frame(&packet("/thump", NONE))).is_ok() && wire.next().is_some()
    });
}

#[test]
fn connections_that_say_nothing_keep_nobody_out() {
    let (remote, _requests) = start("127.0.0.1:0", None);
    let mut speaks = Wire::new(&remote);
    assert_eq!(speaks.ask("/thump", NONE)[0], "ok");
    let mut display = Wire::new(&remote);
    assert_eq!(display.ask("/handover/subscribe", NONE)[0], "ok");
    let mut idle: Vec<_> = (0..14).map(|_| Wire::new(&remote)).collect();
    for n in 0..3 {
        let mut new = Wire::new(&remote);
        assert_eq!(new.ask("/thump", NONE)[0], "ok", "connection {n}");
        assert_eq!(idle[n].next(), None, "the oldest that has said nothing gives way");
        idle.push(new);
    }
    assert_eq!(speaks.ask("/thump", NONE)[0], "ok");
    assert_eq!(display.ask("/thump", NONE)[0], "ok");
    let said = remote.take_troubles();
    assert!(
        said.iter().all(|trouble| trouble.what.starts_with("an idle connection was closed")),
        "{said:?}"
    );
    assert_eq!(said.len(), 1, "the same is said once");
}

#[test]
fn strangers_on_connections_give_way() {
    let (remote, _requests) = start("127.0.0.1:0", Some("2468-1357"));
    let mut known = Wire::new(&remote);
    known.ask("/connect", [OscType::String("2468-1357".into())]);
    let mut strangers: Vec<_> = (0..40).map(|_| Wire::new(&remote)).collect();
    assert_eq!(strangers[39].ask("/go", NONE)[0], "denied");
    assert_eq!(known.ask("/thump", NONE)[0], "ok");
    assert_eq!(strangers[0].next(), None);
}

#[test]
fn closing_frees_the_port_and_a_port_that_is_taken_is_said() {
    let (remote, _requests) = start("127.0.0.1:0", None);
    let address = remote.address();
    let mut wire = Wire::new(&remote);
    wire.ask("/thump", NONE);
    let hear: crate::remote::HearWish = Arc::new(|_| {});
    let again = || {
        Remote::start(
            RemoteSettings::new(address, None).unwrap(),
            Arc::new(show()),
            Arc::clone(&hear),
            CLOCK,
        )
    };
    let error = again().err().expect("the port is taken");
    assert!(matches!(error, RemoteError::Bind { protocol: "TCP", .. }));
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot hear remote controls on {address} (TCP): Address"))
    );
    remote.close();
    assert_eq!(wire.next(), None);
    let remote = again().unwrap_or_else(|e| panic!("{e}"));
    drop(remote);
    awaited(|| UdpSocket::bind(address).is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn cues_go_first() {
    use thread_priority::{
        NormalThreadSchedulePolicy, ThreadSchedulePolicy, thread_schedule_policy,
    };
    let (sender, seen) = channel();
    // It is heard on the thread that listens.
    let hear = Arc::new(move |_| {
        let seen = (thread_schedule_policy().ok(), rustix::process::getpriority_process(None).ok());
        sender.send(seen).unwrap();
    });
    let settings = RemoteSettings::new("127.0.0.1:0".parse().unwrap(), None).unwrap();
    let remote =
        Remote::start(settings, Arc::new(show()), hear, CLOCK).unwrap_or_else(|e| panic!("{e}"));
    socket(0).unwrap().send_to(&packet("/go", NONE), near(&remote)).unwrap();
    let other = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    assert_eq!(seen.recv_timeout(SOON), Ok((Some(other), Some(10))));
}

/// The longest wait of a station that has an ear.
const DUE: Duration = Duration::from_millis(500);

/// Waits until the socket is lent.
#[track_caller]
fn lent(ear: &Ear) {
    awaited(|| ear.fd().is_some());
}

#[test]
fn the_station_reads_a_single_wish_itself_and_keeps_the_socket() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let button = button(&remote);
    let rings = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&rings);
    let mut ear = remote.lend(move || {
        counted.fetch_add(1, Relaxed);
    });
    // Where the thread has the lock just then, it takes the datagram; not every time.
    awaited(|| {
        lent(&ear);
        button.send(&packet("/go", NONE)).unwrap();
        ear.take(now(), DUE, now());
        let is_mine = ear.fd().is_some();
        let request = if is_mine { requests.try_recv().ok() } else { None };
        let request = request.or_else(|| requests.recv_timeout(SOON).ok()).expect("a wish");
        assert_eq!(request.wish, RemoteCommand::Go);
        remote.answer(&request.from, Answer::Ok);
        assert_eq!(heard(&button), ("/reply/go".into(), serde_json::json!(["ok", null])));
        is_mine
    });
    assert!(rings.load(Relaxed) > 0);
    ear.take(now(), DUE, now());
    assert!(ear.fd().is_some(), "nothing to read is no reason to give it back");
    assert!(requests.try_recv().is_err());
}

#[test]
fn a_question_is_the_threads_and_nothing_overtakes_it() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let button = button(&remote);
    let mut ear = remote.lend(|| ());
    let later = [rosc::OscPacket::Message(rosc::OscMessage { addr: "/go".into(), args: vec![] })];
    let bundle = rosc::OscBundle {
        timetag: rosc::OscTime { seconds: 1, fractional: 0 },
        content: later.to_vec(),
    };
    let bundle = rosc::encoder::encode(&rosc::OscPacket::Bundle(bundle)).unwrap();
    let others =
        [packet("/thump", NONE), b"no packet".to_vec(), packet("/note", ["x".repeat(600).into()])];
    for not_quick in others.into_iter().chain([bundle]) {
        lent(&ear);
        button.send(&not_quick).unwrap();
        button.send(&packet("/standby", NONE)).unwrap();
        ear.take(now(), DUE, now());
        assert!(ear.fd().is_none(), "{not_quick:?}");
        // Until it is the thread's, it is nobody's.
        ear.take(now(), DUE, now());
        let wishes = std::iter::from_fn(|| requests.recv_timeout(SOON).ok());
        let last = wishes.map(|request| request.wish).find(|wish| *wish == RemoteCommand::Standby);
        assert!(last.is_some());
    }
    lent(&ear);
}

#[test]
fn of_many_datagrams_the_station_looks_at_few_and_none_is_lost() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let mut ear = remote.lend(|| ());
    let button = socket(0).unwrap();
    lent(&ear);
    let mut were_left = false;
    for _ in 0..60 {
        button.send_to(&packet("/standby", NONE), near(&remote)).unwrap();
        ear.take(now(), DUE, now());
        were_left |= ear.fd().is_none();
    }
    assert!(were_left, "the thread has it");
    let mut heard = 0;
    awaited(|| {
        ear.take(now(), DUE, now());
        heard += requests.try_iter().count();
        heard == 60
    });
    assert_eq!(remote.counts().packets, 60);
}

#[test]
fn what_came_in_a_standstill_of_the_station_is_not_done() {
    let (remote, requests) = start("127.0.0.1:0", None);
    let button = button(&remote);
    let mut ear = remote.lend(|| ());
    // Where the thread has the lock just then, it takes the datagram, and has not stood still.
    awaited(|| {
        lent(&ear);
        button.send(&packet("/go", NONE)).unwrap();
        ear.take(now() - Duration::from_secs(5), DUE, now());
        assert!(ear.fd().is_none());
        awaited(|| remote.counts().dropped > 0 || remote.counts().wishes > 0);
        requests.try_iter().for_each(drop);
        remote.counts().dropped > 0
    });
    let (_, said) = heard(&button);
    let said = said[1].as_str().unwrap_or_default().to_owned();
    assert!(said.starts_with("the program stood still for 4 s"), "{said}");
}

#[test]
fn a_stranger_is_the_threads() {
    let (remote, requests) = start("127.0.0.1:0", Some("correct-h0rse"));
    let button = button(&remote);
    let mut ear = remote.lend(|| ());
    lent(&ear);
    button.send(&packet("/go", NONE)).unwrap();
    ear.take(now(), DUE, now());
    assert!(ear.fd().is_none());
    assert_eq!(heard(&button).1[0], "denied");
    assert!(requests.try_recv().is_err());
}

#[test]
fn without_an_ear_the_thread_reads_again() {
    let (remote, _requests) = start("127.0.0.1:0", None);
    let button = button(&remote);
    let ear = remote.lend(|| ());
    lent(&ear);
    button.send(&packet("/thump", NONE)).unwrap();
    ear.close();
    assert_eq!(heard(&button).1[1], "thump");
    drop(ear);
    button.send(&packet("/thump", NONE)).unwrap();
    assert_eq!(heard(&button).1[1], "thump");
}
