//! Two stations that call one run: GO, chains, passes, takes, cuts.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::ear::Ear;
use super::pair::Pair;
use super::{NatsServer, Proxy, is_missing};
use crate::commands::succeeds;
use crate::harness::{Arg, House, Program, Remote, Wire, encode, in_time, pass};

#[test]
fn a_follower_sees_all_fires_its_own_outputs_and_cannot_go() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        pair.la.await_words(&["NEXT", "By hand 2"]);
        pair.la.press_to_see(" ", &["paris has the flag; f asks for it"]);
        pair.la.press_to_see(":page stations\r", &["nats-server"]);
        assert!(!pair.la.screen().contains("no server was reached yet"));
        pair.la.keys("tthe dome is open\r");
        pair.paris.await_words(&["la: the dome is open"]);
        let journal = pair.await_same_journal();
        assert_eq!(journal.cues("cue_fired"), ["1"]);
        let sent: Vec<_> =
            journal.of_kind("action_sent").iter().map(|l| l["output"].clone()).collect();
        assert_eq!(sent, ["lights", "la-lights"]);
        assert!(journal.lines.iter().all(|line| line["station"] == "paris" && line["term"] == 1));
        pair.wire.expect_silence();
        pair.wire_la.expect_silence();
    });
}

#[test]
fn a_run_that_was_shared_is_called_alone_only_after_a_typed_yes() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        pair.await_same_journal();
        let run =
            pair.houses[0].runs()[0].file_name().expect("a name").to_string_lossy().into_owned();
        let copies = [
            (run.clone(), format!("handover --resume {run} --share URL --station paris")),
            (format!("{run}@la"), format!("handover join URL {run} --station la")),
        ];
        for (at, (id, command)) in copies.iter().enumerate() {
            let program = if at == 0 { &mut pair.paris } else { &mut pair.la };
            program.kill();
            let state = pair.houses[at].state().display().to_string();
            let station = if at == 0 { "paris" } else { "la" };
            let shared = format!("`handover --resume {id} --share URL --station {station} --state");
            let listed = succeeds(&["runs", "--state", &state]);
            assert!(listed.contains(&shared), "{listed}");
            for (typed, goes_on) in [("no\r", false), ("yes\r", true)] {
                let mut alone = pair.houses[at].spawn(&["--resume", id], (120, 36), &[]);
                alone.await_words(&["was shared", "paris had its flag", command, "Type yes"]);
                alone.keys(typed);
                if goes_on {
                    alone.await_words(&["NOT SHARED", "one of them may call it, too"]);
                    alone.kill();
                } else {
                    assert!(alone.await_exit().success());
                }
            }
        }
        pair.wire.expect_silence();
    });
}

#[test]
fn a_rehearsal_that_was_shared_is_not_shared_when_it_is_resumed_alone() {
    if is_missing() {
        return;
    }
    let (server, house) = (NatsServer::start(), House::new());
    let show = house.show(
        "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\ncue = [{ number = \"1\", title = \"By hand\" }]\n",
    );
    let shared = ["--rehearse", "--share", &server.url(), "--station", "paris", &show];
    let mut paris = house.open(&shared);
    paris.await_words(&["THE FLAG IS HERE"]);
    paris.kill();
    let run = house.runs()[0].file_name().expect("a name").to_string_lossy().into_owned();
    // It sends nothing, so nobody is asked.
    house.open(&["--resume", &run]).await_words(&["NOT SHARED", "By hand"]);
}

#[test]
fn the_copy_of_a_follower_is_the_whole_run_when_all_else_is_gone() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        let states = [0, 1].map(|at: usize| pair.houses[at].state().display().to_string());
        let report = |at: usize| succeeds(&["report", "--format", "csv", "--state", &states[at]]);
        // Each names the run of its own folder.
        let of_la = report(1).replace("@la", "");
        assert_eq!(of_la, report(0));
        assert!(of_la.contains("By hand 1"), "{of_la}");
        pair.paris.kill();
        pair.server.kill();
        pair.la.kill();
        let mut board = pair.houses[1].spawn(&["board"], (80, 24), &[]);
        board.await_words(&["By hand 2"]);
        board.kill();
        assert_eq!(report(1).replace("@la", ""), of_la);
        let mut alone = pair.houses[1].spawn(&["--resume"], (120, 36), &[]);
        alone.await_words(&["was shared", "Type yes"]);
        alone.keys("yes\r");
        alone.await_words(&["NOT SHARED", "By hand 2"]);
        alone.keys(" ");
        pair.wire.expect("/2");
    });
}

