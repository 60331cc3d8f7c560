//! The run page on what is to come: what comes by itself, when things will really happen,
//! and the whole night.

use handover::app::Page;
use handover::engine::{Command, Event};

use super::stage::{Run, SHOW};
use super::{SIZES, jump_on_standby};

/// A row whose columns stand one space apart.
fn words(row: &str) -> String {
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_comes_next_by_itself_is_always_on_the_run_page() {
    let mut run = Run::new(SHOW, false);
    run.until(62.0);
    run.go();
    run.until(75.0);
    for (columns, rows) in SIZES.into_iter().skip(1) {
        let screen = run.text(columns, rows);
        // The cue in two bytes a cell that stands 1:00 into a segment that began at 62 s.
        assert!(screen.contains("by itself: 2 聖火"), "{columns}×{rows}:\n{screen}");
        let line = screen.lines().find(|line| line.contains("by itself: ")).unwrap();
        assert!(line.contains(" in 0:47"), "{line}");
    }
    run.until(130.0);
    let screen = run.text(120, 36);
    assert!(screen.contains("next by itself: 3 The clock of the Tower in 0:20"), "{screen}");
    run.until(200.0);
    let screen = run.text(120, 36);
    assert!(screen.contains("nothing comes by itself"), "{screen}");
}

#[test]
fn the_programs_next_go_comes_by_itself_too() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"2m\"\n\
                cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\", planned = \"50s\" },
                { number = \"3\", title = \"c\", trigger = { into = \"40s\" } },
                { number = \"4\", title = \"d\", planned = \"90s\" }]\n";
    let mut run = Run::new(text, false);
    run.until(10.0);
    run.go();
    run.until(55.0);
    assert!(run.text(120, 36).contains("nothing comes by itself"), "{}", run.text(120, 36));
    run.commit(vec![Event::AutoBegun {}]);
    for (columns, rows) in SIZES.into_iter().skip(1) {
        let screen = run.text(columns, rows);
        assert!(screen.contains("AUTO: 2 b in 0:05"), "{columns}×{rows}:\n{screen}");
        assert!(!screen.contains("nothing comes by itself"), "{screen}");
    }
    run.keys("h");
    run.until(58.0);
    assert!(run.text(120, 36).contains("held: 2 b waits, 0:05 left"), "{}", run.text(120, 36));
}

#[test]
fn the_program_that_calls_the_show_is_named_only_while_it_calls() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"2m\"\n\
                cue = [{ number = \"1\", title = \"a\" }]\n[[segment]]\ntitle = \"t\"\nduration = \"2m\"\n\
                cue = [{ number = \"2\", title = \"b\", planned = \"30s\" }]\n";
    let mut run = Run::new(text, false);
    run.until(10.0);
    run.go();
    run.commit(vec![Event::AutoBegun {}]);
    let row = |run: &mut Run| {
        let screen = run.text(120, 36);
        let starts = |line: &&str| [" nothing", " AUTO"].iter().any(|word| line.starts_with(word));
        let row = screen.lines().find(starts).unwrap_or(&screen);
        words(row.split('│').next().unwrap_or_default())
    };
    // The instant of cue 2 is known once its segment has opened.
    let rows = [("", "AUTO calls the show"), ("h", "nothing comes by itself")];
    for (keys, expected) in rows {
        run.keys(keys);
        assert_eq!(row(&mut run), expected, "{keys:?}");
    }
    run.keys("h");
    assert_eq!(row(&mut run), "AUTO calls the show");
    run.command(Command::Panic).unwrap();
    assert_eq!(row(&mut run), "nothing comes by itself");
}

#[test]
fn a_long_wait_is_not_taken_for_a_time_of_day() {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"2h\"\n\
                cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\", trigger = { into = \"1h23m\" } }]\n";
    let mut run = Run::new(text, false);
    run.until(10.0);
    run.go();
    for (seconds, words) in
        [(10.0, " in 1 h 23 min"), (70.0 * 60.0, " in 14 min"), (80.0 * 60.0, " in 3:10")]
    {
        run.until(seconds);
        let screen = run.text(120, 36);
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
}

#[test]
fn late_cues_show_when_they_will_come_and_how_late_that_is() {
    let mut run = jump_on_standby();
    // The jump overruns by a minute, and the segment of the rings has a hard start of 23:04.
    run.until(360.0);
    let screen = run.text(120, 36);
    let row = |words: &str| {
        screen.lines().find(|line| line.contains(words)).unwrap_or_default().to_owned()
    };
    assert!(row("21    Fireworks").contains("~23:06:30 +1:00"), "{screen}");
    assert!(screen.contains("over  +1:30  now ·  +2:00  at the end · ends 23:09:00"), "{screen}");
    let wide = run.text(200, 60);
    let fireworks = wide.lines().find(|line| line.contains("21    Fireworks")).unwrap();
    assert!(words(fireworks).contains("23:05:30 ~23:06:30 +1:00"), "{fireworks}");
    let narrow = run.text(80, 24);
    assert!(narrow.contains("~23:06:30"), "{narrow}");
}

#[test]
fn a_hard_start_may_absorb_what_is_late_now() {
    let mut run = Run::new(SHOW, false);
    run.until(82.0);
    run.go();
    run.until(85.0);
    let screen = run.text(120, 36);
    // Late by 22 seconds; the gap of half a minute before 23:04 takes them, and a minute is lost
    // before 23:06 as planned.
    assert!(screen.contains("over  +0:22  now ·  +1:00  at the end · ends 23:08:00"), "{screen}");
}

#[test]
fn what_the_run_went_by_has_a_sign_of_its_own() {
    let mut run = Run::new(SHOW, false);
    run.until(62.0);
    run.go();
    run.until(70.0);
    let rings = run.state.show().cues.iter().position(|cue| cue.number.as_str() == "20").unwrap();
    run.app.cursor = Some(handover::show::CueIx(rings as u32));
    run.keys("⏎");
    run.go();
    for (columns, rows) in SIZES.into_iter().skip(1) {
        let screen = run.text(columns, rows);
        let row = screen.lines().find(|line| line.contains("The jump")).unwrap();
        assert!(
            row.contains("↷") && row.contains("passed over") && !row.contains('✓'),
            "{columns}×{rows}:\n{screen}"
        );
    }
}

#[test]
fn the_ribbon_is_the_whole_night_in_one_row() {
    let mut run = jump_on_standby();
    run.until(375.0);
    for columns in [100, 120, 200, 300] {
        let screen = run.text(columns, 36);
        let row = screen.lines().nth(2).unwrap();
        assert!(row.starts_with(" 23:00 1▆▆") && row.ends_with("23:09"), "{columns}: {row}");
        for sign in ["2▆", "▒", "┃", "3▂▂", "◷4▂"] {
            assert!(row.contains(sign), "{columns}, no {sign}: {row}");
        }
        // Nine minutes of which the first two are the first segment's.
        let cells = f64::from(columns) - 14.0;
        let first = row.chars().skip(7).take_while(|symbol| "1▆".contains(*symbol)).count() as f64;
        let expected = cells * 2.0 / 9.25;
        assert!((first - expected).abs() <= 2.5, "{columns}: {first} cells, not {expected}: {row}");
    }
    assert!(!run.text(99, 36).contains("3▂▂"));
}

#[test]
fn figures_of_an_hour_and_more_stand_apart_and_an_end_on_another_day_says_so() {
    let text = "title = \"x\"\ntimezone = \"UTC\"\n[[segment]]\ntitle = \"Long\"\nduration = \"30m\"\n\
                cue = [{ number = \"1\", title = \"a\" }]\n\
                [[segment]]\ntitle = \"Days\"\nduration = \"30h\"\ncue = [{ number = \"2\", title = \"b\" }]\n";
    let mut run = Run::new(text, false);
    run.go();
    run.until(30.0 * 60.0 + 3845.0);
    run.go();
    run.until(30.0 * 60.0 + 3850.0);
    for (columns, rows) in [(80, 24), (120, 36), (200, 60)] {
        let screen = run.text(columns, rows);
        assert!(screen.contains("30:00 +1:04:05"), "{columns}×{rows}:\n{screen}");
        assert!(
            screen.contains("at the end · ends Tue 13 Aug 04:33:05"),
            "{columns}×{rows}:\n{screen}"
        );
    }
}

#[test]
fn a_difference_is_that_of_the_times_beside_it() {
    let mut run = Run::new(SHOW, false);
    // Half a second into 22:59:50, ten seconds early.
    run.until(50.5);
    run.go();
    run.until(52.0);
    let screen = run.text(200, 60);
    let row = screen.lines().find(|line| line.contains("House lights down")).unwrap();
    assert!(words(row).contains("23:00:00 22:59:50 −0:10"), "{row}");
}

#[test]
fn a_time_of_another_day_has_its_day_in_a_long_show_without_dates() {
    let text = "title = \"x\"\ntimezone = \"UTC\"\n[[segment]]\ntitle = \"s\"\nduration = \"60h\"\n\
                cue = [{ number = \"1\", title = \"a\" }, { number = \"2\", title = \"b\", planned = \"50h\" },
                { number = \"3\", title = \"c\", trigger = { into = \"55h\" } }]\n";
    let mut run = Run::new(text, true);
    run.go();
    for (columns, rows) in SIZES.into_iter().skip(1) {
        let screen = run.text(columns, rows);
        assert!(screen.contains("Tue 22:59"), "{columns}×{rows}:\n{screen}");
        let ribbon = screen.lines().find(|line| line.contains("20:59 ┃"));
        assert!(ribbon.is_none_or(|line| line.ends_with("Wed 08:59")), "{screen}");
    }
    let wide = run.text(200, 60);
    assert!(wide.contains(" Wed 03:59  ~Wed 03:59 ") && wide.contains("ends Wed 08:59"), "{wide}");
    // What has been is of its day, too.
    run.until(40.0 * 3600.0);
    let screen = run.text(120, 36);
    for words in
        ["✓ 1     a                               Sun 20:59", " Sun 20:59   cue 1 fired (go)"]
    {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    assert!(screen.contains("● 2     b                                22:59:00"), "{screen}");
    run.tab_to(Page::Timeline);
    let screen = run.text(120, 36);
    assert!(screen.contains("  Aug 12      12:00       Aug 13      12:00 "), "{screen}");
    assert!(screen.contains("   Sun 20:59  "), "{screen}");
}

#[test]
fn a_timeline_of_another_day_says_which() {
    let segment = |title: &str, hours: u32| {
        format!(
            "[[segment]]\ntitle = \"{title}\"\nduration = \"{hours}h\"\ncue = [{{ number = \"{title}\", title = \"c\" }}]\n"
        )
    };
    // The segments of one screen are all of the day after tomorrow.
    let show =
        std::iter::once(segment("0", 40)).chain((1..40).map(|at| segment(&at.to_string(), 1)));
    let text = format!("title = \"x\"\ntimezone = \"UTC\"\n{}", show.collect::<String>());
    let mut run = Run::new(&text, true);
    run.go();
    run.tab_to(Page::Timeline);
    run.keys("jjjj");
    let screen = run.text(80, 24);
    assert!(screen.contains(" Tue 16:00       18:00            20:00"), "{screen}");
}
