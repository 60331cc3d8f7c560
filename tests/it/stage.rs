//! The screen of a clip output: it shows only what is on air, and black otherwise.
//!
//! The real program runs in a terminal of its own and shows its clips full screen on an Xvfb whose
//! background is white; the test looks at every pixel, all the time. Needs mpv, ffmpeg, Xvfb and
//! openbox, and says so where they are missing.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use handover::output::ClipNews;
use handover::show::{ClipJoin, OutputIx, OutputLayer};

use crate::harness::display::{Display, Hue, SIZE};
use crate::harness::{self, House, PATIENCE, Program, await_some};
use crate::player::{STAGE, Stage, is_equipped, stage_has};

/// Returns `true` if the programs are there; a machine that has to have them fails instead.
fn has_screen() -> bool {
    let is_there = |name: &str| {
        let version = if name == "Xvfb" { "-help" } else { "--version" };
        Command::new(name).arg(version).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let missing = ["Xvfb", "openbox"].into_iter().find(|name| !is_there(name));
    harness::is_equipped(missing) && is_equipped()
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

/// The player's video output here.
const X11: &str = "\"--fs\", \"--vo=x11\", \"--ao=null\"";

/// The player looks for a way to the screen: there is no graphics card, so the first fails after it
/// has tried several.
const PROBED: &str = "\"--fs\", \"--vo=gpu,x11\", \"--ao=null\"";

/// A show whose cues have these keys.
fn show(flags: &str, cues: &[&str]) -> String {
    let mut text = format!(
        "title = \"Clips\"\ntimezone = \"UTC\"\n[output.screen]\nmpv = true\nflags = [{flags}]\n\
         [[segment]]\ntitle = \"S\"\nduration = \"1h\"\n"
    );
    for (at, keys) in cues.iter().enumerate() {
        text.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{}\"\ntitle = \"T\"\n{keys}\n",
            at + 1
        ));
    }
    text
}

