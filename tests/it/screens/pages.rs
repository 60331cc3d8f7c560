//! The pages beside the run: the timeline, the outputs, the log.

use std::fmt::Write as _;
use std::time::Duration;

use handover::app::Page;
use handover::engine::Command;
use handover::output::{ClipOnAir, Health, Last, Latency, Light, Packet, SideHealth};
use handover::show::duration::{MILLISECOND_NS, SECOND_NS};
use handover::show::{CueIx, OutputIx, OutputLayer};

use super::stage::{BODY, Run, SHOW};
use super::{jump_on_standby, small_is_the_run_page};

/// The text of a page at 80x24 and at 120x36.
fn two_sizes(name: &str, run: &mut Run) {
    for (columns, rows) in [(80, 24), (120, 36)] {
        picture!(format!("{name}-{columns}x{rows}"), run.text_of(BODY, columns, rows));
    }
    small_is_the_run_page(run);
}

/// The small show a minute before it begins, in the middle (called late, about to run into a hard
/// start), and ended.
fn start_middle_end(page: Page) {
    let name = page.name().to_lowercase();
    let mut run = Run::new(SHOW, false);
    run.app.page = page;
    two_sizes(&format!("{name}-start"), &mut run);
    let mut run = jump_on_standby();
    run.app.page = page;
    run.keys(" s12");
    run.until(240.0);
    run.keys("3 ");
    run.sent("12", 1, Some("no route to host"));
    run.until(262.0);
    small_is_the_run_page(&mut run);
    picture!(format!("{name}-middle-80x24"), run.text_of(BODY, 80, 24));
    picture!(format!("{name}-middle-120x36"), run.text(120, 36));
    picture!(format!("{name}-middle-200x60"), run.text_of(BODY, 200, 60));
    picture!(format!("{name}-middle-80x24-styles"), run.styles_of(BODY, 80, 24));
    run.until(330.0);
    run.keys(" mmm");
    run.until(420.0);
    run.keys(" ");
    run.until(500.0);
    run.keys(" ");
    run.until(600.0);
    assert!(run.state.has_ended());
    two_sizes(&format!("{name}-end"), &mut run);
}

#[test]
fn the_timeline_from_start_to_end() {
    start_middle_end(Page::Timeline);
}

#[test]
fn the_outputs_from_start_to_end() {
    start_middle_end(Page::Outputs);
}

#[test]
fn the_log_from_start_to_end() {
    start_middle_end(Page::Log);
}

#[test]
fn a_title_does_not_choose_its_lines_sign() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"All complete\"\nduration = \"1m\"\n[[segment.cue]]\nnumber = \"1\"\n\
                title = \"One\"\nduration = \"50s\"\nsteps = [{ title = \"The flare fired\" }, { title = \"Home\" }]\n";
    let mut run = Run::new(text, true);
    run.until(10.0);
    run.keys(" m");
    run.app.page = Page::Log;
    let screen = run.text(80, 24);
    let line = |words: &str| {
        screen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{screen}"))
    };
    assert!(line("fired (go)").contains('▶'), "{screen}");
    for words in ["The flare fired", "segment started: All complete"] {
        assert!(!line(words).contains(['▶', '✓']), "{screen}");
    }
}

#[test]
fn a_backups_number_stays_whole_in_the_log() {
    let mut run = jump_on_standby();
    run.keys("b");
    run.app.page = Page::Log;
    let screen = run.text(120, 36);
    let line = screen.lines().find(|line| line.contains("replaces")).unwrap_or_default();
    assert!(line.ends_with("12     cue 12A replaces 12; not followed: 13"), "{screen}");
}

/// A show of many segments of `duration`, each with one cue.
fn many(segments: usize, duration: &str, start: &str) -> String {
    let mut text =
        String::from("title = \"Many\"\ntimezone = \"Europe/Paris\"\ndate = 2024-08-11\n");
    for at in 1..=segments {
        let start = if at == 1 { start } else { "" };
        write!(text, "[[segment]]\ntitle = \"Part {at} 部\"\nduration = \"{duration}\"\n{start}\n")
            .unwrap();
        writeln!(text, "[[segment.cue]]\nnumber = \"{at}\"\ntitle = \"Call {at}\"").unwrap();
    }
    text
}

