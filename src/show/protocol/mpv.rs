//! The player: its outputs, its commands, and how they are described.

use std::time::Duration;
use strum::VariantNames;

use super::{Lasting, OutputKey, PanicFault, ProtocolSpec, Wire};
use crate::show::action::{MpvCommand, MpvWord};
use crate::show::duration;
use crate::show::file::fields::Fields;
use crate::show::file::flags::flags;
use crate::show::file::reader::quoted;
use crate::show::file::value::Value;
use crate::show::problem::Problem;
use crate::show::{Body, ClipKind, Layer, OutputKind};
use crate::time::nanoseconds;

/// Facts about the player.
pub(super) const SPEC: ProtocolSpec = ProtocolSpec {
    word: "mpv",
    kinds: &["mpv"],
    label: "mpv",
    keys: &KEYS,
    output_keys: &[OutputKey { key: "flags", only_for: "mpv outputs", fix: "remove it" }],
    qlab: "Video",
    is_shared: false,
    is_one_device: false,
    stop: Some("stop"),
    is_mirrored: false,
    is_kept_awake: false,
    timecode: None,
    read_output: output,
    read_action: action,
};

/// Meaning of its latency.
pub(super) const LATENCY: &str = "mpv: the picture moves";

/// The keys that go with the commands: those of `play`, `over`, and `layer`.
const FURTHER: [&str; 7] = ["from", "to", "loop", "optional", "fade_in", OVER, LAYER];

/// The time that `volume` and `stop` take.
const OVER: &str = "over";

/// The layer that a command is for.
const LAYER: &str = "layer";

/// The words of its commands, and the keys that go with them. `volume` is a command, and goes with
/// `play`.
const KEYS: [&str; MpvWord::VARIANTS.len() + FURTHER.len()] = {
    let mut keys = [""; MpvWord::VARIANTS.len() + FURTHER.len()];
    let (first, last) = keys.split_at_mut(MpvWord::VARIANTS.len());
    first.copy_from_slice(MpvWord::VARIANTS);
    last.copy_from_slice(&FURTHER);
    keys
};

impl MpvCommand {
    /// The effect that lasts after it was sent.
    pub fn lasting(&self) -> Option<Lasting> {
        match self {
            MpvCommand::Play { .. } => Some(Lasting::Clip),
            MpvCommand::Volume { .. }
            | MpvCommand::Pause
            | MpvCommand::Resume
            | MpvCommand::Stop { .. } => None,
        }
    }

    /// `true` if it pauses the clip on its player, `false` if it lets that clip go on; `None` if it
    /// does neither.
    pub(super) fn pauses(&self) -> Option<bool> {
        match self {
            MpvCommand::Pause => Some(true),
            MpvCommand::Resume => Some(false),
            MpvCommand::Play { .. } | MpvCommand::Volume { .. } | MpvCommand::Stop { .. } => None,
        }
    }

    /// Returns `true` if it takes what is on air away from its cue.
    pub fn replaces(&self) -> bool {
        match self {
            MpvCommand::Play { .. } | MpvCommand::Stop { .. } => true,
            MpvCommand::Volume { .. } | MpvCommand::Pause | MpvCommand::Resume => false,
        }
    }

    /// The reason why a panic cannot say it; nothing where it can.
    pub fn panic_fault(&self) -> Option<PanicFault> {
        let (key, why) = match self {
            MpvCommand::Play { .. } => ("play", "a panic plays no clip: it takes the picture away"),
            MpvCommand::Resume => ("resume", "a panic resumes no clip: it takes the picture away"),
            MpvCommand::Volume { .. } => {
                ("volume", "a panic changes no volume: it takes the picture away")
            }
            MpvCommand::Stop { over } if !over.is_zero() => {
                (OVER, "a panic takes the picture away at once")
            }
            MpvCommand::Pause | MpvCommand::Stop { .. } => return None,
        };
        Some(PanicFault { key, why, fix: "write `stop = true`" })
    }
}

/// The reason why a panic cannot name a layer; nothing for the one that needs no name.
pub(super) fn panic_fault(layer: &Layer) -> Option<PanicFault> {
    let why = "a panic stops all layers of an output";
    (!layer.is_main()).then_some(PanicFault { key: LAYER, why, fix: "remove `layer`" })
}

fn output(fields: &mut Fields<'_>, value: Option<&Value<'_>>) -> Option<OutputKind> {
    let flags = flags(fields);
    let value = value?;
    if !value.boolean()? {
        value.fault("`mpv = false` is no output", "write `mpv = true`, or remove the output");
    }
    Some(OutputKind::Mpv { flags })
}

