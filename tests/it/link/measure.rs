//! Figures, by hand: `cargo test --test it -- link::measure --ignored --nocapture`.

use std::time::{Duration, Instant};

use handover::link::{Appended, News, ServerRequest};

use super::cluster::Cluster;
use super::station::note;
use super::{NatsServer, Station, access, is_missing, run};

pub(super) fn quantile(sorted: &[Duration], part: f64) -> Duration {
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

#[test]
#[ignore = "a measurement"]
fn append_to_follower() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let cluster = Cluster::start();
    for (name, url) in [("alone", server.url()), ("cluster", cluster.url.clone())] {
        let mut paris = Station::shares(access(&url), run("r-1"), "paris");
        let mut la = Station::joins(access(&url), run("r-1"), "la");
        la.follow(1);
        let mut took = vec![];
        for seq in 1..=1000 {
            let begun = Instant::now();
            let ticket = paris.append(seq - 1, &paris.id(seq), note(seq, "paris"));
            assert_eq!(la.await_entry().0, seq);
            took.push(begun.elapsed());
            assert_eq!(paris.await_outcome(ticket), Appended::Stored { sequence: seq });
        }
        took.sort();
        println!(
            "append to follower, {name}: p50 {:?} p99 {:?} max {:?}",
            quantile(&took, 0.5),
            quantile(&took, 0.99),
            quantile(&took, 1.0)
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn join_long_runs() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let mut paris = Station::shares(access(&server.url()), run("r-1"), "paris");
    let (mut sent, mut stored) = (0, 0);
    for most in [10_000, 100_000] {
        let begun = Instant::now();
        while stored < most {
            while sent < most && sent - stored < 200 {
                paris.append(sent, &paris.id(sent + 1), note(sent + 1, "paris"));
                sent += 1;
            }
            stored = paris.await_news(|news| match news {
                News::Appended { outcome: Appended::Stored { sequence }, .. } => Some(sequence),
                News::Connected(_) => None,
                other => panic!("{other:?}"),
            });
        }
        println!("{most} records written, {:?}", begun.elapsed());
        for _ in 0..3 {
            let begun = Instant::now();
            let mut la = Station::joins(access(&server.url()), run("r-1"), "la");
            la.follow(1);
            la.request(ServerRequest::Read { ticket: 7 });
            let mut entries = 0;
            while let Some(news) = la.next(Duration::from_secs(10)) {
                match news {
                    News::Entry { .. } => entries += 1,
                    News::ReadTo { .. } => break,
                    News::NotRead { .. } => la.request(ServerRequest::Read { ticket: 7 }),
                    _ => {}
                }
            }
            println!("join {most}: {entries} entries in {:?}", begun.elapsed());
            la.link.close();
        }
    }
}

#[test]
#[ignore = "a measurement"]
fn outage_when_the_leader_is_killed() {
    if is_missing() {
        return;
    }
    let mut cluster = Cluster::start();
    let mut paris = Station::shares(access(&cluster.url), run("r-1"), "paris");
    let mut seq = 0;
    for round in 0..6 {
        for _ in 0..20 {
            assert_eq!(paris.note(seq), Appended::Stored { sequence: seq + 1 });
            seq += 1;
        }
        std::thread::sleep(Duration::from_secs(4));
        paris.read_all();
        let leader = Cluster::leader(&paris);
        let begun = Instant::now();
        cluster.servers[leader].kill();
        loop {
            match paris.note(seq) {
                Appended::Stored { .. } => break,
                Appended::Unknown { .. } | Appended::WrongSequence => {
                    seq = paris.read_all().len() as u64;
                }
                Appended::Refused { .. } => drop(paris.await_connected()),
            }
        }
        seq += 1;
        println!(
            "round {round}: n{leader} killed, {:?} until an append was stored",
            begun.elapsed()
        );
        cluster.servers[leader].restart();
    }
}
