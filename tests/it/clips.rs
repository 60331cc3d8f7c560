//! Clips of every kind on a real player: stills, short sounds, streams, broken files, replaced
//! files, lists.
//!
//! Needs mpv and ffmpeg, and says so where they are missing. Players have no window (`--vo=null`).

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use handover::output::{ClipNews, Light, OutputReport};
use handover::runtime::clock::CLOCK;
use handover::show::{ClipJoin, OutputIx, OutputLayer};

use crate::harness::{House, PATIENCE, Remote, await_some, in_time};
use crate::player::{Stage, film, is_equipped};

/// Has ffmpeg make a file of a house out of another.
fn make(house: &House, from: &str, words: &str, to: &str) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y", "-i"]).arg(house.path(from)).args(words.split_whitespace());
    assert!(
        ffmpeg.arg(house.path(to)).stdin(Stdio::null()).status().expect("ffmpeg runs").success(),
        "{to}"
    );
}

/// A sound of so many samples at 48 kHz, 16 bit, one channel: each sample is another number than
/// its neighbours.
fn sound(house: &House, name: &str, samples: u32, seed: u32) -> Vec<u8> {
    let data: Vec<u8> = (0..samples).flat_map(|n| ((n * 37 + seed) as i16).to_le_bytes()).collect();
    // The header of a WAV file: "Multimedia Programming Interface and Data Specifications 1.0".
    let rate = 48_000u32.to_le_bytes();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend([16, 0, 0, 0, 1, 0, 1, 0]);
    file.extend(rate);
    file.extend((48_000u32 * 2).to_le_bytes());
    file.extend([2, 0, 16, 0]);
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(&data);
    fs::write(house.path(name), file).expect("a sound");
    data
}

/// A show whose cues have these keys.
fn show(cues: &[&str]) -> String {
    let mut text = "title = \"Clips\"\ntimezone = \"UTC\"\n[output.screen]\nmpv = true\n\
         flags = [\"--vo=null\", \"--ao=null\"]\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n"
        .to_owned();
    for (at, keys) in cues.iter().enumerate() {
        text.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{}\"\ntitle = \"T\"\n{keys}\n",
            at + 1
        ));
    }
    text
}

fn play(clip: &str) -> String {
    format!("do = [{{ output = \"screen\", play = \"{clip}\" }}]")
}

/// The outputs of a show with one cue.
fn stage(house: House, cue: &str) -> Stage {
    Stage::of(house, &show(&[cue]), &|_| None)
}

#[test]
fn a_sound_of_a_tenth_of_a_second_is_played_and_over() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    sound(&house, "knock.wav", 4800, 0);
    let mut stage = stage(house, &play("knock.wav"));
    stage.arm(&["1"]);
    let firing = stage.go_pending("1");
    assert_eq!(stage.expect_start(firing), Some(100));
    stage.expect(firing, ClipNews::Ended);
    assert_eq!(stage.health()[0].light, Light::Ok);
    stage.close();
}

#[test]
fn a_still_picture_lasts_as_long_as_its_cue() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    film(&house.path("a.mp4"), "1");
    make(&house, "a.mp4", "-frames:v 1", "card.png");
    let mut stage = stage(house, &format!("duration = \"1.5s\"\n{}", play("card.png")));
    for _ in 0..2 {
        let called = Instant::now();
        let firing = stage.go_pending("1");
        assert_eq!(stage.expect_start(firing), Some(1500));
        stage.expect(firing, ClipNews::Ended);
        assert!(called.elapsed() > Duration::from_millis(1500), "it lasted {:?}", called.elapsed());
    }
    stage.close();
}

#[test]
fn a_file_that_is_replaced_is_said_and_loaded_again() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    film(&house.path("a.mp4"), "1");
    film(&house.path("new.mp4"), "3");
    let mut stage = stage(house, &play("a.mp4"));
    stage.arm(&["1"]);
    fs::rename(stage.house.path("new.mp4"), stage.house.path("a.mp4")).expect("another version");
    assert_eq!(
        stage.news(),
        OutputReport::Word(
            "cue 1: a.mp4: the file was replaced; the new one is being loaded".into()
        )
    );
    // A GO until then plays what is still loaded.
    stage.arm(&["1"]);
    let firing = stage.go_pending("1");
    assert_eq!(stage.expect_start(firing), Some(3000));
    stage.close();
}

