//! Text that was pasted: it is text where a line is typed, and never keys.
//!
//! What the terminal marks as pasted comes as such. What it does not mark is told by its pace
//! ([`crate::input::InputReader`]) and comes as a burst of keys.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::keys::Act;
use super::{App, Ask, Task, Tone};
use crate::engine::State;
use crate::time::MachineNs;

/// Keys that come so soon after an ignored paste belong to it: a line brings it in pieces.
const PIECES: Duration = Duration::from_millis(250);

/// A paste that was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ignored {
    characters: usize,
    /// Instant of its last piece.
    at_ns: MachineNs,
}

impl App {
    /// Pasted text is text, never keys.
    pub fn paste(&mut self, text: &str, state: &State, now_ns: MachineNs) {
        match &mut self.prompt {
            Some(_) => self.type_text(text, state),
            // A question stays in sight until a key answers it.
            None if self.question.is_some() => {}
            None => self.refuse(words(text.chars().count()), now_ns),
        }
    }

    /// Says that a paste has not come to its end.
    pub fn paste_broke_off(&mut self, now_ns: MachineNs) {
        self.refuse("a paste did not end: its text was dropped, and keys work again", now_ns);
    }

    /// Takes text that was typed into the prompt in one go.
    pub fn type_text(&mut self, text: &str, state: &State) {
        self.pressed = None;
        if let Some(prompt) = &mut self.prompt {
            prompt.paste(text);
            self.line_changed(state);
        }
    }

    /// Keys that came faster than a hand presses them, at `now_ns` of the machine's clock. Into a
    /// line they are typed, up to the Enter that ends it. Elsewhere they are a paste, unless the
    /// first opens such a line and all the others belong to it: programs that press keys do that.
    /// Gives what is to be done, and how many keys were none: they are for [`App::ignore_paste`],
    /// once it is done.
    pub fn burst(
        &mut self,
        keys: &[KeyEvent],
        state: &State,
        now_ns: MachineNs,
    ) -> (Vec<Task>, usize) {
        self.greets = false;
        let (mut keys, mut tasks) = (keys, vec![]);
        if self.prompt.is_none() {
            let Some((first, line)) = keys.split_first() else { return (tasks, 0) };
            let is_one_line = line.iter().position(is_enter).is_none_or(|at| at + 1 == line.len());
            let is_text_of_none = self.dropped_line.is_some_and(|line| line.is_recent(now_ns));
            if is_text_of_none
                || !is_one_line
                || !self.opens_line(first)
                || self.pieces_come(now_ns)
            {
                // The rest of a line that the link brought in one piece may come key by key.
                let begins_line =
                    is_one_line && self.keymap.act_of(first).is_some_and(Act::opens_line);
                if is_text_of_none || begins_line {
                    self.missed(keys, now_ns);
                }
                return (tasks, keys.len());
            }
            tasks.extend(self.key(first, state, now_ns));
            keys = line;
        }
        while self.prompt.is_some()
            && let Some((first, rest)) = keys.split_first()
        {
            let text: String = keys.iter().map_while(|key| key.code.as_char()).collect();
            let is_in_form =
                matches!(self.prompt.as_ref().map(|prompt| prompt.ask), Some(Ask::Field { .. }));
            if is_in_form && is_enter(first) && !rest.is_empty() {
                // The lines of a paste are one value: no form is saved in the middle of it.
                self.type_text("\n", state);
                keys = rest;
            } else if text.is_empty() {
                tasks.extend(self.key(first, state, now_ns));
                keys = rest;
            } else {
                self.type_text(&text, state);
                keys = &keys[text.chars().count()..];
            }
        }
        (tasks, keys.len())
    }

    /// Returns `true` if `key` opens a line to type in, whatever is typed there.
    fn opens_line(&self, key: &KeyEvent) -> bool {
        let opens = |act: Act| act.opens_line() && act != Act::Override;
        self.question.is_none()
            && self.keymap.act_of(key).is_some_and(|act| opens(act.on(self.page)))
    }

    /// Says that so many characters of a paste without a mark were ignored, with those right before
    /// them.
    pub fn ignore_paste(&mut self, characters: usize, now_ns: MachineNs) {
        let before = self.ignored_paste.filter(|_| self.pieces_come(now_ns));
        let characters = before.map_or(0, |ignored| ignored.characters) + characters;
        self.ignored_paste = Some(Ignored { characters, at_ns: now_ns });
        // A question stays in sight until a key answers it.
        if self.question.is_some() {
            return;
        }
        match before {
            None => self.refuse(words(characters), now_ns),
            Some(_) => self.say(words(characters), Tone::Attention, now_ns),
        }
    }

