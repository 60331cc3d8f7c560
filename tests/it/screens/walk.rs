//! Every key of the table, on every page, at every size: it does what it says, or says why not.

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use handover::app::flag::FlagWish;
use handover::app::keymap::Key;
use handover::app::keys::{Act, BINDINGS, Binding, Group, TimeAct};
use handover::app::{Ask, EditAct, FileNews, Page, Question, Task};
use handover::engine::{Command, Event, Phase};

use super::stage::{Run, SHOW};
use super::{flag, jump_on_standby};

const SIZES: [(u16, u16); 4] = [(50, 12), (80, 24), (120, 36), (200, 60)];

/// The keys of a row, as the table has them.
fn keys(run: &Run, binding: &Binding) -> Vec<Vec<KeyEvent>> {
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    match binding.act {
        Act::Ready(_) => ('1'..='9').map(|digit| vec![plain(KeyCode::Char(digit))]).collect(),
        Act::Panic => vec![vec![plain(KeyCode::Esc); 2]],
        act => run.app.keymap.keys(act).iter().map(|key| vec![key.event()]).collect(),
    }
}

fn asks(run: &Run, is: fn(Ask) -> bool) -> bool {
    run.app.prompt.as_ref().is_some_and(|prompt| is(prompt.ask))
}

/// Returns `true` if `after` shows what `act` says, done to `before`.
fn does(act: Act, before: &Run, after: &Run, tasks: &[Task]) -> bool {
    let at = |run: &Run| run.state.playhead();
    let fired = |run: &Run| {
        run.state.show().cue_indices().map(|cue| run.state.cue(cue).firings).sum::<u32>()
    };
    let steps = |run: &Run| {
        run.state.show().cue_indices().map(|cue| run.state.cue(cue).steps_done).sum::<u32>()
    };
    let skipped = |run: &Run| {
        run.state.show().cue_indices().filter(|&cue| run.state.cue(cue).skipped).count()
    };
    let nudged = |run: &Run| run.state.current_segment().map(|segment| run.state.nudged(segment));
    let ready = |run: &Run| at(run).map(|cue| run.state.missing(cue).count());
    let moved = |run: &Run| (run.app.cursor, run.app.person, run.app.scroll);
    let is_shared = before.app.link.is_some();
    let all_open = |run: &Run| run.app.folds.len() == run.state.show().segments.len();
    match act {
        Act::Go => {
            fired(after) > fired(before) || (after.state.has_begun() && !before.state.has_begun())
        }
        // A second standby warns the departments again.
        Act::Standby => {
            let new = &after.records[before.records.len()..];
            new.iter().any(|record| matches!(record.event, Event::CueStoodBy { .. }))
                && at(after).is_some_and(|cue| after.state.cue(cue).stood_by)
        }
        Act::Ready(_) => ready(before) != ready(after),
        Act::AllReady => ready(before) > Some(0) && ready(after) == Some(0),
        Act::Override => asks(after, |ask| ask == Ask::Reason),
        Act::SwapBackup => at(before) != at(after),
        Act::Step => steps(after) == steps(before) + 1,
        Act::Hold => before.state.held_since().is_some() != after.state.held_since().is_some(),
        Act::Panic => after.state.is_panicked(),
        Act::PlayheadNext => at(after) > at(before),
        Act::PlayheadPrevious => at(after) < at(before),
        Act::PlayheadHere => {
            at(after) == before.app.selected(&before.state) && after.app.message.is_some()
        }
        Act::Skip => skipped(before) != skipped(after),
        Act::Time(TimeAct::CueNow | TimeAct::SegmentNow) => {
            let new = &after.records[before.records.len()..];
            new.iter().any(|record| matches!(record.event, Event::Retimed { .. }))
                || matches!(after.app.question, Some(Question::Retime { .. }))
        }
        Act::Time(TimeAct::Longer) => nudged(after) > nudged(before),
        Act::Time(TimeAct::Shorter) => nudged(after) < nudged(before),
        Act::Time(TimeAct::NudgeBy) => asks(after, |ask| ask == Ask::Nudge),
        Act::StageMessage if before.state.stage_message().is_some() => {
            after.state.stage_message().is_none()
        }
        Act::StageMessage => asks(after, |ask| ask == Ask::StageMessage),
        Act::SelectUp | Act::SelectPageUp | Act::SelectFirst => {
            moved(after) < moved(before) || is_first(before, after)
        }
        Act::SelectDown | Act::SelectPageDown | Act::SelectLast => moved(after) > moved(before),
        Act::OpenSegments => all_open(after),
        Act::FoldSegments => !before.app.folds.is_empty() && after.app.folds.is_empty(),
        Act::Spot | Act::Unspot => before.state.people() != after.state.people(),
        Act::PersonNote => asks(after, |ask| matches!(ask, Ask::PersonNote { .. })),
        Act::FindPerson => asks(after, |ask| matches!(ask, Ask::FindPerson { .. })),
        Act::Find => asks(after, |ask| matches!(ask, Ask::Find { .. } | Ask::FindLine)),
        Act::FindNext | Act::FindPrevious => moved(before) != moved(after),
        Act::FilterLog => before.app.log_filter != after.app.log_filter,
        Act::Flag => {
            after.app.dialog.is_some()
                || tasks.iter().any(|task| matches!(task, Task::Flag(_)))
                || asks(after, |ask| matches!(ask, Ask::HolderName | Ask::TakeReason { .. }))
        }
        Act::Warn => {
            tasks.contains(&Task::Flag(FlagWish::Warn))
                || before.state.alarms().count() > after.state.alarms().count()
        }
        Act::Edit(EditAct::RemoveCue | EditAct::RemoveSegment) => {
            matches!(after.app.question, Some(Question::Remove { .. }))
        }
        Act::Edit(EditAct::Open | EditAct::AddCue | EditAct::AddSegment) => {
            after.app.edits.form.is_some() && tasks.iter().any(|task| matches!(task, Task::Edit(_)))
        }
        Act::Edit(_) => tasks.iter().any(|task| matches!(task, Task::Edit(_))),
        Act::Review => after.app.question == Some(Question::TakeVersion),
        Act::Editor => tasks == [Task::Editor] || after.app.question == Some(Question::Editor),
        Act::Note => asks(after, |ask| ask == Ask::Note),
        // A run that is not shared has no stations.
        Act::NextPage if before.app.page == Page::Outputs && !is_shared => {
            after.app.page == Page::Log
        }
        Act::NextPage => after.app.page == before.app.page.next(),
        Act::PreviousPage if before.app.page == Page::Log && !is_shared => {
            after.app.page == Page::Outputs
        }
        Act::PreviousPage => after.app.page == before.app.page.previous(),
        Act::Open(page) => after.app.page == page,
        Act::Help => (after.app.page == Page::Help) != (before.app.page == Page::Help),
        Act::Palette => asks(after, |ask| ask == Ask::Palette),
        Act::SwitchTheme => before.app.theme != after.app.theme,
        Act::Redraw => tasks == [Task::Redraw],
        Act::Quit => tasks.contains(&Task::Quit) || after.app.question == Some(Question::Quit),
        Act::Suspend => tasks == [Task::Suspend] || after.app.question == Some(Question::Suspend),
    }
}

