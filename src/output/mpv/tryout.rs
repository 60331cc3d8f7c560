//! Tries before the show if a clip can be played: with a player without a window, for `handover
//! check`.
//!
//! Must never be used while a show runs: it waits for the player.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::clip::{FileStatus, NO_SUCH_FILE, absolute, not_playable, stat};
use super::process::{end_of, program_or_mpv};
use crate::plain::clean;
use crate::show::duration::SECOND_NS;
use crate::show::file::machine::TriedClip;
use crate::time::MachineClock;

/// Time limit for one clip.
const LIMIT: Duration = Duration::from_secs(10);

/// The status with which mpv ends when a file could not be played ("EXIT CODES" in its manual).
const NOT_PLAYED: i32 = 2;

/// Beginning of the line in which the player gives the length of a clip.
const LENGTH: &str = "handover: ";

/// Maximum size of the player's output that is read, bytes.
const SAID_BYTES_MAX: u64 = 64 * 1024;

/// Tries the clip at `clip`, relative to `folder`: returns its problem ("clips/x.mp4: there is no
/// such file"), or its length.
///
/// Where mpv is installed it plays the beginning of the file, without a window and without a sound;
/// where it is not, whatever is there will do. `env` reads the environment: `HANDOVER_MPV` names
/// another executable.
pub(crate) fn try_out(
    folder: &Path,
    clip: &str,
    env: &dyn Fn(&str) -> Option<String>,
    clock: MachineClock,
) -> TriedClip {
    let path = match absolute(folder, clip) {
        Ok(path) => path,
        Err(why) => return TriedClip { fault: Some(why), length_ns: None },
    };
    let tried = match stat(&path) {
        FileStatus::There(_) => play(&path, env("HANDOVER_MPV"), clock),
        FileStatus::Missing => Err(NO_SUCH_FILE.into()),
        FileStatus::Odd(why) => Err(why),
    };
    match tried {
        Ok(length_ns) => TriedClip { fault: None, length_ns },
        Err(why) => TriedClip { fault: Some(format!("{clip}: {why}")), length_ns: None },
    }
}

/// Plays the beginning of a file; gives its length, nanoseconds, where the player knows it.
fn play(path: &str, program: Option<String>, clock: MachineClock) -> Result<Option<u64>, String> {
    let mut command = Command::new(program_or_mpv(program));
    let quiet = [
        "--no-config",
        "--quiet",
        "--input-terminal=no",
        "--load-scripts=no",
        "--ytdl=no",
        "--autoload-files=no",
    ];
    // A file that is a list of others must not make a check send anything.
    let short = [
        "--vo=null",
        "--ao=null",
        "--frames=1",
        "--length=0.1",
        "--demuxer-lavf-o=protocol_whitelist=file",
    ];
    let alone = ["--demuxer=lavf", "--ordered-chapters=no", "--audio-display=no", "--"];
    let says = format!("--term-playing-msg={LENGTH}${{=duration}}");
    command
        .args(quiet)
        .arg(says)
        .args(short)
        .args(alone)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return Ok(None) };
    let said = child.stdout.take();
    // Its words are few enough for a pipe, so that it never has to wait for them to be read.
    match end_of(&mut child, LIMIT, clock) {
        Some(status) if status.code() == Some(NOT_PLAYED) => {
            Err(not_playable("it finds nothing to play"))
        }
        Some(status) if status.success() => Ok(said.and_then(length_ns)),
        Some(status) => Err(not_playable(&status.to_string())),
        None => {
            // It may have ended in this very moment; then there is nothing to kill.
            drop(child.kill());
            drop(child.wait());
            Err(not_playable(&format!("it takes longer than {} s", LIMIT.as_secs())))
        }
    }
}

fn length_ns(said: impl Read) -> Option<u64> {
    let mut words = String::new();
    said.take(SAID_BYTES_MAX).read_to_string(&mut words).ok()?;
    let seconds: f64 =
        words.lines().find_map(|line| line.strip_prefix(LENGTH))?.trim().parse().ok()?;
    let is_length = seconds.is_finite() && seconds > 0.0;
    is_length.then_some((seconds * SECOND_NS as f64) as u64)
}

/// mpv's own words on why it does not take `flags`; `None` if it takes them, or is missing.
pub(super) fn flags_fault(
    flags: &[String],
    program: Option<String>,
    clock: MachineClock,
) -> Option<String> {
    let mut command = Command::new(program_or_mpv(program));
    command.arg("--no-config").args(flags).arg("--version");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let said = child.stdout.take();
    let status = end_of(&mut child, LIMIT, clock);
    if status.is_none() {
        drop(child.kill());
        drop(child.wait());
    }
    if status.is_some_and(|status| status.success()) {
        return None;
    }
    let mut words = String::new();
    // What cannot be read says no more than its status.
    let _ = said.map(|said| said.take(SAID_BYTES_MAX).read_to_string(&mut words));
    Some(clean(
        words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not say why"),
    ))
}
