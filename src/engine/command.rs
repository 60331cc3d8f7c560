//! Commands: what somebody wants, and why it may not be had.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::event::Cause;
use super::{Aside, Here, MESSAGE_CHARS_MAX, Nudge, Revision, RunNs};
use crate::show::{CueIx, CueNumber, DepartmentIx, OutputLayer, PersonIx, StationName};

/// A wish. [`super::State::decide`] says what becomes of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Fires the cue at the playhead and moves the playhead on.
    Go {
        /// The one who gave it: the caller, a remote control, or the program in the caller's place.
        cause: Cause,
    },
    /// Moves the playhead to this cue and fires it there.
    GoTo {
        /// The cue.
        cue: CueIx,
        /// The one who gave it.
        cause: Cause,
    },
    /// Fires this cue, wherever the playhead stands; the playhead stays there.
    Start {
        /// The cue.
        cue: CueIx,
        /// The one who gave it.
        cause: Cause,
    },
    /// Takes a running cue off the air; nothing follows it.
    Stop(CueIx),
    /// Freezes the clip of a running cue.
    PauseClip(CueIx),
    /// Lets a frozen clip go on.
    ResumeClip(CueIx),
    /// Takes every running cue off the air, and nothing more comes by a delay. Unlike panic, it
    /// tells the desks nothing.
    StopAll,
    /// Warns the departments of the cue at the playhead.
    Standby,
    /// A department of the cue at the playhead answers ready, or takes it back; counted from 0 in
    /// the cue's `needs`.
    ToggleReady(usize),
    /// Every department of the cue at the playhead that has not answered yet answers ready.
    ReadyAll,
    /// The department with this id or name answers ready for the cue at the playhead.
    Ready(String),
    /// Lets the next GO of the cue at the playhead pass its interlock.
    Override {
        /// The reason; the journal keeps it.
        reason: String,
    },
    /// Swaps the cue at the playhead for its (next) backup, and back.
    SwapBackup,
    /// Marks the next step of the running cue.
    Step,
    /// Stops the show's clock, or lets it go on.
    ToggleHold,
    /// Stops the show's clock.
    Hold,
    /// Lets the show's clock go on.
    Resume,
    /// Moves the playhead to the next cue without firing.
    PlayheadNext,
    /// Moves the playhead to the previous cue.
    PlayheadPrevious,
    /// Moves the playhead to this cue.
    PlayheadTo(CueIx),
    /// After a resume: moves the playhead to the first cue that was missed meanwhile, where there
    /// is one; otherwise on from a cue that it should have left, where the journal lost the move.
    CatchUp,
    /// Takes a cue out of the run, or back into it.
    ToggleSkip(CueIx),
    /// The show is here now: sets the playhead and the times to it, and fires nothing.
    Retime(Here),
    /// Makes the running segment longer or shorter.
    Nudge(Nudge),
    /// Keeps a note with the time.
    Note(String),
    /// Puts words on the boards, at most [`MESSAGE_CHARS_MAX`] characters.
    ShowMessage(String),
    /// Takes them off the boards.
    ClearMessage,
    /// Somebody is seen in the stands now.
    Spot(PersonIx),
    /// The last sighting of somebody was none.
    Unspot(PersonIx),
    /// Keeps a note that belongs to a person.
    NotePerson {
        /// The person that it is about.
        person: PersonIx,
        /// The note.
        text: String,
    },
    /// Stops every output and everything that would come by itself.
    Panic,
    /// Ends the run, where nothing is left to call.
    End,
    /// Takes what a player says of the clip of a cue into the run; what it says of an earlier
    /// firing changes nothing.
    Clip {
        /// The cue whose clip it is.
        cue: CueIx,
        /// Number of the firing.
        firing: u32,
        /// The player that says so.
        player: OutputLayer,
        /// The change of the clip.
        fact: ClipFact,
    },
    /// Offers the flag of a shared run to a station.
    OfferFlag(StationName),
    /// A station accepts the offer.
    AcceptFlag {
        /// The station.
        by: StationName,
        /// Instant of the offer that its caller was shown; `None` if it is not known.
        offered_ns: Option<RunNs>,
    },
    /// Takes the offer back; the journal keeps the reason.
    WithdrawFlag(String),
    /// Passes the flag to the station that has accepted it.
    PassFlag {
        /// The station.
        to: StationName,
        /// From this instant on, it fires what falls due.
        from_ns: RunNs,
    },
    /// Keeps that a station fired these cues after somebody had taken the flag from it.
    FiredAside(Vec<Aside>),
    /// The caller of a station without the flag says that something is wrong.
    Warn {
        /// The station.
        by: StationName,
        /// The run's clock when they said so, where that station knew it.
        said_ns: Option<RunNs>,
    },
    /// A department has answered for this cue from afar, where it need not be the one at the playhead
    /// any more.
    ReadyFor {
        /// The cue that was seen there.
        cue: CueIx,
        /// The department.
        department: DepartmentIx,
        /// `true` if it is ready; `false` if it is not ready after all.
        is_ready: bool,
        /// `true` if the department has answered on its page in a browser.
        from_browser: bool,
        /// Instant of the standby that it answers, by the run's clock; `None` where the answer comes
        /// at once, so that it is the one that stands.
        called_ns: Option<RunNs>,
    },
    /// A department says that something is wrong there.
    WarnFrom {
        /// The department.
        department: DepartmentIx,
        /// The run's clock when it said so, where a line may have kept that back.
        said_ns: Option<RunNs>,
    },
    /// Answers the most urgent alarm that stands until it is answered ([`State::alarms`](super::State)).
    Answer,
    /// Takes another version of the show into the run.
    Revise(Box<Revision>),
}

