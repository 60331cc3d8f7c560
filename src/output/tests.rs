//! All outputs together: what one does to another, what panic and the end do, and that a rehearsal
//! is silent.

use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use super::testing::{FIRE_BYTES, SOON, fire, job, now, output, reporter, show, surroundings};
use super::*;
use crate::show::action::{HttpContent, MidiMessage, MpvCommand, OscContent};
use crate::show::{Body, Layer};

fn udp_to(socket: &UdpSocket) -> OutputKind {
    OutputKind::OscUdp { host: "127.0.0.1".into(), port: socket.local_addr().unwrap().port() }
}

fn http_to(listener: &TcpListener, timeout: Duration) -> OutputKind {
    let base = format!("http://{}", listener.local_addr().unwrap());
    OutputKind::Http { base, headers: vec![], timeout, ca: None }
}

fn request(method: &str, path: &str) -> Body {
    Body::Http { method: method.into(), path: path.into(), content: HttpContent::Empty, retries: 0 }
}

fn no_env(_: &str) -> Option<String> {
    None
}

fn action(action: u32) -> Job {
    Job { action, ..job(0) }
}

#[test]
fn a_server_that_never_answers_holds_up_nobody_else() {
    let (server, desk) =
        (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    desk.set_read_timeout(Some(SOON)).unwrap();
    let outputs = vec![
        output("web", http_to(&server, Duration::from_millis(200)), vec![]),
        output("lights", udp_to(&desk), vec![]),
    ];
    let show = Arc::new(show(outputs, vec![(0, request("GET", "/slow")), (1, fire())]));
    let (reporter, reports) = reporter();
    let mut outputs = Outputs::live(show, &surroundings(&no_env), reporter);

    assert_eq!(outputs.send(action(0), now()), None);
    assert_eq!(outputs.send(action(1), now()), Some(Outcome::Sent));
    let mut heard = [0; 64];
    let len = desk.recv(&mut heard).unwrap();
    assert_eq!(heard.get(..len), Some(FIRE_BYTES));

    let report = reports.recv_timeout(SOON).unwrap();
    assert_eq!((report.output, report.job), (OutputIx(0), Some(action(0))));
    let why = "no answer from 127.0.0.1 within 0.2 s: it may have been done or not";
    assert_eq!(report.outcome, Outcome::Failed(why.into()));
    assert_eq!(outputs.health(now())[0].light, Light::Down);
    assert_eq!(outputs.health(now())[1].light, Light::Ok);
}

#[test]
fn panic_does_not_wait_for_the_answer_to_a_cue() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let stop = vec![request("POST", "/stop")];
    let outputs = vec![output("web", http_to(&server, SOON), stop)];
    let show = Arc::new(show(outputs, vec![(0, request("GET", "/slow"))]));
    let (reporter, _reports) = reporter();
    let mut outputs = Outputs::live(show, &surroundings(&no_env), reporter);

    assert_eq!(outputs.send(action(0), now()), None);
    let (_slow, _) = server.accept().unwrap();
    assert_eq!(outputs.send(action(0), now()), None);
    let stopped = Report {
        output: OutputIx(0),
        job: Some(action(0)),
        outcome: Outcome::Failed("stopped by panic".into()),
    };
    assert_eq!(outputs.panic(now()), [stopped]);
    let (mut panic, _) = server.accept().unwrap();
    let mut first = [0; 19];
    std::io::Read::read_exact(&mut panic, &mut first).unwrap();
    assert_eq!(&first, b"POST /stop HTTP/1.1");
}

#[test]
fn a_panic_drops_what_waits_at_an_output_of_another_station_and_sends_it_nothing() {
    let servers = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let stop = || vec![request("POST", "/stop")];
    let outputs = vec![
        output("here", http_to(&servers[0], SOON), stop()),
        output("there", http_to(&servers[1], SOON), stop()),
    ];
    let show = Arc::new(show(outputs, vec![(1, request("GET", "/slow"))]));
    let (reporter, _reports) = reporter();
    let mut outputs = Outputs::live(show, &surroundings(&no_env), reporter);
    assert_eq!(outputs.send(action(0), now()), None);
    let (_slow, _) = servers[1].accept().unwrap();
    assert_eq!(outputs.send(action(0), now()), None);
    let stopped = Report {
        output: OutputIx(1),
        job: Some(action(0)),
        outcome: Outcome::Failed("stopped by panic".into()),
    };
    assert_eq!(outputs.panic_of(|output| output == OutputIx(0), now()), [stopped]);
    servers[0].accept().unwrap();
    servers[1].set_nonblocking(true).unwrap();
    assert!(servers[1].accept().is_err(), "no stop for the other station's output");
}

