//! One line of the journal: a record as JSON with a checksum, there and back.
//!
//! Owns the text of a line and knows nothing of its neighbours; those are [`super::order`]'s. Must
//! never return a record from bytes other than those that were written: the checksum covers every
//! byte before it, is compared as text, and has to be the last member, so that no byte of a line
//! can change unnoticed.
//!
//! ```text
//! {"seq":7,"at":"2026-11-22T20:05:00.123456Z","run_ns":0,"event":"cue_stood_by","cue":"12","crc":"1a2b3c4d"}
//! └──────────── the checksum is that of this text, with a closing brace ────────────────┘
//! ```

use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::unknown;
use crate::engine::{Event, Origin, RUN_NS_MAX, Record, RunNs};

/// The longest line that is written or believed, without its newline.
///
/// The longest text that a remote control can send is a sixteenth of it. Of an event that would
/// make a longer line the texts are shortened, so that the line itself is written.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Maximum length of each text in a line that would be too long, bytes; the rest is cut.
const TEXT_BYTES_MAX: usize = 1024;

const CRC_OPEN: &[u8] = b",\"crc\":\"";
const CRC_CLOSE: &[u8] = b"\"}";
const CRC_MEMBER_BYTES: usize = CRC_OPEN.len() + 8 + CRC_CLOSE.len();

/// Reason why a line is not accepted, or cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Longer than [`LINE_BYTES_MAX`].
    #[error("the line is {0} bytes long, {LINE_BYTES_MAX} are the most")]
    TooLong(usize),
    /// Its end is missing, or something else stands there.
    #[error("the line does not end with its checksum")]
    NoCrc,
    /// Some byte is not the one that was written.
    #[error("the checksum says {says} but the text gives {gives}: the line was changed")]
    WrongCrc {
        /// Checksum in the line.
        says: String,
        /// Checksum of the line's text.
        gives: String,
    },
    /// The bytes are as they were written, but this program cannot read an event from them.
    #[error("this version knows no such event ({0}); a newer one may have written it")]
    NotAnEvent(String),
    /// A line is missing or stands there twice.
    #[error("seq is {found} where {expected} has to stand")]
    Gap {
        /// Number in the line.
        found: u64,
        /// Number that has to follow the line before.
        expected: u64,
    },
    /// The run's clock never goes back.
    #[error("run_ns is {found}, before the {before} of the line above")]
    Backwards {
        /// Instant in the line.
        found: RunNs,
        /// Instant in the line before.
        before: RunNs,
    },
    /// No run lasts so long: a sum of such instants would overflow.
    #[error("an instant of {0} ns is beyond the {RUN_NS_MAX} ns that a run can last")]
    TooFar(RunNs),
    /// Without its beginning a run cannot be replayed.
    #[error("a journal begins with run_started, not with {0}")]
    NotBegun(String),
    /// Two journals in one file.
    #[error("run_started stands in the middle of the run")]
    BegunAgain,
}

