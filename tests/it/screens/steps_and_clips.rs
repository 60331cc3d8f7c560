//! The monitor's pictures of steps, descents and clips, and the screen in ASCII, with the cues of
//! the built-in show.

use std::time::Duration;

use handover::app::Page;
use handover::conductor::ConductorInput;
use handover::engine::{Cause, Command};
use handover::output::{ClipNews, ClipOnAir, ClipReport, Outcome};
use handover::show::duration::SECOND_NS;
use handover::show::{CueIx, CueNumber, OutputIx, OutputLayer, builtin};
use handover::ui::{Depth, Glyphs};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::Color;

use super::small_is_the_run_page;
use super::stage::{BODY, MONITOR, Run, text};

/// Page at 80x24, run page at 120x36 and 200x60, small window.
const FACTS: [(u16, u16, Page); 5] = [
    (50, 12, Page::Run),
    (80, 24, Page::Monitor),
    (120, 36, Page::Run),
    (200, 60, Page::Run),
    (200, 60, Page::Monitor),
];

/// A rehearsal of the built-in show in which `cue` has just been called, a minute after the run
/// began.
fn called(cue: &str) -> Run {
    let mut run = standing_by(cue);
    run.command(Command::Standby).unwrap();
    let needs = run.state.show().cue(run.state.playhead().unwrap()).needs.len();
    for department in 0..needs {
        run.command(Command::ToggleReady(department)).unwrap();
    }
    run.go();
    let ix = run.state.show().find(&CueNumber::new(cue).unwrap()).unwrap();
    let firing = run.state.cue(ix).firings;
    for at in 0..run.state.show().cue(ix).actions.len() as u32 {
        run.reported(cue, firing, at, Outcome::Rehearsed(String::new()));
    }
    run
}

/// The same with `cue` at the playhead, and nothing called.
fn standing_by(cue: &str) -> Run {
    let mut run = Run::new(builtin::find("paris-2024").unwrap().text, true);
    run.until(60.0);
    let ix = run.state.show().find(&CueNumber::new(cue).unwrap()).unwrap();
    run.command(Command::PlayheadTo(ix)).unwrap();
    run
}

/// Marks `steps` steps, a second apart, and lets time pass to `seconds` after the call.
fn marked(cue: &str, steps: u32, seconds: f64) -> Run {
    let mut run = called(cue);
    for step in 0..steps {
        run.until(61.0 + f64::from(step));
        run.keys("m");
    }
    run.until(60.0 + seconds);
    run
}

/// The picture as a page at 80x24 at the beginning, in the middle and at the end; in the middle on
/// the run page at 120x36 and in a `large` window, too.
fn sights(name: &str, large: Page, stages: [(&str, Run); 3]) {
    let sight = |stage: &str, run: &mut Run, (columns, rows, page)| {
        run.app.page = page;
        let (kind, region) = if page == Page::Run { ("", MONITOR) } else { ("-page", BODY) };
        picture!(
            format!("look-{name}-{stage}-{columns}x{rows}{kind}"),
            run.text_of(region, columns, rows)
        );
    };
    for (stage, mut run) in stages {
        sight(stage, &mut run, (80, 24, Page::Monitor));
        small_is_the_run_page(&mut run);
        if stage == "middle" {
            sight(stage, &mut run, (120, 36, Page::Run));
            sight(stage, &mut run, (200, 60, large));
        }
    }
}

/// The monitor's page at 80x24, which has no other panel.
fn page(run: &mut Run) -> String {
    run.app.page = Page::Monitor;
    run.text(80, 24)
}

/// The cells of a frame that are drawn solid, by their colour.
fn solid(frame: &Buffer, colour: Color) -> usize {
    let is_solid = |cell: &&Cell| cell.fg == colour && "█▀▄▌▐▘▝▖▗▚▞▛▜▙▟".contains(cell.symbol());
    frame.content().iter().filter(is_solid).count()
}

