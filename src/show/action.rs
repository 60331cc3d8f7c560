//! Messages of a cue and their outputs, as the file has them: checked but not yet encoded.

use std::time::Duration;

use super::{Layer, OutputIx, OutputLayer};

/// One message of a cue.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Output that it goes to.
    pub output: OutputIx,
    /// Its message, of the output's kind.
    pub body: Body,
}

impl Action {
    /// The player that it commands, and the command.
    pub fn command(&self) -> Option<(OutputLayer, &MpvCommand)> {
        let Body::Mpv { layer, command } = &self.body else { return None };
        Some((OutputLayer { output: self.output, layer: layer.clone() }, command))
    }

    /// Returns `true` if it plays a clip on `player`.
    pub(crate) fn plays_on(&self, player: &OutputLayer) -> bool {
        self.command().is_some_and(|(own, command)| {
            own == *player && matches!(command, MpvCommand::Play { .. })
        })
    }
}

/// The protocol and address of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// OSC 1.0 messages, one a datagram.
    OscUdp {
        /// Host name or address.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// OSC over a TCP connection.
    OscTcp {
        /// Host name or address.
        host: String,
        /// 1 to 65535.
        port: u16,
        /// Separation of packets at the far end.
        framing: Framing,
    },
    /// HTTP requests.
    Http {
        /// Beginning of every URL: `http://` or `https://`, no trailing slash.
        base: String,
        /// Sent with every request: name and value; a value `env:NAME` is read from the environment
        /// and never shown.
        headers: Vec<(String, String)>,
        /// Time limit of a whole request.
        timeout: Duration,
        /// A file of certificates (PEM), relative to the show file: only these vouch for the
        /// server. Without it, the public authorities do.
        ca: Option<String>,
    },
    /// A MIDI port, by name.
    Midi {
        /// Part of the port's name.
        port: String,
    },
    /// A player that the program owns.
    Mpv {
        /// Further flags for the player, as its own command line has them: `--fs`, `--vo=null`.
        flags: Vec<String>,
    },
    /// Text and bytes as they are, over a TCP connection.
    RawTcp {
        /// Host name or address.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// Text and bytes as they are, each message a datagram.
    RawUdp {
        /// Host name or address.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// OBS Studio, by obs-websocket 5.
    Obs {
        /// Host name or address.
        host: String,
        /// 1 to 65535.
        port: u16,
        /// The environment variable that holds its password, where it asks for one.
        password: Option<String>,
    },
}

/// Separation of OSC packets on a TCP connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// SLIP with END on both sides (OSC 1.1).
    #[default]
    Slip,
    /// Each packet after its length, four bytes, big-endian (OSC 1.0).
    Length,
}

/// Frames of timecode per second (SMPTE 12M).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameRate {
    /// Film.
    Fps24,
    /// PAL and its kin.
    Fps25,
    /// NTSC: 30000/1001 frames a second, with two numbers dropped in nine minutes of ten.
    Fps2997Drop,
    /// 30 frames a second, none dropped.
    Fps30,
}

/// Message of an action.
#[derive(Clone, Debug, PartialEq, strum::EnumDiscriminants)]
#[strum_discriminants(name(Protocol), derive(strum::VariantArray), doc = "What an output speaks.")]
pub enum Body {
    /// An OSC message.
    Osc {
        /// Begins with `/`.
        address: String,
        /// What it says.
        content: OscContent,
    },
    /// An HTTP request.
    Http {
        /// `GET`, `POST` …
        method: String,
        /// Added to the output's base.
        path: String,
        /// Its content.
        content: HttpContent,
        /// Number of further tries after a failure, 0 to 10.
        retries: u32,
    },
    /// A MIDI message.
    Midi(MidiMessage),
    /// A command to the player of a layer.
    Mpv {
        /// The layer.
        layer: Layer,
        /// What its player is to do.
        command: MpvCommand,
    },
    /// Text or bytes as they are.
    Raw(RawMessage),
    /// A request to OBS.
    Obs {
        /// Its name in obs-websocket's protocol: `SetCurrentProgramScene`.
        request: String,
        /// The JSON text of an object, where the request has fields.
        data: Option<String>,
    },
}

