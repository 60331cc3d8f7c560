//! Requests to an OBS that these tests play, on real sockets: who is let in, what is refused, and
//! what becomes of a message if OBS hangs or goes.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use serde_json::{Value, json};
use tungstenite::protocol::CloseFrame;
use tungstenite::{Message, WebSocket, accept};

use super::*;
use crate::output::testing::{SOON, awaited, context, job, now, output, show, surroundings};
use crate::output::{Light, Outcome, ProbeAnswer, Report, probe};
use crate::show::OutputKind;

/// The proof of [`PASSWORD`] for this salt and challenge, computed with Python's hashlib.
const PROOF: &str = "1Ct943GAT+6YQUUX47Ia/ncufilbe6+oD6lY+5kaCu4=";
const SALT: &str = "lM1GncleQOaCu9lT1yeUZhFYnqhsLLP1G5lAGo3ixaI=";
const CHALLENGE: &str = "+IxH4CnCiqpX1rM9scsNynZzbOe4KhDeYcTNS3PDaeY=";
const PASSWORD: &str = "supersecretpassword";

/// What the played OBS does with a request, by its name.
enum Does {
    Answers(Value),
    Refuses(u64, &'static str),
    Hangs,
    Goes,
}

fn does(request: &str) -> Does {
    match request {
        "GetSceneList" => Does::Answers(json!({
            "currentProgramSceneName": "Live",
            "scenes": [{"sceneIndex": 0, "sceneName": "Break"}, {"sceneIndex": 1, "sceneName": "Live"}],
        })),
        "Hang" => Does::Hangs,
        "Leave" => Does::Goes,
        "StartRecord" => Does::Refuses(500, ""),
        "NoSuchThing" => Does::Refuses(204, "Your request type is not valid."),
        _ => Does::Answers(Value::Null),
    }
}

/// Begins to play an OBS that asks for the password; gives its port and the requests that it hears.
fn studio() -> (u16, Receiver<(String, Value)>) {
    let (port, requests, _) = counting_studio();
    (port, requests)
}

/// The same, with the number of connections so far.
fn counting_studio() -> (u16, Receiver<(String, Value)>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, requests) = channel();
    let met = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&met);
    thread::spawn(move || {
        while let Ok((stream, _)) = listener.accept() {
            count.fetch_add(1, Ordering::Relaxed);
            let heard = heard.clone();
            // A client that goes away ends its own conversation only.
            thread::spawn(move || converse(stream, &heard));
        }
    });
    (port, requests, met)
}

fn say(socket: &mut WebSocket<TcpStream>, op: u64, d: Value) -> Option<()> {
    socket.send(Message::text(json!({"op": op, "d": d}).to_string())).ok()
}

fn hear(socket: &mut WebSocket<TcpStream>) -> Option<Value> {
    loop {
        if let Message::Text(text) = socket.read().ok()? {
            return serde_json::from_str(text.as_str()).ok();
        }
    }
}

fn converse(stream: TcpStream, heard: &Sender<(String, Value)>) -> Option<()> {
    let mut socket = accept(stream).ok()?;
    let authentication = json!({"challenge": CHALLENGE, "salt": SALT});
    say(&mut socket, 0, json!({"rpcVersion": 1, "authentication": authentication}))?;
    let identify = hear(&mut socket)?;
    if identify["op"] != 1 || identify["d"]["authentication"] != PROOF {
        let reason = "Authentication failed.".into();
        socket.close(Some(CloseFrame { code: 4009.into(), reason })).ok()?;
        return socket.read().ok().map(drop);
    }
    say(&mut socket, 2, json!({"negotiatedRpcVersion": 1}))?;
    loop {
        let request = hear(&mut socket)?;
        let d = &request["d"];
        let name = d["requestType"].as_str()?.to_owned();
        heard.send((name.clone(), d["requestData"].clone())).ok()?;
        // What was not asked for may come in between, and an answer to somebody else.
        say(&mut socket, 5, json!({"eventType": "SceneNameChanged"}))?;
        say(&mut socket, 7, json!({"requestId": "x", "requestStatus": {"result": false}}))?;
        let status = |result, code, comment: &str| match comment {
            "" => json!({"result": result, "code": code}),
            comment => json!({"result": result, "code": code, "comment": comment}),
        };
        let (status, data) = match does(&name) {
            Does::Answers(data) => (status(true, 100, ""), data),
            Does::Refuses(code, comment) => (status(false, code, comment), Value::Null),
            Does::Hangs => continue,
            Does::Goes => return Some(()),
        };
        let id = &d["requestId"];
        let answer = json!({"requestId": id, "requestStatus": status, "responseData": data});
        say(&mut socket, 7, answer)?;
    }
}

/// An output that sends these requests, each as an action of one cue.
fn open_to(
    port: u16,
    password: Option<&str>,
    requests: &[&str],
) -> (Queued<ObsCall>, Receiver<Report>) {
    open_with_panic(port, password, requests, &[])
}

