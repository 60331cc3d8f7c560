//! What show files mean, and that no text is too bad to be told so.

mod doubtful;
mod faulty;
mod reference;

use std::time::Duration;

use jiff::civil::{date, time};
use proptest::prelude::*;

use self::faulty::show_with;
use super::machine::{Machine, TriedClip};
use super::{Checked, check, parse, pieces};
use crate::show::action::{
    Framing, HttpContent, MidiMessage, MpvCommand, MscCommand, MscCue, OscArg, OscContent,
};
use crate::show::builtin;
use crate::show::duration::SECOND_NS;
use crate::show::problem::{Problem, Severity, report};
use crate::show::{
    Body, Colour, CountDirection, CueIx, CueNumber, DepartmentIx, FrameRate, Layer, Look, OutputIx,
    OutputKind, PersonIx, SegmentIx, Show, Source, Thresholds, Trigger,
};

/// Every key that the reference names, and one cue for every form of a trigger.
const EVERYTHING: &str = r##"
title    = "A small show"
date     = 2024-08-11
timezone = "Europe/Paris"
clocks   = ["America/Los_Angeles"]

[department.stunts]
name   = "Stunts"
colour = "red"

[department.camera]

[output.lights]
osc   = "udp://127.0.0.1:8000"
panic = [{ osc = "/eos/stop" }, { osc = "/eos/key/blackout", args = [1.0] }]

[output.desk]
osc     = "tcp://[::1]:3032"
framing = "length"

[output.web]
http    = "https://example.org/api/"
headers = { Authorization = "env:TOKEN", X-Show = "small" }
timeout = "5s"
ca      = "house-ca.pem"

[output.synth]
midi = "USB MIDI"

[output.vt]
mpv   = true
station = "stage-left"
flags = ["--fs", "--screen=1"]
panic = [{ stop = true }]

[web]
listen = "[::1]:8080"

[remote]
listen   = "0.0.0.0:53000"
passcode = "env:HANDOVER_PASSCODE"

[place.stade-de-france]
name = "Stade de France"
at   = [48.9245, 2.3602]

[person.cruise]
name  = "Tom Cruise"
role  = "performer"
notes = "Left of the roof"

[[segment]]
title    = "The jump"
start    = 21:05:00
duration = "1m30s"
notes    = """
Two lines
of notes"""

[[segment.cue]]
number     = "12.5"
title      = "Off the roof"
call       = "Stunts: GO"
notes      = "Wind limit 8 m/s"
source     = "live"
needs      = ["stunts", "camera"]
embargo    = true
duration   = "45s"
planned    = "40s"
trigger    = "go"
steps      = [{ title = "Blue ring", colour = "#0081C8" }, { title = "Black ring" }]
route      = { points = ["stade-de-france", [48.88, 2.35, 120.0], [49, 2]] }
look       = "rings"
do = [
  { output = "lights", osc = "/eos/cue/1/12/fire", args = [1, 0.5, "text", true] },
  { output = "web", json = { b = [1, -2.5, "x\n"], a = { at = 21:05:00, ok = true } } },
  { output = "web", method = "PUT", path = "/x?y=1", body = "hello", retry = 2 },
  { output = "web" },
  { output = "synth", note_on = { channel = 16, note = 60 } },
  { output = "synth", msc = { command = "timed-go", format = "lighting", cue = "12.5", list = "1", time = "5s" } },
  { output = "vt", play = "film.mp4", from = "10s", to = "1:00", volume = 80, loop = true, optional = true },
]

[[segment.cue]]
number     = "12.5B"
title      = "Off the lower roof"
backup_for = "12.5"

[[segment.cue]]
number  = "13"
title   = "With it"
trigger = { with = "12.5", delay = "1.5s" }

[[segment]]
title    = "The ride"
duration = "0:10:00"

[[segment.cue]]
number  = "14"
title   = "After it"
trigger = { after = "13" }

[[segment.cue]]
number  = "15"
title   = "By the clock"
trigger = { at = 21:07:00 }

[[segment.cue]]
number  = "16"
title   = "Into it"
trigger = { into = "30s" }
"##;

