//! Commands that a caller without the flag may give: they go to the holder as wishes, which it turns
//! into commands again and journals.

use crate::engine::{Command, State};
use crate::link::Wish;
use crate::show::{Show, StationName};

/// The wish for the holder that stands for `command`; `None` if the command needs the flag.
pub fn wish_of(command: &Command, state: &State) -> Option<Wish> {
    Some(match command {
        Command::ToggleReady(at) => {
            let department = state.show().cue(state.playhead()?).needs.get(*at)?;
            Wish::Ready { department: state.show().department(*department).id.clone() }
        }
        Command::Ready(department) => Wish::Ready { department: department.clone() },
        Command::ReadyFor { department, is_ready: true, .. } => {
            Wish::Ready { department: state.show().department(*department).id.clone() }
        }
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
        | Command::Retime(_)
        | Command::Nudge(_)
        | Command::ShowMessage(_)
        | Command::ClearMessage
        | Command::Panic
        | Command::End
        | Command::Clip { .. }
        | Command::OfferFlag(_)
        | Command::AcceptFlag { .. }
        | Command::WithdrawFlag(_)
        | Command::PassFlag { .. }
        | Command::FiredAside(_)
        | Command::Warn { .. }
        | Command::ReadyFor { is_ready: false, .. }
        | Command::WarnFrom(_)
        | Command::Answer
        | Command::Revise(_) => return None,
    })
}

/// The journal's reason for the end of an offer that the caller of `station` declined.
pub(super) fn declined(station: &StationName) -> String {
    format!("{station} does not want it")
}

/// The command that the wish of the caller of station `from` is for; `None` if it only asks for the
/// flag.
///
/// # Errors
/// With what this show does not have, for that caller.
pub fn command_of(wish: Wish, from: &StationName, show: &Show) -> Result<Option<Command>, String> {
    let person = |id: &str| {
        show.find_person(id).ok_or_else(|| format!("there is no person {id} in this show"))
    };
    Ok(Some(match wish {
        Wish::Ask => return Ok(None),
        Wish::Accept { offered_ns } => Command::AcceptFlag { by: from.clone(), offered_ns },
        Wish::Decline => Command::WithdrawFlag(declined(from)),
        Wish::Warn { said_ns } => Command::Warn { by: from.clone(), said_ns },
        Wish::Ready { department } => Command::Ready(department),
        Wish::ReadyAll => Command::ReadyAll,
        Wish::Note { text } => Command::Note(format!("{from}: {text}")),
        Wish::Spot { person: id } => Command::Spot(person(&id)?),
        Wish::Unspot { person: id } => Command::Unspot(person(&id)?),
        Wish::NotePerson { person: id, text } => {
            Command::NotePerson { person: person(&id)?, text: format!("{from}: {text}") }
        }
    }))
}
