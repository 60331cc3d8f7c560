//! Mirrored outputs on real sockets: each machine gets everything, and one that is dead holds up
//! and fails nobody.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::*;
use crate::output::testing::{
    CLOCK, FIRE_BYTES, SOON, fire, job, now, output, permits, reporter, show, surroundings,
};
use crate::output::{Outputs, RevisedOutputs, probe};
use crate::show::action::{Framing, HttpContent, OscContent, RawMessage};
use crate::show::{Body, Keepalive, OutputKind};

fn udp(socket: &UdpSocket) -> OutputKind {
    OutputKind::OscUdp { host: "127.0.0.1".into(), port: socket.local_addr().unwrap().port() }
}

fn tcp(port: u16) -> OutputKind {
    OutputKind::OscTcp { host: "127.0.0.1".into(), port, framing: Framing::Length }
}

fn desk() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(SOON)).unwrap();
    socket
}

fn heard(socket: &UdpSocket) -> Vec<u8> {
    let mut bytes = [0; 256];
    let len = socket.recv(&mut bytes).unwrap();
    bytes[..len].to_vec()
}

fn port_of(listener: &TcpListener) -> u16 {
    listener.local_addr().unwrap().port()
}

/// A port at which nobody listens.
fn closed_port() -> u16 {
    port_of(&TcpListener::bind("127.0.0.1:0").unwrap())
}

fn stop() -> Body {
    Body::Osc { address: "/stop".into(), content: OscContent::Args(vec![]) }
}

/// The output `desk` to these machines, which is sent `panic` on panic.
fn desk_at(kinds: Vec<OutputKind>, panic: Vec<Body>) -> Output {
    let mut kinds = kinds.into_iter();
    let main = kinds.next().unwrap();
    Output { mirrors: kinds.collect(), ..output("desk", main, panic) }
}

fn live(desk: Output, body: Body) -> (Outputs, Receiver<Report>) {
    let show = show(vec![desk], vec![(0, body)]);
    let (reporter, reports) = reporter();
    (Outputs::live(Arc::new(show), &surroundings(&|_| None), reporter), reports)
}

fn side_failed(word: &str, port: u16, why: String) -> Outcome {
    Outcome::SideFailed { side: format!("{word} 127.0.0.1:{port}"), why }
}

#[test]
fn both_machines_get_every_message_and_the_stop_of_a_panic() {
    let (main, backup) = (desk(), desk());
    let (mut outputs, reports) =
        live(desk_at(vec![udp(&main), udp(&backup)], vec![stop()]), fire());
    assert_eq!(outputs.send(job(0), now()), Some(Outcome::Sent));
    assert_eq!((heard(&main), heard(&backup)), (FIRE_BYTES.to_vec(), FIRE_BYTES.to_vec()));
    let stopped = Report { output: OutputIx(0), job: None, outcome: Outcome::Sent };
    assert_eq!(outputs.panic(now()), [stopped]);
    let stop = b"/stop\0\0\0,\0\0\0".to_vec();
    assert_eq!((heard(&main), heard(&backup)), (stop.clone(), stop));
    let health = &outputs.health(now())[0];
    assert_eq!((health.light, &health.error, health.sent), (Light::Ok, &None, 2));
    let sides: Vec<_> = health.sides.iter().map(|side| (side.light, side.sent)).collect();
    assert_eq!(sides, [(Light::Ok, 2), (Light::Ok, 2)]);
    assert!(reports.try_recv().is_err(), "each message has one outcome");
}

#[test]
fn a_dead_backup_fails_nothing_and_is_named_at_every_message() {
    let (main, dead) = (TcpListener::bind("127.0.0.1:0").unwrap(), closed_port());
    let (mut outputs, reports) =
        live(desk_at(vec![tcp(port_of(&main)), tcp(dead)], vec![stop()]), fire());
    assert_eq!(outputs.send(job(0), now()), None);
    let (mut line, _) = main.accept().unwrap();
    let mut frame = vec![0; 4 + FIRE_BYTES.len()];
    line.read_exact(&mut frame).unwrap();
    assert_eq!(frame.get(4..), Some(FIRE_BYTES));
    let next = || reports.recv_timeout(SOON).unwrap();
    let why = format!("cannot connect to 127.0.0.1:{dead}: Connection refused");
    let mut outcomes = vec![];
    for _ in 0..2 {
        let report = next();
        assert_eq!(report.job, Some(job(0)));
        outcomes.push(report.outcome);
    }
    assert_eq!(outcomes, [Outcome::Sent, side_failed("backup", dead, why.clone())]);
    let health = &outputs.health(now())[0];
    assert_eq!((health.light, health.sent, health.failed), (Light::SideDown, 1, 0));
    assert_eq!(health.error, Some(format!("backup: {why}")));
    assert_eq!(health.sides[1].name, format!("backup 127.0.0.1:{dead}"));
    let counts: Vec<_> = health.sides.iter().map(|side| (side.sent, side.failed)).collect();
    assert_eq!(counts, [(1, 0), (0, 1)]);
    // A backup that could not be told to stop is no stop.
    assert_eq!(outputs.panic(now()), []);
    let told = next();
    assert_eq!((told.job, told.outcome), (None, Outcome::Failed(format!("backup: {why}"))));
}

