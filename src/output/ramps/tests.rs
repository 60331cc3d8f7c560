//! Ramps on their way to real sockets.

use std::io::Read;
use std::net::{TcpListener, UdpSocket};

use super::*;
use crate::output::testing::{
    SOON, awaited, context, job, now, output, reporter, show, surroundings,
};
use crate::output::{Light, Outputs};
use crate::show::OutputKind;
use crate::show::action::{Framing, OscArg, RampEnds};

/// Longer than several steps of a ramp take, even on a machine with other work.
const QUIET: Duration = Duration::from_millis(300);

fn says(address: &str, content: OscContent) -> (u32, Body) {
    (0, Body::Osc { address: address.into(), content })
}

fn ramps(address: &str, from: f32, to: f32, over: Duration) -> (u32, Body) {
    says(address, OscContent::Ramp(OscRamp { ends: RampEnds::Decimal(from, to), over }))
}

/// A desk that hears packets.
struct Desk(UdpSocket);

impl Desk {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(SOON)).unwrap();
        Desk(socket)
    }

    fn kind(&self) -> OutputKind {
        let port = self.0.local_addr().unwrap().port();
        OutputKind::OscUdp { host: "127.0.0.1".into(), port }
    }

    /// The next packet: its address, and its only argument, a decimal number.
    fn hear(&self) -> (String, f32) {
        let mut packet = [0; 128];
        let len = self.0.recv(&mut packet).unwrap();
        value(&packet[..len])
    }

    /// The values up to this one.
    fn up_to(&self, last: f32) -> Vec<f32> {
        let mut values = vec![];
        while values.last() != Some(&last) {
            values.push(self.hear().1);
        }
        values
    }

    /// Passes over what has come.
    fn drain(&self) {
        while self.0.set_nonblocking(true).is_ok() && self.0.recv(&mut [0; 128]).is_ok() {}
        self.0.set_nonblocking(false).unwrap();
    }

    /// Asserts that no more than the value that was just leaving is heard.
    #[track_caller]
    fn is_quiet(&self) {
        self.0.set_read_timeout(Some(QUIET)).unwrap();
        let mut packet = [0; 128];
        let heard = (0..10).take_while(|_| self.0.recv(&mut packet).is_ok()).count();
        assert!(heard <= 1, "{heard} packets");
        self.0.set_read_timeout(Some(SOON)).unwrap();
    }
}

/// Address and number of a packet, by the layout of OSC 1.0.
fn value(packet: &[u8]) -> (String, f32) {
    let address: Vec<u8> = packet.iter().copied().take_while(|byte| *byte != 0).collect();
    let types = (address.len() + 1).next_multiple_of(4);
    assert_eq!(packet.get(types..types + 4), Some(&b",f\0\0"[..]), "{packet:?}");
    let number = packet[types + 4..].try_into().unwrap();
    (String::from_utf8(address).unwrap(), f32::from_be_bytes(number))
}

fn live(kinds: Vec<OutputKind>, actions: Vec<(u32, Body)>) -> Outputs {
    let mut kinds = kinds.into_iter();
    let main = output("desk", kinds.next().unwrap(), vec![]);
    let desk = crate::show::Output { mirrors: kinds.collect(), ..main };
    Outputs::live(Arc::new(show(vec![desk], actions)), &surroundings(&|_| None), reporter().0)
}

/// The job of an action of the only cue.
fn action(action: u32) -> Job {
    Job { action, ..job(1) }
}

const LONG: Duration = Duration::from_secs(600);

#[test]
fn a_ramp_leaves_value_by_value_and_ends_at_its_target() {
    let desk = Desk::new();
    let fader = ramps("/ch/01/mix/fader", 0.0, 0.75, Duration::from_millis(500));
    let mut outputs = live(vec![desk.kind()], vec![fader]);
    assert_eq!(outputs.send(action(0), now()), Some(Outcome::Sent));
    assert_eq!(desk.hear(), ("/ch/01/mix/fader".into(), 0.0), "the first leaves with GO");
    let values = desk.up_to(0.75);
    assert!(values.is_sorted() && values.len() > 5, "{values:?}");
    desk.is_quiet();
    assert_eq!(outputs.health(now())[0].sent, 1, "what follows is not counted");
}

