//! What acts and what does not after a key that opened no line.

use std::sync::Arc;

use crossterm::event::{KeyEventKind, KeyModifiers};

use super::*;
use crate::app::keys::BINDINGS;
use crate::app::{Keymap, Page, Question, Task, Theme, keymap};
use crate::engine::{Cause, Command, State};
use crate::show::file;
use crate::time::MachineNs;

fn at(ms: u64) -> MachineNs {
    MachineNs::new(ms * 1_000_000)
}
const GO: Task = Task::Command(Command::Go { cause: Cause::Go });
const HOLD: Task = Task::Command(Command::ToggleHold);

fn state() -> State {
    let cues = "cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\" }]\n";
    let text = format!("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n{cues}");
    State::new(Arc::new(file::parse(&text, "UTC").unwrap()))
}

fn key_of(c: char) -> KeyEvent {
    match c {
        '\r' => KeyEvent::from(KeyCode::Enter),
        '\x1b' => KeyEvent::from(KeyCode::Esc),
        '\x08' => KeyEvent::from(KeyCode::Backspace),
        '\x03' => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
        'Ⓕ' => KeyEvent::from(KeyCode::F(5)),
        '↓' => KeyEvent::from(KeyCode::Down),
        c => KeyEvent::from(KeyCode::Char(c)),
    }
}

/// What the keys do, one each 0.1 s from `at_ms` on.
fn typed(app: &mut App, keys: &str, at_ms: u64) -> Vec<Task> {
    let state = state();
    let times = (at_ms..).step_by(100);
    keys.chars().zip(times).flat_map(|(c, ms)| app.key(&key_of(c), &state, at(ms))).collect()
}

fn said(app: &App) -> &str {
    app.message.as_ref().map_or("", |message| message.text.as_str())
}

#[test]
fn a_text_does_nothing_after_a_key_that_opened_no_line() {
    type Opens = fn(&mut App);
    let refused: [(&str, Opens); 7] = [
        ("o", |app| drop(typed(app, "o", 9_000))),
        ("o, pressed twice", |app| drop(typed(app, "oo", 8_900))),
        ("o by its name", |app| drop(typed(app, ":override\r", 8_100))),
        ("t on a people page without people", |app| {
            app.page = Page::People;
            typed(app, "t", 9_000);
        }),
        ("/ on the same page", |app| {
            app.page = Page::People;
            typed(app, "/", 9_000);
        }),
        ("t to a question", |app| {
            app.question = Some(Question::Quit);
            typed(app, "t", 9_000);
        }),
        ("o in a standstill", |app| app.missed(&[key_of('o')], at(9_000))),
    ];
    for (what, open) in refused {
        let mut app = App::new(Theme::Dark);
        open(&mut app);
        let page = app.page;
        // Every letter and sign of the table is in it, with a Space after each second one.
        assert_eq!(typed(&mut app, "h 1 s n? mg:xb qyt/0\x08\t", 9_100), [], "{what}");
        assert!(
            said(&app).contains("opened no line: typed text does nothing until"),
            "{what}: {}",
            said(&app)
        );
        assert_eq!(
            (app.page, app.cursor, app.prompt.is_some(), app.question),
            (page, None, false, None),
            "{what}"
        );
        // Enter ends it, and the next key acts.
        assert_eq!(typed(&mut app, "\r", 12_000), [], "{what}");
        assert_eq!(typed(&mut app, " ", 12_001), [GO], "{what}");
        let logged = app.take_refusals();
        assert_eq!(
            logged.iter().filter(|why| why.contains("typed text does nothing")).count(),
            1,
            "{logged:?}"
        );
    }
}

#[test]
fn what_is_no_text_acts_at_once() {
    for (keys, expected) in [
        ("o ", vec![GO]),
        ("o  ", vec![GO]),
        ("o↓h", vec![HOLD]),
        ("o:hold\r", vec![HOLD]),
        ("o\rh", vec![HOLD]),
        ("oab\rh", vec![HOLD]),
        ("oab\x03h", vec![HOLD]),
        ("o\x1b\x1b", vec![Task::Command(Command::Panic)]),
        ("oab\x1b\x1b", vec![Task::Command(Command::Panic)]),
        ("oab\x1bh", vec![HOLD]),
    ] {
        assert_eq!(typed(&mut App::new(Theme::Dark), keys, 9_000), expected, "{keys:?}");
    }
    // A text may have pauses, and ends after a long one.
    let mut app = App::new(Theme::Dark);
    typed(&mut app, "o", 9_000);
    assert_eq!(typed(&mut app, "a", 10_500), []);
    assert_eq!(typed(&mut app, " ", 12_000), []);
    assert_eq!(typed(&mut app, "h", 13_501), [HOLD]);
    typed(&mut app, "o", 20_000);
    assert_eq!(typed(&mut app, "h", 21_501), [HOLD]);
}

