//! MIDI: a worker that holds one output port of the machine, found by its name.
//!
//! Ports come and go with their cables, and a system takes what is sent to one that has gone
//! without a word. So the ports are listed again before each message and four times a second, and a
//! message to a port that is not there fails at once. The machine's ports stand behind [`MidiPorts`],
//! so that all this is tested without any.

mod encode;
mod probe;
#[cfg(all(target_os = "linux", any(test, not(feature = "midi"))))]
mod raw;
#[cfg(feature = "midi")]
mod system;

use std::io;
use std::time::Duration;

use super::clocked::Clocked;
use super::messages::Messages;
use super::probe::Attempt;
use super::queued::Queued;
use super::timecode::MTC;
use super::worker::{Failure, Transmit, Worker, WorkerContext};
use super::{Opening, OutputFault, Surroundings, start_timecode};
use crate::show::file::machine::Finding;
use crate::show::{OutputIx, Show};
pub(super) use encode::bytes;

/// The fix for a build without MIDI.
pub(super) const BUILD_IN: &str = "build it with `cargo build --release --features midi`";

/// Interval at which an open port is checked; no cable is pulled out and put back in less.
const LOOK: Duration = Duration::from_millis(250);

/// Interval at which a missing port is looked for.
const RETRY: Duration = Duration::from_secs(2);

/// Maximum number of existing ports that are named when none of them fits.
const NAMED_MAX: usize = 8;

/// A port that the machine has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Port {
    /// The system's identifier of it.
    pub(super) id: String,
    /// Its name for people.
    pub(super) name: String,
}

/// The machine's MIDI outputs.
pub(super) trait MidiPorts: Send + 'static {
    /// Those that are there now; or why nobody knows.
    fn list(&mut self) -> Result<Vec<Port>, String>;

    /// Opens one of them; or says why it does not open.
    fn connect(&mut self, port: &Port) -> Result<Box<dyn MidiConnection>, String>;
}

/// An open port. Dropping it closes it.
pub(super) trait MidiConnection: Send {
    /// Sends one whole message, or says why not.
    fn send(&mut self, bytes: &[u8]) -> Result<(), String>;
}

/// The ports of this machine; nothing where this build knows no way to them. On Linux a build
/// without the feature `midi` has those of the kernel.
pub(super) fn system() -> Option<Box<dyn MidiPorts>> {
    #[cfg(feature = "midi")]
    return Some(Box::new(system::System::default()));
    #[cfg(all(target_os = "linux", not(feature = "midi")))]
    return Some(Box::new(raw::Raw::default()));
    #[cfg(not(any(feature = "midi", target_os = "linux")))]
    None
}

/// A MIDI port, before it is opened.
pub(super) struct MidiKind<'a> {
    /// Its name, or a part of it.
    pub(super) wanted: &'a str,
}

impl super::Kind for MidiKind<'_> {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        _: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let messages = Messages::new(show, output, bytes)?;
        let fault = || OutputFault::NotInThisBuild { kind: "midi", fix: BUILD_IN };
        let ports = system().ok_or_else(|| vec![fault()])?;
        let wanted = self.wanted.to_owned();
        Ok(Opening::new(messages, move |messages, context: WorkerContext, rate| {
            let midi = open(context.clone(), &wanted, messages, ports)?;
            let line = midi.clock();
            Ok(Clocked::beside(midi, start_timecode(&context, rate, MTC, line)?))
        }))
    }

    /// Looks for the name among those of the ports.
    fn probe(&self, _: &Show, _: OutputIx, _: &Surroundings<'_>) -> Attempt {
        let wanted = self.wanted.to_owned();
        Box::new(move |_| probe::look_for(&wanted))
    }

    fn lacks(&self, _: bool, _: &Surroundings<'_>) -> Vec<Finding> {
        missing_port(self.wanted).into_iter().collect()
    }
}

