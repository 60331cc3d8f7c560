//! Commands that a caller without the flag may give: the holder journals them.

use crate::engine::{Command, State};
use crate::link::Wish;

/// The wish for the holder that stands for `command`; `None` if the command needs the flag.
pub fn wish_of(command: &Command, state: &State) -> Option<Wish> {
    Some(match command {
        Command::ToggleReady(at) => {
            let department = state.show().cue(state.playhead()?).needs.get(*at)?;
            Wish::Ready { department: state.show().department(*department).id.clone() }
        }
        Command::Ready(department) => Wish::Ready { department: department.clone() },
        Command::ReadyAll => Wish::ReadyAll,
        Command::Note(text) => Wish::Note { text: text.clone() },
        Command::Spot(person) => Wish::Spot { person: state.show().person(*person).id.clone() },
        Command::Unspot(person) => Wish::Unspot { person: state.show().person(*person).id.clone() },
        Command::NotePerson { person, text } => {
            let person = state.show().person(*person).id.clone();
            Wish::NotePerson { person, text: text.clone() }
        }
        Command::Go { .. }
        | Command::GoTo { .. }
        | Command::Start { .. }
        | Command::Stop(_)
        | Command::PauseClip(_)
        | Command::ResumeClip(_)
        | Command::StopAll
        | Command::Standby
        | Command::Override { .. }
        | Command::SwapBackup
        | Command::Step
        | Command::ToggleHold
        | Command::Hold
        | Command::Resume
        | Command::PlayheadNext
        | Command::PlayheadPrevious
        | Command::PlayheadTo(_)
        | Command::CatchUp
        | Command::ToggleSkip(_)
        | Command::Panic
        | Command::End
        | Command::Clip { .. }
        | Command::OfferFlag(_)
        | Command::AcceptFlag(_)
        | Command::WithdrawFlag(_)
        | Command::PassFlag { .. }
        | Command::FiredAside(_)
        | Command::Warn(_) => return None,
    })
}
