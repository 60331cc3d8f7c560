//! The views of departments in an evening with three of them.

use std::sync::Arc;

use super::*;
use crate::conductor::{By, Conductor, ConductorInput, ConductorOutput, RunClock};
use crate::engine::{Cause, Command, Event};
use crate::show::duration::SECOND_NS;
use crate::show::file;
use crate::time::MachineNs;

const SHOW: &str = r#"
title = "A night out"
timezone = "Europe/Paris"
[department.sound]
name = "Sound"
[department.stunts]
name = "Secret stunts"
[department.idle]
name = "Idle"
[[segment]]
title = "Doors"
start = 23:00:00
duration = "2m"
cue = [
  { number = "1", title = "House lights", planned = "0s" },
  { number = "2", title = "Titles", call = "Secret call", notes = "Secret note", duration = "30s", planned = "1m", needs = ["sound"] },
  { number = "2.1", title = "Follow", trigger = { after = "2" }, needs = ["sound"] },
]
[[segment]]
title = "The jump"
duration = "1m"
cue = [
  { number = "3", title = "Secret jump", embargo = true, planned = "10s", needs = ["stunts", "sound"] },
  { number = "4", title = "Secret blackout", public = false, planned = "40s", needs = ["sound"] },
]
"#;

struct Run {
    conductor: Conductor,
    now_ns: MachineNs,
}

impl Run {
    /// A run that begins a minute before its show.
    fn new() -> Self {
        let show = Arc::new(file::parse(SHOW, "UTC").unwrap());
        let clock = "2024-08-11T20:59:00Z".parse().unwrap();
        let ties = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, 1);
        let mut conductor = Conductor::new(State::new(show), ties, 0, RunNs::ZERO);
        conductor.drive(
            MachineNs::ZERO,
            ConductorInput::Begin(Event::started(clock, false)),
            |_, _| vec![],
        );
        Run { conductor, now_ns: MachineNs::ZERO }
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

    fn view(&self, department: &str) -> CrewView {
        let state = self.conductor.state();
        let department = CrewView::department(state.show(), department).unwrap();
        let view = CrewView::of(state, self.conductor.clock().run_ns(self.now_ns), department);
        let told = format!("{view:?}");
        for private in ["Secret call", "Secret note", "Secret blackout"] {
            assert!(!told.contains(private), "{told}");
        }
        view
    }

    /// The coming cues of a department: number, title, seconds left, and the stage of the call.
    fn coming(&self, department: &str) -> Vec<(String, String, u64, Call)> {
        let row = |cue: CrewCue| {
            (cue.number, cue.title.unwrap_or("—".into()), cue.left.as_secs(), cue.call)
        };
        self.view(department).coming.into_iter().map(row).collect()
    }

    fn first(&self, department: &str) -> (String, u64, Call) {
        let first = self.coming(department).remove(0);
        (first.0, first.2, first.3)
    }
}

fn row(number: &str, title: &str, left: u64) -> (String, String, u64, Call) {
    (number.into(), title.into(), left, Call::Later)
}

#[test]
fn a_department_sees_its_own_cues_in_the_order_in_which_they_come() {
    let mut run = Run::new();
    run.until(20);
    // The show begins in 40 s; "Titles" is planned a minute into it, and lasts 30 s.
    let jump = row("3", "—", 40 + 120 + 10);
    let expected = [
        row("2", "Titles", 40 + 60),
        row("2.1", "Follow", 40 + 90),
        jump.clone(),
        row("4", "—", 40 + 160),
    ];
    assert_eq!(run.coming("sound"), expected);
    assert_eq!(run.coming("SECRET STUNTS"), [jump], "by its name in any case");
    assert_eq!(run.coming("idle"), []);
    assert_eq!(CrewView::department(run.conductor.state().show(), "lights"), None);
    assert_eq!(run.view("sound").coming[0].at, "2024-08-11T21:01:00Z".parse().unwrap());
}

#[test]
fn standby_ready_and_go_reach_the_departments_that_are_needed() {
    let mut run = Run::new();
    run.until(60);
    run.go();
    run.until(90);
    assert_eq!(run.first("sound"), ("2".into(), 30, Call::Next), "the next GO fires it");
    run.command(Command::Standby);
    assert_eq!(run.first("sound"), ("2".into(), 30, Call::Standby { is_ready: false }));
    run.command(Command::Ready("sound".into()));
    assert_eq!(run.first("sound").2, Call::Standby { is_ready: true });
    assert_eq!(run.first("stunts").2, Call::Later);
    // The caller is late: it comes at any moment.
    run.until(130);
    assert_eq!(run.first("sound").1, 0);
    assert_eq!(run.view("sound").fired, None);
    run.go();
    let fired = run.view("sound").fired.unwrap();
    assert_eq!((fired.number.as_str(), fired.title.as_deref()), ("2", Some("Titles")));
    assert_eq!(run.view("stunts").fired, None, "it is not theirs");
    assert_eq!(run.coming("sound")[0], row("2.1", "Follow", 30));
    run.until(136);
    assert_eq!(run.view("sound").fired, None, "only for a moment");
    run.until(165);
    let numbers =
        |run: &Run| run.view("sound").coming.into_iter().map(|cue| cue.number).collect::<Vec<_>>();
    assert_eq!(numbers(&run), ["3", "4"], "the follow was missed, since nobody was ready");
    let missed = run.conductor.state().missed().next().unwrap();
    run.command(Command::PlayheadTo(missed));
    assert_eq!(numbers(&run), ["2.1", "3", "4"], "the caller wants it now");
}

#[test]
fn an_embargo_ends_with_the_firing_and_a_skipped_cue_does_not_come() {
    let mut run = Run::new();
    run.until(60);
    let find = |run: &Run, number: &str| {
        let number = crate::show::CueNumber::new(number).unwrap();
        run.conductor.state().show().find(&number).unwrap()
    };
    let (titles, jump) = (find(&run, "2"), find(&run, "3"));
    run.command(Command::ToggleSkip(titles));
    let numbers = |run: &Run| -> Vec<String> {
        run.view("sound").coming.into_iter().map(|cue| cue.number).collect()
    };
    assert!(!numbers(&run).contains(&"2".to_owned()), "{:?}", numbers(&run));
    run.command(Command::PlayheadTo(jump));
    run.command(Command::Override { reason: "test".into() });
    run.go();
    let fired = run.view("stunts").fired.unwrap();
    assert_eq!(fired.title.as_deref(), Some("Secret jump"));
    assert_eq!(run.coming("stunts"), []);
    run.until(85);
    run.command(Command::PlayheadTo(jump));
    assert_eq!(run.first("stunts"), ("3".into(), 0, Call::Next), "the caller may fire it again");
}
