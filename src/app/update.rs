//! Effect of a key or a paste: on the application at once, on the run as a task.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use super::keymap::Key;
use super::keys::{Act, TimeAct};
use super::page::Lines;
use super::{App, Ask, Page, Prompt, Question, Task, Tone};
use crate::engine::{Cause, Command, Rejection, State};
use crate::time::MachineNs;

/// Message about a GO whose key is held down.
const GO_HELD: &str = "GO ignored: its key is held down";

impl App {
    /// A key at `now_ns` of the machine's clock.
    pub fn key(&mut self, key: &KeyEvent, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if key.kind == KeyEventKind::Release {
            return vec![];
        }
        self.greets = false;
        if self.is_of_paste(key, now_ns) {
            return vec![];
        }
        let is_held = self.is_held(key, now_ns);
        if key.code != KeyCode::Esc {
            self.ends_escapes();
        } else if key.kind == KeyEventKind::Press && !self.is_editor && self.escapes_thrice(now_ns)
        {
            self.leave_form();
            (self.prompt, self.dialog) = (None, None);
            self.close_everything();
            return self.panics();
        }
        if self.redraws(key) {
            return vec![Task::Redraw];
        }
        if self.prompt.is_some() {
            return self.type_key(key, state, now_ns);
        }
        if self.is_slip_after_save(key, now_ns) {
            return vec![];
        }
        let act = self.keymap.act_of(key).map(|act| act.on(self.page));
        if self.drops_text(key, act, is_held, now_ns) {
            return vec![];
        }
        if key.code == KeyCode::Esc && self.is_editor {
            self.escape_in_editor();
            return vec![];
        }
        if key.code == KeyCode::Esc {
            // A key that is held down is not pressed twice.
            if key.kind == KeyEventKind::Repeat {
                self.escape_held(now_ns);
                return vec![];
            }
            return self.escape(now_ns);
        }
        let is_told = key.kind == KeyEventKind::Repeat;
        if let Some(why) = act.filter(|_| is_held).and_then(|act| self.holds_back(act, is_told)) {
            // A question stays in sight, so that a key held down does not take away the one that it
            // asked.
            if self.question.is_none() {
                self.say(why, Tone::Attention, now_ns);
            }
            return vec![];
        }
        self.escape_pressed_ns = None;
        if let Some(question) = self.question.take() {
            self.message = None;
            if Question::is_yes(key) {
                return question.tasks(state);
            }
            // The question must not cost a GO, and no other key may do anything unseen because of
            // it.
            if act != Some(Act::Go) {
                if let Some(act) = act.filter(|act| act.opens_line()) {
                    self.opened_no_line(act, now_ns);
                }
                return vec![];
            }
        }
        if let Some(tasks) = self.dialog_key(key, act, is_held, now_ns) {
            return tasks;
        }
        match act {
            Some(act) => {
                let before = (self.page, self.cursor);
                let tasks = self.act(act, key.kind == KeyEventKind::Repeat, state, now_ns);
                self.say_unseen(before, state, now_ns);
                tasks
            }
            None => {
                let help = self.keymap.way(Act::Help);
                self.say(
                    format!("this key does nothing here: {help} lists all keys"),
                    Tone::Calm,
                    now_ns,
                );
                vec![]
            }
        }
    }

    /// Returns `true` if `key` draws the screen again: whatever stands open, unless it is a letter
    /// that is typed.
    fn redraws(&self, key: &KeyEvent) -> bool {
        let is_typed = self.prompt.is_some() && Key::of(key).is_some_and(|key| key.is_text());
        !is_typed && self.keymap.act_of(key) == Some(Act::Redraw)
    }

    /// Returns `true` if the meaning of `key` depends on how the page was last drawn.
    pub fn needs_hits(&self, key: &KeyEvent) -> bool {
        let turns = |act| matches!(act, Act::NextPage | Act::PreviousPage | Act::Help);
        let looks = |act: Act| act.lines(self.page_step()).is_some() || turns(act);
        let is_bare = self.page == Page::Run && self.dialog.is_none();
        !is_bare || self.keymap.act_of(key).is_some_and(looks)
    }

    pub(super) fn act(
        &mut self,
        act: Act,
        repeat: bool,
        state: &State,
        now_ns: MachineNs,
    ) -> Vec<Task> {
        let tasks = self.act_here(act, repeat, state, now_ns);
        if act.opens_line() && self.prompt.is_none() {
            self.opened_no_line(act, now_ns);
        }
        tasks
    }

