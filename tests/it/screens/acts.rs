//! Acts on the screens: the time left of the running one, its end, and when the next one begins.

use handover::app::Page;
use handover::app::board::Board;
use jiff::SignedDuration;

use super::stage::Run;

/// Act one is planned from 21:00:00 to 21:05:00, the interval until 21:15:00, and act two has a hard start.
const ACTS: &str = r#"
title = "Two acts"
timezone = "UTC"
date = 2024-08-11
[[segment]]
title = "Overture"
start = 21:00:00
duration = "2m"
act = "Act one"
cue = [{ number = "1", title = "Curtain up" }]
[[segment]]
title = "Scene"
duration = "3m"
cue = [{ number = "2", title = "Curtain down" }]
[[segment]]
title = "Interval"
duration = "10m"
act = "Interval"
[[segment]]
title = "Finale"
start = 21:20:00
duration = "5m"
act = "Act two"
cue = [{ number = "3", title = "Bows" }]
"#;

#[test]
fn the_running_act_says_what_is_left_and_how_far_its_end_is_from_the_plan() {
    let mut run = Run::new(ACTS, false);
    assert_eq!(run.state.running_act(), None);
    run.until(60.0);
    run.go();
    run.until(120.0);
    let line = "act  4:00 left of 5:00  ends 21:05:00  Act one";
    assert!(run.text(120, 36).contains(line), "{}", run.text(120, 36));
    // 30 s more for the overture: the act ends later, and the hard start of act two absorbs it.
    run.keys("+");
    let screen = run.text(120, 36);
    assert!(screen.contains("act  4:30 left of 5:00  +0:30  ends 21:05:30  Act one"), "{screen}");
    let show = run.state.show();
    let timing = run.state.projection(run.now_ns);
    let over: Vec<_> = show
        .acts()
        .map(|act| run.state.act_timing(&act, &timing, run.now_ns).over.as_secs())
        .collect();
    assert_eq!(over, [30, 30, 0]);
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let page = Page::Timeline;
        run.app.page = page;
        let timeline = run.text(columns, rows);
        for words in ["▶ Act one  ends 21:05:30", "├ Act one", "├ Interval", "├ Act two"] {
            assert!(timeline.contains(words), "{words} at {columns}x{rows}\n{timeline}");
        }
        let has_over = timeline.contains("left    4:30  +0:30");
        assert_eq!(has_over, columns > 80, "{columns}x{rows}\n{timeline}");
        run.app.page = Page::Run;
    }
    // The overture goes on past its time, and the scene of three minutes is still to come.
    run.until(60.0 + 310.0);
    let act = run.state.running_act().unwrap();
    assert_eq!(act.name, Some("Act one"));
    let timing = run.state.act_timing(&act, &run.state.projection(run.now_ns), run.now_ns);
    let left = timing.ends_ns.until(run.now_ns);
    assert_eq!((left.as_secs(), timing.over), (180, SignedDuration::from_secs(190)));
}

#[test]
fn a_board_names_the_act_that_comes_next() {
    let mut run = Run::new(ACTS, false);
    run.until(60.0);
    run.go();
    let board = Board::of(&run.state, run.now_ns);
    let later: Vec<&str> = board.later.iter().map(|(_, title)| title.as_str()).collect();
    // An act of one segment with the same name is named once.
    assert_eq!(later, ["Interval", "Act two · Finale"]);
    run.until(180.0);
    run.go();
    run.until(60.0 + 320.0);
    let board = Board::of(&run.state, run.now_ns);
    let next = board.next.as_ref().unwrap();
    assert_eq!(next.segment.as_deref(), Some("Act two · Finale"));
    let at = next.at.unwrap().to_string();
    assert_eq!(at, "2024-08-11T21:20:00Z");
}
