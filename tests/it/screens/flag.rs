//! The flag of a shared run: the words over everything else, the dialogs on both sides, the page of
//! the stations.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use handover::app::flag::{
    Behind, Exchange, FlagWish, LogState, MuteWhy, Role, SharedView, StationRole, StationView,
};
use handover::app::{Page, Task, keymap};
use handover::conductor::ConductorInput;
use handover::engine::{Command, Event, Origin};
use handover::link::{FiredAside, FlagStep, IS_SECOND, LOOKS_ON, ServerFacts, StationName};
use handover::output::Light;
use handover::show::CueNumber;
use handover::time::MachineNs;

use super::SIZES;
use super::stage::{BODY, Region, Run, SHOW, any_sizes};

const FLAG: Region = |parts, _| parts.flag;
/// The lowest rows of a page, where a short panel stands.
const LOWEST: Region = |parts, _| {
    let body = parts.body;
    ratatui::layout::Rect { y: body.bottom() - 5, height: 5, ..body }
};
fn name(text: &str) -> StationName {
    StationName::new(text).unwrap()
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn station(text: &str, role: StationRole) -> StationView {
    StationView {
        name: name(text),
        role,
        term: 1,
        heard: None,
        behind: Behind::default(),
        uncertainty: Some(ms(2)),
        version: "0.1.0".into(),
        has_our_version: true,
        has_our_show: true,
        terminal: true,
        away: false,
        step: FlagStep::None,
        asks: false,
        twice: false,
    }
}

/// A shared run of three stations a minute into the jump, seen by `me`; paris has the flag.
pub(super) fn shared(me: &str) -> Run {
    shared_at(me, 195.0)
}

/// The same at another second of the run.
fn shared_at(me: &str, seconds: f64) -> Run {
    let mut run = Run::shared(SHOW, "paris");
    run.until(62.0);
    run.go();
    run.sent("1", 1, None);
    run.until(seconds);
    joined(run, me)
}

/// The run as `me` sees it.
fn joined(mut run: Run, me: &str) -> Run {
    let now = run.machine_ns();
    let mut stations = vec![
        station("la", StationRole::Follows),
        station("paris", StationRole::Holds),
        station("stage-left", StationRole::Follows),
    ];
    for station in &mut stations {
        if station.name.as_str() != me {
            station.heard = Some(now - ms(300));
        }
    }
    stations[0].behind = Behind { records: 2, time: ms(210) };
    stations[1].uncertainty = Some(Duration::ZERO);
    stations[2].away = true;
    stations[2].heard = Some(now - ms(12_000));
    stations[2].behind = Behind { records: 40, time: ms(12_000) };
    stations[2].terminal = false;
    let role = match me {
        "paris" => Role::Holds,
        _ => Role::Follows { holder: name("paris") },
    };
    let server = ServerFacts {
        name: "hand-1".into(),
        version: "2.15.0".into(),
        replicas: 3,
        leader: Some("hand-2".into()),
        stops: None,
    };
    run.app.link = Some(Arc::new(SharedView {
        me: name(me),
        since: MachineNs::ZERO,
        role,
        term: 1,
        stations,
        log: LogState {
            server: Some(server),
            trouble: None,
            stored: 812,
            acknowledged: Some(now - ms(400)),
            round_trip: Some(ms(34)),
            waits: 0,
            void: 0,
            void_why: None,
        },
        exchange: None,
        is_taking: false,
        double_heard: None,
        aside: vec![],
        offer_ended: None,
        holder_left: false,
        looks_on: None,
    }));
    run
}

/// Changes what the station knows of the shared run.
pub(super) fn change(run: &mut Run, how: impl FnOnce(&mut SharedView)) {
    let mut link = SharedView::clone(run.app.link.as_ref().unwrap());
    let now = run.machine_ns();
    let others =
        link.stations.iter_mut().filter(|station| station.heard.is_some() && !station.away);
    others.for_each(|station| station.heard = Some(now - ms(300)));
    how(&mut link);
    run.app.sees_link(Arc::new(link), now);
}

fn offered(run: &mut Run, accepted: bool) {
    let lapses = run.machine_ns() + Duration::from_secs(58);
    let (giver, taker) =
        (FlagStep::Waits, if accepted { FlagStep::Waits } else { FlagStep::Reads });
    let exchange = Exchange { to: name("la"), lapses, accepted, giver, taker };
    change(run, |link| link.exchange = Some(exchange));
}

/// What is wrong in the middle of the jump.
fn trouble(run: &mut Run) {
    run.app.outputs[1].light = Light::Down;
    run.app.outputs[1].error = Some("nobody listens at 127.0.0.1:8001".into());
    let (cue, reason) = (CueNumber::new("12").unwrap(), "wire not answering, seen by eye".into());
    run.commit(vec![
        Event::CueStoodBy { cue: cue.clone() },
        Event::InterlockOverridden { cue, reason },
        Event::ActionUnknown {
            cue: CueNumber::new("1").unwrap(),
            firing: 1,
            action: 1,
            output: "lights".into(),
        },
        Event::StationWarned { by: name("stage-left"), late_ns: 0 },
    ]);
}

#[test]
fn over_everything_else_it_says_who_has_the_flag() {
    let role = |me: &str, role: Role| {
        let mut run = shared(me);
        change(&mut run, |link| link.role = role);
        run
    };
    let now = shared("paris").machine_ns();
    let mut silent = shared("la");
    change(&mut silent, |link| {
        (link.stations[1].heard, link.stations[1].away) = (Some(now - ms(12_000)), true);
    });
    let mut cut = shared("la");
    change(&mut cut, |link| {
        (link.stations[1].heard, link.stations[1].away) = (Some(now - ms(12_000)), true);
        link.log.trouble = Some("no server answers".into());
    });
    let mut offered_to_us = shared("la");
    offered(&mut offered_to_us, false);
    let stood = Some(ms(6_000));
    let cases = [
        ("holds", shared("paris"), "THE FLAG IS HERE"),
        ("follows", shared("la"), "PARIS HAS THE FLAG"),
        ("silent", silent, "PARIS HAS THE FLAG"),
        ("cut", cut, "PARIS HAS THE FLAG"),
        ("offered", offered_to_us, "PARIS HAS THE FLAG"),
        ("passes", role("paris", Role::OnItsWay { to: name("la") }), "THE FLAG IS ON ITS WAY"),
        ("alone", role("paris", Role::Alone { since: now - ms(12_000) }), "ALONE"),
        ("nobody", role("la", Role::Nobody), "NOBODY IS KNOWN TO HAVE THE FLAG"),
        (
            "reads",
            role("paris", Role::Mute { why: MuteWhy::Reads { stood } }),
            "THIS STATION IS MUTE",
        ),
        (
            "asks",
            role("paris", Role::Mute { why: MuteWhy::Asks { stood } }),
            "THIS STATION IS MUTE",
        ),
    ];
    let mut all = String::new();
    for (what, mut run, words) in cases {
        for page in [Page::Run, Page::Log, Page::Stations] {
            run.app.page = page;
            for (columns, rows) in SIZES.into_iter().chain([(60, 16), (20, 3)]) {
                let screen = run.text(columns, rows);
                let shown = &words[..words.len().min(usize::from(columns) - 4)];
                assert!(
                    screen.lines().next().unwrap().starts_with(&format!(" {shown}")),
                    "{what} on {page:?} at {columns}x{rows}:\n{screen}"
                );
            }
        }
        run.app.page = Page::Run;
        for (columns, rows) in [(80, 24), (50, 12)] {
            let screen = run.text(columns, rows);
            all += &format!("{what:<8}{}\n", screen.lines().next().unwrap());
        }
    }
    picture!("flag-words", all);
}

#[test]
fn a_follower_reads_what_it_cannot_do_and_who_has_left() {
    let first = |how: fn(&mut SharedView), heard: u64, (columns, rows)| {
        let mut run = shared("la");
        let now = run.machine_ns();
        change(&mut run, |link| {
            (link.stations[1].heard, link.stations[1].away) =
                (Some(now - ms(heard)), heard > 2_000);
            how(link);
        });
        let screen = run.text(columns, rows);
        assert_eq!(
            screen.lines().last().unwrap().contains("Esc give the take up"),
            run.app.link.unwrap().is_taking && columns >= 60
        );
        screen.lines().next().unwrap().to_owned()
    };
    for (columns, rows) in SIZES {
        let size = (columns, rows);
        let left = |link: &mut SharedView| link.holder_left = true;
        let words = if columns < 120 { "left the run" } else { "paris left the run 0:12 ago" };
        assert!(first(left, 12_000, size).contains(words), "{size:?}");
        assert!(first(left, 12_000, size).contains("f takes it"), "{size:?}");
        assert!(!first(left, 3_000, size).contains("f takes it"), "{size:?}");
        let taking = |link: &mut SharedView| link.is_taking = true;
        for heard in [300, 12_000] {
            assert!(first(taking, heard, size).contains("Esc gives "), "{size:?}");
        }
        let looks_on = |link: &mut SharedView| {
            (link.looks_on, link.stations[0].uncertainty) = (Some(LOOKS_ON), None);
        };
        let seen = first(looks_on, 300, size);
        assert!(seen.contains("LOOKS ON") && seen.contains("clock unknown"), "{seen}");
        let is_second = |link: &mut SharedView| link.looks_on = Some(IS_SECOND);
        let seen = first(is_second, 300, size);
        assert!(seen.contains("LOOKS ON: another la"), "{seen}");
    }
}

#[test]
fn a_run_that_is_not_shared_is_drawn_as_ever() {
    let mut run = shared("paris");
    run.app.link = None;
    for (columns, rows) in SIZES {
        let screen = run.text(columns, rows);
        assert!(!screen.to_uppercase().contains("FLAG"), "{screen}");
        assert!(!screen.contains("Stations"), "{screen}");
    }
    run.keys("f");
    assert!(run.text(80, 24).contains("this run is not shared"));
}

#[test]
fn the_list_offers_the_flag_and_names_who_is_away() {
    let mut run = shared("paris");
    run.keys("f");
    picture!("flag-give-80x24", run.text_of(LOWEST, 80, 24));
    for (columns, rows) in SIZES {
        let screen = run.text(columns, rows);
        assert!(screen.contains("GIVE THE FLAG") && screen.contains("▸ la"), "{screen}");
        assert!(screen.contains("last heard 0:12 ago"), "{screen}");
        assert!(screen.contains("Enter offers the flag to la"), "{screen}");
    }
}

#[test]
fn the_briefing_says_everything_on_both_sides() {
    let mut giver = shared_at("paris", 75.0);
    trouble(&mut giver);
    offered(&mut giver, false);
    giver.keys("f");
    let mut taker = shared_at("la", 75.0);
    trouble(&mut taker);
    offered(&mut taker, false);
    taker.keys("f");
    for run in [&mut giver, &mut taker] {
        let screen = run.text(120, 36);
        for words in [
            "1.5 Opening titles, ends 23:00:49, 0:34 left",
            "12 Tom Cruise: off the roof",
            "20 Five rings",
            "21 Fireworks",
            "by itself in 0:47: 2 聖火",
            "wire not answering, seen by eye",
            "nobody knows if it was sent",
            "sound down: nobody listens",
            "stage-left is away",
            "no terminal",
            "something is wrong",
            "the offer lapses in 0:5",
            "no hold",
            "nothing missed",
        ] {
            assert!(screen.contains(words), "no {words:?}:\n{screen}");
        }
    }
    assert!(giver.text(120, 36).contains("▸ 2 la accepts   reads the briefing"));
    assert!(taker.text(120, 36).contains("▸ 2 la (you) accepts   Enter"));
    picture!("flag-briefing-giver-80x24", giver.text_of(BODY, 80, 24));
    picture!("flag-briefing-taker-50x12", taker.text(50, 12));
    assert!(taker.text(200, 60).contains("│ ON AIR     1.5 Opening titles"));
    // In a low window the rest is a key away.
    assert!(!taker.text(50, 12).contains("no hold"));
    taker.key(&KeyEvent::from(KeyCode::PageDown));
    taker.drawn(50, 12);
    taker.key(&KeyEvent::from(KeyCode::End));
    assert!(taker.text(50, 12).contains("no hold"), "{}", taker.text(50, 12));
    // Each sees what the other has done.
    offered(&mut giver, true);
    offered(&mut taker, true);
    assert!(giver.text(80, 24).contains("▸ 3 paris (you) passes   Enter"));
    assert!(taker.text(80, 24).contains("✓ 2 la (you) accepts"));
    assert!(giver.text(80, 24).contains("Enter PASS THE FLAG"));
}

#[test]
fn the_briefing_says_whose_program_gives_the_gos_and_that_it_ends_with_the_flag() {
    for (columns, rows) in SIZES.into_iter().skip(1) {
        let mut taker = shared("la");
        taker.commit(vec![Event::AutoBegun {}]);
        offered(&mut taker, false);
        taker.keys("f");
        let screen = taker.text(columns, rows);
        assert!(screen.contains("! GOs by paris's program, then by hand"), "{screen}");
        taker.app.auto = true;
        let screen = taker.text(columns, rows);
        assert!(screen.contains("! with the flag this program gives the GOs"), "{screen}");
        // The holder doesn't know if the other program was started with --auto too.
        let mut giver = shared("paris");
        giver.commit(vec![Event::AutoBegun {}]);
        offered(&mut giver, false);
        giver.keys("f");
        let screen = giver.text(columns, rows);
        assert!(screen.contains("! GOs by paris's program, until the flag moves"), "{screen}");
        assert!(!screen.contains("by hand"), "{screen}");
    }
}

#[test]
fn a_take_from_a_holder_that_has_left_says_so() {
    let mut run = shared("la");
    let now = run.machine_ns();
    change(&mut run, |link| {
        (link.stations[1].heard, link.stations[1].away) = (Some(now - ms(11_000)), true);
        link.holder_left = true;
    });
    run.keys("f");
    for (columns, rows) in SIZES {
        let screen = run.text(columns, rows);
        let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(screen.contains("paris left the run 0:11 ago"), "{screen}");
        assert!(!screen.contains("it may still be firing"), "{screen}");
    }
}

#[test]
fn the_footer_gives_the_flag_only_where_somebody_can_have_it() {
    let mut run = shared("paris");
    assert!(run.text(120, 36).contains("f give the flag"));
    let since = run.machine_ns() - ms(12_000);
    change(&mut run, |link| link.role = Role::Alone { since });
    assert!(!run.text(120, 36).contains("give the flag"));
}

#[test]
fn a_take_says_what_is_at_stake_and_asks_for_a_reason() {
    let mut run = shared("la");
    let now = run.machine_ns();
    change(&mut run, |link| {
        (link.stations[1].heard, link.stations[1].away) = (Some(now - ms(11_000)), true);
    });
    run.keys("fline dead");
    for (columns, rows) in SIZES {
        let screen = run.text(columns, rows);
        let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(screen.contains("it may still be firing"), "{screen}");
        assert!(screen.contains("take it because line dead"), "{screen}");
    }
    let reason = "line dead".to_owned();
    let tasks = run.key(&KeyEvent::from(KeyCode::Enter));
    assert_eq!(tasks, [Task::Flag(FlagWish::Take { reason, named: None })]);
}

#[test]
fn enter_ends_the_lines_of_a_take_also_where_it_is_the_key_of_go() {
    let mut run = shared("la");
    let now = run.machine_ns();
    let own = keymap::parse("go = \"Enter\"\nplayhead-here = \"none\"\n").unwrap();
    run.app.keymap = Arc::new(own);
    change(&mut run, |link| {
        (link.stations[1].heard, link.stations[1].away) = (Some(now - ms(3_000)), true);
    });
    run.keys("f");
    let words = |run: &mut Run| run.text(120, 36).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(&mut run).contains("type its name, then Enter."), "{}", words(&mut run));
    run.keys("paris⏎");
    assert!(words(&mut run).contains("then Enter takes the flag."), "{}", words(&mut run));
}