/// Returns `true` if the first cue was selected where none was.
fn is_first(before: &Run, after: &Run) -> bool {
    before.app.cursor.is_none() && after.app.cursor.is_some()
}

/// The situations in which keys are pressed: before the show, in the middle of it, with a cue on
/// standby that not everyone is ready for, at steps, after a panic, with all segments open.
fn situations() -> Vec<(&'static str, Run)> {
    let mut fresh = Run::new(SHOW, false);
    let words = "show.toml changed: 1 cue changed".to_owned();
    fresh.app.file = Some(FileNews { words, lines: vec![], outputs: vec![], is_sound: true });
    let mut middle = Run::new(SHOW, false);
    middle.until(60.0);
    middle.keys("  s1");
    let mut rings = Run::new(SHOW, true);
    let steps =
        rings.state.show().cue_indices().find(|&cue| !rings.state.show().cue(cue).steps.is_empty());
    let steps = steps.expect("a cue with steps");
    rings.app.cursor = Some(steps);
    rings.keys("⏎ j/ing⏎");
    assert_eq!(rings.state.cue(steps).phase, Phase::Running, "the steps can be marked");
    let mut jump = jump_on_standby();
    jump.app.page = Page::People;
    jump.keys("⏎");
    jump.app.page = Page::Run;
    jump.keys("s1");
    let mut stopped = middle.clone();
    stopped.keys("⎋⎋⎋");
    assert!(stopped.state.is_panicked());
    let mut opened = fresh.clone();
    opened.key(&KeyCode::Right.into());
    assert!(!opened.app.folds.is_empty());
    vec![
        ("before the show", fresh),
        ("in the middle", middle),
        ("with the jump on standby", jump),
        ("at the rings", rings),
        ("after a panic", stopped),
        ("with all segments open", opened),
    ]
}

