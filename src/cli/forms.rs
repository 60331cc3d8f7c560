//! The forms in which reports, cue sheets and differences are printed.

use clap::ValueEnum;

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
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
