//! Shared runs, as the command line asks for them: from the words to a server that can be used.

use std::path::{PathBuf, absolute};

use super::opening::RunOptions;
use crate::engine::RunId;
use crate::link::{HandOver, News, ServerRequest};
use crate::plain::shell_word;
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

impl ShareOptions {
    /// The command with which this station takes the run `id` up again as a shared one, also where it
    /// is the copy of a run that it joined; `state` is the option that names the folder of the runs.
    pub(super) fn to_resume(&self, id: &RunId, state: &str) -> String {
        format!("handover --resume {id} --share {}{state}", self.written(""))
    }

    /// The command with which this station follows again the run of which `id` is its copy.
    pub(super) fn to_join(&self, id: &RunId, state: &str) -> String {
        format!("handover join {}{state}", self.written(&format!(" {}", id.base())))
    }

    /// The server, then `run`, then the options, as a shell reads them from any folder.
    fn written(&self, run: &str) -> String {
        let ShareOptions { server: ServerOptions { url, credentials, ca }, station } = self;
        let option = |name: &str, path: &Option<PathBuf>| {
            path.as_ref().map_or(String::new(), |path| {
                let path = absolute(path).unwrap_or_else(|_| path.clone());
                format!(" --{name} {}", shell_word(&path.display().to_string()))
            })
        };
        let (credentials, ca) = (option("credentials", credentials), option("ca", ca));
        format!("{}{run} --station {station}{credentials}{ca}", shell_word(url))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_goes_on_has_all_that_the_server_needs() {
        let credentials = Some(PathBuf::from("/keys/la's.key"));
        let server = ServerOptions {
            url: "tls://a,tls://b".into(),
            credentials,
            ca: Some("/ca.pem".into()),
        };
        let la = ShareOptions { server, station: StationName::new("la").unwrap() };
        let copy = RunId("r@la".into());
        let rest = r"--station la --credentials '/keys/la'\''s.key' --ca /ca.pem --state /s";
        assert_eq!(
            la.to_join(&copy, " --state /s"),
            format!("handover join tls://a,tls://b r {rest}")
        );
        assert_eq!(
            la.to_resume(&copy, " --state /s"),
            format!("handover --resume r@la --share tls://a,tls://b {rest}")
        );
        let server = ServerOptions { url: "local".into(), credentials: None, ca: None };
        let paris = ShareOptions { server, station: StationName::new("paris").unwrap() };
        let resume = paris.to_resume(&RunId("r".into()), "");
        assert_eq!(resume, "handover --resume r --share local --station paris");
    }
}
