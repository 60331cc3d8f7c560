//! Who is obeyed, how much, and what is told to whom.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rosc::{OscPacket, OscType};
use serde_json::Value;

use crate::remote::clients::CLIENTS_MAX;
use crate::remote::hub::{Hub, HubShared, PacketTo, UNANSWERED_MAX};
use crate::remote::packet::{AT_ONCE, Arg, parse};
use crate::remote::testing::{RandomNumbers, SHOW, now, packet, runs, show};
use crate::remote::{
    Answer, Counts, FiredCue, PacketSender, Passcode, Picture, RemoteCommand, RemoteRequest,
};
use crate::show::{CueIx, SegmentIx, file};
use crate::time::MachineNs;

/// A hub, the station's end of it, and the time.
pub(super) struct Rig {
    pub(super) hub: Hub,
    pub(super) requests: Receiver<RemoteRequest>,
    pub(super) shared: Arc<HubShared>,
    pub(super) now: MachineNs,
}

impl Rig {
    pub(super) fn new(passcode: Option<&str>) -> Self {
        let (sender, requests) = channel();
        let shared = Arc::new(HubShared::default());
        let hear = Arc::new(move |request| drop(sender.send(request)));
        let hub = Hub::new(
            Arc::new(show()),
            passcode.map(Passcode::new),
            53000,
            hear,
            Arc::clone(&shared),
        );
        Rig { hub, requests, shared, now: now() }
    }

    /// Says something; gives what comes back.
    pub(super) fn say(
        &mut self,
        peer: PacketSender,
        address: &str,
        args: impl IntoIterator<Item = OscType>,
    ) -> Vec<(PacketTo, Value)> {
        self.hub.hear(&packet(address, args), peer, self.now);
        self.replies()
    }

    /// Says something that has one reply; gives its status and data.
    #[track_caller]
    pub(super) fn ask(
        &mut self,
        peer: PacketSender,
        address: &str,
        args: impl IntoIterator<Item = OscType>,
    ) -> (String, Value) {
        let replies = self.say(peer, address, args);
        let [(_, reply)] = replies.as_slice() else { panic!("{address}: {replies:?}") };
        assert_eq!(reply["address"], address);
        (reply["status"].as_str().unwrap().to_owned(), reply["data"].clone())
    }

    pub(super) fn replies(&mut self) -> Vec<(PacketTo, Value)> {
        let out = self.hub.take_out();
        let read = |(to, packet): &(PacketTo, Arc<[u8]>)| {
            // A reply may be longer than what is taken here.
            let Ok((_, OscPacket::Message(message))) = rosc::decoder::decode_udp(packet) else {
                panic!("{packet:?}")
            };
            let [OscType::String(json)] = &message.args[..] else { panic!("{message:?}") };
            let json: Value = serde_json::from_str(json).unwrap();
            assert_eq!(message.addr, format!("/reply{}", json["address"].as_str().unwrap()));
            assert_eq!(json["workspace_id"], "handover");
            (*to, json)
        };
        out.iter().map(read).collect()
    }

    /// What goes out that is no reply: where to, the address, the texts.
    fn news(&mut self) -> Vec<(PacketTo, String, Vec<String>)> {
        let out = self.hub.take_out();
        let read = |(to, packet): &(PacketTo, Arc<[u8]>)| {
            let message = parse(packet).unwrap().remove(0);
            let texts = message.args.iter().map(|arg| match arg {
                Arg::Text(text) => (*text).to_owned(),
                other => format!("{other:?}"),
            });
            (*to, message.address.to_owned(), texts.collect())
        };
        out.iter().map(read).collect()
    }

    pub(super) fn wishes(&self) -> Vec<RemoteCommand> {
        self.requests.try_iter().map(|request| request.wish).collect()
    }

    fn counts(&self) -> Counts {
        self.shared.tally.counts()
    }

    pub(super) fn later(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }
}

pub(super) fn udp(port: u16) -> PacketSender {
    PacketSender::Udp(([10, 0, 0, 5], port).into())
}

fn tcp(id: u64) -> PacketSender {
    PacketSender::Tcp(id, ([10, 0, 0, 6], 40_000).into())
}

pub(super) fn text(text: &str) -> [OscType; 1] {
    [OscType::String(text.into())]
}

pub(super) const NONE: [OscType; 0] = [];

