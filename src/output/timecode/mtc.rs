//! MIDI timecode (MMA MTC 1.0; MIDI 1.0 detailed specification, "MIDI Time Code"): two kinds of
//! messages.
//!
//! A running clock is spelled by quarter frames, `F1 xx`: eight pieces over two frames, which spell
//! the frame in which the first of them was sent. So the whole is known two frames late, by design,
//! and receivers add them. A clock that begins, stops or jumps is told by one full-frame message.

use super::pace::{Grain, Say};
use super::smpte::FrameLabel;
use crate::show::FrameRate;

/// Four quarters a frame. The pieces begin in a frame whose number, counted from 00:00:00:00, is
/// even; so a group never stands across the seam of a day, nor across the numbers that drop-frame
/// leaves out.
///
/// A late wake-up sends the quarters that are overdue: a receiver follows these, while a full frame
/// makes it stop and search. Two whole groups, 133 ms and more, are the longest that this is done
/// for; after that the clock has stalled.
pub(super) const GRAIN: Grain = Grain { per_frame: 4, group: 8, announces: true, at_once: 16 };

/// The message that says it.
pub(super) fn message(rate: FrameRate, say: Say) -> Option<Vec<u8>> {
    Some(match say {
        Say::Here(frame) => full_frame(rate, frame).to_vec(),
        Say::Step(quarter) => quarter_frame(rate, quarter).to_vec(),
    })
}

/// `F0 7F 7F 01 01 hr mn sc fr F7`, to all devices.
fn full_frame(rate: FrameRate, frame: u64) -> [u8; 10] {
    let label = FrameLabel::new(rate, frame);
    let hour = rate_bits(rate) << 5 | label.hours;
    [0xF0, 0x7F, 0x7F, 0x01, 0x01, hour, label.minutes, label.seconds, label.frames, 0xF7]
}

/// `F1 0nnn dddd`: the piece and its four bits, the lower half of a number before the upper.
fn quarter_frame(rate: FrameRate, quarter: u64) -> [u8; 2] {
    let piece = (quarter % 8) as u8;
    let label = FrameLabel::new(rate, quarter / 8 * 2);
    let nibble = match piece {
        0 => label.frames & 0x0F,
        1 => label.frames >> 4,
        2 => label.seconds & 0x0F,
        3 => label.seconds >> 4,
        4 => label.minutes & 0x0F,
        5 => label.minutes >> 4,
        6 => label.hours & 0x0F,
        _ => rate_bits(rate) << 1 | label.hours >> 4,
    };
    [0xF1, piece << 4 | nibble]
}

/// The two bits that say the rate.
fn rate_bits(rate: FrameRate) -> u8 {
    match rate {
        FrameRate::Fps24 => 0b00,
        FrameRate::Fps25 => 0b01,
        FrameRate::Fps2997Drop => 0b10,
        FrameRate::Fps30 => 0b11,
    }
}

#[cfg(test)]
mod tests {
    use super::super::pace::ClockPace;
    use super::super::smpte::frames_a_day;
    use super::*;
    use crate::output::ShowTime;
    use crate::show::duration::{HOUR_NS, MINUTE_NS, SECOND_NS};
    use crate::time::MachineNs;

    /// The bytes from the moment at which a clock that reads `from_ns` is let go, `count` messages
    /// of them.
    fn messages(rate: FrameRate, from_ns: u64, count: usize) -> Vec<Vec<u8>> {
        let mut pace = ClockPace::new(rate, GRAIN);
        pace.set(MachineNs::ZERO, ShowTime { now_ns: from_ns, runs: true });
        let said = std::iter::from_fn(|| pace.due().and_then(|due| pace.say(due)));
        said.take(count).filter_map(|say| message(rate, say)).collect()
    }

    #[test]
    fn pieces_spell_the_frame_of_the_first() {
        // 01:37:52:16, written out by hand: frame 0x10, second 0x34, minute 0x25, hour 0x01.
        for (rate, fps, bits) in
            [(FrameRate::Fps24, 24, 0), (FrameRate::Fps25, 25, 1), (FrameRate::Fps30, 30, 3)]
        {
            // At 25 frames a second, 16 is the label of an even frame in every second second; 52 is
            // one of those.
            let from_ns =
                HOUR_NS + 37 * MINUTE_NS + 52 * SECOND_NS + (16 * SECOND_NS).div_ceil(fps);
            let said = messages(rate, from_ns, 10);
            assert_eq!(
                said[0],
                [0xF0, 0x7F, 0x7F, 0x01, 0x01, bits << 5 | 1, 37, 52, 16, 0xF7],
                "{rate:?}"
            );
            let pieces = [0x00, 0x11, 0x24, 0x33, 0x45, 0x52, 0x61, 0x70 | bits << 1];
            for (message, piece) in said[1..].iter().zip(pieces) {
                assert_eq!(*message, [0xF1, piece], "{rate:?}");
            }
            assert_eq!(said[9], [0xF1, 0x02], "two frames on");
        }
    }

