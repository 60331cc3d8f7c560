//! The process that keeps the server of `--share local` running as long as stations use it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, Signal, kill_process, setsid};
use serde::{Deserialize, Serialize};

use super::{
    CONFIG_FILE, KNOWN_FILE, KnownServer, LOG_FILE, PORTS_FOLDER, SERVER, USERS_FILE, open,
};
use crate::files::replace;

/// Set to the runtime folder, it makes the program the guard.
pub const GUARD_VARIABLE: &str = "HANDOVER_LOCAL_SERVER";

/// The server ends after so many seconds without a station.
pub const IDLE_SECONDS: u32 = 60;

/// The file that tells the guard what to start; it is removed once it is read.
const SETTINGS_FILE: &str = "local.start.json";

/// The time between two looks at the server and its stations, and how many make a second.
const ROUND: Duration = Duration::from_millis(250);
const ROUNDS_PER_SECOND: u32 = 4;

/// A server that ends so often in a row without ever having served is not started again.
const STARTS_MAX: u32 = 5;

/// A server that has run for fewer rounds has ended soon after its start.
const SOON_ROUNDS: u32 = 2 * ROUNDS_PER_SECOND;

/// The longest pause before a server is started again.
const PAUSE_ROUNDS_MAX: u32 = 5 * ROUNDS_PER_SECOND;

/// So many rounds a server may take to end before it is killed.
const END_ROUNDS_MAX: u32 = 40;

/// What the guard is told.
#[derive(Deserialize, Serialize)]
pub(super) struct GuardSettings {
    /// The folder of the server's data.
    pub data: PathBuf,
    /// The key of those who may use it.
    pub public_key: String,
    /// Its secret half.
    pub seed: String,
}

/// Leaves `settings` for the guard in `folder`.
pub(super) fn write_settings(folder: &Path, settings: &GuardSettings) -> io::Result<()> {
    replace(&folder.join(SETTINGS_FILE), serde_json::to_string(settings)?.as_bytes())
}

/// Runs the guard, if this process was started as one; `None` if it was not.
///
/// It comes back when no station has used the server for [`IDLE_SECONDS`] or the server cannot be
/// started, and takes the server with it. Only where the guard itself is killed does the server go
/// on alone: stations use it as before, and somebody has to end it by hand.
pub fn guard() -> Option<ExitCode> {
    let folder = PathBuf::from(std::env::var_os(GUARD_VARIABLE)?);
    // Neither Ctrl-C nor the end of the terminal may end it; it fails where it leads a group.
    let _ = setsid();
    Some(match keep(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    })
}

fn keep(folder: &Path) -> io::Result<()> {
    let settings = fs::read_to_string(folder.join(SETTINGS_FILE))?;
    fs::remove_file(folder.join(SETTINGS_FILE))?;
    let settings: GuardSettings = serde_json::from_str(&settings)?;
    let users = open(folder, USERS_FILE).map_err(io::Error::other)?;
    let (mut port, mut idle_rounds, mut pace) = (None, 0, RestartPause::default());
    let mut server = Some(GuardedServer(begin(folder, &settings, port)?));
    loop {
        if port.is_none() {
            port = port_in(&folder.join(PORTS_FOLDER));
            if let Some(port) = port {
                tell(folder, port, &settings.seed)?;
            }
        }
        thread::sleep(ROUND);
        if let Some(GuardedServer(running)) = &mut server {
            pace.runs();
            if running.try_wait()?.is_some() {
                server = None;
                if pace.ended() == STARTS_MAX && port.is_none() {
                    return Err(io::Error::other("the server does not start"));
                }
            }
        } else if pace.is_over() {
            // At the port where its stations look for it.
            server = Some(GuardedServer(begin(folder, &settings, port)?));
        }
        idle_rounds = if is_used(&users) { 0 } else { idle_rounds + 1 };
        if idle_rounds >= IDLE_SECONDS * ROUNDS_PER_SECOND {
            // A station that begins now waits for the lock, and then starts another server.
            if flock(&users, FlockOperation::NonBlockingLockExclusive).is_err() {
                idle_rounds = 0;
                continue;
            }
            remove(&folder.join(KNOWN_FILE))?;
            return server.map_or(Ok(()), |mut server| end(&mut server.0));
        }
    }
}

/// A server that runs: it does not go on without its guard, whatever stops that.
struct GuardedServer(Child);

impl Drop for GuardedServer {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ = self.0.kill().and_then(|()| self.0.wait());
        }
    }
}

/// The pause before a server that has ended is started again, in rounds: one that ends at once, over
/// and over, is started less and less often.
#[derive(Debug, Default)]
struct RestartPause {
    /// Rounds that it has run.
    rounds: u32,
    /// How often in a row it has ended soon after its start.
    ends: u32,
    /// Rounds until it is started again.
    pause: u32,
}

impl RestartPause {
    /// It runs for another round.
    fn runs(&mut self) {
        self.rounds = self.rounds.saturating_add(1);
    }

