//! Shared runs in a build that has them: servers are found, started and asked.

use std::path::Path;

use anyhow::Context;

use super::{JoinOptions, ServerLine, ServerOptions};
use crate::engine::RunId;
use crate::link::local::{self, Local};
use crate::link::{
    Access, Credentials, HandOver, Link, LogStart, News, ServerPlace, ServerRequest, Shared,
    SharedRun, Wake, check_ca, check_name, fetch_for, going_on, runs as listed,
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

impl Reached {
    /// Looks whether another program is heard in `run` by the name `me`. A server that does not answer
    /// soon is not waited for.
    ///
    /// # Errors
    /// When there is one.
    pub fn check_name(&self, run: &RunId, me: &StationName) -> anyhow::Result<()> {
        Ok(check_name(&self.access, run, me)?)
    }
}

/// A run that somebody else shares.
#[derive(Debug)]
pub struct Meeting {
    /// The server.
    pub reached: Reached,
    /// The run and its show.
    pub run: Shared,
}

/// A server that the command line names rightly, before it is asked for anything.
#[derive(Debug)]
pub enum NamedServer {
    /// The one on this machine.
    Local,
    /// Another one.
    At(Access),
}

impl ServerOptions {
    /// The server that is meant. It is not asked, and none is started.
    ///
    /// # Errors
    /// When the URL or a file is no good.
    pub fn server(&self) -> anyhow::Result<NamedServer> {
        match self.url.parse::<ServerPlace>()? {
            ServerPlace::Local => Ok(NamedServer::Local),
            ServerPlace::Servers(servers) => {
                if let Some(ca) = &self.ca {
                    check_ca(ca, &servers)?;
                }
                let credentials = self.credentials.as_deref().map(Credentials::read);
                let (credentials, ca) = (credentials.transpose()?, self.ca.clone());
                Ok(NamedServer::At(Access { servers, credentials, ca }))
            }
        }
    }
}

impl NamedServer {
    /// The server, for a run that is begun or resumed here. [`NamedServer::Local`] is started, with its
    /// data in `state`, where none runs yet; no other server is asked.
    ///
    /// # Errors
    /// When the server on this machine is no good.
    pub fn start(self, state: &Path) -> anyhow::Result<Reached> {
        self.reach(|folder| {
            let program = std::env::current_exe().context("this program's file is gone")?;
            Ok(local::start(folder, state, &program)?)
        })
    }

    /// The server, for looking at what is shared there.
    ///
    /// # Errors
    /// When it is the one on this machine, and none runs.
    pub fn find(self) -> anyhow::Result<Reached> {
        self.reach(|folder| Ok(local::find(folder)?))
    }

    fn reach(self, local: impl FnOnce(&Path) -> anyhow::Result<Local>) -> anyhow::Result<Reached> {
        match self {
            NamedServer::Local => {
                let local = local(&local::runtime_folder()?)?;
                let (servers, credentials) = (local.servers.clone(), &local.credentials);
                let credentials = Some(credentials.clone());
                let access = Access { servers, credentials, ca: None };
                Ok(Reached { access, local: Some(local) })
            }
            NamedServer::At(access) => Ok(Reached { access, local: None }),
        }
    }
}

/// A line, and the server on this machine, which goes on as long as this is kept.
#[derive(Debug)]
struct OpenLine {
    link: Link,
    _local: Option<Local>,
}

impl ServerLine for OpenLine {
    fn try_send(&self, request: ServerRequest) -> HandOver {
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
    part: LogStart,
    wake: Wake,
) -> anyhow::Result<Box<dyn ServerLine>> {
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
    let reached = server.server()?.find()?;
    Ok(listed(&reached.access)?)
}

/// The run that is to be followed, with its show; `None` where several may be meant and `choose`
/// takes none of them.
///
/// # Errors
/// When the server cannot be used, there is no such run, or `choose` fails.
pub fn meet(
    options: &JoinOptions,
    choose: impl FnOnce(&[SharedRun]) -> anyhow::Result<Option<RunId>>,
) -> anyhow::Result<Option<Meeting>> {
    let reached = options.share.server.server()?.find()?;
    let id = match &options.run {
        Some(id) => RunId(id.clone()),
        None => match going_on(&reached.access)?.as_slice() {
            [run] => run.id.clone(),
            several => match choose(several)? {
                Some(id) => id,
                None => return Ok(None),
            },
        },
    };
    let run = fetch_for(&reached.access, &id, &options.share.station)?;
    Ok(Some(Meeting { reached, run }))
}
