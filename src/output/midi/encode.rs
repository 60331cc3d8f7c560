//! The bytes of MIDI messages: channel messages (MIDI 1.0, "Channel Voice Messages"), show control
//! (RP-002/RP-014) and machine control (RP-013).
//!
//! Encodes when a show is opened, so that a GO only has to look the bytes up; must never touch a
//! port.

use std::time::Duration;

use crate::show::action::{MidiMessage, MmcCommand, MmcPlace, MscCommand, MscCue};
use crate::show::duration::{HOUR_NS, MINUTE_NS, SECOND_NS};
use crate::show::{Body, FrameRate};
use crate::time::nanoseconds;

/// The longest that a message of show control may be, bytes (RP-002/RP-014, section 3.1).
const SHOW_CONTROL_LONGEST: usize = 128;

/// A frame of a [`standard_time`], nanoseconds.
const FRAME_NS: u64 = SECOND_NS / 25;

/// The bytes that say `body`, or why there are none.
pub(in crate::output) fn bytes(body: &Body) -> Result<Vec<u8>, String> {
    let Body::Midi(message) = body else {
        return Err("not a MIDI message".into());
    };
    Ok(match message {
        MidiMessage::NoteOn { channel, note, velocity } => {
            vec![status(0x90, *channel)?, data(*note)?, data(*velocity)?]
        }
        MidiMessage::NoteOff { channel, note, velocity } => {
            vec![status(0x80, *channel)?, data(*note)?, data(*velocity)?]
        }
        MidiMessage::ProgramChange { channel, program } => {
            vec![status(0xC0, *channel)?, data(*program)?]
        }
        MidiMessage::ControlChange { channel, controller, value } => {
            vec![status(0xB0, *channel)?, data(*controller)?, data(*value)?]
        }
        MidiMessage::ShowControl { command, device, format } => {
            let mut bytes =
                vec![0xF0, 0x7F, data(*device)?, 0x02, data(*format)?, command_byte(command)];
            bytes.extend(command_data(command)?);
            bytes.push(0xF7);
            if bytes.len() > SHOW_CONTROL_LONGEST {
                let len = bytes.len();
                return Err(format!(
                    "the message has {len} bytes, MIDI Show Control allows {SHOW_CONTROL_LONGEST}"
                ));
            }
            bytes
        }
        MidiMessage::MachineControl { command, device } => {
            let head = [0xF0, 0x7F, data(*device)?, 0x06];
            [&head[..], &machine_command(*command), &[0xF7]].concat()
        }
        MidiMessage::Bytes(bytes) => bytes.clone(),
    })
}

/// A command of MIDI Machine Control with its data (RP-013, "MMC Commands").
fn machine_command(command: MmcCommand) -> Vec<u8> {
    match command {
        MmcCommand::Stop => vec![0x01],
        MmcCommand::Play => vec![0x02],
        MmcCommand::DeferredPlay => vec![0x03],
        MmcCommand::FastForward => vec![0x04],
        MmcCommand::Rewind => vec![0x05],
        MmcCommand::RecordStrobe => vec![0x06],
        MmcCommand::RecordExit => vec![0x07],
        MmcCommand::RecordPause => vec![0x08],
        MmcCommand::Pause => vec![0x09],
        MmcCommand::Eject => vec![0x0A],
        MmcCommand::Chase => vec![0x0B],
        MmcCommand::Reset => vec![0x0D],
        // LOCATE, the number of bytes, TARGET, and the "standard time" hr mn sc fr ff: the rate
        // stands in two bits of the hour, and the fraction of a frame is none.
        MmcCommand::Locate(MmcPlace { hours, minutes, seconds, frames, rate }) => {
            let rate: u8 = match rate {
                FrameRate::Fps24 => 0b00,
                FrameRate::Fps25 => 0b01,
                FrameRate::Fps2997Drop => 0b10,
                FrameRate::Fps30 => 0b11,
            };
            vec![0x44, 0x06, 0x01, rate << 5 | hours, minutes, seconds, frames, 0]
        }
    }
}

