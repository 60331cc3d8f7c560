//! One evening in all three forms, its expected rows computed by hand.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::date;
use unicode_width::UnicodeWidthStr;

use super::asrun::{AsRun, CueOutcome, EMBARGOED};
use super::{csv, json, text};
use crate::conductor::{Conductor, ConductorInput, ConductorOutput, RunClock};
use crate::engine::{Cause, Event, MissedWhy, Origin, Record, RunNs, State, UnknownEvent};
use crate::show::duration::HOUR_NS;
use crate::show::{CueNumber, Show, StationName, file};
use crate::time::MachineNs;

const SHOW: &str = r##"
title = 'Die Übergabe, "Paris to L. A."'
date = 2024-08-11
timezone = "Europe/Paris"
[output.lights]
osc = "udp://127.0.0.1:8000"
[output.sound]
osc = "udp://127.0.0.1:8001"

[[segment]]
title = "Opening, 引き継ぎ式典"
start = 23:58:00
duration = "2m"
[[segment.cue]]
number = "1"
title = '=Lights "up"'
planned = "10s"
duration = "30s"
do = [
  { output = "lights", osc = "/a" },
  { output = "lights", osc = "/b" },
  { output = "sound", osc = "/c" },
]
[[segment.cue]]
number = "2"
title = "Fanfare"
trigger = { with = "1", delay = "5s" }
[[segment.cue]]
number = "3"
title = "Off the roof"
planned = "40s"
[[segment.cue]]
number = "3A"
title = "Off the roof, played in"
backup_for = "3"
[[segment.cue]]
number = "4"
title = "Doves"
planned = "50s"
[[segment.cue]]
number = "5"
title = "The secret guest"
planned = "1m"
embargo = true

[[segment]]
title = "The jump"
duration = "1m"
[[segment.cue]]
number = "10"
title = "Flag"
[[segment.cue]]
number = "11"
title = "Wire"
trigger = { into = "30s" }
[[segment.cue]]
number = "12"
title = "Cafe\u0301 rings"
planned = "45s"
steps = [{ title = "a" }, { title = "b" }, { title = "c" }, { title = "d" }, { title = "e" }]
[[segment.cue]]
number = "12B"
title = "Rings, played in"
backup_for = "12"
"##;

pub(super) fn show(text: &str) -> Arc<Show> {
    Arc::new(file::parse(text, "UTC").unwrap_or_else(|problems| panic!("{problems:?}")))
}

fn cue(number: &str) -> CueNumber {
    CueNumber::new(number).unwrap()
}

fn ns(ms: u64) -> RunNs {
    RunNs::ZERO + Duration::from_millis(ms)
}

/// Records of events at milliseconds of the run.
pub(super) fn records(events: Vec<(u64, Event)>) -> Vec<Record> {
    let opened: Timestamp = "2024-08-11T21:50:00Z".parse().unwrap();
    let record = |(at, (ms, event)): (usize, (u64, Event))| {
        let wall = opened + jiff::SignedDuration::from_millis(ms as i64);
        Record::new(at as u64 + 1, wall, ns(ms), event)
    };
    events.into_iter().enumerate().map(record).collect()
}

