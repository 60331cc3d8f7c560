//! The pages beside the run: the timeline, the outputs, the log.

use std::fmt::Write as _;

use handover::app::Page;
use handover::engine::Event;

use super::stage::{Run, SHOW, styles};
use super::{at_all_sizes, jump_on_standby};

/// The small show a minute before it begins, in the middle (called late, about to run into a hard start), and ended.
fn start_middle_end(page: Page) {
    let name = page.name().to_lowercase();
    let mut run = Run::new(SHOW, false);
    run.app.page = page;
    at_all_sizes(&format!("{name}-start"), &mut run);
    let mut run = jump_on_standby();
    run.app.page = page;
    run.keys(" s12");
    run.until(240.0);
    run.keys("3 ");
    run.sent("12", 1, Some("no route to host"));
    run.until(262.0);
    at_all_sizes(&format!("{name}-middle"), &mut run);
    insta::assert_snapshot!(format!("{name}-middle-120x36-styles"), styles(&run.drawn(120, 36)));
    run.until(330.0);
    run.keys(" mmm");
    run.until(420.0);
    run.keys(" ");
    run.until(500.0);
    run.keys(" ");
    run.until(600.0);
    assert!(run.state.has_ended());
    at_all_sizes(&format!("{name}-end"), &mut run);
}

#[test]
fn the_timeline_from_start_to_end() {
    start_middle_end(Page::Timeline);
}

#[test]
fn the_outputs_from_start_to_end() {
    start_middle_end(Page::Outputs);
}

#[test]
fn the_log_from_start_to_end() {
    start_middle_end(Page::Log);
}

/// A show of many segments of `duration`, each with one cue.
fn many(segments: usize, duration: &str, start: &str) -> String {
    let mut text = String::from("title = \"Many\"\ntimezone = \"Europe/Paris\"\ndate = 2024-08-11\n");
    for at in 1..=segments {
        let start = if at == 1 { start } else { "" };
        write!(text, "[[segment]]\ntitle = \"Part {at} 部\"\nduration = \"{duration}\"\n{start}\n").unwrap();
        writeln!(text, "[[segment.cue]]\nnumber = \"{at}\"\ntitle = \"Call {at}\"").unwrap();
    }
    text
}

#[test]
fn of_many_segments_the_running_one_is_in_sight_until_the_caller_scrolls() {
    let mut run = Run::new(&many(500, "10m", "start = 23:00:00"), true);
    run.app.page = Page::Timeline;
    for _ in 0..200 {
        run.until(run.now_ns as f64 / 1e9 + 600.0);
        run.go();
    }
    let number = run.state.current_segment().unwrap().0 + 1;
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        assert!(screen.contains(&format!("▶ Part {number} 部")), "{screen}");
        assert!(screen.contains("of 500"), "{screen}");
    }
    insta::assert_snapshot!("timeline-500-80x24", run.text(80, 24));
    // Scrolled, the page stays where it is, whatever runs.
    run.keys("j");
    let before = run.text(80, 24);
    assert!(before.contains("segments 1") && !before.contains("segments 1 to"), "{before}");
    run.keys("g");
    let first = run.text(80, 24);
    assert!(first.contains("Part 1 部") && first.contains("segments 1 to"), "{first}");
    assert!(first.contains("now ▸"), "{first}");
    run.until(run.now_ns as f64 / 1e9 + 600.0);
    run.go();
    assert!(run.text(80, 24).contains("segments 1 to"));
    run.keys("G");
    let last = run.text(80, 24);
    assert!(last.contains("Part 500 部") && last.contains("◂ now"), "{last}");
    run.keys("⇥⇥⇥⇥⇥⇥⇥");
    assert!(run.text(80, 24).contains(&format!("▶ Part {} 部", number + 1)));
}

#[test]
fn the_axis_goes_over_midnight_and_over_days() {
    let mut run = Run::new(&many(6, "20m", "start = 23:00:00"), true);
    run.app.page = Page::Timeline;
    run.go();
    run.until(300.0);
    let night = run.text(80, 24);
    ["23:00", "23:30", "00:30", "Aug 12"].iter().for_each(|word| assert!(night.contains(word), "no {word}:\n{night}"));
    insta::assert_snapshot!("timeline-night-80x24", night);

    let mut run = Run::new(&many(6, "12h", "start = 23:00:00"), true);
    run.app.page = Page::Timeline;
    run.go();
    run.until(300.0);
    let days = run.text(120, 36);
    ["Aug 12", "Aug 13", "Aug 14"].iter().for_each(|word| assert!(days.contains(word), "no {word}:\n{days}"));
    insta::assert_snapshot!("timeline-days-120x36", days);
}

#[test]
fn a_show_of_a_minute_that_nothing_ties_to_the_clock() {
    let mut run = Run::new(&many(3, "20s", ""), true);
    run.app.page = Page::Timeline;
    let before = run.text(80, 24);
    assert!(before.contains("T+0:00") && before.contains("T+0:40"), "{before}");
    insta::assert_snapshot!("timeline-untied-80x24", before);
    run.until(7.0);
    run.go();
    run.until(20.0);
    let tied = run.text(80, 24);
    assert!(tied.contains("22:59:07") && !tied.contains("T+"), "{tied}");
}
