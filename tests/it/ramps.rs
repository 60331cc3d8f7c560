//! Ramps of the real program: what a desk hears of a fader that moves, and what ends it.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{House, PATIENCE, Program};

/// Longer than several steps of a ramp take, even on a machine with other work.
const QUIET: Duration = Duration::from_millis(300);

/// Number of ramps at once that are measured.
const AT_ONCE: usize = 20;

/// A packet: when it came, its address, and its number if it has one.
type Heard = (Instant, String, Option<f32>);

/// A desk that hears packets as they come: its system keeps only a few hundred.
struct Desk {
    port: u16,
    heard: Receiver<Heard>,
}

impl Desk {
    fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("its address").port();
        let (sender, heard) = channel();
        thread::spawn(move || {
            let mut packet = [0; 256];
            while let Ok(len) = socket.recv(&mut packet) {
                if sender.send(Self::read(&packet[..len])).is_err() {
                    return;
                }
            }
        });
        Desk { port, heard }
    }

    fn read(packet: &[u8]) -> Heard {
        let heard = Instant::now();
        let address = packet.split(|byte| *byte == 0).next().unwrap_or_default();
        let is_number = packet.windows(4).any(|types| types == b",f\0\0");
        let number = packet.last_chunk::<4>().filter(|_| is_number);
        let number = number.copied().map(f32::from_be_bytes);
        (heard, String::from_utf8_lossy(address).into_owned(), number)
    }

    /// The next packet.
    fn hear(&self) -> Heard {
        self.heard.recv_timeout(PATIENCE).expect("a packet")
    }

    /// What is heard up to a message to `address`.
    fn up_to(&self, address: &str) -> Vec<Heard> {
        let mut all = vec![];
        while all.last().is_none_or(|(_, heard, _)| heard != address) {
            all.push(self.hear());
        }
        all
    }

    /// Asserts that nothing more is heard after what is on its way.
    #[track_caller]
    fn is_quiet(&self) {
        let heard = (0..20).take_while(|_| self.heard.recv_timeout(QUIET).is_ok()).count();
        assert!(heard < 20, "it goes on");
    }

    fn show(&self, cues: &str) -> String {
        let port = self.port;
        format!(
            "title = \"T\"\n[output.desk]\nosc = \"udp://127.0.0.1:{port}\"\nprefix = \"/ch\"\n\
             panic = [{{ osc = \"/off\" }}]\n[[segment]]\ntitle = \"S\"\nduration = \"10m\"\n{cues}"
        )
    }
}

fn cue(number: &str, actions: &str) -> String {
    format!("[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"C\"\ndo = [{actions}]\n")
}

fn go(program: &mut Program) {
    program.keys(" ");
    program.guard();
}

#[test]
fn a_fader_moves_through_a_hold_until_it_is_there_and_a_panic_leaves_it_where_it_is() {
    let (house, desk) = (House::new(), Desk::new());
    let ramp = |over| {
        format!("{{ output = \"desk\", osc = \"/01\", ramp = [0.0, 0.75], over = \"{over}\" }}")
    };
    let show = desk.show(&[cue("1", &ramp("1s")), cue("2", &ramp("10m"))].concat());
    let mut program = house.open(&[&house.show(&show)]);
    go(&mut program);
    program.keys("h");
    let first = desk.hear();
    assert_eq!((first.1.as_str(), first.2), ("/ch/01", Some(0.0)));
    let mut last = Some(0.0);
    while last != Some(0.75) {
        let (_, address, value) = desk.hear();
        assert_eq!(address, "/ch/01");
        assert!(value > last, "{value:?} after {last:?}");
        last = value;
    }
    desk.is_quiet();
    program.keys("h");
    let journal = program.await_event("resumed", 1);
    assert_eq!(journal.of_kind("action_sent").len(), 1, "what follows is no message of its own");
    go(&mut program);
    (0..10).for_each(|_| drop(desk.hear()));
    program.keys("\x1b\x1b");
    let heard = desk.up_to("/ch/off");
    assert!(heard.iter().all(|(_, _, value)| value.is_none_or(|value| value < 0.1)), "{heard:?}");
    desk.is_quiet();
    program.kill();
}

/// Prints how far the values of ramps are from the even line, how often they come, and what they cost
/// a GO.
#[test]
#[ignore = "measures, and asserts nothing about the machine"]
fn measure_ramps() {
    const GOS: usize = 40;
    let (house, desk) = (House::new(), Desk::new());
    let ramp = |at: usize| {
        format!("{{ output = \"desk\", osc = \"/{at}\", ramp = [0.0, 1.0], over = \"40s\" }}")
    };
    let plain = |n: usize| cue(&n.to_string(), "{ output = \"desk\", osc = \"/go\" }");
    let ramps: Vec<_> = (0..AT_ONCE).map(ramp).collect();
    let cues: Vec<_> = (1..=GOS)
        .map(plain)
        .chain([cue("500", &ramps.join(", "))])
        .chain((501..=500 + GOS).map(plain))
        .collect();
    let mut program = house.open(&[&house.show(&desk.show(&cues.concat()))]);
    let mut steps = vec![];
    for is_with in [false, true] {
        let mut took = vec![];
        for _ in 0..GOS {
            program.guard();
            let begun = Instant::now();
            program.keys(" ");
            let heard = desk.up_to("/ch/go");
            took.push(heard.last().expect("the GO").0 - begun);
            steps.extend(heard);
        }
        took.sort_unstable();
        println!(
            "GO to packet, ramps {}: median {:?}, most {:?}",
            if is_with { AT_ONCE } else { 0 },
            took[GOS / 2],
            took[GOS - 1]
        );
        if !is_with {
            program.guard();
            program.keys(" ");
        }
    }
    let of_one: Vec<_> = steps.iter().filter(|(_, address, _)| address == "/ch/7").collect();
    let (begun, first) = (of_one[0].0, of_one[0].2.expect("a number"));
    let off = of_one.iter().map(|(at, _, value)| {
        let line = (*at - begun).as_secs_f32() / 40.0;
        (value.expect("a number") - first - line).abs()
    });
    let gaps: Vec<_> = of_one.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    println!(
        "{} steps of one ramp, {:.1} a second, longest pause {:?}, at most {:.3} % off the line",
        of_one.len(),
        (of_one.len() - 1) as f64 / (of_one[of_one.len() - 1].0 - begun).as_secs_f64(),
        gaps.iter().max().expect("gaps"),
        off.fold(0.0, f32::max) * 100.0
    );
    program.kill();
}
