//! A terminal's input, as a value: bytes and time go in; keys, the mouse, pasted text and replies
//! come out.
//!
//! No IO and no clock. [`Parser::feed`] takes bytes and the time at which they were read.
//! [`Parser::expire`] says that the terminal had nothing more to say at some time, and
//! [`Parser::deadline`] when to look for that. Nothing expires in `feed`: bytes may have waited
//! while the program was busy, and only a look at an empty terminal tells.
//!
//! The rule that everything here serves: what began as a sequence never becomes a key, however it
//! is cut, delayed or broken off. A lone ESC is the one exception, because the key Esc sends
//! nothing else: it becomes that key [`ESC_WAIT`] after it came, and a sequence that goes on
//! after it is dropped (`Sequence::is_late`).

mod begun;
mod bunch;
mod burst;
mod held;
mod keys;
mod mouse;
mod order;
mod pairs;
mod reader;
mod sequence;
mod text;

use std::collections::VecDeque;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

pub use begun::is_lost_with_alt;
pub use reader::InputReader;

use crate::time::MachineNs;
use begun::{begins, control};
use sequence::{Sequence, SequenceMeaning};
use text::{GivenUpText, TextBlock, TextKind};

/// Time that a lone ESC waits for what may follow.
pub const ESC_WAIT: Duration = Duration::from_millis(30);
/// Bytes at most this far apart came in one go: a terminal's, or a held key's. Nobody types so
/// fast.
pub const GAP: Duration = Duration::from_millis(60);
/// Maximum wait for more of a text without its end mark.
pub const TEXT_WAIT: Duration = Duration::from_secs(1);
/// After this time Space or a control character is a key, though a sequence without its end came
/// before it. No terminal sends one inside.
const SPACE_WAIT: Duration = Duration::from_millis(200);
/// A sequence with a pause longer than this inside is old: it is dropped when it ends.
const LATE: Duration = Duration::from_secs(1);
/// Maximum wait for the rest of what may be no sequence: Alt and a key send `ESC [` as
/// well.
const BEGUN: Duration = Duration::from_secs(10);

/// Input from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key, pressed, repeated or released.
    Key(KeyEvent),
    /// The mouse; columns and rows are counted from 0.
    Mouse(MouseEvent),
    /// Pasted text, whole.
    Paste(String),
    /// Pasted text whose end mark did not come in time. It is dropped, and keys are keys again.
    PasteBroken,
    /// The end mark of pasted text whose beginning was lost. [`InputReader`] does not give it.
    PasteEnd,
    /// The window has the keyboard now, or has it no more.
    Focus(bool),
    /// Keys that came faster than a hand can press them: text that was pasted without a mark.
    /// [`InputReader`] tells.
    Burst(Vec<KeyEvent>),
    /// The answer to the question which parts of the kitty keyboard protocol are on: their numbers,
    /// added up.
    KeyFlags(u32),
    /// The answer to a question, which this program does not ask: a program before it did.
    Reply,
    /// The last Esc was none: a slow line had cut it off a key's sequence, whose rest came later.
    NoEscape,
}

/// Turns bytes into [`Input`]s.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    state: ParserState,
    /// Arrival of the last byte.
    last_ns: MachineNs,
    /// The time of the byte, or of the look, that is being decided on.
    now_ns: MachineNs,
    /// Results with their arrival.
    found: VecDeque<FoundInput>,
}

/// A result in the bytes.
#[derive(Clone, Debug)]
struct FoundInput {
    input: Input,
    at_ns: MachineNs,
    /// `true` if it is a key of one byte, which no terminal sends that tells which keys are held.
    is_plain: bool,
}

/// The sequence that the bytes so far begin.
#[derive(Clone, Debug, Default, PartialEq)]
enum ParserState {
    /// Of nothing.
    #[default]
    Ground,
    /// One ESC or more: keys, or the beginning of a sequence.
    Escapes(Escapes),
    /// The key Esc has been given for a lone ESC: a sequence that begins without one is the rest of
    /// a late one.
    AfterEscape,
    /// The byte after such an Esc that begins a sequence if more comes soon, and else is a key.
    Introducer { byte: u8, since_ns: MachineNs },
    /// A sequence: `ESC [` or `ESC O` and more.
    Sequence(Sequence),
    /// A character of several bytes.
    Character { bytes: Vec<u8>, alt: bool },
    /// Pasted text or a string.
    Block(TextBlock),
    /// The same without its end mark, after the time for it is over.
    Overdue(GivenUpText),
}

