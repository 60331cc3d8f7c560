//! Alarms about what has happened, which stand until the caller answers them: nobody else can know
//! when they are dealt with. A further resume does not end them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lost_end::LostEnd;
use super::{Aside, Event, Rejection, RunNs, State};
use crate::show::{CueNumber, DepartmentIx, StationName};
use crate::time::nanoseconds;

/// Age from which on a warning is late: a line that stands is never so slow.
const WARNED_LATE: Duration = Duration::from_secs(2);

/// Age at `now` of a warning that was said at this instant, for its event.
pub(super) fn late_ns(said_ns: Option<RunNs>, now: RunNs) -> u64 {
    let late = said_ns.map_or(Duration::ZERO, |said_ns| now.since(said_ns.max(RunNs::ZERO)));
    if late < WARNED_LATE { 0 } else { nanoseconds(late) }
}

/// Instant at which a warning was said that is of `run_ns`, and so late.
pub(super) fn said_ns(run_ns: RunNs, late_ns: u64) -> RunNs {
    (run_ns - Duration::from_nanos(late_ns)).max(RunNs::ZERO)
}

/// The kind of an alarm, as the journal spells it. An answer is for all alarms of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// A station says that something is wrong.
    Warning,
    /// A department says that something is wrong.
    Department,
    /// A disk lost the end of the journal.
    LostEnd,
    /// A station from which the flag was taken had fired cues of which the others could not know.
    Aside,
}

/// An alarm that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm<'a> {
    /// These stations have said that something is wrong, at these instants; the last one last.
    Warning(&'a [(RunNs, StationName)]),
    /// These departments have said that something is wrong, at these instants; the last one last.
    Department(&'a [(RunNs, DepartmentIx)]),
    /// The journal lost its end before a resume: this cue and later ones may have been sent
    /// ([`State::may_have_been_sent`]). Where none was left to come, nobody knows which.
    LostEnd(Option<&'a CueNumber>),
    /// Cues that a station fired after somebody had taken the flag from it; the last one last.
    Aside(&'a [Aside]),
}

/// Answers so far, and the alarm that only a resume knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Alarms {
    lost_end: Option<LostEnd>,
    /// Departments whose warning was not answered, each once.
    departments: Vec<(RunNs, DepartmentIx)>,
    /// Number of warnings and of cues fired aside that were answered.
    warnings: usize,
    aside: usize,
}

impl Alarms {
    /// The end that the journal lost, where nobody has answered that.
    pub(super) fn lost_end(&self) -> Option<&LostEnd> {
        self.lost_end.as_ref()
    }
}

impl Alarm<'_> {
    /// Its kind.
    pub fn kind(&self) -> AlarmKind {
        match self {
            Alarm::Warning(_) => AlarmKind::Warning,
            Alarm::Department(_) => AlarmKind::Department,
            Alarm::LostEnd(_) => AlarmKind::LostEnd,
            Alarm::Aside(_) => AlarmKind::Aside,
        }
    }
}

impl AlarmKind {
    /// Its words for the log: what was answered.
    pub fn words(self) -> &'static str {
        match self {
            AlarmKind::Warning => "the warning of a station",
            AlarmKind::Department => "the warning of a department",
            AlarmKind::LostEnd => "the lost end of the journal",
            AlarmKind::Aside => "cues that were fired aside",
        }
    }
}

impl State {
    /// The alarms that stand until the caller answers them ([`Command::Answer`](super::Command)), the
    /// most urgent first.
    pub fn alarms(&self) -> impl Iterator<Item = Alarm<'_>> {
        let flag = self.flag.as_ref();
        let warnings = flag.and_then(|flag| flag.warnings.get(self.alarms.warnings..));
        let aside = flag.and_then(|flag| flag.aside.get(self.alarms.aside..));
        let lost = self.alarms.lost_end().map(|lost| Alarm::LostEnd(lost.from.as_ref()));
        let warnings = warnings.filter(|new| !new.is_empty()).map(Alarm::Warning);
        let aside = aside.filter(|new| !new.is_empty()).map(Alarm::Aside);
        let departments = Some(self.alarms.departments.as_slice());
        let departments = departments.filter(|new| !new.is_empty()).map(Alarm::Department);
        [departments, warnings, lost, aside].into_iter().flatten()
    }

    /// Returns `true` if this department has said that something is wrong, and the caller has not
    /// answered.
    pub fn is_warning(&self, department: DepartmentIx) -> bool {
        self.alarms.departments.iter().any(|(_, warned)| *warned == department)
    }

    /// The warning of a department; one that stands already is enough.
    pub(super) fn warned_from(
        &self,
        department: DepartmentIx,
        said_ns: Option<RunNs>,
        now: RunNs,
    ) -> Vec<Event> {
        if self.is_warning(department) {
            return vec![];
        }
        let department = self.show.department(department).id.clone();
        vec![Event::DepartmentWarned { department, late_ns: late_ns(said_ns, now) }]
    }

    pub(super) fn department_warned(&mut self, id: &str, run_ns: RunNs) {
        let found = self.show.find_department(id);
        if let Some(department) = found.filter(|&department| !self.is_warning(department)) {
            self.alarms.departments.push((run_ns, department));
        }
    }

    /// Answers the most urgent alarm.
    pub(super) fn answer(&self) -> Result<Vec<Event>, Rejection> {
        let alarm = self.alarms().next().ok_or(Rejection::NothingToAnswer)?.kind();
        Ok(vec![Event::AlarmAnswered { alarm }])
    }

    pub(super) fn alarm_answered(&mut self, alarm: AlarmKind) {
        let flag = self.flag.as_ref();
        match alarm {
            AlarmKind::Warning => {
                self.alarms.warnings = flag.map_or(0, |flag| flag.warnings.len());
            }
            AlarmKind::Department => self.alarms.departments.clear(),
            AlarmKind::LostEnd => self.alarms.lost_end = None,
            AlarmKind::Aside => self.alarms.aside = flag.map_or(0, |flag| flag.aside.len()),
        }
    }

    /// The run is resumed at `run_ns`, and its journal lost what came after its last record.
    pub(super) fn end_was_lost(&mut self, run_ns: RunNs) {
        self.alarms.lost_end = Some(self.lost_end(self.alarms.lost_end(), run_ns));
    }
}
