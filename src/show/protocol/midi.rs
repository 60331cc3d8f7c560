//! MIDI: its ports, its messages, MIDI Show Control among them, and how they are described.

mod machine;
mod message;

use std::time::Duration;
use strum::VariantNames;

use super::{ProtocolSpec, Timecode, Wire, raw};
use crate::show::action::{MSC_ALL, MSC_FORMATS, MidiMessage, MidiWord, MscCommand, MscCue};
use crate::show::duration::{self, HOUR_NS};
use crate::show::file::fields::Fields;
use crate::show::file::value::Value;
use crate::show::{Body, OutputKind};

/// Facts about MIDI.
pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    word: "midi",
    kinds: &["midi"],
    label: "MIDI",
    keys: MidiWord::VARIANTS,
    output_keys: &[],
    qlab: "MIDI",
    is_shared: true,
    is_one_device: true,
    stop: None,
    is_mirrored: false,
    is_kept_awake: false,
    timecode: Some(Timecode { word: "mtc", name: "MTC", output: "a MIDI output" }),
    read_output: output,
    read_action: action,
};

/// Meaning of its latency.
pub(super) const LATENCY: &str = "MIDI: the port has taken it";

/// The commands of MIDI Show Control, and which keys each has.
const COMMANDS: [(&str, CommandParts); 11] = [
    ("go", CommandParts::Cue { make: MscCommand::Go, is_needed: false }),
    ("stop", CommandParts::Cue { make: MscCommand::Stop, is_needed: false }),
    ("resume", CommandParts::Cue { make: MscCommand::Resume, is_needed: false }),
    ("timed-go", CommandParts::TimedGo),
    ("load", CommandParts::Cue { make: MscCommand::Load, is_needed: true }),
    ("set", CommandParts::Set),
    ("fire", CommandParts::Fire),
    ("all-off", CommandParts::Bare(&MscCommand::AllOff)),
    ("restore", CommandParts::Bare(&MscCommand::Restore)),
    ("reset", CommandParts::Bare(&MscCommand::Reset)),
    ("go-off", CommandParts::Cue { make: MscCommand::GoOff, is_needed: false }),
];