fn action(fields: &mut Fields<'_>, wire: Option<&Wire>) -> Option<Body> {
    // A panic refuses the others, and suggests none of them.
    let is_panic = wire.is_some_and(|wire| !wire.may_last);
    let is_of_panic = |key: &str| [MpvWord::Pause, MpvWord::Stop].map(MpvWord::key).contains(&key);
    for key in MpvWord::VARIANTS.iter().filter(|key| is_panic && !is_of_panic(key)) {
        fields.know_if_there(key);
    }
    if is_panic {
        fields.know_if_there(OVER);
    }
    let plays = fields.has(MpvWord::Play.key());
    let is_command = |key: &&&str| {
        let is_suggested = !is_panic || is_of_panic(key) || fields.has(key);
        is_suggested && !(plays && **key == MpvWord::Volume.key())
    };
    let commands: Vec<&str> = MpvWord::VARIANTS.iter().filter(is_command).copied().collect();
    let key = fields.exactly_one(&commands, "command");
    let word = key.and_then(|key| key.parse::<MpvWord>().ok());
    let layer = layer(fields);
    if word == Some(MpvWord::Play) {
        fields.refuse(OVER, "`over` is only for `volume` and `stop`", "write `fade_in`");
        let command = play(fields, layer.as_ref());
        return Some(Body::Mpv { layer: layer?, command: command? });
    }
    for key in FURTHER.into_iter().filter(|key| ![OVER, LAYER].contains(key)) {
        fields.refuse(key, &format!("`{key}` is only for `play`"), "remove it");
    }
    let (key, word) = (key?, word?);
    let command = match word {
        MpvWord::Play => return None,
        MpvWord::Volume => {
            let to = fields.find(key)?.integer(0..=100);
            MpvCommand::Volume { to: to?, over: over(fields)? }
        }
        MpvWord::Pause => MpvCommand::Pause,
        MpvWord::Resume => MpvCommand::Resume,
        MpvWord::Stop if is_panic && !fields.has(OVER) => MpvCommand::Stop { over: Duration::ZERO },
        MpvWord::Stop => MpvCommand::Stop { over: over(fields)? },
    };
    if matches!(word, MpvWord::Pause | MpvWord::Resume) {
        fields.refuse(OVER, "`over` is only for `volume` and `stop`", "remove it");
    }
    if word != MpvWord::Volume && !fields.find(key)?.boolean()? {
        fields.reader.fault(
            fields.key_span(key),
            format!("`{key} = false` says nothing"),
            "remove the action",
        );
    }
    Some(Body::Mpv { layer: layer?, command })
}

impl MpvWord {
    /// Its key in the show file.
    fn key(self) -> &'static str {
        self.into()
    }
}

/// The time that a command takes; `None` for a fault.
fn over(fields: &mut Fields<'_>) -> Option<Duration> {
    fields.find(OVER).map_or(Some(Duration::ZERO), |value| value.duration())
}

/// The layer that a command names, or else the main one; `None` for a fault.
fn layer(fields: &mut Fields<'_>) -> Option<Layer> {
    let Some(value) = fields.find(LAYER) else { return Some(Layer::MAIN) };
    let name = value.mention()?;
    fields.check_id(&name).then(|| Layer::new(name.text))
}

/// Checks that a layer, of which only `main` has a picture, can play the clip at `value`.
fn check_layer(value: &Value<'_>, clip: &str, layer: &Layer) {
    if layer.is_main() {
        return;
    }
    let layer = quoted(layer.name());
    match ClipKind::of(clip) {
        ClipKind::Sound => {}
        ClipKind::Still => value.fault(
            format!("layer {layer} plays only sound, and {} is a still picture", quoted(clip)),
            "remove `layer`, or use another output for a second picture",
        ),
        ClipKind::Film => value.reader.report(Problem::warning(
            value.span.clone(),
            format!("layer {layer} plays only the sound of {}", quoted(clip)),
            "use another output for a second picture",
        )),
    }
}

