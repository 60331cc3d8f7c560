//! Panic, stop and hold: obeyed from every sender that may speak, even if something else is wrong.

use rosc::OscType;

use super::rules::{NONE, Rig, bundle, text, udp};
use crate::remote::packet::AT_ONCE;
use crate::remote::testing::packet;
use crate::remote::waiting::WAITING_MAX;
use crate::remote::{Picture, RemoteCommand};

#[test]
fn a_panic_is_obeyed_whatever_its_sender_sent_before() {
    for address in ["/hold", "/stop", "/note", "/go"] {
        let mut rig = Rig::new(None);
        // Nothing is answered meanwhile.
        let mut unanswered = vec![];
        for _ in 0..400 {
            rig.say(udp(1), address, text("1").into_iter().take(usize::from(address == "/note")));
            unanswered.extend(rig.requests.try_iter());
        }
        rig.say(udp(1), "/panic", NONE);
        assert_eq!(rig.wishes(), [RemoteCommand::Panic], "after {address}");
    }
}

#[test]
fn panics_beyond_the_limit_are_one_panic_until_something_is_called() {
    let mut rig = Rig::new(None);
    let mut requests = vec![];
    for _ in 0..1_000 {
        rig.say(udp(1), "/panic", NONE);
        requests.extend(rig.requests.try_iter());
    }
    assert_eq!(requests.len(), 10);
    // They wait to be obeyed, so that there is no need of another one; but after a GO there is.
    rig.later(301);
    for _ in 0..50 {
        rig.say(udp(1), "/panic", NONE);
    }
    requests.extend(rig.requests.try_iter());
    assert!(requests.len() < 20, "{}", requests.len());
    rig.say(udp(2), "/go", NONE);
    rig.say(udp(1), "/panic", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Go, RemoteCommand::Panic]);
    // One beyond the limit is answered as obeyed.
    assert_eq!(rig.ask(udp(1), "/panic", NONE).0, "ok");
    drop(requests);
    rig.later(300);
    for _ in 0..50 {
        rig.say(udp(1), "/panic", NONE);
    }
    assert!(rig.wishes().contains(&RemoteCommand::Panic));
}

#[test]
fn a_hold_or_stop_beyond_the_limit_is_logged_by_its_name() {
    let mut rig = Rig::new(None);
    // Other things have used up what is told.
    for n in 0..100 {
        rig.say(udp(9), &format!("/nonsense{n}"), NONE);
        rig.later(if n < 50 { 200 } else { 0 });
    }
    rig.shared.troubles.take();
    for _ in 0..11 {
        rig.say(udp(1), "/hold", NONE);
    }
    rig.say(udp(1), "/stop", NONE);
    let told: Vec<_> = rig.shared.troubles.take().into_iter().map(|trouble| trouble.what).collect();
    let why = "too many messages at once: not done";
    assert_eq!(
        told,
        [format!("HOLD refused (/hold): {why}"), format!("STOP refused (/stop): {why}")]
    );
}

#[test]
fn a_toggle_is_a_hold_while_the_show_goes_on_and_keeps_to_the_limits_in_a_hold() {
    for (held, reaches) in [(false, true), (true, false)] {
        let mut rig = Rig::new(None);
        rig.hub.publish(Picture { held, ..Picture::default() }, rig.now);
        // A stuck button has used up its sender's share.
        for _ in 0..1_000 {
            rig.say(udp(1), "/go", NONE);
        }
        rig.wishes();
        rig.say(udp(1), "/togglePause", NONE);
        assert_eq!(rig.wishes().contains(&RemoteCommand::TogglePause), reaches, "held: {held}");
    }
}

#[test]
fn a_toggle_comes_at_once_where_it_is_a_hold_and_waits_for_its_time_in_a_hold() {
    let (go, toggle) = (packet("/go", NONE), packet("/togglePause", NONE));
    let at = |wall: u64, seconds: u64| wall + (seconds << 32);
    for (held, arrives, waits) in
        [(false, vec![RemoteCommand::TogglePause], 0), (true, vec![], WAITING_MAX)]
    {
        let mut rig = Rig::new(None);
        rig.hub.publish(Picture { held, ..Picture::default() }, rig.now);
        let wall = 3_900_000_000 << 32;
        rig.hub.set_wall(rig.now, wall);
        // There is no room for another one that waits.
        let gos = vec![go.as_slice(); WAITING_MAX];
        rig.hub.hear(&bundle(at(wall, 3), &gos), udp(1), rig.now);
        rig.hub.hear(&bundle(at(wall, 3), &[&toggle]), udp(2), rig.now);
        assert_eq!(rig.wishes(), arrives, "held: {held}");
        rig.later(3_000);
        rig.hub.tick(rig.now);
        assert_eq!(rig.wishes(), vec![RemoteCommand::Go; waits], "held: {held}");
    }
}

