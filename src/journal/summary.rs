//! A run in a few facts, for lists.
//!
//! Owns what a list of runs says about each. Must never need the show or the engine's state: a run
//! whose show file has long changed, or whose journal is damaged further down, still has its line
//! in the list.

use std::path::Path;

use jiff::Timestamp;

use super::recover::{RecoverError, open, scan};
use crate::engine::{CALLER_QUIT, Event, Record, RunId};
use crate::show::CueNumber;

/// Summary of a run from its journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The show's title.
    pub show: String,
    /// Origin of the show.
    pub source: String,
    /// `true` if nothing left the machine.
    pub rehearsal: bool,
    /// Speed, in multiples of the machine's clock.
    pub speed: u32,
    /// `true` if the program gave the GOs.
    pub auto: bool,
    /// In a technical rehearsal, how far the show's clock was set ahead of the machine's,
    /// nanoseconds.
    pub shift_ns: Option<i64>,
    /// Beginning of the run, by the machine's clock.
    pub started_at: Timestamp,
    /// Time of its last event.
    pub last_at: Timestamp,
    /// `true` if it has come to its end, and no cue was fired after that.
    pub ended: bool,
    /// Number of firings of cues.
    pub cues_fired: u64,
    /// The cues that ran at its last event, in the order in which they fired.
    pub on_air: Vec<CueNumber>,
    /// The station that began the run, if it was shared.
    pub began_at: Option<String>,
    /// Reason why the last program let go of the run, in its words; `None` while a program has it,
    /// and if it was killed.
    pub left: Option<String>,
}

impl Summary {
    /// Kind of the run, in one word.
    pub fn kind(&self) -> &'static str {
        match (self.rehearsal, self.shift_ns) {
            (true, _) => "rehearsal",
            (false, Some(_)) => "technical",
            (false, None) => "live",
        }
    }

    /// Returns `true` if the run is a performance: outputs are real, and so is the clock.
    pub fn is_live(&self) -> bool {
        !self.rehearsal && self.shift_ns.is_none()
    }

    /// Returns `true` if the caller left the run on purpose.
    pub fn was_quit(&self) -> bool {
        self.left.as_deref() == Some(CALLER_QUIT)
    }

    /// The command that takes up the run `id`, of which this is the summary; `option` names the folder of
    /// the runs. A shared run needs its server, which no journal names.
    pub fn to_resume(&self, id: &RunId, option: &str) -> String {
        match id.station().or(self.began_at.as_deref()) {
            None => format!("handover --resume{option}"),
            Some(me) => format!("handover --resume {id} --share URL --station {me}{option}"),
        }
    }

    /// The summary of the journal at `path`, up to its end or its first damage, and what is wrong
    /// with it.
    pub(super) fn of(path: &Path) -> (Option<Self>, Option<RecoverError>) {
        let mut summary = None;
        let scanned = open(path).and_then(|mut lines| {
            scan(&mut lines, path, |record| Self::take(&mut summary, record))
        });
        (summary, scanned.err())
    }

    fn take(summary: &mut Option<Self>, Record { at, event, origin, .. }: Record) {
        match (summary, event) {
            (summary, Event::RunStarted { show, source, rehearsal, speed, auto, shift_ns, .. }) => {
                let (started_at, last_at, ended, cues_fired) = (at, at, false, 0);
                let (on_air, left) = (vec![], None);
                let began_at = origin.map(|origin| origin.station.clone());
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
                    on_air,
                    began_at,
                    left,
                });
            }
            (Some(summary), event) => {
                (summary.last_at, summary.left) = (at, None);
                match event {
                    Event::RunEnded { .. } => summary.ended = true,
                    Event::CueFired { cue, .. } => {
                        summary.ended = false;
                        summary.cues_fired += 1;
                        summary.on_air.retain(|running| *running != cue);
                        summary.on_air.push(cue);
                    }
                    Event::CueCompleted { cue, .. } | Event::CueStopped { cue, .. } => {
                        summary.on_air.retain(|running| *running != cue);
                    }
                    Event::Panicked {} => summary.on_air.clear(),
                    Event::RunLeft { reason } => summary.left = Some(reason),
                    Event::RunStarted { .. }
                    | Event::RunResumed { .. }
                    | Event::TerminalLost { .. }
                    | Event::SegmentStarted { .. }
                    | Event::SegmentEnded { .. }
                    | Event::SegmentNudged { .. }
                    | Event::Retimed { .. }
                    | Event::MessageShown { .. }
                    | Event::MessageCleared { .. }
                    | Event::CueStoodBy { .. }
                    | Event::DepartmentReady { .. }
                    | Event::DepartmentUnready { .. }
                    | Event::InterlockOverridden { .. }
                    | Event::ClipStarted { .. }
                    | Event::ClipLost { .. }
                    | Event::CueMissed { .. }
                    | Event::CueSkipped { .. }
                    | Event::CueUnskipped { .. }
                    | Event::CueSwapped { .. }
                    | Event::StepDone { .. }
                    | Event::PlayheadMoved { .. }
                    | Event::Held { .. }
                    | Event::Resumed { .. }
                    | Event::PanicSent { .. }
                    | Event::PanicRehearsed { .. }
                    | Event::PanicFailed { .. }
                    | Event::NoteTaken { .. }
                    | Event::ClipPaused { .. }
                    | Event::ClipResumed { .. }
                    | Event::PersonSpotted { .. }
                    | Event::PersonUnspotted { .. }
                    | Event::PersonNoted { .. }
                    | Event::ActionSent { .. }
                    | Event::ActionRehearsed { .. }
                    | Event::ActionFailed { .. }
                    | Event::ActionUnknown { .. }
                    | Event::SideFailed { .. }
                    | Event::FlagOffered { .. }
                    | Event::FlagAccepted { .. }
                    | Event::FlagWithdrawn { .. }
                    | Event::FlagPassed { .. }
                    | Event::FlagTaken { .. }
                    | Event::CueFiredAside { .. }
                    | Event::AutoBegun { .. }
                    | Event::DepartmentWarned { .. }
                    | Event::StationWarned { .. }
                    | Event::AlarmAnswered { .. }
                    | Event::ShowRevised { .. }
                    | Event::Unknown(_) => {}
                }
            }
            // A journal begins with `run_started`, or nothing of it is given to us.
            (None, _) => {}
        }
    }
}
