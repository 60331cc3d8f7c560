//! Notes and a panic that nobody else can know of, and a holder that ends in the middle of an
//! exchange.

use super::pair::Pair;
use super::{NatsServer, Proxy, is_missing};
use crate::harness::in_time;

#[test]
fn a_panic_and_a_note_that_went_aside_are_told_to_the_station_with_the_flag() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let server = NatsServer::start();
        let (proxy, url) = (Proxy::to(server.port()), server.url());
        let mut pair = Pair::by([&proxy.url(), &url], server, 0);
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        pair.await_same_journal();
        proxy.cut();
        pair.paris.await_words(&["ALONE"]);
        pair.la_takes("the line is cut");
        pair.paris.press_for("trow 4 is empty\r", "note_taken");
        pair.paris.press_for("\x1b\x1b", "panicked");
        proxy.repair();
        pair.paris.await_words(&["LA HAS THE FLAG"]);
        let journal = pair.la.await_event("note_taken", 2);
        let notes = journal.of_kind("note_taken");
        let texts: Vec<_> = notes.iter().filter_map(|note| note["text"].as_str()).collect();
        let late = "when the others could not know";
        let is_told = |what: &str| texts.iter().any(|t| t.starts_with(what) && t.contains(late));
        assert!(is_told("paris: row 4 is empty (at "), "{texts:?}");
        assert!(is_told("paris: PANIC, sent to no output (at "), "{texts:?}");
        pair.la.await_event("station_warned", 1);
        assert!(journal.of_kind("panicked").is_empty(), "the run did not panic");
        pair.await_same_journal();
    });
}

#[test]
fn a_station_takes_the_flag_that_a_holder_had_offered_it_and_died() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        pair.paris.press_to_see("f", &["offers the flag to"]);
        pair.paris.press_to_see("\r", &["the offer lapses"]);
        pair.la.await_words(&["paris offers"]);
        pair.la.press_to_see("f", &["ACCEPT THE FLAG"]);
        pair.paris.kill();
        pair.la_takes("paris is dark");
        pair.la.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
    });
}
