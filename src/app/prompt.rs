//! The prompt: a line that the caller types, and what it is for.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_input::{Input, InputRequest};

use crate::edit::form;
use crate::show::{CueIx, PersonIx};

/// Distance of a page key in a list of choices, rows.
const PAGE: isize = 10;

/// A line being typed.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Its purpose.
    pub ask: Ask,
    /// The line so far.
    pub input: Input,
    /// Chosen row of the palette, or of the finds; `None` until something is typed or chosen.
    pub chosen: Option<usize>,
    /// Number of cues or commands that the line may mean.
    pub found: usize,
    /// Reason why Enter did not take the line, until it is changed.
    pub refused: Option<String>,
}

/// Purpose of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The reason of an override.
    Reason,
    /// A note.
    Note,
    /// The amount of a nudge.
    Nudge,
    /// A message for the boards.
    StageMessage,
    /// A note that belongs to a person.
    PersonNote {
        /// The person the note is about, even if the selection changes.
        person: PersonIx,
    },
    /// A cue; `back` is where the cursor was.
    Find {
        /// Cursor after Escape.
        back: Option<CueIx>,
    },
    /// A person; `back` is who was selected.
    FindPerson {
        /// Person that Escape selects again.
        back: PersonIx,
    },
    /// Words that the lines of the log are to have.
    FindLine,
    /// The holder's name, before a take from a holder that is heard.
    HolderName,
    /// The reason of a take.
    TakeReason {
        /// The term of the flag when the line was opened: it is taken in no other.
        term: u64,
        /// `true` if the holder's name was typed before.
        named: bool,
    },
    /// A field of the editor's form.
    Field {
        /// Its key in the show file.
        key: &'static str,
        /// Its text may have several lines.
        has_lines: bool,
    },
    /// A command.
    Palette,
}

impl Ask {
    /// Returns `true` if a panel over the page has rows to choose from.
    pub fn has_choices(self) -> bool {
        matches!(self, Ask::Palette | Ask::Field { .. })
    }
}

/// Effect of a key on a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// The line may have changed.
    Line,
    /// Enter.
    Accept,
    /// Escape or Ctrl-C.
    Leave,
    /// Up or down in what is offered.
    Choose(isize),
}

impl PartialEq for Prompt {
    fn eq(&self, other: &Self) -> bool {
        let line = (self.input.value(), self.input.cursor());
        (self.ask, self.chosen, line, &self.refused)
            == (
                other.ask,
                other.chosen,
                (other.input.value(), other.input.cursor()),
                &other.refused,
            )
    }
}

impl Prompt {
    /// The longest line, in bytes: a note is a line of the journal, and a value of a form has to fit.
    const LONGEST: usize = form::VALUE_MAX;

    pub(super) fn new(ask: Ask) -> Self {
        Prompt { ask, input: Input::default(), chosen: None, found: 0, refused: None }
    }

    /// Moves the choice; from none, down is the first.
    pub(super) fn choose(&mut self, by: isize) {
        self.chosen = Some(match self.chosen {
            Some(at) => at.saturating_add_signed(by),
            None => by.saturating_sub(1).max(0).unsigned_abs(),
        });
    }

    /// Keeps the choice within what the line has found.
    pub(super) fn has_found(&mut self, found: usize) {
        self.found = found;
        self.chosen = self.chosen.and_then(|at| Some(at.min(found.checked_sub(1)?)));
    }

    /// Returns the one that is chosen in `found`.
    pub(super) fn pick<T: Copy>(&self, found: &[T]) -> Option<T> {
        self.chosen.and_then(|at| found.get(at)).copied()
    }

    /// The words in front of the line.
    pub fn label(&self) -> &'static str {
        match self.ask {
            Ask::Reason => "override because",
            Ask::Note => "note",
            Ask::Nudge => "nudge the segment by",
            Ask::StageMessage => "on the boards",
            Ask::PersonNote { .. } => "note on",
            Ask::Find { .. } => "find",
            Ask::FindPerson { .. } => "find a person",
            Ask::FindLine => "find in the log",
            Ask::HolderName => "name of the holder",
            Ask::TakeReason { .. } => "take it because",
            Ask::Field { key, .. } => key,
            Ask::Palette => ":",
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the keys are crossterm's; all others mean nothing here"
    )]
    pub(super) fn key(&mut self, key: &KeyEvent) -> Typed {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let request = match key.code {
            // Where a line ends, by the keys that other programs have for that; Ctrl-J is Enter.
            KeyCode::Enter if self.has_lines() && !key.modifiers.is_empty() => {
                return self.insert('\n');
            }
            KeyCode::Enter => return Typed::Accept,
            KeyCode::Esc => return Typed::Leave,
            KeyCode::Char('c') if control => return Typed::Leave,
            KeyCode::Up | KeyCode::BackTab => return Typed::Choose(-1),
            KeyCode::Down | KeyCode::Tab => return Typed::Choose(1),
            KeyCode::PageUp => return Typed::Choose(-PAGE),
            KeyCode::PageDown => return Typed::Choose(PAGE),
            KeyCode::Char('u') if control => InputRequest::DeleteLine,
            KeyCode::Char('w') if control => InputRequest::DeletePrevWord,
            KeyCode::Char('a') if control => InputRequest::GoToStart,
            KeyCode::Char('e') if control => InputRequest::GoToEnd,
            KeyCode::Char(_) if control || key.modifiers.contains(KeyModifiers::ALT) => {
                return Typed::Line;
            }
            KeyCode::Char(c) => return self.insert(c),
            KeyCode::Backspace => InputRequest::DeletePrevChar,
            KeyCode::Delete => InputRequest::DeleteNextChar,
            KeyCode::Left => InputRequest::GoToPrevChar,
            KeyCode::Right => InputRequest::GoToNextChar,
            KeyCode::Home => InputRequest::GoToStart,
            KeyCode::End => InputRequest::GoToEnd,
            _ => return Typed::Line,
        };
        self.input.handle(request);
        Typed::Line
    }

    pub(super) fn paste(&mut self, text: &str) {
        if self.has_lines() {
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            let typed = |c: char| if c.is_whitespace() && c != '\n' { ' ' } else { c };
            return text.chars().for_each(|c| _ = self.insert(typed(c)));
        }
        for c in text.chars() {
            self.insert(if c.is_whitespace() { ' ' } else { c });
        }
    }

    /// Returns `true` if the text that is typed may have several lines.
    fn has_lines(&self) -> bool {
        matches!(self.ask, Ask::Field { has_lines: true, .. })
    }

    fn insert(&mut self, c: char) -> Typed {
        let may_stand = !c.is_control() || (c == '\n' && self.has_lines());
        if may_stand && self.input.value().len() < Self::LONGEST {
            self.input.handle(InputRequest::InsertChar(c));
        }
        Typed::Line
    }
}