#[test]
fn a_file_that_is_cut_off_is_told_of_before_it_is_called_and_plays_as_far_as_it_goes() {
    if !is_equipped() {
        return;
    }
    let cut_off = || {
        let house = House::new();
        film(&house.path("a.mp4"), "6");
        make(&house, "a.mp4", "-c copy", "whole.mkv");
        let whole = fs::read(house.path("whole.mkv")).expect("a film");
        fs::write(house.path("half.mkv"), &whole[..whole.len() / 3]).expect("a third of it");
        stage(house, &play("half.mkv"))
    };
    let plays = |stage: &mut Stage| {
        let firing = stage.go_pending("1");
        stage.expect_start(firing);
        match stage.next() {
            (of, Err(ClipNews::BrokeOff(why))) if of == firing => {
                assert!(why.contains("breaks off at 0:0"), "{why}")
            }
            other => panic!("it should have broken off: {other:?}"),
        }
    };
    // The first GO is for a file that nobody may have examined; whether the scout is faster than
    // the player is all the same.
    let mut called_first = cut_off();
    plays(&mut called_first);
    called_first.close();
    // Before a GO it is told of.
    let mut told_first = cut_off();
    told_first.outputs.arm(&[told_first.cue("1")]);
    let said = || {
        told_first.health()[0]
            .error
            .clone()
            .filter(|error| error.starts_with("cue 1: half.mkv: breaks off"))
    };
    assert!(await_some(PATIENCE, said).is_some(), "{:?}", told_first.health()[0].error);
    told_first.await_light(Light::Down);
    plays(&mut told_first);
    told_first.close();
}

#[test]
fn a_sound_that_is_cut_off_is_told_of_before_it_is_called() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    film(&house.path("a.mp4"), "6");
    make(&house, "a.mp4", "-vn", "whole.flac");
    let whole = fs::read(house.path("whole.flac")).expect("a sound");
    fs::write(house.path("half.flac"), &whole[..whole.len() / 2]).expect("half of it");
    let cues = [play("half.flac"), play("whole.flac")];
    let mut stage = Stage::of(house, &show(&[&cues[0], &cues[1]]), &|_| None);
    stage.outputs.arm(&[stage.cue("1")]);
    stage.await_light(Light::Down);
    let said = stage.health()[0].error.clone();
    // No picture tells where it ends; it is looked for 0.8 s before its end.
    assert_eq!(said.as_deref(), Some("cue 1: half.flac: breaks off before 0:05.2 of 0:06"));
    stage.arm(&["2"]);
    assert_eq!(stage.health()[0].error, None);
    stage.close();
}

#[test]
fn half_a_file_whose_length_the_player_takes_from_what_is_there_breaks_off() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    film(&house.path("a.mp4"), "10");
    sound(&house, "a.wav", 10 * 48_000, 0);
    for (words, name) in [("", "a.avi"), ("-vn", "a.ogg"), ("-vn", "a.mp3"), ("-vn", "a.caf")] {
        make(&house, "a.mp4", words, name);
    }
    let names = ["a.wav", "a.avi", "a.ogg", "a.mp3", "a.caf"];
    let mut cues = vec![];
    for name in names {
        let whole = fs::read(house.path(name)).expect("a clip");
        fs::write(house.path(&format!("half-{name}")), &whole[..whole.len() / 2]).expect("half");
        // From three seconds on, so that it is soon over.
        let half = format!("play = \"half-{name}\", from = \"3s\"");
        cues.extend([play(name), format!("do = [{{ output = \"screen\", {half} }}]")]);
    }
    cues.push("do = [{ output = \"screen\", play = \"half-a.wav\", to = \"1s\" }]".into());
    let cues: Vec<&str> = cues.iter().map(String::as_str).collect();
    let mut stage = Stage::of(house, &show(&cues), &|_| None);
    for (at, name) in names.iter().enumerate() {
        stage.arm(&[&(2 * at + 1).to_string()]);
        let half = (2 * at + 2).to_string();
        stage.outputs.arm(&[stage.cue(&half)]);
        stage.await_light(Light::Down);
        let said = stage.health()[0].error.clone().unwrap_or_default();
        let place = match *name {
            "a.wav" => "at 0:04.9 of 0:10",
            "a.avi" => "at 0:05 of 0:10",
            _ => "before its end",
        };
        assert_eq!(said, format!("cue {half}: half-{name}: breaks off {place}"));
        let firing = stage.go_pending(&half);
        stage.expect_start(firing);
        match stage.next() {
            (of, Err(ClipNews::BrokeOff(why))) if of == firing => {
                assert!(why.starts_with("the clip breaks off "), "{why}");
            }
            other => panic!("{name} should have broken off: {other:?}"),
        }
    }
    // A cue that needs no more than what is there goes as always.
    stage.arm(&["11"]);
    let firing = stage.go_pending("11");
    assert_eq!(stage.expect_start(firing), Some(1000));
    stage.expect(firing, ClipNews::Ended);
    stage.close();
}