#[test]
fn a_wish_reaches_the_station_and_its_answer_comes_back() {
    let mut rig = Rig::new(None);
    assert_eq!(rig.say(udp(5000), "/workspace/x/go/12", NONE), []);
    let request = rig.requests.try_recv().unwrap();
    assert_eq!(
        (&request.wish, request.who.as_str()),
        (&RemoteCommand::GoTo(CueIx(0)), "10.0.0.5:5000")
    );
    rig.hub.answer(&request.from, &Answer::Error("camera is not ready".into()));
    let [(to, reply)] = &rig.replies()[..] else { panic!("no reply") };
    assert_eq!(*to, PacketTo::Udp(([10, 0, 0, 5], 53001).into()));
    assert_eq!(
        (&reply["status"], &reply["data"]),
        (&"error".into(), &"camera is not ready".into())
    );
    assert_eq!(reply["address"], "/workspace/x/go/12");

    rig.say(tcp(7), "/go", NONE);
    let request = rig.requests.try_recv().unwrap();
    rig.hub.answer(&request.from, &Answer::Ok);
    let [(PacketTo::Tcp(7), reply)] = &rig.replies()[..] else {
        panic!("no reply on the connection")
    };
    assert_eq!((&reply["status"], &reply["data"]), (&"ok".into(), &Value::Null));
    assert_eq!(rig.counts(), Counts { packets: 2, wishes: 2, ..Counts::default() });
}

#[test]
fn replies_go_where_they_were_asked_to() {
    let mut rig = Rig::new(None);
    assert_eq!(
        rig.say(udp(5000), "/udpReplyPort", [OscType::Int(6000)])[0].0,
        PacketTo::Udp(([10, 0, 0, 5], 6000).into())
    );
    assert_eq!(
        rig.say(udp(5000), "/thump", NONE)[0].0,
        PacketTo::Udp(([10, 0, 0, 5], 6000).into())
    );
    assert_eq!(
        rig.say(udp(5001), "/thump", NONE)[0].0,
        PacketTo::Udp(([10, 0, 0, 5], 53001).into())
    );
    rig.ask(udp(5000), "/alwaysReply", [OscType::Int(0)]);
    rig.say(udp(5000), "/go", NONE);
    let request = rig.requests.try_recv().unwrap();
    rig.hub.answer(&request.from, &Answer::Ok);
    assert_eq!(rig.replies(), []);
    rig.hub.answer(&request.from, &Answer::Error("no".into()));
    assert_eq!(rig.replies().len(), 1);
}

#[test]
fn nothing_is_obeyed_before_the_passcode() {
    let mut rig = Rig::new(Some("s3cret"));
    let denied = ("denied".to_owned(), Value::from("connect with the passcode first"));
    let all = [
        "/go",
        "/panic",
        "/cueLists",
        "/runningCues",
        "/updates",
        "/listen",
        "/handover/subscribe",
        "/nonsense",
    ];
    for address in all {
        assert_eq!(rig.ask(udp(5000), address, NONE), denied, "{address}");
    }
    // A remote control finds the show with these, and learns no word of it.
    let (status, data) = rig.ask(udp(5000), "/workspaces", NONE);
    assert_eq!((status.as_str(), &data[0]["hasPasscode"]), ("ok", &Value::Bool(true)));
    assert!(!data.to_string().contains("small show"), "{data}");
    rig.ask(udp(5000), "/udpReplyPort", [OscType::Int(6000)]);
    assert_eq!(rig.say(udp(5000), "/go", NONE)[0].0, PacketTo::Udp(([10, 0, 0, 5], 6000).into()));

    assert_eq!(
        rig.ask(udp(5000), "/connect", text("s3cret")),
        ("ok".into(), "ok:view|control".into())
    );
    rig.say(udp(5000), "/go", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Go]);
    // Only that port; and a GO button may be silent for an evening.
    assert_eq!(rig.ask(udp(5001), "/go", NONE), denied);
    rig.later(4 * 3_600_000);
    rig.hub.tick(rig.now);
    rig.say(udp(5000), "/go", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Go]);
    rig.ask(udp(5000), "/disconnect", NONE);
    assert_eq!(rig.ask(udp(5000), "/go", NONE), denied);
    // A connection is as long as that.
    rig.ask(tcp(1), "/connect", text("s3cret"));
    rig.later(600_000);
    rig.hub.tick(rig.now);
    rig.say(tcp(1), "/go", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Go]);
    rig.hub.lose(1);
    assert_eq!(rig.ask(tcp(1), "/go", NONE).0, "denied");
    rig.ask(tcp(2), "/connect", text("s3cret"));
    rig.ask(tcp(2), "/disconnect", NONE);
    assert_eq!(rig.ask(tcp(2), "/go", NONE).0, "denied");
    assert_eq!(rig.wishes(), []);
}