#[test]
fn of_many_segments_the_running_one_is_in_sight_until_the_caller_scrolls() {
    let mut run = Run::new(&many(500, "10m", "start = 23:00:00"), true);
    run.app.page = Page::Timeline;
    for _ in 0..200 {
        run.until_ns(run.now_ns + Duration::from_secs(600));
        run.go();
    }
    let number = run.state.current_segment().unwrap().0 + 1;
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        assert!(screen.contains(&format!("▶ Part {number} 部")), "{screen}");
        assert!(screen.contains("of 500"), "{screen}");
    }
    picture!("timeline-500-80x24", run.text_of(BODY, 80, 24));
    // Scrolled, the page stays where it is, whatever runs.
    run.keys("j");
    let before = run.text(80, 24);
    assert!(before.contains("segments 1") && !before.contains("segments 1 to"), "{before}");
    run.keys("g");
    let first = run.text(80, 24);
    assert!(first.contains("Part 1 部") && first.contains("segments 1 to"), "{first}");
    assert!(first.contains("now ▸"), "{first}");
    run.until_ns(run.now_ns + Duration::from_secs(600));
    run.go();
    assert!(run.text(80, 24).contains("segments 1 to"));
    run.keys("G");
    let last = run.text(80, 24);
    assert!(last.contains("Part 500 部") && last.contains("◂ now"), "{last}");
    run.keys("⇥");
    run.tab_to(Page::Timeline);
    assert!(run.text(80, 24).contains(&format!("▶ Part {} 部", number + 1)));
}

#[test]
fn the_axis_goes_over_midnight_and_over_days() {
    let mut run = Run::new(&many(6, "20m", "start = 23:00:00"), true);
    run.app.page = Page::Timeline;
    run.go();
    run.until(300.0);
    let night = run.text(80, 24);
    ["23:00", "23:30", "00:30", "Aug 12"]
        .iter()
        .for_each(|word| assert!(night.contains(word), "no {word}:\n{night}"));
    picture!("timeline-night-80x24", run.text_of(BODY, 80, 24));

    let mut run = Run::new(&many(6, "12h", "start = 23:00:00"), true);
    run.app.page = Page::Timeline;
    run.go();
    run.until(300.0);
    let days = run.text(120, 36);
    ["Aug 12", "Aug 13", "Aug 14"]
        .iter()
        .for_each(|word| assert!(days.contains(word), "no {word}:\n{days}"));
    picture!("timeline-days-120x36", run.text_of(BODY, 120, 36));
}

#[test]
fn a_show_of_a_minute_that_nothing_ties_to_the_clock() {
    let mut run = Run::new(&many(3, "20s", ""), true);
    run.app.page = Page::Timeline;
    let before = run.text(80, 24);
    assert!(before.contains("T+0:00") && before.contains("T+0:40"), "{before}");
    picture!("timeline-untied-80x24", run.text_of(BODY, 80, 24));
    run.until(7.0);
    run.go();
    run.until(20.0);
    let tied = run.text(80, 24);
    assert!(tied.contains("22:59:07") && !tied.contains("T+"), "{tied}");
}

const OUTPUTS: &str = r#"
title = "All kinds"
[output.lights]
osc = "udp://10.0.0.5:8000"
[output.sound]
osc = "tcp://10.0.0.6:3032"
panic = [{ osc = "/stop" }]
[output.posts]
http = "https://api.example.com"
[output.screens]
mpv = true
[output.spare]
osc = "udp://10.0.0.9:8000"
[[segment]]
title = "One"
duration = "10m"
cue = [
  { number = "1", title = "The film", do = [{ output = "screens", play = "film.mp4" }] },
  { number = "2", title = "Lights", do = [{ output = "lights", osc = "/eos/cue/1/12/fire", args = [1, 0.5] }] },
]
"#;

