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
        Some(meant) if error.kind() == ErrorKind::UnknownArgument => did_you_mean(&words, &meant),
        _ => error.exit(),
    });
    // A single word that is no command is taken for a show.
    if args.verb.is_none()
        && let Some(meant) = meant(&words)
    {
        did_you_mean(&words, &meant);
    }
    args
}

fn read() -> Result<Args, clap::Error> {
    Args::from_arg_matches(&args::command().try_get_matches()?)
}

fn did_you_mean(words: &[OsString], meant: &str) -> ! {
    let word = words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
    let text = format!(
        "there is no command and no show `{}`; did you mean `{}`?",
        visible(&word),
        visible(meant)
    );
    args::command().error(ErrorKind::InvalidSubcommand, text).exit()
}

/// The command line that was probably meant, where its first word is a command with a slip in it.
fn meant(words: &[OsString]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    let [word, rest @ ..] = words.as_slice() else { return None };
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
    Some(
        std::iter::once("handover")
            .chain([verb])
            .chain(rest.iter().copied())
            .collect::<Vec<_>>()
            .join(" "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_command_is_seen_and_a_show_is_left_alone() {
        let meant = |words: &[&str]| meant(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(meant(&["chek", "x.toml"]).as_deref(), Some("handover check x.toml"));
        assert_eq!(meant(&["reprot"]).as_deref(), Some("handover report"));
        for words in [
            &["paris-2024"] as &[_],
            &["pariss-2024"],
            &["evening.toml"],
            &["--rehearse", "chek"],
            &["src"],
            &[],
        ] {
            assert_eq!(meant(words), None, "{words:?}");
        }
    }
}
