//! Names for keys: bytes, numbers of function keys, key codes of the kitty keyboard protocol.
//!
//! Sources: xterm's ctlseqs, console_codes(4), rxvt's reference,
//! <https://sw.kovidgoyal.net/kitty/keyboard-protocol/>.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The key of a byte below 0x80 that stands alone.
pub(super) fn of_byte(byte: u8) -> KeyEvent {
    let control = |c: u8| KeyEvent::new(KeyCode::Char(char::from(c)), KeyModifiers::CONTROL);
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    match byte {
        // Some terminals, and most programs that type at one, end a line with a line feed, and take
        // ^H for Backspace.
        b'\r' | b'\n' => plain(KeyCode::Enter),
        b'\t' => plain(KeyCode::Tab),
        0x7f | 0x08 => plain(KeyCode::Backspace),
        0x1b => plain(KeyCode::Esc),
        0 => control(b' '),
        0x01..=0x1a => control(byte - 1 + b'a'),
        0x1c..=0x1f => control(byte - 0x1c + b'4'),
        _ => of_char(char::from(byte)),
    }
}

/// The key that types `c`.
pub(super) fn of_char(c: char) -> KeyEvent {
    let shift = if c.is_uppercase() { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    KeyEvent::new(KeyCode::Char(c), shift)
}

/// The same key with Alt held.
pub(super) fn with_alt(key: KeyEvent) -> KeyEvent {
    KeyEvent { modifiers: key.modifiers | KeyModifiers::ALT, ..key }
}

/// The modifiers of a sequence: a bit mask plus one. Caps Lock and Num Lock are left out.
pub(super) fn modifiers(parameter: u32) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    let named = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ];
    named
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .fold(KeyModifiers::NONE, |all, (_, one)| all | one)
}

/// Kind of the key event: the number after the modifiers' colon.
pub(super) fn kind(parameter: Option<u32>) -> KeyEventKind {
    match parameter {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    }
}

/// `CSI … A`, `ESC O A`: the keys with a letter.
pub(super) fn lettered(last: u8) -> Option<KeyCode> {
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

/// `ESC O j`: the keypad in application mode. It types what stands on the keys.
pub(super) fn keypad(last: u8) -> Option<KeyCode> {
    Some(match last {
        b' ' => KeyCode::Char(' '),
        b'I' => KeyCode::Tab,
        b'M' => KeyCode::Enter,
        b'X' => KeyCode::Char('='),
        // From * to 9 they are in the order of ASCII.
        b'j'..=b'y' => KeyCode::Char(char::from(last - b'j' + b'*')),
        _ => return None,
    })
}

/// `CSI 5 ~`: the keys with a number.
pub(super) fn numbered(number: u32) -> Option<KeyCode> {
    let function = |number: u32| u8::try_from(number).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(number - 10),
        17..=21 => function(number - 11),
        23..=26 => function(number - 12),
        28 | 29 => function(number - 13),
        31..=34 => function(number - 14),
        _ => None,
    }
}

/// The other codes of a key, where the terminal says them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Alternates {
    /// The code that it has with Shift.
    pub(super) shifted: Option<u32>,
    /// The code of the key in its place on a US keyboard.
    pub(super) base: Option<u32>,
}

/// The key of a code in `CSI code u` or `CSI 27 ; modifiers ; code ~`; `text` is what it types,
/// where the terminal says so. Nothing where it is a key that does nothing alone, or where Shift
/// makes something of it that nobody can know without the layout of the keyboard.
pub(super) fn coded(
    code: u32,
    other: Alternates,
    text: Option<char>,
    parameter: u32,
) -> Option<KeyEvent> {
    let held = modifiers(parameter);
    let plain = |code, held| Some(KeyEvent::new(code, held));
    match code {
        27 => return plain(KeyCode::Esc, held),
        // A terminal without the protocol sends the same with Shift and without.
        13 | 57414 => return plain(KeyCode::Enter, held - KeyModifiers::SHIFT),
        8 | 127 => return plain(KeyCode::Backspace, held - KeyModifiers::SHIFT),
        9 if held.contains(KeyModifiers::SHIFT) => return plain(KeyCode::BackTab, held),
        9 => return plain(KeyCode::Tab, held),
        57376..=57398 => return plain(KeyCode::F((code - 57376 + 13) as u8), held),
        57399..=57408 => {
            return plain(KeyCode::Char(char::from((code - 57399) as u8 + b'0')), held);
        }
        57417..=57426 => return plain(KEYPAD[(code - 57417) as usize], held),
        _ => {}
    }
    let c = match code {
        57409..=57413 => char::from(b"./*-+"[(code - 57409) as usize]),
        57415 => '=',
        57416 => ',',
        // Locks, media keys, modifiers.
        57344..=63743 => return None,
        _ => char::from_u32(code)?,
    };
    let (commands, shift) = (held - KeyModifiers::SHIFT, held.contains(KeyModifiers::SHIFT));
    let shifted = other.shifted.and_then(char::from_u32).filter(|_| shift);
    // Ctrl and a letter of another alphabet is the letter in its place, as without the protocol.
    let base = other.base.and_then(char::from_u32).filter(char::is_ascii_alphabetic);
    let typed = match (text.filter(|_| commands.is_empty()), shifted) {
        _ if held.contains(KeyModifiers::CONTROL) && !c.is_ascii() => base.unwrap_or(c),
        _ if held.contains(KeyModifiers::CONTROL) => c.to_ascii_lowercase(),
        (Some(typed), _) | (None, Some(typed)) => typed,
        (None, None) if shift && c.is_alphabetic() => uppercase(c),
        // The key of a US keyboard with something else above it. What that is elsewhere, nobody
        // knows.
        (None, None) if shift && "`1234567890-=[]\\;',./".contains(c) => return None,
        // Caps Lock is the seventh bit.
        (None, None) if parameter.saturating_sub(1) & 64 != 0 => uppercase(c),
        (None, None) => c,
    };
    if typed.is_control() {
        return None;
    }
    Some(KeyEvent::new(KeyCode::Char(typed), commands | of_char(typed).modifiers))
}

/// The keypad's keys without Num Lock, from 57417 on.
const KEYPAD: [KeyCode; 10] = [
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::Insert,
    KeyCode::Delete,
];

/// The capital letter, where there is one of one character.
fn uppercase(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
