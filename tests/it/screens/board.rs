//! The board of a small show, at every size that matters.

use std::time::Duration;

use handover::app::board::{Board, Face, Notice, Stage};
use handover::app::crew::CrewView;
use handover::app::theme::Theme;
use handover::engine::RunNs;
use handover::show::file;
use handover::ui::board::{CrewGlance, Glance, draw, paint_crew};
use handover::ui::{Capabilities, Depth, Glyphs};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::stage::{Run, SHOW, styles, text};
use super::{SIZES, at_the_end, jump_on_standby};

fn drawn(
    board: &Board,
    face: Face,
    (columns, rows): (u16, u16),
    depth: Depth,
    glyphs: Glyphs,
) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let glance = Glance {
        board,
        face,
        paints: (Theme::Dark, Theme::Dark.paints()),
        capabilities: Capabilities { depth, glyphs },
        help: false,
    };
    terminal.draw(|frame| draw(frame, &glance)).unwrap();
    terminal.backend().buffer().clone()
}

fn at_sizes(name: &str, board: &Board, face: Face, sizes: &[(u16, u16)]) {
    for &(columns, rows) in sizes {
        let screen = text(&drawn(board, face, (columns, rows), Depth::Rgb, Glyphs::All));
        picture!(format!("board-{name}-{columns}x{rows}"), screen);
    }
}

/// The text of a screen of this size.
fn screen(run: &Run, face: Face, columns: u16, rows: u16) -> String {
    text(&drawn(&Board::of(&run.state, run.now_ns), face, (columns, rows), Depth::Rgb, Glyphs::All))
}

#[test]
fn the_board_before_and_after_an_embargo() {
    let mut run = jump_on_standby();
    let before = Board::of(&run.state, run.now_ns);
    at_sizes("embargo", &before, Face::Board, &[(80, 24)]);
    for (columns, rows) in SIZES {
        let screen = screen(&run, Face::Board, columns, rows);
        assert!(screen.contains('—') && screen.contains("The jump"), "{screen}");
        assert!(!screen.contains("roof") && !screen.contains("12"), "{screen}");
    }
    run.keys("s123 ");
    run.until(215.4);
    let after = Board::of(&run.state, run.now_ns);
    at_sizes("jump", &after, Face::Board, &SIZES);
    at_sizes("jump-clock", &after, Face::Clock, &[(50, 12), (120, 36)]);
    at_sizes("jump-countdown", &after, Face::Countdown, &[(80, 24)]);
    picture!(
        "board-jump-80x24-styles",
        styles(&drawn(&after, Face::Board, (80, 24), Depth::Rgb, Glyphs::All))
    );
    picture!(
        "board-jump-80x24-ascii",
        text(&drawn(&after, Face::Board, (80, 24), Depth::Mono, Glyphs::Ascii))
    );
    for (columns, rows) in SIZES {
        assert!(screen(&run, Face::Board, columns, rows).contains("Tom Cruise: off the roof"));
    }
    // Fired at 195 s, 45 s long: ten seconds before its end the digits turn red, and a word says so.
    run.until(231.0);
    assert!(screen(&run, Face::Countdown, 80, 24).contains("LAST SECONDS"));
    picture!(
        "board-last-seconds-50x12-styles",
        styles(&drawn(
            &Board::of(&run.state, run.now_ns),
            Face::Countdown,
            (50, 12),
            Depth::Rgb,
            Glyphs::All
        ))
    );
}

#[test]
fn the_board_before_the_show_and_after_it() {
    let mut run = Run::new(SHOW, true);
    run.until(20.0);
    let board = Board::of(&run.state, run.now_ns);
    at_sizes("before", &board, Face::Board, &[(80, 24)]);
    at_sizes("before-countdown", &board, Face::Countdown, &[(50, 12), (80, 24)]);
    let run = at_the_end();
    let mut board = Board::of(&run.state, run.now_ns);
    at_sizes("ended", &board, Face::Board, &[(50, 12), (120, 36)]);
    board.notice = Some(Notice::Damaged { line: 12 });
    at_sizes("ended-countdown", &board, Face::Countdown, &[(80, 24)]);
}

