//! The result of reading a file of another kind: a show that is not written yet, and all that is to be
//! said about its reading.

use jiff::civil::{Date, Time};

use crate::show::problem::ProblemPlace;
use crate::show::{CountDirection, StationName};

/// Something that may have been misread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Its place in the file.
    pub place: ProblemPlace,
    /// The words that stand there, and what was taken for them.
    pub what: String,
}

impl Doubt {
    /// A doubt about a place.
    pub fn new(place: ProblemPlace, what: impl Into<String>) -> Self {
        Doubt { place, what: what.into() }
    }
}

/// A show that was read of a file of another kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Its title.
    pub title: String,
    /// The name of the time zone of its times, where the file has it.
    pub zone: Option<String>,
    /// The day of its first segment.
    pub date: Option<Date>,
    /// Text of the file that belongs to no line, for the top of the show file.
    pub preface: Vec<String>,
    /// In the order of the file.
    pub departments: Vec<ImportedDepartment>,
    /// In the order of the file.
    pub outputs: Vec<ImportedOutput>,
    /// The names of the people, in the order in which they come.
    pub people: Vec<String>,
    /// In running order.
    pub segments: Vec<ImportedSegment>,
    /// The way in which the file was read, for people.
    pub said: Vec<String>,
    /// Cells that may have been misread, from top to bottom.
    pub doubts: Vec<Doubt>,
    /// The number of cues whose length the file does not say: a note at each says what was assumed.
    pub assumed: usize,
    /// `true` if rows were left out because the spreadsheet does not show them.
    pub has_hidden_rows: bool,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedDepartment {
    /// Its id.
    pub id: String,
    /// Its name, as it stands in the file.
    pub name: String,
    /// Its colour, as a show file writes it.
    pub colour: Option<String>,
    /// `true` if the file says its id; otherwise the id was made of its name.
    pub has_own_id: bool,
}

/// An output that takes OSC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedOutput {
    /// Its id.
    pub id: String,
    /// Its address, which the user has to change.
    pub osc: String,
}

/// A segment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportedSegment {
    /// The row of the file in which it stands; 0 where it has none of its own.
    pub row: u32,
    /// The act that begins with it.
    pub act: Option<String>,
    /// Its title.
    pub title: String,
    /// Its hard start.
    pub start: Option<Time>,
    /// The day of its hard start.
    pub date: Option<Date>,
    /// Its fixed end.
    pub end: Option<Time>,
    /// Its planned length, nanoseconds.
    pub duration_ns: u64,
    /// Notes for the caller.
    pub notes: Option<String>,
    /// Remaining time at which its countdown turns amber, nanoseconds.
    pub warn_ns: Option<u64>,
    /// Remaining time at which its countdown turns red, nanoseconds.
    pub danger_ns: Option<u64>,
    /// The way in which its big figure counts.
    pub count: CountDirection,
    /// In running order.
    pub cues: Vec<ImportedCue>,
}

/// The trigger of a cue, where it is not the caller's GO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportedTrigger {
    /// So long after the cue of a row fired, nanoseconds.
    With(u32, u64),
    /// So long after the cue of a row was complete, nanoseconds.
    After(u32, u64),
    /// At a time of day.
    At(Time),
    /// So long into its segment, nanoseconds.
    Into(u64),
}

impl ImportedTrigger {
    /// The row of the cue that sets it off.
    pub fn cause(&self) -> Option<u32> {
        match self {
            ImportedTrigger::With(row, _) | ImportedTrigger::After(row, _) => Some(*row),
            ImportedTrigger::At(_) | ImportedTrigger::Into(_) => None,
        }
    }
}

/// A cue.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportedCue {
    /// The row of the file in which it stands, or its place among the elements.
    pub row: u32,
    /// Its number.
    pub number: String,
    /// `true` if the file has no such number: it was made up.
    pub assumed_number: bool,
    /// Its title.
    pub title: String,
    /// `true` if the file has no title for it: other words of its row stand there.
    pub assumed_title: bool,
    /// The words that the caller says.
    pub call: Option<String>,
    /// Notes for the caller.
    pub notes: Vec<String>,
    /// The ids of the departments that must be ready.
    pub needs: Vec<String>,
    /// Its length, nanoseconds.
    pub duration_ns: Option<u64>,
    /// The moment at which the caller means to call it, nanoseconds into its segment.
    pub planned_ns: Option<u64>,
    /// The moment that a sheet of `handover export` has for it, nanoseconds into its segment, also
    /// where it would come then anyway.
    pub offset_ns: Option<u64>,
    /// The way in which its big figure counts.
    pub count: CountDirection,
    /// `true` if its words are not public before it has fired.
    pub embargo: bool,
    /// `true` if no board and no public sheet shows it.
    pub is_private: bool,
    /// Remaining time at which its countdown turns amber, nanoseconds.
    pub warn_ns: Option<u64>,
    /// Remaining time at which its countdown turns red, nanoseconds.
    pub danger_ns: Option<u64>,
    /// The station that the flag is to be passed to at it.
    pub pass: Option<StationName>,
    /// Its source as the show file writes it: `live` or `vt`.
    pub source: Option<&'static str>,
    /// The titles of its steps.
    pub steps: Vec<String>,
    /// The row of the cue whose plan B it is.
    pub backup_for: Option<u32>,
    /// Its trigger.
    pub trigger: Option<ImportedTrigger>,
    /// `true` if the file says that the caller calls it.
    pub is_go: bool,
    /// The OSC message that it sends: the id of the output, and the address.
    pub osc: Option<(String, String)>,
    /// Columns of the author's own.
    pub extra: Vec<(String, String)>,
}