fn good(text: &str) -> Show {
    parse(text, "UTC")
        .unwrap_or_else(|problems| panic!("{}", report(&problems, "show.toml", text, false)))
}

#[test]
fn acts_and_columns_of_the_authors_own_are_kept() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nact = \"Act one\"\nduration = \"1m\"\n\
                [[segment.cue]]\nnumber = \"1\"\ntitle = \"a\"\nnotes = \"First\"\n\
                [segment.cue.extra]\n\"Props list\" = \"Flag\"\nCostume = \"Red\\nBlue\"\n\
                [[segment.cue]]\nnumber = \"2\"\ntitle = \"b\"\nextra = { A = \"b\" }\n";
    let show = good(text);
    assert_eq!(show.segments[SegmentIx(0)].act.as_deref(), Some("Act one"));
    let remarks: Vec<_> = show.cues.iter().map(|cue| cue.remarks().unwrap()).collect();
    assert_eq!(remarks, ["First\nProps list: Flag\nCostume: Red\nBlue", "A: b"]);
    let told = faults(&text.replace("A = \"b\"", "A = 1, \" \" = \"b\""));
    let told: Vec<_> = told.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(told, ["`A` is a whole number, not text", "a column of `extra` has no name"]);
}

fn faults(text: &str) -> Vec<Problem> {
    match parse(text, "UTC") {
        Ok(_) => panic!("no faults in {text}"),
        Err(problems) => problems,
    }
}

#[test]
fn this_machine_alone_may_call_without_a_passcode() {
    for listen in ["127.0.0.1:53000", "127.9.9.9:1", "[::1]:53000"] {
        let show = good(&show_with(&format!("[remote]\nlisten = \"{listen}\""), "", ""));
        let remote = show
            .remote
            .as_ref()
            .map(|remote| (remote.listen.to_string(), remote.passcode_variable.clone()));
        assert_eq!(remote, Some((listen.to_owned(), None)));
    }
    let named = good(&show_with("[remote]\nlisten = \"localhost:5005\"", "", "")).remote.clone();
    assert_eq!(named.map(|remote| remote.listen.to_string()), Some("127.0.0.1:5005".to_owned()));
    assert_eq!(good(&show_with("", "", "")).remote, None);
}

#[test]
fn every_key_is_read() {
    let show = good(EVERYTHING);
    let web =
        show.web.as_ref().map(|web| (web.listen.to_string(), web.passcode_variable.as_deref()));
    assert_eq!(web, Some(("[::1]:8080".to_owned(), None)));
    let remote = show
        .remote
        .as_ref()
        .map(|remote| (remote.listen.to_string(), remote.passcode_variable.as_deref()));
    assert_eq!(remote, Some(("0.0.0.0:53000".to_owned(), Some("HANDOVER_PASSCODE"))));
    assert_eq!(
        (show.title.as_str(), show.date, show.zone_name.as_str()),
        ("A small show", Some(date(2024, 8, 11)), "Europe/Paris")
    );
    assert_eq!(show.clocks[0].label, "Los Angeles");
    let ids: Vec<_> =
        show.departments.iter().map(|d| (d.id.as_str(), d.name.as_str(), d.colour)).collect();
    assert_eq!(ids, [("stunts", "Stunts", Some(Colour::Ansi(1))), ("camera", "camera", None)]);
    let ids: Vec<_> = show
        .outputs
        .iter()
        .map(|o| (o.id.as_str(), o.kind.protocol().spec().word, o.panic.len()))
        .collect();
    assert_eq!(
        ids,
        [
            ("lights", "osc", 2),
            ("desk", "osc", 0),
            ("web", "http", 0),
            ("synth", "midi", 0),
            ("vt", "mpv", 1)
        ]
    );
    assert_eq!(
        show.outputs[OutputIx(1)].kind,
        OutputKind::OscTcp { host: "::1".into(), port: 3032, framing: Framing::Length }
    );
    assert_eq!(
        show.outputs[OutputIx(4)].kind,
        OutputKind::Mpv { flags: vec!["--fs".into(), "--screen=1".into()] }
    );
    let headers =
        vec![("Authorization".into(), "env:TOKEN".into()), ("X-Show".into(), "small".into())];
    let base = "https://example.org/api".into();
    assert_eq!(
        show.outputs[OutputIx(2)].kind,
        OutputKind::Http {
            base,
            headers,
            timeout: Duration::from_secs(5),
            ca: Some("house-ca.pem".into())
        }
    );
    assert_eq!(
        (show.places[0].name.as_str(), show.places[0].latitude),
        ("Stade de France", 48.9245)
    );
    assert_eq!(show.people[PersonIx(0)].role.as_deref(), Some("performer"));

    let [jump, ride] = show.segments.as_slice() else { panic!("{:?}", show.segments) };
    assert_eq!(
        (jump.title.as_str(), jump.start, jump.duration),
        ("The jump", Some(time(21, 5, 0, 0)), Duration::from_secs(90))
    );
    assert_eq!(
        (jump.notes.as_deref(), &jump.cues, &ride.cues),
        (Some("Two lines\nof notes"), &(0..3), &(3..6))
    );
}

