//! Rules of the flag that the simulator meets too seldom to be relied on.

mod double;
mod versions;

use super::*;
use crate::engine::{Event, Expected, Origin, StationReport, ToldOutcome};
use crate::journal::encode;
use crate::link::message::{Appended, Beat, HeardBeat, Letter, Post, PostBody, Wish};

fn name(text: &str) -> StationName {
    StationName::new(text).unwrap()
}

fn station(me: &str, start: FlagStart) -> Flag {
    let id = StationIdentity {
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
    let origin = Some(Arc::new(Origin::new(station, term)));
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
        web: None,
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
    hands(flag, ms, input, true)
}

/// Hands something in, with a log that does not answer.
fn gives_silently(flag: &mut Flag, ms: u64, input: FlagInput) -> Vec<FlagOutput> {
    hands(flag, ms, input, false)
}

fn at(ms: u64) -> MachineNs {
    MachineNs::new(1 + ms * 1_000_000)
}

fn hands(flag: &mut Flag, ms: u64, input: FlagInput, answers: bool) -> Vec<FlagOutput> {
    let now_ns = at(ms);
    let mut done = vec![];
    flag.handle(now_ns, input);
    while let Some(output) = flag.poll() {
        if let FlagOutput::Request(ServerRequest::Read { ticket }) = output
            && answers
        {
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
        FlagOutput::Request(ServerRequest::Append { ticket, expects, id, .. }) => {
            Some((*ticket, *expects, id.clone()))
        }
        _ => None,
    };
    outputs.iter().filter_map(append).collect()
}

#[test]
fn a_higher_term_that_is_read_ends_the_flag_and_a_wrong_sequence_does_not() {
    let mut paris = station("paris", FlagStart::Opens);
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
fn a_run_that_is_begun_where_another_has_its_name_says_so() {
    let mut paris = station("paris", FlagStart::Opens);
    let own = Record { run_ns: RunNs::new(7), ..started() };
    gives(&mut paris, 0, FlagInput::Recorded(vec![own]));
    let done = gives(&mut paris, 10, entry(1, &started()));
    assert!(!paris.holds());
    let words = "another run is called run there: join it, or begin one with --fresh: 1 record of \
                 this station goes aside, with 0 fired cues";
    assert_eq!(alarms(&done), [words]);
}

#[test]
fn what_does_not_count_moves_the_sequence_on_and_not_the_run() {
    let mut paris = station("paris", FlagStart::Opens);
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
    let mut la = station("la", FlagStart::Joins);
    let now = at;
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

fn passed(seq: u64, from: &str, term: u64, to: &str) -> Record {
    let event = Event::FlagPassed { to: name(to), next_term: term + 1, from_ns: RunNs::new(5) };
    record(seq, from, term, event)
}

fn letter(from: &str, number: u64, text: &str) -> FlagInput {
    let letter = Letter::Wish(Wish::Note { text: text.into() });
    post(from, PostBody::Letter { number, letter })
}

fn post(from: &str, body: PostBody) -> FlagInput {
    FlagInput::News(News::Post(Post { from: name(from), instance: Instance(7), body }))
}

fn sign(from: &str, holds: bool) -> FlagInput {
    let beat = Beat {
        holds,
        mute: false,
        term: 1,
        seq: 1,
        stored: 1,
        number: 1,
        hears: Default::default(),
        version: "0".into(),
        digest: "d".into(),
        terminal: true,
        uncertainty_ns: None,
        step: FlagStep::None,
        outputs: None,
    };
    post(from, PostBody::Beat(beat))
}

fn alarms(outputs: &[FlagOutput]) -> Vec<&str> {
    let alarm = |output: &'_ FlagOutput| matches!(output, FlagOutput::Word(w) if w.is_alarm);
    let alarms = outputs.iter().filter(|output| alarm(output));
    alarms
        .filter_map(|output| match output {
            FlagOutput::Word(word) => Some(word.text.as_str()),
            _ => None,
        })
        .collect()
}

/// Answers to the appends among `done`.
fn answers(flag: &mut Flag, ms: u64, done: &[FlagOutput], outcome: &Appended) -> Vec<FlagOutput> {
    let answer = |(ticket, ..): (u64, u64, String)| {
        let outcome = outcome.clone();
        gives(flag, ms, FlagInput::News(News::Appended { ticket, outcome }))
    };
    appends(done).into_iter().flat_map(answer).collect()
}

/// The station that opens the run, with its first record in the log.
fn paris() -> Flag {
    let mut paris = station("paris", FlagStart::Opens);
    let done = gives(&mut paris, 0, FlagInput::Recorded(vec![started()]));
    answers(&mut paris, 1, &done, &Appended::Stored { sequence: 1 });
    gives(&mut paris, 1, entry(1, &started()));
    paris
}

/// A station that follows it.
fn la() -> Flag {
    let mut la = station("la", FlagStart::Joins);
    gives(&mut la, 1, entry(1, &started()));
    la.is_coming = false;
    la
}

#[test]
fn a_record_that_the_log_cannot_have_is_not_shipped_without_end() {
    let mut paris = paris();
    let far = Record { run_ns: RunNs::MAX, ..record(2, "paris", 1, Event::Held {}) };
    let done = gives(&mut paris, 2, FlagInput::Recorded(vec![far.clone()]));
    assert_eq!(appends(&done).len(), 1);
    let done = gives(&mut paris, 3, entry(2, &far));
    assert_eq!(alarms(&done), ["the log cannot have record 2: no other station follows"]);
    let mut later = vec![];
    for ms in (10..3_000).step_by(100) {
        later.extend(gives(&mut paris, ms, FlagInput::Tick));
    }
    assert_eq!(appends(&later), []);
    assert!(paris.alone().is_some());
}

#[test]
fn a_log_that_answers_and_takes_nothing_leaves_its_holder_alone() {
    let mut paris = paris();
    let held = record(2, "paris", 1, Event::Held {});
    let mut done = gives(&mut paris, 10, FlagInput::Recorded(vec![held.clone()]));
    for ms in (20..2_000).step_by(10) {
        done = answers(&mut paris, ms, &done, &Appended::Unknown { why: "no leader".into() });
        done.extend(gives(&mut paris, ms, FlagInput::Tick));
    }
    assert_eq!(paris.alone(), None);
    gives(&mut paris, 2_100, FlagInput::Tick);
    assert_eq!(paris.alone(), Some(Duration::from_millis(2_090)));
    gives(&mut paris, 2_200, entry(2, &held));
    assert_eq!(paris.alone(), None);
}

#[test]
fn a_take_is_given_up_when_the_holder_is_heard_again_or_the_log_does_not_answer() {
    let when = (RunNs::new(5), Timestamp::UNIX_EPOCH);
    let mut silent = la();
    for ms in (0..6_000).step_by(500) {
        gives_silently(&mut silent, ms, FlagInput::Tick);
    }
    assert!(silent.take(at(6_000), "gone", None, when).is_err(), "the log does not answer");

    let mut la = la();
    for ms in (0..6_000).step_by(500) {
        gives(&mut la, ms, FlagInput::Tick);
    }
    // The log is to be read first, and does not answer.
    gives_silently(&mut la, 6_000, FlagInput::StoodStill);
    assert_eq!(la.take(at(6_010), "gone", None, when), Ok(()));
    gives_silently(&mut la, 6_020, sign("paris", true));
    let done = gives_silently(&mut la, 6_030, FlagInput::Tick);
    let done = [done, gives_silently(&mut la, 6_040, sign("paris", true))].concat();
    assert!(!la.view().is_taking, "{done:?}");
    assert_eq!(la.take(at(6_050), "gone", Some("paris"), when), Ok(()));
    let done = gives_silently(&mut la, 6_060, sign("paris", true));
    assert!(la.view().is_taking && alarms(&done).is_empty(), "its name was typed");
    let mut done = vec![];
    for ms in (6_100..11_200).step_by(100) {
        done.extend(gives_silently(&mut la, ms, FlagInput::Tick));
    }
    assert_eq!(alarms(&done), ["the flag was not taken: the log did not answer in time"]);
    let mut later = gives(&mut la, 11_300, FlagInput::Tick);
    for ms in (11_400..13_000).step_by(100) {
        later.extend(gives(&mut la, ms, FlagInput::Tick));
    }
    assert_eq!(appends(&later), [], "it is not sent when the log answers again");
}

#[test]
fn a_station_that_stood_still_before_a_take_was_given_up_is_mute() {
    let when = (RunNs::new(5), Timestamp::UNIX_EPOCH);
    let mut la = la();
    gives(&mut la, 10, FlagInput::Tick);
    assert_eq!(la.take(at(20), "gone", Some("paris"), when), Ok(()));
    assert!(!la.is_mute());
    assert_eq!(la.give_up_take(at(3_000)), Ok(()));
    assert!(la.is_mute());
    let done = gives_silently(&mut la, 3_010, FlagInput::Tick);
    assert!(done.contains(&FlagOutput::Mute(true)), "{done:?}");
    assert_eq!(la.view().awake, Duration::from_millis(10));
}

#[test]
fn a_take_that_was_given_up_counts_all_the_same_where_the_log_has_it() {
    let when = (RunNs::new(5), Timestamp::UNIX_EPOCH);
    let mut la = la();
    gives(&mut la, 10, FlagInput::Tick);
    assert_eq!(la.take(at(20), "gone", Some("paris"), when), Ok(()));
    let mut done = gives(&mut la, 30, FlagInput::Tick);
    assert_eq!(appends(&done).len(), 1);
    let taken = la.pending[0].records[0].as_ref().clone();
    for ms in (100..6_000).step_by(100) {
        done = answers(&mut la, ms, &done, &Appended::Unknown { why: "cut".into() });
        done.extend(gives(&mut la, ms, FlagInput::Tick));
    }
    assert!(!la.view().is_taking);
    assert!(
        gives(&mut la, 6_100, entry(2, &taken)).contains(&FlagOutput::Holds { resumes: false })
    );
}

#[test]
fn what_the_program_before_took_is_taken_again_from_its_own_name() {
    let when = (RunNs::new(5), Timestamp::UNIX_EPOCH);
    // The program before has ended before the log had its take, and this one has read the log.
    let mut la = station("la", FlagStart::Resumes(vec![started()]));
    gives(&mut la, 1, entry(1, &started()));
    gives(&mut la, 2, FlagInput::Tick);
    assert!(!la.is_mute() && la.view().double_silent.is_none());
    gives(&mut la, 1_000, entry(2, &taken(2)));
    for ms in (1_000..5_000).step_by(500) {
        gives(&mut la, ms, FlagInput::Tick);
    }
    assert!(!la.holds(), "another program may have it");
    assert_eq!(la.view().double_silent, Some(Duration::from_millis(4_500)));
    assert!(la.take(at(4_600), "gone", None, when).is_err(), "not silent for long enough");
    gives(&mut la, 5_000, FlagInput::Tick);
    assert_eq!(la.take(at(5_100), "gone", None, when), Ok(()));
    let done = gives(&mut la, 5_110, FlagInput::Tick);
    let (ticket, expects, _) = appends(&done)[0].clone();
    assert_eq!(expects, 2);
    let record = la.pending[0].records[0].as_ref().clone();
    assert_eq!(record.origin.as_deref(), Some(&Origin::new("la", 3)));
    let outcome = Appended::Stored { sequence: 3 };
    gives(&mut la, 5_120, FlagInput::News(News::Appended { ticket, outcome }));
    let done = gives(&mut la, 5_130, entry(3, &record));
    assert!(done.contains(&FlagOutput::Holds { resumes: false }), "{done:?}");
    assert!(la.holds() && la.view().double_silent.is_none());
    // Where the program before is there after all, it has lost the flag by that.
    let mut before = self::la();
    gives(&mut before, 10, FlagInput::Tick);
    assert_eq!(before.take(at(20), "gone", Some("paris"), when), Ok(()));
    let own = before.pending[0].records[0].as_ref().clone();
    gives(&mut before, 30, entry(2, &own));
    assert!(before.holds());
    gives(&mut before, 40, entry(3, &record));
    assert!(!before.holds());
}

#[test]
fn a_caller_goes_on_without_the_log_only_where_the_flag_was_last() {
    let asks = |own: Vec<Record>| {
        let mut flag = station("paris", FlagStart::Resumes(own));
        let mut done = vec![];
        for ms in (0..5_000).step_by(500) {
            done.extend(gives_silently(&mut flag, ms, FlagInput::Tick));
        }
        let asks = done.contains(&FlagOutput::Asks);
        gives_silently(&mut flag, 5_000, FlagInput::GoOn);
        assert_eq!(flag.holds(), asks);
        (asks, flag)
    };
    let there = vec![started(), passed(2, "paris", 1, "la")];
    assert!(!asks(there.clone()).0, "the flag is at la");
    let back = [there, vec![passed(3, "la", 2, "paris")]].concat();
    let (is_asked, mut flag) = asks(back.clone());
    assert!(is_asked);
    // What its journal has is no news to it, when the log comes.
    for (sequence, record) in (1..).zip(&back) {
        gives(&mut flag, 5_100, entry(sequence, record));
    }
    assert!(flag.holds());
}

#[test]
fn what_a_program_before_this_one_may_have_passed_is_not_fired_before_the_log_says_so() {
    let resumed = || {
        let event =
            Event::RunResumed { down_ns: 0, listen: None, web: None, gap: false, auto: false };
        record(4, "paris", 1, event)
    };
    let own = vec![
        started(),
        record(2, "paris", 1, Event::FlagOffered { to: name("la") }),
        record(3, "paris", 1, Event::FlagAccepted { by: name("la") }),
    ];
    for is_passed in [false, true] {
        let mut paris = station("paris", FlagStart::Resumes(own.clone()));
        let mut done = vec![];
        for (sequence, record) in (1..).zip(&own) {
            done.extend(gives_silently(&mut paris, 10, entry(sequence, record)));
        }
        let answer = News::ReadTo { ticket: asked(&done), last: 3 };
        let done = gives_silently(&mut paris, 20, FlagInput::News(answer));
        assert!(done.contains(&FlagOutput::Holds { resumes: true }));
        let done = gives_silently(&mut paris, 30, FlagInput::Recorded(vec![resumed()]));
        assert_eq!(appends(&done).len(), 1, "the log is to say so");
        assert!(paris.is_mute());
        let next = if is_passed { passed(4, "paris", 1, "la") } else { resumed() };
        answers(&mut paris, 40, &done, &Appended::Stored { sequence: 4 });
        gives(&mut paris, 50, entry(4, &next));
        gives(&mut paris, 300, FlagInput::Tick);
        assert_eq!((paris.is_mute(), paris.holds()), (false, !is_passed));
    }
    // Where nothing was accepted, nothing was passed.
    let own = &own[..2];
    let mut paris = station("paris", FlagStart::Resumes(own.to_vec()));
    let mut done = gives_silently(&mut paris, 10, entry(1, &own[0]));
    done.extend(gives_silently(&mut paris, 10, entry(2, &own[1])));
    let answer = News::ReadTo { ticket: asked(&done), last: 2 };
    gives_silently(&mut paris, 20, FlagInput::News(answer));
    assert!(paris.holds() && !paris.is_mute());
}

#[test]
fn a_station_that_has_passed_the_flag_has_no_say_in_it() {
    let mut paris = paris();
    let pass = passed(2, "paris", 1, "la");
    gives(&mut paris, 10, FlagInput::Propose(pass.clone()));
    gives(&mut paris, 20, entry(2, &pass));
    gives_silently(&mut paris, 30, FlagInput::StoodStill);
    let mut done = vec![];
    for ms in (100..5_000).step_by(500) {
        done.extend(gives_silently(&mut paris, ms, FlagInput::Tick));
    }
    assert!(!done.contains(&FlagOutput::Asks));
    gives_silently(&mut paris, 5_000, FlagInput::GoOn);
    assert!(paris.is_mute());
}

#[test]
fn letters_wait_while_the_flag_is_on_its_way() {
    let mut paris = paris();
    gives(&mut paris, 5, sign("la", false));
    gives(&mut paris, 10, FlagInput::Propose(passed(2, "paris", 1, "la")));
    let is_about = |output: &FlagOutput| match output {
        FlagOutput::Letter { .. } => true,
        FlagOutput::Request(ServerRequest::Post { post, .. }) => {
            matches!(post.body, PostBody::Got { .. })
        }
        _ => false,
    };
    let note = Letter::Wish(Wish::Note { text: "own".into() });
    let done = gives(&mut paris, 20, letter("la", 1, "theirs"));
    let done = [done, gives(&mut paris, 25, FlagInput::Letter(note))].concat();
    assert!(!done.iter().any(is_about), "{done:?}");
    let withdrawn = record(2, "paris", 1, Event::FlagWithdrawn { why: "no".into() });
    gives(&mut paris, 30, FlagInput::Propose(withdrawn.clone()));
    let done = gives(&mut paris, 40, entry(2, &withdrawn));
    let done = [done, gives(&mut paris, 50, letter("la", 1, "theirs"))].concat();
    let letters = done.iter().filter(|output| matches!(output, FlagOutput::Letter { .. }));
    assert_eq!(letters.count(), 2);
}

#[test]
fn a_take_that_finds_nothing_to_put_aside_names_the_term_before_it() {
    let mut paris = paris();
    let done = gives(&mut paris, 10, entry(2, &taken(2)));
    let aside = FlagOutput::Aside { kept: 1, records: vec![], term: 1, fired: vec![] };
    assert!(done.contains(&aside), "{done:?}");
}

/// A sign of life of the holder, which has heard that one of `la`.
fn beat(seq: u64, number: Option<u64>) -> FlagInput {
    from("paris", 7, holder_beat(seq, number))
}

fn from(station: &str, instance: u64, beat: Beat) -> FlagInput {
    let (from, instance) = (name(station), Instance(instance));
    FlagInput::News(News::Post(Post { from, instance, body: PostBody::Beat(beat) }))
}

fn holder_beat(seq: u64, number: Option<u64>) -> Beat {
    let heard = number.map(|number| (name("la"), HeardBeat { instance: Instance(1), number }));
    Beat {
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
        step: FlagStep::None,
        outputs: None,
    }
}

#[test]
fn the_flag_goes_to_no_station_that_cannot_call_the_show() {
    let mut paris = station("paris", FlagStart::Opens);
    gives(&mut paris, 0, FlagInput::Recorded(vec![started()]));
    gives(&mut paris, 10, entry(1, &started()));
    let may = |paris: &Flag| paris.may_pass(&name("la")).err();
    let of_la = |instance: u64, change: fn(&mut Beat)| {
        let uncertainty_ns = Some(1_000_000);
        let mut beat = Beat { holds: false, uncertainty_ns, ..holder_beat(1, None) };
        change(&mut beat);
        from("la", instance, beat)
    };
    assert_eq!(may(&paris).unwrap(), "la was never heard");
    gives(&mut paris, 20, of_la(7, |beat| beat.digest = "another".into()));
    assert_eq!(may(&paris).unwrap(), "la has another show file");
    gives(&mut paris, 30, of_la(7, |beat| beat.mute = true));
    assert_eq!(may(&paris).unwrap(), "la has not read the log");
    gives(&mut paris, 35, of_la(7, |beat| beat.uncertainty_ns = None));
    assert_eq!(may(&paris).unwrap(), "la does not know the run's clock yet");
    assert_eq!(paris.may_offer(&name("la")), Ok(()), "it will by then");
    gives(&mut paris, 40, of_la(7, |_| {}));
    assert_eq!(may(&paris), None);
    gives(&mut paris, 3_000, entry(2, &started()));
    assert_eq!(may(&paris).unwrap(), "la is away: it cannot have the flag");
    // It was started again, and something of the program before comes late.
    gives(&mut paris, 3_010, of_la(8, |_| {}));
    gives(&mut paris, 3_020, of_la(7, |_| {}));
    assert_eq!(may(&paris), None);
    gives(&mut paris, 4_010, of_la(7, |_| {}));
    assert_eq!(may(&paris).unwrap(), "two programs use the name la: one has to go");
}

/// The last sign of life among the outputs.
fn sent(outputs: &[FlagOutput]) -> Option<u64> {
    outputs.iter().rev().find_map(|output| match output {
        FlagOutput::Request(ServerRequest::Post {
            post: Post { body: PostBody::Beat(beat), .. },
            ..
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
fn the_first_word_of_a_holder_may_say_that_it_hears_this_station() {
    let mut la = station("la", FlagStart::Joins);
    let first = sent(&gives(&mut la, 0, entry(1, &started()))).unwrap();
    gives(&mut la, 10, FlagInput::News(News::ReadTo { ticket: 0, last: 1 }));
    let said = expected(&gives(&mut la, 30, beat(4, Some(first))));
    assert!(matches!(said, Some(Some(Expected { after_seq: 4, .. }))), "{said:?}");
}

#[test]
fn messages_are_left_to_a_station_while_the_holder_hears_what_it_has_sent_since_it_stood_still() {
    const AWAY_MS: u64 = 2_000;
    let at = |ms: u64| MachineNs::new(1 + ms * 1_000_000);
    let mut la = station("la", FlagStart::Joins);
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

#[test]
fn an_answer_to_a_question_from_before_a_standstill_says_nothing_of_the_clock() {
    let mut la = la();
    gives(&mut la, 10, FlagInput::Tick);
    let answer = |ms: u64| {
        let (asked_ns, term, run_ns) = (at(ms).ns(), 1, RunNs::new(5));
        post("paris", PostBody::ClockTold { asked_ns, term, run_ns })
    };
    let is_told = |done: &[FlagOutput]| done.iter().any(|o| matches!(o, FlagOutput::Clock(_)));
    assert!(is_told(&gives(&mut la, 20, answer(10))));
    let done = gives(&mut la, 6_000, answer(15));
    assert!(!is_told(&done) && la.clock.is_empty(), "{done:?}");
    assert!(is_told(&gives(&mut la, 6_020, answer(6_010))));
}

#[test]
fn a_letter_is_taken_in_when_the_one_with_the_flag_says_so() {
    let mut la = la();
    gives(&mut la, 10, FlagInput::Letter(Letter::Wish(Wish::Note { text: "x".into() })));
    let got = |from| post(from, PostBody::Got { to: Some(Instance(1)), number: 1, refused: None });
    let is_sent = |output: &FlagOutput| {
        matches!(output, FlagOutput::Request(ServerRequest::Post { post, .. })
            if matches!(post.body, PostBody::Letter { .. }))
    };
    gives(&mut la, 20, got("mars"));
    // The letter of the program before this one, which had the same number.
    let before = PostBody::Got { to: Some(Instance(9)), number: 1, refused: None };
    gives(&mut la, 30, post("paris", before));
    assert!(gives(&mut la, 1_010, FlagInput::Tick).iter().any(is_sent));
    gives(&mut la, 1_020, got("paris"));
    assert!(!gives(&mut la, 2_010, FlagInput::Tick).iter().any(is_sent));
}

#[test]
fn a_log_that_has_lost_records_is_told_from_one_that_went_on() {
    for (last, alarm) in [(1, None), (0, Some("the log has lost records that it had stored"))] {
        let mut la = la();
        let done = gives_silently(&mut la, 10, FlagInput::StoodStill);
        let ticket = asked(&done);
        // It was stored after the log had answered, and came before the answer.
        gives_silently(&mut la, 20, entry(2, &record(2, "paris", 1, Event::Held {})));
        let answer = News::ReadTo { ticket, last };
        let done = gives_silently(&mut la, 30, FlagInput::News(answer));
        assert_eq!(alarms(&done).first().copied(), alarm);
    }
}

#[test]
fn a_station_that_is_gone_makes_room_for_one_that_comes() {
    let mut paris = paris();
    let number = |n: u64| format!("s-{n}");
    let knows = |flag: &Flag, station: &str| flag.stations.contains_key(&name(station));
    (0..64).for_each(|n| drop(gives(&mut paris, 10 + n, sign(&number(n), false))));
    gives(&mut paris, 1_000, sign("late", false));
    assert!(!knows(&paris, "late"), "all are there");
    for ms in (1_500..12_000).step_by(500) {
        (1..64).for_each(|n| drop(gives(&mut paris, ms, sign(&number(n), false))));
    }
    gives(&mut paris, 12_000, sign("late", false));
    assert!(knows(&paris, "late") && !knows(&paris, "s-0"));
}

/// The ticket of the last read among the outputs.
fn asked(outputs: &[FlagOutput]) -> u64 {
    let asked = outputs.iter().rev().find_map(|output| match output {
        FlagOutput::Request(ServerRequest::Read { ticket }) => Some(*ticket),
        _ => None,
    });
    asked.unwrap()
}

/// The last word on who is heard.
fn heard(outputs: &[FlagOutput]) -> Option<Vec<&str>> {
    outputs.iter().rev().find_map(|output| match output {
        FlagOutput::Heard(heard) => Some(heard.iter().map(StationName::as_str).collect()),
        _ => None,
    })
}

#[test]
fn nobody_is_away_before_a_station_has_listened_for_as_long_as_that_takes() {
    let mut paris = paris();
    let mut done = gives(&mut paris, 500, sign("la", false));
    for ms in [1_000, 1_500, 2_000] {
        done.extend(gives(&mut paris, ms, sign("la", false)));
    }
    assert_eq!(heard(&done), None, "it has just begun");
    assert_eq!(heard(&gives(&mut paris, 2_010, FlagInput::Tick)), Some(vec!["la"]));
    // It stands still for a minute, and cannot read the log for three seconds more.
    let mut done = gives_silently(&mut paris, 62_000, FlagInput::Tick);
    for ms in (62_500..65_000).step_by(500) {
        done.extend(gives_silently(&mut paris, ms, FlagInput::Tick));
    }
    let ticket = asked(&done);
    let read = FlagInput::News(News::ReadTo { ticket, last: 1 });
    done.extend(gives(&mut paris, 65_000, read));
    assert!(!paris.is_mute());
    for ms in [65_500, 66_000, 66_500, 67_000] {
        done.extend(gives(&mut paris, ms, FlagInput::Tick));
    }
    assert_eq!(heard(&done), None, "la is not away for that");
    assert_eq!(heard(&gives(&mut paris, 67_010, FlagInput::Tick)), Some(vec![]));
}

#[test]
fn a_station_is_away_as_soon_as_it_was_not_heard_for_two_seconds() {
    let mut paris = paris();
    for ms in (500..4_300).step_by(500) {
        gives(&mut paris, ms, sign("la", false));
    }
    gives(&mut paris, 4_130, sign("la", false));
    let (mut tick, mut done) = (at(4_130), vec![]);
    while heard(&done).is_none() {
        tick = paris.deadline().max(tick);
        paris.handle(tick, FlagInput::Tick);
        done.extend(std::iter::from_fn(|| paris.poll()));
    }
    assert_eq!(heard(&done), Some(vec![]));
    assert_eq!(tick, at(6_130) + Duration::from_nanos(1));
}

#[test]
fn what_a_station_has_slept_is_no_silence_of_the_holder() {
    let when = (RunNs::new(5), Timestamp::UNIX_EPOCH);
    let mut la = la();
    gives(&mut la, 500, sign("paris", true));
    gives(&mut la, 60_000, FlagInput::Tick);
    assert_eq!(
        la.take(at(60_100), "gone", None, when).unwrap_err(),
        "paris is there: to take the flag all the same, type its name"
    );
    for ms in (60_500..65_000).step_by(500) {
        gives(&mut la, ms, FlagInput::Tick);
    }
    assert_eq!(la.take(at(65_000), "gone", None, when), Ok(()));
}

#[test]
fn an_offer_lapses_after_a_standstill_once_its_holder_can_withdraw_it() {
    let mut paris = paris();
    let offered = record(2, "paris", 1, Event::FlagOffered { to: name("la") });
    let done = gives(&mut paris, 10, FlagInput::Recorded(vec![offered.clone()]));
    answers(&mut paris, 20, &done, &Appended::Stored { sequence: 2 });
    gives(&mut paris, 20, entry(2, &offered));
    let done = gives_silently(&mut paris, 61_000, FlagInput::Tick);
    assert!(paris.is_mute() && !done.contains(&FlagOutput::Lapsed));
    let ticket = asked(&done);
    let done = gives(&mut paris, 61_100, FlagInput::News(News::ReadTo { ticket, last: 2 }));
    let at = |wanted: FlagOutput| done.iter().position(|output| *output == wanted);
    let speaks = at(FlagOutput::Mute(false));
    assert!(speaks.is_some() && speaks < at(FlagOutput::Lapsed), "{done:?}");
}

#[test]
fn an_offer_that_has_lapsed_stands_at_its_receiver_until_it_is_withdrawn() {
    let mut la = la();
    gives(&mut la, 10, entry(2, &record(2, "paris", 1, Event::FlagOffered { to: name("la") })));
    for ms in (500..70_000).step_by(500) {
        gives(&mut la, ms, FlagInput::Tick);
    }
    assert_eq!(la.view().offer_age, Some(Duration::from_millis(69_500 - 10)));
}

#[test]
fn a_run_that_was_called_without_its_log_does_not_go_on_in_it_unread() {
    let alone = |seq: u64| Record { origin: None, ..record(seq, "paris", 1, Event::Held {}) };
    for (own, may_go_on) in [(vec![started()], true), (vec![started(), alone(2)], false)] {
        let mut paris = station("paris", FlagStart::Resumes(own));
        let mut done = vec![];
        for ms in (0..4_000).step_by(500) {
            done.extend(gives_silently(&mut paris, ms, FlagInput::Tick));
        }
        assert_eq!(done.contains(&FlagOutput::Asks), may_go_on);
        let said = alarms(&done);
        assert_eq!(said.iter().any(|said| said.contains("without --share")), !may_go_on);
        gives_silently(&mut paris, 4_000, FlagInput::GoOn);
        assert_eq!((paris.holds(), paris.is_mute()), (may_go_on, !may_go_on));
    }
}

#[test]
fn a_log_without_the_run_leaves_the_journal_as_it_is() {
    let there = vec![started(), passed(2, "paris", 1, "la"), record(3, "la", 2, Event::Held {})];
    let alone = Record { origin: None, ..record(4, "la", 2, Event::Resumed {}) };
    let by_itself = [there.clone(), vec![alone]].concat();
    for (me, own, said) in [
        ("paris", there.clone(), Some("la has the flag: resume it there, with --share")),
        ("la", by_itself, Some("resume it without --share")),
        ("la", there.clone(), None),
    ] {
        let mut flag = station(me, FlagStart::Resumes(own.clone()));
        let ticket = asked(&gives_silently(&mut flag, 10, FlagInput::Tick));
        let read = FlagInput::News(News::ReadTo { ticket, last: 0 });
        let mut done = gives_silently(&mut flag, 20, read);
        for ms in (500..4_000).step_by(500) {
            done.extend(gives_silently(&mut flag, ms, FlagInput::Tick));
        }
        let aside = |output: &FlagOutput| matches!(output, FlagOutput::Aside { .. });
        assert!(!done.iter().any(aside));
        assert_eq!((flag.holds(), flag.is_mute()), (said.is_none(), said.is_some()));
        let alarms = alarms(&done);
        match said {
            Some(said) => {
                assert!(alarms.len() == 1 && alarms[0].contains(said), "{alarms:?}");
                assert_eq!(appends(&done), []);
            }
            None => {
                let seqs: Vec<_> = appends(&done).iter().map(|(_, expects, _)| *expects).collect();
                assert_eq!(seqs, [0, 1, 2], "the log gets the whole run");
            }
        }
    }
}

#[test]
fn a_station_that_waits_for_its_run_follows_when_it_is_there() {
    let own = vec![started(), passed(2, "paris", 1, "la"), record(3, "la", 2, Event::Held {})];
    let mut paris = station("paris", FlagStart::Resumes(own.clone()));
    let ticket = asked(&gives_silently(&mut paris, 10, FlagInput::Tick));
    gives_silently(&mut paris, 20, FlagInput::News(News::ReadTo { ticket, last: 0 }));
    for (sequence, record) in (1..).zip(&own) {
        gives_silently(&mut paris, 500, entry(sequence, record));
    }
    let ticket = asked(&gives_silently(&mut paris, 1_100, FlagInput::Tick));
    let done = gives_silently(&mut paris, 1_200, FlagInput::News(News::ReadTo { ticket, last: 3 }));
    assert!(done.contains(&FlagOutput::Mute(false)));
    assert_eq!((paris.holds(), paris.last_seq()), (false, 3));
}

#[test]
fn a_station_says_at_once_that_it_knows_the_clock() {
    let mut la = la();
    gives(&mut la, 500, sign("paris", true));
    let told = |asked_ms: u64| {
        let (asked_ns, run_ns) = (at(asked_ms).ns(), RunNs::new(7));
        post("paris", PostBody::ClockTold { asked_ns, term: 1, run_ns })
    };
    let says = |outputs: &[FlagOutput]| {
        outputs.iter().any(|output| match output {
            FlagOutput::Request(ServerRequest::Post {
                post: Post { body: PostBody::Beat(beat), .. },
                ..
            }) => beat.uncertainty_ns.is_some(),
            _ => false,
        })
    };
    assert!(says(&gives(&mut la, 610, told(600))));
    assert!(!says(&gives(&mut la, 710, told(700))), "once");
}