/// The same in a shared run: with the flag while a station warns, following a station that is
/// there, and one that is silent.
fn shared_situations() -> Vec<(&'static str, Run)> {
    let mut holds = flag::shared("paris");
    let la = handover::link::StationName::new("la").unwrap();
    holds.command(Command::Warn { by: la, said_ns: None }).unwrap();
    let mut silent = flag::shared("la");
    let now = silent.machine_ns();
    flag::change(&mut silent, |link| {
        let paris = &mut link.stations[1];
        (paris.heard, paris.away) = (Some(now - Duration::from_secs(12)), true);
    });
    vec![
        ("with the flag", holds),
        ("following", flag::shared("la")),
        ("following a station that is silent", silent),
    ]
}

/// Walks every key on every page at a size, and says what was seen done, and not only refused: pages
/// and names.
fn walk((columns, rows): (u16, u16)) -> BTreeSet<(&'static str, &'static str)> {
    let mut all_done = BTreeSet::new();
    for (situation, run) in situations().into_iter().chain(shared_situations()) {
        for &page in Page::ALL {
            let mut run = run.clone();
            run.app.page = page;
            run.drawn(columns, rows);
            for binding in BINDINGS {
                for keys in keys(&run, binding) {
                    let mut after = run.clone();
                    after.app.message = None;
                    let mut tasks = vec![];
                    for key in &keys {
                        tasks = after.key(key);
                    }
                    let label =
                        format!("{} on {page:?} {situation} at {columns}x{rows}", binding.name);
                    // On a page with its own meaning for the key, that meaning is what counts.
                    let act = binding.act.on(page);
                    let said = after.app.message.as_ref().map(|message| message.text.clone());
                    if act == Act::Panic && page != Page::Run {
                        // The first Esc left the page, and the second says what the next one does.
                        assert!(!after.state.is_panicked() || run.state.is_panicked(), "{label}");
                        assert_eq!(after.app.page, Page::Run, "{label}");
                    }
                    let done = does(act, &run, &after, &tasks);
                    if done {
                        all_done.insert((page.name(), binding.name));
                    }
                    assert!(
                        done || said.is_some(),
                        "{label}: nothing happens, and nothing says why"
                    );
                    let Some(said) = said.filter(|_| !done && after.app.prompt.is_none()) else {
                        continue;
                    };
                    let screen = after.text(columns, rows);
                    let begin: String = said.chars().take(24).collect();
                    assert!(
                        screen.contains(begin.trim()),
                        "{label}: {said:?} is not to be seen\n{screen}"
                    );
                }
            }
        }
    }
    all_done
}

#[test]
fn the_footer_says_what_the_flag_s_key_does() {
    let words = [
        ("f give the flag", "with the flag"),
        ("f ask for the flag", "following"),
        ("f take the flag", "following a station that is silent"),
    ];
    for (words, at) in words {
        for (columns, rows) in &SIZES[1..] {
            for &page in Page::ALL {
                for (situation, mut run) in shared_situations() {
                    run.app.page = page;
                    let screen = run.text(*columns, *rows);
                    let keys = screen.lines().last().unwrap_or_default();
                    let is_there = keys.contains(words);
                    assert!(!is_there || situation == at, "{situation} on {page:?}: {keys}");
                    // In a narrow window other keys may be needed more on a page of its own.
                    let has_room = page == Page::Run || *columns > 80;
                    assert!(is_there || situation != at || !has_room, "{at} on {page:?}: {keys}");
                }
            }
        }
    }
}

