//! Ramps and fades that go on: what of them stands on the screen.

use std::sync::Arc;

use handover::app::Page;
use handover::engine::{Event, Revised, RunNs};
use handover::output::{ClipOnAir, Health, Outcome};
use handover::show::duration::SECOND_NS;
use handover::show::{CueIx, CueNumber, file};

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
        let words = if columns == 80 { "fade out 0:03" } else { "fading out 0:03" };
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
            "ramp of cue 2 to /ch/01/mix/fader, 0:40 left",
            "ramp of cue 3 to /bus/1, 0:19 left",
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
    has(&run.text(200, 60), &["ramp of cue 2 stays where it is: /ch/01/mix/fader; the run is"]);
    has(&run.text(80, 24), &["1 clip stops; ramp of cue 2 sta"]);
    let mut run = called(3, false);
    run.keys("q");
    has(&run.text(80, 24), &["1 clip stops; 2 ramps stay"]);
    has(&run.text(120, 36), &["2 ramps stay where they are: /ch/01/mix/fader, /bus"]);
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
        &["run resumed after 0:05 down; 2 ramps were on their way: /ch/01/mix/fader, /bus/1"],
    );
    run.app.page = Page::Outputs;
    let screen = run.text(120, 36);
    assert!(!screen.contains("ramps run"), "{screen}");
}

#[test]
fn what_stops_ramps_says_which_stay_where_they_are() {
    let stays = "2 ramps stay where they are: /ch/01/mix/fader, /bus/1";
    let mut run = called(3, false);
    run.until(13.0);
    run.commit(vec![Event::Panicked {}]);
    has(&run.text_of(BODY, 120, 36), &[stays]);
    has(
        &run.text_of(BODY, 80, 24),
        &["2 ramps stay where they are:", "│ /ch/01/mix/fader, /bus/1"],
    );
    run.commit(vec![Event::Panicked {}]);
    run.go();
    has(
        &run.log_text(),
        &[&format!("PANIC: nothing comes by itself, outputs are told to stop; {stays}")],
    );
    assert!(!run.text_of(BODY, 120, 36).contains("stay where"), "only after the panic");

    let mut run = called(3, false);
    run.until(13.0);
    let moved = SHOW.replace("10.0.0.5:8000", "10.0.0.6:8000");
    let show = Revised::new(Arc::new(file::parse(&moved, "UTC").unwrap()));
    let (show_crc, sha256) = ("00000000".to_owned(), None);
    let (changed, added, removed) = (1, 0, 0);
    let revision = 2;
    run.commit(vec![Event::ShowRevised {
        revision,
        show_crc,
        sha256,
        changed,
        added,
        removed,
        show,
    }]);
    has(&run.log_text(), &[&format!("version 2: 1 changed; {stays}")]);

    // A cue that runs is stopped by hand, with its own ramps alone.
    let mut run = called(3, false);
    run.until(13.0);
    let cue = CueNumber::new("3").unwrap();
    run.commit(vec![Event::CueStopped { cue, by_player: false }]);
    has(&run.log_text(), &["cue 3 stopped; ramp of cue 3 stays where it is: /bus/1"]);
    // One that was at its end does not stay on its way.
    let mut run = called(2, false);
    run.until(60.0);
    run.commit(vec![Event::Panicked {}]);
    assert!(!run.log_text().contains("stay"), "{}", run.log_text());
}