#[test]
fn after_a_pass_the_giver_looks_on() {
    let mut run = shared("paris");
    run.commit(vec![
        Event::FlagOffered { to: name("la") },
        Event::FlagAccepted { by: name("la") },
        Event::FlagPassed { to: name("la"), next_term: 2, from_ns: run.now_ns },
    ]);
    change(&mut run, |link| (link.role, link.term) = (Role::Follows { holder: name("la") }, 2));
    let first = |run: &mut Run| run.text(80, 24).lines().next().unwrap().to_owned();
    assert!(first(&mut run).contains("you look on, ! warns la"), "{}", first(&mut run));
    assert_eq!(run.key(&KeyEvent::from(KeyCode::Char('!'))), [Task::Flag(FlagWish::Warn)]);
}

#[test]
fn a_warning_stands_on_every_page_until_the_holder_answers_it() {
    let (mut holder, mut follower) = (shared("paris"), shared("la"));
    for run in [&mut holder, &mut follower] {
        run.command(Command::Warn { by: name("stage-left"), said_ns: None }).unwrap();
        run.command(Command::Warn { by: name("la"), said_ns: None }).unwrap();
        run.until(240.0);
    }
    let words = "LA, STAGE-LEFT: SOMETHING IS WRONG";
    for page in [Page::Run, Page::Log, Page::Stations] {
        for (columns, rows) in SIZES {
            for (run, answers) in
                [(&mut holder, "! answers it"), (&mut follower, "paris answers it")]
            {
                run.app.page = page;
                let screen = run.text(columns, rows);
                assert!(screen.contains(words), "{page:?} at {columns}x{rows}:\n{screen}");
                // In a small window the key comes before the station that has it.
                let is_cut = columns < 80 && answers.starts_with("paris");
                assert!(
                    is_cut || screen.contains(answers),
                    "{page:?} at {columns}x{rows}:\n{screen}"
                );
            }
        }
    }
    holder.keys("!");
    assert!(!holder.text(120, 36).contains(words), "{}", holder.text(120, 36));
    holder.command(Command::Warn { by: name("la"), said_ns: None }).unwrap();
    assert!(holder.text(120, 36).contains(" LA: SOMETHING IS WRONG"), "{}", holder.text(120, 36));
}

