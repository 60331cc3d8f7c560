//! Ramps and fades that go on: what of them stands on the screen.

use handover::app::Page;
use handover::engine::{Event, RunNs};
use handover::output::{ClipOnAir, Health};
use handover::show::CueIx;
use handover::show::duration::SECOND_NS;

use super::stage::{BODY, RUNDOWN, Run};

const SHOW: &str = r#"
    title = "Goes on"
    [output.desk]
    osc = "udp://10.0.0.5:8000"
    [output.sound]
    mpv = true
    [[segment]]
    title = "One"
    duration = "10m"
    cue = [
      { number = "1", title = "Walk-in", duration = "5m", do = [{ output = "sound", play = "a.wav", fade_in = "4s" }] },
      { number = "2", title = "Fader", do = [{ output = "desk", osc = "/ch/01/mix/fader", ramp = [0.0, 0.75], over = "42s" }] },
      { number = "3", title = "Bus", duration = "3m", do = [{ output = "desk", osc = "/bus/1", ramp = [0, 9], over = "20s" }] },
      { number = "4", title = "Out", do = [{ output = "sound", stop = true, over = "3s" }] },
      { number = "5", title = "Last" },
    ]
"#;

/// A run in which the first `cues` cues were called, one a second from the tenth on.
fn called(cues: u64, rehearsal: bool) -> Run {
    let mut run = Run::new(SHOW, rehearsal);
    for cue in 0..cues {
        run.until((10 + cue) as f64);
        run.go();
    }
    let (length_ns, moves) = (Some(300 * SECOND_NS), true);
    let (player, cue) = (run.state.show().cue(CueIx(0)).clip().expect("a clip").1, CueIx(0));
    let clip = ClipOnAir { player, cue, position_ns: SECOND_NS, length_ns, moves };
    let playing = Health { clips: vec![clip], ..Health::default() };
    run.app.outputs = vec![Health::default(), playing];
    run.app.outputs_ns = run.machine_ns();
    run
}

#[track_caller]
fn has(screen: &str, words: &[&str]) {
    for words in words {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
}

#[test]
fn the_rundown_and_the_panel_say_what_goes_on() {
    let mut run = called(1, false);
    run.until(11.0);
    has(&run.text(120, 36), &["fading in 0:03  VT", "VT  fading in 0:03"]);
    let mut run = called(3, false);
    run.until(12.5);
    has(&run.text(80, 24), &["2    Fader            ramp 0:41"]);
    has(
        &run.text(200, 60),
        &["ramp 0:41", "ramp 0:20", "also running  1 Walk-in", "2 ramps, longest 0:41"],
    );
    run.until(40.0);
    has(&run.text(120, 36), &["also running  1 Walk-in 4:31  ramp of cue 2, 0:13"]);
    let mut run = called(4, false);
    run.until(13.5);
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let words = if columns == 80 { "fading 0:03" } else { "fading out 0:03" };
        has(&run.text_of(RUNDOWN, columns, rows), &[words]);
    }
    run.until(60.0);
    let screen = run.text(200, 60);
    assert!(!screen.contains("ramp") && !screen.contains("fading"), "{screen}");
}

#[test]
fn the_outputs_say_what_they_change() {
    let mut run = called(4, false);
    run.app.page = Page::Outputs;
    has(
        &run.text_of(BODY, 80, 24),
        &[
            "2 ramps run, longest 0:40 left",
            "▶ on air cue 1 Walk-in  0:01 of 5:00  fading out 0:03",
        ],
    );
    run.until(40.0);
    has(&run.text_of(BODY, 80, 24), &["ramp of cue 2 to /ch/01/mix/fader, 0:13 left"]);
    // A rehearsal makes none.
    let mut rehearsal = called(3, true);
    rehearsal.app.page = Page::Outputs;
    let screen = rehearsal.text(200, 60);
    assert!(!screen.contains("ramps run"), "{screen}");
}

#[test]
fn leaving_says_which_ramps_stay_where_they_are() {
    let mut run = called(2, false);
    run.keys("q");
    has(&run.text(200, 60), &["ramp of cue 2 to /ch/01/mix/fader stays where it is; the run is"]);
    let mut run = called(3, false);
    run.keys("q");
    has(&run.text(80, 24), &["1 clip stops; 2 ramps stay"]);
    run.until(60.0);
    run.keys("nq");
    let screen = run.text(200, 60);
    assert!(!screen.contains("ramps stay"), "{screen}");
}

#[test]
fn after_a_resume_the_log_says_which_ramps_were_on_their_way() {
    let mut run = called(3, false);
    run.now_ns = RunNs::ZERO + std::time::Duration::from_secs(20);
    let (down_ns, listen, web) = (5 * SECOND_NS, None, None);
    run.commit(vec![Event::RunResumed { down_ns, listen, web, gap: false, auto: false }]);
    run.app.page = Page::Log;
    has(
        &run.text(120, 36),
        &["run resumed after 0:05 down; 2 ramps of cues 2, 3 were on their way"],
    );
    run.app.page = Page::Outputs;
    let screen = run.text(120, 36);
    assert!(!screen.contains("ramps run"), "{screen}");
}
