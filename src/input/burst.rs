//! Text that nobody typed: more keys in one go than a hand can press.
//!
//! Terminals mark pasted text, but the plain Linux console and old programs in between do not. Then
//! only its pace tells it from keys. One go is what the terminal had to say until it was seen
//! empty: no time is measured, since a program that presses keys may be quick.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Minimum number of characters in one go that are no keys. A line that lags for a second delivers
/// what was typed in that second in one piece, six keys of a fast hand: `s123` and Space must come
/// through.
const KEYS_MIN: usize = 8;
/// Minimum number if Enter is among them: a line of a file.
const KEYS_OF_LINE_MIN: usize = 5;
/// Minimum number of different characters. A key that is held down on a line that lags comes any
/// number of times, and perhaps another after it.
const DIFFERENT_MIN: usize = 3;

/// Counts the keys that come in one go.
#[derive(Clone, Debug, Default)]
pub(super) struct Burst {
    /// Number of characters that have come.
    keys: usize,
    /// The different ones among them, as many as matter.
    different: Vec<KeyCode>,
    has_enter: bool,
}

impl Burst {
    /// Takes in a key; how many keys with this one are a burst, where they are one.
    pub(super) fn take(&mut self, key: &KeyEvent) -> Option<usize> {
        if !types(key) {
            self.end();
            return None;
        }
        self.keys += 1;
        self.has_enter |= key.code == KeyCode::Enter;
        if self.different.len() < DIFFERENT_MIN && !self.different.contains(&key.code) {
            self.different.push(key.code);
        }
        let keys_min = if self.has_enter { KEYS_OF_LINE_MIN } else { KEYS_MIN };
        (self.keys >= keys_min && self.different.len() >= DIFFERENT_MIN).then_some(self.keys)
    }

    /// Returns `true` if a key of it has come.
    pub(super) fn has_begun(&self) -> bool {
        self.keys > 0
    }

    /// Number of its keys.
    pub(super) fn len(&self) -> usize {
        self.keys
    }

    /// Ends it: something else came, or the terminal had nothing more to say.
    pub(super) fn end(&mut self) {
        (self.keys, self.has_enter) = (0, false);
        self.different.clear();
    }
}

/// Returns `true` if text can have this key in it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is another crate's; no other key is text"
)]
fn types(key: &KeyEvent) -> bool {
    let is_text = match key.code {
        KeyCode::Char(_) => (key.modifiers - KeyModifiers::SHIFT).is_empty(),
        KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace => key.modifiers.is_empty(),
        _ => false,
    };
    // Blanks of a text that was pasted may look like a key that is held down.
    is_text && key.kind != KeyEventKind::Release
}
