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
pub use reader::Reader;

use crate::time::MachineNs;
use begun::{begins, control};
use sequence::{Sequence, SequenceMeaning};
use text::{Block, Overdue, TextKind};

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
    /// The end mark of pasted text whose beginning was lost. [`Reader`] does not give it.
    PasteEnd,
    /// The window has the keyboard now, or has it no more.
    Focus(bool),
    /// Keys that came faster than a hand can press them: text that was pasted without a mark.
    /// [`Reader`] tells.
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
    state: State,
    /// Arrival of the last byte.
    last_ns: MachineNs,
    /// The time of the byte, or of the look, that is being decided on.
    now_ns: MachineNs,
    /// Results with their arrival.
    found: VecDeque<Found>,
}

/// A result in the bytes.
#[derive(Clone, Debug)]
struct Found {
    input: Input,
    at_ns: MachineNs,
    /// `true` if it is a key of one byte, which no terminal sends that tells which keys are held.
    is_plain: bool,
}

/// The sequence that the bytes so far begin.
#[derive(Clone, Debug, Default, PartialEq)]
enum State {
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
    Block(Block),
    /// The same without its end mark, after the time for it is over.
    Overdue(Overdue),
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
            State::Escapes(escapes) => Some(escapes.since_ns + ESC_WAIT),
            State::Introducer { since_ns, .. } => Some(*since_ns + GAP),
            State::Block(block) => Some(block.deadline()),
            State::Overdue(overdue) => overdue.deadline(),
            State::Ground | State::AfterEscape | State::Sequence(_) | State::Character { .. } => {
                None
            }
        }
    }

    /// Decides what was waited for: at `now_ns` the terminal had nothing more to say.
    pub fn expire(&mut self, now_ns: MachineNs) {
        if self.deadline().is_none_or(|deadline_ns| now_ns < deadline_ns) {
            return;
        }
        self.now_ns = now_ns;
        self.state = match std::mem::take(&mut self.state) {
            State::Escapes(escapes) => {
                self.waited(&escapes, escapes.count);
                State::AfterEscape
            }
            State::Introducer { byte, .. } => self.ground(byte, now_ns),
            State::Block(block) => {
                let now_ns = self.now_ns;
                (0..block.escapes_at_end()).for_each(|_| self.escape(Some(now_ns)));
                if block.is_unended_paste() {
                    self.found(Input::PasteBroken, now_ns);
                }
                State::Overdue(block.give_up())
            }
            State::Overdue(overdue) => {
                let mut state = State::Ground;
                for byte in overdue.held() {
                    state = self.step(state, byte, now_ns);
                }
                state
            }
            // None of them has a deadline.
            state @ (State::Ground
            | State::AfterEscape
            | State::Sequence(_)
            | State::Character { .. }) => state,
        };
    }

    /// Takes the first input that has not been taken yet.
    pub fn next_input(&mut self) -> Option<Input> {
        self.next_found().map(|found| found.input)
    }

    /// The same, with when it came: a key Esc is known only after its wait.
    fn next_found(&mut self) -> Option<Found> {
        self.found.pop_front()
    }

    fn step(&mut self, state: State, byte: u8, now_ns: MachineNs) -> State {
        let gap = now_ns.since(self.last_ns);
        match state {
            State::Ground => self.ground(byte, now_ns),
            State::Escapes(escapes) => self.after_escapes(escapes, byte, now_ns),
            State::AfterEscape if begins(byte).is_some() => {
                State::Introducer { byte, since_ns: now_ns }
            }
            State::AfterEscape => self.ground(byte, now_ns),
            State::Introducer { byte: held, .. } => {
                if byte == ESC {
                    let state = self.ground(held, now_ns);
                    return self.step(state, byte, now_ns);
                }
                self.found(Input::NoEscape, now_ns);
                let late = begins(held).map_or(State::Ground, |begun| begun.late(now_ns));
                self.step(late, byte, now_ns)
            }
            State::Sequence(sequence) => self.sequence(sequence, byte, gap, now_ns),
            State::Character { bytes, alt } => self.character(bytes, alt, byte, now_ns),
            State::Block(block) => self.block(block, byte, gap, now_ns),
            State::Overdue(overdue) => match overdue.take(byte, now_ns) {
                text::Took::Waits(overdue) => State::Overdue(overdue),
                text::Took::Ended => State::Ground,
                text::Took::Escape => self.ground(byte, now_ns),
                text::Took::More(block, bytes) => bytes
                    .into_iter()
                    .fold(State::Block(block), |state, byte| self.step(state, byte, now_ns)),
            },
        }
    }

    /// A byte that nothing is the beginning of.
    fn ground(&mut self, byte: u8, now_ns: MachineNs) -> State {
        match byte {
            ESC => State::Escapes(Escapes {
                since_ns: now_ns,
                first_ns: now_ns,
                count: 1,
                are_keys: false,
            }),
            0x80..=0x9f => control(u32::from(byte), now_ns),
            0xc2..=0xf4 => State::Character { bytes: vec![byte], alt: false },
            // Bytes that UTF-8 does not have, or not here.
            0xa0..=0xc1 | 0xf5.. => State::Ground,
            _ => {
                let input = Input::Key(keys::of_byte(byte));
                self.found.push_back(Found { input, at_ns: now_ns, is_plain: true });
                State::Ground
            }
        }
    }

    fn after_escapes(&mut self, escapes: Escapes, byte: u8, now_ns: MachineNs) -> State {
        let Escapes { count, are_keys, .. } = escapes;
        if byte == ESC {
            // Two are held, since a function key with Alt begins with two. Those before are presses
            // of Esc.
            self.waited(&escapes, u8::from(count == 2));
            let first_ns = escapes.since_ns;
            return State::Escapes(Escapes {
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
            b'\\' => State::Ground,
            // Shift-Tab of the Linux console.
            b'\t' => {
                self.key(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT));
                State::Ground
            }
            0x80.. => match self.ground(byte, now_ns) {
                State::Character { bytes, .. } => State::Character { bytes, alt: true },
                state @ (State::Ground
                | State::Escapes(_)
                | State::AfterEscape
                | State::Introducer { .. }
                | State::Sequence(_)
                | State::Block(_)
                | State::Overdue(_)) => state,
            },
            _ => {
                self.key(keys::with_alt(keys::of_byte(byte)));
                State::Ground
            }
        }
    }

    fn sequence(
        &mut self,
        mut sequence: Sequence,
        byte: u8,
        gap: Duration,
        now_ns: MachineNs,
    ) -> State {
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
                    State::Ground => State::Sequence(sequence),
                    begun @ (State::Escapes(_)
                    | State::AfterEscape
                    | State::Introducer { .. }
                    | State::Sequence(_)
                    | State::Character { .. }
                    | State::Block(_)
                    | State::Overdue(_)) => begun,
                },
                _ => State::Sequence(sequence),
            };
        }
        sequence.is_late |= gap > LATE;
        let Some(meaning) = sequence.take(byte) else { return State::Sequence(sequence) };
        let (alt, late) = (sequence.alt, sequence.is_late);
        match meaning {
            SequenceMeaning::Paste => {
                self.escape(alt);
                return State::Block(Block::new(TextKind::Paste, late, now_ns));
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
        State::Ground
    }

    fn character(&mut self, mut bytes: Vec<u8>, alt: bool, byte: u8, now_ns: MachineNs) -> State {
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
                State::Ground
            }
            Err(error) if error.error_len().is_none() => State::Character { bytes, alt },
            Ok(None) | Err(_) => State::Ground,
        }
    }

    fn block(&mut self, mut block: Block, byte: u8, gap: Duration, now_ns: MachineNs) -> State {
        match block.take(byte, gap, now_ns) {
            text::ByteEffect::Text => State::Block(block),
            text::ByteEffect::Ended => {
                if let Some(input) = block.ended() {
                    self.found(input, now_ns);
                }
                State::Ground
            }
            text::ByteEffect::Sequence => {
                let escapes =
                    Escapes { since_ns: now_ns, first_ns: now_ns, count: 1, are_keys: false };
                self.after_escapes(escapes, byte, now_ns)
            }
        }
    }

    fn found(&mut self, input: Input, at_ns: MachineNs) {
        self.found.push_back(Found { input, at_ns, is_plain: false });
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
        let found = |at_ns| Found { input: key.clone(), at_ns, is_plain: true };
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
