//! The same at random moments of a busy live show: OSC over UDP and TCP, HTTP, clips, remote
//! controls, notes, steps, keys.
//!
//! `HANDOVER_KILLS` says how often it is killed. Every message has its cue's number, so that the
//! far ends can count.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use handover::engine::{Phase, State};
use handover::show::{CueNumber, Show, Trigger};
use serde_json::Value;

use super::{Random, SEED, folded};
use crate::harness::{
    Arg, House, Journal, PATIENCE, Packet, Program, Remote, Wire, await_some, encode, messages,
};
use crate::player;

/// Default number of kills.
const KILLS: u32 = 30;
/// The time between two beats of the show, and how long a round may be.
const BEAT_MS: u64 = 60;
const ROUND_US: u64 = 450_000;

/// Messages that arrived: the cue's number and the output's id.
type Arrived = (String, &'static str);

fn kills() -> u32 {
    std::env::var("HANDOVER_KILLS")
        .ok()
        .map_or(KILLS, |kills| kills.parse().expect("HANDOVER_KILLS is a number"))
}

/// A chain of beats. A beat has a cue to all desks and one that follows it; some have a clip, some
/// have steps. Behind them stands a cue for each round, which only a remote control starts.
fn show(rounds: u32, wire: &Wire, tcp: SocketAddr, http: SocketAddr, has_clips: bool) -> String {
    let screens = if has_clips {
        "[output.screens]\nmpv = true\nflags = [\"--vo=null\", \"--ao=null\"]\n"
    } else {
        ""
    };
    let mut show = format!(
        "title = \"Busy\"\ntimezone = \"UTC\"\n[output.desk]\n{}\n[output.console]\nosc = \"tcp://{tcp}\"\n[output.hook]\n\
         http = \"http://{http}\"\n{screens}[[segment]]\ntitle = \"All\"\nduration = \"5h\"\n",
        wire.output()
    );
    let mut cue = |number: &str, more: &str, actions: &str| {
        show.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"C\"\n{more}\ndo = [{actions}]\n"
        ));
    };
    let to = |output: &str, number: &str| {
        format!("{{ output = \"{output}\", osc = \"/cue\", args = [\"{number}\"] }}, ")
    };
    for beat in 1..=rounds * 9 {
        let number = format!("{beat}.1");
        let trigger = match beat {
            1 => String::new(),
            _ => format!("trigger = {{ with = \"{}.1\", delay = \"{BEAT_MS}ms\" }}\n", beat - 1),
        };
        let hook = format!("{{ output = \"hook\", method = \"POST\", path = \"/{number}\" }}");
        let hook = if beat % 3 == 0 { hook } else { String::new() };
        let actions = [to("desk", &number), to("console", &number), hook].concat();
        cue(&number, &format!("{trigger}duration = \"20ms\""), &actions);
        let number = format!("{beat}.2");
        cue(
            &number,
            &format!("trigger = {{ after = \"{beat}.1\", delay = \"5ms\" }}"),
            &to("desk", &number),
        );
        if beat % 4 == 0 {
            let steps = "steps = [{ title = \"a\" }, { title = \"b\" }, { title = \"c\" }]";
            cue(&format!("{beat}.3"), &format!("trigger = {{ with = \"{beat}.1\" }}\n{steps}"), "");
        }
        if has_clips && beat % 5 == 0 {
            let clip = "{ output = \"screens\", play = \"a.mp4\", to = \"0.2s\" }";
            cue(&format!("{beat}.4"), &format!("trigger = {{ with = \"{beat}.1\" }}"), clip);
        }
    }
    for round in 1..=rounds {
        let number = format!("R{round}");
        cue(&number, "", &[to("desk", &number), to("console", &number)].concat());
    }
    show
}

/// Takes OSC packets with SLIP around them from every connection, and tells of them; torn ones end
/// with their connection.
fn console(arrived: Sender<Arrived>) -> SocketAddr {
    serve(move |stream| {
        let mut packet = vec![];
        for byte in BufReader::new(stream).bytes().map_while(Result::ok) {
            match (byte, packet.last()) {
                (0xC0, _) => {
                    let whole = std::mem::take(&mut packet);
                    let cues = if whole.is_empty() { vec![] } else { messages(&whole) };
                    cues.iter().for_each(|message| {
                        arrived.send((cue_of(message), "console")).unwrap_or_default()
                    });
                }
                (0xDC, Some(0xDB)) => *packet.last_mut().expect("a byte") = 0xC0,
                (0xDD, Some(0xDB)) => {}
                _ => packet.push(byte),
            }
        }
    })
}

