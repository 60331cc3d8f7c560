//! Drafts that no TOML file was read for.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::show::action::{MpvCommand, OscContent};
use crate::show::draft::{ActionDraft, CueDraft, Entry, Mention, TriggerDraft};
use crate::show::file::machine::Unseen;
use crate::show::{Body, CueNumber, Layer, OutputKind};

/// A value in a column of the row of a cue.
fn at<T>(value: T, row: u32, column: u32) -> Placed<T> {
    Placed { value, place: ProblemPlace::cell("Cues", row, column) }
}

fn name(text: &str, row: u32, column: u32) -> Mention {
    at(Arc::from(text), row, column)
}

fn cue(number: &str, row: u32) -> CueDraft {
    CueDraft {
        place: ProblemPlace::cell("Cues", row, 1),
        number: Some(name(number, row, 1)),
        title: Some("A cue".to_owned()),
        call: None,
        notes: None,
        source: None,
        needs: None,
        embargo: false,
        public: None,
        duration: None,
        warn: None,
        danger: None,
        count: None,
        planned: None,
        trigger: None,
        backup_for: None,
        steps: None,
        route: None,
        look: None,
        actions: None,
        stops: vec![],
        together: None,
        pass: None,
        extra: None,
    }
}

/// A trigger `with` another cue, in the fifth column.
fn with(number: &str, row: u32) -> Option<Box<Entry<TriggerDraft>>> {
    let cell = ProblemPlace::cell("Cues", row, 5);
    let value = TriggerDraft::With(name(number, row, 5), Duration::ZERO);
    Some(Box::new(Entry { value, place: cell.clone(), key: cell }))
}

/// A show of one segment that lasts a minute.
fn draft(cues: Vec<CueDraft>) -> Draft {
    let place = || ProblemPlace::cell("Show", 1, 1);
    let segment = SegmentDraft {
        place: place(),
        title: Some("A segment".to_owned()),
        start: None,
        date: None,
        end: None,
        duration: Some(at(Duration::from_secs(60), 1, 2)),
        warn: None,
        danger: None,
        count: None,
        public: None,
        act: None,
        notes: None,
        cues,
    };
    Draft {
        place: place(),
        title: Some("A sheet".to_owned()),
        date: None,
        zone: None,
        clocks: vec![],
        departments: vec![],
        outputs: vec![OutputDraft {
            id: name("lights", 1, 1),
            kind: Some(OutputKind::OscUdp { host: "127.0.0.1".to_owned(), port: 8000 }),
            mirrors: vec![],
            panic: vec![Body::Osc {
                address: "/stop".to_owned(),
                content: OscContent::Args(vec![]),
            }],
            timecode: None,
            keepalive: None,
            station: None,
        }],
        remote: None,
        web: None,
        places: vec![],
        people: vec![],
        public: None,
        segments: List { items: vec![segment], place: place(), is_whole: true },
        lacks_names: false,
    }
}

/// The places of a draft's problems, and what they say.
fn problems(draft: Draft) -> Vec<(String, String)> {
    let problems = check(draft, Faults::from(vec![]), "UTC", &Unseen).expect_err("problems");
    problems.into_iter().map(|problem| (problem.place.words(""), problem.what)).collect()
}

#[test]
fn a_show_of_cells_is_checked_as_one_of_toml() {
    let second = CueDraft { trigger: with("1", 3), ..cue("2", 3) };
    let checked = check(draft(vec![cue("1", 2), second]), Faults::from(vec![]), "UTC", &Unseen);
    let show = checked.expect("a show").show;
    let number = |text| show.find(&CueNumber::new(text).expect("a number")).expect("a cue");
    assert_eq!(show.with(number("1")), [number("2")]);
}

#[test]
fn problems_are_told_by_their_cells() {
    let mut late = cue("3", 4);
    late.planned = Some(Box::new(Entry {
        value: Duration::from_nanos(60_000_000_001),
        place: ProblemPlace::cell("Cues", 4, 4),
        key: ProblemPlace::cell("Cues", 4, 4),
    }));
    let stop = Body::Mpv { layer: Layer::MAIN, command: MpvCommand::Stop { over: Duration::ZERO } };
    let foreign = ActionDraft {
        place: ProblemPlace::cell("Cues", 5, 6),
        output: Some(name("lights", 5, 6)),
        body: Some(stop),
    };
    let mut wrong = cue("4", 5);
    let place = foreign.place.clone();
    wrong.actions = Some(Box::new(List { items: vec![foreign], place, is_whole: true }));
    let untitled = CueDraft { title: None, trigger: with("9", 6), ..cue("5", 6) };
    let found = problems(draft(vec![cue("1", 2), cue("1", 3), late, wrong, untitled]));
    let expected = [
        ("Cues!A3", "cue number `1` is used twice"),
        ("Cues!D4", "`planned` is after the end of the segment"),
        ("Cues!F5", "output `lights` speaks osc, but this is for mpv"),
        ("Cues!A6", "a cue has no `title`"),
        ("Cues!E6", "no cue has the number `9`"),
    ];
    assert_eq!(found, expected.map(|(place, what)| (place.to_owned(), what.to_owned())));
}

#[test]
fn what_the_reading_has_reported_is_not_reported_again() {
    let problem =
        Problem::error(ProblemPlace::cell("Cues", 2, 2), "a title of two lines", "make it one");
    let untitled = CueDraft { title: None, ..cue("1", 2) };
    let faults = Faults::from(vec![problem.clone()]);
    assert_eq!(check(draft(vec![untitled]), faults, "UTC", &Unseen), Err(vec![problem]));
}
