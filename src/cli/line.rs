//! The command line as clap knows it.

use std::path::PathBuf;

use clap::CommandFactory;

use super::args::Args;
use super::words::variable;

/// The commands to which `--state` means something.
const OF_RUNS: [&str; 6] = ["demo", "runs", "stop", "report", "board", "join"];
/// The commands to which `--env` means something.
const OF_SHOWS: [&str; 2] = ["check", "probe"];

/// The command line as clap knows it. `--state` and `--env` may come after every command, and are
/// listed only where they say something.
pub(super) fn command() -> clap::Command {
    let hidden = |id: &'static str, long: &'static str| clap::Arg::new(id).long(long).hide(true);
    <Args as CommandFactory>::command().mut_subcommands(|mut verb| {
        if !OF_RUNS.contains(&verb.get_name()) {
            verb = verb.arg(hidden("state", "state").value_parser(clap::value_parser!(PathBuf)));
        }
        if !OF_SHOWS.contains(&verb.get_name()) {
            let several = clap::ArgAction::Append;
            verb = verb.arg(hidden("variables", "env").value_parser(variable).action(several));
        }
        verb
    })
}
