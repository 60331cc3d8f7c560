//! HTTP against a server that is a few lines of standard library, so that the bytes on the wire are
//! what is checked.

#![expect(clippy::unreachable, reason = "a test fails by a panic")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;
use crate::output::testing::{
    CLOCK, SOON, awaited, context, job, now, output, permits, show, surroundings,
};
use crate::output::{Driver, Job, Light, Outcome, Report};
use crate::show::OutputKind;

const TOKEN: &str = "Bearer s3cr3t-t0k3n";

/// A request as it came: its head, line by line, and what it carries.
struct Heard {
    head: Vec<String>,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.iter().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn hear(stream: &mut BufReader<TcpStream>) -> Option<Heard> {
    let mut heard = Heard { head: vec![], body: String::new() };
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => heard.head.push(line.to_owned()),
        }
    }
    let len = heard.header("content-length").map_or(0, |len| len.parse().unwrap());
    let mut body = vec![0; len];
    stream.read_exact(&mut body).ok()?;
    heard.body = String::from_utf8(body).unwrap();
    Some(heard)
}

/// Gives each of `answers` to one request, and hands over what it heard.
fn serve(answers: Vec<&'static str>) -> (String, Receiver<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (sender, heard) = channel();
    thread::spawn(move || {
        for answer in answers {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            sender.send(hear(&mut stream).unwrap()).unwrap();
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
    });
    (base, heard)
}

fn kind(base: &str) -> OutputKind {
    let headers =
        vec![("Authorization".into(), "env:X_TOKEN".into()), ("X-Show".into(), "Paris".into())];
    OutputKind::Http { base: base.into(), headers, timeout: SOON, ca: None }
}

fn body(method: &str, path: &str, content: HttpContent) -> Body {
    Body::Http { method: method.into(), path: path.into(), content, retries: 0 }
}

/// [`post`], to be tried again up to twice.
fn insistent() -> Body {
    let Body::Http { method, path, content, .. } = post() else { unreachable!() };
    Body::Http { method, path, content, retries: 2 }
}

fn post() -> Body {
    let json = "{\"text\":\"Thank you, Paris! Now off to LA\"}";
    body("POST", "/2/tweets", HttpContent::Json(json.into()))
}

fn plan(base: &str, token: Option<&str>, bodies: Vec<Body>) -> Result<HttpPlan, Vec<OutputFault>> {
    let kind = kind(base);
    let OutputKind::Http { base, headers, timeout, ca } = &kind else { unreachable!() };
    let settings = HttpSettings { base, headers, timeout: *timeout, ca: ca.as_deref() };
    let actions = bodies.into_iter().map(|body| (0, body)).collect();
    let show = show(vec![output("x", kind.clone(), vec![])], actions);
    HttpPlan::new(
        &show,
        OutputIx(0),
        &settings,
        &surroundings(&|name| token.filter(|_| name == "X_TOKEN").map(str::to_owned)),
    )
}

fn open(base: &str, bodies: Vec<Body>) -> (Queued<HttpCall>, Receiver<Report>) {
    let (context, reports) = context("x");
    let plan = plan(base, Some(TOKEN), bodies).unwrap_or_else(|faults| panic!("{faults:?}"));
    (plan.open(context).unwrap(), reports)
}

fn failure(reports: &Receiver<Report>) -> String {
    match reports.recv_timeout(SOON).unwrap().outcome {
        Outcome::Failed(why) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn posts_exactly_what_the_show_says() {
    let (base, heard) = serve(vec!["HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"]);
    let (mut x, reports) = open(&base, vec![post()]);
    assert_eq!(x.send(job(0), now()), None);
    let heard = heard.recv_timeout(SOON).unwrap();
    assert_eq!(heard.head[0], "POST /2/tweets HTTP/1.1");
    assert_eq!(heard.header("host"), base.strip_prefix("http://"));
    assert_eq!(heard.header("authorization"), Some(TOKEN));
    assert_eq!(heard.header("x-show"), Some("Paris"));
    assert_eq!(heard.header("content-type"), Some("application/json"));
    assert_eq!(heard.header("user-agent"), Some(concat!("handover/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(heard.body, "{\"text\":\"Thank you, Paris! Now off to LA\"}");
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    assert_eq!((x.health(now()).light, x.health(now()).sent), (Light::Ok, 1));
}

#[test]
fn sends_text_nothing_and_requests_without_a_body() {
    let (base, heard) = serve(vec!["HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"; 7]);
    let bodies = vec![
        body("PUT", "/a", HttpContent::Text("Später".into())),
        body("POST", "/b", HttpContent::Empty),
        body("GET", "/c?d=1", HttpContent::Empty),
        body("DELETE", "/d", HttpContent::Json("{}".into())),
        body("DELETE", "/d", HttpContent::Empty),
        body("PATCH", "/e", HttpContent::Json("[1]".into())),
        body("PROPFIND", "/f", HttpContent::Text("x".into())),
    ];
    let (mut x, reports) = open(&base, bodies);
    let mut exchange = |action| {
        x.send(Job { action, ..job(0) }, now());
        let heard = heard.recv_timeout(SOON).unwrap();
        assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
        heard
    };
    let put = exchange(0);
    assert_eq!((put.head[0].as_str(), put.body.as_str()), ("PUT /a HTTP/1.1", "Später"));
    assert_eq!(put.header("content-type"), Some("text/plain; charset=utf-8"));
    let empty = exchange(1);
    assert_eq!(
        (empty.head[0].as_str(), empty.header("content-length")),
        ("POST /b HTTP/1.1", Some("0"))
    );
    let get = exchange(2);
    assert_eq!((get.head[0].as_str(), get.header("content-length")), ("GET /c?d=1 HTTP/1.1", None));
    let delete = exchange(3);
    assert_eq!((delete.head[0].as_str(), delete.body.as_str()), ("DELETE /d HTTP/1.1", "{}"));
    assert_eq!(exchange(4).header("content-length"), None);
    let patch = exchange(5);
    assert_eq!((patch.head[0].as_str(), patch.body.as_str()), ("PATCH /e HTTP/1.1", "[1]"));
    assert_eq!(patch.header("content-type"), Some("application/json"));
    let other = exchange(6);
    assert_eq!((other.head[0].as_str(), other.body.as_str()), ("PROPFIND /f HTTP/1.1", "x"));
}

#[test]
fn says_in_the_servers_words_why_it_failed_but_never_a_secret() {
    let (base, heard) = serve(vec![
        "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 36\r\nConnection: close\r\n\r\nslow down\r\n\x1b[2J, Bearer s3cr3t-t0k3n",
        "HTTP/1.1 500 Oops\r\nContent-Length: 900\r\nConnection: close\r\n\r\ns3cr3t-t0k3n breaks off",
        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "nonsense\r\n\r\n",
    ]);
    let (mut x, reports) = open(&base, vec![post()]);
    let mut fail = || {
        x.send(job(0), now());
        heard.recv_timeout(SOON).unwrap();
        let why = failure(&reports);
        let health = x.health(now());
        assert_eq!((health.light, health.error.as_ref()), (Light::Down, Some(&why)));
        assert!(!why.contains("s3cr3t"), "{why}");
        why
    };
    assert_eq!(fail(), "HTTP 429 Too Many Requests: slow down   [2J, env:X_TOKEN");
    assert_eq!(fail(), "HTTP 500 Internal Server Error: env:X_TOKEN breaks off");
    assert_eq!(fail(), "HTTP 302 Found, it points to http://elsewhere/");
    assert!(fail().starts_with("127.0.0.1: "));
}

#[test]
fn a_refusal_of_one_request_leaves_the_light_on() {
    let answer = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let denied = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (base, _heard) = serve(vec![answer, denied]);
    let (mut x, reports) = open(&base, vec![post()]);
    x.send(job(0), now());
    assert_eq!(failure(&reports), "HTTP 404 Not Found");
    assert_eq!(
        (x.health(now()).light, x.health(now()).error, x.health(now()).failed),
        (Light::Ok, None, 1)
    );
    x.send(job(1), now());
    assert_eq!(failure(&reports), "HTTP 403 Forbidden");
    assert_eq!(x.health(now()).light, Light::Down, "the next request will be refused as well");
}

#[test]
fn the_status_decides_and_a_late_or_short_answer_holds_up_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let answers = [
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "HTTP/1.1 404 No\r\nContent-Length: 9\r\n\r\nhalf",
        ];
        let mut held = vec![];
        for answer in answers {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            hear(&mut stream).unwrap();
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            held.push(stream);
        }
        held
    });
    let (mut x, reports) = open(&base, vec![post()]);
    x.send(job(0), now());
    assert_eq!(reports.recv_timeout(SOON / 2).unwrap().outcome, Outcome::Sent);
    x.send(job(1), now());
    let report = reports.recv_timeout(SOON / 2).unwrap();
    assert_eq!(report.outcome, Outcome::Failed("HTTP 404 Not Found: half".into()));
    drop(server.join().unwrap());
}

#[test]
fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(pause_asked("7", None), Some(Duration::from_secs(7)));
    assert_eq!(pause_asked("Sun, 06 Nov 1994 08:49:40 GMT", date), Some(Duration::from_secs(3)));
    assert_eq!(
        pause_asked("Sun, 06 Nov 1994 08:49:30 GMT", date),
        Some(Duration::ZERO),
        "it has passed"
    );
    assert_eq!(pause_asked("Sun, 06 Nov 1994 08:49:40 GMT", None), None, "by whose clock?");
    assert_eq!(pause_asked("soon", date), None);
}

#[test]
fn a_house_that_vouches_for_itself_is_trusted_where_the_show_says_so() {
    let Some(mut server) = self_signed() else { return };
    let base = format!("https://127.0.0.1:{}", server.port);
    let mut kind = kind(&base);
    let OutputKind::Http { ca, .. } = &mut kind else { unreachable!() };
    *ca = Some("cert.pem".into());
    let read = |folder: &std::path::Path, kind: &OutputKind| {
        let OutputKind::Http { base, headers, timeout, ca } = kind else { unreachable!() };
        let settings = HttpSettings { base, headers, timeout: *timeout, ca: ca.as_deref() };
        let show = show(
            vec![output("x", kind.clone(), vec![])],
            vec![(0, body("GET", "/", HttpContent::Empty))],
        );
        let env = |_: &str| Some(TOKEN.to_owned());
        HttpPlan::new(
            &show,
            OutputIx(0),
            &settings,
            &Surroundings { env: &env, folder, permits: permits(), clock: CLOCK },
        )
    };
    let (context, reports) = context("x");
    let mut x = read(server.dir.path(), &kind)
        .unwrap_or_else(|faults| panic!("{faults:?}"))
        .open(context)
        .unwrap();
    x.send(job(0), now());
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    server.child.kill().unwrap();

    let fault = |file: &str, kind: &mut OutputKind| {
        let OutputKind::Http { ca, .. } = kind else { unreachable!() };
        *ca = Some(file.into());
        read(server.dir.path(), kind).err().unwrap()[0].to_string()
    };
    assert_eq!(fault("none.pem", &mut kind), "ca = \"none.pem\": No such file or directory");
    assert_eq!(fault(".", &mut kind), "ca = \".\": it is not a file");
    std::fs::write(server.dir.path().join("empty.pem"), "nothing").unwrap();
    assert_eq!(
        fault("empty.pem", &mut kind),
        "ca = \"empty.pem\": it holds no certificate in PEM form"
    );
}

#[test]
fn cuts_long_answers() {
    let answer: &'static str =
        Box::leak(format!("HTTP/1.1 400 Bad Request\r\n\r\n{}", "é".repeat(50_000)).into());
    let (base, _heard) = serve(vec![answer]);
    let (mut x, reports) = open(&base, vec![post()]);
    x.send(job(0), now());
    assert_eq!(
        failure(&reports),
        format!("HTTP 400 Bad Request: {}", "é".repeat(ANSWER_CHARS_MAX))
    );
}

#[test]
fn nobody_there_is_said_at_once() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (mut x, reports) = open(&format!("http://{gone}"), vec![post()]);
    x.send(job(0), now());
    assert_eq!(failure(&reports), "cannot connect to 127.0.0.1: Connection refused");
}

#[test]
fn a_server_without_tls_gets_no_request_over_https() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        listener.accept().unwrap().0.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap()
    });
    let (mut x, reports) = open(&base, vec![post()]);
    x.send(job(0), now());
    let why = failure(&reports);
    assert!(why.starts_with("no TLS with 127.0.0.1: "), "{why}");
    assert!(reports.recv_timeout(Duration::ZERO).is_err());
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let Some(mut server) = self_signed() else { return };
    let (mut x, reports) = open(&format!("https://127.0.0.1:{}", server.port), vec![insistent()]);
    x.send(job(0), now());
    let why = failure(&reports);
    server.child.kill().unwrap();
    let said =
        String::from_utf8_lossy(&server.child.wait_with_output().unwrap().stdout).into_owned();
    assert!(
        why.starts_with("127.0.0.1 cannot be trusted, nothing was sent: invalid peer certificate"),
        "{why}\n{said}"
    );
    assert!(!said.contains("tweets") && !said.contains("s3cr3t"), "{said}");
}

