//! What a message says, in one line for people: the log of a rehearsal, the notes of a run.
//!
//! Works from the show file's words alone, in which a secret is only ever a name; must never see the environment.

use std::fmt::Write;

use super::peer::Peer;
use crate::plain;
use crate::show::action::{
    Framing, HttpContent, MSC_ALL, MSC_FORMATS, MidiMessage, MpvCommand, MscCommand, MscCue, OscArg,
};
use crate::show::{Body, OutputKind, duration};

/// What `body` says to an output of this `kind`.
///
/// ```text
/// /eos/cue/1/12/fire 1 0.5 "text" true
/// POST https://api.x.com/2/tweets {"text":"…"} [Authorization: env:X_TOKEN]
/// note on: channel 1, note 60, velocity 100
/// MSC GO, lighting, device 1, cue 25.5
/// play clips/flight.mp4 from 0:02
/// ```
pub fn describe(kind: &OutputKind, body: &Body) -> String {
    let said = match body {
        Body::Osc { address, args } => osc(address, args),
        Body::Http { method, path, content, retries } => {
            let said = http(kind, method, path, content);
            if *retries > 0 { format!("{said}, retry {retries}") } else { said }
        }
        Body::Midi(message) => midi(message),
        Body::Mpv(command) => mpv(command),
    };
    clean(&said)
}

/// Where an output of this `kind` sends to, in the show file's words.
pub fn address(kind: &OutputKind) -> String {
    clean(&match kind {
        OutputKind::OscUdp { host, port } => format!("udp://{}", Peer::new(host, *port)),
        OutputKind::OscTcp { host, port, framing } => {
            let framing = match framing {
                Framing::Slip => "",
                Framing::Length => ", framed by length",
            };
            format!("tcp://{}{framing}", Peer::new(host, *port))
        }
        OutputKind::Http { base, .. } => base.clone(),
        OutputKind::Midi { port } => format!("midi {port:?}"),
        OutputKind::Mpv { .. } => "mpv".into(),
    })
}

/// `text` in one line, without anything that a terminal would obey instead of show.
pub(super) fn clean(text: &str) -> String {
    plain::line(text).trim().to_owned()
}

fn osc(address: &str, args: &[OscArg]) -> String {
    let mut said = address.to_owned();
    for arg in args {
        // Writing into a text cannot fail. A float keeps its point, a text its quotes: the type is part of the message.
        let _ = match arg {
            OscArg::Int(value) => write!(said, " {value}"),
            OscArg::Float(value) => write!(said, " {value:?}"),
            OscArg::Text(value) => write!(said, " {value:?}"),
            OscArg::Bool(value) => write!(said, " {value}"),
        };
    }
    said
}

fn http(kind: &OutputKind, method: &str, path: &str, content: &HttpContent) -> String {
    let (base, headers) = match kind {
        OutputKind::Http { base, headers, .. } => (base.as_str(), headers.as_slice()),
        OutputKind::OscUdp { .. } | OutputKind::OscTcp { .. } | OutputKind::Midi { .. } | OutputKind::Mpv { .. } => {
            ("", &[][..])
        }
    };
    // The words first: they are what a rehearsal is looked at for.
    let mut said = match content {
        HttpContent::Empty => format!("{method} {base}{path}"),
        HttpContent::Text(text) => format!("{method} {base}{path} {text:?}"),
        HttpContent::Json(json) => format!("{method} {base}{path} {json}"),
    };
    if !headers.is_empty() {
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        said.push_str(&format!(" [{}]", headers.join(", ")));
    }
    said
}

