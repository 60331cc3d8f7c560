//! Sequences: what stands between `ESC [` or `ESC O` and the byte that ends it, and what it means.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{Input, keys, mouse};
use crate::time::MachineNs;

/// Longer than any sequence that means something.
const BYTES_MAX: usize = 64;

/// A sequence whose end has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    form: SequenceForm,
    /// The bytes so far, at most [`BYTES_MAX`].
    bytes: Vec<u8>,
    /// Arrival of another ESC before it, which means Alt.
    pub(super) alt: Option<MachineNs>,
    /// `true` if it is too late for it to do anything.
    pub(super) is_late: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SequenceForm {
    /// `ESC [`: parameters and a letter.
    Csi,
    /// `ESC [ M`: three bytes of an old mouse report.
    Click,
    /// `ESC [ [`: a letter, for F1 to F5 of the Linux console.
    Console,
    /// `ESC O`: perhaps a digit for what is held, and a letter.
    Ss3,
}

/// Meaning of a whole sequence.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SequenceMeaning {
    Input(Input),
    /// Pasted text begins.
    Paste,
    Nothing,
}

impl Sequence {
    pub(super) fn csi(alt: Option<MachineNs>) -> Self {
        Sequence { form: SequenceForm::Csi, bytes: vec![], alt, is_late: false }
    }

    pub(super) fn ss3(alt: Option<MachineNs>) -> Self {
        Sequence { form: SequenceForm::Ss3, ..Sequence::csi(alt) }
    }

    /// Returns `true` if it is no more than a beginning, which Alt and a key may have sent as well,
    /// or a mouse report in the old form, in which every byte is possible.
    pub(super) fn is_doubtful(&self) -> bool {
        self.bytes.is_empty() || self.form == SequenceForm::Click
    }

    /// Returns `true` if a blank in it is a part of it whenever it comes.
    pub(super) fn takes_space(&self) -> bool {
        self.form == SequenceForm::Click
    }

    /// Returns `true` if `byte` can be a part of it.
    pub(super) fn takes(&self, byte: u8) -> bool {
        match self.form {
            SequenceForm::Csi | SequenceForm::Console | SequenceForm::Ss3 => {
                (0x20..=0x7e).contains(&byte)
            }
            // A column or row beyond 95 is a byte of the upper half.
            SequenceForm::Click => byte >= 0x20 && byte != 0x7f,
        }
    }

    /// Takes in a byte that [`Sequence::takes`]; what it means, once it is whole.
    pub(super) fn take(&mut self, byte: u8) -> Option<SequenceMeaning> {
        match (self.form, byte) {
            (SequenceForm::Csi, b'[') if self.bytes.is_empty() => {
                self.form = SequenceForm::Console;
                None
            }
            (SequenceForm::Csi, b'M') if self.bytes.is_empty() => {
                self.form = SequenceForm::Click;
                None
            }
            (SequenceForm::Csi, 0x40..=0x7e) => Some(self.csi_ends(byte)),
            // rxvt ends a key with Shift so, though `$` can end nothing. Replies that have it have
            // more before it.
            (SequenceForm::Csi, b'$')
                if !self.bytes.is_empty() && self.bytes.iter().all(u8::is_ascii_digit) =>
            {
                Some(self.csi_ends(byte))
            }
            (SequenceForm::Console, _) => {
                let number = byte.wrapping_sub(b'A').saturating_add(1);
                Some(key(
                    (1..=5).contains(&number).then_some(KeyCode::F(number)),
                    KeyModifiers::NONE,
                ))
            }
            (SequenceForm::Click, _) => {
                self.bytes.push(byte);
                let &[button, column, row] = &self.bytes[..] else { return None };
                let [button, column, row] = [button, column, row].map(|byte| u32::from(byte) - 32);
                Some(input(mouse::report(button, column, row, false).map(Input::Mouse)))
            }
            (SequenceForm::Ss3, b'0'..=b'9' | b';') | (SequenceForm::Csi, _) => {
                if self.bytes.len() < BYTES_MAX {
                    self.bytes.push(byte);
                }
                None
            }
            (SequenceForm::Ss3, _) => Some(self.ss3_ends(byte)),
        }
    }

