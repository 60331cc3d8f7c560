//! The server by its sockets: what it gives to whom, and what it bears.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;
use crate::access::Passcode;
use crate::time::{MachineClock, MachineNs};

/// Time after which a test gives up.
const SOON: Duration = Duration::from_secs(20);
/// A passcode, and a wrong one.
const PASSCODE: (&str, &str) = ("open-sesame", "open-barley");

/// A server, and what it has handed over.
struct House {
    web: Web,
    heard: Mutex<Receiver<WebMessage>>,
}

/// A clock of tests: it goes by the machine's.
fn clock() -> MachineClock {
    crate::runtime::clock::CLOCK
}

impl House {
    fn open(passcode: Option<&str>) -> Self {
        let (post, heard) = channel();
        let settings = WebSettings::new(
            "127.0.0.1:0".parse().unwrap(),
            passcode.map(Passcode::new),
            TokenKey([7; 32]),
        );
        let hear = Arc::new(move |message| post.send(message).unwrap());
        let web = Web::start(settings.unwrap(), hear, clock(), || {}).unwrap();
        let house = House { web, heard: Mutex::new(heard) };
        if passcode.is_none() {
            assert_eq!(status(&house.get("/api/events?board")), "503", "nothing is published");
        }
        house.publish(1);
        house
    }

    /// The next message to the station, if one comes in this time.
    fn heard(&self, at_most: Duration) -> Option<WebMessage> {
        self.heard.lock().unwrap().recv_timeout(at_most).ok()
    }

    fn publish(&self, state: u32) {
        let text = |what: &str| -> Arc<str> { format!("{{\"{what}\":{state}}}").into() };
        self.web.publish(Pages {
            board: text("board"),
            sheet: text("sheet"),
            departments: text("departments"),
            crews: [("sound".to_owned(), text("sound"))].into(),
        });
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.web.address()).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream
    }

    /// The whole reply to a request with these lines of its head, and this body.
    fn ask(&self, first: &str, head: &str, body: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "{first} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{head}\r\n{body}",
            self.web.address(),
            body.len()
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), "", "")
    }

    fn post(&self, path: &str, head: &str, body: &str) -> String {
        let head = format!("Content-Type: application/json\r\n{head}");
        self.ask(&format!("POST {path}"), &head, body)
    }

    /// A stream from which the first state has been read.
    fn stream(&self, query: &str) -> TcpStream {
        let mut stream = self.connect();
        let address = self.web.address();
        write!(stream, "GET /api/events?{query} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        until(&mut stream, "data: ");
        stream
    }
}

