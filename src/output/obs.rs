//! OBS Studio by obs-websocket 5: one connection, kept up by a worker, and one request after
//! another, each sent once.
//!
//! OBS answers each request, and its answer decides. One that hangs costs a message its time limit
//! and then its connection, and never holds up the show: the worker waits, and nobody else.

mod line;

use std::io;
use std::time::Duration;

use super::messages::Messages;
use super::peer::Peer;
use super::probe::{Attempt, ProbeAnswer, ProbeSentence};
use super::queued::Queued;
use super::worker::{Failure, Transmit, Worker, WorkerContext};
use super::{Driver, Opening, OutputFault, Surroundings, how_to_permit};
use crate::show::file::machine::Finding;
use crate::show::{Body, OutputIx, Show};
use crate::time::MachineNs;
use line::{Broken, ObsCall, ObsLine, ObsTrouble};

/// Time that OBS has for an answer, and for everything that is said on a new connection.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// Interval at which an idle connection is checked.
const LOOK: Duration = Duration::from_millis(250);

/// The longest pause between two attempts to connect; the first is [`LOOK`], each is twice the one
/// before.
const PAUSE_MAX: Duration = Duration::from_secs(4);

/// Pause between two attempts where OBS wants another password: that does not change by itself.
const PASSWORD_PAUSE: Duration = Duration::from_secs(60);

/// Time that OBS has for the answer to a message of panic.
const PANIC_LIMIT: Duration = Duration::from_secs(1);

/// A message of panic that comes so soon after one without an answer was behind it.
const BEHIND: Duration = Duration::from_millis(100);

/// Maximum number of scenes that a probe names.
const SCENES_MAX: usize = 12;

/// OBS before it is opened.
pub(super) struct ObsKind<'a> {
    pub(super) peer: Peer,
    /// The environment variable that holds the password.
    pub(super) password: Option<&'a str>,
}

/// OBS and what it takes to be let in.
#[derive(Clone)]
struct Studio {
    peer: Peer,
    password: Option<String>,
    /// Time limit of an answer.
    limit: Duration,
}

impl ObsKind<'_> {
    /// # Errors
    /// The variable of the password is not set, or not permitted.
    fn studio(&self, surroundings: &Surroundings<'_>) -> Result<Studio, Vec<OutputFault>> {
        let fault = |why: String| vec![OutputFault::Message { place: "password".into(), why }];
        let password = match self.password {
            None => None,
            Some(name) if !surroundings.permits.may_send(name) => {
                let how = how_to_permit(name);
                return Err(fault(format!("shows may not read the variable {name}; {how}")));
            }
            Some(name) => match (surroundings.env)(name).filter(|value| !value.is_empty()) {
                Some(password) => Some(password),
                None => {
                    let why = "is not set; set it and start again";
                    return Err(fault(format!("the environment variable {name} {why}")));
                }
            },
        };
        Ok(Studio { peer: self.peer.clone(), password, limit: ANSWER_LIMIT })
    }
}

impl super::Kind for ObsKind<'_> {
    fn prepare(
        &self,
        show: &Show,
        output: OutputIx,
        surroundings: &Surroundings<'_>,
    ) -> Result<Opening, Vec<OutputFault>> {
        let (studio, calls) = (self.studio(surroundings)?, Messages::new(show, output, call)?);
        Ok(Opening::new(calls, move |calls, context, _| {
            Ok(Box::new(open(context, studio, calls)?) as Box<dyn Driver>)
        }))
    }

    /// Asks for the scenes. The password is not sent: OBS asks for a proof that it is known.
    fn probe(&self, _: &Show, _: OutputIx, surroundings: &Surroundings<'_>) -> Attempt {
        let (studio, clock) = (self.studio(surroundings), surroundings.clock);
        Box::new(move |at_most| match studio {
            Ok(studio) => {
                let studio = Studio { limit: at_most.min(studio.limit), ..studio };
                match ObsLine::open(&studio, clock) {
                    Ok(line) => scenes(line, &studio),
                    Err(broken) => (ProbeAnswer::Down, broken.why),
                }
            }
            Err(faults) => (
                ProbeAnswer::Down,
                faults.iter().map(OutputFault::to_string).collect::<Vec<_>>().join("; "),
            ),
        })
    }

    fn lacks(&self, _: bool, _: &Surroundings<'_>) -> Vec<Finding> {
        vec![]
    }
}

/// Starts the workers of OBS: one for the cues, and one for panic with a connection of its own, which
/// must not wait for the answer to a cue.
fn open(
    context: WorkerContext,
    studio: Studio,
    calls: Messages<ObsCall>,
) -> io::Result<Queued<ObsCall>> {
    let obs = |studio, is_for_panic| Obs {
        context: context.clone(),
        studio,
        line: None,
        pause: LOOK,
        is_for_panic,
        gave_up_at: None,
    };
    let panic_worker = match calls.panic.is_empty() {
        true => None,
        false => {
            let studio = Studio { limit: studio.limit.min(PANIC_LIMIT), ..studio.clone() };
            Some(Worker::start(context.clone(), obs(studio, true))?)
        }
    };
    let worker = Worker::start(context.clone(), obs(studio, false))?;
    Ok(Queued::new(context, calls, worker, panic_worker))
}