/// Finding for a MIDI output without a port whose name is, or contains, `wanted`.
fn missing_port(wanted: &str) -> Option<Finding> {
    let finding = |what: String, fix: &str| Some(Finding { what, fix: fix.to_owned() });
    let Some(mut ports) = system() else {
        return finding("this build has no MIDI: the output will be down".to_owned(), BUILD_IN);
    };
    match ports.list() {
        Ok(there) if found(&there, wanted).is_some() => None,
        Ok(there) => finding(
            missing(&there, wanted),
            "connect it, or write a part of the name of one that is there",
        ),
        Err(why) => finding(
            format!("the MIDI ports of this machine cannot be listed: {why}"),
            "look at its sound system",
        ),
    }
}

/// Starts the worker of an output to the port whose name is, or contains, `wanted`.
pub(super) fn open(
    context: WorkerContext,
    wanted: &str,
    messages: Messages<Vec<u8>>,
    ports: Box<dyn MidiPorts>,
) -> io::Result<Queued<Vec<u8>>> {
    let midi = Midi { context: context.clone(), wanted: wanted.to_owned(), ports, open: None };
    let worker = Worker::start(context.clone(), midi)?;
    Ok(Queued::new(context, messages, worker, None))
}

struct Midi {
    context: WorkerContext,
    wanted: String,
    ports: Box<dyn MidiPorts>,
    open: Option<(Port, Box<dyn MidiConnection>)>,
}

impl Midi {
    /// The port, opened if it has to be and can be.
    fn connection(&mut self) -> Result<&mut dyn MidiConnection, String> {
        match (self.ports.list(), &self.open) {
            (Ok(there), Some((port, _))) if there.contains(port) => {}
            // A machine that cannot list its ports may still send to one.
            (Err(_), Some(_)) => {}
            (there, _) => {
                self.open = None;
                let there = there
                    .map_err(|why| format!("the machine's MIDI ports cannot be listed: {why}"))?;
                let port =
                    found(&there, &self.wanted).ok_or_else(|| missing(&there, &self.wanted))?;
                let connection = self.ports.connect(port);
                let connection = connection
                    .map_err(|why| format!("MIDI port {:?} cannot be opened: {why}", port.name))?;
                self.open = Some((port.clone(), connection));
                self.context.gauge.up();
            }
        }
        match &mut self.open {
            Some((_, connection)) => Ok(connection.as_mut()),
            None => Err(format!("MIDI port {:?} is not open", self.wanted)),
        }
    }

    fn lost(&mut self, why: &str) -> String {
        let name = self.open.take().map_or_else(|| self.wanted.clone(), |(port, _)| port.name);
        format!("MIDI port {name:?} may not have taken it: {why}")
    }
}

impl Transmit for Midi {
    type Message = Vec<u8>;

    fn transmit(&mut self, bytes: &Vec<u8>) -> Result<(), Failure> {
        self.connection()?.send(bytes).map_err(|why| self.lost(&why).into())
    }

    fn tick(&mut self, bytes: &Vec<u8>) -> bool {
        let Some((_, connection)) = &mut self.open else { return false };
        let sent = connection.send(bytes);
        if let Err(why) = &sent {
            let why = self.lost(why);
            self.context.gauge.down(why);
        }
        sent.is_ok()
    }

    fn look(&mut self) -> Option<Duration> {
        match self.connection() {
            Ok(_) => Some(LOOK),
            Err(why) => {
                self.context.gauge.down(why);
                Some(RETRY)
            }
        }
    }
}

/// The port that is called `wanted`, or else the first whose name contains it, in capitals or not.
pub(super) fn found<'a>(there: &'a [Port], wanted: &str) -> Option<&'a Port> {
    let lower = wanted.to_lowercase();
    let exact = there.iter().find(|port| port.name == wanted);
    exact.or_else(|| there.iter().find(|port| port.name.to_lowercase().contains(&lower)))
}

/// That no port's name fits, and which there are.
pub(super) fn missing(there: &[Port], wanted: &str) -> String {
    let mut names: Vec<&str> =
        there.iter().take(NAMED_MAX).map(|port| port.name.as_str()).collect();
    if there.len() > NAMED_MAX {
        names.push("…");
    }
    let there = if names.is_empty() { "none at all".into() } else { names.join(", ") };
    format!("no MIDI port has {wanted:?} in its name; there are: {there}")
}

#[cfg(test)]
mod tests;