#[test]
fn a_remote_control_of_a_follower_does_what_its_keys_do() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (server, remote) = (NatsServer::start(), Remote::new());
        let url = server.url();
        let mut pair = Pair::with([&url, &url], server, 0, &["--listen", &remote.listen()]);
        // A datagram that the network delivers twice is one wish.
        let note = encode("/note", &[Arg::Text("the stage is wet".into())]);
        remote.send(&note);
        remote.send(&note);
        remote.reply().ok();
        remote.reply().refused(&["this note was taken"]);
        pair.paris.await_words(&["la: the stage is wet"]);
        remote.press("/go").refused(&["paris has the flag"]);
        pair.pass(true);
        remote.press("/go").ok();
        pair.wire.expect("/1");
        let journal = pair.await_same_journal();
        let written = |kind| -> Vec<_> {
            let lines = journal.of_kind(kind);
            lines.iter().map(|line| (line["station"].clone(), line["wish_of"].clone())).collect()
        };
        assert_eq!(written("note_taken"), [("paris".into(), "la".into())]);
        assert_eq!(written("cue_fired"), [("la".into(), serde_json::Value::Null)]);
    });
}

#[test]
fn the_flag_passes_to_and_fro_in_the_middle_of_a_chain() {
    if is_missing() {
        return;
    }
    in_time(|| {
        const LINKS: usize = 800;
        let mut pair = Pair::new(LINKS);
        pair.call_all();
        let ears = [Ear::at(&pair.wire), Ear::at(&pair.wire_la)];
        for round in 0..4 {
            pair.pass(round % 2 == 0);
        }
        pair.paris.await_event("cue_fired", LINKS + 4);
        let heard = ears.each_ref().map(|ear| -> Vec<String> {
            ear.await_count(LINKS).into_iter().map(|(address, _)| address).collect()
        });
        let journal = pair.await_same_journal();
        let expected = |place: &str| -> Vec<_> {
            (1..=LINKS).map(|link| format!("{place}/L{link}")).collect()
        };
        assert_eq!(heard[1], expected("/la"), "every link once, in order: LA sends them all");
        // The others are sent by the station that fired them. Each keeps its order; that one is
        // later than the other, on a machine with too much to do, breaks no promise.
        let links = journal.of_kind("cue_fired").into_iter().skip(4);
        let fired: Vec<(String, &serde_json::Value)> = links
            .map(|line| (format!("/{}", line["cue"].as_str().expect("a cue")), &line["station"]))
            .collect();
        assert_eq!(fired.iter().map(|(link, _)| link.clone()).collect::<Vec<_>>(), expected(""));
        for station in ["paris", "la"] {
            let own = || fired.iter().filter(|(_, by)| *by == station).map(|(link, _)| link);
            let heard: Vec<_> =
                heard[0].iter().filter(|link| own().any(|own| own == *link)).collect();
            assert_eq!(heard, own().collect::<Vec<_>>(), "every link of {station} once, in order");
        }
        assert_eq!(heard[0].len(), LINKS);
        assert_eq!(journal.of_kind("flag_passed").len(), 4);
        assert_eq!(journal.of_kind("cue_fired").len(), LINKS + 4);
        assert!(journal.of_kind("cue_missed").is_empty());
        let stations: std::collections::BTreeSet<_> =
            journal.of_kind("cue_fired").iter().map(|line| line["station"].to_string()).collect();
        assert_eq!(stations.len(), 2, "both have fired links");
    });
}

