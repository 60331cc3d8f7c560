//! What keys do, in runs with and without an audience.

use std::sync::Arc;

use crossterm::event::KeyModifiers;

use super::*;
use crate::app::{Theme, keymap};
use crate::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
use crate::engine::{Event, Here, Record, Rejection, RunNs};
use crate::show::{CueIx, CueNumber, file};

fn at(ms: u64) -> MachineNs {
    MachineNs::new(ms * 1_000_000)
}

#[test]
fn a_go_of_ones_own_is_a_go_whatever_stands_open() {
    let show = file::parse("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n", "UTC")
        .unwrap();
    let state = State::new(Arc::new(show));
    let go = [Task::Command(Command::Go { cause: Cause::Go })];
    let mut app = App::new(Theme::Dark);
    let own = "go = [\"Ctrl-Y\", \"Alt-x\", \"Enter\"]\nplayhead-here = \"none\"\n";
    app.keymap = Arc::new(keymap::parse(own).unwrap());
    let press = |app: &mut App, code, modifiers, ms: u64| {
        app.key(&KeyEvent::new(code, modifiers), &state, at(ms))
    };
    app.question = Some(Question::Quit);
    assert_eq!(
        press(&mut app, KeyCode::Char('y'), KeyModifiers::CONTROL, 1_000),
        go,
        "it does not say yes"
    );
    app.question = Some(Question::Quit);
    assert_eq!(press(&mut app, KeyCode::Char('Y'), KeyModifiers::SHIFT, 2_000), [Task::Quit]);
    app.question = Some(Question::Quit);
    assert_eq!(
        press(&mut app, KeyCode::Char('c'), KeyModifiers::CONTROL, 2_900),
        [],
        "twice by habit is no yes"
    );
    press(&mut app, KeyCode::Char('t'), KeyModifiers::NONE, 3_000);
    press(&mut app, KeyCode::Char('a'), KeyModifiers::NONE, 3_000);
    press(&mut app, KeyCode::Char('x'), KeyModifiers::ALT, 3_000);
    let note = [Task::Command(Command::Note("a".into()))];
    assert_eq!(
        press(&mut app, KeyCode::Enter, KeyModifiers::NONE, 3_100),
        note,
        "Alt-x is no text"
    );
    assert_eq!(
        press(&mut app, KeyCode::Enter, KeyModifiers::NONE, 3_399),
        [],
        "the key was held down"
    );
    assert_eq!(press(&mut app, KeyCode::Enter, KeyModifiers::NONE, 3_699), go);
}

#[test]
fn a_fired_cue_takes_an_old_word_away_and_leaves_a_question() {
    let cue = CueNumber::new("12").unwrap();
    let fired = Event::CueFired {
        cue,
        cause: Cause::Follow,
        firing: 1,
        due_ns: RunNs::ZERO,
        playhead_stays: false,
    };
    for question in [None, Some(Question::Quit), Some(Question::Suspend)] {
        let mut app = App::new(Theme::Dark);
        app.say("an old word", Tone::Alarm, MachineNs::ZERO);
        if let Some(question) = question {
            app.ask(question, "leave it?", MachineNs::ZERO);
            let asked = app.message.clone();
            app.say("the desk is down", Tone::Alarm, MachineNs::ZERO);
            assert_eq!(app.message, asked, "nothing takes its place");
        }
        app.happened(&fired, &live(), MachineNs::new(1));
        assert_eq!(app.message.is_some(), question.is_some());
    }
}
fn state(text: &str) -> State {
    State::new(Arc::new(file::parse(text, "UTC").unwrap()))
}

/// A live run of two cues, begun.
fn live() -> State {
    let cues =
        "cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"Off the roof\" }]\n";
    let mut state =
        state(&format!("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n{cues}"));
    let started = Event::started(jiff::Timestamp::UNIX_EPOCH, false);
    state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, RunNs::ZERO, started));
    state
}

#[test]
fn the_key_that_reviews_the_file_says_why_none_is_looked_at() {
    let (state, mut app) = (live(), App::new(Theme::Dark));
    let said = |app: &mut App, ms| {
        assert_eq!(plain(app, KeyCode::Char('r'), &state, ms), []);
        app.message.take().unwrap().text
    };
    assert_eq!(said(&mut app, 1_000), "the show file is as the run has it");
    app.not_watched = Some("the show of this run is no file");
    assert_eq!(said(&mut app, 3_000), "the show of this run is no file");
}

fn plain(app: &mut App, code: KeyCode, state: &State, ms: u64) -> Vec<Task> {
    app.key(&KeyEvent::new(code, KeyModifiers::NONE), state, at(ms))
}

