//! The end card: what the night was.

use super::stage::{LOG, Run, SHOW};
use super::{at_the_end, jump_on_standby};

#[test]
fn the_end_card_says_what_the_night_was_and_what_to_type_next() {
    let mut run = at_the_end();
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        // Called: 1, 12, 20, 21, 30; by themselves: 1.5, 2, 3, 13. The last began 80 seconds late.
        for words in [
            "ENDED   Show ended 23:08:20",
            "over the plan",
            "5 called  4 by themselves",
            "longest late  30  House lights up  +1:20",
            "failed        nothing",
            "OVER / UNDER",
            "handover report   what happened when",
            "handover --resume resumes a run you left",
        ] {
            assert!(screen.contains(words), "{columns}×{rows}, no {words:?}:\n{screen}");
        }
        assert!(!screen.contains("ON AIR") && !screen.contains("NEXT"), "{screen}");
    }
    // In much room it names every cue that came late, the latest first.
    let large = run.text(200, 60);
    let late = large.lines().skip_while(|line| !line.contains("LATEST CUES")).nth(1);
    for words in ["30 ", "House lights up", "planned 2", "+1:20"] {
        assert!(late.unwrap_or_default().contains(words), "no {words:?}:\n{large}");
    }
    let small = run.text(50, 12);
    assert!(small.contains("longest late  30") && small.contains("handover report"), "{small}");
}

#[test]
fn the_log_below_a_short_rundown_stays_after_the_end() {
    let cues: Vec<_> = (1..=3).map(|n| format!("{{ number = \"{n}\", title = \"C\" }}")).collect();
    let show = format!(
        "title = \"Short\"\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\ncue = [{}]\n",
        cues.join(", ")
    );
    let mut run = Run::new(&show, false);
    for seconds in [10.0, 20.0, 30.0] {
        run.until(seconds);
        run.go();
    }
    run.until(70.0);
    assert!(run.state.has_ended());
    let log = run.text_of(LOG, 200, 60);
    for words in ["cue 1 fired", "cue 2 fired", "cue 3 fired"] {
        assert!(log.contains(words), "no {words:?}:\n{log}");
    }
}

#[test]
fn the_end_card_names_what_failed_was_skipped_and_was_passed_over() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.sent("12", 1, Some("no route to host"));
    run.until(315.0);
    run.keys("x");
    let last = run.state.show().cue_indices().last().unwrap();
    run.app.cursor = Some(last);
    run.keys("⏎ ");
    run.until(600.0);
    assert!(run.state.has_ended());
    let screen = run.text(120, 36);
    for words in ["3 called", "1 skipped", "1 passed over", "failed        1  lights of cue 12"] {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
}

#[test]
fn a_night_on_time_is_not_said_to_be_late() {
    let mut run = Run::new(SHOW, true);
    run.until(60.0);
    run.keys(" ");
    run.until(200.0);
    run.keys("s123 ");
    run.until(300.0);
    run.keys(" mmm");
    run.until(390.0);
    run.keys(" ");
    run.until(420.0);
    run.keys(" ");
    run.until(500.0);
    assert!(run.state.has_ended());
    let screen = run.text(120, 36);
    assert!(screen.contains("on time") && screen.contains("no cue was late"), "{screen}");
}