#[test]
fn what_is_sent_to_the_same_address_takes_its_place() {
    let desk = Desk::new();
    let actions = vec![
        ramps("/a", 1.0, 0.5, LONG),
        ramps("/b", 9.0, 8.0, LONG),
        ramps("/a", 5.0, 4.0, LONG),
        says("/a", OscContent::Args(vec![OscArg::Float(2.0)])),
        says("/c", OscContent::Args(vec![OscArg::Float(3.0)])),
    ];
    let mut outputs = live(vec![desk.kind()], actions);
    (0..2).for_each(|at| drop(outputs.send(action(at), now())));
    awaited(|| desk.hear().0 == "/b");
    outputs.send(action(2), now());
    awaited(|| desk.hear() == ("/a".into(), 5.0));
    // One value of the ramp before may have been on its way.
    let of_a = (0..40).map(|_| desk.hear()).filter(|(address, _)| address == "/a");
    let of_a: Vec<f32> = of_a.map(|(_, value)| value).collect();
    let of_the_old = of_a.iter().filter(|value| **value <= 1.0).count();
    assert!(of_the_old <= 1 && of_a.len() >= 5, "{of_a:?}");
    outputs.send(action(3), now());
    awaited(|| desk.hear() == ("/a".into(), 2.0));
    let others = (0..40).map(|_| desk.hear()).filter(|(address, _)| address == "/a").count();
    assert!(others <= 1, "{others} more");
    outputs.send(action(4), now());
    awaited(|| desk.hear() == ("/c".into(), 3.0));
    awaited(|| desk.hear().0 == "/b");
}

#[test]
fn a_ramp_that_does_not_get_to_its_end_is_a_message_that_failed() {
    let (context, reports) = context("desk");
    let begun = now();
    let ramp = OscRamp { ends: RampEnds::Decimal(0.0, 1.0), over: LONG };
    let (address, mark) = ("/late".into(), Arc::default());
    let pace = RampPace::new(ramp, begun);
    let mut ramp = BegunRamp { job: action(2), address, pace, mark };
    assert!(ramp.step(begun + Duration::from_millis(16), &context).is_some());
    assert!(reports.try_recv().is_err(), "it goes on");
    // The machine stood still.
    assert!(ramp.step(begun + LONG / 2, &context).is_none());
    let why = "the ramp of /late did not get to its end".to_owned();
    assert_eq!(reports.try_recv(), Ok(context.report(Some(action(2)), Outcome::Failed(why))));
    assert!(ramp.mark.is_ended());
}

#[test]
fn a_panic_and_a_stop_of_its_cue_leave_it_where_it_is() {
    for is_panic in [true, false] {
        let desk = Desk::new();
        let mut outputs = live(vec![desk.kind()], vec![ramps("/a", 0.0, 1.0, LONG)]);
        outputs.send(action(0), now());
        (0..5).for_each(|_| drop(desk.hear()));
        outputs.stop(CueIx(7), Duration::ZERO, now());
        (0..5).for_each(|_| drop(desk.hear()));
        match is_panic {
            true => assert_eq!(outputs.panic(now()), []),
            false => outputs.stop(CueIx(0), Duration::from_secs(3), now()),
        }
        desk.drain();
        desk.is_quiet();
    }
}

#[test]
fn it_ends_where_another_machine_sends_to_its_address_or_has_taken_the_flag() {
    for gives_way in [true, false] {
        let desk = Desk::new();
        let other = says("/a", OscContent::Args(vec![OscArg::Float(2.0)]));
        let elsewhere = says("/b", OscContent::Args(vec![OscArg::Float(2.0)]));
        let actions = vec![ramps("/a", 0.0, 1.0, LONG), other, elsewhere];
        let mut outputs = live(vec![desk.kind()], actions);
        outputs.send(action(0), now());
        outputs.gives_way(CueIx(0), 2);
        (0..5).for_each(|_| drop(desk.hear()));
        match gives_way {
            true => outputs.gives_way(CueIx(0), 1),
            false => outputs.end_ramps(),
        }
        desk.drain();
        desk.is_quiet();
    }
}