/// ESC bytes that nothing has followed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Escapes {
    /// Arrival of the last one, and of the one before it if there are two.
    since_ns: MachineNs,
    first_ns: MachineNs,
    /// Number of those that have not been given as keys: 1 or 2.
    count: u8,
    /// `true` if there were more than two, so that they are presses of Esc.
    are_keys: bool,
}

impl Parser {
    /// Takes in bytes that were read at `now_ns`.
    pub fn feed(&mut self, bytes: &[u8], now_ns: MachineNs) {
        for &byte in bytes {
            self.now_ns = now_ns;
            let state = std::mem::take(&mut self.state);
            self.state = self.step(state, byte, now_ns);
            self.last_ns = now_ns;
        }
    }

    /// Instant at which [`Parser::expire`] has something to decide, if nothing more comes before.
    pub fn deadline(&self) -> Option<MachineNs> {
        match &self.state {
            ParserState::Escapes(escapes) => Some(escapes.since_ns + ESC_WAIT),
            ParserState::Introducer { since_ns, .. } => Some(*since_ns + GAP),
            ParserState::Block(block) => Some(block.deadline()),
            ParserState::Overdue(overdue) => overdue.deadline(),
            ParserState::Ground
            | ParserState::AfterEscape
            | ParserState::Sequence(_)
            | ParserState::Character { .. } => None,
        }
    }

    /// Decides what was waited for: at `now_ns` the terminal had nothing more to say.
    pub fn expire(&mut self, now_ns: MachineNs) {
        if self.deadline().is_none_or(|deadline_ns| now_ns < deadline_ns) {
            return;
        }
        self.now_ns = now_ns;
        self.state = match std::mem::take(&mut self.state) {
            ParserState::Escapes(escapes) => {
                self.waited(&escapes, escapes.count);
                ParserState::AfterEscape
            }
            ParserState::Introducer { byte, .. } => self.ground(byte, now_ns),
            ParserState::Block(block) => {
                let now_ns = self.now_ns;
                (0..block.escapes_at_end()).for_each(|_| self.escape(Some(now_ns)));
                if block.is_unended_paste() {
                    self.found(Input::PasteBroken, now_ns);
                }
                ParserState::Overdue(block.give_up())
            }
            ParserState::Overdue(overdue) => {
                let mut state = ParserState::Ground;
                for byte in overdue.held() {
                    state = self.step(state, byte, now_ns);
                }
                state
            }
            // None of them has a deadline.
            state @ (ParserState::Ground
            | ParserState::AfterEscape
            | ParserState::Sequence(_)
            | ParserState::Character { .. }) => state,
        };
    }

    /// Takes the first input that has not been taken yet.
    pub fn next_input(&mut self) -> Option<Input> {
        self.next_found().map(|found| found.input)
    }

    /// The same, with when it came: a key Esc is known only after its wait.
    fn next_found(&mut self) -> Option<FoundInput> {
        self.found.pop_front()
    }

