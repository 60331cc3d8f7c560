//! What is on a board, and what is not.

use std::sync::Arc;

use jiff::SignedDuration;

use super::*;
use crate::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
use crate::engine::{Cause, Command, Event, RunNs, State};
use crate::show::duration::SECOND_NS;
use crate::show::file;
use crate::time::MachineNs;

const SHOW: &str = r#"
title = "A night out"
timezone = "Europe/Paris"
clocks = ["America/Los_Angeles"]
[department.stunts]
name = "Secret department"
[person.somebody]
name = "Secret person"
[[segment]]
title = "Doors"
start = 23:00:00
duration = "2m"
cue = [
  { number = "1", title = "House lights", call = "Secret call", notes = "Secret note", planned = "0s" },
  { number = "2", title = "Titles", duration = "30s" },
  { number = "2.1", title = "Secret follow", embargo = true, duration = "20s", trigger = { after = "2" } },
]
[[segment]]
title = "The jump"
duration = "1m"
cue = [
  { number = "3", title = "Secret jump", embargo = true, duration = "45s", planned = "10s", needs = ["stunts"] },
  { number = "3A", title = "Secret plan B", embargo = true, duration = "20s", backup_for = "3" },
]
[[segment]]
title = "Good night"
duration = "1m"
cue = [{ number = "4", title = "Curtain" }]
"#;

/// A run without outputs, by the program's conductor. The machine's clock reads what the run's does.
struct Run {
    conductor: Conductor,
    now_ns: MachineNs,
}

impl Run {
    /// A live run that begins a minute before its show.
    fn new() -> Self {
        Run::of(SHOW)
    }

