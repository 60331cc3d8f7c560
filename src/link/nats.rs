//! The line to the server: the only part that knows NATS and an async runtime.
//!
//! A thread of its own with a runtime of its own, between two bounded queues. The station puts
//! requests into one and takes news out of the other; it waits for neither. Each connection is a
//! session with a runtime that ends with it, so that nothing which was given to a connection can be
//! sent by the next one: a message whose fate was unknown is sent again only if the flag says so.
//!
//! ```text
//!  station ── try_send ─► requests ─► session: append, read, follow, post ─► server
//!     ▲                                  │
//!     └── wake, next ◄── news ◄──────────┘   connect ─► version, JetStream ─► stream, show
//! ```

mod append;
mod away;
mod connect;
mod denied;
mod follow;
mod inbox;
mod list;
mod majority;
mod names;
mod reads;
mod session;
mod setup;
mod texts;
mod waiting;

use std::io;
use std::sync::{Arc, mpsc as std_mpsc};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;

use self::inbox::NewsInbox;
use super::access::Access;
use super::fault::LinkError;
use super::message::{HandOver, News, ServerRequest};
use super::shared::{Shared, SharedRun};
use super::subjects::Subjects;
use crate::engine::RunId;
use crate::show::StationName;

/// Maximum number of requests that wait for the thread.
const REQUESTS_MAX: usize = 1024;

/// The longest that the thread may take to end.
const CLOSE_WAIT: Duration = Duration::from_millis(500);

/// Called when there is news where there was none; it must not wait.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// A station's line to the log of one run and to the run's other stations.
#[derive(Debug)]
pub struct Link {
    requests: mpsc::Sender<ServerRequest>,
    inbox: Arc<NewsInbox>,
    /// Its other end goes with the thread.
    ended: std_mpsc::Receiver<()>,
}

/// Whether a station begins a log or needs one that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStart {
    /// Makes the log of the run where there is none, and puts the show beside it.
    Shares,
    /// Never makes one: where there is none, the run is gone from the server.
    Joins,
}

impl Link {
    /// Starts the thread that connects `station` to the log of `run`, and comes back at once. What
    /// becomes of it is news, first [`News::Connected`] or [`News::Disconnected`]; a server that
    /// cannot be used is tried again for as long as the link is kept.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn open(
        access: Access,
        run: Shared,
        station: StationName,
        part: LogStart,
        wake: Wake,
    ) -> io::Result<Self> {
        let (requests, taken) = mpsc::channel(REQUESTS_MAX);
        let inbox = Arc::new(NewsInbox::new(wake));
        let subjects = Subjects::of(&run.id);
        let mut line = session::SessionMemory {
            servers: access.servers.clone(),
            access,
            run,
            subjects,
            station,
            part,
            requests: taken,
            inbox: Arc::clone(&inbox),
            follows_from: None,
            said: None,
        };
        let (ends, ended) = std_mpsc::channel();
        thread::Builder::new().name("link".into()).spawn(move || {
            session::keep(&mut line);
            drop(ends);
        })?;
        Ok(Link { requests, inbox, ended })
    }

    /// Hands over a request without waiting.
    pub fn try_send(&self, request: ServerRequest) -> HandOver {
        match self.requests.try_send(request) {
            Ok(()) => HandOver::Yes,
            Err(mpsc::error::TrySendError::Full(request)) => HandOver::Full(request),
            Err(mpsc::error::TrySendError::Closed(_)) => HandOver::Gone,
        }
    }

    /// The next news; `None` if there is none. Once it has said so, the station is woken for the
    /// next.
    pub fn next(&self) -> Option<News> {
        self.inbox.next()
    }

    /// Ends the thread. What was handed over before is still sent where a connection stands.
    pub fn close(self) {
        let Link { requests, inbox, ended } = self;
        drop(requests);
        inbox.close();
        let _ = ended.recv_timeout(CLOSE_WAIT);
    }
}

/// The runs that are shared on a server, the newest last. It listens for a little more than a
/// second to which stations are there.
///
/// # Errors
/// When the server cannot be used.
pub fn runs(access: &Access) -> Result<Vec<SharedRun>, LinkError> {
    block_on(list::runs(access))
}

/// The runs that may be meant where none is named, the newest last: those that go on. Where several
/// do, it listens as [`runs`] does, and gives those with a station, if any has one.
///
/// # Errors
/// When there is none, or the server cannot be used.
pub fn going_on(access: &Access) -> Result<Vec<SharedRun>, LinkError> {
    block_on(list::going_on(access))
}

/// A run that is shared on a server, with its show, for a station that comes into it as `me`.
///
/// # Errors
/// When there is no such run, another program is heard there by that name, or the server cannot be
/// used.
pub fn fetch_for(access: &Access, run: &RunId, me: &StationName) -> Result<Shared, LinkError> {
    block_on(list::fetch_for(access, run, me))
}

/// Looks whether another program is heard in `run` by the name `me`, for a station that takes its run
/// up again. A server that does not answer soon is not waited for: the station goes on without.
///
/// # Errors
/// When there is one.
pub fn check_name(access: &Access, run: &RunId, me: &StationName) -> Result<(), LinkError> {
    block_on(names::check_soon(access, run, me))
}

/// A run that is shared on a server, with its show.
///
/// # Errors
/// When there is no such run, or the server cannot be used.
pub fn fetch(access: &Access, run: &RunId) -> Result<Shared, LinkError> {
    block_on(list::fetch(access, run))
}

fn block_on<T>(work: impl Future<Output = Result<T, LinkError>>) -> Result<T, LinkError> {
    let runtime = session::runtime().map_err(|error| LinkError::Machine(error.to_string()))?;
    runtime.block_on(work)
}