    fn step(&mut self, state: ParserState, byte: u8, now_ns: MachineNs) -> ParserState {
        let gap = now_ns.since(self.last_ns);
        match state {
            ParserState::Ground => self.ground(byte, now_ns),
            ParserState::Escapes(escapes) => self.after_escapes(escapes, byte, now_ns),
            ParserState::AfterEscape if begins(byte).is_some() => {
                ParserState::Introducer { byte, since_ns: now_ns }
            }
            ParserState::AfterEscape => self.ground(byte, now_ns),
            ParserState::Introducer { byte: held, .. } => {
                if byte == ESC {
                    let state = self.ground(held, now_ns);
                    return self.step(state, byte, now_ns);
                }
                self.found(Input::NoEscape, now_ns);
                let late = begins(held).map_or(ParserState::Ground, |begun| begun.late(now_ns));
                self.step(late, byte, now_ns)
            }
            ParserState::Sequence(sequence) => self.sequence(sequence, byte, gap, now_ns),
            ParserState::Character { bytes, alt } => self.character(bytes, alt, byte, now_ns),
            ParserState::Block(block) => self.block(block, byte, gap, now_ns),
            ParserState::Overdue(overdue) => match overdue.take(byte, now_ns) {
                text::Took::Waits(overdue) => ParserState::Overdue(overdue),
                text::Took::Ended => ParserState::Ground,
                text::Took::Escape => self.ground(byte, now_ns),
                text::Took::More(block, bytes) => bytes
                    .into_iter()
                    .fold(ParserState::Block(block), |state, byte| self.step(state, byte, now_ns)),
            },
        }
    }

    /// A byte that nothing is the beginning of.
    fn ground(&mut self, byte: u8, now_ns: MachineNs) -> ParserState {
        match byte {
            ESC => ParserState::Escapes(Escapes {
                since_ns: now_ns,
                first_ns: now_ns,
                count: 1,
                are_keys: false,
            }),
            0x80..=0x9f => control(u32::from(byte), now_ns),
            0xc2..=0xf4 => ParserState::Character { bytes: vec![byte], alt: false },
            // Bytes that UTF-8 does not have, or not here.
            0xa0..=0xc1 | 0xf5.. => ParserState::Ground,
            _ => {
                let input = Input::Key(keys::of_byte(byte));
                self.found.push_back(FoundInput { input, at_ns: now_ns, is_plain: true });
                ParserState::Ground
            }
        }
    }

