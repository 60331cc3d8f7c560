//! Browsers beside a caller: the real program with `--web`, asked over HTTP.

mod axe;
mod chromium;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{House, PATIENCE, Program, await_some};

/// A show with secrets, each of which has a zebra in it.
const SHOW: &str = r#"
title = "An evening"
timezone = "Europe/Paris"
[department.sound]
name = "Sound"
[department.lights]
name = "Lights"
[[segment]]
title = "Opening"
duration = "10m"
[[segment.cue]]
number = "1"
title = "House lights"
call = "Zebra call"
notes = "Zebra note"
needs = ["sound"]
[[segment.cue]]
number = "2"
title = "Zebra parachute"
embargo = true
needs = ["sound", "lights"]
duration = "5m"
[[segment.cue]]
number = "3"
title = "Zebra blackout"
public = false
needs = ["sound"]
"#;

/// Somebody at a browser.
#[derive(Clone, Copy)]
pub(crate) struct Browser(pub SocketAddr);

impl Browser {
    /// A browser, and a free port on this machine for what it looks at.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Browser(listener.local_addr().unwrap())
    }

    /// The address for `--web`.
    pub(crate) fn at(self) -> String {
        self.0.to_string()
    }

    fn connect(self) -> TcpStream {
        let stream = TcpStream::connect(self.0).expect("a server of pages");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Status and body of the reply to a request.
    pub(crate) fn ask(self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = self.connect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.0,
            body.len()
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let status = reply.split(' ').nth(1).and_then(|status| status.parse().ok());
        let body = reply.split_once("\r\n\r\n").map(|(_, body)| body.to_owned());
        (status.unwrap_or_default(), body.unwrap_or_default())
    }

    pub(crate) fn ready(self, department: &str, cue: &str, ready: bool) -> (u16, String) {
        let wish = json!({ "department": department, "cue": cue, "ready": ready });
        self.ask("POST", "/api/ready", &wish.to_string())
    }

    /// A page that is open.
    pub(crate) fn open(self, query: &str) -> Stream {
        let mut stream = self.connect();
        write!(stream, "GET /api/events?{query} HTTP/1.1\r\nHost: {}\r\n\r\n", self.0).unwrap();
        Stream { stream, read: String::new() }
    }
}

/// The states of a page.
pub(crate) struct Stream {
    stream: TcpStream,
    read: String,
}

impl Stream {
    /// Waits for a state of which `holds` is true.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut bytes = [0; 16 * 1024];
        let mut last = Value::Null;
        for _ in 0..10_000 {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let state = event.split_once("data: ").map(|(_, state)| state.to_owned());
                self.read = rest.to_owned();
                last = state.map_or(Value::Null, |state| serde_json::from_str(&state).unwrap());
                if holds(&last) {
                    return last;
                }
            }
            let count = self.stream.read(&mut bytes).unwrap_or_default();
            assert!(count > 0, "{what}: the stream ended at {last}");
            self.read.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        panic!("{what}: {last}")
    }
}

fn open(house: &House, browser: Browser) -> Program {
    open_show(house, browser, SHOW)
}

/// A caller of this show with pages for browsers.
fn open_show(house: &House, browser: Browser, show: &str) -> Program {
    let show = house.show(show);
    let mut caller = house.open(&["--rehearse", "--fresh", "--web", &browser.at(), &show]);
    caller.await_event("run_started", 1);
    caller.await_open();
    let filled = || (browser.ask("GET", "/api/departments", "").0 == 200).then_some(());
    assert!(await_some(PATIENCE, filled).is_some(), "the pages are not filled");
    caller
}

