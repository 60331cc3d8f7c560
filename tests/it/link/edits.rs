//! A show that is edited while several stations call it: all go over to each version, wherever it
//! was made.

use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;

use super::pair::Pair;
use super::{NatsServer, Proxy, is_missing};
use crate::harness::{House, PATIENCE, await_some, in_time};

/// The only run of a station.
fn run(house: &House) -> PathBuf {
    house.runs().swap_remove(0)
}

/// Puts other words into a file, as an editor does.
fn replace(file: &Path, words: &str, others: &str) -> String {
    let text = fs::read_to_string(file).expect("a show file");
    assert!(text.contains(words), "{text}");
    let text = text.replace(words, others);
    fs::write(file, &text).expect("a show file");
    text
}

fn await_text(file: &Path, text: &str) {
    let is_it = || (fs::read_to_string(file).ok()? == text).then_some(());
    assert!(await_some(PATIENCE, is_it).is_some(), "{} is other", file.display());
}

/// Paris's caller takes what the file has.
fn takes(pair: &mut Pair) {
    pair.paris.await_words(&["1 cue changed; r reviews it"]);
    pair.paris.press_to_see("r", &["y takes, any other key stays"]);
    pair.paris.press_for("y", "show_revised");
}

#[test]
fn every_station_follows_an_edit_of_the_holder() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        let (file, mars) = (pair.houses[0].path("show.toml"), House::new());
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        pair.wire_la.expect("/la/1");
        let text = replace(
            &file,
            "title = \"By hand 2\"\ndo = [{ output = \"lights\", osc = \"/2\" }, { output = \"la-lights\", osc = \"/la/2\"",
            "title = \"Off the roof\"\ndo = [{ output = \"lights\", osc = \"/2\" }, { output = \"la-lights\", osc = \"/la/roof\"",
        );
        takes(&mut pair);
        pair.la.await_words(&["NEXT", "Off the roof"]);
        // It is kept beside LA's own journal, and LA's own output sends by it.
        let own = run(&pair.houses[1]);
        assert_eq!(fs::read_to_string(own.join("show-2.toml")).expect("a version"), text);
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/roof");
        pair.la.press_to_see("e", &["paris has the flag: the show is edited there"]);
        // Who comes later, and who comes back, has it too.
        let url = pair.server.url();
        let mars_sees = mars.open(&["join", &url, "--station", "mars"]);
        mars_sees.await_words(&["Off the roof", "NEXT", "By hand 3"]);
        pair.la.kill();
        pair.la = pair.houses[1].open(&["join", &url, "--station", "la"]);
        pair.la.await_words(&["Off the roof", "NEXT", "By hand 3"]);
        let journal = pair.await_same_journal();
        let revised = journal.of_kind("show_revised");
        assert_eq!(revised.len(), 1);
        let report = |house: &House| {
            crate::commands::succeeds(&["--state", &house.state().display().to_string(), "report"])
        };
        assert!(report(&pair.houses[1]).contains("Off the roof"));
        pair.wire.expect_silence();
    });
}

#[test]
fn who_has_the_flag_edits_the_show_and_the_file_of_the_other_has_it() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        pair.pass(true);
        let own = run(&pair.houses[1]).join("show-latest.toml");
        let text = replace(&own, "By hand 1", "From la");
        pair.la.await_words(&["show-latest.toml changed: 1 cue changed; r reviews it"]);
        pair.la.press_to_see("r", &["y takes, any other key stays"]);
        pair.la.keys("y");
        pair.paris.await_words(&["NEXT", "From la"]);
        await_text(&pair.houses[0].path("show.toml"), &text);
        pair.paris.press_to_see("E", &["la has the flag: the show is edited there"]);
        pair.pass(false);
        // The next edit goes on from there.
        pair.paris.press_to_see("e", &["AND ITS SEGMENT", "From la"]);
        pair.paris.keys(" and paris\r");
        pair.la.await_words(&["From la and paris"]);
        let text = text.replace("From la", "From la and paris");
        await_text(&pair.houses[0].path("show.toml"), &text);
        await_text(&own, &text);
        // What somebody has written there of their own stays.
        let theirs = replace(&own, "By hand 4", "Of la alone");
        pair.la.await_words(&["show-latest.toml changed: 1 cue changed"]);
        pair.paris.press_to_see("e", &["AND ITS SEGMENT", "From la and paris"]);
        pair.paris.keys(", again\r");
        pair.la.await_words(&["From la and paris, again"]);
        assert_eq!(fs::read_to_string(&own).expect("a show file"), theirs);
        pair.await_same_journal();
    });
}

#[test]
fn an_edit_made_alone_is_followed_when_the_server_is_back() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        pair.server.kill();
        pair.paris.await_words(&["ALONE"]);
        replace(&pair.houses[0].path("show.toml"), "By hand 1", "Off the roof");
        takes(&mut pair);
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        // The program that comes back still has it to give.
        pair.paris.signal(Signal::KILL);
        pair.server.restart();
        let url = pair.server.url();
        pair.paris = pair.houses[0].open(&["--resume", "--share", &url, "--station", "paris"]);
        pair.paris.await_words(&["THE FLAG IS HERE"]);
        pair.la.await_words(&["Off the roof", "NEXT", "By hand 2"]);
        let journal = pair.await_same_journal();
        assert_eq!(journal.of_kind("show_revised").len(), 1);
    });
}

#[test]
fn an_edit_of_one_who_had_lost_the_flag_goes_aside() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let (proxy, url) = (Proxy::to(server.port()), server.url());
    let mut pair = Pair::by([&proxy.url(), &url], server, 0);
    let file = pair.houses[0].path("show.toml");
    pair.paris.keys(" ");
    pair.wire.expect("/1");
    pair.await_same_journal();
    proxy.cut();
    pair.paris.await_words(&["ALONE"]);
    let text = replace(&file, "osc = \"/2\"", "osc = \"/aside\"");
    takes(&mut pair);
    pair.la_takes("the line is cut");
    proxy.repair();
    pair.paris.await_words(&["LA HAS THE FLAG"]);
    // What Paris has in its file is no version of the run any more, and is not lost.
    pair.paris.await_words(&["show.toml changed: 1 cue changed"]);
    assert_eq!(fs::read_to_string(&file).expect("a show file"), text);
    pair.pass(false);
    pair.paris.keys(" ");
    pair.wire.expect("/2");
    assert!(pair.await_same_journal().of_kind("show_revised").is_empty());
}
