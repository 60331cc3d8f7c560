//! Sequences that begin with a byte after ESC, or with a control character of the upper half.

use super::ParserState;
use super::sequence::Sequence;
use super::text::{TextBlock, TextKind};
use crate::time::MachineNs;

/// Sequence that a byte after ESC begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begun {
    /// A control sequence (CSI).
    Csi,
    /// A key of the keypad or a function key (SS3).
    Ss3,
    /// A string (DCS, SOS, OSC, PM, APC).
    String,
}

/// Returns the sequence that `byte` after ESC begins, if any.
pub(super) fn begins(byte: u8) -> Option<Begun> {
    match byte {
        b'[' => Some(Begun::Csi),
        b'O' => Some(Begun::Ss3),
        b'P' | b'X' | b']' | b'^' | b'_' => Some(Begun::String),
        _ => None,
    }
}

/// Returns the state after a control character of the upper half (C1): it stands for ESC and a
/// letter.
pub(super) fn control(code: u32, now_ns: MachineNs) -> ParserState {
    let letter = code.checked_sub(0x40).and_then(|code| u8::try_from(code).ok());
    letter.and_then(begins).map_or(ParserState::Ground, |begun| begun.state(None, now_ns))
}

impl Begun {
    /// Returns `true` if a second ESC before it means Alt.
    pub(super) fn takes_alt(self) -> bool {
        matches!(self, Begun::Csi | Begun::Ss3)
    }

    pub(super) fn state(self, alt: Option<MachineNs>, now_ns: MachineNs) -> ParserState {
        match self {
            Begun::Csi => ParserState::Sequence(Sequence::csi(alt)),
            Begun::Ss3 => ParserState::Sequence(Sequence::ss3(alt)),
            Begun::String => ParserState::Block(TextBlock::new(TextKind::String, false, now_ns)),
        }
    }

    /// The same, where the ESC before it has become a key already.
    pub(super) fn late(self, now_ns: MachineNs) -> ParserState {
        let mut state = self.state(None, now_ns);
        if let ParserState::Sequence(sequence) = &mut state {
            sequence.is_late = true;
        }
        state
    }
}

/// Returns `true` if Alt and this character send what begins a sequence, or ends one: nobody can
/// tell them apart.
pub fn is_lost_with_alt(c: char) -> bool {
    c == '\\' || u8::try_from(c).is_ok_and(|byte| begins(byte).is_some())
}