struct SelfSigned {
    child: std::process::Child,
    port: u16,
    dir: tempfile::TempDir,
}

/// OpenSSL's own server with a certificate that it has signed itself.
fn self_signed() -> Option<SelfSigned> {
    use std::process::{Command, Stdio};
    let dir = tempfile::tempdir().unwrap();
    let quiet = |command: &mut Command| {
        command
            .current_dir(&dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    };
    let make = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
                -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
                -keyout key.pem -out cert.pem";
    if !quiet(Command::new("openssl").args(make.split_whitespace()))
        .is_ok_and(|status| status.success())
    {
        assert!(std::env::var_os("HANDOVER_REQUIRE_SERVICES").is_none(), "openssl is needed");
        eprintln!("skipped: openssl not found");
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let serve = format!("s_server -accept 127.0.0.1:{port} -key key.pem -cert cert.pem -www");
    let mut command = Command::new("openssl");
    command.args(serve.split_whitespace()).current_dir(&dir).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    awaited(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
    Some(SelfSigned { child, port, dir })
}

#[test]
fn what_may_pass_is_tried_again_where_it_is_asked_for() {
    let (base, heard) = serve(vec![
        "HTTP/1.1 503 Oops\r\nContent-Length: 12\r\nConnection: close\r\n\r\ns3cr3t-t0k3n",
        "HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    ]);
    let (mut x, reports) = open(&base, vec![insistent()]);
    let began = now();
    x.send(job(0), now());
    heard.recv_timeout(SOON).unwrap();
    awaited(|| x.health(now()).error.is_some());
    let (light, said) =
        (x.health(now()).light, "trying again (2 of 3): HTTP 503 Service Unavailable: env:X_TOKEN");
    assert_eq!((light, x.health(now()).error.as_deref()), (Light::Down, Some(said)));
    for _ in 0..2 {
        let again = heard.recv_timeout(SOON).unwrap();
        assert_eq!(
            (again.head[0].as_str(), again.header("authorization")),
            ("POST /2/tweets HTTP/1.1", Some(TOKEN))
        );
    }
    assert_eq!(reports.recv_timeout(SOON).unwrap().outcome, Outcome::Sent);
    // Half a second by itself, and a whole one because the server asks for it.
    assert!(now().since(began) >= Duration::from_millis(1500));
    assert!(reports.recv_timeout(Duration::ZERO).is_err(), "one report, at the end");
    assert_eq!((x.health(now()).light, x.health(now()).sent), (Light::Ok, 1));
}

#[test]
fn what_cannot_pass_and_what_nobody_asks_for_is_tried_once() {
    let refused = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let down = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (base, heard) = serve(vec![refused, down, "nonsense\r\n\r\n", down]);
    let (mut x, reports) = open(&base, vec![insistent(), post()]);
    let mut fail = |action| {
        x.send(Job { action, ..job(0) }, now());
        heard.recv_timeout(SOON).unwrap();
        failure(&reports)
    };
    assert_eq!(fail(0), "HTTP 404 Not Found");
    assert_eq!(fail(1), "HTTP 500 Internal Server Error");
    assert!(!fail(0).contains("tried"));
    assert_eq!(fail(1), "HTTP 500 Internal Server Error");
}

#[test]
fn retries_are_counted_and_panic_ends_them_at_once() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (mut x, reports) = open(&format!("http://{gone}"), vec![insistent()]);
    x.send(job(0), now());
    let refused = "cannot connect to 127.0.0.1: Connection refused";
    assert_eq!(failure(&reports), format!("{refused} (tried 3 times)"));

    x.send(job(1), now());
    awaited(|| {
        x.health(now()).error.is_some_and(|error| error.starts_with("trying again (3 of 3)"))
    });
    assert_eq!(x.panic(now()), []);
    assert_eq!(failure(&reports), format!("{refused} (tried 2 times of 3, then stopped)"));
    x.send(job(2), now());
    awaited(|| {
        x.health(now()).error.is_some_and(|error| error.starts_with("trying again (2 of 3)"))
    });
    x.finish();
    assert_eq!(failure(&reports), format!("{refused} (tried 1 time of 3, then stopped)"));
}

#[test]
fn pauses_grow_to_a_bound() {
    let plan =
        plan("http://127.0.0.1", Some(TOKEN), vec![]).unwrap_or_else(|faults| panic!("{faults:?}"));
    let mut http = Http {
        agent: Agent::new_with_defaults(),
        secrets: plan.secrets,
        host: plan.host,
        timeout: plan.timeout,
        passes_after: None,
    };
    let body = Body::Http {
        method: "GET".into(),
        path: "/".into(),
        content: HttpContent::Empty,
        retries: 10,
    };
    let call = call("http://127.0.0.1", &HeaderMap::new(), &body).unwrap();
    assert_eq!(http.again(&call, 1), None);
    http.passes_after = Some(Duration::ZERO);
    let pauses: Vec<_> = (1..12).map_while(|tried| http.again(&call, tried)).collect();
    let millis: Vec<_> = pauses.iter().map(|again| again.pause.as_millis()).collect();
    assert_eq!(millis, [500, 1000, 2000, 4000, 5000, 5000, 5000, 5000, 5000, 5000]);
    http.passes_after = Some(RETRY_AFTER_MAX);
    assert_eq!(http.again(&call, 1), Some(Again { pause: RETRY_AFTER_MAX, tries: 11 }));
}

#[test]
fn secrets_are_read_at_opening_and_shown_nowhere() {
    let base = "https://api.x.com";
    let said = kind(base).describe(&post());
    assert!(said.contains("[Authorization: env:X_TOKEN, X-Show: Paris]"), "{said}");

    let missing = plan(base, None, vec![post()]).err().unwrap();
    let said = "header Authorization needs the environment variable X_TOKEN, which is not set; set it and start again";
    assert_eq!(missing.iter().map(OutputFault::to_string).collect::<Vec<_>>(), [said]);

    let bad = plan(base, Some("s3cr3t\n"), vec![post()]).err().unwrap();
    assert!(!format!("{bad:?} {}", bad[0]).contains("s3cr3t"), "{bad:?}");

    let call = call(
        base,
        &read_headers(&[("A".into(), "env:B".into())], &surroundings(&|_| Some(TOKEN.into())))
            .unwrap()
            .0,
        &post(),
    );
    assert!(!format!("{:?}", call.unwrap().request).contains("s3cr3t"));
}

#[test]
fn refuses_at_opening_what_no_request_can_be() {
    let bodies = vec![
        body("GET", "/a", HttpContent::Text("b".into())),
        body("PO ST", "/a", HttpContent::Empty),
        body("GET", "/a b", HttpContent::Empty),
    ];
    let faults = plan("http://127.0.0.1", Some(TOKEN), bodies).err().unwrap();
    let said: Vec<_> = faults.iter().map(OutputFault::to_string).collect();
    assert_eq!(
        said[0],
        "cue 12: a GET request cannot carry anything: write POST, PUT, PATCH or DELETE"
    );
    assert_eq!(said[1], "cue 12: \"PO ST\" is no HTTP method");
    assert!(said[2].starts_with("cue 12: http://127.0.0.1/a b is no URL"), "{said:?}");
}
