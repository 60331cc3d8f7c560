//! Fades of a real player: the volume that mpv itself reports, from the beginning to the end.
//!
//! Needs mpv and ffmpeg, and says so where they are missing.

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use handover::output::{ClipNews, Outcome};
use serde_json::Value;

use crate::harness::{House, PATIENCE, await_some};
use crate::player::{Stage, film, is_equipped};

const CUES: [(&str, &str); 6] = [
    ("1", "play = \"long.mp4\", volume = 80, fade_in = \"1s\""),
    ("2", "volume = 20, over = \"1s\""),
    ("3", "volume = 90"),
    ("4", "stop = true, over = \"1s\""),
    ("5", "play = \"long.mp4\""),
    ("6", "volume = 0, over = \"3s\""),
];

/// The volume before silence, percent, at most. On a machine with much to do, the last step may be a fifth
/// of a second before the end.
const LAST_STEP: f64 = 20.0;

/// A stage whose player tells its volume to a second listener, too.
struct Heard {
    stage: Stage,
    volumes: Volumes,
}

/// The volumes that a player tells, and when.
pub(crate) struct Volumes(Receiver<(Instant, f64)>);

impl Volumes {
    /// Those of the player that has a line here.
    pub(crate) fn of(line: &Path) -> Self {
        let line = await_some(PATIENCE, || UnixStream::connect(line).ok()).expect("its line");
        let (sender, volumes) = channel();
        (&line).write_all(b"{\"command\":[\"observe_property\",1,\"volume\"]}\n").expect("told");
        thread::spawn(move || {
            for line in BufReader::new(line).lines().map_while(Result::ok) {
                let now = Instant::now();
                let line: Value = serde_json::from_str(&line).unwrap_or_default();
                let volume = line["data"].as_f64().filter(|_| line["event"] == "property-change");
                if volume.is_some_and(|volume| sender.send((now, volume)).is_err()) {
                    return;
                }
            }
        });
        Volumes(volumes)
    }

    /// The volumes that have come and were not taken.
    pub(crate) fn come(&self) -> Vec<(Instant, f64)> {
        self.0.try_iter().collect()
    }

    /// The next volumes, so many of them.
    pub(crate) fn some(&self, count: usize) -> Vec<(Instant, f64)> {
        let next = |_| self.0.recv_timeout(PATIENCE).expect("the volume changes");
        (0..count).map(next).collect()
    }

    /// The volumes up to this one.
    pub(crate) fn up_to(&self, last: f64) -> Vec<(Instant, f64)> {
        let mut all = vec![];
        while all.last().is_none_or(|(_, volume)| *volume != last) {
            all.push(self.0.recv_timeout(PATIENCE).unwrap_or_else(|why| {
                panic!("{why} before {last}: {all:?}");
            }));
        }
        all
    }
}

impl Heard {
    fn new() -> Heard {
        let house = House::new();
        film(&house.path("long.mp4"), "20");
        let (player, line) = (house.path("player"), house.path("line"));
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *--hwdec=no*) exec mpv \"$@\";; esac\n\
             exec mpv \"$@\" --input-ipc-server={}\n",
            line.display()
        );
        fs::write(&player, script).expect("a script");
        fs::set_permissions(&player, fs::Permissions::from_mode(0o755)).expect("one that runs");
        let env = |name: &str| (name == "HANDOVER_MPV").then(|| player.display().to_string());
        let mut stage = Stage::of(house, &crate::player::show(&CUES), &env);
        stage.arm(&["1"]);
        Heard { stage, volumes: Volumes::of(&line) }
    }

    /// The volumes up to this one.
    fn up_to(&self, last: f64) -> Vec<(Instant, f64)> {
        self.volumes.up_to(last)
    }

    /// The volumes of a fade to `last`.
    fn fade_to(&self, last: f64) {
        assert_is_even(&self.up_to(last));
    }

    /// The volumes of a fade to silence, after which the player goes back to its full volume.
    ///
    /// mpv tells a listener the volumes of the last step and of the way back as one where they come close
    /// together: the silence itself may not be among them.
    fn fade_out(&self) {
        let mut volumes = self.up_to(100.0);
        volumes.pop();
        assert_is_even(&volumes);
        assert!(volumes.last().is_some_and(|(_, volume)| *volume <= LAST_STEP), "{volumes:?}");
    }
}

/// A fade is in many steps, all in one direction.
fn assert_is_even(volumes: &[(Instant, f64)]) {
    assert!(volumes.len() >= 10, "{volumes:?}");
    let volumes = volumes.iter().map(|(_, volume)| *volume);
    assert!(volumes.clone().is_sorted() || volumes.clone().rev().is_sorted(), "{volumes:?}");
}

#[test]
fn a_player_hears_of_every_step_of_a_fade() {
    if !is_equipped() {
        return;
    }
    let mut heard = Heard::new();
    heard.up_to(0.0);
    let playing = heard.stage.go_pending("1");
    heard.stage.expect_start(playing);
    heard.fade_to(80.0);
    assert_eq!(heard.stage.go("2").1, Some(Outcome::Sent));
    heard.fade_to(20.0);
    assert_eq!(heard.stage.go("3").1, Some(Outcome::Sent));
    assert_eq!(heard.up_to(90.0).len(), 1, "at once");
    let begun = Instant::now();
    assert_eq!(heard.stage.go("4").1, Some(Outcome::Sent));
    heard.fade_out();
    heard.stage.expect(playing, ClipNews::Stopped);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    heard.stage.close();
}

/// Prints how far the volume that mpv reports is from the even fade, and its largest step.
#[test]
#[ignore = "measures, and asserts nothing about the machine"]
fn measure_fades() {
    if !is_equipped() {
        return;
    }
    let mut heard = Heard::new();
    let playing = heard.stage.go_pending("5");
    heard.stage.expect_start(playing);
    heard.up_to(100.0);
    let fades = [("6", 100.0, 0.0, 3.0), ("3", 0.0, 90.0, 0.0), ("2", 90.0, 20.0, 1.0)];
    for (cue, from, to, seconds) in fades {
        let begun = Instant::now();
        assert_eq!(heard.stage.go(cue).1, Some(Outcome::Sent));
        let volumes = heard.up_to(to);
        let line = |at: Instant| {
            let share = (at.duration_since(begun).as_secs_f64() / f64::max(seconds, 1e-9)).min(1.0);
            from + (to - from) * share
        };
        let off = volumes.iter().map(|(at, volume)| (volume - line(*at)).abs());
        let steps = volumes.windows(2).map(|pair| (pair[1].1 - pair[0].1).abs());
        println!(
            "{from} to {to} over {seconds} s: {} steps, at most {:.2} % off the line, largest step {:.2} %, \
             done after {:.3} s",
            volumes.len(),
            off.fold(0.0, f64::max),
            steps.fold(0.0, f64::max),
            volumes.last().map_or(0.0, |(at, _)| at.duration_since(begun).as_secs_f64()),
        );
    }
    heard.stage.close();
}
