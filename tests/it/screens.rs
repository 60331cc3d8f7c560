//! The screen, in text and colours, at every size that matters.
//!
//! `PAINT=FOLDER` leaves the frames as coloured text; `INSTA_UPDATE=always` takes them for the new
//! pictures.
//!
//! A picture covers the region that its test is about (`stage::Region`), so that a change retakes
//! few of them. Whole screens are those of [`the_jump_is_on_air`] at every size, and one for each
//! other page.

/// Compares a picture with the one that is kept under `name`.
macro_rules! picture {
    ($name:expr, $picture:expr) => {
        insta::with_settings!({ omit_expression => true }, { insta::assert_snapshot!($name, $picture) })
    };
}

mod acts;
mod ahead;
mod board;
mod config;
mod demo;
mod ended;
mod facts;
mod flag;
mod map;
mod ongoing;
mod pages;
mod people;
mod scrolling;
mod seconds;
mod stage;
mod steps_and_clips;
mod strip;
mod traffic;
mod walk;
mod wrong_moments;

use std::fmt::Write as _;
use std::time::Duration;

use handover::app::{Page, RemoteSign, Theme};
use handover::conductor::ConductorInput;
use handover::engine::RunNs;
use handover::output::{ClipNews, ClipOnAir, ClipReport, Health, Light};
use handover::show::duration::SECOND_NS;
use handover::show::{CueIx, OutputIx, OutputLayer};
use handover::ui::Depth;

use stage::{
    ALARMS_AND_BODY, BODY, CALLING, FOOTER, HEADER_AND_ALARMS, RUNDOWN, Run, SHOW, any_sizes,
    styles, text,
};

const SIZES: [(u16, u16); 4] = [(50, 12), (80, 24), (120, 36), (200, 60)];

/// The run page of a moment: the small window, all panels at 80x24, what is called at 120x36, the
/// rundown at 200x60.
fn run_page(name: &str, run: &mut Run) {
    picture!(format!("{name}-50x12"), run.text(50, 12));
    for (columns, rows, region) in [(80, 24, BODY), (120, 36, CALLING), (200, 60, RUNDOWN)] {
        picture!(format!("{name}-{columns}x{rows}"), run.text_of(region, columns, rows));
    }
}

/// A window that is too small for panels shows the same on every page: what is on air and what is
/// next.
fn small_is_the_run_page(run: &mut Run) {
    let page = run.app.page;
    let shown = run.text(50, 12);
    run.app.page = Page::Run;
    assert_eq!(shown, run.text(50, 12), "{page:?}");
    run.app.page = page;
}

/// A minute into the jump: 12 is about to be called, everything in front of it is done.
fn jump_on_standby() -> Run {
    let mut run = Run::new(SHOW, false);
    run.until(62.0);
    run.go();
    run.sent("1", 1, None);
    run.until(195.0);
    run
}

/// The small show, called to its end.
fn at_the_end() -> Run {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.until(315.0);
    run.go();
    run.keys("mmm");
    run.until(420.0);
    run.go();
    run.until(500.0);
    run.go();
    run.until(600.0);
    assert!(run.state.has_ended());
    run
}

#[test]
fn before_the_show_has_begun() {
    run_page("before", &mut Run::new(SHOW, false));
}

#[test]
fn a_clip_runs_and_the_next_cue_is_half_ready() {
    let mut run = Run::new(SHOW, false);
    run.until(62.0);
    run.go();
    run.sent("1", 1, None);
    run.until(75.0);
    run.keys("s13");
    run_page("half-ready", &mut run);
}

const FILM: &str = r#"
title = "Film night"
[output.screens]
mpv = true
[[segment]]
title = "One"
duration = "10m"
cue = [
  { number = "1", title = "The film", do = [{ output = "screens", play = "film.mp4" }] },
  { number = "2", title = "House lights", trigger = { after = "1" } },
]
"#;

#[test]
fn a_player_has_the_clock_of_its_clip() {
    let mut run = Run::new(FILM, false);
    run.until(10.0);
    run.go();
    run.until(20.0);
    let clip = |position_s, moves| {
        let (position_ns, length_ns) = (position_s * SECOND_NS, Some(90 * SECOND_NS));
        let (player, cue) = (OutputLayer::main(OutputIx(0)), CueIx(0));
        vec![ClipOnAir { player, cue, position_ns, length_ns, moves }]
    };
    run.app.outputs[0].clips = clip(8, true);
    run.app.outputs_ns = run.machine_ns() - Duration::from_secs(1);
    run.app.remote =
        Some(RemoteSign::Heard { address: "127.0.0.1:53000".parse().unwrap(), denied: 2 });
    // Eight seconds of it were shown a second ago: 81 are left, and it ends 81 seconds from now.
    let screen = run.text(120, 36);
    let words =
        ["1:21", "ON AIR", "The film", "VT", "left of 1:30", "OSC in 127.0.0.1:53000", "2 denied"];
    words.iter().for_each(|word| assert!(screen.contains(word), "no {word:?}:\n{screen}"));
    run_page("clip", &mut run);
    run.app.outputs[0].clips = clip(8, false);
    run.app.remote = Some(RemoteSign::Deaf("127.0.0.1:53000 is taken".into()));
    let paused = run.text(120, 36);
    assert!(
        paused.contains("VT paused") && paused.contains("OSC IN OFF  127.0.0.1:53000 is taken"),
        "{paused}"
    );
    run.app.outputs[0].clips = vec![];
    let cue = run.state.on_air()[0];
    let length_ns = Some(90 * SECOND_NS);
    for what in [ClipNews::Started { length_ns }, ClipNews::Lost("killed".into())] {
        run.drive(ConductorInput::Clip(ClipReport {
            player: OutputLayer::main(OutputIx(0)),
            cue,
            firing: 1,
            what,
        }));
    }
    let lost = run.text(120, 36);
    assert!(lost.contains("PICTURE LOST") && lost.contains("⌁"), "{lost}");
}