#[test]
fn what_calms_is_obeyed_in_a_packet_that_is_damaged_or_beyond_a_limit() {
    let panic = packet("/panic", NONE);
    let (go, version) = (packet("/go", NONE), packet("/version", NONE));
    let many = packet("/note", (0..17).map(OscType::Int));
    let deep = |inner: &[u8]| (0..9).fold(inner.to_vec(), |inner, _| bundle(AT_ONCE, &[&inner]));
    let mut versions = vec![panic.as_slice()];
    versions.extend(std::iter::repeat_n(version.as_slice(), 66));
    let cut = bundle(AT_ONCE, &[&panic, &go]);
    let cases = [
        ("67 messages", bundle(AT_ONCE, &versions), "/panic"),
        ("nine deep", deep(&panic), "/panic"),
        ("17 arguments before", bundle(AT_ONCE, &[&many, &panic, &go]), "/note"),
        ("garbage behind", bundle(AT_ONCE, &[&panic, b"garbage!", &go]), "/panic"),
        ("garbage before", bundle(AT_ONCE, &[b"garbage!", &go, &panic]), "/go"),
        ("an unknown type", bundle(AT_ONCE, &[&panic, b"/x\0\0,Z\0\0"]), "/panic"),
        ("cut short", cut[..cut.len() - 3].to_vec(), "/panic"),
        ("deep GO before", bundle(AT_ONCE, &[&deep(&go), &panic]), "/go"),
        ("panic twice", bundle(AT_ONCE, &[b"garbage!", &panic, &panic]), "/panic"),
    ];
    for (name, bytes, address) in cases {
        let mut rig = Rig::new(None);
        rig.hub.hear(&bytes, udp(1), rig.now);
        assert_eq!(rig.wishes(), [RemoteCommand::Panic], "{name}");
        let [(_, reply)] = &rig.replies()[..] else { panic!("{name}: no reply") };
        assert_eq!(
            (&reply["address"], &reply["status"]),
            (&address.into(), &"error".into()),
            "{name}"
        );
        let said = reply["data"].as_str().unwrap();
        assert!(said.ends_with("only panic, stop and hold of it was done"), "{name}: {said}");
        // Nothing is obeyed without the passcode, and none is read here.
        let mut rig = Rig::new(Some("2468-1357"));
        let opened =
            bundle(AT_ONCE, &[&packet("/connect", text("2468-1357")), &bytes, b"garbage!"]);
        rig.hub.hear(&bytes, udp(1), rig.now);
        rig.hub.hear(&opened, udp(1), rig.now);
        assert_eq!((rig.wishes(), rig.replies()), (vec![], vec![]), "{name}");
    }
}

#[test]
fn of_a_damaged_packet_nothing_else_is_done_and_its_sender_is_told() {
    let (go, hold) = (packet("/go", NONE), packet("/hold", NONE));
    let deep = (0..3_000).fold(hold.clone(), |inner, _| bundle(AT_ONCE, &[&inner]));
    let mut rig = Rig::new(None);
    for bytes in [
        bundle(AT_ONCE, &[b"garbage!", &go]),
        (0..9).fold(go, |inner, _| bundle(AT_ONCE, &[&inner])),
    ] {
        rig.hub.hear(&bytes, udp(1), rig.now);
        let [(_, reply)] = &rig.replies()[..] else { panic!("no reply") };
        assert!(reply["data"].as_str().unwrap().ends_with("nothing of it was done"), "{reply}");
    }
    rig.hub.hear(&hold[..hold.len() - 1], udp(1), rig.now);
    assert_eq!(rig.wishes(), []);
    rig.hub.hear(&deep, udp(1), rig.now);
    assert_eq!(rig.wishes(), [RemoteCommand::Hold]);
}
