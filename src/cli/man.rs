//! The man page: what clap knows of the command line, and by hand what it does not.

use std::io;

use anyhow::Context;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

use super::args;

/// Examples: what for, and the command.
const EXAMPLES: [(&str, &str); 13] = [
    ("Watch what the program can do in a minute and a half", "handover demo"),
    (
        "Write a small show, check it, and rehearse it",
        "handover new show.toml && handover check show.toml && handover --rehearse show.toml",
    ),
    ("Read the guide; look up the keys of show files", "handover guide; handover guide reference"),
    ("Run a show", "handover show.toml"),
    (
        "A technical rehearsal with real outputs, as if it were 10:00",
        "handover show.toml --at 10:00",
    ),
    ("Try every output without firing anything", "handover probe show.toml"),
    ("Resume after a crash, or from another terminal", "handover --resume"),
    ("Show a countdown on a second screen", "handover board show.toml --countdown"),
    (
        "Boards, a speaker's timer and crew pages in browsers",
        "HANDOVER_WEB_PASSCODE=open-sesame handover --web 0.0.0.0:8080 show.toml",
    ),
    ("List the runs, and end one that runs without a terminal", "handover runs; handover stop RUN"),
    (
        "Share a run with another terminal on this machine; follow it there",
        "handover --share local --station paris show.toml; handover join local --station la",
    ),
    ("See who follows the runs on a server", "handover stations tls://log.example"),
    ("The as-run report as a web page", "handover report --format html > report.html"),
];

/// Files and folders, and what they hold.
const FILES: [(&str, &str); 6] = [
    (
        "$XDG_STATE_HOME/handover/runs/RUN/journal.jsonl",
        "The journal of a run: a line of JSON for each event. --state names another folder.",
    ),
    ("$XDG_STATE_HOME/handover/runs/RUN/show.toml", "The show as it was run."),
    ("$XDG_STATE_HOME/handover/nats/", "The logs of runs that were shared with --share local."),
    ("$XDG_STATE_HOME/handover/fault.log", "Internal errors of the program."),
    (
        "$XDG_CONFIG_HOME/handover/keys.toml",
        "Your own keys; handover keys prints the current ones.",
    ),
    (
        "$XDG_CONFIG_HOME/handover/theme.toml",
        "Your own colours; handover theme prints the current ones.",
    ),
];

/// Variables of the environment, and what they do.
const ENVIRONMENT: [(&str, &str); 11] = [
    (
        "HANDOVER_THEME",
        "The colours: dark, light, high-contrast, colour-blind or own. --theme takes precedence.",
    ),
    (
        "HANDOVER_PASSCODE",
        "The passcode of remote controls, if --listen can be reached from other machines and the show names no other variable.",
    ),
    (
        "HANDOVER_WEB_PASSCODE",
        "The passcode of pages for browsers, if --web can be reached from other machines.",
    ),
    (
        "HANDOVER_NATS_CREDENTIALS",
        "The file with the credentials for the server of shared runs. --credentials takes precedence.",
    ),
    ("HANDOVER_COMPLETE", "Set by the shell completions: the shell that asks for them."),
    ("PAGER", "The pager of handover guide; less if it is not set. Empty: no pager."),
    ("NO_COLOR", "Not empty: no colours."),
    (
        "COLORTERM, TERM",
        "How many colours the terminal has: truecolor or 24bit, 256color, else 16; linux and dumb also choose the signs.",
    ),
    ("LC_ALL, LC_CTYPE, LANG", "A locale without UTF-8 makes the signs plain ASCII."),
    (
        "XDG_RUNTIME_DIR",
        "Where the server of --share local says how it is reached; without it, a folder in /tmp.",
    ),
    (
        "XDG_STATE_HOME, XDG_CONFIG_HOME",
        "Where runs, and your own files, are kept; usually ~/.local/state and ~/.config.",
    ),
];

/// Exit statuses of the program and their meanings.
const STATUS: [(&str, &str); 4] = [
    ("0", "Done; check: no errors, and with --strict no warnings."),
    ("1", "Failed; the reason is on stderr."),
    ("2", "The command line is wrong."),
    ("128 + N", "Signal N ended the program; a live run that was not finished can be resumed."),
];

/// The man page of the program, or of one of its commands.
///
/// # Errors
/// When there is no such command.
pub(super) fn page(verb: Option<&str>) -> anyhow::Result<String> {
    let mut command = args::command().disable_help_subcommand(true);
    // Only then a command of the program knows its full name.
    command.build();
    if let Some(verb) = verb {
        let found = command.find_subcommand(verb).cloned();
        command = found
            .with_context(|| format!("there is no command {verb}; `handover --help` lists them"))?;
    }
    let is_whole = verb.is_none();
    let mut page = vec![];
    write(&Man::new(command), is_whole, &mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn write(man: &Man, is_whole: bool, page: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if is_whole {
        man.render_subcommands_section(page)?;
        let examples = EXAMPLES.map(|(what, command)| (format!("{what}:"), command));
        let examples = examples.iter().map(|(what, command)| (what.as_str(), *command));
        section("EXAMPLES", examples, false).to_writer(page)?;
        section("FILES", FILES, true).to_writer(page)?;
        section("ENVIRONMENT", ENVIRONMENT, true).to_writer(page)?;
    }
    section("EXIT STATUS", STATUS, true).to_writer(page)?;
    if is_whole { man.render_version_section(page) } else { Ok(()) }
}

/// A section of terms and what there is to say of each; the bold part is what is typed or named.
fn section<'a>(
    title: &str,
    entries: impl IntoIterator<Item = (&'a str, &'a str)>,
    names_first: bool,
) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]);
    for (term, words) in entries {
        roff.control("TP", []);
        match names_first {
            true => roff.text([bold(term)]).text([roman(words)]),
            false => roff.text([roman(term)]).text([bold(words)]),
        };
    }
    roff
}
