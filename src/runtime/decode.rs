//! Bytes of the terminal to keys: one event at a time, and never a wait for more bytes.
//!
//! crossterm reads the terminal by itself, and waits in that read when half a sequence has come (Alt-[ is such a half),
//! loses a key that comes with a change of the window, and makes one Escape of two that arrive together. The station can
//! afford none of that: cues would wait, a GO or a panic be lost. So it reads by itself, and this names what was read, in
//! crossterm's words. Must never read anything, nor look at a clock.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What stands before pasted text, and behind it.
const PASTE_OPEN: &[u8] = b"\x1b[200~";
const PASTE_CLOSE: &[u8] = b"\x1b[201~";
/// Longer than any sequence that means something.
const SEQUENCE_BYTES_MAX: usize = 64;

/// What the first bytes are.
#[derive(Debug, PartialEq)]
pub enum Decoded {
    /// An event, and how many bytes it took.
    Event(Event, usize),
    /// So many bytes that mean nothing here.
    Nothing(usize),
    /// The beginning of something.
    Half,
}

use Decoded::{Half, Nothing};

/// Whether `bytes` are pasted text whose end has not come yet.
pub fn is_half_a_paste(bytes: &[u8]) -> bool {
    bytes.starts_with(PASTE_OPEN)
}

/// Drops the text of a paste whose end has not come yet. It stays a paste: what is still to come of it is no keys.
pub fn shorten_paste(bytes: &mut Vec<u8>) {
    // The last bytes may be the beginning of what stands behind the text.
    let kept = bytes.len().saturating_sub(PASTE_CLOSE.len() - 1).max(PASTE_OPEN.len());
    if is_half_a_paste(bytes) {
        bytes.drain(PASTE_OPEN.len()..kept);
    }
}

/// Names what `bytes`, all that have come so far, begin with.
pub fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [] => Half,
        // What comes behind an Escape in one piece is a sequence or Alt; alone, or before another, it is the key.
        [0x1b] | [0x1b, 0x1b, ..] => key(KeyCode::Esc, KeyModifiers::NONE, 1),
        [0x1b, b'[', ..] => control_sequence(bytes),
        [0x1b, b'O'] => Half,
        [0x1b, b'O', last, ..] => match cursor_key(*last) {
            Some(code) => key(code, KeyModifiers::NONE, 3),
            None => Nothing(3),
        },
        [0x1b, rest @ ..] => match decode(rest) {
            Decoded::Event(Event::Key(key), taken) => {
                let key = KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT);
                Decoded::Event(Event::Key(key), taken + 1)
            }
            Decoded::Event(event, taken) => Decoded::Event(event, taken + 1),
            Nothing(taken) => Nothing(taken + 1),
            Half => Half,
        },
        // Some terminals, and most programs that type at one, end a line with a line feed, and take ^H for Backspace.
        [b'\r' | b'\n', ..] => key(KeyCode::Enter, KeyModifiers::NONE, 1),
        [b'\t', ..] => key(KeyCode::Tab, KeyModifiers::NONE, 1),
        [0x7f | 0x08, ..] => key(KeyCode::Backspace, KeyModifiers::NONE, 1),
        [0, ..] => key(KeyCode::Char(' '), KeyModifiers::CONTROL, 1),
        [byte @ 0x01..=0x1a, ..] => key(KeyCode::Char((byte - 1 + b'a') as char), KeyModifiers::CONTROL, 1),
        [byte @ 0x1c..=0x1f, ..] => key(KeyCode::Char((byte - 0x1c + b'4') as char), KeyModifiers::CONTROL, 1),
        [first, ..] => character(bytes, *first),
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers, taken: usize) -> Decoded {
    Decoded::Event(Event::Key(KeyEvent::new(code, modifiers)), taken)
}

fn character(bytes: &[u8], first: u8) -> Decoded {
    let len = match first {
        0x00..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Nothing(1),
    };
    let text = std::str::from_utf8(&bytes[..len.min(bytes.len())]);
    match text.map(|text| text.chars().next()) {
        Ok(Some(c)) => {
            let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
            key(KeyCode::Char(c), shift, len)
        }
        // Its end is missing, and what is here may well be the beginning of a character.
        Err(error) if error.error_len().is_none() && bytes.len() < len => Half,
        _ => Nothing(1),
    }
}

