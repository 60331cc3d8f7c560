//! Other programs that write to a shared run, by mistake or on purpose: each is told, and nothing
//! is fired because of it.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::StreamExt;
use handover::engine::RunId;
use handover::journal::{LINE_BYTES_MAX, checksum};
use handover::link::StationName;
use handover::link::{
    Beat, FlagStep, Instance, Letter, LogStart, Post, PostBody, PostTo, ServerRequest, Shared,
    Wish, fetch,
};
use tokio::runtime::{Builder, Runtime};

use super::pair::Pair;
use super::{NatsServer, Proxy, Station, access, is_missing};
use crate::harness::{in_time, pass};

/// A program with a connection to the server and no idea of what is right.
struct Stranger {
    runtime: Runtime,
    client: async_nats::Client,
    /// The run in the names of its subjects.
    token: String,
}

impl Stranger {
    /// It writes to the only run on the server.
    fn at(server: &NatsServer) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (client, token) = runtime.block_on(async {
            let client = async_nats::connect(server.url()).await.expect("a connection");
            let context = async_nats::jetstream::new(client.clone());
            let names = context.stream_names().map(|name| name.expect("a name"));
            let runs =
                names.filter_map(async |name| name.strip_prefix("HANDOVER_").map(str::to_owned));
            let runs: Vec<String> = runs.collect().await;
            assert_eq!(runs.len(), 1, "{runs:?}");
            (client, runs[0].clone())
        });
        Stranger { runtime, client, token }
    }

    fn publish(&self, place: &str, bytes: Vec<u8>) {
        let subject = format!("handover.{}.{place}", self.token);
        self.runtime.block_on(async {
            self.client.publish(subject, bytes.into()).await.expect("it is taken");
            self.client.flush().await.expect("it is sent");
        });
    }
}

/// A line with a right checksum, as the format has it.
fn line(members: &str) -> Vec<u8> {
    let crc = checksum(&format!("{{{members}}}"));
    format!("{{{members},\"crc\":\"{crc}\"}}").into_bytes()
}

/// The members of a record that fires cue 1.
fn fires(seq: usize, run_ns: i64, origin: &str) -> String {
    format!(
        "\"seq\":{seq},\"at\":\"2026-11-29T05:00:00.000000Z\",\"run_ns\":{run_ns}{origin},\
         \"event\":\"cue_fired\",\"cue\":\"1\",\"cause\":\"go\",\"firing\":1,\"due_ns\":{run_ns}"
    )
}

#[test]
fn what_another_program_writes_into_the_log_is_told_and_does_not_count() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, journal) = Pair::after_go();
        let (last, next) = (journal.lines.len(), journal.lines.len() + 1);
        let run_ns = journal.lines[last - 1]["run_ns"].as_i64().expect("an instant");
        let stranger = Stranger::at(&pair.server);
        let paris = ",\"station\":\"paris\",\"term\":1";
        let mut changed = line(&fires(next, run_ns, paris));
        let at = changed.len() / 2;
        changed[at] ^= 1;
        let entries = [
            changed,
            // A gap, the same once more, and a run that begins again.
            line(&fires(next + 5, run_ns, paris)),
            line(&fires(1, run_ns, paris)),
            journal.lines[0].to_string().into_bytes(),
            // An unknown kind of event, of a station without the flag.
            line(&format!(
                "\"seq\":{next},\"at\":\"2026-11-29T05:00:00.000000Z\",\"run_ns\":{run_ns},\
                 \"station\":\"mallory\",\"term\":1,\"event\":\"sky_fell\",\"height\":3"
            )),
            line(&fires(next, run_ns, ",\"station\":\"mallory\",\"term\":1")),
            // From the future, and from the past.
            line(&fires(next, run_ns, ",\"station\":\"paris\",\"term\":9")),
            line(&fires(next, i64::MAX - 1, paris)),
            line(&fires(next, run_ns - 1, paris)),
            // Without a station at all, no JSON, no text, nothing, and as much as a server takes.
            line(&fires(next, run_ns, "")),
            b"{}".to_vec(),
            vec![0xff; 300],
            vec![],
            vec![b'['; LINE_BYTES_MAX],
        ];
        let count = entries.len();
        for (bytes, sequence) in entries.into_iter().zip(last + 1..) {
            stranger.publish("log", bytes);
            let said = format!("entry {sequence} of the log does not count: ");
            pair.paris.await_words(&[&said]);
            pair.la.await_words(&[&said]);
        }
        pair.paris.press_to_see(":page stations\r", &[&format!("{count} entries do not count")]);
        pair.wire.expect_silence();
        pair.wire_la.expect_silence();
        // The run goes on, and its journals know nothing of it.
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
        let journal = pair.await_same_journal();
        assert_eq!(journal.cues("cue_fired"), ["1", "2"]);
        assert!(journal.lines.iter().all(|line| line["station"] == "paris" && line["term"] == 1));
        pair.pass(true);
        pair.la.keys(" ");
        pair.wire.expect("/3");
        pair.await_same_journal();
    });
}

