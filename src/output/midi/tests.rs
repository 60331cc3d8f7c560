//! A port that is missing, found, unplugged, put back, and one that takes nothing, on a machine
//! made for it.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use super::*;
use crate::output::clocked::Clocked;
use crate::output::testing::{CLOCK, SOON, awaited, context, job, now, output, show};
use crate::output::timecode::{MTC, TimecodeClock};
use crate::output::{Driver, Light, Outcome, Report, ShowTime};
use crate::show::action::MidiMessage;
use crate::show::{Body, FrameRate, OutputIx, OutputKind};

/// The machine behind the fake.
struct Machine {
    ports: Result<Vec<Port>, String>,
    /// Why a port takes nothing, if it does not.
    stuck: Option<String>,
    opened: usize,
}

struct Fake {
    machine: Arc<Mutex<Machine>>,
    heard: Sender<(String, Vec<u8>)>,
}

impl Default for Machine {
    fn default() -> Self {
        Machine { ports: Ok(vec![]), stuck: None, opened: 0 }
    }
}

impl MidiPorts for Fake {
    fn list(&mut self) -> Result<Vec<Port>, String> {
        self.machine.lock().unwrap().ports.clone()
    }

    fn connect(&mut self, port: &Port) -> Result<Box<dyn MidiConnection>, String> {
        self.machine.lock().unwrap().opened += 1;
        let (machine, heard) = (Arc::clone(&self.machine), self.heard.clone());
        Ok(Box::new(FakeConnection { name: port.name.clone(), machine, heard }))
    }
}

struct FakeConnection {
    name: String,
    machine: Arc<Mutex<Machine>>,
    heard: Sender<(String, Vec<u8>)>,
}

impl MidiConnection for FakeConnection {
    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        if let Some(why) = &self.machine.lock().unwrap().stuck {
            return Err(why.clone());
        }
        // As a real one, it takes what nobody hears.
        drop(self.heard.send((self.name.clone(), bytes.to_vec())));
        Ok(())
    }
}

struct Setup {
    midi: Queued<Vec<u8>>,
    machine: Arc<Mutex<Machine>>,
    heard: Receiver<(String, Vec<u8>)>,
    reports: Receiver<Report>,
}

impl Setup {
    fn plug(&self, names: &[&str]) {
        self.machine.lock().unwrap().ports = Ok(ports(names));
    }

    fn outcome(&mut self, n: u32) -> Outcome {
        assert_eq!(self.midi.send(job(n), now()), None);
        let report = self.reports.recv_timeout(SOON).unwrap();
        assert_eq!(report.job, Some(job(n)));
        report.outcome
    }
}

fn ports(names: &[&str]) -> Vec<Port> {
    names.iter().map(|name| Port { id: format!("id of {name}"), name: (*name).into() }).collect()
}

fn note() -> Body {
    Body::Midi(MidiMessage::NoteOn { channel: 1, note: 60, velocity: 100 })
}

fn setup(wanted: &str, there: &[&str]) -> Setup {
    let off = Body::Midi(MidiMessage::ControlChange { channel: 1, controller: 123, value: 0 });
    let midi = output("pyro", OutputKind::Midi { port: wanted.into() }, vec![off]);
    let messages = Messages::new(&show(vec![midi], vec![(0, note())]), OutputIx(0), bytes).unwrap();
    let ((heard_tx, heard), machine) = (channel(), Arc::new(Mutex::new(Machine::default())));
    machine.lock().unwrap().ports = Ok(ports(there));
    let ports = Box::new(Fake { machine: Arc::clone(&machine), heard: heard_tx });
    let (context, reports) = context("pyro");
    Setup { midi: open(context, wanted, messages, ports).unwrap(), machine, heard, reports }
}

#[test]
fn cues_and_panic_go_to_the_port_that_is_named() {
    let mut s = setup("pyro", &["Through 14:0", "USB Pyro 20:0", "Pyro 2 21:0"]);
    awaited(|| s.midi.health(now()).light == Light::Ok);
    assert_eq!(s.outcome(0), Outcome::Sent);
    assert_eq!(s.heard.recv_timeout(SOON), Ok(("USB Pyro 20:0".into(), vec![0x90, 60, 100])));
    assert_eq!(s.midi.panic(now()), []);
    assert_eq!(s.heard.recv_timeout(SOON), Ok(("USB Pyro 20:0".into(), vec![0xB0, 123, 0])));
    assert_eq!(s.machine.lock().unwrap().opened, 1);
}

#[test]
fn the_whole_name_goes_before_a_part_of_it() {
    let there = ports(&["Desk 2", "desk", "Desk"]);
    assert_eq!(found(&there, "Desk"), there.get(2));
    assert_eq!(found(&there, "DESK"), there.first());
    assert_eq!(found(&there, "Sound"), None);
}

