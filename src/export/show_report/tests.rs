//! An evening, and its report computed by hand.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::engine::{Cause, Event, MissedWhy, Record, RunNs};
use crate::show::{CueNumber, file};

const SHOW: &str = r##"
title = "An evening"
date = 2024-08-11
timezone = "UTC"
[department.lx]
name = "Lights"
[department.snd]
name = "Sound"
[output.desk]
osc = "udp://127.0.0.1:8000"
[[segment]]
title = "Overture"
act = "Act one"
start = 20:00:00
duration = "10m"
[[segment.cue]]
number = "1"
title = "House to half"
needs = ["lx", "snd"]
do = [{ output = "desk", osc = "/a" }]
[[segment]]
title = "The garden"
duration = "20m"
[[segment.cue]]
number = "2"
title = "Moon"
[[segment]]
title = "The tower"
act = "Act two"
start = 20:45:00
duration = "30m"
[[segment.cue]]
number = "3"
title = "Storm"
duration = "10m"
"##;

fn number(text: &str) -> CueNumber {
    CueNumber::new(text).unwrap()
}

fn note(text: &str, cue: Option<&str>) -> Event {
    Event::NoteTaken { text: text.into(), cue: cue.map(number) }
}

/// The seconds after 20:00 of each event of an evening.
fn evening() -> Vec<(i64, Event)> {
    let clock: Timestamp = "2024-08-11T20:00:00Z".parse().unwrap();
    let started = Event::started(clock, false);
    let ns = |s: i64| RunNs::new(s * 1_000_000_000);
    let segment = |segment: u32, title: &str, s: i64| {
        (s, Event::SegmentStarted { segment, title: title.into(), due_ns: ns(s), retimed: false })
    };
    let ended = |segment: u32, s: i64| (s, Event::SegmentEnded { segment, due_ns: ns(s) });
    let fired = |cue: &str, s: i64| {
        let (cue, cause) = (number(cue), Cause::Go);
        (s, Event::CueFired { cue, cause, firing: 1, due_ns: ns(s), playhead_stays: false })
    };
    let failed = Event::ActionFailed {
        cue: number("1"),
        firing: 1,
        action: 1,
        output: "desk".into(),
        error: "no route".into(),
    };
    let missed =
        Event::CueMissed { cue: number("2"), why: MissedWhy::ProgramDown, due_ns: ns(700) };
    vec![
        (0, started),
        segment(1, "Overture", 130),
        fired("1", 130),
        (131, failed),
        (140, note("too dark", Some("1"))),
        (200, Event::Held {}),
        (210, note("the curtain is stuck", None)),
        (260, Event::Resumed {}),
        ended(1, 790),
        segment(2, "The garden", 790),
        (795, missed),
        (800, note("Sound: the owl is late", None)),
        ended(2, 1_990),
        segment(3, "The tower", 2_700),
        fired("3", 2_700),
    ]
}

fn report(events: Vec<(i64, Event)>) -> AsRun {
    report_of(SHOW, events)
}

fn report_of(show: &str, events: Vec<(i64, Event)>) -> AsRun {
    let show = Arc::new(file::parse(show, "UTC").unwrap());
    let clock: Timestamp = "2024-08-11T20:00:00Z".parse().unwrap();
    let records: Vec<Record> = (1..)
        .zip(events)
        .map(|(seq, (s, event))| {
            Record::new(
                seq,
                clock + jiff::SignedDuration::from_secs(s),
                RunNs::new(s * 1_000_000_000),
                event,
            )
        })
        .collect();
    AsRun::from(&show, "r", &records)
}

fn rows(report: &ShowReport, title: &str) -> Vec<Vec<String>> {
    let table = report.tables.iter().find(|table| table.title == title);
    table.unwrap_or_else(|| panic!("no table {title}")).rows.clone()
}

