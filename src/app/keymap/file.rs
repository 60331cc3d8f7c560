//! keys.toml: lines that give commands other keys, to a [`Keymap`] or to everything that is wrong
//! with them; and back.
//!
//! ```toml
//! go = "F1"
//! standby = ["s", "F2"]
//! page-timeline = "F4"
//! suspend = "none"
//! ```
//!
//! A faulty file changes nothing at all: half of a table is worse than none, because nobody knows
//! which half.

use std::ops::Range;

use super::{Key, Keymap, is_fixed};
use crate::app::keys::{Act, BINDINGS, Binding, Group};
use crate::show::file::settings::{self, PlacedText, Setting, closest, quoted};
use crate::show::problem::Problem;

/// A right line, for fixes.
pub const EXAMPLE: &str = "go = \"Space\"";
/// The most keys of one command.
const KEYS_MAX: usize = 4;
/// Value that takes every key from a command.
const NONE: &str = "none";

/// A command as files name it: `page-timeline`.
fn name_of(binding: &Binding) -> String {
    binding.name.to_lowercase().replace(' ', "-")
}

/// Reads a keys.toml.
///
/// # Errors
/// With all the faults that the file has, by place, at least one.
pub fn parse(text: &str) -> Result<Keymap, Vec<Problem>> {
    let read = settings::read(text, EXAMPLE);
    let mut draft = KeymapDraft {
        map: Keymap::default(),
        given: vec![None; BINDINGS.len()],
        is_whole: read.problems.is_empty(),
        problems: read.problems,
    };
    for line in &read.lines {
        draft.take(line);
    }
    draft.give_way();
    draft.clashes();
    if draft.problems.is_empty() {
        return Ok(draft.map);
    }
    draft.problems.sort_by(Problem::by_place);
    Err(draft.problems)
}

/// Places of a line's command and of each of its keys.
type Given = (Range<usize>, Vec<Range<usize>>);

/// Settings that were read so far.
struct KeymapDraft {
    map: Keymap,
    /// Row by row, what the file gives.
    given: Vec<Option<Given>>,
    /// `true` if every line could be read: only then does a command without a line keep its default
    /// key.
    is_whole: bool,
    problems: Vec<Problem>,
}

impl KeymapDraft {
    fn fault(&mut self, span: &Range<usize>, what: String, fix: String) {
        self.problems.push(Problem::error(span.clone(), what, fix));
    }

    fn take(&mut self, line: &Setting) {
        let wanted = line.name.text.trim().to_lowercase().replace([' ', '_'], "-");
        let Some(row) = BINDINGS.iter().position(|binding| name_of(binding) == wanted) else {
            self.is_whole = false;
            let names: Vec<String> = BINDINGS.iter().map(name_of).collect();
            let meant = closest(&wanted, names.iter().map(String::as_str));
            let fix = meant.map_or_else(
                || "`handover keys` prints every command".to_owned(),
                |name| format!("did you mean {}?", quoted(name)),
            );
            return self.fault(
                &line.name.span,
                format!("no command is called {}", quoted(&line.name.text)),
                fix,
            );
        };
        let binding = &BINDINGS[row];
        if is_fixed(binding.act) {
            let is_panic = binding.act == Act::Panic;
            let what = if is_panic {
                "panic is Esc pressed twice, and stays there"
            } else {
                "ready stays on the keys 1 to 9"
            };
            return self.fault(&line.name.span, what.to_owned(), "remove the line".to_owned());
        }
        if let Some((first, _)) = self.given.get(row).cloned().flatten() {
            let what = format!("{} appears twice", quoted(&wanted));
            let fix = "keep one of the two; several keys make a list";
            let twice = Problem::error(line.name.span.clone(), what, fix);
            return self.problems.push(twice.beside(first, "first here"));
        }
        let (keys, spans) = self.keys(line, binding);
        if let (Some(own), Some(given)) = (self.map.rows.get_mut(row), self.given.get_mut(row)) {
            *own = keys;
            *given = Some((line.name.span.clone(), spans));
        }
    }

    /// The keys of a line, with their places.
    fn keys(&mut self, line: &Setting, binding: &Binding) -> (Vec<Key>, Vec<Range<usize>>) {
        let is_none =
            matches!(line.values.as_slice(), [only] if only.text.eq_ignore_ascii_case(NONE));
        let (mut keys, mut spans) = (vec![], vec![]);
        let faults = self.problems.len();
        for placed in line.values.iter().filter(|_| !is_none) {
            let Some(key) = self.key(placed, binding.act) else { continue };
            if keys.contains(&key) {
                self.fault(
                    &placed.span,
                    format!("{} appears twice", quoted(&placed.text)),
                    "keep one".to_owned(),
                );
                continue;
            }
            keys.push(key);
            spans.push(placed.span.clone());
        }
        if keys.len() > KEYS_MAX {
            let what = format!("{} has more than {KEYS_MAX} keys", quoted(&name_of(binding)));
            self.fault(&line.span, what, "remove some".to_owned());
        }
        let needed = [
            (Act::Go, "GO has no key"),
            (
                Act::Palette,
                "without a key for `commands` nothing reaches what has no key of its own",
            ),
        ];
        let needed = needed.into_iter().find(|(act, _)| *act == binding.act);
        if let Some((_, why)) = needed
            && keys.is_empty()
            && self.problems.len() == faults
            && self.is_whole
        {
            let fix =
                format!("write a key, or remove the line for the usual {}", quoted(binding.keys));
            self.fault(&line.span, why.to_owned(), fix);
        }
        (keys, spans)
    }