#[test]
fn a_dead_main_machine_leaves_the_backup_to_do_it() {
    let (gone, backup) = (desk(), desk());
    let kinds = vec![udp(&gone), udp(&backup)];
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let (mut outputs, reports) = live(desk_at(kinds, vec![]), fire());
    assert_eq!(outputs.send(job(0), now()), Some(Outcome::Sent));
    assert_eq!(heard(&backup), FIRE_BYTES);
    let why = format!("sent, but refused: nobody listens at 127.0.0.1:{port}");
    let report = reports.recv_timeout(SOON).unwrap();
    assert_eq!(report.outcome, side_failed("main", port, why));
    assert_eq!(outputs.health(now())[0].light, Light::SideDown);
}

#[test]
fn what_no_machine_took_has_failed_and_says_so_of_each() {
    let ports = [closed_port(), closed_port()];
    let (mut outputs, reports) = live(desk_at(ports.map(tcp).to_vec(), vec![]), fire());
    assert_eq!(outputs.send(job(0), now()), None);
    let Outcome::Failed(why) = reports.recv_timeout(SOON).unwrap().outcome else { panic!("sent") };
    let said =
        |word, port| format!("{word}: cannot connect to 127.0.0.1:{port}: Connection refused");
    assert_eq!(why, format!("{}; {}", said("main", ports[0]), said("backup", ports[1])));
    let health = &outputs.health(now())[0];
    assert_eq!((health.light, health.sent, health.failed), (Light::Down, 0, 1));
    assert!(reports.try_recv().is_err());
}

#[test]
fn a_backup_that_never_answers_delays_nothing() {
    let [main, hangs] = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let server = |listener: &TcpListener| OutputKind::Http {
        base: format!("http://127.0.0.1:{}", port_of(listener)),
        headers: vec![],
        timeout: 10 * SOON,
        ca: None,
    };
    let get = Body::Http {
        method: "GET".into(),
        path: "/go".into(),
        content: HttpContent::Empty,
        retries: 0,
    };
    let (mut outputs, reports) = live(desk_at(vec![server(&main), server(&hangs)], vec![]), get);
    assert_eq!(outputs.send(job(0), now()), None);
    let (mut asked, _) = main.accept().unwrap();
    let (_asked_too, _) = hangs.accept().unwrap();
    asked.read_exact(&mut [0; 16]).unwrap();
    asked.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    // The other has no answer, and its time limit is far away.
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    let later = now() + Duration::from_secs(5);
    assert_eq!(outputs.health(later)[0].light, Light::Slow);
    let error = outputs.health(later)[0].error.clone().unwrap();
    assert!(
        error.starts_with("backup http://127.0.0.1:") && error.contains("no answer"),
        "{error}"
    );
    let left = outputs.close(now());
    assert!(left.is_empty(), "what one machine took is done: {left:?}");
}

#[test]
fn a_new_version_of_the_show_keeps_the_machines_and_their_lines() {
    let [main, backup] = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap());
    let kind = |listener: &TcpListener| OutputKind::RawTcp {
        host: "127.0.0.1".into(),
        port: port_of(listener),
    };
    let text = |text: &str| Body::Raw(RawMessage::Text(text.into()));
    let desk = || desk_at(vec![kind(&main), kind(&backup)], vec![]);
    let old = show(vec![desk()], vec![(0, text("OLD\r\n"))]);
    let new = Arc::new(show(vec![desk()], vec![(0, text("NEW\r\n"))]));
    let (reporter, reports) = reporter();
    let surroundings = surroundings(&|_| None);
    let mut outputs = Outputs::live(Arc::new(old.clone()), &surroundings, Arc::clone(&reporter));
    let mut lines = [&main, &backup].map(|listener| listener.accept().unwrap().0);
    let open = outputs.open();
    outputs.revise(RevisedOutputs::live((&old, &open), new, &surroundings, &reporter));
    assert_eq!(outputs.send(job(0), now()), None);
    for line in &mut lines {
        let mut heard = [0; 5];
        line.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"NEW\r\n");
    }
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
}

#[test]
fn each_machine_is_kept_awake() {
    let (main, backup) = (desk(), desk());
    let keepalive = Some(Keepalive { body: fire(), every: Duration::from_secs(1) });
    let desk = Output { keepalive, ..desk_at(vec![udp(&main), udp(&backup)], vec![]) };
    let (mut outputs, _reports) = live(desk, stop());
    outputs.send_here(|_| true);
    assert_eq!((heard(&main), heard(&backup)), (FIRE_BYTES.to_vec(), FIRE_BYTES.to_vec()));
}

