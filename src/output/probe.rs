//! Trying every output of a show without firing anything: who is there, and what is missing.
//!
//! Must never send what a desk, a player or a server would act on, and must never show a secret.
//! Each output is tried on a thread of its own, so that all together take no longer than the
//! slowest, and none longer than it is given. What is tried, the file of each driver says.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::peer::words;
use super::{Surroundings, driver};
use crate::plain::clean;
use crate::show::{OutputIx, Show};
use crate::time::MachineClock;

/// Time beyond a try's own limit, so that it can still report what held it up.
const GRACE: Duration = Duration::from_millis(200);

/// Result of trying an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeAnswer {
    /// Somebody is there.
    Up,
    /// Nothing speaks against it, and nobody can tell more.
    Unknown,
    /// Nobody is there, or something is missing.
    Down,
}

/// An output that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// The output.
    pub output: OutputIx,
    /// Its result.
    pub what: ProbeAnswer,
    /// The same for people, in one line that holds no secret.
    pub words: String,
    /// Duration of the try.
    pub took: Duration,
}

/// Result of a try, and its sentence.
pub(super) type ProbeSentence = (ProbeAnswer, String);

/// A try, with all that it needs, so that it can do without the show and the environment; it is
/// given its limit.
pub(super) type Attempt = Box<dyn FnOnce(Duration) -> ProbeSentence + Send>;

/// Tries every output of `show`, each for no longer than `at_most`, all at the same time; in the
/// order of the show.
pub fn probe(show: &Show, surroundings: &Surroundings<'_>, at_most: Duration) -> Vec<Probed> {
    let outputs = || show.outputs.iter().zip((0..).map(OutputIx));
    let attempts = outputs().map(|(output, ix)| {
        (format!("probe {}", output.id), driver(output).probe(show, ix, surroundings))
    });
    let said = run(attempts.collect(), at_most, GRACE, surroundings.clock);
    let probed = outputs().zip(said).map(|((_, output), ((what, said), took))| Probed {
        output,
        what,
        words: clean(&said),
        took,
    });
    probed.collect()
}

/// Tries all machines of one output at the same time.
pub(super) fn at_once(
    attempts: Vec<Attempt>,
    at_most: Duration,
    clock: MachineClock,
) -> Vec<ProbeSentence> {
    let attempts = attempts.into_iter().map(|attempt| ("probe".to_owned(), attempt)).collect();
    // The thread that asks for all of them together waits a little longer.
    let said = run(attempts, at_most, GRACE / 2, clock);
    said.into_iter().map(|(said, _)| said).collect()
}

/// Makes the attempts, each on a thread of its own that has this name, and gives what each has said
/// and how long it took.
fn run(
    attempts: Vec<(String, Attempt)>,
    at_most: Duration,
    grace: Duration,
    clock: MachineClock,
) -> Vec<(ProbeSentence, Duration)> {
    let deadline = clock.now() + at_most + grace;
    let (sender, answers) = channel();
    let mut said = vec![];
    for (at, (name, attempt)) in attempts.into_iter().enumerate() {
        let sender = sender.clone();
        let run = move || {
            let began = clock.now();
            let answer = attempt(at_most);
            // The thread that asked may have stopped waiting by now.
            drop(sender.send((at, answer, clock.now().since(began))));
        };
        // What a thread that could not start would have said is known as well as any other answer.
        let words = match thread::Builder::new().name(name).spawn(run) {
            Ok(_) => "no answer in time".to_owned(),
            Err(error) => format!("cannot be tried: {}", words(&error)),
        };
        said.push(((ProbeAnswer::Down, words), at_most));
    }
    drop(sender);
    loop {
        match answers.recv_timeout(deadline.since(clock.now())) {
            Ok((at, answer, took)) => {
                if let Some(place) = said.get_mut(at) {
                    *place = (answer, took);
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return said,
        }
    }
}

#[cfg(test)]
mod tests;