/// The status byte of a message on `channel`, counted from 1.
fn status(kind: u8, channel: u8) -> Result<u8, String> {
    match channel {
        1..=16 => Ok(kind | (channel - 1)),
        _ => Err(format!("there is no MIDI channel {channel}")),
    }
}

/// A data byte: its highest bit is never set.
fn data(value: u8) -> Result<u8, String> {
    if value < 0x80 {
        Ok(value)
    } else {
        Err(format!("{value} is more than the 127 that a MIDI byte holds"))
    }
}

/// RP-002/RP-014, section 4.3.
fn command_byte(command: &MscCommand) -> u8 {
    match command {
        MscCommand::Go(_) => 0x01,
        MscCommand::Stop(_) => 0x02,
        MscCommand::Resume(_) => 0x03,
        MscCommand::TimedGo { .. } => 0x04,
        MscCommand::Load(_) => 0x05,
        MscCommand::Set { .. } => 0x06,
        MscCommand::Fire { .. } => 0x07,
        MscCommand::AllOff => 0x08,
        MscCommand::Restore => 0x09,
        MscCommand::Reset => 0x0A,
        MscCommand::GoOff(_) => 0x0B,
    }
}

/// Encodes the data after the command byte (RP-002/RP-014, section 4.3).
fn command_data(command: &MscCommand) -> Result<Vec<u8>, String> {
    Ok(match command {
        MscCommand::Go(cue)
        | MscCommand::Stop(cue)
        | MscCommand::Resume(cue)
        | MscCommand::Load(cue)
        | MscCommand::GoOff(cue) => numbers(cue)?,
        MscCommand::TimedGo { cue, time } => {
            [standard_time(*time)?.to_vec(), numbers(cue)?].concat()
        }
        MscCommand::Set { control, value, time } => {
            let mut bytes = [fourteen_bits(*control)?, fourteen_bits(*value)?].concat();
            if let Some(time) = time {
                bytes.extend(standard_time(*time)?);
            }
            bytes
        }
        MscCommand::Fire { number } => vec![data(*number)?],
        MscCommand::AllOff | MscCommand::Restore | MscCommand::Reset => vec![],
    })
}

/// Two data bytes, the lower seven bits first.
fn fourteen_bits(value: u16) -> Result<[u8; 2], String> {
    let high = u8::try_from(value >> 7)
        .map_err(|_| format!("{value} is more than the 16383 of fourteen bits"))?;
    Ok([(value & 0x7F) as u8, data(high)?])
}

/// Cue, list and path in ASCII with a zero between two of them; what is empty is left out, with all
/// after it (RP-002/RP-014, section 3.1).
fn numbers(cue: &MscCue) -> Result<Vec<u8>, String> {
    let given: Vec<&str> = [&cue.number, &cue.list, &cue.path]
        .into_iter()
        .map(String::as_str)
        .take_while(|number| !number.is_empty())
        .collect();
    let text = given.join("\0");
    let fits = |b: u8| b.is_ascii_digit() || b == b'.' || b == 0;
    if text.bytes().all(fits) {
        Ok(text.into_bytes())
    } else {
        Err("a cue number has only digits and points".into())
    }
}