#[test]
fn the_jump_is_on_air() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.sent("12", 1, None);
    run.until(210.4);
    for (columns, rows) in SIZES {
        picture!(format!("jump-{columns}x{rows}"), run.text(columns, rows));
    }
    picture!("jump-120x36-styles", styles(&run.drawn(120, 36)));
}

#[test]
fn much_is_wrong() {
    let mut run = Run::new(SHOW, false);
    run.until(62.0);
    run.go();
    run.sent("1", 1, Some("no route to host"));
    run.until(100.0);
    run.keys("h");
    run.until(155.0);
    run.app.outputs[0] = Health {
        light: Light::Down,
        error: Some("no route to host".into()),
        queued: 3,
        ..Health::default()
    };
    run.app.journal_alarm = Some("the disk is full: no cue fires until there is room".into());
    run_page("wrong", &mut run);
    let screen = run.text(120, 36);
    assert!(
        screen.contains("! cue 3 MISSED: the show was held")
            && screen.contains(" HELD   0:09  1.5 "),
        "{screen}"
    );
    picture!("wrong-header-120x36", run.text_of(HEADER_AND_ALARMS, 120, 36));
    picture!("wrong-80x24-styles", run.styles_of(ALARMS_AND_BODY, 80, 24));
    run.depth = Depth::Mono;
    picture!("wrong-80x24-mono", run.styles_of(ALARMS_AND_BODY, 80, 24));
    run.depth = Depth::Ansi;
    picture!("wrong-80x24-ansi", run.styles_of(ALARMS_AND_BODY, 80, 24));
}

#[test]
fn many_outputs_are_down() {
    let mut text = String::from("title = \"Many\"\n");
    for at in 1..=14 {
        write!(text, "[output.desk{at}]\nosc = \"udp://127.0.0.1:9000\"\n").unwrap();
    }
    text += "[[segment]]\ntitle = \"One\"\nduration = \"10m\"\ncue = [{ number = \"1\", title = \"Doors\" }]\n";
    let mut run = Run::new(&text, false);
    run.until(10.0);
    run.go();
    run.until(20.0);
    for health in run.app.outputs.iter_mut().take(9) {
        (health.light, health.error) = (Light::Down, Some("connection refused".into()));
    }
    for (columns, rows, header, more) in
        [(80, 24, "9 of 14 down", "+2 more"), (120, 36, "○ ● ● ● ● ●  9 down", "○ desk9")]
    {
        let screen = run.text(columns, rows);
        assert!(
            screen.lines().nth(1).is_some_and(|line| line.trim_end().ends_with(header)),
            "{screen}"
        );
        assert!(
            screen.lines().skip(2).take(3).any(|line| line.trim_end().ends_with(more)),
            "{screen}"
        );
        picture!(format!("down-{columns}x{rows}"), run.text_of(HEADER_AND_ALARMS, columns, rows));
    }
    for columns in 60..=220 {
        let screen = run.text(columns, 24);
        let row = screen.lines().nth(1).unwrap_or_default();
        let end = match columns {
            ..76 => "end 0:00 21:09:10",
            76..100 => "at the end · ends 21:09:10",
            100.. => "at the end · ends 21:09:10  plan 21:09:10",
        };
        assert!(row.contains("down") && row.contains(end), "{columns} columns: {row}");
    }
}

#[test]
fn late_over_and_by_the_backup() {
    let mut run = jump_on_standby();
    run.until(225.0);
    run.keys("b");
    run.until(330.0);
    run.keys("s");
    run.go();
    run.until(345.0);
    run.keys("jjx");
    run_page("late", &mut run);
    run.theme = Theme::Light;
    picture!("late-80x24-light", run.styles_of(BODY, 80, 24));
}

#[test]
fn steps_are_marked() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.until(315.0);
    run.go();
    run.until(320.0);
    run.keys("m");
    run_page("steps", &mut run);
}

#[test]
fn the_show_has_ended() {
    let mut run = at_the_end();
    run_page("ended", &mut run);
}

