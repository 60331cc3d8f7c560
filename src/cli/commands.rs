//! The commands that need no terminal.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::forms::{ReportForm, ReportFormat, SheetFormat};
use crate::app::{Theme, keymap, theme};
use crate::engine::{CALLER_QUIT, Event, RunId};
use crate::export::asrun::AsRun;
use crate::export::sheet::{self, Sheet};
use crate::export::{chart, csv, html, json, show_report, text};
use crate::journal::{Holder, Store, Summary, checksum, recover};
use crate::plain;
use crate::runtime::clock::wall_now;
use crate::runtime::opening::{
    Beside, Resumable, account, has_colour, machine_zone, parse, read, resumable,
};
use crate::runtime::when::listed;
use crate::runtime::{config, stop_run};
use crate::show::file::expand::{Expanded, expand};
use crate::show::file::machine::Unseen;
use crate::show::problem::{Problem, visible};
use crate::show::{Show, builtin, problem};

/// The width of a report that goes to no terminal.
const WIDTH: usize = 100;

/// Prints, and takes a reader that has gone (`| head`) for done.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

pub(super) fn shows(name: Option<&str>) -> anyhow::Result<()> {
    if let Some(name) = name {
        let names = || builtin::ALL.map(|show| show.name).join(", ");
        let show = builtin::find(name)
            .with_context(|| format!("there is no built-in show {name}; available: {}", names()))?;
        return print(show.text);
    }
    print(&builtin::ALL.map(|show| format!("{:18} {}\n", show.name, show.about)).concat())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds of errors are std's")]
pub(super) fn new(path: &Path) -> anyhow::Result<()> {
    let mut file = std::fs::File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            anyhow::anyhow!("{} already exists; name another file", path.display())
        }
        _ => anyhow::anyhow!("cannot write {}: {error}", path.display()),
    })?;
    file.write_all(builtin::TEMPLATE.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    let name = path.display().to_string();
    print(&format!(
        "{0} is a show of four cues: try it with `handover --rehearse {0}`\n",
        visible(&name)
    ))
}

/// A show that a command is given: a file, or a built-in show.
pub(super) struct ShowSource {
    /// Its name in messages.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
    files: Beside,
}

impl ShowSource {
    /// The same without repeats.
    pub(super) fn expanded(&self) -> Expanded<'_> {
        expand(&self.text, &self.files)
    }

    /// The show.
    ///
    /// # Errors
    /// When it has errors, which are printed.
    pub(super) fn show(&self) -> anyhow::Result<Show> {
        match self.expanded().check(&machine_zone(), &Unseen) {
            Ok(checked) => Ok(checked.show),
            Err(problems) => Err(faulty(&problems, &self.name, &self.text)),
        }
    }
}

/// The show at `path`: that of a file, or the built-in show of this name.
pub(super) fn source(path: &Path) -> anyhow::Result<ShowSource> {
    let builtin = path.to_str().and_then(builtin::find).filter(|_| !path.exists());
    let (name, text) = match builtin {
        Some(show) => (format!("built-in show {}", show.name), show.text.to_owned()),
        None => (path.display().to_string(), read(path)?),
    };
    Ok(ShowSource { name, text, files: Beside::new(path) })
}

/// Says what is wrong with the show file `name`, whose text is `text`, and gives the error with
/// which the command ends.
pub(super) fn faulty(problems: &[Problem], name: &str, text: &str) -> anyhow::Error {
    tell(problems, name, text);
    anyhow::anyhow!("{} has {}", visible(name), problem::counted(problems))
}

/// The folder in which the show file at `path` lies, wherever a link leads: there a run looks for
/// its clips.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new(".")).to_owned()
}

/// Prints `problems` of the show file `name` on stderr.
pub(super) fn tell(problems: &[Problem], name: &str, text: &str) {
    // Where stderr takes nothing, the status and the count of problems still tell.
    let _ =
        std::io::stderr().write_all(problem::report(problems, name, text, has_colour()).as_bytes());
}