#[test]
fn a_cue_that_stops_another_says_so_in_the_log() {
    let stops = r#"stop_cue = "2" }, { stop_cue = "1", over = "5s""#;
    let show = SHOW.replace(r#"output = "sound", stop = true, over = "3s""#, stops);
    let mut run = Run::new(&show, false);
    for second in 10..14 {
        run.until(f64::from(second));
        run.go();
    }
    has(
        &run.log_text(),
        &[
            "cue 4 fired (go), stops cue 2, stops cue 1 over 0:05; ramp of cue 2 stays where it is: \
           /ch/01/mix/fader",
        ],
    );
    // What is left of the clip is only its fade.
    let (length_ns, moves, cue) = (Some(300 * SECOND_NS), true, CueIx(0));
    let player = run.state.show().cue(cue).clip().unwrap().1;
    let clip = ClipOnAir { player, cue, position_ns: SECOND_NS, length_ns, moves };
    run.app.outputs[1].clips = vec![clip];
    run.app.outputs_ns = run.machine_ns();
    has(&run.text(200, 60), &["also running  1 Walk-in fading out 0:05"]);
}

#[test]
fn the_log_names_the_message_where_a_cue_has_several_for_an_output() {
    let crossfade = SHOW.replace(
        r#"stop = true, over = "3s" }"#,
        r#"stop = true, over = "3s" }, { output = "sound", play = "b.wav", layer = "bgm" }"#,
    );
    let mut run = Run::new(&crossfade, false);
    (0..4).for_each(|_| run.go());
    run.sent("2", 1, None);
    run.sent("4", 1, None);
    run.reported("4", 1, 1, Outcome::Sent);
    let log = run.log_text();
    has(
        &log,
        &["cue 4 → sound: sent: stop over 0:03", "cue 4 → sound: sent: play b.wav on layer bgm"],
    );
    assert!(log.lines().any(|line| line == "cue 2 → desk: sent"), "{log}");
}

#[test]
fn figures_stay_where_titles_have_to_give_way() {
    let long = SHOW.replace("Walk-in", "Walk-in music for a hall that fills slowly");
    let with_ramp = long.replace(
        r#"fade_in = "4s" }"#,
        r#"fade_in = "40s" }, { output = "desk", osc = "/fx", ramp = [0, 9], over = "30s" }"#,
    );
    let mut run = Run::new(&with_ramp, false);
    for second in [10, 11, 12] {
        run.until(f64::from(second));
        run.go();
    }
    run.until(13.0);
    has(&run.text_of(RUNDOWN, 200, 60), &["Walk-in mu… fade in 0:37  ramp 0:27  "]);
    let rundown = run.text_of(RUNDOWN, 120, 36);
    let row = rundown.lines().find(|row| row.contains("▶ 1 ")).unwrap();
    assert!(row.contains("Walk-in mu") && row.contains("0:37"), "{row:?}");
    let rundown = run.text_of(RUNDOWN, 80, 24);
    let row = rundown.lines().find(|row| row.contains("▶ 1 ")).unwrap();
    assert!(row.contains("Walk-in mu") && row.contains("fade in 0:37"), "{row:?}");
    for columns in [100, 120] {
        let screen = run.text(columns, 36);
        let row = screen.lines().find(|row| row.contains("also")).unwrap();
        let words = if columns == 100 { "fade in 0:37" } else { "fading in 0:37" };
        assert!(row.contains(words) && row.contains("ramps, longest 0:4"), "{row:?}");
    }
}

#[test]
fn many_ramps_to_an_output_are_counted_where_there_is_no_room() {
    let ramp = |n: u32| {
        format!("{{ output = \"desk\", osc = \"/ch/{n}\", ramp = [0, 9], over = \"{n}m\" }}")
    };
    let ramps: Vec<String> = (1..=30).map(ramp).collect();
    let show = SHOW.replace(r#"{ output = "sound", stop = true, over = "3s" }"#, &ramps.join(", "));
    let mut run = Run::new(&show, false);
    (0..4).for_each(|_| run.go());
    run.app.page = Page::Outputs;
    has(&run.text_of(BODY, 200, 60), &["ramp of cue 4 to /ch/30, 30:00 left"]);
    let body = run.text_of(BODY, 80, 24);
    has(&body, &["ramp of cue 4 to /ch/1, 1:00 left", " more ramps, longest 30:00 left", "sound"]);
    let named = body.lines().filter(|row| row.contains("ramp of cue")).count();
    let rest = body.lines().find(|row| row.contains("more ramps")).unwrap();
    assert!(rest.contains(&format!("{} more", 32 - named)), "{body}");
}