#[test]
fn a_department_answers_in_three_browsers_and_no_answer_is_a_go() {
    let (house, browser) = (House::new(), Browser::new());
    let mut caller = open(&house, browser);
    let mut page = browser.open("crew=sound");
    let first = page.until("its call is next", |state| state["moment"] == "call");
    assert_eq!((&first["department"], &first["cue"]["number"]), (&json!("Sound"), &json!("1")));
    let (status, why) = browser.ready("sound", "1", true);
    assert!(status == 409 && why.contains("standby was not called for cue 1"), "{status} {why}");
    caller.press_for("s", "cue_stood_by");
    page.until("standby", |state| state["moment"] == "standby" && state["cue"]["number"] == "1");
    // Three of them press in the same moment, and one of them twice.
    let statuses = std::thread::scope(|scope| {
        let pressed: Vec<_> =
            (0..4).map(|_| scope.spawn(|| browser.ready("sound", "1", true).0)).collect();
        pressed.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(statuses, [200; 4]);
    page.until("ready", |state| state["moment"] == "ready");
    let journal = caller.await_event("department_ready", 1);
    let ready = journal.of_kind("department_ready");
    assert_eq!((ready.len(), &ready[0]["from_browser"]), (1, &json!(true)));
    assert!(journal.of_kind("cue_fired").is_empty(), "{}", journal.tail(20));
    let (status, why) = browser.ready("lights", "1", true);
    assert!(status == 409 && why.contains("cue 1 does not need lights"), "{why}");
    caller.press_for(" ", "cue_fired");
    let go = page.until("go", |state| state["moment"] == "go");
    assert_eq!(go["cue"]["title"], "House lights");
    // Late, for a cue that has gone, and before the next one has been called.
    let (status, why) = browser.ready("sound", "1", true);
    assert!(status == 409 && why.contains("cue 1 is not the next call any more"), "{why}");
    caller.press_for("s", "cue_stood_by");
    let (status, why) = browser.ready("sound", "1", true);
    assert!(status == 409 && why.contains("cue 1 is not the next call any more"), "{why}");
    let journal = caller.await_event("cue_stood_by", 2);
    assert_eq!(journal.of_kind("department_ready").len(), 1, "{}", journal.tail(20));
    assert_eq!(journal.cues("cue_fired"), ["1"]);
    assert_eq!(browser.ready("sound", "99", true).0, 409);
    assert_eq!(browser.ready("lions", "2", true).0, 409);
}

#[test]
fn a_show_says_where_browsers_come_and_a_resumed_run_is_there_again() {
    let (first, house) = (House::new(), House::new());
    let (browser, other) = (Browser::new(), Browser::new());
    let is_there = |browser: Browser| {
        let filled = || (TcpStream::connect(browser.0).is_ok()).then_some(());
        assert!(await_some(PATIENCE, filled).is_some(), "{} is not served", browser.0);
        assert_eq!(browser.ask("GET", "/", "").0, 200);
    };
    let served = |at: Browser| format!("{SHOW}\n[web]\nlisten = \"{}\"\n", at.at());
    let mut caller = first.open(&["--fresh", &first.show(&served(browser))]);
    caller.await_words(&[&format!("web {}", browser.0)]);
    is_there(browser);
    caller.kill();
    // The command line goes before the show, and a resume without it asks for the same.
    let show = house.show(&served(browser));
    let mut caller = house.open(&["--fresh", "--web", &other.at(), &show]);
    is_there(other);
    assert!(TcpStream::connect(browser.0).is_err());
    caller.press_for("s", "cue_stood_by");
    caller.kill();
    let resumed = house.open(&["--resume"]);
    resumed.await_words(&[&format!("browsers are served at {} again", other.0)]);
    is_there(other);
    // The port is taken: that is no reason not to run the show.
    let second = House::new();
    let show = second.show(&served(other));
    second.open(&["--fresh", &show]).await_words(&[&other.at(), "in use"]);
}

#[test]
fn a_departments_alarm_stands_on_the_callers_screen_until_it_is_answered() {
    let (house, browser) = (House::new(), Browser::new());
    let mut caller = open(&house, browser);
    let mut page = browser.open("crew=lights");
    for _ in 0..3 {
        assert_eq!(browser.ask("POST", "/api/warn", r#"{"department":"lights"}"#).0, 200);
    }
    caller.await_words(&["LIGHTS: SOMETHING IS WRONG"]);
    page.until("a warning", |state| state["warning"] == true);
    let journal = caller.press_for("!", "alarm_answered");
    assert_eq!(journal["alarm"], "department");
    page.until("an answer", |state| state["warning"] == false);
    let journal = caller.await_event("department_warned", 1);
    assert_eq!(journal.of_kind("department_warned").len(), 1, "{}", journal.tail(20));
}

#[test]
fn no_page_has_a_word_before_its_time() {
    let (house, browser) = (House::new(), Browser::new());
    let mut caller = open(&house, browser);
    let secret = |text: &str| text.to_lowercase().contains("zebra");
    let pages = || {
        let mut all = String::new();
        for query in ["board", "crew=sound", "crew=lights"] {
            all += &browser.open(query).until("a state", |_| true).to_string();
        }
        for path in ["/", "/crew/sound", "/api/sheet", "/api/departments"] {
            all += &browser.ask("GET", path, "").1;
        }
        all
    };
    assert!(!secret(&pages()), "{}", pages());
    caller.press_for("s", "cue_stood_by");
    caller.press_for("1", "department_ready");
    caller.press_for(" ", "cue_fired");
    caller.guard();
    assert!(!secret(&pages()), "{}", pages());
    caller.press_for("s", "cue_stood_by");
    caller.press_for("0", "department_ready");
    caller.press_for(" ", "cue_fired");
    let mut page = browser.open("crew=sound");
    page.until("an embargo that is over", |state| state.to_string().contains("Zebra parachute"));
    let all = pages();
    for word in ["Zebra call", "Zebra note", "Zebra blackout"] {
        assert!(!all.contains(word), "{word} is on a page: {all}");
    }
    assert!(!browser.ask("GET", "/api/sheet", "").1.contains("Zebra"), "a sheet knows of no run");
    // A message is for everybody.
    caller.press_for("Mwrap up\r", "message_shown");
    for query in ["board", "crew=sound"] {
        browser.open(query).until("a message", |state| state["message"] == "wrap up");
    }
}

#[test]
fn pages_beyond_this_machine_need_a_passcode_and_a_free_port() {
    let (house, browser) = (House::new(), Browser::new());
    let show = house.show(SHOW);
    let refused = |listen: &str, passcode: Option<&str>, words: &[&str]| {
        let mut program = house.spawn(
            &["--rehearse", "--fresh", "--web", listen, &show],
            (80, 24),
            &passcode.map(|code| ("HANDOVER_WEB_PASSCODE", code)).into_iter().collect::<Vec<_>>(),
        );
        words.iter().for_each(|words| program.await_written(words));
        assert_eq!(program.await_exit().exit_code(), 1);
    };
    refused("0.0.0.0:8080", None, &["need a passcode", "HANDOVER_WEB_PASSCODE"]);
    refused("0.0.0.0:8080", Some("short"), &["fewer than 8 characters"]);
    let _caller = open(&house, browser);
    refused(&browser.at(), None, &["cannot serve browsers on"]);
    // A command takes no such option.
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.args(["--web", "127.0.0.1:1", "runs"]).stdin(Stdio::null());
    assert_eq!(command.output().unwrap().status.code(), Some(2));
}
