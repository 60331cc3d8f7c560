//! Editing the show file from the screen: the form of a cue or a segment, and the edits that need
//! none.
//!
//! The form's fields are typed in the prompt, one at a time. What is typed is checked by the
//! thread that has the file, since a large show takes a while to parse: its answers come back as
//! [`EditNews`]. Nothing is changed before it is saved.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use tui_input::Input;

use super::keys::Act;
use super::prompt::Prompt;
use super::{App, Ask, Question, Task, Tone};
use crate::edit::form::{After, CueOrSegment, Form, FormFault, FormField, FormSubject, KeyTable};
use crate::engine::State;
use crate::plain::counted;
use crate::show::{CueIx, CueNumber};
use crate::time::MachineNs;

/// An Enter within this time of the save, or of the Enter before, belongs to it.
const SLIP: Duration = Duration::from_millis(700);

/// The line of a form whose fields are not there.
const NO_FIELD: Ask = Ask::Field { key: "", has_lines: false };

/// An edit that a key or the palette begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table of commands says what each does")]
pub enum EditAct {
    Open,
    AddCue,
    AddSegment,
    DuplicateCue,
    DuplicateSegment,
    RemoveCue,
    RemoveSegment,
    CueDown,
    CueUp,
    SegmentDown,
    SegmentUp,
    Undo,
    Redo,
}

/// Something for the thread that has the show file to do.
#[derive(Clone, Debug, PartialEq)]
pub enum EditWish {
    /// Open a form.
    Open(FormSubject),
    /// Save what was typed into the form.
    Save {
        /// What was typed.
        typed: TypedForm,
        /// Also over what others have made of the same item since.
        over: bool,
    },
    /// Put a copy after it.
    Duplicate(CueOrSegment),
    /// Take it out of the show.
    Remove(CueOrSegment),
    /// Move it one place up.
    Up(CueOrSegment),
    /// Move it one place down.
    Down(CueOrSegment),
    /// Take the last edit back.
    Undo,
    /// Do it again.
    Redo,
}

/// What is typed in a form.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedForm {
    /// The form as it was opened.
    pub form: Form,
    /// Its fields as they are now.
    pub values: Vec<String>,
    /// Counts the changes: an answer to an older state is none to this one.
    pub serial: u64,
}

/// An answer of the thread that has the show file.
#[derive(Clone, Debug, PartialEq)]
pub enum EditNews {
    /// A form.
    Opened(Box<Form>),
    /// The faults that the show would have with what was typed by then.
    Checked {
        /// The state of the form that was checked.
        serial: u64,
        /// None if it can be saved.
        faults: Vec<FormFault>,
    },
    /// Others have changed the same item meanwhile: their change in words.
    Conflict(String),
    /// The edit is in the file.
    Saved {
        /// What it has changed, in words.
        words: String,
        /// The place of the segment that the form was of, if it was that of one without cues.
        segment: Option<usize>,
    },
    /// The edit was not done: why.
    Failed(String),
}

/// The edits of the show file from the screen, as far as they are under way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edits {
    /// The form, while it is open.
    pub form: Option<OpenForm>,
    /// What was typed in the form that was left last.
    left: Option<TypedForm>,
    /// Place of a segment that was added and has no cue, with the cursor then: it is edited until
    /// the cursor moves.
    new_segment: Option<(usize, Option<CueIx>)>,
    /// The cue that was saved last: it is selected once the run has it.
    pub(super) saved_cue: Option<CueNumber>,
    /// What the last edit has changed, in words, until the run has taken it.
    pub(super) words: Option<String>,
    /// Instant at which a form was saved: a second Enter right after it is a slip.
    saved_ns: Option<MachineNs>,
}

/// The form on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenForm {
    /// Its subject.
    pub subject: FormSubject,
    /// `None` until it comes.
    pub typed: Option<TypedForm>,
    /// The field that is typed, by its place.
    pub chosen: usize,
    /// The faults of what was typed.
    pub faults: Vec<FormFault>,
    /// What others have made of the same item, if that is in the way.
    pub conflict: Option<String>,
    /// It is being saved.
    pub is_saving: bool,
    /// Reason why it did not open or was not saved, where that is none of its faults.
    pub failed: Option<String>,
    /// It was not saved because of its faults.
    pub is_refused: bool,
}