pub(super) fn sheet(
    path: &Path,
    format: SheetFormat,
    (public, department): (bool, Option<&str>),
    bom: bool,
) -> anyhow::Result<()> {
    let show = source(path)?.show()?;
    let today = wall_now().to_zoned_datetime(show.zone.clone()).date();
    let mut sheet = Sheet::new(&show, today, public);
    if let Some(id) = department {
        sheet = sheet.of_department(department_of(&show, id)?);
    }
    match format {
        SheetFormat::Text => print(&sheet::text::write(&sheet, width())),
        SheetFormat::Csv => print(&marked(bom, sheet::csv::write(&sheet))),
        SheetFormat::Html => print(&sheet::html::write(&sheet)),
    }
}

/// The place of the department with this id or name among those of the show.
///
/// # Errors
/// When the show has none that is called so.
fn department_of(show: &Show, name: &str) -> anyhow::Result<usize> {
    let at = show.departments.iter().position(|department| department.is_called(name));
    at.with_context(|| match show.departments.len() {
        0 => "the show has no departments: give it some as `[department.ID]`".to_owned(),
        _ => {
            let ids = show.departments.iter().map(|department| department.id.as_str());
            let ids = ids.collect::<Vec<_>>().join(", ");
            format!("the show has no department {name}; it has {ids}")
        }
    })
}

pub(super) fn runs(state: &Path) -> anyhow::Result<()> {
    let store = Store::new(state);
    let runs = store.list()?;
    if runs.is_empty() {
        return print(&format!("no runs in {}\n", store.root().display()));
    }
    let mut lines = String::new();
    let width = runs.iter().map(|run| run.id.0.len()).max().unwrap_or(0);
    for run in &runs {
        let line = match (&run.summary, &run.fault) {
            (Some(summary), fault) => {
                let kind = summary.kind();
                let end = match (fault, summary.ended, store.holder(&run.id)) {
                    (Some(_), ..) => "damaged".to_owned(),
                    (None, true, _) => "finished".to_owned(),
                    // A station calls or follows: its screen says which.
                    (None, false, Some(Holder { pid, terminal: true }))
                        if run.id.station().is_some() =>
                    {
                        format!("open, pid {pid}")
                    }
                    (None, false, Some(Holder { pid, terminal: true })) => {
                        format!("called, pid {pid}")
                    }
                    (None, false, Some(Holder { pid, terminal: false })) => {
                        format!("runs without a terminal, pid {pid}")
                    }
                    (None, false, None) => left(&run.id, summary),
                };
                format!(
                    "{:width$}  {}  {kind:9}  {end:20}  {}",
                    run.id,
                    listed(summary.started_at),
                    summary.show
                )
            }
            (None, Some(fault)) => format!("{:width$}  {fault}", run.id),
            (None, None) => format!("{:width$}  empty", run.id),
        };
        lines.push_str(&line);
        lines.push('\n');
    }
    let option = store.option();
    match resumable(&store, None, wall_now())? {
        Resumable::None => {}
        Resumable::One(run) if run.fault.is_some() => {}
        Resumable::One(run) if is_called(&store, &run.id) => {
            // A station's copy is open where the run is called, and where it is followed.
            let does = if run.id.station().is_some() { "is open" } else { "is being called" };
            let _ = write!(
                lines,
                "\n`handover --resume{option}` can resume nothing now: {} {does}\n",
                run.id
            );
        }
        Resumable::One(run) => {
            let account =
                run.summary.as_ref().map_or(String::new(), |summary| account(summary, wall_now()));
            let resume = match &run.summary {
                Some(summary) => summary.to_resume(&run.id, &option),
                None => format!("handover --resume{option}"),
            };
            let _ = write!(lines, "\n`{resume}` resumes {}\n  {account}\n", run.id);
        }
        Resumable::Asks(runs) => {
            let ids = runs.iter().filter(|run| run.fault.is_none()).map(|run| run.id.0.as_str());
            let ids = ids.collect::<Vec<_>>().join(" or ");
            let _ = write!(lines, "\n`handover --resume{option}` asks which of {ids} to resume\n");
        }
    }
    print(&plain::lines(&lines))
}

