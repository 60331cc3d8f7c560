//! Servers that are no good: each has a clear word, and none of them stops anything.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use handover::engine::{Event, RunId};
use handover::link::{Access, Appended, Credentials, LinkError, LogStart, News, fetch, runs};
use nkeys::KeyPair;

use super::server::JETSTREAM;
use super::station::line;
use super::{NatsServer, Station, access, is_missing, run};
use crate::harness::{House, Wire};

/// The words of a station that finds no way in.
fn word(access: Access) -> String {
    let mut station = Station::open(access, run("r-1"), "paris", LogStart::Shares);
    let refused = station.append(0, "x", vec![]);
    let (mut word, mut outcome) = (None, None);
    let why = station.await_news(|news| {
        match news {
            News::Disconnected { why } => word = Some(why),
            News::Appended { ticket, outcome: told } if ticket == refused => outcome = Some(told),
            _ => {}
        }
        word.clone().filter(|_| outcome.is_some())
    });
    assert!(matches!(outcome, Some(Appended::Refused { .. })), "{outcome:?}");
    why
}

#[test]
fn a_server_that_is_not_there_is_awaited() {
    if is_missing() {
        return;
    }
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let url = format!("nats://127.0.0.1:{port}");
    assert!(matches!(runs(&access(&url)), Err(LinkError::NoAnswer { .. })));
    let mut station = Station::open(access(&url), run("r-1"), "paris", LogStart::Shares);
    assert!(station.await_lost().contains("no server answers at nats://127.0.0.1"));
    let mut server = NatsServer::stopped(JETSTREAM);
    server.start_at(port);
    station.await_connected();
    assert_eq!(station.note(0), Appended::Stored { sequence: 1 });
}

#[test]
fn credentials_are_asked_for_and_looked_at() {
    if is_missing() {
        return;
    }
    let (key, other) = (KeyPair::new_user(), KeyPair::new_user());
    let users = format!("authorization {{ users: [ {{ nkey: {} }} ] }}\n", key.public_key());
    let server = NatsServer::with(&format!("{JETSTREAM}{users}"));
    let with = |key: &KeyPair| {
        let credentials = Some(Credentials::Seed(key.seed().unwrap()));
        Access { credentials, ..access(&server.url()) }
    };
    assert!(matches!(runs(&with(&other)), Err(LinkError::Refused { .. })));
    assert!(matches!(runs(&access(&server.url())), Err(LinkError::NoCredentials { .. })));
    assert!(word(with(&other)).contains("does not accept these credentials"));
    assert!(word(access(&server.url())).contains("asks for credentials: name a file"));
    let mut station = Station::shares(with(&key), run("r-1"), "paris");
    assert_eq!(station.note(0), Appended::Stored { sequence: 1 });
}

/// Makes an authority and a certificate that it has signed for 127.0.0.1; `false` without openssl.
fn make_certificates(folder: &Path) -> bool {
    let openssl = |args: &str| {
        let mut command = Command::new("openssl");
        command.args(args.split_whitespace()).current_dir(folder);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    };
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let made = openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca"))
        && openssl(&format!("req {key} -keyout key.pem -out request -subj /CN=nats"))
        && openssl(
            "x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 \
             -extfile names",
        );
    if !made {
        eprintln!("skipped: openssl not found");
        assert!(std::env::var_os("HANDOVER_REQUIRE_SERVICES").is_none(), "openssl is required");
    }
    made
}

#[test]
fn tls_believes_only_the_authority_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    if is_missing() || !make_certificates(folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name);
    let tls =
        format!("tls {{ cert_file: {:?}, key_file: {:?} }}\n", file("cert.pem"), file("key.pem"));
    let server = NatsServer::with(&format!("{JETSTREAM}{tls}"));
    let url = format!("tls://127.0.0.1:{}", server.port());
    let believes = |url: &str, ca: Option<&str>| Access { ca: ca.map(file), ..access(url) };
    let mut station = Station::shares(believes(&url, Some("ca.pem")), run("r-1"), "paris");
    assert_eq!(station.note(0), Appended::Stored { sequence: 1 });
    // Any other authority, also the machine's, is a stranger.
    let said = word(believes(&url, None));
    assert!(said.contains("is signed by an authority that is not known here"), "{said}");
    let error = runs(&believes(&url, None)).unwrap_err();
    assert_eq!(error, LinkError::UnknownCa { servers: url.clone() });
    // Another host name than the certificate's.
    let named = url.replace("127.0.0.1", "localhost");
    let error = runs(&believes(&named, Some("ca.pem"))).unwrap_err();
    assert!(matches!(error, LinkError::Certificate { .. }), "{error}");
    let plain = NatsServer::start();
    let error = runs(&access(&format!("tls://127.0.0.1:{}", plain.port()))).unwrap_err();
    assert!(matches!(error, LinkError::NoTls { .. }), "{error}");
}

