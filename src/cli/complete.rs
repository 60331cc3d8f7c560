//! Shell completions: the shell asks the program itself, so that shows, themes and runs are among
//! what it offers.
//!
//! Dynamic completion of clap_complete: a few lines in the shell call the program with [`VARIABLE`]
//! set, and it prints what may stand at the cursor.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};
use clap_complete::env::{CompleteEnv, Shells};

use super::args;
use crate::journal::{RunFolder, Store, usual_state};
use crate::runtime::when::listed;
use crate::show::builtin;

/// Set by the lines in the shell: which shell asks.
pub(super) const VARIABLE: &str = "HANDOVER_COMPLETE";

/// The most runs that are offered: the newest.
const RUNS_MAX: usize = 30;

/// Answers a shell that asks, and leaves; comes back at once where none does.
pub(super) fn answer() {
    CompleteEnv::with_factory(args::command).var(VARIABLE).complete();
}

/// The lines that a shell takes in to ask this program.
///
/// # Errors
/// When the shell is none of those that clap_complete knows.
pub(super) fn registration(shell: &str) -> anyhow::Result<String> {
    let shells = Shells::builtins();
    let completer =
        shells.completer(shell).with_context(|| format!("there are no completions for {shell}"))?;
    // Called by its name, it is found by its name; called by a path, by that path.
    let called =
        std::env::args_os().next().map(PathBuf::from).filter(|path| path.components().count() > 1);
    let program =
        called.and_then(|path| path.canonicalize().ok()).unwrap_or_else(|| "handover".into());
    let mut lines = vec![];
    completer.write_registration(
        VARIABLE,
        "handover",
        "handover",
        &program.to_string_lossy(),
        &mut lines,
    )?;
    Ok(String::from_utf8_lossy(&lines).into_owned())
}

/// Show files, and the names of the built-in shows.
pub(super) fn shows(current: &OsStr) -> Vec<CompletionCandidate> {
    let mut candidates = names(current);
    candidates.extend(files(current));
    candidates
}

/// Show files.
pub(super) fn files(current: &OsStr) -> Vec<CompletionCandidate> {
    let is_show =
        |path: &Path| path.is_dir() || path.extension().is_some_and(|ending| ending == "toml");
    let paths = PathCompleter::any().filter(is_show).complete(current);
    paths.into_iter().filter(|path| path.get_value() != ".").collect()
}

/// What may stand for a server of shared runs.
pub(super) fn servers(current: &OsStr) -> Vec<CompletionCandidate> {
    let candidates = [
        ("local", "a server on this machine, started where none runs"),
        ("nats://127.0.0.1:4222", "a server on this machine"),
        ("tls://", "a server elsewhere"),
    ];
    let fits = candidates.into_iter().filter(|(text, _)| begins(current, text));
    fits.map(|(text, help)| CompletionCandidate::new(text).help(Some(help.into()))).collect()
}

/// The names of the built-in shows.
pub(super) fn names(current: &OsStr) -> Vec<CompletionCandidate> {
    let named =
        |show: &builtin::Builtin| CompletionCandidate::new(show.name).help(Some(show.about.into()));
    builtin::ALL.iter().filter(|show| begins(current, show.name)).map(named).collect()
}

/// The ids of runs, the newest first.
pub(super) fn runs(current: &OsStr) -> Vec<CompletionCandidate> {
    of_runs(current, |_, _| true)
}

/// The ids of the runs that go on without a terminal; of all where none does.
pub(super) fn stoppable(current: &OsStr) -> Vec<CompletionCandidate> {
    let orphan = |store: &Store, run: &RunFolder| {
        store.holder(&run.id).is_some_and(|holder| !holder.terminal)
    };
    let found = of_runs(current, orphan);
    if found.is_empty() { runs(current) } else { found }
}

/// Both: what a board follows.
pub(super) fn runs_and_shows(current: &OsStr) -> Vec<CompletionCandidate> {
    runs(current).into_iter().chain(shows(current)).collect()
}

/// The commands.
pub(super) fn verbs(current: &OsStr) -> Vec<CompletionCandidate> {
    let command = args::command();
    let verbs = command.get_subcommands().filter(|verb| begins(current, verb.get_name()));
    verbs
        .map(|verb| CompletionCandidate::new(verb.get_name()).help(verb.get_about().cloned()))
        .collect()
}

fn of_runs(current: &OsStr, fits: impl Fn(&Store, &RunFolder) -> bool) -> Vec<CompletionCandidate> {
    let Some(state) = state_of(std::env::args_os()).or_else(usual_state) else {
        return vec![];
    };
    let store = Store::new(&state);
    let ids = store.ids().unwrap_or_default();
    let ids = ids.iter().rev().filter(|id| begins(current, &id.0)).take(RUNS_MAX);
    let runs = ids.filter_map(|id| store.summary(id).ok()).filter(|run| fits(&store, run));
    let candidates = runs.enumerate().map(|(at, run)| {
        let words =
            run.summary.map(|s| format!("{}, {}, {}", s.show, s.kind(), listed(s.started_at)));
        CompletionCandidate::new(run.id.0).help(words.map(Into::into)).display_order(Some(at))
    });
    candidates.collect()
}

/// The folder that the words of the command line give with `--state`: the last one counts.
fn state_of(words: impl IntoIterator<Item = OsString>) -> Option<PathBuf> {
    let mut state = None;
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--state") => state = words.next().map(PathBuf::from).or(state),
            Some(word) => state = word.strip_prefix("--state=").map(PathBuf::from).or(state),
            None => {}
        }
    }
    state
}

fn begins(current: &OsStr, name: &str) -> bool {
    current.to_str().is_some_and(|current| name.starts_with(current))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_runs_is_read_from_the_words() {
        let state = |words: &[&str]| state_of(words.iter().map(OsString::from));
        assert_eq!(state(&["handover", "--", "handover", "report"]), None);
        assert_eq!(state(&["handover", "--state", "/a", "report"]), Some("/a".into()));
        assert_eq!(state(&["handover", "report", "--state=/b", "--state"]), Some("/b".into()));
    }
}