fn every_kind_of_health(run: &mut Run) {
    let latency = |last, median, most| {
        let [last, median, most] = [last, median, most].map(Duration::from_nanos);
        Some(Latency { last, median, most, count: 12 })
    };
    let fired = |cue, age_s| {
        let packet = Packet::Action { cue: CueIx(cue), action: 0 };
        Some(Last { packet, has_left: true, age: Duration::from_secs(age_s) })
    };
    let panic = Some(Last { packet: Packet::Panic, has_left: false, age: Duration::from_secs(72) });
    let clip = ClipOnAir {
        player: OutputLayer::main(OutputIx(3)),
        cue: CueIx(0),
        position_ns: 8 * SECOND_NS,
        length_ns: Some(90 * SECOND_NS),
        moves: true,
    };
    let ok = Health { light: Light::Ok, ..Health::default() };
    run.app.outputs = vec![
        Health {
            sent: 112,
            last: fired(1, 3),
            latency: latency(41_700, 30_000, 112_000),
            ..ok.clone()
        },
        Health {
            light: Light::Down,
            error: Some("no answer from 10.0.0.6:3032 within 2 s".into()),
            queued: 3,
            sent: 7,
            failed: 1,
            last: panic,
            latency: latency(2_000_000, 1_500_000, 12_345_000),
            ..ok.clone()
        },
        Health {
            light: Light::Slow,
            error: Some("no answer for 4 s".into()),
            latency: latency(380 * MILLISECOND_NS, 240 * MILLISECOND_NS, 2_400 * MILLISECOND_NS),
            ..ok.clone()
        },
        Health {
            sent: 1,
            last: fired(0, 8),
            latency: latency(18_200_000, 1, 1),
            clips: vec![clip],
            ..ok
        },
        Health::default(),
    ];
    run.app.outputs_ns = run.machine_ns();
}

#[test]
fn outputs_of_every_kind_and_health() {
    let mut run = Run::new(OUTPUTS, false);
    run.app.page = Page::Outputs;
    run.until(10.0);
    run.go();
    every_kind_of_health(&mut run);
    let screen = run.text(80, 24);
    let words = [
        "● lights",
        "/eos/cue/1/12/fire 1 0.5",
        "cue 2",
        "0:03 ago",
        "0.04 ms",
        "FAILED /stop",
        "panic",
        "1:12 ago",
        "! no answer from 10.0.0.6:3032 within 2 s",
        "◐ posts",
        "▶ on air cue 1 The film  0:08 of 1:30",
        "nothing yet",
        "not tried",
    ];
    words.iter().for_each(|word| assert!(screen.contains(word), "no {word:?}:\n{screen}"));
    two_sizes("outputs-kinds", &mut run);
    picture!("outputs-kinds-80x24-styles", run.styles_of(BODY, 80, 24));
    // Five seconds later the ages and the clip have gone on, although nobody has asked the outputs.
    run.app.outputs_ns = run.app.outputs_ns - Duration::from_secs(5);
    let later = run.text(80, 24);
    ["0:08 ago", "1:17 ago", "0:13 of 1:30"]
        .iter()
        .for_each(|word| assert!(later.contains(word), "{word}:\n{later}"));
}