fn cells(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn acts_are_up_and_down_and_the_last_is_still_up() {
    let report = ShowReport::of(&report(evening()));
    // 31:00 from up to down, of which 30:00 were planned; nobody knows of the second act's end.
    assert_eq!(
        rows(&report, "Running times"),
        [
            cells(&["Act one", "20:02:10", "20:33:10", "31:00", "30:00", "+1:00"]),
            cells(&["Act two", "20:45:00", "–", "–", "30:00", "–"]),
            cells(&["all", "20:02:10", "–", "–", "1:15:00", "–"]),
        ]
    );
}

#[test]
fn what_began_a_minute_late_and_what_stopped_the_show_is_said_with_its_reason() {
    let report = ShowReport::of(&report(evening()));
    let late = rows(&report, "Late starts, a minute and more");
    assert_eq!(
        late,
        [
            cells(&["Overture", "20:00:00", "20:02:10", "+2:10"]),
            cells(&["The garden", "20:10:00", "20:13:10", "+3:10"]),
        ]
    );
    let stops = rows(&report, "Holds and stops");
    assert_eq!(stops, [cells(&["20:03:20", "held", "1:00", "the curtain is stuck"])]);
}

#[test]
fn a_hold_that_goes_on_has_no_length_yet() {
    let mut events = evening();
    events.retain(|(s, event)| *s <= 260 && *event != Event::Resumed {});
    let report = ShowReport::of(&report(events));
    assert_eq!(rows(&report, "Holds and stops")[0][2], "goes on");
}

#[test]
fn notes_go_to_the_departments_that_they_name_or_that_their_cue_needs() {
    let report = ShowReport::of(&report(evening()));
    let dark = cells(&["20:02:20", "1", "too dark"]);
    assert_eq!(rows(&report, "Notes for Lights"), std::slice::from_ref(&dark));
    let owl = cells(&["20:13:20", "–", "Sound: the owl is late"]);
    assert_eq!(rows(&report, "Notes for Sound"), [dark, owl]);
    let stuck = cells(&["20:03:30", "–", "the curtain is stuck"]);
    assert_eq!(rows(&report, "Notes for all"), [stuck]);
    let wrong = rows(&report, "What went wrong");
    assert_eq!(wrong[0], cells(&["20:02:10", "1", "House to half", "desk: failed: no route"]));
    assert_eq!(wrong[1][1..3], cells(&["2", "Moon"]));
    assert!(wrong[1][3].starts_with("missed: "), "{wrong:?}");
}

#[test]
fn a_stop_that_was_called_is_no_fault_and_a_panic_is_one() {
    let stopped = Event::CueStopped { cue: number("3"), by_player: false };
    for (event, is_fault) in [(stopped, false), (Event::Panicked {}, true)] {
        let mut events = evening();
        events.push((2_800, event));
        let wrong = rows(&ShowReport::of(&report(events)), "What went wrong");
        assert_eq!(wrong.iter().any(|row| row[1] == "3"), is_fault, "{wrong:?}");
    }
}

#[test]
fn a_ramp_that_a_panic_stops_on_its_way_went_wrong() {
    let ramp = r#"do = [{ output = "desk", osc = "/ch/01", ramp = [0.0, 1.0], over = "2m" }]"#;
    let show = format!("{SHOW}{ramp}\n");
    let stays = "ramp of cue 3 stays where it is: /ch/01";
    for (s, is_on_its_way) in [(2_819, true), (2_821, false)] {
        let mut events = evening();
        events.extend([(s, Event::Panicked {}), (s + 1, Event::Panicked {})]);
        let report = report_of(&show, events);
        let wrong = rows(&ShowReport::of(&report), "What went wrong");
        let told: Vec<_> = wrong.iter().filter(|row| row[3] == stays).collect();
        let expected = cells(&["20:46:59", "–", "panic", stays]);
        assert_eq!(told, if is_on_its_way { vec![&expected] } else { vec![] }, "{wrong:?}");
        let text = crate::export::text::write(&report, 80);
        assert_eq!(text.contains(&format!("at 20:46:59, panic: {stays}")), is_on_its_way, "{text}");
        let json = crate::export::json::write(&report);
        assert_eq!(json.contains(&format!("\"what\": \"{stays}\"")), is_on_its_way, "{json}");
    }
    // Who stops a cue by hand has seen its ramps, and the log says which.
    let stop = [(2_710, Event::CueStopped { cue: number("3"), by_player: false })];
    let report = report_of(&show, evening().into_iter().chain(stop).collect());
    assert_eq!(report.stopped_ramps, []);
}

#[test]
fn every_line_keeps_to_the_width_and_html_is_escaped() {
    let mut events = evening();
    events.push((2_800, note("<b>loud</b> & long: ".repeat(20).as_str(), None)));
    let run = report(events);
    for width in [70, 80, 200] {
        let text = super::text(&run, width);
        let wide = text.lines().find(|line| unicode_width::UnicodeWidthStr::width(*line) > width);
        assert_eq!(wide, None);
    }
    let page = super::html(&run);
    assert!(page.contains("&lt;b&gt;loud&lt;/b&gt; &amp; long") && !page.contains("<b>loud"));
    let whole = super::text(&run, 80);
    for words in ["Sunday, 11 August 2024", "20:00:00 to 21:15:00", "2 of 3 called"] {
        assert!(whole.contains(words), "{whole}");
    }
}
