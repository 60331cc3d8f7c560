//! All that is known of what a terminal sends: its sequences by [`Parser`], held keys and text that
//! was not typed by time.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::bunch;
use super::held::{self, Held};
use super::order::Order;
use super::pairs::{self, Pairs};
use super::{ESC, FoundInput, Input, Parser};
use crate::time::MachineNs;

/// Flags that the terminal has to report if it tells which keys are held: event types (2) of all
/// keys (8) in the kitty keyboard protocol.
const TELLS_HELD: u32 = 2 | 8;

/// Turns bytes into [`Input`]s, as [`Parser`] does, and says of a key whether it is held.
#[derive(Clone, Debug, Default)]
pub struct InputReader {
    parser: Parser,
    held: Held,
    pairs: Pairs,
    order: Order,
    /// Instant of the last Esc, and, while it is held down on a line that bunches, `true` until its
    /// press was given.
    escaped_ns: Option<MachineNs>,
    held_escape: Option<bool>,
    tells_held: bool,
    /// `true` if a key came in a form in which a terminal that tells never sends one.
    has_stopped_telling: bool,
}

impl InputReader {
    /// Takes in bytes that were read at `now_ns`.
    pub fn feed(&mut self, bytes: &[u8], now_ns: MachineNs) {
        let held = bunch::held_byte(bytes).filter(|_| !self.tells_held);
        let bytes = match held {
            Some(ESC) => self.held_escape(bytes, now_ns),
            Some(_) => {
                self.held.is_bunched(now_ns);
                bytes
            }
            None => bytes,
        };
        self.order.goes_on(now_ns);
        self.parser.feed(bytes, now_ns);
        self.sort();
    }

