//! Layers of an output on real players: clips that play together, a crossfade, and a player that
//! takes only its own layer down.
//!
//! Needs mpv and ffmpeg, and says so where they are missing.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use handover::output::{
    ClipNews, Light, Outcome, OutputReport, Permits, RevisedOutputs, Surroundings,
};
use handover::runtime::clock::CLOCK;
use handover::show::file;
use rustix::process::{Signal, kill_process};

use crate::fades::Volumes;
use crate::harness::{House, PATIENCE, await_some};
use crate::player::{Stage, film, is_equipped, players, show, stage_has};

const CUES: [(&str, &str); 10] = [
    ("1", "play = \"film.mp4\""),
    ("2", "play = \"bed.wav\", layer = \"bgm\", fade_in = \"1s\""),
    ("3", "play = \"other.wav\", layer = \"bgm\""),
    ("4", "pause = true"),
    ("5", "resume = true"),
    ("6", "stop = true"),
    ("7", "stop = true, layer = \"bgm\""),
    ("8", "stop = true, layer = \"fx\""),
    ("9", "volume = 20, over = \"1s\", layer = \"bgm\""),
    ("10", "play = \"film.mp4\", from = \"5s\""),
];

/// The clips of the house: a film of 30 s and two sounds.
fn house() -> House {
    let house = House::new();
    film(&house.path("film.mp4"), "30");
    film(&house.path("bed.wav"), "30");
    fs::copy(house.path("bed.wav"), house.path("other.wav")).expect("a copy");
    house
}

/// A stage with these cues, or none where a program is missing.
fn stage() -> Option<Stage> {
    is_equipped().then(|| Stage::of(house(), &show(&CUES), &|_| None))
}

/// A stage with these cues whose players each tell their volumes to a second listener, too.
fn heard(cues: &[(&str, &str)]) -> Stage {
    let house = house();
    let player = house.path("player");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *--hwdec=no*) exec mpv \"$@\";; esac\n\
         exec mpv \"$@\" --input-ipc-server={}/$$\n",
        house.path("").display()
    );
    fs::write(&player, script).expect("a script");
    fs::set_permissions(&player, fs::Permissions::from_mode(0o755)).expect("one that runs");
    let env = |name: &str| (name == "HANDOVER_MPV").then(|| player.display().to_string());
    Stage::of(house, &show(cues), &env)
}

impl Stage {
    /// The volumes of the player that has this clip loaded.
    fn volumes(&self, clip: &str) -> Volumes {
        Volumes::of(&self.house.path(&self.playing(clip).as_raw_nonzero().to_string()))
    }

    /// Arms these cues until each of the clips is loaded.
    fn arm_all(&mut self, numbers: &[&str], clips: &[&str]) {
        let cues: Vec<_> = numbers.iter().map(|number| self.cue(number)).collect();
        self.outputs.arm(&cues);
        let own = std::process::id();
        let loaded = || clips.iter().all(|clip| stage_has(own, clip)).then_some(());
        await_some(PATIENCE, loaded).expect("each layer has its next clip loaded");
    }

    /// Fires a cue whose clip starts.
    fn starts(&mut self, number: &str) -> u32 {
        let firing = self.go_pending(number);
        self.expect_start(firing);
        firing
    }

    /// Fires a cue whose clip takes the place of the one of an earlier firing.
    fn takes_the_place(&mut self, number: &str, earlier: u32) -> u32 {
        let firing = self.go_pending(number);
        let mut news = [self.next(), self.next(), self.next()];
        news.sort_by_key(|(firing, _)| *firing);
        assert_eq!(news[0], (earlier, Err(ClipNews::Stopped)));
        assert!(news[1..].iter().all(|(of, _)| *of == firing), "{news:?}");
        firing
    }

    /// The layers that have a clip on air, each with whether it moves.
    fn on_air(&self) -> Vec<(String, bool)> {
        let clips = self.health()[0].clips.clone();
        clips.into_iter().map(|clip| (clip.player.layer.to_string(), clip.moves)).collect()
    }

    fn plays(&self, layers: &[(&str, bool)]) {
        let layers: Vec<_> =
            layers.iter().map(|(name, moves)| ((*name).to_owned(), *moves)).collect();
        // A player that is asked where it stands is not known to play until it has answered.
        let found = await_some(PATIENCE, || (self.on_air() == layers).then_some(()));
        assert!(found.is_some(), "{:?} are on air, not {layers:?}", self.on_air());
    }
}

