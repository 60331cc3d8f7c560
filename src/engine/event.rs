//! Events: what has happened, in the past tense, as the journal keeps it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use strum::VariantNames;

use super::{AlarmKind, MissedWhy, Revised, RunNs};
use crate::show::{CueNumber, StationName};

/// Returns `true` if a length of time need not be written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// A fact of the run. The journal holds nothing else, and the state is the fold of them.
///
/// `due_ns`, where an event has it, is the instant of the run clock at which it was meant to
/// happen; what follows is computed from there and not from the moment when the program got to it.
/// Segments, steps and actions are counted from 1.
#[derive(
    Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(tag = "event", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the names of the fields are those of the journal, and say what they are"
)]
pub enum Event {
    /// The first line of every journal.
    RunStarted {
        show: String,
        source: String,
        rehearsal: bool,
        speed: u32,
        auto: bool,
        /// The show's clock when the run began: the machine's, or in a rehearsal a made-up one.
        clock: Timestamp,
        /// The day on which the first segment plays.
        day: Date,
        version: String,
        /// Offset of the show's clock for a technical rehearsal, nanoseconds: positive if ahead of
        /// the machine's clock. Other runs have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shift_ns: Option<i64>,
        /// The checksum of the show's text beside the journal; older journals have none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        show_crc: Option<String>,
        /// The cue at which the run begins, where that is not the first: what is planned before it
        /// counts as done, and the run's clock begins with that much on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_cue: Option<CueNumber>,
        /// Address of remote controls, where the command line named one: a resume takes it again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listen: Option<String>,
        /// Address of the pages for browsers, in the same way.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        web: Option<String>,
    },
    /// A program took the run up again.
    RunResumed {
        down_ns: u64,
        /// As in `run_started`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listen: Option<String>,
        /// As in `run_started`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        web: Option<String>,
        /// `true` if the disk had not taken the last events of the program before: the journal has
        /// a gap here.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        gap: bool,
        /// `true` if the program was started with `--auto`, and gives the caller's GOs from here
        /// on. Programs of older versions went on giving them without saying so.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        auto: bool,
    },
    /// A program let go of the run without ending it.
    RunLeft {
        reason: String,
    },
    /// The terminal of the program went, and the run goes on without one until it is taken over,
    /// stopped or over. A run that does not go on without one is left next.
    TerminalLost {},
    /// Everything was called and the last segment was over, or the caller ended it after the last
    /// cue.
    RunEnded {
        over_ns: i64,
    },
    /// `retimed` where the caller has said that the show is in it now: the next line says how far.
    SegmentStarted {
        segment: u32,
        title: String,
        due_ns: RunNs,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        retimed: bool,
    },
    SegmentEnded {
        segment: u32,
        due_ns: RunNs,
    },
    /// The running segment lasts longer by `by_ns`, or shorter where it is negative. `time_up` where
    /// that left it no time.
    SegmentNudged {
        segment: u32,
        by_ns: i64,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        time_up: bool,
    },
    /// The caller has said that the show is at `cue` now, or where that is `null` at the beginning of
    /// the segment: its clock reads `into_ns` at `due_ns`. Nothing fires, and what is passed over is
    /// not missed. `begins` where the run begins with it.
    Retimed {
        segment: u32,
        cue: Option<CueNumber>,
        into_ns: u64,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        begins: bool,
        due_ns: RunNs,
    },
    CueStoodBy {
        cue: CueNumber,
    },
    /// `from_browser` where the department has answered itself, on its page.
    DepartmentReady {
        cue: CueNumber,
        department: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        from_browser: bool,
    },
    DepartmentUnready {
        cue: CueNumber,
        department: String,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        from_browser: bool,
    },
    InterlockOverridden {
        cue: CueNumber,
        reason: String,
    },
    /// `firing` counts how often the cue has fired in this run. `playhead_stays` where a remote
    /// control fired it by its number, past the order.
    CueFired {
        cue: CueNumber,
        cause: Cause,
        firing: u32,
        due_ns: RunNs,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        playhead_stays: bool,
    },
    CueCompleted {
        cue: CueNumber,
        due_ns: RunNs,
    },
    /// It was on air and is not any more, without having been completed: nothing follows it.
    /// `by_player` where its player says so, and there is nothing left to stop.
    CueStopped {
        cue: CueNumber,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_player: bool,
    },
    /// The player's picture moves; `length_ns` from in-point to out-point, where the player knows
    /// it.
    ClipStarted {
        cue: CueNumber,
        firing: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        length_ns: Option<u64>,
    },
    /// The clip was paused by itself: its player was told to freeze it, and the show goes on.
    ClipPaused {
        cue: CueNumber,
    },
    /// The clip was let go on.
    ClipResumed {
        cue: CueNumber,
    },
    /// The player has gone from under the cue: from here on its end is computed by the clock.
    ClipLost {
        cue: CueNumber,
        firing: u32,
        error: String,
    },
    CueMissed {
        cue: CueNumber,
        why: MissedWhy,
        due_ns: RunNs,
    },
    CueSkipped {
        cue: CueNumber,
    },
    CueUnskipped {
        cue: CueNumber,
    },
    /// `by` now has the place of `cue` in the order: its backup, or the cue itself again.
    /// `not_followed` are the cues that follow `cue` and do not come any more, as long as it is out
    /// of the order.
    CueSwapped {
        cue: CueNumber,
        by: CueNumber,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not_followed: Vec<CueNumber>,
    },
    StepDone {
        cue: CueNumber,
        step: u32,
        title: String,
    },
    PlayheadMoved {
        cue: Option<CueNumber>,
    },
    Held {},
    Resumed {},
    Panicked {},
    /// One of the messages that a panic sends to `output` has left the program; a player was told
    /// to stop.
    PanicSent {
        output: String,
    },
    /// A message that a rehearsal would have sent to `output` on a panic.
    PanicRehearsed {
        output: String,
        message: String,
    },
    /// `output` could not be told to stop.
    PanicFailed {
        output: String,
        error: String,
    },
    /// `cue` is the one that was on air, or stood by, when the note was taken.
    NoteTaken {
        text: String,
        cue: Option<CueNumber>,
    },
    /// These words stand on the boards, in the place of earlier ones, until they are taken away.
    MessageShown {
        text: String,
    },
    MessageCleared {},
    /// Somebody was seen in the stands; `person` is the show's id.
    PersonSpotted {
        person: String,
        name: String,
    },
    /// The last sighting of the person was none: taken back, not erased.
    PersonUnspotted {
        person: String,
        name: String,
    },
    /// A note about a person, for the camera operators.
    PersonNoted {
        person: String,
        name: String,
        text: String,
    },
    /// The message has left the program.
    ActionSent {
        cue: CueNumber,
        firing: u32,
        action: u32,
        output: String,
    },
    /// A message that a rehearsal would have sent.
    ActionRehearsed {
        cue: CueNumber,
        firing: u32,
        action: u32,
        output: String,
        message: String,
    },
    ActionFailed {
        cue: CueNumber,
        firing: u32,
        action: u32,
        output: String,
        error: String,
    },
    /// A machine of a mirrored output did not take a message that another has taken.
    SideFailed {
        cue: CueNumber,
        firing: u32,
        action: u32,
        output: String,
        /// The machine: "backup 10.0.0.3:3032".
        side: String,
        error: String,
    },
    /// Found on resume: the cue is journaled as fired, and nobody knows whether this was sent.
    ActionUnknown {
        cue: CueNumber,
        firing: u32,
        action: u32,
        output: String,
    },
    /// The holder of a shared run offers the flag to a station.
    FlagOffered {
        to: StationName,
    },
    /// The station that it is offered to accepts.
    FlagAccepted {
        by: StationName,
    },
    /// The offer does not stand any more.
    FlagWithdrawn {
        why: String,
    },
    /// The holder's last record: what falls due at `from_ns` or after it is the affair of `to`,
    /// which has the flag in the term `next_term`.
    FlagPassed {
        to: StationName,
        next_term: u64,
        from_ns: RunNs,
    },
    /// The first record of a station that took the flag from `from`, in the new term. The holder
    /// had not been heard for `silent_ns`.
    FlagTaken {
        from: StationName,
        reason: String,
        silent_ns: u64,
    },
    /// A cue that `fired_by` fired at `fired_ns` after somebody had taken the flag from it. It is
    /// told for people and changes nothing of the show.
    CueFiredAside {
        cue: CueNumber,
        fired_by: StationName,
        fired_ns: RunNs,
    },
    /// The station that has got the flag was started with `--auto`: its program gives GOs until it goes.
    AutoBegun {},
    /// The caller of a station without the flag says that something is wrong; the line kept that back for
    /// `late_ns`.
    StationWarned {
        by: StationName,
        #[serde(default, skip_serializing_if = "is_zero")]
        late_ns: u64,
    },
    /// A department says on its page that something is wrong there; `late_ns` as above.
    DepartmentWarned {
        department: String,
        #[serde(default, skip_serializing_if = "is_zero")]
        late_ns: u64,
    },
    /// The caller has answered an alarm that stands until then.
    AlarmAnswered {
        alarm: AlarmKind,
    },
    /// The run goes on with another version of the show, `show-REVISION.toml` beside the journal.
    /// The numbers are of items (cues, segments, outputs …) that differ from the version before.
    ShowRevised {
        /// From 2: the run has begun with the first.
        revision: u32,
        /// The checksum of its text.
        show_crc: String,
        /// SHA-256 of its text, hex: its name on the server of a shared run. Older journals lack it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
        changed: u32,
        added: u32,
        removed: u32,
        #[serde(skip)]
        show: Revised,
    },
    /// An event that a newer version has written and this one does not know. It changes nothing.
    #[serde(skip)]
    Unknown(UnknownEvent),
}