/// `at` without what is finer than a microsecond, which the journal does not keep.
///
/// Every [`Record`] is made with a truncated time: then the living run and its replay hold the same
/// one.
pub fn truncate(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Adds the line of `record` and its newline to `out`; of a line that would be longer than
/// [`LINE_BYTES_MAX`], what is too long of its texts is left out.
///
/// # Errors
/// When the line would be too long even so; `out` is then as it was.
pub fn encode(record: &Record, out: &mut Vec<u8>) -> Result<(), LineFault> {
    let whole = encode_whole(record, out);
    if !matches!(whole, Err(LineFault::TooLong(_))) {
        return whole;
    }
    let mut record = record.clone();
    record.event.shorten(TEXT_BYTES_MAX);
    encode_whole(&record, out)
}

fn encode_whole(record: &Record, out: &mut Vec<u8>) -> Result<(), LineFault> {
    let start = out.len();
    let written = write_line(record, out).map_err(|error| LineFault::NotAnEvent(error.to_string()));
    let checked = written.and_then(|()| match out.len() - start - 1 {
        len if len > LINE_BYTES_MAX => Err(LineFault::TooLong(len)),
        _ => Ok(()),
    });
    if checked.is_err() {
        out.truncate(start);
    }
    checked
}

fn write_line(record: &Record, out: &mut Vec<u8>) -> io::Result<()> {
    let Record { seq, at, run_ns, origin, event } = record;
    let start = out.len();
    out.extend_from_slice(b"{\"seq\":");
    serde_json::to_writer(&mut *out, seq)?;
    out.extend_from_slice(b",\"at\":\"");
    write_instant(*at, out)?;
    out.extend_from_slice(b"\",\"run_ns\":");
    serde_json::to_writer(&mut *out, run_ns)?;
    if let Some(origin) = origin {
        out.extend_from_slice(b",\"station\":");
        serde_json::to_writer(&mut *out, &origin.station)?;
        write!(out, r#","term":{}"#, origin.term)?;
        if let Some(wish_of) = &origin.wish_of {
            out.extend_from_slice(b",\"wish_of\":");
            serde_json::to_writer(&mut *out, wish_of)?;
        }
    }
    if let Event::Unknown(unknown) = event {
        write!(out, ",{}}}", unknown.members)?;
    } else {
        let seam = out.len();
        serde_json::to_writer(&mut *out, event)?;
        // The brace that opens the event's own object becomes the comma that makes it part of this
        // one.
        out[seam] = b',';
    }
    let crc = hex(crc32fast::hash(&out[start..]));
    out.pop();
    for part in [CRC_OPEN, &crc, CRC_CLOSE, b"\n"] {
        out.extend_from_slice(part);
    }
    Ok(())
}

/// Adds `at` in UTC with six decimals. A cue waits for it, and the general way of writing an instant
/// takes several times as long.
fn write_instant(at: Timestamp, out: &mut Vec<u8>) -> io::Result<()> {
    let time = Offset::UTC.to_datetime(at);
    if time.year() < 0 {
        return write!(out, "{:.6}", truncate(at));
    }
    let figures = [
        (i32::from(time.year()), 4, b'-'),
        (i32::from(time.month()), 2, b'-'),
        (i32::from(time.day()), 2, b'T'),
        (i32::from(time.hour()), 2, b':'),
        (i32::from(time.minute()), 2, b':'),
        (i32::from(time.second()), 2, b'.'),
        (time.subsec_nanosecond() / 1_000, 6, b'Z'),
    ];
    for (mut figure, digits, after) in figures {
        let mut text = [b'0'; 6];
        for digit in text[..digits].iter_mut().rev() {
            *digit += (figure % 10) as u8;
            figure /= 10;
        }
        out.extend_from_slice(&text[..digits]);
        out.push(after);
    }
    Ok(())
}

/// Reads a line, given without its newline.
///
/// # Errors
/// When its checksum is missing or wrong, or its text is no event.
pub fn decode(line: &[u8]) -> Result<Record, LineFault> {
    /// Members that every line has; serde passes over the event's own members, which are read from
    /// the same text below.
    #[derive(Deserialize)]
    struct Head {
        seq: u64,
        at: Timestamp,
        run_ns: RunNs,
        station: Option<String>,
        term: Option<u64>,
        wish_of: Option<String>,
    }

    if line.len() > LINE_BYTES_MAX {
        return Err(LineFault::TooLong(line.len()));
    }
    let (body, says) = split_crc(line).ok_or(LineFault::NoCrc)?;
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(body);
    hasher.update(b"}");
    let gives = hex(hasher.finalize());
    if says != gives {
        let text = |crc: &[u8]| String::from_utf8_lossy(crc).into_owned();
        return Err(LineFault::WrongCrc { says: text(says), gives: text(&gives) });
    }
    let no_event = |error: serde_json::Error| LineFault::NotAnEvent(error.to_string());
    let quickly = in_two(body).and_then(|[head, event]| {
        Some((serde_json::from_slice(&head).ok()?, serde_json::from_slice(&event).ok()?))
    });
    let (head, event): (Head, Event) = match quickly {
        Some(read) => read,
        None => {
            let head = serde_json::from_slice(line).map_err(no_event)?;
            let event = match serde_json::from_slice(line) {
                Ok(event) => event,
                Err(error) => Event::Unknown(unknown::read(line).ok_or_else(|| no_event(error))?),
            };
            (head, event)
        }
    };
    let Head { seq, at, run_ns, station, term, wish_of } = head;
    let term = term.unwrap_or_default();
    let origin = station.map(|station| Arc::new(Origin { station, term, wish_of }));
    Ok(Record { seq, at: truncate(at), run_ns, origin, event })
}

/// The line's own members and the event's, each as an object, where they stand in the order in which
/// they are written. To read these takes two thirds of the time: of an object with all of them serde
/// keeps every member until it has come to the event's kind.
fn in_two(body: &[u8]) -> Option<[Vec<u8>; 2]> {
    const SEAM: &[u8] = b",\"event\":";
    // In a text the quotes would have backslashes. What stands in an inner object leaves a first
    // part that is none.
    let seam = body.windows(SEAM.len()).position(|part| part == SEAM)?;
    let (head, event) = body.split_at(seam);
    Some([[head, b"}"].concat(), [b"{", event.get(1..)?, b"}"].concat()])
}

/// Splits a line into the text before its last member and that member's eight digits.
fn split_crc(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (body, member) = line.split_last_chunk::<CRC_MEMBER_BYTES>()?;
    Some((body, member.strip_prefix(CRC_OPEN)?.strip_suffix(CRC_CLOSE)?))
}

/// The checksum of `text` as a journal has it: CRC-32, eight digits.
pub fn checksum(text: &str) -> String {
    hex(crc32fast::hash(text.as_bytes())).map(char::from).iter().collect()
}

/// SHA-256 of `text`, 64 hex digits: what tells versions of a show apart between machines.
pub fn digest(text: &str) -> String {
    let digits = |byte: u8| {
        [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
    };
    Sha256::digest(text.as_bytes()).iter().copied().flat_map(digits).collect()
}

fn hex(crc: u32) -> [u8; 8] {
    std::array::from_fn(|i| b"0123456789abcdef"[(crc >> (28 - 4 * i)) as usize & 15])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::sample;

    fn line_of(record: &Record) -> Vec<u8> {
        let mut out = Vec::new();
        encode(record, &mut out).unwrap();
        assert_eq!(out.pop(), Some(b'\n'));
        out
    }

    #[test]
    fn every_kind_of_event_comes_back_as_it_was() {
        for record in sample::records() {
            let line = line_of(&record);
            assert!(!line.contains(&b'\n'), "{record:?}");
            assert_eq!(decode(&line).as_ref(), Ok(&record), "{}", String::from_utf8_lossy(&line));
        }
    }

    #[test]
    fn a_line_has_its_published_form() {
        let event = Event::CueStoodBy { cue: sample::cue("12") };
        let record = Record::new(7, sample::at(123_456_000), RunNs::new(5), event);
        let text = r#"{"seq":7,"at":"2026-11-22T20:05:00.123456Z","run_ns":5,"event":"cue_stood_by","cue":"12","crc":""#;
        let line = String::from_utf8(line_of(&record)).unwrap();
        let crc = line.strip_prefix(text).unwrap().strip_suffix("\"}").unwrap();
        let without = text.replace(r#","crc":""#, "}");
        assert_eq!(crc, format!("{:08x}", crc32fast::hash(without.as_bytes())));
    }

    #[test]
    fn a_time_has_six_decimals_and_living_is_replay() {
        for (nanosecond, decimals) in
            [(0, ".000000Z"), (1_999, ".000001Z"), (999_999_999, ".999999Z")]
        {
            let at = truncate(sample::at(nanosecond));
            let lived = Record::new(1, at, RunNs::ZERO, Event::Held {});
            let line = line_of(&lived);
            assert!(String::from_utf8_lossy(&line).contains(decimals));
            assert_eq!(decode(&line), Ok(lived));
        }
    }

    #[test]
    fn every_instant_is_written_as_its_own_type_writes_it() {
        let (least, most) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
        // Steps of a little more than three weeks, a minute and a second.
        for second in (least..most).step_by(86_400 * 23 + 61) {
            let nanosecond = (second.unsigned_abs() * 7_919 % 1_000_000_000) as i32;
            let at = truncate(Timestamp::new(second, nanosecond).unwrap());
            let mut text = vec![];
            write_instant(at, &mut text).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), format!("{at:.6}"));
        }
    }

    #[test]
    fn a_line_that_would_not_be_believed_is_not_written() {
        let output = "x".repeat(LINE_BYTES_MAX);
        let event = Event::ActionSent { cue: sample::cue("1"), firing: 1, action: 1, output };
        let record = Record::new(1, sample::at(0), RunNs::ZERO, event);
        let mut out = b"before".to_vec();
        assert!(matches!(encode(&record, &mut out), Err(LineFault::TooLong(_))));
        assert_eq!(out, b"before");
    }

    #[test]
    fn a_text_that_is_too_long_is_left_out_and_the_line_is_not() {
        let long = || "é\u{1}".repeat(LINE_BYTES_MAX);
        for event in [
            Event::NoteTaken { text: long(), cue: Some(sample::cue("12")) },
            Event::SegmentStarted {
                segment: 2,
                title: long(),
                due_ns: RunNs::new(5),
                retimed: false,
            },
            Event::PersonNoted { person: "gaga".into(), name: long(), text: long() },
            Event::ActionFailed {
                cue: sample::cue("12"),
                firing: 1,
                action: 1,
                output: "desk".into(),
                error: long(),
            },
        ] {
            let record = Record::new(7, sample::at(0), RunNs::new(5), event.clone());
            let line = line_of(&record);
            assert!(line.len() < 20_000, "{}", line.len());
            let read = decode(&line).unwrap();
            assert_eq!(
                (read.seq, read.event.kind(), read.event.cue()),
                (7, event.kind(), event.cue())
            );
            let text = String::from_utf8(line).unwrap();
            assert!(
                text.contains("é\\u0001") && text.contains("bytes left out)"),
                "{}",
                &text[text.len() - 100..]
            );
        }
    }

    #[test]
    fn a_record_says_who_wrote_it_where_more_than_one_machine_may() {
        for (wish_of, members) in [
            (None, r#""station":"front of \"house\"","term":3"#),
            (Some("la"), r#""station":"front of \"house\"","term":3,"wish_of":"la""#),
        ] {
            let wish_of = wish_of.map(str::to_owned);
            let origin = Some(Arc::new(Origin { wish_of, ..Origin::new("front of \"house\"", 3) }));
            let record =
                Record { origin, ..Record::new(7, sample::at(0), RunNs::new(5), Event::Held {}) };
            let line = line_of(&record);
            let text = String::from_utf8_lossy(&line);
            let whole = format!(r#","run_ns":5,{members},"event":"held","crc":"#);
            assert!(text.contains(&whole), "{text}");
            assert_eq!(decode(&line), Ok(record));
        }
    }

    #[test]
    fn a_digest_is_sha_256_in_hex() {
        // FIPS 180-2, B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), abc);
    }

    #[test]
    fn a_line_of_an_older_version_is_read_without_what_it_lacks() {
        let older = r#"{"seq":9,"at":"2026-11-22T20:05:00.000000Z","run_ns":3,"station":"foh","term":2,"event":"station_warned","by":"la""#;
        let crc = crc32fast::hash(format!("{older}}}").as_bytes());
        let record = decode(format!("{older},\"crc\":\"{crc:08x}\"}}").as_bytes()).unwrap();
        let by = crate::show::StationName::new("la").unwrap();
        assert_eq!(record.event, Event::StationWarned { by, late_ns: 0 });
        assert_eq!(record.origin, Some(Arc::new(Origin::new("foh", 2))));
    }

    #[test]
    fn an_event_of_a_newer_version_is_carried_as_it_was_written() {
        let newer = r#"{"seq":9,"at":"2026-11-22T20:05:00.000000Z","run_ns":3,"station":"foh","term":2,"wish_of":"la","event":"stage_revolved","cue":"12","by":{"b":1.50,"a":[ 1,"}" ]}"#;
        let line = format!(
            "{newer},\"crc\":\"{:08x}\"}}",
            crc32fast::hash(format!("{newer}}}").as_bytes())
        );
        let record = decode(line.as_bytes()).unwrap();
        assert_eq!(
            (record.event.kind(), record.event.cue(), record.seq),
            ("stage_revolved", None, 9)
        );
        assert_eq!(String::from_utf8(line_of(&record)).unwrap(), line);
    }

    #[test]
    fn a_foreign_line_is_refused_with_its_reason() {
        let with_crc = |body: &str| {
            let crc = crc32fast::hash(format!("{body}}}").as_bytes());
            format!("{body},\"crc\":\"{crc:08x}\"}}").into_bytes()
        };
        assert_eq!(decode(b""), Err(LineFault::NoCrc));
        assert_eq!(decode(b"{}"), Err(LineFault::NoCrc));
        assert!(matches!(decode(&with_crc("\0\u{7f}")), Err(LineFault::NotAnEvent(_))));
        for broken in [
            r#""event":"cue_stood_by""#,
            r#""event":"unknown""#,
            r#""event":7"#,
            r#""event":"a","event":"b""#,
        ] {
            let line =
                with_crc(&format!(r#"{{"seq":1,"at":"2026-11-22T20:05:00Z","run_ns":0,{broken}"#));
            assert!(matches!(decode(&line), Err(LineFault::NotAnEvent(_))), "{broken}");
        }
        let held = with_crc(r#"{"seq":3,"at":"2026-11-22T20:05:00Z","run_ns":0,"event":"held""#);
        assert!(decode(&held).is_ok());
        let (mut upper, crc_at) = (held.clone(), held.len() - 10);
        upper[crc_at..].make_ascii_uppercase();
        assert_ne!(upper, held, "this checksum has a letter in it");
        assert!(matches!(decode(&upper), Err(LineFault::WrongCrc { .. })));
    }
}
