//! Contents of the report before it is written in any format: the facts of a run and its rows.
//!
//! Owns the rows, their words and their differences. Must never format a time or know of a format:
//! that belongs to its neighbours. Instants are cut to whole milliseconds here, before anything is
//! subtracted, so that a reader who subtracts two columns gets the third.

mod fold;
mod rows;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, ZonedDateTime};

use crate::engine::{Cause, FlagWay, RAMP_MAY_STAY, RAMP_STAYS, Record, Stop};
use crate::show::{Show, StationName};

/// Placeholder for the title of a cue under embargo that has not fired: a report is given to
/// others.
pub const EMBARGOED: &str = "(embargoed)";

/// One run, planned beside actual. All times are the show's clock in the show's zone.
#[derive(Clone, Debug, PartialEq)]
pub struct AsRun {
    /// The show's title.
    pub show: String,
    /// The run's id.
    pub run: String,
    /// The IANA name of the zone of all times.
    pub zone_name: String,
    /// `true` if nothing left the machine.
    pub rehearsal: bool,
    /// Speed of the run's clock, in multiples of the machine's clock.
    pub speed: u32,
    /// `true` if the program called the show.
    pub auto: bool,
    /// In a technical rehearsal, how far the show's clock was set ahead of the machine's; behind
    /// it, negative.
    pub shift_ms: Option<i64>,
    /// Time of the recording by the machine's clock; a rehearsal's own clock is made up.
    pub recorded: Option<ZonedDateTime>,
    /// Opening of the run.
    pub opened: Option<ZonedDateTime>,
    /// Planned beginning of the show.
    pub planned_start: Option<ZonedDateTime>,
    /// Start of its first segment.
    pub started: Option<ZonedDateTime>,
    /// Time of the last record.
    pub last: Option<ZonedDateTime>,
    /// `true` if the run came to its end.
    pub finished: bool,
    /// Planned end of the show.
    pub planned_end: Option<ZonedDateTime>,
    /// Its end; while it has not ended, the projected end as of `last`.
    pub end: Option<ZonedDateTime>,
    /// Difference between `end` and the plan, milliseconds; negative if it is early.
    pub over_ms: Option<i64>,
    /// Total time for which the show's clock was held, milliseconds.
    pub held_ms: u64,
    /// The holds, in their order.
    pub hold_rows: Vec<HoldRow>,
    /// `true` if the show beside the journal is not the one with which the run began: what is
    /// planned here is what it says now.
    pub show_changed: bool,
    /// In a shared run, every change of the flag, the first one when the run began.
    pub flag: Vec<FlagRow>,
    /// In a shared run, when a station said that something is wrong, and which.
    pub warnings: Vec<(ZonedDateTime, StationName)>,
    /// The panics, and which outputs they told to stop.
    pub panics: Vec<PanicRow>,
    /// Ramps that were stopped on their way by what nobody had planned: somebody has to set their values.
    pub stopped_ramps: Vec<StoppedRamps>,
    /// Times at which the program lost its terminal.
    pub terminal_lost: Vec<ZonedDateTime>,
    /// Times without a running program.
    pub downtimes: Vec<Downtime>,
    /// The kinds of events that this version does not know, which a newer one has written, and how
    /// many of each there are.
    pub unknown: BTreeMap<String, u32>,
    /// In running order.
    pub segments: Vec<SegmentRow>,
    /// All notes, in the order in which they were taken.
    pub notes: Vec<NoteRow>,
    /// The sheet: who was spotted, or has a note, in the show's order of people.
    pub spotted: Vec<SpottedRow>,
}

/// One change of the flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagRow {
    /// Its time.
    pub at: ZonedDateTime,
    /// The station that has the flag from then on.
    pub holder: StationName,
    /// Its term, from 1.
    pub term: u64,
    /// How it came there.
    pub how: FlagWay,
}

/// One panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanicRow {
    /// Time of the panic.
    pub at: ZonedDateTime,
    /// The id of each output, and what became of its stop; in the order of the show.
    pub stops: Vec<(String, Stop)>,
}

/// Ramps that were stopped on their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedRamps {
    /// The time.
    pub at: ZonedDateTime,
    /// What has stopped them.
    pub by: RampStop,
    /// "ramp of cue 12 stays where it is: /ch/01/mix/fader".
    pub words: String,
}

/// What stops ramps without a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RampStop {
    /// A panic.
    Panic,
    /// Another version of the show, which opens their output again.
    Edit,
    /// A take of the flag: nobody knows whether the station before has brought them to their end.
    Take,
}

impl RampStop {
    /// The words for one ramp and for several.
    pub fn becomes(self) -> [&'static str; 2] {
        match self {
            RampStop::Panic | RampStop::Edit => RAMP_STAYS,
            RampStop::Take => RAMP_MAY_STAY,
        }
    }

    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            RampStop::Panic => "panic",
            RampStop::Edit => "edit",
            RampStop::Take => "take",
        }
    }
}