#[test]
fn closing_ends_in_time_whatever_is_stuck() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let show = Arc::new(show(
        vec![output("web", http_to(&server, SOON), vec![])],
        vec![(0, request("GET", "/slow"))],
    ));
    let (reporter, _reports) = reporter();
    let mut outputs = Outputs::live(show, &surroundings(&no_env), reporter);
    outputs.send(job(0), now());
    let (_slow, _) = server.accept().unwrap();
    outputs.send(job(1), now());
    let began = now();
    let left = outputs.close(now() + Duration::from_millis(20));
    assert!(now().since(began) < SOON / 2);
    assert_eq!(left.iter().map(|r| r.job).collect::<Vec<_>>(), [Some(job(1))]);
}

#[test]
fn an_output_that_cannot_be_opened_is_down_with_its_reason_and_the_others_work() {
    let desk = UdpSocket::bind("127.0.0.1:0").unwrap();
    desk.set_read_timeout(Some(SOON)).unwrap();
    let web = OutputKind::Http {
        base: "http://127.0.0.1:9".into(),
        headers: vec![("X-Key".into(), "env:KEY".into())],
        timeout: Duration::from_nanos(1),
        ca: None,
    };
    let stop = request("POST", "/stop");
    let outputs =
        vec![output("web", web, vec![stop.clone()]), output("lights", udp_to(&desk), vec![])];
    let show = Arc::new(show(outputs, vec![(0, stop), (1, fire())]));
    let mut outputs = Outputs::live(show, &surroundings(&no_env), reporter().0);
    let why =
        "header X-Key needs the environment variable KEY, which is not set; set it and start again";
    let down = Health { light: Light::Down, error: Some(why.into()), ..Health::default() };
    assert_eq!(outputs.health(now())[0], down);
    assert_eq!(outputs.send(job(0), now()), Some(Outcome::Failed(why.into())));
    assert_eq!(outputs.send(action(1), now()), Some(Outcome::Sent));
    let len = desk.recv(&mut [0; 256]).unwrap();
    assert_eq!(len, FIRE_BYTES.len());
    let failed = Report { output: OutputIx(0), job: None, outcome: Outcome::Failed(why.into()) };
    assert_eq!(outputs.panic(now()), [failed]);
    assert_eq!(outputs.health(now())[0].failed, 2);
}

#[cfg(not(any(feature = "midi", target_os = "linux")))]
#[test]
fn a_build_without_midi_says_how_to_get_it() {
    let show = show(vec![output("keys", OutputKind::Midi { port: "IAC".into() }, vec![])], vec![]);
    let outputs = Outputs::live(Arc::new(show), &surroundings(&no_env), reporter().0);
    let why = "this build cannot drive midi; build it with `cargo build --release --features midi`";
    assert_eq!(outputs.health(now())[0].error.as_deref(), Some(why));
}

#[test]
fn a_midi_message_that_cannot_be_sent_is_found_at_opening() {
    let note = Body::Midi(MidiMessage::NoteOn { channel: 17, note: 60, velocity: 100 });
    let outputs = vec![output("keys", OutputKind::Midi { port: "IAC".into() }, vec![])];
    let show = Arc::new(show(outputs, vec![(0, note)]));
    let outputs = Outputs::live(show, &surroundings(&no_env), reporter().0);
    assert_eq!(
        outputs.health(now())[0].error.as_deref(),
        Some("cue 12: there is no MIDI channel 17")
    );
}