#[test]
fn a_server_that_keeps_nothing_is_told_what_it_lacks() {
    if is_missing() {
        return;
    }
    let server = NatsServer::with("");
    let said = word(access(&server.url()));
    assert!(said.contains("has no JetStream") && said.contains("`jetstream { … }`"), "{said}");
    assert!(matches!(runs(&access(&server.url())), Err(LinkError::NoJetStream { .. })));
}

/// A server that says that it is this version, and that it lets everybody in.
fn pretender(version: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for station in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut station = BufReader::new(station);
                let info = format!(
                    "INFO {{\"server_id\":\"X\",\"server_name\":\"old\\u001b\",\"version\":\"{version}\",\
                     \"host\":\"h\",\"port\":1,\"max_payload\":1048576,\"proto\":1,\"headers\":true}}\r\n"
                );
                station.get_mut().write_all(info.as_bytes()).ok()?;
                let mut line = String::new();
                while station.read_line(&mut line).ok()? > 0 {
                    if line.starts_with("PING") {
                        station.get_mut().write_all(b"PONG\r\n").ok()?;
                    }
                    line.clear();
                }
                Some(())
            });
        }
    });
    format!("nats://127.0.0.1:{port}")
}

#[test]
fn a_server_that_is_too_old_is_refused_by_name() {
    let said = word(access(&pretender("2.9.10")));
    assert!(said.contains("the server old is nats-server 2.9.10, which is too old"), "{said}");
    assert!(said.contains("2.12.3 or later"), "{said}");
    assert!(matches!(runs(&access(&pretender("2.12.2"))), Err(LinkError::TooOld { .. })));
    let error = runs(&access(&pretender("x"))).unwrap_err();
    assert!(matches!(error, LinkError::NoVersion { .. }), "{error}");
}

#[test]
fn the_show_runs_on_where_its_server_is_no_good() {
    let folder = tempfile::tempdir().unwrap();
    if is_missing() || !make_certificates(folder.path()) {
        return;
    }
    let file = |name: &str| folder.path().join(name);
    let tls =
        format!("tls {{ cert_file: {:?}, key_file: {:?} }}\n", file("cert.pem"), file("key.pem"));
    let users = "authorization { users: [ { user: a, password: b } ] }\n";
    let (keeps_nothing, asks, tls, full) = (
        NatsServer::with(""),
        NatsServer::with(&format!("{JETSTREAM}{users}")),
        NatsServer::with(&format!("{JETSTREAM}{tls}")),
        NatsServer::with("jetstream { store_dir: STORE, max_file_store: 64K }\n"),
    );
    let mut another = Station::shares(access(&full.url()), run("r-1"), "another");
    let mut stored = 0;
    while another.note(stored) == (Appended::Stored { sequence: stored + 1 }) {
        stored += 1;
    }
    let cases = [
        (keeps_nothing.url(), "has no JetStream"),
        (pretender("2.9.10"), "nats-server 2.9.10"),
        (asks.url(), "asks for credentials"),
        (format!("tls://127.0.0.1:{}", tls.port()), "authority that is not known here"),
        (full.url(), "store on the server is full"),
    ];
    for (url, words) in cases {
        let (house, wire) = (House::new(), Wire::new());
        let show = house.show(&format!(
            "title = \"S\"\n[output.desk]\n{}\n[[segment]]\ntitle = \"A\"\nduration = \"9m\"\n\
             [[segment.cue]]\nnumber = \"1\"\ntitle = \"C\"\ndo = [{{ output = \"desk\", osc = \"/1\" }}]\n",
            wire.output()
        ));
        let mut paris = house.open(&["--share", &url, "--station", "paris", &show]);
        paris.await_words(&["ALONE"]);
        paris.keys(" ");
        wire.expect("/1");
        let is_told =
            |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words);
        paris.keys(":page stations\r");
        paris.await_screen(words, is_told);
    }
}