fn types(app: &mut App, text: &str, state: &State, ms: u64) {
    text.chars().for_each(|c| assert_eq!(plain(app, KeyCode::Char(c), state, ms), [], "{c}"));
}

const PANIC: [Task; 1] = [Task::Command(Command::Panic)];

#[test]
fn the_palette_chooses_nothing_before_a_letter_and_takes_go_and_panic_by_their_whole_names() {
    let state = live();
    let go = vec![Task::Command(Command::Go { cause: Cause::Go })];
    for (typed, expected, says) in [
        ("", vec![], "no command was chosen"),
        (" ", vec![], "no command was chosen"),
        ("g", vec![], "GO runs only by its whole name"),
        ("p", vec![], "panic runs only by its whole name"),
        ("pani", vec![], "panic runs only by its whole name"),
        ("go", go.clone(), ""),
        (" GO ", go, ""),
        ("panic", PANIC.to_vec(), ""),
        ("xyzzy", vec![], "no command matches"),
        ("hol", vec![Task::Command(Command::ToggleHold)], ""),
    ] {
        let mut app = App::new(Theme::Dark);
        types(&mut app, &format!(":{typed}"), &state, 0);
        assert_eq!(plain(&mut app, KeyCode::Enter, &state, 0), expected, "{typed:?}");
        let said = app.message.map_or(String::new(), |message| message.text);
        assert!(said.starts_with(says) && said.is_empty() == says.is_empty(), "{typed:?}: {said}");
    }
    // Letters that were taken back choose nothing either, and an arrow chooses without making a
    // slip of a GO.
    for keys in [
        &[KeyCode::Char('g'), KeyCode::Backspace][..],
        &[KeyCode::Down],
        &[KeyCode::Up],
        &[KeyCode::PageUp],
    ] {
        let mut app = App::new(Theme::Dark);
        types(&mut app, ":", &state, 0);
        keys.iter().for_each(|key| _ = plain(&mut app, *key, &state, 0));
        assert_eq!(plain(&mut app, KeyCode::Enter, &state, 0), [], "{keys:?}");
    }
}

#[test]
fn an_escape_that_closes_something_is_not_the_first_of_two() {
    type Opens = fn(&mut App, &State);
    let state = live();
    let opens: [(&str, Opens); 9] = [
        ("a page", |app, state| types(app, "?", state, 0)),
        ("a selection", |app, state| _ = plain(app, KeyCode::Down, state, 0)),
        ("a page and a selection", |app, state| {
            plain(app, KeyCode::Down, state, 0);
            plain(app, KeyCode::Tab, state, 0);
        }),
        ("the palette", |app, state| types(app, ":pa", state, 0)),
        ("a note", |app, state| types(app, "tab", state, 0)),
        ("a find", |app, state| types(app, "/roof", state, 0)),
        ("what was searched in the log", |app, state| {
            app.page = Page::Log;
            types(app, "/roof", state, 0);
            plain(app, KeyCode::Enter, state, 0);
        }),
        ("the question of quitting", |app, state| types(app, "q", state, 0)),
        ("the question of suspending", |app, state| {
            app.key(
                &KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
                state,
                MachineNs::ZERO,
            );
        }),
    ];
    for (what, open) in opens {
        let mut app = App::new(Theme::Dark);
        open(&mut app, &state);
        let tasks: Vec<_> =
            [100, 200, 300].map(|ms| plain(&mut app, KeyCode::Esc, &state, ms)).into();
        assert_eq!(tasks, [vec![], vec![], PANIC.to_vec()], "{what}");
        assert_eq!(
            (app.page, app.cursor, &app.prompt, app.question),
            (Page::Run, None, &None, None),
            "{what}"
        );
    }
}

