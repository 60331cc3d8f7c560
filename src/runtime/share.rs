//! Shared runs, as the command line asks for them: from the words to a server that can be used.

use std::path::PathBuf;

use super::opening::RunOptions;
use crate::link::{HandOver, News, ServerRequest};
use crate::show::StationName;

#[cfg(feature = "link")]
mod with_link;

#[cfg(feature = "link")]
pub use with_link::{Meeting, NamedServer, Reached, meet, open, runs};

/// A server, as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerOptions {
    /// The URL, or `local`.
    pub url: String,
    /// A file with credentials.
    pub credentials: Option<PathBuf>,
    /// A file with the certificates of authorities.
    pub ca: Option<PathBuf>,
}

/// How a run is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareOptions {
    /// The server.
    pub server: ServerOptions,
    /// The name of this station.
    pub station: StationName,
}

/// How a shared run is followed.
#[derive(Clone, Debug)]
pub struct JoinOptions {
    /// The server and the name of this station.
    pub share: ShareOptions,
    /// The run; where none is named, the one that goes on.
    pub run: Option<String>,
    /// Everything that is as for a run of this station's own.
    pub own: RunOptions,
}

/// The line to the server of a shared run. The station never waits for it.
pub trait ServerLine: std::fmt::Debug {
    /// Hands over a request.
    fn try_send(&self, request: ServerRequest) -> HandOver;
    /// The next news; `None` if there is none now.
    fn next(&self) -> Option<News>;
    /// Ends it, after what was handed over before; takes half a second at most.
    fn close(self: Box<Self>);
}

/// The words of a build without shared runs.
pub fn no_shared_runs() -> anyhow::Error {
    anyhow::anyhow!("this build has no shared runs: build handover with the feature `link`")
}