    fn after_escapes(&mut self, escapes: Escapes, byte: u8, now_ns: MachineNs) -> ParserState {
        let Escapes { count, are_keys, .. } = escapes;
        if byte == ESC {
            // Two are held, since a function key with Alt begins with two. Those before are presses
            // of Esc.
            self.waited(&escapes, u8::from(count == 2));
            let first_ns = escapes.since_ns;
            return ParserState::Escapes(Escapes {
                since_ns: now_ns,
                first_ns,
                count: 2,
                are_keys: count == 2,
            });
        }
        if let Some(begun) = begins(byte) {
            let is_alt = count == 2 && !are_keys && begun.takes_alt();
            let alt = is_alt.then_some(escapes.first_ns);
            self.waited(&escapes, if is_alt { 0 } else { count - 1 });
            return begun.state(alt, now_ns);
        }
        if count == 2 {
            // Esc twice and a key, or Esc and a key with Alt, all at once: panic must not be lost,
            // nor GO be a guess.
            self.waited(&escapes, count);
        }
        match byte {
            // The end of a string that is over already.
            b'\\' => ParserState::Ground,
            // Shift-Tab of the Linux console.
            b'\t' => {
                self.key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT));
                ParserState::Ground
            }
            0x80.. => match self.ground(byte, now_ns) {
                ParserState::Character { bytes, .. } => ParserState::Character { bytes, alt: true },
                state @ (ParserState::Ground
                | ParserState::Escapes(_)
                | ParserState::AfterEscape
                | ParserState::Introducer { .. }
                | ParserState::Sequence(_)
                | ParserState::Block(_)
                | ParserState::Overdue(_)) => state,
            },
            _ => {
                self.key(keys::with_alt(keys::of_byte(byte)));
                ParserState::Ground
            }
        }
    }

    fn sequence(
        &mut self,
        mut sequence: Sequence,
        byte: u8,
        gap: Duration,
        now_ns: MachineNs,
    ) -> ParserState {
        let is_old = sequence.is_doubtful() && gap > BEGUN;
        let is_space = byte == b' ' && !sequence.takes_space() && gap > SPACE_WAIT;
        // A byte that no sequence has inside: a control character, DEL, a part of a character of
        // several bytes.
        let is_foreign = !sequence.takes(byte);
        if is_old || is_space || byte == ESC || (is_foreign && gap > SPACE_WAIT) {
            // It was broken off, and something else begins here.
            return self.ground(byte, now_ns);
        }
        if is_foreign {
            // ECMA-48 has control characters take effect inside a sequence, which goes on. No
            // keyboard sends one there, so the sequence is damaged, and nothing up to its end is a
            // key.
            sequence.is_late = true;
            return match byte {
                0x80..=0x9f => match control(u32::from(byte), now_ns) {
                    ParserState::Ground => ParserState::Sequence(sequence),
                    begun @ (ParserState::Escapes(_)
                    | ParserState::AfterEscape
                    | ParserState::Introducer { .. }
                    | ParserState::Sequence(_)
                    | ParserState::Character { .. }
                    | ParserState::Block(_)
                    | ParserState::Overdue(_)) => begun,
                },
                _ => ParserState::Sequence(sequence),
            };
        }
        sequence.is_late |= gap > LATE;
        let Some(meaning) = sequence.take(byte) else { return ParserState::Sequence(sequence) };
        let (alt, late) = (sequence.alt, sequence.is_late);
        match meaning {
            SequenceMeaning::Paste => {
                self.escape(alt);
                return ParserState::Block(TextBlock::new(TextKind::Paste, late, now_ns));
            }
            _ if late => {}
            SequenceMeaning::Input(Input::Key(key)) if alt.is_some() => {
                self.key(keys::with_alt(key))
            }
            SequenceMeaning::Input(input) => {
                self.escape(alt);
                self.found(input, now_ns);
            }
            SequenceMeaning::Nothing => self.escape(alt),
        }
        ParserState::Ground
    }

    fn character(
        &mut self,
        mut bytes: Vec<u8>,
        alt: bool,
        byte: u8,
        now_ns: MachineNs,
    ) -> ParserState {
        if !matches!(byte, 0x80..=0xbf) {
            // Its end is missing.
            return self.ground(byte, now_ns);
        }
        bytes.push(byte);
        match std::str::from_utf8(&bytes).map(|text| text.chars().next()) {
            Ok(Some(c @ '\u{80}'..='\u{9f}')) => control(u32::from(c), now_ns),
            Ok(Some(c)) => {
                let key = keys::of_char(c);
                self.key(if alt { keys::with_alt(key) } else { key });
                ParserState::Ground
            }
            Err(error) if error.error_len().is_none() => ParserState::Character { bytes, alt },
            Ok(None) | Err(_) => ParserState::Ground,
        }
    }

    fn block(
        &mut self,
        mut block: TextBlock,
        byte: u8,
        gap: Duration,
        now_ns: MachineNs,
    ) -> ParserState {
        match block.take(byte, gap, now_ns) {
            text::ByteEffect::Text => ParserState::Block(block),
            text::ByteEffect::Ended => {
                if let Some(input) = block.ended() {
                    self.found(input, now_ns);
                }
                ParserState::Ground
            }
            text::ByteEffect::Sequence => {
                let escapes =
                    Escapes { since_ns: now_ns, first_ns: now_ns, count: 1, are_keys: false };
                self.after_escapes(escapes, byte, now_ns)
            }
        }
    }

    fn found(&mut self, input: Input, at_ns: MachineNs) {
        self.found.push_back(FoundInput { input, at_ns, is_plain: false });
    }

    fn key(&mut self, key: KeyEvent) {
        self.found(Input::Key(key), self.now_ns);
    }

    /// Gives the first `count` of the ESC that have waited, as keys.
    fn waited(&mut self, escapes: &Escapes, count: u8) {
        let times = if escapes.count == 2 {
            [escapes.first_ns, escapes.since_ns]
        } else {
            [escapes.since_ns; 2]
        };
        let key = Input::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        let found = |at_ns| FoundInput { input: key.clone(), at_ns, is_plain: true };
        self.found.extend(times.into_iter().take(count.into()).map(found));
    }

    /// Gives the Esc that came before a sequence and was taken for Alt.
    fn escape(&mut self, came_ns: Option<MachineNs>) {
        let key = Input::Key(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        came_ns.into_iter().for_each(|came_ns| self.found(key.clone(), came_ns));
    }
}

const ESC: u8 = 0x1b;

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
