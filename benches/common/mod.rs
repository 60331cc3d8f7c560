//! Shared by the benches: shows to measure with, percentiles, and a line for each figure.

#![allow(dead_code, reason = "each bench uses what it needs")]

pub(crate) mod flood;
pub(crate) mod stage;

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use handover::conductor::{Conductor, ConductorInput, RunClock};
use handover::engine::{Event, RunNs, State};
use handover::show::{CueNumber, Show};
use handover::time::MachineNs;
use jiff::Timestamp;

/// Adds a called cue.
pub(crate) fn called_cue(show: &mut String, cue: usize) {
    let _ = write!(
        show,
        "[[segment.cue]]\nnumber = \"{cue}\"\ntitle = \"Cue {cue}, lights and a follow spot\"\ncall = \"Lights {cue}: GO\"\n\
         do = [{{ output = \"desk\", osc = \"/go\", args = [{cue}] }}]\n"
    );
}

/// The beginning of a show with a desk, other outputs, and one segment.
pub(crate) fn head(port: u16, outputs: &str) -> String {
    format!(
        "title = \"Bench\"\ntimezone = \"Europe/Paris\"\n[output.desk]\nosc = \"udp://127.0.0.1:{port}\"\n\
         {outputs}[[segment]]\ntitle = \"All\"\nduration = \"2h\"\n"
    )
}

/// A rehearsal of `show` without outputs, whose clock reads `clock` at its beginning.
pub(crate) fn opened(show: &Arc<Show>, clock: Timestamp, auto: bool) -> Conductor {
    let begin = Event::RunStarted {
        show: show.title.clone(),
        source: "bench".into(),
        rehearsal: true,
        speed: 1,
        auto,
        clock,
        day: clock.to_zoned_datetime(jiff::tz::TimeZone::UTC).date(),
        version: "bench".into(),
        shift_ns: None,
        show_crc: None,
        from_cue: None,
        listen: None,
        web: None,
    };
    let ties = RunClock::new(MachineNs::ZERO, RunNs::ZERO, clock, 1);
    let mut conductor = Conductor::new(State::new(Arc::clone(show)), ties, 0, RunNs::ZERO);
    conductor.drive(MachineNs::ZERO, ConductorInput::Begin(begin), |_, _| vec![]);
    conductor
}

/// A show that the program calls, as far as the moment at which `cue` fires.
pub(crate) fn fired(show: &Arc<Show>, cue: &str) -> (State, RunNs) {
    let ix = show.find(&CueNumber::new(cue).expect("a number")).expect("a cue");
    let evening = show.date.expect("a date").at(20, 49, 55, 0);
    let clock = evening.to_zoned_datetime(jiff::tz::TimeZone::UTC).expect("an instant").timestamp();
    let mut conductor = opened(show, clock, true);
    let mut now_ns = MachineNs::ZERO;
    while conductor.state().cue(ix).firings == 0 {
        let due_ns = conductor.deadline().expect("the cue fires").max(now_ns);
        conductor.pass(now_ns, due_ns, |_, _| vec![]);
        now_ns = due_ns;
    }
    (conductor.state().clone(), conductor.clock().run_ns(now_ns))
}

/// A sample of durations, sorted.
pub(crate) struct Sample(Vec<Duration>);

impl Sample {
    pub(crate) fn new(mut durations: Vec<Duration>) -> Self {
        durations.sort_unstable();
        Sample(durations)
    }

    /// The value below which `part` of the sample lies.
    pub(crate) fn quantile(&self, part: f64) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
    }

    /// Ratio of its figure there to that of `floor`.
    pub(crate) fn beside(&self, floor: &Sample, part: f64) -> f64 {
        self.quantile(part).as_secs_f64() / floor.quantile(part).as_secs_f64().max(1e-9)
    }

    pub(crate) fn line(&self, what: &str) -> String {
        let us = |part| self.quantile(part).as_secs_f64() * 1e6;
        format!(
            "{what:44} p50 {:9.1} us   p99 {:9.1} us   max {:9.1} us   n {}",
            us(0.5),
            us(0.99),
            us(1.0),
            self.0.len()
        )
    }
}

/// Prints whether a bound holds, and keeps whether all did.
#[derive(Default)]
pub(crate) struct Bounds {
    broken: usize,
}

impl Bounds {
    pub(crate) fn hold(&mut self, what: &str, found: f64, bound: f64, unit: &str) {
        let holds = found <= bound;
        self.broken += usize::from(!holds);
        println!(
            "  {} {what}: {found:.2} {unit} (bound {bound:.2} {unit})",
            if holds { "holds " } else { "BROKEN" }
        );
    }

    /// Fails the bench where a bound did not hold.
    pub(crate) fn finish(self) {
        if self.broken > 0 {
            eprintln!("{} bound(s) did not hold", self.broken);
            std::process::exit(1);
        }
    }
}
