//! The people page's own: who is selected there, and what its keys do to the sheet.
//!
//! A tick is journaled, so a finger that trembles on the key must not leave two.

use std::time::Duration;

use super::{App, Ask, Prompt, Task, Tone, find};
use crate::engine::{Command, State};
use crate::show::PersonIx;
use crate::time::MachineNs;

/// A second tick of the same person within this time of the last press is a slip of the finger.
const TICK_GUARD: Duration = Duration::from_millis(500);

impl App {
    /// The person who is selected on the people page; nobody where the show names nobody.
    pub fn selected_person(&self, state: &State) -> Option<PersonIx> {
        let last = state.show().people.len().checked_sub(1)? as u32;
        Some(PersonIx(self.person.0.min(last)))
    }

    /// Moves the selection on the people page.
    pub(super) fn go_through_people(&mut self, by: isize, state: &State) {
        if let Some(PersonIx(at)) = self.selected_person(state) {
            let last = state.show().people.len() as isize - 1;
            self.person = PersonIx((at as isize).saturating_add(by).clamp(0, last) as u32);
        }
    }

    /// Ticks the selected person: seen now.
    pub(super) fn spot(&mut self, repeat: bool, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let Some(person) = self.selected_person(state) else { return self.nobody(now_ns) };
        let last = self.ticked.replace((person, now_ns));
        let is_slip = |(ticked, at_ns): (PersonIx, MachineNs)| {
            ticked == person && now_ns.since(at_ns) < TICK_GUARD
        };
        if repeat || last.is_some_and(is_slip) {
            let name = &state.show().person(person).name;
            self.say(
                format!("{name} is already ticked: pressed again within 0.5 s"),
                Tone::Attention,
                now_ns,
            );
            return vec![];
        }
        vec![Task::Command(Command::Spot(person))]
    }

    /// Takes the selected person's last sighting back.
    pub(super) fn unspot(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        self.ticked = None;
        match self.selected_person(state) {
            Some(person) => vec![Task::Command(Command::Unspot(person))],
            None => self.nobody(now_ns),
        }
    }

    /// Opens a line for a note on the selected person.
    pub(super) fn ask_person_note(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        match self.selected_person(state) {
            Some(person) => self.open(Ask::PersonNote { person }),
            None => self.nobody(now_ns),
        }
    }

    /// Opens a line that looks for people.
    pub(super) fn find_person(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        match self.selected_person(state) {
            Some(back) => self.open(Ask::FindPerson { back }),
            None => self.nobody(now_ns),
        }
    }

    /// Selects whom the line found, or goes back where it found nobody.
    pub(super) fn accept_person(
        &mut self,
        prompt: &Prompt,
        back: PersonIx,
        state: &State,
        now_ns: MachineNs,
    ) {
        let text = prompt.input.value();
        self.last_find = text.trim().to_owned();
        match prompt.pick(&find::people(state.show(), text)) {
            Some(person) => self.person = person,
            None => {
                self.person = back;
                self.say(format!("nobody matches “{}”", text.trim()), Tone::Attention, now_ns);
            }
        }
    }

