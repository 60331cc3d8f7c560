//! The form by its keys; the show file's side is the shipped [`Document`].

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::app::Theme;
use crate::edit::document::Document;
use crate::engine::Command;
use crate::show::file;

const SHOW: &str = r#"title = "x"
[[segment]]
title = "s"
duration = "1m"
[[segment.cue]]
number = "1"
title = "a"
[[segment.cue]]
number = "2"
title = "b"
"#;

fn at(ms: u64) -> MachineNs {
    MachineNs::new(ms * 1_000_000)
}

/// The caller at a show that has not begun.
struct Caller {
    app: App,
    state: State,
    document: Document,
    ms: u64,
}

impl Caller {
    fn new() -> Self {
        let state = State::new(Arc::new(file::parse(SHOW, "UTC").unwrap()));
        let document = Document::new(SHOW.to_owned(), "UTC").unwrap();
        let mut app = App::new(Theme::Dark);
        app.cursor = Some(CueIx(0));
        Caller { app, state, document, ms: 10_000 }
    }

    fn press(&mut self, code: KeyCode) -> Vec<Task> {
        self.ms += 400;
        self.app.key(&KeyEvent::new(code, KeyModifiers::NONE), &self.state, at(self.ms))
    }

    fn types(&mut self, text: &str) {
        text.chars().for_each(|c| assert_eq!(self.press(KeyCode::Char(c)), [], "{c:?}"));
    }

    fn tell(&mut self, news: EditNews) {
        self.app.edit_news(news, at(self.ms));
    }

    /// Presses `key`, and answers with the form.
    fn open(&mut self, key: char) {
        let tasks = self.press(KeyCode::Char(key));
        let [Task::Edit(EditWish::Open(subject))] = tasks.as_slice() else { panic!("{tasks:?}") };
        let form = Form::new(&self.document, subject.clone()).unwrap();
        self.tell(EditNews::Opened(Box::new(form)));
    }

    fn line(&self) -> Option<(&str, &str)> {
        let prompt = self.app.prompt.as_ref()?;
        Some((prompt.label(), prompt.input.value()))
    }

    fn save(&mut self) -> (TypedForm, bool) {
        let tasks = self.press(KeyCode::Enter);
        let [Task::Edit(EditWish::Save { typed, over })] = tasks.as_slice() else {
            panic!("{tasks:?}")
        };
        (typed.clone(), *over)
    }

    fn said(&self) -> &str {
        self.app.message.as_ref().map_or("", |message| &message.text)
    }
}

#[test]
fn a_text_of_several_lines_has_keys_for_them() {
    let mut caller = Caller::new();
    caller.open('e');
    let alt_enter = |caller: &mut Caller| {
        caller.ms += 400;
        let key = KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT);
        caller.app.key(&key, &caller.state, at(caller.ms))
    };
    while caller.line().unwrap().0 != "notes" {
        caller.press(KeyCode::Down);
    }
    caller.types("one");
    assert_eq!(alt_enter(&mut caller), []);
    caller.types("two");
    caller.app.paste("three\r\nfour\tfive", &caller.state, at(caller.ms));
    assert_eq!(caller.line(), Some(("notes", "one\ntwothree\nfour five")));
    let (typed, _) = caller.save();
    let mut document = caller.document.clone();
    let edit = typed.form.edit(&document, &typed.values).unwrap();
    assert_eq!(document.edit(&edit), Ok(()));
    let notes = "notes = \"\"\"\none\ntwothree\nfour five\"\"\"\n";
    assert!(document.text().contains(notes), "{}", document.text());
}

#[test]
fn types_field_by_field_and_saves_once() {
    let mut caller = Caller::new();
    caller.open('e');
    assert_eq!(caller.line(), Some(("title", "a")));
    caller.types(" go q");
    caller.press(KeyCode::Down);
    assert_eq!(caller.line(), Some(("call", "")), "the next key of the reference");
    caller.press(KeyCode::Up);
    caller.press(KeyCode::Up);
    caller.press(KeyCode::Up);
    assert_eq!(caller.line(), Some(("number", "1")), "the first stays the first");
    caller.types("A");
    let (typed, over) = caller.save();
    assert_eq!((typed.changed(), over), (2, false));
    let mut document = caller.document.clone();
    let edit = typed.form.edit(&document, &typed.values).unwrap();
    assert_eq!(document.edit(&edit), Ok(()));
    let expected = SHOW.replace("\"1\"", "\"1A\"").replace("\"a\"", "\"a go q\"");
    assert_eq!(document.text(), expected);
    assert_eq!(caller.press(KeyCode::Enter), [], "it is being saved");
    caller.types("x");
    assert_eq!(caller.line(), Some(("number", "1A")), "and is not typed meanwhile");
    caller.tell(EditNews::Saved { words: "saved".into(), segment: None });
    assert_eq!((caller.line(), caller.said()), (None, "saved"));
}

#[test]
fn faults_keep_the_form_open_and_only_those_of_what_is_typed_count() {
    let mut caller = Caller::new();
    caller.open('e');
    caller.types("!");
    let (typed, _) = caller.save();
    let faults = vec![FormFault { field: Some(1), words: "wrong".into() }];
    caller.tell(EditNews::Checked { serial: typed.serial - 1, faults: faults.clone() });
    assert!(caller.app.edits.form.as_ref().unwrap().faults.is_empty(), "of an older state");
    caller.tell(EditNews::Checked { serial: typed.serial, faults });
    assert_eq!(caller.app.edits.form.as_ref().unwrap().faults.len(), 1);
    caller.types("?");
    assert_eq!(caller.line(), Some(("title", "a!?")));
    let (again, _) = caller.save();
    assert!(again.serial > typed.serial);
}