/// Grants every request and tells of it.
fn hook(arrived: Sender<Arrived>) -> SocketAddr {
    serve(move |stream| {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|len| len > 0) {
            let path =
                line.split(' ').nth(1).filter(|_| line.starts_with("POST ")).map(str::to_owned);
            if let Some(path) = path {
                arrived.send((path.trim_start_matches('/').to_owned(), "hook")).unwrap_or_default();
            }
            if line == "\r\n" {
                let answered =
                    reader.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                if answered.is_err() {
                    return;
                }
            }
            line.clear();
        }
    })
}

fn serve(with: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let server = TcpListener::bind("127.0.0.1:0").expect("a server");
    let addr = server.local_addr().expect("its address");
    let with = Arc::new(with);
    std::thread::spawn(move || {
        for stream in server.incoming().map_while(Result::ok) {
            let with = Arc::clone(&with);
            std::thread::spawn(move || with(stream));
        }
    });
    addr
}

fn cue_of(message: &Packet) -> String {
    match message.args.as_slice() {
        [Arg::Text(cue)] if message.address == "/cue" => cue.clone(),
        other => panic!("a packet of another show: {other:?}"),
    }
}

/// Messages that have arrived so far.
struct Ends {
    wire: Wire,
    others: Receiver<Arrived>,
    counts: BTreeMap<Arrived, u32>,
}

impl Ends {
    fn look(&mut self) {
        let datagrams = self.wire.drain();
        let datagrams = datagrams.iter().map(|packet| (cue_of(packet), "desk"));
        for arrived in datagrams.chain(self.others.try_iter()) {
            *self.counts.entry(arrived).or_default() += 1;
        }
    }

    fn count(&self, cue: &str, output: &'static str) -> u32 {
        self.counts.get(&(cue.to_owned(), output)).copied().unwrap_or(0)
    }
}

/// A journal's account of the actions: for each cue, firing, action, its output and how it was
/// settled.
fn outcomes(journal: &Journal) -> BTreeMap<(String, u64, u64), Vec<(String, String)>> {
    let mut outcomes: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in &journal.lines {
        let kind = line["event"].as_str().unwrap_or_default();
        if matches!(kind, "action_sent" | "action_failed" | "action_unknown") {
            let number = |key: &str| line[key].as_u64().expect("a number");
            let key = (text(line, "cue"), number("firing"), number("action"));
            outcomes.entry(key).or_default().push((kind.to_owned(), text(line, "output")));
        }
    }
    outcomes
}

fn text(line: &Value, key: &str) -> String {
    line[key].as_str().unwrap_or_default().to_owned()
}

/// Nothing twice: no firing, no outcome, no note, no step, and nothing at a far end that no line
/// has.
fn check_once(journal: &Journal, ends: &Ends) {
    let (mut fired, mut steps, mut notes) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    for line in &journal.lines {
        let cue = text(line, "cue");
        match line["event"].as_str().unwrap_or_default() {
            "cue_fired" => {
                let firing = line["firing"].as_u64().expect("a number");
                let before = fired.insert(cue.clone(), firing).unwrap_or(0);
                assert_eq!(firing, before + 1, "cue {cue}\n{}", journal.tail(40));
                let by_itself = line["cause"] == "follow" && before > 0;
                assert!(!by_itself, "cue {cue} came by itself a second time\n{}", journal.tail(40));
            }
            "step_done" => {
                let step = line["step"].as_u64().expect("a number");
                let before =
                    steps.insert((cue.clone(), fired.get(&cue).copied()), step).unwrap_or(0);
                assert_eq!(step, before + 1, "cue {cue}\n{}", journal.tail(40));
            }
            "note_taken" => assert!(notes.insert(text(line, "text")), "a note twice: {line}"),
            _ => {}
        }
    }
    for (key, settled) in outcomes(journal) {
        assert_eq!(
            settled.len(),
            1,
            "an action has one outcome: {key:?} {settled:?}\n{}",
            journal.tail(40)
        );
    }
    for ((cue, output), count) in &ends.counts {
        let firings = fired.get(cue).copied().unwrap_or(0);
        assert!(
            u64::from(*count) <= firings,
            "{cue} came {count} times at {output}, fired {firings} times"
        );
    }
}

