//! Reasons why a cue that fell due did not fire.

use serde::{Deserialize, Serialize};

/// Reason why a cue that fell due did not fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedWhy {
    /// Its time was over before the run began.
    BeforeRun,
    /// No program was running.
    ProgramDown,
    /// The journal lost its end before the resume: nobody knows whether it was fired.
    EndLost,
    /// The station that had the flag was silent, and another took it: nobody knows whether it was
    /// fired.
    FlagTaken,
    /// The record that passes the flag came to the log too late: nobody had the flag at the
    /// instant.
    PassLate,
    /// The program or the machine stood still past the instant.
    Late,
    /// The clock came in a hold.
    Held,
    /// The clock came after a panic.
    Panicked,
    /// Everything was stopped while it waited in its delay.
    Stopped,
    /// Departments were not ready.
    Interlock,
    /// Its segment ended before.
    SegmentEnded,
    /// The clip that it follows was not played to an end, and nobody knows when that would have
    /// been.
    NotPlayed,
    /// An edit of the show has put its instant in the past.
    Edited,
}

impl MissedWhy {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            MissedWhy::BeforeRun => "its time had passed before the run began",
            MissedWhy::ProgramDown => "the program was down",
            MissedWhy::EndLost => {
                "the disk lost the end of the journal, and it may have been fired before"
            }
            MissedWhy::FlagTaken => {
                "the flag was taken from a silent station, which may have fired it"
            }
            MissedWhy::PassLate => "the pass of the flag came late",
            MissedWhy::Late => "the machine stood still",
            MissedWhy::Held => "the show was held",
            MissedWhy::Panicked => "the show was stopped by a panic",
            MissedWhy::Stopped => "it was stopped during its delay",
            MissedWhy::Interlock => "departments were not ready",
            MissedWhy::SegmentEnded => "its segment ended first",
            MissedWhy::NotPlayed => "the clip that it follows was not played",
            MissedWhy::Edited => "the edit put its time in the past",
        }
    }
}