#[test]
fn cues_that_the_disk_lost_are_an_alarm_until_the_caller_answers_it() {
    let mut run = Run::new(SHOW, true);
    run.until(62.0);
    run.go();
    let resumed = |gap| Event::RunResumed { down_ns: 1, listen: None, web: None, gap, auto: false };
    let next = run.state.show().cue(run.state.playhead().unwrap()).number.clone();
    run.drive(ConductorInput::Begin(resumed(true)));
    let words = format!("CHECK  cues from {next} on may have been sent");
    for (columns, rows) in SIZES {
        assert!(run.text(columns, rows).contains(&words), "{}", run.text(columns, rows));
    }
    // A further resume tells of the same end.
    run.keys("n");
    run.drive(ConductorInput::Begin(resumed(false)));
    run.drive(ConductorInput::Begin(resumed(true)));
    assert!(run.text(120, 36).contains(&words), "{}", run.text(120, 36));
    run.keys("!");
    assert!(!run.text(120, 36).contains("CHECK"), "{}", run.text(120, 36));
    run.keys("!");
    assert!(run.text(120, 36).contains("no alarm waits for an answer"));
}

#[test]
fn the_stations_the_log_and_the_history_of_the_flag() {
    let mut run = shared("la");
    taken(&mut run);
    change(&mut run, |link| {
        link.stations[0].role = StationRole::Holds;
        link.stations[2].has_our_show = false;
    });
    run.app.page = Page::Stations;
    picture!("stations-120x36", run.text_of(BODY, 120, 36));
    assert!(run.text(50, 12).contains("▶ la (you)"));
    for (columns, rows) in [(60, 16), (80, 24), (120, 36), (200, 60)] {
        let mut all = String::new();
        run.app.scroll = 0;
        for _ in 0..20 {
            all += &run.text_of(BODY, columns, rows);
            run.keys("j");
        }
        for words in [
            "la (you)",
            "HAS IT TOO",
            "ANOTHER",
            "no terminal",
            "nats-server 2.15.0",
            "record 812 is stored",
            "cue 12 fired here",
            "TOOK it from paris",
            "paris began the run",
        ] {
            assert!(all.contains(words), "no {words:?} at {columns}x{rows}:\n{all}");
        }
    }
}

