//! Kill -9: nothing that was sent is sent again, nothing that was journaled is lost, and the caller
//! can go on.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

mod busy;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use handover::engine::State;
use handover::journal::recover;
use handover::show::Show;

use crate::harness::{Arg, House, Journal, Packet, Program, Wire};

/// Number of times that the program is killed.
const ROUNDS: u32 = 100;
/// Seed of the random moments; another number here is another test.
const SEED: u64 = 0x0C0F_FEE5_EED5;
/// The time between two cues of the chain, and how long it may run before it is cut down.
const LINK_MS: u64 = 50;
const KILL_WITHIN_US: u64 = 150_000;

/// A generator of numbers that look random: splitmix64, for a test must not depend on anybody's
/// crate for its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }
}

/// When to kill, in microseconds after GO: anywhere, or as often just when a cue fires, between its
/// line in the journal and the packet, or the packet and its line.
fn moment(random: &mut Random) -> u64 {
    if random.below(2) == 0 {
        return random.below(KILL_WITHIN_US);
    }
    random.below(3) * LINK_MS * 1000 + random.below(1500)
}

/// A show of one chain: each cue comes with the one before.
fn chain(links: u32, wire: &Wire) -> String {
    let mut show = format!(
        "title = \"Chain\"\ntimezone = \"UTC\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"Chain\"\nduration = \"2h\"\n",
        wire.output()
    );
    for n in 1..=links {
        let trigger = match n {
            1 => String::new(),
            _ => format!("trigger = {{ with = \"{}\", delay = \"{LINK_MS}ms\" }}\n", n - 1),
        };
        show.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"Link {n}\"\n{trigger}\
             do = [{{ output = \"desk\", osc = \"/link\", args = [{n}] }}]\n"
        ));
    }
    show
}

fn link_of(packet: &Packet) -> u32 {
    match packet.args.as_slice() {
        [Arg::Int(link)] => *link as u32,
        other => panic!("a packet of another show: {other:?}"),
    }
}

/// What the library makes of the journal: its state at the end, which is the same however it is
/// come to.
fn folded(house: &House, show: &Arc<Show>) -> State {
    let records = recover(&house.runs()[0].join("journal.jsonl")).expect("a sound journal").records;
    let fold = |mut state: State, records: &[handover::engine::Record]| {
        for record in records {
            state.fold(record);
        }
        state
    };
    let whole = fold(State::new(Arc::clone(show)), &records);
    let half = records.len() / 2;
    let begun = fold(State::new(Arc::clone(show)), &records[..half]);
    assert!(
        fold(begun.clone(), &records[half..]) == whole,
        "the state is not the fold of its events"
    );
    whole
}

/// The first cue of the chain that no line says has fired.
fn next_link(journal: &Journal) -> u32 {
    let fired: BTreeSet<u32> =
        journal.cues("cue_fired").into_iter().map(|cue| cue.parse().expect("a link")).collect();
    (1..).find(|link| !fired.contains(link)).unwrap_or(u32::MAX)
}