/// Nothing vanished: every action of every firing has its outcome, what was sent has arrived, and
/// what follows a cue that fired has fired, was missed or is due.
fn check_all(journal: &Journal, state: &State, show: &Show, ends: &mut Ends) {
    let (outcomes, settled) = (outcomes(journal), settled(journal));
    for line in journal.of_kind("cue_fired") {
        let firing = (text(line, "cue"), line["firing"].as_u64().expect("a number"));
        let (count, all) =
            (settled.get(&firing).copied().unwrap_or(0), actions_of(show, &firing.0));
        assert_eq!(count, all, "{firing:?} has outcomes for so many actions\n{}", journal.tail(60));
    }
    let mut sent: BTreeMap<(String, &'static str), u32> = BTreeMap::new();
    for ((cue, ..), settled) in &outcomes {
        for output in ["desk", "console", "hook"] {
            let is_sent = settled.iter().any(|(kind, to)| kind == "action_sent" && to == output);
            *sent.entry((cue.clone(), output)).or_default() += u32::from(is_sent);
        }
    }
    ends.look();
    for ((cue, output), count) in sent {
        // What the system has taken from a program that was killed may still be on its way.
        let arrived = await_some(PATIENCE, || {
            if ends.count(&cue, output) < count {
                ends.look();
            }
            (ends.count(&cue, output) >= count).then_some(())
        });
        assert!(
            arrived.is_some(),
            "{cue} was sent {count} times to {output}, {} came",
            ends.count(&cue, output)
        );
    }
    for cue in show.cue_indices() {
        let fired = state.cue(cue);
        let brought = if fired.phase == Phase::Complete { show.after(cue) } else { &[] };
        for &follower in show.with(cue).iter().chain(brought).filter(|_| fired.firings > 0) {
            let next = state.cue(follower);
            let is_there = next.firings > 0 || next.phase == Phase::Missed || next.due_ns.is_some();
            let (number, trigger): (_, Trigger) =
                (&show.cue(follower).number, show.cue(follower).trigger);
            assert!(
                is_there,
                "cue {number} ({trigger:?}) has vanished: {next:?}\n{}",
                journal.tail(60)
            );
        }
    }
}

/// Number of actions of each firing that have an outcome.
fn settled(journal: &Journal) -> BTreeMap<(String, u64), usize> {
    let mut settled = BTreeMap::new();
    for (cue, firing, _) in outcomes(journal).into_keys() {
        *settled.entry((cue, firing)).or_default() += 1;
    }
    settled
}

/// Waits until the resumption has settled what the kill left open.
fn await_resumed(program: &Program, resumed: usize, show: &Show, ends: &Ends) -> Journal {
    let journal = program.await_journal("the run goes on, with every action settled", |journal| {
        if journal.of_kind("run_resumed").len() != resumed {
            return false;
        }
        let settled = settled(journal);
        let at = journal
            .of_kind("run_resumed")
            .last()
            .and_then(|line| line["seq"].as_u64())
            .unwrap_or(0);
        let mut before =
            journal.of_kind("cue_fired").into_iter().filter(|line| line["seq"].as_u64() < Some(at));
        before.all(|line| {
            let firing = (text(line, "cue"), line["firing"].as_u64().expect("a number"));
            settled.get(&firing).copied().unwrap_or(0) == actions_of(show, &firing.0)
        })
    });
    check_once(&journal, ends);
    journal
}

fn actions_of(show: &Show, cue: &str) -> usize {
    let cue = show.find(&CueNumber::new(cue).expect("a number")).expect("a cue of the show");
    show.cue(cue).actions.len()
}

/// One round up to its kill: GO, and then whatever can be sent and typed meanwhile. Gives how many
/// notes, and whether a cue, a remote control was told were done. With `awaits_clip`, so many cues
/// have fired, and a clip is to run before the kill.
fn play(
    program: &mut Program,
    remote: &Remote,
    (round, awaits_clip): (u32, Option<usize>),
    random: &mut Random,
) -> (usize, bool) {
    let lasts = Duration::from_micros(random.below(ROUND_US));
    let (mut granted, mut said, mut started, begun) = (vec![], 0, false, Instant::now());
    program.keys(" ");
    if let Some(fired) = awaits_clip {
        // On a busy machine, what is typed right after it would look like a paste with it.
        program.await_journal("a GO", |journal| journal.of_kind("cue_fired").len() > fired);
    }
    while begun.elapsed() < lasts {
        match random.below(6) {
            0 | 1 => {
                said += 1;
                remote.send(&encode("/note", &[Arg::Text(format!("note {round}.{said}"))]));
            }
            2 => remote.send(&encode("/step", &[])),
            3 => program.keys("m"),
            4 if round.is_multiple_of(2) => {
                said += 1;
                program.keys(&format!("ttyped {round}.{said}\r"));
            }
            _ if !started => {
                started = true;
                remote.send(&encode(&format!("/cue/R{round}/start"), &[]));
            }
            _ => {}
        }
        // The random moments are what is tested here: there is nothing to wait for.
        let pause =
            Duration::from_micros(random.below(15_000)).min(lasts.saturating_sub(begun.elapsed()));
        hear(remote, pause, &mut granted);
    }
    if awaits_clip.is_some() {
        program.await_journal("a clip runs", |journal| !journal.of_kind("clip_started").is_empty());
    }
    program.kill();
    hear(remote, Duration::ZERO, &mut granted);
    let notes = granted.iter().filter(|address| *address == "/note").count();
    (notes, granted.iter().any(|address| address.starts_with("/cue/")))
}

/// Takes the replies that come in time, and keeps the address of each that says it was done.
fn hear(remote: &Remote, at_most: Duration, granted: &mut Vec<String>) {
    let until = Instant::now() + at_most;
    while let Some(packets) = remote.hear_within(until.saturating_duration_since(Instant::now())) {
        let is_done = |packet: &&Packet| matches!(packet.args.as_slice(), [Arg::Text(json)] if json.contains(r#""status":"ok""#));
        let done = packets
            .iter()
            .filter(is_done)
            .map(|packet| packet.address.trim_start_matches("/reply").to_owned());
        granted.extend(done);
    }
}

#[test]
fn kills_of_a_busy_show_lose_nothing_and_do_nothing_twice() {
    let has_clips = player::is_equipped();
    let _stage = player::STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let (rounds, house, remote) = (kills(), House::new(), Remote::new());
    let mut random = Random(SEED ^ u64::from(rounds));
    let (sender, others) = channel();
    let (tcp, http) = (console(sender.clone()), hook(sender));
    let wire = Wire::new();
    let text_of_show = show(rounds, &wire, tcp, http, has_clips);
    let mut ends = Ends { wire, others, counts: BTreeMap::new() };
    if has_clips {
        player::film(&house.path("a.mp4"), "1");
    }
    let path = house.show(&text_of_show);
    let parsed = Arc::new(
        handover::show::file::parse(&text_of_show, "UTC").expect("a show without a fault"),
    );
    let (mut granted, mut started) = (0, 0);
    for round in 1..=rounds {
        let listen = remote.listen();
        let how = if round == 1 { "--fresh" } else { "--resume" };
        let mut program = house.open(&[how, "--listen", &listen, &path]);
        let journal = await_resumed(&program, round as usize - 1, &parsed, &ends);
        if round > 1 {
            check_all(&journal, &folded(&house, &parsed), &parsed, &mut ends);
        }
        // A player may take longer to start than any round lasts.
        let awaits_clip =
            (has_clips && round == rounds.min(10)).then(|| journal.of_kind("cue_fired").len());
        let (notes, is_started) = play(&mut program, &remote, (round, awaits_clip), &mut random);
        granted += notes;
        let journal = house.journal();
        let of_round = format!("note {round}.");
        let kept = journal
            .of_kind("note_taken")
            .iter()
            .filter(|line| text(line, "text").starts_with(&of_round))
            .count();
        assert!(
            kept >= notes,
            "round {round}: {notes} notes were granted, {kept} kept\n{}",
            journal.tail(40)
        );
        if is_started {
            started += 1;
            let number = format!("R{round}");
            assert_eq!(
                journal.about("cue_fired", &number).len(),
                1,
                "round {round}\n{}",
                journal.tail(40)
            );
        }
        ends.look();
        check_once(&journal, &ends);
    }
    let program = house.open(&["--resume", "--listen", &remote.listen(), &path]);
    let journal = await_resumed(&program, rounds as usize, &parsed, &ends);
    check_all(&journal, &folded(&house, &parsed), &parsed, &mut ends);
    check_once(&journal, &ends);
    let (arrived, unknown) =
        (ends.counts.values().sum::<u32>(), journal.of_kind("action_unknown").len());
    let (steps, clips) =
        (journal.of_kind("step_done").len(), journal.of_kind("clip_started").len());
    let missed = journal.of_kind("cue_missed").len();
    let figures = format!(
        "{rounds} kills: {arrived} messages arrived, {unknown} unknown, {missed} missed; {granted} notes granted, {started} cues by \
         remote, {steps} steps, {clips} clips"
    );
    // Were all kills outside the moments that matter, the test would show nothing.
    assert!(
        arrived > rounds * 5
            && missed > rounds as usize / 4
            && granted > rounds as usize
            && steps > 0
            && (clips > 0 || !has_clips),
        "{figures}"
    );
    println!("{figures}");
}
