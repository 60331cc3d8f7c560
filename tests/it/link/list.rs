//! `handover stations`, and what a station that joins finds.

use std::process::Command;

use handover::engine::{Event, RunId};
use handover::link::{
    Access, Appended, Beat, FlagStep, Instance, LinkError, Post, PostBody, PostTo, ServerRequest,
    Shared, StationName, fetch, going_on,
};

use super::station::line;
use super::{NatsServer, Station, access, is_missing, run};

fn beat(name: &str, holds: bool, stored: u64) -> Post {
    let beat = Beat {
        holds,
        mute: false,
        term: 1,
        seq: stored,
        number: 1,
        hears: Default::default(),
        stored,
        version: "0.1.0".into(),
        digest: String::new(),
        terminal: true,
        uncertainty_ns: None,
        step: FlagStep::None,
        outputs: None,
    };
    let from = StationName::new(name).unwrap();
    Post { from, instance: Instance(1), body: PostBody::Beat(beat) }
}

/// What `handover stations` prints, while `beats` are sent again and again.
fn stations(url: &str, beats: &[(&Station, Post)]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.args(["stations", url]).env_remove("HANDOVER_NATS_CREDENTIALS");
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() {
        for (station, post) in beats {
            station.request(ServerRequest::Post { to: PostTo::All, post: post.clone() });
        }
        crate::harness::pass(100);
    }
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

/// The only run that goes on.
pub(super) fn only(access: &Access) -> Result<RunId, LinkError> {
    going_on(access).map(|runs| match runs.as_slice() {
        [run] => run.id.clone(),
        several => panic!("{several:?}"),
    })
}

#[test]
fn the_runs_of_a_server_are_listed_with_their_stations() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let access = || access(&server.url());
    let (is_done, said) = stations(&server.url(), &[]);
    assert!(is_done && said.starts_with("no shared runs on nats://"), "{said}");
    assert!(matches!(only(&access()), Err(LinkError::NoRuns { .. })));
    let mut paris = Station::shares(access(), run("20261129-200500-été"), "paris");
    for expects in 0..3 {
        assert!(matches!(paris.note(expects), Appended::Stored { .. }));
    }
    assert_eq!(only(&access()), Ok(RunId("20261129-200500-été".into())));
    let mut over = Station::shares(access(), run("20261128-200500-été"), "paris");
    let ended = line(1, "paris", Event::RunLeft { reason: "q".into() });
    let ticket = over.append(0, "over", ended);
    assert!(matches!(over.await_outcome(ticket), Appended::Stored { .. }));
    // A run that is over is not the one that is meant.
    assert_eq!(only(&access()), Ok(RunId("20261129-200500-été".into())));
    let (is_done, said) = stations(
        &server.url(),
        &[(&paris, beat("paris", true, 3)), (&paris, beat("la", false, 1))],
    );
    assert!(is_done, "{said}");
    let cells = |line: &str| {
        let cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("|")
    };
    assert_eq!(
        said.lines().map(cells).collect::<Vec<_>>(),
        [
            "RUN|SHOW|FLAG|TERM|STATIONS",
            "20261128-200500-été|Été|paris (left)|1|left, can be resumed",
            "20261129-200500-été|Été|paris|1|la 2 records behind, paris up to date",
        ]
    );
    let _second = Station::shares(access(), run("20261129-210000-x"), "paris");
    let ids: Vec<_> = going_on(&access()).unwrap().into_iter().map(|run| run.id.0).collect();
    assert_eq!(ids, ["20261129-200500-été", "20261129-210000-x"]);
}

#[test]
fn the_show_comes_from_the_server_as_it_was() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    // More than one chunk of the object store.
    let text = "# é\n".repeat(100_000);
    let shared = Shared::new(RunId("r-1".into()), "A show".into(), text);
    let _paris = Station::shares(access(&server.url()), shared.clone(), "paris");
    assert_eq!(fetch(&access(&server.url()), &shared.id), Ok(shared));
}

#[test]
fn what_is_wrong_with_the_command_line_is_said_with_the_fix() {
    let said = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
        let output = command.args(args).env_remove("HANDOVER_NATS_CREDENTIALS").output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (args, status, part) in [
        (&["stations", "tls://me:s3cret@x"] as &[&str], 1, "name a file with --credentials"),
        (&["stations", "nats://10.0.0.1"], 1, "write tls://10.0.0.1"),
        (&["stations", "tls://x", "--credentials", "/none"], 1, "cannot read the credentials"),
        (&["stations", "tls://x", "--ca", "Cargo.toml"], 1, "holds no certificate"),
        (&["join", "tls://x", "--station", "LA"], 2, "a to z, 0 to 9 and -"),
        (&["--share", "tls://x", "show.toml"], 2, "--station"),
        (&["--station", "la", "show.toml"], 2, "--share"),
        (&["--ca", "x", "show.toml"], 2, "they need --share URL"),
    ] {
        let (code, words) = said(args);
        assert_eq!(code, Some(status), "{words}");
        assert!(words.contains(part) && !words.contains("s3cret"), "{words}");
    }
}
