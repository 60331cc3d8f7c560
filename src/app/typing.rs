//! Keys in a prompt: letters, choices, Enter, Esc.

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use super::commands::commands;
use super::keys::Act;
use super::prompt::Typed;
use super::{App, Ask, Hits, Page, Prompt, Task, Tone, find};
use crate::engine::{Command, State};
use crate::time::MachineNs;

impl App {
    /// The mouse over the palette or the form, which lie over everything: it chooses.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the events are crossterm's; all others mean nothing here"
    )]
    pub(super) fn palette_mouse(&mut self, mouse: &MouseEvent, hits: &Hits, state: &State) {
        if self.edits.form.is_some() {
            return match mouse.kind {
                MouseEventKind::ScrollUp => self.choose_field(-1),
                MouseEventKind::ScrollDown => self.choose_field(1),
                MouseEventKind::Down(MouseButton::Left) => {
                    if let Some(at) = hits.choice_at(mouse.row) {
                        self.choose_field_at(at);
                    }
                }
                _ => {}
            };
        }
        let Some(prompt) = &mut self.prompt else { return };
        match mouse.kind {
            MouseEventKind::ScrollUp => prompt.choose(-1),
            MouseEventKind::ScrollDown => prompt.choose(1),
            MouseEventKind::Down(MouseButton::Left) => {
                prompt.chosen = hits.choice_at(mouse.row).or(prompt.chosen)
            }
            _ => return,
        }
        self.chosen_changed(state);
    }

    pub(super) fn type_key(
        &mut self,
        key: &KeyEvent,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let Some(prompt) = &mut self.prompt else { return vec![] };
        match prompt.key(key) {
            Typed::Line => self.line_changed(state),
            Typed::Choose(by) if matches!(prompt.ask, Ask::Field { .. }) => self.choose_field(by),
            Typed::Choose(by) => {
                prompt.choose(by);
                self.chosen_changed(state);
            }
            Typed::Leave => {
                match prompt.ask {
                    Ask::Find { back } => self.cursor = back,
                    Ask::FindPerson { back } => self.person = back,
                    Ask::FindLine => self.log_search.clear(),
                    Ask::Reason
                    | Ask::Note
                    | Ask::Nudge
                    | Ask::StageMessage
                    | Ask::PersonNote { .. }
                    | Ask::HolderName
                    | Ask::TakeReason { .. }
                    | Ask::Field { .. }
                    | Ask::Palette => {}
                }
                let closed = match prompt.ask {
                    Ask::Reason => "no interlock was overridden",
                    Ask::Note | Ask::PersonNote { .. } => "no note was taken",
                    Ask::Find { .. } | Ask::FindPerson { .. } => "nothing was searched for",
                    Ask::Nudge => "nothing was nudged",
                    Ask::StageMessage => "no message was shown",
                    Ask::FindLine => "all lines of the log are shown",
                    Ask::HolderName | Ask::TakeReason { .. } => "the flag was not taken",
                    Ask::Field { .. } => self.leave_form(),
                    Ask::Palette => "no command was run",
                };
                self.prompt = None;
                self.say_closed(closed, now_ns);
            }
            Typed::Accept => {
                let tasks = self.accept(state, now_ns);
                // Where Enter is GO, a second press right after the line is the same slip as one
                // after a GO.
                if self.keymap.act_of(key) == Some(Act::Go) {
                    self.go_pressed_ns = Some(now_ns);
                }
                return tasks;
            }
        }
        vec![]
    }

    pub(super) fn line_changed(&mut self, state: &State) {
        if let Some(prompt) = &mut self.prompt {
            prompt.refused = None;
            // Nothing is chosen before a letter is typed, so that a slip on Enter does nothing.
            prompt.chosen = (!prompt.input.value().trim().is_empty()).then_some(0);
        }
        self.chosen_changed(state);
    }

    /// While the caller types a find, the selection goes where it would land.
    fn chosen_changed(&mut self, state: &State) {
        let Some(prompt) = &mut self.prompt else { return };
        match prompt.ask {
            Ask::Find { back } => {
                let found = find::cues(state.show(), prompt.input.value());
                prompt.has_found(found.len());
                let found = prompt.pick(&found).or(back);
                self.cursor = found;
                if self.page == Page::Run {
                    self.scroll_back();
                }
            }
            Ask::Palette => {
                let found = commands(prompt.input.value()).len();
                prompt.has_found(found);
            }
            Ask::FindPerson { back } => {
                let found = find::people(state.show(), prompt.input.value());
                prompt.has_found(found.len());
                self.person = prompt.pick(&found).unwrap_or(back);
            }
            Ask::FindLine => self.log_search = prompt.input.value().trim().to_owned(),
            Ask::Field { .. } => self.field_typed(),
            Ask::Reason
            | Ask::Note
            | Ask::Nudge
            | Ask::StageMessage
            | Ask::PersonNote { .. }
            | Ask::HolderName
            | Ask::TakeReason { .. } => {}
        }
    }

    fn accept(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        // The form stays until it is saved.
        if self.prompt.as_ref().is_some_and(|prompt| matches!(prompt.ask, Ask::Field { .. })) {
            return self.save_form(now_ns);
        }
        let Some(prompt) = self.prompt.take() else { return vec![] };
        let text = prompt.input.value();
        match prompt.ask {
            Ask::Reason => vec![Task::Command(Command::Override { reason: text.to_owned() })],
            Ask::Nudge => self.accept_nudge(prompt),
            Ask::StageMessage => self.accept_message(prompt),
            Ask::Note => vec![Task::Command(Command::Note(text.to_owned()))],
            Ask::PersonNote { person } => {
                vec![Task::Command(Command::NotePerson { person, text: text.to_owned() })]
            }
            Ask::FindPerson { back } => {
                self.accept_person(&prompt, back, state, now_ns);
                vec![]
            }
            // The lines have narrowed with every letter already.
            Ask::FindLine => vec![],
            Ask::Find { back } if text.trim().is_empty() => {
                self.cursor = back;
                self.find_again(false, state, now_ns)
            }
            Ask::Find { back } => {
                self.last_find = text.trim().to_owned();
                match prompt.pick(&find::cues(state.show(), text)) {
                    Some(cue) => {
                        self.cursor = Some(cue);
                        // A page that has no cues would leave the caller without a sign of what was
                        // found.
                        if !self.page.spec().has_cues {
                            self.turn_to(Page::Run);
                        }
                        if prompt.found > 1 {
                            let next = self.keymap.way(Act::FindNext);
                            let said = format!("{} found: {next} goes to the next", prompt.found);
                            self.say(said, Tone::Calm, now_ns);
                        }
                    }
                    None => {
                        self.cursor = back;
                        self.say(
                            format!("no cue matches “{}”", text.trim()),
                            Tone::Attention,
                            now_ns,
                        );
                    }
                }
                vec![]
            }
            Ask::HolderName => self.accept_name(prompt, now_ns),
            Ask::TakeReason { term, named } => self.accept_take(prompt, (term, named), now_ns),
            Ask::Field { .. } => vec![],
            Ask::Palette => self.run_command(&prompt, state, now_ns),
        }
    }

    fn run_command(&mut self, prompt: &Prompt, state: &State, now_ns: MachineNs) -> Vec<Task> {
        let text = prompt.input.value().trim();
        let found = commands(text);
        match prompt.chosen.and_then(|at| found.get(at)) {
            Some(found) if !found.may_run(text) => {
                let name = found.binding.name;
                self.refuse(
                    format!("{name} runs only by its whole name: nothing was done"),
                    now_ns,
                );
                vec![]
            }
            Some(found) => self.act(found.binding.act, false, state, now_ns),
            None if text.is_empty() => {
                self.say("no command was chosen", Tone::Calm, now_ns);
                vec![]
            }
            None => {
                self.say(format!("no command matches “{text}”"), Tone::Attention, now_ns);
                vec![]
            }
        }
    }
}
