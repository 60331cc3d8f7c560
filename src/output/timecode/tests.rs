//! The thread, with generous limits: what it says and that it says no more. When exactly, is tested
//! without a clock.

use std::net::{TcpListener, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

use super::*;
use crate::output::testing::{CLOCK, SOON, fire, job, now, output, reporter, show, surroundings};
use crate::output::{Outputs, Surroundings};
use crate::show::OutputKind;
use crate::show::action::Framing;
use crate::show::duration::{HOUR_NS, SECOND_NS};

struct Heard(Sender<(MachineNs, Vec<u8>)>);

impl ClockReceiver for Heard {
    fn say(&mut self, bytes: Vec<u8>, _now: MachineNs) {
        drop(self.0.send((now(), bytes)));
    }
}

fn mtc(rate: FrameRate) -> (TimecodeClock, Receiver<(MachineNs, Vec<u8>)>) {
    let (sender, heard) = channel();
    (TimecodeClock::start("desk", CLOCK, rate, MTC, Heard(sender)).unwrap(), heard)
}

fn next(heard: &Receiver<(MachineNs, Vec<u8>)>) -> Vec<u8> {
    heard.recv_timeout(SOON).unwrap().1
}

#[test]
fn quarter_frames_keep_their_time_and_end_with_the_clock() {
    let (timecode, heard) = mtc(FrameRate::Fps30);
    let began = now();
    timecode.set(ShowTime { now_ns: HOUR_NS, runs: true }, now());
    // The thread may begin some frames late, but not by a second.
    assert_eq!(next(&heard)[..8], [0xF0, 0x7F, 0x7F, 0x01, 0x01, 0x61, 0, 0]);
    let quarters: Vec<_> = std::iter::from_fn(|| heard.recv_timeout(SOON).ok()).take(60).collect();
    // 60 quarters of frames are half a second, less the first; a machine under load may be late,
    // but never early.
    let took = quarters.last().unwrap().0.since(began);
    assert!(took >= Duration::from_millis(490), "{took:?}");
    assert!(took < SOON, "{took:?}");
    // A stall of this machine may have cost some pieces, and put a full frame in their place; else
    // they are in order.
    let is_whole = quarters.iter().all(|(_, bytes)| bytes[0] == 0xF1);
    let in_order =
        quarters.iter().zip((0..8_u8).cycle()).all(|((_, bytes), piece)| bytes[1] >> 4 == piece);
    assert!(!is_whole || in_order, "{quarters:?}");

    timecode.set(ShowTime { now_ns: HOUR_NS + SECOND_NS, runs: false }, now());
    let last =
        std::iter::from_fn(|| heard.recv_timeout(SOON).ok()).find(|(_, bytes)| bytes[0] == 0xF0);
    assert_eq!(last.unwrap().1, [0xF0, 0x7F, 0x7F, 0x01, 0x01, 0x61, 0, 1, 0, 0xF7]);
    assert_eq!(heard.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout));
    drop(timecode);
    assert_eq!(heard.recv_timeout(SOON), Err(RecvTimeoutError::Disconnected));
}

fn no_env(_: &str) -> Option<String> {
    None
}

fn live(kind: OutputKind) -> Outputs {
    let mut lights = output("lights", kind, vec![]);
    lights.timecode = Some(FrameRate::Fps25);
    let surroundings: Surroundings<'_> = surroundings(&no_env);
    let show = Arc::new(show(vec![lights], vec![(0, fire())]));
    Outputs::live(show, &surroundings, reporter().0)
}

/// The text of a packet of timecode.
fn label(packet: &[u8]) -> &str {
    assert_eq!(
        packet.get(..20),
        Some(&b"/timecode\0\0\0,siiii\0\0"[..20]),
        "{}",
        String::from_utf8_lossy(packet)
    );
    std::str::from_utf8(&packet[20..31]).unwrap()
}

#[test]
fn a_desk_at_udp_hears_each_frame_and_the_cues_between_them() {
    let desk = UdpSocket::bind("127.0.0.1:0").unwrap();
    desk.set_read_timeout(Some(SOON)).unwrap();
    let port = desk.local_addr().unwrap().port();
    let mut outputs = live(OutputKind::OscUdp { host: "127.0.0.1".into(), port });
    let mut block = [0; 256];
    let mut hear = || {
        let len = desk.recv(&mut block).unwrap();
        block[..len].to_vec()
    };
    outputs.show_time(ShowTime { now_ns: 3723 * SECOND_NS, runs: true }, now());
    let heard: Vec<_> = (0..5).map(|_| hear()).collect();
    let labels: Vec<_> = heard.iter().map(|packet| label(packet)).collect();
    assert!(labels[0].starts_with("01:02:03:"), "{labels:?}");
    assert!(labels.is_sorted() && labels.windows(2).all(|pair| pair[0] != pair[1]), "{labels:?}");

    assert_eq!(outputs.send(job(0), now()), Some(crate::output::Outcome::Sent));
    assert!((0..2000).any(|_| hear().starts_with(b"/eos")));
    assert_eq!(outputs.panic(now()), []);
    label(&hear());

    outputs.show_time(ShowTime { now_ns: 4000 * SECOND_NS, runs: false }, now());
    assert!((0..2000).any(|_| label(&hear()) == "01:06:40:00"));
    desk.set_read_timeout(Some(Duration::from_millis(120))).unwrap();
    assert!(desk.recv(&mut [0; 256]).is_err(), "a clock that stands is told once");
}

#[test]
fn a_desk_at_tcp_hears_it_on_the_connection_of_the_cues() {
    let desk = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = desk.local_addr().unwrap().port();
    let mut outputs =
        live(OutputKind::OscTcp { host: "127.0.0.1".into(), port, framing: Framing::Slip });
    let (mut stream, _) = desk.accept().unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    outputs.show_time(ShowTime { now_ns: 0, runs: true }, now());
    // A frame is END, the packet of 48 bytes, none of which needs an escape, END.
    let mut frame = [0; 50];
    for _ in 0..3 {
        std::io::Read::read_exact(&mut stream, &mut frame).unwrap();
        assert_eq!((frame[0], frame[49]), (0xC0, 0xC0));
        assert!(label(&frame[1..49]).starts_with("00:00:0"));
    }
}

#[test]
fn a_rehearsal_tells_nobody() {
    let desk = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = desk.local_addr().unwrap().port();
    let mut lights =
        output("lights", OutputKind::OscUdp { host: "127.0.0.1".into(), port }, vec![]);
    lights.timecode = Some(FrameRate::Fps25);
    let mut outputs = Outputs::rehearsal(Arc::new(show(vec![lights], vec![])));
    outputs.show_time(ShowTime { now_ns: 0, runs: true }, now());
    desk.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(desk.recv(&mut [0; 256]).is_err());
}
