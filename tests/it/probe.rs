//! `handover probe` against real sockets: what it prints, how it exits, and that it fires nothing.

use std::net::{TcpListener, UdpSocket};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{House, Web};

/// Probes, and gives the status, what was printed, and what was said of failure.
fn probe(show: &str, env: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command
        .args(["probe", show])
        .stdin(Stdio::null())
        .env_remove("HANDOVER_WEB_TOKEN")
        .env_remove("HANDOVER_X_AUTHORIZATION")
        .envs(env.iter().copied());
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A show with these outputs, each of which is sent something by a cue and on panic.
fn show(outputs: &[(&str, String)]) -> String {
    let outputs: String =
        outputs.iter().map(|(id, kind)| format!("[output.{id}]\n{kind}\n")).collect();
    format!("title = \"T\"\n{outputs}[[segment]]\ntitle = \"S\"\nduration = \"60s\"\n")
}

/// The words of the output's line.
fn line<'a>(printed: &'a str, id: &str) -> &'a str {
    let found = printed.lines().find(|line| line.split_whitespace().nth(1) == Some(id));
    found.unwrap_or_else(|| panic!("no line of {id} in\n{printed}"))
}

#[test]
fn probe_tells_who_answers() {
    let house = House::new();
    let desk = UdpSocket::bind("127.0.0.1:0").expect("a desk");
    let sound = TcpListener::bind("127.0.0.1:0").expect("another");
    let web = Web::answering(&["404 Not Found"]);
    let file = house.show(&show(&[
        (
            "lights",
            format!(
                "osc = \"udp://{}\"\npanic = [{{ osc = \"/stop\" }}]",
                desk.local_addr().expect("an address")
            ),
        ),
        ("sound", format!("osc = \"tcp://{}\"", sound.local_addr().expect("an address"))),
        (
            "web",
            format!(
                "http = \"http://{}\"\nheaders = {{ Authorization = \"env:HANDOVER_WEB_TOKEN\" }}",
                web.addr
            ),
        ),
    ]));
    let (status, printed, said) =
        probe(&file, &[("HANDOVER_WEB_TOKEN", "Bearer s3cr3t-t0k3n"), ("NO_COLOR", "1")]);
    assert_eq!((status, said.as_str()), (Some(0), ""), "{printed}");
    assert_eq!(printed.lines().count(), 3, "{printed}");
    assert!(line(&printed, "lights").contains("nobody refuses"), "{printed}");
    assert!(line(&printed, "sound").contains("takes a connection"), "{printed}");
    assert!(line(&printed, "web").contains("answers 404 Not Found"), "{printed}");
    assert!(!printed.contains("s3cr3t") && !printed.contains('\u{1b}'), "{printed:?}");
    let times = printed.lines().map(|line| line.ends_with(" ms") || line.ends_with(" s"));
    assert!(times.clone().all(|time| time), "{printed}");
    assert_eq!(web.first_lines(), ["HEAD / HTTP/1.1"]);
    desk.set_nonblocking(true).expect("a socket");
    let mut bytes = [0; 64];
    let len = desk.recv(&mut bytes).expect("an empty bundle");
    assert_eq!(&bytes[..len], b"#bundle\0\0\0\0\0\0\0\0\x01");
    assert!(desk.recv(&mut bytes).is_err(), "more than one packet came");

    let (status, printed, said) = probe(&file, &[]);
    assert_eq!(status, Some(1), "{printed}");
    assert!(
        line(&printed, "web").contains("HANDOVER_WEB_TOKEN") && said.contains("1 of 3 outputs"),
        "{printed}{said}"
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]
fn probe_names_the_dead_and_waits_for_none_of_them_long() {
    let house = House::new();
    // An address of this machine at which no other test can be given a port.
    let closed = "127.91.7.3:9";
    let silent = TcpListener::bind("127.0.0.1:0").expect("a server");
    let file = house.show(&show(&[
        ("closed", format!("osc = \"udp://{closed}\"")),
        // Addresses that are nobody's (RFC 5737): what is sent there is lost, or there is no way to
        // it.
        ("lost", "osc = \"tcp://192.0.2.1:9\"".into()),
        ("unnamed", "osc = \"udp://no-such-desk.invalid:9\"".into()),
        ("silent", format!("http = \"http://{}\"", silent.local_addr().expect("an address"))),
        ("keys", "midi = \"No such port\"".into()),
    ]));
    let begun = Instant::now();
    let (status, printed, said) = probe(&file, &[]);
    let took = begun.elapsed();
    assert_eq!(status, Some(1), "{printed}");
    // Three seconds for all together, and as much as that four times for a machine with other work.
    assert!(took < Duration::from_secs(15), "{took:?}\n{printed}");
    assert!(said.contains("5 of 5 outputs"), "{said}");
    assert!(line(&printed, "closed").contains("nobody listens"), "{printed}");
    assert!(line(&printed, "silent").contains("no answer in time"), "{printed}");
    assert!(printed.lines().all(|line| line.starts_with('✗')), "{printed}");
}

#[test]
fn probe_refuses_a_faulty_show_and_knows_the_built_in_ones() {
    let house = House::new();
    let file = house.show(&format!("{}colour = \"red\"\n", show(&[])));
    let (status, printed, said) = probe(&file, &[]);
    assert_eq!((status, printed.as_str()), (Some(1), ""));
    assert!(said.contains("colour") && said.contains(&format!("{file}:5:1")), "{said}");
    assert!(probe("/nowhere/show.toml", &[]).2.contains("handover new"));
    let (status, printed, _) = probe(&house.show(&show(&[])), &[]);
    assert_eq!(status, Some(0), "{printed}");
    assert!(printed.contains("no outputs"), "{printed}");
    // Its secret is not there, so that nothing is asked of the network.
    let (status, printed, _) = probe("paris-2024", &[]);
    assert_eq!(status, Some(1), "{printed}");
    assert!(
        line(&printed, "x").contains("HANDOVER_X_AUTHORIZATION") && printed.contains(" lights "),
        "{printed}"
    );
}