impl Command {
    /// The cue that somebody wishes something of, by its index.
    pub(super) fn cue(&self) -> Option<CueIx> {
        match self {
            Command::GoTo { cue, .. }
            | Command::Start { cue, .. }
            | Command::Stop(cue)
            | Command::PauseClip(cue)
            | Command::ResumeClip(cue)
            | Command::PlayheadTo(cue)
            | Command::ToggleSkip(cue)
            | Command::ReadyFor { cue, .. }
            | Command::Retime(Here::Cue(cue)) => Some(*cue),
            Command::Go { .. }
            | Command::StopAll
            | Command::Standby
            | Command::ToggleReady(_)
            | Command::ReadyAll
            | Command::Ready(_)
            | Command::Override { .. }
            | Command::SwapBackup
            | Command::Step
            | Command::ToggleHold
            | Command::Hold
            | Command::Resume
            | Command::PlayheadNext
            | Command::PlayheadPrevious
            | Command::CatchUp
            | Command::Retime(Here::Segment(_))
            | Command::Nudge(_)
            | Command::Note(_)
            | Command::ShowMessage(_)
            | Command::ClearMessage
            | Command::Spot(_)
            | Command::Unspot(_)
            | Command::NotePerson { .. }
            | Command::Panic
            | Command::End
            // A player's news is no wish: of a cue that is gone, it changes nothing.
            | Command::Clip { .. }
            | Command::OfferFlag(_)
            | Command::AcceptFlag { .. }
            | Command::WithdrawFlag(_)
            | Command::PassFlag { .. }
            | Command::FiredAside(_)
            | Command::Warn { .. }
            | Command::WarnFrom { .. }
            | Command::Answer
            | Command::Revise(_) => None,
        }
    }
}

/// A change of a clip that its player reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClipFact {
    /// The picture moves; nanoseconds from in-point to out-point, where the player knows it.
    Started(Option<u64>),
    /// It has come to its end.
    Ended,
    /// Another clip took its place, or the player was told to stop.
    Stopped,
    /// The player has gone from under it; what happened, in words.
    Lost(String),
    /// It ended much before its end; what happened, in words.
    BrokeOff(String),
}