fn play(fields: &mut Fields<'_>, layer: Option<&Layer>) -> Option<MpvCommand> {
    let (from, to) = (fields.find("from"), fields.find("to"));
    let (volume, looped) = (fields.find(MpvWord::Volume.key()), fields.find("loop"));
    let fade_in = fields.find("fade_in");
    let optional = fields.find("optional").map(|value| value.boolean());
    let optional = optional.unwrap_or(Some(false));
    let found = fields.find("play");
    let (clip, length_ns) =
        found.as_ref().map(|value| clip(value, optional == Some(false))).unwrap_or_default();
    if let (Some(value), Some(clip), Some(layer)) = (&found, &clip, layer) {
        check_layer(value, clip, layer);
    }
    if let Some(length_ns) = length_ns {
        from.iter().for_each(|value| check_moment(value, length_ns, "the clip has ended by then"));
        to.iter().for_each(|value| check_moment(value, length_ns, "the clip ends before that"));
    }
    let ns = |value: &Value<'_>| value.duration().map(nanoseconds);
    let from_ns = from.as_ref().map(ns);
    let to_ns = to.as_ref().map(ns);
    if let (Some(to), Some(Some(to_ns))) = (&to, to_ns)
        && from_ns.unwrap_or(Some(0)).is_some_and(|from_ns| to_ns <= from_ns)
    {
        to.fault("the clip would end before it begins", "write a `to` that is later than `from`");
    }
    let volume = volume.map(|value| value.integer(0..=100));
    let looped = looped.map(|value| value.boolean());
    let fade_in = fade_in.map(|value| value.duration());
    Some(MpvCommand::Play {
        clip: clip?,
        from_ns: from_ns.unwrap_or(Some(0))?,
        to_ns: to_ns.flatten(),
        volume: volume.flatten(),
        fade_in: fade_in.unwrap_or(Some(Duration::ZERO))?,
        looped: looped.unwrap_or(Some(false))?,
        optional: optional?,
    })
}

/// The endings of files that name other files, on this machine or elsewhere, instead of holding
/// pictures and sounds.
const LISTS: [&str; 10] =
    ["m3u", "m3u8", "pls", "asx", "cue", "edl", "mpd", "sdp", "ffconcat", "xspf"];

/// Maximum time by which an out-point may exceed the clip without being a slip: players and people
/// round.
const ROUNDED: Duration = Duration::from_secs(1);

/// Warns of an in-point or out-point that a clip of this length does not reach.
fn check_moment(value: &Value<'_>, length_ns: u64, why: &str) {
    let length = Duration::from_nanos(length_ns);
    if value.duration().is_some_and(|time| time >= length.saturating_add(ROUNDED)) {
        let what = format!(
            "{} is {}, and the clip lasts {}",
            value.name(),
            value.source(),
            duration::delay(length)
        );
        value.reader.report(Problem::warning(
            value.span.clone(),
            what,
            format!("write an earlier moment: {why}"),
        ));
    }
}

/// The file of a clip, and how long it lasts, where anybody looks; one that the cue needs has to be
/// there.
fn clip(value: &Value<'_>, is_needed: bool) -> (Option<String>, Option<u64>) {
    let Some(text) = value.line() else { return (None, None) };
    if text.contains("://") {
        value.fault(
            "a clip is a file, not an address",
            "put the file beside the show, and write its path",
        );
        return (None, None);
    }
    let ending =
        text.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if LISTS.contains(&ending.as_str()) {
        value.fault(
            format!("{} is a list of other files, not a clip", quoted(&text)),
            "name the clips themselves",
        );
        return (None, None);
    }
    let found = value.reader.machine().clip(&text);
    if let Some(why) = found.fault.filter(|_| is_needed) {
        value.fault(why, "put a clip there, relative to the show file, or write `optional = true`");
    }
    (Some(text), found.length_ns)
}

/// Describes a command to the player of a layer: `play clips/flight.mp4 from 0:02`, `stop layer bgm`.
pub(super) fn describe(layer: &Layer, command: &MpvCommand) -> String {
    let of = |before: &str| match layer.is_main() {
        true => String::new(),
        false => format!("{before} layer {layer}"),
    };
    let over = |words: String, over: &Duration| match over.is_zero() {
        true => words,
        false => format!("{words} over {}", duration::exact(*over)),
    };
    let (clip, from_ns, to_ns, volume, fade_in, looped, optional) = match command {
        MpvCommand::Play { clip, from_ns, to_ns, volume, fade_in, looped, optional } => {
            (clip, from_ns, to_ns, volume, fade_in, looped, optional)
        }
        MpvCommand::Volume { to, over: time } => {
            return over(format!("volume {to}{}", of(" of")), time);
        }
        MpvCommand::Pause => return format!("pause{}", of("")),
        MpvCommand::Resume => return format!("resume{}", of("")),
        MpvCommand::Stop { over: time } => return over(format!("stop{}", of("")), time),
    };
    let mut said = format!("play {clip}{}", of(" on"));
    if *from_ns > 0 {
        said.push_str(&format!(" from {}", duration::exact(Duration::from_nanos(*from_ns))));
    }
    if let Some(to_ns) = to_ns {
        said.push_str(&format!(" to {}", duration::exact(Duration::from_nanos(*to_ns))));
    }
    if let Some(volume) = volume {
        said.push_str(&format!(", volume {volume}"));
    }
    if !fade_in.is_zero() {
        said.push_str(&format!(", fades in over {}", duration::exact(*fade_in)));
    }
    if *looped {
        said.push_str(", looped");
    }
    if *optional {
        said.push_str(", if it is there");
    }
    said
}