fn open(house: &House, display: &Display, flags: &str, cues: &[&str]) -> Program {
    let path = house.show(&show(flags, cues));
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
    program.let_go();
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
        if managed { X11 } else { PROBED },
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
    let expected = [
        Hue::Background,
        Hue::Black,
        Hue::Red,
        Hue::Blue,
        Hue::Black,
        Hue::Green,
        Hue::Black,
        Hue::Red,
        Hue::Black,
    ];
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
    // Long enough that the hold comes while the first one plays.
    plain(&house, "red.mp4", "red", "4");
    plain(&house, "blue.mp4", "blue", "2");
    let watch = display.watch();
    let mut program = open(
        &house,
        &display,
        X11,
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
    let causes: Vec<_> =
        journal.of_kind("cue_fired").iter().map(|event| event["cause"].clone()).collect();
    assert_eq!(causes, ["go", "follow"]);
    watch.await_hue(Hue::Black);
    assert_eq!(watch.hues()[1..], [Hue::Black, Hue::Red, Hue::Blue, Hue::Black]);
    // Again, with a hold while the first one plays: it ends by itself, and the other one comes
    // after the hold.
    program.press_for("p", "playhead_moved");
    program.let_go();
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

/// A film of two seconds whose middle changes at every frame, in this size, with sound.
fn frames(house: &House, name: &str, colour: &str, size: &str) {
    let sources = [
        format!("testsrc2=size={size}:rate=25"),
        format!(
            "color=c={colour}:size=160x160:rate=25,geq=lum='60+mod(N\\,8)*20':cb='p(X,Y)':cr='p(X,Y)'"
        ),
        "sine=frequency=441:sample_rate=48000".to_owned(),
    ];
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]).stdin(Stdio::null());
    for source in &sources {
        ffmpeg.args(["-f", "lavfi", "-i", source]);
    }
    ffmpeg.args(["-filter_complex", "[0][1]overlay=(W-w)/2:(H-h)/2:format=yuv420", "-t", "2"]);
    ffmpeg.args(["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "veryfast", "-g", "50"]);
    assert!(ffmpeg.arg(house.path(name)).status().expect("ffmpeg runs").success(), "{name}");
}

/// The middle of the screen, whenever it changes.
fn watch_middle(
    display: &Display,
    is_over: Arc<AtomicBool>,
) -> JoinHandle<Vec<(Instant, [u8; 3])>> {
    let mut eye = display.eye();
    spawn(move || {
        let mut log: Vec<(Instant, [u8; 3])> = vec![];
        while !is_over.load(Ordering::Relaxed) {
            let pixel = eye.pixel(SIZE.0 / 2, SIZE.1 / 2);
            if log.last().is_none_or(|(_, last)| *last != pixel) {
                log.push((Instant::now(), pixel));
            }
            sleep(Duration::from_micros(500));
        }
        log
    })
}

fn print(what: &str, mut millis: Vec<f64>) {
    millis.sort_by(f64::total_cmp);
    let at = |share: usize| millis[(millis.len() - 1) * share / 100];
    println!(
        "{what}: n={} p50 {:.1} p90 {:.1} max {:.1} ms",
        millis.len(),
        at(50),
        at(90),
        at(100)
    );
}

/// Not a test: measures what is seen (`cargo test --release --test it measure_screen -- --ignored
/// --nocapture`).
#[test]
#[ignore = "measures, and asserts nothing about the machine"]
fn measure_screen() {
    if !has_screen() {
        return;
    }
    let display = Display::open(false);
    for size in ["640x360", "1920x1080"] {
        let house = House::new();
        frames(&house, "a.mp4", "red", size);
        frames(&house, "b.mp4", "blue", size);
        let player = house.path("player");
        let script =
            format!("#!/bin/sh\nDISPLAY={} WAYLAND_DISPLAY= exec mpv \"$@\"\n", display.name());
        fs::write(&player, script).expect("a script");
        fs::set_permissions(&player, fs::Permissions::from_mode(0o755))
            .expect("a script that runs");
        let env = |name: &str| (name == "HANDOVER_MPV").then(|| player.display().to_string());
        let cues = ["a.mp4", "b.mp4"]
            .map(|clip| format!("do = [{{ output = \"screen\", play = \"{clip}\" }}]"));
        let mut stage = Stage::of(house, &show(X11, &[&cues[0], &cues[1]]), &env);
        let own = std::process::id();
        let is_red = |pixel: &[u8; 3]| pixel[0] > pixel[2].saturating_add(30);
        let is_blue = |pixel: &[u8; 3]| pixel[2] > pixel[0].saturating_add(30);
        let (mut first, mut over, mut lost, mut longest) = (vec![], vec![], vec![], vec![]);
        for joined in [true, false] {
            let player = OutputLayer::main(OutputIx(0));
            let (leader, follower) = (stage.cue("1"), stage.cue("2"));
            let joins = [ClipJoin { player, leader, follower }];
            stage.outputs.join(if joined { &joins } else { &[] });
            for _ in 0..30 {
                stage.arm(&["1", "2"]);
                await_some(PATIENCE, || (!joined || stage_has(own, "b.mp4")).then_some(()))
                    .expect("one list");
                sleep(Duration::from_millis(300));
                let is_over = Arc::new(AtomicBool::new(false));
                let middle = watch_middle(&display, Arc::clone(&is_over));
                let go = Instant::now();
                let firing = stage.go_pending("1");
                stage.expect_start(firing);
                let next = if joined {
                    stage.expect(firing, ClipNews::Ended);
                    Instant::now()
                } else {
                    sleep(Duration::from_millis(600));
                    Instant::now()
                };
                let second = stage.go_pending("2");
                stage.expect_start(second);
                if !joined {
                    stage.expect(firing, ClipNews::Stopped);
                }
                stage.expect(second, ClipNews::Ended);
                is_over.store(true, Ordering::Relaxed);
                let log = middle.join().expect("the log");
                let millis =
                    |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1e3;
                let red = log.iter().find(|(_, pixel)| is_red(pixel)).expect("red").0;
                let blue = log.iter().position(|(_, pixel)| is_blue(pixel)).expect("blue");
                first.push(millis(go, red));
                if joined {
                    // Four pictures before the joint and four after it are seven frames of 40 ms
                    // apart.
                    let near = &log[blue - 4..blue + 4];
                    lost.push(millis(near[0].0, near[7].0) - 7.0 * 40.0);
                    longest.push(
                        near.windows(2)
                            .map(|pair| millis(pair[0].0, pair[1].0))
                            .fold(0.0, f64::max),
                    );
                } else {
                    over.push(millis(next, log[blue].0));
                }
            }
        }
        print(&format!("{size}: GO to the first picture, from black"), first);
        print(&format!("{size}: GO to the first picture, over another clip"), over);
        print(&format!("{size}: time lost at a joint"), lost);
        print(&format!("{size}: longest picture at a joint (40 is none)"), longest);
        stage.close();
    }
}