#[test]
fn a_go_on_another_key_is_a_go() {
    let with = |keys: &str| {
        let mut app = App::new(Theme::Dark);
        app.keymap = Arc::new(keymap::parse(keys).unwrap());
        app
    };
    let own = |keys: &str, typed_keys: &str| typed(&mut with(keys), typed_keys, 9_000);
    assert_eq!(own("go = [\"F5\"]\n", "oⒻ"), [GO]);
    assert_eq!(own("go = [\"F5\"]\n", "oab Ⓕ"), [GO], "it is no text");
    let enter = "go = [\"Enter\"]\nplayhead-here = \"none\"\n";
    assert_eq!(own(enter, "o\r"), [GO]);
    // It ends the text, and again within 0.3 s is a slip.
    assert_eq!(own(enter, "oab\r\r"), []);
    let mut app = with(enter);
    typed(&mut app, "oab\r", 9_000);
    assert_eq!(typed(&mut app, "\r", 9_601), [GO]);
}

#[test]
fn what_a_link_brings_in_one_piece_is_dropped_with_the_rest_of_its_line() {
    let (state, keys) = (state(), |text: &str| text.chars().map(key_of).collect::<Vec<_>>());
    let mut app = App::new(Theme::Dark);
    assert_eq!(app.burst(&keys("oh, the light"), &state, at(9_000)), (vec![], 13));
    assert_eq!(typed(&mut app, "s have gone", 9_400), []);
    assert_eq!(
        app.burst(&keys("the rest of it"), &state, at(10_800)),
        (vec![], 14),
        "no note is begun"
    );
    assert_eq!(typed(&mut app, " h\r", 11_200), []);
    assert_eq!(typed(&mut app, " ", 11_500), [GO]);
    // A paste that is no such line holds nothing back.
    let mut app = App::new(Theme::Dark);
    assert_eq!(app.burst(&keys("show the plan"), &state, at(9_000)), (vec![], 13));
    assert_eq!(typed(&mut app, "h ", 9_300), [HOLD, GO]);
}

#[test]
fn every_key_that_may_open_a_line_is_known_as_such() {
    let state = state();
    for (binding, &page) in
        BINDINGS.iter().flat_map(|binding| Page::ALL.iter().map(move |page| (binding, page)))
    {
        for key in Keymap::default().keys(binding.act) {
            let mut app = App::new(Theme::Dark);
            app.page = page;
            app.key(&key.event(), &state, at(9_000));
            let awaits_text = app.prompt.is_some() || app.dropped_line.is_some();
            assert_eq!(
                awaits_text,
                binding.act.on(page).opens_line(),
                "{} on {page:?}",
                binding.name
            );
        }
    }
}

#[test]
fn a_held_key_that_opened_no_line_is_no_text() {
    let mut app = App::new(Theme::Dark);
    typed(&mut app, "o", 9_000);
    let repeat =
        KeyEvent::new_with_kind(KeyCode::Char('o'), KeyModifiers::NONE, KeyEventKind::Repeat);
    assert_eq!(app.key(&repeat, &state(), at(9_500)), []);
    assert_eq!(said(&app), "o ignored: it is held down");
    assert_eq!(typed(&mut app, " ", 9_600), [GO]);
}

#[test]
fn the_text_of_a_message_acts_as_no_key_where_its_key_took_one_off_the_boards() {
    let mut state = state();
    let shown = crate::engine::Event::MessageShown { text: "Wait".into() };
    let at_once = crate::time::RunNs::ZERO;
    state.fold(&crate::engine::Record::new(0, jiff::Timestamp::UNIX_EPOCH, at_once, shown));
    let mut app = App::new(Theme::Dark);
    let clear = app.key(&key_of('M'), &state, at(9_000));
    assert_eq!(clear, [Task::Command(Command::ClearMessage)]);
    // The caller meant a new one. Its h would hold the show, and its space is GO.
    assert_eq!(typed(&mut app, "hurry up", 9_100), []);
}