fn control_sequence(bytes: &[u8]) -> Decoded {
    if bytes.starts_with(PASTE_OPEN) {
        return paste(bytes);
    }
    let end = bytes.iter().skip(2).position(|byte| !(0x20..=0x3f).contains(byte)).map(|at| at + 2);
    let Some(end) = end else {
        return if bytes.len() > SEQUENCE_BYTES_MAX { Nothing(bytes.len()) } else { Half };
    };
    let (taken, last) = (end + 1, bytes[end]);
    if !(0x40..=0x7e).contains(&last) {
        // Something else begins here: the sequence was broken off.
        return Nothing(end);
    }
    let parameters = std::str::from_utf8(&bytes[2..end]).unwrap_or_default();
    if let Some(mouse) = parameters.strip_prefix('<') {
        return mouse_event(mouse, last).map_or(Nothing(taken), |event| Decoded::Event(Event::Mouse(event), taken));
    }
    let mut numbers = parameters.split(';').map(|number| number.parse::<u16>().ok());
    let (first, second) = (numbers.next().flatten(), numbers.next().flatten());
    let modifiers = modifiers(second.unwrap_or(1));
    match (last, parameters) {
        // A function key of the Linux console, and a click of a terminal from before SGR; both bring more bytes.
        (b'[', "") => return if bytes.len() > taken { Nothing(taken + 1) } else { Half },
        (b'M', "") => return if bytes.len() >= taken + 3 { Nothing(taken + 3) } else { Half },
        (b'I', "") => return Decoded::Event(Event::FocusGained, taken),
        (b'O', "") => return Decoded::Event(Event::FocusLost, taken),
        (b'Z', _) => return key(KeyCode::BackTab, KeyModifiers::SHIFT, taken),
        _ => {}
    }
    let code = match last {
        b'~' => first.and_then(numbered_key),
        _ => cursor_key(last),
    };
    code.map_or(Nothing(taken), |code| key(code, modifiers, taken))
}

fn paste(bytes: &[u8]) -> Decoded {
    let text = &bytes[PASTE_OPEN.len()..];
    match text.windows(PASTE_CLOSE.len()).position(|window| window == PASTE_CLOSE) {
        Some(len) => {
            let taken = PASTE_OPEN.len() + len + PASTE_CLOSE.len();
            Decoded::Event(Event::Paste(String::from_utf8_lossy(&text[..len]).into_owned()), taken)
        }
        None => Half,
    }
}

fn modifiers(parameter: u16) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    let named =
        [(1, KeyModifiers::SHIFT), (2, KeyModifiers::ALT), (4, KeyModifiers::CONTROL), (8, KeyModifiers::SUPER)];
    named.into_iter().filter(|(bit, _)| bits & bit != 0).fold(KeyModifiers::NONE, |all, (_, one)| all | one)
}

fn cursor_key(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        _ => return None,
    })
}

fn numbered_key(number: u16) -> Option<KeyCode> {
    Some(match number {
        1 | 7 => KeyCode::Home,
        2 => KeyCode::Insert,
        3 => KeyCode::Delete,
        4 | 8 => KeyCode::End,
        5 => KeyCode::PageUp,
        6 => KeyCode::PageDown,
        11..=15 => KeyCode::F(number as u8 - 10),
        17..=21 => KeyCode::F(number as u8 - 11),
        23..=24 => KeyCode::F(number as u8 - 12),
        _ => return None,
    })
}