#[test]
fn a_full_store_is_told_once_and_refuses_every_append() {
    if is_missing() {
        return;
    }
    let settings = "jetstream { store_dir: STORE, sync_interval: always, max_file_store: 256K }\n";
    let server = NatsServer::with(settings);
    let mut paris = Station::shares(access(&server.url()), run("r-1"), "paris");
    let text = "x".repeat(900);
    let (mut words, mut seq) = (0, 0);
    let refused = loop {
        let event = Event::NoteTaken { text: text.clone(), cue: None };
        let id = paris.id(seq + 1);
        let ticket = paris.append(seq, &id, line(seq + 1, "paris", event));
        let outcome = paris.await_news(|news| match news {
            News::Appended { ticket: told, outcome } if told == ticket => Some(outcome),
            News::Word(word) => {
                assert!(word.contains("store on the server is full"), "{word}");
                words += 1;
                None
            }
            _ => None,
        });
        match outcome {
            Appended::Stored { .. } => seq += 1,
            other => break other,
        }
        assert!(seq < 400);
    };
    assert!(matches!(refused, Appended::Refused { .. }), "{refused:?}");
    let again = paris.note(seq);
    assert!(matches!(again, Appended::Refused { .. }), "{again:?}");
    assert_eq!(words, 1);
    assert_eq!(paris.read_all().len() as u64, seq, "nothing was deleted to make room");
}

#[test]
fn a_log_that_is_gone_or_somebody_elses_is_not_followed() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let access = || access(&server.url());
    let mut la = Station::open(access(), run("r-9"), "la", LogStart::Joins);
    let why = la.await_lost();
    assert!(why.contains("there is no shared run r-9"), "{why}");
    assert!(matches!(fetch(&access(), &RunId("r-9".into())), Err(LinkError::NoSuchRun { .. })));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let config = async_nats::jetstream::stream::Config {
            name: "HANDOVER_r-9".into(),
            subjects: vec!["handover.r-9.>".into()],
            ..Default::default()
        };
        async_nats::jetstream::new(client).create_stream(config).await.unwrap();
    });
    let why = la.await_lost();
    assert!(why.contains("was not made by handover: it has other subjects"), "{why}");
}

#[test]
fn the_configuration_for_shows_lets_callers_write_and_others_look_on() {
    if is_missing() {
        return;
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/nats/handover.conf");
    let checked = Command::new("nats-server").args(["-t", "-c", path]).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let (caller, viewer) = (KeyPair::new_user(), KeyPair::new_user());
    let mut keys = [&caller, &viewer].into_iter();
    let settings: String = std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| match line.trim_start().split(':').next().unwrap() {
            "listen" => "\n".to_owned(),
            "store_dir" => "store_dir: STORE\n".to_owned(),
            "nkey" => format!("nkey: {}\n", keys.next().unwrap().public_key()),
            _ => format!("{line}\n"),
        })
        .collect();
    let server = NatsServer::with(&settings);
    let with = |key: &KeyPair| {
        let credentials = Some(Credentials::Seed(key.seed().unwrap()));
        Access { credentials, ..access(&server.url()) }
    };
    let mut paris = Station::shares(with(&caller), run("r-1"), "paris");
    assert_eq!(paris.note(0), Appended::Stored { sequence: 1 });
    // The longest line that a journal can have.
    let longest = vec![b'x'; handover::journal::LINE_BYTES_MAX];
    let ticket = paris.append(1, "longest", longest.clone());
    assert_eq!(paris.await_outcome(ticket), Appended::Stored { sequence: 2 });
    assert_eq!(fetch(&with(&viewer), &RunId("r-1".into())), Ok(run("r-1")));
    let mut la = Station::joins(with(&viewer), run("r-1"), "la");
    assert_eq!(la.read_all()[1], longest);
    let outcome = la.note(2);
    assert!(matches!(outcome, Appended::Unknown { .. }), "{outcome:?}");
    let from = handover::link::StationName::new("paris").unwrap();
    let body = handover::link::PostBody::Got { to: None, number: 1, refused: None };
    let post = handover::link::Post { from, instance: handover::link::Instance(1), body };
    la.request(handover::link::ServerRequest::Post { to: handover::link::PostTo::All, post });
    la.await_news(|news| matches!(news, News::LooksOn).then_some(()));
    assert_eq!(paris.read_all().len(), 2);
    assert_eq!(runs(&with(&viewer)).unwrap().len(), 1);
}