#[test]
fn the_board_that_waits() {
    let show = file::parse(SHOW, "UTC").unwrap();
    let zone = ("Europe/Paris", TimeZone::UTC);
    let board = Board::waiting(
        Some(&show),
        "2024-08-11T20:00:00Z".parse().unwrap(),
        zone,
        "handover show.toml".into(),
    );
    at_sizes("waits", &board, Face::Board, &[(50, 12)]);
    let lone = text(&drawn(&board, Face::Countdown, (50, 12), Depth::Rgb, Glyphs::All));
    assert!(lone.contains("WAITING") && lone.contains("handover show.toml"), "{lone}");
}

#[test]
fn a_message_is_large_and_leaves_the_time_in_sight() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.until(215.4);
    run.keys("MWRAP UP⏎");
    let board = Board::of(&run.state, run.now_ns);
    assert_eq!(board.message.as_deref(), Some("WRAP UP"));
    for size in SIZES.into_iter().chain([(50, 12), (36, 9), (20, 5), (20, 2), (20, 1)]) {
        for face in [Face::Board, Face::Clock, Face::Countdown] {
            let depth = Depth::Rgb;
            let with = text(&drawn(&board, face, size, depth, Glyphs::All));
            let is_small = size.1 < 24;
            // Letters of blocks have no text in them.
            let is_there = with.contains("WRAP UP")
                || with.contains(" MESSAGE ")
                || ((9..=12).contains(&size.1) && with.contains("█   █ █▀▄ ▄▀▄"));
            assert!(is_there, "{face:?} {size:?}:\n{with}");
            let band = with.lines().skip_while(|line| !line.contains(" MESSAGE "));
            let letters: String =
                band.flat_map(str::chars).filter(|c| "█▀▄".contains(*c)).collect();
            let cells = letters.chars().count() * 12;
            let all = usize::from(size.0) * usize::from(size.1);
            assert!(is_small || cells > all, "{face:?} {size:?}:\n{with}");
            let is_whole = size.1 >= 24 && face == Face::Board;
            assert!(!is_whole || with.contains("The jump"), "{size:?}:\n{with}");
        }
    }
    at_sizes("message", &board, Face::Board, &[(80, 24)]);
    // It goes as it came, and what is too long for large letters is written as text.
    run.keys("M");
    assert_eq!(Board::of(&run.state, run.now_ns).message, None);
    run.keys(&format!("M{}⏎", "Please end ".repeat(10)));
    let small = screen(&run, Face::Board, 80, 24);
    assert!(small.contains("Please end Please end") && small.contains("The jump"), "{small}");
}

#[test]
fn the_caller_sees_what_stands_on_the_boards_on_every_page() {
    let mut run = jump_on_standby();
    run.keys("MTwo minutes left⏎");
    for (columns, rows) in SIZES.into_iter().chain([(40, 10)]) {
        for page in ["", "⇥", "⇥", "⇥"] {
            run.keys(page);
            let screen = run.text(columns, rows);
            assert!(screen.contains("ON THE BOARDS: Two minutes left"), "{screen}");
        }
    }
    // Where alarms take the room for its words, a badge of the header is left.
    run.keys("h");
    assert!(run.text(80, 24).contains(" MESSAGE "));
    run.keys("hM");
    assert!(!run.text(80, 24).contains("MESSAGE"));
    run.keys(&format!("M{}⏎", "x".repeat(121)));
    let screen = run.text(120, 36);
    assert!(screen.contains("at most 120 characters: this one has 121"), "{screen}");
    assert_eq!(run.state.stage_message(), None);
}