#[test]
fn every_key_does_what_it_says_or_says_why_not_in_a_small_window() {
    walk(SIZES[0]);
}

#[test]
fn every_key_does_what_it_says_or_says_why_not_at_80x24() {
    let done = walk(SIZES[1]);
    // A key that is refused wherever it is pressed would pass the walk and be of no use: those that
    // call the show work on every page, the others on one at least.
    let is_for_all = |binding: &&Binding| !binding.keys.is_empty();
    for binding in BINDINGS.iter().filter(is_for_all) {
        let least = if binding.group == Group::Call { Page::ALL.len() } else { 1 };
        let is_done = |page: &&Page| done.contains(&(page.name(), binding.name));
        let pages: Vec<_> = Page::ALL.iter().filter(is_done).collect();
        assert!(pages.len() >= least, "{} does something only on {pages:?}", binding.name);
    }
}

#[test]
fn every_key_does_what_it_says_or_says_why_not_at_120x36() {
    walk(SIZES[2]);
}

#[test]
fn every_key_does_what_it_says_or_says_why_not_at_200x60() {
    walk(SIZES[3]);
}

#[test]
fn escape_goes_back_from_every_page_and_every_line_that_is_typed() {
    let escape = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
    for &page in Page::ALL {
        let mut run = Run::new(SHOW, false);
        run.app.page = page;
        run.key(&escape);
        assert_eq!(run.app.page, Page::Run, "{page:?}");
        for opens in ["t", "/", ":"] {
            let mut run = Run::new(SHOW, false);
            run.app.page = page;
            run.keys(opens);
            assert!(run.app.prompt.is_some(), "{opens} on {page:?}");
            run.key(&escape);
            assert!(
                run.app.prompt.is_none() && run.app.page == page && !run.state.is_panicked(),
                "{opens} on {page:?}"
            );
        }
    }
}

#[test]
fn a_page_that_can_fire_shows_what_it_would_fire() {
    let space = KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE);
    for (situation, run) in situations() {
        for (columns, rows) in SIZES {
            for &page in Page::ALL {
                let mut run = run.clone();
                run.app.page = page;
                let label = format!("{page:?} {situation} at {columns}x{rows}");
                let next = run.state.playhead().expect("a cue");
                let plan = run.state.show().cue(next).clone();
                let text = run.text(columns, rows);
                let title: String = plan.title.chars().take(5).collect();
                assert!(
                    text.contains(&format!("{} {}", plan.number, title.trim()))
                        || text.contains(&format!("{}  {}", plan.number, title.trim())),
                    "{label} does not show {:?}:\n{text}",
                    plan.title
                );
                let fired = run.state.cue(next).firings;
                run.app.message = None;
                run.key(&space);
                let refused = run.app.message.as_ref().map(|message| message.text.clone());
                let is_named =
                    refused.as_ref().is_some_and(|text| text.contains(plan.number.as_str()));
                assert!(
                    run.state.cue(next).firings > fired || is_named,
                    "{label}: {:?} is shown, and something else comes: {refused:?}",
                    plan.title
                );
            }
        }
    }
}

#[test]
fn every_command_of_the_palette_does_what_it_says_on_every_page() {
    for (situation, run) in situations() {
        for &page in Page::ALL {
            for binding in BINDINGS {
                let mut after = run.clone();
                after.app.page = page;
                after.drawn(120, 36);
                let before = after.clone();
                after.app.message = None;
                after.keys(":");
                for c in binding.name.chars() {
                    after.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
                }
                let tasks = after.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
                // By its name a command may mean what it does elsewhere.
                let is_done = [binding.act, binding.act.on(page)]
                    .into_iter()
                    .any(|act| does(act, &before, &after, &tasks));
                assert!(
                    is_done || after.app.message.is_some(),
                    ":{} on {page:?} {situation}: nothing happens, and nothing says why",
                    binding.name
                );
            }
        }
    }
}

