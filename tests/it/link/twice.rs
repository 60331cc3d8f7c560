//! The same name twice in a run: the second program is refused, and where it comes in all the same,
//! one of the two sends and the other looks on.

use std::time::Duration;

use rustix::process::Signal;

use super::pair::Pair;
use super::{NatsServer, Proxy, is_missing};
use crate::harness::{House, PATIENCE, Program, await_some, in_time};

#[test]
fn a_name_that_is_in_use_is_refused_before_the_station_takes_part() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        let (house, url) = (House::new(), pair.server.url());
        for name in ["la", "paris"] {
            let mut other = house.spawn(&["join", &url, "--station", name], (200, 36), &[]);
            assert_eq!(other.await_exit().exit_code(), 1);
            let said = other.last_screen();
            let part = format!("as {name}: it was heard just now");
            assert!(said.contains(&part) && said.contains("with another --station NAME"), "{said}");
            assert!(!house.state().join("runs").exists(), "{said}");
        }
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
        pair.paris.await_event("action_sent", 4);
        let screens = [pair.paris.screen(), pair.la.screen()];
        assert!(!screens.iter().any(|screen| screen.contains("twice")), "{screens:?}");
        // Another name is free.
        house.open(&["join", &url, "--station", "mars"]).await_words(&["PARIS HAS THE FLAG"]);
    });
}

#[test]
fn of_two_programs_of_one_name_one_sends_and_the_other_goes_on_when_it_leaves() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let server = NatsServer::start();
        let (proxy, url) = (Proxy::to(server.port()), server.url());
        let mut pair = Pair::by([&url, &proxy.url()], server, 0);
        proxy.cut();
        pair.paris.await_words(&["la is away"]);
        let house = House::new();
        let mut other = house.open(&["join", &url, "--station", "la"]);
        other.await_words(&["you follow"]);
        let is_there = |text: &str| !text.lines().next().is_some_and(|row| row.contains("away"));
        pair.paris.await_screen("la to be there", is_there);
        proxy.repair();
        pair.la.await_words(&["LOOKS ON: another la was first"]);
        pair.paris.await_words(&["la is there twice"]);
        other.await_words(&["another la is there, too"]);
        pair.la.press_to_see("!", &["another program has its name"]);
        // Nobody could say which of them would have the flag.
        pair.paris.press_to_see("f", &["offers the flag to"]);
        pair.paris.press_to_see("\r", &["two programs use the name la"]);
        pair.paris.press_to_see("f", &["la is there twice"]);
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        pair.wire_la.expect("/la/1");
        let journal = pair.paris.await_event("action_sent", 2);
        assert!(journal.of_kind("action_failed").is_empty());
        pair.wire_la.expect_silence();
        // It leaves outputs that nobody else sends.
        other.press_to_see("q", &["y leaves", "la-lights goes down for all stations"]);
        other.keys("y");
        assert!(other.await_exit().success());
        pair.la.await_screen("la to be the station", |text| !text.contains("LOOKS ON"));
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
        pair.paris.await_event("action_sent", 4);
        pair.wire_la.expect_silence();
        let journal = pair.await_same_journal();
        assert!(journal.of_kind("action_failed").is_empty());
        assert!(journal.of_kind("flag_offered").is_empty());
    });
}

#[test]
fn of_two_programs_that_join_by_one_name_in_the_same_moment_one_sends() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        pair.la.kill();
        pair.paris.await_words(&["la is away"]);
        let (houses, url) = ([House::new(), House::new()], pair.server.url());
        let joins = ["join", &url, "--station", "la"];
        let both = houses.each_ref().map(|house| house.spawn(&joins, (120, 36), &[]));
        // The one that comes a little later may still see the other's name.
        let is_refused = |text: &str| text.contains("as la and was heard now");
        let one_is_too_many = || {
            let screens = both.each_ref().map(Program::screen);
            let gives_way = |text: &String| is_refused(text) || text.contains("LOOKS ON");
            screens.iter().any(gives_way).then_some(screens)
        };
        let screens = await_some(PATIENCE, one_is_too_many);
        let screens = screens.unwrap_or_else(|| panic!("{}", both[0].account()));
        assert!(!screens.iter().all(|text| is_refused(text)), "{screens:?}");
        pair.paris.await_screen("la to be there", |text| {
            !text.lines().next().is_some_and(|row| row.contains("away"))
        });
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
        let journal = pair.paris.await_event("action_sent", 4);
        assert!(journal.of_kind("action_failed").is_empty());
        pair.wire_la.expect_silence();
    });
}

#[test]
fn another_program_of_the_holders_name_takes_nothing_from_it() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        pair.paris.signal(Signal::STOP);
        pair.la.await_words(&["paris last heard"]);
        let house = House::new();
        let mut other = house.open(&["join", &pair.server.url(), "--station", "paris"]);
        other.await_words(&["paris has the flag, and it is not this program"]);
        // It is no sign of life of the one that has the flag.
        pair.la.await_words(&["f takes it"]);
        pair.paris.signal(Signal::CONT);
        pair.paris.await_words(&["THE FLAG IS HERE", "another paris is there, too"]);
        pair.la.await_words(&["you follow"]);
        // While the other one is there, la goes on: soon it has heard that paris is awake.
        let is_sent = (2..=4).any(|n| {
            pair.paris.keys(" ");
            pair.wire.expect(&format!("/{n}"));
            pair.paris.guard();
            pair.wire_la.recv_within(Duration::from_secs(1)).is_some()
        });
        assert!(is_sent, "{}", pair.la.account());
        assert!(other.screen().contains("it is not this program"), "{}", other.screen());
        other.keys("q");
        assert!(other.await_exit().success());
        pair.await_same_journal();
    });
}