#[test]
fn one_record_and_one_entry_are_counted_as_one() {
    let mut run = shared("paris");
    run.app.page = Page::Stations;
    change(&mut run, |link| (link.log.waits, link.log.void) = (1, 1));
    let seen = run.text(120, 36);
    for words in ["not stored yet: 1 record", "1 entry does not count"] {
        assert!(seen.contains(words), "no {words:?}:\n{seen}");
    }
    assert!(!seen.contains("1 records"), "{seen}");
    change(&mut run, |link| (link.log.waits, link.log.void) = (3, 2));
    let seen = run.text(120, 36);
    for words in ["not stored yet: 3 records", "2 entries do not count"] {
        assert!(seen.contains(words), "no {words:?}:\n{seen}");
    }
    let why = "entry 7: it is no line of a journal";
    change(&mut run, |link| link.log.void_why = Some(why.to_owned()));
    let seen = run.text(120, 36);
    assert!(seen.contains(why) && !seen.contains("did not have the flag"), "{seen}");
}

#[test]
fn the_stations_scroll_in_a_small_window() {
    let mut run = shared("la");
    taken(&mut run);
    run.drawn(50, 8);
    run.tab_to(Page::Stations);
    let mut seen = run.text(50, 8);
    assert!(seen.contains("▶ la (you)") && !seen.contains("too small"), "{seen}");
    assert!(!seen.contains("paris began the run"), "{seen}");
    for _ in 0..40 {
        run.drawn(50, 8);
        run.keys("j");
    }
    seen = run.text(50, 8);
    assert!(
        seen.contains("paris began the run") && seen.contains("this is the last line"),
        "{seen}"
    );
    // One key back is one line back.
    run.drawn(50, 8);
    run.keys("k");
    assert_ne!(run.text(50, 8), seen);
}

