//! Clips on a real player: what is armed, what moves, what ends, and that nothing is left behind.
//!
//! Needs mpv and ffmpeg, and says so where they are missing. The clips are made here, and their
//! lengths are those that ffmpeg was asked for. Players have no window and no sound (`--vo=null`,
//! `--ao=null`).

#![expect(clippy::disallowed_methods, reason = "a test from outside lives by the machine's clock")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use handover::output::{
    ClipNews, Health, Job, Light, Outcome, OutputReport, Outputs, Permits, Report, Surroundings,
};
use handover::runtime::clock::CLOCK;
use handover::show::action::MpvCommand;
use handover::show::{CueIx, CueNumber, Show, file};
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::{self, House, PATIENCE, await_some};

/// One at a time: players share two processors, and each has only half a second for an answer.
pub(crate) static STAGE: Mutex<()> = Mutex::new(());

/// Returns `true` if the programs are there; a machine that has to have them fails instead.
pub(crate) fn is_equipped() -> bool {
    harness::is_equipped(*MISSING)
}

/// The program that is not there. Asked once, before any test has players: a player that only says
/// its version is a player as well, to a test that looks whether any is left.
static MISSING: LazyLock<Option<&str>> = LazyLock::new(|| {
    ["mpv", "ffmpeg"].into_iter().find(|name| {
        let flag = if *name == "mpv" { "--version" } else { "-version" };
        Command::new(name).arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
    })
});

/// Makes a clip with picture and sound of so many seconds.
pub(crate) fn film(path: &Path, seconds: &str) {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args([
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=320x180:rate=25",
        "-f",
        "lavfi",
        "-i",
        "sine",
    ]);
    ffmpeg.args(["-t", seconds, "-pix_fmt", "yuv420p"]).arg(path).stdin(Stdio::null());
    assert!(ffmpeg.status().expect("ffmpeg runs").success(), "a clip of {seconds} s");
}

/// The films, made once: of 2 s and of 30 s.
static FILMS: LazyLock<House> = LazyLock::new(|| {
    let house = House::new();
    film(&house.path("short.mp4"), "2");
    film(&house.path("long.mp4"), "30");
    house
});

/// A folder with clips: two of 2 s, one of 30 s, one that is none.
fn clips(house: &House) {
    for (film, name) in [("short.mp4", "a.mp4"), ("short.mp4", "b.mp4"), ("long.mp4", "long.mp4")] {
        fs::copy(FILMS.path(film), house.path(name)).expect("a copy");
    }
    // Numbers of a small generator: no format begins with them, and they are the same at every run.
    let noise = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
    fs::write(house.path("broken.mp4"), noise.collect::<Vec<_>>()).expect("a file");
}

/// A show whose cues have these actions.
pub(crate) fn show(cues: &[(&str, &str)]) -> String {
    let mut text = "title = \"Clips\"\ntimezone = \"UTC\"\n[output.screens]\nmpv = true\n\
         flags = [\"--vo=null\", \"--ao=null\"]\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n"
        .to_owned();
    for (number, action) in cues {
        text.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{number}\"\ntitle = \"T\"\ndo = [{{ output = \"screens\", {action} }}]\n"
        ));
    }
    text
}

const CUES: [(&str, &str); 14] = [
    ("1", "play = \"a.mp4\""),
    ("2", "play = \"b.mp4\", volume = 50"),
    ("3", "play = \"a.mp4\", from = \"0.5s\", to = \"1.1s\""),
    ("4", "play = \"long.mp4\""),
    ("5", "play = \"missing.mp4\""),
    ("6", "play = \"broken.mp4\""),
    ("7", "play = \"away.mp4\", optional = true"),
    ("8", "play = \"a.mp4\", from = \"0.2s\", to = \"0.5s\", loop = true"),
    ("9", "stop = true"),
    ("10", "pause = true"),
    ("11", "play = \"a.mp4\", from = \"1.7s\", loop = true"),
    ("12", "play = \"/bin/sh\""),
    ("13", "resume = true"),
    ("14", "play = \"long.mp4\", from = \"1s\""),
];

/// The outputs of a show, and the news that comes from them.
pub(crate) struct Stage {
    pub outputs: Outputs,
    pub(crate) show: Arc<Show>,
    news: Receiver<OutputReport>,
    firing: u32,
    pub house: House,
    _alone: std::sync::MutexGuard<'static, ()>,
}