    pub(super) fn nobody(&mut self, now_ns: MachineNs) -> Vec<Task> {
        self.say(
            "no people in this show: add [person.ID] to the show file",
            Tone::Attention,
            now_ns,
        );
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::app::{Page, Question, Theme};
    use crate::engine::Cause;
    use crate::show::{CueIx, file};

    fn at(ms: u64) -> MachineNs {
        MachineNs::new(ms * 1_000_000)
    }
    const SHOW: &str = r#"
        title = "x"
        [person.dion]
        name = "Celine Dion"
        role = "performer"
        [person.snoop]
        name = "Snoop Dogg"
        role = "spectator"
        notes = "Likes dressage"
        [person.biles]
        name = "Simone Biles"
        role = "gymnast"
        [[segment]]
        title = "s"
        duration = "1m"
        cue = [{ number = "1", title = "a" }, { number = "2", title = "b" }]
    "#;

    fn state(text: &str) -> State {
        State::new(Arc::new(file::parse(text, "UTC").unwrap()))
    }

    fn on_page(page: Page) -> App {
        let mut app = App::new(Theme::Dark);
        app.page = page;
        app
    }

    fn press(app: &mut App, code: KeyCode, state: &State, ms: u64) -> Vec<Task> {
        app.key(&KeyEvent::new(code, KeyModifiers::NONE), state, at(ms))
    }

    fn type_in(app: &mut App, text: &str, state: &State) {
        text.chars().for_each(|c| _ = press(app, KeyCode::Char(c), state, 0));
    }

    #[test]
    fn the_page_has_keys_of_its_own() {
        let (state, mut app) = (state(SHOW), on_page(Page::People));
        press(&mut app, KeyCode::Down, &state, 0);
        let snoop = PersonIx(1);
        assert_eq!(
            press(&mut app, KeyCode::Enter, &state, 0),
            [Task::Command(Command::Spot(snoop))]
        );
        assert_eq!(press(&mut app, KeyCode::Enter, &state, 499), [], "a finger that trembles");
        assert_eq!(press(&mut app, KeyCode::Enter, &state, 998), [], "or stays on the key");
        assert_eq!(
            press(&mut app, KeyCode::Enter, &state, 1_498),
            [Task::Command(Command::Spot(snoop))]
        );
        press(&mut app, KeyCode::Down, &state, 0);
        assert_eq!(
            press(&mut app, KeyCode::Enter, &state, 1_500),
            [Task::Command(Command::Spot(PersonIx(2)))]
        );
        for key in [KeyCode::Char('x'), KeyCode::Backspace] {
            assert_eq!(
                press(&mut app, key, &state, 1_600),
                [Task::Command(Command::Unspot(PersonIx(2)))]
            );
        }
        press(&mut app, KeyCode::Char('g'), &state, 0);
        assert_eq!(app.selected_person(&state), Some(PersonIx(0)));
        press(&mut app, KeyCode::Char('G'), &state, 0);
        assert_eq!(
            (app.selected_person(&state), app.cursor),
            (Some(PersonIx(2)), None),
            "the run's stays where it is"
        );
    }

    #[test]
    fn a_note_belongs_to_whom_it_was_begun_for() {
        let (state, mut app) = (state(SHOW), on_page(Page::People));
        press(&mut app, KeyCode::Char('t'), &state, 0);
        type_in(&mut app, "third row x", &state);
        app.paste("\nq y ", &state, MachineNs::ZERO);
        app.person = PersonIx(2);
        let text = "third row x q y ".to_owned();
        let expected = Task::Command(Command::NotePerson { person: PersonIx(0), text });
        assert_eq!(press(&mut app, KeyCode::Enter, &state, 0), [expected]);
    }

    #[test]
    fn people_are_found_by_name_role_and_notes() {
        let (state, mut app) = (state(SHOW), on_page(Page::People));
        for (text, found) in [
            ("sno", 1),
            ("biles", 2),
            ("gymnast", 2),
            ("DRESS", 1),
            ("e dion", 0),
            ("snoop dress", 1),
        ] {
            app.person = PersonIx(0);
            press(&mut app, KeyCode::Char('/'), &state, 0);
            type_in(&mut app, text, &state);
            assert_eq!(app.person, PersonIx(found), "{text}, while it is typed");
            press(&mut app, KeyCode::Enter, &state, 0);
            assert_eq!((app.person, app.prompt.is_none()), (PersonIx(found), true), "{text}");
        }
        for leave in [KeyCode::Esc, KeyCode::Enter] {
            app.person = PersonIx(2);
            press(&mut app, KeyCode::Char('/'), &state, 0);
            type_in(&mut app, "snoop", &state);
            type_in(&mut app, "!", &state);
            press(&mut app, leave, &state, 0);
            assert_eq!((app.person, app.page), (PersonIx(2), Page::People), "{leave:?}");
        }
    }

    #[test]
    fn no_key_acts_on_the_run_where_it_is_not_seen() {
        let state = state(SHOW);
        for page in Page::ALL.iter().copied().filter(|page| *page != Page::Run) {
            for (key, word) in [(KeyCode::Enter, "playhead"), (KeyCode::Char('x'), "skips")] {
                let mut app = on_page(page);
                app.cursor = Some(CueIx(1));
                let tasks = press(&mut app, key, &state, 0);
                if page == Page::People {
                    assert!(
                        matches!(tasks[..], [Task::Command(Command::Spot(_) | Command::Unspot(_))]),
                        "{tasks:?}"
                    );
                } else {
                    assert_eq!(tasks, [], "{key:?} on {page:?}");
                    let said = app.message.as_ref().map_or("", |message| message.text.as_str());
                    assert!(
                        said.contains(word) && said.contains("on the run page"),
                        "{key:?} on {page:?}: {said}"
                    );
                }
                // The palette's names mean one thing each, wherever they are given.
                let mut app = on_page(page);
                press(&mut app, KeyCode::Char(':'), &state, 0);
                type_in(&mut app, "playhead here", &state);
                assert_eq!(press(&mut app, KeyCode::Enter, &state, 0), [], "on {page:?}");
                assert!(app.message.is_some());
            }
            let go = Task::Command(Command::Go { cause: Cause::Go });
            assert_eq!(
                press(&mut on_page(page), KeyCode::Char(' '), &state, 5_000),
                [go],
                "Space on {page:?}"
            );
        }
        let mut app = on_page(Page::Run);
        press(&mut app, KeyCode::Char(':'), &state, 0);
        type_in(&mut app, "untick", &state);
        assert_eq!(press(&mut app, KeyCode::Enter, &state, 0), []);
        assert!(app.message.is_some_and(|message| message.text.contains("people page")));
    }

    #[test]
    fn a_show_without_people_says_so() {
        let nobody = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n";
        let (state, mut app) = (state(nobody), on_page(Page::People));
        for key in [
            KeyCode::Enter,
            KeyCode::Char('x'),
            KeyCode::Char('t'),
            KeyCode::Char('/'),
            KeyCode::Down,
        ] {
            app.message = None;
            assert_eq!(press(&mut app, key, &state, 0), []);
            assert!(
                app.prompt.is_none() && (key == KeyCode::Down || app.message.is_some()),
                "{key:?}"
            );
        }
    }

    #[test]
    fn pasted_text_is_never_keys() {
        let state = state(SHOW);
        // A GO, a quit that is answered, a tick, a skip, a panic: none of it may come of a paste.
        let text = " qy\r\n\u{1b}\u{1b}xs1ho\u{3}";
        for &page in Page::ALL {
            let (mut app, clean) = (on_page(page), on_page(page));
            app.paste(text, &state, MachineNs::ZERO);
            assert!(
                app.message
                    .take()
                    .is_some_and(|message| message.text.contains("a paste was ignored: "))
            );
            assert_eq!(app.take_refusals().len(), 1);
            assert_eq!(app, clean, "{page:?}");
            app.question = Some(Question::Quit);
            app.say("y leaves", Tone::Alarm, MachineNs::ZERO);
            let asked = app.clone();
            app.paste(text, &state, MachineNs::ZERO);
            assert_eq!(app, asked, "the question stands, unanswered and in sight");
        }
        let back = PersonIx(0);
        for ask in [
            Ask::Note,
            Ask::Reason,
            Ask::Palette,
            Ask::Find { back: None },
            Ask::FindPerson { back },
            Ask::PersonNote { person: back },
        ] {
            let mut app = on_page(Page::People);
            app.open(ask);
            app.paste(text, &state, MachineNs::ZERO);
            let prompt = app.prompt.as_ref().unwrap();
            // Line ends are blanks, what steers a terminal is dropped, the rest is text.
            assert_eq!(prompt.input.value(), " qy  xs1ho", "{ask:?}");
        }
    }

    #[test]
    fn the_greeting_goes_with_the_first_key_and_not_before() {
        let (state, mut app) = (state(SHOW), on_page(Page::Run));
        app.greets = true;
        app.paste("x", &state, MachineNs::ZERO);
        assert!(app.greets);
        press(&mut app, KeyCode::Char('j'), &state, 60_000);
        assert!(!app.greets);
    }
}