#[test]
fn wrong_passcodes_are_slowed_down() {
    let mut rig = Rig::new(Some("2468-1357"));
    assert_eq!(rig.ask(udp(1), "/connect", text("1234")), ("denied".into(), "badpass".into()));
    // Not even the right one is read in the pause, from whatever port of that machine.
    assert_eq!(rig.ask(udp(2), "/connect", text("2468-1357")), ("denied".into(), "wait".into()));
    rig.later(1_000);
    assert_eq!(
        rig.ask(udp(1), "/connect", [OscType::Int(2468)]),
        ("denied".into(), "badpass".into())
    );
    rig.later(1_999);
    assert_eq!(rig.ask(udp(1), "/connect", text("2468-1357")), ("denied".into(), "wait".into()));
    rig.later(1);
    assert_eq!(rig.ask(udp(1), "/connect", text("2468-1357")).0, "ok");
    assert_eq!(rig.counts().denied, 4);
    // A wrong one takes back what a right one gave; but over UDP somebody else may have said it in
    // that name.
    assert_eq!(rig.ask(udp(1), "/connect", text("1234")).1, "badpass");
    rig.say(udp(1), "/go", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Go]);
    assert_eq!(rig.ask(udp(1), "/connect", text("2468-1357")).0, "ok");
    assert_eq!(rig.ask(tcp(1), "/connect", text("2468-1357")).0, "ok");
    assert_eq!(rig.ask(tcp(1), "/connect", text("1234")).1, "badpass");
    assert_eq!(rig.ask(tcp(1), "/go", NONE).0, "denied");
}

#[test]
fn an_empty_connect_is_a_question_and_no_guess() {
    let mut rig = Rig::new(Some("2468-1357"));
    let badpass = ("ok".to_owned(), Value::from("badpass"));
    for _ in 0..3 {
        assert_eq!(rig.ask(tcp(1), "/connect", NONE), badpass);
        assert_eq!(rig.ask(tcp(1), "/connect", text("")), badpass);
    }
    assert_eq!(rig.ask(tcp(1), "/go", NONE).0, "denied");
    let connected = ("ok".to_owned(), Value::from("ok:view|control"));
    assert_eq!(rig.ask(tcp(1), "/workspace/handover/connect", text("2468-1357")), connected);
    assert_eq!(rig.ask(tcp(1), "/connect", NONE), connected);
    let mut open = Rig::new(None);
    assert_eq!(open.ask(udp(1), "/connect", NONE), connected);
    assert_eq!(open.ask(udp(1), "/connect", text("whatever")), connected);
}

#[test]
fn a_bundle_of_a_stranger_is_not_read_past_a_wrong_passcode() {
    let mut rig = Rig::new(Some("2468-1357"));
    let wrong = packet("/connect", text("1234"));
    let right = packet("/connect", text("2468-1357"));
    let go = packet("/go", NONE);
    rig.hub.hear(&bundle(AT_ONCE, &[&wrong, &right, &go]), udp(1), rig.now);
    let said: Vec<_> = rig.replies().into_iter().map(|(_, reply)| reply["data"].clone()).collect();
    assert_eq!((said, rig.wishes()), (vec![Value::from("badpass")], vec![]));
    // From a thousand addresses, the right one among them: as many are read as a second allows.
    for port in 0..1_000_u16 {
        let peer = PacketSender::Udp(([10, 1, (port / 256) as u8, port as u8], 1).into());
        let guess = if port == 500 { &right } else { &wrong };
        rig.hub.hear(&bundle(AT_ONCE, &[guess, &go]), peer, rig.now);
    }
    assert_eq!(rig.wishes(), []);
    rig.replies();
    // Over TCP, where nobody makes addresses up, a tablet gets in all the same.
    assert_eq!(rig.ask(tcp(1), "/connect", text("2468-1357")).0, "ok");
}

/// A bundle with this time tag.
pub(super) fn bundle(time: u64, messages: &[&[u8]]) -> Vec<u8> {
    let mut bundle = [&b"#bundle\0"[..], &time.to_be_bytes()].concat();
    for message in messages {
        bundle.extend((message.len() as u32).to_be_bytes());
        bundle.extend(*message);
    }
    bundle
}

/// So many seconds on NTP's clock.
const fn ntp_s(seconds: u64) -> u64 {
    seconds << 32
}

