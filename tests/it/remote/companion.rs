//! Companion's module for QLab, by the conversation that its source has it lead: over TCP with both
//! kinds of frames, over UDP, and with a passcode. The script beside this file is the conversation.

use std::collections::HashMap;

use serde_json::Value;

use crate::harness::{
    Arg, House, Line, PATIENCE, Packet, Program, Remote, Reply, Wire, await_some, encode,
};
use crate::program::shows::evening;

const SCRIPT: &str = include_str!("qlab-companion.txt");
const PASSCODE: &str = "5up3r-s3cret";

/// One end of the conversation.
trait Talk {
    fn send(&mut self, packet: &[u8]);
    fn hear(&mut self) -> Packet;
}

impl Talk for Line {
    fn send(&mut self, packet: &[u8]) {
        self.send_packet(packet);
    }

    fn hear(&mut self) -> Packet {
        self.packet()
    }
}

impl Talk for &Remote {
    fn send(&mut self, packet: &[u8]) {
        Remote::send(self, packet);
    }

    fn hear(&mut self) -> Packet {
        self.packet()
    }
}

/// A module that talks, and what came without being asked for.
struct Module<'a, T> {
    talk: T,
    program: &'a Program,
    wire: &'a Wire,
    told: Vec<Packet>,
}

impl<T: Talk> Module<'_, T> {
    /// Leads the part of the conversation with this name.
    fn lead(&mut self, part: &str) {
        let mut words: HashMap<&str, &str> = HashMap::from([("PASSCODE", PASSCODE)]);
        let (mut now, mut done) = ("", 0);
        for (at, line) in SCRIPT.lines().enumerate() {
            let here = format!("line {}: {line}", at + 1);
            if let Some(heading) = line.strip_prefix("## ") {
                now = heading.split(':').next().unwrap_or_default();
                continue;
            }
            let Some((sign, rest)) = line.split_once(' ').or((line == "~").then_some(("~", "")))
            else {
                continue;
            };
            if sign == "=" {
                let (name, text) = rest.split_once(' ').expect(&here);
                words.insert(name, text);
            }
            if now != part {
                continue;
            }
            let rest =
                words.iter().fold(rest.to_owned(), |rest, (name, text)| rest.replace(name, text));
            let (address, more) = rest.split_once(' ').unwrap_or((&rest, ""));
            done += usize::from(sign != "#");
            match sign {
                ">" => self.talk.send(&encode(address, &args(more, &here))),
                "<" => {
                    let (status, data) = more.split_once(' ').expect(&here);
                    let expected = serde_json::from_str(data).expect(&here);
                    let reply = self.reply();
                    let is_meant =
                        (reply.address.as_str(), reply.status.as_str()) == (address, status);
                    assert!(is_meant && fits(&reply.data, &expected), "{here}\ncame: {reply:?}");
                }
                "!" => self.told(address, &args(more, &here), &here),
                "@" => drop(self.wire.expect(address)),
                "~" => self.program.guard(),
                "#" => {}
                _ => panic!("no such sign: {here}"),
            }
        }
        assert!(done > 0, "the script has no part {part}");
    }

    fn reply(&mut self) -> Reply {
        loop {
            let packet = self.talk.hear();
            if packet.address.starts_with("/reply") {
                return Reply::of(&packet);
            }
            self.told.push(packet);
        }
    }

    /// Waits until it has been told this.
    fn told(&mut self, address: &str, args: &[Arg], here: &str) {
        let is_it = |packet: &Packet| packet.address == address && packet.args == args;
        loop {
            if let Some(at) = self.told.iter().position(is_it) {
                self.told.remove(at);
                return;
            }
            let packet = self.talk.hear();
            assert!(!packet.address.starts_with("/reply"), "{here}\ncame: {packet:?}");
            self.told.push(packet);
        }
    }
}

