//! A caller who does everything at the wrong moment: on another page, with other keys,
//! with an odd show.

use std::sync::Arc;

use handover::app::{Page, keymap};

use super::jump_on_standby;
use super::stage::{Run, SHOW};

/// No usual key is left but those that never move.
const OTHER_KEYS: &str = r#"
go = "d"
playhead-here = "a"
skip = "e"
backup = "v"
mark-step = "u"
note = "w"
find = "f"
filter = "i"
help = "y"
quit = "z"
"#;

fn remapped(text: &str) -> Run {
    let mut run = Run::new(text, false);
    run.app.keymap = Arc::new(keymap::parse(OTHER_KEYS).unwrap());
    run
}

#[test]
fn a_refusal_on_another_page_names_the_key_in_force() {
    let mut run = remapped(SHOW);
    run.app.page = Page::Outputs;
    for (key, words) in
        [("a", "a sets the playhead, on the run page"), ("e", "e skips a cue, on the run page")]
    {
        run.keys(key);
        let screen = run.text(120, 36);
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    run.app.page = Page::Run;
    for (at, (name, words)) in (1..).zip([
        ("spotted", "a ticks a person as spotted, on the people page"),
        ("untick", "e undoes a sighting, on the people page"),
        ("person note", "w takes a note on a person, on the people page"),
        ("find person", "f finds a person, on the people page"),
    ]) {
        // Longer than the text of a line that did not open is waited for.
        run.until(2.0 * f64::from(at));
        run.keys(&format!(":{name}⏎"));
        let screen = run.text(120, 36);
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

const STEPS: &str = r#"
title = "Two cues"
[person.one]
name = "Ada"
[[segment]]
title = "One"
duration = "10m"
cue = [
  { number = "1", title = "Rings", duration = "1m", steps = [{ title = "Blue" }, { title = "Red" }] },
  { number = "2", title = "Plan A" },
  { number = "2A", title = "Plan B", backup_for = "2" },
]
"#;

#[test]
fn every_sentence_of_the_panels_names_the_key_in_force() {
    let mut run = remapped(STEPS);
    run.app.greets = true;
    let greeted = run.text(120, 36);
    assert!(
        greeted.contains("Welcome. d is GO") && greeted.contains("y lists all keys"),
        "{greeted}"
    );
    run.keys("d");
    run.until(61.0);
    let stepping = run.text(120, 36);
    assert!(stepping.contains("u marks") && stepping.contains("v backup"), "{stepping}");
    run.app.page = Page::People;
    let people = run.text(120, 36);
    assert!(people.contains("not yet: a ticks them"), "{people}");
    run.app.page = Page::Run;
    run.keys("jjj");
    // The backup is out of the running order, and the first is skipped.
    run.keys("a");
    let aside = run.text(120, 36);
    assert!(
        aside.contains("2A is not in the running order: v swaps a cue and its backup"),
        "{aside}"
    );
    run.keys("kea");
    let skipped = run.text(120, 36);
    assert!(skipped.contains("cue 2 is skipped: e unskips it"), "{skipped}");
    run.keys("euuad");
    run.until(200.0);
    let over = run.text(120, 36);
    assert!(over.contains("everything is called: z ends the run"), "{over}");
}

#[test]
fn the_greeting_ends_where_the_show_begins() {
    let mut run = jump_on_standby();
    // Nobody has pressed a key: a remote control, or the program itself, has given the GOs.
    run.app.greets = true;
    let begun = run.text(80, 24);
    assert!(!begun.contains("Welcome"), "{begun}");
}

const DEEP: &str = r#"
title = "The dive"
[[segment]]
title = "One"
duration = "2h"
cue = [
  { number = "1", title = "Down", duration = "1h30m", route = { points = [[1, 2, -5], [1, 2, -250], [1, 2, -495]] } },
]
"#;

/// The row and column of `sign` on a screen.
fn find(screen: &str, sign: &str) -> (usize, usize) {
    let rows = screen.lines().enumerate();
    rows.filter_map(|(y, row)| Some((y, row[..row.find(sign)?].chars().count())))
        .next()
        .expect(sign)
}

#[test]
fn a_way_below_the_ground_goes_down_to_its_lowest_point() {
    let mut run = Run::new(DEEP, false);
    run.app.page = Page::Monitor;
    run.until(62.0);
    run.go();
    let mut rows = vec![];
    for minutes in [0.0, 45.0, 89.9] {
        run.until(62.0 + minutes * 60.0);
        let screen = run.text(120, 36);
        for words in [" −5 m ┤", "−495 m ┤"] {
            assert!(screen.contains(words), "{words}:\n{screen}");
        }
        rows.push(find(&screen, "◉").0);
    }
    let (top, bottom) = {
        let screen = run.text(120, 36);
        (find(&screen, " −5 m ┤").0, find(&screen, "−495 m ┤").0)
    };
    // The marker begins at the surface, is half-way at half the time, and ends in the row above the
    // ground.
    assert!(
        rows[0].abs_diff(top) <= 1 && rows[1].abs_diff((top + bottom) / 2) <= 1,
        "{rows:?} of {top} to {bottom}"
    );
    assert!(bottom - rows[2] <= 2, "{rows:?} of {top} to {bottom}");
}

#[test]
fn more_than_an_hour_is_told_whole_in_the_rundown() {
    let mut run = Run::new(DEEP, false);
    run.until(62.0);
    run.go();
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let row = |run: &mut Run| {
            run.text(columns, rows).lines().find(|row| row.contains("▶ 1")).unwrap().to_owned()
        };
        run.until(62.0);
        let begun = row(&mut run);
        assert!(begun.contains(" 1:30:00"), "{begun}");
    }
    run.until(62.0 + 3600.0);
    let later = run.text(80, 24);
    assert!(later.contains("   30:00 │"), "the figures end where they did:\n{later}");
}

#[test]
fn an_empty_show_says_so_and_why_a_key_does_nothing() {
    let mut run =
        Run::new("title = \"Bare\"\n[[segment]]\ntitle = \"Only\"\nduration = \"1m\"\n", false);
    for key in ["x", "⏎"] {
        run.app.message = None;
        run.keys(key);
        let screen = run.text(80, 24);
        assert!(screen.contains("no cue is selected"), "{key}:\n{screen}");
    }
    run.app.page = Page::Monitor;
    let screen = run.text(80, 24);
    assert!(screen.contains("the show has no cues") && !screen.contains("scroll"), "{screen}");
    run.keys("j");
    let screen = run.text(80, 24);
    assert!(screen.contains("nothing to scroll on the monitor page"), "{screen}");
}

#[test]
fn the_monitor_of_a_show_that_is_over_is_not_blank() {
    let mut run = Run::new(STEPS, false);
    run.app.page = Page::Monitor;
    run.until(62.0);
    run.go();
    run.until(63.0);
    run.keys("mm");
    run.go();
    run.until(90.0);
    let screen = run.text(80, 24);
    assert!(screen.contains("nothing is on air, and nothing is left to call"), "{screen}");
}

#[test]
fn another_key_takes_the_word_of_panic_away_and_no_alarm() {
    const WORDS: &str = "Esc again within a second";
    let mut run = Run::new(SHOW, false);
    run.keys("⎋");
    assert!(run.text(80, 24).contains(WORDS));
    run.keys("j");
    assert!(!run.text(80, 24).contains(WORDS));
    run.keys("⎋");
    run.app.say("the disk is full", handover::app::Tone::Alarm, run.machine_ns());
    run.keys("j");
    assert!(run.text(80, 24).contains("the disk is full"));
}

/// A cue that runs and two that come by themselves: one after a delay, one by the clock.
const BY_ITSELF: &str = r#"
title = "By itself"
[[segment]]
title = "One"
start = 21:00:00
duration = "10m"
cue = [
  { number = "1", title = "Rings", duration = "1m" },
  { number = "2", title = "Smoke", trigger = { with = "1", delay = "40s" } },
  { number = "3", title = "Tower", trigger = { at = 21:01:30 } },
  { number = "4", title = "Finale" },
]
"#;

#[test]
fn in_a_hold_the_screen_says_that_nothing_comes_by_itself() {
    let mut run = Run::new(BY_ITSELF, false);
    run.until(62.0);
    run.go();
    run.until(70.0);
    assert!(run.text(120, 36).contains("next by itself: 2 Smoke in 0:32"));
    run.keys("h");
    for (size, words) in [
        ((120, 36), "held: 2 Smoke waits, 0:32 left"),
        ((80, 24), "held: 2 Smoke waits, 0:32 left"),
        ((200, 60), "held: 2 Smoke waits, 0:32 left"),
    ] {
        let screen = run.text(size.0, size.1);
        assert!(screen.contains(words) && !screen.contains("by itself:"), "{size:?}:\n{screen}");
        assert!(screen.contains("held 0:32") && !screen.contains("in 0:32"), "{size:?}:\n{screen}");
    }
    // A delay stands still, and the clock on the wall does not: the cue by the clock comes next,
    // and is missed.
    run.until(145.0);
    let screen = run.text(120, 36);
    assert!(screen.contains("held: 3 Tower will be missed in 0:05"), "{screen}");
    assert!(run.text(80, 24).contains("held: 3 Tower missed in 0:05"), "{}", run.text(80, 24));
    run.until(151.0);
    let screen = run.text(120, 36);
    assert!(
        screen.contains("! 1 missed  3; select it: Enter then Space fire it, x skips it"),
        "{screen}"
    );
    assert!(screen.contains(" NEXT   4  Finale") && screen.contains("call in"), "{screen}");
    run.keys("p");
    let screen = run.text(120, 36);
    let mut lines = screen.lines();
    let is_missed = lines.any(|line| line.contains(" NEXT   3  Tower") && line.ends_with("missed"));
    assert!(is_missed && !screen.contains("call in"), "{screen}");
    run.keys("n");
    run.keys("h");
    assert!(run.text(120, 36).contains("next by itself: 2 Smoke in 0:32"), "{}", run.text(120, 36));
}

#[test]
fn an_override_warns_nobody() {
    let text = "title = \"x\"\n[department.a]\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
                cue = [{ number = \"1\", title = \"One\", needs = [\"a\"] }]\n";
    let mut run = Run::new(text, false);
    run.keys("orain⏎");
    let screen = run.text(120, 36);
    assert!(screen.contains(" NEXT   1  One") && screen.contains("◇ overridden"), "{screen}");
    assert!(!screen.contains("STANDBY"), "{screen}");
    run.keys("s");
    assert!(run.text(120, 36).contains(" STANDBY   1  One"));
}

#[test]
fn a_cue_that_would_fire_again_says_so_until_somebody_is_warned() {
    let text = "title = \"x\"\n[department.a]\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
                cue = [{ number = \"1\", title = \"One\" }]\n";
    let mut run = Run::new(text, false);
    run.until(2.0);
    run.go();
    run.keys("p");
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        assert_eq!(screen.matches(" AGAIN ").count(), 2, "the panel and the strip: {screen}");
        assert!(screen.contains("fired 20:59:02"), "{screen}");
    }
    run.keys("s");
    let screen = run.text(120, 36);
    assert!(screen.contains(" STANDBY   1  One") && screen.contains("fired 20:59:02"), "{screen}");
}

#[test]
fn a_panic_in_a_hold_says_that_the_hold_has_to_end_before_go() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n\
                cue = [{ number = \"1\", title = \"One\" }, { number = \"2\", title = \"Two\" }]\n";
    let mut run = Run::new(text, false);
    run.go();
    run.until(1.0);
    run.keys("⎋⎋");
    assert!(run.text(120, 36).contains("; Space continues the show"));
    run.keys("h");
    let screen = run.text(120, 36);
    assert!(screen.contains("; h, then Space continues the show"), "{screen}");
    assert!(screen.contains("h, then Space  continues with 2 Two"), "{screen}");
}

#[test]
fn a_panic_takes_the_picture_away_and_news_grows_old() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\ncue = [\
                { number = \"1\", title = \"One\", look = \"tower\" }, { number = \"2\", title = \"Two\" }]\n";
    let mut run = Run::new(text, false);
    run.until(60.0);
    run.go();
    run.until(63.0);
    assert!(run.text(120, 36).contains("1  One  just fired"));
    run.until(70.0);
    let screen = run.text(120, 36);
    assert!(
        screen.contains("1  One  fired 21:00:00") && !screen.contains("just fired"),
        "{screen}"
    );
    run.keys("⎋⎋");
    let screen = run.text(120, 36);
    assert!(screen.contains("2  Two  next") && !screen.contains("One  fired"), "{screen}");
    assert!(screen.contains("Space continues the show"), "{screen}");
}

#[test]
fn a_show_file_that_has_changed_since_the_run_began_stays_on_the_screen() {
    let mut run = Run::new(BY_ITSELF, false);
    run.app.show_alarm = Some("changed since the run began: the run keeps the old show".to_owned());
    run.until(600.0);
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        for page in handover::app::Page::ALL {
            run.app.page = *page;
            let screen = run.text(columns, rows);
            assert!(
                screen.contains("SHOW FILE  changed since the run began"),
                "{page:?}:\n{screen}"
            );
        }
    }
}
