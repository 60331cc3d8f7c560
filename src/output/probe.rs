//! Trying every output of a show without firing anything: who is there, and what is missing.
//!
//! Must never send what a desk, a player or a server would act on, and must never show a secret. Each output is tried on
//! a thread of its own, so that all together take no longer than the slowest, and none longer than it is given.
//!
//! | output | what is tried |
//! |---|---|
//! | OSC over UDP | an empty bundle: a whole packet, "zero or more" messages (OSC 1.0, "OSC Bundles"), none of them here |
//! | OSC over TCP | a connection, at once closed again |
//! | HTTP | HEAD, which asks for no change |
//! | MIDI | the name among those of the ports |
//! | mpv | its version, and the clips that the show plays on it |

mod midi;
mod player;

use std::io::ErrorKind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::http::{self, Knock};
use super::peer::{Peer, first_of, words};
use super::{Fault, Surroundings, now, osc, tcp, udp};
use crate::plain::clean;
use crate::show::{Output, OutputIx, OutputKind, Show};
use player::Player;

/// How long the refusal of a datagram is waited for: on the networks of a stage it comes back within a few milliseconds.
const REFUSAL: Duration = Duration::from_millis(300);

/// How much longer than its own limit a try is waited for, so that it can still say what held it up.
const GRACE: Duration = Duration::from_millis(200);

/// What came of trying an output.
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
    /// Which one.
    pub output: OutputIx,
    /// What came of it.
    pub what: Answer,
    /// The same for people, in one line that holds no secret.
    pub words: String,
    /// How long it took.
    pub took: Duration,
}

/// What a try has to say.
type Said = (Answer, String);

/// Tries every output of `show`, each for no longer than `at_most`, all at the same time; in the order of the show.
pub fn probe(show: &Show, surroundings: &Surroundings<'_>, at_most: Duration) -> Vec<Probed> {
    let began = now();
    let (sender, answers) = channel();
    let mut probed = vec![];
    for (output, ix) in show.outputs.iter().zip((0..).map(OutputIx)) {
        let attempt = Try::new(show, ix, output, surroundings);
        let sender = sender.clone();
        let run = move || {
            let began = now();
            let (what, said) = attempt.run(at_most);
            // The thread that asked may have stopped waiting by now.
            drop(sender.send(Probed { output: ix, what, words: clean(&said), took: now() - began }));
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
    let deadline = began + at_most + GRACE;
    loop {
        match answers.recv_timeout(deadline.saturating_duration_since(now())) {
            Ok(answer) => {
                if let Some(place) = probed.get_mut(answer.output.0 as usize) {
                    *place = answer;
                }
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return probed,
        }
    }
}

/// Everything that a try needs, so that it can do without the show and the environment.
enum Try {
    Udp(Peer),
    Tcp(Peer),
    Http(Box<Result<Knock, Vec<Fault>>>, Duration),
    Midi(String),
    Mpv(Player),
}

impl Try {
    fn new(show: &Show, ix: OutputIx, output: &Output, surroundings: &Surroundings<'_>) -> Self {
        match &output.kind {
            OutputKind::OscUdp { host, port } => Try::Udp(Peer::new(host, *port)),
            OutputKind::OscTcp { host, port, framing: _ } => Try::Tcp(Peer::new(host, *port)),
            OutputKind::Http { base, headers, timeout_ns, ca } => {
                let settings = http::Settings { base, headers, timeout_ns: *timeout_ns, ca: ca.as_deref() };
                let knock = Knock::new(&settings, surroundings);
                Try::Http(Box::new(knock), Duration::from_nanos(*timeout_ns))
            }
            OutputKind::Midi { port } => Try::Midi(port.clone()),
            OutputKind::Mpv { .. } => Try::Mpv(Player::new(show, ix, surroundings)),
        }
    }

    fn run(self, at_most: Duration) -> Said {
        match self {
            Try::Udp(peer) => by_datagram(&peer),
            Try::Tcp(peer) => match tcp::connect(&peer) {
                Ok(_) => (Answer::Up, "takes a connection".into()),
                Err(error) => (Answer::Down, words(&error)),
            },
            Try::Http(knock, timeout) => match *knock {
                Ok(knock) => match knock.ask(at_most.min(timeout)) {
                    Ok(said) => (Answer::Up, said),
                    Err(why) => (Answer::Down, why),
                },
                Err(faults) => (Answer::Down, missing(&faults)),
            },
            Try::Midi(port) => midi::look_for(&port),
            Try::Mpv(player) => player.look(at_most),
        }
    }
}

/// What keeps an output from being tried.
fn missing(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; ")
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
fn by_datagram(peer: &Peer) -> Said {
    let socket = peer.addresses().and_then(|addresses| first_of(&addresses, udp::connect));
    let heard = socket.and_then(|socket| {
        socket.set_nonblocking(false)?;
        socket.set_read_timeout(Some(REFUSAL))?;
        socket.send(osc::NOTHING)?;
        socket.recv(&mut [0; 1])
    });
    match heard {
        Ok(_) => (Answer::Up, "answers".into()),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                (Answer::Unknown, "nobody refuses (UDP cannot promise more)".into())
            }
            ErrorKind::ConnectionRefused => (Answer::Down, "nobody listens".into()),
            _ => (Answer::Down, words(&error)),
        },
    }
}

#[cfg(test)]
mod tests;