#[test]
fn a_missing_port_fails_at_once_and_says_what_there_is() {
    let mut s = setup("Pyro", &["Through", "Desk"]);
    let why = "no MIDI port has \"Pyro\" in its name; there are: Through, Desk";
    assert_eq!(s.outcome(0), Outcome::Failed(why.into()));
    assert_eq!(s.midi.health(now()).light, Light::Down);
    assert_eq!(s.midi.health(now()).error.as_deref(), Some(why));
    s.plug(&[]);
    let why = "no MIDI port has \"Pyro\" in its name; there are: none at all";
    assert_eq!(s.outcome(1), Outcome::Failed(why.into()));
    s.machine.lock().unwrap().ports = Err("no sequencer".into());
    let why = "the machine's MIDI ports cannot be listed: no sequencer";
    assert_eq!(s.outcome(2), Outcome::Failed(why.into()));
}

#[test]
fn a_port_that_is_unplugged_shows_and_one_that_comes_back_is_opened_again() {
    let mut s = setup("Pyro", &["Pyro"]);
    awaited(|| s.midi.health(now()).light == Light::Ok);
    s.plug(&["Desk"]);
    awaited(|| s.midi.health(now()).light == Light::Down);
    assert!(s.midi.health(now()).error.unwrap().contains("there are: Desk"));
    s.plug(&["Desk", "Pyro"]);
    // Nothing is sent: it is looked for every two seconds.
    awaited(|| s.midi.health(now()).light == Light::Ok);
    assert_eq!(s.machine.lock().unwrap().opened, 2);
    assert_eq!(s.outcome(0), Outcome::Sent);
}

#[test]
fn a_cue_finds_a_port_that_came_back_a_moment_ago() {
    let mut s = setup("Pyro", &[]);
    awaited(|| s.midi.health(now()).light == Light::Down);
    s.plug(&["Pyro"]);
    assert_eq!(s.outcome(0), Outcome::Sent);
}

#[test]
fn a_port_that_takes_nothing_fails_its_cue_and_is_opened_again() {
    let mut s = setup("Pyro", &["Pyro"]);
    awaited(|| s.midi.health(now()).light == Light::Ok);
    s.machine.lock().unwrap().stuck = Some("no room".into());
    assert_eq!(
        s.outcome(0),
        Outcome::Failed("MIDI port \"Pyro\" may not have taken it: no room".into())
    );
    s.machine.lock().unwrap().stuck = None;
    assert_eq!(s.outcome(1), Outcome::Sent);
    assert_eq!(s.machine.lock().unwrap().opened, 2);
    assert_eq!(s.heard.try_iter().count(), 1, "the message that failed is not sent again");
}

#[test]
fn a_clock_at_the_port_goes_unheard_where_there_is_none_and_is_looked_after_all_the_same() {
    let mut s = setup("Pyro", &[]);
    let clock = s.midi.clock();
    awaited(|| s.midi.health(now()).light == Light::Down);
    s.plug(&["Pyro"]);
    // As long as the clock ticks, the port is still looked for, and a cue goes.
    awaited(|| {
        clock.tick(vec![0xF1, 0x00], now());
        s.midi.health(now()).light == Light::Ok
    });
    awaited(|| {
        clock.tick(vec![0xF1, 0x01], now());
        s.heard.try_iter().any(|(_, bytes)| bytes == [0xF1, 0x01])
    });
    assert_eq!(s.outcome(0), Outcome::Sent);
    assert_eq!(s.midi.health(now()).sent, 1, "the clock's words are not counted");
}

#[test]
fn timecode_and_cues_share_the_port() {
    let s = setup("Pyro", &["Pyro"]);
    awaited(|| s.midi.health(now()).light == Light::Ok);
    let timecode =
        TimecodeClock::start("pyro", CLOCK, FrameRate::Fps25, MTC, s.midi.clock()).unwrap();
    let mut driver = Clocked::beside(s.midi, Some(timecode));
    driver.show_time(ShowTime { now_ns: 0, runs: true }, now());
    let mut heard = std::iter::from_fn(|| s.heard.recv_timeout(SOON).ok()).map(|(_, bytes)| bytes);
    assert!(heard.by_ref().take(2000).any(|bytes| bytes[0] == 0xF1));
    for n in 0..3 {
        assert_eq!(driver.send(job(n), now()), None);
        assert_eq!(s.reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
        assert!(heard.by_ref().take(2000).any(|bytes| bytes == [0x90, 60, 100]));
    }
    driver.panic(now());
    assert!(heard.by_ref().take(2000).any(|bytes| bytes == [0xB0, 123, 0]));
    assert!(heard.by_ref().take(2000).any(|bytes| bytes[0] == 0xF1), "panic stops no clock");
    assert_eq!(driver.health(now()).sent, 4);
}