    /// It has ended. Gives how often in a row it did so soon after its start.
    fn ended(&mut self) -> u32 {
        let was_soon = self.rounds < SOON_ROUNDS;
        self.ends = if was_soon { self.ends.saturating_add(1) } else { 0 };
        self.pause = 1_u32.checked_shl(self.ends.saturating_sub(1)).unwrap_or(u32::MAX);
        self.pause = self.pause.min(PAUSE_ROUNDS_MAX);
        self.rounds = 0;
        self.ends
    }

    /// Returns `true` if it is to be started now, after a round of the pause.
    fn is_over(&mut self) -> bool {
        self.pause = self.pause.saturating_sub(1);
        self.pause == 0
    }
}

/// Removes a file that may be gone already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Returns `true` if a station holds its lock. The guard has the lock alone for an instant, in
/// which a station waits.
fn is_used(users: &File) -> bool {
    let alone = flock(users, FlockOperation::NonBlockingLockExclusive).is_ok();
    let _ = flock(users, FlockOperation::Unlock);
    !alone
}

fn begin(folder: &Path, settings: &GuardSettings, port: Option<u16>) -> io::Result<Child> {
    let ports = folder.join(PORTS_FOLDER);
    match fs::remove_dir_all(&ports) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir(&ports)?,
    }
    if port.is_none() {
        // The words of an earlier server are not this one's.
        let _ = fs::remove_file(folder.join(LOG_FILE));
    }
    replace(&folder.join(CONFIG_FILE), config(folder, settings, port)?.as_bytes())?;
    Command::new(SERVER)
        .arg("--config")
        .arg(folder.join(CONFIG_FILE))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
}

/// The server's configuration: loopback only, one user, every message synced to the disk.
fn config(folder: &Path, settings: &GuardSettings, port: Option<u16>) -> io::Result<String> {
    Ok(format!(
        "# Written by handover for `--share local`; it is written again at each start.\n\
         server_name: handover-local\n\
         host: 127.0.0.1\n\
         port: {port}\n\
         ports_file_dir: {ports}\n\
         log_file: {log}\n\
         logfile_size_limit: 1MB\n\
         jetstream {{\n  store_dir: {data}\n  sync_interval: always\n}}\n\
         authorization {{\n  users: [ {{ nkey: {key} }} ]\n}}\n",
        port = port.map_or(-1, i32::from),
        ports = quoted(&folder.join(PORTS_FOLDER))?,
        log = quoted(&folder.join(LOG_FILE))?,
        data = quoted(&settings.data)?,
        key = settings.public_key,
    ))
}

/// A path as a string of the server's configuration.
fn quoted(path: &Path) -> io::Result<String> {
    let text = path.to_str().filter(|text| !text.chars().any(char::is_control));
    let text = text.ok_or_else(|| io::Error::other("the folder's name is no plain text"))?;
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// The port that the server has written down.
fn port_in(folder: &Path) -> Option<u16> {
    /// The server's list of where it listens; of it, where clients connect.
    #[derive(Deserialize)]
    struct ServerPorts {
        nats: Vec<String>,
    }
    let file = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let mut files = file.filter(|path| path.extension().is_some_and(|ending| ending == "ports"));
    let ports: ServerPorts = serde_json::from_str(&fs::read_to_string(files.next()?).ok()?).ok()?;
    ports.nats.first()?.rsplit_once(':')?.1.parse().ok()
}

/// Tells the stations of this user where the server is: those that look for it by a file, the one
/// that has started the guard by a byte.
fn tell(folder: &Path, port: u16, seed: &str) -> io::Result<()> {
    let known = KnownServer { port, seed: seed.to_owned() };
    replace(&folder.join(KNOWN_FILE), serde_json::to_string(&known)?.as_bytes())?;
    // That station may have given up, or ended.
    let _ = io::stdout().write_all(b"!").and_then(|()| io::stdout().flush());
    Ok(())
}

fn end(server: &mut Child) -> io::Result<()> {
    let pid = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        kill_process(pid, Signal::TERM)?;
    }
    for _ in 0..END_ROUNDS_MAX {
        if server.try_wait()?.is_some() {
            return Ok(());
        }
        thread::sleep(ROUND);
    }
    server.kill()?;
    server.wait().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_ends_at_once_is_started_less_and_less_often() {
        let mut pace = RestartPause::default();
        let mut pauses = vec![];
        for _ in 0..7 {
            pace.ended();
            pauses.push(1 + (0..100).take_while(|_| !pace.is_over()).count());
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 20, 20], "a quarter of a second to five seconds");
        // One that has served is missed at once.
        (0..2 * ROUNDS_PER_SECOND).for_each(|_| pace.runs());
        assert_eq!(pace.ended(), 0);
        assert!(pace.is_over());
    }

    #[test]
    fn a_server_ends_with_its_guard() {
        let child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = Pid::from_child(&child);
        drop(GuardedServer(child));
        assert!(rustix::process::test_kill_process(pid).is_err());
    }
}