impl Stage {
    fn new() -> Option<Self> {
        if !is_equipped() {
            return None;
        }
        let house = House::new();
        clips(&house);
        Some(Self::of(house, &show(&CUES), &|_| None))
    }

    /// The outputs of this show, whose clips are in the house.
    pub(crate) fn of(house: House, text: &str, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let alone = STAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let show = Arc::new(file::parse(text, "UTC").expect("a show without a fault"));
        let (sender, news) = channel();
        let hear = Arc::new(move |news| drop(sender.send(news)));
        let folder = house.path("");
        let surroundings =
            Surroundings { env, folder: &folder, permits: &Permits::default(), clock: CLOCK };
        let outputs = Outputs::live(Arc::clone(&show), &surroundings, hear);
        Stage { outputs, show, news, firing: 0, house, _alone: alone }
    }

    pub(crate) fn cue(&self, number: &str) -> CueIx {
        self.show.find(&CueNumber::new(number).expect("a number")).expect("a cue of the show")
    }

    /// Arms these cues and waits until the player has the first of them loaded.
    pub(crate) fn arm(&mut self, numbers: &[&str]) {
        let cues: Vec<_> = numbers.iter().map(|number| self.cue(number)).collect();
        self.outputs.arm(&cues);
        self.await_light(Light::Ok);
        // Nothing tells of an armed clip but the player itself: it has the file open.
        let show = Arc::clone(&self.show);
        let Some((_, _, MpvCommand::Play { clip, .. })) = show.cue(cues[0]).clip() else {
            panic!("no clip")
        };
        let armed = || stage_has(std::process::id(), clip).then_some(());
        await_some(PATIENCE, armed).expect("the clip is loaded");
    }

    pub(crate) fn await_light(&self, light: Light) {
        let found = await_some(PATIENCE, || (self.health()[0].light == light).then_some(()));
        assert!(found.is_some(), "the light is no {light:?}: {:?}", self.health());
    }

    /// State of the outputs now.
    pub(crate) fn health(&self) -> Vec<Health> {
        self.outputs.health(CLOCK.now())
    }

    pub(crate) fn go(&mut self, number: &str) -> (u32, Option<Outcome>) {
        self.firing += 1;
        (self.firing, self.send(number, 0))
    }

    /// Sends one of the actions of a cue, as a part of the last firing.
    pub(crate) fn send(&mut self, number: &str, action: u32) -> Option<Outcome> {
        let job = Job { cue: self.cue(number), firing: self.firing, action };
        self.outputs.send(job, CLOCK.now())
    }

    /// Fires a cue whose outcome comes later.
    pub(crate) fn go_pending(&mut self, number: &str) -> u32 {
        let (firing, outcome) = self.go(number);
        assert_eq!(outcome, None, "cue {number}");
        firing
    }

    /// The next news, as it comes.
    pub(crate) fn news(&self) -> OutputReport {
        self.news.recv_timeout(PATIENCE).expect("news of the player")
    }

    pub(crate) fn next(&self) -> (u32, Result<Outcome, ClipNews>) {
        match self.news.recv_timeout(PATIENCE).expect("news of the player") {
            OutputReport::Report(report) => (report.job.expect("a job").firing, Ok(report.outcome)),
            OutputReport::Clip(clip) => (clip.firing, Err(clip.what)),
            OutputReport::Word(words) | OutputReport::Note(words) => panic!("{words}"),
        }
    }

    pub(crate) fn expect(&self, firing: u32, what: ClipNews) {
        assert_eq!(self.next(), (firing, Err(what)));
    }

    /// Waits until the clip moves; gives its length in milliseconds.
    pub(crate) fn expect_start(&self, firing: u32) -> Option<u64> {
        assert_eq!(self.next(), (firing, Ok(Outcome::Sent)));
        match self.next() {
            (of, Err(ClipNews::Started { length_ns })) if of == firing => {
                length_ns.map(|ns| ns / 1_000_000)
            }
            other => panic!("firing {firing} should have started: {other:?}"),
        }
    }

    pub(crate) fn expect_silence(&self) {
        let news = self.news.recv_timeout(crate::harness::SILENCE);
        assert!(news.is_err(), "{news:?}");
    }

    pub(crate) fn expect_failure(&self, firing: u32) -> String {
        match self.next() {
            (of, Ok(Outcome::Failed(why))) if of == firing => why,
            other => panic!("firing {firing} should have failed: {other:?}"),
        }
    }

