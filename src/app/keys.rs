//! The one table of commands: what each does, its usual keys, and what the footer, the help page
//! and the palette say.
//!
//! [`super::keymap`] reads the keys from these very words, so that each row can be remapped. `1-9`
//! and `Esc Esc` alone are not read: they never move. ARCHITECTURE.md says what else a row needs.

mod act;
mod edits;
mod time;

use edits::EDITS;
use strum::VariantArray;
use time::TIMES;
pub use time::TimeAct;

use super::{EditAct, Page};

/// Meaning of a key, before the state of the run decides if it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says what each does")]
pub enum Act {
    Go,
    Standby,
    /// A department answers, counted from 0.
    Ready(usize),
    AllReady,
    Override,
    SwapBackup,
    Step,
    Hold,
    PlayheadNext,
    PlayheadPrevious,
    Skip,
    Time(TimeAct),
    StageMessage,
    SelectUp,
    SelectDown,
    SelectPageUp,
    SelectPageDown,
    SelectFirst,
    SelectLast,
    OpenSegments,
    FoldSegments,
    PlayheadHere,
    Spot,
    Unspot,
    PersonNote,
    FindPerson,
    Find,
    FindNext,
    FindPrevious,
    FilterLog,
    Flag,
    Warn,
    Review,
    Editor,
    Edit(EditAct),
    Note,
    Panic,
    NextPage,
    PreviousPage,
    Open(Page),
    Help,
    Palette,
    SwitchTheme,
    Redraw,
    Quit,
    Suspend,
}

/// Effect of a key while it is held down, or pressed again at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldEffect {
    /// It acts again and again: it only moves or shows something.
    Repeats,
    /// It acts once: again it would take back what it did, do it to the next, or answer its own
    /// question.
    Once,
    /// It has a guard of its own that decides.
    OwnGuard,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The command.
    pub act: Act,
    /// The usual keys as people read them, with spaces between; empty for what only the palette
    /// does.
    pub keys: &'static str,
    /// A few words: the palette's name of it.
    pub name: &'static str,
    /// Its effect, in a sentence without a full stop.
    pub help: &'static str,
    /// The group on the help page.
    pub group: Group,
    /// The word in the footer, where it has a place there; the first are the last to be dropped.
    pub footer: Option<&'static str>,
}

/// The groups of the help page, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Group {
    /// Calling the show.
    Call,
    /// The playhead and the rundown.
    Rundown,
    /// The sheet on the people page.
    People,
    /// Editing the show file.
    Edit,
    /// Everything else.
    Program,
}

impl Act {
    /// Effect of its key on `page`: the people page has its own meaning for the keys that act on a
    /// selected cue.
    pub fn on(self, page: Page) -> Act {
        let own = PEOPLE.iter().find(|(run, _)| page == Page::People && *run == self);
        own.map_or(self, |&(_, people)| people)
    }

    /// Returns `true` if the palette runs it only by its whole name: it fires a cue or stops the
    /// show.
    pub fn needs_whole_name(self) -> bool {
        matches!(self, Act::Go | Act::Panic)
    }

    /// Returns `true` if it opens a line to type in, or says why there is none now.
    pub fn opens_line(self) -> bool {
        matches!(
            self,
            Act::Override
                | Act::Note
                | Act::Time(TimeAct::NudgeBy)
                | Act::StageMessage
                | Act::PersonNote
                | Act::Find
                | Act::FindPerson
                | Act::Edit(EditAct::Open | EditAct::AddCue | EditAct::AddSegment)
                | Act::Palette
        )
    }

    /// The act of the run page whose key it has.
    pub fn on_run(self) -> Act {
        PEOPLE.iter().find(|(_, people)| *people == self).map_or(self, |&(run, _)| run)
    }
}

/// Commands that act on a cue of the run page, each with its counterpart for a person.
const PEOPLE: [(Act, Act); 4] = [
    (Act::PlayheadHere, Act::Spot),
    (Act::Skip, Act::Unspot),
    (Act::Note, Act::PersonNote),
    (Act::Find, Act::FindPerson),
];