/// Returns `true` if somebody calls the run `id` in a terminal, which does not give it away.
fn is_called(store: &Store, id: &RunId) -> bool {
    store.holder(id).is_some_and(|holder| holder.terminal)
}

/// That a run was left, when, and why, unless that was the caller's wish.
fn left(id: &RunId, summary: &Summary) -> String {
    let (begun, last) = (listed(summary.started_at), listed(summary.last_at));
    // The day is said where it is not the one in front of it.
    let at = match (begun.split_once(' '), last.split_once(' ')) {
        (Some((day, _)), Some((last_day, time))) if day == last_day => time,
        _ => &last,
    };
    match summary.left.as_deref() {
        Some(CALLER_QUIT) => format!("left {at}"),
        Some(why) => format!("left {at} ({why})"),
        // A station that follows records nothing of its own when it leaves.
        None if id.station().is_some() => format!("a station's copy, last event {at}"),
        None => format!("left {at} (killed, or a power cut)"),
    }
}

/// Ends a run that goes on without a terminal.
pub(super) fn stop(state: &Path, run: &str) -> anyhow::Result<()> {
    print(&plain::lines(&stop_run(&Store::new(state), &RunId(run.to_owned()))?))
}

pub(super) fn report(
    state: &Path,
    run: Option<&str>,
    (form, format): (ReportForm, ReportFormat),
    bom: bool,
) -> anyhow::Result<()> {
    let store = Store::new(state);
    let id = match run {
        Some(id) => RunId(id.to_owned()),
        None => {
            let last = store.ids()?.pop();
            last.with_context(|| format!("there are no runs in {}", store.root().display()))?
        }
    };
    let show_text = store.show_text(&id)?;
    let show = parse(&show_text, &format!("the show of run {id}"))?;
    let mut recovered = recover(&store.journal_path(&id)?)?;
    store.put_in_versions(&id, &mut recovered.records, &machine_zone())?;
    let begun_with = recovered.records.iter().find_map(|record| {
        if let Event::RunStarted { show_crc, .. } = &record.event {
            show_crc.as_deref()
        } else {
            None
        }
    });
    let show_changed = begun_with.is_some_and(|crc| crc != checksum(&show_text));
    let asrun = AsRun { show_changed, ..AsRun::from(&show, &id.0, &recovered.records) };
    if form == ReportForm::ShowReport {
        return match format {
            ReportFormat::Text => print(&show_report::text(&asrun, width())),
            ReportFormat::Html => print(&show_report::html(&asrun)),
            ReportFormat::Csv | ReportFormat::Json | ReportFormat::Svg => {
                bail!("a show report is text or html; the other formats are of the as-run report")
            }
        };
    }
    match format {
        ReportFormat::Text => print(&text::write(&asrun, width())),
        ReportFormat::Csv => print(&marked(bom, csv::write(&asrun))),
        ReportFormat::Json => print(&json::write(&asrun)),
        ReportFormat::Html => print(&html::write(&asrun)),
        ReportFormat::Svg => print(&chart::write(&asrun)),
    }
}

/// CSV with a byte order mark in front, where it is asked for: without one, Excel does not read it
/// as UTF-8.
fn marked(bom: bool, csv: String) -> String {
    if bom { format!("\u{feff}{csv}") } else { csv }
}

fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|&columns| columns > 0).unwrap_or(WIDTH)
}

pub(super) fn keys() -> anyhow::Result<()> {
    let keys = config::keys(config::folder().as_deref()).map_err(|fault| fault.report())?;
    print(&keymap::write(&keys))
}

pub(super) fn theme(
    name: Option<Theme>,
    chosen: Result<Option<Theme>, String>,
) -> anyhow::Result<()> {
    let in_force = name.map_or(chosen, |name| Ok(Some(name))).map_err(anyhow::Error::msg)?;
    if let Some(built_in) = in_force.filter(|name| *name != Theme::Own) {
        return print(&theme::write(built_in, built_in.paints()));
    }
    match config::own(config::folder().as_deref()).map_err(|fault| fault.report())? {
        Some(own) => print(&theme::write(own.base, &own.paints)),
        None => print(&theme::write(Theme::Dark, Theme::Dark.paints())),
    }
}