    /// Takes in that Esc is held down in `bytes`, and gives those that are left to read: one ESC,
    /// which may begin a sequence, and what comes after it.
    fn held_escape<'b>(&mut self, bytes: &'b [u8], now_ns: MachineNs) -> &'b [u8] {
        let is_held = self.held_escape.is_some() && self.is_escape_within(bunch::PAUSE, now_ns);
        let is_press = !is_held && !self.is_escape_within(bunch::FIRST, now_ns);
        self.held_escape = Some(is_press || (is_held && self.held_escape == Some(true)));
        self.escaped_ns = Some(now_ns);
        let escapes = bytes.iter().take_while(|&&byte| byte == ESC).count();
        &bytes[escapes.saturating_sub(1)..]
    }

    fn is_escape_within(&self, time: Duration, now_ns: MachineNs) -> bool {
        self.escaped_ns.is_some_and(|at_ns| now_ns.since(at_ns) <= time)
    }

    /// Instant at which [`InputReader::expire`] has something to decide, if nothing more comes before.
    pub fn deadline(&self) -> Option<MachineNs> {
        let deadlines = [self.parser.deadline(), self.pairs.deadline(), self.held.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Decides what was waited for: at `now_ns` the terminal had nothing more to say.
    pub fn expire(&mut self, now_ns: MachineNs) {
        self.order.ends();
        self.order.goes_on(MachineNs::ZERO);
        // What the parser decides came before: an Esc whose wait is over ends the wait of another
        // key.
        self.parser.expire(now_ns);
        self.sort();
        self.order.ends();
        let escapes = self.pairs.expire(now_ns);
        self.push_escapes(escapes);
        let waited = self.held.expire(now_ns);
        self.push_keys(waited);
        self.settle();
    }

    /// Names the keys that act once while they are held down. Where the terminal does not say which
    /// key is held, a second press of one of them may wait for what follows.
    pub fn act_once(&mut self, keys: Vec<KeyEvent>) {
        self.held.act_once(keys);
    }

    /// Forgets what was sent and not taken, and what the terminal said of itself. The keyboard
    /// stays the same.
    pub fn begin_again(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.begin_again();
        *self = InputReader { held, ..InputReader::default() };
    }

    /// Takes the first input that has not been taken yet.
    pub fn next_input(&mut self) -> Option<Input> {
        self.order.next_input()
    }

    /// Takes text that was typed in one go: two characters or more, as long as nothing else stands
    /// before them.
    pub fn next_text(&mut self) -> Option<String> {
        self.order.next_text()
    }

    /// Arrival of the input that was taken last, by the clock of [`InputReader::feed`].
    pub fn came_ns(&self) -> MachineNs {
        self.order.came_ns()
    }

    /// Returns `true` if the terminal says of each key whether it is held.
    pub fn tells_held(&self) -> bool {
        self.tells_held
    }

    /// Returns `true` once after a terminal that told which keys are held has stopped doing so: it
    /// was reset. It has to be asked again.
    pub fn has_stopped_telling(&mut self) -> bool {
        std::mem::take(&mut self.has_stopped_telling)
    }

    fn sort(&mut self) {
        while let Some(FoundInput { input, at_ns: now_ns, is_plain }) = self.parser.next_found() {
            if is_plain && std::mem::take(&mut self.tells_held) {
                self.has_stopped_telling = true;
            }
            match input {
                Input::Key(key) if is_plain_escape(&key) && !self.tells_held => {
                    self.escape(now_ns);
                }
                Input::Key(key) if key.kind == KeyEventKind::Press && !self.tells_held => {
                    let escapes = self.pairs.flush();
                    self.push_escapes(escapes);
                    self.press(key, now_ns);
                }
                Input::Key(key) => {
                    self.push_waiting();
                    self.order.key(key, now_ns, self.tells_held);
                }
                Input::PasteEnd => self.paste_ends(now_ns),
                Input::KeyFlags(flags) => {
                    self.tells_held = flags & TELLS_HELD == TELLS_HELD;
                    self.order.answer(input, now_ns);
                }
                // It has not been given yet.
                Input::NoEscape if self.held.drops_escape() => self.settle(),
                other @ (Input::Mouse(_)
                | Input::Paste(_)
                | Input::PasteBroken
                | Input::Focus(_)
                | Input::Burst(_)
                | Input::Reply
                | Input::NoEscape) => {
                    // A click must not change what a key that came before it acts on, and must not
                    // end its wait: the mouse and the terminal say nothing of a key that is held.
                    self.order.after(other, now_ns);
                    self.settle();
                }
            }
        }
    }

    /// Takes in Esc, with the next one where that came in the same go.
    fn escape(&mut self, now_ns: MachineNs) {
        if self.held_escape.is_some() && self.is_escape_within(bunch::PAUSE, now_ns) {
            self.escaped_ns = Some(now_ns);
            if self.held_escape.replace(false) == Some(false) {
                return self.push_escapes(vec![(now_ns, true)]);
            }
        } else {
            self.held_escape = None;
        }
        self.escaped_ns = Some(now_ns);
        let is_second = |found: &&FoundInput| {
            matches!(&found.input, Input::Key(key) if is_plain_escape(key))
                && found.at_ns.since(now_ns) < held::PERIOD_MIN
        };
        let told = if self.parser.found.front().filter(is_second).is_some() {
            self.parser.next_found();
            self.pairs.pair(now_ns)
        } else {
            self.pairs.alone(now_ns)
        };
        self.push_escapes(told);
    }

    fn push_escapes(&mut self, told: pairs::EscPresses) {
        for (at_ns, is_repeat) in told {
            let press = KeyEvent::from(KeyCode::Esc);
            if is_repeat {
                let waited = self.held.repeats(&press);
                self.push_keys(waited);
                self.push_keys(vec![(KeyEvent { kind: KeyEventKind::Repeat, ..press }, at_ns)]);
            } else {
                self.press(press, at_ns);
            }
        }
    }

    /// Takes in a press, or a repeat that looks like one.
    fn press(&mut self, key: KeyEvent, at_ns: MachineNs) {
        let mut known = self.held.take(key, at_ns);
        // The key itself is the last of them, unless it waits now.
        let own = if self.held.deadline().is_none() { known.pop() } else { None };
        let is_decided = own.is_some() || !known.is_empty();
        self.push_keys(known);
        if is_decided {
            // What came between the key that waited and this one.
            self.order.settle();
        }
        self.push_keys(own.into_iter().collect());
    }

    fn push_waiting(&mut self) {
        let escapes = self.pairs.flush();
        self.push_escapes(escapes);
        let waited = self.held.flush();
        self.push_keys(waited);
        self.settle();
    }

    /// Gives what came while a key waited, once none waits any more.
    fn settle(&mut self) {
        if self.pairs.deadline().is_none() && self.held.deadline().is_none() {
            self.order.settle();
        }
    }

    /// The keys of this go were text, of which the terminal did not send the first mark.
    fn paste_ends(&mut self, now_ns: MachineNs) {
        if self.held.waits_since().is_some_and(|since_ns| self.order.is_in_go(since_ns)) {
            self.push_waiting();
        }
        self.order.paste_ends(now_ns);
    }

    fn push_keys(&mut self, keys: Vec<(KeyEvent, MachineNs)>) {
        keys.into_iter().for_each(|(key, at_ns)| self.order.key(key, at_ns, self.tells_held));
    }
}

fn is_plain_escape(key: &KeyEvent) -> bool {
    key.kind == KeyEventKind::Press && held::is_escape(key)
}

#[cfg(test)]
mod tests;