#[test]
fn three_escapes_within_a_second_are_panic_on_every_page_and_in_every_prompt() {
    const CTRL_Z: &str = "\u{1a}";
    let state = live();
    let opens = ["", "j", ":pa", "tab", "/roof", "/roof\r", "q", "qjq", CTRL_Z, "o", "o7"];
    for (&page, open) in Page::ALL.iter().flat_map(|page| opens.map(|open| (page, open))) {
        let what = format!("{open:?} on {page:?}");
        let mut app = App::new(Theme::Dark);
        app.page = page;
        for c in open.chars() {
            let key = match c {
                '\u{1a}' => KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
                '\r' => KeyEvent::from(KeyCode::Enter),
                _ => KeyEvent::from(KeyCode::Char(c)),
            };
            assert_eq!(app.key(&key, &state, MachineNs::ZERO), [], "{what}");
        }
        let mut in_a_hurry = app.clone();
        let tasks = [100, 500, 1_100].map(|ms| plain(&mut in_a_hurry, KeyCode::Esc, &state, ms));
        assert_eq!(tasks.concat(), PANIC, "{what}");
        // In no hurry each one says what it has done, and what the next one does.
        for ms in (1..).map(|n| n * 2_000) {
            let was_open = (app.page, app.cursor, app.prompt.is_some(), app.question);
            assert_eq!(plain(&mut app, KeyCode::Esc, &state, ms), [], "{what}");
            let said = app.message.as_ref().map_or("", |message| &message.text);
            assert!(said.contains("PANIC"), "{what}: {said}");
            if was_open == (Page::Run, None, false, None) {
                break;
            }
            assert!(said.contains("Esc Esc"), "{what}: {said}");
        }
        assert!(app.message.is_some_and(|message| message.text.starts_with("Esc again")));
    }
    // Another key between them begins again.
    let mut app = App::new(Theme::Dark);
    for (ms, code) in [KeyCode::Esc, KeyCode::Tab, KeyCode::Esc, KeyCode::Tab, KeyCode::Esc]
        .into_iter()
        .enumerate()
    {
        assert_eq!(plain(&mut app, code, &state, ms as u64), []);
    }
}

#[test]
fn a_skip_says_what_go_fires_now_and_how_it_is_taken_back() {
    let clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, jiff::Timestamp::UNIX_EPOCH, 1);
    let mut run = Conductor::new(live(), clock, 0, RunNs::ZERO);
    let (mut ms, mut app) = (0, App::new(Theme::Dark));
    let mut press = |app: &mut App| {
        ms += 1_000;
        let tasks = plain(app, KeyCode::Char('x'), run.state(), ms);
        let [Task::Command(command)] = &tasks[..] else { panic!("{tasks:?}") };
        let input = ConductorInput::Command { by: By::Caller, command: command.clone() };
        run.drive(at(ms), input, |state, output| {
            match output {
                ConductorOutput::Append(records) => {
                    records.iter().for_each(|record| app.happened(&record.event, state, at(ms)))
                }
                ConductorOutput::Reply { command, .. } => app.obeyed(&command, state, at(ms)),
                _ => {}
            }
            vec![]
        });
        app.message.take().map_or(String::new(), |message| message.text)
    };
    let skipped = "cue 1 skipped: the next GO fires 2; x takes it back";
    let back = "cue 1 is no longer skipped: the next GO fires it";
    assert_eq!([press(&mut app), press(&mut app)], [skipped, back]);
    app.cursor = Some(CueIx(1));
    assert_eq!(press(&mut app), "cue 2 skipped; x takes it back");
    assert_eq!(press(&mut app), "cue 2 is no longer skipped");
}

#[test]
fn two_escapes_are_panic_within_a_second_and_one_that_is_held_down_is_none() {
    let (state, mut app) = (live(), App::new(Theme::Dark));
    assert_eq!(plain(&mut app, KeyCode::Esc, &state, 0), []);
    assert_eq!(plain(&mut app, KeyCode::Esc, &state, 1_001), []);
    let held = KeyEvent::new_with_kind(KeyCode::Esc, KeyModifiers::NONE, KeyEventKind::Repeat);
    assert_eq!(app.key(&held, &state, at(1_100)), []);
    assert_eq!(plain(&mut app, KeyCode::Esc, &state, 2_001), PANIC);
    plain(&mut app, KeyCode::Esc, &state, 2_100);
    // A page that was opened in between is what the next Esc closes.
    plain(&mut app, KeyCode::Tab, &state, 2_200);
    assert_eq!(plain(&mut app, KeyCode::Esc, &state, 2_300), []);
    assert_eq!(app.page, Page::Run);
}

#[test]
fn the_beginning_of_a_key_that_came_in_pieces_is_not_one_of_two_escapes() {
    let (state, mut app) = (live(), App::new(Theme::Dark));
    for ms in [0, 300, 600] {
        assert_eq!(plain(&mut app, KeyCode::Esc, &state, ms), [], "{ms}");
        app.escaped_not(at(ms + 60));
    }
    assert_eq!(plain(&mut app, KeyCode::Esc, &state, 800), []);
    assert_eq!(plain(&mut app, KeyCode::Esc, &state, 1_000), PANIC);
}