    fn key(&mut self, placed: &PlacedText, act: Act) -> Option<Key> {
        let taken = |why: &str| {
            Some((format!("{} {why}", quoted(&placed.text)), "choose another key".to_owned()))
        };
        let (what, fix) = match placed.text.parse::<Key>() {
            _ if placed.text.eq_ignore_ascii_case(NONE) => Some((
                "`none` is listed with other keys".to_owned(),
                "remove it, or write it alone".to_owned(),
            )),
            Err(error) => Some((error.what, error.fix)),
            Ok(Key::CTRL_C) => taken("always quits"),
            Ok(Key::ESC) => taken("is for panic and for going back"),
            Ok(key) if key.digit().is_some() => taken("answers ready"),
            Ok(key) if act == Act::Go && (key.types('y') || key.types('Y')) => {
                taken("answers yes to quitting, where a GO must not be lost")
            }
            Ok(key) => return Some(key),
        }?;
        self.fault(&placed.span, what, fix);
        None
    }

    /// Takes a usual key from a command that gives way, where the file gives that key to another.
    fn give_way(&mut self) {
        let given = |row: usize| self.given[row].is_some();
        let taken: Vec<Key> = (0..BINDINGS.len())
            .filter(|&row| given(row))
            .flat_map(|row| self.map.rows[row].clone())
            .collect();
        for (row, binding) in BINDINGS.iter().enumerate() {
            if self.given[row].is_none() && binding.act.gives_way() {
                self.map.rows[row].retain(|key| !taken.contains(key));
            }
        }
    }

    /// One key for two commands, where the file has a hand in it.
    fn clashes(&mut self) {
        let mut found = vec![];
        for (row, given) in self.given.iter().enumerate() {
            let Some((_, spans)) = given else { continue };
            for (key, span) in self.map.rows[row].iter().zip(spans) {
                let other = (0..BINDINGS.len())
                    .find(|&other| other != row && self.map.rows[other].contains(key));
                let Some(other) = other else { continue };
                let name = name_of(&BINDINGS[other]);
                let what =
                    format!("{} is the key of {} too", quoted(&key.to_string()), quoted(&name));
                let fix = if matches!(BINDINGS[other].act, Act::Go | Act::Palette) {
                    format!("give {} another key, or this command", quoted(&name))
                } else {
                    format!(
                        "choose another key, or write `{name} = \"none\"` or another key for it"
                    )
                };
                match &self.given[other] {
                    // Of the two places the later one is the fault.
                    Some((_, others)) => {
                        let at = self.map.rows[other]
                            .iter()
                            .position(|theirs| theirs == key)
                            .unwrap_or(0);
                        let Some(first) = others.get(at).filter(|first| first.start < span.start)
                        else {
                            continue;
                        };
                        let twice = Problem::error(span.clone(), what, fix);
                        found.push(twice.beside(first.clone(), "first here"));
                    }
                    None if self.is_whole => found.push(Problem::error(span.clone(), what, fix)),
                    None => {}
                }
            }
        }
        self.problems.extend(found);
    }
}

/// The keys in force in the form of keys.toml: what [`parse`] takes, with a word on each.
pub fn write(map: &Keymap) -> String {
    /// The column of the words.
    const COLUMN: usize = 34;
    let mut text = String::from(
        "# The keys of handover as they are in force. Save this as keys.toml and change what you like;\n\
         # a line that is left out keeps the usual key.\n\
         #\n\
         # A key is a character, or Space, Enter, Tab, Shift-Tab, Backspace, Del, Ins, Home, End, PgUp, PgDn,\n\
         # Up, Down, Left, Right, F1 to F12; with Ctrl-, Alt- or Shift- before it where a terminal sends that.\n\
         # Several keys make a list, \"none\" is no key. Esc, Ctrl-C and the digits 1 to 9 are taken.\n",
    );
    for &group in Group::ALL {
        text += &format!("\n# {}\n", group.title());
        for binding in BINDINGS.iter().filter(|binding| binding.group == group) {
            let keys: Vec<String> =
                map.keys(binding.act).iter().map(|key| in_quotes(&key.to_string())).collect();
            let name = name_of(binding);
            let line = match keys.as_slice() {
                _ if is_fixed(binding.act) => format!("# {name} stays on {}", binding.keys),
                [] => format!("{name} = \"{NONE}\""),
                [only] => format!("{name} = {only}"),
                several => format!("{name} = [{}]", several.join(", ")),
            };
            let pad = COLUMN.saturating_sub(line.chars().count()).max(1);
            let shared = BINDINGS
                .iter()
                .find(|other| other.act != binding.act && other.act == binding.act.on_run());
            let shared = shared
                .map_or(String::new(), |other| format!(" (has the key of {} too)", name_of(other)));
            text += &format!("{line}{}# {}{shared}\n", " ".repeat(pad), binding.help);
        }
    }
    text
}

fn in_quotes(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{text}'") } else { format!("\"{text}\"") }
}
