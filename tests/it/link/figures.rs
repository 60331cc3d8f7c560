//! Figures of the real program in shared runs, by hand and of a release build:
//! `HANDOVER_PROGRAM=target/release/handover cargo test --test it -- link::figures --ignored
//! --nocapture --test-threads=1`, with the path from the root.

use std::io::IoSliceMut;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use handover::engine::{Event, RunId};
use handover::journal::checksum;
use handover::link::{Appended, News, Shared};
use jiff::Timestamp;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;

use super::cluster::Cluster;
use super::list::only;
use super::measure::quantile;
use super::pair::Pair;
use super::station::line;
use super::{NatsServer, Proxy, Station, access, is_missing};
use crate::harness::{House, PATIENCE, Program, Wire, await_some};

/// Cues by hand, one after the other. The title is part of the run's id.
fn show(title: &str, wire: &Wire, cues: usize) -> String {
    let mut text = format!(
        "title = \"{title}\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"All\"\nduration = \"2h\"\n",
        wire.output()
    );
    for n in 1..=cues {
        text += &format!(
            "[[segment.cue]]\nnumber = \"{n}\"\ntitle = \"Cue {n}\"\ndo = [{{ output = \"desk\", osc = \"/{n}\" }}]\n"
        );
    }
    text
}

fn part(of: &mut [Duration], part: f64) -> f64 {
    of.sort();
    quantile(of, part).as_secs_f64() * 1e6
}

/// A run in a terminal of its own, whose GOs are measured.
struct Caller {
    program: Program,
    socket: UdpSocket,
    took: Vec<Duration>,
    _house: House,
    _wire: Wire,
}

impl Caller {
    fn open(name: &str, url: Option<&str>, cues: usize) -> Self {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&show(name, &wire, cues));
        let program = match url {
            None => house.open(&[&show]),
            Some(url) => house.open(&["--share", url, "--station", "paris", &show]),
        };
        let words = if url.is_some() { "THE FLAG IS HERE" } else { "LIVE" };
        program.await_words(&[words]);
        let socket = wire.socket();
        socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).expect("instants of packets");
        Caller { program, socket, took: vec![], _house: house, _wire: wire }
    }

    /// Presses GO and takes the kernel's instant of its packet: when this thread wakes up, and what
    /// the program does after it, are no part of the figure.
    fn go(&mut self) {
        let (mut bytes, mut said) = ([0; 1_024], nix::cmsg_space!(TimeSpec));
        let begun = since_epoch();
        self.program.keys(" ");
        let mut parts = [IoSliceMut::new(&mut bytes)];
        let flags = MsgFlags::empty();
        let packet = recvmsg::<()>(self.socket.as_raw_fd(), &mut parts, Some(&mut said), flags);
        let packet = packet.unwrap_or_else(|why| panic!("{why}: {}", self.program.account()));
        let came = packet.cmsgs().find_map(|said| match said {
            ControlMessageOwned::ScmTimestampns(came) => Some(Duration::from(came)),
            _ => None,
        });
        self.took.push(came.expect("its instant").saturating_sub(begun));
    }
}

/// The clock by which the kernel stamps packets.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970")
}

