//! The two ends of the flag: what it is handed, and what it asks for.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::engine::{Expected, Record, RunNs};
use crate::link::clock::Estimate;
use crate::link::message::{FiredAside, FlagStep, Letter, News, OutputSigns, ServerRequest};
use crate::show::StationName;

/// Something that has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum FlagInput {
    /// The conductor has journaled these as the holder.
    Recorded(Vec<Record>),
    /// The conductor proposes this record, which passes the flag or takes the pass back.
    Propose(Record),
    /// News of the server's thread.
    News(News),
    /// Something for the holder: a wish of this station's caller, or a report on its outputs.
    Letter(Letter),
    /// The wish of a letter was refused, or (`None`) granted.
    Answer {
        /// The station that wished it.
        to: StationName,
        /// Number of its letter.
        number: u64,
        /// Reason of the refusal.
        refused: Option<String>,
    },
    /// What the run's clock reads now, for a station that asked.
    Clock {
        /// The station.
        to: StationName,
        /// Its clock when it asked.
        asked_ns: u64,
        /// The run's clock.
        run_ns: RunNs,
    },
    /// The text of a version of the show that a record of this station names, or will.
    Text {
        /// Its SHA-256, hex.
        sha256: String,
        /// The text.
        text: Arc<str>,
    },
    /// The same, and this station's caller wants to give the run this version:
    /// [`FlagOutput::Announced`] follows once the other stations have its text.
    Announce {
        /// Its SHA-256, hex.
        sha256: String,
        /// The text.
        text: Arc<str>,
    },
    /// Outcome of a [`FlagOutput::Version`]: it can be followed, or the reason why not.
    Version {
        /// Its SHA-256, hex.
        sha256: String,
        /// Its outcome.
        outcome: Result<(), String>,
    },
    /// The caller's step of the exchange.
    Step(FlagStep),
    /// The outputs that this station sends, and has tried.
    Outputs(OutputSigns),
    /// The machine has stood still.
    StoodStill,
    /// This station has lost its terminal.
    TerminalLost,
    /// The caller wants to go on though the log cannot be read.
    GoOn,
    /// Time has passed.
    Tick,
}

/// Something to do. Each has to be done before the next one is polled.
#[derive(Clone, Debug, PartialEq)]
pub enum FlagOutput {
    /// For the server's thread.
    Request(ServerRequest),
    /// The conductor follows these.
    Follow(Vec<Record>),
    /// Another version of the show, which the next record to follow takes. The log waits until
    /// [`FlagInput::Version`] says what became of it.
    Version {
        /// Its number: 2 for the first that a run takes.
        number: u32,
        /// SHA-256 of its text, hex.
        sha256: String,
        /// The text.
        text: Arc<str>,
    },
    /// The version that was announced can be given to the run: the stations that are heard have its
    /// text, or were waited for long enough.
    Announced {
        /// SHA-256 of its text, hex.
        sha256: String,
    },
    /// The log has this where the conductor proposed a record.
    Stored(Record),
    /// This station has the flag.
    Holds {
        /// `true` if it had it already when its program ended: the run is to be resumed.
        resumes: bool,
    },
    /// Somebody has taken the flag: the journal ends at `kept`, and what is recorded after it is
    /// not in the log and goes aside.
    Aside {
        /// Last record that the log has, too.
        kept: u64,
        /// The records after it.
        records: Vec<Record>,
        /// The term in which they were recorded.
        term: u64,
        /// The cues among them that were fired.
        fired: Vec<FiredAside>,
    },
    /// This station is mute, or speaks again.
    Mute(bool),
    /// The other stations that are heard; all others are away. A station that has just begun does
    /// not say so: it has heard nobody yet.
    Heard(BTreeSet<StationName>),
    /// The holder leaves messages to this station's outputs for so long; with `None` it does not.
    Expected(Option<Expected>),
    /// A letter to this station, which has the flag.
    Letter {
        /// The sender; this station itself, too.
        from: StationName,
        /// Its number, for [`FlagInput::Answer`].
        number: u64,
        /// Its content.
        letter: Letter,
    },
    /// Another program of this station's name is the station and sends its messages, or with `false`
    /// does not any more.
    Second(bool),
    /// The holder has refused a wish of this station's caller.
    Refused(String),
    /// A station asks what the run's clock reads: [`FlagInput::Clock`] answers.
    ClockAsked {
        /// The station.
        to: StationName,
        /// Its clock when it asked.
        asked_ns: u64,
    },
    /// What the run's clock reads, on a station that follows.
    Clock(Estimate),
    /// Nobody has accepted the offer in time: it is to be withdrawn.
    Lapsed,
    /// The log cannot be read: the caller has to say whether the run goes on from here.
    Asks,
    /// Something that people should know.
    Word(StationWord),
}

/// Something that people should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StationWord {
    /// In words.
    pub text: String,
    /// `true` if it has to be seen at once.
    pub is_alarm: bool,
}