#[test]
fn a_bundle_for_later_waits_for_its_time() {
    let mut rig = Rig::new(None);
    let wall = ntp_s(3_900_000_000);
    rig.hub.set_wall(rig.now, wall);
    let (go, note) = (packet("/go", NONE), packet("/note", text("on time")));
    rig.hub.hear(&bundle(wall + ntp_s(3), &[&go, &note]), udp(1), rig.now);
    rig.hub.hear(&bundle(wall - ntp_s(3), &[&packet("/standby", NONE)]), udp(1), rig.now);
    assert_eq!(rig.wishes(), [RemoteCommand::Standby], "its time has passed");
    assert_eq!(rig.hub.next_due(), Some(rig.now + Duration::from_secs(3)));
    rig.later(2_999);
    rig.hub.tick(rig.now);
    assert_eq!(rig.wishes(), []);
    rig.later(1);
    rig.hub.tick(rig.now);
    assert_eq!(rig.wishes(), [RemoteCommand::Go, RemoteCommand::Note("on time".into())]);
    assert_eq!(rig.hub.next_due(), None);

    // Further ahead than a minute is a clock that is set wrongly: refused, with a word.
    rig.hub.hear(&bundle(wall + ntp_s(3_600), &[&go]), udp(1), rig.now);
    let [(_, reply)] = &rig.replies()[..] else { panic!("no reply") };
    assert_eq!(reply["status"], "error");
    assert!(reply["data"].as_str().unwrap().contains("clocks"), "{reply}");
    assert_eq!(rig.hub.next_due(), None);
}

#[test]
fn nothing_that_waits_for_its_time_comes_after_a_panic() {
    let go = packet("/go", NONE);
    let wait = |rig: &mut Rig| {
        let wall = ntp_s(3_900_000_000);
        rig.hub.set_wall(rig.now, wall);
        rig.hub.hear(&bundle(wall + ntp_s(3), &[&go]), udp(1), rig.now);
        assert!(rig.hub.next_due().is_some());
    };
    let mut rig = Rig::new(None);
    // Panic itself never waits, whatever its bundle says, of whichever remote control.
    wait(&mut rig);
    rig.hub.hear(&bundle(ntp_s(3_900_000_030), &[&packet("/panic", NONE)]), udp(2), rig.now);
    assert_eq!((rig.wishes(), rig.hub.next_due()), (vec![RemoteCommand::Panic], None));
    let [(_, reply)] = &rig.replies()[..] else { panic!("no reply") };
    assert!(reply["data"].as_str().unwrap().contains("forgotten"), "{reply}");
    // The caller's panic forgets them as well.
    rig.hub.publish(Picture::default(), rig.now);
    wait(&mut rig);
    rig.hub.publish(Picture { panics: 1, ..Picture::default() }, rig.now);
    assert_eq!(rig.hub.next_due(), None);
    wait(&mut rig);
    rig.hub.publish(Picture { panics: 1, held: true, ..Picture::default() }, rig.now);
    assert_eq!(rig.hub.next_due(), None, "so does a hold");
    rig.later(10_000);
    rig.hub.tick(rig.now);
    assert_eq!(rig.wishes(), []);
}

#[test]
fn what_is_not_understood_is_told_with_its_sender_and_its_address() {
    let mut rig = Rig::new(Some("2468-1357"));
    rig.ask(udp(1), "/go", NONE);
    rig.ask(tcp(1), "/connect", text("2468-1357"));
    assert_eq!(rig.ask(tcp(1), "/Go", NONE).1, "no such address, did you mean /go?");
    rig.ask(tcp(1), "/Go", NONE);
    rig.ask(tcp(1), "/cue/99/start", NONE);
    rig.hub.hear(b"go", udp(1), rig.now);
    let told: Vec<_> = rig
        .shared
        .troubles
        .take()
        .into_iter()
        .map(|told| format!("{}: {}", told.from, told.what))
        .collect();
    let expected = [
        "10.0.0.5: /go without the passcode",
        "10.0.0.6: no such address /Go, did you mean /go?",
        "10.0.0.6: /cue/99/start: no cue has the number 99",
        "10.0.0.5: no OSC packet: begins with neither an address nor #bundle",
    ];
    assert_eq!(told, expected);
}

