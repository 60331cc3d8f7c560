//! A key of the keyboard: its name in files, its name on the screen, and what the terminal sends
//! for it.
//!
//! Knows which keys a terminal cannot tell apart (Ctrl-I is Tab) or keeps for itself, so that
//! nobody is promised a key that never comes. Must know nothing of what keys do.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::input::is_lost_with_alt;
use crate::show::file::settings::{closest, quoted};

/// A key with what is held down beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Reason why a text names no usable key, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}; {fix}")]
pub struct KeyError {
    /// The problem.
    pub what: String,
    /// The fix.
    pub fix: String,
}

/// The keys with names: as files have them, as the screen shows them, further spellings.
const NAMED: [(KeyCode, &str, &str, &str); 15] = [
    (KeyCode::Char(' '), "Space", "Space", ""),
    (KeyCode::Enter, "Enter", "Enter", "Return"),
    (KeyCode::Tab, "Tab", "Tab", ""),
    (KeyCode::Esc, "Esc", "Esc", "Escape"),
    (KeyCode::Backspace, "Backspace", "Backspace", ""),
    (KeyCode::Delete, "Del", "Del", "Delete"),
    (KeyCode::Insert, "Ins", "Ins", "Insert"),
    (KeyCode::Home, "Home", "Home", ""),
    (KeyCode::End, "End", "End", ""),
    (KeyCode::PageUp, "PgUp", "PgUp", "PageUp"),
    (KeyCode::PageDown, "PgDn", "PgDn", "PageDown"),
    (KeyCode::Up, "Up", "↑", "↑"),
    (KeyCode::Down, "Down", "↓", "↓"),
    (KeyCode::Left, "Left", "←", "←"),
    (KeyCode::Right, "Right", "→", "→"),
];

/// Notation of keys, for fixes.
const NOTATION: &str = "write a character, or Space, Enter, Tab, Shift-Tab, Up, PgDn, Home, F1 to F12, Ctrl-G, Alt-x or the like";

impl Key {
    /// Ctrl-C, which no command can take: it always leaves.
    pub const CTRL_C: Key = Key { code: KeyCode::Char('c'), modifiers: KeyModifiers::CONTROL };
    /// Escape, which is panic's and the way back.
    pub const ESC: Key = Key { code: KeyCode::Esc, modifiers: KeyModifiers::NONE };

    /// 1 to 9, which answer ready.
    pub(super) fn digits() -> impl Iterator<Item = Key> {
        ('1'..='9').map(|digit| Key { code: KeyCode::Char(digit), modifiers: KeyModifiers::NONE })
    }

    /// The key of an event; none with modifiers that no command has.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the keys are crossterm's; all others mean nothing here"
    )]
    pub fn of(event: &KeyEvent) -> Option<Key> {
        let known = KeyModifiers::SHIFT | KeyModifiers::CONTROL | KeyModifiers::ALT;
        let (code, mut modifiers) = (event.code, event.modifiers);
        if !(modifiers - known).is_empty() {
            return None;
        }
        match code {
            // A character says itself whether Shift was held.
            KeyCode::Char(_) => modifiers -= KeyModifiers::SHIFT,
            KeyCode::BackTab => {
                return Some(Key {
                    code: KeyCode::Tab,
                    modifiers: modifiers | KeyModifiers::SHIFT,
                });
            }
            _ => {}
        }
        Some(Key { code, modifiers })
    }

    /// Event that a terminal sends for it.
    pub fn event(self) -> KeyEvent {
        match (self.code, self.modifiers.contains(KeyModifiers::SHIFT)) {
            (KeyCode::Tab, true) => KeyEvent::new(KeyCode::BackTab, self.modifiers),
            _ => KeyEvent::new(self.code, self.modifiers),
        }
    }

    /// The same key without Shift: what a key with it means, where that is nothing of its own.
    pub(super) fn unshifted(self) -> Key {
        let is_tab = self.code == KeyCode::Tab;
        Key {
            modifiers: if is_tab { self.modifiers } else { self.modifiers - KeyModifiers::SHIFT },
            ..self
        }
    }

    /// Index of it among the keys 1 to 9, from 0.
    pub(super) fn digit(self) -> Option<usize> {
        match (self.code, self.modifiers) {
            (KeyCode::Char(digit @ '1'..='9'), KeyModifiers::NONE) => {
                Some(digit as usize - '1' as usize)
            }
            _ => None,
        }
    }

    /// Returns `true` if it types this character by itself.
    pub fn types(self, character: char) -> bool {
        self.modifiers.is_empty() && self.code == KeyCode::Char(character)
    }

    /// Returns `true` if it is text where the caller types.
    pub fn is_text(self) -> bool {
        self.modifiers.is_empty() && matches!(self.code, KeyCode::Char(_))
    }

    /// As the screen shows it: `↑`, `Ctrl-Z`.
    pub fn shown(self) -> String {
        self.named(|(_, _, shown, _)| shown)
    }

    fn named(
        self,
        pick: fn((KeyCode, &'static str, &'static str, &'static str)) -> &'static str,
    ) -> String {
        let mut text = String::new();
        for (modifier, prefix) in PREFIXES {
            if self.modifiers.contains(modifier) {
                text.push_str(prefix);
            }
        }
        match (NAMED.into_iter().find(|(code, ..)| *code == self.code), self.code) {
            (Some(row), _) => text.push_str(pick(row)),
            (None, KeyCode::F(number)) => text.push_str(&format!("F{number}")),
            (None, KeyCode::Char(c)) if self.modifiers.contains(KeyModifiers::CONTROL) => {
                text.extend(c.to_uppercase());
            }
            (None, KeyCode::Char(c)) => text.push(c),
            (None, _) => text.push('?'),
        }
        text
    }
}

const PREFIXES: [(KeyModifiers, &str); 3] = [
    (KeyModifiers::CONTROL, "Ctrl-"),
    (KeyModifiers::ALT, "Alt-"),
    (KeyModifiers::SHIFT, "Shift-"),
];

impl fmt::Display for Key {
    /// As files have it: `Up`, `Ctrl-Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(|(_, name, ..)| name))
    }
}

