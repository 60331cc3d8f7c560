//! Inputs of the [`Conductor`](super::Conductor) and its outputs.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::engine::{Command, Event, Expected, Record, Rejection, StationReport};
use crate::output::{ClipReport, Job, Outcome, Report, ShowTime};
use crate::show::{ClipJoin, CueIx, OutputIx, StationName};

/// Something that has happened outside.
#[derive(Clone, Debug)]
pub enum ConductorInput {
    /// A program has opened the run: the event that says so, `run_started` or `run_resumed`.
    Begin(Event),
    /// Somebody gives a command. [`ConductorOutput::Reply`] says what became of it.
    Command {
        /// The one who gives it.
        by: By,
        /// The command.
        command: Command,
    },
    /// A caller without the flag wishes something of this station, which has it: a command by
    /// [`By::Remote`], whose records say whose wish it was.
    Wish {
        /// The station of that caller.
        from: StationName,
        /// The command.
        command: Command,
    },
    /// Immediate outcome of an [`ConductorOutput::Send`].
    Outcome(Job, Outcome),
    /// Later outcome of a message, reported by its output: of an earlier [`ConductorOutput::Send`], or of
    /// one of [`ConductorOutput::StopAll`].
    Report(Report),
    /// Report of a player on a clip. It is a command by [`By::Player`].
    Clip(ClipReport),
    /// A remote control wants this cue ready until it fires.
    Load(CueIx),
    /// Something is about to be looked at, or done outside: what is journaled ahead of its instant
    /// leaves now.
    Flush,
    /// Time has passed.
    Tick,
    /// The program has lost its terminal.
    TerminalLost,
    /// The program lets go of the run. Nothing that is due happens any more.
    Leave {
        /// The reason.
        reason: String,
        /// The messages that waited for an output, and what became of them.
        unsent: Vec<Report>,
    },
    /// Records of the station that has the flag, which follow the last one here.
    Follow(Vec<Record>),
    /// The log has given the flag to this station; the record that says so was followed.
    Holds,
    /// The log has this record where one was proposed: that one, or the one that took its place.
    Stored(Box<Record>),
    /// The caller wants back the flag that is on its way.
    TakeBack {
        /// The reason; the journal keeps it.
        why: String,
    },
    /// Report of another station on one of its outputs.
    Told {
        /// The station.
        from: StationName,
        /// Its report.
        told: StationReport,
    },
    /// The other stations that are heard; all others are away. Before the first one, nobody is.
    Heard(BTreeSet<StationName>),
    /// The holder leaves messages to the outputs of this station, or with `None` does not.
    Expected(Option<Expected>),
    /// This station has to be mute, or may speak again.
    Mute(bool),
    /// Somebody has taken the flag, and the log does not have what was recorded here since: the
    /// run is the fold of these records, from its beginning.
    SetAside {
        /// The records that the log has, too.
        kept: Vec<Record>,
        /// The records after them, which it does not have.
        aside: Vec<Record>,
    },
}

/// The one who gives a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The caller, at the keyboard.
    Caller,
    /// A remote control.
    Remote,
    /// A player that plays a clip.
    Player,
    /// The program itself, when it opens the run.
    Program,
}

/// Something to do outside. Each has to be done before the next one is polled.
#[derive(Clone, Debug)]
pub enum ConductorOutput {
    /// Append to the journal, with one write. If that fails, the show goes on all the same.
    Append(Vec<Record>),
    /// Send this message. Its record has been appended. What is known of it at once comes back as
    /// [`ConductorInput::Outcome`] before the next output is polled.
    Send(Job),
    /// Stop what this cue has on air.
    Stop {
        /// The cue.
        cue: CueIx,
        /// The time that its clips take to fade out; zero: none.
        over: Duration,
    },
    /// Hold the picture of what this cue has on air.
    PauseClip(CueIx),
    /// Let the picture of what this cue has on air go on.
    ResumeClip(CueIx),
    /// A panic: send these outputs their messages of panic, and stop what lasts at any other; those
    /// are sent nothing, since another station does that. What is known of it at once comes back as
    /// [`ConductorInput::Report`] before the next output is polled.
    StopAll(Vec<OutputIx>),
    /// Another station sends this action, counted from 0, and its output is the holder's: what goes on
    /// here at the same address ends.
    GiveWay {
        /// The cue.
        cue: CueIx,
        /// Its action.
        action: u32,
    },
    /// Another station has taken the flag: ramps end where they are.
    EndRamps,
    /// Result of a command, once everything has happened that follows from it now.
    Reply {
        /// The one who gave it.
        by: By,
        /// The command.
        command: Command,
        /// The rejection, if it was refused.
        result: Result<(), Rejection>,
    },
    /// The pictures of these cues, which are on air, were lost with the program that had begun
    /// them.
    ClipsLost(Vec<CueIx>),
    /// Get these clips ready, the next one first.
    Arm(Vec<CueIx>),
    /// These clips follow each other without a delay, if nothing changes.
    Join(Vec<ClipJoin>),
    /// These outputs of a demonstration pretend to be down, and no others.
    Outages(Vec<OutputIx>),
    /// Reading of the show's clock, for outputs that are sent timecode.
    ShowTime(ShowTime),
    /// Tell the station that has the flag, which journals it.
    Tell(StationReport),
    /// Ship this record to the log, but do not journal it: [`ConductorInput::Stored`] says what the log has
    /// in its place.
    Propose(Box<Record>),
    /// The show is another version from here on: outputs send what that says.
    Revised,
    /// The outputs that may be sent something have changed.
    Muted(Muted),
    /// No input has come for so long that the machine must have stood still. This station is mute
    /// until [`ConductorInput::Mute`] says otherwise.
    StoodStill,
}

/// The outputs that are sent nothing, and no clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Muted {
    /// None but those of other stations.
    Nothing,
    /// Those that the station with the flag sends, which is another one.
    Shared,
    /// All of them: this station does not know the run.
    Everything,
}
