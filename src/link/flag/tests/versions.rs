//! Versions of the show in a shared run, as one flag sees them.

use super::*;
use crate::engine::Revised;

fn revised(seq: u64, station: &str, sha256: &str) -> Record {
    let event = Event::ShowRevised {
        revision: 2,
        show_crc: "0".into(),
        sha256: Some(sha256.into()),
        changed: 1,
        added: 0,
        removed: 0,
        show: Revised::default(),
    };
    record(seq, station, 1, event)
}

fn keeps(outputs: &[FlagOutput]) -> usize {
    let is_keep =
        |output: &&FlagOutput| matches!(output, FlagOutput::Request(ServerRequest::Keep { .. }));
    outputs.iter().filter(is_keep).count()
}

fn fetches(outputs: &[FlagOutput]) -> usize {
    let is_fetch =
        |output: &&FlagOutput| matches!(output, FlagOutput::Request(ServerRequest::Fetch { .. }));
    outputs.iter().filter(is_fetch).count()
}

fn announced(outputs: &[FlagOutput]) -> bool {
    outputs.contains(&FlagOutput::Announced { sha256: "b".into() })
}

fn kept(sha256: &str, outcome: Result<(), String>) -> FlagInput {
    FlagInput::News(News::Kept { sha256: sha256.into(), outcome })
}

fn fetched(text: Result<Arc<str>, String>) -> FlagInput {
    FlagInput::News(News::Fetched { sha256: "b".into(), text })
}

fn text() -> FlagInput {
    FlagInput::Text { sha256: "b".into(), text: "title = \"B\"".into() }
}

/// LA, which follows Paris and has read the first record.
fn follower() -> Flag {
    let mut la = station("la", FlagStart::Joins);
    gives(&mut la, 0, entry(1, &started()));
    gives(&mut la, 1, sign("paris", true));
    la
}

#[test]
fn a_record_waits_until_the_server_has_the_version_that_it_names() {
    let mut paris = station("paris", FlagStart::Opens);
    gives(&mut paris, 0, text());
    let records = vec![started(), revised(2, "paris", "b"), record(3, "paris", 1, Event::Held {})];
    let done = gives(&mut paris, 1, FlagInput::Recorded(records));
    assert_eq!((appends(&done).len(), keeps(&done)), (1, 1), "{done:?}");
    // It is asked once, and again a while after it has said no.
    assert_eq!(keeps(&gives(&mut paris, 100, FlagInput::Tick)), 0);
    let full = || kept("b", Err("the store is full".into()));
    assert_eq!(keeps(&gives(&mut paris, 200, full())), 0);
    assert_eq!(keeps(&gives(&mut paris, 1_100, FlagInput::Tick)), 0);
    assert_eq!(keeps(&gives(&mut paris, 1_300, FlagInput::Tick)), 1);
    // Of another text nothing follows.
    assert_eq!(appends(&gives(&mut paris, 1_400, kept("c", Ok(())))).len(), 0);
    let done = gives(&mut paris, 1_500, kept("b", Ok(())));
    assert_eq!((appends(&done).len(), keeps(&done)), (2, 0), "both, in one go");
}

#[test]
fn a_version_whose_text_is_lost_is_said_to_be_lost() {
    let mut paris = station("paris", FlagStart::Opens);
    let done = gives(&mut paris, 0, FlagInput::Recorded(vec![started(), revised(2, "paris", "b")]));
    assert_eq!(appends(&done).len(), 1);
    let lost = "the log cannot have version 2 of the show: its text is not here";
    assert_eq!(alarms(&done), [lost]);
    assert!(alarms(&gives(&mut paris, 600, FlagInput::Tick)).is_empty(), "once");
}

