//! A run in a few facts, for lists.
//!
//! Owns what a list of runs says about each. Must never need the show or the engine's state: a run whose show file has
//! long changed, or whose journal is damaged further down, still has its line in the list.

use std::path::Path;

use jiff::Timestamp;

use super::recover::{RecoverError, open, scan};
use crate::engine::{Event, Record};

/// What a journal says about its run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The show's title.
    pub show: String,
    /// Where the show came from.
    pub source: String,
    /// Whether nothing left the machine.
    pub rehearsal: bool,
    /// How many times as fast as the machine's clock.
    pub speed: u32,
    /// Whether the program gave the GOs.
    pub auto: bool,
    /// In a technical rehearsal, how far the show's clock was set ahead of the machine's, nanoseconds.
    pub shift_ns: Option<i64>,
    /// When the run began, by the machine's clock.
    pub started_at: Timestamp,
    /// When its last event happened.
    pub last_at: Timestamp,
    /// Whether it has come to its end, and no cue was fired after that.
    pub ended: bool,
    /// How often a cue was fired.
    pub cues_fired: u64,
}

impl Summary {
    /// What kind of run it is, in one word.
    pub fn kind(&self) -> &'static str {
        match (self.rehearsal, self.shift_ns) {
            (true, _) => "rehearsal",
            (false, Some(_)) => "technical",
            (false, None) => "live",
        }
    }

    /// The summary of the journal at `path`, up to its end or its first damage, and what is wrong with it.
    pub(super) fn of(path: &Path) -> (Option<Self>, Option<RecoverError>) {
        let mut summary = None;
        let scanned =
            open(path).and_then(|mut lines| scan(&mut lines, path, |record| Self::take(&mut summary, record)));
        (summary, scanned.err())
    }

    fn take(summary: &mut Option<Self>, Record { at, event, .. }: Record) {
        match (summary, event) {
            (summary, Event::RunStarted { show, source, rehearsal, speed, auto, shift_ns, .. }) => {
                let (started_at, last_at, ended, cues_fired) = (at, at, false, 0);
                *summary = Some(Self {
                    show,
                    source,
                    rehearsal,
                    speed,
                    auto,
                    shift_ns,
                    started_at,
                    last_at,
                    ended,
                    cues_fired,
                });
            }
            (Some(summary), event) => {
                summary.last_at = at;
                summary.cues_fired += u64::from(matches!(event, Event::CueFired { .. }));
                match event {
                    Event::RunEnded { .. } => summary.ended = true,
                    Event::CueFired { .. } => summary.ended = false,
                    _ => {}
                }
            }
            // A journal begins with `run_started`, or nothing of it is given to us.
            (None, _) => {}
        }
    }
}