#[test]
fn other_pages_and_what_is_typed() {
    let mut run = Run::new(SHOW, true);
    run.until(62.0);
    run.go();
    run.until(75.0);
    run.keys("?");
    assert_eq!(run.app.page, Page::Help);
    picture!("help-80x24", run.text_of(BODY, 80, 24));
    picture!("help-120x36", run.text(120, 36));
    picture!("help-200x60", run.text_of(BODY, 200, 60));
    // A key moves on from what was drawn last.
    run.text(80, 24);
    run.keys("G");
    picture!("help-80x24-end", run.text_of(BODY, 80, 24));
    run.keys("⎋⇥");
    assert_eq!(run.app.page, Page::Monitor);
    picture!("monitor-80x24", run.text(80, 24));
    run.tab_to(Page::Log);
    picture!("log-80x24", run.text_of(BODY, 80, 24));
    run.tab_to(Page::Run);
    run.keys(":ho");
    picture!("palette-80x24", run.text_of(FOOTER, 80, 24));
    run.keys("⎋/e");
    picture!("find-80x24", run.text_of(FOOTER, 80, 24));
    run.keys("⎋tWind 6 m/s, 東京");
    picture!("note-80x24", run.text_of(FOOTER, 80, 24));
}

#[test]
fn quitting_asks_first() {
    let mut run = jump_on_standby();
    run.keys("q");
    picture!("quit-80x24", run.text_of(FOOTER, 80, 24));
}

/// A show of many segments and cues, and titles that are wide.
fn long(cues: usize, of_segment: usize) -> String {
    let mut text = String::from("title = \"long\"\ntimezone = \"UTC\"\n");
    for cue in 0..cues {
        if cue % of_segment == 0 {
            write!(
                text,
                "[[segment]]\ntitle = \"区分 {}\"\nduration = \"10m\"\n",
                cue / of_segment + 1
            )
            .unwrap();
        }
        write!(
            text,
            "[[segment.cue]]\nnumber = \"{}\"\ntitle = \"照明 cue e\u{301} {cue}\"\n",
            cue + 1
        )
        .unwrap();
    }
    text
}

#[test]
fn the_selected_cue_is_always_visible() {
    for (cues, of_segment) in [(7, 3), (60, 60), (200, 4)] {
        let mut run = Run::new(&long(cues, of_segment), true);
        for step in 0..3 {
            for at in (0..cues).step_by(cues / 7 + 1).chain([cues - 1]) {
                run.app.cursor = Some(handover::show::CueIx(at as u32));
                for rows in [16, 24, 60] {
                    let text = run.text(100, rows);
                    let number = format!(" {} ", at + 1);
                    let is_marked = |line: &str| line.starts_with('▌') && line.contains(&number);
                    assert!(
                        text.lines().any(is_marked),
                        "cue {} of {cues}, {rows} rows:\n{text}",
                        at + 1
                    );
                }
            }
            run.app.cursor = None;
            for _ in 0..(cues / 4) {
                run.go();
            }
            let playhead = run.state.playhead().map(|cue| cue.0 + 1);
            if let Some(playhead) = playhead {
                let text = run.text(100, 24);
                let line = format!("● {playhead} ");
                assert!(
                    text.contains(&line),
                    "step {step}: playhead {playhead} of {cues}:\n{text}"
                );
            }
        }
    }
}

#[test]
fn any_size_draws() {
    let mut runs = [Run::new(SHOW, true), jump_on_standby(), Run::new(&long(90, 9), true)];
    runs[1].keys("s123 ");
    runs[1].until(222.0);
    runs[2].keys(":");
    for (turn, run) in runs.iter_mut().enumerate() {
        any_sizes(turn).for_each(|(columns, rows)| _ = run.drawn(columns, rows));
        for (at, page) in Page::ALL.iter().copied().enumerate() {
            run.app.page = page;
            for (columns, rows) in any_sizes(3 * at + turn) {
                run.app.scroll = usize::from(rows) * 40;
                run.drawn(columns, rows);
            }
        }
    }
}

#[test]
fn wide_titles_leave_the_columns_where_they_are() {
    let mut run = Run::new(&long(40, 10), true);
    run.go();
    for columns in (60..=140).step_by(3) {
        let buffer = run.drawn(columns, 24);
        // Below the header and the alarms, and a ribbon from 100 columns on.
        let top = if columns < 100 { 3 } else { 4 };
        let rule = (0..columns).find(|&x| buffer[(x, top)].symbol() == "┬").unwrap();
        for y in top + 1..21 {
            assert!(
                "│├".contains(buffer[(rule, y)].symbol()),
                "{columns} columns:\n{}",
                text(&buffer)
            );
        }
    }
}

#[test]
fn an_idle_second_touches_few_cells() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    for (columns, rows) in SIZES {
        run.until(211.0);
        let mut last = run.drawn(columns, rows);
        let mut cells = 0;
        for tenth in 1..=10 {
            run.now_ns = RunNs::ZERO + Duration::from_millis(211_000 + tenth * 100);
            let next = run.drawn(columns, rows);
            cells += last.diff(&next).len();
            last = next;
        }
        assert!(cells <= 120, "{columns}×{rows}: {cells} cells in a second");
    }
}
