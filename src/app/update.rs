//! What a key or a paste does: to the application at once, to the run as a task.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use super::commands::commands;
use super::keys::Act;
use super::prompt::Typed;
use super::{App, Ask, Hits, Message, Page, Prompt, Task, Tone, find, log};
use crate::engine::{Cause, Command, Event, State};
use crate::show::CueIx;

/// A second GO within this time of the last press is a slip of the finger.
pub(super) const GO_GUARD_NS: u64 = 300_000_000;
/// What is said of it.
pub(super) const GO_IGNORED: &str = "GO ignored: pressed again within 0.3 s";
/// Two Escapes within this time mean panic.
const PANIC_NS: u64 = 1_000_000_000;
/// How far a page key moves the selection, in cues.
const PAGE: isize = 10;

impl App {
    /// A key at `now_ns` of the machine's clock.
    pub fn key(&mut self, key: &KeyEvent, state: &State, now_ns: u64) -> Vec<Task> {
        if key.kind == KeyEventKind::Release {
            return vec![];
        }
        self.greets = false;
        if self.prompt.is_some() {
            return self.type_key(key, state, now_ns);
        }
        if key.code == KeyCode::Esc {
            return self.escape(now_ns);
        }
        // The second Escape will not come, so nobody need be told what it would do.
        if self.escape_pressed_ns.take().is_some() {
            self.message = self.message.take().filter(|message| message.tone == Tone::Alarm);
        }
        if std::mem::take(&mut self.asks_to_quit) {
            self.message = None;
            // The question must not cost a GO, and no other key may do anything unseen behind it.
            let again = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
            // With Ctrl or Alt it may be the key of GO.
            let is_alone = (key.modifiers - KeyModifiers::SHIFT).is_empty();
            if again || (is_alone && matches!(key.code, KeyCode::Char('y' | 'Y'))) {
                return vec![Task::Quit];
            }
            if self.keymap.act_of(key) != Some(Act::Go) {
                return vec![];
            }
        }
        match self.keymap.act_of(key).map(|act| act.on(self.page)) {
            Some(act) => self.act(act, key.kind == KeyEventKind::Repeat, state, now_ns),
            None => {
                let help = self.keymap.way(Act::Help);
                self.say(format!("this key does nothing here: {help} shows all keys"), Tone::Calm, now_ns);
                vec![]
            }
        }
    }

    /// Pasted text is text, never keys.
    pub fn paste(&mut self, text: &str, state: &State, now_ns: u64) {
        match &mut self.prompt {
            Some(prompt) => {
                prompt.paste(text);
                self.line_changed(state);
            }
            // A question stays in sight until a key answers it.
            None if self.asks_to_quit => {}
            None => self.say("pasted text is not taken for keys", Tone::Attention, now_ns),
        }
    }

    /// The mouse over the palette, which lies over everything: it chooses, and Enter does it.
    pub(super) fn palette_mouse(&mut self, mouse: &MouseEvent, hits: &Hits, state: &State) {
        let Some(prompt) = &mut self.prompt else { return };
        prompt.chosen = match mouse.kind {
            MouseEventKind::ScrollUp => prompt.chosen.saturating_sub(1),
            MouseEventKind::ScrollDown => prompt.chosen + 1,
            MouseEventKind::Down(MouseButton::Left) => hits.choice_at(mouse.row).unwrap_or(prompt.chosen),
            _ => return,
        };
        self.chosen_changed(state);
    }

    /// Follows what has happened: a fired cue takes the selection along with the playhead, a trouble is said.
    pub fn happened(&mut self, event: &Event, now_ns: u64) {
        if let Event::PlayheadMoved { .. } = event
            && !std::mem::take(&mut self.cursor_stays)
        {
            self.cursor = None;
        }
        let (text, tone) = log::words(event);
        // A fired cue takes even an alarm away; a question stays until it is answered, and what is only bookkeeping
        // takes no word from the caller.
        let is_old = |m: &Message| m.tone != Tone::Alarm || matches!(event, Event::CueFired { .. });
        if tone == Tone::Alarm {
            self.say(text, tone, now_ns);
        } else if !self.asks_to_quit && !log::is_bookkeeping(event) && self.message.as_ref().is_some_and(is_old) {
            self.message = None;
        }
    }