/// Arguments, as a JSON array.
fn args(text: &str, here: &str) -> Vec<Arg> {
    if text.is_empty() {
        return vec![];
    }
    let values: Vec<Value> = serde_json::from_str(text).expect(here);
    let arg = |value: &Value| match value {
        Value::String(text) => Arg::Text(text.clone()),
        Value::Number(number) if number.is_f64() => {
            Arg::Float(number.as_f64().unwrap_or_default() as f32)
        }
        Value::Number(number) => Arg::Int(number.as_i64().unwrap_or_default() as i32),
        _ => panic!("no argument: {here}"),
    };
    values.iter().map(arg).collect()
}

/// Returns `true` if `value` has all that is expected of it.
fn fits(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (_, Value::String(any)) if any == "*" => true,
        (value, Value::String(positive)) if positive == "+" => {
            value.as_f64().is_some_and(|value| value > 0.0)
        }
        (Value::Object(value), Value::Object(expected)) => expected
            .iter()
            .all(|(key, expected)| value.get(key).is_some_and(|value| fits(value, expected))),
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value.iter().zip(expected).all(|(value, expected)| fits(value, expected))
        }
        (value, expected) => value == expected,
    }
}

/// The evening; with a passcode, for the whole network.
fn open(house: &House, wire: &Wire, remote: &Remote, has_passcode: bool) -> Program {
    let show = house.show(&evening(wire));
    let listen = if has_passcode { format!("0.0.0.0:{}", remote.port) } else { remote.listen() };
    let env: &[_] = if has_passcode { &[("HANDOVER_PASSCODE", PASSCODE)] } else { &[] };
    let program = house.spawn(&["--fresh", "--listen", &listen, &show], (120, 36), env);
    program.await_words(&["NEXT", "House lights"]);
    program
}

/// Waits until the show is told of: a client that asks before the run has begun hears that nothing
/// stands at the playhead.
fn await_playhead(port: u16, has_passcode: bool) {
    let mut line = Line::new(port);
    if has_passcode {
        line.ask("/connect", &[Arg::Text(PASSCODE.into())]).ok();
    }
    let stands = || (line.ask("/playheadID", &[]).data == "cue:1").then_some(());
    await_some(PATIENCE, stands).expect("the first cue at the playhead");
}

/// Leads these parts over TCP.
fn over_tcp(has_passcode: bool, connect: fn(u16) -> Line, parts: &[&str]) {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote, has_passcode);
    if parts.contains(&"show") {
        await_playhead(remote.port, has_passcode);
    }
    let talk = connect(remote.port);
    let mut module = Module { talk, program: &program, wire: &wire, told: vec![] };
    parts.iter().for_each(|part| module.lead(part));
    wire.expect_silence();
    let fired = if parts.contains(&"show") { &["1", "2", "4", "5", "5"][..] } else { &[] };
    let panics = usize::from(!fired.is_empty());
    let journal = program.await_event("panicked", panics);
    assert_eq!(journal.cues("cue_fired"), fired, "{}", journal.tail(40));
    assert_eq!(journal.of_kind("panicked").len(), panics);
}

#[test]
fn companion_calls_the_show_over_tcp() {
    over_tcp(false, Line::new, &["open", "show"]);
}

#[test]
fn companion_calls_the_show_over_tcp_with_a_passcode() {
    over_tcp(true, Line::new, &["passcode", "show"]);
}

#[test]
fn companion_with_a_wrong_passcode_stays_out() {
    over_tcp(true, Line::new, &["wrong"]);
}

#[test]
fn the_same_conversation_is_led_with_lengths_in_front_of_packets() {
    over_tcp(true, Line::with_lengths, &["passcode", "show"]);
}

#[test]
fn companion_calls_the_show_over_udp() {
    for has_passcode in [false, true] {
        let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
        let program = open(&house, &wire, &remote, has_passcode);
        if has_passcode {
            remote.press("/go").denied();
            remote.say("/connect", PASSCODE).ok();
        }
        Module { talk: &remote, program: &program, wire: &wire, told: vec![] }.lead("press");
        wire.expect_silence();
        let journal = program.await_event("panicked", 1);
        assert_eq!(journal.cues("cue_fired"), ["1", "2", "4"], "{}", journal.tail(40));
        if has_passcode {
            // With every press it gives the passcode once more.
            remote.say("/connect", PASSCODE).ok();
            remote.press("/standby").ok();
        }
    }
}