#[test]
fn mpeg_streams_are_played_from_their_in_points_to_their_ends() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    film(&house.path("a.mp4"), "4");
    make(&house, "a.mp4", "-c:v mpeg2video -g 50 -c:a mp2", "a.ts");
    make(&house, "a.mp4", "-c:v mpeg2video -g 50 -c:a mp2", "a.mpg");
    let part = |clip: &str| {
        format!("do = [{{ output = \"screen\", play = \"{clip}\", from = \"0.5s\", to = \"2s\" }}]")
    };
    let cues = [play("a.ts"), part("a.ts"), play("a.mpg"), part("a.mpg")];
    let cues: Vec<_> = cues.iter().map(String::as_str).collect();
    let mut stage = Stage::of(house, &show(&cues), &|_| None);
    for (number, millis) in [("1", 3900), ("2", 1400), ("3", 3900), ("4", 1400)] {
        stage.arm(&[number]);
        let called = Instant::now();
        let firing = stage.go_pending(number);
        stage.expect_start(firing);
        stage.expect(firing, ClipNews::Ended);
        let took = called.elapsed();
        assert!(took > Duration::from_millis(millis), "cue {number} played for {took:?}");
    }
    stage.close();
}

#[test]
fn lists_of_files_and_what_is_no_file_are_refused_and_ask_nobody() {
    if !is_equipped() {
        return;
    }
    let host = TcpListener::bind("127.0.0.1:0").expect("a port");
    host.set_nonblocking(true).expect("a port that does not wait");
    let address = format!("http://{}/a.mp4", host.local_addr().expect("its address"));
    let house = House::new();
    for (name, text) in [
        ("plain.mp4", format!("{address}\n")),
        ("list.mp4", format!("#EXTM3U\n#EXTINF:1,x\n{address}\n")),
        (
            "hls.mp4",
            format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{address}\n#EXT-X-ENDLIST\n"),
        ),
        ("edl.mp4", format!("# mpv EDL v0\n{address}\n")),
        ("pls.mp4", format!("[playlist]\nFile1={address}\n")),
        ("cue.mp4", format!("FILE \"{address}\" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n")),
        ("concat.mp4", format!("ffconcat version 1.0\nfile '{address}'\n")),
    ] {
        fs::write(house.path(name), text).expect("a list");
    }
    assert!(
        Command::new("mkfifo").arg(house.path("pipe.mp4")).status().expect("mkfifo runs").success()
    );
    let names = [
        "plain.mp4",
        "list.mp4",
        "hls.mp4",
        "edl.mp4",
        "pls.mp4",
        "cue.mp4",
        "concat.mp4",
        "pipe.mp4",
    ];
    let cues: Vec<_> = names.map(play).to_vec();
    let cues: Vec<_> = cues.iter().map(String::as_str).collect();
    let mut stage = Stage::of(house, &show(&cues), &|_| None);
    for (at, name) in (1..).zip(names) {
        let number = at.to_string();
        let (firing, outcome) = stage.go(&number);
        assert_eq!(outcome, None, "{name}");
        let why = stage.expect_failure(firing);
        assert!(
            why.starts_with(&format!("cue {number}: {name}: is not a")) || why.contains("playlist"),
            "{why}"
        );
    }
    assert!(host.accept().is_err(), "somebody asked the host");
    stage.close();
}