#[test]
fn a_follower_takes_the_flag_of_a_holder_that_was_killed() {
    if is_missing() {
        return;
    }
    in_time(|| {
        const LINKS: usize = 2_000;
        let mut pair = Pair::new(LINKS);
        pair.call_all();
        pair.la.await_event("cue_fired", 30);
        pair.paris.kill();
        pair.la_takes("paris is dark");
        let journal = pair.houses[1].journal();
        let taken = journal.of_kind("flag_taken");
        assert_eq!((&taken[0]["reason"], &taken[0]["term"]), (&"paris is dark".into(), &2.into()));
        // The link that fell due meanwhile is missed, and waits for the caller.
        let missed = pair.la.await_event("cue_missed", 1);
        let missed = missed.cues("cue_missed")[0].to_owned();
        pair.la.await_words(&["may have fired"]);
        pair.la.keys(" ");
        let words = format!("{missed} may have been sent already: GO again within 5 s fires it");
        pair.la.await_words(&[&words]);
        // Longer than a second press is taken for a slip.
        let still = Duration::from_millis(500);
        let packets = std::iter::from_fn(|| pair.wire.recv_within(still));
        let mut heard: Vec<String> = packets.map(|packet| packet.address).collect();
        let times = |heard: &[String]| {
            heard.iter().filter(|address| **address == format!("/{missed}")).count()
        };
        let by_paris = times(&heard);
        pair.la.keys(" ");
        while times(&heard) == by_paris || heard.len() < 60 {
            heard.push(pair.wire.recv().address);
        }
        // What Paris had fired, and died with: the log could not have it any more.
        let fired = pair.houses[0].journal();
        let known = pair.houses[1].journal();
        let known: std::collections::BTreeSet<_> = known
            .of_kind("cue_fired")
            .iter()
            .filter(|line| line["term"] == 1)
            .map(|line| line["cue"].to_string())
            .collect();
        let unknown: Vec<String> = fired
            .of_kind("cue_fired")
            .iter()
            .filter(|line| !known.contains(&line["cue"].to_string()))
            .map(|line| format!("/{}", line["cue"].as_str().unwrap_or_default()))
            .collect();
        for address in &heard {
            let times = heard.iter().filter(|other| *other == address).count();
            assert!(times == 1 || unknown.contains(address), "{address} {times} times: {heard:?}");
        }
        assert!(unknown.first().is_none_or(|first| *first == format!("/{missed}")), "{unknown:?}");
    });
}

#[test]
fn a_holder_that_stood_still_while_the_flag_was_taken_sends_nothing_more() {
    if is_missing() {
        return;
    }
    in_time(|| {
        const LINKS: usize = 2_000;
        let mut pair = Pair::new(LINKS);
        pair.call_all();
        pair.wire.recv();
        pair.paris.signal(Signal::STOP);
        pair.la_takes("paris stands still");
        pair.la.await_event("cue_missed", 1);
        pair.wire.drain();
        pair.paris.signal(Signal::CONT);
        pair.paris.await_words(&["LA HAS THE FLAG"]);
        pair.wire.expect_silence();
        pair.await_same_journal();
    });
}

#[test]
fn a_follower_that_was_killed_comes_back_with_the_whole_run() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        pair.la.kill();
        pair.paris.await_words(&["la is away"]);
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.paris.await_event("action_failed", 1);
        pair.la = pair.houses[1].open(&["join", &pair.server.url(), "--station", "la"]);
        pair.la.await_words(&["PARIS HAS THE FLAG", "By hand 3"]);
        let journal = pair.await_same_journal();
        assert_eq!(journal.cues("cue_fired"), ["1", "2"]);
        pair.wire_la.expect_silence();
        let is_there = |text: &str| text.lines().next().is_some_and(|row| row.contains("la 0."));
        pair.paris.await_screen("la to be there", is_there);
        pair.paris.keys(" ");
        pair.wire.expect("/3");
        pair.wire_la.expect("/la/3");
    });
}

#[test]
fn both_sides_of_a_cut_go_on_and_what_was_fired_aside_is_shown() {
    both_sides_of_a_cut(Duration::ZERO);
}

#[test]
#[ignore = "it takes half a minute"]
fn both_sides_of_a_cut_of_half_a_minute() {
    both_sides_of_a_cut(Duration::from_secs(30));
}

fn both_sides_of_a_cut(lasts: Duration) {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let (proxy, url) = (Proxy::to(server.port()), server.url());
    let mut pair = Pair::by([&proxy.url(), &url], server, 0);
    pair.paris.keys(" ");
    pair.wire.expect("/1");
    pair.await_same_journal();
    proxy.cut();
    let begun = Instant::now();
    pair.paris.await_words(&["ALONE"]);
    pair.paris.keys(" ");
    pair.wire.expect("/2");
    pair.la_takes("the line is cut");
    pair.la.keys(" ");
    // LA does not know of Paris's second cue: that both have fired it is for people to see.
    pair.wire.expect("/2");
    pass(lasts.saturating_sub(begun.elapsed()).as_millis() as u64);
    proxy.repair();
    pair.paris.await_words(&["LA HAS THE FLAG"]);
    pair.la.await_event("cue_fired_aside", 1);
    let journal = pair.await_same_journal();
    let aside = journal.of_kind("cue_fired_aside");
    assert_eq!((&aside[0]["cue"], &aside[0]["fired_by"]), (&"2".into(), &"paris".into()));
    let run = &pair.houses[0].runs()[0];
    let kept = std::fs::read_to_string(run.join("journal-aside-1.jsonl")).expect("the fork");
    assert!(kept.contains("\"cue_fired\",\"cue\":\"2\""), "{kept}");
    pair.wire.expect_silence();
}

