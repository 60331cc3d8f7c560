//! Records for the journal's tests: every kind of event, with the texts that break careless
//! writers.

use jiff::Timestamp;
use jiff::civil::date;

use crate::engine::{AlarmKind, Cause, Event, MissedWhy, Record, Revised, RunNs, UnknownEvent};
use crate::show::{CueNumber, StationName};

/// An instant of the evening on which every test plays.
pub(super) fn at(nanosecond: i32) -> Timestamp {
    Timestamp::new(1_795_377_900, nanosecond).unwrap()
}

/// The cue with this number.
pub(super) fn cue(number: &str) -> CueNumber {
    CueNumber::new(number).unwrap()
}

/// A run that has one event of every kind, the first one first, in the order in which the engine
/// declares them.
pub(super) fn records() -> Vec<Record> {
    number(events())
}

/// A short run of a dozen events, for tests that damage every byte of it.
pub(super) fn dozen() -> Vec<Record> {
    number(events().into_iter().step_by(2).take(12).collect())
}

/// The events as the records of a run, a second and a bit apart.
pub(super) fn number(events: Vec<Event>) -> Vec<Record> {
    let record = |(i, event)| {
        Record::new(
            i as u64 + 1,
            at(i as i32 * 1_001_000),
            RunNs::new(i as i64 * 1_000_000_007),
            event,
        )
    };
    events.into_iter().enumerate().map(record).collect()
}

fn events() -> Vec<Event> {
    let cue = || cue("12.5");
    let text = || {
        "Œuf “à la” 日本 🎬 \"quoted\" \\ \u{0}\u{1b}[31m\r\n\t\u{7f}\u{85}\u{2028},\"crc\":\"00000000\"}".to_owned()
    };
    let station = || StationName::new("stage-left").unwrap();
    let (firing, action, output) = (1, 2, || "lights".to_owned());
    vec![
        Event::RunStarted {
            show: text(),
            source: "/shows/été.toml".to_owned(),
            rehearsal: true,
            speed: 1000,
            auto: false,
            clock: at(123_456_789),
            day: date(2024, 8, 11),
            version: "0.1.0".to_owned(),
            shift_ns: None,
            show_crc: Some("0123abcd".to_owned()),
            from_cue: None,
            listen: None,
            web: None,
        },
        Event::RunResumed { down_ns: u64::MAX, listen: None, web: None, gap: false, auto: false },
        Event::RunLeft { reason: text() },
        Event::TerminalLost {},
        Event::RunEnded { over_ns: i64::MIN },
        Event::SegmentStarted {
            segment: u32::MAX,
            title: text(),
            due_ns: RunNs::ZERO,
            retimed: firing > 1,
        },
        Event::SegmentEnded { segment: 1, due_ns: RunNs::new(1) },
        Event::SegmentNudged { segment: 3, by_ns: i64::MIN, time_up: firing > 1 },
        Event::Retimed {
            segment: 2,
            cue: Some(cue()),
            into_ns: 90_000_000_000,
            begins: firing > 1,
            due_ns: RunNs::new(6),
        },
        Event::CueStoodBy { cue: cue() },
        Event::DepartmentReady { cue: cue(), department: "stunts".to_owned(), from_browser: false },
        Event::DepartmentUnready { cue: cue(), department: String::new(), from_browser: true },
        Event::InterlockOverridden { cue: cue(), reason: text() },
        Event::CueFired {
            cue: cue(),
            cause: Cause::Remote,
            firing,
            due_ns: RunNs::new(7),
            playhead_stays: firing > 1,
        },
        Event::CueCompleted { cue: cue(), due_ns: RunNs::new(8) },
        Event::CueStopped { cue: cue(), by_player: firing > 1 },
        Event::ClipStarted { cue: cue(), firing, length_ns: Some(92_000_000_000) },
        Event::ClipPaused { cue: cue() },
        Event::ClipResumed { cue: cue() },
        Event::ClipLost { cue: cue(), firing, error: "the player ended: signal 9".into() },
        Event::CueMissed { cue: cue(), why: MissedWhy::ProgramDown, due_ns: RunNs::new(9) },
        Event::CueSkipped { cue: cue() },
        Event::CueUnskipped { cue: cue() },
        Event::CueSwapped {
            cue: cue(),
            by: CueNumber::new("12B").unwrap(),
            not_followed: vec![cue()],
        },
        Event::StepDone { cue: cue(), step: 3, title: text() },
        Event::PlayheadMoved { cue: None },
        Event::Held {},
        Event::Resumed {},
        Event::Panicked {},
        Event::PanicSent { output: output() },
        Event::PanicRehearsed { output: output(), message: text() },
        Event::PanicFailed { output: output(), error: text() },
        Event::NoteTaken { text: text(), cue: Some(cue()) },
        Event::MessageShown { text: text() },
        Event::MessageCleared {},
        Event::PersonSpotted { person: "gaga".to_owned(), name: text() },
        Event::PersonUnspotted { person: String::new(), name: text() },
        Event::PersonNoted { person: "gaga".to_owned(), name: text(), text: text() },
        Event::ActionSent { cue: cue(), firing, action, output: output() },
        Event::ActionRehearsed { cue: cue(), firing, action, output: output(), message: text() },
        Event::ActionFailed { cue: cue(), firing, action, output: output(), error: text() },
        Event::SideFailed {
            cue: cue(),
            firing,
            action,
            output: output(),
            side: text(),
            error: text(),
        },
        Event::ActionUnknown { cue: cue(), firing, action, output: output() },
        Event::FlagOffered { to: station() },
        Event::FlagAccepted { by: station() },
        Event::FlagWithdrawn { why: text() },
        Event::FlagPassed { to: station(), next_term: 2, from_ns: RunNs::new(10) },
        Event::FlagTaken { from: station(), reason: text(), silent_ns: u64::MAX },
        Event::CueFiredAside { cue: cue(), fired_by: station(), fired_ns: RunNs::new(11) },
        Event::AutoBegun {},
        Event::StationWarned { by: station(), late_ns: u64::MAX },
        Event::DepartmentWarned { department: "stunts".to_owned(), late_ns: 0 },
        Event::AlarmAnswered { alarm: AlarmKind::LostEnd },
        Event::ShowRevised {
            revision: 2,
            show_crc: "8f0a1b2c".to_owned(),
            sha256: Some(
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855".to_owned(),
            ),
            changed: 3,
            added: 1,
            removed: 0,
            show: Revised::default(),
        },
        Event::Unknown(UnknownEvent {
            kind: "stage_revolved".to_owned(),
            members: r#""event":"stage_revolved","by":{"z":1.50,"a":[]}"#.to_owned(),
        }),
    ]
}

#[test]
fn no_kind_of_event_is_left_out() {
    let (mut events, kinds) = (events(), <Event as strum::VariantNames>::VARIANTS);
    assert!(events.pop().is_some_and(|event| !Event::knows(event.kind())), "one that is not known");
    assert_eq!(events.iter().map(Event::kind).collect::<Vec<_>>(), kinds[..kinds.len() - 1]);
    assert!(events.iter().all(|event| Event::knows(event.kind())));
}