fn midi(message: &MidiMessage) -> String {
    match message {
        MidiMessage::NoteOn { channel, note, velocity } => {
            format!("note on: channel {channel}, note {note}, velocity {velocity}")
        }
        MidiMessage::NoteOff { channel, note, velocity } => {
            format!("note off: channel {channel}, note {note}, velocity {velocity}")
        }
        MidiMessage::ProgramChange { channel, program } => {
            format!("program change: channel {channel}, program {program}")
        }
        MidiMessage::ControlChange { channel, controller, value } => {
            format!("control change: channel {channel}, controller {controller}, value {value}")
        }
        MidiMessage::ShowControl { command, device, format } => {
            let device = if *device == MSC_ALL { "all devices".into() } else { format!("device {device}") };
            let (name, data) = msc_command(command);
            let head = [format!("MSC {name}"), msc_format(*format), device];
            head.into_iter().chain(data).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A command of MIDI Show Control: its name in the standard, and what it has beside it.
fn msc_command(command: &MscCommand) -> (&'static str, Vec<String>) {
    let time = |time_ns: u64| format!("in {}", duration::length(time_ns));
    match command {
        MscCommand::Go(cue) => ("GO", msc_cue(cue)),
        MscCommand::Stop(cue) => ("STOP", msc_cue(cue)),
        MscCommand::Resume(cue) => ("RESUME", msc_cue(cue)),
        MscCommand::TimedGo { cue, time_ns } => {
            ("TIMED GO", msc_cue(cue).into_iter().chain([time(*time_ns)]).collect())
        }
        MscCommand::Load(cue) => ("LOAD", msc_cue(cue)),
        MscCommand::Set { control, value, time_ns } => {
            ("SET", [format!("control {control} to {value}")].into_iter().chain(time_ns.map(time)).collect())
        }
        MscCommand::Fire { number } => ("FIRE", vec![format!("macro {number}")]),
        MscCommand::AllOff => ("ALL OFF", vec![]),
        MscCommand::Restore => ("RESTORE", vec![]),
        MscCommand::Reset => ("RESET", vec![]),
        MscCommand::GoOff(cue) => ("GO OFF", msc_cue(cue)),
    }
}

fn msc_cue(cue: &MscCue) -> Vec<String> {
    let numbers = [("cue", &cue.number), ("list", &cue.list), ("path", &cue.path)];
    numbers.iter().filter(|(_, number)| !number.is_empty()).map(|(what, number)| format!("{what} {number}")).collect()
}

/// A command format in the show file's own word for it, or by its number.
fn msc_format(format: u8) -> String {
    match MSC_FORMATS.iter().find(|(_, code)| *code == format) {
        Some((word, _)) => (*word).into(),
        None => format!("format {format}"),
    }
}

fn mpv(command: &MpvCommand) -> String {
    let (clip, from_ns, to_ns, volume, looped, optional) = match command {
        MpvCommand::Play { clip, from_ns, to_ns, volume, looped, optional } => {
            (clip, from_ns, to_ns, volume, looped, optional)
        }
        MpvCommand::Pause => return "pause".into(),
        MpvCommand::Resume => return "resume".into(),
        MpvCommand::Stop => return "stop".into(),
    };
    let mut said = format!("play {clip}");
    if *from_ns > 0 {
        said.push_str(&format!(" from {}", duration::length(*from_ns)));
    }
    if let Some(to_ns) = to_ns {
        said.push_str(&format!(" to {}", duration::length(*to_ns)));
    }
    if let Some(volume) = volume {
        said.push_str(&format!(", volume {volume}"));
    }
    if *looped {
        said.push_str(", looped");
    }
    if *optional {
        said.push_str(", if it is there");
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::testing::fire;
    use crate::show::duration::SECOND_NS;

    #[test]
    fn says_every_kind_of_message_in_one_line() {
        let x = OutputKind::Http {
            base: "https://api.x.com".into(),
            headers: vec![("Authorization".into(), "env:X_TOKEN".into())],
            timeout_ns: SECOND_NS,
            ca: None,
        };
        let post = |content| Body::Http { method: "POST".into(), path: "/2/tweets".into(), content, retries: 0 };
        let play = |to_ns, volume, looped, optional| {
            Body::Mpv(MpvCommand::Play {
                clip: "flight.mp4".into(),
                from_ns: 2 * SECOND_NS,
                to_ns,
                volume,
                looped,
                optional,
            })
        };
        let cue = |list: &str| MscCue { number: "25.5".into(), list: list.into(), path: String::new() };
        let msc = |command, device, format| Body::Midi(MidiMessage::ShowControl { command, device, format });
        let timed = MscCommand::TimedGo { cue: cue(""), time_ns: 5 * SECOND_NS };
        let set = MscCommand::Set { control: 3, value: 300, time_ns: None };
        for (body, said) in [
            (fire(), "/eos/cue/1/12/fire 1 0.5 \"text\" true"),
            (Body::Osc { address: "/a".into(), args: vec![OscArg::Float(1.0)] }, "/a 1.0"),
            (
                post(HttpContent::Json("{\"text\":\n\"hi\"}".into())),
                "POST https://api.x.com/2/tweets {\"text\": \"hi\"} [Authorization: env:X_TOKEN]",
            ),
            (
                post(HttpContent::Text("a\nb".into())),
                "POST https://api.x.com/2/tweets \"a\\nb\" [Authorization: env:X_TOKEN]",
            ),
            (
                Body::Http { method: "DELETE".into(), path: "/a".into(), content: HttpContent::Empty, retries: 2 },
                "DELETE https://api.x.com/a [Authorization: env:X_TOKEN], retry 2",
            ),
            (post(HttpContent::Empty), "POST https://api.x.com/2/tweets [Authorization: env:X_TOKEN]"),
            (
                Body::Midi(MidiMessage::NoteOn { channel: 1, note: 60, velocity: 100 }),
                "note on: channel 1, note 60, velocity 100",
            ),
            (msc(MscCommand::Go(cue("")), 1, 1), "MSC GO, lighting, device 1, cue 25.5"),
            (msc(MscCommand::Go(cue("2")), 127, 2), "MSC GO, moving-lights, all devices, cue 25.5, list 2"),
            (msc(timed, 1, 1), "MSC TIMED GO, lighting, device 1, cue 25.5, in 0:05"),
            (msc(set, 1, 0x11), "MSC SET, format 17, device 1, control 3 to 300"),
            (msc(MscCommand::Fire { number: 9 }, 1, 1), "MSC FIRE, lighting, device 1, macro 9"),
            (msc(MscCommand::Restore, 127, 127), "MSC RESTORE, all, all devices"),
            (play(None, None, false, false), "play flight.mp4 from 0:02"),
            (
                play(Some(5 * SECOND_NS), Some(80), true, true),
                "play flight.mp4 from 0:02 to 0:05, volume 80, looped, if it is there",
            ),
            (Body::Mpv(MpvCommand::Stop), "stop"),
            (Body::Mpv(MpvCommand::Resume), "resume"),
        ] {
            assert_eq!(describe(&x, &body), said);
        }
    }

    #[test]
    fn leaves_nothing_for_a_terminal_to_obey() {
        assert_eq!(clean("a\u{1b}[2Jb\r\nc\u{202e}d"), "a [2Jb  cd");
    }
}