/// Reason why a command was refused. It displays as a sentence for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it all")]
pub enum Rejection {
    #[error("held: nothing fires until the show is resumed")]
    Held,
    #[error("{}", Self::interlock(.cue, "", .missing))]
    Interlock { cue: CueNumber, missing: String },
    #[error("no cue is left to fire")]
    NothingLeft,
    #[error("no cue is at the playhead")]
    NoPlayhead,
    #[error("standby was not called for cue {0}")]
    NoStandby(CueNumber),
    #[error("standby was called again for cue {0}: the answer was for the time before")]
    CalledAgain(CueNumber),
    #[error("no department needs to be ready for cue {0}")]
    NoNeeds(CueNumber),
    #[error("every department of cue {0} is already ready")]
    AllReady(CueNumber),
    #[error("cue {cue} needs {count} department(s): there is no number {number}")]
    NoSuchDepartment { cue: CueNumber, number: usize, count: usize },
    #[error("cue {0} is ready: there is nothing to override")]
    NothingToOverride(CueNumber),
    #[error("an override needs a reason")]
    NoReason,
    #[error("cue {0} has no backup")]
    NoBackup(CueNumber),
    #[error("cue {0} is skipped, so nothing is there to swap in")]
    BackupSkipped(CueNumber),
    #[error("no running cue has a step left to mark")]
    NoStep,
    #[error("this is the last cue")]
    LastCue,
    #[error("this is the first cue")]
    FirstCue,
    #[error("cue {0} is skipped")]
    Skipped(CueNumber),
    #[error("cue {0} is not in the running order")]
    StandsAside(CueNumber),
    #[error("cue {0} is on air: too late to skip it")]
    OnAir(CueNumber),
    #[error("cue {0} is not running")]
    NotRunning(CueNumber),
    #[error(
        "cue {0} has no clip that plays: only a clip can be paused by itself, a hold stops the whole show"
    )]
    NoClipPlays(CueNumber),
    #[error("no cue is running, and none is due")]
    NothingRuns,
    #[error("the show is already held")]
    AlreadyHeld,
    #[error("the show is not held")]
    NotHeld,
    #[error("cue {cue} does not need {department}")]
    NotNeeded { cue: CueNumber, department: String },
    #[error("no segment runs yet: a nudge changes the one that runs")]
    NoSegment,
    #[error("the time of {0} is up: there is none left to take away")]
    TimeIsUp(String),
    #[error("{} is past", .0.strftime("%H:%M:%S"))]
    TimePast(Time),
    #[error("nothing to nudge by: the segment ends then anyway")]
    NoNudge,
    #[error("a segment is nudged by at most 24 hours")]
    NudgeTooLong,
    #[error("the note is empty")]
    EmptyNote,
    #[error("the message is empty")]
    EmptyMessage,
    #[error("a stage message has at most {MESSAGE_CHARS_MAX} characters: this one has {0}")]
    MessageTooLong(usize),
    #[error("no message stands on the boards")]
    NoMessage,
    #[error("{0} was not spotted: there is nothing to undo")]
    NotSpotted(String),
    #[error("no such person or department")]
    NoSuchPerson,
    #[error("the run is not finished: cues are left, running or due")]
    NotOver,
    #[error("the run is finished already")]
    Ended,
    #[error("this run is not shared: nobody else can have the flag")]
    NotShared,
    #[error("{0} has the flag")]
    NoFlag(StationName),
    #[error("the flag is on its way to {0}")]
    OnItsWay(StationName),
    #[error("{0} has the flag already")]
    HasFlag(StationName),
    #[error("the flag is offered to {0}: take that back first")]
    Offered(StationName),
    #[error("the flag is not offered to {0}")]
    NotOffered(StationName),
    #[error("the flag is offered to nobody")]
    NoOffer,
    #[error("{0} has not accepted the flag")]
    NotAccepted(StationName),
    #[error("this station says nothing until it has read the run's log")]
    Mute,
    #[error("the show has no cue {0}")]
    NoSuchCue(CueNumber),
    #[error("this is the editor: nothing fires here; `handover SHOW` runs the show")]
    OnlyEdited,
    #[error("the run has taken another version of the show meanwhile")]
    Outdated,
    #[error("no run lasts as long as that")]
    TooFar,
    #[error("cue {0} is not the next call any more")]
    NotNextCall(CueNumber),
    #[error("no alarm waits for an answer")]
    NothingToAnswer,
}

impl Rejection {
    /// Words of [`Rejection::Interlock`]: the cue that was not fired, `hint` right after that, and
    /// the departments that are `missing`.
    pub(crate) fn interlock(cue: &CueNumber, hint: &str, missing: &str) -> String {
        format!("cue {cue} not fired{hint}, not ready: {missing}")
    }
}
