//! Guesses for a command line that makes no sense.

use std::ffi::OsString;
use std::path::Path;

use clap::FromArgMatches;
use clap::error::ErrorKind;

use super::args::{self, Args};
use crate::show::builtin;
use crate::show::file::settings::closest;
use crate::show::problem::visible;

/// Reads the command line; leaves with status 2 where it makes no sense, and says what was probably
/// meant.
pub(super) fn parse() -> Args {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let args = read().unwrap_or_else(|error| match meant(&words) {
        // A show after the word looks like one word too many, or like a slip in a command.
        Some((word, meant))
            if matches!(
                error.kind(),
                ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand
            ) =>
        {
            did_you_mean(&word, &meant)
        }
        _ => error.exit(),
    });
    // A single word that is no command is taken for a show.
    if args.verb.is_none()
        && let Some((word, meant)) = meant(&words)
    {
        did_you_mean(&word, &meant);
    }
    args
}

fn read() -> Result<Args, clap::Error> {
    Args::from_arg_matches(&args::command().try_get_matches()?)
}

fn did_you_mean(word: &str, meant: &str) -> ! {
    let text = format!(
        "there is no command and no show `{}`; did you mean `{}`?",
        visible(word),
        visible(meant)
    );
    args::command().error(ErrorKind::InvalidSubcommand, text).exit()
}

/// The first word, where it is a command with a slip in it, and the command line that was probably
/// meant.
fn meant(words: &[OsString]) -> Option<(String, String)> {
    let words: Vec<&str> = words.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    // The options that every command takes may come first.
    let mut options = 0;
    while let Some(word) = words.get(options) {
        match *word {
            "--state" | "--env" => options += 2,
            word if word.starts_with("--state=") || word.starts_with("--env=") => options += 1,
            _ => break,
        }
    }
    let (before, words) = words.split_at_checked(options)?;
    let [word, rest @ ..] = words else { return None };
    let could_be_a_show = builtin::find(word).is_some() || Path::new(word).exists();
    if could_be_a_show || word.starts_with('-') {
        return None;
    }
    let command = args::command();
    let verb = closest(word, command.get_subcommands().map(|verb| verb.get_name()))?;
    // A slip in the name of a show is as likely as one in a command.
    if closest(word, builtin::ALL.map(|show| show.name)).is_some() {
        return None;
    }
    let line = std::iter::once("handover").chain(before.iter().copied()).chain([verb]);
    let line: Vec<_> = line.chain(rest.iter().copied()).collect();
    Some(((*word).to_owned(), line.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_command_is_seen_and_a_show_is_left_alone() {
        let meant = |words: &[&str]| {
            let (word, line) = meant(&words.iter().map(OsString::from).collect::<Vec<_>>())?;
            assert!(words.contains(&&*word));
            Some(line)
        };
        assert_eq!(
            meant(&["--state", "dir", "--env=A", "chek", "x.toml"]).as_deref(),
            Some("handover --state dir --env=A check x.toml")
        );
        assert_eq!(meant(&["chek", "x.toml"]).as_deref(), Some("handover check x.toml"));
        assert_eq!(meant(&["reprot"]).as_deref(), Some("handover report"));
        for words in [
            &["paris-2024"] as &[_],
            &["pariss-2024"],
            &["evening.toml"],
            &["--rehearse", "chek"],
            &["src"],
            &["--state", "chek"],
            &["--state"],
            &[],
        ] {
            assert_eq!(meant(words), None, "{words:?}");
        }
    }
}
