//! Show files from the disk: read, parsed, and what is said of one that cannot be.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::files::{open_regular, read_at_most};
use crate::locks::Unpoisoned;
use crate::show::file::expand::{Expanded, Files, FoundFile, NoFiles, expand};
use crate::show::file::machine::{Finding, Machine};
use crate::show::file::settings::closest;
use crate::show::problem::{Problem, quoted, visible};
use crate::show::{Show, builtin, file, problem};

/// Maximum number of a show's warnings in the log.
const LOGGED_MAX: usize = 20;

/// Reads a show file.
///
/// # Errors
/// When it is not there or not UTF-8, with the fix.
#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
pub fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    // What is longer the parser refuses, and a device may have no end.
    let most = file::BYTES_MAX as u64 + 1;
    let file = File::open(path);
    let size = file
        .as_ref()
        .ok()
        .and_then(|file| file.metadata().ok())
        .map_or(0, |metadata| metadata.len());
    if size >= most {
        let (name, size, most) = (shown(path), size >> 20, file::BYTES_MAX >> 20);
        anyhow::bail!("{name} has {size} MiB and is no show file: a show has {most} MiB at most");
    }
    // Without the room that growing would leave behind.
    text.reserve(size as usize + 1);
    let read = file.and_then(|file| file.take(most).read_to_string(&mut text));
    read.map(|_| text).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let name = shown(path);
            let fix = similar(path).map_or_else(
                || {
                    format!(
                        "`handover new {name}` writes one, `handover shows` lists the built-in ones"
                    )
                },
                |meant| format!("did you mean `{}`?", visible(&meant)),
            );
            anyhow::anyhow!("there is no show file {name}; {fix}")
        }
        ErrorKind::InvalidData => {
            anyhow::anyhow!(
                "{} is not UTF-8 text; save it as UTF-8, or make a show of a run sheet with `handover import FILE -o SHOW.toml`",
                shown(path)
            )
        }
        _ => anyhow::anyhow!("cannot read {}: {error}", shown(path)),
    })
}

/// A path as a message names it: nothing in it can move the cursor.
fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// The built-in show, or the show file in the same folder, whose name is closest to that of `path`.
fn similar(path: &Path) -> Option<String> {
    /// More names than anybody keeps shows in one folder.
    const FILES_MAX: usize = 1000;
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let files = std::fs::read_dir(folder.unwrap_or(Path::new(".")))
        .into_iter()
        .flatten()
        .take(FILES_MAX)
        .flatten();
    let files: Vec<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
    let files = files.iter().map(String::as_str).filter(|file| file.ends_with(".toml"));
    let shows = builtin::ALL.map(|show| show.name).into_iter().filter(|_| folder.is_none());
    let meant = closest(name, files.chain(shows))?;
    Some(folder.map_or_else(
        || meant.to_owned(),
        |folder| folder.join(meant).to_string_lossy().into_owned(),
    ))
}

/// Parses a show; its errors become one, as `handover check` words them.
///
/// # Errors
/// When the show has errors.
pub fn parse(text: &str, name: &str) -> anyhow::Result<Arc<Show>> {
    parse_warned(text, name).map(|(show, _)| show)
}

/// Parses a show as [`parse`] does, and gives its warnings too, one line each.
///
/// # Errors
/// When the show has errors.
pub(super) fn parse_warned(text: &str, name: &str) -> anyhow::Result<(Arc<Show>, Vec<String>)> {
    read_warned(text, name, &expand(text, &NoFiles))
}

/// A show file that was read.
pub(super) struct ShowText {
    /// The show.
    pub show: Arc<Show>,
    /// Its text without repeats, which is what a run keeps.
    pub text: String,
    /// Its warnings, one line each.
    pub warnings: Vec<String>,
}

/// Reads the show file at `path` with what it includes.
///
/// # Errors
/// When it cannot be read, or has errors.
pub(super) fn read_show(path: &Path) -> anyhow::Result<ShowText> {
    let text = read(path)?;
    let files = Beside::new(path);
    let expanded = expand(&text, &files);
    let (show, warnings) = read_warned(&text, &path.display().to_string(), &expanded)?;
    let text = expanded.text().to_owned();
    Ok(ShowText { show, text, warnings })
}

