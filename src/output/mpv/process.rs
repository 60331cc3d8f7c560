//! The process of a player: how it is started, and that it is reaped.
//!
//! Must never let a player have the terminal, a configuration of the user's, or a line to anybody
//! but this program. A player is in a session of its own, so that what the terminal sends to the
//! program stops no picture.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use super::state::PlayerRole;
use crate::locks::Unpoisoned;
use crate::time::MachineClock;

/// Flags that keep a player to the file that it is given: no configuration, no script, no address,
/// no terminal, no subtitles or covers that lie beside a clip, and no other file that a clip names.
const CONFINED: [&str; 9] = [
    "--no-config",
    "--no-terminal",
    "--no-input-terminal",
    "--load-scripts=no",
    "--ytdl=no",
    "--autoload-files=no",
    "--audio-display=no",
    "--ordered-chapters=no",
    "--demuxer-lavf-o-append=protocol_whitelist=file",
];

/// Further flags of every player. No key that is pressed in a window has a meaning. A still picture
/// stays until the program takes it away; the last picture of a clip, until something takes its
/// place, as `keep-open` has it.
const FLAGS: [&str; 9] = [
    "--idle=yes",
    "--pause",
    "--keep-open=yes",
    "--image-display-duration=inf",
    "--hr-seek=yes",
    "--input-default-bindings=no",
    "--input-vo-keyboard=no",
    "--osc=no",
    "--osd-level=0",
];

/// Flags of a player that examines files.
const SCOUT: [&str; 4] = ["--vo=null", "--ao=null", "--force-window=no", "--hwdec=no"];

/// Flags of a player with a window: black, until something is on air.
const WINDOW: [&str; 1] = ["--force-window=yes"];

/// Flags of a player that has only sounds to play.
const SOUND: [&str; 2] = ["--force-window=no", "--vid=no"];

/// A line to a player is inherited by its number, so no other process may be started meanwhile that
/// would inherit it too: a player would not notice that this program has gone.
static STARTING: Mutex<()> = Mutex::new(());

/// Interval at which an exiting player is checked.
const GLANCE: Duration = Duration::from_millis(2);

/// Settings for starting players.
#[derive(Clone, Debug)]
pub(super) struct PlayerProcess {
    program: OsString,
    flags: Vec<String>,
    /// `true` if the clips have only sound, so that no window is opened.
    is_sound: bool,
}

impl PlayerProcess {
    /// Players of the executable `program`, or of the `mpv` on the path, with the show's flags.
    pub(super) fn new(program: Option<String>, flags: &[String]) -> Self {
        PlayerProcess { program: program_or_mpv(program), flags: flags.to_vec(), is_sound: false }
    }

    /// The same, for clips of which nothing is seen if `is_sound`.
    pub(super) fn of(&self, is_sound: bool) -> Self {
        PlayerProcess { is_sound, ..self.clone() }
    }

    /// Starts a player; gives the program's end of the line to it, which never blocks.
    ///
    /// The player's end has a number above 2: mpv closes 0 while it looks for a way to the screen.
    pub(super) fn start(&self, role: PlayerRole) -> io::Result<(Child, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let theirs = rustix::io::fcntl_dupfd_cloexec(&theirs, 3)?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut command = in_own_session(&find(&self.program, &path)?, &path);
        command
            .args(CONFINED)
            .args(FLAGS)
            .arg(format!("--input-ipc-client=fd://{}", theirs.as_raw_fd()));
        match role {
            PlayerRole::Scout => command.args(SCOUT),
            PlayerRole::Stage if self.is_sound => command.args(SOUND).args(&self.flags),
            PlayerRole::Stage => command.args(WINDOW).args(&self.flags),
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _alone = STARTING.lock().unpoisoned();
        rustix::io::fcntl_setfd(&theirs, rustix::io::FdFlags::empty())?;
        let child = command.spawn();
        drop(theirs);
        Ok((child?, ours))
    }

    /// Describes why players do not start, and how to fix it.
    pub(super) fn refusal(&self, error: &io::Error) -> String {
        if error.kind() != io::ErrorKind::NotFound {
            return format!("{} does not start: {error}", self.program.display());
        }
        match self.program.to_str() {
            Some("mpv") => "mpv is not installed; apt-get install mpv (or brew install mpv)".into(),
            _ => format!("HANDOVER_MPV names {}, which is not there", self.program.display()),
        }
    }
}

/// A command in a session of its own, so that it has no terminal: mpv opens the terminal by its
/// name while it looks for a way to the screen. Where the system has no `setsid`, in a process
/// group of its own.
fn in_own_session(program: &Path, path: &OsStr) -> Command {
    match find(OsStr::new("setsid"), path) {
        Ok(setsid) => {
            let mut command = Command::new(setsid);
            command.arg(program);
            command
        }
        Err(_) => {
            let mut command = Command::new(program);
            command.process_group(0);
            command
        }
    }
}

/// Finds an executable in the folders of `path`; a name with a slash is a path by itself.
///
/// # Errors
/// `NotFound` when no such file is there.
pub(super) fn find(program: &OsStr, path: &OsStr) -> io::Result<PathBuf> {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    if program.as_encoded_bytes().contains(&b'/') {
        return Path::new(program).is_file().then(|| PathBuf::from(program)).ok_or_else(missing);
    }
    std::env::split_paths(path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
        .ok_or_else(missing)
}

/// The executable of players: `program`, or `mpv` where it is `None` or empty.
pub(super) fn program_or_mpv(program: Option<String>) -> OsString {
    program.filter(|program| !program.is_empty()).unwrap_or_else(|| "mpv".into()).into()
}

/// Waits for the end of a child for `at_most`; `None` if it has not come.
pub(super) fn end_of(
    child: &mut Child,
    at_most: Duration,
    clock: MachineClock,
) -> Option<ExitStatus> {
    let deadline = clock.now() + at_most;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if clock.now() < deadline => thread::sleep(GLANCE),
            _ => return None,
        }
    }
}

/// Describes how a player ended.
pub(super) fn words(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("the player ended: signal {signal}"),
        (None, Some(code)) => format!("the player ended: exit status {code}"),
        (None, None) => "the player ended".into(),
    }
}