#[test]
fn a_pause_of_its_cue_has_it_stand_still() {
    let desk = Desk::new();
    let over = Duration::from_secs(2);
    let mut outputs = live(vec![desk.kind()], vec![ramps("/a", 0.0, 1.0, over)]);
    outputs.send(action(0), now());
    (0..5).for_each(|_| drop(desk.hear()));
    outputs.freeze(CueIx(0), true, now());
    desk.drain();
    desk.is_quiet();
    outputs.freeze(CueIx(0), false, now());
    let values = desk.up_to(1.0);
    assert!(values.is_sorted() && values[0] < 0.9, "{values:?}");
}

#[test]
fn both_machines_of_a_mirrored_output_are_told_over_udp_and_tcp() {
    let (desk, backup) = (Desk::new(), TcpListener::bind("127.0.0.1:0").unwrap());
    let tcp = OutputKind::OscTcp {
        host: "127.0.0.1".into(),
        port: backup.local_addr().unwrap().port(),
        framing: Framing::Length,
    };
    let actions =
        vec![ramps("/a", 1.0, 0.25, Duration::from_millis(300)), ramps("/a", 1.0, 0.0, LONG)];
    let mut outputs = live(vec![desk.kind(), tcp], actions);
    let (mut connection, _) = backup.accept().unwrap();
    connection.set_read_timeout(Some(SOON)).unwrap();
    awaited(|| outputs.health(now())[0].sides[1].light == Light::Ok);
    let mut hear = || {
        let mut packet = [0; 16];
        connection.read_exact(&mut packet)?;
        assert_eq!(packet[..4], [0, 0, 0, 12]);
        Ok::<f32, io::Error>(value(&packet[4..]).1)
    };
    outputs.send(action(0), now());
    assert_eq!(hear().unwrap(), 1.0);
    let mut over_tcp = vec![];
    while over_tcp.last() != Some(&0.25) {
        over_tcp.push(hear().unwrap());
    }
    assert!(over_tcp.iter().rev().is_sorted() && over_tcp.len() > 2, "{over_tcp:?}");
    let over_udp = desk.up_to(0.25);
    assert!(over_udp.iter().rev().is_sorted() && over_udp.len() > 3, "{over_udp:?}");
    outputs.send(action(1), now());
    (0..5).for_each(|_| drop((hear().unwrap(), desk.hear())));
    outputs.panic(now());
    connection.set_read_timeout(Some(QUIET)).unwrap();
    let mut heard = 0;
    while connection.read_exact(&mut [0; 16]).is_ok() {
        heard += 1;
        assert!(heard < 10, "it goes on");
    }
}

#[test]
fn it_goes_on_after_an_edit_of_the_show_that_adds_another() {
    let desk = Desk::new();
    let shows = [vec![], vec![ramps("/b", 5.0, 6.0, LONG)]].map(|more| {
        let actions = [vec![says("/x", OscContent::Args(vec![]))], more].concat();
        Arc::new(show(vec![output("desk", desk.kind(), vec![])], actions))
    });
    let [old, new] = shows;
    let (env, reporter) = (|_: &str| None, reporter().0);
    let surroundings = surroundings(&env);
    let mut outputs = Outputs::live(Arc::clone(&old), &surroundings, Arc::clone(&reporter));
    let is_open = outputs.open();
    let revised =
        crate::output::RevisedOutputs::live((&old, &is_open), new, &surroundings, &reporter);
    outputs.revise(revised);
    assert_eq!(outputs.send(action(1), now()), Some(Outcome::Sent));
    let values: Vec<f32> = (0..10).map(|_| desk.hear().1).collect();
    assert!(values.is_sorted() && values[0] == 5.0, "{values:?}");
}