/// The request that says `body`, or why there is none.
fn call(body: &Body) -> Result<ObsCall, String> {
    let Body::Obs { request, data } = body else {
        return Err("not a request to OBS".into());
    };
    ObsCall::new(request, data.as_deref())
}

/// What OBS says of its scenes.
fn scenes(mut line: ObsLine, studio: &Studio) -> ProbeSentence {
    let call = ObsCall::new("GetSceneList", None);
    let said = match call.map(|call| line.ask(&call, studio.limit)) {
        Ok(Ok(said)) => said,
        Ok(Err(ObsTrouble::Refused(why) | ObsTrouble::Lost(why))) | Err(why) => {
            return (ProbeAnswer::Down, why);
        }
    };
    let name = |scene: &serde_json::Value| Some(scene.get("sceneName")?.as_str()?.to_owned());
    // OBS lists them from the last to the first.
    let list = said.get("scenes").and_then(|scenes| scenes.as_array());
    let scenes: Vec<String> = list.into_iter().flatten().rev().filter_map(name).collect();
    let more = scenes.len().checked_sub(SCENES_MAX).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let names = scenes.iter().take(SCENES_MAX).map(|name| format!("{name:?}"));
    let names = names.collect::<Vec<_>>().join(", ");
    let on_air = said.get("currentProgramSceneName").and_then(|name| name.as_str());
    let on_air = on_air.map(|name| format!("; on air: {name:?}")).unwrap_or_default();
    (ProbeAnswer::Up, format!("scenes: {names}{more}{on_air}"))
}

struct Obs {
    context: WorkerContext,
    studio: Studio,
    line: Option<ObsLine>,
    /// Wait before the next attempt to connect.
    pause: Duration,
    /// It sends the messages of panic alone. The other one says how OBS is.
    is_for_panic: bool,
    /// When a message of panic had no answer.
    gave_up_at: Option<MachineNs>,
}

impl Obs {
    /// Finds out whether OBS has closed the connection.
    fn check(&mut self) {
        if let Some(line) = &mut self.line
            && let Err(why) = line.look()
        {
            self.line = None;
            if !self.is_for_panic {
                self.context.gauge.down(format!("OBS at {}: {why}", self.studio.peer));
            }
        }
    }

    fn connect(&mut self) -> Result<ObsLine, Broken> {
        // Until it is known how this ends, the light says how long it has taken.
        let clock = self.context.clock;
        let in_flight = (!self.is_for_panic).then(|| self.context.gauge.in_flight(clock.now()));
        let line = ObsLine::open(&self.studio, clock);
        drop(in_flight);
        if line.is_ok() {
            self.pause = LOOK;
            if !self.is_for_panic {
                self.context.gauge.up();
            }
        }
        line
    }

    /// Sends a request over the connection, or over a new one.
    fn carry_out(&mut self, call: &ObsCall) -> Result<(), Failure> {
        self.check();
        let mut line = match self.line.take() {
            Some(line) => line,
            None => self.connect().map_err(|broken| broken.why)?,
        };
        match line.ask(call, self.studio.limit) {
            Ok(_) => {
                self.line = Some(line);
                Ok(())
            }
            Err(ObsTrouble::Refused(why)) => {
                self.line = Some(line);
                Err(Failure { why, answered: true })
            }
            Err(ObsTrouble::Lost(why)) => {
                let peer = &self.studio.peer;
                Err(format!("OBS at {peer}: {why}; it may have been done or not").into())
            }
        }
    }
}

impl Transmit for Obs {
    type Message = ObsCall;

    fn transmit(&mut self, call: &ObsCall) -> Result<(), Failure> {
        let now = self.context.clock.now();
        if self.gave_up_at.is_some_and(|at| now.since(at) < BEHIND) {
            self.gave_up_at = Some(now);
            let peer = &self.studio.peer;
            return Err(format!("OBS at {peer}: not sent, it did not answer the one before").into());
        }
        let done = self.carry_out(call);
        let is_lost = done.as_ref().is_err_and(|failure| !failure.answered);
        self.gave_up_at = (is_lost && self.is_for_panic).then(|| self.context.clock.now());
        done
    }

    fn look(&mut self) -> Option<Duration> {
        self.check();
        if self.line.is_some() {
            return Some(LOOK);
        }
        match self.connect() {
            Ok(line) => {
                self.line = Some(line);
                Some(LOOK)
            }
            Err(Broken { why, is_password }) => {
                let pause = if is_password { PASSWORD_PAUSE } else { self.pause };
                if !self.is_for_panic {
                    let seldom = if is_password { "; tried again once a minute" } else { "" };
                    self.context.gauge.down(format!("{why}{seldom}"));
                }
                self.pause = (self.pause * 2).min(PAUSE_MAX);
                Some(pause)
            }
        }
    }
}

#[cfg(test)]
mod tests;