#[test]
fn a_hundred_kills_lose_nothing_and_send_nothing_twice() {
    let (house, wire, mut random) = (House::new(), Wire::new(), Random(SEED));
    let show = house.show(&chain(ROUNDS * 5, &wire));
    let parsed = std::fs::read_to_string(&show).expect("the show");
    let parsed =
        Arc::new(handover::show::file::parse(&parsed, "UTC").expect("a show without a fault"));
    let mut received: BTreeMap<u32, u32> = BTreeMap::new();
    let (mut unknown_seen, mut missed_seen) = (0, 0);
    for round in 1..=ROUNDS {
        let first = round == 1;
        let mut program = house.open(&[if first { "--fresh" } else { "--resume" }, &show]);
        let before =
            if first { program.await_event("run_started", 1) } else { resumed(&program, round) };
        let goes_on_by_itself = check_resume(&before, round, &received, &program);
        missed_seen += usize::from(!first && !goes_on_by_itself);
        unknown_seen = before.of_kind("action_unknown").len();
        let next = next_link(&before);
        if !first && !goes_on_by_itself {
            let state = folded(&house, &parsed);
            let at = state.playhead().map(|cue| parsed.cue(cue).number.to_string());
            assert_eq!(
                at,
                Some(next.to_string()),
                "round {round}, seed {SEED:#x}: the playhead stands elsewhere"
            );
        }
        let delay = Duration::from_micros(moment(&mut random));
        let go = Instant::now();
        if !goes_on_by_itself {
            program.keys(" ");
        }
        // The random moment is what is tested here: there is nothing to wait for.
        std::thread::sleep(delay.saturating_sub(go.elapsed()));
        program.kill();
        let here: Vec<u32> = wire.drain().iter().map(link_of).collect();
        for link in &here {
            let other = received.insert(*link, round);
            assert!(
                other.is_none(),
                "round {round}, seed {SEED:#x}: link {link} came again, first in round {other:?}"
            );
        }
        let journal = house.journal();
        let fired = journal.cues("cue_fired");
        let mut once = BTreeSet::new();
        for cue in &fired {
            assert!(
                once.insert(*cue),
                "round {round}: cue {cue} fired twice\n{}",
                journal.tail(30)
            );
        }
        for link in &here {
            let link = link.to_string();
            assert!(
                fired.contains(&link.as_str()),
                "round {round}: {link} left unjournaled\n{}",
                journal.tail(30)
            );
        }
        if here.first().is_some_and(|_| !goes_on_by_itself) {
            assert!(
                here.contains(&next),
                "round {round}: GO was to fire {next}, {here:?} came\n{}",
                journal.tail(30)
            );
            let cause = &journal.about("cue_fired", &next.to_string())[0]["cause"];
            assert_eq!(
                cause,
                "go",
                "round {round}: what was missed waits for the caller\n{}",
                journal.tail(30)
            );
        }
    }
    // Were all kills outside the moments that matter, the test would show nothing.
    assert!(missed_seen > ROUNDS as usize / 4, "only {missed_seen} rounds missed a cue");
    println!(
        "{} links received, {unknown_seen} unknown, {missed_seen} rounds with a missed cue",
        received.len()
    );
}

/// Waits for the resumption of this round and for what it finds.
fn resumed(program: &Program, round: u32) -> Journal {
    let count = round as usize - 1;
    program.await_journal("the run goes on", |journal| {
        let resumed = journal.of_kind("run_resumed");
        let Some(at) = resumed.last().and_then(|line| line["seq"].as_u64()) else { return false };
        let later =
            |kind: &str| journal.of_kind(kind).iter().any(|line| line["seq"].as_u64() > Some(at));
        // Either the cue that fell due is called missed, or it was missed before, or it is due
        // still.
        let waited = |line: &&serde_json::Value| line["seq"].as_u64() < Some(at);
        let waits =
            journal.of_kind("cue_missed").into_iter().rfind(waited).map(|line| line["cue"].clone());
        let still_waits = waits.is_some_and(|cue| cue == next_link(journal).to_string().as_str());
        resumed.len() == count
            && (later("cue_missed") && later("playhead_moved") || later("cue_fired") || still_waits)
            || resumed.len() == count && journal.of_kind("cue_fired").is_empty()
    })
}

/// Checks what the resumption made of the kill; says whether the chain goes on without the caller.
fn check_resume(
    journal: &Journal,
    round: u32,
    received: &BTreeMap<u32, u32>,
    program: &Program,
) -> bool {
    let resumed =
        journal.of_kind("run_resumed").last().and_then(|line| line["seq"].as_u64()).unwrap_or(0);
    let after = |line: &&serde_json::Value| line["seq"].as_u64() > Some(resumed);
    for fired in journal.of_kind("cue_fired").into_iter().filter(|line| !after(line)) {
        let cue = fired["cue"].as_str().unwrap_or_default();
        let settled = ["action_sent", "action_failed", "action_unknown"]
            .map(|kind| journal.about(kind, cue).len());
        let account = || {
            format!("round {round}, seed {SEED:#x}, cue {cue}: {settled:?}\n{}", program.account())
        };
        assert_eq!(settled.iter().sum::<usize>(), 1, "an action has one outcome: {}", account());
        let came = received.contains_key(&cue.parse().expect("a link"));
        assert!(came || settled == [0, 0, 1], "what never came is unknown: {}", account());
    }
    journal.of_kind("cue_fired").into_iter().any(|line| after(&line))
}