#[test]
fn clips_of_different_layers_play_together_and_obey_commands_of_their_own() {
    let Some(mut stage) = stage() else { return };
    stage.arm_all(&["2", "1"], &["bed.wav", "film.mp4"]);
    let bed = stage.starts("2");
    let picture = stage.starts("1");
    stage.plays(&[("main", true), ("bgm", true)]);
    // A hold of the show freezes nothing here; a pause is that of the layer that it names.
    assert_eq!(stage.go("4").1, Some(Outcome::Sent));
    stage.plays(&[("main", false), ("bgm", true)]);
    assert_eq!(stage.go("5").1, Some(Outcome::Sent));
    assert_eq!(stage.go("8").1, Some(Outcome::Sent), "nothing ever plays there");
    let note = OutputReport::Note("screens: nothing plays on layer fx".into());
    assert_eq!(stage.news(), note);
    stage.plays(&[("main", true), ("bgm", true)]);
    // Another clip takes the place of the one of its own layer.
    let other = stage.takes_the_place("3", bed);
    let again = stage.takes_the_place("10", picture);
    stage.plays(&[("main", true), ("bgm", true)]);
    assert_eq!(stage.go("6").1, Some(Outcome::Sent));
    stage.expect(again, ClipNews::Stopped);
    stage.plays(&[("bgm", true)]);
    // A stop of a cue finds it on any layer.
    stage.outputs.stop(stage.cue("3"), Duration::ZERO, CLOCK.now());
    stage.expect(other, ClipNews::Stopped);
    stage.plays(&[]);
    assert_eq!(stage.go("9").1, Some(Outcome::Sent));
    let note = OutputReport::Note("screens: nothing plays on layer bgm".into());
    assert_eq!(stage.news(), note);
    let (bed, picture) = (stage.starts("2"), stage.starts("1"));
    stage.outputs.panic(CLOCK.now());
    let mut stopped = [stage.next(), stage.next()];
    stopped.sort_by_key(|(firing, _)| *firing);
    assert_eq!(stopped, [(bed, Err(ClipNews::Stopped)), (picture, Err(ClipNews::Stopped))]);
    stage.close();
}

#[test]
fn a_player_that_dies_takes_its_own_layer_down() {
    let Some(mut stage) = stage() else { return };
    stage.arm_all(&["2", "1"], &["bed.wav", "film.mp4"]);
    let (bed, _) = (stage.starts("2"), stage.starts("1"));
    // The reason is seen for as long as no other player is there.
    kill_process(stage.playing("bed.wav"), Signal::KILL).expect("it is there");
    let says = || stage.health()[0].error.clone();
    let why = await_some(PATIENCE, says).expect("the light says so");
    assert_eq!(why, "layer bgm: the player ended: signal 9");
    let lost = ClipNews::Lost("the player ended: signal 9".into());
    stage.expect(bed, lost);
    stage.plays(&[("main", true)]);
    stage.await_light(Light::Ok);
    let bed = stage.starts("2");
    stage.plays(&[("main", true), ("bgm", true)]);
    assert_eq!(stage.go("7").1, Some(Outcome::Sent));
    stage.expect(bed, ClipNews::Stopped);
    stage.close();
}

#[test]
fn a_layer_of_an_edit_gets_its_player_then_and_one_that_is_gone_loses_it() {
    if !is_equipped() {
        return;
    }
    let (first, second) = (show(&CUES[..1]), show(&CUES[..2]));
    let mut stage = Stage::of(house(), &first, &|_| None);
    stage.arm_all(&["1"], &["film.mp4"]);
    let count = || players(std::process::id()).len();
    let alone = count();
    let picture = stage.starts("1");
    for (old, new) in [(&first, &second), (&second, &first)] {
        let parse = |text: &str| Arc::new(file::parse(text, "UTC").expect("a show"));
        let folder = stage.house.path("");
        let permits = Permits::default();
        let surroundings =
            Surroundings { env: &|_| None, folder: &folder, permits: &permits, clock: CLOCK };
        let open = stage.outputs.open();
        let deaf = Arc::new(|_: OutputReport| {});
        let (old, new) = (parse(old), parse(new));
        let revised = RevisedOutputs::live((&old, &open), new.clone(), &surroundings, &(deaf as _));
        stage.outputs.revise(revised);
        stage.show = new;
        if stage.show.cues.len() == 2 {
            stage.arm_all(&["2"], &["bed.wav"]);
            assert!(count() > alone, "the new layer has players of its own");
            let bed = stage.starts("2");
            stage.plays(&[("main", true), ("bgm", true)]);
            stage.outputs.stop(stage.cue("2"), Duration::ZERO, CLOCK.now());
            stage.expect(bed, ClipNews::Stopped);
        }
    }
    await_some(PATIENCE, || (count() == alone).then_some(())).expect("its players are gone");
    stage.plays(&[("main", true)]);
    stage.outputs.stop(stage.cue("1"), Duration::ZERO, CLOCK.now());
    stage.expect(picture, ClipNews::Stopped);
    stage.close();
}