#[test]
fn frames_of_a_shared_run_are_drawn_at_any_size() {
    let mut runs = vec![];
    for (me, accepted) in [("paris", false), ("la", true)] {
        let mut run = shared(me);
        trouble(&mut run);
        offered(&mut run, accepted);
        run.keys("f");
        runs.push(run);
    }
    let mut give = shared("paris");
    give.keys("f");
    runs.push(give);
    for (turn, mut run) in runs.into_iter().enumerate() {
        for (columns, rows) in any_sizes(turn) {
            run.drawn(columns, rows);
            run.app.page = if rows % 2 == 0 { Page::Stations } else { Page::Run };
        }
    }
}

#[test]
fn a_planned_pass_is_proposed_in_the_words_about_the_flag() {
    let mut rows = vec![];
    for (me, is_away) in [("paris", false), ("paris", true), ("la", false)] {
        let text = SHOW.replacen("[[segment.cue]]\n", "[[segment.cue]]\npass = \"la\"\n", 1);
        let mut run = Run::shared(&text, "paris");
        run.until(62.0);
        let mut run = joined(run, me);
        change(&mut run, |link| link.stations[0].away = is_away);
        rows.push(run.text_of(FLAG, 120, 36));
    }
    insta::assert_snapshot!("planned-pass", rows.join("\n"));
}