    /// The only player that is playing: the one whose clip is on air, by the file that it has open.
    pub(crate) fn playing(&self, clip: &str) -> Pid {
        let with: Vec<_> = players(std::process::id())
            .into_iter()
            .filter(|pid| !is_scout(*pid) && files(*pid).iter().any(|file| file.ends_with(clip)))
            .collect();
        assert_eq!(with.len(), 1, "one player has {clip}");
        Pid::from_raw(with[0] as i32).expect("a process")
    }

    pub(crate) fn close(self) {
        self.outputs.close(CLOCK.now() + Duration::from_millis(700));
        let left = players(std::process::id());
        assert!(left.is_empty(), "players are left: {left:?}");
    }
}

/// The children of a process, dead ones that nobody has buried among them, that are players.
pub(crate) fn players(parent: u32) -> Vec<u32> {
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    let is_player = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let Some((name, rest)) = stat.rsplit_once(") ") else { return false };
        // proc(5): the state and the parent stand after the name.
        name.ends_with("(mpv") && rest.split(' ').nth(1) == Some(&parent.to_string())
    };
    pids.filter(is_player).collect()
}

/// Returns `true` if the player of a program that is seen has this clip loaded.
pub(crate) fn stage_has(parent: u32, clip: &str) -> bool {
    open_clips(parent).iter().any(|(pid, file)| !is_scout(*pid) && file.ends_with(clip))
}

/// Returns `true` for a player that only examines files.
fn is_scout(pid: u32) -> bool {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    words.split(|byte| *byte == 0).any(|word| word == b"--hwdec=no")
}

/// Endings of the clips' names.
const CLIPS: [&str; 10] =
    [".mp4", ".png", ".wav", ".flac", ".ts", ".mpg", ".avi", ".ogg", ".mp3", ".caf"];

/// The clips that a process has open.
fn files(pid: u32) -> BTreeSet<String> {
    let fds = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let files =
        fds.filter_map(|fd| fs::read_link(fd.path()).ok()).map(|path| path.display().to_string());
    files.filter(|path| CLIPS.iter().any(|ending| path.ends_with(ending))).collect()
}

fn open_clips(parent: u32) -> Vec<(u32, String)> {
    let of = |pid: u32| files(pid).into_iter().map(move |file| (pid, file));
    players(parent).into_iter().flat_map(of).collect()
}

/// How far a clip can be that was called at `called`: a few frames, which the player counts ahead,
/// and the time since.
fn at_most_ns(called: Instant) -> u64 {
    (called.elapsed() + Duration::from_millis(200)).as_nanos() as u64
}

#[test]
fn an_armed_clip_plays_to_its_end() {
    let Some(mut stage) = Stage::new() else { return };
    stage.arm(&["1", "2"]);
    assert_eq!(stage.health()[0].clips, [], "nothing plays that nobody has called");
    let began = Instant::now();
    let firing = stage.go_pending("1");
    assert_eq!(stage.expect_start(firing), Some(2000));
    let clip = stage.health()[0].clips.first().cloned().expect("a clip on air");
    assert!(
        clip.cue == stage.cue("1") && clip.moves && clip.length_ns == Some(2_000_000_000),
        "{clip:?}"
    );
    assert!(clip.position_ns <= at_most_ns(began), "{clip:?}");
    stage.expect(firing, ClipNews::Ended);
    let took = began.elapsed();
    assert!(took > Duration::from_millis(1900), "it took {took:?}");
    assert_eq!(stage.health()[0].clips, []);
    assert_eq!(stage.health()[0].sent, 1);
    stage.close();
}

#[test]
fn a_clip_plays_from_its_in_point_to_its_out_point_again_and_again() {
    let Some(mut stage) = Stage::new() else { return };
    // Called without having been armed, twice: each time from the in-point.
    for _ in 0..2 {
        let called = Instant::now();
        let firing = stage.go_pending("3");
        assert_eq!(stage.expect_start(firing), Some(600));
        stage.expect(firing, ClipNews::Ended);
        let took = called.elapsed();
        assert!(took > Duration::from_millis(550), "it took {took:?}");
    }
    // One that is looped has no end, until it is stopped.
    let firing = stage.go_pending("8");
    assert_eq!(stage.expect_start(firing), Some(300));
    let (mut passes, mut last_ns) = (0, 0);
    let falls_back_twice = || {
        let clip = stage.health()[0].clips.first().cloned().expect("it plays on");
        assert!(clip.position_ns <= 300_000_000, "{clip:?}");
        passes += u32::from(clip.position_ns < last_ns);
        last_ns = clip.position_ns;
        (passes == 2).then_some(())
    };
    await_some(PATIENCE, falls_back_twice).expect("it begins again at its out-point");
    stage.outputs.stop(stage.cue("8"), Duration::ZERO, CLOCK.now());
    stage.expect(firing, ClipNews::Stopped);
    let firing = stage.go_pending("11");
    assert_eq!(stage.expect_start(firing), Some(300));
    stage.expect_silence();
    stage.expect_silence();
    assert!(
        stage.health()[0].clips.first().is_some_and(|clip| clip.moves),
        "it is looped to the file's end"
    );
    stage.close();
}

