//! Words of the command line that stand for more than text: where a technical rehearsal begins,
//! names of variables.

use jiff::civil::DateTime;

use crate::runtime::ClockStart;
use crate::runtime::config::permits::is_variable;
use crate::show::CueNumber;
use crate::time::parse_time_of_day;

/// Parses `--at`, the beginning of the clock: a time of day, or a day and a time.
pub(super) fn start_at(text: &str) -> Result<ClockStart, String> {
    let wants = || "a time such as 15:30, 15:30:00 or 2026-12-01T15:30".to_owned();
    let is_long = text.contains(['T', ' ']);
    if is_long {
        let at: DateTime = text.parse().map_err(|_| wants())?;
        return Ok(ClockStart::At { date: Some(at.date()), time: at.time() });
    }
    parse_time_of_day(text).map(|time| ClockStart::At { date: None, time }).ok_or_else(wants)
}

/// Parses `--cue`, the beginning of the clock.
pub(super) fn start_cue(text: &str) -> Result<ClockStart, String> {
    CueNumber::new(text).map(ClockStart::Cue).map_err(|error| error.to_string())
}

/// The name of an environment variable, of `--env`.
pub(super) fn variable(text: &str) -> Result<String, String> {
    let name = text.strip_prefix("env:").unwrap_or(text);
    if is_variable(name) { Ok(name.to_owned()) } else { Err("a name such as X_TOKEN".to_owned()) }
}
