//! What is refused before anything is opened for a shared run, and the wait for the first record.

use handover::engine::{Event, RunId};
use handover::link::{LogStart, News, PostBody, Shared, fetch};
use jiff::Timestamp;
use nkeys::KeyPair;

use super::pair::Pair;
use super::server::JETSTREAM;
use super::station::line;
use super::{NatsServer, Station, access, is_missing};
use crate::harness::{Arg, House, Remote, encode, in_time};

const SHOW: &str = "title = \"Two venues\"\n[[segment]]\ntitle = \"Act\"\nduration = \"30m\"\n\
                    [[segment.cue]]\nnumber = \"1\"\ntitle = \"By hand\"\n";

#[test]
fn a_server_that_cannot_be_meant_leaves_no_run() {
    let house = House::new();
    let show = house.show(SHOW);
    for (url, part) in [("nats://10.0.0.1", "write tls://10.0.0.1"), ("tls://[::1", "is no server")]
    {
        let args = ["--share", url, "--station", "paris", &show];
        let mut program = house.spawn(&args, (120, 36), &[]);
        assert_eq!(program.await_exit().exit_code(), 1);
        let said = program.last_screen();
        assert!(said.contains(part), "{said}");
        assert!(!house.state().join("runs").exists(), "{said}");
    }
}

#[test]
fn a_run_of_one_station_is_not_shared_later_and_starts_no_server() {
    let house = House::new();
    let show = house.show(SHOW);
    let mut alone = house.open(&["--rehearse", &show]);
    alone.kill();
    let runtime = house.path("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let env = [("XDG_RUNTIME_DIR", runtime.to_str().unwrap())];
    let args = ["--rehearse", "--resume", "--share", "local", "--station", "paris", &show];
    let mut program = house.spawn(&args, (120, 36), &env);
    assert_eq!(program.await_exit().exit_code(), 1);
    let said = program.last_screen();
    assert!(said.contains("was not shared from its beginning"), "{said}");
    assert_eq!(std::fs::read_dir(&runtime).unwrap().count(), 0, "nothing was started");
    assert_eq!(house.journal().of_kind("run_resumed").len(), 0);
}

/// The start of a rehearsal.
fn started() -> Event {
    Event::RunStarted {
        show: "Two venues".into(),
        source: String::new(),
        rehearsal: true,
        speed: 1,
        auto: false,
        clock: Timestamp::UNIX_EPOCH,
        day: jiff::civil::date(2026, 11, 29),
        version: "0".into(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    }
}

#[test]
fn a_station_that_joins_is_asked_which_of_several_runs_is_meant() {
    if is_missing() {
        return;
    }
    let (server, house) = (NatsServer::start(), House::new());
    let shares = |id: &str, title: &str| {
        let run = Shared::new(RunId(id.into()), title.into(), SHOW.replace("Two venues", title));
        let mut station = Station::shares(access(&server.url()), run, "paris");
        let ticket = station.append(0, id, line(1, "paris", started()));
        station.await_outcome(ticket);
        station
    };
    let _stations = [shares("r-1", "Opening"), shares("r-2", "Closing\u{1b}[2J")];
    let args = ["join", &server.url(), "--station", "la"];
    let mut la = house.spawn(&args, (120, 36), &[]);
    la.await_words(&["Follow which one?", "1  r-2", "2  r-1", "“Opening”, paris had the flag"]);
    assert!(!la.has_written("Closing\u{1b}[2J"), "a title is only text");
    la.press_to_see("3", &["1 to 2"]);
    la.press_to_see("2", &["Opening", "By hand"]);
    la.kill();
    let house = House::new();
    let mut la = house.spawn(&args, (120, 36), &[]);
    la.await_words(&["Follow which one?"]);
    la.keys("q");
    assert!(la.await_exit().success());
    assert!(!house.state().join("runs").exists());
}

#[test]
fn a_station_that_waits_for_the_first_record_stays_when_its_window_changes() {
    if is_missing() {
        return;
    }
    let (server, house) = (NatsServer::start(), House::new());
    let run = Shared::new(RunId("r-1".into()), "Two venues".into(), SHOW.into());
    let mut paris = Station::shares(access(&server.url()), run.clone(), "paris");
    let la = house.spawn(&["join", &server.url(), "r-1", "--station", "la"], (120, 36), &[]);
    let await_beat = |paris: &mut Station| {
        paris.await_news(|news| match news {
            News::Post(post) => matches!(post.body, PostBody::Beat(_)).then_some(()),
            _ => None,
        });
    };
    await_beat(&mut paris);
    la.resize(100, 36);
    // It goes on being heard, so it has not taken the signal for its end.
    (0..3).for_each(|_| await_beat(&mut paris));
    paris.append(0, "start", line(1, "paris", started()));
    la.await_words(&["Two venues", "By hand"]);
    drop(paris);
    // One that is told to end ends.
    let nobody = Shared { id: RunId("r-2".into()), ..run };
    let mut paris = Station::open(access(&server.url()), nobody, "paris", LogStart::Shares);
    paris.await_connected();
    let mut la = house.spawn(&["join", &server.url(), "r-2", "--station", "la"], (120, 36), &[]);
    await_beat(&mut paris);
    la.signal(rustix::process::Signal::TERM);
    assert!(la.await_exit().success());
}

#[test]
fn a_remote_control_at_a_station_that_looks_on_is_told_that_nobody_hears_it() {
    if is_missing() {
        return;
    }
    let (house, remote, viewer) = (House::new(), Remote::new(), KeyPair::new_user());
    let server = NatsServer::with(&format!(
        "{JETSTREAM}authorization {{ users: [\n\
         {{ user: caller, password: p }}\n\
         {{ nkey: {}, permissions: {{ publish: {{ deny: \"handover.>\" }} }} }}\n\
         ] }}\nno_auth_user: caller\n",
        viewer.public_key()
    ));
    let seed = house.path("viewer.nk");
    std::fs::write(&seed, viewer.seed().unwrap()).unwrap();
    let run = Shared::new(RunId("r-1".into()), "Two venues".into(), SHOW.into());
    let mut paris = Station::shares(access(&server.url()), run, "paris");
    paris.append(0, "start", line(1, "paris", started()));
    let (url, seed, listen) = (server.url(), seed.display().to_string(), remote.listen());
    let args = ["join", &url, "--station", "la", "--credentials", &seed, "--listen", &listen];
    let mut la = house.open(&args);
    la.await_words(&["LOOKS ON"]);
    // It has asked for the run's clock before.
    la.press_to_see(":page log\r", &["this station looks on"]);
    let log = la.screen();
    assert!(!log.contains("Violation") && !log.contains("1-9 ready"), "{log}");
    la.press_to_see("!", &["this station looks on"]);
    remote.send(&encode("/note", &[Arg::Text("the stage is wet".into())]));
    remote.reply().refused(&["this station looks on", "takes nothing from it"]);
    // It was not taken, so that it is not refused as a second one of the same.
    remote.send(&encode("/note", &[Arg::Text("the stage is wet".into())]));
    remote.reply().refused(&["this station looks on"]);
}

#[test]
fn a_show_that_the_server_does_not_have_yet_is_waited_for() {
    if is_missing() {
        return;
    }
    let server = NatsServer::start();
    let run = Shared::new(RunId("r-1".into()), "Two venues".into(), SHOW.into());
    let shares = || Station::shares(access(&server.url()), run.clone(), "paris");
    drop(shares());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = async_nats::connect(server.url()).await.unwrap();
        let context = async_nats::jetstream::new(client);
        let shows = context.get_stream("OBJ_HANDOVER_SHOWS").await.unwrap();
        shows.purge().await.unwrap();
    });
    let missing = fetch(&access(&server.url()), &run.id).unwrap_err().to_string();
    assert!(missing.contains("wait a moment and join again"), "{missing}");
    std::thread::scope(|threads| {
        let fetched = threads.spawn(|| fetch(&access(&server.url()), &run.id));
        std::thread::sleep(std::time::Duration::from_secs(1));
        let _paris = shares();
        assert_eq!(fetched.join().unwrap(), Ok(run.clone()));
    });
}