impl TypedForm {
    /// Returns `true` if the field at this place is other than when the form was opened.
    pub fn is_changed(&self, at: usize) -> bool {
        let before = self.form.fields.get(at).map(|field| field.value.trim());
        before != self.values.get(at).map(|value| value.trim())
    }

    /// Number of fields that are other than when the form was opened.
    pub fn changed(&self) -> usize {
        (0..self.values.len()).filter(|&at| self.is_changed(at)).count()
    }
}

impl OpenForm {
    fn new(subject: FormSubject) -> Self {
        OpenForm {
            subject,
            typed: None,
            chosen: 0,
            faults: vec![],
            conflict: None,
            is_saving: false,
            failed: None,
            is_refused: false,
        }
    }

    /// The field that is typed.
    pub fn field(&self) -> Option<&FormField> {
        self.typed.as_ref()?.form.fields.get(self.chosen)
    }
}

impl App {
    /// Begins an edit of what is selected.
    pub(super) fn edit(&mut self, act: EditAct, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let selected = self.selected(state);
        let number = selected.map(|cue| state.show().cue(cue).number.clone());
        let new_segment = self.edits.new_segment.filter(|(_, cursor)| *cursor == self.cursor);
        let last = state.show().segments.len().saturating_sub(1);
        let after = |number: Option<CueNumber>| match (new_segment, number) {
            (Some((segment, _)), _) => After::Segment(segment),
            (None, Some(number)) => After::Cue(number),
            (None, None) => After::Segment(last),
        };
        let subject = match (act, new_segment) {
            (EditAct::Undo, _) => return vec![Task::Edit(EditWish::Undo)],
            (EditAct::Redo, _) => return vec![Task::Edit(EditWish::Redo)],
            (EditAct::AddCue, _) => FormSubject::NewCue(after(number)),
            (EditAct::AddSegment, _) => FormSubject::NewSegment(after(number)),
            (EditAct::Open, Some((segment, _))) => FormSubject::Segment(segment),
            (EditAct::Open, None) => match number {
                Some(number) => FormSubject::Cue(number),
                None => return self.nothing_selected(now_ns),
            },
            (
                EditAct::DuplicateCue
                | EditAct::DuplicateSegment
                | EditAct::RemoveCue
                | EditAct::RemoveSegment
                | EditAct::CueDown
                | EditAct::CueUp
                | EditAct::SegmentDown
                | EditAct::SegmentUp,
                _,
            ) => {
                return match selected.zip(number) {
                    Some((cue, number)) => self.edit_selected(act, (cue, number), state, now_ns),
                    None => self.nothing_selected(now_ns),
                };
            }
        };
        self.edits.form = Some(OpenForm::new(subject.clone()));
        self.prompt = Some(Prompt::new(NO_FIELD));
        vec![Task::Edit(EditWish::Open(subject))]
    }

    fn edit_selected(
        &mut self,
        act: EditAct,
        (cue, number): (CueIx, CueNumber),
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        // What moves or is asked about stays selected.
        let wish = match act {
            EditAct::DuplicateCue => EditWish::Duplicate(CueOrSegment::Cue(number)),
            EditAct::DuplicateSegment => EditWish::Duplicate(CueOrSegment::SegmentOf(number)),
            EditAct::CueDown => EditWish::Down(CueOrSegment::Cue(number)),
            EditAct::CueUp => EditWish::Up(CueOrSegment::Cue(number)),
            EditAct::SegmentDown => EditWish::Down(CueOrSegment::SegmentOf(number)),
            EditAct::SegmentUp => EditWish::Up(CueOrSegment::SegmentOf(number)),
            EditAct::RemoveCue => return self.ask_remove(cue, false, state, now_ns),
            EditAct::RemoveSegment => return self.ask_remove(cue, true, state, now_ns),
            EditAct::Open
            | EditAct::AddCue
            | EditAct::AddSegment
            | EditAct::Undo
            | EditAct::Redo => return vec![],
        };
        self.cursor = Some(cue);
        vec![Task::Edit(wish)]
    }

