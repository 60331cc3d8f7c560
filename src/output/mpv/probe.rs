//! Looking for the player and for the clips that the show plays on it.
//!
//! Must never open a window or a clip: asks the player for its version only, and looks whether the
//! clips' files are there.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::super::probe::{ProbeAnswer, ProbeSentence};
use super::process::{end_of, find, program_or_mpv};
use crate::output::Surroundings;
use crate::output::peer::words;
use crate::show::action::MpvCommand;
use crate::show::{OutputIx, Show};
use crate::time::MachineClock;

/// Maximum number of missing clips that are named.
const NAMED_MAX: usize = 3;

/// Settings of a player before it is looked for.
pub(super) struct PlayerSettings {
    /// Search path for programs, from the environment.
    path: String,
    program: OsString,
    folder: PathBuf,
    clock: MachineClock,
    /// The clips that the show cannot do without, and those that it can.
    needed: BTreeSet<String>,
    optional: BTreeSet<String>,
}

impl PlayerSettings {
    pub(super) fn new(show: &Show, output: OutputIx, surroundings: &Surroundings<'_>) -> Self {
        let (mut needed, mut optional) = (BTreeSet::new(), BTreeSet::new());
        for action in
            show.listed().flat_map(|(_, cue)| &cue.actions).filter(|action| action.output == output)
        {
            if let Some((_, MpvCommand::Play { clip, optional: is_optional, .. })) =
                action.command()
            {
                if *is_optional { &mut optional } else { &mut needed }.insert(clip.clone());
            }
        }
        PlayerSettings {
            path: (surroundings.env)("PATH").unwrap_or_default(),
            program: program_or_mpv((surroundings.env)("HANDOVER_MPV")),
            folder: surroundings.folder.to_owned(),
            clock: surroundings.clock,
            needed,
            optional,
        }
    }

    /// Asks the player for its version, for no longer than `at_most`, and looks for the clips.
    pub(super) fn look(&self, at_most: Duration) -> ProbeSentence {
        let Ok(program) = find(&self.program, self.path.as_ref()) else {
            return (ProbeAnswer::Down, format!("there is no {} in PATH", self.program.display()));
        };
        let version = match version(&program, at_most, self.clock) {
            Ok(version) => version,
            Err(error) => {
                return (
                    ProbeAnswer::Down,
                    format!("{} does not answer: {}", program.display(), words(&error)),
                );
            }
        };
        let away = self.away(&self.needed);
        let optional = match self.away(&self.optional).len() {
            0 => String::new(),
            away => format!("; {away} of {} optional clips not there", self.optional.len()),
        };
        if away.is_empty() {
            return (ProbeAnswer::Up, format!("{version}{optional}"));
        }
        let dots = if away.len() > NAMED_MAX { ", …" } else { "" };
        let named: Vec<_> = away.iter().take(NAMED_MAX).copied().collect();
        let (count, of, named) = (away.len(), self.needed.len(), named.join(", "));
        (
            ProbeAnswer::Down,
            format!("{version}; {count} of {of} clips not there: {named}{dots}{optional}"),
        )
    }

    fn away<'a>(&self, clips: &'a BTreeSet<String>) -> Vec<&'a str> {
        clips.iter().map(String::as_str).filter(|clip| !self.folder.join(clip).is_file()).collect()
    }
}

/// First line of `program --version`, up to the copyright.
fn version(program: &Path, at_most: Duration, clock: MachineClock) -> io::Result<String> {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    // Its words are few enough for a pipe, so that it never has to wait for them to be read.
    if end_of(&mut child, at_most, clock).is_none() {
        child.kill()?;
        child.wait()?;
        return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said
        .lines()
        .next()
        .map(str::trim)
        .filter(|line| !line.is_empty() && output.status.success())
    {
        Some(line) => Ok(line.split(" Copyright").next().unwrap_or(line).to_owned()),
        None => Err(io::Error::other(format!("{} instead of a version", output.status))),
    }
}
