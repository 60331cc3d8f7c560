//! The log: what is appended is read, once and in order, through crashes and cuts.

use std::time::Instant;

use handover::link::{
    Appended, Instance, News, Post, PostBody, PostTo, ServerRequest, ServerVersion, StationName,
    VERSION_MIN,
};

use super::station::note;
use super::{NatsServer, Proxy, Station, access, is_missing, run};
use crate::harness::{PATIENCE, SILENCE, pass};

#[test]
fn what_one_station_appends_another_reads_as_it_was() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let mut paris =
        Station::open(access(&server.url()), run("r-1"), "paris", handover::link::LogStart::Shares);
    let facts = paris.await_connected();
    assert!(ServerVersion::read(&facts.version).is_some_and(|version| version >= VERSION_MIN));
    assert_eq!(facts.replicas, 1);
    let mut la = Station::joins(access(&server.url()), run("r-1"), "la");
    la.follow(1);
    // All of them are under way at once.
    let tickets: Vec<_> = (1..=300)
        .map(|seq| {
            let id = paris.id(seq);
            paris.append(seq - 1, &id, note(seq, "paris"))
        })
        .collect();
    for (ticket, seq) in tickets.into_iter().zip(1..) {
        assert_eq!(paris.await_outcome(ticket), Appended::Stored { sequence: seq });
    }
    for seq in 1..=300 {
        assert_eq!(la.await_entry(), (seq, note(seq, "paris")));
    }
    // From the middle on, as a station that has the beginning.
    la.follow(299);
    assert_eq!(la.await_entry().0, 299);
    assert_eq!(la.await_entry().0, 300);
    assert_eq!(paris.note(300), Appended::Stored { sequence: 301 });
    assert_eq!(la.await_entry(), (301, note(301, "paris")));
}

#[test]
fn a_batch_on_a_wrong_end_leaves_nothing_and_a_repetition_nothing_twice() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let mut paris = Station::shares(access(&server.url()), run("r-2"), "paris");
    assert_eq!(paris.note(0), Appended::Stored { sequence: 1 });
    let tickets: Vec<_> = [2, 3, 4]
        .map(|expects| {
            let id = paris.id(expects + 100);
            paris.append(expects, &id, note(expects + 1, "paris"))
        })
        .into();
    for ticket in tickets {
        assert_eq!(paris.await_outcome(ticket), Appended::WrongSequence);
    }
    // The same message again: the server knows it, or says that the end has moved.
    let again = paris.note(0);
    assert!(
        matches!(again, Appended::Stored { sequence: 1 } | Appended::WrongSequence),
        "{again:?}"
    );
    assert_eq!(paris.read_all(), [note(1, "paris")]);
}

#[test]
fn an_end_is_read_when_all_before_it_was() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let mut paris = Station::shares(access(&server.url()), run("r-3"), "paris");
    assert!(paris.read_all().is_empty());
    for expects in 0..20 {
        paris.note(expects);
    }
    let lines: Vec<_> = (1..=20).map(|seq| note(seq, "paris")).collect();
    assert_eq!(paris.read_all(), lines);
    let mut la = Station::joins(access(&server.url()), run("r-3"), "la");
    la.request(ServerRequest::Read { ticket: 9 });
    la.await_news(|news| matches!(news, News::NotRead { ticket: 9, .. }).then_some(()));
    assert_eq!(la.read_all(), lines);
}

#[test]
fn a_station_that_takes_its_time_to_read_is_waited_for() {
    if is_missing() {
        return;
    }
    // More than waits for a station.
    const ENTRIES: u64 = 4_500;
    let server = NatsServer::start();
    let mut paris = Station::shares(access(&server.url()), run("r-9"), "paris");
    for first in (0..ENTRIES).step_by(500) {
        let tickets: Vec<_> = (first..first + 500)
            .map(|expects| {
                paris.append(expects, &paris.id(expects + 1), note(expects + 1, "paris"))
            })
            .collect();
        for ticket in tickets {
            assert!(matches!(paris.await_outcome(ticket), Appended::Stored { .. }));
        }
    }
    let mut la = Station::joins(access(&server.url()), run("r-9"), "la");
    la.follow(1);
    la.request(ServerRequest::Read { ticket: 9 });
    // It stands still for longer than a read may stall.
    pass(3_500);
    let mut next = 1;
    la.await_news(|news| match news {
        News::Entry { sequence, .. } => {
            assert_eq!(sequence, next, "nothing came twice");
            next += 1;
            None
        }
        News::ReadTo { ticket: 9, last } => {
            assert_eq!((last, next), (ENTRIES, ENTRIES + 1));
            Some(())
        }
        News::NotRead { why, .. } => panic!("{why}, at {next}"),
        _ => None,
    });
}