#[test]
fn a_conflict_is_written_over_by_a_second_enter_only() {
    let mut caller = Caller::new();
    caller.open('e');
    caller.types("!");
    assert!(!caller.save().1);
    caller.tell(EditNews::Conflict("title: a → b".into()));
    assert!(caller.save().1, "the second Enter decides");
    caller.tell(EditNews::Conflict("title: a → b".into()));
    caller.types("x");
    assert!(!caller.save().1, "what is typed after it is asked about again");
}

#[test]
fn esc_keeps_what_was_typed_for_the_next_time() {
    let mut caller = Caller::new();
    caller.open('e');
    caller.types("nother");
    assert_eq!(caller.press(KeyCode::Esc), []);
    assert!(caller.line().is_none() && caller.said().starts_with("nothing was saved"));
    caller.open('e');
    assert_eq!(caller.line(), Some(("title", "another")));
    caller.press(KeyCode::Esc);
    // Also where the file says something else meanwhile.
    let other = SHOW.replace("\"a\"", "\"other\"");
    caller.document = Document::new(other, "UTC").unwrap();
    caller.open('e');
    assert_eq!(caller.line(), Some(("title", "another")));
    caller.save();
    caller.tell(EditNews::Saved { words: "saved".into(), segment: None });
    caller.open('e');
    assert_eq!(caller.line(), Some(("title", "other")), "it was saved");
    caller.press(KeyCode::Esc);
    assert_eq!(caller.said().split(';').next(), Some("nothing was changed"));
}

#[test]
fn esc_three_times_is_panic_also_in_a_form() {
    let mut caller = Caller::new();
    caller.open('e');
    let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
    let mut tasks = vec![];
    for ms in [0, 200, 400] {
        tasks = caller.app.key(&escape, &caller.state, at(20_000 + ms));
    }
    assert_eq!(tasks, [Task::Command(Command::Panic)]);
    assert!(caller.app.edits.form.is_none() && caller.app.prompt.is_none());
}

#[test]
fn what_is_typed_for_a_form_that_does_not_open_does_nothing() {
    let mut caller = Caller::new();
    let tasks = caller.press(KeyCode::Char('e'));
    assert!(matches!(tasks.as_slice(), [Task::Edit(EditWish::Open(FormSubject::Cue(_)))]));
    // Before the answer, and after a refusal, whatever the keys.
    caller.types("a ");
    assert_eq!(caller.press(KeyCode::Enter), []);
    caller.tell(EditNews::Failed("no".into()));
    for code in [KeyCode::Char(' '), KeyCode::Down, KeyCode::Backspace, KeyCode::Char('h')] {
        assert_eq!(caller.press(code), [], "{code:?}");
    }
    assert_eq!(caller.line().map(|(_, line)| line), Some(""));
    assert_eq!(caller.press(KeyCode::Esc), []);
    assert!(caller.app.edits.form.is_none() && caller.app.prompt.is_none());
}

#[test]
fn what_is_typed_before_the_form_is_there_comes_into_it() {
    let mut caller = Caller::new();
    let tasks = caller.press(KeyCode::Char('e'));
    let [Task::Edit(EditWish::Open(subject))] = tasks.as_slice() else { panic!("{tasks:?}") };
    caller.types("nd so on");
    let form = Form::new(&caller.document, subject.clone()).unwrap();
    caller.tell(EditNews::Opened(Box::new(form)));
    assert_eq!(caller.line(), Some(("title", "and so on")));
}

#[test]
fn an_enter_right_after_a_save_is_a_slip() {
    let mut caller = Caller::new();
    let moved = |caller: &mut Caller, ms: u64| {
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        !caller.app.key(&enter, &caller.state, at(ms)).is_empty()
    };
    caller.open('e');
    caller.types("!");
    caller.save();
    caller.tell(EditNews::Saved { words: "saved".into(), segment: None });
    let ms = caller.ms;
    assert!(!moved(&mut caller, ms + 300));
    assert!(!moved(&mut caller, ms + 900), "held down");
    assert!(moved(&mut caller, ms + 1_700), "meant");
}

#[test]
fn new_cues_come_after_the_selected_one_and_into_a_new_segment() {
    let mut caller = Caller::new();
    let subject = |tasks: Vec<Task>| match tasks.as_slice() {
        [Task::Edit(EditWish::Open(subject))] => subject.clone(),
        other => panic!("{other:?}"),
    };
    let number = |text: &str| CueNumber::new(text).unwrap();
    caller.press(KeyCode::Down);
    let added = caller.press(KeyCode::Char('a'));
    assert_eq!(subject(added), FormSubject::NewCue(After::Cue(number("2"))));
    caller.press(KeyCode::Esc);
    caller.open('A');
    caller.types("Break");
    caller.save();
    caller.tell(EditNews::Saved { words: "saved".into(), segment: Some(1) });
    let added = caller.press(KeyCode::Char('a'));
    assert_eq!(subject(added), FormSubject::NewCue(After::Segment(1)));
    caller.press(KeyCode::Esc);
    // Until the selection moves.
    caller.press(KeyCode::Up);
    let added = caller.press(KeyCode::Char('a'));
    assert_eq!(subject(added), FormSubject::NewCue(After::Cue(number("1"))));
}

#[test]
fn removes_only_after_a_yes() {
    let mut caller = Caller::new();
    assert_eq!(caller.press(KeyCode::Char('D')), []);
    assert!(caller.said().contains("y removes cue 1, any other key stays"), "{}", caller.said());
    assert_eq!(caller.press(KeyCode::Char('n')), []);
    caller.press(KeyCode::Char('D'));
    let removed = EditWish::Remove(CueOrSegment::Cue(CueNumber::new("1").unwrap()));
    assert_eq!(caller.press(KeyCode::Char('y')), [Task::Edit(removed)]);
}
