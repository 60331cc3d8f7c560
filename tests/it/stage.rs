//! What is seen on the screen of a clip output: only what is on air, and black otherwise.
//!
//! The real program runs in a terminal of its own and shows its clips full screen on an Xvfb whose background is white;
//! the test looks at every pixel, all the time. Needs mpv, ffmpeg, Xvfb and openbox, and says so where they are missing.

use std::process::{Command, Stdio};
use std::sync::PoisonError;

use crate::harness::display::{Display, Hue};
use crate::harness::{House, PATIENCE, Program, await_some};
use crate::player::{STAGE, is_equipped, stage_has};

/// Whether the programs are there; a machine that has to have them fails instead.
fn has_screen() -> bool {
    let is_there = |name: &str| {
        let version = if name == "Xvfb" { "-help" } else { "--version" };
        Command::new(name).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let missing = ["Xvfb", "openbox"].into_iter().find(|name| !is_there(name));
    if let Some(name) = missing {
        eprintln!("skipped: {name} not found");
        assert!(std::env::var_os("HANDOVER_REQUIRE_SERVICES").is_none(), "{name} is required here");
    }
    missing.is_none() && is_equipped()
}

/// Makes a clip of one colour with a sound, or with `seconds` of "" a still picture.
fn plain(house: &House, name: &str, colour: &str, seconds: &str) {
    let picture = format!("color=c={colour}:size=640x360:rate=25");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", &picture]).stdin(Stdio::null());
    match seconds {
        "" => ffmpeg.args(["-frames:v", "1"]),
        seconds => ffmpeg.args(["-f", "lavfi", "-i", "sine", "-t", seconds, "-pix_fmt", "yuv420p"]),
    };
    assert!(ffmpeg.arg(house.path(name)).status().expect("ffmpeg runs").success(), "{name}");
}

/// A show whose cues have these keys.
fn show(cues: &[&str]) -> String {
    let mut text = "title = \"Clips\"\ntimezone = \"UTC\"\n[output.screen]\nmpv = true\n\
         flags = [\"--fs\", \"--vo=x11\", \"--ao=null\"]\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n"
        .to_owned();
    for (at, keys) in cues.iter().enumerate() {
        text.push_str(&format!("[[segment.cue]]\nnumber = \"{}\"\ntitle = \"T\"\n{keys}\n", at + 1));
    }
    text
}

fn open(house: &House, display: &Display, cues: &[&str]) -> Program {
    let path = house.show(&show(cues));
    let env = [("DISPLAY", display.name()), ("WAYLAND_DISPLAY", String::new())];
    let env: Vec<_> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut program = house.spawn(&["--fresh", &path], (120, 36), &env);
    program.await_open();
    program
}

/// Waits until the player of the program has this clip loaded.
fn await_armed(program: &Program, clip: &str) {
    let own = program.pid.as_raw_nonzero().get() as u32;
    let armed = await_some(PATIENCE, || stage_has(own, clip).then_some(()));
    assert!(armed.is_some(), "{clip} is not armed; {}", program.account());
}

fn go(program: &mut Program) {
    program.guard();
    program.keys(" ");
}

/// Everything of a show with clips, in full screen: armed, on air, replaced, stopped, still, over.
fn only_what_is_on_air_is_seen(managed: bool) {
    if !has_screen() {
        return;
    }
    let _alone = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let (house, display) = (House::new(), Display::open(managed));
    plain(&house, "red.mp4", "red", "30");
    plain(&house, "blue.mp4", "blue", "30");
    plain(&house, "card.png", "lime", "");
    plain(&house, "short.mp4", "red", "1.2");
    let watch = display.watch();
    watch.await_hue(Hue::Background);
    let mut program = open(
        &house,
        &display,
        &[
            "do = [{ output = \"screen\", play = \"red.mp4\" }]",
            "embargo = true\ndo = [{ output = \"screen\", play = \"blue.mp4\" }]",
            "do = [{ output = \"screen\", stop = true }]",
            "duration = \"1s\"\ndo = [{ output = \"screen\", play = \"card.png\" }]",
            "do = [{ output = \"screen\", play = \"short.mp4\" }]",
        ],
    );
    watch.await_hue(Hue::Black);
    await_armed(&program, "red.mp4");
    go(&mut program);
    watch.await_hue(Hue::Red);
    go(&mut program);
    watch.await_hue(Hue::Blue);
    go(&mut program);
    watch.await_hue(Hue::Black);
    // The next one stands behind black, and is not seen.
    await_armed(&program, "card.png");
    go(&mut program);
    watch.await_hue(Hue::Green);
    program.await_event("cue_completed", 2);
    watch.await_hue(Hue::Black);
    await_armed(&program, "short.mp4");
    go(&mut program);
    watch.await_hue(Hue::Red);
    program.await_event("cue_completed", 3);
    watch.await_hue(Hue::Black);
    let seen = watch.hues();
    let expected =
        [Hue::Background, Hue::Black, Hue::Red, Hue::Blue, Hue::Black, Hue::Green, Hue::Black, Hue::Red, Hue::Black];
    assert_eq!(seen, expected, "{}", program.account());
    program.kill();
}

#[test]
fn only_what_is_on_air_is_seen_without_a_window_manager() {
    only_what_is_on_air_is_seen(false);
}

#[test]
fn only_what_is_on_air_is_seen_with_a_window_manager() {
    only_what_is_on_air_is_seen(true);
}

#[test]
fn clips_that_follow_have_no_black_between_them_and_a_hold_ends_the_first() {
    if !has_screen() {
        return;
    }
    let _alone = STAGE.lock().unwrap_or_else(PoisonError::into_inner);
    let (house, display) = (House::new(), Display::open(false));
    plain(&house, "red.mp4", "red", "2");
    plain(&house, "blue.mp4", "blue", "2");
    let watch = display.watch();
    let mut program = open(
        &house,
        &display,
        &[
            "do = [{ output = \"screen\", play = \"red.mp4\" }]",
            "trigger = { after = \"1\" }\ndo = [{ output = \"screen\", play = \"blue.mp4\" }]",
        ],
    );
    watch.await_hue(Hue::Black);
    await_armed(&program, "blue.mp4");
    go(&mut program);
    watch.await_hue(Hue::Red);
    let journal = program.await_event("cue_completed", 2);
    let causes: Vec<_> = journal.of_kind("cue_fired").iter().map(|event| event["cause"].clone()).collect();
    assert_eq!(causes, ["go", "follow"]);
    watch.await_hue(Hue::Black);
    assert_eq!(watch.hues()[1..], [Hue::Black, Hue::Red, Hue::Blue, Hue::Black]);
    // Again, with a hold while the first one plays: it ends by itself, and the other one comes after the hold.
    program.press_for("p", "playhead_moved");
    program.press_for("p", "playhead_moved");
    await_armed(&program, "blue.mp4");
    go(&mut program);
    watch.await_hue(Hue::Red);
    program.press_for("h", "held");
    watch.await_hue(Hue::Black);
    program.await_event("cue_completed", 3);
    program.press_for("h", "resumed");
    watch.await_hue(Hue::Blue);
    watch.await_hue(Hue::Black);
    let seen = watch.hues();
    assert_eq!(seen[5..], [Hue::Red, Hue::Black, Hue::Blue, Hue::Black], "{}", program.account());
    program.kill();
}
