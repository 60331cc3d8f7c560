//! The process of a player: how it is started, and that it is buried.
//!
//! Must never let a player have the terminal, a configuration of the user's, or a line to anybody but this program. A
//! player is in a process group of its own, so that what the terminal sends to the program stops no picture.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::now;

/// What every player is started with; the flags of the show come behind.
///
/// Nothing outside the show decides what is seen: no configuration, no script, no subtitles that lie beside a clip, no
/// key pressed in a window. The last picture of a clip stays until something takes its place, as `keep-open` has it.
const FLAGS: [&str; 12] = [
    "--no-config",
    "--no-terminal",
    "--input-ipc-client=fd://0",
    "--idle=yes",
    "--pause",
    "--keep-open=yes",
    "--load-scripts=no",
    "--ytdl=no",
    "--autoload-files=no",
    "--input-default-bindings=no",
    "--input-vo-keyboard=no",
    "--osc=no",
];

/// How often a dying player is looked at.
const GLANCE: Duration = Duration::from_millis(2);

/// How players are started.
#[derive(Debug)]
pub(super) struct Process {
    program: OsString,
    flags: Vec<String>,
}

impl Process {
    /// Players of the executable `program`, or of the `mpv` on the path, with the show's flags.
    pub(super) fn new(program: Option<String>, flags: &[String]) -> Self {
        Process { program: program_or_mpv(program), flags: flags.to_vec() }
    }

    /// Starts a player; gives the program's end of the line to it, which never blocks.
    pub(super) fn start(&self) -> io::Result<(Child, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let mut command = Command::new(&self.program);
        command.args(FLAGS).args(&self.flags).process_group(0);
        command.stdin(OwnedFd::from(theirs)).stdout(Stdio::null()).stderr(Stdio::null());
        Ok((command.spawn()?, ours))
    }

    /// Why players do not start, with the mend.
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

/// The executable of players.
pub(super) fn program_or_mpv(program: Option<String>) -> OsString {
    program.filter(|program| !program.is_empty()).unwrap_or_else(|| "mpv".into()).into()
}

/// Waits for the end of a child until `deadline`; `None` if it has not come.
pub(super) fn end_of(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if now() < deadline => thread::sleep(GLANCE),
            _ => return None,
        }
    }
}

/// How a player ended, in words.
pub(super) fn words(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("the player ended: signal {signal}"),
        (None, Some(code)) => format!("the player ended: exit status {code}"),
        (None, None) => "the player ended".into(),
    }
}