#[test]
fn a_station_that_leaves_says_where_the_run_goes_on() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        let run =
            pair.houses[0].runs()[0].file_name().expect("a name").to_string_lossy().into_owned();
        let url = pair.server.url();
        let states = [0, 1].map(|at: usize| pair.houses[at].state().display().to_string());
        let left = |program: &mut Program, keys: &str| {
            program.keys(keys);
            program.last_screen().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let words = left(&mut pair.la, "q");
        let again = format!("`handover join {url} {run} --station la --state {}`", states[1]);
        let alone = format!("`handover --resume {run}@la --state {}` would call", states[1]);
        for said in [&format!("Run {run}@la goes on at paris. {again}"), &alone] {
            assert!(words.contains(said), "{words}");
        }
        // The command is one that works, and is not the one for a holder that has left.
        let words = {
            let mut la = pair.houses[1].open(&["join", &url, &run, "--station", "la"]);
            la.await_words(&["PARIS HAS THE FLAG"]);
            pair.paris.press_to_see("q", &["y leaves"]);
            let words = left(&mut pair.paris, "y");
            let again = format!(
                "`handover --resume {run} --share {url} --station paris --state {}`",
                states[0]
            );
            assert!(words.contains(&format!("has its flag here. {again} takes part")), "{words}");
            // The record that paris has left may come later than its silence.
            let is_gone =
                |text: &str| ["paris last heard", "paris left"].iter().any(|w| text.contains(w));
            la.await_screen("paris to be gone", is_gone);
            left(&mut la, "q")
        };
        let again = format!(
            "`handover --resume {run}@la --share {url} --station la --state {}`",
            states[1]
        );
        let said = format!("is left: paris had its flag and is not heard now. {again}");
        assert!(words.contains(&said), "{words}");
        let shared = ["--resume", &run, "--share", &url, "--station", "paris"];
        pair.houses[0].open(&shared).await_words(&["THE FLAG IS HERE"]);
    });
}

#[test]
fn the_run_goes_on_without_its_server_and_is_shipped_when_it_is_back() {
    if is_missing() {
        return;
    }
    let mut pair = Pair::new(0);
    pair.server.kill();
    pair.paris.await_words(&["ALONE"]);
    pair.paris.keys(" ");
    pair.wire.expect("/1");
    pair.server.restart();
    pair.paris.await_words(&["THE FLAG IS HERE"]);
    let journal = pair.await_same_journal();
    assert_eq!(journal.cues("cue_fired"), ["1"]);
}

#[test]
fn outputs_of_a_station_that_is_away_are_down_and_nothing_is_sent_late() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let mut pair = Pair::new(0);
        pair.la.signal(Signal::STOP);
        let since = Instant::now();
        pair.paris.await_words(&["la is away"]);
        assert!(since.elapsed() < Duration::from_secs(6));
        pair.paris.keys(" ");
        pair.wire.expect("/1");
        let failed = pair.paris.await_event("action_failed", 1);
        assert_eq!(failed.of_kind("action_failed")[0]["output"], "la-lights");
        pair.la.signal(Signal::CONT);
        pair.await_same_journal();
        pair.wire_la.expect_silence();
        pair.paris.keys(" ");
        pair.wire_la.expect("/la/2");
    });
}

