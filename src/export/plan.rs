//! The plan for other programs: spreadsheets, Ontime, calendars.
//!
//! All of them are written from a [`Sheet`](super::sheet::Sheet), so that what it withholds is in
//! none of them. Owns the columns and the names of each format. Must never know of a run.

pub mod csv;
pub mod ics;
pub mod ontime;
mod table;
pub mod xlsx;

#[cfg(test)]
mod tests;
