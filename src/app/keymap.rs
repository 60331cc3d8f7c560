//! Keys of the commands: the table of [`super::keys`], as the caller's keys.toml has changed it.
//!
//! Everything that speaks of keys asks here: the keyboard, the footer, the help page, the palette
//! and every sentence that names one, so that they cannot disagree. The keys of the table are read
//! from its very words, and so a new row can be remapped without further work. Three things never
//! move: Esc twice is panic, Ctrl-C leaves, 1 to 9 answer ready.

mod file;
mod key;

use crossterm::event::KeyEvent;

pub use file::{EXAMPLE, parse, write};
pub use key::{Key, KeyError};

use super::Page;
use super::keys::{Act, BINDINGS, Binding, HeldEffect};

/// The keys in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    /// Beside [`BINDINGS`], row by row; empty for what is fixed, and for what only the palette
    /// does.
    rows: Vec<Vec<Key>>,
}

impl Default for Keymap {
    /// The keys of the table.
    fn default() -> Self {
        let keys = |binding: &Binding| match is_fixed(binding.act) {
            true => vec![],
            false => binding.keys.split_whitespace().filter_map(|key| key.parse().ok()).collect(),
        };
        Keymap { rows: BINDINGS.iter().map(keys).collect() }
    }
}

/// Returns `true` if no file changes the keys of `act`: callers press these in the dark without
/// looking.
fn is_fixed(act: Act) -> bool {
    matches!(act, Act::Panic | Act::Ready(_))
}

impl Keymap {
    /// Command of `event` on the run screen while no prompt is open. Escape has none here: it needs
    /// two presses.
    pub fn act_of(&self, event: &KeyEvent) -> Option<Act> {
        let key = Key::of(event)?;
        if key == Key::CTRL_C {
            return Some(Act::Quit);
        }
        if let Some(digit) = key.digit() {
            return Some(Act::Ready(digit));
        }
        self.find(key).or_else(|| self.find(key.unshifted()))
    }

    fn find(&self, key: Key) -> Option<Act> {
        let row = self.rows.iter().position(|keys| keys.contains(&key))?;
        BINDINGS.get(row).map(|binding| binding.act)
    }

    /// The keys of `act`; none for what is fixed, and for what only the palette does.
    pub fn keys(&self, act: Act) -> &[Key] {
        let row = BINDINGS.iter().position(|binding| binding.act == act);
        row.and_then(|row| self.rows.get(row)).map_or(&[], Vec::as_slice)
    }

    /// The keys that do `act` where it belongs: its own, and on the people page those of what it
    /// stands for there.
    fn ways(&self, act: Act) -> impl Iterator<Item = &Key> {
        let shared = Some(act.on_run()).filter(|&on_run| on_run != act);
        self.keys(act).iter().chain(shared.map_or(&[][..], |on_run| self.keys(on_run)))
    }

    /// All keys of a row as people read them: `↑ k`; empty for what only the palette does.
    pub fn label(&self, binding: &Binding) -> String {
        if is_fixed(binding.act) {
            return binding.keys.to_owned();
        }
        self.ways(binding.act).map(|key| key.shown()).collect::<Vec<_>>().join(" ")
    }

    /// The way to do `act`, for a sentence: its first key, or `:theme` if it has none.
    pub fn way(&self, act: Act) -> String {
        match (self.ways(act).next(), BINDINGS.iter().find(|binding| binding.act == act)) {
            (Some(key), _) => key.shown(),
            (None, Some(binding)) if is_fixed(act) => binding.keys.to_owned(),
            (None, Some(binding)) => format!(":{}", binding.name),
            (None, None) => String::new(),
        }
    }

    /// The keys that act once while they are held down, on some page.
    pub fn act_once(&self) -> Vec<KeyEvent> {
        let acts_once = |act: Act| {
            Page::ALL.iter().any(|&page| match act.on(page).held() {
                HeldEffect::Once | HeldEffect::OwnGuard => true,
                HeldEffect::Repeats => false,
            })
        };
        let bound = BINDINGS.iter().filter(|binding| acts_once(binding.act));
        let bound = bound.flat_map(|binding| self.keys(binding.act)).copied();
        bound.chain(Key::digits()).chain([Key::CTRL_C]).map(Key::event).collect()
    }

    /// Returns `true` if the first key of GO is text where the caller types.
    pub fn go_is_text(&self) -> bool {
        self.keys(Act::Go).first().is_some_and(|key| key.is_text())
    }
}

#[cfg(test)]
mod tests;