#[test]
fn strangers_are_answered_rarely() {
    let mut rig = Rig::new(Some("2468-1357"));
    let replies: usize = (0..1_000).map(|port| rig.say(udp(port), "/workspaces", NONE).len()).sum();
    assert!((1..=20).contains(&replies), "{replies}");
    rig.later(60_000);
    let replies: usize = (0..1_000).map(|port| rig.say(udp(port), "/go", NONE).len()).sum();
    assert!((1..=20).contains(&replies), "{replies}");
    rig.ask(tcp(1), "/connect", text("2468-1357"));
    assert_eq!(rig.ask(tcp(1), "/thump", NONE), ("ok".into(), "thump".into()));
}

#[test]
fn a_flood_neither_piles_up_nor_keeps_panic_out() {
    let mut rig = Rig::new(None);
    let go = packet("/go", NONE);
    let mut held = vec![];
    for n in 0..100_000_u64 {
        rig.hub.hear(&go, udp(1 + (n % 50) as u16), rig.now);
        rig.now += Duration::from_micros(10);
        held.extend(rig.requests.try_iter());
        assert!(rig.shared.unanswered.load(Relaxed) <= UNANSWERED_MAX);
    }
    assert_eq!(held.len(), UNANSWERED_MAX);
    assert_eq!(rig.counts().dropped, 100_000 - UNANSWERED_MAX as u64);
    // One second of faults, at fifty a second, with 128 at once.
    assert!((128..=179).contains(&rig.replies().len()));

    rig.say(udp(1), "/panic", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Panic]);
    held.clear();
    assert_eq!(rig.shared.unanswered.load(Relaxed), 0);

    // Answered at once, it is so many a second and no more.
    let mut wishes = 0;
    rig.later(10_000);
    for n in 0..100_000_u64 {
        rig.hub.hear(&go, udp(1 + (n % 50) as u16), rig.now);
        rig.now += Duration::from_micros(10);
        wishes += rig.wishes().len();
        drop(rig.hub.take_out());
    }
    assert!((200..=329).contains(&wishes), "{wishes}");
}

/// So many messages that each take a note, with these numbers.
fn notes(numbers: std::ops::Range<usize>) -> Vec<Vec<u8>> {
    numbers.map(|n| packet("/note", text(&n.to_string()))).collect()
}