#[test]
fn a_mirrored_output_has_a_row_for_each_machine() {
    let show = "title = \"Mirrors\"\n[output.desk]\nosc = [\"tcp://10.0.0.2:3032\", \"tcp://10.0.0.3:3032\"]\n\
                [[segment]]\ntitle = \"One\"\nduration = \"10m\"\n";
    let mut run = Run::new(show, false);
    run.app.page = Page::Outputs;
    let why = "cannot connect to 10.0.0.3:3032: Connection refused";
    let side = |name: &str, light, sent, failed| SideHealth {
        name: name.into(),
        light,
        error: (light == Light::Down).then(|| why.into()),
        queued: 0,
        sent,
        failed,
    };
    let sides = vec![
        side("main 10.0.0.2:3032", Light::Ok, 9, 0),
        side("backup 10.0.0.3:3032", Light::Down, 0, 9),
    ];
    let error = Some(format!("backup: {why}"));
    run.app.outputs =
        vec![Health { light: Light::SideDown, error, sent: 9, sides, ..Health::default() }];
    run.app.outputs_ns = run.machine_ns();
    let screen = run.text(80, 24);
    for words in [
        "◐ desk: backup: cannot connect to 10.0.0.3:3032: Connection refused",
        "desk side down",
        "◐ desk   OSC  side down     0      9      0",
        "tcp://10.0.0.2:3032 ",
        "● main 10.0.0.2:3032    ok            0      9      0",
        "○ backup 10.0.0.3:3032  down          0      0      9",
        "    ! cannot connect to 10.0.0.3:3032",
    ] {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
    let mut rehearsal = Run::new(show, true);
    rehearsal.app.page = Page::Outputs;
    rehearsal.app.outputs = vec![Health::default()];
    let screen = rehearsal.text(80, 24);
    assert!(screen.contains("and to tcp://10.0.0.3:3032"), "{screen}");
}

#[test]
fn a_rehearsal_says_what_would_have_been_sent() {
    let mut run = Run::new(OUTPUTS, true);
    run.app.page = Page::Outputs;
    let packet = Packet::Action { cue: CueIx(1), action: 0 };
    let last = Some(Last { packet, has_left: true, age: Duration::from_secs(1) });
    run.app.outputs = vec![Health::default(); 5];
    run.app.outputs[0] = Health { last, logged: 4, ..Health::default() };
    run.app.outputs_ns = run.machine_ns();
    let screen = run.text(120, 36);
    let words = [
        "only logs",
        "LOGGED",
        "would send /eos/cue/1/12/fire 1 0.5",
        "cue 2",
        "A rehearsal: nothing leaves",
    ];
    words.iter().for_each(|word| assert!(screen.contains(word), "no {word:?}:\n{screen}"));
    picture!("outputs-rehearsal-80x24", run.text_of(BODY, 80, 24));
}

#[test]
fn the_log_keeps_every_refusal_with_its_reason() {
    let mut run = jump_on_standby();
    run.keys(" o  n⎋");
    run.app.page = Page::Log;
    let screen = run.text(120, 36);
    let refused =
        |words: &str| screen.lines().any(|line| line.contains("✕ refused") && line.contains(words));
    assert!(refused("not ready: Stunts"), "{screen}");
    let narrow = run.text(80, 24);
    assert!(narrow.contains("in 12A)"), "the fix is never cut off:\n{narrow}");
    run.app.page = Page::Run;
    run.keys("F");
    let said = run.text(80, 24);
    assert!(said.contains("F filters the log, on the log page"), "{said}");
}

#[test]
fn the_log_is_filtered_by_kind_and_searched_by_words() {
    let mut run = jump_on_standby();
    run.keys(" s1");
    run.sent("12", 1, Some("no route to host"));
    run.keys("tWind 6 m/s⏎");
    run.app.page = Page::Log;
    let kinds = |run: &mut Run| {
        let screen = run.text(120, 36);
        let lines: Vec<String> = screen.lines().skip(5).take(28).map(str::to_owned).collect();
        let word = |line: &String| {
            line.get(20..).and_then(|rest| rest.split_whitespace().next()).map(str::to_owned)
        };
        (
            screen.lines().nth(4).unwrap_or_default().to_owned(),
            lines.iter().filter_map(word).collect::<Vec<_>>(),
        )
    };
    run.keys("F");
    let (heading, _) = kinds(&mut run);
    assert!(heading.contains("only cues"), "{heading}");
    run.keys("FFF");
    let (heading, _) = kinds(&mut run);
    assert!(heading.contains("only troubles"), "{heading}");
    picture!("log-troubles-80x24", run.text_of(BODY, 80, 24));
    run.keys("F");
    let screen = run.text(80, 24);
    assert!(screen.contains("Wind 6 m/s") && !screen.contains("fired"), "{screen}");
    run.keys("FF/ROUTE no");
    let typing = run.text(80, 24);
    assert!(typing.contains("find in the log") && typing.contains("1 of "), "{typing}");
    assert!(typing.contains("no route to host") && !typing.contains("Wind"), "{typing}");
    run.keys("⏎");
    assert!(run.text(80, 24).contains("with “ROUTE no”"));
    run.keys("/x⎋");
    assert!(run.text(80, 24).contains("Wind 6 m/s"), "Escape shows all lines again");
}

#[test]
fn a_log_that_is_read_stands_still_while_lines_come() {
    let mut run = Run::new(SHOW, true);
    let note = |run: &mut Run, at: u64| run.command(Command::Note(format!("line {at}."))).unwrap();
    (1..=5_000).for_each(|at| note(&mut run, at));
    run.app.page = Page::Log;
    let rows = |run: &mut Run| {
        run.text(80, 24).lines().skip(4).take(17).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(rows(&mut run)[0].ends_with("line 5000."));
    run.keys("jjj");
    let read = rows(&mut run);
    assert!(read[0].ends_with("line 4997."), "{}", read[0]);
    (5_001..=5_100).for_each(|at| note(&mut run, at));
    assert_eq!(rows(&mut run), read);
    assert!(run.text(80, 24).contains("100 newer above"));
    run.keys("k");
    assert!(rows(&mut run)[0].ends_with("line 4998."), "it goes on from where it stands");
    run.keys("G");
    assert!(rows(&mut run)[16].ends_with("line 101."), "the oldest that is kept");
    run.keys("g");
    assert!(rows(&mut run)[0].ends_with("line 5100."));
    note(&mut run, 5_101);
    assert!(rows(&mut run)[0].ends_with("line 5101."), "it follows again");
}