/// `hr mn sc fr ff`, the standard time code of type {ff} (RP-002/RP-014, section 3.2.1).
///
/// The type bits of the hour say 25 frames a second (01), because then a frame and its hundredths
/// are whole fractions of a second (40 ms and 0.4 ms), and any device turns them into a time
/// without a drop-frame table. All flags (colour frame, sign, status instead of subframes) are
/// zero. What is less than 0.4 ms goes.
fn standard_time(time: Duration) -> Result<[u8; 5], String> {
    let time = nanoseconds(time);
    const TYPE_25: u8 = 0b01 << 5;
    let hours = time / HOUR_NS;
    if hours >= 24 {
        return Err("MIDI Show Control knows no time of 24 hours and more".into());
    }
    let (minutes, seconds) = (time / MINUTE_NS % 60, time / SECOND_NS % 60);
    let (frames, hundredths) = (time % SECOND_NS / FRAME_NS, time % FRAME_NS / (FRAME_NS / 100));
    Ok([TYPE_25 | hours as u8, minutes as u8, seconds as u8, frames as u8, hundredths as u8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(message: MidiMessage) -> Vec<u8> {
        bytes(&Body::Midi(message)).unwrap()
    }

    fn cue(numbers: [&str; 3]) -> MscCue {
        let [number, list, path] = numbers.map(str::to_owned);
        MscCue { number, list, path }
    }

    fn msc(command: MscCommand) -> MidiMessage {
        MidiMessage::ShowControl { command, device: 1, format: 0x20 }
    }

    fn timed(time: Duration) -> MidiMessage {
        let command = MscCommand::TimedGo { cue: cue(["12.5", "1", ""]), time };
        MidiMessage::ShowControl { command, device: 127, format: 0x01 }
    }

    #[test]
    fn channel_messages_count_channels_from_one() {
        let (channel, note, velocity) = (1, 60, 100);
        assert_eq!(said(MidiMessage::NoteOn { channel, note, velocity }), [0x90, 0x3C, 0x64]);
        assert_eq!(
            said(MidiMessage::NoteOff { channel: 16, note: 127, velocity: 0 }),
            [0x8F, 0x7F, 0x00]
        );
        assert_eq!(said(MidiMessage::ProgramChange { channel: 10, program: 5 }), [0xC9, 0x05]);
        assert_eq!(
            said(MidiMessage::ControlChange { channel: 2, controller: 7, value: 127 }),
            [0xB1, 0x07, 0x7F]
        );
    }

    #[test]
    fn show_control_names_cue_list_and_path() {
        let go = [
            0xF0, 0x7F, 0x01, 0x02, 0x20, 0x01, 0x32, 0x35, 0x2E, 0x35, 0x00, 0x33, 0x2E, 0x31,
            0x00, 0x31, 0x2E, 0x39, 0xF7,
        ];
        assert_eq!(said(msc(MscCommand::Go(cue(["25.5", "3.1", "1.9"])))), go);
        let load = [0xF0, 0x7F, 0x01, 0x02, 0x20, 0x05, 0x37, 0x00, 0x32, 0xF7];
        assert_eq!(said(msc(MscCommand::Load(cue(["7", "2", ""])))), load);
        let bare = MscCue::default;
        for (command, byte) in [
            (MscCommand::Go(bare()), 0x01),
            (MscCommand::Stop(bare()), 0x02),
            (MscCommand::Resume(bare()), 0x03),
            (MscCommand::AllOff, 0x08),
            (MscCommand::Restore, 0x09),
            (MscCommand::Reset, 0x0A),
            (MscCommand::GoOff(bare()), 0x0B),
        ] {
            assert_eq!(said(msc(command)), [0xF0, 0x7F, 0x01, 0x02, 0x20, byte, 0xF7]);
        }
        let off = [0xF0, 0x7F, 0x01, 0x02, 0x20, 0x0B, 0x37, 0xF7];
        assert_eq!(said(msc(MscCommand::GoOff(cue(["7", "", ""])))), off);
    }

    #[test]
    fn machine_control_is_a_command_and_perhaps_a_place() {
        let mmc = |command, device| said(MidiMessage::MachineControl { command, device });
        assert_eq!(mmc(MmcCommand::Play, 127), [0xF0, 0x7F, 0x7F, 0x06, 0x02, 0xF7]);
        for (command, byte) in [
            (MmcCommand::Stop, 0x01),
            (MmcCommand::DeferredPlay, 0x03),
            (MmcCommand::FastForward, 0x04),
            (MmcCommand::Rewind, 0x05),
            (MmcCommand::RecordStrobe, 0x06),
            (MmcCommand::RecordExit, 0x07),
            (MmcCommand::RecordPause, 0x08),
            (MmcCommand::Pause, 0x09),
            (MmcCommand::Eject, 0x0A),
            (MmcCommand::Chase, 0x0B),
            (MmcCommand::Reset, 0x0D),
        ] {
            assert_eq!(mmc(command, 1), [0xF0, 0x7F, 0x01, 0x06, byte, 0xF7]);
        }
        // The hour of 25 frames a second is 01 in the bits above the five of the hour.
        for (rate, hour) in [
            (FrameRate::Fps24, 0x01),
            (FrameRate::Fps25, 0x21),
            (FrameRate::Fps2997Drop, 0x41),
            (FrameRate::Fps30, 0x61),
        ] {
            let place = MmcPlace { hours: 1, minutes: 2, seconds: 3, frames: 4, rate };
            let head = [0xF0, 0x7F, 0x7F, 0x06, 0x44, 0x06, 0x01];
            let locate = [&head[..], &[hour, 2, 3, 4, 0, 0xF7]].concat();
            assert_eq!(mmc(MmcCommand::Locate(place), 127), locate);
        }
        assert!(
            bytes(&Body::Midi(MidiMessage::MachineControl {
                command: MmcCommand::Play,
                device: 128
            }))
            .is_err()
        );
        let sysex = vec![0xF0, 0x43, 0x10, 0xF7];
        assert_eq!(said(MidiMessage::Bytes(sysex.clone())), sysex);
    }

    #[test]
    fn set_and_fire_have_numbers_of_their_own() {
        // 300 is 2 times 128 and 44; 16383 is all fourteen bits.
        let set = |time| said(msc(MscCommand::Set { control: 300, value: 0x3FFF, time }));
        assert_eq!(set(None), [0xF0, 0x7F, 0x01, 0x02, 0x20, 0x06, 44, 2, 0x7F, 0x7F, 0xF7]);
        let timed = [0xF0, 0x7F, 0x01, 0x02, 0x20, 0x06, 44, 2, 0x7F, 0x7F, 0x20, 0, 5, 0, 0, 0xF7];
        assert_eq!(set(Some(Duration::from_secs(5))), timed);
        assert_eq!(
            said(msc(MscCommand::Fire { number: 9 })),
            [0xF0, 0x7F, 0x01, 0x02, 0x20, 0x07, 9, 0xF7]
        );
        assert!(
            bytes(&Body::Midi(msc(MscCommand::Set { control: 0x4000, value: 0, time: None })))
                .is_err()
        );
    }

    #[test]
    fn a_timed_go_spells_its_time() {
        let go = |time: [u8; 5]| {
            let head = [0xF0, 0x7F, 0x7F, 0x02, 0x01, 0x04];
            [&head[..], &time, &[0x31, 0x32, 0x2E, 0x35, 0x00, 0x31, 0xF7]].concat()
        };
        assert_eq!(said(timed(Duration::from_secs(5))), go([0x20, 0, 5, 0, 0]));
        assert_eq!(said(timed(Duration::ZERO)), go([0x20, 0, 0, 0, 0]));
        // 23:59:59.999 is 24 frames of 40 ms, and 39 ms are 97 hundredths of a frame.
        assert_eq!(
            said(timed(Duration::from_millis(24 * 3_600_000 - 1))),
            go([0x37, 59, 59, 24, 97])
        );
        // 1.5 s is 12 frames and 20 ms.
        assert_eq!(said(timed(Duration::from_millis(1_500))), go([0x20, 0, 1, 12, 50]));
        assert!(bytes(&Body::Midi(timed(Duration::from_secs(24 * 3_600)))).is_err());
    }

    #[test]
    fn refuses_what_no_byte_holds() {
        let refused = |message| bytes(&Body::Midi(message)).is_err();
        assert!(refused(MidiMessage::ProgramChange { channel: 0, program: 5 }));
        assert!(refused(MidiMessage::ProgramChange { channel: 17, program: 5 }));
        assert!(refused(MidiMessage::NoteOn { channel: 1, note: 128, velocity: 1 }));
        assert!(refused(msc(MscCommand::Go(cue(["A1", "", ""])))));
        assert!(!refused(msc(MscCommand::Go(cue([&"1".repeat(121), "", ""])))));
        assert!(refused(msc(MscCommand::Go(cue([&"1".repeat(122), "", ""])))));
    }
}