/// Lateness of the first link after each of a hundred passes, beside that of all others and the
/// uncertainty of the clock that the screen shows. It is measured of a release build:
/// `HANDOVER_PROGRAM=target/release/handover cargo test --test it -- --ignored --nocapture
/// a_hundred_passes`, with the path from the root.
#[test]
#[ignore = "a measurement of some minutes"]
fn a_hundred_passes() {
    const LINKS: usize = 16_000;
    const STEP: Duration = Duration::from_millis(20);
    if is_missing() {
        return;
    }
    let mut pair = Pair::new(LINKS);
    pair.call_all();
    let ear = Ear::at(&pair.wire);
    let briefings: Vec<String> = (0..100).map(|round| pair.pass(round % 2 == 0)).collect();
    // "la (you) follows, clock ±0.3 ms, …"
    let shown = |briefing: &String| {
        let own = briefing.split_once("(you)")?.1.split_once('±')?.1;
        own.split_whitespace().next()?.parse::<f64>().ok()
    };
    let mut shown: Vec<f64> = briefings.iter().filter_map(shown).collect();
    let number = |address: &str| address[2..].parse::<usize>().expect("a number");
    let mut heard = ear.heard();
    // Which of the two packets around a pass comes first is for the machine to say.
    heard.sort_by_key(|(address, _)| number(address));
    // Journals of this length take too long to be compared again and again.
    let journal = pair.houses[0].journal();
    let addresses: Vec<_> = heard.iter().map(|(address, _)| address.clone()).collect();
    let first = number(&addresses[0]);
    let expected: Vec<_> = (first..first + addresses.len()).map(|n| format!("/L{n}")).collect();
    assert_eq!(addresses, expected, "every link once");
    // Each packet against the earliest of those before it, by the instants at which they were due:
    // each holder's clock reads a little otherwise, which adds up.
    let due = |at: usize| STEP * u32::try_from(at).expect("a small number");
    let since =
        |at: usize| heard[at].1.duration_since(heard[0].1).as_secs_f64() - due(at).as_secs_f64();
    let late = |at: usize| {
        let best = (at.saturating_sub(50)..=at).map(since).fold(f64::MAX, f64::min);
        (since(at) - best) * 1e3
    };
    let mut all: Vec<f64> = (0..heard.len()).map(late).collect();
    let fired = journal.of_kind("cue_fired");
    let is_first = |pair: &[&serde_json::Value]| pair[0]["station"] != pair[1]["station"];
    let changes = fired.windows(2).filter(|pair| is_first(pair)).map(|pair| &pair[1]["cue"]);
    let at = |cue: &serde_json::Value| cue.as_str()?[1..].parse::<usize>().ok()?.checked_sub(first);
    let mut late: Vec<f64> = changes.filter_map(at).filter_map(|at| all.get(at).copied()).collect();
    late.sort_by(f64::total_cmp);
    all.sort_by(f64::total_cmp);
    shown.sort_by(f64::total_cmp);
    let part = |of: &[f64], part: usize| of[(of.len() - 1) * part / 100];
    println!(
        "{} passes, {} links; first link after a pass: p50 {:.2} ms, p99 {:.2} ms; all links: p50 {:.2} ms, p99 {:.2} ms; clock shown ({}): p50 ±{:.2} ms, p99 ±{:.2} ms",
        late.len(),
        all.len(),
        part(&late, 50),
        part(&late, 99),
        part(&all, 50),
        part(&all, 99),
        shown.len(),
        part(&shown, 50),
        part(&shown, 99)
    );
}

#[test]
fn an_output_of_another_station_is_shown_as_it_is_there() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let server = NatsServer::start();
        let url = server.url();
        let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let desk = gone.local_addr().expect("its address").port();
        drop(gone);
        let show = |wire: &Wire, _: &Wire| {
            format!(
                "title = \"Two venues\"\n[output.lights]\n{}\n\
                 [output.la-desk]\nosc = \"tcp://127.0.0.1:{desk}\"\nstation = \"la\"\n\
                 [[segment]]\ntitle = \"Act\"\nduration = \"30m\"\n\
                 [[segment.cue]]\nnumber = \"1\"\ntitle = \"By hand 1\"\n\
                 do = [{{ output = \"la-desk\", osc = \"/1\" }}]\n",
                wire.output()
            )
        };
        let mut pair = Pair::of(show, [&url, &url], server, &[]);
        for program in [&mut pair.la, &mut pair.paris] {
            program.press_to_see(":page outputs\r", &["la-desk", "Connection refused"]);
        }
        let desk = std::net::TcpListener::bind(("127.0.0.1", desk)).expect("the desk is back");
        for program in [&pair.la, &pair.paris] {
            program.await_screen("the desk", |text| !text.contains("Connection refused"));
        }
        drop(desk);
    });
}