    fn act_here(&mut self, act: Act, repeat: bool, state: &State, now_ns: MachineNs) -> Vec<Task> {
        if let Some(why) = self.elsewhere(act) {
            self.say(why, Tone::Attention, now_ns);
            return vec![];
        }
        if self.is_editor && act.needs_run() {
            self.refuse_once(&Rejection::OnlyEdited.to_string(), now_ns);
            return vec![];
        }
        if let Some(why) = self.lacks_flag(act, state, now_ns) {
            self.refuse_once(&why, now_ns);
            return vec![];
        }
        let command = match act {
            Act::Go => return self.go(repeat, now_ns),
            Act::Standby => Command::Standby,
            Act::Ready(at) => Command::ToggleReady(at),
            Act::AllReady => Command::ReadyAll,
            Act::SwapBackup => Command::SwapBackup,
            Act::Step => Command::Step,
            Act::Hold => Command::ToggleHold,
            Act::PlayheadNext => Command::PlayheadNext,
            Act::PlayheadPrevious => Command::PlayheadPrevious,
            Act::Panic => Command::Panic,
            Act::PlayheadHere => match self.selected(state) {
                Some(cue) => Command::PlayheadTo(cue),
                None => return self.nothing_selected(now_ns),
            },
            Act::Skip => match self.selected(state) {
                Some(cue) => {
                    // The playhead goes on and the selection stays, so that a second press takes
                    // the skip back.
                    self.cursor = Some(cue);
                    self.cursor_stays = state.playhead() == Some(cue);
                    Command::ToggleSkip(cue)
                }
                None => return self.nothing_selected(now_ns),
            },
            Act::Time(act) => return self.change_time(act, state, now_ns),
            Act::StageMessage if state.stage_message().is_some() => Command::ClearMessage,
            Act::StageMessage => return self.open(Ask::StageMessage),
            Act::Override => return self.ask_reason(state, now_ns),
            Act::Spot => return self.spot(repeat, state, now_ns),
            Act::Unspot => return self.unspot(state, now_ns),
            Act::PersonNote => return self.ask_person_note(state, now_ns),
            Act::FindPerson => return self.find_person(state, now_ns),
            Act::Note => return self.open(Ask::Note),
            Act::Find if self.page == Page::Log => return self.find_line(),
            Act::Find => return self.open(Ask::Find { back: self.cursor }),
            Act::FindNext => return self.find_again(false, state, now_ns),
            Act::FindPrevious => return self.find_again(true, state, now_ns),
            Act::OpenSegments => return self.open_segments(state),
            Act::FoldSegments => return self.fold_segments(now_ns),
            Act::Redraw => return vec![Task::Redraw],
            Act::FilterLog => return self.filter_log(now_ns),
            Act::Flag => return self.press_flag(state, now_ns),
            Act::Warn => return self.warn(state, now_ns),
            Act::Review => return self.review(state, now_ns),
            Act::Editor => return self.open_editor(state, now_ns),
            Act::Edit(act) => return self.edit(act, state, now_ns),
            Act::Palette => return self.open(Ask::Palette),
            Act::Quit => return self.quit(state, now_ns),
            Act::Suspend => return self.suspend(state, now_ns),
            Act::SelectUp
            | Act::SelectDown
            | Act::SelectPageUp
            | Act::SelectPageDown
            | Act::SelectFirst
            | Act::SelectLast => {
                let lines = act.lines(self.page_step()).unwrap_or_default();
                return self.go_on(lines, state, now_ns);
            }
            Act::NextPage => return self.turn_to(self.page_after()),
            Act::PreviousPage => return self.turn_to(self.page_before()),
            Act::Open(page) if !self.has(page) => {
                self.say("this run is not shared: it has one station", Tone::Attention, now_ns);
                return vec![];
            }
            Act::Open(page) => return self.turn_to(page),
            Act::Help => {
                return self.turn_to(if self.page == Page::Help { Page::Run } else { Page::Help });
            }
            Act::SwitchTheme => {
                self.theme = self.theme.next(self.own.is_some());
                self.say(format!("colours: {}", self.theme.name()), Tone::Calm, now_ns);
                return vec![];
            }
        };
        vec![Task::Command(command)]
    }

    /// The guard counts from the last press and not from the last GO, so that a finger that
    /// trembles on the key, or the repeats of a key that is held down, fire once.
    fn go(&mut self, repeat: bool, now_ns: MachineNs) -> Vec<Task> {
        let guarded = self.guard_go(now_ns).err();
        if let Some(why) = repeat.then_some(GO_HELD).or(guarded) {
            self.refuse_once(why, now_ns);
            return vec![];
        }
        vec![Task::Command(Command::Go { cause: Cause::Go })]
    }