/// A sign of life of a station that is like `of`, but for its version.
fn beat(digest: &str, version: &str) -> PostBody {
    PostBody::Beat(Beat {
        holds: false,
        mute: false,
        term: 1,
        seq: 1,
        stored: 1,
        number: 1,
        hears: BTreeMap::new(),
        version: version.into(),
        digest: digest.into(),
        terminal: true,
        uncertainty_ns: None,
        step: FlagStep::None,
        outputs: None,
    })
}

/// A station without rules on a link of its own.
struct Mallory {
    station: Station,
    shared: Shared,
}

impl Mallory {
    fn joins(pair: &Pair) -> Self {
        let run = pair.houses[0].runs()[0].clone();
        let id = RunId(run.file_name().expect("a name").to_string_lossy().into_owned());
        let access = || access(&pair.server.url());
        let shared = fetch(&access(), &id).expect("the run");
        let mut station = Station::open(access(), shared.clone(), "mallory", LogStart::Joins);
        station.await_connected();
        Mallory { station, shared }
    }

    fn posts(&self, to: PostTo, body: PostBody) {
        let from = StationName::new("mallory").expect("a name");
        self.station
            .request(ServerRequest::Post { to, post: Post { from, instance: Instance(7), body } });
    }
}

#[test]
fn a_flood_of_wishes_and_of_junk_holds_nobody_up_and_fires_nothing() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        let (mallory, stranger) = (Mallory::joins(&pair), Stranger::at(&pair.server));
        mallory.posts(PostTo::All, beat(&mallory.shared.digest, env!("CARGO_PKG_VERSION")));
        pair.paris.press_to_see(":page stations\r", &["mallory"]);
        let paris = || PostTo::Station(StationName::new("paris").expect("a name"));
        let begun = Instant::now();
        for round in 0..20 {
            for n in 0..40 {
                let number = round * 40 + n + 1;
                let wish = match n % 4 {
                    0 => Wish::Accept { offered_ns: None },
                    1 => Wish::Ask,
                    2 => Wish::Warn { said_ns: None },
                    _ => Wish::Note { text: format!("flood {number}") },
                };
                mallory.posts(paris(), PostBody::Letter { number, letter: Letter::Wish(wish) });
                stranger.publish("to.paris", vec![b'['; 60_000]);
                stranger.publish("all", b"{\"from\":\"la\",\"instance\":1}".to_vec());
            }
        }
        let flooded = begun.elapsed();
        let said = "mallory sends more than 64 letters a second";
        pair.paris.press_to_see(":page log\r", &[said, "mallory: flood 4"]);
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        pair.wire_la.expect("/la/1");
        pair.wire.expect_silence();
        pair.paris.await_screen("the flag", |text| text.contains("THE FLAG IS HERE"));
        let journal = pair.await_same_journal();
        let most = 64 * (flooded.as_secs() as usize + 2);
        let notes = journal.of_kind("note_taken").len();
        assert!((1..=most).contains(&notes), "{notes} notes in {flooded:?}");
        assert_eq!(journal.cues("cue_fired"), ["1"]);
        assert_eq!(journal.of_kind("flag_accepted").len(), 0);
        assert_eq!(journal.of_kind("flag_passed").len(), 0);
    });
}