impl FromStr for Key {
    type Err = KeyError;

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the keys are crossterm's; all others mean nothing here"
    )]
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (mut rest, mut modifiers) = (text, KeyModifiers::NONE);
        // In `Ctrl--` the last character is the key.
        while let Some((modifier, prefix)) = PREFIXES.into_iter().find(|(_, prefix)| {
            rest.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
                && rest.len() > prefix.len()
        }) {
            modifiers |= modifier;
            rest = &rest[prefix.len()..];
        }
        let code = code(rest).ok_or_else(|| unknown(text, rest))?;
        let key = match code {
            KeyCode::Char(c) if modifiers.contains(KeyModifiers::CONTROL) => {
                Key { code: KeyCode::Char(c.to_ascii_lowercase()), modifiers }
            }
            _ => Key { code, modifiers },
        };
        key.comes().map(|()| key)
    }
}

fn code(text: &str) -> Option<KeyCode> {
    let is = |name: &str| !name.is_empty() && name.eq_ignore_ascii_case(text);
    if let Some((code, ..)) = NAMED.into_iter().find(|(_, name, _, other)| is(name) || is(other)) {
        return Some(code);
    }
    let mut characters = text.chars();
    if let (Some(c), None) = (characters.next(), characters.next()) {
        return (!c.is_control() && !c.is_whitespace()).then_some(KeyCode::Char(c));
    }
    let number = text.strip_prefix(['F', 'f'])?.parse::<u8>().ok()?;
    (1..=12).contains(&number).then_some(KeyCode::F(number))
}

fn unknown(text: &str, rest: &str) -> KeyError {
    let meant = closest(
        rest,
        NAMED.into_iter().map(|(_, name, ..)| name).filter(|_| rest.chars().count() > 2),
    );
    let fix =
        meant.map_or_else(|| NOTATION.to_owned(), |name| format!("did you mean {}?", quoted(name)));
    KeyError { what: format!("no key is called {}", quoted(text)), fix }
}

