//! The order in which input is given, and text among it that nobody typed.
//!
//! A key may wait until it is known whether it was pressed or is held down. What came meanwhile
//! comes after it. Keys that came in one go may be text: then they are given as one.

use std::collections::VecDeque;

use crossterm::event::{KeyEvent, KeyEventKind, KeyModifiers};

use super::Input;
use super::burst::Burst;
use crate::time::MachineNs;

/// Input that is known, in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    burst: Burst,
    /// Instant of the first byte of this go.
    go_ns: Option<MachineNs>,
    /// What came while a key waited, and comes after it.
    after: VecDeque<(Input, MachineNs)>,
    /// Input that was not taken yet, with its arrival.
    found: VecDeque<(Input, MachineNs)>,
    /// Arrival of the input that was taken last.
    came_ns: MachineNs,
}

impl Order {
    /// Bytes came at `now_ns`, perhaps the first of a go.
    pub(super) fn goes_on(&mut self, now_ns: MachineNs) {
        self.go_ns.get_or_insert(now_ns);
    }

    /// The terminal has nothing more to say: the next byte begins another go.
    pub(super) fn ends(&mut self) {
        self.go_ns = None;
        self.burst.end();
    }

    /// Returns `true` if what came at `at_ns` belongs to this go.
    pub(super) fn is_in_go(&self, at_ns: MachineNs) -> bool {
        self.go_ns.is_some_and(|go_ns| at_ns >= go_ns)
    }

    /// Takes in something else than a key: it comes after the key that waits.
    pub(super) fn after(&mut self, input: Input, at_ns: MachineNs) {
        self.burst.end();
        self.after.push_back((input, at_ns));
    }

    /// Takes in an answer of the terminal, which waits for no key.
    pub(super) fn answer(&mut self, input: Input, at_ns: MachineNs) {
        self.burst.end();
        self.found.push_back((input, at_ns));
    }

    /// No key waits before what has come so far.
    pub(super) fn settle(&mut self) {
        if !self.after.is_empty() {
            self.burst.end();
            self.found.append(&mut self.after);
        }
    }

    /// Takes in a key that is known; `tells_held` is `true` if the terminal says of each key whether
    /// it is held.
    pub(super) fn key(&mut self, key: KeyEvent, at_ns: MachineNs, tells_held: bool) {
        while let Some(earlier) = self.after.pop_front_if(|(_, came_ns)| *came_ns < at_ns) {
            self.burst.end();
            self.found.push_back(earlier);
        }
        if key.kind == KeyEventKind::Release && self.burst.has_begun() {
            // A terminal that tells of releases sends one after each key of a text. They mean
            // nothing, and must not keep the keys from being seen as one text.
            return;
        }
        let is_text = self.is_in_go(at_ns) && !(tells_held && key.kind == KeyEventKind::Repeat);
        let burst = if is_text {
            self.burst.take(&key)
        } else {
            self.burst.end();
            None
        };
        if burst.is_some()
            && let Some((Input::Burst(keys), _)) = self.found.back_mut()
        {
            return keys.push(key);
        }
        self.found.push_back((Input::Key(key), at_ns));
        if let Some(count) = burst {
            // Those that were taken already are gone.
            let first = self.found.len().saturating_sub(count);
            let keys = self.found.drain(first..).filter_map(|(input, _)| {
                if let Input::Key(key) = input { Some(key) } else { None }
            });
            let keys = keys.collect();
            self.found.push_back((Input::Burst(keys), at_ns));
        }
    }

    /// The keys of this go were text, and the terminal has marked only its end.
    pub(super) fn paste_ends(&mut self, now_ns: MachineNs) {
        if self.burst.has_begun() {
            let is_burst = matches!(self.found.back(), Some((Input::Burst(_), _)));
            let text = if is_burst { 1 } else { self.burst.len() };
            self.burst.end();
            // Those that were taken already are gone.
            self.found.truncate(self.found.len().saturating_sub(text));
            self.found.push_back((Input::PasteBroken, now_ns));
        }
    }

    /// Takes the first input that has not been taken yet.
    pub(super) fn next_input(&mut self) -> Option<Input> {
        let (input, at_ns) = self.found.pop_front()?;
        self.came_ns = at_ns;
        Some(input)
    }

    /// Takes text that was typed in one go: two characters or more, as long as nothing else stands
    /// before them.
    pub(super) fn next_text(&mut self) -> Option<String> {
        let text: String = self.found.iter().map_while(|(input, _)| character(input)).collect();
        let len = text.chars().count();
        (len > 1).then(|| {
            self.found.drain(..len);
            text
        })
    }

    /// Arrival of the input that was taken last.
    pub(super) fn came_ns(&self) -> MachineNs {
        self.came_ns
    }
}

/// The character that `input` types, where it is the press of a key that only types.
fn character(input: &Input) -> Option<char> {
    let Input::Key(key) = input else { return None };
    let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
    key.code.as_char().filter(|_| is_plain && key.kind != KeyEventKind::Release)
}