#[test]
fn sounds_that_follow_each_other_lose_no_sample() {
    in_time(|| {
        if !is_equipped() {
            return;
        }
        let house = House::new();
        let (a, b) = (sound(&house, "a.wav", 96_000, 1), sound(&house, "b.wav", 72_000, 11));
        let (player, heard) = (house.path("player"), house.path("heard.pcm"));
        // What is played goes to a file, as fast as it can; nothing of the program's own is changed
        // by that.
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *--hwdec=no*) exec mpv \"$@\";; esac\n\
         exec mpv \"$@\" --ao=pcm --ao-pcm-waveheader=no --ao-pcm-file={}\n",
            heard.display()
        );
        fs::write(&player, script).expect("a script");
        fs::set_permissions(&player, fs::Permissions::from_mode(0o755))
            .expect("a script that runs");
        let cues = [play("a.wav"), play("b.wav")];
        let env = |name: &str| (name == "HANDOVER_MPV").then(|| player.display().to_string());
        let mut stage = Stage::of(house, &show(&[&cues[0], &cues[1]]), &env);
        let player = OutputLayer::main(OutputIx(0));
        let (leader, follower) = (stage.cue("1"), stage.cue("2"));
        stage.outputs.join(&[ClipJoin { player, leader, follower }]);
        stage.arm(&["1"]);
        // Both are in one list as soon as both are known.
        let both = await_some(PATIENCE, || {
            crate::player::stage_has(std::process::id(), "b.wav").then_some(())
        });
        assert!(both.is_some(), "they are not one list");
        let first = stage.go_pending("1");
        stage.expect_start(first);
        stage.expect(first, ClipNews::Ended);
        let second = stage.go_pending("2");
        assert_eq!(stage.expect_start(second), Some(1500));
        stage.expect(second, ClipNews::Ended);
        stage.outputs.close(CLOCK.now() + Duration::from_millis(700));
        let heard = fs::read(heard).expect("what was heard");
        let expected = [a, b].concat();
        let differs = heard.iter().zip(&expected).position(|(heard, expected)| heard != expected);
        assert_eq!(
            (differs, heard.len()),
            (None, expected.len()),
            "where it differs, and how long it is"
        );
    });
}

#[test]
fn a_ready_clip_says_its_length_and_a_remote_can_pause_it() {
    if !is_equipped() {
        return;
    }
    let (house, remote) = (House::new(), Remote::new());
    sound(&house, "song.wav", 6 * 48_000, 0);
    let show = house.show(&show(&[&play("song.wav"), "duration = \"1m\""]));
    let mut program = house.open(&["--fresh", "--listen", &remote.listen(), &show]);
    program.await_words(&["VT ready", "length 0:06"]);
    let is = |key: &str| remote.press(&format!("/cue/1/{key}")).data;
    assert_eq!(is("isLoaded"), false);
    remote.press("/cue/1/load").ok();
    assert_eq!(is("isLoaded"), true);
    remote.press("/cue/1/pause").refused(&["cue 1 is not running"]);
    program.press_for(" ", "clip_started");
    remote.press("/cue/1/pause").ok();
    program.await_words(&["VT paused"]);
    program.await_event("clip_paused", 1);
    assert_eq!((is("isPaused"), is("isLoaded")), (true.into(), false.into()));
    remote.press("/cue/1/togglePause").ok();
    program.await_event("clip_resumed", 1);
    // A cue without a clip has no clock of its own.
    remote.press("/cue/2/start").ok();
    let runs = || remote.press("/cue/2/isRunning").data.as_bool().filter(|runs| *runs);
    await_some(PATIENCE, runs).expect("what is asked about it says that it runs");
    remote
        .press("/cue/2/pause")
        .refused(&["cannot be paused by itself", "/pause holds the whole show"]);
    let journal = program.await_event("cue_completed", 1);
    assert_eq!(journal.cues("cue_completed"), ["1"]);
    assert!(journal.of_kind("held").is_empty());
}