/// An event of a kind that this version does not know, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownEvent {
    /// Its kind, as the journal spells it.
    pub kind: String,
    /// Its members as JSON text, `"event"` among them, without the braces around them.
    pub members: String,
}

impl Event {
    /// The kind, as the journal spells it.
    pub fn kind(&self) -> &str {
        if let Event::Unknown(unknown) = self { &unknown.kind } else { self.into() }
    }

    /// Returns `true` if this version knows the kind of event that the journal spells `kind`. No
    /// kind is spelled `unknown`, in any version.
    pub fn knows(kind: &str) -> bool {
        Self::VARIANTS.contains(&kind)
    }

    /// The cue that it is about, where it is about one.
    pub fn cue(&self) -> Option<&CueNumber> {
        match self {
            Event::CueStoodBy { cue }
            | Event::DepartmentReady { cue, .. }
            | Event::DepartmentUnready { cue, .. }
            | Event::InterlockOverridden { cue, .. }
            | Event::CueFired { cue, .. }
            | Event::CueCompleted { cue, .. }
            | Event::CueStopped { cue, .. }
            | Event::ClipStarted { cue, .. }
            | Event::ClipPaused { cue }
            | Event::ClipResumed { cue }
            | Event::ClipLost { cue, .. }
            | Event::CueMissed { cue, .. }
            | Event::CueSkipped { cue }
            | Event::CueUnskipped { cue }
            | Event::CueSwapped { cue, .. }
            | Event::StepDone { cue, .. }
            | Event::ActionSent { cue, .. }
            | Event::ActionRehearsed { cue, .. }
            | Event::ActionFailed { cue, .. }
            | Event::ActionUnknown { cue, .. }
            | Event::SideFailed { cue, .. }
            | Event::CueFiredAside { cue, .. } => Some(cue),
            Event::PlayheadMoved { cue }
            | Event::Retimed { cue, .. }
            | Event::NoteTaken { cue, .. } => cue.as_ref(),
            Event::RunStarted { .. }
            | Event::RunResumed { .. }
            | Event::RunLeft { .. }
            | Event::TerminalLost {}
            | Event::RunEnded { .. }
            | Event::SegmentStarted { .. }
            | Event::SegmentEnded { .. }
            | Event::SegmentNudged { .. }
            | Event::Held {}
            | Event::Resumed {}
            | Event::Panicked {}
            | Event::PanicSent { .. }
            | Event::PanicRehearsed { .. }
            | Event::PanicFailed { .. }
            | Event::MessageShown { .. }
            | Event::MessageCleared {}
            | Event::PersonSpotted { .. }
            | Event::PersonUnspotted { .. }
            | Event::PersonNoted { .. }
            | Event::FlagOffered { .. }
            | Event::FlagAccepted { .. }
            | Event::FlagWithdrawn { .. }
            | Event::FlagPassed { .. }
            | Event::FlagTaken { .. }
            | Event::AutoBegun { .. }
            | Event::DepartmentWarned { .. }
            | Event::StationWarned { .. }
            | Event::AlarmAnswered { .. }
            | Event::ShowRevised { .. }
            | Event::Unknown(_) => None,
        }
    }
}

/// Cause of a cue's firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The caller.
    Go,
    /// Its `with`, `after` or `into`.
    Follow,
    /// Its `at`.
    Clock,
    /// A remote control.
    Remote,
    /// The program in the caller's place.
    Auto,
}

impl Cause {
    /// Its word in the journal and the reports.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Go => "go",
            Cause::Follow => "follow",
            Cause::Clock => "clock",
            Cause::Remote => "remote",
            Cause::Auto => "auto",
        }
    }
}

#[cfg(test)]
mod testing;
