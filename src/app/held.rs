//! Keys that are held down: what repeats, and what must happen once only.
//!
//! A terminal sends a held key again and again, mostly without a word that it is the same press. So
//! a press counts as held when no other key came between and the last one, acted on or not, is not
//! long ago.

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind};

use super::App;
use super::keymap::Key;
use super::keys::{Act, HeldEffect};
use crate::time::MachineNs;

/// The same key within this time of its last press is one that is held: more than the
/// time that a desktop waits before it repeats a key (X11 660 ms, KDE 600, GNOME, Windows and macOS
/// 500).
pub(super) const HELD: Duration = Duration::from_millis(700);

/// The way in which the program tells held keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldKeys {
    /// The terminal says it, or may still answer that it does.
    #[default]
    Told,
    /// The terminal does not say it, so time tells.
    ByTime,
    /// The terminal was not asked, so time tells.
    NotAsked,
}

impl HeldKeys {
    /// Note for the caller before the show, if there is one.
    pub fn warning(self) -> Option<&'static str> {
        match self {
            HeldKeys::Told => None,
            HeldKeys::ByTime => Some(
                "this terminal does not say which key is held: hold an arrow for a second before the show, and the \
                 program then knows your keyboard's repeat rate",
            ),
            HeldKeys::NotAsked => Some(
                "with --plain-keys no terminal says which key is held: hold an arrow for a second before the show, and the \
                 program then knows your keyboard's repeat rate",
            ),
        }
    }
}

impl App {
    /// Takes in a press of a key. Returns `true` if the key is held since it was pressed before.
    pub(super) fn is_held(&mut self, key: &KeyEvent, now_ns: MachineNs) -> bool {
        let pressed = Key::of(key);
        let last = std::mem::replace(&mut self.pressed, pressed.map(|pressed| (pressed, now_ns)));
        let is_same =
            |(last, at_ns): (Key, MachineNs)| Some(last) == pressed && now_ns.since(at_ns) < HELD;
        key.kind == KeyEventKind::Repeat || last.is_some_and(is_same)
    }