impl Key {
    /// Returns `true` if a terminal sends it, and as itself.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the keys are crossterm's; all others mean nothing here"
    )]
    fn comes(self) -> Result<(), KeyError> {
        let refuse = |why: String, fix: &str| {
            Err(KeyError {
                what: format!("{} {why}", quoted(&self.to_string())),
                fix: fix.to_owned(),
            })
        };
        let (control, alt) = (KeyModifiers::CONTROL, KeyModifiers::ALT);
        let held = self.modifiers;
        match self.code {
            KeyCode::Char(' ') if !held.contains(KeyModifiers::SHIFT) => Ok(()),
            KeyCode::Char(c) if held.contains(KeyModifiers::SHIFT) => {
                let upper: String = c.to_uppercase().collect();
                let fix = if c == ' ' {
                    "write `Space`".to_owned()
                } else {
                    format!("write `{upper}` alone")
                };
                refuse("is not a key of its own in a terminal".into(), &fix)
            }
            KeyCode::Char(c) if held.contains(control) => match c {
                'i' => refuse("is sent as Tab".into(), "write `Tab`, or choose another key"),
                'j' | 'm' => {
                    refuse("is sent as Enter".into(), "write `Enter`, or choose another key")
                }
                'h' => refuse(
                    "is sent as Backspace".into(),
                    "write `Backspace`, or choose another key",
                ),
                'a'..='z' => Ok(()),
                _ => refuse("is not sent by any terminal".into(), "choose Ctrl with a letter"),
            },
            // The beginning of a function key's bytes: nobody could tell whether more is to come.
            KeyCode::Char(c) if held.contains(alt) && is_lost_with_alt(c) => refuse(
                "looks the same as the beginning of another key".into(),
                "choose another key",
            ),
            KeyCode::Tab if held.contains(alt) => {
                refuse("is sent as Shift-Tab".into(), "write `Shift-Tab`")
            }
            KeyCode::Esc if !held.is_empty() => {
                refuse("looks the same as Esc".into(), "choose another key")
            }
            KeyCode::Enter | KeyCode::Backspace | KeyCode::Tab if held.contains(control) => refuse(
                "is not sent by any terminal as a key of its own".into(),
                "choose another key",
            ),
            KeyCode::Enter | KeyCode::Backspace if held.contains(KeyModifiers::SHIFT) => {
                refuse("is not a key of its own in a terminal".into(), "remove `Shift-`")
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_mean_what_the_terminal_sends() {
        let (none, control, alt, shift) =
            (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT, KeyModifiers::SHIFT);
        for (text, code, modifiers) in [
            ("Space", KeyCode::Char(' '), none),
            ("g", KeyCode::Char('g'), none),
            ("G", KeyCode::Char('G'), shift),
            ("-", KeyCode::Char('-'), none),
            ("ü", KeyCode::Char('ü'), none),
            ("Up", KeyCode::Up, none),
            ("F12", KeyCode::F(12), none),
            ("Shift-F3", KeyCode::F(3), shift),
            ("Shift-Tab", KeyCode::BackTab, shift),
            ("Ctrl-Z", KeyCode::Char('z'), control),
            ("Ctrl-Space", KeyCode::Char(' '), control),
            ("Ctrl-Up", KeyCode::Up, control),
            ("Alt-x", KeyCode::Char('x'), alt),
            ("Alt-G", KeyCode::Char('G'), alt | shift),
            ("Alt--", KeyCode::Char('-'), alt),
            ("Ctrl-Alt-G", KeyCode::Char('g'), control | alt),
        ] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
            assert_eq!(Key::of(&KeyEvent::new(code, modifiers)), Some(key), "{text}");
            assert_eq!(Key::of(&key.event()), Some(key), "{text}");
        }
        for (spelling, name) in [
            ("space", "Space"),
            ("pagedown", "PgDn"),
            ("↑", "Up"),
            ("ctrl-G", "Ctrl-G"),
            ("f1", "F1"),
        ] {
            assert_eq!(spelling.parse::<Key>().unwrap().to_string(), name);
        }
        assert_eq!(Key::of(&KeyEvent::new(KeyCode::Char(' '), KeyModifiers::SUPER)), None);
    }

    #[test]
    fn what_no_terminal_sends_is_no_key() {
        for (text, what, fix) in [
            ("Spcae", "no key is called `Spcae`", "did you mean `Space`?"),
            ("F13", "no key is called `F13`", NOTATION),
            ("", "no key is called ``", NOTATION),
            ("gg", "no key is called `gg`", NOTATION),
            ("Ctrl-", "no key is called `Ctrl-`", NOTATION),
            ("Ctrl-i", "`Ctrl-I` is sent as Tab", "write `Tab`, or choose another key"),
            ("Ctrl-[", "`Ctrl-[` is not sent by any terminal", "choose Ctrl with a letter"),
            ("Shift-g", "`Shift-g` is not a key of its own in a terminal", "write `G` alone"),
            ("Shift-Space", "`Shift-Space` is not a key of its own in a terminal", "write `Space`"),
            ("Alt-Tab", "`Alt-Tab` is sent as Shift-Tab", "write `Shift-Tab`"),
            (
                "Alt-]",
                "`Alt-]` looks the same as the beginning of another key",
                "choose another key",
            ),
            (
                "Alt-P",
                "`Alt-P` looks the same as the beginning of another key",
                "choose another key",
            ),
            (
                "Alt-[",
                "`Alt-[` looks the same as the beginning of another key",
                "choose another key",
            ),
            ("Alt-Esc", "`Alt-Esc` looks the same as Esc", "choose another key"),
        ] {
            let error = text.parse::<Key>().unwrap_err();
            assert_eq!((error.what.as_str(), error.fix.as_str()), (what, fix), "{text}");
        }
    }
}
