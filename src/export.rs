//! The as-run report: what happened, planned beside actual, for people, spreadsheets and other
//! programs.
//!
//! [`asrun::AsRun`] folds a run's records into rows and computes every difference once; [`text`],
//! [`csv`] and [`json`] only write those rows down, so that the three can never disagree. Must
//! never read a file, a journal or a clock: the records come in as a slice, and the last of them is
//! the latest moment that a report knows of.

pub mod asrun;
pub mod chart;
pub mod csv;
pub mod diff;
pub mod html;
pub mod json;
mod layout;
mod markup;
pub mod plan;
pub mod sheet;
pub mod show_report;
pub mod text;
mod words;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
