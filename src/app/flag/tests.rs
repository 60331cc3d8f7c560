//! The dialogs about the flag, by keys: what each wishes, where each leads, what never answers.

use std::sync::Arc;

use crossterm::event::{KeyEvent, KeyModifiers};

use super::*;
use crate::app::keymap::Keymap;
use crate::app::{Page, Theme, keymap};
use crate::engine::{Cause, Command, Event, Origin, Record, RunId, RunNs, State};
use crate::show::file;

fn name(text: &str) -> StationName {
    StationName::new(text).unwrap()
}

/// The caller of a station, and their clock.
struct Caller {
    app: App,
    state: State,
    now: MachineNs,
}

/// `me` of paris, la and nyc, of which paris has the flag; the machine's clock reads a minute.
fn caller(me: &str) -> Caller {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\ncue = [{ number = \"1\", title = \"a\" }]\n";
    let state = State::new(Arc::new(file::parse(text, "UTC").unwrap()));
    let now = MachineNs::new(60_000_000_000);
    let station = |station: &str| StationView {
        name: name(station),
        role: StationRole::Follows,
        term: 1,
        heard: (station != me).then_some(now),
        behind: Behind::default(),
        uncertainty: None,
        version: String::new(),
        has_our_version: true,
        has_our_show: true,
        terminal: true,
        away: false,
        step: FlagStep::None,
        asks: false,
        twice: false,
    };
    let role = match me {
        "paris" => Role::Holds,
        _ => Role::Follows { holder: name("paris") },
    };
    let mut app = App::new(Theme::Dark);
    app.link = Some(Arc::new(SharedView {
        me: name(me),
        since: MachineNs::ZERO,
        role,
        term: 1,
        stations: ["la", "nyc", "paris"].map(station).into(),
        log: LogState::default(),
        exchange: None,
        is_taking: false,
        double_heard: None,
        aside: vec![],
        offer_ended: None,
        holder_left: false,
        looks_on: None,
    }));
    Caller { app, state, now }
}

impl Caller {
    /// Reason why the line that is typed was not taken.
    fn refused(&self) -> Option<&str> {
        self.app.prompt.as_ref()?.refused.as_deref()
    }

    /// Presses keys, a second apart.
    fn press(&mut self, keys: &str) -> Vec<Task> {
        let mut tasks = vec![];
        for key in keys.chars() {
            let code = match key {
                '⏎' => KeyCode::Enter,
                '⎋' => KeyCode::Esc,
                '↓' => KeyCode::Down,
                key => KeyCode::Char(key),
            };
            tasks.extend(self.key(&KeyEvent::new(code, KeyModifiers::NONE), 1_000));
        }
        tasks
    }

    fn key(&mut self, key: &KeyEvent, after_ms: u64) -> Vec<Task> {
        self.now += Duration::from_millis(after_ms);
        // The others go on being heard, unless a test says otherwise.
        self.app.key(key, &self.state, self.now)
    }

    fn sees(&mut self, change: impl FnOnce(&mut SharedView)) {
        let mut link = SharedView::clone(self.app.link.as_ref().unwrap());
        change(&mut link);
        self.app.sees_link(Arc::new(link), self.now);
    }

    /// The holder was last heard so many seconds ago, at the next key.
    fn silent(&mut self, seconds: u64) {
        let heard = self.now + Duration::from_secs(1) - Duration::from_secs(seconds);
        self.sees(|link| {
            let holder = link.stations.iter_mut().find(|station| station.name.as_str() == "paris");
            holder.unwrap().heard = Some(heard);
        });
    }

    /// The offer to la, as both sides see it.
    fn offered(&mut self, accepted: bool) {
        let lapses = self.now + Duration::from_secs(60);
        let (giver, taker) = (FlagStep::Waits, FlagStep::None);
        let exchange = Exchange { to: name("la"), lapses, accepted, giver, taker };
        self.sees(|link| link.exchange = Some(exchange));
    }

    fn said(&self) -> &str {
        self.app.message.as_ref().map_or("", |message| &message.text)
    }
}

fn wish(wish: FlagWish) -> Vec<Task> {
    vec![Task::Flag(wish)]
}

const BRIEFING: Option<Dialog> = Some(Dialog::Briefing { scroll: 0 });

#[test]
fn a_run_that_is_not_shared_has_no_flag() {
    let mut caller = caller("paris");
    caller.app.link = None;
    assert_eq!(caller.press("f"), []);
    assert_eq!(
        (caller.said(), &caller.app.dialog),
        ("this run is not shared: there is no flag", &None)
    );
    assert_eq!(caller.press("!"), []);
    assert_eq!(caller.press(" "), [Task::Command(Command::Go { cause: Cause::Go })]);
    let mut pages = vec![];
    for _ in Page::ALL {
        caller.key(&KeyEvent::from(KeyCode::Tab), 1_000);
        pages.push(caller.app.page);
    }
    assert!(!pages.contains(&Page::Stations), "{pages:?}");
}

#[test]
fn the_holder_offers_waits_for_the_other_and_passes() {
    let mut caller = caller("paris");
    assert_eq!(caller.press("f↓"), []);
    assert_eq!(caller.app.dialog, Some(Dialog::Give { chosen: name("nyc") }));
    caller.key(&KeyEvent::from(KeyCode::Up), 1_000);
    assert_eq!(caller.press("⏎"), wish(FlagWish::Offer(name("la"))));
    caller.offered(false);
    assert_eq!((&caller.app.dialog, caller.app.flag_step()), (&BRIEFING, FlagStep::Waits));
    assert_eq!(caller.press("⏎"), []);
    assert_eq!(caller.said(), "la has not accepted the flag yet");
    caller.offered(true);
    assert_eq!(caller.said(), "la has accepted: Enter passes the flag");
    assert_eq!(caller.app.flag_step(), FlagStep::Reads);
    assert_eq!(caller.press("⏎"), wish(FlagWish::Pass));
    caller.sees(|link| link.role = Role::OnItsWay { to: name("la") });
    assert_eq!(caller.press(" ⏎"), []);
    caller.sees(|link| {
        (link.role, link.exchange) = (Role::Follows { holder: name("la") }, None);
    });
    assert_eq!(caller.app.dialog, None);
    assert_eq!(caller.said(), "la has the flag and you look on: ! says that something is wrong");
    // What was meant for the briefing does nothing to the run.
    assert_eq!(caller.press("⏎"), []);
    assert_eq!(caller.said(), "Enter ignored: the briefing was closed just now");
    let heard = caller.now;
    caller.sees(|link| link.stations[0].heard = Some(heard));
    assert_eq!(caller.press("!"), wish(FlagWish::Warn));
    assert_eq!(caller.said(), "la is told that something is wrong");
}

#[test]
fn esc_steps_back_from_each_dialog_and_is_not_the_first_of_two() {
    type Opens = fn(&mut Caller);
    let cases: [(&str, &str, Opens, Vec<Task>); 7] = [
        ("the list", "paris", |_| {}, vec![]),
        ("an offer", "paris", |caller| caller.offered(false), wish(FlagWish::Withdraw)),
        ("an accepted offer", "paris", |caller| caller.offered(true), wish(FlagWish::Withdraw)),
        (
            "a pass",
            "paris",
            |caller| caller.sees(|link| link.role = Role::OnItsWay { to: name("la") }),
            wish(FlagWish::Withdraw),
        ),
        ("an offer to us", "la", |caller| caller.offered(false), wish(FlagWish::Decline)),
        ("an offer that we accepted", "la", |caller| caller.offered(true), wish(FlagWish::Decline)),
        (
            "the question after a standstill",
            "paris",
            |caller| {
                let why = MuteWhy::Asks { stood: Some(Duration::from_secs(6)) };
                caller.sees(|link| link.role = Role::Mute { why });
            },
            vec![],
        ),
    ];
    for (what, me, opens, expected) in cases {
        let mut caller = caller(me);
        opens(&mut caller);
        assert_eq!(caller.press("f"), [], "{what}");
        assert!(caller.app.dialog.is_some(), "{what}");
        let esc = KeyEvent::from(KeyCode::Esc);
        let tasks = [caller.key(&esc, 1_000), caller.key(&esc, 100)];
        assert_eq!(tasks, [expected, vec![]], "{what}");
        assert_eq!(caller.app.dialog, None, "{what}");
    }
    // In a line that is typed it takes nothing.
    for (silent, typed) in [(3, "par"), (3, "paris⏎dea"), (9, "dead")] {
        let mut caller = caller("la");
        caller.silent(silent);
        assert_eq!(caller.press(&format!("f{typed}")), []);
        assert!(caller.app.prompt.is_some());
        assert_eq!((caller.press("⎋"), caller.app.prompt.is_none()), (vec![], true));
        assert!(caller.said().starts_with("the flag was not taken"), "{}", caller.said());
    }
}

/// Paris has the flag, and the cue after the first passes it to la.
fn planned_caller() -> Caller {
    let text = "title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\ncue = [
        { number = \"1\", title = \"a\" },
        { number = \"2\", title = \"b\", pass = \"la\" },
        { number = \"3\", title = \"c\" },
        { number = \"4\", title = \"d\" }]\n";
    let mut caller = caller("paris");
    caller.state = State::new(Arc::new(file::parse(text, "UTC").unwrap()));
    let started = Event::started(jiff::Timestamp::UNIX_EPOCH, false);
    caller.happens("paris", 1, vec![started]);
    caller
}

impl Caller {
    /// The run's clock: it began a minute ago.
    fn run_ns(&self) -> RunNs {
        RunNs::ZERO + self.now.since(MachineNs::ZERO)
    }

    /// Folds what `station` has written in `term`.
    fn happens(&mut self, station: &str, term: u64, events: Vec<Event>) {
        for event in events {
            let record = Record::new(1, jiff::Timestamp::UNIX_EPOCH, self.run_ns(), event);
            let origin = Some(Arc::new(Origin::new(station, term)));
            self.state.fold(&Record { origin, ..record });
        }
    }

    /// Carries out a command of the caller in Paris, a second later.
    fn commands(&mut self, command: &Command) {
        self.now += Duration::from_secs(1);
        let events = self.state.decide(command, self.run_ns()).unwrap();
        self.happens("paris", 1, events);
    }

    /// GO, and what falls due at once: the playhead moves on.
    fn goes(&mut self) {
        self.commands(&Command::Go { cause: Cause::Go });
        while self.state.poll_timeout().is_some_and(|due_ns| due_ns <= self.run_ns()) {
            let events = self.state.handle_timeout(self.run_ns());
            self.happens("paris", 1, events);
        }
    }
}

#[test]
fn a_pass_is_proposed_from_its_cue_on_until_a_later_one_is_called() {
    let mut caller = planned_caller();
    let proposal = |caller: &Caller| caller.state.planned_pass().map(ToString::to_string);
    let mut seen = vec![proposal(&caller)];
    for _ in 0..3 {
        caller.goes();
        seen.push(proposal(&caller));
    }
    let la = Some("la".to_owned());
    // Before 1, before 2, after 2, after 3.
    assert_eq!(seen, [None, la.clone(), la, None]);
    // Where the playhead is moved back to it, it is proposed again.
    caller.commands(&Command::PlayheadTo(crate::show::CueIx(1)));
    assert_eq!(proposal(&caller), Some("la".to_owned()));
}

#[test]
fn a_pass_that_was_made_is_proposed_no_more() {
    let mut caller = planned_caller();
    caller.goes();
    caller.goes();
    let from_ns = caller.run_ns();
    let pass = |to: &str, next_term| Event::FlagPassed { to: name(to), next_term, from_ns };
    caller.happens("paris", 1, vec![pass("la", 2)]);
    assert_eq!(caller.state.planned_pass(), None);
    caller.happens("la", 2, vec![pass("paris", 3)]);
    assert_eq!(caller.state.planned_pass(), None);
}

#[test]
fn f_chooses_the_station_that_the_rundown_passes_the_flag_to() {
    let mut caller = planned_caller();
    caller.sees(|link| link.stations[1].asks = true);
    let give = |station: &str| Some(Dialog::Give { chosen: name(station) });
    caller.press("f");
    assert_eq!(caller.app.dialog, give("nyc"), "no pass is planned before the first cue");
    caller.press("⎋");
    caller.goes();
    caller.press("f");
    assert_eq!(caller.app.dialog, give("la"));
    assert_eq!(caller.press("⏎"), wish(FlagWish::Offer(name("la"))));
    caller.press("⎋");
    // It is not here: the others can have the flag.
    caller.sees(|link| link.stations[0].away = true);
    assert_eq!(
        planned(caller.app.link.as_ref().unwrap(), &caller.state),
        Some(Planned::NotHere(&name("la")))
    );
    caller.press("f");
    assert_eq!(caller.app.dialog, give("nyc"));
}

#[test]
fn three_escapes_are_panic_in_every_dialog() {
    let mut caller = caller("paris");
    caller.press("f");
    let esc = KeyEvent::from(KeyCode::Esc);
    let tasks = [1_000, 100, 100].map(|ms| caller.key(&esc, ms)).concat();
    assert_eq!(tasks, [Task::Command(Command::Panic)]);
}

#[test]
fn the_key_of_go_answers_nothing_and_fires_nothing() {
    let enter_is_go = "go = \"Enter\"\nplayhead-here = \"none\"\n";
    for (keys, go, answer) in [("", " ", "⏎"), (enter_is_go, "⏎", "y")] {
        let go_on = |caller: &mut Caller, wished: FlagWish| {
            assert_eq!(caller.press("f"), []);
            let open = caller.app.dialog.clone();
            assert_eq!(caller.press(&go.repeat(2)), []);
            assert!(
                caller.said().contains("fires nothing here: f hides this"),
                "{}",
                caller.said()
            );
            assert_eq!((caller.app.dialog.clone(), caller.press(answer)), (open, wish(wished)));
        };
        let new = |me: &str| {
            let mut caller = caller(me);
            caller.app.keymap = Arc::new(match keys {
                "" => Keymap::default(),
                keys => keymap::parse(keys).unwrap(),
            });
            caller
        };
        go_on(&mut new("paris"), FlagWish::Offer(name("la")));
        let mut giver = new("paris");
        giver.offered(true);
        go_on(&mut giver, FlagWish::Pass);
        let mut taker = new("la");
        taker.offered(false);
        go_on(&mut taker, FlagWish::Accept);
        let mut stood = new("paris");
        let why = MuteWhy::Asks { stood: Some(Duration::from_secs(6)) };
        stood.sees(|link| link.role = Role::Mute { why });
        go_on(&mut stood, FlagWish::GoOn);
    }
    let mut passed = caller("paris");
    passed.sees(|link| link.role = Role::OnItsWay { to: name("la") });
    assert_eq!(passed.press("f  "), []);
    assert_eq!(passed.said(), "Space fires nothing here: the flag is on its way to la");
    // In a line it is a letter.
    let mut caller = caller("la");
    caller.silent(9);
    assert_eq!(caller.press("f  "), []);
    // The line stays, with the reason, until it is changed.
    assert_eq!(caller.press("⏎"), []);
    assert_eq!(caller.refused(), Some("a take needs a reason"));
    assert_eq!(caller.press("x"), []);
    assert_eq!(caller.refused(), None);
}

#[test]
fn enter_that_is_held_down_does_not_go_through_an_exchange() {
    let mut caller = caller("paris");
    caller.press("f");
    let enter = KeyEvent::from(KeyCode::Enter);
    assert_eq!(caller.key(&enter, 1_000), wish(FlagWish::Offer(name("la"))));
    caller.offered(true);
    let repeats = (0..20).flat_map(|_| caller.key(&enter, 33)).collect::<Vec<_>>();
    assert_eq!(repeats, []);
    assert_eq!(caller.key(&enter, 1_000), wish(FlagWish::Pass));
}

#[test]
fn a_follower_asks_is_briefed_and_accepts() {
    let mut caller = caller("la");
    assert_eq!(caller.press("f"), wish(FlagWish::Ask));
    assert_eq!(caller.said(), "paris is asked for the flag; f again takes it without paris");
    caller.sees(|link| link.stations[0].asks = true);
    assert_eq!(caller.app.flag_step(), FlagStep::Waits);
    caller.offered(false);
    assert_eq!(caller.said(), "paris offers you the flag: f shows the briefing");
    caller.now += Duration::from_secs(2);
    assert_eq!(caller.press("f"), []);
    assert_eq!((&caller.app.dialog, caller.app.flag_step()), (&BRIEFING, FlagStep::Reads));
    caller.silent(1);
    assert_eq!(caller.press("⏎"), wish(FlagWish::Accept));
    caller.offered(true);
    assert_eq!(caller.app.flag_step(), FlagStep::Waits);
    assert_eq!(caller.press("⏎"), []);
    caller.sees(|link| (link.role, link.exchange) = (Role::Holds, None));
    assert_eq!(caller.said(), "the flag is here: Space fires from here");
    assert_eq!(caller.press(" "), [Task::Command(Command::Go { cause: Cause::Go })]);
}

#[test]
fn what_is_typed_after_a_mere_question_does_nothing() {
    let mut caller = caller("la");
    assert_eq!(caller.press("f"), wish(FlagWish::Ask));
    let text = "no".chars().map(|c| KeyEvent::from(KeyCode::Char(c)));
    let tasks: Vec<_> = text.flat_map(|key| caller.key(&key, 200)).collect();
    assert_eq!(tasks, []);
    assert!(caller.said().starts_with("f opened nothing to type in"), "{}", caller.said());
}

#[test]
fn a_silent_holder_is_taken_from_with_a_reason_and_its_name_before_five_seconds() {
    for (silent, typed, named) in [
        (5, "line dead⏎", None),
        (12, " line dead ⏎", None),
        (4, "paris⏎line dead⏎", Some(name("paris"))),
        (2, " paris⏎line dead⏎", Some(name("paris"))),
    ] {
        let mut caller = caller("la");
        caller.silent(silent);
        assert_eq!(caller.press("f"), []);
        let take = FlagWish::Take { reason: "line dead".into(), named };
        assert_eq!(caller.press(typed), wish(take), "{silent} s");
    }
    // A holder that is heard is asked first; its caller may have fainted.
    let mut caller = caller("la");
    caller.silent(1);
    caller.sees(|link| link.stations[0].asks = true);
    let named = Some(name("paris"));
    let take = FlagWish::Take { reason: "they sleep".into(), named };
    assert_eq!(caller.press("fparis⏎they sleep⏎"), wish(take));
}

#[test]
fn an_offer_of_a_holder_that_is_silent_keeps_nobody_from_taking_the_flag() {
    for accepted in [false, true] {
        let mut caller = caller("la");
        caller.offered(accepted);
        assert_eq!(caller.press("f"), []);
        assert!(matches!(caller.app.dialog, Some(Dialog::Briefing { .. })));
        caller.silent(6);
        let take = FlagWish::Take { reason: "dead".into(), named: None };
        assert_eq!(caller.press("fdead⏎"), wish(take.clone()), "from the briefing");
        assert_eq!(caller.press("fdead⏎"), wish(take), "without it");
    }
    let mut caller = caller("la");
    caller.offered(false);
    caller.press("f");
    caller.now += Duration::from_secs(6);
    assert_eq!(caller.press("⏎"), [], "nobody would hear it");
    assert_eq!(caller.said(), "paris is not heard: f takes the flag");
}

#[test]
fn a_station_without_the_flag_asks_only_what_it_can_do() {
    let mut caller = caller("la");
    assert!(!caller.app.may_call());
    assert_eq!(
        caller.app.edited_elsewhere().as_deref(),
        Some("paris has the flag: the show is edited there")
    );
    caller.sees(|link| link.role = Role::Holds);
    assert!(caller.app.may_call() && caller.app.edited_elsewhere().is_none());
}

#[test]
fn nothing_is_taken_by_another_name_or_from_a_holder_that_came_back() {
    let mut caller = caller("la");
    caller.silent(3);
    for typed in ["fParis", "fla", "f"] {
        assert_eq!(caller.press(typed), [], "{typed}");
        caller.silent(3);
        assert_eq!(caller.press("⏎"), [], "{typed}");
        assert_eq!(caller.refused(), Some("wrong name: the holder is paris"), "{typed}");
        assert_eq!(caller.press("⎋"), [], "{typed}");
        caller.silent(3);
    }
    // Once it was silent for long enough, the name is not needed any more, and another one still wrong.
    caller.press("fla");
    caller.silent(6);
    assert_eq!(caller.press("⏎"), []);
    assert!(caller.refused().is_some());
    caller.press("⎋");
    caller.silent(3);
    caller.press("fpar");
    caller.silent(6);
    let take = FlagWish::Take { reason: "dead".into(), named: None };
    assert_eq!(caller.press("⏎dead⏎"), wish(take));
    caller.silent(9);
    assert_eq!(caller.press("fdead"), []);
    caller.silent(1);
    assert_eq!(caller.press("⏎"), []);
    assert_eq!(caller.said(), "paris is heard again: the flag was not taken; f asks for it");
    // Nor from one that has it no longer.
    caller.silent(9);
    caller.press("fdead");
    caller.sees(|link| link.role = Role::Holds);
    assert_eq!(caller.press("⏎"), []);
    assert_eq!(caller.said(), "no other station has the flag: nothing was taken");
}

#[test]
fn what_was_typed_about_one_holder_takes_from_no_other() {
    // The name is typed while paris has the flag, and then nyc has it.
    for (silent, typed) in [(3, "fparis⏎they sleep"), (9, "fline dead")] {
        let mut caller = caller("la");
        caller.silent(silent);
        assert_eq!(caller.press(typed), []);
        caller.sees(|link| {
            (link.role, link.term) = (Role::Follows { holder: name("nyc") }, 2);
            // As silent as the one before it.
            link.stations[1].heard = link.stations[2].heard;
        });
        assert_eq!(caller.press("⏎"), [], "{typed}");
        assert_eq!(caller.said(), "nyc has the flag now: it was not taken");
        assert_eq!(caller.app.prompt, None);
    }
}

#[test]
fn a_reason_that_is_typed_while_the_flag_is_being_taken_does_nothing() {
    let mut caller = caller("la");
    caller.sees(|link| link.is_taking = true);
    assert_eq!(caller.press("f"), []);
    assert_eq!(caller.said(), "the flag is being taken already: Esc gives that up");
    let text = "no q".chars().map(|c| KeyEvent::from(KeyCode::Char(c)));
    let tasks: Vec<_> = text.flat_map(|key| caller.key(&key, 200)).collect();
    assert_eq!(tasks, []);
    assert!(caller.said().starts_with("f opened nothing to type in"), "{}", caller.said());
}

#[test]
fn below_a_panel_nothing_is_selected() {
    let keys = "go = \"Enter\"\nplayhead-here = \"w\"\n";
    let cases = [(Page::Run, "x"), (Page::People, "x"), (Page::Run, "w"), (Page::People, "w")];
    for (page, key) in cases {
        let mut caller = caller("paris");
        caller.app.page = page;
        if key == "w" {
            caller.app.keymap = Arc::new(keymap::parse(keys).unwrap());
        }
        caller.press("f");
        let open = caller.app.dialog.clone();
        assert_eq!(caller.press(key), [], "{key} on {page:?}");
        assert!(caller.said().ends_with("does nothing here: f hides this"), "{}", caller.said());
        assert_eq!(caller.app.dialog, open);
    }
}

#[test]
fn the_flag_of_a_program_of_the_own_name_can_be_taken() {
    let mut caller = caller("la");
    let heard = caller.now;
    caller.sees(|link| (link.role, link.double_heard) = (Role::Nobody, Some(heard)));
    assert_eq!(caller.press(" "), []);
    assert_eq!(caller.said(), "by the log la has the flag, and it is not this program; f takes it");
    // It was heard a moment ago: its name comes first.
    caller.press("fparis");
    let heard = caller.now;
    caller.sees(|link| link.double_heard = Some(heard));
    caller.press("⏎");
    assert_eq!(caller.refused(), Some("wrong name: the holder is la"));
    caller.press("⎋");
    caller.now += SILENT;
    caller.press("f");
    let (reason, named) = ("it crashed".to_owned(), None);
    assert_eq!(caller.press("it crashed⏎"), [Task::Flag(FlagWish::Take { reason, named })]);
}

#[test]
fn who_leaves_is_told_where_the_flag_is() {
    let started = |caller: &mut Caller| {
        caller.state = planned_caller().state;
    };
    let cases = [
        (Role::Holds, Some("its flag is here")),
        (Role::OnItsWay { to: name("la") }, Some("its flag is on its way to la")),
        (Role::Mute { why: MuteWhy::Reads { stood: None } }, Some("its flag is here")),
        (Role::Follows { holder: name("la") }, None),
        (Role::Nobody, None),
    ];
    for (role, words) in cases {
        let mut caller = caller("paris");
        started(&mut caller);
        caller.sees(|link| link.role = role.clone());
        let tasks = caller.press("q");
        match words {
            Some(words) => {
                assert_eq!(tasks, [], "{role:?}");
                assert!(caller.said().contains(&format!(": {words}; ")), "{}", caller.said());
            }
            None => assert_eq!(tasks, [Task::Quit], "{role:?}"),
        }
    }
}

#[test]
fn the_footer_names_the_flag_s_key_where_it_does_something() {
    type Change = fn(&mut SharedView);
    let alone: Change = |link| link.role = Role::Alone { since: MachineNs::ZERO };
    let nobody: Change = |link| link.role = Role::Nobody;
    let reads: Change = |link| link.role = Role::Mute { why: MuteWhy::Reads { stood: None } };
    let asks: Change = |link| link.role = Role::Mute { why: MuteWhy::Asks { stood: None } };
    let passes: Change = |link| link.role = Role::OnItsWay { to: name("la") };
    let single: Change = |link| link.stations.retain(|station| station.name == link.me);
    let has_asked: Change = |link| link.stations[0].asks = true;
    let cases: [(&str, Change, Option<&str>); 11] = [
        ("paris", |_| {}, Some("give the flag")),
        ("paris", alone, Some("give the flag")),
        ("paris", single, None),
        ("paris", nobody, None),
        ("paris", reads, None),
        ("paris", asks, Some("decide")),
        ("paris", passes, Some("briefing")),
        ("la", |_| {}, Some("ask for the flag")),
        ("la", has_asked, Some("take the flag")),
        ("la", |link| link.is_taking = true, None),
        ("la", |link| link.stations[2].heard = Some(MachineNs::ZERO), Some("take the flag")),
    ];
    for (me, change, expected) in cases {
        let mut caller = caller(me);
        caller.sees(change);
        let link = caller.app.link.clone().unwrap();
        let word = FlagKey::of(&link, &caller.state, caller.now).word();
        assert_eq!(word, expected, "{:?}", link.role);
        // The key does something exactly where it has a word.
        let tasks = caller.press("f");
        let opens = caller.app.dialog.is_some() || caller.app.prompt.is_some();
        assert_eq!(opens || !tasks.is_empty(), expected.is_some(), "{:?}", link.role);
    }
}

#[test]
fn what_calls_the_show_is_refused_aloud_at_a_follower() {
    let mut caller = caller("la");
    assert_eq!(caller.press(" "), []);
    assert_eq!(caller.said(), "paris has the flag; f asks for it");
    for key in "sobmhnpx⏎".chars() {
        caller.silent(1);
        caller.app.message = None;
        assert_eq!(caller.press(&key.to_string()), [], "{key}");
        assert_eq!(caller.said(), "paris has the flag; f asks for it", "{key}");
        caller.now += Duration::from_secs(2);
    }
    // What needs no flag goes on: it is the holder who journals it.
    assert_eq!(caller.press("0").len(), 1);
    assert_eq!(caller.press("tseen⏎"), [Task::Command(Command::Note("seen".into()))]);
    caller.silent(1);
    // The holder's conductor decides about the panic too: here it is refused with the same words.
    assert_eq!(caller.press("⎋"), []);
    let esc = KeyEvent::from(KeyCode::Esc);
    assert_eq!(caller.key(&esc, 300), [Task::Command(Command::Panic)]);
    let refused = crate::engine::Rejection::NoFlag(name("paris"));
    caller.app.refused(&refused, &caller.state, caller.now);
    assert_eq!(caller.said(), "paris has the flag; f asks for it");
    assert_eq!(wishes_of(&Command::Panic, &caller.state, None), None);
    // A follower leaves and suspends without a question: nothing stops.
    assert_eq!(caller.press("q"), [Task::Quit]);
    caller.offered(false);
    assert_eq!(caller.press(" "), []);
    assert_eq!(caller.said(), "paris has the flag and offers it; f shows the briefing");
}

#[test]
fn a_refused_call_says_what_the_flag_s_key_does_now() {
    type Change = fn(&mut Caller);
    let asked: Change = |caller| caller.sees(|link| link.stations[0].asks = true);
    let taking: Change = |caller| caller.sees(|link| link.is_taking = true);
    let cases: [(&str, Change, &str); 6] = [
        ("heard", |_| {}, "paris has the flag; f asks for it"),
        ("asked", asked, "paris has the flag; f takes it"),
        ("away", |caller| caller.silent(3), "paris has the flag; f takes it"),
        ("silent", |caller| caller.silent(9), "paris has the flag; f takes it"),
        ("taking", taking, "paris has the flag; it is being taken, Esc gives that up"),
        (
            "offered",
            |caller| caller.offered(false),
            "paris has the flag and offers it; f shows the briefing",
        ),
    ];
    for (what, change, words) in cases {
        let mut caller = caller("la");
        change(&mut caller);
        assert_eq!(caller.press(" "), [], "{what}");
        assert_eq!(caller.said(), words, "{what}");
        // The conductor refuses with the same words what was not refused here.
        caller.app.message = None;
        let refused = crate::engine::Rejection::NoFlag(name("paris"));
        caller.app.refused(&refused, &caller.state, caller.now);
        assert_eq!(caller.said(), words, "{what}");
        // This screen follows paris, and does not know yet that another has the flag.
        let refused = crate::engine::Rejection::NoFlag(name("nyc"));
        caller.app.refused(&refused, &caller.state, caller.now);
        assert_eq!(caller.said(), "nyc has the flag", "{what}");
    }
}

#[test]
fn f_hides_the_briefing_and_the_offer_stands_while_the_holder_calls() {
    let mut caller = caller("paris");
    caller.offered(false);
    caller.press("f");
    assert_eq!(caller.press("f"), []);
    assert_eq!(caller.said(), "the offer to la stands; f shows the briefing again");
    assert_eq!(caller.press(" "), [Task::Command(Command::Go { cause: Cause::Go })]);
    caller.offered(true);
    assert_eq!(caller.said(), "la has accepted: f shows the briefing");
    assert_eq!(caller.press("f⏎"), wish(FlagWish::Pass));
}

#[test]
fn a_station_that_asks_is_chosen_and_a_refused_offer_leaves_the_list_open() {
    let mut caller = caller("paris");
    caller.sees(|link| link.stations[0].away = true);
    caller.sees(|link| link.stations[1].asks = true);
    assert_eq!(caller.said(), "nyc asks for the flag: f offers it");
    caller.press("f");
    assert_eq!(caller.app.dialog, Some(Dialog::Give { chosen: name("nyc") }));
    caller.key(&KeyEvent::from(KeyCode::Up), 1_000);
    // The flag refuses it.
    assert_eq!(caller.press("⏎"), wish(FlagWish::Offer(name("la"))));
    caller.app.refuse("la is away: it cannot have the flag", caller.now);
    caller.sees(|_| {});
    assert_eq!(caller.app.dialog, Some(Dialog::Give { chosen: name("la") }));
    caller.key(&KeyEvent::from(KeyCode::Down), 1_000);
    assert_eq!(caller.press("⏎"), wish(FlagWish::Offer(name("nyc"))));
}

#[test]
fn what_has_become_of_the_flag_is_said() {
    type Change = fn(&mut SharedView);
    let alone: Change = |link| link.role = Role::Alone { since: MachineNs::ZERO };
    let taken: Change = |link| link.role = Role::Follows { holder: name("nyc") };
    let resumed: Change = |link| link.role = Role::Mute { why: MuteWhy::Reads { stood: None } };
    let cases: [(&str, Change, &str, Tone); 5] = [
        (
            "paris",
            resumed,
            "this run was resumed and reads the log: nothing fires until then",
            Tone::Alarm,
        ),
        ("paris", alone, "the log cannot be reached: this station goes on alone", Tone::Attention),
        ("paris", taken, "nyc HAS TAKEN THE FLAG: nothing fires here any more", Tone::Alarm),
        ("la", taken, "nyc has the flag", Tone::Attention),
        (
            "la",
            |link| {
                let cue = crate::show::CueNumber::new("1").unwrap();
                link.aside = vec![crate::link::FiredAside { cue, at_ns: Default::default() }];
            },
            "1 cue fired here while the others could not know of it: see the page Stations",
            Tone::Alarm,
        ),
    ];
    for (me, change, words, tone) in cases {
        let mut caller = caller(me);
        caller.sees(change);
        let said = caller.app.message.clone().unwrap();
        assert_eq!((said.text.as_str(), said.tone), (words, tone));
    }
    let mut caller = caller("paris");
    caller.offered(false);
    caller.press("f");
    let why = "la does not want it".to_owned();
    caller.sees(|link| (link.exchange, link.offer_ended) = (None, Some(why)));
    let said = "the offer to la has ended, the flag is still here: la does not want it";
    assert_eq!(caller.said(), said);
    assert_eq!(caller.app.dialog, None);
}

#[test]
fn escape_gives_a_take_up_before_it_closes_anything() {
    for page in [Page::Run, Page::Log] {
        let mut caller = caller("la");
        caller.app.page = page;
        caller.sees(|link| link.is_taking = true);
        assert_eq!(caller.press("⎋"), wish(FlagWish::GiveUpTake));
        assert!(caller.said().starts_with("the take is given up"), "{}", caller.said());
        assert_eq!(caller.app.page, page);
        // The next one means what it always does.
        caller.sees(|link| link.is_taking = false);
        assert_eq!(caller.press("⎋"), []);
    }
}

#[test]
fn what_a_station_that_looks_on_wishes_is_refused_with_the_reason() {
    let looks_on = "this station looks on: the server takes nothing from it";
    let with_flag = format!("paris has the flag, and {looks_on}");
    for (keys, said) in [("f", looks_on), ("!", looks_on), (" ", with_flag.as_str())] {
        let mut caller = caller("la");
        caller.sees(|link| link.looks_on = Some(crate::link::LOOKS_ON));
        assert_eq!(caller.press(keys), [], "{keys}");
        assert_eq!((caller.said(), &caller.app.prompt), (said, &None));
    }
}

#[test]
fn without_a_line_to_the_log_no_take_is_offered() {
    let no_line = "no line; to call alone: q, handover --resume r@la";
    let with_flag = format!("paris has the flag; {no_line}");
    for (keys, said) in [("f", no_line), (" ", with_flag.as_str())] {
        let mut caller = caller("la");
        caller.silent(9);
        caller.app.run = Some(RunId("r@la".to_owned()));
        caller.sees(|link| link.log.trouble = Some("cut".to_owned()));
        assert_eq!(caller.press(keys), [], "{keys}");
        assert_eq!((caller.said(), &caller.app.prompt), (said, &None));
    }
}

#[test]
fn the_keys_that_the_hint_without_a_line_names_act_at_once() {
    let refused: [fn(&mut SharedView); 2] = [
        |link| link.log.trouble = Some("cut".to_owned()),
        |link| link.looks_on = Some(crate::link::LOOKS_ON),
    ];
    for refuse in refused {
        for (c, expected) in [('q', vec![Task::Quit]), ('x', vec![])] {
            let mut caller = caller("la");
            caller.silent(9);
            caller.sees(refuse);
            assert_eq!(caller.press("f"), []);
            assert_eq!(caller.key(&KeyEvent::from(KeyCode::Char(c)), 200), expected, "{c}");
            let drops = caller.said().starts_with("f opened nothing to type in");
            assert_eq!(drops, c == 'x', "{}", caller.said());
        }
        let mut caller = caller("la");
        caller.silent(9);
        caller.sees(refuse);
        caller.press("f");
        caller.key(&KeyEvent::from(KeyCode::Char('!')), 200);
        assert!(!caller.said().contains("opened"), "{}", caller.said());
        // In a text that has begun they are letters.
        caller.press("f");
        let text = "no q".chars().map(|c| KeyEvent::from(KeyCode::Char(c)));
        let tasks: Vec<_> = text.flat_map(|key| caller.key(&key, 200)).collect();
        assert_eq!(tasks, []);
    }
}

#[test]
fn the_key_pressed_again_after_a_mere_question_takes_the_flag_at_once() {
    let mut caller = caller("la");
    assert_eq!(caller.press("f"), wish(FlagWish::Ask));
    caller.sees(|link| link.stations[0].asks = true);
    caller.now += Duration::from_millis(300);
    caller.press("f");
    assert!(caller.app.prompt.is_some(), "{}", caller.said());
}

#[test]
fn enter_after_a_mere_question_leaves_its_words() {
    let mut caller = caller("la");
    assert_eq!(caller.press("f"), wish(FlagWish::Ask));
    let asked = "paris is asked for the flag; f again takes it without paris";
    assert_eq!(caller.said(), asked);
    assert_eq!(caller.press("⏎"), []);
    assert_eq!(caller.said(), asked);
}

#[test]
fn a_station_that_cannot_panic_is_not_told_that_esc_does() {
    let warns = "only paris can panic; ! tells paris that something is wrong";
    let mut la = caller("la");
    la.app.page = Page::Log;
    la.press("⎋");
    assert_eq!(la.said(), "back to the run page");
    la.press("⎋");
    assert_eq!(la.said(), warns);
    let mut paris = caller("paris");
    paris.app.page = Page::Log;
    paris.press("⎋");
    assert_eq!(paris.said(), "back to the run page; Esc Esc now is PANIC");
    paris.sees(|link| link.role = Role::Nobody);
    paris.press("⎋");
    assert_eq!(paris.said(), "there is no panic from here: this station does not fire");
}

#[test]
fn a_warning_without_a_line_says_that_it_waits() {
    let mut caller = caller("la");
    caller.silent(3);
    assert_eq!(caller.press("!"), wish(FlagWish::Warn));
    assert_eq!(caller.said(), "the warning waits for the line: paris is not heard");
}

#[test]
fn a_message_about_the_flag_ends_with_what_it_says() {
    let mut caller = caller("paris");
    let why = MuteWhy::Reads { stood: Some(Duration::from_secs(6)) };
    caller.sees(|link| link.role = Role::Mute { why });
    assert!(caller.said().contains("stood still for 0:06"), "{}", caller.said());
    caller.sees(|link| link.role = Role::Holds);
    assert_eq!(caller.said(), "the log was read: the flag is still here");
    // An alarm about something else stays.
    caller.sees(|link| link.role = Role::Mute { why });
    caller.app.say("the journal cannot be written", Tone::Alarm, caller.now);
    caller.sees(|link| link.role = Role::Holds);
    assert_eq!(caller.said(), "the journal cannot be written");
    // What Esc has closed is told for a while, and the alarm before and after.
    caller.app.page = Page::Log;
    caller.press("⎋");
    let at = |seconds| caller.now + Duration::from_secs(seconds);
    let shown = |seconds| caller.app.message.as_ref().unwrap().shown(at(seconds)).to_owned();
    assert!(shown(0).starts_with("back to the run page; Esc Esc now is PANIC; the journal"));
    assert_eq!(shown(40), "the journal cannot be written");
}

#[test]
fn an_alarm_about_the_flag_ends_with_it_whatever_stands_on_its_line() {
    let why = MuteWhy::Reads { stood: Some(Duration::from_secs(6)) };
    // Esc has closed the log's page meanwhile.
    let mut caller = caller("paris");
    caller.sees(|link| link.role = Role::Mute { why });
    caller.app.page = Page::Log;
    caller.press("⎋");
    assert!(caller.said().starts_with("back to the run page"), "{}", caller.said());
    assert!(caller.said().contains("stood still for 0:06"), "{}", caller.said());
    caller.sees(|link| link.role = Role::Holds);
    assert_eq!(caller.said(), "the log was read: the flag is still here");
    // Words that came before it on the line stay alone.
    let read = "the log was read: the flag is still here";
    for (tone, left) in
        [(Tone::Calm, (read, Tone::Attention)), (Tone::Alarm, ("b; a", Tone::Alarm))]
    {
        caller.sees(|link| link.role = Role::Mute { why });
        caller.app.say_too("a", tone, caller.now);
        caller.app.say_too("b", Tone::Calm, caller.now);
        assert!(caller.said().starts_with("b; a; "), "{}", caller.said());
        caller.sees(|link| link.role = Role::Holds);
        let seen = caller.app.message.take().unwrap();
        assert_eq!((seen.text.as_str(), seen.tone), left);
    }
}

#[test]
fn how_an_offer_has_ended_is_said_on_both_sides() {
    for (why, giver_reads, taker_reads) in [
        ("la does not want it", "la does not want it", "you declined"),
        ("the holder took it back", "you took it back", "the holder took it back"),
        (
            "it was not passed within 60 s",
            "it was not passed within 60 s",
            "it was not passed within 60 s",
        ),
    ] {
        for (me, expected) in [
            ("paris", format!("the offer to la has ended, the flag is still here: {giver_reads}")),
            ("la", format!("the offer has ended, paris keeps the flag: {taker_reads}")),
        ] {
            let mut caller = caller(me);
            caller.offered(false);
            caller.sees(|link| (link.exchange, link.offer_ended) = (None, Some(why.to_owned())));
            assert_eq!(caller.said(), expected);
        }
    }
}
