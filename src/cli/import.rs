//! `handover import`: a run sheet to a show file.
//!
//! The show file goes to stdout or to the file that `-o` names; how the sheet was read, and what is
//! doubtful, to stderr.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use super::args::ImportArgs;
use super::commands::{print, tell};
use crate::files::{read_at_most, write_new};
use crate::plain::{self, counted};
use crate::runtime::opening::machine_zone;
use crate::sheet::imported::Imported;
use crate::sheet::{self, Options, Refusal, write};
use crate::show::file::machine::Unseen;
use crate::show::problem::{self, visible};
use crate::show::{duration, file};

/// The most doubts that are told; all of them stand in the show file.
const TOLD_MAX: usize = 40;

/// Imports a file.
pub(super) fn import(args: &ImportArgs) -> anyhow::Result<()> {
    let is_stdin = args.file == Path::new("-");
    let name = if is_stdin { "standard input".to_owned() } else { args.file.display().to_string() };
    let to = args.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = to.filter(|path| path.exists()) {
        bail!("{} already exists; name another file, or remove it first", shown(path));
    }
    let stem = args.file.file_stem().filter(|_| !is_stdin);
    let options = Options {
        name: stem.map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
        sheet: args.sheet.clone(),
        map: args.map.clone(),
        durations: args.durations(),
    };
    let refused = |refusal: Refusal| anyhow!("{}: {refusal}", visible(&name));
    let bytes = match is_stdin {
        true => read_at_most(io::stdin().lock(), sheet::BYTES_MAX),
        false => File::open(&args.file).and_then(|file| read_at_most(file, sheet::BYTES_MAX)),
    };
    let bytes = bytes.with_context(|| format!("cannot read {}", visible(&name)))?;
    let bytes = bytes.ok_or(Refusal::Bytes).map_err(refused)?;
    let show = sheet::import(&bytes, &options).map_err(refused)?;
    let file_name = args.file.file_name().filter(|_| !is_stdin);
    let source = file_name.map_or_else(|| name.clone(), |name| name.to_string_lossy().into_owned());
    let text = write::write(&show, &plain::line(&source));
    let checked = match file::check(&text, &machine_zone(), &Unseen) {
        Ok(checked) => checked,
        Err(problems) => {
            tell(&problems, &format!("the show made of {name}"), &text);
            bail!(
                "{} makes a show that does not run: {}",
                visible(&name),
                problem::counted(&problems)
            );
        }
    };
    say(&account(&show, &name));
    match to {
        None => print(&text)?,
        Some(path) => write_new(path, text.as_bytes())
            .with_context(|| format!("cannot write {}", shown(path)))?,
    }
    let total = checked.show.segments.iter().map(|segment| segment.duration).sum();
    let warnings = problem::counted(&checked.warnings);
    let written = to.map_or_else(|| "the show file".to_owned(), shown);
    say(&format!(
        "{written}: {}, {}, {}{}\n",
        counted(checked.show.segments.len(), "segment"),
        counted(checked.show.order.len(), "cue"),
        duration::length(total),
        if warnings.is_empty() {
            String::new()
        } else {
            format!("; `handover check` has {warnings}")
        },
    ));
    Ok(())
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