    #[test]
    fn the_hour_has_five_bits_beside_those_of_the_rate() {
        // 20:00:00:00 is hour 0x14: its upper bit is in piece 7, beside the rate.
        let said = messages(FrameRate::Fps25, 20 * HOUR_NS, 9);
        assert_eq!(said[0][5], 0b0011_0100);
        assert_eq!(&said[7..], [[0xF1, 0x64], [0xF1, 0x73]]);
    }

    #[test]
    fn drop_frame_goes_from_28_to_02_over_the_minute() {
        // Frame 1798 is 00:00:59;28, and 1800 is 00:01:00;02. Each lasts 1001/30000 s.
        let from_ns = (1798 * 1001 * SECOND_NS).div_ceil(30_000);
        let said = messages(FrameRate::Fps2997Drop, from_ns, 17);
        assert_eq!(said[0], [0xF0, 0x7F, 0x7F, 0x01, 0x01, 0b0100_0000, 0, 59, 28, 0xF7]);
        let pieces = |bytes: &[Vec<u8>]| bytes.iter().map(|message| message[1]).collect::<Vec<_>>();
        assert_eq!(pieces(&said[1..9]), [0x0C, 0x11, 0x2B, 0x33, 0x40, 0x50, 0x60, 0x74]);
        assert_eq!(pieces(&said[9..]), [0x02, 0x10, 0x20, 0x30, 0x41, 0x50, 0x60, 0x74]);
    }

    #[test]
    fn no_group_stands_across_midnight() {
        for (rate, bits) in [
            (FrameRate::Fps24, 0),
            (FrameRate::Fps25, 1),
            (FrameRate::Fps2997Drop, 2),
            (FrameRate::Fps30, 3),
        ] {
            let midnight = 4 * frames_a_day(rate);
            let pieces: Vec<_> =
                (midnight..midnight + 8).map(|quarter| quarter_frame(rate, quarter)[1]).collect();
            assert_eq!(pieces, [0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70 | bits << 1]);
            let last = quarter_frame(rate, midnight - 1)[1];
            assert_eq!(last, 0x70 | bits << 1 | 1, "hour 23 is 0x17");
        }
    }

    #[test]
    fn a_late_wake_up_sends_what_is_overdue_and_a_stall_the_place() {
        let mut pace = ClockPace::new(FrameRate::Fps25, GRAIN);
        pace.set(MachineNs::ZERO, ShowTime { now_ns: 0, runs: true });
        let mut said = |at_ns| -> Vec<Vec<u8>> {
            std::iter::from_fn(|| pace.say(MachineNs::new(at_ns)))
                .filter_map(|say| message(FrameRate::Fps25, say))
                .collect()
        };
        assert_eq!(said(0).len(), 2, "the place and the first quarter");
        // A quarter takes 10 ms at 25 frames a second. The pieces spell 00:00:00:00, then the first
        // of 00:00:00:02.
        let overdue =
            [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x72, 0x02].map(|piece| vec![0xF1, piece]);
        assert_eq!(said(80_000_000), overdue);
        assert_eq!(said(SECOND_NS)[0], [0xF0, 0x7F, 0x7F, 0x01, 0x01, 0b0010_0000, 0, 1, 0, 0xF7]);
    }

    #[test]
    fn a_clock_that_stops_is_told_by_one_message() {
        let mut pace = ClockPace::new(FrameRate::Fps25, GRAIN);
        pace.set(MachineNs::ZERO, ShowTime { now_ns: 2 * SECOND_NS, runs: false });
        let said: Vec<_> = std::iter::from_fn(|| pace.say(MachineNs::new(SECOND_NS))).collect();
        let said: Vec<_> =
            said.into_iter().filter_map(|say| message(FrameRate::Fps25, say)).collect();
        assert_eq!(said, [vec![0xF0, 0x7F, 0x7F, 0x01, 0x01, 0b0010_0000, 0, 2, 0, 0xF7]]);
    }
}
