//! Trying every output of a show without firing anything: who is there, and what is missing.
//!
//! Must never send what a desk, a player or a server would act on, and must never show a secret.
//! Each output is tried on a thread of its own, so that all together take no longer than the
//! slowest, and none longer than it is given. What is tried, the file of each driver says.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::peer::words;
use super::{Surroundings, kind};
use crate::plain::clean;
use crate::show::{OutputIx, Show};

/// Time beyond a try's own limit, so that it can still report what held it up.
const GRACE: Duration = Duration::from_millis(200);

/// Result of trying an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
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
    pub what: Answer,
    /// The same for people, in one line that holds no secret.
    pub words: String,
    /// Duration of the try.
    pub took: Duration,
}

/// Result of a try, and its sentence.
pub(super) type Said = (Answer, String);

/// A try, with all that it needs, so that it can do without the show and the environment; it is
/// given its limit.
pub(super) type Attempt = Box<dyn FnOnce(Duration) -> Said + Send>;

/// Tries every output of `show`, each for no longer than `at_most`, all at the same time; in the
/// order of the show.
pub fn probe(show: &Show, surroundings: &Surroundings<'_>, at_most: Duration) -> Vec<Probed> {
    let clock = surroundings.clock;
    let deadline = clock.now() + at_most + GRACE;
    let (sender, answers) = channel();
    let mut probed = vec![];
    for (output, ix) in show.outputs.iter().zip((0..).map(OutputIx)) {
        let attempt = kind(&output.kind).probe(show, ix, surroundings);
        let sender = sender.clone();
        let run = move || {
            let began = clock.now();
            let (what, said) = attempt(at_most);
            // The thread that asked may have stopped waiting by now.
            drop(sender.send(Probed {
                output: ix,
                what,
                words: clean(&said),
                took: clock.now().since(began),
            }));
        };
        let name = format!("probe {}", output.id);
        // What a thread that could not start would have said is known as well as any other answer.
        let words = match thread::Builder::new().name(name).spawn(run) {
            Ok(_) => "no answer in time".to_owned(),
            Err(error) => format!("cannot be tried: {}", words(&error)),
        };
        probed.push(Probed { output: ix, what: Answer::Down, words, took: at_most });
    }
    drop(sender);
    loop {
        match answers.recv_timeout(deadline.since(clock.now())) {
            Ok(answer) => {
                if let Some(place) = probed.get_mut(answer.output.0 as usize) {
                    *place = answer;
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return probed,
        }
    }
}

#[cfg(test)]
mod tests;
