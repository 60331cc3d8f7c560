//! What the conductor promises: the order of its outputs, and what happens between a record that is
//! journaled ahead and its instant.

mod shared;

use std::sync::Arc;

use super::*;
use crate::engine::{Cause, Event, Record};
use crate::output::{Job, Outcome, Report};
use crate::show::duration::SECOND_NS;
use crate::show::{CueIx, DepartmentIx, OutputIx, file};
use crate::time::MachineNs;

const SHOW: &str = r#"
title = "A small show"
[output.lights]
osc = "udp://127.0.0.1:9"
panic = [{ osc = "/stop" }]
[[segment]]
title = "The jump"
duration = "1m"
[[segment.cue]]
number = "1"
title = "Dark"
do = [{ output = "lights", osc = "/dark" }, { output = "lights", osc = "/fog" }]
[[segment.cue]]
number = "2"
title = "Off the roof"
trigger = { with = "1", delay = "10s" }
do = [{ output = "lights", osc = "/go" }]
[[segment.cue]]
number = "3"
title = "Landed"
"#;

/// The wall clock when the run begins.
const CLOCK: &str = "2024-08-11T21:00:00Z";

const GO: Command = Command::Go { cause: Cause::Go };

/// A run of [`SHOW`] with outputs that answer at once, and what it has had done, in words.
struct Run {
    conductor: Conductor,
    done: Vec<String>,
    records: Vec<Record>,
    /// The last record that was proposed.
    proposed: Option<Record>,
    answers: bool,
}

impl Run {
    fn new(rehearsal: bool) -> Self {
        let mut run = Run::of(SHOW);
        run.begins(rehearsal);
        run
    }

    /// A run of `show` that has not begun.
    fn of(show: &str) -> Self {
        let show = Arc::new(file::parse(show, "UTC").unwrap());
        let conductor = Conductor::new(
            State::new(show),
            RunClock::new(MachineNs::ZERO, RunNs::ZERO, CLOCK.parse().unwrap(), 1),
            0,
            RunNs::ZERO,
        );
        Run { conductor, done: vec![], records: vec![], proposed: None, answers: true }
    }

    fn begins(&mut self, rehearsal: bool) {
        self.begins_with(rehearsal, false);
    }

