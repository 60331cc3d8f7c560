//! Probing with real sockets and programs: who answers, who does not, and that nothing is fired.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;
use crate::output::testing::{CLOCK, SOON, fire, now, output, permits, show};
use crate::show::action::{Framing, MpvCommand};
use crate::show::{Body, Layer, OutputKind};

/// How long everything may take: enough for a program to start on a machine with other work.
const AT_MOST: Duration = Duration::from_secs(2);

/// Probes a show of these outputs, for [`AT_MOST`].
fn probed(
    outputs: Vec<(&str, OutputKind)>,
    actions: Vec<(u32, Body)>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Vec<ProbeSentence> {
    let outputs = outputs.into_iter().map(|(id, kind)| output(id, kind, vec![fire()])).collect();
    probed_in(Path::new("."), &show(outputs, actions), env)
}

fn probed_in(
    folder: &Path,
    show: &Show,
    env: &dyn Fn(&str) -> Option<String>,
) -> Vec<ProbeSentence> {
    let probed =
        probe(show, &Surroundings { env, folder, permits: permits(), clock: CLOCK }, AT_MOST);
    assert!(probed.iter().zip(0..).all(|(probed, ix)| probed.output == OutputIx(ix)), "{probed:?}");
    probed.into_iter().map(|probed| (probed.what, probed.words)).collect()
}

fn no_env(_: &str) -> Option<String> {
    None
}

fn udp(port: u16) -> OutputKind {
    OutputKind::OscUdp { host: "127.0.0.1".into(), port }
}

fn tcp(port: u16) -> OutputKind {
    OutputKind::OscTcp { host: "127.0.0.1".into(), port, framing: Framing::Slip }
}

fn http(port: u16) -> OutputKind {
    OutputKind::Http {
        base: format!("http://127.0.0.1:{port}/api"),
        headers: vec![("Authorization".into(), "env:TOKEN".into())],
        timeout: SOON,
        ca: None,
    }
}

#[test]
fn desks_hear_nothing_that_they_would_act_on() {
    let (desk, closed) =
        (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
    desk.set_read_timeout(Some(SOON)).unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let outputs = vec![("open", udp(desk.local_addr().unwrap().port())), ("closed", udp(port))];
    let said = probed(outputs, vec![(0, fire())], &no_env);
    assert_eq!(said[0], (ProbeAnswer::Unknown, "nobody refuses (UDP cannot promise more)".into()));
    assert_eq!(said[1], (ProbeAnswer::Down, "nobody listens".into()));
    // "#bundle", the time tag that means "immediately", and no element: OSC 1.0.
    let mut heard = [0; 64];
    let len = desk.recv(&mut heard).unwrap();
    assert_eq!(
        &heard[..len],
        [0x23, 0x62, 0x75, 0x6E, 0x64, 0x6C, 0x65, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    );
    desk.set_nonblocking(true).unwrap();
    assert!(desk.recv(&mut heard).is_err(), "one packet and no more");
}

#[test]
fn a_desk_that_takes_connections_is_told_nothing() {
    let desk = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let outputs = vec![("open", tcp(desk.local_addr().unwrap().port())), ("closed", tcp(closed))];
    let said = probed(outputs, vec![(0, fire())], &no_env);
    assert_eq!(said[0], (ProbeAnswer::Up, "takes a connection".into()));
    assert_eq!(said[1], (ProbeAnswer::Down, "Connection refused".into()));
    let (stream, _) = desk.accept().unwrap();
    let mut heard = String::new();
    assert_eq!(BufReader::new(stream).read_line(&mut heard).unwrap(), 0, "{heard}");
}

#[test]
fn any_answer_of_a_server_will_do_and_no_secret_is_shown() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let port = server.local_addr().unwrap().port();
    let serving = thread::spawn(move || {
        let (mut stream, mut head) = (BufReader::new(server.accept().unwrap().0), vec![]);
        while let Some(line) =
            (&mut stream).lines().next().map(Result::unwrap).filter(|line| !line.is_empty())
        {
            head.push(line);
        }
        stream
            .get_mut()
            .write_all(b"HTTP/1.1 404 Not Found s3cr3t-t0k3n\r\nContent-Length: 7\r\n\r\n")
            .unwrap();
        head
    });
    let outputs = vec![
        ("web", http(port)),
        ("silent", http(silent.local_addr().unwrap().port())),
        ("closed", http(closed)),
    ];
    let token = |name: &str| (name == "TOKEN").then(|| "Bearer s3cr3t-t0k3n".to_owned());
    let began = now();
    let said = probed(outputs, vec![], &token);
    assert_eq!(said[0], (ProbeAnswer::Up, "answers 404 Not Found".into()));
    assert_eq!(said[1], (ProbeAnswer::Down, "no answer in time".into()));
    assert_eq!(
        said[2],
        (ProbeAnswer::Down, "cannot connect to 127.0.0.1: Connection refused".into())
    );
    assert!(now().since(began) < SOON);
    let head = serving.join().unwrap();
    assert_eq!(head[0], "HEAD /api HTTP/1.1");
    // A probe fires nothing, and gives nothing away.
    assert!(
        !head
            .iter()
            .any(|line| line.to_lowercase().contains("authorization") || line.contains("s3cr3t")),
        "{head:?}"
    );
}

#[test]
fn a_secret_that_is_missing_is_said_by_its_name() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let said = probed(vec![("web", http(server.local_addr().unwrap().port()))], vec![], &no_env);
    let words = "header Authorization needs the environment variable TOKEN, which is not set; set it and start again";
    assert_eq!(said, [(ProbeAnswer::Down, words.into())]);
    assert!(server.accept().is_err(), "nothing was sent");
}

#[test]
fn a_midi_port_that_no_machine_has_is_down_with_words() {
    let said = probed(
        vec![("keys", OutputKind::Midi { port: "No such port, surely".into() })],
        vec![],
        &no_env,
    );
    let [(answer, words)] = &said[..] else { panic!("one output, and {said:?}") };
    assert_eq!(*answer, ProbeAnswer::Down);
    let has_midi = cfg!(any(feature = "midi", target_os = "linux"));
    assert_eq!(words.contains("--features midi"), !has_midi, "{words}");
}

#[test]
fn a_player_says_its_version_and_which_clips_are_away() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("mpv");
    let script = |text: &str| {
        std::fs::write(&program, text).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    };
    std::fs::write(folder.path().join("there.mp4"), "x").unwrap();
    let play = |clip: &str, optional| {
        let (clip, from_ns, to_ns, volume, looped) = (clip.into(), 0, None, None, false);
        (
            0,
            Body::Mpv {
                layer: Layer::MAIN,
                command: MpvCommand::Play {
                    clip,
                    from_ns,
                    to_ns,
                    volume,
                    looped,
                    optional,
                    fade_in: Duration::ZERO,
                },
            },
        )
    };
    let look = |actions| {
        let show = show(vec![output("screen", OutputKind::Mpv { flags: vec![] }, vec![])], actions);
        let env =
            |name: &str| (name == "PATH").then(|| format!("/nowhere:{}", folder.path().display()));
        let said = probed_in(folder.path(), &show, &env);
        said[0].clone()
    };
    assert_eq!(look(vec![]), (ProbeAnswer::Down, "there is no mpv in PATH".into()));
    script("#!/bin/sh\n[ \"$*\" = --version ] && printf 'mpv 0.35.1 Copyright\\nbuilt on\\n'\n");
    assert_eq!(look(vec![play("there.mp4", false)]), (ProbeAnswer::Up, "mpv 0.35.1".into()));
    let away = look(vec![play("there.mp4", false), play("film.mp4", false), play("b.mp4", true)]);
    let words = "mpv 0.35.1; 1 of 2 clips not there: film.mp4; 1 of 1 optional clips not there";
    assert_eq!(away, (ProbeAnswer::Down, words.into()));
    assert_eq!(look(vec![play("b.mp4", true)]).0, ProbeAnswer::Up, "the show goes on without it");
    let show = show(vec![output("screen", OutputKind::Mpv { flags: vec![] }, vec![])], vec![]);
    let named = |name: &str| match name {
        "PATH" => Some("/nowhere".into()),
        _ => (name == "HANDOVER_MPV").then(|| program.display().to_string()),
    };
    assert_eq!(
        probed_in(folder.path(), &show, &named)[0],
        (ProbeAnswer::Up, "mpv 0.35.1".into()),
        "as a run would start it"
    );
    // A path from the working directory is a path too, whatever PATH says.
    let up: PathBuf = std::env::current_dir().unwrap().ancestors().skip(1).map(|_| "..").collect();
    let from_here = up.join(program.strip_prefix("/").unwrap());
    let named = |name: &str| match name {
        "PATH" => Some("/nowhere".into()),
        _ => (name == "HANDOVER_MPV").then(|| from_here.display().to_string()),
    };
    assert_eq!(probed_in(folder.path(), &show, &named)[0], (ProbeAnswer::Up, "mpv 0.35.1".into()));
    let surroundings =
        Surroundings { env: &named, folder: folder.path(), permits: permits(), clock: CLOCK };
    let found = driver(&show.outputs[OutputIx(0)]).lacks(true, &surroundings);
    assert!(found.iter().all(|finding| !finding.what.contains("no mpv")), "{found:?}");
    // What only sounds needs no display.
    for is_seen in [false, true] {
        let found = driver(&show.outputs[OutputIx(0)]).lacks(is_seen, &surroundings);
        let is_told = found.iter().any(|finding| finding.what.contains("no display"));
        assert_eq!(is_told, is_seen && cfg!(target_os = "linux"));
    }
    script("#!/bin/sh\nexit 3\n");
    assert!(
        look(vec![]).1.ends_with("mpv does not answer: exit status: 3 instead of a version"),
        "{:?}",
        look(vec![])
    );
    script("#!/bin/sh\nexec sleep 60\n");
    assert!(look(vec![]).1.ends_with("no answer in time"), "{:?}", look(vec![]));
}

#[test]
fn nobody_waits_longer_than_was_asked_for() {
    // 192.0.2.0/24 is nobody's (RFC 5737): what is sent there is lost, or there is no way to it.
    let far = OutputKind::OscTcp { host: "192.0.2.1".into(), port: 9, framing: Framing::Slip };
    let began = now();
    let said = probed(vec![("far", far.clone()), ("farther", far)], vec![], &no_env);
    assert!(now().since(began) < AT_MOST + SOON / 2);
    assert!(
        said.iter().all(|(what, words)| *what == ProbeAnswer::Down && !words.is_empty()),
        "{said:?}"
    );
}