fn read_warned(
    text: &str,
    name: &str,
    expanded: &Expanded<'_>,
) -> anyhow::Result<(Arc<Show>, Vec<String>)> {
    let checked = expanded.check(&machine_zone(), &OwnMemory).map_err(|problems| {
        let report = problem::report(&problems, name, text, has_colour());
        anyhow::anyhow!(
            "{} has {} and does not run\n\n{report}",
            visible(name),
            problem::counted(&problems)
        )
    })?;
    let line = |warning: &Problem| {
        let place = warning.place.words(text);
        format!("{place} of the show: {}; {}", warning.what, warning.fix)
    };
    let mut lines: Vec<String> = checked.warnings.iter().take(LOGGED_MAX).map(line).collect();
    if let Some(more) = checked.warnings.len().checked_sub(LOGGED_MAX).filter(|more| *more > 0) {
        lines.push(format!("and {more} more warnings; `handover check` has them all"));
    }
    Ok((Arc::new(checked.show), lines))
}

/// The files beside a show file: those that it includes.
#[derive(Debug)]
pub struct Beside {
    /// The show file.
    show: PathBuf,
    /// The files that were asked for, also those that could not be read.
    asked: Mutex<Vec<PathBuf>>,
}

impl Beside {
    /// The files beside the show file at `path`, wherever a link leads.
    pub fn new(path: &Path) -> Self {
        let show = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        Beside { show, asked: Mutex::default() }
    }

    /// The files that were asked for so far.
    pub(in crate::runtime) fn asked(&self) -> Vec<PathBuf> {
        self.asked.lock().unpoisoned().clone()
    }
}

impl Files for Beside {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
    fn file(&self, name: &str, from: Option<&Path>) -> Result<FoundFile, Finding> {
        let folder = from.unwrap_or(&self.show).parent().unwrap_or(Path::new(""));
        let path = folder.join(name);
        let mut asked = self.asked.lock().unpoisoned();
        if !asked.contains(&path) {
            asked.push(path.clone());
        }
        drop(asked);
        let text = open_regular(&path).and_then(|file| read_at_most(file, file::BYTES_MAX));
        let what = |why: &str| format!("{} cannot be included: {why}", quoted(name));
        let bytes = text.map_err(|error| match error.kind() {
            ErrorKind::NotFound => Finding {
                what: format!("there is no file {}", quoted(name)),
                fix: similar(&path).map_or_else(
                    || format!("write its path from {}", shown(folder)),
                    |meant| format!("did you mean {}?", quoted(&beside(&meant, folder))),
                ),
            },
            _ => Finding {
                what: what(&error.to_string()),
                fix: "write the path of a file that can be read".to_owned(),
            },
        })?;
        let text =
            bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| Finding {
                what: what("it is no text that a show file could have"),
                fix: format!("save it as UTF-8, with {} MiB at most", file::BYTES_MAX >> 20),
            })?;
        let path = path.canonicalize().unwrap_or(path);
        let home = self.show.parent().unwrap_or(Path::new(""));
        let name = path.strip_prefix(home).unwrap_or(&path).display().to_string();
        Ok(FoundFile { path, name, text })
    }

    fn show(&self) -> Option<PathBuf> {
        Some(self.show.clone())
    }
}

/// The path `path` from `folder`, where it is below that.
fn beside(path: &str, folder: &Path) -> String {
    let path = Path::new(path);
    path.strip_prefix(folder).unwrap_or(path).display().to_string()
}

/// A machine of which nothing is asked but its memory.
struct OwnMemory;

impl Machine for OwnMemory {
    /// glibc gives each thread memory of its own, which goes back to the system as a whole once all
    /// in it is freed. Elsewhere it is no more than a thread.
    fn apart(&self, work: &mut (dyn FnMut() + Send)) {
        std::thread::scope(|scope| {
            let parser =
                std::thread::Builder::new().name("parser".into()).spawn_scoped(scope, work);
            if let Ok(Err(panic)) = parser.map(std::thread::ScopedJoinHandle::join) {
                std::panic::resume_unwind(panic);
            }
        });
    }
}

/// Returns `true` if a report on stderr may have colours.
pub fn has_colour() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !refused
}

/// The IANA name of the machine's zone.
pub fn machine_zone() -> String {
    jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned()
}