pub(super) fn run_started() -> Event {
    Event::RunStarted {
        show: "Die Übergabe".into(),
        source: "show.toml".into(),
        rehearsal: false,
        speed: 1,
        auto: false,
        clock: "2024-08-11T21:50:00Z".parse().unwrap(),
        day: date(2024, 8, 11),
        version: "0".into(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    }
}

fn fired(number: &str, cause: Cause, firing: u32, ms: u64) -> (u64, Event) {
    (ms, Event::CueFired { cue: cue(number), cause, firing, due_ns: ns(ms), playhead_stays: false })
}

pub(super) fn completed(number: &str, ms: u64) -> (u64, Event) {
    (ms, Event::CueCompleted { cue: cue(number), due_ns: ns(ms) })
}

fn started(segment: u32, ms: u64) -> (u64, Event) {
    (ms, Event::SegmentStarted { segment, title: String::new(), due_ns: ns(ms), retimed: false })
}

pub(super) fn ended(segment: u32, ms: u64) -> (u64, Event) {
    (ms, Event::SegmentEnded { segment, due_ns: ns(ms) })
}

fn sent(firing: u32, action: u32, ms: u64) -> (u64, Event) {
    (ms, Event::ActionSent { cue: cue("1"), firing, action, output: "lights".into() })
}

fn note(text: &str, at: Option<&str>, ms: u64) -> (u64, Event) {
    (ms, Event::NoteTaken { text: text.into(), cue: at.map(cue) })
}

pub(super) fn step(step: u32, ms: u64) -> (u64, Event) {
    (ms, Event::StepDone { cue: cue("12"), step, title: String::new() })
}

/// The evening up to 0:01:00 behind midnight, where it breaks off.
pub(super) fn evening() -> Vec<(u64, Event)> {
    let error = "no route, to host".into();
    vec![
        (0, run_started()),
        started(1, 482_500),
        fired("1", Cause::Go, 1, 490_250),
        sent(1, 1, 490_251),
        (
            490_260,
            Event::ActionFailed {
                cue: cue("1"),
                firing: 1,
                action: 2,
                output: "lights".into(),
                error,
            },
        ),
        fired("2", Cause::Follow, 1, 495_250),
        completed("2", 495_250),
        note("wind \"7\", gusts\nto 9", Some("1"), 500_000),
        completed("1", 520_250),
        (521_000, Event::CueSwapped { cue: cue("3"), by: cue("3A"), not_followed: vec![] }),
        fired("3A", Cause::Go, 1, 522_000),
        completed("3A", 522_000),
        (525_000, Event::CueSkipped { cue: cue("4") }),
        (530_000, Event::Held {}),
        (540_000, Event::Resumed {}),
        fired("1", Cause::Remote, 2, 545_000),
        sent(2, 1, 545_000),
        sent(2, 2, 545_000),
        sent(2, 3, 545_000),
        (550_000, Event::Panicked {}),
        (550_000, Event::PanicSent { output: "lights".into() }),
        (550_200, Event::PanicFailed { output: "sound".into(), error: "no route, to host".into() }),
        ended(1, 600_500),
        started(2, 600_500),
        fired("10", Cause::Go, 1, 600_500),
        completed("10", 600_500),
        (
            640_000,
            Event::RunResumed {
                down_ns: 20_000_000_000,
                listen: None,
                web: None,
                gap: false,
                auto: false,
            },
        ),
        (
            640_001,
            Event::CueMissed { cue: cue("11"), why: MissedWhy::ProgramDown, due_ns: ns(630_500) },
        ),
        (645_000, Event::InterlockOverridden { cue: cue("11"), reason: "wind ok".into() }),
        fired("11", Cause::Go, 1, 650_000),
        completed("11", 650_000),
        note("-7 °C", None, 655_000),
        fired("12", Cause::Auto, 1, 656_750),
        step(1, 657_000),
        step(2, 658_000),
        step(3, 660_000),
    ]
}

pub(super) fn report(events: Vec<(u64, Event)>) -> AsRun {
    AsRun::from(&show(SHOW), "20240811-235000", &records(events))
}

#[test]
fn a_segment_says_when_the_caller_changed_its_times() {
    let mut events: Vec<_> = evening().into_iter().take_while(|(ms, _)| *ms < 500_000).collect();
    let nudged = |by_ns, time_up| Event::SegmentNudged { segment: 1, by_ns, time_up };
    let set = Event::Retimed {
        segment: 1,
        cue: Some(cue("3")),
        into_ns: 0,
        begins: false,
        due_ns: ns(502_000),
    };
    events.extend([
        (500_000, nudged(30_000_000_000, false)),
        (501_000, nudged(-75_500_000_000, true)),
        (502_000, set),
    ]);
    let run = report(events);
    let note =
        "running; nudged +0:30 at 23:58:20; nudged −1:15 at 23:58:21; set to cue 3 at 23:58:22";
    assert_eq!(run.segments[0].note(), note);
    let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for page in [text::write(&run, 120), csv::write(&run), crate::export::html::write(&run)] {
        assert!(flat(page.clone()).contains(note), "{page}");
    }
    assert!(json::write(&run).contains("nudged −1:15 at 23:58:21"));
}

#[test]
fn a_shared_run_says_whose_copy_it_is_and_where_its_flag_was() {
    let name = |text| StationName::new(text).unwrap();
    let events = vec![
        (0, run_started()),
        (60_000, Event::FlagPassed { to: name("la"), next_term: 2, from_ns: ns(61_000) }),
        (
            120_000,
            Event::FlagTaken {
                from: name("la"),
                reason: "the line is dead".into(),
                silent_ns: 12_400_000_000,
            },
        ),
        (121_000, Event::StationWarned { by: name("la"), late_ns: 0 }),
    ];
    let mut records = records(events);
    for (record, (station, term)) in
        records.iter_mut().zip([("paris", 1), ("paris", 1), ("paris", 3), ("paris", 3)])
    {
        record.origin = Some(Arc::new(Origin::new(station, term)));
    }
    let run = AsRun::from(&show(SHOW), "20240811-235000@la", &records);
    let written = text::write(&run, 100);
    for line in [
        "As-run report of run 20240811-235000 (copy of station la): live",
        "Flag       23:50:00, paris began the run with it",
        "Flag       23:51:01, paris passed it to la",
        "Flag       23:52:00, paris took it from la, silent for 0:12: the line is dead",
        "Warning    23:52:01, la said that something is wrong",
    ] {
        assert!(written.lines().any(|written| written == line), "{line}\n{written}");
    }
    let value: serde_json::Value = serde_json::from_str(&json::write(&run)).unwrap();
    assert_eq!(value["copy_of_station"], "la");
    let (at, none) = ("2024-08-11T23:50:00.000+02:00", serde_json::Value::Null);
    let expected = serde_json::json!([
        {"at": at, "term": 1, "station": "paris", "how": "began", "from": none, "reason": none,
         "silent": none},
        {"at": "2024-08-11T23:51:01.000+02:00", "term": 2, "station": "la", "how": "passed",
         "from": "paris", "reason": none, "silent": none},
        {"at": "2024-08-11T23:52:00.000+02:00", "term": 3, "station": "paris", "how": "taken",
         "from": "la", "reason": "the line is dead", "silent": 12.4},
    ]);
    assert_eq!(value["flag"], expected);
    let warned = serde_json::json!([{"at": "2024-08-11T23:52:01.000+02:00", "station": "la"}]);
    assert_eq!(value["warnings"], warned);
    // Of a run that is not shared the keys are there too.
    let alone: serde_json::Value = serde_json::from_str(&json::write(&report(evening()))).unwrap();
    assert_eq!(alone["flag"], serde_json::json!([]));
    assert!(alone.as_object().unwrap().contains_key("copy_of_station"));
    assert!(alone["copy_of_station"].is_null());
}

#[test]
fn csv_of_an_unfinished_evening() {
    let written = csv::write(&report(evening()));
    let expected = include_str!("tests/evening.csv");
    for (at, (line, expected)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(line, expected, "line {}", at + 1);
    }
    assert_eq!(written, expected);
}

#[test]
fn free_text_never_becomes_a_formula_and_numbers_stay_numbers() {
    let mut run = report(evening());
    run.segments.truncate(1);
    run.segments[0].title = "@home".into();
    run.segments[0].cues.truncate(1);
    run.segments[0].cues[0].number = "-5".into();
    run.segments[0].cues[0].remarks = vec!["\tx".into()];
    run.segments[0].cues[0].lost.clear();
    run.segments[0].cues[0].difference_ms = Some(-3_250);
    let written = csv::write(&run);
    assert!(written.contains("\n'@home,,'@home,"), "{written}");
    assert!(written.contains("\n'@home,-5,"), "{written}");
    assert!(written.ends_with(",30.000,30.000,-3.250,go,'\tx\n"), "{written}");
    run.segments[0].cues[0].number = "=A1".into();
    assert!(csv::write(&run).contains("\n'@home,'=A1,"));
}

#[test]
fn differences_add_up_with_the_times_beside_them() {
    let mut run = report(evening());
    let at = |text: &str| Some(text.parse::<jiff::ZonedDateTime>().unwrap());
    let segment = &mut run.segments[0];
    (segment.planned_ms, segment.actual_ms, segment.difference_ms) =
        (120_000, Some(61_900), Some(-58_100));
    // It began at 23:58:02.500, so that it ended at 23:59:04.400.
    assert_eq!(
        segment.shown_difference_ms(),
        Some(-58_000),
        "1:02 of 2:00, as from 23:58:02 to 23:59:04"
    );
    let cue = &mut segment.cues[0];
    cue.planned_start = at("2024-08-11T22:50:00+02:00[Europe/Paris]");
    cue.actual_start = at("2024-08-11T22:49:00.250+02:00[Europe/Paris]");
    cue.difference_ms = Some(-59_750);
    assert_eq!(cue.shown_difference_ms(), Some(-60_000), "22:49:00 for 22:50:00");
}

#[test]
fn an_unfinished_run_tells_where_it_stood() {
    let run = report(evening());
    assert!(!run.finished);
    assert_eq!(csv::rfc3339(run.end.as_ref().unwrap()), "2024-08-12T00:01:00.500+02:00");
    assert_eq!(
        (run.over_ms, run.held_ms, run.hold_rows.len(), run.panics.len()),
        (Some(500), 10_000, 1, 1)
    );
    assert_eq!(csv::rfc3339(&run.downtimes[0].from), "2024-08-12T00:00:20.000+02:00");
    assert_eq!(run.downtimes[0].down_ms, 20_000);
    let guest = run.cues().find(|cue| cue.number == "5").unwrap();
    assert_eq!((guest.title.as_str(), guest.outcome), (EMBARGOED, CueOutcome::NotCalled));
}

#[test]
fn a_finished_run_ends_where_its_last_segment_did() {
    let end = [step(4, 661_000), step(5, 670_000), completed("12", 670_000), ended(2, 670_000)];
    let events =
        [evening(), end.to_vec(), vec![(670_400, Event::RunEnded { over_ns: 10_000_000_000 })]]
            .concat();
    let run = report(events);
    assert!(run.finished);
    assert_eq!(run.over_ms, Some(10_000));
    assert_eq!(run.segments[1].difference_ms, Some(9_500));
    let rings = run.cues().find(|cue| cue.number == "12").unwrap();
    assert_eq!(
        (rings.outcome, rings.actual_ms, rings.note()),
        (CueOutcome::Complete, Some(13_250), "5 of 5 steps".into())
    );
    let page = text::write(&run, 80);
    assert!(page.contains("2024-08-11 23:58:02 to 2024-08-12 00:01:10, finished\n"), "{page}");
    assert!(page.contains("Over       +0:10\n"), "{page}");
}

#[test]
fn skips_that_were_taken_back_and_late_cues_are_told_as_they_were() {
    let events = vec![
        (0, run_started()),
        started(1, 480_000),
        (481_000, Event::CueSkipped { cue: cue("1") }),
        (482_000, Event::CueUnskipped { cue: cue("1") }),
        (
            490_420,
            Event::CueFired {
                cue: cue("1"),
                cause: Cause::Auto,
                firing: 1,
                due_ns: ns(490_000),
                playhead_stays: false,
            },
        ),
        fired("1", Cause::Remote, 2, 500_000),
        (501_000, Event::CueSkipped { cue: cue("1") }),
    ];
    let run = report(events);
    let rows: Vec<_> = run.cues().take(2).collect();
    assert_eq!(rows[0].remarks, ["left 0.420 s late", "fired again before it was complete"]);
    assert_eq!((rows[0].outcome, rows[0].actual_ms), (CueOutcome::Stopped, Some(10_000)));
    assert_eq!(rows[0].lost[0].words(), "lights: unknown whether sent (2 messages)");
    assert_eq!(rows[1].remarks, ["running", "skipped"]);
}

#[test]
fn nothing_is_planned_for_a_show_that_is_not_tied_to_the_clock_until_it_begins() {
    let floating = show(&SHOW.replace("start = 23:58:00\n", ""));
    let opened = AsRun::from(&floating, "x", &records(vec![(0, run_started())]));
    assert!(opened.cues().all(|cue| cue.planned_start.is_none()) && opened.over_ms.is_none());
    let begun = AsRun::from(&floating, "x", &records(vec![(0, run_started()), started(1, 61_500)]));
    assert_eq!(
        csv::rfc3339(begun.planned_start.as_ref().unwrap()),
        "2024-08-11T23:51:01.500+02:00"
    );
    let nothing = AsRun::from(&floating, "x", &[]);
    assert!(nothing.opened.is_none() && text::write(&nothing, 80).contains("not begun"));
    assert!(json::write(&nothing).contains("\"opened\": null"));
}

#[test]
fn json_keeps_the_words_and_the_seconds() {
    let written = json::write(&report(evening()));
    let value: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(value["over_under"], 0.5);
    assert_eq!(value["projected_end"], "2024-08-12T00:01:00.500+02:00");
    assert_eq!(value["actual_end"], serde_json::Value::Null);
    let first = &value["segments"][0];
    assert_eq!((&first["over_under"], &first["planned_duration"]), (&(-2.0).into(), &120.0.into()));
    let lights = &first["cues"][0];
    assert_eq!(lights["title"], "=Lights \"up\"");
    assert_eq!((&lights["difference"], &lights["cause"]), (&0.25.into(), &"go".into()));
    assert_eq!(lights["lost_sends"][0]["error"], "no route, to host");
    assert_eq!(value["notes"][0]["text"], "wind \"7\", gusts\nto 9");
    assert!(written.starts_with("{\n  \"show\": ") && written.ends_with("}\n"));
}

#[test]
fn text_keeps_to_its_width_and_to_its_columns() {
    let mut run = report(evening());
    run.segments[0].cues[3].title = "引き継ぎ".repeat(20);
    run.segments[0].cues[4].title = "e\u{301}".repeat(90);
    run.segments[0].cues[5].title = "👩\u{200d}🚀\u{1b}[2J".repeat(20);
    run.notes[0].text = "ungewöhnlich".repeat(20);
    run.spotted = with_people().spotted;
    run.spotted[0].name = "引き継ぎ".repeat(20);
    run.spotted[0].at = vec![run.spotted[0].at[0].clone(); 40];
    run.spotted[1].notes[0].text = "e\u{301}".repeat(90);
    run.segments[1].cues[0].number = "長い番号の長い番号の長い番号です".into();
    for width in 40..=130 {
        let page = text::write(&run, width);
        for line in page.lines() {
            assert!(line.width() <= width, "{} > {width}: {line:?}\n{page}", line.width());
            assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        }
    }
}

#[test]
fn no_report_has_a_character_that_does_something_to_the_text_around_it() {
    let nasty = "a\u{202e}b\u{2028}c\u{200b}d\u{1b}[2Je\u{feff}\u{2066}f";
    let show = show(&SHOW.replacen("Opening, ", "Op\u{202e}en\u{200b}ing, ", 1));
    let failed = Event::ActionFailed {
        cue: cue("1"),
        firing: 1,
        action: 1,
        output: "lights".into(),
        error: nasty.into(),
    };
    let more =
        vec![(899_000, failed), note(nasty, None, 900_000), note(nasty, Some("11"), 900_000)];
    let run = AsRun::from(&show, "x", &records([evening(), more].concat()));
    let json = json::write(&run);
    let pages = [
        text::write(&run, 80),
        csv::write(&run),
        super::html::write(&run),
        super::chart::write(&run),
        json.clone(),
    ];
    for page in &pages {
        let found = page.chars().find(|&c| c != '\n' && crate::plain::is_obeyed(c));
        assert_eq!(found, None, "{page}");
    }
    assert!(pages[..2].iter().all(|page| page.contains("ab cd [2Jef")), "{}", pages[1]);
    assert!(!json.contains("\\u00") && json.contains("ab cd [2Jef"), "{json}");
}

#[test]
fn text_of_an_unfinished_evening() {
    let page = text::write(&report(evening()), text::WIDTH);
    assert_eq!(page, include_str!("tests/evening.txt"), "\n{page}");
}

/// The same evening with people in its stands; times by hand: 23:50:00 and so many milliseconds.
pub(super) fn with_people() -> AsRun {
    let people = "[person.gaga]\nname = \"Lady Gaga\"\nrole = \"performer\"\n\
                  [person.nobody]\nname = \"Nobody at all\"\n[person.snoop]\nname = \"引き Dogg\"\n\
                  [person.c]\nname = \"c\"\n\n[[segment]]\ntitle = \"Opening";
    let show = show(&SHOW.replacen("[[segment]]\ntitle = \"Opening", people, 1));
    let spotted = |person: &str| Event::PersonSpotted { person: person.into(), name: "?".into() };
    let noted = |person: &str, text: &str| {
        let (person, text) = (person.to_owned(), text.to_owned());
        Event::PersonNoted { person, name: "?".into(), text }
    };
    let sheet = vec![
        (661_000, spotted("gaga")),
        (662_000, spotted("nobody")),
        (663_000, Event::PersonUnspotted { person: "nobody".into(), name: "?".into() }),
        (664_500, spotted("gaga")),
        (665_000, noted("snoop", "row \"4\",\nleft")),
        // What an edited journal may say of strangers to the show, and of a tick that was never
        // there.
        (666_000, spotted("stranger")),
        (667_000, noted("stranger", "who?")),
        (668_000, Event::PersonUnspotted { person: "stranger".into(), name: "?".into() }),
        (669_000, Event::PersonUnspotted { person: "snoop".into(), name: "?".into() }),
        (670_000, Event::StepDone { cue: cue("12"), step: 4, title: "c".into() }),
    ];
    let mut records = records([evening(), sheet].concat());
    // The second time it was a station without the flag that told it.
    let seen = records.iter_mut().rfind(|record| {
        matches!(&record.event,
        Event::PersonSpotted { person, .. } if person == "gaga")
    });
    let wish_of = Some("la".to_owned());
    seen.unwrap().origin = Some(Arc::new(Origin { wish_of, ..Origin::new("paris", 1) }));
    AsRun::from(&show, "x", &records)
}

#[test]
fn the_sheet_has_a_row_for_everybody_who_was_spotted_or_noted() {
    let run = with_people();
    let page = text::write(&run, 80);
    let expected = "\nSpotted\n  Lady Gaga  00:01:01 +1, 00:01:04 +1 by la\n  引き Dogg  –\n    00:01:05 +1  row \"4\", left\n  \
                    c          00:01:10 +1\n\n";
    assert!(page.contains(expected), "{page}");
    let value: serde_json::Value = serde_json::from_str(&json::write(&run)).unwrap();
    let expected = serde_json::json!([
        {
            "person": "gaga", "name": "Lady Gaga", "role": "performer",
            "times": ["2024-08-12T00:01:01.000+02:00", "2024-08-12T00:01:04.500+02:00"],
            "stations": [null, "la"], "notes": [],
        },
        {
            "person": "snoop", "name": "引き Dogg", "role": null, "times": [], "stations": [],
            "notes": [{ "at": "2024-08-12T00:01:05.000+02:00", "text": "row \"4\",\nleft" }],
        },
        { "person": "c", "name": "c", "role": null, "times": ["2024-08-12T00:01:10.000+02:00"],
          "stations": [null], "notes": [] },
    ]);
    assert_eq!(value["spotted"], expected);
    // The columns of the CSV are fixed: it says nothing of the sheet.
    assert_eq!(csv::write(&run).lines().count(), csv::write(&report(evening())).lines().count());
}

#[test]
fn a_show_without_people_has_an_empty_sheet() {
    let run = report(evening());
    assert!(
        json::write(&run).contains("\"spotted\": []") && !text::write(&run, 80).contains("Spotted")
    );
}

#[test]
fn a_report_counts_the_events_of_a_newer_version() {
    let newer =
        |kind: &str| Event::Unknown(UnknownEvent { kind: kind.into(), members: String::new() });
    let mut events = evening();
    let end_ms = events.last().map_or(0, |(ms, _)| *ms);
    events
        .extend(["stage_revolved", "curtain", "stage_revolved"].map(|kind| (end_ms, newer(kind))));
    let run = report(events);
    let page = text::write(&run, 120);
    assert!(
        page.contains(
            "events of a newer version, left out of this report: 1 curtain, 2 stage_revolved\n"
        ),
        "{page}"
    );
    let value: serde_json::Value = serde_json::from_str(&json::write(&run)).unwrap();
    assert_eq!(value["unknown_events"], serde_json::json!({ "curtain": 1, "stage_revolved": 2 }));
    let known = report(evening());
    assert_eq!(AsRun { unknown: known.unknown.clone(), ..run }, known, "nothing else is different");
    assert!(!json::write(&known).contains("unknown_events"));
}

#[test]
fn the_report_agrees_with_the_engine_about_a_whole_run() {
    let show = show(SHOW);
    let clock = RunClock::new(MachineNs::ZERO, RunNs::ZERO, jiff::Timestamp::UNIX_EPOCH, 60);
    let mut conductor = Conductor::new(State::new(Arc::clone(&show)), clock, 0, RunNs::ZERO);
    let mut journal = vec![];
    let mut append = |_: &State, output| {
        if let ConductorOutput::Append(records) = output {
            journal.extend(records);
        }
        vec![]
    };
    conductor.drive(MachineNs::ZERO, ConductorInput::Begin(run_started_by_itself()), &mut append);
    conductor.pass(MachineNs::ZERO, MachineNs::new(24 * HOUR_NS), append);
    let over_ns = journal.iter().find_map(|record| match record.event {
        Event::RunEnded { over_ns } => Some(over_ns),
        _ => None,
    });
    let run = AsRun::from(&show, "x", &journal);
    assert!(run.finished && run.rehearsal && run.auto);
    assert_eq!(run.over_ms, over_ns.map(|ns| ns / 1_000_000));
    assert!(
        run.cues().all(|cue| matches!(cue.outcome, CueOutcome::Complete | CueOutcome::Spare)),
        "{run:?}"
    );
    assert!(run.cues().all(|cue| cue.difference_ms.is_none_or(|ms| ms == 0)), "{run:?}");
    assert!(text::write(&run, 80).contains("rehearsal, 60 times as fast, called by the program\n"));
}

fn run_started_by_itself() -> Event {
    let (show, source, version) = (String::new(), String::new(), String::new());
    let clock = "2024-08-11T21:50:00Z".parse().unwrap();
    Event::RunStarted {
        show,
        source,
        rehearsal: true,
        speed: 60,
        auto: true,
        clock,
        day: date(2024, 8, 11),
        version,
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    }
}
