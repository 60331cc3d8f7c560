//! A real OBS Studio on a screen that nobody sees: requests with a password, refusals, a standstill,
//! and a new start. Needs obs and Xvfb, and says so where they are missing.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use handover::output::{
    Job, Light, Outcome, OutputReport, Outputs, Permits, ProbeAnswer, Surroundings, probe,
};
use handover::runtime::clock::CLOCK;
use handover::show::{CueIx, Show, file};
use rustix::process::{Pid, Signal, kill_process};

use crate::harness::display::Display;
use crate::harness::{self, House, await_some};

/// Time that OBS has to start on a machine with other work.
const START: Duration = Duration::from_secs(90);

/// The variable that holds the password.
const VARIABLE: &str = "HANDOVER_OBS_PASSWORD";

/// The password that OBS is set to.
const PASSWORD: &str = "a secret of this test";

fn is_equipped() -> bool {
    let is_there = |(name, flag): &(&str, &str)| {
        Command::new(name).arg(flag).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    let missing = [("obs", "--version"), ("Xvfb", "-help")].into_iter().find(|one| !is_there(one));
    harness::is_equipped(missing.map(|(name, _)| name))
}

/// OBS. Dropping it ends it.
struct Studio(Child);

impl Studio {
    /// Starts OBS, which keeps its settings in `house` and listens at `port`.
    fn start(house: &House, display: &Display, port: u16) -> Self {
        let folder = house.path("obs-studio");
        fs::create_dir_all(&folder).expect("a folder");
        let settings = format!(
            "[General]\nFirstRun=true\nEnableAutoUpdates=false\n[OBSWebSocket]\nFirstLoad=false\n\
             ServerEnabled=true\nServerPort={port}\nAlertsEnabled=false\nAuthRequired=true\n\
             ServerPassword={PASSWORD}\n"
        );
        fs::write(folder.join("global.ini"), settings).expect("its settings");
        let mut obs = Command::new("obs");
        obs.args(["--multi", "--disable-updater", "--disable-missing-files-check"])
            .env("DISPLAY", display.name())
            .env("QT_QPA_PLATFORM", "xcb")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("XDG_CONFIG_HOME", house.path(""))
            .env("HOME", house.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Studio(obs.spawn().expect("obs"))
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.0);
        kill_process(pid, signal).expect("obs is there");
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A show whose cues are these requests.
fn show(port: u16, requests: &[&str]) -> Arc<Show> {
    let mut text = format!(
        "title = \"OBS\"\ntimezone = \"UTC\"\n[output.obs]\nobs = \"ws://127.0.0.1:{port}\"\n\
         password = \"env:{VARIABLE}\"\n[[segment]]\ntitle = \"S\"\nduration = \"1h\"\n"
    );
    for (at, request) in requests.iter().enumerate() {
        text.push_str(&format!(
            "[[segment.cue]]\nnumber = \"{at}\"\ntitle = \"T\"\ndo = [{{ output = \"obs\", {request} }}]\n"
        ));
    }
    Arc::new(file::parse(&text, "UTC").expect("a show without a fault"))
}

/// Fires a cue, which must not wait, and gives its outcome.
fn fire(outputs: &mut Outputs, news: &Receiver<OutputReport>, cue: u32) -> Outcome {
    let job = Job { cue: CueIx(cue), firing: 1, action: 0 };
    let begun = CLOCK.now();
    assert_eq!(outputs.send(job, begun), None);
    let took = CLOCK.now().since(begun);
    assert!(took < Duration::from_secs(1), "the cue waited for OBS: {took:?}");
    loop {
        match news.recv_timeout(START).expect("a report") {
            OutputReport::Report(report) => return report.outcome,
            OutputReport::Clip(_) | OutputReport::Word(_) | OutputReport::Note(_) => {}
        }
    }
}

#[test]
fn a_real_obs_does_what_it_is_asked_and_may_stand_still_and_start_again() {
    if !is_equipped() {
        return;
    }
    let (house, display) = (House::new(), Display::open(false));
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its address").port();
    drop(free);
    let studio = Studio::start(&house, &display, port);
    let show = show(
        port,
        &[
            "request = \"CreateScene\", data = { sceneName = \"Live\" }",
            "request = \"SetCurrentProgramScene\", data = { sceneName = \"Live\" }",
            "request = \"SetCurrentProgramScene\", data = { sceneName = \"Nowhere\" }",
            "request = \"GetVersion\"",
        ],
    );
    let env = |name: &str| (name == VARIABLE).then(|| PASSWORD.to_owned());
    let folder = house.path("");
    let permits = Permits::default();
    let surroundings = Surroundings { env: &env, folder: &folder, permits: &permits, clock: CLOCK };
    let (sender, news) = channel();
    let hear = Arc::new(move |report| drop(sender.send(report)));
    let mut outputs = Outputs::live(Arc::clone(&show), &surroundings, hear);
    let is_up =
        |outputs: &Outputs| (outputs.health(CLOCK.now())[0].light == Light::Ok).then_some(());
    let up = await_some(START, || is_up(&outputs));
    assert!(up.is_some(), "{:?}", outputs.health(CLOCK.now()));

    // It takes connections before its scenes are loaded, and may be slow on a machine with other
    // work.
    let until = |outputs: &mut Outputs, cue, says: &[&str]| {
        let mut last = String::new();
        let found = await_some(START, || {
            last = match fire(outputs, &news, cue) {
                Outcome::Failed(why) => why,
                other => format!("{other:?}"),
            };
            says.iter().any(|words| last.contains(words)).then_some(())
        });
        assert!(found.is_some(), "no {says:?}: {last}");
    };
    until(&mut outputs, 0, &["Sent", "(601)"]);
    until(&mut outputs, 1, &["Sent"]);
    until(&mut outputs, 2, &["OBS refuses SetCurrentProgramScene: No source"]);
    let probed = || probe(&show, &surroundings, Duration::from_secs(10)).remove(0);
    let scenes =
        await_some(START, || Some(probed()).filter(|probed| probed.what == ProbeAnswer::Up));
    let scenes = scenes.expect("its scenes").words;
    assert!(scenes.contains("\"Live\"") && scenes.contains("on air: \"Live\""), "{scenes}");

    studio.signal(Signal::STOP);
    until(&mut outputs, 3, &["no answer within 2 s"]);
    studio.signal(Signal::CONT);
    await_some(START, || is_up(&outputs)).expect("it is met again");
    until(&mut outputs, 3, &["Sent"]);

    drop(studio);
    let is_down = || (outputs.health(CLOCK.now())[0].light == Light::Down).then_some(());
    await_some(START, is_down).expect("its end shows");
    let _studio = Studio::start(&house, &display, port);
    await_some(START, || is_up(&outputs)).expect("it is met again");
    until(&mut outputs, 3, &["Sent"]);
}
