//! `handover import`: a run sheet to a show file.
//!
//! The show file goes to stdout or to the file that `-o` names; how the sheet was read, and what is
//! doubtful, to stderr.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};

use super::args::ImportArgs;
use super::commands::{faulty, print, tell};
use crate::edit::compare::Comparison;
use crate::edit::document::Document;
use crate::export::diff;
use crate::files::{read_at_most, write_new, write_over};
use crate::plain::{self, counted};
use crate::runtime::opening::{Beside, machine_zone, read};
use crate::sheet::imported::Imported;
use crate::sheet::update::{Update, UpdateRefusal};
use crate::sheet::{self, Options, Refusal, write};
use crate::show::duration;
use crate::show::file::machine::Unseen;
use crate::show::file::{self, Checked};
use crate::show::problem::{self, visible};

/// The most doubts that are told; all of them stand in the show file.
const TOLD_MAX: usize = 40;

/// Imports a file.
pub(super) fn import(args: &ImportArgs) -> anyhow::Result<()> {
    let is_stdin = args.file == Path::new("-");
    let to = args.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = to.filter(|path| path.exists()) {
        bail!("{} already exists; name another file, or remove it first", shown(path));
    }
    let options = Options {
        name: stem(&args.file),
        sheet: args.sheet.clone(),
        map: args.map.clone(),
        durations: args.durations(),
    };
    let made = Made::of(&args.file, &options)?;
    say(&account(&made.show, &made.name));
    if let Some(path) = &args.update {
        return update(path, made.show, args.yes, is_stdin);
    }
    say(&made.waits());
    match to {
        None => print(&made.text)?,
        Some(path) => write_new(path, made.text.as_bytes())
            .with_context(|| format!("cannot write {}", shown(path)))?,
    }
    say(&made.summary(&to.map_or_else(|| "the show file".to_owned(), shown)));
    Ok(())
}

/// The title of a show that says none: a file's name without its ending.
fn stem(file: &Path) -> String {
    let stem = file.file_stem().filter(|_| file != Path::new("-"));
    stem.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A show that was made of a file.
struct Made {
    /// The file's name, for people.
    name: String,
    show: Imported,
    /// Its show file.
    text: String,
    checked: Checked,
}

impl Made {
    fn of(file: &Path, options: &Options) -> anyhow::Result<Made> {
        let is_stdin = file == Path::new("-");
        let name = if is_stdin { "standard input".to_owned() } else { file.display().to_string() };
        let refused = |refusal: Refusal| anyhow!("{}: {refusal}", visible(&name));
        let bytes = match is_stdin {
            true => read_at_most(io::stdin().lock(), sheet::BYTES_MAX),
            false => File::open(file).and_then(|file| read_at_most(file, sheet::BYTES_MAX)),
        };
        let bytes = bytes.with_context(|| format!("cannot read {}", visible(&name)))?;
        let bytes = bytes.ok_or(Refusal::Bytes).map_err(refused)?;
        let show = sheet::import(&bytes, options).map_err(refused)?;
        let file_name = file.file_name().filter(|_| !is_stdin);
        let source =
            file_name.map_or_else(|| name.clone(), |name| name.to_string_lossy().into_owned());
        let text = write::write(&show, &plain::line(&source));
        match file::check(&text, &machine_zone(), &Unseen) {
            Ok(checked) => Ok(Made { name, show, text, checked }),
            Err(problems) => {
                tell(&problems, &format!("the show made of {name}"), &text);
                bail!(
                    "{} makes a show that does not run: {}",
                    visible(&name),
                    problem::counted(&problems)
                )
            }
        }
    }

    /// Words on the cues that wait for departments, and on cues that need not: the columns of a sheet
    /// say who has something to do, and only its author knows whether a GO has to wait for them.
    fn waits(&self) -> String {
        let show = &self.checked.show;
        let waiting = show.order.iter().filter(|cue| !show.cue(**cue).needs.is_empty()).count();
        let Some(first) = self.show.departments.first().filter(|_| waiting > 0) else {
            return String::new();
        };
        let (number, wait) = (show.order.len(), if waiting == 1 { "waits" } else { "wait" });
        let name = match first.name.contains(char::is_whitespace) {
            true => format!("\"{}=extra\"", first.name),
            false => format!("{}=extra", first.name),
        };
        format!(
            "{waiting} of {} {wait} for departments: s warns them, 1-9 answers for each, then GO\n  \
             not meant? take `needs` out of those cues, or import with --map {name} for each column\n",
            counted(number, "cue"),
        )
    }

    /// One line on the show file.
    fn summary(&self, written: &str) -> String {
        let Checked { show, warnings } = &self.checked;
        let total = show.segments.iter().map(|segment| segment.duration).sum();
        let warnings = problem::counted(warnings);
        format!(
            "{written}: {}, {}, {}{}{}\n",
            counted(show.segments.len(), "segment"),
            counted(show.order.len(), "cue"),
            duration::length(total),
            match self.show.assumed {
                0 => String::new(),
                1 => "; the length of 1 cue was assumed, and its notes say so".to_owned(),
                more =>
                    format!("; the lengths of {more} cues were assumed, and their notes say so"),
            },
            if warnings.is_empty() {
                String::new()
            } else {
                format!("; `handover check` has {warnings}")
            },
        )
    }
}

/// Brings a sheet into the show at `path`: asks about each change, or takes `all`. Where nobody can be
/// asked, the changes are only listed.
fn update(path: &Path, sheet: Imported, all: bool, is_stdin: bool) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let text = read(path)?;
    let refused = |refused: UpdateRefusal| match refused {
        UpdateRefusal::NoNumbers | UpdateRefusal::NoneKnown => anyhow!("{refused}"),
        UpdateRefusal::NoHeaders => anyhow!("{name}: {refused}"),
        UpdateRefusal::Faulty(problems) => faulty(&problems, &name, &text),
    };
    let zone = machine_zone();
    let document = Document::beside(text.clone(), &zone, Arc::new(Beside::new(path)));
    let document = document.map_err(|problems| faulty(&problems, &name, &text))?;
    let mut update = Update::of(document, &zone, sheet).map_err(refused)?;
    let is_list = !all && (is_stdin || !can_ask());
    let mut takes_all = all || is_list;
    let (mut taken, mut left) = (0_usize, 0_usize);
    while !takes_all && let Some(proposal) = update.propose() {
        tell_changes(&proposal.comparison);
        let answer = ask("Take this? [y]es, [n]o, [a]ll, [q]uit: ")?;
        match answer {
            ImportAnswer::Yes | ImportAnswer::All => {
                taken += 1;
                update.take(proposal);
                takes_all = answer == ImportAnswer::All;
            }
            ImportAnswer::No => {
                left += 1;
                update.leave(&proposal);
            }
            ImportAnswer::Quit => {
                left += 1;
                break;
            }
        }
    }
    if takes_all {
        let comparison = update.take_all();
        if !comparison.items.is_empty() {
            tell_changes(&comparison);
        }
        taken += comparison.items.len();
    }
    for said in update.said() {
        say(&format!("{said}\n"));
    }
    let name = shown(path);
    if is_list && taken > 0 {
        let changes = counted(taken, "change");
        say(&format!("{name}: {changes}, none of them taken; --yes takes them all\n"));
        return Ok(());
    }
    if update.text() != text {
        // Somebody may have saved the show while the questions were read.
        if read(path)? != text {
            bail!("{name} was changed meanwhile: nothing was taken; try again");
        }
        write_over(path, update.text().as_bytes())
            .with_context(|| format!("cannot write {name}"))?;
    }
    say(&match (taken, left) {
        (0, 0) => format!("{name}: the sheet says nothing else\n"),
        (taken, 0) => format!("{name}: {} taken\n", counted(taken, "change")),
        (taken, _) => format!("{name}: {} taken, others left\n", counted(taken, "change")),
    });
    Ok(())
}