#[test]
fn the_timer_counts_the_segment_in_digits_that_fill_the_screen() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    // The segment began at 182 s and has 1:30; the cue ends at 240 s. 30 s is `warn`, 10 s `danger`.
    for (seconds, word, shown) in [
        (215.4, "", "The jump"),
        (243.0, " SOON ", "The jump"),
        (263.0, " LAST SECONDS ", "The jump"),
        (263.0, " OVER ", "The jump"),
    ] {
        run.until(seconds);
        let mut board = Board::of(&run.state, run.now_ns);
        if let (Stage::On(on), " OVER ") = (&mut board.stage, word) {
            on.part.countdown.elapsed = on.part.countdown.of + Duration::from_secs(12);
        }
        let figure = board.speaker_figure().expect("a segment runs");
        assert_eq!(figure.of, "The jump");
        for size in [(80, 24), (120, 36), (200, 60)] {
            let buffer = drawn(&board, Face::Timer, size, Depth::Mono, Glyphs::All);
            let timer = text(&buffer);
            assert!(timer.contains(word) && timer.contains(shown), "{size:?}\n{timer}");
            let lines: Vec<&str> = timer.lines().collect();
            // Of what stands in text there is one line: the title, and the word.
            let texts = lines.iter().filter(|line| line.contains(char::is_alphanumeric)).count();
            assert_eq!(texts, 1, "{size:?}\n{timer}");
            let ink = |line: &&str| line.contains(['█', '▀', '▄']);
            let (first, last) = (lines.iter().position(ink), lines.iter().rposition(ink));
            let rows = last.zip(first).map_or(0, |(last, first)| last - first + 1);
            assert!(rows * 2 > usize::from(size.1), "{size:?} has {rows} rows of digits\n{timer}");
        }
    }
    run.keys("h");
    run.until(265.0);
    assert!(screen(&run, Face::Timer, 80, 24).contains(" HELD "));
    run.keys("MSTOP⏎");
    let with = screen(&run, Face::Timer, 80, 24);
    assert!(with.contains(" MESSAGE ") && with.contains("The jump"), "{with}");
}

#[test]
fn any_size_draws_a_board() {
    let mut run = jump_on_standby();
    let before = Board::of(&run.state, run.now_ns);
    run.keys("s123 ");
    run.until(222.0);
    let mut boards = [before, Board::of(&run.state, run.now_ns)];
    boards[1].notice = Some(Notice::NoCaller);
    boards[1].message = Some("Wrap up, two minutes left".to_owned());
    let columns =
        || (1..=300).step_by(13).chain([2, 19, 20, 21, 35, 36, 69, 70, 99, 100]).enumerate();
    let rows =
        || (1..=100).step_by(9).chain([2, 3, 5, 8, 9, 11, 12, 17, 18, 22, 26, 34, 48]).enumerate();
    let faces = [Face::Board, Face::Clock, Face::Countdown, Face::Timer];
    let views = boards.iter().flat_map(|board| faces.map(|face| (board, face))).enumerate();
    for (turn, (board, face)) in views {
        for (column, columns) in columns() {
            // Every width and every height for each view, and every size for one of them at least.
            for (_, rows) in rows().filter(|(row, _)| (column + row) % 8 == turn) {
                let buffer = drawn(
                    board,
                    face,
                    (columns, rows),
                    Depth::Rgb,
                    if columns % 2 == 0 { Glyphs::Ascii } else { Glyphs::All },
                );
                let is_lit = buffer.content().iter().any(|cell| cell.symbol() != " ");
                assert!(is_lit, "{face:?} at {columns} × {rows} is blank");
            }
        }
    }
}

#[test]
fn the_smallest_boards_say_what_matters() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.until(215.4);
    let board = screen(&run, Face::Board, 20, 5);
    assert_eq!(
        board.lines().map(str::trim_end).collect::<Vec<_>>(),
        ["23:02:35        0:25", "▶ The jump", "  12  Tom Cruise: o…", "next 13  He lands"]
    );
    assert!(screen(&run, Face::Clock, 20, 5).contains("23:02:35"));
    assert!(screen(&run, Face::Countdown, 12, 2).contains("0:25"));
}