/// Reads until `words` have come.
#[track_caller]
fn until(stream: &mut TcpStream, words: &str) -> String {
    let (mut read, mut bytes) = (String::new(), [0; 4096]);
    while !read.contains(words) {
        let count = stream.read(&mut bytes).unwrap();
        assert!(count > 0, "{words} did not come: {read}");
        read.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    read
}

fn status(reply: &str) -> &str {
    reply.split(' ').nth(1).unwrap_or_default()
}

#[test]
fn pages_load_nothing_from_elsewhere_and_are_the_same_for_everybody() {
    let house = House::open(Some(PASSCODE.0));
    for path in ["/", "/timer", "/sheet", "/crew", "/crew/sound", "/crew/nobody"] {
        let reply = house.get(path);
        assert_eq!(status(&reply), "200", "{reply}");
        assert!(reply.contains("default-src 'none'; script-src 'self'; style-src 'self'"));
        assert!(reply.contains("x-content-type-options: nosniff") && !reply.contains("set-cookie"));
        assert!(reply.contains("frame-ancestors 'none'") && reply.contains("/page.js"));
    }
    for (path, kind) in [("/page.js", "javascript"), ("/page.css", "css"), ("/icon.svg", "svg")] {
        let reply = house.get(path);
        assert!(status(&reply) == "200" && reply.contains(kind), "{reply}");
        assert!(!reply.contains("https://") && !reply.contains("@import"), "{path}");
    }
    for path in ["/nothing", "/crew/", "/crew/a/b", "/../Cargo.toml", "/api", "/page.js/"] {
        assert_eq!(status(&house.get(path)), "404", "{path}");
    }
    assert_eq!(status(&house.ask("POST /", "", "")), "405");
    assert_eq!(status(&house.ask("DELETE /api/sheet", "", "")), "405");
}

#[test]
fn a_stream_has_the_last_state_and_no_older_one() {
    let house = House::open(None);
    let (mut board, mut crew) = (house.stream("board"), house.stream("crew=sound"));
    // A browser that reads nothing for a while gets no queue of states.
    for state in 2..2_000 {
        house.publish(state);
    }
    house.publish(9_999);
    assert!(until(&mut board, "{\"board\":9999}").matches("data: ").count() < 2_000);
    until(&mut crew, "{\"sound\":9999}");
    assert_eq!(house.web.streams(), 2);
    assert_eq!(status(&house.get("/api/events?crew=lions")), "404");
    assert_eq!(status(&house.get("/api/events?everything")), "404");
    drop((board, crew));
    awaited(&house, 0);
    house.web.close();
}

/// Waits until so many pages are open.
#[track_caller]
fn awaited(house: &House, open: usize) {
    let deadline = clock().now() + SOON;
    while house.web.streams() != open {
        house.publish(0);
        std::thread::yield_now();
        assert!(clock().now() < deadline, "{} pages are open", house.web.streams());
    }
}

#[test]
fn data_takes_the_passcode_and_guesses_get_slower() {
    let house = House::open(Some(PASSCODE.0));
    for path in ["/api/events?board", "/api/sheet", "/api/departments", "/api/events?crew=sound"] {
        let reply = house.get(path);
        assert!(status(&reply) == "401" && !reply.contains("{\"board"), "{reply}");
    }
    let ready = r#"{"department":"sound","cue":"1","ready":true}"#;
    assert_eq!(status(&house.post("/api/ready", "", ready)), "401");
    let login =
        |passcode| house.post("/api/login", "", &format!("{{\"passcode\":\"{passcode}\"}}"));
    let reply = login(PASSCODE.0);
    assert_eq!(status(&reply), "200");
    let token = reply.split("\"token\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let head = format!("Authorization: Bearer {token}\r\n");
    assert!(house.ask("GET /api/sheet", &head, "").ends_with("{\"sheet\":1}"));
    assert_eq!(status(&login(PASSCODE.1)), "403");
    // The next try of this address is not even read, right or wrong, but its token holds.
    assert_eq!(status(&login(PASSCODE.0)), "429");
    assert_eq!(status(&login(PASSCODE.1)), "429");
    assert!(house.ask("GET /api/sheet", &head, "").ends_with("{\"sheet\":1}"));
    let told = house.heard(SOON).unwrap();
    assert!(
        matches!(told, WebMessage::Trouble(what) if what.contains("127.0.0.1: a wrong passcode"))
    );
    // The same passcode has the same token in the next program of this machine.
    let again = House::open(Some(PASSCODE.0));
    assert_eq!(status(&again.ask("GET /api/sheet", &head, "")), "200");
    let other = House::open(Some("another-one"));
    assert_eq!(status(&other.ask("GET /api/sheet", &head, "")), "401");
}

#[test]
fn what_another_site_or_another_name_asks_is_refused() {
    let house = House::open(None);
    let ready = r#"{"department":"sound","cue":"1","ready":true}"#;
    for head in
        ["Origin: http://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"]
    {
        assert_eq!(status(&house.post("/api/ready", head, ready)), "403", "{head}");
        assert_eq!(status(&house.ask("GET /api/events?board", head, "")), "403", "{head}");
    }
    let form = house.ask("POST /api/ready", "Content-Type: text/plain\r\n", ready);
    assert_eq!(status(&form), "415", "a form of another site can send this");
    let mut stream = house.connect();
    stream.write_all(b"GET /api/sheet HTTP/1.1\r\nHost: evil.example\r\n\r\n").unwrap();
    assert!(until(&mut stream, "open this page by").starts_with("HTTP/1.1 421"));
    assert!(house.heard(Duration::ZERO).is_none(), "nothing reached the station");
}

#[test]
fn a_wish_gets_what_the_station_says() {
    let house = House::open(None);
    let station = std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            house.post("/api/ready", "", r#"{"department":"sound","cue":"12","ready":false}"#)
        });
        let WebMessage::Wish(request) = house.heard(SOON).unwrap() else { panic!() };
        let wish =
            CrewWish::Ready { department: "sound".into(), cue: "12".into(), is_ready: false };
        assert_eq!((&request.wish, request.who.as_str()), (&wish, "127.0.0.1"));
        request.answer(Err("cue 12 is not the next call any more".into()));
        asked.join().unwrap()
    });
    assert!(status(&station) == "409" && station.contains("not the next call any more"));
    let warned = std::thread::scope(|scope| {
        let asked = scope.spawn(|| house.post("/api/warn", "", r#"{"department":"sound"}"#));
        let WebMessage::Wish(request) = house.heard(SOON).unwrap() else { panic!() };
        assert_eq!(request.wish, CrewWish::Warn { department: "sound".into() });
        request.answer(Ok(()));
        asked.join().unwrap()
    });
    assert_eq!(status(&warned), "200");
    for body in ["", "{}", "[]", r#"{"department":1}"#, r#"{"department":"sound","cue":"1"}"#] {
        assert_eq!(status(&house.post("/api/ready", "", body)), "400", "{body}");
    }
    let huge = format!("{{\"department\":\"{}\"}}", "x".repeat(10_000));
    assert_eq!(status(&house.post("/api/warn", "", &huge)), "413");
}

#[test]
fn there_is_no_way_to_fire_a_cue() {
    let house = House::open(None);
    for path in ["/go", "/api/go", "/api/cue/1/start", "/api/panic", "/cue/1/start", "/api/standby"]
    {
        let reply = house.post(path, "", "{}");
        assert!(["404", "405"].contains(&status(&reply)), "{reply}");
    }
    assert!(house.heard(Duration::ZERO).is_none());
}

#[test]
fn more_wishes_than_people_make_are_refused() {
    let house = House::open(None);
    let warn = r#"{"department":"sound"}"#;
    let statuses: Vec<String> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..64)
            .map(|_| scope.spawn(|| status(&house.post("/api/warn", "", warn)).to_owned()))
            .collect();
        let mut answered = 0;
        while asked.iter().any(|one| !one.is_finished()) {
            if let Some(WebMessage::Wish(request)) = house.heard(Duration::from_millis(50)) {
                answered += 1;
                request.answer(Ok(()));
            }
        }
        assert!((15..=40).contains(&answered), "{answered} reached the station");
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(statuses.iter().any(|status| status == "429"), "{statuses:?}");
    assert!(statuses.iter().all(|status| status == "429" || status == "200"), "{statuses:?}");
}