/// Text or bytes that a device is sent as they are; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawMessage {
    /// Text, with its line end if it has one.
    Text(String),
    /// Bytes that the show file gives in hexadecimal digits.
    Hex(Vec<u8>),
}

impl RawMessage {
    /// The bytes that leave.
    pub fn bytes(&self) -> &[u8] {
        match self {
            RawMessage::Text(text) => text.as_bytes(),
            RawMessage::Hex(bytes) => bytes,
        }
    }
}

/// An argument of an OSC message: integer `i`, float `f`, string `s`, boolean `T`/`F`.
#[derive(Clone, Debug, PartialEq)]
pub enum OscArg {
    /// A 32-bit integer.
    Int(i32),
    /// A 32-bit float.
    Float(f32),
    /// Text without NUL.
    Text(String),
    /// True or false.
    Bool(bool),
}

/// Content of an OSC message.
#[derive(Clone, Debug, PartialEq)]
pub enum OscContent {
    /// Arguments, in order.
    Args(Vec<OscArg>),
    /// One number, which changes for a while after the message has left.
    Ramp(OscRamp),
}

/// A number that goes evenly from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OscRamp {
    /// Its first and its last value.
    pub ends: RampEnds,
    /// The time that it takes, never zero.
    pub over: Duration,
}

/// The first and the last value of a ramp, which say as what its steps are sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RampEnds {
    /// Whole numbers (`i`).
    Whole(i32, i32),
    /// Decimal numbers (`f`).
    Decimal(f32, f32),
}

impl OscRamp {
    /// Its value when it has gone on for so long: from its end on, exactly the last one.
    pub fn value(&self, passed: Duration) -> OscArg {
        let share = passed.as_secs_f64() / self.over.as_secs_f64();
        let is_over = passed >= self.over;
        let between = |from: f64, to: f64| from + (to - from) * share;
        match self.ends {
            RampEnds::Whole(_, to) if is_over => OscArg::Int(to),
            RampEnds::Decimal(_, to) if is_over => OscArg::Float(to),
            RampEnds::Whole(from, to) => {
                OscArg::Int(between(f64::from(from), f64::from(to)).round() as i32)
            }
            RampEnds::Decimal(from, to) => {
                OscArg::Float(between(f64::from(from), f64::from(to)) as f32)
            }
        }
    }
}

/// Content of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpContent {
    /// No body.
    Empty,
    /// `text/plain`.
    Text(String),
    /// `application/json`, already serialised.
    Json(String),
}

/// A MIDI message; channels are counted 1 to 16, as people count them.
#[derive(Clone, Debug, PartialEq, Eq, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(MidiWord),
    derive(strum::VariantNames, strum::EnumString),
    strum(serialize_all = "snake_case"),
    doc = "A message's key in the show file."
)]
pub enum MidiMessage {
    /// A note begins (velocity 1 to 127).
    NoteOn {
        /// 1 to 16.
        channel: u8,
        /// 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
    },
    /// A note ends.
    NoteOff {
        /// 1 to 16.
        channel: u8,
        /// 0 to 127.
        note: u8,
        /// 0 to 127.
        velocity: u8,
    },
    /// A program is chosen.
    ProgramChange {
        /// 1 to 16.
        channel: u8,
        /// 0 to 127, as it stands on the wire.
        program: u8,
    },
    /// A controller moves.
    ControlChange {
        /// 1 to 16.
        channel: u8,
        /// 0 to 127.
        controller: u8,
        /// 0 to 127.
        value: u8,
    },
    /// MIDI Show Control (MMA RP-002/RP-014).
    #[strum_discriminants(strum(serialize = "msc"))]
    ShowControl {
        /// The command.
        command: MscCommand,
        /// 0 to 127; 127 means all.
        device: u8,
        /// The command format's code, 1 to 127.
        format: u8,
    },
    /// MIDI Machine Control (MMA RP-013).
    #[strum_discriminants(strum(serialize = "mmc"))]
    MachineControl {
        /// The command.
        command: MmcCommand,
        /// 0 to 127; 127 means all.
        device: u8,
    },
    /// One message as it is: of System Exclusive, of a channel or of the system.
    #[strum_discriminants(strum(serialize = "hex"))]
    Bytes(Vec<u8>),
}