/// Time from the key of GO to its packet, by the kernel: a run of one station, and beside it a shared
/// one whose server is there, slow, cut off or dead. Only these two are open, and press in turns. The
/// instant at which the thread here has its packet would be no measure: after a shared run it wakes up
/// later, since what follows a GO there needs the processor too. Two programs of one kind differ
/// by 5 %, each time that they are started.
#[test]
#[ignore = "a measurement of some minutes"]
fn go_shared_beside_solo() {
    if is_missing() {
        return;
    }
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200);
    for kind in ["there", "slow", "cut", "dead"] {
        let mut server = NatsServer::start();
        let proxy = Proxy::to(server.port());
        let mut solo = Caller::open("solo", None, rounds + 10);
        let mut shared = Caller::open(kind, Some(&proxy.url()), rounds + 10);
        match kind {
            "slow" => proxy.delay(150),
            "cut" => proxy.swallow(),
            "dead" => {
                proxy.cut();
                server.kill();
            }
            _ => {}
        }
        if ["cut", "dead"].contains(&kind) {
            shared.program.await_words(&["ALONE"]);
        }
        for caller in [&mut solo, &mut shared] {
            // A terminal of which it is not known yet if it tells held keys apart makes the first wait.
            for _ in 0..3 {
                caller.go();
                caller.program.let_go();
            }
            caller.took.clear();
        }
        for round in 0..rounds {
            let mut pair = [&mut solo, &mut shared];
            pair.rotate_left(round % 2);
            for caller in pair {
                // The guard against a second press ends meanwhile, and what follows a GO.
                std::thread::sleep(Duration::from_millis(350));
                caller.go();
            }
        }
        let pairs = solo.took.iter().zip(&shared.took);
        let mut ratios: Vec<f64> =
            pairs.map(|(solo, shared)| shared.as_secs_f64() / solo.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        let middle = ratios[ratios.len() / 2];
        // On a machine with other work the fastest quarter tells more than the half.
        let said = [0.25, 0.5, 0.99].map(|at| {
            let (solo, shared) = (part(&mut solo.took, at), part(&mut shared.took, at));
            format!("p{} {shared:.0} µs beside {solo:.0} ({:.3})", at * 100.0, shared / solo)
        });
        println!(
            "GO to packet, {kind}: {}; median of {} pairs {middle:.3}",
            said.join(", "),
            ratios.len()
        );
    }
}

/// Time from the holder's Enter, which appends, to the words on the follower's screen.
#[test]
#[ignore = "a measurement of a minute"]
fn append_to_a_followers_screen() {
    if is_missing() {
        return;
    }
    let mut pair = Pair::new(0);
    let mut took = vec![];
    for n in 0..100 {
        if n > 0 {
            pair.paris.press_for("M", "message_cleared");
        }
        let words = format!("words {n:03}");
        pair.paris.let_go();
        pair.paris.press_to_see("M", &["show it"]);
        pair.paris.keys(&words);
        pair.paris.await_words(&[&words]);
        let begun = Instant::now();
        pair.paris.keys("\r");
        while !pair.la.screen().contains(&words) {
            assert!(begun.elapsed() < PATIENCE, "{}", pair.la.account());
            std::thread::sleep(Duration::from_micros(200));
        }
        took.push(begun.elapsed());
    }
    let [p50, p99] = [0.5, 0.99].map(|quantile| part(&mut took, quantile) / 1e3);
    println!(
        "append to the follower's screen: p50 {p50:.1} ms, p99 {p99:.1} ms, {} times",
        took.len()
    );
}

/// Time from the start of the program that joins to the last record of the run on its screen.
#[test]
#[ignore = "a measurement of a minute"]
fn joining_a_long_run() {
    if is_missing() {
        return;
    }
    for (most, goal) in [(10_000, 0.3), (100_000, 2.0)] {
        let server = NatsServer::start();
        let text = show("Figures", &Wire::new(), 10);
        let run = Shared::new(RunId("long".into()), "Figures".into(), text.clone());
        let mut paris = Station::shares(access(&server.url()), run, "paris");
        let clock = Timestamp::from_second(1_796_000_000).expect("a time");
        let started = Event::RunStarted {
            show: "Figures".into(),
            source: "show.toml".into(),
            rehearsal: true,
            speed: 1,
            auto: false,
            clock,
            day: jiff::civil::date(2026, 11, 30),
            version: "0".into(),
            shift_ns: None,
            show_crc: Some(checksum(&text)),
            from_cue: None,
            listen: None,
            web: None,
        };
        let event = |seq| match seq {
            1 => started.clone(),
            seq if seq == most => Event::MessageShown { text: "the last record".into() },
            seq => Event::NoteTaken { text: format!("note {seq}"), cue: None },
        };
        let (mut sent, mut stored) = (0, 0);
        while stored < most {
            while sent < most && sent - stored < 200 {
                let (id, seq) = (paris.id(sent + 1), sent + 1);
                paris.append(sent, &id, line(seq, "paris", event(seq)));
                sent += 1;
            }
            stored = paris.await_news(|news| match news {
                News::Appended { outcome: Appended::Stored { sequence }, .. } => Some(sequence),
                News::Appended { outcome, .. } => panic!("{outcome:?}"),
                _ => None,
            });
        }
        let mut took = vec![];
        for _ in 0..5 {
            let house = House::new();
            let begun = Instant::now();
            let la = house.open(&["join", &server.url(), "--station", "la"]);
            la.await_words(&["the last record"]);
            took.push(begun.elapsed());
        }
        took.sort();
        println!(
            "joining a run of {most}: {:.2} s, {:.2} s at most, of 5 (goal {goal} s)",
            quantile(&took, 0.5).as_secs_f64(),
            quantile(&took, 1.0).as_secs_f64()
        );
    }
}