    fn begins_with(&mut self, rehearsal: bool, auto: bool) {
        let show = Arc::clone(self.conductor.state().show());
        let clock = CLOCK.parse().unwrap();
        let started = Event::RunStarted {
            show: show.title.clone(),
            source: String::new(),
            rehearsal,
            speed: 1,
            auto,
            clock,
            day: jiff::civil::date(2024, 8, 11),
            version: String::new(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
            web: None,
        };
        self.gives(0, ConductorInput::Begin(started));
        self.done.clear();
    }

    fn gives(&mut self, now_ns: u64, input: ConductorInput) {
        let Run { conductor, done, records, proposed, answers } = self;
        conductor.drive(MachineNs::new(now_ns), input, |_, output| {
            done.push(word(&output));
            match output {
                ConductorOutput::Append(new) => records.extend(new),
                ConductorOutput::Propose(record) => *proposed = Some(*record),
                ConductorOutput::Send(job) if *answers => {
                    return vec![ConductorInput::Outcome(job, Outcome::Sent)];
                }
                ConductorOutput::StopAll(outputs) if *answers => {
                    let sent = |output| Report { output, job: None, outcome: Outcome::Sent };
                    return outputs.into_iter().map(sent).map(ConductorInput::Report).collect();
                }
                _ => {}
            }
            vec![]
        });
    }

    fn command(&mut self, now_ns: u64, command: Command) {
        self.gives(now_ns, ConductorInput::Command { by: By::Caller, command });
    }

    fn taken(&mut self) -> Vec<String> {
        std::mem::take(&mut self.done)
    }
}

fn word(output: &ConductorOutput) -> String {
    match output {
        ConductorOutput::Append(records) => {
            let kind = |record: &Record| match record.event.cue() {
                Some(cue) => format!("{} {cue}", record.event.kind()),
                None => record.event.kind().to_owned(),
            };
            records.iter().map(kind).collect::<Vec<_>>().join(", ")
        }
        ConductorOutput::Send(Job { cue, action, .. }) => format!("> {}.{}", cue.0 + 1, action + 1),
        ConductorOutput::Stop { cue, over } if over.is_zero() => format!("> stop {}", cue.0 + 1),
        ConductorOutput::Stop { cue, over } => format!("> stop {} over {over:?}", cue.0 + 1),
        ConductorOutput::GiveWay { cue, action } => {
            format!("> give way to {}.{}", cue.0 + 1, action + 1)
        }
        ConductorOutput::EndRamps => "> end ramps".into(),
        ConductorOutput::PauseClip(cue) => format!("> pause {}", cue.0 + 1),
        ConductorOutput::ResumeClip(cue) => format!("> resume {}", cue.0 + 1),
        ConductorOutput::StopAll(outputs) if outputs[..] == [OutputIx(0)] => "> stop".into(),
        ConductorOutput::StopAll(outputs) => {
            let outputs: Vec<_> = outputs.iter().map(|output| output.0).collect();
            format!("> stop outputs {outputs:?}")
        }
        ConductorOutput::Reply { result: Ok(()), .. } => "ok".into(),
        ConductorOutput::Reply { result: Err(why), .. } => why.to_string(),
        ConductorOutput::ClipsLost(cues) => format!("lost {}", cues.len()),
        ConductorOutput::Arm(_) | ConductorOutput::Join(_) | ConductorOutput::Outages(_) => {
            "ready".into()
        }
        ConductorOutput::Tell(told) => format!("tell {told:?}"),
        ConductorOutput::Propose(record) => format!("propose {}", record.event.kind()),
        ConductorOutput::Muted(muted) => format!("muted {muted:?}"),
        ConductorOutput::StoodStill => "stood still".into(),
        ConductorOutput::Revised => "revised".into(),
        ConductorOutput::ShowTime(time) => {
            format!("time {}", if time.runs { "runs" } else { "stands" })
        }
    }
}

#[test]
fn a_message_leaves_after_its_record_and_before_what_became_of_it() {
    let mut run = Run::new(false);
    run.command(SECOND_NS, GO);
    let go = [
        "segment_started, cue_fired 1",
        "> 1.1",
        "> 1.2",
        "cue_completed 1, action_sent 1, action_sent 1",
        "playhead_moved 3",
        "ok",
    ];
    assert_eq!(run.taken(), go);
    let seqs: Vec<u64> = run.records.iter().map(|record| record.seq).collect();
    assert_eq!(
        seqs,
        (1..=run.records.len() as u64).collect::<Vec<_>>(),
        "no gap, whatever was journaled when"
    );
    run.gives(SECOND_NS, ConductorInput::Tick);
    assert_eq!(run.taken(), ["time runs"]);
    run.command(2 * SECOND_NS, Command::Panic);
    assert_eq!(run.taken(), ["panicked", "> stop", "cue_missed 2, panic_sent", "ok"]);
    run.command(2 * SECOND_NS, Command::Resume);
    assert_eq!(run.taken(), ["the show is not held"]);
}

#[test]
fn what_comes_by_itself_is_journaled_ahead_and_sent_at_its_instant() {
    let mut run = Run::new(false);
    run.command(SECOND_NS, GO);
    run.taken();
    let ahead_ns = run.conductor.deadline().unwrap();
    let ahead_ns = ahead_ns.ns();
    assert!((11 * SECOND_NS - 1_000_000..11 * SECOND_NS).contains(&ahead_ns), "{ahead_ns}");
    run.gives(ahead_ns, ConductorInput::Tick);
    assert_eq!(
        (run.taken(), run.conductor.is_ahead()),
        (vec!["cue_fired 2, cue_completed 2".to_owned()], true)
    );
    assert_eq!(run.conductor.deadline(), Some(MachineNs::new(11 * SECOND_NS)));
    run.gives(11 * SECOND_NS, ConductorInput::Tick);
    assert_eq!(run.taken()[..2], ["> 2.1", "action_sent 2"]);
    assert!(
        run.records.iter().filter(|record| record.event.kind() == "cue_fired").all(|r| r
            .run_ns
            .since(RunNs::ZERO)
            .subsec_nanos()
            == 0)
    );
}

#[test]
fn a_rehearsal_has_no_instants_to_keep() {
    let mut run = Run::new(true);
    run.command(SECOND_NS, GO);
    assert_eq!(run.conductor.deadline(), Some(MachineNs::new(11 * SECOND_NS)));
}

/// A run in which cue 1 has fired, the playhead stands at cue 2, and that is journaled ahead of its
/// instant.
fn ahead() -> (Run, u64) {
    ahead_of(SHOW)
}

fn ahead_of(show: &str) -> (Run, u64) {
    let mut run = Run::of(show);
    run.begins(false);
    run.command(SECOND_NS, GO);
    run.command(SECOND_NS, Command::PlayheadTo(CueIx(1)));
    let ahead_ns = run.conductor.deadline().unwrap().ns();
    run.gives(ahead_ns, ConductorInput::Tick);
    assert!(run.conductor.is_ahead());
    run.taken();
    (run, ahead_ns)
}

#[test]
fn a_go_between_a_cue_and_its_instant_fires_the_next_cue_and_not_the_same_again() {
    let (mut run, now_ns) = ahead();
    run.command(now_ns, GO);
    let done = run.taken();
    assert_eq!(done[..3], ["> 2.1", "action_sent 2", "playhead_moved 3"]);
    assert_eq!(done[3], "cue_fired 3, cue_completed 3");
}

#[test]
fn two_calls_of_a_cue_have_two_instants_though_the_clock_has_not_come_to_the_last_record() {
    // What was journaled ahead is of a later instant than now.
    let needs = "title = \"Landed\"\nneeds = [\"crew\"]";
    let show = SHOW.replace("title = \"Landed\"", needs) + "[department.crew]\n";
    let (mut run, now_ns) = ahead_of(&show);
    run.gives(now_ns, ConductorInput::Flush);
    run.command(now_ns, Command::Standby);
    let called_ns = |run: &Run| run.conductor.state().cue(CueIx(2)).called_ns.unwrap();
    let first_ns = called_ns(&run);
    let clock_ns = run.conductor.clock().run_ns(MachineNs::new(now_ns));
    assert!(first_ns > clock_ns, "the clock is behind");
    run.command(now_ns, Command::Standby);
    assert_ne!(called_ns(&run), first_ns);
    // So an answer to the first call is none to the second.
    let answer = |called_ns| Command::ReadyFor {
        cue: CueIx(2),
        department: DepartmentIx(0),
        is_ready: true,
        from_browser: true,
        called_ns: Some(called_ns),
    };
    run.taken();
    run.command(now_ns, answer(first_ns));
    assert_eq!(
        run.taken(),
        ["standby was called again for cue 3: the answer was for the time before"]
    );
    run.command(now_ns, answer(called_ns(&run)));
    assert_eq!(run.taken()[0], "department_ready 3");
}

#[test]
fn whatever_comes_in_between_lets_go_of_what_stands_ready_and_only_of_that() {
    for input in [
        ConductorInput::Flush,
        ConductorInput::TerminalLost,
        ConductorInput::Leave { reason: "quit".into(), unsent: vec![] },
    ] {
        let (mut run, now_ns) = ahead();
        run.gives(now_ns, input);
        assert_eq!(run.taken()[..3], ["> 2.1", "action_sent 2", "playhead_moved 3"]);
        assert!(!run.conductor.is_ahead() && !run.conductor.state().is_moving_on());
    }
    let mut run = Run::new(false);
    run.command(SECOND_NS, GO);
    run.taken();
    run.gives(60 * SECOND_NS, ConductorInput::Flush);
    assert_eq!(run.taken(), [""; 0], "what is due comes after what the driver is about to do");
}

#[test]
fn a_program_that_leaves_starts_nothing_any_more() {
    let mut run = Run::new(false);
    run.answers = false;
    run.command(SECOND_NS, GO);
    run.taken();
    let job = Job { cue: CueIx(0), firing: 1, action: 1 };
    let unsent = vec![Report {
        output: OutputIx(0),
        job: Some(job),
        outcome: Outcome::Failed("closed".into()),
    }];
    run.gives(60 * SECOND_NS, ConductorInput::Leave { reason: "quit".into(), unsent });
    assert_eq!(run.taken(), ["action_failed 1, run_left"]);
}

#[test]
fn what_one_machine_of_a_mirrored_output_did_not_take_stays_sent() {
    let mut run = Run::new(false);
    run.command(SECOND_NS, GO);
    run.taken();
    let job = Job { cue: CueIx(0), firing: 1, action: 0 };
    let sends = run.conductor.state().cue(CueIx(0)).sends.clone();
    let outcome =
        Outcome::SideFailed { side: "backup 10.0.0.3:3032".into(), why: "refused".into() };
    let report = Report { output: OutputIx(0), job: Some(job), outcome };
    run.gives(2 * SECOND_NS, ConductorInput::Report(report));
    assert_eq!(run.taken(), ["side_failed 1"]);
    assert_eq!(run.conductor.state().cue(CueIx(0)).sends, sends);
    let Some(Event::SideFailed { output, side, error, action: 1, .. }) =
        run.records.last().map(|record| &record.event)
    else {
        panic!("{:?}", run.records.last())
    };
    assert_eq!((side.as_str(), error.as_str()), ("backup 10.0.0.3:3032", "refused"));
    assert!(!output.is_empty());
}

#[test]
fn a_resume_says_what_nobody_knows_and_takes_up_what_was_missed() {
    let mut run = Run::new(false);
    run.answers = false;
    run.command(SECOND_NS, GO);
    let (clock, seq, run_ns) = (run.conductor.clock(), run.conductor.seq(), run.conductor.run_ns());
    let mut state = State::new(Arc::clone(run.conductor.state().show()));
    run.records.iter().for_each(|record| state.fold(record));
    assert_eq!(&state, run.conductor.state());
    run.conductor = Conductor::new(state, clock, seq, run_ns);
    run.taken();
    run.gives(
        30 * SECOND_NS,
        ConductorInput::Begin(Event::RunResumed {
            down_ns: 29 * SECOND_NS,
            listen: None,
            web: None,
            gap: false,
            auto: false,
        }),
    );
    let expected = [
        "run_resumed",
        "action_unknown 1, action_unknown 1",
        "cue_missed 2",
        "playhead_moved 2",
        "ok",
    ];
    assert_eq!(run.taken(), expected);
}