/// The commands of MIDI Machine Control that a player or a recorder obeys (RP-013, "MMC Commands").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MmcCommand {
    /// 01.
    Stop,
    /// 02.
    Play,
    /// 03: plays once it is where it was sent to.
    DeferredPlay,
    /// 04.
    FastForward,
    /// 05.
    Rewind,
    /// 06: begins to record.
    RecordStrobe,
    /// 07: ends recording, and plays on.
    RecordExit,
    /// 08: is ready to record.
    RecordPause,
    /// 09.
    Pause,
    /// 0A.
    Eject,
    /// 0B: follows timecode.
    Chase,
    /// 0D: goes to the state of power-on.
    Reset,
    /// 44 with the sub-command 01, "target": goes to a place.
    Locate(MmcPlace),
}

/// A place in a recording: a timecode that exists at its rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MmcPlace {
    /// 0 to 23.
    pub hours: u8,
    /// 0 to 59.
    pub minutes: u8,
    /// 0 to 59.
    pub seconds: u8,
    /// 0 to the last of a second.
    pub frames: u8,
    /// Frames of the recording per second.
    pub rate: FrameRate,
}

/// The general commands of MIDI Show Control (RP-002/RP-014, section 4.3), each with its data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MscCommand {
    /// 01: fires a cue.
    Go(MscCue),
    /// 02: stops.
    Stop(MscCue),
    /// 03: goes on.
    Resume(MscCue),
    /// 04: fires with a time.
    TimedGo {
        /// The cue that it fires.
        cue: MscCue,
        /// Length of the transition, less than 24 hours.
        time: Duration,
    },
    /// 05: loads a cue, which is never empty.
    Load(MscCue),
    /// 06: sets a control to a value.
    Set {
        /// 0 to 16,383.
        control: u16,
        /// 0 to 16,383.
        value: u16,
        /// Length of the transition, less than 24 hours; at once without it.
        time: Option<Duration>,
    },
    /// 07: fires a macro.
    Fire {
        /// 0 to 127.
        number: u8,
    },
    /// 08: all off.
    AllOff,
    /// 09: goes back to what was before [`MscCommand::AllOff`].
    Restore,
    /// 0A: goes to the state of power-on.
    Reset,
    /// 0B: takes a cue off.
    GoOff(MscCue),
}

/// Every device, or every format.
pub const MSC_ALL: u8 = 0x7F;

/// The words of the show file for the general categories of MIDI Show Control's command formats
/// (RP-002/RP-014, section 4.1).
pub const MSC_FORMATS: [(&str, u8); 9] = [
    ("lighting", 0x01),
    ("moving-lights", 0x02),
    ("sound", 0x10),
    ("machinery", 0x20),
    ("video", 0x30),
    ("projection", 0x40),
    ("process-control", 0x50),
    ("pyro", 0x60),
    ("all", MSC_ALL),
];

/// A cue as MIDI Show Control names it: numbers of digits and points, such as 12.5; each may be
/// empty, and then those after it are empty too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MscCue {
    /// The cue's number.
    pub number: String,
    /// Its cue list.
    pub list: String,
    /// Its cue path.
    pub path: String,
}

/// A command to the player.
#[derive(Clone, Debug, PartialEq, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(MpvWord),
    derive(strum::VariantNames, strum::EnumString, strum::IntoStaticStr),
    strum(serialize_all = "snake_case"),
    doc = "A command's key in the show file."
)]
pub enum MpvCommand {
    /// Plays a clip.
    Play {
        /// The file, relative to the show file.
        clip: String,
        /// The in-point, nanoseconds from the clip's beginning.
        from_ns: u64,
        /// The out-point.
        to_ns: Option<u64>,
        /// 0 to 100.
        volume: Option<u8>,
        /// The time that it takes from silence to its volume; zero: none.
        fade_in: Duration,
        /// Begins again at its end.
        looped: bool,
        /// The cue goes without it where the file is not there.
        optional: bool,
    },
    /// Changes the volume of what plays.
    Volume {
        /// 0 to 100.
        to: u8,
        /// The time that it takes; zero: at once.
        over: Duration,
    },
    /// Freezes the picture.
    Pause,
    /// Lets a picture that was frozen go on.
    Resume,
    /// Goes to black.
    Stop {
        /// The time that the sound takes to silence before; zero: at once.
        over: Duration,
    },
}