/// La has taken the flag from paris, which fired a cue after that; this station did so too.
fn taken(run: &mut Run) {
    run.origin = Some(Arc::new(Origin::new("la", 2)));
    run.commit(vec![Event::FlagTaken {
        from: name("paris"),
        reason: "the line to Paris is dead".into(),
        silent_ns: 12_400_000_000,
    }]);
    run.commit(vec![Event::CueFiredAside {
        cue: CueNumber::new("12").unwrap(),
        fired_by: name("paris"),
        fired_ns: run.now_ns,
    }]);
    let fired = FiredAside { cue: CueNumber::new("12").unwrap(), at_ns: run.now_ns };
    change(run, |link| {
        link.term = 2;
        link.role = Role::Holds;
        link.aside = vec![fired];
    });
}

#[test]
fn cues_that_were_fired_aside_say_so_and_are_not_to_come() {
    let mut run = shared("la");
    taken(&mut run);
    let at = run.state.wall(run.now_ns).to_zoned_datetime(run.state.show().zone.clone());
    let at = at.strftime("%H:%M:%S");
    for (columns, rows) in &SIZES[2..] {
        let screen = run.text(*columns, *rows);
        let row = screen.lines().find(|line| line.contains("12  ") && line.contains("Tom Cruise"));
        let row = row.expect("its row");
        assert!(row.contains(&format!("fired by paris {at}")), "{screen}");
        assert!(!screen.contains("NEXT   12 "), "{screen}");
    }
}