/// Parts of a command.
#[derive(Clone, Copy)]
enum CommandParts {
    /// A cue, which may be left out where it is not needed.
    Cue { make: fn(MscCue) -> MscCommand, is_needed: bool },
    /// A cue and a time.
    TimedGo,
    /// A control, its value, and perhaps a time.
    Set,
    /// The number of a macro.
    Fire,
    /// Nothing more.
    Bare(&'static MscCommand),
}

/// The keys that only some commands have.
const CUE_KEYS: [&str; 3] = ["cue", "list", "path"];

/// The greatest number of fourteen bits.
const FOURTEEN_BITS: u16 = 0x3FFF;

/// The longest that a message of show control may be, bytes (RP-002/RP-014, section 3.1).
const LONGEST: usize = 128;

/// Maximum size of it without its numbers, bytes: six before, the time, two zeros, the end.
const FRAME: usize = 6 + 5 + 2 + 1;

/// Default velocity of a note.
const NOTE_ON_VELOCITY: u8 = 100;

fn output(_fields: &mut Fields<'_>, value: Option<&Value<'_>>) -> Option<OutputKind> {
    value?.line().map(|port| OutputKind::Midi { port })
}

/// Reads the one message of an action.
fn action(fields: &mut Fields<'_>, _wire: Option<&Wire>) -> Option<Body> {
    let key = fields.exactly_one(MidiWord::VARIANTS, "message")?;
    let word = key.parse::<MidiWord>().ok()?;
    let value = fields.find(key)?;
    let noun = match word {
        MidiWord::Bytes => return message::bytes(&value).map(MidiMessage::Bytes).map(Body::Midi),
        MidiWord::MachineControl => return machine::control(&value).map(Body::Midi),
        MidiWord::NoteOn => "a note on",
        MidiWord::NoteOff => "a note off",
        MidiWord::ProgramChange => "a program change",
        MidiWord::ControlChange => "a control change",
        MidiWord::ShowControl => "a show control message",
    };
    let mut keys = value.fields(noun)?;
    let message = match word {
        MidiWord::NoteOn => {
            let note = note(&mut keys, NOTE_ON_VELOCITY);
            note.map(|(channel, note, velocity)| MidiMessage::NoteOn { channel, note, velocity })
        }
        MidiWord::NoteOff => {
            let note = note(&mut keys, 0);
            note.map(|(channel, note, velocity)| MidiMessage::NoteOff { channel, note, velocity })
        }
        MidiWord::ProgramChange => {
            let (channel, program) = (channel(&mut keys), data(&mut keys, "program"));
            channel
                .zip(program)
                .map(|(channel, program)| MidiMessage::ProgramChange { channel, program })
        }
        MidiWord::ControlChange => {
            let channel = channel(&mut keys);
            let (controller, value) = (data(&mut keys, "controller"), data(&mut keys, "value"));
            let both = controller.zip(value);
            channel.zip(both).map(|(channel, (controller, value))| MidiMessage::ControlChange {
                channel,
                controller,
                value,
            })
        }
        MidiWord::ShowControl => show_control(&mut keys),
        MidiWord::MachineControl | MidiWord::Bytes => None,
    };
    keys.finish();
    message.map(Body::Midi)
}

fn note(keys: &mut Fields<'_>, usual_velocity: u8) -> Option<(u8, u8, u8)> {
    let (channel, note) = (channel(keys), data(keys, "note"));
    let velocity =
        keys.find("velocity").map_or(Some(usual_velocity), |value| value.integer(0..=127));
    Some((channel?, note?, velocity?))
}

fn channel(keys: &mut Fields<'_>) -> Option<u8> {
    keys.need("channel", "1")?.integer(1..=16)
}

fn data(keys: &mut Fields<'_>, key: &'static str) -> Option<u8> {
    keys.need(key, "0")?.integer(0..=127)
}

fn show_control(keys: &mut Fields<'_>) -> Option<MidiMessage> {
    let command = keys
        .need("command", "\"go\"")
        .and_then(|value| Some((value.text()?, value.word(&COMMANDS)?)));
    let device = keys.find("device").map_or(Some(MSC_ALL), |value| value.integer(0..=127));
    let format =
        keys.find("format").map_or(Some(MSC_ALL), |value| match value.value.is_integer() {
            true => value.integer(1..=127),
            false => value.word(&MSC_FORMATS),
        });
    let Some((word, command)) = command else {
        // Nobody can tell which of these the command would have.
        CUE_KEYS
            .iter()
            .chain(&["time", "control", "value", "macro"])
            .for_each(|key| keys.know(key));
        return None;
    };
    let command = match command {
        CommandParts::Cue { make, is_needed } => {
            refuse(keys, word, &["time", "control", "value", "macro"]);
            if is_needed && !keys.has("cue") {
                let what = format!("`{word}` needs a cue");
                keys.reader.fault(keys.span.clone(), what, "add `cue = \"…\"`");
            }
            cue(keys).map(make)
        }
        CommandParts::TimedGo => {
            refuse(keys, word, &["control", "value", "macro"]);
            let (cue, time) =
                (cue(keys), keys.need("time", "\"5s\"").and_then(|value| time(&value)));
            cue.zip(time).map(|(cue, time)| MscCommand::TimedGo { cue, time })
        }
        CommandParts::Set => {
            refuse(keys, word, &["cue", "list", "path", "macro"]);
            let mut number = |key| {
                keys.need(key, "0").and_then(|value| value.integer(0..=i64::from(FOURTEEN_BITS)))
            };
            let both = number("control").zip(number("value"));
            let time = keys.find("time").map_or(Some(None), |value| time(&value).map(Some));
            both.zip(time).map(|((control, value), time)| MscCommand::Set { control, value, time })
        }
        CommandParts::Fire => {
            refuse(keys, word, &["cue", "list", "path", "time", "control", "value"]);
            data(keys, "macro").map(|number| MscCommand::Fire { number })
        }
        CommandParts::Bare(command) => {
            refuse(keys, word, &["cue", "list", "path", "time", "control", "value", "macro"]);
            Some(command.clone())
        }
    };
    Some(MidiMessage::ShowControl { command: command?, device: device?, format: format? })
}

/// Reports each of `others`, which the command `word` does not have.
fn refuse(keys: &mut Fields<'_>, word: &str, others: &[&'static str]) {
    for key in others {
        keys.refuse(key, &format!("`{word}` takes no `{key}`"), "remove it");
    }
}