/// Says what changes, without the line that counts it.
fn tell_changes(comparison: &Comparison) {
    let told = diff::text(comparison);
    say(told.split_once('\n').map_or(told.as_str(), |(_, changes)| changes));
}

/// An answer to a question about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ImportAnswer {
    Yes,
    No,
    All,
    Quit,
}

/// Returns `true` if somebody reads the questions and can answer them.
fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on stderr until there is an answer; the end of the input is one too.
fn ask(question: &str) -> io::Result<ImportAnswer> {
    loop {
        say(question);
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            return Ok(ImportAnswer::Quit);
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Ok(ImportAnswer::Yes),
            "n" | "no" => return Ok(ImportAnswer::No),
            "a" | "all" => return Ok(ImportAnswer::All),
            "q" | "quit" => return Ok(ImportAnswer::Quit),
            _ => {}
        }
    }
}

/// The endings of files that are no show files, but may be run sheets.
const ENDINGS: [&str; 6] = ["xlsx", "xls", "ods", "csv", "tsv", "json"];

/// Offers to import a run sheet that was to be opened as a show; gives the show file to open instead,
/// or nothing where the file is no run sheet.
///
/// # Errors
/// When it cannot be imported, the user does not want it, or nobody can be asked.
pub(super) fn offered(file: &Path) -> anyhow::Result<Option<PathBuf>> {
    let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if !ENDINGS.contains(&ending.to_lowercase().as_str()) || !file.is_file() {
        return Ok(None);
    }
    let to = file.with_extension("toml");
    if to.exists() {
        bail!(
            "{} is a run sheet, and {1} stands beside it: open that one, or bring the sheet into it, if it has cue numbers, with `handover import {0} --update {1}`",
            shown(file),
            shown(&to)
        );
    }
    if !can_ask() {
        bail!(
            "{0} is a run sheet: make a show file of it with `handover import {0} -o {1}`",
            shown(file),
            shown(&to)
        );
    }
    let made = Made::of(file, &Options { name: stem(file), ..Options::default() })?;
    say(&account(&made.show, &made.name));
    say(&made.waits());
    match ask(&format!("Write {} and open it? [y]es, [n]o: ", shown(&to)))? {
        ImportAnswer::Yes | ImportAnswer::All => {
            write_new(&to, made.text.as_bytes())
                .with_context(|| format!("cannot write {}", shown(&to)))?;
            say(&made.summary(&shown(&to)));
            Ok(Some(to))
        }
        ImportAnswer::No | ImportAnswer::Quit => bail!("nothing was imported"),
    }
}

/// The way in which the file was read, and the doubts.
fn account(show: &Imported, name: &str) -> String {
    let mut account = format!("{}: {}\n", visible(name), visible(&show.title));
    for said in &show.said {
        account.push_str(&format!("  {said}\n"));
    }
    if show.doubts.is_empty() {
        return account;
    }
    account.push_str(&format!("{}:\n", counted(show.doubts.len(), "doubt")));
    for doubt in show.doubts.iter().take(TOLD_MAX) {
        account.push_str(&format!("  {} {}\n", doubt.place.words(""), doubt.what));
    }
    if let Some(more) = show.doubts.len().checked_sub(TOLD_MAX).filter(|more| *more > 0) {
        account.push_str(&format!("  and {more} more, which stand in the show file as comments\n"));
    }
    account
}

/// Writes to stderr; where it takes nothing, the show file and the status still tell.
fn say(text: &str) {
    let _ = io::stderr().write_all(plain::lines(text).as_bytes());
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}