    fn ask_remove(
        &mut self,
        cue: CueIx,
        is_segment: bool,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        if let Some(why) = self.edited_elsewhere() {
            self.refuse_once(&why, now_ns);
            return vec![];
        }
        let show = state.show();
        let segment = show.cue(cue).segment;
        let mut cues: Vec<CueIx> = vec![cue];
        if is_segment {
            cues = show.cues_of(segment).collect();
        }
        if let Some(&cue) = cues.iter().find(|cue| state.on_air().contains(cue)) {
            let number = &show.cue(cue).number;
            self.refuse(format!("cue {number} is on air: it cannot be removed"), now_ns);
            return vec![];
        }
        self.cursor = Some(cue);
        let (what, title) = match is_segment {
            true => {
                let title = &show.segment(segment).title;
                (format!(" segment {title} with {}", counted(cues.len(), "cue")), title)
            }
            false => (format!(" cue {}", show.cue(cue).number), &show.cue(cue).title),
        };
        let back = self.keymap.way(Act::Edit(EditAct::Undo));
        let why = format!("“{title}” goes out of the show file; {back} brings it back");
        self.ask_about(Question::Remove { cue, is_segment }, &what, &why, now_ns)
    }

    /// Another field of the form, `by` places away.
    pub(super) fn choose_field(&mut self, by: isize) {
        let Some(form) = &mut self.edits.form else { return };
        let count = form.typed.as_ref().map_or(0, |typed| typed.form.fields.len());
        form.chosen = form.chosen.saturating_add_signed(by).min(count.saturating_sub(1));
        self.show_field();
    }

    /// The field at this place of the form.
    pub(super) fn choose_field_at(&mut self, at: usize) {
        if let Some(form) = &mut self.edits.form {
            form.chosen = 0;
            self.choose_field(at as isize);
        }
    }

    /// Puts the chosen field into the prompt.
    fn show_field(&mut self) {
        let Some(form) = &self.edits.form else { return };
        let Some((field, typed)) = form.field().zip(form.typed.as_ref()) else { return };
        let (key, has_lines) = (field.key.name, field.takes_lines());
        let mut prompt = Prompt::new(Ask::Field { key, has_lines });
        prompt.input = Input::new(typed.values.get(form.chosen).cloned().unwrap_or_default());
        prompt.chosen = Some(form.chosen);
        self.prompt = Some(prompt);
    }

    /// Takes what stands in the prompt for the chosen field. One that only an editor can change
    /// stays.
    pub(super) fn field_typed(&mut self) {
        let (Some(form), Some(prompt)) = (&mut self.edits.form, &self.prompt) else { return };
        // What is typed before the form is there is kept, unless it does not come.
        if form.typed.is_none() && form.failed.is_none() {
            return;
        }
        if form.typed.is_none() {
            self.prompt = Some(Prompt::new(NO_FIELD));
            return;
        }
        let is_fixed = form.field().is_none_or(|field| field.fixed.is_some());
        if is_fixed || form.is_saving {
            return self.show_field();
        }
        let chosen = form.chosen;
        let Some(typed) = &mut form.typed else { return };
        if let Some(value) = typed.values.get_mut(chosen)
            && value != prompt.input.value()
        {
            prompt.input.value().clone_into(value);
            typed.serial += 1;
            (form.conflict, form.is_refused) = (None, false);
        }
    }

    /// Enter: the form is to be saved.
    pub(super) fn save_form(&mut self, now_ns: MachineNs) -> Vec<Task> {
        let Some(form) = &mut self.edits.form else { return vec![] };
        if form.typed.is_none() && form.failed.is_some() {
            let words = self.leave_form();
            self.say(words, Tone::Calm, now_ns);
            return vec![];
        }
        let Some(typed) = form.typed.clone().filter(|_| !form.is_saving) else { return vec![] };
        let is_there = matches!(form.subject, FormSubject::Cue(_) | FormSubject::Segment(_));
        if is_there && typed.changed() == 0 {
            let words = self.leave_form();
            self.say(words, Tone::Calm, now_ns);
            return vec![];
        }
        let Some(form) = &mut self.edits.form else { return vec![] };
        (form.is_saving, form.failed) = (true, None);
        let over = form.conflict.take().is_some();
        vec![Task::Edit(EditWish::Save { typed, over })]
    }