#[test]
fn a_live_run_is_suspended_after_a_yes_only() {
    let (state, ctrl_z) = (live(), KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL));
    let ask = |app: &mut App, ms: u64| app.key(&ctrl_z, &state, at(ms));
    let mut app = App::new(Theme::Dark);
    assert_eq!((ask(&mut app, 0), app.question), (vec![], Some(Question::Suspend)));
    assert_eq!(
        (ask(&mut app, 600), app.question),
        (vec![], Some(Question::Suspend)),
        "it is held down"
    );
    assert_eq!((ask(&mut app, 1_300), app.question), (vec![], None), "Ctrl-Z again is no answer");
    ask(&mut app, 2_000);
    assert_eq!(plain(&mut app, KeyCode::Char('y'), &state, 2_100), [Task::Suspend]);
    ask(&mut app, 3_000);
    let go = [Task::Command(Command::Go { cause: Cause::Go })];
    assert_eq!(plain(&mut app, KeyCode::Char(' '), &state, 3_100), go, "the question costs no GO");
    assert_eq!(app.question, None);
    // Before its first event a state is a rehearsal, which stops nothing.
    let rehearsal = State::new(Arc::clone(state.show()));
    assert_eq!(app.key(&ctrl_z, &rehearsal, at(4_000)), [Task::Suspend]);
}

#[test]
fn a_move_of_the_playhead_is_said_and_takes_a_stale_refusal_away() {
    let (mut state, mut app) = (live(), App::new(Theme::Dark));
    app.refused(&Rejection::NoPlayhead, &state, MachineNs::ZERO);
    for (command, words) in [
        (Command::PlayheadNext, "playhead at 2 Off the roof"),
        (Command::PlayheadPrevious, "playhead at 1 a"),
        (Command::PlayheadTo(CueIx(1)), "playhead at 2 Off the roof"),
        (Command::PlayheadTo(CueIx(1)), "playhead at 2 Off the roof"),
    ] {
        state.decide(&command, RunNs::ZERO).unwrap().into_iter().for_each(|event| {
            state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, RunNs::ZERO, event))
        });
        app.obeyed(&command, &state, MachineNs::ZERO);
        let said = app.message.take().unwrap();
        assert_eq!((said.text.as_str(), said.tone), (words, Tone::Calm), "{command:?}");
    }
    app.refused(&Rejection::NoStep, &state, MachineNs::ZERO);
    app.obeyed(&Command::CatchUp, &state, MachineNs::ZERO);
    assert!(app.message.is_some(), "nobody has moved it");
}

#[test]
fn a_live_show_asks_before_it_leaves_cues_behind() {
    let cues = "cue = [{ number = \"1\", title = \"a\" }, \
                { number = \"2\", title = \"b\", trigger = { with = \"1\", delay = \"20s\" } }, \
                { number = \"3\", title = \"c\" }]";
    let text = format!("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n{cues}\n");
    let show = Arc::new(file::parse(&text, "UTC").unwrap());
    let fold = |state: &mut State, event: Event| {
        state.fold(&Record::new(0, jiff::Timestamp::UNIX_EPOCH, RunNs::ZERO, event));
    };
    let press = |app: &mut App, code, state: &State, ms| {
        app.key(&KeyEvent::new(code, KeyModifiers::NONE), state, at(ms))
    };
    let now = |cue| [Task::Command(Command::Retime(Here::Cue(CueIx(cue))))];
    for rehearsal in [false, true] {
        let (mut state, mut app) = (State::new(Arc::clone(&show)), App::new(Theme::Dark));
        fold(&mut state, Event::started(jiff::Timestamp::UNIX_EPOCH, rehearsal));
        app.cursor = Some(CueIx(2));
        assert_eq!(
            press(&mut app, KeyCode::Char('='), &state, 0),
            now(2),
            "nothing is left behind"
        );
        let go = Command::Go { cause: Cause::Go };
        for event in state.decide(&go, RunNs::ZERO).unwrap() {
            fold(&mut state, event);
        }
        let tasks = press(&mut app, KeyCode::Char('='), &state, 1_000);
        if rehearsal {
            assert_eq!(tasks, now(2));
            continue;
        }
        assert_eq!((tasks.len(), app.question.is_some()), (0, true));
        assert!(app.message.as_ref().unwrap().text.ends_with(": 2 would not come"));
        assert_eq!(press(&mut app, KeyCode::Char('='), &state, 2_000), [], "it is no yes");
        press(&mut app, KeyCode::Char('='), &state, 3_000);
        assert_eq!(press(&mut app, KeyCode::Char('y'), &state, 4_000), now(2));
        app.cursor = Some(CueIx(0));
        assert_eq!(press(&mut app, KeyCode::Char('='), &state, 5_000), now(0));
    }
}