#[test]
fn every_key_of_a_cue_is_read() {
    let show = good(EVERYTHING);
    let cue = show.cue(CueIx(0));
    assert_eq!((cue.number.as_str(), cue.title.as_str()), ("12.5", "Off the roof"));
    assert_eq!(
        (cue.call.as_deref(), cue.notes.as_deref()),
        (Some("Stunts: GO"), Some("Wind limit 8 m/s"))
    );
    assert_eq!((cue.source, cue.embargo, cue.look), (Some(Source::Live), true, Some(Look::Rings)));
    assert_eq!(cue.needs, [DepartmentIx(0), DepartmentIx(1)]);
    assert_eq!(
        (cue.duration, cue.planned),
        (Some(Duration::from_secs(45)), Some(Duration::from_secs(40)))
    );
    assert_eq!(cue.steps[0].colour, Some(Colour::Rgb(0, 0x81, 0xC8)));
    let route: Vec<_> = cue
        .route
        .iter()
        .map(|p| (p.name.as_deref(), p.latitude, p.longitude, p.height_m))
        .collect();
    let expected = [
        (Some("Stade de France"), 48.9245, 2.3602, None),
        (None, 48.88, 2.35, Some(120.0)),
        (None, 49.0, 2.0, None),
    ];
    assert_eq!(route, expected);

    let with = Trigger::With { cue: CueIx(0), delay: Duration::from_millis(1_500) };
    let after = Trigger::After { cue: CueIx(2), delay: Duration::ZERO };
    let (at, into) = (
        Trigger::At { time: time(21, 7, 0, 0) },
        Trigger::Into { offset: Duration::from_secs(30) },
    );
    let triggers: Vec<_> = show.cues.iter().map(|cue| cue.trigger).collect();
    assert_eq!(triggers, [Trigger::Go, Trigger::Go, with, after, at, into]);
    assert_eq!(
        (show.with(CueIx(0)), show.backups(CueIx(0))),
        ([CueIx(2)].as_slice(), [CueIx(1)].as_slice())
    );
    assert_eq!(
        (show.cue(CueIx(4)).segment, show.find(&CueNumber::new("16").unwrap())),
        (SegmentIx(1), Some(CueIx(5)))
    );
}

