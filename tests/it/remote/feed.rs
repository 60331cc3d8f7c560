//! The feed for displays: what is true now, also while nobody reads the terminal.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::time::{Duration, Instant};

use super::open;
use crate::harness::{Arg, House, PATIENCE, Packet, Remote, Wire};

/// Hears bundles until one is as `holds` wants it.
fn await_feed(remote: &Remote, what: &str, holds: impl Fn(&Feed) -> bool) -> Feed {
    let begun = Instant::now();
    let mut last = None;
    while begun.elapsed() < PATIENCE {
        let Some(packets) = remote.hear_within(Duration::from_millis(200)) else { continue };
        // Replies come to the same port.
        if packets[0].address.starts_with("/reply/") {
            continue;
        }
        let feed = Feed(packets);
        if holds(&feed) {
            return feed;
        }
        last = Some(feed);
    }
    panic!("waited for {what} in vain; the last bundle was {last:?}");
}

/// A bundle of the feed.
#[derive(Debug)]
struct Feed(Vec<Packet>);

impl Feed {
    fn args(&self, name: &str) -> &[Arg] {
        let found = self.0.iter().find(|packet| packet.address == format!("/handover/{name}"));
        &found.unwrap_or_else(|| panic!("no {name} in {self:?}")).args
    }

    fn texts(&self, name: &str) -> Vec<&str> {
        let texts = self.args(name).iter().filter_map(|arg| match arg {
            Arg::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    fn seconds(&self, name: &str) -> f32 {
        match self.args(name).last() {
            Some(Arg::Float(seconds)) => *seconds,
            other => panic!("no seconds: {other:?} in {name}"),
        }
    }

    fn held(&self) -> bool {
        self.args("hold") == [Arg::Bool(true)]
    }
}

#[test]
fn a_display_hears_what_is_true_after_go_and_in_a_hold() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    let display = remote.another();
    display.press("/handover/subscribe").ok();
    let before = await_feed(&display, "the playhead at cue 1", |feed| feed.texts("next")[0] == "1");
    assert_eq!(
        (before.texts("onair"), before.texts("next")),
        (vec!["", ""], vec!["1", "House lights", ""])
    );
    assert_eq!((before.held(), before.args("segment")[0].clone()), (false, Arg::Int(0)));
    let pressed = Instant::now();
    remote.press("/go").ok();
    let after =
        await_feed(&display, "cue 1 on air", |feed| feed.texts("onair") == ["1", "House lights"]);
    let since = pressed.elapsed().as_secs_f32();
    assert_eq!(
        (after.texts("next"), after.args("segment")[0].clone()),
        (vec!["2", "Fanfare", ""], Arg::Int(1))
    );
    assert_eq!(after.args("segment")[1], Arg::Text("Opening".into()));
    // The cue lasts five minutes, its segment ten.
    let (left, segment) = (after.seconds("left"), after.seconds("segment"));
    assert!((300.0 - since - 0.1..=300.0).contains(&left), "{left} s left {since} s after GO");
    assert!(
        (600.0 - since - 0.1..=600.0).contains(&segment),
        "{segment} s left {since} s after GO"
    );
    await_feed(&display, "time to pass", |feed| feed.seconds("left") < left - 0.3);

    remote.press("/hold").ok();
    let held = await_feed(&display, "the hold", Feed::held);
    let still = await_feed(&display, "another bundle in the hold", Feed::held);
    let moved = held.seconds("segment") - still.seconds("segment");
    assert!(moved.abs() < 0.001, "the segment's time moves by {moved} s in a hold");
    assert_eq!(still.texts("next"), ["2", "Fanfare", ""]);

    remote.press("/resume").ok();
    remote.press("/playhead/3").ok();
    remote.press("/standby").ok();
    remote.say("/ready", "rigging").ok();
    let ready = await_feed(&display, "a department ready", |feed| {
        feed.texts("ready") == ["rigging", "stunts"]
    });
    assert_eq!(
        (ready.texts("next"), ready.held()),
        (vec!["3", "Off the roof", "Stunts: GO"], false)
    );
    display.press("/handover/unsubscribe");
    program.await_event("department_ready", 1);
}

#[test]
fn a_display_hears_the_message_for_the_stage_also_when_it_comes_late() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let _program = open(&house, &wire, &remote);
    let display = remote.another();
    display.press("/handover/subscribe").ok();
    await_feed(&display, "no message", |feed| feed.texts("message") == [""]);
    remote.say("/message", "Wrap up: Größe").ok();
    await_feed(&display, "the message", |feed| feed.texts("message") == ["Wrap up: Größe"]);
    let late = remote.another();
    late.press("/handover/subscribe").ok();
    await_feed(&late, "the message", |feed| feed.texts("message") == ["Wrap up: Größe"]);
    remote.press("/message/clear").ok();
    for display in [&display, &late] {
        await_feed(display, "no message any more", |feed| feed.texts("message") == [""]);
    }
}

#[test]
fn a_display_goes_on_while_nobody_reads_the_terminal() {
    let (house, wire, remote) = (House::new(), Wire::new(), Remote::new());
    let program = open(&house, &wire, &remote);
    let display = remote.another();
    display.press("/handover/subscribe").ok();
    program.stall(true);
    for round in 0..12 {
        // Drawn again each time, until no terminal would take more.
        program.resize(200 - round % 2, 60);
        await_feed(&display, "a bundle", |_| true);
    }
    remote.press("/go").ok();
    await_feed(&display, "cue 1 on air", |feed| {
        feed.texts("onair")[0] == "1" && feed.texts("next")[0] == "2"
    });
    program.guard();
    remote.press("/go").ok();
    let feed = await_feed(&display, "cue 3 next", |feed| feed.texts("next")[0] == "3");
    let left = feed.seconds("left");
    await_feed(&display, "a second to pass", |feed| feed.seconds("left") < left - 1.0);
    program.stall(false);
    program.await_words(&["NEXT", "Off the roof"]);
}