fn bundle_of(time: u64, messages: &[Vec<u8>]) -> Vec<u8> {
    bundle(time, &messages.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

#[test]
fn a_packet_is_done_whole_or_refused_whole_with_the_limit() {
    let mut rig = Rig::new(None);
    rig.hub.hear(&bundle_of(AT_ONCE, &notes(0..64)), udp(1), rig.now);
    assert_eq!(rig.wishes().len(), 64, "as many as a packet holds");
    assert_eq!(rig.replies(), []);
    // The sender has nothing left, another one has.
    rig.hub.hear(&bundle_of(AT_ONCE, &notes(0..2)), udp(1), rig.now);
    assert_eq!(rig.wishes(), []);
    let replies = rig.replies();
    let why = "2 messages at once are too many: 64 at once and 100 a second are taken from one sender, twice as many \
               from all; nothing of this packet was done";
    assert!(
        replies.len() == 2 && replies.iter().all(|(_, reply)| reply["data"] == why),
        "{replies:?}"
    );
    assert_eq!(
        rig.shared.troubles.take().iter().map(|trouble| trouble.what.as_str()).collect::<Vec<_>>(),
        [why]
    );
    rig.hub.hear(&bundle_of(AT_ONCE, &notes(0..60)), udp(2), rig.now);
    assert_eq!(rig.wishes().len(), 60);
    // What makes the show safer is obeyed in any case.
    let with_panic = [notes(0..3), vec![packet("/panic", NONE)]].concat();
    rig.hub.hear(&bundle_of(AT_ONCE, &with_panic), udp(1), rig.now);
    assert_eq!(rig.wishes(), [RemoteCommand::Panic]);
    // More messages than a packet may hold are refused as well, and said to the sender.
    rig.replies();
    rig.hub.hear(&bundle_of(AT_ONCE, &notes(0..65)), udp(3), rig.now);
    assert_eq!(rig.wishes(), []);
    let [(_, reply)] = &rig.replies()[..] else { panic!("no reply") };
    assert_eq!(reply["address"], "/note");
    assert!(reply["data"].as_str().unwrap().contains("more than 64 messages"), "{reply}");
}

#[test]
fn all_that_waits_for_one_time_comes_then() {
    let mut rig = Rig::new(None);
    let wall = ntp_s(3_900_000_000);
    rig.hub.set_wall(rig.now, wall);
    rig.hub.hear(&bundle_of(wall + ntp_s(3), &notes(0..60)), udp(1), rig.now);
    // Five more do not fit, and so none of them waits.
    rig.hub.hear(&bundle_of(wall + ntp_s(3), &notes(60..65)), udp(2), rig.now);
    let replies = rig.replies();
    let why = "at most 64 messages wait for their time; nothing of this packet was done";
    assert!(
        replies.len() == 5 && replies.iter().all(|(_, reply)| reply["data"] == why),
        "{replies:?}"
    );
    // Others use up what is taken at once meanwhile.
    for port in 3..20 {
        rig.hub.hear(&bundle_of(AT_ONCE, &notes(0..30)), udp(port), rig.now);
    }
    let _unanswered: Vec<_> = rig.requests.try_iter().collect();
    rig.later(3_000);
    rig.hub.tick(rig.now);
    let expected: Vec<_> = (0..60).map(|n| RemoteCommand::Note(n.to_string())).collect();
    assert_eq!(rig.wishes(), expected);
}

#[test]
fn what_stands_after_a_passcode_is_taken_whole_or_not_at_all() {
    let mut rig = Rig::new(Some("2468-1357"));
    rig.hub.hear(
        &bundle_of(AT_ONCE, &[vec![packet("/connect", text("2468-1357"))], notes(0..63)].concat()),
        udp(1),
        rig.now,
    );
    assert_eq!(rig.wishes().len(), 63);
    rig.hub.hear(
        &bundle_of(AT_ONCE, &[vec![packet("/connect", text("2468-1357"))], notes(0..3)].concat()),
        udp(1),
        rig.now,
    );
    assert_eq!(rig.wishes(), []);
}

#[test]
fn a_stuck_button_leaves_room_for_others() {
    let mut rig = Rig::new(None);
    for _ in 0..1_000 {
        rig.say(udp(1), "/playhead/next", NONE);
    }
    rig.wishes();
    rig.say(udp(2), "/go", NONE);
    assert_eq!(rig.wishes(), [RemoteCommand::Go]);
}

#[test]
fn listeners_are_told_in_the_words_of_qlab() {
    let mut rig = Rig::new(None);
    rig.ask(udp(1), "/listen", NONE);
    rig.ask(tcp(2), "/listen/go/number", NONE);
    rig.ask(tcp(3), "/updates", [OscType::Int(1)]);
    assert!(rig.shared.has_subscribers.load(Relaxed));
    let before = Picture {
        next: Some(CueIx(0)),
        firings: vec![FiredCue { number: 3, cue: CueIx(1), by_go: true }],
        ..Picture::default()
    };
    rig.hub.publish(before.clone(), rig.now);
    assert_eq!(rig.news(), [], "what was so before is no news");
    let mut after = Picture { next: Some(CueIx(2)), running: vec![runs(0)], ..before };
    after.firings.push(FiredCue { number: 4, cue: CueIx(0), by_go: true });
    rig.hub.publish(after.clone(), rig.now);
    let (list, one, other) =
        (PacketTo::Udp(([10, 0, 0, 5], 53001).into()), PacketTo::Tcp(2), PacketTo::Tcp(3));
    let said = |to: PacketTo, address: &str, texts: &[&str]| {
        (to, address.to_owned(), texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
    };
    let twelve = ["12", "Off the roof", "cue:12", "Network"];
    let expected = [
        said(list, "/qlab/event/workspace/go", &twelve),
        said(list, "/qlab/event/workspace/cue/start", &twelve),
        // The next cue is under embargo.
        said(list, "/qlab/event/workspace/playhead", &["14", "(embargoed)", "cue:14", "Memo"]),
        said(one, "/qlab/event/workspace/go/number", &["12"]),
        said(other, "/update/workspace/handover/cue_id/cue:12", &[]),
        said(other, "/update/workspace/handover/cueList/rundown/playbackPosition", &["cue:14"]),
    ];
    assert_eq!(rig.news(), expected);
    rig.ask(udp(1), "/ignore/cue/stop", NONE);
    rig.ask(tcp(3), "/updates", [OscType::Int(0)]);
    rig.hub.publish(Picture { running: vec![], panics: 1, ..after.clone() }, rig.now);
    assert_eq!(rig.news(), [said(list, "/qlab/event/workspace/panicAll", &[])]);
    rig.ask(udp(1), "/ignore", NONE);
    rig.ask(tcp(2), "/disconnect", NONE);
    assert!(!rig.shared.has_subscribers.load(Relaxed));
    rig.hub.publish(after, rig.now);
    assert_eq!(rig.news(), []);
}

#[test]
fn subscribers_are_told_what_is_new_at_once_and_what_is_not_ten_times_a_second() {
    let mut rig = Rig::new(None);
    rig.ask(udp(5000), "/handover/subscribe", NONE);
    rig.ask(udp(5001), "/handover/subscribe", [OscType::Int(9000)]);
    rig.ask(tcp(1), "/handover/subscribe", NONE);
    let fed = |rig: &mut Rig| rig.hub.take_out().into_iter().map(|(to, _)| to).collect::<Vec<_>>();
    let all = [
        PacketTo::Udp(([10, 0, 0, 5], 5000).into()),
        PacketTo::Udp(([10, 0, 0, 5], 9000).into()),
        PacketTo::Tcp(1),
    ];
    let mut picture = Picture { segment: Some(SegmentIx(0)), ..Picture::default() };
    rig.hub.publish(picture.clone(), rig.now);
    assert_eq!(fed(&mut rig), all);
    rig.later(20);
    rig.hub.publish(picture.clone(), rig.now);
    assert_eq!(fed(&mut rig), []);
    picture.held = true;
    rig.hub.publish(picture.clone(), rig.now);
    assert_eq!(fed(&mut rig), all);
    rig.later(100);
    rig.hub.publish(picture.clone(), rig.now);
    assert_eq!(fed(&mut rig), all);
    // Who comes later is told at once, behind the reply.
    rig.hub.hear(&packet("/handover/subscribe", NONE), tcp(2), rig.now);
    assert_eq!(fed(&mut rig), [PacketTo::Tcp(2), PacketTo::Tcp(2)]);
    rig.ask(tcp(1), "/handover/unsubscribe", NONE);
    rig.later(60_001);
    rig.hub.tick(rig.now);
    rig.hub.publish(picture, rig.now);
    assert_eq!(fed(&mut rig), [PacketTo::Tcp(2)]);
}

#[test]
fn running_cues_and_lists_are_told() {
    let mut rig = Rig::new(None);
    assert_eq!(rig.ask(udp(1), "/runningCues", NONE), ("ok".into(), Value::Array(vec![])));
    rig.hub.publish(Picture { running: vec![runs(1)], ..Picture::default() }, rig.now);
    assert_eq!(rig.ask(udp(1), "/runningOrPausedCues", NONE).1[0]["number"], "13");
    assert_eq!(
        rig.ask(tcp(1), "/cueLists", NONE).1[0]["cues"][1]["cues"][0]["name"],
        "(embargoed)"
    );
    rig.hub.publish(Picture { public: vec![CueIx(2)], ..Picture::default() }, rig.now);
    assert_eq!(rig.ask(tcp(1), "/cueLists", NONE).1[0]["cues"][1]["cues"][0]["name"], "The guest");
}

#[test]
fn another_version_of_the_show_is_told_from_then_on() {
    let mut rig = Rig::new(None);
    let told = |rig: &mut Rig| rig.ask(tcp(1), "/cueLists", NONE).1[0]["cues"][0]["name"].clone();
    assert_eq!(told(&mut rig), "The jump");
    let revised = file::parse(&SHOW.replace("The jump", "The leap"), "UTC").unwrap();
    rig.hub.revise(Arc::new(revised));
    assert_eq!(told(&mut rig), "The leap");
}

#[test]
fn what_no_datagram_carries_is_refused_with_the_way_out() {
    let show = show().with_title(&"x".repeat(70_000));
    let (sender, _requests) = channel();
    let hear = Arc::new(move |request| drop(sender.send(request)));
    let mut rig = Rig::new(None);
    rig.hub = Hub::new(Arc::new(show), None, 53000, hear, Arc::clone(&rig.shared));
    let (status, data) = rig.ask(udp(1), "/cueLists", NONE);
    assert_eq!((status.as_str(), data), ("error", "too long for a datagram: use TCP".into()));
    assert_eq!(rig.ask(tcp(1), "/cueLists", NONE).0, "ok");
}

#[test]
fn there_are_only_so_many_remote_controls() {
    let mut rig = Rig::new(None);
    let display = |n: usize| PacketSender::Udp(([10, 0, 1, n as u8], 1).into());
    for n in 1..=CLIENTS_MAX {
        assert_eq!(rig.ask(display(n), "/updates", NONE).0, "ok");
    }
    assert_eq!(rig.ask(udp(999), "/updates", NONE).0, "error");
    assert_eq!(rig.ask(display(1), "/listen", NONE).0, "ok");
    rig.say(udp(999), "/go", NONE);
    assert_eq!(rig.ask(udp(999), "/go", [OscType::Int(0)]).0, "ok");
    assert_eq!(rig.wishes(), [RemoteCommand::Go], "a plain button needs no place");
    // One machine that sends from another port each time keeps nobody out for long.
    let mut rig = Rig::new(None);
    for port in 1..=1_000 {
        rig.later(10);
        assert_eq!(rig.ask(udp(port), "/updates", NONE).0, "ok");
    }
    assert_eq!(rig.ask(display(1), "/updates", NONE).0, "error", "they are alive");
    rig.later(60_001);
    assert_eq!(rig.ask(display(1), "/updates", NONE).0, "ok");
}

#[test]
fn a_million_random_and_mutated_packets_change_nothing_that_they_should_not() {
    let mut rig = Rig::new(None);
    let mut numbers = RandomNumbers(0x2545_F491_4F6C_DD1D);
    let bundle =
        [b"#bundle\0\0\0\0\0\0\0\0\x01\0\0\0\x08", &b"/go\0,\0\0\0"[..], b"\0\0\0\x08/hold\0\0\0"]
            .concat();
    let seeds = [
        packet("/go", NONE),
        packet("/go", text("12")),
        packet("/cue/12/start", NONE),
        packet("/ready", text("stunts")),
        packet("/note", text("words")),
        packet("/playhead/next", [OscType::Float(1.0)]),
        packet("/handover/subscribe", [OscType::Int(9000)]),
        bundle,
    ];
    let (mut whole, mut wished) = (0, 0);
    let mut bytes = Vec::with_capacity(128);
    for round in 0..1_000_000_u64 {
        bytes.clear();
        if round % 4 == 0 {
            let len = numbers.below(64);
            bytes.extend((0..len).map(|_| numbers.next() as u8));
        } else {
            bytes.extend(&seeds[numbers.below(seeds.len())]);
            for _ in 0..numbers.below(3) {
                let at = numbers.below(bytes.len());
                match numbers.below(4) {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, 0),
                    _ => bytes
                        .iter_mut()
                        .skip(at)
                        .take(1)
                        .for_each(|byte| *byte = numbers.next() as u8),
                }
            }
        }
        rig.now += Duration::from_millis(20);
        let malformed = rig.counts().malformed;
        rig.hub.hear(&bytes, udp(numbers.below(4) as u16 + 1), rig.now);
        drop(rig.hub.take_out());
        let is_whole = rig.counts().malformed == malformed;
        whole += u64::from(is_whole);
        let wishes = rig.wishes();
        if !is_whole {
            assert!(
                wishes.iter().all(|wish| *wish == RemoteCommand::Hold),
                "{wishes:?} of {}",
                bytes.escape_ascii()
            );
        } else if !wishes.is_empty() {
            wished += 1;
            // Another decoder takes it for a packet too, unless it is one of those without types,
            // or has a symbol.
            let typed = rosc::decoder::decode_udp(&bytes).is_ok();
            let is_odd =
                !bytes.contains(&b',') || bytes.contains(&b'S') || bytes.starts_with(b"#bundle");
            assert!(typed || is_odd, "{}", bytes.escape_ascii());
        }
    }
    let counts = rig.counts();
    assert_eq!((counts.packets, counts.malformed), (1_000_000, 1_000_000 - whole));
    assert!(wished > 100_000 && counts.malformed > 400_000, "{counts:?}");
    assert_eq!(rig.shared.unanswered.load(Relaxed), 0);
}

#[test]
fn what_came_while_the_program_stood_still_is_not_done_but_for_what_calms() {
    let (mut rig, peer) = (Rig::new(None), PacketSender::Udp("10.0.0.7:5000".parse().unwrap()));
    rig.hub.woke(rig.now, Duration::ZERO, true);
    rig.now += Duration::from_secs(3);
    let (status, data) = rig.ask(peer, "/go", []);
    assert_eq!(
        (status.as_str(), data),
        ("error", "the program stood still for 3 s when this came: not done".into())
    );
    assert!(rig.requests.try_recv().is_err());
    rig.hub.hear(&packet("/panic", []), peer, rig.now);
    assert_eq!(rig.requests.try_recv().map(|request| request.wish), Ok(RemoteCommand::Panic));
    rig.hub.woke(rig.now, Duration::ZERO, true);
    rig.hub.hear(&packet("/go", []), peer, rig.now);
    assert!(rig.requests.try_recv().is_ok());
}