#[test]
fn every_kind_of_action_is_read() {
    let show = good(EVERYTHING);
    let actions = &show.cue(CueIx(0)).actions;
    assert_eq!(
        actions.iter().map(|a| a.output).collect::<Vec<_>>(),
        [0, 2, 2, 2, 3, 3, 4].map(OutputIx)
    );
    let http = |method: &str, path: &str, content, retries| Body::Http {
        method: method.into(),
        path: path.into(),
        content,
        retries,
    };
    let json = r#"{"b":[1,-2.5,"x\n"],"a":{"at":"21:05:00","ok":true}}"#;
    let expected = [
        Body::Osc {
            address: "/eos/cue/1/12/fire".into(),
            content: OscContent::Args(vec![
                OscArg::Int(1),
                OscArg::Float(0.5),
                OscArg::Text("text".into()),
                OscArg::Bool(true),
            ]),
        },
        http("POST", "", HttpContent::Json(json.into()), 0),
        http("PUT", "/x?y=1", HttpContent::Text("hello".into()), 2),
        http("GET", "", HttpContent::Empty, 0),
        Body::Midi(MidiMessage::NoteOn { channel: 16, note: 60, velocity: 100 }),
        Body::Midi(MidiMessage::ShowControl {
            command: MscCommand::TimedGo {
                cue: MscCue { number: "12.5".into(), list: "1".into(), path: String::new() },
                time: Duration::from_secs(5),
            },
            device: 127,
            format: 1,
        }),
        Body::Mpv {
            layer: Layer::MAIN,
            command: MpvCommand::Play {
                clip: "film.mp4".into(),
                from_ns: 10 * SECOND_NS,
                to_ns: Some(60 * SECOND_NS),
                volume: Some(80),
                fade_in: Duration::ZERO,
                looped: true,
                optional: true,
            },
        },
    ];
    assert_eq!(actions.iter().map(|action| action.body.clone()).collect::<Vec<_>>(), expected);
}