#[test]
fn so_many_pages_are_open_and_no_more_and_a_closed_one_gives_its_place() {
    let house = House::open(None);
    let mut streams: Vec<TcpStream> = (0..STREAMS_MAX).map(|_| house.stream("board")).collect();
    let refused = house.get("/api/events?board");
    assert!(
        status(&refused) == "503" && refused.contains("256 pages are open already"),
        "{refused}"
    );
    assert!(refused.contains("retry-after: 1"), "{refused}");
    streams.truncate(200);
    awaited(&house, 200);
    house.stream("board");
    house.publish(42);
    for stream in &mut streams {
        until(stream, "{\"board\":42}");
    }
}

#[test]
fn slow_and_huge_requests_lose_their_places_to_others() {
    let house = House::open(None);
    let mut slow = house.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    let mut huge = house.connect();
    huge.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ").unwrap();
    // It may hang up in the middle.
    let _ = huge.write_all(&vec![b'x'; 200_000]);
    let mut reply = String::new();
    let _ = huge.read_to_string(&mut reply);
    assert!(reply.is_empty() || status(&reply) == "431", "{reply}");
    let idle: Vec<TcpStream> = (0..100).map(|_| house.connect()).collect();
    assert_eq!(status(&house.get("/")), "200", "a hundred that say nothing are in nobody's way");
    // The one that began to speak is hung up on, and told why at the most.
    let mut rest = String::new();
    let _ = slow.read_to_string(&mut rest);
    assert!(rest.is_empty() || status(&rest) == "408", "{rest}");
    drop(idle);
}

#[test]
fn an_address_beyond_this_machine_takes_a_passcode() {
    let settings = |listen: &str, passcode: Option<&str>| {
        WebSettings::new(
            listen.parse::<SocketAddr>().unwrap(),
            passcode.map(Passcode::new),
            TokenKey([0; 32]),
        )
    };
    for listen in ["0.0.0.0:8080", "[::]:8080", "10.0.0.5:8080"] {
        let said = settings(listen, None).unwrap_err().to_string();
        assert!(said.contains(listen) && said.contains("HANDOVER_WEB_PASSCODE"), "{said}");
        assert!(matches!(settings(listen, Some("1234567")), Err(WebError::PasscodeShort(_))));
        assert!(settings(listen, Some(PASSCODE.0)).is_ok());
    }
    assert!(settings("127.0.0.1:8080", None).is_ok() && settings("[::1]:8080", None).is_ok());
    let shown = format!("{:?}", settings("0.0.0.0:1", Some(PASSCODE.0)).unwrap());
    assert!(!shown.contains(PASSCODE.0) && !shown.contains("[0, 0"), "{shown}");
    let now: MachineNs = clock().now();
    assert!(now > MachineNs::ZERO);
}

#[test]
fn a_taken_port_is_said_with_its_address() {
    let house = House::open(None);
    let settings = WebSettings::new(house.web.address(), None, TokenKey([0; 32])).unwrap();
    let why = Web::start(settings, Arc::new(|_| {}), clock(), || {}).err().unwrap().to_string();
    assert!(why.contains(&house.web.address().to_string()) && why.contains("free it"), "{why}");
}
