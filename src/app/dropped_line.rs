//! Text that the caller types for a line that did not open.
//!
//! In the dark the caller presses `o` and types the reason without a look. Where no line opened,
//! the letters would act as commands and the spaces as GO. So the text right after such a key does
//! nothing, and the screen says so. The first key decides: a letter, digit or sign begins a text (:
//! and / open their own line), any other key is meant as that key. A GO is never held back.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};

use super::App;
use super::keymap::Key;
use super::keys::Act;
use crate::time::MachineNs;

/// A pause of more than this ends the text: longer than people pause inside a word,
/// shorter than they need to look up and decide on a GO.
const PAUSE: Duration = Duration::from_millis(1_500);

/// A line that did not open, and whose text may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DroppedLine {
    /// Command that should have opened it.
    act: Act,
    /// Instant of its last key by the machine's clock.
    at_ns: MachineNs,
    /// `true` if some of its text has come.
    has_text: bool,
    /// `true` if the caller was told why nothing opens now: the keys that leave and that warn the holder
    /// are meant as such then.
    is_explained: bool,
}

impl DroppedLine {
    /// Returns `true` if more of its text may come.
    pub(super) fn is_recent(&self, now_ns: MachineNs) -> bool {
        now_ns.since(self.at_ns) <= PAUSE
    }
}

impl App {
    /// Takes in that `act`, which opens a line, opened none.
    pub(super) fn opened_no_line(&mut self, act: Act, now_ns: MachineNs) {
        let (has_text, is_explained) = (false, false);
        self.dropped_line = Some(DroppedLine { act, at_ns: now_ns, has_text, is_explained });
    }

    /// Takes in that `act` opened no line, and that the caller was told why none opens now.
    pub(super) fn opened_nothing(&mut self, act: Act, now_ns: MachineNs) {
        let (has_text, is_explained) = (false, true);
        self.dropped_line = Some(DroppedLine { act, at_ns: now_ns, has_text, is_explained });
    }

    /// Takes in keys that were dropped: where they begin a line, the rest of its text may come
    /// still.
    pub fn missed<'a>(&mut self, keys: impl IntoIterator<Item = &'a KeyEvent>, now_ns: MachineNs) {
        if self.prompt.is_some() {
            return;
        }
        for key in keys {
            let act = self.keymap.act_of(key).map(|act| act.on(self.page));
            if !self.drops_text(key, act, false, now_ns)
                && let Some(act) = act.filter(|act| act.opens_line())
            {
                self.opened_no_line(act, now_ns);
            }
        }
    }

    /// Returns `true` if `key` belongs to the text of a line that did not open, and says so; it
    /// must not act then. `is_held` is whether the key is held since it was pressed before.
    pub(super) fn drops_text(
        &mut self,
        key: &KeyEvent,
        act: Option<Act>,
        is_held: bool,
        now_ns: MachineNs,
    ) -> bool {
        let Some(line) = self.dropped_line.take().filter(|line| line.is_recent(now_ns)) else {
            return false;
        };
        if is_held && !line.has_text {
            // It is the key that should have opened the line.
            self.dropped_line = Some(line);
            return false;
        }
        let (is_enter, is_go) = (key.code == KeyCode::Enter, act == Some(Act::Go));
        let is_text = Key::of(key).is_some_and(|key| key.is_text());
        let is_dropped = if line.has_text {
            // As in a line that is open, but no panic and no GO waits for it.
            key.code != KeyCode::Esc && (is_text || is_enter || !is_go)
        } else {
            // No text begins with the sign that opens a line of its own (: and /).
            let opens_line = act.is_some_and(Act::opens_line);
            let begins = |c: char| c != ' ' && (c.is_alphanumeric() || !opens_line);
            // The key that took a message off the boards opens the line for the next one, and that of
            // the flag, after it has asked for it, the line of a take.
            let is_again =
                matches!(line.act, Act::StageMessage | Act::Flag) && act == Some(line.act);
            let is_meant = line.is_explained && matches!(act, Some(Act::Quit | Act::Warn));
            let is_begun = is_text && !is_meant && key.code.as_char().is_some_and(begins);
            (is_begun && !is_again) || (is_enter && !is_go)
        };
        if !is_dropped {
            return false;
        }
        if line.act == Act::Flag && is_enter && !line.has_text {
            // Enter goes on where the flag's key has opened something: here its words say what is.
            return true;
        }
        let opener = self.keymap.way(line.act);
        let is_end = is_enter || Key::of(key) == Some(Key::CTRL_C);
        // In a shared run a line is also that to the log.
        let is_flag = line.act == Act::Flag;
        let words = match (is_end, is_flag) {
            (true, true) => format!("{opener} opened nothing to type in: keys act again"),
            (true, false) => {
                format!("{opener} opened no line: its text did nothing, keys act again")
            }
            (false, true) => format!(
                "{opener} opened nothing to type in: no text acts until Enter, Esc or a 1.5 s pause"
            ),
            (false, false) => format!(
                "{opener} opened no line: typed text does nothing until Enter, Esc or a pause of 1.5 s"
            ),
        };
        if line.has_text {
            self.hint(words, now_ns);
        } else {
            self.refuse(words, now_ns);
        }
        if is_enter && is_go {
            // A second press right after the line is the same slip as one after a GO.
            self.go_pressed_ns = Some(now_ns);
        }
        self.dropped_line =
            (!is_end).then_some(DroppedLine { at_ns: now_ns, has_text: true, ..line });
        true
    }
}

#[cfg(test)]
mod tests;