#[test]
fn a_fade_goes_on_whatever_another_layer_does_and_ends_with_its_own_clip() {
    if !is_equipped() {
        return;
    }
    // Long enough for all that happens beside it.
    let cues = CUES.map(|(number, action)| match number {
        "2" => (number, "play = \"bed.wav\", layer = \"bgm\", fade_in = \"6s\""),
        _ => (number, action),
    });
    let mut stage = heard(&cues);
    stage.arm_all(&["2", "1"], &["bed.wav", "film.mp4"]);
    let volumes = stage.volumes("bed.wav");
    volumes.up_to(0.0);
    let bed = stage.starts("2");
    // On the main layer: a clip, a pause, another clip, and a stop.
    let film = stage.starts("1");
    assert_eq!(stage.go("4").1, Some(Outcome::Sent));
    stage.plays(&[("main", false), ("bgm", true)]);
    let mut grows = volumes.come();
    // Steps that come while the other layer stands still.
    grows.extend(volumes.some(10));
    let other = stage.takes_the_place("10", film);
    assert_eq!(stage.go("6").1, Some(Outcome::Sent));
    stage.expect(other, ClipNews::Stopped);
    assert!(grows.iter().all(|(_, volume)| *volume < 100.0), "{grows:?}");
    grows.extend(volumes.up_to(100.0));
    assert!(grows.is_sorted_by_key(|(_, volume)| *volume), "{grows:?}");
    // Its own pause holds the next fade, and another clip ends it.
    assert_eq!(stage.go("9").1, Some(Outcome::Sent));
    stage.outputs.freeze(stage.cue("2"), true, CLOCK.now());
    stage.plays(&[("bgm", false)]);
    stage.expect_silence();
    stage.outputs.freeze(stage.cue("2"), false, CLOCK.now());
    volumes.up_to(20.0);
    stage.plays(&[("bgm", true)]);
    let again = stage.takes_the_place("3", bed);
    volumes.up_to(100.0);
    stage.outputs.stop(stage.cue("3"), Duration::ZERO, CLOCK.now());
    stage.expect(again, ClipNews::Stopped);
    stage.close();
}

/// The longest time between the ends of two layers that crossfade.
const APART: Duration = Duration::from_millis(20);

#[test]
fn two_layers_that_crossfade_end_together() {
    if !is_equipped() {
        return;
    }
    let beds = [("bed.wav", "a"), ("other.wav", "b")];
    let crossfade = |(clip, to): (&str, &str), from: &str| {
        format!(
            "stop = true, over = \"1s\", layer = \"{from}\" }}, {{ output = \"screens\", \
             play = \"{clip}\", layer = \"{to}\", fade_in = \"1s\""
        )
    };
    let (to_b, to_a) = (crossfade(beds[1], "a"), crossfade(beds[0], "b"));
    let cues =
        [("1", "play = \"bed.wav\", layer = \"a\""), ("2", to_b.as_str()), ("3", to_a.as_str())];
    let mut stage = heard(&cues);
    stage.arm_all(&["1", "2"], &["bed.wav", "other.wav"]);
    let lines = beds.map(|(clip, _)| stage.volumes(clip));
    let mut playing = stage.starts("1");
    let mut apart = vec![];
    for round in 0..3 {
        let (number, out, into) = if round % 2 == 0 { ("2", 0, 1) } else { ("3", 1, 0) };
        stage.arm_all(&[number], &[beds[into].0]);
        lines[into].up_to(0.0);
        assert_eq!(stage.go(number).1, Some(Outcome::Sent));
        assert_eq!(stage.send(number, 1), None);
        let is_there = lines[into].up_to(100.0);
        // Where a fade has come to silence, its clip is stopped, and the volume goes back.
        let mut gone = lines[out].up_to(100.0);
        while gone.len() < 10 {
            gone.extend(lines[out].up_to(100.0));
        }
        for volumes in [&is_there, &gone] {
            assert!(volumes.len() >= 10, "{volumes:?}");
        }
        let (end, other) = (gone.last().expect("an end").0, is_there.last().expect("an end").0);
        apart.push(end.max(other) - end.min(other));
        let (mut news, firing) = (vec![], playing + 1);
        while news.len() < 3 {
            news.push(stage.next());
        }
        assert!(news.contains(&(playing, Err(ClipNews::Stopped))), "{news:?}");
        playing = firing;
    }
    println!("the ends of three crossfades are apart by {apart:?}");
    // Other work on the machine makes some of them late. A fade that counts from its first sound makes
    // all of them late.
    assert!(apart.iter().min() <= Some(&APART), "{apart:?}");
    stage.close();
}