/// `button;column;row` of the SGR protocol, counted from 1; the last byte says whether it is pressed or let go.
fn mouse_event(parameters: &str, last: u8) -> Option<MouseEvent> {
    let mut numbers = parameters.split(';').map(|number| number.parse::<u16>().ok());
    let (button, column, row) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let which = match button & 3 {
        0 => MouseButton::Left,
        1 => MouseButton::Middle,
        _ => MouseButton::Right,
    };
    let kind = match (button & 0b1110_0011, last) {
        (64, b'M') => MouseEventKind::ScrollUp,
        (65, b'M') => MouseEventKind::ScrollDown,
        (0..=2, b'M') => MouseEventKind::Down(which),
        (0..=2, b'm') => MouseEventKind::Up(which),
        (32..=34, _) => MouseEventKind::Drag(which),
        (35, _) => MouseEventKind::Moved,
        _ => return None,
    };
    let bits = (button >> 2) & 7;
    let (column, row) = (column.saturating_sub(1), row.saturating_sub(1));
    Some(MouseEvent { kind, column, row, modifiers: modifiers(bits + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All events in `bytes`, and what is left over.
    fn all(mut bytes: &[u8]) -> (Vec<Event>, &[u8]) {
        let mut events = vec![];
        loop {
            match decode(bytes) {
                Decoded::Event(event, taken) => (bytes, _) = (&bytes[taken..], events.push(event)),
                Nothing(taken) => bytes = &bytes[taken..],
                Half => return (events, bytes),
            }
        }
    }

    fn keys(bytes: &[u8]) -> Vec<(KeyCode, KeyModifiers)> {
        let (events, rest) = all(bytes);
        assert!(rest.is_empty(), "{rest:?} is left of {bytes:?}");
        let key = |event| match event {
            Event::Key(key) => (key.code, key.modifiers),
            other => panic!("{other:?}"),
        };
        events.into_iter().map(key).collect()
    }

    #[test]
    fn keys_are_what_terminals_send_for_them() {
        use KeyCode::*;
        const NONE: KeyModifiers = KeyModifiers::NONE;
        for (bytes, code, modifiers) in [
            (" ", Char(' '), NONE),
            ("G", Char('G'), KeyModifiers::SHIFT),
            ("é", Char('é'), NONE),
            ("語", Char('語'), NONE),
            ("\x1b", Esc, NONE),
            ("\r", Enter, NONE),
            ("\t", Tab, NONE),
            ("\x7f", Backspace, NONE),
            ("\x03", Char('c'), KeyModifiers::CONTROL),
            ("\x1a", Char('z'), KeyModifiers::CONTROL),
            ("\x1b ", Char(' '), KeyModifiers::ALT),
            ("\x1b[A", Up, NONE),
            ("\x1bOB", Down, NONE),
            ("\x1b[1;5C", Right, KeyModifiers::CONTROL),
            ("\x1b[5~", PageUp, NONE),
            ("\x1b[6;2~", PageDown, KeyModifiers::SHIFT),
            ("\x1b[H", Home, NONE),
            ("\x1b[4~", End, NONE),
            ("\x1b[3~", Delete, NONE),
            ("\x1b[Z", BackTab, KeyModifiers::SHIFT),
            ("\x1b[24~", F(12), NONE),
        ] {
            assert_eq!(keys(bytes.as_bytes()), [(code, modifiers)], "{bytes:?}");
        }
        assert_eq!(keys(b"\x1b\x1b").len(), 2, "two Escapes are two");
        assert_eq!(keys(b"\x1b\x1b[A").len(), 2);
    }

    #[test]
    fn half_a_sequence_is_waited_for_and_rubbish_is_passed_over() {
        for half in ["\x1b[", "\x1bO", "\x1b[1;", "\x1b[200~two li", "\x1b[<0;1", "\x1b[M !"] {
            assert_eq!(decode(half.as_bytes()), Half, "{half:?}");
        }
        assert_eq!(decode("語".as_bytes().split_last().unwrap().1), Half);
        assert_eq!(keys(b"\x1b[?62;c \xff\xc3(\x1b[99~").len(), 2, "a space and a bracket are left");
        assert_eq!(keys(b"\x1b[12\x1b[A"), [(KeyCode::Up, KeyModifiers::NONE)]);
    }

    #[test]
    fn pastes_and_clicks_are_no_keys() {
        let (events, rest) = all(b"\x1b[200~q y\x1b[Az\x1b[201~\x1b[<0;3;4M\x1b[<65;1;1M\x1b[I");
        assert!(rest.is_empty());
        assert_eq!(events[0], Event::Paste("q y\x1b[Az".into()));
        let mouse = |kind, column, row| Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE });
        assert_eq!(events[1], mouse(MouseEventKind::Down(MouseButton::Left), 2, 3));
        assert_eq!(events[2..], [mouse(MouseEventKind::ScrollDown, 0, 0), Event::FocusGained]);
    }

    #[test]
    fn a_paste_that_is_too_long_stays_a_paste() {
        let whole = [PASTE_OPEN, &b" q".repeat(50), PASTE_CLOSE].concat();
        for cut in PASTE_OPEN.len()..whole.len() {
            let mut bytes = whole[..cut].to_vec();
            shorten_paste(&mut bytes);
            assert!(bytes.len() < PASTE_OPEN.len() + PASTE_CLOSE.len());
            bytes.extend_from_slice(&whole[cut..]);
            let (events, rest) = all(&bytes);
            assert!(matches!(events[..], [Event::Paste(_)]) && rest.is_empty(), "cut at {cut}: {events:?}");
        }
    }

    #[test]
    fn no_bytes_are_too_strange() {
        let mut seed = 1_u32;
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..12)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    b"\x1b[O<;0123~MmAu \xc3\xa9\xff\x00\x1a"[(seed >> 16) as usize % 20]
                })
                .collect();
            all(&bytes);
        }
    }
}