    pub(super) fn nothing_selected(&mut self, now_ns: MachineNs) -> Vec<Task> {
        self.say("no cue is selected", Tone::Attention, now_ns);
        vec![]
    }

    /// Reason why `act` does nothing on this page, if it belongs to another: no key may act on what
    /// the caller does not see.
    fn elsewhere(&self, act: Act) -> Option<String> {
        if act.lines(self.page_step()).is_some() {
            let is_still = self.page.spec().lines == Lines::None;
            return is_still.then(|| {
                format!("nothing to scroll on the {} page", self.page.name().to_lowercase())
            });
        }
        let (home, does) = match act {
            Act::PlayheadHere => (Page::Run, "sets the playhead, on the run page (Esc)"),
            Act::Skip => (Page::Run, "skips a cue, on the run page (Esc)"),
            Act::Time(TimeAct::CueNow | TimeAct::SegmentNow) => {
                (Page::Run, "sets the times to a cue, on the run page (Esc)")
            }
            Act::OpenSegments => (Page::Run, "unfolds all segments, on the run page (Esc)"),
            Act::FoldSegments => (Page::Run, "folds segments, on the run page (Esc)"),
            Act::Edit(_) => (Page::Run, "edits the show file, on the run page (Esc)"),
            Act::Spot => (Page::People, "ticks a person as spotted, on the people page"),
            Act::Unspot => (Page::People, "undoes a sighting, on the people page"),
            Act::PersonNote => (Page::People, "takes a note on a person, on the people page"),
            Act::FindPerson => (Page::People, "finds a person, on the people page"),
            Act::Go
            | Act::Standby
            | Act::Ready(_)
            | Act::AllReady
            | Act::Override
            | Act::SwapBackup
            | Act::Step
            | Act::Hold
            | Act::Time(TimeAct::Longer | TimeAct::Shorter | TimeAct::NudgeBy)
            | Act::StageMessage
            | Act::PlayheadNext
            | Act::PlayheadPrevious
            | Act::SelectUp
            | Act::SelectDown
            | Act::SelectPageUp
            | Act::SelectPageDown
            | Act::SelectFirst
            | Act::SelectLast
            | Act::Find
            | Act::FindNext
            | Act::FindPrevious
            | Act::FilterLog
            | Act::Flag
            | Act::Warn
            | Act::Review
            | Act::Editor
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
            | Act::Suspend => return None,
        };
        (self.page != home).then(|| format!("{} {does}", self.keymap.way(act)))
    }

    fn ask_reason(&mut self, state: &State, now_ns: MachineNs) -> Vec<Task> {
        match state.playhead().filter(|&cue| !state.is_clear(cue)) {
            Some(_) => self.open(Ask::Reason),
            None => {
                self.refuse("no interlock blocks the cue at the playhead", now_ns);
                vec![]
            }
        }
    }

    pub(super) fn open(&mut self, ask: Ask) -> Vec<Task> {
        self.prompt = Some(Prompt::new(ask));
        vec![]
    }

    pub(super) fn turn_to(&mut self, page: Page) -> Vec<Task> {
        self.page = page;
        self.log_search.clear();
        self.scroll_back();
        vec![]
    }

    /// Shows the page from where it begins, or from where the run is.
    pub(super) fn scroll_back(&mut self) {
        (self.scroll, self.is_scrolled) = (0, false);
    }

    fn find_line(&mut self) -> Vec<Task> {
        self.log_search.clear();
        self.scroll_back();
        self.open(Ask::FindLine)
    }

    /// The page after this one.
    pub(super) fn page_after(&self) -> Page {
        let next = self.page.next();
        if self.has(next) { next } else { next.next() }
    }

    fn page_before(&self) -> Page {
        let previous = self.page.previous();
        if self.has(previous) { previous } else { previous.previous() }
    }

    /// Returns `true` if the run has something for `page`: one that is not shared has no stations.
    pub(crate) fn has(&self, page: Page) -> bool {
        page != Page::Stations || self.link.is_some()
    }

    fn filter_log(&mut self, now_ns: MachineNs) -> Vec<Task> {
        if self.page == Page::Log {
            self.log_filter = self.log_filter.next();
            self.scroll_back();
        } else {
            let key = self.keymap.way(Act::FilterLog);
            self.say(format!("{key} filters the log, on the log page"), Tone::Attention, now_ns);
        }
        vec![]
    }
}

#[cfg(test)]
mod tests;
