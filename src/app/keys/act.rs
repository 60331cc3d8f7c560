//! Facts about each command, in matches that a new one has to be added to.

use super::{Act, HeldEffect, TimeAct};

impl Act {
    /// Returns `true` if its usual key gives way to a keys.toml that has given that key to another
    /// command: files that were written before it had one stay right.
    pub fn gives_way(self) -> bool {
        matches!(
            self,
            Act::AllReady
                | Act::FindNext
                | Act::OpenSegments
                | Act::FoldSegments
                | Act::Redraw
                | Act::FilterLog
                | Act::Flag
                | Act::Warn
                | Act::Review
                | Act::Editor
                | Act::Edit(_)
                | Act::Time(_)
                | Act::StageMessage
        )
    }

    /// Effect of its key while it is held down.
    pub fn held(self) -> HeldEffect {
        match self {
            Act::Go | Act::Spot => HeldEffect::OwnGuard,
            Act::Standby
            | Act::Ready(_)
            | Act::AllReady
            | Act::Override
            | Act::SwapBackup
            | Act::Step
            | Act::Hold
            | Act::Skip
            | Act::Time(_)
            | Act::StageMessage
            | Act::Unspot
            | Act::PersonNote
            | Act::FindPerson
            | Act::Find
            | Act::Flag
            | Act::Warn
            | Act::Review
            | Act::Editor
            | Act::Edit(_)
            | Act::Note
            | Act::Panic
            | Act::Open(_)
            | Act::Help
            | Act::Palette
            | Act::Quit
            | Act::Suspend => HeldEffect::Once,
            Act::PlayheadNext
            | Act::PlayheadPrevious
            | Act::PlayheadHere
            | Act::SelectUp
            | Act::SelectDown
            | Act::SelectPageUp
            | Act::SelectPageDown
            | Act::SelectFirst
            | Act::SelectLast
            | Act::OpenSegments
            | Act::FoldSegments
            | Act::FindNext
            | Act::FindPrevious
            | Act::FilterLog
            | Act::NextPage
            | Act::PreviousPage
            | Act::SwitchTheme
            | Act::Redraw => HeldEffect::Repeats,
        }
    }

    /// Returns `true` if it changes the run in a way that only the station with the flag may.
    pub fn needs_flag(self) -> bool {
        match self {
            Act::Go
            | Act::Standby
            | Act::Override
            | Act::SwapBackup
            | Act::Step
            | Act::Hold
            | Act::PlayheadNext
            | Act::PlayheadPrevious
            | Act::PlayheadHere
            | Act::Skip
            | Act::Time(_)
            | Act::StageMessage
            | Act::Panic => true,
            Act::Ready(_)
            | Act::AllReady
            | Act::SelectUp
            | Act::SelectDown
            | Act::SelectPageUp
            | Act::SelectPageDown
            | Act::SelectFirst
            | Act::SelectLast
            | Act::OpenSegments
            | Act::FoldSegments
            | Act::Spot
            | Act::Unspot
            | Act::PersonNote
            | Act::FindPerson
            | Act::Find
            | Act::FindNext
            | Act::FindPrevious
            | Act::FilterLog
            | Act::Flag
            | Act::Warn
            | Act::Review
            | Act::Editor
            | Act::Edit(_)
            | Act::Note
            | Act::NextPage
            | Act::PreviousPage
            | Act::Open(_)
            | Act::Help
            | Act::Palette
            | Act::SwitchTheme
            | Act::Redraw
            | Act::Quit
            | Act::Suspend => false,
        }
    }

    /// Returns `true` if it means nothing where a show is only edited. No command is obeyed there;
    /// this is for those that would ask for something first, or do something of their own.
    pub fn needs_run(self) -> bool {
        let of_run = matches!(
            self,
            Act::Ready(_)
                | Act::AllReady
                | Act::Spot
                | Act::Unspot
                | Act::PersonNote
                | Act::Note
                | Act::Flag
                | Act::Warn
        );
        of_run || self.needs_flag()
    }

    /// Number of lines by which it moves what is selected or shown, where a page has `page` of them:
    /// [`isize::MIN`] to the first, [`isize::MAX`] to the last; `None` if it moves nothing.
    pub(crate) fn lines(self, page: isize) -> Option<isize> {
        match self {
            Act::SelectUp => Some(-1),
            Act::SelectDown => Some(1),
            Act::SelectPageUp => Some(-page),
            Act::SelectPageDown => Some(page),
            Act::SelectFirst => Some(isize::MIN),
            Act::SelectLast => Some(isize::MAX),
            Act::Go
            | Act::Standby
            | Act::Ready(_)
            | Act::AllReady
            | Act::Override
            | Act::SwapBackup
            | Act::Step
            | Act::Hold
            | Act::PlayheadNext
            | Act::PlayheadPrevious
            | Act::PlayheadHere
            | Act::Skip
            | Act::Time(_)
            | Act::StageMessage
            | Act::OpenSegments
            | Act::FoldSegments
            | Act::Spot
            | Act::Unspot
            | Act::PersonNote
            | Act::FindPerson
            | Act::Find
            | Act::FindNext
            | Act::FindPrevious
            | Act::FilterLog
            | Act::Flag
            | Act::Warn
            | Act::Review
            | Act::Editor
            | Act::Edit(_)
            | Act::Note
            | Act::Panic
            | Act::NextPage
            | Act::PreviousPage
            | Act::Open(_)
            | Act::Help
            | Act::Palette
            | Act::SwitchTheme
            | Act::Redraw
            | Act::Quit
            | Act::Suspend => None,
        }
    }

    /// Returns `true` if it acts on the cue or the person that is selected.
    pub(crate) fn is_on_selection(self) -> bool {
        matches!(
            self,
            Act::PlayheadHere
                | Act::Skip
                | Act::Time(TimeAct::CueNow | TimeAct::SegmentNow)
                | Act::Spot
                | Act::Unspot
                | Act::Editor
        )
    }
}
