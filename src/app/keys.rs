//! The one table of keys: what each does, and what the footer, the help page and the palette say of it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Page;

/// What a key means, before the state of the run says whether it may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below says what each does")]
pub enum Act {
    Go,
    Standby,
    /// A department answers, counted from 0.
    Ready(usize),
    Override,
    SwapBackup,
    Step,
    Hold,
    PlayheadNext,
    PlayheadPrevious,
    Skip,
    SelectUp,
    SelectDown,
    SelectPageUp,
    SelectPageDown,
    SelectFirst,
    SelectLast,
    PlayheadHere,
    Spot,
    Unspot,
    PersonNote,
    FindPerson,
    Find,
    Note,
    Panic,
    NextPage,
    PreviousPage,
    Open(Page),
    Help,
    Palette,
    SwitchTheme,
    Quit,
    Suspend,
}

/// A row of the table.
#[derive(Debug)]
pub struct Binding {
    /// What is done.
    pub act: Act,
    /// The keys as people read them; empty for what only the palette does.
    pub keys: &'static str,
    /// A few words: the palette's name of it.
    pub name: &'static str,
    /// What it does, in a sentence without a full stop.
    pub help: &'static str,
    /// The group on the help page.
    pub group: Group,
    /// The word in the footer, where it has a place there; the first are the last to be dropped.
    pub footer: Option<&'static str>,
}

/// The groups of the help page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Calling the show.
    Call,
    /// The playhead and the rundown.
    Rundown,
    /// The sheet on the people page.
    People,
    /// Everything else.
    Program,
}

impl Group {
    /// All of them, in the order of the help page.
    pub const ALL: [Group; 4] = [Group::Call, Group::Rundown, Group::People, Group::Program];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Call => "Calling",
            Group::Rundown => "Playhead and rundown",
            Group::People => "On the people page",
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
pub const BINDINGS: &[Binding] = &[
    row(
        Act::Go,
        "Space",
        "GO",
        "fire the cue at the playhead (again within 0.3 s is ignored)",
        Group::Call,
        Some("go"),
    ),
    row(Act::Standby, "s", "standby", "warn the departments of the cue at the playhead", Group::Call, Some("standby")),
    row(
        Act::Ready(0),
        "1…9",
        "ready",
        "that department answers ready; again takes it back",
        Group::Call,
        Some("ready"),
    ),
    row(Act::Override, "o", "override", "let the next GO pass the interlock; asks for a reason", Group::Call, None),
    row(Act::SwapBackup, "b", "backup", "swap the cue at the playhead for its backup, and back", Group::Call, None),
    row(Act::Step, "m", "mark step", "mark the next step of the running cue", Group::Call, None),
    row(
        Act::Hold,
        "h",
        "hold",
        "stop the show's clock, nothing comes by itself; again resumes",
        Group::Call,
        Some("hold"),
    ),
    row(Act::Panic, "Esc Esc", "panic", "stop every output and all that would come by itself", Group::Call, None),
    row(Act::Note, "t", "note", "take a note, kept with the time", Group::Call, None),
    row(Act::PlayheadNext, "n", "playhead next", "playhead to the next cue without firing", Group::Rundown, None),
    row(Act::PlayheadPrevious, "p", "playhead previous", "playhead to the previous cue", Group::Rundown, None),
    row(Act::PlayheadHere, "Enter", "playhead here", "playhead to the selected cue", Group::Rundown, None),
    row(Act::Skip, "x", "skip", "skip the selected cue, or take it back into the run", Group::Rundown, None),
    row(Act::SelectUp, "↑ k", "select up", "select the cue above", Group::Rundown, None),
    row(Act::SelectDown, "↓ j", "select down", "select the cue below", Group::Rundown, None),
    row(Act::SelectPageUp, "PgUp", "select page up", "select ten cues up", Group::Rundown, None),
    row(Act::SelectPageDown, "PgDn", "select page down", "select ten cues down", Group::Rundown, None),
    row(Act::SelectFirst, "g", "select first", "select the first cue", Group::Rundown, None),
    row(Act::SelectLast, "G", "select last", "select the last cue", Group::Rundown, None),
    row(Act::Find, "/", "find", "find a cue by number or words", Group::Rundown, Some("find")),
    row(Act::Spot, "Enter", "spotted", "the selected person is seen now; again adds a sighting", Group::People, None),
    row(
        Act::Unspot,
        "x Backspace",
        "take sighting back",
        "the person's last sighting was none; both stay journaled",
        Group::People,
        None,
    ),
    row(Act::PersonNote, "t", "note on person", "take a note that belongs to the person", Group::People, None),
    row(Act::FindPerson, "/", "find person", "find somebody by name, role or notes", Group::People, None),
    row(Act::NextPage, "Tab", "next page", "run, monitor, timeline, people, outputs, log, help", Group::Program, None),
    row(Act::PreviousPage, "Shift-Tab", "previous page", "the same backwards", Group::Program, None),
    row(Act::Open(Page::Run), "", "page run", "what is on air, what is next, the rundown", Group::Program, None),
    row(Act::Open(Page::Monitor), "", "page monitor", "what the cue on air looks like", Group::Program, None),
    row(Act::Open(Page::Timeline), "", "page timeline", "the segments over the clock", Group::Program, None),
    row(Act::Open(Page::People), "", "page people", "who is in the show, and who was spotted", Group::Program, None),
    row(Act::Open(Page::Outputs), "", "page outputs", "each output and how it is", Group::Program, None),
    row(Act::Open(Page::Log), "", "page log", "the journal as it grows", Group::Program, None),
    row(Act::Palette, ":", "commands", "every command by its name", Group::Program, None),
    row(Act::Help, "?", "help", "all keys; again goes back", Group::Program, Some("help")),
    row(Act::SwitchTheme, "", "theme", "dark or light", Group::Program, None),
    row(
        Act::Suspend,
        "Ctrl-Z",
        "suspend",
        "back to the shell until fg; nothing comes by itself meanwhile",
        Group::Program,
        None,
    ),
    row(Act::Quit, "q", "quit", "leave; asks while a live run is unfinished", Group::Program, Some("quit")),
];

/// What `key` means on `page`, where no prompt is open: what calls the show, everywhere the same.
pub fn act_on(key: &KeyEvent, page: Page) -> Option<Act> {
    let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER);
    if page == Page::People && is_plain {
        match key.code {
            KeyCode::Enter => return Some(Act::Spot),
            KeyCode::Char('x') | KeyCode::Backspace => return Some(Act::Unspot),
            KeyCode::Char('t') => return Some(Act::PersonNote),
            KeyCode::Char('/') => return Some(Act::FindPerson),
            _ => {}
        }
    }
    act_of(key)
}

