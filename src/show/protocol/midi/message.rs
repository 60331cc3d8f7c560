//! A MIDI message byte by byte: System Exclusive, and those of channels and of the system (MIDI 1.0
//! Detailed Specification, "Data Format" and table I).

use super::raw;
use crate::show::file::value::Value;

/// Begins a message of System Exclusive.
const SYSEX: u8 = 0xF0;

/// Ends a message of System Exclusive.
const END: u8 = 0xF7;

/// The bytes of one whole message.
pub(super) fn bytes(value: &Value<'_>) -> Option<Vec<u8>> {
    let bytes = raw::bytes(value)?;
    match check(&bytes) {
        Ok(()) => Some(bytes),
        Err((what, fix)) => {
            value.fault(what, fix);
            None
        }
    }
}

/// # Errors
/// What is wrong with a message, and the fix.
fn check(bytes: &[u8]) -> Result<(), (String, String)> {
    let fault = |what: String, fix: &str| Err((what, fix.to_owned()));
    let Some((&status, data)) = bytes.split_first() else { return Ok(()) };
    let Some(wanted) = data_bytes(status) else {
        let fix = "begin with F0 (System Exclusive), or with 80 to EF (a channel)";
        return fault(format!("no MIDI message begins with {status:02X}"), fix);
    };
    let data = match (status, data) {
        (SYSEX, [data @ .., END]) => data,
        (SYSEX, _) => {
            return fault("this message has no end".to_owned(), "write F7 as its last byte");
        }
        (_, data) => data,
    };
    if let Some((at, byte)) = (2..).zip(data).find(|(_, byte)| **byte >= 0x80) {
        let fix = "write 00 to 7F, and each message as an action of its own";
        return fault(format!("byte {at}, {byte:02X}, is more than a MIDI message holds"), fix);
    }
    match wanted {
        Some(wanted) if data.len() != wanted => {
            let what = format!(
                "a message that begins with {status:02X} has {} in all, and this one has {}",
                crate::plain::counted(1 + wanted, "byte"),
                bytes.len()
            );
            fault(what, "write one whole message")
        }
        Some(_) | None => Ok(()),
    }
}

/// Number of the data bytes after a status byte, `Some(None)` where a message says itself where it
/// ends; `None` for what is no status byte of a message.
fn data_bytes(status: u8) -> Option<Option<usize>> {
    match status {
        0x80..=0xBF | 0xE0..=0xEF | 0xF2 => Some(Some(2)),
        0xC0..=0xDF | 0xF1 | 0xF3 => Some(Some(1)),
        SYSEX => Some(None),
        0xF6 | 0xF8 | 0xFA..=0xFC | 0xFE | 0xFF => Some(Some(0)),
        0x00..=0x7F | 0xF4 | 0xF5 | END | 0xF9 | 0xFD => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_whole_message_of_any_kind_and_nothing_else() {
        for good in [
            &[0xF0, 0x7F, 0x7F, 0x06, 0x02, 0xF7][..],
            &[0xF0, 0xF7],
            &[0x90, 60, 100],
            &[0xC9, 5],
            &[0xDF, 0x7F],
            &[0xE0, 0, 0x40],
            &[0xF1, 0x10],
            &[0xF2, 0, 0],
            &[0xF3, 1],
            &[0xF6],
            &[0xFF],
        ] {
            assert_eq!(check(good), Ok(()), "{good:02X?}");
        }
        for (bad, says) in [
            (&[0xF0, 0x7F][..], "no end"),
            (&[0xF0], "no end"),
            (&[0xF0, 0x80, 0xF7], "byte 2, 80"),
            (&[0xF0, 0x01, 0xF7, 0xF0, 0xF7], "byte 3, F7"),
            (&[0x90, 60], "has 3 bytes in all, and this one has 2"),
            (&[0xC0, 5, 6], "has 2 bytes in all"),
            (&[0xF8, 0], "has 1 byte in all"),
            (&[0xB0, 0, 1, 0xC0, 5], "byte 4, C0"),
            (&[0x3C, 60], "begins with 3C"),
            (&[0xF7], "begins with F7"),
            (&[0xF4], "begins with F4"),
        ] {
            let (what, fix) = check(bad).unwrap_err();
            assert!(what.contains(says) && !fix.is_empty(), "{bad:02X?}: {what}");
        }
    }
}
