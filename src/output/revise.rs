//! Outputs in the middle of a run whose show is another version now.
//!
//! Everything that may take its time (encoding, reading secrets, opening) is done beforehand, on
//! another thread; the station only swaps. An output that is the same keeps its driver, with its
//! connection or player, and is handed the new messages.

use std::sync::Arc;

use super::gauge::Gauge;
use super::rehearsal::Rehearsal;
use super::worker::WorkerContext;
use super::{Closed, Driver, Encoded, Opening, OutputFault, Outputs, Reporter, STOPPED_BY_PANIC};
use super::{Outcome, Report, Surroundings, driver};
use crate::show::protocol::Lasting;
use crate::show::{OutputIx, Show};
use crate::time::{MachineClock, MachineNs};

/// The outputs of another version of the show, ready to take the place of those that are open.
pub struct RevisedOutputs {
    show: Arc<Show>,
    outputs: Vec<NextOutput>,
}

/// The next state of one output.
enum NextOutput {
    /// Its driver stays, with these messages.
    Messages(Option<Encoded>),
    /// This driver takes its place.
    Driver(Box<dyn Driver>, Arc<Gauge>),
}

impl RevisedOutputs {
    /// Prepares the outputs of the version `show` of a live run that sends by `old`, and of whose
    /// outputs `is_open` says which could be opened. It may take its time.
    pub fn live(
        (old, is_open): (&Show, &[bool]),
        show: Arc<Show>,
        surroundings: &Surroundings<'_>,
        reporter: &Reporter,
    ) -> Self {
        let next = |ix: OutputIx| {
            let prepared = prepare(&show, ix, surroundings);
            match prepared {
                Ok(opening)
                    if is_open.get(ix.0 as usize) == Some(&true) && is_same(old, &show, ix) =>
                {
                    NextOutput::Messages(Some(opening.messages))
                }
                prepared => {
                    let gauge = Arc::default();
                    let clock = surroundings.clock;
                    NextOutput::Driver(opened(&show, ix, prepared, &gauge, reporter, clock), gauge)
                }
            }
        };
        let outputs = (0..show.outputs.len() as u32).map(|at| next(OutputIx(at))).collect();
        RevisedOutputs { show, outputs }
    }

    /// The outputs of a rehearsal, which have nothing to prepare.
    pub fn rehearsal(show: Arc<Show>) -> Self {
        let outputs = show.outputs.iter().map(|_| NextOutput::Messages(None)).collect();
        RevisedOutputs { show, outputs }
    }

    /// The show that they send by.
    pub fn show(&self) -> &Arc<Show> {
        &self.show
    }
}

impl Outputs {
    /// Sends from here on by another version of the show, in which every cue and every output has
    /// the index that it had. An output that was replaced gets rid of what it was handed.
    pub fn revise(&mut self, revised: RevisedOutputs) {
        let RevisedOutputs { show, outputs } = revised;
        for (at, next) in outputs.into_iter().enumerate() {
            let ix = OutputIx(at as u32);
            let (driver, gauge) = match (next, self.drivers.get_mut(at)) {
                (NextOutput::Messages(messages), Some(driver)) => {
                    driver.revise(&show, messages);
                    continue;
                }
                (NextOutput::Messages(_), None) => {
                    let driver: Box<dyn Driver> = Box::new(Rehearsal::new(Arc::clone(&show), ix));
                    (driver, None)
                }
                (NextOutput::Driver(driver, gauge), _) => (driver, Some(gauge)),
            };
            match self.drivers.get_mut(at) {
                Some(old) => {
                    let mut old = std::mem::replace(old, driver);
                    old.send_here(false);
                    old.finish();
                    self.retired.push((ix, old));
                }
                None => self.drivers.push(driver),
            }
            if let Some(gauge) = gauge {
                let mut gauges = std::mem::take(&mut self.gauges).into_vec();
                gauges.truncate(at.max(gauges.len()));
                match gauges.get_mut(at) {
                    Some(old) => *old = gauge,
                    None => gauges.push(gauge),
                }
                self.gauges = gauges.into();
            }
        }
        self.show = show;
    }

    /// For each output, `true` if it could be opened.
    pub fn open(&self) -> Vec<bool> {
        self.drivers.iter().map(|driver| driver.is_open()).collect()
    }

    /// All drivers, those that were replaced among them.
    pub(super) fn all(&mut self) -> impl Iterator<Item = &mut Box<dyn Driver>> {
        self.drivers.iter_mut().chain(self.retired.iter_mut().map(|(_, driver)| driver))
    }

    /// Ends what the replaced outputs have going, for a panic; gives the jobs that were dropped.
    pub(super) fn end_retired(&mut self) -> Vec<Report> {
        let mut reports = vec![];
        for (output, driver) in &mut self.retired {
            reports.extend(driver.call_off(STOPPED_BY_PANIC));
            let Some(lasts) = driver.lasts() else { continue };
            let ended = Lasting::all().flat_map(|what| lasts.end_all(what).1);
            reports.extend(ended.map(|job| Report {
                output: *output,
                job: Some(job),
                outcome: Outcome::Failed(STOPPED_BY_PANIC.into()),
            }));
        }
        reports
    }

    /// Lets go of the replaced outputs that have nothing to do any more.
    pub fn let_go(&mut self, now: MachineNs) {
        self.retired.retain(|(_, driver)| {
            let health = driver.health(now);
            health.queued > 0 || !health.clips.is_empty()
        });
    }
}

fn is_same(old: &Show, show: &Show, ix: OutputIx) -> bool {
    old.outputs.get(ix) == show.outputs.get(ix)
}

/// Encodes all that `show` sends to an output, and reads its secrets.
pub(super) fn prepare(
    show: &Show,
    ix: OutputIx,
    surroundings: &Surroundings<'_>,
) -> Result<Opening, Vec<OutputFault>> {
    driver(show.output(ix)).prepare(show, ix, surroundings)
}

/// Opens an output; one that cannot be is down with its reason.
pub(super) fn opened(
    show: &Show,
    ix: OutputIx,
    prepared: Result<Opening, Vec<OutputFault>>,
    gauge: &Arc<Gauge>,
    reporter: &Reporter,
    clock: MachineClock,
) -> Box<dyn Driver> {
    let output = show.output(ix);
    let context = WorkerContext {
        output: ix,
        name: output.id.clone(),
        gauge: Arc::clone(gauge),
        reporter: Arc::clone(reporter),
        clock,
        is_here: Arc::default(),
    };
    let opened = prepared.and_then(|Opening { messages, open }| {
        open(messages, context.clone(), output.timecode)
            .map_err(|source| vec![OutputFault::Thread { source }])
    });
    opened.unwrap_or_else(|faults| Box::new(Closed::new(context, output.stop_messages(), &faults)))
}
