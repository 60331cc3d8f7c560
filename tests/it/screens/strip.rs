//! The strip and the row of alarms: always in sight, and always in their place.

use handover::app::Page;
use handover::output::Light;
use handover::show::file;

use super::stage::{Run, SHOW};
use super::{SIZES, jump_on_standby};

/// The row of a page on which the strip stands, and what a small window has in its place: its first
/// rows, without the big digits.
fn strip(run: &mut Run, columns: u16, rows: u16) -> String {
    let screen = run.text(columns, rows);
    match columns < 60 || rows < 16 {
        true => screen.lines().take(7).collect(),
        false => screen.lines().nth(usize::from(rows) - 3).unwrap_or_default().to_owned(),
    }
}

#[test]
fn every_page_at_every_size_says_what_is_on_air_and_what_go_fires() {
    let mut run = jump_on_standby();
    run.keys("s13");
    for &page in Page::ALL {
        run.app.page = page;
        for (columns, rows) in SIZES {
            let next = strip(&mut run, columns, rows);
            // A countdown of big digits is told by what stands beside it.
            let left = if next.contains("elapsed") { "elapsed 0:13" } else { "1:17" };
            for words in ["The jump", left, "STANDBY  12 Tom Cr", "2 of 3", "“Stunts"] {
                assert!(next.contains(words), "{page:?} at {columns}×{rows}, no {words:?}: {next}");
            }
        }
    }
    run.keys("2 ");
    run.until(210.4);
    for &page in Page::ALL {
        run.app.page = page;
        for (columns, rows) in SIZES {
            let fired = strip(&mut run, columns, rows);
            let is_big = fired.contains("elapsed");
            let left = if is_big { "elapsed 0:15" } else { "0:30  12 Tom Cruise" };
            for words in [left, "12", "Tom Cruise", "NEXT  20 Five rings", "“Rings"] {
                assert!(
                    fired.contains(words),
                    "{page:?} at {columns}×{rows}, no {words:?}: {fired}"
                );
            }
        }
    }
}

#[test]
fn the_strip_follows_the_playhead_on_a_page_that_shows_none() {
    let mut run = jump_on_standby();
    run.app.page = Page::People;
    for (key, next) in
        [("n", "NEXT  13 He lands"), ("n", "NEXT  20 Five rings"), ("p", "NEXT  13 He lands")]
    {
        run.keys(key);
        for (columns, rows) in SIZES {
            let strip = strip(&mut run, columns, rows);
            assert!(strip.contains(next), "{columns}×{rows}: {strip}");
        }
    }
}

#[test]
fn an_alarm_moves_nothing() {
    for &page in Page::ALL {
        let mut run = jump_on_standby();
        run.app.page = page;
        for (columns, rows) in SIZES {
            let quiet = run.text(columns, rows);
            run.app.journal_alarm = Some("the disk is full".into());
            let loud = run.text(columns, rows);
            run.app.journal_alarm = None;
            assert!(
                loud.contains("JOURNAL  the disk is full"),
                "{page:?} at {columns}×{rows}:\n{loud}"
            );
            let changed =
                quiet.lines().zip(loud.lines()).filter(|(quiet, loud)| quiet != loud).count();
            assert_eq!(changed, 1, "{page:?} at {columns}×{rows}:\n{quiet}\n{loud}");
        }
    }
}

#[test]
fn answers_that_come_move_nothing() {
    let mut run = jump_on_standby();
    for (columns, rows) in SIZES {
        let places = |run: &mut Run| {
            let screen = run.text(columns, rows);
            // The log tells of each answer as well, below the rundown.
            let panel = screen.lines().map(|line| line.rsplit('│').next().unwrap_or_default());
            let place = |words: &str| panel.clone().position(|line| line.contains(words));
            ["Stunts", "Rigging", "Medical", "b backup", "then", "Wind limit"].map(place)
        };
        let before = places(&mut run);
        for key in ["s", "1", "2", "3", "3", "2", "1"] {
            run.keys(key);
            assert_eq!(places(&mut run), before, "{columns}×{rows} after {key}");
        }
        run = jump_on_standby();
    }
}

