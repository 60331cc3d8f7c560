//! `handover export`: the plan as a file of another program.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;

use super::commands::{print, source};
use crate::export::plan;
use crate::export::sheet::{Audience, Sheet};
use crate::files::write_over;
use crate::plain::counted;
use crate::runtime::clock::wall_now;
use crate::show::problem::visible;

/// A file to write, whose ending names its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExportFile {
    path: PathBuf,
    form: ExportForm,
}

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExportForm {
    Csv,
    Xlsx,
    Ontime,
    Calendar,
}

impl FromStr for ExportFile {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = PathBuf::from(text);
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let form = match ending.to_ascii_lowercase().as_str() {
            "csv" => ExportForm::Csv,
            "xlsx" => ExportForm::Xlsx,
            "json" => ExportForm::Ontime,
            "ics" => ExportForm::Calendar,
            _ => return Err("end the name in .csv, .xlsx, .json (Ontime) or .ics"),
        };
        Ok(ExportFile { path, form })
    }
}

/// Writes the plan of the show at `path` to `file`; `all` of it, or what others may know.
pub(super) fn export(path: &Path, file: &ExportFile, all: bool) -> anyhow::Result<()> {
    let source = source(path)?;
    let (name, show) = (&source.name, source.show()?);
    let now = wall_now();
    let today = now.to_zoned_datetime(show.zone.clone()).date();
    let audience = if all { Audience::Crew } else { Audience::Partners };
    let sheet = Sheet::of(&show, today, audience);
    let bytes = match file.form {
        ExportForm::Csv => plan::csv::write(&sheet).into_bytes(),
        ExportForm::Xlsx => {
            plan::xlsx::write(&sheet).context("cannot make a workbook of this show")?
        }
        ExportForm::Ontime => plan::ontime::write(&sheet).into_bytes(),
        ExportForm::Calendar => plan::ics::write(&sheet, now)
            .with_context(|| {
                format!(
                    "{} has no time of day, which a calendar needs: give a segment a `start`",
                    visible(name)
                )
            })?
            .into_bytes(),
    };
    let shown = file.path.display().to_string();
    let shown = visible(&shown);
    write_over(&file.path, &bytes).with_context(|| format!("cannot write {shown}"))?;
    let cues: usize = sheet.segments.iter().map(|segment| segment.cues.len()).sum();
    let (segments, cues) = (counted(sheet.segments.len(), "segment"), counted(cues, "cue"));
    let withheld = sheet.segments.iter().flat_map(|segment| &segment.cues);
    let withheld = withheld.filter(|cue| cue.is_withheld).count();
    let mut told = format!("wrote {shown}: {segments}, {cues}\n");
    let parts = [
        (withheld, "under embargo without words"),
        (sheet.left_out, "left out (backups, and what is not public)"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> =
        parts.map(|(count, what)| format!("{} {what}", counted(*count, "cue"))).collect();
    if !parts.is_empty() {
        told.push_str(&format!("{}: --all has everything\n", parts.join(", ")));
    }
    if show.date.is_none() && file.form == ExportForm::Calendar {
        told.push_str(&format!("the show has no date: it begins on {today} in this calendar\n"));
    }
    print(&told)
}