    fn csi_ends(&self, last: u8) -> SequenceMeaning {
        let text = std::str::from_utf8(&self.bytes).unwrap_or_default();
        if self.bytes.len() == BYTES_MAX {
            return SequenceMeaning::Nothing;
        }
        if let Some(report) = text.strip_prefix('<') {
            let [button, column, row] = numbers(report);
            let event = match (last, button, column, row) {
                (b'M' | b'm', Some(button), Some(column), Some(row)) => {
                    mouse::report(button, column, row, last == b'm')
                }
                _ => None,
            };
            return input(event.map(Input::Mouse));
        }
        if last == b'u'
            && let Some(flags) = text.strip_prefix('?').and_then(|flags| flags.parse().ok())
        {
            return SequenceMeaning::Input(Input::KeyFlags(flags));
        }
        if text.starts_with(['?', '>', '=']) || text.ends_with('$') {
            return input(
                matches!(last, b'c' | b'n' | b'u' | b'y' | b'R' | b't' | b'S')
                    .then_some(Input::Reply),
            );
        }
        // No key and no reply without a mark at its head has such bytes.
        if self.bytes.iter().any(|byte| (0x20..=0x2f).contains(byte)) {
            return SequenceMeaning::Nothing;
        }
        let parts: Vec<&str> = text.split(';').collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default();
        // Between colons stand a key's other codes, and after the modifiers what happened to it.
        let sub = |at: usize, place: usize| {
            part(at).split(':').nth(place).and_then(|number| number.parse().ok())
        };
        let first: Option<u32> = sub(0, 0);
        let parameter = sub(1, 0).unwrap_or(1);
        let (held, kind) = (keys::modifiers(parameter), keys::kind(sub(1, 1)));
        let pressed = |code: Option<KeyCode>, held| {
            input(code.map(|code| Input::Key(KeyEvent { kind, ..KeyEvent::new(code, held) })))
        };
        match last {
            b'~' if text == "200" => SequenceMeaning::Paste,
            b'~' if text == "201" => SequenceMeaning::Input(Input::PasteEnd),
            b'~' if first == Some(27) && parts.len() == 3 => {
                // xterm's other keys say what they type, with Shift in it.
                let code: Option<u32> = sub(2, 0);
                let shifted = code.filter(|&code| code > 32 && code != 127);
                let alternates = keys::Alternates { shifted, base: None };
                input(
                    code.and_then(|code| keys::coded(code, alternates, None, parameter))
                        .map(Input::Key),
                )
            }
            b'~' => pressed(first.and_then(keys::numbered), held),
            b'^' => pressed(first.and_then(keys::numbered), KeyModifiers::CONTROL),
            b'$' => pressed(first.and_then(keys::numbered), KeyModifiers::SHIFT),
            b'@' => {
                pressed(first.and_then(keys::numbered), KeyModifiers::CONTROL | KeyModifiers::SHIFT)
            }
            b'a'..=b'd' if text.is_empty() => {
                pressed(keys::lettered(last.to_ascii_uppercase()), KeyModifiers::SHIFT)
            }
            b'u' => {
                let text: String = part(2)
                    .split(':')
                    .filter_map(|code| code.parse().ok().and_then(char::from_u32))
                    .collect();
                let mut typed = text.chars();
                let typed = match (typed.next(), typed.next()) {
                    // What an input method has composed is text and no key.
                    (Some(_), Some(_)) if kind != KeyEventKind::Release => {
                        return SequenceMeaning::Input(Input::Paste(text));
                    }
                    (typed, None) => typed,
                    (_, Some(_)) => None,
                };
                // Text that was composed of several keys has no key of its own.
                let code = first.filter(|&code| code != 0).or(typed.map(u32::from));
                let alternates = keys::Alternates { shifted: sub(0, 1), base: sub(0, 2) };
                let key = code.and_then(|code| keys::coded(code, alternates, typed, parameter));
                input(key.map(|key| Input::Key(KeyEvent { kind, ..key })))
            }
            b'Z' => pressed(Some(KeyCode::BackTab), held | KeyModifiers::SHIFT),
            b'M' => {
                let [button, column, row] = numbers(text);
                let event = match (button.and_then(|button| button.checked_sub(32)), column, row) {
                    (Some(button), Some(column), Some(row)) => {
                        mouse::report(button, column, row, false)
                    }
                    _ => None,
                };
                input(event.map(Input::Mouse))
            }
            b'I' | b'O' if text.is_empty() => SequenceMeaning::Input(Input::Focus(last == b'I')),
            // Where the cursor is, which nobody here asks for. In the first row some columns are F3
            // and what is held.
            b'R' if !(first == Some(1) && (2..=16).contains(&parameter)) => {
                SequenceMeaning::Input(Input::Reply)
            }
            b'c' | b'n' | b't' | b'x' => SequenceMeaning::Input(Input::Reply),
            _ => pressed(keys::lettered(last), held),
        }
    }

    fn ss3_ends(&self, last: u8) -> SequenceMeaning {
        let text = std::str::from_utf8(&self.bytes).unwrap_or_default();
        let parameter = text.rsplit(';').next().and_then(|number| number.parse().ok());
        let held = keys::modifiers(parameter.unwrap_or(1));
        match last {
            b'a'..=b'd' => key(keys::lettered(last.to_ascii_uppercase()), KeyModifiers::CONTROL),
            // With something held it is no key, but a sequence that was broken off before Space.
            b' ' if !text.is_empty() => SequenceMeaning::Nothing,
            _ => key(keys::lettered(last).or_else(|| keys::keypad(last)), held),
        }
    }
}

fn key(code: Option<KeyCode>, held: KeyModifiers) -> SequenceMeaning {
    input(code.map(|code| Input::Key(KeyEvent::new(code, held))))
}

fn input(input: Option<Input>) -> SequenceMeaning {
    input.map_or(SequenceMeaning::Nothing, SequenceMeaning::Input)
}

/// The three numbers of a mouse report.
fn numbers(text: &str) -> [Option<u32>; 3] {
    let mut numbers = text.split(';').map(|number| number.parse().ok());
    [(); 3].map(|()| numbers.next().flatten())
}