impl Group {
    /// All of them, in the order of the help page.
    pub const ALL: &'static [Group] = <Group as VariantArray>::VARIANTS;

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Call => "Calling",
            Group::Rundown => "Playhead and rundown",
            Group::People => "On the people page",
            Group::Edit => "Editing the show file",
            Group::Program => "Pages and program",
        }
    }
}

const fn row(
    act: Act,
    keys: &'static str,
    name: &'static str,
    help: &'static str,
    group: Group,
    footer: Option<&'static str>,
) -> Binding {
    Binding { act, keys, name, help, group, footer }
}

/// Every command of the run screen.
pub const BINDINGS: &[Binding] = &TABLE;

const TABLE: [Binding; COUNT] = table();

const COUNT: usize = BEFORE_PAGES.len() + TIMES.len() + EDITS.len() + PAGES + AFTER_PAGES.len();

/// Number of pages that a command opens.
const PAGES: usize = {
    let (mut count, mut at) = (0, 0);
    while at < Page::ALL.len() {
        count += Page::ALL[at].spec().command.is_some() as usize;
        at += 1;
    }
    count
};

/// The rows before the pages, those of the times, those of the edits, one for each page, the rows
/// after them.
const fn table<const N: usize>() -> [Binding; N] {
    let mut rows = [BEFORE_PAGES[0]; N];
    let (mut filled, mut at) = (0, 0);
    while at < BEFORE_PAGES.len() {
        rows[filled] = BEFORE_PAGES[at];
        (filled, at) = (filled + 1, at + 1);
    }
    at = 0;
    while at < TIMES.len() {
        rows[filled] = TIMES[at];
        (filled, at) = (filled + 1, at + 1);
    }
    at = 0;
    while at < EDITS.len() {
        rows[filled] = EDITS[at];
        (filled, at) = (filled + 1, at + 1);
    }
    at = 0;
    while at < Page::ALL.len() {
        let page = Page::ALL[at];
        if let Some(name) = page.spec().command {
            rows[filled] = row(Act::Open(page), "", name, page.spec().shows, Group::Program, None);
            filled += 1;
        }
        at += 1;
    }
    at = 0;
    while at < AFTER_PAGES.len() {
        rows[filled] = AFTER_PAGES[at];
        (filled, at) = (filled + 1, at + 1);
    }
    rows
}

