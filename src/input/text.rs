//! Pasted text and strings: bytes up to an end mark, which may not come.
//!
//! A paste ends with `ESC [ 201 ~`, a string with BEL or `ESC \`. Where the mark does not come,
//! keys must work again within a second and Esc twice always, while the rest of the text may still
//! arrive. What tells the two apart is how they come: text comes in one go, many characters at a
//! time; keys come one by one, with time between them.

use std::time::Duration;

use super::begun::begins;
use super::{ESC, ESC_WAIT, GAP, Input, TEXT_WAIT};
use crate::time::MachineNs;

const PASTE_END: &[u8] = b"\x1b[201~";
const STRING_END: &[u8] = b"\x1b\\";
const BEL: u8 = 0x07;
/// The most bytes of a paste that are kept, many times what a line takes. The rest is passed over.
const BYTES_MAX: usize = 1 << 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    Paste,
    String,
}

impl TextKind {
    fn end(self) -> &'static [u8] {
        match self {
            TextKind::Paste => PASTE_END,
            TextKind::String => STRING_END,
        }
    }
}

/// Text whose end mark has not come yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextBlock {
    kind: TextKind,
    bytes: Vec<u8>,
    /// Number of bytes of the end mark that have come.
    matched: usize,
    /// `true` if it is too late for it to do anything.
    is_late: bool,
    /// Instant at which more of it last came: two characters or more in one go.
    alive_ns: MachineNs,
    /// `true` if the bytes that come now began with an ESC: a key's, or the end mark.
    by_escape: bool,
    /// Number of presses of Esc in a row, and the instant of the last.
    escapes: u8,
    escape_ns: MachineNs,
}

/// Effect of a byte on a block.
pub(super) enum ByteEffect {
    /// It belongs to it.
    Text,
    /// It ended it.
    Ended,
    /// It is the second byte of a sequence, which ends a string.
    Sequence,
}

impl TextBlock {
    pub(super) fn new(kind: TextKind, is_late: bool, now_ns: MachineNs) -> Self {
        TextBlock {
            kind,
            bytes: vec![],
            matched: 0,
            is_late,
            alive_ns: now_ns,
            by_escape: false,
            escapes: 0,
            escape_ns: MachineNs::ZERO,
        }
    }

    pub(super) fn take(&mut self, byte: u8, gap: Duration, now_ns: MachineNs) -> ByteEffect {
        let leads = gap > GAP;
        let was_escape = self.escapes > 0;
        if leads {
            self.by_escape = byte == ESC;
        }
        if byte == ESC && (leads || was_escape) {
            (self.escapes, self.escape_ns) = (self.escapes.saturating_add(1), now_ns);
        } else {
            self.escapes = 0;
        }
        // The bytes of one character are one press of a key.
        if !leads && !self.by_escape && !matches!(byte, 0x80..=0xbf) {
            self.alive_ns = now_ns;
        }
        let end = self.kind.end();
        if end.get(self.matched) == Some(&byte) {
            self.matched += 1;
            return if self.matched == end.len() { ByteEffect::Ended } else { ByteEffect::Text };
        }
        match self.kind {
            TextKind::String if byte == BEL => return ByteEffect::Ended,
            TextKind::String if self.matched == 1 && begins(byte).is_some() => {
                return ByteEffect::Sequence;
            }
            TextKind::String => {}
            // What looked like the mark was text.
            TextKind::Paste => self.keep(&end[..self.matched]),
        }
        self.matched = usize::from(byte == ESC);
        if self.matched == 0 && self.kind == TextKind::Paste {
            self.keep(&[byte]);
        }
        ByteEffect::Text
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = BYTES_MAX.saturating_sub(self.bytes.len());
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// The whole input.
    pub(super) fn ended(self) -> Option<Input> {
        match self.kind {
            _ if self.is_late => None,
            TextKind::Paste => {
                Some(Input::Paste(String::from_utf8_lossy(&self.bytes).into_owned()))
            }
            TextKind::String => Some(Input::Reply),
        }
    }

    /// Instant at which it is given up, if nothing more comes.
    pub(super) fn deadline(&self) -> MachineNs {
        let after_escape_ns = self.escape_ns + ESC_WAIT;
        match self.escapes {
            0 => self.alive_ns + TEXT_WAIT,
            1 => (self.alive_ns + TEXT_WAIT).max(after_escape_ns),
            _ => after_escape_ns,
        }
    }

    /// Number of presses of Esc that become keys when it is given up.
    pub(super) fn escapes_at_end(&self) -> u8 {
        self.escapes
    }

    /// Returns `true` if it is a paste that somebody may be waiting for.
    pub(super) fn is_unended_paste(&self) -> bool {
        self.kind == TextKind::Paste && !self.is_late
    }

    pub(super) fn give_up(self) -> GivenUpText {
        GivenUpText {
            kind: self.kind,
            matched: if self.escapes > 0 { 0 } else { self.matched },
            held: vec![],
            held_ns: MachineNs::ZERO,
        }
    }
}

/// Text that has been given up: keys are keys again, but the rest of it may still come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GivenUpText {
    kind: TextKind,
    matched: usize,
    /// A character that is a key if nothing follows it at once.
    held: Vec<u8>,
    held_ns: MachineNs,
}

/// Effect of a byte on text that was given up.
pub(super) enum Took {
    /// It has to be seen whether more follows.
    Waits(GivenUpText),
    /// It ended the text.
    Ended,
    /// It begins something else.
    Escape,
    /// More of the text comes, these bytes first.
    More(TextBlock, Vec<u8>),
}

impl GivenUpText {
    pub(super) fn take(mut self, byte: u8, now_ns: MachineNs) -> Took {
        if self.held.is_empty() {
            let end = self.kind.end();
            if self.matched > 0 && end.get(self.matched) == Some(&byte) {
                self.matched += 1;
                return if self.matched == end.len() { Took::Ended } else { Took::Waits(self) };
            }
            match byte {
                BEL if self.kind == TextKind::String => return Took::Ended,
                ESC => return Took::Escape,
                _ => {}
            }
            (self.matched, self.held, self.held_ns) = (0, vec![byte], now_ns);
            return Took::Waits(self);
        }
        if matches!(byte, 0x80..=0xbf) && self.held.len() < 4 {
            self.held.push(byte);
            return Took::Waits(self);
        }
        let mut bytes = self.held;
        bytes.push(byte);
        Took::More(TextBlock::new(self.kind, true, now_ns), bytes)
    }

    pub(super) fn deadline(&self) -> Option<MachineNs> {
        (!self.held.is_empty()).then(|| self.held_ns + GAP)
    }

    /// The bytes that are a key, since nothing followed them.
    pub(super) fn held(self) -> Vec<u8> {
        self.held
    }
}