/// What `key` means on the run screen, where no prompt is open. Escape is no row: it needs two presses.
pub fn act_of(key: &KeyEvent) -> Option<Act> {
    if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SUPER) {
        return match (key.code, key.modifiers) {
            (KeyCode::Char('c'), KeyModifiers::CONTROL) => Some(Act::Quit),
            (KeyCode::Char('z'), KeyModifiers::CONTROL) => Some(Act::Suspend),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Char(' ') => Act::Go,
        KeyCode::Char('s') => Act::Standby,
        KeyCode::Char(digit @ '1'..='9') => Act::Ready(digit as usize - '1' as usize),
        KeyCode::Char('o') => Act::Override,
        KeyCode::Char('b') => Act::SwapBackup,
        KeyCode::Char('m') => Act::Step,
        KeyCode::Char('h') => Act::Hold,
        KeyCode::Char('n') => Act::PlayheadNext,
        KeyCode::Char('p') => Act::PlayheadPrevious,
        KeyCode::Char('x') => Act::Skip,
        KeyCode::Up | KeyCode::Char('k') => Act::SelectUp,
        KeyCode::Down | KeyCode::Char('j') => Act::SelectDown,
        KeyCode::PageUp => Act::SelectPageUp,
        KeyCode::PageDown => Act::SelectPageDown,
        KeyCode::Home | KeyCode::Char('g') => Act::SelectFirst,
        KeyCode::End | KeyCode::Char('G') => Act::SelectLast,
        KeyCode::Enter => Act::PlayheadHere,
        KeyCode::Char('/') => Act::Find,
        KeyCode::Char('t') => Act::Note,
        KeyCode::Tab => Act::NextPage,
        KeyCode::BackTab => Act::PreviousPage,
        KeyCode::Char('?') => Act::Help,
        KeyCode::Char(':') => Act::Palette,
        KeyCode::Char('q') => Act::Quit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(name: &str) -> KeyEvent {
        let code = match name {
            "Space" => KeyCode::Char(' '),
            "Enter" => KeyCode::Enter,
            "Tab" => KeyCode::Tab,
            "Shift-Tab" => KeyCode::BackTab,
            "PgUp" => KeyCode::PageUp,
            "PgDn" => KeyCode::PageDown,
            "↑" => KeyCode::Up,
            "↓" => KeyCode::Down,
            "1…9" => KeyCode::Char('1'),
            "Backspace" => KeyCode::Backspace,
            "Ctrl-Z" => return KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
            other => KeyCode::Char(other.chars().next().unwrap()),
        };
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn every_key_of_the_table_does_what_its_row_says() {
        for binding in BINDINGS.iter().filter(|b| b.act != Act::Panic) {
            let page = if binding.group == Group::People { Page::People } else { Page::Run };
            for key in binding.keys.split_whitespace() {
                assert_eq!(act_on(&key_of(key), page), Some(binding.act), "{key}");
            }
        }
    }

    #[test]
    fn what_calls_the_show_calls_it_on_every_page() {
        for binding in BINDINGS.iter().filter(|b| b.group == Group::Call && !matches!(b.act, Act::Panic | Act::Note)) {
            for page in Page::ALL {
                assert_eq!(act_on(&key_of(binding.keys), page), Some(binding.act), "{} on {page:?}", binding.keys);
            }
        }
    }

    #[test]
    fn a_key_with_alt_or_control_is_no_call() {
        for modifier in [KeyModifiers::ALT, KeyModifiers::CONTROL, KeyModifiers::SUPER] {
            assert_eq!(act_of(&KeyEvent::new(KeyCode::Char(' '), modifier)), None);
        }
    }
}