    /// Esc: the form is left. What was typed is kept for the next time that it is opened.
    pub(super) fn leave_form(&mut self) -> &'static str {
        self.prompt = None;
        let form = self.edits.form.take();
        let changed =
            form.as_ref().and_then(|form| form.typed.as_ref()).map_or(0, TypedForm::changed);
        match changed {
            0 => "nothing was changed",
            _ => {
                self.edits.left = form.and_then(|form| form.typed);
                "nothing was saved; the form keeps what you typed"
            }
        }
    }

    /// Returns `true` if `key` is the Enter that saved a form, held down or pressed once more: on the
    /// run page it would move the playhead, or be GO.
    pub(super) fn is_slip_after_save(&mut self, key: &KeyEvent, now_ns: MachineNs) -> bool {
        let Some(saved_ns) = self.edits.saved_ns else { return false };
        let is_slip = key.code == KeyCode::Enter && now_ns.since(saved_ns) < SLIP;
        self.edits.saved_ns = is_slip.then_some(now_ns);
        is_slip
    }

    /// Takes in an answer of the thread that has the show file.
    pub fn edit_news(&mut self, news: EditNews, now_ns: MachineNs) {
        match news {
            EditNews::Opened(form) => self.form_came(*form),
            EditNews::Checked { serial, faults } => {
                if let Some(form) = &mut self.edits.form
                    && form.typed.as_ref().is_some_and(|typed| typed.serial == serial)
                {
                    if !faults.is_empty() {
                        form.is_refused |= std::mem::take(&mut form.is_saving);
                    }
                    form.faults = faults;
                }
            }
            EditNews::Conflict(words) => {
                if let Some(form) = &mut self.edits.form {
                    (form.conflict, form.is_saving) = (Some(words), false);
                }
            }
            EditNews::Saved { words, segment } => {
                if let Some(form) = self.edits.form.take_if(|form| form.is_saving) {
                    (self.prompt, self.edits.left) = (None, None);
                    self.edits.new_segment = segment.map(|segment| (segment, self.cursor));
                    self.edits.saved_cue = saved_cue(form);
                    self.edits.saved_ns = Some(now_ns);
                }
                self.edits.words = Some(words.clone());
                self.say(words, Tone::Calm, now_ns);
            }
            EditNews::Failed(why) => match &mut self.edits.form {
                // A form that did not open stays until it is left: what is typed for it must not
                // act as keys.
                Some(form) => (form.is_saving, form.failed) = (false, Some(why)),
                None => self.refuse(why, now_ns),
            },
        }
    }

    fn form_came(&mut self, form: Form) {
        let Some(open) = &mut self.edits.form else { return };
        if open.typed.is_some() || open.subject != form.subject {
            return;
        }
        let ahead = self.prompt.take().map(|prompt| prompt.input.value().to_owned());
        let mut values: Vec<String> = form.fields.iter().map(|field| field.value.clone()).collect();
        // What was typed before the form was left.
        if let Some(left) = self.edits.left.take_if(|left| left.form.subject == form.subject) {
            let fields = form.fields.iter().zip(&mut values).zip(&left.values).enumerate();
            for (at, ((field, value), before)) in fields {
                if left.is_changed(at) && field.fixed.is_none() {
                    value.clone_from(before);
                }
            }
        }
        // The title comes first to mind, except where the number is to be chosen.
        let title = form.fields.iter().position(|field| field.key.name == "title");
        open.chosen = title.unwrap_or(0);
        open.typed = Some(TypedForm { form, values, serial: 1 });
        self.show_field();
        // What was typed while a large show was read.
        if let Some((prompt, text)) = self.prompt.as_mut().zip(ahead) {
            prompt.paste(&text);
            self.field_typed();
        }
    }
}

/// The number of the cue that was saved in a form, for it to be selected.
fn saved_cue(form: OpenForm) -> Option<CueNumber> {
    let typed = form.typed?;
    let mut fields = typed.form.fields.iter().zip(&typed.values);
    let is_number = |field: &FormField| field.table == KeyTable::Cue && field.key.name == "number";
    let (_, number) = fields.find(|(field, _)| is_number(field))?;
    CueNumber::new(number.trim()).ok()
}

#[cfg(test)]
mod tests;
