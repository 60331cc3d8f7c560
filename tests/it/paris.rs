//! The built-in show, live: its film on a real player, its post to a real server.
//!
//! What stands in for the stadium's desks are sockets of the test; MIDI, which only some builds
//! drive, is left out.

use std::fmt::Write as _;

use handover::show::builtin;

use crate::harness::{House, Web, Wire};
use crate::player::{STAGE, film, is_equipped};

/// The show's text with its addresses turned to this machine.
fn paris(desk: &Wire, web: &Web) -> String {
    let text = builtin::find("paris-2024").expect("it is built in").text;
    let mut live = String::new();
    let mut is_midi = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_midi = line.starts_with("[output.pyro]") || line.starts_with("[output.cue-lights]");
        }
        let sends_midi =
            line.contains("output = \"pyro\"") || line.contains("output = \"cue-lights\"");
        if is_midi || sends_midi {
            continue;
        }
        let line = match line.split_whitespace().next() {
            Some("osc") => desk.output(),
            Some("http") => format!("http = \"http://{}\"", web.addr),
            Some("mpv") => "mpv = true\nflags = [\"--vo=null\", \"--ao=null\"]".to_owned(),
            _ => line.to_owned(),
        };
        writeln!(live, "{line}").expect("text");
    }
    live
}

#[test]
fn the_film_is_played_where_it_is_there_and_the_post_is_quoted() {
    if !is_equipped() {
        return;
    }
    let _alone = STAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (house, desk, web) = (House::new(), Wire::new(), Web::new());
    let show = house.show(&paris(&desk, &web));
    std::fs::create_dir(house.path("clips")).expect("a folder");
    film(&house.path("clips/flight.mp4"), "3");
    let secret = [("HANDOVER_X_AUTHORIZATION", "Bearer s3cret")];
    let mut program = house.spawn(&["--fresh", &show], (200, 60), &secret);
    program.await_open();

    // What is found is on the screen before: the prompt says that it was looked for. Typed in one
    // go, it would be a paste.
    program.press_to_see("/32", &["find", "1 of "]);
    program.press_for("\r\r", "playhead_moved");
    program.press_for("s", "cue_stood_by");
    program.keys("12");
    program.await_event("department_ready", 2);
    program.keys(" ");
    let journal = program.await_event("clip_started", 1);
    let started = &journal.about("clip_started", "32")[0];
    let length_ns = started["length_ns"].as_u64().expect("a length");
    assert!(length_ns.abs_diff(3_000_000_000) < 100_000_000, "the film of 3 s has {length_ns} ns");
    program.await_words(&["VT out", "The flight: Paris to Los Angeles"]);
    let journal = program
        .await_journal("the end of the film", |j| !j.about("cue_completed", "32").is_empty());
    let fired_ns = journal.about("cue_fired", "32")[0]["run_ns"].as_u64().expect("an instant");
    let ended_ns = journal.about("cue_completed", "32")[0]["run_ns"].as_u64().expect("an instant");
    let took_ns = ended_ns - fired_ns;
    // The cue's own duration is 2:20; the player has the last word. Its frames are 40 ms long.
    assert!(
        (2_900_000_000..60_000_000_000).contains(&took_ns),
        "the film of 3 s took {took_ns} ns"
    );
    program.await_journal("the jump, which follows the film", |j| {
        !j.about("cue_fired", "33").is_empty()
    });

    program.press_to_see("/36", &["find", "1 of "]);
    program.press_for("\r\r", "playhead_moved");
    program.guard();
    program.keys(" ");
    let (head, body) = web.request();
    assert_eq!(head[0], "POST /2/tweets HTTP/1.1");
    assert!(
        head.iter().any(|line| line.eq_ignore_ascii_case("authorization: Bearer s3cret")),
        "{head:?}"
    );
    assert_eq!(body, r#"{"text":"Thank you, Paris! Now off to LA"}"#);
    let journal = program.await_journal("the answer", |j| !j.about("action_sent", "36").is_empty());
    assert!(!journal.tail(1_000).contains("s3cret"), "the journal keeps no secret");
}