    fn of(show: &str) -> Self {
        let show = Arc::new(file::parse(show, "UTC").unwrap());
        let clock = "2024-08-11T20:59:00Z".parse().unwrap();
        let ties = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, 1);
        let mut conductor = Conductor::new(State::new(show), ties, 0, RunNs::ZERO);
        let begin = Event::started(clock, false);
        conductor.drive(MachineNs::ZERO, ConductorInput::Begin(begin), |_, _| vec![]);
        Run { conductor, now_ns: MachineNs::ZERO }
    }

    fn state(&self) -> &State {
        self.conductor.state()
    }

    fn until(&mut self, second: u64) {
        let until_ns = MachineNs::new(second * SECOND_NS);
        self.conductor.pass(self.now_ns, until_ns, |_, _| vec![]);
        self.now_ns = until_ns;
    }

    fn command(&mut self, command: Command) {
        let input = ConductorInput::Command { by: By::Caller, command };
        self.conductor.drive(self.now_ns, input, |_, output| {
            if let ConductorOutput::Reply { result, .. } = output {
                result.unwrap();
            }
            vec![]
        });
    }

    fn go(&mut self) {
        self.command(Command::Go { cause: Cause::Go });
    }

    fn board(&self) -> Board {
        let board = Board::of(self.state(), self.conductor.clock().run_ns(self.now_ns));
        let told = format!("{board:?}");
        for private in ["Secret call", "Secret note", "Secret person", "Secret department"] {
            assert!(!told.contains(private), "{told}");
        }
        for cue in self.state().show().cue_indices() {
            let (plan, fired) = (self.state().show().cue(cue), self.state().cue(cue).firings > 0);
            assert!(fired || !plan.embargo || !told.contains(plan.title.as_str()), "{told}");
        }
        board
    }

    fn next(&self) -> (Option<String>, Option<String>, String) {
        let next = self.board().next.unwrap();
        let title = next.cue.map(|cue| match cue {
            Item::Public { title, .. } => title,
            Item::Embargoed => "—".into(),
        });
        (next.segment, title, next.at.map(|at| at.to_string()).unwrap_or_default())
    }

    fn on(&self) -> (String, Vec<String>, i64) {
        let board = self.board();
        let left_s = board.figure().map_or(0, |figure| figure.left.as_secs());
        let Stage::On(on) = board.stage else { panic!("{:?}", board.stage) };
        let title = |(item, _): (Item, _)| match item {
            Item::Public { title, .. } => title,
            Item::Embargoed => "—".into(),
        };
        (on.segment, on.cues.into_iter().map(title).collect(), left_s)
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn an_evening_as_the_house_sees_it() {
    let mut run = Run::new();
    run.until(20);
    let board = run.board();
    assert_eq!(
        board.clocks.iter().map(|clock| clock.label.as_str()).collect::<Vec<_>>(),
        ["Paris", "Los Angeles"]
    );
    assert_eq!(board.now, "2024-08-11T20:59:20Z".parse().unwrap());
    let starts = Some("2024-08-11T21:00:00Z".parse().unwrap());
    assert_eq!(board.stage, Stage::Before { starts, left: Some(SignedDuration::from_secs(40)) });
    assert_eq!(board.figure().map(|figure| (figure.of, figure.word)), Some(("Doors", "starts")));
    assert_eq!(
        board.later.iter().map(|(_, title)| title.as_str()).collect::<Vec<_>>(),
        ["The jump", "Good night"]
    );
    let at = |time: &str| format!("2024-08-11T{time}Z");
    assert_eq!(run.next(), (Some("Doors".into()), Some("House lights".into()), at("21:00:00")));
    run.until(70);
    assert_eq!(run.board().figure().map(|figure| figure.left.as_secs()), Some(-10), "late");
    run.go();
    // It was over at once, and holds until the next; the segment counts down.
    assert_eq!(run.on(), ("Doors".into(), words(&["House lights"]), 120));
    // Two called cues are spread over two minutes.
    assert_eq!(run.next(), (None, Some("Titles".into()), at("21:01:00")));
    run.until(80);
    run.go();
    assert_eq!(run.on(), ("Doors".into(), words(&["Titles"]), 30));
    // What follows by itself comes before what is called.
    assert_eq!(run.next(), (None, Some("—".into()), at("21:01:30")));
    run.until(112);
    assert_eq!(run.on(), ("Doors".into(), words(&["Secret follow"]), 18), "it has fired");
    assert_eq!(run.next(), (Some("The jump".into()), Some("—".into()), at("21:02:10")));
}

#[test]
fn holds_panics_and_backups_give_nothing_away() {
    let mut run = Run::new();
    run.until(60);
    run.go();
    run.go();
    run.until(100);
    run.command(Command::Hold);
    let left_s = run.on().2;
    run.until(130);
    assert_eq!(run.on().2, left_s, "the show's clock stands still");
    assert!(run.board().is_held, "and the board says why");
    run.command(Command::Resume);
    assert!(!run.board().is_held);
    let find = |number: &str| {
        run.state().show().find(&crate::show::CueNumber::new(number).unwrap()).unwrap()
    };
    let (jump, plan_b) = (find("3"), find("3A"));
    run.command(Command::SwapBackup);
    assert_eq!(run.next().1, Some("—".into()), "plan B has its own embargo");
    run.until(240);
    run.go();
    assert_eq!(run.on().1, words(&["Secret plan B"]));
    assert!(run.state().is_public(plan_b) && !run.state().is_public(jump));
    run.command(Command::Panic);
    // The segment opened by itself when the first one's two minutes and the half minute of the hold
    // were over.
    assert_eq!(run.on(), ("The jump".into(), vec![], 30), "what was stopped is not on");
    assert_eq!(run.next().1, Some("Curtain".into()));
    run.until(310);
    run.go();
    assert_eq!(run.board().next, None);
    run.until(380);
    let Stage::Ended { over, at } = run.board().stage else { panic!("{:?}", run.board().stage) };
    // Planned for 21:04:00; the last segment began at 310 s, 5 min 10 s after 20:59, and lasted its
    // minute.
    assert_eq!((over.as_secs(), at), (70, "2024-08-11T21:05:10Z".parse().unwrap()));
}

#[test]
fn what_comes_next_is_never_of_a_segment_that_is_past() {
    let mut run = Run::new();
    run.until(60);
    run.go();
    let curtain =
        run.state().show().find(&crate::show::CueNumber::new("4").unwrap()).expect("the last cue");
    // The playhead stays at the titles.
    run.command(Command::Start { cue: curtain, cause: Cause::Remote });
    assert_eq!(run.on().0, "Good night");
    assert_eq!(run.next().1, Some("Curtain".into()), "the order comes to it again");
}

#[test]
fn what_is_not_public_is_not_there_at_all() {
    let cues = r#"
  { number = "1", title = "House lights", planned = "0s" },
  { number = "1.1", title = "Hidden lower third", public = false, duration = "30s", trigger = { with = "1" } },
  { number = "1.2", title = "Hidden blackout", public = false, planned = "20s" },
  { number = "2", title = "Singer", planned = "40s", duration = "30s" },
  { number = "3", title = "Hidden and secret", public = false, embargo = true, planned = "50s" },
"#;
    let segment = |title: &str, cues: &str| {
        format!("[[segment]]\ntitle = \"{title}\"\nduration = \"1m\"\ncue = [{cues}]\n")
    };
    let text = format!("title = \"T\"\n{}{}", segment("Songs", cues), segment("Goodbye", ""));
    let mut run = Run::of(&text);
    run.until(60);
    assert_eq!(run.next().1, Some("House lights".into()));
    run.go();
    assert_eq!(run.on().1, words(&["House lights"]), "1.1 runs");
    assert_eq!(run.state().on_air().len(), 1);
    assert_eq!(run.next().1, Some("Singer".into()), "the playhead is at 1.2");
    run.until(80);
    run.go();
    assert_eq!((run.on().1, run.next().1), (words(&["House lights"]), Some("Singer".into())));
    run.until(100);
    run.go();
    assert_eq!(run.on().1, words(&["Singer"]));
    assert_eq!(
        run.next(),
        (Some("Goodbye".into()), None, "2024-08-11T21:01:00Z".into()),
        "only a hidden cue is left before it"
    );
    run.go();
    let hidden = run.state().show().find(&crate::show::CueNumber::new("3").unwrap()).unwrap();
    assert!(!run.state().is_public(hidden) && !run.state().is_embargoed(hidden), "it has fired");
    assert!(!format!("{:?}", run.board()).contains("Hidden"));
}

#[test]
fn a_board_without_a_run_knows_its_show() {
    let show = file::parse(SHOW, "UTC").unwrap();
    let now = "2024-08-11T18:00:00Z".parse().unwrap();
    let of = |show| {
        Board::waiting(show, now, ("Asia/Tokyo", TimeZone::UTC), "handover night.toml".into())
    };
    let board = of(Some(&show));
    assert_eq!((board.title.as_deref(), board.clocks.len()), (Some("A night out"), 2));
    assert!(!format!("{board:?}").contains("Secret"));
    assert_eq!(of(None).clocks[0].label, "Tokyo");
    assert_eq!(board.figure(), None);
}
