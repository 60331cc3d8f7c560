//! Turns wishes of remote controls into the commands that a key gives.

use core::net::SocketAddr;

use crate::engine::{Cause, Command, Nudge};
use crate::remote::RemoteCommand;
use crate::show::{CueIx, Show};

/// State of the remote control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemoteSign {
    /// They are.
    Heard {
        /// Address and port.
        address: SocketAddr,
        /// Number of messages without the passcode.
        denied: u64,
    },
    /// They should be, and are not: why.
    Deaf(String),
}

/// The pages for browsers that are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSign {
    /// Address and port.
    pub address: SocketAddr,
    /// Number of pages that are open.
    pub open: usize,
}

/// Meaning of a wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A command to the run.
    Command(Command),
    /// The outputs are to get ready for a cue.
    Load(CueIx),
}

impl Wanted {
    /// Meaning of `wish` in a run of `show`.
    pub fn of(wish: &RemoteCommand, show: &Show) -> Self {
        let cause = Cause::Remote;
        Wanted::Command(match wish {
            RemoteCommand::Go => Command::Go { cause },
            &RemoteCommand::GoTo(cue) => Command::GoTo { cue, cause },
            &RemoteCommand::Start(cue) => Command::Start { cue, cause },
            &RemoteCommand::Stop(cue) => Command::Stop(cue),
            &RemoteCommand::PauseClip(cue) => Command::PauseClip(cue),
            &RemoteCommand::ResumeClip(cue) => Command::ResumeClip(cue),
            &RemoteCommand::Load(cue) => return Wanted::Load(cue),
            RemoteCommand::Standby => Command::Standby,
            &RemoteCommand::Ready(department) => {
                Command::Ready(show.department(department).id.clone())
            }
            RemoteCommand::Hold => Command::Hold,
            RemoteCommand::Resume => Command::Resume,
            RemoteCommand::TogglePause => Command::ToggleHold,
            RemoteCommand::Panic => Command::Panic,
            RemoteCommand::StopAll => Command::StopAll,
            RemoteCommand::PlayheadNext => Command::PlayheadNext,
            RemoteCommand::PlayheadPrevious => Command::PlayheadPrevious,
            &RemoteCommand::PlayheadTo(cue) => Command::PlayheadTo(cue),
            RemoteCommand::Step => Command::Step,
            &RemoteCommand::Nudge(by) => Command::Nudge(Nudge::By(by)),
            RemoteCommand::ShowMessage(text) => Command::ShowMessage(text.clone()),
            RemoteCommand::ClearMessage => Command::ClearMessage,
            RemoteCommand::Note(text) => Command::Note(text.clone()),
        })
    }
}
