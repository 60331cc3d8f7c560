//! `handover check`: everything that is wrong with a show, before anybody depends on it.
//!
//! Errors and warnings go to stderr, each with its line and how to fix it; a last line on stdout
//! sums the show up, or with `--expanded` the show is printed without its repeats. Exit status 0 without errors, 1 with errors, and with `--strict` 1 for
//! warnings too.

use std::path::Path;

use anyhow::bail;

use super::commands::{folder_of, print, source, tell};
use crate::output::{Permits, Surroundings, ThisMachine};
use crate::plain;
use crate::runtime::clock::CLOCK;
use crate::runtime::opening::machine_zone;
use crate::show::action::MpvCommand;
use crate::show::file::machine::{Machine, Unseen};
use crate::show::problem::visible;
use crate::show::{Show, duration, problem};

/// Checks the show at `path`; `strict` makes a failure of warnings, and `permits` is what the user
/// allows shows. Instead of a summary it `prints` the show without repeats, if it has no errors.
pub(super) fn check(
    path: &Path,
    strict: bool,
    prints: bool,
    permits: &Permits,
) -> anyhow::Result<()> {
    let source = source(path)?;
    let env = |name: &str| std::env::var(name).ok();
    let folder = folder_of(path);
    let machine =
        ThisMachine::new(Surroundings { env: &env, folder: &folder, permits, clock: CLOCK });
    // What is no file is a built-in show, which sends nothing anywhere.
    let machine: &dyn Machine = if path.exists() { &machine } else { &Unseen };
    let expanded = source.expanded();
    let (shown, checked) = (visible(&source.name), expanded.check(&machine_zone(), machine));
    let problems = checked.as_ref().map_or_else(|problems| problems, |checked| &checked.warnings);
    tell(problems, &source.name, &source.text);
    let counted = problem::counted(problems);
    match &checked {
        Err(_) => {
            bail!("{shown} has {counted}; more warnings are looked for once no error is left")
        }
        Ok(_) if strict && !problems.is_empty() => {
            bail!("{shown} has {counted}, which --strict does not allow")
        }
        Ok(_) if prints => print(expanded.text()),
        Ok(checked) => print(&summary(&shown, &checked.show, &counted, machine)),
    }
}

/// Summary of a show without errors: one line, and below it the variables that it sends and what it
/// goes without.
fn summary(name: &str, show: &Show, warnings: &str, machine: &dyn Machine) -> String {
    let total = show.segments.iter().map(|segment| segment.duration).sum();
    let planned = duration::length(total);
    let segments = plain::counted(show.segments.len(), "segment");
    let cues = plain::counted(show.order.len(), "cue");
    let warnings = if warnings.is_empty() { "no warnings" } else { warnings };
    let notes = [secrets(show), optional(show, machine)].concat();
    format!("{name}: no errors, {warnings}; {segments}, {cues}, {planned}\n{notes}")
}

/// A line for each variable of the environment that the show reads: what it is for, and to whom it
/// is sent.
fn secrets(show: &Show) -> String {
    let mut lines = String::new();
    let sides =
        show.outputs.iter().flat_map(|output| output.sides().map(move |side| (output, side)));
    for (output, side) in sides {
        for (variable, host, what) in side.secrets() {
            let id = &output.id;
            lines.push_str(&format!("note: {variable} is for {host} (output {id}, {what})\n"));
        }
    }
    if let Some(variable) =
        show.remote.as_ref().and_then(|remote| remote.passcode_variable.as_ref())
    {
        lines.push_str(&format!("note: {variable} is the passcode of remote controls\n"));
    }
    lines
}

/// A line for each clip that cannot be played and that its cue goes without.
fn optional(show: &Show, machine: &dyn Machine) -> String {
    let mut told: Vec<&str> = vec![];
    let mut notes = String::new();
    for action in show.listed().flat_map(|(_, cue)| &cue.actions) {
        let Some((_, MpvCommand::Play { clip, optional: true, .. })) = action.command() else {
            continue;
        };
        if told.contains(&clip.as_str()) {
            continue;
        }
        told.push(clip);
        if let Some(fault) = machine.clip(clip).fault {
            notes.push_str(&format!("note: {fault}; its cue runs without it\n"));
        }
    }
    notes
}
