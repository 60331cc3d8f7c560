//! Whole seconds: every view of a run says the same of it, whatever the fractions.

use jiff::SignedDuration;

use handover::app::Page;
use handover::app::board::{Board, Stage};
use handover::engine::RunNs;
use handover::export::asrun::AsRun;
use handover::export::text;
use handover::show::{duration, file};

use super::stage::Run;

const SHOW: &str = r#"
title = "Fractions"
timezone = "Europe/Paris"
[[segment]]
title = "One"
start = 20:00:00
duration = "20s"
cue = [{ number = "1", title = "A" }]
[[segment]]
title = "Two"
duration = "20s"
cue = [{ number = "2", title = "B" }]
"#;

/// The word in `text` after `label`, blanks and colons left out.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    rest.split_whitespace().next()
}

#[test]
fn header_strip_timeline_board_and_report_agree_over_odd_fractions() {
    let mut fractions = (0..10).flat_map(|clock| (0..10).map(move |go| (clock, go)));
    let mut seen = std::collections::BTreeSet::new();
    for (clock, go) in fractions.by_ref() {
        let show = file::parse(SHOW, "UTC").unwrap();
        let mut run = Run::opened(show, false, false, &format!("2024-08-11T17:59:50.{clock}37Z"));
        // Early or late by some seconds and a fraction; then so that the second segment is cut or
        // stretched.
        run.until(7.0 + f64::from(go) * 0.61);
        run.keys(" ");
        run.until(24.0 + f64::from(go) * 1.37);
        run.keys(" ");
        run.until(120.0);
        assert!(run.state.has_ended());
        let at = format!("clock .{clock}37, GO {go}");
        let report = text::write(&AsRun::from(run.state.show(), "x", &run.records), 120);
        let over = ["Over ", "Under ", "On time "]
            .iter()
            .find_map(|label| after(&report, label))
            .unwrap_or_default();
        seen.insert(over.to_owned());
        let screen = run.text(120, 36);
        let header = screen.lines().nth(1).unwrap_or_default();
        assert!(header.contains(over), "{at}: the report says {over}\n{report}\n{screen}");
        let timing = run.state.projection(run.now_ns);
        let clock_at = |ns: RunNs| run.state.wall(ns).as_second();
        let apart = clock_at(timing.end_ns) - clock_at(timing.planned_end_ns);
        assert_eq!(
            over,
            duration::over_under(SignedDuration::from_secs(apart)),
            "{at}: as somebody subtracts the times"
        );
        let Stage::Ended { over: by, .. } = Board::of(&run.state, run.now_ns).stage else {
            panic!("{at}")
        };
        assert_eq!(duration::over_under(by), over, "{at}: the board");
        run.app.page = Page::Timeline;
        let timeline = run.text(120, 36);
        assert!(timeline.contains(&format!("Show ended  {over}")), "{at}: the strip\n{timeline}");
        let took: Vec<_> = timeline
            .match_indices("took ")
            .map(|(at, _)| after(&timeline[at..], "took "))
            .collect();
        assert_eq!(took.len(), 2, "{at}\n{timeline}");
        for took in took.into_iter().flatten() {
            assert!(
                report.contains(&format!(" {took} of 0:20")),
                "{at}: the timeline says {took}\n{report}\n{timeline}"
            );
        }
    }
    assert!(seen.len() > 3, "the fractions make a difference: {seen:?}");
}

#[test]
fn the_curve_of_the_timeline_says_what_the_header_says() {
    let mut seen = std::collections::BTreeSet::new();
    for (clock, go) in (0..10).flat_map(|clock| (0..10).map(move |go| (clock, go))) {
        let show = file::parse(SHOW, "UTC").unwrap();
        let mut run = Run::opened(show, false, false, &format!("2024-08-11T17:59:00.{clock}37Z"));
        run.until(1.0 + f64::from(go) * 0.61);
        run.keys(" ");
        run.app.page = Page::Timeline;
        let screen = run.text(120, 36);
        let header = screen.lines().nth(1).and_then(|line| after(line, "under "));
        let curve = screen.lines().skip(3).find_map(|line| after(line, "  under "));
        assert!(header.is_some() && curve == header, "{header:?}, {curve:?}\n{screen}");
        seen.extend(header.map(str::to_owned));
    }
    assert!(seen.len() > 3, "the fractions make a difference: {seen:?}");
}