/// A cue with a call of many words, and so many departments.
fn wordy(count: usize) -> String {
    let mut text = String::from("title = \"Wordy\"\n");
    for at in 1..=count {
        text += &format!("[department.d{at}]\nname = \"Department {at}\"\n");
    }
    let call = "word ".repeat(30);
    let needs: Vec<_> = (1..=count).map(|at| format!("\"d{at}\"")).collect();
    text + &format!(
        "[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n[[segment.cue]]\nnumber = \"1\"\ntitle = \"All of it\"\n\
         call = \"{call}last\"\nneeds = [{}]\n[[segment.cue]]\nnumber = \"1B\"\ntitle = \"Plan B\"\nbackup_for = \"1\"\n",
        needs.join(", ")
    )
}

#[test]
fn the_call_and_all_departments_are_whole() {
    let mut run = Run::new(&wordy(9), false);
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        let words = (1..=9)
            .map(|at| format!("Department {at}"))
            .chain(["last”".into(), "b backup  1B Plan B".into()]);
        for words in words {
            assert!(screen.contains(&words), "{columns}×{rows}, no {words}:\n{screen}");
        }
    }
}

#[test]
fn only_the_first_nine_departments_show_a_key_of_their_own() {
    let mut run = Run::new(&wordy(12), false);
    // So that a blank is after each name, at the end of a row as well.
    let screen = run.text(200, 60).replace('\n', " \n");
    let before = |at: usize| {
        let words = format!(" · Department {at} ");
        screen
            .split_once(&words)
            .unwrap_or_else(|| panic!("no {words}:\n{screen}"))
            .0
            .chars()
            .last()
    };
    let keys: Vec<_> = (1..=12).filter_map(before).collect();
    assert_eq!(keys.iter().collect::<String>(), "123456789   ");
}

#[test]
fn where_departments_are_cut_those_not_ready_come_first() {
    let mut run = Run::new(&wordy(9), false);
    run.keys("s12345678");
    let screen = run.text(60, 16);
    assert!(screen.contains("Department 9") && screen.contains(" more"), "{screen}");
    assert!(screen.contains("8 of 9 ready"), "{screen}");
}

#[test]
fn in_panic_nothing_claims_to_be_on_air() {
    let mut run = Run::new(SHOW, false);
    run.until(62.0);
    run.go();
    run.until(70.0);
    run.keys("⎋⎋");
    assert!(run.state.is_panicked());
    for (columns, rows) in SIZES {
        let screen = run.text(columns, rows);
        assert!(
            screen.contains("PANIC") && !screen.contains("ON AIR"),
            "{columns}×{rows}:\n{screen}"
        );
        let strip = strip(&mut run, columns, rows);
        assert!(strip.contains("stop sent to") || strip.contains("no stop message for"), "{strip}");
    }
}

#[test]
fn a_call_that_is_overdue_says_by_how_much() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"One\"\nduration = \"1m\"\n\
        cue = [{ number = \"1\", title = \"a\" }]\n\
        [[segment]]\ntitle = \"Two\"\nduration = \"1m\"\ncue = [{ number = \"2\", title = \"b\" }]\n";
    let panel = |text: &str, seconds: f64, goes: bool| {
        let mut run = Run::new(text, false);
        if goes {
            run.go();
        }
        run.until(seconds);
        run.text(120, 36)
    };
    assert!(panel(text, 40.0, true).contains("call in 0:20"), "{}", panel(text, 40.0, true));
    assert!(panel(text, 80.0, true).contains("late 0:20"), "{}", panel(text, 80.0, true));
    // Before a show that should have begun: the run opens at 22:59:00.
    let tied = text.replacen("duration", "start = 22:59:30\nduration", 1);
    let tied = format!("timezone = \"Europe/Paris\"\n{tied}");
    assert!(panel(&tied, 10.0, false).contains("call in 0:20"), "{}", panel(&tied, 10.0, false));
    assert!(panel(&tied, 50.0, false).contains("late 0:20"), "{}", panel(&tied, 50.0, false));
}

#[test]
fn what_is_down_stays_in_sight_in_a_small_window_beside_clock_and_auto() {
    let mut run =
        Run::opened(file::parse(SHOW, "UTC").unwrap(), false, true, "2024-08-11T20:59:00Z");
    run.app.clock_ahead_ns = 3_600_000_000_000;
    run.app.outputs[1].light = Light::Down;
    let screen = run.text(50, 12);
    assert!(screen.contains("1 of 2 down") || screen.contains("1 down"), "{screen}");
    run.app.outputs[1].light = Light::Ok;
    assert!(run.text(50, 12).contains("CLOCK"), "{}", run.text(50, 12));
}