#[test]
fn the_rings_light_up_on_the_sign() {
    sights(
        "sign",
        Page::Monitor,
        [
            ("start", called("34")),
            ("middle", marked("34", 3, 20.0)),
            ("end", marked("34", 4, 80.0)),
        ],
    );
    let mut run = marked("34", 3, 20.0);
    picture!("look-sign-120x36-styles", run.styles_of(MONITOR, 120, 36));
    run.depth = Depth::Ansi;
    picture!("look-sign-120x36-ansi", run.styles_of(MONITOR, 120, 36));
    run.depth = Depth::Mono;
    picture!("look-sign-120x36-mono", run.styles_of(MONITOR, 120, 36));
}

#[test]
fn the_rings_light_up_one_by_one() {
    sights(
        "rings",
        Page::Run,
        [("start", called("6")), ("middle", marked("6", 2, 5.0)), ("end", marked("6", 4, 14.0))],
    );
    let blue = Color::Rgb(0x00, 0x81, 0xc8);
    let mut before = 0;
    for steps in 0..3 {
        let mut run = marked("6", steps, 5.0);
        run.app.page = Page::Monitor;
        let frame = run.drawn(120, 36);
        let lit = solid(&frame, blue);
        // The blue ring is the first: it is drawn when it is marked, and stays as it is when the
        // next one is.
        let expected = if steps == 0 { 0 } else { 60 };
        assert!(lit >= expected && (steps > 0 || lit == 0), "{steps} marked: {lit} blue cells");
        assert!(steps < 2 || lit == before, "{steps} marked: {lit} blue cells instead of {before}");
        before = lit;
        let screen = page(&mut run);
        let count = |sign: char| screen.chars().filter(|c| *c == sign).count();
        // Each step has its sign in its ring and beside its title.
        assert!(
            count('✓') >= 2 * steps as usize && count('○') >= 2 * (4 - steps as usize),
            "{screen}"
        );
    }
}

