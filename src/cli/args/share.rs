//! Arguments of shared runs: the server, who this station is, how it proves that.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::{Args, complete, usage};
use crate::runtime::RunOptions;
use crate::runtime::share::{JoinOptions, ServerOptions, ShareOptions};
use crate::show::StationName;
use crate::show::listen::listen_address;

/// The variable of the environment that names the credentials where the command line does not.
const CREDENTIALS_VARIABLE: &str = "HANDOVER_NATS_CREDENTIALS";

/// The server's arguments that all share.
#[derive(Debug, ClapArgs)]
pub(crate) struct ServerArgs {
    /// A NATS credentials file, or a file with the seed of an nkey [default:
    /// $HANDOVER_NATS_CREDENTIALS]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    credentials: Option<PathBuf>,

    /// Believe the authorities in this PEM file instead of the machine's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca: Option<PathBuf>,
}

/// Arguments of a run that is shared.
#[derive(Debug, ClapArgs)]
pub(crate) struct ShareArgs {
    /// Share the run with other stations by the NATS server at URL: tls://HOST[:PORT], nats:// on
    /// this machine, several with commas, or local to start one here
    #[arg(long, value_name = "URL", requires = "station", add = ArgValueCompleter::new(complete::servers))]
    share: Option<String>,

    /// The name of this station in a shared run: a to z, 0 to 9 and -, at most 32
    #[arg(long, value_name = "NAME", value_parser = station, requires = "share")]
    station: Option<StationName>,

    #[command(flatten)]
    server: ServerArgs,
}

/// Arguments of `join`.
#[derive(Debug, ClapArgs)]
pub(crate) struct JoinArgs {
    /// The NATS server: tls://HOST[:PORT], nats:// on this machine, several with commas, or local
    #[arg(value_name = "URL", add = ArgValueCompleter::new(complete::servers))]
    url: String,

    /// The run's id, as `handover stations URL` lists it [default: the one that goes on;
    /// asks where several do]
    run: Option<String>,

    /// The name of this station: a to z, 0 to 9 and -, at most 32
    #[arg(long, value_name = "NAME", value_parser = station)]
    station: StationName,

    /// Hear remote controls at ADDR:PORT here, whatever the show says
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    listen: Option<SocketAddr>,

    /// Serve boards and crew pages to browsers at http://ADDR:PORT here; addresses that others reach
    /// need the passcode in $HANDOVER_WEB_PASSCODE
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    web: Option<SocketAddr>,

    #[command(flatten)]
    server: ServerArgs,
}

/// Arguments of `stations`.
#[derive(Debug, ClapArgs)]
pub(crate) struct StationsArgs {
    /// The NATS server: tls://HOST[:PORT], nats:// on this machine, several with commas, or local
    #[arg(
        value_name = "URL",
        required_unless_present = "new_key",
        add = ArgValueCompleter::new(complete::servers)
    )]
    url: Option<String>,

    /// Instead, write a new key for a station into FILE, and print the line for the server's
    /// configuration that lets it in
    #[arg(
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with_all = ["url", "credentials", "ca"]
    )]
    pub(crate) new_key: Option<PathBuf>,

    #[command(flatten)]
    server: ServerArgs,
}

impl ServerArgs {
    fn are_given(&self) -> bool {
        let ServerArgs { credentials, ca } = self;
        credentials.is_some() || ca.is_some()
    }

    fn options(&self, url: &str) -> ServerOptions {
        let variable = || std::env::var_os(CREDENTIALS_VARIABLE).filter(|path| !path.is_empty());
        ServerOptions {
            url: url.to_owned(),
            credentials: self.credentials.clone().or_else(|| variable().map(PathBuf::from)),
            ca: self.ca.clone(),
        }
    }
}

impl ShareArgs {
    /// Returns `true` if any of these is on the command line.
    pub(super) fn are_given(&self) -> bool {
        let ShareArgs { share, station, server } = self;
        share.is_some() || station.is_some() || server.are_given()
    }

    /// How the run is shared, if it is.
    pub(super) fn options(&self) -> Option<ShareOptions> {
        match (&self.share, &self.station) {
            (Some(url), Some(station)) => {
                Some(ShareOptions { server: self.server.options(url), station: station.clone() })
            }
            (None, None) if self.server.are_given() => {
                usage("--credentials and --ca are for a server: they need --share URL")
            }
            // clap has seen to it that both are given.
            (None, None) | (Some(_), None) | (None, Some(_)) => None,
        }
    }
}

impl Args {
    /// Options for following a shared run.
    pub(crate) fn join(&self, join: &JoinArgs) -> anyhow::Result<JoinOptions> {
        let server = join.server.options(&join.url);
        let share = ShareOptions { server, station: join.station.clone() };
        let own = RunOptions { listen: join.listen, web: join.web, ..self.options()? };
        Ok(JoinOptions { share, run: join.run.clone(), own })
    }
}

impl StationsArgs {
    /// The server whose runs are listed.
    pub(crate) fn server(&self) -> ServerOptions {
        self.server.options(self.url.as_deref().unwrap_or_default())
    }
}

/// Parses a station's name.
fn station(text: &str) -> Result<StationName, String> {
    StationName::new(text).map_err(|error| error.to_string())
}