#[test]
fn an_idle_second_of_a_board_touches_its_digits_alone() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    for face in [Face::Board, Face::Clock, Face::Countdown] {
        for size in SIZES {
            run.until(211.0);
            let mut last =
                drawn(&Board::of(&run.state, run.now_ns), face, size, Depth::Rgb, Glyphs::All);
            let all = usize::from(size.0) * usize::from(size.1);
            for second in 212..=216 {
                run.now_ns = RunNs::ZERO + Duration::from_secs(second);
                let next =
                    drawn(&Board::of(&run.state, run.now_ns), face, size, Depth::Rgb, Glyphs::All);
                let cells = last.diff(&next).len();
                assert!(
                    cells > 0 && cells <= 12 + all / 8,
                    "{face:?} {size:?}: {cells} cells in a second"
                );
                last = next;
            }
        }
    }
}

#[test]
fn a_time_on_a_board_is_whole_or_absent() {
    let mut run = Run::new(
        &SHOW.replace("title = \"The jump\"", "title = \"The jump off the roof onto the field\""),
        false,
    );
    run.until(62.0);
    run.go();
    run.until(195.0);
    run.keys("s123 ");
    run.until(215.4);
    let mut seen = 0;
    for columns in 36..=200 {
        let board = screen(&run, Face::Board, columns, 24);
        let on = board.lines().find(|line| line.contains(" ON ")).expect("what is on").to_owned();
        // The segment began two minutes after the first GO, at 182 s, and has 1:30.
        let is_whole = on.contains("  0:57 left");
        assert!(is_whole || !on.contains(':'), "{columns}: {on}");
        assert!(on.contains("The jump"), "{columns}: {on}");
        seen += u32::from(is_whole);
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn in_a_hold_the_board_says_why_its_countdown_stands_still() {
    let mut run = jump_on_standby();
    run.keys("s123 ");
    run.until(210.0);
    for (columns, rows) in SIZES.into_iter().chain([(30, 6)]) {
        for face in [Face::Board, Face::Countdown] {
            assert!(!screen(&run, face, columns, rows).contains("HELD"));
        }
    }
    run.keys("h");
    for (columns, rows) in SIZES.into_iter().chain([(30, 6)]) {
        let held = screen(&run, Face::Board, columns, rows);
        assert!(held.contains("HELD"), "{columns}×{rows}:\n{held}");
    }
    for (columns, rows) in SIZES {
        let held = screen(&run, Face::Countdown, columns, rows);
        assert!(held.contains("HELD"), "{columns}×{rows}:\n{held}");
    }
}

#[test]
fn what_should_have_come_says_by_how_much_it_is_late_until_the_show_runs() {
    let mut run = Run::new(SHOW, false);
    // It is planned for 23:00:00, which is a minute after the run has begun.
    run.until(60.0);
    assert!(!screen(&run, Face::Board, 80, 24).contains("late"));
    run.until(205.0);
    let late = screen(&run, Face::Board, 80, 24);
    let next = late.lines().find(|line| line.contains(" NEXT ")).expect("what is next");
    assert!(next.contains("late 2:25") && !next.contains("23:00:00"), "{late}");
    run.keys(" ");
    let on = Board::of(&run.state, run.now_ns);
    let next = on.next.as_ref().and_then(|next| next.at).expect("a planned cue");
    assert!(matches!(on.stage, Stage::On(_)) && on.now > next, "{on:?}");
    let on = screen(&run, Face::Board, 80, 24);
    assert!(!on.contains("late"), "{on}");
}

/// The screen of a department.
fn crew_screen(run: &Run, department: &str, (columns, rows): (u16, u16), glyphs: Glyphs) -> String {
    let department = CrewView::department(run.state.show(), department).unwrap();
    let crew = CrewView::of(&run.state, run.now_ns, department);
    let glance = CrewGlance {
        crew: &crew,
        paints: (Theme::Dark, Theme::Dark.paints()),
        capabilities: Capabilities { depth: Depth::Rgb, glyphs },
        help: false,
    };
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| paint_crew(frame.buffer_mut(), &glance)).unwrap();
    text(terminal.backend().buffer())
}

#[test]
fn a_department_sees_its_next_cue_standby_and_go() {
    let mut run = jump_on_standby();
    let screen = |run: &Run, size| crew_screen(run, "rigging", size, Glyphs::All);
    for (columns, rows) in SIZES {
        let screen = screen(&run, (columns, rows));
        assert!(screen.contains("NEXT CALL") && screen.contains("RIGGING"), "{screen}");
        assert!(screen.contains("12") && !screen.contains("roof"), "{screen}");
    }
    picture!("board-crew-50x12", screen(&run, (50, 12)));
    run.keys("s");
    let standby = crew_screen(&run, "rigging", (80, 24), Glyphs::Ascii);
    assert!(standby.contains("##") && standby.contains("12  -"), "{standby}");
    assert!(screen(&run, (30, 5)).contains("STANDBY"));
    run.keys("2");
    assert!(screen(&run, (30, 5)).contains("READY"));
    assert!(crew_screen(&run, "medical", (30, 5), Glyphs::All).contains("STANDBY"));
    run.keys("13 ");
    let gone = screen(&run, (30, 5));
    assert!(gone.contains("GO") && gone.contains("12  Tom Cruise: off the roof"), "{gone}");
    run.until(215.4);
    assert!(!screen(&run, (80, 24)).contains("roof"), "it was only a moment");
    for columns in [1, 2, 9, 35, 36, 60, 200] {
        for rows in [1, 2, 4, 8, 9, 60] {
            screen(&run, (columns, rows));
        }
    }
}

/// The small show with a jump that counts up: its segment as well, which has a minute and a half.
fn counting_up() -> Run {
    let text =
        SHOW.replace("title = \"The jump\"", "title = \"The jump\"\ncount = \"up\"").replace(
            "title = \"Tom Cruise: off the roof\"",
            "title = \"Tom Cruise: off the roof\"\ncount = \"up\"",
        );
    assert_eq!(text.matches("count = \"up\"").count(), 2);
    let mut run = Run::new(&text, false);
    run.until(62.0);
    run.go();
    run.sent("1", 1, None);
    run.until(195.0);
    run.keys("s123 ");
    run
}

/// The cue was fired at 195 s and lasts 45 s; its segment began at 182 s and lasts 90 s.
#[test]
fn a_figure_that_counts_up_has_what_is_left_beside_it() {
    let mut run = counting_up();
    run.until(232.0);
    let board = Board::of(&run.state, run.now_ns);
    let (cue, segment) = (board.figure().unwrap(), board.speaker_figure().unwrap());
    assert_eq!((cue.digits().as_str(), segment.digits().as_str()), ("0:37", "0:50"));
    // The word goes by what is left, not by what the digits show.
    assert_eq!((cue.alert(false), segment.alert(false)), (Some("LAST SECONDS"), None));
    for (columns, rows) in SIZES {
        for (face, left) in [
            (Face::Board, "0:08 left of 0:45"),
            (Face::Countdown, "0:08 left of 0:45"),
            (Face::Timer, "0:40 left of 1:30"),
        ] {
            let screen = screen(&run, face, columns, rows);
            assert!(screen.contains(left), "{face:?}\n{screen}");
        }
        let page = run.text(columns, rows);
        assert!(page.contains("0:08 left of 0:45"), "{page}");
    }
    let small = screen(&run, Face::Board, 35, 5);
    assert!(small.lines().next().unwrap().trim_end().ends_with("  0:37"), "{small}");
    run.until(263.0);
    let mut board = Board::of(&run.state, run.now_ns);
    // Of a segment that is late to end: its timer reads on.
    if let Stage::On(on) = &mut board.stage {
        on.part.countdown.elapsed = on.part.countdown.of + Duration::from_secs(12);
    }
    let figure = board.speaker_figure().unwrap();
    assert_eq!((figure.digits().as_str(), figure.alert(false)), ("1:42", Some("OVER")));
    let timer = text(&drawn(&board, Face::Timer, (80, 24), Depth::Mono, Glyphs::All));
    assert!(timer.contains(" OVER ") && timer.contains("+0:12 over of 1:30"), "{timer}");
}
