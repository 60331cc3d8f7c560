//! Whether a clip can be played, tried before the show: by a player without a window, for `handover check`.
//!
//! Must never be used while a show runs: it waits for the player.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::now;
use super::clip::{NO_SUCH_FILE, Sight, absolute, look, not_playable};
use super::process::{end_of, program_or_mpv};

/// How long the player may take over one clip.
const LIMIT: Duration = Duration::from_secs(10);

/// The status with which mpv ends when a file could not be played ("EXIT CODES" in its manual).
const NOT_PLAYED: i32 = 2;

/// What is wrong with the clip at `clip`, found from `folder`: "clips/x.mp4: there is no such file".
///
/// Where mpv is installed it plays the beginning of the file, without a window and without a sound; where it is not,
/// whatever is there will do. `env` reads the environment: `HANDOVER_MPV` names another executable.
pub fn clip_fault(folder: &Path, clip: &str, env: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let path = match absolute(folder, clip) {
        Ok(path) => path,
        Err(why) => return Some(why),
    };
    let why = match look(&path) {
        Sight::There(_) => try_out(&path, env("HANDOVER_MPV"))?,
        Sight::Missing => NO_SUCH_FILE.into(),
        Sight::Odd(why) => why,
    };
    Some(format!("{clip}: {why}"))
}

fn try_out(path: &str, program: Option<String>) -> Option<String> {
    let mut command = Command::new(program_or_mpv(program));
    let quiet = ["--no-config", "--no-terminal", "--load-scripts=no", "--ytdl=no", "--autoload-files=no"];
    let short = ["--vo=null", "--ao=null", "--frames=1", "--length=0.1", "--"];
    command.args(quiet).args(short).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    match end_of(&mut child, now() + LIMIT) {
        Some(status) if status.code() == Some(NOT_PLAYED) => Some(not_playable("it finds nothing to play")),
        Some(status) if status.success() => None,
        Some(status) => Some(not_playable(&status.to_string())),
        None => {
            // It may have ended in this very moment; then there is nothing to kill.
            drop(child.kill());
            drop(child.wait());
            Some(not_playable(&format!("it takes longer than {} s", LIMIT.as_secs())))
        }
    }
}