/// Those before the pages.
const BEFORE_PAGES: &[Binding] = &[
    row(
        Act::Go,
        "Space",
        "GO",
        "fire the cue at the playhead (again within 0.3 s is ignored)",
        Group::Call,
        Some("go"),
    ),
    row(
        Act::Standby,
        "s",
        "standby",
        "warn the departments of the cue at the playhead",
        Group::Call,
        Some("standby"),
    ),
    row(
        Act::Ready(0),
        "1-9",
        "ready",
        "mark that department of the next cue ready; again: not ready",
        Group::Call,
        Some("ready"),
    ),
    row(Act::AllReady, "0", "all ready", "mark every department ready", Group::Call, None),
    row(
        Act::Override,
        "o",
        "override",
        "override the interlock for the next GO; asks for a reason",
        Group::Call,
        None,
    ),
    row(
        Act::SwapBackup,
        "b",
        "backup",
        "swap the cue at the playhead for its backup, and back",
        Group::Call,
        None,
    ),
    row(Act::Step, "m", "mark step", "mark the next step of the running cue", Group::Call, None),
    row(
        Act::Hold,
        "h",
        "hold",
        "hold the show: nothing fires by itself; again: resume",
        Group::Call,
        Some("hold"),
    ),
    row(
        Act::Panic,
        "Esc Esc",
        "panic",
        "tell the outputs to stop; nothing fires by itself until GO",
        Group::Call,
        None,
    ),
    row(Act::Note, "t", "note", "take a note, saved with the time", Group::Call, None),
    row(
        Act::StageMessage,
        "M",
        "stage message",
        "a message on the boards; again: take it away",
        Group::Call,
        None,
    ),
    row(
        Act::PlayheadNext,
        "n",
        "playhead next",
        "playhead to the next cue without firing",
        Group::Rundown,
        None,
    ),
    row(
        Act::PlayheadPrevious,
        "p",
        "playhead previous",
        "playhead to the previous cue",
        Group::Rundown,
        None,
    ),
    row(
        Act::PlayheadHere,
        "Enter",
        "playhead here",
        "playhead to the selected cue",
        Group::Rundown,
        None,
    ),
    row(
        Act::Skip,
        "x",
        "skip",
        "skip the selected cue, else the one at the playhead; again: unskip it",
        Group::Rundown,
        None,
    ),
    row(Act::SelectUp, "↑ k", "select up", "select the cue above", Group::Rundown, None),
    row(Act::SelectDown, "↓ j", "select down", "select the cue below", Group::Rundown, None),
    row(
        Act::SelectPageUp,
        "PgUp",
        "select page up",
        "select a screen of cues up",
        Group::Rundown,
        None,
    ),
    row(
        Act::SelectPageDown,
        "PgDn",
        "select page down",
        "select a screen of cues down",
        Group::Rundown,
        None,
    ),
    row(Act::SelectFirst, "g Home", "select first", "select the first cue", Group::Rundown, None),
    row(Act::SelectLast, "G End", "select last", "select the last cue", Group::Rundown, None),
    row(
        Act::Find,
        "/",
        "find",
        "find a cue by number or words; on the log page, find lines",
        Group::Rundown,
        Some("find"),
    ),
    row(
        Act::FindNext,
        "Ctrl-N",
        "find next",
        "the next match of the last search",
        Group::Rundown,
        None,
    ),
    row(Act::FindPrevious, "", "find previous", "the previous match", Group::Rundown, None),
    row(Act::OpenSegments, "→", "open segments", "unfold every segment", Group::Rundown, None),
    row(Act::FoldSegments, "←", "fold segments", "fold the segments again", Group::Rundown, None),
    row(
        Act::Spot,
        "",
        "spotted",
        "the selected person was spotted now; again: once more",
        Group::People,
        None,
    ),
    row(
        Act::Unspot,
        "Backspace",
        "untick",
        "undo the person's last sighting; the journal keeps both",
        Group::People,
        None,
    ),
    row(Act::PersonNote, "", "person note", "take a note on the person", Group::People, None),
    row(
        Act::FindPerson,
        "",
        "find person",
        "find a person by name, role or notes",
        Group::People,
        None,
    ),
    row(Act::NextPage, "Tab", "next page", "go to the next page", Group::Program, None),
    row(
        Act::PreviousPage,
        "Shift-Tab",
        "previous page",
        "go to the previous page",
        Group::Program,
        None,
    ),
];

/// Those after the pages.
const AFTER_PAGES: &[Binding] = &[
    row(
        Act::FilterLog,
        "F",
        "filter",
        "on the log page, show one kind of line; again: the next kind",
        Group::Program,
        None,
    ),
    row(
        Act::Flag,
        "f",
        "flag",
        "in a shared run: give the flag, ask for it, accept it, take it",
        Group::Program,
        None,
    ),
    row(
        Act::Warn,
        "!",
        "warn",
        "answer an alarm; without the flag: warn the one who has it",
        Group::Program,
        None,
    ),
    row(
        Act::Review,
        "r",
        "review",
        "show what is new in the show file, and ask whether to take it",
        Group::Edit,
        None,
    ),
    row(
        Act::Editor,
        "E",
        "editor",
        "open the show file in $EDITOR at the selected cue; the show runs on",
        Group::Edit,
        None,
    ),
    row(Act::Palette, ":", "commands", "find a command by its name", Group::Program, None),
    row(Act::Help, "?", "help", "all keys and signs; again: back", Group::Program, Some("help")),
    row(
        Act::SwitchTheme,
        "",
        "theme",
        "the next theme: dark, light, high contrast, colour-blind",
        Group::Program,
        None,
    ),
    row(Act::Redraw, "Ctrl-L", "redraw", "draw the whole screen again", Group::Program, None),
    row(
        Act::Suspend,
        "Ctrl-Z",
        "suspend",
        "suspend to the shell until fg; asks during a live run",
        Group::Program,
        None,
    ),
    row(Act::Quit, "q", "quit", "quit; asks during a live run", Group::Program, Some("quit")),
];