    /// Reason why the key that was pressed last must not do `act` again; `is_told` is `true` if the
    /// terminal or the keyboard's pace shows that it is held.
    pub(super) fn holds_back(&self, act: Act, is_told: bool) -> Option<String> {
        match act.held() {
            HeldEffect::Repeats | HeldEffect::OwnGuard => None,
            HeldEffect::Once => {
                let key = self.pressed.map_or_else(|| self.keymap.way(act), |(key, _)| key.shown());
                let why = if is_told { "it is held down" } else { "pressed again within 0.7 s" };
                Some(format!("{key} ignored: {why}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;
    use crate::app::keys::BINDINGS;
    use crate::app::{Page, Task, Theme};
    use crate::engine::{Event, Record, RunNs, State};
    use crate::show::{Show, file};

    fn at(ms: u64) -> MachineNs {
        MachineNs::new(ms * 1_000_000)
    }
    const SHOW: &str = r#"
        title = "x"
        [department.stunts]
        [person.a]
        name = "A"
        [[segment]]
        title = "s"
        duration = "1m"
        cue = [
            { number = "1", title = "a", needs = ["stunts"] },
            { number = "2", title = "b" },
            { number = "3", title = "c" },
        ]
    "#;

    /// A live run before its first cue: quitting and suspending ask.
    fn live() -> State {
        let show: Show = file::parse(SHOW, "UTC").unwrap();
        let mut state = State::new(Arc::new(show));
        let started = Event::started(jiff::Timestamp::UNIX_EPOCH, false);
        state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, RunNs::ZERO, started));
        state
    }

    /// The presses of a key that is held for two seconds on a desktop that waits `delay_ms` before
    /// it repeats.
    fn held_down(delay_ms: u64) -> impl Iterator<Item = MachineNs> {
        [0].into_iter().chain((delay_ms..2_000).step_by(33)).map(|ms| at(60_000 + ms))
    }

    fn tasks_of(app: &mut App, key: &KeyEvent, state: &State, delay_ms: u64) -> Vec<Task> {
        held_down(delay_ms).flat_map(|at_ns| app.key(key, state, at_ns)).collect()
    }

    #[test]
    fn every_key_of_the_table_that_is_held_does_what_the_table_says() {
        let state = live();
        for (binding, page) in
            BINDINGS.iter().flat_map(|binding| Page::ALL.iter().map(move |&page| (binding, page)))
        {
            for key in App::new(Theme::Dark).keymap.keys(binding.act).to_vec() {
                for delay_ms in [200, 250, 500, 600, 660] {
                    let what = format!("{} on {page:?}, {delay_ms} ms", binding.name);
                    let mut app = App::new(Theme::Dark);
                    app.page = page;
                    let once = {
                        let mut app = app.clone();
                        let tasks = app.key(&key.event(), &state, at(60_000));
                        (tasks, app.page, app.cursor, app.question)
                    };
                    let tasks = tasks_of(&mut app, &key.event(), &state, delay_ms);
                    match binding.act.on(page).held() {
                        HeldEffect::Once if app.prompt.is_none() => {
                            assert_eq!((tasks, app.page, app.cursor, app.question), once, "{what}");
                        }
                        // In a line that is typed the key is a letter.
                        HeldEffect::Once => assert_eq!(tasks, once.0, "{what}"),
                        HeldEffect::OwnGuard => assert!(!tasks.is_empty(), "{what}"),
                        HeldEffect::Repeats => assert!(tasks.len() != 1, "{what}"),
                    }
                }
            }
        }
    }

    #[test]
    fn a_department_answers_once_and_ctrl_c_does_not_answer_its_own_question() {
        let state = live();
        let ready = KeyEvent::new(KeyCode::Char('1'), KeyModifiers::NONE);
        let mut app = App::new(Theme::Dark);
        assert_eq!(tasks_of(&mut app, &ready, &state, 500).len(), 1);
        assert!(
            app.message
                .is_some_and(|message| message.text == "1 ignored: pressed again within 0.7 s")
        );
        for quit in [
            KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
            KeyEvent::from(KeyCode::Char('q')),
        ] {
            let mut app = App::new(Theme::Dark);
            assert_eq!(tasks_of(&mut app, &quit, &state, 500), []);
            assert!(app.question.is_some() && app.message.is_some(), "it still stands, in sight");
        }
    }

    #[test]
    fn another_key_or_a_while_later_it_is_pressed_again() {
        let state = live();
        let (hold, down) = (KeyEvent::from(KeyCode::Char('h')), KeyEvent::from(KeyCode::Down));
        let mut app = App::new(Theme::Dark);
        let mut press = |key: &KeyEvent, ms: u64| app.key(key, &state, at(ms)).len();
        assert_eq!(
            [press(&hold, 1_000), press(&hold, 1_699), press(&hold, 2_398), press(&hold, 3_098)],
            [1, 0, 0, 1]
        );
        assert_eq!([press(&down, 3_200), press(&hold, 3_300)], [0, 1]);
        // Where the terminal says that a key repeats, it is known however long ago the press was.
        let repeat =
            KeyEvent::new_with_kind(KeyCode::Char('h'), KeyModifiers::NONE, KeyEventKind::Repeat);
        assert_eq!(app.key(&repeat, &state, at(9_000)), []);
        assert!(app.message.is_some_and(|message| message.text == "h ignored: it is held down"));
        let mut app = App::new(Theme::Dark);
        let space = KeyEvent { code: KeyCode::Char(' '), ..repeat };
        for ms in [9_600, 9_640, 9_680] {
            assert_eq!(app.key(&space, &state, at(ms)), []);
        }
        assert!(
            app.message
                .as_ref()
                .is_some_and(|message| message.text == "GO ignored: its key is held down")
        );
        assert_eq!(
            app.take_refusals().len(),
            1,
            "the log is not filled by a key that is held down"
        );
        // Nor does one that is held down answer a question.
        app.key(&KeyEvent::from(KeyCode::Char('q')), &state, at(20_000));
        let yes = KeyEvent { code: KeyCode::Char('y'), ..repeat };
        assert_eq!(app.key(&yes, &state, at(21_000)), []);
    }
}