    /// Returns `true` if more of a paste that was ignored may come now.
    fn pieces_come(&self, now_ns: MachineNs) -> bool {
        self.ignored_paste.is_some_and(|ignored| now_ns.since(ignored.at_ns) <= PIECES)
    }

    /// Returns `true` if `key` is more of a paste that is being ignored, and counts it as such. Esc
    /// never is.
    pub(super) fn is_of_paste(&mut self, key: &KeyEvent, now_ns: MachineNs) -> bool {
        let is_text = matches!(
            key.code,
            KeyCode::Char(_) | KeyCode::Enter | KeyCode::Tab | KeyCode::Backspace
        );
        let is_more = is_text && self.prompt.is_none() && self.pieces_come(now_ns);
        if is_more && key.kind == KeyEventKind::Press {
            self.ignore_paste(1, now_ns);
        }
        is_more
    }
}

fn words(characters: usize) -> String {
    let many = if characters == 1 { "character" } else { "characters" };
    format!("a paste was ignored: {characters} {many}")
}

fn is_enter(key: &KeyEvent) -> bool {
    key.code == KeyCode::Enter
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::KeyModifiers;

    use super::*;
    use crate::app::{Page, Question, Theme};
    use crate::engine::Command;
    use crate::show::file;

    fn at(ms: u64) -> MachineNs {
        MachineNs::new(ms * 1_000_000)
    }

    fn state() -> State {
        let cues = "cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\" }]\n";
        let text = format!("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n{cues}");
        State::new(Arc::new(file::parse(&text, "UTC").unwrap()))
    }

    fn keys(text: &str) -> Vec<KeyEvent> {
        let code = |c| if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) };
        text.chars().map(|c| KeyEvent::new(code(c), KeyModifiers::NONE)).collect()
    }

    #[test]
    fn a_burst_is_a_paste_on_every_page_unless_it_is_one_line_that_it_opens() {
        let state = state();
        for page in Page::ALL.iter().copied() {
            for text in [
                "ls -la\n",
                "q y m x 1",
                "Space fires GO",
                "two\nlines q y",
                "oh well\n",
                "t\nt q y x",
                "/1\n q y",
            ] {
                let mut app = App::new(Theme::Dark);
                app.page = page;
                assert_eq!(
                    app.burst(&keys(text), &state, MachineNs::ZERO),
                    (vec![], text.len()),
                    "{text:?} on {page:?}"
                );
                assert!(app.prompt.is_none() && app.page == page);
            }
        }
        let note = |text: &str| vec![Task::Command(Command::Note(text.into()))];
        let mut app = App::new(Theme::Dark);
        assert_eq!(
            app.burst(&keys("ta note, q y\n"), &state, MachineNs::ZERO),
            (note("a note, q y"), 0)
        );
        assert_eq!(app.burst(&keys("tthe rest of"), &state, at(400)), (vec![], 0));
        // In the line it is text up to its end, whatever its first letter is.
        assert_eq!(app.burst(&keys(" it\n q y x m"), &state, at(500)), (note("the rest of it"), 8));
        // A question is not answered by it.
        app.question = Some(Question::Quit);
        assert_eq!(app.burst(&keys("yes, quit\n"), &state, at(5_000)), (vec![], 10));
        assert_eq!(app.question, Some(Question::Quit));
    }

    #[test]
    fn what_comes_right_after_an_ignored_paste_belongs_to_it_but_esc_does_not() {
        let (state, mut app) = (state(), App::new(Theme::Dark));
        app.ignore_paste(10, at(1_000));
        for (key, ms) in keys("q y m").into_iter().zip([1_040, 1_290, 1_540, 1_600, 1_850]) {
            assert_eq!(app.key(&key, &state, at(ms)), []);
        }
        assert!(
            app.message
                .as_ref()
                .is_some_and(|message| message.text == "a paste was ignored: 15 characters")
        );
        assert_eq!(app.take_refusals().len(), 1);
        let escape = KeyEvent::from(KeyCode::Esc);
        let tasks = [1_900, 2_000].map(|ms| app.key(&escape, &state, at(ms)));
        assert_eq!(tasks, [vec![], vec![Task::Command(Command::Panic)]]);
        assert_eq!(app.key(&keys(" ")[0], &state, at(2_101)).len(), 1, "GO is GO again");
    }
}