/// One hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRow {
    /// Its beginning.
    pub at: ZonedDateTime,
    /// Its length, milliseconds; until the last record, if it goes on.
    pub held_ms: u64,
    /// `true` if the caller has resumed the show.
    pub is_over: bool,
    /// The notes that were taken meanwhile: as a rule, why.
    pub notes: Vec<String>,
}

/// A stretch in which no program was running.
#[derive(Clone, Debug, PartialEq)]
pub struct Downtime {
    /// End of the program before it.
    pub from: ZonedDateTime,
    /// Return of the program.
    pub until: ZonedDateTime,
    /// Its length, milliseconds.
    pub down_ms: u64,
}

/// A segment and its cues.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentRow {
    /// Its title in the rundown.
    pub title: String,
    /// The act that begins with it.
    pub act: Option<String>,
    /// Planned start; `None` if nothing ties the plan to the clock yet.
    pub planned_start: Option<ZonedDateTime>,
    /// `true` if it starts by the clock, not when the segment in front of it ends.
    pub hard_start: bool,
    /// Planned length, milliseconds.
    pub planned_ms: u64,
    /// Its last start.
    pub actual_start: Option<ZonedDateTime>,
    /// Actual length, milliseconds; `None` until it has ended.
    pub actual_ms: Option<u64>,
    /// Its over (positive) or under: actual duration less planned duration.
    pub difference_ms: Option<i64>,
    /// Further remarks, notes without a cue among them.
    pub remarks: Vec<String>,
    /// In running order; a cue that fired more than once has a row for each firing.
    pub cues: Vec<CueRow>,
}

impl AsRun {
    /// Difference between the end and the plan for people, milliseconds: between the times of day
    /// that they read.
    pub fn shown_over_ms(&self) -> Option<i64> {
        self.over_ms?;
        shown_difference_ms(self.planned_end.as_ref(), self.end.as_ref())
    }
}

impl SegmentRow {
    /// Its last end; `None` until it has ended.
    pub fn actual_end(&self) -> Option<ZonedDateTime> {
        let (start, actual_ms) = (self.actual_start.as_ref()?, self.actual_ms?);
        start.checked_add(SignedDuration::try_from(Duration::from_millis(actual_ms)).ok()?).ok()
    }

    /// Its lateness for people, milliseconds: between the times of day that they read; negative if
    /// it started early.
    pub fn shown_late_ms(&self) -> Option<i64> {
        shown_difference_ms(self.planned_start.as_ref(), self.actual_start.as_ref())
    }

    /// The difference for people, milliseconds: between the whole seconds that they read, so that
    /// the figures add up.
    pub fn shown_difference_ms(&self) -> Option<i64> {
        let whole = |ms: u64| i64::try_from(ms / 1000 * 1000).unwrap_or(i64::MAX);
        self.shown_actual_ms().map(|actual_ms| whole(actual_ms) - whole(self.planned_ms))
    }

    /// Actual length for people, milliseconds: from the second at which it started to the one at
    /// which it ended.
    pub fn shown_actual_ms(&self) -> Option<u64> {
        let (start, actual_ms) =
            (self.actual_start.as_ref()?.timestamp().as_millisecond(), self.actual_ms?);
        let second = |ms: i64| ms.div_euclid(1000);
        let seconds = second(start.saturating_add_unsigned(actual_ms)) - second(start);
        Some(seconds.unsigned_abs().saturating_mul(1000))
    }
}

/// From one instant to another for people, milliseconds: between the times of day that they read.
pub(super) fn shown_difference_ms(
    from: Option<&ZonedDateTime>,
    to: Option<&ZonedDateTime>,
) -> Option<i64> {
    let (from, to) = (from?.timestamp(), to?.timestamp());
    Some((to.as_second() - from.as_second()) * 1000)
}

/// One firing of a cue, or a cue that never fired.
#[derive(Clone, Debug, PartialEq)]
pub struct CueRow {
    /// Its number, as the show file writes it.
    pub number: String,
    /// Its title; [`EMBARGOED`] if that is not public yet.
    pub title: String,
    /// Its outcome.
    pub outcome: CueOutcome,
    /// Number of the firing, from 1.
    pub firing: Option<u32>,
    /// Planned start; `None` for a backup that was not needed.
    pub planned_start: Option<ZonedDateTime>,
    /// Planned length, milliseconds, if the show has one.
    pub planned_ms: Option<u64>,
    /// Time of the firing.
    pub actual_start: Option<ZonedDateTime>,
    /// Actual length, milliseconds; `None` while it runs.
    pub actual_ms: Option<u64>,
    /// Lateness, milliseconds: actual start less planned start, negative if early.
    pub difference_ms: Option<i64>,
    /// Cause of the firing.
    pub cause: Option<Cause>,
    /// `true` if a panic has cut it short.
    pub by_panic: bool,
    /// Further remarks.
    pub remarks: Vec<String>,
    /// Messages that it should have sent and did not, or perhaps did not.
    pub lost: Vec<LostSend>,
}