#[test]
fn a_clip_takes_the_place_of_another_and_the_same_one_of_itself() {
    let Some(mut stage) = Stage::new() else { return };
    // None of them comes to its end meanwhile.
    stage.arm(&["4", "14"]);
    let first = stage.go_pending("4");
    assert_eq!(stage.expect_start(first), Some(30_000));
    let second = stage.go_pending("14");
    assert_eq!(stage.expect_start(second), Some(29_000));
    stage.expect(first, ClipNews::Stopped);
    let called = Instant::now();
    let third = stage.go_pending("14");
    assert_eq!(stage.expect_start(third), Some(29_000));
    stage.expect(second, ClipNews::Stopped);
    let position_ns = stage.health()[0].clips.first().expect("a clip on air").position_ns;
    assert!(position_ns <= at_most_ns(called), "it goes on where the one before was");
    stage.close();
}

#[test]
fn pause_freezes_the_picture_resume_lets_it_go_on_and_stop_takes_it_away() {
    let Some(mut stage) = Stage::new() else { return };
    stage.arm(&["4", "1"]);
    let firing = stage.go_pending("4");
    stage.expect_start(firing);
    let position = |stage: &Stage| stage.health()[0].clips.first().cloned().expect("a clip on air");
    for _ in 0..2 {
        assert_eq!(stage.go("10").1, Some(Outcome::Sent));
        await_some(PATIENCE, || (!position(&stage).moves).then_some(())).expect("it stands");
    }
    // The player stands still a moment after it was told to, and then says where.
    let stands_still = || {
        let stands = position(&stage).position_ns;
        stage.expect_silence();
        (position(&stage).position_ns == stands).then_some(stands)
    };
    let stands = await_some(PATIENCE, stands_still).expect("it stands still");
    assert_eq!(stage.go("13").1, Some(Outcome::Sent));
    let goes_on = || (position(&stage).position_ns > stands + 500_000_000).then_some(());
    await_some(PATIENCE, goes_on).expect("it goes on");
    assert_eq!(stage.go("9").1, Some(Outcome::Sent));
    stage.expect(firing, ClipNews::Stopped);
    assert_eq!(stage.health()[0].clips, []);
    // What is armed stays armed.
    let firing = stage.go_pending("1");
    stage.expect_start(firing);
    stage.close();
}

#[test]
fn panic_stops_every_picture() {
    let Some(mut stage) = Stage::new() else { return };
    stage.arm(&["4"]);
    let firing = stage.go_pending("4");
    stage.expect_start(firing);
    let told = |reports: &[Report]| {
        reports.iter().any(|report| report.job.is_none() && report.outcome == Outcome::Sent)
    };
    let reports = stage.outputs.panic(CLOCK.now());
    assert!(reports.len() == 1 && told(&reports), "{reports:?}");
    stage.expect(firing, ClipNews::Stopped);
    // One that is called and does not move yet never does.
    let firing = stage.go_pending("2");
    match &stage.outputs.panic(CLOCK.now())[..] {
        // This thread had to wait so long that it moves already.
        reports @ [_] => {
            assert!(told(reports), "{reports:?}");
            stage.expect_start(firing);
            stage.expect(firing, ClipNews::Stopped);
        }
        reports @ [first, _] => {
            assert!(told(reports), "{reports:?}");
            assert_eq!(first.job.map(|job| job.firing), Some(firing));
            assert_eq!(first.outcome, Outcome::Failed("stopped by panic".into()));
        }
        more => panic!("a GO has one outcome, and so has a panic: {more:?}"),
    }
    stage.expect_silence();
    stage.close();
}

