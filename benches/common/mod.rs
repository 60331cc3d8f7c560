//! What both benches share: shows to measure with, percentiles, and a line for each figure.

#![allow(dead_code, reason = "each bench uses what it needs")]

pub(crate) mod flood;
pub(crate) mod stage;

use std::fmt::Write;
use std::time::Duration;

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

    /// How many times as large it is there as `floor` is.
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
