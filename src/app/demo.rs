//! `handover demo`: the built-in show from shortly before its jump on, with everything before it
//! already called.
//!
//! A value: it lets the program call the show as far as the demonstration begins, without a clock,
//! an output or a file, so that the screen has a whole evening behind it. The same shows on a
//! machine that is slow and in a test.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::log::Log;
use crate::conductor::{Conductor, ConductorInput, ConductorOutput, RunClock};
use crate::engine::{Event, RunNs, State};
use crate::output::{Job, Outcome};
use crate::show::demonstration::{self, DEMO_SOURCE, DEMO_SPEED, Demonstration};
use crate::show::duration::SECOND_NS;
use crate::show::{Show, plan};
use crate::time::MachineNs;

/// Time between the beginning of the run's clock and the show's first start.
const LEAD: SignedDuration = SignedDuration::from_secs(4);

/// A demonstration that is about to begin.
#[derive(Debug)]
pub struct Demo {
    /// The run so far.
    pub state: State,
    /// Its events in words.
    pub log: Log,
    /// The number of its last event.
    pub seq: u64,
    /// First reading of the run's clock.
    pub run_ns: RunNs,
    /// Its faults and its speed.
    pub script: &'static Demonstration,
}

impl Demo {
    /// The demonstration of `show`, which is the first of the built-in ones; `now` stands in for a
    /// date that it lacks.
    ///
    /// Returns `None` where the program has no demonstration, which no build is without.
    pub fn new(show: &Arc<Show>, now: Timestamp) -> Option<Self> {
        let script = demonstration::of(DEMO_SOURCE)?;
        let day = show.date.unwrap_or_else(|| now.to_zoned_datetime(show.zone.clone()).date());
        let begin = Event::RunStarted {
            show: show.title.clone(),
            source: DEMO_SOURCE.into(),
            rehearsal: true,
            speed: DEMO_SPEED,
            auto: true,
            clock: plan::start_on(show, day, now) - LEAD,
            day,
            version: env!("CARGO_PKG_VERSION").into(),
            shift_ns: None,
            show_crc: None,
            from_cue: None,
            listen: None,
            web: None,
        };
        let (clock, run_ns) = (
            RunClock::new(MachineNs::ZERO, RunNs::ZERO, plan::start_on(show, day, now) - LEAD, 1),
            RunNs::ZERO + Duration::from_secs(script.begins_s),
        );
        let mut conductor = Conductor::new(State::new(Arc::clone(show)), clock, 0, RunNs::ZERO);
        let mut log = Log::default();
        let mut perform = |state: &State, output| match output {
            ConductorOutput::Append(records) => {
                records.iter().for_each(|record| log.push(record, state));
                vec![]
            }
            ConductorOutput::Send(job) => rehearsed(state, job).into_iter().collect(),
            ConductorOutput::Stop { .. }
            | ConductorOutput::GiveWay { .. }
            | ConductorOutput::EndRamps
            | ConductorOutput::PauseClip(_)
            | ConductorOutput::ResumeClip(_)
            | ConductorOutput::StopAll(_)
            | ConductorOutput::Reply { .. }
            | ConductorOutput::ClipsLost(_)
            | ConductorOutput::Arm(_)
            | ConductorOutput::Join(_)
            | ConductorOutput::Outages(_)
            | ConductorOutput::ShowTime(_)
            | ConductorOutput::Tell(_)
            | ConductorOutput::Propose(_)
            | ConductorOutput::Muted(_)
            | ConductorOutput::Revised
            | ConductorOutput::StoodStill => vec![],
        };
        conductor.drive(MachineNs::ZERO, ConductorInput::Begin(begin), &mut perform);
        let last_ns = MachineNs::new(script.begins_s * SECOND_NS - 1);
        conductor.pass(MachineNs::ZERO, last_ns, &mut perform);
        Some(Demo { state: conductor.state().clone(), log, seq: conductor.seq(), run_ns, script })
    }
}

/// Result of a message in a rehearsal in which some outputs pretend to be down.
fn rehearsed(state: &State, job: Job) -> Option<ConductorInput> {
    let output = state.show().cue(job.cue).actions.get(job.action as usize)?.output;
    let is_down = state.outages().any(|down| down == output);
    let outcome = match is_down {
        true => Outcome::Failed(demonstration::OUTAGE.to_owned()),
        false => Outcome::Rehearsed(String::new()),
    };
    Some(ConductorInput::Outcome(job, outcome))
}