#[test]
fn a_probe_says_which_machine_is_dead() {
    let main = TcpListener::bind("127.0.0.1:0").unwrap();
    let (alive, dead) = (port_of(&main), closed_port());
    let show = show(vec![desk_at(vec![tcp(alive), tcp(dead)], vec![])], vec![]);
    let env = |_: &str| None;
    let surroundings = Surroundings { permits: permits(), clock: CLOCK, ..surroundings(&env) };
    let probed = probe(&show, &surroundings, Duration::from_secs(3));
    assert_eq!(probed[0].what, ProbeAnswer::Down);
    let words = &probed[0].words;
    assert!(words.starts_with(&format!("main 127.0.0.1:{alive}: ")), "{words}");
    assert!(words.contains(&format!("; backup 127.0.0.1:{dead}: ")), "{words}");
    assert!(words.ends_with("Connection refused"), "{words}");
}

#[test]
fn what_all_machines_answer_is_said_once() {
    let name = |word: &str, machine: &str| Name { word: word.into(), machine: machine.into() };
    let names = [name("main", "a:1"), name("backup", "b:1")];
    let said = |one: (ProbeAnswer, &str), other: (ProbeAnswer, &str)| {
        together(&names, &[one, other].map(|(what, words)| (what, words.to_owned())))
    };
    let (up, unknown, down) = (ProbeAnswer::Up, ProbeAnswer::Unknown, ProbeAnswer::Down);
    assert_eq!(said((up, "answers"), (up, "answers")), (up, "each: answers".into()));
    let words = "main a:1: answers; backup b:1: nobody refuses".to_owned();
    assert_eq!(said((up, "answers"), (unknown, "nobody refuses")), (unknown, words));
    let words = "main: a:1 is away; backup b:1: answers".to_owned();
    assert_eq!(said((down, "a:1 is away"), (up, "answers")), (down, words));
}

/// A ledger of two machines, which is sent `panics` messages on panic.
fn ledger(panics: usize) -> Ledger {
    let name = |word: &str, machine: &str| Name { word: word.into(), machine: machine.into() };
    Ledger::new(vec![name("main", "a:1"), name("backup", "b:1")], panics)
}

fn failed(why: &str) -> Outcome {
    Outcome::Failed(why.into())
}

#[test]
fn a_refusal_that_comes_late_belongs_to_its_machine_until_none_is_left() {
    let mut ledger = ledger(0);
    ledger.begin(job(0), now());
    let mut hear = |side, outcome| ledger.hear(side, job(0), outcome).0;
    assert_eq!(hear(0, Outcome::Sent), [Outcome::Sent]);
    assert_eq!(hear(1, Outcome::Sent), []);
    let beside = Outcome::SideFailed { side: "main a:1".into(), why: "refused".into() };
    assert_eq!(hear(0, failed("refused")), [beside]);
    assert_eq!(hear(1, failed("gone")), [failed("main a:1: refused; backup b:1: gone")]);
}

#[test]
fn what_a_panic_called_off_at_all_machines_is_said_once() {
    let mut ledger = ledger(0);
    ledger.begin(job(0), now());
    assert_eq!(ledger.hear(1, job(0), failed("stopped by panic")).0, []);
    let all = ledger.hear(0, job(0), failed("stopped by panic")).0;
    assert_eq!(all, [failed("stopped by panic")]);
}

#[test]
fn a_stop_counts_once_every_machine_has_it_and_a_second_panic_begins_again() {
    let mut ledger = ledger(2);
    ledger.begin_panic();
    assert_eq!(ledger.hear_panic(0, Outcome::Sent), None);
    assert_eq!(ledger.hear_panic(0, Outcome::Sent), None);
    assert_eq!(ledger.hear_panic(1, Outcome::Sent), Some(Outcome::Sent));
    assert_eq!(ledger.hear_panic(1, failed("no")), Some(failed("backup b:1: no")));
    ledger.begin_panic();
    for _ in 0..2 {
        assert_eq!(ledger.hear_panic(0, Outcome::Sent), None);
    }
    for _ in 0..2 {
        assert_eq!(ledger.hear_panic(1, Outcome::Sent), Some(Outcome::Sent));
    }
    // The answer to the first panic came among those to the second.
    assert_eq!(ledger.hear_panic(1, Outcome::Sent), None);
    assert_eq!(ledger.hear_panic(1, failed("no")), Some(failed("backup b:1: no")));
}

#[test]
fn a_light_is_that_of_the_machine_that_needs_a_look() {
    for (sides, whole) in [
        ([Light::Idle, Light::Idle], Light::Idle),
        ([Light::Ok, Light::Idle], Light::Ok),
        ([Light::Ok, Light::Slow], Light::Slow),
        ([Light::Slow, Light::Refused], Light::Refused),
        ([Light::Ok, Light::Down], Light::SideDown),
        ([Light::Down, Light::Idle], Light::SideDown),
        ([Light::Down, Light::Down], Light::Down),
    ] {
        assert_eq!(light(sides.into_iter()), whole, "{sides:?}");
    }
}
