//! Rules of the flag that the simulator meets too seldom to be relied on.

use super::*;
use crate::engine::{Event, Expected, Origin};
use crate::journal::encode;
use crate::link::message::{Appended, Beat, Body, HeardBeat, Post};

fn name(text: &str) -> StationName {
    StationName::new(text).unwrap()
}

fn station(me: &str, start: Start) -> Flag {
    let id = Identity {
        me: name(me),
        instance: Instance(1),
        run: "run".into(),
        version: "0".into(),
        digest: "d".into(),
        terminal: true,
    };
    Flag::new(id, start, MachineNs::new(1))
}

fn record(seq: u64, station: &str, term: u64, event: Event) -> Record {
    let origin = Some(Arc::new(Origin { station: station.into(), term }));
    Record { seq, at: Timestamp::UNIX_EPOCH, run_ns: RunNs::new(seq as i64), origin, event }
}

fn started() -> Record {
    let event = Event::RunStarted {
        show: "S".into(),
        source: String::new(),
        rehearsal: true,
        speed: 1,
        auto: false,
        clock: Timestamp::UNIX_EPOCH,
        day: jiff::civil::date(2024, 8, 11),
        version: "0".into(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
    };
    record(1, "paris", 1, event)
}

fn taken(seq: u64) -> Record {
    let event = Event::FlagTaken { from: name("paris"), reason: "gone".into(), silent_ns: 6 };
    record(seq, "la", 2, event)
}

fn line(record: &Record) -> Vec<u8> {
    let mut line = vec![];
    encode(record, &mut line).unwrap();
    line.pop();
    line
}

/// Hands something in, with a log that says at once how far it was read.
fn gives(flag: &mut Flag, ms: u64, input: FlagInput) -> Vec<FlagOutput> {
    let now_ns = MachineNs::new(1 + ms * 1_000_000);
    let mut done = vec![];
    flag.handle(now_ns, input);
    while let Some(output) = flag.poll() {
        if let FlagOutput::Request(Request::Read { ticket }) = output {
            let read = News::ReadTo { ticket, last: flag.position };
            flag.handle(now_ns, FlagInput::News(read));
        }
        done.push(output);
    }
    done
}

fn entry(sequence: u64, record: &Record) -> FlagInput {
    FlagInput::News(News::Entry { sequence, line: line(record) })
}

/// The appends among the outputs: ticket, expected sequence, id.
fn appends(outputs: &[FlagOutput]) -> Vec<(u64, u64, String)> {
    let append = |output: &FlagOutput| match output {
        FlagOutput::Request(Request::Append { ticket, expects, id, .. }) => {
            Some((*ticket, *expects, id.clone()))
        }
        _ => None,
    };
    outputs.iter().filter_map(append).collect()
}

#[test]
fn a_higher_term_that_is_read_ends_the_flag_and_a_wrong_sequence_does_not() {
    let mut paris = station("paris", Start::Opens);
    let done = gives(&mut paris, 0, FlagInput::Recorded(vec![started()]));
    let (ticket, expects, _) = appends(&done)[0].clone();
    assert_eq!(expects, 0);
    let outcome = Appended::WrongSequence;
    gives(&mut paris, 10, FlagInput::News(News::Appended { ticket, outcome }));
    assert!(paris.holds(), "a stale leader says so for as long as a cut lasts");
    gives(&mut paris, 20, entry(1, &started()));
    let held = record(2, "paris", 1, Event::Held {});
    gives(&mut paris, 30, FlagInput::Recorded(vec![held.clone()]));
    let done = gives(&mut paris, 40, entry(2, &taken(2)));
    assert!(!paris.holds());
    let aside = FlagOutput::Aside { kept: 1, records: vec![held], term: 1, fired: vec![] };
    let at = |wanted: &FlagOutput| done.iter().position(|output| output == wanted);
    let follow = at(&FlagOutput::Follow(vec![taken(2)]));
    assert!(at(&aside).is_some() && at(&aside) < follow, "{done:?}");
}

#[test]
fn what_does_not_count_moves_the_sequence_on_and_not_the_run() {
    let mut paris = station("paris", Start::Opens);
    gives(&mut paris, 0, FlagInput::Recorded(vec![started()]));
    gives(&mut paris, 10, entry(1, &started()));
    for (sequence, void) in [
        (2, b"noise".to_vec()),
        (3, line(&record(2, "la", 1, Event::Held {}))),
        (4, line(&record(2, "paris", 2, Event::Held {}))),
        (5, line(&record(3, "paris", 1, Event::Held {}))),
        (6, line(&Record { seq: 2, ..started() })),
    ] {
        gives(&mut paris, 20, FlagInput::News(News::Entry { sequence, line: void }));
    }
    assert_eq!((paris.view().seq, paris.view().void, paris.holds()), (1, 5, true));
    let done =
        gives(&mut paris, 30, FlagInput::Recorded(vec![record(2, "paris", 1, Event::Held {})]));
    let appends = appends(&done);
    assert_eq!(appends[0].1, 6, "the next place of the log");
    assert!(appends[0].2.ends_with("/2/held/6"), "another place is another message");
}

#[test]
fn a_take_needs_silence_or_the_holders_name_and_a_reason() {
    let mut la = station("la", Start::Joins);
    let now = |ms: u64| MachineNs::new(1 + ms * 1_000_000);
    let when = (RunNs::new(5), Timestamp::UNIX_EPOCH);
    assert!(la.take(now(0), "gone", Some("paris"), when).is_err(), "the log was not read");
    gives(&mut la, 1, entry(1, &started()));
    la.is_coming = false;
    assert!(la.take(now(10), "", Some("paris"), when).is_err(), "no reason");
    assert!(la.take(now(10), "gone", None, when).is_err(), "heard a moment ago");
    assert!(la.take(now(10), "gone", Some("la"), when).is_err(), "another name");
    assert_eq!(la.take(now(10), "gone", Some("paris"), when), Ok(()));
    assert!(!la.holds(), "not before the log has it");
}

/// A sign of life of the holder, which has heard that one of `la`.
fn beat(seq: u64, number: Option<u64>) -> FlagInput {
    let heard = number.map(|number| (name("la"), HeardBeat { instance: Instance(1), number }));
    let beat = Beat {
        holds: true,
        mute: false,
        term: 1,
        seq,
        stored: seq,
        number: 1,
        hears: heard.into_iter().collect(),
        version: "0".into(),
        digest: "d".into(),
        terminal: true,
        uncertainty_ns: None,
        step: Step::None,
    };
    let post = Post { from: name("paris"), instance: Instance(7), body: Body::Beat(beat) };
    FlagInput::News(News::Post(post))
}

/// The last sign of life among the outputs.
fn sent(outputs: &[FlagOutput]) -> Option<u64> {
    outputs.iter().rev().find_map(|output| match output {
        FlagOutput::Request(Request::Post {
            post: Post { body: Body::Beat(beat), .. }, ..
        }) => Some(beat.number),
        _ => None,
    })
}

/// What is said of messages that are left to this station; `None` where nothing is said.
fn expected(outputs: &[FlagOutput]) -> Option<Option<Expected>> {
    outputs.iter().rev().find_map(|output| match output {
        FlagOutput::Expected(expected) => Some(*expected),
        _ => None,
    })
}

#[test]
fn messages_are_left_to_a_station_while_the_holder_hears_what_it_has_sent_since_it_stood_still() {
    const AWAY_MS: u64 = 2_000;
    let at = |ms: u64| MachineNs::new(1 + ms * 1_000_000);
    let mut la = station("la", Start::Joins);
    let first = sent(&gives(&mut la, 0, entry(1, &started()))).unwrap();
    gives(&mut la, 10, FlagInput::News(News::ReadTo { ticket: 0, last: 1 }));
    assert!(!la.view().is_mute);
    assert_eq!(expected(&gives(&mut la, 20, beat(1, None))), None, "paris does not hear la");
    let until =
        |after_seq, sent_ms| Some(Some(Expected { after_seq, until_ns: at(sent_ms + AWAY_MS) }));
    assert_eq!(expected(&gives(&mut la, 30, beat(4, Some(first)))), until(4, 0));
    // Heard again in time: it was left messages all the while.
    let second = sent(&gives(&mut la, 600, FlagInput::Tick)).unwrap();
    assert_eq!(expected(&gives(&mut la, 610, beat(6, Some(second)))), until(4, 600));
    // It stood still: nothing counts that it has sent before.
    let woken = gives(&mut la, 4_000, beat(7, Some(second)));
    assert_eq!(expected(&woken), Some(None));
    assert_eq!(expected(&gives(&mut la, 4_010, beat(8, Some(second)))), None);
    assert_eq!(expected(&gives(&mut la, 4_020, beat(9, None))), None);
    let third = sent(&woken).unwrap();
    assert_eq!(expected(&gives(&mut la, 4_030, beat(9, Some(third)))), until(9, 4_000));
    // Another program has the same name.
    let double = gives(&mut la, 4_040, beat(9, Some(third + 9)));
    assert_eq!(expected(&double), Some(None));
}