/// The cue that a command names.
fn cue(keys: &mut Fields<'_>) -> Option<MscCue> {
    let numbers =
        CUE_KEYS.map(|key| keys.find(key).map_or(Some(String::new()), |value| cue_number(&value)));
    // On the wire each comes after the one before it: a list cannot be named without a cue.
    for (key, before) in [("list", "cue"), ("path", "list")] {
        if keys.has(key) && !keys.has(before) {
            let what = format!("`{key}` is there without `{before}`");
            keys.reader.fault(keys.key_span(key), what, format!("add `{before} = \"…\"`"));
        }
    }
    let [number, list, path] = numbers;
    let cue = MscCue { number: number?, list: list?, path: path? };
    if FRAME + cue.number.len() + cue.list.len() + cue.path.len() > LONGEST {
        let what = format!(
            "this message is longer than the {LONGEST} bytes that MIDI Show Control allows"
        );
        keys.reader.fault(keys.span.clone(), what, "write shorter numbers");
    }
    Some(cue)
}

/// A time that a command takes.
fn time(value: &Value<'_>) -> Option<Duration> {
    let time = value.duration()?;
    if time >= Duration::from_nanos(24 * HOUR_NS) {
        value.fault("MIDI Show Control knows no time of 24 hours and more", "write less");
        return None;
    }
    Some(time)
}

/// Digits with single points between them: "12", "12.5", "1.2.3" (RP-002/RP-014, section 3.1).
fn cue_number(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let fits =
        text.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    if !fits {
        let what = "a cue number of MIDI Show Control has digits and single points between them";
        value.fault(what, "write it like \"12.5\"");
    }
    fits.then(|| text.to_owned())
}

/// Address of an output.
pub(super) fn address(port: &str) -> String {
    format!("midi {port:?}")
}

/// Describes a message: `note on: channel 1, note 60, velocity 100`, `MSC GO, lighting, device 1,
/// cue 25.5`.
pub(super) fn describe(message: &MidiMessage) -> String {
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
            let (name, data) = msc_command(command);
            let head = [format!("MSC {name}"), msc_format(*format), device_words(*device)];
            head.into_iter().chain(data).collect::<Vec<_>>().join(", ")
        }
        MidiMessage::MachineControl { command, device } => {
            format!("MMC {}, {}", machine::words(*command), device_words(*device))
        }
        MidiMessage::Bytes(bytes) => raw::hex(bytes),
    }
}

/// A device id in words.
fn device_words(device: u8) -> String {
    if device == MSC_ALL { "all devices".to_owned() } else { format!("device {device}") }
}

/// A command of MIDI Show Control: its name in the standard, and what it has beside it.
fn msc_command(command: &MscCommand) -> (&'static str, Vec<String>) {
    let takes = |time: Duration| format!("in {}", duration::exact(time));
    match command {
        MscCommand::Go(cue) => ("GO", msc_cue(cue)),
        MscCommand::Stop(cue) => ("STOP", msc_cue(cue)),
        MscCommand::Resume(cue) => ("RESUME", msc_cue(cue)),
        MscCommand::TimedGo { cue, time } => {
            ("TIMED GO", msc_cue(cue).into_iter().chain([takes(*time)]).collect())
        }
        MscCommand::Load(cue) => ("LOAD", msc_cue(cue)),
        MscCommand::Set { control, value, time } => (
            "SET",
            [format!("control {control} to {value}")].into_iter().chain(time.map(takes)).collect(),
        ),
        MscCommand::Fire { number } => ("FIRE", vec![format!("macro {number}")]),
        MscCommand::AllOff => ("ALL OFF", vec![]),
        MscCommand::Restore => ("RESTORE", vec![]),
        MscCommand::Reset => ("RESET", vec![]),
        MscCommand::GoOff(cue) => ("GO OFF", msc_cue(cue)),
    }
}

fn msc_cue(cue: &MscCue) -> Vec<String> {
    let numbers = [("cue", &cue.number), ("list", &cue.list), ("path", &cue.path)];
    numbers
        .iter()
        .filter(|(_, number)| !number.is_empty())
        .map(|(what, number)| format!("{what} {number}"))
        .collect()
}

/// A command format in the show file's own word for it, or by its number.
fn msc_format(format: u8) -> String {
    match MSC_FORMATS.iter().find(|(_, code)| *code == format) {
        Some((word, _)) => (*word).into(),
        None => format!("format {format}"),
    }
}