/// Takes the player on air away in this way, and says what is said of it.
fn lose_the_player(signal: Signal) -> Option<String> {
    let mut stage = Stage::new()?;
    stage.arm(&["4", "1"]);
    let firing = stage.go_pending("4");
    stage.expect_start(firing);
    let player = stage.playing("long.mp4");
    kill_process(player, signal).expect("the player is there");
    let struck = Instant::now();
    let (of, lost) = stage.next();
    let took = struck.elapsed();
    // Two seconds, and more on a machine with other work.
    assert!(took < PATIENCE / 2, "it took {took:?} to find out");
    println!("found out after {took:?}");
    let Err(ClipNews::Lost(why)) = lost else { panic!("{lost:?}") };
    assert_eq!(of, firing);
    assert_eq!(stage.health()[0].clips, []);
    // The next one plays as soon as there is another player, and so does the lost one.
    let called = Instant::now();
    let next = stage.go_pending("1");
    assert_eq!(stage.expect_start(next), Some(2000));
    println!("the next clip moved {:?} after its GO", called.elapsed());
    stage.await_light(Light::Ok);
    stage.expect(next, ClipNews::Ended);
    stage.arm(&["4"]);
    let again = stage.go_pending("4");
    assert_eq!(stage.expect_start(again), Some(30_000));
    stage.close();
    Some(why)
}

#[test]
fn a_player_that_is_killed_on_air_is_told_of_and_replaced() {
    let Some(why) = lose_the_player(Signal::KILL) else { return };
    assert_eq!(why, "the player ended: signal 9");
}

#[test]
fn a_player_that_freezes_on_air_is_told_of_and_replaced() {
    let Some(why) = lose_the_player(Signal::STOP) else { return };
    assert_eq!(why, "the player stopped answering");
}

#[test]
fn a_clip_that_cannot_be_played_is_told_of_before_it_is_called() {
    let Some(mut stage) = Stage::new() else { return };
    for (number, said) in [
        ("5", "cue 5: missing.mp4: there is no such file"),
        (
            "12",
            "cue 12: /bin/sh: lies outside the folder of the show; if you trust the show, put the folder of the clip \
             into the list `clips` of config.toml",
        ),
        ("6", "cue 6: broken.mp4: is not a clip the player can load (unrecognized file format)"),
    ] {
        stage.outputs.arm(&[stage.cue("1")]);
        stage.await_light(Light::Ok);
        stage.outputs.arm(&[stage.cue(number), stage.cue("1")]);
        stage.await_light(Light::Down);
        assert_eq!(stage.health()[0].error.as_deref(), Some(said));
        assert_eq!(stage.go(number).1, Some(Outcome::Failed(said.into())));
    }
    // One that is put there in the meantime is taken up.
    fs::copy(stage.house.path("a.mp4"), stage.house.path("missing.mp4")).expect("a copy");
    stage.arm(&["5", "1"]);
    let firing = stage.go_pending("5");
    assert_eq!(stage.expect_start(firing), Some(2000));
    stage.close();
}

#[test]
fn a_clip_that_is_called_without_warning_fails_in_words() {
    let Some(mut stage) = Stage::new() else { return };
    let firing = stage.go_pending("6");
    let why = stage.expect_failure(firing);
    assert!(why.starts_with("cue 6: broken.mp4: is not a clip"), "{why}");
    stage.await_light(Light::Down);
    stage.arm(&["1"]);
    let firing = stage.go_pending("7");
    assert_eq!(stage.expect_failure(firing), "away.mp4 is not there; the cue goes without it");
    assert_eq!(stage.health()[0].light, Light::Ok, "{:?}", stage.health());
    stage.close();
}

#[test]
fn check_tries_every_clip_out() {
    if !is_equipped() {
        return;
    }
    let house = House::new();
    clips(&house);
    let check = |cues: &[(&str, &str)]| {
        let mut handover = Command::new(env!("CARGO_BIN_EXE_handover"));
        let output =
            handover.args(["check", &house.show(&show(cues))]).output().expect("the program runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        )
    };
    let (status, said) = check(&CUES);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("broken.mp4: is not a clip the player can load"), "{said}");
    assert!(
        said.contains("missing.mp4: there is no such file") && said.contains("3 errors"),
        "{said}"
    );
    assert!(said.contains("/bin/sh: lies outside the folder of the show"), "{said}");
    let (status, said) = check(&[CUES[0], CUES[2], CUES[6]]);
    assert_eq!(status, Some(0), "{said}");
    assert!(
        said.contains("no errors") && said.contains("note: away.mp4: there is no such file"),
        "{said}"
    );
    let (status, said) = check(&[("1", "play = \"a.mp4\", from = \"1h\"")]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("`from` is \"1h\", and the clip lasts"), "{said}");
}

