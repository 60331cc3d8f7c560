//! The forms in which reports, cue sheets and differences are printed.

use clap::ValueEnum;

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// For spreadsheets
    Csv,
    /// For programs
    Json,
    /// To look at and to print: one page with the chart, without scripts
    Html,
    /// The chart alone
    Svg,
}

/// The reports of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportForm {
    /// What was planned and what happened, cue by cue
    AsRun,
    /// The stage manager's: acts up and down, holds and stops, what went wrong, notes by department
    ShowReport,
}

/// The forms of a cue sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SheetFormat {
    /// Plain, as wide as the terminal
    Text,
    /// For spreadsheets
    Csv,
    /// One page for a browser and its printer
    Html,
}

/// The forms of the differences between two shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people
    Text,
    /// For programs
    Json,
}
