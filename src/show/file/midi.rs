//! MIDI messages as the file writes them, MIDI Show Control among them.

use super::fields::Fields;
use super::value::Value;
use crate::show::action::{MidiMessage, MscCommand};
use crate::show::duration::HOUR_NS;

/// The keys that an action to a MIDI output may have; each is a message of its own.
pub const MESSAGES: [&str; 5] = ["note_on", "note_off", "program_change", "control_change", "msc"];

/// The commands of MIDI Show Control.
const COMMANDS: [(&str, MscCommand); 6] = [
    ("go", MscCommand::Go),
    ("stop", MscCommand::Stop),
    ("resume", MscCommand::Resume),
    ("timed-go", MscCommand::TimedGo),
    ("load", MscCommand::Load),
    ("all-off", MscCommand::AllOff),
];

/// The general categories of MIDI Show Control's command formats (RP-002/RP-014, section 4.1).
const FORMATS: [(&str, u8); 9] = [
    ("lighting", 0x01),
    ("moving-lights", 0x02),
    ("sound", 0x10),
    ("machinery", 0x20),
    ("video", 0x30),
    ("projection", 0x40),
    ("process-control", 0x50),
    ("pyro", 0x60),
    ("all", ALL),
];

/// The longest that a message of show control may be, bytes (RP-002/RP-014, section 3.1).
const LONGEST: usize = 128;

/// How many bytes of it are taken, at most, by all but its numbers: six before, the time, two zeros, the end.
const FRAME: usize = 6 + 5 + 2 + 1;

/// Every device, or every format.
const ALL: u8 = 0x7F;

/// What a note sounds with when the file does not say.
const NOTE_ON_VELOCITY: u8 = 100;

/// Reads the one message of an action.
pub fn message(fields: &mut Fields<'_>) -> Option<MidiMessage> {
    let key = fields.exactly_one(&MESSAGES, "message")?;
    let noun = match key {
        "note_on" => "a note on",
        "note_off" => "a note off",
        "program_change" => "a program change",
        "control_change" => "a control change",
        _ => "a show control message",
    };
    let mut keys = fields.find(key)?.fields(noun)?;
    let message = match key {
        "note_on" => note(&mut keys, NOTE_ON_VELOCITY).map(|(channel, note, velocity)| MidiMessage::NoteOn {
            channel,
            note,
            velocity,
        }),
        "note_off" => {
            note(&mut keys, 0).map(|(channel, note, velocity)| MidiMessage::NoteOff { channel, note, velocity })
        }
        "program_change" => {
            let (channel, program) = (channel(&mut keys), data(&mut keys, "program"));
            channel.zip(program).map(|(channel, program)| MidiMessage::ProgramChange { channel, program })
        }
        "control_change" => {
            let channel = channel(&mut keys);
            let (controller, value) = (data(&mut keys, "controller"), data(&mut keys, "value"));
            let both = controller.zip(value);
            channel.zip(both).map(|(channel, (controller, value))| MidiMessage::ControlChange {
                channel,
                controller,
                value,
            })
        }
        _ => show_control(&mut keys),
    };
    keys.finish();
    message
}

fn note(keys: &mut Fields<'_>, usual_velocity: u8) -> Option<(u8, u8, u8)> {
    let (channel, note) = (channel(keys), data(keys, "note"));
    let velocity = keys.find("velocity").map_or(Some(usual_velocity), |value| value.integer(0..=127));
    Some((channel?, note?, velocity?))
}

fn channel(keys: &mut Fields<'_>) -> Option<u8> {
    keys.need("channel", "1")?.integer(1..=16)
}

fn data(keys: &mut Fields<'_>, key: &'static str) -> Option<u8> {
    keys.need(key, "0")?.integer(0..=127)
}

fn show_control(keys: &mut Fields<'_>) -> Option<MidiMessage> {
    let command = keys.need("command", "\"go\"").and_then(|value| value.word(&COMMANDS));
    let device = keys.find("device").map_or(Some(ALL), |value| value.integer(0..=127));
    let format = keys.find("format").map_or(Some(ALL), |value| match value.value.is_integer() {
        true => value.integer(1..=127),
        false => value.word(&FORMATS),
    });
    let [cue, list, path] = ["cue", "list", "path"].map(|key| keys.find(key).map(|value| cue_number(&value)));
    let time = time(keys, command);
    // On the wire each stands behind the one before it: a list cannot be named without a cue.
    for (key, before) in [("list", "cue"), ("path", "list")] {
        if keys.has(key) && !keys.has(before) {
            let what = format!("`{key}` is there without `{before}`");
            keys.reader.fault(keys.key_span(key), what, format!("add `{before} = \"…\"`"));
        }
    }
    match command {
        Some(MscCommand::Load) if !keys.has("cue") => {
            keys.reader.fault(keys.span.clone(), "`load` needs a cue", "add `cue = \"…\"`");
        }
        Some(MscCommand::AllOff) => {
            for key in ["cue", "list", "path"] {
                keys.refuse(key, &format!("`all-off` takes no `{key}`"), "take it away");
            }
        }
        _ => {}
    }
    let or_empty = |number: Option<Option<String>>| number.unwrap_or(Some(String::new()));
    let (cue, list, path) = (or_empty(cue)?, or_empty(list)?, or_empty(path)?);
    if FRAME + cue.len() + list.len() + path.len() > LONGEST {
        let what = format!("this message is longer than the {LONGEST} bytes that MIDI Show Control allows");
        keys.reader.fault(keys.span.clone(), what, "write shorter numbers");
    }
    Some(MidiMessage::ShowControl {
        command: command?,
        device: device?,
        format: format?,
        cue,
        list,
        path,
        time_ns: time?,
    })
}

/// The time of a `timed-go`, which no other command has.
fn time(keys: &mut Fields<'_>, command: Option<MscCommand>) -> Option<Option<u64>> {
    match command {
        Some(MscCommand::TimedGo) => {
            let value = keys.need("time", "\"5s\"")?;
            let ns = value.duration_ns()?;
            if ns >= 24 * HOUR_NS {
                value.fault("MIDI Show Control knows no time of 24 hours and more", "write less");
                return None;
            }
            Some(Some(ns))
        }
        Some(_) => {
            keys.refuse("time", "`time` is only for `timed-go`", "take it away, or write `command = \"timed-go\"`");
            Some(None)
        }
        None => {
            keys.know("time");
            Some(None)
        }
    }
}

fn cue_number(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let fits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.bytes().any(|b| b.is_ascii_digit());
    if !fits {
        value.fault("MIDI Show Control has only digits and points in a cue number", "write it like \"12.5\"");
    }
    fits.then(|| text.to_owned())
}