#[test]
fn the_keys_that_the_footer_names_while_something_is_typed_do_what_it_says() {
    let run = jump_on_standby();
    let typed = |page: Page, keys: &str| {
        let mut run = run.clone();
        run.app.page = page;
        run.keys(keys);
        run
    };
    for (page, opens, words) in [
        (Page::Run, "t", "Enter keep the note"),
        (Page::Run, "o", "Enter override once"),
        (Page::Run, "/", "Enter select"),
        (Page::People, "/", "Enter select"),
        (Page::People, "t", "Enter keep the note"),
        (Page::Log, "/", "Enter keep these lines"),
    ] {
        for (columns, rows) in &SIZES[1..] {
            let mut typing = typed(page, opens);
            let screen = typing.text(*columns, *rows);
            let keys = screen.lines().last().unwrap_or_default();
            assert!(keys.contains(words) && keys.contains("Esc"), "{opens} on {page:?}: {keys}");
        }
        // What was typed has an effect only by Enter.
        let text = if opens == "/" { "a" } else { "because" };
        let (mut entered, mut left) = (typed(page, opens), typed(page, opens));
        for run in [&mut entered, &mut left] {
            for c in text.chars() {
                run.key(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
            }
        }
        let tasks = entered.key(&KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
        left.key(&KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
        assert!(entered.app.prompt.is_none() && left.app.prompt.is_none(), "{opens} on {page:?}");
        let has_changed = entered.app.cursor != run.app.cursor
            // This show has one person, who is selected already.
            || (page, opens) == (Page::People, "/")
            || entered.app.log_search != run.app.log_search
            || tasks.iter().any(|task| matches!(task, Task::Command(_)));
        assert!(has_changed, "Enter after {opens} on {page:?}: {tasks:?}");
    }
}

/// The guide's table of keys: the first cell of each row, and the whole row.
fn guide() -> Vec<(String, String)> {
    let guide = include_str!("../../../docs/guide.md");
    let table = guide.lines().skip_while(|line| !line.starts_with("| key |")).skip(2);
    let rows = table.take_while(|line| line.starts_with('|'));
    rows.filter_map(|line| {
        line.split('|').nth(1).map(|cell| (cell.trim().to_owned(), line.to_owned()))
    })
    .collect()
}

#[test]
fn every_key_of_the_table_is_in_the_guide() {
    let rows = guide();
    let names = |key: &str| {
        rows.iter().any(|(cell, row)| {
            cell == key || row.split([' ', ',', ':', ';', '(', ')']).any(|word| word == key)
        })
    };
    for binding in BINDINGS {
        // Two keys of the table are several words for the reader.
        let whole = ["Esc Esc", "1-9"].contains(&binding.keys);
        let keys: Vec<&str> =
            if whole { vec![binding.keys] } else { binding.keys.split(' ').collect() };
        for key in keys.into_iter().filter(|key| !key.is_empty()) {
            assert!(names(key), "the guide's table of keys does not name {key} ({})", binding.name);
        }
    }
}

#[test]
fn every_key_of_the_guide_is_in_the_table() {
    let cells = guide();
    assert!(cells.len() > 15, "the guide has its table of keys: {cells:?}");
    let run = Run::new(SHOW, false);
    for (cell, row) in cells {
        // Keys with a modifier or a name of their own stand in the sentences, too.
        let words = row.split([' ', ',', ':', ';', '(', ')', '|', '`', '.']);
        let is_key = |word: &&str| {
            word.starts_with("Ctrl-") || ["Home", "End", "0", "Shift-Tab", "PgUp"].contains(word)
        };
        for word in words.filter(is_key) {
            let key: Key = word.parse().unwrap_or_else(|_| panic!("no key: {word:?}"));
            assert!(run.app.keymap.act_of(&key.event()).is_some(), "{word} does nothing");
        }
        if ["Esc Esc", "1-9"].contains(&cell.as_str()) {
            assert!(BINDINGS.iter().any(|binding| binding.keys == cell), "{cell}");
            continue;
        }
        for name in cell.split([' ', ',']).filter(|name| !name.is_empty()) {
            let key: Key =
                name.parse().unwrap_or_else(|_| panic!("the guide names a key {name:?}"));
            assert!(
                run.app.keymap.act_of(&key.event()).is_some(),
                "{name} of the guide does nothing"
            );
        }
    }
}
