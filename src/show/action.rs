//! What a cue sends, and where to: the file's words for it, checked but not yet encoded.

use super::OutputIx;

/// One message of a cue.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// Where it goes.
    pub output: OutputIx,
    /// What it says; its kind is the output's.
    pub body: Body,
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
    /// OSC 1.1 over a stream, framed by SLIP with double END.
    OscTcp {
        /// Host name or address.
        host: String,
        /// 1 to 65535.
        port: u16,
    },
    /// HTTP requests.
    Http {
        /// What every path is put behind: `http://` or `https://`, no trailing slash.
        base: String,
        /// Sent with every request: name and value; a value `env:NAME` is read from the environment and never shown.
        headers: Vec<(String, String)>,
        /// How long a whole request may take, nanoseconds.
        timeout_ns: u64,
    },
    /// A MIDI port, by name.
    Midi {
        /// What the port's name has to contain.
        port: String,
    },
    /// A player that the program owns.
    Mpv {
        /// Further flags for the player, as its own command line has them: `--fs`, `--vo=null`.
        flags: Vec<String>,
    },
}

/// How many frames of timecode a second has (SMPTE 12M).
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

impl OutputKind {
    /// The kind's word in the show file.
    pub fn word(&self) -> &'static str {
        match self {
            OutputKind::OscUdp { .. } | OutputKind::OscTcp { .. } => "osc",
            OutputKind::Http { .. } => "http",
            OutputKind::Midi { .. } => "midi",
            OutputKind::Mpv { .. } => "mpv",
        }
    }
}

/// What an action says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// An OSC message.
    Osc {
        /// Begins with `/`.
        address: String,
        /// In order.
        args: Vec<OscArg>,
    },
    /// An HTTP request.
    Http {
        /// `GET`, `POST` …
        method: String,
        /// Put behind the output's base.
        path: String,
        /// What it carries.
        content: HttpContent,
        /// How many more times it is tried where it fails; 0 to 10.
        retries: u32,
    },
    /// A MIDI message.
    Midi(MidiMessage),
    /// A command to the player.
    Mpv(MpvCommand),
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

/// What a request carries.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    ShowControl {
        /// What it commands.
        command: MscCommand,
        /// 0 to 127; 127 means all.
        device: u8,
        /// The command format's code, 1 to 127.
        format: u8,
        /// Cue number: digits and points; empty where not given.
        cue: String,
        /// Cue list, likewise.
        list: String,
        /// Cue path, likewise.
        path: String,
        /// How long the transition takes, nanoseconds, less than 24 hours; there for [`MscCommand::TimedGo`] alone.
        time_ns: Option<u64>,
    },
}

/// The commands of MIDI Show Control that the show file knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MscCommand {
    /// 01: fires a cue.
    Go,
    /// 02: stops.
    Stop,
    /// 03: goes on.
    Resume,
    /// 04: fires with a time.
    TimedGo,
    /// 05: loads a cue.
    Load,
    /// 08: all off.
    AllOff,
}

/// A command to the player.
#[derive(Clone, Debug, PartialEq)]
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
        /// Begins again at its end.
        looped: bool,
        /// The cue goes without it where the file is not there.
        optional: bool,
    },
    /// Freezes the picture.
    Pause,
    /// Goes to black.
    Stop,
}