impl CueRow {
    /// The difference for people, milliseconds: between the times of day that they read, so that
    /// the figures add up.
    pub fn shown_difference_ms(&self) -> Option<i64> {
        self.difference_ms?;
        shown_difference_ms(self.planned_start.as_ref(), self.actual_start.as_ref())
    }
}

/// Outcome of a row's cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CueOutcome {
    /// It fired and came to its end.
    Complete,
    /// It fired and was still running when the records end.
    Running,
    /// It fired and was cut short, by a panic or by being fired again.
    Stopped,
    /// It fell due, could not fire, and nobody fired it later.
    Missed,
    /// The caller took it out of the run.
    Skipped,
    /// Its backup had its place.
    Replaced,
    /// A backup that was not needed.
    Spare,
    /// Nothing of the kind: it was simply never called.
    NotCalled,
}

impl CueOutcome {
    /// For people and for JSON.
    pub fn words(self) -> &'static str {
        match self {
            CueOutcome::Complete => "complete",
            CueOutcome::Running => "running",
            CueOutcome::Stopped => "stopped",
            CueOutcome::Missed => "missed",
            CueOutcome::Skipped => "skipped",
            CueOutcome::Replaced => "replaced",
            CueOutcome::Spare => "not used",
            CueOutcome::NotCalled => "not called",
        }
    }

    /// Returns `true` if the cue belonged to the show as it was called, and is missing from it.
    pub fn is_gap(self) -> bool {
        matches!(self, CueOutcome::Missed | CueOutcome::Skipped | CueOutcome::NotCalled)
    }
}

/// A message that did not leave, or of which nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostSend {
    /// The id of the output.
    pub output: String,
    /// Reason of the failure; `None`: it may not have been sent.
    pub error: Option<String>,
    /// Number of messages of the firing that this is true of.
    pub count: u32,
}

impl LostSend {
    /// For people: `lights: failed: connection refused`, `lights: unknown whether sent (2
    /// messages)`.
    pub fn words(&self) -> String {
        let many =
            if self.count > 1 { format!(" ({} messages)", self.count) } else { String::new() };
        match &self.error {
            Some(error) => format!("{}: failed: {error}{many}", self.output),
            None => format!("{}: unknown whether sent{many}", self.output),
        }
    }
}

/// Something that the caller wanted to remember.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteRow {
    /// Time of the note.
    pub at: ZonedDateTime,
    /// The number of the cue that it was taken at.
    pub cue: Option<String>,
    /// The caller's words.
    pub text: String,
    /// The names of the departments that it is about: those that its first word names ("Lights: …"),
    /// or else those that its cue needs.
    pub departments: Vec<String>,
}

/// Somebody who was spotted in the stands, or of whom something was noted.
#[derive(Clone, Debug, PartialEq)]
pub struct SpottedRow {
    /// The person's id.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// The person's role in the show.
    pub role: Option<String>,
    /// The sightings; empty if there are only notes.
    pub at: Vec<SightingRow>,
    /// Notes about them, in the order in which they were taken.
    pub notes: Vec<SpottedNote>,
}

/// Once that somebody was spotted.
#[derive(Clone, Debug, PartialEq)]
pub struct SightingRow {
    /// Its time.
    pub at: ZonedDateTime,
    /// In a shared run, the station whose caller said so without the flag.
    pub station: Option<String>,
}

/// Something that was noted of somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct SpottedNote {
    /// Time of the note.
    pub at: ZonedDateTime,
    /// The operator's words.
    pub text: String,
}

impl AsRun {
    /// The report of the run `id` of `show`, as far as `records` tell it.
    ///
    /// An unfinished run is reported as things stood at the last record; what was sent then and
    /// never acknowledged counts as unknown. Records that name what the show does not have are
    /// passed over.
    pub fn from(show: &Arc<Show>, id: &str, records: &[Record]) -> AsRun {
        fold::report(show, id, records)
    }

    /// All cue rows, in running order.
    pub fn cues(&self) -> impl Iterator<Item = &CueRow> {
        self.segments.iter().flat_map(|segment| &segment.cues)
    }
}

impl SegmentRow {
    /// The remarks in one cell.
    pub fn note(&self) -> String {
        self.remarks.join("; ")
    }
}

impl CueRow {
    /// The remarks and the lost messages in one cell.
    pub fn note(&self) -> String {
        let lost = self.lost.iter().map(LostSend::words);
        self.remarks.iter().cloned().chain(lost).collect::<Vec<_>>().join("; ")
    }
}
