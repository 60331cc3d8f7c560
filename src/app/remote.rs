//! Turns wishes of remote controls into the commands that a key gives.

use crate::engine::{Cause, Command};
use crate::remote::Wish;
use crate::show::{CueIx, Show};

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
    pub fn of(wish: &Wish, show: &Show) -> Self {
        let cause = Cause::Remote;
        Wanted::Command(match wish {
            Wish::Go => Command::Go { cause },
            &Wish::GoTo(cue) => Command::GoTo { cue, cause },
            &Wish::Start(cue) => Command::Start { cue, cause },
            &Wish::Stop(cue) => Command::Stop(cue),
            &Wish::PauseClip(cue) => Command::PauseClip(cue),
            &Wish::ResumeClip(cue) => Command::ResumeClip(cue),
            &Wish::Load(cue) => return Wanted::Load(cue),
            Wish::Standby => Command::Standby,
            &Wish::Ready(department) => Command::Ready(show.department(department).id.clone()),
            Wish::Hold => Command::Hold,
            Wish::Resume => Command::Resume,
            Wish::TogglePause => Command::ToggleHold,
            Wish::Panic => Command::Panic,
            Wish::StopAll => Command::StopAll,
            Wish::PlayheadNext => Command::PlayheadNext,
            Wish::PlayheadPrevious => Command::PlayheadPrevious,
            &Wish::PlayheadTo(cue) => Command::PlayheadTo(cue),
            Wish::Step => Command::Step,
            Wish::Note(text) => Command::Note(text.clone()),
        })
    }
}