/// Appends `most` notes, whatever becomes of the server, as the flag does it: what is not known is
/// read. `at` is called before each note. Gives what was acknowledged.
pub(super) fn write_through(station: &mut Station, most: u64, mut at: impl FnMut(u64)) -> Vec<u64> {
    let (mut seq, mut highest, mut stored, begun) = (1, 0, vec![], Instant::now());
    while seq <= most {
        assert!(begun.elapsed() < 4 * PATIENCE, "at {seq} of {most}");
        if seq > highest {
            highest = seq;
            at(seq);
        }
        match station.note(seq - 1) {
            Appended::Stored { sequence } => {
                assert_eq!(sequence, seq);
                stored.push(seq);
                seq += 1;
            }
            Appended::Unknown { .. } | Appended::WrongSequence => {
                seq = station.read_all().len() as u64 + 1;
            }
            // Nobody is there: the connection is awaited, as long as it takes.
            Appended::Refused { .. } => drop(station.await_connected()),
        }
    }
    stored
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_it_has_acknowledged() {
    if is_missing() {
        return;
    }
    let mut server = NatsServer::start();
    let mut paris = Station::shares(access(&server.url()), run("r-4"), "paris");
    let mut la = Station::joins(access(&server.url()), run("r-4"), "la");
    la.follow(1);
    let stored = write_through(&mut paris, 120, |seq| {
        if seq % 40 == 20 {
            server.kill();
            server.restart();
        }
    });
    assert!(stored.len() > 100, "{}", stored.len());
    let lines: Vec<_> = (1..=120).map(|seq| note(seq, "paris")).collect();
    for (sequence, expected) in (1..).zip(&lines) {
        assert_eq!(la.await_entry(), (sequence, expected.clone()), "{}", server.log());
    }
    assert_eq!(paris.read_all(), lines);
}

#[test]
fn a_cut_is_told_and_what_was_asked_meanwhile_is_never_sent_later() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let proxy = Proxy::to(server.port());
    let mut paris = Station::shares(access(&proxy.url()), run("r-5"), "paris");
    assert_eq!(paris.note(0), Appended::Stored { sequence: 1 });
    proxy.cut();
    paris.await_lost();
    let refused = paris.note(1);
    assert!(matches!(refused, Appended::Refused { .. }), "{refused:?}");
    proxy.repair();
    paris.await_connected();
    assert_eq!(paris.read_all(), [note(1, "paris")]);
    assert_eq!(paris.note(1), Appended::Stored { sequence: 2 });
}

#[test]
fn a_silent_line_is_noticed_and_nothing_comes_through_it_later() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let proxy = Proxy::to(server.port());
    let mut paris = Station::shares(access(&proxy.url()), run("r-6"), "paris");
    let mut la = Station::joins(access(&server.url()), run("r-6"), "la");
    la.follow(1);
    assert_eq!(paris.note(0), Appended::Stored { sequence: 1 });
    la.await_entry();
    proxy.swallow();
    let begun = Instant::now();
    let unknown = paris.note(1);
    assert!(matches!(unknown, Appended::Unknown { .. }), "{unknown:?}");
    paris.await_lost();
    assert!(begun.elapsed().as_secs() < 6, "{:?}", begun.elapsed());
    proxy.repair();
    paris.await_connected();
    assert!(la.next(SILENCE).is_none(), "what was given up has come through");
    assert_eq!(paris.note(1), Appended::Stored { sequence: 2 });
    assert_eq!(la.await_entry(), (2, note(2, "paris")));
}

#[test]
fn a_follower_goes_on_after_a_cut_where_it_broke_off() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let proxy = Proxy::to(server.port());
    let mut paris = Station::shares(access(&server.url()), run("r-7"), "paris");
    let mut la = Station::joins(access(&proxy.url()), run("r-7"), "la");
    la.follow(1);
    for expects in 0..10 {
        paris.note(expects);
    }
    for seq in 1..=10 {
        assert_eq!(la.await_entry().0, seq);
    }
    proxy.cut();
    la.await_lost();
    for expects in 10..20 {
        paris.note(expects);
    }
    proxy.repair();
    for seq in 11..=20 {
        assert_eq!(la.await_entry(), (seq, note(seq, "paris")));
    }
}

#[test]
fn posts_reach_those_whom_they_are_for() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let join = |name| Station::shares(access(&server.url()), run("r-8"), name);
    let (mut paris, mut la, mut stage) = (join("paris"), join("la"), join("stage-left"));
    let post = |asked_ns| {
        let from = StationName::new("paris").unwrap();
        Post { from, instance: Instance(1), body: PostBody::ClockAsked { asked_ns } }
    };
    let heard = |station: &mut Station| {
        station.await_news(|news| match news {
            News::Post(Post { body: PostBody::ClockAsked { asked_ns }, .. }) => Some(asked_ns),
            _ => None,
        })
    };
    paris.request(ServerRequest::Post { to: PostTo::All, post: post(1) });
    assert_eq!((heard(&mut la), heard(&mut stage), heard(&mut paris)), (1, 1, 1));
    let to = PostTo::Station(StationName::new("la").unwrap());
    paris.request(ServerRequest::Post { to, post: post(2) });
    paris.request(ServerRequest::Post { to: PostTo::All, post: post(3) });
    // The order of what is for all and what is for one is nobody's promise.
    let mut both = [heard(&mut la), heard(&mut la)];
    both.sort_unstable();
    assert_eq!((both, heard(&mut stage)), ([2, 3], 3));
}