#[test]
fn without_mpv_a_show_opens_and_says_what_is_missing() {
    let house = House::new();
    let show = Arc::new(file::parse(&show(&CUES), "UTC").expect("a show without a fault"));
    let folder = house.path("");
    let nowhere = |name: &str| (name == "HANDOVER_MPV").then(|| "/nowhere/mpv".to_owned());
    let surroundings =
        Surroundings { env: &nowhere, folder: &folder, permits: &Permits::default(), clock: CLOCK };
    let mut outputs = Outputs::live(show, &surroundings, Arc::new(|_| {}));
    await_some(PATIENCE, || (outputs.health(CLOCK.now())[0].light == Light::Down).then_some(()))
        .expect("the light goes out");
    let said = "HANDOVER_MPV names /nowhere/mpv, which is not there";
    assert_eq!(outputs.health(CLOCK.now())[0].error.as_deref(), Some(said));
    let job = Job { cue: CueIx(0), firing: 1, action: 0 };
    assert_eq!(outputs.send(job, CLOCK.now()), Some(Outcome::Failed(said.into())));
}

#[test]
fn no_player_outlives_the_program() {
    if !is_equipped() {
        return;
    }
    let _alone = STAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for killed in [false, true] {
        let house = House::new();
        clips(&house);
        let path = house.show(&show(&CUES));
        let mut program = house.open(&["--fresh", &path]);
        program.keys(" ");
        program.await_event("action_sent", 1);
        let own = program.pid.as_raw_nonzero().get() as u32;
        let mine = players(own);
        assert!(!mine.is_empty(), "it has a player");
        for player in &mine {
            let stat = fs::read_to_string(format!("/proc/{player}/stat")).expect("it runs");
            let words: Vec<_> = stat.rsplit_once(") ").expect("a name").1.split(' ').collect();
            // proc(5): the session and the terminal are the fourth and the fifth word after the
            // name.
            assert_eq!(
                (words[3], words[4]),
                (player.to_string().as_str(), "0"),
                "it has no terminal"
            );
            let said = fs::read_to_string(format!("/proc/{player}/cmdline")).expect("it runs");
            let line =
                said.split('\0').find_map(|word| word.strip_prefix("--input-ipc-client=fd://"));
            assert!(
                line.is_some_and(|line| line.parse::<u32>().is_ok_and(|line| line > 2)),
                "{line:?}"
            );
        }
        if killed {
            program.kill();
        } else {
            program.press_to_see("q", &["y leaves"]);
            program.keys("y");
            program.await_exit();
        }
        // One that has ended is gone, though nobody may have buried it yet.
        let is_there = |pid: &u32| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.contains("(mpv) ") && !stat.contains("(mpv) Z")
        };
        let gone = await_some(PATIENCE, || (!mine.iter().any(is_there)).then_some(()));
        assert!(gone.is_some(), "players have outlived the program (killed: {killed}): {mine:?}");
    }
}

/// Not a test: measures, for those who ask (`cargo test --release --test it measure_go -- --ignored
/// --nocapture`).
#[test]
#[ignore = "measures, and asserts nothing about the machine"]
fn measure_go() {
    let Some(mut stage) = Stage::new() else { return };
    let (mut call, mut moves) = (vec![], vec![]);
    for n in 0..40 {
        let number = if n % 2 == 0 { "1" } else { "2" };
        stage.arm(&[number]);
        // The clip stands at its in-point by then; what is measured is the GO alone.
        std::thread::sleep(Duration::from_millis(300));
        let go = Instant::now();
        let firing = stage.go_pending(number);
        call.push(go.elapsed());
        assert_eq!(stage.next(), (firing, Ok(Outcome::Sent)));
        moves.push(go.elapsed());
        while stage.news.recv_timeout(Duration::from_millis(50)).is_ok() {}
    }
    for (what, mut times) in [("GO returns", call), ("GO to core-idle=false, heard", moves)] {
        times.sort_unstable();
        println!("{what}: p50 {:?}, p99 {:?}, max {:?}", times[19], times[38], times[39]);
    }
    stage.close();
}
