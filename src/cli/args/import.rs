//! The arguments of `handover import`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::sheet::columns::SheetField;
use crate::sheet::durations::Durations;
use crate::sheet::layout::Mapping;

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The run sheet; - reads it from standard input
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// The show file to write; it must not exist yet [default: standard output]
    #[arg(short, long, value_name = "SHOW", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// A show file that has been worked on: lists what the sheet says otherwise, and asks about each
    /// change; what the sheet does not have is kept
    #[arg(long, value_name = "SHOW", value_hint = ValueHint::FilePath, conflicts_with = "output")]
    pub(crate) update: Option<PathBuf>,
    /// Take all changes of --update without asking
    #[arg(long, requires = "update")]
    pub(crate) yes: bool,
    /// The sheet of a workbook [default: the one that looks most like a rundown]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// The field of a column, by its name or its letters: number, title, start, end, duration, notes,
    /// call, people, act, department, extra (kept as it is) or ignore
    #[arg(long, value_name = "COLUMN=FIELD", value_parser = mapping)]
    pub(crate) map: Vec<Mapping>,
    /// The meaning of durations such as 5:00 or 5 [default: the one that the start times prove]
    #[arg(long, value_enum, value_name = "UNIT")]
    durations: Option<DurationsArg>,
}

impl ImportArgs {
    /// The reading of durations that the user says.
    pub(crate) fn durations(&self) -> Option<Durations> {
        self.durations.map(|durations| match durations {
            DurationsArg::MinutesSeconds => Durations::MinutesSeconds,
            DurationsArg::HoursMinutes => Durations::HoursMinutes,
            DurationsArg::Minutes => Durations::Minutes,
            DurationsArg::Seconds => Durations::Seconds,
        })
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DurationsArg {
    /// 5:00 is five minutes
    #[value(name = "m:ss")]
    MinutesSeconds,
    /// 5:00 is five hours
    #[value(name = "h:mm")]
    HoursMinutes,
    /// 5 is five minutes
    Minutes,
    /// 5 is five seconds
    Seconds,
}

/// Parses `--map`.
fn mapping(text: &str) -> Result<Mapping, String> {
    let (column, field) =
        text.rsplit_once('=').ok_or_else(|| "write COLUMN=FIELD, such as C=duration".to_owned())?;
    if column.trim().is_empty() {
        return Err("write the column's name or its letters in front of the =".to_owned());
    }
    Ok((column.trim().to_owned(), field.trim().to_lowercase().parse::<SheetField>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_a_column_and_a_field() {
        assert_eq!(mapping("C=duration"), Ok(("C".into(), SheetField::Duration)));
        assert_eq!(mapping(" a=b = Title"), Ok(("a=b".into(), SheetField::Title)));
        for text in ["C", "=title", "C=colour"] {
            assert!(mapping(text).is_err(), "{text}");
        }
    }
}