#[test]
fn text_and_bytes_are_read_as_they_leave() {
    let show = good(
        r#"title = "T"
[output.caspar]
tcp = "10.0.0.9:5250"
panic = [{ text = "CLEAR 1\r\n" }]
[output.camera]
udp = "[fe80::1]:52381"
[[segment]]
title = "S"
duration = "1m"
cue = [{ number = "1", title = "C", do = [
  { output = "caspar", text = "PLAY 1-10 \"AMB\"\r\n" },
  { output = "camera", hex = "02 41fF\n03" },
] }]
"#,
    );
    let kinds: Vec<_> = show.outputs.iter().map(|output| output.kind.clone()).collect();
    assert_eq!(
        kinds,
        [
            OutputKind::RawTcp { host: "10.0.0.9".into(), port: 5250 },
            OutputKind::RawUdp { host: "fe80::1".into(), port: 52381 },
        ]
    );
    let bodies: Vec<_> = show.cue(CueIx(0)).actions.iter().map(|action| &action.body).collect();
    let bytes = bodies.iter().map(|body| match body {
        Body::Raw(message) => message.bytes().to_vec(),
        other => panic!("{other:?}"),
    });
    let expected = [b"PLAY 1-10 \"AMB\"\r\n".to_vec(), vec![2, 0x41, 0xFF, 3]];
    assert!(bytes.eq(expected));
    let said: Vec<_> = bodies.iter().map(|body| body.describe()).collect();
    assert_eq!(said, [r#""PLAY 1-10 \"AMB\"\r\n""#, "02 41 FF 03"]);
    let addresses: Vec<_> = kinds.iter().map(OutputKind::address).collect();
    assert_eq!(addresses, ["tcp 10.0.0.9:5250", "udp [fe80::1]:52381"]);
}

#[test]
fn a_list_of_addresses_is_a_main_machine_and_its_backups() {
    let show = good(
        r#"title = "T"
[output]
alone = { udp = ["10.0.0.31:52381"] }
caspar = { tcp = ["10.0.0.9:5250", "10.0.0.10:5250", "10.0.0.11:5250", "10.0.0.12:5250"] }
desk = { osc = ["tcp://10.0.0.2:3032", "tcp://10.0.0.3:3032"], framing = "length" }
hook = { http = ["http://a.example", "http://b.example/x"], headers = { K = "v" } }
[[segment]]
title = "S"
duration = "1m"
"#,
    );
    let sides = |output: &crate::show::Output| -> Vec<String> {
        output.sides().map(OutputKind::address).collect()
    };
    let addresses: Vec<_> = show.outputs.iter().map(sides).collect();
    assert_eq!(
        addresses,
        [
            vec!["udp 10.0.0.31:52381"],
            vec![
                "tcp 10.0.0.9:5250",
                "tcp 10.0.0.10:5250",
                "tcp 10.0.0.11:5250",
                "tcp 10.0.0.12:5250"
            ],
            vec!["tcp://10.0.0.2:3032, framed by length", "tcp://10.0.0.3:3032, framed by length"],
            vec!["http://a.example", "http://b.example/x"],
        ]
    );
    let has_headers =
        |kind: &OutputKind| matches!(kind, OutputKind::Http { headers, .. } if headers.len() == 1);
    assert!(show.outputs[OutputIx(3)].sides().all(has_headers), "each has the headers");
    assert_eq!(show.outputs[OutputIx(3)].address(), "http://a.example and http://b.example/x");
}

#[test]
fn a_prefix_stands_before_the_address_of_each_message() {
    let show = good(
        r#"title = "T"
[output.a]
osc = "tcp://10.0.0.2:3032"
framing = "length"
prefix = "/ch/01"
keepalive = { osc = "/xremote", args = [1], every = "9s" }
panic = [{ osc = "/mix/on", args = [0] }]
[output.b]
osc = "udp://10.0.0.2:3032"
[[segment]]
title = "S"
duration = "1m"
cue = [{ number = "1", title = "C", do = [
  { output = "a", osc = "/mix/fader", args = [0.5] },
  { output = "b", osc = "/mix/fader", args = [0.5] },
] }]
"#,
    );
    let output = &show.outputs[OutputIx(0)];
    assert_eq!(output.panic[0].describe(), "/ch/01/mix/on 0");
    let awake = output.keepalive.as_ref().map(|awake| (awake.body.describe(), awake.every));
    assert_eq!(awake, Some(("/xremote 1".to_owned(), Duration::from_secs(9))), "it is the desk's");
    let said: Vec<_> =
        show.cue(CueIx(0)).actions.iter().map(|action| action.body.describe()).collect();
    assert_eq!(said, ["/ch/01/mix/fader 0.5", "/mix/fader 0.5"]);
    let framed = |framing| OutputKind::OscTcp { host: "10.0.0.2".into(), port: 3032, framing };
    assert_eq!(output.kind, framed(Framing::Length));
}

#[test]
fn a_cue_is_public_as_it_says_or_its_segment_or_the_show() {
    let is_public = |show: &str, segment: &str, cue: &str| {
        let text = format!(
            "title = \"T\"\n{show}\n[[segment]]\ntitle = \"S\"\nduration = \"1m\"\n{segment}\n\
             [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n{cue}\n"
        );
        good(&text).cue(CueIx(0)).public
    };
    let (yes, no) = ("public = true", "public = false");
    for (show, segment, cue, expected) in [
        ("", "", "", true),
        (no, "", "", false),
        (no, yes, "", true),
        (no, yes, no, false),
        ("", no, "", false),
        (yes, no, yes, true),
    ] {
        assert_eq!(is_public(show, segment, cue), expected, "{show} {segment} {cue}");
    }
}

#[test]
fn thresholds_are_those_of_the_cue_or_its_segment_or_usual() {
    let text = |segment: &str, cue: &str| {
        format!(
            "title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n{segment}\n\
             [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n{cue}\n"
        )
    };
    let read = |segment: &str, cue: &str| {
        let show = good(&text(segment, cue));
        let seconds = |one: Thresholds| (one.warn.as_secs(), one.danger.as_secs());
        (seconds(show.segments[SegmentIx(0)].thresholds), seconds(show.cue(CueIx(0)).thresholds))
    };
    assert_eq!(read("", ""), ((30, 10), (30, 10)));
    assert_eq!(read("warn = \"5m\"\ndanger = \"1m\"", ""), ((300, 60), (300, 60)));
    assert_eq!(read("warn = \"5m\"", "warn = \"20s\"\ndanger = \"5s\""), ((300, 10), (20, 5)));
    let faulty = faults(&text("warn = \"5s\"", ""));
    assert_eq!(faulty[0].what, "`danger` (10s) would come before `warn` (5s)");
    assert_eq!(faults(&text("", "danger = \"31s\"")).len(), 1);
}

#[test]
fn a_figure_counts_down_unless_its_segment_or_cue_says_up() {
    let text = |segment: &str, cue: &str| {
        format!(
            "title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n{segment}\n\
             [[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\nduration = \"1m\"\n{cue}\n"
        )
    };
    let read = |segment: &str, cue: &str| {
        let show = good(&text(segment, cue));
        (show.segments[SegmentIx(0)].count, show.cue(CueIx(0)).count)
    };
    let (down, up) = (CountDirection::Down, CountDirection::Up);
    assert_eq!(read("", ""), (down, down));
    assert_eq!(read("count = \"down\"", "count = \"down\""), (down, down));
    // A clip in a talk that counts up still counts down.
    assert_eq!(read("count = \"up\"", ""), (up, down));
    assert_eq!(read("", "count = \"up\""), (down, up));
    for (segment, cue, line) in [("count = \"upp\"", "", 5), ("", "count = \"upp\"", 10)] {
        let faulty = faults(&text(segment, cue));
        assert_eq!(faulty.len(), 1);
        assert_eq!(faulty[0].what, "`count` cannot be `upp`");
        assert!(faulty[0].fix.contains("`up`"), "{}", faulty[0].fix);
        let told = report(&faulty, "x.toml", &text(segment, cue), false);
        assert!(told.contains(&format!("x.toml:{line}:9")), "{told}");
    }
}

/// A machine on which a.mp4 is missing and b.mp4 lasts ten seconds.
struct House;

impl Machine for House {
    fn clip(&self, clip: &str) -> TriedClip {
        let fault = (clip == "a.mp4").then(|| format!("{clip}: there is no such file"));
        TriedClip { fault, length_ns: (clip == "b.mp4").then_some(10 * SECOND_NS) }
    }
}

#[test]
fn clips_that_a_cue_needs_are_asked_for() {
    let play = |keys: &str| {
        show_with("", &format!("do = [{{ output = \"vt\", play = \"a.mp4\"{keys} }}]"), "")
    };
    let problems = check(&play(""), "UTC", &House).expect_err("an error");
    let problem =
        problems.iter().find(|problem| problem.severity == Severity::Error).expect("an error");
    assert_eq!(play("").get(problem.place.span().unwrap()), Some("\"a.mp4\""));
    assert_eq!(problem.what, "a.mp4: there is no such file");
    assert!(problem.fix.contains("optional = true"), "{}", problem.fix);
    assert!(check(&play(", optional = true"), "UTC", &House).is_ok());
    assert!(parse(&play(""), "UTC").is_ok());
}

#[test]
fn timecode_is_read_with_its_rate() {
    let outputs = |lines: &str| {
        let rundown = "[[segment]]\ntitle = \"S\"\nduration = \"60s\"\n";
        good(&format!("title = \"T\"\n[output.a]\n{lines}\n{rundown}")).outputs[OutputIx(0)]
            .timecode
    };
    let osc = "osc = \"udp://127.0.0.1:8000\"";
    assert_eq!(outputs(osc), None);
    assert_eq!(outputs(&format!("{osc}\ntimecode = \"osc\"")), Some(FrameRate::Fps25));
    for (rate, read) in [
        ("24", FrameRate::Fps24),
        ("25.0", FrameRate::Fps25),
        ("29.97", FrameRate::Fps2997Drop),
        ("30", FrameRate::Fps30),
    ] {
        assert_eq!(
            outputs(&format!("midi = \"Desk\"\ntimecode = \"mtc\"\nrate = {rate}")),
            Some(read)
        );
    }
}

#[test]
fn a_byte_order_mark_and_other_line_ends_change_nothing() {
    let windows = format!("\u{feff}{}", EVERYTHING.trim_start().replace('\n', "\r\n"));
    assert_eq!(good(&windows).cues.len(), 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        survives(&text);
        survives(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_toml_like_text_makes_it_panic(text in r#"([a-c.]|\[|\]|\{|\}|=|"|'|#|,|1|-|:|\\|\n| |segment|cue|output|title|number|é){0,60}"#) {
        survives(&text);
    }

    #[test]
    fn no_change_of_a_good_show_is_read_otherwise_in_pieces(
        from in 0..EVERYTHING.lines().count(), count in 0usize..8, to in 0..EVERYTHING.lines().count(),
    ) {
        let mut lines: Vec<&str> = EVERYTHING.lines().collect();
        let moved: Vec<&str> = lines.drain(from..(from + count).min(lines.len())).collect();
        let to = to.min(lines.len());
        lines.splice(to..to, moved);
        let text = lines.join("\n");
        if let Some(checked) = checked_in_pieces(&text) {
            prop_assert_eq!(checked, check(&text, "UTC", &House));
        }
    }

    #[test]
    fn no_change_of_a_good_show_makes_it_panic(
        at in 0..EVERYTHING.len(), len in 0usize..60, from in 0..EVERYTHING.len(), copied in 0usize..60, c in any::<char>(),
    ) {
        let cut = |at: usize| EVERYTHING.floor_char_boundary(at.min(EVERYTHING.len()));
        let piece = &EVERYTHING[cut(from)..cut(from + copied)];
        let (before, behind) = (&EVERYTHING[..cut(at)], &EVERYTHING[cut(at + len)..]);
        survives(&format!("{before}{piece}{behind}"));
        survives(&format!("{before}{c}{behind}"));
        survives(before);
    }
}

/// Reads a text piece by piece, a piece for each segment and cue, and checks it; nothing where only
/// the whole can be read.
fn checked_in_pieces(text: &str) -> Option<Result<Checked, Vec<Problem>>> {
    let (draft, faults) = pieces::read(text, &House, 1)?;
    Some(crate::show::check::check(draft, faults, "UTC", &House))
}

#[test]
fn read_piece_by_piece_a_show_is_the_same() {
    let builtins = ["paris-2024", "torch-relay-2004"].into_iter().filter_map(builtin::find);
    let texts = builtins.map(|builtin| builtin.text.to_owned()).chain([EVERYTHING.to_owned()]);
    for text in texts {
        let checked = checked_in_pieces(&text).expect("it can be read so");
        assert_eq!(checked, check(&text, "UTC", &House));
    }
    let segment = "title = \"T\"\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n";
    let cue = "[[segment.cue]]\nnumber = \"1\"\ntitle = \"A\"\n";
    for (what, text) in [
        ("a list and a header", format!("{segment}cue = []\n{cue}")),
        ("a cue before all segments", format!("title = \"T\"\n{cue}")),
        ("a table that is an array", format!("{segment}{cue}[segment]\n")),
        ("the same in quotes", format!("{segment}{cue}[\"segm\\u0065nt\"]\n")),
        ("a table behind the cues", format!("{segment}{cue}[output.a]\nmpv = true\n")),
        ("segments in the head", format!("segment = []\n{segment}")),
        ("a header in a text", format!("{segment}notes = \"\"\"\n{cue}\"\"\"\n")),
        ("no segment", "title = \"T\"\n".to_owned()),
    ] {
        assert!(checked_in_pieces(&text).is_none(), "{what}");
    }
}

/// Whatever it is, it is a show, or faults that can be told, in order and inside the text.
fn survives(text: &str) {
    let Err(problems) = parse(text, "UTC") else { return };
    assert!(!problems.is_empty());
    assert!(problems.is_sorted_by_key(|problem| problem.place.span().map(|span| span.start)));
    for problem in &problems {
        assert!(text.get(problem.place.span().unwrap()).is_some(), "{problem:?}");
        assert!(!problem.what.contains('\n') && !problem.fix.is_empty(), "{problem:?}");
    }
    report(&problems, "show.toml", text, true);
}
/// The parser allows for 80 brackets of 80 parts each, and drops its tree by recursion.
#[test]
fn no_depth_overflows_the_stack() {
    let nested = |parts: usize, depth: usize| {
        let opening = format!("{}={{", vec!["a"; parts].join("."));
        format!("{}{}", opening.repeat(depth), "}".repeat(depth))
    };
    survives(&nested(8, 80));
    survives(&nested(80, 80));
    let json = |inside: &str| {
        show_with("", &format!("do = [{{ output = \"web\", json = {{ {inside} }} }}]"), "")
    };
    good(&json(&nested(3, 10)));
    assert_eq!(faults(&json(&nested(8, 70)))[0].what, "JSON nested too deep");
    assert_eq!(faults(&json(&nested(9, 1)))[0].what, "a key of more than 8 parts");
}