/// Outages that a caller is shown, as ALONE: the log's leader is killed; the only server is killed
/// and started again at once.
#[test]
#[ignore = "a measurement of some minutes"]
fn outages_on_the_screen() {
    if is_missing() {
        return;
    }
    let mut cluster = Cluster::start();
    let mut server = NatsServer::start();
    let runs = [cluster.url.clone(), server.url()].map(|url| {
        let mut caller = Caller::open("Figures", Some(&url), 100);
        caller.go();
        caller
    });
    let [mut three, mut one] = runs;
    let id = only(&access(&cluster.url)).expect("the run");
    let run = Shared::new(id, "Figures".into(), String::new());
    let mut looker = Station::joins(access(&cluster.url), run, "looker");
    for round in 0..5 {
        let begun = Instant::now();
        looker.read_all();
        let leader = Cluster::leader(&looker);
        cluster.servers[leader].kill();
        outage(&mut three, &format!("round {round}: leader n{leader} killed"), begun);
        cluster.servers[leader].restart();
        let begun = Instant::now();
        server.kill();
        server.restart();
        outage(&mut one, &format!("round {round}: the only server restarted"), begun);
        three.program.await_words(&["THE FLAG IS HERE"]);
    }
}

/// Gives a GO and says for how long the screen shows that it is in no log.
fn outage(caller: &mut Caller, what: &str, begun: Instant) {
    caller.program.guard();
    caller.go();
    let is_alone = || caller.program.screen().contains("ALONE").then_some(());
    let Some(()) = await_some(Duration::from_secs(4), is_alone) else {
        return println!("{what}: nothing of it is shown");
    };
    let alone = begun.elapsed();
    let program = &caller.program;
    let is_back = || program.screen().contains("THE FLAG IS HERE").then_some(());
    await_some(Duration::from_secs(60), is_back).expect("the log is reached again");
    let back = begun.elapsed();
    println!("{what}: ALONE from {alone:.1?} to {back:.1?}");
}

/// Memory of a run that is not shared, its own (which no other program and no file has), and with
/// the pages of files that are in use. To be run of a build with the feature `link` and of one
/// without.
#[test]
#[ignore = "a measurement"]
fn memory_of_a_run_of_one_station() {
    let memory = || {
        let (house, wire) = (House::new(), Wire::new());
        let mut program = house.open(&[&house.show(&show("Figures", &wire, 1_000))]);
        program.await_words(&["LIVE"]);
        for n in 1..=5 {
            program.keys(" ");
            wire.expect(&format!("/{n}"));
            program.guard();
        }
        let path = format!("/proc/{}/smaps_rollup", program.pid.as_raw_nonzero());
        let pages = std::fs::read_to_string(path).expect("the program's memory");
        let own = pages.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
        let own = own.and_then(|own| own.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        (own.expect("a number"), program.memory() / 1024)
    };
    let mut used = [(); 7].map(|()| memory());
    used.sort();
    println!("memory of a run of one station, KiB, own and all in use: {used:?}");
}
