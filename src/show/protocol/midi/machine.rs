//! MIDI Machine Control (MMA RP-013): its commands in the show file, and in words.

use crate::show::FrameRate;
use crate::show::action::{MSC_ALL, MidiMessage, MmcCommand, MmcPlace};
use crate::show::file::fields::Fields;
use crate::show::file::output::frame_rate;
use crate::show::file::value::Value;

/// The commands without data.
const COMMANDS: [(&str, MmcCommand); 12] = [
    ("stop", MmcCommand::Stop),
    ("play", MmcCommand::Play),
    ("deferred play", MmcCommand::DeferredPlay),
    ("fast forward", MmcCommand::FastForward),
    ("rewind", MmcCommand::Rewind),
    ("record strobe", MmcCommand::RecordStrobe),
    ("record exit", MmcCommand::RecordExit),
    ("record pause", MmcCommand::RecordPause),
    ("pause", MmcCommand::Pause),
    ("eject", MmcCommand::Eject),
    ("chase", MmcCommand::Chase),
    ("reset", MmcCommand::Reset),
];

/// A command: its word alone, or a table that may name a device and a place.
pub(super) fn control(value: &Value<'_>) -> Option<MidiMessage> {
    if value.value.is_str() {
        let command = value.word(&COMMANDS)?;
        return Some(MidiMessage::MachineControl { command, device: MSC_ALL });
    }
    let mut keys = value.fields("a machine control message")?;
    let key = keys.exactly_one(&["command", "locate"], "command");
    let device = keys.find("device").map_or(Some(MSC_ALL), |value| value.integer(0..=127));
    let command = match key {
        Some("locate") => locate(&mut keys),
        Some(key) => {
            keys.refuse("rate", "`rate` is only for `locate`", "remove it");
            keys.find(key).and_then(|value| value.word(&COMMANDS))
        }
        None => {
            keys.know("rate");
            None
        }
    };
    keys.finish();
    Some(MidiMessage::MachineControl { command: command?, device: device? })
}

fn locate(keys: &mut Fields<'_>) -> Option<MmcCommand> {
    let rate = keys.find("rate").map_or(Some(FrameRate::Fps25), |value| frame_rate(&value));
    let value = keys.find("locate")?;
    let (text, rate) = (value.text()?, rate?);
    match place(text, rate) {
        Ok(place) => Some(MmcCommand::Locate(place)),
        Err(what) => {
            value.fault(what, "write hours, minutes, seconds and frames: \"01:00:00:00\"");
            None
        }
    }
}

/// # Errors
/// Why `text` is no timecode at `rate`.
fn place(text: &str, rate: FrameRate) -> Result<MmcPlace, String> {
    let number = |part: &str| -> Option<u8> {
        let is_number = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| part.parse().ok())?
    };
    let parts: Option<Vec<u8>> = text.split(':').map(number).collect();
    let Some(&[hours, minutes, seconds, frames]) = parts.as_deref() else {
        return Err(format!("{text:?} is no timecode"));
    };
    let count = match rate {
        FrameRate::Fps24 => 24,
        FrameRate::Fps25 => 25,
        FrameRate::Fps2997Drop | FrameRate::Fps30 => 30,
    };
    if hours > 23 || minutes > 59 || seconds > 59 || frames >= count {
        return Err(format!(
            "{text:?} is beyond 23:59:59:{}, the last frame of a day at this rate",
            count - 1
        ));
    }
    // SMPTE 12M: the first two numbers of each minute but every tenth are dropped.
    if rate == FrameRate::Fps2997Drop && seconds == 0 && frames < 2 && minutes % 10 != 0 {
        return Err(format!("drop-frame timecode has no {text:?}"));
    }
    Ok(MmcPlace { hours, minutes, seconds, frames, rate })
}

/// A command in the words of the standard.
pub(super) fn words(command: MmcCommand) -> String {
    match command {
        MmcCommand::Locate(MmcPlace { hours, minutes, seconds, frames, rate: _ }) => {
            format!("LOCATE {hours:02}:{minutes:02}:{seconds:02}:{frames:02}")
        }
        MmcCommand::Stop
        | MmcCommand::Play
        | MmcCommand::DeferredPlay
        | MmcCommand::FastForward
        | MmcCommand::Rewind
        | MmcCommand::RecordStrobe
        | MmcCommand::RecordExit
        | MmcCommand::RecordPause
        | MmcCommand::Pause
        | MmcCommand::Eject
        | MmcCommand::Chase
        | MmcCommand::Reset => {
            let word = COMMANDS.iter().find(|(_, known)| *known == command);
            word.map(|(word, _)| word.to_uppercase()).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_timecode_that_exists() {
        let (pal, drop) = (FrameRate::Fps25, FrameRate::Fps2997Drop);
        let at = |hours, minutes, seconds, frames, rate| {
            Ok(MmcPlace { hours, minutes, seconds, frames, rate })
        };
        assert_eq!(place("01:00:00:00", pal), at(1, 0, 0, 0, pal));
        assert_eq!(place("23:59:59:24", pal), at(23, 59, 59, 24, pal));
        assert_eq!(place("00:10:00:00", drop), at(0, 10, 0, 0, drop));
        assert_eq!(place("00:01:00:02", drop), at(0, 1, 0, 2, drop));
        for (text, rate, says) in [
            ("00:00:00:25", pal, "beyond 23:59:59:24"),
            ("24:00:00:00", pal, "beyond"),
            ("00:01:00:01", drop, "drop-frame timecode has no"),
            ("1:00:00:00", pal, "no timecode"),
            ("01:00:00", pal, "no timecode"),
            ("01:00:00:+1", pal, "no timecode"),
            ("", pal, "no timecode"),
        ] {
            let why = place(text, rate).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