/// The same, which sends these requests in a panic.
fn open_with_panic(
    port: u16,
    password: Option<&str>,
    requests: &[&str],
    panic: &[&str],
) -> (Queued<ObsCall>, Receiver<Report>) {
    let kind = OutputKind::Obs { host: "127.0.0.1".into(), port, password: None };
    let body = |request: &&str| {
        let data = (*request == "SetScene").then(|| r#"{"sceneName":"Live"}"#.to_owned());
        (0, Body::Obs { request: (*request).into(), data })
    };
    let panic = panic.iter().map(|request| body(request).1).collect();
    let show = show(vec![output("obs", kind, panic)], requests.iter().map(body).collect());
    let calls = Messages::new(&show, OutputIx(0), call).unwrap();
    let (context, reports) = context("obs");
    let password = password.map(str::to_owned);
    let limit = Duration::from_millis(300);
    let studio = Studio { peer: Peer::new("127.0.0.1", port), password, limit };
    (open(context, studio, calls).unwrap(), reports)
}

fn send(obs: &mut Queued<ObsCall>, action: u32) {
    assert_eq!(obs.send(crate::output::Job { action, ..job(0) }, now()), None);
}

#[track_caller]
fn failed(reports: &Receiver<Report>) -> String {
    match reports.recv_timeout(SOON).unwrap().outcome {
        Outcome::Failed(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn requests_are_carried_out_with_their_data_once_the_password_is_proved() {
    let (port, requests) = studio();
    let (mut obs, reports) = open_to(port, Some(PASSWORD), &["SetScene", "StartStream"]);
    awaited(|| obs.health(now()).light == Light::Ok);
    for (action, expected) in [
        (0, ("SetScene".to_owned(), json!({"sceneName": "Live"}))),
        (1, ("StartStream".to_owned(), Value::Null)),
    ] {
        send(&mut obs, action);
        assert_eq!(requests.recv_timeout(SOON).unwrap(), expected);
        assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    }
    assert_eq!((obs.health(now()).sent, obs.health(now()).error), (2, None));
}

#[test]
fn a_refusal_is_said_in_words_and_leaves_the_light_on() {
    let (port, _requests) = studio();
    let (mut obs, reports) = open_to(port, Some(PASSWORD), &["StartRecord", "NoSuchThing"]);
    send(&mut obs, 0);
    assert_eq!(failed(&reports), "OBS refuses StartRecord: that is running already (500)");
    send(&mut obs, 1);
    let why = "OBS refuses NoSuchThing: Your request type is not valid (204)";
    assert_eq!(failed(&reports), why);
    assert_eq!((obs.health(now()).light, obs.health(now()).failed), (Light::Ok, 2));
}

#[test]
fn who_does_not_know_the_password_is_told_so() {
    let (port, _requests) = studio();
    for (password, says) in [
        (Some("another"), "the password is wrong"),
        (None, "it asks for a password: add `password = \"env:HANDOVER_OBS_PASSWORD\"`"),
    ] {
        let (mut obs, reports) = open_to(port, password, &["StartStream"]);
        awaited(|| obs.health(now()).light == Light::Down);
        let error = obs.health(now()).error.unwrap();
        assert!(error.contains(says) && error.contains(&port.to_string()), "{error}");
        assert!(!error.contains("another"), "no secret is shown");
        send(&mut obs, 0);
        assert!(failed(&reports).contains(says));
    }
}

#[test]
fn an_obs_that_hangs_costs_one_message_and_the_next_goes_over_a_new_connection() {
    let (port, requests) = studio();
    let (mut obs, reports) = open_to(port, Some(PASSWORD), &["Hang", "StartStream"]);
    send(&mut obs, 0);
    let why =
        format!("OBS at 127.0.0.1:{port}: no answer within 0.3 s; it may have been done or not");
    assert_eq!(failed(&reports), why);
    assert_eq!(requests.recv_timeout(SOON).unwrap().0, "Hang");
    send(&mut obs, 1);
    assert_eq!(requests.recv_timeout(SOON).unwrap().0, "StartStream");
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
}

#[test]
fn a_panic_waits_for_no_answer_to_a_cue_and_gives_up_after_one_of_its_own() {
    let (port, requests) = studio();
    let panic = ["StopStream", "Hang", "StopRecord", "StartRecord"];
    let (mut obs, reports) = open_with_panic(port, Some(PASSWORD), &["Hang"], &panic);
    send(&mut obs, 0);
    assert_eq!(requests.recv_timeout(SOON).unwrap().0, "Hang");
    assert_eq!(obs.panic(now()), []);
    let told = |count: usize| -> Vec<_> {
        (0..count).map(|_| reports.recv_timeout(SOON).unwrap()).collect()
    };
    let said = told(5);
    // The cue's own message ends by its time limit, and those of the panic go meanwhile.
    let of_panic: Vec<_> = said.iter().filter(|report| report.job.is_none()).collect();
    assert_eq!(of_panic[0].outcome, Outcome::Sent);
    let Outcome::Failed(why) = &of_panic[1].outcome else { panic!("{said:?}") };
    assert!(why.contains("no answer within 0.3 s; it may have been done or not"), "{why}");
    let behind = format!("OBS at 127.0.0.1:{port}: not sent, it did not answer the one before");
    for late in &of_panic[2..] {
        assert_eq!(late.outcome, Outcome::Failed(behind.clone()));
    }
    let heard: Vec<_> = requests.try_iter().map(|(name, _)| name).collect();
    assert_eq!(heard, ["StopStream", "Hang"]);
}

#[test]
fn a_wrong_password_is_tried_again_when_a_cue_asks_or_the_file_has_changed() {
    let (port, _requests, met) = counting_studio();
    let (mut obs, reports) = open_to(port, Some("another"), &["StartStream"]);
    awaited(|| obs.health(now()).light == Light::Down);
    let error = obs.health(now()).error.unwrap();
    assert!(error.ends_with("the password is wrong; tried again once a minute"), "{error}");
    assert_eq!(met.load(Ordering::Relaxed), 1);
    send(&mut obs, 0);
    assert!(failed(&reports).contains("the password is wrong"));
    assert_eq!(met.load(Ordering::Relaxed), 2);
    let same = show(vec![], vec![]);
    obs.revise(&Arc::new(same), None);
    awaited(|| met.load(Ordering::Relaxed) == 3);
}

#[test]
fn an_obs_that_is_started_again_is_met_again() {
    let (port, _requests) = studio();
    let (mut obs, reports) = open_to(port, Some(PASSWORD), &["Leave", "StartStream"]);
    send(&mut obs, 0);
    let why = failed(&reports);
    assert!(why.contains("it closed the connection; it may have been done or not"), "{why}");
    awaited(|| obs.health(now()).light == Light::Ok);
    send(&mut obs, 1);
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
}

#[test]
fn what_is_no_obs_is_told_apart() {
    use std::io::{Read, Write};
    for (answer, says) in [
        (&b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..], "HTTP status 404"),
        (b"220 ready\r\n\r\n", "not obs-websocket 5"),
        (b"", "no answer within 0.3 s"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (mut obs, reports) =
            open_to(listener.local_addr().unwrap().port(), None, &["StartStream"]);
        let other = thread::spawn(move || {
            let mut kept = vec![];
            // It is met once at the start, and once for the message.
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().unwrap();
                let _ = stream.read(&mut [0; 1024]);
                stream.write_all(answer).unwrap();
                kept.push(stream);
            }
            kept
        });
        awaited(|| obs.health(now()).light == Light::Down);
        send(&mut obs, 0);
        let why = failed(&reports);
        assert!(why.contains(says), "{why}");
        drop(other.join().unwrap());
    }
}

#[test]
fn a_probe_lists_the_scenes_in_the_order_of_obs() {
    let (port, requests) = studio();
    let obs = |variable: Option<&str>| {
        let password = variable.map(str::to_owned);
        let kind = OutputKind::Obs { host: "127.0.0.1".into(), port, password };
        let show = show(vec![output("obs", kind, vec![])], vec![]);
        let env = |name: &str| match name {
            "KEY" => Some(PASSWORD.to_owned()),
            "TOKEN" => Some("wrong".to_owned()),
            _ => None,
        };
        let probed = probe(&show, &surroundings(&env), Duration::from_secs(5)).remove(0);
        (probed.what, probed.words)
    };
    let scenes = "scenes: \"Live\", \"Break\"; on air: \"Live\"".to_owned();
    assert_eq!(obs(Some("KEY")), (ProbeAnswer::Up, scenes));
    assert_eq!(requests.try_recv().map(|(name, _)| name).as_deref(), Ok("GetSceneList"));
    for (variable, says) in [
        (Some("TOKEN"), "the password is wrong"),
        (None, "it asks for a password"),
        (Some("B"), "password: the environment variable B is not set"),
        (Some("HOME"), "shows may not read the variable HOME; "),
    ] {
        let (answer, words) = obs(variable);
        assert!(answer == ProbeAnswer::Down && words.contains(says), "{words}");
    }
}

#[test]
fn obs_may_have_a_backup_as_any_other_machine() {
    let [(main, heard), (backup, heard_too)] = [studio(), studio()];
    let kind =
        |port| OutputKind::Obs { host: "127.0.0.1".into(), port, password: Some("KEY".into()) };
    let mut both = output("obs", kind(main), vec![]);
    both.mirrors = vec![kind(backup)];
    let show = show(vec![both], vec![(0, Body::Obs { request: "StartStream".into(), data: None })]);
    let env = |_: &str| Some(PASSWORD.to_owned());
    let (reporter, reports) = crate::output::testing::reporter();
    let mut outputs = crate::output::Outputs::live(Arc::new(show), &surroundings(&env), reporter);
    assert_eq!(outputs.send(job(0), now()), None);
    for heard in [heard, heard_too] {
        assert_eq!(heard.recv_timeout(SOON).unwrap().0, "StartStream");
    }
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
}
