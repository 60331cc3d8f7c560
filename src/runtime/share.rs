//! Shared runs, as the command line asks for them: from the words to a server that can be used.

use std::path::PathBuf;

use super::opening::RunOptions;
use crate::link::{News, Request};
use crate::show::StationName;

#[cfg(feature = "link")]
pub use with_link::{Meeting, Reached, meet, open, runs};

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
pub trait Line: std::fmt::Debug {
    /// Hands over a request; gives it back when too many wait already.
    fn try_send(&self, request: Request) -> Option<Request>;
    /// The next news; `None` if there is none now.
    fn next(&self) -> Option<News>;
    /// Ends it, after what was handed over before; takes half a second at most.
    fn close(self: Box<Self>);
}

/// The words of a build without shared runs.
pub fn no_shared_runs() -> anyhow::Error {
    anyhow::anyhow!("this build has no shared runs: build handover with the feature `link`")
}

#[cfg(feature = "link")]
mod with_link {
    use std::path::Path;

    use anyhow::Context;

    use super::{JoinOptions, Line, ServerOptions};
    use crate::engine::RunId;
    use crate::link::local::{self, Local};
    use crate::link::{
        Access, Credentials, Link, News, Part, Place, Request, Shared, SharedRun, Wake, check_ca,
        fetch, only_run, runs as listed,
    };
    use crate::show::StationName;

    /// A server that can be asked.
    #[derive(Debug)]
    pub struct Reached {
        /// Its address, and what it asks for.
        pub access: Access,
        /// The server on this machine, which goes on as long as this is kept.
        pub local: Option<Local>,
    }

    /// A run that somebody else shares.
    #[derive(Debug)]
    pub struct Meeting {
        /// The server.
        pub reached: Reached,
        /// The run and its show.
        pub run: Shared,
    }

    impl ServerOptions {
        /// The server, for a run that is begun or resumed here. `local` starts one whose data lies
        /// in `state`, where none runs yet.
        ///
        /// # Errors
        /// When the URL, a file or the server on this machine is no good; no other server is
        /// asked.
        pub fn share(&self, state: &Path) -> anyhow::Result<Reached> {
            self.reach(|folder| {
                let program = std::env::current_exe().context("this program's file is gone")?;
                Ok(local::start(folder, state, &program)?)
            })
        }

        /// The server, for looking at what is shared there.
        ///
        /// # Errors
        /// As [`Self::share`], and for `local` when none runs.
        pub fn find(&self) -> anyhow::Result<Reached> {
            self.reach(|folder| Ok(local::find(folder)?))
        }

        fn reach(
            &self,
            local: impl FnOnce(&Path) -> anyhow::Result<Local>,
        ) -> anyhow::Result<Reached> {
            match self.url.parse::<Place>()? {
                Place::Local => {
                    let local = local(&local::runtime_folder()?)?;
                    let (servers, credentials) = (local.servers.clone(), &local.credentials);
                    let credentials = Some(credentials.clone());
                    let access = Access { servers, credentials, ca: None };
                    Ok(Reached { access, local: Some(local) })
                }
                Place::Servers(servers) => {
                    if let Some(ca) = &self.ca {
                        check_ca(ca, &servers)?;
                    }
                    let credentials = self.credentials.as_deref().map(Credentials::read);
                    let (credentials, ca) = (credentials.transpose()?, self.ca.clone());
                    Ok(Reached { access: Access { servers, credentials, ca }, local: None })
                }
            }
        }
    }

    /// A line, and the server on this machine, which goes on as long as this is kept.
    #[derive(Debug)]
    struct OpenLine {
        link: Link,
        _local: Option<Local>,
    }

    impl Line for OpenLine {
        fn try_send(&self, request: Request) -> Option<Request> {
            self.link.try_send(request)
        }

        fn next(&self) -> Option<News> {
            self.link.next()
        }

        fn close(self: Box<Self>) {
            self.link.close();
        }
    }

    /// Opens the line of `station` to the log of `run`; `wake` is called when there is news.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn open(
        reached: Reached,
        run: Shared,
        station: StationName,
        part: Part,
        wake: Wake,
    ) -> anyhow::Result<Box<dyn Line>> {
        let Reached { access, local } = reached;
        let link = Link::open(access, run, station, part, wake)
            .context("the system gives no thread for the server")?;
        Ok(Box::new(OpenLine { link, _local: local }))
    }

    /// The runs that are shared on a server.
    ///
    /// # Errors
    /// When the server cannot be used.
    pub fn runs(server: &ServerOptions) -> anyhow::Result<Vec<SharedRun>> {
        let reached = server.find()?;
        Ok(listed(&reached.access)?)
    }

    /// The run that is to be followed, with its show.
    ///
    /// # Errors
    /// When the server cannot be used, or there is no such run or no single one.
    pub fn meet(options: &JoinOptions) -> anyhow::Result<Meeting> {
        let reached = options.share.server.find()?;
        let id = match &options.run {
            Some(id) => RunId(id.clone()),
            None => only_run(&reached.access)?,
        };
        let run = fetch(&reached.access, &id)?;
        Ok(Meeting { reached, run })
    }
}
