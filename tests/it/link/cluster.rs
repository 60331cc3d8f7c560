//! A cluster of three servers whose leader is killed.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use handover::link::{
    Appended, Instance, LogStart, News, Post, PostBody, PostTo, ServerRequest, StationName,
};

use super::log::write_through;
use super::server::JETSTREAM;
use super::station::note;
use super::{NatsServer, Station, access, is_missing, run};
use crate::commands::succeeds;
use crate::harness::{House, PATIENCE, await_some};

/// Three servers on loopback, and the URL of all.
pub(super) struct Cluster {
    pub(super) servers: Vec<NatsServer>,
    pub(super) url: String,
}

/// A port that was free a moment ago: the servers have to know each other's before they start.
fn free_ports() -> [u16; 6] {
    let held: [TcpListener; 6] =
        std::array::from_fn(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port"));
    held.map(|listener| listener.local_addr().expect("its address").port())
}

impl Cluster {
    pub(super) fn start() -> Self {
        let ports = free_ports();
        let routes: Vec<_> =
            ports[3..].iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let mut servers: Vec<_> = (0..3)
            .map(|n| {
                NatsServer::stopped(&format!(
                    "{JETSTREAM}server_name: n{n}\n\
                     cluster {{ name: show, listen: \"127.0.0.1:{}\", routes: [{}] }}\n",
                    ports[3 + n],
                    routes.join(", ")
                ))
            })
            .collect();
        for (server, port) in servers.iter_mut().zip(ports) {
            server.start_at(port);
        }
        let urls: Vec<_> =
            ports[..3].iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let cluster = Cluster { servers, url: urls.join(",") };
        // A cluster that has just begun has no leader yet.
        let begun = await_some(PATIENCE, || handover::link::runs(&access(&cluster.url)).ok());
        assert!(begun.is_some(), "{}", cluster.servers[0].log());
        cluster
    }

    /// The server that leads the log, by its number, as the station knows it.
    pub(super) fn leader(station: &Station) -> usize {
        let leader = station.server.leader.as_deref().expect("a leader");
        leader.trim_start_matches('n').parse().expect("a number")
    }
}

#[test]
fn a_cluster_goes_on_when_the_leader_of_the_log_is_killed() {
    if is_missing() {
        return;
    }
    let mut cluster = Cluster::start();
    let mut paris = Station::open(access(&cluster.url), run("r-1"), "paris", LogStart::Shares);
    assert_eq!(paris.await_connected().replicas, 3);
    let leader = Cluster::leader(&paris);
    let mut la = Station::joins(access(&cluster.url), run("r-1"), "la");
    la.follow(1);
    let stored = write_through(&mut paris, 60, |seq| {
        if seq == 30 {
            cluster.servers[leader].kill();
        }
    });
    assert!(stored.len() >= 55, "{stored:?}");
    for seq in 1..=60 {
        assert_eq!(la.await_entry(), (seq, note(seq, "paris")));
    }
    cluster.servers[leader].restart();
    assert_eq!(paris.note(60), Appended::Stored { sequence: 61 });
    assert_eq!(la.await_entry(), (61, note(61, "paris")));
}

#[test]
fn a_holder_says_that_the_log_takes_nothing_while_nothing_is_written() {
    if is_missing() {
        return;
    }
    for keeps_leader in [true, false] {
        let mut cluster = Cluster::start();
        let mut first = Station::open(access(&cluster.url), run("r-1"), "first", LogStart::Shares);
        first.await_connected();
        let leads = Cluster::leader(&first);
        let kept = if keeps_leader { leads } else { (leads + 1) % 3 };
        // The server that is left leads this log, or that one, or none.
        let url = format!("nats://127.0.0.1:{}", cluster.servers[kept].port());
        let mut paris = Station::joins(access(&url), run("r-1"), "paris");
        assert!(paris.read_all().is_empty());
        let house = House::new();
        let show = house.show("title = \"Alone\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n");
        let holder = house.open(&["--share", &url, "--station", "paris", &show]);
        holder.await_words(&["THE FLAG IS HERE"]);
        let listed = || succeeds(&["stations", &url]).contains("Alone").then_some(());
        await_some(PATIENCE, listed).expect("the run has its log");
        for at in (0..3).filter(|at| *at != kept) {
            cluster.servers[at].kill();
        }
        holder.await_words(&["ALONE"]);
        let mut ticket = 0;
        let why = await_some(PATIENCE, || {
            ticket += 1;
            paris.request(ServerRequest::Read { ticket });
            paris.await_news(|news| match news {
                News::ReadTo { ticket: told, .. } if told == ticket => Some(None),
                News::NotRead { ticket: told, why } if told == ticket => Some(Some(why)),
                _ => None,
            })
        });
        let why = why.expect("the server that is left gives the log as whole");
        // A leader without the others answers still, and says that they are gone.
        assert!(!keeps_leader || why.contains("stores nothing"), "{why}");
        cluster.servers[(kept + 1) % 3].restart();
        holder.await_words(&["THE FLAG IS HERE"]);
    }
}

#[test]
fn stations_hear_each_other_while_the_log_has_no_leader() {
    if is_missing() {
        return;
    }
    let mut cluster = Cluster::start();
    let mut first = Station::shares(access(&cluster.url), run("r-1"), "first");
    assert_eq!(first.note(0), Appended::Stored { sequence: 1 });
    // A leader that is left gives the log for some seconds more.
    let kept = (Cluster::leader(&first) + 1) % 3;
    for at in (0..3).filter(|at| *at != kept) {
        cluster.servers[at].kill();
    }
    let url = format!("nats://127.0.0.1:{}", cluster.servers[kept].port());
    let [mut paris, mut la] =
        ["paris", "la"].map(|name| Station::open(access(&url), run("r-1"), name, LogStart::Joins));
    let [from_paris, from_la] = ["paris", "la"].map(|name| Post {
        from: StationName::new(name).unwrap(),
        instance: Instance(1),
        body: PostBody::ClockAsked { asked_ns: 1 },
    });
    let hears = |station: &mut Station, other: &Station, post: &Post| {
        // It is sent again, as a sign of life is, until the other is there.
        let heard = await_some(PATIENCE, || {
            other.request(ServerRequest::Post { to: PostTo::All, post: post.clone() });
            let news = station.next(Duration::from_millis(200));
            matches!(news, Some(News::Post(heard)) if heard == *post).then_some(())
        });
        heard.expect("it hears the other");
    };
    hears(&mut la, &paris, &from_paris);
    hears(&mut paris, &la, &from_la);
    cluster.servers[(kept + 1) % 3].restart();
    la.await_connected();
    assert_eq!(la.read_all().len(), 1);
}
