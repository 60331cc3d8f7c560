//! Shared parts of the outputs' tests: a small show, a context, and conditions awaited with a
//! limit.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::worker::WorkerContext;
use super::{Job, OutputReport, Permits, Report, Reporter, Surroundings};
pub(super) use crate::runtime::clock::CLOCK;
use crate::show::action::{OscArg, OscContent};
use crate::show::{
    Action, Body, CountDirection, Cue, CueIx, CueNumber, Output, OutputIx, OutputKind, SegmentIx,
    Show, Thresholds, Trigger,
};
use crate::time::MachineNs;

/// Longer than anything takes that these tests wait for, on a machine with other work.
pub(super) const SOON: Duration = Duration::from_secs(20);

/// `fire()`, written out by hand from the OSC 1.0 specification.
pub(super) const FIRE_BYTES: &[u8] =
    b"/eos/cue/1/12/fire\0\0,ifsT\0\0\0\x00\x00\x00\x01\x3F\x00\x00\x00text\0\0\0\0";

/// A message with an argument of each of the usual types.
pub(super) fn fire() -> Body {
    let args =
        vec![OscArg::Int(1), OscArg::Float(0.5), OscArg::Text("text".into()), OscArg::Bool(true)];
    Body::Osc { address: "/eos/cue/1/12/fire".into(), content: OscContent::Args(args) }
}

/// The first action of the first cue, in firing number `firing` of its run.
pub(super) fn job(firing: u32) -> Job {
    Job { cue: CueIx(0), firing, action: 0 }
}

pub(super) fn output(id: &str, kind: OutputKind, panic: Vec<Body>) -> Output {
    Output {
        id: id.into(),
        kind,
        mirrors: vec![],
        panic,
        timecode: None,
        keepalive: None,
        station: None,
    }
}

/// A show of one cue, which sends `actions`: where to, and what.
pub(super) fn show(outputs: Vec<Output>, actions: Vec<(u32, Body)>) -> Show {
    Show::for_tests(outputs, vec![cue("12", actions)])
}

fn cue(number: &str, actions: Vec<(u32, Body)>) -> Cue {
    let actions = actions
        .into_iter()
        .map(|(output, body)| Action { output: OutputIx(output), body })
        .collect();
    Cue {
        number: CueNumber::new(number).unwrap(),
        title: "Off the roof".into(),
        call: None,
        notes: None,
        source: None,
        needs: vec![],
        embargo: false,
        public: true,
        duration: None,
        thresholds: Thresholds::default(),
        count: CountDirection::default(),
        planned: None,
        trigger: Trigger::Go,
        backup_for: None,
        steps: vec![],
        route: vec![],
        look: None,
        actions,
        stops: vec![],
        together: false,
        pass: None,
        extra: vec![],
        segment: SegmentIx(0),
    }
}

/// A show whose first cue sends [`fire`] and `/stop` together, with a message to another output
/// between them, and whose second has only one message to send together.
pub(super) fn together_show(host: &str, port: u16) -> Show {
    let kind = OutputKind::OscUdp { host: host.into(), port };
    let stop = Body::Osc { address: "/stop".into(), content: OscContent::Args(vec![]) };
    let outputs = vec![output("lights", kind.clone(), vec![]), output("sound", kind, vec![])];
    let both = Cue { together: true, ..cue("12", vec![(0, fire()), (1, fire()), (0, stop)]) };
    let one = Cue { together: true, ..cue("13", vec![(0, fire())]) };
    Show::for_tests(outputs, vec![both, one])
}

/// A show whose only output is sent [`fire`], and `/stop` on panic.
pub(super) fn osc_show(host: &str, port: u16) -> Show {
    let stop = Body::Osc { address: "/stop".into(), content: OscContent::Args(vec![]) };
    show(
        vec![output("lights", OutputKind::OscUdp { host: host.into(), port }, vec![stop])],
        vec![(0, fire())],
    )
}

pub(super) fn reporter() -> (Reporter, Receiver<Report>) {
    let (sender, reports) = channel();
    let hear = move |news| {
        if let OutputReport::Report(report) = news {
            // A worker may outlive its test by a moment, and then nobody hears it.
            drop(sender.send(report));
        }
    };
    (Arc::new(hear), reports)
}

pub(super) fn context(name: &str) -> (WorkerContext, Receiver<Report>) {
    let (reporter, reports) = reporter();
    (
        WorkerContext {
            output: OutputIx(0),
            name: name.into(),
            gauge: Arc::default(),
            reporter,
            clock: CLOCK,
            is_here: Arc::default(),
        },
        reports,
    )
}

/// A user who allows shows the variables that these tests use.
pub(super) fn permits() -> &'static Permits {
    static PERMITS: LazyLock<Permits> = LazyLock::new(|| Permits {
        variables: ["X_TOKEN", "TOKEN", "KEY", "B"].map(String::from).into(),
        clips: vec![],
    });
    &PERMITS
}

/// A machine whose environment is `env`.
pub(super) fn surroundings(env: &dyn Fn(&str) -> Option<String>) -> Surroundings<'_> {
    Surroundings { env, folder: Path::new("."), permits: permits(), clock: CLOCK }
}

/// The instant now, by the clock that the outputs of these tests are given.
pub(super) fn now() -> MachineNs {
    CLOCK.now()
}

/// Waits until `condition` holds, and fails the test if it does not soon.
#[track_caller]
pub(super) fn awaited(mut condition: impl FnMut() -> bool) {
    let deadline = now() + SOON;
    while !condition() {
        assert!(now() < deadline, "waited {SOON:?} in vain");
        std::thread::yield_now();
    }
}