#[test]
fn the_log_waits_for_a_version_that_is_not_here() {
    let mut la = follower();
    let done = gives(&mut la, 10, entry(2, &revised(2, "paris", "b")));
    assert_eq!(fetches(&done), 1);
    let follows = |done: &[FlagOutput]| {
        let followed = done.iter().filter_map(|output| match output {
            FlagOutput::Follow(records) => Some(records.len()),
            _ => None,
        });
        followed.sum::<usize>()
    };
    assert_eq!(follows(&done), 0);
    // What comes after it neither, and nothing is asked for a second time.
    let held = entry(3, &record(3, "paris", 1, Event::Held {}));
    let done = gives(&mut la, 11, held.clone());
    assert_eq!((follows(&done), fetches(&done), la.seq()), (0, 0, 1));
    let lost = || Err("the connection was lost".to_owned());
    let done = gives(&mut la, 20, fetched(lost()));
    let why = "this station waits for version 2 of the show: the connection was lost";
    assert_eq!(alarms(&done), [why]);
    assert_eq!(fetches(&gives(&mut la, 600, FlagInput::Tick)), 0);
    assert_eq!(fetches(&gives(&mut la, 1_100, FlagInput::Tick)), 1);
    assert!(alarms(&gives(&mut la, 1_150, fetched(lost()))).is_empty(), "it was said");
    assert_eq!(fetches(&gives(&mut la, 2_200, FlagInput::Tick)), 1);
    let done = gives(&mut la, 2_300, fetched(Ok("text".into())));
    let version = FlagOutput::Version { number: 2, sha256: "b".into(), text: "text".into() };
    assert!(done.contains(&version) && follows(&done) == 0, "{done:?}");
    let done = gives(&mut la, 2_400, FlagInput::Version { sha256: "b".into(), outcome: Ok(()) });
    assert!(done.contains(&FlagOutput::Request(ServerRequest::Follow { from: 2 })), "{done:?}");
    let done = gives(&mut la, 2_500, entry(2, &revised(2, "paris", "b")));
    assert_eq!((follows(&done), fetches(&done)), (1, 0));
    assert_eq!((follows(&gives(&mut la, 2_600, held)), la.seq()), (1, 3));
}

#[test]
fn a_version_is_announced_until_all_that_are_heard_have_it() {
    let mut paris = station("paris", FlagStart::Opens);
    gives(&mut paris, 0, FlagInput::Recorded(vec![started()]));
    gives(&mut paris, 1, entry(1, &started()));
    gives(&mut paris, 2, sign("la", false));
    let announce = || FlagInput::Announce { sha256: "b".into(), text: "title = \"B\"".into() };
    let tells = |done: &[FlagOutput]| {
        let is_word = |output: &FlagOutput| matches!(output, FlagOutput::Request(ServerRequest::Post { post, .. }) if matches!(post.body, PostBody::Version { .. }));
        done.iter().filter(|output| is_word(output)).count()
    };
    let done = gives(&mut paris, 10, announce());
    assert_eq!((keeps(&done), tells(&done), announced(&done)), (1, 0, false), "not kept yet");
    let done = gives(&mut paris, 20, kept("b", Ok(())));
    assert_eq!((tells(&done), announced(&done)), (1, false));
    // What is sent from station to station may get lost.
    assert_eq!(tells(&gives(&mut paris, 530, FlagInput::Tick)), 1);
    let other = post("la", PostBody::HasVersion { sha256: "c".into() });
    assert!(!announced(&gives(&mut paris, 540, other)));
    let has = post("la", PostBody::HasVersion { sha256: "b".into() });
    assert!(announced(&gives(&mut paris, 550, has)));
    // A station that does not answer is not waited for in vain.
    gives(&mut paris, 600, sign("la", false));
    assert!(!announced(&gives(&mut paris, 700, announce())));
    gives(&mut paris, 1_600, sign("la", false));
    gives(&mut paris, 2_600, sign("la", false));
    assert!(!announced(&gives(&mut paris, 3_600, sign("la", false))));
    assert!(announced(&gives(&mut paris, 3_800, FlagInput::Tick)));
    // Where nobody is there, nobody is waited for.
    let mut alone = station("paris", FlagStart::Opens);
    assert!(announced(&gives(&mut alone, 0, announce())));
}

#[test]
fn a_version_that_was_announced_is_there_when_its_record_comes() {
    let mut la = follower();
    let version = || PostBody::Version { sha256: "b".into() };
    assert_eq!(fetches(&gives(&mut la, 10, post("mars", version()))), 0, "mars has no flag");
    assert_eq!(fetches(&gives(&mut la, 20, post("paris", version()))), 1);
    assert_eq!(fetches(&gives(&mut la, 30, post("paris", version()))), 0, "it is under way");
    let answers = |done: &[FlagOutput]| {
        let is_answer = |output: &FlagOutput| matches!(output, FlagOutput::Request(ServerRequest::Post { post, .. }) if matches!(post.body, PostBody::HasVersion { .. }));
        done.iter().filter(|output| is_answer(output)).count()
    };
    assert_eq!(answers(&gives(&mut la, 40, fetched(Ok("text".into())))), 1);
    assert_eq!(answers(&gives(&mut la, 50, post("paris", version()))), 1, "an answer may be lost");
    let done = gives(&mut la, 60, entry(2, &revised(2, "paris", "b")));
    let version = FlagOutput::Version { number: 2, sha256: "b".into(), text: "text".into() };
    assert!(done.contains(&version) && fetches(&done) == 0, "{done:?}");
}
