//! `handover check`: everything that is wrong with a show, before anybody depends on it.
//!
//! Errors and warnings go to stderr, each with its line and how to fix it; a last line on stdout sums the show up. Exit
//! status 0 without errors, 1 with errors, and with `--strict` 1 for warnings too.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;

use anyhow::bail;

use super::commands::{print, source, tell};
use crate::output::clip_fault;
use crate::runtime::opening::machine_zone;
use crate::show::action::MpvCommand;
use crate::show::file::machine::{Clip, Machine};
use crate::show::problem::visible;
use crate::show::{Body, Show, duration, file, problem};

/// Checks the show at `path`; `strict` makes a failure of warnings.
pub(super) fn check(path: &Path, strict: bool) -> anyhow::Result<()> {
    let (name, text) = source(path)?;
    // What is no file is a built-in show, whose clips are nowhere.
    let clips = Clips { folder: path.parent().filter(|_| path.exists()), known: RefCell::default() };
    let (shown, checked) = (visible(&name), file::check(&text, &machine_zone(), &clips));
    let problems = checked.as_ref().map_or_else(|problems| problems, |checked| &checked.warnings);
    tell(problems, &name, &text);
    let counted = problem::counted(problems);
    match &checked {
        Err(_) => bail!("{shown} has {counted}"),
        Ok(_) if strict && !problems.is_empty() => bail!("{shown} has {counted}, which --strict does not allow"),
        Ok(checked) => print(&summary(&shown, &checked.show, &counted, &clips)),
    }
}

/// What a show without errors has, in one line, and a line for each clip that its cue goes without.
fn summary(name: &str, show: &Show, warnings: &str, clips: &Clips<'_>) -> String {
    let total_ns = show.segments.iter().map(|segment| segment.duration_ns).sum::<u64>();
    let planned = duration::length(total_ns);
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (segments, cues) = (counted(show.segments.len(), "segment"), counted(show.cues.len(), "cue"));
    let warnings = if warnings.is_empty() { "no warnings" } else { warnings };
    format!("{name}: no errors, {warnings}; {segments}, {cues}, {planned}\n{}", clips.notes(show))
}

/// The clips of a show file, each tried once.
struct Clips<'a> {
    /// The folder of the show file; the clips of a built-in show are nowhere.
    folder: Option<&'a Path>,
    known: RefCell<HashMap<String, Option<String>>>,
}

impl Machine for Clips<'_> {
    fn clip(&self, clip: &str) -> Clip {
        Clip { fault: self.fault(clip), length_ns: None }
    }
}

impl Clips<'_> {
    /// What is wrong with a clip.
    fn fault(&self, clip: &str) -> Option<String> {
        let env = |name: &str| std::env::var(name).ok();
        let fault = || clip_fault(self.folder?, clip, &env);
        self.known.borrow_mut().entry(clip.to_owned()).or_insert_with(fault).clone()
    }

    /// A line for each clip that cannot be played and that its cue goes without.
    fn notes(&self, show: &Show) -> String {
        let mut told: Vec<&str> = vec![];
        let mut notes = String::new();
        for action in show.cues.iter().flat_map(|cue| &cue.actions) {
            let Body::Mpv(MpvCommand::Play { clip, optional: true, .. }) = &action.body else { continue };
            if told.contains(&clip.as_str()) {
                continue;
            }
            told.push(clip);
            if let Some(fault) = self.fault(clip) {
                notes.push_str(&format!("note: {fault}; its cue goes without it\n"));
            }
        }
        notes
    }
}