    fn escape(&mut self, now_ns: u64) -> Vec<Task> {
        if std::mem::take(&mut self.asks_to_quit) {
            self.message = None;
            return vec![];
        }
        match self.escape_pressed_ns.take() {
            Some(pressed_ns) if now_ns.saturating_sub(pressed_ns) <= PANIC_NS => vec![Task::Command(Command::Panic)],
            _ => {
                self.escape_pressed_ns = Some(now_ns);
                self.cursor = None;
                self.turn_to(Page::Run);
                self.say("Esc again within a second: PANIC, every output stops", Tone::Attention, now_ns);
                vec![]
            }
        }
    }

    fn act(&mut self, act: Act, repeat: bool, state: &State, now_ns: u64) -> Vec<Task> {
        if let Some(why) = self.elsewhere(act) {
            self.say(why, Tone::Attention, now_ns);
            return vec![];
        }
        let command = match act {
            Act::Go => return self.go(repeat, now_ns),
            Act::Standby => Command::Standby,
            Act::Ready(at) => Command::ToggleReady(at),
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
                    // The playhead goes on and the selection stays, so that a second press takes the skip back.
                    self.cursor = Some(cue);
                    self.cursor_stays = state.playhead() == Some(cue);
                    Command::ToggleSkip(cue)
                }
                None => return self.nothing_selected(now_ns),
            },
            Act::Override => return self.ask_reason(state, now_ns),
            Act::Spot => return self.spot(repeat, state, now_ns),
            Act::Unspot => return self.unspot(state, now_ns),
            Act::PersonNote => return self.ask_person_note(state, now_ns),
            Act::FindPerson => return self.find_person(state, now_ns),
            Act::Note => return self.open(Ask::Note),
            Act::Find if self.page == Page::Log => return self.find_line(),
            Act::Find => return self.open(Ask::Find { back: self.cursor }),
            Act::FilterLog => return self.filter_log(now_ns),
            Act::Palette => return self.open(Ask::Palette),
            Act::Quit => return self.quit(state, now_ns),
            Act::Suspend => return vec![Task::Suspend],
            Act::SelectUp => return self.go_through(-1, state),
            Act::SelectDown => return self.go_through(1, state),
            Act::SelectPageUp => return self.go_through(-PAGE, state),
            Act::SelectPageDown => return self.go_through(PAGE, state),
            Act::SelectFirst => return self.go_through(isize::MIN, state),
            Act::SelectLast => return self.go_through(isize::MAX, state),
            Act::NextPage => return self.turn_to(self.page.next()),
            Act::PreviousPage => return self.turn_to(self.page.previous()),
            Act::Open(page) => return self.turn_to(page),
            Act::Help => return self.turn_to(if self.page == Page::Help { Page::Run } else { Page::Help }),
            Act::SwitchTheme => {
                self.theme = self.theme.next(self.own.is_some());
                self.say(format!("colours: {}", self.theme.name()), Tone::Calm, now_ns);
                return vec![];
            }
        };
        vec![Task::Command(command)]
    }

    /// The guard counts from the last press and not from the last GO, so that a key that is held down, or a finger that
    /// trembles on it, never fires twice.
    fn go(&mut self, repeat: bool, now_ns: u64) -> Vec<Task> {
        let guarded = self.guard_go(now_ns).err();
        if let Some(why) = guarded.or(repeat.then_some(GO_IGNORED)) {
            self.refuse(why, now_ns);
            return vec![];
        }
        vec![Task::Command(Command::Go { cause: Cause::Go })]
    }

    fn nothing_selected(&mut self, now_ns: u64) -> Vec<Task> {
        self.say("no cue is selected", Tone::Attention, now_ns);
        vec![]
    }

    /// Why `act` does nothing on this page, where it belongs to another: no key may act on what the caller does not see.
    fn elsewhere(&self, act: Act) -> Option<String> {
        use Act::{SelectDown, SelectFirst, SelectLast, SelectPageDown, SelectPageUp, SelectUp};
        let (home, does) = match act {
            SelectUp | SelectDown | SelectPageUp | SelectPageDown | SelectFirst | SelectLast => {
                return (self.page == Page::Monitor).then(|| "the monitor has no lines to go through".to_owned());
            }
            Act::PlayheadHere => (Page::Run, "sets the playhead, on the run page (Esc)"),
            Act::Skip => (Page::Run, "skips a cue, on the run page (Esc)"),
            Act::Spot => (Page::People, "ticks somebody as spotted, on the people page"),
            Act::Unspot => (Page::People, "takes a sighting back, on the people page"),
            Act::PersonNote => (Page::People, "takes a note on somebody, on the people page"),
            Act::FindPerson => (Page::People, "finds somebody, on the people page"),
            _ => return None,
        };
        (self.page != home).then(|| format!("{} {does}", self.keymap.way(act)))
    }

    fn ask_reason(&mut self, state: &State, now_ns: u64) -> Vec<Task> {
        match state.playhead().filter(|&cue| !state.is_clear(cue)) {
            Some(_) => self.open(Ask::Reason),
            None => {
                self.refuse("no interlock holds the cue at the playhead", now_ns);
                vec![]
            }
        }
    }

    fn quit(&mut self, state: &State, now_ns: u64) -> Vec<Task> {
        let is_done = state.is_over() && state.uncalled().next().is_none();
        if is_done && !state.has_ended() {
            return vec![Task::Command(Command::End), Task::Quit];
        }
        if state.is_rehearsal() || state.has_ended() {
            return vec![Task::Quit];
        }
        self.asks_to_quit = true;
        let left = if state.is_over() { "cues are not called" } else { "the run is unfinished" };
        let go = self.keymap.way(Act::Go);
        let after = if self.journal_alarm.is_some() { "its journal is not whole" } else { "it can be resumed" };
        self.say(format!("{left}, {after}: y leaves, others stay, {go} is GO"), Tone::Alarm, now_ns);
        vec![]
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
    fn scroll_back(&mut self) {
        (self.scroll, self.is_scrolled) = (0, false);
    }

    fn find_line(&mut self) -> Vec<Task> {
        self.log_search.clear();
        self.scroll_back();
        self.open(Ask::FindLine)
    }

    fn filter_log(&mut self, now_ns: u64) -> Vec<Task> {
        if self.page == Page::Log {
            self.log_filter = self.log_filter.next();
            self.scroll_back();
        } else {
            let key = self.keymap.way(Act::FilterLog);
            self.say(format!("{key} filters the log, on its page"), Tone::Attention, now_ns);
        }
        vec![]
    }

    /// Moves the selection, or scrolls the page that has none.
    pub(super) fn go_through(&mut self, by: isize, state: &State) -> Vec<Task> {
        if self.page == Page::Run {
            let last = state.show().cues.len() as isize - 1;
            let at = self.selected(state).map_or(-1, |cue| cue.0 as isize);
            if last >= 0 {
                self.cursor = Some(CueIx(at.saturating_add(by).clamp(0, last) as u32));
            }
        } else if self.page == Page::People {
            self.go_through_people(by, state);
        } else {
            self.scroll = self.scroll.saturating_add_signed(by).min(10_000);
            // The log follows the run again at its newest line.
            self.is_scrolled = self.page != Page::Log || self.scroll > 0;
        }
        vec![]
    }

    fn type_key(&mut self, key: &KeyEvent, state: &State, now_ns: u64) -> Vec<Task> {
        let Some(prompt) = &mut self.prompt else { return vec![] };
        match prompt.key(key) {
            Typed::Line => self.line_changed(state),
            Typed::Choose(by) => {
                prompt.chosen = prompt.chosen.saturating_add_signed(by);
                self.chosen_changed(state);
            }
            Typed::Leave => {
                match prompt.ask {
                    Ask::Find { back } => self.cursor = back,
                    Ask::FindPerson { back } => self.person = back,
                    Ask::FindLine => self.log_search.clear(),
                    Ask::Reason | Ask::Note | Ask::PersonNote { .. } | Ask::Palette => {}
                }
                self.prompt = None;
            }
            Typed::Accept => {
                let tasks = self.accept(state, now_ns);
                // Where Enter is GO, a second press right behind the line is the same slip as one behind a GO.
                if self.keymap.act_of(key) == Some(Act::Go) {
                    self.go_pressed_ns = Some(now_ns);
                }
                return tasks;
            }
        }
        vec![]
    }

    fn line_changed(&mut self, state: &State) {
        if let Some(prompt) = &mut self.prompt {
            prompt.chosen = 0;
        }
        self.chosen_changed(state);
    }

    /// While the caller types a find, the selection goes where it would land.
    fn chosen_changed(&mut self, state: &State) {
        let Some(prompt) = &mut self.prompt else { return };
        match prompt.ask {
            Ask::Find { back } => {
                let found = find::cues(state.show(), prompt.input.value());
                prompt.found = found.len();
                prompt.chosen = prompt.chosen.min(found.len().saturating_sub(1));
                self.cursor = found.get(prompt.chosen).copied().or(back);
            }
            Ask::Palette => {
                prompt.found = commands(prompt.input.value()).len();
                prompt.chosen = prompt.chosen.min(prompt.found.saturating_sub(1));
            }
            Ask::FindPerson { back } => {
                let found = find::people(state.show(), prompt.input.value());
                prompt.found = found.len();
                prompt.chosen = prompt.chosen.min(found.len().saturating_sub(1));
                self.person = found.get(prompt.chosen).copied().unwrap_or(back);
            }
            Ask::FindLine => self.log_search = prompt.input.value().trim().to_owned(),
            Ask::Reason | Ask::Note | Ask::PersonNote { .. } => prompt.chosen = 0,
        }
    }

    fn accept(&mut self, state: &State, now_ns: u64) -> Vec<Task> {
        let Some(prompt) = self.prompt.take() else { return vec![] };
        let text = prompt.input.value();
        match prompt.ask {
            Ask::Reason => vec![Task::Command(Command::Override { reason: text.to_owned() })],
            Ask::Note => vec![Task::Command(Command::Note(text.to_owned()))],
            Ask::PersonNote { person } => {
                vec![Task::Command(Command::NotePerson { person, text: text.to_owned() })]
            }
            Ask::FindPerson { back } => {
                self.accept_person(prompt.chosen, text, back, state, now_ns);
                vec![]
            }
            // The lines have narrowed with every letter already.
            Ask::FindLine => vec![],
            Ask::Find { back } => {
                let found = find::cues(state.show(), text);
                match found.get(prompt.chosen) {
                    Some(&cue) => {
                        self.cursor = Some(cue);
                        // A page that has no cues would leave the caller without a sign of what was found.
                        if matches!(self.page, Page::People | Page::Outputs | Page::Log | Page::Help) {
                            self.turn_to(Page::Run);
                        }
                    }
                    None => {
                        self.cursor = back;
                        self.say(format!("no cue has “{}”", text.trim()), Tone::Attention, now_ns);
                    }
                }
                vec![]
            }
            Ask::Palette => match commands(text).get(prompt.chosen) {
                Some(found) => self.act(found.binding.act, false, state, now_ns),
                None => {
                    self.say(format!("no command has “{}”", text.trim()), Tone::Attention, now_ns);
                    vec![]
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::{Theme, keymap};
    use crate::show::{CueNumber, file};

    const MS_NS: u64 = 1_000_000;

    #[test]
    fn a_go_of_ones_own_is_a_go_whatever_stands_open() {
        let show = file::parse("title = \"x\"\n[[segment]]\ntitle = \"s\"\nduration = \"1m\"\n", "UTC").unwrap();
        let state = State::new(Arc::new(show));
        let go = [Task::Command(Command::Go { cause: Cause::Go })];
        let mut app = App::new(Theme::Dark);
        let own = "go = [\"Ctrl-Y\", \"Alt-x\", \"Enter\"]\nplayhead-here = \"none\"\n";
        app.keymap = Arc::new(keymap::parse(own).unwrap());
        let press =
            |app: &mut App, code, modifiers, ms: u64| app.key(&KeyEvent::new(code, modifiers), &state, ms * MS_NS);
        app.asks_to_quit = true;
        assert_eq!(press(&mut app, KeyCode::Char('y'), KeyModifiers::CONTROL, 1_000), go, "it does not say yes");
        app.asks_to_quit = true;
        assert_eq!(press(&mut app, KeyCode::Char('Y'), KeyModifiers::SHIFT, 2_000), [Task::Quit]);
        press(&mut app, KeyCode::Char('t'), KeyModifiers::NONE, 3_000);
        press(&mut app, KeyCode::Char('a'), KeyModifiers::NONE, 3_000);
        press(&mut app, KeyCode::Char('x'), KeyModifiers::ALT, 3_000);
        let note = [Task::Command(Command::Note("a".into()))];
        assert_eq!(press(&mut app, KeyCode::Enter, KeyModifiers::NONE, 3_100), note, "Alt-x is no text");
        assert_eq!(press(&mut app, KeyCode::Enter, KeyModifiers::NONE, 3_399), [], "the key was held down");
        assert_eq!(press(&mut app, KeyCode::Enter, KeyModifiers::NONE, 3_699), go);
    }

    #[test]
    fn a_fired_cue_takes_an_old_word_away_and_leaves_a_question() {
        let cue = CueNumber::new("12").unwrap();
        let fired = Event::CueFired { cue, cause: Cause::Follow, firing: 1, due_ns: 0, playhead_stays: false };
        for asks_to_quit in [false, true] {
            let mut app = App::new(Theme::Dark);
            app.asks_to_quit = asks_to_quit;
            app.say("leave it?", Tone::Alarm, 0);
            app.happened(&fired, 1);
            assert_eq!(app.message.is_some(), asks_to_quit);
        }
    }
}