#[cfg(any(feature = "midi", target_os = "linux"))]
#[test]
fn a_midi_port_that_no_machine_has_is_down_with_words() {
    let mut keys = output("keys", OutputKind::Midi { port: "No such port, surely".into() }, vec![]);
    keys.timecode = Some(crate::show::FrameRate::Fps25);
    let note = Body::Midi(MidiMessage::NoteOn { channel: 1, note: 60, velocity: 100 });
    let show = Arc::new(show(vec![keys], vec![(0, note)]));
    let (reporter, reports) = reporter();
    let mut outputs = Outputs::live(show, &surroundings(&no_env), reporter);
    super::testing::awaited(|| outputs.health(now())[0].light == Light::Down);
    outputs.show_time(ShowTime { now_ns: 0, runs: true }, now());
    assert_eq!(outputs.send(job(0), now()), None);
    let Outcome::Failed(why) = reports.recv_timeout(SOON).unwrap().outcome else {
        panic!("sent to nobody")
    };
    assert!(why.contains("\"No such port, surely\"") || why.contains("cannot be listed"), "{why}");
    assert_eq!(outputs.health(now())[0].error, Some(why));
}

#[test]
fn a_rehearsal_says_what_would_leave_and_sends_nothing() {
    let desk = UdpSocket::bind("127.0.0.1:0").unwrap();
    desk.set_nonblocking(true).unwrap();
    let outputs = vec![
        output(
            "lights",
            udp_to(&desk),
            vec![Body::Osc { address: "/stop".into(), content: OscContent::Args(vec![]) }],
        ),
        output("keys", OutputKind::Midi { port: "IAC".into() }, vec![]),
        output("screen", OutputKind::Mpv { flags: vec![] }, vec![]),
    ];
    let note = Body::Midi(MidiMessage::NoteOn { channel: 1, note: 60, velocity: 100 });
    let actions = vec![
        (0, fire()),
        (1, note),
        (2, Body::Mpv { layer: Layer::MAIN, command: MpvCommand::Pause }),
    ];
    let mut outputs = Outputs::rehearsal(Arc::new(show(outputs, actions)));
    for (n, said) in [
        "/eos/cue/1/12/fire 1 0.5 \"text\" true",
        "note on: channel 1, note 60, velocity 100",
        "pause",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(outputs.send(action(n as u32), now()), Some(Outcome::Rehearsed(said.into())));
    }
    let panic = |output, message: &str| {
        let outcome = Outcome::Rehearsed(message.into());
        Report { output: OutputIx(output), job: None, outcome }
    };
    assert_eq!(
        outputs.panic(now()),
        [panic(0, "/stop"), panic(2, "stop")],
        "a player is told to stop in any case"
    );
    assert_eq!(outputs.send(action(3), now()), Some(Outcome::no_message()));
    let health = outputs.health(now());
    assert!(
        health
            .iter()
            .all(|health| (health.sent, health.failed, health.light) == (0, 0, Light::Idle))
    );
    // The panic's message to the lights came behind that of their cue.
    let last: Vec<_> =
        health.iter().map(|health| (health.logged, health.last.map(|last| last.packet))).collect();
    let action = |action| Some(Packet::Action { cue: CueIx(0), action });
    assert_eq!(last, [(2, Some(Packet::Panic)), (1, action(1)), (2, Some(Packet::Panic))]);
    assert_eq!(desk.recv(&mut [0; 64]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn only_a_rehearsal_can_pretend_to_be_down() {
    let desk = UdpSocket::bind("127.0.0.1:0").unwrap();
    let show = Arc::new(show(vec![output("lights", udp_to(&desk), vec![])], vec![(0, fire())]));
    let (reporter, _reports) = reporter();
    let mut live = Outputs::live(Arc::clone(&show), &surroundings(&no_env), reporter);
    live.pretend_down(&[OutputIx(0)]);
    assert_eq!(live.send(action(0), now()), Some(Outcome::Sent));
    assert_eq!((live.health(now())[0].light, live.health(now())[0].failed), (Light::Ok, 0));

    let mut rehearsal = Outputs::rehearsal(show);
    rehearsal.pretend_down(&[OutputIx(0)]);
    assert!(
        matches!(rehearsal.send(action(0), now()), Some(Outcome::Failed(why)) if why.contains("demonstration"))
    );
    assert_eq!(
        (rehearsal.health(now())[0].light, rehearsal.health(now())[0].failed),
        (Light::Down, 1)
    );
    rehearsal.pretend_down(&[]);
    assert!(matches!(rehearsal.send(action(0), now()), Some(Outcome::Rehearsed(_))));
    assert!(
        rehearsal.health(now())[0].light != Light::Down
            && rehearsal.health(now())[0].error.is_none()
    );
}