#[test]
fn another_show_and_another_version_are_told_before_the_flag_is_given() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        let mallory = Mallory::joins(&pair);
        // The version is text of somebody else: nothing in it reaches the terminal as it is.
        let beats = || mallory.posts(PostTo::All, beat("another", "9.9\u{1b}[2J\u{7}"));
        beats();
        let said = pair.paris.press_to_see(":page stations\r", &["mallory", "ANOTHER", "9.9"]);
        assert!(said.contains("THE FLAG IS HERE"), "{said}");
        assert!(!pair.paris.has_written("9.9\u{1b}[2J"));
        beats();
        pair.paris.press_to_see("f", &["offers the flag to", "ANOTHER SHOW, version 9.9"]);
        // The second in the list.
        pair.paris.keys("\u{1b}[B");
        pair.paris.await_words(&["offers the flag to mallory"]);
        beats();
        pair.paris.press_to_see("\r", &["mallory has another show file"]);
        pair.paris.keys("\u{1b}");
        pair.paris.await_screen("the list to close", |text| !text.contains("offers the flag to"));
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        let journal = pair.await_same_journal();
        assert_eq!(journal.of_kind("flag_offered").len(), 0);
    });
}

#[test]
#[ignore = "a measurement of two minutes"]
fn cuts_of_half_a_minute() {
    if is_missing() {
        return;
    }
    for (name, cuts) in
        [("holder", [true, false]), ("follower", [false, true]), ("both", [true; 2])]
    {
        let server = NatsServer::start();
        let lines = [Proxy::to(server.port()), Proxy::to(server.port())];
        let urls = [lines[0].url(), lines[1].url()];
        let mut pair = Pair::by([&urls[0], &urls[1]], server, 0);
        let cut_lines =
            || lines.iter().zip(cuts).filter(|(_, is_cut)| *is_cut).map(|(line, _)| line);
        let begun = Instant::now();
        cut_lines().for_each(Proxy::cut);
        if cuts[0] {
            pair.paris.await_words(&["ALONE"]);
        } else {
            pair.paris.await_words(&["la is away"]);
        }
        let noticed = begun.elapsed();
        for n in 1..=3 {
            pair.paris.keys(" ");
            pair.wire.expect(&format!("/{n}"));
            pass(9_000);
        }
        pass(30_000_u64.saturating_sub(begun.elapsed().as_millis() as u64));
        let repaired = Instant::now();
        cut_lines().for_each(Proxy::repair);
        pair.paris.await_words(&["THE FLAG IS HERE"]);
        pair.la.await_words(&["PARIS HAS THE FLAG"]);
        let journal = pair.await_same_journal();
        let same = repaired.elapsed();
        assert_eq!(journal.cues("cue_fired"), ["1", "2", "3"]);
        // What was due at LA meanwhile is never sent late.
        pair.wire_la.expect_silence();
        assert_eq!(journal.of_kind("action_failed").len(), 3);
        // The log says of the cues before that it was away.
        let is_there = |text: &str| text.lines().next().is_some_and(|row| row.contains("la 0."));
        pair.paris.await_screen("la to be there", is_there);
        pair.paris.keys(" ");
        pair.wire.expect("/4");
        pair.wire_la.expect("/la/4");
        println!(
            "{name} cut for 30 s: noticed after {noticed:?}, one journal {same:?} after the repair"
        );
    }
}