#[test]
fn steps_are_cards_with_their_times() {
    sights(
        "marks",
        Page::Run,
        [
            ("start", called("19")),
            ("middle", marked("19", 1, 20.0)),
            ("end", marked("19", 2, 80.0)),
        ],
    );
    let mut run = marked("19", 2, 20.0);
    let screen = page(&mut run);
    // The run begins at 20:59 UTC: the steps are marked 61 and 62 seconds later, which is Paris's
    // 23:00:01 and 02.
    for words in
        ["┏ ✓ 1 ━", "┃ The mayor of Paris", "23:00:01", "23:00:02", "┌ ● 3 ─", "│ The mayor of Los"]
    {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
}

#[test]
fn any_number_of_steps_is_drawn() {
    for look in ["", "look = \"rings\"", "look = \"hollywood\""] {
        for count in [1, 2, 3, 4, 6, 7, 12, 99] {
            let steps: Vec<_> = (0..count)
                .map(|at| format!("{{ title = \"Step {at}\", colour = \"red\" }}"))
                .collect();
            let text = format!(
                "title = \"Many\"\n[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n[[segment.cue]]\nnumber = \"1\"\n\
                 title = \"All\"\n{look}\nsteps = [{}]\n",
                steps.join(", ")
            );
            let mut run = Run::new(&text, true);
            run.go();
            run.keys("m");
            for page in [Page::Run, Page::Monitor] {
                run.app.page = page;
                for (columns, rows) in
                    [(60, 16), (61, 17), (80, 24), (100, 30), (120, 36), (200, 60), (220, 16)]
                {
                    let screen = run.text(columns, rows);
                    let is_told = page == Page::Run || screen.contains("✓");
                    assert!(is_told, "{look} {count} at {columns}×{rows}:\n{screen}");
                }
            }
        }
    }
}

#[test]
fn a_descent_is_seen_from_the_side() {
    let at = |cue: &str, seconds: f64| marked(cue, 0, seconds);
    sights(
        "roof",
        Page::Monitor,
        [("start", called("24")), ("middle", at("24", 22.5)), ("end", at("24", 44.0))],
    );
    sights(
        "skydive",
        Page::Run,
        [("start", called("33")), ("middle", at("33", 35.0)), ("end", at("33", 69.0))],
    );
    let mut run = at("24", 22.5);
    picture!("look-roof-120x36-styles", run.styles_of(MONITOR, 120, 36));
    run.depth = Depth::Ansi;
    picture!("look-roof-120x36-ansi", run.styles_of(MONITOR, 120, 36));
    run.depth = Depth::Mono;
    picture!("look-roof-120x36-mono", run.styles_of(MONITOR, 120, 36));
    // Half of five legs of 9 s: in the middle of the third, from 33 to 15 m.
    let screen = page(&mut run);
    for words in [
        "height  24 m",
        "2.0 m/s",
        "fallen 22 m of 46 m",
        "46 m ┤",
        "0 m ┤",
        "Stade de France  0:45",
    ] {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
    // Half of six legs of 11⅔ s: the canopy has just opened at 1,200 m, and the next leg falls 650
    // m.
    let screen = page(&mut at("33", 35.0));
    for words in
        ["height  1,200 m", " 55.7 m/s", "4,000 m ┤", "Hollywood sign  1:10", "clips/flight.mp4"]
    {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
}

#[test]
fn what_goes_up_and_comes_down_has_not_fallen() {
    let text = "title = \"Kite\"\n[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n[[segment.cue]]\nnumber = \"1\"\n\
                title = \"Kite\"\nduration = \"1m\"\n\
                route = { points = [[48.0, 2.0, 0.0], [48.0, 2.1, 80.0], [48.0, 2.2, 0.0]] }\n";
    let mut run = Run::new(text, true);
    run.until(10.0);
    run.go();
    // A quarter of the way, and three: half way up, and half way down.
    for (seconds, arrow) in [(25.0, "↑   2.7 m/s"), (55.0, "↓   2.7 m/s")] {
        run.until(seconds);
        let screen = page(&mut run);
        assert!(screen.contains("height  40 m") && screen.contains(arrow), "{screen}");
        assert!(!screen.contains("fallen") && !screen.contains("risen"), "{screen}");
    }
}

/// Cues whose pictures are at the edge of what a show file may ask for.
const ODD: &str = r##"
title = "Odd"
[output.screens]
mpv = true
[output.posts]
http = "https://api.example.com"
[place.date-line]
name = "日付変更線の島"
at = [-16.5, 180]
[place.pole]
name = "P"
at = [90, 0]
[[segment]]
title = "One"
duration = "23h"
cue = [
  { number = "1", title = "Deep", duration = "1s", route = { points = [[31.5, 35.5, -430.5], [28, 86.9, 8848], [31.5, 35.5, -430.5]] } },
  { number = "2", title = "Still", duration = "1s", route = { points = [[10, 20, 0.0], [10, 20, 0.0]] } },
  { number = "3", title = "Here", duration = "1s", route = { points = [[10, 20], [10, 20]] } },
  { number = "4", title = "Poles", duration = "1s", route = { points = ["pole", [-90, 12], "pole"] } },
  { number = "5", title = "Islands", duration = "1s", route = { points = ["date-line", [-16.4, -179.99], "date-line"] } },
  { number = "6", title = "No end", route = { points = ["date-line", "pole", [0.0, 0.0], [0.0, 120.0], [0.0, -120.0]] } },
  { number = "7", title = "Long", duration = "22h", do = [{ output = "screens", play = "長い映画.mp4", from = "99h" }] },
  { number = "8", title = "Post", do = [{ output = "posts", method = "POST", path = "/p", json = { text = "日本語 and on and on and on and on" } }] },
  { number = "9", title = "Steps", look = "hollywood", steps = [{ title = "日本語の段" }, { title = "e\u0301", colour = "#000000" }] },
]
"##;

#[test]
fn odd_pictures_are_drawn_at_any_size() {
    for at in 0..9_u32 {
        for is_called in [false, true] {
            let mut run = Run::new(ODD, true);
            run.until(1.0);
            run.command(Command::PlayheadTo(CueIx(at))).unwrap();
            if is_called {
                run.go();
                run.now_ns += Duration::from_secs(1) / 3;
            }
            for page in [Page::Run, Page::Monitor] {
                run.app.page = page;
                for columns in (1..=240).step_by(29).chain([24, 60, 80, 103]) {
                    for rows in (1..=70).step_by(11).chain([16, 17]) {
                        run.glyphs =
                            if (columns + rows) % 2 == 0 { Glyphs::Ascii } else { Glyphs::All };
                        let frame = run.drawn(columns, rows);
                        let number = format!(" {}  ", at + 1);
                        let is_told = page == Page::Run
                            || columns < 60
                            || rows < 16
                            || text(&frame).contains(&number);
                        assert!(
                            is_told,
                            "cue {at} on {page:?} at {columns}×{rows}:\n{}",
                            text(&frame)
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn film_runs_past_the_gate() {
    let at = |seconds: f64| {
        let mut run = Run::new(builtin::find("paris-2024").unwrap().text, true);
        run.until(60.0);
        let cue = run.state.show().find(&CueNumber::new("14").unwrap()).unwrap();
        run.command(Command::Start { cue, cause: Cause::Go }).unwrap();
        // The cue follows the one before it, which lasts two minutes.
        run.until(180.0 + seconds);
        run
    };
    sights("film", Page::Run, [("start", at(0.1)), ("middle", at(15.0)), ("end", at(29.5))]);
    let mut run = at(15.0);
    picture!("look-film-120x36-styles", run.styles_of(MONITOR, 120, 36));
    // From 0:12 to 0:42 of its file, and half of it is over.
    let screen = page(&mut run);
    for words in [
        "clips/28-july.mp4",
        "in 0:12   out 0:42   length 0:30   volume 80 %",
        "0:15 █",
        "0:15 left of 0:30",
    ] {
        assert!(screen.contains(words), "no {words:?}:\n{screen}");
    }
    // The gate stands at 0:27 of the file: the frame of 0:20 to its left, the one of 0:30 to its
    // right.
    let row = screen
        .lines()
        .find(|line| line.contains("0:20") && line.contains("0:30"))
        .unwrap_or_default();
    let column = |word: &str| row.find(word).map(|at| row[..at].chars().count());
    let gate = column("┃");
    assert!(column("0:20") < gate && gate < column("0:30"), "{screen}");
    // Once it has played, all of it is to the left of the gate.
    let screen = page(&mut at(31.0));
    assert!(screen.contains("VT played") && screen.contains("█ played 0:30"), "{screen}");
    let row = screen.lines().find(|line| line.contains("0:20")).unwrap_or_default();
    let column = |word: &str| row.find(word).map(|at| row[..at].chars().count());
    assert!(column("0:30") < column("┃") && column("0:20").is_some(), "{screen}");
}

#[test]
fn a_clip_that_is_only_heard_has_no_picture_to_lose() {
    for (layer, clip, panel, line) in [
        ("main", "a.mp4\", optional = true, to = \"30s", "without its picture", "CLIP LOST"),
        ("bgm", "a.mp3", "SOUND LOST, layer bgm", "cue 1 CLIP LOST: layer bgm: killed"),
        ("bgm", "a.mp4", "SOUND LOST, layer bgm", "cue 1 CLIP LOST: layer bgm: killed"),
        ("main", "a.mp3", "SOUND LOST", "cue 1 CLIP LOST: killed"),
        ("main", "a.mp4", "PICTURE LOST", "cue 1 CLIP LOST: killed"),
    ] {
        let text = format!(
            "title = \"Bed\"\n[output.screens]\nmpv = true\n[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n\
             [[segment.cue]]\nnumber = \"1\"\ntitle = \"Bed\"\nduration = \"5m\"\n\
             do = [{{ output = \"screens\", play = \"{clip}\", layer = \"{layer}\" }}]\n"
        );
        let mut run = Run::new(&text, false);
        run.until(10.0);
        run.go();
        run.until(20.0);
        let cue = run.state.on_air()[0];
        let player = run.state.show().cue(cue).clip().expect("a clip").1;
        let what = ClipNews::Lost("killed".into());
        run.drive(ConductorInput::Clip(ClipReport { player, cue, firing: 1, what }));
        let screen = run.text(120, 36);
        assert!(screen.contains(panel) && screen.contains(line), "{screen}");
        // Afterwards nobody says that it was played.
        run.until(400.0);
        let screen = run.text(120, 36);
        assert!(!screen.contains("VT played") && !screen.contains("█ played"), "{screen}");
    }
}

#[test]
fn a_strip_shows_no_picture_that_is_not_there() {
    let text = "title = \"Film\"\n[output.screens]\nmpv = true\n[[segment]]\ntitle = \"One\"\nduration = \"10m\"\n\
                [[segment.cue]]\nnumber = \"1\"\ntitle = \"Film\"\n\
                do = [{ output = \"screens\", play = \"a.mp4\", from = \"5s\", to = \"35s\" }]\n";
    let mut run = Run::new(text, false);
    run.until(10.0);
    run.go();
    run.until(20.0);
    let (cue, player) = (run.state.on_air()[0], 0);
    let clip = ClipOnAir {
        player: OutputLayer::main(OutputIx(0)),
        cue,
        position_ns: 10 * SECOND_NS,
        length_ns: Some(30 * SECOND_NS),
        moves: false,
    };
    run.app.outputs[player].clips = vec![clip];
    run.app.outputs_ns = run.machine_ns();
    let screen = page(&mut run);
    assert!(
        screen.contains("VT paused")
            && screen.contains("0:20 left of 0:30")
            && screen.contains("▪ ▪"),
        "{screen}"
    );
    run.app.outputs[player].clips = vec![];
    let lost = ClipNews::Lost("killed".into());
    run.drive(ConductorInput::Clip(ClipReport {
        player: OutputLayer::main(OutputIx(0)),
        cue,
        firing: 1,
        what: lost,
    }));
    let screen = page(&mut run);
    assert!(screen.contains("PICTURE LOST") && !screen.contains("▪ ▪"), "{screen}");
}

#[test]
fn a_post_is_read_before_and_after_it_is_sent() {
    // The Tower, which sparkles at 23:00, is held for 25 seconds.
    let mut standing = standing_by("36");
    standing.until(86.0);
    for (mut run, word) in [(standing, "next"), (called("36"), "just fired")] {
        let screen = page(&mut run);
        for words in ["│ Thank you, Paris! Now off to LA", "rehearsal: shown, not sent", word] {
            assert!(screen.contains(words), "no {words:?}:\n{screen}");
        }
        run.app.page = Page::Run;
        let screen = run.text(120, 36);
        assert!(screen.contains("│ Thank you, Paris! Now off to LA"), "{screen}");
    }
    let mut later = called("36");
    later.until(84.0);
    assert!(page(&mut later).contains("│ Thank you, Paris! Now off to LA"), "it is held");
    later.until(86.0);
    assert!(!page(&mut later).contains("just fired"), "it lingers for a moment only");
}

#[test]
fn a_picture_that_moves_sends_little() {
    for (cue, seconds) in [("34", 20.0), ("24", 20.0), ("33", 20.0), ("14", 20.0)] {
        let mut run = marked(cue, 0, seconds);
        for (columns, rows, page) in FACTS {
            run.app.page = page;
            let begins_ns = run.now_ns;
            let mut last = run.drawn(columns, rows);
            let mut cells = 0;
            for tenth in 1..=10 {
                run.now_ns = begins_ns + Duration::from_millis(tenth * 100);
                let next = run.drawn(columns, rows);
                cells += last.diff(&next).len();
                last = next;
            }
            run.now_ns = begins_ns;
            // A cell costs some 20 bytes where it stands alone: 20 KB/s are 1,000 cells.
            assert!(
                cells <= 700,
                "cue {cue}, {columns}×{rows} {page:?}: {cells} cells in a second"
            );
        }
    }
}

#[test]
fn in_ascii_nothing_is_beyond_it() {
    let mut runs = [
        marked("34", 2, 20.0),
        marked("24", 0, 20.0),
        marked("29", 0, 60.0),
        marked("14", 0, 20.0),
    ];
    for run in &mut runs {
        run.glyphs = Glyphs::Ascii;
        for &page in Page::ALL {
            run.app.page = page;
            for (columns, rows) in
                [(1, 1), (20, 3), (50, 12), (60, 16), (80, 24), (120, 36), (200, 60)]
            {
                let frame = run.drawn(columns, rows);
                let beyond = frame.content().iter().find(|cell| !cell.symbol().is_ascii());
                assert!(
                    beyond.is_none(),
                    "{page:?} at {columns}×{rows}: {beyond:?}\n{}",
                    text(&frame)
                );
            }
        }
    }
    runs[0].app.page = Page::Run;
    picture!("look-sign-120x36-ascii", runs[0].text_of(BODY, 120, 36));
    runs[1].app.page = Page::Monitor;
    picture!("look-roof-80x24-ascii", runs[1].text_of(BODY, 80, 24));
    runs[3].app.page = Page::Monitor;
    picture!("look-film-80x24-ascii", runs[3].text_of(BODY, 80, 24));
}

#[test]
fn the_linux_console_gets_signs_that_its_fonts_have() {
    const FONTS: &str = "─│┌┐└┘├┤┬┴┼═║█▒░▶▼▲■♦→←↑↓«»°·±ÇüéâäàçêëèîÄÉôöÖÜáíóúñÑß";
    let mut runs = [
        marked("34", 2, 20.0),
        marked("24", 0, 20.0),
        marked("29", 0, 60.0),
        marked("14", 0, 20.0),
    ];
    for run in &mut runs {
        run.glyphs = Glyphs::Console;
        for &page in Page::ALL {
            run.app.page = page;
            for (columns, rows) in [(50, 12), (60, 16), (80, 24), (120, 36), (200, 60)] {
                let frame = run.drawn(columns, rows);
                let beyond =
                    |cell: &&Cell| !cell.symbol().is_ascii() && !FONTS.contains(cell.symbol());
                let beyond = frame.content().iter().find(beyond);
                assert!(
                    beyond.is_none(),
                    "{page:?} at {columns}×{rows}: {beyond:?}\n{}",
                    text(&frame)
                );
            }
        }
    }
    // The countdown is of whole blocks, five rows high, also where there is little room.
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        runs[0].app.page = Page::Run;
        let screen = runs[0].text(columns, rows);
        let rows = screen.lines().filter(|line| line.contains("██")).count();
        assert!(rows >= 5, "{columns}:\n{screen}");
    }
}

#[test]
fn of_256_colours_all_are_from_the_table() {
    let mut run = marked("34", 2, 20.0);
    run.depth = Depth::Indexed;
    for &page in Page::ALL {
        run.app.page = page;
        for cell in run.drawn(120, 36).content() {
            for colour in [cell.fg, cell.bg] {
                let is_known = matches!(colour, Color::Reset | Color::Indexed(16..));
                assert!(is_known, "{page:?}: {colour:?} at {:?}", cell.symbol());
            }
        }
    }
}

#[test]
fn a_cue_that_only_stops_others_says_which() {
    let show = "title = \"T\"\n[output.vt]\nmpv = true\n[[segment]]\ntitle = \"S\"\nduration = \"5m\"\ncue = [\n\
        { number = \"1\", title = \"Walk-in\", do = [{ output = \"vt\", play = \"a.mp4\", loop = true }] },\n\
        { number = \"2\", title = \"Out\", do = [{ stop_cue = \"1\", over = \"2s\" }] },\n]\n";
    let mut run = Run::new(show, true);
    run.until(60.0);
    run.go();
    run.go();
    for (columns, rows, words) in
        [(80, 24, &["stops  1"][..]), (120, 36, &["MESSAGES", "stop cue 1 over 0:02"])]
    {
        let screen = run.text_of(MONITOR, columns, rows);
        assert!(words.iter().all(|words| screen.contains(words)), "{screen}");
    }
}