/// The server is another one, after the first has gone for good.
#[test]
fn a_server_that_lacks_the_run_gets_it_from_the_station_that_has_the_flag() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        pair.pass(true);
        let before = pair.await_same_journal();
        pair.paris.kill();
        pair.la.kill();
        let server = NatsServer::start();
        let run =
            pair.houses[0].runs()[0].file_name().expect("a name").to_string_lossy().into_owned();
        let url = server.url();
        let shares = ["--share", &url, "--station"];
        let resume = |at: usize, run: &str, name: &str| {
            pair.houses[at].open(&[&["--resume", run], &shares[..], &[name]].concat())
        };
        let paris = resume(0, &run, "paris");
        paris.await_words(&["this server has no record of the run", "la has the flag"]);
        assert_eq!(pair.houses[0].journal().lines, before.lines, "nothing goes aside");
        let mut la = resume(1, &format!("{run}@la"), "la");
        la.await_words(&["THE FLAG IS HERE"]);
        paris.await_words(&["LA HAS THE FLAG"]);
        la.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
        pair.await_same_journal();
    });
}

#[test]
fn a_station_without_a_terminal_is_not_ended_before_the_typed_yes() {
    if is_missing() {
        return;
    }
    in_time(|| {
        let (mut pair, _) = Pair::after_go();
        let run =
            pair.houses[1].runs()[0].file_name().expect("a name").to_string_lossy().into_owned();
        pair.la.close_terminal();
        let mut alone = pair.houses[1].spawn(&["--resume", &run], (120, 36), &[]);
        alone.await_words(&["was shared", "Type yes"]);
        alone.keys("no\r");
        alone.await_exit();
        pair.paris.guard();
        pair.paris.keys(" ");
        pair.wire.expect("/2");
        pair.wire_la.expect("/la/2");
        pair.paris.await_event("action_sent", 4);
    });
}
